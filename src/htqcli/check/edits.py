"""What --fix changes in a text."""

from __future__ import annotations

from dataclasses import dataclass

from htqcli.check.report import Repair
from htqcli.document.places import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of a text, and what is written in their place for one repair, or for several
    that share a value by an alias."""

    span: Span
    text: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """An edit that was made, or that was not because of findings it would bring (`brings`): the
    line, counted from 1, what stood there, what stands there now, and the code of the rule."""

    line: int
    old: str
    new: str
    code: str
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A change, with the characters of the text as it was at first."""

    start: int
    end: int
    text: str
    change: Correction
