"""`htq ksbs`: the lists of knowledge, skills and behaviours (KSBs) of standards."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, options, table, terminal
from htqcli.cli.options import CatalogueFile, Output, TableFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from htqcli.importing import Made
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
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="The published standards data, a record of it or of the Occupational Maps API, or "
            "a saved page of an occupation; - for standard input.",
        ),
    ],
    reference: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--reference",
            metavar="REFERENCE",
            help="Only this standard, or the one that a page is for. Can be repeated.",
            autocompletion=completion.references,
        ),
    ] = None,
    version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--version", metavar="VERSION", help="Only this version, or the one that a page is for."
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write the lists.")
    ] = IN_FOLDER,
    force: Annotated[
        bool, typer.Option("--force", help="Replace lists that differ from the new ones.")
    ] = False,
    catalogue: CatalogueFile = None,
) -> None:
    """Write a small file for each standard and version in the published data.

    Unusable entries are left out and reported. ‘htq standards show’ names the address of a
    standard's record.
    """
    from htqcli.importing import best
    from htqcli.words import visible

    address = options.the_catalogue(catalogue).standards_data
    wanted = {_reference(text) for text in reference or ()}
    made: list[Made] = []
    passed_over: list[str] = []
    unread = False
    for found in _lists_of(sources, address, wanted, version):
        if found is None:
            unread = True
        elif isinstance(found, str):
            passed_over.append(found)
        elif version in (None, found.version):
            made.append(found)
    chosen, others = best(made)
    _report(passed_over + others, "Left out: {}", "Left out: {} more")
    written, refused = _write_all(folder, chosen, force=force)
    for done, verb in ((True, "Wrote"), (False, "No change to")):
        if names := [name for name, is_new in written.items() if is_new is done]:
            count = f"{len(names)} KSB list{'' if len(names) == 1 else 's'}"
            to = f"{'to' if done else 'in'} {visible(folder.as_posix())}/"
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            terminal.write(f"{verb} {count} {to}: {', '.join(names[:_SHOWN])}{more}\n")
    if not chosen and not unread:
        named = ", ".join(sources)
        terminal.tell(f"{named}: it has no record of a standard with KSBs that was asked for")
    if unread or refused or not written:
        raise typer.Exit(NOT_READ)


def _lists_of(
    sources: list[str], address: str, wanted: set[str], version: str | None
) -> Iterator[Made | str | None]:
    """The lists that the sources give of the standards that are wanted, or why an entry gives none;
    None for a source that is not read, of which it is said why."""
    from htqcli import feed, moment, page
    from htqcli.importing import Origin, from_page, from_record

    today = moment.now().date().isoformat()
    for source in sources:
        try:
            content = _content(source)
            origin = Origin(address, today, hashlib.sha256(content).hexdigest())
            content = feed.in_utf_8(content)
            if page.is_page(content):
                yield from_page(page.read(content), *_of_page(source, wanted, version), origin)
                continue
            records = _records(source, content)
        except typer.Exit:
            yield None
            continue
        del content
        # None is held longer than it is looked at: the data is large.
        for index, record in enumerate(records):
            records[index] = None
            if not wanted or (isinstance(record, dict) and feed.reference(record) in wanted):
                yield from_record(record, origin)


def _of_page(source: str, wanted: set[str], version: str | None) -> tuple[str, str]:
    """The standard and the version that a page is for, which it does not say itself."""
    from htqcli import feed
    from htqcli.words import Refusal, visible

    known = feed.version({"version": version})
    if len(wanted) != 1 or known is None:
        raise Refusal(
            f"{visible(source)} is the page of an occupation, which has versions of its own. Say "
            "which standard and version it is for, with ‘--reference ST0116 --version 1.1’."
        )
    return next(iter(wanted)), known


def _report(what: Sequence[str], each: str, rest: str) -> None:
    """Say things on standard error, each in a line, but not more than a person reads."""
    from htqcli.words import visible

    for one in what[:_SHOWN]:
        terminal.tell(each.format(visible(one)))
    if len(what) > _SHOWN:
        terminal.tell(rest.format(len(what) - _SHOWN))


def _write_all(folder: Path, chosen: list[Made], *, force: bool) -> tuple[dict[str, bool], bool]:
    """Write each list that can be read back, unless one that differs is there already. What is
    in the folder then, and whether each was written now; and whether one was refused for what
    is there."""
    from htqcli.importing import read_back

    done: dict[str, bool] = {}
    refused = False
    for one in chosen:
        _report(one.remarks, f"{one.name}: {{}}", f"{one.name}: {{}} more remarks")
        new = read_back(one)
        if isinstance(new, str):
            terminal.tell(f"Left out: {one.name}: its list could not be read back: {new}")
            continue
        path = folder / one.file
        if not force and (why := _differs(path, one, new)):
            terminal.tell(f"{path}: not replaced: {why}. Use ‘--force’ to replace it.")
            refused = True
            continue
        if not done:
            _make(folder)
        count = f"{len(new.ksbs)} KSB{'' if len(new.ksbs) == 1 else 's'}"
        done[f"{one.name} ({count})"] = _write(path, one)
    return done, refused


def _differs(path: Path, made: Made, new: KsbList) -> str | None:
    """How the list that is at a path differs from a new one, in words; None if there is none or
    it does not."""
    from htqcli.importing import difference
    from htqcli.ksbs import read_list
    from htqcli.source import content_of

    content = content_of(str(path))
    if isinstance(content, str) or content == made.content:
        return None
    old = read_list(content)
    if isinstance(old, str):
        return f"the list that is there cannot be used ({old})"
    found = difference(old, new)
    return found and f"the list that is there differs in {found}"


@app.command("list")
def list_(folder: Folder = IN_FOLDER, format: TableFormat = "table", output: Output = None) -> None:
    """Show which KSB lists you have."""
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
        typer.Option(
            "--version", metavar="VERSION", help="Version to show [default: the latest you have]."
        ),
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
            "options": last.needing[label],
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


def records_in(source: str) -> tuple[list[Any], str]:
    """The entries of the data, and the SHA-256 of its bytes."""
    content = _content(source)
    return _records(source, content), hashlib.sha256(content).hexdigest()


def _records(source: str, content: bytes) -> list[Any]:
    from htqcli.feed import NotRead, records

    try:
        return records(content)
    except NotRead:
        terminal.tell(f"{source}: the standards data is not read: it is not JSON")
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


def _write(path: Path, made: Made) -> bool:
    """Write a list; one that is there and is the same is left as it is. Whether it was written."""
    from htqcli.source import content_of

    if content_of(str(path)) == made.content:
        return False
    try:
        terminal.replace_file(str(path), made.text, durable=False)
    except OSError as error:
        terminal.tell(f"{path}: the list is not written: {error.strerror or error}")
        raise typer.Exit(NOT_READ) from None
    return True


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
