"""Workbooks and CSV files in the layouts that people use, each with the mapping that it says and
the cells that cannot be read."""

import shutil
import subprocess
from datetime import date

import pytest
from openpyxl.styles import Font

from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.ksbs.lists import Lists
from htqcli.mapping import importing, sheets
from workbooks import (
    DRAFT,
    KSBS,
    LIST,
    REL,
    STRICT,
    STRICT_REL,
    Book,
    as_csv,
    by_hand,
    by_openpyxl,
    by_xlsxwriter,
    inline,
    parts_of,
)

pytestmark = pytest.mark.slow

K1, K2, K3, K4, K5, S1, S2, S3, B1, B2 = KSBS.values()

GRID = [["KSB", "U1", "U2", "101"], ["K1", "x", "", "x"], ["K2", "", "x", ""], ["S1", "x", "x", ""]]
GRID_SAYS = {"K1": "U1 101", "K2": "U2", "S1": "U1 U2"}
NO_LABEL = "its row names no KSB"


def formulas(book, sheet):
    sheet.write_formula("B2", '=IF(TRUE,"x","")', value="x")


def hide(book):
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["C"].hidden = True


def stray(book):
    book.worksheets[0]["C12000"] = "x"
    book.worksheets[0]["A12001"].font = Font("Arial")


def runs():
    parts = parts_of(
        '<sheetData><row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>4</v></c><c r="C3" t="s"><v>3</v></c></row></sheetData>',
        target="/xl/worksheets/sheet{}.xml",
    )
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(
        "</Rel", f'<Relationship Id="s" Type="{REL}/sharedStrings" Target="/xl/strings.xml"/></Rel'
    )
    parts["xl/strings.xml"] = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>Doughs </t></r><r><rPr><b/></rPr><t>and batters</t></r></si>"
        "<si><t>Baking</t><rPh><t>be-i-king</t></rPh></si>"
        "<si><r><rPr><b/></rPr><t>K1</t></r><r><t xml:space='preserve'> How a bakery</t></r></si>"
        '<si><r><rPr><rFont val="Wingdings"/></rPr><t>ü</t></r></si>'
        "<si><t>k02 </t></si></sst>"
    )
    return parts


BOOKS = {
    "KSBs down, a letter x": Book(by_openpyxl(GRID), GRID_SAYS, marks=5),
    "the same by XlsxWriter": Book(by_xlsxwriter(GRID), GRID_SAYS, marks=5),
    "dashes and zeros where a unit does not cover": Book(
        by_openpyxl(
            [["KSB", "U1", "U2", "101"], ["K1", "✓", "–", "-"], ["K2", 0, "✔", "no"],
             ["S1", "n/a", "✗", "●"]]
        ),
        {"K1": "U1", "K2": "U2", "S1": "101"}, marks=3,
    ),
    "labels of every form, with spaces that nobody sees": Book(
        by_openpyxl(
            [["", "U1 ", "\u00a0U2"], ["k01\u00a0", "Y", ""], ["K 2:", "", "yes"], ["K3.", "TRUE", ""],
             ["(K4)", True, ""], ["K-5 Ways to price", "*", ""], ["S1 – " + S1, "", "1"]]
        ),
        {"K1": "U1", "K2": "U2", "K3": "U1", "K4": "U1", "K5": "U1", "S1": "U2"}, marks=6,
    ),
    "units by their titles, under merged headings": Book(
        by_openpyxl(
            [["KSB", "Statement", "Mandatory units", "", "Optional units", ""],
             ["", "", "Doughs and batters", "Baking", "Unit 101: Hygiene", "Running a Shop"],
             ["K1", K1, "x", "", "", ""], ["K2", K2, "", "x", "", "x"], ["B1", B1, "", "", "x", ""]],
            merged=["C1:D1", "E1:F1", "A1:A2", "B1:B2"],
        ),
        {"K1": "U1", "K2": "U2 U4", "B1": "101"}, marks=4,
    ),
    "a heading of units merged over columns of years": Book(
        by_openpyxl(
            [["KSB", "U1", "", "U2", ""], ["", "Year 1", "Year 2", "Year 1", "Year 2"],
             ["K1", "x", "", "", "x"], ["K2", "", "x", "", ""]],
            merged=["B1:C1", "D1:E1"],
        ),
        {"K1": "U1 U2", "K2": "U1"}, marks=3,
    ),
    "a mark merged over two units": Book(
        by_openpyxl([["KSB", "U1", "U2"], ["K1", "x", ""], ["K2", "", "x"]], merged=["B2:C2"]),
        {"K1": "U1", "K2": "U2"}, ["Sheet1!C2"], marks=3,
    ),
    "statements instead of labels": Book(
        by_openpyxl(
            [["What is needed", "U1", "U2"], [K1 + ".", "x", ""], [K2.upper(), "", "x"],
             ["“" + S3 + "”", "x", "x"]]
        ),
        {"K1": "U1", "K2": "U2", "S3": "U1 U2"}, marks=4,
    ),
    "statements that are nearly, somewhat and hardly those of the list": Book(
        by_openpyxl(
            [["", "U1", "U2"], [K1, "x", ""], ["Which flour suits which kind of bread", "", "x"],
             ["The rules for keeping butter and cheese", "x", ""],
             ["Quite another matter altogether", "", "x"]]
        ),
        {"K1": "U1", "K2": "U2"}, ["Sheet1!B4", "Sheet1!C5"], marks=4, proposed={"Sheet1!A3": "K2"},
    ),
    "a label beside the statement of another": Book(
        by_openpyxl([["KSB", "Statement", "U1"], ["K1", K2, "x"], ["K3", K3, "x"]]),
        {"K3": "U1"}, ["Sheet1!C2"], marks=2,
    ),
    "ticks by font": Book(
        by_openpyxl(
            [["", "U1", "U2", "101", "U4"], ["K1", "ü", "a", "P", "P"], ["K2", "û", "r", "O", "x"]],
            fonts={"B2": "Wingdings", "C2": "Webdings", "D2": "Wingdings 2", "B3": "Wingdings",
                   "C3": "Webdings", "D3": "Wingdings 2"},
        ),
        {"K1": "U1 U2 101", "K2": "U4"}, ["Sheet1!E2"], marks=5,
    ),
    "P and F": Book(
        by_openpyxl([["", "U1", "U2"], ["K1", "F", ""], ["K2", "", "P"], ["K3", "F", "P"]]),
        {"K1": "U1", "K2": "~U2"}, ["Sheet1!B4"], marks=4,
    ),
    "P, which a cell of the sheet explains": Book(
        by_openpyxl([["P = partially covered, x = covered"], ["", "U1", "U2"], ["K1", "x", ""],
                     ["K2", "", "P"]]),
        {"K1": "U1", "K2": "~U2"}, marks=2,
    ),
    "words for how far": Book(
        by_openpyxl(
            [["", "U1", "U2"], ["K1", "Fully", "covered"], ["K2", "Partly", "Partially covered"],
             ["K3", "Main", ""], ["K4", "secondary", ""], ["K5", "not covered", "Full"]]
        ),
        {"K1": "U1 U2", "K2": "~U1 U2", "K3": "U1", "K5": "U2"}, ["Sheet1!B5"], marks=7,
    ),
    "full and partial in one row": Book(
        by_openpyxl([["", "U1", "U2"], ["K1", "full", "partial"], ["K2", "full", ""]]),
        {"K2": "U1"}, ["Sheet1!B2"], marks=3,
    ),
    "hidden rows and columns": Book(by_openpyxl(GRID, change=hide), GRID_SAYS, marks=5),
    "numbers for codes": Book(
        by_openpyxl([["KSB", 101, "Unit 1", "Module 2"], ["K1", "x", "", ""], ["K2", "", "x", "x"]]),
        {"K1": "101", "K2": "U1 U2"}, marks=3,
    ),
    "a heading that Excel took for a date": Book(
        by_openpyxl([["", "U1", date(2026, 2, 1)], ["K1", "x", "x"], ["K2", "", "x"]]),
        {"K1": "U1"}, ["Sheet1!C2", "Sheet1!C3"], marks=3,
    ),
    "a list that Excel took for a date": Book(
        by_openpyxl([["Unit", "Knowledge", "Skills"], ["U1", "1, 2", date(2026, 2, 1)],
                     ["U2", "3-5", 3]]),
        {"K1": "U1", "K2": "U1", "K3": "U2", "K4": "U2", "K5": "U2", "S3": "U2"}, ["Sheet1!C2"],
        marks=7,
    ),
    "formulas with results": Book(by_xlsxwriter(GRID, change=formulas), GRID_SAYS, marks=5),
    "formulas as Excel stores them, one with an empty result": Book(
        by_hand(parts_of(inline(GRID).replace("</row>", '<c r="C2" t="str"><f>T(B9)</f><v></v></c>'
                                              '<c r="E2" t="str"><f>T(B9)</f><v></v></c></row>', 1))),
        GRID_SAYS, marks=5,
    ),
    "formulas without results": Book(
        by_openpyxl([["", "U1", "U2"], ["K1", '=IF(1,"x","")', "x"], ['="K2"', "x", ""]]),
        {"K1": "U2"}, ["Sheet1!B2", "Sheet1!B3"], marks=3,
    ),
    "a stray cell in row 12,000": Book(
        by_openpyxl(GRID, change=stray), GRID_SAYS, ["Sheet1!C12000"], marks=6
    ),
    "units down and KSBs across": Book(
        by_openpyxl([["Unit", "Title", "K1", "K2", "S1"], ["U1", "Doughs and batters", "x", "", "x"],
                     ["U2", "Baking", "", "x", "x"], ["101", "Hygiene", "x", "", ""]]),
        GRID_SAYS, marks=5,
    ),
    "units down, with merged headings of kinds": Book(
        by_openpyxl([["", "Knowledge", "", "Skills"], ["Unit", "K1", "K2", "S1"],
                     ["Doughs and batters", "x", "", "x"], ["Baking", "", "x", "x"],
                     ["Hygiene", "x", "", ""], ["Total", 2, 1, 2]], merged=["B1:C1"]),
        GRID_SAYS, marks=5,
    ),
    "rows of learning outcomes below each unit": Book(
        by_openpyxl([["Unit and outcome", "K1", "K2", "S1"], ["U1 Doughs and batters", "", "", ""],
                     ["LO1 Mix a dough", "x", "", ""], ["LO2 Shape it", "", "", "x"],
                     ["Unit 2 Baking", "", "", ""], ["LO1 Heat an oven", "", "x", "x"],
                     ["LO2 Watch it", "", "x", ""], ["101", "x", "", ""]]),
        GRID_SAYS, marks=6,
    ),
    "outcomes beside the unit, which is named once": Book(
        as_csv([["Unit", "LO", "K1", "K2", "S1"], ["U1", "LO1", "x", "", ""], ["", "LO2", "", "", "x"],
                ["U2", "LO1", "", "x", "x"], ["101", "LO1", "x", "", ""]]),
        GRID_SAYS, marks=5, suffix="csv",
    ),
    "columns of learning outcomes under merged units": Book(
        by_openpyxl([["", "U1", "", "U2", "", "101"], ["", "LO1", "LO2", "LO1", "LO2", "LO1"],
                     ["K1", "x", "x", "", "", "x"], ["K2", "", "", "", "x", ""],
                     ["S1", "x", "", "x", "", ""]], merged=["B1:C1", "D1:E1"]),
        GRID_SAYS, marks=6,
    ),
    "a list of KSBs for each unit": Book(
        by_openpyxl([["Unit", "Title", "KSBs covered"], ["U1", "Doughs and batters", "K1, K3-K5; S2"],
                     ["U2", "Baking", "K2 & S1\nB1"], ["101", "Hygiene", "K1, 2 and 5"]]),
        {"K1": "U1 101", "K2": "U2 101", "K3": "U1", "K4": "U1", "K5": "U1 101", "S1": "U2", "S2": "U1",
         "B1": "U2"},
        marks=11,
    ),
    "a list for each kind of KSB": Book(
        by_openpyxl([["Module", "Knowledge", "Skills", "Behaviours"], ["U1", "K1, K2", "S1", "B1-B2"],
                     ["U2", "K2", "", "-"], ["U9 Cakes", "K3", "S2", ""]]),
        {"K1": "U1", "K2": "U1 U2", "S1": "U1", "B1": "U1", "B2": "U1"}, ["Sheet1!A4"], marks=7,
    ),
    "a list that is none": Book(
        by_openpyxl([["Unit", "KSBs"], ["U1", "K1, K2"], ["U2", "K3 and most of the skills"]]),
        {"K1": "U1", "K2": "U1"}, ["Sheet1!B3"], marks=3,
    ),
    "a list of units for each KSB": Book(
        as_csv([["KSB", "Statement", "Units"], ["K1", K1, "U1; 101"], ["K2", K2, "Baking"],
                ["K3", K3, ""], ["S1", S1, "U1 and U2"]], encoding="cp1252"),
        GRID_SAYS, marks=5, suffix="csv",
    ),
    "units in columns of their own": Book(
        by_openpyxl([["KSB", "Unit", "Second unit"], ["K1", "U1", "101"], ["K2", "U2", ""],
                     ["S1", "U1", "U2"]]),
        GRID_SAYS, marks=5,
    ),
    "a row a pair, with coverage, justification and assessment": Book(
        by_openpyxl([["KSB", "Unit", "Coverage", "Justification", "Assessment"],
                     ["K1", "U1", "Full", "Taught in week 1", "Portfolio"], ["K1", "101", "full", "", "A1"],
                     ["K2", "U2", "Partial", "The rest at work", "Practical test"],
                     ["S1", "U1", "P", "", ""], ["S1", "U2", "some", "", ""]]),
        {"K1": "U1 101", "K2": "~U2", "S1": "~U1"}, ["Sheet1!C6"], marks=5,
        assessed={"K1": "A1", "K2": "A2"}, reasons={"K2": "The rest at work"},
    ),
    "assessment methods across": Book(
        by_openpyxl([["KSB", "Statement", "Portfolio", "A2", "Interview"], ["K1", K1, "x", "", ""],
                     ["S1", S1, "x", "Y", "x"]]),
        {}, ["Sheet1!E3"], marks=4, assessed={"K1": "A1", "S1": "A1 A2"},
    ),
    "units and assessment methods across": Book(
        by_openpyxl([["", "Units", "", "Assessment", ""], ["KSB", "U1", "U2", "Portfolio", "Practical test"],
                     ["K1", "x", "", "x", ""], ["S1", "x", "x", "x", "x"]],
                    merged=["B1:C1", "D1:E1"]),
        {"K1": "U1", "S1": "U1 U2"}, marks=6, assessed={"K1": "A1", "S1": "A1 A2"},
    ),
    "a sheet a year": Book(
        by_openpyxl([["KSB", "U1", "U2"], ["K1", "x", ""], ["S1", "x", "x"]],
                    [["KSB", "101", "U2"], ["K1", "x", ""], ["K2", "", "x"]],
                    [["Notes"], ["Term dates follow"]], names=["Year 1", "Year 2", "Notes"]),
        GRID_SAYS, marks=5,
    ),
    "a sheet a pathway": Book(
        by_openpyxl([["Pathway: bread"], ["KSB", "U1", "U2"], ["K1", "x", ""], ["S1", "x", "x"]],
                    [["Pathway: shops"], ["KSB", "U4", "U2"], ["K1", "x", ""], ["S1", "", "x"]],
                    names=["Bread", "Shops"]),
        {"K1": "U1 U4", "S1": "U1 U2"}, marks=5,
    ),
    "a sheet a standard": Book(
        by_openpyxl([["KSB", "U1", "U2"], ["K1", "x", ""]], [["KSB", "U1", "U2"], ["K1", "x", "x"]],
                    names=["ST0116", "ST0118"]),
        {"K1": "U1"}, marks=1,
    ),
    "a standard below the other in one sheet": Book(
        by_openpyxl([["ST0118 Other"], ["KSB", "U1", "U2"], ["K1", "x", "x"], [],
                     ["Master of ovens (ST0116)"], ["KSB", "U1", "U2"], ["K1", "", "x"]]),
        {"K1": "U2"}, marks=1,
    ),
    "a table for each kind of KSB, with other units": Book(
        by_openpyxl([["Knowledge", "U1", "U2"], ["K1", "x", ""], ["K2", "", "x"], [],
                     ["Skills", "U2", "101", "U1"], ["S1", "x", "", "x"], ["S2", "", "x", ""]]),
        {"K1": "U1", "K2": "U2", "S1": "U2 U1", "S2": "101"}, marks=5,
    ),
    "two tables side by side": Book(
        by_openpyxl([["KSB", "U1", "U2", "", "KSB", "U1", "U2"], ["K1", "x", "", "", "S1", "", "x"],
                     ["K2", "", "x", "", "S2", "x", ""]]),
        {"K1": "U1", "K2": "U2", "S1": "U2", "S2": "U1"}, marks=4,
    ),
    "a column for a unit that the draft does not have": Book(
        by_openpyxl([["", "U1", "Cakes and tarts"], ["", "15 credits", "10 credits"], ["K1", "x", ""],
                     ["K2", "", "x"]]),
        {"K1": "U1"}, ["Sheet1!C4"], marks=2,
    ),
    "a unit whose title is a word of headings": Book(
        by_openpyxl([["", "U1", "Behaviours at work"], ["K1", "x", ""], ["K2", "", "x"]]),
        {"K1": "U1"}, ["Sheet1!C3"], marks=2,
    ),
    "a row without a label": Book(
        by_openpyxl([["", "U1", "U2"], ["K1", "x", ""], ["", "", "x"], ["K2", "", "x"]]),
        {"K1": "U1", "K2": "U2"}, ["Sheet1!C3"], marks=3,
    ),
    "a KSB that the standard does not have": Book(
        by_openpyxl([["", "U1", "U2"], ["K1", "x", ""], ["K6", "x", "x"]]),
        {"K1": "U1"}, ["Sheet1!B3", "Sheet1!C3"], marks=3,
    ),
    "rows of numbers, sections and totals": Book(
        by_openpyxl([["No.", "KSB", "U1", "U2", "Total"], ["", "Knowledge", "", "", ""],
                     [1, "K1", "x", "", 1], [2, "K2", "", "x", 1], ["", "Skills", "", "", ""],
                     [3, "S1", "x", "x", 2], ["", "Total", 2, 2, 4]]),
        {"K1": "U1", "K2": "U2", "S1": "U1 U2"}, marks=4,
    ),
    "a column for how far, beside each unit's reason": Book(
        by_openpyxl([["KSB", "U1", "", "U2", ""], ["", "Coverage", "Reason", "Coverage", "Reason"],
                     ["K1", "Partial", "At work", "", ""], ["K2", "", "", "Full", ""]],
                    merged=["B1:C1", "D1:E1"]),
        {"K1": "~U1", "K2": "U2"}, marks=2, reasons={"K1": "At work"},
    ),
    "CSV with semicolons in UTF-16": Book(
        as_csv(GRID, ";", "utf-16"), GRID_SAYS, marks=5, suffix="csv"
    ),
    "CSV with tabs and a separator that is said": Book(
        as_csv(GRID, "\t", "utf-8-sig", "sep=\t\r\n"), GRID_SAYS, marks=5, suffix="csv"
    ),
    "inline strings, without styles": Book(by_hand(parts_of(inline(GRID))), GRID_SAYS, marks=5),
    "another prefix, and cells without places": Book(
        by_hand(parts_of(inline(GRID, "x", places=False), x="x")), GRID_SAYS, marks=5
    ),
    "the Strict form of Excel": Book(
        by_hand(parts_of(inline(GRID), main=STRICT, rel=STRICT_REL)), GRID_SAYS, marks=5
    ),
    "shared strings in pieces, with targets from the root": Book(
        by_hand(runs()), {"K1": "U1", "K2": "U2"}, marks=2
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def application():
    return read_application(reader.read(DRAFT.encode())).part


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ksbs")
    (folder / "ST0116-9.9.yaml").write_text(LIST, encoding="utf-8")
    return Lists(folder)


def said(covering):
    return ("~" if covering.coverage == "partial" else "") + " ".join(covering.units)


def check(path, book, application, lists):
    """Read a workbook, and compare all that is said of it."""
    found = importing.understand(sheets.read(str(path)), application, lists)
    (changes,) = found.changes.values() or ({},)
    told = [cell for cell in found.unread if "is both" not in cell.reason]
    assert {
        "says": {label: said(own) for label, own in changes.items() if own.units},
        "told": sorted(cell.cell for cell in found.unread),
        "assessed": {k: " ".join(own.assessed_by) for k, own in changes.items() if own.assessed_by},
        "reasons": {label: own.reason for label, own in changes.items() if own.reason},
        "proposed": {own.cell: own.label for own in found.proposed},
        "marks": sum(own.marks for own in found.understood) + len(told),
    } == {
        "says": dict(book.says),
        "told": sorted(book.told),
        "assessed": dict(book.assessed),
        "reasons": dict(book.reasons),
        "proposed": dict(book.proposed),
        "marks": book.marks,
    }, found


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_says_its_mapping_and_what_cannot_be_read(name, tmp_path, application, lists):
    book = BOOKS[name]
    path = tmp_path / f"mapping.{book.suffix}"
    book.make(path)
    check(path, book, application, lists)


by_libreoffice = pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed"
)


def converted(folder, form, names):
    """These workbooks, saved by LibreOffice in another form."""
    (folder / "before").mkdir()
    for number, name in enumerate(names):
        BOOKS[name].make(folder / "before" / f"{number}.{BOOKS[name].suffix}")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/home", "--headless"]
    command += [
        "--convert-to",
        form,
        "--outdir",
        "after",
        *sorted(map(str, (folder / "before").iterdir())),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=300)
    suffix = form.partition(":")[0]
    return {name: folder / "after" / f"{number}.{suffix}" for number, name in enumerate(names)}


CALCULATED = {
    "formulas without results": Book(by_xlsxwriter(), {"K1": "U1 U2", "K2": "U1"}, marks=3)
}
"""What LibreOffice stores is not what was there before: it calculates."""


@by_libreoffice
def test_each_workbook_says_the_same_when_libreoffice_has_saved_it(tmp_path, application, lists):
    names = [name for name, book in BOOKS.items() if book.suffix == "xlsx"]
    for name, path in converted(tmp_path, "xlsx", names).items():
        check(path, CALCULATED.get(name, BOOKS[name]), application, lists)


IN_CSV = {
    "labels of every form, with spaces that nobody sees",
    "statements instead of labels", "P and F", "units down and KSBs across", "numbers for codes",
    "rows of learning outcomes below each unit", "a list of KSBs for each unit", "assessment methods across",
    "a row a pair, with coverage, justification and assessment", "two tables side by side",
    "units by their titles, under merged headings", "the Strict form of Excel",
}  # fmt: skip


@by_libreoffice
@pytest.mark.parametrize("form", ["44,34,76", "59,34,ANSI", "9,34,65535"])
def test_a_workbook_says_the_same_when_libreoffice_made_csv_of_it(
    form, tmp_path, application, lists
):
    csv = f"csv:Text - txt - csv (StarCalc):{form}"
    for name, path in converted(tmp_path, csv, sorted(IN_CSV)).items():
        book = BOOKS[name]
        told = [f"CSV!{cell.partition('!')[2]}" for cell in book.told]
        check(path, book._replace(told=told), application, lists)
