"""`htq check`: whether drafts are ready to submit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from htqcli.cli import options, terminal
from htqcli.cli.options import At, CatalogueFile, format_option

if TYPE_CHECKING:
    from htqcli.intake import Unchecked
    from htqcli.lint import Report

NOT_READY = 1
"""The exit code when there is a finding at or above the level of `--fail-on`."""
NOT_CHECKED = 3
"""The exit code when something named could not be read or checked."""

_MANY = 20
"""From how many drafts on a terminal shows how far the check is."""


def check(
    paths: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(
            metavar="[PATH]…",
            help="A draft, a folder of drafts, or - for standard input.",
            show_default="the current folder",
        ),
    ] = None,
    at: At = None,
    format: Annotated[str, format_option("text", "json")] = "text",
    exclude: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--exclude", metavar="GLOB", help="Leave these out of folders. Can be repeated."
        ),
    ] = None,
    stdin_name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--stdin-name",
            metavar="PATH",
            help="What to call standard input; its files are looked for beside that path.",
        ),
    ] = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Check whether draft applications are ready to submit.

    A draft is ready when it has no error. Each finding says what is wrong, where, how to put
    it right and on whose authority.
    """
    from htqcli import intake, lint
    from htqcli.rules import RULES

    known = options.the_catalogue(catalogue)
    now = options.the_time(at)
    named = intake.find(paths or [os.curdir], exclude or ())
    read = (intake.read(path, sys.stdin, stdin_name) for path in _progress(named))
    report = lint.check(read, known, now, RULES)
    _write(report, format)
    _tell(report.unchecked)
    if report.unchecked:
        raise typer.Exit(NOT_CHECKED)
    if not all(file.ready for file in report.files):
        raise typer.Exit(NOT_READY)


def _write(report: Report, format: str) -> None:
    if format == "json":
        from htqcli.formats.json import json

        terminal.write_data(json(report))
    else:
        from htqcli.formats.text import text

        terminal.say(text(report, terminal.width()))


def _tell(unchecked: Iterable[Unchecked]) -> None:
    from htqcli.words import visible, visible_start

    for item in unchecked:
        terminal.tell(f"{visible_start(item.path)}: not checked: {visible(item.reason)}")
        if item.fault is not None:
            terminal.report_fault(item.fault)


def _progress(paths: list[str | Unchecked]) -> Iterator[str | Unchecked]:
    """The paths, with a bar on standard error while they last, where a person looks at it."""
    if (
        len(paths) < _MANY
        or not terminal.is_terminal(sys.stderr)
        or os.environ.get("TERM") == "dumb"
    ):
        yield from paths
        return
    from rich.progress import track

    yield from track(paths, "Checking drafts", console=terminal.console(sys.stderr), transient=True)
