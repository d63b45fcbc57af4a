"""`htq catalogue new-cycle`: a blank cycle to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from htqcli.cli import context, options, terminal
from htqcli.cli.options import CatalogueFile, Output


def new_cycle(
    number: Annotated[
        int,
        typer.Argument(metavar="N", parser=options.number, help="The number of the new cycle."),
    ],
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Write a blank block for a new cycle, to add at the end of a catalogue.

    Comments say what to find out. The guide ‘Add a cycle’ in htq's documentation shows each
    step.
    """
    from htqcli.authoring.new_cycle import new_cycle

    block = new_cycle(context.the_catalogue(catalogue, output), number)
    terminal.deliver(block, output, "the block of the cycle")
