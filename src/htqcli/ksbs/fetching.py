"""Fetching the published standards data over the network, which can answer anything or nothing.

Only HTTPS is used, or HTTP to this machine, with the system's proxy and certificates and without
credentials. A redirect is followed only to an address that htq would fetch from, and never from
HTTPS to HTTP or from elsewhere to this machine.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead, InvalidURL
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import quote as percent_encode
from urllib.parse import urljoin, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
)

from htqcli import __version__
from htqcli.files import reason
from htqcli.ksbs.standards_data import MAX_BYTES
from htqcli.words import counted, quote


class Limits(NamedTuple):
    """The limits of one fetch. Times are in seconds, `size` is in bytes.

    `total` includes all tries and waits. `silence` is the longest time to connect, and between two
    pieces of an answer. After an answer 429 or 5xx there are up to `tries` tries in all. The waits
    between them are `pause`, twice that, and so on, or as long as the server asks, but at most
    `max_pause`. `size` applies to an answer both before and after decompression.
    """

    total: float = 120
    silence: float = 30
    tries: int = 3
    pause: float = 1
    max_pause: float = 10
    size: int = MAX_BYTES


RECORD = Limits()
"""For one record."""

ARRAY = Limits(total=900)
"""For the array of all records, about 79 MB."""

MAX_REDIRECTS = 5

Progress = Callable[[int, int | None], None]
"""Called repeatedly with the number of bytes received, and the total if the server gives it."""


class NotFetched(Exception):
    """Nothing complete came from an address. The message, the beginning of a sentence, says why.
    `is_missing` is true if the server says that nothing exists there."""

    def __init__(self, why: str, *, is_missing: bool = False) -> None:
        super().__init__(why)
        self.is_missing = is_missing


def objection(address: str) -> str | None:
    """Why htq does not fetch from an address, as the end of a sentence; None if it does."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna")
        is_whole = bool(host) and parts.port != 0 and re.fullmatch("[!-~]+", address)
    except ValueError:
        is_whole = False
    if not is_whole:
        return "is not a whole web address such as https://example.org/standards"
    if "@" in parts.netloc:
        return "has a user name or password in it, which htq does not send"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(address)):
        return None
    return "does not begin with https://"


def fetch(address: str, limits: Limits = RECORD, progress: Progress | None = None) -> bytes:
    """The complete, decompressed content at an address. Raises NotFetched.

    Another thread reads it, so that an endless answer or name lookup delays neither the caller nor
    Ctrl-C.
    """
    task = _Task(address, limits)
    thread = Thread(target=task.run, daemon=True)
    end = time.monotonic() + limits.total
    try:
        thread.start()
        while thread.is_alive() and (left := end - time.monotonic()) > 0:
            thread.join(min(left, _TICK))
            if progress is not None:
                progress(task.received, task.size)
    finally:
        task.stopped.set()
    if not task.result.done():
        raise NotFetched(f"{_host(address)} took longer than {_duration(limits.total)}")
    return task.result.result()


_TICK = 0.1
"""The seconds between two reports of progress."""

_PIECE = 65_536


class _TryAgain(Exception):
    """The server is busy or has a fault. `pause` is how long it asks to wait, if it does."""

    def __init__(self, why: str, pause: float | None) -> None:
        super().__init__(why)
        self.pause = pause


class _Task:
    """One fetch: its progress, its result, and whether it is still wanted."""

    def __init__(self, address: str, limits: Limits) -> None:
        self.address, self.limits = address, limits
        self.received = 0
        self.size: int | None = None
        self.result: Future[bytes] = Future()
        self.stopped = Event()

    def run(self) -> None:
        try:
            self.result.set_result(self._with_retries())
        except Exception as error:  # noqa: BLE001  # the thread that waits raises it
            self.result.set_exception(error)

    def _with_retries(self) -> bytes:
        for number in range(self.limits.tries):
            try:
                return self._one_try()
            except _TryAgain as busy:
                why = str(busy)
                pause = self.limits.pause * 2**number if busy.pause is None else busy.pause
            is_last = number == self.limits.tries - 1
            if is_last or self.stopped.wait(min(pause, self.limits.max_pause)):
                break
        raise NotFetched(f"{why}, after {self.limits.tries} tries")

    def _one_try(self) -> bytes:
        """The content that one try, with its redirects, leads to."""
        address = self.address
        for _ in range(MAX_REDIRECTS + 1):
            try:
                with _open(address, self.limits.silence) as answer:
                    target = _target(address, answer)
                    if target is None:
                        return self._content(address, answer)
            except (OSError, HTTPException, ValueError, zlib.error) as error:
                raise NotFetched(_why(error, _host(address), self.limits.silence)) from error
            address = target
        raise NotFetched(f"{_host(address)} redirects more than {MAX_REDIRECTS} times")

    def _content(self, address: str, answer: Any) -> bytes:
        """The complete content of an answer. Raises NotFetched or _TryAgain."""
        status, host = answer.status, _host(address)
        if status == 429 or 500 <= status < 600:
            why = f"{host} is busy" if status in (429, 503) else f"{host} has a fault"
            raise _TryAgain(f"{why} (status {status})", _pause(answer.headers["Retry-After"]))
        if status in (404, 410):
            raise NotFetched(
                f"{host} has nothing at this address (status {status})", is_missing=True
            )
        if status != 200:
            raise NotFetched(f"{host} refused the request (status {status})")
        encoding = (answer.headers["Content-Encoding"] or "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise NotFetched(f"{host} answers in the encoding {quote(encoding)}")
        gzip = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 16)
        limit = self.limits.size
        too_large = NotFetched(f"the answer of {host} is larger than {_amount(limit)}")
        self.received, self.size = 0, answer.length
        if (answer.length or 0) > limit:
            raise too_large
        content = bytearray()
        while not self.stopped.is_set() and (piece := answer.read(_PIECE)):
            self.received += len(piece)
            content += gzip.decompress(piece, limit + 1 - len(content)) if gzip else piece
            if self.received > limit or len(content) > limit:
                raise too_large
        # The length is what is still to come.
        if answer.length or (gzip and not gzip.eof):
            raise NotFetched(f"the answer of {host} ended too soon")
        return bytes(content)


def _open(address: str, silence: float) -> Any:
    """The answer of a server, whatever its status. Raises OSError, HTTPException or ValueError.

    urllib's usual opener would follow redirects to other schemes and read their content without
    end. Requests to this machine use no proxy.
    """
    proxies = {} if _is_this_machine(address) else getproxies()
    opener = OpenerDirector()
    for handler in (ProxyHandler(proxies), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    headers = {
        "User-Agent": f"htq/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    return opener.open(Request(address, headers=headers), timeout=silence)  # noqa: S310  # see above


def _target(address: str, answer: Any) -> str | None:
    """The address that an answer redirects to, if it does. Raises NotFetched if htq does not follow
    it."""
    location = answer.headers["Location"]
    if answer.status not in (301, 302, 303, 307, 308) or not location:
        return None
    target = percent_encode(location.strip(), "!#$%&'()*+,/:;=?@[]~", "iso-8859-1", "replace")
    with suppress(ValueError):
        target = urljoin(address, target)
    why = objection(target)
    if why is None and address.startswith("https:") and not target.startswith("https:"):
        why = "does not begin with https://"
    if why is None and _is_this_machine(target) and not _is_this_machine(address):
        why = "is an address of your own computer"
    if why:
        raise NotFetched(f"{_host(address)} redirects to {quote(target)}, which {why}")
    return target


def _is_this_machine(address: str) -> bool:
    """Whether an address names the machine that htq runs on, in any spelling."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        if ":" not in host:  # 127.1 and 0x7f000001 are spellings of 127.0.0.1
            host = socket.inet_ntoa(socket.inet_aton(host))
        found = ipaddress.ip_address(host.partition("%")[0])
    except (OSError, ValueError):
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_unspecified


def _pause(retry_after: str | None) -> float | None:
    """The seconds that a server asks to wait, as a number or until a date; None if it does not."""
    text = (retry_after or "").strip()
    if re.fullmatch("[0-9]{1,20}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _why(error: Exception, host: str, silence: float) -> str:
    """Why nothing came, in words."""
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, socket.gaierror):
        return f"{host} was not found, or there is no connection to the internet"
    if isinstance(error, TimeoutError):
        return f"{host} did not answer within {_duration(silence)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {host} is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return f"there is no secure connection to {host} ({error.reason or 'TLS'})"
    if isinstance(error, IncompleteRead | ConnectionResetError | BrokenPipeError):
        return f"{host} ended the connection too soon"
    if isinstance(error, zlib.error):
        return f"the answer of {host} cannot be decompressed"
    if isinstance(error, HTTPException) and not isinstance(error, InvalidURL):
        return f"the answer of {host} is not HTTP"
    if isinstance(error, OSError):
        return f"there is no connection to {host} ({quote(reason(error), 100)})"
    return f"there is no connection to {host}: check the proxy settings"


def _host(address: str) -> str:
    """The server's name for messages."""
    return urlsplit(address).hostname or address


def _duration(seconds: float) -> str:
    if seconds >= 120:
        return f"{seconds / 60:g} minutes"
    return counted(seconds, "second")


def _amount(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size} bytes"
