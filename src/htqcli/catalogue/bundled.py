"""The catalogue that htq comes with, and how one is read."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from htqcli.catalogue.model import Catalogue, CatalogueError, CatalogueOrigin
from htqcli.document import reader
from htqcli.document.nodes import Document
from htqcli.model.reading import Reading, partial_model
from htqcli.model.reading import read as read_fields


@cache
def load() -> Catalogue:
    """The bundled catalogue, which does not change while the program runs. A test holds it against
    the rules of ‘htq catalogue check’."""
    return from_content(_bundled().read_bytes())


def from_content(content: bytes, file: str | None = None) -> Catalogue:
    """The catalogue that the content of a file is; without a name, of the bundled one. Raises
    CatalogueError where it does not have the shape of one."""
    try:
        found = Catalogue.model_validate(reader.read(content).data())
    except ValidationError as error:
        raise CatalogueError(f"{file or _bundled().name} is not a catalogue") from error
    found._origin = CatalogueOrigin(file, content)  # noqa: SLF001  # its only writer
    return found


def read(document: Document) -> Reading[Catalogue]:
    """What a catalogue says, as far as it is sound, and what is not. What is not sound is left
    out: a list or a mapping is then empty, and anything else None."""
    return read_fields(partial_model(Catalogue), document)


def _bundled() -> Traversable:
    """The catalogue in the package; in a checkout, the one in its folder `data`."""
    packaged = resources.files("htqcli") / "data" / "standards.yaml"
    if packaged.is_file():
        return packaged
    return Path(__file__).parents[3] / "data" / "standards.yaml"
