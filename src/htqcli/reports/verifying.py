"""Whether a pack is as it was written: what is missing, changed or added.

A pack to verify comes from somebody else. Nothing of it is unpacked. Only files that its index
lists are read, each up to the size in the index. Names are compared and never used as paths.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from htqcli.files import MAX_BYTES, is_link, reason
from htqcli.reports.pack import FORMAT, INDEX, NO_SUM, PIECE
from htqcli.words import quote


class CannotVerify(Exception):
    """Something that cannot be read as a pack, and why, as the end of a sentence about it."""


class Verified(NamedTuple):
    """What differs from the index, as sentences, and how many files there are in the index.
    `added` are the files and folders that it does not list; None if there is no usable index."""

    problems: tuple[str, ...]
    files: int
    added: tuple[str, ...] | None


class _Member(NamedTuple):
    """A file in a folder or zip file, by its name there. `fault` says why it is not read."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    fault: str | None = None


def verify(path: str) -> Verified:
    """Compare a folder or zip file with its index. Raises CannotVerify if that cannot be read."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError) as error:
        raise CannotVerify(f"it cannot be read: {reason(error)}") from None
    if stat.S_ISDIR(found.st_mode):
        return _compare(list(_members_of_folder(path)))
    if not stat.S_ISREG(found.st_mode):
        raise CannotVerify("it is not a folder or a zip file")
    with _opened_zip(path) as archive:
        return _compare(list(_members_of_zip(archive, found.st_size)))


def _compare(members: list[_Member]) -> Verified:
    of = {member.name: member for member in members}
    problems = [
        f"{quote(name, _MAX_SHOWN)} is there {count} times"
        for name, count in Counter(member.name for member in members).items()
        if count > 1
    ]
    listed = None
    if INDEX not in of:
        problems.append(f"{INDEX} is missing: without it, nothing else can be verified")
    else:
        index = of[INDEX]
        content = index.fault or _read(index, MAX_BYTES)
        listed = content if isinstance(content, str) else _listed(content)
    if isinstance(listed, str) or listed is None:
        problems += [f"{INDEX} {listed}"] if listed else []
        return Verified(tuple(problems), 0, None)
    folders = {name[: at.end()] for name in listed for at in re.finditer("/", name)}
    added = [name for name in of if name not in listed and name != INDEX and name not in folders]
    problems += [f"{quote(name, _MAX_SHOWN)} is missing" for name in listed if name not in of]
    for name, (size, sha256) in listed.items():
        if name in of and (why := _difference(of[name], size, sha256)):
            problems.append(f"{quote(name, _MAX_SHOWN)} {why}")
    problems += [f"{quote(name, _MAX_SHOWN)} is not in the index" for name in added]
    return Verified(tuple(problems), len(listed) + 1, tuple(added))


_MAX_SHOWN = 150


def _listed(content: bytes) -> dict[str, tuple[int, str]] | str:
    """The size and SHA-256 of each file in an index, or why it cannot be used."""
    start = re.match(_START, content)
    if start is None:
        return "is not the index of a pack"
    own = start[2]
    zeroed = content[: start.start(2)] + NO_SUM.encode() + content[start.end(2) :]
    if hashlib.sha256(zeroed).hexdigest().encode() != own:
        return "is changed, so nothing else can be verified"
    if int(start[1]) != FORMAT:
        return "was made by a newer htq"
    try:
        found = {
            str(item["path"]): (int(item["size"]), str(item["sha256"]))
            for item in json.loads(content)["files"]
        }
    except (ValueError, LookupError, TypeError, RecursionError, OverflowError):
        return "is not the index of a pack"
    return found


_START = rb'\{\n  "htq": "[^"\n]{1,40}",\n  "pack": (\d{1,4}),\n  "sha256": "([0-9a-f]{64})",\n'


def _difference(member: _Member, size: int, sha256: str) -> str | None:
    """How a file differs from what the index says of it."""
    if member.fault:
        return member.fault
    if member.size != size:
        return f"is changed: it has {member.size:,} bytes, not {size:,}"
    found = hashlib.sha256()
    try:
        with member.open() as file:
            left = size
            while piece := file.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
                found.update(piece)
    except _DAMAGE as error:
        return f"cannot be read: {_damage(error)}"
    return None if not left and found.hexdigest() == sha256 else "is changed"


def _read(member: _Member, limit: int) -> bytes | str:
    """The content of a file, or why it is not read, as the end of a sentence about it."""
    if member.size > limit:
        return f"is too large: it has {member.size:,} bytes"
    try:
        with member.open() as file:
            return file.read(limit)
    except _DAMAGE as error:
        return f"cannot be read: {_damage(error)}"


# A folder


def _members_of_folder(path: str) -> Iterator[_Member]:
    """The files of a folder and of the folders in it. A link is not followed, and is told; so is
    an empty folder."""
    waiting = [("", path)]
    count = 0
    while waiting:
        before, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            kinds = [entry.stat(follow_symlinks=False) for entry in found]
        except OSError as error:
            if not before:
                raise CannotVerify(f"it cannot be read: {reason(error)}") from None
            yield _Member(before, 0, io.BytesIO, f"cannot be read: {reason(error)}")
            continue
        if not found and before:
            yield _Member(before, 0, io.BytesIO, "is an empty folder")
        count += len(found)
        if count > _MAX_FILES or before.count("/") > _MAX_DEPTH:
            raise CannotVerify("it has more files or folders than any pack")
        for entry, kind in zip(found, kinds, strict=True):
            name = f"{before}{entry.name}"
            if is_link(kind):
                yield _Member(name, 0, io.BytesIO, "is a link, not a file")
            elif stat.S_ISDIR(kind.st_mode):
                waiting.append((f"{name}/", entry.path))
            elif stat.S_ISREG(kind.st_mode):
                yield _Member(name, kind.st_size, _opener(entry.path))
            else:
                yield _Member(name, 0, io.BytesIO, "is not a regular file")


_MAX_FILES = 100_000
_MAX_DEPTH = 64


def _opener(path: str) -> Callable[[], IO[bytes]]:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0)
    return lambda: os.fdopen(os.open(path, flags), "rb")


# A zip file


class _Bounded(io.FileIO):
    """A file that reads little at a time: a zip file whose directory alone fills the memory is
    refused."""

    def read(self, size: int | None = -1) -> bytes:
        wanted = _MAX_DIRECTORY + 1 if size is None or size < 0 else size
        content = super().read(min(wanted, _MAX_DIRECTORY + 1)) or b""
        if len(content) > _MAX_DIRECTORY:
            raise zipfile.BadZipFile("its directory is larger than that of any pack")
        return content


_MAX_DIRECTORY = 8_000_000

_DAMAGE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError),
    *(LookupError, RuntimeError, MemoryError, OverflowError),
)
"""What reading a damaged or hostile zip file can raise: NotImplementedError is a RuntimeError."""


def _damage(error: BaseException) -> str:
    return reason(error) if isinstance(error, OSError) else "it is damaged"


@contextmanager
def _opened_zip(path: str) -> Iterator[zipfile.ZipFile]:
    try:
        file = _Bounded(path)
    except OSError as error:
        raise CannotVerify(f"it cannot be read: {reason(error)}") from None
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGE as error:
            said = str(error) if str(error).startswith("its ") else "it is not a zip file"
            raise CannotVerify(f"{said}, or it is damaged") from None
        with archive:
            yield archive


def _members_of_zip(archive: zipfile.ZipFile, size: int) -> Iterable[_Member]:
    """The files of a zip file. Raises CannotVerify if they would unpack to far more than it."""
    infos = archive.infolist()
    packed, unpacked = sum(one.compress_size for one in infos), sum(one.file_size for one in infos)
    if packed > size or unpacked > _MAX_RATIO * size + MAX_BYTES:
        raise CannotVerify(
            f"it would unpack to {unpacked:,} bytes, far more than its own {size:,}, so it was not "
            "read"
        )
    return [_member(archive, info) for info in infos]


_MAX_RATIO = 100
"""How many times smaller than its content a zip file can be. htq does not compress; documents that
somebody compressed again are at most some ten times smaller."""


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    fault = None
    if stat.S_ISLNK(info.external_attr >> 16):
        fault = "is a link, not a file"
    elif info.flag_bits & 1:
        fault = "is encrypted, so it was not read"
    elif info.is_dir():
        fault = "is a folder"
    return _Member(info.filename, info.file_size, lambda: archive.open(info), fault)


def is_replaceable(path: str) -> str | None:
    """Why a folder must not be replaced by a new pack; None if it is a pack and nothing else."""
    try:
        found = verify(path)
    except CannotVerify as error:
        return str(error)
    if found.added is None:
        return "it is not a pack of htq as htq wrote it"
    first = next(iter(found.added), None)
    return f"it has {quote(first, _MAX_SHOWN)}, which is not of a pack" if first else None


def problems_shown(problems: Iterable[Any], most: int = 20) -> list[str]:
    """The first problems, and how many more there are."""
    found = list(map(str, problems))
    more = len(found) - most
    return [*found[:most], *([f"and {more:,} more"] if more > 0 else [])]
