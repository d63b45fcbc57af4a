"""`htq pack`: everything that is handed in with a draft, complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, Optional

import typer

from htqcli import files
from htqcli.cli import context, drafts, exits, refusals, terminal
from htqcli.cli.options import At, CatalogueFile, KsbFolder, Replacing
from htqcli.words import visible, visible_start

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.check.report import Checked, Report
    from htqcli.reports.pack import Pack


def pack(
    draft: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="DRAFT", help="The draft to pack."),
    ] = None,
    output: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER|FILE.zip",
            help="Where to write: a folder, or a zip file if the name ends with .zip.",
        ),
    ] = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help="Leave out what is confidential or personal, and list what was left out.",
        ),
    ] = False,
    as_draft: Annotated[
        bool,
        typer.Option(
            "--draft", help="Pack a draft that is not ready, marked as a draft on every page."
        ),
    ] = False,
    force: Replacing = False,
    verify: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--verify",
            metavar="FILE|FOLDER",
            help="Say what is missing from a pack, changed or added, and write nothing.",
        ),
    ] = None,
    at: At = None,
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Put everything that you hand in into a folder or a zip file, with an index.

    It has each file that the draft names, the answers as text to paste, the mapping as a workbook,
    the report of the check, and the draft. A draft that is not ready is not packed, unless you say
    ‘--draft’.
    """
    if verify is not None:
        if draft is not None or output is not None:
            raise typer.BadParameter(
                "To verify a pack, give nothing but its name.", param_hint="--verify"
            )
        _verify(verify)
        return
    if draft is None:
        raise typer.BadParameter(
            "Name the draft to pack, or a pack with ‘--verify’.", param_hint="DRAFT"
        )
    if output is None or output in ("", "-"):
        raise typer.BadParameter(
            "A pack goes to a folder or a zip file. Name it: ‘-o pack.zip’.",
            param_hint="--output",
        )
    target = output.rstrip("/" if os.sep == "/" else "/\\") or output
    read, report, file = _checked(draft, target, at=at, ksbs=ksbs, catalogue=catalogue)
    if why := _why_not_there(target, force=force):
        terminal.print_error(f"{visible_start(target)}: nothing was written: {why}")
        raise typer.Exit(exits.NOT_DONE)
    found = _collected(read, report, file, is_public=public, is_draft=as_draft)
    _write(found, read, target, force=force)
    _tell(found, target)


def _checked(
    path: str, target: str, *, at: At, ksbs: KsbFolder, catalogue: CatalogueFile
) -> tuple[Draft, Report, Checked]:
    """The draft as it was read, and what a check of it finds."""
    from htqcli.check.engine import Checker
    from htqcli.check.inputs import Unchecked
    from htqcli.check.report import Checked

    refusals.expect_folder(ksbs)
    known = context.the_catalogue(catalogue, target)
    refusals.refuse_overwriting(target, path, "draft")
    read, _ = drafts.read_draft(path)
    checker = Checker(known, context.the_time(at), ksbs=ksbs, keeps=True)
    checked = checker.check(read)
    if not isinstance(checked, Checked):
        refusals.report_unchecked([checked] if isinstance(checked, Unchecked) else [])
        raise typer.Exit(exits.NOT_DONE)
    return read, checker.report([checked], is_dated=at is not None), checked


def _collected(
    read: Draft, report: Report, file: Checked, *, is_public: bool, is_draft: bool
) -> Pack:
    """What goes into the pack. Ends the command if there is to be none."""
    from htqcli.formats.text import as_at, command, verdict
    from htqcli.reports.pack import CannotPack, collect
    from htqcli.reports.public import undecided

    assert file.content is not None
    code = 0
    start = f"{visible_start(read.path)}: nothing was written: "
    if not is_draft and not file.is_ready:
        terminal.print_error(
            f"{start}{visible(verdict(report, file))}{as_at(report)}. "
            f"‘{command(report, file, 'check')}’ says what to do; ‘--draft’ packs it as a draft."
        )
        code = exits.FOUND
    for name in undecided(file.content.application) if is_public else ():
        terminal.print_error(
            f"{start}the document {name} does not say whether it is confidential. Add "
            "‘confidential: true’ or ‘confidential: false’ to it"
        )
        code = exits.FOUND
    try:
        found = collect(report, file, read, is_public=is_public, is_draft=is_draft)
    except CannotPack as error:
        _end_undone(start, error)
    if code:
        raise typer.Exit(code)
    return found


def _end_undone(start: str, error: Exception) -> NoReturn:
    from htqcli.reports.verifying import problems_shown

    for line in problems_shown(getattr(error, "reasons", [error])):
        terminal.print_error(f"{start}{line}")
    raise typer.Exit(exits.NOT_DONE)


def _write(found: Pack, read: Draft, target: str, *, force: bool) -> None:
    from htqcli.reports.pack import CannotPack, Source, write

    sources = [one.content.path for one in found.entries if isinstance(one.content, Source)]
    own = [str(read.folder / os.path.basename(read.path)), *sources]
    for path in own:
        refusals.refuse_overwriting(target, path, "file")
    start = f"{visible_start(target)}: nothing was written: "
    real = os.path.realpath(target)
    if any(files.is_inside(os.path.realpath(path), real) for path in own):
        terminal.print_error(f"{start}the draft or a file that it names is in it")
        raise typer.Exit(exits.NOT_DONE)
    try:
        write(found, target, replaces=force)
    except CannotPack as error:
        _end_undone(start, error)
    except OSError as error:
        terminal.print_error(f"{start}{files.reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None


def _why_not_there(target: str, *, force: bool) -> str | None:
    """Why a pack cannot be written to a name that something has already."""
    from htqcli.reports.pack import is_zip
    from htqcli.reports.verifying import is_replaceable

    if not os.path.lexists(target):
        return None
    if not force:
        return "it already exists. Give another name, or ‘--force’ to replace it"
    if files.is_link(os.lstat(target)):
        return "it is a link. Give another name"
    if is_zip(target):
        return None if Path(target).is_file() else "it is not a file. Give another name"
    if not os.path.isdir(target):
        return "it is not a folder. Give another name"
    why = is_replaceable(target)
    return why and f"--force replaces only a pack of htq, and {why}. Give another name"


def _tell(found: Pack, target: str) -> None:
    from htqcli.reports.pack import size_in_words
    from htqcli.reports.verifying import problems_shown

    count = f"{len(found.entries):,} files, {size_in_words(found.size)}"
    terminal.print_error(f"Wrote {visible(target)}: {count}.")
    for line in problems_shown(found.left_out):
        terminal.print_error(f"Left out: {visible(line)}.")
    for line in problems_shown(found.missing):
        terminal.print_error(f"To put right: {visible(line)}.")


def _verify(path: str) -> None:
    from htqcli.reports.verifying import CannotVerify, problems_shown, verify

    try:
        found = verify(path)
    except CannotVerify as error:
        terminal.print_error(f"{visible_start(path)}: not verified: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    for line in problems_shown(found.problems):
        terminal.write(f"{visible_start(path)}: {visible(line)}\n")
    if found.problems:
        raise typer.Exit(exits.FOUND)
    terminal.write(
        f"{visible_start(path)}: complete and unchanged: {found.files:,} files, by its index\n"
    )
