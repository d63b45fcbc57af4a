"""What is said of a draft: one of four verdicts, which no worse mapping can better."""

import copy
import json
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, examples
from htqcli import catalogue, lint, moment
from htqcli.formats import FORMATS
from htqcli.intake import Draft
from htqcli.verdict import Verdict

BEST_LAST = (Verdict.NOT_READY, Verdict.UNPROVEN, Verdict.UNSETTLED, Verdict.READY)
LIST = "ksbs/ST0116-1.1.yaml"


def asked(htq, path, *words):
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", *words)
    (file,) = run.data["files"]
    return run, file


def without_gap(draft, old="", new=""):
    """The example, with the list of its standard beside it."""
    return draft({old: new} if old else {})


CASES = {
    # how a draft differs from the example that is ready: its verdict, and the exit code
    "nothing": ({}, Verdict.READY, 0),
    "an error": ({"  level: 4\n": "  level: 6\n"}, Verdict.NOT_READY, 1),
    "a warning": ({'version: "1.1"': 'version: "1.1"\n    option: Web'}, Verdict.UNSETTLED, 0),
    "another version": ({'version: "1.1"': 'version: "1.2"'}, Verdict.UNPROVEN, 1),
    "no version": ({'    version: "1.1"\n': ""}, Verdict.UNPROVEN, 1),
}  # fmt: skip


@pytest.mark.parametrize("changes, verdict, code", CASES.values(), ids=CASES)
def test_a_draft_has_the_first_verdict_that_applies(htq, draft, changes, verdict, code):
    run, file = asked(htq, draft(changes))
    assert (file["verdict"], run.code) == (verdict, code)
    assert file["ready"] is (verdict is Verdict.READY)
    assert bool(file["unproven"]) is (verdict is Verdict.UNPROVEN)
    name = verdict.replace("-", "_")
    counted = ("ready", "unsettled", "unproven", "not_ready")
    assert {key: run.data["summary"][key] for key in counted} == {
        key: int(key == name) for key in counted
    }


def test_a_draft_without_its_list_is_unproven_unless_it_accepts_that(htq, draft):
    path = draft()
    (path.parent / LIST).unlink()
    run, file = asked(htq, path)
    assert (file["verdict"], run.code) == ("unproven", 1)
    assert [one["code"] for one in file["unproven"]] == ["HTQ509"]
    assert file["standards"] == [
        {
            "reference": "ST0116",
            "version": "1.1",
            "ksbs": None,
            "covered": None,
            "in_every_combination": None,
        }
    ]
    entry = "{rule: HTQ509, reason: The list cannot be had, until: 2022-06-30}"
    path.write_text(f"{path.read_text(encoding='utf-8')}accept:\n  - {entry}\n", encoding="utf-8")
    run, file = asked(htq, path)
    assert (file["verdict"], file["unproven"], run.code) == ("ready", [], 0)


def test_a_list_that_cannot_be_used_proves_nothing(htq, draft):
    path = draft()
    (path.parent / LIST).write_text("reference: [", encoding="utf-8")
    run, file = asked(htq, path)
    assert (file["verdict"], run.code) == ("unproven", 1)


def test_what_is_not_proven_is_told_beside_an_error_too(htq, draft):
    path = draft({"  level: 4\n": "  level: 6\n"})
    (path.parent / LIST).unlink()
    _, file = asked(htq, path)
    assert file["verdict"] == "not-ready"
    assert [one["code"] for one in file["unproven"]] == ["HTQ509"]


@pytest.mark.parametrize(
    "words", [("--ignore", "HTQ509"), ("--ignore", "HTQ301"), ("--select", "HTQ4")]
)
def test_rules_that_are_left_out_prove_nothing_and_fail_nothing(htq, draft, words):
    run, file = asked(htq, draft(), *words)
    assert (file["verdict"], run.code) == ("unproven", 0)
    assert {one["pointer"] for one in file["unproven"]} == {""}
    text = htq("check", draft(), "--at", IN_WINDOW, *words).out
    assert "no error found by the rules that were chosen" in text


def test_a_rule_that_can_only_inform_is_not_missed(htq, draft):
    _, file = asked(htq, draft(), "--ignore", "HTQ302")
    assert (file["verdict"], file["unproven"]) == ("ready", [])


@pytest.mark.parametrize("words, code", [
    (("--fail-on", "never"), 0), (("--exit-zero",), 0), (("--fail-on", "warning"), 1), ((), 1),
])  # fmt: skip
def test_the_exit_code_follows_what_fails_the_run(htq, draft, words, code):
    path = draft()
    (path.parent / LIST).unlink()
    for format in FORMATS:
        assert htq("check", path, "--at", IN_WINDOW, "--format", format, *words).code == code


def test_warnings_fail_only_where_that_is_asked_for(htq, draft):
    path = draft(CASES["a warning"][0])
    assert htq("check", path, "--at", IN_WINDOW).code == 0
    assert htq("check", path, "--at", IN_WINDOW, "--fail-on", "warning").code == 1


def test_text_says_what_is_to_do_and_as_at_when(htq, draft):
    at = "as at 20 May 2022"
    assert f"ready to submit, {at}\n" in htq("check", draft(), "--at", IN_WINDOW).out
    path = draft(CASES["a warning"][0])
    for format in ("text", "markdown"):
        out = htq("check", path, "--at", IN_WINDOW, "--format", format).out
        assert "no errors; 1 warning to settle" in out
        assert re.search(r"ST0116 1\.1(\\)?: 38 of 38 KSBs, in every combination", out)
    (path.parent / LIST).unlink()
    out = htq("check", draft(), "--at", IN_WINDOW).out
    assert at in out


def test_the_environment_gives_a_time(htq, draft, monkeypatch):
    monkeypatch.setenv("HTQ_AT", IN_WINDOW)
    run = htq("check", draft())
    assert run.code == 0
    assert "ready to submit, as at 20 May 2022" in run.out


# The laws, over drafts that are made up.

KNOWN = catalogue.load()
AT = {1: "2020-12-01", 2: "2021-08-02", 3: IN_WINDOW, 4: "2023-06-01", 5: "2024-10-01"}
LABELS = ["K1", "K2", "S1", "S2", "B1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("verdict")
    (path / "evidence").mkdir()
    for name in ("letter.txt", "mapping.csv", "permission.txt"):
        (path / "evidence" / name).write_text("not empty")
    (path / "ksbs").mkdir()
    for reference in ("ST0116", "ST0118"):
        listed = {"reference": reference, "version": "1.1", "title": "Made up"}
        listed["labels"] = {"K": 2, "S": 2, "B": 1}
        (path / "ksbs" / f"{reference}-1.1.yaml").write_text(json.dumps(listed))
    return path


def verdict(folder, data):
    """The verdict on a draft that is this data."""
    at = moment.read(AT[data["cycle"]]).first
    draft = Draft("draft.yaml", folder, yaml.safe_dump(data, sort_keys=False).encode())
    report = lint.check([draft], KNOWN, at)
    assert report.unchecked == ()
    return BEST_LAST.index(report.files[0].verdict)


@st.composite
def drafts(draw):
    """A sound draft with gaps, groups, pathways and one or two standards."""
    units = [f"U{number}" for number in range(1, draw(st.integers(2, 6)) + 1)]
    some = st.lists(st.sampled_from(units), unique=True, max_size=4)
    group = st.builds(
        lambda own: {"choose": 1, "from": own}, st.lists(st.sampled_from(units), min_size=1, unique=True)
    )  # fmt: skip
    cycle = draw(st.sampled_from(list(AT)))
    data = {
        "cycle": cycle,
        "applicant": {"name": "Example Awards", "type": "awarding-organisation", "recognition_number": "RN5999"},
        "qualification": {
            "title": "Diploma in Software", "level": 4, "first_teaching": "2027-09",
            "intellectual_property": {"holder": "applicant"},
        },
        "units": {unit: f"Unit {unit}" for unit in units},
        "standards": [],
        "support_session": "2020-10-01",
        "employers": [{"name": "Example Ltd", "evidence": "evidence/letter.txt", "confidential": False}],
        "documents": [{"kind": "ksb-mapping", "file": "evidence/mapping.csv", "confidential": False}],
        "declarations": {"conditions_of_application": True},
    }  # fmt: skip
    if draw(st.booleans()):
        data["structure"] = {"mandatory": draw(some), "optional": draw(st.lists(group, max_size=2))}
        if draw(st.booleans()):
            data["structure"]["pathways"] = [
                {"name": name, "mandatory": draw(some)} for name in ("Web", "Mobile")
            ]
    full = st.booleans().map(lambda rare: units if rare else None)
    for reference in ("ST0116", "ST0118")[: draw(st.integers(1, 2))]:
        ksbs = {}
        for label in LABELS:
            own = draw(full) or draw(some)
            coverage = draw(st.sampled_from(["full", "full", "partial"]))
            ksbs[label] = {"units": list(own), "coverage": coverage}
            if draw(st.booleans()):
                ksbs[label]["reason"] = "Completed in the workplace"
        data["standards"].append({"reference": reference, "version": "1.1", "ksbs": ksbs})
    return data


@st.composite
def worsened(draw):
    """A draft, and the same with less of a mapping or more of a choice."""
    data = draw(drafts())
    worse = copy.deepcopy(data)
    ksbs = draw(st.sampled_from(worse["standards"]))["ksbs"]
    label = draw(st.sampled_from(list(ksbs)))
    structure = worse.get("structure")
    ways = ["delete", "partial"]
    if ksbs[label]["units"]:
        ways.append("take")
    if structure and structure["mandatory"]:
        ways.append("choose")
    match draw(st.sampled_from(ways)):
        case "delete":
            del ksbs[label]
        case "partial":
            ksbs[label]["coverage"] = "partial"
        case "take":
            ksbs[label]["units"].remove(draw(st.sampled_from(ksbs[label]["units"])))
        case "choose":
            unit = draw(st.sampled_from(structure["mandatory"]))
            structure["mandatory"].remove(unit)
            others = [name for name in worse["units"] if name != unit]
            structure["optional"].append({"choose": 1, "from": [unit, *others[:1]]})
    return data, worse


@pytest.mark.slow
@settings(examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worsened())
def test_a_worse_mapping_never_has_a_better_verdict(folder, pair):
    data, worse = pair
    assert verdict(folder, worse) <= verdict(folder, data)


@pytest.mark.slow
@examples(50)
@given(drafts(), st.integers(0, 1))
def test_a_draft_without_a_list_is_never_proven(folder, data, number):
    claim = data["standards"][number % len(data["standards"])]
    claim["version"] = "9.9"  # of which there is no list
    assert BEST_LAST[verdict(folder, data)] in (Verdict.NOT_READY, Verdict.UNPROVEN)


ANSWERS = [
    ("applicant", "name"), ("applicant", "recognition_number"), ("applicant", "type"),
    ("qualification", "title"), ("qualification", "level"), ("qualification", "first_teaching"),
    ("employers", 0, "name"), ("employers", 0, "evidence"), ("documents", 0, "file"),
    ("standards", 0, "reference"), ("declarations", "conditions_of_application"), ("support_session",),
]  # fmt: skip


@examples(50)
@given(drafts(), st.sampled_from(ANSWERS), st.sampled_from(["<answer>", "TODO", "TBC", "[insert]"]))
def test_a_placeholder_in_place_of_an_answer_is_not_ready(folder, data, path, word):
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = word
    assert BEST_LAST[verdict(folder, data)] is Verdict.NOT_READY


def test_the_example_is_proven_as_it_is(htq):
    run, file = asked(htq, ROOT / "examples" / "application.yaml")
    assert (file["verdict"], file["findings"], run.code) == ("ready", [], 0)
    (covered,) = file["standards"]
    assert (covered["ksbs"], covered["covered"], covered["in_every_combination"]) == (38, 38, 38)
