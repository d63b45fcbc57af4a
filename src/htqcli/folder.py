"""The files below a folder, found by names that mean the same on every system.

Windows and macOS find a file by a name in another case, Windows also by one with backslashes or a
trailing dot, and none of these is found on Linux, where pipelines run. So a name is held against
what the folders themselves list, and leads to the same answer everywhere.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import PureWindowsPath
from typing import NamedTuple
from unicodedata import normalize

from htqcli.files import FileId, is_inside, is_link


class Found(NamedTuple):
    """What a name leads to. `leaves` says how it leads out of the folder, and `lacks` what is wrong
    with the file there; a file that holds something has neither. `own` is the name as the folders
    have it, where that is another way to write the name. `id` is that of what is there, if anything
    is."""

    leaves: str | None = None
    lacks: str | None = None
    own: str | None = None
    id: FileId | None = None


class Folder:
    """A folder whose files are looked up by name and never opened. What was listed once is not
    listed again. A path that leaves the folder is not looked up."""

    def __init__(self, root: str) -> None:
        try:
            self._root = os.path.realpath(root)
        except OSError:  # the current folder is gone
            self._root = root
        self._listed: dict[str, dict[str, list[str]] | None] = {}
        self._found: dict[str, Found] = {}

    def find(self, name: str) -> Found:
        """What a name leads to, with `/` between folders."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Found:
        if way_out := _way_out(name):
            return Found(leaves=way_out)
        if _is_endless(name):
            return Found(lacks="is not looked up: its path is too long")
        here, own = self._root, []
        for part in name.split("/"):
            if part == "..":
                here = os.path.dirname(here)
            elif part not in ("", "."):
                actual = self._actual(here, part)
                if actual is None:
                    return self._otherwise(name)
                here = os.path.join(here, actual)
                try:
                    found = os.lstat(here)
                except (OSError, ValueError):
                    return Found(lacks="is not there")
                here = os.path.realpath(here) if is_link(found) else here
                own.append(part if _same(part, actual) else actual)
            if part in ("", ".", ".."):
                own.append(part)
            if not is_inside(here, self._root):
                return Found(leaves="a link leads out of the draft’s folder")
        return self._judge(here, name, "/".join(own))

    def _judge(self, here: str, name: str, own: str) -> Found:
        try:
            found = os.stat(here)  # noqa: PTH116
        except FileNotFoundError:
            return Found(lacks="is not there")
        except OSError as error:
            return Found(lacks=f"cannot be looked up ({error.strerror})")
        lacks = None
        if stat.S_ISDIR(found.st_mode):
            lacks = "is a folder, not a file"
        elif not stat.S_ISREG(found.st_mode) or name.endswith("/"):
            lacks = "is not a file"
        elif not found.st_size:
            lacks = "is empty"
        if own != name:
            return Found(lacks="is not there", own=None if lacks else own)
        if lacks is None and any(map(_NOT_ON_WINDOWS.fullmatch, name.split("/"))):
            lacks = "has a name that no file can have on Windows"
        return Found(lacks=lacks, id=(found.st_dev, found.st_ino))

    def _otherwise(self, name: str) -> Found:
        """What is said of a name that leads to nothing: Windows reads a backslash as `/`."""
        other = name.replace("\\", "/")
        found = self.find(other) if other != name else Found(lacks="is not there")
        own = (found.own or other) if found.own or not (found.lacks or found.leaves) else None
        return Found(lacks="is not there", own=own)

    def _actual(self, folder: str, name: str) -> str | None:
        """The one entry of a folder that has this name, if need be apart from its case and from
        what Windows drops at its end."""
        listed = self._entries(folder)
        if listed is None:  # it may be entered, though not listed
            return name if os.path.lexists(os.path.join(folder, name)) else None
        for wanted in (name, name.rstrip(". ")):
            entries = listed.get(_key(wanted), [])
            same = [entry for entry in entries if _same(entry, wanted)]
            exact = [entry for entry in same if entry == wanted] or same
            if exact or len(entries) == 1:
                return (exact or entries)[0]
        return None

    def _entries(self, folder: str) -> dict[str, list[str]] | None:
        """The names in a folder by what they are apart from case; None where they are secret."""
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
    """Whether two names look the same: macOS has accented letters as two characters."""
    return name == other or normalize("NFC", name) == normalize("NFC", other)


def _way_out(name: str) -> str | None:
    """How a path leaves a folder by its steps, on any system; None where it stays in it."""
    if name.startswith(("/", "\\")) or PureWindowsPath(name[:2]).drive:
        return "it does not begin in the draft’s folder"
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return "‘..’ leads out of the draft’s folder"
    return None


def _is_endless(name: str) -> bool:
    """Whether a path is longer, or goes through more folders, than that of any file of an
    applicant. Such a path is not looked up: a draft can hold thousands."""
    return len(name) > 4_096 or name.count("/") > 32


_NOT_ON_WINDOWS = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?"
    r'|[^/]*[<>:"|?*\\\x00-\x1f][^/]*|[^/]*[^/.][. ]',
    re.IGNORECASE | re.DOTALL,
)
"""The names that Windows gives to no file (Microsoft, ‘Naming files, paths, and namespaces’)."""
