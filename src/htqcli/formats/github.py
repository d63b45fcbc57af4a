"""GitHub workflow commands: findings as annotations of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from htqcli.check.report import Diagnostic, Report
from htqcli.document.places import Place
from htqcli.formats.checkout import Places
from htqcli.formats.text import catalogue_notes
from htqcli.rules.declare import Severity
from htqcli.words import visible, visible_start

MAX_SHOWN = 10
"""How many annotations of each level a page shows for one step; GitHub drops the rest."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report) -> str:
    """The report as workflow commands, at most ten of each level; then how many more there are, and
    the catalogue that the drafts were checked against."""
    lines = []
    places = Places()
    counts: Counter[Severity] = Counter()
    for unchecked in report.unchecked:
        counts[Severity.ERROR] += 1
        if counts[Severity.ERROR] <= MAX_SHOWN:
            message = f"{places.of(unchecked.path).path}: not checked: {unchecked.reason}"
            lines.append(_command("error", {"title": "htq"}, message))
    for severity in Severity:
        for path, finding, place in _first_places_first(report, severity):
            counts[severity] += 1
            if counts[severity] > MAX_SHOWN:
                continue
            properties = {
                "file": places.of(path).path,
                "line": str(place.line),
                "endLine": str(place.end_line),
                "title": f"{finding.rule.code} {finding.rule.name}",
            }
            if place.line == place.end_line:
                properties["col"] = str(place.column)
                properties["endColumn"] = str(place.end_column)
            message = f"{finding.message}. {finding.hint}"
            lines.append(_command(_COMMANDS[severity], properties, message))
    for severity, count in counts.items():
        if count > MAX_SHOWN:
            lines.append(f"{count - MAX_SHOWN} more of level {severity.word} are not shown here.")
    lines += [visible_start(sentence) for sentence in catalogue_notes(report)]
    return "".join(f"{line}\n" for line in lines)


def _first_places_first(
    report: Report, severity: Severity
) -> Iterator[tuple[str, Diagnostic, Place]]:
    """The findings of a severity, with their files: all at their first places, then those at other
    places. So no finding is dropped for another place of one before it."""
    found = [
        (file.path, finding)
        for file in report.files
        for finding in file.findings
        if finding.severity is severity and not finding.accepted
    ]
    yield from ((path, finding, finding.place) for path, finding in found)
    yield from ((path, finding, spot.place) for path, finding in found for spot in finding.also)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(visible(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
