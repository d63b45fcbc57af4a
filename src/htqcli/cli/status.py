"""`htq status`: how far drafts are, and what to do next."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from htqcli.cli import context, exits, table, terminal
from htqcli.cli.options import At, CatalogueFile, KsbFolder, Words, format_option
from htqcli.cli.refusals import expect_folder, report_unchecked

if TYPE_CHECKING:
    from htqcli.check.report import Report
    from htqcli.formats.lines import Line
    from htqcli.reports.status import DraftStatus, Left, Section, Step


def status(
    paths: Annotated[
        Words,
        typer.Argument(
            metavar="PATH",
            help="A draft, a folder of drafts, or - for standard input.",
            show_default="the current folder",
        ),
    ] = None,
    at: At = None,
    format: Annotated[str, format_option("text", "json")] = "text",
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Show how far drafts are: what is done and left, section by section, and what to do next.

    A section is done when no error or warning counts in it and everything in it was checked. When
    all are done, the draft is ready. Several drafts are a table.
    """
    from htqcli.check import inputs
    from htqcli.check.engine import Checker
    from htqcli.reports.status import of_draft

    expect_folder(ksbs)
    known = context.the_catalogue(catalogue)
    checker = Checker(known, context.the_time(at), ksbs=ksbs, keeps=True)
    named = inputs.find(paths or [os.curdir])
    outcomes = [checker.check(inputs.read(item, sys.stdin)) for item in named.candidates]
    report = checker.report(outcomes, is_dated=at is not None)
    unchecked = (*report.unchecked, *named.without_drafts(report.left_out))
    report = replace(report, unchecked=unchecked)
    drafts = [of_draft(file, known, report.at, ksbs) for file in report.files]
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(_as_data(report, drafts)))
    elif len(drafts) == 1:
        show(drafts[0], report)
    elif drafts:
        _show_table(drafts, report)
    report_unchecked(unchecked)
    if unchecked:
        raise typer.Exit(exits.NOT_DONE)


def show(one: DraftStatus, report: Report) -> None:
    """Write the task list of a draft for a person."""
    from htqcli.formats.text import STYLES_OF_VERDICTS, as_at, verdict
    from htqcli.words import visible, visible_start

    checked = one.checked
    lines: list[Line] = []
    if one.title:
        lines += terminal.hanging("", visible_start(one.title), ("", "bold"))
    said = f"{verdict(report, checked)}{as_at(report)}"
    style = STYLES_OF_VERDICTS[checked.verdict]
    lines.append([(f"{visible_start(checked.path)}:", "bold")])
    lines += terminal.hanging("  ", said, ("", style))
    lines.append([])
    widths = [max((len(visible(text)) for text in column), default=0) for column in (
        [section.title for section in one.sections],
        [_done(section) for section in one.sections],
    )]  # fmt: skip
    for section in one.sections:
        lines += _section_lines(section, widths)
    lines.append([])
    lines += _step_lines(one, report)
    lines += terminal.labelled("Window", _window(one.left))
    terminal.print_lines(lines)


def _section_lines(section: Section, widths: list[int]) -> list[Line]:
    from htqcli.words import visible

    title, done = visible(section.title), _done(section)
    start = f"  {title:<{widths[0]}}  {done:<{widths[1]}}  "
    if (columns := terminal.width()) and len(start) + 20 > columns:
        start = f"  {title}  {done}  "
    return terminal.hanging(start, _to_do(section), ("", _STYLES[section.state]))


_STYLES = {
    "to-do": "bold red",
    "not-checked": "bold yellow",
    "to-settle": "bold yellow",
    "done": "green",
}


def _done(section: Section) -> str:
    if section.of is None:
        return f"{section.done} KSBs (no list)"
    return f"{section.done} of {section.of}{' KSBs' if section.is_standard else ''}"


def _to_do(section: Section) -> str:
    counts = {
        "to do": section.to_do,
        "not checked": section.not_checked,
        "to settle": section.to_settle,
    }
    said = [f"{count} {what}" for what, count in counts.items() if count] or ["done"]
    return ", ".join([*said, *([f"{section.accepted} accepted"] if section.accepted else [])])


def _step_lines(one: DraftStatus, report: Report) -> list[Line]:
    from htqcli.formats.text import at_option
    from htqcli.words import shell_word

    step, columns = one.next, terminal.width()
    where = next((s.title for s in one.sections if s.key == step.section), None)
    alike = f"and {step.more} more like it" if step.more else ""
    line = f"line {step.line}" if step.line else ""
    place = ", ".join(filter(None, (line, alike)))
    place = f" ({place})" if place else ""
    lines = terminal.labelled("Next", f"{f'{where}: ' if where else ''}{step.message}{place}.")
    if step.hint:
        lines += terminal.labelled("", step.hint)
    command = " ".join(map(shell_word, step.command))
    if step.command[1] in ("check", "pack"):
        command = " ".join([command, *at_option(report)])
    if columns and len(command) + 19 > columns:
        return [*lines, [("  ", ""), (command, "bold")]]
    return [*lines, [(" " * 19, ""), (command, "bold")]]


def _window(left: Left) -> str:
    """What is known of the window, with the days to its close first."""
    from htqcli.words import counted

    if left.window is None:
        return "not known, because the draft names no cycle that the catalogue has"
    state, window = left.window.state, left.window.window
    name = f"the window of cycle {left.window.cycle.cycle}"
    if state == "open":
        if left.days is None:
            return f"{name} is open; the day of its close is not known"
        days = "closes today" if not left.days else f"{counted(left.days, 'day')} to the close"
        return f"{days}: {name} closes on {window.closes}"
    if state == "not-yet-open":
        return f"{name} opens on {window.opens or 'a day that is not known'}"
    if state == "unknown":
        return f"whether {name} is open is not known"
    return f"{name} closed on {window.closes or 'a day that is not known'}"


def _show_table(drafts: list[DraftStatus], report: Report) -> None:
    """Write a line for each draft, and how many have each verdict."""
    from htqcli.formats.text import as_at, overall

    columns = ("draft", "verdict", "done", "ksbs", "next", "days_left")
    table.show([_as_row(one) for one in drafts], columns, "table", "", header=True)
    terminal.print_lines(terminal.hanging("", f"{overall(report)}{as_at(report)}."))


def _as_row(one: DraftStatus) -> table.Row:
    done = [section for section in one.sections if not section.left]
    ksbs = [
        f"{s.title} {s.done}/{'?' if s.of is None else s.of}" for s in one.sections if s.is_standard
    ]
    where = next((s.title for s in one.sections if s.key == one.next.section), None)
    return {
        "draft": one.checked.path,
        "verdict": one.checked.verdict.value.replace("-", " "),
        "done": f"{len(done)}/{len(one.sections)}",
        "ksbs": ", ".join(ksbs),
        "next": where or one.next.message,
        "days_left": _days_left(one.left),
    }


def _days_left(left: Left) -> int | str:
    if left.days is not None:
        return left.days
    states = {"closed": "closed", "not-yet-open": "not open"}
    return states.get(left.window.state, "not known") if left.window else "not known"


def _as_data(report: Report, drafts: list[DraftStatus]) -> dict[str, Any]:
    from htqcli import __version__
    from htqcli.formats.json import about

    assert report.catalogue is not None
    return {
        "htq": __version__,
        "at": report.at.isoformat(),
        "catalogue": about(report.catalogue, report.at) | {"note": report.note},
        "drafts": [_draft_as_data(one) for one in drafts],
        "unchecked": [{"path": one.path, "reason": one.reason} for one in report.unchecked],
    }


def _draft_as_data(one: DraftStatus) -> dict[str, Any]:
    return {
        "path": one.checked.path,
        "title": one.title,
        "verdict": one.checked.verdict.value,
        "sections": [_section_as_data(section) for section in one.sections],
        "next": _step_as_data(one.next),
        "window": _window_as_data(one.left),
    }


def _section_as_data(section: Section) -> dict[str, Any]:
    return {
        "section": section.key,
        "title": section.title,
        "counts": "ksbs" if section.is_standard else "items",
        "done": section.done,
        "of": section.of,
        "accepted": section.accepted,
        "left": section.left,
        "to_do": section.to_do,
        "not_checked": section.not_checked,
        "to_settle": section.to_settle,
        "errors": section.errors,
        "warnings": section.warnings,
        "state": section.state.value,
    }


def _step_as_data(step: Step) -> dict[str, Any]:
    more = f" (and {step.more} more like it)" if step.more else ""
    return {
        "section": step.section,
        "line": step.line,
        "message": step.message + more,
        "hint": step.hint,
        "command": list(step.command),
    }


def _window_as_data(left: Left) -> dict[str, Any] | None:
    """What is known of the window: null if the cycle is not."""
    if left.window is None:
        return None
    window = left.window.window
    opens, closes = window.opens, window.closes
    return {
        "cycle": left.window.cycle.cycle,
        "state": left.window.state,
        "opens": opens.first.isoformat() if opens else None,
        "closes": window.latest_closing.isoformat() if closes else None,
        "days_left": left.days,
    }
