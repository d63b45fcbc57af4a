"""How the published standards data differs from a cycle's list, and from what drafts map to.

A cycle's list is frozen, but the standards change. Differences are reported and never merged.
What the data does not give is unknown.

The data has a record for every version of a standard. The current one at a time is the highest
version that is approved for delivery and has started (`earliestStartDate` is not given or not
later); else the highest approved; else the highest of all. Versions compare as numbers: 1.10 is
above 1.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any, Literal, NamedTuple

from htqcli import moment
from htqcli.catalogue.model import Catalogue, Cycle, Standard
from htqcli.ksbs import standards_data
from htqcli.ksbs.importing import (
    MadeList,
    RecordOrigin,
    from_record,
    one_per_version,
    read_back,
)
from htqcli.ksbs.lists import KsbList, version_key
from htqcli.ksbs.standards_data import (
    is_approved,
    is_true,
    moment_of,
    plain,
    precedence,
    reference,
    status,
    version,
)
from htqcli.moment import Moment
from htqcli.vocabulary import LEVELS
from htqcli.words import join, quote, title_key

DriftKind = Literal[
    "gone",
    "retired",
    "withdrawn",
    "not-approved",
    "no-new-starts",
    "paused-starts",
    "title",
    "spelling",
    "level",
    "options",
    "newer-version",
]
"""What can have happened to a standard. `spelling` is a title that differs only in case,
punctuation or `&` for `and`; this does not matter for a draft."""

KsbChange = Literal["same", "relabelled", "changed", "unknown"]
"""What became of the KSBs from one version to a later one. `relabelled`: every statement is still
there, and some have other labels."""

MAX_RECORDS = 1_000
"""The most records of one standard that are read: many times more than any has."""

_MAX_OPTIONS = 20
"""The most options of a standard that are named."""

MAX_VERSION = 40
"""The longest text that is read as a version."""


@dataclass(frozen=True, slots=True)
class Record:
    """A version of a standard in the data. What is missing or unusable is None."""

    reference: str
    version: str | None
    title: str | None
    status: str | None
    level: int | None
    options: tuple[str, ...]
    approved: Moment | None
    earliest_start: Moment | None
    latest_start: Moment | None
    updated: Moment | None
    has_paused_starts: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether it is approved for delivery."""
        return is_approved(self.status)

    @property
    def number(self) -> tuple[int, ...]:
        """The key that orders its version among others."""
        return version_key(self.version)

    def has_started(self, at: datetime) -> bool:
        """Whether it has started at `at`. Without a start date it has."""
        return self.earliest_start is None or self.earliest_start.first <= at

    @property
    def since(self) -> Moment | None:
        """When it was approved, or if that is not given, when it starts."""
        return self.approved or self.earliest_start


class Standing(NamedTuple):
    """How a standard stands in the data: its current record, its highest approved one, and of each
    version the one that counts."""

    now: Record
    newest: Record | None
    by_version: dict[str | None, Record]


class StandardsData:
    """The entries of the published data, by standard, as at a time. Each can be anything. Of the
    standards in `too_many`, only the first `MAX_RECORDS` records are read."""

    def __init__(self, entries: Sequence[Any], at: datetime) -> None:
        self.size = len(entries)
        self.at = at
        self.too_many: set[str] = set()
        self._entries: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            if isinstance(entry, dict) and (name := reference(entry)):
                own = self._entries.setdefault(name, [])
                if len(own) < MAX_RECORDS:
                    own.append(entry)
                else:
                    self.too_many.add(name)
        self._standings: dict[str, Standing] = {}
        self._lists: dict[tuple[str, str], KsbList | None] = {}

    def __contains__(self, name: str | None) -> bool:
        return name in self._entries

    def standing(self, name: str) -> Standing | None:
        """How a standard stands; None if the data does not have it."""
        if name in self._entries and name not in self._standings:
            records = [_record(name, entry) for entry in self._entries[name]]
            approved = (record for record in records if record.is_approved)
            by_version: dict[str | None, Record] = {}
            for record in records:
                rival = by_version.setdefault(record.version, record)
                by_version[record.version] = max(rival, record, key=_version_rank)
            newest = max(approved, key=_version_rank, default=None)
            self._standings[name] = Standing(current(records, self.at), newest, by_version)
        return self._standings.get(name)

    def ksbs(self, name: str, of: str) -> KsbList | None:
        """The KSBs of a version, if the data has a usable list of them."""
        if (name, of) not in self._lists:
            entries = [own for own in self._entries.get(name, ()) if version(own) == of]
            likely = nlargest(_MAX_RIVALS, entries, key=_precedence)
            made = [from_record(own, _NO_ORIGIN) for own in likely]
            chosen, _ = one_per_version(own for own in made if isinstance(own, MadeList))
            found = read_back(chosen[0]) if chosen else None
            self._lists[name, of] = found if isinstance(found, KsbList) else None
        return self._lists[name, of]


def _precedence(entry: dict[str, Any]) -> tuple[bool, float]:
    return precedence(status(entry), moment_of(entry, "lastUpdated"))


_MAX_RIVALS = 10
"""How many records of one version are read for its KSBs at most, those first that count most."""


_NO_ORIGIN = RecordOrigin("https://example.org", "2020-01-01", "0")
"""What a list that is only compared says of its origin."""


class Expected(NamedTuple):
    """What a standard in the data is compared with, and `where` it says so. What is None is not
    compared."""

    reference: str
    title: str | None
    level: int | None
    where: str
    option: str | None = None

    @property
    def name(self) -> str:
        """The standard at the beginning of a sentence: `ST0116, ‘Software developer’,`."""
        return f"{self.reference}, {quote(self.title)}," if self.title else self.reference


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference: `message` says what it is, `meaning` what it means for a draft, `sources` on
    whose authority. `record` shows it; it is None if the standard is gone. For a draft, `ksbs` says
    what became of the KSBs in a newer version, and `commands` are to be run next, in this order."""

    reference: str
    title: str | None
    kind: DriftKind
    message: str
    meaning: str
    record: Record | None
    ksbs: KsbChange | None = None
    commands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether it has a meaning for a draft."""
        return self.kind != "spelling"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found, in the order of the list. The data has `seen` of the `compared` standards.
    `unknown` are those without a title, a level or a date of approval in the data, so that this
    could not be compared. `is_whole`: the data is all that is published, so that a standard that it
    lacks is gone."""

    cycle: Cycle
    records: int
    seen: int
    compared: tuple[Standard, ...]
    drifts: tuple[Drift, ...]
    unknown: dict[str, tuple[Standard, ...]]
    is_whole: bool

    @property
    def not_compared(self) -> int:
        """How many standards on the list were not compared, because the data is only a part of
        what is published."""
        return len(self.cycle.standards) - len(self.compared)


def compare(
    data: StandardsData, catalogue: Catalogue, cycle: Cycle, *, is_part: bool = False
) -> Comparison:
    """Compare a cycle's list with the data. A single entry, or data with fewer than half of the
    list's standards, is only a part of what is published, as is data that `is_part`: then the
    standards that it lacks are not compared, because they may still exist."""
    seen = [standard for standard in cycle.standards if standard.reference in data]
    whole = not is_part and data.size > 1 and 2 * len(seen) >= len(cycle.standards)
    compared = cycle.standards if whole else tuple(seen)
    drifts = [
        drift for standard in compared for drift in _list_drifts(standard, data, catalogue, cycle)
    ]
    unknown: dict[str, list[Standard]] = {"title": [], "level": [], "date of approval": []}
    for standard in seen:
        if found := data.standing(standard.reference):
            for name, is_known in (
                ("title", found.now.title is not None),
                ("level", found.now.level is not None),
                ("date of approval", found.newest is None or found.newest.since is not None),
            ):
                if not is_known:
                    unknown[name].append(standard)
    return Comparison(
        cycle,
        data.size,
        len(seen),
        compared,
        tuple(drifts),
        {name: tuple(standards) for name, standards in unknown.items()},
        whole,
    )


def current(records: Iterable[Record], at: datetime) -> Record:
    """The current record of a standard at `at`. Of two alike, the one updated last."""

    def rank(record: Record) -> tuple[bool, bool, tuple[Any, ...]]:
        approved = record.is_approved
        return approved, approved and record.has_started(at), _version_rank(record)

    return max(records, key=rank)


def _version_rank(record: Record) -> tuple[Any, ...]:
    """The key that orders a standard's records: by version, then by precedence. The order of the
    data never decides."""
    return record.number, precedence(record.status, record.updated), str(record)


def _record(name: str, entry: dict[str, Any]) -> Record:
    written = version(entry)
    return Record(
        reference=name,
        version=written if written and len(written) <= MAX_VERSION else None,
        title=plain(entry.get("title")) or None,
        status=status(entry),
        level=standards_data.level(entry),
        options=tuple(standards_data.options(entry)),
        approved=_day(entry, "approvedForDelivery"),
        earliest_start=_day(entry, "earliestStartDate"),
        latest_start=_day(entry, "latestStartDate"),
        updated=moment_of(entry, "lastUpdated"),
        has_paused_starts=is_true(entry.get("approvedForDeliveryPausedStarts")),
    )


def _day(entry: dict[str, Any], name: str) -> Moment | None:
    """A day, which the data gives with a time."""
    when = moment_of(entry, name)
    return moment.read(f"{when.first:%Y-%m-%d}") if when else None


def _list_drifts(
    standard: Standard, data: StandardsData, catalogue: Catalogue, cycle: Cycle
) -> Iterator[Drift]:
    """The differences of one standard on a cycle's list."""
    expected = Expected(standard.reference, standard.title, standard.level, "on the list")
    found = data.standing(standard.reference)
    now, newest = (found.now, found.newest) if found else (None, None)
    yield from drifts_of(expected, now, data.at, meanings_for(catalogue, cycle.cycle, now))
    if newest and newest.since and newest.since.first > _opened(cycle):
        yield Drift(
            standard.reference,
            standard.title,
            "newer-version",
            f"{expected.name} has {say_version(newest)}, after the window of cycle {cycle.cycle} "
            "opened",
            "A label such as K1 has meaning only with its version. If a draft maps to an "
            "earlier version, check its mapping against the KSBs of this one.",
            newest,
        )


def say_version(record: Record) -> str:
    """`version 1.2, which was approved on 1 March 2024`."""
    named = f"version {record.version or 'not known'}"
    if record.since is None:
        return f"{named}, which is approved for delivery"
    verb = "was approved" if record.approved else "starts"
    return f"{named}, which {verb} on {moment.say(record.since.first, 'day')}"


def meanings_for(
    catalogue: Catalogue, cycle: int | None, now: Record | None
) -> dict[DriftKind, str]:
    """What each difference means for a draft that is not yet approved."""
    ask = f"ask {catalogue.contact.name}: {catalogue.contact.email}."
    may_align = f"Before you submit a qualification that aligns to it, {ask}"
    title = "Check that the standard is still for the occupation that you mean."
    level = "A draft is checked against the level that was published for its cycle"
    if cycle is not None:
        title = f"A draft for cycle {cycle} keeps the title of the cycle’s list. {title}"
        level = f"A draft for cycle {cycle} is checked against the level of the cycle’s list"
    if now and now.level not in LEVELS:
        levels = join([str(level) for level in LEVELS])
        level = f"A Higher Technical Qualification aligns to standards at level {levels}"
    return {
        "gone": f"The data does not say why. {may_align}",
        **dict.fromkeys(("retired", "withdrawn", "not-approved", "no-new-starts"), may_align),
        "paused-starts": f"Nobody has published what this means for an application. {may_align}",
        "title": title,
        "spelling": "Nothing: htq ignores case and punctuation in titles.",
        "level": f"{level}. Ask which level counts: {catalogue.contact.email}.",
        "options": "In the draft, enter the option that the qualification aligns to as ‘option’ of "
        "the standard.",
    }


def drifts_of(
    expected: Expected, now: Record | None, at: datetime, meanings: Mapping[DriftKind, str]
) -> Iterator[Drift]:
    """What has moved in the current record of a standard. Only what the data gives is compared."""

    def drift(kind: DriftKind, message: str) -> Drift:
        said = f"{expected.name} {message}"
        return Drift(expected.reference, expected.title, kind, said, meanings[kind], now)

    if now is None:
        yield drift("gone", "is not in the data")
        return
    if not now.is_approved:
        kind = _ENDED.get((now.status or "").casefold(), "not-approved")
        if kind == "not-approved":
            message = f"has the status {quote(now.status)}" if now.status else "has no status"
            message += " in the data, and no version of it is approved for delivery"
        else:
            message = f"is {kind}"
        yield drift(kind, message)
    elif now.latest_start and now.latest_start.after <= at:
        day = moment.say(now.latest_start.first, "day")
        yield drift("no-new-starts", f"takes no new starts after {day}")
    elif now.has_paused_starts:
        yield drift("paused-starts", "takes no new starts for now: they are paused")
    if now.title and expected.title and now.title != expected.title:
        same = title_key(now.title) == title_key(expected.title)
        yield drift(
            "spelling" if same else "title", f"has the title {quote(now.title)} in the data"
        )
    if None not in (now.level, expected.level) and now.level != expected.level:
        yield drift(
            "level",
            f"is at level {now.level} in the data, at level {expected.level} {expected.where}",
        )
    has_option = expected.option and title_key(expected.option) in map(title_key, now.options)
    if now.options and not has_option:
        shown = [quote(title) for title in now.options[:_MAX_OPTIONS]]
        if more := len(now.options) - len(shown):
            shown.append(f"{more:,} more")
        lacks = f", and not {quote(expected.option)}" if expected.option else ""
        yield drift("options", f"has options in the data: {join(shown)}{lacks}")


_ENDED: dict[str, DriftKind] = {"retired": "retired", "withdrawn": "withdrawn"}


def _opened(cycle: Cycle) -> datetime:
    return min(window.earliest_opening for window in cycle.windows)
