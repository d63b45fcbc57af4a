"""Which findings a draft can accept, and which it cannot."""

import re

import pytest

from conftest import IN_WINDOW, ROOT
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Acceptable

REASON = "Agreed at the support session"
K3 = "K3: {units: [U4], assessed_by: [A1]}"
S14 = "S14:\n        units: [U4]"
B1 = "B1: {units: [U4], assessed_by: [A1]}"
NO_K3_S14 = {K3: "K3: []", S14: "S14:\n        units: []"}
NO_K3_S14_B1 = {**NO_K3_S14, B1: "B1: []"}
LEARNERS = {
    "K7: {units: [U1, U5, U6]": "K7: {units: [U5]",
    "S12: {units: [U1, U5, U6]": "S12: {units: [U6]",
}
"""A learner who takes U6 misses K7, and one who takes U5 misses S12."""


@pytest.fixture
def accepting(htq, draft):
    """Check a draft with these changes and these entries of ‘accept’. The result is the rule's
    findings, each as its KSBs and whether it is accepted, and the codes of all other findings."""

    def run(code, entries, changes=None, *words, at=IN_WINDOW):
        path = draft(changes)
        lines = "".join(f"  - {{{entry}}}\n" for entry in entries)
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}accept:\n{lines}", encoding="utf-8")
        words = ("--at", at, "--format", "json", *words)
        findings = htq("check", path, *words).findings
        own = [(gaps(f), "accepted" in f) for f in findings if f["code"] == code]
        return own, sorted(f["code"] for f in findings if f["code"] != code)

    return run


def gaps(finding):
    """The KSBs that a finding is about."""
    details = finding.get("details", {})
    for name in ("uncovered", "unassessed"):
        labels = details.get(name, [])
        for label in (
            [one for own in labels.values() for one in own] if isinstance(labels, dict) else labels
        ):
            assert label in finding["message"]
        if labels:
            return labels
    return None


def entry(rule, ksbs=None, until="2022-06-30", at=None):
    """An entry of ‘accept’."""
    more = (f", ksbs: [{ksbs}]" if ksbs else "") + (f", at: {at}" if at else "")
    return f"rule: {rule}, reason: {REASON}, until: {until}{more}"


@pytest.mark.parametrize("code", ["HTQ701", "HTQ401", "HTQ104", "HTQ505", "HTQ601", "HTQ607"])
@pytest.mark.parametrize("until", ["2022-06-30", "2099-12-31"])
def test_a_finding_against_a_fixed_requirement_cannot_be_accepted(accepting, code, until):
    changes = {
        "HTQ701": {"conditions_of_application: true": "conditions_of_application: false"},
        "HTQ401": {"  level: 4\n  number": "  level: 6\n  number", "Level 4 Diploma": "Diploma"},
        "HTQ104": {"name: Example Software Ltd": "name: TBC"},
        "HTQ505": {"K10: {units: [U2]": "K10: {units: [U22]"},
        "HTQ601": {
            "    evidence: evidence/example-software-letter.txt\n": "",
            "    evidence: evidence/example-health-trust-letter.txt\n": "",
        },
        "HTQ607": {"file: evidence/specification.txt": "file: application.yaml"},
    }[code]
    own, others = accepting(code, [entry(code, until=until)], changes)
    assert own == [(None, False)]
    assert others == ["HTQ107"]


@pytest.mark.parametrize(
    "acceptable, codes",
    [
        (Acceptable.UNLESS_REQUIRED, "407 605 609"),
        (Acceptable.BY_KSB, "503 507 508"),
        (
            Acceptable.YES,
            "203 204 205 206 209 301 302 303 304 306 402 403 404 405 408 409 504 506 509 604 608 "
            "801 803",
        ),
    ],
)
def test_a_rule_says_whether_its_findings_can_be_accepted(acceptable, codes):
    found = [rule.code[3:] for rule in about(DRAFT) if rule.acceptable is acceptable]
    assert found == codes.split()


@pytest.mark.parametrize(
    ("cycle", "at", "is_accepted"), [(3, IN_WINDOW, True), (5, "2024-11-01", False)]
)
def test_a_missing_support_session_can_be_accepted_unless_the_cycle_requires_one(
    accepting, five_cycles, cycle, at, is_accepted
):
    changes = {"cycle: 3": f"cycle: {cycle}", "support_session: 2022-03-02\n": ""}
    until = f"{at[:4]}-12-31"
    words = ("--catalogue", five_cycles, "--select", "HTQ605,HTQ1")
    own, others = accepting("HTQ605", [entry("HTQ605", until=until)], changes, *words, at=at)
    assert own == [(None, is_accepted)]
    assert others == ([] if is_accepted else ["HTQ107"])


@pytest.mark.parametrize(
    ("at", "until", "codes"),
    [
        ("2022-05-20", "2023-05-20", []),
        ("2022-05-20 16:00", "2023-05-20", []),
        ("2022-05-20", "2023-05-21", ["HTQ107"]),
        ("2024-02-29", "2025-02-28", []),
        ("2024-02-29", "2025-03-01", ["HTQ107"]),
    ],
)
def test_an_acceptance_lasts_for_a_year_at_most(accepting, at, until, codes):
    changes = {"conditions": "conditions", "confidential: false": "confidential: ~"}
    own, others = accepting(
        "HTQ604", [entry("HTQ604", until=until)], changes, "--select", "HTQ1,HTQ604", at=at
    )
    assert own == [(None, codes == [])]
    assert others == codes


def test_an_acceptance_needs_an_end_date(accepting):
    own, others = accepting("HTQ604", ["rule: HTQ604, reason: Agreed"], {"confidential: false": "confidential: ~"})  # fmt: skip
    assert own == [(None, False)]
    assert others == ["HTQ101"]


@pytest.mark.parametrize("code", ["HTQ503", "HTQ507", "HTQ508", "uncovered-ksb"])
@pytest.mark.parametrize("ksbs", ["", ", ksbs: []", ", ksbs: ~"])
def test_a_gap_is_accepted_only_for_the_ksbs_that_the_entry_names(accepting, code, ksbs):
    named = {"uncovered-ksb": "HTQ503"}.get(code, code)
    changes = {**NO_K3_S14, **LEARNERS, "K5: {units: [U1, U2], assessed_by: [A1]}": "K5: [U1]"}
    own, others = accepting(named, [entry(code) + ksbs], changes)
    assert [accepted for _, accepted in own] == [False]
    assert "HTQ107" in others
    assert "HTQ106" not in others


UNASSESSED = {
    K3: "K3: [U4]",
    "S15: {units: [U4], assessed_by: [A1]}": "S15: [U4]",
    "B2: {units: [U1, U4], assessed_by: [A1]}": "B2: [U1]",
}


@pytest.mark.parametrize(
    ("code", "changes", "entries", "found", "others"),
    [
        # KSBs that no entry names are in a finding that counts, beside the accepted one.
        ("HTQ503", NO_K3_S14_B1, [entry("HTQ503", "K3, S14")],
         [(["B1"], False), (["K3", "S14"], True)], []),
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14")], [(["K3", "S14"], True)], []),
        # A label means what it means in a mapping.
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "k3, S 14")], [(["K3", "S14"], True)], []),
        # Each entry has its own reason, so it makes a finding of its own.
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3"), entry("HTQ503", "S14")],
         [(["K3"], True), (["S14"], True)], []),
        # The place of an entry can be the standard, or inside it.
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14", at="/standards/0")],
         [(["K3", "S14"], True)], []),
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14", at="/standards/0/ksbs")],
         [(["K3", "S14"], True)], []),
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3", at="/standards/0/ksbs/K3")],
         [(["S14"], False), (["K3"], True)], []),
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14", at="/standards/1")],
         [(["K3", "S14"], False)], ["HTQ106"]),
        # Labels that no finding is about are reported.
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14, K9")], [(["K3", "S14"], True)],
         ["HTQ106"]),
        ("HTQ503", {}, [entry("HTQ503", "K3")], [], ["HTQ106"]),
        # Each rule needs its own entry.
        ("HTQ503", NO_K3_S14, [entry("HTQ508", "K3, S14")], [(["K3", "S14"], False)], ["HTQ106"]),
        ("HTQ508", UNASSESSED, [entry("HTQ508", "K3, S15")],
         [(["B2"], False), (["K3", "S15"], True)], []),
        # An entry that has ended accepts nothing.
        ("HTQ503", NO_K3_S14, [entry("HTQ503", "K3, S14", until="2022-05-19")],
         [(["K3", "S14"], False)], ["HTQ105"]),
    ],
)  # fmt: skip
def test_a_gap_that_no_entry_names_still_counts(accepting, code, changes, entries, found, others):
    # Every combination misses the gap too, which is HTQ507.
    assert accepting(code, entries, changes, "--ignore", "HTQ507") == (found, others)


@pytest.mark.parametrize(
    ("ksbs", "at", "accepted", "others"),
    [
        ("K7, S12", None, [True], []),
        ("K7, S12", "/structure", [True], []),
        ("K7, S12", "/standards/0", [True], []),
        ("K7, S12", "/standards/1", [False], ["HTQ106"]),
        ("K7, S12, K1", None, [True], ["HTQ106"]),
        # Every learner meets K1.
        ("K1", None, [False], ["HTQ106"]),
    ],
)
def test_a_combination_is_accepted_if_the_entry_names_every_ksb_a_learner_may_miss(
    accepting, ksbs, at, accepted, others
):
    own, found = accepting("HTQ507", [entry("HTQ507", ksbs, at=at)], LEARNERS)
    assert [one for _, one in own] == accepted
    assert found == others


@pytest.mark.parametrize(("ksbs", "other"), [("K7", "S12"), ("S12", "K7")])
def test_a_learner_who_misses_a_ksb_that_is_not_named_is_still_reported(accepting, ksbs, other):
    own, others = accepting("HTQ507", [entry("HTQ507", ksbs)], LEARNERS)
    assert [labels for labels, accepted in own if not accepted] == [{"ST0116": [other]}]
    assert others == []


def test_accepting_a_combination_does_not_cover_a_gap_added_later(accepting):
    later = {**LEARNERS, "S1: {units: [U1]": "S1: {units: [U5]"}
    own, _ = accepting("HTQ507", [entry("HTQ507", "K7, S12")], later)
    (counts,) = [labels["ST0116"] for labels, accepted in own if not accepted]
    assert "S1" in counts


def test_an_entry_with_ksbs_does_not_accept_a_finding_without_ksbs(accepting):
    own, others = accepting(
        "HTQ604", [entry("HTQ604", "K3")], {"confidential: false": "confidential: ~"}
    )
    assert (own, others) == ([(None, False)], ["HTQ106"])


def test_an_entry_accepts_only_findings_of_its_own_rule(accepting):
    changes = {**NO_K3_S14, K3: "K3: {units: []}"}
    changes["B2: {units: [U1, U4], assessed_by: [A1]}"] = "B2: [U1]"
    own, others = accepting("HTQ503", [entry("HTQ503", "K3, S14", at="/standards/0/ksbs")], changes)
    assert own == [(["K3", "S14"], True)]
    assert others == ["HTQ507", "HTQ508"]


@pytest.mark.parametrize(
    ("made", "pointer"),
    [
        (entry("HTQ701"), "/accept/0/rule"),
        (entry("HTQ503"), "/accept/0/ksbs"),
        (entry("HTQ204", until="2030-01-01"), "/accept/0/until"),
    ],
)
def test_a_refused_entry_is_reported_at_the_field_that_is_wrong(htq, draft, made, pointer):
    path = draft()
    path.write_text(f"{path.read_text()}accept: [{{{made}}}]\n")
    findings = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert [(f["code"], f["pointer"], f["severity"]) for f in findings] == [
        ("HTQ107", pointer, "error")
    ]


def test_the_format_page_lists_every_rule_whose_findings_can_be_accepted():
    page = (ROOT / "docs" / "application-format.md").read_text(encoding="utf-8")
    table = page.split("### What cannot be accepted")[1].split("\n| Findings |")[1].split("\n\n")[0]
    acceptable = [rule.code for rule in about(DRAFT) if rule.acceptable is not Acceptable.NO]
    assert re.findall(r"HTQ\d{3}", table) == acceptable


def test_htq_rules_says_whether_findings_can_be_accepted(htq):
    (data,) = htq("rules", "HTQ503", "--format", "json").data
    assert data["can_be_accepted"] == "yes, for the KSBs that the entry names in ‘ksbs’"
    assert "Can be accepted: no." in htq("rules", "HTQ701").out
    assert "Can be accepted" not in htq("rules", "HTQ901").out
    assert "Can be accepted: yes, in cycles that do not" in htq("rules", "HTQ605").out


TWO_STANDARDS = """
cycle: 3
units: {U1: Programming, U2: Databases, U3: Testing}
structure:
  mandatory: [U3]
  optional: [{choose: 1, from: [U1, U2]}]
standards:
  - {reference: ST0116, version: "9.0", ksbs: {K1: [U1], S1: [U3], B1: [U3]}}
  - {reference: ST0118, version: "9.0", ksbs: {K1: [U1], S1: [U3], B1: [U1]}}
accept:
"""


@pytest.mark.parametrize(
    ("entries", "is_accepted"),
    [
        (["ksbs: [K1, B1]"], True),
        (["at: /standards/0, ksbs: [K1]", "at: /standards/1, ksbs: [K1, B1]"], True),
        (["ksbs: [K1]"], False),
        (["at: /standards/0, ksbs: [K1]"], False),
        (["at: /standards/1, ksbs: [K1, B1]"], False),
    ],
)
def test_accepting_for_several_occupations_needs_every_missed_ksb_to_be_named(
    htq, tmp_path, entries, is_accepted
):
    (tmp_path / "ksbs").mkdir()
    for reference in ("ST0116", "ST0118"):
        (tmp_path / "ksbs" / f"{reference}-9.0.yaml").write_text(
            f"reference: {reference}\nversion: '9.0'\ntitle: Made up\nlabels: {{K: 1, S: 1, B: 1}}\n"
        )
    lines = "".join(
        f"  - {{rule: HTQ507, reason: Agreed, until: 2022-06-30, {e}}}\n" for e in entries
    )
    path = tmp_path / "a.yaml"
    path.write_text(TWO_STANDARDS + lines)
    words = ("--at", IN_WINDOW, "--select", "HTQ507,HTQ106", "--format", "json")
    findings = htq("check", path, *words).findings
    assert {(f["code"], "accepted" in f) for f in findings} - {("HTQ106", False)} == {
        ("HTQ507", is_accepted)
    }
