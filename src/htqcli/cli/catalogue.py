"""`htq catalogue`: what the catalogue holds, where it comes from, and whether it can be used."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from htqcli.cli import context, table, terminal
from htqcli.cli.options import (
    At,
    CatalogueFile,
    CycleNumber,
    ExitZero,
    FailOn,
    Ignore,
    Output,
    Quiet,
    ReportFiles,
    Select,
    format_option,
)
from htqcli.cli.refusals import refuse_reports_over
from htqcli.cli.reporting import ReportFormat, conclude, destinations, select_rules

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle, Source
    from htqcli.formats.lines import Line

app = typer.Typer(help="View the catalogue of cycles, or maintain your own.")


@app.command()
def show(
    cycle: CycleNumber = None,
    at: At = None,
    format: Annotated[str, format_option("text", "json", "yaml")] = "text",
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Show what the catalogue has for each cycle, and the source of each fact.

    It shows which catalogue this is, then for each cycle its list, its windows and what it asks
    for. As YAML without ‘--cycle’, it shows the catalogue's own file, from which you can start
    your own.
    """
    from htqcli.formats.json import about, encode

    known = context.the_catalogue(catalogue, output)
    now = context.the_time(at)
    cycles = known.cycles if cycle is None else (known.cycle(cycle),)
    with terminal.into(output, "the catalogue", format):
        if format == "text":
            terminal.print_lines(_text(known, cycles, now))
            return
        if format == "yaml" and cycle is None:
            terminal.write_data(known.origin.text)
            return
        details = {
            "catalogue": about(known, now),
            "contact": _plain(known.contact),
            "sources": _plain(_sources(known, cycles)),
            "cycles": [_details(one) for one in cycles],
        }
        terminal.write_data(encode(details) if format == "json" else table.as_yaml(details))


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="A catalogue, or - for standard input."),
    ],
    at: At = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = "error",
    exit_zero: ExitZero = False,
    format: ReportFormat = None,
    report: ReportFiles = None,
    quiet: Quiet = False,
) -> None:
    """Check whether catalogues can be used. A catalogue can be used if it has no error.

    Each finding says what is wrong, where and how to put it right. ‘htq rules HTQ9’ lists the
    rules.
    """
    from htqcli.check import inputs
    from htqcli.check.engine import Checker
    from htqcli.files import with_slashes
    from htqcli.rules.declare import CATALOGUE, Severity

    rules = select_rules(select, ignore, CATALOGUE)
    format, reports = destinations(format, report or ())
    named = list(dict.fromkeys(files))
    refuse_reports_over(reports, named, CATALOGUE.name)
    read = (inputs.read(inputs.Candidate(with_slashes(path)), sys.stdin) for path in named)
    level = None if fail_on == "never" else Severity(fail_on)
    checker = Checker(None, context.the_time(at), rules, subject=CATALOGUE)
    found = checker.report(map(checker.check, read), level)
    conclude(found, reports, format or "text", quiet=quiet, exit_zero=exit_zero)


def _sources(known: Catalogue, cycles: Sequence[Cycle]) -> dict[str, Source]:
    """The sources of what is shown: all, or those of the contact and one cycle."""
    from htqcli.catalogue.model import sources_in

    if cycles == known.cycles:
        return known.sources
    used = {
        key for part in (known.contact, *cycles) for _, keys in sources_in(part, ()) for key in keys
    }
    return {key: page for key, page in known.sources.items() if key in used}


def _details(cycle: Cycle) -> dict[str, Any]:
    """A cycle as plain data, with counts in place of its standards."""
    details: dict[str, Any] = _plain(cycle)
    if cycle.listing:
        details["listing"]["standards"] = len(cycle.standards)
        for field in ("scope", "level", "route"):
            details["listing"][f"by_{field}"] = _counted(cycle, field)
    return details


def _counted(cycle: Cycle, field: str) -> dict[str, int]:
    """How many standards have each scope, level or route, in the order of the list."""
    return dict(Counter(str(getattr(standard, field)) for standard in cycle.standards))


def _plain(value: Any) -> Any:
    """A part of the catalogue as plain data, without empty fields."""
    from htqcli.model.part import Model
    from htqcli.moment import Moment

    if isinstance(value, Moment):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Model):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    return value


def _text(known: Catalogue, cycles: Sequence[Cycle], now: datetime) -> Iterator[Line]:
    yield [("The catalogue", "bold")]
    yield from terminal.labelled("Which", str(known))
    contact = known.contact
    yield from terminal.labelled(
        "Questions", f"{contact.name}, {contact.email}{_from(contact.source)}"
    )
    yield from terminal.labelled(
        "If it is missing",
        "required: an error; expected: a warning; encouraged: a note; not asked: nothing",
    )
    for cycle in cycles:
        yield []
        yield from _cycle(cycle, now)
    yield []
    yield [("Sources", "bold")]
    for key, page in _sources(known, cycles).items():
        yield from terminal.labelled(key, f"{page.title}, {page.address}")


def _cycle(cycle: Cycle, now: datetime) -> Iterator[Line]:
    yield [(f"Cycle {cycle.cycle}", "bold")]
    listing = cycle.listing
    if listing is None:
        yield from terminal.labelled("List", "not in this catalogue")
    else:
        yield from terminal.labelled("List", f"{listing.status}{_from(listing.source)}")
        for note in (listing.note, cycle.note(now)):
            yield from terminal.labelled("About the list", note) if note else ()
        scopes = (f"{count} {s.replace('-', ' ')}" for s, count in _counted(cycle, "scope").items())
        levels = (f"{count} at level {n}" for n, count in sorted(_counted(cycle, "level").items()))
        yield from terminal.labelled("Standards", str(len(cycle.standards)))
        yield from terminal.labelled("Scopes", ", ".join(scopes))
        yield from terminal.labelled("Levels", ", ".join(levels))
    counted = _counted(cycle, "route")
    names = [
        f"{name} ({counted[name]})" if name in counted else name
        for name in cycle.routes.names or ("not known",)
    ]
    yield from terminal.labelled("Routes", f"{'; '.join(names)}{_from(cycle.routes.source)}")
    yield from _note(cycle.routes.note)
    for window in cycle.windows:
        first = window.first_teaching
        name = f"{window.name}, " if window.name else ""
        yield from terminal.labelled("Window", f"{name}{window}{_from(window.source)}")
        yield from _note(window.note)
        yield from terminal.labelled("First teaching", f"{first.month}{_from(first.source)}")
        yield from _note(first.note)
    if cycle.stages:
        dated = sum(stage.begins is not None for stage in cycle.stages)
        keys = dict.fromkeys(key for stage in cycle.stages for key in stage.source)
        yield from terminal.labelled(
            "Key stages", f"{len(cycle.stages)}, {dated} with a date{_from(keys)}"
        )
    for name, info in type(cycle.policy).model_fields.items():
        demand = getattr(cycle.policy, name)
        asks = demand.asks.replace("-", " ").capitalize()
        yield from terminal.labelled(asks, f"{info.title}{_from(demand.source)}")
        if demand.read_from:
            yield from _note(f"Its own wording is not known; this is cycle {demand.read_from}’s.")


def _note(note: str | None) -> list[Line]:
    return terminal.labelled("", note) if note else []


def _from(keys: Iterable[str]) -> str:
    """The keys of sources, in brackets."""
    return f" [{', '.join(keys)}]"
