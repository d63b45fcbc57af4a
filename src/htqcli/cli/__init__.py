"""The command line: words in, exit code out.

To start fast, only the module of the named command is loaded, and each command imports what it
needs when it runs.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from htqcli import __version__
from htqcli.cli import completion, context, exits, refusals, streams, terminal
from htqcli.words import Refusal

_CLOSED = "standard output is closed"

COMMANDS = (
    *("init", "check", "status", "coverage", "report", "pack", "compare"),
    *("rules", "schema"),
    *("standards", "window", "ksbs", "mapping", "catalogue"),
)
"""The commands, in the order of the help. Each has a module of its name in this package, with a
function of that name for a command, or `app` for a group of commands."""
IN_GROUPS = {
    "ksbs": ("ksbs-diff",),
    "mapping": ("mapping-carry",),
    "catalogue": ("diff", "drift", "new-cycle"),
}
"""The commands of a group that have their own modules; a name can begin with that of the group.
They come after those in its module."""


def program(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """The program with these commands."""
    app = typer.Typer(
        name="htq",
        help="Check whether a draft application for a Higher Technical Qualification is ready.",
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for name in commands:
        module = import_module(f"{__name__}.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, no_args_is_help=True)
            for inner in IN_GROUPS.get(name, ()):
                module.app.command(inner.removeprefix(f"{name}-"))(_function(inner))
        else:
            app.command(name)(_function(name))
    return app


def _function(name: str) -> Callable[..., None]:
    """The function of a command, from the module of the same name."""
    name = name.replace("-", "_")
    command: Callable[..., None] = getattr(import_module(f"{__name__}.{name}"), name)
    return command


def _lay_out_help(command: Any, context: Any) -> None:
    """Make the help of a command and its subcommands name each value by its metavar, not its Python
    type, and fill the lines of the terminal."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for parameter in command.get_params(context):
        is_option = parameter.param_type_name == "option"
        name = parameter.metavar if is_option else None
        parameter.display_type_rich = lambda ctx, name=name: name  # noqa: ARG005
    for inner in getattr(command, "commands", {}).values():
        _lay_out_help(inner, typer.Context(inner, context, **inner.context_settings))


def _commands_for(words: Sequence[str]) -> Sequence[str]:
    """The command that the words name; all commands if they name none, as in `htq --help`. The
    version needs none."""
    if words and words[0] in ("--version", "-V"):
        return ()
    first = next((word for word in words if not word.startswith("-")), None)
    return (first,) if first in COMMANDS else COMMANDS


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from htqcli.document.reader import loader_name

    named = os.environ.get(context.VARIABLE)
    known = context.the_catalogue(Path(named) if named else None)
    terminal.write(f"htq {__version__} (catalogue: {known}; YAML loader: {loader_name()})\n")
    raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_version,
            is_eager=True,
            help="Show the version, the catalogue and the YAML loader.",
        ),
    ] = False,
) -> None:
    pass


def main(words: list[str] | None = None) -> None:
    """Run htq with the words of the command line, and exit."""
    streams.prepare()
    if completion.is_asked():
        completion.prepare()
    try:
        code = _run(words)
        if code == exits.INTERRUPTED:
            streams.discard_output()
        sys.stdout.flush()
    except typer.Exit as exit_:
        code = exit_.exit_code
    except KeyboardInterrupt:
        streams.discard_output()
        code = exits.INTERRUPTED
    except OSError as error:
        why = _CLOSED if error.errno == errno.EBADF else error.strerror or error
        terminal.print_error(f"htq: the result cannot be written: {why}")
        streams.discard_output()
        code = exits.NOT_DONE
    if not sys.argv[1:] and words is None and _has_own_window():
        input("\nTo use htq, type commands in a terminal. Press Enter to close this window.")
    sys.exit(code)


def _has_own_window() -> bool:
    """Whether htq was started by a double-click on Windows: its window closes as htq ends."""
    return (
        sys.platform == "win32"
        and all(map(streams.is_terminal, (sys.stdin, sys.stdout)))
        and completion.shell() is None
    )


def _run(words: list[str] | None) -> int:
    asked = sys.argv[1:] if words is None else words
    if "--install-completion" in asked and (code := completion.install_by_hand()) is not None:
        return code
    command = typer.main.get_command(program(_commands_for(asked)))
    _lay_out_help(command, typer.Context(command, **command.context_settings))
    try:
        # On Windows, Click would expand globs if it read the words from sys.argv itself.
        found = command.main(list(asked), prog_name="htq", standalone_mode=False)
    except typer.TyperException as error:
        return refusals.refuse(error)
    except Refusal as error:
        terminal.print_error(f"There is a problem. {error}")
        return exits.NOT_UNDERSTOOD
    except typer.Abort:
        return exits.INTERRUPTED
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the person gets one line
        if not completion.is_asked():
            terminal.print_error(f"htq: a fault in htq: {type(error).__name__}")
            refusals.report_fault(error)
        return exits.NOT_DONE
    return found if isinstance(found, int) else 0
