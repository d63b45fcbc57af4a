"""`htq coverage`: the matrix of KSBs and units, in every format."""

import csv
import io
import re
from itertools import combinations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, examples, in_terminal
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.draft.coverage import (
    StandardCoverage,
    matrices,
    occupations,
    permitted,
    standards,
    with_covering,
    without_unit,
)
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
    assert matrix["summary"] == {"unknown": 0, "never": 1, "sometimes": 2, "always": 35}
    assert matrix["complete"] is True
    partly = next(row for row in matrix["ksbs"] if row["label"] == "S14")
    assert partly["units"] == {"U4": "partial"}


def test_text_is_a_matrix_with_gaps_first_and_the_summary_last(shown):
    out = shown("text").out
    rows = re.findall(r"^([KSB]\d+) +(\w*) +([●◐·](?: +[●◐·])*) +(.*)$", out, re.MULTILINE)
    assert [row[0] for row in rows][:4] == ["K11", "K10", "S3", "K1"]
    assert len(rows) == 38
    met = {label: (where, marks.split(), said) for label, where, marks, said in rows}
    assert met["K11"] == ("never", list("······"), "Made-up statement K11")
    assert met["K10"] == ("some", list("·●····"), "Made-up statement K10")
    assert met["K1"][0] == ""  # what is met everywhere has no word
    assert met["S14"][1] == list("···◐··")
    assert re.search(r"^KSB +Met +U1 +U2 +U3 +U4 +U5 +U6 +Statement$", out, re.MULTILINE)
    assert out.splitlines()[-3:] == [
        "ST0116 1.1: 38 KSBs: 35 met in every combination, 2 in some, 1 never",
        "  Never: K11",
        "  In some: K10 and S3 (always on Data)",
    ]


def test_totals_count_full_and_partly_apart_by_kind_and_by_unit(shown):
    out = shown("text").out
    assert re.search(r"^U4 +15 +1 +\d+  Working in a development team$", out, re.MULTILINE)
    head, knowledge, skills, behaviours = re.findall(r"^ +KSBs.*\n.*\n.*\n.*$", out, re.MULTILINE)[
        0
    ].splitlines()
    assert head.split() == ["KSBs", "Full", "Partly", "Never", "In", "every", "In", "some"]
    assert knowledge.split() == ["ST0116", "1.1", "Knowledge", *map(str, (12, 11, 0, 1, 10, 1))]
    assert skills.split() == ["ST0116", "1.1", "Skills", *map(str, (17, 16, 1, 0, 16, 1))]
    assert behaviours.split() == ["ST0116", "1.1", "Behaviours", *map(str, (9, 9, 0, 0, 9, 0))]
    (matrix,) = shown("json").data
    assert matrix["totals"]["S"] == {
        "ksbs": 17, "full": 16, "partial": 1, "unknown": 0, "never": 0, "sometimes": 1,
        "always": 16,
    }  # fmt: skip


@pytest.mark.parametrize("format", ["text", "csv", "markdown", "json", "html"])
def test_gaps_are_only_what_is_not_met_in_every_combination(shown, format):
    out = shown(format, "--gaps").out
    before = {"json": '"label": "', "csv": "^ST0116,", "markdown": r"^\| ", "text": "^"}
    label = "(?m)" + before.get(format, r'<th scope="row" class="\w+">') + r"%s\b"
    told = {one for one in ("K11", "K10", "S3", "K1", "B9") if re.search(label % one, out)}
    assert told == {"K11", "K10", "S3"}
    if format != "csv":
        assert "35" in out  # the summary counts all


def test_each_unit_has_the_ksbs_that_it_covers_fully_partly_and_alone(shown):
    (matrix,) = shown("json", "--by", "unit").data
    assert matrix["by_unit"]["U2"] == {
        "full": ["K5", "K10", "S3"], "partial": [], "alone": ["K10", "S3"]
    }  # fmt: skip
    assert matrix["by_unit"]["U4"]["partial"] == ["S14"]
    out = shown("text", "--by", "unit").out
    assert "U2  Databases\n  3 in full    K5, K10 and S3\n  2 alone      K10 and S3\n" in out
    rows = list(csv.DictReader(io.StringIO(shown("csv", "--by", "unit").out)))
    assert rows[1] == {"standard": "ST0116", "unit": "U2", "title": "Databases",
                       "full": "K5, K10 and S3", "partly": "", "alone": "K10 and S3"}  # fmt: skip
    assert (
        "| U2 | Databases | K5, K10 and S3 |  | K10 and S3 |"
        in shown("markdown", "--by", "unit").out
    )
    out = shown("html", "--by", "unit").out
    assert_sound(out)
    row = Page(out).table("ST0116: what each unit covers")[1]
    assert list(row.values()) == ["U2 Databases", "K5, K10 and S3", "", "K10 and S3"]


def test_gaps_by_unit_are_the_units_that_cover_nothing(shown):
    more = {**PATHWAYS, "U6: {title": "U7: {title: Idle, credits: 5}\n  U6: {title"}
    out = shown("text", "--by", "unit", "--gaps", changes=more).out
    assert "U7  Idle\n  covers no KSB\n" in out
    assert "U2" not in out
    assert "Every unit covers a KSB" in shown("text", "--by", "unit", "--gaps").out


def two_standards(draft, ids):
    """A draft of two standards with 38 and 43 KSBs and these units, each KSB in two of them."""
    path = draft()
    (path.parent / "ksbs" / "ST0118-1.1.yaml").write_text(
        "reference: ST0118\nversion: '1.1'\ntitle: Data analyst\nlabels: {K: 18, S: 17, B: 8}\n"
    )
    standards = []
    for reference, sizes in (("ST0116", (12, 17, 9)), ("ST0118", (18, 17, 8))):
        labels = [f"{kind}{n}" for kind, size in zip("KSB", sizes, strict=True)
                  for n in range(1, size + 1)]  # fmt: skip
        ksbs = {
            label: [ids[at % len(ids)], ids[(at * 3 + 1) % len(ids)]]
            for at, label in enumerate(labels)
        }
        standards.append({"reference": reference, "version": "1.1", "ksbs": ksbs})
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data |= {"units": {name: f"Made-up unit {name}" for name in ids}, "standards": standards}
    data.pop("structure")
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("ids", ["U{}", "A/615/12{:02}"])
def test_a_real_qualification_fits_a_terminal_in_fewer_than_120_lines(draft, ids, columns):
    units = [ids.format(number) for number in range(1, 15)]
    path = two_standards(draft, units)
    code, shown = in_terminal("coverage", path, columns=columns, NO_COLOR="1")
    assert code == 0
    lines = shown.splitlines()
    assert max(map(len, lines)) <= columns
    if columns >= 80:
        assert len(lines) < 120
    assert " ".join(lines[-4:]).endswith("in every combination, 0 in some, 0 never")
    rows = [line for line in lines if re.match(r"[KSB]\d+ ", line)]
    assert sum(line.count("●") + line.count("·") for line in rows) == 81 * 14


@pytest.mark.parametrize("columns", [40, 70, 100, 200])
def test_a_narrow_terminal_splits_the_matrix_without_losing_anything(draft, columns):
    path = draft(PATHWAYS)
    more = "".join(f"  UNIT-{number}: Made-up unit {number}\n" for number in range(7, 30))
    path.write_text(path.read_text().replace("\nstructure:", f"{more}\nstructure:"))
    code, shown = in_terminal("coverage", path, columns=columns, NO_COLOR="1")
    assert code == 0
    lines = shown.splitlines()
    assert max(map(len, lines)) <= columns
    rows = [line for line in lines if re.match(r"[KSB]\d+ +(never|some)? +[●◐·]", line)]
    assert sum(line.count(mark) for line in rows for mark in "●◐·") == 38 * 29
    for number in range(7, 30):
        assert any(line.startswith(f"UNIT-{number} ") for line in lines)


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
    assert "Shows only the KSBs in your mapping, because " in run.out
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


def test_in_text_the_first_line_says_that_the_draft_has_errors(shown):
    out = shown("text", changes={K10: "K10: [U22]", "choose: 1": "choose: 9"}).out
    first = out.splitlines()[0]
    assert first.startswith("The draft has 2 errors in its units, structure or mapping")
    assert "htq check" in first
    assert not shown("text").out.startswith("The draft has")


@pytest.mark.parametrize(
    ("changes", "label", "expected"),
    [
        ({K10: "K10: [U22]"}, "K10", "unknown"),
        ({K10: "K10: [U2, U22]"}, "K10", "always"),  # U2 is mandatory, whatever else covers it
        ({K10: "K10: [U5, U22]"}, "K10", "unknown"),
        ({K10: "K10: TODO"}, "K10", "unknown"),
        ({K10: "K1O: [U2]"}, "K10", "unknown"),  # with the letter O
        ({K10: "K10: []"}, "K10", "never"),
        ({f"      {K10}\n": ""}, "K10", "never"),
        ({'version: "1.1"': "version: v1.1"}, "K1", "unknown"),
        ({'version: "1.1"': "version: v1.1"}, "K10", "unknown"),
        ({"choose: 1": "choose: 9"}, "K1", "unknown"),  # no learner can satisfy it
        ({"choose: 1": "choose: 9", K10: "K10: []"}, "K10", "never"),
        ({"mandatory: [U1,": "mandatory: [U11,"}, "K1", "unknown"),
    ],
)
def test_a_ksb_that_cannot_be_told_is_not_called_never(shown, changes, label, expected):
    (matrix,) = shown("json", changes=changes).data
    assert {row["label"]: row["met"] for row in matrix["ksbs"]}[label] == expected
    out = shown("text", changes=changes).out
    assert not re.search(rf"^{label} +never", out, re.MULTILINE) or expected == "never"
    assert ("  Cannot be told: " in out) or expected != "unknown"


def test_a_ksb_that_the_standard_does_not_have_is_shown_and_not_counted(shown):
    changes = {K10: f"{K10}\n      K99: [U1]"}
    (matrix,) = shown("json", changes=changes).data
    assert [row["label"] for row in matrix["ksbs"] if not row["needed"]] == ["K99"]
    assert matrix["summary"] == {"unknown": 0, "never": 0, "sometimes": 0, "always": 38}
    assert matrix["totals"]["K"]["ksbs"] == 12
    out = shown("text", changes=changes).out
    assert re.search(r"^K99  not needed ●", out, re.MULTILINE)
    assert "ST0116 1.1: 38 KSBs: 38 met in every combination" in out


def test_a_unit_whose_title_is_still_open_is_a_unit_all_the_same(shown):
    changes = {"title: Databases": "title: TODO"}
    (matrix,) = shown("json", changes=changes).data
    assert matrix["summary"] == {"unknown": 0, "never": 0, "sometimes": 0, "always": 38}


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
    assert run.err == f"{tmp_path.as_posix()}: not read: it is a folder, not a file\n"


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


IDS = ("U1", "U2", "U3", "U4", "U5")
some_units = st.lists(st.sampled_from(IDS), max_size=3, unique=True)
groups = st.lists(
    st.fixed_dictionaries({"choose": st.integers(1, 2), "from": some_units}), max_size=2
)
structures = st.none() | st.fixed_dictionaries(
    {"mandatory": some_units, "optional": groups},
    optional={
        "pathways": st.lists(
            st.fixed_dictionaries({"mandatory": some_units, "optional": groups}), max_size=2
        )
    },
)
LABELS = ("K1", "K2", "S1")


def read_data(data):
    return read_application(reader.read(yaml.safe_dump(data, sort_keys=False).encode()))


def draft_of(units, structure, ksbs):
    data = {"units": dict.fromkeys(units, "Title"), "standards": [{"reference": "ST0116",
            "version": "1.1", "ksbs": ksbs}]}  # fmt: skip
    return {**data, "structure": structure} if structure else data


def edited(data, without, covers):
    """The draft as a person would edit it by hand."""

    def clean(value):
        if isinstance(value, dict):
            return {key: clean(own) for key, own in value.items() if key != without}
        return [clean(own) for own in value if own != without] if isinstance(value, list) else value

    data = clean(data)
    for unit, label in covers:
        data["units"].setdefault(unit, unit)
        ksbs = data["standards"][0]["ksbs"]
        ksbs[label] = [*ksbs.get(label, []), *([unit] if unit not in ksbs.get(label, []) else [])]
    return data


def brute_force(data):
    """Where each KSB is met, by trying every set of units."""
    units, structure = list(data["units"]), data.get("structure")
    is_empty = not structure or not any(structure.values())

    def satisfies(chosen, part):
        return set(part["mandatory"]) <= chosen and all(
            len(chosen & set(group["from"])) >= group["choose"] for group in part["optional"]
        )

    def is_permitted(chosen):
        if is_empty:
            return chosen == set(units)
        ways = structure.get("pathways") or []
        return satisfies(chosen, structure) and (
            not ways or any(satisfies(chosen, way) for way in ways)
        )

    sets = [
        set(chosen)
        for size in range(len(units) + 1)
        for chosen in combinations(units, size)
        if is_permitted(set(chosen))
    ]
    met = {}
    for label, names in data["standards"][0]["ksbs"].items():
        hits = [bool(chosen & set(names)) for chosen in sets]
        if not names:
            met[label] = "never"
        elif not sets:
            met[label] = "unknown"
        else:
            met[label] = "always" if all(hits) else "sometimes"
    return met


@given(
    structures,
    st.fixed_dictionaries(dict.fromkeys(LABELS, some_units)),
    st.sampled_from([None, *IDS]),
    st.lists(st.tuples(st.sampled_from([*IDS, "U11"]), st.sampled_from(LABELS)), max_size=3),
)
@examples(100)
def test_a_what_if_answer_is_that_of_the_edited_draft_and_of_every_combination(
    structure, ksbs, without, covers
):
    covers = [(unit, label) for unit, label in covers if unit != without]
    data = draft_of(IDS, structure, ksbs)
    reading = read_data(data)
    lists = Lists(ROOT / "nowhere")
    application = without_unit(reading.part, without) if without else reading.part
    for unit, label in covers:
        application = with_covering(application, unit, [0], [label])
    by_hand = edited(data, without, covers)
    (asked,) = matrices(application, lists, reading.lost)
    (expected,) = matrices(read_data(by_hand).part, lists)
    assert asked.rows == expected.rows
    assert {row.label: row.met for row in asked.rows} == brute_force(by_hand)


def test_what_if_is_answered_in_words_with_what_changes(shown, draft):
    run = shown("text", "--without", "U2", "--with", "U11 covers K11")
    assert run.out.rstrip().endswith(
        "ST0116 1.1 without U2, with U11 covering K11: K10 and S3: met in some combinations, now "
        "never met; K11: never met, now met in some combinations.\n"
        "The structure does not name U11, so no learner needs to take it."
    )
    assert " U2 " not in run.out.partition("Unit  ")[0]
    (matrix,) = shown("json", "--with", "u5 covers ST0116:K10 to K11").data
    assert "U5" in next(row for row in matrix["ksbs"] if row["label"] == "K11")["units"]
    assert matrix["what_if"]["changes"] == {
        "K10": {"before": "sometimes", "after": "always"},  # U2 on Data, U5 on Web
        "K11": {"before": "never", "after": "sometimes"},
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--without", "U7"), "no unit ‘U7’"),
        (("--with", "U1 K3"), "Write it as"),
        (("--with", "U1 covers Databases"), "Write it as"),
        (("--with", "U1 covers ST0118:K3"), "does not name ST0118"),
        (("--with", "U1 covers K99"), "has no K99"),
        (("--with", "U1 covers K3", "--without", "U1"), "cannot be both"),
        (("--by", "pathway"), "They are ksb and unit"),
    ],
)
def test_a_what_if_question_that_is_not_clear_is_refused(shown, words, said):
    run = shown("text", *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_of_several_standards_a_what_if_question_says_which(htq, draft):
    path = two_standards(draft, ["U1", "U2", "U3"])
    run = htq("coverage", path, "--with", "U9 covers K3")
    assert (run.code, "for example ST0116:K3" in run.err) == (2, True)
    for words in (("U9 covers ST0118:K3",), ("U9 covers K3", "--standard", "ST0118")):
        data = htq("coverage", path, "--format", "json", "--with", *words).data
        units = {one["reference"]: one["ksbs"][2]["units"] for one in data}
        assert "U9" in units["ST0118"]
        assert "U9" not in units.get("ST0116", {})
