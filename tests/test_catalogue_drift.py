"""`htq catalogue drift`: a made-up feed with the known changes, and feeds with faults."""

import importlib.util
import json
import re
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, of_cycle_3, program
from htqcli.catalogue import bundled
from htqcli.catalogue.drift import Record, current
from htqcli.cli.drift import HEADINGS

AT = "1 July 2026"
LIST = bundled.load().cycle(3).standards


@pytest.fixture(scope="module")
def made():
    """The module that makes feeds."""
    spec = importlib.util.spec_from_file_location("feed", ROOT / "benchmarks" / "feed.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["feed"] = module  # its types are looked up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["feed"]


@pytest.fixture
def htq(htq):
    """Run `htq catalogue drift` in this process, for the list of cycle 3 unless the words name a
    cycle."""
    return lambda *words: htq(*of_cycle_3(words))


@pytest.fixture
def drift(htq, tmp_path):
    """The JSON of `htq catalogue drift` for these records."""

    def run(feed, *words, code=0):
        (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
        words = words if "--at" in words else (*words, "--at", AT)
        done = htq("catalogue", "drift", tmp_path / "feed.json", "--format", "json", *words)
        assert done.code == code, done.err
        return done.data if done.out else done

    return run


def kinds(found):
    """The references, grouped by the kind of change."""
    groups = {}
    for one in found["drift"]:
        groups.setdefault(one["kind"], []).append(one["reference"])
    return groups


def record(**fields):
    """A record that agrees with the list, except for these fields."""
    return {
        "referenceNumber": "ST0116",
        "title": "Software developer",
        "version": "1.1",
        "status": "Approved for delivery",
        "level": 4,
        "coreAndOptions": False,
        "approvedForDelivery": "2021-03-01T00:00:00",
    } | fields


def test_exactly_the_known_changes_are_reported(drift, made):
    feed, moved = made.moved(made.feed(20), LIST)
    found = drift(feed)
    assert (found["cycle"], found["compared"], found["records"]) == (3, 93, len(feed))
    assert kinds(found) == moved
    assert [len(moved[kind]) for kind in ("gone", "title", "options", "level")] == [11, 13, 10, 1]
    (level,) = [one for one in found["drift"] if one["kind"] == "level"]
    assert level["reference"] == "ST0869"
    assert level["message"] == (
        "ST0869, ‘Payroll Assistant Manager’, is at level 5 in the data, at level 4 on the list"
    )
    assert (level["record"]["version"], level["record"]["level"]) == ("1.10", 5)
    assert found["not_in_data"] == {"title": [], "level": [], "date_of_approval": []}


def test_the_json_has_the_documented_fields(drift):
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    shape = json.loads(re.search(r"```json\n(\{\n  \"feed\".*?)```", page, re.DOTALL)[1])
    found = drift(record(level=5))
    assert list(found) == list(shape)
    (one,), (documented,) = found["drift"], shape["drift"]
    assert list(one) == list(documented)
    assert list(one["record"]) == list(documented["record"])
    for kind in HEADINGS:
        assert f"`{kind}`" in page


def test_the_made_up_feed_has_no_changes_unless_they_are_asked_for(made):
    assert len(made.feed(20)) == 21
    assert made.feed(20)[0]["title"] == "Made-up occupation 0"


def test_a_standard_that_has_not_changed_is_not_reported(drift):
    found = drift(record(), "--exit-code")
    assert (found["drift"], found["compared"]) == ([], 1)


@pytest.mark.parametrize(
    "fields, kind, said",
    [
        ({"status": "Retired"}, "retired", "is retired"),
        ({"status": "withdrawn"}, "withdrawn", "is withdrawn"),
        (
            {"status": "In development"},
            "not-approved",
            "has the status ‘In development’ in the data, and no version of it is approved",
        ),
        ({"status": None}, "not-approved", "has no status in the data"),
        (
            {"latestStartDate": "2026-06-30T00:00:00"},
            "no-new-starts",
            "takes no new starts after 30 June 2026",
        ),
        (
            {"title": "<p>Software &amp; data developer</p>"},
            "title",
            "has the title ‘Software & data developer’ in the data",
        ),
        ({"level": "6"}, "level", "is at level 6 in the data, at level 4 on the list"),
        (
            {"coreAndOptions": True, "options": [{"title": "Web "}, None, {"title": "Web"}, {}]},
            "options",
            "has options in the data: ‘Web’",
        ),
        (
            {"version": None, "versionNumber": "1.2", "approvedForDelivery": "2024-03-01"},
            "newer-version",
            "has version 1.2, which was approved on 1 March 2024, after the window of cycle 3 opened",
        ),
        (
            {"coreAndOptions": "1", "options": [], "optionsUnstructuredTemplate": ["Web", "Data"]},
            "options",
            "has options in the data: ‘Web’ and ‘Data’",
        ),
        ({"level": "Level 5"}, "level", "is at level 5 in the data, at level 4 on the list"),
        (
            {"approvedForDelivery": None, "earliestStartDate": "2026-09-01T00:00:00"},
            "newer-version",
            "has version 1.1, which starts on 1 September 2026",
        ),
    ],
)
def test_each_change_to_a_standard_is_reported_with_its_meaning(drift, fields, kind, said):
    found = drift(record(**fields), "--exit-code", code=1)
    (one,) = found["drift"]
    assert (one["kind"], one["matters"]) == (kind, True)
    assert f"ST0116, ‘Software developer’, {said}" in one["message"]
    assert one["meaning"]


def test_a_title_that_differs_only_in_case_and_punctuation_does_not_matter(drift):
    found = drift(record(title="SOFTWARE  developer."), "--exit-code")
    (one,) = found["drift"]
    assert (one["kind"], one["matters"]) == ("spelling", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"latestStartDate": "2026-07-01T00:00:00"},  # the last day is not over
        {"coreAndOptions": True, "options": [None, {"title": ""}]},
        {"coreAndOptions": False, "options": [{"title": "Web"}]},
        {"coreAndOptions": "false", "options": [{"title": "Web"}]},
        {"level": 4.0},
        {"level": 4.5},
        {"approvedForDelivery": "2022-02-15T00:00:00"},
    ],
)
def test_data_that_shows_no_change_is_not_reported(drift, fields):
    assert drift(record(**fields))["drift"] == []


def test_facts_missing_from_the_data_are_reported_as_not_compared(drift, htq, tmp_path):
    dirty = record(title=None, level="four", approvedForDelivery="0001-01-01T00:00:00")
    found = drift(dirty)
    assert found["drift"] == []
    assert set(map(tuple, found["not_in_data"].values())) == {("ST0116",)}
    out = htq("catalogue", "drift", tmp_path / "feed.json").out
    assert "Not in the data, so not compared: the level of ST0116." in out
    page = htq("catalogue", "drift", tmp_path / "feed.json", "--format", "markdown").out
    assert "Not in the data, so not compared\\: the level of ST0116." in page


def test_the_current_version_is_the_highest_approved_one_that_has_started(drift):
    versions = [
        record(version="1.9", title="Nine", approvedForDelivery="2020-01-01"),
        record(version="1.10", title="Ten", earliestStartDate="2021-06-01"),
        record(version="1.11", title="Eleven", earliestStartDate="2027-01-01"),
        record(version="2.0", title="Two", status="In development"),
        record(referenceNumber="ST0117", title="Business analyst"),
    ]
    found = drift(versions, "--cycle", "3")
    titles = [one["record"]["title"] for one in found["drift"] if one["kind"] == "title"]
    assert titles == ["Ten"]
    later = drift(versions, "--at", "2027-01-01")
    assert [o["record"]["title"] for o in later["drift"] if o["kind"] == "title"] == ["Eleven"]


@pytest.mark.parametrize("turn", range(3))
def test_among_records_of_one_version_the_approved_then_the_newest_counts(drift, turn):
    rivals = [
        record(title="Older", lastUpdated="2026-06-01T09:00:00"),
        record(title="Latest", lastUpdated="2026-06-01T10:00:00.1234567"),
        record(title="Draft", lastUpdated="2026-06-02", status="In development"),
    ]
    found = drift(rivals[turn:] + rivals[:turn])["drift"]
    titles = [one["record"]["title"] for one in found if one["kind"] == "title"]
    assert titles == ["Latest"]


numbers = st.lists(st.integers(0, 12), min_size=1, max_size=3)
records = st.builds(
    lambda version, status: Record(
        "ST0001", ".".join(map(str, version)), None, status, None, (), None, None, None, None
    ),
    numbers,
    st.sampled_from(["Approved for delivery", "Retired", "In development", None]),
)


@given(st.lists(records, min_size=1), st.randoms())
def test_the_current_version_does_not_depend_on_the_order_of_the_records(found, dice):
    at = datetime(2026, 7, 1, tzinfo=UTC)
    chosen = current(found, at)
    shuffled = dice.sample(found, len(found))
    assert current(shuffled, at).number == chosen.number
    assert chosen.is_approved == any(one.is_approved for one in found)
    rivals = [one for one in found if one.is_approved == chosen.is_approved]
    assert all(chosen.number >= one.number for one in rivals)


def test_standards_are_called_gone_only_if_the_data_has_over_half_the_list(drift):
    records = [record(referenceNumber=one.reference, title=one.title) for one in LIST]
    for few in (records[0], records[:1], records[:2], records[:46]):
        found = drift(few)
        count = len(few) if isinstance(few, list) else 1
        assert (found["compared"], found["not_compared"]) == (count, 93 - count)
        assert "gone" not in kinds(found)
    found = drift(records[:47])
    assert (found["compared"], found["not_compared"]) == (93, 0)
    assert len(kinds(found)["gone"]) == 46


@pytest.mark.parametrize(
    "feed", [[], [None, None], [record(referenceNumber="ST9999")], 7, "x", {"referenceNumber": 1}]
)
def test_data_without_any_listed_standard_gives_exit_code_3(drift, feed):
    run = drift(feed, code=3)
    assert "feed.json: it has no record of a standard on the list of cycle 3" in run.err


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff\x00", b""])
def test_data_that_is_not_json_gives_exit_code_3_without_a_traceback(htq, tmp_path, content):
    (tmp_path / "feed.json").write_bytes(content)
    run = htq("catalogue", "drift", tmp_path / "feed.json")
    assert (run.code, run.out, run.err.count("\n")) == (3, "", 1)
    assert htq("catalogue", "drift", tmp_path / "none.json").code == 3


def test_a_cycle_without_a_list_gives_exit_code_2(drift):
    assert "not in the catalogue" in drift(record(), "--cycle", "4", code=2).err
    assert "There is no cycle 9" in drift(record(), "--cycle", "9", code=2).err


def test_entries_that_are_not_records_are_ignored(drift):
    feed = [
        None, 7, "text", [], {}, record(options=7, coreAndOptions=True, level=[4], version={}),
        record(referenceNumber=["ST0117"]), record(referenceNumber=" st0118 ", title="Data analyst"),
    ]  # fmt: skip
    found = drift(feed)
    assert "ST0118" not in [one["reference"] for one in found["drift"]]
    assert found["not_in_data"]["level"] == ["ST0116"]


def test_the_data_can_come_from_standard_input():
    words = ("catalogue", "drift", "-", "--cycle", "3", "--format", "json", "--exit-code")
    run = program(*words, input=json.dumps(record(level=5)).encode())
    assert (run.returncode, run.stderr) == (1, b"")
    assert json.loads(run.stdout)["drift"][0]["kind"] == "level"


def test_text_and_markdown_group_the_changes_and_explain_them(htq, tmp_path, made):
    feed, _ = made.moved(made.feed(2), LIST)
    (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    words = ("catalogue", "drift", tmp_path / "feed.json", "--at", AT)
    out = htq(*words).out
    for line in (
        "Cycle 3: 35 of 93 standards have changed in the published data",
        "Not in the data (11)",
        "At another level (1)",
        "With options (10)",
        "With another title (13)",
        "      version 1.10, approved 1 June 2021, starts from 1 June 2021, updated 1 July 2026",
        "  What it means: In the draft, enter the option that the qualification aligns to as "
        "‘option’ of the standard.",
    ):
        assert line in out.splitlines()
    page = htq(*words, "--format", "markdown").out
    assert page.startswith("## Cycle 3\\: 35 of 93 standards have changed in the published data\n")
    assert "\n### With options (10)\n" in page


def test_text_in_the_data_cannot_command_the_terminal_or_pipeline(htq, tmp_path):
    evil = "\x1b[31m##vso[task.x]\u202e::error::|&lt;script&gt;"
    feed = record(title=evil, status=evil, coreAndOptions=True, options=[{"title": evil}])
    (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    for format in ("text", "markdown", "json"):
        run = htq("catalogue", "drift", tmp_path / "feed.json", "--format", format)
        assert run.code == 0
        for sign in ("\x1b", "\u202e", "##vso["):
            assert sign not in run.out
        assert format != "markdown" or "<script>" not in run.out
