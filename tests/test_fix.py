"""`htq check --fix` and `--diff`: what is corrected, what is left alone, and that nothing else
changes."""

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from zlib import crc32

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from conftest import IN_WINDOW, examples, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check import engine, report
from htqcli.check.fix import put_right
from htqcli.check.inputs import Draft
from htqcli.rules import RULES
from htqcli.verdict import Verdict

pytestmark = pytest.mark.slow

KSBS = {"K1": "One", "K2": "Another", "S1": "A third", "S12": "A fourth", "B1": "A fifth"}
READY = {
    "cycle": "3",
    "applicant": {
        "name": "Exämple Awards 🎓",
        "type": "awarding-organisation",
        "recognition_number": "RN5999",
        "contact": {"name": "A. Person", "email": "a.person@example.org"},
    },
    "qualification": {
        "title": "Level 4 Diploma in Software Development",
        "level": "4",
        "number": "610/0000/0",
        "first_teaching": "2024-09",
        "intellectual_property": {"holder": "applicant"},
    },
    "planned_submission": "2022-06-10T12:30",
    "units": {
        "U1": {"title": "Programming", "credits": "20"},
        "U2": {"title": "Databases", "credits": "20"},
        "U3": {"title": "Testing", "credits": "20"},
    },
    "structure": {
        "mandatory": ["U1", "U2"],
        "optional": [{"name": "Specialism", "choose": "1", "from": ["U3", "U1"]}],
    },
    "standards": [
        {
            "reference": "ST0116",
            "title": "Software developer",
            "level": "4",
            "version": "1.1",
            "ksbs": {
                "K1": {"units": ["U1", "U2"], "assessed_by": ["A1"]},
                "K2": {"units": ["U1", "U2"], "assessed_by": ["A1"]},
                "S1": {"units": ["U2"], "coverage": "partial", "reason": "Safer", "assessed_by": ["A1"]},
                "S12": {"units": ["U1", "U3"], "assessed_by": ["A2"]},
                "B1": {"units": ["U1"], "assessed_by": ["A1"]},
            },
        }
    ],
    "assessments": {"A1": "Portfolio", "A2": "Practical"},
    "support_session": "2022-03-02",
    "employers": [{"name": "Example Software Ltd", "evidence": "evidence/letter.txt"}],
    "documents": [
        {"kind": "ksb-mapping", "file": "evidence/mapping.csv", "confidential": "false"},
        {"kind": "employer-evidence", "file": "evidence/letter.txt", "confidential": "true"},
    ],
    "declarations": {"conditions_of_application": "true"},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the draft above is ready, with every KSB of a made-up list mapped."""
    found = tmp_path_factory.mktemp("fix")
    (found / "evidence").mkdir()
    (found / "ksbs").mkdir()
    for name in ("letter.txt", "mapping.csv"):
        (found / "evidence" / name).write_text("not empty")
    listed = {"reference": "ST0116", "version": "1.1", "title": "Made up", "ksbs": KSBS}
    (found / "ksbs" / "ST0116-1.1.yaml").write_text(json.dumps(listed))
    return found


@pytest.fixture(scope="module")
def checker():
    return engine.Checker(bundled.load(), moment.read(IN_WINDOW).first, RULES, tidies=True)


def places(value, path=()):
    """Every field name and every single value, each with its path: `(path, is_name, text)`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name), True, name
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))
    else:
        yield path, False, value


# How each kind of text is mistyped so that it can only mean one thing.


def swapped(dice, text):
    """A text with two neighbouring letters swapped."""
    pairs = [
        at
        for at in range(len(text) - 1)
        if text[at : at + 2].isalpha() and text[at].lower() != text[at + 1].lower()
    ]
    at = dice.choice(pairs)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def doubled(dice, text):
    at = dice.choice([at for at, letter in enumerate(text) if letter.isalpha()])
    return text[:at] + text[at] + text[at:]


def recased(dice, text):
    return dice.choice([text.upper(), text.title(), text.capitalize(), text.swapcase()])


def respaced(dice, text):
    return re.sub("[-_]", lambda _: dice.choice(["-", "_", " ", ""]), text)


def mistyped_reference(dice, text):
    text = "".join(dice.choice("0Oo") if letter == "0" else letter for letter in text)
    text = dice.choice(["", " ", "-", "  "]).join([text[:2], text[2:]])
    return dice.choice([text, text.lower(), text.capitalize()])


def mistyped_title(dice, text):
    return dice.choice([recased, swapped, lambda _, text: text.replace(" ", dice.choice("-/"))])(
        dice, text
    )


def mistyped_label(dice, text):
    letter = dice.choice([text[0], text[0].lower()])
    return letter + dice.choice(["", " ", "  "]) + dice.choice(["", "0", "00"]) + text[1:]


def mistyped_id(dice, text):
    return dice.choice([text.lower(), f"{text[0]} {text[1:]}", f"{text[0].lower()} {text[1:]}"])


def mistyped_number(dice, text):
    return text.replace("/", dice.choice(["", " ", "-", " / "]))


def mistyped_recognition(dice, text):
    return dice.choice([text.lower(), "RN 5999", "rn 59 99"])


def written_out(_, text):
    """Ways to write the three dates of the draft in English."""
    return {
        "2024-09": ["September 2024", "Sept 2024", "september 2024", "09/2024"],
        "2022-03-02": ["2 March 2022", "2nd March 2022", "March 2 2022", "the 2nd of March 2022",
                       "Wednesday 2 March 2022", "02 Mar 2022", "2022/3/2", "2-Mar-2022"],
        "2022-06-10T12:30": ["10 June 2022 12:30", "10 June 2022 at 12:30", "Friday 10th June 2022 12:30"],
    }[text]  # fmt: skip


NOT_TOUCHED = {"contact", "confidential", "coverage", "declarations", "conditions_of_application"}
KINDS = {
    "reference": mistyped_reference,
    "type": lambda dice, text: dice.choice([swapped, recased, respaced, doubled])(dice, text),
    "kind": lambda dice, text: dice.choice([swapped, recased, respaced, doubled])(dice, text),
    "first_teaching": lambda dice, text: dice.choice(written_out(dice, text)),
    "planned_submission": lambda dice, text: dice.choice(written_out(dice, text)),
    "support_session": lambda dice, text: dice.choice(written_out(dice, text)),
    "number": mistyped_number,
    "recognition_number": mistyped_recognition,
}


def mistyped(dice, path, is_name, text):
    """The text of a place with a typing mistake; unchanged where mistakes are not corrected."""
    parent = path[-2] if len(path) > 1 else None
    if not is_name:
        if path[:1] == ("standards",) and path[-1] == "title":
            return mistyped_title(dice, text)
        if parent in ("units", "from", "mandatory", "assessed_by"):
            return text if path[:1] == ("units",) else mistyped_id(dice, text)
        return KINDS[path[-1]](dice, text) if path[-1] in KINDS else text
    if parent == "ksbs":
        return mistyped_label(dice, text)
    if parent in ("units", "assessments") and len(path) == 2:
        return text
    if NOT_TOUCHED & set(path) or len(text) < 4:
        return text
    return dice.choice([swapped, doubled, recased, respaced])(dice, text)


class Writer:
    """The draft as text in one of many layouts, with typing mistakes at the places in `slips`.

    The layout depends only on the place, so that the texts with and without mistakes differ in
    nothing else."""

    def __init__(self, dice, slips):
        self.slips = slips
        self.seed = dice.randrange(1_000_000)
        self.layout = dice.choice(["lines", "lines", "brackets", "json"])
        self.end = dice.choice(["\n", "\n", "\r\n", "\r"])
        self.mark = dice.choice([b"", b"", b"\xef\xbb\xbf"])
        self.last = dice.choice(["\n", "", "\n\n# the end\n"])
        self.aliases = dice.random() < 0.5

    def roll(self, path, *choices):
        """One of the choices, always the same one for the same place."""
        return choices[crc32(f"{self.seed} {path}".encode()) % len(choices)]

    def scalar(self, path, text, *, name=False):
        text = self.slips.get((path, name), text)
        if self.layout == "json":
            return json.dumps(text, ensure_ascii=self.roll((path, "ascii"), True, False))
        return self.roll(
            (path, name), text, text, f"'{text}'", json.dumps(text, ensure_ascii=False)
        )

    def flow(self, value, path):
        if self.layout != "json" and self.aliases and path[-2:] == ("K2", "units"):
            return "*shared "
        if self.layout != "json" and self.aliases and path[-2:] == ("K1", "units"):
            items = [self.scalar((*path, number), inner) for number, inner in enumerate(value)]
            return f"&shared [{', '.join(items)}]"
        space = "" if self.layout == "json" and self.roll(path, True, False) else " "
        if isinstance(value, dict):
            pieces = [
                f"{self.scalar((*path, name), name, name=True)}:{space or ' '}"
                f"{self.flow(inner, (*path, name))}"
                for name, inner in value.items()
            ]
            return "{" + f",{space}".join(pieces) + "}"
        if isinstance(value, list):
            pieces = [self.flow(inner, (*path, number)) for number, inner in enumerate(value)]
            return "[" + f",{space}".join(pieces) + "]"
        return self.scalar(path, value)

    def comment(self, path):
        return self.roll((path, "#"), "", "", "", "  # ST0116, ‘titel’: 2 March 2022 é 🎓")

    def block(self, value, path, indent):
        """Lines of the fields of a mapping, or of the items of a list."""
        lines = []
        if isinstance(value, dict):
            for name, inner in value.items():
                here = (*path, name)
                start = f"{indent}{self.scalar(here, name, name=True)}:"
                shared = self.aliases and here[-2:] in (("K1", "units"), ("K2", "units"))
                in_lines = self.roll((here, "in lines"), True, True, False) and not shared
                if isinstance(inner, dict | list) and in_lines:
                    lines += [start + self.comment(here), *self.block(inner, here, indent + "  ")]
                else:
                    lines.append(f"{start} {self.flow(inner, here)}{self.comment(here)}")
            return lines
        for number, inner in enumerate(value):
            here = (*path, number)
            if isinstance(inner, dict) and self.roll((here, "flow"), True, False):
                first, *more = self.block(inner, here, indent + "  ")
                lines += [f"{indent}- {first.lstrip()}", *more]
            else:
                lines.append(f"{indent}- {self.flow(inner, here)}{self.comment(here)}")
        return lines

    def bytes(self):
        if self.layout == "lines":
            lines = self.block(READY, (), "")
        else:
            pieces = [
                f"{self.scalar((name,), name, name=True)}: {self.flow(inner, (name,))}"
                for name, inner in READY.items()
            ]
            lines = ["{", *[f"{piece}," for piece in pieces[:-1]], pieces[-1], "}"]
        last = self.last if self.layout != "json" else self.last[:1]
        text = self.end.join(lines) + last.replace("\n", self.end)
        return self.mark + text.encode()


class Twin(Writer):
    """The same layout as another writer's, with other mistakes."""

    def __init__(self, other, slips):
        vars(self).update(vars(other))
        self.slips = slips


EVERY_PLACE = list(places(READY))


@st.composite
def mistyped_drafts(draw):
    """A draft with typing mistakes, and the same draft without them."""
    dice = draw(st.randoms(use_true_random=False))
    chosen = draw(st.lists(st.sampled_from(EVERY_PLACE), min_size=1, max_size=8, unique_by=str))
    slips = {(path, is_name): mistyped(dice, path, is_name, text) for path, is_name, text in chosen}
    writer = Writer(dice, slips)
    return writer.bytes(), Twin(writer, {}).bytes()


def found(checker, draft):
    checked = checker.check(draft)
    assert isinstance(checked, report.Checked), checked
    return checked


def skeleton(content):
    """The text between the values and names, and their quotation marks."""
    text = re.sub(
        r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..", "one character", content.decode("utf-8-sig")
    )
    text = re.sub("[\x85\u2028\u2029]", "\ue000", text)
    pieces, done = [], 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken):
            pieces.append(text[done : token.start_mark.index])
            pieces.append(token.style)
            done = token.end_mark.index
    return [content[:3] == b"\xef\xbb\xbf", *pieces, text[done:]]


def patched(content, diff):
    """A text with a unified diff applied by its line numbers; every line must match."""
    old = re.findall(rb"[^\n]*\n|[^\n]+\Z", content)
    new, at = [], 0
    lines = re.findall(rb"[^\n]*\n", diff)[2:]
    for number, line in enumerate(lines):
        body = line[1:]
        if lines[number + 1 : number + 2] == [b"\\ No newline at end of file\n"]:
            body = body[:-1]
        if line[:1] == b"@":
            start, to = re.match(rb"@@ -(\d+),\d+ \+(\d+),\d+ @@\n", line).groups()
            new += old[at : int(start) - 1]
            at = int(start) - 1
            assert len(new) == int(to) - 1
        elif line[:1] in (b" ", b"-"):
            assert old[at] == body
            at += 1
        if line[:1] in (b" ", b"+"):
            new.append(body)
    return b"".join([*new, *old[at:]])


def assert_invariants(checker, draft):
    """Assert what is true for every draft, and return its corrections."""
    before = found(checker, draft)
    fixed = put_right(draft, checker, RULES)
    after = found(checker, fixed.draft)
    again = put_right(fixed.draft, checker, RULES)
    assert again.draft.content == fixed.draft.content
    assert again.changes == ()
    assert list(Verdict).index(after.verdict) >= list(Verdict).index(before.verdict)
    assert (fixed.draft.content == draft.content) == (not fixed.changes)
    if fixed.changes and not {"HTQ002", "HTQ103"} & {change.code for change in fixed.changes}:
        assert skeleton(fixed.draft.content) == skeleton(draft.content)
    if fixed.changes and not fixed.not_shown:
        assert patched(draft.content, fixed.diff.encode()) == fixed.draft.content
    assert "a.person@" not in fixed.diff
    return fixed


@examples(60)
@given(mistyped_drafts())
def test_typing_mistakes_are_corrected_to_the_last_byte(folder, checker, drafts):
    wrong, right = drafts
    fixed = assert_invariants(checker, Draft("draft.yaml", folder, wrong))
    assert fixed.draft.content == right


JUNK = [
    "TODO", "OCC0116", "st 9999", "STO310", "k9", "K 1 2", "u1", "titel: x", "date", "", "~", "!!str a",
    "tittle", "03/04/2022", "29 July 22", "yes", "coverge", "confidental: true", "a.person@example.org",
    "Data analyst", "Software developr", "|", ">-", "&a u1", "*a", "<<", "kind", "ksb", "ksbs", "option",
]  # fmt: skip


@st.composite
def randomly_edited(draw):
    """A draft with typing mistakes and random edits."""
    text = draw(mistyped_drafts())[0].decode()
    dice = draw(st.randoms(use_true_random=False))
    for _ in range(dice.randint(1, 5)):
        lines = text.splitlines(keepends=True)
        at, line = dice.randrange(len(text)), dice.randrange(len(lines))
        match dice.randint(0, 5):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + dice.choice("aO0 :-#'\"[]{},&*|\n\t\x85\u2028\u200b") + text[at:]
            case 2:
                text = "".join([*lines[:line], lines[line], *lines[line:]])
            case 3:
                text = "".join([*lines[:line], *lines[line + 1 :]])
            case _:
                words = list(re.finditer(r"[\w/-]+", text))
                word = dice.choice(words)
                text = text[: word.start()] + dice.choice(JUNK) + text[word.end() :]
        assume(text.strip())
    return text.encode()


@examples(30)
@given(randomly_edited())
def test_fix_makes_no_draft_worse_and_changes_only_values_and_names(folder, checker, content):
    assert_invariants(checker, Draft("draft.yaml", folder, content))


def fixed_text(htq, path, *words):
    run = htq("check", path, "--fix", "--at", IN_WINDOW, "--format", "json", *words)
    return path.read_bytes().decode(), run


SAFE = [
    ("reference: ST0116", "reference: 'st 0116'", "reference: 'ST0116'"),
    ("reference: ST0116", 'reference: "STO116 "', 'reference: "ST0116"'),
    ("title: Software developer", "title: >-\n      Software developer", None),
    ("title: Software developer", "title: software\n      developer", "title: Software developer"),
    ("title: Software developer", "title: Sofware develper", "title: Software developer"),
    ("type: awarding-organisation", "type: awarding organization", "type: awarding-organisation"),
    ("kind: specification", "kind: Specifcation", "kind: specification"),
    ("recognition_number: RN5999", "recognitionNumber: RN 5999", "recognition_number: RN5999"),
    ("qualification:", "? qualifcation\n:", "? qualification\n:"),
    ("support_session: 2022-03-02", "support session: March 2, 2022", "support_session: 2022-03-02"),
    ("planned_submission: 2022-06-10", "planned_submission: 10 June 2022 at 5pm",
     "planned_submission: 2022-06-10T17:00"),
    ("K12: {units: [U3]", "k 012: {units: [ 'u3' ]", "K12: {units: [ 'U3' ]"),
    ("assessed_by: [A2]", "assesed_by: [a2]", "assessed_by: [A2]"),
    ("number: 610/0000/0", "number: !!str 61000000  # ours", "number: !!str 610/0000/0  # ours"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "slip", "right"), SAFE)
def test_a_clear_cut_mistake_is_corrected_and_nothing_else_changes(htq, draft, old, slip, right):
    path = draft({old: slip})
    wrong = path.read_text()
    text, run = fixed_text(htq, path)
    assert text == (wrong.replace(slip, right, 1) if right else wrong)
    assert (run.code, run.codes) == (0, [])


LEFT = [
    ("reference: ST0116", "reference: OCC0116"),  # an occupation, which has more than one standard
    ("reference: ST0116", "reference: ST116"),  # which digit is missing?
    ("reference: ST0116", "reference: ST0116A"),
    ("reference: ST0116", "reference: '0116'"),
    ("reference: ST0116", "reference: FA0116"),
    ("title: Software developer", "title: Software tester"),  # another standard
    ("title: Software developer", "title: Software development"),
    ("title: Software developer", "title: |\n      software developer"),
    ("level: 4\n    version", "level: 5\n    version"),
    ("confidential: false", "confidental: false"),  # the applicant must decide the answer
    ("confidential: false", "confidential: flase"),
    ("coverage: partial", "coverage: partail"),
    ("coverage: partial", "coverge: partial"),
    ("conditions_of_application: true", "conditions_of_aplication: true"),
    ("conditions_of_application: true", "conditions_of_application: ture"),
    ("declarations:", "declaratons:"),
    ("contact:", "contct:"),  # personal
    ("email: a.person@example.org", "emial: a.person@example.org"),
    ("email: a.person@example.org", "email: a.person @example.org"),
    ("name: Example Awards", "names2: Example Awards"),
    ("name: Example Awards", "naem: Example Awards\n  nmae: Another"),  # which?
    ("name: Example Awards", "name: Example Awards\n  naem: Another"),
    ("support_session: 2022-03-02", "support_session: 02/03/2022"),  # 3 February to some
    ("name: Specialism", "name: 2 March 2022"),  # not a date, even if it looks like one
    ("support_session: 2022-03-02", "support_session: 2 March 22"),
    ("planned_submission: 2022-06-10", "planned_submission: 10 June 2022 midnight"),
    ("planned_submission: 2022-06-10", "planned_submission: 10 June 2022 12am"),
    ("planned_submission: 2022-06-10", "planned_submission: 2022-06-10 17:00"),
    ("K2: {", "k1: {"),  # K1 is there already
    ("K2: {", "k1 : {"),
    ("K2: {", "K 0 2: {"),
    ("K2: {", "k99: {"),  # the standard has no K99
    ("U5: {title", "U12: {title"),
    ("from: [U5, U6]", "from: [U55, U6]"),
    ("number: 610/0000/0", "number: 6100000"),
    ("recognition_number: RN5999", "recognition_number: RN5999A"),
]


@pytest.mark.parametrize(("old", "slip"), LEFT, ids=[slip for _, slip in LEFT])
def test_ambiguous_mistakes_and_decisions_of_the_applicant_are_left_alone(htq, draft, old, slip):
    path = draft({old: slip})
    before = path.read_text()
    text, run = fixed_text(htq, path)
    assert text == before
    assert "corrected" not in run.err
    assert "a.person" not in run.err


def test_a_corrected_number_in_json_gets_quotation_marks(htq, draft):
    path = draft()
    data = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
    data["qualification"]["number"] = 61000000
    path = path.with_suffix(".json")
    path.write_text(json.dumps(data, indent=1))
    text, _ = fixed_text(htq, path)
    assert text == json.dumps(data, indent=1).replace("61000000", '"610/0000/0"')


@pytest.mark.parametrize(
    ("old", "slip", "shows"),
    [
        ("  title: Level 4 Diploma", "  titel: Level 5 Diploma", "HTQ404"),
        ("  title: Level 4 Diploma", "  Title: Level 4 Diploma: HTQ", "HTQ403"),
        ("K12: {units: [U3], assessed_by: [A2]}", "k12: [U3]", "HTQ508"),
        ("    title: Software developer", "    titel: Data analyst", "HTQ205"),
    ],
)
def test_a_finding_that_appears_after_a_correction_is_reported(htq, draft, old, slip, shows):
    text, run = fixed_text(htq, draft({old: slip}))
    assert slip not in text
    assert run.codes == [shows]


def test_mistakes_hidden_by_a_misspelt_name_are_corrected_in_the_same_run(htq, draft):
    path = draft({"standards:\n  - reference: ST0116": "standrads:\n  - refrence: st o116"})
    text, run = fixed_text(htq, path)
    assert text == draft(name="ready.yaml").read_text()
    assert run.code == 0
    assert "3 mistakes corrected" in run.err


LAYERED = [
    ({"  name: Example Awards": "  Name:Example Awards"}, "Name:", "name: "),
    ({"{units: [U1, U5, U6], ": "{units: u1, "}, "u1", "[U1]"),
    ({"S12: {units: [U1, U5, U6], assessed_by: [A1]}": "S12: u1, u5"}, "u1, u5", "[U1, U5]"),
    ({"S12: {": "s12:{"}, "s12:", "S12: "),
    ({"  title: Level 4": "  titel: Level 4: a"}, "titel", "title"),
]
"""Mistakes of which one shows another, and what is corrected first."""


@pytest.mark.parametrize(("wrong", "old", "new"), LAYERED)
def test_a_diff_of_mistakes_within_mistakes_gives_the_same_file_as_fix(
    checker, draft, wrong, old, new
):
    path = draft({**wrong, "support_session: 2022-03-02": "support_session: 2 March 2022"})
    fixed = assert_invariants(checker, Draft(str(path), path.parent, path.read_bytes()))
    assert not fixed.not_shown
    assert (old, new) in [(change.old, change.new) for change in fixed.changes]
    assert fixed.changes[-1].new == "2022-03-02"


def test_a_value_that_an_alias_shares_with_another_field_is_left_alone(htq, draft):
    path = draft({
        "  U1: {title: Programming fundamentals": "  U1: {title: &title software developer",
        "title: Software developer": "title: *title",
    })  # fmt: skip
    before = path.read_text()
    assert fixed_text(htq, path)[0] == before


def test_an_accepted_finding_is_not_corrected(htq, draft):
    path = draft({"number: 610/0000/0": "number: 61000000"})
    accepted = "accept:\n  - {rule: HTQ405, reason: As agreed, until: 2022-12-31}\n"
    path.write_text(path.read_text() + accepted)
    before = path.read_text()
    text, run = fixed_text(htq, path)
    assert text == before
    assert [finding["code"] for finding in run.findings] == ["HTQ405"]


def test_only_findings_of_the_chosen_rules_are_corrected(htq, draft):
    path = draft(
        {"reference: ST0116": "refrence: st0116", "number: 610/0000/0": "number: 61000000"}
    )
    wrong = path.read_text()
    fixed_text(htq, path, "--ignore", "HTQ201,HTQ102")
    assert path.read_text() == wrong.replace("61000000", "610/0000/0")
    fixed_text(htq, path, "--select", "HTQ102")
    assert " reference: st0116" in path.read_text()
    fixed_text(htq, path, "--select", "HTQ102,HTQ201")
    assert path.read_text() == draft(name="ready.yaml").read_text()


WRONG = {"reference: ST0116": "reference: st0116", "title: Software": "titel: Software"}


def test_each_correction_is_listed_with_its_line_and_the_report_has_the_rest(htq, draft):
    path = draft({**WRONG, "  level: 4\n  number": "  level: 6\n  number"})
    run = htq("check", path, "--fix", "--at", IN_WINDOW)
    assert run.code == 1
    assert run.err == (
        f"{path.as_posix()}: 2 mistakes corrected\n"
        "  line 42: ‘st0116’ -> ‘ST0116’ (HTQ201)\n"
        "  line 43: ‘titel’ -> ‘title’ (HTQ102)\n"
    )
    assert "HTQ401" in run.out
    assert "HTQ201" not in run.out
    again = htq("check", path, "--fix", "--at", IN_WINDOW)
    assert (again.out, again.err) == (run.out, "")


def test_fix_keeps_the_permissions_of_a_file_and_does_not_replace_a_link(htq, draft, tmp_path):
    path = draft(WRONG)
    path.chmod(0o640)
    (tmp_path / "link.yaml").symlink_to(path)
    assert htq("check", tmp_path / "link.yaml", "--fix", "--at", IN_WINDOW).code == 0
    assert (tmp_path / "link.yaml").is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert "reference: ST0116" in path.read_text()


def test_a_read_only_file_is_not_written(htq, draft):
    path = draft(WRONG)
    path.chmod(0o444)
    before = path.read_bytes()
    run = htq("check", path, "--fix", "--at", IN_WINDOW)
    assert run.code == 3
    assert path.read_bytes() == before
    assert run.err == f"{path.as_posix()}: nothing was corrected: it is read-only\n"
    assert "HTQ201" in run.out


def test_a_file_that_cannot_be_replaced_is_reported_and_the_next_is_corrected(
    htq, draft, monkeypatch
):
    path, other = draft(WRONG, "a.yaml"), draft(WRONG, "b.yaml")

    def refused(old, new):
        if str(new).endswith("a.yaml"):
            raise PermissionError(13, "Permission denied")
        rename(old, new)

    rename = os.replace
    monkeypatch.setattr(os, "replace", refused)
    run = htq("check", path, other, "--fix", "--at", IN_WINDOW)
    assert run.code == 3
    assert f"{path.as_posix()}: nothing was corrected: Permission denied\n" in run.err
    assert "st0116" in path.read_text()
    assert "ST0116" in other.read_text()
    assert sorted(p.name for p in path.parent.glob(".htq-*")) == []


def test_a_file_that_changed_since_it_was_read_is_not_written(htq, draft, monkeypatch):
    path = draft(WRONG)

    def put_right_while_somebody_saves(*words):
        path.write_text("cycle: 4\n")
        return put_right(*words)

    monkeypatch.setattr("htqcli.check.fix.put_right", put_right_while_somebody_saves)
    run = htq("check", path, "--fix", "--at", IN_WINDOW)
    assert run.code == 3
    assert path.read_text() == "cycle: 4\n"
    assert "nothing was corrected: it has changed since it was read" in run.err


def test_a_fault_while_correcting_one_draft_does_not_stop_the_next(htq, draft, monkeypatch):
    path, other = draft(WRONG, "a.yaml"), draft(WRONG, "b.yaml")

    def breaks(draft, *words):
        if draft.path.endswith("a.yaml"):
            raise ZeroDivisionError
        return put_right(draft, *words)

    monkeypatch.setattr("htqcli.check.fix.put_right", breaks)
    run = htq("check", path, other, "--fix", "--at", IN_WINDOW)
    assert run.code == 3
    assert f"{path.as_posix()}: not checked: a fault in htq" in run.err
    assert "ST0116" in other.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fix", "-"), "Standard input"),
        (("--fix", "--diff"), "Choose one"),
        (("--diff", "--format", "json"), "--report json=FILE"),
    ],
)
def test_conflicting_options_are_refused(htq, words, said):
    run = htq("check", *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_unreadable_drafts_are_left_alone(htq, tmp_path):
    for name, content in (("a.yaml", b"\xff\xfe"), ("b.yaml", b"titel: [\n"), ("c.yaml", b"")):
        (tmp_path / name).write_bytes(content)
        assert htq("check", tmp_path / name, "--fix").code == 1
        assert (tmp_path / name).read_bytes() == content
    assert htq("check", tmp_path / "d.yaml", "--fix").code == 3
    assert not (tmp_path / "d.yaml").exists()


def test_a_file_that_is_not_a_draft_is_corrected_only_if_it_is_named(htq, draft, tmp_path):
    path = draft(WRONG)
    other = tmp_path / "settings.json"
    other.write_text('{"assessment": {}, "name": "Not a draft"}')
    htq("check", tmp_path, "--fix", "--at", IN_WINDOW)
    assert other.read_text() == '{"assessment": {}, "name": "Not a draft"}'
    assert "ST0116" in path.read_text()
    htq("check", other, "--fix", "--at", IN_WINDOW)
    assert other.read_text() == '{"assessments": {}, "name": "Not a draft"}'


def test_a_draft_that_would_take_too_long_to_correct_is_left_alone(htq, draft, monkeypatch):
    monkeypatch.setattr("htqcli.check.fix._MAX_BYTES_READ", 0)
    monkeypatch.setattr("htqcli.check.fix._MIN_READINGS", 1)
    path = draft({**WRONG, "  title: Level 4": "  titel: Level 5"})
    before = path.read_text()
    run = htq("check", path, "--fix", "--at", IN_WINDOW)
    assert path.read_text() == before
    assert "it would take too long" in run.err


# The diff.


def test_diff_writes_nothing_and_has_the_exit_code_of_a_plain_check(htq, draft, tmp_path):
    path = draft(WRONG)
    before = path.read_bytes()
    report = tmp_path / "report.json"
    run = htq("check", path, "--diff", "--at", IN_WINDOW, "--report", f"json={report}")
    assert run.code == 1
    assert path.read_bytes() == before
    assert run.out == (
        f"--- {path.as_posix()}\n+++ {path.as_posix()}\n"
        "@@ -39,8 +39,8 @@\n"
        " # What covers each of the standard's knowledge (K), skills (S) and behaviours (B). The labels\n"
        " # are those of version 1.1 of the standard.\n"
        " standards:\n"
        "-  - reference: st0116\n-    titel: Software developer\n"
        "+  - reference: ST0116\n+    title: Software developer\n"
        "     level: 4\n"
        '     version: "1.1"\n'
        "     ksbs:\n"
    )
    assert run.err == f"{path.as_posix()}: 2 mistakes can be corrected with --fix\n"
    assert len(json.loads(report.read_text())["files"][0]["findings"]) == 2
    ready = htq("check", draft(name="ready.yaml"), "--diff", "--at", IN_WINDOW)
    assert (ready.code, ready.out, ready.err) == (0, "", "")
    assert htq("check", tmp_path / "none.yaml", "--diff").code == 3


LAYOUTS = {
    "lines": lambda text: text.encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "byte-order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "no end of the last line": lambda text: (
        text.replace("support_session: 2022-03-02\n", "") + "\nsupport_session: 2 March 2022\n# the end"
    ).encode(),
    "fix in the last line": lambda text: (
        text.replace("support_session: 2022-03-02\n", "") + "\nsupport_session: 2 March 2022"
    ).encode(),
    "fix in the first line": lambda text: text[text.index("cycle:") :].replace("cycle", "cylce", 1).encode(),
    "hidden characters": lambda text: text.replace("  - ref", "  # \u202e\u200b\u2028 é 🎓\n  - ref").encode(),
}  # fmt: skip
NAMES = ["application.yaml", "a folder/my draft.yaml", "é ‘x’.yaml", 'a"b\\c\u202e##[d.yaml']
TOOLS = {"patch": ["patch", "-p0", "-s"], "git": ["git", "apply", "-p0"]}


def apply_with(tool, diff, folder):
    """Apply a diff in a folder with a tool, which must print nothing."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    run = subprocess.run(TOOLS[tool], check=False, cwd=folder, input=diff, capture_output=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b""), diff.decode()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_patch_and_git_can_apply_a_diff(draft, tmp_path, layout, name, tool):
    path = draft({**WRONG, "[U3], assessed_by: [A2]": "[u3], assessed_by: [A2]"})
    content = LAYOUTS[layout](path.read_text())
    checker = engine.Checker(
        bundled.load(), moment.read(IN_WINDOW).first, RULES, tmp_path / "ksbs", tidies=True
    )
    fixed = put_right(Draft(name, tmp_path, content), checker, RULES)
    assert len(fixed.changes) >= 3
    assert fixed.not_shown == 0
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    apply_with(tool, fixed.diff.encode(), tmp_path)
    assert path.read_bytes() == fixed.draft.content


@pytest.mark.parametrize("tool", TOOLS)
def test_applying_the_printed_diff_gives_the_same_file_as_fix(draft, tmp_path, tool):
    path = draft(WRONG)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    wrong = path.read_bytes()
    words = ("check", path.name, "--at", IN_WINDOW)
    apply_with(tool, program(*words, "--diff", cwd=tmp_path).stdout, tmp_path)
    by_the_tool = path.read_bytes()
    path.write_bytes(wrong)
    program(*words, "--fix", cwd=tmp_path)
    assert path.read_bytes() == by_the_tool != wrong


@pytest.mark.parametrize("tool", TOOLS)
def test_a_diff_of_a_path_that_begins_with_a_dot_can_be_applied(draft, tmp_path, tool):
    path = draft({"ST0116": "st 0116"}, name="mine.yaml")
    words = ("check", f"./{path.name}", "--diff", "--at", IN_WINDOW)
    apply_with(tool, program(*words, cwd=tmp_path).stdout, tmp_path)
    assert "reference: ST0116\n" in path.read_text(encoding="utf-8")


def test_a_diff_of_standard_input_uses_the_name_that_was_given(draft):
    path = draft(WRONG)
    words = ("check", "-", "--diff", "--at", IN_WINDOW, "--stdin-name", "drafts/mine.yaml")
    run = program(*words, input=path.read_bytes(), cwd=path.parent)
    assert run.stdout.startswith(b"--- drafts/mine.yaml\n+++ drafts/mine.yaml\n")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_diff_hides_personal_data_and_counts_the_corrections_left_out(htq, draft, tmp_path, tool):
    slips = {
        "type: awarding-organisation\n  recognition_number: RN5999\n": "type: awarding organisation\n",
        "A. Person\n    email: a.person@example.org\n": "Ann Person\n    email: ann@example.org\n"
        "  recognition_number: rn 5999\n",
        "qualification:\n": "qualifcation:  # ask b.person@example.org\n",
        "title: Software developer\n": "title: software developer\n    x: [Ann,\n       Anna]\n",
    }  # fmt: skip
    path = draft(slips)
    run = htq("check", path, "--diff", "--at", IN_WINDOW)
    for word in ("Ann", "ann@", "b.person"):
        assert word not in run.out + run.err
    assert "+  type: awarding-organisation\n   contact:\n" in run.out
    assert "+  recognition_number: RN5999\n" in run.out
    assert "+    title: Software developer\n" not in run.out  # ‘Ann’ is on the next line
    assert "2 of these not in the diff" in run.err
    diff = program("check", path.name, "--diff", "--at", IN_WINDOW, cwd=tmp_path).stdout
    apply_with(tool, diff, tmp_path)
    changed = path.read_text()
    htq("check", path, "--fix", "--at", IN_WINDOW)
    left = {"qualifcation": "qualification", "software developer": "Software developer"}
    for old, new in left.items():
        changed = changed.replace(old, new)
    assert path.read_text() == changed


def test_no_line_of_a_diff_is_a_command_to_a_pipeline(htq, draft):
    path = draft(
        {"  - reference: ST0116": "  # ##vso[task.complete]\n  - reference: st0116 # ##[error]x"}
    )
    path.write_text(path.read_text().replace("    title: Soft", "    # a\n    titel: Soft"))
    path.write_text(path.read_text().replace("A2: Practical", 'A2: "Practical\n   ::error::x'))
    path.write_text(path.read_text().replace("in the workplace\n", 'in the workplace"\n', 1))
    path.write_text(path.read_text().replace("2022-03-02", "2 March 2022"))
    run = htq("check", path, "--diff", "--at", IN_WINDOW)
    assert "##" not in run.out
    assert "::" not in run.out
    assert "+    title" in run.out
    assert "+support_session: 2022-03-02" in run.out


def test_a_diff_in_a_terminal_makes_hidden_characters_visible(draft):
    pty = pytest.importorskip("pty")
    path = draft({"  - reference: ST0116": "  # \u202egone\n  - reference: st0116"})
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    leader, follower = pty.openpty()
    words = ("check", path.name, "--diff", "--at", IN_WINDOW)
    program(
        *words, cwd=path.parent, stdout=follower, stderr=subprocess.DEVNULL, capture_output=False
    )
    os.close(follower)
    shown = b""
    with suppress(OSError):  # the end, on Linux
        while piece := os.read(leader, 65_536):
            shown += piece
    os.close(leader)
    assert "\u202e" not in shown.decode()
    assert b"\\u202egone" in shown
    assert b"\\x0d" not in shown
    assert b"-  - reference: st0116" in shown


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixes], ids=lambda rule: rule.code)
def test_htq_rules_says_in_a_sentence_what_fix_corrects(htq, rule):
    assert rule.fixes.endswith(".")
    assert f"‘htq check --fix’ corrects: {rule.fixes}" in htq("rules", rule.code).out
