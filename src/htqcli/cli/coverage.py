"""`htq coverage`: which units cover which KSBs, and whether every learner meets them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from htqcli.cli import completion, exits, refusals, terminal
from htqcli.cli.drafts import mapping_errors, read_parts, read_whole, report_errors
from htqcli.cli.options import KsbFolder, Output, Words, choice, format_option
from htqcli.words import counted, truncate, visible

if TYPE_CHECKING:
    from htqcli.draft.application import Application
    from htqcli.draft.coverage import Matrix, Met, Row
    from htqcli.formats.lines import Line
    from htqcli.ksbs.lists import Lists

FORMATS = ("text", "csv", "markdown", "json", "html")

KINDS = {"K": "Knowledge", "S": "Skills", "B": "Behaviours"}


def coverage(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT", help="A draft, or - for standard input.")
    ],
    standard: Annotated[
        Words,
        typer.Option(
            "--standard",
            metavar="REFERENCE",
            help="Only this standard. Can be repeated.",
            autocompletion=completion.references,
        ),
    ] = None,
    gaps: Annotated[
        bool,
        typer.Option(
            "--gaps",
            help="Only what is not met in every combination; with ‘--by unit’, only the units that "
            "cover nothing.",
        ),
    ] = False,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="WHAT",
            parser=choice("ksb", "unit"),
            help="A line for each KSB, or for each unit: ksb or unit.",
            autocompletion=lambda: ["ksb", "unit"],
        ),
    ] = "ksb",
    without: Annotated[
        Words,
        typer.Option(
            "--without",
            metavar="UNIT",
            help="As if the draft did not have this unit. Can be repeated.",
        ),
    ] = None,
    with_: Annotated[
        Words,
        typer.Option(
            "--with",
            metavar="UNIT covers KSB",
            help='As if this unit, which may be new, covered this KSB: "U11 covers K3", or "U11 '
            'covers ST0116:K3" where the draft has several standards. Can be repeated.',
        ),
    ] = None,
    ksbs: KsbFolder = None,
    format: Annotated[str, format_option(*FORMATS)] = "text",
    output: Output = None,
) -> None:
    """Show the matrix of KSBs and units: what covers each KSB, gaps first.

    A KSB is met in every permitted combination of units, in some, or in none. Partial coverage
    counts as met. With ‘--without’ and ‘--with’ nothing of the draft changes: they show what would
    be.
    """
    from htqcli.draft.coverage import matrices
    from htqcli.draft.structure import TooLarge
    from htqcli.ksbs.lists import FOLDER, Lists

    refusals.refuse_overwriting(output, None if draft == "-" else draft, "draft")
    read = read_whole(draft)
    reading = read_parts(read)
    lists = ksbs or read.folder / FOLDER
    refusals.refuse_overwriting_lists(output, lists)
    known = Lists(lists)
    asked = _what_if(reading.part, known, standard or (), without or (), with_ or ())
    try:
        before = matrices(reading.part, known, reading.lost)
        found = matrices(asked.application, known, reading.lost) if asked.said else before
    except TooLarge:
        terminal.print_error(f"{draft}: it has more units or groups than can be shown")
        raise typer.Exit(exits.NOT_DONE) from None
    chosen = _chosen(found, standard or ())
    before = tuple(before[at] for at in chosen)
    found = tuple(replace(found[at], gaps_only=gaps) for at in chosen)
    errors = mapping_errors(read, lists)
    if format != "text":
        report_errors(errors, "The matrix may not show what you mean")
    with terminal.into(output, "the coverage", format):
        if format == "json":
            from htqcli.formats.json import encode

            data = [
                _as_data(matrix) | (_changes_as_data(old, matrix, asked) if asked.said else {})
                for old, matrix in zip(before, found, strict=True)
            ]
            terminal.write_data(encode(data))
        elif format == "csv":
            terminal.write_data(_as_csv_by_unit(found) if by == "unit" else _as_csv(found))
        elif format == "markdown":
            write = _as_markdown_by_unit if by == "unit" else _as_markdown
            terminal.write_data("\n".join(write(matrix) for matrix in found))
        elif format == "html":
            from htqcli.reports.coverage import coverage_page, units_page

            terminal.write_data(units_page(found) if by == "unit" else coverage_page(found))
        else:
            _show_warning(draft, errors)
            _show_text(found, by)
            for old, matrix in zip(before, found, strict=True):
                _show_changes(old, matrix, asked)


class _WhatIf(NamedTuple):
    """A draft as it would be: what was asked in words, the notes on it, and the application."""

    application: Application
    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _what_if(
    application: Application,
    lists: Lists,
    standard: Sequence[str],
    without: Sequence[str],
    with_: Sequence[str],
) -> _WhatIf:
    """The application without some units, and with others that cover more. Raises Refusal."""
    from htqcli.draft.application import units_in_structure
    from htqcli.draft.coverage import with_covering, without_unit
    from htqcli.words import Refusal, join, quote

    said, notes = [], []
    gone = dict.fromkeys(_unit(application, typed) for typed in without)
    for name in gone:
        application = without_unit(application, name)
        said.append(f"without {name}")
    new: dict[str, None] = {}
    for typed in with_:
        written, wanted, labels = _covering(typed)
        name = _own_unit(application, written) or written
        if name in gone:
            raise Refusal(f"{quote(name)} cannot be both in ‘--with’ and in ‘--without’.")
        if name not in application.units:
            new[name] = None
        positions = _positions(application, lists, standard, typed, wanted, labels)
        application = with_covering(application, name, positions, labels)
        of = f" of {wanted}" if wanted else ""
        said.append(f"with {name} covering {join(labels)}{of}")
    structure = application.structure
    if structure is not None and not structure.is_empty:
        taken = {name for _, name in units_in_structure(application)}
        notes += [
            f"The structure does not name {name}, so no learner needs to take it."
            for name in new
            if name not in taken
        ]
    return _WhatIf(application, tuple(said), tuple(notes))


def _own_unit(application: Application, typed: str) -> str | None:
    """The unit of a draft that a person names; None if it has none of that name."""
    from htqcli.words import id_key

    if typed in application.units:
        return typed
    alike = [name for name in application.units if id_key(name) == id_key(typed)]
    return alike[0] if len(alike) == 1 else None


def _unit(application: Application, typed: str) -> str:
    from htqcli.words import Refusal, join, nearest, quote

    name = _own_unit(application, typed)
    if name is None:
        near = nearest(typed, list(application.units), 3)
        hint = f" Did you mean {join(near, 'or')}?" if near else ""
        raise Refusal(f"The draft has no unit {quote(typed)}.{hint}")
    return name


def _covering(typed: str) -> tuple[str, str | None, list[str]]:
    """The unit, the reference if there is one, and the labels in `U11 covers ST0116:K3`."""
    from htqcli.ksbs.lists import combined_labels, parse_label
    from htqcli.vocabulary import parse_reference
    from htqcli.words import Refusal, quote

    unit, covers, rest = typed.partition(" covers ")
    reference, colon, text = rest.rpartition(":")
    wanted = parse_reference(reference) if colon else None
    label = parse_label(text.strip())
    labels = [label] if label else combined_labels(re.sub(r"\b[ksb](?= ?\d)", _upper, text))
    if not (unit.strip() and covers and labels and bool(colon) == bool(wanted)):
        raise Refusal(
            f"{quote(typed)} does not say which unit covers which KSB. Write it as "
            '"U11 covers K3" or "U11 covers ST0116:K3".'
        )
    return unit.strip(), wanted, labels


def _upper(found: re.Match[str]) -> str:
    return found[0].upper()


def _positions(
    application: Application,
    lists: Lists,
    standard: Sequence[str],
    typed: str,
    wanted: str | None,
    labels: Sequence[str],
) -> list[int]:
    """The positions of the standard that has these KSBs. Raises Refusal if it is not clear which it
    is, or if it does not have them."""
    from htqcli.ksbs.lists import KsbList
    from htqcli.model.part import sound
    from htqcli.vocabulary import parse_reference
    from htqcli.words import Refusal, join, quote

    only = {wanted} if wanted else {parse_reference(text) for text in standard}
    claims = [(at, claim) for at, claim in sound(application.standards) if claim.resolved_reference]
    named = [(at, claim) for at, claim in claims if not only or claim.resolved_reference in only]
    references = {claim.resolved_reference for _, claim in named}
    if not named:
        names = join([claim.resolved_reference or "" for _, claim in claims]) or "no standard"
        raise Refusal(f"{quote(typed)}: the draft does not name {wanted}. It names {names}.")
    if len(references) > 1:
        example = f"{named[0][1].resolved_reference}:{labels[0]}"
        raise Refusal(
            f"{quote(typed)} does not say of which standard. Write it, for example {example}."
        )
    for _, claim in named:
        known = lists.get(claim.resolved_reference or "", claim.version)
        missing = [
            label for label in labels if isinstance(known, KsbList) and label not in known.ksbs
        ]
        if missing:
            raise Refusal(
                f"{claim.resolved_reference} version {claim.version} has no {join(missing, 'or')}."
            )
    return [at for at, _ in named]


def _chosen(found: Sequence[Matrix], standard: Sequence[str]) -> list[int]:
    """The positions of the matrices of these standards; all of them if none is named."""
    from htqcli.vocabulary import parse_reference
    from htqcli.words import Refusal, join, quote

    wanted = [parse_reference(text) for text in standard]
    for text, reference in zip(standard, wanted, strict=True):
        if reference not in [matrix.reference for matrix in found]:
            names = join([matrix.reference for matrix in found]) or "no standard"
            raise Refusal(f"The draft does not name {quote(text)}. It names {names}.")
    return [at for at, one in enumerate(found) if not wanted or one.reference in wanted]


def _show_warning(path: str, errors: Sequence[str]) -> None:
    """Write how many errors there are, with the first, if there are any."""
    if not errors:
        return
    count = counted(len(errors), "error")
    said = (
        f"The draft has {count} in its units, structure or mapping, so this may not show what you "
        f"mean. ‘htq check {path}’ lists {'it' if len(errors) == 1 else 'them'}."
    )
    terminal.print_lines([*terminal.hanging("", said, ("", "bold red")), []])


def _as_data(matrix: Matrix) -> dict[str, Any]:
    from htqcli.draft.coverage import MET

    return {
        "reference": matrix.reference,
        "version": matrix.version,
        "option": matrix.option,
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
                "needed": row.needed,
            }
            for row in matrix.rows
            if matrix.shows(row)
        ],
        "by_unit": {name: own._asdict() for name, own in matrix.by_unit().items()},
        "summary": {met: matrix.count(met) for met in MET},
        "totals": {kind: _totals(matrix.of_kind(kind)) for kind in KINDS},
    }


def _totals(matrix: Matrix) -> dict[str, int]:
    """How many KSBs there are, how far they are covered, and where they are met."""
    from htqcli.draft.coverage import MET

    needed = [row for row in matrix.rows if row.needed]
    extents = Counter(row.coverage for row in needed)
    return {
        "ksbs": len(needed),
        "full": extents["full"],
        "partial": extents["partial"],
        **{met: matrix.count(met) for met in MET},
    }


def _changes(before: Matrix, after: Matrix) -> dict[str, tuple[Met, Met]]:
    """The KSBs that are met otherwise than before, by label."""
    old = {row.label: row.met for row in before.rows}
    return {
        row.label: (old[row.label], row.met)
        for row in after.rows
        if row.label in old and old[row.label] != row.met
    }


def _changes_as_data(before: Matrix, after: Matrix, asked: _WhatIf) -> dict[str, Any]:
    changes = _changes(before, after).items()
    return {
        "what_if": {
            "asked": list(asked.said),
            "notes": list(asked.notes),
            "changes": {label: {"before": old, "after": new} for label, (old, new) in changes},
        }
    }


def _show_changes(before: Matrix, after: Matrix, asked: _WhatIf) -> None:
    """Write what a what-if question changes, the KSBs that change alike together."""
    from htqcli.ksbs.lists import ranges

    if not asked.said:
        return
    alike: dict[tuple[Met, Met], list[str]] = {}
    for label, change in _changes(before, after).items():
        alike.setdefault(change, []).append(label)
    said = "; ".join(
        f"{ranges(labels)}: {_IN[old]}, now {_IN[new]}" for (old, new), labels in alike.items()
    )
    start = f"{after.name} {', '.join(asked.said)}: "
    lines = terminal.hanging("", start + (said or "every KSB is met as before") + ".", ("", "bold"))
    for note in asked.notes:
        lines += terminal.hanging("", note)
    terminal.print_lines(lines)


_IN: dict[Met, str] = {
    "unknown": "cannot be told",
    "never": "never met",
    "sometimes": "met in some combinations",
    "always": "met in every combination",
}


def _as_csv(found: Sequence[Matrix]) -> str:
    """A row for each KSB, in the order of the labels, and a column for each unit. The units are the
    same for every standard."""
    from htqcli.cells import csv_text
    from htqcli.draft.coverage import MET

    names = list(found[0].units) if found else []
    rows = (
        [
            *(
                matrix.reference,
                row.label,
                row.statement,
                MET[row.met] if row.needed else row.where,
            ),
            *(row.units.get(name) for name in names),
        ]
        for matrix in found
        for row in matrix.rows
        if matrix.shows(row)
    )
    return csv_text(["standard", "ksb", "statement", "met", *names], rows)


_BY_UNIT = ("unit", "title", "full", "partly", "alone")


def _unit_rows(matrix: Matrix) -> Iterator[list[str]]:
    """Each unit with the KSBs that it covers fully and partly, and those that no other covers."""
    from htqcli.ksbs.lists import ranges

    for name, own in matrix.by_unit().items():
        if matrix.shows_unit(own):
            yield [name, matrix.units[name], *map(ranges, own)]


def _as_csv_by_unit(found: Sequence[Matrix]) -> str:
    from htqcli.cells import csv_text

    rows = ([matrix.reference, *row] for matrix in found for row in _unit_rows(matrix))
    return csv_text(["standard", *_BY_UNIT], rows)


def _as_markdown_by_unit(matrix: Matrix) -> str:
    from htqcli.cells import markdown_table

    names = [name.capitalize() for name in _BY_UNIT]
    return f"{_heading(matrix)}{markdown_table(names, _unit_rows(matrix))}"


def _show_text(found: Sequence[Matrix], by: str) -> None:
    """Write the matrices, the units, and last how much is covered."""
    marks = {how: terminal.glyphs(mark, plain) for how, (mark, plain) in _COVERED.items()}
    if by == "ksb" and found:
        key = "  ".join(f"{marks[how]} {meaning}" for how, meaning in _KEY.items())
        rest = "" if found[0].gaps_only else "  (no word: met in every combination)"
        terminal.print_lines(terminal.hanging("", f"{key}{rest}"))
    for number, matrix in enumerate(found):
        heading: Line = [(f"{matrix.name} {matrix.title or ''}".rstrip(), "bold")]
        terminal.print_lines([[], heading] if number else [heading])
        if by == "unit":
            _show_units_of(matrix)
        else:
            _show_rows(matrix, marks)
    if by == "ksb":
        _show_units(found)
    _show_totals(found)
    terminal.print_lines([[]] if found else [])
    for matrix in found:
        _show_summary(matrix)


def _show_rows(matrix: Matrix, marks: dict[str, str]) -> None:
    """Write a line for each KSB, gaps first. In a terminal, the ids of units fold so that all
    columns fit; if there is no room even then, there are several tables with fewer units each."""
    rows = list(filter(matrix.shows, matrix.gaps_first))
    if not rows:
        terminal.print_lines([[("  Every KSB is met in every combination.", "")]])
        return
    columns = terminal.width()
    met = max(len("Met"), *(len(_short(row)) for row in rows))
    left = _LABEL + met + 2
    units = {name: visible(name) for name in matrix.units}
    widths = {name: max(len(shown), 1) for name, shown in units.items()}
    room = columns - left if columns else None
    if room and sum(widths.values()) + len(widths) > room:
        size = max(_UNIT, room // len(widths) - 1)
        widths = {name: min(width, size) for name, width in widths.items()}
    for number, band in enumerate(_bands(widths, room)):
        used = left + sum(widths[name] + 1 for name in band)
        spare = columns - used - 1 if columns else None
        stated = number == 0 and (spare is None or spare >= _STATEMENT)
        stated = stated and any(row.statement for row in rows)
        heads = [_folded(units[name], widths[name]) for name in band]
        lines: list[Line] = [[]] if number else []
        for line in range(max(map(len, heads), default=1)):
            cells = (
                (head[line] if line < len(head) else "").ljust(widths[name])
                for name, head in zip(band, heads, strict=True)
            )
            start = f"{'KSB':<{_LABEL}} {'Met':<{met}} " if not line else " " * left
            end = " Statement" if stated and not line else ""
            lines.append([(f"{start}{' '.join(cells)}{end}".rstrip(), "bold")])
        for row in rows:
            style = _STYLES[row.met]
            start = f"{row.label:<{_LABEL}} {_short(row):<{met}} "
            cells = (marks[row.units.get(name, "")].ljust(widths[name]) for name in band)
            statement = visible(row.statement or "")
            if spare is not None:
                statement = truncate(statement, spare)
            end = f" {statement}" if stated else ""
            lines.append([(start, style), (f"{' '.join(cells)}{end}".rstrip(), "")])
        terminal.print_lines(lines)


def _short(row: Row) -> str:
    return _MET_SHORT[row.met] if row.needed else row.where


def _bands(widths: dict[str, int], room: int | None) -> list[list[str]]:
    """The units, split into as many tables as fit."""
    bands: list[list[str]] = [[]]
    left = room
    for name, width in widths.items():
        if left is not None and room is not None and width + 1 > left and bands[-1]:
            bands.append([])
            left = room
        bands[-1].append(name)
        left = left - width - 1 if left is not None else None
    return bands


def _folded(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def _show_units_of(matrix: Matrix) -> None:
    """Write what each unit covers: the KSBs, how far, and those that it alone covers."""
    from htqcli.ksbs.lists import ranges

    lines: list[Line] = []
    for name, own in matrix.by_unit().items():
        if not matrix.shows_unit(own):
            continue
        title = matrix.units[name]
        lines.append(
            [(visible(name), "bold"), (f"  {visible(title)}" if title != name else "", "")]
        )
        for labels, said in ((own.full, "in full"), (own.partial, "partly"), (own.alone, "alone")):
            if labels:
                start = f"  {f'{len(labels)} {said}':<11}  "
                lines += terminal.hanging(start, ranges(labels))
        if not own.covers:
            lines.append([("  covers no KSB", "bold yellow")])
    if not lines:
        lines.append([("  Every unit covers a KSB.", "")])
    terminal.print_lines(lines)


def _show_units(found: Sequence[Matrix]) -> None:
    """Write the titles of the units, with how many KSBs each covers fully, partly and alone."""
    if not found:
        return
    per_unit = [matrix.by_unit() for matrix in found]
    rows = []
    for name, title in found[0].units.items():
        counts = [sum(len(own[name][at]) for own in per_unit) for at in range(3)]
        rows.append([visible(name), *map(str, counts), visible(title) if title != name else ""])
    lines = _table(["Unit", "Full", "Partly", "Alone", "Title"], rows)
    columns = terminal.width()
    cut = ([(truncate(text, columns) if columns else text, style)] for ((text, style),) in lines)
    terminal.print_lines([[], *cut])


def _show_totals(found: Sequence[Matrix]) -> None:
    """Write how many of the knowledge, skills and behaviours are covered and met."""
    untold = any(matrix.count("unknown") for matrix in found)
    heads = ["", "KSBs", "Full", "Partly", "Never", *(["Not told"] if untold else [])]
    heads += ["In every", "In some"]
    rows = []
    for matrix in found:
        for kind, name in KINDS.items():
            own = _totals(matrix.of_kind(kind))
            numbers = [own["ksbs"], own["full"], own["partial"], own["never"]]
            numbers += [own["unknown"]] if untold else []
            numbers += [own["always"], own["sometimes"]]
            rows.append([f"{visible(matrix.name)} {name}", *map(str, numbers)])
    lines = _table(heads, rows) if rows else []
    columns = terminal.width()
    if columns and any(len(text) > columns for ((text, _),) in lines):
        lines = []
        for name, *counts in rows:
            said = zip(counts, ("KSBs", *(head.lower() for head in heads[2:])), strict=True)
            texts = ", ".join(f"{count} {what}" for count, what in said)
            lines += terminal.hanging("", f"{name}: {texts}")
    terminal.print_lines([[], *lines])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Line]:
    """Lines of a small table, with numbers to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines: list[Line] = []
    for number, row in enumerate([heads, *rows]):
        cells = [
            cell.rjust(width) if _is_number(rows, at) else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append([("  ".join(cells).rstrip(), "" if number else "bold")])
    return lines


def _is_number(rows: Sequence[Sequence[str]], at: int) -> bool:
    return all(row[at].isdecimal() for row in rows)


def _show_summary(matrix: Matrix) -> None:
    """Write how many KSBs are met where, and name those that are not met in every combination."""
    from htqcli.ksbs.lists import ranges

    lines = terminal.hanging("", f"{matrix.name}: {matrix.summary}", ("", "bold"))
    if matrix.unknown:
        lines += terminal.hanging(
            "  ", f"Shows only the KSBs in your mapping, because {matrix.unknown}."
        )
    for met, said in (("never", "Never"), ("unknown", "Cannot be told"), ("sometimes", "In some")):
        alike: dict[tuple[str, ...], list[str]] = {}
        for row in matrix.rows:
            if row.needed and row.met == met:
                alike.setdefault(row.always_on, []).append(row.label)
        texts = [
            ranges(labels) + (f" (always on {', '.join(on)})" if on else "")
            for on, labels in alike.items()
        ]
        if texts:
            lines += terminal.hanging(f"  {said}: ", "; ".join(texts), (_STYLES[met], ""))
    terminal.print_lines(lines)


_COVERED = {"full": ("●", "x"), "partial": ("◐", "/"), "": ("·", ".")}
_KEY = {"full": "covered", "partial": "partly covered", "": "not covered"}
_STYLES: dict[str, str] = {
    "unknown": "bold yellow",
    "never": "bold red",
    "sometimes": "bold yellow",
    "always": "green",
}
_MET_SHORT: dict[Met, str] = {
    "unknown": "cannot be told",
    "never": "never",
    "sometimes": "some",
    "always": "",
}
_LABEL, _UNIT, _STATEMENT = 4, 3, 30
"""Widths in columns of a terminal: of a label; of a unit's id where ids must fold; and of a
statement, at least."""


def _heading(matrix: Matrix) -> str:
    from htqcli.cells import markdown

    heading = markdown(f"{matrix.reference} {matrix.title or ''}".strip())
    return f"## {heading}\n\n{matrix.summary}\n\n"


def _as_markdown(matrix: Matrix) -> str:
    from htqcli.cells import markdown_table

    names = list(matrix.units)
    rows = (
        [row.label, row.where, *(row.units.get(name) for name in names)]
        for row in filter(matrix.shows, matrix.gaps_first)
    )
    return f"{_heading(matrix)}{markdown_table(['KSB', 'Met in', *names], rows)}"
