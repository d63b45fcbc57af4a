"""`htq compare`: what differs between two drafts, and what that does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from htqcli.cli import context, exits, refusals, terminal
from htqcli.cli.drafts import read_parts, read_whole
from htqcli.cli.options import At, CatalogueFile, KsbFolder, Output, Replacing, format_option

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.formats.lines import Line
    from htqcli.reports.draft_changes import Part
    from htqcli.verdict import Verdict


def compare(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A draft, or REVISION:PATH for one of Git, such as HEAD~3:application.yaml.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The draft to compare it with.")],
    at: At = None,
    ksbs: KsbFolder = None,
    catalogue: CatalogueFile = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the drafts differ.")
    ] = False,
    format: Annotated[str, format_option("text", "json", "markdown", "html")] = "text",
    output: Output = None,
    force: Replacing = False,
) -> None:
    """Show what differs between two drafts in their meaning, and what that does.

    It shows changes of fields, units, mapping, assessments, documents and acceptances; findings
    that come and go; coverage that is gained and lost; and the feedback that each change answers.
    Order and notation make no difference, and a unit with a new id is the same unit.

    A draft of Git, and one that the new draft names as ‘submitted’, is checked with the KSB lists
    and files of the new draft.
    """
    from htqcli.check.inputs import Unchecked
    from htqcli.comparing.drafts import compare_drafts
    from htqcli.comparing.revisions import is_revision
    from htqcli.files import with_slashes
    from htqcli.reports import draft_changes

    if old == new == "-":
        raise typer.BadParameter("Only one draft can be read from there.", param_hint="-")
    refusals.expect_folder(ksbs)
    for draft in (old, new):
        refusals.refuse_overwriting(output, None if draft == "-" else draft, "draft")
    refusals.refuse_existing(output, force=force)
    known = context.the_catalogue(catalogue, output)
    old, new = with_slashes(old), with_slashes(new)
    is_stored = is_revision(old)
    drafts = (_stored(old) if is_stored else read_whole(old), read_whole(new))
    readings = (read_parts(drafts[0]), read_parts(drafts[1]))
    now = context.the_time(at)
    found = compare_drafts(drafts, readings, known, now, ksbs, is_revision=is_stored)
    if isinstance(found, Unchecked):
        refusals.report_unchecked([found])
        raise typer.Exit(exits.NOT_DONE)
    with terminal.into(output, "the comparison"):
        if format == "json":
            from htqcli.formats.json import about, encode

            data = {"old": old, "new": new, "at": now.isoformat(), "catalogue": about(known, now)}
            terminal.write_data(encode(data | draft_changes.as_data(found)))
        else:
            from htqcli.moment import say

            parts = list(draft_changes.outline(found, is_stored=is_stored))
            checked = f"Both drafts were checked as at {say(now)}, London time."
            parts.append(draft_changes.Part("", [draft_changes.Item(checked)]))
            verdict = found.new.checked.verdict
            if format == "markdown":
                terminal.write_data(draft_changes.as_markdown(parts))
            elif format == "html":
                from htqcli.reports.draft_page import page

                terminal.write_data(page(parts, verdict))
            else:
                terminal.print_lines(_as_text(parts, verdict))
    if found.changes and exit_code:
        raise typer.Exit(exits.FOUND)


def _stored(name: str) -> Draft:
    """A draft of a revision, in the folder of its path in the working tree."""
    from htqcli.check.inputs import Draft
    from htqcli.comparing import revisions

    try:
        content = revisions.read(name)
    except revisions.NotRead as error:
        terminal.print_error(f"{name}: not read: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
    return Draft(name, Path(os.curdir), content)


def _as_text(parts: Iterable[Part], verdict: Verdict) -> Iterator[Line]:
    from htqcli.formats.text import STYLES_OF_VERDICTS

    for part in parts:
        if part.level > 1:
            yield []
        if part.heading:
            yield [(part.heading, "bold")]
        style = STYLES_OF_VERDICTS[verdict] if part.is_verdict else ""
        for item in part.items:
            start = f"  {item.label} " if item.label else "  " if part.heading else ""
            yield from terminal.hanging(start, item.text, ("dim", style))
