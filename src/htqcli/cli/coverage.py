"""`htq coverage`: which units cover which KSBs, and whether every learner meets them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, exits, refusals, table, terminal
from htqcli.cli.drafts import read_draft
from htqcli.cli.options import KsbFolder, Output, format_option
from htqcli.words import visible

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.draft.coverage import Matrix
    from htqcli.formats.lines import Line

FORMATS = ("text", "csv", "markdown", "json", "html")


def coverage(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT", help="A draft, or - for standard input.")
    ],
    standard: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--standard",
            metavar="REFERENCE",
            help="Only this standard. Can be repeated.",
            autocompletion=completion.references,
        ),
    ] = None,
    ksbs: KsbFolder = None,
    format: Annotated[str, format_option(*FORMATS)] = "text",
    output: Output = None,
) -> None:
    """Show the matrix of KSBs and units: what covers each KSB, gaps first.

    A KSB is met in every permitted combination of units, in some, or never.
    """
    from htqcli.draft.coverage import matrices
    from htqcli.draft.structure import TooLarge
    from htqcli.ksbs.lists import FOLDER, Lists
    from htqcli.vocabulary import parse_reference
    from htqcli.words import Refusal, join, quote

    refusals.refuse_overwriting(output, None if draft == "-" else draft, "draft")
    read, application = read_draft(draft)
    lists = ksbs or read.folder / FOLDER
    refusals.refuse_overwriting_lists(output, lists)
    try:
        found = matrices(application, Lists(lists))
    except TooLarge:
        terminal.print_error(f"{draft}: it has more units or groups than can be shown")
        raise typer.Exit(exits.NOT_DONE) from None
    if standard:
        wanted = [parse_reference(text) for text in standard]
        for text, reference in zip(standard, wanted, strict=True):
            if reference not in [matrix.reference for matrix in found]:
                names = join([matrix.reference for matrix in found]) or "no standard"
                raise Refusal(f"The draft does not name {quote(text)}. It names {names}.")
        found = tuple(matrix for matrix in found if matrix.reference in wanted)
    _report_errors(read, lists)
    with terminal.into(output, "the coverage", format):
        if format == "json":
            from htqcli.formats.json import encode

            terminal.write_data(encode([_as_data(matrix) for matrix in found]))
        elif format == "csv":
            terminal.write_data(_as_csv(found))
        elif format == "markdown":
            terminal.write_data("\n".join(_as_markdown(matrix) for matrix in found))
        elif format == "html":
            from htqcli.reports.coverage import coverage_page

            terminal.write_data(coverage_page(found))
        else:
            for matrix in found:
                _show_text(matrix)


_MAX_ERRORS = 5
"""How many errors of a draft are shown at most."""


def _report_errors(draft: Draft, lists: Path) -> None:
    """Report the errors in the parts of a draft that the matrix is made from, because it may be
    wrong with them."""
    from htqcli.catalogue import bundled
    from htqcli.check.engine import Checker
    from htqcli.check.report import Checked
    from htqcli.draft.application import Application
    from htqcli.formats.text import message
    from htqcli.model.part import names
    from htqcli.moment import now
    from htqcli.rules import file, mapping, shape
    from htqcli.rules.declare import Severity

    families = (*file.RULES, *shape.RULES, *mapping.RULES)
    rules = [rule for rule in families if rule.fixed_severity is Severity.ERROR]
    checked = Checker(bundled.load(), now(), rules, lists).check(draft)
    elsewhere = set(names(Application)) - {"units", "structure", "standards"}
    found = [
        f"{draft.path}:{finding.place.line}:{finding.place.column}: error {finding.rule.code} "
        f"{message(finding)}"
        for finding in (checked.findings if isinstance(checked, Checked) else ())
        if finding.pointer.partition("/")[2].partition("/")[0] not in elsewhere
    ]
    for line in found[:_MAX_ERRORS]:
        terminal.print_error(line)
    if found:
        more = len(found) - _MAX_ERRORS
        count = f"{more} more {'error' if more == 1 else 'errors'}. " if more > 0 else ""
        terminal.print_error(
            f"{count}The matrix may not show what you mean: correct what ‘htq check’ finds first."
        )


def _as_data(matrix: Matrix) -> dict[str, Any]:
    from htqcli.draft.coverage import MET

    return {
        "reference": matrix.reference,
        "title": matrix.title,
        "complete": matrix.unknown is None,
        "note": matrix.unknown,
        "units": matrix.units,
        "ksbs": [
            {
                "label": row.label,
                "statement": row.statement,
                "units": row.units,
                "met": row.met,
                "pathways": row.pathways,
            }
            for row in matrix.rows
        ],
        "summary": {met: matrix.count(met) for met in MET},
    }


def _as_csv(found: Sequence[Matrix]) -> str:
    """A row for each KSB, in the order of the labels, and a column for each unit. The units are the
    same for every standard."""
    from htqcli.cells import csv_text
    from htqcli.draft.coverage import MET

    names = list(found[0].units) if found else []
    rows = (
        [
            *(matrix.reference, row.label, row.statement, MET[row.met]),
            *(row.units.get(name) for name in names),
        ]
        for matrix in found
        for row in matrix.rows
    )
    return csv_text(["standard", "ksb", "statement", "met", *names], rows)


def _show_text(matrix: Matrix) -> None:
    """Write the matrix as a table. In a terminal, a table that is too wide is split into several
    with fewer units, and the statements then have their own table."""
    heading = f"{matrix.reference} {matrix.title or ''}".rstrip()
    lines: list[Line] = [[(heading, "bold")], *terminal.hanging("", matrix.summary)]
    if matrix.unknown:
        lines += terminal.hanging("", f"Only what the mapping names: {matrix.unknown}.")
    marks = {how: terminal.glyphs(mark, plain) for how, (mark, plain) in _COVERED.items()}
    key = ", ".join(f"{marks[how]} {meaning}" for how, meaning in _KEY.items())
    terminal.print_lines([*lines, *terminal.hanging("", f"Of each unit: {key}")])
    rows = matrix.gaps_first
    stated = any(row.statement for row in rows)
    bands, beside = _bands(matrix, stated=stated)
    for band in bands:
        table.draw(
            ["KSB", "Met in", *band, *(["Statement"] if beside else [])],
            [
                [
                    (row.label, _STYLES[row.met]),
                    (row.where, _STYLES[row.met]),
                    *((marks[row.units.get(unit, "")], "") for unit in band),
                    *([(row.statement or "", "")] if beside else []),
                ]
                for row in rows
            ],
        )
    if stated and not beside:
        statements = [[(row.label, ""), (row.statement or "", "")] for row in rows]
        table.draw(["KSB", "Statement"], statements)
    titles = [[(name, ""), (title, "")] for name, title in matrix.units.items()]
    table.draw(["Unit", "Title"], titles)
    terminal.print_lines([[]])


def _bands(matrix: Matrix, *, stated: bool) -> tuple[list[list[str]], bool]:
    """The units, split into as many tables as fit the terminal, and whether the statements fit
    beside them. Outside a terminal, everything fits."""
    units = list(matrix.units)
    columns = terminal.width()
    if columns is None:
        return [units], stated
    met = max((len(row.where) for row in matrix.rows), default=0)
    left = columns - _LABEL - min(met, _MET) - 2 * _GAP
    widths = [min(len(visible(name)), _UNIT) + _GAP for name in units]
    if stated and sum(widths) + _STATEMENT <= left:
        return [units], True
    bands: list[list[str]] = [[]]
    room = left
    for name, size in zip(units, widths, strict=True):
        if size > room and bands[-1]:
            bands.append([])
            room = left
        bands[-1].append(name)
        room -= size
    return bands, False


_COVERED = {"full": ("●", "x"), "partial": ("◐", "/"), "": ("·", ".")}
_KEY = {"full": "covers it", "partial": "partly", "": "not"}
_STYLES = {"never": "bold red", "sometimes": "bold yellow", "always": "green"}
_LABEL, _MET, _UNIT, _GAP, _STATEMENT = 5, 20, 8, 3, 32
"""Widths in columns of a terminal: of a label; of where a KSB is met and of a unit's id, at most;
of the gap between columns; and of a statement, at least."""


def _as_markdown(matrix: Matrix) -> str:
    from htqcli.cells import markdown, markdown_table

    names = list(matrix.units)
    rows = (
        [row.label, row.where, *(row.units.get(name) for name in names)]
        for row in matrix.gaps_first
    )
    heading = markdown(f"{matrix.reference} {matrix.title or ''}".strip())
    body = markdown_table(["KSB", "Met in", *names], rows)
    return f"## {heading}\n\n{matrix.summary}\n\n{body}"
