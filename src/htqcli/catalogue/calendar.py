"""The windows and dated stages of the cycles, and the reviews of approved qualifications, as a
calendar (iCalendar, RFC 5545).

The same catalogue and drafts give the same bytes. An event's UID depends only on its window, stage
or approval, so a calendar program that imports a later calendar moves the event instead of adding
another. There is
no METHOD, because that needs an organiser. Without it, DTSTAMP is the date of the last revision,
here the catalogue's; SEQUENCE grows with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote as percent_encoded
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Event
from icalendar import Calendar as Container
from icalendar.prop import vUri

from htqcli.catalogue.model import Catalogue, Cycle
from htqcli.draft.application import Application
from htqcli.draft.approval import REVIEW_SOURCE, first_review
from htqcli.moment import Moment
from htqcli.words import truncate, visible


class AlarmTime(NamedTuple):
    """An alarm: how long before the event it sounds, in numbers and in words."""

    before: timedelta
    words: str


CLOSING_WARNING = AlarmTime(timedelta(days=7), "In a week")
REVIEW_WARNING = AlarmTime(timedelta(days=182), "In half a year")
"""Long enough to map a qualification again."""

_DEFAULT_REVISION = datetime(2020, 1, 1, tzinfo=UTC)
"""The date of revision for a catalogue without one."""

_UID_NAMESPACE = "https://www.instituteforapprenticeships.org/higher-technical-qualifications/"
"""The start of the names that UIDs are made from. It must never change."""

_SAFE_IN_URI = ":/?#[]@!$&'()*+,;=%~"
"""Characters that a URI may contain unencoded (RFC 3986)."""


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An opening, a closing, a stage or a review. `when` is None if unknown. `about` identifies
    it."""

    about: tuple[str, ...]
    title: str
    when: Moment | None
    details: tuple[str, ...]
    sources: tuple[str, ...]
    warning: AlarmTime | None = None

    @property
    def is_dated(self) -> bool:
        """Whether its day is known."""
        return self.when is not None and self.when.precision != "month"

    @property
    def uid(self) -> str:
        """An id that is the same in every calendar for the same window, stage or approval."""
        name = "/".join(percent_encoded(part, safe="") for part in self.about)
        return str(uuid5(NAMESPACE_URL, f"{_UID_NAMESPACE}#{name}"))


def events(catalogue: Catalogue, cycles: Iterable[Cycle]) -> tuple[DatedEvent, ...]:
    """The opening and closing of each window, and each other dated stage."""
    return tuple(event for cycle in cycles for event in _cycle_events(cycle, catalogue))


def reviews(catalogue: Catalogue, drafts: Iterable[Application]) -> tuple[DatedEvent, ...]:
    """The first review of each approved qualification, once for drafts that say the same of it."""
    seen: Counter[tuple[str, str]] = Counter()
    known: dict[tuple[str, str, Moment | None], DatedEvent] = {}
    for draft in drafts:
        approval = draft.approval
        if approval is None or not (approval.code or approval.date):
            continue
        title = draft.qualification.title if draft.qualification else None
        name = truncate(approval.code or title or "without a code", _MAX_NAME)
        when = first_review(approval.date) if approval.date else None
        key = ("code", approval.code) if approval.code else ("title", title or "")
        if (*key, when) in known:
            continue
        about = [f"Qualification: {truncate(title, _MAX_NAME)}"] if title else []
        if approval.date:
            about.append(f"Approved: {approval.date}")
        known[(*key, when)] = DatedEvent(
            ("approval", *_numbered(key, seen)),
            f"HTQ {name}: fifth anniversary of approval, first review",
            when,
            (
                *about,
                "The first review is expected by the fifth anniversary of approval, against the "
                "latest criteria. No day was published.",
                _contact(catalogue),
            ),
            (REVIEW_SOURCE,),
            warning=REVIEW_WARNING,
        )
    return tuple(known.values())


_MAX_NAME = 100
"""The longest code or title of a qualification that is shown whole."""


def _contact(catalogue: Catalogue) -> str:
    return f"Questions: {catalogue.contact.name}, {catalogue.contact.email}"


def calendar(catalogue: Catalogue, events: Iterable[DatedEvent]) -> str:
    """The events whose day is known, as a calendar."""
    revised = catalogue.revised.first if catalogue.revised else _DEFAULT_REVISION
    stamp = datetime(revised.year, revised.month, revised.day, tzinfo=UTC)
    found = Container()
    found.add("version", "2.0")
    found.add("prodid", "-//htq//Higher Technical Qualification windows//EN")
    found.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        found.add(name, "Higher Technical Qualification windows")
    for event in events:
        if event.is_dated:
            found.add_component(_event(event, stamp))
    content: bytes = found.to_ical(sorted=False)
    return content.decode("utf-8")


def _cycle_events(cycle: Cycle, catalogue: Catalogue) -> Iterator[DatedEvent]:
    contact = _contact(catalogue)
    seen: Counter[tuple[str, str]] = Counter()
    window_dates: set[Moment] = set()
    for window in cycle.windows:
        about = _numbered(("window", window.name or ""), seen)
        name = f"cycle {cycle.cycle}" + (f", {window.name} window" if window.name else "")
        for verb, noun, when in (
            ("open", "opening", window.opens),
            ("close", "closing", window.closes),
        ):
            stages = [stage for stage in cycle.stages if when and stage.begins == when]
            texts = [text for stage in stages for text in stage.happens]
            if when and when.precision == "day":
                texts.insert(0, f"No time was published for the {noun}.")
            notes = (note for note in (window.note, *(s.note for s in stages)) if note)
            sources = (*window.source, *(key for stage in stages for key in stage.source))
            yield DatedEvent(
                (str(cycle.cycle), *about, verb),
                f"HTQ {name}: applications {verb}",
                when,
                (*texts, *notes, contact),
                catalogue.addresses(sources),
                warning=CLOSING_WARNING if verb == "close" else None,
            )
            if when:
                window_dates.add(when)
    for stage in cycle.stages:
        about = _numbered(("stage", stage.name), seen)
        if stage.begins and stage.begins not in window_dates:
            yield DatedEvent(
                (str(cycle.cycle), *about),
                f"HTQ cycle {cycle.cycle}: {stage.name}",
                stage.begins,
                (*stage.happens, *((stage.note,) if stage.note else ()), contact),
                catalogue.addresses(stage.source),
            )


def _numbered(thing: tuple[str, str], seen: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """A thing with its number, counted from 1, among those with the same name."""
    seen[thing] += 1
    return (*thing, str(seen[thing]))


def _event(dated: DatedEvent, stamp: datetime) -> Event:
    assert dated.when is not None
    made = Event()
    made.add("uid", dated.uid)
    made.add("dtstamp", stamp)
    made.add("sequence", int(f"{stamp:%Y%m%d}"))
    made.add("dtstart", _start(dated.when))
    made.add("summary", _text(dated.title))
    lines = (*dated.details, *(f"Source: {address}" for address in dated.sources))
    made.add("description", "\n".join(_text(line) for line in lines))
    if pages := [page for page in dated.sources if page.startswith(("https://", "http://"))]:
        made.add("url", vUri(percent_encoded(pages[0], safe=_SAFE_IN_URI)))
    made.add("transp", "TRANSPARENT")
    if dated.warning:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _text(f"{dated.warning.words}: {dated.title}"))
        alarm.add("trigger", -dated.warning.before)
        made.add_component(alarm)
    return made


def _start(when: Moment) -> date | datetime:
    """A time in UTC; for a date published without a time, the day in London."""
    return when.first.date() if when.precision == "day" else when.first.astimezone(UTC)


def _text(text: str) -> str:
    """A text on one line, without the characters that RFC 5545 does not allow."""
    return visible(" ".join(text.split()))
