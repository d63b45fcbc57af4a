"""The mapping of a draft as a workbook that a colleague fills in, or as plain CSV."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from htqcli.draft.application import Application, StandardClaim, repeated_standards
from htqcli.draft.coverage import all_labels
from htqcli.ksbs.lists import KsbList, Lists
from htqcli.mapping import structure_sheet
from htqcli.mapping.moving import DECISION, DECISIONS, Move, Was
from htqcli.mapping.sheets import MAX_TEXT, column_name, shown
from htqcli.model.part import sound
from htqcli.words import join, visible, wrap

if TYPE_CHECKING:
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

MARKS = ("full", "partial")
REASON = "Reason if partly covered"
ASSESSED_BY = "Assessed by"


class Line(NamedTuple):
    """What covers a KSB: how far each unit does, why not in full, and the assessments."""

    label: str
    statement: str | None
    marks: dict[str, str]
    reason: str
    assessed_by: tuple[str, ...]


class Table(NamedTuple):
    """The mapping to a standard, or to an option of one. `missing` says why its own list of KSBs
    is not there: then the lines are those of the mapping. One that moves to another version has
    what each KSB `was` in the old one."""

    reference: str
    option: str | None
    version: str | None
    title: str | None
    lines: tuple[Line, ...]
    missing: str | None
    move: Move | None = None
    was: Mapping[str, Was] = {}

    @property
    def name(self) -> str:
        """The reference, and the option if there is one."""
        return f"{self.reference} {self.option}" if self.option else self.reference


def note(table: Table) -> str | None:
    """What is missing in a table for want of the list of KSBs, and what to do."""
    if not table.missing:
        return None
    what = "only the KSBs of the mapping" if table.lines else "no KSB in its table"
    if table.version is None:
        how = (
            'Write the version that you map to in the draft, such as ‘version: "1.1"’, get the '
            f"list with ‘htq ksbs get {table.reference}’, and export again"
        )
    else:
        how = f"Get the list with ‘htq ksbs get {table.reference} --version {table.version}’"
    return f"{table.name}: {what}, because {table.missing}. {how}."


class Band(NamedTuple):
    """Units that stand together in the structure, such as the mandatory ones."""

    title: str
    units: tuple[str, ...]


def tables(application: Application, lists: Lists) -> tuple[Table, ...]:
    """The mapping to each standard that the draft names."""
    again = repeated_standards(application)
    return tuple(
        table_of(claim, lists)
        for index, claim in sound(application.standards)
        if claim.resolved_reference is not None and index not in again
    )


def table_of(claim: StandardClaim, lists: Lists) -> Table:
    """The mapping to one standard."""
    reference = claim.resolved_reference or ""
    known = lists.get(reference, claim.version)
    mapped = claim.ksbs or {}
    lines = []
    for label in all_labels(claim, known):
        own = mapped.get(label)
        lines.append(
            Line(
                label,
                known.ksbs.get(label) if isinstance(known, KsbList) else None,
                {} if own is None else {u: own.coverage for _, u in sound(own.units)},
                (own.reason if own else None) or "",
                tuple(name for _, name in sound(own.assessed_by)) if own else (),
            )
        )
    return Table(
        reference,
        claim.option,
        claim.version,
        known.title if isinstance(known, KsbList) else claim.title,
        tuple(lines),
        known if isinstance(known, str) else None,
    )


def bands(application: Application) -> tuple[Band, ...]:
    """The units of the draft as its structure groups them, each once."""
    structure = application.structure
    named: list[tuple[str, Sequence[str]]] = []
    if structure is None or structure.is_empty:
        return (Band("Every learner takes", tuple(application.units)),)
    named.append(("Every learner takes", _sound(structure.mandatory)))
    named += _choices(structure.optional, "")
    for number, pathway in sound(structure.pathways):
        way = pathway.name or f"Pathway {number + 1}"
        named.append((f"Pathway {way}", _sound(pathway.mandatory)))
        named += _choices(pathway.optional, f"Pathway {way}: ")
    named.append(("In no list of the structure", tuple(application.units)))
    seen: set[str] = set()
    found = []
    for title, units in named:
        own = [
            name for name in dict.fromkeys(units) if name in application.units and name not in seen
        ]
        seen.update(own)
        if own:
            found.append(Band(title, tuple(own)))
    return tuple(found)


def _sound(units: tuple[str | None, ...]) -> list[str]:
    return [name for _, name in sound(units)]


def _choices(groups: Any, before: str) -> Iterator[tuple[str, list[str]]]:
    for number, group in sound(groups):
        how_many = f"choose {group.choose}" if group.choose else f"{group.credits} credits"
        title = group.name or f"Group {number + 1}"
        yield f"{before}{title} ({how_many})", _sound(group.from_ or ())


def as_csv(application: Application, found: Sequence[Table]) -> str:
    """The mapping as CSV: a row a KSB, a column a unit."""
    from htqcli.cells import csv_text

    units = [name for band in bands(application) for name in band.units]
    rows = (
        [
            *(table.reference, table.option, line.label, line.statement),
            *(line.marks.get(name) for name in units),
            *(shown(line.reason), ", ".join(line.assessed_by)),
        ]
        for table in found
        for line in table.lines
    )
    headings = [_heading(application, name) for name in units]
    return csv_text(
        ["Standard", "Option", "KSB", "Statement", *headings, REASON, ASSESSED_BY], rows
    )


def _heading(application: Application, name: str) -> str:
    """The id of a unit with its title. A heading is read back by its id."""
    title = application.units[name].title
    return f"{name} {title}" if title and title != name else name


def as_workbook(application: Application, found: Sequence[Table], mark: str = "") -> bytes:
    """The mapping as an Excel workbook. The same draft gives the same bytes on every system. A
    `mark` is at the top of the first sheet and of each printed page."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain}) as book:
        book.set_properties({"title": "KSB mapping", "created": datetime(2022, 1, 1)})
        _Writing(book, application, found, mark).write()
    return _of_no_system(out)


def _of_no_system(workbook: io.BytesIO) -> bytes:
    """The same workbook on every system: each file in a zip says on which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            info.create_system = 3
            new.writestr(info, content)
    return out.getvalue()


_HEAD = 5
"""The rows above the first KSB: what it is, how to fill it in, groups of units, units, and none."""

_GUIDE = (
    (
        "title",
        "How to fill in this workbook",
    ),
    (
        "text",
        "Each sheet with the reference of a standard has a row for each of its KSBs, and a column "
        "for each unit of the qualification.",
    ),
    (
        "text",
        "Choose ‘full’ where the unit covers the KSB, and ‘partial’ where it covers it in part. "
        "Leave the cell empty where the unit does not cover it. All units of a row are either full "
        "or partial.",
    ),
    (
        "text",
        "A row is coloured until a unit covers its KSB. The column ‘Covered’ says how far it is "
        "covered.",
    ),
    (
        "text",
        "If a KSB is covered only in part, say why in ‘Reason if partly covered’. ‘Assessed by’ "
        "has the ids of the assessments, with commas between them.",
    ),
    (
        "text",
        "The sheet ‘Structure’ has the units with their credits, and a column for each list of "
        "units: those that every learner takes, and each group to choose from. x puts a unit in a "
        "list.",
    ),
    (
        "text",
        "You can sort, filter and hide rows and columns, and add columns for your own notes. Keep "
        "the headings of the units and the labels of the KSBs: they say what a mark means.",
    ),
    (
        "move",
        "The standard has a new version. ‘What became of it’ says what each KSB was in the old "
        "one. The units that covered it are marked wherever the statement is the same. Where "
        "‘Decision’ is yellow, compare both statements. Then choose ‘as before’ if the same units "
        "cover the new KSB, ‘no unit’ if none does, or mark the units in the row.",
    ),
    (
        "text",
        "When you are done, save the workbook and give it back to whoever sent it. They run:",
    ),
    ("code", "htq mapping import WORKBOOK DRAFT"),
)


class _Writing:
    """One workbook as it is written."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        application: Application,
        found: Sequence[Table],
        mark: str,
    ) -> None:
        self.book = book
        self.mark = mark
        self.application = application
        self.tables = found
        self.bands = bands(application)
        self.units = [name for band in self.bands for name in band.units]
        wrapped = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B1B4B6"}
        head = {**wrapped, "bold": True, "bg_color": "#F3F2F1"}
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "code": book.add_format({"font_name": "Consolas"}),
            "cell": book.add_format(wrapped),
            "open": book.add_format({**wrapped, "locked": False}),
            "mark": book.add_format({**wrapped, "locked": False, "align": "center"}),
            "head": book.add_format(head),
            "band": book.add_format({**head, "align": "center"}),
            "unit": book.add_format({**head, "rotation": 90, "valign": "bottom"}),
            "decide": book.add_format({**wrapped, "locked": False, "bg_color": "#FFDD00"}),
            "gap": book.add_format({"bg_color": "#FFF1B8"}),
        }

    def write(self) -> None:
        guide = self.book.add_worksheet("How to fill this in")
        guide.set_column(0, 0, _GUIDE_WIDTH)
        is_move = any(table.move for table in self.tables)
        lines = [*([("title", self.mark)] if self.mark else []), *_GUIDE]
        lines = [line for line in lines if line[0] != "move" or is_move]
        for row, (form, text) in enumerate(lines):
            guide.write_string(row, 0, text, self.formats.get(form, self.formats["text"]))
            _fit(guide, row, (text, _GUIDE_WIDTH))
        notes = [own for table in self.tables if (own := note(table))]
        for row, text in enumerate(notes, len(lines) + 1):
            guide.write_string(row, 0, visible(text), self.formats["text"])
            _fit(guide, row, (visible(text), _GUIDE_WIDTH))
        _print_on_a4(guide)
        names = {"how to fill this in", "structure"}
        for table in self.tables:
            self._mapping(self.book.add_worksheet(_sheet_name(table.name, names)), table)
        structure = self.book.add_worksheet("Structure")
        structure_sheet.write(structure, self.application, self.units, self.formats)
        _print_on_a4(structure)
        for sheet in self.book.worksheets() if self.mark else ():
            sheet.set_header(f"&C&B{self.mark}")

    def _mapping(self, sheet: Worksheet, table: Table) -> None:
        last_row = _HEAD + len(table.lines) - 1
        columns = ["KSB", "Statement", *(_before(table.move) if table.move else ()), "Covered"]
        first = len(columns)
        end = first + len(self.units)
        version = f", version {table.version}" if table.version else ""
        sheet.write_string(
            0, 0, visible(f"{table.name} {table.title or ''}{version}"), self.formats["title"]
        )
        what = f"{table.move}: " if table.move else ""
        sheet.write_string(1, 0, f"{what}full or partial for each unit that covers a KSB", None)
        column = first
        for band in self.bands:
            self._merged(sheet, 2, column, column + len(band.units) - 1, band.title)
            column += len(band.units)
        for at, text in enumerate(columns):
            sheet.write_string(3, at, text, self.formats["head"])
        for at, name in enumerate(self.units, first):
            heading = visible(_heading(self.application, name))
            sheet.write_string(3, at, heading, self.formats["unit"])
        sheet.write_string(3, end, REASON, self.formats["head"])
        sheet.write_string(3, end + 1, ASSESSED_BY, self.formats["head"])
        sheet.set_row(2, 30)
        sheet.set_row(3, 130)
        for row, line in enumerate(table.lines, _HEAD - 1):
            self._line(sheet, row, line, first, end)
            was = table.was.get(line.label, Was("", ""))
            statements = (
                (text, _STATEMENT_WIDTH) for text in (line.statement or "", was.statement)
            )
            others = (was.became, _BECAME_WIDTH), (line.reason, _REASON_WIDTH)
            _fit(sheet, row, *statements, *others)
        if table.lines:
            self._totals(sheet, table.lines, first)
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 1, _STATEMENT_WIDTH)
        if table.move:
            self._before(sheet, table, end + 2)
        sheet.set_column(first - 1, first - 1, 9)
        sheet.set_column(first, max(first, end - 1), 8)
        sheet.set_column(end, end, _REASON_WIDTH)
        sheet.set_column(end + 1, end + 1, 16)
        if self.units and table.lines:
            area = (_HEAD - 1, first, last_row - 1, end - 1)
            sheet.data_validation(*area, {
                "validate": "list", "source": list(MARKS), "ignore_blank": True,
                "error_title": "full or partial",
                "error_message": "Choose full or partial, or leave the cell empty.",
            })  # fmt: skip
            marks = f"${column_name(first + 1)}{_HEAD}:${column_name(end)}{_HEAD}"
            sheet.conditional_format(_HEAD - 1, 0, last_row - 1, end + 1, {
                "type": "formula", "criteria": f"=COUNTA({marks})=0", "format": self.formats["gap"],
            })  # fmt: skip
        sheet.freeze_panes(_HEAD - 1, first)
        sheet.repeat_rows(2, 3)
        sheet.repeat_columns(0, 0)
        sheet.protect("", {
            "sort": True, "autofilter": True, "format_columns": True, "format_rows": True,
            "format_cells": True, "insert_columns": True,
        })  # fmt: skip
        _print_on_a4(sheet)

    def _line(self, sheet: Worksheet, row: int, line: Line, first: int, end: int) -> None:
        sheet.write_string(row, 0, line.label, self.formats["cell"])
        sheet.write_string(row, 1, visible(line.statement or "")[:MAX_TEXT], self.formats["cell"])
        marks = f"{column_name(first + 1)}{row + 1}:{column_name(max(first + 1, end))}{row + 1}"
        covered = "yes" if "full" in line.marks.values() else "partly" if line.marks else "no"
        sheet.write_formula(
            row, first - 1,
            f'=IF(COUNTIF({marks},"full")>0,"yes",IF(COUNTIF({marks},"partial")>0,"partly","no"))',
            self.formats["cell"], covered,
        )  # fmt: skip
        for at, name in enumerate(self.units, first):
            if mark := line.marks.get(name):
                sheet.write_string(row, at, mark, self.formats["mark"])
            else:
                sheet.write_blank(row, at, None, self.formats["mark"])
        sheet.write_string(row, end, shown(line.reason)[:MAX_TEXT], self.formats["open"])
        assessed = visible(", ".join(line.assessed_by))
        sheet.write_string(row, end + 1, assessed, self.formats["open"])

    def _before(self, sheet: Worksheet, table: Table, at: int) -> None:
        """What each KSB was in the old version, and what a person decides of it."""
        sheet.write_string(3, at, DECISION, self.formats["head"])
        for row, line in enumerate(table.lines, _HEAD - 1):
            was = table.was.get(line.label, Was("", ""))
            sheet.write_string(row, 2, visible(was.statement)[:MAX_TEXT], self.formats["cell"])
            sheet.write_string(row, 3, was.became[:MAX_TEXT], self.formats["cell"])
            if was.decides:
                sheet.write_blank(row, at, None, self.formats["decide"])
                sheet.data_validation(row, at, row, at, {
                    "validate": "list", "source": list(DECISIONS), "ignore_blank": True,
                    "error_title": DECISION,
                    "error_message": f"Choose {join(DECISIONS, 'or')}.",
                })  # fmt: skip
            else:
                sheet.write_blank(row, at, None, self.formats["cell"])
        sheet.set_column(2, 2, _STATEMENT_WIDTH)
        sheet.set_column(3, 3, _BECAME_WIDTH)
        sheet.set_column(at, at, 14)

    def _totals(self, sheet: Worksheet, lines: Sequence[Line], first: int) -> None:
        """Below the table: how many KSBs each unit covers, and how many of each kind are."""
        row = _HEAD + len(lines)
        sheet.write_string(row, 1, "KSBs that each unit covers", self.formats["head"])
        for at, name in enumerate(self.units, first):
            letter = column_name(at + 1)
            formula = f"=COUNTA({letter}{_HEAD}:{letter}{row})"
            sheet.write_formula(
                row, at, formula, self.formats["cell"], sum(name in line.marks for line in lines)
            )
        for below, kind in enumerate(("Knowledge", "Skills", "Behaviours"), 1):
            own = [line for line in lines if line.label.startswith(kind[0])]
            text = f"{kind} covered, of {len(own)}"
            sheet.write_string(row + below, 1, text, self.formats["head"])
            met = f"{column_name(first)}{_HEAD}:{column_name(first)}{row}"
            formula = f'=COUNTIFS(A{_HEAD}:A{row},"{kind[0]}*",{met},"<>no")'
            covered = sum(bool(line.marks) for line in own)
            sheet.write_formula(row + below, first - 1, formula, self.formats["cell"], covered)

    def _merged(self, sheet: Worksheet, row: int, first: int, last: int, text: str) -> None:
        if last > first:
            sheet.merge_range(row, first, row, last, visible(text), self.formats["band"])
        elif last == first:
            sheet.write_string(row, first, visible(text), self.formats["band"])


_GUIDE_WIDTH, _STATEMENT_WIDTH, _BECAME_WIDTH, _REASON_WIDTH = 90, 60, 26, 34
"""Widths of columns, in characters."""

_LINE_HEIGHT, _MAX_HEIGHT = 15, 409
"""Heights in points: of a line of text, and of the highest row that Excel has."""


def _fit(sheet: Worksheet, row: int, *texts: tuple[str, int]) -> None:
    """Make a row as high as its texts need, each in a column of a width. Excel does that by itself
    as it opens a workbook; other programs do not."""
    lines = max(len(wrap(text, width - 2)) for text, width in texts)
    if lines > 1:
        sheet.set_row(row, min(lines * _LINE_HEIGHT, _MAX_HEIGHT))


def _before(move: Move) -> tuple[str, str]:
    """The headings of what a KSB was in the old version."""
    return f"Statement in version {move.old}", "What became of it"


def _print_on_a4(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, which no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", visible(name)).strip()[:31] or "Standard"
    found, number = plain, 1
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: 31 - len(str(number)) - 1]} {number}"
    taken.add(found.casefold())
    return found
