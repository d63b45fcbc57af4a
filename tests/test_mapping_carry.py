"""`htq mapping carry`: a mapping moves to another version by statements, and nothing is lost."""

import json
import re
import textwrap

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from htqcli.ksbs.lists import KsbList
from htqcli.ksbs.versions import compare, statement_key
from htqcli.mapping.carrying import PLACEHOLDER, carry
from versions_of_lists import half, pairs, statement, write_list

HEAD = """\
# A draft of ours, with äöü
cycle: 3
applicant: {contact: {name: A. Person, email: a.person@example.org}}
units: {U1: Programming, U2: Databases, U3: Testing}   # three
standards:
  - reference: ST0116
    title: Software developer
    version: "1.1"   # of 2021
"""
LINES = (
    "[U1]",
    "[U1, U2]   # agreed",
    "{units: [U3], assessed_by: [A1]}",
    "\n        units:\n          - U2  # inner\n          - U3\n        coverage: partial\n"
    "        reason: Safer in the workplace",
    "[]",
)
TAIL = """\
assessments: {A1: Portfolio}   # the end
"""


@st.composite
def drafts(draw, labels):
    """A draft that maps some of these KSBs, one a line or in braces, in JSON or in YAML."""
    chosen = draw(st.lists(st.sampled_from(sorted(labels)), unique=True, min_size=1))
    kinds = [draw(st.sampled_from(LINES[:3] if draw(st.booleans()) else LINES)) for _ in chosen]
    lines = dict(zip(chosen, kinds, strict=True))
    accepted = draw(st.lists(st.sampled_from(sorted(labels)), unique=True, max_size=3))
    if draw(st.booleans()):
        fields = ", ".join(
            f"{label}: {line.partition('  #')[0]}"
            for label, line in lines.items()
            if not line.startswith("\n")
        )
        mapping = f"    ksbs: {{{fields}}}\n" if fields else "    ksbs: {S1: [U1]}\n"
    else:
        body = "".join(
            f"      # note {number}\n      {label}:{'' if line[0] == chr(10) else ' '}{line}\n"
            for number, (label, line) in enumerate(lines.items())
        )
        mapping = f"    ksbs:  # ours\n{body}"
    accept = "".join(
        f"  - rule: HTQ503\n    at: /standards/0/ksbs\n    ksbs: [{label}]\n    reason: {number}\n"
        for number, label in enumerate(accepted)
    )
    text = f"{HEAD}{mapping}{f'accept:{chr(10)}{accept}' if accept else ''}{TAIL}"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.removesuffix("\n" if draw(st.booleans()) else "").encode()


def ksb_list(ksbs, version):
    fields = {"reference": "ST0116", "version": version, "title": "Software developer"}
    return KsbList.model_validate({**fields, "ksbs": ksbs})


def mapping_in(content):
    return yaml.safe_load(content)["standards"][0]["ksbs"] or {}


@given(st.data(), pairs())
def test_carrying_to_the_same_statements_changes_the_version_only(data, pair):
    draft = data.draw(drafts(pair.old))
    found = compare(ksb_list(pair.old, "1.1"), ksb_list(pair.old, "1.2"))
    carried = carry(draft, 0, found)
    expected = draft.replace(b'version: "1.1"', b'version: "1.2"')
    if len(mapping_in(draft)) == len(pair.old):
        assert carried.content == expected
    assert not carried.decisions
    assert not carried.gone
    back = carry(draft, 0, compare(ksb_list(pair.old, "1.1"), ksb_list(pair.old, "1.1")))
    assert mapping_in(draft).items() <= mapping_in(back.content).items()


@given(st.data(), pairs(("kept", "retyped")))
def test_there_and_back_gives_the_old_bytes_where_each_statement_has_an_equal(data, pair):
    new = {label: text for label, text in pair.new.items() if text not in pair.added}
    renumbered = {}
    for kind in "KSB":
        texts = [text for label, text in new.items() if label[0] == kind]
        renumbered |= {f"{kind}{number}": text for number, text in enumerate(texts, 1)}
    old, new = ksb_list(pair.old, "1.1"), ksb_list(renumbered, "1.2")
    draft = data.draw(drafts(pair.old))
    there = carry(draft, 0, compare(old, new)).content
    again = carry(there, 0, compare(new, old)).content
    if len(mapping_in(draft)) == len(pair.old):
        assert again == draft
    assert mapping_in(draft).items() <= mapping_in(again).items()


@given(st.data(), pairs())
def test_no_ksb_is_carried_to_another_text_and_none_disappears_unlisted(data, pair):
    draft = data.draw(drafts(pair.old))
    carried = carry(draft, 0, compare(ksb_list(pair.old, "1.1"), ksb_list(pair.new, "1.2")))
    before, after = mapping_in(draft), mapping_in(carried.content)
    for old, new in carried.labels.items():
        assert statement_key(pair.old[old]) == statement_key(pair.new[new])
        assert before[old] == after[new]
    told = {label for one in carried.decisions for label in one.old} | {*carried.gone}
    lost = {
        label
        for label, value in before.items()
        if label not in carried.labels and (value["units"] if isinstance(value, dict) else value)
    }
    assert lost <= told
    written = {label for label, value in after.items() if value not in (PLACEHOLDER, [])}
    assert written <= {*carried.labels.values()}
    assert {label for label, value in after.items() if value == PLACEHOLDER} == {
        *carried.open_labels
    }


@given(st.data(), pairs())
def test_comments_outside_the_lines_that_change_stay(data, pair):
    draft = data.draw(drafts(pair.old)).decode()
    found = compare(ksb_list(pair.old, "1.1"), ksb_list(pair.new, "1.2"))
    after = carry(draft.encode(), 0, found).content.decode()
    for line in draft.splitlines():
        if line.lstrip().startswith("# "):
            assert line in after
    assert after.startswith(draft[: draft.index('"1.1"')])
    assert draft.rstrip().endswith(after[after.rindex("assessments:") :].rstrip())


def skills(count, left_out=()):
    kept = [statement(number) for number in range(1, count + 1) if number not in left_out]
    return {f"S{number}": text for number, text in enumerate(kept, 1)}


@pytest.fixture
def carried(htq, tmp_path):
    """Carries a draft from one list to another; gives the run and the draft afterwards."""

    def run(old, new, ksbs, *words, more=""):
        write_list(tmp_path / "ksbs", "1.1", old)
        write_list(tmp_path / "ksbs", "1.2", new)
        path = tmp_path / "application.yaml"
        body = textwrap.indent(textwrap.dedent(ksbs).strip("\n"), "      ")
        path.write_text(f"{HEAD}    ksbs:\n{body}\n{textwrap.dedent(more)}{TAIL}", "utf-8")
        done = htq("mapping", "carry", path, "--standard", "ST0116", "--to", "1.2", *words)
        return done, path.read_text("utf-8")

    return run


def test_a_removed_skill_moves_the_lines_of_all_that_follow(carried):
    run, text = carried(
        skills(26),
        skills(26, [9]),
        """
        S8: [U1]
        S9: [U2]   # goes
        # kept for the panel
        S10: [U3]
        S26: {units: [U1], assessed_by: [A1]}
        """,
    )
    assert run.code == 0
    assert "3 of 4 KSBs of the mapping are carried over, 2 of them under another label." in run.out
    assert "S9 was covered by U2: " in run.out
    assert yaml.safe_load(text)["standards"][0]["version"] == "1.2"
    mapping = {label: value for label, value in mapping_in(text).items() if value}
    assert mapping == {
        "S8": ["U1"], "S9": ["U3"], "S25": {"units": ["U1"], "assessed_by": ["A1"]},
    }  # fmt: skip
    assert "# kept for the panel\n      S9: [U3]" in text


def test_new_ksbs_get_an_empty_line_with_their_statement_as_a_comment(carried):
    _, text = carried({"K1": statement(1)}, {"K1": statement(1), "K2": statement(2)}, "K1: [U1]")
    assert f"      K1: [U1]\n      # {statement(2)}\n      K2: []\n" in text


@pytest.mark.parametrize("new", [skills(3, [2]), skills(3, [2]) | {"K1": statement(90)}])
def test_a_mapping_in_braces_of_which_nothing_is_left_stays_one(tmp_path, new):
    old, after = ksb_list(skills(3), "1.1"), ksb_list(new, "1.2")
    for text in (f"{HEAD}    ksbs: {{S2: [U1]}}\n{TAIL}", '{"standards": [{"reference": "ST0116", '
                 '"version": "1.1", "ksbs": {"S2": ["U1"]}}]}'):  # fmt: skip
        carried = carry(text.encode(), 0, compare(old, after))
        assert mapping_in(carried.content) == {label: [] for label in new if label == "K1"}
        assert carried.gone == ["S2"]
        if text.startswith("{"):
            json.loads(carried.content)


REWORDED = {"K1": statement(1).replace(".", " well.")}


def test_with_a_decision_open_nothing_is_written(carried):
    run, text = carried({"K1": statement(1)}, REWORDED, "K1: [U1, U2]")
    assert run.code == 1
    assert 'version: "1.1"' in text
    assert "K1, covered by U1 and U2, is reworded (" in run.out
    assert statement(1) in run.out.replace("[", "").replace("]", "")
    assert "Nothing was written: 1 decision to make." in run.out


def test_partial_leaves_a_placeholder_that_keeps_the_draft_from_being_ready(carried, htq, tmp_path):
    run, text = carried({"K1": statement(1)}, REWORDED, "K1: [U1, U2]  # ours", "--partial")
    assert run.code == 0
    assert mapping_in(text) == {"K1": PLACEHOLDER}
    assert "# In version 1.1: K1: [U1, U2] # ours\n" in text
    checked = htq("check", tmp_path / "application.yaml", "--format", "json", "--select", "HTQ104")
    assert [one["code"] for one in checked.findings] == ["HTQ104"]


def test_diff_shows_the_change_and_writes_nothing(carried):
    run, text = carried(skills(3), skills(3, [1]), "S2: [U1]", "--diff")
    assert run.code == 0
    assert "-      S2: [U1]\n" in run.out
    assert "+      S1: [U1]\n" in run.out
    assert 'version: "1.1"' in text
    assert "A. Person" not in run.out


def test_what_is_accepted_moves_with_its_labels(carried):
    run, text = carried(
        skills(6),
        skills(6, [2]),
        "S1: [U1]",
        more="""\
        accept:
          - rule: HTQ503
            at: /standards/0/ksbs
            ksbs: [S2, S3, S6]  # three
            reason: Taught elsewhere
            until: 2022-06-01
          - {rule: HTQ504, at: /standards/0/ksbs/S4, reason: Safer, until: 2022-06-01}
          - rule: HTQ503
            at: /standards/0/ksbs
            ksbs: [S2]
            reason: Goes with it
            until: 2022-06-01
          - {rule: HTQ204, at: /standards/1, reason: Another standard, until: 2022-06-01}
        """,
    )
    assert run.code == 0
    accept = yaml.safe_load(text)["accept"]
    assert [one.get("ksbs") for one in accept] == [["S2", "S5"], None, None]
    assert accept[1]["at"] == "/standards/0/ksbs/S3"
    assert accept[2]["at"] == "/standards/1"
    assert run.out.count("is taken out: it is gone") == 2


@pytest.mark.parametrize("at", ["at: /structure, ", "at: /standards, ", ""])
def test_an_acceptance_that_names_no_standard_moves_with_the_only_one(carried, at):
    accept = f"accept:\n  - {{rule: HTQ507, {at}ksbs: [S3], reason: Elsewhere}}\n"
    run, text = carried(skills(4), skills(4, [2]), "S1: [U1]", more=accept)
    assert run.code == 0
    assert yaml.safe_load(text)["accept"][0]["ksbs"] == ["S2"]


@pytest.mark.parametrize("at", ["at: /structure, ", "at: /standards, ", ""])
def test_an_acceptance_for_several_standards_is_a_decision_if_a_label_moves(carried, at):
    accept = f"""\
      - reference: ST0118
        version: "1.1"
    accept:
      - {{rule: HTQ507, {at}ksbs: [S1, S3], reason: Elsewhere}}
    """
    old, new = skills(4), skills(4, [2])
    run, text = carried(old, new, "S1: [U1]", "--format", "json", more=accept)
    assert run.code == 1
    assert [one["acceptance"] for one in run.data["decisions"]] == [0]
    run, text = carried(old, new, "S1: [U1]", "--partial", more=accept)
    assert (
        "Entry 1 of ‘accept’ names S3, which is moved: name S2 in it if it still holds" in run.out
    )
    assert yaml.safe_load(text)["accept"][0]["ksbs"] == ["S1", "<S3 in version 1.1>"]


def test_an_acceptance_never_begins_to_accept_a_ksb_that_is_new(carried):
    accept = "accept:\n  - {rule: HTQ503, at: /standards/0, ksbs: [S3], reason: Elsewhere}\n"
    run, text = carried(skills(2), skills(3), "S1: [U1]", more=accept)
    assert run.code == 1
    assert "Entry 1 of ‘accept’ names S3, which is not in version 1.1" in run.out
    run, text = carried(skills(2), skills(3), "S1: [U1]", "--partial", more=accept)
    assert run.code == 0
    assert yaml.safe_load(text)["accept"][0]["ksbs"] == ["<S3 in version 1.1>"]


def test_feedback_moves_with_the_ksb_that_it_is_about(carried):
    _, text = carried(
        skills(3),
        skills(3, [1]),
        "S2: [U1]",
        more="""\
        feedback:
          - {id: F1, about: /standards/0/ksbs/S3/assessed_by, asks: More}
        """,
    )
    assert yaml.safe_load(text)["feedback"][0]["about"] == "/standards/0/ksbs/S2/assessed_by"


def test_a_label_that_the_old_list_lacks_is_a_decision(carried):
    run, text = carried(skills(3), skills(3, [1]), "S2: [U1]\nS9: [U2]")
    assert run.code == 1
    assert "S9 is not in version 1.1. Correct its label" in run.out
    assert 'version: "1.1"' in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--standard", "ST0118", "--to", "1.2"], 2, "It names ST0116"),
        (["--standard", "ST0116", "--to", "1.9"], 2, "htq ksbs get ST0116 --version 1.9"),
        (["--standard", "ST0116", "--to", "soon"], 2, "‘soon’ is not a version"),
        (["--standard", "ST0116", "--option", "Web", "--to", "1.2"], 2, "has no option ‘Web’"),
    ],
)
def test_what_cannot_be_carried_is_refused_in_words(htq, tmp_path, words, code, said):
    write_list(tmp_path / "ksbs", "1.1", skills(3))
    write_list(tmp_path / "ksbs", "1.2", skills(3))
    path = tmp_path / "application.yaml"
    path.write_text(f"{HEAD}    ksbs: {{S1: [U1]}}\n{TAIL}", "utf-8")
    run = htq("mapping", "carry", path, *words)
    assert run.code == code
    assert said in run.err


def test_json_has_both_statements_of_every_decision(carried):
    run, _ = carried({"K1": statement(1)}, REWORDED, "K1: [U1]", "--format", "json")
    (decision,) = run.data["decisions"]
    assert decision["old"] == [{"label": "K1", "statement": statement(1)}]
    assert decision["candidates"] == [{"label": "K1", "statement": REWORDED["K1"]}]
    assert decision["units"] == ["U1"]
    assert run.data["written"] is False


# The move in a workbook


@pytest.fixture
def moved(htq, tmp_path):
    """Exports a draft that moves, fills in cells of a row by the label and the heading, and imports
    it again; gives the run and the draft afterwards."""

    def run(old, new, ksbs, answers=None, *words, more=""):
        write_list(tmp_path / "ksbs", "1.1", old)
        write_list(tmp_path / "ksbs", "1.2", new)
        path, book = tmp_path / "application.yaml", tmp_path / "move.xlsx"
        body = textwrap.indent(textwrap.dedent(ksbs).strip("\n"), "      ")
        path.write_text(f"{HEAD}    ksbs:\n{body}\n{textwrap.dedent(more)}{TAIL}", "utf-8")
        done = htq("mapping", "export", path, "--to", "1.2", "-o", book)
        assert done.code == 0, done.err
        workbook = openpyxl.load_workbook(book)
        sheet = workbook["ST0116"]
        heads = {str(cell.value).split()[0]: cell.column for cell in sheet[4] if cell.value}
        rows = {sheet.cell(row, 1).value: row for row in range(5, sheet.max_row + 1)}
        for label, cells in (answers or {}).items():
            for head, value in cells.items():
                sheet.cell(rows[label], heads[head]).value = value
        workbook.save(book)
        done = htq("mapping", "import", book, path, *words)
        return done, path.read_text("utf-8")

    return run


SPLIT = {"K1": half(statement(1), 0), "K2": half(statement(1), 1), "K3": statement(3)}
WHOLE = {"K1": statement(1), "K2": statement(3)}


def test_a_workbook_without_answers_names_each_decision_and_writes_nothing(moved):
    run, text = moved(WHOLE, SPLIT, "K1: [U1, U2]\nK2: [U3]")
    assert run.code == 1
    assert run.out.count("nobody has decided yet: choose ‘as before’ or ‘no unit’") == 2
    assert 'version: "1.1"' in text


def test_a_workbook_makes_the_decisions_of_a_move(moved):
    answers = {"K1": {"Decision": "as before"}, "K2": {"U2": "partial", "Reason": "Safer"}}
    run, text = moved(WHOLE, SPLIT, "K1: [U1, U2]  # ours\nK2: [U3]", answers)
    assert run.code == 0
    assert 'version: "1.2"   # of 2021' in text
    assert mapping_in(text) == {
        "K1": ["U1", "U2"],
        "K2": {"units": ["U2"], "coverage": "partial", "reason": "Safer"},
        "K3": ["U3"],
    }


def test_no_unit_is_a_decision_too(moved):
    answers = {"K1": {"Decision": "no unit"}, "K2": {"Decision": "No unit "}}
    run, text = moved(WHOLE, SPLIT, "K1: [U1, U2]", answers)
    assert run.code == 0
    assert mapping_in(text) == {"K1": [], "K2": []}


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"Decision": "no unit", "U1": "full"}, "the row has marks, and ‘Decision’ says ‘no unit’"),
        ({"Decision": "perhaps"}, "choose ‘as before’ or ‘no unit’, or mark units in the row"),
    ],
)
def test_an_answer_that_is_not_clear_is_told_with_its_cell(moved, cells, why):
    run, text = moved(WHOLE, SPLIT, "K1: [U1, U2]", {"K1": cells, "K2": {"Decision": "no unit"}})
    assert run.code == 1
    assert re.search(rf"ST0116![A-Z]+5:? .*{re.escape(why)}", run.out)
    assert 'version: "1.1"' in text


def test_partial_leaves_the_same_placeholders_as_carry(moved, carried):
    _, by_command = carried(WHOLE, SPLIT, "K1: [U1, U2]\nK2: [U3]", "--partial")
    run, by_workbook = moved(WHOLE, SPLIT, "K1: [U1, U2]\nK2: [U3]", None, "--partial")
    assert run.code == 0
    assert by_workbook == by_command


def test_a_move_without_decisions_gives_what_carry_gives(moved, carried):
    old, new = skills(6), skills(6, [2])
    ksbs = "S1: [U1]\nS2: [U2]\n# ours\nS4: {units: [U3], assessed_by: [A1]}"
    _, by_command = carried(old, new, ksbs)
    run, by_workbook = moved(old, new, ksbs)
    assert run.code == 0
    assert by_workbook == by_command
    assert "S2 is gone; it was covered by U2" in run.out


def test_an_acceptance_that_needs_a_decision_is_told(moved):
    accept = "accept:\n  - {rule: HTQ503, at: /standards/0/ksbs, ksbs: [K1], reason: Elsewhere}\n"
    run, _ = moved(WHOLE, SPLIT, "K2: [U3]", None, more=accept)
    assert run.code == 1
    assert "entry 1 of ‘accept’" in run.out


def test_a_workbook_of_another_move_is_refused_and_one_that_is_done_is_read_again(
    moved, htq, tmp_path
):
    run, text = moved(skills(3), skills(3, [1]), "S2: [U1]")
    assert run.code == 0
    path, book = tmp_path / "application.yaml", tmp_path / "move.xlsx"
    again = htq("mapping", "import", book, path)
    assert again.code == 0
    assert path.read_text("utf-8") == text
    path.write_text(text.replace('"1.2"', '"1.0"'), "utf-8")
    stale = htq("mapping", "import", book, path)
    assert stale.code == 2
    assert "Export it again." in stale.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "1.2", "--format", "csv"], "‘--to’ writes a workbook"),
        (["--standard", "ST0116"], "add ‘--to VERSION’"),
        (["--to", "1.9"], "htq ksbs get ST0116 --version 1.9"),
    ],
)
def test_a_move_that_cannot_be_exported_is_refused_in_words(htq, tmp_path, words, said):
    write_list(tmp_path / "ksbs", "1.1", skills(3))
    write_list(tmp_path / "ksbs", "1.2", skills(3))
    path = tmp_path / "application.yaml"
    path.write_text(f"{HEAD}    ksbs: {{S1: [U1]}}\n{TAIL}", "utf-8")
    run = htq("mapping", "export", path, "-o", tmp_path / "x.xlsx", *words)
    assert run.code == 2
    assert said in run.err
    assert not (tmp_path / "x.xlsx").exists()


def test_a_workbook_of_another_version_maps_by_statements_only(htq, tmp_path):
    write_list(tmp_path / "ksbs", "1.1", skills(3))
    others = {"S1": statement(7), "S2": statement(8), "S3": statement(3)}
    write_list(tmp_path / "ksbs", "1.2", others)
    path, book = tmp_path / "application.yaml", tmp_path / "mapping.xlsx"
    path.write_text(f"{HEAD}    ksbs: {{S1: [U1], S2: [U2], S3: [U3]}}\n{TAIL}", "utf-8")
    assert htq("mapping", "export", path, "-o", book).code == 0
    later = path.read_text("utf-8").replace('"1.1"', '"1.2"').replace("[U3]", "[]")
    path.write_text(later, "utf-8")
    run = htq("mapping", "import", book, path)
    assert run.code == 1
    assert "the sheet is of version 1.1, the draft of version 1.2" in run.out
    assert path.read_text("utf-8") == later
    assert htq("mapping", "import", book, path, "--partial").code == 0
    assert path.read_text("utf-8") == later.replace("S3: []", "S3: [U3]")
