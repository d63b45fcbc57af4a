"""Which units a learner takes, and whether every learner becomes competent in an occupation.

A set of units is *permitted* if it contains every mandatory unit, satisfies every group and, if
there are pathways, does the same for the units and groups of one of them. Adding a unit to a
permitted set leaves it permitted, because a structure never forbids a unit.

So we can tell which KSBs a learner can miss without looking at every combination. A learner misses
a KSB by avoiding all units that cover it. If any set that avoids some units is permitted, so is
the largest: all other units. So *a permitted set that avoids these units exists exactly when all
other units together are permitted*. That is one test, however many combinations there are. Every
permitted set misses a KSB that no unit covers.

A set covers no occupation if it misses a KSB of each. So, to find out whether every permitted set
covers an occupation, we choose one KSB of each occupation and ask whether all units that cover any
of them can be avoided. Three facts keep this search small:

- If the units that cover one KSB are among those that cover another, the first is easier to miss.
  So only the KSBs with the smallest sets of units, by inclusion, matter.
- Units that cannot be avoided cannot be avoided together with more.
- The units avoided for one occupation may already make another miss a KSB.

A set of units is an integer with one bit for each unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations as choices_of
from math import comb
from typing import NamedTuple

from htqcli.draft.application import Application, Choice
from htqcli.model.part import sound

Units = int
"""A set of units: bit n stands for the n-th unit."""

UnitsByCredits = Mapping[int, Units]
"""The units with each number of credits."""

MAX_SIZE = 1_000
"""How many units, groups and KSBs of an occupation are accepted. A qualification has a tenth of
that."""

MAX_STEPS = 50_000_000
"""How many steps a search may take: a second or two. A structure of 60 units, 12 groups, 4 pathways
and 3 standards with 40 KSBs each takes some thousands."""


MAX_SETS = 20_000
"""How many sets of units, or sums of credits, a count of combinations may look at."""


class TooLarge(Exception):
    """A structure or mapping that could take for ever, so it gets no answer."""


class UnitChoice(NamedTuple):
    """Units to choose from: at least `choose` of them, or at least `credits` credits together."""

    units: Units
    choose: int | None
    credits: int | None

    def is_satisfied(self, chosen: Units, by_credits: UnitsByCredits) -> bool:
        """Whether a set contains enough units of the group."""
        own = self.units & chosen
        if self.choose is not None:
            return own.bit_count() >= self.choose
        total = sum(credits * (own & units).bit_count() for credits, units in by_credits.items())
        return total >= (self.credits or 0)


class Requirement(NamedTuple):
    """What the qualification, or a pathway, requires of a set of units."""

    name: str | None
    mandatory: Units
    groups: tuple[UnitChoice, ...]

    def is_satisfied(self, chosen: Units, by_credits: UnitsByCredits) -> bool:
        """Whether a set contains the mandatory units and satisfies the groups."""
        return not self.mandatory & ~chosen and all(
            group.is_satisfied(chosen, by_credits) for group in self.groups
        )


Occupations = Mapping[str, Mapping[str, Iterable[str]]]
"""For each occupation, the units that cover each of its KSBs."""


class CounterExample(NamedTuple):
    """A minimal permitted set of units that covers no occupation: its pathway, the units, and the
    labels of the KSBs that it misses for each occupation."""

    pathway: str | None
    units: tuple[str, ...]
    uncovered: dict[str, tuple[str, ...]]


class Repair(NamedTuple):
    """How to close a gap on a pathway, with any one of these units: cover the KSB in a unit that
    every learner there takes, or make a unit that covers it mandatory there."""

    cover_in: tuple[str, ...]
    make_mandatory: tuple[str, ...]


class Minimal(NamedTuple):
    """How many minimal combinations there are, and the fewest and the most credits of one. A
    combination is minimal if it is permitted and no unit can be left out of it."""

    number: int
    least_credits: int
    most_credits: int


@dataclass(frozen=True)
class Combinations:
    """The sets of units that a structure permits."""

    ids: tuple[str, ...]
    credits: tuple[int, ...]
    everywhere: Requirement
    pathways: tuple[Requirement, ...]

    @property
    def all_units(self) -> Units:
        """All units of the qualification."""
        return (1 << len(self.ids)) - 1

    def units(self, names: Iterable[str]) -> Units:
        """The set of the units with these ids. Other names are ignored."""
        found = 0
        for name in names:
            if name in self._numbers:
                found |= 1 << self._numbers[name]
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: bit for bit, name in enumerate(self.ids)}

    @cached_property
    def _by_credits(self) -> UnitsByCredits:
        found: dict[int, Units] = {}
        for bit, credits in enumerate(self.credits):
            found[credits] = found.get(credits, 0) | 1 << bit
        return found

    @cached_property
    def _groups(self) -> tuple[UnitChoice, ...]:
        return tuple(group for way in (self.everywhere, *self.pathways) for group in way.groups)

    @cached_property
    def _steps(self) -> int:
        """The most steps needed to tell whether one set is permitted."""
        counting = sum(group.choose is None for group in self._groups)
        return 20 * (1 + len(self._groups)) + 10 * counting * len(self._by_credits)

    def check_size(self, questions: int = 0) -> None:
        """Raise TooLarge if there are too many units, or too many groups and pathways, to tell of
        so many sets whether they are permitted."""
        if len(self.ids) > MAX_SIZE or len(self._groups) + len(self.pathways) > MAX_SIZE:
            raise TooLarge
        if questions * self._steps > MAX_STEPS:
            raise TooLarge

    def names(self, units: Units) -> tuple[str, ...]:
        """The ids of a set of units, in the order of the draft."""
        return tuple(self.ids[bit] for bit in bits(units))

    def pathway(self, chosen: Units) -> Requirement | None:
        """The first pathway that permits a set, or the whole qualification if there are none; None
        if the set is not permitted."""
        if not self.everywhere.is_satisfied(chosen, self._by_credits):
            return None
        if not self.pathways:
            return self.everywhere
        satisfied = (way for way in self.pathways if way.is_satisfied(chosen, self._by_credits))
        return next(satisfied, None)

    def can_be_satisfied(self, way: Requirement) -> bool:
        """Whether all units together satisfy it."""
        return way.is_satisfied(self.all_units, self._by_credits)

    def can_avoid(self, units: Units) -> bool:
        """Whether a permitted set contains none of these units. Without units: whether any set is
        permitted."""
        return self.pathway(self.all_units & ~units) is not None

    def always_covered(self, covering: Iterable[Units]) -> int:
        """How many KSBs every permitted set covers, given the units that cover each. Raises
        TooLarge."""
        ksbs = Counter(covering)
        self.check_size(len(ksbs))
        return sum(count for units, count in ksbs.items() if not self.can_avoid(units))

    def minimal(self, way: Requirement | None = None) -> Minimal | None:
        """The minimal combinations of a pathway, or of the whole qualification if it has none;
        None if no set is permitted. Raises TooLarge.

        Groups that share no unit, apart from mandatory ones, are chosen from independently, so
        their counts are multiplied.
        """
        self.check_size()
        both = (self.everywhere, way) if way else (self.everywhere,)
        if not all(one.is_satisfied(self.all_units, self._by_credits) for one in both):
            return None
        mandatory = 0
        for one in both:
            mandatory |= one.mandatory
        groups = [
            UnitChoice(
                group.units & ~mandatory,
                None if group.choose is None else group.choose - taken.bit_count(),
                None if group.choose is not None else (group.credits or 0) - self._sum(taken),
            )
            for one in both
            for group in one.groups
            if not group.is_satisfied(taken := group.units & mandatory, self._by_credits)
        ]
        found = Minimal(1, self._sum(mandatory), self._sum(mandatory))
        for together in _sharing_units(groups):
            own = self._minimal_choices(together)
            found = Minimal(
                found.number * own.number,
                found.least_credits + own.least_credits,
                found.most_credits + own.most_credits,
            )
        return found

    def _sum(self, units: Units) -> int:
        return sum(self.credits[bit] for bit in bits(units))

    def _minimal_choices(self, groups: list[UnitChoice]) -> Minimal:
        """The minimal sets that satisfy groups, each of which can be satisfied and shares a unit
        with another."""
        if len(groups) == 1:
            (group,) = groups
            credits = sorted((self.credits[bit] for bit in bits(group.units)), reverse=True)
            if group.choose is not None:
                least, most = credits[-group.choose :], credits[: group.choose]
                return Minimal(comb(len(credits), group.choose), sum(least), sum(most))
            return _minimal_sums(credits, group.credits or 0)
        # A minimal set grows from the empty one by satisfying group after group, each with as
        # little as possible. Not every set that grows so is minimal.
        grown, looked_at = {0}, 0
        for group in groups:
            larger: set[Units] = set()
            for chosen in grown:
                for more in self._smallest_ways(group, chosen):
                    larger.add(chosen | more)
                    looked_at += 1
                    if looked_at > MAX_SETS:
                        raise TooLarge
            grown = larger
        if len(grown) * sum(group.units.bit_count() for group in groups) > 40 * MAX_SETS:
            raise TooLarge
        minimal = [
            chosen
            for chosen in grown
            if not any(
                all(group.is_satisfied(chosen & ~(1 << bit), self._by_credits) for group in groups)
                for bit in bits(chosen)
            )
        ]
        sums = [self._sum(chosen) for chosen in minimal]
        return Minimal(len(minimal), min(sums), max(sums))

    def _smallest_ways(self, group: UnitChoice, chosen: Units) -> Iterator[Units]:
        """The minimal sets of units that satisfy a group together with those chosen already."""
        left = list(bits(group.units & ~chosen))
        has = group.units & chosen
        if group.choose is not None:
            for names in choices_of(left, max(0, group.choose - has.bit_count())):
                yield sum(1 << bit for bit in names)
            return
        left = sorted(
            (bit for bit in left if self.credits[bit]), key=lambda bit: -self.credits[bit]
        )
        rest = [sum(self.credits[bit] for bit in left[at:]) for at in range(len(left))]
        waiting = [(0, 0, (group.credits or 0) - self._sum(has))]
        while waiting:
            units, at, missing = waiting.pop()
            if missing <= 0:
                yield units
                continue
            # Units with most credits come first, so that none before the last can be left out.
            for number in range(at, len(left)):
                if rest[number] < missing:
                    break
                bit = left[number]
                waiting.append((units | 1 << bit, number + 1, missing - self.credits[bit]))

    def _minimal_subset(self, chosen: Units) -> Units:
        """A permitted set inside a permitted one, from which no unit can be removed."""
        for bit in reversed(range(len(self.ids))):
            smaller = chosen & ~(1 << bit)
            if smaller != chosen and self.pathway(smaller) is not None:
                chosen = smaller
        return chosen

    def counter_example(self, occupations: Occupations) -> CounterExample | None:
        """A permitted set that covers no occupation in full; None if every set covers one or there
        are no occupations. Every set covers an occupation without KSBs. Raises TooLarge."""
        self.check_size()
        covering = {
            occupation: {label: self.units(names) for label, names in ksbs.items()}
            for occupation, ksbs in occupations.items()
        }
        avoided = self._avoidable(covering)
        if avoided is None:
            return None
        chosen = self._minimal_subset(self.all_units & ~avoided)
        way = self.pathway(chosen)
        assert way is not None
        return CounterExample(
            way.name,
            self.names(chosen),
            {
                occupation: tuple(label for label, units in ksbs.items() if not units & chosen)
                for occupation, ksbs in covering.items()
            },
        )

    def repairs(
        self, found: CounterExample, occupations: Occupations
    ) -> dict[str, dict[str, Repair]]:
        """For each KSB that a counter-example misses, how to close the gap on its pathway, or in
        the whole qualification if it has none. Raises TooLarge."""
        self.check_size(len(self.ids))
        way = self.pathway(self.units(found.units)) if found.pathway is not None else None
        there = replace(self, pathways=(way,)) if way else self
        taken = tuple(name for name in self.ids if not there.can_avoid(self.units([name])))
        return {
            occupation: {
                label: Repair(taken, self.names(self.units(occupations[occupation][label])))
                for label in labels
            }
            for occupation, labels in found.uncovered.items()
        }

    def _avoidable(self, covering: Mapping[str, Mapping[str, Units]]) -> Units | None:
        """Units that can be avoided so that every occupation misses a KSB; None if there are
        none."""
        if not covering:
            return None
        if max(len(ksbs) for ksbs in covering.values()) > MAX_SIZE:
            raise TooLarge
        distinct = {units for ksbs in covering.values() for units in ksbs.values()}
        steps = (len(distinct) + len(self.ids)) * self._steps
        if steps > MAX_STEPS:
            raise TooLarge
        choices = [
            [units for units in _minimal(ksbs.values()) if self.can_avoid(units)]
            for ksbs in covering.values()
        ]
        choices.sort(key=len)
        failed: set[tuple[int, Units]] = set()

        def search(number: int, avoided: Units) -> Units | None:
            nonlocal steps
            if number == len(choices):
                return avoided
            if (number, avoided) in failed:
                return None
            own = len(choices[number])
            steps += own * (own + self._steps)
            if steps > MAX_STEPS:
                raise TooLarge
            for more in _minimal(units & ~avoided for units in choices[number]):
                if self.can_avoid(avoided | more):
                    found = search(number + 1, avoided | more)
                    if found is not None:
                        return found
            failed.add((number, avoided))
            return None

        return search(0, 0)


def combinations(application: Application) -> Combinations:
    """The combinations that the sound parts of a draft's structure permit. Without a structure, or
    with an empty one, every unit is mandatory."""
    ids = tuple(application.units)
    credits = tuple(unit.credits or 0 for unit in application.units.values())
    free = Combinations(ids, credits, Requirement(None, 0, ()), ())
    structure = application.structure
    if structure is None or structure.is_empty:
        return replace(free, everywhere=Requirement(None, free.all_units, ()))

    def requirement(
        name: str | None, mandatory: tuple[str | None, ...], optional: tuple[Choice | None, ...]
    ) -> Requirement:
        groups = (
            UnitChoice(
                free.units(unit for _, unit in sound(group.from_ or ())),
                group.choose,
                group.credits,
            )
            for _, group in sound(optional)
        )
        return Requirement(name, free.units(unit for _, unit in sound(mandatory)), tuple(groups))

    return Combinations(
        ids,
        credits,
        requirement(None, structure.mandatory, structure.optional),
        tuple(
            requirement(pathway.name or f"pathway {at + 1}", pathway.mandatory, pathway.optional)
            for at, pathway in sound(structure.pathways)
        ),
    )


def _sharing_units(groups: list[UnitChoice]) -> list[list[UnitChoice]]:
    """The groups, put together where they share units, directly or through others."""
    parts: list[list[UnitChoice]] = []
    for group in groups:
        linked = [part for part in parts if any(group.units & one.units for one in part)]
        parts = [part for part in parts if part not in linked]
        parts.append([group, *(one for part in linked for one in part)])
    return parts


def _minimal_sums(credits: list[int], needed: int) -> Minimal:
    """The minimal sets of units with at least `needed` credits, which is above 0, together. Credits
    come in falling order: a set is minimal if it has too few without its last unit."""
    below = {0: 1}
    count, sums = 0, set()
    for own in filter(None, credits):
        enough = {total: ways for total, ways in below.items() if total + own >= needed}
        count += sum(enough.values())
        sums |= {total + own for total in enough}
        for total, ways in list(below.items()):
            if total + own < needed:
                below[total + own] = below.get(total + own, 0) + ways
        if len(below) > MAX_SETS:
            raise TooLarge
    return Minimal(count, min(sums), max(sums))


def bits(units: Units) -> Iterator[int]:
    """The numbers of the units in a set, lowest first."""
    while units:
        lowest = units & -units
        yield lowest.bit_length() - 1
        units ^= lowest


def _minimal(sets: Iterable[Units]) -> list[Units]:
    """The sets that contain none of the others."""
    minimal: list[Units] = []
    for units in sorted(set(sets), key=lambda units: (units.bit_count(), units)):
        if not any(smaller & units == smaller for smaller in minimal):
            minimal.append(units)
    return minimal
