"""Words shown to a person: values made visible, quoted, joined, and the nearest of a choice."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Sequence


class Refusal(Exception):
    """What was asked is not understood, or a catalogue cannot be used. The message is for the
    person who asked."""


_NOT_SEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff"
)
SEEN = f"[^\\s{_NOT_SEEN.replace(chr(0xD800) + '-' + chr(0xDFFF), '')}]"
"""A regular expression of a character that a person sees, as JavaScript reads it too. Halves of
a character (surrogates) are left out: no text that can be read holds one."""
_HIDDEN = re.compile(f"[{_NOT_SEEN}]|#(?=#(?:vso)?\\[)", re.IGNORECASE)
_UNSEEN = re.compile(f"[{_NOT_SEEN}]+")


def visible(text: str) -> str:
    """Text in which nothing is hidden and nothing is obeyed.

    Control characters, direction overrides and characters of no width are written as
    escapes, and so is the beginning of what the logs of Azure Pipelines (`##vso[`) and of
    GitHub Actions (`##[`) take for a command anywhere in a line. A text that goes at the
    beginning of a line goes through `visible_start`.
    """
    return _HIDDEN.sub(_escape, text)


def visible_start(text: str) -> str:
    """Visible text that can begin a line: GitHub Actions reads `::` there as a command."""
    shown = visible(text)
    start = shown.lstrip()
    return f"\\x3a{start[1:]}" if start.startswith("::") else shown


def is_command(line: str) -> bool:
    """Whether the log of a pipeline could take a line, or something in it, for a command."""
    return line.lstrip().startswith("::") or re.search(_COMMAND, line) is not None


_COMMAND = r"(?i)##(?:vso)?\["


def strip_invisible(text: str) -> str:
    """What a person sees of a text: without white space around it and characters of no width."""
    return (text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)).strip()


def title_key(text: str) -> str:
    """A title without case, punctuation and the ways to write `and`, for telling titles apart."""
    return "".join(re.findall(r"\w+", text.casefold().replace("&", " and ")))


def escape_in_json(text: str) -> str:
    """JSON text of the same value in which nothing is hidden and nothing is obeyed."""
    return re.sub(
        _HIDDEN_IN_JSON, lambda found: "".join(f"\\u{unit:04x}" for unit in _utf_16(found[0])), text
    )


_HIDDEN_IN_JSON = f"(?i)(?!\n)[{_NOT_SEEN}]|#(?=#(?:vso)?\\[)"


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
    """`a, b and c`; nothing for none."""
    *before, end = items or ("",)
    return f"{', '.join(before)} {last} {end}" if before else end


def wrap(text: str, columns: int, first: int = 0) -> list[str]:
    """Lines of at most `columns` (but never fewer than 30), of which the first begins at the
    column `first`. Addresses are not broken."""
    lines = textwrap.wrap(
        text,
        max(30, columns),
        initial_indent=" " * first,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line[first:] if at == 0 else line for at, line in enumerate(lines)] or [""]


def nearest(word: str, choices: Sequence[str], most: int = 1) -> list[str]:
    """The choices that `word` is likely a slip of the pen for, nearest first."""
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
    """The one choice that `word` cannot but mean: the same apart from case and the signs between
    words, or else with one letter wrong, missing, too many or swapped with the next; two in a
    word of ten letters or more. None where it could mean another, or something of its own."""
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
    """What an id is apart from case, spaces, zeros before its number and a letter O in place of a
    zero: ids of one key look alike. A space between digits is part of the id."""
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
