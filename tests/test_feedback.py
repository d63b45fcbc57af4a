"""What comes back after the submission, and what the draft says of it."""

import pytest

from conftest import IN_WINDOW

ITEM = """
submitted: submitted/application.yaml
feedback:
  - id: F1
    received: 2022-05-02
    asks: Show how K7 is assessed
"""
ANSWER = "    answer: K7 is now assessed by A2\n"
K7 = "K7: {units: [U1, U5, U6], assessed_by: [A1]}"


@pytest.fixture
def resubmitted(draft):
    """Write the ready example as the submitted draft, and as a draft with changes and more text."""

    def write(more="", changes=None):
        path = draft()
        (path.parent / "submitted").mkdir(exist_ok=True)
        kept = path.parent / "submitted" / "application.yaml"
        kept.write_bytes(path.read_bytes())
        path = draft(changes)
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        return path

    return write


@pytest.fixture
def findings(htq, resubmitted):
    """The findings of the rules about feedback and files, in a draft with more text."""

    def run(more, changes=None, at=IN_WINDOW):
        path = resubmitted(more, changes)
        found = htq("check", path, "--at", at, "--format", "json").findings
        codes = ("HTQ1", "HTQ6", "HTQ8")
        return [(f["code"], f["pointer"]) for f in found if f["code"].startswith(codes)]

    return run


def test_feedback_without_an_answer_is_a_warning(findings):
    assert findings(ITEM) == [("HTQ801", "/feedback/0/answer")]
    assert findings(ITEM + ANSWER) == []


@pytest.mark.parametrize("at, code", [
    ("2022-05-20 23:59", "HTQ801"), ("2022-05-21", "HTQ802"),
])  # fmt: skip
def test_feedback_without_an_answer_is_an_error_once_its_day_has_passed(findings, at, code):
    pointer = "due" if code == "HTQ802" else "answer"
    assert findings(f"{ITEM}    due: 20 May 2022\n", at=at) == [(code, f"/feedback/0/{pointer}")]


def test_feedback_with_an_answer_is_never_overdue(findings):
    assert findings(f"{ITEM}{ANSWER}    due: 2022-05-03\n") == []


def test_a_placeholder_as_an_answer_is_one_finding(findings):
    more = f"{ITEM}    answer: TBC\n    due: 2022-05-03\n"
    assert findings(more) == [("HTQ104", "/feedback/0/answer")]


DONE = f"{ITEM}{ANSWER}    done: true\n    about: "


@pytest.mark.parametrize("about", [
    "/standards/0/ksbs/K7", "/standards/0/ksbs/K7/assessed_by", "/standards/0/ksbs",
    "/standards/0", "/standards",
])  # fmt: skip
def test_a_part_that_changed_can_be_marked_as_done(findings, about):
    changed = {K7: K7.replace("A1", "A2")}
    assert findings(f"{DONE}{about}\n", changed) == []
    assert findings(f"{DONE}{about}\n") == [("HTQ803", "/feedback/0/done")]


@pytest.mark.parametrize("about", ["/standards/0/ksbs/K8", "/qualification", "/units/U5"])
def test_a_change_elsewhere_does_not_count_as_done(findings, about):
    changed = {K7: K7.replace("A1", "A2")}
    assert findings(f"{DONE}{about}\n", changed) == [("HTQ803", "/feedback/0/done")]


def test_another_order_or_notation_is_no_change(findings):
    changed = {K7: "K7: {assessed_by: [A1], units: [U6, U1, U5]}"}
    about = "/standards/0/ksbs/K7"
    assert findings(f"{DONE}{about}\n", changed) == [("HTQ803", "/feedback/0/done")]


def test_a_part_is_followed_when_the_positions_in_a_list_change(findings):
    first = "standards:\n  - reference: ST0117\n    version: '1.0'\n    ksbs: {K1: [U1]}\n"
    found = findings(f"{DONE}/standards/1/ksbs/K7\n", {"standards:\n": first})
    assert ("HTQ803", "/feedback/0/done") in found
    found = findings(f"{DONE}/standards/0\n", {"standards:\n": first})
    assert ("HTQ803", "/feedback/0/done") not in found


def test_a_unit_that_moves_in_the_structure_has_changed(findings):
    moved = {"mandatory: [U1, U2, U3, U4]": "mandatory: [U1, U2, U3]", "[U5, U6]": "[U4, U5, U6]"}
    assert findings(f"{DONE}/units/U4\n", moved) == []


def test_a_part_that_was_removed_has_changed(findings):
    assert findings(f"{DONE}/qualification/number\n", {"  number: 610/0000/0\n": ""}) == []


def test_a_part_that_names_a_file_is_left_to_a_person(findings):
    for about in ("/documents", "/documents/0", "/employers/0/evidence", "''"):
        assert findings(f"{DONE}{about}\n") == []


def test_feedback_that_is_not_done_or_about_no_part_is_not_compared(findings):
    assert findings(f"{ITEM}{ANSWER}    done: true\n") == []
    assert findings(f"{ITEM}{ANSWER}    about: /qualification\n    done: false\n") == []


@pytest.mark.parametrize("name, code, words", [
    ("missing.yaml", "HTQ602", "is not there"),
    ("../application.yaml", "HTQ606", "‘..’ leads out"),
    ("/etc/hosts", "HTQ606", "does not start in"),
    ("submitted", "HTQ602", "is a folder"),
    ("application.yaml", "HTQ607", "not the draft as it was submitted"),
    ("broken.yaml", "HTQ803", "cannot be read"),
    ("evidence/example-software-letter.txt", "HTQ803", "is not compared"),
    ("other.yaml", "HTQ803", "no field of a draft"),
])  # fmt: skip
def test_a_submitted_draft_that_cannot_be_used_is_reported_once(
    htq, resubmitted, name, code, words
):
    path = resubmitted(f"\nsubmitted: {name}\n")
    (path.parent / "broken.yaml").write_text("cycle: [3", encoding="utf-8")
    (path.parent / "other.yaml").write_text("version: 3\n", encoding="utf-8")
    (found,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert (found["code"], found["pointer"]) == (code, "/submitted")
    assert words in found["message"]


def test_a_submitted_draft_that_a_link_leads_out_to_is_not_read(htq, resubmitted, tmp_path_factory):
    path = resubmitted(f"{DONE}/qualification\n".replace("submitted/", "linked/"))
    outside = tmp_path_factory.mktemp("outside")
    (outside / "application.yaml").write_text("cycle: 3\n", encoding="utf-8")
    (path.parent / "linked").symlink_to(outside)
    found = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert [f["code"] for f in found] == ["HTQ606"]


def test_the_case_of_the_name_of_the_submitted_draft_can_be_fixed(htq, resubmitted):
    path = resubmitted("\nsubmitted: Submitted/application.yaml\n")
    htq("check", path, "--at", IN_WINDOW, "--fix")
    assert "submitted: submitted/application.yaml\n" in path.read_text(encoding="utf-8")


def test_the_submitted_draft_is_left_out_where_its_folder_is_checked(htq, resubmitted):
    path = resubmitted(ITEM + ANSWER)
    run = htq("check", path.parent, "--at", IN_WINDOW, "--format", "json")
    assert [file["path"] for file in run.data["files"]] == [path.as_posix()]
    listed = htq("check", path.parent, "--list").out
    assert f"named by {path.as_posix()}" in listed
    kept = path.parent / "submitted" / "application.yaml"
    before = kept.read_bytes()
    htq("check", path.parent, "--at", IN_WINDOW, "--fix")
    assert kept.read_bytes() == before


def test_a_submitted_draft_is_checked_if_it_or_only_its_folder_is_named(htq, resubmitted):
    path = resubmitted(ITEM + ANSWER)
    kept = path.parent / "submitted" / "application.yaml"
    for named in ((kept,), (kept.parent,), (kept, path.parent)):
        run = htq("check", *named, "--at", IN_WINDOW, "--format", "json")
        assert kept.as_posix() in [file["path"] for file in run.data["files"]]


def test_drafts_that_name_each_other_are_not_both_left_out(htq, draft):
    path = draft({"cycle: 3\n": "cycle: 3\nsubmitted: b.yaml\n"}, "a.yaml")
    draft({"cycle: 3\n": "cycle: 3\nsubmitted: a.yaml\n"}, "b.yaml")
    draft({"cycle: 3\n": "cycle: 3\nsubmitted: c.yaml\n"}, "c.yaml")
    (path.parent / "application.yaml").unlink()
    run = htq("check", path.parent, "--at", IN_WINDOW, "--format", "json")
    assert [file["path"].rsplit("/", 1)[1] for file in run.data["files"]] == ["a.yaml", "c.yaml"]


def test_a_warning_about_feedback_can_be_accepted_but_not_an_overdue_answer(htq, resubmitted):
    entry = "accept:\n  - {rule: %s, reason: Agreed with the team, until: 2022-06-30}\n"
    for more, code, codes in (
        (ITEM, "HTQ801", []),
        (f"{DONE}/qualification\n", "HTQ803", []),
        (f"{ITEM}    due: 2022-05-03\n", "HTQ802", ["HTQ802", "HTQ107"]),
    ):
        path = resubmitted(more + entry % code)
        found = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
        assert [f["code"] for f in found if "accepted" not in f] == codes


def test_a_hostile_part_or_submitted_draft_stops_nothing(htq, resubmitted):
    for about in (
        "/standards/99999999999/ksbs",
        "/~2/~",
        "/structure/optional/-/from/0",
        "/" * 500,
    ):
        path = resubmitted(f"{DONE}{about}\n")
        assert htq("check", path, "--at", IN_WINDOW).code == 0
    path = resubmitted(f"{DONE}/qualification\n")
    kept = path.parent / "submitted" / "application.yaml"
    for content in (b"[" * 3000, b"\xff\xfe\x00", b"a: &a [*a]\ncycle: *a\n", b"cycle: 3\n" * 2):
        kept.write_bytes(content)
        assert htq("check", path, "--at", IN_WINDOW).code == 0
