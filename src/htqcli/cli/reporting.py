"""What commands that check have in common: the rules they use, where their reports go, and the exit
code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from htqcli import files
from htqcli.cli import exits, options, terminal
from htqcli.cli.options import Words, format_option
from htqcli.cli.refusals import report_unchecked
from htqcli.formats import FORMATS

if TYPE_CHECKING:
    from htqcli.check.inputs import LeftOut
    from htqcli.check.report import Report
    from htqcli.formats.text import Detail
    from htqcli.rules.declare import Rule, Subject


ReportFormat = Annotated[
    Optional[str],  # noqa: UP045
    format_option(*FORMATS, default="text"),
]
"""The format of the report on standard output; None if no format is given, which means text."""


def conclude(
    found: Report,
    reports: Sequence[tuple[str, str]],
    format: str | None,
    replaced: Sequence[bool] = (),
    *,
    quiet: bool,
    exit_zero: bool,
    detail: Detail = "all",
) -> None:
    """Write a report everywhere it goes, and exit with its code. Without a format, nothing goes to
    standard output. `replaced` says whether each corrected draft was written."""
    written = [*replaced, *(_write(name, file, found) for name, file in reports)]
    present(found, format, detail, quiet=quiet)
    if found.unchecked or not all(written):
        raise typer.Exit(exits.NOT_DONE)
    if found.has_failed and not exit_zero:
        raise typer.Exit(exits.FOUND)


def present(
    found: Report, format: str | None, detail: Detail = "all", *, quiet: bool = False
) -> None:
    """Write a report to standard output, unless there is no format, and to standard error what is
    not in it."""
    if format is not None:
        _show(found, format, detail, quiet=quiet)
    if not quiet:
        report_left_out(found.left_out)
    report_unchecked(found.unchecked)


def select_rules(select: Words, ignore: Words, subject: Subject) -> tuple[Rule, ...]:
    """The rules for a kind of file that `--select` and `--ignore` leave. Raises Refusal if none
    is left."""
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
        raise Refusal(f"‘--select’ and ‘--ignore’ leave no rule to check a {subject.name} with.")
    return left


def destinations(
    format: str | None, words: Sequence[str]
) -> tuple[str | None, list[tuple[str, str]]]:
    """The format for standard output, from `--format` or from a report to `-`, or None; and the
    format and file of every other report. Refuses two reports to the same place."""
    places: dict[str, tuple[str, str]] = {}
    for name, file in map(_format_and_file, words):
        place = file if file == options.STANDARD_OUTPUT else files.canonical_name(file)
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


def _format_and_file(word: str) -> tuple[str, str]:
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


def _write(name: str, file: str, report: Report) -> bool:
    """Write a report to a file, whole or not at all. Returns whether it was written."""
    from htqcli.formats import render

    try:
        files.replace_file(file, render(name, report))
    except OSError as error:
        terminal.print_error(f"{file}: the report is not written: {files.reason(error)}")
        return False
    return True


def _show(report: Report, format: str, detail: Detail, *, quiet: bool) -> None:
    from htqcli.formats import render, text

    if format == "text":
        terminal.print_lines(text.lines(report, terminal.width(), detail, quiet=quiet))
        return
    terminal.write_data(render(format, report))
    if format == "github" and (file := os.environ.get("GITHUB_STEP_SUMMARY")):
        try:
            files.append_file(file, "\n" + render("markdown", report))
        except OSError as error:
            terminal.print_error(
                f"{file}: the summary of the step is not written: {files.reason(error)}"
            )
    if not quiet and report.files:
        terminal.print_error(f"{text.overall(report)}{text.as_at(report)}.")


def report_left_out(left_out: Sequence[LeftOut]) -> None:
    """Report how many files in folders are not drafts, and what to do with the first of a known
    kind."""
    for item in [item for item in left_out if item.advice][:_MAX_LEFT_OUT]:
        terminal.print_error(f"{item.path}: {item}")
    count = sum(item.is_foreign for item in left_out)
    if count:
        files = "1 file that is not a draft" if count == 1 else f"{count} files that are not drafts"
        terminal.print_error(f"Left out: {files}. ‘htq check --list’ shows which and why.")


_MAX_LEFT_OUT = 5
