"""The catalogue: standards, windows, cycles and what each cycle asks for.

`data/standards.yaml` holds what is known, with its sources; this module says what it means.
What the catalogue does not say is not known, and is answered so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import PlainValidator, model_validator

from htqcli import source
from htqcli.fields import (
    Day,
    MonthOrDay,
    Part,
    Text,
    When,
    WholeNumber,
    one_of,
    pattern,
    read_whole,
    says,
    wrong,
)
from htqcli.moment import Moment
from htqcli.source import Fault, Kind
from htqcli.words import Refusal, join, nearest, quote, visible

LEVELS = (4, 5)
"""The levels of Higher Technical Qualifications, and of the standards they align to: CRIT-1
and CRIT-2."""

Scope = Literal["in-scope", "contact-us", "out-of-scope"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
State = Literal["open", "not-yet-open", "closed", "unknown"]
Asks = Literal["required", "expected", "encouraged", "not-asked"]


class CatalogueError(Refusal):
    """A catalogue that cannot be used. The message names the file, the line and the field."""


class NotFound(Refusal):
    """A cycle, route, scope or reference that there is not; the message says the nearest."""


def _keys(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str) and item for item in values):
        raise wrong("the key of a source, or a list of keys")
    return tuple(values)


Sources = Annotated[tuple[str, ...], PlainValidator(_keys)]
Reference = Annotated[str, pattern(r"ST\d{4}", "a reference such as ST0116")]
ScopeName = Annotated[Scope, one_of(*SCOPES)]


@dataclass(frozen=True, slots=True)
class Standard:
    """An occupational standard as a cycle's list has it."""

    reference: str
    title: str
    level: int
    route: str
    scope: Scope
    cycle: int

    @property
    def occupation_code(self) -> str:
        """OCC and the same four digits; the occupation of an option has a letter after them
        (DFE-IMPORT)."""
        return f"OCC{self.reference[2:]}"


class Source(Part):
    """A page that facts were taken from."""

    title: Text
    address: Text


class Contact(Part):
    """Who answers questions about applications."""

    name: Text
    email: Text
    source: Sources


class Route(Part):
    """An official route; `heading` is its name in the lists where that is another."""

    name: Text
    heading: Text | None = None

    @property
    def title(self) -> str:
        """The route's name in data: the heading of the lists."""
        return self.heading or self.name

    @property
    def slug(self) -> str:
        """The official name as one word: `health-and-science`."""
        return "-".join(re.findall(r"\w+", self.name.lower()))


class Entry(Part):
    """One line of a cycle's list."""

    reference: Reference
    level: WholeNumber
    title: Text


class Group(Part):
    """The standards of one route and scope, in the order of the page."""

    route: Text
    scope: ScopeName
    standards: tuple[Entry, ...]


class Listing(Part):
    """A cycle's list of standards. `scopes` says what each scope means, in its words."""

    status: Annotated[Literal["provisional", "final"], one_of("provisional", "final")]
    confirmation_due: When | None = None
    source: Sources
    note: Text | None = None
    scopes: dict[str, Text]
    standards: tuple[Group, ...]


class Routes(Part):
    """The routes that a cycle covers, as headings. Without `names` they are not known."""

    names: tuple[Text, ...] | None = None
    source: Sources
    note: Text | None = None


class FirstTeaching(Part):
    """The earliest month in which a qualification submitted in a window is taught."""

    month: MonthOrDay
    source: Sources
    note: Text | None = None


class Window(Part):
    """A time in which applications are taken, from its opening up to, not including, its
    closing.

    A window published with dates only runs from the start of the first day to the end of the
    last. One without dates lies somewhere between the end of the day `after` and the start
    of the day `before`.
    """

    name: Text | None = None
    opens: When | None = None
    closes: When | None = None
    after: Day | None = None
    before: Day | None = None
    first_teaching: FirstTeaching
    source: Sources
    note: Text | None = None

    @model_validator(mode="after")
    def _has_bounds(self) -> Self:
        if not ((self.opens or self.after) and (self.closes or self.before)):
            raise says(
                "The window does not say when it opens and closes",
                "Add ‘opens’ and ‘closes’, or where they are not known ‘after’ and ‘before’.",
            )
        if self.may_open >= self.has_closed:
            raise says("The window closes before it opens", "Check the dates against their source.")
        return self

    @property
    def may_open(self) -> datetime:
        """The first instant at which it may have been open."""
        if self.opens:
            return self.opens.first
        assert self.after is not None
        return self.after.after

    @property
    def has_closed(self) -> datetime:
        """The first instant at which it had certainly closed."""
        if self.closes:
            return self.closes.after
        assert self.before is not None
        return self.before.first

    @property
    def precision(self) -> str | None:
        """The coarser precision of its two dates; None where one is not known."""
        if self.opens is None or self.closes is None:
            return None
        found = (self.opens.precision, self.closes.precision)
        return next(p for p in ("month", "day", "minute") if p in found)

    def state(self, at: datetime) -> State:
        """Whether it is open at `at`; unknown where it may have been and no source says."""
        if at < self.may_open:
            return "not-yet-open"
        if at >= self.has_closed:
            return "closed"
        if self.opens is None or self.closes is None:
            return "unknown"
        opened = self.opens.after if self.opens.precision == "month" else self.opens.first
        closing = self.closes.first if self.closes.precision == "month" else self.has_closed
        return "open" if opened <= at < closing else "unknown"

    def overlaps(self, moment: Moment) -> bool:
        """Whether any part of `moment`, such as some hour of a day, may lie in it."""
        last = moment.after if moment.after > moment.first else None
        begins_before_close = moment.first < self.has_closed
        ends_after_opening = moment.first >= self.may_open or (
            last is not None and last > self.may_open
        )
        return begins_before_close and ends_after_opening

    def __str__(self) -> str:
        """`16 February 2022 at midday to 29 July 2022 at 5pm`."""
        return f"{self.opens or 'a day not known'} to {self.closes or 'a day not known'}"


class Demand(Part):
    """How strongly a cycle asks for something. `read_from` names the cycle whose wording is
    used where this cycle's own is not known."""

    asks: Annotated[Asks, one_of(*get_args(Asks))]
    source: Sources
    read_from: WholeNumber | None = None


class Policy(Part):
    """What differs from cycle to cycle. Rules read it; a new cycle is data, not code."""

    level_4_on_level_5_standard: Demand
    every_combination: Demand
    ksb_coverage: Demand
    reason_for_partial_coverage: Demand
    permission: Demand
    support_session: Demand


class Stage(Part):
    """A key stage of the approvals process. Without `begins` its date was not published."""

    name: Text
    begins: When | None = None
    happens: tuple[Text, ...]
    source: Sources
    note: Text | None = None


class Cycle(Part):
    """An approvals cycle: its window or windows, what it covers and what it asks for."""

    cycle: WholeNumber
    routes: Routes
    windows: tuple[Window, ...]
    policy: Policy
    stages: tuple[Stage, ...] = ()
    listing: Listing | None = None

    @cached_property
    def standards(self) -> tuple[Standard, ...]:
        """The standards of its list, in the order of the page; empty where it has none."""
        groups = self.listing.standards if self.listing else ()
        return tuple(
            Standard(
                entry.reference, entry.title, entry.level, group.route, group.scope, self.cycle
            )
            for group in groups
            for entry in group.standards
        )

    @cached_property
    def by_reference(self) -> dict[str, Standard]:
        """Its standards by their references."""
        return {standard.reference: standard for standard in self.standards}

    def first_teaching(self, at: datetime) -> FirstTeaching:
        """The earliest month of first teaching for what is submitted at `at`: that of the
        window open then, else the earliest of all its windows."""
        open_then = [window for window in self.windows if window.state(at) == "open"]
        return min(
            (window.first_teaching for window in open_then or self.windows),
            key=lambda first: first.month.first,
        )

    def stage_at(self, at: datetime) -> Stage | None:
        """The key stage that `at` is in: the latest with a published date that has begun, or
        the first of all before that."""
        begun = [stage for stage in self.stages if stage.begins and stage.begins.first <= at]
        return begun[-1] if begun else next(iter(self.stages), None)


@dataclass(frozen=True, slots=True)
class Status:
    """What is known at an instant of the window that matters then."""

    at: datetime
    state: State
    cycle: Cycle
    window: Window
    note: str | None

    @property
    def opens_in(self) -> int | None:
        """Seconds until it opens; None where it has opened, or the day is not known."""
        opens = self.window.opens
        if self.state != "not-yet-open" or opens is None or opens.precision == "month":
            return None
        return int((opens.first - self.at).total_seconds())

    @property
    def closes_in(self) -> int | None:
        """Seconds until it closes; None where it is not open, or the day is not known."""
        closes = self.window.closes
        if self.state != "open" or closes is None or closes.precision == "month":
            return None
        return int((self.window.has_closed - self.at).total_seconds())


class Catalogue(Part):
    """Every cycle that is known."""

    sources: dict[str, Source]
    contact: Contact
    standards_data: Text
    routes: tuple[Route, ...]
    cycles: tuple[Cycle, ...]

    def cycle(self, number: int) -> Cycle:
        """The cycle with this number. Raises NotFound."""
        for cycle in self.cycles:
            if cycle.cycle == number:
                return cycle
        known = join([str(cycle.cycle) for cycle in self.cycles])
        raise NotFound(f"There is no cycle {number} in the catalogue. It has cycles {known}.")

    @property
    def listed(self) -> Cycle | None:
        """The latest cycle that has a list of standards."""
        listed = [cycle for cycle in self.cycles if cycle.listing]
        return max(listed, key=lambda cycle: cycle.cycle, default=None)

    def status(self, at: datetime, number: int | None = None) -> Status:
        """The window at `at`: the open one if there is one, else one that may be open, else
        the next known to open, else the last. Raises NotFound for a cycle that there is not."""
        cycles = self.cycles if number is None else (self.cycle(number),)
        found = [
            Status(at, window.state(at), cycle, window, None)
            for cycle in cycles
            for window in cycle.windows
        ]
        for state in ("open", "unknown"):
            for status in found:
                if status.state == state:
                    return self._noted(status)
        coming = [status for status in found if status.state == "not-yet-open"]
        if coming:
            return self._noted(min(coming, key=lambda status: status.window.may_open))
        last = max(found, key=lambda status: status.window.has_closed)
        return self._noted(last, later_unknown=number is None)

    def _noted(self, status: Status, *, later_unknown: bool = False) -> Status:
        window = status.window
        notes = [window.note] if window.note else []
        for name, day in (("opening", window.opens), ("closing", window.closes)):
            if day and day.precision == "day" and day.first <= status.at < day.after:
                notes.append(f"No time was published for the {name} on {day}.")
        if later_unknown:
            notes.append(
                "Later windows are not known to this catalogue. Ask "
                f"{self.contact.name}: {self.contact.email}."
            )
        note = " ".join(notes) or None
        return Status(status.at, status.state, status.cycle, window, note)

    def route(self, name: str, cycle: Cycle) -> Route:
        """The route that a person means: its heading, official name, slug or a beginning of
        them that no other route has, in any case, with `&` or `and`, and with small words
        left out. The cycle's own routes come first. Raises NotFound."""
        covered = [route for route in self.routes if route.title in (cycle.routes.names or ())]
        wanted = _words(name)
        for ways in ((_is, _begins), (_holds,)):
            for routes, matches in product((covered, self.routes), ways):
                found = [
                    route
                    for route in routes
                    if any(matches(_words(own), wanted) for own in (route.title, route.name))
                ]
                if len(found) == 1:
                    return found[0]
                if found and wanted:
                    names = join([route.title for route in found], "or")
                    raise NotFound(f"{quote(name)} can mean {names}. Write more of the name.")
        choices = [own for route in self.routes for own in {route.title, route.name}]
        near = nearest(name, choices)
        hint = f"Did you mean {near[0]}?" if near else "See ‘htq standards routes’."
        raise NotFound(f"There is no route {quote(name)}. {hint}")

    def search(self, words: str, cycle: Cycle) -> list[Standard]:
        """The standards that `words` may mean, best first: by reference however it is typed,
        by title and by route, forgiving typing errors and the order of words."""
        reference = reference_in(words)
        if reference in cycle.by_reference:
            return [cycle.by_reference[reference]]
        wanted = _words(words[:200])
        if not wanted or not cycle.standards:
            return []
        found = [(_score(wanted, standard), standard) for standard in cycle.standards]
        found.sort(key=lambda pair: -pair[0])
        enough = _GOOD if found[0][0] >= _GOOD else max(_FAIR, found[0][0] - 1)
        return [standard for score, standard in found if score >= enough]

    def standard(self, typed: str, cycle: Cycle) -> Standard:
        """The standard with a reference, however it is typed. Raises NotFound."""
        reference = reference_in(typed)
        if reference in cycle.by_reference:
            return cycle.by_reference[reference]
        if not cycle.standards:
            raise NotFound(
                f"The list of standards of cycle {cycle.cycle} is not in the catalogue, so whether "
                f"{quote(typed)} is on it is not known."
            )
        near = nearest(reference or typed, list(cycle.by_reference), most=3)
        if reference is None:
            near = [standard.reference for standard in self.search(typed, cycle)[:3]] or near
        known = join([f"{name} ({cycle.by_reference[name].title})" for name in near], "or")
        raise NotFound(
            f"{quote(typed)} is not on the list of cycle {cycle.cycle}. "
            + (f"Did you mean {known}?" if near else "Look for it with ‘htq standards search’.")
        )


def load(file: Path | None = None) -> Catalogue:
    """The bundled catalogue, or the one in `file`. Raises CatalogueError."""
    try:
        content = _bundled().read_bytes() if file is None else file.read_bytes()
    except OSError as error:
        raise CatalogueError(
            f"{visible(str(file))}: the catalogue cannot be read: {error.strerror}"
        ) from None
    document = source.read(content)
    found = read_whole(Catalogue, document)
    if isinstance(found, Catalogue):
        contradictions = tuple(_contradictions(found))
        if not contradictions:
            return found
        found = contradictions
    fault = found[0]
    place = document.lines.place(fault.span or document.locate(fault.path))
    where = ".".join(str(step) for step in fault.path)
    name = "standards.yaml" if file is None else str(file)
    raise CatalogueError(
        f"{visible(name)}:{place.line}:{place.column}: the catalogue cannot be used: "
        + (f"{visible(where)}: " if where else "")
        + f"{fault.message}. {fault.hint or ''}".rstrip()
        + ("" if len(found) == 1 else f" Problems in all: {len(found)}.")
    )


def reference_in(text: str) -> str | None:
    """The reference that a person means by `st 0116`, `ST116`, `STO116` or `OCC0116A`; None
    where the text is none of these."""
    typed = re.sub(r"[\s_–-]", "", text).upper()
    match = re.fullmatch(r"(?:ST|OCC)([0-9O]{1,4})[A-Z]?|([0-9]{3,4})", typed, re.ASCII)
    if match is None:
        return None
    digits = (match[1] or match[2]).replace("O", "0")
    return f"ST{digits.zfill(4)}"


def _bundled() -> Traversable:
    """The catalogue in the package; in a checkout, the one in its folder `data`."""
    packaged = resources.files("htqcli") / "data" / "standards.yaml"
    if packaged.is_file():
        return packaged
    return Path(__file__).parents[2] / "data" / "standards.yaml"


def _contradictions(catalogue: Catalogue) -> Iterator[Fault]:
    """What single fields cannot show: names that lead nowhere, and things there twice."""
    headings = {route.title for route in catalogue.routes}
    numbers: set[int] = set()
    if not catalogue.cycles:
        yield _wrong(("cycles",), "There is no cycle", "Add one.")
    for index, cycle in enumerate(catalogue.cycles):
        path: source.Path = ("cycles", index)
        if cycle.cycle in numbers:
            yield _wrong(
                (*path, "cycle"),
                f"Cycle {cycle.cycle} is there a second time",
                "Keep one block for each cycle.",
            )
        numbers.add(cycle.cycle)
        if not cycle.windows:
            yield _wrong((*path, "windows"), "The cycle has no window", "Add its window.")
        for at, name in enumerate(cycle.routes.names or ()):
            if name not in headings:
                yield _unknown_route((*path, "routes", "names", at), name, headings)
        if cycle.listing:
            yield from _in_listing(cycle.listing, (*path, "listing"), headings)
    for path, keys in _sources_in(catalogue, ()):
        for key in keys:
            if key not in catalogue.sources:
                yield _wrong(
                    path,
                    f"There is no source {quote(key)}",
                    f"Use a key of ‘sources’, {join(catalogue.sources, 'or')}, or add it there.",
                )


def _in_listing(listing: Listing, path: source.Path, headings: set[str]) -> Iterator[Fault]:
    references: set[str] = set()
    for scope in listing.scopes:
        if scope not in SCOPES:
            yield _wrong((*path, "scopes", scope), f"There is no scope {quote(scope)}", _SCOPES_ARE)
    for at, group in enumerate(listing.standards):
        here: source.Path = (*path, "standards", at)
        if group.route not in headings:
            yield _unknown_route((*here, "route"), group.route, headings)
        for number, entry in enumerate(group.standards):
            if entry.reference in references:
                yield _wrong(
                    (*here, "standards", number, "reference"),
                    f"{entry.reference} is in the list a second time",
                    "Keep one line for each standard.",
                )
            references.add(entry.reference)


_SCOPES_ARE = f"The scopes are {join(SCOPES)}."


def _unknown_route(path: source.Path, name: str, headings: set[str]) -> Fault:
    hint = f"Use a heading of ‘routes’: {join(sorted(headings), 'or')}."
    return _wrong(path, f"There is no route {quote(name)} in ‘routes’", hint)


def _wrong(path: source.Path, message: str, hint: str) -> Fault:
    return Fault(Kind.WRONG, path, message, hint)


def _sources_in(part: Part, path: source.Path) -> Iterator[tuple[source.Path, tuple[str, ...]]]:
    """The keys of sources that a part and the parts in it name, with their paths."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name == "source":
            yield (*path, name), value
        elif isinstance(value, Part):
            yield from _sources_in(value, (*path, name))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    yield from _sources_in(item, (*path, name, index))


def _words(text: str) -> tuple[str, ...]:
    """The words that tell names apart: lower case, without `and`, `the` and `of`."""
    words = re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))
    return tuple(word for word in words if word not in ("and", "the", "of"))


def _is(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return name == wanted


def _begins(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return bool(wanted) and " ".join(name).startswith(" ".join(wanted))


def _holds(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    words = iter(name)
    return bool(wanted) and all(any(own.startswith(word) for own in words) for word in wanted)


_GOOD = 75
"""The score, of 100, from which a standard answers a search: one wrong letter in a word of
four scores 75."""
_FAIR = 65
"""Where nothing answers a search, the best is shown from here on: nurse for nursing."""


def _score(wanted: tuple[str, ...], standard: Standard) -> float:
    """How well the title answers the words, in any order; the route counts for less."""
    from rapidfuzz import fuzz

    title = _words(standard.title)
    joined = tuple(one + other for one, other in pairwise(title))
    own = title + joined

    def best(word: str, names: tuple[str, ...]) -> float:
        return max(
            (96.0 if name.startswith(word) and name != word else fuzz.ratio(word, name))
            for name in names
        )

    total = sum(max(best(word, own), best(word, _words(standard.route)) - 8) for word in wanted)
    same = fuzz.ratio(" ".join(sorted(wanted)), " ".join(sorted(title)))
    return total / len(wanted) + same / 100
