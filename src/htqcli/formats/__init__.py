"""How a report is said: one module and one function a format, from a Report to text."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from htqcli.lint import Checked, Report

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown")


def render(name: str, report: Report) -> str:
    """The report in one of the formats. Each module is loaded when its format is asked for."""
    say: Callable[[Report], str] = getattr(import_module(f"htqcli.formats.{name}"), name)
    return say(report)


_BEGINNINGS = (
    b'{\n  "htq": ',
    b'{\n  "$schema": "https://docs.oasis-open.org/sarif/',
    b"[]\n",
    b'[\n  {\n    "description": ',
    b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="htq"',
)


def is_report(path: str) -> bool:
    """Whether a file is a report that htq wrote, in a format that files of drafts can have."""
    from htqcli.source import content_of

    content = content_of(path)
    return isinstance(content, bytes) and content.startswith(_BEGINNINGS)


def relative(path: str) -> str:
    """A path from the folder we are in, with `/` between folders, as pipelines name files of a
    checkout; an absolute one where it lies elsewhere."""
    try:
        folder, name = os.path.split(path)
        here = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(""))
    except (OSError, ValueError):  # the folder is gone, or the path is on another drive
        return path
    inside = here != os.pardir and not here.startswith(os.pardir + os.sep)
    return (here if inside else os.path.normpath(Path(path).absolute())).replace(os.sep, "/")


def fingerprints(file: Checked) -> list[str]:
    """For each finding what stays the same when lines move: 64 hexadecimal digits, unique in
    the draft, of its path, rule, pointer and number among equals."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for finding in file.findings:
        key = finding.rule.code, finding.pointer
        seen[key] += 1
        whole = "\0".join((relative(file.path), *key, str(seen[key])))
        found.append(sha256(whole.encode("utf-8", "surrogatepass")).hexdigest())
    return found


def uri(path: str) -> str:
    """The path as a percent-encoded URI reference, relative where it can be."""
    found = relative(path)
    encoded = quote(os.fsencode(found), safe="/")
    return f"file://{encoded}" if Path(found).is_absolute() else encoded
