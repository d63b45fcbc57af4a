"""Workbooks and CSV files as people and programs make them, each with what is in it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter
from openpyxl.styles import Font

Rows = Sequence[Sequence[Any]]

KSBS = {
    "K1": "How a bakery plans its ovens for the day",
    "K2": "Which flours suit which kinds of bread",
    "K3": "The rules for storing butter, cream and eggs",
    "K4": "How yeast works in warm and in cold dough",
    "K5": "Ways to price a loaf so that it pays",
    "S1": "Shape loaves of equal weight by hand",
    "S2": "Bake a batch of rolls to an even colour",
    "S3": "Keep records of each delivery that comes in",
    "B1": "Works calmly when orders come in late",
    "B2": "Keeps the bench clean throughout the day",
}
"""Made up for tests."""

DRAFT = """\
cycle: 3
units:
  U1: Doughs and batters
  U2: {title: Baking, credits: 15}
  "101": Hygiene
  U4: Running a shop
assessments: {A1: Portfolio, A2: Practical test}
standards:
  - reference: ST0116
    version: "9.9"
    ksbs: {}
"""
LIST = 'reference: ST0116\nversion: "9.9"\ntitle: Master of ovens\nksbs:\n' + "".join(
    f"  {label}: {text}\n" for label, text in KSBS.items()
)


class Book(NamedTuple):
    """A workbook or CSV: how it is made, the mapping that it says (`~` before units that cover
    partly), the cells that cannot be read, and how many marks are there."""

    make: Callable[[Path], None]
    says: Mapping[str, str]
    told: Sequence[str] = ()
    marks: int | None = None
    suffix: str = "xlsx"
    assessed: Mapping[str, str] = {}
    reasons: Mapping[str, str] = {}
    proposed: Mapping[str, str] = {}


def by_openpyxl(
    *sheets: Rows,
    fonts: Mapping[str, str] | None = None,
    merged: Iterable[str] = (),
    names: Sequence[str] = (),
    change: Callable[[Any], object] = bool,
) -> Callable[[Path], None]:
    """A workbook with these sheets; fonts, merged cells and changes are those of the first."""

    def make(path: Path) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
            for row in rows:
                sheet.append(list(row))
        for cell, font in (fonts or {}).items():
            book.worksheets[0][cell].font = Font(font)
        for area in merged:
            book.worksheets[0].merge_cells(area)
        change(book)
        book.save(path)

    return make


def by_xlsxwriter(
    *sheets: Rows, change: Callable[[Any, Any], object] = lambda *_: None
) -> Callable[[Path], None]:
    """A workbook of XlsxWriter with these sheets."""

    def make(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            for number, rows in enumerate(sheets):
                sheet = book.add_worksheet(f"Sheet{number + 1}")
                for at, row in enumerate(rows):
                    sheet.write_row(at, 0, row)
                change(book, sheet)

    return make


def as_csv(
    rows: Rows, separator: str = ",", encoding: str = "utf-8", before: str = ""
) -> Callable[[Path], None]:
    """A CSV file with these rows."""

    def make(path: Path) -> None:
        out = io.StringIO()
        csv.writer(out, delimiter=separator).writerows(rows)
        path.write_bytes((before + out.getvalue()).encode(encoding))

    return make


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def packed(parts: Mapping[str, str | bytes], path: Path) -> Path:
    """A file with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(
    *sheets: str,
    main: str = MAIN,
    rel: str = REL,
    target: str = "worksheets/sheet{}.xml",
    x: str = "",
) -> dict[str, str | bytes]:
    """The parts of a workbook with these sheets; `x` is the prefix of the elements."""
    colon, prefix = (f":{x}" if x else ""), (f"{x}:" if x else "")
    listed = "".join(
        f'<{prefix}sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>'
        for n in range(1, len(sheets) + 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{rel}/worksheet" Target="{target.format(n)}"/>'
        for n in range(1, len(sheets) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
        for name, kind in (
            ("workbook", "sheet.main"),
            ("sharedStrings", "sharedStrings"),
            *((f"worksheets/sheet{n}", "worksheet") for n in range(1, len(sheets) + 1)),
        )
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<{prefix}workbook xmlns{colon}="{main}" xmlns:r="{rel}">'
        f"<{prefix}sheets>{listed}</{prefix}sheets></{prefix}workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}'
        "</Relationships>",
    } | {
        f"xl/worksheets/sheet{n}.xml": f'<{prefix}worksheet xmlns{colon}="{main}">{sheet}'
        f"</{prefix}worksheet>"
        for n, sheet in enumerate(sheets, 1)
    }


def inline(rows: Rows, x: str = "", *, places: bool = True) -> str:
    """The rows of a sheet as inline strings, as several libraries write them."""
    p = f"{x}:" if x else ""
    lines = []
    for row, cells in enumerate(rows, 1):
        own = ""
        for column, text in enumerate(cells, 1):
            if text == "" and places:
                continue
            at = f' r="{openpyxl.utils.get_column_letter(column)}{row}"' if places else ""
            own += (
                f'<{p}c{at} t="inlineStr"><{p}is><{p}t xml:space="preserve">{escape(str(text))}'
                f"</{p}t></{p}is></{p}c>"
            )
        lines.append(f"<{p}row>{own}</{p}row>")
    return f"<{p}sheetData>{''.join(lines)}</{p}sheetData>"


def by_hand(parts: Mapping[str, str | bytes]) -> Callable[[Path], None]:
    """A workbook of these parts."""

    def make(path: Path) -> None:
        packed(parts, path)

    return make
