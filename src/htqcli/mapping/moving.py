"""A workbook in which a mapping moves to another version of a standard.

It has the KSBs of the new version, each with what it was in the old one. What was carried over is
marked. Where a person has to decide, the workbook asks, and its answers are read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from htqcli.draft.application import Application
from htqcli.ksbs.lists import parse_label
from htqcli.ksbs.versions import Comparison, Fate, Succession
from htqcli.mapping.carrying import Carried, Decision, covering_units
from htqcli.mapping.editing import Covering
from htqcli.mapping.sheets import Sheet
from htqcli.mapping.understanding import Result, Unread
from htqcli.words import counted, join, title_key, visible

DECISION = "Decision"
AS_BEFORE, NO_UNIT = "as before", "no unit"
DECISIONS = (AS_BEFORE, NO_UNIT)
"""What can be decided of a KSB, unless units are marked in its row: the units that covered it
before cover it too, or none does."""


class Move(NamedTuple):
    """The move of a standard, or of an option of it, from one version to another."""

    reference: str
    option: str | None
    old: str
    new: str

    def __str__(self) -> str:
        option = f" ({visible(self.option)})" if self.option else ""
        return f"Moves {self.reference}{option} from version {self.old} to version {self.new}"

    def position(self, application: Application) -> int | None:
        """The position of its standard in a draft; None if the draft does not map to the old
        version of it."""
        for index, claim in enumerate(application.standards):
            if (
                claim
                and claim.resolved_reference == self.reference
                and title_key(claim.option or "") == title_key(self.option or "")
                and claim.version == self.old
            ):
                return index
        return None


_MOVE = re.compile(
    r"Moves (ST\d{4})(?: \((.+)\))? from version (\d[\d.]*) to version (\d[\d.]*)(?:\W|\Z)"
)


def moves_in(sheets: Sequence[Sheet]) -> Iterator[tuple[Move, Sheet]]:
    """The moves that the sheets of a workbook are about."""
    for sheet in sheets:
        if move := _move_of(sheet):
            yield move, sheet


def _move_of(sheet: Sheet) -> Move | None:
    for (row, _), cell in sheet.cells.items():
        if row <= _MAX_HEAD and (found := _MOVE.match(cell.text)):
            return Move(found[1], found[2], found[3], found[4].rstrip("."))
    return None


_MAX_HEAD = 5
"""In how many rows a sheet says what it is about."""


class Answer(NamedTuple):
    """What a sheet says of a KSB to decide, and the name of its cell."""

    text: str
    cell: str


def answers_in(sheet: Sheet) -> dict[str, Answer]:
    """The decisions of a sheet, by the labels of the new version. An empty one has no text."""
    heads = [(row, column) for (row, column), cell in sheet.cells.items() if cell.text == DECISION]
    if len(heads) != 1:
        return {}
    head, column = heads[0]
    labels = {
        row: parse_label(cell.text)
        for (row, at), cell in sorted(sheet.cells.items())
        if at == 1 and row > head
    }
    return {
        label: Answer(
            " ".join(sheet.text(row, column).split()).casefold(), sheet.place(row, column)
        )
        for row, label in labels.items()
        if label
    }


def as_before(carried: Carried, decision: Decision) -> Covering:
    """What covered the KSBs of a decision in the old version, together."""
    before = [carried.covered[label] for label in decision.old]
    reasons = [own.reason for own in before if own.reason]
    is_full = all(own.coverage == "full" for own in before)
    return Covering(
        tuple(covering_units(carried, decision.old)),
        "full" if is_full else "partial",
        "; ".join(dict.fromkeys(reasons)) or None,
        tuple(dict.fromkeys(name for own in before for name in own.assessed_by)),
    )


class Was(NamedTuple):
    """What a KSB of the new version was in the old one: its statements, and what became of it in
    words. `decides`: a person has to decide which units cover it."""

    statement: str
    became: str
    decides: bool = False


def origins(found: Comparison, carried: Carried) -> dict[str, Was]:
    """What each KSB of the new version was."""
    to_decide = set(carried.open_labels)
    return {
        label: _origin(found, carried, one, decides=label in to_decide)
        for one in found.successions
        for label in one.new
    }


def _origin(found: Comparison, carried: Carried, one: Succession, *, decides: bool) -> Was:
    if one.fate is Fate.NEW:
        return Was("", "new")
    statements = [found.old.statements[label] for label in one.old]
    names = join(one.old)
    if one.is_exact:
        return Was(statements[0], "the same" if one.fate is Fate.SAME else f"the same, was {names}")
    covered = [label for label in one.old if label in carried.covered]
    units = join(covering_units(carried, covered)) or "no unit"
    became = f"was {names}, {one.fate}; covered by {units}"
    return Was(" / ".join(statements), visible(became), decides)


class Moved(NamedTuple):
    """A move that a workbook is about, the position of its standard in the draft, the draft as far
    as it is carried over, and the sheet."""

    move: Move
    at: int
    found: Comparison
    carried: Carried
    sheet: Sheet


def with_decisions(result: Result, moves: Sequence[Moved]) -> Result:
    """What a workbook says, with the decisions that it makes. What nobody has decided is told as
    not read."""
    changes = {index: dict(own) for index, own in result.changes.items()}
    unread, notes = list(result.unread), list(result.notes)
    for moved in moves:
        marked = changes.setdefault(moved.at, {})
        carried = moved.carried
        notes.append(f"{moved.move}: {counted(len(carried.labels), 'KSB')} carried over")
        for label in carried.gone:
            units = visible(join(covering_units(carried, [label])) or "no unit")
            notes.append(f"{label} is gone; it was covered by {units}")
        notes += carried.notes
        answers = answers_in(moved.sheet)
        for decision in carried.decisions:
            unread += _undecided(decision, moved) if decision.is_elsewhere else ()
            for label in () if decision.is_elsewhere else decision.new:
                answer = answers.get(label, Answer("", ""))
                covering = _decided(carried, decision, answer, marked.get(label))
                if isinstance(covering, Covering):
                    marked[label] = covering
                else:
                    cell = answer.cell or moved.sheet.name
                    unread.append(Unread(cell, answer.text, f"{label}: {covering}"))
    return result._replace(changes=changes, unread=tuple(unread), notes=tuple(notes))


def _undecided(decision: Decision, moved: Moved) -> Iterator[Unread]:
    """What has to be decided in the draft, because it is not about a line of the mapping."""
    labels = join(decision.old)
    if decision.succession is None and decision.acceptance is None:
        yield Unread(labels, "", f"version {moved.move.old} does not have it: correct its label")
    else:
        where = f"entry {(decision.acceptance or 0) + 1} of ‘accept’"
        fate = decision.succession.fate if decision.succession else "new"
        todo = (
            f"name {join(decision.new)} there if it still holds" if decision.new else "take it out"
        )
        what = f"it is {fate}: {todo}"
        yield Unread(where, labels, what)


def _decided(
    carried: Carried,
    decision: Decision,
    answer: Answer,
    marked: Covering | None,
) -> Covering | str:
    """What covers a KSB that waits for a decision, or why that is not clear."""
    before = as_before(carried, decision)
    choices = f"choose {join([f'‘{text}’' for text in DECISIONS], 'or')}, or mark units in the row"
    if marked is not None and marked.units:
        if not answer.text or (answer.text == AS_BEFORE and marked == before):
            return marked
        return f"the row has marks, and ‘{DECISION}’ says ‘{visible(answer.text)}’: keep one"
    if answer.text == AS_BEFORE:
        return before
    if answer.text == NO_UNIT:
        return Covering(())
    return choices if answer.text else f"nobody has decided yet: {choices}"
