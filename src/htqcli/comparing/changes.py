"""What differs between two catalogues, and what that does to drafts.

Standards are matched by reference, cycles by number, and windows, stages and the like by name. The
order of stages is compared. The order of standards, routes and windows means nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from htqcli.catalogue.model import (
    Catalogue,
    Cycle,
    Listing,
    NotFound,
    Route,
    Source,
    Stage,
    Standard,
    Window,
)
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft, LeftOut, Unchecked
from htqcli.check.report import Checked, Diagnostic
from htqcli.document import reader
from htqcli.draft.application import Application, read_application
from htqcli.model.part import Model, sound
from htqcli.moment import Moment
from htqcli.vocabulary import SCOPES
from htqcli.words import join, quote

ChangeKind = Literal["added", "removed", "changed"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """One difference. `about` is the kind of thing, `name` its name, `title` a standard's title,
    and `field` the field that changed. `old` is None if the thing or field was missing before, and
    `new` if it is missing now."""

    cycle: int | None
    about: str
    kind: ChangeKind
    name: str | None = None
    title: str | None = None
    field: str | None = None
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        """`ST0019 Aircraft Certifying Technician: scope was out of scope, is now in scope`."""
        if self.kind == "added":
            return f"{self._subject} is added{_described(self.new)}"
        if self.kind == "removed":
            return f"{self._subject} is removed{_described(self.old)}"
        field = (self.field or "").replace("_", " ").replace(".", ", ")
        return f"{self._subject}: {field} was {_in_words(self.old)}, is now {_in_words(self.new)}"

    @property
    def _subject(self) -> str:
        if self.about == "standard":
            return f"{self.name} {self.title}"
        if self.about == "policy":
            return f"Policy on {(self.name or '').replace('_', ' ').replace('ksb', 'KSB')}"
        if self.about == "cycle":
            return f"Cycle {self.cycle}"
        about = self.about.capitalize()
        return f"{about} {quote(self.name)}" if self.name else about

    def can_affect(self, application: Application) -> bool:
        """Whether it matters to a draft: the draft is for the cycle and, if the change is about a
        standard, names it. A change outside the cycles affects no draft."""
        if self.cycle is None or application.cycle != self.cycle:
            return False
        return self.about != "standard" or self.name in [
            claim.resolved_reference for _, claim in sound(application.standards)
        ]


def between(
    old: Catalogue, new: Catalogue, number: int | None = None
) -> tuple[CatalogueChange, ...]:
    """Every difference, or only those in one cycle, in the order of the file. Raises NotFound if
    neither catalogue has the cycle."""
    before = {cycle.cycle: cycle for cycle in old.cycles}
    after = {cycle.cycle: cycle for cycle in new.cycles}
    numbers = sorted({*before, *after})
    if number is not None and number not in numbers:
        raise NotFound(f"There is no cycle {number} in either catalogue.")
    wanted = numbers if number is None else [number]
    changes = () if number is not None else _compare_the_rest(old, new)
    return (*changes, *(c for n in wanted for c in _compare_cycles(n, before.get(n), after.get(n))))


def _compare_the_rest(old: Catalogue, new: Catalogue) -> Iterator[CatalogueChange]:
    yield from _compare_things(None, "source", old.sources, new.sources)
    yield from _compare_things(
        None,
        "route",
        _keyed(old.routes, lambda route: route.name),
        _keyed(new.routes, lambda route: route.name),
    )
    yield from _compare_fields(
        None, "catalogue", None, old, new, but=("sources", "routes", "cycles", "schema_")
    )


def _compare_cycles(number: int, old: Cycle | None, new: Cycle | None) -> Iterator[CatalogueChange]:
    if old is None or new is None:
        yield CatalogueChange(
            number, "cycle", "removed" if new is None else "added", old=old, new=new
        )
        return
    if old.routes.names is None or new.routes.names is None:
        yield from _compare_fields(number, "routes", None, old.routes, new.routes)
    else:
        yield from _compare_fields(number, "routes", None, old.routes, new.routes, but=("names",))
        names = _keyed(old.routes.names, str), _keyed(new.routes.names, str)
        yield from _compare_things(number, "route", *names)
    yield from _compare_things(
        number,
        "window",
        _keyed(old.windows, lambda window: window.name),
        _keyed(new.windows, lambda window: window.name),
    )
    yield from _compare_things(number, "policy", _fields_of(old.policy), _fields_of(new.policy))
    stages = _keyed(old.stages, lambda s: s.name), _keyed(new.stages, lambda s: s.name)
    yield from _compare_things(number, "stage", *stages)
    orders = [[name for name in stages[at] if name in stages[1 - at]] for at in (0, 1)]
    if orders[0] != orders[1]:
        was, now = ([name for name, _ in order] for order in orders)
        yield CatalogueChange(number, "stages", "changed", field="order", old=was, new=now)
    known = ("cycle", "routes", "windows", "policy", "stages", "listing")
    yield from _compare_fields(number, "cycle", None, old, new, but=known)
    yield from _compare_listings(number, old, new)


def _compare_listings(number: int, old: Cycle, new: Cycle) -> Iterator[CatalogueChange]:
    one, other = old.listing, new.listing
    if one is None or other is None:
        if one or other:
            yield CatalogueChange(
                number, "list", "added" if other else "removed", old=one, new=other
            )
    else:
        yield from _compare_fields(number, "list", None, one, other, but=("standards",))
    titles = {s.reference: s.title for s in (*old.standards, *new.standards)}
    for change in _compare_things(number, "standard", old.by_reference, new.by_reference):
        yield replace(change, title=titles[change.name or ""])


def _keyed(things: Iterable[T], name: Callable[[T], str | None]) -> dict[Any, T]:
    """Things by name and by position among those of the same name, in which they match."""
    seen: Counter[str | None] = Counter()
    found = {}
    for thing in things:
        own = name(thing)
        found[own, seen[own]] = thing
        seen[own] += 1
    return found


def _compare_things(
    cycle: int | None, about: str, old: dict[Any, Any], new: dict[Any, Any]
) -> Iterator[CatalogueChange]:
    for key in dict.fromkeys((*old, *new)):
        name = key[0] if isinstance(key, tuple) else key
        if key not in new:
            yield CatalogueChange(cycle, about, "removed", name, old=old[key])
        elif key not in old:
            yield CatalogueChange(cycle, about, "added", name, new=new[key])
        else:
            yield from _compare_fields(cycle, about, name, old[key], new[key])


def _compare_fields(
    cycle: int | None,
    about: str,
    name: str | None,
    old: Any,
    new: Any,
    but: Sequence[str] = (),
    within: str = "",
) -> Iterator[CatalogueChange]:
    """The changed fields of a thing, and of the things in its fields."""
    was, now = _fields_of(old), _fields_of(new)
    for field in dict.fromkeys((*was, *now)):
        if field in but:
            continue
        one, other = was.get(field), now.get(field)
        if _fields_of(one) and _fields_of(other):
            yield from _compare_fields(cycle, about, name, one, other, within=f"{within}{field}.")
        elif one != other:
            path = f"{within}{field}"
            yield CatalogueChange(cycle, about, "changed", name, field=path, old=one, new=other)


def _fields_of(thing: Any) -> dict[str, Any]:
    """The fields of a thing by name; empty for a single value."""
    if isinstance(thing, dict):
        return thing
    if isinstance(thing, Standard):
        names = [field.name for field in fields(thing) if field.name not in ("reference", "cycle")]
    else:
        names = list(type(thing).model_fields) if isinstance(thing, Model) else []
    return {name: getattr(thing, name) for name in names}


def as_data(thing: Any) -> Any:
    """A thing or value as data for JSON. A cycle or a list is only counted."""
    if isinstance(thing, Cycle):
        windows = [str(window) for window in thing.windows]
        return {"windows": windows, "standards": len(thing.standards)}
    if isinstance(thing, Listing):
        count = sum(len(group.standards) for group in thing.standards)
        return {"status": thing.status, "standards": count}
    if isinstance(thing, Moment):
        return thing.isoformat()
    if isinstance(thing, tuple | list):
        return [as_data(item) for item in thing]
    return {name: as_data(value) for name, value in _fields_of(thing).items()} or thing


def _in_words(value: Any) -> str:
    if value is None or value == ():
        return "not given"
    if isinstance(value, str):
        if value in SCOPES:
            return value.replace("-", " ")
        return value if re.fullmatch(r"[\w-]{1,20}", value) else quote(value, 200)
    if isinstance(value, tuple | list):
        return join([_in_words(item) for item in value])
    return join([f"{name} {_in_words(own)}" for name, own in _fields_of(value).items()]) or str(
        value
    )


def _described(thing: Any) -> str:
    if isinstance(thing, Standard):
        return f" (level {thing.level}, {thing.route}, {_in_words(thing.scope)})"
    if isinstance(thing, Cycle):
        windows = join([str(window) for window in thing.windows])
        return f" ({windows}; {len(thing.standards)} standards on its list)"
    if isinstance(thing, Listing):
        return f" ({thing.status})"
    if isinstance(thing, Source):
        return f" ({thing.title}, {thing.address})"
    if isinstance(thing, Route):
        return f" (in the lists {quote(thing.heading)})" if thing.heading else ""
    if isinstance(thing, Stage):
        return f" (begins {thing.begins})" if thing.begins else " (no date given)"
    return f" ({thing})" if isinstance(thing, Window) else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes of the catalogue do to a draft: those that can affect it, and the check with
    each catalogue. Two findings are the same if their rule, severity, place and acceptance are."""

    path: str
    changes: tuple[CatalogueChange, ...]
    old: Checked
    new: Checked

    @property
    def gone(self) -> tuple[Diagnostic, ...]:
        """The findings that only the old catalogue gives."""
        return _without(self.old.findings, self.new.findings)

    @property
    def added(self) -> tuple[Diagnostic, ...]:
        """The findings that only the new catalogue gives."""
        return _without(self.new.findings, self.old.findings)


def _without(
    findings: Iterable[Diagnostic], others: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    def key(finding: Diagnostic) -> tuple[Any, ...]:
        accepted = finding.accepted is not None
        return finding.rule.code, finding.severity, finding.pointer, finding.place, accepted

    left = Counter(key(finding) for finding in others)
    found = []
    for finding in findings:
        if left[key(finding)]:
            left[key(finding)] -= 1
        else:
            found.append(finding)
    return tuple(found)


def effects(
    changes: Sequence[CatalogueChange],
    drafts: Iterable[Draft | Unchecked | LeftOut],
    catalogues: tuple[Catalogue, Catalogue],
    at: datetime,
    ksbs: Path | None = None,
    number: int | None = None,
) -> tuple[tuple[Effect, ...], tuple[Unchecked, ...], tuple[LeftOut, ...]]:
    """What the changes do to each draft, or to each draft for one cycle; the drafts that could not
    be checked; and the files that are not drafts."""
    read = list(drafts)
    checkers = [Checker(catalogue, at, ksbs=ksbs) for catalogue in catalogues]
    old, new = (checker.report(map(checker.check, read)) for checker in checkers)
    unchecked = {item.path: item for item in (*old.unchecked, *new.unchecked)}
    contents = {draft.path: draft.content for draft in read if isinstance(draft, Draft)}
    found = []
    after = {file.path: file for file in new.files}
    for file in old.files:
        if file.path in unchecked:
            continue
        application = read_application(reader.read(contents[file.path])).part
        if number in (None, application.cycle):
            own = tuple(change for change in changes if change.can_affect(application))
            found.append(Effect(file.path, own, file, after[file.path]))
    return tuple(found), tuple(unchecked.values()), old.left_out
