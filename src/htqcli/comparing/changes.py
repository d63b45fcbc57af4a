"""What differs between two catalogues, and what that does to drafts.

Standards are matched by reference, cycles by number, and windows, stages and the like by name. The
order of stages is compared. The order of standards, routes and windows means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

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
from htqcli.comparing.effects import without
from htqcli.comparing.wording import in_words
from htqcli.document import reader
from htqcli.draft.application import Application, read_application
from htqcli.model.differences import Difference, Keys, differences, fields_of, match
from htqcli.model.part import sound
from htqcli.moment import Moment
from htqcli.words import join, quote

ChangeKind = Literal["added", "removed", "changed"]


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
        return f"{self._subject}: {field} was {in_words(self.old)}, is now {in_words(self.new)}"

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


KEYS: Keys = {thing: (lambda one: (one.name,),) for thing in (Route, Window, Stage)}
"""Routes, windows and stages match by name, also those without one."""


def _compare_the_rest(old: Catalogue, new: Catalogue) -> Iterator[CatalogueChange]:
    yield from _compare_things(None, "source", old.sources, new.sources)
    yield from _compare_things(None, "route", old.routes, new.routes)
    but = ("sources", "routes", "cycles", "$schema")
    yield from _compare_fields(None, "catalogue", old, new, but)


def _compare_cycles(number: int, old: Cycle | None, new: Cycle | None) -> Iterator[CatalogueChange]:
    if old is None or new is None:
        yield CatalogueChange(
            number, "cycle", "removed" if new is None else "added", old=old, new=new
        )
        return
    if old.routes.names is None or new.routes.names is None:
        yield from _compare_fields(number, "routes", old.routes, new.routes)
    else:
        yield from _compare_fields(number, "routes", old.routes, new.routes, ("names",))
        names = ({name: name for name in one.routes.names or ()} for one in (old, new))
        yield from _compare_things(number, "route", *names)
    yield from _compare_things(number, "window", old.windows, new.windows)
    yield from _compare_things(number, "policy", fields_of(old.policy), fields_of(new.policy))
    yield from _compare_things(number, "stage", old.stages, new.stages)
    pairs = match(old.stages, new.stages, KEYS).pairs
    positions = [at for _, at in sorted(pairs)]
    if positions != sorted(positions):
        was = [old.stages[at].name for at, _ in sorted(pairs)]
        now = [new.stages[at].name for at in sorted(positions)]
        yield CatalogueChange(number, "stages", "changed", field="order", old=was, new=now)
    known = ("cycle", "routes", "windows", "policy", "stages", "listing")
    yield from _compare_fields(number, "cycle", old, new, known)
    yield from _compare_listings(number, old, new)


def _compare_listings(number: int, old: Cycle, new: Cycle) -> Iterator[CatalogueChange]:
    one, other = old.listing, new.listing
    if one is None or other is None:
        if one or other:
            yield CatalogueChange(
                number, "list", "added" if other else "removed", old=one, new=other
            )
    else:
        yield from _compare_fields(number, "list", one, other, ("standards",))
    titles = {s.reference: s.title for s in (*old.standards, *new.standards)}
    for change in _compare_things(number, "standard", old.by_reference, new.by_reference):
        yield replace(change, title=titles[change.name or ""])


def _compare_things(cycle: int | None, about: str, old: Any, new: Any) -> Iterator[CatalogueChange]:
    """The changes of things by name, or in a list in which they match by name."""
    for found in differences(old, new, KEYS):
        at, *within = found.old_path if found.kind != "added" else found.path
        things = new if found.kind == "added" else old
        name = things[at].name if isinstance(at, int) else at
        if within:
            yield _field_change(cycle, about, name, within, found)
        else:
            old_and_new = {"old": found.old, "new": found.new}
            yield CatalogueChange(cycle, about, found.kind, name, **old_and_new)


def _compare_fields(
    cycle: int | None, about: str, old: Any, new: Any, but: Sequence[str] = ()
) -> Iterator[CatalogueChange]:
    """The changed fields of a thing, and of the things in its fields."""
    for found in differences(old, new, KEYS):
        if found.path[0] not in but:
            yield _field_change(cycle, about, None, found.path, found)


def _field_change(
    cycle: int | None, about: str, name: str | None, path: Sequence[Any], found: Difference
) -> CatalogueChange:
    field = ".".join(path)
    return CatalogueChange(cycle, about, "changed", name, field=field, old=found.old, new=found.new)


def _own_fields(thing: Any) -> dict[str, Any]:
    """The fields that say something of a thing; empty for a single value."""
    but = ("reference", "cycle") if isinstance(thing, Standard) else ()
    return {name: own for name, own in (fields_of(thing) or {}).items() if name not in but}


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
    return {name: as_data(value) for name, value in _own_fields(thing).items()} or thing


def _described(thing: Any) -> str:
    if isinstance(thing, Standard):
        return f" (level {thing.level}, {thing.route}, {in_words(thing.scope)})"
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
        return without(self.old.findings, self.new.findings, _place)

    @property
    def added(self) -> tuple[Diagnostic, ...]:
        """The findings that only the new catalogue gives."""
        return without(self.new.findings, self.old.findings, _place)


def _place(finding: Diagnostic) -> tuple[Any, ...]:
    return finding.pointer, finding.place


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
