"""`htq standards`, as a person and as a pipeline use it."""

import csv
import io
import json
import os
import subprocess

import pytest
import yaml

from conftest import of_cycle_3, program
from htqcli.catalogue import bundled

pytestmark = pytest.mark.slow

COLUMNS = ["reference", "title", "level", "route", "scope", "cycle"]

SOFTWARE_DEVELOPER = {
    "reference": "ST0116",
    "title": "Software developer",
    "level": 4,
    "route": "Digital",
    "scope": "in-scope",
    "cycle": 3,
}

ROUTES = {
    "Business and administration": "Business and administration",
    "Construction": "Construction and the built environment",
    "Digital": "Digital",
    "Education and childcare": "Education and early years",
    "Engineering and manufacturing": "Engineering and manufacturing",
    "Health & science": "Health and science",
    "Legal, finance and accounting": "Legal, finance and accounting",
}
"""The headings of the page, with the official names of their routes (domain: Routes)."""


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def read_markdown(text):
    """The rows of a table in Markdown, as `{column: text}`."""
    lines = [line.strip().strip("|").split(" | ") for line in text.splitlines()]
    head, rule, *rows = [[cell.strip() for cell in line] for line in lines]
    assert set(rule) == {"---"}
    return [dict(zip(head, row, strict=True)) for row in rows]


def as_text(rows):
    return [{name: str(value) for name, value in row.items()} for row in rows]


@pytest.fixture
def htq(htq):
    """Run `htq standards` in this process, for the list of cycle 3 unless the words name a cycle."""
    return lambda *words: htq(*of_cycle_3(words))


@pytest.fixture
def listed(htq):
    """The rows of `htq standards list` with these options."""

    def rows(*options):
        run = htq("standards", "list", *options, "--format", "json")
        assert (run.code, run.err) == (0, ""), run
        return run.data

    return rows


@pytest.fixture
def references(htq):
    """The references that `htq standards search` finds, best first."""

    def found(*words):
        run = htq("standards", "search", *words, "--format", "json")
        assert (run.code, run.err) == (0, ""), run
        return [row["reference"] for row in run.data]

    return found


# Formats


def test_json_of_a_standard_has_the_promised_shape(listed):
    rows = listed()
    assert SOFTWARE_DEVELOPER in rows
    assert [list(row) for row in rows] == [COLUMNS] * 93


def test_json_is_indented_by_two_spaces_and_ends_with_a_newline(htq):
    run = htq("standards", "search", "ST0116", "--format", "json")
    assert run.out == json.dumps([SOFTWARE_DEVELOPER], indent=2) + "\n"


def test_csv_has_the_same_columns_and_rows_as_json(htq, listed):
    out = htq("standards", "list", "--format", "csv").out
    assert out.splitlines()[0] == ",".join(COLUMNS)
    assert read_csv(out) == as_text(listed())


def test_yaml_has_the_same_rows_as_json(htq, listed):
    assert yaml.safe_load(htq("standards", "list", "--format", "yaml").out) == listed()


def test_markdown_has_the_same_rows_as_json(htq, listed):
    assert read_markdown(htq("standards", "list", "--format", "markdown").out) == as_text(listed())


def test_a_redirected_table_is_plain_lines_in_columns(htq, listed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    run = htq("standards", "list")
    lines, rows = run.out.splitlines(), as_text(listed())
    assert (run.code, run.err) == (0, "")
    assert len(lines) == len(rows)
    starts = []
    for name in COLUMNS[:-1]:
        size = max(len(row[name]) for row in rows)
        starts.append(starts[-1] + size + 2 if starts else size + 2)
    for line, row in zip(lines, rows, strict=True):
        cells = [
            line[start:end].rstrip()
            for start, end in zip([0, *starts], [*starts, None], strict=True)
        ]
        assert cells == [row[name] for name in COLUMNS]
    assert max(map(len, lines)) > 80


@pytest.mark.parametrize("format", ["table", "json", "csv", "yaml", "markdown"])
@pytest.mark.parametrize(
    "words", [("list", "--route", "digital"), ("search", "rail"), ("routes",)], ids=" ".join
)
def test_standard_output_has_only_the_result_and_ends_with_one_newline(htq, words, format):
    run = htq("standards", *words, "--format", format)
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("\n")
    assert not run.out.endswith("\n\n")
    assert "\x1b" not in run.out


@pytest.mark.parametrize("format", ["JSON", "Json"])
def test_a_format_is_read_in_any_case(htq, format):
    assert htq("standards", "search", "ST0116", "--format", format).data == [SOFTWARE_DEVELOPER]


@pytest.mark.parametrize(
    "command", [("list",), ("search", "rail"), ("show", "ST0116"), ("routes",)]
)
def test_an_unknown_format_is_refused_with_the_nearest(htq, command):
    run = htq("standards", *command, "--format", "jsn")
    assert (run.code, run.out) == (2, "")
    assert "json" in run.err


# Filters


def test_a_filter_keeps_matching_standards_in_the_order_of_the_page(listed):
    every = listed()
    for option, name, value in [
        ("--route", "route", "Engineering and manufacturing"),
        ("--scope", "scope", "contact-us"),
        ("--level", "level", 5),
    ]:
        assert listed(option, str(value)) == [row for row in every if row[name] == value]


def test_filters_of_one_kind_widen_the_result_and_other_kinds_narrow_it(listed):
    every = listed()
    found = listed(
        *("--route", "Legal, finance and accounting", "--route", "Business and administration"),
        *("--scope", "contact-us", "--scope", "out-of-scope"),
        *("--level", "4"),
    )
    assert found == [
        row
        for row in every
        if row["route"] in ("Business and administration", "Legal, finance and accounting")
        and row["scope"] != "in-scope"
        and row["level"] == 4
    ]
    assert [row["reference"] for row in found] == ["ST0310", "ST0273", "ST0526", "ST0004"]


def test_repeating_a_filter_changes_nothing(listed):
    once = listed("--route", "digital", "--level", "4")
    assert (
        listed("--route", "digital", "--route", "DIGITAL", "--level", "4", "--level", "4") == once
    )


def test_all_scopes_together_give_the_whole_list(listed):
    assert (
        listed("--scope", "in-scope", "--scope", "contact-us", "--scope", "out-of-scope")
        == listed()
    )


@pytest.mark.parametrize("scope", ["in-scope", "contact-us", "out-of-scope"])
def test_a_scope_is_read_in_any_case(listed, scope):
    wanted = listed("--scope", scope)
    assert {row["scope"] for row in wanted} == {scope}
    assert listed("--scope", scope.upper()) == listed("--scope", scope.title()) == wanted


def test_the_newest_list_is_shown_by_default(listed):
    newest = bundled.load().latest_listed_cycle.cycle
    run = program("standards", "list", "--format", "json")
    assert json.loads(run.stdout) == listed("--cycle", str(newest))


@pytest.mark.parametrize(
    "options, nearest",
    [
        (("--scope", "in-scop"), "in-scope"),
        (("--scope", "contact"), "contact-us"),
        (("--level", "four"), "four"),
        (("--level", "4.5"), "4.5"),
        (("--level", "-4"), "-4"),
        (("--level", "9" * 400), "999"),
        (("--cycle", "33"), "33"),
        (("--cycle", "third"), "third"),
        (("--rout", "digital"), "--route"),
        (("--route", "digitl"), "Digital"),
        (("--route", "helth and science"), "Health"),
        (("--route", "constuction"), "Construction"),
    ],
)  # fmt: skip
def test_an_unknown_value_or_option_is_refused_with_the_nearest(htq, options, nearest):
    run = htq("standards", "list", *options, "--format", "json")
    assert (run.code, run.out) == (2, "")
    assert nearest in run.err
    assert "Traceback" not in run.err


# Routes by name


def spellings(heading, official):
    """The ways to write a route: both names and the slug, with `&` or `and`, in any case."""
    slug = official.lower().replace(",", "").replace(" ", "-")
    names = {heading, official, slug}
    names |= {name.replace(" and ", " & ") for name in names}
    names |= {name.replace(" & ", " and ") for name in names}
    return sorted({written for name in names for written in (name, name.lower(), name.upper())})


@pytest.mark.parametrize("heading, official", ROUTES.items(), ids=ROUTES)
def test_a_route_is_found_by_every_name_it_has(listed, heading, official):
    wanted = [row for row in listed() if row["route"] == heading]
    assert wanted
    for name in spellings(heading, official):
        assert listed("--route", name) == wanted, name


@pytest.mark.parametrize(
    "beginning, heading",
    [
        ("business", "Business and administration"),
        ("Constr", "Construction"),
        ("dig", "Digital"),
        ("EDU", "Education and childcare"),
        ("education and early", "Education and childcare"),
        ("eng", "Engineering and manufacturing"),
        ("health", "Health & science"),
        ("health-and", "Health & science"),
        ("legal", "Legal, finance and accounting"),
        ("legal, fin", "Legal, finance and accounting"),
    ],
)
def test_a_route_is_found_by_a_unique_beginning_of_a_name(listed, beginning, heading):
    assert {row["route"] for row in listed("--route", beginning)} == {heading}


def test_a_beginning_that_two_routes_share_is_refused_and_both_are_named(htq):
    run = htq("standards", "list", "--route", "e")
    assert (run.code, run.out) == (2, "")
    assert "Education and childcare" in run.err
    assert "Engineering and manufacturing" in run.err


@pytest.mark.parametrize("name", ["", "  ", "&", "and", "astrology", "digital" * 100, "[/bold]"])
def test_an_unknown_route_is_refused(htq, name):
    run = htq("standards", "list", "--route", name)
    assert (run.code, run.out) == (2, "")


def test_an_official_route_that_the_cycle_does_not_cover_has_no_standards(listed):
    assert listed("--route", "Hair and beauty") == []


def test_routes_are_listed_with_their_names_and_slugs(htq):
    rows = htq("standards", "routes", "--format", "json").data
    assert {row["route"]: row["official_name"] for row in rows} == ROUTES
    assert {row["slug"] for row in rows} >= {"health-and-science", "legal-finance-and-accounting"}
    assert {row["cycle"] for row in rows} == {3}


def test_routes_have_the_same_data_in_every_format(htq):
    def routes(format):
        return htq("standards", "routes", "--format", format).out

    rows = [{n: v for n, v in row.items() if n != "cycle"} for row in json.loads(routes("json"))]
    assert read_csv(routes("csv")) == read_markdown(routes("markdown")) == as_text(rows)
    assert yaml.safe_load(routes("yaml")) == json.loads(routes("json"))
    header, *lines = routes("table").splitlines()
    assert header.split() == [
        "Route",
        "Official",
        "name",
        "Slug",
        "In-scope",
        "Contact-us",
        "Out-of-scope",
    ]
    assert [line.split("  ")[0] for line in lines] == list(ROUTES)


# Nothing found


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--route", "construction", "--scope", "out-of-scope"),
        ("list", "--level", "6"),
        ("list", "--cycle", "4"),
        ("search", "xyzzy"),
        ("search", "!?"),
    ],
    ids=" ".join,
)
def test_finding_nothing_gives_an_empty_result_and_exit_code_0(htq, words):
    def run(format):
        found = htq("standards", *words, "--format", format)
        assert found.code == 0
        return found

    assert run("json").out == "[]\n"
    assert run("yaml").out == "[]\n"
    assert run("csv").out == ",".join(COLUMNS) + "\n"
    assert read_markdown(run("markdown").out) == []
    table = run("table")
    assert table.out == ""
    assert table.err.strip()  # a message for people


# Search


@pytest.mark.parametrize(
    "words, reference",
    [
        # typing errors
        ("sofware developper", "ST0116"),
        ("payrol", "ST0869"),
        ("hygene specialist", "ST0873"),
        ("nuclear technition", "ST0380"),
        ("mamography", "ST0583"),
        # words in another order, or some of them
        ("developer software", "ST0116"),
        ("tester sofware", "ST0129"),
        ("manager asset", "ST0861"),
        ("early years", "ST0551"),
        ("dental technician", "ST0108"),
        # words joined, parted or shortened
        ("cyber security", "ST0124"),
        ("dev ops", "ST0825"),
        ("mrtm", "ST0823"),
        ("brew", "ST0580"),
        # & and and
        ("automation and controls", "ST0662"),
        ("food & drink", "ST0624"),
        # references, however they are typed
        ("ST0116", "ST0116"),
        ("st 0116", "ST0116"),
        ("0116", "ST0116"),
        ("OCC0116", "ST0116"),
    ],
)
def test_the_first_result_of_a_search_is_the_standard_that_was_meant(references, words, reference):
    assert references(words)[0] == reference
    assert references(*words.split())[0] == reference


def test_a_search_for_one_word_finds_every_title_that_has_it(listed, references):
    dental = {row["reference"] for row in listed() if "dental" in row["title"].lower()}
    assert dental == {"ST0109", "ST0543", "ST0108"}
    assert set(references("dental")) == dental


@pytest.mark.parametrize("route", ["legal", "digital", "construction"])
def test_a_search_for_a_route_finds_its_standards(listed, references, route):
    assert set(references(route)) >= {row["reference"] for row in listed("--route", route)}


def test_titles_with_the_searched_word_come_before_routes_with_it(references):
    found = references("digital")
    assert set(found[:2]) == {"ST0863", "ST0345"}  # Digital accessibility …, Digital community …


def test_a_search_without_words_is_refused(htq):
    run = htq("standards", "search")
    assert (run.code, run.out) == (2, "")
    assert "WORDS" in run.err


@pytest.mark.parametrize("words", [".*", "[", "]", "\\", "^$", "\x1b", "\u202e", "\x00", "%"])
def test_a_search_treats_a_pattern_as_plain_text(references, words):
    assert references(words) == []


# Show


@pytest.mark.parametrize(
    "typed", ["ST0116", "st0116", "St 0116", "ST-0116", " st0116 ", "0116", "STO116", "OCC0116"]
)
def test_a_standard_is_shown_for_its_reference_in_any_spelling(htq, typed):
    [shown] = htq("standards", "show", typed, "--format", "json").data
    assert {name: shown[name] for name in COLUMNS} == SOFTWARE_DEVELOPER


def test_a_standard_is_shown_with_what_an_applicant_needs_to_know(htq):
    [shown] = htq("standards", "show", "ST0116", "--format", "json").data
    assert shown["occupation_code"] == "OCC0116"
    assert shown["published_at"].endswith("/api/apprenticeshipstandards/ST0116")
    assert shown["sources"] == [
        "https://www.instituteforapprenticeships.org/higher-technical-qualifications/"
        "higher-technical-qualifications-cycle-3/"
    ]
    out = htq("standards", "show", "ST0116").out
    for value in ("ST0116 Software developer", "Digital", "in scope", "cycle 3", "provisional"):
        assert value in out
    for name in ("scope_means", "contact", "occupation_code", "published_at"):
        assert shown[name] in out


def test_a_contact_us_standard_says_that_it_may_be_revised(htq):
    out = htq("standards", "show", "ST0004").out
    assert "contact us" in out
    assert "may be revised before or during cycle 3" in out
    assert "HTQ.approvals@education.gov.uk" in out


def test_several_standards_are_shown_in_the_order_asked(htq):
    run = htq("standards", "show", "ST0129", "ST0004", "ST0116", "--format", "json")
    assert [shown["reference"] for shown in run.data] == ["ST0129", "ST0004", "ST0116"]
    out = htq("standards", "show", "ST0129", "ST0004").out
    assert out.index("Software tester") < out.index("Actuarial Technician")


def test_show_gives_the_same_data_in_yaml_as_in_json(htq):
    words = ("standards", "show", "ST0116", "ST0004", "--format")
    assert yaml.safe_load(htq(*words, "yaml").out) == htq(*words, "json").data


@pytest.mark.parametrize("typed", ["ST01167", "ST0116 12x", "ST01l6"])
@pytest.mark.parametrize("format", ["text", "json", "yaml"])
def test_a_reference_that_is_not_on_the_list_is_refused_with_the_nearest(htq, typed, format):
    run = htq("standards", "show", typed, "--format", format)
    assert (run.code, run.out) == (2, "")
    assert typed in run.err
    assert "ST0116 (Software developer)" in run.err


def test_one_unlisted_reference_refuses_the_whole_command(htq):
    run = htq("standards", "show", "ST0116", "ST0119", "--format", "json")
    assert (run.code, run.out) == (2, "")


# The program itself


def without_colour_settings(**settings):
    unset = ("NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING", "PYTHONUTF8")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, **settings}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize("words", [("list",), ("show", "ST0004")], ids=" ".join)
def test_a_redirected_output_can_be_in_any_encoding(words, encoding):
    env = without_colour_settings(PYTHONIOENCODING=encoding)
    run = program("standards", *of_cycle_3(words), env=env)
    assert (run.returncode, run.stderr) == (0, b"")
    assert "Actuarial Technician" in run.stdout.decode(encoding)


@pytest.mark.parametrize(
    "words",
    [
        ("standards", "list"),
        ("standards", "list", "--format", "json"),
        ("standards", "show", "ST0116"),
        ("standards", "search", "rail", "--format", "csv"),
        ("standards", "--help"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_htq_ends_quietly_if_its_output_is_no_longer_read(words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = program(*words, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.parametrize(
    "settings, coloured",
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_a_redirected_output_has_colour_only_when_it_is_forced(settings, coloured):
    run = program(
        "standards", "show", "ST0116", "--cycle", "3", env=without_colour_settings(**settings)
    )
    assert run.returncode == 0
    assert (b"\x1b[" in run.stdout) == coloured


@pytest.mark.parametrize("format", ["json", "csv", "yaml", "markdown"])
def test_data_never_has_colour(format):
    env = without_colour_settings(FORCE_COLOR="1")
    run = program("standards", "list", "--format", format, env=env)
    assert run.returncode == 0
    assert b"\x1b" not in run.stdout


# Former faults


@pytest.mark.parametrize("typed", ["ST9999", "FA0116", "software"])
def test_a_reference_similar_to_no_other_is_refused(htq, typed):
    run = htq("standards", "show", typed)
    assert (run.code, run.out) == (2, "")
    assert typed in run.err


def test_an_exact_title_comes_before_a_longer_one(references):
    assert references("(integrated) Dental technician")[0] == "ST0108"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
def test_json_is_utf_8_whatever_the_encoding_of_standard_output(encoding):
    env = without_colour_settings(PYTHONIOENCODING=encoding)
    run = program("standards", "show", "ST0004", "--cycle", "3", "--format", "json", env=env)
    assert json.loads(run.stdout.decode("utf-8"))[0]["scope_means"].startswith("‘Contact us’")


def test_looking_up_a_standard_in_a_cycle_without_a_list_says_it_is_unknown(htq):
    assert htq("standards", "search", "data", "--cycle", "5").code == 0
    run = htq("standards", "show", "ST0118", "--cycle", "5")
    assert run.code == 2
    assert "it does not show whether ‘ST0118’ is on it" in run.err


def test_show_with_a_title_suggests_its_reference(htq):
    assert "ST0118 (Data analyst)" in htq("standards", "show", "data analyst").err


def test_show_says_that_a_title_is_not_a_reference_and_names_the_reference(htq):
    run = htq("standards", "show", "Software developer")
    assert run.code == 2
    assert run.err.startswith(
        "There is a problem. ‘Software developer’ is not the reference of a standard. "
        "Did you mean ST0116 (Software developer)?"
    )
