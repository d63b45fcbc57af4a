"""HTQ2xx: the standards that a qualification aligns to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from htqcli.catalogue.model import Standard
from htqcli.document.faults import Fix
from htqcli.document.places import FieldPath
from htqcli.draft.application import StandardClaim, repeated_standards
from htqcli.model.part import sound
from htqcli.rules.declare import Acceptable, Case, Problem, Severity, rule
from htqcli.rules.sources import CRITERIA, CYCLE_3, STANDARDS_DATA
from htqcli.vocabulary import REFERENCE
from htqcli.words import join, nearest, only_possible_word, quote, title_key

_CLEAR_REFERENCE = r"(?ia)\s*ST[\s_–-]*[0-9O]{4}\s*"
"""A reference that differs from its usual form only in case, separators and letters O."""
_BEFORE_TITLE = r"(?ia)\s*ST[\s_–-]*[0-9O]{4}\b"


def _listed(case: Case) -> Iterator[tuple[int, StandardClaim, Standard]]:
    """The draft's standards that are on the cycle's list, each with its position in the draft."""
    if case.cycle is None:
        return
    for index, claim in sound(case.application.standards):
        if claim.resolved_reference in case.cycle.by_reference:
            yield index, claim, case.cycle.by_reference[claim.resolved_reference]


@rule(
    "HTQ201",
    severity=Severity.ERROR,
    source=STANDARDS_DATA,
    says="A reference is ST and four digits. OCC names an occupation, FA and AU other products.",
    bad="""
        cycle: 3
        standards:
          - reference: st 0116  # HTQ201
          - reference: OCC0118  # HTQ201
          - reference: FA0116  # HTQ201
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
          - reference: ST0118
    """,
    fixes="case, spaces and hyphens, the letter O in place of a zero, and the standard’s title "
    "after its reference. A reference with too few digits, or of another kind, is left to you.",
)
def malformed_reference(case: Case) -> Iterable[Problem]:
    """The reference of a standard is in the wrong format

    If it is clear which standard you mean, the other rules check that one.
    """
    for index, claim in sound(case.application.standards):
        reference, meant = claim.reference, claim.resolved_reference
        if reference is None or re.fullmatch(REFERENCE, reference):
            continue
        typed = reference.upper().lstrip()
        if typed.startswith(("FA", "AU")):
            hint = (
                "References with FA and AU are of other products, which an HTQ cannot align to. "
                "Enter the reference of an occupational standard, for example ‘ST0116’."
            )
        elif meant and typed.startswith("OCC"):
            hint = f"This is an occupation code. Enter the standard’s reference: {meant}."
        elif meant:
            hint = f"Enter it as {meant}."
        elif listed := _titled(case, reference):
            hint = f"This is the title of {listed}. Enter the reference: {listed}."
        else:
            hint = "Enter ST and four digits, for example ‘ST0116’. Find it with ‘htq standards "
            hint += "search’."
        fix = Fix(meant, certain=_is_clear(case, reference, meant)) if meant else None
        yield Problem(
            ("standards", index, "reference"),
            f"{quote(reference)} is not the reference of a standard",
            hint,
            fix=fix,
        )


def _titled(case: Case, text: str) -> str | None:
    """The standard on the cycle's list whose title a text is; None if no one standard's is."""
    standards = case.cycle.standards if case.cycle else ()
    found = [one.reference for one in standards if title_key(one.title) == title_key(text)]
    return found[0] if len(found) == 1 else None


def _is_clear(case: Case, reference: str, meant: str) -> bool:
    """Whether a text is only a reference, or a reference and the title of its standard."""
    standards = (cycle.by_reference.get(meant) for cycle in case.catalogue.cycles)
    titles = {title_key(standard.title) for standard in standards if standard}
    match = re.match(_BEFORE_TITLE, reference)
    rest = title_key(reference[match.end() :]) if match else None
    return rest in titles or re.fullmatch(_CLEAR_REFERENCE, reference) is not None


@rule(
    "HTQ202",
    severity=Severity.ERROR,
    source=CYCLE_3,
    says="“Below is a list of standards in scope for cycle 3 of the Higher Technical "
    "Qualification approvals process.”",
    bad="""
        cycle: 3
        standards:
          - reference: ST9999  # HTQ202
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
    """,
)
def not_on_the_list(case: Case) -> Iterable[Problem]:
    """The standard is not on the list of the cycle

    A cycle takes qualifications only for the standards on its list. The list is kept under
    review, so the approvals team has the last word.
    """
    if case.cycle is None or not case.cycle.standards:
        return
    by_reference = case.cycle.by_reference
    taken = {claim.resolved_reference for _, claim in sound(case.application.standards)}
    for index, claim in sound(case.application.standards):
        if claim.resolved_reference is None or claim.resolved_reference in by_reference:
            continue
        titles = {standard.title: standard for standard in case.cycle.standards}
        near = [titles[title] for title in nearest(claim.title or "", list(titles))]
        near = near or [
            by_reference[name] for name in nearest(claim.resolved_reference, list(by_reference))
        ]
        near = [one for one in near if one.scope != "out-of-scope" and one.reference not in taken]
        meant = f"Did you mean {near[0].reference}, {quote(near[0].title)}? " if near else ""
        yield Problem(
            ("standards", index, "reference"),
            f"{claim.resolved_reference} is not on the list of standards of cycle "
            f"{case.cycle.cycle}",
            f"{meant}Find a standard with ‘htq standards search’, or ask the approvals team: "
            f"{case.catalogue.contact.email}.",
            sources=case.list_sources,
            fix=Fix(near[0].reference, certain=False) if near else None,
        )


@rule(
    "HTQ203",
    severity=Severity.ERROR,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="“Standards out of scope are likely to have significant changes/revisions before or "
    "during cycle 3. These standards are highly unlikely to be included in cycle 3.”",
    bad="""
        cycle: 3
        standards:
          - reference: ST0019  # HTQ203
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
    """,
)
def out_of_scope(case: Case) -> Iterable[Problem]:
    """The standard is out of scope for the cycle

    Significant changes to it are likely, so a qualification that aligns to it now is highly
    unlikely to be included.
    """
    for index, _, standard in _listed(case):
        if standard.scope == "out-of-scope":
            yield Problem(
                ("standards", index, "reference"),
                f"{standard.reference}, {quote(standard.title)}, is out of scope for cycle "
                f"{standard.cycle}",
                "Align the qualification to a standard that is in scope, or wait for a cycle "
                f"that includes this one. Ask the approvals team: {case.catalogue.contact.email}.",
                sources=case.list_sources,
            )


@rule(
    "HTQ204",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="“‘Contact us’ standards may be revised before or during cycle 3. Qualifications "
    "submitted against these standards may need revising during or after the approval process. "
    "You may be asked to align your qualification to a draft standard.”",
    bad="""
        cycle: 3
        standards:
          - reference: ST0310  # HTQ204
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
    """,
)
def contact_us(case: Case) -> Iterable[Problem]:
    """The standard is marked ‘contact us’ for the cycle

    Expect changes to it: you may have to revise the qualification during or after approval.
    """
    for index, _, standard in _listed(case):
        if standard.scope == "contact-us":
            yield Problem(
                ("standards", index, "reference"),
                f"{standard.reference}, {quote(standard.title)}, is marked ‘contact us’ for "
                f"cycle {standard.cycle}: it may be revised",
                f"Email the approvals team before you submit: {case.catalogue.contact.email}. "
                "Be prepared to revise the qualification during or after approval.",
                sources=case.list_sources,
            )


def _titles_as_listed(case: Case) -> Iterable[tuple[FieldPath, Fix]]:
    for index, claim, standard in _listed(case):
        same = claim.title and title_key(claim.title) == title_key(standard.title)
        if same and claim.title != standard.title:
            yield ("standards", index, "title"), Fix(standard.title)


@rule(
    "HTQ205",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="The titles of the standards on the list.",
    bad="""
        cycle: 3
        standards:
          - reference: ST0116
            title: Data analyst  # HTQ205
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
            title: Software Developer
    """,
    fixes="a letter or two in a title that can only mean the one on the list. A title that differs "
    "only in case and punctuation becomes the one on the list.",
    tidy=_titles_as_listed,
)
def title_differs(case: Case) -> Iterable[Problem]:
    """The title given for a standard is not the one on the list

    If the title does not match the reference, the reference is often that of another standard.
    Case and punctuation do not matter.
    """
    for index, claim, standard in _listed(case):
        if claim.title and title_key(claim.title) != title_key(standard.title):
            assert case.cycle is not None
            meant = only_possible_word(claim.title, [s.title for s in case.cycle.standards])
            typed = {title_key(claim.title), title_key(meant or claim.title)}
            others = [s for s in case.cycle.standards if title_key(s.title) in typed]
            whose = "".join(f"; that is the title of {s.reference}" for s in others[:1])
            known = f" {quote(others[0].title)} is {others[0].reference}." if others else ""
            if standard in others:
                whose = known = ""
            yield Problem(
                ("standards", index, "title"),
                f"{standard.reference} is {quote(standard.title)} on the list, not "
                f"{quote(claim.title)}{whose}",
                f"Check the reference, and enter the title exactly as on the list.{known}",
                sources=case.list_sources,
                fix=Fix(standard.title) if meant == standard.title else None,
            )


@rule(
    "HTQ206",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="The levels of the standards on the list.",
    bad="""
        cycle: 3
        standards:
          - reference: ST0116
            level: 5  # HTQ206
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
            level: 4
    """,
)
def level_differs(case: Case) -> Iterable[Problem]:
    """The level given for a standard is not the one on the list

    If the level does not match the reference, the reference is often that of another standard.
    """
    for index, claim, standard in _listed(case):
        if claim.level is not None and claim.level != standard.level:
            yield Problem(
                ("standards", index, "level"),
                f"{standard.reference}, {quote(standard.title)}, is at level {standard.level} "
                f"on the list, not {claim.level}",
                "Check the reference, and enter the level on the list.",
                sources=case.list_sources,
            )


@rule(
    "HTQ207",
    severity=Severity.ERROR,
    source=CRITERIA,
    says="The criteria are met in full for each standard, so each is named once with its own "
    "mapping.",
    bad="""
        cycle: 3
        standards:
          - reference: ST0116
          - reference: ST0118
          - reference: ST0116  # HTQ207
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
          - reference: ST0118
    """,
)
def standard_twice(case: Case) -> Iterable[Problem]:
    """The same standard is named twice

    Only one mapping of a standard can count. A standard with options can be named once for each
    option.
    """
    claims = dict(sound(case.application.standards))
    for index, first in repeated_standards(case.application).items():
        yield Problem(
            ("standards", index, "reference"),
            f"{claims[index].resolved_reference} is named twice: it is already item {first + 1} of "
            "‘standards’",
            "Keep one of the two, and combine their mappings.",
        )


@rule(
    "HTQ208",
    severity=Severity.ERROR,
    source=CRITERIA,
    says="A qualification aligns to at least one occupational standard.",
    bad="""
        cycle: 3
        standards: []  # HTQ208
    """,
    good="""
        cycle: 3
        standards:
          - reference: ST0116
    """,
)
def no_standard(case: Case) -> Iterable[Problem]:
    """No standard is named

    An HTQ is approved against one or more occupational standards at level 4 or 5.
    """
    if not case.application.standards:
        yield Problem(
            ("standards",),
            "The draft does not name a standard that the qualification aligns to",
            "Add ‘standards:’ with an item such as ‘- reference: ST0116’. Find a standard with "
            "‘htq standards search’.",
        )


@rule(
    "HTQ209",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=CRITERIA,
    says="For a standard with options, an application says which option it aligns to.",
    bad="""
        cycle: 3
        units: {U1: Programming}
        standards:
          - reference: ST0117  # HTQ209
            version: "1.0"
            ksbs: {K1: [U1]}
    """,
    good="""
        cycle: 3
        units: {U1: Programming}
        standards:
          - reference: ST0117
            version: "1.0"
            option: Systems
            ksbs: {K1: [U1]}
    """,
)
def option_of_standard(case: Case) -> Iterable[Problem]:
    """The standard has options and none is named, or one that it does not have

    Each option is an occupation of its own, with its own KSBs.
    """
    for index, claim in sound(case.application.standards):
        known = (
            case.lists.get(claim.resolved_reference, claim.version)
            if claim.resolved_reference
            else ""
        )
        if isinstance(known, str) or (not known.options and claim.option is None):
            continue
        if claim.option is not None and known.has_option(claim.option):
            continue
        options = join([quote(name) for name in known.options], "or") if known.options else ""
        hint = f"Enter ‘option’ as {options}." if options else "Delete ‘option’."
        if not known.has_options_field:
            hint += " If the standard does have it, import its KSB list from the standards data."
        if claim.option is None:
            message = f"{claim.resolved_reference} has options, and the draft does not say which"
        else:
            message = f"{claim.resolved_reference} has no option {quote(claim.option)}"
        yield Problem(("standards", index, "option"), message, hint)


RULES = (
    malformed_reference,
    not_on_the_list,
    out_of_scope,
    contact_us,
    title_differs,
    level_differs,
    standard_twice,
    no_standard,
    option_of_standard,
)
