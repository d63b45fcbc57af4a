"""The drafts that a person names: files, folders and standard input.

Nothing here waits and nothing is followed to where it was not sent: only regular files are
read, at most one byte more than the limit, and no link found in a folder leads out of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple, TextIO

from htqcli.ksbs import FOLDER as KSB_FOLDER
from htqcli.source import content_of, to_the_end

SUFFIXES = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"


class Draft(NamedTuple):
    """A draft as it was read: its path as it was given, and the folder its paths start from."""

    path: str
    folder: Path
    content: bytes


class Unchecked(NamedTuple):
    """Something named that could not be checked, and why. `fault` is set where htq itself is
    the reason."""

    path: str
    reason: str
    fault: Exception | None = None


def find(
    paths: Iterable[str], exclude: Sequence[str] = (), older: Sequence[str] = ()
) -> list[str | Unchecked]:
    """The paths of the drafts that are named, a folder's in the order of their names.

    A draft that is named twice is there once. Hidden folders, folders named `ksbs`, JSON Schema
    (`*.schema.json`), what a glob of `exclude` matches and `older` reports of htq are left out; a
    folder that links lead to twice is visited once. A link that leads out of the folder is not
    followed, but named: in a checkout of somebody else's it could lead anywhere.
    """
    found: list[str | Unchecked] = []
    reports = {os.path.realpath(report) for report in older}
    seen: set[str] = set()
    for path in paths:
        if path != STANDARD_INPUT and os.path.isdir(path):
            below = [
                inner
                for inner in _below(path, exclude)
                if isinstance(inner, Unchecked) or os.path.realpath(inner) not in reports
            ]
            found += below or [Unchecked(path, "the folder holds no draft (.yaml, .yml or .json)")]
        else:
            found.append(path)
    return [path for path in found if isinstance(path, Unchecked) or _is_new(path, seen)]


def _is_new(path: str, seen: set[str]) -> bool:
    """Whether a draft has not been named before, be it by another path."""
    try:
        real = path if path == STANDARD_INPUT else os.path.realpath(path)
    except (OSError, ValueError):  # reading it says what is wrong
        return True
    if real in seen:
        return False
    seen.add(real)
    return True


def read(
    path: str | Unchecked, stdin: TextIO | None, stdin_name: str | None = None
) -> Draft | Unchecked:
    """Read one of the paths that `find` gave; `-` is standard input, shown as `stdin_name`."""
    if isinstance(path, Unchecked):
        return path
    if path == STANDARD_INPUT:
        name = stdin_name or STANDARD_INPUT
        if stdin is None:
            return Unchecked(name, "standard input is closed")
        try:
            return Draft(name, Path(name).parent, to_the_end(stdin.fileno()))
        except OSError as error:
            return Unchecked(name, f"standard input cannot be read: {_why(error)}")
    content = content_of(path)
    if isinstance(content, str):
        return Unchecked(path, content)
    return Draft(path, Path(path).parent, content)


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _below(folder: str, exclude: Sequence[str]) -> Iterator[str | Unchecked]:
    try:
        root = os.path.realpath(folder)
    except OSError as error:  # the folder we are in is gone
        yield Unchecked(folder, f"it cannot be read: {_why(error)}")
        return
    visited: set[str] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        is_folder, real = os.path.isdir(path), os.path.realpath(path)
        looks_like_a_draft = path.lower().endswith(SUFFIXES)
        if path != folder and _is_left_out(path, folder, exclude, is_folder=is_folder):
            continue
        if not is_folder and not looks_like_a_draft:
            continue
        if os.path.commonpath([root, real]) != root:
            yield Unchecked(path, "the link leads out of the folder; name its target to check it")
        elif not is_folder:
            yield path
        elif real not in visited:
            visited.add(real)
            if looks_like_a_draft and path != folder:
                yield Unchecked(path, "it is a folder with the name of a draft")
            try:
                names = sorted(os.listdir(path), reverse=True)
            except OSError as error:
                yield Unchecked(path, f"it cannot be read: {_why(error)}")
                continue
            waiting += [os.path.join(path, name) for name in names]


def _is_left_out(path: str, folder: str, exclude: Sequence[str], *, is_folder: bool) -> bool:
    name = os.path.basename(path)
    if is_folder and (name.startswith(".") or name == KSB_FOLDER):
        return True
    if not is_folder and name.lower().endswith(".schema.json"):
        return True
    below = os.path.relpath(path, folder)
    return any(fnmatch(own, glob) for own in (name, below) for glob in exclude)
