"""What covers each KSB of the standards that a draft names, and whether every learner meets it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from htqcli.document.places import FieldPath
from htqcli.draft.application import (
    Application,
    StandardClaim,
    choices,
    named_again,
    units_in_structure,
)
from htqcli.draft.structure import Combinations, TooLarge, Units, combinations
from htqcli.ksbs.lists import KsbList, Lists, meant_label, mistaken, place, several
from htqcli.model.part import sound
from htqcli.model.reading import Reading
from htqcli.vocabulary import LABEL
from htqcli.words import quote


class Occupation(NamedTuple):
    """A standard that a draft names, with the units that cover each KSB that it needs: none for a
    gap. A KSB is left out where the draft does not soundly say what covers it.

    `list` is the standard's KSB list, or says why there is none to use; then the KSBs are those
    of the mapping. `mapped` is false where the mapping names no unit. `settled` says that what
    the occupation needs is known: its list is there, and nothing that chooses it is unsound.
    `is_one_of_several` says that the draft names other options of the standard too.
    """

    path: FieldPath
    claim: StandardClaim
    list: KsbList | str
    covering: dict[str, tuple[str, ...]]
    mapped: bool
    settled: bool
    is_one_of_several: bool = False

    @property
    def reference(self) -> str:
        """What the standard is called in messages."""
        return self.claim.resolved_reference or quote(self.claim.reference or "the standard")

    @property
    def name(self) -> str:
        """The reference, with the option that makes it an occupation of its own."""
        has_options = isinstance(self.list, KsbList) and self.list.options
        option = self.claim.option if has_options or self.is_one_of_several else None
        return f"{self.reference} ({option})" if option else self.reference

    @property
    def gaps(self) -> tuple[str, ...]:
        """The KSBs that no unit covers."""
        return tuple(label for label, units in self.covering.items() if not units)


class StandardCoverage(NamedTuple):
    """How much of a standard, or of an option of one, a draft covers: how many KSBs it has, how
    many of them a unit covers, and how many every permitted combination of units covers. None where
    that is not known."""

    reference: str | None
    version: str | None
    ksbs: int | None
    covered: int | None
    in_every_combination: int | None
    option: str | None = None


def occupations(reading: Reading[Application], lists: Lists) -> tuple[Occupation, ...]:
    """What a draft says of each standard that it names, or of each option of one, in its order; of
    one that it names twice what it says first."""
    begun = {path[:3] for path in reading.lost}
    again = named_again(reading.part)
    claims = [one for one in sound(reading.part.standards) if one[0] not in again]
    often = Counter(claim.resolved_reference for _, claim in claims)
    return tuple(
        _occupation(reading, ("standards", index), claim, begun, lists)._replace(
            is_one_of_several=often[claim.resolved_reference] > 1
        )
        for index, claim in claims
    )


def _occupation(
    reading: Reading[Application],
    at: FieldPath,
    claim: StandardClaim,
    begun: set[FieldPath],
    lists: Lists,
) -> Occupation:
    known: KsbList | str = "the reference of the standard is not known"
    if claim.resolved_reference is not None:
        known = lists.get(claim.resolved_reference, claim.version)
    mapping = claim.ksbs or {}
    chosen = all(reading.is_reliable((*at, name)) for name in ("reference", "version", "option"))
    wrong = mistaken(mapping, known)
    together = (own for label in wrong for own in several(label) if own not in mapping)
    beginning = (*at, "ksbs")
    unread = (str(path[3]) for path in reading.lost if path[:3] == beginning and len(path) > 3)
    mistyped = {*wrong.values(), *together, *map(meant_label, unread)}
    covering = {}
    for label in filter(LABEL.fullmatch, _needed(known, claim)):
        names = mapping[label].units if label in mapping else ()
        units = [name for _, name in sound(names)]
        if (
            label not in mistyped
            and reading.is_reliable((*at, "ksbs", label, "units"))
            and len(units) == len(names)
            and all(is_unit(reading, name) for name in units)
        ):
            covering[label] = tuple(units)
    return Occupation(
        at,
        claim,
        known,
        covering,
        mapped=(*at, "ksbs") in begun or any(coverage.units for coverage in mapping.values()),
        settled=isinstance(known, KsbList) and chosen,
    )


def _needed(known: KsbList | str, claim: StandardClaim) -> tuple[str, ...]:
    return tuple(claim.ksbs or {}) if isinstance(known, str) else known.needed(claim.option)


def is_unit(reading: Reading[Application], name: str) -> bool:
    """Whether a draft has a unit of this id, even one that is not sound in everything."""
    return name in reading.part.units or not reading.is_reliable(("units", name))


def permitted(reading: Reading[Application]) -> Combinations | None:
    """The combinations of units that a draft permits; None where it does not soundly say which,
    and where no learner can satisfy it."""
    if any(path[0] in ("structure", "units") for path in reading.lost):
        return None
    if any(not is_unit(reading, name) for _, name in units_in_structure(reading.part)):
        return None
    if not all(group.says_how_many for _, group in choices(reading.part)):
        return None
    found = combinations(reading.part)
    return found if found.can_avoid(0) else None


def standards(
    named: tuple[Occupation, ...], permitted: Combinations | None
) -> list[StandardCoverage]:
    """How much of each standard a draft covers."""
    return [_standard(one, permitted) for one in named]


def _standard(one: Occupation, permitted: Combinations | None) -> StandardCoverage:
    reference, version = one.claim.resolved_reference or one.claim.reference, one.claim.version
    option = one.claim.option
    if isinstance(one.list, str):
        return StandardCoverage(reference, version, None, None, None, option)
    always = None
    if permitted:
        with suppress(TooLarge):
            always = permitted.always_covered(map(permitted.units, one.covering.values()))
    needed = len(one.list.needed(option))
    covered = sum(map(bool, one.covering.values()))
    return StandardCoverage(reference, version, needed, covered, always, option)


Met = Literal["always", "sometimes", "never"]
"""Whether a KSB is covered, fully or partly, in every permitted combination of units, in some
or in none."""


class Row(NamedTuple):
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
        if claim.resolved_reference is None:
            continue
        known = lists.get(claim.resolved_reference, claim.version)
        mapped = claim.ksbs or {}
        labels = list(mapped)
        if isinstance(known, KsbList):
            needed = known.needed(claim.option)
            labels = [*needed, *(label for label in mapped if label not in needed)]
        rows = []
        for label in sorted(filter(LABEL.fullmatch, labels), key=place):
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
                claim.resolved_reference,
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
