"""Which rules run, which findings fail the run, where reports go, and how rules are documented."""

import json
import os
import re
import stat
import subprocess

import pytest

from conftest import IN_WINDOW, ROOT, program
from htqcli.rules import RULES

WRONG = {"  level: 4\n  number": "  level: 6\n  number", "Level 4 Diploma": "Diploma HTQ"}


@pytest.fixture
def codes(htq, draft):
    """The codes that a run finds in a draft with an error and a warning."""

    def run(*words):
        found = htq("check", draft(WRONG), "--at", IN_WINDOW, "--format", "json", *words)
        return found.codes, found.code

    return run


@pytest.mark.parametrize(
    ("words", "found", "code"),
    [
        ((), ["HTQ403", "HTQ401"], 1),
        (("--select", "HTQ401"), ["HTQ401"], 1),
        (("--select", "htq403,HTQ3"), ["HTQ403"], 0),
        (("--select", "HTQ4"), ["HTQ403", "HTQ401"], 1),
        (("--select", "HTQ3", "--select", "qualification-level"), ["HTQ401"], 1),
        (("--ignore", "qualification-level"), ["HTQ403"], 0),
        (("--ignore", "HTQ4"), [], 0),
        (("--select", "HTQ4", "--ignore", "HTQ401"), ["HTQ403"], 0),
        (("--fail-on", "warning"), ["HTQ403", "HTQ401"], 1),
        (("--ignore", "HTQ401", "--fail-on", "warning"), ["HTQ403"], 1),
        (("--ignore", "HTQ401", "--fail-on", "info"), ["HTQ403"], 1),
        (("--fail-on", "never"), ["HTQ403", "HTQ401"], 0),
        (("--exit-zero",), ["HTQ403", "HTQ401"], 0),
    ],
)
def test_options_choose_the_rules_and_which_severity_fails_the_run(codes, words, found, code):
    assert codes(*words) == (found, code)


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("--select", "HTQ999"), "HTQ9"),
        (("--ignore", "qualificaton-level"), "qualification-level"),
        (("--fail-on", "warnings"), "warning"),
        (("--format", "sarfi"), "sarif"),
        (("--report", "jnuit=x.xml"), "junit"),
        (("--report", "x.xml"), "equals sign"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_known_one(htq, draft, words, near):
    run = htq("check", draft(), *words)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("There is a problem. ")
    assert near in run.err


def test_a_draft_is_not_called_ready_when_only_some_rules_ran(htq, draft):
    run = htq("check", draft(), "--at", IN_WINDOW, "--select", "HTQ4")
    assert run.code == 0
    assert "ready to submit" not in run.out
    assert "no error found by the rules that were chosen" in run.out


def test_quiet_shows_only_findings_that_fail_the_run(htq, draft):
    run = htq("check", draft(WRONG), "--at", IN_WINDOW, "--quiet")
    assert run.code == 1
    assert "HTQ401" in run.out
    assert "HTQ403" not in run.out
    assert "ready" not in run.out
    assert htq("check", draft(), "--at", IN_WINDOW, "--quiet").out == ""
    assert htq("check", draft(), "--at", IN_WINDOW, "-q", "--format", "json").err == ""


def test_a_report_replaces_an_older_one_and_keeps_its_permissions(htq, draft, tmp_path):
    old = tmp_path / "report.json"
    old.write_text("old")
    old.chmod(0o640)
    kept = stat.S_IMODE(old.stat().st_mode)
    run = htq("check", draft(), "--at", IN_WINDOW, "--report", f"json={old}")
    assert run.code == 0
    assert json.loads(old.read_text())["summary"]["ready"] == 1
    assert stat.S_IMODE(old.stat().st_mode) == kept
    assert sorted(tmp_path.glob(".htq-*")) == []


@pytest.mark.parametrize("file", ["no/folder/report.json", "/dev/null", "evidence"])
def test_a_report_that_cannot_be_written_is_named_and_the_others_are_written(
    htq, draft, tmp_path, file
):
    path = draft()
    target, good = tmp_path / file, tmp_path / "good.json"
    run = htq(
        "check", path, "--at", IN_WINDOW, "--report", f"json={target}", "--report", f"json={good}"
    )
    assert run.code == 3
    assert "the report is not written" in run.err
    assert "ready to submit" in run.out
    assert json.loads(good.read_text())["summary"]["ready"] == 1
    assert not stat.S_ISREG(os.stat("/dev/null").st_mode)


def test_a_report_through_a_link_is_written_to_its_target(htq, draft, tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "target.json")
    htq("check", draft(), "--at", IN_WINDOW, "--report", f"json={tmp_path / 'link.json'}")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "target.json").read_text())


def test_a_report_is_not_written_over_a_draft_or_another_report(htq, draft, tmp_path):
    path = draft()
    before = path.read_text()
    run = htq("check", path, "--report", f"json={path}")
    assert run.code == 2
    assert "over the draft" in run.err
    assert path.read_text() == before
    same = tmp_path / "same"
    run = htq("check", path, "--report", f"json={same}", "--report", f"sarif={same}")
    assert run.code == 2
    assert not same.exists()


# htq rules


def test_htq_rules_lists_every_rule_in_a_table(htq):
    lines = htq("rules").out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]
    assert "HTQ605  support-session" in htq("rules").out
    assert "by cycle" in next(line for line in lines if line.startswith("HTQ605"))


def test_a_rule_is_shown_with_its_source_and_examples(htq):
    out = htq("rules", "HTQ401").out
    for piece in ("HTQ401 qualification-level", "error", "What the source says:", "https://",
                  "Reported:", "level: 6  # HTQ401", "Not reported:", "level: 5"):  # fmt: skip
        assert piece in out


def test_rules_can_be_chosen_by_code_start_of_a_code_or_name(htq):
    shown = htq("rules", "HTQ7", "tag", "--format", "json").data
    assert [rule["code"] for rule in shown] == ["HTQ008", "HTQ701"]
    by_cycle = htq("rules", "HTQ605", "--format", "json").data[0]["severity"]
    assert by_cycle.startswith("info in cycles 1, 2, 3, 4, error in cycle")


def test_an_unknown_rule_is_refused_with_the_nearest_name(htq):
    run = htq("rules", "support-sesion")
    assert (run.code, run.out) == (2, "")
    assert "support-session" in run.err


def test_the_page_of_rules_is_up_to_date(htq):
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == htq("rules", "--format", "markdown").out, "run: python docs/generate.py"


def test_every_finding_names_the_command_that_shows_its_rule(htq, draft):
    run = htq("check", draft(WRONG), "--at", IN_WINDOW, "--format", "json")
    assert len(run.findings) > 1
    for finding in run.findings:
        program_name, *words = finding["documentation"].split()
        assert program_name == "htq"
        assert htq(*words).out.startswith(f"{finding['code']} {finding['name']}, ")


# Unusual and hostile input


@pytest.mark.parametrize(
    "words", [("--select", ""), ("--select", " , "), ("--select", "HTQ304", "--ignore", "HTQ3")]
)
def test_a_choice_that_leaves_no_rule_is_refused(htq, draft, words):
    run = htq("check", draft(WRONG), *words)
    assert (run.code, run.out) == (2, "")
    assert "leave no rule" in run.err


def test_a_report_is_not_written_over_a_draft_in_the_checked_folder(htq, draft, tmp_path):
    path = draft(name="other.yaml")
    before = path.read_text()
    run = htq("check", tmp_path, "--at", IN_WINDOW, "--report", f"json={path}")
    assert run.code == 2
    assert path.read_text() == before


@pytest.mark.parametrize("format", ["json", "sarif", "gitlab"])
def test_an_older_report_in_the_checked_folder_is_replaced_and_not_checked(
    htq, draft, tmp_path, format
):
    draft()
    report = tmp_path / "report.json"
    words = ("check", tmp_path, "--at", IN_WINDOW, "--report", f"{format}={report}")
    assert htq(*words).code == 0
    assert htq(*words).out == htq(*words).out
    assert htq(*words).code == 0


def test_a_report_is_not_written_to_the_file_that_receives_standard_output(draft, tmp_path):
    out = tmp_path / "out.txt"
    path = draft()
    with open(out, "wb") as file:
        run = program(
            "check", path, "--at", IN_WINDOW, "--report", f"json={out}",
            capture_output=False, stdout=file, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert run.returncode == 3
    assert "standard output or standard error goes there" in run.stderr.decode()
    assert "ready to submit" in out.read_text()


def test_a_long_reason_is_not_repeated_in_full_with_each_finding(htq, draft):
    accept = "accept:\n  - {rule: HTQ604, reason: " + "r" * 50_000 + ", until: 2022-06-01}\n"
    unsaid = "  - {kind: other, file: evidence/assessment-plan.txt}\n" * 300
    path = draft({"declarations:": f"{unsaid}{accept}declarations:"})
    for format in ("text", "json", "sarif", "junit", "markdown"):
        out = htq("check", path, "--at", IN_WINDOW, "--format", format).out
        assert len(out) < 1_000_000, format
        assert "rrr" in out


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"cycle: 3": "cycle: three", "ST0116": "ST0310"}, "HTQ204"),
        ({"cycle: 3": "cycle: 99"}, "HTQ605"),
        ({"first_teaching: 2024-09": "first_teaching: soon"}, "HTQ304"),
    ],
)
def test_an_acceptance_is_not_called_unused_when_its_rule_could_not_run(htq, draft, changes, rule):
    entry = f"accept:\n  - {{rule: {rule}, reason: Agreed, until: 2022-06-01}}\n"
    path = draft({**changes, "declarations:": f"{entry}declarations:"})
    assert "HTQ106" not in htq("check", path, "--at", IN_WINDOW, "--format", "json").codes


def test_the_place_in_an_acceptance_must_match_exactly(htq, draft):
    entry = "accept:\n  - {rule: HTQ605, at: /, reason: Agreed, until: 2022-06-01}\n"
    path = draft({"support_session: 2022-03-02\n": entry})
    assert htq("check", path, "--at", IN_WINDOW, "--format", "json").codes == ["HTQ605", "HTQ106"]


def test_unchecked_files_count_towards_the_ten_errors_shown_on_github(htq, draft):
    missing = [f"missing-{number}.yaml" for number in range(15)]
    out = htq("check", draft(), *missing, "--at", IN_WINDOW, "--format", "github").out
    assert out.count("::error ") == 10
    assert "5 more of level error are not shown here." in out


@pytest.mark.parametrize("word", ["\x1b[31mred", "##vso[task.x]y", "a\n::error::x", "\u202eabc"])
def test_text_in_a_catalogue_cannot_command_the_terminal_or_pipeline(htq, tmp_path, word):
    text = (ROOT / "data" / "standards.yaml").read_text()
    text = text.replace("name: the HTQ approvals team, email: HTQ.approvals@education.gov.uk",
                        f"name: {json.dumps(word)}, email: {json.dumps(word)}")  # fmt: skip
    text = text.replace("note: The day on which", f"note: {json.dumps(word)} #")
    text = text.replace("title: Software developer", f"title: {json.dumps(word)}")
    file = tmp_path / "c.yaml"
    file.write_text(text)
    for words in (("standards", "show", "ST0116"), ("standards", "list"), ("window", "list"),
                  ("window", "status"), ("window", "timeline"), ("standards", "search", "red"),
                  ("standards", "show", "ST9999")):  # fmt: skip
        run = htq(*words, "--catalogue", file)
        out = run.out + run.err
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", out)
        assert "##vso[" not in out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())
