"""`htq catalogue`: what the catalogue holds, where it comes from, and whether it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from htqcli.cli import options, table, terminal
from htqcli.cli.options import CatalogueFile, CycleNumber, format_option

if TYPE_CHECKING:
    from htqcli.catalogue import Catalogue, Cycle
    from htqcli.formats.text import Line

app = typer.Typer(help="Look into the catalogue of cycles, and keep one of your own.")


@app.command()
def show(
    cycle: CycleNumber = None,
    format: Annotated[str, format_option("text", "json", "yaml")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show what the catalogue holds of each cycle, and the sources of it."""
    known = options.the_catalogue(catalogue)
    cycles = known.cycles if cycle is None else (known.cycle(cycle),)
    details = [_details(one, known) for one in cycles]
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(details))
    elif format == "yaml":
        terminal.write_data(table.as_yaml(details))
    else:
        for index, one in enumerate(details):
            terminal.write("\n" if index else "")
            terminal.say(_text(one))


def _details(cycle: Cycle, known: Catalogue) -> dict[str, Any]:
    return {
        "cycle": cycle.cycle,
        "status": cycle.listing.status if cycle.listing else None,
        "standards": len(cycle.standards),
        "windows": [str(window) for window in cycle.windows],
    }


def _text(details: dict[str, Any]) -> list[Line]:
    lines: list[Line] = [[(f"Cycle {details['cycle']}", "bold")]]
    lines += terminal.labelled("List", details["status"] or "not in the catalogue")
    for window in details["windows"]:
        lines += terminal.labelled("Window", window)
    return lines
