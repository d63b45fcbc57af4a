"""`htq ksbs`: the lists of knowledge, skills and behaviours (KSBs) of standards."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli import files
from htqcli.cli import completion, context, exits, refusals, table, terminal
from htqcli.cli.options import CatalogueFile, Output, TableFormat, the_reference
from htqcli.cli.records import Published, is_of, parse_records, read_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from htqcli.ksbs.importing import MadeList, RecordOrigin
    from htqcli.ksbs.lists import KsbList


app = typer.Typer(help="Get, import, read and compare the lists of KSBs of standards.")

_MAX_SHOWN = 20
"""How many lists, or things left out, are named at most."""

Folder = Annotated[
    Path, typer.Option("--ksbs", metavar="FOLDER", help="The folder with the lists.")
]


DEFAULT_FOLDER = Path("ksbs")


ListFolder = Annotated[
    Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write the lists.")
]


Force = Annotated[
    bool, typer.Option("--force", help="Replace lists that differ from the new ones.")
]


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
    folder: ListFolder = DEFAULT_FOLDER,
    force: Force = False,
    catalogue: CatalogueFile = None,
) -> None:
    """Make a KSB list for each standard and version in the published data.

    Unusable entries are left out and reported. ‘htq standards show’ shows the address of a
    standard's record.
    """
    address = context.the_catalogue(catalogue).standards_data
    wanted = {the_reference(text) for text in reference or ()}
    found = _imported_lists(sources, address, wanted, version)
    _write_best(found, version, ", ".join(sources), folder, force=force)


@app.command()
def get(
    reference: Annotated[
        list[str],
        typer.Argument(
            metavar="REFERENCE",
            help="The standards, such as ST0116 ST0118.",
            autocompletion=completion.references,
        ),
    ],
    version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--version",
            metavar="VERSION",
            help="This version. If it is not the current one, htq fetches the data of all "
            "standards, some 79 MB.",
            show_default="the current one",
        ),
    ] = None,
    all_versions: Annotated[
        bool,
        typer.Option(
            "--all-versions", help="Every version, from the data of all standards, some 79 MB."
        ),
    ] = False,
    folder: ListFolder = DEFAULT_FOLDER,
    force: Force = False,
    catalogue: CatalogueFile = None,
) -> None:
    """Fetch the published records of standards, and make KSB lists from them.

    htq fetches them from the address in the catalogue, over HTTPS, with the proxy and the
    certificates of your system. It waits up to 2 minutes for a record and 15 for all standards.
    If the network blocks htq, it says what to save by hand.
    """
    from htqcli.ksbs import standards_data
    from htqcli.words import Refusal, quote, shell_word

    if version is not None and all_versions:
        raise Refusal("Use ‘--version’ or ‘--all-versions’, not both.")
    if version is not None and standards_data.version({"version": version}) is None:
        raise Refusal(f"{quote(version)} is not a version, such as 1.1.")

    def by_hand(address: str, file: str, references: Sequence[str]) -> str:
        saved = shell_word((folder / file).as_posix())
        words = "".join(f" --reference {one}" for one in references)
        words += f" --version {version}" if version and references else ""
        words += "" if folder == DEFAULT_FOLDER else f" -o {shell_word(folder.as_posix())}"
        return f"save {address} as {saved} and run ‘htq ksbs import {saved}{words}’"

    wanted = list(dict.fromkeys(the_reference(text) for text in reference))
    published = Published(context.the_catalogue(catalogue).standards_data, by_hand)
    found = _fetched_lists(published, wanted, version, every=all_versions)
    _write_best(found, version, published.address, folder, force=force)


def _write_best(
    found: Iterable[MadeList | str | None],
    version: str | None,
    source: str,
    folder: Path,
    *,
    force: bool,
) -> None:
    """Write the best of the lists that were found, or those of one version, and report what was
    left out. None among them is something that could not be read. Exits with 3 if a list that was
    asked for is not in the folder afterwards."""
    from htqcli.ksbs.importing import one_per_version
    from htqcli.words import counted, visible

    made: list[MadeList] = []
    passed_over: list[str] = []
    unread = False
    for one in found:
        if one is None:
            unread = True
        elif isinstance(one, str):
            passed_over.append(one)
        elif version in (None, one.version):
            made.append(one)
    chosen, others = one_per_version(made)
    _print_first(passed_over + others, "Left out: {}", "Left out: {} more")
    written, refused = _write_all(folder, chosen, force=force)
    for done, verb in ((True, "Wrote"), (False, "No change to")):
        if names := [name for name, is_new in written.items() if is_new is done]:
            count = counted(len(names), "KSB list")
            to = f"{'to' if done else 'in'} {visible(folder.as_posix())}/"
            more = f" and {len(names) - _MAX_SHOWN} more" if len(names) > _MAX_SHOWN else ""
            terminal.write(f"{verb} {count} {to}: {', '.join(names[:_MAX_SHOWN])}{more}\n")
    if not chosen and not unread:
        terminal.print_error(
            f"{source}: it has no record with KSBs of a standard that you asked for"
        )
    if unread or refused or not written:
        raise typer.Exit(exits.NOT_DONE)


def _imported_lists(
    sources: list[str], address: str, wanted: set[str], version: str | None
) -> Iterator[MadeList | str | None]:
    """The lists that the sources give for the wanted standards, or why an entry gives none. None
    for a source that could not be read, which has then been reported."""
    from htqcli import moment
    from htqcli.ksbs import page, standards_data
    from htqcli.ksbs.importing import RecordOrigin, from_page, from_record

    today = moment.now().date().isoformat()
    for source in sources:
        try:
            content = read_content(source)
            origin = RecordOrigin(address, today, hashlib.sha256(content).hexdigest())
            content = standards_data.in_utf_8(content)
            if page.is_page(content):
                yield from_page(
                    page.read(content), *_standard_of_page(source, wanted, version), origin
                )
                continue
            records = parse_records(source, content)
        except typer.Exit:
            yield None
            continue
        del content
        # The data is large, so no record is kept once it has been read.
        for index, record in enumerate(records):
            records[index] = None
            if not wanted or is_of(record, wanted):
                yield from_record(record, origin)


def _fetched_lists(
    published: Published, wanted: list[str], version: str | None, *, every: bool
) -> Iterator[MadeList | str | None]:
    """The lists of the wanted standards, as `_imported_lists` gives them. A version that is not the
    current one is only in the data of all standards."""
    from htqcli.ksbs import standards_data
    from htqcli.ksbs.importing import MadeList, from_record
    from htqcli.ksbs.lists import version_key

    def lists(records: list[Any], origin: RecordOrigin) -> Iterator[MadeList | str | None]:
        found = [from_record(record, origin) for record in records]
        yield from found
        if not any(isinstance(one, MadeList) and version in (None, one.version) for one in found):
            yield None

    rest = wanted if every else []
    for reference in () if every else wanted:
        fetched = published.record(reference)
        if fetched is None:
            yield None
        elif version is None or version in map(standards_data.version, fetched[0]):
            yield from lists(*fetched)
        else:
            rest.append(reference)
    if not rest:
        return
    all_records = published.all_records(rest)
    for reference in rest:
        if all_records is None:
            yield None
            continue
        own = all_records[0][reference]
        versions = sorted(
            {found for found in map(standards_data.version, own) if found}, key=version_key
        )
        if own and version in (None, *versions):
            yield from lists(own, all_records[1])
            continue
        has = f"It has {', '.join(versions)}" if versions else "It has no record of the standard"
        of = f" version {version}" if version else ""
        terminal.print_error(f"{reference}{of} is not in the data at {published.address}. {has}.")
        yield None


def _standard_of_page(source: str, wanted: set[str], version: str | None) -> tuple[str, str]:
    """The standard and version that a page is for. The page does not say, so the options must."""
    from htqcli.ksbs import standards_data
    from htqcli.words import Refusal, visible

    known = standards_data.version({"version": version})
    if len(wanted) != 1 or known is None:
        raise Refusal(
            f"{visible(source)} is the page of an occupation, which has versions of its own. Say "
            "which standard and version it is for, with ‘--reference ST0116 --version 1.1’."
        )
    return next(iter(wanted)), known


def _print_first(what: Sequence[str], each: str, rest: str) -> None:
    """Write the first of some things to standard error, and how many more there are."""
    for one in what[:_MAX_SHOWN]:
        terminal.print_error(each.format(one))
    if len(what) > _MAX_SHOWN:
        terminal.print_error(rest.format(len(what) - _MAX_SHOWN))


def _write_all(
    folder: Path, chosen: list[MadeList], *, force: bool
) -> tuple[dict[str, bool], bool]:
    """Write each list that can be read back, unless a different one exists. Returns the lists that
    are in the folder now, each with whether it was written; and whether any was refused."""
    from htqcli.ksbs.importing import read_back
    from htqcli.words import counted

    done: dict[str, bool] = {}
    refused = False
    for one in chosen:
        _print_first(one.remarks, f"{one.name}: {{}}", f"{one.name}: {{}} more remarks")
        new = read_back(one)
        if isinstance(new, str):
            terminal.print_error(f"Left out: {one.name}: its list could not be read back: {new}")
            continue
        path = folder / one.file
        if not force and (why := _difference(path, one, new)):
            terminal.print_error(f"{path}: not replaced: {why}. Use ‘--force’ to replace it.")
            refused = True
            continue
        if not done:
            _make_folder(folder)
        done[f"{one.name} ({counted(len(new.ksbs), 'KSB')})"] = _write(path, one)
    return done, refused


def _difference(path: Path, made: MadeList, new: KsbList) -> str | None:
    """How the list at a path differs from a new one, in words; None if it does not exist or does
    not differ."""
    from htqcli.files import content_of
    from htqcli.ksbs.importing import difference
    from htqcli.ksbs.lists import read_list

    content = content_of(str(path))
    if isinstance(content, str) or content == made.content:
        return None
    old = read_list(content)
    if isinstance(old, str):
        return f"the list that you have cannot be used ({old})"
    found = difference(old, new)
    return found and f"the list that you have differs in {found}"


@app.command("list")
def list_(
    folder: Folder = DEFAULT_FOLDER, format: TableFormat = "table", output: Output = None
) -> None:
    """Show which KSB lists you have."""
    refusals.refuse_overwriting_lists(output, folder)
    rows: list[table.Row] = [
        {
            "reference": found.reference,
            "version": found.version,
            "title": found.title,
            "level": found.level,
            "ksbs": len(found.ksbs),
            "options": list(found.options),
        }
        for found in _usable_lists(folder)
    ]
    columns = ("reference", "version", "title", "level", "ksbs", "options")
    table.show(
        rows,
        columns,
        format,
        f"You have no KSB lists in {folder}. ‘htq ksbs get’ fetches them.",
        output,
        header=True,
    )


@app.command()
def show(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help="The standard.",
            autocompletion=completion.standards_with_lists,
        ),
    ],
    version: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--version", metavar="VERSION", help="Version to show [default: the latest you have]."
        ),
    ] = None,
    folder: Folder = DEFAULT_FOLDER,
    format: TableFormat = "table",
    output: Output = None,
) -> None:
    """Show the KSBs of a standard, each with its label."""
    from htqcli.ksbs.lists import version_key
    from htqcli.words import Refusal, quote

    refusals.refuse_overwriting_lists(output, folder)
    wanted = the_reference(reference)
    found = [
        one
        for one in _usable_lists(folder)
        if one.reference == wanted and (version is None or one.version == version)
    ]
    if not found:
        of = f" version {quote(version)}" if version else ""
        get = f"htq ksbs get {wanted}" + (f" --version {version}" if version else "")
        raise Refusal(
            f"You have no list of {wanted}{of} in {quote(str(folder))}. Run {quote(get)} first."
        )
    last = max(found, key=lambda one: version_key(one.version))
    rows: list[table.Row] = [
        {
            "label": label,
            "statement": statement,
            "options": last.options_needing[label],
            "reference": last.reference,
            "version": last.version,
        }
        for label, statement in last.ksbs.items()
    ]
    columns = ("label", "statement", "options") if last.options else ("label", "statement")
    table.show(rows, columns, format, "", output)


def _write(path: Path, made: MadeList) -> bool:
    """Write a list, unless the same one exists. Returns whether it was written."""
    from htqcli.files import content_of

    if content_of(str(path)) == made.content:
        return False
    try:
        files.replace_file(str(path), made.text, durable=False)
    except OSError as error:
        terminal.print_error(f"{path}: the list is not written: {files.reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None
    return True


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        terminal.print_error(f"{folder}: the folder cannot be made: {files.reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None


def _usable_lists(folder: Path) -> list[KsbList]:
    """The lists in a folder that can be used, in the order of their names. The others are
    reported."""
    from htqcli.ksbs.lists import Lists

    lists = Lists(folder)
    found = []
    for path in sorted(folder.glob("ST*-*.yaml")):
        reference, _, version = path.stem.partition("-")
        one = lists.get(reference, version)
        if isinstance(one, str):
            terminal.print_error(one)
        else:
            found.append(one)
    return found
