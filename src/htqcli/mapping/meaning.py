"""What a cell of somebody's table can mean: KSBs, units, and marks of how far one covers the other.

Only what can mean one thing is taken for it. All else is told, with the reason that these functions
give.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from htqcli.draft.application import Application
from htqcli.mapping.sheets import Cell
from htqcli.words import title_key

_KSB = re.compile(
    r"\W{0,2}([KSB])\s?[.:_-]?\s?0*([1-9][0-9]{0,2})(?![0-9])[\])]?"
    r"(?:[\s:.)|\u2010-\u2015-]+(.*)|)",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"([KSB]?)\s?[._]?0*([1-9][0-9]{0,2})(?![0-9])"
    r"(?:\s*(?:-|[\u2010-\u2015]|to\b)\s*([KSB]?)\s?0*([1-9][0-9]{0,2})(?![0-9]))?",
    re.IGNORECASE,
)
_MAX_RANGE = 100
_MAX_LIST = 1_000
"""How many KSBs a range has, and how many characters a list, at most."""


@cache
def label_of(text: str) -> str | None:
    """The one KSB that a cell is about: its label, alone or before its statement."""
    found = _KSB.fullmatch(text)
    if found is None or (found[3] and (re.match(_MORE, found[3]) or _is_mark(found[3]))):
        return None
    return f"{found[1].upper()}{found[2]}"


_MORE = r"(?i)(?:(?:and|or|to|plus|except)\b|[&+,;/]|[KSB]\s?[0-9]+(?:\W|$)|[0-9]+\W*(?:$|,))"
"""The beginning of what follows an id in a list, and not in a heading."""


def _is_mark(text: str) -> bool:
    """Whether a text after a label says how far the KSB is covered."""
    return text.casefold().strip(" .()[]") in _WORDS.keys() | _ASKED.keys()


@cache
def labels_in(text: str, kind: str = "") -> list[str]:
    """The KSBs that a cell lists, such as `K1, K3-K5; S2` or `K1, 2 and 5`; none where it holds
    anything else. Numbers that no letter stands before are of `kind`."""
    found: dict[str, None] = {}
    left, letter = ("" if len(text) > _MAX_LIST else text), kind
    while left := re.sub(r"^(?:[\s,;/&+|\u2022\u00b7]|and\b)+", "", left, flags=re.IGNORECASE):
        run = _RUN.match(left)
        letter = run[1].upper() or letter if run else ""
        if run is None or not letter or (run[3] and run[3].upper() != letter):
            return []
        first, last = int(run[2]), int(run[4] or run[2])
        if not first <= last <= first + _MAX_RANGE:
            return []
        found |= dict.fromkeys(f"{letter}{number}" for number in range(first, last + 1))
        left = left[run.end() :].lstrip(".):")
    return list(found)


class Units:
    """The units of the draft, by the words with which a cell can name them."""

    def __init__(self, application: Application) -> None:
        ids = list(application.units)
        self.by_id = {title_key(name): name for name in ids}
        numbers = Counter(map(_number, ids))
        self._by_number = {_number(name): name for name in ids if numbers[_number(name)] == 1}
        titles = Counter(title_key(unit.title or "") for unit in application.units.values())
        self._by_title = {
            title_key(unit.title): name
            for name, unit in application.units.items()
            if unit.title and titles[title_key(unit.title)] == 1
        }
        self.named = cache(self._named)

    def _named(self, text: str) -> str | None:
        """The unit that a cell names by its id, its title or both."""
        text = text[:_MAX_LIST]
        key = title_key(text)
        for form in (key, re.sub(f"^(?:{UNIT_WORDS})", "", key)):
            if form in self.by_id:
                return self.by_id[form]
            if form in self._by_title:
                return self._by_title[form]
        found = re.match(
            rf"(?i)\s*(?P<word>{UNIT_WORDS})?s?\s*[:.#]?\s*(?P<id>[^\s:,;()|–—]+)"
            r"(?P<rest>[\s:–—|()-]+\S.*)?$",
            text,
        )
        if found is None:
            return None
        own, rest = title_key(found["id"]), (found["rest"] or "").strip(" :–—|()-")
        if re.match(_MORE, rest) or title_key(rest) in self.by_id:
            return None
        if own in self.by_id and (found["rest"] or found["word"]):
            return self.by_id[own]
        if found["word"] and own.isdigit() and own.lstrip("0") in self._by_number:
            return self._by_number[own.lstrip("0")]
        return self._with_title_last(key, text)

    def _with_title_last(self, key: str, text: str) -> str | None:
        """The unit whose title stands after something in place of its id."""
        if len(key) >= _MAX_HEADING or not re.match(_BEFORE_TITLE, text):
            return None
        ends = [own for title, own in self._by_title.items() if key.endswith(title)]
        return ends[0] if len(ends) == 1 else None

    def listed(self, text: str) -> list[str]:
        """The units that a cell lists; none where it names anything else."""
        if (one := self.named(text)) is not None:
            return [one]
        if len(text) > _MAX_LIST:
            return []
        parts = [part for part in re.split(r"\s*[,;/&\n+|]\s*|\s+and\s+", text) if part]
        found = [self.by_id.get(title_key(part)) or self.named(part) for part in parts]
        if len(parts) == 1 and " " in text:
            found = [self.by_id.get(title_key(part)) for part in text.split()]
        return [name for name in found if name] if found and all(found) else []


UNIT_WORDS = "unit|module|block|component"
_BEFORE_TITLE = rf"(?i)(?:{UNIT_WORDS}|[a-z]{{0,3}}[0-9])"
"""What stands before the title of a unit in a heading, in place of its id."""
_MAX_HEADING = 80


def _number(name: str) -> str:
    """The number in an id such as `U1`, by which `Unit 1` names it."""
    found = re.fullmatch(r"[A-Za-z]{0,2}0*([0-9]{1,3})", name)
    return found[1] if found else name


class Mark(NamedTuple):
    """What a cell says of a unit and a KSB: `full`, `partial` or, with an empty text, that the unit
    does not cover it. `why` says why that is not known."""

    coverage: str = ""
    why: str | None = None


FULL, PARTIAL, NONE = "full", "partial", ""
_WORDS = {
    **dict.fromkeys(
        ("full", "fully", "f", "x", "×", "✓", "✔", "✅", "☑", "√", "1", "y", "yes", "true",
         "*", "●", "•", "■", "⬤", "⚫", "◉", "covered", "fully covered", "full coverage", "main",
         "c"), FULL,
    ),
    **dict.fromkeys(
        ("partial", "partially", "partly", "part", "in part", "◐", "◑", "partially covered",
         "partly covered", "partial coverage", "part covered"), PARTIAL,
    ),
    **dict.fromkeys(
        ("-", "–", "—", "--", "no", "n", "0", "false", "none", "not covered", "✗", "✘", "❌", "☐",
         "○", "n/a", "na", "nil", "."), NONE,
    ),
}  # fmt: skip
_ASKED = {
    "p": "it can be a tick or mean ‘partial’",
    **dict.fromkeys(
        ("secondary", "minor", "some", "m", "s"),
        "it does not say whether the KSB is covered in full or in part",
    ),
    "☒": "it can be a ticked box or a crossed one",
}
_SAY_SO = ": write full or partial, or say in a cell of the sheet what it means, such as ‘{} = {}’"
_TICKS = {
    "wingdings": {**dict.fromkeys("üþln", FULL), **dict.fromkeys("ûo¨q¡", NONE)},
    "webdings": {"a": FULL, "g": FULL, "n": FULL, "r": NONE, "c": NONE},
    "wingdings 2": {**dict.fromkeys("PR", FULL), **dict.fromkeys("O£", NONE)},
    "wingdings 3": {},
}
"""Letters that are ticks, discs, empty boxes and crosses in the fonts that Windows has for them."""


class Meanings:
    """What marks mean in a sheet, which can say so itself: `P = partial`."""

    def __init__(self, legends: Iterable[str], marks: Iterable[Cell]) -> None:
        self.said: dict[str, str] = {}
        for text in legends:
            self.said |= _legend(text)
        texts = {_plain(cell) for cell in marks if cell.font not in _TICKS}
        if texts & {
            "f",
            "full",
            "fully",
            *(word for word, how in _WORDS.items() if how == PARTIAL),
        }:
            self.said.setdefault("p", PARTIAL)

    def mark(self, cell: Cell) -> Mark:
        """What a mark says."""
        if cell.trouble:
            return Mark(why=cell.trouble)
        if cell.font in _TICKS:
            return _sign(cell)
        text = _plain(cell)
        if text in self.said:
            return Mark(self.said[text])
        if text in _WORDS:
            return Mark(_WORDS[text])
        if text in _ASKED:
            return Mark(why=_ASKED[text] + _SAY_SO.format(cell.text, PARTIAL))
        return Mark(why="it is not a mark such as full, partial, x or ✓")


def looks_like_mark(cell: Cell) -> bool:
    """Whether a cell holds a mark, whatever it means in its sheet."""
    if cell.font in _TICKS:
        return bool(_sign(cell).coverage)
    text = _plain(cell)
    return bool(_WORDS.get(text)) or text in _ASKED


def _plain(cell: Cell) -> str:
    return cell.text.casefold().strip(" .()[]") or cell.text


def _sign(cell: Cell) -> Mark:
    """What a letter means in a font of signs; one that was pasted stands in the private area."""
    code = ord(cell.text[0])
    letter = chr(code - 0xF000) if 0xF000 <= code <= 0xF0FF else cell.text
    how = _TICKS[cell.font].get(letter if len(cell.text) == 1 else cell.text)
    if how is None:
        name = cell.font.title()
        return Mark(why=f"htq does not know this sign of the font {name}: write full or partial")
    return Mark(how)


@cache
def _legend(text: str) -> dict[str, str]:
    """What a text such as `F = full, P = partial` says of single letters and signs."""
    found = {}
    for part in re.split(r"[,;/\n|]|\s{2,}|\band\b", text[:_MAX_LEGEND]):
        said = re.fullmatch(_LEGEND, part.strip(), re.IGNORECASE)
        if said is None:
            continue
        words = said[2].casefold()
        if re.search(r"\bnot\b|\bnone\b|\bno\b", words):
            found[said[1].casefold()] = NONE
        elif re.search(r"\bpart", words):
            found[said[1].casefold()] = PARTIAL
        elif re.search(r"\bfull|\bcovered\b|\bmain\b|\btick|\bpresent\b|\byes\b", words):
            found[said[1].casefold()] = FULL
    return found


_LEGEND = r"\W*?(\S{1,2}?|secondary|minor|some)\s*(?:=|:|-|–|—|means)\s*(\w.*?)\W*"
_MAX_LEGEND = 200
