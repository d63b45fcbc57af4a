"""How the standards of a cycle's list stand in the published standards data.

A cycle's list is frozen; the standards go on. What has moved is reported and never merged, and
what the data does not say is not known.

The data holds a record for every version of a standard. The current one, at a time, is the
highest version that is approved for delivery and has started (`earliestStartDate`, where given,
is not later); else the highest that is approved; else the highest of all. Versions compare as
numbers: 1.10 is above 1.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from htqcli import moment
from htqcli.catalogue.model import Catalogue, Cycle, Standard
from htqcli.ksbs import standards_data
from htqcli.ksbs.standards_data import (
    is_approved,
    moment_of,
    plain,
    reference,
    standing,
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
"""What can have become of a standard. `spelling` is a title that differs only in case,
punctuation and the way to write `and`, which means nothing for a draft."""


@dataclass(frozen=True, slots=True)
class Record:
    """A version of a standard as the data has it; what it does not say, or does not say
    soundly, is None."""

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
        """The version as numbers, without zeros at its end: 1.0 is 1. One that is not given
        is below all others."""
        found = [int(part) for part in self.version.split(".")] if self.version else []
        while found and found[-1] == 0:
            found.pop()
        return tuple(found)

    def has_started(self, at: datetime) -> bool:
        """Whether it has started at `at`, as far as the data says."""
        return self.earliest_start is None or self.earliest_start.first <= at

    @property
    def since(self) -> Moment | None:
        """When it was approved; where that is not given, when it starts."""
        return self.approved or self.earliest_start


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that has moved. `record` is the one that shows it, None for what is gone;
    `message` says what, `meaning` what it means for a draft."""

    standard: Standard
    kind: DriftKind
    message: str
    meaning: str
    record: Record | None

    @property
    def matters(self) -> bool:
        """Whether it means anything for a draft."""
        return self.kind != "spelling"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found, in the order of the list. `compared` are the standards that were looked
    up, of which the data has `seen`; `unsaid` are those of which it does not give the title, the
    level or the date of approval, so that whether these have moved is not known."""

    cycle: Cycle
    records: int
    seen: int
    compared: tuple[Standard, ...]
    drifts: tuple[Drift, ...]
    unsaid: dict[str, tuple[Standard, ...]]

    @property
    def not_compared(self) -> int:
        """How many standards of the list are not in the data, where that is only a part."""
        return len(self.cycle.standards) - len(self.compared)


def compare(data: Sequence[Any], catalogue: Catalogue, cycle: Cycle, at: datetime) -> Comparison:
    """Hold the list of a cycle against the entries of the data. A single entry, or data with fewer
    than half of the list's standards, is a part of what is published: only the standards that it
    has are compared, because nothing says that the others are gone."""
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
    unsaid: dict[str, list[Standard]] = {"title": [], "level": [], "date of approval": []}
    for standard in compared:
        if records := found.get(standard.reference):
            one, newest = current(records, at), _newest(records)
            for name, known in (
                ("title", one.title is not None),
                ("level", one.level is not None),
                ("date of approval", newest is None or newest.since is not None),
            ):
                if not known:
                    unsaid[name].append(standard)
    return Comparison(
        cycle,
        len(data),
        len(found),
        compared,
        tuple(drifts),
        {name: tuple(of) for name, of in unsaid.items()},
    )


def current(records: Iterable[Record], at: datetime) -> Record:
    """The current record of a standard at a time, of those of its versions. Of two that are
    alike, the one that was updated last."""

    def rank(record: Record) -> tuple[bool, bool, tuple[Any, ...]]:
        approved = record.is_approved
        return approved, approved and record.has_started(at), _place(record)

    return max(records, key=rank)


def _place(record: Record) -> tuple[Any, ...]:
    """The place of a record among those of its standard: by its version, then by what decides
    between records of one version. The order in which the data has them never decides."""
    return record.number, standing(record.status, record.updated), str(record)


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
    """A day of the data, which writes it with a time."""
    when = moment_of(entry, name)
    return moment.read(f"{when.first:%Y-%m-%d}") if when else None


def _drifts(
    standard: Standard, records: Sequence[Record], catalogue: Catalogue, cycle: Cycle, at: datetime
) -> Iterator[Drift]:
    """What has become of a standard. Only what the data says is compared."""
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
    one = current(records, at)

    def drift(kind: DriftKind, message: str, meaning: str, record: Record = one) -> Drift:
        return Drift(standard, kind, f"{listed} {message}", meaning, record)

    if not one.is_approved:
        kind = _ENDED.get((one.status or "").casefold(), "not-approved")
        if kind == "not-approved":
            is_ = f"has the status {quote(one.status)}" if one.status else "has no status"
            is_ += " in the data, and no version of it is approved for delivery"
        else:
            is_ = f"is {kind}"
        yield drift(kind, is_, may_align)
    elif one.latest_start and one.latest_start.after <= at:
        day = moment.say(one.latest_start.first, "day")
        yield drift("no-new-starts", f"takes no new starts after {day}", may_align)
    if one.title and one.title != standard.title:
        same = title_key(one.title) == title_key(standard.title)
        yield drift(
            "spelling" if same else "title",
            f"has the title {quote(one.title)} in the data",
            "Nothing: a title is compared without case and punctuation."
            if same
            else f"A draft for cycle {cycle.cycle} keeps the title of the cycle’s list. Check that "
            "the standard still is of the occupation that you mean.",
        )
    if one.level is not None and one.level != standard.level:
        why = f"A draft for cycle {cycle.cycle} is checked against the level of the cycle’s list"
        if one.level not in LEVELS:
            levels = join([str(level) for level in LEVELS])
            why = f"A Higher Technical Qualification aligns to standards at level {levels}"
        yield drift(
            "level",
            f"is at level {one.level} in the data, at level {standard.level} on the list",
            f"{why}. Ask which level counts: {email}.",
        )
    if one.options:
        options = join([quote(title) for title in one.options])
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
    return max(approved, key=_place, default=None)


def _opened(cycle: Cycle) -> datetime:
    return min(window.earliest_opening for window in cycle.windows)
