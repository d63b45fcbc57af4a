"""Files read up to a limit, and written whole or not at all.

Nothing here waits: only a regular file is read, unless the person named a stream.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

MAX_BYTES = 5_000_000
"""How much of a draft or a catalogue is read: more than any that a person wrote."""


FileId = tuple[int, int]
"""What all names of one file have in common."""


def file_id(path: str) -> FileId | None:
    """The identity of the file that a path leads to; None where that cannot be looked up."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def one_name(path: str) -> str:
    """The name that all paths to a file have in common, even before there is a file. Case makes no
    difference on Windows, and none on the disks that macOS comes with."""
    real = os.path.realpath(path)
    return real.casefold() if sys.platform in ("win32", "darwin") else real


def is_link(found: os.stat_result) -> bool:
    """Whether what `lstat` found can lead elsewhere: a link, or a junction of Windows. A file that
    OneDrive has yet to fetch leads nowhere else."""
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


_JUNCTION = 0xA000_0003
"""IO_REPARSE_TAG_MOUNT_POINT of Windows."""


def is_inside(path: str, folder: str) -> bool:
    """Whether a real path is a folder, or lies below it."""
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def content_of(path: str, limit: int = MAX_BYTES, *, or_open: bool = False) -> bytes | str:
    """The bytes of a regular file, at most one more than the limit; else why not, in words.
    Nothing is waited for: a pipe or a device is not read, unless it is `or_open`, that is named
    as what htq was started with, such as `/dev/stdin`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    except FileNotFoundError:
        return "there is no such file or folder"
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # which Windows does not even open
            return "it is a folder, not a file"
        return f"it cannot be read: {reason(error)}"
    try:
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                content: bytes | None = file.read(limit + 1)
            elif or_open and re.fullmatch(_OPEN, path):
                content = to_the_end(descriptor, limit)
            else:
                content = None
    except IsADirectoryError:
        return "it is a folder, not a file"
    except OSError as error:
        return f"it cannot be read: {reason(error)}"
    # Some of what the system shows as a file has nothing yet, and would be waited for.
    return "it is not a regular file" if content is None else content


def to_the_end(descriptor: int, limit: int = MAX_BYTES) -> bytes:
    """All of a stream up to one byte over the limit. One that is set not to wait, as another
    program can leave it, is waited for all the same: half a file must not be judged. Raises
    OSError."""
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


_OPEN = r"(?a)/dev/(stdin|fd/\d+)|/proc/self/fd/\d+"


_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def reason(error: OSError | ValueError) -> str:
    """Why the system does not do something with a file, in words."""
    if getattr(error, "winerror", 0) in _HELD:
        return _OPEN_ELSEWHERE
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


_OPEN_ELSEWHERE = "it is open in another program. Close it there, and try again"
_HELD = {32, 33}
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows."""
_REFUSED = {5, *_HELD}
"""What Windows answers where a file is to replace one that is open: ERROR_ACCESS_DENIED too."""


def is_read_only(name: str) -> bool:
    """Whether a file is not meant to be written, be it that whoever runs htq could."""
    mode = os.stat(name).st_mode  # noqa: PTH116
    return not mode & 0o222 or not os.access(name, os.W_OK)


def replace_file(name: str, text: str, *, durable: bool = True) -> None:
    """Write a file whole or not at all: a new one beside it takes its place once it is complete,
    and if `durable` once the disk has it.

    Raises OSError, also for what is there and is not a regular file, such as a device.
    """
    if name.endswith(os.sep):
        raise OSError(errno.EISDIR, "it is the name of a folder")
    target, mode = _target(name)
    with _beside(target, text, durable=durable) as new:
        if mode is not None:
            os.chmod(new, mode)  # noqa: PTH101
        _replace(new, target)


def _replace(new: str, target: str) -> None:
    """Windows refuses it while a scanner, OneDrive or Excel has the file open, the first two for a
    moment only."""
    for tries_left in range(10, -1, -1):
        try:
            os.replace(new, target)  # noqa: PTH105
        except PermissionError as error:
            if getattr(error, "winerror", 0) not in _REFUSED:
                raise
            if not tries_left:
                raise PermissionError(errno.EACCES, _OPEN_ELSEWHERE) from None
            time.sleep(0.1)
        else:
            return


def create_file(name: str, text: str) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises FileExistsError for what is there, be it a link that leads nowhere or made by another
    program meanwhile, and OSError.
    """
    with _beside(name, text, durable=True) as new:
        try:
            os.link(new, name)
        except FileExistsError:
            raise
        except OSError:  # the disk knows no second name for a file
            os.close(os.open(name, os.O_CREAT | os.O_EXCL))
            os.replace(new, name)  # noqa: PTH105


@contextmanager
def _beside(target: str, text: str, *, durable: bool) -> Iterator[str]:
    """A complete new file in the folder of `target`, if `durable` once the disk has it. It is
    gone afterwards unless it was moved."""
    import secrets

    new = os.path.join(os.path.dirname(target), f".htq-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with open(new, "xb", buffering=0) as file:  # noqa: PTH123
            left = memoryview(text.encode("utf-8", "backslashreplace"))
            while left:
                left = left[file.write(left) :]
            if durable:
                os.fsync(file.fileno())
        yield new
    finally:
        with suppress(FileNotFoundError):
            if os.name == "nt":  # a file that is read-only is not deleted there
                os.chmod(new, stat.S_IWRITE)  # noqa: PTH101
            os.unlink(new)


def _target(name: str) -> tuple[str, int | None]:
    """The file that a name leads to, through links, and its mode; None where there is none yet."""
    try:
        found = os.lstat(name)
        if stat.S_ISLNK(found.st_mode):
            name = os.path.realpath(name)
            found = os.lstat(name)
    except FileNotFoundError:
        return name, None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "there is something there that is not a regular file")
    if any(_goes_to(stream, found) for stream in (sys.stdout, sys.stderr)):
        raise OSError(errno.EINVAL, "standard output or standard error goes there")
    return name, stat.S_IMODE(found.st_mode)


def _goes_to(stream: TextIO, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), found)
    except (OSError, ValueError):
        return False


def append_file(name: str, text: str) -> None:
    """Add text to the end of a file, without waiting on what is not one. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(name, flags, 0o666), "ab") as file:
        file.write(text.encode("utf-8", "backslashreplace"))
