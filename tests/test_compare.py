"""`htq compare`: what differs between two drafts, and what that does."""

import copy
import json
import os
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, examples, in_terminal
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.inputs import Draft
from htqcli.comparing.drafts import compare_drafts
from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.model.part import Model
from htqcli.reports.draft_changes import as_data

EXAMPLE = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
AT = moment.read(IN_WINDOW).first
KNOWN = bundled.load()


@pytest.fixture
def compared(htq, draft):
    """The result of comparing the ready example with one with these changes."""

    def run(changes, *words, more=""):
        old = draft(None, "old.yaml")
        new = draft(changes)
        new.write_text(new.read_text(encoding="utf-8") + more, encoding="utf-8")
        done = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json", *words)
        assert (done.code, done.err) == (0, "")
        return done.data

    return run


def brief(found):
    return [
        (c["change"], c["about"], c["pointer"] if c["new"] is not None else c["old_pointer"],
         c["old"], c["new"])
        for c in found["changes"]
    ]  # fmt: skip


K1 = "K1: {units: [U1, U4], assessed_by: [A1]}"
MANDATORY = "mandatory: [U1, U2, U3, U4]"
GROUP = "    - name: Specialism\n      choose: 1\n      from: [U5, U6]\n"
ACCEPT = "accept:\n  - {rule: HTQ204, at: /standards/0, reason: Agreed, until: 2022-06-01}\n"
TESTING = "  U3: {title: Testing, credits: 20}\n"

PAIRS = {
    "nothing": ({}, []),
    "a comment": ({"cycle: 3": "cycle: 3  # the third"}, []),
    "the notation of a date": ({"2022-06-10": "10 June 2022"}, []),
    "the order of units in a list": ({MANDATORY: "mandatory: [U4, U3, U2, U1]"}, []),
    "the order of fields": ({K1: "K1: {assessed_by: [A1], units: [U4, U1]}"}, []),
    "the cycle": ({"cycle: 3": "cycle: 4"}, [("changed", "draft", "/cycle", 3, 4)]),
    "a date": (
        {"2022-06-10": "2022-06-11"},
        [("changed", "draft", "/planned_submission", "2022-06-10", "2022-06-11")],
    ),
    "a field that goes": (
        {"  number: 610/0000/0\n": ""},
        [("removed", "qualification", "/qualification/number", "610/0000/0", None)],
    ),
    "a field that comes": (
        {"  recognition_number: RN5999\n": "  recognition_number: RN5999\n  ukprn: '10009999'\n"},
        [("added", "applicant", "/applicant/ukprn", None, "10009999")],
    ),
    "the level of the qualification": (
        {"  level: 4\n": "  level: 5\n"},
        [("changed", "qualification", "/qualification/level", 4, 5)],
    ),
    "the holder of the rights": (
        {"holder: applicant": "holder: Pearson"},
        [("changed", "qualification", "/qualification/intellectual_property/holder", "applicant",
          "Pearson")],
    ),
    "the contact": (
        {"name: A. Person": "name: B. Other"},
        [("changed", "applicant", "/applicant/contact/name", None, None)],
    ),
    "the title of a unit": (
        {"title: Testing": "title: Testing and quality"},
        [("changed", "unit", "/units/U3/title", "Testing", "Testing and quality")],
    ),
    "the credits of a unit": (
        {"Testing, credits: 20": "Testing, credits: 30"},
        [("changed", "unit", "/units/U3/credits", 20, 30)],
    ),
    "the id of a unit": (
        {EXAMPLE: EXAMPLE.replace("U3", "U13")},
        [("renamed", "unit", "/units/U13", "U3", "U13")],
    ),
    "a unit that comes": (
        {TESTING: f"{TESTING}  U7: Security\n"},
        [("added", "unit", "/units/U7", None, {"title": "Security"})],
    ),
    "a unit that goes": (
        {"  U6: {title: Mobile development, credits: 20}\n": "", "[U5, U6]": "[U5]",
         "[U1, U5, U6]": "[U1, U5]"},
        [("removed", "unit", "/units/U6", {"title": "Mobile development", "credits": 20}, None),
         ("removed", "structure", "/structure/optional/0/from/1", "U6", None),
         ("removed", "ksb", "/standards/0/ksbs/K7/units/2", "U6", None)],
    ),
    "a unit that is no longer mandatory": (
        {MANDATORY: "mandatory: [U1, U2, U3]"},
        [("removed", "structure", "/structure/mandatory/3", "U4", None)],
    ),
    "a unit that moves to a group": (
        {MANDATORY: "mandatory: [U1, U2, U3]", "from: [U5, U6]": "from: [U4, U5, U6]"},
        [("moved", "structure", "/structure/optional/0/from/0", "U4", "U4")],
    ),
    "a unit that moves from a group": (
        {MANDATORY: "mandatory: [U1, U2, U3, U4, U5]", "from: [U5, U6]": "from: [U6]"},
        [("moved", "structure", "/structure/mandatory/4", "U5", "U5")],
    ),
    "how many units to choose": (
        {"choose: 1": "choose: 2"},
        [("changed", "structure", "/structure/optional/0/choose", 1, 2)],
    ),
    "the name of a group": (
        {"name: Specialism": "name: Platform"},
        [("changed", "structure", "/structure/optional/0/name", "Specialism", "Platform")],
    ),
    "a group that comes first": (
        {"  optional:\n": "  optional:\n    - {name: More, credits: 20, from: [U3]}\n"},
        [("added", "structure", "/structure/optional/0", None,
          {"name": "More", "credits": 20, "from": ["U3"]})],
    ),
    "a pathway that comes": (
        {GROUP: f"{GROUP}  pathways:\n    - {{name: Web, mandatory: [U5]}}\n"},
        [("added", "structure", "/structure/pathways/0", None,
          {"name": "Web", "mandatory": ["U5"]})],
    ),
    "a structure that goes": (
        {f"structure:\n  {MANDATORY}\n  optional:\n{GROUP}": ""},
        [("removed", "structure", "/structure",
          {"mandatory": ["U1", "U2", "U3", "U4"],
           "optional": [{"name": "Specialism", "choose": 1, "from": ["U5", "U6"]}]}, None)],
    ),
    "a unit that covers a KSB too": (
        {K1: K1.replace("U4", "U4, U2")},
        [("added", "ksb", "/standards/0/ksbs/K1/units/2", None, "U2")],
    ),
    "another unit that covers a KSB": (
        {K1: K1.replace("U4", "U2")},
        [("removed", "ksb", "/standards/0/ksbs/K1/units/1", "U4", None),
         ("added", "ksb", "/standards/0/ksbs/K1/units/1", None, "U2")],
    ),
    "a line of the mapping that goes": (
        {f"      {K1}\n": ""},
        [("removed", "ksb", "/standards/0/ksbs/K1",
          {"units": ["U1", "U4"], "coverage": "full", "assessed_by": ["A1"]}, None)],
    ),
    "partial coverage": (
        {K1: K1.replace("units", "coverage: partial, reason: At work, units")},
        [("changed", "ksb", "/standards/0/ksbs/K1/coverage", "full", "partial"),
         ("added", "ksb", "/standards/0/ksbs/K1/reason", None, "At work")],
    ),
    "the assessment of a KSB": (
        {K1: K1.replace("A1", "A2")},
        [("removed", "ksb", "/standards/0/ksbs/K1/assessed_by/0", "A1", None),
         ("added", "ksb", "/standards/0/ksbs/K1/assessed_by/0", None, "A2")],
    ),
    "the version of a standard": (
        {'version: "1.1"': 'version: "1.2"'},
        [("changed", "standard", "/standards/0/version", "1.1", "1.2")],
    ),
    "a standard that comes first": (
        {"standards:\n": "standards:\n  - {reference: ST0310}\n"},
        [("added", "standard", "/standards/0", None, {"reference": "ST0310"})],
    ),
    "another standard": (
        {"reference: ST0116": "reference: ST0117"},
        None,
    ),
    "the name of an assessment": (
        {"A1: Portfolio of projects": "A1: Portfolio"},
        [("changed", "assessment", "/assessments/A1", "Portfolio of projects", "Portfolio")],
    ),
    "an assessment that comes": (
        {"A1: Portfolio of projects": "A1: Portfolio of projects\n  A9: Interview"},
        [("added", "assessment", "/assessments/A9", None, "Interview")],
    ),
    "an employer that comes": (
        {"employers:\n": "employers:\n  - name: Example Trust\n"},
        [("added", "employer", "/employers/0", None, {"name": "Example Trust"})],
    ),
    "whether a document is confidential": (
        {"confidential: false": "confidential: true"},
        [("changed", "document", "/documents/0/confidential", False, True)],
    ),
    "a declaration": (
        {"conditions_of_application: true": "conditions_of_application: no"},
        [("changed", "declarations", "/declarations/conditions_of_application", True, False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("changes, expected", PAIRS.values(), ids=PAIRS)
def test_exactly_the_differences_in_meaning_are_reported(compared, changes, expected):
    found = compared(changes)
    if expected is not None:
        assert brief(found) == expected
    else:
        assert [c["change"] for c in found["changes"]] == ["removed", "added"]
        assert {c["about"] for c in found["changes"]} == {"standard"}


def test_acceptances_feedback_and_approval_are_compared(compared):
    more = ACCEPT + (
        "feedback: [{id: F1, received: 2022-05-02, asks: Assess K7}]\n"
        "approval: {code: HTQDZ0001, date: 2023-07-01}\nsubmitted: old.yaml\n"
    )
    assert brief(compared({}, more=more)) == [
        ("added", "draft", "/submitted", None, "old.yaml"),
        ("added", "feedback", "/feedback/0", None,
         {"id": "F1", "received": "2022-05-02", "asks": "Assess K7"}),
        ("added", "approval", "/approval", None, {"code": "HTQDZ0001", "date": "2023-07-01"}),
        ("added", "acceptance", "/accept/0", None,
         {"rule": "HTQ204", "at": "/standards/0", "reason": "Agreed", "until": "2022-06-01"}),
    ]  # fmt: skip


# The law: applying what is said to the old draft gives the new one


def apply(data, changes):
    """The data of a draft with the changes of the JSON made."""
    data = copy.deepcopy(data)
    gone = object()
    renamed = {"units": {}, "assessments": {}}
    for change in changes:
        if change["change"] in ("removed", "moved"):
            put(data, change["old_pointer"], gone)
        elif change["change"] == "renamed":
            renamed[change["pointer"].split("/")[1]][change["old"]] = change["new"]
    for part, ids in renamed.items():
        kept = {name: own for name, own in (data.get(part) or {}).items() if own is not gone}
        data[part] = {ids.get(name, name): own for name, own in kept.items()}
    use(data, renamed)
    for change in changes:
        if change["change"] in ("changed", "added", "moved"):
            by_id = change["pointer"].split("/")[1] in renamed
            at = change["pointer"] if by_id else change["into"] or change["old_pointer"]
            put(data, at, change["new"])
    return without(data, gone)


def put(data, pointer, value):
    *steps, last = pointer.split("/")[1:]
    for step, following in zip(steps, [*steps, last][1:], strict=True):
        empty = [] if following == "-" else {}
        if isinstance(data, list):
            data = data[int(step)]
        else:
            if data.get(step) is None:
                data[step] = empty
            data = data[step]
    if last == "-":
        data.append(value)
    else:
        data[int(last) if isinstance(data, list) else last] = value


def use(value, renamed):
    """Give every use of an id its new one."""
    if isinstance(value, list):
        for item in value:
            use(item, renamed)
    elif isinstance(value, dict):
        for name, held in value.items():
            ids = renamed["assessments" if name == "assessed_by" else "units"]
            if name in ("units", "mandatory", "from", "assessed_by") and isinstance(held, list):
                held[:] = [ids.get(one, one) if isinstance(one, str) else one for one in held]
            elif name not in ("accept", "feedback"):
                use(held, renamed)


def without(value, gone):
    if isinstance(value, dict):
        return {name: without(held, gone) for name, held in value.items() if held is not gone}
    if isinstance(value, list):
        return [without(item, gone) for item in value if item is not gone]
    return value


def meaning(value):
    """What a draft means: without order, and without what is empty."""
    if isinstance(value, Model):
        fields = {name: meaning(getattr(value, name)) for name in type(value).model_fields}
        return {name: held for name, held in fields.items() if held not in (None, [], {})}
    if isinstance(value, dict):
        return {name: meaning(held) for name, held in value.items()}
    if isinstance(value, tuple):
        return sorted((meaning(item) for item in value if item is not None), key=ordered)
    return str(value) if value is not None else None


def ordered(value):
    return json.dumps(value, sort_keys=True)


def read(data):
    return read_application(reader.read(json.dumps(data).encode()))


def comparison(old, new, folder=Path()):
    drafts = [Draft(name, folder, json.dumps(data).encode()) for name, data in
              (("old.yaml", old), ("new.yaml", new))]  # fmt: skip
    found = compare_drafts(tuple(drafts), (read(old), read(new)), KNOWN, AT)
    return json.loads(json.dumps(as_data(found)))


IDS = st.sampled_from(["U1", "U2", "U3", "U4", "U10"])
NAMES = st.sampled_from(["Databases", "Testing", "Web", "Web development", "Security"])
SOME_IDS = st.lists(IDS, max_size=4)
TESTS = st.sampled_from(["A1", "A2", "A3"])


def fields(**optional):
    return st.fixed_dictionaries({}, optional=optional)


GROUPS = st.lists(
    fields(name=NAMES, choose=st.integers(1, 2), **{"from": SOME_IDS}), max_size=3
)  # fmt: skip
DAYS = st.sampled_from(["2022-05-02", "3 May 2022", "2022-06-01"])
DRAFTS = fields(
    cycle=st.integers(2, 4),
    planned_submission=DAYS,
    qualification=fields(
        title=NAMES, level=st.integers(4, 5), intellectual_property=fields(holder=NAMES)
    ),
    units=st.dictionaries(IDS, NAMES | fields(title=NAMES, credits=st.integers(1, 3)), max_size=4),
    structure=fields(
        mandatory=SOME_IDS,
        optional=GROUPS,
        pathways=st.lists(fields(name=NAMES, mandatory=SOME_IDS, optional=GROUPS), max_size=2),
    ),
    standards=st.lists(
        fields(
            reference=st.sampled_from(["ST0116", "ST0117"]),
            option=NAMES,
            ksbs=st.dictionaries(
                st.sampled_from(["K1", "K2", "S1"]),
                SOME_IDS
                | fields(units=SOME_IDS, coverage=st.sampled_from(["full", "partial"]),
                         assessed_by=st.lists(TESTS, max_size=2)),
                max_size=3,
            ),
        ),
        max_size=3,
    ),
    assessments=st.dictionaries(TESTS, NAMES, max_size=3),
    employers=st.lists(fields(name=NAMES, confidential=st.booleans()), max_size=3),
    documents=st.lists(
        fields(file=st.sampled_from(["a.pdf", "b.pdf"]), kind=st.sampled_from(["other"])),
        max_size=3,
    ),
    accept=st.lists(
        fields(rule=st.sampled_from(["HTQ503", "HTQ204"]), ksbs=st.just(["K1"]), until=DAYS),
        max_size=2,
    ),
    feedback=st.lists(
        fields(id=st.sampled_from(["F1", "F2"]), asks=NAMES, done=st.booleans()), max_size=3
    ),
)  # fmt: skip


def spelt(data):
    """The data in long form, as the JSON names its places."""
    data = copy.deepcopy(data)
    for name, unit in data.get("units", {}).items():
        data["units"][name] = {"title": unit} if isinstance(unit, str) else unit
    for claim in data.get("standards", []):
        for label, line in claim.get("ksbs", {}).items():
            claim["ksbs"][label] = {"units": line} if isinstance(line, list) else line
    return data


@pytest.mark.slow
@examples(100)
@given(DRAFTS, DRAFTS)
def test_applying_the_changes_to_the_old_draft_gives_the_new_one(old, new):
    old, new = spelt(old), spelt(new)
    found = comparison(old, new)
    after = apply(old, found["changes"])
    assert meaning(read(after).part) == meaning(read(new).part)
    assert all(c["message"] and not c["message"].endswith(".") for c in found["changes"])
    is_same = meaning(read(old).part) == meaning(read(new).part)
    assert is_same == (found["changes"] == [])


@pytest.mark.slow
@examples(60)
@given(DRAFTS, st.randoms(use_true_random=False))
def test_a_draft_in_another_order_does_not_differ(old, random):
    new = spelt(old)
    for part in ("standards", "employers", "documents", "accept", "feedback"):
        random.shuffle(new.get(part, []))
    for part in ("units", "assessments"):
        if part in new:
            names = list(new[part])
            random.shuffle(names)
            new[part] = {name: new[part][name] for name in names}
    assert comparison(old, new)["changes"] == []


@pytest.mark.slow
@examples(100)
@given(DRAFTS)
def test_a_draft_does_not_differ_from_itself(data):
    found = comparison(data, data)
    assert (found["changes"], found["gone"], found["come"], found["coverage"]) == ([], [], [], [])


TITLES = ["Programming", "Databases", "Testing", "Team working", "Web development", "Security"]


@st.composite
def histories(draw):
    """A draft, the same with new ids for some units, and those ids."""
    count = draw(st.integers(2, 6))
    ids = [f"U{number}" for number in range(1, count + 1)]
    order = draw(st.permutations(ids))
    new = {
        before: after if draw(st.booleans()) else f"X{after}"
        for before, after in zip(ids, order, strict=True)
    }
    lines = {
        f"K{number}": draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
        for number in range(1, 9)
    }
    mandatory = draw(st.lists(st.sampled_from(ids), unique=True))

    def data(of):
        return {
            "units": {of[own]: {"title": TITLES[at]} for at, own in enumerate(ids)},
            "structure": {"mandatory": [of[own] for own in mandatory]},
            "standards": [
                {"reference": "ST0116",
                 "ksbs": {label: {"units": [of[own] for own in names]}
                          for label, names in lines.items()}}
            ],
        }  # fmt: skip

    return data({own: own for own in ids}), data(new), new


@pytest.mark.slow
@examples(100)
@given(histories())
def test_units_with_new_ids_are_renamed_and_nothing_else_differs(history):
    old, new, ids = history
    found = comparison(old, new)["changes"]
    used = {name for line in old["standards"][0]["ksbs"].values() for name in line["units"]}
    expected = {(before, after) for before, after in ids.items() if before != after}
    if used == set(ids):  # what no line names is known by its title alone
        assert {(c["old"], c["new"]) for c in found} == expected
        assert {c["change"] for c in found} <= {"renamed"}


@pytest.mark.parametrize("title", ["Testing software", "Test", "testing!", "Quality"])
def test_a_unit_with_a_new_id_and_title_is_known_by_the_lines_that_name_it(compared, title):
    text = EXAMPLE.replace("U3", "U13").replace("title: Testing", f"title: {title}")
    found = compared({EXAMPLE: text})
    assert [(c["change"], c["old"], c["new"]) for c in found["changes"]] == [
        ("renamed", "U3", "U13"), ("changed", "Testing", title),
    ]  # fmt: skip


def test_units_that_are_numbered_again_after_one_is_deleted_are_renamed(compared):
    text = EXAMPLE.replace("  U2: {title: Databases, credits: 20}\n", "").replace("U2, ", "")
    text = text.replace("[U2]", "[U1]").replace(", U2]", "]")
    for number in (3, 4, 5, 6):
        text = text.replace(f"U{number}", f"U{number - 1}")
    found = compared({EXAMPLE: text})["changes"]
    assert [(c["old"], c["new"]) for c in found if c["change"] == "renamed"] == [
        ("U3", "U2"), ("U4", "U3"), ("U5", "U4"), ("U6", "U5"),
    ]  # fmt: skip
    assert [c["old_pointer"] for c in found if c["about"] == "unit"][-1] == "/units/U2"
    assert "Unit U2 ‘Databases’ is removed (credits 20)" in [c["message"] for c in found]
    lines = [c for c in found if c["about"] == "ksb" and c["change"] == "added"]
    assert {c["new"] for c in lines} == {"U1"}


def test_another_unit_in_the_place_of_one_is_not_a_rename(compared):
    changes = {
        TESTING: "  U13: {title: Cloud services, credits: 20}\n",
        MANDATORY: "mandatory: [U1, U2, U13, U4]",
    }
    kinds = [(c["change"], c["about"]) for c in compared(changes)["changes"]]
    assert kinds[:2] == [("removed", "unit"), ("added", "unit")]


def test_an_assessment_with_a_new_id_is_renamed(compared):
    found = compared({EXAMPLE: EXAMPLE.replace("A1", "P1")})
    assert brief(found) == [("renamed", "assessment", "/assessments/P1", "A1", "P1")]


def test_a_unit_that_moves_between_pathways_says_from_where_and_to_where(htq, draft):
    pathways = (
        "  pathways:\n    - {name: Web, mandatory: [U5]}\n"
        "    - {name: Mobile, optional: [{name: Platform, choose: 1, from: [U6]}]}\n"
    )
    old = draft({f"  optional:\n{GROUP}": pathways}, "old.yaml")
    moved = pathways.replace("[U5]", "[]").replace("[U6]", "[U5, U6]")
    new = draft({f"  optional:\n{GROUP}": moved})
    (change,) = htq("compare", old, new, "--format", "json").data["changes"]
    assert change["message"] == (
        "Unit U5 ‘Web development’ moves from the mandatory units of pathway ‘Web’ to pathway "
        "‘Mobile’, group ‘Platform’"
    )


# What the differences do


def test_findings_that_come_and_go_are_reported(compared):
    found = compared({"  level: 4\n": "  level: 6\n"})
    assert [(f["code"], f["pointer"]) for f in found["come"]] == [
        ("HTQ404", "/qualification/title"), ("HTQ401", "/qualification/level"),
    ]  # fmt: skip
    assert found["gone"] == []
    assert found["verdict"] == {"old": "ready", "new": "not-ready"}
    assert found["ready"] == {"old": True, "new": False}


def test_a_finding_that_only_changes_its_place_neither_comes_nor_goes(htq, draft):
    contact_us = "  - {reference: ST0310, ksbs: {K1: [U1]}}\n"
    old = draft({"standards:\n": f"standards:\n{contact_us}"}, "old.yaml")
    last = EXAMPLE.index("\n\nassessments:\n")
    new = draft({EXAMPLE: f"{EXAMPLE[:last]}\n{contact_us}{EXAMPLE[last:]}"})
    found = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json").data
    assert (found["changes"], found["gone"], found["come"]) == ([], [], [])
    assert "HTQ204" in htq("check", new, "--at", IN_WINDOW).out


def test_a_gap_that_closes_beside_one_that_stays_is_reported(htq, draft):
    k2 = "      K2: {units: [U1], assessed_by: [A1]}\n"
    old = draft({f"      {K1}\n{k2}": ""}, "old.yaml")
    new = draft({f"      {K1}\n": ""})
    found = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json").data
    for name, missing in (("gone", "K1 and K2"), ("come", "K1")):
        (gap,) = [f for f in found[name] if f["code"] == "HTQ503"]
        assert missing in gap["message"]
    (covered,) = found["coverage"]
    assert covered["gained"] == [{"ksb": "K2", "old": "never", "new": "always"}]
    assert covered["lost"] == []


def test_coverage_that_is_gained_and_lost_is_reported_by_standard_and_pathway(htq, draft):
    pathways = (
        "  pathways:\n    - {name: Web, mandatory: [U5]}\n    - {name: App, mandatory: [U6]}\n"
    )
    k7 = "K7: {units: [U1, U5, U6], assessed_by: [A1]}"
    base = {f"  optional:\n{GROUP}": pathways}
    old = draft(base, "old.yaml")
    new = draft({**base, k7: k7.replace("U1, ", "").replace(", U6", "")})
    found = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json").data["coverage"]
    assert found == [
        {
            "standard": "ST0116",
            "reason": None,
            "gained": [],
            "lost": [{"ksb": "K7", "old": "always", "new": "sometimes"}],
            "pathways": [
                {"name": "App", "gained": [],
                 "lost": [{"ksb": "K7", "old": "always", "new": "sometimes"}]},
            ],
        }
    ]  # fmt: skip


def test_coverage_of_another_version_is_not_compared(compared):
    (covered,) = compared({'version: "1.1"': 'version: "1.2"'})["coverage"]
    assert "the versions differ" in covered["reason"]
    assert (covered["gained"], covered["lost"]) == ([], [])


FEEDBACK = """feedback:
  - {id: F1, received: 2022-05-02, asks: Assess K1 otherwise, about: /standards/0/ksbs/K1}
  - {id: F2, received: 2022-05-02, asks: Say more of U4, about: /units/U4, done: true}
  - {id: F3, received: 2022-05-02, asks: Explain the approach}
"""


def test_each_change_says_which_feedback_it_answers(compared):
    changes = {K1: K1.replace("A1", "A2"), "cycle: 3": "cycle: 4"}
    found = compared(changes, more=FEEDBACK)
    answers = {c["pointer"]: c["answers"] for c in found["changes"]}
    assert answers["/standards/0/ksbs/K1/assessed_by/0"] == ["F1"]
    assert answers["/cycle"] == answers["/feedback/0"] == []
    at = [n for n, c in enumerate(found["changes"]) if c["answers"]]
    assert [(f["id"], f["done"], f["changes"]) for f in found["feedback"]] == [
        ("F1", False, at), ("F2", True, []), ("F3", False, None),
    ]  # fmt: skip


def test_named_files_with_another_content_are_reported_by_sha_256(htq, draft, tmp_path):
    new = draft()
    old = tmp_path / "before" / "application.yaml"
    old.parent.mkdir()
    for path in ("application.yaml", "evidence", "ksbs"):
        os.rename(tmp_path / path, old.parent / path)
    draft()
    letter = new.parent / "evidence" / "example-software-letter.txt"
    letter.write_text("another letter", encoding="utf-8")
    run = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json")
    (change,) = run.data["changes"]
    before = (old.parent / "evidence" / "example-software-letter.txt").read_bytes()
    assert (change["change"], change["pointer"]) == ("content", "/employers/0/evidence")
    assert change["old"] == f"sha256:{sha256(before).hexdigest()}"
    assert change["new"] == f"sha256:{sha256(b'another letter').hexdigest()}"
    letter.unlink()
    letter.symlink_to("/etc/hosts")
    assert htq("compare", old, new, "--format", "json").data["changes"] == []


def test_the_submitted_draft_is_checked_with_the_lists_and_files_of_the_new_one(htq, draft):
    new = draft({"cycle: 3": "cycle: 3\nsubmitted: submitted/a.yaml"})
    (new.parent / "submitted").mkdir()
    kept = new.parent / "submitted" / "a.yaml"
    kept.write_text(EXAMPLE, encoding="utf-8")
    found = htq("compare", kept, new, "--at", IN_WINDOW, "--format", "json").data
    assert (found["in_place"], found["gone"]) == (True, [])
    assert found["verdict"] == {"old": "ready", "new": "ready"}
    kept.rename(new.parent / "submitted" / "b.yaml")
    found = htq("compare", kept.with_name("b.yaml"), new, "--at", IN_WINDOW, "-f", "json").data
    assert (found["in_place"], found["verdict"]["old"]) == (False, "not-ready")
    out = htq("compare", kept.with_name("b.yaml"), new, "--at", IN_WINDOW).out
    assert "If it is a copy of what you submitted, name it in the new draft" in out


# Drafts of Git


@pytest.fixture
def repository(draft):
    """A repository with the ready example, and the same with level 5 in its working tree."""
    path = draft()
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Submit")):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=path.parent, env=env, check=True)
    return draft({"  level: 4\n": "  level: 5\n"})


def test_the_old_draft_can_be_of_a_revision_of_git(htq, repository, monkeypatch):
    monkeypatch.chdir(repository.parent)
    found = htq(
        "compare", "HEAD:application.yaml", "application.yaml", "--at", IN_WINDOW, "-f", "json"
    )
    assert [c["pointer"] for c in found.data["changes"]] == ["/qualification/level"]
    assert found.data["verdict"] == {"old": "ready", "new": "unsettled"}
    text = htq("compare", "HEAD:application.yaml", "application.yaml").out
    assert "those of the folder of the new draft" in " ".join(text.split())
    (repository.parent / "inner").mkdir()
    monkeypatch.chdir(repository.parent / "inner")
    assert htq("compare", "HEAD:application.yaml", "../application.yaml").code == 0
    monkeypatch.chdir(repository.parent)
    assert (
        htq("compare", "HEAD:./evidence/example-software-letter.txt", "application.yaml").code == 3
    )


@pytest.mark.parametrize("old", [
    "HEAD~9:application.yaml", "HEAD:nothing.yaml", "nowhere:application.yaml",
    "--output=x:application.yaml", "-p:application.yaml", "HEAD:evidence", "\x1b[31m:x", "HEAD:../x",
    "--textconv:application.yaml", "HEAD\n:x",
])  # fmt: skip
def test_a_revision_that_cannot_be_read_is_exit_3(htq, repository, monkeypatch, old):
    monkeypatch.chdir(repository.parent)
    run = htq("compare", "--", old, "application.yaml")
    assert (run.code, run.out) == (3, "")
    assert len(run.err.splitlines()) == 1
    assert "not read" in run.err
    assert "\x1b" not in run.err
    assert not (repository.parent / "x").exists()


def test_git_runs_nothing_that_a_repository_names(htq, repository, monkeypatch):
    folder = repository.parent
    told = folder / "told"
    program = folder / "run.sh"
    program.write_text(f"#!/bin/sh\necho run >> {told}\n", encoding="utf-8")
    program.chmod(0o755)
    (folder / "git").symlink_to(program)
    (folder / "git.exe").symlink_to(program)
    (folder / ".gitattributes").write_text("*.yaml diff=own filter=own\n", encoding="utf-8")
    for name in ("diff.own.textconv", "filter.own.smudge", "filter.own.clean", "core.fsmonitor",
                 "core.pager", "core.sshCommand", "alias.cat-file", "core.editor"):  # fmt: skip
        subprocess.run(["git", "config", name, str(program)], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
    told.unlink(missing_ok=True)
    assert htq("compare", "HEAD:application.yaml", "application.yaml").code == 0
    assert not told.exists()


def test_without_git_a_revision_is_exit_3(htq, repository, monkeypatch):
    monkeypatch.chdir(repository.parent)
    monkeypatch.setenv("PATH", str(repository.parent))
    run = htq("compare", "HEAD:application.yaml", "application.yaml")
    assert run.code == 3
    assert "Git is not installed" in run.err


def test_a_file_whose_name_has_a_colon_is_that_file(htq, draft):
    path = draft(None, "HEAD:application.yaml")
    assert htq("compare", path, path, "--exit-code").code == 0


# Outcomes, formats and hostile input


def test_each_outcome_has_its_exit_code(htq, draft, tmp_path):
    old, new = draft(None, "old.yaml"), draft({"cycle: 3": "cycle: 4"})
    assert htq("compare", old, old, "--exit-code").code == 0
    assert htq("compare", old, new).code == 0
    assert htq("compare", old, new, "--exit-code").code == 1
    (tmp_path / "broken.yaml").write_text("cycle: [3\n", encoding="utf-8")
    for other in ("none.yaml", "broken.yaml", "evidence", "ksbs/ST0116-1.1.yaml"):
        for pair in ((old, tmp_path / other), (tmp_path / other, new)):
            run = htq("compare", *pair, "--exit-code")
            assert (run.code, run.out) == (3, "")
            assert other in run.err
    assert htq("compare", old).code == 2
    assert htq("compare", "-", "-").code == 2
    assert htq("compare", old, new, "--ksbs", tmp_path / "nowhere").code == 3


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])
def test_a_result_is_written_to_a_new_file_or_by_force(htq, draft, tmp_path, format):
    old, new = draft(None, "old.yaml"), draft({"cycle: 3": "cycle: 4"})
    words = ("compare", old, new, "--at", IN_WINDOW, "--format", format)
    out, file = htq(*words).out, tmp_path / "result"
    assert htq(*words, "-o", file).code == 0
    assert file.read_text(encoding="utf-8") == out
    file.write_text("mine", encoding="utf-8")
    run = htq(*words, "-o", file)
    assert (run.code, file.read_text(encoding="utf-8")) == (3, "mine")
    assert "it already exists" in run.err
    assert htq(*words, "-o", file, "--force").code == 0
    assert file.read_text(encoding="utf-8") == out
    assert htq(*words, "-o", new, "--force").code == 2


def test_text_says_what_changed_and_what_that_does(htq, draft):
    old = draft(None, "old.yaml")
    new = draft({"  level: 4\n": "  level: 5\n", **PAIRS["a unit that moves to a group"][0]})
    out = htq("compare", old, new, "--at", IN_WINDOW).out
    for line in (
        f"2 changes from {old.as_posix()} to {new.as_posix()}",
        "  ~ Qualification: level was 4, is now 5",
        "  ~ Unit U4 ‘Working in a development team’ moves from the mandatory units to the group "
        "‘Specialism’",
        "  Verdict: was: ready to submit; now: no errors, but warnings to settle",
    ):
        assert line in out.splitlines()
    assert "  new  warning HTQ507 at 32:1, /structure: A learner can take" in out
    assert "lost K3, K4, K8" in out
    same = htq("compare", old, old, "--at", IN_WINDOW).out
    assert same.startswith(f"Nothing differs between {old.as_posix()} and {old.as_posix()}\n")
    assert "ready to submit, as before" in same


def test_what_happens_to_several_ksbs_alike_is_said_once(htq, draft):
    k2 = "K2: {units: [U1], assessed_by: [A1]}"
    old = draft(None, "old.yaml")
    new = draft({K1: K1.replace("A1", "A1, A2"), k2: k2.replace("A1", "A1, A2")})
    out = htq("compare", old, new, "--at", IN_WINDOW).out
    assert (
        "  + ST0116 K1 and K2: assessment A2 ‘Practical assessment in the workplace’ is added"
        in out
    )


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])
def test_a_contact_and_addresses_are_never_shown(htq, draft, format):
    contact = "  contact:\n    name: A. Person\n    email: a.person@example.org\n"
    gone = draft({contact: ""}, "gone.yaml")
    nobody = draft({EXAMPLE: "cycle: 3\n"}, "nobody.yaml")
    old = draft(None, "old.yaml")
    new = draft({
        "name: A. Person": "name: Zoe Secret", "a.person@": "z.secret@",
        "title: Testing": "title: Ask t.tester@example.org",
        "A1: Portfolio of projects": "A1: t.tester@example.org",
        "- name: Example Software Ltd": "- name: t.tester@example.org",
    })  # fmt: skip
    for before, after in ((old, new), (new, old), (gone, new), (new, gone), (nobody, new)):
        out = htq("compare", before, after, "--at", IN_WINDOW, "--format", format).out
        for word in ("Zoe", "Secret", "z.secret", "Person", "a.person", "t.tester"):
            assert word not in out
        assert "hidden" in out


EVIL = '"\\e[31m##vso[task.x]\\u202e::error::|<script>alert(1)</script>"'


def test_text_of_a_draft_commands_no_terminal_browser_or_pipeline(htq, draft):
    changes = {
        "title: Testing": f"title: {EVIL}", "U1: {title": f"{EVIL}: {{title",
        "A1: Portfolio of projects": f"A1: {EVIL}", "name: Specialism": f"name: {EVIL}",
        "title: Software developer": f"title: {EVIL}",
        "cycle: 3": f"cycle: 3\nfeedback: [{{id: {EVIL}, received: 2022-05-02, asks: {EVIL}}}]",
    }  # fmt: skip
    old, new = draft(None, "old.yaml"), draft(changes)
    for pair in ((old, new), (new, old)):
        for format in ("text", "markdown", "json", "html"):
            run = htq("compare", *pair, "--format", format)
            assert (run.code, run.err) == (0, "")
            assert not any(sign in run.out for sign in ("\x1b", "\u202e", "##vso["))
            if format in ("markdown", "html"):
                assert "<script" not in run.out
    code, shown = in_terminal("compare", old, new)
    assert code == 0
    assert "\u202e" not in shown


def test_values_that_cannot_be_read_are_named_and_not_compared(htq, draft):
    old, new = draft(None, "old.yaml"), draft({"  level: 4\n": "  level: four\n"})
    found = htq("compare", old, new, "--at", IN_WINDOW, "--format", "json").data
    assert found["unread"] == {"old": [], "new": ["/qualification/level"]}
    out = htq("compare", old, new).out
    assert "not compared, because it cannot be read: /qualification/level" in out


def test_the_page_is_whole_and_names_its_language(htq, draft):
    old, new = draft(None, "old.yaml"), draft({"cycle: 3": "cycle: 4"})
    out = htq("compare", old, new, "--at", IN_WINDOW, "--format", "html").out
    assert out.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert 'id="changes">1 change from ' in out
    assert "<p>Cycle was 3, is now 4</p>" in out
    assert '<p class="verdict not-ready">was: ready to submit; now: not ready' in out
    assert "src=" not in out


def test_one_draft_can_come_from_standard_input(draft):
    path = draft()
    command = ["htq", "compare", "-", str(path), "--exit-code"]
    run = subprocess.run(
        [os.sys.executable, "-m", "htqcli", *command[1:]],
        input=path.read_bytes(), capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr


# The page


PAGE = (ROOT / "docs" / "after-submission.md").read_text(encoding="utf-8")


@pytest.fixture
def as_on_the_page(draft, monkeypatch):
    """The folder that the page leads to."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    submitted, feedback, accept, answer, _ = blocks
    due = "    due: 1 October 2022\n"
    path = draft({K7: K7.replace("A1", "A2")})
    more = submitted + feedback.replace(due, due + answer) + accept
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    (path.parent / "submitted").mkdir()
    (path.parent / "submitted" / "application.yaml").write_text(EXAMPLE, encoding="utf-8")
    monkeypatch.chdir(path.parent)
    return path


K7 = "K7: {units: [U1, U5, U6], assessed_by: [A1]}"
SUBMITTED = "submitted/application.yaml"


def test_the_page_shows_the_actual_output(htq, as_on_the_page):
    run = htq("compare", SUBMITTED, "application.yaml", "--at", "2022-09-20")
    shown = next(block for block in PAGE.split("```text\n")[1:] if "changes from" in block)
    assert run.out.startswith(shown.split("```")[0])


def test_the_json_has_the_documented_fields(htq, as_on_the_page):
    shape = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    found = htq("compare", SUBMITTED, "application.yaml", "--format", "json").data
    assert list(found) == list(shape)
    for name in ("changes", "feedback"):
        assert list(found[name][0]) == list(shape[name][0])
    back = htq("compare", "application.yaml", SUBMITTED, "--at", IN_WINDOW, "-f", "json").data
    assert list(back["gone"][0]) == list(shape["gone"][0])


def test_the_draft_on_the_page_reminds_of_its_open_feedback(htq, as_on_the_page):
    found = htq("check", "application.yaml", "--at", "2022-09-20", "--format", "json").findings
    assert [f["pointer"] for f in found if "accepted" not in f] == ["/feedback/1/answer"]
