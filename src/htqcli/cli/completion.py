"""What the shell offers while a command line is typed.

Each function gives what may follow, with a description where the shell shows one. A shell that
waits for it must never get anything else, so whatever goes wrong, nothing is offered. What is
offered begins with what is typed, in the case in which it is typed, because shells leave out
what does not.
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
"""The environment variable with which a shell asks."""

Offers = list[tuple[str, str]]
"""Words, each with its description."""

Source = Callable[[typer.Context, str], Iterable[tuple[str, str]]]


def is_asked() -> bool:
    """Whether a shell asks, and no person."""
    return VARIABLE in os.environ


def prepare() -> None:
    """Keep descriptions whole: they are laid out for a width that no shell has."""
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


def _quiet(source: Source) -> Callable[[typer.Context, str], Offers]:
    """`source` with every fault taken as nothing to offer, and every description made harmless
    to a shell."""

    def offer(ctx: typer.Context, incomplete: str) -> Offers:
        try:
            return [(word, _harmless(about)) for word, about in source(ctx, incomplete)]
        except Exception:  # noqa: BLE001  # a person is in the middle of a word
            return []

    offer.__doc__ = source.__doc__
    return offer


def _harmless(text: str) -> str:
    """A description without what a shell, or what lays it out, would take for a command."""
    from htqcli.words import visible

    return _OBEYED.sub(" ", visible(text).replace("'", "’").replace("[", "(").replace("]", ")"))


_OBEYED = re.compile(r'[\\"`$\t]')


def _begun(word: str, incomplete: str) -> str | None:
    """`word` begun as it is typed; None where it does not begin so."""
    if not word.casefold().startswith(incomplete.casefold()):
        return None
    return incomplete + word[len(incomplete) :]


@_quiet
def references(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The references of the cycle's standards, with their titles. Those on the line already are
    left out."""
    from htqcli.vocabulary import parse_reference

    named = {
        parse_reference(word)
        for name in ("reference", "standard")
        for word in ctx.params.get(name) or ()
    }
    for standard in _cycle(ctx).standards:
        if standard.reference not in named and (word := _begun(standard.reference, incomplete)):
            yield word, f"{standard.title}, level {standard.level}"


@_quiet
def at_hand(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The references of the standards whose lists of KSBs are at hand, with their versions."""
    from htqcli.words import join

    versions: dict[str, list[str]] = {}
    for path in sorted(ctx.params["folder"].glob("ST*-*.yaml")):
        reference, _, version = path.stem.partition("-")
        versions.setdefault(reference, []).append(version)
    for reference, own in versions.items():
        if word := _begun(reference, incomplete):
            yield word, f"version {join(own)}"


@_quiet
def routes(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The routes of the cycle, each as one word."""
    covered = _cycle(ctx).routes.names
    for route in _catalogue(ctx).routes:
        if (covered is None or route.title in covered) and (word := _begun(route.slug, incomplete)):
            yield word, route.title


@_quiet
def cycles(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The cycles, with their windows."""
    for cycle in _catalogue(ctx).cycles:
        if str(cycle.cycle).startswith(incomplete):
            yield str(cycle.cycle), "; ".join(str(window) for window in cycle.windows)


@_quiet
def rules(_: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The codes of the rules, and their names once the beginning of one is typed."""
    from htqcli.rules import RULES

    for rule in RULES:
        if word := _begun(rule.code, incomplete):
            yield word, rule.summary
    for rule in RULES if incomplete else ():
        if word := _begun(rule.name, incomplete):
            yield word, f"{rule.code}: {rule.summary}"


@_quiet
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
