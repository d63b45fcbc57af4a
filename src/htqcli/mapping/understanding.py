"""What is understood of the tables of a workbook, told and not told, until it is a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from htqcli.draft.application import Application, StandardClaim
from htqcli.ksbs.lists import KsbList, Lists, label_order
from htqcli.mapping.editing import Covering
from htqcli.mapping.meaning import Units, label_of
from htqcli.mapping.restructuring import StructureChange
from htqcli.mapping.sheets import Sheet, column_name, shown
from htqcli.mapping.statements import Nearest, Statements
from htqcli.model.part import sound
from htqcli.words import quote, title_key

Place = tuple[int, int]
"""A row and a column, counted from 1."""


class Unread(NamedTuple):
    """A cell that was not read, and why."""

    cell: str
    text: str
    reason: str


class Proposed(NamedTuple):
    """A statement without a label, and the nearly equal one of the list that it is taken for."""

    cell: str
    text: str
    standard: str
    label: str
    statement: str
    similarity: float


class Understood(NamedTuple):
    """What was understood of a table: its layout in words, the standard, how many KSBs and marks
    were read, the cell of each unit, and what each sign that stands for a mark was taken for."""

    sheet: str
    layout: str
    standard: str
    ksbs: int
    units: dict[str, str]
    marks: int
    signs: dict[str, str]


class AskedFor(Exception):
    """A table does not say which of the draft’s standards it is about."""


@dataclass(slots=True)
class _Line:
    """What the tables say of one KSB. None where they have no column for it."""

    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    reasons: dict[str, None] | None = None
    assessed_by: tuple[str, ...] | None = None
    assessments: set[str] = field(default_factory=set)
    """The assessments that have a column of their own."""

    @property
    def reason(self) -> str | None:
        """The reasons of its rows."""
        return None if self.reasons is None else "; ".join(filter(None, self.reasons))


class Result(NamedTuple):
    """What the tables of a workbook say: the KSBs that change, by the positions of the standards
    and by labels, what was understood, what was not read, what else is to be known, the statements
    that are taken for others, which a person has to agree to, and the new units of the headings
    with the change of the structure, where they are asked for."""

    changes: dict[int, dict[str, Covering]]
    understood: tuple[Understood, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    proposed: tuple[Proposed, ...]
    new_units: dict[str, str]
    structure: StructureChange


class Standard:
    """A standard of the draft, with the words by which a table names its KSBs."""

    def __init__(self, index: int, claim: StandardClaim, lists: Lists) -> None:
        self.index = index
        self.claim = claim
        self.reference = claim.resolved_reference or ""
        known = lists.get(self.reference, claim.version)
        self.labels = set(claim.ksbs or {})
        self.is_known = isinstance(known, KsbList)
        self.statements = Statements({})
        title = claim.title
        if isinstance(known, KsbList):
            self.labels |= set(known.ksbs)
            self.statements = Statements(known.statements)
            title = known.title
        self.title = title_key(title or "")

    def is_named_in(self, text: str) -> bool:
        """Whether a text names the standard by its reference or its title."""
        return self.reference in text.upper().replace(" ", "") or (
            len(self.title) >= _MIN_TITLE and self.title in title_key(text)
        )

    def has_option_in(self, text: str) -> bool:
        """Whether a text names the option."""
        option = title_key(self.claim.option or "")
        return bool(option) and option in title_key(text)

    @property
    def name(self) -> str:
        """The reference, and the option if there is one."""
        return f"{self.reference} {self.claim.option}" if self.claim.option else self.reference


_MIN_TITLE = 8


class Score(NamedTuple):
    """How much a table says: marks of units, marks of assessments, cells for marks, and marks
    below what names nothing."""

    marks: int
    assessed: int
    cells: int
    told: int


class Reading:
    """The tables of one workbook as they are read."""

    def __init__(self, application: Application, standards: Sequence[Standard]) -> None:
        self.application = application
        self.standards = standards
        self.units = Units(application)
        self.assessments = {
            title_key(word): name
            for name, title in application.assessments.items()
            for word in (name, title)
        }
        self.lines: dict[int, dict[str, _Line]] = {}
        self.understood: list[Understood] = []
        self.unread: list[Unread] = []
        self.notes: list[str] = []
        self.new_units: dict[str, None] = {}
        self.proposed: list[Proposed] = []
        self.compared = 0

    def standard_of(self, sheet: Sheet, words: Iterable[str]) -> Standard | None:
        """The standard that the first of these words to name one names, else the only one. None
        for one that is not read, which is noted."""
        others: dict[str, None] = {}
        for word in words:
            named = [own for own in self.standards if own.is_named_in(word)]
            exact = [own for own in named if own.reference in word.upper().replace(" ", "")]
            named = exact or named
            with_option = [own for own in named if own.has_option_in(word)]
            if len(with_option or named) == 1:
                return (with_option or named)[0]
            if not named:
                others |= dict.fromkeys(re.findall(r"ST[0-9]{4}", word.upper().replace(" ", "")))
                if others:
                    break
        if others:
            note = f"Sheet {quote(sheet.name)}: the part about {_some(list(others))} was not read."
            self.notes += [] if note in self.notes else [note]
            return None
        if len(self.standards) == 1:
            return self.standards[0]
        raise AskedFor(
            f"The sheet {quote(sheet.name)} does not say which standard it is about. "
            "Say so with ‘--standard’."
        )

    def line(self, standard: Standard, label: str) -> _Line:
        return self.lines.setdefault(standard.index, {}).setdefault(label, _Line())

    def tell(self, sheet: Sheet, at: Place, why: str) -> None:
        """Tell of a cell that is not read."""
        self.unread.append(Unread(sheet.place(*at), sheet.text(*at), why))

    def mark(
        self, sheet: Sheet, at: Place, standard: Standard, label: str, unit: str, coverage: str
    ) -> bool:
        """Take a mark. A second one that says something else is told."""
        line = self.line(standard, label)
        before = line.marks.get(unit)
        if before and before[0] != coverage:
            self.tell(sheet, at, f"{before[1]} says {before[0]} for the same unit and KSB")
            return False
        line.marks.setdefault(unit, (coverage, sheet.place(*at)))
        return True

    def reason(self, standard: Standard, label: str, text: str) -> None:
        """Take a reason, even an empty one: it takes away that of the draft."""
        line = self.line(standard, label)
        line.reasons = {**(line.reasons or {}), text: None}

    def assessed(self, sheet: Sheet, at: Place, standard: Standard, label: str) -> None:
        """Take the assessments that a cell lists."""
        line, text = self.line(standard, label), sheet.text(*at)
        line.assessed_by = line.assessed_by or ()
        whole = self.assessments.get(title_key(text))
        names = [part for part in re.split(r"\s*[,;/\n]\s*|\s+and\s+", text) if part]
        found = [whole] if whole else [self.assessments.get(title_key(part)) for part in names]
        if not all(found):
            unknown = next(part for part, own in zip(names, found, strict=True) if own is None)
            self.tell(sheet, at, f"the draft has no assessment {quote(unknown)}")
            return
        line.assessed_by = tuple(dict.fromkeys(filter(None, [*line.assessed_by, *found])))

    def nearest(self, standard: Standard, text: str) -> Nearest | None:
        """The most similar statement of the list. Only so many texts are compared."""
        self.compared += 1
        return standard.statements.nearest(text) if self.compared <= _MAX_COMPARED else None

    def tell_hidden(self, sheet: Sheet) -> None:
        if sheet.is_hidden:
            self.notes.append(f"The sheet {quote(sheet.name)} is hidden. It was read.")
        used_rows = {row for row, _ in sheet.cells}
        used_columns = {column for _, column in sheet.cells}
        rows = sorted(sheet.hidden_rows & used_rows)
        columns = sorted(sheet.hidden_columns & used_columns)
        if rows:
            said = ", ".join(map(str, rows[:5])) + (" and more" if rows[5:] else "")
            self.notes.append(f"Sheet {quote(sheet.name)}: hidden rows were read: {said}.")
        if columns:
            said = ", ".join(map(column_name, columns[:5])) + (" and more" if columns[5:] else "")
            self.notes.append(f"Sheet {quote(sheet.name)}: hidden columns were read: {said}.")

    def result(self) -> Result:
        changes: dict[int, dict[str, Covering]] = {}
        for standard in self.standards:
            lines = self.lines.get(standard.index)
            if lines is None:
                continue
            own = changes.setdefault(standard.index, {})
            for label, line in lines.items():
                if (new := self._new(standard, label, line)) is not None:
                    own[label] = new
            if standard.is_known:
                absent = sorted(standard.labels - lines.keys(), key=label_order)
                if absent:
                    self.notes.append(
                        f"{standard.name}: {_some(absent)} not in the workbook, so left as in the "
                        "draft."
                    )
            columns = {unit for line in lines.values() for unit in line.columns}
            missing = [unit for unit in self.application.units if unit not in columns]
            if missing and columns:
                self.notes.append(
                    f"{standard.name}: no column for {_some(missing)}, so the draft keeps those "
                    "marks."
                )
        return Result(
            changes,
            tuple(self.understood),
            tuple(self.unread),
            tuple(dict.fromkeys(self.notes)),
            tuple(self.proposed),
            {},
            StructureChange(),
        )

    def _new(self, standard: Standard, label: str, line: _Line) -> Covering | None:
        """What the draft is to say of a KSB, where that is another than it says; what it says of
        units that have no column stays."""
        before = _covering(standard.claim, label)
        kept = [u for u in before.units if u not in line.columns or u in line.marks]
        units = (*kept, *(unit for unit in line.marks if unit not in kept))
        said = {coverage for coverage, _ in line.marks.values()}
        others = [unit for unit in kept if unit not in line.marks]
        if others:
            said.add(before.coverage)
        if len(said) > 1:
            cells = [f"{cell} {coverage}" for coverage, cell in line.marks.values()]
            if others:
                cells.append(f"{_some(others)} {before.coverage} in the draft")
            self.unread.append(
                Unread(
                    next((cell for _, cell in line.marks.values()), ""),
                    label,
                    "a KSB is covered either in full or in part by all of its units, and this "
                    f"one is both: {', '.join(cells[:6])}",
                )
            )
            return None
        assessed = before.assessed_by if line.assessed_by is None else line.assessed_by
        if line.assessments:
            stay = [a for a in before.assessed_by if a in assessed or a not in line.assessments]
            assessed = tuple(dict.fromkeys((*stay, *assessed)))
        reason = line.reason
        if reason is None or reason == shown(before.reason or ""):
            reason = before.reason
        new = Covering(
            units,
            said.pop() if said else before.coverage,
            reason or None,
            assessed,
        )
        return None if new == before else new


_MAX_COMPARED = 300
"""How many texts are compared with each statement: more than anybody's workbook has, and few enough
for one that means harm."""


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (" and more" if names[8:] else "")


def _covering(claim: StandardClaim, label: str) -> Covering:
    own = (claim.ksbs or {}).get(label)
    if own is None:
        return Covering(())
    return Covering(
        tuple(name for _, name in sound(own.units)),
        own.coverage,
        own.reason,
        tuple(name for _, name in sound(own.assessed_by)),
    )


def _references(sheet: Sheet, standards: Sequence[Standard]) -> list[tuple[int, str]]:
    """The rows in which a standard is named outside a table, each with the text that names it."""
    found = []
    for (row, _), cell in sorted(sheet.cells.items()):
        if (
            not cell.spread
            and not label_of(cell.text)
            and (
                re.search(r"(?i)\bST ?[0-9]{4}", cell.text)
                or any(own.is_named_in(cell.text) for own in standards)
            )
        ):
            found.append((row, cell.text))
    return found


class Where:
    """Which standard the parts of a sheet are about."""

    def __init__(self, sheet: Sheet, reading: Reading, skipped: set[int]) -> None:
        self.sheet = sheet
        self.reading = reading
        named = _references(sheet, reading.standards)
        self.named = [(row, text) for row, text in named if row not in skipped]
        several = {
            own.index
            for _, text in self.named
            for own in reading.standards
            if own.is_named_in(text)
        }
        self.by_sheet = any(own.is_named_in(sheet.name) for own in reading.standards) and (
            len(several) < 2
        )
        self.known: dict[tuple[str, ...], Standard | None] = {}

    def standard(self, row: int, told: str = "") -> Standard | None:
        """The standard of a row: as its own cells say, else as the nearest row above says, else as
        the name of the sheet says."""
        above = [text for at, text in self.named if at <= row][::-1]
        words = [self.sheet.name, *above] if self.by_sheet else [*above, self.sheet.name]
        key = (told,) if told else tuple(words[:_MAX_WORDS])
        if key not in self.known:
            self.known[key] = self.reading.standard_of(self.sheet, key)
        return self.known[key]


_MAX_WORDS = 8
