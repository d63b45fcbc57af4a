"""`htq check`: whether drafts are ready to submit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Optional, TypeVar

import typer

from htqcli import files
from htqcli.cli import context, exits, terminal
from htqcli.cli.options import (
    At,
    CatalogueFile,
    ExitZero,
    FailOn,
    Ignore,
    KsbFolder,
    Quiet,
    ReportFiles,
    Select,
    Words,
)
from htqcli.cli.refusals import expect_folder, refuse_reports_over
from htqcli.cli.reporting import (
    ReportFormat,
    conclude,
    destinations,
    present,
    select_rules,
)

if TYPE_CHECKING:
    from htqcli.check.engine import Checker, Outcome
    from htqcli.check.fix import Fixed
    from htqcli.check.inputs import Candidate, Draft, Found, LeftOut, Unchecked
    from htqcli.check.report import Report
    from htqcli.check.workers import Result
    from htqcli.formats.text import Detail
    from htqcli.rules.declare import Rule


_MIN_FOR_PROGRESS = 20
"""From how many drafts on a terminal shows progress."""

_MIN_FOR_WORKERS = 100
"""From how many drafts on a second process saves more time than it takes to start."""


def check(
    paths: Annotated[
        Words,
        typer.Argument(
            metavar="PATH",
            help="A draft, a folder of drafts, or - for standard input.",
            show_default="the current folder",
        ),
    ] = None,
    at: At = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    exit_zero: ExitZero = False,
    format: ReportFormat = None,
    report: ReportFiles = None,
    quiet: Quiet = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="Show each finding by itself, with its place in the draft."),
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Show only the verdict on each draft.")
    ] = False,
    exclude: Annotated[
        Words,
        typer.Option(
            "--exclude",
            metavar="GLOB",
            help="Leave these out of folders: a name, or a path from the folder or from here, such "
            "as ‘drafts/old’ or ‘*-copy.yaml’. Can be repeated.",
        ),
    ] = None,
    listing: Annotated[
        bool,
        typer.Option(
            "--list",
            help="Check nothing: list what would be checked, and what is left out and why.",
        ),
    ] = False,
    hide_accepted: Annotated[
        bool,
        typer.Option("--hide-accepted", help="Leave accepted findings out of every format."),
    ] = False,
    stdin_name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--stdin-name",
            metavar="PATH",
            help="Name for standard input; files it mentions are looked for beside it.",
        ),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Correct clear-cut mistakes in the files, then check."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Show what --fix would change, as a unified diff, and change nothing."
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Check again whenever a draft, its KSB lists or its files change. Ctrl-C ends it.",
        ),
    ] = False,
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Check whether draft applications are ready to submit.

    A draft is ready when everything was checked and nothing counts but notes.
    Each finding says what is wrong, where, how to put it right and on whose authority.
    """
    from htqcli.check import inputs
    from htqcli.check.engine import Checker
    from htqcli.rules.declare import DRAFT, Severity

    shown, reports = destinations(format, report or ())
    machine = None if format == "text" else shown
    detail: Detail = "all" if every else "summary" if summary else "grouped"
    _refuse_conflicts(paths or (), machine, reports, fix=fix, diff=diff, listing=listing)
    _refuse_details(machine, every=every, summary=summary, quiet=quiet)
    if watch:
        _refuse_watching(paths or (), machine, reports, corrects=fix or diff, listing=listing)
    rules = select_rules(select, ignore, DRAFT)
    expect_folder(ksbs)
    known = context.the_catalogue(catalogue)
    level = None if fail_on == "never" else Severity(fail_on)

    def report_on(checker: Checker, outcomes: Iterable[Outcome], named: Found) -> Report:
        found = checker.report(outcomes, level, is_dated=at is not None)
        unchecked = (*found.unchecked, *named.without_drafts(found.left_out))
        found = replace(found, unchecked=unchecked)
        return found.without_accepted() if hide_accepted else found

    if watch:
        from htqcli.cli.watching import Look, watch_with

        current = context.reloaded(known, catalogue)

        def look() -> Look:
            named = inputs.find(paths or [os.curdir], exclude or ())
            checker = Checker(current(), context.the_time(at), rules, ksbs)
            outcomes = [checker.check(item) for item in _read(named.candidates, None)]
            files = [*map(str, paths or ()), *([str(catalogue)] if catalogue else [])]
            folders = {*named.looked_in, *checker.looked_in}
            return Look(report_on(checker, outcomes, named), folders, files)

        watch_with(look, lambda found: present(found, "text", detail, quiet=quiet))
    now = context.the_time(at)
    named = inputs.find(paths or [os.curdir], exclude or ())
    _report_unused(named.unused)
    if listing:
        _list(named, paths or ())
        return
    over = [file for _, file in reports if named.has_file(file) and not inputs.is_report(file)]
    refuse_reports_over(reports, [*(paths or ()), *over])
    refuse_reports_over(reports, [str(catalogue)] if catalogue else [], "catalogue")
    keeps = "html" in (machine, *(name for name, _ in reports))
    checker = Checker(known, now, rules, ksbs, keeps=keeps)
    replaced: list[bool] = []
    if fix or diff:
        drafts = _read(named.candidates, stdin_name)
        fixing = Checker(known, now, None, ksbs, tidies=True)
        corrected = _corrected(drafts, fixing, rules, replaced, writes=fix, quiet=quiet)
        outcomes = iter([checker.check(item) for item in list(corrected)])
    else:
        outcomes = _outcomes(named.candidates, checker, stdin_name, quiet=quiet)
    found = report_on(checker, outcomes, named)
    shown = None if diff else shown or "text"
    conclude(found, reports, shown, replaced, quiet=quiet, exit_zero=exit_zero, detail=detail)


def _refuse_details(format: str | None, *, every: bool, summary: bool, quiet: bool) -> None:
    """Refuse two answers to how much is shown."""
    other = "--all" if every else "--quiet" if quiet else f"--format {format}" if format else ""
    if summary and other:
        raise typer.BadParameter(
            f"It shows the verdicts alone, so it cannot go with ‘{other}’. Choose one of the two.",
            param_hint="--summary",
        )


def _refuse_watching(
    paths: Sequence[str],
    format: str | None,
    reports: Sequence[tuple[str, str]],
    *,
    corrects: bool,
    listing: bool,
) -> None:
    """Refuse what cannot be done again and again while files change."""
    if "-" in paths:
        raise typer.BadParameter(
            "Standard input does not change. Name a file or a folder.", param_hint="--watch"
        )
    if corrects or listing or reports or format:
        raise typer.BadParameter(
            "It shows the result as text each time, so it cannot go with ‘--fix’, ‘--diff’, "
            "‘--list’, ‘--report’ or another format.",
            param_hint="--watch",
        )


def _refuse_conflicts(
    paths: Sequence[str],
    format: str | None,
    reports: Sequence[tuple[str, str]],
    *,
    fix: bool,
    diff: bool,
    listing: bool,
) -> None:
    """Refuse options that contradict each other."""
    if listing and (fix or diff or reports or format):
        raise typer.BadParameter(
            "It checks nothing, so it cannot go with ‘--fix’, ‘--diff’, ‘--report’ or a format.",
            param_hint="--list",
        )
    if fix and diff:
        raise typer.BadParameter(
            "It cannot go with ‘--diff’, which changes nothing. Choose one of the two.",
            param_hint="--fix",
        )
    if fix and "-" in paths:
        raise typer.BadParameter(
            "Standard input is not a file to change. See what would change with ‘--diff’.",
            param_hint="--fix",
        )
    if diff and format is not None:
        raise typer.BadParameter(
            "The diff goes to standard output, so a report cannot. Write the report to a file with "
            f"‘--report {format}=FILE’.",
            param_hint="--diff",
        )


def _read(
    candidates: Iterable[Candidate | Unchecked], stdin_name: str | None
) -> Iterator[Draft | Unchecked | LeftOut]:
    from htqcli.check import inputs

    return (inputs.read(item, sys.stdin, stdin_name) for item in candidates)


def _outcomes(
    candidates: Sequence[Candidate | Unchecked],
    checker: Checker,
    stdin_name: str | None,
    *,
    quiet: bool,
) -> Iterator[Outcome]:
    """The outcome for each draft. Workers check many; what they leave, this process checks."""
    from htqcli.check import inputs

    for item in _progress(_by_workers(candidates, checker), len(candidates), quiet=quiet):
        if isinstance(item, inputs.Candidate):
            yield checker.check(inputs.read(item, sys.stdin, stdin_name))
        else:
            yield item


def _corrected(
    drafts: Iterable[Draft | Unchecked | LeftOut],
    checker: Checker,
    rules: Sequence[Rule],
    replaced: list[bool],
    *,
    writes: bool,
    quiet: bool,
) -> Iterator[Draft | Unchecked | LeftOut]:
    """The drafts after their files are corrected; or, unless it `writes`, as they are, with a diff
    on standard output. It adds to `replaced`, for each file to be written, whether it was. Only
    what is certainly a draft is changed."""
    from htqcli.check.fix import Fixed, is_draft, put_right
    from htqcli.check.inputs import Draft, Unchecked

    for draft in drafts:
        if not isinstance(draft, Draft):
            yield draft
            continue
        try:
            fixed = put_right(draft, checker, rules) if is_draft(draft) else Fixed(draft)
        except typer.Exit:  # somebody stopped htq
            raise
        except Exception as error:  # noqa: BLE001  # a fault is reported, and the next draft read
            reason = "a fault in htq: correcting it stopped with an exception"
            yield Unchecked(draft.path, reason, error)
            continue
        if not writes:
            terminal.write_diff(fixed.diff)
        elif fixed.changes:
            replaced.append(_replace(draft, fixed.draft))
            if not replaced[-1]:
                yield draft
                continue
        if not quiet:
            _report_changes(fixed, writes=writes)
        yield fixed.draft if writes else draft


def _replace(old: Draft, new: Draft) -> bool:
    """Write a corrected draft over the old one. Returns whether it was written."""
    try:
        if files.content_of(old.path) != old.content:
            why = "it has changed since it was read. Run the command again"
        elif files.is_read_only(old.path):
            why = "it is read-only"
        else:
            files.replace_file(old.path, new.content.decode())
            return True
    except OSError as error:
        why = files.reason(error)
    terminal.print_error(f"{old.path}: nothing was corrected: {why}")
    return False


def _report_changes(fixed: Fixed, *, writes: bool) -> None:
    from htqcli.formats.text import corrections
    from htqcli.words import join, quote

    path = fixed.draft.path
    count = corrections(len(fixed.changes))
    if fixed.changes:
        terminal.print_error(
            f"{path}: {count} {'corrected' if writes else 'can be corrected with --fix'}"
        )
    for change in fixed.changes if writes else ():
        terminal.print_error(
            f"  line {change.line}: {quote(change.old)} -> {quote(change.new)} ({change.code})"
        )
    for change in fixed.held:
        why = f" would cause {join(change.brings)}" if change.brings else " would change more"
        terminal.print_error(
            f"{path}:{change.line}: {quote(change.old)} was left alone: changing it to "
            f"{quote(change.new)}{why}"
        )
    if fixed.too_long:
        terminal.print_error(
            f"{path}: nothing was corrected: it would take too long to find out what can be"
        )
    if fixed.not_shown and not writes:
        terminal.print_error(
            f"{path}: {fixed.not_shown} of these not in the diff, because the lines hold what is "
            "personal or what a pipeline could obey; ‘--fix’ corrects them too"
        )


def _report_unused(globs: Sequence[str]) -> None:
    from htqcli.words import quote

    for glob in globs:
        terminal.print_error(
            f"{quote(f'--exclude {glob}')} left nothing out: nothing there matches it"
        )


def _list(named: Found, paths: Sequence[str]) -> None:
    """Write a line for each path that says what a check would do with it. Exits with 3 if a path
    that was named cannot be read."""
    from htqcli.check import drafts, inputs
    from htqcli.words import visible, visible_start

    missing = False
    for item in named.items:
        outcome: Draft | Unchecked | LeftOut | Candidate = item
        if isinstance(item, inputs.Candidate) and item.path != inputs.STANDARD_INPUT:
            outcome = inputs.read(item, None)
        if isinstance(outcome, inputs.Draft):
            outcome = drafts.left_out(outcome) or outcome
        said = "checked"
        if isinstance(outcome, inputs.LeftOut):
            said = str(outcome)
        elif isinstance(outcome, inputs.Unchecked):
            said = f"not checked: {outcome.reason}"
            missing |= item.path in paths
        terminal.write(f"{visible_start(item.path)}: {visible(said)}\n")
    if not named.items:
        terminal.print_error("There is nothing to check, and nothing was left out.")
    if missing:
        raise typer.Exit(exits.NOT_DONE)


def _by_workers(named: Sequence[Candidate | Unchecked], checker: Checker) -> Iterator[Result]:
    """What workers find in many drafts; the drafts themselves if workers would not save time."""
    if len(named) < _MIN_FOR_WORKERS:
        return iter(named)
    from htqcli.check import workers

    count = workers.how_many(len(named))
    return workers.check(named, checker, count) if count else iter(named)


T = TypeVar("T")


def _progress(drafts: Iterator[T], count: int, *, quiet: bool) -> Iterator[T]:
    """The same drafts, with a progress bar on standard error if a person can see it."""
    if count < _MIN_FOR_PROGRESS or quiet or not terminal.shows_progress():
        yield from drafts
        return
    from rich.progress import track

    yield from track(
        drafts, "Checking drafts", count, console=terminal.console(sys.stderr), transient=True
    )
