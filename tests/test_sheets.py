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
from hypothesis import settings
from openpyxl.styles import Font

from hostile import workbooks
from hostile.workbooks import HOSTILE, READ
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.ksbs.lists import Lists
from htqcli.mapping import importing, sheets
from htqcli.mapping.sheets import NotRead
from workbooks import DRAFT as WORKBOOK_DRAFT
from workbooks import LIST

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


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Workbooks and other files that mean harm, or are none."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "ksbs").mkdir()
    (folder / "ksbs" / "ST0116-9.9.yaml").write_text(LIST, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbooks, "SHARE", 1 if settings().max_examples > 100 else 0.1)
        for name, own in HOSTILE.items():
            (folder / name).write_bytes(own.make())
    return folder


def said(path, application, lists):
    """What htq says of a file: why it is not read, or what is read of it."""
    try:
        found = importing.understand(sheets.read(str(path)), application, lists)
    except NotRead as error:
        return str(error)
    marks = sum(own.marks for own in found.understood)
    return READ if (marks, found.unread) == (2, ()) else f"{len(found.unread)} unread"


def test_a_file_is_read_or_refused_in_one_line_that_says_what_to_do(hostile):
    application = read_application(reader.read(WORKBOOK_DRAFT.encode())).part
    lists = Lists(hostile / "ksbs")
    for name, own in HOSTILE.items():
        found = said(hostile / name, application, lists)
        if own.says == "anything":
            continue
        if own.says == "no table":
            assert found == "0 unread", name
        elif isinstance(own.says, re.Pattern):
            assert own.says.fullmatch(found), (name, found)
        else:
            assert found == own.says, name
    with pytest.raises(NotRead, match="there is no such file or folder"):
        sheets.read(str(hostile / "nothing.xlsx"))


MEASURED = """
import re, sys
from htqcli.cli import main
try:
    main(sys.argv[1:])
finally:
    said = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
    open("memory", "w").write(said)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is not told here")
def test_no_file_takes_more_than_300_mb(hostile):
    (hostile / "draft.yaml").write_text(WORKBOOK_DRAFT, encoding="utf-8")
    for name in ("bomb.xlsx", "strings.xlsx", "attributes.xlsx", "entries.xlsx", "commas.csv"):
        words = ["mapping", "import", name, "draft.yaml"]
        run = subprocess.run(
            [sys.executable, "-c", MEASURED, *words], cwd=hostile, capture_output=True, check=False
        )
        assert run.returncode == 3, name
        assert int((hostile / "memory").read_text()) < 300_000, name


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
