"""The mapping of KSBs to units, and the structure, as `htq check` judges them."""

import pytest

from conftest import IN_WINDOW


@pytest.fixture
def found(htq, draft):
    """The findings in a draft with these changes: code, pointer, message."""

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
        ({f"      {K10}\n      {K11}\n": ""}, [("HTQ503", AT)]),
        ({K10: "K10: {units: [], assessed_by: [A1]}"}, [("HTQ503", AT)]),
        ({K10: f"{K10}\n      K99: {{units: [U2], assessed_by: [A1]}}"}, [("HTQ502", f"{AT}/K99")]),
        ({K10: f"{K10}\n      k1: {{units: [U2], assessed_by: [A1]}}"}, [("HTQ511", f"{AT}/k1")]),
        ({K10: K10.replace("K10", "k10")}, [("HTQ511", f"{AT}/k10")]),
        ({"        reason: Completed in the workplace, where it is safer\n": ""}, [("HTQ504", f"{AT}/S14/reason")]),
        ({"choose: 1": "choose: 3"}, [("HTQ510", "/structure/optional/0")]),
        ({"choose: 1": "credits: 50"}, [("HTQ510", "/structure/optional/0")]),
        ({"from: [U5, U6]": "from: [U5, U66]"}, [("HTQ513", "/units/U6"), ("HTQ505", "/structure/optional/0/from/1")]),
        ({"  U6:": "  U7: Leadership\n  U6:", "[U5, U6]\n\n#": "[U5, U6, U7]\n\n#"}, [("HTQ506", "/units/U7")]),
        ({'version: "1.1"': 'version: "9.9"'}, [("HTQ509", AT)]),
        ({'    version: "1.1"\n': ""}, [("HTQ509", AT)]),
        ({"[U1, U2, U3, U4]\n  optional": "[U1, U3, U4, TODO]\n  optional"}, [("HTQ104", "/structure/mandatory/3")]),
        ({"U2: {title: Databases, credits: 20}": "U2: TODO"}, [("HTQ104", "/units/U2")]),
    ],
)  # fmt: skip
def test_each_mistake_in_a_mapping_is_one_finding(found, changes, codes):
    assert found(changes)[0] == codes


def test_gaps_are_said_in_one_line(found):
    _, (finding,) = found({f"      {K10}\n      {K11}\n": ""})
    assert finding["message"] == "No unit covers K10 and K11 of ST0116"
    assert finding["details"] == {"uncovered": ["K10", "K11"]}


def test_a_learner_who_never_takes_the_database_unit_is_the_counter_example(found):
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
    }
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


def test_a_list_elsewhere_is_named_by_an_option(htq, draft, tmp_path):
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
        (None, "there is no file"),
    ],
)
def test_a_list_that_cannot_be_used_is_said_and_the_rest_is_checked(
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


def test_a_list_that_is_a_link_out_of_its_folder_is_not_read(htq, draft, tmp_path):
    path = draft()
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    file.rename(tmp_path / "elsewhere.yaml")
    file.symlink_to(tmp_path / "elsewhere.yaml")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ509"]
    assert "leads elsewhere" in run.findings[0]["message"]


def test_an_occupation_whose_list_is_not_at_hand_is_left_out_and_named(found):
    changes = {
        "mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U3, U4]",
        "from: [U5, U6]": "from: [U2, U5, U6]",
        "assessments:\n": "  - reference: ST0118\n    version: '1.1'\n"
        "    ksbs: {K1: {units: [U2], assessed_by: [A1]}}\n\nassessments:\n",
    }
    codes, findings = found(changes)
    assert [code for code, _ in codes] == ["HTQ507", "HTQ509"]
    assert "This leaves out ST0118, whose list is not at hand" in findings[0]["hint"]


def test_a_folder_of_lists_that_is_not_there_is_exit_3(htq, draft, tmp_path):
    run = htq("check", draft(), "--ksbs", tmp_path / "nowhere")
    assert (run.code, run.out) == (3, "")
    assert "nowhere: there is no such folder" in run.err


def test_a_structure_too_large_to_answer_for_is_said_and_nothing_hangs(found):
    units = "".join(f"  X{number}: x\n" for number in range(1_100))
    names = ", ".join(f"X{number}" for number in range(1_100))
    changes = {
        "  U1: {title": f"{units}  U1: {{title",
        "from: [U5, U6]": f"from: [U5, U6, {names}]",
    }
    codes, findings = found(changes, "--ignore", "HTQ506")
    assert codes == [("HTQ507", "/structure")]
    assert "is not checked" in findings[0]["message"]
    assert "1,000 units" in findings[0]["hint"]


def test_a_mapping_that_is_begun_is_no_missing_one(htq, tmp_path):
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


def test_units_without_a_comma_between_them_are_told_so(htq, draft):
    path = draft({"mandatory: [U1, U2, U3, U4]": "mandatory: [U1 U2, U3, U4]"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    (finding,) = [one for one in run.findings if one["code"] == "HTQ505"]
    assert finding["hint"] == "Put a comma between the units: ‘U1, U2’."
