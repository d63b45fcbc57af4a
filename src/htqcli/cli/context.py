"""The time, the catalogue and the cycle that a command uses."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from htqcli.cli.refusals import refuse_overwriting

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle


VARIABLE = "HTQ_CATALOGUE"
"""The environment variable that names a catalogue if `--catalogue` does not."""


def the_time(at: datetime | None) -> datetime:
    """The time that was given, else now."""
    from htqcli import moment

    return at or moment.now()


def the_catalogue(file: Path | None, output: str | None = None) -> Catalogue:
    """The catalogue that a command uses. Refuses to write `output` over it. Raises CatalogueError,
    which says so if the file was named by the environment."""
    from htqcli.catalogue.bundled import load
    from htqcli.catalogue.model import CatalogueError

    refuse_overwriting(output, file, "catalogue")
    if file is None:
        return load()
    try:
        return own_catalogue(file)
    except CatalogueError as error:
        if os.environ.get(VARIABLE) != str(file):
            raise
        message = f"{str(error).rstrip('.')}. The environment variable {VARIABLE} names this file."
        raise CatalogueError(message) from None


def reloaded(known: Catalogue, file: Path | None) -> Callable[[], Catalogue]:
    """A function that gives a catalogue as its file is then, without reading it again unless it has
    changed. Like `the_catalogue`, it raises CatalogueError."""
    if file is None:
        return lambda: known

    def state() -> tuple[int, ...]:
        try:
            found = file.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size

    read = known, state()

    def current() -> Catalogue:
        nonlocal read
        now = state()
        if now != read[1]:
            read = the_catalogue(file), now
        return read[0]

    return current


def own_catalogue(file: Path) -> Catalogue:
    """The catalogue in a file. Raises CatalogueError with the first error that ‘htq catalogue
    check’ finds."""
    from htqcli.catalogue.bundled import from_content
    from htqcli.catalogue.model import CatalogueError
    from htqcli.check.engine import Checker
    from htqcli.check.inputs import Draft, Unchecked
    from htqcli.check.report import Checked
    from htqcli.files import content_of, with_slashes
    from htqcli.rules import about
    from htqcli.rules.declare import CATALOGUE, Severity
    from htqcli.words import visible

    shown = with_slashes(str(file))
    name = visible(shown)
    content = content_of(str(file), allow_stream=True)
    if isinstance(content, str):
        raise CatalogueError(f"{name}: the catalogue cannot be used: {content}")
    rules = [rule for rule in about(CATALOGUE) if rule.severity is Severity.ERROR]
    checker = Checker(None, the_time(None), rules, subject=CATALOGUE)
    checked = checker.check(Draft(shown, file.parent, content))
    if isinstance(checked, Unchecked) and checked.fault:
        raise checked.fault
    if isinstance(checked, Checked) and checked.findings:
        first, *more = checked.findings
        where = first.pointer.replace("/", ".").lstrip(".")
        raise CatalogueError(
            f"{name}:{first.place.line}:{first.place.column}: the catalogue cannot be used: "
            + (f"{where}: " if where else "")
            + f"{first.message}. {first.hint}".rstrip()
            + (f" Problems in all: {len(more) + 1}." if more else "")
            + " See ‘htq catalogue check’."
        )
    return from_content(content, shown)


def the_cycle(catalogue: Catalogue, number: int | None) -> Cycle:
    """The cycle with this number, else the latest with a list of standards."""
    from htqcli.catalogue.model import NotFound

    if number is not None:
        return catalogue.cycle(number)
    if catalogue.latest_listed_cycle is None:
        raise NotFound("No cycle of the catalogue has a list of standards.")
    return catalogue.latest_listed_cycle
