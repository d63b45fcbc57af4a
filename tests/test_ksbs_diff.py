"""`htq ksbs diff`: what became of each KSB, found by its statement and never by its label."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import program
from htqcli.ksbs.lists import KsbList
from htqcli.ksbs.versions import SHOWN, compare, similarity, statement_key
from versions_of_lists import Pair, pairs, statement, write_list

EXACT = {"same", "moved"}


def ksb_list(ksbs, version="1.1", **more):
    fields = {"reference": "ST0116", "version": version, "title": "Software developer"}
    return KsbList.model_validate({**fields, "ksbs": ksbs, **more})


def compared(pair: Pair):
    return compare(ksb_list(pair.old), ksb_list(pair.new, "1.2"))


@pytest.fixture
def diff(htq, tmp_path):
    """The comparison of two made-up lists of statements, as data."""

    def run(old, new, *words, options=(None, None)):
        one = write_list(tmp_path / "ksbs", "1.1", old, options=options[0] or {})
        other = write_list(tmp_path / "ksbs", "1.2", new, options=options[1] or {})
        return htq("ksbs", "diff", one, other, *words)

    return run


def skills(count, left_out=()):
    kept = [statement(number) for number in range(1, count + 1) if number not in left_out]
    return {f"S{number}": text for number, text in enumerate(kept, 1)}


@given(pairs())
def test_each_made_up_change_is_found(pair):
    found = {label: one for one in compared(pair).successions for label in one.old}
    for label, (fate, texts) in pair.fates.items():
        one = found[label]
        assert ("exact" if one.fate in EXACT else one.fate) == fate, label
        assert {pair.new[new] for new in one.new} == texts
    new = {label for one in compared(pair).successions if one.fate == "new" for label in one.new}
    assert {pair.new[label] for label in new} == pair.added


@given(pairs())
def test_every_label_of_both_lists_is_accounted_for_once(pair):
    found = compared(pair).successions
    assert sorted(label for one in found for label in one.old) == sorted(pair.old)
    assert sorted(label for one in found for label in one.new) == sorted(pair.new)


@given(pairs())
def test_a_list_does_not_differ_from_itself(pair):
    found = compare(ksb_list(pair.old), ksb_list(pair.old, "1.2"))
    assert not found.is_changed
    assert {one.fate for one in found.successions} == {"same"}


@given(pairs(), st.randoms(use_true_random=False))
def test_another_order_of_the_new_list_changes_labels_only(pair, chance):
    def by_text(new):
        found = compare(ksb_list(pair.old), ksb_list(new, "1.2"))
        return {
            (
                "exact" if one.fate in EXACT else one.fate,
                one.old,
                frozenset(new[n] for n in one.new),
            )
            for one in found.successions
        }

    shuffled = {}
    for kind in "KSB":
        texts = [text for label, text in pair.new.items() if label[0] == kind]
        chance.shuffle(texts)
        shuffled |= {f"{kind}{number}": text for number, text in enumerate(texts, 1)}
    assert by_text(shuffled) == by_text(pair.new)


@given(
    st.lists(st.text(st.sampled_from("ab -.’'–"), min_size=1).filter(str.strip), min_size=1),
    st.lists(st.text(st.sampled_from("ab -.’'–"), min_size=1).filter(str.strip), min_size=1),
)
def test_only_equal_statements_are_called_the_same(olds, news):
    old = {f"K{number}": text for number, text in enumerate(olds, 1)}
    new = {f"K{number}": text for number, text in enumerate(news, 1)}
    found = compare(ksb_list(old), ksb_list(new, "1.2"))
    for one in found.successions:
        if one.fate in EXACT:
            assert statement_key(old[one.old[0]]) == statement_key(new[one.new[0]])
        elif one.fate == "reworded":
            assert similarity(old[one.old[0]], new[one.new[0]]) >= SHOWN
    assert sorted(label for one in found.successions for label in one.new) == sorted(new)


@given(pairs(("gone", "rewritten")))
def test_statements_that_were_written_anew_are_never_matched(pair):
    assert {one.fate for one in compared(pair).successions} <= {"gone", "new"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Plan the work – and do it", "Plan the work - and do it."),
        ("the user’s “needs”", "the user's \"needs\"."),
        ("a well‑known\u00a0thing ", "a  well-known thing"),
        ("caf\u00e9", "cafe\u0301"),
        ("Plan\u200b the work .", "Plan the work"),
    ],
)  # fmt: skip
def test_blanks_dashes_quotation_marks_and_the_final_stop_make_no_difference(one, other):
    assert statement_key(one) == statement_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Plan the work", "plan the work"), ("the rapist", "therapist"), ("A, B", "A B"),
     ("Plan 1.5", "Plan 15"), ("must not plan", "must plan")],
)  # fmt: skip
def test_any_other_difference_counts(one, other):
    assert statement_key(one) != statement_key(other)


def test_one_removed_skill_moves_the_labels_of_those_after_it(diff):
    run = diff(skills(26), skills(26, left_out=[9]), "--format", "json")
    assert run.data["counts"] == {
        "same": 8, "moved": 17, "reworded": 0, "split": 0, "merged": 0, "gone": 1, "new": 0,
    }  # fmt: skip
    moves = {one["old"][0]["label"]: one["new"] for one in run.data["changes"]}
    assert moves.pop("S9") == []
    assert all(
        new[0]["label"] == f"S{int(old[1:]) - (int(old[1:]) > 9)}" for old, new in moves.items()
    )


def test_text_says_first_that_nothing_changed(diff):
    run = diff(skills(4), skills(4))
    assert run.code == 0
    assert run.out.splitlines()[1] == "No KSB changed."


def test_text_tells_labels_that_moved_together_in_one_line(diff):
    run = diff(skills(26), skills(26, left_out=[9]))
    assert "25 of 26 KSBs have the same statement, 17 of them under another label." in run.out
    assert "  S10 to S26 are now S9 to S25\n" in run.out


def test_words_that_changed_are_in_square_brackets(diff):
    old = {"K1": "Plan the work of a small team with care and keep a record of every decision"}
    run = diff(old, {"K1": old["K1"].replace("small", "large")})
    assert "old: Plan the work of a [small] team" in run.out
    assert "new: Plan the work of a [large] team" in run.out
    assert "most likely the same" in run.out


@pytest.mark.parametrize(("new", "code"), [(4, 0), (3, 1)])
def test_exit_code_says_whether_lists_differ(diff, new, code):
    assert diff(skills(4), skills(new), "--exit-code").code == code


@pytest.mark.parametrize("left_out", [[], [2]])
def test_a_duplicate_that_is_removed_leaves_the_other(diff, left_out):
    old = {**skills(3), "S4": statement(2)}
    run = diff(old, skills(3, left_out), "--format", "json")
    gone = [one["old"][0]["label"] for one in run.data["changes"] if one["fate"] == "gone"]
    assert gone == (["S2", "S4"] if left_out else ["S4"])


def test_options_are_compared_by_their_statements(diff):
    old, new = skills(4), skills(4, left_out=[1])
    options = {"Web": ["S2"], "Mobile": ["S3"], "Games": ["S4"]}
    after = {"web": ["S1", "S3"], "Mobile": ["S2"], "Cloud": ["S3"]}
    run = diff(old, new, "--format", "json", options=(options, after))
    assert run.data["options"] == [
        {"name": "web", "fate": "changed", "more": ["S3"], "no_longer": []},
        {"name": "Games", "fate": "gone", "more": [], "no_longer": []},
        {"name": "Cloud", "fate": "new", "more": [], "no_longer": []},
    ]


def test_two_versions_are_found_in_the_folder(htq, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_list(tmp_path / "ksbs", "1.1", skills(3))
    write_list(tmp_path / "ksbs", "1.2", skills(3))
    assert "No KSB changed." in htq("ksbs", "diff", "st0116", "v1.1", "1.2").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ST0116", "1.1", "1.7"], "You have 1.1 and 1.2. To get it, run ‘htq ksbs get ST0116"),
        (["ST0116", "1.1", "new"], "‘new’ is not a version"),
        (["ST0118", "1.1", "1.2"], "You have no list of it."),
        (["ST0116", "1.1"], "Name two versions of ST0116"),
        (["a.yaml"], "Name two files"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(htq, tmp_path, words, said):
    write_list(tmp_path / "ksbs", "1.1", skills(3))
    write_list(tmp_path / "ksbs", "1.2", skills(3))
    run = htq("ksbs", "diff", *words, "--ksbs", tmp_path / "ksbs")
    assert run.code == 2
    assert said in run.err


@pytest.mark.parametrize("content", [None, b"", b"ksbs: [", b"\xff", b"cycle: 3"])
def test_a_file_that_is_no_list_is_named(htq, tmp_path, content):
    good = write_list(tmp_path, "1.1", skills(3))
    bad = tmp_path / "other.yaml"
    if content is not None:
        bad.write_bytes(content)
    run = htq("ksbs", "diff", good, bad)
    assert run.code == 3
    assert "other.yaml: not read: " in run.err


def test_a_list_of_labels_says_how_to_get_the_statements(htq, tmp_path):
    good = write_list(tmp_path, "1.1", skills(3))
    other = tmp_path / "ST0116-1.2.yaml"
    other.write_text(
        "reference: ST0116\nversion: '1.2'\ntitle: Software developer\nlabels: {K: 3}\n", "utf-8"
    )
    run = htq("ksbs", "diff", good, other)
    assert run.code == 3
    assert "htq ksbs get ST0116 --version 1.2 --force" in run.err


def test_statements_of_others_are_not_obeyed(diff):
    old = {"K1": "Plan ##vso[task.complete] | <b>work</b> \x1b[31m ::error:: =1+1 with care today"}
    new = {"K1": old["K1"].replace("today", "now")}
    for format in ("text", "markdown", "html"):
        run = diff(old, new, "--format", format)
        assert run.code == 0
        assert "\x1b" not in run.out
        assert "##vso[" not in run.out
    assert "<b>" not in run.out
    assert json.loads(diff(old, new, "--format", "json").out)


def test_markdown_and_a_file_have_both_wordings(diff, tmp_path):
    old, new = {"K1": statement(1)}, {"K1": statement(1).replace(".", " more.")}
    run = diff(old, new, "--format", "markdown", "-o", tmp_path / "diff.md")
    assert run.out == ""
    text = (tmp_path / "diff.md").read_text("utf-8")
    assert statement(1) in text
    assert " more." in text


def test_the_real_program_compares_200_ksbs_with_200(tmp_path):
    old = {f"K{number}": statement(number) for number in range(1, 201)}
    new = {f"K{number}": statement(number).replace(" ", " or ", 3) for number in range(1, 201)}
    paths = write_list(tmp_path, "1.1", old), write_list(tmp_path, "1.2", new)
    run = program("ksbs", "diff", *paths, "--format", "json")
    assert run.returncode == 0
    assert json.loads(run.stdout)["counts"]["reworded"] == 200


def test_long_statements_and_long_lists_are_compared_in_bounded_time(tmp_path):
    again = "the " * 200_000
    lists = {
        "one word again and again": ({"K1": again}, {"K1": f"a {again} a"}),
        "one long word": ({"K1": "ab" * 900_000}, {"K1": "ba" * 900_000}),
    }
    for old, new in lists.values():
        paths = write_list(tmp_path, "1.1", old), write_list(tmp_path, "1.2", new)
        run = program("ksbs", "diff", *paths, timeout=60)
        assert run.returncode == 0, run.stderr


def test_more_changes_than_any_standard_has_are_refused_in_words(diff):
    old = {f"K{number}": f"Old thing {number}" for number in range(1, 502)}
    new = {label: text.replace("Old", "New") for label, text in old.items()}
    run = diff(old, new)
    assert run.code == 2
    assert "differ in more than 500 statements" in run.err
    assert diff(old, {**old, "K1": "New thing 1"}).code == 0
