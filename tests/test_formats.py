"""Each format follows the documentation of the program that reads it. SARIF and JUnit are in
test_schemas.py."""

import json
import os
import re
import shutil
from urllib.parse import unquote

import pytest

from conftest import IN_WINDOW, ROOT
from htqcli.formats import FORMATS, sarif

pytestmark = pytest.mark.slow

WRONG = {"  level: 4\n  number": "  level: 6\n  number", "Level 4 Diploma": "Diploma HTQ"}
"""An error, HTQ401, and a warning, HTQ403."""


@pytest.fixture
def checked(htq, draft, monkeypatch, tmp_path):
    """Run htq check in the folder of a draft with these changes, in a format."""

    def run(format, changes=None, *words, name="application.yaml"):
        path = draft(changes, name)
        (tmp_path / ".git").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path)
        return htq("check", path.name, "--at", IN_WINDOW, "--format", format, *words)

    return run


def many(level, number):
    """Changes that give a draft this number of findings of a severity."""
    item = {"error": "kind: nothing", "warning": "kind: other\n    file: application.yaml"}[level]
    extra = f"  - {item}\n" * number
    confidential = "    confidential: true\n"
    return {f"{confidential}\ndeclarations": f"{confidential}{extra}\ndeclarations"}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("changes", "code"), [({}, 0), (WRONG, 1)])
def test_the_exit_code_is_the_same_in_every_format(checked, format, changes, code):
    assert checked(format, changes).code == code
    assert checked(format, changes, "--fail-on", "never").code == 0
    assert checked(format, changes, "--exit-zero").code == 0
    assert checked(format, changes, "not-there.yaml").code == 3


# GitHub workflow commands: a command is a line of its own, `::name key=value,…::data`, in
# which %, CR and LF of the data are escaped, and : and , of the properties as well.

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(out):
    for line in out.splitlines():
        if match := COMMAND.fullmatch(line):
            written = dict(pair.split("=", 1) for pair in match[2].split(","))
            yield (
                match[1],
                {key: unquote(value) for key, value in written.items()},
                unquote(match[3]),
            )


def test_github_shows_each_finding_at_its_place(checked):
    found = list(commands(checked("github", WRONG).out))
    assert [(level, p["title"]) for level, p, _ in found] == [
        ("error", "HTQ401 qualification-level"),
        ("warning", "HTQ403 htq-in-title"),
    ]
    _, properties, message = found[0]
    assert properties["file"] == "application.yaml"
    assert (properties["line"], properties["col"]) == ("16", "10")
    assert (properties["endLine"], properties["endColumn"]) == ("16", "11")
    assert message.startswith("A level 6 qualification cannot be approved. ")


def test_github_shows_at_most_ten_of_each_level_and_says_how_many_more(checked):
    changes = {**many("error", 12), "cycle: 3": "cycle: 3"}
    out = checked("github", changes).out
    assert sum(level == "error" for level, _, _ in commands(out)) == 10
    errors = 12 * 2  # each document has a wrong kind and no file
    assert f"{errors - 10} more of level error are not shown here." in out
    assert sum(level == "warning" for level, _, _ in commands(out)) == 10
    assert "2 more of level warning are not shown here." in out


def test_github_appends_a_summary_to_the_step_summary_file(checked, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    checked("github", WRONG)
    written = summary.read_text("utf-8")
    assert written.startswith("before\n\n## HTQ draft applications\n")
    assert "HTQ401" in written


def test_a_summary_that_cannot_be_written_does_not_change_the_exit_code(
    checked, tmp_path, monkeypatch
):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "folder"))
    run = checked("github")
    assert run.code == 0
    assert f"{tmp_path / 'no' / 'folder'}: the summary of the step is not written" in run.err


# GitLab Code Quality: an array of objects with description, check_name, a unique fingerprint,
# a severity of five words and a location with a path that does not begin with ./ .


def test_gitlab_issues_have_every_field_that_code_quality_needs(checked):
    report = json.loads(checked("gitlab", WRONG).out)
    assert [issue["check_name"] for issue in report] == [
        "HTQ403 htq-in-title",
        "HTQ401 qualification-level",
    ]
    assert [issue["severity"] for issue in report] == ["minor", "major"]
    assert {issue["location"]["path"] for issue in report} == {"application.yaml"}
    assert [issue["location"]["lines"]["begin"] for issue in report] == [15, 16]
    assert all(issue["description"] for issue in report)
    assert len({issue["fingerprint"] for issue in report}) == 2


def test_gitlab_gives_an_empty_array_if_there_are_no_findings(checked):
    assert checked("gitlab").out == "[]\n"


def test_a_fingerprint_stays_the_same_when_lines_move(checked):
    def fingerprints(changes):
        report = json.loads(checked("gitlab", changes).out)
        return {issue["fingerprint"]: issue["check_name"] for issue in report}

    twice = {**WRONG, "cycle: 3": "cycle: 3\ncycle: 3"}
    moved = {**WRONG, "cycle: 3": "\n\n# moved\ncycle: 3\n\ncycle: 3"}
    assert len(fingerprints(twice)) == 3
    assert fingerprints(twice) == fingerprints(moved)


# Azure Pipelines: ##vso[task.logissue key=value;…]message, in which % CR and LF are written
# %AZP25, %0D and %0A, and ; and ] of the properties as %3B and %5D.

LOGGED = re.compile(r"##vso\[task\.logissue ([^\]]*)\](.*)")


def test_azure_logs_errors_and_warnings_and_prints_the_rest_as_text(checked):
    changes = {**WRONG, "support_session: 2022-03-02\n": ""}
    out = checked("azure", changes).out
    logged = [LOGGED.fullmatch(line) for line in out.splitlines()]
    properties = [dict(p.split("=") for p in m[1].rstrip(";").split(";")) for m in logged if m]
    assert [(p["type"], p["code"]) for p in properties] == [
        ("warning", "HTQ403"),
        ("error", "HTQ401"),
    ]
    assert properties[1]["sourcepath"] == "application.yaml"
    assert (properties[1]["linenumber"], properties[1]["columnnumber"]) == ("16", "10")
    assert "application.yaml:1:1: note HTQ605 No support session is recorded." in out


# Paths from the root of the checkout, wherever htq is started.

ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")


def reported_path(format, out):
    """The path of a draft in the report of a format."""
    if format == "github":
        return next(commands(out))[1]["file"]
    if format == "gitlab":
        return json.loads(out)[0]["location"]["path"]
    if format == "azure":
        return re.search("sourcepath=([^;]*);", out)[1]
    location = json.loads(out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    return unquote(location["artifactLocation"]["uri"])


def fingerprints_in(format, out):
    """The fingerprints in the report of a format."""
    if format == "gitlab":
        return [issue["fingerprint"] for issue in json.loads(out)]
    results = json.loads(out)["runs"][0]["results"]
    return [result["partialFingerprints"]["htqFinding/v1"] for result in results]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a draft in the folder `quals`. The current folder is the one above it."""
    (tmp_path / "root" / "quals" / "deep").mkdir(parents=True)
    (tmp_path / "root" / "quals" / "a.yaml").write_text("cycle: 3\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "root"


STARTED = [
    ("root", "quals/a.yaml"),
    ("root", "quals"),
    ("root/quals", "a.yaml"),
    ("root/quals", "."),
    ("root/quals/deep", "../a.yaml"),
    (".", "root/quals/a.yaml"),
    ("link/quals", "a.yaml"),
    (".", "link/quals/deep/../a.yaml"),
    ("root/quals/deep", "{}/quals/a.yaml"),
]


@pytest.mark.parametrize("known_by", [*ROOTS, ".git", ".git of a worktree"])
def test_paths_are_relative_to_the_root_of_the_checkout(htq, checkout, monkeypatch, known_by):
    (checkout.parent / "link").symlink_to("root")
    if known_by in ROOTS:
        monkeypatch.setenv(known_by, str(checkout))
    elif known_by == ".git":
        (checkout / ".git").mkdir()
    else:
        (checkout / ".git").write_text("gitdir: elsewhere\n")
    found = set()
    for started, path in STARTED:
        monkeypatch.chdir(checkout.parent / started)
        for format in ("github", "gitlab", "azure", "sarif"):
            out = htq("check", path.format(checkout), "--format", format).out
            assert reported_path(format, out) == "quals/a.yaml", (started, path, format)
            if format in ("gitlab", "sarif"):
                found.add(tuple(sorted(fingerprints_in(format, out))))
    assert len(found) == 1, "fingerprints do not depend on where htq was started"


def test_a_root_that_does_not_contain_the_file_is_ignored(htq, checkout, monkeypatch):
    (checkout / ".git").mkdir()
    monkeypatch.chdir(checkout / "quals")
    elsewhere = checkout / "quals" / "deep"
    for root in (str(elsewhere), f"{checkout}/qual", "/nowhere", ""):
        monkeypatch.setenv("GITHUB_WORKSPACE", root)
        assert (
            reported_path("github", htq("check", "a.yaml", "--format", "github").out)
            == "quals/a.yaml"
        )
    monkeypatch.setenv("CI_PROJECT_DIR", str(checkout / "quals"))
    assert reported_path("github", htq("check", "a.yaml", "--format", "github").out) == "a.yaml"


def test_a_draft_outside_the_checkout_has_an_absolute_path(htq, checkout, monkeypatch):
    other = checkout / "quals" / "deep"
    (other / ".git").mkdir()
    monkeypatch.chdir(other)
    out = htq("check", "../a.yaml", "--format", "gitlab").out
    assert reported_path("gitlab", out) == f"{checkout.as_posix()}/quals/a.yaml"
    out = htq("check", "../a.yaml", "--format", "sarif").out
    assert reported_path("sarif", out) == f"{checkout.as_uri()}/quals/a.yaml"


ACCEPTED = "accept:\n  - {rule: HTQ401, reason: Agreed at the session, until: 2022-06-01}\n"


@pytest.mark.parametrize("format", FORMATS)
def test_accepted_findings_can_be_left_out_of_every_format(checked, format):
    # HTQ403 can be accepted; HTQ401 cannot.
    accept = ACCEPTED.replace("HTQ401", "HTQ403")
    changes = {"Level 4 Diploma": "Diploma HTQ", "declarations:": f"{accept}declarations:"}
    run = checked(format, changes, "--hide-accepted")
    assert run.code == 0
    assert "Agreed at the session" not in run.out
    if format == "sarif":
        assert json.loads(run.out)["runs"][0]["results"] == []
    elif format != "junit":  # where each rule is a case, and this one passes
        assert "HTQ403" not in run.out
    if format in ("text", "json", "sarif", "junit", "markdown"):
        assert "Agreed at the session" in checked(format, changes).out


def test_sarif_stays_below_the_limit_of_github_and_says_what_is_missing(checked, monkeypatch):
    changes = {**many("error", 12), "Level 4 Diploma": "Diploma HTQ"}
    whole = json.loads(checked("sarif", changes).out)["runs"][0]["results"]
    assert sarif.MAX_RESULTS < 25_000
    monkeypatch.setattr(sarif, "MAX_RESULTS", len(whole) - 3)
    (run,) = json.loads(checked("sarif", changes).out)["runs"]
    assert len(run["results"]) == len(whole) - 3
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 more findings are not in this file")
    assert run["invocations"][0]["executionSuccessful"] is True
    assert [r for r in run["results"] if r["level"] == "error"] == [
        r for r in whole if r["level"] == "error"
    ]
    assert run["results"] == [r for r in whole if r in run["results"]]


def test_sarif_does_not_set_the_fingerprint_that_github_computes(checked):
    for result in json.loads(checked("sarif", WRONG).out)["runs"][0]["results"]:
        assert list(result["partialFingerprints"]) == ["htqFinding/v1"]


def test_markdown_has_a_table_for_each_draft(checked):
    out = checked("markdown", WRONG).out
    assert "### application.yaml: not ready to submit" in out
    rows = [line for line in out.splitlines() if line.startswith("| ") and "HTQ" in line]
    assert [row.split(" | ")[:2] for row in rows] == [["| 15", "warning"], ["| 16", "error"]]
    assert all(row.count(" | ") == 4 for row in rows)


# Every format shows the text of a draft or a file name, and none lets it command anything.

HOSTILE = [
    "::error::do this",
    "x\n::error::do this",
    "x\r\n##vso[task.complete result=Succeeded]y",
    "##vso[task.setvariable variable=x]y",
    "##[add-path]x",
    "%0A::error::x",
    "a,b:c;d]e=f",
    "\x1b[31mred\x1b]8;;http://x\x07",
    "\u202eright to left",
    "\ufffe\uffff]]>",
    "<script>alert(1)</script> @someone | `x` **bold** [link](http://x)",
    "[bold]markup[/foo]",
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("word", HOSTILE)
def test_text_in_a_draft_cannot_command_the_terminal_or_pipeline(checked, tmp_path, format, word):
    quoted = json.dumps(word)
    changes = {
        "cycle: 3": f"cycle: {quoted}\n{quoted}: 1\n? {quoted}\n: 2",
        "title: Level 4 Diploma in Software Development": f"title: {quoted}",
        "reference: ST0116": f"reference: {quoted}",
        "evidence/specification.txt": quoted,
        "conditions_of_application: true": f"conditions_of_application: {quoted}",
        "support_session: 2022-03-02": f"support_session: !x{word[:1]} {quoted}",
    }
    name = f"{word.replace('/', '_')}.yaml".replace("\ufffe", "").replace("\uffff", "")
    if os.name == "nt":  # such names are impossible there
        name = "application.yaml"
    run = checked(format, changes, f"missing {name}", name=name)
    assert run.code == 3
    out = run.out + run.err
    own = r"::(?:error|warning|notice) [^:]*::|##vso\[task\.logissue [^\]]*\]"
    for line in out.splitlines():
        said = re.sub(f"^{own}", "", line) if format in ("github", "azure") else line
        assert not said.lstrip().startswith("::"), line
        assert "##vso[" not in said, line
        assert "##[" not in said, line
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)
    if format == "markdown":
        assert "<script" not in run.out
        assert "@someone" not in run.out
        assert "**bold**" not in run.out
        assert not re.search(r"\[link\]\(http", run.out)


def test_an_accepted_finding_is_shown_as_accepted_and_does_not_fail_the_run(checked):
    accept = "accept:\n  - {rule: HTQ403, reason: Agreed | so, until: 2022-06-01}\n"
    changes = {"Level 4 Diploma": "Diploma HTQ", "declarations:": f"{accept}declarations:"}
    for format in FORMATS:
        run = checked(format, changes, "--fail-on", "warning")
        assert run.code == 0, format
        if format in ("github", "gitlab", "azure"):
            assert "HTQ403" not in run.out
        else:
            assert "Agreed" in run.out, format


def test_one_run_checks_two_hundred_drafts_and_writes_three_reports(htq, tmp_path):
    shutil.copytree(ROOT / "examples" / "evidence", tmp_path / "evidence")
    shutil.copytree(ROOT / "tests" / "ksbs", tmp_path / "ksbs")
    text = (ROOT / "examples" / "application.yaml").read_text("utf-8")
    for number in range(200):
        level = 6 if number % 4 == 0 else 4
        (tmp_path / f"draft-{number:03}.yaml").write_text(
            text.replace("  level: 4\n  number", f"  level: {level}\n  number", 1)
        )
    files = {name: tmp_path / "out" / f"report.{name}" for name in ("sarif", "junit", "json")}
    (tmp_path / "out").mkdir()
    words = [word for name, file in files.items() for word in ("--report", f"{name}={file}")]
    run = htq("check", tmp_path, "--at", IN_WINDOW, *words)
    assert run.code == 1
    assert "200 drafts: 150 ready to submit, 50 not ready to submit, as at" in run.out
    assert len(json.loads(files["sarif"].read_text("utf-8"))["runs"][0]["results"]) == 100
    assert json.loads(files["json"].read_text("utf-8"))["summary"]["ready"] == 150
    assert 'failures="50" errors="0"' in files["junit"].read_text("utf-8").splitlines()[1]
    again = htq("check", tmp_path, "--at", IN_WINDOW, *words)
    assert again.out == run.out, "the reports of this run are not drafts"
