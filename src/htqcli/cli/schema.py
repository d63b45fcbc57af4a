"""`htq schema`: JSON Schema for editors and other programs."""

from __future__ import annotations

from typing import Annotated

import typer

from htqcli.cli import context, options, terminal
from htqcli.cli.options import CatalogueFile, Output

OF = ("application", "catalogue")


def schema(
    of: Annotated[
        str,
        typer.Argument(
            metavar="|".join(OF),
            parser=options.choice(*OF),
            autocompletion=lambda: list(OF),
            help="What the schema describes: a draft application, or a catalogue file.",
        ),
    ],
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Write JSON Schema, so that an editor can complete and explain the fields of a file.

    It offers the cycles of the catalogue and the standards on their lists as choices.
    """
    from htqcli.authoring import schema as schemas
    from htqcli.formats.json import encode

    known = context.the_catalogue(catalogue, output)
    found = schemas.of_catalogue() if of == "catalogue" else schemas.of_application(known)
    text = encode(found)
    terminal.deliver(text, output, "the schema")
