"""Text for people: making values visible, quoting, joining and wrapping them, and finding the
nearest of several words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence


class Refusal(Exception):
    """A request that htq cannot carry out. The message is for the user."""


_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff"
)
VISIBLE_CHARACTER = f"[^\\s{_INVISIBLE.replace(chr(0xD800) + '-' + chr(0xDFFF), '')}]"
"""A regular expression, also for JavaScript, for a visible character. It does not name surrogates:
readable text has none."""
_UNSAFE = re.compile(f"[{_INVISIBLE}]|#(?=#(?:vso)?\\[)", re.IGNORECASE)
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")


def visible(text: str) -> str:
    """Text without hidden characters and commands.

    Control characters, direction overrides and zero-width characters become escapes, and so does
    the beginning of a command in the logs of Azure Pipelines (`##vso[`) and GitHub Actions (`##[`).
    At the beginning of a line, use `visible_start`.
    """
    return _UNSAFE.sub(_escape, text)


def visible_start(text: str) -> str:
    """Visible text that is safe at the beginning of a line, where GitHub Actions reads `::` as a
    command."""
    shown = visible(text)
    start = shown.lstrip()
    return f"\\x3a{start[1:]}" if start.startswith("::") else shown


def is_command(line: str) -> bool:
    """Whether the log of a pipeline could read a command in a line."""
    return line.lstrip().startswith("::") or re.search(_COMMAND, line) is not None


_COMMAND = r"(?i)##(?:vso)?\["


def strip_invisible(text: str) -> str:
    """A text without invisible characters, and without white space around it."""
    return (text if text.isascii() and text.isprintable() else _INVISIBLE_RUN.sub("", text)).strip()


def title_key(text: str) -> str:
    """A key that is equal for titles that differ only in case, punctuation or `&` for `and`."""
    return "".join(re.findall(r"\w+", text.casefold().replace("&", " and ")))


def escape_in_json(text: str) -> str:
    """JSON of the same value, without hidden characters and commands."""
    return re.sub(
        _UNSAFE_IN_JSON, lambda found: "".join(f"\\u{unit:04x}" for unit in _utf_16(found[0])), text
    )


_UNSAFE_IN_JSON = f"(?i)(?!\n)[{_INVISIBLE}]|#(?=#(?:vso)?\\[)"


def _utf_16(character: str) -> list[int]:
    raw = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def truncate(text: str, limit: int) -> str:
    """Text of at most `limit` characters; a longer one ends with `…`."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quote(text: str, limit: int = 60) -> str:
    """A value in quotation marks, made visible and cut to `limit` characters."""
    return f"‘{visible(truncate(text, limit))}’"


def join(items: Collection[str], last: str = "and") -> str:
    """`a, b and c`; an empty text without items."""
    *before, end = items or ("",)
    return f"{', '.join(before)} {last} {end}" if before else end


def shell_word(text: str) -> str:
    """A text as one word of a command line, in a POSIX shell and in PowerShell."""
    if re.fullmatch(r"[\w./:+-]+", text):
        return text
    return shlex.quote(text) if re.search(r"[\"$`\\!%]", text) else f'"{text}"'


def counted(count: float, noun: str) -> str:
    """A number with its noun: `1 KSB`, `2,031 records`, `0.5 seconds`."""
    return f"{count:,.15g} {noun}{'' if count == 1 else 's'}"


def wrap(text: str, columns: int) -> list[str]:
    """Text in lines of at most so many columns. A line is broken only between words, so one with a
    word that is longer than a line is longer too."""
    return [text[start:end] for start, end in breaks(text, columns)]


def breaks(text: str, columns: int, indent: int = 0) -> list[tuple[int, int]]:
    """Where the lines of a text begin and end in it, if all but the first are indented by so many
    columns."""
    lines = [(0, 0)]
    left = columns
    for word in re.finditer(r"[^ \t\n\v\f\r]+", text):
        start, end = lines[-1]
        own, more = display_width(word[0]), display_width(text[end : word.end()])
        if more <= left or end == 0 or (own > columns and left > 0):
            lines[-1] = (start, word.end())
            left -= more
        else:
            lines.append(word.span())
            left = columns - indent - own
    return lines


def display_width(text: str) -> int:
    """How many columns a text takes in a terminal, where some characters take two, or none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def nearest(word: str, choices: Sequence[str], most: int = 1) -> list[str]:
    """The choices, at most `most`, that `word` is probably a slip for, nearest first."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        word[:100],
        choices,
        scorer=fuzz.ratio,
        processor=utils.default_process,
        limit=most,
        score_cutoff=70,
    )
    return [choice for choice, _, _ in found]


def only_possible_word(word: str, choices: Collection[str]) -> str | None:
    """The only choice that `word` can mean, or None. Case and punctuation make no difference; else
    one letter may be wrong, missing, extra or swapped with the next, or two in a word of ten
    letters or more."""
    if not 3 <= len(word) <= 100:
        return None
    same = [choice for choice in choices if _letters(choice) == _letters(word)]
    if not same:
        from rapidfuzz.distance import OSA

        most = 1 if len(word) < 10 else 2
        digits = re.findall(r"\d", word)
        same = [
            choice
            for choice in choices
            if OSA.distance(word.casefold(), choice.casefold(), score_cutoff=most) <= most
            and re.findall(r"\d", choice) == digits
        ]
    return same[0] if len(same) == 1 else None


def id_key(text: str) -> str:
    """A key that is equal for ids that differ only in case, spaces, zeros before the number or a
    letter O in place of a zero. A space between digits is part of the id."""
    same = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", text.casefold())
    match = re.fullmatch(_ID, same)
    if match is None or match[2].count("o") > 1:
        return same
    return match[1] + (match[2].replace("o", "0").lstrip("0") or "0")


_ID = r"(?a)([a-z]{1,3}?)([0-9o]*[0-9][0-9o]*)"


def _letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
