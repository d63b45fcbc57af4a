"""How far a draft is, by section, and what to do next.

There are no rules here. What there is to do comes from the fields that `draft.application`
declares, and what is left of it from the findings that a check counts: so nothing is left exactly
when the verdict is ready.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from htqcli import words
from htqcli.catalogue.model import Catalogue
from htqcli.catalogue.model import Status as WindowStatus
from htqcli.check.inputs import STANDARD_INPUT
from htqcli.check.report import Checked, Diagnostic
from htqcli.document.places import pointer
from htqcli.draft.application import Application, StandardClaim
from htqcli.draft.coverage import Occupation
from htqcli.ksbs.lists import FOLDER, KsbList
from htqcli.model.part import REQUIRED, Model, bare_type, names
from htqcli.rules.declare import Severity, Stage


class State(StrEnum):
    """What is to be done in a section, or with one item of it, from most to least urgent. `to-do`:
    an error counts. `not-checked`: something could not be checked that decides. `to-settle`: a
    warning is to be put right or accepted with a reason. `done`: nothing."""

    TO_DO = "to-do"
    NOT_CHECKED = "not-checked"
    TO_SETTLE = "to-settle"
    DONE = "done"


class Section(NamedTuple):
    """A section of a draft: how many of its items are done, of how many, and how many are left.

    Its items are KSBs if `is_standard`, done if a unit covers them, as a check counts. Otherwise
    they are the fields that the draft fills in, those that it still needs, or the members of a
    list, done if nothing counts against them. `of` is None if the number of KSBs is not known.
    `accepted` of the items have a finding that the draft accepts. `to_do`, `not_checked` and
    `to_settle` count the fields, members and KSBs with a finding that counts.
    """

    key: str
    title: str
    done: int
    of: int | None
    accepted: int
    to_do: int
    not_checked: int
    to_settle: int
    errors: int
    warnings: int
    is_standard: bool = False

    @property
    def left(self) -> int:
        """How much is left."""
        return self.to_do + self.not_checked + self.to_settle

    @property
    def state(self) -> State:
        """What is to be done first."""
        if self.to_do:
            return State.TO_DO
        if self.not_checked:
            return State.NOT_CHECKED
        return State.TO_SETTLE if self.to_settle else State.DONE


class Step(NamedTuple):
    """What to do next: in which section, where, what is wrong, how to put it right, the words of a
    command that helps, and how many more findings there are like it."""

    section: str | None
    line: int | None
    message: str
    hint: str
    command: tuple[str, ...]
    more: int = 0


class Left(NamedTuple):
    """The window of a draft's cycle: what is known of it, and the days to its close if it is open
    and the day of its close is known. Its close today is 0 days away."""

    window: WindowStatus | None
    days: int | None


class DraftStatus(NamedTuple):
    """How far a draft is: what a check found, its title, its sections in order, and what to do
    next."""

    checked: Checked
    title: str | None
    sections: tuple[Section, ...]
    next: Step
    left: Left


def of_draft(checked: Checked, known: Catalogue, at: datetime, ksbs: Path | None) -> DraftStatus:
    """The status of a draft that was checked by all rules as at a time, with its content kept.
    `ksbs` is the folder with the KSB lists, if not the one beside the draft."""
    content = checked.content
    assert content is not None
    part = content.application
    sections = tuple(_sections(part, content.occupations, checked))
    folder = ksbs or Path(checked.path).parent / FOLDER
    return DraftStatus(
        checked,
        part.qualification.title if part.qualification else None,
        sections,
        _next(checked, sections, content.occupations, folder),
        _left(known, at, part.cycle),
    )


_FILE = "file"
_TITLES = {"cycle": "Cycle and dates", _FILE: "The file", "accept": "Accepted findings"}
"""The titles of sections that are not just the name of a field."""

_URGENCY = tuple(State)
_OF_STANDARD, _KSB = 2, 4
"""How long the paths of a standard and of one of its KSBs are."""

Key = tuple[str, ...]
"""The path of an item, its positions as text, as in a JSON Pointer."""


def _sections(
    part: Application, named: tuple[Occupation, ...], checked: Checked
) -> Iterator[Section]:
    """The sections in the order of the fields, without those that are optional and empty. If
    nothing of a draft can be read, they are those of its findings."""
    items: dict[str, dict[Key, State]] = {}
    for path, state in _items(part, Application, ()) if part != Application() else ():
        items.setdefault(_section(path), {})[path] = state
    counted: dict[str, list[Diagnostic]] = {}
    accepted: dict[str, set[Key]] = {}
    for finding in checked.findings:
        state = _state(finding)
        paths = _paths(finding)
        for path in paths if finding.accepted else ():
            accepted.setdefault(_section(path), set()).add(path)
        for path in paths if state is not State.DONE else ():
            own = items.setdefault(_section(path), {})
            own[path] = min(state, own.get(path, state), key=_URGENCY.index)
        for key in dict.fromkeys(map(_section, paths)) if state is not State.DONE else ():
            counted.setdefault(key, []).append(finding)
    standards = {f"standards/{one.path[1]}": one for one in named}
    for key in sorted(items.keys() | standards.keys(), key=_position):
        own = _without_wholes(items.get(key, {}))
        one = standards.get(key)
        if one is not None:
            own = _with_uncovered(own, one)
        states = Counter(own.values())
        of: int | None = len(own)
        done = states[State.DONE]
        if one is not None:
            of = len(one.list.needed(one.claim.option)) if isinstance(one.list, KsbList) else None
            done = sum(map(bool, one.covering.values()))
        taken = [path for path in accepted.get(key, ()) if one is None or len(path) == _KSB]
        severities = [finding.severity for finding in counted.get(key, [])]
        yield Section(
            key,
            one.name if one else _title(key),
            done,
            of,
            sum(own.get(path, State.DONE) is State.DONE for path in taken),
            states[State.TO_DO],
            states[State.NOT_CHECKED],
            states[State.TO_SETTLE],
            severities.count(Severity.ERROR),
            severities.count(Severity.WARNING),
            one is not None,
        )


def _state(finding: Diagnostic) -> State:
    """What a finding leaves to do. It is nothing if it does not touch the verdict."""
    if finding.accepted is not None:
        return State.DONE
    if finding.severity is Severity.ERROR:
        return State.TO_DO
    if finding.is_open:
        return State.NOT_CHECKED
    return State.TO_SETTLE if finding.severity is Severity.WARNING else State.DONE


def _paths(finding: Diagnostic) -> tuple[Key, ...]:
    """The items that a finding is about: its KSBs if it is about KSBs of one standard, otherwise
    all its places."""
    ksbs = [_cut(tuple(map(str, path))) for path in finding.ksbs]
    if ksbs and all(pointer(path).startswith(f"{finding.pointer}/") for path in finding.ksbs):
        return tuple(ksbs)
    return tuple(dict.fromkeys(_cut(_steps(spot.pointer)) for spot in finding.spots))


def _steps(text: str) -> Key:
    """The steps of a JSON Pointer."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def _cut(path: Key) -> Key:
    """The item that a path leads into: a field with one value or with a list of words, or a member
    of a list of parts. A standard has items of its own."""
    kind: Any = Application
    for length, step in enumerate(path, start=1):
        if isinstance(kind, type) and issubclass(kind, Model):
            info = names(kind).get(step)
            kind = bare_type(info.annotation) if info else None
        else:
            kind = _member(kind)
            if kind is not StandardClaim:
                return path[:length]
        if kind is None or not (_is_part(kind) or _member(kind)):
            return path[:length]
    return path


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


def _member(kind: Any) -> Any:
    """The type of the members of a list of parts or of a mapping; None for any other type."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return bare_type(inner[1])
    member = bare_type(inner[0]) if origin is tuple else None
    return member if _is_part(member) else None


def _items(part: Model | None, kind: type[Model], path: Key) -> Iterator[tuple[Key, State]]:
    """The items of a part that the draft has, and those that are missing and that every draft
    needs. Fields that htq does not read are left out."""
    for attribute, info in kind.model_fields.items():
        name = info.alias or attribute
        if name.startswith("$"):
            continue
        at = (*path, name)
        value = getattr(part, attribute) if part and attribute in part.model_fields_set else None
        own: Any = bare_type(info.annotation)
        if value is None or value in ((), {}):
            if any(isinstance(mark, type(REQUIRED)) for mark in info.metadata):
                missing = list(_items(None, own, at)) if _is_part(own) else []
                yield from missing or [(at, State.TO_DO)]
        elif isinstance(value, Model):
            yield from _items(value, own, at)
        elif _member(own):
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for step, member in members:
                if isinstance(member, StandardClaim):
                    yield from _items(member, StandardClaim, (*at, str(step)))
                else:
                    yield (*at, str(step)), State.DONE
        else:
            yield at, State.DONE


def _section(path: Key) -> str:
    """The key of the section of an item. Top fields with one value share a section."""
    info = names(Application).get(path[0]) if path else None
    if info is None:
        return _FILE
    kind: Any = bare_type(info.annotation)
    if not _is_part(kind) and not _member(kind):
        return "cycle"
    return "/".join(path[:_OF_STANDARD]) if path[0] == "standards" else path[0]


def _position(key: str) -> tuple[int, int]:
    """The place of a section: the file first, then the order of the fields, then the standard."""
    top, _, number = key.partition("/")
    return [_FILE, *names(Application)].index(top), int(number) if number else -1


def _title(key: str) -> str:
    top, _, number = key.partition("/")
    return f"Standard {int(number) + 1}" if number else _TITLES.get(top, top.capitalize())


def _without_wholes(items: Mapping[Key, State]) -> dict[Key, State]:
    """The items without those that only repeat that everything in them is left."""
    below: dict[Key, list[State]] = {}
    for path, state in items.items():
        for length in range(len(path)):
            below.setdefault(path[:length], []).append(state)
    return {
        path: state
        for path, state in items.items()
        if state is State.DONE or State.DONE in below.get(path, [State.DONE])
    }


def _with_uncovered(items: dict[Key, State], one: Occupation) -> dict[Key, State]:
    """The items of a standard. If its whole mapping is left, what is left are the KSBs that no unit
    covers, if their number is known."""
    ksbs = (*map(str, one.path), "ksbs")
    if not isinstance(one.list, KsbList) or items.get(ksbs, State.DONE) is State.DONE:
        return items
    state = items[ksbs]
    needed = one.list.needed(one.claim.option)
    uncovered = {(*ksbs, label): state for label in needed if not one.covering.get(label)}
    whole = {} if uncovered else {ksbs: state}
    return {path: own for path, own in items.items() if path != ksbs} | uncovered | whole


def _left(known: Catalogue, at: datetime, cycle: int | None) -> Left:
    if cycle not in {one.cycle for one in known.cycles}:
        return Left(None, None)
    window = known.status(at, cycle)
    closes = window.window.closes
    if window.closes_in is None or closes is None:
        return Left(window, None)
    return Left(window, (closes.first.date() - at.astimezone(closes.first.tzinfo).date()).days)


def _next(
    checked: Checked,
    sections: tuple[Section, ...],
    named: tuple[Occupation, ...],
    lists: Path,
) -> Step:
    """What to do next: let htq correct what it can, then give missing answers, then put the rest
    right, errors first."""
    path = checked.path
    check: tuple[str, ...] = ("htq", "check", path)
    if checked.fixable and path != STANDARD_INPUT:
        message = f"{words.counted(checked.fixable, 'mistake')} can be corrected with --fix"
        return Step(
            None,
            None,
            message,
            "They need no decision of yours. To see them first, use ‘--diff’.",
            (*check, "--fix"),
        )
    counted = [finding for finding in checked.findings if _state(finding) is not State.DONE]
    if not counted:
        return Step(
            None,
            None,
            "Nothing is left to do",
            "Put together what you hand in, and submit it in the window.",
            ("htq", "pack", path, "-o", "pack.zip"),
        )
    order = [section.key for section in sections]

    def urgency(finding: Diagnostic) -> tuple[int, int, bool, int]:
        section = _section(_paths(finding)[0])
        return (
            _URGENCY.index(_state(finding)),
            _STAGES.index(finding.rule.stage),
            section in _CONSEQUENCES,
            order.index(section),
        )

    first = min(counted, key=urgency)
    section = _section(_paths(first)[0])
    one = next((one for one in named if section == f"standards/{one.path[1]}"), None)
    same = [f for f in counted if f.rule is first.rule and _section(_paths(f)[0]) == section]
    if one is not None and isinstance(one.list, str) and one.claim.resolved_reference:
        first = next((f for f in counted if f.is_open and f.pointer.startswith(_at(one))), first)
        get = ["htq", "ksbs", "get", one.claim.resolved_reference]
        get += ["--version", one.claim.version] if one.claim.version else []
        get += ["-o", lists.as_posix()] if lists != Path(FOLDER) else []
        return _step(first, section, 1, get)
    in_mapping = one is not None and first.pointer.startswith(f"{_at(one)}/ksbs")
    command = check
    if first.ksbs:
        command = ("htq", "coverage", path, "--gaps")
    elif in_mapping and first.rule.stage is Stage.SHAPE and len(same) > 1:
        command = ("htq", "mapping", "export", path, "-o", f"{Path(path).stem}-mapping.xlsx")
    return _step(first, section, len(same), command)


_STAGES = tuple(Stage)
_CONSEQUENCES = ("cycle", "structure")
"""Sections whose findings often follow from others, or wait for a window."""


def _at(one: Occupation) -> str:
    return f"/standards/{one.path[1]}"


def _step(finding: Diagnostic, section: str, same: int, command: Sequence[str]) -> Step:
    return Step(
        section, finding.place.line, finding.message, finding.hint, tuple(command), same - 1
    )
