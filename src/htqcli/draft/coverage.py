"""Which units cover each KSB of the standards in a draft, and whether every learner meets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from htqcli.document.places import FieldPath
from htqcli.draft.application import (
    Application,
    Choice,
    Coverage,
    StandardClaim,
    Unit,
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
    ksbs = (*at, "ksbs")
    selection = all(reading.is_reliable((*at, name)) for name in ("reference", "version", "option"))
    is_told = _telling(reading, at, claim, known)
    covering = {}
    for label in filter(LABEL.fullmatch, _needed(known, claim)):
        if is_told(label):
            coverage = (claim.ksbs or {}).get(label)
            covering[label] = tuple(name for _, name in sound(coverage.units)) if coverage else ()
    return Occupation(
        at,
        claim,
        known,
        covering,
        is_mapped=ksbs in lost_parts
        or any(coverage.units for coverage in (claim.ksbs or {}).values()),
        is_settled=isinstance(known, KsbList) and selection,
    )


def _telling(
    reading: Reading[Application], at: FieldPath, claim: StandardClaim, known: KsbList | str
) -> Callable[[str], bool]:
    """Whether the units that cover a KSB are soundly known, by its label."""
    mapping = claim.ksbs or {}
    ksbs = (*at, "ksbs")
    wrong = wrong_labels(mapping, known)
    together = (own for label in wrong for own in combined_labels(label) if own not in mapping)
    unread = (str(path[3]) for path in reading.lost if path[:3] == ksbs and len(path) > 3)
    mistyped = {*wrong.values(), *together, *map(parse_label, unread)}

    def is_told(label: str) -> bool:
        names = mapping[label].units if label in mapping else ()
        units = [name for _, name in sound(names)]
        return (
            label not in mistyped
            and reading.is_reliable((*ksbs, label, "units"))
            and len(units) == len(names)
            and all(is_unit(reading, name) for name in units)
        )

    return is_told


def _needed(known: KsbList | str, claim: StandardClaim) -> tuple[str, ...]:
    return tuple(claim.ksbs or {}) if isinstance(known, str) else known.needed(claim.option)


def is_unit(reading: Reading[Application], name: str) -> bool:
    """Whether a draft has a unit with this id, even one that is not wholly sound."""
    return name in reading.part.units or not reading.is_reliable(("units", name))


def permitted(reading: Reading[Application]) -> Combinations | None:
    """The combinations of units that a draft permits; None if its structure is unsound, or if no
    learner can satisfy it."""
    if any(path[0] in ("structure", "units") and path[2:] != ("title",) for path in reading.lost):
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


Met = Literal["always", "sometimes", "never", "unknown"]
"""Whether a KSB is covered, fully or partly, in every permitted combination of units, in some or
in none. It cannot be told if the draft does not soundly say so: a unit or the label is misspelt,
the version is not readable, or no learner can satisfy the structure."""

MET: dict[Met, str] = {
    "unknown": "cannot be told",
    "never": "never",
    "sometimes": "some combinations",
    "always": "every combination",
}
"""Where a KSB is met, in words, with gaps first."""

Extent = Literal["full", "partial"]


class Row(NamedTuple):
    """A KSB: its statement if its list was found, the units that cover it and how far, and whether
    it is met in every combination and in those of each pathway. `reason` is why it is covered
    partly, and `assessed_by` are ids of assessments. It is not `needed` if only the mapping names
    it, and the standard's list has it for other options only, or not at all."""

    label: str
    statement: str | None
    units: dict[str, Extent]
    met: Met
    pathways: dict[str, Met]
    reason: str | None = None
    assessed_by: tuple[str, ...] = ()
    needed: bool = True

    @property
    def where(self) -> str:
        """Where it is met, with the pathways on which it always is, if they differ."""
        if not self.needed:
            return "not needed"
        on = f"; always on {', '.join(self.always_on)}" if self.always_on else ""
        return f"{MET[self.met]}{on}"

    @property
    def always_on(self) -> tuple[str, ...]:
        """The pathways on which it is always met, if it is not on all."""
        if self.met != "sometimes" or len(set(self.pathways.values())) < 2:
            return ()
        return tuple(name for name, met in self.pathways.items() if met == "always")

    @property
    def coverage(self) -> Extent | None:
        """How far units cover it; None if none does, or if that cannot be told."""
        return next(iter(self.units.values()), None) if self.met != "unknown" else None


class UnitCoverage(NamedTuple):
    """The labels of the KSBs that a unit covers in full, those that it covers partly, and those
    that no other unit covers."""

    full: tuple[str, ...]
    partial: tuple[str, ...]
    alone: tuple[str, ...]

    @property
    def covers(self) -> bool:
        """Whether it covers any KSB."""
        return bool(self.full or self.partial)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The KSBs of a standard that a draft names, and the draft's units with their titles.
    `unknown` is the reason why the standard has no list; then the KSBs are those of the mapping.
    `path` is that of the standard in the draft. With `gaps_only`, only the KSBs that are not met in
    every combination are to be shown."""

    reference: str
    title: str | None
    units: dict[str, str]
    rows: tuple[Row, ...]
    unknown: str | None
    path: FieldPath = ()
    version: str | None = None
    option: str | None = None
    gaps_only: bool = False

    @property
    def summary(self) -> str:
        """How many KSBs are met where, in a line."""
        untold, needed = self.count("unknown"), sum(row.needed for row in self.rows)
        return (
            f"{needed} KSBs: {self.count('always')} met in every combination, "
            f"{self.count('sometimes')} in some, {self.count('never')} never"
            + (f", {untold} cannot be told" if untold else "")
        )

    @property
    def gaps_first(self) -> list[Row]:
        """The KSBs that are met least often first, and those that are not needed last."""
        order = list(MET)
        return sorted(self.rows, key=lambda row: (not row.needed, order.index(row.met)))

    def shows(self, row: Row) -> bool:
        """Whether a KSB is to be shown."""
        return not self.gaps_only or (row.needed and row.met != "always")

    @property
    def name(self) -> str:
        """The reference, with the version and the option if there are any."""
        option = f"({self.option})" if self.option else None
        return " ".join(part for part in (self.reference, self.version, option) if part)

    def shows_unit(self, unit: UnitCoverage) -> bool:
        """Whether a unit is to be shown."""
        return not (self.gaps_only and unit.covers)

    def count(self, met: Met) -> int:
        """How many of the KSBs that are needed are met so."""
        return sum(row.needed and row.met == met for row in self.rows)

    def of_kind(self, kind: str) -> Matrix:
        """The same with the knowledge, skills or behaviours only, by their letter."""
        return replace(self, rows=tuple(row for row in self.rows if row.label[0] == kind))

    def by_unit(self) -> dict[str, UnitCoverage]:
        """What each unit covers."""

        def labels(unit: str, extents: Collection[Extent], *, alone: bool = False) -> Iterator[str]:
            for row in self.rows:
                if row.units.get(unit) in extents and not (alone and len(row.units) > 1):
                    yield row.label

        return {
            unit: UnitCoverage(
                tuple(labels(unit, ["full"])),
                tuple(labels(unit, ["partial"])),
                tuple(labels(unit, ["full", "partial"], alone=True)),
            )
            for unit in self.units
        }


def all_labels(claim: StandardClaim, known: KsbList | str) -> list[str]:
    """The KSBs of a table about a standard, in their order: those that its list has for the option,
    and those that only the mapping names."""
    labels = {*_needed(known, claim), *(claim.ksbs or {})}
    return sorted(filter(LABEL.fullmatch, labels), key=label_order)


def matrices(
    application: Application, lists: Lists, lost: AbstractSet[FieldPath] = frozenset()
) -> tuple[Matrix, ...]:
    """The matrix of every standard that a draft names, in its order. `lost` are the paths of what
    could not be read of it. Raises TooLarge."""
    reading = Reading(application, (), frozenset(lost))
    together = combinations(application)
    labels = sum(len(claim.ksbs or ()) for _, claim in sound(application.standards))
    together.check_size(labels * (1 + len(together.pathways)))
    known_sets = permitted(reading)
    ways = {
        way.name or "": replace(known_sets, pathways=(way,)) if known_sets else None
        for way in together.pathways
        if together.can_be_satisfied(way)
    }
    every_way: dict[str | None, Combinations | None] = {None: known_sets}
    every_way.update(ways)
    units = {name: unit.title or name for name, unit in application.units.items()}
    found = []
    for at, claim in sound(application.standards):
        if claim.resolved_reference is None:
            continue
        known = lists.get(claim.resolved_reference, claim.version)
        needed = set(_needed(known, claim))
        has_meaning = reading.is_reliable(("standards", at, "version"))
        is_told = _telling(reading, ("standards", at), claim, known)
        rows = []
        for label in all_labels(claim, known):
            coverage = (claim.ksbs or {}).get(label)
            names = [name for _, name in sound(coverage.units)] if coverage else []
            covering = together.units(names)
            extent = dict.fromkeys(together.names(covering), coverage.coverage) if coverage else {}
            told = is_told(label)
            met: dict[str | None, Met] = {
                name: _met(sets, covering, is_told=told) if has_meaning else "unknown"
                for name, sets in every_way.items()
            }
            rows.append(
                Row(
                    label,
                    known.ksbs.get(label) if isinstance(known, KsbList) else None,
                    extent,
                    met[None],
                    {name: met[name] for name in ways},
                    coverage.reason if coverage else None,
                    tuple(name for _, name in sound(coverage.assessed_by)) if coverage else (),
                    label in needed,
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
                claim.version,
                claim.option,
            )
        )
    return tuple(found)


def _met(sets: Combinations | None, covering: Units, *, is_told: bool) -> Met:
    """Where a KSB is met in sets of units. More units can only make a KSB that they always meet
    one that they always meet."""
    if sets and covering and not sets.can_avoid(covering):
        return "always"
    if not is_told:
        return "unknown"
    if not covering:
        return "never"
    return "sometimes" if sets else "unknown"


def without_unit(application: Application, name: str) -> Application:
    """The same draft without a unit: not among the units, not in the structure, and covering
    nothing."""

    def others(names: tuple[str | None, ...]) -> tuple[str | None, ...]:
        return tuple(own for own in names if own != name)

    def groups(optional: tuple[Choice | None, ...]) -> tuple[Choice | None, ...]:
        return tuple(
            group and group.model_copy(update={"from_": others(group.from_ or ())})
            for group in optional
        )

    def claim(one: StandardClaim | None) -> StandardClaim | None:
        ksbs = {
            label: coverage.model_copy(update={"units": others(coverage.units)})
            for label, coverage in (one.ksbs or {} if one else {}).items()
        }
        return one and one.model_copy(update={"ksbs": ksbs})

    structure = application.structure
    if structure is not None:
        pathways = tuple(
            way
            and way.model_copy(
                update={"mandatory": others(way.mandatory), "optional": groups(way.optional)}
            )
            for way in structure.pathways
        )
        update = {"mandatory": others(structure.mandatory), "optional": groups(structure.optional)}
        structure = structure.model_copy(update={**update, "pathways": pathways})
    units = {own: unit for own, unit in application.units.items() if own != name}
    standards = tuple(map(claim, application.standards))
    return application.model_copy(
        update={"units": units, "structure": structure, "standards": standards}
    )


def with_covering(
    application: Application, name: str, standards: Collection[int], labels: Iterable[str]
) -> Application:
    """The same draft with a unit that also covers these KSBs of the standards at these positions.
    The unit is added if the draft does not have it. A KSB that is covered partly stays so."""
    labels = list(labels)

    def claim(one: StandardClaim) -> StandardClaim:
        ksbs = dict(one.ksbs or {})
        for label in labels:
            coverage = ksbs.get(label, Coverage())
            if name not in coverage.units:
                units = (*coverage.units, name)
                ksbs[label] = coverage.model_copy(update={"units": units})
        return one.model_copy(update={"ksbs": ksbs})

    return application.model_copy(
        update={
            "units": {**application.units, name: application.units.get(name, Unit(title=name))},
            "standards": tuple(
                claim(one) if one and at in standards else one
                for at, one in enumerate(application.standards)
            ),
        }
    )
