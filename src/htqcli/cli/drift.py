"""`htq catalogue drift`: how a cycle's standards stand in the published data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from htqcli.cli import context, exits, terminal
from htqcli.cli.options import At, CatalogueFile, CycleNumber, format_option
from htqcli.cli.records import records_in

if TYPE_CHECKING:
    from htqcli.catalogue.drift import Comparison, Drift, DriftKind, Record
    from htqcli.formats.text import Line


HEADINGS: dict[DriftKind, str] = {
    "gone": "Not in the data",
    "withdrawn": "Withdrawn",
    "retired": "Retired",
    "not-approved": "Not approved for delivery",
    "no-new-starts": "No new starts",
    "level": "At another level",
    "options": "With options",
    "title": "With another title",
    "newer-version": "With a newer version",
    "spelling": "Written in another way",
}
"""The heading for each kind of drift, most serious first."""


def drift(
    feed: Annotated[
        str,
        typer.Argument(
            metavar="FEED",
            help="The published standards data, or records of it; - for standard input.",
        ),
    ],
    cycle: CycleNumber = None,
    at: At = None,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="Exit with 1 if something has moved that matters for a draft."
        ),
    ] = False,
    format: Annotated[str, format_option("text", "markdown", "json")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show which standards of a cycle's list have moved in the published data.

    Gone, retired, at another level, with options or another title, in a newer version; and what
    that means for a draft. Of a few records, only their standards are compared.
    """
    from htqcli.catalogue.drift import compare

    known = context.the_catalogue(catalogue)
    shown = context.the_cycle(known, cycle)
    now = context.the_time(at)
    if not shown.standards:
        from htqcli.catalogue.model import NotFound

        raise NotFound(f"The list of standards of cycle {shown.cycle} is not in the catalogue.")
    entries, sha256 = records_in(feed)
    found = compare(entries, known, shown, now)
    if not found.seen:
        terminal.print_error(
            f"{feed}: it has no record of a standard on the list of cycle {shown.cycle}"
        )
        raise typer.Exit(exits.NOT_DONE)
    if format == "json":
        from htqcli.formats.json import encode

        data = {
            "feed": feed,
            "sha256": sha256,
            "published": known.standards_data,
            "at": now.isoformat(),
        }
        terminal.write_data(encode(data | _as_data(found)))
    elif format == "markdown":
        terminal.write_data("\n".join(_as_markdown(found)) + "\n")
    else:
        terminal.print_lines(_as_text(found, known.standards_data))
    if exit_code and any(one.matters for one in found.drifts):
        raise typer.Exit(exits.FOUND)


def _as_data(found: Comparison) -> dict[str, Any]:
    return {
        "cycle": found.cycle.cycle,
        "records": found.records,
        "compared": len(found.compared),
        "not_compared": found.not_compared,
        "drift": [
            {
                "reference": one.standard.reference,
                "title": one.standard.title,
                "kind": one.kind,
                "matters": one.matters,
                "message": one.message,
                "meaning": one.meaning,
                "record": _record(one.record) if one.record else None,
            }
            for one in found.drifts
        ],
        "not_in_data": {
            name.replace(" ", "_"): [standard.reference for standard in standards]
            for name, standards in found.unknown.items()
        },
    }


def _record(record: Record) -> dict[str, Any]:
    dates = {
        "approved_for_delivery": record.approved,
        "earliest_start": record.earliest_start,
        "latest_start": record.latest_start,
        "last_updated": record.updated,
    }
    return {
        "version": record.version,
        "title": record.title,
        "level": record.level,
        "status": record.status,
        "options": list(record.options),
        **{name: when.isoformat()[:10] if when else None for name, when in dates.items()},
    }


def _facts(record: Record | None) -> str:
    """The version and dates of a record: `version 1.2, approved 1 March 2024, …`."""
    from htqcli.moment import say

    if record is None:
        return ""
    dates = (
        ("approved", record.approved),
        ("starts from", record.earliest_start),
        ("last starts", record.latest_start),
        ("updated", record.updated),
    )
    facts = [f"version {record.version}" if record.version else "version not in the data"]
    facts += [f"{name} {say(when.first, 'day')}" for name, when in dates if when]
    return ", ".join(facts)


def _groups(found: Comparison) -> Iterator[tuple[DriftKind, list[Drift]]]:
    for kind in HEADINGS:
        if own := [one for one in found.drifts if one.kind == kind]:
            yield kind, own


def _meanings(drifts: list[Drift]) -> list[str]:
    return list(dict.fromkeys(one.meaning for one in drifts))


def _summary(found: Comparison) -> str:
    moved = {one.standard.reference for one in found.drifts if one.matters}
    return (
        f"Cycle {found.cycle.cycle}: {len(moved)} of {len(found.compared)} "
        f"standard{'' if len(found.compared) == 1 else 's'} "
        f"{'has' if len(moved) == 1 else 'have'} moved in the published data"
    )


def _missing_facts(found: Comparison) -> Iterator[str]:
    from htqcli.words import join

    if count := found.not_compared:
        others = f"{count} other standard{'' if count == 1 else 's'} of the list"
        yield f"Not in the data, so not compared: {others}."
    for name, standards in found.unknown.items():
        if standards:
            names = join([standard.reference for standard in standards])
            yield f"Not in the data, so not compared: the {name} of {names}."


def _as_text(found: Comparison, published: str) -> Iterator[Line]:
    yield [(_summary(found), "bold")]
    for kind, drifts in _groups(found):
        yield []
        yield [(f"{HEADINGS[kind]} ({len(drifts)})", "bold")]
        for one in drifts:
            yield from terminal.hanging("  ", one.message)
            if facts := _facts(one.record):
                yield from terminal.hanging("      ", facts)
        for meaning in _meanings(drifts):
            yield from terminal.hanging("  ", f"What it means: {meaning}")
    for line in _missing_facts(found):
        yield []
        yield from terminal.hanging("", line)
    yield []
    read = f"{found.records:,} record{'' if found.records == 1 else 's'} read."
    yield from terminal.hanging("", f"{read} The data is published at {published}.")


def _as_markdown(found: Comparison) -> Iterator[str]:
    from htqcli.cells import markdown as escape

    yield f"## {escape(_summary(found))}"
    for kind, drifts in _groups(found):
        yield f"\n### {HEADINGS[kind]} ({len(drifts)})\n"
        for one in drifts:
            facts = _facts(one.record)
            yield f"- {escape(one.message)}" + (f" ({escape(facts)})" if facts else "")
        for meaning in _meanings(drifts):
            yield f"\n{escape(meaning)}"
    for line in _missing_facts(found):
        yield f"\n{escape(line)}"
