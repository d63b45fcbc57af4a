"""`htq window`, as a person and as a pipeline use it."""

import csv
import io
import json
import os
import subprocess
from datetime import UTC, datetime

import pytest
import yaml

from conftest import program

pytestmark = pytest.mark.slow

CYCLE_3 = {
    "opens": "2022-02-16T12:00:00+00:00",
    "closes": "2022-07-29T17:00:00+01:00",
    "precision": "minute",
}


@pytest.fixture
def window(htq, five_cycles):
    """Run a command of `htq window` with only the cycles that these tests cover."""
    return lambda *words: htq("window", *words, "--catalogue", five_cycles)


@pytest.fixture
def status(window):
    """The JSON of `htq window status` at this time, with these options."""

    def read(at, *options):
        run = window("status", "--at", at, *options, "--format", "json")
        assert (run.code, run.err) == (0, ""), run
        return run.data

    return read


def subset(data, *names):
    return {name: data[name] for name in names}


# The JSON of `window status`


def test_json_of_an_open_window_has_the_promised_shape(status):
    found = status("2022-05-20")
    assert subset(found, "at", "state", "cycle", "opens_in_seconds", "closes_in_seconds") == {
        "at": "2022-05-20T00:00:00+01:00",
        "state": "open",
        "cycle": 3,
        "opens_in_seconds": None,
        "closes_in_seconds": 6109200,
    }
    assert subset(found["window"], *CYCLE_3) == CYCLE_3


def test_json_is_indented_by_two_spaces_and_ends_with_a_newline(htq):
    run = htq("window", "status", "--at", "2022-05-20", "--format", "json")
    assert run.out == json.dumps(run.data, indent=2, ensure_ascii=False) + "\n"


def test_status_before_a_window_opens_counts_the_seconds_until_it_opens(status):
    found = status("2022-02-16T11:59:59", "--cycle", "3")
    assert (found["state"], found["opens_in_seconds"], found["closes_in_seconds"]) == (
        "not-yet-open",
        1,
        None,
    )
    assert subset(found["window"], *CYCLE_3) == CYCLE_3


def test_status_after_a_window_has_closed_counts_no_seconds(status):
    found = status("2022-07-29T17:00", "--cycle", "3")
    assert (found["state"], found["opens_in_seconds"], found["closes_in_seconds"]) == (
        "closed",
        None,
        None,
    )


@pytest.mark.parametrize(
    "at, state, cycle",
    [
        ("2020-08-31T23:59:59", "not-yet-open", 1),
        ("2020-09-01", "unknown", 1),
        ("2020-09-30T23:59:59", "unknown", 1),
        ("2020-10-01", "open", 1),
        ("2020-12-16T23:59:59", "open", 1),
        ("2020-12-17", "not-yet-open", 2),
        ("2021-07-05", "open", 2),
        ("2021-09-17T23:59:59", "open", 2),
        ("2021-09-18", "not-yet-open", 3),
        ("16 February 2022 11:59:59am", "not-yet-open", 3),
        ("16 February 2022 noon", "open", 3),
        ("29 July 2022 4:59:59pm", "open", 3),
        ("29 July 2022 5pm", "not-yet-open", 4),
        ("2022-07-29T15:59:59Z", "open", 3),
        ("2022-07-29T16:00:00Z", "not-yet-open", 4),
        ("2023-05-08", "open", 4),
        ("2023-06-30T23:59:59", "open", 4),
        ("2023-07-01", "unknown", 5),
        ("2024-09-22T23:59:59", "unknown", 5),
        ("2024-09-23", "open", 5),
        ("2025-02-10T23:59:59", "open", 5),
        ("2025-02-11", "closed", 5),
        ("1900-01-01", "not-yet-open", 1),
        ("2999-12-31T23:59:59", "closed", 5),
    ],
)
def test_status_is_of_the_open_window_by_default_else_the_next_else_the_last(
    status, at, state, cycle
):
    found = status(at)
    assert (found["state"], found["cycle"]) == (state, cycle)


@pytest.mark.parametrize("at", ["2023-07-01", "2024-01-01", "2024-09-22T23:59:59"])
def test_the_primary_window_of_cycle_5_is_unknown_even_if_the_cycle_is_chosen(status, at):
    found = status(at, "--cycle", "5")
    assert (found["state"], found["cycle"]) == ("unknown", 5)
    assert subset(found["window"], "opens", "closes") == {"opens": None, "closes": None}
    assert (found["opens_in_seconds"], found["closes_in_seconds"]) == (None, None)
    assert "not known" in found["note"]


@pytest.mark.parametrize("cycle", ["1", "2", "3", "4", "5"])
def test_status_is_of_the_cycle_that_was_chosen(status, cycle):
    for at, state in (("2019-12-31", "not-yet-open"), ("2030-01-01", "closed")):
        found = status(at, "--cycle", cycle)
        assert (found["state"], found["cycle"]) == (state, int(cycle))


@pytest.mark.parametrize(
    "at, opens, closes",
    [
        ("2021-08-01", "2021-07-05T00:00:00+01:00", "2021-09-18T00:00:00+01:00"),
        ("2023-06-01", "2023-05-08T00:00:00+01:00", "2023-07-01T00:00:00+01:00"),
        ("2025-01-01", "2024-09-23T00:00:00+01:00", "2025-02-11T00:00:00+00:00"),
    ],
)
def test_a_window_of_dates_runs_from_the_start_of_the_first_to_the_end_of_the_last(
    status, at, opens, closes
):
    window = status(at)["window"]
    assert subset(window, "opens", "closes", "precision") == {
        "opens": opens,
        "closes": closes,
        "precision": "day",
    }


def test_status_says_if_only_the_month_of_a_window_is_known(status):
    found = status("2020-11-01")
    assert found["window"]["precision"] == "month"
    assert "not known" in found["note"]


@pytest.mark.parametrize(
    "at, code",
    [
        ("2022-05-20", 0),
        ("2022-02-16T12:00", 0),
        ("2022-07-29T16:59:59", 0),
        ("2022-07-29T17:00", 1),  # not-yet-open
        ("2019-01-01", 1),  # not-yet-open
        ("2020-09-15", 1),  # unknown
        ("2024-01-01", 1),  # unknown
        ("2025-02-11", 1),  # closed
    ],
)
@pytest.mark.parametrize("format", ["text", "json"])
def test_the_exit_code_follows_the_state_only_with_the_exit_code_option(htq, at, code, format):
    words = ("window", "status", "--at", at, "--format", format)
    asked, unasked = htq(*words, "--exit-code"), htq(*words)
    assert (asked.code, unasked.code) == (code, 0)
    assert (asked.out, asked.err) == (unasked.out, "")


# Notes about what is not known


DAYS_WITHOUT_A_TIME = [
    "16 December 2020",
    "5 July 2021",
    "17 September 2021",
    "8 May 2023",
    "30 June 2023",
    "23 September 2024",
    "10 February 2025",
]


@pytest.mark.parametrize("day", DAYS_WITHOUT_A_TIME)
@pytest.mark.parametrize("time", ["", " 9am", " 5pm", " 11:59:59pm"])
def test_a_note_on_the_first_and_the_last_day_says_that_no_time_was_published(
    htq, status, day, time
):
    found = status(day + time)
    assert found["state"] == "open"
    assert "No time was published" in found["note"]
    assert day in found["note"]
    assert found["note"] in htq("window", "status", "--at", day + time).out


@pytest.mark.parametrize("at", ["6 July 2021", "16 September 2021 11:59:59pm", "1 June 2023"])
def test_there_is_no_note_between_the_first_and_the_last_day(status, at):
    assert status(at)["note"] is None


@pytest.mark.parametrize("at", ["16 February 2022 noon", "29 July 2022 4:59pm"])
def test_there_is_no_note_if_the_times_were_published(status, at):
    assert status(at)["note"] is None


@pytest.mark.parametrize("at", ["2025-02-11", "2026-06-01", "2999-12-31"])
def test_a_note_after_the_last_window_says_that_later_ones_are_unknown(window, status, at):
    found = status(at)
    assert (found["state"], found["cycle"]) == ("closed", 5)
    assert "does not know any later window" in found["note"]
    assert "HTQ.approvals@education.gov.uk" in found["note"]
    assert found["note"] in window("status", "--at", at).out


def test_there_is_no_note_about_later_windows_if_a_cycle_is_chosen(status):
    assert status("2025-02-11", "--cycle", "3")["note"] is None


# The text of `window status`


def test_status_of_an_open_window_says_when_it_closes_and_in_how_long(htq):
    out = htq("window", "status", "--at", "2022-05-20").out
    assert out.startswith("Open")
    assert "cycle 3" in out
    assert "29 July 2022 at 5pm" in out
    assert "70 days and 17 hours" in out
    assert "20 May 2022" in out
    assert "higher-technical-qualifications-cycle-3" in out  # the source


@pytest.mark.parametrize(
    "at, first_word, said",
    [
        ("2022-02-16T11:59:59", "Closed", ["16 February 2022 at midday", "1 second"]),
        ("2019-01-01", "Not open yet", ["cycle 1", "September 2020"]),
        ("2020-09-15", "Not known", ["cycle 1", "September 2020", "16 December 2020"]),
        ("2024-01-01", "Not known", ["cycle 5", "primary", "not known"]),
        ("2022-07-29T17:00", "Closed", ["29 July 2022 at 5pm", "cycle 4", "8 May 2023"]),
        ("2025-02-11", "Closed", ["cycle 5", "10 February 2025"]),
    ],
)
def test_status_of_a_window_that_is_not_open_gives_its_state_and_dates(htq, at, first_word, said):
    out = htq("window", "status", "--at", at).out
    assert out.startswith(first_word)
    for words in said:
        assert words in out
    assert "None" not in out


# The words of the command line


@pytest.mark.parametrize(
    "at", ["5 July 2021", "05/07/2021", "2021-07-05", "5/7/21", "2021-07-04T23:00Z"]
)
def test_the_time_can_be_written_as_people_in_england_write_it(status, at):
    assert status(at)["at"] == "2021-07-05T00:00:00+01:00"


def test_the_default_time_is_now(htq):
    before = datetime.now(UTC).replace(microsecond=0)
    at = datetime.fromisoformat(htq("window", "status", "--format", "json").data["at"])
    assert before <= at <= datetime.now(UTC)


@pytest.mark.parametrize("command", ["status", "timeline"])
@pytest.mark.parametrize(
    "options, named",
    [
        (("--at", "tomorrow"), "tomorrow"),
        (("--at", "29 July"), "year"),
        (("--at", "July 2022"), "day"),
        (("--at", "2022"), "month"),
        (("--at", "05/13/2021"), "05/13/2021"),
        (("--at", "31/02/2022"), "31/02/2022"),
        (("--at", ""), "--at"),
        (("--cycle", "99"), "1, 2, 3, 4 and 5"),
        (("--cycle", "0"), "1, 2, 3, 4 and 5"),
        (("--cycle", "three"), "three"),
        (("--format", "jsn"), "json"),
        (("--cycel", "3"), "--cycle"),
    ],
)
def test_invalid_options_are_refused_and_named(window, command, options, named):
    run = window(command, *options)
    assert (run.code, run.out) == (2, "")
    assert named in run.err
    assert "Traceback" not in run.err


# List


WINDOWS = [
    # cycle, window, opens, closes: as published, and as shown to people
    (1, None, "2020-09", "2020-12-16", "September 2020", "16 December 2020"),
    (2, None, "2021-07-05", "2021-09-17", "5 July 2021", "17 September 2021"),
    (3, None, CYCLE_3["opens"], CYCLE_3["closes"], "16 February 2022 at midday", "29 July 2022 at 5pm"),
    (4, None, "2023-05-08", "2023-06-30", "8 May 2023", "30 June 2023"),
    (5, "primary", None, None, "not known", "not known"),
    (5, "secondary", "2024-09-23", "2025-02-10", "23 September 2024", "10 February 2025"),
]  # fmt: skip


def test_every_window_is_listed_in_every_format(window):
    def windows(format):
        run = window("list", "--format", format)
        assert (run.code, run.err) == (0, "")
        return run.out

    published = [known[:4] for known in WINDOWS]
    names = ("cycle", "window", "opens", "closes")
    for rows in (json.loads(windows("json")), yaml.safe_load(windows("yaml"))):
        assert [tuple(row[name] for name in names) for row in rows] == published

    as_text = [tuple("" if value is None else str(value) for value in row) for row in published]
    rows = list(csv.DictReader(io.StringIO(windows("csv"))))
    assert [tuple(row[name] for name in names) for row in rows] == as_text
    head, _, *lines = windows("markdown").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in (head, *lines)]
    at = [cells[0].index(name) for name in names]
    assert [tuple(row[column] for column in at) for row in cells[1:]] == as_text


def test_the_list_for_people_has_the_dates_in_words(window):
    header, *lines = window("list").out.splitlines()
    assert header.startswith("Cycle  Window")
    assert len(lines) == len(WINDOWS)
    for line, (cycle, name, _, _, opens, closes) in zip(lines, WINDOWS, strict=True):
        assert line.startswith(str(cycle))
        assert (name or "") in line
        assert line.index(opens) <= line.rindex(closes)
    assert {line.index(known[4]) for line, known in zip(lines, WINDOWS, strict=True)} == {
        lines[0].index("September 2020")
    }


def test_the_list_gives_notes_about_unknown_dates_in_full(htq):
    out = htq("window", "list").out
    assert (
        "The day on which the window opened is not known. The year in which it closed is inferred."
        in out
    )
    assert "It lay between the close of cycle 4 and 23 September 2024." in out


# Timeline


STAGES = [
    "Pre-application window",
    "Application window opens",
    "Application window closes",
    "Institute review and consultation",
    "Institute provides feedback on application and copyright transfer",
    "Resubmission of required changes",
    "Approved qualifications confirmed",
]


@pytest.mark.parametrize(
    "at, stage",
    [
        ("1 January 2021", 0),
        ("2022-02-16T11:59:59", 0),
        ("2022-02-16T12:00:00", 1),
        ("20 May 2022", 1),
        ("2022-07-29T16:59:59", 1),
        ("2022-07-29T17:00:00", 2),
        ("1 January 2030", 2),
    ],
)
def test_the_current_stage_is_marked(htq, at, stage):
    stages = htq("window", "timeline", "--cycle", "3", "--at", at, "-f", "json").data["stages"]
    assert [found["name"] for found in stages] == STAGES
    assert [found["name"] for found in stages if found["current"]] == [STAGES[stage]]

    lines = htq("window", "timeline", "--cycle", "3", "--at", at).out.splitlines()
    [marked] = [line for line in lines if line.endswith("(now)")]
    assert STAGES[stage] in marked


def test_a_timeline_has_every_stage_in_order_with_its_date_and_what_happens(htq):
    out = htq("window", "timeline", "--cycle", "3", "--at", "20 May 2022").out
    places = [out.index(name) for name in STAGES]
    assert places == sorted(places)
    assert "Application window opens, 16 February 2022 at midday" in out
    assert "Application window closes, 29 July 2022 at 5pm" in out
    assert "officials conduct analysis against criteria and put advice to route panels" in out


def test_after_the_window_closes_the_timeline_says_no_later_dates_were_published(htq):
    said = "No dates were published for the stages after this one"
    of_cycle_3 = ("window", "timeline", "--cycle", "3", "--at")
    assert said in htq(*of_cycle_3, "29 July 2022 5pm").out
    assert said not in htq(*of_cycle_3, "29 July 2022 4:59pm").out


@pytest.mark.parametrize("cycle", [1, 2, 4, 5])
def test_a_cycle_without_key_stages_says_so(htq, cycle):
    text = htq("window", "timeline", "--cycle", str(cycle))
    assert text.code == 0
    assert f"cycle {cycle} are not in the catalogue" in text.out
    data = htq("window", "timeline", "--cycle", str(cycle), "--format", "json").data
    assert (data["cycle"], data["stages"]) == (cycle, [])


# The program itself


def environment(**settings):
    unset = ("NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING", "PYTHONUTF8", "TZ")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, **settings}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252", "latin-1"])
def test_a_timeline_can_be_redirected_in_any_encoding(encoding):
    env = environment(PYTHONIOENCODING=encoding)
    run = program("window", "timeline", "--at", "20 May 2022", env=env)
    assert (run.returncode, run.stderr) == (0, b"")
    out = run.stdout.decode(encoding)
    assert "\\u" not in out
    [marked] = [line for line in out.splitlines() if "(now)" in line]
    assert "Application window opens" in marked


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_a_time_is_london_time_wherever_the_machine_is(zone):
    words = ("window", "status", "--at", "29 July 2022 4:59:59pm", "--format", "json")
    run = program(*words, env=environment(TZ=zone))
    found = json.loads(run.stdout)
    assert (found["at"], found["closes_in_seconds"]) == ("2022-07-29T16:59:59+01:00", 1)


@pytest.mark.parametrize(
    "settings, coloured",
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("words", [("status",), ("timeline",)], ids=" ".join)
def test_a_redirected_answer_has_colour_only_when_it_is_forced(words, settings, coloured):
    run = program("window", *words, "--at", "20 May 2022", env=environment(**settings))
    assert run.returncode == 0
    assert (b"\x1b[" in run.stdout) == coloured


def test_json_never_has_colour():
    env = environment(FORCE_COLOR="1")
    run = program("window", "status", "--at", "20 May 2022", "--format", "json", env=env)
    assert run.returncode == 0
    assert b"\x1b" not in run.stdout


@pytest.mark.parametrize(
    "words", [("status",), ("list",), ("timeline",), ("--help",)], ids=" ".join
)
def test_htq_ends_quietly_if_its_output_is_no_longer_read(words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = program("window", *words, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.parametrize("at", ["2022-03-27T00:59:59Z", "2022-03-01", "2024-10-01"])
def test_the_seconds_until_closing_are_right_across_a_clock_change(status, at):
    found = status(at)
    begin, end = (datetime.fromisoformat(t) for t in (found["at"], found["window"]["closes"]))
    assert (
        found["closes_in_seconds"] == (end.astimezone(UTC) - begin.astimezone(UTC)).total_seconds()
    )
