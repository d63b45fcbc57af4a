"""The catalogue bundled with htq, and how any catalogue is read."""

from __future__ import annotations

import pkgutil
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from htqcli.catalogue.model import Catalogue, CatalogueError, CatalogueOrigin

if TYPE_CHECKING:
    from htqcli.document.nodes import Document
    from htqcli.model.reading import Reading

NAME = "standards.yaml"


@cache
def load() -> Catalogue:
    """The bundled catalogue. It is loaded once; a test checks it with the rules of ‘htq catalogue
    check’."""
    content = _package_data(NAME)
    assert content is not None, "the package has no catalogue"
    parsed = from_json(_package_data("standards.json") or "{}")
    if parsed.get("sha256") == sha256(content).hexdigest():
        return _catalogue(parsed["catalogue"], content)
    return from_content(content)


def as_json(content: bytes) -> str:
    """A catalogue as JSON, which loads in a tenth of the time. It is used only if the SHA-256 in it
    is that of the YAML."""
    made = {"sha256": sha256(content).hexdigest(), "catalogue": _parse(content)}
    return to_json(made, indent=1).decode() + "\n"


def from_content(content: bytes, file: str | None = None) -> Catalogue:
    """The catalogue in the content of a file, or of the bundled one if `file` is None. Raises
    CatalogueError if the content does not have the shape of a catalogue."""
    return _catalogue(_parse(content), content, file)


def read(document: Document) -> Reading[Catalogue]:
    """The sound parts of a catalogue, and its faults. An unsound list or mapping is empty; any
    other unsound value is None."""
    from htqcli.model import reading

    return reading.read(reading.partial_model(Catalogue), document)


def _parse(content: bytes) -> dict[str, Any]:
    from htqcli.document import reader

    return reader.read(content).data()


def _catalogue(data: dict[str, Any], content: bytes, file: str | None = None) -> Catalogue:
    try:
        found = Catalogue.model_validate(data)
    except ValidationError as error:
        raise CatalogueError(f"{file or NAME} is not a catalogue") from error
    found._origin = CatalogueOrigin(file, content)  # noqa: SLF001  # its only writer
    return found


def _package_data(name: str) -> bytes | None:
    """A data file of the package, or of the folder `data` in a checkout."""
    try:
        return pkgutil.get_data("htqcli", f"data/{name}")
    except OSError:
        data = Path(__file__).parents[3] / "data"
        return (data / name).read_bytes() if (data / name).is_file() else None
