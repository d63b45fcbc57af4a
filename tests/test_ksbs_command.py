"""`htq ksbs`: lists made from the published data, with made-up wording, and read back."""

import copy
import json

import pytest
import yaml

from conftest import IN_WINDOW, program

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
        {"knowledgeId": "k-a", "detail": "the first again"},
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
    """The lists made of these records, by file name, and the run that made them."""

    def run(feed, *words):
        (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
        done = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs", *words)
        files = sorted((tmp_path / "ksbs").glob("*")) if (tmp_path / "ksbs").exists() else []
        return {f.name: yaml.safe_load(f.read_text(encoding="utf-8")) for f in files}, done

    return run


def test_a_record_becomes_a_list_whose_labels_count_places(imported):
    files, run = imported(RECORD)
    assert run.code == 0
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


def test_what_is_left_out_is_said(imported):
    _, run = imported(RECORD)
    for said in ("K2 has no text", "K4 is there twice", "S2 has no text", "name 1 KSB that"):
        assert said in run.err


def test_the_sound_records_of_a_dirty_feed_are_imported(imported):
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
    assert "ST0117 1.2 is there a second time" in run.err


def test_standards_and_versions_are_chosen(imported):
    feed = [RECORD, changed(version="1.3"), changed(referenceNumber="ST0118")]
    assert list(imported(feed, "--reference", "st 0118")[0]) == ["ST0118-1.2.yaml"]
    assert "ST0117-1.3.yaml" in imported(feed, "--version", "1.3")[0]


@pytest.mark.parametrize("feed", ["{", "[" * 100_000, "null", "[]", "7", '"x"'])
def test_a_feed_that_holds_no_list_is_exit_3_and_no_traceback(htq, tmp_path, feed):
    (tmp_path / "feed.json").write_text(feed)
    run = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs")
    assert run.code == 3
    assert "feed.json" in run.err
    assert "Traceback" not in run.err


def test_a_feed_comes_from_standard_input_too(tmp_path):
    run = program("ksbs", "import", "-", "-o", tmp_path / "k", input=json.dumps(RECORD).encode())
    assert run.returncode == 0
    assert [file.name for file in (tmp_path / "k").iterdir()] == ["ST0117-1.2.yaml"]


def test_a_file_that_is_not_there_is_exit_3(htq, tmp_path):
    run = htq("ksbs", "import", tmp_path / "nothing.json")
    assert (run.code, run.err.count("\n")) == (3, 1)


def test_the_lists_at_hand_are_listed_and_shown(htq, imported, tmp_path):
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
    assert codes.count("HTQ209") == 1  # it has options, and none is named
    assert codes.count("HTQ502") == 38 - 4  # the list has but four labels


def test_a_hostile_record_says_nothing_to_the_terminal(imported):
    word = "\x1b[31m##vso[task.x]y\u202e"
    feed = [changed(title=word, version="1.7"), changed(referenceNumber=word)]
    files, run = imported(feed)
    assert "\x1b" not in run.out + run.err
    assert "##vso[" not in run.out + run.err
    assert list(files) == ["ST0117-1.7.yaml"]


def test_what_is_not_utf_8_or_half_a_pair_of_characters_spoils_nothing_else(htq, tmp_path):
    good, bad = json.dumps(changed(version="1.0")), json.dumps(changed(title="A\ud800B"))
    spoilt = json.dumps(changed(version="1.3", title="Caf@")).encode().replace(b"@", b"\xe9")
    feed = f"[{good},{bad},".encode() + spoilt + b"]"
    (tmp_path / "feed.json").write_bytes(b"\xef\xbb\xbf" + feed)
    run = htq("ksbs", "import", tmp_path / "feed.json", "-o", tmp_path / "ksbs")
    assert run.code == 0
    names = sorted(path.name for path in (tmp_path / "ksbs").iterdir())
    assert names == ["ST0117-1.0.yaml", "ST0117-1.2.yaml", "ST0117-1.3.yaml"]


def test_a_list_that_is_there_and_is_the_same_is_left_as_it_is(imported, tmp_path):
    imported(RECORD)
    before = (tmp_path / "ksbs" / "ST0117-1.2.yaml").stat()
    imported(RECORD)
    after = (tmp_path / "ksbs" / "ST0117-1.2.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_where_no_list_is_made_no_folder_is(imported, tmp_path):
    _, run = imported(RECORD, "--version", "9.9")
    assert run.code == 3
    assert not (tmp_path / "ksbs").exists()


def test_a_feed_without_what_was_asked_for_is_said_to_have_none(tmp_path):
    run = program("ksbs", "import", "-", "-o", tmp_path / "k", input=b"[]")
    assert run.returncode == 3
    assert b"-: it has no record of a standard with KSBs that was asked for\n" in run.stderr


@pytest.mark.parametrize(
    ("detail", "statement"),
    [
        ("Made-<!-- not <b> this --> up<!-- nor this-->", "Made- up"),
        ("Made-up <!-- without end", "Made-up <!-- without end"),
        ("a --> b <!-- c -->", "a --> b"),
        ("<!-->Made-up", "<!-->Made-up"),
    ],
)
def test_a_comment_is_no_part_of_a_statement(imported, detail, statement):
    knowledges = [{"knowledgeId": "k-a", "detail": detail}]
    files, _ = imported(changed(knowledges=knowledges, coreAndOptions=False, duties=[]))
    assert files["ST0117-1.2.yaml"]["ksbs"]["K1"] == statement


@pytest.mark.parametrize("piece", ["<!--", "<", "<a ", "&", "<!-- --", "-->"])
def test_no_text_of_a_record_takes_long(tmp_path, piece):
    feed = changed(title=piece * 200_000)
    # Where time grew with the square of the text, this would be many minutes.
    run = program("ksbs", "import", "-", input=json.dumps(feed).encode(), cwd=tmp_path, timeout=60)
    assert run.returncode in (0, 3)
