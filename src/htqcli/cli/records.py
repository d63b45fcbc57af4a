"""The published data about standards: in files that a person names, or fetched."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from htqcli.cli import exits, terminal

if TYPE_CHECKING:
    from htqcli.ksbs.fetching import Limits, Progress
    from htqcli.ksbs.importing import RecordOrigin


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


class Published:
    """Fetches the published standards data. What it cannot fetch it reports, with how to get it by
    hand, and gives None. Raises Refusal for an address that cannot be used.

    `by_hand` says what to save and to run instead, given the address, a name for the file, and the
    references that are wanted of the data of all standards. `is_reachable` is false once something
    could not be fetched that may exist.
    """

    def __init__(self, address: str, by_hand: Callable[[str, str, Sequence[str]], str]) -> None:
        from htqcli.ksbs.fetching import objection
        from htqcli.words import Refusal, quote

        self._written = address
        self.address = address.rstrip("/")
        self.is_reachable = True
        self._by_hand = by_hand
        why = objection(self.address)
        if why is None and any(sign in address for sign in "?#"):
            why = "contains ‘?’ or ‘#’, so htq cannot add a reference to it"
        if why:
            raise Refusal(
                f"The catalogue’s address of the standards data, {quote(address)}, {why}. "
                "Correct ‘standards_data’ in the catalogue."
            )

    def record(self, reference: str) -> tuple[list[Any], RecordOrigin] | None:
        """The current record of a standard."""
        from htqcli.ksbs.fetching import RECORD

        address = f"{self.address}/{reference}"
        fetched = self._fetch(address, reference, f"{reference}.json", (), RECORD)
        if fetched is None:
            return None
        own = [one for one in fetched[0] if is_of(one, (reference,))]
        if not own:
            terminal.print_error(
                f"Could not fetch {reference}: {address} does not have a record of it."
            )
            return None
        return own, fetched[1]

    def all_records(
        self, wanted: Sequence[str]
    ) -> tuple[dict[str, list[Any]], RecordOrigin] | None:
        """The records of every version of some standards."""
        from htqcli.ksbs import standards_data
        from htqcli.ksbs.fetching import ARRAY

        what = "the data of all standards"
        fetched = self._fetch(self.address, what, "standards-data.json", wanted, ARRAY)
        if fetched is None:
            return None
        found: dict[str, list[Any]] = {one: [] for one in wanted}
        for one in fetched[0]:
            if isinstance(one, dict) and (reference := standards_data.reference(one)) in found:
                found[reference].append(one)
        return found, fetched[1]

    def _fetch(
        self, address: str, what: str, file: str, wanted: Sequence[str], limits: Limits
    ) -> tuple[list[Any], RecordOrigin] | None:
        """The records at an address. `file` and `wanted` are for `by_hand`."""
        from htqcli import moment
        from htqcli.ksbs import standards_data
        from htqcli.ksbs.fetching import NotFetched, fetch
        from htqcli.ksbs.importing import RecordOrigin

        try:
            with _progress_bar(what) as progress:
                content = fetch(address, limits, progress)
            today = moment.now().date().isoformat()
            origin = RecordOrigin(self._written, today, hashlib.sha256(content).hexdigest())
            return standards_data.records(content), origin
        except NotFetched as error:
            why, is_missing = str(error), error.is_missing
        except standards_data.NotJson:
            is_page = standards_data.in_utf_8(content).lstrip().startswith(b"<")
            why, is_missing = f"the answer is {'a web page' if is_page else 'not JSON'}", False
        told = f"Could not fetch {what}: {why}."
        if is_missing:
            told += f" Check the reference with ‘htq standards search’, and the address: {address}"
        else:
            self.is_reachable = False
            told += f" Try again, or {self._by_hand(address, file, wanted)}."
        terminal.print_error(told)
        return None


def is_of(record: Any, references: Collection[str]) -> bool:
    """Whether an entry of the data is a record of one of these standards."""
    from htqcli.ksbs import standards_data

    return isinstance(record, dict) and standards_data.reference(record) in references


@contextmanager
def _progress_bar(what: str) -> Iterator[Progress | None]:
    """A function that shows progress on standard error; None if nobody would see it."""
    if not terminal.shows_progress():
        yield None
        return
    from rich import progress

    columns = progress.TextColumn("{task.description}"), progress.BarColumn()
    console = terminal.console(sys.stderr)
    size = progress.DownloadColumn()
    with progress.Progress(*columns, size, console=console, transient=True) as bar:
        task = bar.add_task(f"Fetching {what}", total=None)
        yield lambda received, total: bar.update(task, completed=received, total=total)
