"""`htq catalogue diff`: a made-up final list against the bundled one, and what it does to drafts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import IN_WINDOW, ROOT, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.comparing.changes import between
from htqcli.model.part import Model
from htqcli.moment import Moment

pytestmark = pytest.mark.slow

CATALOGUE = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
KNOWN = bundled.load()

FINAL = {
    "      status: provisional\n      confirmation_due: 2022-01\n": "      status: final\n",
    "            - {reference: ST0117, level: 4, title: Business analyst}\n": "",
    "{reference: ST0116, level: 4, title: Software developer}": (
        "{reference: ST0116, level: 5, title: Software engineer}"
    ),
    "            - {reference: ST0310, level: 4, title: Associate Project Manager}\n": "",
    "            - {reference: ST0809, level: 5, title: Coaching Professional}\n": (
        "            - {reference: ST0809, level: 5, title: Coaching Professional}\n"
        "            - {reference: ST0310, level: 4, title: Associate Project Manager}\n"
        "            - {reference: ST1999, level: 5, title: Made-up maker}\n"
    ),
    "            - {reference: ST0118, level: 4, title: Data analyst}\n": "",
    "            - {reference: ST0613, level: 4, title: Acoustics technician}\n": (
        "            - {reference: ST0613, level: 4, title: Acoustics technician}\n"
        "            - {reference: ST0118, level: 4, title: Data analyst}\n"
    ),
    "      - opens: 2022-02-16 12:00\n        closes: 2022-07-29 17:00\n": (
        "      - opens: 2022-02-16\n        closes: 2022-05-13 17:00\n"
    ),
    "ksb_coverage: {asks: required, source: SUP-5}": "ksb_coverage: {asks: expected, source: CAT}",
}
"""A made-up final list: texts of the bundled catalogue and their replacements."""


@pytest.fixture
def final(tmp_path):
    """A catalogue with some texts of the bundled one replaced."""

    def write(changes=FINAL, name="final.yaml"):
        text = CATALOGUE
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def diff(htq):
    """The changes from the bundled catalogue to another, from the JSON."""

    def run(path, *words):
        done = htq("catalogue", "diff", "bundled", path, "--format", "json", *words)
        assert (done.code, done.err) == (0, "")
        return done.data

    return run


def brief(changes):
    return [
        (c["cycle"], c["about"], c["name"], c["change"], c["field"], c["old"], c["new"])
        for c in changes
    ]


def test_exactly_the_differences_of_a_final_list_are_reported(diff, final):
    standard = {"level": 4, "route": "Digital", "scope": "in-scope"}
    found = diff(final())["changes"]
    assert brief(found) == [
        (3, "window", None, "changed", "opens", "2022-02-16T12:00:00+00:00", "2022-02-16"),
        (3, "window", None, "changed", "closes", "2022-07-29T17:00:00+01:00", "2022-05-13T17:00:00+01:00"),
        (3, "list", None, "changed", "status", "provisional", "final"),
        (3, "list", None, "changed", "confirmation_due", "2022-01", None),
        (3, "standard", "ST0310", "changed", "scope", "contact-us", "in-scope"),
        (3, "standard", "ST0117", "removed", None, {"title": "Business analyst", **standard}, None),
        (3, "standard", "ST0118", "changed", "route", "Digital", "Construction"),
        (3, "standard", "ST0116", "changed", "title", "Software developer", "Software engineer"),
        (3, "standard", "ST0116", "changed", "level", 4, 5),
        (3, "standard", "ST1999", "added", None, None, {
            "title": "Made-up maker", "level": 5, "route": "Business and administration",
            "scope": "in-scope",
        }),
        (5, "policy", "ksb_coverage", "changed", "asks", "required", "expected"),
        (5, "policy", "ksb_coverage", "changed", "source", ["SUP-5"], ["CAT"]),
    ]  # fmt: skip


def test_each_change_is_described_in_a_sentence(htq, final):
    run = htq("catalogue", "diff", "bundled", final())
    assert (run.code, run.err) == (0, "")
    for line in (
        f"12 changes from bundled to {final().as_posix()}",
        "  Window: opens was 16 February 2022 at midday, is now 16 February 2022",
        "  List: status was provisional, is now final",
        "  List: confirmation due was January 2022, is now not given",
        "  ST0310 Associate Project Manager: scope was contact us, is now in scope",
        "  ST0117 Business analyst is removed (level 4, Digital, in scope)",
        "  ST0118 Data analyst: route was Digital, is now Construction",
        "  ST0116 Software engineer: title was ‘Software developer’, is now ‘Software engineer’",
        "  ST1999 Made-up maker is added (level 5, Business and administration, in scope)",
        "  Policy on KSB coverage: asks was required, is now expected",
    ):
        assert line in run.out.splitlines()


def test_sources_contact_routes_stages_and_cycles_are_compared_too(diff, final):
    changes = {
        "email: HTQ.approvals@education.gov.uk": "email: htq@example.org",
        "    title: Qualification categories\n": "    title: Categories\n",
        "  - {name: Care services}\n": "",
        "names: [Digital, Construction, Health & science]": "names: [Digital, Health & science]",
        "      - name: Pre-application window\n": "      - name: Before the window\n",
        "  - cycle: 4\n": "  - cycle: 7\n",
    }
    found = brief(diff(final(changes))["changes"])
    assert [change[:5] for change in found] == [
        (None, "source", "CAT", "changed", "title"),
        (None, "route", "Care services", "removed", None),
        (None, "catalogue", None, "changed", "contact.email"),
        (2, "route", "Construction", "removed", None),
        (3, "stage", "Pre-application window", "removed", None),
        (3, "stage", "Before the window", "added", None),
        (4, "cycle", None, "removed", None),
        (7, "cycle", None, "added", None),
    ]
    assert found[-1][-1] == {"windows": ["8 May 2023 to 30 June 2023"], "standards": 0}


def test_a_list_and_routes_that_become_known_are_reported(diff, final, htq):
    listing = CATALOGUE.index("    listing:\n")
    head = CATALOGUE[listing : CATALOGUE.index("      standards:\n", listing)]
    group = (
        "      standards:\n        - route: Digital\n          scope: in-scope\n"
        "          standards:\n            - {reference: ST0116, level: 4, title: Made-up}\n"
    )
    routes = "routes: {source: [NEWS-4, SUP-4], note: Two pages disagree about the routes.}"
    changes = {
        routes: "routes: {names: [Digital], source: NEWS-4}",
        "\n  - cycle: 5\n": f"{head}{group}\n  - cycle: 5\n",
    }
    found = diff(final(changes))["changes"]
    assert [(c["about"], c["change"], c["field"], c["name"]) for c in found] == [
        ("routes", "changed", "names", None),
        ("routes", "changed", "source", None),
        ("routes", "changed", "note", None),
        ("list", "added", None, None),
        ("standard", "added", None, "ST0116"),
    ]
    assert found[3]["new"] == {"status": "provisional", "standards": 1}
    out = htq("catalogue", "diff", "bundled", final(changes)).out
    assert "  Routes: names was not given, is now Digital\n" in out
    assert "  List is added (provisional)\n" in out


def test_the_order_of_stages_is_compared_but_not_that_of_standards(diff, final):
    stages = CATALOGUE.index("      - name: Resubmission of required changes")
    last = CATALOGUE.index("      - name: Approved qualifications confirmed")
    end = CATALOGUE.index("    listing:")
    swapped = CATALOGUE[last:end] + CATALOGUE[stages:last]
    (found,) = diff(final({CATALOGUE[stages:end]: swapped}))["changes"]
    assert (found["about"], found["field"]) == ("stages", "order")
    assert found["old"][-2:] == found["new"][:-3:-1]
    one = "            - {reference: ST0809, level: 5, title: Coaching Professional}\n"
    other = "            - {reference: ST0092, level: 4, title: Community Energy Specialist}\n"
    assert diff(final({one + other: other + one}))["changes"] == []


def test_only_the_chosen_cycle_is_compared(htq, diff, final):
    assert {c["cycle"] for c in diff(final(), "--cycle", "5")["changes"]} == {5}
    run = htq("catalogue", "diff", "bundled", final(), "--cycle", "8")
    assert run.code == 2
    assert "There is no cycle 8 in either catalogue" in run.err


def test_each_outcome_has_its_exit_code(htq, final, tmp_path):
    same = final({}, "same.yaml")
    assert htq("catalogue", "diff", "bundled", same, "--exit-code").code == 0
    assert htq("catalogue", "diff", "bundled", final()).code == 0
    assert htq("catalogue", "diff", "bundled", final(), "--exit-code").code == 1
    (tmp_path / "broken.yaml").write_text("cycles: 7\n")
    for pair in (("bundled", tmp_path / "broken.yaml"), (tmp_path / "none.yaml", "bundled")):
        run = htq("catalogue", "diff", *pair)
        assert run.code == 2
        assert next(Path(path).as_posix() for path in pair if path != "bundled") in run.err
    drafts = ("--drafts", tmp_path / "nowhere.yaml")
    run = htq("catalogue", "diff", "bundled", final(), "--exit-code", *drafts)
    assert run.code == 3
    assert "nowhere.yaml" in run.err
    assert run.out.startswith("12 changes")


def test_bundled_means_the_bundled_catalogue_even_if_the_environment_names_another(final):
    env = {**os.environ, "HTQ_CATALOGUE": str(final())}
    run = program("catalogue", "diff", "bundled", final(), "--exit-code", env=env)
    assert run.returncode == 1


@pytest.fixture
def drafts(draft):
    """Three drafts: on ST0116, on ST0310 which was ‘contact us’, and for cycle 2."""
    of_310 = {"reference: ST0116": "reference: ST0310", "title: Software developer": "title: x"}
    draft(of_310 | {"planned_submission: 2022-06-10": "planned_submission: 2022-05-01"}, "b.yaml")
    draft({"cycle: 3": "cycle: 2"}, "c.yaml")
    path = draft()
    return [path, path.with_name("b.yaml"), path.with_name("c.yaml")]


def test_the_effect_on_drafts_is_reported_by_code_and_place(diff, final, drafts):
    words = [word for path in drafts for word in ("--drafts", path)]
    at = ("--at", IN_WINDOW)
    found = diff(final(), *words, *at)
    assert [effect["path"] for effect in found["drafts"]] == [path.as_posix() for path in drafts]
    first, second, third = found["drafts"]
    assert first["ready"] == {"old": True, "new": False}
    assert [(f["code"], f["pointer"]) for f in first["new"]] == [
        ("HTQ301", "/cycle"),
        ("HTQ303", "/planned_submission"),
        ("HTQ402", "/standards/0/reference"),
        ("HTQ205", "/standards/0/title"),
        ("HTQ206", "/standards/0/level"),
    ]
    assert first["gone"] == []
    level = next(f for f in first["new"] if f["code"] == "HTQ206")
    assert drafts[0].read_text(encoding="utf-8").splitlines()[level["line"] - 1].lstrip() == (
        "level: 4"
    )
    assert [(f["code"], f["pointer"]) for f in second["gone"]] == [
        ("HTQ204", "/standards/0/reference")
    ]
    assert second["verdict"] == {"old": "unsettled", "new": "not-ready"}
    assert second["ready"] == {"old": False, "new": False}
    assert [f["code"] for f in second["new"]] == ["HTQ301"]
    assert (third["gone"], third["new"], third["changes"]) == ([], [], [])
    touched = {(c["name"], c["field"]): c["drafts"] for c in found["changes"]}
    assert touched["ST0310", "scope"] == [drafts[1].as_posix()]
    assert touched["ST0116", "level"] == [drafts[0].as_posix()]
    assert touched[None, "closes"] == [drafts[0].as_posix(), drafts[1].as_posix()]
    assert touched["ST1999", None] == []
    assert touched["ksb_coverage", "asks"] == []


def test_drafts_for_other_cycles_than_the_chosen_one_are_left_out(diff, final, drafts):
    words = [word for path in drafts for word in ("--drafts", path)]
    found = diff(final(), "--cycle", "2", "--at", IN_WINDOW, *words)
    assert found["changes"] == []
    assert [(d["path"], d["gone"], d["new"]) for d in found["drafts"]] == [
        (drafts[2].as_posix(), [], [])
    ]


def test_one_drafts_option_takes_every_path_that_a_shell_expands(htq, final, drafts):
    words = ("--at", IN_WINDOW, "--drafts", *drafts)
    run = htq("catalogue", "diff", "bundled", final(), *words)
    assert f"{drafts[0].as_posix()}: was: ready to submit; now: not ready to submit" in run.out
    assert "  new   error HTQ301 at 4:8, /cycle: The window of cycle 3 closed" in run.out
    assert (
        f"{drafts[2].as_posix()}: not ready to submit, as before\n  No change affects it."
        in run.out
    )
    refused = htq("catalogue", "diff", "bundled", final(), drafts[0])
    assert refused.code == 2
    assert "--drafts" in refused.err


def test_a_finding_whose_severity_changes_is_listed_as_gone_and_new(diff, final, draft):
    path = draft({"cycle: 3": "cycle: 5", "support_session:": "# support_session:"})
    policy = {"support_session: {asks: required,": "support_session: {asks: encouraged,"}
    (effect,) = diff(final(policy), "--drafts", path, "--at", "2024-10-01")["drafts"]
    (gone,), (new,) = effect["gone"], effect["new"]
    assert (gone["code"], gone["severity"]) == ("HTQ605", "error")
    assert (new["code"], new["severity"]) == ("HTQ605", "info")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_a_catalogue_can_be_read_from_a_pipe(final):
    command = [sys.executable, "-m", "htqcli", "catalogue", "diff", "/dev/stdin", str(final())]
    run = subprocess.run(command, input=CATALOGUE.encode(), capture_output=True, check=False)
    assert run.stdout.startswith(b"12 changes")


def test_markdown_lists_changes_and_findings(htq, final, drafts):
    words = ("--format", "markdown", "--at", IN_WINDOW, "--drafts", *drafts)
    out = htq("catalogue", "diff", "bundled", final(), *words).out
    assert out.startswith("## 12 changes from bundled to ")
    assert "- ST0310 Associate Project Manager\\: scope was contact us, is now in scope" in out
    assert "application.yaml: was: ready to submit; now: not ready to submit\n" in out
    assert "| new | error | HTQ301 | " in out
    assert "Its findings stay the same." in out


def test_text_in_a_catalogue_cannot_command_the_terminal_or_pipeline(htq, final, drafts):
    evil = '"\\e[31m##vso[task.x]\\u202e::error::|<script>"'
    changes = {"title: Software developer": f"title: {evil}", "name: secondary": f"name: {evil}"}
    for format in ("text", "markdown", "json"):
        words = ("--format", format, "--drafts", *drafts)
        run = htq("catalogue", "diff", "bundled", final(changes), *words)
        assert run.code == 0
        for sign in ("\x1b", "\u202e", "##vso["):
            assert sign not in run.out
    assert (
        "<script>" not in htq("catalogue", "diff", "bundled", final(changes), "-f", "markdown").out
    )


def others(value):
    """Values that each differ from this one in one thing."""
    if isinstance(value, Model):
        for name in type(value).model_fields:
            fields = {own: getattr(value, own) for own in type(value).model_fields}
            for other in others(fields[name]):
                yield type(value).model_construct(**fields | {name: other})
    elif isinstance(value, dict):
        for key, held in value.items():
            yield {own: v for own, v in value.items() if own != key}
            yield from (value | {key: other} for other in others(held))
    elif isinstance(value, tuple):
        for at, held in enumerate(value):
            yield value[:at] + value[at + 1 :]
            yield from ((*value[:at], other, *value[at + 1 :]) for other in others(held))
    elif isinstance(value, Moment):
        yield moment.read("2030-01-01")
    elif isinstance(value, int):
        yield value + 1000
    elif isinstance(value, str):
        yield f"{value}x"
    else:
        assert value is None


def test_any_one_difference_from_the_bundled_catalogue_is_found_in_both_directions():
    assert between(KNOWN, KNOWN) == ()
    count = 0
    for other in others(KNOWN):
        count += 1
        there, back = between(KNOWN, other), between(other, KNOWN)
        assert there
        assert {(c.cycle, c.name, c.field, str(c.old), str(c.new)) for c in there} == {
            (c.cycle, c.name, c.field, str(c.new), str(c.old)) for c in back
        }
        assert all(str(change) for change in there)
    assert count > 500


def test_the_json_has_the_documented_fields(diff, final, drafts):
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    shape = json.loads(re.search(r"```json\n(\{\n  \"old\".*?)```", page, re.DOTALL)[1])
    found = diff(final(), "--drafts", drafts[1], "--at", IN_WINDOW)
    assert list(found) == list(shape)
    for name, at in (("changes", 0), ("drafts", 0)):
        assert list(found[name][at]) == list(shape[name][0])
    for name in ("verdict", "ready", "gone"):
        one, other = (data["drafts"][0][name] for data in (found, shape))
        assert list(one[0] if name == "gone" else one) == list(
            other[0] if name == "gone" else other
        )


def test_json_is_utf_8_and_indented(htq, final):
    run = htq("catalogue", "diff", "bundled", final(), "--format", "json")
    assert run.out == json.dumps(run.data, indent=2, ensure_ascii=False) + "\n"
