"""Dates and times in London time: reading them, and writing them in words.

No page of the Institute names a time zone, so its dates are read as London time, with summer time.
A `Moment` is a time with the precision in which it was written: a minute, a day or a month.

What is a date
--------------

A text is a date if the whole text follows this grammar, in any case. Only the century of a
two-digit year is filled in.

    moment   one date, with at most one time and one weekday, in any order, separated by a space or
             a comma; or a date and a time joined as in ISO 8601: 2022-07-29T17:00
    date     2022-07-29  2022/7/29  2022.7.29  20220729     the year first
             29/07/2022  29-7-22  29.7.2022  29 07 2022     the day before the month
             29 July 2022  the 29th of July, 2022  29-Jul-22
             July 29, 2022  2022 July 29                    the month by name
    month    2024-09  2024/9  09/2024  September 2024  Sept ’24  2024 Sep
    year     four digits; two digits, of this century, only after a day and a month or after an
             apostrophe. 2023/24 and 2009/10 are school years, not months
    time     17:00  17.00  17:00:00.5  1700 hours  5pm  5:30 p.m.  noon  12 midday  midnight
    zone     after a time: Z, UTC, GMT, BST, +01:00, +0100, GMT+1, UK time, London time. An offset
             is at most 14:00. A negative one needs seconds before it (or ISO’s T), because
             10:00-11:00 usually means two times
    weekday  Friday, Fri: the weekday of the date
    words    ‘on’ and ‘the’ before a day, ‘at’ before a time

A number alone is not a time, a month with a time is not a date, and in Sep-24 the digits could be
a day or a year. `say` writes in this grammar: reading what it wrote gives the same moment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

from htqcli.words import counted, nearest, quote

LONDON = ZoneInfo("Europe/London")
YEARS = range(1900, 3000)
"""Years that are accepted. Others are slips of the pen, and arithmetic with them overflows."""

Precision = Literal["minute", "day", "month"]
ANY: tuple[Precision, ...] = ("minute", "day", "month")


class UnreadableDate(ValueError):
    """A text that is not a date, or not one of the wanted precision.

    The message says why, as the end of a sentence about the text: ‘… does not say the year’.
    `meanings` are what the text could mean, and `hint` is a sentence that suggests them; it is
    empty if there are none.
    """

    def __init__(self, why: str, *meanings: Moment, hint: str = "") -> None:
        super().__init__(why)
        self.meanings = meanings
        self.hint = hint

    def suggesting(self, wanted: Collection[Precision]) -> UnreadableDate:
        """The same error with a hint that suggests only what is wanted: where a day is, a time
        becomes its day."""
        meanings = [
            _moment(when.first, "day") if when.precision == "minute" not in wanted else when
            for when in self.meanings
        ]
        offers = list(dict.fromkeys(f"‘{when}’" for when in meanings if when.precision in wanted))
        hint = self.hint
        if offers:
            several = f"Enter one, such as {' or '.join(offers[:2])}."
            hint = several if offers[1:] else f"Did you mean {offers[0]}?"
        return UnreadableDate(str(self), *meanings, hint=hint)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: the first instant that it can mean, and the first instant after it."""

    first: datetime
    after: datetime
    precision: Precision

    def __str__(self) -> str:
        return say(self.first, self.precision)

    def isoformat(self) -> str:
        """ISO 8601 in the precision of the moment: 2022-02-16T12:00:00+00:00, 2021-07-05 or
        2020-09."""
        length = {"minute": None, "day": 10, "month": 7}[self.precision]
        return self.first.isoformat()[:length]


def now() -> datetime:
    """The present instant in London time, to the second. htq reads the clock only here."""
    return _in_london(datetime.now(UTC).replace(microsecond=0))


def read(text: str, wanted: Collection[Precision] = ANY) -> Moment:
    """Read ISO 8601, or a date as people in England write it, with the day before the month:
    `2022-07-29T16:00:00Z`, `29 July 2022 5pm`, `05/07/2021` (5 July), `September 2024`.

    A time without an offset is London time. Of a time that the clocks show twice in October, it is
    the first; one that they skip in March is read as if they had not yet gone forward. A fraction
    of a second is kept to the microsecond.

    Raises UnreadableDate, also if the precision is not wanted.
    """
    text = " ".join(text.split())
    try:
        when = _parse(text) if len(text) <= 60 and text.isprintable() else _refuse("")
        when = when or _refuse(text)
    except UnreadableDate as refused:
        raise refused.suggesting(wanted) from None
    if when.precision not in wanted:
        why = "does not say the day" if when.precision == "month" else "has a time"
        raise UnreadableDate(why, when).suggesting(wanted)
    return when


def to_iso(text: str) -> str | None:
    """A date as ISO 8601 in the same precision, without an offset if the clock time is unique. None
    if the text is ISO 8601 already, is not a date, or is ambiguous to other readers, such as
    `05/07/2021`, `29/07/22` and midnight."""
    text = " ".join(text.split())
    written = re.fullmatch(_UNAMBIGUOUS, text, _ANY_CASE)
    if written is None or re.match(r"\d{4}-\d{2}(?:-\d{2})?(?:$|[T ]\d{2}:)", text):
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
    except UnreadableDate:
        return None


def say(when: datetime, precision: Precision = "minute") -> str:
    """A time in GOV.UK style: 29 July 2022 at 5pm, 29 July 2022, September 2024.

    In the hour that the clocks show twice, the second time has its zone: 30 October 2022 at 1:30am
    GMT.
    """
    if precision == "month":
        return f"{when:%B %Y}"
    day = f"{when.day} {when:%B %Y}"
    if precision == "day":
        return day
    offset = when.utcoffset()
    is_second = offset is not None and when.replace(tzinfo=LONDON, fold=0).utcoffset() != offset
    zone = f" {when.astimezone(LONDON).tzname()}" if is_second else ""
    return f"{day} at {say_time(when)}{zone}"


def say_time(when: datetime) -> str:
    """A time of day in GOV.UK style: 5pm, 5:30pm, 4:59:59pm, midday, midnight."""
    if when.hour in (0, 12) and not (when.minute or when.second or when.microsecond):
        return "midday" if when.hour else "midnight"
    seconds = f":{when:%S.%f}".rstrip("0").rstrip(".") if when.microsecond else f":{when:%S}"
    if not (when.second or when.microsecond):
        seconds = ""
    minutes = f":{when:%M}" if when.minute or seconds else ""
    return f"{when.hour % 12 or 12}{minutes}{seconds}{'pm' if when.hour >= 12 else 'am'}"


def say_duration(seconds: int) -> str:
    """A duration in its two largest units: 70 days and 17 hours, 1 minute."""
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(counted(count, unit))
    return " and ".join(parts[:2]) or "0 seconds"


def _in_london(when: datetime) -> datetime:
    """An instant in London time with a fixed offset. Python compares two times of one zone by their
    clocks, which is wrong when those change."""
    local = when.astimezone(LONDON)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=timezone(offset), fold=0)


def _moment(when: datetime, precision: Precision) -> Moment:
    """The moment of a time with a zone, or of a day or month in London."""
    if precision == "minute":
        first = _in_london(when.astimezone(UTC))
        if first.year not in YEARS:
            raise _other_year()
        return Moment(first, first, precision)
    begin = when.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=LONDON)
    if precision == "day":
        end = begin + timedelta(days=1)
    else:
        begin = begin.replace(day=1)
        end = (begin + timedelta(days=31)).replace(day=1)
    return Moment(_in_london(begin), _in_london(end), precision)


# The grammar. The expressions are compiled when they are first used: most dates are ISO 8601.

_ANY_CASE = re.IGNORECASE | re.ASCII
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_OFFSET = r"\d{2}(?::?\d{2})?"
_ISO_8601 = (
    r"(?=\d{4}-|(?:19|2\d)\d{6})(?P<year>\d{4})(?P<sign>-?)(?P<month>0[1-9]|1[0-2])(?:(?P=sign)(?P<day>\d{2})"
    r"(?:(?:T| (?=\d{2}:\d{2}(?::\d{2}|[^-]*$)))(?P<hour>\d{2})"
    r"(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    rf" ?(?P<zone>Z|[+-]{_OFFSET})?)?)?"
)
_SHORT = r"[’']?\d{2}(?! ?(?:[ap]\.?m\b|noon|midday|midnight))"
_YEAR = rf"(?P<year>\d{{3,4}}|{_SHORT})"
_DAY = r"(?P<day>\d{1,2})(?: ?(?:st|nd|rd|th))?"
_MONTH = rf"(?P<month>{_NAME})\.?"
_LONE_YEAR = r"(?P<year>\d{4}|[’']\d{2})"
_DATES = (
    r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})",
    r"(?P<year>(?:19|2\d)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>\d{2})",
    rf"(?P<day>\d{{1,2}})(?P<sign> ?/ ?|[-.])(?P<month>\d{{1,2}})(?P=sign){_YEAR}",
    r"(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4})",
    rf"{_DAY}(?: of)?[ ./-]?{_MONTH}(?:,? |[,./-]|){_YEAR}",
    rf"{_MONTH}(?:(?P<sign>[./-])| ?(?:the )?){_DAY}(?(sign)(?P=sign)|(?:,? |,)){_LONE_YEAR}",
    rf"(?P<year>\d{{4}})[ ./-]?{_MONTH}[ ./-]?{_DAY}",
    rf"{_MONTH}(?:,? |[ ./-]| of |){_LONE_YEAR}",
    rf"(?P<year>\d{{4}})[ ./-]?{_MONTH}",
    r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?!-\d)",
)
_ZONE = (
    r"(?: ?(?P<zone>Z|(?:UTC|GMT)(?: ?[+−-](?:\d{1,2}(?::\d{2})?|\d{4}))?|BST|"
    rf"(?(second)[+−-]|[+]){_OFFSET}|(?:UK|London) time)(?![\w+−-]))?"
)
_TIMES = (
    rf"(?:12(?:[:.]00)? ?)?(?P<hour>noon|midday|midnight)(?P<second>(?!))?{_ZONE}",
    r"(?P<hour>\d{1,2})(?=[:.]\d{2}| ?[ap]\.?m)"
    r"(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    rf"(?: ?(?P<half>[ap])\.?m\.?| ?(?:hrs|hours))?{_ZONE}",
    rf"(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>(?!))? ?(?:hrs|hours){_ZONE}",
)
_WEEKDAY = r"(?:mon|tues?|wed(?:s|nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_FORMS = (
    ("weekday", "(?:on )?", (_WEEKDAY,)),
    ("date", "(?:on )?(?:the )?", _DATES),
    ("time", "(?:at )?", _TIMES),
)
_UNAMBIGUOUS = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
    r"(?:"
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_NAME},?[ -]\d{{4}}"
    rf"|{_NAME} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|{_NAME},? \d{{4}}"
    r"|(?P<first>\d{1,2})(?P<sign>[/.-])(?P<second>\d{1,2})(?P=sign)\d{4}"
    r"|\d{4}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{1,2}"
    r"|\d{1,2}/\d{4}"
    r")"
    r"(?:,?(?: at)? "
    r"(?:(?!12)\d{1,2}(?:[:.][0-5]\d)? ?[ap]m|(?:[01]\d|2[0-3]):[0-5]\d|noon|midday))?"
)
"""Dates, with or without a time, that cannot be misread: the month by name, or a day above 12;
four digits for the year. Twelve o’clock counts only as midday or noon."""

Parts = dict[str, str]
"""The values in a text, such as year and hour, by the group names of the forms, in text order."""


def _parse(text: str) -> Moment | None:
    """The moment of a text that follows the grammar; None for any other."""
    iso = re.fullmatch(_ISO_8601, text, _ANY_CASE)
    if iso:
        return _moment_of(_groups(iso))
    if _school_year(text):
        return None
    parts: Parts = {}
    kinds = {kind: [f"{lead}(?:{form})" for form in forms] for kind, lead, forms in _FORMS}
    while text:
        kind, match = _next_part(text, kinds)
        if match is None:
            return None
        del kinds[kind]
        parts |= {"weekday": match[0].strip(" ,")} if kind == "weekday" else _groups(match)
        text = text[match.end() :]
    return _moment_of(parts) if "year" in parts else None


def _next_part(text: str, kinds: dict[str, list[str]]) -> tuple[str, re.Match[str] | None]:
    """The kind and match of the part at the beginning of a text, up to the next part."""
    for kind, forms in kinds.items():
        for form in forms:
            if match := re.match(rf"{form}(?:, ?(?!$)| |$)", text, _ANY_CASE):
                return kind, match
    return "", None


def _groups(match: re.Match[str]) -> Parts:
    return {name: text for name, text in match.groupdict().items() if text}


def _moment_of(parts: Parts) -> Moment:
    """The moment that the parts give. Raises UnreadableDate if no such day or time exists, or if
    the parts disagree."""
    day = _date(parts)
    if "day" not in parts:
        if "weekday" in parts or "hour" in parts:
            raise UnreadableDate("does not say the day")
        return _moment(day, "month")
    real = _WEEKDAYS[day.weekday()]
    weekday = parts.get("weekday", real).lower().removeprefix("on ")
    if not real.lower().startswith(weekday[:3]):
        raise UnreadableDate(f"is a {real}", _moment_of({**parts, "weekday": real}))
    if "hour" not in parts:
        return _moment(day, "day")
    return _moment(_at_time(day, parts), "minute")


def _date(parts: Parts) -> datetime:
    """The day that the parts give, or the first of the month."""
    year = parts["year"].lstrip("'’")
    number = int(year) + (2000 if len(year) == 2 else 0)
    if number not in YEARS:
        raise _other_year()
    name, day = parts["month"], parts.get("day", "1")
    month = int(name) if name.isdigit() else _month_number(name)
    if not 1 <= month <= 12:
        swapped = None
        if "day" in parts and 1 <= int(day) <= 12:
            swapped = _try({**parts, "month": day, "day": name})
        if not swapped:
            raise UnreadableDate("is not a real date: a year has 12 months")
        names = list(parts)
        first, last = "the day", "the month"
        if names.index("year") < names.index("month"):
            first, last = last, first
        raise UnreadableDate(f"does not have {first} before {last}", *swapped)
    try:
        return datetime(number, month, int(day))
    except ValueError:
        from dateutil.relativedelta import relativedelta

        last_day = datetime(number, month, 1) + relativedelta(day=31)
        near = [_moment(last_day, "day")] if 28 < int(day) <= 31 else []
        raise UnreadableDate(
            f"is not a real date: {say(last_day, 'month')} has {last_day.day} days", *near
        ) from None


def _month_number(month: str) -> int:
    return next(at for at, name in enumerate(_MONTHS, 1) if name[:3].lower() == month[:3].lower())


def _at_time(day: datetime, parts: Parts) -> datetime:
    """The instant of a time on a day."""
    hour, half = parts["hour"].lower(), parts.get("half", "").lower()
    minute, second = int(parts.get("minute", 0)), int(parts.get("second", 0))
    fraction = int(parts.get("fraction", "")[:6].ljust(6, "0"))
    if not hour.isdigit():
        hour = "0" if hour == "midnight" else "12"
    number = int(hour)
    if half and not 1 <= number <= 12:
        without_half = _try({**parts, "half": ""})
        raise UnreadableDate(
            "is not a real time: am and pm go with the hours 1 to 12", *without_half
        )
    if half:
        number = number % 12 + (12 if half == "p" else 0)
    if (number, minute, second, fraction) == (24, 0, 0, 0):
        next_day = (day + timedelta(days=1)).replace(tzinfo=LONDON)
        meant = [_moment(next_day, "minute")] if next_day.year in YEARS else []
        raise UnreadableDate(
            "ends with 24:00, which is midnight at the beginning of the next day", *meant
        )
    for value, limit, unit in (
        (number, 24, "a day has 24 hours"),
        (minute, 60, "an hour has 60 minutes"),
        (second, 60, "a minute has 60 seconds"),
    ):
        if value >= limit:
            raise UnreadableDate(f"is not a real time: {unit}", _moment(day, "day"))
    try:
        zone = _zone(parts.get("zone", "London time"))
    except UnreadableDate as error:
        raise UnreadableDate(str(error), *_try({**parts, "zone": "London time"})) from None
    return day.replace(hour=number, minute=minute, second=second, microsecond=fraction, tzinfo=zone)


def _zone(name: str) -> tzinfo:
    """The zone of a name or an offset. It is never that of the machine."""
    sign = re.search("[+−-]", name)
    if sign is None:
        hours = {"BST": 1, "GMT": 0, "UTC": 0, "Z": 0}.get(name.upper())
        return LONDON if hours is None else timezone(timedelta(hours=hours))
    digits = re.sub(r"\D", "", name)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if digits[2:] else (int(digits), 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes >= 60:
        raise UnreadableDate("is not a real time: an hour has 60 minutes")
    if offset > timedelta(hours=14):
        raise UnreadableDate("has an offset from UTC of more than 14 hours")
    return timezone(offset if sign[0] == "+" else -offset)


def _other_year() -> UnreadableDate:
    return UnreadableDate(f"is not in the years {YEARS[0]} to {YEARS[-1]}")


# Texts that are refused, and what they could mean.

_AND = r"(?: ?[-–—/&,+] ?| (?:and|or|to|until|till) )"
_A_DAY = r"\d{1,2}(?: ?(?:st|nd|rd|th))?"
_SHARED_PARTS = (
    (r"(?<=\d)T(?=\d)|(?<=\d)(?=Z$)", " "),
    (rf"\b({_A_DAY})(?:{_AND}{_A_DAY})*?{_AND}({_A_DAY})(?: of)? ({_NAME}),? (\d{{4}})\b",
     r"\1 \3 \4 | \2 \3 \4"),
    (rf"\b({_NAME}) ({_A_DAY}){_AND}({_A_DAY}),? (\d{{4}})\b", r"\2 \1 \4 | \3 \1 \4"),
    (rf"\b({_A_DAY}(?: of)? {_NAME})(?:{_AND}| )({_A_DAY}(?: of)? {_NAME}),? (\d{{4}})\b",
     r"\1 \3 | \2 \3"),
    (rf"\b({_NAME}){_AND}({_NAME}),? (\d{{4}})\b", r"\1 \3 | \2 \3"),
    (rf"\b((?:{_A_DAY}(?: of)? )?{_NAME}) ((?:19|2\d)\d\d)(?:{_AND}| )((?:19|2\d)\d\d)\b",
     r"\1 \2 | \1 \3"),
    (r"\b(\d{4}-\d\d)/(?=\d{4}-\d\d$)", r"\1 | "),
    (r"\b(\d{4}-\d\d-)(\d\d)(?:/|–|--)(\d\d)(?![-\d])", r"\1\2 | \1\3"),
    (r"(?<![\d/])(\d{1,2})[-–&](\d{1,2})(/\d{1,2}/\d{4})\b", r"\1\3 | \2\3"),
    (rf"(?<![\d.:])(\d{{1,2}}(?:[:.]\d\d)?){_AND}(\d{{1,2}}(?:[:.]\d\d)? ?([ap]m))\b",
     r"\1\3 | \2"),
)  # fmt: skip
"""Two days, months, years or times that share a part, and the same with each written in full."""
_OTHER_ZONES = r"[A-Z][a-z]+/\w+|[ECMPA][SD]T|[CEW]ES?T|[IJKM]ST|A[CEW][SD]T|NZ[SD]T"


def _refuse(text: str) -> NoReturn:
    """Raise UnreadableDate with the reason why a text is not a date, and what it could mean."""
    for refuse in (_refuse_digits, _refuse_two_digits, _refuse_school_year, _refuse_parts):
        refuse(text)
    raise UnreadableDate("is not a date")


def _refuse_digits(text: str) -> None:
    if not re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII):
        return
    if re.fullmatch(r"[1-9]\d{4}(?:\.\d+)?", text):
        day = datetime(1899, 12, 30) + timedelta(days=float(text), seconds=30)
        when = day.replace(second=0, microsecond=0, tzinfo=LONDON)
        timed = when.hour or when.minute
        raise UnreadableDate(
            "is a number that Excel makes of a date", _moment(when, "minute" if timed else "day")
        )
    day_first = {"day": text[:2], "month": text[2:4], "year": text[4:]}
    year_first = {"year": text[:2], "month": text[2:4], "day": text[4:]}
    month_only = {"year": text[:4], "month": text[4:]}
    readings = {6: [day_first, year_first, month_only], 8: [day_first]}
    ways = readings.get(len(text), []) if text.isdigit() else []
    meant = [when for parts in ways for when in _try(parts)]
    if not re.fullmatch(r"(?:19|2\d)\d\d", text):
        raise UnreadableDate("is not a date: its digits run together", *meant)


def _refuse_two_digits(text: str) -> None:
    """A month with two digits that are a day or a year: Sep-24, 9/24."""
    match = re.fullmatch(rf"({_NAME}\.?)[ ./-]?(\d\d)|(\d{{1,2}})[/.-](\d\d)", text, _ANY_CASE)
    if match is None or (match[3] and (int(match[3]) > 12 or int(match[4]) <= 12)):
        return
    name, digits = match[1] or match[3], match[2] or match[4]
    for month in _try({"month": name, "year": digits}):
        # 2024 is a leap year, so it has every day that a month can have.
        days = _try({"day": digits, "month": name, "year": "2024"})
        day = "".join(f" or {str(day).removesuffix(' 2024')}" for day in days)
        raise UnreadableDate(
            f"does not say the year in four digits: it could be {month}{day}", month
        )


def _school_year(text: str) -> re.Match[str] | None:
    """The school year in a text, such as 2024/25 or 2024-2025."""
    for match in re.finditer(
        r"(?<![\w/.-])((\d\d)\d\d) ?[/–-] ?(?:\d\d)?(\d\d)(?![/.-]?\d)", text, re.ASCII
    ):
        if (int(match[1]) + 1) % 100 == int(match[3]):
            return match
    return None


def _refuse_school_year(text: str) -> None:
    year = _school_year(text)
    if year:
        without = f"{text[: year.start()]}{year[1]}{text[year.end() :]}"
        meant = _try_text(without) or _try({"month": "9", "year": year[1]})
        raise UnreadableDate(f"has a school year, {year[0]}", *meant)


def _refuse_parts(text: str) -> None:
    rest = " ".join(re.sub(rf"\b{_WEEKDAY},?", " ", text, flags=_ANY_CASE).split())
    for form, in_full in _SHARED_PARTS:
        rest = re.sub(form, in_full, rest, flags=_ANY_CASE)
    dates, rest = _extract(_DATES, rest)
    times, rest = _extract(_TIMES, rest)
    left = " ".join(re.findall(r"[^\s|,]+", rest))
    if len(dates) > 1:
        days = [_moment_of(parts) for parts in dates]
        kinds = {when.precision for when in days}
        kind = "dates" if len(kinds) > 1 else f"{kinds.pop()}s"
        raise UnreadableDate(f"is not one date: it names {_count(dates)} {kind}", *days)
    if dates:
        meant = [_moment_of(dates[0] | parts) for parts in times or [{}]]
        if len(times) > 1:
            raise UnreadableDate(f"is not one time: it names {_count(times)} times", *meant)
        if re.fullmatch(_OTHER_ZONES, left):
            hint = "Write the time as it is in London, or with its offset from UTC."
            raise UnreadableDate(f"names a time zone, {left}, that is not read here", hint=hint)
        also = f": it also says {quote(left)}" if left else ""
        raise UnreadableDate(f"is not only a date{also}", *meant)
    for word in re.findall("[a-z]{4,}", left, re.IGNORECASE):
        for name in nearest(word, _MONTHS):
            if meant := _try_text(text.replace(word, name)):
                raise UnreadableDate(f"names no month: {quote(word)} is not one", *meant)
    month = re.search(rf"\b{_NAME}\b", left, _ANY_CASE) or re.search(r"\d ?[/.-] ?\d", left)
    if re.search(r"\d{5}", left):
        raise UnreadableDate("is not a date: it has too many digits in a row")
    if re.search(r"\b(?:19|2\d)\d\d\b", left, re.ASCII):
        if not month:
            raise UnreadableDate("does not say the month")
    elif month or times or not re.search(r"\w", left):
        raise UnreadableDate("does not say the year" if text else "is not a date")


def _extract(forms: Iterable[str], text: str) -> tuple[list[Parts], str]:
    """The dates, or times, in a text, and the text without them."""
    found: list[Parts] = []

    def take(match: re.Match[str]) -> str:
        found.append(_groups(match))
        return " | "

    for form in forms:
        text = re.sub(rf"(?<![\w.:])(?:{form})(?![\w:]|\.\d|/\d+$)", take, text, flags=_ANY_CASE)
    return found, text


def _count(things: Sized) -> str:
    return {2: "two", 3: "three"}.get(len(things), "several")


def _try_text(text: str) -> list[Moment]:
    """The moment of a text, in a list that is empty if the text is not a date."""
    try:
        when = _parse(text)
    except UnreadableDate:
        return []
    return [when] if when else []


def _try(parts: Parts) -> list[Moment]:
    """The moment that parts give, in a list that is empty if there is none."""
    try:
        return [_moment_of({name: text for name, text in parts.items() if text})]
    except UnreadableDate:
        return []
