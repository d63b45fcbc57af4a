"""`htq compare`: what differs between two drafts, and what that does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from htqcli.cli import context, exits, refusals, terminal
from htqcli.cli.drafts import read_parts, read_whole
from htqcli.cli.options import At, CatalogueFile, KsbFolder, Output, Replacing, format_option
from htqcli.words import visible

if TYPE_CHECKING:
    from htqcli.check.inputs import Draft
    from htqcli.check.report import Diagnostic
    from htqcli.comparing.drafts import CoverageChange, DraftComparison, KsbChange, Told
    from htqcli.draft.coverage import Met
    from htqcli.formats.text import Line


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

    if old == new == "-":
        raise typer.BadParameter("Only one draft can be read from there.", param_hint="-")
    refusals.expect_folder(ksbs)
    for draft in (old, new):
        refusals.refuse_overwriting(output, None if draft == "-" else draft, "draft")
    refusals.refuse_existing(output, force=force)
    known = context.the_catalogue(catalogue, output)
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
            terminal.write_data(encode(data | _as_data(found)))
        else:
            from htqcli.moment import say

            sections = list(_outline(found, is_stored=is_stored))
            checked = f"Both drafts were checked as at {say(now)}, London time."
            sections.append(Section("", [Item(checked)]))
            if format == "markdown":
                terminal.write_data(_as_markdown(sections))
            elif format == "html":
                terminal.write_data(_as_html(sections))
            else:
                terminal.print_lines(_as_text(sections))
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


# JSON


def _as_data(found: DraftComparison) -> dict[str, Any]:
    from htqcli.check.privacy import without_addresses
    from htqcli.comparing.drafts import as_data
    from htqcli.document.places import pointer

    def place(path: Any) -> str:
        return without_addresses(pointer(path))

    shown = {name: as_data(name) for told in found.changes for name in told.answers}

    def change(told: Told) -> dict[str, Any]:
        own = told.change
        values = (
            None if own.kind == "added" else own.old,
            None if own.kind == "removed" else own.new,
        )
        is_contact = own.path[:2] == ("applicant", "contact")
        old, new = (None if is_contact else as_data(value) for value in values)
        return {
            "change": told.kind,
            "about": told.about,
            "old_pointer": place(own.old_path),
            "pointer": place(own.path),
            "into": None if own.into is None else place(own.into),
            "old": old,
            "new": new,
            "hidden": told.is_hidden,
            "message": str(told),
            "answers": [shown[name] for name in told.answers],
        }

    def ksbs(changes: Sequence[KsbChange], *, gained: bool) -> list[dict[str, str]]:
        return [
            {"ksb": one.label, "old": one.old, "new": one.new}
            for one in changes
            if one.is_gain is gained
        ]

    def coverage(one: CoverageChange) -> dict[str, Any]:
        return {
            "standard": one.standard,
            "reason": one.reason,
            "gained": ksbs(one.ksbs, gained=True),
            "lost": ksbs(one.ksbs, gained=False),
            "pathways": [
                {
                    "name": name,
                    "gained": ksbs(changes, gained=True),
                    "lost": ksbs(changes, gained=False),
                }
                for name, changes in one.pathways
            ],
        }

    sides = {"old": found.old, "new": found.new}
    return {
        "in_place": found.is_in_place,
        "changes": [change(told) for told in found.changes],
        "verdict": {name: side.checked.verdict.value for name, side in sides.items()},
        "ready": {name: side.checked.is_ready for name, side in sides.items()},
        "gone": [_finding(finding) for finding in found.gone],
        "come": [_finding(finding) for finding in found.added],
        "coverage": [coverage(one) for one in found.coverage],
        "feedback": [
            {
                "id": as_data(one.item.id),
                "asks": as_data(one.item.asks),
                "about": as_data(one.item.about),
                "done": bool(one.item.done),
                "changes": None if one.changes is None else list(one.changes),
            }
            for one in found.feedback
        ],
        "unread": {name: list(side.unread) for name, side in sides.items()},
    }


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


# The outline for people, which each format shows in its own way


class Item(NamedTuple):
    """A sentence, with a label before it or without one."""

    text: str
    label: str = ""
    style: str = ""


class Section(NamedTuple):
    """A heading with sentences below it. `level` is 1 for the page, 2 and 3 for its parts."""

    heading: str
    items: list[Item]
    level: int = 2


_MET: dict[Met, str] = {
    "never": "met by no unit",
    "sometimes": "met in some combinations",
    "always": "met in every combination",
}

_MARKS = {"added": "+", "removed": "-"}
_SIGNS = ("+", "-", "~")
"""The labels of changes in text; elsewhere the sentence is enough."""


def _outline(found: DraftComparison, *, is_stored: bool) -> Iterator[Section]:
    from htqcli.check.privacy import without_addresses

    old, new = found.old.draft.path, found.new.draft.path
    count = f"{len(found.changes)} change{'' if len(found.changes) == 1 else 's'}"
    between = f"{count} from {old} to {new}" if found.changes else ""
    yield Section(between or f"Nothing differs between {old} and {new}", [], 1)
    headings: dict[str, list[Told]] = {}
    for told in sorted(
        found.changes, key=lambda told: _ORDER.index(told.about.replace("ksb", "standard"))
    ):
        headings.setdefault(told.heading, []).append(told)
    for heading, changes in headings.items():
        yield Section(without_addresses(heading), list(_changes(changes)))
    yield Section("What that does", [Item(_verdict(found), "Verdict:", _style(found))])
    findings = [*_findings("gone", found.gone), *_findings("new", found.added)]
    if findings:
        yield Section("Findings", findings, 3)
    covered = [item for one in found.coverage for item in _covered(one)]
    if covered:
        yield Section("Coverage", covered, 3)
    feedback = [
        Item(
            _answered(one.changes, done=bool(one.item.done)),
            f"{without_addresses(one.item.id or '?')}:",
        )
        for one in found.feedback
    ]
    if feedback:
        yield Section("Which feedback is answered", feedback, 3)
    notes = list(_notes(found, is_stored=is_stored))
    if notes:
        yield Section("Notes", notes, 3)


_ORDER = (
    *("draft", "applicant", "qualification", "unit", "structure", "standard"),
    *("assessment", "employer", "document", "declarations", "acceptance", "feedback", "approval"),
)
"""What changes are about, in the order in which they are shown."""


def _rank(told: Told) -> int:
    return _ORDER.index("standard" if told.about == "ksb" else told.about)


def _changes(changes: Sequence[Told]) -> Iterator[Item]:
    """The changes under one heading. What happens to several KSBs alike is said once."""
    from htqcli.check.privacy import without_addresses
    from htqcli.words import join

    alike: dict[tuple[object, ...], list[Told]] = {}
    for number, told in enumerate(changes):
        key = (told.says, told.answers) if told.about == "ksb" else (number,)
        alike.setdefault(key, []).append(told)
    for group in alike.values():
        first = group[0]
        labels = [one.subject.rpartition(" ")[2] for one in group]
        subject = f"{first.subject.rpartition(' ')[0]} {join(labels)}"
        says = first.says.replace(" is ", " are ", 1) if _is_whole(first) else first.says
        text = f"{subject}{says}" if len(group) > 1 else str(first)
        answers = f" (answers {join(first.answers)})" if first.answers else ""
        yield Item(without_addresses(f"{text}{answers}"), _MARKS.get(first.kind, "~"))


def _is_whole(told: Told) -> bool:
    """Whether a whole line of the mapping is added or removed."""
    return told.says.startswith(" is ")


def _verdict(found: DraftComparison) -> str:
    from htqcli.rules.declare import DRAFT

    was, now = (DRAFT.words[side.checked.verdict] for side in (found.old, found.new))
    return f"{now}, as before" if was == now else f"was: {was}; now: {now}"


def _style(found: DraftComparison) -> str:
    from htqcli.formats.text import STYLES_OF_VERDICTS

    return STYLES_OF_VERDICTS[found.new.checked.verdict]


def _findings(state: str, findings: Iterable[Diagnostic]) -> Iterator[Item]:
    for finding in findings:
        severity = finding.severity.value.replace("info", "note")
        accepted = "accepted " if finding.accepted else ""
        where = finding.pointer or "the whole draft"
        place = f"{finding.place.line}:{finding.place.column}, {where}"
        text = f"{accepted}{severity} {finding.rule.code} at {place}: {finding.message}"
        yield Item(text, f"{state:<4}")


def _covered(one: CoverageChange) -> Iterator[Item]:
    if one.reason:
        yield Item(f"not compared: {one.reason}", f"{one.standard}:" if one.standard else "")
    for where, changes in (("", one.ksbs), *((f", pathway {n}", c) for n, c in one.pathways)):
        for is_gain, word in ((True, "gained"), (False, "lost")):
            kinds: dict[tuple[Met, Met], list[str]] = {}
            for change in changes:
                if change.is_gain is is_gain:
                    kinds.setdefault((change.old, change.new), []).append(change.label)
            for (old, new), labels in kinds.items():
                was = f"{_MET[new]}, before {_MET[old].removeprefix('met ')}"
                yield Item(f"{word} {', '.join(labels)} ({was})", f"{one.standard}{where}:")


def _answered(changes: Sequence[int] | None, *, done: bool) -> str:
    marked = "; marked as done" if done else ""
    if changes is None:
        return f"it does not say what it is about{marked}"
    if len(changes) == 1:
        return f"1 change answers it{marked}"
    return f"{len(changes) or 'no'} change{'s answer' if changes else ' answers'} it{marked}"


def _notes(found: DraftComparison, *, is_stored: bool) -> Iterator[Item]:
    if is_stored:
        yield Item(
            "The old draft is that of the revision. The KSB lists and the named files are those "
            "of the folder of the new draft, as they are now, for both."
        )
    elif found.is_in_place:
        yield Item(
            "The old draft is the one that was submitted. It was checked with the KSB lists and "
            "the files of the new draft."
        )
    for side in (found.old, found.new):
        if side.unread:
            places = ", ".join(side.unread[:5]) + (", …" if side.unread[5:] else "")
            yield Item(f"{side.draft.path}: not compared, because it cannot be read: {places}")


def _as_text(sections: Iterable[Section]) -> Iterator[Line]:
    for section in sections:
        if section.level > 1:
            yield []
        if section.heading:
            yield [(section.heading, "bold")]
        for item in section.items:
            start = f"  {item.label} " if item.label else "  " if section.heading else ""
            yield from terminal.hanging(start, item.text, ("dim", item.style))


def _as_markdown(sections: Iterable[Section]) -> str:
    from htqcli.cells import markdown

    lines = []
    for section in sections:
        if section.heading:
            lines += [f"{'#' * (section.level + 1)} {markdown(section.heading)}", ""]
        for item in section.items:
            label = "" if item.label in _SIGNS else markdown(item.label)
            text = f"**{label}** {markdown(item.text)}" if label else markdown(item.text)
            lines.append(f"- {text}" if section.heading else text)
        lines += [""] if section.items else []
    return "\n".join(lines).rstrip() + "\n"


_STYLE = """
body { font: 16px/1.5 Arial, sans-serif; color: #0b0c0c; margin: 2em auto; max-width: 60em;
  padding: 0 1em; overflow-wrap: anywhere; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin: 1.5em 0 0.3em; } h3 { font-size: 1em; }
ul { margin: 0.3em 0; padding-left: 1.2em; } .label { font-weight: bold; }
@media print { body { margin: 0; font-size: 11px; } li { break-inside: avoid; } }
"""


def _as_html(sections: Sequence[Section]) -> str:
    """One self-contained page, for a browser or a printer."""

    def text(value: str) -> str:
        return escape(visible(value))

    def item(one: Item) -> str:
        label = "" if one.label in _SIGNS else one.label
        shown = f'<span class="label">{text(label)}</span> ' if label else ""
        return f"<li>{shown}{text(one.text)}</li>\n"

    title = text(sections[0].heading)
    body = ""
    for section in sections:
        body += f"<h{section.level}>{text(section.heading)}</h{section.level}>\n" * bool(
            section.heading
        )
        if section.heading:
            body += f"<ul>\n{''.join(map(item, section.items))}</ul>\n" * bool(section.items)
        else:
            body += "".join(f"<p>{text(one.text)}</p>\n" for one in section.items)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}"
        "</main>\n</body>\n</html>\n"
    )
