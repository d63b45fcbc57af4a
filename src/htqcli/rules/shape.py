"""HTQ1xx: the shape of a draft or a catalogue, and the findings it accepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from htqcli import moment
from htqcli.document import plain
from htqcli.document.faults import FaultKind, Fix
from htqcli.document.places import FieldPath
from htqcli.draft.application import Application, choices
from htqcli.draft.references import MAX_LISTED, References
from htqcli.ksbs.lists import parse_version
from htqcli.model.messages import is_personal_or_applicant_only
from htqcli.model.part import leaves, sound
from htqcli.rules.accepting import a_year_after
from htqcli.rules.declare import CATALOGUE, DRAFT, Alike, Case, Problem, Severity, Stage, rule
from htqcli.rules.sources import FORMAT, YAML
from htqcli.words import join, quote


@rule(
    "HTQ101",
    severity=Severity.ERROR,
    stage=Stage.SHAPE,
    source=FORMAT,
    says="The fields that each part needs.",
    bad="""
        cycle: 3
        applicant: {name: Example Awards, type: awarding-organisation}
        qualification:  # HTQ101
          title: Level 4 Diploma
    """,
    good="""
        cycle: 3
        applicant: {name: Example Awards, type: awarding-organisation}
        qualification:
          title: Level 4 Diploma
          level: 4
    """,
    subjects=(DRAFT, CATALOGUE),
)
def missing_field(case: Case) -> Iterable[Problem]:
    """A field that this part needs is missing

    Other requirements, such as employer evidence, have rules of their own.
    """
    yield from case.faults(FaultKind.MISSING)
    reported = set()
    for _, group in choices(case.application):
        if group.credits is None or group.choose is not None:
            continue
        for _, unit_id in sound(group.from_ or ()):
            unit, where = case.application.units.get(unit_id), ("units", unit_id, "credits")
            if unit is None or unit.credits is not None:
                continue
            if where not in reported and case.reading.is_reliable(where):
                reported.add(where)
                yield Problem(
                    where,
                    f"The number of credits of {quote(unit_id)} is missing, and a group with this "
                    "unit counts credits",
                    "Write the unit with its title and credits, for example "
                    "‘{title: Databases, credits: 15}’.",
                )


@rule(
    "HTQ102",
    severity=Severity.ERROR,
    stage=Stage.SHAPE,
    source=FORMAT,
    says="The page lists every field that a draft can have.",
    bad="""
        qualification:
          titel: Level 4 Diploma  # HTQ102
    """,
    good="""
        qualification:
          title: Level 4 Diploma
    """,
    subjects=(DRAFT, CATALOGUE),
    fixes="a misspelt name that can only mean one field of its part. The contact, declarations, "
    "acceptances, coverage and confidentiality are left to you.",
)
def unknown_field(case: Case) -> Iterable[Problem]:
    """A field has a name that htq does not know here

    Its value is ignored, so a misspelt name would hide your answer.
    """
    problems = list(case.faults(FaultKind.UNKNOWN))
    alike = Counter((problem.path[:-1], problem.hint) for problem in problems)
    for problem in problems:
        alone = alike[problem.path[:-1], problem.hint] == 1
        fix = problem.fix and problem.fix._replace(certain=problem.fix.certain and alone)
        yield problem._replace(hide_rest_of_line=True, fix=fix)


def _dates_in_iso(case: Case) -> Iterable[tuple[FieldPath, Fix]]:
    for path, value in leaves(case.application):
        if isinstance(value, moment.Moment) and not is_personal_or_applicant_only(
            Application, path
        ):
            iso = moment.to_iso(case.document.text(path) or "")
            if iso:
                yield path, Fix(iso)


@rule(
    "HTQ103",
    severity=Severity.ERROR,
    stage=Stage.SHAPE,
    source=FORMAT,
    says="What each field takes.",
    bad="""
        qualification:
          level: four  # HTQ103
    """,
    good="""
        qualification:
          level: 4
    """,
    subjects=(DRAFT, CATALOGUE),
    fixes="a misspelt choice that can only mean one, such as ‘awarding organisation’, a number "
    "with its field’s name, such as ‘Level 5’, a version such as ‘v1.1’, and ids of units or "
    "assessments that are not in a list, such as ‘U4, U8’. Dates that "
    "leave no doubt, such as ‘2 March 2022’, become ISO 8601: ‘2022-03-02’.",
    tidy=_dates_in_iso,
)
def wrong_value(case: Case) -> Iterable[Problem]:
    """A value is not what its field needs

    The value is ignored, and nothing that depends on it is checked.
    """
    for problem in case.faults(FaultKind.WRONG):
        yield _version_problem(case, problem) or _ids_problem(case, problem) or problem
    for path, group in choices(case.application):
        known = case.reading.is_reliable((*path, "choose")) and case.reading.is_reliable(
            (*path, "credits")
        )
        if known and not group.has_one_amount:
            has = "neither ‘choose’ nor" if group.choose is None else "both ‘choose’ and"
            yield Problem(
                path,
                f"The group has {has} ‘credits’",
                "Say either how many units a learner chooses, for example ‘choose: 1’, or how "
                "many credits, for example ‘credits: 15’.",
            )


def _version_problem(case: Case, problem: Problem) -> Problem | None:
    """The problem with the version that is meant, if it is about a version such as `v1.1`."""
    written = case.document.text(problem.path)
    if problem.path[:1] + problem.path[2:] != ("standards", "version") or written is None:
        return None
    claim = dict(sound(case.application.standards)).get(int(problem.path[1]))
    known = (
        case.lists.versions(claim.resolved_reference) if claim and claim.resolved_reference else []
    )
    meant = parse_version(written, known)
    if meant is None:
        return None
    is_certain = meant in known or written.strip().endswith(meant)
    is_certain = is_certain and re.findall(r"\d+", written) == re.findall(r"\d+", meant)
    fix = Fix(meant, certain=is_certain)
    return problem._replace(hint=f"Did you mean version {meant}?", fix=fix)


def _ids_problem(case: Case, problem: Problem) -> Problem | None:
    """The problem with the list that is meant, if it is about ids written as a text."""
    text, ids = case.document.text(problem.path), _ids_at(case, problem.path)
    if not ids or not text:
        return None
    fix = ids.as_list(text)
    hint = ids.in_brackets(text)
    if fix is not None:
        hint = f"Write it as a list: {quote(fix.written, MAX_LISTED)}."
    return problem._replace(hint=hint, fix=fix)


def _ids_at(case: Case, path: FieldPath) -> References | None:
    """The units or the assessments, if a path leads to a list of their ids."""
    match path:
        case ("standards", int(), "ksbs", _) | ("standards", int(), "ksbs", _, "units"):
            return case.units
        case ("structure", *_, "mandatory" | "from"):
            return case.units
        case ("standards", int(), "ksbs", _, "assessed_by"):
            return case.assessments
    return None


@rule(
    "HTQ104",
    severity=Severity.ERROR,
    stage=Stage.SHAPE,
    source=FORMAT,
    says="A text is a placeholder that begins with TODO, TBC or TBD, is wholly in angle or square "
    "brackets, ends with ‘(TBC)’ or the like, or only says that you have no answer, such as ‘n/a’, "
    "‘unknown’, ‘pending’ or ‘?’.",
    bad="""
        qualification:
          title: TODO  # HTQ104
          level: <4 or 5>  # HTQ104
        employers:
          - name: TBC, ask Sam  # HTQ104
        units:
          U1: Databases (TBC)  # HTQ104
          U2: "???"  # HTQ104
    """,
    good="""
        qualification:
          title: Level 4 Diploma
          level: 4
        employers:
          - name: Example Software Ltd
        units:
          U1: Databases
    """,
    subjects=(DRAFT, CATALOGUE),
    alike=(
        Alike(
            "{ksbs} not mapped yet",
            "Write the units that cover each, for example ‘K1: [U1, U2]’.",
            at="standards/*/ksbs/*",
        ),
        Alike("{places} still need your answer", "Replace each placeholder with your answer."),
    ),
)
def placeholder(case: Case) -> Iterable[Problem]:
    """A placeholder still needs your answer

    Placeholders show what you still have to do before the draft is ready.
    """
    return case.faults(FaultKind.PLACEHOLDER)


@rule(
    "HTQ105",
    severity=Severity.WARNING,
    stage=Stage.ACCEPTANCES,
    source=FORMAT,
    says="An acceptance ends with the day that `until` names.",
    bad="""
        cycle: 3
        accept:
          - rule: HTQ402
            reason: Agreed with the approvals team
            until: 2021-06-01  # HTQ105
    """,
    good="""
        cycle: 3
        qualification: {title: Diploma, level: 4}
        standards: [{reference: ST0809}]
        accept:
          - rule: HTQ402
            reason: Agreed with the approvals team
            until: 2022-06-01
    """,
)
def acceptance_expired(case: Case) -> Iterable[Problem]:
    """The acceptance of a finding has ended

    You accepted the finding until a day that has passed, so it counts again.
    """
    for accepted in case.accepted.entries:
        until = accepted.entry.until
        if accepted.expired and until:
            yield Problem(
                ("accept", accepted.index, "until"),
                f"The acceptance of {quote(accepted.entry.rule or '')} ended with {until}",
                "Correct what the finding is about, or agree a later day and enter it as ‘until’.",
            )


@rule(
    "HTQ106",
    severity=Severity.WARNING,
    stage=Stage.ACCEPTANCES,
    source=FORMAT,
    says="An acceptance names the rule of a finding, and can name its place.",
    bad="""
        cycle: 3
        accept:
          - rule: HTQ204  # HTQ106
            reason: Agreed with the approvals team
            until: 2022-06-01
    """,
    good="""
        cycle: 3
        standards: [{reference: ST0310}]
        accept:
          - rule: HTQ204
            reason: Agreed with the approvals team
            until: 2022-06-01
    """,
)
def acceptance_unmatched(case: Case) -> Iterable[Problem]:
    """An acceptance does not match any finding

    The finding may be corrected by now, or the rule or the place may be mistyped. If you leave the
    entry there, it would accept the next such finding unseen.
    """
    for accepted in case.accepted.entries:
        entry = accepted.entry
        if not accepted.checked or not accepted.is_effective:
            continue
        about = f" about {join([quote(label) for label in accepted.idle])}" if accepted.idle else ""
        where = f" at {quote(entry.at)}" if entry.at else ""
        if not accepted.matched or accepted.idle:
            yield Problem(
                ("accept", accepted.index, "ksbs" if accepted.matched else "rule"),
                f"There is no finding of {quote(entry.rule or '')}{about}{where} to accept",
                "Delete the entry, or check the code, the place and the KSBs. Only HTQ503, HTQ507 "
                "and HTQ508 are accepted by KSB."
                if about
                else "Delete the entry, or check the code and the place.",
            )


@rule(
    "HTQ107",
    severity=Severity.ERROR,
    stage=Stage.ACCEPTANCES,
    source=FORMAT,
    says="A judgement can be accepted for up to a year; a gap in coverage, combinations or "
    "assessment only for the KSBs that the entry names. What a draft must have cannot be accepted.",
    bad="""
        cycle: 3
        accept:
          - rule: HTQ701  # HTQ107
            reason: Our board meets in June
            until: 2022-06-30
          - rule: HTQ204
            reason: Agreed with the approvals team
            until: 2099-12-31  # HTQ107
          - rule: HTQ503  # HTQ107
            reason: Agreed with the approvals team
            until: 2022-06-30
    """,
    good="""
        cycle: 3
        accept:
          - rule: HTQ204
            reason: Agreed with the approvals team
            until: 2022-06-30
          - rule: HTQ503
            ksbs: [K3, S14]
            reason: Agreed with the approvals team
            until: 2022-06-30
    """,
)
def acceptance_refused(case: Case) -> Iterable[Problem]:
    """A finding cannot be accepted, or not in this way

    An entry that accepts too much would make an unready draft look ready. It accepts nothing until
    you correct it.
    """
    for accepted in case.accepted.entries:
        named, at = quote(accepted.entry.rule or ""), ("accept", accepted.index)
        if accepted.refused:
            yield Problem(
                (*at, "rule"),
                f"Findings of {named} cannot be accepted",
                "Correct what the finding is about, and delete the entry. ‘htq rules CODE’ says "
                "for "
                "each rule whether its findings can be accepted.",
            )
            continue
        if accepted.is_missing_ksbs:
            yield Problem(
                (*at, "ksbs"),
                f"Findings of {named} are accepted KSB by KSB, but this entry does not name any",
                "Name them, for example ‘ksbs: [K3, S14]’.",
            )
        if accepted.too_long:
            latest = moment.say(a_year_after(case.at), "day")
            yield Problem(
                (*at, "until"),
                f"Findings of {named} are accepted until {accepted.entry.until}, which is more "
                "than a "
                "year from now",
                f"Enter {latest} or an earlier day as ‘until’, and decide again then.",
            )


@rule(
    "HTQ108",
    severity=Severity.WARNING,
    stage=Stage.SHAPE,
    source=YAML,
    says="A word that begins with ‘&’ names a value for use elsewhere. Only plain quotation "
    "marks enclose a text.",
    bad="""
        applicant:
          name: &Co Awards  # HTQ108
          type: awarding-organisation
        qualification:
          title: “Level 4 Diploma”  # HTQ108
          level: 4
    """,
    good="""
        applicant:
          name: "&Co Awards"
          type: awarding-organisation
        qualification:
          title: "Level 4 Diploma"
          level: 4
    """,
)
def text_not_as_it_looks(case: Case) -> Iterable[Problem]:
    """YAML reads a text differently from how it looks

    A word would be missing from the application, or quotation marks would be part of a name.
    """
    for path, word in plain.lost_anchors(case.document):
        yield Problem(
            path,
            "The word that begins with ‘&’ is lost: YAML does not read it as text",
            'Put the whole text in quotation marks, for example "&Co Awards".',
            span=word,
        )
    for path, text in plain.wrapped(case.document):
        yield Problem(
            path,
            "YAML reads the curly quotation marks around this text as part of it",
            "Delete them, or replace them with straight quotation marks: \" or '.",
            span=text,
        )


@rule(
    "HTQ109",
    severity=Severity.INFO,
    stage=Stage.SHAPE,
    source=YAML,
    says="A space and ‘#’ begin a comment.",
    bad="""
        qualification:
          title: Data & Software # 2  # HTQ109
          level: 4
    """,
    good="""
        qualification:
          title: "Data & Software # 2"
          level: 4  # 4 or 5
    """,
)
def text_lost_as_comment(case: Case) -> Iterable[Problem]:
    """A number after ‘#’ is read as a comment, but may belong to the text

    A title such as ‘Studio # 2’ would lose its number.
    """
    for path, comment in plain.numbered_comments(case.document):
        yield Problem(
            path,
            "YAML reads what follows ‘ #’ as a comment, not as text",
            "If it belongs to the text, put the whole text in quotation marks.",
            span=comment,
        )


RULES = (
    missing_field,
    unknown_field,
    wrong_value,
    placeholder,
    acceptance_expired,
    acceptance_unmatched,
    acceptance_refused,
    text_not_as_it_looks,
    text_lost_as_comment,
)
