"""GitLab Code Quality: findings beside the changes of a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from htqcli.check.report import Report
from htqcli.formats.checkout import Places, fingerprints
from htqcli.formats.json import encode
from htqcli.rules.declare import Severity
from htqcli.words import visible

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def gitlab(report: Report) -> str:
    """The report as a Code Quality report: a JSON array, `[]` if nothing was found. The format has
    no place for accepted findings, nor for the catalogue, so they are left out."""
    issues = []
    places = Places()
    for file in report.files:
        where = places.of(file.path)
        for finding, spot, fingerprint in fingerprints(file, where.identity):
            if finding.accepted is not None:
                continue
            issues.append(
                {
                    "description": f"{finding.message}. {finding.hint}",
                    "check_name": f"{finding.rule.code} {finding.rule.name}",
                    "fingerprint": fingerprint,
                    "severity": _SEVERITIES[finding.severity],
                    "location": {
                        "path": visible(where.path),
                        "lines": {"begin": spot.place.line, "end": spot.place.end_line},
                    },
                }
            )
    return encode(issues)
