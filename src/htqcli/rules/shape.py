"""HTQ1xx: the shape of a draft or a catalogue, and the findings it accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from htqcli import moment
from htqcli.application import Application, choices
from htqcli.fields import is_personal_or_claim, leaves, sound
from htqcli.rules.declare import CATALOGUE, DRAFT, Case, Problem, Severity, rule
from htqcli.rules.sources import FORMAT
from htqcli.source import Fix, Kind, Path
from htqcli.words import quote


@rule(
    "HTQ101",
    severity=Severity.ERROR,
    source=FORMAT,
    says="The fields without which nothing can be said of a part.",
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
    """A field is missing that the part cannot do without

    What other rules ask for, such as evidence from an employer, they say themselves.
    """
    yield from case.faults(Kind.MISSING)
    told = set()
    for _, group in choices(case.application):
        if group.credits is None or group.choose is not None:
            continue
        for _, unit_id in sound(group.from_ or ()):
            unit, where = case.application.units.get(unit_id), ("units", unit_id, "credits")
            if unit is None or unit.credits is not None:
                continue
            if where not in told and case.reading.knows(where):
                told.add(where)
                yield Problem(
                    where,
                    f"The number of credits of {quote(unit_id)} is missing, and a group that it "
                    "is in counts credits",
                    "Write the unit with its title and credits, for example "
                    "‘{title: Databases, credits: 15}’.",
                )


@rule(
    "HTQ102",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Every field that a draft can hold is named there.",
    bad="""
        qualification:
          titel: Level 4 Diploma  # HTQ102
    """,
    good="""
        qualification:
          title: Level 4 Diploma
    """,
    subjects=(DRAFT, CATALOGUE),
    fixes="a misspelt name that can mean but one field of its part. The contact, declarations, "
    "acceptances, coverage and confidentiality are left to you.",
)
def unknown_field(case: Case) -> Iterable[Problem]:
    """A field has a name that a draft does not have

    What it says is not read: a slip of the pen in a name would hide an answer.
    """
    problems = list(case.faults(Kind.UNKNOWN))
    alike = Counter((problem.path[:-1], problem.hint) for problem in problems)
    for problem in problems:
        alone = alike[problem.path[:-1], problem.hint] == 1
        yield problem._replace(only_marked=True, fix=problem.fix if alone else None)


def _dates_in_iso(case: Case) -> Iterable[tuple[Path, Fix]]:
    for path, value in leaves(case.application):
        if isinstance(value, moment.Moment) and not is_personal_or_claim(Application, path):
            iso = moment.in_iso(case.document.text(path) or "")
            if iso:
                yield path, Fix(iso)


@rule(
    "HTQ103",
    severity=Severity.ERROR,
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
    fixes="a misspelt choice that can mean but one, such as ‘awarding organisation’. Dates that "
    "leave no doubt, such as ‘2 March 2022’, become ISO 8601: ‘2022-03-02’.",
    tidy=_dates_in_iso,
)
def wrong_value(case: Case) -> Iterable[Problem]:
    """A value is not of the kind that its field takes

    The value is not used, and whatever else depends on it is not checked.
    """
    yield from case.faults(Kind.WRONG)
    for path, group in choices(case.application):
        known = case.reading.knows((*path, "choose")) and case.reading.knows((*path, "credits"))
        if known and not group.says_how_many:
            has = "neither ‘choose’ nor" if group.choose is None else "both ‘choose’ and"
            yield Problem(
                path,
                f"The group has {has} ‘credits’",
                "Say either how many units a learner chooses, for example ‘choose: 1’, or how "
                "many credits, for example ‘credits: 15’.",
            )


@rule(
    "HTQ104",
    severity=Severity.ERROR,
    source=FORMAT,
    says="A text that begins with TODO, TBC or TBD, or stands in angle brackets, is a placeholder.",
    bad="""
        qualification:
          title: TODO  # HTQ104
          level: <4 or 5>  # HTQ104
        employers:
          - name: TBC, ask Sam  # HTQ104
    """,
    good="""
        qualification:
          title: Level 4 Diploma
          level: 4
        employers:
          - name: Example Software Ltd
    """,
    subjects=(DRAFT, CATALOGUE),
)
def placeholder(case: Case) -> Iterable[Problem]:
    """A placeholder stands where an answer should be

    These are what is left to do before the draft is ready.
    """
    return case.faults(Kind.PLACEHOLDER)


@rule(
    "HTQ105",
    severity=Severity.WARNING,
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

    What was right to accept for a while may not be any more, so the finding is one again.
    """
    for accepted in case.accepted:
        until = accepted.entry.until
        if accepted.expired and until:
            yield Problem(
                ("accept", accepted.index, "until"),
                f"The acceptance of {quote(accepted.entry.rule or '')} ended with {until}",
                "Put the finding right, or agree a later day and enter it as ‘until’.",
            )


@rule(
    "HTQ106",
    severity=Severity.WARNING,
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
    """The acceptance of a finding matches none

    It may have been put right since, or the rule or the place may be mistyped; left there,
    the entry would accept the next such finding unseen.
    """
    for accepted in case.accepted:
        entry = accepted.entry
        if accepted.checked and not accepted.matched and not accepted.expired:
            where = f" at {quote(entry.at)}" if entry.at else ""
            yield Problem(
                ("accept", accepted.index, "rule"),
                f"There is no finding of {quote(entry.rule or '')}{where} to accept",
                "Delete the entry, or check the code and the place. A finding of HTQ0xx, "
                "HTQ105 or HTQ106 cannot be accepted.",
            )


RULES = (
    missing_field,
    unknown_field,
    wrong_value,
    placeholder,
    acceptance_expired,
    acceptance_unmatched,
)
