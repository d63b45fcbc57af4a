"""How a report is said: one module and one function a format, from a Report to text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from htqcli.check.report import Report


FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown")


def render(name: str, report: Report) -> str:
    """The report in one of the formats. Each module is loaded when its format is asked for."""
    say: Callable[[Report], str] = getattr(import_module(f"htqcli.formats.{name}"), name)
    return say(report)
