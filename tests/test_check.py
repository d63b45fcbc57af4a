"""`htq check`: what it finds in a draft, where, and what it leaves alone."""

import json
import os

import pytest

from conftest import IN_WINDOW, ROOT, program
from htqcli.catalogue import bundled
from htqcli.document import reader

TEN_MISTAKES = {
    # old text: (new text, code, text at the place)
    "type: awarding-organisation": ("type: awarding-body", "HTQ103", "awarding-body"),
    "email: a.person@example.org": ("email: a.person", "HTQ408", "a.person"),
    "level: 4\n  number": ("level: 6\n  number", "HTQ401", "6"),
    "number: 610/0000/0": ("number: 61000000", "HTQ405", "61000000"),
    "first_teaching: 2024-09": ("first_teaching: 2023-09", "HTQ304", "2023-09"),
    "planned_submission: 2022-06-10": ("planned_submission: 2022-08-01", "HTQ303", "2022-08-01"),
    "reference: ST0116": ("reference: ST0019\n    level: 4", "HTQ203", "ST0019"),
    "support_session: 2022-03-02": ("suport_session: 2022-03-02", "HTQ102", "suport_session"),
    "evidence: evidence/example-software": (
        "evidence: ../letter",
        "HTQ606",
        "../letter-letter.txt",
    ),
    "confidential: true": ("confidential: TBC", "HTQ104", "TBC"),
}


def text_at(path, finding):
    """The text at a finding's place, found by its lines and columns alone."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    if finding["line"] == finding["end_line"]:
        return lines[finding["line"] - 1][finding["column"] - 1 : finding["end_column"] - 1]
    first, last = finding["line"] - 1, finding["end_line"] - 1
    middle = lines[first + 1 : last]
    return "\n".join(
        [lines[first][finding["column"] - 1 :], *middle, lines[last][: finding["end_column"] - 1]]
    )


def test_a_complete_draft_is_ready_and_has_no_findings(htq, draft):
    run = htq("check", draft(), "--at", IN_WINDOW, "--format", "json")
    assert run.code == 0
    assert run.data["files"][0]["ready"] is True
    assert run.findings == []


def test_ten_independent_mistakes_give_ten_findings_at_the_right_places(htq, draft):
    path = draft({old: new for old, (new, _, _) in TEN_MISTAKES.items()})
    # A level 4 title, the title of another reference, and a second `level` would be further
    # mistakes.
    text = (
        path.read_text()
        .replace("Level 4 Diploma", "Diploma")
        .replace("    title: Software developer\n    level: 4\n", "")
    )
    path.write_text(text)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.code == 1
    found = sorted((f["code"], text_at(path, f)) for f in run.findings)
    assert found == sorted((code, place) for _, code, place in TEN_MISTAKES.values())


@pytest.mark.parametrize("old", TEN_MISTAKES, ids=lambda old: TEN_MISTAKES[old][1])
def test_each_of_the_ten_mistakes_alone_gives_one_finding(htq, draft, old):
    new, code, place = TEN_MISTAKES[old]
    path = draft({"Level 4 Diploma": "Diploma", old: new})
    if code == "HTQ203":
        text = path.read_text().replace("    title: Software developer\n    level: 4\n", "")
        path.write_text(text)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], text_at(path, f)) for f in run.findings] == [(code, place)]


def test_the_json_has_the_shape_that_scripts_rely_on(htq, draft):
    path = draft({"level: 4": "level: 6", "Level 4 Diploma": "Diploma"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    report = run.data
    assert list(report)[:4] == ["htq", "at", "catalogue", "files"]
    assert report["at"] == "2022-05-20T00:00:00+01:00"
    assert list(report["catalogue"])[:2] == ["cycle", "status"]
    newest = bundled.load().latest_listed_cycle
    known = report["catalogue"]
    assert (known["cycle"], known["status"]) == (newest.cycle, newest.listing.status)
    counts = {"ready": 0, "unsettled": 0, "unproven": 0, "not_ready": 1}
    counts |= {"files": 1, "errors": 1, "warnings": 0, "infos": 0}
    assert report["summary"] == counts
    (file,) = report["files"]
    assert list(file) == ["path", "verdict", "ready", "unproven", "standards", "findings"]
    assert (file["path"], file["verdict"], file["ready"]) == (path.as_posix(), "not-ready", False)
    (finding,) = file["findings"]
    line = path.read_text().split("\n").index("  level: 6") + 1
    about_it = ("hint", "source", "sources", "documentation")
    assert {k: finding[k] for k in finding if k not in about_it} == {
        "code": "HTQ401",
        "name": "qualification-level",
        "severity": "error",
        "message": "A level 6 qualification cannot be approved",
        "pointer": "/qualification/level",
        "line": line,
        "column": 10,
        "end_line": line,
        "end_column": 11,
        "fixable": False,
    }
    assert finding["source"].startswith("https://")
    assert finding["sources"] == [finding["source"]]
    assert run.out.endswith("}\n")


def test_an_empty_draft_gets_a_finding_for_each_required_part(htq, tmp_path):
    (tmp_path / "a.yaml").write_text("{}")
    run = htq("check", tmp_path / "a.yaml", "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], f["pointer"]) for f in run.findings] == [
        ("HTQ101", "/applicant"),
        ("HTQ101", "/cycle"),
        ("HTQ101", "/qualification"),
        ("HTQ208", "/standards"),
        ("HTQ514", "/units"),
        ("HTQ601", "/employers"),
        ("HTQ603", "/documents"),
        ("HTQ701", "/declarations/conditions_of_application"),
    ]
    assert {(f["line"], f["column"]) for f in run.findings} == {(1, 1)}


@pytest.mark.parametrize(
    ("changes", "code", "pointer", "place"),
    [
        # The place of a missing field is the key of its nearest parent.
        ({"  level: 4\n  number": "  number"}, "HTQ101", "/qualification/level", "qualification"),
        ({"  name: Example Awards\n": ""}, "HTQ101", "/applicant/name", "applicant"),
        ({"  - reference: ST0116\n    title": "  - title"}, "HTQ101", "/standards/0/reference", "title"),
        ({"  recognition_number: RN5999\n": ""}, "HTQ406", "/applicant/recognition_number", "applicant"),
        ({"conditions_of_application: true": "{}"}, "HTQ701", "/declarations/conditions_of_application", "declarations"),
        ({"support_session: 2022-03-02": ""}, "HTQ605", "/support_session", ""),
        # A null is treated as missing; its place is its own key.
        ({"  level: 4\n  number": "  level:\n  number"}, "HTQ101", "/qualification/level", "level"),
        # The place of an unknown field is its name.
        ({"  number:": "  numbr:"}, "HTQ102", "/qualification/numbr", "numbr"),
        # A part of the wrong type gives one finding; none of its fields is missed.
        ({"qualification:\n": "qualification: [x]\nold:\n"}, "HTQ103", "/qualification", "[x]"),
        # The place of a group of fields ends with its last value.
        ({"choose: 1": "credits: 1\n      choose: 1"}, "HTQ103", "/structure/optional/0",
         "name: Specialism\n      credits: 1\n      choose: 1\n      from: [U5, U6]"),
    ],
)  # fmt: skip
def test_a_finding_points_at_the_text_it_is_about(htq, draft, changes, code, pointer, place):
    path = draft({"Level 4 Diploma": "Diploma", **changes})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    found = [f for f in run.findings if (f["code"], f["pointer"]) == (code, pointer)]
    assert len(found) == 1, run.findings
    assert text_at(path, found[0]) == place
    others = {f["code"] for f in run.findings} - {code}
    assert others <= ({"HTQ102"} if "old:" in path.read_text() else set())


@pytest.mark.parametrize(
    "text",
    [
        "version: 1.10",
        'version: "1.10"',
    ],
)
def test_a_version_is_read_as_text_with_or_without_quotation_marks(htq, draft, text):
    path = draft({'version: "1.1"': text})
    assert htq("check", path, "--at", IN_WINDOW, "--format", "json").codes == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title: Level 4 Diploma in Software Development": "title: No"},
        {"title: Level 4 Diploma in Software Development": "title: 2022-13-45"},
        {"title: Level 4 Diploma in Software Development": "title: 12:30:00"},
        {"planned_submission: 2022-06-10": "planned_submission: 10 June 2022, 4pm"},
        {"planned_submission: 2022-06-10": "planned_submission: 10/06/2022"},
        {"planned_submission: 2022-06-10": "planned_submission: 2022-07-29T15:59:59Z"},
        # A day that is partly in the window is in it.
        {"planned_submission: 2022-06-10": "planned_submission: 2022-07-29"},
        {"first_teaching: 2024-09": "first_teaching: September 2024"},
        {"first_teaching: 2024-09": "first_teaching: 2024-09-01"},
        {"confidential: false": "confidential: no"},
        {"conditions_of_application: true": "conditions_of_application: Yes"},
        {"  level: 4\n  number": "  level: 04\n  number"},
        {"holder: applicant": "holder: example awards"},
        {"title: Software developer": "title: SOFTWARE-DEVELOPER"},
        {"  number: 610/0000/0\n": ""},
        {
            "type: awarding-organisation\n  recognition_number: RN5999": "type: higher-education-provider\n  ukprn: 10009999",
        },
        {"\n": "\r\n"},
    ],
)  # fmt: skip
def test_common_ways_of_writing_a_value_are_understood(htq, draft, changes):
    path = draft(changes)
    assert htq("check", path, "--at", IN_WINDOW, "--format", "json").codes == []


def test_a_byte_order_mark_and_any_line_ending_change_nothing(htq, draft):
    path = draft({"level: 4\n  number": "level: 7\n  number", "Level 4 Diploma": "Diploma"})
    expected = htq("check", path, "--at", IN_WINDOW, "--format", "json").data["files"]
    text = path.read_text()
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
        assert htq("check", path, "--at", IN_WINDOW, "--format", "json").data["files"] == expected


def test_a_json_draft_is_checked_like_a_yaml_draft(htq, draft, tmp_path):
    import yaml

    path = draft({"level: 4\n  number": "level: 7\n  number", "Level 4 Diploma": "Diploma 😀"})
    data = yaml.load(path.read_text(), yaml.BaseLoader)
    data["qualification"]["level"] = 7
    data["declarations"]["conditions_of_application"] = True
    for indent in (None, 2, "\t"):
        for ascii_only in (True, False):
            (tmp_path / "a.json").write_text(
                json.dumps(data, indent=indent, ensure_ascii=ascii_only)
            )
            run = htq("check", tmp_path / "a.json", "--at", IN_WINDOW, "--format", "json")
            (finding,) = run.findings
            assert finding["code"] == "HTQ401"
            assert text_at(tmp_path / "a.json", finding) == "7"


@pytest.mark.parametrize(
    ("at", "code", "severity"),
    [
        ("2022-02-16 11:59:59", "HTQ302", "info"),
        ("2022-02-16 12:00", None, None),
        ("29 July 2022 4:59:59pm", None, None),
        ("2022-07-29T15:59:59Z", None, None),
        ("29 July 2022 17:00", "HTQ301", "error"),
        ("2022-07-29T16:00:00Z", "HTQ301", "error"),
    ],
)
def test_a_window_opens_and_closes_to_the_second_in_london_time(htq, draft, at, code, severity):
    dates = ("planned_submission: 2022-06-10\n", "support_session: 2022-03-02\n")
    words = ("--ignore", "HTQ605", "--format", "json")
    run = htq("check", draft(dict.fromkeys(dates, "")), "--at", at, *words)
    expected = [] if code is None else [(code, severity)]
    assert [(f["code"], f["severity"]) for f in run.findings] == expected
    assert run.code == (1 if severity == "error" else 0)


@pytest.mark.parametrize(
    ("standards", "codes"),
    [
        ("[]", ["HTQ208"]),
        ("", ["HTQ208"]),
        ("[{reference: ST0310}]", ["HTQ204"]),
        ("[{reference: ST0019}]", ["HTQ203"]),
        ("[{reference: ST9999}]", ["HTQ202"]),
        ("[{reference: st 0116}]", ["HTQ201"]),
        ("[{reference: STO116}]", ["HTQ201"]),
        ("[{reference: FA0116}]", ["HTQ201"]),
        # The standard that is clearly meant is checked too.
        ("[{reference: OCC0019}]", ["HTQ201", "HTQ203"]),
        ("[{reference: ST0809}]", ["HTQ402"]),
        ("[{reference: ST0116}, {reference: ST0116}]", ["HTQ207"]),
        ("[{reference: ST0116, option: A}, {reference: ST0116, option: B}]", []),
        ("[{reference: ST0116, option: A}, {reference: ST0116, option: a}]", ["HTQ207"]),
        ("[{reference: ST0116, title: Data analyst}]", ["HTQ205"]),
        ("[{reference: ST0116, level: 5}]", ["HTQ206"]),
        ("[{reference: TODO}]", ["HTQ104"]),
        ("TBC", ["HTQ104"]),
        ("ST0116", ["HTQ103"]),
        ("[ST0116]", ["HTQ103"]),
        ("[{reference: [ST0116]}]", ["HTQ103"]),
        ("[{refrence: ST0116}]", ["HTQ102"]),
    ],
)  # fmt: skip
def test_each_list_of_standards_gives_exactly_these_codes(htq, draft, standards, codes):
    path = draft()
    text = path.read_text()
    start, end = text.index("standards:\n"), text.index("assessments:")
    path.write_text(f"{text[:start]}standards: {standards}\n\n{text[end:]}")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--ignore", "HTQ5")
    assert run.codes == codes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"holder: applicant": "holder: Another Body"}, ["HTQ407"]),
        ({"holder: applicant": "holder: Another Body\n    permission: evidence/example-software-letter.txt"}, ["HTQ608"]),
        ({"holder: applicant": "holder: Another Body\n    permission: TODO"}, ["HTQ104"]),
        ({"Level 4 Diploma": "HNC"}, ["HTQ407"]),
        ({"Level 4 Diploma": "Higher National Certificate"}, ["HTQ407"]),
        ({"Level 4 Diploma": "HNC", "name: Example Awards": "name: Pearson Education"}, []),
        ({"Level 4 Diploma": "Level 4 HTQ Diploma"}, ["HTQ403"]),
        ({"Level 4 Diploma": "Level 4 higher technical qualification"}, ["HTQ403"]),
        ({"Level 4 Diploma": "Level Five Diploma"}, ["HTQ404"]),
        ({"Level 4 Diploma": "Level 4 Diploma for Level 5 Early Years"}, ["HTQ404"]),
        ({"RN5999": "5999"}, ["HTQ409"]),
        ({"cycle: 3": "cycle: 99"}, ["HTQ305"]),
        ({"cycle: 3": "cycle: 2"}, ["HTQ301", "HTQ305", "HTQ303"]),
        ({"support_session: 2022-03-02": "support_session: <when?>"}, ["HTQ104"]),
        ({"kind: ksb-mapping": "kind: ksb-maping"}, ["HTQ103"]),
        ({"kind: ksb-mapping": "kind: other"}, ["HTQ603"]),
        ({"evidence/specification.txt": "evidence"}, ["HTQ602"]),
        ({"evidence/specification.txt": "evidence/nothing.txt"}, ["HTQ602"]),
        ({"evidence/specification.txt": "/etc/hostname"}, ["HTQ606"]),
        ({"evidence/specification.txt": "C:\\\\spec.txt"}, ["HTQ606"]),
        ({"evidence/specification.txt": "evidence/../../spec.txt"}, ["HTQ606"]),
        ({"evidence/specification.txt": "evidence/../evidence/specification.txt"}, []),
        ({"conditions_of_application: true": "conditions_of_application: false"}, ["HTQ701"]),
        ({"declarations:": "declaration:"}, ["HTQ102"]),
    ],
)  # fmt: skip
def test_each_change_gives_exactly_these_codes(htq, draft, changes, codes):
    assert htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json").codes == codes


def test_empty_evidence_files_and_links_out_of_the_folder_are_reported(htq, draft, tmp_path):
    path = draft({"evidence/specification.txt": "evidence/empty.txt",
                  "evidence/assessment-plan.txt": "evidence/link.txt"})  # fmt: skip
    (tmp_path / "evidence/empty.txt").touch()
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("not the draft’s")
    (tmp_path / "evidence/link.txt").symlink_to(secret)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ602", "HTQ606"]


def test_evidence_is_never_opened(htq, draft, tmp_path):
    path = draft({"evidence/specification.txt": "evidence/pipe"})
    os.mkfifo(tmp_path / "evidence/pipe")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ602"]


@pytest.mark.parametrize(
    ("until", "codes", "accepted"),
    [
        ("2022-05-20", ["HTQ204"], True),  # up to the end of its day
        ("2022-05-19", ["HTQ204", "HTQ105"], False),
    ],
)
def test_an_accepted_finding_is_shown_but_not_counted_until_the_acceptance_ends(
    htq, draft, until, codes, accepted
):
    path = draft({"reference: ST0116": "reference: ST0310", "    title: Software developer\n": ""})
    entry = (
        f"accept:\n  - rule: HTQ204\n    at: /standards/0\n    reason: Agreed\n    until: {until}\n"
    )
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", "2022-05-20 23:59", "--format", "json")
    assert run.codes == codes
    assert run.findings[0].get("accepted") == (
        {"reason": "Agreed", "until": until} if accepted else None
    )
    assert run.data["summary"]["warnings"] == (0 if accepted else 2)


@pytest.mark.parametrize("at", ["/standards/1", "/standard", "/qualification"])
def test_an_acceptance_at_another_place_accepts_nothing(htq, draft, at):
    path = draft({"reference: ST0116": "reference: ST0019", "    title: Software developer\n": ""})
    entry = f"accept:\n  - {{rule: out-of-scope, at: {at}, reason: Agreed, until: 2022-06-01}}\n"
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ203", "HTQ106"]
    assert run.code == 1


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{rule: HTQ204, reason: Agreed, until: 2022-05-19}",
         "The acceptance of ‘HTQ204’ ended with 19 May 2022"),
        ("{rule: htq204, reason: Agreed, until: 2022-06-01}",
         "There is no finding of ‘htq204’ to accept"),
        ("{rule: contact-us, at: /standards/1, reason: Agreed, until: 2022-06-01}",
         "There is no finding of ‘contact-us’ at ‘/standards/1’ to accept"),
    ],
)  # fmt: skip
def test_an_unused_acceptance_is_named_as_the_draft_writes_it(htq, draft, entry, message):
    path = draft()
    path.write_text(f"{path.read_text()}accept: [{entry}]\n")
    (finding,) = htq("check", path, "--at", IN_WINDOW, "--format", "json").findings
    assert finding["message"] == message


def test_a_finding_about_the_list_cites_the_page_of_the_list(htq, draft, tmp_path):
    text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    page = "  X: {title: Another page, address: https://example.org/list}\n"
    text = text.replace("\nsources:\n", f"\nsources:\n{page}", 1)
    start = text.index("listing:")
    text = text[:start] + text[start:].replace("source: C3", "source: X", 1)
    (tmp_path / "catalogue.yaml").write_text(text, encoding="utf-8")
    path = draft({"reference: ST0116": "reference: ST0310", "    title: Software developer\n": ""})
    words = ("--catalogue", tmp_path / "catalogue.yaml", "--at", IN_WINDOW, "--format", "json")
    (finding,) = htq("check", path, *words, "--select", "HTQ204").findings
    assert finding["sources"] == ["https://example.org/list"]


@pytest.mark.parametrize(
    ("cycle", "at", "severity", "pages"),
    [
        (3, IN_WINDOW, "info", ["higher-technical-qualifications-cycle-3"]),
        (5, "2024-10-01", "error", ["criteria-process-and-application-form", "support-and-resources"]),
    ],
)  # fmt: skip
def test_a_finding_about_the_policy_of_a_cycle_cites_the_pages_of_that_cycle(
    htq, draft, five_cycles, cycle, at, severity, pages
):
    path = draft({"cycle: 3": f"cycle: {cycle}", "support_session: 2022-03-02\n": ""})
    words = ("--catalogue", five_cycles, "--at", at, "--select", "HTQ605", "--format", "json")
    (finding,) = htq("check", path, *words).findings
    assert finding["severity"] == severity
    assert [source.rstrip("/").rpartition("/")[2] for source in finding["sources"]] == pages


def test_a_draft_whose_only_error_is_accepted_is_ready(htq, draft):
    path = draft({"reference: ST0116": "reference: ST0019", "    title: Software developer\n": ""})
    entry = "accept:\n  - {rule: out-of-scope, reason: Agreed, until: 2022-06-01}\n"
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", IN_WINDOW)
    assert run.code == 0
    assert "accepted error HTQ203" in run.out
    assert "ready to submit (1 accepted)" in run.out


def test_a_broken_file_cannot_accept_its_own_fault(htq, draft):
    path = draft({"cycle: 3": "cycle: 3\ncycle: 3"})
    entry = "accept:\n  - {rule: HTQ004, reason: Agreed, until: 2022-06-01}\n"
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ004", "HTQ107"]
    assert run.code == 1


def test_text_shows_the_line_marks_the_place_and_gives_a_remedy(htq, draft):
    path = draft({"  level: 4\n  number": "  level: 6\n  number", "Level 4 Diploma": "Diploma"})
    run = htq("check", path, "--at", IN_WINDOW)
    line = path.read_text().split("\n").index("  level: 6") + 1
    assert run.out.split("\n")[:3] == [
        f"{path.as_posix()}:{line}:10: error HTQ401 A level 6 qualification cannot be approved",
        f"{line:>6} |   level: 6",
        "       |          ^",
    ]
    assert "Higher Technical Qualifications are at level 4 or 5." in run.out
    assert f"{path.as_posix()}: not ready to submit (1 error)" in run.out


def test_the_whole_line_is_shown_when_the_mistake_is_in_its_middle(htq, draft):
    path = draft({"K10: {units: [U2]": "K10: {units: [U22]"})
    assert " |       K10: {units: [U22], assessed_by: [A1]}\n" in htq("check", path).out


@pytest.mark.parametrize("contact", ["name: Jo Secret", "email: jo.secret.example.org"])
@pytest.mark.parametrize("breaks", ["", ": x", " *nope", "\n    name: [", "\n   - y", "\a"])
def test_a_contact_is_never_shown(htq, draft, contact, breaks):
    path = draft({"name: A. Person": f"{contact}{breaks}"})
    for words in ((), ("--format", "json")):
        run = htq("check", path, "--at", IN_WINDOW, *words)
        assert "ecret" not in run.out + run.err


@pytest.mark.parametrize(
    "contact", ["Jo Secret", "[Jo Secret]", "{name: [Jo Secret]}", "{name: TODO Jo Secret}"]
)
def test_a_contact_of_the_wrong_type_is_never_shown(htq, draft, contact):
    path = draft(
        {"contact:\n    name: A. Person\n    email: a.person@example.org": f"contact: {contact}"}
    )
    for words in ((), ("--format", "json")):
        run = htq("check", path, "--at", IN_WINDOW, *words)
        assert "HTQ10" in run.out
        assert "Secret" not in run.out


def test_a_broken_or_missing_file_does_not_stop_others_being_checked(htq, draft, tmp_path):
    good = draft()
    (tmp_path / "broken.yaml").write_text("a: [")
    run = htq(
        "check", tmp_path / "broken.yaml", tmp_path / "not-there.yaml", good, "--at", IN_WINDOW
    )
    assert run.code == 3
    assert (
        f"{tmp_path.as_posix()}/not-there.yaml: not checked: there is no such file or folder"
        in run.err
    )
    assert f"{good.as_posix()}: ready to submit" in run.out
    assert "broken.yaml: not ready to submit" in run.out


def test_the_drafts_in_a_folder_are_checked_in_order_of_name(htq, draft, tmp_path):
    good = draft().read_text()
    left_out = (".hidden/x.yaml", "ksbs/ST0116-1.1.yaml", "notes.txt", "application.schema.json")
    for name in ("b.yml", "a/z.json", *left_out):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(good)
    (tmp_path / "a/round").symlink_to(tmp_path)
    run = htq("check", tmp_path, "--at", IN_WINDOW, "--format", "json", "--exclude", "app*")
    assert [file["path"] for file in run.data["files"]] == [
        f"{tmp_path.as_posix()}/a/z.json",
        f"{tmp_path.as_posix()}/b.yml",
    ]


def test_an_unreadable_file_in_a_folder_is_named_and_the_rest_is_checked(htq, draft, tmp_path):
    draft()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "out.yaml").symlink_to("/etc/hostname")
    (tmp_path / "lost.yaml").symlink_to("nowhere")
    run = htq("check", tmp_path, "--at", IN_WINDOW)
    assert run.code == 3
    assert "pipe.yaml: not checked: it is not a regular file" in run.err
    assert "out.yaml: not checked: the link leads out of the folder" in run.err
    assert "lost.yaml: not checked: there is no such file" in run.err
    assert "application.yaml: ready to submit" in run.out


def test_a_folder_without_drafts_gives_exit_code_3(htq, tmp_path):
    run = htq("check", tmp_path)
    assert run.code == 3
    assert "the folder has no draft" in run.err


def test_the_evidence_of_a_draft_on_standard_input_is_sought_beside_its_name(draft, tmp_path):
    content = draft().read_bytes()
    name = str(tmp_path / "from-editor.yaml")
    run = program("check", "-", "--stdin-name", name, "--at", IN_WINDOW, input=content)
    assert run.returncode == 0
    assert f"{name}: ready to submit" in run.stdout.decode()


def test_an_unknown_option_is_refused_with_the_nearest(htq):
    run = htq("check", "--frmat", "json")
    assert run.code == 2
    assert "--format" in run.err
    assert run.out == ""


def test_a_valid_draft_is_parsed_once(draft, monkeypatch, htq):
    parsed = []
    loader = reader.LOADER
    monkeypatch.setattr(reader, "LOADER", lambda text: parsed.append(1) or loader(text))
    htq("standards", "routes")  # the catalogue is read
    before = len(parsed)
    htq("check", draft(), "--at", IN_WINDOW)
    assert len(parsed) - before == 2  # the draft, and its list of KSBs


@pytest.mark.parametrize(
    "contact",
    [
        "contact: *c\nx: &c {name: TBC Zelda}",
        "contact: {\n  name: TBC Zelda, foo: 1}",
        '"contact":\n\n    {"name":\n\n    "TBC Zelda"}',
        "contact:\n    Zelda: zelda@example.org",
        "contact:\n    name: *Zelda",
        "contact:\n    name: !Zelda x",
        "contact:\n    name: x\n  contact: {name: Zelda}",
        "cntact: {name: TBC Zelda}",
        "? contact\n  : {name: TBC Zelda}",
    ],
)
def test_a_contact_written_in_an_odd_way_is_never_shown(htq, draft, contact):
    old = "contact:\n    name: A. Person\n    email: a.person@example.org"
    path = draft({old: contact})
    if "x: &c" in contact:
        path.write_text("x: &c {name: TBC Zelda}\n" + draft({old: "contact: *c"}).read_text())
    for words in ((), ("--format", "json")):
        run = htq("check", path, "--at", IN_WINDOW, *words)
        assert "HTQ" in run.out
        assert "zelda" not in run.out.lower()


@pytest.mark.parametrize(
    ("group", "code", "pointer"),
    [
        ("{choose: 0, from: [U5, U6]}", "HTQ103", "/structure/optional/0/choose"),
        ("{choose: -1, from: [U5, U6]}", "HTQ103", "/structure/optional/0/choose"),
        ("{from: [U5, U6]}", "HTQ103", "/structure/optional/0"),
        ("{choose: 1, credits: 20, from: [U5, U6]}", "HTQ103", "/structure/optional/0"),
        ("{choose: 1}", "HTQ101", "/structure/optional/0/from"),
        ("{credits: 20, from: [U5, U6]}", "HTQ101", "/units/U6/credits"),
        ("{choose: TODO, from: [U5, U6]}", "HTQ104", "/structure/optional/0/choose"),
        ("{chose: 1, from: [U5, U6]}", "HTQ102", "/structure/optional/0/chose"),
    ],
)  # fmt: skip
def test_the_fields_of_a_group_of_units_are_checked(htq, draft, group, code, pointer):
    path = draft({"{title: Mobile development, credits: 20}": "Mobile development",
                  "- name: Specialism\n      choose: 1\n      from: [U5, U6]": f"- {group}"})  # fmt: skip
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert [(f["code"], f["pointer"]) for f in run.findings] == [(code, pointer)]


def test_an_acceptance_whose_place_cannot_be_read_accepts_nothing(htq, draft):
    path = draft({"reference: ST0116": "reference: ST0019", "    title: Software developer\n": ""})
    entry = "accept:\n  - {rule: HTQ203, at: standards/5, reason: Agreed, until: 2022-06-01}\n"
    path.write_text(path.read_text() + entry)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ203", "HTQ103"]
    assert not any("accepted" in finding for finding in run.findings)


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"  level: 4\n  number": "\tlevel: 4\n  number"}, "\t", "There is a tab here; spaces are needed"),
        ({"  level: 4\n  number": "\u00a0 level: 4\n  number"}, "\u00a0", "There is a non-breaking space here"),
        ({"  - name: Example Software": "  -name: Example Software"}, "-", "hyphen and a space"),
        ({"  - name: Example Software": "  • name: Example Software"}, "•", "hyphen and a space"),
        ({"  level: 4\n  number": "  level:4\n  number"}, "level:", "no space after the colon"),
    ],
)  # fmt: skip
def test_a_common_yaml_mistake_is_named_at_its_place(htq, draft, changes, place, said):
    path = draft(changes)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    (finding,) = run.findings
    assert finding["code"] == "HTQ002"
    assert said in finding["message"]
    assert text_at(path, finding) == place


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"planned_submission: 2022-06-10": "planned_submission: 06/30/2022"}, "day before the month"),
        ({"planned_submission: 2022-06-10": "planned_submission: 10-12 June 2022"}, "is not one date"),
        ({"planned_submission: 2022-06-10": "planned_submission: 22/23 June 2022"}, "such as ‘22 June 2022’"),
        ({"planned_submission: 2022-06-10": "planned_submission: 44722"}, "Did you mean ‘10 June 2022’?"),
        ({"first_teaching: 2024-09": "first_teaching: September 2024/25"}, "Did you mean ‘September 2024’?"),
        ({"first_teaching: 2024-09": "first_teaching: 2 September 2024 10:00-11:00"}, "Did you mean ‘2 September 2024’?"),
        ({"support_session: 2022-03-02": "support_session: March 2022"}, "does not say the day"),
        ({"[U1, U2, U3, U4]": "U1, U2"}, "Write it as a list: ‘[U1, U2]’."),
        ({"  - name: Example Software Ltd\n    evidence": "  - Example Software Ltd\n  - evidence"}, "‘name: Example Software Ltd’"),
        ({"type: awarding-organisation": "type: HE provider"}, "‘higher-education-provider’"),
        ({"evidence/specification.txt": "https://example.org/a.pdf"}, "Web addresses are not looked up"),
    ],
)  # fmt: skip
def test_the_remedy_fits_what_was_written(htq, draft, changes, said):
    run = htq("check", draft(changes), "--at", IN_WINDOW, "--format", "json")
    assert any(said in finding["message"] + finding["hint"] for finding in run.findings)
