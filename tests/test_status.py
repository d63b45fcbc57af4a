"""`htq status`: what is done and left of a draft, and what to do next."""

import json
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, draft_in, examples, in_terminal, program
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.cli import COMMANDS
from htqcli.draft.application import Application
from htqcli.model.part import names
from htqcli.moment import read as read_time
from htqcli.reports.status import of_draft

TOGETHER = ("cycle", "planned_submission", "support_session")
"""The top fields with one value, which share a section."""


@pytest.fixture
def shown(htq, draft):
    """The one draft in the JSON of `htq status` for the example with these changes."""

    def run(changes=None, *words, at=IN_WINDOW):
        run = htq("status", draft(changes), "--at", at, "--format", "json", *words)
        assert run.code == 0, run.err
        (one,) = run.data["drafts"]
        return one

    return run


def section(one, key):
    return next(own for own in one["sections"] if own["section"] == key)


def counts(one, key):
    own = section(one, key)
    return own["done"], own["of"], own["left"], own["state"]


def test_a_ready_draft_has_every_section_done_in_the_order_of_its_fields(shown):
    one = shown()
    assert one["verdict"] == "ready"
    assert [own["section"] for own in one["sections"]] == [
        "cycle", "applicant", "qualification", "units", "structure", "standards/0", "assessments",
        "employers", "documents", "declarations",
    ]  # fmt: skip
    assert {own["state"] for own in one["sections"]} == {"done"}
    assert all(own["left"] == 0 and own["done"] == own["of"] for own in one["sections"])
    assert one["next"]["command"][:2] == ["htq", "pack"]


K10 = "K10: {units: [U2], assessed_by: [A1]}"
ACCEPT = (
    "accept:\n  - {rule: HTQ503, ksbs: [K10], reason: Taught at work, until: 2022-06-01}\n"
    "  - {rule: HTQ507, ksbs: [K10], reason: Taught at work, until: 2022-06-01}\n"
)


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        # The example names the contact's name and address, and the number that its type needs.
        ({"name: Example Awards": "name: TODO"}, "applicant", (4, 5, 1, "to-do")),
        ({"  recognition_number: RN5999\n": ""}, "applicant", (4, 5, 1, "to-do")),
        ({"applicant:": "Applicant:"}, "applicant", (0, 2, 2, "to-do")),
        ({"first_teaching: 2024-09": "first_teaching: 2023-09"}, "qualification", (4, 5, 1, "to-do")),
        ({"title: Level 4": "title: HTQ Level 4"}, "qualification", (4, 5, 1, "to-settle")),
        ({"U6: ": "U7: {title: More, credits: 15}\n  U6: "}, "units", (6, 7, 1, "to-settle")),
        ({K10: "K10: []"}, "standards/0", (37, 38, 1, "to-settle")),
        ({K10: "K10: [U22]"}, "standards/0", (37, 38, 1, "to-do")),
        ({K10: "K10: TODO"}, "standards/0", (37, 38, 1, "to-do")),
        ({f"      {K10}\n": ""}, "standards/0", (37, 38, 1, "to-settle")),
        ({K10: "K10: [U2]"}, "standards/0", (38, 38, 1, "to-settle")),  # no assessment
        ({"    ksbs:": "    x:"}, "standards/0", (0, 38, 39, "to-do")),
        ({'version: "1.1"': 'version: "9.9"'}, "standards/0", (38, None, 1, "not-checked")),
        ({"choose: 1": "choose: 3"}, "structure", (1, 2, 1, "to-do")),
        ({"conditions_of_application: true": "conditions_of_application: no"},
         "declarations", (0, 1, 1, "to-do")),
        ({"kind: ksb-mapping": "kind: other"}, "documents", (3, 4, 1, "to-do")),
        ({"planned_submission: 2022-06-10": "planned_submission: 2022-08-10"}, "cycle", (2, 3, 1, "to-do")),
    ],
)  # fmt: skip
def test_what_is_left_is_counted_in_its_section(shown, changes, key, expected):
    assert counts(shown(changes), key) == expected


def test_a_section_whose_field_is_misspelt_or_unknown_is_left(shown):
    one = shown({"documents:": "papers:"})
    assert counts(one, "file") == (0, 1, 1, "to-do")
    assert one["sections"][0]["section"] == "file"


def test_errors_and_warnings_in_a_section_are_counted_apart(shown, htq, draft):
    changes = {K10: "K10: [U22]", "K9: {units: [U1], assessed_by: [A1]}": "K9: [U1]"}
    own = section(shown(changes), "standards/0")
    assert (own["to_do"], own["to_settle"], own["left"]) == (1, 1, 2)
    out = htq("status", draft(changes), "--at", IN_WINDOW).out
    assert re.search(r"^  ST0116 +37 of 38 KSBs  1 to do, 1 to settle$", out, re.MULTILINE)


def test_an_accepted_gap_is_counted_apart_and_leaves_nothing_to_do(shown):
    one = shown({K10: "K10: []", "# A draft": f"{ACCEPT}# A draft"})
    own = section(one, "standards/0")
    assert (own["done"], own["of"], own["accepted"], own["left"]) == (37, 38, 1, 0)
    assert own["state"] == "done"


@pytest.mark.parametrize(
    ("at", "state", "days"),
    [
        ("2022-05-20", "open", 70),
        ("28 July 2022 11pm", "open", 1),
        ("29 July 2022 4pm", "open", 0),
        ("29 July 2022 5pm", "closed", None),
        ("2022-01-01", "not-yet-open", None),
    ],
)
def test_the_days_to_the_close_are_counted_in_calendar_days(shown, at, state, days):
    window = shown(at=at)["window"]
    assert (window["state"], window["days_left"]) == (state, days)


def test_without_a_cycle_nothing_is_said_of_a_window(shown, htq, draft):
    assert shown({"cycle: 3\n": ""})["window"] is None
    run = htq("status", draft({"cycle: 3\n": ""}), "--at", IN_WINDOW)
    assert "names no cycle that the catalogue has" in run.out


@pytest.mark.parametrize(
    ("changes", "command", "message"),
    [
        ({"cycle: 3": "cycle: 3\nfoo: [", K10: "K10: []"}, "check", "bracket"),
        ({"name: Example Awards": "name:Example"}, "check --fix", "corrected with --fix"),
        ({"name: Example Awards": "name: TODO", K10: "K10: []"}, "check", "TODO"),
        ({'version: "1.1"': 'version: "9.9"'}, "ksbs get", "Could not check"),
        ({K10: "K10: []"}, "coverage --gaps", "No unit covers K10"),
        ({K10: "K10: TODO", "K9: {units: [U1]": "K9: {units: TBC"}, "mapping export", "1 more"),
        ({"title: Level 4": "title: HTQ Level 4"}, "check", "HTQ"),
    ],
)
def test_the_next_step_names_a_command_that_helps(shown, changes, command, message):
    step = shown(changes)["next"]
    assert message in step["message"]
    assert step["command"][0] == "htq"
    assert step["command"][1] in COMMANDS
    words = [word for word in step["command"][1:] if not word.startswith("/")]
    assert set(command.split()) <= set(words)


def test_what_only_time_can_change_comes_last(shown):
    later = shown({K10: "K10: TODO", "level: 4": "level: 6"}, at="2023-01-01")
    assert section(later, "cycle")["state"] == "to-do"
    assert later["next"]["section"] == "standards/0"
    assert shown(at="2023-01-01")["next"]["section"] == "cycle"


CHANGES = {
    "name: Example Awards": "name: TODO",
    "type: awarding-organisation": "type: club",
    "  recognition_number: RN5999\n": "",
    "email: ": "email: x",
    "title: Level 4": "title: HTQ Level 5",
    "level: 4": "level: 3",
    "cycle: 3": "cycle: 9",
    "units:": "Units:",
    "U6: ": "U06: ",
    "choose: 1": "choose: 9",
    "[U5, U6]": "[U5, U6, U99]",
    "reference: ST0116": "reference: ST0310",
    'version: "1.1"': 'version: "2.0"',
    "    ksbs:": "    KSBs:",
    K10: "K10: [U99]",
    "K1: {units": "K99: {units",
    "assessments:": "assessments: {}\nother:",
    "employers:": "employers: []\nold_employers:",
    "kind: ksb-mapping": "kind: other",
    "confidential: ": "confidential: maybe #",
    "conditions_of_application: true": "conditions_of_application: false",
    "support_session: ": "support_session: 31 June 2022 #",
    "declarations:": "declarations: {x: 1}\n",
    "structure:": "structure:structure:",
    "# A draft": f"{ACCEPT}# A draft",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("status")
    draft_in(folder)()
    return folder


def keys_of(pointer):
    """The section that a pointer leads into, said again and otherwise than by the program."""
    _, *steps = pointer.split("/")
    if not steps:
        return "file"
    if steps[0] not in names(Application):
        return "file"
    if steps[0] in TOGETHER:
        return "cycle"
    return "/".join(steps[:2]) if steps[0] == "standards" else steps[0]


@given(
    st.sets(st.sampled_from(sorted(CHANGES)), max_size=4),
    st.lists(st.integers(0, 130), max_size=3),
    st.sampled_from([IN_WINDOW, "2023-01-01"]),
)
@examples(150)
def test_no_section_is_done_while_something_counts_in_it_and_all_are_if_ready(
    folder, changed, deleted, at
):
    text = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
    for old in sorted(changed):
        text = text.replace(old, CHANGES[old], 1)
    lines = [line for at, line in enumerate(text.splitlines(True)) if at not in deleted]
    known, moment = bundled.load(), read_time(at).first
    checker = Checker(known, moment, keeps=True)
    checked = checker.check(Draft(str(folder / "a.yaml"), folder, "".join(lines).encode()))
    one = of_draft(checked, known, moment, None)
    by_key = {own.key: own for own in one.sections}
    for finding in one.checked.findings:
        if finding.accepted is None and (finding.severity.value != "info" or finding.unproven):
            for spot in finding.spots if not finding.ksbs else finding.spots[:1]:
                own = by_key[keys_of(spot.pointer)]
                assert own.state != "done"
                assert own.left > 0
                if finding.severity.value == "error":
                    assert own.state == "to-do"
                    assert own.errors > 0
    nothing_left = all(own.state == "done" and own.left == 0 for own in one.sections)
    assert nothing_left is (one.checked.verdict == "ready")
    for own in one.sections:
        assert (own.state == "done") is (own.left == 0)
        assert own.left > 0 or own.errors + own.warnings == 0
        assert 0 <= own.done <= (own.done if own.of is None else own.of)
        if not own.is_standard:
            assert own.done + own.left == own.of


def test_several_drafts_are_a_table_and_what_cannot_be_read_gives_exit_code_3(htq, draft, tmp_path):
    draft()
    draft({"level: 4": "level: 6"}, "b.yaml")
    run = htq("status", tmp_path, "--at", IN_WINDOW)
    assert run.code == 0
    head, first, second, last = run.out.splitlines()
    assert head.split() == ["Draft", "Verdict", "Done", "KSBs", "Next", "Days", "left"]
    assert first.startswith(f"{tmp_path.as_posix()}/application.yaml  ready")
    assert re.search(r"not ready +9/10 +ST0116 38/38 +Qualification +70$", second)
    assert last == "2 drafts: 1 ready to submit, 1 not ready to submit, as at 20 May 2022."
    run = htq("status", tmp_path / "b.yaml", tmp_path / "none.yaml", "-f", "json")
    assert run.code == 3
    assert len(run.data["drafts"]) == 1
    assert [one["path"] for one in run.data["unchecked"]] == [f"{tmp_path.as_posix()}/none.yaml"]
    assert "none.yaml: not checked" in run.err


@pytest.mark.parametrize("columns", [30, 60, 80, 120])
def test_a_status_fits_a_terminal_of_any_width(draft, columns):
    path = draft({"name: Example Awards": "name: TODO", K10: "K10: []"})
    code, shown = in_terminal("status", path, "--at", IN_WINDOW, columns=columns, NO_COLOR="1")
    assert code == 0
    command = f"htq check {shlex.quote(str(path))}"
    lines = [line for line in shown.splitlines() if command not in line]
    assert max(map(len, lines)) <= max(columns, len(f"{path}:"))
    assert "1 to do" in shown
    assert "\x1b" not in shown


def test_nothing_of_a_draft_is_obeyed_by_the_terminal(htq, draft):
    run = htq("status", draft({"title: Level 4": 'title: "\\e[31m::set-output::Level 4'}))
    assert "\x1b" not in run.out
    named = draft({"reference: ST0116": 'reference: "\\e]0;x\\a"'})
    assert "\x1b" not in htq("status", named).out + htq("status", named, "-f", "json").out


def test_the_command_of_the_next_step_checks_as_at_the_time_that_was_asked_for(htq, draft):
    path = draft({"name: Example Awards": "name: TODO", "kind: specification": "kind: TODO"})
    run = htq("status", path, "--at", "20 May 2022")
    assert f'htq check {path} --at "20 May 2022"\n' in run.out
    now = htq("status", path).out
    assert "--at" not in now
    assert not re.search(r"[0-9]:[0-9]{2}:[0-9]{2}", now)


def test_standard_input_is_a_draft_too_and_a_folder_without_drafts_gives_exit_code_3(
    draft, tmp_path
):
    text = draft({"name: Example Awards": "name:Example"}).read_bytes()
    run = program("status", "-", "--at", IN_WINDOW, "-f", "json", input=text, cwd=tmp_path)
    (one,) = json.loads(run.stdout)["drafts"]
    assert one["path"] == "-"
    assert "--fix" not in one["next"]["command"]  # there is no file to correct
    (tmp_path / "empty").mkdir()
    run = program("status", tmp_path / "empty")
    assert (run.returncode, run.stdout) == (3, b"")
