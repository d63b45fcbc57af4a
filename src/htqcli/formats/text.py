"""Text, for a person at a terminal and for an editor or `grep` behind a pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from htqcli.lint import Checked, Diagnostic, Report
from htqcli.moment import say
from htqcli.rules.declare import Severity
from htqcli.words import join, visible, visible_start

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_WIDEST = 100
"""How much of a long line is shown, in columns."""

Line = list[tuple[str, str]]
"""A line as pieces of text, each with its style."""


def text(report: Report, width: int | None = None) -> Iterator[Line]:
    """The lines of the report. With a width, as in a terminal, hints are wrapped to it."""
    for file in report.files:
        for finding in file.findings:
            yield from _finding(file.path, finding, width)
            yield []
    yield from _summary(report)


def plain(lines: Iterator[Line]) -> str:
    """Lines without their styles."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in lines)


def _finding(path: str, finding: Diagnostic, width: int | None) -> Iterator[Line]:
    place = finding.place
    severity = finding.severity.value
    style = STYLES[finding.severity]
    if finding.accepted:
        severity, style = f"accepted {severity}", "dim"
    yield [
        (f"{visible_start(path)}:{place.line}:{place.column}: ", "bold"),
        (f"{severity} ", style),
        (f"{finding.rule.code} ", style),
        (finding.message, ""),
    ]
    gutter = f"{place.line:>6} | "
    shown, marker = _excerpt(finding)
    yield [(gutter, "dim"), (shown, "")]
    yield [(" " * (len(gutter) - 2) + "| ", "dim"), (marker, style)]
    notes = [finding.hint]
    if finding.accepted and finding.accepted.until:
        reason = visible(finding.accepted.reason or "")
        notes = [f"Accepted until {finding.accepted.until}: {reason}"]
    for note in notes:
        indent = " " * (len(gutter) - 2)
        for line in textwrap.wrap(note, max(40, width - len(indent))) if width else [note]:
            yield [(indent + line, "")]
    yield [(f"{indent}Source: {finding.rule.source}", "dim")]


def _excerpt(finding: Diagnostic) -> tuple[str, str]:
    """The line of a finding, and under it a mark of its place; of a long line the part around
    the place."""
    from rich.cells import cell_len

    place, line = finding.place, finding.line.replace("\t", " ")
    start = min(place.column - 1, len(line))
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    end = max(start, min(end, len(line)))
    before = ""
    first = 0
    if len(line) > _WIDEST:
        first = max(0, min(start - 20, len(line) - _WIDEST))
        before = "…" if first else ""
        after = "…" if first + _WIDEST < len(line) else ""
        line = line[first : first + _WIDEST]
        shown = before + visible(line) + after
    else:
        shown = visible(line)
    start, end = start - first, min(end - first, len(line))
    left = before + visible(line[:start])
    return shown, " " * cell_len(left) + "^" * max(1, cell_len(visible(line[start:end])))


def _summary(report: Report) -> Iterator[Line]:
    for file in report.files:
        yield [
            (f"{visible_start(file.path)}: ", "bold"),
            ("ready to submit", "bold green")
            if file.ready
            else ("not ready to submit", "bold red"),
            (_counts(file), ""),
        ]
    if len(report.files) > 1:
        ready = sum(file.ready for file in report.files)
        yield [(f"{ready} of {len(report.files)} drafts are ready to submit", "bold")]
    if report.files:
        yield [(_against(report), "dim")]


def _counts(file: Checked) -> str:
    parts = [
        f"{count} {_NAMES[severity]}{'' if count == 1 else 's'}"
        for severity in Severity
        if (count := file.count(severity))
    ]
    if accepted := sum(finding.accepted is not None for finding in file.findings):
        parts.append(f"{accepted} accepted")
    return f" ({join(parts)})" if parts else ""


def _against(report: Report) -> str:
    listed = report.catalogue.listed
    status = f", {listed.listing.status}" if listed and listed.listing else ""
    of = f" with the list of cycle {listed.cycle}{status}" if listed else ""
    return f"Checked as at {say(report.at)}, London time,{of}."
