"""`htq mapping`: a mapping goes to a workbook and comes back, from anybody's workbook too."""

import csv
import io
import json
import shutil
import subprocess

import openpyxl
import pytest
import xlsxwriter
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Font

from conftest import ROOT, examples
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.ksbs.lists import Lists
from htqcli.mapping import editing, exporting, importing, sheets
from htqcli.mapping.editing import Covering

pytestmark = pytest.mark.slow

EXAMPLE = (ROOT / "examples" / "application.yaml").read_bytes()
DRAFT = """\
cycle: 3
units:
  U1: Programming
  U2: {title: Databases, credits: 15}
  "101": Web
assessments: {A1: Portfolio, A2: Project}
standards:
  - reference: ST0116
    version: "9.9"  # no list of it
    ksbs:  # what covers each
      K1: [U1]  # the first
      K2: {units: [U1, U2], coverage: partial, reason: Seen at work, assessed_by: [A1]}
      # nothing yet
      K3: []
      S1:
        - U1  # most of it
        - U2
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a draft, in which commands run."""
    (tmp_path / "draft.yaml").write_text(DRAFT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mapping_of(content):
    """What a draft says of each KSB, as YAML itself reads it."""
    said = {}
    for label, value in yaml.safe_load(content)["standards"][0]["ksbs"].items():
        fields = value if isinstance(value, dict) else {"units": value or []}
        said[label] = (
            [str(unit) for unit in fields.get("units", [])],
            fields.get("coverage", "full"),
            fields.get("reason"),
            fields.get("assessed_by", []),
        )
    return said


def write(path, rows, *, fonts=None, change=None):
    """A workbook of openpyxl with these rows; `fonts` are those of cells."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, font in (fonts or {}).items():
        book.active[cell].font = Font(font)
    if change:
        change(book)
    book.save(path)


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@pytest.mark.parametrize("draft", [EXAMPLE, DRAFT.encode(), b"\xef\xbb\xbf" + EXAMPLE])
def test_export_then_import_changes_no_byte_of_the_draft(htq, here, draft, format):
    (here / "draft.yaml").write_bytes(draft)
    assert htq("mapping", "export", "draft.yaml", "--format", format, "-o", f"m.{format}").code == 0
    run = htq("mapping", "import", f"m.{format}", "draft.yaml")
    assert (run.code, (here / "draft.yaml").read_bytes()) == (0, draft)
    assert "already says what the table says" in run.out


def test_the_same_draft_gives_the_same_workbook(htq, here):
    for name in ("one.xlsx", "other.xlsx"):
        htq("mapping", "export", "draft.yaml", "-o", name)
    assert (here / "one.xlsx").read_bytes() == (here / "other.xlsx").read_bytes()


def test_a_workbook_explains_itself_and_shows_what_is_not_covered(htq, here):
    htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    book = openpyxl.load_workbook(here / "m.xlsx")
    assert book.sheetnames == ["How to fill this in", "ST0116", "Structure"]
    sheet = book["ST0116"]
    assert [cell.value for cell in sheet[4]][:6] == [
        "KSB", "Statement", "Covered", "U1 Programming", "U2 Databases", "101 Web",
    ]  # fmt: skip
    assert [sheet.cell(6, column).value for column in (1, 4, 5, 7, 8)] == [
        "K2", "partial", "partial", "Seen at work", "A1",
    ]  # fmt: skip
    assert sheet["C5"].value.startswith("=IF(COUNTIF(D5:F5")
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"full,partial"'
    assert "D5" in rule.sqref
    assert sheet.freeze_panes == "D5"
    assert sheet.page_setup.orientation == "landscape"
    assert not sheet["D5"].protection.locked
    assert sheet["A5"].protection.locked


def test_no_text_of_a_draft_becomes_a_formula_or_a_link(htq, here):
    text = DRAFT.replace("U1: Programming", 'U1: "=HYPERLINK(1)"').replace(
        "Seen at work", "http://example.org"
    )
    (here / "draft.yaml").write_text(text)
    htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    sheet = openpyxl.load_workbook(here / "m.xlsx")["ST0116"]
    assert (sheet["D4"].data_type, sheet["D4"].value) == ("s", "U1 =HYPERLINK(1)")
    assert sheet["G6"].hyperlink is None
    htq("mapping", "export", "draft.yaml", "--format", "csv", "-o", "m.csv")
    assert (here / "m.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_edit_in_the_workbook_changes_these_lines_only(htq, here):
    htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    book = openpyxl.load_workbook(here / "m.xlsx")
    sheet = book["ST0116"]
    sheet["E5"], sheet["D7"], sheet["D8"] = "full", "partial", None
    sheet["G7"] = "Later"
    book.save(here / "m.xlsx")
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 0
    assert (here / "draft.yaml").read_text() == (
        DRAFT.replace("K1: [U1]  #", "K1: [U1, U2]  #")
        .replace("K3: []", "K3: {units: [U1], coverage: partial, reason: Later}")
        .replace("        - U1  # most of it\n", "")
    )


LAYOUTS = {
    "ticks of many kinds": [
        ["", "U1", "U2", "101"],
        ["K1", "✓", "", "x"],
        ["k02", "●", "yes", ""],
        ["K 3:", "", 1, "-"],
        ["S1.", "Y", "", "TRUE"],
    ],
    "titles, in a table that begins further down": [
        ["Mapping of our diploma"],
        [],
        ["", "", "Programming", "Unit 2: Databases", "Web"],
        ["", "K1 Statement of the first", "x", None, "x"],
        ["", "K2 Statement", "x", "x", None],
        ["", "K3 Statement", None, "x", None],
        ["", "S1 Statement", "x", None, "x"],
    ],
    "KSBs across": [
        ["Unit", "K1", "K2", "K3", "S1"],
        ["U1", "full", "full", "", "full"],
        ["U2", "", "full", "full", ""],
        ["101", "full", "", "", "full"],
    ],
    "KSBs across, with a row for each learning outcome of a unit": [
        ["Unit", "Outcome", "K1", "K2", "K3", "S1"],
        ["U1", "LO1", "x", "", "", "x"],
        ["U1", "LO2", "", "x", "", "x"],
        ["U2", "LO1", "", "x", "", ""],
        ["U2", "LO2", "", "", "x", ""],
        ["101", "LO1", "x", "", "", "x"],
    ],
    "headings of two rows": [
        ["KSB", "", "Mandatory", "", "Optional"],
        ["", "Covered", "U1", "U2", "101"],
        ["K1", "yes", "x", "", "x"],
        ["K2", "yes", "x", "x", ""],
        ["K3", "yes", "", "x", ""],
        ["S1", "yes", "x", "", "x"],
        ["Total", "", 3, 2, 2],
    ],
    "a list of KSBs for each unit": [
        ["Unit", "Title", "KSBs"],
        ["U1", "Programming", "K1-K2; S1"],
        ["U2", "Databases", "K2, K3"],
        ["101", "Web", "K1 and S1"],
    ],
    "a list of units for each KSB": [
        ["KSB", "Units"],
        ["K1", "U1, 101"],
        ["K2", "U1; U2"],
        ["K3", "U2"],
        ["S1", "U1, 101"],
    ],
    "a row for each pair": [
        ["KSB", "Unit"],
        *(["K1", "U1"], ["K1", "101"], ["K2", "U1"], ["K2", "U2"], ["K3", "U2"], ["S1", "U1"]),
        ["S1", "101"],
    ],
}
EXPECTED = {"K1": ["U1", "101"], "K2": ["U1", "U2"], "K3": ["U2"], "S1": ["U1", "101"]}


@pytest.mark.parametrize("made_by", ["openpyxl", "xlsxwriter", "csv", "csv;utf-16"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_is_read_in_each_layout_that_people_use(htq, here, layout, made_by):
    rows, file = LAYOUTS[layout], here / ("m.csv" if "csv" in made_by else "m.xlsx")
    (here / "draft.yaml").write_text(DRAFT.replace(", coverage: partial, reason: Seen at work", ""))
    if made_by == "openpyxl":
        write(file, rows)
    elif made_by == "xlsxwriter":
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for row, line in enumerate(rows):
                sheet.write_row(row, 0, line)
    else:
        out = io.StringIO()
        csv.writer(out, delimiter=";" if ";" in made_by else ",").writerows(rows)
        file.write_text(
            out.getvalue(),
            encoding="utf-16"
            if ";" in made_by
            else "cp1252"
            if "✓" not in out.getvalue()
            else "utf-8",
        )
    run = htq("mapping", "import", file.name, "draft.yaml", "--format", "json")
    assert run.code == 0, run.out + run.err
    assert run.data["unread"] == []
    found = mapping_of((here / "draft.yaml").read_bytes())
    assert {label: sorted(own[0]) for label, own in found.items()} == {
        label: sorted(units) for label, units in EXPECTED.items()
    }
    assert found["K2"][3] == ["A1"]


def test_a_table_of_ksbs_and_assessments_says_how_they_are_assessed(htq, here):
    write(here / "m.xlsx", [["KSB", "Portfolio", "A2"], ["K1", "x", ""], ["K2", "x", "✓"]])
    assert htq("mapping", "import", "m.xlsx", "draft.yaml").code == 0
    found = mapping_of((here / "draft.yaml").read_bytes())
    assert (found["K1"][0], found["K1"][3]) == (["U1"], ["A1"])
    assert (found["K2"][0], found["K2"][3]) == (["U1", "U2"], ["A1", "A2"])


def test_statements_without_labels_are_matched_word_for_word(htq, here):
    shutil.copytree(ROOT / "tests" / "ksbs", here / "ksbs")
    (here / "draft.yaml").write_text(DRAFT.replace('"9.9"', '"1.1"'))
    rows = [["What is needed", "U1", "U2"], ["Made-up statement K1.", "x", "x"]]
    write(here / "m.xlsx", [*rows, ["made-up  statement K3", "", "x"]])
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 0, run.out + run.err
    found = mapping_of((here / "draft.yaml").read_bytes())
    assert (found["K1"][0], found["K3"][0]) == (["U1", "U2"], ["U2"])


def test_a_statement_that_is_only_similar_is_proposed_with_both_texts(htq, here):
    shutil.copytree(ROOT / "tests" / "ksbs", here / "ksbs")
    list_ = here / "ksbs" / "ST0116-1.1.yaml"
    list_.write_text(list_.read_text().replace("Made-up statement K3", "How to test a program"))
    (here / "draft.yaml").write_text(DRAFT.replace('"9.9"', '"1.1"'))
    before = (here / "draft.yaml").read_text()
    rows = [["What is needed", "U1", "U2"], ["Made-up statement K1", "x", ""]]
    write(here / "m.xlsx", [*rows, ["How to test programs", "", "x"]])
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 1
    assert (
        "Sheet!A3: ‘How to test programs’\n  is taken for K3 of ST0116: ‘How to test a program’\n"
        in run.out
    )
    assert "Nothing was written: 1 statement is only similar to one of the list." in run.out
    assert (here / "draft.yaml").read_text() == before
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--partial", "--format", "json")
    assert run.code == 0
    assert run.data["proposed"] == [
        {
            "cell": "Sheet!A3",
            "text": "How to test programs",
            "standard": "ST0116",
            "label": "K3",
            "statement": "How to test a program",
            "similarity": 0.93,
        }
    ]
    assert mapping_of((here / "draft.yaml").read_bytes())["K3"][0] == ["U2"]


TICKED = [["", "U1", "U2"], ["K1", "ü", "P"], ["K2", "P", "x"]]


def test_a_letter_is_a_tick_only_in_a_font_of_ticks(htq, here):
    write(here / "m.xlsx", TICKED, fonts={"B2": "Wingdings", "B3": "Wingdings 2"})
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--format", "json")
    assert run.code == 1
    assert run.data["unread"] == [
        {
            "cell": "Sheet!C2",
            "text": "P",
            "reason": "it can be a tick or mean ‘partial’: write full or partial, or say in a cell of "
            "the sheet what it means, such as ‘P = partial’",
        }
    ]
    assert (here / "draft.yaml").read_text() == DRAFT
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--partial")
    assert run.code == 0
    assert mapping_of((here / "draft.yaml").read_bytes())["K1"][0] == ["U1"]


UNREADABLE = {
    "a heading that names no unit": (
        [["", "U1", "U9 Gone"], ["K1", "x", "x"], ["K3", "x", ""]],
        {"Sheet!C2": "the draft has no unit ‘U9 Gone’. ‘--structure’ adds it"},
    ),
    "words that are no mark": (
        [["", "U1", "U2"], ["K1", "maybe", "x"], ["K2", "x", "x"]],
        {"Sheet!B2": "it is not a mark such as full, partial, x or ✓"},
    ),
    "full and partial for one KSB": (
        [["", "U1", "U2"], ["K1", "full", "partial"], ["K3", "full", ""]],
        {
            "Sheet!B2": "a KSB is covered either in full or in part by all of its units, and this one "
            "is both: Sheet!B2 full, Sheet!C2 partial"
        },
    ),
    "an assessment that is not in the draft": (
        [["KSB", "U1", "Assessed by"], ["K1", "x", "A1, A7"], ["K3", "x", "A1"]],
        {"Sheet!C2": "the draft has no assessment ‘A7’"},
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_told_by_cell_and_nothing_is_written(htq, here, kind):
    rows, told = UNREADABLE[kind]
    write(here / "m.xlsx", rows)
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--format", "json")
    assert run.code == 1
    assert {cell["cell"]: cell["reason"] for cell in run.data["unread"]} == told
    assert (here / "draft.yaml").read_text() == DRAFT


def test_new_units_in_the_headings_are_added_to_the_draft_if_asked(htq, here):
    write(
        here / "m.xlsx",
        [["", "U1", "U9 Gone: past", "Ethics"], ["K1", "x", "x", "x"], ["K3", "", "x", ""]],
    )
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--structure")
    assert run.code == 0
    assert (here / "draft.yaml").read_text() == (
        DRAFT.replace('  "101": Web\n', '  "101": Web\n  U9: "Gone: past"\n  U3: Ethics\n')
        .replace("K1: [U1]  #", "K1: [U1, U9, U3]  #")
        .replace("K3: []", "K3: [U9]")
    )


def test_a_difference_is_shown_and_not_written(htq, here):
    write(here / "m.xlsx", [["", "U1", "U2"], ["K1", "", "x"], ["K3", "", ""]])
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--diff")
    assert run.code == 0
    assert "-      K1: [U1]  # the first\n+      K1: [U2]  # the first\n" in run.out
    assert "Nothing was written. 1 KSB would change." in run.out
    assert (here / "draft.yaml").read_text() == DRAFT


def test_it_is_told_how_many_ksbs_lose_all_their_units(htq, here):
    htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    book = openpyxl.load_workbook(here / "m.xlsx")
    sheet = book["ST0116"]
    for cell in sheet[5][3:5]:
        assert sheet["A5"].value == "K1"
        cell.value = None
    book.save(here / "m.xlsx")
    words = ("mapping", "import", "m.xlsx", "draft.yaml")
    for run in (htq(*words, "--diff"), htq(*words)):
        assert "1 KSB that a unit covered is then covered by no unit." in run.out


def test_rows_and_columns_that_are_not_there_leave_the_draft_as_it_is_and_are_told(htq, here):
    write(here / "m.xlsx", [["", "U2"], ["K1", "x"], ["K2", "partial"]])
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 0
    assert "ST0116: no column for U1, 101, so the draft keeps those marks." in run.out
    assert mapping_of((here / "draft.yaml").read_bytes())["K1"][0] == ["U1", "U2"]


def test_hidden_rows_and_columns_are_read_and_told(htq, here):
    def hide(book):
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["C"].hidden = True

    write(here / "m.xlsx", [["", "U1", "U2"], ["K1", "x", "x"], ["K3", "", ""]], change=hide)
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert "Sheet ‘Sheet’: hidden rows were read: 2." in run.out
    assert "Sheet ‘Sheet’: hidden columns were read: C." in run.out
    assert mapping_of((here / "draft.yaml").read_bytes())["K1"][0] == ["U1", "U2"]


def test_a_table_that_names_no_standard_is_asked_about_where_there_are_several(htq, here):
    (here / "draft.yaml").write_text(DRAFT + "  - reference: ST0118\n    ksbs: {K1: [U1]}\n")
    write(here / "m.xlsx", [["", "U1", "U2"], ["K1", "x", "x"], ["K2", "partial", "partial"]])
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 2
    assert "does not say which standard it is about. Say so with ‘--standard’" in run.err
    assert htq("mapping", "import", "m.xlsx", "draft.yaml", "--standard", "st0118").code == 0
    second = yaml.safe_load((here / "draft.yaml").read_text())["standards"][1]
    assert second["ksbs"]["K1"] == ["U1", "U2"]
    assert second["ksbs"]["K2"] == {"units": ["U1", "U2"], "coverage": "partial"}


def test_a_sheet_about_another_standard_is_left_out_and_told(htq, here):
    def add(book):
        other = book.create_sheet("ST0118")
        for row in (["", "U1", "U2"], ["K1", "", "x"], ["K3", "x", "x"]):
            other.append(row)

    write(here / "m.xlsx", [["ST0116", "U1", "U2"], ["K1", "x", "x"], ["K3", "", ""]], change=add)
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 0
    assert "Sheet ‘ST0118’: the part about ST0118 was not read." in run.out
    found = mapping_of((here / "draft.yaml").read_bytes())
    assert (found["K1"][0], found["K3"][0]) == (["U1", "U2"], [])


def test_the_options_of_a_standard_have_tables_of_their_own(htq, here):
    options = "".join(
        f"  - reference: ST0118\n    option: {name}\n    ksbs: {{K1: [U1], S2: [{unit}]}}\n"
        for name, unit in (("Civil", "U1"), ("Marine", "U2"))
    )
    (here / "draft.yaml").write_text(DRAFT + options)
    before = (here / "draft.yaml").read_text()
    for format in ("xlsx", "csv"):
        htq("mapping", "export", "draft.yaml", "--format", format, "-o", f"m.{format}")
        run = htq("mapping", "import", f"m.{format}", "draft.yaml")
        assert (run.code, (here / "draft.yaml").read_text()) == (0, before)
        assert "ST0118 Civil" in run.out
        assert "ST0118 Marine" in run.out


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Nothing", "here"]], "htq found no table in it with KSBs"),
        ([["K1", "K2"]], "htq found no table in it with KSBs"),
    ],
)
def test_a_workbook_without_a_table_is_refused(htq, here, rows, said):
    write(here / "m.xlsx", rows)
    run = htq("mapping", "import", "m.xlsx", "draft.yaml")
    assert run.code == 3
    assert said in run.err
    assert (here / "draft.yaml").read_text() == DRAFT


def test_the_draft_is_never_written_over_by_the_workbook(htq, here):
    assert htq("mapping", "export", "draft.yaml", "-o", "draft.yaml").code == 2
    assert htq("mapping", "export", "draft.yaml").code == 2
    assert (here / "draft.yaml").read_text() == DRAFT


def test_errors_in_the_mapping_are_named_when_it_is_exported_and_imported(htq, here):
    (here / "draft.yaml").write_text(DRAFT.replace("K1: [U1]", "K1: [U8]"))
    error = "draft.yaml:11:12: error HTQ505 There is no unit ‘U8’"
    run = htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    assert run.code == 0
    assert error in run.err
    assert "The workbook may not have all that you mean" in run.err
    run = htq("mapping", "import", "m.xlsx", "draft.yaml", "--format", "json")
    assert error in run.err
    assert run.data["unread"] == []


def test_a_ksb_that_is_not_mapped_yet_is_no_error_when_a_workbook_is_written_or_read(htq, here):
    open_line = "K1: <units that cover it, such as [U1, U2]>"
    (here / "draft.yaml").write_text(DRAFT.replace("K1: [U1]", open_line))
    for words in (("export", "draft.yaml", "-o", "m.xlsx"), ("import", "m.xlsx", "draft.yaml")):
        run = htq("mapping", *words)
        assert run.code == 0
        assert "error" not in run.err


def test_a_draft_without_a_version_says_how_to_get_the_list_of_ksbs(htq, here):
    htq("init", "--standard", "ST0116", "--type", "awarding-organisation", "-o", "new.yaml")
    for format in ("xlsx", "csv"):
        run = htq("mapping", "export", "new.yaml", "--format", format, "-o", f"m.{format}")
        assert run.code == 0
        assert (
            "ST0116: no KSB in its table, because the draft does not give its version. Write the "
            'version that you map to in the draft, such as ‘version: "1.1"’, get the list with ‘htq '
            "ksbs get ST0116’, and export again." in run.err
        )
    guide = openpyxl.load_workbook(here / "m.xlsx")["How to fill this in"]
    assert any("htq ksbs get ST0116" in (cell.value or "") for cell in guide["A"])
    run = htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    assert "Get the list with ‘htq ksbs get ST0116 --version 9.9’." in run.err


FORMS = ("[U1, U2]", "{units: [U1]}", "\n        units: [U1]\n        coverage: partial", "[]", "",
         "\n        - U1\n        - U2", "U1", "{units: [U2], assessed_by: [A1], reason: R}")  # fmt: skip
COVERINGS = st.builds(
    Covering,
    st.lists(st.sampled_from(["U1", "U2", "101"]), unique=True, max_size=3).map(tuple),
    st.sampled_from(["full", "partial"]),
    st.sampled_from([None, "At work", "It is: so", "#7 'quoted'"]),
    st.lists(st.sampled_from(["A1", "A2"]), unique=True, max_size=2).map(tuple),
)


@examples(60)
@given(
    st.lists(st.sampled_from(FORMS), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(["K1", "K2", "K3", "K9", "S1"]), COVERINGS, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_mapping_says_what_it_is_to_say_and_every_other_line_stays(forms, changes, line_end):
    lines = "".join(f"      K{n}: {form}  # {n}\n" for n, form in enumerate(forms, 1))
    head, tail = DRAFT.split("    ksbs:", maxsplit=1)[0], "employers: []  # none\n"
    text = f"{head}    ksbs:\n{lines}{tail}".replace("\n", line_end)
    made = editing.with_mapping(text.encode(), {0: changes})
    after = reader.read(made).data()["standards"][0]["ksbs"]
    before = reader.read(text.encode()).data()["standards"][0]["ksbs"]
    for label, covering in changes.items():
        if label in before or covering.units:
            assert editing.covering_of(after[label]) == covering
    assert {k: v for k, v in after.items() if k not in changes} == {
        k: v for k, v in before.items() if k not in changes
    }
    assert made.decode().startswith(head.replace("\n", line_end))
    assert made.decode().endswith(tail.replace("\n", line_end))
    for number in range(1, len(forms) + 1):
        assert f"  # {number}" in made.decode()


MARK_ROWS = st.lists(
    st.lists(st.sampled_from(["", "full", "partial"]), min_size=3, max_size=3),
    min_size=4, max_size=4,
)  # fmt: skip


@examples(30)
@given(MARK_ROWS)
def test_marks_read_and_marks_told_are_the_marks_that_are_there(rows):
    sheet = sheets.Sheet("Sheet")
    for column, unit in enumerate(["U1", "U2", "U7"], 2):
        sheet.cells[1, column] = sheets.Cell(unit)
    for row, (label, marks) in enumerate(zip(["K1", "K2", "K3", "S1"], rows, strict=True), 2):
        sheet.cells[row, 1] = sheets.Cell(label)
        for column, mark in enumerate(marks, 2):
            if mark:
                sheet.cells[row, column] = sheets.Cell(mark)
    application = read_application(reader.read(DRAFT.encode())).part
    found = importing.understand([sheet], application, Lists(ROOT / "tests" / "nowhere"))
    (understood,) = found.understood
    below_unknown = [cell for cell in found.unread if "has no unit" in cell.reason]
    assert understood.marks + len(below_unknown) == sum(bool(m) for row in rows for m in row)


EDITED = st.dictionaries(
    st.sampled_from(["K1", "K2", "K3", "K12", "S1", "B9"]),
    st.tuples(
        st.lists(st.sampled_from(["U1", "U2", "101"]), unique=True),
        st.sampled_from(["full", "partial"]),
        st.sampled_from(["", "At work", "=1+1", "a, b; c"]),
        st.sampled_from(["", "A1", "A1, A2"]),
    ),
)


@examples(25)
@given(EDITED, st.sampled_from(["xlsx", "csv"]))
def test_any_edit_of_a_workbook_is_what_the_next_export_has(tmp_path_factory, edits, format):
    folder = tmp_path_factory.mktemp("edit")
    # Without the comment inside a list, which would be lost if the list became something else.
    content = DRAFT.replace('"9.9"', '"1.1"').replace("  # most of it", "").encode()
    lists = Lists(ROOT / "tests" / "ksbs")

    def exported(content):
        application = read_application(reader.read(content)).part
        tables = exporting.tables(application, lists)
        if format == "csv":
            made = exporting.as_csv(application, tables).encode()
        else:
            made = exporting.as_workbook(application, tables)
        (folder / f"m.{format}").write_bytes(made)
        book = sheets.read(str(folder / f"m.{format}"))
        return application, book, next(one for one in book if one.name in ("ST0116", "CSV"))

    application, book, sheet = exported(content)
    top = 1 if format == "csv" else 4
    heads = {cell.text.split()[0]: at[1] for at, cell in sheet.cells.items() if at[0] == top}
    columns = {name: heads[name] for name in ("U1", "U2", "101", "Reason", "Assessed")}
    rows = {cell.text: row for (row, _), cell in sheet.cells.items() if cell.text in edits}
    for label, (units, how, reason, assessed) in edits.items():
        own = {unit: how if unit in units else "" for unit in ("U1", "U2", "101")}
        for name, text in {**own, "Reason": reason, "Assessed": assessed}.items():
            sheet.cells.pop((rows[label], columns[name]), None)
            if text:
                sheet.cells[rows[label], columns[name]] = sheets.Cell(text)
    found = importing.understand(book, application, lists)
    assert found.unread == ()
    _, _, after = exported(editing.with_mapping(content, found.changes))
    for row in rows.values():
        for column in columns.values():
            assert after.text(row, column) == sheet.text(row, column)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_a_workbook_saved_again_by_libreoffice_reads_the_same(htq, here):
    (here / "draft.yaml").write_bytes(EXAMPLE)
    htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
    (here / "again").mkdir()
    command = ["soffice", f"-env:UserInstallation=file://{here}/home", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", "again", "m.xlsx"]
    subprocess.run(command, check=True, capture_output=True, cwd=here, timeout=300)
    run = htq("mapping", "import", "again/m.xlsx", "draft.yaml", "--format", "json")
    assert run.code == 0
    assert (run.data["changes"], run.data["unread"]) == ([], [])
    assert run.data["understood"][0]["marks"] == 47


def test_an_exported_table_names_every_ksb_and_says_what_list_is_missing():
    application = read_application(reader.read(DRAFT.encode())).part
    (table,) = exporting.tables(application, Lists(ROOT / "tests" / "nowhere"))
    assert [line.label for line in table.lines] == ["K1", "K2", "K3", "S1"]
    assert "was not found" in table.missing
    data = json.dumps([line.marks for line in table.lines])
    assert (
        data
        == '[{"U1": "full"}, {"U1": "partial", "U2": "partial"}, {}, {"U1": "full", "U2": "full"}]'
    )
