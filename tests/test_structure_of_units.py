"""Which units a learner takes: the answers are compared with a search of every combination."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htqcli.draft.structure import (
    MAX_SIZE,
    Combinations,
    Minimal,
    Requirement,
    TooLarge,
    UnitChoice,
)
from htqcli.ksbs.lists import ranges

IDS = tuple(f"U{number}" for number in range(6))
SETS = st.sets(st.integers(0, 5), max_size=6)


def bits(numbers):
    return sum(1 << number for number in numbers)


def group(units, amount, by_credits):
    return UnitChoice(
        bits(units), None if by_credits else amount, amount * 5 if by_credits else None
    )


GROUPS = st.builds(group, SETS.filter(bool), st.integers(1, 3), st.booleans())
ROUTES = st.builds(
    Requirement,
    st.sampled_from(["Web", "Mobile", "Data"]),
    st.sets(st.integers(0, 5), max_size=2).map(bits),
    st.lists(GROUPS, max_size=2).map(tuple),
)
STRUCTURES = st.builds(
    Combinations,
    st.just(IDS),
    st.tuples(*[st.sampled_from([0, 5, 10, 15])] * 6),
    ROUTES,
    st.lists(ROUTES, max_size=3).map(tuple),
)
OCCUPATIONS = st.dictionaries(
    st.sampled_from(["ST0001", "ST0002", "ST0003"]),
    st.dictionaries(
        st.sampled_from(["K1", "K2", "S1", "B1"]),
        st.sets(st.sampled_from(IDS), max_size=3).map(sorted),
        max_size=4,
    ),
    max_size=3,
)


def is_permitted(structure, chosen):
    """The definition of the format page, word for word, on sets of ids."""

    def satisfied(route):
        names = {IDS[n] for n in range(6) if route.mandatory >> n & 1}
        if not names <= chosen:
            return False
        for one in route.groups:
            own = [n for n in range(6) if one.units >> n & 1 and IDS[n] in chosen]
            if one.choose is not None and len(own) < one.choose:
                return False
            if one.credits is not None and sum(structure.credits[n] for n in own) < one.credits:
                return False
        return True

    if not satisfied(structure.everywhere):
        return False
    return not structure.pathways or any(satisfied(way) for way in structure.pathways)


def missed(occupations, chosen):
    """The KSBs of each occupation that a set of units misses."""
    return {
        name: [label for label, units in ksbs.items() if not chosen & set(units)]
        for name, ksbs in occupations.items()
    }


@given(STRUCTURES, OCCUPATIONS)
def test_a_counterexample_is_found_exactly_if_one_exists(structure, occupations):
    exists = any(
        is_permitted(structure, set(chosen)) and all(missed(occupations, set(chosen)).values())
        for size in range(7)
        for chosen in itertools.combinations(IDS, size)
    )
    found = structure.counter_example(occupations)
    assert (found is not None) == (exists and bool(occupations))
    if found is None:
        return
    chosen = set(found.units)
    assert is_permitted(structure, chosen)
    assert not any(is_permitted(structure, chosen - {unit}) for unit in chosen)
    assert {name: list(labels) for name, labels in found.uncovered.items()} == missed(
        occupations, chosen
    )
    if structure.pathways:
        ways = [way for way in structure.pathways if way.name == found.pathway]
        assert any({IDS[n] for n in range(6) if way.mandatory >> n & 1} <= chosen for way in ways)


def subsets():
    return [set(some) for size in range(7) for some in itertools.combinations(IDS, size)]


@given(STRUCTURES, OCCUPATIONS)
def test_each_repair_closes_its_gap_on_the_pathway(structure, occupations):
    found = structure.counter_example(occupations)
    if found is None:
        return
    # The first pathway of that name that permits the set is the one that is meant.
    ways = [way for way in structure.pathways if way.name == found.pathway]
    ways = [
        way for way in ways if is_permitted(replace(structure, pathways=(way,)), set(found.units))
    ][:1]
    there = replace(structure, pathways=tuple(ways))
    sets = [chosen for chosen in subsets() if is_permitted(there, chosen)]
    repairs = structure.repairs(found, occupations)
    assert {name: tuple(gaps) for name, gaps in repairs.items()} == found.uncovered
    for name, gaps in repairs.items():
        for label, repair in gaps.items():
            covering = set(occupations[name][label])
            assert repair.cover_in == tuple(
                unit for unit in IDS if all({unit} & chosen for chosen in sets)
            )
            for unit in repair.cover_in:
                assert all(chosen & (covering | {unit}) for chosen in sets)
            assert set(repair.make_mandatory) == covering
            for unit in repair.make_mandatory:
                assert all(chosen & covering for chosen in sets if unit in chosen)


@given(STRUCTURES, OCCUPATIONS)
def test_the_ksbs_that_every_combination_covers_are_counted_exactly(structure, occupations):
    sets = [chosen for chosen in subsets() if is_permitted(structure, chosen)]
    for ksbs in occupations.values():
        met = [all(chosen & set(units) for chosen in sets) for units in ksbs.values()]
        assert structure.always_covered(map(structure.units, ksbs.values())) == sum(met)


WORSE = ("a unit out of a line", "a line out", "a mandatory unit to choose")


@given(STRUCTURES)
def test_minimal_combinations_and_their_credits_are_counted_exactly(structure):
    for way in structure.pathways or (None,):
        alone = replace(structure, pathways=(way,) if way else ())
        permitted = [
            set(chosen)
            for size in range(7)
            for chosen in itertools.combinations(IDS, size)
            if is_permitted(alone, set(chosen))
        ]
        minimal = [
            chosen
            for chosen in permitted
            if not any(chosen - {name} in permitted for name in chosen)
        ]
        credits = [sum(structure.credits[IDS.index(name)] for name in each) for each in minimal]
        expected = (len(minimal), min(credits), max(credits)) if minimal else None
        assert structure.minimal(way) == expected


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        # 3 of 12 units, and independently 60 credits from 6 units of 15, which are 4 of them.
        ([(range(12), 3, False), (range(12, 18), 12, True)], (220 * 15, 105, 105)),
        # 20 of 40 units: more than could be listed.
        ([(range(40), 20, False)], (137_846_528_820, 300, 300)),
        # 100 credits of 40 units of 15: 7 of them.
        ([(range(40), 20, True)], (18_643_560, 105, 105)),
    ],
)
def test_combinations_of_independent_groups_are_counted_without_listing_them(groups, expected):
    ids = tuple(f"U{number}" for number in range(40))
    everywhere = Requirement(None, 0, tuple(group(*one) for one in groups))
    assert Combinations(ids, (15,) * 40, everywhere, ()).minimal() == Minimal(*expected)


def test_groups_that_share_too_many_units_are_not_counted():
    ids = tuple(f"U{number}" for number in range(40))
    groups = (group(range(30), 15, by_credits=False), group(range(10, 40), 15, by_credits=False))
    with pytest.raises(TooLarge):
        Combinations(ids, (15,) * 40, Requirement(None, 0, groups), ()).minimal()


@given(STRUCTURES, OCCUPATIONS, st.sampled_from(WORSE), st.integers(0, 5), st.integers(0, 2))
def test_less_coverage_never_removes_a_counterexample(structure, occupations, how, unit, standard):
    if structure.counter_example(occupations) is None:
        return
    worse = {name: {label: list(units) for label, units in ksbs.items()}
             for name, ksbs in occupations.items()}  # fmt: skip
    ksbs = list(worse.values())[standard % len(worse)]
    for label in list(ksbs)[:1]:
        ksbs[label] = [] if how == WORSE[1] else [u for u in ksbs[label] if u != IDS[unit]]
    if how == WORSE[2]:
        everywhere = structure.everywhere
        free = everywhere._replace(
            mandatory=everywhere.mandatory & ~(1 << unit),
            groups=(*everywhere.groups, group({unit, (unit + 1) % 6}, 1, by_credits=False)),
        )
        structure = replace(
            structure, everywhere=free if everywhere.mandatory >> unit & 1 else everywhere
        )
    assert structure.counter_example(worse) is not None


@given(STRUCTURES, SETS, SETS)
def test_a_permitted_set_stays_permitted_with_more_units(structure, some, more):
    if structure.pathway(bits(some)) is not None:
        assert structure.pathway(bits(some | more)) is not None


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["K4"], "K4"),
        (["K4", "K5"], "K4 and K5"),
        (["K9", "K4", "K7", "K8"], "K4 and K7 to K9"),
        (["B1", "S2", "K1", "S1", "S3", "K3"], "K1, K3, S1 to S3 and B1"),
        ([], ""),
    ],
)
def test_neighbouring_labels_are_written_as_a_range(labels, said):
    assert ranges(labels) == said


def qualification(ids, *groups, pathways=()):
    """Units without credits, in a structure of only these groups and pathways."""
    return Combinations(ids, (0,) * len(ids), Requirement(None, 0, groups), pathways)


def test_units_that_cannot_both_be_avoided_leave_no_gap():
    # A learner takes U0 or U1, so one who avoids U0 is competent in the second occupation.
    either = qualification(IDS, group([0, 1], 1, by_credits=False))
    first, second = {"ST0001": {"K1": ["U0"]}}, {"ST0002": {"K1": ["U1"]}}
    assert either.counter_example(first | second) is None
    assert either.counter_example(first).units == ("U1",)
    assert either.counter_example(second).units == ("U0",)


def test_a_counterexample_has_only_units_that_the_structure_requires():
    structure = qualification(IDS, group([3, 4], 1, by_credits=False))
    assert structure.counter_example({"ST0001": {"K1": ["U4"]}}).units == ("U3",)


MANY = tuple(f"U{number}" for number in range(MAX_SIZE + 1))
GAP = {"ST0001": {"K1": ["U1"]}}
ANY = group([0, 1], 1, by_credits=False)


@pytest.mark.parametrize(
    ("structure", "occupations"),
    [
        (qualification(MANY[:MAX_SIZE], ANY), GAP),
        (qualification(IDS, *[ANY] * MAX_SIZE), GAP),
        (qualification(IDS, *[ANY] * (MAX_SIZE - 1), pathways=[Requirement("Web", 0, ())]), GAP),
        (qualification(IDS, ANY), {"ST0001": {f"K{number}": ["U1"] for number in range(MAX_SIZE)}}),
    ],
    ids=["units", "groups", "groups and pathways", "KSBs"],
)
def test_a_structure_of_the_largest_stated_size_is_answered(structure, occupations):
    assert structure.counter_example(occupations).units == ("U0",)


@pytest.mark.parametrize(
    ("structure", "occupations"),
    [
        (qualification(MANY, ANY), GAP),
        (qualification(IDS, *[ANY] * (MAX_SIZE + 1)), GAP),
        (qualification(IDS, *[ANY] * MAX_SIZE, pathways=[Requirement("Web", 0, ())]), GAP),
        (
            qualification(IDS, ANY),
            {"ST0001": {f"K{number}": ["U1"] for number in range(MAX_SIZE + 1)}},
        ),
    ],
    ids=["units", "groups", "groups and pathways", "KSBs"],
)
def test_a_structure_over_the_stated_size_is_refused_and_never_guessed(structure, occupations):
    with pytest.raises(TooLarge):
        structure.counter_example(occupations)


def two_halves(number, *groups):
    """Units in two halves, and two occupations: each KSB needs one unit, of its own half."""
    ids = tuple(f"U{unit}" for unit in range(2 * number))
    halves = {"ST0001": ids[:number], "ST0002": ids[number:]}
    return qualification(ids, *groups), {
        name: {f"K{label}": [unit] for label, unit in enumerate(half)}
        for name, half in halves.items()
    }


def test_a_search_that_would_take_too_long_is_given_up_and_never_guessed():
    def all_but_one(number):
        # A learner can leave out any one unit, but not one of each half.
        enough = group(range(2 * number), 2 * number - 1, by_credits=False)
        return two_halves(number, *[enough] * 50)

    structure, occupations = all_but_one(60)
    assert structure.counter_example(occupations) is None
    structure, occupations = all_but_one(210)
    with pytest.raises(TooLarge):
        structure.counter_example(occupations)


def test_a_ksb_missed_only_together_with_another_does_not_slow_the_search():
    number = 450
    two_fewer = group(range(2 * number), 2 * number - 2, by_credits=False)
    structure, occupations = two_halves(number, two_fewer, group([0, number], 1, by_credits=False))
    # A learner who misses any KSB of a half also misses the first one.
    for ksbs in occupations.values():
        for units in list(ksbs.values())[1:]:
            units.append(ksbs["K0"][0])
    assert structure.counter_example(occupations) is None
