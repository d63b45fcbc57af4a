"""The mapping of a draft as a workbook that a colleague fills in, or as plain CSV."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from htqcli.draft.application import Application, repeated_standards
from htqcli.draft.coverage import all_labels
from htqcli.ksbs.lists import KsbList, Lists
from htqcli.mapping import structure_sheet
from htqcli.mapping.sheets import MAX_TEXT, column_name, shown
from htqcli.model.part import sound
from htqcli.words import visible

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
    is not there: then the lines are those of the mapping."""

    reference: str
    option: str | None
    version: str | None
    title: str | None
    lines: tuple[Line, ...]
    missing: str | None

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
    found = []
    for index, claim in sound(application.standards):
        if claim.resolved_reference is None or index in again:
            continue
        known = lists.get(claim.resolved_reference, claim.version)
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
        found.append(
            Table(
                claim.resolved_reference,
                claim.option,
                claim.version,
                known.title if isinstance(known, KsbList) else claim.title,
                tuple(lines),
                known if isinstance(known, str) else None,
            )
        )
    return tuple(found)


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
    """The mapping as an Excel workbook. The same draft gives the same bytes. A `mark` is at the top
    of the first sheet and of each printed page."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain}) as book:
        book.set_properties({"title": "KSB mapping", "created": datetime(2022, 1, 1)})
        _Writing(book, application, found, mark).write()
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
            "gap": book.add_format({"bg_color": "#FFF1B8"}),
        }

    def write(self) -> None:
        guide = self.book.add_worksheet("How to fill this in")
        guide.set_column(0, 0, 90)
        lines = [*([("title", self.mark)] if self.mark else []), *_GUIDE]
        for row, (form, text) in enumerate(lines):
            guide.write_string(row, 0, text, self.formats[form])
        notes = [own for table in self.tables if (own := note(table))]
        for row, text in enumerate(notes, len(lines) + 1):
            guide.write_string(row, 0, visible(text), self.formats["text"])
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
        first, end = 3, 3 + len(self.units)
        version = f", version {table.version}" if table.version else ""
        sheet.write_string(
            0, 0, visible(f"{table.name} {table.title or ''}{version}"), self.formats["title"]
        )
        sheet.write_string(1, 0, "full or partial for each unit that covers a KSB", None)
        column = first
        for band in self.bands:
            self._merged(sheet, 2, column, column + len(band.units) - 1, band.title)
            column += len(band.units)
        headings = ["KSB", "Statement", "Covered"]
        for at, text in enumerate(headings):
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
        if table.lines:
            self._totals(sheet, table.lines, first)
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 2, 9)
        sheet.set_column(first, max(first, end - 1), 8)
        sheet.set_column(end, end, 34)
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
            row, 2,
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
            formula = f'=COUNTIFS(A{_HEAD}:A{row},"{kind[0]}*",C{_HEAD}:C{row},"<>no")'
            covered = sum(bool(line.marks) for line in own)
            sheet.write_formula(row + below, 2, formula, self.formats["cell"], covered)

    def _merged(self, sheet: Worksheet, row: int, first: int, last: int, text: str) -> None:
        if last > first:
            sheet.merge_range(row, first, row, last, visible(text), self.formats["band"])
        elif last == first:
            sheet.write_string(row, first, visible(text), self.formats["band"])


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
