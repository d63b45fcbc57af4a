"""The comparison of two KSB lists as a page to print."""

from __future__ import annotations

from htqcli import __version__
from htqcli.ksbs.versions import Comparison, Succession
from htqcli.reports.ksb_changes import (
    TITLES,
    groups,
    heading,
    marked,
    moved,
    remark,
    said_options,
    side_by_side,
    summary,
)
from htqcli.reports.markup import Cell, Column, Section, Table, render
from htqcli.words import join


def page(found: Comparison) -> str:
    """A comparison as a page to print, with both wordings side by side."""
    old, new = found.old, found.new
    versions = (Column(f"Version {own.version}") for own in (old, new))
    columns = (Column("KSB"), *versions, Column("How alike"))
    sections = []
    for kind, own in groups(found):
        if kind == "moved":
            sections.append(Section(kind, TITLES[kind], paragraphs=tuple(moved(own))))
            continue
        rows = tuple(_row(found, one) for one in own)
        table = Table(_LEGENDS.get(kind, "Both wordings"), columns, rows)
        sections.append(Section(kind, TITLES[kind], tables=(table,)))
    if found.options:
        sections.append(Section("options", "Options", paragraphs=tuple(said_options(found))))
    top = Section("ksbs", heading(found), (summary(found),), sections=tuple(sections))
    return render(
        f"{old.reference}: what became of each KSB", top, footer=(f"Made by htq {__version__}.",)
    )


_LEGENDS = {
    "likely": "Words that differ are in [square brackets]",
    "reworded": "Words that differ are in [square brackets]",
    "gone": "Statements that no KSB of the new version has",
    "new": "Statements that no KSB of the old version had",
}


def _row(found: Comparison, one: Succession) -> tuple[Cell, ...]:
    old, new = found.old.statements, found.new.statements
    labels = join(one.old or one.new)
    if one.old and one.new and one.old != one.new:
        labels += f" became {join(one.new)}"
    if len(one.old) == len(one.new) == 1:
        before, after = side_by_side(old[one.old[0]], new[one.new[0]])
        statements = marked(before), marked(after)
    else:
        statements = _all(one.old, old), _all(one.new, new)
    return (Cell(labels), *map(Cell, statements), Cell(remark(one)))


def _all(labels: tuple[str, ...], statements: dict[str, str]) -> str:
    """Statements with their labels, or the only one without."""
    if len(labels) == 1:
        return statements[labels[0]]
    return " ".join(f"{label}: {statements[label]}" for label in labels)
