"""HTML, a page for people who use no terminal."""

from __future__ import annotations

from htqcli.check.report import Report
from htqcli.reports.page import whole


def html(report: Report) -> str:
    """The report as one self-contained page."""
    return whole(report)
