"""HTQ9xx: the catalogue itself. No command uses a catalogue with an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, islice, pairwise

from htqcli.catalogue.model import Catalogue, Entry, ListedGroup, Window, sources_in
from htqcli.document.places import FieldPath
from htqcli.model.messages import under
from htqcli.model.part import sound
from htqcli.rules.declare import CATALOGUE, Case, Problem, Severity, rule
from htqcli.rules.sources import CRITERIA, CYCLE_3, DATA, STANDARDS_DATA
from htqcli.vocabulary import LEVELS, REFERENCE, SCOPES, parse_reference
from htqcli.words import join, nearest, quote, truncate, visible


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

    Every answer is about a cycle, so no command can use this catalogue.
    """
    if not case.catalogue.cycles:
        yield Problem(
            ("cycles",),
            "The catalogue has no cycle",
            "Add one. ‘htq catalogue new-cycle’ writes a blank one.",
        )


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
    """A cycle appears twice

    htq would use only the first, and lose what somebody wrote in the other.
    """
    first: dict[int, int] = {}
    for index, cycle in sound(case.catalogue.cycles):
        if cycle.cycle in first:
            yield Problem(
                ("cycles", index, "cycle"),
                f"Cycle {cycle.cycle} appears twice: it is already item {first[cycle.cycle] + 1} "
                "of "
                "‘cycles’",
                "Keep one block for each cycle.",
            )
        first.setdefault(cycle.cycle, index)


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

    Nothing would say whether applications are taken, or when a qualification is first taught.
    """
    for index, cycle in sound(case.catalogue.cycles):
        if not cycle.windows:
            yield Problem(
                ("cycles", index, "windows"),
                "The cycle has no window",
                "Add its window. If its dates are not known, say with ‘after’ and ‘before’ between "
                "which days it lies.",
            )


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

    If a date was not published, give the days between which it lies, so that htq answers “not
    known” only for those days.
    """
    for path, window in _windows(case.catalogue):
        for name, bound, known_or_bounded in (
            ("opens", "after", window.opens or window.after),
            ("closes", "before", window.closes or window.before),
        ):
            if not known_or_bounded:
                yield Problem(
                    (*path, name),
                    f"The window does not say when it {name}",
                    f"Add ‘{name}’. If that is not known, add ‘{bound}’.",
                )


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

    It would never be open, and htq would tell every draft for its cycle that it is too late.
    """
    for path, window in _windows(case.catalogue):
        if window.is_bounded and window.earliest_opening >= window.latest_closing:
            yield Problem(
                (*path, "closes" if window.closes else "before"),
                "The window closes before it opens",
                "Check the dates against their source.",
            )


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

    No two windows have overlapped so far, so a date is probably mistyped. You can still use the
    catalogue, because each draft names its cycle.
    """
    dated = [
        (path, window)
        for path, window in _windows(case.catalogue)
        if window.opens and window.closes and window.earliest_opening < window.latest_closing
    ]
    dated.sort(key=lambda one: one[1].earliest_opening)
    for (path, window), (last_path, last) in zip(dated[1:], _closing_last(dated), strict=False):
        if window.earliest_opening < last.latest_closing:
            cycle = case.catalogue.cycles[int(last_path[1])].cycle
            yield Problem(
                (*path, "opens"),
                f"The window opens while that of cycle {cycle}, {last}, is open",
                "Check the dates of both against their sources. While both are open and no cycle "
                "is named, htq uses the one that comes first in the file.",
            )


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

    The present stage is the last one that has begun, so the wrong one would be marked.
    """
    for index, cycle in sound(case.catalogue.cycles):
        dated = [(at, stage, stage.begins) for at, stage in sound(cycle.stages) if stage.begins]
        for (_, before, begun), (at, _, begins) in pairwise(dated):
            if begins.first < begun.first:
                yield Problem(
                    ("cycles", index, "stages", at, "begins"),
                    f"The stage begins on {begins}, before the one above it, "
                    f"{quote(str(before.name))}, which begins on {begun}",
                    "Put the stages in the order of their dates, or check the dates against their "
                    "source.",
                )


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
    """A date, a list or a requirement does not say where it comes from

    Each finding about a draft quotes the page that asks for it. Nobody can check a fact without
    a source.
    """
    for path, keys in sources_in(case.catalogue, ()):
        if not keys:
            yield Problem(
                path,
                "The source is missing",
                f"Add ‘source:’ {under(path[:-1])}, with the key in ‘sources’ of the page that "
                "says "
                "it.",
            )


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
    """A source is named that is not listed in ‘sources’

    A reader could not look the fact up.
    """
    sources = case.catalogue.sources
    for path, keys in sources_in(case.catalogue, ()):
        for at, key in enumerate(keys):
            if key not in sources:
                yield Problem(
                    (*path, at) if len(keys) > 1 else path,
                    f"There is no source {quote(key)}",
                    f"{_did_you_mean(key, sources)}Use a key of ‘sources’, or add the page there "
                    "with its title and address.",
                )


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
    """A route is named that is not a heading in ‘routes’

    Nobody could find its standards by route.
    """
    headings = {route.title: None for _, route in sound(case.catalogue.routes)}
    named: Iterator[tuple[FieldPath, str]] = (
        (("cycles", index, "routes", "names", at), name)
        for index, cycle in sound(case.catalogue.cycles)
        if cycle.routes
        for at, name in sound(cycle.routes.names or ())
    )
    listed: Iterator[tuple[FieldPath, str]] = (
        ((*path, "route"), group.route) for path, group in _groups(case.catalogue)
    )
    for path, name in chain(named, listed):
        if name and name not in headings:
            yield Problem(
                path,
                f"There is no route {quote(name)} in ‘routes’",
                f"{_did_you_mean(name, headings)}Use a heading of ‘routes’, or the name of a route "
                "without one.",
            )


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
    """A scope is not one of the three allowed

    What htq says about a standard depends on its scope.
    """
    named: Iterator[tuple[FieldPath, str]] = (
        (("cycles", index, "listing", "scopes", scope), scope)
        for index, cycle in sound(case.catalogue.cycles)
        if cycle.listing
        for scope in cycle.listing.scopes
    )
    listed: Iterator[tuple[FieldPath, str]] = (
        ((*path, "scope"), group.scope) for path, group in _groups(case.catalogue)
    )
    for path, scope in chain(named, listed):
        if scope and scope not in SCOPES:
            yield Problem(
                path,
                f"There is no scope {quote(scope)}",
                f"{_did_you_mean(scope, SCOPES)}The scopes are {join(SCOPES)}.",
                on_key=path[-2] == "scopes",
            )


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
    """The reference of a standard on a list is in the wrong format

    A draft that names the standard would not find it.
    """
    for path, _, entry in _entries(case.catalogue):
        if entry.reference and not re.fullmatch(REFERENCE, entry.reference):
            meant = parse_reference(entry.reference)
            yield Problem(
                (*path, "reference"),
                f"{quote(entry.reference)} is not the reference of a standard",
                f"Enter it as {meant}." if meant else "Enter ST and four digits, as in ST0116.",
            )


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

    The two can differ in scope, and then nothing says which one counts.
    """
    first: dict[tuple[FieldPath, str], ListedGroup] = {}
    for path, group, entry in _entries(case.catalogue):
        key = path[:2], entry.reference
        if key in first:
            other = first[key]
            yield Problem(
                (*path, "reference"),
                f"{visible(truncate(str(entry.reference), 20))} is on the list of the cycle "
                "twice: it "
                f"is already under {quote(str(other.route))}, {quote(str(other.scope))}",
                "Keep one line for each standard.",
            )
        first.setdefault(key, group)


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

    No qualification can align to it, so the level is probably mistyped, and htq would report
    the right level in a draft.
    """
    for path, _, entry in _entries(case.catalogue):
        if entry.level not in LEVELS:
            yield Problem(
                (*path, "level"),
                f"A standard at level {entry.level} is on the list",
                "Check the level against the source of the list. Higher Technical Qualifications "
                "align to standards at level 4 or 5.",
            )


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

    An applicant who is shown both cannot tell which is true. You can still use the list.
    """
    for index, cycle in sound(case.catalogue.cycles):
        listing, path = cycle.listing, ("cycles", index, "listing")
        if listing is None or listing.status != "final":
            continue
        if listing.confirmation_due:
            yield Problem(
                (*path, "confirmation_due"),
                f"The list is final, but still to be confirmed by {listing.confirmation_due}",
                "Delete ‘confirmation_due’, or enter ‘status: provisional’.",
            )
        if listing.note and (still := re.search(_PROVISIONAL, listing.note)):
            yield Problem(
                (*path, "note"),
                f"The list is final, but its note still says {quote(still[0])}",
                "Rewrite the note from the page of the final list, or enter ‘status: provisional’.",
            )


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

    A final list may have been published since. If you know of none, leave the list as it is.
    """
    for index, cycle in sound(case.catalogue.cycles):
        if cycle.listing and cycle.listing.is_overdue(case.at):
            yield Problem(
                ("cycles", index, "listing", "status"),
                "The list is provisional and was to be confirmed by "
                f"{cycle.listing.confirmation_due}",
                "If a final list was published, enter it with ‘status: final’ and its source.",
            )


_PROVISIONAL = r"(?i)provisional|under review|to be confirmed|final list"
_MAX_CHOICES = 200
"""How many choices are compared with a word at most, to find the nearest."""


def _closing_last(windows: list[tuple[FieldPath, Window]]) -> Iterator[tuple[FieldPath, Window]]:
    """For each window, the last to close among that window and those before it."""
    return accumulate(windows, lambda last, one: max(last, one, key=lambda w: w[1].latest_closing))


def _did_you_mean(word: str, choices: Iterable[str]) -> str:
    near = nearest(word, list(islice(choices, _MAX_CHOICES)))
    return f"Did you mean {quote(near[0])}? " if near else ""


def _windows(known: Catalogue) -> Iterator[tuple[FieldPath, Window]]:
    for index, cycle in sound(known.cycles):
        for at, window in sound(cycle.windows):
            yield ("cycles", index, "windows", at), window


def _groups(known: Catalogue) -> Iterator[tuple[FieldPath, ListedGroup]]:
    for index, cycle in sound(known.cycles):
        for at, group in sound(cycle.listing.standards if cycle.listing else ()):
            yield ("cycles", index, "listing", "standards", at), group


def _entries(known: Catalogue) -> Iterator[tuple[FieldPath, ListedGroup, Entry]]:
    for path, group in _groups(known):
        for at, entry in sound(group.standards):
            yield (*path, "standards", at), group, entry


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
