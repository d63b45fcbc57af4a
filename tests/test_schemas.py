"""Reports are checked against what is published about their formats: the SARIF schema, GitHub's
documentation of code scanning, and the Jenkins schema for JUnit XML."""

import gzip
import hashlib
import json
import os
import re
from functools import cache
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, FormatChecker
from lxml import etree

from conftest import IN_WINDOW, ROOT, draft_in, program
from htqcli.rules import RULES

pytestmark = pytest.mark.slow

SCHEMAS = ROOT / "tests" / "schemas"
PUBLISHED = {
    "sarif-schema-2.1.0.json": "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e",
    "junit-10.xsd": "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6",
}

SARIF = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
FORMATS = FormatChecker()
"""All formats that jsonschema knows: those of draft 4 alone would leave `uri-reference` out."""
OF_SARIF = Draft4Validator(SARIF, format_checker=FORMATS)
OF_JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))

# Text that a reader of a pipeline's reports may treat as something else.
NASTY = (
    r"\x00\x07\x1b[31m\x85\xad\u200b\u202e\u2066\u2028\ufeff\ufffe\uffff\U0001f600\U000e0041",
    "]]> <![CDATA[ <b>&amp;</b> <!-- -- --> <?x ?> &#x1b;",
    "[a link](https://example.org) {0} {{1}} %41 %zz ##[error] ::error::",
)
NAMES = {
    "a space and signs": b"a b 100% #1?&<x>\"'`[]{}.yaml",
    "letters that are not ASCII": "Qualifikation für Ärzte 資格 \U0001f600.yaml".encode(),
    "a colon": b"https:x.yaml",
    "two colons first": b"::error::x.yaml",
    "a percent sign": b"%2e%2e.yaml",
    "the end of CDATA": b"]]>.yaml",
    "a line break": b"one\ntwo\r.yaml",
    "control characters": b"\x07\x1b[31m\x7f.yaml",
    "directions": "\u202edraft\u2066.yaml".encode(),
    "no characters": "\ufffe\uffff.yaml".encode(),
    "bytes that are not UTF-8": b"\xff\xfe\x80.yaml",
    "half a pair": b"\xed\xa0\x80.yaml",
}
if os.name == "nt":  # where names are in UTF-16, and have no colons
    del NAMES["bytes that are not UTF-8"], NAMES["half a pair"], NAMES["two colons first"]
MISTAKES = {
    "type: awarding-organisation": "type: awarding-body",
    "email: a.person@example.org": "email: a.person",
    "number: 610/0000/0": "number: 61000000",
    "first_teaching: 2024-09": "first_teaching: 2023-09",
    "planned_submission: 2022-06-10": "planned_submission: 2022-08-01",
    "support_session: 2022-03-02": "suport_session: 2022-03-02",
    "evidence: evidence/example-software": "evidence: ../letter",
    "confidential: true": "confidential: TBC",
}
ACCEPTING = "accept:\n  - {rule: out-of-scope, reason: %s, until: 2022-06-01}\n"


def ready(draft):
    draft()


def mistakes(draft):
    draft(MISTAKES)


def bad_examples_of_all_rules(draft):
    """A fragment for each rule in which it finds something."""
    folder = draft().parent
    for rule in RULES:
        (folder / f"{rule.code}.yaml").write_text(rule.bad, encoding="utf-8")


def nasty_values(draft):
    title = "Level 4 Diploma in Software Development"
    for number, text in enumerate(NASTY):
        value = f'"{text}"' if "\\x" in text else json.dumps(text)
        changes = {
            title: value,
            "type: awarding-organisation": f"type: {value}",
            "holder: applicant": f"holder: {value}\n    ? {value}\n    : 1",
            "reference: ST0116": f"reference: {value}",
            "evidence/specification.txt": value,
            "K1: {units: [U1, U4], assessed_by: [A1]}": f"{value}: [{value}]",
        }
        draft(changes, f"nasty-{number}.yaml")


def half_of_a_pair(draft):
    """JSON can contain half of a surrogate pair, which UTF-8 cannot."""
    text = '{"qualification": {"title": "\\ud800 TBC", "level": "\\udfff"}, "\\ud800": "\\ud801"}'
    (draft().parent / "half.json").write_text(text)


def nasty_bytes(draft):
    folder = draft().parent
    for number, content in enumerate(
        [b"", b"\x00", b"a: \xff", b"\xed\xa0\x80: 1", b"a: \x0c1", b"[" * 5_000, b"*a", b"\t: a"]
    ):
        (folder / f"bytes-{number}.yaml").write_bytes(content)


def nasty_names(draft):
    folder = draft().parent
    for content in NAMES.values():
        try:
            (folder / os.fsdecode(content)).write_text("cycle: 9\nfoo: 1\n")
        except OSError:  # not every file system takes every name
            continue


def accepted(draft):
    changes = {"reference: ST0116": "reference: ST0019", "    title: Software developer\n": ""}
    path = draft(changes)
    reason = json.dumps("Agreed ]]> \x07\ufffe [x](https://example.org)\n\u202e")
    path.write_text(path.read_text() + ACCEPTING % reason)


def nothing_checked(draft):
    """The only paths are a folder named like a draft and a link out of the folder."""
    path = draft()
    path.unlink()
    path.mkdir()
    (path.parent / "link \x1b]]>.yaml").symlink_to(path.parent.parent)


def some_not_checked(draft):
    path = draft(MISTAKES)
    (path.parent / "folder \ufffe\u202e.yaml").mkdir()


def very_many_findings(draft):
    path = draft()
    path.write_text(path.read_text() + "".join(f"k{n}: 1\n" for n in range(1_500)))


def three_kinds_of_line_ending(draft):
    path = draft(MISTAKES)
    pieces = path.read_text().split("\n\n")
    ends = ("\r\n", "\n", "\r")
    text = "".join(
        f"{piece}\n\n".replace("\n", ends[number % 3]) for number, piece in enumerate(pieces)
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())


RUNS = {
    function.__name__.replace("_", " "): function
    for function in (
        ready,
        mistakes,
        bad_examples_of_all_rules,
        nasty_values,
        half_of_a_pair,
        nasty_bytes,
        nasty_names,
        accepted,
        nothing_checked,
        some_not_checked,
        very_many_findings,
        three_kinds_of_line_ending,
    )
}
every_run = pytest.mark.parametrize("prepare", RUNS.values(), ids=RUNS)


@pytest.fixture(scope="module")
def asked():
    """The folders of `RUNS` made so far, and the results of htq in them, so that htq runs once."""
    return {}, {}


@pytest.fixture
def check(htq, tmp_path, tmp_path_factory, monkeypatch, asked):
    """`htq check` in a folder that `prepare` filled: `check(prepare, "sarif")`."""
    folders, said = asked
    own = {}

    def folder_of(prepare):
        known = folders if prepare in RUNS.values() else own
        if prepare not in known:
            known[prepare] = tmp_path if known is own else tmp_path_factory.mktemp("run")
            (known[prepare] / ".git").mkdir()
            monkeypatch.chdir(known[prepare])
            prepare(draft_in(known[prepare]))
        return known[prepare]

    def run(prepare, form, *words):
        folder = folder_of(prepare)
        if prepare not in own:
            monkeypatch.chdir(folder)
        key = folder, form, words
        if key not in said:
            said[key] = htq("check", *(words or (".",)), "--at", IN_WINDOW, "--format", form)
        return said[key]

    return run


@cache
def assert_valid(text):
    log = json.loads(text)
    wrong = sorted(f"{error.json_path}: {error.message}" for error in OF_SARIF.iter_errors(log))
    assert wrong == []
    assert log["$schema"] == SARIF["id"]


def log_of(text):
    """The only run of a SARIF log, which must be valid."""
    assert_valid(text)
    (run,) = json.loads(text)["runs"]
    return run


def suites_of(text):
    """The root of a JUnit report, which must be valid."""
    content = text.encode()
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    OF_JUNIT.assertValid(root)
    assert root.getroottree().docinfo.encoding == "UTF-8"
    assert ET.canonicalize(content) == etree.tostring(root, method="c14n2").decode()
    return root


def strings(value):
    """All texts in a JSON value, keys as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def physical(result):
    (location,) = result["locations"]
    return location["physicalLocation"]


def uri(result):
    return physical(result)["artifactLocation"]["uri"]


def region(result):
    return physical(result)["region"]


def fingerprint(result):
    return result["partialFingerprints"]["htqFinding/v1"]


def counts_for(options):
    """Whether a result fails the run with these options."""
    levels = {"error"} if options[0] != "--fail-on" else {"error", "warning", "note"}
    return lambda result: result["level"] in levels and not result["suppressions"]


def test_the_schemas_are_the_published_ones_byte_for_byte():
    assert {path.name for path in SCHEMAS.iterdir()} == {*PUBLISHED, "README.md"}
    for name, digest in PUBLISHED.items():
        assert hashlib.sha256((SCHEMAS / name).read_bytes()).hexdigest() == digest
        assert name in (SCHEMAS / "README.md").read_text(encoding="utf-8")


def test_every_format_that_the_sarif_schema_names_is_checked():
    named = set(re.findall(r'"format": "([^"]+)"', json.dumps(SARIF)))
    assert named == {"uri", "uri-reference", "date-time"}
    assert named <= set(FORMATS.checkers)
    assert not FORMATS.conforms("a b", "uri-reference")
    assert not FORMATS.conforms("20 May 2022", "date-time")


# SARIF


@every_run
def test_the_sarif_log_is_valid(check, prepare):
    run = check(prepare, "sarif")
    log_of(run.out)
    assert run.out.endswith("}\n")


@every_run
def test_the_sarif_log_has_the_same_findings_as_the_json(check, prepare):
    run = check(prepare, "json")
    found = [(file["path"], finding) for file in run.data["files"] for finding in file["findings"]]
    log = log_of(check(prepare, "sarif").out)
    assert len(log["results"]) == len(found)
    levels = {"error": "error", "warning": "warning", "info": "note"}
    for result, (path, finding) in zip(log["results"], found, strict=True):
        assert result["ruleId"] == finding["code"]
        assert result["level"] == levels[finding["severity"]]
        said = result["message"]["text"].replace("]\\(", "](")
        assert finding["message"] in said
        assert finding["hint"] in said
        assert region(result) == {
            "startLine": finding["line"],
            "startColumn": finding["column"],
            "endLine": finding["end_line"],
            "endColumn": finding["end_column"],
        }
        assert bool(result["suppressions"]) == ("accepted" in finding)
        assert os.path.realpath(os.fsdecode(unquote_to_bytes(uri(result)))) == os.path.realpath(
            path
        )
    (invocation,) = log["invocations"]
    notes = invocation.get("toolExecutionNotifications", [])
    assert invocation["executionSuccessful"] is (not run.data["unchecked"])
    assert len(notes) == len(run.data["unchecked"])


@every_run
def test_no_text_in_the_sarif_log_has_hidden_or_unwritable_characters(check, prepare):
    log = log_of(check(prepare, "sarif").out)
    assert log.pop("newlineSequences") == ["\r\n", "\n", "\r"]
    for text in strings(log):
        text.encode()  # no half of a surrogate pair
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text
        )


@every_run
def test_every_result_has_what_github_requires(check, prepare):
    log = log_of(check(prepare, "sarif").out)
    rules = log["tool"]["driver"]["rules"]
    assert log["columnKind"] == "unicodeCodePoints"
    for result in log["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"].strip()
        place = region(result)
        assert 1 <= place["startLine"] <= place["endLine"]
        assert min(place["startColumn"], place["endColumn"]) >= 1
        if place["startLine"] == place["endLine"]:
            assert place["startColumn"] <= place["endColumn"]
        assert fingerprint(result)


@every_run
def test_the_uri_of_a_draft_in_the_folder_is_relative_and_percent_encoded(check, prepare):
    log = log_of(check(prepare, "sarif").out)
    notes = log["invocations"][0].get("toolExecutionNotifications", [])
    for reference in map(uri, [*log["results"], *notes]):
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", reference)
        assert not reference.startswith(("/", "./"))
        assert os.path.lexists(os.fsdecode(unquote_to_bytes(reference)))


@every_run
def test_fingerprints_are_unique_in_the_sarif_log(check, prepare):
    found = [fingerprint(result) for result in log_of(check(prepare, "sarif").out)["results"]]
    assert len(found) == len(set(found))


@every_run
def test_the_sarif_log_is_within_the_limits_of_github(check, prepare):
    run = check(prepare, "sarif")
    log = log_of(run.out)
    assert len(gzip.compress(run.out.encode())) < 10_000_000
    assert len(log["results"]) <= 25_000
    assert all(len(result["locations"]) == 1 for result in log["results"])


@every_run
def test_every_region_is_inside_its_file_with_the_line_endings_of_the_log(check, prepare):
    log = log_of(check(prepare, "sarif").out)
    ends = log.get("newlineSequences", ["\r\n", "\n"])  # the default of the standard
    for result in log["results"]:
        with open(os.fsdecode(unquote_to_bytes(uri(result))), "rb") as file:
            lines = re.split("|".join(ends), file.read().decode("utf-8-sig", "replace"))
        place = region(result)
        assert place["endLine"] <= len(lines)
        assert place["startColumn"] <= len(lines[place["startLine"] - 1]) + 1
        assert place["endColumn"] <= len(lines[place["endLine"] - 1]) + 1


@every_run
def test_text_in_a_draft_cannot_become_an_embedded_link(check, prepare):
    """SARIF makes a link of `[text](destination)` in a plain message, §3.11.6."""
    log = log_of(check(prepare, "sarif").out)
    (invocation,) = log["invocations"]
    said = [*log["results"], *invocation.get("toolExecutionNotifications", [])]
    for message in [item["message"]["text"] for item in said]:
        assert not re.search(r"\[[^\[\]]*\]\(", message)


def test_the_sarif_log_always_has_every_rule_with_what_github_requires(check):
    driver = log_of(check(ready, "sarif").out)["tool"]["driver"]
    assert driver["name"] == "htq"
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", driver["semanticVersion"])
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    for rule in driver["rules"]:
        assert 0 < len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        source = rule["properties"]["source"]
        assert rule.get("helpUri") == (source if source.startswith("https://") else None)
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert len(rule.get("properties", {}).get("tags", [])) <= 20
    for prepare in (mistakes, some_not_checked):
        assert log_of(check(prepare, "sarif").out)["tool"]["driver"] == driver


def test_the_ready_example_has_an_empty_list_of_results(check):
    run = check(ready, "sarif")
    assert run.code == 0
    assert log_of(run.out)["results"] == []


@pytest.mark.parametrize("before", ["\n\n\n", "# A comment\n", "\r\n  \r\n \n", "%YAML 1.2\n---\n"])
def test_fingerprints_do_not_change_when_lines_are_added_before(check, draft, tmp_path, before):
    known = log_of(check(mistakes, "sarif").out)["results"]

    def moved(_):
        path = draft(MISTAKES)
        path.write_bytes(before.encode() + path.read_bytes())

    found = log_of(check(moved, "sarif").out)["results"]
    assert known
    assert [fingerprint(result) for result in found] == [fingerprint(result) for result in known]
    lines = [region(result)["startLine"] for result in known]
    count = before.count("\n")
    assert [region(result)["startLine"] for result in found] == [line + count for line in lines]


@pytest.mark.parametrize(
    "spelled",
    [
        "application.yaml",
        "./application.yaml",
        "evidence/../application.yaml",
        "{}/application.yaml",
    ],
)
def test_fingerprints_and_uris_do_not_depend_on_how_the_path_is_written(check, spelled):
    known = log_of(check(mistakes, "sarif").out)["results"]
    found = log_of(check(mistakes, "sarif", spelled.format(os.getcwd())).out)["results"]
    assert [uri(result) for result in found] == ["application.yaml"] * len(known)
    assert [fingerprint(result) for result in found] == [fingerprint(result) for result in known]


@pytest.mark.parametrize("again", ["application.yaml", "./application.yaml", ".", "{}"])
def test_a_file_named_twice_has_unique_fingerprints_and_test_cases(check, again):
    check(mistakes, "sarif")
    words = ("application.yaml", again.format(os.getcwd()))
    results = log_of(check(mistakes, "sarif", *words).out)["results"]
    assert len({fingerprint(result) for result in results}) == len(results)
    cases = list(suites_of(check(mistakes, "junit", *words).out).iter("testcase"))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_identical_drafts_in_two_folders_have_different_fingerprints(check, tmp_path):
    def twice(draft):
        text = draft(MISTAKES).read_text()
        for name in ("one", "two"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "application.yaml").write_text(text)

    found = log_of(check(twice, "sarif", "one", "two").out)["results"]
    assert {uri(result) for result in found} == {"one/application.yaml", "two/application.yaml"}
    assert len({fingerprint(result) for result in found}) == len(found)


def test_a_draft_outside_the_checkout_has_an_absolute_uri(check, tmp_path, monkeypatch):
    inner = tmp_path / "inner"

    def prepare(draft):
        draft(MISTAKES, "a b.yaml")
        (tmp_path / ".git").rmdir()
        (inner / ".git").mkdir(parents=True)
        monkeypatch.setenv("GITHUB_WORKSPACE", str(inner))
        monkeypatch.chdir(inner)

    (found,) = {
        uri(result) for result in log_of(check(prepare, "sarif", "../a b.yaml").out)["results"]
    }
    assert found == (tmp_path / "a b.yaml").resolve().as_uri()


def test_a_draft_on_standard_input_has_the_uri_of_its_name(tmp_path):
    words = (
        "check",
        "-",
        "--stdin-name",
        "drafts/a b.yaml",
        "--at",
        IN_WINDOW,
        "--format",
        "sarif",
    )
    (tmp_path / ".git").mkdir()
    run = program(*words, cwd=tmp_path, input=b"cycle: 3\n")
    assert run.returncode == 1
    found = log_of(run.stdout)["results"]
    assert {uri(result) for result in found} == {"drafts/a%20b.yaml"}


def test_an_accepted_finding_is_a_suppressed_result(check):
    run = check(accepted, "sarif")
    assert run.code == 0
    (result,) = log_of(run.out)["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert suppression["justification"].startswith("Agreed ]]> ")


def test_an_unchecked_file_gives_a_notification_and_an_unsuccessful_run(check):
    run = check(ready, "sarif", "application.yaml", "missing ]]>.yaml")
    assert run.code == 3
    log = log_of(run.out)
    assert log["results"] == []
    (invocation,) = log["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert note["level"] == "error"
    assert "missing ]]>.yaml: there is no such file" in note["message"]["text"]
    assert uri(note) == "missing%20%5D%5D%3E.yaml"


@pytest.mark.parametrize(
    "options",
    [("--select", "HTQ4"), ("--ignore", "HTQ4"), ("--fail-on", "never"), ("--fail-on", "info")],
    ids=" ".join,
)
@pytest.mark.parametrize("prepare", [mistakes, accepted, bad_examples_of_all_rules])
def test_both_reports_are_valid_with_any_choice_of_rules_and_severity(check, prepare, options):
    whole = log_of(check(prepare, "sarif").out)
    run = log_of(check(prepare, "sarif", ".", *options).out)
    assert run["tool"] == whole["tool"]
    root = suites_of(check(prepare, "junit", ".", *options).out)
    failures = root.findall("testsuite/testcase/failure")
    assert bool(failures) is (
        options[1] != "never" and any(map(counts_for(options), run["results"]))
    )


# JUnit XML


@every_run
def test_the_junit_report_is_valid(check, prepare):
    run = check(prepare, "junit")
    suites_of(run.out)
    assert run.out.endswith("</testsuites>\n")


@every_run
def test_the_counts_in_the_junit_report_are_right(check, prepare):
    root = suites_of(check(prepare, "junit").out)
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}")))
        assert all(len(case.xpath("failure|error|skipped")) <= 1 for case in cases)
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name)) for suite in root))


@every_run
def test_every_case_in_the_junit_report_has_a_unique_name(check, prepare):
    root = suites_of(check(prepare, "junit").out)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert all(map(all, names))
    assert len(names) == len(set(names))


def fails(file, finding):
    """Whether a finding fails the run: it is an error, or leaves the draft unproven."""
    place = finding["code"], finding["pointer"]
    return finding["severity"] == "error" or place in {
        (one["code"], one["pointer"]) for one in file["unproven"]
    }


@every_run
def test_the_junit_report_has_the_same_findings_as_the_json(check, prepare):
    data = check(prepare, "json").data
    root = suites_of(check(prepare, "junit").out)
    assert len(root) == len(data["files"]) + len(data["unchecked"])
    for file, suite in zip(data["files"], root, strict=False):
        for kind, is_failure in (("failure", True), ("system-out", False)):
            text = "\n".join(found.text for found in suite.findall(f"testcase/{kind}"))
            findings = [
                finding
                for finding in file["findings"]
                if (fails(file, finding) and "accepted" not in finding) is is_failure
            ]
            assert len(re.findall(r"(?m):\d+:\d+: (?:error|warning|note) HTQ\d{3} ", text)) == len(
                findings
            )
            for finding in findings:
                severity = finding["severity"].replace("info", "note")
                said = f"{severity} {finding['code']} {finding['message']}"
                said = re.sub("[\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", said)
                assert f":{finding['line']}:{finding['column']}: {said}\n" in f"{text}\n"
        assert bool(suite.findall("testcase/failure")) is (
            file["verdict"] in ("not-ready", "unproven")
        )
    assert len(root.findall("testsuite/testcase/error")) == len(data["unchecked"])


def test_the_ready_example_passes_a_case_for_each_rule_that_applied(check):
    run = check(ready, "junit")
    assert run.code == 0
    root = suites_of(run.out)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert int(root.get("tests")) > len(RULES) / 2
    assert root.xpath("//failure|//error|//skipped|//system-out") == []


def test_an_accepted_finding_is_a_skipped_case(check):
    root = suites_of(check(accepted, "junit").out)
    (skipped,) = root.iter("skipped")
    assert skipped.get("message").startswith("Accepted: Agreed ]]> ")
    assert skipped.getparent().get("name").startswith("HTQ203 ")
    assert root.get("failures") == "0"


def test_an_unchecked_file_is_a_case_with_an_error(check):
    root = suites_of(check(ready, "junit", "application.yaml", "missing ]]>.yaml").out)
    (error,) = root.iter("error")
    assert error.get("message") == "there is no such file or folder"
    assert error.getparent().get("classname") == "missing ]]>.yaml"
    assert root.get("errors") == "1"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_a_missing_file_with_any_name_is_reported(check, form, name):
    run = check(ready, form, os.fsdecode(name))
    assert run.code == 3
    if form == "junit":
        assert len(list(suites_of(run.out).iter("error"))) == 1
    else:
        (invocation,) = log_of(run.out)["invocations"]
        (note,) = invocation["toolExecutionNotifications"]
        assert unquote_to_bytes(uri(note)) == name
