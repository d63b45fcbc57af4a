"""The command line: words in, exit code out.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from htqcli import __version__
from htqcli.cli import completion, options, terminal
from htqcli.cli.catalogue import app as catalogue
from htqcli.cli.check import check
from htqcli.cli.coverage import coverage
from htqcli.cli.init import init
from htqcli.cli.ksbs import app as ksbs
from htqcli.cli.rules import rules
from htqcli.cli.schema import schema
from htqcli.cli.standards import app as standards
from htqcli.cli.window import app as window
from htqcli.words import Refusal

NOT_UNDERSTOOD = 2
FAULT = 3

app = typer.Typer(
    name="htq",
    help="Tell whether a draft application for a Higher Technical Qualification is ready.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(standards, name="standards", no_args_is_help=True)
app.add_typer(window, name="window", no_args_is_help=True)
app.add_typer(ksbs, name="ksbs", no_args_is_help=True)
app.add_typer(catalogue, name="catalogue", no_args_is_help=True)
app.command()(init)
app.command()(check)
app.command()(coverage)
app.command()(rules)
app.command()(schema)


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from htqcli.source import loader_name

    named = os.environ.get(options.VARIABLE)
    known = options.the_catalogue(Path(named) if named else None)
    terminal.write(f"htq {__version__} (catalogue: {known}; YAML loader: {loader_name()})\n")
    raise typer.Exit


@app.callback()
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
    terminal.prepare()
    if completion.is_asked():
        completion.prepare()
    try:
        code = _run(words)
        sys.stdout.flush()
        sys.stderr.flush()
    except typer.Exit as exit_:
        code = exit_.exit_code
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        terminal.tell(f"htq: the result cannot be written: {error.strerror or error}")
        code = FAULT
    sys.exit(code)


def _run(words: list[str] | None) -> int:
    command = typer.main.get_command(app)
    try:
        found = command.main(words, prog_name="htq", standalone_mode=False)
    except typer.TyperException as error:
        return terminal.refuse(error)
    except Refusal as error:
        terminal.tell(f"There is a problem. {error}")
        return NOT_UNDERSTOOD
    except typer.Abort:
        return 130
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the person gets one line
        if not completion.is_asked():
            terminal.tell(f"htq: a fault in htq: {type(error).__name__}")
            terminal.report_fault(error)
        return FAULT
    return found if isinstance(found, int) else 0
