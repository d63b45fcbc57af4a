"""`htq catalogue diff`: what differs between two catalogues, and what that does to drafts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import context, exits, terminal
from htqcli.cli.options import At, CycleNumber, KsbFolder, format_option
from htqcli.cli.refusals import expect_folder, report_unchecked

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue
    from htqcli.check.inputs import Unchecked
    from htqcli.check.report import Diagnostic
    from htqcli.comparing.changes import CatalogueChange, Effect
    from htqcli.formats.lines import Line

BUNDLED = "bundled"
"""The name for the catalogue that htq comes with."""


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD", help="A catalogue, or ‘bundled’ for the one that comes with htq."
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The catalogue to compare it with.")],
    more: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="PATH", help="More drafts, after --drafts.", show_default=False),
    ] = None,
    cycle: CycleNumber = None,
    drafts: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--drafts",
            metavar="PATH…",
            help="Drafts or folders of drafts. Shows which of them each change affects, and what "
            "happens to their findings.",
        ),
    ] = None,
    at: At = None,
    ksbs: KsbFolder = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the catalogues differ.")
    ] = False,
    format: Annotated[str, format_option("text", "markdown", "json")] = "text",
) -> None:
    """Show the differences between two catalogues.

    htq compares standards, windows, stages, what the cycles ask for, and sources. With drafts,
    it also shows how the differences affect them.
    """
    from htqcli.check import inputs
    from htqcli.comparing import changes
    from htqcli.files import with_slashes
    from htqcli.moment import say

    if more and not drafts:
        raise typer.BadParameter(
            "This command compares two catalogues. Name drafts after ‘--drafts’.", param_hint="PATH"
        )
    expect_folder(ksbs)
    catalogues = _catalogue(old), _catalogue(new)
    old, new = with_slashes(old), with_slashes(new)
    found = changes.between(*catalogues, cycle)
    now = context.the_time(at) if drafts else None
    effects: tuple[Effect, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    if drafts and now:
        named = inputs.find([*drafts, *(more or ())])
        read = (inputs.read(item, sys.stdin) for item in named.candidates)
        effects, unchecked, others = changes.effects(found, read, catalogues, now, ksbs, cycle)
        unchecked += tuple(named.without_drafts(others))
    if format == "json":
        from htqcli.formats.json import encode

        data = _as_data(found, effects, unchecked)
        terminal.write_data(
            encode({"old": old, "new": new, "at": now.isoformat() if now else None} | data)
        )
    elif format == "markdown":
        terminal.write_data("\n".join(_as_markdown(old, new, found, effects)) + "\n")
    else:
        terminal.print_lines(_as_text(old, new, found, effects))
        if now and effects:
            terminal.print_lines([[], [(f"Drafts checked as at {say(now)}, London time.", "dim")]])
    report_unchecked(unchecked)
    if unchecked:
        raise typer.Exit(exits.NOT_DONE)
    if found and exit_code:
        raise typer.Exit(exits.FOUND)


def _catalogue(name: str) -> Catalogue:
    from htqcli.catalogue.bundled import load

    return load() if name == BUNDLED else context.own_catalogue(Path(name))


def _as_data(
    found: Sequence[CatalogueChange],
    effects: Sequence[Effect],
    unchecked: Sequence[Unchecked],
) -> dict[str, Any]:
    from htqcli.comparing.changes import as_data

    return {
        "changes": [
            {
                "cycle": change.cycle,
                "about": change.about,
                "name": change.name,
                "title": change.title,
                "change": change.kind,
                "field": change.field,
                "old": as_data(change.old),
                "new": as_data(change.new),
                "message": str(change),
                "drafts": _affected(change, effects),
            }
            for change in found
        ],
        "drafts": [
            {
                "path": effect.path,
                "changes": [index for index, own in enumerate(found) if own in effect.changes],
                "verdict": {"old": effect.old.verdict.value, "new": effect.new.verdict.value},
                "ready": {"old": effect.old.is_ready, "new": effect.new.is_ready},
                "gone": [_finding(finding) for finding in effect.gone],
                "new": [_finding(finding) for finding in effect.added],
            }
            for effect in effects
        ],
        "unchecked": [{"path": item.path, "reason": item.reason} for item in unchecked],
    }


def _affected(change: CatalogueChange, effects: Sequence[Effect]) -> list[str]:
    return [effect.path for effect in effects if change in effect.changes]


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.rule.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "pointer": finding.pointer,
        "line": finding.place.line,
        "column": finding.place.column,
        "accepted": finding.accepted is not None,
    }


def _verdict(effect: Effect) -> str:
    """`was: ready to submit; now: not ready to submit`."""
    from htqcli.rules.declare import DRAFT

    was, now = DRAFT.words[effect.old.verdict], DRAFT.words[effect.new.verdict]
    return f"{now}, as before" if was == now else f"was: {was}; now: {now}"


def _findings(effect: Effect) -> Iterator[tuple[str, Diagnostic]]:
    yield from (("gone", finding) for finding in effect.gone)
    yield from (("new", finding) for finding in effect.added)


def _severity(finding: Diagnostic) -> str:
    return ("accepted " if finding.accepted else "") + finding.severity.word


def _of(cycle: int | None) -> str:
    return "The catalogue as a whole" if cycle is None else f"Cycle {cycle}"


def _heading(old: str, new: str, found: Sequence[CatalogueChange]) -> str:
    from htqcli.words import counted

    if not found:
        return f"No differences between {old} and {new}"
    return f"{counted(len(found), 'change')} from {old} to {new}"


def _as_text(
    old: str, new: str, found: Sequence[CatalogueChange], effects: Sequence[Effect]
) -> Iterator[Line]:
    from htqcli.formats.text import STYLES_OF_VERDICTS
    from htqcli.words import visible_start

    yield [(_heading(old, new, found), "bold")]
    for cycle, changes in groupby(found, lambda change: change.cycle):
        yield []
        yield [(_of(cycle), "bold")]
        for change in changes:
            yield from terminal.hanging("  ", str(change))
            if drafts := _affected(change, effects):
                yield from terminal.hanging("      ", f"Drafts: {', '.join(drafts)}")
    for effect in effects:
        yield []
        style = STYLES_OF_VERDICTS[effect.new.verdict]
        yield [(f"{visible_start(effect.path)}: ", "bold"), (_verdict(effect), style)]
        if not effect.changes:
            yield [("  No change affects it.", "dim")]
        for state, finding in _findings(effect):
            place = f"{finding.place.line}:{finding.place.column}"
            label = f"{_severity(finding)} {finding.rule.code} at {place}"
            where = finding.pointer or "the whole draft"
            yield from terminal.hanging(f"  {state:<4}  ", f"{label}, {where}: {finding.message}")


def _as_markdown(
    old: str, new: str, found: Sequence[CatalogueChange], effects: Sequence[Effect]
) -> Iterator[str]:
    from htqcli.cells import markdown as escape

    yield f"## {escape(_heading(old, new, found))}"
    for cycle, changes in groupby(found, lambda change: change.cycle):
        yield f"\n### {_of(cycle)}\n"
        for change in changes:
            drafts = _affected(change, effects)
            yield f"- {escape(str(change))}" + (
                f" (drafts: {escape(', '.join(drafts))})" if drafts else ""
            )
    for effect in effects:
        yield f"\n### {escape(effect.path)}: {_verdict(effect)}\n"
        findings = list(_findings(effect))
        if not findings:
            yield "Its findings stay the same."
            continue
        yield "| | Severity | Rule | Line | What is wrong |\n|---|---|---|---:|---|"
        for state, finding in findings:
            yield (
                f"| {state} | {_severity(finding)} | {finding.rule.code} | {finding.place.line} | "
                f"{escape(finding.message)} |"
            )
