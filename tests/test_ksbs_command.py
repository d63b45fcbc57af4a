"""`htq ksbs`: lists are made from records with made-up wording, and read back."""

import copy
import html
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import IN_WINDOW, program
from htqcli.ksbs.importing import RecordOrigin, from_record, read_back
from htqcli.ksbs.lists import read_list

pytestmark = pytest.mark.slow

RECORD = {
    "referenceNumber": "ST0117",
    "title": " Business &amp; data <b>analyst</b> ",
    "version": "1.2",
    "status": "Approved for delivery",
    "level": 4,
    "coreAndOptions": True,
    "options": [{"optionId": "o1", "title": "Systems"}, {"optionId": "o2", "title": "Data"}, None],
    "knowledges": [
        {"knowledgeId": "k-a", "detail": "<p>Made-up &lt;one&gt;<br>and more&nbsp;</p>"},
        None,
        {"knowledgeId": "k-c", "detail": "Made-up three"},
        {"knowledgeId": "K-A", "detail": "<p>Made-up &lt;one&gt; and more</p>"},
    ],
    "skills": [{"skillId": "s-a", "detail": "Made-up skill"}, {"skillId": "s-b", "detail": ""}],
    "behaviours": [{"behaviourId": "b-a", "detail": "Made-up ‘behaviour’: yes # no"}],
    "duties": [
        None,
        {"isThisACoreDuty": 1, "mappedKnowledge": ["k-a"], "mappedBehaviour": ["b-a", None]},
        {"isThisACoreDuty": 0, "mappedKnowledge": ["k-c", "lost"], "mappedOptions": ["o1"]},
        {"isThisACoreDuty": 0, "mappedSkills": ["s-a"], "mappedOptions": ["o2"]},
    ],
    "lastUpdated": "2026-07-01T00:00:00",
}


def changed(**fields):
    return {**copy.deepcopy(RECORD), **fields}


@pytest.fixture
def imported(htq, tmp_path):
    """The lists made from these records, by file name, and the run that made them."""

    def run(feed, *words):
        (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
        done = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs", *words)
        files = sorted((tmp_path / "ksbs").glob("*")) if (tmp_path / "ksbs").exists() else []
        return {f.name: yaml.safe_load(f.read_text(encoding="utf-8")) for f in files}, done

    return run


def test_a_record_becomes_a_list_with_labels_numbered_by_position(imported):
    files, run = imported(RECORD)
    assert run.code == 0
    assert run.out.startswith("Wrote 1 KSB list to ")
    assert run.out.endswith("/ksbs/: ST0117 version 1.2 (4 KSBs)\n")
    (made,) = files.values()
    assert list(files) == ["ST0117-1.2.yaml"]
    assert made["title"] == "Business & data analyst"
    assert (made["reference"], made["version"], made["level"]) == ("ST0117", "1.2", 4)
    assert made["ksbs"] == {
        "K1": "Made-up <one> and more",
        "K3": "Made-up three",
        "S1": "Made-up skill",
        "B1": "Made-up ‘behaviour’: yes # no",
    }
    assert made["options"] == {"Systems": ["K1", "K3", "B1"], "Data": ["K1", "S1", "B1"]}
    assert made["source"]["address"].endswith("/ST0117")
    assert len(made["source"]["sha256"]) == 64
    assert "Open Government Licence v3.0" in made["attribution"]


def test_everything_left_out_of_a_list_is_reported(imported):
    _, run = imported(RECORD)
    for said in ("K2 has no text", "K4 is there twice", "S2 has no text", "name 1 KSB that"):
        assert said in run.err


def test_the_usable_records_of_a_faulty_feed_are_imported(imported):
    feed = [
        None,
        "text",
        RECORD,
        changed(version=None, versionNumber="1.3"),
        changed(referenceNumber="FA0001"),
        changed(referenceNumber=None),
        changed(version="one"),
        changed(title=None, version="1.4"),
        changed(knowledges=None, skills={}, behaviours=[None], version="1.5"),
        changed(duties="none", options=7, version="1.6"),
        RECORD,
    ]
    files, run = imported(feed)
    assert list(files) == ["ST0117-1.2.yaml", "ST0117-1.3.yaml", "ST0117-1.6.yaml"]
    assert run.code == 0
    assert "ST0117 1.2 appears twice, with the status ‘Approved for delivery’" in run.err


def test_options_choose_the_standards_and_versions_to_import(imported):
    feed = [RECORD, changed(version="1.3"), changed(referenceNumber="ST0118")]
    assert list(imported(feed, "--reference", "st 0118")[0]) == ["ST0118-1.2.yaml"]
    assert "ST0117-1.3.yaml" in imported(feed, "--version", "1.3")[0]


@pytest.mark.parametrize("feed", ["{", "[" * 100_000, "null", "[]", "7", '"x"'])
def test_a_feed_without_a_list_gives_exit_code_3_without_a_traceback(htq, tmp_path, feed):
    (tmp_path / "feed.json").write_text(feed)
    run = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs")
    assert run.code == 3
    assert "feed.json" in run.err
    assert "Traceback" not in run.err


def test_a_feed_can_come_from_standard_input(tmp_path):
    run = program("ksbs", "import", "-", "-o", tmp_path / "k", input=json.dumps(RECORD).encode())
    assert run.returncode == 0
    assert [file.name for file in (tmp_path / "k").iterdir()] == ["ST0117-1.2.yaml"]


def test_a_missing_file_gives_exit_code_3(htq, tmp_path):
    run = htq("ksbs", "import", tmp_path / "nothing.json")
    assert (run.code, run.err.count("\n")) == (3, 1)


def test_the_lists_you_have_can_be_listed_and_shown(htq, imported, tmp_path):
    imported([RECORD, changed(version="1.10")])
    folder = ("--ksbs", tmp_path / "ksbs")
    listed = htq("ksbs", "list", *folder, "--format", "json").data
    assert [(row["reference"], row["version"], row["ksbs"]) for row in listed] == [
        ("ST0117", "1.10", 4),
        ("ST0117", "1.2", 4),
    ]
    shown = htq("ksbs", "show", "st117", *folder, "--format", "json").data
    assert [row["label"] for row in shown] == ["K1", "K3", "S1", "B1"]
    assert {row["version"] for row in shown} == {"1.10"}
    assert shown[1]["options"] == ["Systems"]
    assert htq("ksbs", "show", "ST0117", "--version", "1.2", *folder).code == 0
    assert htq("ksbs", "show", "ST0999", *folder).code == 2
    assert htq("ksbs", "list", "--ksbs", tmp_path / "nowhere").code == 0


def test_a_draft_is_checked_against_an_imported_list(htq, imported, draft, tmp_path):
    path = draft({"reference: ST0116": "reference: ST0117", "title: Software": "title: Business"})
    imported(changed(version="1.1"))
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ209,HTQ502")
    codes = run.codes
    assert codes.count("HTQ209") == 1  # it has options, but the draft names none
    assert codes.count("HTQ502") == 38 - 4  # the list has only four labels


def test_text_in_a_record_cannot_command_the_terminal_or_pipeline(imported):
    word = "\x1b[31m##vso[task.x]y\u202e"
    feed = [changed(title=word, version="1.7"), changed(referenceNumber=word)]
    files, run = imported(feed)
    assert "\x1b" not in run.out + run.err
    assert "##vso[" not in run.out + run.err
    assert list(files) == ["ST0117-1.7.yaml"]


def test_invalid_characters_in_one_record_do_not_affect_the_others(htq, tmp_path):
    good, bad = json.dumps(changed(version="1.0")), json.dumps(changed(title="A\ud800B"))
    spoilt = json.dumps(changed(version="1.3", title="Caf@")).encode().replace(b"@", b"\xe9")
    feed = f"[{good},{bad},".encode() + spoilt + b"]"
    (tmp_path / "feed.json").write_bytes(b"\xef\xbb\xbf" + feed)
    run = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs")
    assert run.code == 0
    names = sorted(path.name for path in (tmp_path / "ksbs").iterdir())
    assert names == ["ST0117-1.0.yaml", "ST0117-1.2.yaml", "ST0117-1.3.yaml"]


def test_an_identical_list_is_not_written_again(imported, tmp_path):
    imported(RECORD)
    before = (tmp_path / "ksbs" / "ST0117-1.2.yaml").stat()
    imported(RECORD)
    after = (tmp_path / "ksbs" / "ST0117-1.2.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_folder_is_created_if_no_list_is_made(imported, tmp_path):
    _, run = imported(RECORD, "--version", "9.9")
    assert run.code == 3
    assert not (tmp_path / "ksbs").exists()


def test_a_feed_without_the_requested_records_is_reported(tmp_path):
    run = program("ksbs", "import", "-", "-o", tmp_path / "k", input=b"[]")
    assert run.returncode == 3
    assert b"-: it has no record with KSBs of a standard that you asked for\n" in run.stderr


@pytest.mark.parametrize(
    ("detail", "statement"),
    [
        ("Made-<!-- not <b> this --> up<!-- nor this-->", "Made- up"),
        ("Made-up <!-- without end", "Made-up <!-- without end"),
        ("a --> b <!-- c -->", "a --> b"),
        ("<!-->Made-up", "<!-->Made-up"),
    ],
)
def test_a_comment_is_not_part_of_a_statement(imported, detail, statement):
    knowledges = [{"knowledgeId": "k-a", "detail": detail}]
    files, _ = imported(changed(knowledges=knowledges, coreAndOptions=False, duties=[]))
    assert files["ST0117-1.2.yaml"]["ksbs"]["K1"] == statement


@pytest.mark.parametrize("piece", ["<!--", "<", "<a ", "&", "<!-- --", "-->"])
def test_no_text_in_a_record_takes_long_to_import(tmp_path, piece):
    feed = changed(title=piece * 200_000)
    # If the time grew with the square of the length, this would take many minutes.
    run = program("ksbs", "import", "-", input=json.dumps(feed).encode(), cwd=tmp_path, timeout=60)
    assert run.returncode in (0, 3)


# Oddities that the published data is known to have


def plain_record(**fields):
    """A record of a standard with the options Web and Mobile and one KSB of each kind."""
    return {
        "referenceNumber": "ST0117",
        "title": "Made-up occupation",
        "version": "1.2",
        "level": 4,
        "coreAndOptions": True,
        "options": [{"optionId": "O-1", "title": "Web"}, {"optionId": "o-2", "title": "Mobile"}],
        "knowledges": [{"knowledgeId": "k-1", "detail": "Made-up knowledge"}],
        "skills": [{"skillId": "s-1", "detail": "Made-up skill"}],
        "behaviours": [{"behaviourId": "b-1", "detail": "Made-up behaviour"}],
    } | fields


def duty(core=0, options=(), **mapped):
    names = {"k": "mappedKnowledge", "s": "mappedSkills", "b": "mappedBehaviour"}
    return {
        "isThisACoreDuty": core,
        "mappedOptions": list(options),
        **{names[kind]: ids for kind, ids in mapped.items()},
    }


def only(files):
    (made,) = files.values()
    return made


@pytest.mark.parametrize(
    "duties",
    [
        None,
        [],
        "none",
        [{"dutyDetail": ".", "isThisACoreDuty": 0}],
        [duty(core=1), None, 7],
        [duty(k=["lost"], options=["o-1"])],
        [duty(k=["00000000-0000-0000-0000-000000000000"], options=["o-1"])],
    ],
)
def test_without_a_usable_duty_each_option_needs_every_ksb(imported, duties):
    files, run = imported(plain_record(duties=duties))
    assert only(files)["options"] == {"Web": ["K1", "S1", "B1"], "Mobile": ["K1", "S1", "B1"]}
    assert "no duty maps to its KSBs, so every option needs all of them" in run.err


@pytest.mark.parametrize("core", [1, 1.0, True, "1", "true", "True", " TRUE "])
def test_a_core_duty_is_recognised_in_every_spelling_of_the_flag(imported, core):
    files, _ = imported(plain_record(duties=[duty(core, ["o-1"], k=["k-1"], s=["s-1"])]))
    assert only(files)["options"]["Mobile"] == ["K1", "S1", "B1"]


@pytest.mark.parametrize("core", [0, False, "0", "false", None, ""])
def test_an_option_does_not_need_a_ksb_that_only_other_options_map_to(imported, core):
    files, _ = imported(plain_record(duties=[duty(core, ["o-1"], k=["k-1"])]))
    assert only(files)["options"] == {"Web": ["K1", "S1", "B1"], "Mobile": ["S1", "B1"]}


def test_ids_match_in_any_case(imported):
    duties = [duty(options=[" o-1 "], k=["K-1"]), duty(options=["{O-2}"], s=["S-1"])]
    files, run = imported(plain_record(duties=duties))
    assert only(files)["options"] == {"Web": ["K1", "B1"], "Mobile": ["S1", "B1"]}
    assert "lacks" not in run.err


@pytest.mark.parametrize("options", [[], ["lost"], [None], "o-1"])
def test_a_duty_without_a_known_option_applies_to_every_option(imported, options):
    duties = [duty(options=options, k=["k-1"]), duty(options=["o-1"], k=["k-1"])]
    files, _ = imported(plain_record(duties=duties))
    assert only(files)["options"]["Mobile"] == ["K1", "S1", "B1"]


@pytest.mark.parametrize("flag", [False, 0, "0", "false", None])
def test_options_are_ignored_unless_the_standard_has_core_and_options(imported, flag):
    names = ["Web"]
    files, _ = imported(plain_record(coreAndOptions=flag, optionsUnstructuredTemplate=names))
    assert "options" not in only(files)


@pytest.mark.parametrize("options", [[], None, [None], [{"optionId": "o-1", "title": " "}]])
def test_an_option_given_only_by_name_needs_every_ksb(imported, options):
    record = plain_record(
        options=options,
        optionsUnstructuredTemplate=["Web", " Mobile &amp; games", None, "web"],
        duties=[duty(options=["o-1"], k=["k-1"])],
    )
    files, _ = imported(record)
    every = ["K1", "S1", "B1"]
    assert only(files)["options"] == {"Web": every, "Mobile & games": every}


def test_a_repeated_option_has_the_duties_of_each_of_its_ids(imported):
    options = [
        {"optionId": "o-1", "title": "Web"},
        {"optionId": "o-1", "title": "Web"},
        {"optionId": "o-3", "title": "WEB"},
        {"optionId": "o-1", "title": "Mobile"},
        {"optionId": "o-4", "title": "Data"},
    ]
    duties = [duty(options=["o-1"], k=["k-1"]), duty(options=["o-3"], s=["s-1"])]
    files, _ = imported(plain_record(options=options, duties=duties))
    assert only(files)["options"] == {
        "Web": ["K1", "S1", "B1"],
        "Mobile": ["K1", "B1"],
        "Data": ["B1"],
    }


def test_a_draft_can_use_an_option_given_only_by_name(htq, imported, draft):
    path = draft({"reference: ST0116": "reference: ST0117\n    option: mobile"})
    imported(plain_record(version="1.1", options=[], optionsUnstructuredTemplate=["Mobile"]))
    words = ("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ209")
    assert htq(*words).codes == []


def test_unnamed_options_are_reported_and_a_draft_may_keep_its_option(htq, imported, draft):
    path = draft({"reference: ST0116": "reference: ST0117\n    option: Web"})
    files, run = imported(plain_record(version="1.1", options=[None]))
    assert "options" not in files["ST0117-1.1.yaml"]
    assert "it has options, but the data does not name them" in run.err
    words = ("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ209")
    (finding,) = htq(*words).findings
    assert "If the standard does have it" in finding["hint"]


def test_gaps_are_reported_for_an_option_of_a_standard_without_duties(htq, imported, draft):
    path = draft({"reference: ST0116": "reference: ST0117\n    option: Web"})
    imported(plain_record(version="1.1", duties=[]))
    text = path.read_text(encoding="utf-8")
    mapping = text[text.index("    ksbs:") : text.index("\n\n", text.index("    ksbs:"))]
    path.write_text(text.replace(mapping, "    ksbs: {K1: [U1]}"), encoding="utf-8")
    run = htq("check", path, "--at", IN_WINDOW, "--format", "json", "--select", "HTQ503")
    (finding,) = run.findings
    assert "S1 and B1" in finding["message"]


NO_ID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("repeated", [NO_ID, "k-1"])
def test_labels_are_numbered_by_position_even_if_ids_repeat(imported, repeated):
    texts = ["One", "Two", "<p>One</p>", "Three"]
    knowledges = [{"knowledgeId": repeated, "detail": text} for text in texts]
    files, run = imported(plain_record(knowledges=knowledges))
    assert only(files)["ksbs"] == {
        "K1": "One",
        "K2": "Two",
        "K4": "Three",
        "S1": "Made-up skill",
        "B1": "Made-up behaviour",
    }
    assert "ST0117 version 1.2: K3 is there twice\n" in run.err


def test_statements_without_an_id_are_kept_even_if_their_text_repeats(imported):
    files, _ = imported(plain_record(knowledges=[{"detail": "One"}, {"detail": "One"}]))
    assert list(only(files)["ksbs"]) == ["K1", "K2", "S1", "B1"]


@pytest.mark.parametrize(
    ("detail", "statement"),
    [
        ("&lt;p&gt;A &amp;amp; B&amp;nbsp;&lt;/p&gt;", "A & B"),
        ("&amp;lt;p&amp;gt;A&amp;lt;/p&amp;gt;", "A"),
        ("&lt;ul&gt;&lt;li&gt;A&lt;/li&gt;&lt;li&gt;B&lt;/li&gt;&lt;/ul&gt;", "A B"),
        ("A&lt;br /&gt;B", "A B"),
        ('<p class="x">A</p><p>B<sup>2</sup></p>', "A B2"),
        ("<p>R&amp;amp;D</p>", "R&D"),
        ("AT&T", "AT&T"),
        ("<main>, <nav> and <aside>", "<main>, <nav> and <aside>"),
        ("&lt;main&gt;, &lt;nav&gt; and &lt;aside&gt;", "<main>, <nav> and <aside>"),
        ("<p>Elements such as &lt;main&gt;</p>", "Elements such as <main>"),
        ("<p>The &lt;b&gt;bold&lt;/b&gt; element</p>", "The <b>bold</b> element"),
        ("The <b> and <i> elements", "The <b> and <i> elements"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("A\ufffeB\uffff", "AB"),
        ("TBC", "TBC"),
        ("TODO lists", "TODO lists"),
        (".", "."),
        ("<statement>", "<statement>"),
        ("'\"\\: #{[&*!|>%@`\u2028\x07é", "'\"\\: #{[&*!|>%@` é"),
    ],
)
def test_a_statement_is_the_text_that_a_reader_of_the_page_sees(
    htq, imported, tmp_path, detail, statement
):
    knowledges = [{"knowledgeId": "k-1", "detail": detail}]
    assert only(imported(plain_record(knowledges=knowledges))[0])["ksbs"]["K1"] == statement
    shown = htq("ksbs", "show", "ST0117", "--ksbs", tmp_path / "ksbs", "--format", "json").data
    assert shown[0]["statement"] == statement


@pytest.mark.parametrize("detail", ["TBC", "<statement>", ".", "-", "TBD later", "todo"])
def test_a_ksb_with_an_unfinished_statement_is_kept_and_reported(imported, detail):
    skills = [{"skillId": "s-1", "detail": detail}, {"skillId": "s-2", "detail": "Made-up"}]
    files, run = imported(plain_record(skills=skills, duties=[]))
    assert only(files)["options"]["Web"] == ["K1", "S1", "S2", "B1"]
    assert f"S1 is kept, but its statement looks unfinished: ‘{detail}’\n" in run.err


@pytest.mark.parametrize("detail", [None, "", " &nbsp; ", "<p></p>", 7, "\u200b\ufffe"])
def test_an_entry_without_text_is_left_out_without_renumbering_the_others(imported, detail):
    skills = [{"skillId": "s-1", "detail": detail}, {"skillId": "s-2", "detail": "Made-up"}]
    files, run = imported(plain_record(skills=skills))
    assert list(only(files)["ksbs"]) == ["K1", "S2", "B1"]
    assert "ST0117 version 1.2: S1 has no text\n" in run.err


@pytest.mark.parametrize(
    ("written", "level"),
    [(4, 4), ("4", 4), ("Level 4", 4), (4.0, 4), (4.5, None), ("higher", None), (True, None)],
)
def test_a_level_is_read_or_left_out_with_a_message(htq, imported, tmp_path, written, level):
    files, run = imported(plain_record(level=written))
    assert only(files).get("level") == level
    assert ("cannot be used" in run.err) is (level is None)
    (row,) = htq("ksbs", "list", "--ksbs", tmp_path / "ksbs", "--format", "json").data
    assert row["level"] == level


def test_an_unusable_status_is_left_out_and_reported(imported):
    files, run = imported(plain_record(status="TBC"))
    assert "status" not in only(files)
    assert "its status ‘TBC’ cannot be used" in run.err


def test_a_list_that_could_not_be_read_back_is_not_written(imported, tmp_path):
    large = [{"knowledgeId": "k-1", "detail": "Made-up " * 700_000}]
    files, run = imported(plain_record(knowledges=large))
    assert (files, run.code, run.out) == ({}, 3, "")
    assert "ST0117 version 1.2: its list could not be read back: line 1: The file is" in run.err
    assert not (tmp_path / "ksbs").exists()
    files, run = imported([plain_record(knowledges=large), plain_record(version="1.3")])
    assert (list(files), run.code) == (["ST0117-1.3.yaml"], 0)


def test_a_ksb_whose_number_is_too_large_for_a_label_is_left_out_and_reported(imported):
    many = [{"knowledgeId": f"k-{n}", "detail": f"Made-up {n}"} for n in range(10_000)]
    files, run = imported(plain_record(knowledges=many, coreAndOptions=False))
    assert len(only(files)["ksbs"]) == 9_999 + 2
    assert "‘K10000’ is not a label such as K1" in run.err


RIVALS = [
    ("In development", "2026-07-03T00:00:00", "Later, but in development"),
    ("approved for delivery", "2026-07-02T09:00:00", "Approved first"),
    ("Approved for delivery", "2026-07-02T10:00:00", "Approved last"),
    (None, None, "No status"),
]


@pytest.mark.parametrize("turn", range(4))
def test_among_records_of_one_version_the_approved_then_the_newest_counts(imported, turn):
    feed = [
        plain_record(status=status, lastUpdated=updated, title=title)
        for status, updated, title in RIVALS[turn:] + RIVALS[:turn]
    ]
    files, run = imported(feed)
    assert only(files)["title"] == "Approved last"
    assert run.err.count("ST0117 1.2 appears twice") == 3


def test_the_order_of_equally_good_records_does_not_matter(imported):
    feed = [plain_record(title="Made-up a"), plain_record(title="Made-up b")]
    first = only(imported(feed)[0])["title"]
    assert only(imported(feed[::-1], "--force")[0])["title"] == first


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"skills": [{"skillId": "s-1", "detail": "Another skill"}]}, "S1"),
        ({"behaviours": []}, "B1"),
        ({"duties": [duty(options=["o-1"], k=["k-1"])]}, "the KSBs that ‘Mobile’ needs"),
        ({"coreAndOptions": False}, "its options"),
    ],
)
def test_a_list_that_differs_is_replaced_only_with_force(imported, fields, said):
    before, _ = imported(plain_record())
    after, run = imported(plain_record(**fields))
    assert (after, run.code, run.out) == (before, 3, "")
    assert f"ST0117-1.2.yaml: not replaced: the list that you have differs in {said}." in run.err
    assert "--force" in run.err
    forced, run = imported(plain_record(**fields), "--force")
    assert run.code == 0
    assert forced != before


def test_a_list_with_the_same_ksbs_is_replaced_without_force(imported):
    imported(plain_record(title="Old title"))
    files, run = imported(plain_record(lastUpdated="2026-08-01T00:00:00"))
    assert (only(files)["title"], run.code) == ("Made-up occupation", 0)
    assert run.out.startswith("Wrote 1 KSB list to ")
    _, run = imported(plain_record(lastUpdated="2026-08-01T00:00:00"))
    assert run.out.startswith("No change to 1 KSB list in ")


def test_a_file_that_is_not_a_list_is_replaced_only_with_force(imported, tmp_path):
    (tmp_path / "ksbs").mkdir()
    (tmp_path / "ksbs" / "ST0117-1.2.yaml").write_text("my: notes\n")
    files, run = imported(plain_record())
    assert (only(files), run.code) == ({"my": "notes"}, 3)
    assert "cannot be used" in run.err
    assert "ksbs" in only(imported(plain_record(), "--force")[0])


def test_several_sources_are_imported_together(htq, tmp_path):
    for name, version in (("a", "1.1"), ("b", "1.2")):
        (tmp_path / name).write_text(json.dumps(plain_record(version=version)))
    run = htq("ksbs", "import", tmp_path / "a", tmp_path / "b", "-o", tmp_path / "ksbs")
    assert run.out.endswith("ST0117 version 1.1 (3 KSBs), ST0117 version 1.2 (3 KSBs)\n")


def test_a_source_that_cannot_be_read_does_not_stop_the_others(htq, tmp_path):
    (tmp_path / "a").write_text(json.dumps(plain_record(coreAndOptions=False)))
    (tmp_path / "b").write_text("{")
    words = ("ksbs", "import", tmp_path / "none", tmp_path / "b", tmp_path / "a")
    run = htq(*words, "-o", tmp_path / "ksbs")
    assert run.code == 3
    assert run.out.endswith("/ksbs/: ST0117 version 1.2 (3 KSBs)\n")
    for line, name in zip(run.err.splitlines(), ("none", "b"), strict=True):
        assert line.startswith(f"{tmp_path / name}: the standards data is not read: ")


# A list with labels only


COUNTED = "reference: ST0116\nversion: '1.1'\ntitle: Software developer\n"


def test_a_list_with_labels_only_gives_the_same_findings_as_one_with_statements(
    htq, draft, tmp_path
):
    path = draft({"      K10:": "      K11x:", "      S3:": "      S99:"})
    words = ("check", path, "--at", IN_WINDOW, "--format", "json")
    stated = [(f["code"], f["pointer"], f["message"]) for f in htq(*words).findings]
    assert {"HTQ502", "HTQ511"} <= {code for code, _, _ in stated}
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    file.write_text(f"{COUNTED}labels: {{K: 12, S: 17, B: 9}}\n")
    assert [(f["code"], f["pointer"], f["message"]) for f in htq(*words).findings] == stated


def test_a_list_with_labels_only_can_be_listed_shown_and_used_for_coverage(htq, draft, tmp_path):
    path = draft()
    file = tmp_path / "ksbs" / "ST0116-1.1.yaml"
    file.write_text(f"{COUNTED}labels: {{B: 1, K: 2}}\noptions: {{Web: [K1], Data: [K2]}}\n")
    folder = ("--ksbs", tmp_path / "ksbs")
    listed = htq("ksbs", "list", *folder, "--format", "json").data
    assert [(row["version"], row["ksbs"]) for row in listed[1:3]] == [("1.1", 3), ("1.10", 38)]
    shown = htq("ksbs", "show", "ST0116", "--version", "1.1", *folder, "--format", "json").data
    assert [(row["label"], row["statement"], row["options"]) for row in shown] == [
        ("K1", None, ["Web"]),
        ("K2", None, ["Data"]),
        ("B1", None, ["Web", "Data"]),
    ]
    for format in ("text", "csv", "json", "markdown", "html"):
        assert htq("coverage", path, "--format", format).code == 0
    made = htq("init", "--standard", "ST0116", "--ksbs", tmp_path / "ksbs", "-o", tmp_path / "new")
    assert made.code == 0


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "labels: {}",
        "labels: {K: 0}",
        "ksbs: {}",
        "labels: {K: 1}\nksbs: {K1: Made-up}",
        "labels: {A: 1}",
        "labels: {K: -1}",
        "labels: {K: 10000}",
        "labels: {K: 1000000000000}",
        "labels: 7",
        "ksbs: {K1: ''}",
    ],
)
def test_a_list_needs_either_labels_or_statements_and_at_least_one_ksb(htq, tmp_path, rest):
    (tmp_path / "ST0116-1.1.yaml").write_text(f"{COUNTED}{rest}\n")
    run = htq("ksbs", "list", "--ksbs", tmp_path, "--format", "json")
    assert run.data == []
    assert "cannot be used: line" in run.err


def test_a_list_with_labels_only_is_replaced_by_one_with_the_same_labels(imported, tmp_path):
    (tmp_path / "ksbs").mkdir()
    head = "reference: ST0117\nversion: '1.2'\ntitle: Made-up\n"
    file = tmp_path / "ksbs" / "ST0117-1.2.yaml"
    options = "options: {Web: [], Mobile: []}\n"
    file.write_text(f"{head}{options}labels: {{K: 1, S: 1, B: 2}}\n")
    assert "differs in B2." in imported(plain_record())[1].err
    file.write_text(f"{head}{options}labels: {{K: 1, S: 1, B: 1}}\n")
    files, run = imported(plain_record())
    assert (only(files)["ksbs"]["B1"], run.code) == ("Made-up behaviour", 0)


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ("{Web: [K1], Data: [K2]}", ["K1", "K3"]),
        ("{Web: [], Data: []}", ["K1", "K2", "K3"]),
        ("{Web: [], Data: [K1, K2, K3]}", ["K1", "K2", "K3"]),
        ("{Web: [K1, K9]}", ["K1", "K2", "K3"]),
        ("{Web: [K1], Data: [K1, K2, K3]}", ["K1"]),
    ],
)
def test_an_option_needs_its_own_ksbs_and_those_that_belong_to_no_option(options, needed):
    text = f"{COUNTED}labels: {{K: 3}}\noptions: {options}\n"
    known = read_list(text.encode())
    assert list(known.needed("web")) == needed
    assert list(known.needed(None)) == ["K1", "K2", "K3"]


# A saved page of an occupation, and a record of the Occupational Maps API

GUID = "5d0e7a4c-0000-4000-8000-00000000000{}"


def record_of(texts):
    """A record of the standards data with these statements of each kind."""
    return {
        "referenceNumber": "ST0117",
        "title": "Made-up occupation",
        "version": "1.2",
        "level": 4,
        "knowledges": [{"knowledgeId": GUID.format(n), "detail": t} for n, t in texts["K"]],
        "skills": [{"skillId": GUID.format(n), "detail": t} for n, t in texts["S"]],
        "behaviours": [{"behaviourId": GUID.format(n), "detail": t} for n, t in texts["B"]],
    }


def map_of(texts):
    """The same as a record of the Occupational Maps API."""

    def entries(kind, key):
        return [{"id": GUID.format(n), key: f"{kind}{n}", "detail": t} for n, t in texts[kind]]

    return {
        "stdCode": "ST0117",
        "title": "Made-up occupation",
        "versionNo": "1.2",
        "level": "4",
        "knowledges": entries("K", "knowledgeId"),
        "skills": entries("S", "skillId")[::-1],
        "behaviours": entries("B", "behaviourId"),
    }


def page_of(texts, labels=None):
    """The same as a saved page, which has each KSB under every duty that maps to it."""
    found = {f"{kind}{n}": html.escape(t) for kind in "KSB" for n, t in texts[kind]}
    items = [
        f'<span class="ksb-item" data-ksb-id="{label}" data-ksb-text="{found[label]} ">'
        f"<strong>{label} </strong></span>"
        for label in (*(labels or found), *list(found)[:2])
    ]
    return f"""<!doctype html>
<html><head><meta charset="utf-8"><meta property="og:title" content="Made-up occupation"/>
<title>Made-up occupation / Skills England</title>
<link rel="canonical" href="https://skillsengland.education.gov.uk/occupations/OCC0117-v1-1">
</head><body><h1>Made-up occupation</h1>
<li><strong>Reference:</strong> OCC0117</li><li><strong>Level:</strong> 4</li>
{"".join(items)}
<span><strong> Qualification level:</strong> 2</span></body></html>"""


TEXTS = {
    "K": [(1, "Plans & ‘methods’"), (2, "<main>, <nav> and <aside>"), (3, 'Uses "signs" – é')],
    "S": [(n, f"Made-up skill {n}") for n in range(1, 12)],
    "B": [(1, "Made-up behaviour")],
}
OF_PAGE = ("--reference", "ST0117", "--version", "1.2")


@pytest.fixture
def from_text(htq, tmp_path):
    """The lists made from a source with this text, by file name, and the run that made them."""

    def run(content, *words, encoding="utf-8"):
        (tmp_path / "source").write_bytes(content.encode(encoding))
        done = htq("ksbs", "import", tmp_path / "source", "-o", tmp_path / "ksbs", *words)
        files = (tmp_path / "ksbs").glob("*")
        return {f.name: read_list(f.read_bytes()) for f in files}, done

    return run


def test_a_page_and_both_kinds_of_record_give_equal_lists(from_text):
    found = []
    escaped = {kind: [(n, html.escape(text)) for n, text in texts] for kind, texts in TEXTS.items()}
    for text in (page_of(TEXTS), json.dumps(record_of(escaped)), json.dumps(map_of(escaped))):
        files, run = from_text(text, *OF_PAGE, "--force")
        assert (run.code, run.err) == (0, "")
        found.append(only(files).model_dump(exclude={"source"}))
    assert found[0] == found[1] == found[2]
    assert found[0]["statements"]["K2"] == "<main>, <nav> and <aside>"
    assert list(found[0]["statements"])[-2:] == ["S11", "B1"]


def test_a_list_names_its_source(from_text):
    page = only(from_text(page_of(TEXTS), *OF_PAGE)[0]).source.address
    assert page == "https://skillsengland.education.gov.uk/occupations/OCC0117-v1-1"
    record = only(from_text(json.dumps(map_of(TEXTS)), "--force")[0]).source.address
    assert record.endswith("/api/v1/Occupations/OCC0117")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_source_is_read_in_each_encoding_that_powershell_uses(from_text, encoding):
    for text in (page_of(TEXTS), json.dumps(record_of(TEXTS))):
        files, run = from_text(text, *OF_PAGE, encoding=encoding)
        assert (only(files).ksbs["K3"], run.code) == ('Uses "signs" – é', 0)


@pytest.mark.parametrize(
    "words",
    [(), OF_PAGE[:2], OF_PAGE[2:], (*OF_PAGE, "--reference", "ST0118"), (*OF_PAGE[:3], "x")],
)
def test_importing_a_page_needs_one_reference_and_one_version(from_text, words):
    files, run = from_text(page_of(TEXTS), *words)
    assert (files, run.code) == ({}, 2)
    assert "--reference" in run.err
    assert "--version" in run.err


def test_the_page_of_another_occupation_is_refused(from_text):
    files, run = from_text(page_of(TEXTS), "--reference", "ST0118", "--version", "1.2")
    assert (files, run.code) == ({}, 3)
    assert "‘OCC0117’ is not the occupation of ST0118" in run.err


def test_wrong_repeated_and_missing_labels_of_a_page_are_reported(from_text):
    labels = [f"{kind}{n}" for kind in "KSB" for n, _ in TEXTS[kind]]
    more = "".join(
        f'<p data-ksb-id="{label}" data-ksb-text="{text}"></p>'
        for label, text in (("X1", "x"), ("K2", "Another"), ("K1", ""))
    )
    page = page_of(TEXTS, [label for label in labels if label not in ("S3", "S4")])
    files, run = from_text(page.replace("</body>", more), *OF_PAGE)
    assert run.code == 0
    assert len(only(files).ksbs) == 13
    assert run.err.splitlines() == [
        "ST0117 version 1.2: ‘X1’ is not a label such as K1",
        "ST0117 version 1.2: K2 is there twice",
        "ST0117 version 1.2: the page does not have S3 and S4",
    ]


def test_entries_of_a_maps_record_without_a_label_are_left_out_and_reported(from_text):
    record = map_of(TEXTS)
    record["knowledges"] = [None, *record["knowledges"], {"id": "x", "detail": "No label"}]
    record["skills"][0]["skillId"] = " s 11 "
    files, run = from_text(json.dumps(record))
    assert list(only(files).ksbs) == [f"{kind}{n}" for kind in "KSB" for n, _ in TEXTS[kind]]
    assert run.err.count("‘’ is not a label such as K1") == 2


@pytest.mark.parametrize(
    "text", ["<", "<html>", "<p data-ksb-id=K1>", "<div>" * 200_000, "<p data-ksb-id=" * 50_000]
)
def test_a_page_without_a_list_gives_exit_code_3_without_a_traceback(from_text, text):
    files, run = from_text(text, *OF_PAGE)
    assert (files, run.code) == ({}, 3)
    assert "Traceback" not in run.err


# The department's rules written again, KSB by KSB, for records with the known faults

letters = st.sampled_from("abc")
any_case = letters.map(lambda one: one.upper()) | letters
ids = any_case | st.sampled_from([NO_ID, None, "lost"])
texts = st.sampled_from(["One", "Two", "Three", "Three", "", None])
flags = st.sampled_from([0, 1, "0", "1", True, False, "true", "false", None])
duties = st.one_of(
    st.none(),
    st.builds(
        duty,
        flags,
        st.lists(ids, max_size=2),
        k=st.lists(ids, max_size=3),
        s=st.lists(ids, max_size=2),
    ),
)
entries = st.lists(st.none() | st.tuples(ids, texts), max_size=5)
records = st.builds(
    lambda flag, options, knowledges, skills, mapping: plain_record(
        coreAndOptions=flag,
        options=[{"optionId": one, "title": title} for one, title in options],
        knowledges=[e and {"knowledgeId": e[0], "detail": e[1]} for e in knowledges],
        skills=[e and {"skillId": e[0], "detail": e[1]} for e in skills],
        duties=mapping,
    ),
    flags,
    st.lists(st.tuples(ids, st.sampled_from(["Web", "Mobile", "Data", None])), max_size=4),
    entries,
    entries,
    st.lists(duties, max_size=5),
)


def as_id(value):
    return None if value in (None, NO_ID) else value.lower()


def as_flag(value):
    return value in (1, True, "1", "true")


def expected_statements(record):
    """The label, kind, id and text of each KSB that the rules give."""
    for kind, name, key in (
        ("K", "knowledges", "knowledgeId"),
        ("S", "skills", "skillId"),
        ("B", "behaviours", "behaviourId"),
    ):
        before = []
        for place, entry in enumerate(record[name]):
            if entry and entry["detail"]:
                same = (str(entry[key]).lower(), entry["detail"])
                if not entry[key] or same not in before:
                    yield f"{kind}{place + 1}", kind, as_id(entry[key]), entry["detail"]
                before.append(same)


def is_needed(record, option, kind, own):
    """Whether an option needs a KSB: not if only duties of other options map to it."""
    ours = {as_id(o["optionId"]) for o in record["options"] if o["title"] == option} - {None}
    every = {as_id(o["optionId"]) for o in record["options"] if o["title"]} - {None}
    field = {"K": "mappedKnowledge", "S": "mappedSkills", "B": "mappedBehaviour"}[kind]
    mapping = [
        one for one in record["duties"] if one and own in [as_id(i) for i in one.get(field, [])]
    ]
    if own is None or not mapping:
        return True
    for one in mapping:
        owners = {as_id(i) for i in one["mappedOptions"]} & every
        if as_flag(one["isThisACoreDuty"]) or not owners or owners & ours:
            return True
    return False


@given(records)
@settings(max_examples=100)
def test_lists_follow_the_rules_of_the_department(record):
    made = from_record(record, RecordOrigin("https://example.org", "2026-07-01", "0"))
    expected = list(expected_statements(record))
    assert {label: text for label, _, _, text in expected} == yaml.safe_load(made.text)["ksbs"]
    read = read_back(made)
    titles = {o["title"] for o in record["options"] if o["title"]}
    if not as_flag(record["coreAndOptions"]):
        titles = set()
    assert set(read.options) == titles
    for title in titles:
        needed = [label for label, kind, own, _ in expected if is_needed(record, title, kind, own)]
        assert list(read.options[title]) == needed
        assert list(read.needed(title)) == needed or (
            not needed and len(read.ksbs) == len(expected)
        )


@pytest.mark.parametrize("nothing", [None, "none", [], {}, [None]])
@pytest.mark.parametrize(
    ("field", "kind"),
    [("knowledges", "knowledge"), ("skills", "skills"), ("behaviours", "behaviours")],
)
def test_a_record_without_one_kind_of_ksb_is_reported(imported, field, kind, nothing):
    files, run = imported(plain_record(**{field: nothing}))
    assert len(only(files)["ksbs"]) == 2
    assert f"ST0117 version 1.2: it has no {kind}\n" in run.err


def test_a_record_with_every_kind_of_ksb_is_not_reported_as_incomplete(imported):
    assert "it has no" not in imported(plain_record())[1].err


def test_labels_skipped_in_a_maps_record_are_reported(imported):
    knowledge = [{"knowledgeId": label, "detail": f"Made-up {label}"} for label in ("K1", "K4")]
    record = {
        "stdCode": "ST0117", "versionNo": "1.2", "title": "Made-up occupation", "level": 4,
        "knowledges": knowledge,
        "skills": [{"skillId": "S1", "detail": "Made-up skill"}],
        "behaviours": [{"behaviourId": "B1", "detail": "Made-up behaviour"}],
    }  # fmt: skip
    files, run = imported(record)
    assert list(only(files)["ksbs"]) == ["K1", "K4", "S1", "B1"]
    assert "ST0117 version 1.2: the record does not have K2 and K3\n" in run.err
