"""What differs between two drafts in their meaning.

Positions in lists mean nothing. A unit or an assessment whose id changes is renamed, and not one
that is gone and another that is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, NamedTuple

from htqcli.document.places import FieldPath
from htqcli.draft.application import (
    Acceptance,
    Application,
    Attachment,
    Choice,
    Employer,
    Feedback,
    Pathway,
    StandardClaim,
    Structure,
)
from htqcli.model.differences import END, Keys, canonical, differences, fields_of, match
from htqcli.model.part import sound
from htqcli.words import title_key


def _named(*names: str) -> Callable[[Any], Any]:
    """A key made of fields; None if the first of them is missing."""

    def key(item: Any) -> Any:
        own = tuple(canonical(getattr(item, name)) for name in names)
        return own if own[0] not in (None, frozenset()) else None

    return key


KEYS: Keys = {
    dict: (),
    str: (),
    StandardClaim: (
        _named("resolved_reference", "option"),
        _named("resolved_reference"),
        _named("reference"),
    ),
    Choice: (
        _named("name", "from_"),
        _named("name"),
        _named("from_"),
        lambda group: True if group.name is None else None,
    ),
    Pathway: (_named("name"), _named("mandatory", "optional"), _named("optional")),
    Employer: (_named("name"), _named("evidence")),
    Attachment: (_named("file", "kind"), _named("file"), _named("kind")),
    Feedback: (_named("id"),),
    Acceptance: (_named("rule", "at", "ksbs"), _named("rule", "at"), _named("rule")),
}
"""What matching items of the lists in a draft have in common, from the surest key on."""


RECORDS = ("submitted", "feedback")
"""The fields that only record what happens after the submission. A change of them answers
nothing."""


class Change(NamedTuple):
    """One difference between two drafts, with its places in both (see `Difference`).

    `renamed`: the id of a unit or assessment, with which every use of it changes. `moved`: a unit,
    from one list of the structure to another; `into` is the place of the other list in the old
    draft.
    """

    kind: Literal["added", "removed", "changed", "renamed", "moved"]
    old_path: FieldPath
    path: FieldPath
    old: Any
    new: Any
    into: FieldPath | None = None


class ChangedParts:
    """The parts of a new draft that changes change. A part changes with what is in it, and with all
    that it is in."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._at: dict[FieldPath, list[int]] = defaultdict(list)
        self._within: dict[FieldPath, list[int]] = defaultdict(list)
        for number, change in enumerate(changes):
            paths = {change.path}
            if change.kind == "removed":
                paths.add(change.old_path)
            if change.kind == "moved":
                paths.add(("units", change.new))
            for path in paths:
                self._at[path].append(number)
            for part in {path[:length] for path in paths for length in range(len(path))}:
                self._within[part].append(number)

    def changes(self, part: FieldPath) -> list[int]:
        """The positions of the changes of a part."""
        above = (self._at.get(part[:length], []) for length in range(len(part) + 1))
        return sorted({*self._within.get(part, []), *chain.from_iterable(above)})


@dataclass(frozen=True)
class Comparison:
    """What differs between two drafts, in the order of the fields.

    `units` and `assessments` are the ids that changed, each with its new one. `settled` is the old
    draft with its new ids.
    """

    old: Application
    new: Application
    changes: tuple[Change, ...]
    units: Mapping[str, str]
    assessments: Mapping[str, str]
    settled: Application = field(repr=False)
    _matches: dict[FieldPath, dict[int | str, int]] = field(default_factory=dict, repr=False)

    def new_path(self, path: FieldPath) -> FieldPath:
        """The place in the new draft of something in the old one."""
        if len(path) > 1 and path[0] in ("units", "assessments"):
            ids = self.units if path[0] == "units" else self.assessments
            return (path[0], ids.get(str(path[1]), path[1]), *path[2:])
        here: FieldPath = ()
        for length, step in enumerate(path):
            matching = self._matching(path[:length], here) if isinstance(step, int) else {}
            here = (*here, matching.get(step, step))
        return here

    def _matching(self, old_path: FieldPath, path: FieldPath) -> dict[int | str, int]:
        """The position in a list of the new draft of each item of the list in the old one."""
        if old_path not in self._matches:
            lists = value_at(self.settled, old_path), value_at(self.new, path)
            are_lists = all(isinstance(one, tuple) for one in lists)
            self._matches[old_path] = dict(match(*lists, KEYS).pairs) if are_lists else {}
        return self._matches[old_path]


def compare(old: Application, new: Application) -> Comparison:
    """What differs between two drafts."""
    titles = [
        {name: unit.title or "" for name, unit in application.units.items()}
        for application in (old, new)
    ]
    taught = [_uses(application, "units") for application in (old, new)]
    tested = [_uses(application, "assessed_by") for application in (old, new)]
    units = renamed(titles[0], titles[1], *taught)
    assessments = renamed(old.assessments, new.assessments, *tested)
    ids = {
        "units": _with_gone(units, old.units),
        "assessments": _with_gone(assessments, old.assessments),
    }
    back = {part: {new: old for old, new in own.items()} for part, own in ids.items()}
    settled = _with_ids(old, **ids)
    found = []
    for one in differences(_without_empty(settled), _without_empty(new), KEYS):
        here, there = one.old_path, one.path
        if one.path[0] in back and len(one.path) > 1:
            part, name, *rest = one.old_path
            here = (part, back[str(part)].get(str(name), name), *rest)
            there = here if one.kind == "removed" else there
        found.append(Change(one.kind, here, there, one.old, one.new))
    changes = [
        Change("renamed", (part, before), (part, after), before, after)
        for part, names in (("units", units), ("assessments", assessments))
        for before, after in names.items()
    ]
    for change in _with_moves(found):
        was = None if change.kind == "added" else value_at(old, change.old_path)
        changes.append(change._replace(old=was))
    return Comparison(old, new, tuple(changes), units, assessments, settled)


def _with_gone(ids: Mapping[str, str], old: Iterable[str]) -> dict[str, str]:
    """New ids, and one that nothing has for each thing whose own id is now that of another."""
    taken = set(ids.values())
    return dict(ids) | {name: f"{name}\0" for name in old if name in taken and name not in ids}


def _without_empty(application: Application) -> Application:
    """A draft without an empty structure, which is treated as missing."""
    if application.structure is None or not application.structure.is_empty:
        return application
    return application.model_copy(update={"structure": None})


Uses = Mapping[str, frozenset[object]]


def _uses(application: Application, name: Literal["units", "assessed_by"]) -> Uses:
    """The lines of the mapping that name each id."""
    used: dict[str, set[object]] = defaultdict(set)
    for _, claim in sound(application.standards):
        for label, coverage in (claim.ksbs or {}).items():
            for _, own in sound(getattr(coverage, name)):
                used[own].add((claim.resolved_reference, claim.option, label))
    return {name: frozenset(lines) for name, lines in used.items()}


def renamed(
    old: Mapping[str, str], new: Mapping[str, str], was_used: Uses, is_used: Uses
) -> dict[str, str]:
    """The ids that changed, each with its new one.

    Things match by title, even where another one has taken the old id, unless the lines of the
    mapping say otherwise; then by id; then by the lines that name them, or a title that is nearly
    the same. What could be either of several is not a rename.
    """
    same = {name for name in old if name in new and title_key(old[name]) == title_key(new[name])}
    left = [name for name in old if name not in same]
    other = [name for name in new if name not in same]
    pairs: dict[str, str] = {}

    def common(before: str, after: str) -> int:
        return len(was_used.get(before, frozenset()) & is_used.get(after, frozenset()))

    by_title = _unique(left, lambda name: title_key(old[name]))
    for title, after in _unique(other, lambda name: title_key(new[name])).items():
        before = by_title.get(title)
        if before is None or (before in new and common(before, after) < common(before, before)):
            continue
        pairs[before] = after
    taken = set(pairs.values())
    gone = [name for name in left if name not in pairs and (name not in new or name in taken)]
    come = [name for name in other if name not in taken and (name not in old or name in pairs)]
    by_lines = _unique(gone, was_used.get)
    for lines, after in _unique(come, is_used.get).items():
        if lines in by_lines:
            pairs[by_lines[lines]] = after
    gone = [name for name in gone if name not in pairs]
    come = [name for name in come if name not in pairs.values()]
    return pairs | _alike({name: old[name] for name in gone}, {name: new[name] for name in come})


def _unique(names: Iterable[str], key: Callable[[str], Any]) -> dict[Any, str]:
    """The names whose key no other has, by that key. An empty key is none."""
    by_key: dict[Any, list[str]] = defaultdict(list)
    for name in names:
        if own := key(name):
            by_key[own].append(name)
    return {own: found[0] for own, found in by_key.items() if len(found) == 1}


_ALIKE = 80
"""How nearly equal, of 100, the titles of a thing are before and after a correction."""

_MAX_ALIKE = 500
"""More ids than these are not compared with each other: that would take too long."""


def _alike(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Pairs whose titles are nearly the same, if no other title is as near."""
    if not old or not new or len(old) > _MAX_ALIKE or len(new) > _MAX_ALIKE:
        return {}
    from rapidfuzz import fuzz

    near = {
        (before, after): score
        for before, title in old.items()
        for after, other in new.items()
        if (score := fuzz.ratio(title[:200].casefold(), other[:200].casefold())) >= _ALIKE
    }
    best: dict[str, list[float]] = defaultdict(list)
    for (before, after), score in near.items():
        best[f"<{before}"].append(score)
        best[f">{after}"].append(score)
    return {
        before: after
        for (before, after), score in near.items()
        if all(
            max(scores) == score and scores.count(score) == 1
            for scores in (best[f"<{before}"], best[f">{after}"])
        )
    }


def _with_ids(
    application: Application, units: Mapping[str, str], assessments: Mapping[str, str]
) -> Application:
    """A draft in which every id is replaced where it is given a new one."""
    if not units and not assessments:
        return application

    def renew(names: Any, ids: Mapping[str, str]) -> Any:
        return names and tuple(name and ids.get(name, name) for name in names)

    def keyed(things: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
        return {ids.get(name, name): thing for name, thing in things.items()}

    def groups(found: tuple[Choice | None, ...]) -> Any:
        return tuple(
            group and group.model_copy(update={"from_": renew(group.from_, units)})
            for group in found
        )

    def part(found: Any) -> Any:
        new = {"mandatory": renew(found.mandatory, units), "optional": groups(found.optional)}
        if isinstance(found, Structure):
            new["pathways"] = tuple(own and part(own) for own in found.pathways)
        return found.model_copy(update=new)

    def claim(found: StandardClaim) -> StandardClaim:
        ksbs = found.ksbs and {
            label: line.model_copy(
                update={
                    "units": renew(line.units, units),
                    "assessed_by": renew(line.assessed_by, assessments),
                }
            )
            for label, line in found.ksbs.items()
        }
        return found.model_copy(update={"ksbs": ksbs})

    return application.model_copy(
        update={
            "units": keyed(application.units, units),
            "assessments": keyed(application.assessments, assessments),
            "structure": application.structure and part(application.structure),
            "standards": tuple(own and claim(own) for own in application.standards),
        }
    )


def _with_moves(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, with one for each unit that leaves one list of the structure and comes to
    another."""
    all_changes = list(changes)
    come: dict[str, list[Change]] = defaultdict(list)
    for change in all_changes:
        if change.kind == "added" and _is_in_structure(change):
            come[change.new].append(change)
    used: Counter[int] = Counter()
    moved: dict[int, Change] = {}
    for change in all_changes:
        if change.kind == "removed" and _is_in_structure(change) and come[change.old]:
            to = come[change.old].pop(0)
            used[id(to)] += 1
            moved[id(change)] = Change(
                "moved", change.old_path, to.path, change.old, to.new, to.old_path
            )
    for change in all_changes:
        if not used[id(change)]:
            yield moved.get(id(change), change)


def _is_in_structure(change: Change) -> bool:
    """Whether it is about one name of a unit in the structure."""
    return (
        change.path[0] == "structure"
        and isinstance(change.new or change.old, str)
        and (change.path[-1] == END or change.old_path[-1] == END)
    )


def value_at(application: Application, path: FieldPath) -> Any:
    """What a draft has at a path; None if nothing."""
    value: Any = application
    for step in path:
        if isinstance(value, tuple):
            position = int(step) if str(step).isdecimal() and len(str(step)) < 10 else len(value)
            value = value[position] if position < len(value) else None
        else:
            value = (fields_of(value) or {}).get(step)
    return value


def path_at(application: Application, pointer: str) -> FieldPath:
    """The path that a JSON Pointer names, with the positions in the lists of a draft as numbers."""
    path: FieldPath = ()
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        is_item = isinstance(value_at(application, path), tuple) and name.isdecimal()
        path = (*path, int(name[:9]) if is_item else name)
    return path
