"""Text, for a person at a terminal and for an editor or `grep` behind a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from htqcli.lint import Checked, Diagnostic, Report
from htqcli.moment import say
from htqcli.rules.declare import Severity
from htqcli.words import join, visible, visible_start, wrap

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
    head = f"{visible_start(path)}:{place.line}:{place.column}: "
    label = f"{severity} {finding.rule.code} "
    gutter = f"{place.line:>6} | "
    indent = " " * (len(gutter) - 2)
    message, *more = [finding.message]
    if width:
        message, *more = wrap(finding.message, width - len(indent), len(head + label) % width)
    yield [(head, "bold"), (label, style), (message, "")]
    yield from ([(indent + line, "")] for line in more)
    shown, marker = _excerpt(finding, min(_WIDEST, width - len(gutter)) if width else _WIDEST)
    yield [(gutter, "dim"), (shown, "")]
    yield [(f"{indent}| ", "dim"), (marker, style)]
    note = finding.hint
    if finding.accepted and finding.accepted.until:
        reason = visible(finding.accepted.reason or "")
        note = f"Accepted until {finding.accepted.until}: {reason}"
    for line in wrap(note, width - len(indent)) if width else [note]:
        yield [(indent + line, "")]
    yield [(f"{indent}Source: {finding.rule.source}", "dim")]


def _excerpt(finding: Diagnostic, most: int) -> tuple[str, str]:
    """The line of a finding, and under it a mark of its place. Of a line of more than `most`
    characters it is the part around the place."""
    from rich.cells import cell_len

    place, line = finding.place, finding.line.replace("\t", " ")
    start = min(place.column - 1, len(line))
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    first = max(0, min(start - 20, len(line) - most)) if len(line) > most else 0
    last = first + most
    before, after = "…" if first else "", "…" if last < len(line) else ""
    left = before + visible(line[first:start])
    marked = visible(line[start : min(end, last)])
    shown = before + visible(line[first:last]) + after
    return shown, " " * cell_len(left) + "^" * max(1, cell_len(marked))


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
