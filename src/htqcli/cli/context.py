"""What a command goes by: the time, the catalogue and the cycle."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from htqcli.cli.refusals import refuse_overwriting

if TYPE_CHECKING:
    from htqcli.catalogue import Catalogue, Cycle


VARIABLE = "HTQ_CATALOGUE"
"""The environment variable that names a catalogue where `--catalogue` does not."""


def the_time(at: datetime | None) -> datetime:
    """The time that a command goes by: the one given, else now."""
    from htqcli import moment

    return at or moment.now()


def the_catalogue(file: Path | None, output: str | None = None) -> Catalogue:
    """The catalogue that a command uses, over which `output` is not written. Raises
    CatalogueError, which says so where it is the environment that names the file."""
    from htqcli.catalogue import CatalogueError, load

    refuse_overwriting(output, file, "catalogue")
    try:
        return load(file)
    except CatalogueError as error:
        if file is None or os.environ.get(VARIABLE) != str(file):
            raise
        told = f"{str(error).rstrip('.')}. The environment variable {VARIABLE} names this file."
        raise CatalogueError(told) from None


def the_cycle(catalogue: Catalogue, number: int | None) -> Cycle:
    """The cycle whose list a command shows: the one given, else the latest with a list."""
    from htqcli.catalogue import NotFound

    if number is not None:
        return catalogue.cycle(number)
    if catalogue.listed is None:
        raise NotFound("No cycle of the catalogue has a list of standards.")
    return catalogue.listed
