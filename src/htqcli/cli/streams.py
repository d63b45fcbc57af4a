"""Standard output and standard error: encodings, and pipes whose reader goes away."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import typer

from htqcli.cli import exits

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Sink(io.RawIOBase):
    """The raw end of a standard stream. It writes all data, however little the system takes at a
    time, or raises an error.

    If the reader of the result goes away, the program ends quietly. If standard error cannot be
    written to, its text is dropped, because the result matters more.
    """

    def __init__(self, raw: io.RawIOBase, *, is_result: bool) -> None:
        self._raw = raw
        self._is_result = is_result

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw.isatty()

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        super().close()
        self._raw.close()

    def write(self, data: Buffer, /) -> int:
        left = memoryview(data).cast("B")
        size = len(left)
        try:
            while left:
                taken = self._raw.write(left)
                if taken is None:
                    import select

                    select.select([], [self], [])
                left = left[taken or 0 :]
        except OSError as error:
            if self._is_result and not _is_reader_gone(error):
                raise
            _discard(self)
            if self._is_result:
                raise typer.Exit(exits.READER_GONE) from None
        return size


def _is_reader_gone(error: OSError) -> bool:
    """Whether the reader of a pipe went away. Windows calls that an invalid argument."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


class Stream(io.TextIOWrapper):
    """A standard stream that can write any text. Unless its encoding is Unicode, typographic signs
    become plain ones, because other programs on Windows read UTF-8 and would show them wrongly.
    What the encoding lacks is escaped."""

    def write(self, text: str, /) -> int:
        """Write text for a person."""
        return super().write(text if is_unicode(self) else text.translate(_PLAIN))

    def write_data(self, text: str) -> None:
        """Write text for a program: in UTF-8, whatever the encoding of the stream."""
        self.flush()
        self.buffer.write(text.encode("utf-8", "backslashreplace"))
        self.flush()


def _discard(stream: _Sink | TextIO) -> None:
    """Send everything else that is written to a stream to the null device."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def discard_output() -> None:
    """Drop the rest of the result, which cannot be written or is no longer wanted. Otherwise Python
    would try again at its end, block, and exit with its own code."""
    _discard(sys.stdout)


_STOP_SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""The signals that end the program: its terminal closes, or somebody stops it."""


def prepare() -> None:
    """Make both standard streams safe to write to, and let signals end the program cleanly."""
    with suppress(ValueError):  # not in the main thread
        for number in _STOP_SIGNALS:
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _end)
    sys.stdout = _safe(sys.stdout, is_result=True)
    sys.stderr = _safe(sys.stderr, is_result=False)


def _safe(stream: TextIO | None, *, is_result: bool) -> TextIO:
    """A standard stream that ends in a sink, buffered as before. For a closed stream, one that
    fails on every write."""
    if stream is None:
        nothing = io.FileIO(os.open(os.devnull, os.O_RDONLY), "w")
        return Stream(io.BufferedWriter(_Sink(nothing, is_result=is_result)), "utf-8")
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, Stream):
        return stream
    encoding, lines, at_once = stream.encoding, stream.line_buffering, stream.write_through
    binary: Any = stream.detach()
    is_buffered = isinstance(binary, io.BufferedWriter)
    sink: Any = _Sink(binary.detach() if is_buffered else binary, is_result=is_result)
    return Stream(
        io.BufferedWriter(sink) if is_buffered else sink,
        encoding,
        errors="backslashreplace",
        line_buffering=lines,
        write_through=at_once,
    )


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End with SystemExit, so that half-written files are removed and no handler of faults in htq
    catches it."""
    discard_output()
    sys.exit(128 + number)


_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "·": ".", "…": "..."}
)


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream can hold any sign."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream goes to a terminal. On Windows, `isatty` says that NUL is one."""
    if sys.platform == "win32" and stream.isatty():
        import ctypes
        import msvcrt

        handle, mode = msvcrt.get_osfhandle(stream.fileno()), ctypes.c_ulong()
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(mode)))
    return stream.isatty()
