"""What the shell offers while a command line is typed.

Each function gives the words that may follow, with descriptions for shells that show them. The
shell must get nothing else, so if anything goes wrong, nothing is offered. Each word begins
exactly as it was typed, in the same case, because shells leave out any that does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import typer

from htqcli.cli import exits, terminal

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle

VARIABLE = "_HTQ_COMPLETE"
"""The environment variable that a shell sets to ask for completions."""

Offers = list[tuple[str, str]]
"""Words, each with its description."""

Source = Callable[[typer.Context, str], Iterable[tuple[str, str]]]


def is_asked() -> bool:
    """Whether a shell, not a person, runs htq."""
    return VARIABLE in os.environ


def prepare() -> None:
    """Keep Typer from cutting descriptions to the width of a terminal."""
    os.environ["COLUMNS"] = "10000"


def shell() -> str | None:
    """The shell that runs htq, or a shell around it; None if there is none, as after a
    double-click."""
    from shellingham import (  # type: ignore[import-untyped]
        ShellDetectionFailure,
        detect_shell,
    )

    try:
        return str(detect_shell()[0])
    except ShellDetectionFailure:
        return None


def install_by_hand() -> int | None:
    """Say how to add completion to a shell that htq does not set up; returns the exit code. None
    for a shell that Typer sets up. For PowerShell it would change which scripts may run."""
    name = shell()
    if name in ("bash", "zsh", "fish"):
        return None
    if name in ("powershell", "pwsh"):
        terminal.write(_POWERSHELL)
        return 0
    terminal.print_error(
        f"There is no completion for {name or 'this shell'}: only for bash, zsh, fish and "
        "PowerShell."
    )
    return exits.NOT_UNDERSTOOD


_POWERSHELL = """\
Nothing was changed. To add completion to PowerShell, open your profile:

    notepad $PROFILE

Add this line, save the file and start PowerShell again:

    (htq --show-completion) -join "`n" | iex
"""


def _safe(source: Source) -> Callable[[typer.Context, str], Offers]:
    """`source`, with descriptions that are harmless to a shell; if it fails, it offers nothing."""

    def offer(ctx: typer.Context, incomplete: str) -> Offers:
        try:
            return [(word, _harmless(about)) for word, about in source(ctx, incomplete)]
        except Exception:  # noqa: BLE001  # a person is in the middle of a word
            return []

    offer.__doc__ = source.__doc__
    return offer


def _harmless(text: str) -> str:
    """A description without the characters that a shell or Rich would interpret."""
    from htqcli.words import visible

    return _SHELL_SYNTAX.sub(
        " ", visible(text).replace("'", "’").replace("[", "(").replace("]", ")")
    )


_SHELL_SYNTAX = re.compile(r'[\\"`$\t]')


def _completed(word: str, incomplete: str) -> str | None:
    """`word` with its start in the case that was typed; None if it starts differently."""
    if not word.casefold().startswith(incomplete.casefold()):
        return None
    return incomplete + word[len(incomplete) :]


@_safe
def references(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The references of the cycle's standards, with titles. Those already on the line are left
    out."""
    from htqcli.vocabulary import parse_reference

    named = {
        parse_reference(word)
        for name in ("reference", "standard")
        for word in ctx.params.get(name) or ()
    }
    for standard in _cycle(ctx).standards:
        if standard.reference not in named and (word := _completed(standard.reference, incomplete)):
            yield word, f"{standard.title}, level {standard.level}"


@_safe
def standards_with_lists(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The standards that you have KSB lists of, with the versions."""
    from htqcli.words import join

    versions: dict[str, list[str]] = {}
    for path in sorted(ctx.params["folder"].glob("ST*-*.yaml")):
        reference, _, version = path.stem.partition("-")
        versions.setdefault(reference, []).append(version)
    for reference, own in versions.items():
        if word := _completed(reference, incomplete):
            yield word, f"version {join(own)}"


@_safe
def routes(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The routes of the cycle, each as one word."""
    covered = _cycle(ctx).routes.names
    for route in _catalogue(ctx).routes:
        if (covered is None or route.title in covered) and (
            word := _completed(route.slug, incomplete)
        ):
            yield word, route.title


@_safe
def cycles(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The cycles, with their windows."""
    for cycle in _catalogue(ctx).cycles:
        if str(cycle.cycle).startswith(incomplete):
            yield str(cycle.cycle), "; ".join(str(window) for window in cycle.windows)


@_safe
def rules(_: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The codes of the rules, and their names once something is typed."""
    from htqcli.rules import RULES

    for rule in RULES:
        if word := _completed(rule.code, incomplete):
            yield word, rule.summary
    for rule in RULES if incomplete else ():
        if word := _completed(rule.name, incomplete):
            yield word, f"{rule.code}: {rule.summary}"


@_safe
def listed_rules(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The rules after the last comma of a list."""
    before, comma, last = incomplete.rpartition(",")
    if not re.fullmatch(r"[\w,-]*", before, re.ASCII):
        return
    given = before.casefold().split(",")
    for word, about in rules(ctx, last):
        if word.casefold() not in given:
            yield f"{before}{comma}{word}", about


def _catalogue(ctx: typer.Context) -> Catalogue:
    from htqcli.cli.context import the_catalogue

    return the_catalogue(ctx.params.get("catalogue"))


def _cycle(ctx: typer.Context) -> Cycle:
    from htqcli.cli.context import the_cycle

    return the_cycle(_catalogue(ctx), ctx.params.get("cycle"))
