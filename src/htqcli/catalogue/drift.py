"""How the published standards data differs from a cycle's list.

A cycle's list is frozen, but the standards change. Differences are reported and never merged.
What the data does not give is unknown.

The data has a record for every version of a standard. The current one at a time is the highest
version that is approved for delivery and has started (`earliestStartDate` is not given or not
later); else the highest approved; else the highest of all. Versions compare as numbers: 1.10 is
above 1.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from htqcli import moment
from htqcli.catalogue.model import Catalogue, Cycle, Standard
from htqcli.ksbs import standards_data
from htqcli.ksbs.lists import version_key
from htqcli.ksbs.standards_data import (
    is_approved,
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
    "title",
    "spelling",
    "level",
    "options",
    "newer-version",
]
"""What can have happened to a standard. `spelling` is a title that differs only in case,
punctuation or `&` for `and`; this does not matter for a draft."""


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


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference: `message` says what it is, `meaning` what it means for a draft. `record`
    shows it; it is None if the standard is gone."""

    standard: Standard
    kind: DriftKind
    message: str
    meaning: str
    record: Record | None

    @property
    def matters(self) -> bool:
        """Whether it has a meaning for a draft."""
        return self.kind != "spelling"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found, in the order of the list. The data has `seen` of the `compared` standards.
    `unknown` are those without a title, a level or a date of approval in the data, so that this
    could not be compared."""

    cycle: Cycle
    records: int
    seen: int
    compared: tuple[Standard, ...]
    drifts: tuple[Drift, ...]
    unknown: dict[str, tuple[Standard, ...]]

    @property
    def not_compared(self) -> int:
        """How many standards on the list were not compared, because the data is only a part of
        what is published."""
        return len(self.cycle.standards) - len(self.compared)


def compare(data: Sequence[Any], catalogue: Catalogue, cycle: Cycle, at: datetime) -> Comparison:
    """Compare a cycle's list with the entries of the data. A single entry, or data with fewer than
    half of the list's standards, is only a part of what is published: then the standards that it
    lacks are not compared, because they may still exist."""
    found: dict[str, list[Record]] = {}
    for entry in data:
        name = reference(entry) if isinstance(entry, dict) else None
        if name in cycle.by_reference:
            found.setdefault(name, []).append(_record(name, entry))
    whole = len(data) > 1 and 2 * len(found) >= len(cycle.standards)
    compared = tuple(s for s in cycle.standards if whole or s.reference in found)
    drifts = [
        drift
        for standard in compared
        for drift in _drifts(standard, found.get(standard.reference, []), catalogue, cycle, at)
    ]
    unknown: dict[str, list[Standard]] = {"title": [], "level": [], "date of approval": []}
    for standard in compared:
        if records := found.get(standard.reference):
            now, newest = current(records, at), _newest(records)
            for name, is_known in (
                ("title", now.title is not None),
                ("level", now.level is not None),
                ("date of approval", newest is None or newest.since is not None),
            ):
                if not is_known:
                    unknown[name].append(standard)
    return Comparison(
        cycle,
        len(data),
        len(found),
        compared,
        tuple(drifts),
        {name: tuple(standards) for name, standards in unknown.items()},
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
    return Record(
        reference=name,
        version=version(entry),
        title=plain(entry.get("title")) or None,
        status=status(entry),
        level=standards_data.level(entry),
        options=tuple(standards_data.options(entry)),
        approved=_day(entry, "approvedForDelivery"),
        earliest_start=_day(entry, "earliestStartDate"),
        latest_start=_day(entry, "latestStartDate"),
        updated=moment_of(entry, "lastUpdated"),
    )


def _day(entry: dict[str, Any], name: str) -> Moment | None:
    """A day, which the data gives with a time."""
    when = moment_of(entry, name)
    return moment.read(f"{when.first:%Y-%m-%d}") if when else None


def _drifts(
    standard: Standard, records: Sequence[Record], catalogue: Catalogue, cycle: Cycle, at: datetime
) -> Iterator[Drift]:
    """The differences of one standard. Only what the data gives is compared."""
    name, email = catalogue.contact.name, catalogue.contact.email
    listed = f"{standard.reference}, {quote(standard.title)},"
    may_align = f"Before you submit a qualification that aligns to it, ask {name}: {email}."
    if not records:
        yield Drift(
            standard,
            "gone",
            f"{listed} is not in the data",
            f"The data does not say why. {may_align}",
            None,
        )
        return
    now = current(records, at)

    def drift(kind: DriftKind, message: str, meaning: str, record: Record = now) -> Drift:
        return Drift(standard, kind, f"{listed} {message}", meaning, record)

    if not now.is_approved:
        kind = _ENDED.get((now.status or "").casefold(), "not-approved")
        if kind == "not-approved":
            message = f"has the status {quote(now.status)}" if now.status else "has no status"
            message += " in the data, and no version of it is approved for delivery"
        else:
            message = f"is {kind}"
        yield drift(kind, message, may_align)
    elif now.latest_start and now.latest_start.after <= at:
        day = moment.say(now.latest_start.first, "day")
        yield drift("no-new-starts", f"takes no new starts after {day}", may_align)
    if now.title and now.title != standard.title:
        same = title_key(now.title) == title_key(standard.title)
        yield drift(
            "spelling" if same else "title",
            f"has the title {quote(now.title)} in the data",
            "Nothing: a title is compared without case and punctuation."
            if same
            else f"A draft for cycle {cycle.cycle} keeps the title of the cycle’s list. Check that "
            "the standard still is of the occupation that you mean.",
        )
    if now.level is not None and now.level != standard.level:
        why = f"A draft for cycle {cycle.cycle} is checked against the level of the cycle’s list"
        if now.level not in LEVELS:
            levels = join([str(level) for level in LEVELS])
            why = f"A Higher Technical Qualification aligns to standards at level {levels}"
        yield drift(
            "level",
            f"is at level {now.level} in the data, at level {standard.level} on the list",
            f"{why}. Ask which level counts: {email}.",
        )
    if now.options:
        options = join([quote(title) for title in now.options])
        yield drift(
            "options",
            f"has options in the data: {options}",
            "Enter in the draft, as ‘option’ of the standard, the one that the qualification "
            "aligns to.",
        )
    newest = _newest(records)
    if newest and newest.since and newest.since.first > _opened(cycle):
        verb = "was approved" if newest.approved else "starts"
        yield drift(
            "newer-version",
            f"has version {newest.version or 'not known'}, which {verb} on "
            f"{moment.say(newest.since.first, 'day')}, after the window of cycle {cycle.cycle} "
            "opened",
            "A label such as K1 has meaning only with the version. Where a draft maps to an "
            "earlier version, check its mapping against the KSBs of this one.",
            newest,
        )


_ENDED: dict[str, DriftKind] = {"retired": "retired", "withdrawn": "withdrawn"}


def _newest(records: Iterable[Record]) -> Record | None:
    """The highest version that is approved, whether or not it has started."""
    approved = (record for record in records if record.is_approved)
    return max(approved, key=_version_rank, default=None)


def _opened(cycle: Cycle) -> datetime:
    return min(window.earliest_opening for window in cycle.windows)
