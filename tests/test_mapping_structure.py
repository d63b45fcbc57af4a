"""The sheet ‘Structure’ of an exported workbook: `htq mapping import --structure` takes it back."""

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, examples
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.ksbs.lists import Lists
from htqcli.mapping import exporting, importing, restructuring, sheets, structure_sheet

pytestmark = pytest.mark.slow

DRAFT = """\
cycle: 3
units:  # all of them
  U1: Programming
  U2: {title: Databases, credits: 15}
  U3:
    title: Testing  # soon
    credits: 15
  U4: Web
structure:
  mandatory: [U1]  # everyone
  optional:
    - name: Wider study
      credits: 15  # at least
      from:
        - U2
        - U3
  pathways:
    - name: Web
      mandatory: [U4]
      optional: []
    - {name: Data, mandatory: [U2], optional: [{name: More, choose: 1, from: [U3, U4]}]}
standards:
  - reference: ST0116
    ksbs: {K1: [U1]}
"""
FLAT = DRAFT.partition("structure:")[0] + "standards:" + DRAFT.partition("standards:")[2]
JSON = '{"units": {"U1": "A", "U2": {"title": "B"}}, "standards": [{"reference": "ST0116", "ksbs": {"K1": ["U1"]}}]}'
EXAMPLE = (ROOT / "examples" / "application.yaml").read_text()
HERE = {"pathways": DRAFT, "no structure": FLAT, "JSON": JSON, "example": EXAMPLE}


@pytest.fixture
def edited(htq, tmp_path, monkeypatch):
    """Export a draft, change the sheet with the structure, import it: the run and the new draft."""
    monkeypatch.chdir(tmp_path)

    def run(draft, change, *words):
        (tmp_path / "draft.yaml").write_text(draft)
        htq("mapping", "export", "draft.yaml", "-o", "m.xlsx")
        book = openpyxl.load_workbook(tmp_path / "m.xlsx")
        change(book["Structure"])
        book.save(tmp_path / "m.xlsx")
        found = htq("mapping", "import", "m.xlsx", "draft.yaml", *(words or ("--structure",)))
        return found, (tmp_path / "draft.yaml").read_text()

    return run


def put(**cells):
    def change(sheet):
        for cell, value in cells.items():
            sheet[cell] = value

    return change


@pytest.mark.parametrize("draft", HERE)
def test_export_then_import_of_the_structure_changes_no_byte(edited, draft):
    run, after = edited(HERE[draft], put())
    assert (run.code, after) == (0, HERE[draft])
    assert "already says what the table says" in run.out


def test_the_sheet_has_a_column_for_each_list_of_units(edited, tmp_path):
    edited(DRAFT, put())
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")["Structure"]
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=2, max_row=9)]
    assert rows == [
        ["", "", "Pathway", "", "", "Web", "Data", "Data"],
        ["", "", "Group", "", "Wider study", "", "", "More"],
        ["", "", "How many units", "all", "15 credits", "all", "all", "choose 1"],
        ["Unit", "Title", "Credits", "", "", "", "", ""],
        ["U1", "Programming", "", "x", "", "", "", ""],
        ["U2", "Databases", 15, "", "x", "", "x", ""],
        ["U3", "Testing", 15, "", "x", "", "", "x"],
        ["U4", "Web", "", "", "", "x", "", "x"],
    ]


EDITS = {
    "a title": (put(B6="Coding: the start"), "U1: Programming", 'U1: "Coding: the start"'),
    "a title in several lines": (put(B8="Tests"), "title: Testing  #", "title: Tests  #"),
    "first credits": (put(C6=20), "U1: Programming", "U1: {title: Programming, credits: 20}"),
    "other credits": (put(C8=30), "credits: 15\n  U4", "credits: 30\n  U4"),
    "no credits": (put(C7=None), "{title: Databases, credits: 15}", "{title: Databases}"),
    "a unit that all take": (put(D7="x"), "[U1]  #", "[U1, U2]  #"),
    "a unit less in a group": (put(E8=None), "        - U3\n", ""),
    "a unit more in a pathway": (put(F8="x"), "mandatory: [U4]", "mandatory: [U4, U3]"),
    "a unit less in a pathway's group": (put(H9=None), "[U3, U4]", "[U3]"),
    "a number of units": (put(H4="choose 2"), "choose: 1", "choose: 2"),
    "units in place of credits": (put(E4="choose 1"), "credits: 15  #", "choose: 1  #"),
    "the name of a group": (put(E3="Depth"), "name: Wider study", "name: Depth"),
    "a new unit": (
        put(A10="U9", B10="Ethics", C10=5, D10="x", B11=None, C11=None),
        "  U4: Web\nstructure:\n  mandatory: [U1]",
        "  U4: Web\n  U9: {title: Ethics, credits: 5}\nstructure:\n  mandatory: [U1, U9]",
    ),
    "a new unit without an id": (
        put(A10=None, B10="Ethics", C10=None, B11=None, C11=None), "  U4: Web\n",
        "  U4: Web\n  U5: Ethics\n",
    ),
    "a new group": (
        put(I3="Extra", I4="choose 1", I6="x", I7="x"), "        - U3\n",
        "        - U3\n    - {name: Extra, choose: 1, from: [U1, U2]}\n",
    ),
    "a new group in a pathway": (
        put(I2="Web", I3="Extra", I4="10 credits", I7="x"), "optional: []\n",
        "optional: [{name: Extra, credits: 10, from: [U2]}]\n",
    ),
    "a new pathway": (
        put(I2="Games", I4="all", I6="x", J2="Games", J3="Art", J4="choose 1", J7="x", J8="x"),
        "standards:\n",
        "    - {name: Games, mandatory: [U1], optional: [{name: Art, choose: 1, from: [U2, U3]}]}\n"
        "standards:\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_structure_changes_just_that(edited, edit):
    change, old, new = EDITS[edit]
    run, after = edited(DRAFT, change)
    assert run.code == 0, run.out + run.err
    assert DRAFT.count(old) == 1
    assert after == DRAFT.replace(old, new)


def test_a_structure_is_made_where_the_draft_has_none(edited):
    run, after = edited(FLAT, put(D8=None))
    assert run.code == 0, run.out + run.err
    assert after == FLAT.replace("standards:", "structure: {mandatory: [U1, U2, U4]}\nstandards:")
    run, after = edited(JSON, put(D7=None, C6=5))
    assert yaml.safe_load(after)["structure"] == {"mandatory": ["U1"]}
    assert yaml.safe_load(after)["units"]["U1"] == {"title": "A", "credits": 5}


def test_without_the_option_the_structure_stays_and_that_is_told(edited):
    run, after = edited(DRAFT, put(C6=20), "--partial")
    assert (run.code, after) == (0, DRAFT)
    assert "‘--structure’ takes them" in run.out


def test_what_cannot_be_read_of_the_structure_is_told_and_nothing_is_written(edited):
    change = put(C6="many", D7="perhaps", E4="some", A11="U7", D13="x")
    run, after = edited(DRAFT, change, "--structure", "--format", "json")
    assert (run.code, after) == (1, DRAFT)
    assert {cell["cell"]: cell["reason"] for cell in run.data["unread"]} == {
        "Structure!C6": "credits are a whole number",
        "Structure!D7": "it is not a mark such as x",
        "Structure!E4": "it does not say how many units a learner takes: write all, choose 2 or 30 "
        "credits",
        "Structure!A11": "this unit needs a title",
        "Structure!D13": "its row names no unit",
    }


def test_rows_and_columns_that_are_gone_leave_the_structure_as_it_is(edited):
    def change(sheet):
        sheet.delete_cols(5)
        sheet.delete_rows(7)

    run, after = edited(DRAFT, change)
    assert (run.code, after) == (0, DRAFT)
    assert "no column for ‘Wider study’" in run.out
    assert "U2 not in it, so left as in the draft." in run.out


LISTS = st.lists(st.sampled_from(["U1", "U2", "U3", "U4"]), unique=True, max_size=3)
GROUPS = st.builds(
    lambda name, kind, number, units: {"name": name, kind: number, "from": units},
    st.sampled_from(["Wider study", "A: b", "#1", "Wider  study"]),
    st.sampled_from(["choose", "credits"]), st.integers(1, 3), LISTS,
)  # fmt: skip
PARTS = {"mandatory": LISTS, "optional": st.lists(GROUPS, max_size=2)}
PATHWAYS = st.fixed_dictionaries({"name": st.sampled_from(["Web", "Data", "Y"])}, optional=PARTS)
STRUCTURES = st.fixed_dictionaries(
    {}, optional={**PARTS, "pathways": st.lists(PATHWAYS, max_size=2)}
)
MARKS = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 5)), st.sampled_from(["x", ""]))


def workbook(content, tmp_path):
    application = read_application(reader.read(content)).part
    tables = exporting.tables(application, Lists(tmp_path))
    (tmp_path / "m.xlsx").write_bytes(exporting.as_workbook(application, tables))
    return application, sheets.read(str(tmp_path / "m.xlsx"))


def lists_of(application):
    return [
        (own.pathway, own.group, own.amount, set(own.units))
        for own in structure_sheet.lists_of(application)
    ]


@examples(40)
@given(STRUCTURES, MARKS, st.sampled_from([None, True, False]))
def test_any_edit_of_marks_is_what_the_next_export_has(tmp_path_factory, structure, marks, flow):
    tmp_path = tmp_path_factory.mktemp("any")
    head = DRAFT.partition("structure:")[0]
    written = yaml.safe_dump(structure, default_flow_style=flow, sort_keys=False, width=10_000)
    if flow or not structure:
        text = f"structure: {written}"
    else:
        text = "structure:\n" + "".join(f"  {line}\n" for line in written.splitlines())
    content = f"{head}{text}standards: [{{reference: ST0116, ksbs: {{K1: [U1]}}}}]\n".encode()
    application, book = workbook(content, tmp_path)
    unchanged = structure_sheet.read(book, application)
    assert (bool(unchanged.change), unchanged.unread) == (False, ())
    expected = lists_of(application)
    sheet = next(one for one in book if one.name == "Structure")
    columns = len(expected)
    for (row, column), mark in marks.items():
        if column < columns:
            sheet.cells[6 + row, 4 + column] = sheets.Cell(mark or "-")
            (expected[column][3].add if mark else expected[column][3].discard)(
                sheet.text(6 + row, 1)
            )
    found = importing.understand(book, application, Lists(tmp_path), with_structure=True)
    made = restructuring.with_structure(content, found.structure)
    again, _ = workbook(made, tmp_path)
    if not found.structure:
        assert made == content
    elif structure_sheet.lists_of(application)[0].path in found.structure.lists and not (
        any(own[3] for own in expected)
    ):
        return  # a structure without units is as none
    assert lists_of(again) == expected
