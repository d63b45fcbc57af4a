"""Rows in every format: a table for a person, data for a program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from htqcli.cells import csv_text, markdown_table, plain
from htqcli.cli import terminal
from htqcli.words import visible, visible_start

Row = dict[str, Any]
Cell = tuple[str, str]
"""A text and its style."""


def show(
    rows: Sequence[Row],
    columns: Sequence[str],
    format: str,
    nothing: str,
    output: str | None = None,
    *,
    header: bool = False,
) -> None:
    """Write rows to standard output or to the file `output`. Tables and CSV have these `columns` in
    this order; JSON and YAML hold whole rows. A table without rows is the message `nothing`. In a
    terminal a table has a header; elsewhere it has one only with `header`."""
    cells = [[row[name] for name in columns] for row in rows]
    with terminal.into(output, "the table", format):
        if format == "json":
            from htqcli.formats.json import encode

            terminal.write_data(encode(list(rows)))
        elif format == "yaml":
            terminal.write_data(as_yaml(list(rows)))
        elif format == "csv":
            terminal.write_data(csv_text(columns, cells))
        elif format == "markdown":
            terminal.write_data(markdown_table(columns, cells))
        elif rows:
            _show([_heading(name) for name in columns], cells, header=header)
        else:
            terminal.print_error(nothing)


def _show(names: Sequence[str], rows: Sequence[Sequence[Any]], *, header: bool) -> None:
    cells = [[plain(value) for value in row] for row in rows]
    columns = terminal.width()
    if not columns:
        _align([names, *cells] if header else cells)
    elif _narrowest([names, *cells]) <= columns:
        _draw(names, [[(cell, "") for cell in line] for line in cells])
    else:
        _stack(names, cells)


def as_yaml(value: Any) -> str:
    """A value as YAML text, with keys in their order."""
    import yaml

    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)


def draw(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write an empty line and a table for a person. In a terminal, columns fold to fit; elsewhere
    they are as wide as their texts."""
    shown = [[(visible(text), style) for text, style in row] for row in rows]
    if terminal.width():
        _draw(names, shown)
    else:
        sys.stdout.write("\n")
        _align([names, *([text for text, _ in row] for row in shown)])


def _draw(names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        table.add_column(Text(visible(name)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, style) for text, style in row))
    terminal.show(table)


def _narrowest(lines: Sequence[Sequence[str]]) -> int:
    """The width in columns that a table needs so that it breaks no word."""
    words = ([max(map(len, cell.split()), default=0) for cell in line] for line in lines)
    return sum(max(of_column) + _GAP for of_column in zip(*words, strict=True))


_GAP = 3
"""The width between two columns."""


def _stack(names: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Write each row as several lines, for a terminal in which a table would not fit."""
    for first, *others in lines:
        said = zip(names[1:], others, strict=True)
        labelled = (terminal.labelled(name, cell) for name, cell in said if cell)
        terminal.print_lines(
            [[(first, "bold")], *(line for of_cell in labelled for line in of_cell), []]
        )


def _align(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        cells = (cell.ljust(size) for cell, size in zip(line, widths, strict=True))
        sys.stdout.write(visible_start("  ".join(cells).rstrip()) + "\n")


def _heading(name: str) -> str:
    return "KSBs" if name == "ksbs" else name.replace("_", " ").capitalize()
