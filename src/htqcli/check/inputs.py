"""The drafts that a person names: files, folders and standard input.

Nothing here waits and nothing is followed to where it was not sent: only regular files are
read, at most one byte more than the limit, and no link found in a folder leads out of it.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Hashable, Iterable, Iterator, Sequence
from fnmatch import translate
from glob import glob as paths_like
from glob import has_magic
from pathlib import Path
from typing import NamedTuple, TextIO

from htqcli.files import content_of, is_inside, is_link, read_stream, reason
from htqcli.ksbs.lists import FOLDER as KSB_FOLDER
from htqcli.words import quote

SUFFIXES = (".yaml", ".yml", ".json")


STANDARD_INPUT = "-"

_PACKAGES = {"node_modules", "bower_components", "site-packages", "venv", "__pycache__"}
"""Folders that programs fill with files of others. Names that a person might give to a folder of
drafts (`vendor`, `build`, `dist`) are not among them: what those hold is judged by its content."""

_REPORTS = (
    b'{\n  "htq": ',
    b'{\n  "$schema": "https://docs.oasis-open.org/sarif/',
    b"[]\n",
    b'[\n  {\n    "description": ',
    b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="htq"',
)
"""How the reports of htq begin."""

_NO_DRAFT = (
    "the folder holds no draft: no .yaml, .yml or .json file with a field of a draft, such as "
    "‘cycle’ or ‘qualification’, at its top. ‘htq check --list’ shows what was left out"
)


class Candidate(NamedTuple):
    """A path to check, and the folder it was found in; None where the path itself was named, so
    that it is checked whatever it holds."""

    path: str
    folder: str | None = None


class Draft(NamedTuple):
    """A draft as it was read: its path as it was given, the folder its paths start from, and
    whether it was `found` in a folder, where it may be a file of another program."""

    path: str
    folder: Path
    content: bytes
    found: bool = False


class Unchecked(NamedTuple):
    """Something named that could not be checked, and why. `fault` is set where htq itself is
    the reason."""

    path: str
    reason: str
    fault: Exception | None = None


class LeftOut(NamedTuple):
    """A file or folder below a folder that is not checked, and why. `is_foreign` is set where the
    content of a file says that it is not a draft, which a person may not expect. `advice` says
    what to do with a file that is known as something else."""

    path: str
    reason: str
    is_foreign: bool = False
    advice: str | None = None

    def __str__(self) -> str:
        """Why it is left out, and what to do with it."""
        return f"left out: {self.reason}{f'. {self.advice}' if self.advice else ''}"


Item = Candidate | Unchecked | LeftOut


class Found(NamedTuple):
    """What was named: every path once, in the order in which it is checked; each folder with the
    paths of what may be drafts in it; the files to check by their identity; and the globs that
    left nothing out."""

    items: list[Item]
    folders: dict[str, list[str]]
    files: set[Hashable]
    idle: list[str]

    @property
    def candidates(self) -> list[Candidate | Unchecked]:
        """The paths to check, and those that cannot be."""
        return [item for item in self.items if not isinstance(item, LeftOut)]

    def holds(self, path: str) -> bool:
        """Whether a file is among those to check, by whatever path."""
        return _identity(path) in self.files

    def without_drafts(self, left_out: Iterable[LeftOut]) -> Iterator[Unchecked]:
        """The folders of which nothing was checked, once `left_out` is known of their files."""
        not_drafts = {item.path for item in left_out}
        for folder, inner in self.folders.items():
            if not_drafts.issuperset(inner):
                yield Unchecked(folder, _NO_DRAFT)


def find(paths: Iterable[str], exclude: Sequence[str] = ()) -> Found:
    """The paths that are named, a folder's in the order of their names.

    A file that is named twice is there once. A path that does not exist and could be a glob is
    one, because not every shell expands it. Hidden files and folders, folders named `ksbs`, those
    of packages, JSON Schema (`*.schema.json`) and what a glob of `exclude` matches are left out; a
    folder that links lead to twice is visited once. A link that leads out of the folder is not
    followed, but named: in a checkout of somebody else's it could lead anywhere.
    """
    globs = _Globs(exclude)
    found = Found([], {}, set(), [])
    for named in (item for path in paths for item in _expanded(path)):
        items: Iterable[Item] = [named]
        is_folder = isinstance(named, Candidate) and os.path.isdir(named.path)
        if is_folder and named.path != STANDARD_INPUT:
            items = _below(named.path, globs)
            found.folders.setdefault(named.path, [])
        for item in items:
            if is_folder and not isinstance(item, LeftOut):
                found.folders[named.path].append(item.path)
            if isinstance(item, Candidate):
                identity = _identity(item.path) or item.path
                if identity in found.files:
                    continue
                found.files.add(identity)
            found.items.append(item)
    found.idle.extend(globs.idle)
    return found


def _expanded(path: str) -> list[Candidate | Unchecked]:
    if os.path.lexists(path) or not has_magic(path):
        return [Candidate(_slashes(path))]
    try:
        matching = sorted(paths_like(path))  # noqa: PTH207
    except ValueError:  # no name holds the character NUL
        matching = []
    return [*map(Candidate, map(_slashes, matching))] or [Unchecked(path, "no file matches")]


def _identity(path: str) -> Hashable | None:
    """What tells a file or folder from every other, whatever path leads to it; None where that
    cannot be looked up. It takes no look at each folder above. Names of one file in several
    folders (hard links) are files of their own, because the paths in each start elsewhere."""
    if path == STANDARD_INPUT:
        return path
    try:
        found = os.stat(path)  # noqa: PTH116
        if not found.st_ino:  # some shared folders of Windows number nothing
            return os.path.realpath(path)
        if found.st_nlink == 1 or stat.S_ISDIR(found.st_mode):
            return found.st_dev, found.st_ino
        real = os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114
        folder = os.stat(os.path.dirname(real) or os.curdir)  # noqa: PTH116
        return found.st_dev, found.st_ino, folder.st_dev, folder.st_ino, os.path.basename(real)
    except (OSError, ValueError):
        return None


def read(
    item: Candidate | Unchecked, stdin: TextIO | None, stdin_name: str | None = None
) -> Draft | Unchecked | LeftOut:
    """Read one of the paths that `find` gave; `-` is standard input, shown as `stdin_name`."""
    if isinstance(item, Unchecked):
        return item
    path, folder = item
    if path == STANDARD_INPUT:
        name = stdin_name or STANDARD_INPUT
        if stdin is None:
            return Unchecked(name, "standard input is closed")
        try:
            return Draft(name, Path(name).parent, read_stream(stdin.fileno()))
        except OSError as error:
            return Unchecked(name, f"standard input cannot be read: {reason(error)}")
    content = content_of(path)
    if isinstance(content, str):
        return Unchecked(path, content)
    if folder is not None and content.startswith(_REPORTS):
        return LeftOut(path, "a report of htq")
    return Draft(path, Path(path).parent, content, folder is not None)


def is_report(path: str) -> bool:
    """Whether a file is a report that htq wrote, in a format that files of drafts can have."""
    content = content_of(path)
    return isinstance(content, bytes) and content.startswith(_REPORTS)


def _below(folder: str, globs: _Globs) -> Iterator[Item]:
    try:
        root = os.path.realpath(folder)
        waiting = _entries(folder)
    except OSError as error:
        yield Unchecked(folder, f"it cannot be read: {reason(error)}")
        return
    start = len(os.path.join(folder, ""))
    globs.start_from(folder)
    visited = {_identity(folder)}
    while waiting:
        entry = waiting.pop()
        path, is_link, is_folder = _slashes(entry.path), *_kind(entry)
        is_draft_name = entry.name.lower().endswith(SUFFIXES)
        why = globs.match(entry.name, path[start:]) or _why_left_out(entry.name, is_folder)
        if not is_folder and not is_draft_name:
            continue
        if why:
            yield LeftOut(path, why)
        elif is_link and not is_inside(os.path.realpath(path), root):
            yield Unchecked(path, "the link leads out of the folder; name its target to check it")
        elif not is_folder:
            yield Candidate(path, folder)
        elif (identity := _identity(path)) is None or identity not in visited:
            visited.add(identity)
            if is_draft_name:
                yield Unchecked(path, "it is a folder with the name of a draft")
            try:
                waiting += _entries(path)
            except OSError as error:
                yield Unchecked(path, f"it cannot be read: {reason(error)}")


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What a folder holds, the first by name at the end."""
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name, reverse=True)


def _kind(entry: os.DirEntry[str]) -> tuple[bool, bool]:
    """Whether an entry can lead elsewhere, and whether it is or leads to a folder."""
    try:
        leads = entry.is_symlink() or (os.name == "nt" and is_link(entry.stat()))
        return leads, os.path.isdir(entry) if leads else entry.is_dir()
    except OSError:  # reading it says what is wrong
        return False, False


def _why_left_out(name: str, is_folder: bool) -> str | None:
    if name.startswith("."):
        return "hidden: its name begins with a dot"
    if is_folder and name.casefold() == KSB_FOLDER:
        return "a folder of KSB lists"
    if is_folder and name in _PACKAGES:
        return "a folder of other programs"
    if not is_folder and name.lower().endswith(".schema.json"):
        return "a JSON Schema"
    return None


class _Globs:
    """The globs of `--exclude`. Each is held against a name, and against a path from the folder
    that was named, from the current folder and from the root of the disk."""

    def __init__(self, globs: Sequence[str]) -> None:
        self.patterns = [(text, _pattern(text)) for text in globs]
        self.idle = dict.fromkeys(globs)
        """The globs that have matched nothing so far."""
        self.starts: set[str] = set()

    def start_from(self, folder: str) -> None:
        """Take paths as starting from a folder that was named."""
        folders = {folder}
        for whole in (os.path.abspath, os.path.realpath) if self.patterns else ():
            try:
                folders |= {whole(folder), os.path.relpath(whole(folder), whole(os.curdir))}
            except (OSError, ValueError):  # the current folder is gone, or on another drive
                continue
        self.starts = {""} | {_slashes(os.path.join(os.path.normpath(f), "")) for f in folders}
        self.starts |= {start.removeprefix("./") for start in self.starts}

    def match(self, name: str, below: str) -> str | None:
        """Why a path below the folder is left out, if it is; its name is `name`."""
        if not self.patterns:
            return None
        paths = [name, *(start + _slashes(below) for start in self.starts)]
        matching = [text for text, own in self.patterns if any(map(own.fullmatch, paths))]
        for text in matching:
            self.idle.pop(text, None)
        return f"{quote(f'--exclude {matching[0]}')} matches it" if matching else None


def _pattern(glob: str) -> re.Pattern[str]:
    """A glob, written with or without `./` and a last `/`; `**/` stands for no folder too."""
    plain = posixpath.normpath(_slashes(glob))
    both = "|".join(translate(form) for form in (plain, plain.replace("**/", "")))
    return re.compile(both, re.IGNORECASE if os.name == "nt" else 0)


def _slashes(path: str) -> str:
    """A path as it is shown, the same on every system. Windows takes `/` too, but for paths that
    begin so."""
    return path if path.startswith("\\\\?\\") else path.replace(os.sep, "/")
