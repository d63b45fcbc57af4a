"""Mistakes in YAML: each is reported on its own line, and hides no other finding."""

import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT
from htqcli.document import faults, reader

BEFORE = {"recognition_number: RN5999": "recognition_number: 5999"}
AFTER = {"confidential: true": "confidential: maybe"}
TITLE = "title: Level 4 Diploma in Software Development"
K5 = "      K5: {units: [U1, U2], assessed_by: [A1]}"
EXCEL = "row pasted from a spreadsheet"
NO_COLON = "no colon after"
COLON = "colon and a space"
CONFLICT = "Git merge conflict"
U2 = "  U2: {title: Databases, credits: 20}"
OFFICE = "  - name: Example Health Trust"

# The right text, the text with a mistake, how many lines below its start the mistake is marked,
# the marked text, and words of the message or the hint.
MISTAKES = [
    # No colon, or not a colon
    ("support_session: 2022", "support_session 2022", 0, "support_session", NO_COLON),
    ("support_session: 2022-03-02\n", "support_session 2022-03-02\n# one\n\n# two\n", 0, "support_session", NO_COLON),
    ("employers:", "employers", 0, "employers", NO_COLON),
    ("qualification:", "qualification", 0, "qualification", "‘qualification’"),
    ("  level: 4", "  level 4", 0, "level", "‘level’"),
    (TITLE, TITLE.replace(":", ""), 0, "title", NO_COLON),
    (K5, K5.replace(":", "", 1), 0, "K5", "‘K5’"),
    ("        coverage: partial", "        coverage partial", 0, "coverage", NO_COLON),
    ("  - kind: assessment", "  - kind assessment", 0, "kind", NO_COLON),
    ("  level: 4", "  level = 4", 0, "level", "There is ‘=’ after"),
    ("  level: 4", "  level; 4", 0, "level", "There is ‘;’ after"),
    ("  level: 4", "  level => 4", 0, "level", "There is ‘=>’ after"),
    ("  level: 4", "  level：4", 0, "level", "There is ‘：’ after"),
    # No space after it
    ("  level: 4", "  level:4", 0, "level:", "no space after the colon"),
    ("  name: Example Awards", "  name:Leeds", 0, "name:", "no space after the colon"),
    (K5, "      K5:[U1, U2]", 0, "K5:", "no space after the colon"),
    ("  level: 4", "  level:\u00a04", 0, "level:", "non-breaking space"),
    # A colon in a text
    (TITLE, "title: Level 4 Diploma: Software", 0, ":", "quotation marks"),
    (TITLE, "title: “Level 4 Diploma: Software”", 0, ":", "quotation marks"),
    (U2, "  U2: Databases: an introduction", 0, ":", COLON),
    (U2, "  U2: {title: Databases: SQL, credits: 20}", 0, ":", COLON),
    ("safer\n", "safer\n          for the learner: it is\n", 1, ":", COLON),
    # Indentation
    ("  level: 4", "   level: 4", 0, "level", "at column 4 and should begin at column 3"),
    ("  level: 4", " level: 4", 0, "level", "at column 2 and should begin at column 3"),
    ("  level: 4", "     level: 4", 0, "level", "should begin at column 3"),
    ("  " + TITLE, "   " + TITLE, 0, "title", "at column 4 and should begin at column 3"),
    ("  " + TITLE, " " + TITLE, 0, "title", "at column 2 and should begin at column 3"),
    ("qualification:", " qualification:", 0, "qualification", "should begin at column 1"),
    ("cycle: 3", " cycle: 3", 0, "cycle", "at column 2 and should begin at column 1"),
    (K5, " " + K5, 0, "K5", "at column 8 and should begin at column 7"),
    (K5, K5[1:], 0, "K5", "at column 6 and should begin at column 7"),
    ("    evidence: evidence/example-software", "   evidence: evidence/example-software", 0, "evidence", "column 4 and should begin at column 5"),
    ("    evidence: evidence/example-software", "     evidence: evidence/example-software", 0, "evidence", "column 6 and should begin at column 5"),
    ("    file: evidence/spec", "  file: evidence/spec", 0, "file", "should begin at column 5"),
    (OFFICE, " " + OFFICE, 0, "-", "at column 4 and should begin at column 3"),
    (OFFICE, OFFICE[1:], 0, "-", "at column 2 and should begin at column 3"),
    ("    email:", "     email:", 0, None, "column 6 and should begin at column 5"),
    ("  level: 4", "\tlevel: 4", 0, "\t", "tab"),
    ("    ksbs:", "\t\tksbs:", 0, "\t", "Indent with spaces"),
    ("  level: 4", "\u00a0 level: 4", 0, "\u00a0", "non-breaking"),
    # Items
    (OFFICE, "  -name: Example Health Trust", 0, "-", "hyphen and a space"),
    (OFFICE, "  – name: Example Health Trust", 0, "–", "hyphen and a space"),
    ("  - name: Example Software", "  – name: Example Software", 0, "–", "hyphen and a space"),
    (OFFICE, "  * name: Example Health Trust", 0, "*", "hyphen and a space"),
    (OFFICE, "  •\tname: Example Health Trust", 0, "•", "hyphen and a space"),
    ("  level: 4", "  - level: 4", 0, "-", "an item of a list between fields"),
    ("  level: 4", "  level: - 4", 0, "-", "list cannot begin here"),
    # Quotation marks
    (TITLE, 'title: "Level 4 Diploma', 0, '"', "quotation mark is not closed"),
    (TITLE, "title: 'Level 4 Diploma", 0, "'", "quotation mark is not closed"),
    ("  A1: Portfolio of projects", '  A1: "Portfolio of projects', 0, '"', "not closed"),
    (TITLE, "title: 'Level 4's Diploma'", 0, "s Diploma'", "apostrophe"),
    (TITLE, 'title: "Level 4" Diploma', 0, "Diploma", "after a closing quotation mark"),
    ("evidence/specification.txt", '"evidence\\specification.txt"', 0, "\\s", "‘/’ between the names"),
    ("evidence/specification.txt", '"C:\\Users\\a.txt"', 0, "\\U", "backslash"),
    # Brackets
    (K5, "      K5: [U1, U2", 0, "[", "The bracket ‘[’ is not closed"),
    (K5, K5[:-1], 0, "{", "Close it with ‘}’"),
    ("[U5, U6]", "[U5,, U6]", 0, ",", "comma is one too many"),
    (K5, K5 + "}", 0, "}", "This ‘}’ closes a bracket that was never opened"),
    ("  mandatory: [U1, U2, U3, U4]", "  mandatory: [U1, U2, U3, U4]]", 0, "]", "This ‘]’ closes a bracket that was never opened"),
    ("  mandatory: [U1, U2, U3, U4]", "  mandatory: [U1, U2, U3, U4}", 0, "}", "‘[’ is closed with ‘}’"),
    ("  mandatory: [U1, U2, U3, U4]", "  mandatory: [U1, U2,\n    U3, U4", 0, "[", "not closed"),
    (TITLE, "title: [Draft] Level 4 Diploma", 0, "Level 4 Diploma", "after a closing bracket"),
    # Signs that text cannot begin with
    (TITLE, "title: @home", 0, "@", "‘@’"),
    (TITLE, "title: `Level 4 Diploma`", 0, "`", "quotation marks"),
    (TITLE, "title: %Level", 0, "%", "‘%’"),
    (TITLE, "title: & Co", 0, "&", "‘&’"),
    (TITLE, "title: * Level 4", 0, "*", "‘*’"),
    (TITLE, "title: > 50", 0, ">", "‘>’"),
    (TITLE, "title: | a", 0, "|", "‘|’"),
    # Pasted from elsewhere
    (K5, K5 + "\nK5\tU1, U2\tA1", 1, "K5\tU1, U2\tA1", EXCEL),
    ("  level: 4", "  level: 4\nlevel\t4\tyes", 1, "level\t4\tyes", EXCEL),
    ("  level: 4", "  level: 4\n  number,610/0000/0", 1, "number,610/0000/0", "row of a table"),
    ("cycle: 3", "```yaml\ncycle: 3", 0, "```", "Markdown"),
    ("declarations:", "```\ndeclarations:", 0, "```", "Markdown"),
    ("applicant:\n", "<p>Draft</p>\napplicant:\n", 0, "<p>", "HTML"),
    ("applicant:\n", "// the applicant\napplicant:\n", 0, "//", "‘#’"),
    ("support_session: 2022-03-02", "<<<<<<< HEAD\nsupport_session: 2022-03-02\n=======\nsupport_session: 2022-03-03\n>>>>>>> other", 0, "<<<<<<<", CONFLICT),
    ("  level: 4", "<<<<<<< HEAD\n  level: 4\n||||||| base\n  level: 3\n=======\n  level: 5\n>>>>>>> other", 0, "<<<<<<<", CONFLICT),
    ("  level: 4", "  level: 4\n=======", 1, "=======", CONFLICT),
    ("  level: 4", "  level: 4\n>>>>>>> other", 1, ">>>>>>>", CONFLICT),
    ("safer\n", "safer\nand quieter\n", 1, "and quieter", "continues the text before"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "marked", "words"), MISTAKES)
def test_a_yaml_mistake_is_reported_on_its_line_and_hides_no_other_finding(
    htq, draft, old, new, line, marked, words
):
    path = draft(BEFORE | {old: new} | AFTER)
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert sorted(run.codes) == ["HTQ002", "HTQ103", "HTQ409"]
    finding = run.findings[run.codes.index("HTQ002")]
    assert words in finding["message"] + " " + finding["hint"]
    text = path.read_text(encoding="utf-8")
    assert finding["line"] == text[: text.index(new)].count("\n") + 1 + line
    if marked:
        begin, end = finding["column"] - 1, finding["end_column"] - 1
        assert text.split("\n")[finding["line"] - 1][begin:end] == marked


def json_draft(changes):
    text = """{
  "cycle": 3,
  "applicant": {
    "name": "Example Awards",
    "type": "awarding-organisation"
  },
  "qualification": {"level": 6},
  "units": {"U1": "One"}
}
"""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({'"Example Awards",': '"Example Awards"'}, 4, "comma is missing"),
        ({'"Example Awards",': '"Example Awards,'}, 4, "quotation mark is not closed"),
        ({'"name":': '"name"'}, 4, "no colon after this name"),
        ({'"cycle": 3,': '"cycle": 3,,'}, 2, "comma is one too many"),
        ({'"cycle": 3,': '"cycle": 3,\n  // of five'}, 3, "‘#’"),
        ({'"One"}\n}': '"One"\n}'}, 1, "The bracket ‘{’ is not closed"),
        ({'"level": 6}': '"level": 6]'}, 7, "‘{’ is closed with ‘]’"),
        ({'"One"}\n}': '"One"}\n}}'}, 9, "This ‘}’ closes a bracket"),
        ({"}\n}": "}\n}\n```"}, 10, "Markdown"),
    ],
)
def test_a_json_mistake_is_reported_on_its_line_and_hides_no_other_finding(
    htq, tmp_path, changes, line, words
):
    (tmp_path / "a.json").write_text(json_draft(changes))
    run = htq("check", tmp_path / "a.json", "--at", IN_WINDOW, "--format", "json")
    (slip,) = [finding for finding in run.findings if finding["code"] == "HTQ002"]
    assert (slip["line"], words in slip["message"] + " " + slip["hint"]) == (line, True)
    assert "HTQ401" in run.codes


def test_every_mistake_in_a_file_is_reported(htq, draft):
    path = draft(
        {
            "cycle: 3": "```\ncycle: 3",
            "  name: Example Awards": "  name:Example Awards",
            "  level: 4": "\tlevel: 4",
            "U3: {title: Testing": "U3 {title: Testing",
            "support_session: 2022": "support_session 2022",
            "  - name: Example Health": "  • name: Example Health",
            "conditions_of_application: true": "conditions_of_application: 'true",
        }
    )
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert set(run.codes) == {"HTQ002"}
    assert len(run.codes) == 7


@pytest.mark.parametrize(
    "text",
    [
        "- k : v\n",
        "key : value\n",
        "a: 'it''s'\nb: \"x\\\\y\"\n",
        "a: |\n  <<<<<<< HEAD\n  =======\n  b:c\n",
        "a: b\n  - c\n",
        "# <<<<<<< HEAD\na: 1\n",
        "a: [1,\n2]\n",
        '{"a": 1,}',
    ],
)
def test_valid_text_gives_no_syntax_fault(text):
    assert [f for f in reader.read(text.encode()).faults if f.kind is faults.FaultKind.SYNTAX] == []


CONTACT = "    name: A. Person\n    email: a.person@example.org"


@pytest.mark.parametrize(
    "new",
    [
        "    name Zadie Quill\n    email: x",
        "    name:Zadie Quill\n    email: x",
        "    name: Quill: Zadie\n    email: x",
        "     name: Zadie Quill\n    email: x",
        "    name: Zadie\n   email: Quill",
        '    name: "Zadie Quill\n    email: x',
        "    name: @Zadie Quill\n    email: x",
        "    name\tZadie Quill\tx\n    email: x",
        "    Zadie Quill\n    email: x",
        "Zadie,Quill,x\n    email: x",
        "    name: [Zadie] Quill\n    email: x",
        "<<<<<<< HEAD\n    name: Zadie\n=======\n    name: Quill\n>>>>>>> x",
        "    email: x\n    name: 'Zadie's Quill'",
        "    {name: Zadie: Quill}",
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "markdown"])
def test_a_contact_with_a_yaml_mistake_is_never_shown(htq, draft, new, form):
    path = draft({CONTACT: new, "  type: awarding-organisation": "  type: AO"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", form)
    assert "HTQ002" in run.out
    assert "Zadie" not in run.out
    assert "Quill" not in run.out


def test_fix_changes_nothing_if_a_yaml_mistake_needs_a_decision(htq, draft):
    path = draft({"  level: 4": "  level 4", "K1: {units": "k1: {units"})
    before = path.read_text()
    run = htq("check", path, "--at", IN_WINDOW, "--fix", "--format", "json")
    assert path.read_text() == before
    assert "HTQ002" in run.codes


@given(st.sampled_from(MISTAKES), st.sampled_from(MISTAKES), st.data())
@settings(max_examples=30)
def test_the_places_of_faults_are_always_inside_the_text(first, second, data):
    text = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
    for old, new, *_ in (first, second):
        text = text.replace(old, new, 1)
    at = data.draw(st.integers(0, len(text)))
    text = (
        text[:at]
        + data.draw(st.text(alphabet="\t\n:'\"[]{}-#,&*!|>%@` ab", max_size=3))
        + text[at:]
    )
    document = reader.read(text.encode())
    for fault in document.faults:
        span = document.span(fault)
        assert 0 <= span.start <= span.end <= len(text)
    assert document.as_written or any(f.kind is faults.FaultKind.SYNTAX for f in document.faults)


def decomposed(text):
    """A text with each accented letter as two characters."""
    return unicodedata.normalize("NFD", text)


def test_an_id_is_the_same_in_both_unicode_forms(htq, draft):
    path = draft()
    text = path.read_text(encoding="utf-8").replace("U6", "É6").replace("A2", "Ä2")
    path.write_text(
        text.replace("  É6:", decomposed("  É6:")).replace("  Ä2:", decomposed("  Ä2:")), "utf-8"
    )
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert (run.code, run.codes) == (0, [])


def test_a_name_in_both_unicode_forms_is_a_duplicate(htq, draft):
    path = draft({"  U6: {": f"  É6: One\n  {decomposed('É6')}: Two\n  U6: {{"})
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert "HTQ004" in run.codes


@pytest.mark.parametrize("on_disk", [str, decomposed])
@pytest.mark.parametrize("written", [str, decomposed])
def test_a_file_is_found_in_either_unicode_form(htq, draft, on_disk, written):
    path = draft({"evidence/specification.txt": written("evidence/spécification.txt")})
    evidence = path.parent / "evidence"
    (evidence / "specification.txt").rename(evidence / on_disk("spécification.txt"))
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert (run.code, run.codes) == (0, [])


@pytest.mark.skipif(os.name == "nt", reason="a link needs a privilege")
@pytest.mark.parametrize("on_disk", [str, decomposed])
def test_a_link_out_of_the_folder_is_reported_in_either_unicode_form(htq, draft, on_disk):
    path = draft({"evidence/specification.txt": "évidence/passwd"})
    (path.parent / on_disk("évidence")).symlink_to("/etc")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert run.codes == ["HTQ606"]
