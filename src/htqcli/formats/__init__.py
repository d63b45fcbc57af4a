"""How a report is said: one module and one function a format, from a Report to text."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from htqcli.lint import Report

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown")


def render(name: str, report: Report) -> str:
    """The report in one of the formats. Each module is loaded when its format is asked for."""
    say: Callable[[Report], str] = getattr(import_module(f"htqcli.formats.{name}"), name)
    return say(report)


def relative(path: str) -> str:
    """A path from the folder we are in, with `/` between folders, as pipelines name files of a
    checkout; an absolute one where it lies elsewhere."""
    try:
        here = os.path.relpath(path)
    except (OSError, ValueError):  # the folder is gone, or the path is on another drive
        return path
    inside = here != os.pardir and not here.startswith(os.pardir + os.sep)
    return (here if inside else str(Path(path).absolute())).replace(os.sep, "/")


def uri(path: str) -> str:
    """The path as a percent-encoded URI reference, relative where it can be."""
    found = relative(path)
    encoded = quote(os.fsencode(found), safe="/")
    return f"file://{encoded}" if Path(found).is_absolute() else encoded
