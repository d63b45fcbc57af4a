"""What is read of workbooks and CSV files that people send, and of those that mean harm."""

import io
import os
import re
import subprocess
import sys
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from htqcli.mapping import sheets
from htqcli.mapping.sheets import NotRead

pytestmark = pytest.mark.slow


def texts(sheet):
    return {sheet.place(*at).partition("!")[2]: cell.text for at, cell in sheet.cells.items()}


def trouble(sheet):
    return {sheet.place(*at): cell.trouble for at, cell in sheet.cells.items() if cell.trouble}


@pytest.fixture
def by_openpyxl(tmp_path):
    """A workbook of openpyxl in which something is done, read."""

    def make(change):
        book = openpyxl.Workbook()
        change(book)
        book.save(tmp_path / "made.xlsx")
        return sheets.read(str(tmp_path / "made.xlsx"))

    return make


def test_a_cell_shows_its_text_without_spaces_that_nobody_sees(by_openpyxl):
    def change(book):
        sheet = book.active
        sheet.title = "KSB mapping"
        sheet["A1"], sheet["B2"], sheet["C3"] = " K\u00a01 ", "two\n lines", 101
        sheet["D4"], sheet["E5"], sheet["F6"] = 1.5, True, "\u200b "

    (sheet,) = by_openpyxl(change)
    assert sheet.name == "KSB mapping"
    assert texts(sheet) == {"A1": "K 1", "B2": "two lines", "C3": "101", "D4": "1.5", "E5": "TRUE"}
    assert sheet.place(14, 28) == "'KSB mapping'!AB14"


def test_the_font_of_a_cell_is_known_because_a_tick_can_be_a_letter(by_openpyxl):
    def change(book):
        book.active["A1"], book.active["A2"] = "ü", "P"
        book.active["A1"].font, book.active["A2"].font = Font("Wingdings"), Font("Wingdings 2")

    (sheet,) = by_openpyxl(change)
    assert [cell.font for cell in sheet.cells.values()] == ["wingdings", "wingdings 2"]


def test_merged_cells_show_the_text_of_the_first(by_openpyxl):
    def change(book):
        book.active["B1"] = "Mandatory units"
        book.active.merge_cells("B1:D2")

    (sheet,) = by_openpyxl(change)
    assert len(sheet.cells) == 6
    assert {cell.text for cell in sheet.cells.values()} == {"Mandatory units"}
    assert [at for at, cell in sheet.cells.items() if not cell.spread] == [(1, 2)]


def test_hidden_sheets_rows_and_columns_are_read_and_known(by_openpyxl):
    def change(book):
        book.active["C3"] = "seen"
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["C"].hidden = True
        book.create_sheet("old").sheet_state = "veryHidden"

    first, second = by_openpyxl(change)
    assert (first.hidden_rows, first.hidden_columns) == ({3}, {3})
    assert texts(first) == {"C3": "seen"}
    assert (first.is_hidden, second.is_hidden) == (False, True)


def test_what_a_cell_shows_is_not_guessed(by_openpyxl):
    from datetime import date

    def change(book):
        book.active["A1"], book.active["A2"] = date(2022, 2, 1), "=1+1"
        book.active["A3"] = "plain"

    (sheet,) = by_openpyxl(change)
    assert trouble(sheet) == {
        "Sheet!A1": "it is a date, which Excel makes of numbers such as 1-2",
        "Sheet!A2": "it has a formula whose result is not stored",
    }


def test_formulas_with_results_are_read_as_their_results(tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("M")
        sheet.write_formula("A1", "=B1", value="K1")
        sheet.write_formula("A2", "=1/0", value="#DIV/0!")
        sheet.write_rich_string("A3", "K2 ", book.add_format({"bold": True}), "Statement")
    (read,) = sheets.read(str(path))
    assert texts(read) == {"A1": "K1", "A2": "#DIV/0!", "A3": "K2 Statement"}


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(sheet, *, main=MAIN, count=1):
    listed = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, count + 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        for n in range(1, count + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{REL}"><sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{relations}'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>',
    }


CELL = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>K1</t></is></c></row></sheetData>'


def test_the_strict_form_of_excel_is_read_too(tmp_path):
    path = packed(parts_of(CELL, main=STRICT), tmp_path / "strict.xlsx")
    assert [texts(sheet) for sheet in sheets.read(str(path))] == [{"A1": "K1"}]


def test_a_wrong_size_and_a_far_cell_change_nothing(tmp_path):
    far = CELL.replace(
        "</sheetData>",
        '<row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row></sheetData>',
    )
    path = packed(parts_of('<dimension ref="A1:A1"/>' + far), tmp_path / "far.xlsx")
    (sheet,) = sheets.read(str(path))
    assert texts(sheet) == {"A1": "K1", "XFD1048576": "far"}


def test_cells_without_their_place_follow_each_other(tmp_path):
    lines = [[f'<c t="str"><v>{word}</v></c>' for word in row] for row in ("ab", "cd")]
    rows = "".join(f"<row>{''.join(line)}</row>" for line in lines)
    (sheet,) = sheets.read(
        str(packed(parts_of(f"<sheetData>{rows}</sheetData>"), tmp_path / "a.xlsx"))
    )
    assert texts(sheet) == {"A1": "a", "B1": "b", "A2": "c", "B2": "d"}


def million_rows():
    rows = "".join(f'<row r="{n}" s="1" customFormat="1" ht="15"/>' for n in range(1, 1_000_001))
    return f"<sheetData>{rows}</sheetData>"


def bomb():
    return "<sheetData>" + " " * 200_000_000 + "</sheetData>"


def _entity(n):
    return f'<!ENTITY a{n} "' + 10 * f"&a{n - 1};" + '">'


def entities():
    names = "".join(_entity(n) for n in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{names}]>'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Workbooks and other files that mean harm, by what they are."""
    tmp_path = tmp_path_factory.mktemp("hostile")
    entity = parts_of(CELL)
    entity["xl/worksheets/sheet1.xml"] = (
        entities() + f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>&a11;</t>'
        "</is></c></row></sheetData></worksheet>"
    )
    outside = parts_of(CELL)
    outside["xl/workbook.xml"] = (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + outside["xl/workbook.xml"]
    )
    many = "".join(f'<c t="str"><v>{n}</v></c>' for n in range(250_000))
    made = {
        "bomb": parts_of(bomb()),
        "entities": entity,
        "outside": outside,
        "sheets": parts_of(CELL, count=10_000),
        "rows": parts_of(million_rows()),
        "cells": parts_of(f"<sheetData><row>{many}</row></sheetData>"),
        "cut": parts_of(CELL[:40]),
        "no sheet": {"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'},
        "index": parts_of('<sheetData><row><c t="s"><v>7</v></c></row></sheetData>'),
        "number": parts_of('<sheetData><row r="x"><c><v>1e999</v></c></row></sheetData>'),
        "zip": {"readme.txt": "no workbook"},
        "word": {"word/document.xml": "<document/>"},
        "ods": {"content.xml": "<office/>"},
        "xlsb": {"xl/workbook.bin": "x"},
    }
    for name, parts in made.items():
        packed(parts, tmp_path / f"{name}.xlsx")
    whole = (tmp_path / "cut.xlsx").read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "secret.xlsx").write_bytes(encrypted)
    (tmp_path / "~$open.xlsx").write_bytes(b"owner")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "page.xls").write_bytes(b"<html><table></table></html>")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "binary.csv").write_bytes(b"a,b\0\1\2")
    return tmp_path


ONLY = "Save only the sheet with the mapping, as a workbook of its own"
AS_XLSX = "Save it as an Excel workbook (.xlsx)"
DAMAGED = f"it is damaged. Open it in Excel, and save it again: {AS_XLSX}"
DECLARES = f"it declares what no spreadsheet program declares. {AS_XLSX}"
REFUSED = {
    "bomb.xlsx": re.compile(rf".* in it is larger than 32 MB, .*\. {re.escape(ONLY)}"),
    "entities.xlsx": DECLARES,
    "outside.xlsx": DECLARES,
    "sheets.xlsx": f"it has 10,000 sheets. {ONLY}",
    "rows.xlsx": re.compile(
        rf".* is larger than 32 MB, as a sheet with very many .*{re.escape(ONLY)}"
    ),
    "cells.xlsx": f"it has more than 200,000 cells. {ONLY}",
    "cut.xlsx": DAMAGED,
    "no sheet.xlsx": "it has no sheet with cells",
    "index.xlsx": DAMAGED,
    "number.xlsx": DAMAGED,
    "zip.xlsx": f"it is a ZIP archive, not a workbook. {AS_XLSX}",
    "word.xlsx": f"it is a document of Word or PowerPoint, not a workbook. {AS_XLSX}",
    "ods.xlsx": f"it is a document of LibreOffice (.ods or .odt). {AS_XLSX}",
    "xlsb.xlsx": f"it is a binary workbook (.xlsb). {AS_XLSX}",
    "half.xlsx": DAMAGED,
    "old.xls": f"it is a workbook of an Excel before 2007 (.xls). {AS_XLSX}",
    "secret.xlsx": "it is protected by a password. Save it without one",
    "~$open.xlsx": "it is the file by which Excel locks an open workbook. Name the workbook itself",
    "empty.xlsx": "it is empty",
    "page.xls": f"it is a web page or XML, whatever its name says. {AS_XLSX}",
    "letter.pdf": f"it is a PDF. {AS_XLSX}, or as CSV",
    "binary.csv": f"it is no table that can be read. {AS_XLSX}",
    "nothing.xlsx": "there is no such file or folder",
}


def test_a_file_that_is_no_table_is_refused_in_one_line_that_says_what_to_do(hostile):
    for name, expected in REFUSED.items():
        with pytest.raises(NotRead) as refused:
            sheets.read(str(hostile / name))
        if isinstance(expected, str):
            assert str(refused.value) == expected, name
        else:
            assert expected.fullmatch(str(refused.value)), name


MEASURED = """
import re, sys
from htqcli.mapping import sheets
try:
    sheets.read(sys.argv[1])
except sheets.NotRead:
    pass
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is not told here")
def test_no_file_takes_more_than_300_mb(hostile):
    for name in ("bomb", "entities", "sheets", "rows", "cells"):
        command = [sys.executable, "-c", MEASURED, hostile / f"{name}.xlsx"]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
        assert int(run.stdout) < 300_000, name


TABLE = [["KSB", "U1", "Ü2"], ["K1", "full", ""], ["K2", "", "x; y"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_is_read_whatever_its_encoding_and_its_separator(tmp_path, separator, encoding):
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(TABLE)
    path = tmp_path / "made.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    (sheet,) = sheets.read(str(path))
    found = {at: cell.text for at, cell in sheet.cells.items()}
    assert found == {
        (row, column): text
        for row, line in enumerate(TABLE, 1)
        for column, text in enumerate(line, 1)
        if text
    }


def test_csv_can_say_its_separator_and_an_apostrophe_keeps_a_formula_from_being_one(tmp_path):
    path = tmp_path / "made.csv"
    path.write_text("sep=;\nKSB;'=U1\nK1;x,y\n")
    (sheet,) = sheets.read(str(path))
    assert texts(sheet) == {"A1": "KSB", "B1": "=U1", "A2": "K1", "B2": "x,y"}


def test_names_of_columns_are_those_of_excel():
    assert [sheets.column_name(n) for n in (1, 26, 27, 52, 702, 703, 16_384)] == [
        "A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
