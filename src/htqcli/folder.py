"""The files in a folder, found by name in the same way on every system.

Windows and macOS accept a name in another case, and Windows also one with backslashes or a trailing
dot. Linux, where pipelines run, accepts none of these. So a name is compared with those that the
folders list, and the result is the same everywhere.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import PureWindowsPath
from typing import NamedTuple
from unicodedata import normalize

from htqcli.files import FileId, is_inside, is_link

IS_EMPTY = "is empty"
IS_FOLDER = "is a folder, not a file"
NOT_ON_WINDOWS = "has a name that Windows does not allow"
"""What can be wrong with a file that exists."""


class Found(NamedTuple):
    """What a name leads to. `way_out` says how it leaves the folder, and `fault` what is wrong with
    the file; a file that can be used has neither, and has its `path`. `own` is the file's real
    name, if the name is another way to write it. `id` identifies what is there, if anything is.
    `has_link`: it is a link, or is in a folder that is one."""

    way_out: str | None = None
    fault: str | None = None
    own: str | None = None
    id: FileId | None = None
    path: str | None = None
    has_link: bool = False

    @property
    def identity(self) -> FileId | str | None:
        """What is the same for each name of the file. Some shared folders of Windows number no
        files; there, it is the path."""
        return self.id if self.id and self.id[1] else self.path


class Folder:
    """A folder in which files are looked up by name and never opened. Each folder is listed once. A
    path that leaves the folder is not looked up."""

    def __init__(self, root: str) -> None:
        try:
            self._root = os.path.realpath(root)
        except OSError:  # the current folder no longer exists
            self._root = root
        self._listed: dict[str, dict[str, list[str]] | None] = {}
        self._found: dict[str, Found] = {}

    @property
    def looked_in(self) -> set[str]:
        """The folders on which the answers so far depend."""
        return {self._root, *self._listed}

    def find(self, name: str) -> Found:
        """What a name, with `/` between folders, leads to."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Found:
        if way_out := _way_out(name):
            return Found(way_out=way_out)
        if _is_too_long(name):
            return Found(fault="was not looked up: its path is too long")
        here, own, has_link = self._root, [], False
        for part in name.split("/"):
            if part == "..":
                here = os.path.dirname(here)
            elif part not in ("", "."):
                actual = self._actual(here, part)
                if actual is None:
                    return self._missing(name)
                here = os.path.join(here, actual)
                try:
                    found = os.lstat(here)
                except (OSError, ValueError):
                    return Found(fault="is not there")
                if is_link(found):
                    here, has_link = os.path.realpath(here), True
                own.append(part if _same(part, actual) else actual)
            if part in ("", ".", ".."):
                own.append(part)
            if not is_inside(here, self._root):
                return Found(way_out="a link leads out of the draft’s folder")
        found_there = self._inspect(here, name, "/".join(own))
        return found_there._replace(has_link=has_link) if has_link else found_there

    def _inspect(self, here: str, name: str, own: str) -> Found:
        try:
            found = os.stat(here)  # noqa: PTH116
        except FileNotFoundError:
            return Found(fault="is not there")
        except OSError as error:
            return Found(fault=f"cannot be looked up ({error.strerror})")
        fault = None
        if stat.S_ISDIR(found.st_mode):
            fault = IS_FOLDER
        elif not stat.S_ISREG(found.st_mode) or name.endswith("/"):
            fault = "is not a file"
        elif not found.st_size:
            fault = IS_EMPTY
        if own != name:
            return Found(fault="is not there", own=None if fault else own)
        if fault is None and not all(map(is_possible_on_windows, name.split("/"))):
            fault = NOT_ON_WINDOWS
        path = None if fault else here
        return Found(fault=fault, id=(found.st_dev, found.st_ino), path=path)

    def _missing(self, name: str) -> Found:
        """A missing file, with the name that works if its backslashes are read as `/`."""
        other = name.replace("\\", "/")
        found = self.find(other) if other != name else Found(fault="is not there")
        own = (found.own or other) if found.own or not (found.fault or found.way_out) else None
        return Found(fault="is not there", own=own)

    def _actual(self, folder: str, name: str) -> str | None:
        """The entry of a folder with this name. If there is none, the only one whose name is the
        same without case, or without the dots and spaces that Windows drops at the end."""
        listed = self._entries(folder)
        if listed is None:  # its files may be read, though not listed
            return name if os.path.lexists(os.path.join(folder, name)) else None
        for wanted in (name, name.rstrip(". ")):
            entries = listed.get(_key(wanted), [])
            same = [entry for entry in entries if _same(entry, wanted)]
            exact = [entry for entry in same if entry == wanted] or same
            if exact or len(entries) == 1:
                return (exact or entries)[0]
        return None

    def _entries(self, folder: str) -> dict[str, list[str]] | None:
        """The names in a folder, by their form in lower case; None if it cannot be listed."""
        if folder not in self._listed:
            listed: dict[str, list[str]] = {}
            self._listed[folder] = listed
            try:
                for name in os.listdir(folder):
                    listed.setdefault(_key(name), []).append(name)
            except PermissionError:
                self._listed[folder] = None
            except (OSError, ValueError):
                pass
        return self._listed[folder]


def _key(name: str) -> str:
    return normalize("NFC", name).casefold()


def _same(name: str, other: str) -> bool:
    """Whether two names look the same. macOS stores an accented letter as two characters."""
    return name == other or normalize("NFC", name) == normalize("NFC", other)


def _way_out(name: str) -> str | None:
    """How a path leaves a folder by its steps, on any system; None if it stays inside."""
    if name.startswith(("/", "\\")) or PureWindowsPath(name[:2]).drive:
        return "it does not start in the draft’s folder"
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return "‘..’ leads out of the draft’s folder"
    return None


def is_possible_on_windows(name: str) -> bool:
    """Whether a file can have this name on Windows."""
    return _NOT_ON_WINDOWS.fullmatch(name) is None


def _is_too_long(name: str) -> bool:
    """Whether a path is longer, or has more folders, than a real one would. Such a path is not
    looked up, because a draft can hold thousands of them."""
    return len(name) > 4_096 or name.count("/") > 32


_NOT_ON_WINDOWS = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?"
    r'|[^/]*[<>:"|?*\\\x00-\x1f][^/]*|[^/]*[^/.][. ]',
    re.IGNORECASE | re.DOTALL,
)
"""The names that no file has on Windows (Microsoft, ‘Naming files, paths, and namespaces’)."""
