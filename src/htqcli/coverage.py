"""The matrix of KSBs and units: what covers each KSB, and whether every learner meets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from htqcli.application import Application
from htqcli.fields import sound
from htqcli.ksbs import LABEL, KsbList, Lists
from htqcli.structure import Combinations, Units, combinations

Met = Literal["always", "sometimes", "never"]
"""Whether a KSB is covered, fully or partly, in every permitted combination of units, in some
or in none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One KSB: its statement where the list is at hand, the units that cover it with how far
    each does, and whether it is met in every combination and in those of each pathway."""

    label: str
    statement: str | None
    units: dict[str, Literal["full", "partial"]]
    met: Met
    pathways: dict[str, Met]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The KSBs of a standard that a draft names, and the draft's units with their titles.
    `unknown` says why the standard's own list is not at hand; then only what the mapping names
    is here."""

    reference: str
    title: str | None
    units: dict[str, str]
    rows: tuple[Row, ...]
    unknown: str | None

    def count(self, met: Met) -> int:
        """How many KSBs are met always, sometimes or never."""
        return sum(row.met == met for row in self.rows)


def matrices(application: Application, lists: Lists) -> tuple[Matrix, ...]:
    """The matrix of every standard that the draft names, in its order. Raises TooLarge."""
    permitted = combinations(application)
    permitted.check_size()
    ways = {
        way.name or "": replace(permitted, pathways=(way,))
        for way in permitted.pathways
        if permitted.can_be_satisfied(way)
    }
    units = {name: unit.title or name for name, unit in application.units.items()}
    found = []
    for _, claim in sound(application.standards):
        if claim.meant is None:
            continue
        known = lists.get(claim.meant, claim.version)
        mapped = claim.ksbs or {}
        labels = list(mapped)
        if isinstance(known, KsbList):
            needed = known.needed(claim.option)
            labels = [*needed, *(label for label in mapped if label not in needed)]
        rows = []
        for label in sorted(filter(LABEL.fullmatch, labels), key=_place):
            coverage = mapped.get(label)
            names = [name for _, name in sound(coverage.units)] if coverage else []
            covering = permitted.units(names)
            rows.append(
                Row(
                    label,
                    known.ksbs.get(label) if isinstance(known, KsbList) else None,
                    dict.fromkeys(permitted.names(covering), coverage.coverage) if coverage else {},
                    _met(permitted, covering),
                    {name: _met(way, covering) for name, way in ways.items()},
                )
            )
        found.append(
            Matrix(
                claim.meant,
                known.title if isinstance(known, KsbList) else claim.title,
                units,
                tuple(rows),
                known if isinstance(known, str) else None,
            )
        )
    return tuple(found)


def _met(permitted: Combinations, covering: Units) -> Met:
    if not covering:
        return "never"
    return "sometimes" if permitted.can_avoid(covering) else "always"


def _place(label: str) -> tuple[int, int]:
    return "KSB".index(label[0]), int(label[1:])
