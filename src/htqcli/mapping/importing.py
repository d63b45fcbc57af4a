"""What the tables of a workbook say about the mapping of a draft.

Nobody's layout is known beforehand, so a table is found by what its cells say: labels and
statements of KSBs, ids and titles of units. What a cell means is never guessed: a mark that can
mean two things, or one below a heading that names no unit, is told. So marks read and marks told
are all the marks that are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from htqcli.draft.application import Application, StandardClaim, repeated_standards
from htqcli.ksbs.lists import KsbList, Lists, label_order
from htqcli.mapping.editing import Covering
from htqcli.mapping.sheets import Cell, Sheet, column_name
from htqcli.model.part import sound
from htqcli.vocabulary import parse_reference
from htqcli.words import quote, title_key

Place = tuple[int, int]
"""A row and a column, counted from 1."""


class Unread(NamedTuple):
    """A cell that was not read, and why."""

    cell: str
    text: str
    reason: str


class Understood(NamedTuple):
    """What was understood of a sheet: its layout in words, the standard, how many KSBs and marks
    were read, and the cell of each unit."""

    sheet: str
    layout: str
    standard: str
    ksbs: int
    units: dict[str, str]
    marks: int


class AskedFor(Exception):
    """A table does not say which of the draft’s standards it is about."""


@dataclass(slots=True)
class _Line:
    """What the tables say of one KSB. None where they have no column for it."""

    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    reason: str | None = None
    assessed_by: tuple[str, ...] | None = None


class Result(NamedTuple):
    """What the tables of a workbook say: the KSBs that change, by the positions of the standards
    and by labels, what was understood, what was not read, what else is to be known, and the
    headings with marks below them that name no unit of the draft."""

    changes: dict[int, dict[str, Covering]]
    understood: tuple[Understood, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    new_units: tuple[str, ...] = ()


class _Standard:
    """A standard of the draft, with the words by which a table names its KSBs."""

    def __init__(self, index: int, claim: StandardClaim, lists: Lists) -> None:
        self.index = index
        self.claim = claim
        self.reference = claim.resolved_reference or ""
        known = lists.get(self.reference, claim.version)
        self.labels = set(claim.ksbs or {})
        self.statements: dict[str, str] = {}
        self.is_known = isinstance(known, KsbList)
        if isinstance(known, KsbList):
            self.labels |= set(known.ksbs)
            counted = Counter(_bare(text) for text in known.statements.values())
            self.statements = {
                _bare(text): label
                for label, text in known.statements.items()
                if counted[_bare(text)] == 1
            }

    def has_option_in(self, text: str) -> bool:
        """Whether a text names the option."""
        option = title_key(self.claim.option or "")
        return bool(option) and option in title_key(text)

    @property
    def name(self) -> str:
        """The reference, and the option if there is one."""
        return f"{self.reference} {self.claim.option}" if self.claim.option else self.reference


_KSB = re.compile(
    r"([KSB])\s?0*([1-9][0-9]{0,2})(?![0-9])[\s:.)\u2010-\u2015-]*(.*)", re.IGNORECASE
)
_RANGE = re.compile(
    r"([KSB])\s?0*([1-9][0-9]{0,2})"
    r"(?:\s*(?:-|[\u2010-\u2014]|to)\s*([KSB]?)\s?0*([1-9][0-9]{0,2}))?",
    re.IGNORECASE,
)


def _bare(text: str) -> str:
    """A statement without blanks, dashes, quotation marks and the final stop."""
    return title_key(text)


def _label(text: str) -> str | None:
    """The one KSB that a cell is about: its label, alone or before its statement."""
    found = _KSB.fullmatch(text)
    if found is None or (found[3] and len(found[3]) < 12 and _labels(text)):
        return None
    return f"{found[1].upper()}{found[2]}"


def _labels(text: str) -> list[str]:
    """The KSBs that a cell lists, such as `K1, K3-K5; S2`; none where it holds anything else."""
    found: dict[str, None] = {}
    left = text
    while left := left.strip(" ,;/&+\n"):
        left = re.sub(r"^and\b\s*", "", left, flags=re.IGNORECASE)
        run = _RANGE.match(left)
        if run is None or (run[3] and run[3].upper() != run[1].upper()):
            return []
        first, last = int(run[2]), int(run[4] or run[2])
        if not first <= last <= first + 100:
            return []
        found |= dict.fromkeys(f"{run[1].upper()}{number}" for number in range(first, last + 1))
        left = left[run.end() :].lstrip(".):")
    return list(found)


class _Units:
    """The units of the draft, by the words with which a heading can name them."""

    def __init__(self, application: Application) -> None:
        self.by_id = {title_key(name): name for name in application.units}
        titles = Counter(title_key(unit.title or "") for unit in application.units.values())
        self.by_title = {
            title_key(unit.title): name
            for name, unit in application.units.items()
            if unit.title and titles[title_key(unit.title)] == 1
        }

    def named(self, text: str) -> str | None:
        """The unit that a heading names by its id, its title or both."""
        key = title_key(text)
        for form in (key, key.removeprefix("unit"), key.removeprefix("module")):
            if form in self.by_id:
                return self.by_id[form]
            if form in self.by_title:
                return self.by_title[form]
        start = re.match(r"\s*(?:(?:unit|module)\s+)?([^\s:,;–—]+)[\s:–—-]+\S", text, re.IGNORECASE)
        found = self.by_id.get(title_key(start[1])) if start else None
        if found is not None:
            return found
        ends = (own for title, own in self.by_title.items() if key.endswith(title))
        return next(ends, None) if len(key) < 60 and re.match(_BEFORE_TITLE, text) else None

    def listed(self, text: str) -> list[str]:
        """The units that a cell lists; none where it names anything else."""
        if (one := self.named(text)) is not None:
            return [one]
        parts = [part for part in re.split(r"\s*[,;/&\n]\s*|\s+and\s+", text) if part]
        found = [self.by_id.get(title_key(part)) or self.named(part) for part in parts]
        return [name for name in found if name] if all(found) else []


_BEFORE_TITLE = r"(?i)(?:unit|module|block|component|[a-z]{0,3}[0-9])"
"""What stands before the title of a unit in a heading, in place of its id."""

_FULL = {
    *("full", "fully", "f", "x", "×", "✓", "✔", "✅", "☑", "√", "1", "y", "yes", "true", "*"),
    *("●", "•", "■", "covered", "main", "c"),
}
_PARTIAL = {"partial", "partially", "partly", "part", "◐", "partially covered", "partly covered"}
_NONE = {
    "-",
    "–",
    "—",
    "no",
    "n",
    "0",
    "false",
    "none",
    "not covered",
    "✗",
    "✘",
    "☐",
    "○",
    "n/a",
    ".",
}
_TICKS = {
    "wingdings": {"ü": "full", "þ": "full", "l": "full", "n": "full", "û": "", "ý": "", "o": ""},
    "webdings": {"a": "full", "r": ""},
    "wingdings 2": {"P": "full", "R": "full", "O": "", "S": ""},
}
"""Letters that are ticks and crosses in the fonts that Windows has for them."""


def _mark(cell: Cell, p_is_partial: bool) -> tuple[str, str | None]:
    """How far a mark covers, `` for not at all; and why that is not known, where it is not."""
    if cell.trouble:
        return "", cell.trouble
    if cell.font in _TICKS:
        if cell.text in _TICKS[cell.font]:
            return _TICKS[cell.font][cell.text], None
        return "", f"it is a sign of the font {cell.font.title()} that htq does not know"
    text = cell.text.casefold().strip().rstrip(".") or cell.text
    if text in _FULL:
        return "full", None
    if text in _PARTIAL or (text == "p" and p_is_partial):
        return "partial", None
    if text in _NONE:
        return "", None
    if text == "p":
        return "", "it can be a tick or mean ‘partial’: write full or partial"
    return "", "it is not a mark such as full, partial, x or ✓"


_REASON = re.compile(r"reason|justif|why|rationale", re.IGNORECASE)
_ASSESSED = re.compile(r"assess", re.IGNORECASE)
_OTHER = re.compile(
    r"ksb|label|ref|statement|descri|detail|knowledge|skill|behaviou?r|covered|standard|option"
    r"|type|comment|note|total|level",
    re.IGNORECASE,
)


def understand(
    sheets: Sequence[Sheet],
    application: Application,
    lists: Lists,
    reference: str | None = None,
    option: str | None = None,
) -> Result:
    """What the tables say about the draft's mapping. Raises AskedFor."""
    again = repeated_standards(application)
    standards = [
        _Standard(index, claim, lists)
        for index, claim in sound(application.standards)
        if claim.resolved_reference and index not in again
    ]
    if reference:
        standards = [
            own
            for own in standards
            if own.reference == reference
            and (option is None or title_key(own.claim.option or "") == title_key(option))
        ]
    reading = _Reading(application, standards)
    for sheet in sheets:
        reading.read(sheet)
    return reading.result()


def unit_headings(sheets: Sequence[Sheet]) -> list[str]:
    """What the tables of a workbook say of units nobody knows yet: the headings with marks below
    them, beside the labels of KSBs."""
    found: dict[str, None] = {}
    for sheet in sheets:
        across = _headings_of(sheet, is_turned=False)
        down = _headings_of(sheet, is_turned=True)
        found |= dict.fromkeys(down if len(down) > len(across) else across)
    return list(found)


def _headings_of(sheet: Sheet, *, is_turned: bool) -> list[str]:
    """The headings of a table of KSBs down and units across, or the other way round."""
    cells = {(at[1], at[0]) if is_turned else at: cell for at, cell in sheet.cells.items()}
    by_line: dict[int, dict[int, str]] = {}
    for (row, column), cell in cells.items():
        if label := _label(cell.text):
            by_line.setdefault(column, {})[row] = label
    if not by_line:
        return []
    label_line, labels = _fullest(by_line)
    marked = {
        column
        for (row, column), cell in cells.items()
        if row in labels and column != label_line and _mark(cell, p_is_partial=False)[0]
    }
    headings: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(cells.items()):
        if row < min(labels) and column in marked and not _OTHER.fullmatch(cell.text):
            headings.setdefault(row, {})[column] = cell.text
    return list(_fullest(headings)[1].values()) if headings else []


def units_of(headings: Sequence[str], application: Application) -> dict[str, str]:
    """New units for headings, by ids: the one that a heading begins with, else the next number."""
    found: dict[str, str] = {}
    for heading in headings:
        named = re.fullmatch(r"([A-Za-z]{1,3}[0-9]{1,4}|[0-9]{2,4})[\s:–—-]+(\S.*)", heading)
        name, title = (named[1], named[2]) if named else (None, heading)
        if re.fullmatch(r"[A-Za-z]{1,3}[0-9]{1,4}|[0-9]{2,4}", heading):
            name = heading
        taken = {title_key(own) for own in (*application.units, *found)}
        numbers = (f"U{number}" for number in range(1, len(taken) + 2))
        if name is None or title_key(name) in taken:
            name = next(own for own in numbers if title_key(own) not in taken)
        found[name] = title
    return found


class _Reading:
    """The tables of one workbook as they are read."""

    def __init__(self, application: Application, standards: Sequence[_Standard]) -> None:
        self.application = application
        self.standards = standards
        self.units = _Units(application)
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

    def read(self, sheet: Sheet) -> None:
        """Read the table of a sheet, if it has one."""
        tables: list[_Matrix | _Rows | None] = [_matrix(sheet, self.units)]
        tables.append(_rows(sheet, self.units))
        if not any(tables):
            tables.append(_by_statements(sheet, self.units, self.standards))
            tables.append(_by_assessments(sheet, self.assessments))
        found = [table for table in tables if table is not None]
        best = max(found, key=lambda table: table.score, default=None)
        if best is None:
            return
        self._tell_hidden(sheet)
        best.fill(self)

    def standard_of(self, sheet: Sheet, told: str | None = None) -> _Standard | None:
        """The standard that a table is about: as it says itself, else the only one. None for one
        that is not read, which is noted."""
        words = [told] if told else [sheet.name, *_first_words(sheet)]
        others: dict[str, None] = {}
        for word in words:
            typed = word.upper().replace(" ", "")
            named = [own for own in self.standards if own.reference in typed]
            with_option = [own for own in named if own.has_option_in(word)]
            if len(with_option or named) == 1:
                return (with_option or named)[0]
            if not named:
                others |= dict.fromkeys(re.findall(r"ST[0-9]{4}", typed))
        if others:
            note = f"Sheet {quote(sheet.name)}: what is about {_some(list(others))} was not read."
            self.notes += [] if note in self.notes else [note]
            return None
        if len(self.standards) == 1 and not told:
            return self.standards[0]
        raise AskedFor(
            f"The sheet {quote(sheet.name)} does not say which standard it is about. "
            "Say so with ‘--standard’."
        )

    def line(self, standard: _Standard, label: str) -> _Line:
        return self.lines.setdefault(standard.index, {}).setdefault(label, _Line())

    def tell(self, sheet: Sheet, at: Place, why: str) -> None:
        """Tell of a cell that is not read."""
        self.unread.append(Unread(sheet.place(*at), sheet.text(*at), why))

    def mark(
        self, sheet: Sheet, at: Place, standard: _Standard, label: str, unit: str, coverage: str
    ) -> None:
        """Take a mark. A second one that says something else is told."""
        line = self.line(standard, label)
        before = line.marks.get(unit)
        if before and before[0] != coverage:
            self.tell(sheet, at, f"{before[1]} says {before[0]} of the same unit and KSB")
            return
        line.marks[unit] = coverage, sheet.place(*at)

    def assessed(self, sheet: Sheet, at: Place, standard: _Standard, label: str) -> None:
        """Take the assessments that a cell lists."""
        line, text = self.line(standard, label), sheet.text(*at)
        names = [part for part in re.split(r"\s*[,;\n]\s*", text) if part]
        found = [self.assessments.get(title_key(part)) for part in names]
        if not all(found):
            unknown = next(part for part, own in zip(names, found, strict=True) if own is None)
            self.tell(sheet, at, f"the draft has no assessment {quote(unknown)}")
            return
        line.assessed_by = tuple(dict.fromkeys(filter(None, [*(line.assessed_by or ()), *found])))

    def _tell_hidden(self, sheet: Sheet) -> None:
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
                    f"{standard.name}: no column for {_some(missing)}, so their marks stay as in "
                    "the draft."
                )
        return Result(
            changes,
            tuple(self.understood),
            tuple(self.unread),
            tuple(self.notes),
            tuple(self.new_units),
        )

    def _new(self, standard: _Standard, label: str, line: _Line) -> Covering | None:
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
            self.unread.append(
                Unread(
                    next((cell for _, cell in line.marks.values()), ""),
                    label,
                    "a KSB is covered either in full or in part by all of its units, and this "
                    f"one is both: {', '.join(cells[:6])}",
                )
            )
            return None
        new = Covering(
            units,
            said.pop() if said else before.coverage,
            before.reason if line.reason is None else (line.reason or None),
            before.assessed_by if line.assessed_by is None else line.assessed_by,
        )
        return None if new == before else new


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


def _first_words(sheet: Sheet) -> Iterator[str]:
    """What stands in the first rows, where titles are."""
    for (row, _), cell in sorted(sheet.cells.items()):
        if row > 6:
            return
        yield cell.text


@dataclass(slots=True)
class _Matrix:
    """KSBs on one side and units on the other, with a mark where they meet."""

    sheet: Sheet
    labels: dict[int, str]
    units: dict[int, str]
    heading: int
    label_line: int
    is_turned: bool
    score: int

    def at(self, label: int, unit: int) -> Place:
        return (unit, label) if self.is_turned else (label, unit)

    def heading_at(self, unit: int) -> Place:
        return (unit, self.heading) if self.is_turned else (self.heading, unit)

    def fill(self, reading: _Reading) -> None:
        sheet = self.sheet
        lines = {at[0] if self.is_turned else at[1] for at in sheet.cells}
        others = sorted(lines - self.units.keys() - {self.label_line})
        standard_line = self._standard_line(others)
        units = {unit: sheet.place(*self.heading_at(line)) for line, unit in self.units.items()}
        marks = 0
        p_is_partial = any(
            cell.text.casefold() in _PARTIAL | {"f", "full"} and not cell.font.startswith("w")
            for cell in sheet.cells.values()
        )
        standards: dict[str, _Standard | None] = {}
        for line, label in sorted(self.labels.items()):
            told = sheet.text(*self.at(line, standard_line)) if standard_line else ""
            told = self._with_option(told, line)
            if told not in standards:
                standards[told] = reading.standard_of(sheet, told or None)
            standard = standards[told]
            if standard is None:
                continue
            if label not in standard.labels and standard.is_known:
                for unit_line in self.units:
                    if sheet.text(*self.at(line, unit_line)):
                        reading.tell(
                            sheet, self.at(line, unit_line), f"{standard.name} has no {label}"
                        )
                continue
            own = reading.line(standard, label)
            own.columns.update(self.units.values())
            for unit_line, unit in self.units.items():
                at = self.at(line, unit_line)
                cell = sheet.cells.get(at)
                if cell is None:
                    continue
                if cell.spread:
                    reading.tell(sheet, at, "it is merged with others: write a mark in each cell")
                    continue
                coverage, why = _mark(cell, p_is_partial)
                if why:
                    reading.tell(sheet, at, why)
                elif coverage:
                    marks += 1
                    reading.mark(sheet, at, standard, label, unit, coverage)
            self._others(reading, others, line, standard, label, p_is_partial)
        names = [own.name for own in standards.values() if own is not None]
        if not names:
            return
        name = ", ".join(dict.fromkeys(names))
        layout = "KSBs across, units down" if self.is_turned else "KSBs down, units across"
        reading.understood.append(
            Understood(sheet.name, layout, name, len(self.labels), units, marks)
        )

    def _standard_line(self, others: Iterable[int]) -> int | None:
        for line in others:
            if title_key(self.sheet.text(*self.heading_at(line))) in ("standard", "reference"):
                cells = [self.sheet.text(*self.at(label, line)) for label in self.labels]
                if cells and all(parse_reference(text) for text in cells):
                    return line
        return None

    def _with_option(self, told: str, line: int) -> str:
        for other in sorted(
            {column for _, column in self.sheet.cells} if not self.is_turned else ()
        ):
            if title_key(self.sheet.text(*self.heading_at(other))) == "option":
                return f"{told} {self.sheet.text(*self.at(line, other))}".strip()
        return told

    def _others(
        self,
        reading: _Reading,
        others: Sequence[int],
        line: int,
        standard: _Standard,
        label: str,
        p_is_partial: bool,
    ) -> None:
        """Reasons, assessments, and marks below headings that name no unit."""
        sheet = self.sheet
        own = reading.line(standard, label)
        for other in others:
            at, heading = self.at(line, other), sheet.text(*self.heading_at(other))
            text = sheet.text(*at)
            if _REASON.search(heading):
                own.reason = text
            elif _ASSESSED.search(heading):
                own.assessed_by = own.assessed_by or ()
                if text:
                    reading.assessed(sheet, at, standard, label)
            elif (name := reading.assessments.get(title_key(heading))) is not None:
                coverage, why = _mark(sheet.cells[at], True) if at in sheet.cells else ("", None)
                if why:
                    reading.tell(sheet, at, why)
                elif coverage:
                    own.assessed_by = (*(own.assessed_by or ()), name)
            elif text and heading and not _OTHER.search(heading):
                coverage, why = _mark(sheet.cells[at], p_is_partial)
                if coverage or text.casefold() == "p":
                    reading.new_units.setdefault(heading, None)
                    reading.tell(
                        sheet,
                        at,
                        f"no unit of the draft is called {quote(heading)}. ‘--structure’ adds it",
                    )


def _matrix(sheet: Sheet, units: _Units) -> _Matrix | None:
    """The best table of KSBs on one side and units on the other."""
    named_labels = {at: label for at, cell in sheet.cells.items() if (label := _label(cell.text))}
    named_units = {at: unit for at, cell in sheet.cells.items() if (unit := units.named(cell.text))}
    found = [
        _matrix_of(sheet, named_labels, named_units, is_turned=is_turned)
        for is_turned in (False, True)
    ]
    return max(filter(None, found), key=lambda table: table.score, default=None)


def _matrix_of(
    sheet: Sheet, labels: Mapping[Place, str], units: Mapping[Place, str], *, is_turned: bool
) -> _Matrix | None:
    side = 0 if is_turned else 1
    by_line: dict[int, dict[int, str]] = {}
    for at, label in labels.items():
        by_line.setdefault(at[side], {})[at[1 - side]] = label
    by_heading: dict[int, dict[int, str]] = {}
    for at, unit in units.items():
        by_heading.setdefault(at[1 - side], {})[at[side]] = unit
    if not by_line or not by_heading:
        return None
    label_line, own_labels = _fullest(by_line)
    heading, own_units = _fullest(by_heading)
    own_labels = {at: label for at, label in own_labels.items() if at > heading}
    own_units = {at: unit for at, unit in own_units.items() if at != label_line}
    if not own_labels or not own_units:
        return None
    owners = [
        at[side]
        for at, cell in sheet.cells.items()
        if at[1 - side] == heading and title_key(cell.text) in ("standard", "option")
    ]

    def whole(at: int) -> tuple[str, ...]:
        places = ((at, owner) if side else (owner, at) for owner in owners)
        return (own_labels[at], *(sheet.text(*place) for place in places))

    if len(own_labels) > 1.5 * len(set(map(whole, own_labels))):
        return None  # the same labels again and again: a row for each pair
    return _Matrix(
        sheet, own_labels, own_units, heading, label_line, is_turned,
        len(own_labels) * len(own_units),
    )  # fmt: skip


def _fullest(lines: Mapping[int, dict[int, str]]) -> tuple[int, dict[int, str]]:
    """The line that names the most different things; of equal ones the first."""
    return max(lines.items(), key=lambda item: (len(set(item[1].values())), -item[0]))


@dataclass(slots=True)
class _Rows:
    """A row for each unit with its KSBs, for each KSB with its units, or for each pair."""

    sheet: Sheet
    unit_column: int
    label_column: int
    rows: dict[int, tuple[list[str], list[str]]]
    score: int

    def fill(self, reading: _Reading) -> None:
        sheet, marks = self.sheet, 0
        first = min(self.rows)
        columns = sorted({column for _, column in sheet.cells})
        headings = {column: sheet.text(first - 1, column) for column in columns}
        standard = reading.standard_of(sheet)
        if standard is None:
            return
        labels = {label for _, labels in self.rows.values() for label in labels}
        named = {unit for units, _ in self.rows.values() for unit in units}
        for row, (units, own) in sorted(self.rows.items()):
            coverage = "full"
            for column in columns:
                if column not in (self.unit_column, self.label_column):
                    cell = sheet.cells.get((row, column))
                    if cell and cell.text.casefold() in _PARTIAL:
                        coverage = "partial"
            for label in own:
                if label not in standard.labels and standard.is_known:
                    reading.tell(sheet, (row, self.label_column), f"{standard.name} has no {label}")
                    continue
                line = reading.line(standard, label)
                line.columns |= named
                for unit in units:
                    marks += 1
                    reading.mark(sheet, (row, self.label_column), standard, label, unit, coverage)
                for column, heading in headings.items():
                    text = sheet.text(row, column)
                    if _REASON.search(heading) and text and coverage == "partial":
                        line.reason = text
                    elif _ASSESSED.search(heading) and text and column != self.label_column:
                        reading.assessed(sheet, (row, column), standard, label)
        self._tell_others(reading)
        places = {
            unit: sheet.place(row, self.unit_column)
            for row, (units, _) in sorted(self.rows.items(), reverse=True)
            for unit in units
        }
        reading.understood.append(
            Understood(sheet.name, "a row for each unit or KSB, with a list", standard.name,
                       len(labels), places, marks)
        )  # fmt: skip

    def _tell_others(self, reading: _Reading) -> None:
        """Tell of rows of the table of which one side cannot be read."""
        sheet = self.sheet
        first, last = min(self.rows), max(self.rows)
        for row in range(first, last + 1):
            if row in self.rows:
                continue
            unit, label = sheet.text(row, self.unit_column), sheet.text(row, self.label_column)
            if unit and label:
                if _labels(label) or _label(label):
                    reading.tell(
                        sheet, (row, self.unit_column), "no unit of the draft is called so"
                    )
                else:
                    reading.tell(
                        sheet, (row, self.label_column), "it is no list of KSBs such as K1, K3-K5"
                    )


def _rows(sheet: Sheet, units: _Units) -> _Rows | None:
    """The best pair of columns of which one names units and the other KSBs."""
    labels: dict[Place, list[str]] = {}
    named: dict[Place, list[str]] = {}
    for at, cell in sheet.cells.items():
        if (own := units.listed(cell.text)) and not _labels(cell.text):
            named[at] = own
        elif own := (_labels(cell.text) or list(filter(None, [_label(cell.text)]))):
            labels[at] = own
    best: _Rows | None = None
    for unit_column in {column for _, column in named}:
        for label_column in {column for _, column in labels}:
            rows = {
                row: (own, labels[row, label_column])
                for (row, column), own in named.items()
                if column == unit_column and (row, label_column) in labels
            }
            pairs = sum(len(own) * len(others) for own, others in rows.values())
            if rows and (best is None or pairs > best.score):
                best = _Rows(sheet, unit_column, label_column, rows, pairs)
    return best


def _by_assessments(sheet: Sheet, assessments: Mapping[str, str]) -> _Matrix | None:
    """A matrix of KSBs and assessments, which says nothing about units."""
    labels = {at: label for at, cell in sheet.cells.items() if (label := _label(cell.text))}
    named = {
        at: name
        for at, cell in sheet.cells.items()
        if (name := assessments.get(title_key(cell.text)))
    }
    found = _matrix_of(sheet, labels, named, is_turned=False)
    if found is not None:
        found.units = {}
    return found


def _by_statements(sheet: Sheet, units: _Units, standards: Sequence[_Standard]) -> _Matrix | None:
    """A matrix whose KSBs are statements without labels, each just as in the standard's list."""
    known = {text: label for own in standards for text, label in own.statements.items()}
    read = {at: known.get(_bare(cell.text)) for at, cell in sheet.cells.items()}
    labels = {at: label for at, label in read.items() if label}
    named = {at: unit for at, cell in sheet.cells.items() if (unit := units.named(cell.text))}
    found = [_matrix_of(sheet, labels, named, is_turned=is_turned) for is_turned in (False, True)]
    return max(filter(None, found), key=lambda table: table.score, default=None)
