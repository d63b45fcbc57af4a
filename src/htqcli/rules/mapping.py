"""HTQ5xx: the mapping of KSBs to units, and the structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from htqcli.document.faults import Fix
from htqcli.document.places import FieldPath
from htqcli.draft.application import Coverage, StandardClaim, choices, units_in_structure
from htqcli.draft.coverage import Occupation
from htqcli.draft.references import References
from htqcli.draft.structure import MAX_SIZE, Combinations, CounterExample, Repair, TooLarge
from htqcli.ksbs.lists import (
    KsbList,
    combined_labels,
    parse_label,
    parse_version,
    ranges,
    wrong_labels,
)
from htqcli.model.part import sound
from htqcli.rules.declare import Acceptable, Alike, Case, Problem, Severity, rule
from htqcli.rules.sources import CATEGORIES, CRITERIA, FORMAT, STANDARDS_DATA, SUPPORT
from htqcli.vocabulary import LABEL
from htqcli.words import join, quote, strip_invisible

_BASE = """
        cycle: 3
        units: {U1: Programming, U2: Databases}
        standards:
          - reference: ST0116
            version: "1.1"
"""


def _mapped(case: Case) -> Iterator[tuple[FieldPath, StandardClaim, dict[str, Coverage]]]:
    """Each standard that has a mapping, with the path of the mapping and the mapping itself."""
    for index, claim in sound(case.application.standards):
        if claim.ksbs:
            yield ("standards", index, "ksbs"), claim, claim.ksbs


def _ksb_list(case: Case, claim: StandardClaim) -> KsbList | str:
    if claim.resolved_reference is None:
        return "the reference of the standard is not known"
    return case.lists.get(claim.resolved_reference, claim.version)


def _name_of(claim: StandardClaim) -> str:
    return claim.resolved_reference or quote(claim.reference or "the standard")


def _unknown_ids(references: References) -> Iterator[Problem]:
    """A problem for each id that is used but not defined, with every place of that id."""
    for name, (first, *also) in references.unknown.items():
        likely = references.meaning(name)
        yield Problem(
            first,
            f"There is no {references.what} {quote(name)}",
            likely.hint,
            fix=likely.fix,
            also=tuple(also),
        )


@rule(
    "HTQ501",
    severity=Severity.ERROR,
    source=CRITERIA,
    says="If a qualification aligns to several standards, it meets the criteria in full for each, "
    "so each has its own full mapping.",
    bad="""
        cycle: 3
        standards:
          - reference: ST0116  # HTQ501
          - reference: ST0118
            ksbs: {K1: []}  # HTQ501
    """,
    good="""
        cycle: 3
        units: {U1: Programming}
        standards:
          - reference: ST0116
            ksbs: {K1: [U1]}
    """,
)
def standard_without_mapping(case: Case) -> Iterable[Problem]:
    """A standard has no mapping of its KSBs, or one in which no KSB has a unit

    Only the mapping shows that a learner becomes competent in the occupation.
    """
    unread = {
        path[1] for path in case.reading.lost if path[0] == "standards" and path[2:3] == ("ksbs",)
    }
    for index, claim in sound(case.application.standards):
        if not claim.ksbs and index not in unread:
            yield Problem(
                ("standards", index, "ksbs"),
                f"{_name_of(claim)} has no mapping of its KSBs",
                "Add ‘ksbs:’ to the standard, with a line such as ‘K1: [U1, U2]’ for each KSB.",
                on_key=True,
            )
    for path, claim, ksbs in _mapped(case):
        if not any(
            coverage.units or not case.reading.is_reliable((*path, label, "units"))
            for label, coverage in ksbs.items()
        ):
            yield Problem(
                path,
                f"The mapping of {_name_of(claim)} does not name any unit",
                "Write the units that cover each KSB, for example ‘K1: [U1, U2]’.",
                on_key=True,
            )


@rule(
    "HTQ502",
    severity=Severity.ERROR,
    source=STANDARDS_DATA,
    says="Labels number the statements of one version of the standard from 1. Map against that "
    "version.",
    bad=f"""{_BASE}            ksbs:
              K1: [U1, U2]
              K99: [U1]  # HTQ502
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1, U2]
    """,
    alike=(Alike("The version has no {places}", "Check the labels and the version."),),
)
def unknown_ksb(case: Case) -> Iterable[Problem]:
    """The mapping names a KSB that the standard’s version does not have

    The label may be mistyped, or belong to another version.
    """
    for path, claim, ksbs in _mapped(case):
        known = _ksb_list(case, claim)
        if isinstance(known, str):
            continue
        last = {label[0]: label for label in known.ksbs}
        for label, meant in wrong_labels(ksbs, known).items():
            if LABEL.fullmatch(label):
                hint = f"Did you mean {meant}? " if meant else ""
                hint += f"The last is {last[label[0]]}. " if label[0] in last else ""
                yield Problem(
                    (*path, label),
                    f"{_name_of(claim)} version {known.version} has no {label}",
                    f"{hint}Check the label and the version.",
                    on_key=True,
                    fix=Fix(meant, name=True, certain=False) if meant else None,
                )


@rule(
    "HTQ503",
    severity="ksb_coverage",
    acceptable=Acceptable.BY_KSB,
    source=CATEGORIES,
    says="A qualification covers as many of the standard’s KSBs as possible. In cycle 5 all were "
    "expected (support page).",
    bad=f"""{_BASE}            ksbs:  # HTQ503
              K1: [U1, U2]
              K2: []
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1]
              K2: [U2]
    """,
)
def uncovered_ksb(case: Case) -> Iterable[Problem]:
    """No unit covers a KSB, not even partly

    Whichever units a learner chooses, nothing teaches this statement of the standard.
    """
    for one in case.occupations:
        path = (*one.path, "ksbs")
        for own in (
            case.accepted.grouped(uncovered_ksb.code, path, one.gaps) if one.is_mapped else ()
        ):
            yield Problem(
                path,
                f"No unit covers {ranges(own)} of {one.reference}",
                "Add the units that cover each one, fully or partly, or design a unit that will.",
                details={"uncovered": own},
                on_key=True,
                ksbs=tuple((*path, label) for label in own),
            )


@rule(
    "HTQ504",
    severity="reason_for_partial_coverage",
    acceptable=Acceptable.YES,
    source=SUPPORT,
    says="Partial coverage may be accepted, notably where the workplace is safer or more reliable.",
    bad=f"""{_BASE}            ksbs:
              K1: {{units: [U1, U2], coverage: partial}}  # HTQ504
    """,
    good=f"""{_BASE}            ksbs:
              K1: {{units: [U1, U2], coverage: partial, reason: Safer in the workplace}}
    """,
    alike=(Alike("{labels} are covered partly, and no reason is given"),),
)
def partial_without_reason(case: Case) -> Iterable[Problem]:
    """A KSB is covered partly, and no reason is given

    Reviewers ask why the rest is not in the qualification.
    """
    for path, _, ksbs in _mapped(case):
        for label, coverage in ksbs.items():
            if coverage.coverage == "partial" and coverage.reason is None:
                yield Problem(
                    (*path, label, "reason"),
                    f"{quote(label)} is covered partly, and no reason is given",
                    "Add a ‘reason’, for example ‘reason: Completed in the workplace, where it is "
                    "safer’.",
                )


@rule(
    "HTQ505",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Name units by their ids in `units`.",
    bad="""
        cycle: 3
        units: {U1: Programming}
        standards:
          - reference: ST0116
            ksbs:
              K1: [U1, U2]  # HTQ505
    """,
    good="""
        cycle: 3
        units: {U1: Programming, U2: Databases}
        standards:
          - reference: ST0116
            ksbs:
              K1: [U1, U2]
    """,
    fixes="an id that differs in case, spaces, zeros or a letter O, such as u1 for the unit U1: "
    "the spelling used more often stays. The title of a unit becomes its id.",
)
def unknown_unit(case: Case) -> Iterable[Problem]:
    """A unit is named that the qualification does not have

    Nothing says what the unit is, so it covers nothing. Each id is one finding, with every line
    that names it; the hint begins with the unit that you probably meant.
    """
    if _has_units(case):
        yield from _unknown_ids(case.units)


@rule(
    "HTQ506",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=CRITERIA,
    says="A unit that covers no KSB is removed or redesigned.",
    bad="""
        cycle: 3
        units:
          U1: Programming
          U2: Databases  # HTQ506
        standards:
          - reference: ST0116
            version: "1.1"
            ksbs:
              K1: [U1]
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1, U2]
    """,
    needs=("standards/*/ksbs/*/units",),
    alike=(
        Alike(
            "The units {places} cover no KSB",
            "Add each to the KSBs it covers, or redesign or remove it.",
        ),
    ),
)
def unit_without_ksb(case: Case) -> Iterable[Problem]:
    """A unit covers no KSB of any standard

    A learner would spend time on something that the occupation does not need.
    """
    mapped = [ksbs for _, _, ksbs in _mapped(case)]
    if not mapped:
        return
    covering = case.units.meant_in("standards") | {
        name for ksbs in mapped for coverage in ksbs.values() for _, name in sound(coverage.units)
    }
    for name in case.application.units:
        if name not in covering:
            yield Problem(
                ("units", name),
                f"The unit {quote(name)} covers no KSB",
                "Add it to each KSB it covers, or redesign or remove it.",
            )


@rule(
    "HTQ507",
    severity="every_combination",
    acceptable=Acceptable.BY_KSB,
    source=CRITERIA,
    says="Every permitted combination of units and pathways gives competence in at least one of "
    "the occupations.",
    bad=f"""{_BASE}            ksbs:
              K1: [U1]
              K2: [U2]
        structure:  # HTQ507
          mandatory: [U1]
          optional: [{{choose: 1, from: [U1, U2]}}]
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1]
              K2: [U2]
        structure:
          mandatory: [U1, U2]
    """,
)
def incompetent_combination(case: Case) -> Iterable[Problem]:
    """A learner can take a permitted combination that covers no occupation in full

    The finding names one such learner: the pathway, the units, all of which this learner must
    take, and what each occupation lacks. If the KSB list of an occupation is missing, this
    learner might cover that occupation, so none is named.
    """
    occupations = _mapped_occupations(case)
    if case.permitted is None or not occupations or not all(one.is_settled for one in occupations):
        return
    structure: FieldPath = ("structure",)
    paths = {one.name: (*one.path, "ksbs") for one in occupations}
    place = structure if case.application.structure else paths[occupations[0].name]
    covering = {one.name: one.covering for one in occupations}
    accepted: set[Gap] = set()
    try:
        found = [_incompetent_learner(case.permitted, occupations)]
        if found[0]:
            accepted = _accepted_gaps(case, case.permitted, covering, paths)
            if _gaps(found[0]) <= accepted:
                found.append(_learner_with_other_gaps(case.permitted, covering, accepted))
        learners = [(one, case.permitted.repairs(one, covering)) for one in found if one]
    except TooLarge:
        yield Problem(
            structure,
            "Could not check that every permitted combination covers an occupation: there are too "
            "many units, groups, KSBs or standards",
            f"Keep the draft to one qualification. Up to {MAX_SIZE:,} units, {MAX_SIZE:,} groups "
            f"and {MAX_SIZE:,} KSBs of a standard can be checked, and a few standards of that "
            "size.",
            on_key=True,
            place=place,
            unproven=True,
        )
        return
    for learner, repairs in learners:
        yield Problem(
            structure,
            _gap_message(learner),
            _gap_hint(learner, repairs),
            on_key=True,
            place=place,
            details={
                **learner._asdict(),
                "repairs": {
                    name: {label: repair._asdict() for label, repair in gaps.items()}
                    for name, gaps in repairs.items()
                },
            },
            ksbs=tuple((*paths[name], label) for name, label in sorted(_gaps(learner) | accepted)),
        )


def _mapped_occupations(case: Case) -> list[Occupation]:
    """The occupations with a mapping: each learner must become competent in one of them. None if
    the draft does not soundly name its standards. A standard without a mapping is HTQ501."""
    if any(path[0] == "standards" and len(path) <= 2 for path in case.reading.lost):
        return []
    return [one for one in case.occupations if one.is_mapped]


def _incompetent_learner(
    permitted: Combinations, occupations: list[Occupation]
) -> CounterExample | None:
    """A learner who covers no occupation in full, if one exists. If each occupation has a KSB that
    no unit covers, this is every learner, and only those KSBs are listed."""
    if all(one.gaps for one in occupations):
        return CounterExample(None, (), {one.name: one.gaps for one in occupations})
    return permitted.counter_example({one.name: one.covering for one in occupations})


def _gap_message(learner: CounterExample) -> str:
    lacks = [f"{ranges(labels)} of {name}" for name, labels in learner.uncovered.items()]
    if learner.pathway is None and not learner.units:
        names = join(learner.uncovered, "or")
        return f"No combination of units covers {names} in full: no unit covers {join(lacks)}"
    on = f" on {quote(learner.pathway)}" if learner.pathway else ""
    return f"A learner{on} can take {join(learner.units) or 'no unit'} and miss {join(lacks)}"


def _gap_hint(learner: CounterExample, repairs: dict[str, dict[str, Repair]]) -> str:
    """What to do, with the shortest ways as examples, for the occupation with the fewest gaps."""
    name, gaps = min(repairs.items(), key=lambda item: len(item[1]))
    of = f" of {name}" if len(repairs) > 1 else ""
    there = " there" if learner.pathway else ""
    taken = next(iter(gaps.values())).cover_in
    if not any(repair.make_mandatory for repair in gaps.values()):
        such = f"such as {_a_few(taken)}" if taken else "or design one"
        return f"Cover {ranges(gaps)}{of} in a unit that every learner{there} takes, {such}."
    ways = []
    if taken:
        ways.append(
            f"cover {ranges(gaps)}{of} in {_a_few(taken)}, which every learner{there} takes."
        )
    covering: dict[tuple[str, ...], list[str]] = {}
    for label, repair in gaps.items():
        if repair.make_mandatory:
            covering.setdefault(repair.make_mandatory, []).append(label)
    ways += [
        f"make {_a_few(units)} mandatory{there}, for {ranges(labels)}{of}."
        for units, labels in islice(covering.items(), _MAX_NAMES)
    ]
    return (
        "Make a unit that covers the missing KSBs mandatory, or cover them in every unit a learner "
        "could choose instead."
        + "".join(f" {'Or' if number else 'For example,'} {way}" for number, way in enumerate(ways))
    )


_MAX_NAMES = 3
"""How many units, or ways to close a gap, a hint names at most."""


def _a_few(names: tuple[str, ...]) -> str:
    more = len(names) - _MAX_NAMES
    return join([*names[:_MAX_NAMES], *([f"{more} more"] if more > 0 else [])], "or")


Gap = tuple[str, str]
"""An occupation, and the label of one of its KSBs that a learner misses."""


def _gaps(learner: CounterExample) -> set[Gap]:
    return {(name, label) for name, labels in learner.uncovered.items() for label in labels}


def _accepted_gaps(
    case: Case,
    permitted: Combinations,
    occupations: dict[str, dict[str, tuple[str, ...]]],
    paths: dict[str, FieldPath],
) -> set[Gap]:
    """The gaps that a learner can have and that the draft accepts."""
    return {
        (name, label)
        for name, ksbs in occupations.items()
        for label, units in ksbs.items()
        if case.accepted.naming(incompetent_combination.code, "/structure", (*paths[name], label))
        and permitted.can_avoid(permitted.units(units))
    }


def _learner_with_other_gaps(
    permitted: Combinations, occupations: dict[str, dict[str, tuple[str, ...]]], accepted: set[Gap]
) -> CounterExample | None:
    """A learner who covers no occupation and has a gap that is not accepted. To find one, the KSBs
    without an accepted gap are passed as one more occupation that the learner must not cover."""
    rest = {
        f"{name} {label}": units
        for name, ksbs in occupations.items()
        for label, units in ksbs.items()
        if (name, label) not in accepted
    }
    found = permitted.counter_example({**occupations, "": rest})
    if found is None:
        return None
    uncovered = {name: labels for name, labels in found.uncovered.items() if name}
    return found._replace(uncovered=uncovered)


@rule(
    "HTQ508",
    severity=Severity.WARNING,
    acceptable=Acceptable.BY_KSB,
    source=CRITERIA,
    says="A qualification has sufficient coverage and assessment of the KSBs.",
    bad=f"""{_BASE}            ksbs:  # HTQ508
              K1: {{units: [U1], assessed_by: [A1]}}
              K2: [U2]
        assessments: {{A1: Portfolio}}
    """,
    good=f"""{_BASE}            ksbs:
              K1: {{units: [U1], assessed_by: [A1]}}
              K2: {{units: [U2], assessed_by: [A1]}}
        assessments: {{A1: Portfolio}}
    """,
)
def unassessed_ksb(case: Case) -> Iterable[Problem]:
    """A KSB is covered but not assessed, in a draft that names assessments

    Without an assessment, nobody knows whether a learner has it.
    """
    if not case.application.assessments:
        return
    for path, claim, ksbs in _mapped(case):
        not_ksbs = wrong_labels(ksbs, _ksb_list(case, claim))
        gaps = [
            label
            for label, coverage in ksbs.items()
            if label not in not_ksbs
            and case.application.assessments.keys().isdisjoint(coverage.units)
            and coverage.units
            and not coverage.assessed_by
            and case.reading.is_reliable((*path, label, "assessed_by"))
        ]
        for own in case.accepted.grouped(unassessed_ksb.code, path, gaps):
            yield Problem(
                path,
                f"No assessment is named for {ranges(own)} of {_name_of(claim)}",
                "Add one to each KSB, for example ‘K1: {units: [U1], assessed_by: [A1]}’.",
                details={"unassessed": own},
                on_key=True,
                ksbs=tuple((*path, label) for label in own),
            )


@rule(
    "HTQ509",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=STANDARDS_DATA,
    says="The statements of each version of a standard are published data.",
    bad="""
        cycle: 3
        units: {U1: Programming}
        standards:
          - reference: ST0118
            version: "9.9"
            ksbs: {K1: [U1]}  # HTQ509
    """,
    good=f"""{_BASE}            ksbs: {{K1: [U1, U2]}}
    """,
)
def ksb_list_missing(case: Case) -> Iterable[Problem]:
    """The KSB list for the standard’s version is missing, or cannot be used

    htq cannot check that the mapping is complete, or that every combination of units covers the
    occupation. So the draft is not proven ready.
    """
    for one in case.occupations:
        why = _why_no_list(case, one)
        if why is not None:
            path = (*one.path, "ksbs")
            yield Problem(
                path,
                f"Could not check that the mapping of {one.reference} is complete: {why}",
                " ".join(filter(None, [_list_hint(case, one), _combinations_hint(case)])),
                on_key=True,
                fix=_version_fix(case, one),
                unproven=True,
            )


def _other_version(case: Case, one: Occupation) -> str | None:
    """The version that the draft likely means by the one it gives, if the two differ."""
    written = case.document.text((*one.path, "version"))
    if not written:
        return None
    meant = parse_version(written, case.lists.versions(one.claim.resolved_reference or ""))
    return meant if meant != written else None


def _version_fix(case: Case, one: Occupation) -> Fix | None:
    meant = _other_version(case, one)
    if meant not in case.lists.versions(one.claim.resolved_reference or ""):
        return None
    return Fix(meant, at=((*one.path, "version"),), certain=False)


def _why_no_list(case: Case, one: Occupation) -> str | None:
    """Why there is no list to use. None if there is one, or if another finding says why."""
    if not one.is_mapped or one.claim.resolved_reference is None or isinstance(one.list, KsbList):
        return None
    at = (*one.path, "version")
    if case.reading.is_reliable(at):
        return one.list
    written = case.document.text(at)
    if written is None or parse_version(written) in (None, written):
        return None
    return f"{quote(written)} is not a version number"


def _list_hint(case: Case, one: Occupation) -> str:
    reference, version = one.claim.resolved_reference or "", one.claim.version
    there = case.lists.versions(reference)
    if version in there:
        return (
            f"Correct that file, or write it again with ‘htq ksbs get {reference} --version "
            f"{version} --force’."
        )
    meant = _other_version(case, one)
    steps = [f"Did you mean version {meant}?"] if meant else []
    if there:
        kind = "a list of version" if len(there) == 1 else "lists of versions"
        steps.append(f"You have {kind} {join(there)}.")
    if case.document.text((*one.path, "version")) is None:
        steps.append("Enter the ‘version’ that you mapped to.")
    elif version is not None:
        steps.append(
            f"Run ‘htq ksbs get {reference} --version {version}’, or save the published record and "
            "run ‘htq ksbs import’."
        )
    return " ".join(steps)


def _combinations_hint(case: Case) -> str | None:
    """Says that a missing list leaves combinations of units unchecked. None if the draft leaves no
    choice, or if every combination covers an occupation whose list is there."""
    structure, permitted = case.application.structure, case.permitted
    if structure is None or structure.is_empty or permitted is None:
        return None
    settled = {one.name: one.covering for one in _mapped_occupations(case) if one.is_settled}
    try:
        if settled and permitted.counter_example(settled) is None:
            return None
    except TooLarge:
        pass
    return "Without its list, htq cannot check the combinations of units."


@rule(
    "HTQ510",
    severity=Severity.ERROR,
    source=FORMAT,
    says="A group is satisfied by at least `choose` of its units, or by units of it that have at "
    "least `credits` credits together.",
    bad="""
        units: {U1: Programming, U2: Databases}
        structure:
          optional:
            - {choose: 3, from: [U1, U2]}  # HTQ510
    """,
    good="""
        units: {U1: Programming, U2: Databases}
        structure:
          optional:
            - {choose: 2, from: [U1, U2]}
    """,
)
def unsatisfiable_group(case: Case) -> Iterable[Problem]:
    """A group of units asks for more than it has

    No learner can satisfy the group, so nobody can take the qualification or the pathway.
    """
    units = case.application.units
    for path, group in choices(case.application):
        if (
            not case.reading.is_reliable((*path, "from"))
            or group.from_ is None
            or None in group.from_
        ):
            continue
        names = {
            one
            for _, name in sound(group.from_)
            for one in (name in case.units.unknown and case.units.meaning(name).ids) or (name,)
        }
        if group.choose is not None and group.credits is None and group.choose > len(names):
            what, has = f"{group.choose} units", f"{len(names)}"
        elif group.credits is not None and group.choose is None:
            credits = [units[name].credits if name in units else None for name in names]
            total = sum(number or 0 for number in credits)
            if None in credits or total >= group.credits:
                continue
            what, has = f"{group.credits} credits", f"{total}"
        else:
            continue
        yield Problem(
            path,
            f"This group requires {what} but lists only {has}",
            "Lower the number, or add units to ‘from’.",
        )


_CLEAR_LABEL = r"(?ia)\s*[KSB]\s*[0-9]+\s*"
"""A label that differs from its usual form only in case, spaces and zeros."""


@rule(
    "HTQ511",
    severity=Severity.ERROR,
    source=STANDARDS_DATA,
    says="A label is K, S or B and the number of the statement, counted from 1.",
    bad=f"""{_BASE}            ksbs:
              K1: [U1, U2]
              k2: [U1]  # HTQ511
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1, U2]
              K2: [U1]
    """,
    fixes="case, a space and zeros before the number, where no other line has that label.",
    alike=(
        Alike("{places} are not labels of KSBs", "Enter K, S or B and a number, for example ‘K1’."),
    ),
)
def malformed_label(case: Case) -> Iterable[Problem]:
    """The label of a KSB is in the wrong format

    The mapping of that KSB is ignored.
    """
    for path, claim, ksbs in _mapped(case):
        known = _ksb_list(case, claim)
        alike = Counter(parse_label(label) for label in ksbs)
        for label, likely in wrong_labels(ksbs, known).items():
            if LABEL.fullmatch(label):
                continue
            fix, meant = None, parse_label(label)
            is_known = isinstance(known, str) or meant in known.ksbs
            is_only = alike[meant] == 1 and case.reading.is_reliable((*path, meant or label))
            if meant and is_only and is_known:
                is_certain = re.fullmatch(_CLEAR_LABEL, label) is not None
                fix = Fix(meant, name=True, certain=is_certain)
            if meant and meant in ksbs:
                hint = f"{meant} has a line already. Combine the two."
            elif meant and not is_known:
                hint = f"Check the label and the version: the list has no {meant}."
            elif meant:
                hint = f"Enter it as {meant}."
            elif together := combined_labels(label):
                hint = _split_hint(together, known)
            else:
                hint = f"Did you mean {likely}? " if likely else ""
                hint += "Enter K, S or B and a number, for example ‘K1’."
            yield Problem(
                (*path, label),
                f"{quote(label)} is not the label of a KSB",
                hint,
                on_key=True,
                fix=fix,
            )


def _split_hint(labels: list[str], known: KsbList | str) -> str:
    lacking = [] if isinstance(known, str) else [one for one in labels if one not in known.ksbs]
    if lacking:
        return f"Check the labels and the version: the list has no {ranges(lacking)}."
    return f"Write one line for each of {ranges(labels)}."


@rule(
    "HTQ512",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Name assessments by their ids in `assessments`.",
    bad=f"""{_BASE}            ksbs:
              K1: {{units: [U1, U2], assessed_by: [A2]}}  # HTQ512
        assessments: {{A1: Portfolio}}
    """,
    good=f"""{_BASE}            ksbs:
              K1: {{units: [U1, U2], assessed_by: [A1]}}
        assessments: {{A1: Portfolio}}
    """,
    fixes="an id that differs in case, spaces, zeros or a letter O, such as a1 for the "
    "assessment A1: the spelling used more often stays. The title of an assessment becomes its "
    "id.",
)
def unknown_assessment(case: Case) -> Iterable[Problem]:
    """An assessment is named that the draft does not have

    Nothing then shows that the KSB is assessed. Each id is one finding, with every line that
    names it.
    """
    return _unknown_ids(case.assessments)


@rule(
    "HTQ513",
    severity=Severity.WARNING,
    source=FORMAT,
    says="A learner takes the units that the structure names.",
    bad="""
        units:
          U1: Programming
          U2: Databases  # HTQ513
        structure: {mandatory: [U1]}
    """,
    good="""
        units: {U1: Programming, U2: Databases}
        structure: {mandatory: [U1, U2]}
    """,
    alike=(
        Alike(
            "The structure does not name the units {places}",
            "Add each to ‘mandatory’ or to a group, or remove it from ‘units’.",
        ),
    ),
)
def unit_outside_structure(case: Case) -> Iterable[Problem]:
    """A unit is in no list of the structure

    A learner never needs to take it, so nothing ensures that what it covers is taught.
    """
    structure = case.application.structure
    if structure is None or structure.is_empty:
        return
    if any(path[0] == "structure" for path in case.reading.lost):
        return
    named = {name for _, name in units_in_structure(case.application)}
    named |= case.units.meant_in("structure")
    for name in case.application.units:
        if name not in named:
            yield Problem(
                ("units", name),
                f"The structure does not name the unit {quote(name)}",
                "Add it to ‘mandatory’ or to a group, or remove it from ‘units’.",
            )


@rule(
    "HTQ514",
    severity=Severity.ERROR,
    source=FORMAT,
    says="A qualification has units, each with an id.",
    bad="""
        units: {}  # HTQ514
    """,
    good="""
        units: {U1: Programming}
    """,
)
def no_units(case: Case) -> Iterable[Problem]:
    """The qualification has no units

    Learners take units, and units cover the KSBs.
    """
    if not _has_units(case):
        yield Problem(
            ("units",),
            "The qualification has no units",
            "Add ‘units:’ with a line such as ‘U1: Programming fundamentals’ for each unit.",
            on_key=True,
        )


def _has_units(case: Case) -> bool:
    """Whether a draft has units, even if none of them can be read."""
    return bool(case.application.units) or any(path[0] == "units" for path in case.reading.lost)


@rule(
    "HTQ515",
    severity=Severity.WARNING,
    source=FORMAT,
    says="A list names each unit once, and a pathway has a name of its own.",
    bad=f"""{_BASE}            ksbs:
              K1: [U1, U2, U1]  # HTQ515
        structure:
          mandatory: [U1, U2]
          pathways:
            - name: Web
            - name: Web  # HTQ515
    """,
    good=f"""{_BASE}            ksbs:
              K1: [U1, U2]
        structure:
          mandatory: [U1, U2]
          pathways:
            - name: Web
            - name: Mobile
    """,
)
def named_twice(case: Case) -> Iterable[Problem]:
    """A list names a unit twice, or two pathways have the same name

    The second does not count, so another unit or name is probably missing.
    """
    times: Counter[tuple[FieldPath, str]] = Counter()
    for path, name in case.unit_names:
        in_list = path[:-1], name
        times[in_list] += 1
        if times[in_list] == 2:
            yield Problem(
                path,
                f"The list names the unit {quote(name)} twice",
                "Delete one, or replace it with the unit that you meant.",
            )
    structure = case.application.structure
    first: dict[str, int] = {}
    for number, pathway in sound(structure.pathways if structure else ()):
        name = strip_invisible(pathway.name or "")
        if name and first.setdefault(name.casefold(), number) != number:
            yield Problem(
                ("structure", "pathways", number, "name"),
                f"Pathway {first[name.casefold()] + 1} is also called {quote(name)}",
                "Give each pathway a name of its own.",
            )


RULES = (
    standard_without_mapping,
    unknown_ksb,
    uncovered_ksb,
    partial_without_reason,
    unknown_unit,
    unit_without_ksb,
    incompetent_combination,
    unassessed_ksb,
    ksb_list_missing,
    unsatisfiable_group,
    malformed_label,
    unknown_assessment,
    unit_outside_structure,
    no_units,
    named_twice,
)
