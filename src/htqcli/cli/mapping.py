"""`htq mapping`: the mapping of a draft in Excel, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli import files
from htqcli.cli import completion, drafts, exits, refusals, terminal, versions
from htqcli.cli.options import KsbFolder, Output, format_option
from htqcli.words import Refusal, counted, join, quote, visible, visible_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from htqcli.check.inputs import Draft
    from htqcli.draft.application import Application
    from htqcli.ksbs.lists import Lists
    from htqcli.mapping.exporting import Table
    from htqcli.mapping.moving import Move, Moved
    from htqcli.mapping.sheets import Sheet
    from htqcli.mapping.understanding import Result, Understood

app = typer.Typer(help="Take the mapping of a draft to Excel, and back.")

Standard = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--standard",
        metavar="REFERENCE",
        help="The standard that the table is about, if the table does not say so.",
        autocompletion=completion.references,
    ),
]


@app.command("export")
def export(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="A draft.")],
    output: Output = None,
    to: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--to",
            metavar="VERSION",
            help="Move a standard to this version: its sheet has the new statements beside the "
            "old ones, and asks what is to be decided.",
        ),
    ] = None,
    standard: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--standard",
            metavar="REFERENCE",
            help="The standard that moves, if the draft names several.",
            autocompletion=completion.references,
        ),
    ] = None,
    option: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--option", metavar="NAME", help="The option of that standard."),
    ] = None,
    format: Annotated[str, format_option("xlsx", "csv")] = "xlsx",
    ksbs: KsbFolder = None,
) -> None:
    """Write the mapping of a draft as a workbook that a colleague can fill in.

    It has a sheet for each standard, with a row for each KSB and a column for each unit, one for
    the structure, and one that says how to fill it in.
    """
    from htqcli.mapping import exporting

    read, application, lists = drafts.read_with_lists(draft, ksbs)
    if format == "xlsx" and output is None:
        raise typer.BadParameter(
            "A workbook goes to a file. Name it: ‘-o mapping.xlsx’.", param_hint="--output"
        )
    refusals.refuse_overwriting(output, draft, "draft")
    if to is None:
        if standard or option:
            raise Refusal("‘--standard’ and ‘--option’ say what moves: add ‘--to VERSION’.")
        found = exporting.tables(application, lists)
    elif format == "csv":
        raise Refusal("‘--to’ writes a workbook, in which you decide: leave out ‘--format csv’.")
    else:
        application, table = _moved(draft, read.content, application, lists, standard, option, to)
        found = (table,)
    if not found:
        terminal.print_error(f"{visible_start(draft)}: it does not name a standard to map to")
        raise typer.Exit(exits.NOT_DONE)
    _report_errors(read, ksbs, "The workbook may not have all that you mean")
    for table in found:
        if note := exporting.note(table):
            terminal.print_error(visible(note))
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


def _moved(
    path: str,
    content: bytes,
    application: Application,
    lists: Lists,
    standard: str | None,
    option: str | None,
    to: str,
) -> tuple[Application, Table]:
    """The draft with one mapping moved to another version, and its table, which asks what a person
    has to decide."""
    from htqcli.document import reader
    from htqcli.draft.application import read_application
    from htqcli.mapping import exporting, moving

    index = versions.position(application, standard, option)
    found, carried = versions.carried(path, content, application, lists, index, to)
    after = read_application(reader.read(carried.content)).part
    claim = after.standards[index]
    assert claim is not None
    move = moving.Move(found.old.reference, claim.option, found.old.version, found.new.version)
    table = exporting.table_of(claim, lists)
    return after, table._replace(move=move, was=moving.origins(found, carried))


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
        typer.Option(
            "--structure",
            help="Take units and the structure from the workbook too: new units in its headings, "
            "and what the sheet ‘Structure’ says.",
        ),
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
    from htqcli.mapping import (
        editing,
        importing,
        moving,
        restructuring,
        sheets,
        understanding,
        yaml_edits,
    )
    from htqcli.vocabulary import parse_reference

    read, application, lists = drafts.read_with_lists(draft, ksbs)
    _report_errors(read, ksbs, "The workbook may be understood only in part")
    reference = parse_reference(standard) if standard else None
    named = [claim.resolved_reference for claim in application.standards if claim]
    if standard and reference not in named:
        names = ", ".join(name for name in named if name) or "no standard"
        raise Refusal(f"The draft does not name {quote(standard)}. It names {names}.")
    try:
        table = sheets.read(file)
        content, application, moves = _with_moves(draft, read.content, application, lists, table)
        found = importing.understand(
            table, application, lists, reference, option, with_structure=structure
        )
    except sheets.NotRead as error:
        terminal.print_error(f"{visible_start(file)}: not read: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    except understanding.AskedFor as error:
        raise Refusal(str(error)) from None
    if not (found.understood or found.structure or found.unread):
        for note in found.notes:
            terminal.print_error(visible_start(note))
        terminal.print_error(
            f"{visible_start(file)}: htq found no table in it with KSBs, such as K1, and units of "
            "the draft by their ids or titles"
        )
        raise typer.Exit(exits.NOT_DONE)
    found = moving.with_decisions(found, moves)
    changes = {index: own for index, own in found.changes.items() if own}
    try:
        new = content
        if changes or found.new_units:
            new = editing.with_mapping(new, changes, found.new_units)
        new = restructuring.with_structure(new, found.structure)
    except yaml_edits.CannotEdit as error:
        terminal.print_error(f"{visible_start(draft)}: nothing was written: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    may_write = partial or not (found.unread or found.proposed)
    writes = may_write and not diff and new != read.content
    if writes:
        drafts.write(draft, read, new)
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(_as_data(file, draft, application, found, changes, writes)))
    else:
        _show(draft, application, found, changes, wrote=writes, is_diff=diff)
    if diff and format == "text":
        terminal.write_diff(drafts.difference(draft, read.content, new))
    if not may_write:
        raise typer.Exit(exits.FOUND)


def _with_moves(
    path: str, content: bytes, application: Application, lists: Lists, table: Sequence[Sheet]
) -> tuple[bytes, Application, list[Moved]]:
    """The draft on the versions that a workbook moves it to, as far as that needs no decision."""
    from htqcli.document import reader
    from htqcli.draft.application import read_application
    from htqcli.mapping import moving

    moves = []
    for move, sheet in moving.moves_in(table):
        at = move.position(application)
        if at is None:
            _refuse_stale(move, application)
            continue
        found, carried = versions.carried(path, content, application, lists, at, move.new)
        content = carried.content
        application = read_application(reader.read(content)).part
        moves.append(moving.Moved(move, at, found, carried, sheet))
    return content, application, moves


def _refuse_stale(move: Move, application: Application) -> None:
    """Refuse a workbook that moves a standard from a version that the draft does not map to, unless
    it has moved already."""
    of_it = [
        claim.version
        for claim in application.standards
        if claim and claim.resolved_reference == move.reference
    ]
    if move.new not in of_it:
        now = join([f"version {version}" for version in of_it if version]) or "no version of it"
        raise Refusal(
            f"The workbook {str(move)[0].lower()}{str(move)[1:]}, but the draft maps to {now}. "
            "Export it again."
        )


def _report_errors(draft: Draft, ksbs: Path | None, consequence: str) -> None:
    """Report the errors of the mapping, but not that there is none yet: a workbook is how to make
    one."""
    from htqcli.cli.drafts import mapping_errors, report_errors
    from htqcli.ksbs.lists import FOLDER

    lists = ksbs or draft.folder / FOLDER
    report_errors(mapping_errors(draft, lists, to_fill_in=True), consequence)


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
        _print(
            f"{own.sheet}: ",
            f"{own.layout}; {own.standard}, {own.ksbs} KSBs, {own.marks} marks{_signs(own)}; "
            f"units {some}{more}",
        )
    for note in found.notes:
        _print("", note)
    structure = _said_of_structure(found)
    for line in structure:
        _print("  ", line)
    for index, lines in changes.items():
        name = _standard_name(application, index)
        for label, new in lines.items():
            _print(f"  {name} {label}: ", _said(new))
    for guess in found.proposed:
        _print(f"{guess.cell}: ", quote(guess.text, 200))
        _print(f"  is taken for {guess.label} of {guess.standard}: ", quote(guess.statement, 200))
    for places, shown, reason in _unread(found):
        _print("", f"{places}:{shown} not read: {reason}")
    count, told = sum(map(len, changes.values())), len(found.unread)
    ksbs, unread = counted(count, "KSB"), counted(told, "cell")
    if structure:
        ksbs = f"the structure and {ksbs}" if count else "the structure"
    if (told or found.proposed) and not wrote and not is_diff:
        end = _what_to_decide(told, len(found.proposed))
    elif not changes and not structure and not wrote:
        end = f"{draft} already says what the table says."
    elif is_diff:
        end = f"Nothing was written. {ksbs[:1].upper()}{ksbs[1:]} would change."
    else:
        end = f"Wrote {draft}: {ksbs} changed."
        end += f" {unread} could not be read." if told else ""
    if (is_diff or wrote) and (emptied := _emptied(application, changes)):
        verb = "is" if emptied == 1 else "are"
        end += f" {counted(emptied, 'KSB')} that a unit covered {verb} then covered by no unit."
    _print("", end)


def _emptied(application: Application, changes: dict[int, dict[str, Any]]) -> int:
    """How many KSBs lose all their units: many, if somebody returns a workbook that is out of
    date."""
    emptied = 0
    for index, lines in changes.items():
        claim = application.standards[index]
        before = (claim and claim.ksbs) or {}
        for label, new in lines.items():
            old = before.get(label)
            emptied += bool(old and old.units and not new.units)
    return emptied


def _print(start: str, text: str) -> None:
    """A line for a person. In a terminal, the text is wrapped, and hangs behind its start."""
    terminal.print_lines(terminal.hanging(start, text, ("", "")))


def _said_of_structure(found: Result) -> list[str]:
    from htqcli.mapping.structure_sheet import in_words

    new = (f"new unit {name}: {title}" for name, title in found.new_units.items())
    return [*new, *in_words(found.structure)]


def _signs(own: Understood) -> str:
    """What the signs of a table were taken for, unless the words say so themselves."""
    return "".join(f", {quote(sign)} is {meaning}" for sign, meaning in own.signs.items())


def _unread(found: Result) -> list[tuple[str, str, str]]:
    """The cells that were not read and what they say, together where one reason is that of
    several."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for cell in found.unread:
        shown = f" {quote(cell.text)}" if cell.text else ""
        sheet, _, place = cell.cell.rpartition("!")
        together.setdefault((sheet, shown, cell.reason), []).append(place)
    return [
        (f"{sheet}!{', '.join(places)}" if sheet else ", ".join(places), shown, reason)
        for (sheet, shown, reason), places in together.items()
    ]


def _what_to_decide(unread: int, proposed: int) -> str:
    cells = f"{counted(unread, 'cell')} could not be read"
    are = "statement is" if proposed == 1 else "statements are"
    similar = f"{proposed} {are} only similar to one of the list"
    if not proposed:
        return f"Nothing was written: {cells}. Correct them, or use ‘--partial’."
    if not unread:
        return (
            f"Nothing was written: {similar}. If it is the same, use ‘--partial’; else correct it."
        )
    return (
        f"Nothing was written: {cells}, and {similar}. Correct them, or use ‘--partial’, which "
        "takes what is similar for the same."
    )


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
    from htqcli.mapping.structure_sheet import in_words

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
        "proposed": [guess._asdict() for guess in found.proposed],
        "notes": list(found.notes),
        "new_units": found.new_units,
        "structure": in_words(found.structure),
    }
