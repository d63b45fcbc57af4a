"""Standard output and standard error: encodings, and readers that go away."""

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
    """Where a standard stream ends. All that is written arrives, however little the system takes
    at once and however long that makes us wait; else it is told why not.

    A reader of the result that went away ends the program quietly. What cannot be said on
    standard error is not said: the result is worth more.
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
            _lead_nowhere(self)
            if self._is_result:
                raise typer.Exit(exits.READER_GONE) from None
        return size


def _is_reader_gone(error: OSError) -> bool:
    """Windows says of a pipe that nobody reads that the argument is wrong."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


class Stream(io.TextIOWrapper):
    """A standard stream that can say anything. An encoding that is not Unicode is not what its
    reader expects either: other programs on Windows read UTF-8, and show the quotation marks of
    another encoding as something else. So it gets plain signs, and escapes for what it lacks."""

    def write(self, text: str, /) -> int:
        """Write text for a person."""
        return super().write(text if is_unicode(self) else text.translate(_PLAIN))

    def write_data(self, text: str) -> None:
        """Write text for a program: UTF-8, whatever the encoding for people is."""
        self.flush()
        self.buffer.write(text.encode("utf-8", "backslashreplace"))
        self.flush()


def _lead_nowhere(stream: _Sink | TextIO) -> None:
    """Send what is still to come for a stream to no place, where it is always taken."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def let_go() -> None:
    """Send what is left of the result nowhere. It cannot be written, or nobody wants it any more,
    and Python would try once more at its end, wait, and end with an exit code of its own."""
    _lead_nowhere(sys.stdout)


_STOP_SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""What ends the program from outside: its terminal closes, or somebody stops it."""


def prepare() -> None:
    """Make both standard streams safe to write to. A result for a standard output that is closed
    cannot be written."""
    with suppress(ValueError):  # not in the main thread
        for number in _STOP_SIGNALS:
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _end)
    sys.stdout = _safe(sys.stdout, is_result=True)
    sys.stderr = _safe(sys.stderr, is_result=False)


def _safe(stream: TextIO | None, *, is_result: bool) -> TextIO:
    """A standard stream whose end is a sink, buffered as it was; for one that is closed, one to
    which nothing can be written."""
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
        newline="\n",  # the same bytes on every system
        line_buffering=lines,
        write_through=at_once,
    )


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End as an interruption does, so that nothing half written is left. Nothing that catches a
    fault of htq catches this."""
    let_go()
    sys.exit(128 + number)


_PLAIN = str.maketrans(dict(zip("‘’“”–—−·•", [*"''\"\"---.*"], strict=True)) | {"…": "..."})


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream can hold any sign."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream. Windows says so of NUL too."""
    if sys.platform == "win32" and stream.isatty():
        import ctypes
        import msvcrt

        handle, mode = msvcrt.get_osfhandle(stream.fileno()), ctypes.c_ulong()
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(mode)))
    return stream.isatty()
