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
    from htqcli.document import faults, reader
    from htqcli.draft.application import read_application
    from htqcli.words import visible, visible_start

    draft = inputs.read(inputs.Candidate(path), sys.stdin)
    if not isinstance(draft, inputs.Draft):
        terminal.print_error(f"{visible_start(path)}: not read: {visible(draft.reason)}")
        raise typer.Exit(exits.NOT_DONE)
    document = reader.read(draft.content)
    other = None if own_fields(document) else recognise(path, draft.content, document)
    if other:
        name = visible_start(path)
        terminal.print_error(f"{name}: not read: it is {other.what}, not a draft. {other.advice}")
        raise typer.Exit(exits.NOT_DONE)
    if document.root is None or not document.as_written:
        fault = next(
            (fault for fault in document.faults if fault.kind is faults.FaultKind.SYNTAX),
            document.faults[0],
        )
        line = document.lines.place(document.span(fault)).line
        terminal.print_error(
            f"{visible_start(path)}:{line}: not read. Put right first what ‘htq check’ says of it"
        )
        raise typer.Exit(exits.NOT_DONE)
    return draft, read_application(document).part
