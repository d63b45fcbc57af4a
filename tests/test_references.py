"""An undefined unit, assessment or label gives one finding, however often it is used."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from conftest import IN_WINDOW, ROOT, in_terminal

EXAMPLE = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
KSBS = "/standards/0/ksbs"
K3 = "K3: {units: [U4], assessed_by: [A1]}"
K10 = "K10: {units: [U2], assessed_by: [A1]}"
MANDATORY = "mandatory: [U1, U2, U3, U4]"
U3 = "  U3: {title: Testing, credits: 20}\n"
U6 = "  U6:"


def section(name, end):
    """The lines of the example from one field to another."""
    return EXAMPLE[EXAMPLE.index(f"{name}:\n") : EXAMPLE.index(f"{end}:")]


def lines_naming(word, text=EXAMPLE):
    """The numbers of the lines of a draft in which a list names an id."""
    lines = text.splitlines()
    return [n for n, line in enumerate(lines, 1) if re.search(rf"[\[ ]{word}[,\]]", line)]


@pytest.mark.parametrize(
    ("renamed", "hint"),
    [
        ("U3b", "Did you mean ‘U3b’? "),
        ("U03", "Write ‘U3’ in ‘units’ too, not ‘U03’."),
        ("UNIT-3", "Did you mean ‘UNIT-3’? "),
        ("TESTING", "Did you mean ‘TESTING’? "),
    ],
)
def test_renaming_a_unit_only_in_its_definition_gives_one_finding_with_all_lines(
    found, renamed, hint
):
    (finding,) = found({"  U3:": f"  {renamed}:"})
    assert (finding["code"], finding["pointer"]) == ("HTQ505", "/structure/mandatory/2")
    assert finding["details"] == {"lines": lines_naming("U3")}
    assert len(finding["details"]["lines"]) == 10
    assert finding["line"] == finding["details"]["lines"][0]
    assert finding["hint"].startswith(hint)


def test_renaming_an_assessment_only_in_its_definition_gives_one_finding(found):
    (finding,) = found({"  A2:": "  PRACTICAL:"})
    assert (finding["code"], finding["details"]["lines"]) == ("HTQ512", lines_naming("A2"))
    assert finding["hint"].startswith("Did you mean ‘PRACTICAL’? ")


def test_deleting_all_assessments_gives_one_finding_for_each_id(found):
    findings = found({section("assessments", "support_session"): ""})
    assert [finding["code"] for finding in findings] == ["HTQ512", "HTQ512"]
    for finding, name in zip(findings, ("A1", "A2"), strict=True):
        assert finding["message"] == f"There is no assessment ‘{name}’"
        assert finding["details"]["lines"] == lines_naming(name)
        assert finding["hint"].startswith("The draft has no ‘assessments’. ")


@pytest.mark.parametrize("units", ["", "units:\n", "units: {}\n"])
def test_without_units_only_the_missing_units_are_reported(found, units):
    (finding,) = found({section("units", "structure"): units})
    assert finding["code"] == "HTQ514"


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        # An id in another spelling.
        ({K10: K10.replace("U2", "u2")}, "U2"),
        ({K10: K10.replace("U2", '"U 2"')}, "U2"),
        ({K10: K10.replace("U2", "U02")}, "U2"),
        ({K10: K10.replace("U2", "U-2")}, "U2"),
        ({"  U1:": "  UNIT:", "[U1, U2, U3, U4]": "[UN1T, U2, U3, U4]"}, "UNIT"),
        ({U6: f"  U10: Leadership\n{U6}", K10: K10.replace("[U2]", "[U2, U1O]")}, "U10"),
        ({U6: f"  U10: Leadership\n{U6}", K10: K10.replace("[U2]", "[U10, U1O]")}, "U10"),
        ({"  U1:": "  Ul:"}, "Ul"),
        # A title in place of an id.
        ({K10: K10.replace("U2", "Databases")}, "U2"),
        ({K10: K10.replace("U2", "DATABASES.")}, "U2"),
        ({MANDATORY: "mandatory: [U1, Databases, U3, U4]"}, "U2"),
        # The unused unit with the same number.
        ({"  U3:": "  U3b:", "  U4:": "  U4b:"}, "U3b"),
        # Nothing looks alike.
        ({U3: ""}, None),
        ({U3: "", U6: f"  U13: Leadership\n{U6}", "from: [U5, U6]": "from: [U5, U6, U13]"}, None),
        ({K10: K10.replace("[U2]", "[U2, U12]")}, None),
        ({K10: K10.replace("[U2]", "[U2, U1O]")}, None),
        ({K10: K10.replace("[U2]", "[U2, Yes]"), U6: f"  U7: Leadership\n{U6}"}, None),
        # Two units have that title.
        ({K10: K10.replace("U2", "Databases"), "title: Testing": "title: databases"}, None),
    ],
)  # fmt: skip
def test_the_hint_names_a_likely_unit_first_but_does_not_guess(found, changes, meant):
    finding = found(changes, "--select", "HTQ505")[0]
    if meant:
        assert re.match(f"(Did you mean|This is the title of) ‘{meant}’", finding["hint"])
    else:
        assert "Did you mean" not in finding["hint"]
        assert "‘U1’" in finding["hint"]


def test_the_hint_for_an_assessment_named_by_title_gives_its_id(found):
    (finding,) = found({K10: K10.replace("A1", "Portfolio of Projects")})
    assert finding["code"] == "HTQ512"
    assert finding["hint"] == "This is the title of ‘A1’. Use its id: ‘A1’."


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({K3: "K3: {units: [U4, A1], assessed_by: [A1]}"}, "HTQ505", "This is an assessment."),
        ({K3: "K3: [U4, A1]"}, "HTQ505", "This is an assessment."),
        ({K3: "K3: {units: [U4], assessed_by: [U1]}"}, "HTQ512", "This is a unit."),
    ],
)
def test_the_hint_says_if_an_assessment_is_used_as_a_unit_or_the_reverse(
    found, changes, code, said
):
    (finding,) = found(changes)
    assert finding["code"] == code
    assert finding["hint"].startswith(said)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({K3: K3.replace("U4", "U1-U3")}, "Name each unit: ‘U1, U2, U3’."),
        ({K3: K3.replace("U4", "U1 to U3")}, "Name each unit: ‘U1, U2, U3’."),
        ({K3: K3.replace("U4", "U1–3")}, "Name each unit: ‘U1, U2, U3’."),
        ({MANDATORY: "mandatory: [U1 - U4]"}, "Name each unit: ‘U1, U2, U3, U4’."),
        ({"from: [U5, U6]": "from: [U5/U6]"}, "Put a comma between the units: ‘U5, U6’."),
        ({"from: [U5, U6]": "from: [U5 and U6]"}, "Put a comma between the units: ‘U5, U6’."),
        ({"choose: 1": "choose: 2", "[U5, U6]": "[U5-U6]"}, "Name each unit: ‘U5, U6’."),
    ],
)
def test_several_ids_in_one_text_give_one_finding_that_lists_them(found, changes, hint):
    (finding,) = found(changes)
    assert (finding["code"], finding["hint"]) == ("HTQ505", hint)


def test_a_range_beyond_the_last_unit_is_not_listed(found):
    (finding,) = found({K3: K3.replace("U4", "U1-U999999999")})
    assert "Name each" not in finding["hint"]


IDS = "Write ids of units in brackets, for example ‘[U1, U2]’."
LIST = "Write it as a list: "


@pytest.mark.parametrize(
    ("changes", "code", "hint"),
    [
        ({K3: "K3: Yes"}, "HTQ103", IDS),
        ({K3: "K3: 50%"}, "HTQ103", IDS),
        ({K3: "K3: {units: ✓}"}, "HTQ103", IDS),
        ({K3: "K3: U1-U6"}, "HTQ103", f"{LIST}‘[U1, U2, U3, U4, U5, U6]’."),
        ({K3: "K3: U4, U8"}, "HTQ103", "Write a list such as ‘[U4, U8]’. ‘units’ does not have ‘U8’."),
        ({K3: "K3: U4 and U6"}, "HTQ103", f"{LIST}‘[U4, U6]’."),
        ({K3: "K3: Databases"}, "HTQ103", f"{LIST}‘[U2]’."),
        ({MANDATORY: "mandatory: U1 to U4"}, "HTQ103", f"{LIST}‘[U1, U2, U3, U4]’."),
        ({"from: [U5, U6]": "from: U5 U6"}, "HTQ103", f"{LIST}‘[U5, U6]’."),
        ({K3: "K3: {units: [U4], assessed_by: Portfolio of projects}"}, "HTQ103",
         f"{LIST}‘[A1]’."),
        ({K3: "K3: {units: [U4], assessed_by: exam}"}, "HTQ103",
         "Write ids of assessments in brackets, for example ‘[A1, A2]’."),
        ({K3: "K3: {units: [Yes], assessed_by: [A1]}"}, "HTQ505",
         "Write ids of units here: ‘U1’, ‘U2’, ‘U3’, ‘U4’, ‘U5’ or ‘U6’."),
    ],
)  # fmt: skip
def test_text_in_place_of_ids_gives_one_finding_that_says_what_to_enter(found, changes, code, hint):
    (finding,) = found(changes)
    assert (finding["code"], finding["hint"]) == (code, hint)


@pytest.mark.parametrize(
    ("name", "end", "text", "line"),
    [
        ("employers", "documents", "Example Software Ltd", "‘- name: Example Software Ltd’"),
        ("documents", "declarations", "plan.txt", "‘- kind: ksb-mapping’, with ‘file: plan.txt’"),
        ("standards", "assessments", "ST0118", "‘- reference: ST0118’"),
    ],
)
def test_the_hint_for_text_in_place_of_a_list_shows_the_line_to_write(found, name, end, text, line):
    (finding,) = found({section(name, end): f"{name}: {text}\n\n"}, "--select", "HTQ1")
    assert (finding["code"], finding["pointer"]) == ("HTQ103", f"/{name}")
    assert line in finding["hint"]
    assert "[" not in finding["hint"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        # The unit that a mistyped id stands for is not reported as covering nothing.
        ({"K10: {units: [U2]": "K10: {units: [U22]", "S3: {units: [U2]": "S3: {units: [U22]",
          "[U1, U2], assessed": "[U1], assessed"}, ["HTQ505"]),
        ({MANDATORY: "mandatory: [U1, U02, U3, U4]"}, ["HTQ505"]),
        # Two units were renamed, and it is unclear which is which.
        ({"  U2:": "  DATA:", "  U3:": "  TEST:"}, ["HTQ505", "HTQ505"]),
        # Other mistakes are reported: neither the structure nor any KSB names U7.
        ({U6: f"  U7: Leadership\n{U6}", K10: K10.replace("U2", "u2")},
         ["HTQ506", "HTQ513", "HTQ505"]),
        ({U6: f"  U7: Leadership\n{U6}", K3: "K3: {units: [U4, A1], assessed_by: [A1]}"},
         ["HTQ506", "HTQ513", "HTQ505"]),
        # A mistyped label does not cause a gap.
        ({"K10:": "K99:"}, ["HTQ502"]),
        ({"K12:": "K21:"}, ["HTQ502"]),
        ({"K10:": "K1O:"}, ["HTQ511"]),
        ({"K1:": "Kl:"}, ["HTQ511"]),
        ({"K7:": '"K 7":'}, ["HTQ511"]),
        ({"K7:": "K07:"}, ["HTQ511"]),
        # Nor is its missing assessment reported.
        ({K10: f"{K10}\n      K99: [U2]"}, ["HTQ502"]),
    ],
)  # fmt: skip
def test_findings_that_only_follow_from_another_mistake_are_not_reported(found, changes, codes):
    assert [finding["code"] for finding in found(changes)] == codes


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"K10:": "K99:"}, "K10"),
        ({"K12:": "K21:"}, "K12"),
        ({"K10:": "K1O:"}, "K10"),
        ({"B1:": "BI:"}, "B1"),
    ],
)
def test_the_hint_for_a_wrong_label_names_the_missing_one(found, changes, meant):
    (finding,) = found(changes)
    assert finding["hint"].startswith(f"Did you mean {meant}? ")


@pytest.mark.parametrize(
    "changes",
    [
        {section("employers", "documents"): "employers: x@example.com\n"},
        {section("employers", "documents"): "employers: [x@example.com]\n"},
        {K3: "K3: U4, x@example.com"},
        {K3: "K3: [x@example.com]"},
        {K3: "K3: {units: [U4], assessed_by: [x@example.com]}"},
        {section("assessments", "support_session"): "", K3: K3.replace("A1", "x@example.com")},
    ],
)
def test_no_hint_repeats_an_email_address(found, changes):
    findings = found(changes)
    assert findings
    assert "example.com" not in json.dumps(findings)


RENAMED = {"  U3:": "  U3b:"}
PLACES = len(lines_naming("U3"))


def test_the_summary_counts_a_finding_with_several_places_once(htq, draft):
    run = htq("check", draft(RENAMED), "--at", IN_WINDOW, "--format", "json")
    assert run.data["summary"]["errors"] == 1


def test_redirected_text_has_a_line_for_each_place(htq, draft):
    run = htq("check", draft(RENAMED), "--at", IN_WINDOW)
    heads = re.findall(
        r"^.*yaml:(\d+):\d+: error HTQ505 There is no unit ‘U3’$", run.out, re.MULTILINE
    )
    assert list(map(int, heads)) == lines_naming("U3")
    assert run.out.count("Did you mean") == 1
    assert "not ready to submit (1 error)" in run.out


def test_a_terminal_shows_one_finding_with_its_other_lines(draft):
    _, shown = in_terminal("check", draft(RENAMED), "--at", IN_WINDOW, columns=200, NO_COLOR="1")
    first, *_, last = lines_naming("U3")
    assert shown.count("HTQ505") == 1
    assert f"(lines {first}–{last})" in shown


@pytest.mark.parametrize("format", ["github", "azure", "gitlab", "sarif"])
def test_a_pipeline_marks_each_place(htq, draft, format):
    out = htq("check", draft(RENAMED), "--at", IN_WINDOW, "--format", format).out
    if format == "gitlab":
        issues = json.loads(out)
        lines = [issue["location"]["lines"]["begin"] for issue in issues]
        marks = {issue["fingerprint"] for issue in issues}
    elif format == "sarif":
        results = json.loads(out)["runs"][0]["results"]
        assert all(len(result["locations"]) == 1 for result in results)
        where = [result["locations"][0]["physicalLocation"]["region"] for result in results]
        lines = [region["startLine"] for region in where]
        marks = {result["partialFingerprints"]["htqFinding/v1"] for result in results}
    else:
        lines = [int(n) for n in re.findall(r"[,;]line(?:number)?=(\d+)", out)]
        marks = set(lines)
    assert lines == lines_naming("U3")
    assert len(marks) == PLACES


def test_github_shows_every_finding_once_before_repeating_one_at_other_places(htq, draft):
    many = {K3: f"{K3}\n      K99: [U1]", "S14:\n": "S14:\n        reasons: x\n"}
    out = htq("check", draft(RENAMED | many), "--at", IN_WINDOW, "--format", "github").out
    shown = re.findall(r"title=(HTQ\d+)", out)
    assert sorted(shown[:3]) == ["HTQ102", "HTQ502", "HTQ505"]
    assert f"{PLACES + 2 - 10} more of level error are not shown here." in out


def test_junit_and_markdown_show_one_finding_with_all_its_lines(htq, draft):
    path = draft(RENAMED)
    said = f"There is no unit ‘U3’ (also on lines {lines_naming('U3')[1]}, "
    root = ET.fromstring(htq("check", path, "--at", IN_WINDOW, "--format", "junit").out)
    (failure,) = root.iter("failure")
    assert failure.text.count(said) == 1
    table = htq("check", path, "--at", IN_WINDOW, "--format", "markdown").out
    assert table.count("no unit ‘U3’") == table.count(said) == 1


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({K3: K3.replace("U4", "u4"), "B1: {units: [U4]": "B1: {units: [u4]"}, []),
        # Only the first place is left alone: the correction would name a unit twice there.
        ({K3: K3.replace("U4", "U4, u4"), "B1: {units: [U4]": "B1: {units: [u4]"}, [f"{KSBS}/K3/units/1"]),
    ],
)  # fmt: skip
def test_fix_corrects_each_place_that_can_be_corrected(htq, draft, changes, left):
    path = draft(changes)
    words = ("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ505,HTQ515")
    assert [finding["fixable"] for finding in htq(*words).findings] == [True]
    assert [finding["pointer"] for finding in htq(*words, "--fix").findings] == left
    assert "B1: {units: [U4]" in path.read_text(encoding="utf-8")


def test_a_finding_in_more_places_than_are_shown_says_how_many(htq, tmp_path):
    units = ", ".join(["X1"] * 1_500)
    (tmp_path / "a.yaml").write_text(f"units: {{A: a}}\nstandards: [{{ksbs: {{K1: [{units}]}}}}]\n")
    run = htq("check", tmp_path / "a.yaml", "--select", "HTQ505", "--format", "text")
    assert "There is no unit ‘X1’ (in 1,500 places; 1,000 of them are shown)" in run.out
    assert run.out.count("error HTQ505") == 1_000


@pytest.mark.parametrize(
    "name", ["U2 Databases", "U2: Databases", "u2 - databases", "U2 (Databases)", "U02 – Databases"]
)
def test_an_id_followed_by_its_title_is_recognised_and_corrected(htq, draft, name):
    """Advice to name the unit twice would lead to another finding."""
    path = draft({"K2: {units: [U1]": f"K2: {{units: ['{name}']"})
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert (finding["code"], finding["fixable"]) == ("HTQ505", True)
    assert finding["hint"] == "This is the id and the title of ‘U2’. Use its id: ‘U2’."
    assert htq("check", path, "--at", IN_WINDOW, "--fix").code == 0
    assert "K2: {units: ['U2']" in path.read_text()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("U2 Testing", "Put a comma between the units: ‘U2, U3’."),
        ("U1, U1", "Name each unit: ‘U1’."),
        ("U1, U2, U1", "Put a comma between the units: ‘U1, U2’."),
    ],
)
def test_no_hint_names_a_unit_twice(found, name, hint):
    (finding,) = found({"K2: {units: [U1]": f"K2: {{units: ['{name}']"})
    assert (finding["code"], finding["hint"]) == ("HTQ505", hint)


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("K10-K11", "Write one line for each of K10 and K11."),
        ("K10 to K11", "Write one line for each of K10 and K11."),
        ("K10–11", "Write one line for each of K10 and K11."),
        ("'K10, K11'", "Write one line for each of K10 and K11."),
        ("K10 and K11", "Write one line for each of K10 and K11."),
        ("K10/K11", "Write one line for each of K10 and K11."),
        ("K10-K14", "Check the labels and the version: the list has no K13 and K14."),
    ],
)
def test_one_line_for_several_ksbs_gives_one_finding(found, label, hint):
    """The KSBs that have no line of their own are not reported as gaps."""
    k11 = "K11: {units: [U3], assessed_by: [A1]}"
    (finding,) = found({f"      {k11}\n": "", K10: K10.replace("K10", label)})
    assert (finding["code"], finding["hint"]) == ("HTQ511", hint)


@pytest.mark.parametrize("label", ["'K10:'", "K-10", "K.10", "K_10", "(K10)", "'K10. '", "k10)"])
def test_stray_punctuation_in_a_label_does_not_cause_a_gap(found, label):
    (finding,) = found({K10: K10.replace("K10", label)})
    assert finding["code"] == "HTQ511"
    assert finding["hint"].startswith("Did you mean K10?")


@pytest.mark.parametrize("label", ["K10-S11", "K11-K10", "K1-K9999", "K1.1", "K10 K11"])
def test_an_unclear_label_gets_a_hint_about_the_format_and_leaves_a_gap(found, label):
    codes = {one["code"]: one for one in found({K10: K10.replace("K10", label)})}
    assert codes["HTQ511"]["hint"] == "Enter K, S or B and a number, for example ‘K1’."
    assert codes["HTQ503"]["details"] == {"uncovered": ["K10"]}


def test_following_the_hint_for_a_group_in_place_of_a_list_corrects_it(found):
    listed = EXAMPLE[EXAMPLE.index("    - name: Specialism") : EXAMPLE.index("# What covers")]
    group = listed.replace("    - name", "    name").replace("\n      ", "\n    ")
    (finding,) = found({listed: group})
    assert (finding["code"], finding["pointer"]) == ("HTQ103", "/structure/optional")
    assert finding["hint"] == (
        "Write ‘- ’ before the first field of each item, and begin its other fields two columns "
        "further right than now."
    )
    first, *others = group.rstrip().splitlines()
    told = [f"    - {first.strip()}", *(f"  {line}" for line in others)]
    assert "\n".join(told) == listed.rstrip()


def test_ids_in_braces_get_a_hint_to_use_brackets(found):
    (finding,) = found({"from: [U5, U6]": "from: {U5, U6}"})
    assert finding["hint"] == "Put the items in ‘[’ and ‘]’, with commas between them."


def test_a_misspelt_label_with_unreadable_units_does_not_cause_a_gap(htq, draft):
    changes = {"K4: {units: [U4], assessed_by: [A1]}": "k4: U4 or so"}
    run = htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ103"]
