"""`htq window calendar`, read back by a parser that did not write it."""

import re
from datetime import UTC, date, datetime, timedelta

import ics
import pytest

from conftest import ROOT, program

CATALOGUE = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
REVISED = re.search(r"^revised: .*$", CATALOGUE, re.MULTILINE)[0]
URL = "https://www.instituteforapprenticeships.org/higher-technical-qualifications/"


@pytest.fixture
def written(htq, tmp_path, five_cycles):
    """The bytes of the calendar of the first 5 cycles, or of a catalogue with texts replaced, and
    the text on standard error."""

    def run(*words, changes=None):
        if changes:
            text = five_cycles.read_text(encoding="utf-8")
            for old, new in changes.items():
                assert old in text, old
                text = text.replace(old, new, 1)
            (tmp_path / "changed.yaml").write_text(text, encoding="utf-8")
            words = (*words, "--catalogue", tmp_path / "changed.yaml")
        elif "--catalogue" not in words:
            words = (*words, "--catalogue", five_cycles)
        done = htq("window", "calendar", "-o", tmp_path / "windows.ics", *words)
        assert (done.code, done.out) == (0, "")
        return (tmp_path / "windows.ics").read_bytes(), done.err

    return run


def read(content):
    """The events by title, as another program reads them."""
    (calendar,) = ics.Calendar.parse_multiple(content.decode("utf-8"))
    return {event.name: event for event in calendar.events}


def test_cycle_3_opens_and_closes_at_its_published_times(written):
    events = read(written("--cycle", "3")[0])
    assert {name: (event.begin.datetime, event.all_day) for name, event in events.items()} == {
        "HTQ cycle 3: applications open": (datetime(2022, 2, 16, 12, 0, tzinfo=UTC), False),
        "HTQ cycle 3: applications close": (datetime(2022, 7, 29, 16, 0, tzinfo=UTC), False),
    }


def test_a_window_without_published_times_gives_all_day_events(written):
    content, _ = written("--cycle", "2")
    assert {name: (event.begin.date(), event.all_day) for name, event in read(content).items()} == {
        "HTQ cycle 2: applications open": (date(2021, 7, 5), True),
        "HTQ cycle 2: applications close": (date(2021, 9, 17), True),
    }
    assert b"\r\nDTSTART;VALUE=DATE:20210917\r\n" in content
    assert b"No time was published for the closing." in content.replace(b"\r\n ", b"")


def test_without_a_cycle_every_known_day_is_included_and_unknown_ones_are_reported(written):
    content, said = written()
    assert sorted(read(content)) == [
        "HTQ cycle 1: applications close",
        "HTQ cycle 2: applications close",
        "HTQ cycle 2: applications open",
        "HTQ cycle 3: applications close",
        "HTQ cycle 3: applications open",
        "HTQ cycle 4: applications close",
        "HTQ cycle 4: applications open",
        "HTQ cycle 5, secondary window: applications close",
        "HTQ cycle 5, secondary window: applications open",
    ]
    assert said.splitlines() == [
        "Left out, because the day is not known: HTQ cycle 1: applications open in September 2020",
        "Left out, because the day is not known: HTQ cycle 5, primary window: applications open",
        "Left out, because the day is not known: HTQ cycle 5, primary window: applications close",
    ]


def test_the_only_alarm_is_a_week_before_a_window_closes(written):
    for name, event in read(written()[0]).items():
        alarms = [(alarm.action, alarm.trigger) for alarm in event.alarms]
        assert alarms == ([("DISPLAY", -timedelta(days=7))] if name.endswith("close") else [])


def test_an_event_describes_its_stage_and_names_its_sources(written):
    event = read(written("--cycle", "3")[0])["HTQ cycle 3: applications close"]
    assert "any remaining applications submitted" in event.description
    assert "HTQ.approvals@education.gov.uk" in event.description
    assert event.url == URL + "higher-technical-qualifications-cycle-3/"
    assert f"Source: {event.url}" in event.description


def test_any_other_stage_with_a_date_has_its_own_event(written):
    stage = "      - name: Institute review and consultation\n"
    content, _ = written("--cycle", "3", changes={stage: f"{stage}        begins: 2022-09-01\n"})
    event = read(content)["HTQ cycle 3: Institute review and consultation"]
    assert (event.begin.date(), event.all_day) == (date(2022, 9, 1), True)
    assert len(read(content)) == 3


def test_every_run_gives_the_same_bytes_to_a_file_and_to_standard_output(written, five_cycles):
    own = ("--catalogue", five_cycles)
    first, second = written(*own)[0], written(*own)[0]
    run = program("window", "calendar", *own)
    assert first == second == run.stdout


def test_each_event_has_its_own_uid(written):
    events = read(written()[0]).values()
    assert len({event.uid for event in events}) == len(events) == 9


def test_windows_and_stages_with_similar_names_have_different_uids(written):
    stage = "      - name: Pre-application window\n"
    other = "      - opens: 2022-12-01\n        closes: 2022-12-02\n"
    rest = "        first_teaching: {month: 2024-09, source: DELIV}\n        source: C3\n"
    content, _ = written(
        "--cycle",
        "3",
        changes={
            "      - opens: 2022-02-16 12:00\n": (
                f"{other}        name: a/1\n{rest}{other.replace('-12-', '-11-')}        name: a\n"
                f"{rest}      - opens: 2022-02-16 12:00\n"
            ),
            stage: f"{stage}        begins: 2022-01-05\n",
        },
    )
    uids = [line for line in content.split(b"\r\n") if line.startswith(b"UID:")]
    assert len(set(uids)) == len(uids) == 7


def test_a_moved_window_keeps_its_uid_and_gets_a_higher_sequence(written):
    before = read(written("--cycle", "3")[0])
    content, _ = written(
        "--cycle",
        "3",
        changes={
            "closes: 2022-07-29 17:00": "closes: 2022-08-05 17:00",
            REVISED: "revised: 2035-01-11",
        },
    )
    after = read(content)
    for name, event in before.items():
        assert event.uid == after[name].uid
    assert after["HTQ cycle 3: applications close"].begin.datetime.day == 5
    assert b"SEQUENCE:20350111\r\n" in content
    assert b"DTSTAMP:20350111T000000Z\r\n" in content


def test_an_undated_catalogue_gives_the_same_bytes_each_time(written):
    changes = {f"{REVISED}\n": ""}
    assert written(changes=changes) == written(changes=changes)


def test_lines_have_at_most_75_octets_and_end_with_crlf(written):
    content, _ = written()
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)


HOSTILE = [
    '"one\\nBEGIN:VEVENT\\nUID:evil\\r\\nEND:VEVENT"',
    '"\\x07\\x1b[31m\\0\\u2028\\u202e"',
    '"a, b; c: d\\\\n \\" ^n e"',
    "‘é’ " * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_catalogue_text_cannot_add_lines_or_events_to_the_calendar(written, text):
    content, _ = written(
        "--cycle",
        "5",
        changes={
            "name: secondary": f"name: {text}",
            "        closes: 2025-02-10\n": f"        closes: 2025-02-10\n        note: {text}\n",
        },
    )
    assert max(map(len, content.split(b"\r\n"))) <= 75
    found = content.replace(b"\r\n", b"")
    assert not any(byte < 0x20 for byte in found)
    events = read(content)
    assert len(events) == 2
    assert "evil" not in {event.uid for event in events.values()}


@pytest.mark.parametrize(
    "address",
    [
        '"https://example.org/a b\\r\\nATTACH:http://evil.example/"',
        '"https://example.org/é{x}<y>"',
        "javascript:alert(1)",
        '"HTTP header: x\\nURL:y"',
    ],
)
def test_an_address_is_written_as_a_safe_uri_or_left_out(written, address):
    new = f"    title: Higher Technical Qualifications, cycle 3\n    address: {address}\n    #"
    old = "    title: Higher Technical Qualifications, cycle 3\n"
    content, _ = written("--cycle", "3", changes={f"{old}    address": new})
    lines = content.replace(b"\r\n ", b"").split(b"\r\n")
    assert not any(line.startswith((b"ATTACH", b"URL:y", b"URL:javascript")) for line in lines)
    assert all(line.isascii() for line in lines if line.startswith(b"URL"))
    assert len(read(content)) == 2


def test_a_cycle_without_known_days_is_refused_and_nothing_is_written(htq, tmp_path, five_cycles):
    text = five_cycles.read_text(encoding="utf-8")
    secondary = text.index("      - name: secondary")
    policy = text.index("    policy:", secondary)
    (tmp_path / "primary.yaml").write_text(text[:secondary] + text[policy:], encoding="utf-8")
    words = ("--cycle", "5", "--catalogue", tmp_path / "primary.yaml", "-o", tmp_path / "x.ics")
    run = htq("window", "calendar", *words)
    assert (run.code, run.out) == (2, "")
    assert "No day of cycle 5 is known" in run.err
    assert not (tmp_path / "x.ics").exists()


def test_an_unknown_cycle_is_refused(htq):
    assert htq("window", "calendar", "--cycle", "9").code == 2


def test_a_file_that_cannot_be_written_gives_exit_code_3(htq, tmp_path):
    run = htq("window", "calendar", "-o", tmp_path / "nowhere" / "x.ics")
    assert run.code == 3
    assert "the calendar is not written" in run.err


@pytest.fixture
def approved(tmp_path):
    """Write a draft with this approval; returns its path."""

    def write(approval, name="a.yaml", title="Made-up diploma"):
        (tmp_path / "drafts").mkdir(exist_ok=True)
        text = f"cycle: 3\nqualification: {{title: {title}}}\napproval: {approval}\n"
        (tmp_path / "drafts" / name).write_text(text, encoding="utf-8")
        return tmp_path / "drafts" / name

    return write


def reviews(content):
    """The events of reviews, by title."""
    return {name: event for name, event in read(content).items() if "review" in name}


@pytest.mark.parametrize(
    "day, anniversary",
    [
        ("2023-07-01", date(2028, 7, 1)),
        ("29 February 2024", date(2029, 2, 28)),
        ("2019-02-28", date(2024, 2, 28)),
        ("2023-12-31", date(2028, 12, 31)),
    ],
)
def test_an_approved_qualification_is_reviewed_by_its_fifth_anniversary(
    written, approved, day, anniversary
):
    path = approved(f"{{code: HTQDZ0001, date: {day}}}")
    content, said = written("--cycle", "3", "--drafts", path)
    ((name, event),) = reviews(content).items()
    assert name == "HTQ HTQDZ0001: fifth anniversary of approval, first review"
    assert (event.begin.date(), event.all_day, said) == (anniversary, True, "")
    assert "Qualification: Made-up diploma" in event.description
    assert "No day was published." in event.description
    assert event.url.endswith("/changes-to-qualifications/")
    alarms = [(alarm.action, alarm.trigger) for alarm in event.alarms]
    assert alarms == [("DISPLAY", -timedelta(days=182))]
    assert len(read(content)) == 3


def test_an_approval_keeps_its_uid_when_its_date_or_file_changes(written, approved):
    first, second = (
        reviews(written("--drafts", approved(f"{{code: HTQDZ0001, date: {day}}}", name))[0])
        for day, name in (("2023-07-01", "a.yaml"), ("2023-07-02", "b.yaml"))
    )
    (one,), (other,) = first.values(), second.values()
    assert one.uid == other.uid
    assert one.begin != other.begin


def test_drafts_that_say_the_same_of_an_approval_give_one_event(written, approved):
    for name in ("a.yaml", "b.yaml"):
        path = approved("{code: HTQDZ0001, date: 2023-07-01}", name)
    assert len(reviews(written("--drafts", path.parent)[0])) == 1
    for name, code in (("b.yaml", "HTQDZ0002"), ("c.yaml", "HTQDZ0001")):
        approved(f"{{code: {code}, date: 2023-07-02}}", name)
    uids = re.findall(rb"\r\nUID:(.*)\r\n", written("--drafts", path.parent)[0])
    assert len(uids) == len(set(uids)) == 9 + 3


def test_an_approval_without_a_date_is_left_out_and_said(written, approved):
    path = approved("{code: HTQDZ0001}")
    content, said = written("--drafts", path, "--cycle", "3")
    assert reviews(content) == {}
    assert said == (
        "Left out, because the day is not known: HTQ HTQDZ0001: fifth anniversary of approval, "
        "first review\n"
    )


@pytest.mark.parametrize("approval", ["null", "{}", "{date: soon}"])
def test_drafts_without_an_approval_add_no_event(written, approved, approval):
    content, said = written("--drafts", approved(approval), "--cycle", "3")
    assert len(read(content)) == 2
    assert said == "No draft has an approval, so no review is in the calendar.\n"


def test_drafts_that_cannot_be_read_leave_the_calendar_and_give_exit_code_3(
    htq, approved, tmp_path
):
    path = approved("{code: HTQDZ0001, date: 2023-07-01}")
    words = ("--cycle", "3", "--drafts", path, tmp_path / "none.yaml")
    run = htq("window", "calendar", *words)
    assert (run.code, run.out.count("BEGIN:VEVENT")) == (3, 3)
    assert "none.yaml: not checked: there is no such file" in run.err


def test_a_calendar_is_not_written_over_a_draft(htq, approved):
    path = approved("{code: HTQDZ0001, date: 2023-07-01}")
    run = htq("window", "calendar", "--drafts", path.parent, "-o", path)
    assert run.code == 2
    assert path.read_text(encoding="utf-8").startswith("cycle: 3")
    assert htq("window", "calendar", path).code == 2


def test_hidden_characters_of_a_draft_are_escaped_in_the_calendar(written, approved):
    path = approved(r'{code: "A\u202eB\nBEGIN:VEVENT", date: 2023-07-01}', title=r'"\u001b[31m"')
    content, _ = written("--drafts", path, "--cycle", "3")
    assert "\u202e" not in content.decode()
    assert b"\x1b" not in content
    assert content.count(b"\r\nBEGIN:VEVENT\r\n") == 3
