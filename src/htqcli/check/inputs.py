"""The drafts that a person names: files, folders and standard input.

Nothing here blocks, and nothing outside the named folders is read: only regular files are opened,
up to one byte more than the limit, and no link in a folder is followed out of it.
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

from htqcli.document import reader
from htqcli.draft.application import read_application
from htqcli.files import content_of, is_inside, is_link, read_stream, reason, with_slashes
from htqcli.folder import Folder
from htqcli.ksbs.lists import FOLDER as KSB_FOLDER
from htqcli.words import quote

SUFFIXES = (".yaml", ".yml", ".json")

STANDARD_INPUT = "-"

_PACKAGES = {"node_modules", "bower_components", "site-packages", "venv", "__pycache__"}
"""Folders that programs fill with other people's files. A name that a person might give to a folder
of drafts (`vendor`, `build`, `dist`) is not among them: its files are judged by their content."""

_REPORTS = (
    b'{\n  "htq": ',
    b'{\n  "$schema": "https://docs.oasis-open.org/sarif/',
    b"[]\n",
    b'[\n  {\n    "description": ',
    b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="htq"',
)
"""How htq's own reports begin."""

_NO_DRAFT = (
    "the folder has no draft: no .yaml, .yml or .json file with a field of a draft, such as "
    "‘cycle’ or ‘qualification’, at its top. ‘htq init’ begins one, and ‘htq check --list’ shows "
    "what was left out"
)


class Candidate(NamedTuple):
    """A path to check, and the folder it was found in. The folder is None if a person named the
    path, which is then checked whatever it holds."""

    path: str
    folder: str | None = None


class Draft(NamedTuple):
    """A draft as it was read: its path as given, and the folder that its own paths start from. A
    file that was `found` in a folder may belong to another program."""

    path: str
    folder: Path
    content: bytes
    found: bool = False


class Unchecked(NamedTuple):
    """Something that could not be checked, and why. `fault` is set if htq itself failed."""

    path: str
    reason: str
    fault: Exception | None = None


class LeftOut(NamedTuple):
    """A file or folder inside a folder that is not checked, and why. `is_foreign`: its content, not
    its name, shows that it is not a draft. `advice` says what to do with a known kind of file."""

    path: str
    reason: str
    is_foreign: bool = False
    advice: str | None = None

    def __str__(self) -> str:
        return f"left out: {self.reason}{f'. {self.advice}' if self.advice else ''}"


Item = Candidate | Unchecked | LeftOut


class Found(NamedTuple):
    """What was named: every path once, in the order of the check; each named folder with the paths
    in it that may be drafts; the identities of the files to check; the unused globs; and every
    folder that was looked through."""

    items: list[Item]
    folders: dict[str, list[str]]
    files: set[Hashable]
    unused: list[str]
    looked_in: list[str]

    @property
    def candidates(self) -> list[Candidate | Unchecked]:
        """The paths to check, and those that cannot be."""
        return [item for item in self.items if not isinstance(item, LeftOut)]

    def has_file(self, path: str) -> bool:
        """Whether a file is among those to check, even under another path."""
        return _identity(path) in self.files

    def without_drafts(self, left_out: Iterable[LeftOut]) -> Iterator[Unchecked]:
        """The folders in which nothing was checked, given the files that were left out."""
        not_drafts = {item.path for item in left_out}
        for folder, inner in self.folders.items():
            if not_drafts.issuperset(inner):
                yield Unchecked(folder, _NO_DRAFT)


def find(paths: Iterable[str], exclude: Sequence[str] = ()) -> Found:
    """The paths to check, those in a folder in the order of their names.

    Each file is there once, and each folder is visited once. A path that does not exist and can be
    a glob is expanded, because not every shell does that. Left out are hidden files and folders,
    folders named `ksbs`, folders of packages, JSON Schema (`*.schema.json`) and what a glob of
    `exclude` matches. A link out of the folder is reported and not followed: in somebody else's
    checkout it could lead anywhere. A file in a folder that a draft names as the one that was
    submitted is left out too.
    """
    globs = _Globs(exclude)
    found = Found([], {}, set(), [], [])
    for named in (item for path in paths for item in _expanded(path)):
        items: Iterable[Item] = [named]
        is_folder = isinstance(named, Candidate) and os.path.isdir(named.path)
        if is_folder and named.path != STANDARD_INPUT:
            items = _items_in(named.path, globs, found.looked_in)
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
    found.unused.extend(globs.unused)
    _leave_out_submitted(found)
    return found


def _leave_out_submitted(found: Found) -> None:
    """Leave out the files in folders that another of the drafts names as `submitted`. Of drafts
    that name each other, the first stays."""
    if not any(found.folders.values()):
        return
    known = {_identity(item.path): at for at, item in enumerate(found.items) if _is_found(item)}
    for item in tuple(found.items):
        if not isinstance(item, Candidate) or item.path == STANDARD_INPUT:
            continue
        own = _identity(item.path)
        if _is_found(item) and own not in known:  # another draft names it
            continue
        named = submitted_file(item.path)
        at = known.pop(_identity(named), None) if named else None
        if at is None or found.items[at].path == item.path:
            continue
        path = found.items[at].path
        found.items[at] = LeftOut(path, f"the draft as it was submitted, named by {item.path}")
        found.files.discard(_identity(path) or path)
        for inner in found.folders.values():
            inner[:] = [other for other in inner if other != path]


def _is_found(item: Item) -> bool:
    """Whether it is a candidate that was found in a folder."""
    return isinstance(item, Candidate) and item.folder is not None


def submitted_file(path: str) -> str | None:
    """The file that a draft names as the one that was submitted, if it is in the draft's folder."""
    content = content_of(path)
    if isinstance(content, str) or b"submitted" not in content:
        return None
    name = read_application(reader.read(content)).part.submitted
    folder = os.path.dirname(path)
    if name is None or Folder(folder).find(name).id is None:
        return None
    return os.path.join(folder, name)


def _expanded(path: str) -> list[Candidate | Unchecked]:
    if os.path.lexists(path) or not has_magic(path):
        return [Candidate(with_slashes(path))]
    try:
        matching = sorted(paths_like(path))  # noqa: PTH207
    except ValueError:  # no name holds the character NUL
        matching = []
    return [*map(Candidate, map(with_slashes, matching))] or [Unchecked(path, "no file matches")]


def _identity(path: str) -> Hashable | None:
    """What identifies a file or folder under any path; None if it cannot be looked up. To be fast,
    it does not look up every folder above. Hard links in several folders are different files,
    because the paths in each start from its folder."""
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
    """Read a path from `find`. `-` is standard input, which is called `stdin_name`."""
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
    """Whether a file is a report that htq wrote, in a format that a draft can have too."""
    content = content_of(path)
    return isinstance(content, bytes) and content.startswith(_REPORTS)


def _items_in(folder: str, globs: _Globs, looked_in: list[str]) -> Iterator[Item]:
    looked_in.append(folder)
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
        path, is_link, is_folder = with_slashes(entry.path), *_kind(entry)
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
            if _is_pack(path):
                yield LeftOut(path, "a pack of htq")
                continue
            looked_in.append(path)
            if is_draft_name:
                yield Unchecked(path, "it is a folder with the name of a draft")
            try:
                waiting += _entries(path)
            except OSError as error:
                yield Unchecked(path, f"it cannot be read: {reason(error)}")


def _is_pack(folder: str) -> bool:
    """Whether `htq pack` wrote a folder: the draft in it is a copy, and its files have other names
    there."""
    start = content_of(os.path.join(folder, "index.json"), 100)
    return isinstance(start, bytes) and re.match(_PACK, start) is not None


_PACK = rb'\{\n  "htq": "[^"\n]*",\n  "pack": '


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What a folder holds, in the reverse order of the names."""
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name, reverse=True)


def _kind(entry: os.DirEntry[str]) -> tuple[bool, bool]:
    """Whether an entry is a link, and whether it is or leads to a folder."""
    try:
        leads_on = entry.is_symlink() or (os.name == "nt" and is_link(entry.stat()))
        return leads_on, os.path.isdir(entry) if leads_on else entry.is_dir()
    except OSError:  # reading it will say what is wrong
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
    """The globs of `--exclude`. Each is compared with the name, and with the path from the named
    folder, from the current folder and from the root of the disk."""

    def __init__(self, globs: Sequence[str]) -> None:
        self.patterns = [(text, _pattern(text)) for text in globs]
        self.unused = dict.fromkeys(globs)
        """The globs that have not matched so far, as the keys."""
        self.starts: set[str] = set()

    def start_from(self, folder: str) -> None:
        """Compare paths in this folder from now on."""
        folders = {folder}
        for whole in (os.path.abspath, os.path.realpath) if self.patterns else ():
            try:
                folders |= {whole(folder), os.path.relpath(whole(folder), whole(os.curdir))}
            except (OSError, ValueError):  # the current folder is gone, or on another drive
                continue
        self.starts = {""} | {with_slashes(os.path.join(os.path.normpath(f), "")) for f in folders}
        self.starts |= {start.removeprefix("./") for start in self.starts}

    def match(self, name: str, below: str) -> str | None:
        """Why a path in the folder, with this name, is left out; None if it is not."""
        if not self.patterns:
            return None
        paths = [name, *(start + with_slashes(below) for start in self.starts)]
        matching = [text for text, own in self.patterns if any(map(own.fullmatch, paths))]
        for text in matching:
            self.unused.pop(text, None)
        return f"{quote(f'--exclude {matching[0]}')} matches it" if matching else None


def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression. A leading `./` and a last `/` do not count, and `**/` also
    matches no folder."""
    plain = posixpath.normpath(with_slashes(glob))
    both = "|".join(translate(form) for form in (plain, plain.replace("**/", "")))
    return re.compile(both, re.IGNORECASE if os.name == "nt" else 0)
