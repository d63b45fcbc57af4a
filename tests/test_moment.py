"""London time: a date is read as its writer meant it, or refused with a reason."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from htqcli.moment import LONDON, UnreadableDate, now, read, say, say_duration, to_iso

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
def test_a_time_is_read_in_every_common_format(text):
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
def test_a_date_alone_means_its_whole_day_and_has_the_day_before_the_month(text):
    moment = read(text)
    assert moment.precision == "day"
    assert moment.isoformat() == "2021-07-05"
    assert moment.first == datetime(2021, 7, 5, tzinfo=LONDON)
    assert moment.after == datetime(2021, 7, 6, tzinfo=LONDON)


@pytest.mark.parametrize(
    "text", ["2024-09", "September 2024", "Sept 2024", "Sep 2024", "09/2024", "9/2024"]
)
def test_a_month_alone_means_its_whole_month(text):
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
        # A time that was skipped is read as if the clocks had not gone forward yet.
        ("2022-03-27T01:00:00", "2022-03-27 01:00:00"),
        ("27 March 2022 1:30am", "2022-03-27 01:30:00"),
        # On 30 October 2022 they passed 1am to 2am twice: the first time is meant.
        ("2022-10-30T00:59:59", "2022-10-29 23:59:59"),
        ("2022-10-30T01:00:00", "2022-10-30 00:00:00"),
        ("30 October 2022 1:59:59am", "2022-10-30 00:59:59"),
        ("2022-10-30T02:00:00", "2022-10-30 02:00:00"),
        # A text that names the zone or the offset can mean either.
        ("30 October 2022 1:30am BST", "2022-10-30 00:30:00"),
        ("30 October 2022 1:30am GMT", "2022-10-30 01:30:00"),
        ("2022-10-30T01:30:00+01:00", "2022-10-30 00:30:00"),
        ("2022-10-30T01:30:00+00:00", "2022-10-30 01:30:00"),
    ],
)
def test_times_are_exact_to_the_second_when_the_clocks_change(text, instant):
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
def test_a_day_has_23_or_25_hours_when_the_clocks_change(day, hours):
    moment = read(day)
    assert moment.after.astimezone(UTC) - moment.first.astimezone(UTC) == timedelta(hours=hours)


# Texts that can be read, by their value in ISO 8601. The tests above have more.
READ = {
    "2022-06-10": """
        2022-06-10 | 20220610 | 2022/06/10 | 2022/6/10 | 2022.6.10 | 2022-6-10
        10/06/2022 | 10/6/2022 | 10/6/22 | 10-06-22 | 10.06.2022 | 10 06 2022 | 10 6 2022
        10 / 6 / 2022 | 10 June 2022 | 10 JUNE 2022 | 10 Jun 2022 | 10 Jun. 2022 | 10 Jun 22
        10June2022 | 10-Jun-2022 | 10/Jun/2022 | 10.Jun.2022 | 10-Jun-22 | 10 June ’22 | 10 June '22
        10th June 2022 | 10 th June 2022 | 10th of June 2022 | the 10th of June, 2022
        on 10 June 2022 | on the 10th of June 2022 | June 10 2022 | June 10, 2022 | June 10,2022
        June 10th, 2022 | June the 10th, 2022 | Jun-10-2022 | 2022 June 10 | 2022-Jun-10
        Friday 10 June 2022 | Fri 10 June 2022 | Fri. 10 June 2022 | Friday, 10 June 2022
        on Friday 10 June 2022 | Friday the 10th of June 2022 | 10 June 2022, Friday
        Friday, June 10, 2022 | 10 June 2022 Fri | FRI 10/06/2022 | Fri 2022-06-10
    """,
    "2024-09": """
        2024-09 | 2024-9 | 2024/09 | 2024/9 | 09/2024 | 9/2024 | 09-2024 | 09.2024
        September 2024 | September, 2024 | September of 2024 | Sept 2024 | Sept. 2024 | Sep 2024
        Sep-2024 | sep2024 | September ’24 | Sep '24 | 2024 September | 2024-Sep
    """,
    "2022-06-10T17:00:00+01:00": """
        2022-06-10T17:00 | 2022-06-10T17 | 2022-06-10t17:00 | 2022-06-10 17:00 | 20220610T1700
        2022-06-10T17:00:00 | 2022-06-10T17:00:00.000 | 2022-06-10T17:00:00,0
        2022-06-10T16:00Z | 2022-06-10T16Z | 2022-06-10T16:00:00.0000000Z | 20220610T160000Z
        2022-06-10 16:00Z | 2022-06-10 16:00:00+00:00 | 2022-06-10T18:00+02 | 2022-06-10T18:00+0200
        2022-06-10T12:00-04:00 | 2022-06-10T12:00:00-0400 | 2022-06-10 12:00:00-04:00
        2022-06-11T06:00+14:00 | 2022-06-10T02:00-14:00 | 2022-06-10T16:00-00:00
        10 June 2022 17:00 | 10 June 2022 17.00 | 10 June 2022 17:00:00 | 10 June 2022 17:00 hrs
        10 June 2022 1700 hours | 10 June 2022 1700hrs | 10 June 2022 5pm | 10 June 2022 5 pm
        10 June 2022 5 p.m. | 10 June 2022 5p.m. | 10 June 2022 05:00 PM | 10 June 2022 5.00pm
        10 June 2022, 5pm | 10 June 2022,5pm | 10 June 2022 at 5pm | 10 June 2022, at 17:00
        5pm 10 June 2022 | 5pm, 10 June 2022 | at 5pm on 10 June 2022 | 5pm on the 10th of June 2022
        17:00 10/06/2022 | 17.00 on 10.06.2022 | 5pm on Friday 10 June 2022
        Friday 5pm 10 June 2022 | Friday 10 June 2022 at 5pm | Fri, 10 Jun 2022 17:00:00 +0100
        10 June 2022 5pm BST | 10 June 2022 4pm GMT | 10 June 2022 4pm UTC | 10 June 2022 16:00Z
        10 June 2022 5pm GMT+1 | 10 June 2022 5pm UTC+01:00 | 10 June 2022 5pm GMT +0100
        10 June 2022 5:30pm GMT+1:30 | 2022-06-10T17:59+01:59 | 10 June 2022 noon GMT-4 | 10 June 2022 12:00:00 −04:00 | 10 June 2022 17:00+01:00
        10 June 2022 5pm UK time | 10 June 2022 5pm London time | 10 Jun 22 17:00
    """,
    "2022-06-10T12:00:00+01:00": """
        10 June 2022 noon | 10 June 2022 12 noon | 10 June 2022 12noon | 10 June 2022 12:00 noon
        10 June 2022 midday | noon on 10 June 2022 | 12 midday, 10 June 2022 | 10 June 2022 12pm
        10 June 2022 12:00 | 2022-06-10 midday
    """,
    "2022-06-10T00:00:00+01:00": """
        10 June 2022 midnight | 10 June 2022 12 midnight | 10 June 2022 12am | 10 June 2022 00:00
        10 June 2022 0:00 | 2022-06-10T00:00
    """,
    "2022-06-10T00:30:00+01:00": "10 June 2022 12:30am | 10 June 2022 0:30 | 10 June 2022 00.30",
    "2022-06-10T16:59:59.500000+01:00": """
        2022-06-10T16:59:59.5 | 10 June 2022 4:59:59.5pm | 10 June 2022 16:59:59,5
    """,
    "2022-06-10T16:59:59.123456+01:00": "2022-06-10T16:59:59.1234569",
    "2010-11": "2010-11 | 11/2010",
    "1900-01-01": "1 January 1900",
    "2999-12-31": "31 December 2999",
}  # fmt: skip

# Texts that are refused | words of the reason | the dates that are offered
REFUSED = """
    # Two days, months, years or dates, and ranges.
    22/23 June 2022 | two days | 22 June 2022, 23 June 2022
    22 and 23 June 2023 | two days | 22 June 2023, 23 June 2023
    22-23 June 2022 | two days | 22 June 2022, 23 June 2022
    22 – 23 June 2022 | two days | 22 June 2022, 23 June 2022
    22nd & 23rd of June 2022 | two days | 22 June 2022, 23 June 2022
    10 to 14 June 2022 | two days | 10 June 2022, 14 June 2022
    20, 21 and 22 June 2022 | two days | 20 June 2022, 22 June 2022
    Wed 22 and Thu 23 June 2022 | two days | 22 June 2022, 23 June 2022
    June 22-23, 2022 | two days | 22 June 2022, 23 June 2022
    30 June - 2 July 2022 | two days | 30 June 2022, 2 July 2022
    29 July 30 July 2022 | two days | 29 July 2022, 30 July 2022
    30 June 2022 to 2 July 2022 | two days | 30 June 2022, 2 July 2022
    10-12/06/2022 | two days | 10 June 2022, 12 June 2022
    10/06/2022-12/06/2022 | two days | 10 June 2022, 12 June 2022
    10/06/2022 or 12/06/2022 | two days | 10 June 2022, 12 June 2022
    2022-06-10/2022-06-12 | two days | 10 June 2022, 12 June 2022
    2022-06-10/12 | two days | 10 June 2022, 12 June 2022
    2022-06-10, 2022-06-12, 2022-06-14 | three days | 10 June 2022, 12 June 2022
    1/6/2022 2/6/2022 3/6/2022 4/6/2022 | several days | 1 June 2022, 2 June 2022
    10 June 2022 10 June 2022 | two days | 10 June 2022
    10 June 2022 2023 | two days | 10 June 2022, 10 June 2023
    10 June 2022 or 2024 | two days | 10 June 2022, 10 June 2024
    June/July 2022 | two months | June 2022, July 2022
    June to July 2022 | two months | June 2022, July 2022
    2024-09/2025-07 | two months | September 2024, July 2025
    September 2024 or 2026 | two months | September 2024, September 2026
    10 June 2022 September 2024 | two dates | 10 June 2022, September 2024
    # Two times.
    29 July 2022 10:00-11:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    29 July 2022 10:00 - 11:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    29 July 2022 10:00 to 11:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    29 July 2022 10am-11am | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    29 July 2022 5-6pm | two times | 29 July 2022 at 5pm, 29 July 2022 at 6pm
    29 July 2022 5.30-6.30pm | two times | 29 July 2022 at 5:30pm, 29 July 2022 at 6:30pm
    29 July 2022 10:00:00-11:00:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    10:00-11:00 on 29 July 2022 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    2022-07-29 10:00-11:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    2022-07-29T10:00/11:00 | two times | 29 July 2022 at 10am, 29 July 2022 at 11am
    29 July 2022 5pm 17:00 | two times | 29 July 2022 at 5pm
    9am, 12 noon and 5pm on 29 July 2022 | three times | 29 July 2022 at midday, 29 July 2022 at 9am
    # School years.
    September 2024/25 | school year, 2024/25 | September 2024
    September 2024-25 | school year | September 2024
    September 2024/2025 | school year | September 2024
    Sept 2024–25 | school year | September 2024
    2024/25 | school year | September 2024
    2024-25 | school year | September 2024
    2024-2025 | school year | September 2024
    2009/10 | school year | September 2009
    1999/2000 | school year | September 1999
    academic year 2024/25 | school year | September 2024
    10 June 2022/23 | school year | 10 June 2022
    # Numbers that Excel makes of dates, and digits run together.
    44722 | Excel | 10 June 2022
    44722.0 | Excel | 10 June 2022
    44722.5 | Excel | 10 June 2022 at midday
    44722.70833333 | Excel | 10 June 2022 at 5pm
    44722.70799189 | Excel | 10 June 2022 at 5pm
    44722.70798032 | Excel | 10 June 2022 at 4:59pm
    29072022 | digits run together | 29 July 2022
    12102022 | digits run together | 12 October 2022
    290722 | digits run together | 29 July 2022, 22 July 2029
    202207 | digits run together | July 2022
    20221310 | digits run together |
    447223 | digits run together |
    5 | not a date |
    9999999999999999999999 | not a date |
    # A month with two digits, and the order of the United States.
    Sep-24 | September 2024 or 24 September | September 2024
    Sep 24 | September 2024 or 24 September | September 2024
    September 24 | September 2024 or 24 September | September 2024
    Sept.24 | September 2024 or 24 September | September 2024
    9/24 | September 2024 or 24 September | September 2024
    09-24 | September 2024 or 24 September | September 2024
    Sep-45 | could be September 2045 | September 2045
    24-Sep | year |
    24 September | year |
    24/9 | year |
    5/7 | year |
    9/12 | year |
    9/13 | September 2013 or 13 September | September 2013
    12/24 | December 2024 or 24 December | December 2024
    13/24 | year |
    Sep-01 | September 2001 or 1 September | September 2001
    Sep-31 | could be September 2031 | September 2031
    Sep-32 | could be September 2032 | September 2032
    Sep-00 | could be September 2000 | September 2000
    05/13/2021 | day before the month | 13 May 2021
    01/13/2021 | day before the month | 13 January 2021
    12/13/2021 | day before the month | 13 December 2021
    13/13/2021 | a year has 12 months |
    06 13 2022 | day before the month | 13 June 2022
    5-13-2021 | day before the month | 13 May 2021
    5.31.21 | day before the month | 31 May 2021
    05/13/2021 5pm | day before the month | 13 May 2021 at 5pm
    2022-29-07 | month before the day | 29 July 2022
    2022/29/07 | month before the day | 29 July 2022
    # Days and times that do not exist.
    31 June 2022 | real date: June 2022 has 30 days | 30 June 2022
    31/04/2022 | April 2022 has 30 days | 30 April 2022
    2022-02-30 | February 2022 has 28 days | 28 February 2022
    29 February 2022 | February 2022 has 28 days | 28 February 2022
    2022-02-30T10:00 | February 2022 has 28 days | 28 February 2022
    30 February 2024 | February 2024 has 29 days | 29 February 2024
    32 May 2022 | May 2022 has 31 days |
    32 June 2022 | June 2022 has 30 days |
    0 June 2022 | June 2022 has 30 days |
    2022-13 | a year has 12 months |
    2022-00 | a year has 12 months |
    31/31/2022 | a year has 12 months |
    10/00/2022 | a year has 12 months |
    00/13/2022 | a year has 12 months |
    29 July 2022 25:00 | a day has 24 hours | 29 July 2022
    29 July 2022 24:01 | a day has 24 hours | 29 July 2022
    29 July 2022 24:00 | next day | 30 July 2022 at midnight
    2022-07-29T24:00 | next day | 30 July 2022 at midnight
    31 December 2999 24:00 | next day |
    29 July 2022 5:60pm | an hour has 60 minutes | 29 July 2022
    29 July 2022 17:00:60 | a minute has 60 seconds | 29 July 2022
    29 July 2022 17pm | hours 1 to 12 | 29 July 2022 at 5pm
    29 July 2022 13:00am | hours 1 to 12 | 29 July 2022 at 1pm
    29 July 2022 0:30am | hours 1 to 12 | 29 July 2022 at 12:30am
    29 July 2022 99pm | hours 1 to 12 |
    Monday 29 July 2022 | is a Friday | 29 July 2022
    on Monday, 29 July 2022 at 5pm | is a Friday | 29 July 2022 at 5pm
    # Offsets and zones.
    2022-07-29T10:00+14:01 | more than 14 hours | 29 July 2022 at 10am
    2022-07-29T10:00-14:01 | more than 14 hours | 29 July 2022 at 10am
    29 July 2022 10:00 +15:00 | more than 14 hours | 29 July 2022 at 10am
    29 July 2022 10:00 GMT+99 | more than 14 hours | 29 July 2022 at 10am
    29 July 2022 10:00 +01:60 | an hour has 60 minutes | 29 July 2022 at 10am
    29 July 2022 10:00 +1 | also says ‘+1’ | 29 July 2022 at 10am
    29 July 2022 5pm EST | EST |
    29 July 2022 5pm CET | CET |
    29 July 2022 5pm America/New_York | America/New_York |
    2022-06-10Z | also says ‘Z’ | 10 June 2022
    10 June 2022 GMT | also says ‘GMT’ | 10 June 2022
    # Something is left over.
    10 June 2022 5m | also says ‘5m’ | 10 June 2022
    10 June 2022 5 | also says ‘5’ | 10 June 2022
    10 June 2022 1700 | also says ‘1700’ | 10 June 2022
    10 June 2022 170000 | also says ‘170000’ | 10 June 2022
    10 June 2022 in the evening | also says ‘in the evening’ | 10 June 2022
    2022-06-10 garbage | also says ‘garbage’ | 10 June 2022
    by 10 June 2022 | also says ‘by’ | 10 June 2022
    end of September 2024 | also says ‘end of’ | September 2024
    September 2024 onwards | also says ‘onwards’ | September 2024
    10 June 2022 - 5pm | also says ‘-’ | 10 June 2022 at 5pm
    10 June 2022. | also says ‘.’ | 10 June 2022
    10 June 2022, | not only a date | 10 June 2022
    10 June 2022 (provisional) | also says ‘(provisional)’ | 10 June 2022
    5 o'clock on 10 June 2022 | also says | 10 June 2022
    June 09/2024 | not only a date | September 2024
    1/05/07/2021 | also says ‘1/’ | 5 July 2021
    Friday Friday 10 June 2022 | not only a date | 10 June 2022
    # Something is missing.
    29 July | year |
    29 February | year |
    29/07 | year |
    5pm | year |
    Friday | year |
    Friday 5pm | year |
    September | year |
    10 June 10:00 | year |
    10 June 12 noon | year |
    10 June 12 pm | year |
    10 June 5pm | year |
    2022 | month |
    2022 5pm | month |
    autumn 2024 | month |
    Q3 2024 | month |
    July 2022 5pm | day |
    Monday July 2022 | day |
    Septmber 2024 | ‘Septmber’ is not one | September 2024
    29 Juli 2022 | ‘Juli’ is not one | 29 July 2022
    # Not dates, and years that nobody means.
    now | not a date |
    tomorrow | not a date |
    when it is ready | not a date |
    2022-W30-5 | not a date |
    29 July 20222 | not a date |
    29 July 1899 | 1900 to 2999 |
    29 July 100 | 1900 to 2999 |
    29/07/022 | 1900 to 2999 |
    0001-01-01 | 1900 to 2999 |
    9999-12-31 | 1900 to 2999 |
    0001-01-01T00:00:00 | 1900 to 2999 |
    9999-12-31T23:59:59-14:00 | 1900 to 2999 |
    2999-12-31T23:30-01:00 | 1900 to 2999 |
    1900-01-01T00:30+01:00 | 1900 to 2999 |
"""
FORMS = [
    (text.strip(), iso)
    for iso, texts in READ.items()
    for line in texts.strip().splitlines()
    for text in line.split(" | ")
]
REFUSALS = [
    [cell.strip() for cell in line.split("|")]
    for line in REFUSED.strip().splitlines()
    if not line.strip().startswith("#")
]  # fmt: skip


@pytest.mark.parametrize(("text", "iso"), FORMS)
def test_each_format_of_the_grammar_is_read_correctly(text, iso):
    assert read(text).isoformat() == iso


@pytest.mark.parametrize(("text", "reason", "offered"), REFUSALS)
def test_an_unreadable_date_is_refused_with_its_possible_meanings(text, reason, offered):
    with pytest.raises(UnreadableDate) as refused:
        read(text)
    assert reason in str(refused.value)
    assert ", ".join(offers(refused.value)) == offered


@pytest.mark.parametrize(
    "text",
    ["", "   ", "29 \x00July 2022", "29 July 2022\u202e", "9" * 5_000, "29 July 2022" + " very" * 1_000],
)  # fmt: skip
def test_empty_hidden_and_very_long_texts_are_not_dates(text):
    with pytest.raises(UnreadableDate, match=r"^is not a date$"):
        read(text)


def offers(refused):
    """The dates that a hint offers."""
    return re.findall("‘(.*?)’", refused.hint)


@pytest.mark.parametrize(
    ("text", "wanted", "reason", "hint"),
    [
        ("September 2024", ("day",), "does not say the day", ""),
        ("10 June 2022 5pm", ("day",), "has a time", "Did you mean ‘10 June 2022’?"),
        ("10 June 2022 5pm", ("day", "month"), "has a time", "Did you mean ‘10 June 2022’?"),
        ("September 2024/25", ("day", "minute"), "has a school year, 2024/25", ""),
        ("10 June 2022 9:00-10:00", ("day",), "is not one time: it names two times", "Did you mean ‘10 June 2022’?"),
        ("22/23 June 2022", ("day",), "is not one date: it names two days", "Enter one, such as ‘22 June 2022’ or ‘23 June 2022’."),
    ],
)  # fmt: skip
def test_only_dates_that_the_field_accepts_are_offered(text, wanted, reason, hint):
    with pytest.raises(UnreadableDate) as refused:
        read(text, wanted)
    assert (str(refused.value), refused.value.hint) == (reason, hint)


WANTED = [("minute", "day", "month"), ("minute", "day"), ("day", "month"), ("day",)]
PARTS = st.sampled_from(
    [text for text, _ in FORMS]
    + [text for text, *_ in REFUSALS]
    + ["5pm", "10:00", "-", "/", "to", "and", "2023", "23", "June", "Friday", "BST", "+01:00"]
)
TEXTS = st.lists(PARTS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([" ", "", "/", "-"]).map(lambda sign: sign.join(parts))
)


@given(TEXTS, st.sampled_from(WANTED))
@example("30 October 2022 1:30am GMT", WANTED[0])
@example("30 October 2022 1:30am", WANTED[0])
@example("27 March 2022 1:30am", WANTED[0])
@example("5 October 1947 2:30am GMT", WANTED[0])
@example("2022-07-29T16:59:59.000001", WANTED[0])
def test_a_date_shown_in_words_or_iso_is_read_back_the_same_and_offers_are_readable(text, wanted):
    try:
        when = read(text, wanted)
    except UnreadableDate as refused:
        for offer in offers(refused):
            assert str(read(offer, wanted)) == offer
    else:
        assert when.precision in wanted
        assert read(str(when), wanted) == when
        assert read(when.isoformat(), wanted) == when


@given(INSTANTS, st.integers(0, 999_999))
@example(datetime(2022, 10, 30, 1, 30, tzinfo=UTC), 0)
def test_an_instant_shown_in_words_is_read_back_as_the_same_instant(instant, fraction):
    when = read(instant.replace(microsecond=fraction).isoformat())
    assert read(say(when.first)) == when


LEFT_OVER = st.one_of(
    st.integers(0, 99_999).map(str),
    st.sampled_from(["June", "Sept", "soon", "x", "5m", "-", "/", "10/06/2022", "11 June 2023", "2024-09", "Friday Friday", "?"]),
    st.text(alphabet="bcxy", min_size=1, max_size=6),
)  # fmt: skip


@given(st.sampled_from([text for text, _ in FORMS]), LEFT_OVER, st.booleans())
def test_a_date_with_extra_text_is_refused_and_never_read_as_another_date(text, more, before):
    with suppress(UnreadableDate):
        when = read(f"{more} {text}" if before else f"{text} {more}")
        # A month with the number of a day is that day, in the month that was written.
        assert read(text).precision == "month"
        assert when.precision == "day"
        assert f"{when.first:%Y-%m}" == read(text).isoformat()


@pytest.mark.parametrize(
    "text",
    [
        text
        for text, _ in FORMS
        if re.fullmatch(r"(?:Fri,? )?10[ /-](?:June?|0?6)[ /-]2022(?: \d\d:\d\d)?", text)
    ],
)
def test_dateutil_reads_the_common_forms_as_the_same_day_and_time(text):
    from dateutil.parser import parse

    assert parse(text, dayfirst=True) == read(text).first.replace(tzinfo=None)


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
        ("2022-02-16T12:00:00.5", "16 February 2022 at 12:00:00.5pm"),
        ("2022-02-16T09:00:01", "16 February 2022 at 9:00:01am"),
        ("2022-02-16T09:00:10.000010", "16 February 2022 at 9:00:10.00001am"),
        ("2022-10-30T01:30+01:00", "30 October 2022 at 1:30am"),
        ("2022-10-30T01:30+00:00", "30 October 2022 at 1:30am GMT"),
        ("2021-07-05", "5 July 2021"),
        ("2024-09", "September 2024"),
    ],
)
def test_a_moment_is_shown_in_govuk_style_as_precisely_as_it_was_written(text, said):
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
def test_a_length_of_time_is_shown_in_its_two_largest_units(seconds, said):
    assert say_duration(seconds) == said


@given(st.integers(0, 10**10))
def test_a_length_of_time_is_rounded_down_by_less_than_its_last_unit(seconds):
    sizes = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
    parts = [part.split() for part in say_duration(seconds).split(" and ")]
    said = [(int(count.replace(",", "")), sizes[unit.rstrip("s")]) for count, unit in parts]
    assert len(said) <= 2
    assert 0 <= seconds - sum(count * size for count, size in said) < said[-1][1]


@given(INSTANTS, OFFSETS | st.just(LONDON))
@example(datetime(2022, 10, 30, 0, 30, tzinfo=UTC), LONDON)
@example(datetime(2022, 10, 30, 1, 30, tzinfo=UTC), LONDON)
@example(datetime(2022, 3, 27, 1, 0, tzinfo=UTC), LONDON)
def test_an_instant_written_with_an_offset_is_read_as_the_same_instant(instant, zone):
    moment = read(instant.astimezone(zone).isoformat())
    assert moment.precision == "minute"
    assert moment.first.utcoffset() == instant.astimezone(LONDON).utcoffset()
    assert moment.first.astimezone(UTC) == instant


@given(INSTANTS)
def test_a_moment_written_in_iso_8601_is_read_back_unchanged(instant):
    moment = read(instant.isoformat())
    again = read(moment.isoformat())
    assert again.first.astimezone(UTC) == moment.first.astimezone(UTC)
    assert again.isoformat() == moment.isoformat()


@given(DAYS)
def test_a_day_is_read_the_same_in_every_format(day):
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
def test_a_month_is_read_the_same_in_every_format(year, month):
    wanted = read(f"{year}-{month:02}")
    assert wanted.isoformat() == f"{year}-{month:02}"
    for text in (f"{MONTHS[month - 1]} {year}", f"{month:02}/{year}", str(wanted)):
        assert read(text) == wanted, text


@given(DAYS, st.integers(13, 31))
def test_a_date_in_united_states_order_is_refused_and_never_reordered(day, late):
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
def test_any_text_is_read_as_a_moment_or_refused(text):
    with suppress(UnreadableDate):
        moment = read(text)
        assert moment.first <= moment.after
        assert 1900 <= moment.first.year <= 3000
        assert str(moment)


@given(INSTANTS)
def test_an_instant_shown_in_words_is_read_back_as_the_same_london_time(instant):
    when = instant.astimezone(LONDON)
    assert read(say(when)).first.replace(tzinfo=None) == when.replace(tzinfo=None)


@pytest.mark.parametrize("weekday", ["Monday", "Wednesday", "Thursday", "Friday", "Saturday"])
def test_a_weekday_and_a_month_do_not_make_a_date(weekday):
    with pytest.raises(UnreadableDate, match="day"):
        read(f"{weekday} July 2022")


def test_a_weekday_must_match_its_date():
    assert str(read("Friday 29 July 2022")) == "29 July 2022"
    with pytest.raises(UnreadableDate, match="Friday"):
        read("Monday 29 July 2022")


@pytest.mark.parametrize("zone", ["GMT+1", "UTC+1", "UTC+01:00", "+01:00", "BST"])
def test_an_offset_ahead_of_greenwich_gives_an_earlier_time_in_utc(zone):
    assert utc(f"29 July 2022 17:00 {zone}") == "2022-07-29 16:00:00"


@pytest.mark.parametrize(
    "text", ["20220610", "2022-06-10", "10 June 2022", "the 10th of June 2022"]
)
def test_eight_digits_are_read_as_year_month_and_day(text):
    assert str(read(text)) == "10 June 2022"


def test_the_time_zone_of_the_machine_is_ignored(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with pytest.raises(UnreadableDate, match="EST"):
            read("29 July 2022 5pm EST")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_instants_are_compared_in_utc_and_not_by_local_clock_time():
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
        # The clocks pass this time twice; the first time is meant.
        ("30 October 2022 1:30am", "2022-10-30T01:30"),
    ],
)
def test_an_unambiguous_date_is_converted_to_iso_8601(written, iso):
    assert to_iso(written) == iso
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
def test_a_date_that_is_ambiguous_or_already_in_iso_8601_is_not_converted(written):
    assert to_iso(written) is None


@pytest.mark.parametrize("text, year", [("29/7/00", 2000), ("29 July 99", 2099)])
def test_a_two_digit_year_is_in_this_century(text, year):
    assert read(text).first.year == year


def test_now_is_london_time_to_the_second():
    present = now()
    assert present.microsecond == 0
    assert present.utcoffset() == present.astimezone(LONDON).utcoffset()
    assert abs(datetime.now(UTC) - present) < timedelta(days=1)
