"""A table with a row for each unit, each KSB or each pair of them, and lists in its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from htqcli.mapping.matrix import ASSESSED, MAX_ROLE, REASON
from htqcli.mapping.meaning import FULL, PARTIAL, UNIT_WORDS, Meanings, label_of, labels_in
from htqcli.mapping.sheets import MAX_CELLS, Cell, NotRead, Sheet
from htqcli.mapping.understanding import Place, Reading, Score, Standard, Understood, Where
from htqcli.words import quote


class Rows:
    """A row for each unit with its KSBs, for each KSB with its units, or for each pair."""

    def __init__(self, sheet: Sheet, reading: Reading) -> None:
        self.sheet = sheet
        self.rows: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(sheet.cells.items()):
            self.rows.setdefault(row, {})[column] = cell
        self.headings = self._headings()
        labels: dict[int, dict[int, list[str]]] = {}
        units: dict[int, dict[int, list[str]]] = {}
        for row, cells in self.rows.items():
            for column, cell in cells.items():
                own = self._labels(column, cell.text)
                if own and not cell.trouble:
                    labels.setdefault(column, {})[row] = own
                elif named := reading.units.listed(cell.text):
                    units.setdefault(column, {})[row] = named
        self.label_columns, self.unit_columns = self._sides(labels, units)
        self.labels = {c: own for c, own in labels.items() if c in self.label_columns}
        self.units = {c: own for c, own in units.items() if c in self.unit_columns}
        both = self._rows_of(self.labels) & self._rows_of(self.units)
        both = both or self._rows_of(self.labels)
        self.first = min(both | self._rows_of(self.labels), default=0)
        self.last = max(both, default=0)
        pairs = sum(len(self._of(self.labels, r)) * len(self._of(self.units, r)) for r in both)
        self.score = Score(pairs, 0, 0, 0 if pairs else len(both))
        texts = {column: own for column, own in self.headings.items() if column not in self.units}
        self.by_role = {
            column: "reason" if REASON.search(text) else "assessed" if ASSESSED.search(text)
            else "coverage" if re.search(r"(?i)cover|extent|full|partial|strength|main", text)
            else "" for column, text in texts.items() if column not in self.labels
        }  # fmt: skip

    def _headings(self) -> dict[int, str]:
        """The texts of the first row with several, for each column."""
        for cells in self.rows.values():
            if len({cell.text for cell in cells.values()}) > 1:
                return {column: cell.text for column, cell in cells.items()}
        return {}

    def _labels(self, column: int, text: str) -> list[str]:
        """The KSBs of a cell. Below `Knowledge` a number is a label without its letter."""
        if one := label_of(text):
            return [one]
        found = re.match(r"(?i)\W*(knowledge|skills?|behaviou?rs?|[KSB]s?)\W*$",
                         self.headings.get(column, ""))  # fmt: skip
        return labels_in(text, found[1][0].upper() if found else "")

    def _sides(
        self, labels: Mapping[int, dict[int, list[str]]], units: Mapping[int, dict[int, list[str]]]
    ) -> tuple[set[int], set[int]]:
        """The columns that name KSBs and those that name units, where rows have both."""
        best: tuple[int, int, int] = (0, 0, 0)
        for column, own in units.items():
            for other, others in labels.items():
                if column != other:
                    pairs = sum(len(own[row]) * len(others[row]) for row in own.keys() & others)
                    best = max(best, (pairs, -column, -other))
        pairs, unit_column, label_column = best[0], -best[1], -best[2]
        if not pairs:
            return self._sides_of_unknown_units(labels)
        rows = units[unit_column].keys()
        label_columns = {
            column for column, own in labels.items()
            if column == label_column or (own.keys() & rows and column not in units)
        }  # fmt: skip
        unit_columns = {
            column for column, own in units.items()
            if column == unit_column
            or (own.keys() & labels[label_column].keys() and column not in label_columns
                and not re.search(r"(?i)prereq|pre-req|related", self.headings.get(column, "")))
        }  # fmt: skip
        return label_columns, unit_columns

    def _sides_of_unknown_units(
        self, labels: Mapping[int, dict[int, list[str]]]
    ) -> tuple[set[int], set[int]]:
        """The columns of labels, and one that says of itself that it names units."""
        for column, text in self.headings.items():
            if re.match(rf"(?i)(?:{UNIT_WORDS})s?\b", text) and column not in labels:
                return set(labels), {column}
        return set(), set()

    def _rows_of(self, side: Mapping[int, dict[int, list[str]]]) -> set[int]:
        return {row for own in side.values() for row in own}

    def _of(self, side: Mapping[int, dict[int, list[str]]], row: int) -> list[str]:
        return list(dict.fromkeys(name for own in side.values() for name in own.get(row, ())))

    @property
    def used(self) -> set[int]:
        """The rows of the sheet that the table takes up."""
        return set(range(self.first - 1, self.last + 1))

    def fill(self, reading: Reading) -> None:
        """Say to a reading what the table says."""
        sheet, marks = self.sheet, 0
        meanings = Meanings((cell.text for cell in sheet.cells.values()), self._coverage_cells())
        where = Where(sheet, reading, set(range(self.first, self.last + 1)))
        named = {name for own in self.units.values() for names in own.values() for name in names}
        ksbs: set[str] = set()
        signs: dict[str, str] = {}
        standards: dict[str, None] = {}
        for row, cells in self.rows.items():
            if row < self.first or not (self._is_row(row, cells)):
                continue
            standard = where.standard(row)
            if standard is None:
                continue
            standards[standard.name] = None
            coverage, at, why = self._coverage(row, cells, meanings)
            units, labels = self._of(self.units, row), self._of(self.labels, row)
            known = [label for label in labels if label in standard.labels or not standard.is_known]
            self._tell_unread(row, cells, reading)
            for label in labels:
                column = next(c for c, own in self.labels.items() if label in own.get(row, ()))
                if label not in known:
                    reading.tell(sheet, (row, column), f"{standard.name} has no {label}")
            if why and units and known:
                reading.tell(sheet, at, why)
                continue
            if at[1] and coverage and units and known:
                signs.setdefault(cells[at[1]].text, coverage)
            ksbs.update(known)
            for label in known:
                reading.line(standard, label).columns |= named
                for unit in units:
                    if not coverage:
                        continue
                    column = next(c for c, own in self.labels.items() if label in own[row])
                    marks += reading.mark(sheet, (row, column), standard, label, unit, coverage)
                self._others(row, cells, reading, standard, label, coverage)
        places = {
            name: sheet.place(row, column)
            for column, own in sorted(self.units.items(), reverse=True)
            for row, names in sorted(own.items(), reverse=True)
            for name in names
        }
        if standards:
            reading.understood.append(
                Understood(sheet.name, "a row for each unit or KSB, with a list",
                           ", ".join(standards), len(ksbs), places, marks, signs)
            )  # fmt: skip

    def _is_row(self, row: int, cells: Mapping[int, Cell]) -> bool:
        """Whether a row has one side of the table."""
        has_label, has_unit = self.label_columns & cells.keys(), self.unit_columns & cells.keys()
        return bool(has_label and has_unit) or (row <= self.last and bool(has_label or has_unit))

    def _coverage_cells(self) -> list[Cell]:
        return [
            cells[column]
            for row, cells in self.rows.items()
            if self.first <= row <= self.last
            for column, role in self.by_role.items()
            if role == "coverage" and column in cells
        ]

    def _coverage(
        self, row: int, cells: Mapping[int, Cell], meanings: Meanings
    ) -> tuple[str, Place, str | None]:
        """How far the units of a row cover its KSBs, the cell that says so, and why that is not
        known."""
        for column, cell in cells.items():
            if column in self.label_columns | self.unit_columns:
                continue
            if self.by_role.get(column) == "coverage":
                mark = meanings.mark(cell)
                return mark.coverage, (row, column), mark.why
            if not self.by_role.get(column) and not cell.trouble:
                mark = meanings.mark(cell)
                if mark.coverage == PARTIAL:
                    return PARTIAL, (row, column), None
        return FULL, (row, 0), None

    def _tell_unread(self, row: int, cells: Mapping[int, Cell], reading: Reading) -> None:
        """Tell of a cell of one side that names nothing known."""
        units, labels = self._of(self.units, row), self._of(self.labels, row)
        for column, cell in cells.items():
            if not Meanings((), ()).mark(cell).why:
                continue
            if labels and column in self.unit_columns and row not in self.units.get(column, {}):
                reading.tell(self.sheet, (row, column), self._why_no_unit(cell, reading))
            elif units and column in self.label_columns and row not in self.labels[column]:
                why = cell.trouble or "it is not a list of KSBs such as K1, K3-K5"
                reading.tell(self.sheet, (row, column), why)

    def _why_no_unit(self, cell: Cell, reading: Reading) -> str:
        if cell.trouble:
            return cell.trouble
        if len(cell.text) >= MAX_ROLE or re.search(r"[,;/]", cell.text):
            return "it lists a unit that the draft does not have"
        reading.new_units.setdefault(cell.text, None)
        return f"the draft has no unit {quote(cell.text)}. ‘--structure’ adds it"

    def _others(
        self,
        row: int,
        cells: Mapping[int, Cell],
        reading: Reading,
        standard: Standard,
        label: str,
        coverage: str,
    ) -> None:
        """Assessments, and the reason if the coverage is partial: why a unit covers a KSB in full
        is no reason of the draft's."""
        for column, role in self.by_role.items():
            if role == "reason" and column in cells and coverage == PARTIAL:
                reading.reason(standard, label, cells[column].text)
            elif role == "assessed" and column in cells:
                reading.assessed(self.sheet, (row, column), standard, label)


def found_in(sheet: Sheet, reading: Reading) -> Rows | None:
    """The table of lists in the cells of a sheet, if there is one."""
    found = Rows(sheet, reading)
    if found.score.marks > MAX_CELLS:
        raise NotRead(f"its lists have more than {MAX_CELLS:,} pairs of a unit and a KSB")
    return found if any(found.score) else None
