"""The formats of a report. Each has a module with a function that turns a Report into text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from htqcli.check.report import Report


FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown", "html")


def render(name: str, report: Report) -> str:
    """A report in one of the formats. Only the module of that format is loaded."""
    write: Callable[[Report], str] = getattr(import_module(f"htqcli.formats.{name}"), name)
    return write(report)
