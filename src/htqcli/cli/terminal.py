"""What people see in a terminal: lines, colour, width, tables and errors."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, TextIO

import typer

from htqcli.cli import exits
from htqcli.cli.streams import Stream, is_terminal, is_unicode
from htqcli.files import reason, replace_file
from htqcli.formats.lines import flow
from htqcli.words import visible, visible_start, wrap

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from htqcli.formats.lines import Line


def shows_progress() -> bool:
    """Whether standard error is a terminal that can show progress."""
    return is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def width(stream: TextIO | None = None) -> int | None:
    """The width in columns of the terminal that a stream, by default standard output, goes to. None
    if it does not go to one."""
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or None
    except (OSError, ValueError):
        return None


def has_colour(stream: TextIO) -> bool:
    """Whether to use colour: in a terminal, unless `NO_COLOR` or `TERM=dumb` is set; elsewhere only
    with `FORCE_COLOR`."""
    if os.environ.get("NO_COLOR") or isinstance(stream, _Buffer):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def console(stream: TextIO) -> Console:
    """A Rich console for a stream, which prints markup and emoji codes as they are."""
    from rich.console import Console

    colour = has_colour(stream)
    return Console(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        width=None if is_terminal(stream) else 10_000,
        legacy_windows=None if is_terminal(stream) else False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_lines(lines: Iterable[Line]) -> None:
    """Write styled lines to standard output. Hidden characters and commands to a pipeline in them
    are escaped."""
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
    """A line that GitHub Actions does not take for a command."""
    if "".join(piece for piece, _ in line).lstrip().startswith("::"):
        return [(piece.replace("::", "\\x3a:"), style) for piece, style in line]
    return line


def labelled(label: str, value: str) -> list[Line]:
    """A label and its value in two columns. In a terminal, the value is wrapped to fit."""
    return hanging(f"  {label:<{_LABEL_WIDTH}}", value)


_LABEL_WIDTH = 17


def hanging(
    start: str, value: str, styles: tuple[str, str] = ("dim", ""), bar: str = ""
) -> list[Line]:
    """A value after `start`, each in its style. In a terminal, the value is wrapped, and its other
    lines hang below the first, behind `bar`."""
    return flow([(start, styles[0]), (value, styles[1])], width(), bar.ljust(len(start)), styles[0])


def clear() -> bool:
    """Clear the terminal that standard output goes to. Returns whether it goes to one; one with
    `TERM=dumb` cannot be cleared, and gets an empty line."""
    if not is_terminal(sys.stdout):
        return False
    if os.environ.get("TERM") == "dumb":
        sys.stdout.write("\n")
    else:
        from rich.console import Console

        Console(file=sys.stdout, force_terminal=True).clear()
    return True


def show(thing: RenderableType) -> None:
    """Write something that Rich draws to standard output."""
    console(sys.stdout).print(thing)


def write(text: str) -> None:
    """Write text for a person to standard output."""
    sys.stdout.write(text)


def write_data(text: str) -> None:
    """Write text for a program to standard output: in UTF-8, with line ends as they are."""
    if isinstance(sys.stdout, Stream):
        sys.stdout.write_data(text)
    else:
        sys.stdout.write(text)


def write_diff(text: str) -> None:
    """Write a unified diff to standard output: coloured and with hidden characters escaped in a
    terminal; elsewhere as it is, so that it can be applied."""
    if not is_terminal(sys.stdout):
        write_data(text)
        return
    styles = {"+": "green", "-": "red", "@": "cyan"}
    lines = text.removesuffix("\n").split("\n") if text else []
    print_lines([(line.removesuffix("\r"), styles.get(line[:1], ""))] for line in lines)


def deliver(text: str, file: str | None, what: str) -> None:
    """Write a text for a program to a file, or to standard output. If the file cannot be written,
    report that `what` was not, and exit with 3. A person at a terminal is told of a written one."""
    if file is None:
        write_data(text)
        return
    try:
        replace_file(file, text)
    except (OSError, ValueError) as error:
        print_error(f"{file}: {what} is not written: {reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None
    tell_written(file)


def tell_written(file: str) -> None:
    """Tell a person at a terminal that a result is in a file or folder now."""
    if is_terminal(sys.stderr):
        print_error(f"Wrote {file}.")


class _Buffer(io.StringIO):
    """The content of a file to come, which is UTF-8 and not a terminal."""

    encoding = "utf-8"


@contextmanager
def into(file: str | None, what: str, format: str = "") -> Iterator[None]:
    """Redirect standard output to a file, if one is given: whole or not at all, without colour. CSV
    then begins with a byte-order mark, for Excel."""
    if file is None:
        yield
        return
    from htqcli.cells import BYTE_ORDER_MARK

    buffer = _Buffer()
    with redirect_stdout(buffer):
        yield
    mark = BYTE_ORDER_MARK if format == "csv" else ""
    deliver(mark + buffer.getvalue(), file, what)


def print_error(message: str) -> None:
    """Write a line to standard error, wrapped to fit a terminal. Hidden characters and commands to
    a pipeline in it are escaped."""
    shown, columns = visible_start(message), width(sys.stderr)
    for line in wrap(shown, columns) if columns else [shown]:
        sys.stderr.write(f"{visible_start(line)}\n")


def glyphs(preferred: str, plain: str) -> str:
    """`preferred` if standard output is Unicode, else `plain`."""
    return preferred if is_unicode(sys.stdout) else plain
