"""HTQ3xx: the cycle, its window, and dates."""

from __future__ import annotations

from collections.abc import Iterable

from htqcli.catalogue.model import Status
from htqcli.moment import say
from htqcli.rules.declare import Acceptable, Case, Problem, Severity, rule
from htqcli.rules.sources import CYCLE_3, DELIVERY, FORMAT
from htqcli.words import join


def _status(case: Case) -> Status | None:
    return case.catalogue.status(case.at, case.cycle.cycle) if case.cycle else None


@rule(
    "HTQ301",
    severity=Severity.ERROR,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="“The application window for cycle 3 will open at midday on 16 February 2022 and close "
    "on 29 July 2022 at 5pm.”",
    bad="""
        cycle: 2  # HTQ301
    """,
    good="""
        cycle: 3
    """,
)
def window_closed(case: Case) -> Iterable[Problem]:
    """The window of the cycle has closed

    Applications are taken only while the window is open, up to the minute at which it closes.
    """
    status = _status(case)
    if status and status.state == "closed":
        later = case.catalogue.status(case.at).state != "closed"
        hint = (
            "Enter a cycle whose window is open or still to come. See ‘htq window list’, or ask"
            if later
            else "No window that is open or still to come is known to this catalogue. Ask"
        )
        yield Problem(
            ("cycle",),
            f"The window of cycle {status.cycle.cycle} closed on {status.window.closes}",
            f"{hint} the approvals team: {case.catalogue.contact.email}.",
            sources=status.window.source,
        )


@rule(
    "HTQ302",
    severity=Severity.INFO,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="“The application window for cycle 3 will open at midday on 16 February 2022 and close "
    "on 29 July 2022 at 5pm.”",
    bad="""
        cycle: 4  # HTQ302
    """,
    good="""
        cycle: 3
    """,
)
def window_not_open_yet(case: Case) -> Iterable[Problem]:
    """The window of the cycle has not opened yet

    You have time to prepare: book support sessions, and gather evidence from employers.
    """
    status = _status(case)
    if status and status.state == "not-yet-open":
        opens = status.window.opens
        when = f"opens on {opens}" if opens and opens.precision != "month" else "is not open yet"
        yield Problem(
            ("cycle",),
            f"The window of cycle {status.cycle.cycle} {when}",
            "Prepare the application and submit it when the window is open.",
            sources=status.window.source,
        )


@rule(
    "HTQ303",
    severity=Severity.ERROR,
    acceptable=Acceptable.YES,
    source=CYCLE_3,
    says="“The application window for cycle 3 will open at midday on 16 February 2022 and close "
    "on 29 July 2022 at 5pm.”",
    bad="""
        cycle: 3
        planned_submission: 2022-07-29 17:00  # HTQ303
    """,
    good="""
        cycle: 3
        planned_submission: 2022-07-29 16:59
    """,
)
def planned_outside_window(case: Case) -> Iterable[Problem]:
    """The planned submission is outside the window of the cycle

    A day is inside the window if any part of it is. The closing moment itself is outside.
    """
    planned = case.application.planned_submission
    if planned and case.cycle and not any(w.overlaps(planned) for w in case.cycle.windows):
        dated = [str(window) for window in case.cycle.windows if window.precision]
        windows = join(dated, "or") if dated else "its dates are not known"
        closings = [w.closes.first for w in case.cycle.windows if w.closes]
        closes = " The closing moment itself is outside." if planned.first in closings else ""
        yield Problem(
            ("planned_submission",),
            f"The submission is planned for {planned}, outside the window of cycle "
            f"{case.cycle.cycle}",
            f"Plan it for a time in the window: {windows}.{closes}",
            sources=tuple(key for window in case.cycle.windows for key in window.source),
        )


@rule(
    "HTQ304",
    severity=Severity.ERROR,
    acceptable=Acceptable.YES,
    source=DELIVERY,
    says="The month from which qualifications approved in each cycle are taught.",
    bad="""
        cycle: 3
        qualification:
          title: Level 4 Diploma
          level: 4
          first_teaching: 2024-08  # HTQ304
    """,
    good="""
        cycle: 3
        qualification:
          title: Level 4 Diploma
          level: 4
          first_teaching: 2024-09
    """,
)
def first_teaching_too_early(case: Case) -> Iterable[Problem]:
    """First teaching is planned before the cycle allows it

    A qualification can be taught as an HTQ from the cycle’s month of first teaching.
    """
    planned = case.application.qualification and case.application.qualification.first_teaching
    if not planned or not case.cycle:
        return
    submission = case.application.planned_submission
    first = case.cycle.first_teaching(submission.first if submission else case.at)
    earliest = first.month
    if planned.first < earliest.first:
        yield Problem(
            ("qualification", "first_teaching"),
            f"First teaching is planned for {planned}; for cycle {case.cycle.cycle} it is "
            f"{say(earliest.first, 'month')} at the earliest",
            f"Enter ‘first_teaching: {earliest.isoformat()}’ or later.",
            sources=first.source,
        )


@rule(
    "HTQ305",
    severity=Severity.ERROR,
    source=CYCLE_3,
    says="The cycles, and the list of standards of each, that are in the catalogue.",
    bad="""
        cycle: 33  # HTQ305
    """,
    good="""
        cycle: 3
    """,
)
def unknown_cycle(case: Case) -> Iterable[Problem]:
    """The catalogue does not have the cycle or its list of standards

    Without the list htq cannot tell whether a standard is in scope, so it cannot say that the
    draft is ready.
    """
    number = case.application.cycle
    if number is None:
        return
    known = [str(cycle.cycle) for cycle in case.catalogue.cycles if cycle.standards]
    hint = (
        f"The catalogue has the list of standards of cycle {join(known)}. "
        if known
        else "The catalogue has no list of standards. "
    ) + "Use another catalogue with ‘--catalogue’ if you have the list."
    if case.cycle is None:
        yield Problem(("cycle",), f"Cycle {number} is not in the catalogue", hint)
    elif not case.cycle.standards:
        yield Problem(
            ("cycle",), f"The list of standards of cycle {number} is not in the catalogue", hint
        )


@rule(
    "HTQ306",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=FORMAT,
    says="The planned submission is a day, or a day and time, that is still to come.",
    bad="""
        cycle: 3
        planned_submission: 2022-05-19  # HTQ306
    """,
    good="""
        cycle: 3
        planned_submission: 2022-05-20
    """,
)
def planned_in_the_past(case: Case) -> Iterable[Problem]:
    """The planned submission has passed

    If the plan is out of date, the rest of the draft may be too. A day has passed once it is
    over.
    """
    planned = case.application.planned_submission
    if planned and planned.first < case.at and planned.after <= case.at:
        yield Problem(
            ("planned_submission",),
            f"The submission was planned for {planned}, which has passed",
            "Enter the day on which you plan to submit now, or delete ‘planned_submission’.",
        )


RULES = (
    window_closed,
    window_not_open_yet,
    planned_outside_window,
    first_teaching_too_early,
    unknown_cycle,
    planned_in_the_past,
)
