"""Azure Pipelines logging commands: findings as issues of a run.

https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from htqcli.check.report import Report
from htqcli.formats.checkout import Places
from htqcli.formats.text import catalogue_notes
from htqcli.rules.declare import Severity
from htqcli.words import visible, visible_start

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def azure(report: Report) -> str:
    """The report as logging commands. Azure Pipelines knows only errors and warnings, so notes and
    the catalogue are plain lines."""
    lines = []
    places = Places()
    for file in report.files:
        path = places.of(file.path).path
        counted = (finding for finding in file.findings if not finding.accepted)
        for finding, (_, place) in ((one, spot) for one in counted for spot in one.spots):
            message = f"{finding.message}. {finding.hint}"
            kind = _TYPES.get(finding.severity)
            if kind is None:
                where = f"{visible_start(path)}:{place.line}:{place.column}"
                lines.append(f"{where}: {finding.severity.word} {finding.rule.code} {message}")
                continue
            properties = {
                "type": kind,
                "sourcepath": path,
                "linenumber": str(place.line),
                "columnnumber": str(place.column),
                "code": finding.rule.code,
            }
            lines.append(_command(properties, message))
    for unchecked in report.unchecked:
        message = f"{places.of(unchecked.path).path}: not checked: {unchecked.reason}"
        lines.append(_command({"type": "error"}, message))
    lines += [visible_start(sentence) for sentence in catalogue_notes(report)]
    return "".join(f"{line}\n" for line in lines)


def _command(properties: dict[str, str], message: str) -> str:
    written = ";".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"##vso[task.logissue {written};]{_data(message)}"


def _data(text: str) -> str:
    shown = visible(text).replace("%", "%AZP25")
    return shown.replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")
