"""SARIF 2.1.0, as GitHub code scanning takes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from typing import Any

from htqcli import __version__
from htqcli.formats import fingerprints, uri
from htqcli.formats.json import about, encode
from htqcli.intake import Unchecked
from htqcli.lint import Checked, Diagnostic, Report
from htqcli.rules import RULES
from htqcli.rules.declare import Rule, Severity
from htqcli.words import visible

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(report: Report) -> str:
    """The report as a SARIF log with one run, in which every rule of htq is described."""
    driver = {
        "name": "htq",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES],
    }
    invocation: dict[str, Any] = {"executionSuccessful": not report.unchecked}
    if report.unchecked:
        notes = [_notification(unchecked) for unchecked in report.unchecked]
        invocation["toolExecutionNotifications"] = notes
    tool: dict[str, Any] = {"driver": driver}
    if report.catalogue:
        known = about(report.catalogue, report.at)
        tool["extensions"] = [
            {"name": "htq catalogue", "version": known["sha256"], "properties": known}
        ]
    if report.note:
        told = {"level": "note", "message": _message(report.note)}
        invocation["toolConfigurationNotifications"] = [told]
    run = {
        "tool": tool,
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [result for file in report.files for result in _results(file)],
    }
    return encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.why}\n\nWhat the source says: {rule.says}\n{rule.source}"
    return {
        "id": rule.code,
        "name": rule.name.title().replace("-", ""),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary}. {rule.why}"},
        "help": {"text": help_text, "markdown": rule.markdown()},
        "helpUri": rule.address,
        "properties": {"documentation": rule.documentation, "source": rule.source},
        "defaultConfiguration": {"level": _LEVELS[rule.fixed_severity or Severity.WARNING]},
    }


def _results(file: Checked) -> list[dict[str, Any]]:
    return [
        _result(file.path, finding, fingerprint)
        for finding, fingerprint in zip(file.findings, fingerprints(file), strict=True)
    ]


def _result(path: str, finding: Diagnostic, fingerprint: str) -> dict[str, Any]:
    place = finding.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    accepted = finding.accepted
    return {
        "ruleId": finding.rule.code,
        "ruleIndex": RULES.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": _message(f"{finding.message}. {finding.hint}"),
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri(path)}, "region": region}}
        ],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "properties": {"sources": list(finding.sources)},
        "suppressions": []
        if accepted is None
        else [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": _message(
                    f"{visible(accepted.reason or '')} (until {accepted.until})"
                )["text"],
            }
        ],
    }


def _message(text: str) -> dict[str, str]:
    """A text in which no word of a draft is an embedded link (SARIF 3.11.6)."""
    return {"text": text.replace("](", "]\\(")}


def _notification(unchecked: Unchecked) -> dict[str, Any]:
    return {
        "level": "error",
        "message": _message(f"{visible(unchecked.path)}: {visible(unchecked.reason)}"),
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(unchecked.path)}}}],
    }
