"""`htq init`: `htq check` reports each open answer of its draft, which is ready once all are given."""

import codecs
import itertools
import json
import os
import re
import select
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import warm
from conftest import IN_WINDOW, ROOT, of_cycle_3, program
from htqcli.authoring.new_draft import scalar
from htqcli.catalogue import bundled
from htqcli.cli.interview import ids_in, units_in
from htqcli.document import reader
from htqcli.files import create_file

pytestmark = pytest.mark.slow

STANDARDS = bundled.load().cycle(3).standards
TYPES = ("awarding-organisation", "higher-education-provider")
TITLE = "Level 4 Diploma: “IT”, #1"

ANSWERS = {
    "type": "awarding-organisation",
    "recognition_number": "RN5999",
    "ukprn": "10009999",
    "email": "a.person@example.org",
    "title": "Diploma",
    "level": "5",
    "first_teaching": "2026-09",
    "holder": "applicant",
    "U1": "Databases",
    "reference": "ST0116",
    "version": '"1.1"',
    "option": "Systems",
    "support_session": "2022-03-02",
    "confidential": "true",
    "conditions_of_application": "yes",
    "name": "Made up",
}
"""An answer for each field that a new draft leaves open; the only unit covers each KSB."""

PLACEHOLDER = re.compile(r"^([ -]*)(\w+): \"?<.*>\"?$", re.MULTILINE)


def filled(text):
    """A draft with an answer in place of each placeholder."""
    files = itertools.count(1)

    def answer(at):
        if at[2] in ("permission", "evidence", "file"):
            return f"{at[1]}{at[2]}: evidence-{next(files)}.txt"
        return f"{at[1]}{at[2]}: {ANSWERS.get(at[2], '[U1]')}"

    return PLACEHOLDER.sub(answer, text)


def uncommented(text):
    """A draft with every commented-out field in use. A sentence has a space after #."""
    return re.sub(r"^( *)#(?=[\w-]|  )", r"\1", text, flags=re.MULTILINE)


@pytest.fixture
def htq(htq):
    """Run htq in this process, with drafts of cycle 3 unless the words name a cycle."""
    return lambda *words: htq(*(of_cycle_3(words) if words[0] == "init" else words))


@pytest.fixture
def checked(htq, tmp_path):
    """The codes that `htq check` gives for the draft of `htq init` with its text changed."""

    def run(*words, change=lambda text: text, at=IN_WINDOW):
        path = tmp_path / "application.yaml"
        made = htq("init", *words, "-o", path, "--force")
        assert made.code == 0, made.err
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        for number in range(1, 10):
            (tmp_path / f"evidence-{number}.txt").write_text("made up")
        return htq("check", path, "--at", at, "--format", "json").codes

    return run


def unavoidable_codes(standard, level):
    """The codes that this standard and level give in any draft."""
    said = {"out-of-scope": {"HTQ203"}, "contact-us": {"HTQ204"}}.get(standard.scope, set())
    return said | ({"HTQ402"} if level == 4 < standard.level else set())


def test_a_new_draft_for_any_standard_needs_only_its_placeholders_filled_in(htq, tmp_path):
    answers = itertools.cycle(itertools.product((None, 4, 5), (None, *TYPES), (None, TITLE)))
    expected = {}
    for standard, (level, kind, title) in zip(STANDARDS, answers, strict=False):
        path = tmp_path / f"{standard.reference}.yaml"
        words = ["init", "--standard", standard.reference, "-o", path]
        words += ["--type", kind] if kind else []
        words += ["--title", title] if title else []
        words += ["--level", str(level)] if level else []
        assert htq(*words).code == 0
        expected[path.as_posix()] = {"HTQ104"} | unavoidable_codes(standard, level)
        if title and level == 5:
            expected[path.as_posix()].add("HTQ404")  # the title says level 4
    run = htq("check", tmp_path, "--at", IN_WINDOW, "--format", "json")
    found = {file["path"]: {f["code"] for f in file["findings"]} for file in run.data["files"]}
    assert len(STANDARDS) == 93
    assert found == expected
    assert set().union(*found.values()) == {"HTQ104", "HTQ203", "HTQ204", "HTQ402", "HTQ404"}


@pytest.mark.parametrize("standards", [(), ("ST0116",), ("116", "st 0310", "OCC0019")])
@pytest.mark.parametrize("kind", [None, *TYPES])
@pytest.mark.parametrize("title", [None, "Higher National Certificate in IT"])
@pytest.mark.parametrize("lists", [False, True])
def test_each_placeholder_gives_a_finding_and_the_filled_in_draft_is_ready(
    checked, tmp_path, standards, kind, title, lists
):
    if lists:
        shutil.copytree(ROOT / "tests" / "ksbs", tmp_path / "ksbs")
    words = [word for standard in standards for word in ("--standard", standard)]
    words += ["--type", kind] if kind else []
    words += ["--title", title] if title else []
    of_the_standards = {"HTQ203", "HTQ204"} if len(standards) > 1 else set()
    codes = checked(*words)
    text = (tmp_path / "application.yaml").read_text(encoding="utf-8")
    assert codes.count("HTQ104") == len(PLACEHOLDER.findall(text)) > 10
    assert set(codes) - {"HTQ104"} == of_the_standards
    if not lists:
        of_the_standards.add("HTQ509")
    elif not standards:  # the draft has a line for K1 only, not for the whole list
        of_the_standards |= {"HTQ503", "HTQ507"}
    assert set(checked(*words, change=filled)) == of_the_standards


def test_a_new_draft_has_a_line_for_each_ksb_of_the_latest_list(htq, tmp_path):
    shutil.copytree(ROOT / "tests" / "ksbs", tmp_path / "ksbs")
    htq("init", "--standard", "ST0116", "-o", tmp_path / "a.yaml")
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    (claim,) = yaml.safe_load(text)["standards"]
    listed = yaml.safe_load((ROOT / "tests/ksbs/ST0116-1.10.yaml").read_text(encoding="utf-8"))
    assert claim["version"] == "1.10"
    assert list(claim["ksbs"]) == list(listed["ksbs"])
    for label, statement in listed["ksbs"].items():
        assert f"      # {statement}\n      {label}: <" in text


def test_a_new_draft_says_which_option_of_a_standard_needs_each_ksb(htq, tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "ST0117-1.0.yaml").write_text(
        "reference: ST0117\nversion: '1.0'\ntitle: T\nksbs: {K1: One, K2: Two, K3: Three}\n"
        "options: {'Systems: all': [K1, K2], Data: [K1, K3]}\n"
    )
    run = htq("init", "--standard", "ST0117", "--ksbs", folder, "-o", "-")
    assert yaml.safe_load(run.out)["standards"][0]["option"] == "<Systems: all or Data>"
    assert "# One\n" in run.out
    assert "# (Systems: all) Two\n" in run.out
    assert "# (Data) Three\n" in run.out
    path = tmp_path / "a.yaml"
    path.write_text(run.out, encoding="utf-8")
    words = ("check", path, "--ksbs", folder, "--at", IN_WINDOW, "--format", "json")
    assert set(htq(*words).codes) == {"HTQ104"}


def test_an_unusable_ksb_list_is_named_and_ignored(htq, tmp_path):
    (tmp_path / "ksbs").mkdir()
    (tmp_path / "ksbs" / "ST0116-1.1.yaml").write_text("reference: ST0117")
    run = htq("init", "--standard", "ST0116", "-o", tmp_path / "a.yaml")
    assert run.code == 0
    assert "ST0116-1.1.yaml" in run.err
    assert "K1: <" in (tmp_path / "a.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [(), ("--standard", "ST0116"), ("--cycle", "5")])
def test_every_commented_out_field_is_a_valid_field(checked, words):
    at = "2024-10-01" if "5" in words else IN_WINDOW
    codes = checked(*words, change=lambda text: filled(uncommented(text)), at=at)
    assert not {"HTQ002", "HTQ004", "HTQ101", "HTQ102", "HTQ103", "HTQ303", "HTQ304"} & set(codes)
    assert {"HTQ508", "HTQ513"} - set(codes) == {"HTQ513"}  # it names assessments, and a structure


@pytest.mark.parametrize(
    ("number", "at"), [(1, "2020-11-01"), (2, "2021-08-01"), (4, "2023-06-01"), (5, "2024-10-01")]
)
def test_a_draft_for_a_cycle_without_a_list_is_written_with_a_warning(htq, checked, number, at):
    assert set(checked("--cycle", number, "--standard", "st116", at=at)) == {"HTQ104", "HTQ305"}
    run = htq("init", "--cycle", number, "--standard", "st116", "-o", "-")
    assert f"The list of standards of cycle {number} is not in the catalogue" in run.err
    assert "reference: ST0116\n" in run.out
    assert ("Delete the line if no session" in run.out) is (number != 5)


def test_fields_that_a_cycle_does_not_require_are_commented_out(htq, tmp_path):
    text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    for demand in ("support_session", "permission"):
        text = re.sub(rf"{demand}: {{asks: \w+", f"{demand}: {{asks: not-asked", text)
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    out = htq("init", "--catalogue", tmp_path / "c.yaml", "-o", "-").out
    assert re.search(r"^#support_session: 2022-03-02$", out, re.MULTILINE)
    assert "HTQ605" not in out
    assert "HTQ407" not in out
    (tmp_path / "a.yaml").write_text(out, "utf-8")
    words = ("check", tmp_path / "a.yaml", "--catalogue", tmp_path / "c.yaml", "--at", IN_WINDOW)
    assert set(htq(*words, "--format", "json").codes) == {"HTQ104"}


def test_the_schema_for_editors_is_written_beside_the_draft(htq, tmp_path):
    schema = tmp_path / "application.schema.json"
    htq("init", "--standard", "ST0116", "-o", tmp_path / "a.yaml")
    assert schema.read_text(encoding="utf-8") == htq("schema", "application").out
    draft = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert draft.startswith(f"# yaml-language-server: $schema={schema.name}\n")
    check = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert list(check.iter_errors(yaml.load(draft, yaml.BaseLoader)))
    assert not list(check.iter_errors(yaml.load(filled(draft), yaml.BaseLoader)))
    assert htq("check", tmp_path, "--at", IN_WINDOW, "-f", "json").data["summary"]["files"] == 1
    schema.write_text("mine")
    assert htq("init", "-o", tmp_path / "b.yaml").code == 0
    assert schema.read_text() == "mine"
    htq("init", "-o", tmp_path / "b.yaml", "--force")
    assert schema.read_text(encoding="utf-8").startswith("{")


def test_init_says_what_to_do_next(htq, tmp_path):
    words = ("init", "--standard", "ST0116", "--standard", "ST0117", "-o", tmp_path / "a.yaml")
    run = htq(*words, "--ksbs", ROOT / "tests" / "ksbs")
    assert f"‘htq check {tmp_path / 'a.yaml'}’ lists what is left" in run.out
    assert "No KSB list found for ST0117." in run.out
    assert "Check it with ‘--ksbs " in run.out


def test_a_draft_whose_title_is_an_hnc_or_hnd_asks_for_permission(htq):
    for title, asked in (("HND in Computing", True), ("Diploma in Computing", False)):
        out = htq("init", "--title", title, "-o", "-").out
        assert bool(re.search(r"^    permission: <", out, re.MULTILINE)) is asked
        assert bool(re.search(r"^    #permission: ", out, re.MULTILINE)) is not asked


def test_a_draft_asks_for_the_number_that_its_type_of_applicant_has(htq):
    for kind, fields in {
        TYPES[0]: ["recognition_number"],
        TYPES[1]: ["ukprn"],
        None: ["recognition_number", "ukprn"],
    }.items():
        words = ("--type", kind) if kind else ()
        applicant = yaml.safe_load(htq("init", *words, "-o", "-").out)["applicant"]
        assert [name for name in applicant if name in ("recognition_number", "ukprn")] == fields


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_read_back_exactly_as_written(text):
    line = f"title: {scalar(text)}\nnext: 1\n"
    assert yaml.safe_load(line) == {"title": text, "next": 1}
    document = reader.read(line.encode())
    assert document.faults == ()
    assert document.data() == {"title": text, "next": "1"}
    assert "\n" not in line[:-9]


@pytest.mark.parametrize(
    "title",
    [
        "No",
        "a: b",
        "a #b",
        "'\"",
        "- x",
        "two\nlines",
        "two\u2028lines",
        "null",
        "é",
        "👩‍🎓 a",
        "<x>",
        "&a *b",
    ],
)
def test_a_title_is_written_as_it_was_typed(htq, title):
    out = htq("init", f"--title={title}", "-o", "-").out
    assert yaml.safe_load(out)["qualification"]["title"] == title


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--standard", "sofware develper"), "ST0116 (Software developer)"),
        (("--standard", "ST0117", "--standard", "ST9999"), "‘ST9999’ is not on the list"),
        (("--standard", "x", "--cycle", "5"), "‘x’ is not the reference"),
        (("--type", "awarding-organization"), "Did you mean ‘awarding-organisation’?"),
        (("--level", "6"), "They are 4 and 5"),
        (("--cycle", "9"), "There is no cycle 9"),
        (("--title", " "), "The title is empty"),
        (("-o", "draft.JSON"), "ends in .yaml"),
    ],
)
def test_invalid_options_give_exit_code_2_and_write_nothing(htq, tmp_path, words, said):
    run = htq("init", *words, *(() if "-o" in words else ("-o", tmp_path / "a.yaml")))
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert list(tmp_path.iterdir()) == []


def test_a_title_that_is_not_utf_8_gives_exit_code_2(tmp_path):
    run = program("init", b"--title=\xff".decode(errors="surrogateescape"), cwd=tmp_path)
    assert run.returncode == 2
    assert b"not UTF-8" in run.stderr


def test_an_existing_file_is_overwritten_only_with_force(htq, tmp_path):
    path = tmp_path / "application.yaml"
    path.write_text("mine")
    run = htq("init", "-o", path)
    assert (run.code, path.read_text()) == (3, "mine")
    assert "--force" in run.err
    assert htq("init", "-o", path, "--force").code == 0
    assert "\n# A draft" in path.read_text(encoding="utf-8")


def test_a_broken_link_is_not_written_through(htq, tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert htq("init", "-o", tmp_path / "a.yaml").code == 3
    assert not (tmp_path / "elsewhere.yaml").exists()


@pytest.mark.parametrize("words", [("-o", "nowhere/a.yaml"), ("--ksbs", "nowhere"), ("-o", ".")])
def test_an_unusable_path_gives_exit_code_3_and_a_one_line_message(tmp_path, words):
    run = program("init", *words, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_only_one_of_many_simultaneous_writers_creates_a_file(tmp_path):
    path = tmp_path / "a.yaml"

    def create(number):
        try:
            create_file(str(path), f"{number}\n" * 10_000)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(16) as pool:
        winners = [number for number in pool.map(create, range(64)) if number is not None]
    assert len(winners) == 1
    assert path.read_text() == f"{winners[0]}\n" * 10_000
    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]


def test_without_a_terminal_no_question_is_asked(tmp_path):
    run = program("init", cwd=tmp_path, input=b"ST0116\n\n1\n")
    assert run.returncode == 0
    assert b">" in run.stdout
    assert b"?" not in run.stdout
    assert b"ST0116\n" not in (tmp_path / "application.yaml").read_bytes()


class Conversation:
    """htq in a terminal, with a person who types."""

    def __init__(self, *words, cwd):
        self.primary, secondary = os.openpty()
        env = {**os.environ, "TERM": "dumb", "LANG": "C.UTF-8"}
        streams = [secondary] * 3
        self.process = warm.Copy(words, streams, cwd=cwd, env=env, takes_terminal=True)
        os.close(secondary)
        self.shown = ""
        self.decode = codecs.getincrementaldecoder("utf-8")().decode

    def until(self, text):
        """Read until a text is shown, and return what was shown since the last time."""
        begin = len(self.shown)
        while text not in self.shown[begin:]:
            assert select.select([self.primary], [], [], 30)[0], self.shown
            piece = os.read(self.primary, 65536)
            if not piece:
                raise OSError("it has ended")
            self.shown += self.decode(piece)
        return self.shown[begin:]

    def answer(self, *answers):
        """Type each answer when it is asked for."""
        for answer in answers:
            self.until("> ")
            os.write(self.primary, answer.encode())

    def reply(self, **answers):
        """Answer each question that has the words of a key with the answers for it, in their order,
        and any other with Enter alone. Returns the exit code."""
        waiting = {key.replace("_", " "): list(own) for key, own in answers.items()}
        shown = ""
        for _ in range(200):
            try:
                shown += self.until("> ")
            except OSError:
                break
            asked = " ".join(re.findall(r"(?m)^\S[^\n]*\?\r?$", shown)[-1].split())
            own = next((own for words, own in waiting.items() if words in asked), [])
            os.write(self.primary, f"{own.pop(0) if own else ''}\r".encode())
        assert not any(waiting.values()), (waiting, self.shown)
        os.close(self.primary)
        return self.process.wait(30)

    def press(self, key):
        """Press a key until htq ends: the first presses can come before it listens."""
        for _ in range(30):
            os.write(self.primary, key.encode())
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
                return

    def end(self):
        """The exit code, once everything that is still shown has been read."""
        while select.select([self.primary], [], [], 30)[0]:
            try:
                piece = os.read(self.primary, 65536)
            except OSError:
                break
            if not piece:
                break
            self.shown += self.decode(piece)
        os.close(self.primary)
        return self.process.wait(30)


def draft_of(folder, name="application.yaml"):
    return yaml.safe_load((folder / name).read_text(encoding="utf-8"))


AT = ("--at", IN_WINDOW)


@pytest.fixture
def lists(tmp_path):
    shutil.copytree(ROOT / "tests" / "ksbs", tmp_path / "ksbs")


@pytest.fixture
def interviewed(tmp_path, five_cycles):
    """What htq shows in an interview with these answers, without line breaks. The newest list is
    that of cycle 3."""

    def run(*words, **answers):
        if "--catalogue" not in words:
            words = (*words, "--catalogue", five_cycles)
        talk = Conversation("init", *AT, *words, cwd=tmp_path)
        assert talk.reply(**answers) == 0
        return re.sub(r"\s+", " ", talk.shown)

    return run


@pytest.mark.usefixtures("lists")
def test_an_interview_ends_in_a_draft_with_only_evidence_left_to_attach(htq, tmp_path, interviewed):
    shown = interviewed(
        name_of_your_organisation=["Example Awards"],
        Who_applies=["1"],
        recognition_number=["RN5999"],
        person_to_ask=["A. Person"],
        email=["a.person@example.org"],
        Which_occupational_standard=["software developer"],
        Which_version=["1.1"],
        title_of_the_qualification=["Level 4 Diploma in Software Development"],
        first_taught=["September 2024"],
        holds_the_rights=["applicant"],
        What_are_the_units=[
            *(f"U{n} {title}, 20 credits" for n, title in enumerate("ABCD", start=1))
        ],
        every_learner_take_every_unit=["no"],
        Which_units_does_every_learner=["U1, U2"],
        Is_there_a_group=["U3-U4"],
        Does_it_align_to_another=["no"],
        does_U1_cover=["K1-K12"],
        does_U2_cover=["S1-S17; B1 to B9"],
        does_U3_cover=["none"],
        does_U4_cover=["S1"],
        support_session=["2 March 2022"],
        plan_to_submit=["2022-06-10"],
        Which_employers=["Example Software Ltd"],
        conditions=["yes"],
    )
    assert " Employers 0 of 1 1 to do " in shown
    assert " Documents 0 of 1 1 to do " in shown
    assert " 38 of 38 KSBs " in shown
    findings = htq("check", tmp_path, *AT, "--format", "json").findings
    assert {finding["pointer"] for finding in findings if finding["severity"] == "error"} == {
        "/employers/0/evidence", "/documents/0/file", "/documents/0/confidential"
    }  # fmt: skip
    draft = draft_of(tmp_path)
    assert draft["units"]["U2"] == {"title": "B", "credits": 20}
    assert draft["structure"] == {
        "mandatory": ["U1", "U2"], "optional": [{"choose": 1, "from": ["U3", "U4"]}]
    }  # fmt: skip
    assert draft["standards"][0]["ksbs"]["S1"] == ["U2", "U4"]
    assert draft["qualification"]["first_teaching"] == "2024-09"
    assert draft["employers"][0]["name"] == "Example Software Ltd"


@pytest.mark.usefixtures("lists")
def test_units_and_their_mapping_are_read_from_a_workbook(tmp_path, interviewed):
    rows = [["KSB", "Programming", "Databases"]]
    rows += [[f"K{n}", "x", ""] for n in range(1, 13)] + [["S1", "", "partial"]]
    table = "\n".join(",".join(row) for row in rows)
    (tmp_path / "our units.csv").write_text(table, "utf-8")
    shown = interviewed(
        Which_occupational_standard=["ST0116"],
        Which_version=["1.1"],
        What_are_the_units=["nothing.csv", "'our units.csv'"],
    )
    assert "nothing.csv: not read: there is no such file" in shown
    assert "It says what covers 13 KSBs of ST0116." in shown
    assert "Which KSBs" not in shown
    draft = draft_of(tmp_path)
    assert draft["units"] == {"U1": "Programming", "U2": "Databases"}
    ksbs = draft["standards"][0]["ksbs"]
    assert ksbs["K12"] == ["U1"]
    assert ksbs["S1"] == {"units": ["U2"], "coverage": "partial"}
    assert "<" in ksbs["S2"]


def test_back_returns_to_the_question_before(tmp_path, interviewed):
    shown = interviewed(
        name_of_your_organisation=["back", "Wrong", "Right"],
        Who_applies=["BACK", "2", "1"],
        UKPRN=["back"],
        recognition_number=["RN5999"],
    )
    assert "This is the first question." in shown
    applicant = draft_of(tmp_path)["applicant"]
    assert applicant["name"] == "Right"
    assert applicant["type"] == "awarding-organisation"
    assert applicant["recognition_number"] == "RN5999"


def test_each_answer_is_checked_at_once_by_the_rules(tmp_path, interviewed):
    shown = interviewed(
        name_of_your_organisation=["TBC", "Example Awards"],
        Who_applies=["3", "1"],
        recognition_number=["5999", "RN5999"],
        person_to_ask=["A. Person"],
        email=["a.person"],
        Which_occupational_standard=["xyzzy"],
        title_of_the_qualification=["HTQ in Software"],
        level=["6", "5"],
        qualification_number=["12"],
        first_taught=["2023-09", "2024-09"],
        What_are_the_units=["U1 Databases", "U2 TBC"],
        support_session=["2021-13-45"],
        plan_to_submit=["2022-08-10"],
    )
    for told in (
        "‘TBC’",
        "Enter 1 or 2",
        "There is a problem. ‘5999’ is not",
        "Note: The contact’s email address",
        "Type ‘back’ to change your answer.",
        "No standard of cycle 3 matches",
        "Note: The title ",
        "Enter 4 or 5",
        "Note: ‘12’ is not",
        "There is a problem. ‘TBC’",
        "2021-13-45",
    ):
        assert told in shown, told
    assert shown.count("a.person") == 1  # as it was typed
    draft = draft_of(tmp_path)
    assert draft["applicant"]["name"] == "Example Awards"
    assert draft["units"] == {"U1": "Databases"}
    assert draft["qualification"]["level"] == 5
    assert draft["qualification"]["first_teaching"] == "2024-09"


def test_a_closed_window_is_told_at_the_start(tmp_path, five_cycles):
    words = ("init", "--at", "2023-01-01", "--catalogue", five_cycles)
    talk = Conversation(*words, cwd=tmp_path)
    begun = re.sub(r"\s+", " ", talk.until("> "))
    assert "The window of cycle 3 closed on 29 July 2022 at 5pm." in begun
    talk.press("\x03")
    assert talk.end() == 130


def test_pathways_groups_and_credits_are_asked_for(tmp_path, interviewed):
    shown = interviewed(
        What_are_the_units=[
            "Databases\t15", "- Testing (15 credits)", "Web, 30 credits", "Mobile"
        ],
        every_learner_take_every_unit=["n"],
        Which_units_does_every_learner_take=["u1"],
        Is_there_a_group_of_units_to_choose_from_on_Web=["U3, U4"],
        Is_there_a_group_of_units_to_choose_from_on_Data=[],
        Is_there_a_group=["U2, U9", "U2, U3"],
        How_much=["no", "15 credits", "1"],
        Are_there_pathways=["Data", "Web"],
        Which_units_does_every_learner_on_Data=["U2"],
        Which_units_does_every_learner_on_Web=["U3 and U4"],
        support_session=["none"],
    )  # fmt: skip
    assert "There is no unit ‘U9’" in shown
    draft = draft_of(tmp_path)
    assert list(draft["units"]) == ["U1", "U2", "U3", "U4"]
    assert draft["structure"] == {
        "mandatory": ["U1"],
        "optional": [{"credits": 15, "from": ["U2", "U3"]}],
        "pathways": [
            {"name": "Data", "mandatory": ["U2"]},
            {"name": "Web", "mandatory": ["U3", "U4"],
             "optional": [{"choose": 1, "from": ["U3", "U4"]}]},
        ],
    }  # fmt: skip
    assert "support_session" not in draft


def test_standards_are_offered_by_words_and_named_once(tmp_path, interviewed):
    shown = interviewed(
        Who_applies=["Higher-Education-Provider"],
        Which_occupational_standard=["sofware", "2"],
        Does_it_align_to_another=["Yes", "st 809", "ST0116", "no"],
        Fetch_it_now=["no", "n"],
        Which_version_of_ST0116=["1.1"],
        title_of_the_qualification=["A “title”: it’s #1"],
    )
    assert "1 ST0129 Software tester" in shown
    assert "Added: ST0809 Coaching Professional" in shown
    assert "is named already" in shown
    assert "Enter the reference of the standard, or words of its title." in shown
    assert "4 or 5 [5] >" in shown
    draft = draft_of(tmp_path)
    assert [one["reference"] for one in draft["standards"]] == ["ST0116", "ST0809"]
    assert draft["standards"][0]["version"] == "1.1"
    assert draft["applicant"]["type"] == "higher-education-provider"
    assert draft["qualification"]["title"] == "A “title”: it’s #1"
    assert draft["qualification"]["level"] == 5


@pytest.mark.usefixtures("lists")
def test_the_mapping_can_be_left_for_a_workbook(tmp_path, interviewed):
    shown = interviewed(
        Which_occupational_standard=["ST0116"],
        What_are_the_units=["Databases", "Testing", "Programming"],
        does_U1_cover=["K1 K2"],
        does_U2_cover=["skip"],
    )
    assert "does U3 cover" not in shown
    assert draft_of(tmp_path)["standards"][0]["ksbs"]["K2"] == ["U1"]


def test_a_ksb_list_is_fetched_before_it_is_needed_or_it_says_how(tmp_path, interviewed):
    text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    # Nothing answers at this address.
    text = re.sub(r"(?m)^standards_data: .*$", "standards_data: http://127.0.0.1:9/s", text)
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    words = ("--catalogue", "c.yaml")
    shown = interviewed(*words, Which_occupational_standard=["ST0116"], Fetch_it_now=["yes"])
    assert "There is no KSB list of ST0116 in ksbs. Fetch it now?" in shown
    assert "Could not fetch ST0116" in shown
    assert "htq ksbs import" in shown
    assert "‘htq ksbs get ST0116’" in shown


def test_a_fetched_ksb_list_gives_the_draft_its_ksbs(tmp_path, interviewed):
    record = {
        "referenceNumber": "ST0116", "title": "Software developer", "version": "1.2", "level": 4,
        "status": "Approved for delivery", "knowledges": [{"knowledgeId": "a", "detail": "Know it"}],
        "skills": [{"skillId": "b", "detail": "Do it"}], "behaviours": [], "duties": [],
    }  # fmt: skip

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(record).encode())

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
        own = f"standards_data: http://127.0.0.1:{server.server_port}/s"
        (tmp_path / "c.yaml").write_text(re.sub(r"(?m)^standards_data: .*$", own, text), "utf-8")
        words = ("--catalogue", "c.yaml")
        try:
            shown = interviewed(
                *words, Which_occupational_standard=["ST0116"], Fetch_it_now=["yes"]
            )
        finally:
            server.shutdown()
    assert "Wrote 1 KSB list" in shown
    (claim,) = draft_of(tmp_path)["standards"]
    assert claim["version"] == "1.2"
    assert list(claim["ksbs"]) == ["K1", "S1"]


def test_an_option_of_a_standard_is_asked_for_and_only_its_ksbs_are_written(tmp_path, interviewed):
    (tmp_path / "ksbs").mkdir()
    (tmp_path / "ksbs" / "ST0117-1.0.yaml").write_text(
        "reference: ST0117\nversion: '1.0'\ntitle: T\nksbs: {K1: One, K2: Two, K3: Three}\n"
        "options: {'Systems: all': [K1, K2], Data: [K1, K3]}\n"
    )
    interviewed(Which_occupational_standard=["ST0117"], Which_option=["2"])
    (claim,) = draft_of(tmp_path)["standards"]
    assert claim["option"] == "Data"
    assert list(claim["ksbs"]) == ["K1", "K3"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["U1 Databases", "U2: Testing"], [("U1", "Databases", None), ("U2", "Testing", None)]),
        (["Databases", "Testing"], [("U1", "Databases", None), ("U2", "Testing", None)]),
        (["- Databases (15 credits)", "• Web; 20 credits"],
         [("U1", "Databases", 15), ("U2", "Web", 20)]),
        (["101 – Web 2.0\t15"], [("101", "Web 2.0", 15)]),
        (["Web design 3"], [("U1", "Web design 3", None)]),
        (["1. Databases", "2) Unit testing"],
         [("U1", "Databases", None), ("U2", "Unit testing", None)]),
        (["Unit 3: Web design, 15 credits"], [("U3", "Web design", 15)]),
        (["U1 A", "U1 B"], [("U1", "A", None), ("U2", "B", None)]),
    ],
)  # fmt: skip
def test_units_can_be_pasted_with_or_without_ids_and_credits(lines, expected):
    assert [(unit.id, unit.title, unit.credits) for unit in units_in(lines)] == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("U1, U3", ("U1", "U3")),
        ("u1-u3", ("U1", "U2", "U3")),
        ("U1 to U2 and A-1", ("U1", "U2", "A-1")),
        ("U2; U2 & U1", ("U2", "U1")),
        ("U1, U9", "‘U9’"),
        ("U1 U2", ("U1", "U2")),
        ("U1 U9", "‘U1 U9’"),
    ],
)
def test_ids_of_units_are_read_as_people_write_them(typed, expected):
    assert ids_in(typed, ("U1", "U2", "U3", "A-1")) == expected


def test_statements_are_written_whole(htq, tmp_path):
    (tmp_path / "ksbs").mkdir()
    statement = " ".join(f"word{number}" for number in range(200))
    (tmp_path / "ksbs" / "ST0117-1.0.yaml").write_text(
        f"reference: ST0117\nversion: '1.0'\ntitle: T\nksbs: {{K1: {statement}}}\n"
    )
    htq("init", "--standard", "ST0117", "-o", tmp_path / "a.yaml")
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert statement in re.sub(r"\n +# ", " ", text)
    statement_lines = [line for line in text.splitlines() if "word1" in line]
    assert max(map(len, statement_lines)) <= 96


def test_init_asks_for_the_cycle_if_several_cycles_have_a_list(tmp_path, interviewed, five_cycles):
    data = yaml.safe_load(five_cycles.read_text(encoding="utf-8"))
    data["cycles"][1]["listing"] = data["cycles"][2]["listing"]
    (tmp_path / "c.yaml").write_text(
        yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8"
    )
    for answer, cycle in (("2", 2), ("", 3)):
        words = ("--force", "--catalogue", "c.yaml")
        shown = interviewed(*words, Which_approvals_cycle=[answer])
        assert "2 or 3 [3] >" in shown
        assert ("The window of cycle 2 closed" in shown) is (cycle == 2)
        assert draft_of(tmp_path)["cycle"] == cycle


def test_every_question_can_be_left_unanswered(htq, tmp_path, interviewed):
    interviewed("-o", "new.yaml")
    modeline, _, rest = (tmp_path / "new.yaml").read_text(encoding="utf-8").partition("\n")
    assert modeline == "# yaml-language-server: $schema=application.schema.json"
    assert rest == htq("init", "-o", "-").out


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("before", [(), ("Example\r", "1\r", "RN5999\r", "\r", "ST0116\r")])
def test_stopping_init_early_leaves_no_files(tmp_path, key, before):
    talk = Conversation("init", cwd=tmp_path)
    talk.answer(*before)
    talk.until("> ")
    talk.press(key)
    assert talk.end() == 130
    assert "Traceback" not in talk.shown
    assert list(tmp_path.iterdir()) == []


def test_if_an_option_gives_an_answer_no_question_is_asked(tmp_path):
    talk = Conversation("init", "--level", "4", cwd=tmp_path)
    assert talk.end() == 0
    assert "?" not in talk.shown
    assert Path(tmp_path / "application.yaml").exists()


def test_an_existing_file_is_reported_before_any_question(tmp_path):
    (tmp_path / "application.yaml").write_text("mine")
    talk = Conversation("init", cwd=tmp_path)
    assert talk.end() == 3
    assert "?" not in talk.shown
