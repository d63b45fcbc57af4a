"""The four verdicts on a draft: a worse mapping never gets a better one."""

import copy
import json
import re
from random import Random

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, examples
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.check.report import Checked
from htqcli.formats import FORMATS
from htqcli.verdict import Verdict

pytestmark = pytest.mark.slow

BEST_LAST = (Verdict.NOT_READY, Verdict.UNPROVEN, Verdict.UNSETTLED, Verdict.READY)
LIST = "ksbs/ST0116-1.1.yaml"


def run_check(htq, path, *words):
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", *words)
    (file,) = run.data["files"]
    return run, file


CASES = {
    # how a draft differs from the ready example: (changes, verdict, exit code)
    "nothing": ({}, Verdict.READY, 0),
    "an error": ({"  level: 4\n": "  level: 6\n"}, Verdict.NOT_READY, 1),
    "a warning": ({'version: "1.1"': 'version: "1.1"\n    option: Web'}, Verdict.UNSETTLED, 0),
    "another version": ({'version: "1.1"': 'version: "1.2"'}, Verdict.UNPROVEN, 1),
    "no version": ({'    version: "1.1"\n': ""}, Verdict.UNPROVEN, 1),
}  # fmt: skip


@pytest.mark.parametrize("changes, verdict, code", CASES.values(), ids=CASES)
def test_a_draft_has_the_first_verdict_that_applies(htq, draft, changes, verdict, code):
    run, file = run_check(htq, draft(changes))
    assert (file["verdict"], run.code) == (verdict, code)
    assert file["ready"] is (verdict is Verdict.READY)
    assert bool(file["unproven"]) is (verdict is Verdict.UNPROVEN)
    name = verdict.replace("-", "_")
    counted = ("ready", "unsettled", "unproven", "not_ready")
    assert {key: run.data["summary"][key] for key in counted} == {
        key: int(key == name) for key in counted
    }


def test_a_draft_without_its_ksb_list_is_unproven_unless_it_accepts_that(htq, draft):
    path = draft()
    (path.parent / LIST).unlink()
    run, file = run_check(htq, path)
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
    run, file = run_check(htq, path)
    assert (file["verdict"], file["unproven"], run.code) == ("ready", [], 0)


def test_a_draft_with_an_unusable_ksb_list_is_unproven(htq, draft):
    path = draft()
    (path.parent / LIST).write_text("reference: [", encoding="utf-8")
    run, file = run_check(htq, path)
    assert (file["verdict"], run.code) == ("unproven", 1)


def test_a_draft_with_an_error_still_lists_what_is_unproven(htq, draft):
    path = draft({"  level: 4\n": "  level: 6\n"})
    (path.parent / LIST).unlink()
    _, file = run_check(htq, path)
    assert file["verdict"] == "not-ready"
    assert [one["code"] for one in file["unproven"]] == ["HTQ509"]


@pytest.mark.parametrize(
    "words", [("--ignore", "HTQ509"), ("--ignore", "HTQ301"), ("--select", "HTQ4")]
)
def test_leaving_out_rules_makes_a_draft_unproven_but_does_not_fail_the_run(htq, draft, words):
    run, file = run_check(htq, draft(), *words)
    assert (file["verdict"], run.code) == ("unproven", 0)
    assert {one["pointer"] for one in file["unproven"]} == {""}
    text = htq("check", draft(), "--at", IN_WINDOW, *words).out
    assert "no error found by the rules that were chosen" in text


def test_a_draft_is_ready_without_a_rule_that_only_gives_notes(htq, draft):
    _, file = run_check(htq, draft(), "--ignore", "HTQ302")
    assert (file["verdict"], file["unproven"]) == ("ready", [])


@pytest.mark.parametrize("words, code", [
    (("--fail-on", "never"), 0), (("--exit-zero",), 0), (("--fail-on", "warning"), 1), ((), 1),
])  # fmt: skip
def test_the_exit_code_follows_the_options_in_every_format(htq, draft, words, code):
    path = draft()
    (path.parent / LIST).unlink()
    for format in FORMATS:
        assert htq("check", path, "--at", IN_WINDOW, "--format", format, *words).code == code


def test_warnings_fail_the_run_only_with_fail_on_warning(htq, draft):
    path = draft(CASES["a warning"][0])
    assert htq("check", path, "--at", IN_WINDOW).code == 0
    assert htq("check", path, "--at", IN_WINDOW, "--fail-on", "warning").code == 1


def test_text_states_the_open_warnings_the_coverage_and_the_date(htq, draft):
    at = "as at 20 May 2022"
    assert f"ready to submit, {at}\n" in htq("check", draft(), "--at", IN_WINDOW).out
    path = draft(CASES["a warning"][0])
    for format in ("text", "markdown"):
        out = htq("check", path, "--at", IN_WINDOW, "--format", format).out
        assert "no errors; 1 warning to settle" in out
        assert re.search(r"ST0116 1\.1( \(.*\))?(\\)?: 38 of 38 KSBs, in every combination", out)
    (path.parent / LIST).unlink()
    out = htq("check", draft(), "--at", IN_WINDOW).out
    assert at in out


def test_an_environment_variable_can_set_the_time(htq, draft, monkeypatch):
    monkeypatch.setenv("HTQ_AT", IN_WINDOW)
    run = htq("check", draft())
    assert run.code == 0
    assert "ready to submit, as at 20 May 2022" in run.out


# Properties of made-up drafts: small ones, and some of the size of a real application. Cycles
# differ in their policy, so each draft is for cycle 3, which has a list, and is checked with the
# policy of every cycle.


def with_policy(number):
    """The bundled catalogue in which cycle 3 has the policy of another cycle."""
    known = bundled.load()
    policy = known.cycle(number).policy
    cycles = [
        one.model_copy(update={"policy": policy}) if one.cycle == 3 else one for one in known.cycles
    ]
    return known.model_copy(update={"cycles": tuple(cycles)})


KNOWN = {number: with_policy(number) for number in (1, 2, 3, 4, 5)}
AT = moment.read(IN_WINDOW).first
COUNTS = {  # how many statements of each kind a made-up list has
    "ST0116": {"K": 12, "S": 17, "B": 9},
    "ST0118": {"K": 15, "S": 15, "B": 7},
    "ST0117": {"K": 8, "S": 11, "B": 5},
    "ST0127": {"K": 20, "S": 14, "B": 6},
}
SMALL, REAL = "1.1", "2.0"
"""The versions of the short lists and of the lists of a real size."""
OPTION = "ST0127"
"""The standard that has options in its list of a real size."""


def labels(counts):
    return [f"{kind}{number}" for kind, n in counts.items() for number in range(1, n + 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("verdict")
    (path / "evidence").mkdir()
    for name in ("letter.txt", "mapping.csv", "permission.txt"):
        (path / "evidence" / name).write_text("not empty")
    (path / "ksbs").mkdir()
    for reference, counts in COUNTS.items():
        for version, own in ((SMALL, {"K": 2, "S": 2, "B": 1}), (REAL, counts)):
            listed = {"reference": reference, "version": version, "title": "Made up", "labels": own}
            if (reference, version) == (OPTION, REAL):
                names = labels(own)
                listed["options"] = {"Web": names[:25], "Mobile": names[20:]}
            (path / "ksbs" / f"{reference}-{version}.yaml").write_text(json.dumps(listed))
    return path


def checked(folder, data, policy):
    """The result of a check of a draft with this data."""
    draft = Draft("draft.yaml", folder, json.dumps(data).encode())
    found = Checker(KNOWN[policy], AT).check(draft)
    assert isinstance(found, Checked)
    return found


def rank(folder, data, policy):
    """The rank of the verdict on a draft; the worst is 0."""
    return BEST_LAST.index(checked(folder, data, policy).verdict)


def draft_of(units, structure, standards):
    """A valid draft with these parts."""
    return {
        "cycle": 3,
        "applicant": {"name": "Example Awards", "type": "awarding-organisation", "recognition_number": "RN5999"},
        "qualification": {
            "title": "Diploma in Software", "level": 4, "first_teaching": "2027-09",
            "intellectual_property": {"holder": "applicant"},
        },
        "units": units,
        **({"structure": structure} if structure else {}),
        "standards": standards,
        "support_session": "2020-10-01",
        "employers": [{"name": "Example Ltd", "evidence": "evidence/letter.txt", "confidential": False}],
        "documents": [{"kind": "ksb-mapping", "file": "evidence/mapping.csv", "confidential": False}],
        "declarations": {"conditions_of_application": True},
    }  # fmt: skip


@st.composite
def small_drafts(draw):
    """A valid draft with gaps, groups, pathways and one or two standards."""
    units = [f"U{number}" for number in range(1, draw(st.integers(2, 6)) + 1)]
    some = st.lists(st.sampled_from(units), unique=True, max_size=4)
    group = st.builds(
        lambda own: {"choose": 1, "from": own}, st.lists(st.sampled_from(units), min_size=1, unique=True)
    )  # fmt: skip
    structure = {}
    if draw(st.booleans()):
        structure = {"mandatory": draw(some), "optional": draw(st.lists(group, max_size=2))}
        if draw(st.booleans()):
            structure["pathways"] = [
                {"name": name, "mandatory": draw(some)} for name in ("Web", "Mobile")
            ]
        named = json.dumps(structure)
        if others := [unit for unit in units if f'"{unit}"' not in named]:
            structure["optional"].append({"choose": 1, "from": others})
    full = st.booleans().map(lambda rare: units if rare else None)
    standards = []
    for reference in ("ST0116", "ST0118")[: draw(st.integers(1, 2))]:
        ksbs = {}
        for label in ("K1", "K2", "S1", "S2", "B1"):
            own = draw(full) or draw(some)
            coverage = draw(st.sampled_from(["full", "full", "partial"]))
            ksbs[label] = {"units": list(own), "coverage": coverage}
            if draw(st.booleans()):
                ksbs[label]["reason"] = "Completed in the workplace"
        standards.append({"reference": reference, "version": SMALL, "ksbs": ksbs})
    return draft_of({unit: f"Unit {unit}" for unit in units}, structure, standards)


@st.composite
def real_drafts(draw):
    """A valid draft of the size of a real application: 12 to 40 units with credits, groups by
    number and by credits, pathways, assessments and up to 4 standards, which are mapped fully or
    with gaps. It is made from a seed, because drawing each part from Hypothesis takes too long."""
    dice = Random(draw(st.integers(0, 2**32)))
    units = [f"U{number}" for number in range(1, dice.randint(12, 40) + 1)]
    credits = {unit: dice.choice([10, 15, 20, 30]) for unit in units}

    def group(name, own):
        if dice.random() < 0.6:
            return {"name": name, "choose": dice.randint(1, len(own)), "from": own}
        most = sum(credits[unit] for unit in own)
        return {"name": name, "credits": dice.randint(1, most), "from": own}

    left = units[:]
    dice.shuffle(left)

    def some(most):
        own, left[:] = left[: dice.randint(1, most)], left[most:]
        return own or [dice.choice(units)]

    structure = {}
    common = units
    if dice.random() < 0.8:
        common = left[: len(left) // 2]
        left[:] = left[len(common) :]
        structure = {"mandatory": common[:], "optional": []}
        if dice.random() < 0.5:
            structure["pathways"] = [
                {"name": f"Pathway {number}", "mandatory": some(4),
                 "optional": [group("Choice", some(4))] if dice.random() < 0.5 else []}
                for number in range(1, dice.randint(2, 4) + 1)
            ]  # fmt: skip
        structure["optional"] = [
            group(f"Group {number}", some(6)) for number in range(dice.randint(0, 2))
        ]
        named = {unit for unit in units if f'"{unit}"' in json.dumps(structure)}
        if others := [unit for unit in units if unit not in named]:
            structure["optional"].append(group("Wider study", others))
    standards = []
    has_assessments = dice.random() < 0.5
    for reference in dice.sample(list(COUNTS), dice.randint(1, 4)):
        in_common = dice.choice([1.0, 1.0, 0.97, 0.7])
        reasons, whole = dice.choice([0, 1]), dice.choice([1.0, 0.9])
        ksbs = {}
        for label in labels(COUNTS[reference]):
            own = dice.sample(units, dice.randint(0, 3))
            if dice.random() < in_common:
                own = list(dict.fromkeys([dice.choice(common), *own]))
            ksbs[label] = {"units": own, "coverage": "full" if dice.random() < whole else "partial"}
            if reasons:
                ksbs[label]["reason"] = "Completed in the workplace"
            if has_assessments:
                ksbs[label]["assessed_by"] = ["A1"]
        standard = {"reference": reference, "version": REAL, "ksbs": ksbs}
        if reference == OPTION:
            standard["option"] = dice.choice(["Web", "Mobile"])
            needed = labels(COUNTS[reference])
            needed = needed[:25] if standard["option"] == "Web" else needed[20:]
            standard["ksbs"] = {label: ksbs[label] for label in needed}
        standards.append(standard)
    titles = {unit: {"title": f"Unit {unit}", "credits": credits[unit]} for unit in units}
    data = draft_of(titles, structure, standards)
    return data | ({"assessments": {"A1": "Portfolio"}} if has_assessments else {})


def requirements(structure):
    """The top of a structure and its pathways: each has mandatory units and groups."""
    return [structure, *structure.get("pathways", [])] if structure else []


def worsen(data, dice):
    """Take something out of a mapping, or make a mandatory unit optional."""
    ksbs = dice.choice(data["standards"])["ksbs"]
    free = [one for one in requirements(data.get("structure")) if one["mandatory"]]
    way = dice.choice(["delete", "partial", "take", *(["choose"] if free else [])])
    if way == "choose":
        one = dice.choice(free)
        unit = one["mandatory"].pop(dice.randrange(len(one["mandatory"])))
        groups = one.setdefault("optional", [])
        open_to = [group for group in groups if unit not in group["from"]]
        if open_to and dice.random() < 0.5:
            dice.choice(open_to)["from"].append(unit)
        else:
            others = [name for name in data["units"] if name != unit]
            groups.append({"choose": 1, "from": [unit, *others[:1]]})
    elif ksbs:
        label = dice.choice(list(ksbs))
        if way == "delete":
            del ksbs[label]
        elif way == "partial":
            ksbs[label]["coverage"] = "partial"
        elif ksbs[label]["units"]:
            ksbs[label]["units"].pop(dice.randrange(len(ksbs[label]["units"])))


POLICIES = st.sampled_from(list(KNOWN))
UNSOUND = {"HTQ502", "HTQ505", *(f"HTQ{number}" for number in range(510, 516))}


def of_both_sizes(test):
    """Run a property with small drafts and with drafts of a real size."""
    both = pytest.mark.parametrize("drafts", [small_drafts, real_drafts])
    return pytest.mark.slow(both(test))


SEARCH = settings(deadline=None, derandomize=True, max_examples=2_000, phases=[Phase.generate])


@of_both_sizes
@pytest.mark.parametrize("verdict", [Verdict.READY, Verdict.UNSETTLED, Verdict.NOT_READY])
def test_some_made_up_drafts_get_each_verdict(folder, drafts, verdict):
    """A property shows nothing if all drafts already have the worst verdict."""
    both = st.tuples(drafts(), POLICIES)
    found = find(both, lambda made: checked(folder, *made).verdict is verdict, settings=SEARCH)
    assert found


@of_both_sizes
@examples(40)
@given(st.data())
def test_a_worse_mapping_never_has_a_better_verdict(folder, drafts, data):
    better, policy = data.draw(drafts()), data.draw(POLICIES)
    worse = copy.deepcopy(better)
    dice = Random(data.draw(st.integers(0, 2**32)))
    for _ in range(dice.choice([1, 1, 1, 5])):
        worsen(worse, dice)
    before = checked(folder, better, policy)
    assume(not UNSOUND & {finding.rule.code for finding in before.findings})
    assert rank(folder, worse, policy) <= BEST_LAST.index(before.verdict)


@of_both_sizes
@examples(25)
@given(st.data())
def test_a_draft_without_one_of_its_ksb_lists_is_never_proven(folder, drafts, data):
    draft, policy = data.draw(drafts()), data.draw(POLICIES)
    claim = data.draw(st.sampled_from(draft["standards"]))
    before = rank(folder, draft, policy)
    claim["version"] = "9.9"  # which has no list
    found = checked(folder, draft, policy)
    assert found.verdict in (Verdict.NOT_READY, Verdict.UNPROVEN)
    assert BEST_LAST.index(found.verdict) <= max(before, BEST_LAST.index(Verdict.UNPROVEN))
    if not any(finding.rule.code == "HTQ501" for finding in found.findings):  # no unit in a mapping
        assert "HTQ509" in [one.code for one in found.unproven]


def answers(value, path=()):
    """The paths of all single values of a draft."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for step, inner in pairs:
            yield from answers(inner, (*path, step))
    else:
        yield path


def parent(data, path):
    """The list or group of fields that has the value at a path."""
    for step in path[:-1]:
        data = data[step]
    return data


PLACEHOLDERS = ["<answer>", "TODO", "TBC", "[insert]", "n/a", "To be confirmed", "xxx", "?", "Name (TBC)"]  # fmt: skip


@of_both_sizes
@examples(40)
@given(st.data())
def test_a_draft_with_a_placeholder_for_any_answer_is_not_ready(folder, drafts, data):
    draft, policy = data.draw(drafts()), data.draw(POLICIES)
    path = data.draw(st.sampled_from(list(answers(draft))))
    parent(draft, path)[path[-1]] = data.draw(st.sampled_from(PLACEHOLDERS))
    assert checked(folder, draft, policy).verdict is Verdict.NOT_READY


NEEDED = [
    ("cycle",), ("applicant",), ("applicant", "name"), ("applicant", "type"),
    ("applicant", "recognition_number"), ("qualification",), ("qualification", "title"),
    ("qualification", "level"), ("units",), ("standards",), ("standards", 0),
    ("standards", 0, "reference"), ("standards", 0, "ksbs"), ("employers",),
    ("employers", 0, "evidence"), ("documents",), ("documents", 0),
    ("declarations",), ("declarations", "conditions_of_application"),
]  # fmt: skip


@of_both_sizes
@examples(25)
@given(st.data())
def test_a_draft_without_a_required_answer_is_not_ready(folder, drafts, data):
    draft, policy = data.draw(drafts()), data.draw(POLICIES)
    path = data.draw(st.sampled_from(NEEDED))
    if path == ("standards", 0):
        draft["standards"] = draft["standards"][:1]
    del parent(draft, path)[path[-1]]
    assert checked(folder, draft, policy).verdict is Verdict.NOT_READY


@examples(20)
@given(real_drafts(), POLICIES)
def test_made_up_drafts_of_a_real_size_are_valid(folder, data, policy):
    found = checked(folder, data, policy)
    assert not UNSOUND & {finding.rule.code for finding in found.findings}


def test_the_example_is_ready_and_fully_covered(htq):
    run, file = run_check(htq, ROOT / "examples" / "application.yaml")
    assert (file["verdict"], file["findings"], run.code) == ("ready", [], 0)
    (covered,) = file["standards"]
    assert (covered["ksbs"], covered["covered"], covered["in_every_combination"]) == (38, 38, 38)
