"""How a report is said: one module and one function a format, from a Report to text."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from htqcli.lint import Checked, Report

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "azure", "markdown")


def render(name: str, report: Report) -> str:
    """The report in one of the formats. Each module is loaded when its format is asked for."""
    say: Callable[[Report], str] = getattr(import_module(f"htqcli.formats.{name}"), name)
    return say(report)


_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""The variables in which GitHub, GitLab and Azure Pipelines name the root of the checkout."""


class Place(NamedTuple):
    """Where a file of a report lies, with `/` between folders: from the root of the checkout, which
    is the current folder where there is none, or absolute where it lies elsewhere. `identity` does
    not depend on the current folder."""

    path: str
    identity: str

    @property
    def uri(self) -> str:
        """The path as a percent-encoded URI reference, relative where the path is."""
        if Path(self.path).is_absolute():
            return Path(self.path).as_uri()
        return quote(os.fsencode(self.path), safe="/")


def place(path: str) -> Place:
    """Where a file lies, as pipelines name it."""
    try:
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        here = os.path.realpath("")
    except (OSError, ValueError):  # the current folder is gone
        return Place(_slashes(path), _slashes(path))
    whole = os.path.normpath(os.path.join(folder, name))
    service, own = _service_root(folder), _git_root(folder)
    # A path from the root of another checkout would be taken for one in this.
    root = service or _git_root(here) or own or here
    named = _below(whole, service or own) if service or own else None
    return Place(_below(whole, root) or _slashes(whole), named or _slashes(whole))


def _service_root(folder: str) -> str | None:
    """The root of the checkout as the service names it, if that holds the folder."""
    named = (os.path.realpath(root) for root in map(os.environ.get, _ROOTS) if root)
    return next((root for root in named if _below(folder, root)), None)


def _git_root(folder: str) -> str | None:
    """The folder around this one, or this one, that holds `.git`: a file in a worktree."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def _below(path: str, folder: str) -> str | None:
    """A path from a folder, if it lies there."""
    start = os.path.join(folder, "")
    if os.path.normcase(path) == os.path.normcase(folder):
        return os.curdir
    if not os.path.normcase(path).startswith(os.path.normcase(start)):
        return None
    return _slashes(path[len(start) :])


def _slashes(path: str) -> str:
    return path.replace(os.sep, "/")


def fingerprints(file: Checked, identity: str) -> list[str]:
    """For each finding what stays the same when lines move: 64 hexadecimal digits, unique in
    the checkout, of the file's identity, the rule, the pointer and the number among equals."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for finding in file.findings:
        key = finding.rule.code, finding.pointer
        seen[key] += 1
        whole = "\0".join((identity, *key, str(seen[key])))
        found.append(sha256(whole.encode("utf-8", "surrogatepass")).hexdigest())
    return found
