"""`htq window`: whether applications are taken, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import context, exits, refusals, table, terminal
from htqcli.cli.drafts import read_drafts
from htqcli.cli.options import At, CatalogueFile, CycleNumber, Output, TableFormat, format_option

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle, Stage, Status
    from htqcli.formats.lines import Line

app = typer.Typer(help="See whether the application window is open.")


@app.command()
def status(
    cycle: CycleNumber = None,
    at: At = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 unless a window is open.")
    ] = False,
    format: Annotated[str, format_option("text", "json")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Say whether a window is open: the open one, else the next known, else the last."""
    known = context.the_catalogue(catalogue)
    found = known.status(context.the_time(at), cycle)
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(_as_data(found)))
    else:
        terminal.print_lines(_text(found, known, cycle))
    if exit_code and found.state != "open":
        raise typer.Exit(exits.FOUND)


@app.command("list")
def list_(
    format: TableFormat = "table",
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """List every known window, and what is not known about it."""
    known = context.the_catalogue(catalogue, output)
    rows: list[table.Row] = [
        {
            "cycle": cycle.cycle,
            "window": window.name,
            "opens": _published(window.opens),
            "closes": _published(window.closes),
            "first_teaching": window.first_teaching.month.isoformat(),
            "precision": window.precision,
            "note": window.note,
            "sources": [known.sources[key].address for key in window.source],
        }
        for cycle in known.cycles
        for window in cycle.windows
    ]
    if format == "table":
        windows = (window for cycle in known.cycles for window in cycle.windows)
        for row, window in zip(rows, windows, strict=True):
            row["opens"] = window.opens or "not known"
            row["closes"] = window.closes or "not known"
    columns = ("cycle", "window", "opens", "closes", "first_teaching", "note")
    table.show(rows, columns, format, "No window is in the catalogue.", output, header=True)


@app.command()
def timeline(
    cycle: CycleNumber = None,
    at: At = None,
    format: Annotated[str, format_option("text", "json")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show the key stages of a cycle, with the present one marked."""
    known = context.the_catalogue(catalogue)
    shown = context.the_cycle(known, cycle)
    now = context.the_time(at)
    current = shown.stage_at(now)
    if format == "json":
        from htqcli.formats.json import encode

        stages = [
            {
                "name": stage.name,
                "begins": stage.begins.first.isoformat() if stage.begins else None,
                "current": stage is current,
                "happens": list(stage.happens),
                "note": stage.note,
            }
            for stage in shown.stages
        ]
        terminal.write_data(encode({"at": now.isoformat(), "cycle": shown.cycle, "stages": stages}))
    else:
        terminal.print_lines(_timeline(shown, current, known))


@app.command()
def calendar(
    more: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="PATH", help="More drafts, after --drafts.", show_default=False),
    ] = None,
    drafts: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--drafts",
            metavar="PATH…",
            help="Drafts or folders of drafts: the first review of those with an ‘approval’.",
        ),
    ] = None,
    cycle: CycleNumber = None,
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Write the windows and dated stages as a file that a calendar program can import.

    With drafts, the first review of each approved qualification is in it as well. It has an
    alarm a week before each window closes, and half a year before each review. What has no known
    day is left out and reported.
    """
    from htqcli.catalogue.calendar import calendar as written
    from htqcli.catalogue.calendar import events, reviews
    from htqcli.catalogue.model import NotFound

    if more and not drafts:
        raise typer.BadParameter("Name drafts after ‘--drafts’.", param_hint="PATH")
    known = context.the_catalogue(catalogue, output)
    read, unchecked = read_drafts([*drafts, *(more or ())]) if drafts else ([], [])
    for draft, _ in read:
        refusals.refuse_overwriting(output, draft.path, "draft")
    found = events(known, known.cycles if cycle is None else (known.cycle(cycle),))
    own = reviews(known, (reading.part for _, reading in read))
    if read and not own:
        terminal.print_error("No draft has an approval, so no review is in the calendar.")
    found += own
    if not any(event.is_dated for event in found):
        of = "any cycle" if cycle is None else f"cycle {cycle}"
        raise NotFound(f"No day of {of} is known, so the calendar would be empty.")
    terminal.deliver(written(known, found), output, "the calendar")
    for event in found:
        if not event.is_dated:
            when = f" in {event.when}" if event.when else ""
            terminal.print_error(f"Left out, because the day is not known: {event.title}{when}")
    refusals.report_unchecked(unchecked)
    if unchecked:
        raise typer.Exit(exits.NOT_DONE)


def _published(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _as_data(status: Status) -> dict[str, Any]:
    window = status.window
    opens, closes = window.opens, window.closes
    return {
        "at": status.at.isoformat(),
        "state": status.state,
        "cycle": status.cycle.cycle,
        "window": {
            "name": window.name,
            "opens": opens.first.isoformat() if opens else None,
            "closes": window.latest_closing.isoformat() if closes else None,
            "precision": window.precision,
            "published": {"opens": _published(opens), "closes": _published(closes)},
        },
        "opens_in_seconds": status.opens_in,
        "closes_in_seconds": status.closes_in,
        "note": status.note,
    }


def _text(status: Status, known: Catalogue, asked: int | None) -> list[Line]:
    from htqcli.moment import say, say_duration

    window, state = status.window, status.state
    name = f"cycle {status.cycle.cycle}" + (f" ({window.name})" if window.name else "")
    lines: list[Line] = []
    if state == "open":
        lines += terminal.hanging("Open: ", f"the window of {name} is open", ("bold green", ""))
        lines += terminal.labelled("Closes", str(window.closes))
        if status.closes_in is not None:
            lines += terminal.labelled("Time left", say_duration(status.closes_in))
    elif state == "unknown":
        lines += terminal.hanging(
            "Not known: ", f"the window of {name} may be open", ("bold yellow", "")
        )
        lines += terminal.labelled("Opens", str(window.opens or "not known"))
        lines += terminal.labelled("Closes", str(window.closes or "not known"))
    elif state == "not-yet-open":
        before = [
            (cycle, past)
            for cycle in known.cycles
            for past in cycle.windows
            if asked is None and past.state(status.at) == "closed"
        ]
        if before:
            cycle, past = max(before, key=lambda pair: pair[1].latest_closing)
            closed = f"the window of cycle {cycle.cycle} is closed"
            lines += terminal.hanging("Closed: ", closed, ("bold red", ""))
            lines += terminal.labelled("Closed", str(past.closes or "not known"))
            lines += terminal.labelled("Next known", f"the window of {name}")
        else:
            lines += terminal.hanging(
                "Not open yet: ", f"the window of {name}", ("bold yellow", "")
            )
        lines += terminal.labelled("Opens", str(window.opens or "not known"))
        if status.opens_in is not None:
            lines += terminal.labelled("Time to go", say_duration(status.opens_in))
    else:
        lines += terminal.hanging("Closed: ", f"the window of {name} is closed", ("bold red", ""))
        lines += terminal.labelled("Opened", str(window.opens or "not known"))
        lines += terminal.labelled("Closed", str(window.closes or "not known"))
    if status.note:
        lines += terminal.labelled("Note", status.note)
    lines += terminal.labelled("As at", f"{say(status.at)}, London time")
    addresses = [known.sources[key].address for key in window.source]
    for number, address in enumerate(addresses):
        lines += terminal.labelled("" if number else "Source", address)
    return lines


def _timeline(cycle: Cycle, current: Stage | None, known: Catalogue) -> list[Line]:
    if not cycle.stages:
        return [[(f"The key stages of cycle {cycle.cycle} are not in the catalogue.", "")]]
    here, dot, bar = terminal.glyphs("▶", ">"), terminal.glyphs("●", "*"), terminal.glyphs("│", "|")
    lines: list[Line] = [[(f"Key stages of cycle {cycle.cycle}", "bold")], []]
    for stage in cycle.stages:
        is_current = stage is current
        style = "bold green" if is_current else "bold"
        when = f", {stage.begins}" if stage.begins else ""
        now = "  (now)" if is_current else ""
        mark = f"{here if is_current else dot} "
        lines += terminal.hanging(mark, f"{stage.name}{when}{now}", (style, style), bar)
        notes = [stage.note] if stage.note else []
        for text in (*stage.happens, *notes):
            lines += terminal.hanging(f"{bar}   - ", text, bar=bar)
        lines.append([(bar, "dim")])
    lines.pop()
    dated = [stage for stage in cycle.stages if stage.begins]
    if dated and current is dated[-1] and current is not cycle.stages[-1]:
        lines.append([])
        lines += terminal.hanging(
            "",
            "No dates were published for the stages after this one, so it is not known which of "
            "them "
            "has been reached.",
        )
    addresses = {known.sources[key].address for stage in cycle.stages for key in stage.source}
    return [*lines, [], [(f"Source: {', '.join(sorted(addresses))}", "dim")]]
