"""What the tables of a workbook say about the mapping of a draft.

Nobody's layout is known beforehand, so a table is found by what its cells say: labels and
statements of KSBs, ids and titles of units. What a cell means is never guessed: a mark that can
mean two things, or one below a heading that names no unit, is told. So marks read and marks told
are all the marks that are there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from htqcli.draft.application import Application, Unit, repeated_standards
from htqcli.ksbs.lists import Lists
from htqcli.mapping import matrix, rows, structure_sheet
from htqcli.mapping.matrix import Matrix, View
from htqcli.mapping.meaning import label_of, looks_like_mark
from htqcli.mapping.rows import Rows
from htqcli.mapping.sheets import Sheet
from htqcli.mapping.understanding import Reading, Result, Standard
from htqcli.model.part import sound
from htqcli.words import title_key


def understand(
    sheets: Sequence[Sheet],
    application: Application,
    lists: Lists,
    reference: str | None = None,
    option: str | None = None,
    *,
    with_structure: bool = False,
) -> Result:
    """What the tables say about the draft's mapping; with the structure, about its units and its
    structure too. Raises AskedFor."""
    said = structure_sheet.read(sheets, application)
    if not with_structure:
        result = _understand(sheets, application, lists, reference, option).result()
        is_other = bool(said.change or said.unread)
        return result._replace(notes=(*result.notes, *((_NOT_ASKED_FOR,) if is_other else ())))
    titles = {name: title for name, (title, _) in said.change.units.items()}
    application = _with_units(application, titles)
    reading = _understand(sheets, application, lists, reference, option)
    units = units_of(list(reading.new_units), application)
    if units:
        application = _with_units(application, units)
        reading = _understand(sheets, application, lists, reference, option)
    result = reading.result()
    return result._replace(
        unread=(*said.unread, *result.unread),
        notes=(*said.notes, *result.notes),
        new_units=units,
        structure=said.change,
    )


_NOT_ASKED_FOR = (
    "The sheet ‘Structure’ says other things than the draft, which stays as it is. ‘--structure’ "
    "takes them."
)


def _with_units(application: Application, units: Mapping[str, str]) -> Application:
    """A draft with these units as well, by id and title."""
    own = {name: Unit(title=title) for name, title in units.items()}
    return application.model_copy(update={"units": {**application.units, **own}})


def _understand(
    sheets: Sequence[Sheet],
    application: Application,
    lists: Lists,
    reference: str | None,
    option: str | None,
) -> Reading:
    again = repeated_standards(application)
    standards = [
        Standard(index, claim, lists)
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
    reading = Reading(application, standards)
    for sheet in sheets:
        if structure_sheet.heading_row(sheet) is None:
            _read(sheet, reading)
    return reading


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
        if label := label_of(cell.text):
            by_line.setdefault(column, {})[row] = label
    if not by_line:
        return []
    label_line, labels = _fullest(by_line)
    marked = {
        column
        for (row, column), cell in cells.items()
        if row in labels and column != label_line and looks_like_mark(cell)
    }
    headings: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(cells.items()):
        if row < min(labels) and column in marked and not matrix.is_about_ksbs(cell.text):
            headings.setdefault(row, {})[column] = cell.text
    return list(_fullest(headings)[1].values()) if headings else []


def _fullest(lines: Mapping[int, dict[int, str]]) -> tuple[int, dict[int, str]]:
    """The line that names the most different things; of equal ones the first."""
    return max(lines.items(), key=lambda item: (len(set(item[1].values())), -item[0]))


def units_of(headings: Sequence[str], application: Application) -> dict[str, str]:
    """New units for headings, by ids: the one that a heading begins with, else the next number."""
    found: dict[str, str] = {}
    for heading in headings:
        short = re.sub(r"(?i)^unit\s*([0-9]{1,4})\s*[:.)–—-]\s*(?=\S)", r"U\1: ", heading)
        named = re.fullmatch(r"([A-Za-z]{1,3}[0-9]{1,4}|[0-9]{2,4})[\s:–—-]+(\S.*)", short)
        name, title = (named[1], named[2]) if named else (None, heading)
        if re.fullmatch(r"[A-Za-z]{1,3}[0-9]{1,4}|[0-9]{2,4}", heading):
            name = heading
        taken = {title_key(own) for own in (*application.units, *found)}
        numbers = (f"U{number}" for number in range(1, len(taken) + 2))
        if name is None or title_key(name) in taken:
            name = next(own for own in numbers if title_key(own) not in taken)
        found[name] = title
    return found


def _read(sheet: Sheet, reading: Reading) -> None:
    """Read the tables of a sheet, one after the other."""
    left = sheet
    for _ in range(_MAX_TABLES):
        tables: list[Matrix | Rows | None] = [
            matrix.found_in(View(left, is_turned=False), reading),
            matrix.found_in(View(left, is_turned=True), reading),
            rows.found_in(left, reading),
        ]
        found = [table for table in tables if table is not None]
        best = max(found, key=lambda table: table.score, default=None)
        if best is None or (left is not sheet and not best.score.marks):
            return
        if left is sheet:
            reading.tell_hidden(sheet)
        best.fill(reading)
        used = best.used
        rest = {at: cell for at, cell in left.cells.items() if at[0] not in used}
        if len(rest) == len(left.cells):
            return
        left = Sheet(sheet.name, cells=rest)


_MAX_TABLES = 20
"""How many tables of a sheet are read: more than anybody's has."""
