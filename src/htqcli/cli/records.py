"""The published data about standards, in files that a person names."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import typer

from htqcli.cli import exits, terminal


def records_in(source: str) -> tuple[list[Any], str]:
    """The entries of the data, and the SHA-256 of its bytes."""
    content = read_content(source)
    return parse_records(source, content), hashlib.sha256(content).hexdigest()


def parse_records(source: str, content: bytes) -> list[Any]:
    """The entries of data that was read from `source`. Exits with 3 if it is not JSON."""
    from htqcli.ksbs.standards_data import NotJson, records

    try:
        return records(content)
    except NotJson:
        terminal.print_error(f"{source}: the standards data is not read: it is not JSON")
        raise typer.Exit(exits.NOT_DONE) from None


def read_content(feed: str) -> bytes:
    """What a file, a pipe or, for `-`, standard input holds. Exits with 3 if it cannot be read or
    is too large."""
    from htqcli.files import content_of, read_stream, reason
    from htqcli.ksbs.standards_data import MAX_BYTES

    try:
        if feed != "-":
            found = content_of(feed, MAX_BYTES, allow_stream=True)
        elif sys.stdin is None:
            found = "standard input is closed"
        else:
            found = read_stream(sys.stdin.fileno(), MAX_BYTES)
    except OSError as error:
        found = reason(error)
    if len(found) > MAX_BYTES:
        found = f"it is larger than {MAX_BYTES // 1_000_000} MB"
    if isinstance(found, str):
        terminal.print_error(f"{feed}: the standards data is not read: {found}")
        raise typer.Exit(exits.NOT_DONE)
    return found
