"""The windows and dated stages of the cycles as a calendar (iCalendar, RFC 5545).

The same catalogue gives the same bytes. An event's UID depends only on its window or stage, so a
calendar program that imports a later catalogue moves the event instead of adding another. There is
no METHOD, because that needs an organiser. Without it, DTSTAMP is the date of the last revision,
here the catalogue's; SEQUENCE grows with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote as percent_encoded
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Event
from icalendar import Calendar as Container
from icalendar.prop import vUri

from htqcli.catalogue.model import Catalogue, Cycle
from htqcli.moment import Moment
from htqcli.words import visible

WARNING = timedelta(days=7)
"""How long before a window closes the alarm sounds."""

_DEFAULT_REVISION = datetime(2020, 1, 1, tzinfo=UTC)
"""The date of revision for a catalogue without one."""

_UID_NAMESPACE = "https://www.instituteforapprenticeships.org/higher-technical-qualifications/"
"""The start of the names that UIDs are made from. It must never change."""

_SAFE_IN_URI = ":/?#[]@!$&'()*+,;=%~"
"""Characters that a URI may contain unencoded (RFC 3986)."""


@dataclass(frozen=True, slots=True)
class CycleEvent:
    """An opening, a closing or a stage. `when` is None if unknown; `closes` says whether a window
    closes then."""

    cycle: int
    about: tuple[str, ...]
    title: str
    when: Moment | None
    details: tuple[str, ...]
    sources: tuple[str, ...]
    closes: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether its day is known."""
        return self.when is not None and self.when.precision != "month"

    @property
    def uid(self) -> str:
        """An id that is the same in every catalogue for the same window or stage."""
        name = "/".join(percent_encoded(part, safe="") for part in (str(self.cycle), *self.about))
        return str(uuid5(NAMESPACE_URL, f"{_UID_NAMESPACE}#{name}"))


def events(catalogue: Catalogue, cycles: Iterable[Cycle]) -> tuple[CycleEvent, ...]:
    """The opening and closing of each window, and each other dated stage."""
    return tuple(event for cycle in cycles for event in _cycle_events(cycle, catalogue))


def calendar(catalogue: Catalogue, events: Iterable[CycleEvent]) -> str:
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


def _cycle_events(cycle: Cycle, catalogue: Catalogue) -> Iterator[CycleEvent]:
    contact = f"Questions: {catalogue.contact.name}, {catalogue.contact.email}"
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
            yield CycleEvent(
                cycle.cycle,
                (*about, verb),
                f"HTQ {name}: applications {verb}",
                when,
                (*texts, *notes, contact),
                catalogue.addresses(sources),
                closes=verb == "close",
            )
            if when:
                window_dates.add(when)
    for stage in cycle.stages:
        about = _numbered(("stage", stage.name), seen)
        if stage.begins and stage.begins not in window_dates:
            yield CycleEvent(
                cycle.cycle,
                about,
                f"HTQ cycle {cycle.cycle}: {stage.name}",
                stage.begins,
                (*stage.happens, *((stage.note,) if stage.note else ()), contact),
                catalogue.addresses(stage.source),
            )


def _numbered(thing: tuple[str, str], seen: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """A thing with its number, counted from 1, among those with the same name."""
    seen[thing] += 1
    return (*thing, str(seen[thing]))


def _event(dated: CycleEvent, stamp: datetime) -> Event:
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
    if dated.closes:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _text(f"In a week: {dated.title}"))
        alarm.add("trigger", -WARNING)
        made.add_component(alarm)
    return made


def _start(when: Moment) -> date | datetime:
    """A time in UTC; for a date published without a time, the day in London."""
    return when.first.date() if when.precision == "day" else when.first.astimezone(UTC)


def _text(text: str) -> str:
    """A text on one line, without the characters that RFC 5545 does not allow."""
    return visible(" ".join(text.split()))
