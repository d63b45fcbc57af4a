"""SARIF 2.1.0, as GitHub code scanning takes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from typing import Any

from htqcli import __version__
from htqcli.check.inputs import Unchecked
from htqcli.check.report import Checked, Diagnostic, Report
from htqcli.document.places import Place
from htqcli.formats.checkout import Places, fingerprints
from htqcli.formats.json import about, encode
from htqcli.rules import RULES
from htqcli.rules.declare import Rule, Severity
from htqcli.rules.sources import is_address
from htqcli.words import visible

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS = 24_999
"""How many results a file holds at most. GitHub refuses a file with more than 25,000, and shows the
5,000 most severe."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(report: Report) -> str:
    """The report as a SARIF log with one run that describes every rule of htq."""
    driver = {
        "name": "htq",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES],
    }
    places = Places()
    results = [result for file in report.files for result in _results(file, places)]
    notes = [_notification(unchecked, places) for unchecked in report.unchecked]
    if len(results) > MAX_RESULTS:
        more = f"{len(results) - MAX_RESULTS:,} more findings are not in this file"
        more += (
            f", because GitHub refuses {MAX_RESULTS + 1:,} results and more; the most severe are."
        )
        notes.append({"level": "warning", "message": _message(more)})
        results = _most_severe(results)
    invocation: dict[str, Any] = {"executionSuccessful": not report.unchecked}
    if notes:
        invocation["toolExecutionNotifications"] = notes
    tool: dict[str, Any] = {"driver": driver}
    if report.catalogue:
        known = about(report.catalogue, report.at) | {"note": report.note}
        tool["extensions"] = [
            {"name": "htq catalogue", "version": known["sha256"], "properties": known}
        ]
    if report.note:
        note = {"level": "note", "message": _message(report.note)}
        invocation["toolConfigurationNotifications"] = [note]
    run = {
        "tool": tool,
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": results,
    }
    return encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.why}\n\nWhat the source says: {rule.says}\n{rule.page}"
    described = {
        "id": rule.code,
        "name": rule.name.title().replace("-", ""),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary}. {rule.why}"},
        "help": {"text": help_text, "markdown": rule.markdown(linked=False)},
        "properties": {"documentation": rule.documentation, "source": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.fixed_severity or Severity.WARNING]},
    }
    if is_address(rule.source):
        described["helpUri"] = rule.source
    return described


def _results(file: Checked, places: Places) -> list[dict[str, Any]]:
    where = places.of(file.path)
    return [
        _result(where.uri, finding, spot.place, fingerprint)
        for finding, spot, fingerprint in fingerprints(file, where.identity)
    ]


def _most_severe(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most severe results, in their order. Accepted ones are dropped first."""
    levels = list(_LEVELS.values())

    def rank(number: int) -> tuple[bool, int]:
        return bool(results[number]["suppressions"]), levels.index(results[number]["level"])

    kept = sorted(range(len(results)), key=rank)[:MAX_RESULTS]
    return [results[number] for number in sorted(kept)]


def _result(uri: str, finding: Diagnostic, place: Place, fingerprint: str) -> dict[str, Any]:
    """A finding at one of its places. Each place is a result, because GitHub would show only the
    first place of a result."""
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    suppressions = []
    if accepted := finding.accepted:
        reason = f"{visible(accepted.reason or '')} (until {accepted.until})"
        justification = _message(reason)["text"]
        suppressions.append(
            {"kind": "inSource", "status": "accepted", "justification": justification}
        )
    return {
        "ruleId": finding.rule.code,
        "ruleIndex": RULES.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": _message(f"{finding.message}. {finding.hint}"),
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"htqFinding/v1": fingerprint},
        "properties": {"sources": list(finding.sources)},
        "suppressions": suppressions,
    }


def _message(text: str) -> dict[str, str]:
    """A message in which nothing from a draft is an embedded link (SARIF 3.11.6)."""
    return {"text": text.replace("](", "]\\(")}


def _notification(unchecked: Unchecked, places: Places) -> dict[str, Any]:
    where = places.of(unchecked.path)
    return {
        "level": "error",
        "message": _message(f"{visible(where.path)}: {visible(unchecked.reason)}"),
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": where.uri}}}],
    }
