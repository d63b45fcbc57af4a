"""`htq report`: a page to hand over about each draft."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from htqcli import files
from htqcli.cli import context, exits, refusals, terminal
from htqcli.cli.options import At, CatalogueFile, KsbFolder, Replacing, file_or_none
from htqcli.cli.reporting import report_left_out

if TYPE_CHECKING:
    from htqcli.check.report import Report


def report(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="A draft, a folder of drafts, or - for standard input."
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="Where to write: a file whose name ends with .html, for one draft; or a folder, "
            "for a page about each draft and an index. - for standard output.",
        ),
    ],
    force: Replacing = False,
    at: At = None,
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Write a page about each draft, to hand to people: a director, a reviewer, a partner.

    It says the verdict, what the qualification is, which gaps there are and how to close them, what
    is accepted, what covers each KSB, and what was checked. It needs nothing but a browser.
    """
    found = _checked(paths, at=at, ksbs=ksbs, catalogue=catalogue, output=output)
    is_page = output == "-" or output.lower().endswith((".html", ".htm"))
    if is_page and len(found.files) > 1:
        raise typer.BadParameter(
            f"These are {len(found.files)} drafts, and a file has the page of one. Name a folder.",
            param_hint="--output",
        )
    if found.files:
        _write(found, output, is_page=is_page, force=force)
    report_left_out(found.left_out)
    refusals.report_unchecked(found.unchecked)
    if found.unchecked:
        raise typer.Exit(exits.NOT_DONE)


def _checked(
    paths: list[str], *, at: At, ksbs: KsbFolder, catalogue: CatalogueFile, output: str
) -> Report:
    """What a check of the drafts finds, with what they say."""
    from htqcli.check import inputs
    from htqcli.check.engine import Checker
    from htqcli.ksbs.lists import FOLDER

    refusals.expect_folder(ksbs)
    target = file_or_none(output)
    known = context.the_catalogue(catalogue, target)
    named = inputs.find(paths)
    for path in [*paths, *([output] if named.has_file(output) else [])]:
        refusals.refuse_overwriting(target, path, "draft")
    for folder in {ksbs} if ksbs else {Path(item.path).parent / FOLDER for item in named.items}:
        refusals.refuse_overwriting_lists(target, folder)
    checker = Checker(known, context.the_time(at), ksbs=ksbs, keeps=True)
    outcomes = [checker.check(inputs.read(item, sys.stdin)) for item in named.candidates]
    found = checker.report(outcomes, is_dated=at is not None)
    unchecked = (*found.unchecked, *named.without_drafts(found.left_out))
    return replace(found, unchecked=unchecked)


def _write(found: Report, output: str, *, is_page: bool, force: bool) -> None:
    """Write the page, or the folder of pages. Exits with 3 if that cannot be done."""
    from htqcli.reports.page import page, pages

    if output == "-":
        terminal.write_data(page(found, found.files[0]))
        return
    refusals.refuse_existing(output, force=force)
    if is_page:
        terminal.deliver(page(found, found.files[0]), output, "the page")
        return
    try:
        files.write_folder(output, pages(found))
    except OSError as error:
        terminal.print_error(f"{output}: the pages are not written: {files.reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None
    terminal.tell_written(output)
