"""Standard output and standard error: encodings, colour, width, and readers that go away."""

from __future__ import annotations

import errno
import io
import os
import re
import signal
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import typer

from htqcli.words import join, visible, visible_start, wrap

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from typing_extensions import Buffer

    from htqcli.formats.text import Line

NOT_WRITTEN = 3
"""The exit code when a file cannot be written."""
READER_GONE = 141
"""The exit code when the reader of a pipe went away: 128 + SIGPIPE."""


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
                raise typer.Exit(READER_GONE) from None
        return size


def _is_reader_gone(error: OSError) -> bool:
    """Windows says of a pipe that nobody reads that the argument is wrong."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


class _Stream(io.TextIOWrapper):
    """A standard stream that can say anything: what its encoding lacks is written as an
    escape."""

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


_ENDS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""What ends the program from outside: its terminal closes, or somebody stops it."""


def prepare() -> None:
    """Make both standard streams safe to write to. A result for a standard output that is closed
    cannot be written."""
    with suppress(ValueError):  # not in the main thread
        for number in _ENDS:
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _end)
    sys.stdout = _safe(sys.stdout, is_result=True)
    sys.stderr = _safe(sys.stderr, is_result=False)


def _safe(stream: TextIO | None, *, is_result: bool) -> TextIO:
    """A standard stream whose end is a sink, buffered as it was; for one that is closed, one to
    which nothing can be written."""
    if stream is None:
        nothing = io.FileIO(os.open(os.devnull, os.O_RDONLY), "w")
        return _Stream(io.BufferedWriter(_Sink(nothing, is_result=is_result)), "utf-8")
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, _Stream):
        return stream
    encoding, lines, at_once = stream.encoding, stream.line_buffering, stream.write_through
    binary: Any = stream.detach()
    is_buffered = isinstance(binary, io.BufferedWriter)
    sink: Any = _Sink(binary.detach() if is_buffered else binary, is_result=is_result)
    return _Stream(
        io.BufferedWriter(sink) if is_buffered else sink,
        encoding,
        errors="backslashreplace",
        line_buffering=lines,
        write_through=at_once,
    )


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End as an interruption does, so that nothing half written is left. Nothing that catches a
    fault of htq catches this."""
    let_go()
    sys.exit(128 + number)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream."""
    return stream.isatty()


def shows_progress() -> bool:
    """Whether a person looks at standard error and can see something move there."""
    return is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def width(stream: TextIO | None = None) -> int | None:
    """The columns of the terminal that a stream, if none is given standard output, goes to; None
    where it goes elsewhere."""
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or None
    except (OSError, ValueError):
        return None


def has_colour(stream: TextIO) -> bool:
    """Whether to colour: in a terminal, unless `NO_COLOR` or `TERM=dumb`; elsewhere only with
    `FORCE_COLOR`."""
    if os.environ.get("NO_COLOR") or isinstance(stream, _Held):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def console(stream: TextIO) -> Console:
    """A rich console for the stream that obeys nothing in what it prints."""
    from rich.console import Console

    colour = has_colour(stream)
    return Console(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        width=None if is_terminal(stream) else 10_000,
        markup=False,
        emoji=False,
        highlight=False,
    )


def say(lines: Iterable[Line]) -> None:
    """Write styled lines to standard output. Nothing in them is obeyed."""
    shown = ([(visible(piece), style) for piece, style in line] for line in lines)
    shown = (_without_command(line) for line in shown)
    if not has_colour(sys.stdout):
        for line in shown:
            sys.stdout.write("".join(piece for piece, _ in line) + "\n")
        sys.stdout.flush()
        return
    from rich.text import Text

    out = console(sys.stdout)
    for line in shown:
        out.print(Text.assemble(*line), soft_wrap=True)


def _without_command(line: Line) -> Line:
    """A line of which GitHub Actions takes the beginning for no command."""
    if "".join(piece for piece, _ in line).lstrip().startswith("::"):
        return [(piece.replace("::", "\\x3a:"), style) for piece, style in line]
    return line


def labelled(label: str, value: str) -> list[Line]:
    """A value under its label in a column; in a terminal the value is wrapped to fit."""
    columns = width()
    lines = wrap(value, columns - _LABELS - 2) if columns else [value]
    first, *others = lines
    return [
        [(f"  {label:<{_LABELS}}", "dim"), (first, "")],
        *([(" " * (_LABELS + 2) + line, "")] for line in others),
    ]


_LABELS = 17


def hanging(
    start: str, value: str, styles: tuple[str, str] = ("dim", ""), bar: str = ""
) -> list[Line]:
    """A value after `start`, each in its style; in a terminal it is wrapped, with further lines
    below its first, behind `bar`."""
    columns = width()
    lines = wrap(value, columns - len(start)) if columns else [value]
    return [
        [(start if at == 0 else bar.ljust(len(start)), styles[0]), (line, styles[1])]
        for at, line in enumerate(lines)
    ]


def show(thing: RenderableType) -> None:
    """Write something that rich draws to standard output."""
    console(sys.stdout).print(thing)


def write(text: str) -> None:
    """Write text for a person to standard output."""
    sys.stdout.write(text)


def write_data(text: str) -> None:
    """Write text for a program to standard output: UTF-8, every line end as it is."""
    if isinstance(sys.stdout, _Stream):
        sys.stdout.write_data(text)
    else:
        sys.stdout.write(text)


def say_diff(text: str) -> None:
    """Write a unified diff to standard output: coloured and with nothing hidden in a terminal,
    elsewhere every character as it is, so that it can be applied."""
    if not is_terminal(sys.stdout):
        write_data(text)
        return
    styles = {"+": "green", "-": "red", "@": "cyan"}
    lines = text.removesuffix("\n").split("\n") if text else []
    say([(line.removesuffix("\r"), styles.get(line[:1], ""))] for line in lines)


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
        os.replace(new, target)  # noqa: PTH105


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


def give(text: str, file: str | None, what: str) -> None:
    """Write a text for a program to a file, or to standard output. Where the file cannot be
    written, say that `what` is not, and end with exit code 3."""
    if file is None:
        write_data(text)
        return
    try:
        replace_file(file, text)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        tell(f"{visible_start(file)}: {what} is not written: {why}")
        raise typer.Exit(NOT_WRITTEN) from None


class _Held(io.StringIO):
    """What is to be the content of a file, which is UTF-8 and no terminal."""

    encoding = "utf-8"


@contextmanager
def into(file: str | None, what: str, format: str = "") -> Iterator[None]:
    """Have what is written to standard output meanwhile in a file instead, if one is given: whole
    or not at all, without colour. CSV there begins with a byte-order mark, for Excel."""
    if file is None:
        yield
        return
    from htqcli.cells import BYTE_ORDER_MARK

    held = _Held()
    with redirect_stdout(held):
        yield
    mark = BYTE_ORDER_MARK if format == "csv" else ""
    give(mark + held.getvalue(), file, what)


def append_file(name: str, text: str) -> None:
    """Add text to the end of a file, without waiting on what is not one. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(name, flags, 0o666), "ab") as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def tell(message: str) -> None:
    """Write a line to standard error, in a terminal wrapped to fit. Nothing in it is obeyed."""
    columns = width(sys.stderr)
    for line in wrap(visible(message), columns) if columns else [message]:
        sys.stderr.write(f"{visible_start(line)}\n")


def glyphs(preferred: str, plain: str) -> str:
    """`preferred` where standard output can hold it, else `plain`."""
    try:
        preferred.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return plain
    return preferred


def refuse(error: typer.TyperException) -> int:
    """Say what was not understood on the command line; returns the exit code."""
    context = getattr(error, "ctx", None)
    if type(error) is typer.BadParameter:
        parameter = getattr(error, "param", None)
        hint = getattr(error, "param_hint", None)
        names = getattr(parameter, "opts", [])
        name = names[0] if names else ""
        if not name.startswith("-"):
            name = getattr(parameter, "metavar", None) or name
        name = hint if isinstance(hint, str) else name
        message = f"{name}: {error.message}" if name else error.message
    else:
        message = _in_our_words(error)
    if message:
        tell(f"There is a problem. {visible(message)}")
    if message and context is not None:
        tell(f"See ‘{context.command_path} --help’.")
    return error.exit_code


def _in_our_words(error: typer.TyperException) -> str:
    """What Typer says of words that do not fit the command, as htq says things."""
    message = re.sub(r"'([^']*)'", r"‘\1’", error.format_message())
    if hasattr(error, "possibilities"):
        option = getattr(error, "option_name", "")
        near = join([f"‘{name}’" for name in sorted(error.possibilities or ())], "or")
        return f"There is no option ‘{option}’." + (f" Did you mean {near}?" if near else "")
    if isinstance(error, typer.BadParameter):
        parameter = getattr(error, "param", None)
        return f"{parameter.metavar} is missing. {parameter.help}" if parameter else message
    for theirs, ours in _WORDS:
        message = re.sub(theirs, ours, message)
    return message


_WORDS = (
    (r"^No such command (‘.*?’)\.", r"There is no command \1."),
    ("^No such command", "There is no command"),
    ("(?<=’), (?=‘)", " or "),
    (r"^Option (‘.*’) requires .*", r"\1 needs a value after it."),
    (r"^Option (‘.*’) does not take a value", r"\1 takes no value"),
    (
        r"^Got unexpected extra argument\(s\) \((.*)\)$",
        r"Unexpected ‘\1’. Put values with spaces in quotation "
        'marks: "ST 116".',
    ),
)


def report_fault(error: Exception) -> None:
    """Say how to report a fault of htq, or with `HTQ_DEBUG=1` what it is."""
    if os.environ.get("HTQ_DEBUG") == "1":
        import traceback

        sys.stderr.write("".join(traceback.format_exception(error)))
    else:
        tell("  Run it again with HTQ_DEBUG=1 and send what it shows to the maintainers of htq.")
