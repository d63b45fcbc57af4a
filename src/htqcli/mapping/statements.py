"""The statements of a list of KSBs, found by a text that is one of them or is similar to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from htqcli.ksbs.versions import PROPOSED
from htqcli.words import title_key

_CLEAR = 0.03
"""How much nearer than any other a statement must be to be proposed."""
_MAX_STATEMENT = 2_000
"""How much of a text is compared. The longest statement of the published data has fewer than 1,000
characters."""


class Nearest(NamedTuple):
    """A statement that is similar to a text, from 0 to 1. `is_clear` is false if another is about
    as similar."""

    label: str
    statement: str
    similarity: float
    is_clear: bool

    @property
    def is_proposed(self) -> bool:
        """Whether it is nearly certainly the statement that is meant."""
        return self.is_clear and self.similarity >= PROPOSED


class Statements:
    """The statements of a list, found by their words."""

    def __init__(self, statements: Mapping[str, str]) -> None:
        self._texts = dict(statements)
        counted = Counter(title_key(text) for text in statements.values())
        self._exact = {
            title_key(text): label
            for label, text in statements.items()
            if counted[title_key(text)] == 1
        }

    def label(self, text: str) -> str | None:
        """The label of an equal statement; blanks, case and punctuation do not count. None if two
        have the same words."""
        return self._exact.get(title_key(text))

    def nearest(self, text: str) -> Nearest | None:
        """The most similar statement; None if there are no statements."""
        from rapidfuzz import fuzz, process, utils

        found = process.extract(
            text[:_MAX_STATEMENT],
            self._texts,
            scorer=fuzz.ratio,
            processor=utils.default_process,
            limit=2,
        )
        if not found:
            return None
        statement, score, label = found[0]
        is_clear = len(found) == 1 or score - found[1][1] >= 100 * _CLEAR
        return Nearest(label, statement, score / 100, is_clear)
