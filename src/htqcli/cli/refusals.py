"""What htq refuses or could not do, and why: words that it does not understand, results that would
overwrite a file, files that it could not check, and its own faults."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from htqcli.cli import exits
from htqcli.cli.terminal import print_error
from htqcli.files import canonical_name
from htqcli.words import join

if TYPE_CHECKING:
    from htqcli.check.inputs import Unchecked


def refuse_overwriting(output: str | None, source: Path | str | None, kind: str) -> None:
    """Refuse to write a result over the file that it is made from."""
    from htqcli.words import quote

    if output and source and canonical_name(output) == canonical_name(str(source)):
        raise typer.BadParameter(
            f"The result would be written over the {kind} {quote(output)}. Give it another file.",
            param_hint="--output",
        )


def refuse_existing(output: str | None, *, force: bool) -> None:
    """Exit with 3 if the result would be written over something that exists, unless by `force`."""
    if output and not force and os.path.lexists(output):
        print_error(
            f"{output}: it already exists, so nothing was written. Give another "
            "name, or ‘--force’ to replace it."
        )
        raise typer.Exit(exits.NOT_DONE)


def refuse_overwriting_lists(output: str | None, folder: Path) -> None:
    """Refuse to write a result over a KSB list in a folder."""
    for path in folder.glob("ST*.yaml") if output else ():
        refuse_overwriting(output, path, "KSB list")


def refuse(error: typer.TyperException) -> int:
    """Report what was not understood on the command line. Returns the exit code."""
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
        print_error(f"There is a problem. {message}")
    if message and context is not None:
        print_error(f"See ‘{context.command_path} --help’.")
    return error.exit_code


def _as_typed(parameter: Any) -> str:
    """A part of a command as a person types it: ‘-o FILE’, ‘--to VERSION’, DRAFT."""
    option = min(parameter.opts, key=len) if parameter.opts else ""
    is_option = option.startswith("-")
    return f"‘{option} {parameter.metavar}’" if is_option else str(parameter.metavar)


def _in_our_words(error: typer.TyperException) -> str:
    """Typer's message about the command line, in htq's words."""
    message = re.sub(r"'([^']*)'", r"‘\1’", error.format_message())
    if hasattr(error, "possibilities"):
        option = getattr(error, "option_name", "")
        near = join([f"‘{name}’" for name in sorted(error.possibilities or ())], "or")
        return f"There is no option ‘{option}’." + (f" Did you mean {near}?" if near else "")
    if isinstance(error, typer.BadParameter):
        parameter = getattr(error, "param", None)
        return f"{_as_typed(parameter)} is missing. {parameter.help}" if parameter else message
    for theirs, ours in _MESSAGES:
        message = re.sub(theirs, ours, message)
    return message


_MESSAGES = (
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
    """Say how to report a fault in htq or, with `HTQ_DEBUG=1`, show the traceback."""
    if os.environ.get("HTQ_DEBUG") == "1":
        import traceback

        sys.stderr.write("".join(traceback.format_exception(error)))
    else:
        print_error(
            "  Run it again with HTQ_DEBUG=1 and send what it shows to the maintainers of htq."
        )


def refuse_reports_over(
    reports: Sequence[tuple[str, str]], named: Sequence[str], kind: str = "draft"
) -> None:
    """Refuse to write a report over a file that is checked."""
    from htqcli.words import quote

    files = {canonical_name(path) for path in named}
    for _, file in reports:
        if canonical_name(file) in files:
            raise typer.BadParameter(
                f"The report would be written over the {kind} {quote(file)}. Give it another file.",
                param_hint="--report",
            )


def expect_folder(ksbs: Path | None) -> None:
    """Exit with 3 if a folder of KSB lists is named that does not exist."""
    if ksbs is not None and not ksbs.is_dir():
        print_error(f"{ksbs}: there is no such folder of KSB lists")
        raise typer.Exit(exits.NOT_DONE)


def report_unchecked(unchecked: Sequence[Unchecked]) -> None:
    """Report why each of these files could not be checked."""
    for item in unchecked:
        print_error(f"{item.path}: not checked: {item.reason}")
        if item.fault is not None:
            report_fault(item.fault)
