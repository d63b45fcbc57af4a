"""`htq coverage`: the matrix of KSBs and units, in every format."""

import csv
import io
import re

import pytest

from conftest import in_terminal
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.draft.coverage import StandardCoverage, occupations, permitted, standards
from htqcli.ksbs.lists import Lists
from pages import Page, assert_sound, text_of

PATHWAYS = {
    "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3]",
    "  optional:\n    - name: Specialism\n      choose: 1\n      from: [U5, U6]":
    "  pathways:\n    - {name: Data, mandatory: [U2, U4]}\n    - {name: Web, mandatory: [U4, U5]}",
    "      K11: {units: [U3], assessed_by: [A1]}\n": "",
}  # fmt: skip
"""Two pathways. One lacks the only unit that covers K10 and S3. No unit covers K11."""


@pytest.fixture
def shown(htq, draft):
    def run(format, *words, changes=PATHWAYS):
        return htq("coverage", draft(changes), "--format", format, *words)

    return run


def test_each_ksb_is_met_always_sometimes_or_never_overall_and_per_pathway(shown):
    (matrix,) = shown("json").data
    met = {row["label"]: (row["met"], row["pathways"]) for row in matrix["ksbs"]}
    assert met["K1"] == ("always", {"Data": "always", "Web": "always"})
    assert met["K10"] == ("sometimes", {"Data": "always", "Web": "sometimes"})
    assert met["K11"] == ("never", {"Data": "never", "Web": "never"})
    assert matrix["summary"] == {"never": 1, "sometimes": 2, "always": 35}
    assert matrix["complete"] is True
    partly = next(row for row in matrix["ksbs"] if row["label"] == "S14")
    assert partly["units"] == {"U4": "partial"}


def test_text_is_a_matrix_with_gaps_first_and_says_where_each_ksb_is_met(shown):
    out = shown("text").out
    rows = re.findall(r"^([KSB]\d+) +(.*?)  +([●◐·](?: +[●◐·])*) +(.*)$", out, re.MULTILINE)
    assert [row[0] for row in rows][:4] == ["K11", "K10", "S3", "K1"]
    assert len(rows) == 38
    assert "38 KSBs: 35 met in every combination, 2 in some, 1 never" in out
    met = {label: (where, marks.split(), said) for label, where, marks, said in rows}
    assert met["K11"] == ("never", list("······"), "Made-up statement K11")
    assert met["K10"] == ("some combinations; always on Data", list("·●····"),
                          "Made-up statement K10")  # fmt: skip
    assert met["S14"][1] == list("···◐··")
    assert re.search(r"^KSB +Met in +U1 +U2 +U3 +U4 +U5 +U6 +Statement$", out, re.MULTILINE)
    assert re.search(r"^U2 +Databases$", out, re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 70, 100, 200])
def test_a_narrow_terminal_splits_the_matrix_without_losing_anything(draft, columns):
    path = draft(PATHWAYS)
    more = "".join(f"  UNIT-{number}: Made-up unit {number}\n" for number in range(7, 30))
    path.write_text(path.read_text().replace("\nstructure:", f"{more}\nstructure:"))
    code, shown = in_terminal("coverage", path, columns=columns, NO_COLOR="1")
    assert code == 0
    lines = shown.splitlines()
    assert max(map(len, lines)) <= columns
    heads = [line.split() for line in lines if line.split()[:3] == ["KSB", "Met", "in"]]
    units = [word for head in heads for word in head[3:] if word != "Statement"]
    assert units == [*(f"U{n}" for n in range(1, 7)), *(f"UNIT-{n}" for n in range(7, 30))]
    for label in ("K11", "K10", "B9"):
        assert sum(line.split()[:1] == [label] for line in lines) >= len(heads)
        assert f"Made-up statement {label}" in re.sub(r"\s+", " ", shown)
    marks = sum(line.count(mark) for line in lines[4:] for mark in "●◐·")
    assert marks == 38 * 29


def test_csv_has_a_row_per_ksb_in_order_of_label_and_a_column_per_unit(shown):
    rows = list(csv.DictReader(io.StringIO(shown("csv").out)))
    assert [row["ksb"] for row in rows][:12] == [f"K{number}" for number in range(1, 13)]
    assert list(rows[0])[4:] == ["U1", "U2", "U3", "U4", "U5", "U6"]
    assert (rows[0]["U1"], rows[0]["U2"], rows[0]["U4"]) == ("full", "", "full")
    assert rows[9]["met"] == "some combinations"


def test_csv_of_several_standards_has_one_header(shown):
    more = "standards:\n  - reference: ST0118\n    ksbs: {K1: [U2]}\n"
    rows = list(csv.DictReader(io.StringIO(shown("csv", changes={"standards:\n": more}).out)))
    assert [row["standard"] for row in rows] == ["ST0118", *["ST0116"] * 38]
    assert (rows[0]["ksb"], rows[0]["U2"]) == ("K1", "full")


def test_a_cell_is_never_a_formula_for_a_spreadsheet(shown):
    changes = {
        "U1: {title: Programming": "=cmd|x: {title: x, credits: 5}\n  U1: {title: Programming"
    }
    assert ",'=cmd|x" in shown("csv", changes=changes).out


def test_html_is_one_self_contained_page_with_row_and_column_headers(shown):
    out = shown("html").out
    assert_sound(out)
    page = Page(out)
    assert page.facts == {}
    totals = {row["Kind"]: list(row.values())[1:] for row in page.table("How much of ST0116")}
    assert totals == {
        # KSBs, in every combination, in some, never, partly covered
        "Knowledge": ["12", "10", "1", "1", "0"],
        "Skills": ["17", "16", "1", "0", "1"],
        "Behaviours": ["9", "9", "0", "0", "0"],
        "All": ["38", "35", "2", "1", "1"],
    }
    rows = page.table("ST0116: which units cover each KSB")
    assert list(rows[0]) == [
        *("KSB", "Statement", "Met in", "U1 Programming fundamentals", "U2 Databases"),
        *("U3 Testing", "U4 Working in a development team", "U5 Web development"),
        "U6 Mobile development",
    ]
    assert [row["KSB"] for row in rows][:4] == ["K11", "K10", "S3", "K1"]
    met = {row["KSB"]: row["Met in"] for row in rows}
    assert met["K10"] == "some combinations; always on Data"
    assert met["S14"] == (
        "every combination Partly covered: Completed in the workplace, where it is safer"
    )
    assert [row["U2 Databases"] for row in rows[:4]] == ["", "full", "full", ""]
    assert [row["Unit"] for row in page.table("Units")] == ["U1", "U2", "U3", "U4", "U5", "U6"]


def test_html_of_many_units_is_divided_into_tables_that_fit_a_sheet(shown):
    more = "".join(f"  X{number}: Made-up unit {number}\n" for number in range(40))
    page = Page(shown("html", changes={"units:\n": f"units:\n{more}"}).out)
    assert_sound(page.source)
    tables = page.root.xpath("//table[contains(caption, 'which units cover')]")
    units = [text_of(head).split()[0] for table in tables for head in table.xpath("thead//th")]
    named = [name for name in units if name[0] in "XU" and name != "KSB"]
    assert named == [*(f"X{number}" for number in range(40)), *(f"U{n}" for n in range(1, 7))]
    assert [len(table.xpath("thead//th")) for table in tables] == [19, 19, 17]


def test_html_shows_markup_in_a_draft_as_text(shown):
    changes = {"title: Programming fundamentals": 'title: "<script>alert(1)</script>\\" onload=x"'}
    out = shown("html", changes=changes).out
    assert_sound(out)
    assert "&lt;script&gt;" in out


def test_markdown_is_a_table_with_gaps_first(shown):
    rows = [line for line in shown("markdown").out.splitlines() if line.startswith("| ")]
    assert rows[0].startswith("| KSB | Met in | U1 | U2 ")
    assert [row.split(" | ")[0] for row in rows[1:4]] == ["| K11", "| K10", "| S3"]


def test_without_the_ksb_list_only_the_ksbs_in_the_mapping_are_shown(htq, draft, tmp_path):
    path = draft()
    (tmp_path / "ksbs" / "ST0116-1.1.yaml").unlink()
    run = htq("coverage", path)
    assert run.code == 0
    assert "Only what the mapping names: " in run.out
    assert f"{tmp_path.name}/ksbs/ST0116-1.1.yaml was not found." in run.out


K10 = "K10: {units: [U2], assessed_by: [A1]}"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({K10: "K10: {units: [U22], assessed_by: [A1]}"}, ["HTQ505"]),
        ({'version: "1.1"': "version: v1.1"}, ["HTQ103"]),
        ({"units:\n  U1": "Units:\n  U1"}, ["HTQ102"]),
        ({"    ksbs:": "    KSBs:"}, ["HTQ102"]),
        # Mistakes in other parts do not change the matrix.
        ({"name: Example Awards": "name: TODO", "level: 4": "level: 6"}, []),
    ],
)
def test_errors_that_change_the_matrix_are_shown_on_standard_error(shown, changes, codes):
    run = shown("json", changes=changes)
    assert run.code == 0
    assert isinstance(run.data, list)
    told = re.findall(r"^.*application\.yaml:\d+:\d+: error (HTQ\d+) ", run.err, re.MULTILINE)
    assert set(codes) <= set(told)
    assert bool(told) == bool(codes) == ("correct what ‘htq check’ finds first" in run.err)


def test_the_first_five_errors_are_shown_and_the_rest_are_counted(shown):
    units = ", ".join(f"X{number}" for number in range(1, 9))
    run = shown("csv", changes={"K1: {units: [U1": f"K1: {{units: [{units}"})
    assert run.err.count(": error HTQ505 ") == 5
    assert re.search(r"^3 more errors\. The matrix", run.err, re.MULTILINE)


def test_a_standard_of_the_draft_can_be_chosen_and_any_other_is_refused(shown):
    assert len(shown("json", "--standard", "st 116").data) == 1
    refused = shown("json", "--standard", "ST0118")
    assert (refused.code, refused.out) == (2, "")
    assert "ST0116" in refused.err


@pytest.mark.parametrize(
    ("content", "said"), [(None, "there is no such file"), ("a: [", "htq check")]
)
def test_a_draft_that_cannot_be_read_gives_exit_code_3(htq, tmp_path, content, said):
    if content:
        (tmp_path / "a.yaml").write_text(content)
    run = htq("coverage", tmp_path / "a.yaml")
    assert (run.code, run.out) == (3, "")
    assert said in run.err


def test_a_folder_gives_exit_code_3(htq, tmp_path):
    run = htq("coverage", tmp_path)
    assert run.code == 3
    assert run.err == f"{tmp_path}: not read: it is a folder, not a file\n"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("ST0116", "1.1", 38, 38, 38)),
        (PATHWAYS, ("ST0116", "1.1", 38, 37, 35)),
        # A misspelt unit covers nothing.
        ({K10: "K10: [U22]"}, ("ST0116", "1.1", 38, 37, 37)),
        ({"    ksbs:": "    x:"}, ("ST0116", "1.1", 38, 0, 0)),
        # Without the KSB list, nothing is counted.
        ({'version: "1.1"': 'version: "9.9"'}, ("ST0116", "9.9", None, None, None)),
        ({'version: "1.1"': "version: v1.1"}, ("ST0116", None, None, None, None)),
        ({"reference: ST0116": "reference: Software"}, ("Software", "1.1", None, None, None)),
        # Combinations are not counted if no learner can take one, or if the structure is unsound.
        ({"choose: 1": "choose: 3"}, ("ST0116", "1.1", 38, 38, None)),
        ({"choose: 1": "choose: TODO"}, ("ST0116", "1.1", 38, 38, None)),
        ({"[U5, U6]\n\n#": "[U5, U66]\n\n#"}, ("ST0116", "1.1", 38, 38, None)),
    ],
)
def test_the_covered_ksbs_of_each_standard_are_counted(draft, tmp_path, changes, expected):
    document = reader.read(draft(changes).read_bytes())
    reading = read_application(document)
    named = occupations(reading, Lists(tmp_path / "ksbs"))
    assert standards(named, permitted(reading)) == [StandardCoverage(*expected)]


@pytest.mark.parametrize("content", [b"", b"a: [", b"- 1", b"standards: x", b"{}"])
def test_an_empty_or_unreadable_draft_has_no_standards(tmp_path, content):
    reading = read_application(reader.read(content))
    assert standards(occupations(reading, Lists(tmp_path)), permitted(reading)) == []


def test_a_standard_named_twice_is_counted_once(draft, tmp_path):
    twice = {"standards:\n": "standards:\n  - reference: ST0116\n    version: '1.1'\n"}
    reading = read_application(reader.read(draft(twice).read_bytes()))
    named = occupations(reading, Lists(tmp_path / "ksbs"))
    assert standards(named, permitted(reading)) == [StandardCoverage("ST0116", "1.1", 38, 0, 0)]


def test_everything_else_is_counted_if_there_are_too_many_combinations(draft, tmp_path):
    more = "".join(f"  X{number}: x\n" for number in range(1_000))
    names = ", ".join(f"X{number}" for number in range(1_000))
    path = draft({"  U1: {title": f"{more}  U1: {{title", "from: [U5, U6]": f"from: [U5, {names}]"})
    reading = read_application(reader.read(path.read_bytes()))
    named = occupations(reading, Lists(tmp_path / "ksbs"))
    assert standards(named, permitted(reading)) == [StandardCoverage("ST0116", "1.1", 38, 38, None)]
