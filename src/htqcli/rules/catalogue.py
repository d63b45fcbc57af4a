"""HTQ9xx: the catalogue itself. What is an error here, no command uses."""

from __future__ import annotations

from collections.abc import Iterable

from htqcli import catalogue
from htqcli.fields import sound
from htqcli.rules.declare import CATALOGUE, Case, Problem, Severity, rule
from htqcli.rules.sources import CRITERIA, CYCLE_3, DATA, STANDARDS_DATA


@rule(
    "HTQ901",
    severity=Severity.ERROR,
    source=DATA,
    says="A catalogue is the cycles that are known, each with its sources.",
    bad="""
        cycles: []  # HTQ901
    """,
    good="""
        cycles:
          - cycle: 3
    """,
    subjects=(CATALOGUE,),
)
def no_cycle(case: Case) -> Iterable[Problem]:
    """The catalogue has no cycle

    Every answer is about a cycle, so no command can answer anything from it.
    """
    return case.problems(catalogue.no_cycle(case.catalogue))


@rule(
    "HTQ902",
    severity=Severity.ERROR,
    source=DATA,
    says="Each cycle has one block, with its number.",
    bad="""
        cycles:
          - cycle: 3
          - cycle: 3  # HTQ902
    """,
    good="""
        cycles:
          - cycle: 3
          - cycle: 4
    """,
    subjects=(CATALOGUE,),
)
def cycle_twice(case: Case) -> Iterable[Problem]:
    """A cycle is there twice

    Only the first of the two would be used, and what somebody wrote in the other be lost.
    """
    return case.problems(catalogue.cycle_twice(case.catalogue))


@rule(
    "HTQ903",
    severity=Severity.ERROR,
    source=DATA,
    says="A cycle has at least one window.",
    bad="""
        cycles:
          - cycle: 3
            windows: []  # HTQ903
    """,
    good="""
        cycles:
          - cycle: 3
            windows:
              - {opens: 2022-02-16 12:00, closes: 2022-07-29 17:00, source: C3}
    """,
    subjects=(CATALOGUE,),
)
def cycle_without_window(case: Case) -> Iterable[Problem]:
    """A cycle has no window

    Nothing could say whether applications are taken, nor when a qualification is first taught.
    """
    return case.problems(catalogue.no_window(case.catalogue))


@rule(
    "HTQ904",
    severity=Severity.ERROR,
    source=DATA,
    says="A window has its opening and its closing, or the days between which they lie.",
    bad="""
        cycles:
          - cycle: 2
            windows:
              - opens: 2021-07-05  # HTQ904
                source: C2
    """,
    good="""
        cycles:
          - cycle: 2
            windows:
              - opens: 2021-07-05
                before: 2021-10-01
                source: C2
    """,
    subjects=(CATALOGUE,),
)
def window_without_dates(case: Case) -> Iterable[Problem]:
    """A window does not say when it opens and closes

    Where a date was not published, the days between which it lies make “not known” an answer
    that begins and ends.
    """
    return case.problems(catalogue.window_without_dates(case.catalogue))


@rule(
    "HTQ905",
    severity=Severity.ERROR,
    source=DATA,
    says="A window is open from its opening up to, not including, its closing.",
    bad="""
        cycles:
          - cycle: 3
            windows:
              - opens: 2022-07-29 17:00
                closes: 2022-02-16 12:00  # HTQ905
    """,
    good="""
        cycles:
          - cycle: 3
            windows:
              - opens: 2022-02-16 12:00
                closes: 2022-07-29 17:00
    """,
    subjects=(CATALOGUE,),
)
def window_closes_first(case: Case) -> Iterable[Problem]:
    """A window closes before it opens

    It would never be open, and every draft for its cycle would be told that it is too late.
    """
    return case.problems(catalogue.window_closes_first(case.catalogue))


@rule(
    "HTQ906",
    severity=Severity.WARNING,
    source=DATA,
    says="A window is a time in which the applications of one cycle are taken.",
    bad="""
        cycles:
          - cycle: 3
            windows:
              - {opens: 2022-02-16 12:00, closes: 2022-07-29 17:00, source: C3}
          - cycle: 4
            windows:
              - opens: 2022-07-29 16:59  # HTQ906
                closes: 2023-06-30
    """,
    good="""
        cycles:
          - cycle: 3
            windows:
              - {opens: 2022-02-16 12:00, closes: 2022-07-29 17:00, source: C3}
          - cycle: 4
            windows:
              - opens: 2022-07-29 17:00
                closes: 2023-06-30
    """,
    subjects=(CATALOGUE,),
)
def windows_overlap(case: Case) -> Iterable[Problem]:
    """Two windows are open at the same time

    No two were until now, so a date is likely mistyped. It could also be so one day, and a
    draft names its cycle: the catalogue can be used.
    """
    return case.problems(catalogue.windows_overlap(case.catalogue))


@rule(
    "HTQ907",
    severity=Severity.ERROR,
    source=DATA,
    says="The key stages of a cycle are in the order in which they happen.",
    bad="""
        cycles:
          - cycle: 3
            stages:
              - {name: Application window closes, begins: 2022-07-29 17:00, source: C3}
              - name: Application window opens
                begins: 2022-02-16 12:00  # HTQ907
    """,
    good="""
        cycles:
          - cycle: 3
            stages:
              - {name: Application window opens, begins: 2022-02-16 12:00, source: C3}
              - {name: Application window closes, begins: 2022-07-29 17:00, source: C3}
    """,
    subjects=(CATALOGUE,),
)
def stages_out_of_order(case: Case) -> Iterable[Problem]:
    """A key stage begins before the one above it

    The present stage is the last that has begun, so the wrong one would be marked.
    """
    return case.problems(catalogue.stages_out_of_order(case.catalogue))


@rule(
    "HTQ908",
    severity=Severity.ERROR,
    source=DATA,
    says="Every fact names its source, a key of ‘sources’.",
    bad="""
        cycles:
          - cycle: 3
            windows:
              - opens: 2022-02-16 12:00  # HTQ908
                closes: 2022-07-29 17:00
    """,
    good="""
        cycles:
          - cycle: 3
            windows:
              - opens: 2022-02-16 12:00
                closes: 2022-07-29 17:00
                source: C3
    """,
    subjects=(CATALOGUE,),
)
def no_source(case: Case) -> Iterable[Problem]:
    """A date, a list or a demand does not say where it comes from

    Each finding about a draft quotes the page that asks for it. A fact without one is nobody’s.
    """
    return case.problems(catalogue.no_source(case.catalogue))


@rule(
    "HTQ909",
    severity=Severity.ERROR,
    source=DATA,
    says="Every fact names its source, a key of ‘sources’.",
    bad="""
        sources:
          C3: {title: Cycle 3, address: https://example.org/cycle-3}
        contact: {name: the team, email: team@example.org, source: C33}  # HTQ909
    """,
    good="""
        sources:
          C3: {title: Cycle 3, address: https://example.org/cycle-3}
        contact: {name: the team, email: team@example.org, source: C3}
    """,
    needs=("sources/*",),
    subjects=(CATALOGUE,),
)
def unknown_source(case: Case) -> Iterable[Problem]:
    """A source is named that is not among the sources

    A reader could not look the fact up.
    """
    return case.problems(catalogue.unknown_source(case.catalogue))


@rule(
    "HTQ910",
    severity=Severity.ERROR,
    source=DATA,
    says="The routes, and the headings under which the lists of the cycles name them.",
    bad="""
        routes:
          - {name: Health and science, heading: Health & science}
        cycles:
          - cycle: 3
            routes:
              names: [Health and science]  # HTQ910
              source: C3
    """,
    good="""
        routes:
          - {name: Health and science, heading: Health & science}
        cycles:
          - cycle: 3
            routes:
              names: [Health & science]
              source: C3
    """,
    needs=("routes/*/*",),
    subjects=(CATALOGUE,),
)
def unknown_route(case: Case) -> Iterable[Problem]:
    """A route is named that is no heading of the routes

    Its standards would be found under no route that a person can ask for.
    """
    return case.problems(catalogue.unknown_route(case.catalogue))


@rule(
    "HTQ911",
    severity=Severity.ERROR,
    source=CYCLE_3,
    says="Standards are in scope, ‘contact us’ or out of scope.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: within-scope  # HTQ911
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
    """,
    subjects=(CATALOGUE,),
)
def unknown_scope(case: Case) -> Iterable[Problem]:
    """A scope is none of the three that there are

    What htq says of a standard follows from its scope.
    """
    return case.problems(catalogue.unknown_scope(case.catalogue))


@rule(
    "HTQ912",
    severity=Severity.ERROR,
    source=STANDARDS_DATA,
    says="A reference is ST and four digits.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST 116, level: 4, title: Software developer}  # HTQ912
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST0116, level: 4, title: Software developer}
    """,
    subjects=(CATALOGUE,),
)
def listed_reference(case: Case) -> Iterable[Problem]:
    """The reference of a standard on a list is not in its form

    No draft that names the standard would find it.
    """
    return case.problems(catalogue.malformed_reference(case.catalogue))


@rule(
    "HTQ913",
    severity=Severity.ERROR,
    source=CYCLE_3,
    says="Each standard is on the list once: in one route, with one scope.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST0116, level: 4, title: Software developer}
                    - {reference: ST0116, level: 4, title: Software tester}  # HTQ913
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST0116, level: 4, title: Software developer}
                    - {reference: ST0129, level: 4, title: Software tester}
    """,
    subjects=(CATALOGUE,),
)
def listed_twice(case: Case) -> Iterable[Problem]:
    """A standard is on a cycle’s list twice

    The two can differ in scope, and then nothing says which of them holds.
    """
    return case.problems(catalogue.listed_twice(case.catalogue))


@rule(
    "HTQ914",
    severity=Severity.ERROR,
    source=CRITERIA,
    says="A Higher Technical Qualification aligns to a standard at level 4 or 5.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST0116, level: 6, title: Software developer}  # HTQ914
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              standards:
                - route: Digital
                  scope: in-scope
                  standards:
                    - {reference: ST0116, level: 4, title: Software developer}
    """,
    subjects=(CATALOGUE,),
)
def listed_level(case: Case) -> Iterable[Problem]:
    """A standard on a list is not at level 4 or 5

    No qualification can align to it, so the level is likely mistyped, and drafts would be told
    that theirs differs.
    """
    return case.problems(catalogue.level_not_listed(case.catalogue))


@rule(
    "HTQ915",
    severity=Severity.WARNING,
    source=CYCLE_3,
    says="“This list will be kept under review”, of the provisional list.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              status: final
              confirmation_due: 2022-01  # HTQ915
              note: This list will be kept under review.  # HTQ915
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              status: provisional
              confirmation_due: 2022-01
              note: This list will be kept under review.
    """,
    subjects=(CATALOGUE,),
)
def final_yet_provisional(case: Case) -> Iterable[Problem]:
    """A final list still says that it is provisional

    An applicant who is shown both cannot tell which holds. The list itself can be used.
    """
    return case.problems(catalogue.final_yet_provisional(case.catalogue))


@rule(
    "HTQ916",
    severity=Severity.INFO,
    source=CYCLE_3,
    says="The list was provisional, and to be confirmed by January 2022.",
    bad="""
        cycles:
          - cycle: 3
            listing:
              status: provisional  # HTQ916
              confirmation_due: 2022-01
    """,
    good="""
        cycles:
          - cycle: 3
            listing:
              status: provisional
              confirmation_due: 2030-01
    """,
    subjects=(CATALOGUE,),
)
def confirmation_overdue(case: Case) -> Iterable[Problem]:
    """A provisional list was to be confirmed by now

    A final list may have been published since. Where none is known, this is no fault.
    """
    for index, cycle in sound(case.catalogue.cycles):
        if cycle.listing and cycle.listing.is_overdue(case.at):
            yield Problem(
                ("cycles", index, "listing", "status"),
                "The list is provisional and was to be confirmed by "
                f"{cycle.listing.confirmation_due}",
                "If a final list was published, enter it with ‘status: final’ and its source.",
            )


RULES = (
    no_cycle,
    cycle_twice,
    cycle_without_window,
    window_without_dates,
    window_closes_first,
    windows_overlap,
    stages_out_of_order,
    no_source,
    unknown_source,
    unknown_route,
    unknown_scope,
    listed_reference,
    listed_twice,
    listed_level,
    final_yet_provisional,
    confirmation_overdue,
)
