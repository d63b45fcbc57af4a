"""London time: reading when, and saying dates.

No page of the Institute names a time zone; its dates are read as London time, with summer
time. A `Moment` is what somebody wrote of a time, with the precision in which they wrote it:
a minute, a day or a month.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
YEARS = range(1900, 3000)
"""Years that are read. Outside them a date is a slip of the pen, and arithmetic overflows."""

Precision = Literal["minute", "day", "month"]


class NotAMoment(ValueError):
    """A text that says no time. Its message says why, in words for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was written: the first instant it can mean, and the first after it."""

    first: datetime
    after: datetime
    precision: Precision

    def __str__(self) -> str:
        return say(self.first, self.precision)

    def isoformat(self) -> str:
        """ISO 8601 in the precision that was written: 2022-02-16T12:00:00+00:00, 2021-07-05
        or 2020-09."""
        length = {"minute": None, "day": 10, "month": 7}[self.precision]
        return self.first.isoformat()[:length]


def now() -> datetime:
    """The present instant in London time, to the second. The only clock of htq."""
    return datetime.now(UTC).replace(microsecond=0).astimezone(LONDON)


def read(text: str) -> Moment:
    """Read ISO 8601, or a date as a person in England writes it: the day before the month.

    `2022-07-29T16:00:00Z`, `29 July 2022 5pm`, `05/07/2021` (5 July), `September 2024`.
    Without an offset it is London time. A time that the clocks pass twice in October is the
    first; one that they leave out in March is read as if they had not gone forward yet.

    Raises NotAMoment.
    """
    text = " ".join(text.split())
    if len(text) > 60 or not text.isprintable():
        raise NotAMoment("is not a date")
    text = re.sub(r"^(\d{4})(\d{2})(\d{2})(?!\d)", r"\1-\2-\3", text)
    if re.search(r"\d{5}", text.partition(".")[0]):
        raise _not_there(text)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return _moment(_iso(f"{text}-01"), "month")
    if match := re.match(r"(\d{4}-\d{2}-\d{2})(.*)", text):
        day = _iso(match[1])
        if not match[2]:
            return _moment(day, "day")
        try:
            return _moment(datetime.fromisoformat(text), "minute")
        except ValueError:
            text = say(day, "day") + " " + match[2].lstrip("Tt ")
    if re.match(r"\d{1,2}[/.-](?:1[3-9]|[2-9]\d)[/.-]\d", text):
        raise NotAMoment("does not have the day before the month")
    return _written(text)


def say(when: datetime, precision: Precision = "minute") -> str:
    """A time in GOV.UK style: 29 July 2022 at 5pm, 29 July 2022, September 2024."""
    if precision == "month":
        return f"{when:%B %Y}"
    day = f"{when.day} {when:%B %Y}"
    return day if precision == "day" else f"{day} at {say_time(when)}"


def say_time(when: datetime) -> str:
    """A time of day in GOV.UK style: 5pm, 5:30pm, 4:59:59pm, midday, midnight."""
    if (when.minute, when.second) == (0, 0) and when.hour in (0, 12):
        return "midday" if when.hour else "midnight"
    minutes = f":{when:%M}" if when.minute or when.second else ""
    seconds = f":{when:%S}" if when.second else ""
    return f"{when.hour % 12 or 12}{minutes}{seconds}{'pm' if when.hour >= 12 else 'am'}"


def say_length(seconds: int) -> str:
    """A length of time in its two largest units: 70 days and 17 hours, 1 minute."""
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {unit}{'' if count == 1 else 's'}")
    return " and ".join(parts[:2]) or "0 seconds"


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _not_there(text) from None


def _not_there(text: str) -> NotAMoment:
    return NotAMoment(
        "is not a date and time that there is" if re.search(r"\d", text) else "is not a date"
    )


def _moment(when: datetime, precision: Precision) -> Moment:
    if when.year not in YEARS:
        raise NotAMoment(f"is not in the years {YEARS[0]} to {YEARS[-1]}")
    if when.tzinfo is None:
        when = when.replace(tzinfo=LONDON)
    try:
        first = when.astimezone(UTC).astimezone(LONDON)
    except ValueError:  # an offset of a day or more
        raise NotAMoment("is not a date and time that there is") from None
    if precision == "minute":
        return Moment(first, first, precision)
    if precision == "day":
        after = first + timedelta(days=1)
    else:
        after = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    return Moment(first, after, precision)


def _written(text: str) -> Moment:
    """Read what is not ISO 8601. The parser fills what a text leaves out from a default; two
    different defaults show what that was."""
    from dateutil.parser import ParserError, parser, parserinfo

    class England(parserinfo):
        JUMP = [*parserinfo.JUMP, "noon", "midday"]

        def convertyear(self, year: int, century_specified: bool = False) -> int:
            return year if century_specified or year >= 100 else 2000 + year

    zones = {"BST": 3600, "GMT": 0, "UTC": 0, "Z": 0}
    year_first = re.match(r"\d{4}\D", text) is not None
    words = re.sub(r"\b12 ?(?=noon|midday)", "", text, flags=re.IGNORECASE)
    words = re.sub(r"\b(noon|midday)\b", "12:00", words, flags=re.IGNORECASE)
    words = re.sub(r"^the ", "", words, flags=re.IGNORECASE)
    words = re.sub(r"(\d) ?(?:st|nd|rd|th) of ", r"\1 ", words, flags=re.IGNORECASE)
    words = re.sub(r"\b(\d{1,2})\.(\d{2})(?= ?[ap]\.?m)", r"\1:\2", words, flags=re.IGNORECASE)
    words = re.sub(r"(?<=\d{4} )(\d{1,2})\.(\d{2})$", r"\1:\2", words)
    found = []
    for default in (datetime(2004, 2, 3), datetime(2008, 5, 6)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read_as = parser(England(dayfirst=not year_first, yearfirst=year_first)).parse(
                    words, default=default, tzinfos=zones
                )
        except (ParserError, OverflowError, Warning):
            raise _not_there(text) from None
        found.append(read_as)
    one, other = found
    if one.year != other.year:
        raise NotAMoment("does not say the year")
    if one.month != other.month:
        raise NotAMoment("does not say the month")
    if one.day != other.day:
        if one.time() != datetime.min.time():
            raise NotAMoment("does not say the day")
        return _moment(one.replace(day=1), "month")
    timed = re.search(r"\d ?:|\d ?[ap]\.?m|T\d|12:00", words, flags=re.IGNORECASE) is not None
    return _moment(one, "minute" if timed or one.time() != datetime.min.time() else "day")
