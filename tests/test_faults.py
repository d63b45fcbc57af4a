"""Faults that users found, each with similar ones: drafts wrongly called ready, and messages that
nobody could act on.

Corrections by --fix, undefined ids and values in the wrong format have tests of their own.
"""

import json
import re
import zipfile

import pytest
import yaml

from conftest import IN_WINDOW, ROOT
from htqcli.catalogue import bundled
from htqcli.formats import FORMATS
from htqcli.formats.text import STYLES_OF_VERDICTS
from htqcli.verdict import Verdict

DATA = ROOT / "data" / "standards.yaml"
TITLE = "title: Level 4 Diploma in Software Development"
NAME = "name: Example Awards"
NUMBER = "recognition_number: RN5999"
PLANNED = "planned_submission: 2022-06-10"
SESSION = "support_session: 2022-03-02"
TEACHING = "first_teaching: 2024-09"
LETTER = "evidence: evidence/example-software-letter.txt"
VERSION = '    version: "1.1"\n'
LIST = "ksbs/ST0116-1.1.yaml"


@pytest.fixture
def check(htq, draft):
    """The report on the example with pieces of its text replaced."""

    def run(changes=None, *words, at=IN_WINDOW, lists=True, edit=None):
        path = draft(changes)
        if edit:
            path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
        if not lists:
            (path.parent / LIST).unlink()
        (file,) = htq("check", path, "--at", at, "--format", "json", *words).data["files"]
        return file

    return run


def findings_of(file, code):
    return [finding for finding in file["findings"] if finding["code"] == code]


def message_and_hint(finding):
    return f"{finding['message']}. {finding['hint']}"


def mapping(lines):
    """An edit that keeps only these lines of the mapping."""
    return lambda text: re.sub(
        r"(?<=^    ksbs:\n)(?: {6}.*\n)+", f"{lines}\n", text, flags=re.MULTILINE
    )


def only(kinds):
    """An edit that leaves out the KSBs of all other kinds."""
    return lambda text: re.sub(
        rf"^ {{6}}(?![{kinds}])[KSB]\d.*\n(?: {{8}}.*\n)*", "", text, flags=re.MULTILINE
    )


# Drafts wrongly called ready


def without_units(text):
    return re.sub(r"^units:\n(?:  .*\n)+", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("edit, with_list, without_list", [
    (mapping("      K1: [U1]"), "unsettled", "unproven"),
    (mapping("      K1: []"), "not-ready", "not-ready"),
    (mapping("      K1: []\n      S1: []"), "not-ready", "not-ready"),
    (without_units, "not-ready", "not-ready"),
    (only("K"), "unsettled", "unproven"),
    (only("KS"), "unsettled", "unproven"),
    (lambda text: text.replace(VERSION, ""), "unproven", "unproven"),
    (lambda text: text.replace('"1.1"', "v1.1"), "not-ready", "not-ready"),
], ids=["one KSB", "no unit", "no unit twice", "no units", "knowledge", "no behaviour", "no version", "v1.1"])  # fmt: skip
def test_a_draft_whose_mapping_covers_little_is_never_ready(check, edit, with_list, without_list):
    assert check(edit=edit)["verdict"] == with_list
    assert check(edit=edit, lists=False)["verdict"] == without_list


def test_the_verdict_is_shown_with_the_number_of_covered_ksbs(htq, check, draft):
    file = check(edit=mapping("      K1: [U1]"))
    assert file["standards"][0]["covered"] == 1
    path = draft()
    path.write_text(mapping("      K1: [U1]")(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert "ST0116 1.1: 1 of 38 KSBs" in htq("check", path, "--at", IN_WINDOW).out


def test_only_the_verdict_ready_is_green():
    green = [verdict for verdict, style in STYLES_OF_VERDICTS.items() if "green" in style]
    assert green == [Verdict.READY]


@pytest.mark.parametrize(
    "content", ["", "[]", "reference: ST0118", "\0", "ksbs: 7", "reference: ["]
)
def test_a_draft_with_an_unusable_ksb_list_is_unproven(htq, draft, content):
    path = draft()
    (path.parent / LIST).write_text(content, encoding="utf-8")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert (run.data["files"][0]["verdict"], run.code) == ("unproven", 1)


@pytest.mark.parametrize("label", ["K3", "S4", "B9"])
def test_deleting_the_line_of_a_ksb_does_not_hide_its_gap(check, label):
    line = rf"^      {label}: .*\n"
    optional = check(edit=lambda t: re.sub(line, f"      {label}: [U5]\n", t, flags=re.MULTILINE))
    deleted = check(edit=lambda t: re.sub(line, "", t, flags=re.MULTILINE))
    for file in (optional, deleted):
        (finding,) = findings_of(file, "HTQ507")
        assert label in finding["message"]


@pytest.mark.parametrize("word", [
    "n/a", "N/A", "pending", "tba", "To be confirmed", "xxx", "???", "-", "[insert name]", "not known",
    "Databases (TBC)", "TODO: ask", "<name>",
])  # fmt: skip
def test_a_placeholder_is_reported_in_every_field(check, word):
    changes = {answer: f'{answer.partition(":")[0]}: "{word}"' for answer in ANSWERS}
    file = check(changes | {"{title: Databases,": f'{{title: "{word}",'})
    assert len(findings_of(file, "HTQ104")) == len(ANSWERS) + 1


ANSWERS = [
    NAME, NUMBER, TITLE, "name: Example Software Ltd", "A1: Portfolio of projects",
    "reason: Completed in the workplace, where it is safer",
]  # fmt: skip


@pytest.mark.parametrize("session, code", [
    ("2022-06-11", "HTQ609"), ("2022-05-21", "HTQ609"), ("2022-05-20", None), ("2022-03-02", None),
])  # fmt: skip
def test_a_support_session_that_has_not_taken_place_is_reported(check, session, code):
    file = check({SESSION: f"support_session: {session}"})
    assert [finding["code"] for finding in file["findings"]] == ([code] if code else [])


@pytest.mark.parametrize(
    "planned, is_over", [("2022-05-19", True), ("2022-05-20", False), ("2022-02-17", True)]
)
def test_a_planned_submission_that_has_passed_gives_a_warning(check, planned, is_over):
    file = check(
        {PLANNED: f"planned_submission: {planned}", SESSION: "support_session: 2022-02-01"}
    )
    assert len(findings_of(file, "HTQ306")) == is_over


FILES = re.compile(r"evidence/[a-z-]+\.(?:txt|csv)")


@pytest.mark.parametrize(
    "name", ["application.yaml", "./application.yaml", "evidence/../application.yaml", LIST]
)
def test_the_draft_itself_is_not_evidence(check, name):
    file = check(edit=lambda text: FILES.sub(name, text))
    assert len(findings_of(file, "HTQ607")) == 5
    assert file["verdict"] == "not-ready"


def test_using_one_file_for_everything_gives_a_warning(check):
    file = check(edit=lambda text: FILES.sub("evidence/specification.txt", text))
    assert len(findings_of(file, "HTQ608")) == 3
    assert file["verdict"] == "unsettled"


def accepting(entry):
    return lambda text: f"{text}accept:\n  - {{{entry}}}\n"


@pytest.mark.parametrize(
    "code", ["HTQ701", "HTQ401", "HTQ104", "HTQ505", "HTQ001", "HTQ601", "HTQ602"]
)
@pytest.mark.parametrize("until", ["2099-01-01", "2022-06-30"])
def test_a_finding_against_a_fixed_requirement_cannot_be_accepted(check, code, until):
    file = check(edit=accepting(f"rule: {code}, reason: We know, until: {until}"))
    assert len(findings_of(file, "HTQ107")) == 1
    assert file["verdict"] == "not-ready"


@pytest.mark.parametrize("until, is_too_long", [("2023-05-20", False), ("2023-05-21", True), ("2099-01-01", True)])  # fmt: skip
def test_an_acceptance_must_end_within_a_year(check, until, is_too_long):
    edit = accepting(f"rule: HTQ509, reason: The list cannot be had, until: {until}")
    file = check(edit=edit, lists=False)
    assert len(findings_of(file, "HTQ107")) == is_too_long


def test_an_accepted_gap_does_not_hide_another_gap(check):
    entry = "rule: HTQ503, at: /standards/0/ksbs, ksbs: [{}], reason: At work, until: 2022-06-30"

    def without(*labels):
        lines = re.compile(rf"^      (?:{'|'.join(labels)}): \{{.*\n", re.MULTILINE)
        return lambda text: accepting(entry.format("K3"))(lines.sub("", text))

    assert [bool(f.get("accepted")) for f in findings_of(check(edit=without("K3")), "HTQ503")] == [
        True
    ]
    counting = [
        f for f in findings_of(check(edit=without("K3", "S4")), "HTQ503") if not f.get("accepted")
    ]
    assert any("S4" in finding["message"] for finding in counting)
    file = check(edit=accepting(entry.replace("ksbs: [{}], ", "")))
    assert len(findings_of(file, "HTQ107")) == 1


@pytest.mark.parametrize("old, new, code", [
    (TITLE, "title: Data & Software # 2", "HTQ109"),
    (NAME, "name: Awards # 1", "HTQ109"),
    (NAME, "name: &Co Awards", "HTQ108"),
    (TITLE, "title: &Level 4 Diploma", "HTQ108"),
    (TITLE, "title: “Level 4 Diploma”", "HTQ108"),
    (NAME, "name: ‘Example Awards’", "HTQ108"),
])  # fmt: skip
def test_text_that_yaml_misreads_is_reported(check, old, new, code):
    (finding,) = findings_of(check({old: new}), code)
    assert "quotation marks" in message_and_hint(finding)


@pytest.mark.parametrize("old, new", [
    ("from: [U5, U6]", "from: [U5, U6, U5]"), ("mandatory: [U1,", "mandatory: [U1, U1,"),
    ("K3: {units: [U4]", "K3: {units: [U4, U4]"),
])  # fmt: skip
def test_a_unit_listed_twice_is_reported(check, old, new):
    assert len(findings_of(check({old: new}), "HTQ515")) == 1


@pytest.mark.parametrize("name, is_equal", [("Web", True), ("web", True), ("Mobile", False)])
def test_two_pathways_with_the_same_name_are_reported(check, name, is_equal):
    pathways = f"  pathways:\n    - {{name: Web, mandatory: [U5]}}\n    - {{name: {name}, mandatory: [U6]}}\n"
    assert (
        len(findings_of(check({"  optional:\n": f"{pathways}  optional:\n"}), "HTQ515")) == is_equal
    )


@pytest.mark.parametrize("title, differs", [
    ("Level 4 Certificate and Level 5 Diploma", True), ("Level 5 Diploma", True),
    ("Level Five Diploma", True), ("Level 4/5 Diploma", True), ("Diploma (L5)", True),
    ("Level 4 Diploma (level four)", False), ("Diploma", False), ("Level 4 Diploma 5", False),
])  # fmt: skip
def test_a_title_that_names_another_level_gives_a_warning(check, title, differs):
    assert len(findings_of(check({TITLE: f"title: {title}"}), "HTQ404")) == differs


@pytest.mark.parametrize("reference, title, whose", [
    ("ST0117", "Software developer", "ST0116"), ("ST0116", "Business Analyst!", "ST0117"),
    ("ST0118", "Network engineer", "ST0127"), ("ST0116", "Of no standard", None),
])  # fmt: skip
def test_the_finding_for_a_title_of_another_standard_names_that_standard(
    check, reference, title, whose
):
    changes = {"reference: ST0116": f"reference: {reference}", "title: Software developer": f'title: "{title}"'}  # fmt: skip
    (finding,) = findings_of(check(changes), "HTQ205")
    assert (
        (f"title of {whose}" in finding["message"]) if whose else "of ST" not in finding["message"]
    )


def test_a_verdict_for_another_time_states_the_date(htq, draft):
    path = draft()
    for format in ("text", "markdown"):
        out = htq("check", path, "--at", IN_WINDOW, "--format", format).out
        assert re.search(r"ready to submit.*, as at 20 May 2022", out)
    closed = htq("check", path, "--at", "2026-11-25")
    assert "not ready to submit (1 error and 1 warning), as at 25 November 2026" in closed.out


def test_a_verdict_states_the_date_unless_the_window_of_its_cycle_is_open(
    htq, draft, tmp_path, five_cycles
):
    file = tmp_path / "own-catalogue.yml"
    open_now = CYCLE_6.replace("closes: 2022-07-29", "closes: 2222-07-29")
    file.write_text(five_cycles.read_text(encoding="utf-8") + open_now, encoding="utf-8")
    third, sixth = draft(name="third.yaml"), draft({"cycle: 3": "cycle: 6"}, name="sixth.yaml")
    assert "to settle, as at " not in htq("check", sixth, "--catalogue", file).out
    assert ", as at " in htq("check", third, "--catalogue", file).out
    assert ", as at 20 May 2022" in htq("check", sixth, "--catalogue", file, "--at", IN_WINDOW).out


# Drafts wrongly called not ready, and messages that nobody can act on


def test_a_learner_who_may_meet_a_standard_without_a_list_is_not_a_counterexample(check):
    second = '  - reference: ST0118\n    version: "1.1"\n    ksbs: {K1: [U5]}\n\nassessments:'
    changes = {"K3: {units: [U4]": "K3: {units: [U5]", "\nassessments:": f"\n{second}"}
    file = check(changes)
    assert not findings_of(file, "HTQ507")
    assert [one["code"] for one in file["unproven"]] == ["HTQ509"]


@pytest.mark.parametrize("text, word", [
    ("Sep-24", "does not say the year"), ("9/24", "does not say the year"),
    ("Sep 24", "does not say the year"), ("24-Sep", "does not say the year"),
    ("44722", "10 June 2022"), ("44722.5", "10 June 2022"), ("45536", "1 September 2024"),
    ("autumn 2024", "does not say the month"), ("2024/25", "school year"),
])  # fmt: skip
def test_the_finding_for_an_unreadable_date_says_what_it_could_mean(check, text, word):
    fields = (PLANNED, SESSION, TEACHING)
    findings = findings_of(
        check({old: f"{old.partition(':')[0]}: {text}" for old in fields}), "HTQ103"
    )
    assert len(findings) == 3
    for finding in findings:
        assert word in message_and_hint(finding)
        if text in ("Sep-24", "9/24", "Sep 24"):
            assert "could be September 2024" in finding["message"]


@pytest.mark.parametrize("text", ["29 July 2022 17:00", "2022-07-29T17:00", "29/07/2022 5pm"])
def test_the_hint_says_that_the_closing_moment_is_outside_the_window(check, text):
    (finding,) = findings_of(check({PLANNED: f"planned_submission: {text}"}), "HTQ303")
    assert "The closing moment itself is outside" in finding["hint"]


@pytest.mark.parametrize("old, new, line, word", [
    ("  level: 4\n", "   level: 4\n", "   level: 4", "column"),
    ("  level: 4\n", " level: 4\n", " level: 4", "column"),
    ("  level: 4\n", "U1\tProgramming\t20\n  level: 4\n", "U1\tProgramming\t20", "spreadsheet"),
    (f"  {TITLE}", "  title: A: B", "  title: A: B", "quotation marks"),
    (f"  {NAME}", "  name:Leeds", "  name:Leeds", "space"),
    ("  level: 4\n", "  level:5\n", "  level:5", "space"),
])  # fmt: skip
def test_a_yaml_mistake_is_reported_at_its_line_and_hides_no_other_finding(
    check, old, new, line, word
):
    kept = []

    def edit(text):
        kept.append(text)
        return text

    file = check({old: new, "conditions_of_application: true": "conditions_of_application: false"}, edit=edit)  # fmt: skip
    (finding,) = findings_of(file, "HTQ002")
    assert kept[0].splitlines()[finding["line"] - 1] == line
    assert word in message_and_hint(finding)
    assert len(findings_of(file, "HTQ701")) == 1


RECORD = {"referenceNumber": "ST0116", "title": "Software developer", "version": "1.1", "knowledges": []}  # fmt: skip
OF_MAPS = {"stdCode": "ST0116", "versionNo": "1.1", "knowledges": []}


def office(folder):
    def content(path):
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr(f"{folder}/main.xml", "<x/>")

    return content


def containing(content):
    return lambda path: path.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )


OTHERS = {
    # file name: (what writes the file, what it is, what the user is advised to do)
    "record.json": (containing(json.dumps(RECORD)), "record of the published", "htq ksbs import"),
    "two.json": (containing(json.dumps([RECORD, RECORD])), "record of the published", "htq ksbs import"),
    "utf-16.json": (containing(json.dumps([RECORD]).encode("utf-16")), "record", "htq ksbs import"),
    "maps.json": (containing(json.dumps(OF_MAPS)), "record of the published", "htq ksbs import"),
    "feed.json": (containing(json.dumps([RECORD] * 60_000)), "record of the", "htq ksbs import"),
    "page.html": (containing('<!DOCTYPE html><p data-ksb-id="K1">'), "page of an occupation", "htq ksbs import"),
    "other.html": (containing("<html><p>Cycle 3</p></html>"), "web page", "under ‘documents’"),
    "map.xlsx": (office("xl"), "Excel workbook", "kind: ksb-mapping"),
    "map": (office("xl"), "Excel workbook", "kind: ksb-mapping"),
    "map.xls": (containing(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "Excel workbook", "kind: ksb-mapping"),
    "map.ods": (office("content"), "spreadsheet", "kind: ksb-mapping"),
    "map.csv": (containing("KSB,U1,U2\nK1,x,\n"), "table", "kind: ksb-mapping"),
    "utf-16.csv": (containing("KSB\tU1\nK1\tx\n".encode("utf-16")), "table", "kind: ksb-mapping"),
    "letter.docx": (office("word"), "Word document", "under ‘documents’"),
    "letter.pdf": (containing(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "PDF", "under ‘documents’"),
    "ST0116-1.1.yaml": (containing("reference: ST0116\nversion: 1.1\nksbs: {K1: a}\n"), "KSB list", "folder ‘ksbs’"),
    "own.yaml": (containing(DATA.read_bytes()), "catalogue of cycles", "htq catalogue check"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_not_a_draft_is_recognised(htq, tmp_path, name):
    write, what, advice = OTHERS[name]
    path = tmp_path / name
    write(path)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    (finding,) = run.findings
    assert run.code == 1
    assert f"{what}" in finding["message"]
    assert finding["message"].endswith(", not a draft")
    assert advice in finding["hint"]
    assert finding["code"] in ("HTQ001", "HTQ002", "HTQ006", "HTQ007")  # of the file itself
    text = htq("check", path, "--at", IN_WINDOW).out
    assert not re.search(r"\\x[0-9a-f]{2}|�|referenceNumber", text)


@pytest.mark.parametrize("name", OTHERS)
def test_the_command_advised_for_a_file_that_is_not_a_draft_exists(htq, tmp_path, name):
    write = OTHERS[name][0]
    write(tmp_path / name)
    run = htq("check", tmp_path / name, "--at", IN_WINDOW, "--format", "json")
    for words in re.findall(r"‘htq ([a-z]+(?: [a-z]+)?)", run.findings[0]["hint"]):
        assert htq(*words.split(), "--help").code == 0


@pytest.mark.parametrize("name", ["record.json", "map.xlsx", "map.csv", "own.yaml"])
def test_coverage_refuses_a_file_that_is_not_a_draft(htq, tmp_path, name):
    write, what, advice = OTHERS[name]
    write(tmp_path / name)
    run = htq("coverage", tmp_path / name)
    assert (run.code, run.out) == (3, "")
    assert what in run.err
    assert advice in run.err


@pytest.mark.parametrize("name", [name for name in OTHERS if name.endswith(("json", "yaml"))])
def test_a_file_that_is_not_a_draft_is_left_out_of_a_folder_and_reported(htq, draft, name):
    write, what, advice = OTHERS[name]
    path = draft()
    write(path.parent / name)
    run = htq("check", path.parent, "--at", IN_WINDOW)
    assert run.code == 0
    for out in (run.err, htq("check", path.parent, "--list").out):
        (line,) = [line for line in out.splitlines() if f"{name}: left out: it is " in line]
        assert what in line
        assert advice in line


@pytest.mark.parametrize("content", [
    '{"cycle": 3, "standards": [{"referenceNumber": "ST0116"}]}', "<<<<<<< HEAD\ncycle: 3\n",
    "cycle: 3\nreference: ST0116\nksbs: {}\n", "Cycle: 3\nsources: 1\ncycles: 2\n",
])  # fmt: skip
def test_a_draft_is_not_mistaken_for_another_kind_of_file(htq, tmp_path, content):
    (tmp_path / "draft.yaml").write_text(content, encoding="utf-8")
    run = htq("check", tmp_path / "draft.yaml", "--at", IN_WINDOW, "--format", "json")
    assert "not a draft" not in " ".join(finding["message"] for finding in run.findings)


@pytest.mark.parametrize("changes, code, page", [
    ({NUMBER: "recognition_number: 5999"}, "HTQ409", "vocational-quarterly"),
    ({NUMBER: f"{NUMBER}\n  ukprn: 123"}, "HTQ409", "hesa.ac.uk"),
    ({"number: 610/0000/0": "number: 6100000"}, "HTQ405", "vocational-quarterly"),
])  # fmt: skip
def test_the_finding_for_a_wrong_number_cites_the_page_about_that_number(
    check, changes, code, page
):
    (finding,) = findings_of(check(changes), code)
    assert all(page in source for source in finding["sources"])


MANY = {TITLE: "title: TODO", NUMBER: "recognition_number: 5999", "level: 4\n  number": "level: 6\n  number", "cycle: 3": "cycle: 3\nextra: 1"}  # fmt: skip


def test_every_format_cites_the_same_pages_for_a_finding(htq, draft):
    path = draft(MANY)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert len(run.findings) > 3
    text = htq("check", path, "--at", IN_WINDOW).out
    markdown = htq("check", path, "--at", IN_WINDOW, "--format", "markdown").out
    sarif = htq("check", path, "--at", IN_WINDOW, "--format", "sarif").data["runs"][0]
    rules = {rule["id"]: rule for rule in sarif["tool"]["driver"]["rules"]}
    for finding, result in zip(run.findings, sarif["results"], strict=True):
        assert f"Source: {', '.join(finding['sources'])}\n" in text
        (row,) = [line for line in markdown.splitlines() if line.startswith(f"| {finding['line']} |") and finding["code"] in line]  # fmt: skip
        assert all(source in row for source in finding["sources"])
        assert result["properties"]["sources"] == finding["sources"]
        rule = rules[finding["code"]]
        assert rule.get("helpUri", rule["properties"]["source"]) == rule["properties"]["source"]


@pytest.mark.parametrize("format", FORMATS)
def test_no_report_links_to_a_file_in_the_repository(htq, draft, format):
    out = htq("check", draft(MANY), "--at", IN_WINDOW, "--format", format).out
    assert not re.search(r"\]\((?!https://)", out.replace("]\\\\(", ""))
    assert not re.search(r"\b(docs|data)/[\w-]+\.(md|yaml)", out)
    if format in ("text", "markdown"):
        assert "htq rules CODE" in out


CYCLE_6 = """
  - cycle: 6
    routes: {names: [Digital], source: C3}
    windows:
      - {opens: 2022-02-16, closes: 2022-07-29, first_teaching: {month: 2024-09, source: C3}, source: C3}
    policy: *policy-2-and-3
    listing:
      status: final
      source: C3
      scopes: {in-scope: Likely to be approved, contact-us: Ask, out-of-scope: Not likely}
      standards:
        - route: Digital
          scope: in-scope
          standards:
            - {reference: ST0116, level: 4, title: Software developer}
"""


@pytest.fixture
def six_cycles(tmp_path, five_cycles):
    file = tmp_path / "own-catalogue.yml"
    file.write_text(five_cycles.read_text(encoding="utf-8") + CYCLE_6, encoding="utf-8")
    return file


@pytest.mark.parametrize("format", ["text", "json", "markdown", "sarif", "github"])
def test_a_report_warns_only_about_lists_that_its_drafts_use(htq, draft, six_cycles, format):
    third, sixth = draft(name="third.yaml"), draft({"cycle: 3": "cycle: 6"}, name="sixth.yaml")
    warning = "list of cycle 3 is provisional"

    def report(*paths):
        words = ("--at", IN_WINDOW, "--catalogue", six_cycles, "--format", format)
        return htq("check", *paths, *words).out

    assert warning not in report(sixth)
    assert warning in report(third)
    assert warning in report(sixth, third)


def test_a_difference_between_catalogues_is_described_in_words(htq, tmp_path):
    data = yaml.load(DATA.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    data["sources"]["NEW"] = {"title": "A new page", "address": "https://www.example.org/new"}
    data["contact"]["name"] = "somebody else"
    cycle = data["cycles"][2]
    cycle["stages"].append({"name": "A new stage", "happens": ["one"], "source": "C3"})
    cycle["stages"].append({"name": "A dated stage", "begins": "2022-08-01", "happens": ["two"], "source": "C3"})  # fmt: skip
    cycle["windows"].append({"name": "late", "opens": "2022-09-01", "closes": "2022-09-30", "first_teaching": {"month": "2025-09", "source": "C3"}, "source": "C3"})  # fmt: skip
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    for catalogues in (("bundled", file), (file, "bundled")):
        out = htq("catalogue", "diff", *catalogues).out
        assert not re.search(r"\w+=['\"(\[N]|Source\(|None", out)
        assert "A new page, https://www.example.org/new" in out
        assert "‘A new stage’ is " in out
        assert "(begins 1 August 2022)" in out


def test_show_as_yaml_gives_a_complete_and_usable_catalogue(htq, draft, six_cycles, tmp_path):
    for words in ((), ("--catalogue", six_cycles)):
        own = tmp_path / "own.yml"
        assert htq("catalogue", "show", *words, "--format", "yaml", "-o", own).code == 0
        assert htq("catalogue", "show", *words, "--format", "yaml").out == own.read_text("utf-8")
        assert htq("catalogue", "diff", *(words[1:] or ("bundled",)), own, "--exit-code").code == 0
        assert htq("check", draft(), "--at", IN_WINDOW, "--catalogue", own).code == 0


def test_partial_standards_data_is_compared_only_for_the_standards_it_has(htq, tmp_path):
    listed = bundled.load().cycle(3).standards
    same = [{"referenceNumber": one.reference, "title": one.title, "level": one.level, "version": "1.0", "status": "Approved for delivery"} for one in listed]  # fmt: skip
    for count in (1, 2, 20):
        (tmp_path / "part.json").write_text(json.dumps(same[:count]), encoding="utf-8")
        words = ("catalogue", "drift", tmp_path / "part.json", "--at", "2026-07-01", "--cycle", "3")
        out = htq(*words).out
        assert out.startswith(f"Cycle 3: 0 of {count} standard")
        assert f"not compared: {93 - count} other standards of the list" in out
        assert htq(*words, "--format", "json").data["not_compared"] == 93 - count


def test_the_guide_to_a_new_cycle_starts_from_an_installed_htq():
    guide = (ROOT / "docs" / "new-cycle.md").read_text(encoding="utf-8")
    commands = re.findall(r"^```sh\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    assert commands[0] == "htq catalogue show --format yaml -o standards.yaml\n"
    assert not any("data/" in block for block in commands)


def test_a_missing_ksb_list_is_reported_with_the_command_that_fetches_it(
    htq, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    out = htq("init", "--cycle", "3", "--standard", "ST0117", "--standard", "ST0118").out
    assert out.startswith("Created application.yaml and application.schema.json.\n")
    assert "No KSB list found for ST0117 and ST0118. Run ‘htq ksbs get ST0117 ST0118’, then" in out
    words = ("--cycle", "3", "--standard", "ST0117", "-o", "drafts.yaml", "--ksbs", tmp_path)
    out = htq("init", *words).out
    assert out.startswith("Created drafts.yaml.\n")
    assert f"‘htq ksbs get ST0117 -o {tmp_path}’" in out
