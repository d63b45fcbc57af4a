"""`htq report` and `htq check --format html`: pages to hand to people."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, in_terminal, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.reports import coverage
from htqcli.reports.page import file_names, page, pages
from pages import Page, assert_sound, text_of

CHOICE = "mandatory: [U1, U2, U3, U4]"
PATHWAYS = {
    CHOICE: "mandatory: [U1, U3]",
    "  optional:\n    - name: Specialism\n      choose: 1\n      from: [U5, U6]":
    "  pathways:\n    - name: Data\n      mandatory: [U2, U4]\n"
    "    - name: Web\n      mandatory: [U4]\n"
    "      optional: [{name: Wider study, credits: 40, from: [U2, U5, U6]}]",
    "      K11: {units: [U3], assessed_by: [A1]}\n": "",
}  # fmt: skip
"""Two pathways. A learner on Web can do without U2, which alone covers K10 and S3. No unit covers
K11."""

ACCEPTED = {
    "Level 4 Diploma in": "HTQ Diploma in",
    "declarations:": "accept:\n  - {rule: HTQ403, reason: Agreed with b@example.org | so, "
    "until: 2022-06-01}\ndeclarations:",
}
"""A finding that is accepted, with an e-mail address in the reason."""


@pytest.fixture
def reported(htq, draft, tmp_path):
    """The page about the example with these changes."""

    def run(changes=None, *words):
        path = draft(changes)
        run = htq(
            "report", path, "-o", tmp_path / "page.html", "--force", "--at", IN_WINDOW, *words
        )
        assert (run.code, run.out, run.err) == (0, "", "")
        source = (tmp_path / "page.html").read_text(encoding="utf-8")
        assert_sound(source)
        return Page(source)

    return run


VERDICTS = {
    "ready": {},
    "not ready": {"  level: 4\n": "  level: 6\n"},
    "unsettled": {'version: "1.1"': 'version: "1.1"\n    option: Web'},
    "unproven": {'version: "1.1"': 'version: "1.2"'},
}


@pytest.mark.parametrize("changes", VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_is_said_in_the_words_of_the_text_report(htq, reported, draft, changes):
    found = reported(changes)
    text = htq("check", draft(changes), "--at", IN_WINDOW).out
    assert found.verdict in text
    assert found.verdict.endswith("as at 20 May 2022")
    is_green = bool(found.root.xpath("//p[@class='verdict ready']"))
    assert is_green == found.verdict.startswith("ready to submit")


def test_a_person_at_a_terminal_is_told_what_was_written(draft, tmp_path):
    path = draft({})
    for output in (tmp_path / "page.html", tmp_path / "pages"):
        code, shown = in_terminal("report", path, "-o", output, columns=400)
        assert (code, shown) == (0, f"Wrote {output}.\n")
    assert program("report", path, "-o", tmp_path / "again.html").stderr == b""


def test_a_page_says_what_it_is_of_and_what_it_was_checked_against(reported):
    found = reported()
    assert text_of(found.root.find(".//h1")) == "Level 4 Diploma in Software Development"
    assert found.facts == {
        "File": found.facts["File"],
        "Checked as at": "20 May 2022 at midnight, London time",
        "Catalogue": str(bundled.load()),
        "About its lists": found.facts["About its lists"],
        "Window of cycle 3": "16 February 2022 at midday to 29 July 2022 at 5pm: open",
        "KSB list of ST0116 version 1.1": "38 KSBs, source not given",
        "Title": "Level 4 Diploma in Software Development",
        "Level": "4",
        "Applicant": "Example Awards",
        "Qualification number": "610/0000/0",
        "Approvals cycle": "3",
        "First teaching": "September 2024",
        "Planned submission": "10 June 2022",
        "Standards": "ST0116 Software developer",
        "Units": "6",
    }
    assert found.facts["File"].endswith("application.yaml")
    assert found.facts["About its lists"].startswith("The list of cycle 3 is provisional")


def test_the_source_and_the_day_of_a_ksb_list_are_said(reported, tmp_path):
    reported()
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    source = "source: {address: 'https://example.org/ST0116', date: 2026-11-20}\n"
    file.write_text(file.read_text(encoding="utf-8") + source, encoding="utf-8")
    shutil.copytree(tmp_path / "ksbs", tmp_path / "lists")
    found = reported({}, "--ksbs", tmp_path / "lists")
    assert found.facts["KSB list of ST0116 version 1.1"] == (
        "38 KSBs, from https://example.org/ST0116, read on 20 November 2026"
    )


def test_what_is_not_given_is_said_to_be_missing_and_nothing_is_made_up(reported):
    found = reported({"  level: 4\n  number: 610/0000/0\n": "", "  name: Example Awards\n": ""})
    named = ("Level", "Applicant", "Qualification number")
    assert [found.facts[name] for name in named] == ["not given", "not given", "none given"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 80 credits are mandatory. One of two units of 20.
        ({}, [("Every learner", "U1, U2, U3, U4", "1 of U5 or U6", "100", "2")]),
        # Web: U1, U3 and U4 have 60, and 2 of 3 units of 20 have the 40 that are asked for.
        (PATHWAYS, [
            ("Data", "U1, U2, U3, U4", "nothing", "80", "1"),
            ("Web", "U1, U3, U4", "40 credits from U2, U5 and U6", "100", "3"),
        ]),
        # A group is satisfied by U5 alone, which has 30, or by the two others.
        ({
            "{title: Web development, credits: 20}": "{title: Web development, credits: 30}",
            "choose: 1\n      from: [U5, U6]": "credits: 30\n      from: [U4, U5, U6]",
            CHOICE: "mandatory: [U1, U2, U3]",
        }, [("Every learner", "U1, U2, U3", "30 credits from U4, U5 and U6", "90 to 100", "2")]),
        ({"{title: Testing, credits: 20}": "Testing"}, [
            ("Every learner", "U1, U2, U3, U4", "1 of U5 or U6",
             "not known: no credits are given for U3", "2"),
        ]),
    ],
)  # fmt: skip
def test_credits_and_minimal_combinations_are_said_for_each_pathway(reported, changes, expected):
    rows = reported(changes).table("What a learner takes")
    assert [tuple(row.values()) for row in rows] == expected


def test_the_number_of_combinations_is_said_to_be_unknown_if_it_is(reported):
    found = reported({"choose: 1\n      from: [U5, U6]": "choose: 3\n      from: [U5, U6]"})
    assert "the number of combinations are not known" in found.says("The qualification")
    ids = [f"X{number}" for number in range(40)]
    more = "".join(f"  {name}: {{title: Made-up, credits: 5}}\n" for name in ids)
    groups = "".join(
        f"    - {{choose: 15, from: [{', '.join(names)}]}}\n" for names in (ids[:30], ids[10:])
    )
    found = reported({"units:\n": f"units:\n{more}", "  optional:\n": f"  optional:\n{groups}"})
    (row,) = found.table("What a learner takes")
    assert row["Minimal combinations"] == "not known: there are too many"


def test_gaps_come_with_the_ways_to_close_them(reported):
    found = reported(PATHWAYS)
    assert found.table("ST0116: 3 KSBs that a learner can miss") == [
        {
            "KSB": "K11",
            "Statement": "Made-up statement K11",
            "Met in": "never",
            "What to do": "Cover it in a unit that every learner takes, or design a unit that "
            "covers it.",
        },
        *(
            {
                "KSB": label,
                "Statement": f"Made-up statement {label}",
                "Met in": "some combinations; always on Data",
                "What to do": "Make U2 (Databases) mandatory, or cover it in a unit that every "
                "learner takes.",
            }
            for label in ("K10", "S3")
        ),
    ]
    said = found.says("Gaps and how to close them")
    assert "No combination of units covers ST0116 in full: no unit covers K11 of ST0116." in said
    assert (
        "Every learner takes U1 (Programming fundamentals), U3 (Testing) and U4 (Working in a "
        "development team)." in said
    )
    titles = [text_of(one) for one in found.root.xpath("//h2")]
    assert titles.index("Gaps and how to close them") < titles.index("Coverage")


def test_a_draft_without_gaps_says_so(reported):
    said = reported().says("Gaps and how to close them")
    assert said.endswith("ST0116: every KSB is met in every permitted combination of units.")


@pytest.mark.parametrize(
    ("changes", "label", "said"),
    [
        ({"K10: {units: [U2]": "K10: {units: [U22]"}, "K10", "not known: see the findings"),
        ({"choose: 1": "choose: 3"}, "K1",
         "not known: the combinations of units are not known"),
        ({"      K1: {": "      K99: {units: [U1]}\n      K1: {"}, "K99",
         "not on the standard’s list"),
    ],
)  # fmt: skip
def test_a_ksb_that_cannot_be_told_is_not_said_to_be_a_gap(reported, changes, label, said):
    found = reported(changes)
    rows = {row["KSB"]: row for row in found.table("ST0116: which units cover each KSB")}
    assert rows[label]["Met in"] == said
    assert "that a learner can miss" not in found.body


def test_without_its_ksb_list_a_draft_is_not_said_to_have_no_gaps(reported):
    found = reported(VERDICTS["unproven"])
    assert "no error found, but not proven ready" in found.verdict
    assert "the gaps are not all known" in found.says("Gaps and how to close them")
    assert "Not checked: Could not check" in found.says("What was checked")
    assert found.facts["KSB list of ST0116 version 1.2"].startswith("none: ")


def test_coverage_names_units_assessments_and_reasons(reported):
    found = reported(PATHWAYS)
    rows = {row["KSB"]: row for row in found.table("ST0116: which units cover each KSB")}
    row = rows["S14"]
    assert row["Met in"] == (
        "every combination Partly covered: Completed in the workplace, where it is safer"
    )
    assert (row["Assessed by"], row["U4 Working in a development team"]) == ("A2", "part")
    said = found.says("ST0116 Software developer, version 1.1")
    assert "A2: Practical assessment in the workplace" in said


def test_units_that_alone_cover_a_ksb_or_cover_none_are_named(reported):
    found = reported({**PATHWAYS, "units:\n": "units:\n  U0: {title: Induction, credits: 5}\n",
                      "    - name: Data\n      mandatory: [U2, U4]":
                      "    - name: Data\n      mandatory: [U2, U4, U0]"})  # fmt: skip
    assert "Units that cover no KSB: U0." in found.says("By unit")
    rows = {row["Unit"]: row for row in found.table("What each unit covers")}
    row = rows["U2 Databases"]
    assert (row["Covers"], row["Alone covers"]) == ("K5, K10 and S3", "K10 and S3")
    assert row["Taken by"] == "those who choose it"
    assert rows["U1 Programming fundamentals"]["Taken by"] == "every learner"
    assert rows["U0 Induction"]["Covers"] == "no KSB"
    assert rows["U5 Web development"]["Alone covers"] == "nothing"


def test_several_standards_each_have_their_coverage(reported):
    more = "standards:\n  - reference: ST0118\n    version: '1.1'\n    ksbs: {K1: [U2]}\n"
    found = reported({"standards:\n": more})
    assert found.facts["Standards"] == "ST0118 and ST0116 Software developer"
    assert found.table("ST0118: which units cover each KSB")[0]["U2 Databases"] == "full"
    rows = {row["Unit"]: row for row in found.table("What each unit covers")}
    assert rows["U2 Databases"]["Covers"] == "K1 of ST0118; K5, K10 and S3 of ST0116"


def test_what_is_accepted_has_its_reason_and_its_last_day(reported):
    (row,) = reported(ACCEPTED).table("What the applicant accepts")
    assert (row["Why it is accepted"], row["Until"]) == ("Agreed with … | so", "1 June 2022")
    assert "HTQ403" in row["What was found"]


def test_open_findings_are_in_words_with_what_to_do_and_errors_first(reported):
    changes = {"  level: 4\n  number": "  level: 6\n  number", "Level 4 Diploma": "Diploma HTQ"}
    said = reported(changes).says("Findings (2)")
    assert re.search(
        "error A level 6 .*What to do: .*htq rules HTQ401.*Source: https://.*"
        "warning .*HTQ.*What to do: .*htq rules HTQ403",
        said.replace("error The", "error A level 6 The"),
    )
    assert "Line 15." in said


def test_what_was_not_checked_is_said_with_the_reason(reported):
    found = reported({"K10: {units: [U2]": "K10: {units: {a: b}"})
    areas = {row["Area"]: row for row in found.table("What was checked, and what was not")}
    assert re.fullmatch(r"\d+ of \d+", areas["The file"]["Rules that ran"])
    assert areas["The file"]["Not checked, and why"] == "nothing"
    assert areas["KSB mapping and structure"]["Not checked, and why"] == (
        "What it needs could not be read: A unit covers no KSB of any standard (HTQ506)"
    )
    assert "What the files say was not read." in found.says("What was checked")


@pytest.mark.parametrize("word", [
    "x <script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}{% raw %}",
    "\u202eright to left", "zero\u200bwidth", "\x1b[31mred", "javascript:alert(1)", "a\nb",
    "x </style></title><base href=//x>", "a@b.example",
])  # fmt: skip
def test_nothing_in_a_draft_is_obeyed_by_the_browser(reported, word):
    quoted = json.dumps(word)
    found = reported({
        "title: Level 4 Diploma in Software Development": f"title: {quoted}",
        "name: Example Awards": f"name: {quoted}",
        "{title: Databases": f"{{title: {quoted}",
        "name: Specialism": f"name: {quoted}",
        "reason: Completed in the workplace, where it is safer": f"reason: {quoted}",
        "A1: Portfolio of projects": f"A1: {quoted}",
        "  - reference: ST0116": f"  - reference: ST0116\n    option: {quoted}",
        "declarations:": f"accept:\n  - {{rule: HTQ209, reason: {quoted}, until: 2022-06-01}}\n"
        "declarations:",
    })  # fmt: skip
    if word.isprintable() and "@" not in word:
        assert text_of(found.root.find(".//h1")) == " ".join(word.split())
    assert not found.root.xpath("//a[starts-with(@href, 'javascript')]")
    assert "49" not in text_of(found.root.find(".//h1"))
    assert "a@b.example" not in found.source


def test_the_contact_is_never_on_a_page(reported):
    source = reported({"name: A. Person": "name: Zebedee Quux"}).source
    assert "Zebedee" not in source
    assert "a.person@example.org" not in source


def test_the_same_draft_gives_the_same_bytes(reported):
    assert reported(PATHWAYS).source == reported(PATHWAYS).source


def test_a_draft_of_enormous_size_is_told_without_its_coverage(reported, monkeypatch):
    monkeypatch.setattr(coverage, "MAX_CELLS", 100)
    found = reported()
    assert "too many KSBs, units or groups for a page" in found.says("Gaps and how to close them")
    assert not found.root.xpath("//table[contains(caption, 'which units cover')]")


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "hostile" / "files").iterdir()))
def test_a_hostile_draft_has_a_sound_page(path):
    checker = Checker(bundled.load(), moment.read(IN_WINDOW).first, keeps=True)
    report = checker.report([checker.check(Draft(path.name, path.parent, path.read_bytes()))])
    assert_sound(page(report, report.files[0]))


# Where pages go


def drafts_in(folder, number):
    """Copies of the example, of which every third is not ready."""
    folder.mkdir(exist_ok=True)
    shutil.copytree(ROOT / "examples" / "evidence", folder / "evidence", dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "ksbs", folder / "ksbs", dirs_exist_ok=True)
    text = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
    for at in range(number):
        changed = text.replace("Level 4 Diploma in Software", f"Level 4 Diploma {at} in Software")
        level = 6 if at % 3 == 0 else 4
        changed = changed.replace("  level: 4\n  number", f"  level: {level}\n  number", 1)
        (folder / f"draft {at:02}.yaml").write_text(changed, encoding="utf-8")
    return folder


def test_thirty_drafts_have_a_dashboard_and_a_page_each(htq, tmp_path):
    drafts = drafts_in(tmp_path / "drafts", 30)
    run = htq("report", drafts, "-o", tmp_path / "out", "--at", IN_WINDOW)
    assert (run.code, run.out, run.err) == (0, "", "")
    files = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    assert len(files) == 31
    for source in files.values():
        assert_sound(source)
    index = Page(files["index.html"])
    assert list(index.facts.items())[:3] == [
        ("Not ready to submit", "10"),
        ("Ready to submit", "20"),
        ("Checked as at", "20 May 2022 at midnight, London time"),
    ]
    rows = index.table("Every draft")
    assert len(rows) == 30
    assert rows[0] == {
        "Draft": f"Level 4 Diploma 0 in Software Development {drafts.as_posix()}/draft 00.yaml",
        "Verdict": "not ready to submit",
        "Coverage": "ST0116 1.1: 38 of 38 KSBs, in every combination",
        "Errors": "1",
        "Warnings": "1",
        "Notes": "0",
        "Accepted": "0",
    }
    assert [row["Verdict"] for row in rows[1:3]] == ["ready to submit"] * 2
    assert sorted(index.links) == sorted(set(files) - {"index.html"})
    assert Page(files[index.links[4]]).facts["File"] == f"{drafts.as_posix()}/draft 04.yaml"
    assert Page(files[index.links[4]]).links[0] == "index.html"


def test_several_drafts_are_refused_for_a_file(htq, tmp_path):
    drafts = drafts_in(tmp_path / "drafts", 2)
    run = htq("report", drafts, "-o", tmp_path / "out.html", "--at", IN_WINDOW)
    assert (run.code, run.out) == (2, "")
    assert "Name a folder" in run.err
    assert not (tmp_path / "out.html").exists()


def test_a_page_can_go_to_standard_output(htq, draft):
    run = htq("report", draft(), "-o", "-", "--at", IN_WINDOW)
    assert (run.code, run.err) == (0, "")
    assert_sound(run.out)


def test_a_draft_can_come_from_standard_input(tmp_path):
    text = (ROOT / "examples" / "application.yaml").read_bytes()
    run = program("report", "-", "-o", tmp_path / "a.html", "--at", IN_WINDOW, input=text)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert_sound((tmp_path / "a.html").read_text(encoding="utf-8"))


def test_a_single_draft_can_have_a_folder_too(htq, draft, tmp_path):
    assert htq("report", draft(), "-o", tmp_path / "out", "--at", IN_WINDOW).code == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize("name", ["out.html", "out"])
def test_what_is_there_already_is_replaced_only_with_force(htq, draft, tmp_path, name):
    path, out = draft(), tmp_path / name
    if name == "out":
        out.mkdir()
        (out / "index.html").write_text("mine", encoding="utf-8")
        (out / "notes.txt").write_text("mine too", encoding="utf-8")
    else:
        out.write_text("mine", encoding="utf-8")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    run = htq("report", path, "-o", out, "--at", IN_WINDOW)
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith(f"{out}: it already exists, so nothing was written")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert htq("report", path, "-o", out, "--at", IN_WINDOW, "--force").code == 0
    written = out / "index.html" if name == "out" else out
    assert "mine" not in written.read_text(encoding="utf-8")
    if name == "out":
        assert (out / "notes.txt").read_text(encoding="utf-8") == "mine too"


def test_a_folder_that_cannot_be_written_whole_is_left_as_it_is(htq, draft, tmp_path):
    path, out = draft(), tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("mine", encoding="utf-8")
    (page_name,) = file_names([str(path)])
    (out / page_name).mkdir()
    before = sorted(tmp_path.rglob("*"))
    run = htq("report", path, "-o", out, "--at", IN_WINDOW, "--force")
    assert run.code == 3
    assert run.err.startswith(f"{out}: the pages are not written: ")
    assert (out / "index.html").read_text(encoding="utf-8") == "mine"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["gone/out", "gone/out.html", "application.yaml/out"])
def test_a_place_that_does_not_exist_gives_exit_code_3(htq, draft, tmp_path, name):
    run = htq("report", draft(), "-o", tmp_path / name, "--at", IN_WINDOW)
    assert (run.code, run.out) == (3, "")
    assert str(Path(name)) in run.err


@pytest.mark.parametrize(("name", "code"), [("application.yaml", 2), ("ksbs/ST0116-1.1.yaml", 2)])
def test_a_page_is_never_written_over_a_draft_or_a_list(htq, draft, tmp_path, name, code):
    path = draft()
    before = (tmp_path / name).read_bytes()
    run = htq("report", path, "-o", tmp_path / name, "--at", IN_WINDOW, "--force")
    assert run.code == code
    assert (tmp_path / name).read_bytes() == before


def test_an_unreadable_draft_is_told_and_the_others_have_their_pages(htq, tmp_path):
    drafts = drafts_in(tmp_path / "drafts", 2)
    run = htq("report", drafts, tmp_path / "gone.yaml", "-o", tmp_path / "out", "--at", IN_WINDOW)
    assert run.code == 3
    assert "gone.yaml: not checked: there is no such file" in run.err
    assert len(list((tmp_path / "out").iterdir())) == 3
    index = Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    (row,) = index.table("Not checked")
    assert row == {
        "Path": f"{tmp_path.as_posix()}/gone.yaml",
        "Why": "there is no such file or folder",
    }


def test_nothing_is_written_if_no_draft_can_be_read(htq, tmp_path):
    run = htq("report", tmp_path / "gone.yaml", "-o", tmp_path / "out", "--at", IN_WINDOW)
    assert run.code == 3
    assert "gone.yaml: not checked" in run.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["a: [", "", "- 1", "standards: x", "cycle: 3", "\0"])
def test_a_broken_draft_has_a_page_with_its_findings(htq, tmp_path, content):
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    run = htq("report", tmp_path / "a.yaml", "-o", tmp_path / "a.html", "--at", IN_WINDOW)
    assert (run.code, run.err) == (0, "")
    source = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert_sound(source)
    assert Page(source).verdict.startswith("not ready to submit")


@given(st.lists(st.text(alphabet="aAbB/\\.-_ é:\n1", max_size=12), max_size=8))
def test_names_of_pages_differ_and_are_names_on_every_system(paths):
    names = file_names(paths)
    assert len(names) == len(paths)
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.html", name)
        assert name != "index.html"


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["drafts/a.yaml", "drafts/A.yml"], ["drafts-a.html", "drafts-a-2.html"]),
        (["CON.yaml", "com1.json", "index.yaml"],
         ["draft-con.html", "draft-com1.html", "draft-index.html"]),
        (["é.yaml", "-"], ["draft.html", "draft-2.html"]),
        (["x" * 300], ["x" * 80 + ".html"]),
        (["../quals/Level 4 (new).yaml"], ["quals-level-4-new.html"]),
    ],
)  # fmt: skip
def test_pages_are_named_after_their_drafts(paths, names):
    assert file_names(paths) == names


# What others hand on


@pytest.fixture
def checked(draft):
    def run(changes=None):
        path = draft(changes)
        checker = Checker(bundled.load(), moment.read(IN_WINDOW).first, keeps=True)
        outcome = checker.check(Draft(str(path), path.parent, path.read_bytes()))
        return checker.report([outcome], is_dated=True)

    return run


def test_a_page_can_be_marked_as_a_draft(checked):
    report = checked()
    marked = page(report, report.files[0], is_draft=True)
    assert_sound(marked)
    assert Page(marked).body.startswith("Draft, not for submission")
    assert "Draft, not for submission" not in page(report, report.files[0])
    for source in pages(report, is_draft=True).values():
        assert "Draft, not for submission" in source


def test_a_public_page_leaves_out_what_may_be_confidential(checked):
    report = checked({
        **ACCEPTED,
        "evidence/example-software-letter.txt": "evidence/secret-1.txt",
        "evidence/assessment-plan.txt": "evidence/secret-2.txt",
        "evidence/specification.txt": "evidence/open.txt",
        "holder: applicant": "holder: Other\n    permission: evidence/secret-3.txt",
        "email: a.person@example.org": "email: wrong",
    })  # fmt: skip
    (file,) = report.files
    whole, public = page(report, file), page(report, file, is_public=True)
    assert_sound(public)
    for word in ("secret-1", "secret-2", "secret-3", "HTQ408", "Agreed with", "open.txt"):
        assert word in whole, word
        assert (word in public) == (word == "open.txt"), word
    assert Page(public).verdict == Page(whole).verdict
    assert "This is the public edition." in public
    assert Page(public).facts["File"] == "application.yaml"
    (row,) = Page(public).table("What the applicant accepts")
    assert row["Why it is accepted"] == "left out of this edition"


# `htq check --format html`


def test_check_gives_the_same_page_without_coverage(htq, draft, reported, tmp_path):
    run = htq("check", draft(PATHWAYS), "--at", IN_WINDOW, "--format", "html")
    assert_sound(run.out)
    found, whole = Page(run.out), reported(PATHWAYS)
    assert found.verdict == whole.verdict
    assert found.facts == whole.facts
    assert found.says("Findings") == whole.says("Findings")
    titles = [text_of(one) for one in found.root.xpath("//h2")]
    assert titles == ["The qualification", *titles[1:-1], "What was checked"]
    assert "Coverage" not in titles


def test_check_puts_several_drafts_on_one_page_with_anchors(htq, tmp_path):
    drafts = drafts_in(tmp_path / "drafts", 3)
    file = tmp_path / "page.html"
    run = htq("check", drafts, "--at", IN_WINDOW, "--report", f"html={file}")
    assert run.code == 1
    source = file.read_text(encoding="utf-8")
    assert_sound(source)
    found = Page(source)
    assert len(found.table("Every draft")) == 3
    assert found.links[:3] == ["#draft-1", "#draft-2", "#draft-3"]
    verdicts = found.root.xpath("//p[starts-with(@class, 'verdict ')]")
    assert [text_of(one).split(" (")[0] for one in verdicts] == [
        *("not ready to submit", "ready to submit, as at 20 May 2022") * 1,
        "ready to submit, as at 20 May 2022",
    ]


def test_a_catalogue_has_a_page_too(htq, tmp_path):
    file = tmp_path / "standards.yaml"
    file.write_text("cycles: 1\n", encoding="utf-8")
    run = htq("catalogue", "check", file, "--format", "html")
    assert run.code == 1
    assert_sound(run.out)
    assert Page(run.out).verdict.startswith("cannot be used")
    assert "to submit" not in run.out


# In a browser

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))


@pytest.mark.slow
@pytest.mark.skipif(not (BROWSER and AXE.exists()), reason="chromium or axe-core is missing")
@pytest.mark.parametrize("width", [1280, 500])
@pytest.mark.parametrize("kind", ["page", "index", "check", "coverage"])
def test_axe_finds_no_violation(htq, tmp_path, kind, width):
    drafts = drafts_in(tmp_path / "drafts", 3)
    text = (drafts / "draft 00.yaml").read_text(encoding="utf-8")
    for old, new in {**PATHWAYS, **ACCEPTED}.items():
        text = text.replace(old, new, 1)
    (drafts / "draft 00.yaml").write_text(text, encoding="utf-8")
    htq("report", drafts, "-o", tmp_path / "out", "--at", IN_WINDOW)
    (one, *_) = Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8")).links
    source = {
        "page": lambda: (tmp_path / "out" / one).read_text(encoding="utf-8"),
        "index": lambda: (tmp_path / "out" / "index.html").read_text(encoding="utf-8"),
        "check": lambda: htq("check", drafts, "--at", IN_WINDOW, "--format", "html").out,
        "coverage": lambda: htq("coverage", drafts / "draft 00.yaml", "--format", "html").out,
    }[kind]()
    # The page itself allows no script.
    free = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", source)
    script = "axe.run().then(r => { document.body.textContent = JSON.stringify(r.violations) })"
    axe = AXE.read_text(encoding="utf-8")
    (tmp_path / "axe.js").write_text(f"{axe};{script}", encoding="utf-8")
    file = tmp_path / "tested.html"
    file.write_text(free.replace("</body>", '<script src="axe.js"></script></body>'), "utf-8")
    options = ("--headless", "--no-sandbox", "--virtual-time-budget=20000", "--dump-dom")
    command = [BROWSER, *options, f"--window-size={width},900", file.as_uri()]
    run = subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert re.search(r"<body[^>]*>(.*)</body>", run.stdout.decode(), re.DOTALL)[1] == "[]"
