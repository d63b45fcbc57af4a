"""Words that a public edition must not have, found in any text however they are written there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import category, normalize

from htqcli.check.privacy import EMAIL
from htqcli.words import strip_invisible


def hider(words: Collection[str]) -> Callable[[str], str]:
    """A function that writes `…` for these words and for e-mail addresses. Case, accents, width,
    invisible characters, and what stands between the parts of a word, make no difference. Only
    where a part is a single letter, as in `A. Person`, signs count: `a person` is another word."""
    known: dict[tuple[str, ...], set[tuple[bool, ...] | None]] = defaultdict(set)
    lengths: dict[str, set[int]] = defaultdict(set)
    for word in words:
        folded = _folded(word)
        parts = _parts(folded.text)[-_MAX_PARTS:]
        own = tuple(part[0] for part in parts)
        if not own:
            continue
        known[own].add(_signs(folded.text, parts) if _has_initial(own) else None)
        if len(own) > 1 and not _has_initial(own):
            own_together = ("".join(own),)
            if own_together[0].isalpha():
                known[own_together].add(None)
    for own in known:
        lengths[own[0]].add(len(own))

    def hide(text: str) -> str:
        folded = _folded(text)
        pieces, done = [], 0
        spans = [*(found.span() for found in _EMAIL.finditer(folded.text)), *named(folded.text)]
        for start, end in sorted(spans):
            first, last = folded.origin(start), folded.end(end)
            if last > done:
                pieces += [text[done:first], "…"] if first >= done else []
                done = last
        return "".join([*pieces, text[done:]])

    def named(text: str) -> Iterator[tuple[int, int]]:
        parts = _parts(text)
        for at, part in enumerate(parts):
            for length in sorted(lengths.get(part[0], ()), reverse=True):
                run = parts[at : at + length]
                signs = known.get(tuple(one[0] for one in run), ())
                if None in signs or (signs and _signs(text, run) in signs):
                    yield run[0].start(), run[-1].end()
                    break

    return hide


_EMAIL = re.compile(EMAIL)

_MAX_PARTS = 20
"""Of a longer path only the last parts are looked for, which bounds the time that this takes."""


def _parts(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[^\W\d_]+|\d+", text))


def _has_initial(parts: tuple[str, ...]) -> bool:
    return any(len(part) == 1 and part.isalpha() for part in parts)


def _signs(text: str, parts: list[re.Match[str]]) -> tuple[bool, ...]:
    """Between which parts there is more than white space."""
    return tuple(bool(text[a.end() : b.start()].strip()) for a, b in pairwise(parts))


class _Folded(NamedTuple):
    """A text without what makes no difference, and where each character of it was; None if each is
    where it was."""

    text: str
    places: list[int] | None

    def origin(self, index: int) -> int:
        """Where a character was."""
        return index if self.places is None else self.places[index]

    def end(self, index: int) -> int:
        """The end of what was before this place, with the signs that belong to its last letter."""
        return max(self.origin(index - 1) + 1, self.origin(index))


def _folded(text: str) -> _Folded:
    if text.isascii():
        return _Folded(text.lower(), None)
    letters, places = [], []
    for at, character in enumerate(text):
        own = _folded_character(character)
        letters.append(own)
        places += [at] * len(own)
    return _Folded("".join(letters), [*places, len(text)])


@cache
def _folded_character(character: str) -> str:
    if character.isspace():
        return " "
    apart = normalize("NFKD", character)
    kept = "".join(one for one in apart if category(one)[0] != "M")
    return strip_invisible(kept).casefold()
