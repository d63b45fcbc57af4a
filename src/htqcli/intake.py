"""The drafts that a person names: files, folders and standard input.

Nothing here waits and nothing is followed to where it was not sent: only regular files are
read, at most one byte more than the limit, and no link found in a folder leads out of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

from htqcli.source import MAX_BYTES

SUFFIXES = (".yaml", ".yml", ".json")
KSB_FOLDER = "ksbs"
"""The folder beside drafts that holds the KSB lists of standards, which are not drafts."""

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was read: its path as it was given, and the folder its paths start from."""

    path: str
    folder: Path
    content: bytes


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Something named that could not be checked, and why. `fault` is set where htq itself is
    the reason."""

    path: str
    reason: str
    fault: Exception | None = None


def find(paths: Iterable[str], exclude: Sequence[str] = ()) -> list[str | Unchecked]:
    """The paths of the drafts that are named, a folder's in the order of their names.

    Hidden files and folders, folders named `ksbs` and what a glob of `exclude` matches are
    left out; a folder that links lead to twice is visited once.
    """
    found: list[str | Unchecked] = []
    for path in paths:
        if path != STANDARD_INPUT and os.path.isdir(path):
            below = list(_below(path, exclude))
            found += below or [Unchecked(path, "the folder holds no draft (.yaml, .yml or .json)")]
        else:
            found.append(path)
    return found


def read(
    path: str | Unchecked, stdin: BinaryIO | None, stdin_name: str | None = None
) -> Draft | Unchecked:
    """Read one of the paths that `find` gave; `-` is standard input, shown as `stdin_name`."""
    if isinstance(path, Unchecked):
        return path
    if path == STANDARD_INPUT:
        name = stdin_name or STANDARD_INPUT
        if stdin is None:
            return Unchecked(name, "standard input is closed")
        try:
            return Draft(name, Path(name).parent, stdin.read(MAX_BYTES + 1))
        except (OSError, ValueError) as error:
            return Unchecked(name, f"standard input cannot be read: {error}")
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    except FileNotFoundError:
        return Unchecked(path, "there is no such file or folder")
    except (OSError, ValueError) as error:
        return Unchecked(path, f"it cannot be read: {_why(error)}")
    try:
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Unchecked(path, "it is not a regular file")
            return Draft(path, Path(path).parent, file.read(MAX_BYTES + 1))
    except OSError as error:
        return Unchecked(path, f"it cannot be read: {_why(error)}")


_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _below(folder: str, exclude: Sequence[str]) -> Iterator[str | Unchecked]:
    root = os.path.realpath(folder)
    visited: set[str] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        name = os.path.relpath(path, folder)
        if path != folder:
            leaf = os.path.basename(path)
            if leaf.startswith(".") or any(fnmatch(n, g) for n in (leaf, name) for g in exclude):
                continue
        real = os.path.realpath(path)
        is_folder = os.path.isdir(path)
        if not is_folder and not path.lower().endswith(SUFFIXES):
            continue
        if os.path.commonpath([root, real]) != root:
            yield Unchecked(path, "the link leads out of the folder; name its target to check it")
        elif not is_folder:
            yield path
        elif real not in visited and os.path.basename(path) != KSB_FOLDER:
            visited.add(real)
            try:
                names = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                yield Unchecked(path, f"it cannot be read: {_why(error)}")
                continue
            waiting += [os.path.join(path, name) for name in names]
