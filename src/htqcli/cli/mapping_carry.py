"""`htq mapping carry`: the mapping of a draft on another version of a standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, drafts, exits, terminal, versions
from htqcli.cli.options import KsbFolder, format_option
from htqcli.words import join, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from htqcli.formats.lines import Line
    from htqcli.ksbs.versions import Comparison
    from htqcli.mapping.carrying import Carried, Decision


def mapping_carry(
    draft: Annotated[str, typer.Argument(metavar="DRAFT", help="The draft to change.")],
    standard: Annotated[
        str,
        typer.Option(
            "--standard",
            metavar="REFERENCE",
            help="The standard whose mapping moves.",
            autocompletion=completion.references,
        ),
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="VERSION", help="The version that it moves to.")
    ],
    option: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--option", metavar="NAME", help="The option, if the draft has several of the standard."
        ),
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change, and write nothing.")
    ] = False,
    partial: Annotated[
        bool,
        typer.Option(
            "--partial",
            help="Write what is certain, with a placeholder for each KSB that needs a decision.",
        ),
    ] = False,
    format: Annotated[str, format_option("text", "json")] = "text",
    ksbs: KsbFolder = None,
) -> None:
    """Move the mapping of a draft to another version of a standard.

    KSBs are found again by their statements, because the same label can mean another statement.
    Equal statements are carried over. What is uncertain is listed for you to decide, and then
    nothing is written unless you say ‘--partial’. Comments and layout stay.
    """
    read, application, lists = drafts.read_with_lists(draft, ksbs)
    index = versions.position(application, standard, option)
    found, carried = versions.carried(draft, read.content, application, lists, index, to)
    may_write = partial or not carried.decisions
    writes = may_write and not diff and carried.content != read.content
    if writes:
        drafts.write(draft, read, carried.content)
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(_as_data(draft, found, carried, writes)))
    else:
        terminal.print_lines(_as_text(draft, found, carried, wrote=writes, is_diff=diff))
        if diff:
            terminal.write_diff(drafts.difference(draft, read.content, carried.content))
    if not may_write:
        raise typer.Exit(exits.FOUND)


def _as_text(
    draft: str, found: Comparison, carried: Carried, *, wrote: bool, is_diff: bool
) -> Iterator[Line]:
    from htqcli.mapping.carrying import covering_units
    from htqcli.reports import ksb_changes

    old, new = found.old, found.new
    yield [(ksb_changes.heading(found), "bold")]
    count, renamed = len(carried.labels), sum(a != b for a, b in carried.labels.items())
    said = f"{count} of {len(carried.covered)} KSBs of the mapping are carried over"
    said += f", {renamed} of them under another label." if renamed else "."
    yield from terminal.hanging("", said if carried.covered else "The draft has no mapping of it.")
    if carried.decisions:
        yield from _title("To decide")
        for decision in carried.decisions:
            yield from _decision(found, carried, decision)
    if carried.gone:
        yield from _title("Gone")
        for label in carried.gone:
            units = visible(join(covering_units(carried, [label])) or "no unit")
            start = f"  {label} was covered by {units}: "
            yield from terminal.hanging(start, old.statements[label])
    if carried.new and carried.covered:
        yield from _title("New: no unit covers these yet")
        for label in carried.new:
            yield from terminal.hanging(f"  {label}: ", new.statements[label])
    if carried.notes:
        yield from _title("Notes")
        for note in carried.notes:
            yield from terminal.hanging("  ", note)
    yield []
    yield from terminal.hanging("", _end(draft, found, carried, wrote=wrote, is_diff=is_diff))


def _title(text: str) -> Iterator[Line]:
    yield []
    yield [(text, "bold")]


def _decision(found: Comparison, carried: Carried, decision: Decision) -> Iterator[Line]:
    """What has to be decided, with both statements and the next thing to do."""
    from htqcli.mapping.carrying import covering_units
    from htqcli.reports import ksb_changes

    labels = join(decision.old)
    one = decision.succession
    entry = decision.acceptance
    where = "" if entry is None else f"Entry {entry + 1} of ‘accept’ names {labels}, which is "
    if one is None and where:
        what = f"{where}not in version {found.old.version}: in {found.new.version} it is a new KSB"
        yield from terminal.hanging("  ", f"{what}. Take it out of the entry, or accept that one")
        return
    if one is None:
        what = f"{visible(labels)} is not in version {found.old.version}. Correct its label"
        yield from terminal.hanging("  ", what)
        return
    if where:
        others = " The entry is about other standards too." if one.is_exact or not one.new else ""
        todo = f"name {join(one.new)} in it if it still holds" if one.new else "take it out"
        heading = f"{where}{one.fate}: {todo}.{others}" if others else f"{where}{one.fate}: {todo}"
    else:
        units = visible(join(covering_units(carried, decision.old)) or "no unit")
        is_or_are = "is" if len(decision.old) == 1 else "are"
        what = f"{labels}, covered by {units}, {is_or_are} {one.fate} ({ksb_changes.alike(one)})"
        heading = f"{what}: which units cover {join(one.new)}?"
    yield from versions.succession(found, one, heading)


def _end(draft: str, found: Comparison, carried: Carried, *, wrote: bool, is_diff: bool) -> str:
    count = len(carried.decisions)
    decisions = f"{count} decision{'' if count == 1 else 's'}"
    to = f"version {found.new.version}"
    if wrote:
        left = f" Replace {decisions} in angle brackets with your answer." if count else ""
        return f"Wrote {visible(draft)}: it maps to {to}.{left}"
    if is_diff:
        return "Nothing was written."
    if count:
        return (
            f"Nothing was written: {decisions} to make. Use ‘--partial’ to write the rest, with a "
            "placeholder for each; or decide in a workbook: ‘htq mapping export "
            f"{visible(draft)} --standard {found.old.reference} --to {found.new.version} -o "
            f"{found.old.reference}-{found.new.version}.xlsx’."
        )
    return f"{visible(draft)} already maps to {to}."


def _as_data(draft: str, found: Comparison, carried: Carried, wrote: bool) -> dict[str, Any]:
    from htqcli.mapping.carrying import covering_units
    from htqcli.reports.ksb_changes import ksb

    old, new = found.old, found.new
    return {
        "draft": draft,
        "written": wrote,
        "standard": old.reference,
        "from": old.version,
        "to": new.version,
        "carried": carried.labels,
        "decisions": [
            {
                "old": [ksb(label, old) for label in one.old],
                "units": covering_units(carried, one.old),
                "fate": one.succession.fate.value if one.succession else "unknown",
                "candidates": [ksb(label, new) for label in one.new],
                "similarity": (
                    round(one.succession.similarity, 3)
                    if one.succession and one.succession.similarity is not None
                    else None
                ),
                "acceptance": one.acceptance,
            }
            for one in carried.decisions
        ],
        "gone": [
            ksb(label, old) | {"units": covering_units(carried, [label])} for label in carried.gone
        ],
        "new": [ksb(label, new) for label in carried.new],
        "notes": carried.notes,
    }
