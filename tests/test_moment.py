"""London time: what a person wrote is read as it was meant, or refused with the reason."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from htqcli.moment import LONDON, UnreadableDate, in_iso, now, read, say, say_length

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

DAYS = st.dates(datetime(1900, 1, 1).date(), datetime(2999, 12, 31).date())
INSTANTS = st.datetimes(datetime(1901, 1, 1), datetime(2998, 12, 31), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def utc(text):
    """The first instant that a text can mean, as UTC: `2022-07-29 16:00:00`."""
    return f"{read(text).first.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


# The close of cycle 3 is 17:00 in London, which is 16:00 UTC in July (domain: Windows).


@pytest.mark.parametrize(
    "text",
    [
        "29 July 2022 5pm",
        "29 July 2022 at 5pm",
        "29 July 2022, 5pm",
        "5pm on 29 July 2022",
        "29 july 2022 5 PM",
        "29th July 2022 5pm",
        "Friday 29 July 2022 5pm",
        "29 Jul 2022 17:00",
        "29/07/2022 17:00",
        "29/7/22 5:00pm",
        "29.07.2022 5.00pm",
        "2022-07-29T17:00",
        "2022-07-29 17:00:00",
        "20220729T170000",
        "20220729T160000Z",
        "29 July 2022 17:00:00.000000",
        "2022-07-29 5pm",
        "2022-07-29T16:00Z",
        "2022-07-29T16:00:00+00:00",
        "2022-07-29T18:00+02:00",
        "2022-07-29T12:00-04:00",
        "29 July 2022 5pm BST",
        "29 July 2022 4pm GMT",
        "29 July 2022 17:00 +01:00",
        "  29\u00a0July\u00a02022\n 5pm ",
    ],
)
def test_a_time_is_read_however_it_is_written(text):
    moment = read(text)
    assert moment.isoformat() == "2022-07-29T17:00:00+01:00"
    assert moment.precision == "minute"
    assert moment.first == moment.after == datetime(2022, 7, 29, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "16 February 2022 12pm",
        "16 February 2022 at 12pm",
        "16 February 2022 noon",
        "16 February 2022 12 noon",
        "noon on 16 February 2022",
        "midday on 16 February 2022",
        "16 February 2022 at midday",
        "16 FEBRUARY 2022 MIDDAY",
        "2022-02-16 noon",
        "16/02/2022 12:00",
    ],
)
def test_noon_and_midday_are_twelve_o_clock(text):
    assert read(text).isoformat() == "2022-02-16T12:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "2021-07-05",
        "2021/07/05",
        "05/07/2021",
        "5/7/2021",
        "5/7/21",
        "05-07-2021",
        "5.7.2021",
        "5 July 2021",
        "5 Jul 2021",
        "5th July 2021",
        "July 5, 2021",
        "Monday 5 July 2021",
        "Mon, 5 July 2021",
    ],
)
def test_a_date_alone_is_its_whole_day_and_the_day_comes_before_the_month(text):
    moment = read(text)
    assert moment.precision == "day"
    assert moment.isoformat() == "2021-07-05"
    assert moment.first == datetime(2021, 7, 5, tzinfo=LONDON)
    assert moment.after == datetime(2021, 7, 6, tzinfo=LONDON)


@pytest.mark.parametrize(
    "text", ["2024-09", "September 2024", "Sept 2024", "Sep 2024", "09/2024", "9/2024"]
)
def test_a_month_alone_is_its_whole_month(text):
    moment = read(text)
    assert moment.precision == "month"
    assert moment.isoformat() == "2024-09"
    assert moment.first == datetime(2024, 9, 1, tzinfo=LONDON)
    assert moment.after == datetime(2024, 10, 1, tzinfo=LONDON)


@pytest.mark.parametrize(
    "month, next_month", [("2020-02", "2020-03"), ("2021-12", "2022-01"), ("2022-01", "2022-02")]
)
def test_a_month_ends_where_the_next_begins(month, next_month):
    assert read(month).after == read(next_month).first


@pytest.mark.parametrize(
    "text, instant",
    [
        # On 27 March 2022 the clocks went from 1am straight to 2am: no second is between.
        ("2022-03-27T00:59:59", "2022-03-27 00:59:59"),
        ("2022-03-27T02:00:00", "2022-03-27 01:00:00"),
        # A time that they left out is read as if they had not gone forward yet.
        ("2022-03-27T01:00:00", "2022-03-27 01:00:00"),
        ("27 March 2022 1:30am", "2022-03-27 01:30:00"),
        # On 30 October 2022 they passed 1am to 2am twice: the first is meant.
        ("2022-10-30T00:59:59", "2022-10-29 23:59:59"),
        ("2022-10-30T01:00:00", "2022-10-30 00:00:00"),
        ("30 October 2022 1:59:59am", "2022-10-30 00:59:59"),
        ("2022-10-30T02:00:00", "2022-10-30 02:00:00"),
        # Who names the clock or the offset can mean either.
        ("30 October 2022 1:30am BST", "2022-10-30 00:30:00"),
        ("30 October 2022 1:30am GMT", "2022-10-30 01:30:00"),
        ("2022-10-30T01:30:00+01:00", "2022-10-30 00:30:00"),
        ("2022-10-30T01:30:00+00:00", "2022-10-30 01:30:00"),
    ],
)
def test_the_clocks_change_to_the_second(text, instant):
    assert utc(text) == instant


@pytest.mark.parametrize(
    "day, hours",
    [
        ("26 March 2022", 24),
        ("27 March 2022", 23),
        ("28 March 2022", 24),
        ("30 October 2022", 25),
        ("31 October 2022", 24),
    ],
)
def test_a_day_is_as_long_as_it_is_in_london(day, hours):
    moment = read(day)
    assert moment.after.astimezone(UTC) - moment.first.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("29 July", "year"),
        ("29 February", "year"),
        ("29/07", "year"),
        ("5pm", "year"),
        ("Friday", "year"),
        ("2022", "month"),
        ("2022 5pm", "month"),
        ("July 2022 5pm", "day"),
        # The order of the United States, and what cannot be a month at all.
        ("05/13/2021", "day before the month"),
        ("5-13-2021", "day before the month"),
        ("5.31.21", "day before the month"),
        # Days and times that there are not.
        ("29 February 2022", "not a real date: February 2022 has 28 days"),
        ("31/04/2022", "not a real date: April 2022 has 30 days"),
        ("2022-02-30", "not a real date"),
        ("2022-13", "a year has 12 months"),
        ("29 July 2022 25:00", "a day has 24 hours"),
        ("29 July 2022 5:61pm", "an hour has 60 minutes"),
        ("29 July 2022 17pm", "am and pm go with the hours 1 to 12"),
        # No date at all.
        ("", "not a date"),
        ("   ", "not a date"),
        ("now", "not a date"),
        ("tomorrow", "not a date"),
        ("when it is ready", "not a date"),
        ("29 July 2022 in the evening", "it also says ‘in the evening’"),
        ("2022-07-29 garbage", "it also says ‘garbage’"),
        ("29 July 30 July 2022", "it names two days"),
        ("29 \x00July 2022", "not a date"),
        ("29 July 2022\u202e", "not a date"),
        # Huge.
        ("9" * 50, "not a date"),
        ("9" * 5_000, "not a date"),
        ("29 July 20222", "not a date"),
        # Digits run together that are no date of ISO 8601: two orders could be meant.
        ("290722", "not a date"),
        ("29072022", "not a date"),
        ("29 July 2022 170000", "it also says ‘170000’"),
        ("29 July 2022" + " very" * 1_000, "not a date"),
        # Years that nobody means.
        ("29 July 1899", "1900 to 2999"),
        ("29 July 100", "1900 to 2999"),
        ("29/07/022", "1900 to 2999"),
        ("0001-01-01", "1900 to 2999"),
        ("9999-12-31", "1900 to 2999"),
        ("0001-01-01T00:00:00", "1900 to 2999"),
        ("9999-12-31T23:59:59-14:00", "1900 to 2999"),
    ],
)
def test_what_says_no_time_is_refused_with_the_reason(text, reason):
    with pytest.raises(UnreadableDate, match=reason):
        read(text)


@pytest.mark.parametrize(
    "text, said",
    [
        ("2022-07-29T17:00", "29 July 2022 at 5pm"),
        ("2022-07-29T17:30", "29 July 2022 at 5:30pm"),
        ("2022-07-29T16:59:59", "29 July 2022 at 4:59:59pm"),
        ("2022-07-29T09:05", "29 July 2022 at 9:05am"),
        ("2022-07-29T16:00Z", "29 July 2022 at 5pm"),
        ("29 July 2022 00:00", "29 July 2022 at midnight"),
        ("29 July 2022 midnight", "29 July 2022 at midnight"),
        ("2022-02-16T12:00", "16 February 2022 at midday"),
        ("2022-02-16T00:00", "16 February 2022 at midnight"),
        ("2022-02-16T00:01", "16 February 2022 at 12:01am"),
        ("2022-02-16T12:01", "16 February 2022 at 12:01pm"),
        ("2021-07-05", "5 July 2021"),
        ("2024-09", "September 2024"),
    ],
)
def test_a_moment_is_said_in_the_style_of_gov_uk_and_no_finer_than_it_was_written(text, said):
    assert str(read(text)) == said


@pytest.mark.parametrize(
    "seconds, said",
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "1 minute and 1 second"),
        (3_600, "1 hour"),
        (86_400, "1 day"),
        (90_000, "1 day and 1 hour"),
        # 20 May 2022 to the close of cycle 3: the example of the JSON of `window status`.
        (6_109_200, "70 days and 17 hours"),
        (100_000_000, "1,157 days and 9 hours"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(seconds, said):
    assert say_length(seconds) == said


@given(st.integers(0, 10**10))
def test_a_length_that_is_said_leaves_out_less_than_its_last_unit(seconds):
    sizes = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
    parts = [part.split() for part in say_length(seconds).split(" and ")]
    said = [(int(count.replace(",", "")), sizes[unit.rstrip("s")]) for count, unit in parts]
    assert len(said) <= 2
    assert 0 <= seconds - sum(count * size for count, size in said) < said[-1][1]


@given(INSTANTS, OFFSETS | st.just(LONDON))
@example(datetime(2022, 10, 30, 0, 30, tzinfo=UTC), LONDON)
@example(datetime(2022, 10, 30, 1, 30, tzinfo=UTC), LONDON)
@example(datetime(2022, 3, 27, 1, 0, tzinfo=UTC), LONDON)
def test_an_instant_written_with_its_offset_reads_back_as_the_same_instant(instant, zone):
    moment = read(instant.astimezone(zone).isoformat())
    assert moment.precision == "minute"
    assert moment.first.utcoffset() == instant.astimezone(LONDON).utcoffset()
    assert moment.first.astimezone(UTC) == instant


@given(INSTANTS)
def test_a_moment_in_iso_reads_back_as_itself(instant):
    moment = read(instant.isoformat())
    again = read(moment.isoformat())
    assert again.first.astimezone(UTC) == moment.first.astimezone(UTC)
    assert again.isoformat() == moment.isoformat()


@given(DAYS)
def test_a_day_reads_the_same_in_every_way_of_writing_it(day):
    month = MONTHS[day.month - 1]
    wanted = read(day.isoformat())
    assert wanted.isoformat() == day.isoformat()
    for text in (
        f"{day.day} {month} {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day:02}/{day.month:02}/{day.year}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}-{day.month:02}-{day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        str(wanted),
    ):
        assert read(text) == wanted, text


@given(st.integers(1900, 2999), st.integers(1, 12))
def test_a_month_reads_the_same_in_every_way_of_writing_it(year, month):
    wanted = read(f"{year}-{month:02}")
    assert wanted.isoformat() == f"{year}-{month:02}"
    for text in (f"{MONTHS[month - 1]} {year}", f"{month:02}/{year}", str(wanted)):
        assert read(text) == wanted, text


@given(DAYS, st.integers(13, 31))
def test_a_date_in_the_order_of_the_united_states_is_refused_and_never_turned_round(day, late):
    with pytest.raises(UnreadableDate):
        read(f"{day.month:02}/{late}/{day.year}")


PIECES = [
    *("29", "July", "2022", "5pm", "05/07/2021", "2022-07-29", "20220729", "1234567890", "²", "٣"),
    *("17:00", "5.30", "24:00", "T", "Z", "am", "p.m.", "noon", "midday", "midnight", "Friday"),
    *(
        "BST",
        "GMT",
        "EST",
        "GMT+1",
        "+01:00",
        "-2400",
        "+99:99",
        "+",
        "-",
        ":",
        ".",
        "/",
        ",",
        "(",
        ")",
    ),
    *("NaN", "inf", "1e5", "h", "m", "s", "30m", "W30", "0", "00", "0000", "\u200b", "\x00"),
]


@given(
    st.text(max_size=70)
    | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
)
@example("10 July 2022 10:00 +99:99")
@example("20220729 9999999999999999999930m")
def test_any_text_at_all_is_a_moment_or_is_refused(text):
    with suppress(UnreadableDate):
        moment = read(text)
        assert moment.first <= moment.after
        assert 1900 <= moment.first.year <= 3000
        assert str(moment)


@given(INSTANTS)
def test_what_is_said_reads_back_as_what_was_meant(instant):
    when = instant.astimezone(LONDON)
    assert read(say(when)).first.replace(tzinfo=None) == when.replace(tzinfo=None)


@pytest.mark.parametrize("weekday", ["Monday", "Wednesday", "Thursday", "Friday", "Saturday"])
def test_a_weekday_in_a_month_is_not_taken_for_a_day_of_it(weekday):
    with pytest.raises(UnreadableDate, match="day"):
        read(f"{weekday} July 2022")


def test_a_weekday_must_go_with_its_date():
    assert str(read("Friday 29 July 2022")) == "29 July 2022"
    with pytest.raises(UnreadableDate, match="Friday"):
        read("Monday 29 July 2022")


@pytest.mark.parametrize("zone", ["GMT+1", "UTC+1", "UTC+01:00", "+01:00", "BST"])
def test_hours_ahead_of_greenwich_are_earlier_in_london(zone):
    assert utc(f"29 July 2022 17:00 {zone}") == "2022-07-29 16:00:00"


@pytest.mark.parametrize(
    "text", ["20220610", "2022-06-10", "10 June 2022", "the 10th of June 2022"]
)
def test_digits_run_together_are_year_month_and_day(text):
    assert str(read(text)) == "10 June 2022"


def test_a_zone_of_the_machine_means_nothing(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with pytest.raises(UnreadableDate, match="EST"):
            read("29 July 2022 5pm EST")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_instants_are_compared_by_what_they_are_and_not_by_the_clock_on_the_wall():
    first, second = read("2030-10-27T01:30+01:00"), read("2030-10-27T01:10+00:00")
    assert first.first < second.first
    assert (read("2022-07-29 17:00").first - read("2022-03-01").first).total_seconds() == 13_017_600


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2 March 2022", "2022-03-02"),
        ("2nd of March, 2022", "2022-03-02"),
        ("the 2nd March 2022", "2022-03-02"),
        ("Wednesday 2 March 2022", "2022-03-02"),
        ("March 2, 2022", "2022-03-02"),
        ("2-Mar-2022", "2022-03-02"),
        ("29/07/2022", "2022-07-29"),
        ("29.7.2022", "2022-07-29"),
        ("13/07/2022", "2022-07-13"),
        ("05/05/2022", "2022-05-05"),
        ("5/05/2022", "2022-05-05"),
        ("05/5/2022", "2022-05-05"),
        ("12/12/2022", "2022-12-12"),
        ("2022/3/2", "2022-03-02"),
        ("September 2024", "2024-09"),
        ("09/2024", "2024-09"),
        ("29 July 2022 5pm", "2022-07-29T17:00"),
        ("29 July 2022 at 5.30 pm", "2022-07-29T17:30"),
        ("29 July 2022, 16:59", "2022-07-29T16:59"),
        ("29 July 2022 at midday", "2022-07-29T12:00"),
        # The clocks pass this time twice; as it is read, it is the first.
        ("30 October 2022 1:30am", "2022-10-30T01:30"),
    ],
)
def test_a_date_that_leaves_no_doubt_has_a_form_in_iso_8601(written, iso):
    assert in_iso(written) == iso
    assert read(iso) == read(written)


@pytest.mark.parametrize(
    "written",
    [
        "2022-03-02",
        "2024-09",
        "2022-07-29T16:00:00Z",
        "2022-07-29 17:00",
        "05/07/2021",
        "12/07/2021",
        "29/07/22",
        "2 March 22",
        "22-03-02",
        "10 June 2022 midnight",
        "10 June 2022 12am",
        "10 June 2022 12pm",
        "Monday 2 March 2022",
        "31 February 2022",
        "2 March",
        "29 July 2022 5pm BST",
        "soon",
        "",
    ],
)
def test_a_date_in_iso_8601_or_in_doubt_stays_as_it_is_written(written):
    assert in_iso(written) is None


TWO_DAYS, TWO_TIMES, ALSO = "names two days", "names two times", "it also says"
SCHOOL_YEAR, EXCEL, TURNED = "has a school year", "a number that Excel makes", "before the month"
YEAR, MONTH, FOUR = "does not say the year", "does not say the month", "the year in four digits"
REFUSED = {
    # what people write: words of why it is refused, and what it is offered as
    "22 and 23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22/23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22 & 23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22-23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22 to 23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22 – 23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22 June 2023 and 23 June 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "22 June - 3 July 2023": (TWO_DAYS, "‘22 June 2023’ or ‘3 July 2023’"),
    "June 22-23, 2023": (TWO_DAYS, "‘22 June 2023’ or ‘23 June 2023’"),
    "2022-06-10/2022-06-12": (TWO_DAYS, "‘10 June 2022’ or ‘12 June 2022’"),
    "2022-06-10 to 2022-06-12": (TWO_DAYS, "‘10 June 2022’ or ‘12 June 2022’"),
    "10/06/2022 - 12/06/2022": (TWO_DAYS, "‘10 June 2022’ or ‘12 June 2022’"),
    "10 June 2022 2023": (TWO_DAYS, "‘10 June 2022’ or ‘10 June 2023’"),
    "Sep 2024 to Jul 2025": ("names two months", "‘September 2024’ or ‘July 2025’"),
    "29 July 2022 10:00-11:00": (TWO_TIMES, "‘29 July 2022 at 10am’ or ‘29 July 2022 at 11am’"),
    "29 July 2022 10am-11am": (TWO_TIMES, "‘29 July 2022 at 10am’ or ‘29 July 2022 at 11am’"),
    "29 July 2022 5pm or 6pm": (TWO_TIMES, "‘29 July 2022 at 5pm’ or ‘29 July 2022 at 6pm’"),
    "29 July 2022 10:00 11:00": (TWO_TIMES, "‘29 July 2022 at 10am’"),
    "29 July 2022 noon 5pm": (TWO_TIMES, "‘29 July 2022 at midday’"),
    "September 2024/25": (SCHOOL_YEAR, "‘September 2024’"),
    "Sept 2024-25": (SCHOOL_YEAR, "‘September 2024’"),
    "2024/25": (SCHOOL_YEAR, "‘September 2024’"),
    "2024-2025": (SCHOOL_YEAR, "‘September 2024’"),
    "2024/2025": (SCHOOL_YEAR, "‘September 2024’"),
    "academic year 2024/25": (SCHOOL_YEAR, "‘September 2024’"),
    "44722": (EXCEL, "‘10 June 2022’"),
    "44722.5": (EXCEL, "‘10 June 2022 at midday’"),
    "45000": (EXCEL, "‘15 March 2023’"),
    "202207": ("digits run together", "‘July 2022’"),
    "00.0": ("digits run together", ""),
    "29.7": ("digits run together", ""),
    "Sep-24": (FOUR, "‘September 2024’"),
    "Sep 24": (FOUR, "‘September 2024’"),
    "9/24": (FOUR, "‘September 2024’"),
    "09/24": (FOUR, "‘September 2024’"),
    "Jul-22": (FOUR, "‘July 2022’"),
    "July 29": (FOUR, "‘July 2029’"),
    "24-Sep": (YEAR, ""),
    "24/9": (YEAR, ""),
    "1-2": (YEAR, ""),
    "1 Feb": (YEAR, ""),
    "29/7": (YEAR, ""),
    "12:30": (YEAR, ""),
    "5pm": (YEAR, ""),
    "06 13 2022": (TURNED, "‘13 June 2022’"),
    "06/13/2022": (TURNED, "‘13 June 2022’"),
    "6-13-2022": (TURNED, "‘13 June 2022’"),
    "2022-13-01": ("the month before the day", "‘13 January 2022’"),
    "10 June 2022 5m": (ALSO, "‘10 June 2022’"),
    "10 June 2022 5": (ALSO, "‘10 June 2022’"),
    "10 June 2022 17": (ALSO, "‘10 June 2022’"),
    "29 July 2022 between 10 and 11": (ALSO, "‘29 July 2022’"),
    "in July 2022": (ALSO, "‘July 2022’"),
    "by 29 July 2022": (ALSO, "‘29 July 2022’"),
    "before 29 July 2022": (ALSO, "‘29 July 2022’"),
    "c. July 2022": (ALSO, "‘July 2022’"),
    "29 July 2022?": (ALSO, "‘29 July 2022’"),
    "~29 July 2022": (ALSO, "‘29 July 2022’"),
    "end of July 2022": (ALSO, "‘July 2022’"),
    "mid July 2022": (ALSO, "‘July 2022’"),
    "2022-07-29Z": (ALSO, "‘29 July 2022’"),
    "29 July 2022 at": (ALSO, "‘29 July 2022’"),
    "29 July 2022 17:00 +15:00": ("more than 14 hours", "‘29 July 2022 at 5pm’"),
    "2022-07-29T17:00+14:01": ("more than 14 hours", "‘29 July 2022 at 5pm’"),
    "2022-07-29T17:00-14:30": ("more than 14 hours", "‘29 July 2022 at 5pm’"),
    "2022-07-29T17:00+99:00": ("more than 14 hours", "‘29 July 2022 at 5pm’"),
    "29 July 2022 17:00 PST": ("time zone, PST", "as it is in London"),
    "29 July 2022 17:00 CET": ("time zone, CET", "as it is in London"),
    "31 June 2022": ("June 2022 has 30 days", "‘30 June 2022’"),
    "29 February 2023": ("February 2023 has 28 days", "‘28 February 2023’"),
    "32 July 2022": ("July 2022 has 31 days", ""),
    "29 July 2022 24:00": ("which is midnight", "‘30 July 2022 at midnight’"),
    "29 July 2022 17:60": ("an hour has 60 minutes", "‘29 July 2022’"),
    "29 July 2022 13pm": ("am and pm go with", "‘29 July 2022 at 1pm’"),
    "29 July 2022 0am": ("am and pm go with", "‘29 July 2022 at midnight’"),
    "Thursday 29 July 2022": ("is a Friday", "‘29 July 2022’"),
    "Juli 2022": ("names no month", "‘July 2022’"),
    "29 juillet 2022": (MONTH, ""),
    "Autumn 2024": (MONTH, ""),
    "Q3 2024": (MONTH, ""),
    "week 36 2024": (MONTH, ""),
    "2022": (MONTH, ""),
    "2022 2023": (MONTH, ""),
    "2022-W30": (MONTH, ""),
    "29 July 20222": ("too many digits", ""),
    "1899-12-31": ("1900 to 2999", ""),
    "3000-01-01": ("1900 to 2999", ""),
    "next Friday": ("is not a date", ""),
    "tomorrow": ("is not a date", ""),
    "2022-210": ("is not a date", ""),
    "2022-07-29T": ("is not a date", ""),
    "1e5": ("is not a date", ""),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_one_date_is_refused_with_what_it_could_mean(text):
    why, offered = REFUSED[text]
    with pytest.raises(UnreadableDate) as refused:
        read(text)
    assert why in str(refused.value)
    assert offered in refused.value.hint
    assert bool(offered) == bool(refused.value.hint)


WRITTEN = st.sampled_from(
    [
        "29 July 2022",
        "29/07/2022",
        "2022-07-29",
        "July 2022",
        "29 July 2022 5pm",
        "Fri 29 July 2022",
    ]
)
MORE = st.sampled_from(
    ["5", "2023", "30", "July", "and", "x", "/12", "to 30 July 2022", "Mon", "?"]
)


@given(WRITTEN, MORE)
def test_nothing_of_a_text_is_left_over(text, more):
    alone = read(text)
    with suppress(UnreadableDate):
        assert read(f"{text} {more}") != alone


@given(st.sampled_from(list(REFUSED)) | st.from_regex(r"[0-9A-Za-z :/.-]{1,25}", fullmatch=True))
def test_what_is_offered_for_a_refused_text_can_be_read(text):
    try:
        read(text)
    except UnreadableDate as refused:
        for offered in re.findall("‘([^’]*)’", refused.hint):
            read(offered)


@pytest.mark.parametrize("text, year", [("29/7/00", 2000), ("29 July 99", 2099)])
def test_two_digits_of_a_year_are_of_this_century(text, year):
    assert read(text).first.year == year


def test_the_present_is_told_to_the_second_in_london():
    present = now()
    assert present.microsecond == 0
    assert present.utcoffset() == present.astimezone(LONDON).utcoffset()
    assert abs(datetime.now(UTC) - present) < timedelta(days=1)
