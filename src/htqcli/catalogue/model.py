"""The catalogue: standards, windows, cycles and what each cycle asks for.

`data/standards.yaml` contains the facts with their sources; this module interprets them. What the
catalogue does not contain is unknown, and the answers say so.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise, product
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import Field, PrivateAttr

from htqcli.document.places import FieldPath
from htqcli.model.part import CheckedByRule, Model
from htqcli.model.values import (
    Day,
    MonthOrDay,
    Schema,
    Text,
    ValueReader,
    When,
    WholeNumber,
    not_expected,
    one_of,
    pattern,
)
from htqcli.moment import Moment
from htqcli.vocabulary import REFERENCE, SCOPES, Scope, parse_reference
from htqcli.words import Refusal, join, nearest, quote, visible

State = Literal["open", "not-yet-open", "closed", "unknown"]

Asks = Literal["required", "expected", "encouraged", "not-asked"]


class CatalogueError(Refusal):
    """A catalogue that cannot be used. The message names the file, the line and the field."""


class NotFound(Refusal):
    """A cycle, route, scope or reference that does not exist. The message suggests the nearest."""


def _keys(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) and item for item in values):
        raise not_expected("the key of a source, or a list of keys")
    return tuple(values)


_KEY: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}

_KEYS = _KEY | {"type": [*_KEY["type"], "array"], "items": _KEY}

Sources = Annotated[
    tuple[str, ...],
    ValueReader(_keys, schema=_KEYS),
    CheckedByRule(required=False),
    Field(description="The page that says so: a key of ‘sources’, or a list of keys."),
]

Reference = Annotated[str, pattern(REFERENCE, "a reference such as ST0116"), CheckedByRule(Text)]

ScopeName = Annotated[Scope, one_of(*SCOPES), CheckedByRule(Text)]


def _described(description: str, *examples: Any, title: str | None = None) -> Any:
    return Field(title=title, description=description, examples=list(examples) or None)


Note = Annotated[Text | None, _described("What else is known, or what is not known.")]


@dataclass(frozen=True, slots=True)
class Standard:
    """An occupational standard on a cycle's list."""

    reference: str
    title: str
    level: int
    route: str
    scope: Scope
    cycle: int

    @property
    def occupation_code(self) -> str:
        """OCC and the same four digits. The occupation of an option has a letter after them
        (DFE-IMPORT)."""
        return f"OCC{self.reference[2:]}"


class Source(Model):
    """A page that facts were taken from."""

    title: Annotated[Text, _described("The title of the page.")]
    address: Annotated[Text, _described("Its address on the web.")]


class Contact(Model):
    """Who answers questions about applications."""

    name: Annotated[Text, _described("What to call them, as in ‘Ask the approvals team’.")]
    email: Annotated[Text, _described("Their email address.")]
    source: Sources


class Route(Model):
    """An official route; `heading` is its name in the lists where that is another."""

    name: Annotated[Text, _described("Its official name.")]
    heading: Annotated[
        Text | None, _described("Its name as a heading of the lists, if that differs.")
    ] = None

    @property
    def title(self) -> str:
        """The route's name in data: the heading of the lists."""
        return self.heading or self.name

    @property
    def slug(self) -> str:
        """The official name as one word: `health-and-science`."""
        return "-".join(re.findall(r"\w+", self.name.lower()))


class Entry(Model):
    """One line of a cycle's list."""

    reference: Annotated[Reference, _described("ST and four digits.", "ST0116")]
    level: Annotated[WholeNumber, _described("The level of the standard.", 4)]
    title: Annotated[Text, _described("The title of the standard.", "Software developer")]


class ListedGroup(Model):
    """The standards of one route and scope, in the order of the page."""

    route: Annotated[Text, _described("The heading of the route, as ‘routes’ has it.", "Digital")]
    scope: Annotated[ScopeName, _described("Whether the standards are in scope.", "in-scope")]
    standards: Annotated[
        tuple[Entry, ...],
        _described("The standards, in the order of the page.", title="list of standards"),
    ]


class Listing(Model):
    """A cycle's list of standards. `scopes` says what each scope means, in its words."""

    status: Annotated[
        Literal["provisional", "final"],
        one_of("provisional", "final"),
        _described("Whether the list can still change.", "provisional"),
    ]
    confirmation_due: Annotated[
        When | None, _described("When the final list was to be confirmed.", "2022-01")
    ] = None
    source: Sources
    note: Note = None
    scopes: Annotated[
        dict[str, Text],
        _described(
            "What each scope means, in the words of the page.", title="meaning of each scope"
        ),
    ]
    standards: Annotated[
        tuple[ListedGroup, ...],
        _described(
            "The standards, by route and scope, in the order of the page.",
            title="list of standards by route and scope",
        ),
    ]

    def is_overdue(self, at: datetime) -> bool:
        """Whether it is still provisional after the date when it was to be confirmed."""
        due = self.confirmation_due
        return self.status == "provisional" and due is not None and at >= due.after


class Routes(Model):
    """The routes that a cycle covers, as headings. Without `names` they are not known."""

    names: Annotated[
        tuple[Text, ...] | None,
        _described(
            "Their headings. Without them, the routes of the cycle are not known.",
            "[Digital, Construction]",
        ),
    ] = None
    source: Sources
    note: Note = None


class FirstTeaching(Model):
    """The earliest month in which a qualification submitted in a window is taught."""

    month: Annotated[MonthOrDay, _described("The month, or the day.", "2024-09")]
    source: Sources
    note: Note = None


class Window(Model):
    """A time in which applications are taken, from its opening up to, not including, its
    closing.

    A window published with dates only runs from the start of the first day to the end of the
    last. One without dates lies somewhere between the end of the day `after` and the start
    of the day `before`.
    """

    name: Annotated[
        Text | None, _described("What to call it, if a cycle has several.", "primary")
    ] = None
    opens: Annotated[
        When | None,
        _described(
            "When it opens: a day, a time, or a month.", "2022-02-16 12:00", title="opening"
        ),
    ] = None
    closes: Annotated[
        When | None, _described("When it closes.", "2022-07-29 17:00", title="closing")
    ] = None
    after: Annotated[
        Day | None,
        _described(
            "If its opening is not known: a day after which it opened.",
            "2023-06-30",
            title="day after which it opened",
        ),
    ] = None
    before: Annotated[
        Day | None,
        _described(
            "If its closing is not known: a day before which it closed.",
            "2024-09-23",
            title="day before which it closed",
        ),
    ] = None
    first_teaching: FirstTeaching
    source: Sources
    note: Note = None

    @property
    def earliest_opening(self) -> datetime:
        """The first instant at which it may be open."""
        if self.opens:
            return self.opens.first
        assert self.after is not None
        return self.after.after

    @property
    def latest_closing(self) -> datetime:
        """The first instant at which it is certainly closed."""
        if self.closes:
            return self.closes.after
        assert self.before is not None
        return self.before.first

    @property
    def is_bounded(self) -> bool:
        """Whether it gives an opening and a closing, or at least bounds for them."""
        return bool((self.opens or self.after) and (self.closes or self.before))

    @property
    def precision(self) -> str | None:
        """The coarser precision of its two dates; None if one is unknown."""
        if self.opens is None or self.closes is None:
            return None
        found = (self.opens.precision, self.closes.precision)
        return next(p for p in ("month", "day", "minute") if p in found)

    def state(self, at: datetime) -> State:
        """Whether it is open at `at`; `unknown` if it may be open but no source says."""
        if at < self.earliest_opening:
            return "not-yet-open"
        if at >= self.latest_closing:
            return "closed"
        if self.opens is None or self.closes is None:
            return "unknown"
        opened = self.opens.after if self.opens.precision == "month" else self.opens.first
        closing = self.closes.first if self.closes.precision == "month" else self.latest_closing
        return "open" if opened <= at < closing else "unknown"

    def overlaps(self, moment: Moment) -> bool:
        """Whether any part of `moment`, such as an hour of a day, may be in the window."""
        begins_before_close = moment.first < self.latest_closing
        ends_after_opening = (
            moment.first >= self.earliest_opening or moment.after > self.earliest_opening
        )
        return begins_before_close and ends_after_opening

    def __str__(self) -> str:
        """`16 February 2022 at midday to 29 July 2022 at 5pm`."""
        if self.opens is None and self.closes is None:
            return "days not known"
        return f"{self.opens or 'a day not known'} to {self.closes or 'a day not known'}"


class Demand(Model):
    """How strongly a cycle asks for something. `read_from` names the cycle whose wording is
    used where this cycle's own is not known."""

    asks: Annotated[
        Asks,
        one_of(*get_args(Asks)),
        _described(
            "How strongly. If a draft lacks it, ‘required’ gives an error, ‘expected’ a warning, "
            "‘encouraged’ a note, and ‘not-asked’ nothing.",
            "expected",
            title="word for how strongly",
        ),
    ]
    source: Sources
    read_from: Annotated[
        WholeNumber | None, _described("The number of the cycle whose wording is used.", 5)
    ] = None


class Policy(Model):
    """What differs from cycle to cycle. Rules read it; a new cycle is data, not code."""

    level_4_on_level_5_standard: Annotated[
        Demand,
        _described(
            "Contacting the approvals team about a level 4 qualification on a level 5 standard.",
            title="word of the team for a level 4 qualification on a level 5 standard",
        ),
    ]
    every_combination: Annotated[
        Demand,
        _described(
            "That every permitted combination of units covers an occupation.",
            title="occupation covered in full by every permitted combination of units",
        ),
    ]
    ksb_coverage: Annotated[
        Demand,
        _described("That every KSB of a standard is covered.", title="coverage of every KSB"),
    ]
    reason_for_partial_coverage: Annotated[
        Demand,
        _described(
            "A reason where a KSB is covered partly.", title="reason where a KSB is covered partly"
        ),
    ]
    permission: Annotated[
        Demand,
        _described(
            "The permission of another body that holds the intellectual property.",
            title="permission of whoever holds the intellectual property",
        ),
    ]
    support_session: Annotated[
        Demand, _described("A support session before the application.", title="support session")
    ]


class Stage(Model):
    """A key stage of the approvals process. Without `begins` its date was not published."""

    name: Annotated[Text, _described("What it is called.")]
    begins: Annotated[
        When | None,
        _described("When it begins, if that was published.", "2022-02-16 12:00", title="beginning"),
    ] = None
    happens: Annotated[
        tuple[Text, ...],
        _described("What happens in it, an item for each.", title="list of what happens"),
    ]
    source: Sources
    note: Note = None


class Cycle(Model):
    """An approvals cycle: its window or windows, what it covers and what it asks for."""

    cycle: Annotated[WholeNumber, _described("The number of the cycle.", 3)]
    routes: Annotated[Routes, Field(title="group of routes")]
    windows: Annotated[
        tuple[Window, ...], CheckedByRule(required=False), _described("Its window or windows.")
    ]
    policy: Policy
    stages: Annotated[
        tuple[Stage, ...], _described("The key stages of the process, in their order.")
    ] = ()
    listing: Listing | None = None

    @cached_property
    def standards(self) -> tuple[Standard, ...]:
        """The standards on its list, in the order of the page; none if it has no list."""
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
        """Its standards by reference."""
        return {standard.reference: standard for standard in self.standards}

    def first_teaching(self, at: datetime) -> FirstTeaching:
        """The earliest month of first teaching for a submission at `at`: that of the window open
        then, or the earliest of all its windows."""
        open_then = [window for window in self.windows if window.state(at) == "open"]
        return min(
            (window.first_teaching for window in open_then or self.windows),
            key=lambda first: first.month.first,
        )

    def note(self, at: datetime) -> str | None:
        """A warning if its list was not confirmed by the due date; else None."""
        if self.listing is None or not self.listing.is_overdue(at):
            return None
        return (
            f"The list of cycle {self.cycle} is provisional and was to be confirmed by "
            f"{self.listing.confirmation_due}. Whether the final list differed is not known."
        )

    def stage_at(self, at: datetime) -> Stage | None:
        """The key stage at `at`: the latest dated stage that has begun, or the first stage if none
        has."""
        begun = [stage for stage in self.stages if stage.begins and stage.begins.first <= at]
        return begun[-1] if begun else next(iter(self.stages), None)


class Status(NamedTuple):
    """What is known about the window that matters at an instant."""

    at: datetime
    state: State
    cycle: Cycle
    window: Window
    note: str | None

    @property
    def opens_in(self) -> int | None:
        """Seconds until it opens; None if it has opened or the day is unknown."""
        opens = self.window.opens
        if self.state != "not-yet-open" or opens is None or opens.precision == "month":
            return None
        return int((opens.first - self.at).total_seconds())

    @property
    def closes_in(self) -> int | None:
        """Seconds until it closes; None if it is not open or the day is unknown."""
        closes = self.window.closes
        if self.state != "open" or closes is None or closes.precision == "month":
            return None
        return int((self.window.latest_closing - self.at).total_seconds())


class CatalogueOrigin:
    """Where a catalogue came from: the name of its file as given, or None if it is bundled."""

    def __init__(self, file: str | None = None, content: bytes = b"") -> None:
        self.file = file
        self._content = content

    @property
    def text(self) -> str:
        """Its text, without a byte-order mark."""
        return self._content.decode("utf-8-sig")

    def renamed(self, file: str) -> "CatalogueOrigin":
        """The same content under another name."""
        return CatalogueOrigin(file, self._content)

    @cached_property
    def sha256(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of its bytes."""
        from hashlib import sha256

        return sha256(self._content).hexdigest()[:12]


class Catalogue(Model):
    """Every cycle that is known. `revised` is the day on which its data was last changed."""

    revised: Annotated[
        Day | None, _described("The day on which its data was last changed.", "2026-11-24")
    ] = None
    sources: Annotated[
        dict[str, Source],
        _described(
            "The pages that facts were taken from, each under a key.", title="group of sources"
        ),
    ]
    contact: Contact
    standards_data: Annotated[
        Text,
        _described(
            "The address at which, with a slash and its reference, a standard is published.",
            title="address of the standards data",
        ),
    ]
    routes: Annotated[tuple[Route, ...], _described("The official routes.", title="list of routes")]
    cycles: Annotated[
        tuple[Cycle, ...], CheckedByRule(required=False), _described("The cycles that are known.")
    ]
    schema_: Annotated[
        Text | None,
        Field(
            description="Where your editor finds the schema of this file. htq does not read it.",
            examples=["catalogue.schema.json"],
            alias="$schema",
        ),
    ] = None

    _origin: CatalogueOrigin = PrivateAttr(default_factory=CatalogueOrigin)

    @property
    def origin(self) -> CatalogueOrigin:
        """Where it came from."""
        return self._origin

    def renamed(self, file: str) -> Self:
        """The same catalogue with another name of its file, for readers elsewhere."""
        copy = self.model_copy()
        copy._origin = self._origin.renamed(file)  # noqa: SLF001  # its own copy
        return copy

    def __str__(self) -> str:
        """How a report identifies it: `bundled, cycle 3, provisional list, revised 24 November
        2026, 0123456789ab`."""
        latest = self.latest_listed_cycle
        listing = "without a list of standards"
        if latest and latest.listing:
            listing = f"cycle {latest.cycle}, {latest.listing.status} list"
        revised = f"revised {self.revised}" if self.revised else "not dated"
        file = self.origin.file
        name = "bundled" if file is None else visible(file)
        return f"{name}, {listing}, {revised}, {self.origin.sha256}"

    def note(self, at: datetime, numbers: Container[int | None] | None = None) -> str | None:
        """Warnings about the lists of its cycles, or of some of them, at `at`; None if there are
        none."""
        wanted = (cycle for cycle in self.cycles if numbers is None or cycle.cycle in numbers)
        notes = (cycle.note(at) for cycle in wanted)
        return " ".join(note for note in notes if note) or None

    def addresses(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The addresses of sources, without repetition."""
        return tuple(dict.fromkeys(self.sources[key].address for key in keys))

    def cycle(self, number: int) -> Cycle:
        """The cycle with this number. Raises NotFound."""
        for cycle in self.cycles:
            if cycle.cycle == number:
                return cycle
        known = join([str(cycle.cycle) for cycle in self.cycles])
        raise NotFound(f"There is no cycle {number} in the catalogue. It has cycles {known}.")

    @property
    def latest_listed_cycle(self) -> Cycle | None:
        """The latest cycle that has a list of standards."""
        listed = [cycle for cycle in self.cycles if cycle.listing]
        return max(listed, key=lambda cycle: cycle.cycle, default=None)

    def status(self, at: datetime, number: int | None = None) -> Status:
        """The window that matters at `at`: one that is open, else one that may be open, else the
        next to open, else the last. Raises NotFound for an unknown cycle."""
        cycles = self.cycles if number is None else (self.cycle(number),)
        found = [
            Status(at, window.state(at), cycle, window, None)
            for cycle in cycles
            for window in cycle.windows
        ]
        for state in ("open", "unknown"):
            for status in found:
                if status.state == state:
                    return self._with_note(status)
        coming = [status for status in found if status.state == "not-yet-open"]
        if coming:
            return self._with_note(min(coming, key=lambda status: status.window.earliest_opening))
        last = max(found, key=lambda status: status.window.latest_closing)
        return self._with_note(last, later_unknown=number is None)

    def _with_note(self, status: Status, *, later_unknown: bool = False) -> Status:
        window = status.window
        notes = [window.note] if window.note else []
        for name, day in (("opening", window.opens), ("closing", window.closes)):
            if day and day.precision == "day" and day.first <= status.at < day.after:
                notes.append(f"No time was published for the {name} on {day}.")
        if later_unknown:
            notes.append(
                "This catalogue does not know any later window. Ask "
                f"{self.contact.name}: {self.contact.email}."
            )
        return status._replace(note=" ".join(notes) or None)

    def route(self, name: str, cycle: Cycle) -> Route:
        """The route that a person means by its heading, official name or slug, or by a beginning
        of one that no other route shares. Case, small words and `&` for `and` make no difference.
        The cycle's own routes come first. Raises NotFound."""
        covered = [route for route in self.routes if route.title in (cycle.routes.names or ())]
        wanted = _significant_words(name)
        for ways in ((_is_same, _begins_with), (_has_words,)):
            for routes, matches in product((covered, self.routes), ways):
                found = [
                    route
                    for route in routes
                    if any(
                        matches(_significant_words(own), wanted)
                        for own in (route.title, route.name)
                    )
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
        """The standards that `words` may mean, best first. They can be a reference, typed in any
        way, or words of the title and route, in any order and with typing errors."""
        reference = parse_reference(words)
        if reference in cycle.by_reference:
            return [cycle.by_reference[reference]]
        wanted = _significant_words(words[:200])
        if not wanted or not cycle.standards:
            return []
        found = [(_score(wanted, standard), standard) for standard in cycle.standards]
        found.sort(key=lambda pair: -pair[0])
        best = found[0][0]
        enough = _GOOD_SCORE if best >= _GOOD_SCORE else max(_FAIR_SCORE, best - 1)
        return [standard for score, standard in found if score >= enough]

    def standard(self, typed: str, cycle: Cycle) -> Standard:
        """The standard with a reference, typed in any way. Raises NotFound."""
        reference = parse_reference(typed)
        if reference in cycle.by_reference:
            return cycle.by_reference[reference]
        if not cycle.standards:
            raise NotFound(
                f"The catalogue does not have the list of standards of cycle {cycle.cycle}, so it "
                "does not "
                f"show whether {quote(typed)} is on it."
            )
        near = nearest(reference or typed, list(cycle.by_reference), most=3)
        if reference is None:
            near = [standard.reference for standard in self.search(typed, cycle)[:3]] or near
        known = join([f"{name} ({cycle.by_reference[name].title})" for name in near], "or")
        lacks = (
            f"on the list of cycle {cycle.cycle}" if reference else "the reference of a standard"
        )
        raise NotFound(
            f"{quote(typed)} is not {lacks}. "
            + (f"Did you mean {known}?" if near else "Look for it with ‘htq standards search’.")
        )


def sources_in(part: Model, path: FieldPath) -> Iterator[tuple[FieldPath, tuple[str, ...]]]:
    """The source keys in a part and in the parts inside it, with their paths."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name == "source":
            yield (*path, name), value
        elif isinstance(value, Model):
            yield from sources_in(value, (*path, name))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Model):
                    yield from sources_in(item, (*path, name, index))


def _significant_words(text: str) -> tuple[str, ...]:
    """The words that distinguish names: lower case, without `and`, `the` and `of`."""
    words = re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))
    return tuple(word for word in words if word not in ("and", "the", "of"))


def _is_same(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return name == wanted


def _begins_with(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return bool(wanted) and " ".join(name).startswith(" ".join(wanted))


def _has_words(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether words of a name, in order, begin with the wanted ones."""
    words = iter(name)
    return bool(wanted) and all(any(own.startswith(word) for own in words) for word in wanted)


_GOOD_SCORE = 75
"""The score, of 100, from which a standard matches a search. One wrong letter in a word of four
scores 75."""

_FAIR_SCORE = 65
"""The score from which the best is shown when nothing matches: nurse for nursing."""


def _score(wanted: tuple[str, ...], standard: Standard) -> float:
    """How well a title matches the words, in any order. The route counts for less."""
    from rapidfuzz import fuzz

    title = _significant_words(standard.title)
    own = title + tuple(first + second for first, second in pairwise(title))

    def best(word: str, names: tuple[str, ...]) -> float:
        return max(
            (96.0 if name.startswith(word) and name != word else fuzz.ratio(word, name))
            for name in names
        )

    route = _significant_words(standard.route)
    total = sum(max(best(word, own), best(word, route) - 8) for word in wanted)
    same = fuzz.ratio(" ".join(sorted(wanted)), " ".join(sorted(title)))
    return total / len(wanted) + same / 100
