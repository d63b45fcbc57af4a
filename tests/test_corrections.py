"""What `htq check --fix` corrects and leaves alone, and that following a hint which names a
replacement removes the mistake."""

import json
import re
import shutil
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, examples
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check import engine, report
from htqcli.check.fix import _Text, put_right
from htqcli.check.inputs import Draft
from htqcli.rules import RULES
from htqcli.rules.declare import Severity

pytestmark = pytest.mark.slow

EXAMPLE = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")


def corrected(htq, path):
    """The text after `--fix`, and the run."""
    run = htq("check", path, "--fix", "--at", IN_WINDOW, "--format", "json")
    return path.read_bytes().decode(), run


def after(changes):
    """The example with pieces of its text replaced."""
    text = EXAMPLE
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


CERTAIN = [
    # Mistakes in YAML
    ("  name: Example Awards", "  name:Leeds", "  name: Leeds"),
    ("  level: 4", "  level:4", "  level: 4"),
    ("  level: 4", "  level:\u00a04", "  level: 4"),
    ("  title: Level 4 Diploma", "  Title: Level 4: Diploma", "  title: 'Level 4: Diploma in Software Development'"),
    ("      K5: {units: [U1, U2], assessed_by: [A1]}", "      K5:{units: [U1, U2], assessed_by: [A1]}",
     "      K5: {units: [U1, U2], assessed_by: [A1]}"),
    ("  - kind: assessment", "  - kind:assessment", "  - kind: assessment"),
    # Lists written as text
    ("K3: {units: [U4], assessed_by: [A1]}", "K3: U4, U6", "K3: [U4, U6]"),
    ("K3: {units: [U4], assessed_by: [A1]}", "K3: U4 and U6", "K3: [U4, U6]"),
    ("K3: {units: [U4], assessed_by: [A1]}", "K3: 'U4; U6'  # both", "K3: [U4, U6]  # both"),
    ("K3: {units: [U4], assessed_by: [A1]}", "K3: {units: U4, assessed_by: A1}", "K3: {units: [U4], assessed_by: [A1]}"),
    ("K3: {units: [U4], assessed_by: [A1]}", "K3: Databases, Testing", "K3: [U2, U3]"),
    ("  mandatory: [U1, U2, U3, U4]", "  mandatory: U1, U2, U3, U4", "  mandatory: [U1, U2, U3, U4]"),
    ("from: [U5, U6]", "from: u5/U6", "from: [U5, U6]"),
    # Titles in place of ids
    ("K10: {units: [U2]", "K10: {units: [databases]", "K10: {units: [U2]"),
    ("K12: {units: [U3], assessed_by: [A2]", "K12: {units: [U3], assessed_by: [Portfolio of projects]",
     "K12: {units: [U3], assessed_by: [A1]"),
    # Numbers with the name of their field
    ("  level: 4", "  level: Level 4", "  level: 4"),
    ("  level: 4", '  level: "level 4"', '  level: "4"'),
    ("cycle: 3", "cycle: Cycle 3", "cycle: 3"),
    ("Databases, credits: 20", "Databases, credits: 20 credits", "Databases, credits: 20"),
    ("      choose: 1", "      choose: choose 1", "      choose: 1"),
    # Versions and references
    ('version: "1.1"', "version: v1.1", "version: 1.1"),
    ('version: "1.1"', "version: 'Version 1.1'", "version: '1.1'"),
    ('version: "1.1"', "version: 1,1", "version: 1.1"),
    ("reference: ST0116", "reference: ST0116 - Software developer", "reference: ST0116"),
    ("reference: ST0116", 'reference: "st 0116: Software Developer"', 'reference: "ST0116"'),
    ("reference: ST0116", "reference: ST0116 Software developer", "reference: ST0116"),
    # Files that differ in case
    ("evidence/example-software-letter.txt", "Evidence/Example-Software-Letter.TXT", "evidence/example-software-letter.txt"),
    ("file: evidence/specification.txt", "file: ./evidence/Specification.txt", "file: ./evidence/specification.txt"),
    # Ids
    ("K12: {units: [U3]", "K12: {units: [U 3]", "K12: {units: [U3]"),
    ("K12: {units: [U3]", "K12: {units: [U03]", "K12: {units: [U3]"),
    ("K12: {units: [U3], assessed_by: [A2]", "K12: {units: [U3], assessed_by: [a2]", "K12: {units: [U3], assessed_by: [A2]"),
    ("  mandatory: [U1, U2, U3, U4]", "  mandatory: [u1, U2, U3, U4]", "  mandatory: [U1, U2, U3, U4]"),
    ("  U3: {title", "  u3: {title", "  U3: {title"),
    ("  A1: Portfolio", "  a1: Portfolio", "  A1: Portfolio"),
    ("      K7: {units", "      k7: {units", "      K7: {units"),
    ("      K7: {units", "      K 07: {units", "      K7: {units"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "slip", "right"), CERTAIN, ids=[slip for _, slip, _ in CERTAIN])
def test_a_clear_cut_mistake_is_marked_as_fixable_and_is_corrected(htq, draft, old, slip, right):
    path = draft({old: slip})
    wrong = path.read_text("utf-8")
    before = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert any(finding["fixable"] for finding in before.findings)
    text, run = corrected(htq, path)
    line = next(line for line in wrong.split("\n") if slip in line)
    start, _, _ = line.partition(slip)
    new = next(new for new in text.split("\n") if new not in wrong.split("\n"))
    assert new.startswith(start + right)
    assert text.replace(new, line, 1) == wrong
    assert not [finding for finding in run.findings if finding["severity"] == "error"]
    assert not [finding for finding in run.findings if finding["fixable"]]


LEFT = [
    # Two spellings that are equally common
    {"  U5: {title": "  u5: {title", "K7: {units: [U1, U5": "K7: {units: [U1, u5"},
    {"  A2: P": "  a2: P", "K12: {units: [U3], assessed_by: [A2]": "K12: {units: [U3], assessed_by: [A1]"},
    # Not an id, or more than one
    {"K3: {units: [U4]": "K3: {units: [U44]"},
    {"K3: {units: [U4], assessed_by: [A1]}": "K3: Yes"},
    {"K3: {units: [U4], assessed_by: [A1]}": "K3: U1-U6"},
    {"K3: {units: [U4], assessed_by: [A1]}": "K3: 50%"},
    {"K3: {units: [U4], assessed_by: [A1]}": "K3: U4, U9"},
    {"K3: {units: [U4], assessed_by: [A1]}": "K3: Databases", "title: Testing": "title: Databases"},
    {"  level: 4": "  level: Level four"},
    {"  level: 4": "  level: 4 or 5"},
    {"  level: 4": "  level: Level 4 and 5"},
    {'version: "1.1"': 'version: "1.20"'},
    {"reference: ST0116": "reference: ST0116 - Data analyst"},
    {"reference: ST0116": "reference: ST0116 or ST0118"},
    {"  title: Level 4 Diploma in Software Development\n": "  title: Level 4 Diploma level: 4\n"},
    {"  name: Example Awards": "  name: [Example: Awards"},
    {"evidence/example-software-letter.txt": "evidence/example-software-lettr.txt"},
    {"      K7: {units": "      k8: {units"},
]  # fmt: skip


@pytest.mark.parametrize("changes", LEFT, ids=[list(changes.values())[-1] for changes in LEFT])
def test_an_ambiguous_mistake_is_reported_and_left_alone(htq, draft, changes):
    path = draft(changes)
    before = path.read_text()
    text, run = corrected(htq, path)
    assert text == before
    assert run.codes
    assert not any(finding["fixable"] for finding in run.findings)


def test_a_spelling_used_once_is_changed_to_the_spelling_used_elsewhere(htq, draft):
    path = draft({"  U3: {title": "  u3: {title"})
    text, run = corrected(htq, path)
    assert text == EXAMPLE
    assert run.err.count("‘u3’ -> ‘U3’") == 1
    assert "1 mistake corrected" in run.err


def test_a_definition_and_its_uses_get_the_most_common_spelling(htq, draft):
    changes = {"  U3: {title": "  u3: {title", "K11: {units: [U3]": "K11: {units: [u3]"}
    text, _ = corrected(htq, draft(changes))
    assert text == EXAMPLE


def test_two_equally_common_spellings_get_a_hint_to_write_both_alike(htq, draft):
    run = htq("check", draft(LEFT[0]), "--at", IN_WINDOW, "--select", "HTQ505")
    assert "Did you mean ‘u5’, as in ‘units’? Write both alike." in run.out


def test_a_letter_o_typed_for_a_zero_gets_a_hint(htq, draft):
    changes = {"  U2: {title": "  U10: {title", "K5: {units: [U1, U2]": "K5: {units: [U1, U1O]"}
    run = htq("check", draft(changes), "--at", IN_WINDOW, "--select", "HTQ505", "--format", "json")
    hints = {f["message"]: f["hint"] for f in run.findings}
    assert hints["There is no unit ‘U1O’"] == "Did you mean ‘U10’?"
    assert "Did you mean" not in hints["There is no unit ‘U2’"]


def test_a_label_that_appears_twice_is_not_renamed(htq, draft):
    line = "      S11: {units: [U4], assessed_by: [A1]}\n"
    path = draft({line: line.replace("S11", "s11") * 2})
    before = path.read_bytes()
    run = htq("check", path, "--at", IN_WINDOW, "--fix", "--format", "json")
    assert sorted(run.codes) == ["HTQ004", "HTQ511"]
    assert not any(finding["fixable"] for finding in run.findings)
    assert path.read_bytes() == before


def test_a_version_hidden_by_a_yaml_mistake_is_not_called_wrong(htq, draft):
    run = htq(
        "check", draft({'version: "1.1"': "version:1.1"}), "--at", IN_WINDOW, "--format", "json"
    )
    assert run.codes == ["HTQ002"]


def test_a_file_name_is_left_alone_if_two_files_differ_from_it_only_in_case(htq, draft):
    path = draft({"evidence/specification.txt": "evidence/SPECIFICATION.txt"})
    other = path.parent / "evidence" / "Specification.txt"
    other.write_text("another")
    if len({p.name for p in other.parent.glob("*pecification.txt")}) < 2:
        pytest.skip("names here do not differ in case")
    before = path.read_text()
    assert corrected(htq, path)[0] == before


def test_a_file_whose_name_differs_only_in_case_is_suggested(htq, draft):
    path = draft({"evidence/example-software-letter.txt": "evidence/Example-Software-Letter.txt"})
    run = htq("check", path, "--at", IN_WINDOW)
    assert "The file is called ‘evidence/example-software-letter.txt’" in run.out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference: ST0116": "reference: st0116"}, "1 mistake can be corrected with --fix."),
        (
            {"reference: ST0116": "reference: st0116", "      K7": "      k7"},
            "2 mistakes can be corrected with --fix.",
        ),
    ],
)
def test_the_summary_counts_the_mistakes_that_can_be_corrected(htq, draft, changes, said):
    run = htq("check", draft(changes), "--at", IN_WINDOW)
    assert said in run.out.split("\n")
    assert run.out.count("Fixable with --fix.") == len(changes)
    assert "with --fix" not in htq("check", draft(), "--at", IN_WINDOW).out


def test_an_accepted_mistake_is_not_marked_as_fixable(htq, draft):
    path = draft({"number: 610/0000/0": "number: 61000000"})
    path.write_text(
        path.read_text() + "accept:\n  - {rule: HTQ405, reason: Agreed, until: 2022-12-31}\n"
    )
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json")
    assert [finding["fixable"] for finding in run.findings] == [False]


@pytest.mark.parametrize("slip", ["    name:Ann Person", "    name: Ann: Person"])
def test_a_mistake_in_the_contact_is_corrected_without_showing_the_contact(htq, draft, slip):
    path = draft({"    name: A. Person": slip})
    shown = htq("check", path, "--diff", "--at", IN_WINDOW)
    text, run = corrected(htq, path)
    assert slip not in text
    for said in (shown, run):
        assert "Ann" not in said.out + said.err


def test_text_in_json_is_corrected_to_a_list(htq, draft):
    path = draft()
    path = path.with_suffix(".json")
    data = {"cycle": 3, "units": {"U1": "A", "U2": "B"}, "structure": {"mandatory": "U1, U2"}}
    path.write_text(json.dumps(data))
    corrected(htq, path)
    assert json.loads(path.read_text()) == data | {"structure": {"mandatory": ["U1", "U2"]}}


def test_a_correction_that_would_cause_an_error_is_not_made(tmp_path):
    """No rule does this today, so this checker reports the title once the reference is right."""
    checker = engine.Checker(bundled.load(), moment.read(IN_WINDOW).first, RULES, tidies=True)

    class Strict:
        def check(self, draft):
            checked = checker.check(draft)
            if b"reference: ST0116" not in draft.content:
                return checked
            error = next(f for f in checked.findings if f.severity is Severity.ERROR)
            made = error._replace(pointer="/qualification/title")
            return report.Checked(checked.path, (*checked.findings, made), checked.ran)

    draft = Draft("a.yaml", tmp_path, after({"reference: ST0116": "reference: st0116"}).encode())
    fixed = put_right(draft, Strict(), RULES)
    assert fixed.draft.content == draft.content
    ((old, new, brings),) = [(one.old, one.new, one.brings) for one in fixed.held]
    assert (old, new) == ("st0116", "ST0116")
    assert len(brings) == 1


# Every hint that names a replacement.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("hints")
    shutil.copytree(ROOT / "examples", found, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "ksbs", found / "ksbs", dirs_exist_ok=True)
    return found


@pytest.fixture(scope="module")
def checker():
    return engine.Checker(bundled.load(), moment.read(IN_WINDOW).first, RULES, tidies=True)


def mistake_at_a_match(pattern, *makers):
    """A mistake at one of the matches of a pattern, made by one of the makers."""

    def slip(dice, text):
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        if not matches:
            return text
        match = dice.choice(matches)
        return text[: match.start()] + dice.choice(makers)(dice, match) + text[match.end() :]

    return slip


def wrong_letter(dice, match):
    word = match[0]
    at = dice.randrange(len(word))
    return word[:at] + dice.choice(["", word[at] * 2, "x"]) + word[at + 1 :]


def recased(dice, match):
    return dice.choice([match[0].lower(), match[0].upper(), match[0].title(), match[0].swapcase()])


IDS = {"U1": "Programming fundamentals", "U2": "databases", "U3": "Testing", "A1": "Portfolio of projects"}  # fmt: skip
MISTAKES = [
    # Ids and labels: case, spaces, zeros, the letter O, other ids, titles
    mistake_at_a_match(
        r"\b[UAKSB][0-9]{1,2}\b",
        lambda _, m: m[0].lower(),
        lambda _, m: f"{m[0][0]} {m[0][1:]}",
        lambda _, m: f"{m[0][0]}0{m[0][1:]}",
        lambda _, m: m[0].replace("0", "O"),
        lambda dice, m: m[0][0] + str(dice.randint(1, 30)),
        lambda _, m: IDS.get(m[0], m[0]),
    ),
    # Names of fields and choices
    mistake_at_a_match(r"\b[a-z]{4,}(?:_[a-z]+)*(?=:)", wrong_letter, recased),
    mistake_at_a_match(
        r"(?<=: )(?:awarding-organisation|specification|assessment|partial|applicant)$",
        wrong_letter, recased, lambda _, m: m[0].replace("-", " "),
    ),
    # Lists in text
    mistake_at_a_match(r"\[[UA][^\]]*\]", lambda _, m: m[0][1:-1], lambda _, m: f"'{m[0][1:-1]}'"),
    mistake_at_a_match(r"\{units: \[([^\]]*)\][^}]*\}", lambda _, m: m[1], lambda _, m: m[1].replace(",", " and")),
    # Numbers and versions
    mistake_at_a_match(r"(?<=level: )4", lambda *_: "Level 4", lambda *_: '"4"', lambda *_: "level 6", lambda *_: "four"),
    mistake_at_a_match(r"(?<=credits: )20", lambda *_: "20 credits", lambda *_: "'20'"),
    mistake_at_a_match(r'"1\.1"', lambda *_: "v1.1", lambda *_: "1,1", lambda *_: "1.10", lambda *_: "Version 1.2"),
    # References and titles
    mistake_at_a_match(
        r"ST0116", lambda *_: "st 0116", lambda *_: "STO116", lambda *_: "OCC0116", lambda *_: "ST116", lambda *_: "ST9116",
        lambda *_: "ST0116 - Software developer", lambda *_: "ST0118 (Data analyst)",
    ),
    mistake_at_a_match(r"Software developer", recased, wrong_letter, lambda *_: "Data analyst"),
    mistake_at_a_match(r"610/0000/0|RN5999", lambda _, m: m[0].replace("/", ""), lambda _, m: m[0].lower(), wrong_letter),
    # Dates
    mistake_at_a_match(
        r"2022-\d\d-\d\d|2024-09", lambda *_: "10 June 2022", lambda *_: "44722", lambda *_: "10/06/2022", lambda *_: "September 2024",
        lambda *_: "10 Jnue 2022", lambda *_: "10 June 2022 5pm",
    ),
    # Files
    mistake_at_a_match(r"evidence/[\w.-]+", recased, wrong_letter, lambda _, m: m[0].replace("/", "\\")),
    # YAML syntax
    mistake_at_a_match(r"^ +\w+: ", lambda _, m: m[0].rstrip()),
    mistake_at_a_match(r"(?<=title: )[A-Z][\w ]+$", lambda _, m: f"{m[0]}: more", lambda _, m: f"{m[0]} #2"),
    mistake_at_a_match(r"^      S\d+: .*\n", lambda _, m: m[0] + m[0].replace("S", "s", 1)),
]  # fmt: skip


@st.composite
def drafts_with_mistakes(draw):
    dice = draw(st.randoms(use_true_random=False))
    text = EXAMPLE
    for number in draw(
        st.lists(st.integers(0, len(MISTAKES) - 1), min_size=1, max_size=4, unique=True)
    ):
        text = MISTAKES[number](dice, text)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.replace("\n", end).encode()


def errors(checked):
    """Each error by its code and its line, which no correction moves."""
    return Counter(
        (f.rule.code, f.place.line) for f in checked.findings if f.severity is Severity.ERROR
    )


WHOLE = {"HTQ503", "HTQ507", "HTQ510"}
"""Rules about the whole draft, which cannot run while a part of it is unreadable."""


@examples(40)
@given(drafts_with_mistakes())
def test_following_a_hint_that_names_a_replacement_removes_the_mistake(folder, checker, content):
    draft = Draft("draft.yaml", folder, content)
    before = checker.check(draft)
    text = _Text(draft, before)
    for finding in before.findings:
        if not finding.repairs:
            continue
        edits = text.edits(finding.repairs)
        if not edits:  # a value on lines of its own is not rewritten
            continue
        changed = text.with_edits(edits)
        assert changed is not None, finding
        then = checker.check(changed)
        same = {(f.rule.code, f.pointer, f.message) for f in then.findings}
        assert (finding.rule.code, finding.pointer, finding.message) not in same
        names = {one.fix.written for one in finding.repairs if one.fix.name}
        places = {finding.pointer, *(f"{finding.pointer.rpartition('/')[0]}/{n}" for n in names)}
        assert not places & {f.pointer for f in then.findings if f.rule is finding.rule}
        if any(one.unread for one in finding.repairs):
            continue
        made = errors(then) - errors(before)
        assert not {code for code, _ in made} - WHOLE, finding


@examples(40)
@given(drafts_with_mistakes())
def test_one_run_makes_all_corrections_and_makes_nothing_worse(folder, checker, content):
    draft = Draft("draft.yaml", folder, content)
    fixed = put_right(draft, checker, RULES)
    before, then = checker.check(draft), checker.check(fixed.draft)
    assert put_right(fixed.draft, checker, RULES).changes == ()
    assert then.count(Severity.ERROR) == 0 or before.count(Severity.ERROR) > 0
    if not fixed.held:
        assert not then.fixable
    assert fixed.draft.content.count(b"\r") == content.count(b"\r")
    assert fixed.draft.content[:3] == content[:3]
    if not fixed.changes:
        assert fixed.draft.content == content
