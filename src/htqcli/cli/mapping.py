"""`htq mapping`: the mapping of a draft in Excel, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli import files
from htqcli.cli import completion, drafts, exits, refusals, terminal
from htqcli.cli.options import KsbFolder, Output, format_option
from htqcli.words import Refusal, counted, quote, visible, visible_start

if TYPE_CHECKING:
    from htqcli.draft.application import Application
    from htqcli.mapping.importing import Result

app = typer.Typer(help="Take the mapping of a draft to Excel, and back.")

Standard = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--standard",
        metavar="REFERENCE",
        help="The standard that the table is about, where it does not say so.",
        autocompletion=completion.references,
    ),
]


@app.command("export")
def export(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A draft.")],
    output: Output = None,
    format: Annotated[str, format_option("xlsx", "csv")] = "xlsx",
    ksbs: KsbFolder = None,
) -> None:
    """Write the mapping of a draft as a workbook that a colleague can fill in.

    It has a sheet for each standard, with a row for each KSB and a column for each unit, one for
    the structure, and one that says how to fill it in.
    """
    from htqcli.mapping import exporting

    _, application, lists = drafts.read_with_lists(draft, ksbs)
    if format == "xlsx" and output is None:
        raise typer.BadParameter(
            "A workbook goes to a file. Name it: ‘-o mapping.xlsx’.", param_hint="--output"
        )
    refusals.refuse_overwriting(output, draft, "draft")
    found = exporting.tables(application, lists)
    if not found:
        terminal.print_error(f"{visible_start(draft)}: it names no standard to map to")
        raise typer.Exit(exits.NOT_DONE)
    for table in found:
        if table.missing:
            terminal.print_error(
                f"{table.name}: only the KSBs of the mapping, because {visible(table.missing)}"
            )
    if format == "csv":
        with terminal.into(output, "the mapping", format):
            terminal.write_data(exporting.as_csv(application, found))
        return
    try:
        files.replace_file(str(output), exporting.as_workbook(application, found))
    except OSError as error:
        terminal.print_error(
            f"{visible_start(str(output))}: the workbook is not written: {files.reason(error)}"
        )
        raise typer.Exit(exits.NOT_DONE) from None
    names = ", ".join(f"{table.name} ({len(table.lines)} KSBs)" for table in found)
    terminal.print_error(f"Wrote {visible(str(output))}: {visible(names)}.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A workbook (.xlsx) or a CSV file.")],
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="The draft to change.")],
    standard: Standard = None,
    option: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--option", metavar="NAME", help="The option of that standard."),
    ] = None,
    structure: Annotated[
        bool,
        typer.Option("--structure", help="Add units that the table has and the draft does not."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change, and write nothing.")
    ] = False,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Write what could be read, even if some cells could not."),
    ] = False,
    format: Annotated[str, format_option("text", "json")] = "text",
    ksbs: KsbFolder = None,
) -> None:
    """Read a mapping from a workbook into a draft.

    The workbook can be anybody's: its table is found by the labels and statements of KSBs and the
    ids and titles of units in it. Nothing but the mapping changes. If a cell cannot be read, it is
    listed, and nothing is written unless you say ‘--partial’.
    """
    from htqcli.draft.application import Unit
    from htqcli.mapping import editing, importing, sheets
    from htqcli.vocabulary import parse_reference

    read, application, lists = drafts.read_with_lists(draft, ksbs)
    reference = parse_reference(standard) if standard else None
    named = [claim.resolved_reference for claim in application.standards if claim]
    if standard and reference not in named:
        names = ", ".join(name for name in named if name) or "no standard"
        raise Refusal(f"The draft does not name {quote(standard)}. It names {names}.")
    units: dict[str, str] = {}
    try:
        table = sheets.read(file)
        found = importing.understand(table, application, lists, reference, option)
        if structure and found.new_units:
            units = importing.units_of(found.new_units, application)
            new_units = {name: Unit(title=title) for name, title in units.items()}
            application = application.model_copy(
                update={"units": {**application.units, **new_units}}
            )
            found = importing.understand(table, application, lists, reference, option)
    except sheets.NotRead as error:
        terminal.print_error(f"{visible_start(file)}: not read: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    except importing.AskedFor as error:
        raise Refusal(str(error)) from None
    if not found.understood:
        terminal.print_error(
            f"{visible_start(file)}: no table was found in it that names KSBs, such as K1, and "
            "units of the draft by their ids or titles"
        )
        raise typer.Exit(exits.NOT_DONE)
    changes = {index: own for index, own in found.changes.items() if own}
    try:
        new = read.content
        if changes or units:
            new = editing.with_mapping(read.content, changes, units)
    except editing.CannotEdit as error:
        terminal.print_error(f"{visible_start(draft)}: nothing was written: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    may_write = partial or not found.unread
    writes = may_write and not diff and new != read.content
    if writes:
        drafts.write(draft, read, new)
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(
            encode(
                _as_data(file, draft, application, found, changes, writes) | {"new_units": units}
            )
        )
    else:
        for name, title in units.items():
            terminal.write(f"  new unit {visible(name)}: {visible(title)}\n")
        _show(draft, application, found, changes, wrote=writes, is_diff=diff)
    if diff and format == "text":
        terminal.write_diff(drafts.difference(draft, read.content, new))
    if not may_write:
        raise typer.Exit(exits.FOUND)


def _standard_name(application: Application, index: int) -> str:
    claim = application.standards[index]
    if claim is None:
        return ""
    name = claim.resolved_reference or ""
    return f"{name} {claim.option}" if claim.option else name


def _show(
    draft: str,
    application: Application,
    found: Result,
    changes: dict[int, dict[str, Any]],
    *,
    wrote: bool,
    is_diff: bool,
) -> None:
    for own in found.understood:
        cells = list(own.units.items())
        some = ", ".join(f"{unit} in {cell.partition('!')[2]}" for unit, cell in cells[:4])
        more = f" and {len(cells) - 4} more" if cells[4:] else ""
        terminal.write(
            f"{visible_start(own.sheet)}: {own.layout}; {visible(own.standard)}, {own.ksbs} KSBs, "
            f"{own.marks} marks, units {visible(some)}{more}\n"
        )
    for note in found.notes:
        terminal.write(f"{visible_start(note)}\n")
    for index, lines in changes.items():
        name = visible(_standard_name(application, index))
        for label, new in lines.items():
            terminal.write(f"  {name} {label}: {visible(_said(new))}\n")
    for cell in found.unread:
        shown = f" {quote(cell.text)}" if cell.text else ""
        terminal.write(f"{visible_start(cell.cell)}:{shown} not read: {visible(cell.reason)}\n")
    count, told = sum(map(len, changes.values())), len(found.unread)
    ksbs, unread = counted(count, "KSB"), counted(told, "cell")
    if told and not wrote and not is_diff:
        end = f"Nothing was written: {unread} could not be read. Correct them, or use ‘--partial’."
    elif not changes:
        end = f"{visible(draft)} already says what the table says."
    elif is_diff:
        end = f"Nothing was written. {ksbs} would change."
    else:
        end = f"Wrote {visible(draft)}: {ksbs} changed."
        end += f" {unread} could not be read." if told else ""
    terminal.write(f"{end}\n")


def _said(new: Any) -> str:
    units = ", ".join(new.units) or "no unit"
    extra = []
    if new.coverage != "full":
        extra.append(f"partial: {new.reason}" if new.reason else "partial")
    if new.assessed_by:
        extra.append(f"assessed by {', '.join(new.assessed_by)}")
    return f"{units} ({'; '.join(extra)})" if extra else units


def _as_data(
    file: str,
    draft: str,
    application: Application,
    found: Result,
    changes: dict[int, dict[str, Any]],
    wrote: bool,
) -> dict[str, Any]:
    return {
        "file": file,
        "draft": draft,
        "written": wrote,
        "understood": [own._asdict() for own in found.understood],
        "changes": [
            {
                "standard": _standard_name(application, index),
                "label": label,
                "units": list(new.units),
                "coverage": new.coverage,
                "reason": new.reason,
                "assessed_by": list(new.assessed_by),
            }
            for index, lines in changes.items()
            for label, new in lines.items()
        ],
        "unread": [cell._asdict() for cell in found.unread],
        "notes": list(found.notes),
    }
