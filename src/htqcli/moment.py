"""London time: reading when, and saying dates.

No page of the Institute names a time zone; its dates are read as London time, with summer
time. A `Moment` is what somebody wrote of a time, with the precision in which they wrote it:
a minute, a day or a month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
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
    return _in_london(datetime.now(UTC).replace(microsecond=0))


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
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return _moment(_iso(f"{text}-01"), "month")
    if match := re.match(r"(\d{4}-\d{2}-\d{2})(.*)", text):
        day = _iso(match[1])
        if not match[2]:
            return _moment(day, "day")
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            text = say(day, "day") + " " + match[2].lstrip("Tt ")
        else:
            return _moment(when, "minute")
    if re.search(r"\d{5}", text.partition(".")[0]):
        raise _not_there(text)
    if re.match(r"\d{1,2} ?(?:-|–|to) ?\d{1,2} [A-Za-z]", text):
        raise NotAMoment("is not one date")
    if re.match(r"\d{1,2}[/.-](?:1[3-9]|[2-9]\d)[/.-]\d", text):
        raise NotAMoment("does not have the day before the month")
    return _written(text)


def in_iso(text: str) -> str | None:
    """ISO 8601 of what a person in England wrote, in the same precision and without an offset
    where the clocks say it all. None where the text is ISO 8601 already, says no time, or could
    be read otherwise by somebody else: `05/07/2021`, `29/07/22` and midnight stay as they are."""
    text = " ".join(text.split())
    written = _PLAINLY.fullmatch(text)
    if written is None or _ISO.match(text):
        return None
    first, second = written["first"], written["second"]
    if first and int(first) <= 12 and first.zfill(2) != second.zfill(2):
        return None
    try:
        when = read(text)
        iso = when.isoformat()
        if when.precision == "minute":
            local = when.first.replace(tzinfo=None)
            iso = local.isoformat(timespec="seconds" if local.second else "minutes")
        return iso if read(iso) == when else None
    except NotAMoment:
        return None


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_PLAINLY = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
    r"(?:"
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTHS},?[ -]\d{{4}}"
    rf"|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|{_MONTHS},? \d{{4}}"
    r"|(?P<first>\d{1,2})(?P<sign>[/.-])(?P<second>\d{1,2})(?P=sign)\d{4}"
    r"|\d{4}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{1,2}"
    r"|\d{1,2}/\d{4}"
    r")"
    r"(?:,?(?: at)? "
    r"(?:(?!12)\d{1,2}(?:[:.][0-5]\d)? ?[ap]m|(?:[01]\d|2[0-3]):[0-5]\d|noon|midday))?",
    re.IGNORECASE,
)
"""Dates, with a time or without, that leave no doubt: a month by its name, or a day that cannot
be one; four digits for the year. Twelve o’clock is midday where it is called so."""
_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:$|[T ]\d{2}:)")


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


def _in_london(when: datetime) -> datetime:
    """An instant in London time with its offset fixed: two times in one zone would be compared
    by their clocks, which is wrong where those change."""
    local = when.astimezone(LONDON)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=timezone(offset), fold=0)


def _moment(when: datetime, precision: Precision) -> Moment:
    if when.year not in YEARS:
        raise NotAMoment(f"is not in the years {YEARS[0]} to {YEARS[-1]}")
    if precision == "minute":
        first = _in_london((when if when.tzinfo else when.replace(tzinfo=LONDON)).astimezone(UTC))
        return Moment(first, first, precision)
    begin = when.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=LONDON)
    if precision == "day":
        end = begin + timedelta(days=1)
    else:
        end = (begin + timedelta(days=31)).replace(day=1)
    return Moment(_in_london(begin), _in_london(end), precision)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = r"(?i)\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b,?"
_WAYS_OF_WRITING = (
    (r"^the ", ""),
    (r"(?<=\d) ?(?:st|nd|rd|th) of ", " "),
    (r"\b(?:12 ?)?(?:noon|midday)\b", "12:00"),
    (r"\bmidnight\b", "00:00"),
    (r"\b(\d{1,2})\.(\d{2})(?= ?[ap]\.?m)", r"\1:\2"),
    (r"(?<=\d{4} )(\d{1,2})\.(\d{2})$", r"\1:\2"),
    (r"\b(?:GMT|UTC) ?([+-])(\d)(?=$|:)", r"\g<1>0\2"),
    (r"\b(?:GMT|UTC) ?([+-]\d{2})", r"\1"),
)
"""What people write, and how the parser is given it. GMT+1 is an hour ahead of Greenwich; the
parser would turn the sign round."""


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone of a name or an offset in seconds; never the zone of the machine."""
    if name is None and offset is None:
        return None
    if name is None or name.upper() in ("GMT", "UTC", "Z", "BST"):
        hour = 3600 if name and name.upper() == "BST" else 0
        return timezone(timedelta(seconds=offset or hour))
    raise NotAMoment(f"names a time zone, {name}, that is not read here")


def _written(text: str) -> Moment:
    """Read what is not ISO 8601. The parser fills what a text leaves out from a default; two
    different defaults show what that was."""
    from dateutil.parser import ParserError, parser, parserinfo

    class England(parserinfo):
        def convertyear(self, year: int, century_specified: bool = False) -> int:
            return year if century_specified or year >= 100 else 2000 + year

    weekday = re.search(_WEEKDAY, text)
    words = re.sub(_WEEKDAY, "", text)
    if weekday and not words.strip():
        raise NotAMoment("does not say the year")
    for form, as_read in _WAYS_OF_WRITING:
        words = re.sub(form, as_read, words, flags=re.IGNORECASE)
    year_first = re.match(r"\d{4}\D", words) is not None
    reader = parser(England(dayfirst=not year_first, yearfirst=year_first))
    found = []
    for default in (datetime(2004, 2, 3), datetime(2008, 5, 6)):
        try:
            found.append(reader.parse(words, default=default, tzinfos=_zone))
        except NotAMoment:
            raise
        except (ParserError, ArithmeticError, TypeError, ValueError):
            raise _not_there(text) from None
    one, other = found
    for unit in ("year", "month"):
        if getattr(one, unit) != getattr(other, unit):
            raise NotAMoment(f"does not say the {unit}")
    timed = re.search(r"\d ?:|\d ?[ap]\.?m|T\d", words, re.IGNORECASE) is not None
    timed = timed or one.time() != datetime.min.time()
    if one.day != other.day:
        if timed or weekday:
            raise NotAMoment("does not say the day")
        return _moment(one.replace(day=1), "month")
    is_on = _WEEKDAYS[one.weekday()]
    if weekday and not is_on.lower().startswith(weekday[0].lower()[:3]):
        raise NotAMoment(f"is a {is_on}")
    return _moment(one, "minute" if timed else "day")
