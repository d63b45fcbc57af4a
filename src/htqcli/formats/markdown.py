"""Markdown, for the summary of a pipeline or a comment."""

from __future__ import annotations

from collections.abc import Iterator

from htqcli.cells import markdown as escape
from htqcli.cells import markdown_link
from htqcli.check.report import Checked, Report
from htqcli.formats.text import MORE, catalogue_notes, coverage, message, overall, verdict
from htqcli.moment import say
from htqcli.rules.sources import is_address

MAX_FINDINGS = 500
"""How many findings are listed at most. GitHub limits the summary of a step to 1 MiB."""


def markdown(report: Report) -> str:
    """The report as a heading and a sentence, with a table for each draft that has findings."""
    sentence = ": ".join(map(escape, overall(report).split(": ", 1)))
    lines = [f"## {report.subject.title}", "", f"{sentence}, as at {say(report.at)}.", ""]
    left = MAX_FINDINGS
    for file in report.files:
        lines += [f"### {escape(file.path)}: {escape(verdict(report, file))}", ""]
        if covered := coverage(file):
            lines += [*(f"- {escape(line)}" for line in covered), ""]
        if file.findings and left > 0:
            lines += ["| Line | Severity | Rule | What is wrong | How to put it right |"]
            lines += ["|---:|---|---|---|---|", *_rows(file, left), ""]
        left -= len(file.findings)
    if any(file.findings for file in report.files):
        lines += [escape(MORE), ""]
    for sentence in catalogue_notes(report):
        lines += [escape(sentence), ""]
    if left < 0:
        lines += [f"{-left} more findings are not listed here.", ""]
    if report.unchecked:
        lines += ["### Not checked", ""]
        lines += [f"- The path {escape(u.path)}: {escape(u.reason)}" for u in report.unchecked]
        lines += [""]
    return "\n".join(lines)


def _source(source: str) -> str:
    return markdown_link("source", source) if is_address(source) else escape(source)


def _rows(file: Checked, most: int) -> Iterator[str]:
    for finding in file.findings[:most]:
        severity = finding.severity.word
        hint = finding.hint
        if finding.accepted:
            severity = f"accepted {severity}"
            hint = f"Accepted until {finding.accepted.until}: {finding.accepted.reason}"
        code = finding.rule.code
        rule = f"{code} ({', '.join(map(_source, finding.sources))})"
        cells = (str(finding.place.line), severity, rule, escape(message(finding)), escape(hint))
        yield f"| {' | '.join(cells)} |"
