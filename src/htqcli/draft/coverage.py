"""Which units cover each KSB of the standards in a draft, and whether every learner meets it."""

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
    repeated_standards,
    units_in_structure,
)
from htqcli.draft.structure import Combinations, TooLarge, Units, combinations
from htqcli.ksbs.lists import (
    KsbList,
    Lists,
    combined_labels,
    label_order,
    parse_label,
    wrong_labels,
)
from htqcli.model.part import sound
from htqcli.model.reading import Reading
from htqcli.vocabulary import LABEL
from htqcli.words import quote


class Occupation(NamedTuple):
    """A standard, or an option of one, that a draft names, with the units that cover each KSB: none
    for a gap. A KSB is left out if the units that cover it are not soundly known.

    `list` is the standard's KSB list, or the reason why there is none; then the KSBs are those of
    the mapping. `is_mapped` is false if the mapping contains no unit. `is_settled` is true if the
    list was found and everything that selects it is sound. `is_one_of_several` is true if the
    draft names other options of the standard too.
    """

    path: FieldPath
    claim: StandardClaim
    list: KsbList | str
    covering: dict[str, tuple[str, ...]]
    is_mapped: bool
    is_settled: bool
    is_one_of_several: bool = False

    @property
    def reference(self) -> str:
        """The name of the standard in messages."""
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
    """How many KSBs a standard, or an option of one, has, how many of them a unit covers, and how
    many every permitted combination of units covers. Unknown numbers are None."""

    reference: str | None
    version: str | None
    ksbs: int | None
    covered: int | None
    in_every_combination: int | None
    option: str | None = None


def occupations(reading: Reading[Application], lists: Lists) -> tuple[Occupation, ...]:
    """The standards, or options of them, that a draft names, in its order. Repetitions are left
    out."""
    repeated = repeated_standards(reading.part)
    claims = [(at, claim) for at, claim in sound(reading.part.standards) if at not in repeated]
    counts = Counter(claim.resolved_reference for _, claim in claims)
    lost_parts = {path[:3] for path in reading.lost}
    return tuple(
        _occupation(reading, ("standards", at), claim, lost_parts, lists)._replace(
            is_one_of_several=counts[claim.resolved_reference] > 1
        )
        for at, claim in claims
    )


def _occupation(
    reading: Reading[Application],
    at: FieldPath,
    claim: StandardClaim,
    lost_parts: set[FieldPath],
    lists: Lists,
) -> Occupation:
    known: KsbList | str = "the reference of the standard is not known"
    if claim.resolved_reference is not None:
        known = lists.get(claim.resolved_reference, claim.version)
    mapping = claim.ksbs or {}
    selection = all(reading.is_reliable((*at, name)) for name in ("reference", "version", "option"))
    wrong = wrong_labels(mapping, known)
    together = (own for label in wrong for own in combined_labels(label) if own not in mapping)
    ksbs = (*at, "ksbs")
    unread = (str(path[3]) for path in reading.lost if path[:3] == ksbs and len(path) > 3)
    mistyped = {*wrong.values(), *together, *map(parse_label, unread)}
    covering = {}
    for label in filter(LABEL.fullmatch, _needed(known, claim)):
        names = mapping[label].units if label in mapping else ()
        units = [name for _, name in sound(names)]
        if (
            label not in mistyped
            and reading.is_reliable((*ksbs, label, "units"))
            and len(units) == len(names)
            and all(is_unit(reading, name) for name in units)
        ):
            covering[label] = tuple(units)
    return Occupation(
        at,
        claim,
        known,
        covering,
        is_mapped=ksbs in lost_parts or any(coverage.units for coverage in mapping.values()),
        is_settled=isinstance(known, KsbList) and selection,
    )


def _needed(known: KsbList | str, claim: StandardClaim) -> tuple[str, ...]:
    return tuple(claim.ksbs or {}) if isinstance(known, str) else known.needed(claim.option)


def is_unit(reading: Reading[Application], name: str) -> bool:
    """Whether a draft has a unit with this id, even one that is not wholly sound."""
    return name in reading.part.units or not reading.is_reliable(("units", name))


def permitted(reading: Reading[Application]) -> Combinations | None:
    """The combinations of units that a draft permits; None if its structure is unsound, or if no
    learner can satisfy it."""
    if any(path[0] in ("structure", "units") for path in reading.lost):
        return None
    if any(not is_unit(reading, name) for _, name in units_in_structure(reading.part)):
        return None
    if not all(group.has_one_amount for _, group in choices(reading.part)):
        return None
    found = combinations(reading.part)
    return found if found.can_avoid(0) else None


def standards(
    named: tuple[Occupation, ...], permitted: Combinations | None
) -> list[StandardCoverage]:
    """How much of each standard a draft covers."""
    return [_standard(occupation, permitted) for occupation in named]


def _standard(occupation: Occupation, permitted: Combinations | None) -> StandardCoverage:
    claim = occupation.claim
    reference, version = claim.resolved_reference or claim.reference, claim.version
    if isinstance(occupation.list, str):
        return StandardCoverage(reference, version, None, None, None, claim.option)
    always = None
    if permitted:
        with suppress(TooLarge):
            always = permitted.always_covered(map(permitted.units, occupation.covering.values()))
    needed = len(occupation.list.needed(claim.option))
    covered = sum(map(bool, occupation.covering.values()))
    return StandardCoverage(reference, version, needed, covered, always, claim.option)


Met = Literal["always", "sometimes", "never"]
"""Whether a KSB is covered, fully or partly, in every permitted combination of units, in some or
in none."""


MET: dict[Met, str] = {
    "never": "never",
    "sometimes": "some combinations",
    "always": "every combination",
}
"""Where a KSB is met, in words, with gaps first."""


class Row(NamedTuple):
    """A KSB: its statement if its list was found, the units that cover it and how far, and whether
    it is met in every combination and in those of each pathway. `reason` is why it is covered
    partly, and `assessed_by` are ids of assessments."""

    label: str
    statement: str | None
    units: dict[str, Literal["full", "partial"]]
    met: Met
    pathways: dict[str, Met]
    reason: str | None = None
    assessed_by: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Where it is met, with the pathways on which it always is, if they differ."""
        differs = self.met == "sometimes" and len(set(self.pathways.values())) > 1
        always = [name for name, met in self.pathways.items() if met == "always"]
        on = f"; always on {', '.join(always)}" if differs and always else ""
        return f"{MET[self.met]}{on}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The KSBs of a standard that a draft names, and the draft's units with their titles.
    `unknown` is the reason why the standard has no list; then the KSBs are those of the
    mapping. `path` is that of the standard in the draft."""

    reference: str
    title: str | None
    units: dict[str, str]
    rows: tuple[Row, ...]
    unknown: str | None
    path: FieldPath = ()

    @property
    def summary(self) -> str:
        """How many KSBs are met where, in a line."""
        return (
            f"{len(self.rows)} KSBs: {self.count('always')} met in every combination, "
            f"{self.count('sometimes')} in some, {self.count('never')} never"
        )

    @property
    def gaps_first(self) -> list[Row]:
        """The KSBs that are met least often first."""
        return sorted(self.rows, key=lambda row: list(MET).index(row.met))

    def count(self, met: Met) -> int:
        """How many KSBs are met always, sometimes or never."""
        return sum(row.met == met for row in self.rows)


def all_labels(claim: StandardClaim, known: KsbList | str) -> list[str]:
    """The KSBs of a table about a standard, in their order: those that its list has for the option,
    and those that only the mapping names."""
    labels = {*_needed(known, claim), *(claim.ksbs or {})}
    return sorted(filter(LABEL.fullmatch, labels), key=label_order)


def matrices(application: Application, lists: Lists) -> tuple[Matrix, ...]:
    """The matrix of every standard that a draft names, in its order. Raises TooLarge."""
    permitted = combinations(application)
    labels = sum(len(claim.ksbs or ()) for _, claim in sound(application.standards))
    permitted.check_size(labels * (1 + len(permitted.pathways)))
    ways = {
        way.name or "": replace(permitted, pathways=(way,))
        for way in permitted.pathways
        if permitted.can_be_satisfied(way)
    }
    units = {name: unit.title or name for name, unit in application.units.items()}
    found = []
    for at, claim in sound(application.standards):
        if claim.resolved_reference is None:
            continue
        known = lists.get(claim.resolved_reference, claim.version)
        mapped = claim.ksbs or {}
        rows = []
        for label in all_labels(claim, known):
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
                    coverage.reason if coverage else None,
                    tuple(name for _, name in sound(coverage.assessed_by)) if coverage else (),
                )
            )
        found.append(
            Matrix(
                claim.resolved_reference,
                known.title if isinstance(known, KsbList) else claim.title,
                units,
                tuple(rows),
                known if isinstance(known, str) else None,
                ("standards", at),
            )
        )
    return tuple(found)


def _met(permitted: Combinations, covering: Units) -> Met:
    if not covering:
        return "never"
    return "sometimes" if permitted.can_avoid(covering) else "always"
