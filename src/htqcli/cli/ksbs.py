"""`htq ksbs`: the lists of knowledge, skills and behaviours (KSBs) of standards."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, options, table, terminal
from htqcli.cli.options import CatalogueFile, Output, TableFormat

if TYPE_CHECKING:
    from htqcli.ksbs import KsbList

app = typer.Typer(help="Import and read the lists of KSBs of standards.")

NOT_READ = 3
_SHOWN = 20
"""How many of the things that were left out are named, each in a line."""

Folder = Annotated[
    Path, typer.Option("--ksbs", metavar="FOLDER", help="The folder with the lists.")
]
IN_FOLDER = Path("ksbs")


@app.command("import")
def import_(
    feed: Annotated[
        str,
        typer.Argument(
            metavar="FEED",
            help="The published standards data, or one record of it; - for standard input.",
        ),
    ],
    reference: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--reference",
            metavar="REFERENCE",
            help="Only this standard. Can be repeated.",
            autocompletion=completion.references,
        ),
    ] = None,
    version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--version", metavar="VERSION", help="Only this version."),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write the lists.")
    ] = IN_FOLDER,
    catalogue: CatalogueFile = None,
) -> None:
    """Write a small file for each standard and version in the published data.

    What of it is not sound is left out, and said. ‘htq standards show’ names the address of a
    standard's record.
    """
    from htqcli import ksbs, moment
    from htqcli.feed import reference as reference_of
    from htqcli.words import visible

    known = options.the_catalogue(catalogue)
    wanted = {_reference(text) for text in reference or ()}
    records, sha256 = records_in(feed)
    left_out: list[str] = []
    written: set[str] = set()
    today = moment.now().date().isoformat()
    for index, record in enumerate(records):
        records[index] = None
        if wanted and not (isinstance(record, dict) and reference_of(record) in wanted):
            continue
        found = ksbs.imported(record, known.standards_data, today, sha256)
        if isinstance(found, str):
            left_out.append(found)
        elif version is None or found.version == version:
            if found.file in written:
                left_out.append(f"{found.reference} {found.version} is there a second time")
                continue
            if not written:
                _make(folder)
            _write(folder, found.file, found.text)
            written.add(found.file)
            left_out += found.left_out
    for line in left_out[:_SHOWN]:
        terminal.tell(f"Left out: {visible(line)}")
    if len(left_out) > _SHOWN:
        terminal.tell(f"Left out: {len(left_out) - _SHOWN} more")
    terminal.write(f"Lists written to {visible(str(folder))}: {len(written)}\n")
    if not written:
        terminal.tell(f"{feed}: it has no record of a standard with KSBs that was asked for")
        raise typer.Exit(NOT_READ)


@app.command("list")
def list_(folder: Folder = IN_FOLDER, format: TableFormat = "table", output: Output = None) -> None:
    """List the lists that are at hand."""
    options.spare_lists(output, folder)
    rows: list[table.Row] = [
        {
            "reference": found.reference,
            "version": found.version,
            "title": found.title,
            "level": found.level,
            "ksbs": len(found.ksbs),
            "options": list(found.options),
        }
        for found in _all(folder)
    ]
    columns = ("reference", "version", "title", "level", "ksbs", "options")
    table.show(rows, columns, format, f"There is no list in {folder}.", output, header=True)


@app.command()
def show(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE", help="The standard.", autocompletion=completion.at_hand
        ),
    ],
    version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--version", metavar="VERSION", help="The version; else the last at hand."),
    ] = None,
    folder: Folder = IN_FOLDER,
    format: TableFormat = "table",
    output: Output = None,
) -> None:
    """Show the KSBs of a standard, each with its label."""
    from htqcli.words import Refusal, quote

    options.spare_lists(output, folder)
    wanted = _reference(reference)
    found = [
        one
        for one in _all(folder)
        if one.reference == wanted and (version is None or one.version == version)
    ]
    if not found:
        of = f" version {quote(version)}" if version else ""
        raise Refusal(f"There is no list of {wanted}{of} in {quote(str(folder))}.")
    last = max(found, key=lambda one: [int(part) for part in one.version.split(".")])
    rows: list[table.Row] = [
        {
            "label": label,
            "statement": statement,
            "options": [name for name, labels in last.options.items() if label in labels],
            "reference": last.reference,
            "version": last.version,
        }
        for label, statement in last.ksbs.items()
    ]
    columns = ("label", "statement", "options") if last.options else ("label", "statement")
    table.show(rows, columns, format, "", output)


def _reference(text: str) -> str:
    from htqcli.catalogue import reference_in
    from htqcli.words import Refusal, quote

    found = reference_in(text)
    if found is None:
        raise Refusal(f"{quote(text)} is not the reference of a standard, such as ST0116.")
    return found


def records_in(feed: str) -> tuple[list[Any], str]:
    """The entries of the data, and the SHA-256 of its bytes, which are not held any longer: the
    data is large."""
    import hashlib

    from htqcli.feed import NotRead, records

    content = _content(feed)
    try:
        return records(content), hashlib.sha256(content).hexdigest()
    except NotRead:
        terminal.tell(f"{feed}: the standards data is not read: it is not JSON")
        raise typer.Exit(NOT_READ) from None


def _content(feed: str) -> bytes:
    from htqcli.feed import MAX_BYTES
    from htqcli.source import content_of, to_the_end

    try:
        if feed != "-":
            found = content_of(feed, MAX_BYTES, or_open=True)
        elif sys.stdin is None:
            found = "standard input is closed"
        else:
            found = to_the_end(sys.stdin.fileno(), MAX_BYTES)
    except OSError as error:
        found = error.strerror or str(error)
    if len(found) > MAX_BYTES:
        found = f"it is larger than {MAX_BYTES // 1_000_000} MB"
    if isinstance(found, str):
        terminal.tell(f"{feed}: the standards data is not read: {found}")
        raise typer.Exit(NOT_READ)
    return found


def _write(folder: Path, name: str, text: str) -> None:
    """Write a list; one that is there and is the same is left as it is."""
    from htqcli.source import content_of

    path = os.path.join(folder, name)
    if content_of(path) == text.encode("utf-8", "backslashreplace"):
        return
    try:
        terminal.replace_file(path, text, durable=False)
    except OSError as error:
        terminal.tell(f"{folder / name}: the list is not written: {error.strerror or error}")
        raise typer.Exit(NOT_READ) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        terminal.tell(f"{folder}: the folder cannot be made: {error.strerror or error}")
        raise typer.Exit(NOT_READ) from None


def _all(folder: Path) -> list[KsbList]:
    """The lists in a folder that can be used, in the order of their names; of the others it is
    said why they cannot."""
    from htqcli.ksbs import Lists

    lists = Lists(folder)
    found = []
    for path in sorted(folder.glob("ST*-*.yaml")):
        reference, _, version = path.stem.partition("-")
        one = lists.get(reference, version)
        if isinstance(one, str):
            terminal.tell(one)
        else:
            found.append(one)
    return found
