"""The comparison of two drafts as a page to print or to send."""

from __future__ import annotations

from collections.abc import Sequence

from htqcli import __version__
from htqcli.reports.draft_changes import Part
from htqcli.reports.markup import Section, render
from htqcli.verdict import Verdict


def page(parts: Sequence[Part], verdict: Verdict) -> str:
    """The parts of a comparison as a page. `verdict` is that on the new draft."""
    first, *others = parts
    sections: list[Section] = []
    footer = [f"Made by htq {__version__}."]
    for number, part in enumerate(others):
        if not part.heading:
            footer[:0] = [item.text for item in part.items]
            continue
        own = _section(f"part-{number}", part, verdict)
        if part.level > 2 and sections:
            sections[-1] = sections[-1]._replace(sections=(*sections[-1].sections, own))
        else:
            sections.append(own)
    top = Section("changes", first.heading, sections=tuple(sections))
    return render(first.heading, top, footer=tuple(footer))


def _section(anchor: str, part: Part, verdict: Verdict) -> Section:
    if part.is_verdict:
        return Section(anchor, part.heading, verdict=(verdict.value, part.items[0].text))
    plain = tuple(item.text for item in part.items if item.is_change or not item.label)
    labelled = tuple(
        (item.label.rstrip(": "), item.text)
        for item in part.items
        if item.label and not item.is_change
    )
    return Section(anchor, part.heading, paragraphs=plain, facts=labelled)
