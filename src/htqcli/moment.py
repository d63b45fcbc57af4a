"""London time: reading when, and saying dates.

No page of the Institute names a time zone; its dates are read as London time, with summer
time. A `Moment` is what somebody wrote of a time, with the precision in which they wrote it:
a minute, a day or a month.

What is a date
--------------

A text is a date if all of it is of this grammar, in any case. Nothing is left over, and nothing
is filled in but the century of a year of two digits.

    moment   one date, with at most one time and one weekday, in any order, apart by a space or
             a comma; or a date and a time as ISO 8601 joins them: 2022-07-29T17:00
    date     2022-07-29  2022/7/29  2022.7.29  20220729     the year first
             29/07/2022  29-7-22  29.7.2022  29 07 2022     the day before the month
             29 July 2022  the 29th of July, 2022  29-Jul-22
             July 29, 2022  2022 July 29                    a month by its name
    month    2024-09  2024/9  09/2024  September 2024  Sept ’24  2024 Sep
    year     four digits; two of this century only behind a day and a month, or after an
             apostrophe. 2023/24 and 2009/10 are school years, so they are no month
    time     17:00  17.00  17:00:00.5  1700 hours  5pm  5:30 p.m.  noon  12 midday  midnight
    zone     behind a time: Z, UTC, GMT, BST, +01:00, +0100, GMT+1, UK time, London time. An
             offset is at most 14:00. One with a minus needs seconds before it (or ISO’s T): in
             10:00-11:00 people mean two times
    weekday  Friday, Fri: that of the date
    words    ‘on’ and ‘the’ before a day, ‘at’ before a time

A number alone is no time, a month and a time are no date, and a month by its name with two digits
(Sep-24) could be a day or a year. `say` writes in this grammar: what was read, said and read
again is the same moment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal, NoReturn
from zoneinfo import ZoneInfo

from htqcli.words import nearest, quote

LONDON = ZoneInfo("Europe/London")
YEARS = range(1900, 3000)
"""Years that are read. Outside them a date is a slip of the pen, and arithmetic overflows."""

Precision = Literal["minute", "day", "month"]
ANY: tuple[Precision, ...] = ("minute", "day", "month")


class UnreadableDate(ValueError):
    """A text that is no date, or not of the precision asked for.

    Its message says why, to go after the text: ‘… does not say the year’. `meant` is what the
    text could mean, and `hint` a sentence that offers that; it is empty where nothing is known.
    """

    def __init__(self, why: str, *meant: Moment, hint: str = "") -> None:
        super().__init__(why)
        self.meant = meant
        self.hint = hint

    def offering(self, wanted: Collection[Precision]) -> UnreadableDate:
        """The same with a hint that offers only what can be entered: a time gives its day where
        a day is wanted."""
        meant = [
            _moment(when.first, "day") if when.precision == "minute" not in wanted else when
            for when in self.meant
        ]
        offers = list(dict.fromkeys(f"‘{when}’" for when in meant if when.precision in wanted))
        hint = self.hint
        if offers:
            several = f"Enter one, such as {' or '.join(offers[:2])}."
            hint = several if offers[1:] else f"Did you mean {offers[0]}?"
        return UnreadableDate(str(self), *meant, hint=hint)


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


def read(text: str, wanted: Collection[Precision] = ANY) -> Moment:
    """Read ISO 8601, or a date as a person in England writes it: the day before the month.

    `2022-07-29T16:00:00Z`, `29 July 2022 5pm`, `05/07/2021` (5 July), `September 2024`.
    Without an offset it is London time. A time that the clocks pass twice in October is the
    first; one that they leave out in March is read as if they had not gone forward yet. A
    fraction of a second is kept to the microsecond.

    Raises UnreadableDate, also where the precision is not one that is wanted.
    """
    text = " ".join(text.split())
    try:
        when = _strictly(text) if len(text) <= 60 and text.isprintable() else _refuse("")
        when = when or _refuse(text)
    except UnreadableDate as refused:
        raise refused.offering(wanted) from None
    if when.precision not in wanted:
        why = "does not say the day" if when.precision == "month" else "has a time"
        raise UnreadableDate(why, when).offering(wanted)
    return when


def in_iso(text: str) -> str | None:
    """ISO 8601 of what a person in England wrote, in the same precision and without an offset
    where the clocks say it all. None where the text is ISO 8601 already, says no time, or could
    be read otherwise by somebody else: `05/07/2021`, `29/07/22` and midnight stay as they are."""
    text = " ".join(text.split())
    written = re.fullmatch(_PLAINLY, text, _ANY_CASE)
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

    In the hour that the clocks pass twice, the second time names its clock: 30 October 2022 at
    1:30am GMT.
    """
    if precision == "month":
        return f"{when:%B %Y}"
    day = f"{when.day} {when:%B %Y}"
    if precision == "day":
        return day
    offset = when.utcoffset()
    again = offset is not None and when.replace(tzinfo=LONDON, fold=0).utcoffset() != offset
    clock = f" {when.astimezone(LONDON).tzname()}" if again else ""
    return f"{day} at {say_time(when)}{clock}"


def say_time(when: datetime) -> str:
    """A time of day in GOV.UK style: 5pm, 5:30pm, 4:59:59pm, midday, midnight."""
    if when.hour in (0, 12) and not (when.minute or when.second or when.microsecond):
        return "midday" if when.hour else "midnight"
    seconds = f":{when:%S.%f}".rstrip("0").rstrip(".") if when.microsecond else f":{when:%S}"
    if not (when.second or when.microsecond):
        seconds = ""
    minutes = f":{when:%M}" if when.minute or seconds else ""
    return f"{when.hour % 12 or 12}{minutes}{seconds}{'pm' if when.hour >= 12 else 'am'}"


def say_length(seconds: int) -> str:
    """A length of time in its two largest units: 70 days and 17 hours, 1 minute."""
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {unit}{'' if count == 1 else 's'}")
    return " and ".join(parts[:2]) or "0 seconds"


def _in_london(when: datetime) -> datetime:
    """An instant in London time with its offset fixed: two times in one zone would be compared
    by their clocks, which is wrong where those change."""
    local = when.astimezone(LONDON)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=timezone(offset), fold=0)


def _moment(when: datetime, precision: Precision) -> Moment:
    """The moment of a time with a zone, or of a day in London."""
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


# The grammar. The forms are texts: Python compiles one when it is first looked for, and most
# dates of most runs are ISO 8601.

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
_PARTS = (
    ("weekday", "(?:on )?", (_WEEKDAY,)),
    ("date", "(?:on )?(?:the )?", _DATES),
    ("time", "(?:at )?", _TIMES),
)
_PLAINLY = (
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
"""Dates, with a time or without, that leave no doubt: a month by its name, or a day that cannot
be one; four digits for the year. Twelve o’clock is midday where it is called so."""


Words = dict[str, str]
"""What the parts of a text say, by the names in the forms and in the order of the text."""


def _strictly(text: str) -> Moment | None:
    """The moment of a text that is wholly of the grammar; None for any other."""
    iso = re.fullmatch(_ISO_8601, text, _ANY_CASE)
    if iso:
        return _built(_said(iso))
    if _school_year(text):
        return None
    said: Words = {}
    kinds = {kind: [f"{lead}(?:{form})" for form in forms] for kind, lead, forms in _PARTS}
    while text:
        kind, part = _next_part(text, kinds)
        if part is None:
            return None
        del kinds[kind]
        said |= {"weekday": part[0].strip(" ,")} if kind == "weekday" else _said(part)
        text = text[part.end() :]
    return _built(said) if "year" in said else None


def _next_part(text: str, kinds: dict[str, list[str]]) -> tuple[str, re.Match[str] | None]:
    """The part at the beginning of a text, up to the next one, and its kind."""
    for kind, forms in kinds.items():
        for form in forms:
            if part := re.match(rf"{form}(?:, ?(?!$)| |$)", text, _ANY_CASE):
                return kind, part
    return "", None


def _said(part: re.Match[str]) -> Words:
    return {name: text for name, text in part.groupdict().items() if text}


def _built(said: Words) -> Moment:
    """The moment of what the parts say. Raises UnreadableDate where no such day or time exists,
    or where they do not go together."""
    day = _date(said)
    if "day" not in said:
        if "weekday" in said or "hour" in said:
            raise UnreadableDate("does not say the day")
        return _moment(day, "month")
    is_on = _WEEKDAYS[day.weekday()]
    weekday = said.get("weekday", is_on).lower().removeprefix("on ")
    if not is_on.lower().startswith(weekday[:3]):
        raise UnreadableDate(f"is a {is_on}", _built({**said, "weekday": is_on}))
    if "hour" not in said:
        return _moment(day, "day")
    return _moment(_at_time(day, said), "minute")


def _date(said: Words) -> datetime:
    """The day that the parts say, or the first of the month."""
    year = said["year"].lstrip("'’")
    number = int(year) + (2000 if len(year) == 2 else 0)
    if number not in YEARS:
        raise _other_year()
    name, day = said["month"], said.get("day", "1")
    month = int(name) if name.isdigit() else _number_of(name)
    if not 1 <= month <= 12:
        turned = (
            "day" in said and 1 <= int(day) <= 12 and _attempts({**said, "month": day, "day": name})
        )
        if not turned:
            raise UnreadableDate("is not a real date: a year has 12 months")
        names = list(said)
        first, last = "the day", "the month"
        if names.index("year") < names.index("month"):
            first, last = last, first
        raise UnreadableDate(f"does not have {first} before {last}", *turned)
    try:
        return datetime(number, month, int(day))
    except ValueError:
        from dateutil.relativedelta import relativedelta

        last_day = datetime(number, month, 1) + relativedelta(day=31)
        near = [_moment(last_day, "day")] if 28 < int(day) <= 31 else []
        raise UnreadableDate(
            f"is not a real date: {say(last_day, 'month')} has {last_day.day} days", *near
        ) from None


def _number_of(month: str) -> int:
    return next(at for at, name in enumerate(_MONTHS, 1) if name[:3].lower() == month[:3].lower())


def _at_time(day: datetime, said: Words) -> datetime:
    """The instant of a time on a day."""
    hour, half = said["hour"].lower(), said.get("half", "").lower()
    minute, second = int(said.get("minute", 0)), int(said.get("second", 0))
    fraction = int(said.get("fraction", "")[:6].ljust(6, "0"))
    if not hour.isdigit():
        hour = "0" if hour == "midnight" else "12"
    number = int(hour)
    if half and not 1 <= number <= 12:
        clock = _attempts({**said, "half": ""})
        raise UnreadableDate("is not a real time: am and pm go with the hours 1 to 12", *clock)
    if half:
        number = number % 12 + (12 if half == "p" else 0)
    if (number, minute, second, fraction) == (24, 0, 0, 0):
        tomorrow = day + timedelta(days=1)
        raise UnreadableDate(
            "ends with 24:00, which is midnight at the beginning of the next day",
            *(
                [_moment(tomorrow.replace(tzinfo=LONDON), "minute")]
                if tomorrow.year in YEARS
                else []
            ),
        )
    for value, most, unit in (
        (number, 24, "a day has 24 hours"),
        (minute, 60, "an hour has 60 minutes"),
        (second, 60, "a minute has 60 seconds"),
    ):
        if value >= most:
            raise UnreadableDate(f"is not a real time: {unit}", _moment(day, "day"))
    try:
        zone = _zone(said.get("zone", "London time"))
    except UnreadableDate as error:
        raise UnreadableDate(str(error), *_attempts({**said, "zone": "London time"})) from None
    return day.replace(hour=number, minute=minute, second=second, microsecond=fraction, tzinfo=zone)


def _zone(name: str) -> tzinfo:
    """The zone of a name or an offset; never the zone of the machine."""
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


# What is refused, and what it could mean.

_AND = r"(?: ?[-–—/&,+] ?| (?:and|or|to|until|till) )"
_A_DAY = r"\d{1,2}(?: ?(?:st|nd|rd|th))?"
_IN_FULL = (
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
"""Two days, months, years or times that share a part, and each of them in full."""
_OTHER_ZONES = r"[A-Z][a-z]+/\w+|[ECMPA][SD]T|[CEW]ES?T|[IJKM]ST|A[CEW][SD]T|NZ[SD]T"


def _refuse(text: str) -> NoReturn:
    """Raise UnreadableDate, saying why a text is not of the grammar and what it could mean."""
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
    halves = {"month": text[2:4]}
    apart: dict[int, list[Words]] = {
        6: [
            {**halves, "day": text[:2], "year": text[4:]},
            {**halves, "day": text[4:], "year": text[:2]},
            {"month": text[4:], "year": text[:4]},
        ],
        8: [{**halves, "day": text[:2], "year": text[4:]}],
    }
    ways = apart.get(len(text), []) if text.isdigit() else []
    meant = [when for said in ways for when in _attempts(said)]
    if not re.fullmatch(r"(?:19|2\d)\d\d", text):
        raise UnreadableDate("is not a date: its digits run together", *meant)


def _refuse_two_digits(text: str) -> None:
    """A month with two digits that are a day or a year: Sep-24, 9/24."""
    match = re.fullmatch(rf"({_NAME}\.?)[ ./-]?(\d\d)|(\d{{1,2}})[/.-](\d\d)", text, _ANY_CASE)
    if match is None or (match[3] and (int(match[3]) > 12 or int(match[4]) <= 12)):
        return
    name, digits = match[1] or match[3], match[2] or match[4]
    for month in _attempts({"month": name, "year": digits}):
        # 2024 has every day that a month can have.
        days = _attempts({"day": digits, "month": name, "year": "2024"})
        day = "".join(f" or {str(day).removesuffix(' 2024')}" for day in days)
        raise UnreadableDate(
            f"does not say the year in four digits: it could be {month}{day}", month
        )


def _school_year(text: str) -> re.Match[str] | None:
    """Where a text names a school year, such as 2024/25 or 2024-2025."""
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
        meant = _tried(without) or _attempts({"month": "9", "year": year[1]})
        raise UnreadableDate(f"has a school year, {year[0]}", *meant)


def _refuse_parts(text: str) -> None:
    rest = " ".join(re.sub(rf"\b{_WEEKDAY},?", " ", text, flags=_ANY_CASE).split())
    for form, in_full in _IN_FULL:
        rest = re.sub(form, in_full, rest, flags=_ANY_CASE)
    dates, rest = _taken(_DATES, rest)
    times, rest = _taken(_TIMES, rest)
    left = " ".join(re.findall(r"[^\s|,]+", rest))
    if len(dates) > 1:
        days = [_built(said) for said in dates]
        kinds = {when.precision for when in days}
        kind = "dates" if len(kinds) > 1 else f"{kinds.pop()}s"
        raise UnreadableDate(f"is not one date: it names {_count(dates)} {kind}", *days)
    if dates:
        meant = [_built(dates[0] | said) for said in times or [{}]]
        if len(times) > 1:
            raise UnreadableDate(f"is not one time: it names {_count(times)} times", *meant)
        if re.fullmatch(_OTHER_ZONES, left):
            hint = "Write the time as it is in London, or with its offset from UTC."
            raise UnreadableDate(f"names a time zone, {left}, that is not read here", hint=hint)
        also = f": it also says {quote(left)}" if left else ""
        raise UnreadableDate(f"is not only a date{also}", *meant)
    for word in re.findall("[a-z]{4,}", left, re.IGNORECASE):
        for name in nearest(word, _MONTHS):
            if meant := _tried(text.replace(word, name)):
                raise UnreadableDate(f"names no month: {quote(word)} is not one", *meant)
    month = re.search(rf"\b{_NAME}\b", left, _ANY_CASE) or re.search(r"\d ?[/.-] ?\d", left)
    if re.search(r"\d{5}", left):
        raise UnreadableDate("is not a date: it has too many digits in a row")
    if re.search(r"\b(?:19|2\d)\d\d\b", left, re.ASCII):
        if not month:
            raise UnreadableDate("does not say the month")
    elif month or times or not re.search(r"\w", left):
        raise UnreadableDate("does not say the year" if text else "is not a date")


def _taken(forms: Iterable[str], text: str) -> tuple[list[Words], str]:
    """What all parts of one kind in a text say, and the text without them."""
    found: list[Words] = []

    def take(part: re.Match[str]) -> str:
        found.append(_said(part))
        return " | "

    for form in forms:
        text = re.sub(rf"(?<![\w.:])(?:{form})(?![\w:]|\.\d|/\d+$)", take, text, flags=_ANY_CASE)
    return found, text


def _count(things: Sized) -> str:
    return {2: "two", 3: "three"}.get(len(things), "several")


def _tried(text: str) -> list[Moment]:
    """The moment of a text in a list; an empty one where it is not of the grammar."""
    try:
        when = _strictly(text)
    except UnreadableDate:
        return []
    return [when] if when else []


def _attempts(said: Words) -> list[Moment]:
    """The moment of what parts say, in a list; an empty one where no such moment exists."""
    try:
        return [_built({name: text for name, text in said.items() if text})]
    except UnreadableDate:
        return []
