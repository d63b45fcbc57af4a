"""What --fix changes in a text."""

from __future__ import annotations

from dataclasses import dataclass

from htqcli.check.report import Repair
from htqcli.document.places import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of a text and what replaces them, for one repair, or for several that share a
    value through an alias."""

    span: Span
    text: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """An edit as a person is told of it: its line, counted from 1, the old and new text, and the
    code of the rule. With `brings`, it was not made, because it would cause these findings."""

    line: int
    old: str
    new: str
    code: str
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit that was made. `start` and `end` are positions in the original text."""

    start: int
    end: int
    text: str
    correction: Correction
