"""A table with KSBs on one side and units on the other, and a mark where they meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from htqcli.ksbs.lists import version_key
from htqcli.ksbs.versions import SHOWN
from htqcli.mapping.meaning import FULL, PARTIAL, Meanings, label_of, looks_like_mark
from htqcli.mapping.sheets import Cell, Sheet
from htqcli.mapping.understanding import (
    Place,
    Proposed,
    Reading,
    Score,
    Standard,
    Understood,
    Where,
)
from htqcli.vocabulary import parse_reference
from htqcli.words import quote, title_key, visible


class View:
    """The cells of a sheet with KSBs down and units across, whichever way they stand."""

    def __init__(self, sheet: Sheet, *, is_turned: bool) -> None:
        self.sheet = sheet
        self.is_turned = is_turned
        self.rows: dict[int, dict[int, Cell]] = {}
        for at, cell in sorted(
            sheet.cells.items(), key=lambda item: item[0][:: -1 if is_turned else 1]
        ):
            row, column = self.at(*at)
            self.rows.setdefault(row, {})[column] = cell

    def at(self, row: int, column: int) -> Place:
        """A place of the view in the sheet, or the other way round."""
        return (column, row) if self.is_turned else (row, column)


class _Heading(NamedTuple):
    """What stands above a column: a unit, another thing that has columns, or a text."""

    text: str
    at: Place
    unit: str | None = None
    role: str = ""
    trouble: str | None = None


REASON = re.compile(r"reason|justif|\bwhy\b|rationale", re.IGNORECASE)
ASSESSED = re.compile(r"assess", re.IGNORECASE)
_OUTCOME = re.compile(
    r"(?:LO|AC|learning outcomes?|outcomes?|assessment criteri(?:on|a))\s*[0-9]+(?:\.[0-9]+)*\b.*"
    r"|[0-9]{1,2}\.[0-9]{1,2}\b.*",
    re.IGNORECASE,
)
SUMMARY = re.compile(
    r"\b(?:totals?|sum|count|number|covers?|covered|coverage|per ?cent)\b|%", re.IGNORECASE
)
_OTHER = {
    "ksb", "ksbs", "ksbref", "ksbreference", "ksblabel", "label", "ref", "statement", "statements",
    "ksbstatement", "description", "detail", "details", "type", "category", "knowledge", "skill",
    "skills", "behaviour", "behaviours", "covered", "coverage", "comment", "comments", "note",
    "notes", "total", "totals", "level", "credits", "no", "number", "duty", "duties", "mapped",
    "met", "check", "checked", "status", "core", "coreoption",
}  # fmt: skip
_SIZE = re.compile(
    r"\W*(?:level|credits?|year|semester|term|glh|tqt)?\W*[0-9.]*\W*(?:credits?|glh|hours?|tqt)?\W*",
    re.IGNORECASE,
)
"""What stands below the title of a unit: its level, its credits, its year."""


def is_about_ksbs(text: str) -> bool:
    """Whether a heading is about the KSBs of a table, and not a unit."""
    return title_key(text) in _OTHER


class _Found(NamedTuple):
    """A cell of a row of the table, with the heading of its column."""

    row: int
    column: int
    cell: Cell
    heading: _Heading | None
    is_labelled: bool


class Matrix:
    """KSBs on one side and units on the other, with a mark where they meet."""

    def __init__(self, view: View, reading: Reading) -> None:
        self.view = view
        self.sheet = view.sheet
        self.units = reading.units
        self.assessments = reading.assessments
        self.labels = self._label_columns()
        self.headings: dict[int, _Heading] = {}
        self.has_outcomes = False
        self.found: list[_Found] = []
        self.last_labelled = max((row for own in self.labels.values() for row in own), default=0)
        self.stated = self._stated(reading.standards)
        self._scan()
        self.segments = self._segments()
        self.meanings = Meanings(self._legends(), self._mark_cells())
        self.score = self._score()

    def _label_columns(self) -> dict[int, dict[int, str]]:
        """The columns of labels, each with its rows."""
        found: dict[int, dict[int, str]] = {}
        for row, cells in self.view.rows.items():
            for column, cell in cells.items():
                if not cell.trouble and (label := label_of(cell.text)):
                    found.setdefault(column, {})[row] = label
        if not found:
            return {}
        most = max(len(set(own.values())) for own in found.values())
        return {
            column: own
            for column, own in sorted(found.items())
            if len(set(own.values())) >= min(most, 2)
        }

    def _stated(self, standards: Sequence[Standard]) -> dict[int, tuple[int, str]]:
        """The rows without a label that have a statement of a list, with its column and text."""
        labelled = {row for own in self.labels.values() for row in own}
        found = {}
        for row, cells in self.view.rows.items():
            if row in labelled:
                continue
            for column, cell in cells.items():
                if len(cell.text) >= _MIN_STATEMENT and any(
                    own.statements.label(cell.text) for own in standards
                ):
                    found[row] = column, cell.text
                    break
        return found

    def _scan(self) -> None:
        """Go down the rows: headings change what the columns below them are about."""
        labelled = {row for own in self.labels.values() for row in own} | self.stated.keys()
        was_labelled = False
        has_begun = not labelled
        for row, cells in self.view.rows.items():
            if row in labelled:
                was_labelled = has_begun = True
                for column, cell in cells.items():
                    if column not in self.labels:
                        self.found.append(
                            _Found(row, column, cell, self._heading(column), is_labelled=True)
                        )
                continue
            units = {
                column: unit
                for column, cell in cells.items()
                if not cell.trouble and (unit := self.units.named(cell.text))
            }
            if was_labelled and len(units) > 1:
                self.headings = {c: own for c, own in self.headings.items() if own.unit is None}
            was_labelled = was_labelled and len(units) < 2
            counts = not has_begun or any(SUMMARY.search(cells[c].text) for c in list(cells)[:3])
            for column, cell in cells.items():
                before = self._heading(column)
                if column in units and column not in self.labels:
                    self._head(row, column, cell, units[column])
                elif self._is_stray_mark(cell, before, counts=counts):
                    self.found.append(_Found(row, column, cell, before, is_labelled=False))
                elif not self._is_band(cells, cell):
                    self._head(row, column, cell, None)

    def _is_band(self, cells: Mapping[int, Cell], cell: Cell) -> bool:
        """Whether a cell is merged with one in a column of labels: a title over the whole table."""
        return cell.spread and any(
            column in cells and cells[column].text == cell.text for column in self.labels
        )

    def _is_stray_mark(self, cell: Cell, heading: _Heading | None, *, counts: bool) -> bool:
        """Whether a cell in a row that names no KSB is a mark all the same. A number is none among
        headings, and in a row that counts."""
        if heading is None or heading.unit is None or cell.spread:
            return False
        return looks_like_mark(cell) and not (counts and cell.text.isdigit())

    def _head(self, row: int, column: int, cell: Cell, unit: str | None) -> None:
        """Take a cell for the heading of its column, unless what stands there already says more."""
        if column in self.labels:
            return
        before = self.headings.get(column)
        at = self.view.at(row, column)
        new = _Heading(cell.text, at, unit, "" if unit else self._role(cell.text), cell.trouble)
        if unit is None and before is not None:
            if new.role in ("outcome", "other", "total") and before.unit:
                return
            if not new.role and (before.unit or before.role or _SIZE.fullmatch(cell.text)):
                return
        self.headings[column] = new

    def _role(self, text: str) -> str:
        key = title_key(text)
        if key in self.assessments:
            return "assessment"
        if _OUTCOME.fullmatch(text):
            return "outcome"
        if key in ("standard", "reference", "option"):
            return "option" if key == "option" else "standard"
        if len(text) < MAX_ROLE and REASON.search(text):
            return "reason"
        if len(text) < MAX_ROLE and ASSESSED.search(text):
            return "assessed"
        if is_about_ksbs(text):
            return "other"
        return ""

    def _heading(self, column: int) -> _Heading | None:
        """The heading of a column. One of a learning outcome is about the unit before it."""
        own = self.headings.get(column)
        if own is None or own.role != "outcome":
            return own
        before = column - 1
        while (other := self.headings.get(before)) is not None and other.role == "outcome":
            before -= 1
        if other is None or other.unit is None:
            return own
        self.has_outcomes = True
        return own._replace(unit=other.unit)

    def _segments(self) -> list[int]:
        """The columns of labels that have columns of units of their own after them."""
        with_units = {own.column for own in self.found if own.heading and own.heading.unit}
        kept: list[int] = []
        for column in self.labels:
            if not kept:
                if (
                    any(own > column for own in with_units)
                    or column == max(self.labels)
                    or not with_units
                ):
                    kept.append(column)
            elif any(kept[-1] < own < column for own in with_units) and any(
                own > column for own in with_units
            ):
                kept.append(column)
        return kept

    def label(self, found: _Found) -> tuple[int, str] | None:
        """The column and the label of the KSB that a cell is about: the nearest before it."""
        columns = [column for column in self.segments if column < found.column]
        column = columns[-1] if columns else (self.segments or [0])[0]
        label = self.labels.get(column, {}).get(found.row)
        return (column, label) if label else None

    def _legends(self) -> Iterator[str]:
        """The texts that can say what marks mean: outside rows of KSBs."""
        labelled = {own.row for own in self.found}
        for row, cells in self.view.rows.items():
            if row not in labelled:
                yield from (cell.text for cell in cells.values())

    def _mark_cells(self) -> Iterator[Cell]:
        return (own.cell for own in self.found if own.heading and own.heading.unit)

    def _score(self) -> Score:
        marks = assessed = told = 0
        unknown = self._unknown_columns()
        for own in self.found:
            if own.heading and own.heading.unit:
                marks += looks_like_mark(own.cell)
            elif own.heading and own.heading.role == "assessment":
                assessed += looks_like_mark(own.cell)
            elif own.column in unknown:
                told += looks_like_mark(own.cell)
        labels = sum(len(own) for own in self.labels.values())
        below = {
            column
            for column, own in self.headings.items()
            if own.unit and column not in self.labels
        }
        has_rows_below = any(own.is_labelled for own in self.found) or self._has_labels_below()
        return Score(marks, assessed, labels * len(below) if has_rows_below else 0, told)

    def _has_labels_below(self) -> bool:
        first = min(
            (self.view.at(*own.at)[0] for own in self.headings.values() if own.unit), default=None
        )
        return first is not None and first < self.last_labelled

    def _unknown_columns(self) -> set[int]:
        """Columns with marks below a heading that names nothing. Numbers are no marks where they
        count."""
        cells: dict[int, list[Cell]] = {}
        for own in self.found:
            if own.heading is None or not (own.heading.unit or own.heading.role):
                cells.setdefault(own.column, []).append(own.cell)
        return {
            column
            for column, own in cells.items()
            if any(map(looks_like_mark, own))
            and not any(cell.text.isdigit() and cell.text not in "01" for cell in own)
        }

    def is_like_statements(self, reading: Reading) -> bool:
        """Whether a row with marks has a text that is similar to a statement of a list."""
        for row in list(dict.fromkeys(own.row for own in self.found))[:_MAX_TRIED]:
            text = max((cell.text for cell in self.view.rows[row].values()), key=len)
            for standard in reading.standards:
                nearest = standard.statements.nearest(text)
                if len(text) >= _MIN_STATEMENT and nearest and nearest.similarity >= SHOWN:
                    return True
        return False

    @property
    def used(self) -> set[int]:
        """The rows of the sheet that the table takes up."""
        places = [self.view.at(own.row, own.column) for own in self.found]
        places += [self.view.at(row, c) for c, own in self.labels.items() for row in own]
        places += [own.at for own in self.headings.values()]
        return {row for row, _ in places}

    def fill(self, reading: Reading) -> None:
        """Say to a reading what the table says."""
        rows = _Cells(self, reading)
        unknown = self._unknown_columns()
        for own in self.found:
            rows.take(own, is_unknown=own.column in unknown)
        for column in self.segments:
            for row in self.labels[column]:
                rows.take_row(row, column)
        for row, (column, _) in self.stated.items():
            rows.take_row(row, column)
        rows.finish()


_MIN_STATEMENT = 12
MAX_ROLE = 60
_MAX_TRIED = 30


def _versions_in(sheet: Sheet) -> dict[str, str]:
    """The version of each standard that a sheet says in its first rows that it is about."""
    heads = (cell.text for (row, _), cell in sheet.cells.items() if row <= _MAX_HEAD)
    found = (re.match(_OF_VERSION, text[:_MAX_TITLE], re.IGNORECASE) for text in heads)
    return {own[1].upper(): own[2] for own in found if own}


_OF_VERSION = r"(?a)(ST\d{4})\b.*\bversion (\d{1,4}(?:\.\d{1,4})*)\W*$"
_MAX_HEAD = 5
_MAX_TITLE = 300


class _Cells:
    """The cells of a matrix as they are read, one after the other."""

    def __init__(self, matrix: Matrix, reading: Reading) -> None:
        self.matrix = matrix
        self.reading = reading
        self.sheet = matrix.sheet
        view = matrix.view
        skipped = set()
        if not view.is_turned:
            skipped = {own.row for own in matrix.found if own.is_labelled}
        self.where = Where(self.sheet, reading, skipped)
        self.marks = 0
        self.signs: dict[str, str] = {}
        self.standards: dict[str, None] = {}
        self.ksbs: set[tuple[int, str]] = set()
        self.about: dict[tuple[int, int], tuple[Standard, str] | str | None] = {}
        self.told = self._told_by_columns()
        self.versions = _versions_in(self.sheet)
        self.assessments = {
            matrix.assessments[title_key(own.text)]
            for own in matrix.headings.values()
            if own.role == "assessment" and not own.unit
        }
        self.units_of_columns = {
            own.column: own.heading.unit for own in matrix.found if own.heading and own.heading.unit
        }
        self.units_of_columns |= {
            column: own.unit for column, own in matrix.headings.items() if own.unit
        }

    def _told_by_columns(self) -> dict[int, str]:
        """What columns of standards and options say of each row."""
        found: dict[int, str] = {}
        for role in ("standard", "option"):
            for own in self.matrix.found:
                if (
                    own.heading
                    and own.heading.role == role
                    and (role == "option" or parse_reference(own.cell.text))
                ):
                    found[own.row] = f"{found.get(own.row, '')} {own.cell.text}".strip()
        return found

    def ksb(self, found: _Found) -> tuple[Standard, str] | str | None:
        """The KSB that a cell is about, or why that is not known; None if it is of a standard that
        is not read."""
        labelled = self.matrix.label(found)
        key = found.row, labelled[0] if labelled else 0
        if key not in self.about:
            self.about[key] = self._ksb(found.row, labelled)
            about = self.about[key]
            if isinstance(about, tuple):
                self.standards[about[0].name] = None
                self.ksbs.add((about[0].index, about[1]))
                self.reading.line(*about).columns.update(
                    unit for unit in self.units_of_columns.values() if unit
                )
        return self.about[key]

    def _ksb(self, row: int, labelled: tuple[int, str] | None) -> tuple[Standard, str] | str | None:
        view = self.matrix.view
        real_row = view.at(row, labelled[0] if labelled else 1)[0]
        standard = self.where.standard(real_row, self.told.get(row, ""))
        if standard is None:
            return None
        if labelled is None:
            return self._by_statement(row, standard)
        label = labelled[1]
        if label not in standard.labels and standard.is_known:
            return f"{standard.name} has no {label}"
        for text in self._texts(row):
            other = standard.statements.label(
                re.sub(r"^\W*[KSB]\s?\d+\W+", "", text, flags=re.IGNORECASE)
            )
            if other and other != label:
                return f"its row has the label {label} and the statement of {other}"
            if other == label:
                return standard, label
        mine, theirs = standard.claim.version, self.versions.get(standard.reference)
        if mine and theirs and version_key(mine) != version_key(theirs):
            return (
                f"the sheet is of version {theirs}, the draft of version {visible(mine)}, and the "
                f"row does not have the statement of {label} in that version"
            )
        return standard, label

    def _texts(self, row: int) -> list[str]:
        """The texts of a row that can be a statement, the longest first."""
        cells = self.matrix.view.rows.get(row, {})
        texts = (
            cell.text
            for column, cell in cells.items()
            if column not in self.units_of_columns and len(cell.text) >= _MIN_STATEMENT
        )
        return sorted(dict.fromkeys(texts), key=len, reverse=True)

    def _by_statement(self, row: int, standard: Standard) -> tuple[Standard, str] | str:
        texts = self._texts(row)
        for text in texts:
            if label := standard.statements.label(text):
                return standard, label
        trouble = next(
            (cell.trouble for c, cell in self.matrix.view.rows[row].items()
             if c in self.matrix.labels and cell.trouble), None,
        )  # fmt: skip
        if trouble:
            return f"the label of its row is not known: {trouble}"
        side = "column" if self.matrix.view.is_turned else "row"
        nearest = self.reading.nearest(standard, texts[0]) if texts else None
        if nearest is None:
            return f"its {side} names no KSB"
        column = next(
            column for column, cell in self.matrix.view.rows[row].items() if cell.text == texts[0]
        )
        is_taken = any(
            label == nearest.label for own in self.matrix.labels.values() for label in own.values()
        ) or any(nearest.label == own.label for own in self.reading.proposed)
        if nearest.is_proposed and not is_taken:
            self.reading.proposed.append(
                Proposed(
                    self.sheet.place(*self.matrix.view.at(row, column)),
                    texts[0],
                    standard.name,
                    nearest.label,
                    nearest.statement,
                    round(nearest.similarity, 2),
                )
            )
            return standard, nearest.label
        how = f"{nearest.label} of {standard.name}, {quote(nearest.statement)}"
        if nearest.similarity < SHOWN:
            return f"its {side} names no KSB. The nearest statement is that of {how}"
        return (
            f"its {side} has no label, and its statement {quote(texts[0])} is like that of {how}: "
            "write the label before it if it is the same"
        )

    def take(self, found: _Found, *, is_unknown: bool) -> None:
        """Read a cell."""
        heading, sheet = found.heading, self.sheet
        at = self.matrix.view.at(found.row, found.column)
        role = heading.role if heading and not heading.unit else ""
        if heading and heading.unit:
            self._mark(found, at, heading.unit)
        elif role in ("reason", "assessed", "assessment"):
            about = self.ksb(found)
            if isinstance(about, tuple) and role == "reason":
                self.reading.reason(*about, found.cell.text)
            elif isinstance(about, tuple) and role == "assessed":
                self.reading.assessed(sheet, at, *about)
            elif role == "assessment":
                self._assessment(found, at, about)
        elif is_unknown and looks_like_mark(found.cell):
            self._unknown(found, at)
        elif not role and self._lists_units(found):
            self.reading.tell(sheet, at, "it lists units beside a table of marks: say it in one of "
                              "the two")  # fmt: skip

    def _lists_units(self, found: _Found) -> bool:
        heading = found.heading.text if found.heading else ""
        return bool(
            re.search(r"(?i)unit|module|block|component|cover|where|mapp", heading)
            and self.matrix.units.listed(found.cell.text)
        )

    def _mark(self, found: _Found, at: Place, unit: str) -> None:
        reading, cell = self.reading, found.cell
        coverage, why = self.matrix.meanings.mark(cell)
        if not coverage and not why:
            self._sign(cell, "not covered")
            self.ksb(found)
            return
        about = self.ksb(found)
        if cell.spread:
            why = "it is merged with others: write a mark in each cell"
        if about is None:
            return
        if isinstance(about, str):
            reading.tell(self.sheet, at, about)
        elif why:
            reading.tell(self.sheet, at, why)
        elif reading.mark(self.sheet, at, *about, unit, coverage):
            self.marks += 1
            self._sign(cell, coverage)

    def _sign(self, cell: Cell, meaning: str) -> None:
        if cell.text.casefold() not in (FULL, PARTIAL) and len(self.signs) < _MAX_SIGNS:
            self.signs.setdefault(cell.text, meaning)

    def _assessment(
        self, found: _Found, at: Place, about: tuple[Standard, str] | str | None
    ) -> None:
        coverage, why = self.matrix.meanings.mark(found.cell)
        if about is None or found.heading is None:
            return
        if isinstance(about, str):
            why = about if coverage or why else None
        if why:
            self.reading.tell(self.sheet, at, why)
        elif isinstance(about, tuple) and coverage:
            line = self.reading.line(*about)
            name = self.matrix.assessments[title_key(found.heading.text)]
            line.assessed_by = tuple(dict.fromkeys((*(line.assessed_by or ()), name)))
            self.marks += 1

    def _unknown(self, found: _Found, at: Place) -> None:
        heading = found.heading
        side = "beside" if self.matrix.view.is_turned else "above"
        if self.where.standard(at[0], self.told.get(found.row, "")) is None:
            return
        if heading is None or not heading.text:
            why = f"no unit is named {side} it"
        elif heading.trouble:
            why = f"its heading {self.sheet.place(*heading.at)} is not known: {heading.trouble}"
        elif ASSESSED.search(self.sheet.name):
            why = f"the draft has no assessment {quote(heading.text)}"
        else:
            self.reading.new_units.setdefault(heading.text, None)
            why = f"the draft has no unit {quote(heading.text)}. ‘--structure’ adds it"
        self.reading.tell(self.sheet, at, why)

    def take_row(self, row: int, column: int) -> None:
        """Read what is empty in a row: a KSB without marks is covered by none of the units, and
        an empty reason or assessment takes away that of the draft."""
        cell = self.matrix.view.rows[row][column]
        about = self.ksb(_Found(row, column + 1, cell, None, is_labelled=True))
        if not isinstance(about, tuple):
            return
        line = self.reading.line(*about)
        roles = {own.role for own in self.matrix.headings.values() if not own.unit}
        if "reason" in roles and line.reasons is None:
            line.reasons = {"": None}
        if roles & {"assessed", "assessment"} and line.assessed_by is None:
            line.assessed_by = ()
        if "assessed" not in roles:
            line.assessments |= self.assessments

    def finish(self) -> None:
        """Say what was understood."""
        matrix = self.matrix
        if not self.standards:
            return
        if matrix.has_outcomes:
            self.reading.notes.append(
                f"Sheet {quote(self.sheet.name)}: learning outcomes are read as parts of the unit "
                "before them."
            )
        units: dict[str, str] = {}
        for own in (*(f.heading for f in matrix.found), *matrix.headings.values()):
            if own and own.unit:
                units.setdefault(own.unit, self.sheet.place(*own.at))
        layout = "KSBs across, units down" if matrix.view.is_turned else "KSBs down, units across"
        if not units:
            layout = layout.replace("units", "assessments")
        self.reading.understood.append(
            Understood(
                self.sheet.name, layout, ", ".join(self.standards), len(self.ksbs), units,
                self.marks, self.signs,
            )
        )  # fmt: skip


_MAX_SIGNS = 20


def found_in(view: View, reading: Reading) -> Matrix | None:
    """The table of KSBs and units in the cells of a view, if there is one."""
    found = Matrix(view, reading)
    if not any(found.score):
        return None
    if found.labels or found.stated or found.is_like_statements(reading):
        return found
    return None
