"""JSON, in the shape that `htq check --format json` promises to scripts."""

from __future__ import annotations

import json as encoder
from datetime import datetime
from typing import TYPE_CHECKING, Any

from htqcli import __version__
from htqcli.verdict import Verdict
from htqcli.words import escape_in_json

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue
    from htqcli.check.report import Checked, Diagnostic, Report
    from htqcli.draft.coverage import StandardCoverage


def json(report: Report) -> str:
    """The report as a JSON object, two-space indented."""
    from htqcli.rules.declare import Severity

    return encode(
        {
            "htq": __version__,
            "at": report.at.isoformat(),
            "catalogue": _about(report),
            "files": [_file(file) for file in report.files],
            "unchecked": [{"path": u.path, "reason": u.reason} for u in report.unchecked],
            "summary": {
                "files": len(report.files),
                "ready": report.verdicts[Verdict.READY],
                "unsettled": report.verdicts[Verdict.UNSETTLED],
                "unproven": report.verdicts[Verdict.UNPROVEN],
                "not_ready": report.verdicts[Verdict.NOT_READY],
                "errors": report.count(Severity.ERROR),
                "warnings": report.count(Severity.WARNING),
                "infos": report.count(Severity.INFO),
            },
        }
    )


def _about(report: Report) -> dict[str, Any] | None:
    if report.catalogue is None:
        return None
    return about(report.catalogue, report.at) | {"note": report.note}


def about(catalogue: Catalogue, at: datetime) -> dict[str, Any]:
    """What identifies a catalogue: its latest list, its date and its hash; and what to know about
    its lists at a time. `file` is null for the bundled catalogue."""
    listed = catalogue.latest_listed_cycle
    return {
        "cycle": listed.cycle if listed else None,
        "status": listed.listing.status if listed and listed.listing else None,
        "revised": catalogue.revised.isoformat() if catalogue.revised else None,
        "sha256": catalogue.origin.sha256,
        "file": catalogue.origin.file,
        "note": catalogue.note(at),
    }


def encode(value: Any) -> str:
    """A value as JSON text that ends with a newline."""
    return escape_in_json(encoder.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def _file(file: Checked) -> dict[str, Any]:
    return {
        "path": file.path,
        "verdict": file.verdict.value,
        "ready": file.is_ready,
        "unproven": [one._asdict() for one in file.unproven],
        "standards": [_standard(one) for one in file.standards],
        "findings": [_finding(finding) for finding in file.findings],
    }


def _standard(one: StandardCoverage) -> dict[str, Any]:
    """How much of a standard is covered. `option` is there only if the draft names one."""
    return {name: value for name, value in one._asdict().items() if name != "option" or value}


def _finding(finding: Diagnostic) -> dict[str, Any]:
    place = finding.place
    found: dict[str, Any] = {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "pointer": finding.pointer,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "source": finding.sources[0],
        "sources": list(finding.sources),
        "documentation": finding.rule.documentation,
        "fixable": finding.is_fixable,
    }
    if finding.details is not None:
        found["details"] = finding.details
    if finding.accepted is not None and finding.accepted.until is not None:
        found["accepted"] = {
            "reason": finding.accepted.reason,
            "until": finding.accepted.until.isoformat(),
        }
    return found
