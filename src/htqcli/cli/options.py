"""Options that several commands share, and how their words are read.

A word that is not understood raises `typer.BadParameter`, whose message names the nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from htqcli.cli import completion
from htqcli.cli.context import VARIABLE


def when(text: str) -> datetime:
    """Read a date, which means 00:00 on that day, or a date and time."""
    from htqcli import moment
    from htqcli.words import quote

    try:
        return moment.read(text, ("day", "minute")).first
    except moment.UnreadableDate as error:
        hint = error.hint or "Write it like ‘29 July 2022 5pm’, ‘29/07/2022’ or ‘2022-07-29T17:00’."
        raise typer.BadParameter(f"{quote(text)} {error}. {hint}") from None


def number(text: str) -> int:
    """Read a whole number."""
    from htqcli.words import quote

    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise typer.BadParameter(f"{quote(text)} is not a whole number.")
    return int(text)


def choice(*choices: str) -> Callable[[str], str]:
    """A function that reads one of these words. Case does not count, and spaces mean hyphens."""

    def read(text: str) -> str:
        from htqcli.words import join, nearest, quote

        word = "-".join(text.lower().replace("_", " ").split())
        if word in choices:
            return word
        near = nearest(word, choices)
        meant = f"Did you mean ‘{near[0]}’? " if near else ""
        raise typer.BadParameter(
            f"{quote(text)} is not one of the choices. {meant}They are {join(choices)}."
        )

    return read


def format_option(*formats: str, default: str | bool = True) -> typer.models.OptionInfo:
    """The option `--format` with these choices. `default` is the choice that help shows as the
    default, if it is not the option’s value."""
    option: typer.models.OptionInfo = typer.Option(
        "--format",
        "-f",
        parser=choice(*formats),
        metavar="FORMAT",
        help=f"How to write the result: {', '.join(formats[:-1])} or {formats[-1]}.",
        autocompletion=lambda: list(formats),
        show_default=default,
    )
    return option


TableFormat = Annotated[str, format_option("table", "json", "csv", "yaml", "markdown")]

At = Annotated[
    Optional[datetime],  # noqa: UP045
    typer.Option(
        "--at",
        parser=when,
        metavar="WHEN",
        envvar="HTQ_AT",
        help="Act as if it were this London date or time: ‘29 July 2022 5pm’ or "
        "2022-07-29T17:00. A date alone means 00:00 that day.",
        show_default="now",
    ),
]


CycleNumber = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(
        "--cycle",
        parser=number,
        metavar="N",
        help="The approvals cycle.",
        autocompletion=completion.cycles,
    ),
]

CatalogueFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--catalogue",
        metavar="FILE",
        envvar=VARIABLE,
        help="A catalogue to use in place of the bundled one.",
    ),
]

Words = Optional[list[str]]  # noqa: UP045


Select = Annotated[
    Words,
    typer.Option(
        "--select",
        metavar="RULE,…",
        help="Run only these rules: codes, beginnings such as HTQ3, or names.",
        autocompletion=completion.listed_rules,
    ),
]


Ignore = Annotated[
    Words,
    typer.Option(
        "--ignore",
        metavar="RULE,…",
        help="Skip these rules.",
        autocompletion=completion.listed_rules,
    ),
]


LEVELS = ("error", "warning", "info", "never")


FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        parser=choice(*LEVELS),
        help="Exit with 1 for findings of this level and above: error, warning, info (notes too) "
        "or never.",
        autocompletion=lambda: list(LEVELS),
    ),
]


ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")]


ReportFiles = Annotated[
    Words,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="Write a report to a file as well. Can be repeated. With - as the file it goes to "
        "standard output, in place of the text.",
    ),
]


Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Show only findings that --fail-on counts, and no summary."),
]

KsbFolder = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--ksbs",
        metavar="FOLDER",
        help="Where the KSB lists of standards are, if not in ‘ksbs’ beside the draft.",
    ),
]

STANDARD_OUTPUT = "-"
"""What names standard output in place of a file."""


def file_or_none(text: str) -> str | None:
    """The file to write to; None for `-`, which is standard output."""
    return None if text == STANDARD_OUTPUT else text


Output = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=file_or_none,
        help="Write the result to this file (never a partial file); - for standard output.",
        show_default="standard output",
    ),
]


Replacing = Annotated[bool, typer.Option("--force", help="Write over what is there already.")]


def the_title(text: str) -> str:
    """A title as it was typed. Raises `typer.BadParameter` if it is empty or not UTF-8."""
    from htqcli.words import strip_invisible

    try:
        text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(
            "The title contains a character that is not UTF-8. Type it again.", param_hint="--title"
        ) from None
    if not strip_invisible(text):
        raise typer.BadParameter(
            "The title is empty. Leave the option out while the title is not known.",
            param_hint="--title",
        )
    return text


def the_reference(text: str) -> str:
    """The reference of a standard in its usual form. Raises Refusal if it is not one."""
    from htqcli.vocabulary import parse_reference
    from htqcli.words import Refusal, quote

    found = parse_reference(text)
    if found is None:
        raise Refusal(f"{quote(text)} is not the reference of a standard, such as ST0116.")
    return found
