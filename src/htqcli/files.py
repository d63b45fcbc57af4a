"""Reading files up to a limit, and writing them whole or not at all.

Reading never waits for a pipe or device, unless the user named a stream.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

MAX_BYTES = 5_000_000
"""The most bytes of a draft or a catalogue that are read: more than any that a person wrote."""

FileId = tuple[int, int]
"""The device and inode of a file, the same for all its names."""


def file_id(path: str) -> FileId | None:
    """The id of the file that a path leads to; None if it cannot be looked up."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def canonical_name(path: str) -> str:
    """A name that is the same for all paths to a file, even before it exists. Case makes no
    difference on Windows, nor on the usual disks of macOS."""
    real = os.path.realpath(path)
    return real.casefold() if sys.platform in ("win32", "darwin") else real


def with_slashes(path: str) -> str:
    """A path as it is shown, the same on every system. Windows takes `/` too, but for paths that
    begin so."""
    return path if path.startswith("\\\\?\\") else path.replace(os.sep, "/")


def is_link(found: os.stat_result) -> bool:
    """Whether a path can lead elsewhere, given the result of `lstat`: a link, or a junction of
    Windows. A file that OneDrive has not yet fetched does not."""
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


_JUNCTION = 0xA000_0003
"""IO_REPARSE_TAG_MOUNT_POINT of Windows."""


def is_inside(path: str, folder: str) -> bool:
    """Whether a real path is a folder, or is below it."""
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def content_of(path: str, limit: int = MAX_BYTES, *, allow_stream: bool = False) -> bytes | str:
    """The bytes of a regular file, at most one more than the limit, or the reason, in words, why it
    was not read. A pipe or device is not read; with `allow_stream`, a stream that htq was started
    with is, such as `/dev/stdin`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    except FileNotFoundError:
        return "there is no such file or folder"
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # which Windows does not even open
            return "it is a folder, not a file"
        if getattr(error, "errno", 0) == errno.EINVAL:  # a name that Windows does not allow
            return "there is no such file or folder"
        return f"it cannot be read: {reason(error)}"
    try:
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                content: bytes | None = file.read(limit + 1)
            elif allow_stream and re.fullmatch(_STREAM, path):
                content = read_stream(descriptor, limit)
            else:
                content = None
    except IsADirectoryError:
        return "it is a folder, not a file"
    except OSError as error:
        return f"it cannot be read: {reason(error)}"
    # Reading some special files would wait for content.
    return "it is not a regular file" if content is None else content


def sha256_of(path: str) -> str | None:
    """The SHA-256 of a regular file, in hexadecimal digits; None if it cannot be read."""
    import hashlib

    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _NO_WAIT), "rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        pass
    return None


def read_stream(descriptor: int, limit: int = MAX_BYTES) -> bytes:
    """All of a stream, up to one byte over the limit. This waits even if another program has set
    the stream not to, because half a file must not be checked. Raises OSError."""
    content = bytearray()
    while len(content) <= limit:
        try:
            piece = os.read(descriptor, 65_536)
        except BlockingIOError:
            select.select([descriptor], [], [])
            continue
        if not piece:
            break
        content += piece
    del content[limit + 1 :]
    return bytes(content)


_STREAM = r"(?a)/dev/(stdin|fd/\d+)|/proc/self/fd/\d+"

_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def reason(error: OSError | ValueError) -> str:
    """Why an operation on a file failed, in words."""
    if getattr(error, "winerror", 0) in _IN_USE:
        return _OPEN_ELSEWHERE
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


_OPEN_ELSEWHERE = "it is open in another program. Close it there, and try again"
_IN_USE = {32, 33}
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows."""
_CANNOT_REPLACE = {5, *_IN_USE}
"""The errors of Windows when an open file is replaced; ERROR_ACCESS_DENIED is one of them."""


def is_read_only(name: str) -> bool:
    """Whether a file is read-only, even if the user could write it."""
    mode = os.stat(name).st_mode  # noqa: PTH116
    return not mode & 0o222 or not os.access(name, os.W_OK)


def replace_file(name: str, text: str | bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all: a new file beside it replaces it when it is complete, and
    if `durable`, when it is on the disk.

    Raises OSError, also if the name exists and is not a regular file.
    """
    if name.endswith(os.sep):
        raise OSError(errno.EISDIR, "it is the name of a folder")
    target, mode = _target(name)
    with _new_file_beside(target, text, durable=durable) as new:
        if mode is not None:
            os.chmod(new, mode)  # noqa: PTH101
        move(new, target)


def move(new: str, target: str) -> None:
    """Move a file over another, with up to 10 retries: on Windows a scanner or OneDrive can have
    the target open for a moment. Raises PermissionError if it stays open, as in Excel."""
    for tries_left in range(10, -1, -1):
        try:
            os.replace(new, target)  # noqa: PTH105
        except PermissionError as error:
            if getattr(error, "winerror", 0) not in _CANNOT_REPLACE:
                raise
            if not tries_left:
                raise PermissionError(errno.EACCES, _OPEN_ELSEWHERE) from None
            time.sleep(0.1)
        else:
            return


def create_file(name: str, text: str) -> None:
    """Write a new file whole or not at all.

    Raises FileExistsError if the name exists, even as a broken link or since a moment ago; else
    OSError.
    """
    with _new_file_beside(name, text, durable=True) as new:
        try:
            os.link(new, name)
        except FileExistsError:
            raise
        except OSError:  # the disk has no hard links
            os.close(os.open(name, os.O_CREAT | os.O_EXCL))
            os.replace(new, name)  # noqa: PTH105


def write_folder(name: str, contents: Mapping[str, str | bytes]) -> None:
    """Write files into a folder, all of them or none: they are moved there when each is complete. A
    new folder is moved as a whole. Of a folder that exists, only files of these names are replaced.

    Raises OSError, also if the name exists and is not a folder.
    """
    import shutil

    name = os.path.realpath(name)
    new = name_beside(name)
    os.mkdir(new)  # noqa: PTH102
    try:
        for file, content in contents.items():
            replace_file(os.path.join(new, file), content)
        if not os.path.lexists(name):
            os.rename(new, name)  # noqa: PTH104
            return
        if not os.path.isdir(name):
            raise OSError(errno.ENOTDIR, "there is something there that is not a folder")
        folders = [file for file in contents if os.path.isdir(os.path.join(name, file))]
        if folders:
            raise OSError(errno.EISDIR, f"{folders[0]} there is a folder")
        for file in contents:
            move(os.path.join(new, file), os.path.join(name, file))
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def _new_file_beside(target: str, text: str | bytes, *, durable: bool) -> Iterator[str]:
    """A complete new file in the folder of `target`, and if `durable`, on the disk. It is deleted
    afterwards unless it was moved."""
    new = name_beside(target)
    try:
        with open(new, "xb", buffering=0) as file:  # noqa: PTH123
            content = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
            left = memoryview(content)
            while left:
                left = left[file.write(left) :]
            if durable:
                os.fsync(file.fileno())
        yield new
    finally:
        with suppress(FileNotFoundError):
            if os.name == "nt":  # Windows does not delete a read-only file
                os.chmod(new, stat.S_IWRITE)  # noqa: PTH101
            os.unlink(new)


def name_beside(target: str) -> str:
    """A new hidden name in the folder of `target`, for what will be moved there when complete."""
    import secrets

    return os.path.join(os.path.dirname(target), f".htq-{os.getpid()}-{secrets.token_hex(4)}")


def _target(name: str) -> tuple[str, int | None]:
    """The file that a name leads to through links, and its mode, or None if it does not exist."""
    try:
        found = os.lstat(name)
        if stat.S_ISLNK(found.st_mode):
            name = os.path.realpath(name)
            found = os.lstat(name)
    except FileNotFoundError:
        return name, None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "there is something there that is not a regular file")
    if any(_writes_to(stream, found) for stream in (sys.stdout, sys.stderr)):
        raise OSError(errno.EINVAL, "standard output or standard error goes there")
    return name, stat.S_IMODE(found.st_mode)


def _writes_to(stream: TextIO, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), found)
    except (OSError, ValueError):
        return False


def append_file(name: str, text: str) -> None:
    """Add text to the end of a file, without waiting for a pipe or device. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(name, flags, 0o666), "ab") as file:
        file.write(text.encode("utf-8", "backslashreplace"))
