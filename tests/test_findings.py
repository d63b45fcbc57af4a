"""What a person sees of findings in a terminal: by section, alike ones together, fitted to it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import IN_WINDOW, ROOT, in_terminal, program
from htqcli.draft.application import Application
from htqcli.draft.sections import SECTIONS
from htqcli.formats.lines import flow
from htqcli.model.part import names
from htqcli.rules import RULES
from htqcli.words import display_width

pytestmark = pytest.mark.slow

KSBS = [*(f"K{n}" for n in range(1, 16)), *(f"S{n}" for n in range(1, 18)), *(f"B{n}" for n in range(1, 12))]  # fmt: skip
"""The labels of a made-up list of 43 KSBs."""


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """What `htq check` shows of a draft in a terminal without colour, at a time in the window."""
    monkeypatch.chdir(tmp_path)

    def run(path, *words, columns=80, **environment):
        words = ("check", path.name, "--at", IN_WINDOW, *words)
        return in_terminal(*words, columns=columns, **{"NO_COLOR": "1", **environment})[1]

    return run


@pytest.fixture
def new_draft(tmp_path):
    """A new draft that aligns to two standards, whose KSB lists are there."""
    (tmp_path / "ksbs").mkdir()
    own = (ROOT / "tests" / "ksbs" / "ST0116-1.1.yaml").read_text(encoding="utf-8")
    (tmp_path / "ksbs" / "ST0116-1.1.yaml").write_text(own, encoding="utf-8")
    (tmp_path / "ksbs" / "ST0118-1.1.yaml").write_text(
        'reference: ST0118\nversion: "1.1"\ntitle: Data analyst\nlevel: 4\nksbs:\n'
        + "".join(f"  {label}: Made-up statement {label}\n" for label in KSBS),
        encoding="utf-8",
    )
    standards = ("--standard", "ST0116", "--standard", "ST0118")
    run = program("init", "--cycle", "3", *standards, cwd=tmp_path)
    assert run.returncode == 0
    return tmp_path / "application.yaml"


def line_of(path, text):
    """The number of the first line of a file that has a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_first_check_of_a_new_draft_fits_on_forty_lines(shown, new_draft):
    for words in ((), ("--at", "1 December 2026")):
        out = shown(new_draft, *words)
        rows = [-(-display_width(line) // 80) or 1 for line in out.splitlines()]
        assert sum(rows) <= 40
    standards = new_draft.read_text(encoding="utf-8").split("reference: ST0118")
    first = standards[0].count("\n") + 1 + standards[1][: standards[1].index("K1: <")].count("\n")
    last = standards[0].count("\n") + 1 + standards[1][: standards[1].index("B11: <")].count("\n")
    assert f"ST0118: 43 of 43 KSBs not mapped yet (lines {first}–{last})\n" in out
    assert "ST0116: 38 of 38 KSBs not mapped yet (" in out


def test_each_finding_is_shown_by_itself_with_all(shown, new_draft):
    out = shown(new_draft, "--all")
    errors = int(re.search(r"\((\d+) errors\)", out)[1])
    assert errors > 90
    assert len(re.findall(r"^application\.yaml:\d+:\d+: error ", out, re.MULTILINE)) == errors
    assert f"{line_of(new_draft, 'K7: <'):>6} |       K7: <units" in out


def test_redirected_output_has_one_line_for_each_finding(new_draft):
    run = program("check", new_draft, "--at", IN_WINDOW)
    out = run.stdout.decode()
    line = re.compile(
        rf"{re.escape(new_draft.as_posix())}:\d+:\d+: (error|warning|note) HTQ\d\d\d \S.*"
    )
    found = [own for own in out.splitlines() if line.fullmatch(own)]
    assert len(found) == int(re.search(r"\((\d+) errors\)", out)[1])
    assert program("check", new_draft, "--at", IN_WINDOW, "--all").stdout == run.stdout


def test_only_verdicts_are_shown_with_summary(htq, draft, tmp_path, monkeypatch):
    draft({"employers:": "employer:"}, "a.yaml")
    draft(name="b.yaml")
    monkeypatch.chdir(tmp_path)
    run = htq("check", "a.yaml", "b.yaml", "--at", IN_WINDOW, "--summary")
    assert (run.code, run.err) == (1, "")
    assert run.out == (
        "a.yaml: not ready to submit (1 error), as at 20 May 2022\n"
        "b.yaml: ready to submit, as at 20 May 2022\n"
        "2 drafts: 1 ready to submit, 1 not ready to submit, as at 20 May 2022\n"
    )
    assert htq("check", "b.yaml", "--at", IN_WINDOW, "--summary").out.count("\n") == 1


@pytest.mark.parametrize("other", ["--all", "--quiet", "--format=json", "--report=github=-"])
def test_summary_is_refused_with_what_contradicts_it(htq, draft, other):
    run = htq("check", draft(), "--summary", other)
    assert (run.code, run.out) == (2, "")
    assert "--summary: It shows the verdicts alone" in run.err


WRONG = {
    "level: 4\n  number": "level: 6\n  number",
    "reference: ST0116\n": "reference: st 0116\n",
    "support_session: 2022-03-02\n": "",
    "title: Level 4 Diploma": "titel: 1\n  title: Level 4 Diploma HTQ",
}


def test_sections_come_in_the_order_of_the_form_and_causes_before_effects(shown, draft):
    out = shown(draft(WRONG))
    found = re.findall(r"^(error|warning|note) (HTQ\d+) ([\w ]+):", out, re.MULTILINE)
    assert found == [
        ("error", "HTQ102", "Qualification"),
        ("error", "HTQ401", "Qualification"),
        ("warning", "HTQ403", "Qualification"),
        ("warning", "HTQ404", "Qualification"),
        ("error", "HTQ201", "ST0116"),
        ("note", "HTQ605", "Evidence and documents"),
    ]


def test_what_is_wrong_with_the_text_comes_first_with_its_place_marked(shown, draft):
    path = draft({**WRONG, "declarations:": "cycle: 3\ndeclarations:"})
    out = shown(path)
    assert out.index("error HTQ004 The text: ") < out.index("error HTQ401 Qualification: ")
    number = line_of(path, "declarations:") - 1
    assert f"{number:>6} | cycle: •\n       | ^^^^^\n" in out


def test_findings_that_are_alike_are_one_line_with_their_labels_and_lines(shown, draft):
    labels = ("K1: {", "K3: {", "K5: {")
    path = draft({label: f"{label}coverage: partial, " for label in labels})
    first, second, third = (line_of(path, label) for label in labels)
    said = f"ST0116: K1, K3 and K5 are covered partly, and no reason is given (lines {first}, {second} and {third})"  # fmt: skip
    assert said in " ".join(shown(path).split())


def test_findings_that_are_alike_share_their_remedy_and_source(shown, draft):
    units = "".join(f"  U{n}: Made-up unit {n}\n" for n in range(7, 17))
    out = shown(draft({"structure:\n": f"{units}structure:\n", "mandatory: [": "mandatory: [U7, "}))
    said = " ".join(out.split())
    assert "The units U7, U8, U9, U10, U11, U12, U13, U14 and 2 more cover no KSB (lines " in said
    assert out.count("HTQ506 ") == 1
    assert out.count("redesign or remove it.") == 1
    assert out.count("Source: ") == 1


def test_findings_with_one_remedy_are_listed_up_to_five_above_it(shown, draft):
    lines = "".join(f"  - {{kind: other, file: missing-{n}.pdf, confidential: true}}\n" for n in range(9))  # fmt: skip
    out = shown(draft({"documents:\n": f"documents:\n{lines}"}))
    assert out.count("error HTQ602 Evidence and documents: The file ‘missing-") == 5
    assert "    4 more: --all shows each\n" in out


def test_an_accepted_finding_is_shown_with_its_reason(shown, draft):
    accept = "accept:\n  - {rule: HTQ403, reason: Agreed in May, until: 2022-06-01}\n"
    out = shown(
        draft({"Level 4 Diploma": "Diploma HTQ", "declarations:": f"{accept}declarations:"})
    )
    assert "accepted warning HTQ403 Qualification: " in out
    assert "    Accepted until 1 June 2022: Agreed in May\n" in out
    assert "application.yaml: ready to submit (1 accepted), as at 20 May 2022\n" in out


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        (
            {},
            'run ‘htq pack application.yaml -o pack.zip --at "20 May 2022"’ to put together what you hand in.',
        ),
        (WRONG, 'run ‘htq check application.yaml --fix --at "20 May 2022"’.'),
        (
            {"level: 4\n  number": "level: 6\n  number"},
            'put the errors right, then run ‘htq check application.yaml --at "20 May 2022"’ again.',
        ),
        (
            {"Level 4 Diploma": "Diploma HTQ"},
            "put each warning right, or accept it with a reason: see ‘htq rules HTQ403’.",
        ),
        (
            {'version: "1.1"': 'version: "1.9"'},
            "run ‘htq ksbs get ST0116 --version 1.9’, then check again.",
        ),
    ],
)
def test_a_report_ends_with_the_next_step(shown, htq, draft, changes, step):
    path = draft(changes)
    last = f"Next: {step}\n"
    assert htq("check", path.name, "--at", IN_WINDOW).out.endswith(last)
    assert " ".join(shown(path).split()).endswith(last.strip())


def test_the_next_step_does_not_repeat_an_unusual_file_name(htq, draft, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, said in (("my draft.yaml", '‘htq check "my draft.yaml" --at "20 May 2022"’'), ("x$(id).yaml", '‘htq check --at "20 May 2022"’')):  # fmt: skip
        path = draft({"level: 4\n  number": "level: 6\n  number"}, name)
        out = htq("check", path.name, "--at", IN_WINDOW).out
        assert out.endswith(f"Next: put the errors right, then run {said} again.\n")


def test_the_catalogue_is_named_in_a_terminal_only_if_it_matters(shown, draft, tmp_path):
    path = draft()
    assert "Catalogue:" not in shown(path)
    assert "The list of cycle 3 is provisional" in shown(path)
    own = tmp_path / "own.yml"
    own.write_bytes((ROOT / "data" / "standards.yaml").read_bytes())
    assert "Catalogue: own.yml, " in shown(path, "--catalogue", "own.yml")


def test_information_is_called_a_note_by_people_and_info_by_programs(htq, shown, draft):
    path = draft({"support_session: 2022-03-02\n": ""})
    assert "note HTQ605 Evidence and documents: " in shown(path)
    for format, said in (("text", "note HTQ605"), ("markdown", "| note | HTQ605"), ("json", '"info"')):  # fmt: skip
        assert said in htq("check", path, "--at", IN_WINDOW, "--format", format).out
    assert "note" in htq("rules", "HTQ109").out.splitlines()[0]


def test_every_field_of_a_draft_belongs_to_one_section():
    fields = [field for section in SECTIONS for field in section.fields]
    assert len(set(fields)) == len(fields)
    assert {name for name in names(Application) if not name.startswith("$")} <= set(fields)


def test_a_sentence_for_alike_findings_can_be_filled_in():
    for rule in RULES:
        for alike in rule.alike:
            said = alike.sentence.format(places="A", labels="B", ksbs="C")
            assert said != alike.sentence
            assert not said.endswith(".")


# Lines fit, and break only between words.

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]), min_size=1, max_size=30)  # fmt: skip


@given(
    st.lists(WORDS, min_size=1, max_size=30),
    st.integers(20, 200),
    st.integers(0, 12),
    st.integers(0, 12),
    st.data(),
)
def test_lines_break_only_between_words_at_any_width(words, width, first, indent, data):
    text = " " * first + " ".join(words)
    cut = data.draw(st.integers(0, len(text)))
    flowed = flow([(text[:cut], "a"), (text[cut:], "b")], width, " " * indent)
    lines = ["".join(piece for piece, _ in line) for line in flowed]
    assert [word for line in lines for word in line.split(" ") if word] == words
    for line in lines:
        assert display_width(line) <= width or any(display_width(word) > width for word in line.split(" "))  # fmt: skip
    styled = "".join(piece for line in flowed for piece, style in line if style == "b")
    assert styled.replace(" ", "") == text[cut:].replace(" ", "")


@pytest.mark.parametrize("columns", [20, 24, 33, 60, 80, 120, 200])
@pytest.mark.parametrize("words", [(), ("--all",), ("--summary",)])
def test_no_line_of_a_report_is_wider_than_the_terminal(shown, draft, columns, words):
    changes = {**WRONG, "Databases": "数据库 " * 30, "declarations:": "cycle: 3\ndeclarations:"}
    out = shown(draft(changes), *words, columns=columns)
    for line in out.splitlines():
        long_words = [word for word in line.split() if display_width(word) > columns]
        assert display_width(line) <= columns or long_words, line
    if not words:
        plain = " ".join(shown(draft(changes), columns=500).split())
        assert " ".join(out.split()).startswith(plain[:200])
