"""What differs between two drafts, in words, and what that does to their check.

Contacts and e-mail addresses are never shown: a change says only that they changed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from htqcli.catalogue.model import Catalogue
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft, Unchecked
from htqcli.check.privacy import without_addresses
from htqcli.check.report import Checked, Diagnostic
from htqcli.comparing.effects import without
from htqcli.comparing.wording import in_words
from htqcli.document.faults import FaultKind
from htqcli.document.places import FieldPath, pointer
from htqcli.draft.application import Application, Feedback, StandardClaim, named_files
from htqcli.draft.coverage import Matrix, Met, matrices
from htqcli.draft.differences import (
    RECORDS,
    Change,
    ChangedParts,
    Comparison,
    compare,
    path_at,
    value_at,
)
from htqcli.draft.structure import TooLarge
from htqcli.files import sha256_of
from htqcli.folder import Folder
from htqcli.ksbs.lists import FOLDER, Lists
from htqcli.model.differences import END, fields_of, is_absent
from htqcli.model.part import Model, sound
from htqcli.model.reading import Reading
from htqcli.moment import Moment
from htqcli.words import join, quote

MAX_FEEDBACK = 200
"""More items of feedback than these are not matched with changes."""


class Told(NamedTuple):
    """A change, in words: what it is `about`, the heading that it belongs under, its subject, what
    changed, and the ids of the feedback that it answers. `is_hidden`: part of it is personal, and
    not shown. A `content` is that of a named file, and its values are SHA-256 sums."""

    kind: str
    change: Change
    about: str
    heading: str
    subject: str
    says: str
    answers: tuple[str, ...] = ()
    is_hidden: bool = False

    def __str__(self) -> str:
        return without_addresses(f"{self.subject}{self.says}")


class KsbChange(NamedTuple):
    """A KSB that is met more, or less, than before. One of which that is not known any more counts
    as met less."""

    label: str
    old: Met
    new: Met

    @property
    def is_gain(self) -> bool:
        """Whether more learners meet it."""
        return _RANKS.index(self.new) > _RANKS.index(self.old)


_RANKS: tuple[Met, ...] = ("unknown", "never", "sometimes", "always")


class CoverageChange(NamedTuple):
    """How the coverage of a standard changed, over all combinations of units and on each pathway.
    `reason` says why that cannot be told."""

    standard: str
    ksbs: tuple[KsbChange, ...] = ()
    pathways: tuple[tuple[str, tuple[KsbChange, ...]], ...] = ()
    reason: str | None = None


class Side(NamedTuple):
    """One of two drafts: as it was read, what is sound of it, and its check."""

    draft: Draft
    reading: Reading[Application]
    checked: Checked

    @property
    def application(self) -> Application:
        """What is sound of it."""
        return self.reading.part

    @property
    def unread(self) -> tuple[str, ...]:
        """The places of what cannot be read, and so is not compared."""
        found = (one for one in self.reading.faults if one.kind is not FaultKind.MISSING)
        paths = (
            one.path[:2] if _is_personal(one.path) else one.path for one in found if one.unsound
        )
        return tuple(dict.fromkeys(map(pointer, paths)))


class Answered(NamedTuple):
    """An item of feedback, and the positions of the changes that answer it. Without a part that it
    is about, they are not known: None."""

    item: Feedback
    changes: tuple[int, ...] | None


@dataclass(frozen=True)
class DraftComparison:
    """What differs between two drafts, and what that does. `is_in_place`: the old draft was checked
    as if it were in the place of the new one."""

    old: Side
    new: Side
    comparison: Comparison
    changes: tuple[Told, ...]
    coverage: tuple[CoverageChange, ...]
    is_in_place: bool

    @cached_property
    def gone(self) -> tuple[Diagnostic, ...]:
        """The findings that only the old draft has."""
        old, new = self.old.checked.findings, self.new.checked.findings
        return without(old, new, self._place_of_old, _place)

    @cached_property
    def added(self) -> tuple[Diagnostic, ...]:
        """The findings that only the new draft has."""
        old, new = self.old.checked.findings, self.new.checked.findings
        return without(new, old, _place, self._place_of_old)

    def _place_of_old(self, finding: Diagnostic) -> object:
        path = path_at(self.comparison.old, finding.pointer)
        return pointer(self.comparison.new_path(path)), _labels(finding)

    @property
    def feedback(self) -> Iterator[Answered]:
        """The feedback of the new draft."""
        answering: dict[str, list[int]] = defaultdict(list)
        for at, told in enumerate(self.changes):
            for name in told.answers:
                answering[name].append(at)
        for _, item in sound(self.new.application.feedback):
            at_all = None if item.about is None else tuple(answering[item.id or ""])
            yield Answered(item, at_all)


def _place(finding: Diagnostic) -> object:
    return finding.pointer, _labels(finding)


def _labels(finding: Diagnostic) -> tuple[str, ...]:
    """The KSBs of a finding: with others, it is another."""
    return tuple(sorted({str(path[-1]) for path in finding.ksbs}))


def compare_drafts(
    drafts: tuple[Draft, Draft],
    readings: tuple[Reading[Application], Reading[Application]],
    catalogue: Catalogue,
    at: datetime,
    ksbs: Path | None = None,
    *,
    is_revision: bool = False,
) -> DraftComparison | Unchecked:
    """What differs between two drafts, or why one of them could not be checked.

    A draft of a revision, and the one that the new draft names as `submitted`, are checked as if
    they were in the place of the new one: with its KSB lists and files.
    """
    old, new = drafts
    is_in_place = is_revision or _is_submitted(old, new, readings[1].part)
    checker = Checker(catalogue, at, ksbs=ksbs)
    sides = []
    for draft, reading in zip(drafts, readings, strict=True):
        name = os.path.basename(draft.path.rpartition(":")[2] if is_revision else draft.path)
        moved = draft._replace(path=name, folder=new.folder) if is_in_place else draft
        checked = checker.check(draft if draft is new else moved)
        if not isinstance(checked, Checked):
            return Unchecked(draft.path, checked.reason, getattr(checked, "fault", None))
        sides.append(Side(draft, reading, replace(checked, path=draft.path)))
    found = compare(*(reading.part for reading in readings))
    changes = [*_told(found), *([] if is_revision else _contents(found, old.folder, new.folder))]
    lists = [ksbs or (new.folder if is_in_place else one.folder) / FOLDER for one in drafts]
    covered = tuple(_coverage(found, Lists(lists[0]), Lists(lists[1])))
    done = tuple(_with_answers(changes, found.new))
    return DraftComparison(sides[0], sides[1], found, done, covered, is_in_place)


def _is_submitted(old: Draft, new: Draft, application: Application) -> bool:
    """Whether the old draft is the one that the new one names as submitted."""
    name = application.submitted
    found = Folder(str(new.folder)).find(name) if name else None
    if found is None or found.id is None:
        return False
    try:
        status = os.stat(old.path)  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return found.id == (status.st_dev, status.st_ino)


def _with_answers(changes: list[Told], application: Application) -> Iterator[Told]:
    """The changes, each with the feedback that it answers: it changes the part that the feedback is
    about."""
    parts = ChangedParts(told.change for told in changes)
    answers: dict[int, list[str]] = defaultdict(list)
    for _, item in islice(sound(application.feedback), MAX_FEEDBACK):
        if item.id and item.about is not None:
            for number in parts.changes(path_at(application, item.about)):
                answers[number].append(item.id)
    for number, told in enumerate(changes):
        is_record = told.change.path[0] in RECORDS
        yield told if is_record else told._replace(answers=tuple(answers[number]))


# The changes in words


def _told(found: Comparison) -> Iterator[Told]:
    for change in found.changes:
        is_old = change.kind == "removed"
        application, path = (found.old, change.old_path) if is_old else (found.new, change.path)
        about, heading, subject, length = _subject(application, path)
        if is_old and path[0] == "standards" and change.path[2:]:
            heading = _subject(found.new, change.path[:2])[1]
        if change.kind == "moved":
            subject = _unit(found.new, change.new)
        elif change.kind == "renamed":
            subject = _subject(found.old, change.old_path)[2]
        rest = path[length:]
        is_hidden = _is_personal(path) or any(map(_has_personal, (change.old, change.new)))
        if _is_personal(path):
            name = str(path[2]).replace("email", "e-mail address") if path[2:] else None
            says = f": the contact’s {name} changed" if name else ": the contact changed"
            says += " (hidden: personal data)"
        else:
            says = _says(found, change, about, subject, rest)
            says += " (hidden: personal data)" if is_hidden else ""
        yield Told(change.kind, change, about, heading, subject, says, is_hidden=is_hidden)


def _subject(application: Application, path: FieldPath) -> tuple[str, str, str, int]:
    """What a path is about, its heading, its name, and how many steps lead to it."""
    part = str(path[0])
    one = value_at(application, path[:2]) if path[1:] else None
    if part == "units":
        return "unit", "Units", _unit(application, str(path[1])), 2
    if part == "assessments":
        name = str(path[1])
        return "assessment", "Assessments", f"Assessment {name} {quote(one or '')}", 2
    if part == "structure":
        return ("structure", "Structure", *_in_structure(application, path))
    if part == "standards" and isinstance(one, StandardClaim):
        option = f" ({one.option})" if one.option else ""
        name = f"{one.resolved_reference or one.reference or 'Standard'}{option}"
        heading = f"{name} {one.title}" if one.title else name
        if path[2:3] == ("ksbs",) and path[3:]:
            return "ksb", heading, f"{name} {path[3]}", 4
        return "standard", heading, name, 2
    if part == "employers" and one is not None:
        return "employer", "Employers", f"Employer {quote(one.name or 'without a name')}", 2
    if part == "documents" and one is not None:
        return "document", "Documents", f"Document {quote(one.file or one.kind or '')}", 2
    if part == "accept" and one is not None:
        where = f" at {quote(one.at)}" if one.at else ""
        return "acceptance", "Acceptances", f"Acceptance of {one.rule or 'a rule'}{where}", 2
    if part == "feedback" and one is not None:
        return "feedback", "Feedback", f"Feedback {quote(one.id or 'without an id')}", 2
    if part in ("applicant", "qualification", "declarations", "approval"):
        return part, part.capitalize(), part.capitalize(), 1
    name = {"$schema": "Schema"}.get(part, part.replace("_", " ").capitalize())
    return "draft", "The draft", name, 1


def _unit(application: Application, name: str) -> str:
    unit = application.units.get(name)
    title = f" {quote(unit.title)}" if unit and unit.title else ""
    return f"Unit {quote(name)[1:-1]}{title}"


def _in_structure(application: Application, path: FieldPath) -> tuple[str, int]:
    """The name of the part of the structure that a path leads to, and how many steps that takes."""
    pathway = ""
    length = 1
    if path[1:2] == ("pathways",) and path[2:]:
        own = value_at(application, path[:3])
        pathway = f"Pathway {quote((own and own.name) or 'without a name')}"
        length = 3
    if path[length : length + 1] == ("optional",) and path[length + 1 :]:
        group = value_at(application, path[: length + 2])
        name = quote(group.name) if group and group.name else "without a name"
        return (f"{pathway}, group {name}" if pathway else f"Group {name}"), length + 2
    return pathway or "Structure", length


def _says(found: Comparison, change: Change, about: str, subject: str, rest: FieldPath) -> str:
    """What changed, to follow the subject."""
    if change.kind == "renamed":
        return f" is now {quote(change.new)[1:-1]}"
    if change.kind == "moved":
        here, there = _place_of(found.old, change.old_path), _place_of(found.new, change.path)
        return f" moves from {here} to {there}"
    is_name = isinstance(change.new or change.old, str) and END in (
        change.path[-1],
        change.old_path[-1],
    )
    if is_name:
        return _says_name(found, change, rest)
    if rest:
        field = ", ".join(str(step).replace("_", " ") for step in rest)
        old, new = in_words(change.old), in_words(change.new)
        return f": {field} was {old}, is now {new}"
    thing = change.old if change.kind == "removed" else change.new
    if about == "draft" or change.kind == "changed":
        return f" was {in_words(change.old)}, is now {in_words(change.new)}"
    if about == "feedback":
        return f" is {change.kind}: {in_words(thing.asks)}"
    detail = "" if about == "assessment" else _detail(thing, subject)
    return f" is {change.kind}{detail}"


def _says_name(found: Comparison, change: Change, rest: FieldPath) -> str:
    """What becomes of one name in a list: of a unit, an assessment or a KSB."""
    is_added = change.kind == "added"
    name = change.new if is_added else change.old
    application = found.new if is_added else found.old
    field = rest[-2] if rest[1:] else ""
    if field == "assessed_by":
        title = application.assessments.get(name)
        thing = f"assessment {quote(name)[1:-1]}" + (f" {quote(title)}" if title else "")
    elif field == "ksbs":
        thing = f"KSB {quote(name)[1:-1]}"
    else:
        thing = _lower(_unit(application, name))
    where = " the mandatory units" if field == "mandatory" else ""
    if where:
        return f": {thing} is {'added to' if is_added else 'taken out of'}{where}"
    return f": {thing} is {'added' if is_added else 'removed'}"


def _place_of(application: Application, path: FieldPath) -> str:
    """A list of units in the structure, in words."""
    name, _ = _in_structure(application, path)
    if path[-2] == "mandatory":
        return "the mandatory units" + (f" of {_lower(name)}" if name != "Structure" else "")
    return f"the {_lower(name)}" if name.startswith("Group") else f"{_lower(name)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _detail(thing: Any, subject: str) -> str:
    """The values of something that is added or removed, in brackets, without those that its name
    has; of what it contains, how much there is."""
    said = []
    for name, own in (fields_of(thing) or {}).items():
        if _is_left_out(own):
            continue
        words = str(name).replace("_", " ")
        if isinstance(own, str) and quote(own)[1:-1] in subject:
            continue
        if isinstance(own, dict) or (isinstance(own, tuple) and not isinstance(own[0], str)):
            said.append(f"{words}: {len(own)}")
        elif not isinstance(own, Model):
            said.append(f"{words} {in_words(own)}")
    return f" ({join(said)})" if said else ""


def _is_personal(path: FieldPath) -> bool:
    return path[:2] == ("applicant", "contact")


def _has_personal(value: Any) -> bool:
    if isinstance(value, str):
        return without_addresses(value) != value
    if isinstance(value, tuple):
        return any(map(_has_personal, value))
    if isinstance(value, Model) and value.is_private:
        return not is_absent(value)
    return any(map(_has_personal, (fields_of(value) or {}).values()))


def as_data(value: Any) -> Any:
    """A value as data for JSON, without what is missing or personal."""
    if isinstance(value, dict):
        return {name: as_data(own) for name, own in value.items()}
    if isinstance(value, Model):
        given = (fields_of(value) or {}).items()
        return {name: as_data(own) for name, own in given if not _is_left_out(own)}
    if isinstance(value, tuple | list):
        return [as_data(item) for item in value if item is not None]
    if isinstance(value, Moment):
        return value.isoformat()
    return without_addresses(value) if isinstance(value, str) else value


def _is_left_out(value: Any) -> bool:
    return is_absent(value) or (isinstance(value, Model) and value.is_private)


# The named files


def _contents(found: Comparison, old: Path, new: Path) -> Iterator[Told]:
    """The named files whose content changed, where both can be read and are not one file."""
    folders = Folder(str(old)), Folder(str(new))
    for old_path, name in named_files(found.old):
        path = found.new_path(old_path)
        other = value_at(found.new, path)
        if not isinstance(other, str):
            continue
        files = folders[0].find(name), folders[1].find(other)
        if files[0].id == files[1].id or any(file.fault or file.way_out for file in files):
            continue
        sums = sha256_of(str(old / name)), sha256_of(str(new / other))
        if sums[0] and sums[1] and sums[0] != sums[1]:
            about, heading, subject, _ = _subject(found.new, path)
            change = Change("changed", old_path, path, f"sha256:{sums[0]}", f"sha256:{sums[1]}")
            says = f": the content of the file {quote(other)} changed"
            yield Told("content", change, about, heading, subject, says)


# The coverage


def _coverage(found: Comparison, was: Lists, now: Lists) -> Iterator[CoverageChange]:
    """How the coverage of each standard that both drafts name changed."""
    try:
        old, new = _matrices(found.old, was), _matrices(found.new, now)
    except TooLarge:
        yield CoverageChange("", reason="there are more units or groups than can be compared")
        return
    renamed = {}
    for own_at, pathway in sound(found.old.structure.pathways if found.old.structure else ()):
        path = found.new_path(("structure", "pathways", own_at, "name"))
        other = value_at(found.new, path)
        renamed[pathway.name or ""] = other or ""
    for at, (claim, matrix) in old.items():
        there = found.new_path(("standards", at))
        other_claim, other_matrix = new.get(there[1], (None, None))
        if other_claim is None or other_matrix is None:
            continue
        name = matrix.reference + (f" ({claim.option})" if claim.option else "")
        if claim.resolved_reference != other_claim.resolved_reference:
            continue
        if claim.version != other_claim.version:
            versions = join([in_words(one.version) for one in (claim, other_claim)])
            yield CoverageChange(
                name, reason=f"the versions differ ({versions}), and so the meaning of the labels"
            )
            continue
        overall = _ksbs(
            {row.label: row.met for row in matrix.rows},
            {row.label: row.met for row in other_matrix.rows},
        )
        pathways = []
        for own, after in renamed.items():
            changed = _ksbs(
                {row.label: row.pathways[own] for row in matrix.rows if own in row.pathways},
                {
                    row.label: row.pathways[after]
                    for row in other_matrix.rows
                    if after in row.pathways
                },
            )
            if changed:
                pathways.append((after, changed))
        if overall or pathways:
            yield CoverageChange(name, overall, tuple(pathways))


def _matrices(
    application: Application, lists: Lists
) -> dict[int | str, tuple[StandardClaim, Matrix]]:
    """The matrix of each standard, by its position."""
    claims = [
        (at, claim)
        for at, claim in sound(application.standards)
        if claim.resolved_reference is not None
    ]
    found = matrices(application, lists)
    return {at: (claim, one) for (at, claim), one in zip(claims, found, strict=True)}


def _ksbs(old: dict[str, Met], new: dict[str, Met]) -> tuple[KsbChange, ...]:
    """The KSBs that are met more or less. One that neither list nor mapping has is never met."""
    if not old or not new:
        return ()
    both = ((label, old.get(label, "never"), new.get(label, "never")) for label in {**old, **new})
    return tuple(KsbChange(*one) for one in both if one[1] != one[2])
