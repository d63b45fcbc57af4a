"""Where the files of a report are in their checkout, and what identifies a finding there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from htqcli.files import with_slashes

if TYPE_CHECKING:
    from htqcli.check.report import Checked, Diagnostic, Spot


_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""The variables in which GitHub, GitLab and Azure Pipelines name the root of the checkout."""


class Place(NamedTuple):
    """Where a file of a report is, with `/` between folders: from the root of the checkout, or from
    the current folder if there is no checkout, or absolute if it is elsewhere. `identity` does not
    depend on the current folder."""

    path: str
    identity: str

    @property
    def uri(self) -> str:
        """The path as a percent-encoded URI reference, relative if the path is."""
        if Path(self.path).is_absolute():
            return Path(self.path).as_uri()
        return quote(os.fsencode(self.path), safe="/")


class Places:
    """Finds where the files of a report are. Each folder is looked up once."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._git: dict[str, str | None] = {}
        named = (os.environ.get(variable) for variable in _ROOTS)
        self._services = [os.path.realpath(root) for root in named if root]

    def of(self, path: str) -> Place:
        """Where a file is."""
        try:
            folder, name = os.path.split(path)
            folder, here = self._real_path(folder), self._real_path("")
        except (OSError, ValueError):  # the current folder no longer exists
            return Place(with_slashes(path), with_slashes(path))
        whole = os.path.normpath(os.path.join(folder, name))
        service = next((root for root in self._services if _below(folder, root)), None)
        root = service or self._git_root(folder)
        identity = (_below(whole, root) if root else None) or with_slashes(whole)
        around = self._git_root(here)
        if not service and around and not _below(whole, around):
            # A path from the root of another checkout would look like a path in this one.
            return Place(with_slashes(whole), identity)
        return Place(_below(whole, root or here) or with_slashes(whole), identity)

    def _real_path(self, folder: str) -> str:
        below = []
        while folder not in self._real:
            above, name = os.path.split(folder)
            is_odd = above == folder or name in ("", os.curdir, os.pardir)
            if is_odd or os.path.islink(folder):  # noqa: PTH114
                self._real[folder] = os.path.realpath(folder)
            else:
                below.append(folder)
                folder = above
        real = self._real[folder]
        for path in reversed(below):
            real = self._real[path] = os.path.join(real, os.path.basename(path))
        return real

    def _git_root(self, folder: str) -> str | None:
        """The nearest folder, from this one up, that holds `.git` (in a worktree, a file)."""
        below = []
        root: str | None = None
        while folder not in self._git:
            below.append(folder)
            above = os.path.dirname(folder)
            if os.path.lexists(os.path.join(folder, ".git")):
                root = folder
            elif above != folder:
                folder = above
                continue
            break
        else:
            root = self._git[folder]
        self._git.update(dict.fromkeys(below, root))
        return root


def _below(path: str, folder: str) -> str | None:
    """A path relative to a folder, if it is in that folder."""
    start = os.path.join(folder, "")
    if os.path.normcase(path) == os.path.normcase(folder):
        return os.curdir
    if not os.path.normcase(path).startswith(os.path.normcase(start)):
        return None
    return with_slashes(path[len(start) :])


def fingerprints(file: Checked, identity: str) -> Iterator[tuple[Diagnostic, Spot, str]]:
    """Each finding at each of its places, with a fingerprint that stays the same when lines move.

    It is a SHA-256 in hexadecimal, unique in the checkout, of the file's identity, the rule, the
    pointer and the position among equals.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for finding in file.findings:
        for spot in finding.spots:
            key = finding.rule.code, spot.pointer
            seen[key] += 1
            whole = "\0".join((identity, *key, str(seen[key])))
            yield finding, spot, sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
