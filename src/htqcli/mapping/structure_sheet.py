"""The sheet of a workbook with the units of a draft and its structure, written and read back.

It has a row for each unit and a column for each list of units: those that every learner takes, each
group to choose from, and the same of each pathway. An `x` puts a unit in a list.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from htqcli.document.places import FieldPath
from htqcli.draft.application import Application, Choice, Unit
from htqcli.mapping.meaning import Meanings
from htqcli.mapping.restructuring import Amount, NewGroup, NewPathway, StructureChange
from htqcli.mapping.sheets import MAX_TEXT, Sheet, shown
from htqcli.mapping.understanding import Unread
from htqcli.model.part import sound
from htqcli.words import quote, title_key, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

UNIT_HEADINGS = ("Unit", "Title", "Credits")
LIST_HEADINGS = ("Pathway", "Group", "How many units")
_FIRST_LIST = 4
"""The column of the first list, counted from 1."""
_MAX_EXACT = 10**15
"""The first number that a spreadsheet may not keep exactly."""
EVERY = "all"

_Key = tuple[str, str, bool]
"""The pathway and the group of a list as a sheet shows them, and whether it is one of units that
every learner takes."""


class UnitList(NamedTuple):
    """A list of units in a structure: where it is, what it belongs to, and how many of its units a
    learner takes, in words."""

    path: FieldPath
    pathway: str
    group: str
    amount: str
    units: tuple[str, ...]

    @property
    def key(self) -> _Key:
        return shown(self.pathway), shown(self.group), self.amount == EVERY


class Read(NamedTuple):
    """What a structure sheet changes in the draft, the cells that cannot be read, and what else is
    to be known."""

    change: StructureChange
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]


def lists_of(application: Application) -> tuple[UnitList, ...]:
    """The lists of units of a draft. Without a structure, every unit is in the one of all."""
    structure = application.structure
    if structure is None or structure.is_empty:
        return (UnitList(_MANDATORY, "", "", EVERY, tuple(application.units)),)
    found = [UnitList(_MANDATORY, "", "", EVERY, _known(structure.mandatory))]
    found += _groups(structure.optional, ("structure",), "")
    for number, pathway in sound(structure.pathways):
        at: FieldPath = ("structure", "pathways", number)
        name = pathway.name or f"Pathway {number + 1}"
        found.append(UnitList((*at, "mandatory"), name, "", EVERY, _known(pathway.mandatory)))
        found += _groups(pathway.optional, at, name)
    return tuple(found)


_MANDATORY: FieldPath = ("structure", "mandatory")


def _known(units: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(name for _, name in sound(units))


def _groups(groups: tuple[Choice | None, ...], at: FieldPath, pathway: str) -> Iterator[UnitList]:
    for number, group in sound(groups):
        amount = f"choose {group.choose}" if group.choose else f"{group.credits or '?'} credits"
        yield UnitList(
            (*at, "optional", number, "from"),
            pathway,
            group.name or f"Group {number + 1}",
            amount,
            _known(group.from_ or ()),
        )


def write(
    sheet: Worksheet, application: Application, units: Sequence[str], formats: Mapping[str, Format]
) -> None:
    """Write the units, in this order, and the lists that they are in."""
    lists = lists_of(application)
    head, mark, first = formats["head"], formats["mark"], _FIRST_LIST - 1
    sheet.write_string(0, 0, _HINT)
    for row, name in enumerate(LIST_HEADINGS, 1):
        sheet.write_string(row, first - 1, name, head)
        for column, own in enumerate(lists, first):
            value = (own.pathway, own.group, own.amount)[row - 1]
            sheet.write_string(row, column, shown(value), formats["band"])
    top = len(LIST_HEADINGS) + 1
    for column, name in enumerate(UNIT_HEADINGS):
        sheet.write_string(top, column, name, head)
    for column in range(first, first + len(lists)):
        sheet.write_blank(top, column, None, head)
    for row, name in enumerate(units, top + 1):
        unit = application.units[name]
        sheet.write_string(row, 0, shown(name), formats["cell"])
        sheet.write_string(row, 1, shown(unit.title or "")[:MAX_TEXT], formats["open"])
        if unit.credits is None:
            sheet.write_blank(row, 2, None, formats["open"])
        elif unit.credits < _MAX_EXACT:
            sheet.write_number(row, 2, unit.credits, formats["open"])
        else:
            sheet.write_string(row, 2, str(unit.credits), formats["open"])
        for column, own in enumerate(lists, first):
            if name in own.units:
                sheet.write_string(row, column, "x", mark)
            else:
                sheet.write_blank(row, column, None, mark)
    last = top + len(units)
    total = sum(unit.credits or 0 for unit in application.units.values())
    sheet.write_string(last + 1, 1, _TOTAL, head)
    formula = f"=SUM(C{top + 2}:C{max(last + 1, top + 2)})"
    sheet.write_formula(last + 1, 2, formula, formats["cell"], total)
    if units:
        sheet.data_validation(top + 1, first, last, first + len(lists) - 1, {
            "validate": "list", "source": ["x"], "ignore_blank": True,
            "error_title": "x or nothing",
            "error_message": "Choose x, or leave the cell empty.",
        })  # fmt: skip
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 2, 16)
    sheet.set_column(first, first + len(lists) - 1, 16)
    sheet.freeze_panes(top + 1, 2)


_TOTAL = "Credits in all"
_HINT = (
    "x puts a unit in the list of the column. A learner takes all units of a list, or at "
    "least as many units (choose 2) or credits (30 credits) as its heading says."
)


def heading_row(sheet: Sheet) -> int | None:
    """The row of the headings of units, if a sheet is one that htq wrote for the structure."""
    for row in range(len(LIST_HEADINGS) + 1, _MAX_HEADING_ROW):
        own = tuple(sheet.text(row, column) for column in range(1, len(UNIT_HEADINGS) + 1))
        above = tuple(
            sheet.text(row - len(LIST_HEADINGS) + at, _FIRST_LIST - 1)
            for at in range(len(LIST_HEADINGS))
        )
        if (own, above) == (UNIT_HEADINGS, LIST_HEADINGS):
            return row
    return None


_MAX_HEADING_ROW = 20


def read(sheets: Sequence[Sheet], application: Application) -> Read:
    """What the structure sheets say that the draft does not."""
    reading = _Reading(application)
    for sheet in sheets:
        row = heading_row(sheet)
        if row is not None:
            reading.read(sheet, row)
    return Read(reading.change, tuple(reading.unread), tuple(reading.notes))


class _Reading:
    """The structure sheet of one workbook as it is read."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.change = StructureChange()
        self.unread: list[Unread] = []
        self.notes: list[str] = []
        self.ids = {shown(name): name for name in application.units}

    def tell(self, sheet: Sheet, row: int, column: int, why: str) -> None:
        self.unread.append(Unread(sheet.place(row, column), sheet.text(row, column), why))

    def read(self, sheet: Sheet, top: int) -> None:
        rows = self._rows(sheet, top)
        for row, name in rows.items():
            self._unit(sheet, row, name)
        there = set(rows.values())
        absent = [name for name in self.application.units if name not in there]
        if absent:
            names = ", ".join(map(visible, absent[:8]))
            self.notes.append(
                f"Sheet {quote(sheet.name)}: {names} not in it, so left as in the draft."
            )
        self._lists(sheet, top, rows)

    def _rows(self, sheet: Sheet, top: int) -> dict[int, str]:
        """The rows of units, each with the id in the draft, or a new one."""
        found: dict[int, str] = {}
        names: set[str] = set()
        numbers = self._free_ids()
        used = sorted({row for row, column in sheet.cells if row > top and column <= 2})
        for row in used:
            name, title = sheet.text(row, 1), sheet.text(row, 2)
            if not name and (title == _TOTAL or not title):
                continue
            if (trouble := self._trouble(sheet, row, 1)) is not None:
                self.tell(sheet, row, 1, trouble)
                continue
            own = self.ids.get(name) or name or next(numbers)
            if own in names:
                self.tell(sheet, row, 1, f"the unit {quote(own)} has two rows")
                continue
            found[row] = own
            names.add(own)
        for row, column in sorted(sheet.cells):
            if row > top and row not in found and column >= _FIRST_LIST:
                self.tell(sheet, row, column, "its row names no unit")
        return found

    def _trouble(self, sheet: Sheet, row: int, column: int) -> str | None:
        cell = sheet.cells.get((row, column))
        return cell.trouble if cell else None

    def _free_ids(self) -> Iterator[str]:
        """Ids that no unit of the draft has."""
        keys = {title_key(name) for name in self.application.units}
        return (f"U{n}" for n in itertools.count(1) if title_key(f"U{n}") not in keys)

    def _unit(self, sheet: Sheet, row: int, name: str) -> None:
        """A unit whose title or credits the sheet has otherwise, or a new one."""
        unit = self.application.units.get(name, Unit())
        title, credits = sheet.text(row, 2), sheet.text(row, 3)
        for column in (2, 3):
            if (trouble := self._trouble(sheet, row, column)) is not None:
                self.tell(sheet, row, column, trouble)
                return
        if credits and not re.fullmatch(r"[0-9]{1,18}", credits):
            self.tell(sheet, row, 3, "credits are a whole number")
            return
        is_same = not title or shown(unit.title or "")[:MAX_TEXT] == title
        new = (unit.title if is_same else title, int(credits) if credits else None)
        if new[0] is None and (name not in self.application.units or new[1] != unit.credits):
            self.tell(sheet, row, 1, "this unit needs a title")
        elif new[0] is not None and new != (unit.title, unit.credits):
            self.change.units[name] = (new[0], new[1])

    def _columns(self, sheet: Sheet, top: int) -> list[int]:
        return sorted({
            column for row, column in sheet.cells
            if column >= _FIRST_LIST and row >= top - len(LIST_HEADINGS)
        })  # fmt: skip

    def _lists(self, sheet: Sheet, top: int, rows: Mapping[int, str]) -> None:
        expected = list(lists_of(self.application))
        unmatched: list[int] = []
        pairs: dict[int, UnitList] = {}
        for column in self._columns(sheet, top):
            key = self._key(sheet, top, column)
            own = next((own for own in expected if own.key == key), None)
            if own is None:
                unmatched.append(column)
            else:
                expected.remove(own)
                pairs[column] = own
        kinds = [self._key(sheet, top, column)[2] for column in unmatched]
        if kinds and kinds == [own.key[2] for own in expected]:
            pairs |= dict(zip(unmatched, expected, strict=True))
            unmatched, expected = [], []
        for column, own in sorted(pairs.items()):
            self._list(sheet, top, column, own, rows)
        for column in unmatched:
            self._new_list(sheet, top, column, rows)
        self.notes += [
            f"Sheet {quote(sheet.name)}: no column for {_name(own)}, so left as in the draft."
            for own in expected
        ]

    def _key(self, sheet: Sheet, top: int, column: int) -> _Key:
        pathway, group, amount = (
            sheet.text(row, column) for row in range(top - len(LIST_HEADINGS), top)
        )
        return pathway, group, _amount(amount) == EVERY or not (group or amount)

    def _marked(
        self, sheet: Sheet, column: int, rows: Mapping[int, str]
    ) -> tuple[list[str], list[str]]:
        """The units of a column: with a mark, and without."""
        marked, others = [], []
        for row, name in rows.items():
            cell = sheet.cells.get((row, column))
            mark = Meanings((), ()).mark(cell) if cell else None
            if mark and mark.why:
                self.tell(sheet, row, column, "it is not a mark such as x")
            elif mark and mark.coverage:
                marked.append(name)
            else:
                others.append(name)
        return marked, others

    def _list(
        self, sheet: Sheet, top: int, column: int, own: UnitList, rows: Mapping[int, str]
    ) -> None:
        """A list that the draft has."""
        marked, others = self._marked(sheet, column, rows)
        before = list(own.units)
        if set(marked) - set(before) or set(others) & set(before):
            kept = [name for name in before if name not in others]
            self.change.lists[own.path] = (*kept, *(n for n in marked if n not in before))
        pathway, group, amount = (
            sheet.text(row, column) for row in range(top - len(LIST_HEADINGS), top)
        )
        at = own.path[:-1]
        if group and not own.key[2] and group != shown(own.group):
            self.change.names[at] = group
        if pathway and own.pathway and pathway != shown(own.pathway):
            self.change.names[own.path[:3]] = pathway
        if not own.key[2] and amount != own.amount:
            how = _amount(amount)
            if isinstance(how, Amount):
                self.change.amounts[at] = how
            else:
                self.tell(sheet, top - 1, column, _HOW_MANY)

    def _new_list(self, sheet: Sheet, top: int, column: int, rows: Mapping[int, str]) -> None:
        """A list that the draft does not have: of a new group, or of a new pathway."""
        marked, _ = self._marked(sheet, column, rows)
        pathway, group, amount = (
            sheet.text(row, column) for row in range(top - len(LIST_HEADINGS), top)
        )
        if not (pathway or group or amount):
            for row, name in rows.items():
                if name in marked:
                    self.tell(sheet, row, column, "no list of units is named above it")
            return
        how = _amount(amount)
        is_of_all = how == EVERY or not (group or amount)
        if pathway:
            home = self._pathway(pathway)
            if is_of_all and isinstance(home, NewPathway) and not home.mandatory:
                home.mandatory.extend(marked)
                return
        elif not is_of_all:
            home = ("structure",)
        else:
            self.tell(sheet, top - 1, column, "it is a second list of the units that all take")
            return
        if not isinstance(how, Amount):
            self.tell(sheet, top - 1, column, _HOW_MANY)
            return
        new = NewGroup(group, how, tuple(marked))
        if isinstance(home, NewPathway):
            home.optional.append(new)
        else:
            self.change.groups.setdefault(home, []).append(new)

    def _pathway(self, name: str) -> FieldPath | NewPathway:
        """The path of a pathway of the draft, else a new one."""
        for own in lists_of(self.application):
            if own.pathway and shown(own.pathway) == name:
                return own.path[:3]
        for new in self.change.pathways:
            if new.name == name:
                return new
        self.change.pathways.append(NewPathway(name, [], []))
        return self.change.pathways[-1]


_HOW_MANY = "it does not say how many units a learner takes: write all, choose 2 or 30 credits"


def _amount(text: str) -> Amount | str | None:
    """How many units of a list a learner takes, `all`, or None where a text says neither."""
    if text.casefold() in (EVERY, "every", "mandatory", "every learner takes"):
        return EVERY
    if found := re.fullmatch(r"(?i)(?:choose\s+)?0*([1-9][0-9]{0,8})(?:\s+units?)?", text):
        return Amount("choose", int(found[1]))
    if found := re.fullmatch(r"(?i)(?:choose\s+)?0*([1-9][0-9]{0,8})\s*credits?", text):
        return Amount("credits", int(found[1]))
    return None


def _name(own: UnitList) -> str:
    parts = [part for part in (own.pathway, own.group or EVERY) if part]
    return quote(", ".join(parts))


def in_words(change: StructureChange) -> list[str]:
    """What changes in the units and the structure, a line each."""
    lines = []
    for name, (title, credits) in change.units.items():
        lines.append(f"unit {name}: {title}" + ("" if credits is None else f", {credits} credits"))
    for path, units in change.lists.items():
        lines.append(f"{_in_words(path)}: {', '.join(units) or 'no unit'}")
    lines += [f"{_in_words(path)}: is called {name}" for path, name in change.names.items()]
    for path, how in change.amounts.items():
        lines.append(f"{_in_words(path)}: {how.field} {how.number}")
    for path, groups in change.groups.items():
        for own in groups:
            amount = f"{own.amount.field} {own.amount.number} of {', '.join(own.units)}"
            lines.append(f"{_in_words(path)}: new group {own.name}: {amount}")
    lines += [f"new pathway {own.name}" for own in change.pathways]
    return lines


def _in_words(path: FieldPath) -> str:
    """A path in the structure as people say it."""
    words = [f"{step + 1}" if isinstance(step, int) else step for step in path if step != "from"]
    return " ".join(words).replace("pathways", "pathway").replace("optional", "group")
