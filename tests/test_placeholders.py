"""Placeholders, answers that only look like placeholders, and text that YAML misreads."""

import json

import pytest

from conftest import IN_WINDOW
from htqcli.model.values import is_placeholder

PLACEHOLDERS = [
    "TODO", "tbc", "TBD: ask Sam", "TBC, ask Sam", "<4 or 5>", "[insert name]", "[Insert [name]]",
    "Databases (TBC)", "Databases (tbd)", "Databases [TBC]", "Databases (to be confirmed)",
    "Databases (?)", "Databases – TBC", "(TBC)", "n/a", "N/A", "N.A.", "n.a", "N / A", "NA", "Nil", "T.B.C.", "to follow", "[TBC] Databases",
    "(TBC) Databases", "- TBC", "{{ title }}",
    "Not applicable", "not known", "Not yet known.", "Unknown", "TBA", "To be confirmed",
    "to  be confirmed", "PENDING", "none", "None.", "xxx", "XXXXX", "?", "???", "-", "---", "–",
    "—", ".", "...", "…", "____", "\u200bn/a", "？",
]  # fmt: skip
ANSWERS = [
    "None of the above", "Nonesuch", "Unknown pleasures", "Pending cases", "Databases", "x", "xx",
    "[U1] and [U2]", "Databases [v2]", "Databases (RQF)", "C", "1-2", "-1", "N/A-type ratings",
    "To be or not to be", "Why?", "TBCs", "Todos", "applicant", "A.", "Method: the to-do list",
    "Not known to Ofqual", "Programming (none of it online)",
]  # fmt: skip


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_text_that_gives_no_answer_is_a_placeholder(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_text_that_gives_an_answer_is_not_a_placeholder(text):
    assert not is_placeholder(text)


FIELDS = [
    ("recognition_number: RN5999", "recognition_number", "/applicant/recognition_number"),
    ("name: Example Awards", "name", "/applicant/name"),
    ("title: Level 4 Diploma in Software Development", "title", "/qualification/title"),
    ("number: 610/0000/0", "number", "/qualification/number"),
    ("title: Databases", "title", "/units/U2/title"),
    ("A1: Portfolio of projects", "A1", "/assessments/A1"),
    ("name: Example Software Ltd", "name", "/employers/0/name"),
    ("evidence: evidence/example-software-letter.txt", "evidence", "/employers/0/evidence"),
    (
        "reason: Completed in the workplace, where it is safer",
        "reason",
        "/standards/0/ksbs/S14/reason",
    ),
]


@pytest.mark.parametrize(("old", "name", "pointer"), FIELDS)
@pytest.mark.parametrize("text", ["n/a", "Pending", "???", "[insert]", "Made up (TBC)"])
def test_a_placeholder_in_any_text_field_makes_the_draft_not_ready(
    htq, draft, old, name, pointer, text
):
    run = htq("check", draft({old: f'{name}: "{text}"'}), "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], f["pointer"]) for f in run.findings] == [("HTQ104", pointer)]
    assert run.code == 1


def test_an_acceptance_whose_reason_is_a_placeholder_accepts_nothing(htq, draft):
    path = draft({"confidential: false": "confidential: ~"})
    path.write_text(f"{path.read_text()}accept:\n- {{rule: HTQ604, reason: n/a, until: 2022-06-30}}\n")  # fmt: skip
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], "accepted" in f) for f in run.findings] == [
        ("HTQ604", False),
        ("HTQ104", False),
    ]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("option: null", []),
        ("option:", []),
        ("option: ~", []),
        ("option: none", ["HTQ104"]),
        # Text in brackets is a list.
        ("option: [Web]", ["HTQ103"]),
    ],
)
def test_an_option_can_be_empty_but_not_a_placeholder(htq, draft, written, codes):
    path = draft({"    level: 4\n    version": f"    {written}\n    version"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--ignore", "HTQ209")
    assert run.codes == codes


def test_the_hint_for_an_optional_field_says_it_can_be_left_out(htq, draft):
    path = draft({"number: 610/0000/0": "number: none"})
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert finding["hint"].endswith("or leave the field out.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("recognition_number: RN5999", "recognition_number: n/a"),
        ('version: "1.1"', "version: TBC"),
        ("conditions_of_application: true", "conditions_of_application: TBC"),
        ("    evidence: evidence/example-software-letter.txt", "    evidence: TBC"),
    ],
)
def test_the_hint_for_a_field_that_a_rule_needs_does_not_suggest_to_leave_it_out(
    htq, draft, old, new
):
    found = htq("check", draft({old: new}), "--at", IN_WINDOW, "--format", "json").findings
    (finding,) = (one for one in found if one["code"] == "HTQ104")
    assert "leave the field out" not in finding["hint"]


def test_the_hint_for_a_ksb_without_an_answer_says_its_line_can_be_deleted(htq, draft):
    path = draft({"K3: {units: [U4], assessed_by: [A1]}": "K3: n/a"})
    (finding,) = htq("check", path, "--select", "HTQ104", "--format", "json").findings
    assert finding["hint"].endswith("for example ‘K3: [U1, U2]’, or delete the line.")


def test_ids_in_brackets_are_a_list_and_not_a_placeholder(htq, draft):
    run = htq("check", draft({"K2: {units: [U1], assessed_by: [A1]}": "K2: [U1]"}),
              "--at", IN_WINDOW, "--format", "json", "--ignore", "HTQ508")  # fmt: skip
    assert run.findings == []


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        # An unused anchor removes a word.
        ("&Co Awards", ["HTQ108"]),
        ("&Co", ["HTQ101", "HTQ108"]),
        ("&used Awards\n  intellectual_property: {holder: *used}\n  x: 1", ["HTQ102"]),
        ("'&Co Awards'", []),
        ("Marks &Co Awards", []),
        ("Marks & Co", []),
        # A word processor’s quotation marks become part of the text.
        ("“Level 4 Diploma”", ["HTQ108"]),
        ("‘Level 4 Diploma’", ["HTQ108"]),
        ("„Level 4 Diploma“", ["HTQ108"]),
        ("”Level 4 Diploma”", ["HTQ108"]),
        ('"“Level 4 Diploma”"', []),
        ("“Data” and “Code”", []),
        ("The “Data” Diploma", []),
        # A comment that begins with a number is probably meant as text.
        ("Data & Software # 2", ["HTQ109"]),
        ("Data #2", ["HTQ109"]),
        ('"Data # 2"', []),
        ('"Data" # 2', []),
        ("Data # the second", []),
        ("Data#2", []),
    ],
)
def test_text_that_yaml_misreads_is_reported(htq, draft, title, codes):
    rights = "  intellectual_property:\n    holder: applicant\n"
    path = draft({"Level 4 Diploma in Software Development": title, rights: ""})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ1")
    assert sorted(run.codes) == codes
    severities = {"HTQ108": "warning", "HTQ109": "info"}
    assert all(f["severity"] == severities.get(f["code"], "error") for f in run.findings)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("  level: 4 # 4 or 5\n  number", []),
        ("  level: 4 #\n  number", []),
    ],
)
def test_a_comment_after_a_number_is_not_reported(htq, draft, line, codes):
    path = draft({"  level: 4\n  number": line})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == codes


def test_the_finding_marks_the_anchor_the_quoted_text_or_the_comment(htq, draft):
    path = draft({
        "name: Example Awards": "name: &Co Awards",
        "title: Databases": "title: “Databases”",
        "name: Specialism": "name: Specialism # 1",
    })  # fmt: skip
    text = path.read_text().split("\n")
    found = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    places = [text[f["line"] - 1][f["column"] - 1 : f["end_column"] - 1] for f in found]
    assert places == ["&Co", "“Databases”", "# 1"]


@pytest.mark.parametrize("name", ["&Jo Secret", "“Jo Secret”", "Jo # 07700 Secret"])
def test_a_finding_about_the_contact_does_not_show_it(htq, draft, name):
    path = draft({"name: A. Person": f"name: {name}"})
    for format in ("json", "text"):
        run = htq("check", path, "--at", IN_WINDOW, "--format", format)
        assert "HTQ10" in run.out
        assert "Secret" not in run.out
        assert "07700" not in run.out
        assert "&Jo" not in run.out


def test_a_ksb_list_can_have_comments_that_begin_with_a_number(htq, draft):
    path = draft()
    listed = path.parent / "ksbs" / "ST0116-1.1.yaml"
    listed.write_text(listed.read_text().replace("\nversion:", " # 1\nversion:", 1))
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.findings == []


@pytest.mark.parametrize("text", ["&a b", "“a", "a # 1", "[" * 50, "??" * 10_000, "([" * 5_000])
def test_thousands_of_odd_texts_are_checked_without_hanging(htq, draft, text):
    units = "".join(f"  X{n}: {json.dumps(text) if text[0] in '[?(' else text}\n" for n in range(2_000))  # fmt: skip
    path = draft({"units:\n": f"units:\n{units}"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ1")
    assert run.code in (0, 1)
