"""`htq check`: whether drafts are ready to submit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional, TypeVar

import typer

from htqcli.cli import options, terminal
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
    format_option,
)
from htqcli.formats import FORMATS

if TYPE_CHECKING:
    from datetime import datetime

    from htqcli.catalogue import Catalogue
    from htqcli.fix import Fixed, Judge
    from htqcli.intake import Candidate, Draft, Found, LeftOut, Unchecked
    from htqcli.lint import Checked, Report
    from htqcli.rules.declare import Rule, Subject
    from htqcli.workers import Result

NOT_READY = 1
"""The exit code when there is a finding at or above the level of `--fail-on`."""
NOT_CHECKED = 3
"""The exit code when something named could not be read, checked or written."""

_MANY = 20
"""From how many drafts on a terminal shows how far the check is."""
_MANY_FOR_ONE = 100
"""From how many drafts on a second process saves more time than it takes to load and start."""

ReportFormat = Annotated[
    Optional[str],  # noqa: UP045
    format_option(*FORMATS, default="text"),
]
"""The format of the report on standard output; None where none is asked for, which is text."""


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
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Check whether draft applications are ready to submit.

    A draft is ready when everything was checked and nothing counts but notes.
    Each finding says what is wrong, where, how to put it right and on whose authority.
    """
    from htqcli import intake, lint
    from htqcli.rules import about
    from htqcli.rules.declare import DRAFT, Severity

    shown, reports = destinations(format, report or ())
    machine = None if format == "text" else shown
    _fit(paths or (), machine, reports, fix=fix, diff=diff, listing=listing)
    rules = chosen(select, ignore, DRAFT)
    expect_folder(ksbs)
    known = options.the_catalogue(catalogue)
    now = options.the_time(at)
    named = intake.find(paths or [os.curdir], exclude or ())
    _tell_idle(named.idle)
    if listing:
        _list(named, paths or ())
        return
    over = [file for _, file in reports if named.holds(file) and not intake.is_report(file)]
    spare(reports, [*(paths or ()), *over])
    spare(reports, [str(catalogue)] if catalogue else [], "catalogue")
    level = None if fail_on == "never" else Severity(fail_on)
    candidates = named.candidates
    checked = None if fix or diff else _by_workers(candidates, known, now, rules, ksbs)
    drafts: Iterable[Draft | Unchecked | LeftOut | Checked] = (
        intake.read(item, sys.stdin, stdin_name) if isinstance(item, intake.Candidate) else item
        for item in _progress(checked or iter(candidates), len(candidates), quiet=quiet)
    )
    replaced: list[bool] = []
    if fix or diff:
        judge = lint.judge(known, now, about(DRAFT), ksbs)
        drafts = _fixed(drafts, judge, rules, replaced, writes=fix, quiet=quiet)
    is_dated = at is not None
    found = lint.check(drafts, known, now, rules, level, ksbs, is_dated=is_dated)
    unchecked = (*found.unchecked, *named.without_drafts(found.left_out))
    found = replace(found, unchecked=unchecked)
    if hide_accepted:
        found = found.without_accepted()
    shown = None if diff else shown or "text"
    conclude(found, reports, shown, replaced, quiet=quiet, exit_zero=exit_zero)


def conclude(
    found: Report,
    reports: Sequence[tuple[str, str]],
    format: str | None,
    replaced: Sequence[bool] = (),
    *,
    quiet: bool,
    exit_zero: bool,
) -> None:
    """Write what was found everywhere it goes, and end with its exit code. Without a format
    nothing goes to standard output. `replaced` says of each file that was to be whether it was."""
    written = [*replaced, *(_write(name, file, found) for name, file in reports)]
    if format is not None:
        _show(found, format, quiet=quiet)
    if not quiet:
        _tell_left_out(found.left_out)
    tell_unchecked(found.unchecked)
    if found.unchecked or not all(written):
        raise typer.Exit(NOT_CHECKED)
    if found.failed and not exit_zero:
        raise typer.Exit(NOT_READY)


def chosen(select: Words, ignore: Words, subject: Subject) -> tuple[Rule, ...]:
    """The rules for a kind of file that `--select` and `--ignore` leave. Raises Refusal."""
    from htqcli.rules import about, choose
    from htqcli.words import Refusal

    def rules(words: Words) -> tuple[Rule, ...]:
        return choose(word for text in words or () for word in text.split(",") if word.strip())

    left_out = rules(ignore)
    wanted = None if select is None else rules(select)
    left = tuple(
        rule
        for rule in about(subject)
        if rule not in left_out and (wanted is None or rule in wanted)
    )
    if not left:
        raise Refusal(
            f"No rule is left to check a {subject.name} with. Look at ‘--select’ and ‘--ignore’."
        )
    return left


def _fit(
    paths: Sequence[str],
    format: str | None,
    reports: Sequence[tuple[str, str]],
    *,
    fix: bool,
    diff: bool,
    listing: bool,
) -> None:
    """Refuse options that do not go together."""
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
            "Standard input is no file to write to. See what would change with ‘--diff’.",
            param_hint="--fix",
        )
    if diff and format is not None:
        raise typer.BadParameter(
            "The diff goes to standard output, so a report cannot. Write the report to a file with "
            f"‘--report {format}=FILE’.",
            param_hint="--diff",
        )


def _fixed(
    drafts: Iterable[Draft | Unchecked | LeftOut | Checked],
    judge: Judge,
    rules: Sequence[Rule],
    written: list[bool],
    *,
    writes: bool,
    quiet: bool,
) -> Iterator[Draft | Unchecked | LeftOut | Checked]:
    """The drafts with their clear-cut mistakes corrected in their files, or as they are and with
    what would change on standard output. `written` is told of each file that is to be written. Only
    what is a draft beyond doubt is changed."""
    from htqcli.fix import Fixed, is_draft, put_right
    from htqcli.intake import Draft, Unchecked

    for draft in drafts:
        if not isinstance(draft, Draft):
            yield draft
            continue
        try:
            fixed = put_right(draft, judge, rules) if is_draft(draft) else Fixed(draft)
        except typer.Exit:  # ended from outside
            raise
        except Exception as error:  # noqa: BLE001  # a fault is reported, and the next draft read
            reason = "a fault in htq: correcting it stopped with an exception"
            yield Unchecked(draft.path, reason, error)
            continue
        if not writes:
            terminal.say_diff(fixed.diff)
        elif fixed.changes:
            written.append(_replace(draft, fixed.draft))
            if not written[-1]:
                yield draft
                continue
        if not quiet:
            _tell_changes(fixed, writes=writes)
        yield fixed.draft if writes else draft


def _replace(old: Draft, new: Draft) -> bool:
    """Write a draft over what was read of it; whether that went well."""
    from htqcli.source import content_of
    from htqcli.words import visible_start

    try:
        if content_of(old.path) != old.content:
            why = "it has changed since it was read. Run the command again"
        elif terminal.is_read_only(old.path):
            why = "it is read-only"
        else:
            terminal.replace_file(old.path, new.content.decode())
            return True
    except OSError as error:
        why = error.strerror or str(error)
    terminal.tell(f"{visible_start(old.path)}: nothing was corrected: {why}")
    return False


def _tell_changes(fixed: Fixed, *, writes: bool) -> None:
    from htqcli.formats.text import corrections
    from htqcli.words import join, quote, visible_start

    path = visible_start(fixed.draft.path)
    count = corrections(len(fixed.changes))
    if fixed.changes:
        terminal.tell(f"{path}: {count} {'corrected' if writes else 'can be corrected with --fix'}")
    for change in fixed.changes if writes else ():
        terminal.tell(
            f"  line {change.line}: {quote(change.old)} -> {quote(change.new)} ({change.code})"
        )
    for change in fixed.held:
        why = f" would cause {join(change.brings)}" if change.brings else " would change more"
        terminal.tell(
            f"{path}:{change.line}: {quote(change.old)} was left alone: changing it to "
            f"{quote(change.new)}{why}"
        )
    if fixed.too_long:
        terminal.tell(
            f"{path}: nothing was corrected: it would take too long to find out what can be"
        )
    if fixed.not_shown and not writes:
        terminal.tell(
            f"{path}: {fixed.not_shown} of these not in the diff, because the lines hold what is "
            "personal or what a pipeline could obey; ‘--fix’ corrects them too"
        )


def destinations(
    format: str | None, words: Sequence[str]
) -> tuple[str | None, list[tuple[str, str]]]:
    """The format that is asked for on standard output, by `--format` or as the report for `-`;
    None where none is. Then the formats and files of the other reports. Two results never go to
    one place."""
    places: dict[str, tuple[str, str]] = {}
    for name, file in map(_report, words):
        place = file if file == options.STANDARD_OUTPUT else os.path.realpath(file)
        if place in places:
            raise typer.BadParameter(
                "Two reports go to the same file. Give each a file of its own.",
                param_hint="--report",
            )
        places[place] = name, file
    shown, _ = places.pop(options.STANDARD_OUTPUT, (format, ""))
    if format not in (None, shown):
        raise typer.BadParameter(
            f"Both {format} and {shown} go to standard output. Write one of them to a file.",
            param_hint="--report",
        )
    return shown, list(places.values())


def _report(word: str) -> tuple[str, str]:
    name, equals, file = word.partition("=")
    if not (equals and file):
        raise typer.BadParameter(
            "Write the format, an equals sign and a file, for example ‘sarif=htq.sarif’.",
            param_hint="--report",
        )
    try:
        return options.choice(*FORMATS)(name), file
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint="--report") from None


def spare(reports: Sequence[tuple[str, str]], named: Sequence[str], kind: str = "draft") -> None:
    """Refuse a report that would be written over what is checked."""
    from htqcli.words import quote

    files = {os.path.realpath(path) for path in named}
    for _, file in reports:
        if os.path.realpath(file) in files:
            raise typer.BadParameter(
                f"The report would be written over the {kind} {quote(file)}. Give it another file.",
                param_hint="--report",
            )


def _write(name: str, file: str, report: Report) -> bool:
    """Write a report to a file, whole or not at all; whether that went well."""
    from htqcli.formats import render
    from htqcli.words import visible_start

    try:
        terminal.replace_file(file, render(name, report))
    except OSError as error:
        terminal.tell(
            f"{visible_start(file)}: the report is not written: {error.strerror or error}"
        )
        return False
    return True


def _show(report: Report, format: str, *, quiet: bool) -> None:
    from htqcli.formats import render, text

    if format == "text":
        terminal.say(text.lines(report, terminal.width(), quiet=quiet))
        return
    terminal.write_data(render(format, report))
    if format == "github" and (file := os.environ.get("GITHUB_STEP_SUMMARY")):
        try:
            terminal.append_file(file, "\n" + render("markdown", report))
        except OSError as error:
            why = error.strerror or error
            terminal.tell(f"{file}: the summary of the step is not written: {why}")
    if not quiet and report.files:
        terminal.tell(f"{text.overall(report)}{text.as_at(report)}.")


def expect_folder(ksbs: Path | None) -> None:
    """End unless a folder of KSB lists that is named is there."""
    from htqcli.words import visible_start

    if ksbs is not None and not ksbs.is_dir():
        terminal.tell(f"{visible_start(str(ksbs))}: there is no such folder of KSB lists")
        raise typer.Exit(NOT_CHECKED)


def tell_unchecked(unchecked: Sequence[Unchecked]) -> None:
    """Say of each draft that could not be checked why."""
    from htqcli.words import visible, visible_start

    for item in unchecked:
        terminal.tell(f"{visible_start(item.path)}: not checked: {visible(item.reason)}")
        if item.fault is not None:
            terminal.report_fault(item.fault)


def _tell_idle(globs: Sequence[str]) -> None:
    from htqcli.words import quote

    for glob in globs:
        terminal.tell(f"{quote(f'--exclude {glob}')} left nothing out: nothing there matches it")


def _tell_left_out(left_out: Sequence[LeftOut]) -> None:
    """Say how many files of folders are not drafts, and what to do with the first that are known
    as something else."""
    from htqcli.words import visible, visible_start

    for item in [item for item in left_out if item.advice][:_MOST_LEFT_OUT]:
        terminal.tell(f"{visible_start(item.path)}: {visible(str(item))}")
    count = sum(item.is_foreign for item in left_out)
    if count:
        files = "1 file that is not a draft" if count == 1 else f"{count} files that are not drafts"
        terminal.tell(f"Left out: {files}. ‘htq check --list’ shows which and why.")


_MOST_LEFT_OUT = 5


def _list(named: Found, paths: Sequence[str]) -> None:
    """Write a line for each path, with what a check makes of it. What was found in a folder can
    be anything; a path that was named must be there."""
    from htqcli import intake, lint
    from htqcli.words import visible, visible_start

    missing = False
    for item in named.items:
        outcome: Draft | Unchecked | LeftOut | Candidate = item
        if isinstance(item, intake.Candidate) and item.path != intake.STANDARD_INPUT:
            outcome = intake.read(item, None)
        if isinstance(outcome, intake.Draft):
            outcome = lint.left_out(outcome) or outcome
        said = "checked"
        if isinstance(outcome, intake.LeftOut):
            said = str(outcome)
        elif isinstance(outcome, intake.Unchecked):
            said = f"not checked: {outcome.reason}"
            missing |= item.path in paths
        terminal.write(f"{visible_start(item.path)}: {visible(said)}\n")
    if missing:
        raise typer.Exit(NOT_CHECKED)


def _by_workers(
    named: Sequence[Candidate | Unchecked],
    catalogue: Catalogue,
    at: datetime,
    rules: tuple[Rule, ...],
    ksbs: Path | None,
) -> Iterator[Result] | None:
    """What workers find in many drafts; None where there is nothing to gain from them."""
    if len(named) < _MANY_FOR_ONE:
        return None
    from htqcli import workers

    count = workers.how_many(len(named))
    return workers.check(named, workers.Terms(catalogue, at, rules, ksbs), count) if count else None


T = TypeVar("T")


def _progress(drafts: Iterator[T], count: int, *, quiet: bool) -> Iterator[T]:
    """The drafts, with a bar on standard error while they last, where a person looks at it."""
    if count < _MANY or quiet or not terminal.shows_progress():
        yield from drafts
        return
    from rich.progress import track

    yield from track(
        drafts, "Checking drafts", count, console=terminal.console(sys.stderr), transient=True
    )
