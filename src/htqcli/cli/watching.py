"""Checking again whenever a file changes, until somebody interrupts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import typer

from htqcli.cli import exits, streams, terminal
from htqcli.files import reason
from htqcli.words import Refusal

if TYPE_CHECKING:
    from htqcli.check.report import Report


class Look(NamedTuple):
    """A report, and the folders and files on which it depends, whether they exist or not."""

    report: Report
    folders: set[str]
    files: Sequence[str]


def watch_with(look: Callable[[], Look], show: Callable[[Report], None]) -> NoReturn:
    """Show what `look` finds, and show it again when a file that it depends on changes. Where the
    result does not go to a terminal, it is shown again only if it differs."""
    found = look()
    shown = None
    while True:
        folders = _folders(found)
        with closing(_changes(path for path, *_ in folders)) as changes:
            next(changes)
            while True:
                try:
                    found = look()  # at first because files may have changed before
                except Refusal as error:
                    terminal.clear()
                    terminal.print_error(f"There is a problem. {error}")
                    shown = None
                    _say_how_to_end()
                else:
                    result = found.report.files, found.report.unchecked
                    if terminal.clear() or result != shown:
                        show(found.report)
                        _say_how_to_end()
                    shown = result
                if _folders(found) != folders:
                    break
                while not any(map(_matters, next(changes))):
                    pass


def _say_how_to_end() -> None:
    from htqcli import moment

    at = moment.now()
    said = f"Checked at {at:%H:%M:%S}. Waiting for changes; Ctrl-C ends this."
    if streams.is_terminal(sys.stdout):
        terminal.print_lines([[], *terminal.hanging("", said, ("", "dim"))])
    else:
        terminal.print_error(said)


_Folder = tuple[str, int, int]
"""A folder's path, device and inode: one that is deleted and made again is another."""


def _folders(found: Look) -> set[_Folder]:
    """The folders to watch: of files, the folder of each name that leads to them."""
    names = {name for file in found.files for name in (file, os.path.realpath(file))}
    return {_nearest(name) for name in {*found.folders, *map(os.path.dirname, names)}}


def _nearest(folder: str) -> _Folder:
    """A folder, or the nearest above it that exists."""
    path = os.path.abspath(folder)  # noqa: PTH100  # not through links
    while True:
        try:
            found = os.stat(os.path.join(path, ""))  # noqa: PTH116
        except OSError:
            above = os.path.dirname(path)
            if above == path:
                return path, 0, 0
            path = above
        else:
            return path, found.st_dev, found.st_ino


def _changes(folders: Iterable[str]) -> Generator[Iterable[str]]:
    """The paths that change in folders: at first none, once the folders are watched; then those
    that change together, and none each time that nothing does for a while. Exits with 3 if the
    system cannot watch them."""
    from watchfiles import watch

    try:
        for changes in watch(
            *folders,
            watch_filter=None,
            debounce=50,
            step=10,
            rust_timeout=50,
            yield_on_timeout=True,
            recursive=False,
        ):
            yield [path for _, path in changes]
    except FileNotFoundError:  # a folder was deleted a moment ago
        while True:
            yield [os.curdir]
    except OSError as error:
        terminal.print_error(f"htq: the folders cannot be watched: {reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None


def _matters(path: str) -> bool:
    """Whether a change of a file can change a result. What an editor writes for itself cannot."""
    name = os.path.basename(path)
    return name == os.curdir or not (name.startswith(".") or name.endswith("~"))
