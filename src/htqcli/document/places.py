"""Places in a text: paths to values, characters, lines and columns."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from htqcli.words import truncate

FieldPath = tuple[str | int, ...]
"""The way to a value: field names and list positions counted from 0."""


def pointer(path: FieldPath) -> str:
    """A path as a JSON Pointer (RFC 6901). Names are cut to 200 characters, because every finding
    repeats them."""
    steps = (truncate(str(step), 200).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


class Span(NamedTuple):
    """Characters of a text, from `start` up to, not including, `end`."""

    start: int
    end: int


class Edit(NamedTuple):
    """Characters of a text, and the text that replaces them."""

    start: int
    end: int
    new: str


class Place(NamedTuple):
    """Lines and columns counted from 1, columns in Unicode code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Lines:
    """The lines of a text as an editor counts them: a line ends at CR LF, LF or CR only."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _ends_before(self) -> list[int]:
        """How many lines end before each block of characters. A text can have millions."""
        ends = (self._ends(at, at + _BLOCK) for at in range(0, len(self.text), _BLOCK))
        return list(accumulate(ends, initial=0))

    def _ends(self, start: int, end: int) -> int:
        """How many lines end in a part of the text. CR LF counts at its LF."""
        crlf = self.text.count("\r\n", start, end + 1)
        return self.text.count("\n", start, end) + self.text.count("\r", start, end) - crlf

    def place(self, span: Span) -> Place:
        """The lines and columns of `span`."""
        return Place(*self._line_and_column(span.start), *self._line_and_column(span.end))

    def bounds(self, index: int) -> tuple[int, int]:
        """Where the line of a character begins, and where it ends, not counting CR or LF."""
        start = self._start(index)
        ends = (self.text.find(end, start) for end in "\r\n")
        return start, min((end for end in ends if end >= 0), default=len(self.text))

    def _start(self, index: int) -> int:
        before = self.text.rfind("\r", 0, index)
        if before == index - 1 and self.text.startswith("\n", index):  # in the middle of CR LF
            before = self.text.rfind("\r", 0, max(before, 0))
        return max(self.text.rfind("\n", 0, index), before) + 1

    def _line_and_column(self, index: int) -> tuple[int, int]:
        block = index // _BLOCK
        line = 1 + self._ends_before[block] + self._ends(block * _BLOCK, index)
        return line, index - self._start(index) + 1


_BLOCK = 65_536
