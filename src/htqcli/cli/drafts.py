"""A draft that a command reads for what it says, not for what is wrong with it, or changes."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from htqcli import files
from htqcli.cli import exits, refusals, terminal
from htqcli.words import visible_start

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.draft.application import Application
    from htqcli.ksbs.lists import Lists


def read_draft(path: str) -> tuple[Draft, Application]:
    """A draft, and what is sound of it. One that cannot be read whole ends the command."""
    from htqcli.check import inputs
    from htqcli.check.drafts import own_fields
    from htqcli.check.foreign import recognise
    from htqcli.document import reader
    from htqcli.document.faults import FaultKind
    from htqcli.draft.application import read_application

    draft = inputs.read(inputs.Candidate(path), sys.stdin)
    if not isinstance(draft, inputs.Draft):
        terminal.print_error(f"{path}: not read: {draft.reason}")
        raise typer.Exit(exits.NOT_DONE)
    document = reader.read(draft.content)
    other = None if own_fields(document) else recognise(path, draft.content, document)
    if other:
        terminal.print_error(f"{path}: not read: it is {other.what}, not a draft. {other.advice}")
        raise typer.Exit(exits.NOT_DONE)
    if document.root is None or not document.as_written:
        syntax = (one for one in document.faults if one.kind is FaultKind.SYNTAX)
        fault = next(syntax, document.faults[0])
        line = document.lines.place(document.span(fault)).line
        terminal.print_error(
            f"{path}:{line}: not read. Put right first what ‘htq check’ says of it"
        )
        raise typer.Exit(exits.NOT_DONE)
    return draft, read_application(document).part


def read_with_lists(path: str, ksbs: Path | None) -> tuple[Draft, Application, Lists]:
    """A draft, what is sound of it, and the KSB lists of a folder, or of the one beside it."""
    from htqcli.ksbs.lists import FOLDER, Lists

    refusals.expect_folder(ksbs)
    draft, application = read_draft(path)
    return draft, application, Lists(ksbs or draft.folder / FOLDER)


def write(path: str, read: Draft, new: bytes) -> None:
    """Write a draft over the one that was read. If that is not possible, end the command."""
    try:
        if files.content_of(path) != read.content:
            why = "it has changed since it was read. Run the command again"
        elif files.is_read_only(path):
            why = "it is read-only"
        else:
            files.replace_file(path, new)
            return
    except OSError as error:
        why = files.reason(error)
    terminal.print_error(f"{visible_start(path)}: nothing was written: {why}")
    raise typer.Exit(exits.NOT_DONE)


def difference(path: str, old: bytes, new: bytes) -> str:
    """What changes in a draft, without the lines around it, of which one could be personal."""
    before, after = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (old, new))
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for line in difflib.unified_diff(before, after, path, path, n=0)
    )
