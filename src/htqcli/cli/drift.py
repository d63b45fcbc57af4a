"""`htq catalogue drift`: how a cycle's standards, and those of drafts, stand in the published
data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

from htqcli.cli import context, exits, terminal
from htqcli.cli.drafts import read_drafts
from htqcli.cli.options import At, CatalogueFile, CycleNumber, KsbFolder, format_option
from htqcli.cli.records import Published, records_in
from htqcli.cli.refusals import expect_folder, report_unchecked

if TYPE_CHECKING:
    from htqcli.catalogue.drift import Comparison, Drift, DriftKind, Record, StandardsData
    from htqcli.catalogue.model import Catalogue
    from htqcli.catalogue.watching import ClaimDrift, DraftDrift, WatchedDraft
    from htqcli.check.inputs import Unchecked
    from htqcli.formats.lines import Line


HEADINGS: dict[DriftKind, str] = {
    "gone": "Not in the data",
    "withdrawn": "Withdrawn",
    "retired": "Retired",
    "not-approved": "Not approved for delivery",
    "no-new-starts": "No new starts",
    "paused-starts": "With paused starts",
    "level": "At another level",
    "options": "With options",
    "title": "With another title",
    "newer-version": "With a newer version",
    "spelling": "Written in another way",
}
"""The heading for each kind of drift, most serious first."""


_MAX_RECORDS = 50
"""The most standards that are fetched one by one. For more, the data of all is fetched."""


def drift(
    feed: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(
            metavar="DATA",
            help="The published standards data, or records of it; - for standard input. Leave it "
            "out with --fetch.",
            show_default=False,
        ),
    ] = None,
    more: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="PATH", help="More drafts, after --drafts.", show_default=False),
    ] = None,
    drafts: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--drafts",
            metavar="PATH…",
            help="Drafts or folders of drafts: what has moved for the standards and versions that "
            "they map to, and what to do about it.",
        ),
    ] = None,
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help="Fetch the data of the standards that the drafts name."),
    ] = False,
    cycle: CycleNumber = None,
    at: At = None,
    ksbs: KsbFolder = None,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="Exit with 1 if something has changed that matters for a draft."
        ),
    ] = False,
    format: Annotated[str, format_option("text", "markdown", "json")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show which standards on a cycle's list, or of drafts, have changed in the published data.

    A standard can be gone, retired, at another level, or have options, another title or a newer
    version. htq says what that means for a draft. If you give only some records, it compares
    only their standards.
    """
    from htqcli.catalogue.drift import StandardsData, compare
    from htqcli.catalogue.watching import watch

    paths = _paths(feed, more, drafts, fetch=fetch)
    expect_folder(ksbs)
    known = context.the_catalogue(catalogue)
    shown = context.the_cycle(known, cycle)
    now = context.the_time(at)
    if not shown.standards:
        from htqcli.catalogue.model import NotFound

        raise NotFound(f"The list of standards of cycle {shown.cycle} is not in the catalogue.")
    watched, unchecked = _watched(paths, ksbs)
    names = list(dict.fromkeys(name for draft in watched for name in draft.references))
    if fetch or feed is None:
        read = _fetched(known, names, paths)
    else:
        read = _Read(feed, *records_in(feed))
    data = StandardsData(read.entries, now)
    _report_too_many(read.source, data)
    found = compare(data, known, shown, is_part=fetch)
    if not found.seen and not any(name in data for name in names) and (names or not paths):
        if read.is_complete:
            of = "that the drafts name" if paths else f"on the list of cycle {shown.cycle}"
            terminal.print_error(f"{read.source}: it has no record of a standard {of}")
        report_unchecked(unchecked)
        raise typer.Exit(exits.NOT_DONE)
    file = None if fetch or feed == "-" else feed
    is_whole = read.is_whole or found.is_whole
    moved = list(watch(watched, data, known, is_whole=is_whole, file=file))
    if format == "json":
        from htqcli.formats.json import encode

        about = {
            "feed": read.source,
            "sha256": read.sha256,
            "published": known.standards_data,
            "at": now.isoformat(),
            **_as_data(found),
            "drafts": [_draft(one) for one in moved],
            "unchecked": [{"path": item.path, "reason": item.reason} for item in unchecked],
        }
        terminal.write_data(encode(about))
    elif format == "markdown":
        page = _drafts_as_markdown(moved) if paths else _as_markdown(found)
        terminal.write_data("\n".join(page) + "\n")
    else:
        lines = _drafts_as_text(moved) if paths else _as_text(found)
        terminal.print_lines([*lines, [], *_origin(found, known.standards_data, is_fetched=fetch)])
    report_unchecked(unchecked)
    if unchecked or not read.is_complete:
        raise typer.Exit(exits.NOT_DONE)
    matters = [one.has_moved for one in moved] if paths else [one.matters for one in found.drifts]
    if exit_code and any(matters):
        raise typer.Exit(exits.FOUND)


def _paths(
    feed: str | None, more: list[str] | None, drafts: list[str] | None, *, fetch: bool
) -> list[str]:
    """The drafts that were named. With `--fetch`, every word is one. Refuses what contradicts
    itself."""
    if more and not drafts:
        raise typer.BadParameter("Name drafts after ‘--drafts’.", param_hint="PATH")
    if fetch and not drafts:
        raise typer.BadParameter(
            "It fetches the standards that drafts name. Name them with ‘--drafts’.",
            param_hint="--fetch",
        )
    if feed is None and not fetch:
        raise typer.BadParameter(
            "Name a file with the published standards data"
            + (", or fetch what the drafts need with ‘--fetch’." if drafts else "."),
            param_hint="DATA",
        )
    return [*(drafts or ()), *([feed] if fetch and feed is not None else ()), *(more or ())]


def _watched(paths: Sequence[str], ksbs: Path | None) -> tuple[list[WatchedDraft], list[Unchecked]]:
    """The drafts at some paths, and those that cannot be read."""
    from htqcli.catalogue.watching import WatchedDraft
    from htqcli.ksbs.lists import FOLDER, Lists

    if not paths:
        return [], []
    read, unchecked = read_drafts(paths)
    lists: dict[Path, Lists] = {}
    watched = []
    for draft, reading in read:
        folder = ksbs or draft.folder / FOLDER
        own = lists.setdefault(folder, Lists(folder))
        named = folder.as_posix(), ksbs is not None
        watched.append(WatchedDraft(draft.path, reading, own, *named))
    return watched, unchecked


class _Read(NamedTuple):
    """Data that was read or fetched. `is_whole`: it is all that is published of the standards that
    the drafts name. `is_complete`: all that was wanted was read."""

    source: str
    entries: list[Any]
    sha256: str | None
    is_whole: bool = False
    is_complete: bool = True


def _report_too_many(source: str, data: StandardsData) -> None:
    from htqcli.catalogue.drift import MAX_RECORDS
    from htqcli.words import join

    if data.too_many:
        few = join(sorted(data.too_many)[:_MAX_NAMED])
        terminal.print_error(
            f"{source}: it has too many records of {few}. The first {MAX_RECORDS:,} were read."
        )


def _fetched(known: Catalogue, names: Sequence[str], paths: Sequence[str]) -> _Read:
    """The records of some standards. After a failure of the network, nothing more is fetched."""
    from htqcli.words import shell_word

    def by_hand(*_: object) -> str:
        words = " ".join(shell_word(path) for path in paths)
        return (
            f"save {known.standards_data} as standards-data.json and run ‘htq catalogue drift "
            f"standards-data.json --drafts {words}’"
        )

    published = Published(known.standards_data, by_hand)
    if len(names) > _MAX_RECORDS:
        everything = published.all_records(names)
        if everything is None:
            return _Read(known.standards_data, [], None, is_complete=False)
        found = [one for own in everything[0].values() for one in own]
        return _Read(known.standards_data, found, None, is_whole=True)
    entries: list[Any] = []
    is_complete = True
    for name in names:
        fetched = published.record(name) if published.is_reachable else None
        is_complete = is_complete and fetched is not None
        entries += fetched[0] if fetched else ()
    return _Read(known.standards_data, entries, None, is_complete=is_complete)


def _as_data(found: Comparison) -> dict[str, Any]:
    return {
        "cycle": found.cycle.cycle,
        "records": found.records,
        "compared": len(found.compared),
        "not_compared": found.not_compared,
        "drift": [
            {
                "reference": one.reference,
                "title": one.title,
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


def _draft(found: DraftDrift) -> dict[str, Any]:
    approval, review = found.draft.approval, found.draft.first_review
    return {
        "path": found.draft.path,
        "moved": found.has_moved,
        "approval": {
            "code": approval.code,
            "date": approval.date.isoformat() if approval.date else None,
            "first_review": review.isoformat() if review else None,
        }
        if approval
        else None,
        "standards": [_claim(claim) for claim in found.standards],
        "unknown": list(found.unknown),
    }


def _claim(claim: ClaimDrift) -> dict[str, Any]:
    return {
        "reference": claim.reference,
        "version": claim.version,
        "option": claim.option,
        "compared": claim.is_compared,
        "drift": [
            {
                "kind": one.kind,
                "matters": one.matters,
                "message": one.message,
                "meaning": one.meaning,
                "ksbs": one.ksbs,
                "next": list(one.commands),
                "sources": list(one.sources),
                "record": _record(one.record) if one.record else None,
            }
            for one in claim.drifts
        ],
        "unknown": list(claim.unknown),
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
    from htqcli.words import counted

    moved = {one.reference for one in found.drifts if one.matters}
    return (
        f"Cycle {found.cycle.cycle}: {len(moved)} of {counted(len(found.compared), 'standard')} "
        f"{'has' if len(moved) == 1 else 'have'} changed in the published data"
    )


def _missing_facts(found: Comparison) -> Iterator[str]:
    from htqcli.words import counted, join

    if count := found.not_compared:
        others = f"{counted(count, 'other standard')} of the list"
        yield f"Not in the data, so not compared: {others}."
    for name, standards in found.unknown.items():
        if standards:
            names = join([standard.reference for standard in standards])
            yield f"Not in the data, so not compared: the {name} of {names}."


def _origin(found: Comparison, published: str, *, is_fetched: bool) -> Iterator[Line]:
    from htqcli.words import counted

    verb = "fetched" if is_fetched else "read"
    read = f"{counted(found.records, 'record')} {verb}. The data is published at {published}."
    yield from terminal.hanging("", read)


def _as_text(found: Comparison) -> Iterator[Line]:
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


def _drafts_summary(found: Sequence[DraftDrift]) -> str:
    from htqcli.words import counted

    if not found:
        return "No draft was compared"
    moved = sum(one.has_moved for one in found)
    drafts = counted(len(found), "draft")
    if moved:
        return f"Something has moved in the published data for {moved:,} of {drafts}"
    is_whole = not any(_unknown(one) for one in found)
    compared = "" if is_whole else ", as far as could be compared"
    return f"Nothing has moved in the published data for {drafts}{compared}"


def _approved(found: DraftDrift) -> str:
    """`approved on 1 July 2023 (HTQDZ0001), first review expected by 1 July 2028`."""
    from htqcli.moment import say
    from htqcli.words import truncate

    approval, review = found.draft.approval, found.draft.first_review
    if approval is None:
        return ""
    said = "approved"
    if approval.date:
        said += f" on {say(approval.date.first, 'day')}"
    if approval.code:
        said += f" ({truncate(approval.code, 40)})"
    if review:
        said += f", first review expected by {say(review.first, 'day')}"
    return said


def _draft_state(found: DraftDrift) -> str:
    """What has happened to a draft's standards, in a few words."""
    compared = [claim for claim in found.standards if claim.is_compared]
    if found.has_moved:
        return "something has moved"
    if not found.standards:
        return "it names no standard"
    return "nothing has moved" if compared else "not compared"


def _unknown(found: DraftDrift) -> list[str]:
    return [*found.unknown, *(text for claim in found.standards for text in claim.unknown)]


def _not_in_data(found: Sequence[DraftDrift]) -> str | None:
    """How many of the standards that drafts name are not in the data."""
    from htqcli.words import counted, join

    named = {claim.reference for one in found for claim in one.standards if claim.reference}
    missing = sorted(
        {
            claim.reference
            for one in found
            for claim in one.standards
            if claim.reference and not claim.is_compared
        }
    )
    if not missing:
        return None
    shown = missing[:_MAX_NAMED]
    shown += [f"{len(missing) - len(shown):,} more"] if missing[_MAX_NAMED:] else []
    return (
        f"Not in the data, so not compared: {len(missing):,} of the "
        f"{counted(len(named), 'standard')} that the drafts name ({join(shown)})."
    )


_MAX_NAMED = 20
"""The most standards that a sentence names."""


def _drafts_as_text(found: Sequence[DraftDrift]) -> Iterator[Line]:
    from htqcli.words import visible_start

    yield [(_drafts_summary(found), "bold")]
    for one in found:
        yield []
        style = "bold yellow" if one.has_moved else ""
        yield [(f"{visible_start(one.draft.path)}: ", "bold"), (_draft_state(one), style)]
        if approved := _approved(one):
            yield from terminal.hanging("  ", approved[0].upper() + approved[1:])
        for drift in (drift for claim in one.standards for drift in claim.drifts):
            yield from terminal.hanging("  ", drift.message)
            yield from terminal.hanging("      ", f"What it means: {drift.meaning}")
            for number, command in enumerate(drift.commands):
                yield [("      Next: " if number == 0 else "            ", "dim"), (command, "")]
            for source in drift.sources:
                yield [("      Source: ", "dim"), (source, "")]
        for text in _unknown(one):
            yield from terminal.hanging("  ", f"Not compared: {text}.")
    if missing := _not_in_data(found):
        yield []
        yield from terminal.hanging("", missing)


def _drafts_as_markdown(found: Sequence[DraftDrift]) -> Iterator[str]:
    from htqcli.cells import markdown as escape

    yield f"## {escape(_drafts_summary(found))}"
    for one in found:
        yield f"\n### {escape(one.draft.path)}: {_draft_state(one)}\n"
        if approved := _approved(one):
            yield f"{escape(approved[0].upper() + approved[1:])}\n"
        for drift in (drift for claim in one.standards for drift in claim.drifts):
            yield f"- {escape(drift.message)}. {escape(drift.meaning)}"
            for command in drift.commands:
                yield f"  - Next: {escape(command)}"
            for source in drift.sources:
                yield f"  - Source: {source}"
        for text in _unknown(one):
            yield f"- Not compared: {escape(text)}."
    if missing := _not_in_data(found):
        yield f"\n{escape(missing)}"


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
