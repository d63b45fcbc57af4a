"""A draft that a command reads for what it says, not for what is wrong with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from htqcli.cli import exits, terminal

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.draft.application import Application


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
