"""`htq check` on the mapping of KSBs to units, and on the structure."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW
from htqcli.catalogue import bundled
from htqcli.check import inputs
from htqcli.check.engine import Checker
from htqcli.rules import RULES


@pytest.fixture
def found(htq, draft):
    """The findings in a draft with these changes, as codes and pointers and in full."""

    def run(changes, *words):
        report = htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json", *words)
        return [(f["code"], f["pointer"]) for f in report.findings], report.findings

    return run


K10 = "K10: {units: [U2], assessed_by: [A1]}"
K11 = "K11: {units: [U3], assessed_by: [A1]}"
AT = "/standards/0/ksbs"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({K10: "K10: {units: [U22], assessed_by: [A1]}"}, [("HTQ505", f"{AT}/K10/units/0")]),
        ({K10: "K10: {units: [U2], assessed_by: [A11]}"}, [("HTQ512", f"{AT}/K10/assessed_by/0")]),
        ({K10: "K10: [U2]"}, [("HTQ508", AT)]),
        ({f"      {K10}\n      {K11}\n": ""}, [("HTQ507", "/structure"), ("HTQ503", AT)]),
        ({K10: "K10: {units: [], assessed_by: [A1]}"}, [("HTQ507", "/structure"), ("HTQ503", AT)]),
        ({K10: f"{K10}\n      K99: {{units: [U2], assessed_by: [A1]}}"}, [("HTQ502", f"{AT}/K99")]),
        ({K10: f"{K10}\n      k1: {{units: [U2], assessed_by: [A1]}}"}, [("HTQ511", f"{AT}/k1")]),
        ({K10: K10.replace("K10", "k10")}, [("HTQ511", f"{AT}/k10")]),
        ({"        reason: Completed in the workplace, where it is safer\n": ""}, [("HTQ504", f"{AT}/S14/reason")]),
        ({"choose: 1": "choose: 3"}, [("HTQ510", "/structure/optional/0")]),
        ({"choose: 1": "credits: 50"}, [("HTQ510", "/structure/optional/0")]),
        ({"from: [U5, U6]": "from: [U5, U66]"}, [("HTQ505", "/structure/optional/0/from/1")]),
        ({"  U6:": "  U7: Leadership\n  U6:", "[U5, U6]\n\n#": "[U5, U6, U7]\n\n#"}, [("HTQ506", "/units/U7")]),
        ({'version: "1.1"': 'version: "9.9"'}, [("HTQ509", AT)]),
        ({'    version: "1.1"\n': ""}, [("HTQ509", AT)]),
        ({"[U1, U2, U3, U4]\n  optional": "[U1, U3, U4, TODO]\n  optional"}, [("HTQ104", "/structure/mandatory/3")]),
        ({"U2: {title: Databases, credits: 20}": "U2: TODO"}, [("HTQ104", "/units/U2")]),
    ],
)  # fmt: skip
def test_each_mistake_in_a_mapping_gives_exactly_these_findings(found, changes, codes):
    assert found(changes)[0] == codes


def test_all_gaps_of_a_standard_are_in_one_message(found):
    _, (finding,) = found({f"      {K10}\n      {K11}\n": ""}, "--select", "HTQ503")
    assert finding["message"] == "No unit covers K10 and K11 of ST0116"
    assert finding["details"] == {"uncovered": ["K10", "K11"]}


REPAIR = {"cover_in": ["U1", "U3", "U4"], "make_mandatory": ["U2"]}
"""The repairs of a gap if every learner takes U1, U3 and U4, and only U2 covers the KSB."""


def test_a_learner_who_never_takes_the_database_unit_is_the_counterexample(found):
    changes = {
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "from: [U5, U6]": "from: [U2, U5, U6]",
    }
    codes, (finding,) = found(changes)
    assert codes == [("HTQ507", "/structure")]
    assert finding["details"] == {
        "pathway": None,
        "units": ["U1", "U3", "U4", "U5"],
        "uncovered": {"ST0116": ["K10", "S3"]},
        "repairs": {"ST0116": {"K10": REPAIR, "S3": REPAIR}},
    }
    assert finding["hint"].endswith(
        "For example, cover K10 and S3 in U1, U3 or U4, which every learner takes. "
        "Or make U2 mandatory, for K10 and S3."
    )
    assert "U1, U3, U4 and U5" in finding["message"]
    assert "K10 and S3 of ST0116" in finding["message"]
    assert finding["severity"] == "warning"  # the policy of cycle 3


def test_a_pathway_that_lacks_a_ksb_is_named(found):
    changes = {
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "  optional:\n    - name: Specialism\n      choose: 1\n      from: [U5, U6]":
        "  pathways:\n    - {name: Data, mandatory: [U2]}\n    - {name: Web, mandatory: [U5, U6]}",
    }  # fmt: skip
    _, (finding,) = found(changes)
    assert finding["details"]["pathway"] == "Web"
    assert finding["details"]["uncovered"] == {"ST0116": ["K10", "S3"]}


def test_an_option_names_another_folder_of_ksb_lists(htq, draft, tmp_path):
    path = draft()
    (tmp_path / "ksbs").rename(tmp_path / "lists")
    words = ("check", path, "--at", IN_WINDOW, "--format", "json")
    assert htq(*words).codes == ["HTQ509"]
    assert htq(*words, "--ksbs", tmp_path / "lists").codes == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a: [", "cannot be used: line 1"),
        ("reference: ST0116", "cannot be used"),
        ("", "cannot be used"),
        (None, "was not found"),
    ],
)
def test_an_unusable_ksb_list_is_reported_and_the_rest_is_checked(
    htq, draft, tmp_path, content, why
):
    path = draft({K10: "K10: {units: [U22], assessed_by: [A1]}"})
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    file.unlink()
    if content is not None:
        file.write_text(content)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ509", "HTQ505"]
    assert why in run.findings[0]["message"]


def test_a_ksb_list_that_links_out_of_its_folder_is_not_read(htq, draft, tmp_path):
    path = draft()
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    file.rename(tmp_path / "elsewhere.yaml")
    file.symlink_to(tmp_path / "elsewhere.yaml")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ509"]
    assert "leads elsewhere" in run.findings[0]["message"]


U2_OPTIONAL = {
    "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
    "from: [U5, U6]": "from: [U2, U5, U6]",
}
"""A learner who does not choose U2 misses K10 and S3."""
ANOTHER = (
    "  - reference: ST0118\n    version: '1.1'\n    ksbs: {K1: {units: [U2], assessed_by: [A1]}}\n"
)
OPEN = "Without its list, htq cannot check the combinations of units."


@pytest.mark.parametrize(
    ("changes", "codes", "is_open"),
    [
        # A learner who misses K10 may be competent in the other occupation.
        (U2_OPTIONAL, ["HTQ509"], True),
        # The same is true of a gap, which every learner misses.
        ({f"      {K10}\n": ""}, ["HTQ503", "HTQ509"], True),
        # Every learner covers ST0116 in full, whatever the other occupation needs.
        ({}, ["HTQ509"], False),
        # Without a choice there are no combinations.
        ({"  optional:\n    - name: Specialism\n      choose: 1\n      from: [U5, U6]\n": ""},
         ["HTQ509"], False),
    ],
)  # fmt: skip
def test_a_learner_who_may_meet_an_occupation_without_a_list_is_not_reported(
    found, changes, codes, is_open
):
    changes = changes | {"assessments:\n": f"{ANOTHER}\nassessments:\n"}
    _, findings = found(changes, "--select", "HTQ503,HTQ507,HTQ509")
    assert [finding["code"] for finding in findings] == codes
    assert (OPEN in findings[-1]["hint"]) == is_open
    assert findings[-1]["message"].startswith(
        "Could not check that the mapping of ST0118 is complete: "
    )


def test_an_occupation_without_a_mapping_or_list_does_not_hide_a_counterexample(found):
    more = "  - {reference: ST0118, version: '1.1'}\n\nassessments:\n"
    codes, _ = found(U2_OPTIONAL | {"assessments:\n": more}, "--select", "HTQ5")
    assert [code for code, _ in codes] == ["HTQ507", "HTQ501"]


@pytest.mark.parametrize(
    "changes",
    [
        {"reference: ST0116": "reference: ST0ll6"},
        {"reference: ST0116": "reference: TODO"},
        {'version: "1.1"': "version: TODO"},
        {'version: "1.1"': 'version: "1.1"\n    option: TODO'},
        {"  - reference: ST0116": "  - TODO\n  - reference: ST0116"},
        {"ksbs:\n      K1:": "ksbs: TODO\n    x:\n      K1:"},
    ],
)
def test_an_unknown_occupation_allows_no_counterexample(found, changes):
    assert found(U2_OPTIONAL | changes, "--select", "HTQ507")[0] == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("K10: TODO", []),
        ("K10: [TODO, U5]", []),
        ("K10: [TODO]", []),
        ("K10: [U99, U5]", []),
        ("k10: [U2]", []),
        ("K10: []", ["HTQ507", "HTQ503"]),
        ("K10: [U5]", ["HTQ507"]),
    ],
)
def test_a_ksb_counts_as_missed_only_if_its_mapping_is_readable(found, line, codes):
    found_codes, _ = found({K10: line}, "--select", "HTQ503,HTQ507")
    assert [code for code, _ in found_codes] == codes


def test_a_gap_that_every_combination_misses_is_reported_in_one_sentence(found):
    _, (combinations, gap) = found(U2_OPTIONAL | {f"      {K11}\n": ""})
    assert gap["code"] == "HTQ503"
    assert combinations["message"] == (
        "No combination of units covers ST0116 in full: no unit covers K11 of ST0116"
    )
    assert combinations["details"] == {
        "pathway": None,
        "units": [],
        "uncovered": {"ST0116": ["K11"]},
        "repairs": {"ST0116": {"K11": {"cover_in": ["U1", "U3", "U4"], "make_mandatory": []}}},
    }


def test_a_gap_is_reported_for_every_combination_even_without_a_structure(found):
    codes, _ = found({STRUCTURE: "", f"      {K11}\n": ""})
    assert codes == [("HTQ503", AT), ("HTQ507", "/structure")]


def test_a_gap_in_one_occupation_is_allowed_if_every_learner_meets_the_other(found, tmp_path):
    def codes(second, line=""):
        listed = {"reference": "ST0118", "version": "1.1", "title": "Made up", "labels": {"K": 1}}
        more = second.replace("[U2]", line) if line else second
        changes = {f"      {K11}\n": "", "assessments:\n": f"{more}\nassessments:\n"}
        found(changes)
        (tmp_path / "ksbs" / "ST0118-1.1.yaml").write_text(json.dumps(listed))
        return found(changes, "--select", "HTQ507")[1]

    assert codes(ANOTHER) == []
    (finding,) = codes(ANOTHER, "[U5]")
    assert finding["details"]["units"] == ["U1", "U2", "U3", "U4", "U6"]
    assert finding["details"]["uncovered"] == {"ST0116": ["K11"], "ST0118": ["K1"]}
    assert finding["details"]["repairs"]["ST0118"]["K1"] == {
        "cover_in": ["U1", "U2", "U3", "U4"],
        "make_mandatory": ["U5"],
    }


@pytest.mark.parametrize(
    ("written", "others", "said"),
    [
        ("v1.1", ["1.1", "1.2"], "Did you mean version 1.1? You have lists of versions 1.1 and 1.2."),
        ("Version 1.1", ["1.1"], "Did you mean version 1.1? You have a list of version 1.1."),
        ("1,1", ["1.1"], "Did you mean version 1.1?"),
        ("v1-1", ["1.1"], "Did you mean version 1.1?"),
        ('"1.10"', ["1.1"], "Did you mean version 1.1?"),
        ('"1.1"', ["1.10"], "Did you mean version 1.10?"),
        ("v2", [], "Did you mean version 2?"),
        ('"2.0"', ["1.1"], "You have a list of version 1.1. Run ‘htq ksbs get ST0116 --version 2.0’"),
        ('"2.0"', [], "Run ‘htq ksbs get ST0116 --version 2.0’, or save the published record and run ‘htq ksbs import’"),
        ("~", ["1.1"], "You have a list of version 1.1. Enter the ‘version’ that you mapped to."),
    ],
)  # fmt: skip
def test_the_hint_for_a_missing_list_names_other_versions_and_the_likely_one(
    found, tmp_path, written, others, said
):
    changes = {'version: "1.1"': f"version: {written}"}
    (tmp_path / "lists").mkdir()
    for version in others:
        listed = {"reference": "ST0116", "version": version, "title": "x", "labels": {"K": 1}}
        (tmp_path / "lists" / f"ST0116-{version}.yaml").write_text(json.dumps(listed))
    _, (finding,) = found(changes, "--select", "HTQ509", "--ksbs", tmp_path / "lists")
    assert finding["severity"] == "warning"
    assert finding["message"].startswith("Could not check that the mapping of ST0116 is complete: ")
    assert finding["hint"].startswith(said)


def test_a_missing_folder_of_ksb_lists_gives_exit_code_3(htq, draft, tmp_path):
    run = htq("check", draft(), "--ksbs", tmp_path / "nowhere")
    assert (run.code, run.out) == (3, "")
    assert "nowhere: there is no such folder" in run.err


def test_a_structure_that_is_too_large_to_check_is_reported_without_hanging(found):
    units = "".join(f"  X{number}: x\n" for number in range(1_100))
    names = ", ".join(f"X{number}" for number in range(1_100))
    changes = {
        "  U1: {title": f"{units}  U1: {{title",
        "from: [U5, U6]": f"from: [U5, U6, {names}]",
    }
    codes, findings = found(changes, "--ignore", "HTQ506")
    assert codes == [("HTQ507", "/structure")]
    assert "Could not check" in findings[0]["message"]
    assert "1,000 units" in findings[0]["hint"]


def test_a_mapping_with_placeholders_is_not_reported_as_missing(htq, tmp_path):
    (tmp_path / "a.yaml").write_text(
        "standards: [{reference: ST0116, ksbs: {K1: <units>}}, {reference: ST0117}]\n"
        "units: {U1: <title>}\n"
    )
    words = ("--at", IN_WINDOW, "--format", "json", "--select", "HTQ104,HTQ501")
    found = htq("check", tmp_path / "a.yaml", *words).findings
    assert [(f["code"], f["pointer"]) for f in found] == [
        ("HTQ104", f"{AT}/K1"),
        ("HTQ501", "/standards/1/ksbs"),
        ("HTQ104", "/units/U1"),
    ]
    assert "for example ‘K1: [U1, U2]’" in found[0]["hint"]
    assert "for example ‘U1: Databases’" in found[2]["hint"]


def test_units_without_a_comma_between_them_get_a_hint(htq, draft):
    path = draft({"mandatory: [U1, U2, U3, U4]": "mandatory: [U1 U2, U3, U4]"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    (finding,) = [one for one in run.findings if one["code"] == "HTQ505"]
    assert finding["hint"] == "Put a comma between the units: ‘U1, U2’."


def test_no_comma_hint_unless_every_word_is_a_unit(htq, draft):
    path = draft({"mandatory: [U1, U2, U3, U4]": "mandatory: [U1 U99, U2, U3, U4]"})
    run = htq("check", path, "--at", IN_WINDOW, "--select", "HTQ505", "--format", "json")
    assert [finding["message"] for finding in run.findings] == ["There is no unit ‘U1 U99’"]
    assert "comma" not in run.findings[0]["hint"]


STRUCTURE = """structure:
  mandatory: [U1, U2, U3, U4]
  optional:
    - name: Specialism
      choose: 1
      from: [U5, U6]
"""
MISSED = {"ST0116": ["K10", "S3"]}
"""What a learner who does not take U2 misses."""


@pytest.mark.parametrize(
    "structure", ["", "structure: {}\n", "structure: {mandatory: [], optional: [], pathways: []}\n"]
)
def test_without_a_structure_every_learner_takes_every_unit(found, structure):
    assert found({STRUCTURE: structure})[0] == []


@pytest.mark.parametrize(
    ("structure", "pathway", "units"),
    [
        ("{mandatory: [U1, U3, U4, U5]}", None, ["U1", "U3", "U4", "U5"]),
        ("{optional: [{choose: 4, from: [U1, U3, U4, U5]}]}", None, ["U1", "U3", "U4", "U5"]),
        (
            "{pathways: [{mandatory: [U1, U2, U3, U4, U5]}, {mandatory: [U1, U3, U4, U6]}]}",
            "pathway 2",
            ["U1", "U3", "U4", "U6"],
        ),
        # Credits are counted; a unit that does not state them may have none.
        (
            "{mandatory: [U1, U3, U4], optional: [{credits: 20, from: [U2, U5, U6]}]}",
            None,
            ["U1", "U3", "U4", "U5"],
        ),
        (
            "{mandatory: [U1, U3, U4], optional: [{credits: 20, from: [U2, U6, U7]}]}",
            None,
            ["U1", "U3", "U4", "U6"],
        ),
        ("{mandatory: [U1, U3, U4], optional: [{credits: 21, from: [U2, U6, U7]}]}", None, None),
    ],
)
def test_each_part_of_a_structure_decides_which_units_a_learner_takes(
    found, structure, pathway, units
):
    changes = {STRUCTURE: f"structure: {structure}\n", "  U6:": "  U7: Leadership\n  U6:"}
    _, findings = found(changes, "--select", "HTQ507")
    wanted = [{"pathway": pathway, "units": units, "uncovered": MISSED}] if units else []
    for finding in findings:
        finding["details"].pop("repairs")
    assert [finding["details"] for finding in findings] == wanted


@pytest.mark.parametrize(
    ("asks", "has"),
    [("", "neither ‘choose’ nor"), ("choose: 1, credits: 20, ", "both ‘choose’ and")],
)
def test_an_incomplete_group_gives_no_counterexample(found, asks, has):
    structure = f"{{mandatory: [U1, U3, U4], optional: [{{{asks}from: [U2, U5, U6]}}]}}"
    codes, (finding,) = found({STRUCTURE: f"structure: {structure}\n"})
    assert codes == [("HTQ103", "/structure/optional/0")]
    assert finding["message"] == f"The group has {has} ‘credits’"


def groups(*written):
    """The example with these groups in place of its own, and two more units: one that does not
    state its credits, and one with 0 credits."""
    text = "".join(f"    - {group}\n" for group in written)
    units = "  U7: Leadership\n  U8: {title: Induction, credits: 0}\n  U6:"
    at = STRUCTURE.index("    - name")
    return {STRUCTURE: f"{STRUCTURE[:at]}{text}", "  U6:": units}


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("{choose: 2, from: [U5, U6]}", None),
        ("{choose: 3, from: [U5, U6]}", "This group requires 3 units but lists only 2"),
        ("{choose: 2, from: [U5, U5]}", "This group requires 2 units but lists only 1"),
        ("{credits: 40, from: [U5, U6]}", None),
        ("{credits: 41, from: [U5, U6]}", "This group requires 41 credits but lists only 40"),
        ("{credits: 21, from: [U5, U8]}", "This group requires 21 credits but lists only 20"),
        # Unknown units or credits could be enough.
        ("{choose: 3, from: [U5, U6, TODO]}", None),
        ("{credits: 90, from: [U5, U7]}", None),
        ("{credits: 90, from: [U5, U66]}", None),
        ("{choose: 3}", None),
        # The group does not say how many it requires.
        ("{choose: 3, credits: 90, from: [U5, U6]}", None),
        ("{from: [U5, U6]}", None),
    ],
)
def test_a_group_that_requires_more_than_it_lists_is_reported_with_both_numbers(found, group, said):
    _, findings = found(groups(group), "--select", "HTQ510")
    assert [finding["message"] for finding in findings] == ([said] if said else [])


def test_a_valid_or_unreadable_group_does_not_hide_a_wrong_one_after_it(found):
    too_many = "{choose: 3, from: [U5, U6]}"
    before = (
        "{choose: 3, from: [U5, TODO]}",
        "{credits: 40, from: [U5, U6]}",
        "{choose: 1, from: [U5, U6]}",
        "{from: [U5, U6]}",
    )
    codes, _ = found(groups(*before, too_many), "--select", "HTQ510")
    assert codes == [("HTQ510", "/structure/optional/4")]


def test_a_unit_in_no_group_is_reported_even_if_no_unit_is_mandatory(found):
    structure = "structure: {optional: [{choose: 1, from: [U1, U2, U3, U4, U5]}]}\n"
    codes, _ = found({STRUCTURE: structure}, "--select", "HTQ513")
    assert codes == [("HTQ513", "/units/U6")]


WITHOUT_LIST = """  - reference: ST0118
    version: "9.9"
    ksbs: {K1: {units: [U1], assessed_by: [A1]}}
"""


def test_a_standard_without_a_list_does_not_hide_findings_in_the_next(found):
    changes = {
        "  - reference: ST0116\n": f"{WITHOUT_LIST}  - reference: ST0116\n",
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "from: [U5, U6]": "from: [U2, U5, U6]",
        K10: f"{K10}\n      K99: {{units: [U2], assessed_by: [A1]}}",
    }
    codes, _ = found(changes)
    assert codes == [("HTQ509", "/standards/0/ksbs"), ("HTQ502", "/standards/1/ksbs/K99")]


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("K99", "The last is K12. Check the label and the version."),
        ("S18", "The last is S17. Check the label and the version."),
        ("B44", "The last is B9. Check the label and the version."),
    ],
)
def test_the_hint_for_an_unknown_label_names_the_last_label_of_its_kind(found, label, hint):
    changes = {K10: f"{K10}\n      {label}: {{units: [U2], assessed_by: [A1]}}"}
    _, (finding,) = found(changes)
    assert finding["hint"] == hint


def test_the_hint_names_no_last_label_if_the_standard_has_none_of_that_kind(found, tmp_path):
    changes = {'version: "1.1"': 'version: "2.0"'}
    found(changes)
    listed = {"reference": "ST0116", "version": "2.0", "title": "Made up", "ksbs": {"K1": "One"}}
    (tmp_path / "ksbs" / "ST0116-2.0.yaml").write_text(json.dumps(listed))
    _, findings = found(changes, "--select", "HTQ502")
    by_label = {finding["pointer"].rpartition("/")[2]: finding["hint"] for finding in findings}
    assert "The last is K1." in by_label["K2"]
    assert "The last" not in by_label["B2"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({K10: "K10: [U22]"}, f"{AT}/K10/0"),
        ({K10: "K10: [U2, U22]"}, f"{AT}/K10/1"),
        ({K10: "K10: {units: [U22]}"}, f"{AT}/K10/units/0"),
        ({K10: "K10: {units: [U2, U22]}"}, f"{AT}/K10/units/1"),
    ],
)
def test_an_unknown_unit_is_reported_at_its_place_in_either_form_of_a_line(found, changes, pointer):
    assert found(changes, "--select", "HTQ505")[0] == [("HTQ505", pointer)]


def test_an_unknown_assessment_is_found_after_a_known_one(found):
    codes, _ = found({K10: "K10: {units: [U2], assessed_by: [A1, A11]}"})
    assert codes == [("HTQ512", f"{AT}/K10/assessed_by/1")]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({'version: "1.1"': "version: TODO"}, ["HTQ104"]),
        ({"reference: ST0116": "reference: FA0116"}, ["HTQ201"]),
        ({"reference: ST0116": "reference: TODO"}, ["HTQ104"]),
    ],
)
def test_the_reason_why_a_mapping_is_not_checked_is_reported_once(found, changes, codes):
    assert [code for code, _ in found(changes)[0]] == codes


def test_missing_and_faulty_ksb_lists_have_different_remedies(found, tmp_path):
    _, (finding,) = found({'version: "1.1"': 'version: "9.9"'})
    assert "Run ‘htq ksbs get ST0116 --version 9.9’" in finding["hint"]
    (tmp_path / "ksbs" / "ST0116-9.9.yaml").write_text("a: [")
    _, (finding,) = found({'version: "1.1"': 'version: "9.9"'})
    assert finding["hint"].startswith("Correct that file")


@pytest.mark.parametrize(
    ("option", "name"),
    [("Web", "ST0116 (Web)"), ("web", "ST0116 (web)"), (None, "ST0116")],
)
def test_an_occupation_that_has_an_option_is_named_with_it(found, tmp_path, option, name):
    changes = {
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "from: [U5, U6]": "from: [U2, U5, U6]",
        'version: "1.1"': f'version: "2.0"\n    option: {option or "null"}',
    }
    found(changes)
    listed = {
        "reference": "ST0116", "version": "2.0", "title": "Made up",
        "options": {"Web": ["K1", "K10"], "Data": ["K1"]},
        "ksbs": {"K1": "One", "K10": "Ten"},
    }  # fmt: skip
    (tmp_path / "ksbs" / "ST0116-2.0.yaml").write_text(json.dumps(listed))
    _, (finding,) = found(changes, "--select", "HTQ507")
    assert finding["details"]["uncovered"] == {name: ["K10"]}


def test_an_option_that_the_standard_does_not_have_is_not_named(found):
    changes = {
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "from: [U5, U6]": "from: [U2, U5, U6]",
        'version: "1.1"': 'version: "1.1"\n    option: Web',
    }
    _, (finding,) = found(changes, "--select", "HTQ507")
    assert finding["details"]["uncovered"] == MISSED


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("k99", "Check the label and the version: the list has no K99."),
        ("k9", "K9 has a line already. Combine the two."),
        ("Knowledge 1", "Enter K, S or B and a number, for example ‘K1’."),
    ],
)
def test_the_hint_for_a_malformed_label_gives_the_format_or_likely_meaning(found, label, hint):
    changes = {K10: f"{K10}\n      {label}: {{units: [U2], assessed_by: [A1]}}"}
    _, findings = found(changes, "--select", "HTQ511")
    assert [finding["hint"] for finding in findings] == [hint]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        # Groups that count units need no credits. Missing credits are reported once.
        (["{choose: 1, from: [U7]}"], []),
        (["{choose: 1, from: [U5, U6]}", "{credits: 20, from: [U5, U7]}"], ["U7"]),
        (["{credits: 20, from: [U5, U7, U7]}", "{credits: 20, from: [U6, U7]}"], ["U7"]),
        (["{credits: 20, from: [U66, U8, U7, U9]}"], ["U7", "U9"]),
    ],
)
def test_a_unit_needs_credits_if_a_group_counts_them(found, written, codes):
    changes = groups(*written)
    changes["  U6:"] = f"  U9: {{title: Ethics}}\n{changes['  U6:']}"
    pointers = [pointer for _, pointer in found(changes, "--select", "HTQ101")[0]]
    assert sorted(pointers) == [f"/units/{unit}/credits" for unit in codes]


def test_placeholders_for_credits_are_not_also_reported_as_missing(found):
    changes = groups("{credits: 20, from: [U5, U7]}")
    changes["  U6:"] = changes["  U6:"].replace("Leadership", "{title: Ethics, credits: TODO}")
    codes, _ = found(changes, "--select", "HTQ1")
    assert codes == [("HTQ104", "/units/U7/credits")]


@pytest.mark.parametrize(
    "ksbs", ["{K1: []}", "{K1: [], S1: {units: []}}", "{K1: {coverage: full}}", "{K1: null}"]
)
def test_a_mapping_without_units_is_an_error(htq, draft, ksbs):
    path = draft()
    before, after = path.read_text(encoding="utf-8").split("    ksbs:\n", 1)
    after = after[after.index("assessments:") :]
    path.write_text(f"{before}    ksbs: {ksbs}\n\n{after}", encoding="utf-8")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert "HTQ501" in run.codes
    assert run.data["files"][0]["ready"] is False


def mapping_of(path, lines):
    """Replace the mapping of the draft's standard with these lines."""
    text = path.read_text()
    start, end = text.index("    ksbs:\n"), text.index("assessments:\n")
    path.write_text(f"{text[:start]}    ksbs: {lines}\n\n{text[end:]}")
    return path


@pytest.mark.parametrize(
    ("lines", "is_found"),
    [
        ("{K1: []}", True),
        ("{K1: [], S1: {units: [], reason: Later}}", True),
        ("{}", True),
        ("", True),
        ("{K1: [U1]}", False),
        ("{K1: [], S1: [U1]}", False),
        # These get other errors.
        ("{K1: TODO}", False),
        ("{k1: [U1]}", False),
        ("{K1: [U99]}", False),
    ],
)
def test_a_mapping_in_which_no_ksb_has_a_unit_counts_as_missing(htq, draft, lines, is_found):
    path = mapping_of(draft(), lines)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert ("HTQ501" in run.codes) is is_found


@pytest.mark.parametrize("units", ["", "units: {}\n", "units:\n", "units: ~\n"])
def test_a_draft_without_units_is_not_ready(htq, draft, units):
    path = draft()
    text = path.read_text()
    start, end = text.index("units:\n"), text.index("structure:\n")
    path.write_text(text[:start] + units + text[end:])
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    (finding,) = [f for f in run.findings if f["code"] == "HTQ514"]
    assert (finding["pointer"], finding["severity"]) == ("/units", "error")
    assert run.code == 1


def test_unreadable_units_are_not_reported_as_missing(htq, draft):
    path = draft()
    text = path.read_text()
    start, end = text.index("units:\n"), text.index("structure:\n")
    path.write_text(f"{text[:start]}units: TODO\n{text[end:]}")
    assert "HTQ514" not in htq("check", path, "--at", IN_WINDOW, "--format", "json").codes


PATHWAYS = "  pathways:\n    - {name: Web, mandatory: [U5]}\n    - {name: %s, mandatory: [U6]}\n"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"from: [U5, U6]": "from: [U5, U5]"}, ["/structure/optional/0/from/1"]),
        ({"from: [U5, U6]": "from: [U5, U6, U5, U5]"}, ["/structure/optional/0/from/2"]),
        ({"[U1, U2, U3, U4]": "[U1, U2, U3, U4, U1]"}, ["/structure/mandatory/4"]),
        ({"K3: {units: [U4]": "K3: {units: [U4, U4]"}, [f"{AT}/K3/units/1"]),
        ({"K3: {units: [U4], assessed_by: [A1]}": "K3: [U4, U4]"}, [f"{AT}/K3/1"]),
        ({"structure:\n": f"structure:\n{PATHWAYS % 'Web'}"}, ["/structure/pathways/1/name"]),
        ({"structure:\n": f"structure:\n{PATHWAYS % 'web'}"}, ["/structure/pathways/1/name"]),
        ({"structure:\n": f"structure:\n{PATHWAYS % 'Mobile'}"}, []),
        (
            {"structure:\n": f"structure:\n{PATHWAYS % 'Mobile'}".replace("[U5]", "[U5, U5]")},
            ["/structure/pathways/0/mandatory/1"],
        ),
        # A unit can be in several lists.
        ({"from: [U5, U6]": "from: [U5, U6, U1]"}, []),
    ],
)
def test_a_repeated_name_in_a_list_is_reported_at_its_second_place(htq, draft, changes, pointers):
    words = ("--at", IN_WINDOW, "--select", "HTQ515", "--format", "json")
    findings = htq("check", draft(changes), *words).findings
    assert [(f["pointer"], f["severity"]) for f in findings] == [(p, "warning") for p in pointers]


UNITS = ["U1", "U2", "U3"]
MAPPINGS = st.fixed_dictionaries(
    {"K1": st.just(["U1"])},
    optional={label: st.lists(st.sampled_from(UNITS), unique=True) for label in ("K2", "S1", "S2")},
)
STRUCTURES = st.one_of(
    st.just({"mandatory": UNITS}),
    st.sampled_from(UNITS).map(lambda unit: {"mandatory": [unit], "optional": [ONE_OF_ALL]}),
    st.lists(st.sampled_from(UNITS), min_size=1, max_size=2, unique=True).map(
        lambda ways: {
            "mandatory": ["U1"],
            "optional": [ONE_OF_ALL],
            "pathways": [{"name": name, "mandatory": [name]} for name in ways],
        }
    ),
)
ONE_OF_ALL = {"choose": 1, "from": UNITS}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    """Which of HTQ503 and HTQ507 a draft with this mapping and structure gets."""
    lists = tmp_path_factory.mktemp("lists")
    listed = {"reference": "ST0116", "version": "1.1", "title": "x", "labels": {"K": 2, "S": 2}}
    (lists / "ST0116-1.1.yaml").write_text(json.dumps(listed))
    rules = [rule for rule in RULES if rule.code in ("HTQ503", "HTQ507")]
    known = bundled.load()

    def found(ksbs, structure):
        claim = {"reference": "ST0116", "version": "1.1", "ksbs": ksbs}
        units = dict.fromkeys(UNITS, "A unit")
        written = {"cycle": 3, "units": units, "structure": structure, "standards": [claim]}
        own = inputs.Draft("a.json", lists, json.dumps(written).encode())
        checker = Checker(known, datetime(2022, 5, 20, tzinfo=UTC), rules, lists)
        return {finding.rule.code for finding in checker.check(own).findings}

    return found


@given(MAPPINGS, STRUCTURES, st.data())
def test_a_mapping_that_covers_less_never_loses_a_finding(gaps, ksbs, structure, data):
    before = gaps(ksbs, structure)
    label = data.draw(st.sampled_from([label for label in ksbs if label != "K1"] or ["K1"]))
    worse = [
        ({name: units for name, units in ksbs.items() if name != label or name == "K1"}, structure),
        ({**ksbs, label: ksbs[label][1:] if label != "K1" else ["U1"]}, structure),
        ({**ksbs, label: {"units": ksbs[label], "coverage": "partial"}}, structure),
        (ksbs, {**structure, "mandatory": structure["mandatory"][1:], "optional": [ONE_OF_ALL]}),
    ]
    for less in worse:
        assert before <= gaps(*less)
