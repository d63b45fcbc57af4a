"""Which units a learner takes, and whether every learner becomes competent in an occupation.

A set of units is *permitted* when it holds every mandatory unit, satisfies every group and,
where there are pathways, holds the mandatory units of one and satisfies its groups. Adding a
unit to a permitted set leaves it permitted: nothing in a structure forbids a unit.

That decides which KSBs a learner can miss without looking at every combination. A learner
misses a KSB when the units that cover it are all avoided. Of the sets that avoid some units,
the largest, everything else, is permitted if any of them is. So *a permitted set that avoids
these units exists exactly when all other units together are permitted*: one test, however
many combinations there are.

A KSB that no unit covers is missed by every permitted set: no unit needs to be avoided for it.

A set covers no occupation when it misses a KSB of each. So the question, whether every
permitted set covers at least one occupation, is asked for one KSB of each occupation at a
time: can the units that cover any of them be avoided? Three things keep that small. Of two
KSBs, one covered by units among those of the other is the easier to miss, so only the KSBs
covered by the fewest units, by inclusion, matter. Units that cannot be avoided cannot be
avoided with more. And what is avoided for one occupation may already be what another misses.

Sets of units are integers, a bit a unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from htqcli.draft.application import Application, Choice
from htqcli.model.part import sound

Units = int
"""A set of units: bit n is set where it holds the n-th."""


Worth = Mapping[int, Units]
"""The units that have each number of credits."""

MAX_SIZE = 1_000
"""Up to how many units, groups and KSBs of an occupation the question is asked. A qualification
has a tenth of that; a hostile draft has as many as it likes."""


MOST_STEPS = 50_000_000
"""How many steps a search takes at most: a second or two. A structure of 60
units, 12 groups, 4 pathways and 3 standards with 40 KSBs each takes some thousands."""


class TooLarge(Exception):
    """A structure or a mapping for which the question is not answered, because that could take
    for ever. No answer is given then, rather than a wrong one."""


class UnitChoice(NamedTuple):
    """Units to choose from: at least so many, or units with at least so many credits together."""

    units: Units
    choose: int | None
    credits: int | None

    def is_satisfied(self, chosen: Units, worth: Worth) -> bool:
        """Whether a set of units has enough of the group."""
        own = self.units & chosen
        if self.choose is not None:
            return own.bit_count() >= self.choose
        total = sum(credits * (own & units).bit_count() for credits, units in worth.items())
        return total >= (self.credits or 0)


class Requirement(NamedTuple):
    """What a set of units must hold and satisfy: of the qualification, or of a pathway."""

    name: str | None
    mandatory: Units
    groups: tuple[UnitChoice, ...]

    def is_satisfied(self, chosen: Units, worth: Worth) -> bool:
        """Whether a set of units holds and satisfies all of it."""
        return not self.mandatory & ~chosen and all(
            group.is_satisfied(chosen, worth) for group in self.groups
        )


Occupations = Mapping[str, Mapping[str, Iterable[str]]]
"""For each occupation which units cover each of its KSBs: none for a KSB that no unit covers."""


class CounterExample(NamedTuple):
    """A permitted set of units, none of which can be left out, that covers no occupation: the
    pathway, the units, and for each occupation the labels of what the set misses."""

    pathway: str | None
    units: tuple[str, ...]
    uncovered: dict[str, tuple[str, ...]]


class Repair(NamedTuple):
    """What closes a gap on a pathway, each unit by itself: the units in which the KSB could be
    covered, because every learner there takes them, and those that cover it already and could be
    made mandatory there."""

    cover_in: tuple[str, ...]
    make_mandatory: tuple[str, ...]


@dataclass(frozen=True)
class Combinations:
    """The sets of units that a structure permits."""

    ids: tuple[str, ...]
    credits: tuple[int, ...]
    everywhere: Requirement
    pathways: tuple[Requirement, ...]

    @property
    def all_units(self) -> Units:
        """Every unit of the qualification."""
        return (1 << len(self.ids)) - 1

    def units(self, names: Iterable[str]) -> Units:
        """The set of the units with these ids; what is no unit is left out."""
        found = 0
        for name in names:
            if name in self._numbers:
                found |= 1 << self._numbers[name]
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: bit for bit, name in enumerate(self.ids)}

    @cached_property
    def _worth(self) -> Worth:
        worth: dict[int, Units] = {}
        for bit, credits in enumerate(self.credits):
            worth[credits] = worth.get(credits, 0) | 1 << bit
        return worth

    @cached_property
    def _groups(self) -> tuple[UnitChoice, ...]:
        return tuple(group for way in (self.everywhere, *self.pathways) for group in way.groups)

    @cached_property
    def _steps(self) -> int:
        """How many steps it takes at most to ask whether one set is permitted."""
        counting = sum(group.choose is None for group in self._groups)
        return 20 * (1 + len(self._groups)) + 10 * counting * len(self._worth)

    def check_size(self) -> None:
        """Raise TooLarge for more units, or more groups and pathways, than can be asked of."""
        if len(self.ids) > MAX_SIZE or len(self._groups) + len(self.pathways) > MAX_SIZE:
            raise TooLarge

    def names(self, units: Units) -> tuple[str, ...]:
        """The ids of a set of units, in their order."""
        return tuple(self.ids[bit] for bit in bits(units))

    def pathway(self, chosen: Units) -> Requirement | None:
        """The first pathway by which a set is permitted, the qualification's own where there
        are none; None for a set that is not permitted."""
        if not self.everywhere.is_satisfied(chosen, self._worth):
            return None
        if not self.pathways:
            return self.everywhere
        satisfied = (way for way in self.pathways if way.is_satisfied(chosen, self._worth))
        return next(satisfied, None)

    def can_be_satisfied(self, way: Requirement) -> bool:
        """Whether all units together satisfy it."""
        return way.is_satisfied(self.all_units, self._worth)

    def can_avoid(self, units: Units) -> bool:
        """Whether a permitted set has none of these units; with no unit given, whether any set is
        permitted."""
        return self.pathway(self.all_units & ~units) is not None

    def always_covered(self, covering: Iterable[Units]) -> int:
        """How many KSBs every permitted set covers, each given as the units that cover it. Raises
        TooLarge."""
        self.check_size()
        ksbs = Counter(covering)
        if len(ksbs) * self._steps > MOST_STEPS:
            raise TooLarge
        return sum(many for units, many in ksbs.items() if not self.can_avoid(units))

    def without_spare(self, chosen: Units) -> Units:
        """A permitted set inside a permitted one, of which no unit can be left out."""
        for bit in reversed(range(len(self.ids))):
            smaller = chosen & ~(1 << bit)
            if smaller != chosen and self.pathway(smaller) is not None:
                chosen = smaller
        return chosen

    def counter_example(self, occupations: Occupations) -> CounterExample | None:
        """A permitted set that covers no occupation in full; None where each covers one, and
        where there is no occupation. One without any KSB is covered by every set. Raises
        TooLarge."""
        self.check_size()
        covering = {
            occupation: {label: self.units(names) for label, names in ksbs.items()}
            for occupation, ksbs in occupations.items()
        }
        avoided = self._avoidable(covering)
        if avoided is None:
            return None
        chosen = self.without_spare(self.all_units & ~avoided)
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
        """For each KSB that a counter-example misses, what closes the gap on its pathway; for
        one without a pathway, in the whole qualification. Raises TooLarge."""
        self.check_size()
        if len(self.ids) * self._steps > MOST_STEPS:
            raise TooLarge
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
        """Units that can be avoided and without which every occupation misses a KSB."""
        if not covering:
            return None
        if max(len(ksbs) for ksbs in covering.values()) > MAX_SIZE:
            raise TooLarge
        asked = {units for ksbs in covering.values() for units in ksbs.values()}
        steps = (len(asked) + len(self.ids)) * self._steps
        if steps > MOST_STEPS:
            raise TooLarge
        choices = [
            [units for units in _least(ksbs.values()) if self.can_avoid(units)]
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
            if steps > MOST_STEPS:
                raise TooLarge
            for more in _least(units & ~avoided for units in choices[number]):
                if self.can_avoid(avoided | more):
                    found = search(number + 1, avoided | more)
                    if found is not None:
                        return found
            failed.add((number, avoided))
            return None

        return search(0, 0)


def combinations(application: Application) -> Combinations:
    """What the sound parts of a draft's structure permit. Without a structure, or with an empty
    one, every unit is mandatory."""
    ids = tuple(application.units)
    credits = tuple(unit.credits or 0 for unit in application.units.values())
    whole = Combinations(ids, credits, Requirement(None, 0, ()), ())
    structure = application.structure
    if structure is None or structure.is_empty:
        return Combinations(ids, credits, Requirement(None, whole.all_units, ()), ())

    def route(
        name: str | None, mandatory: tuple[str | None, ...], optional: tuple[Choice | None, ...]
    ) -> Requirement:
        groups = (
            UnitChoice(
                whole.units(unit for _, unit in sound(group.from_ or ())),
                group.choose,
                group.credits,
            )
            for _, group in sound(optional)
        )
        return Requirement(name, whole.units(unit for _, unit in sound(mandatory)), tuple(groups))

    return Combinations(
        ids,
        credits,
        route(None, structure.mandatory, structure.optional),
        tuple(
            route(pathway.name or f"pathway {number + 1}", pathway.mandatory, pathway.optional)
            for number, pathway in sound(structure.pathways)
        ),
    )


def bits(units: Units) -> Iterator[int]:
    """The numbers of the units in a set, lowest first."""
    while units:
        lowest = units & -units
        yield lowest.bit_length() - 1
        units ^= lowest


def _least(sets: Iterable[Units]) -> list[Units]:
    """The sets that hold none of the others."""
    least: list[Units] = []
    for units in sorted(set(sets), key=lambda units: (units.bit_count(), units)):
        if not any(smaller & units == smaller for smaller in least):
            least.append(units)
    return least
