"""How the comparison of two KSB lists is said: its words, and its shape for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from htqcli.cells import markdown, markdown_table
from htqcli.ksbs.lists import KsbList, ranges
from htqcli.ksbs.versions import PROPOSED, Comparison, Fate, Succession, changed_words, runs
from htqcli.words import join

TITLES = {
    "moved": "Same statement, another label",
    "likely": "Reworded: most likely the same statement",
    "reworded": "Reworded: perhaps the same statement",
    "split": "Split into several",
    "merged": "Several merged into one",
    "gone": "Gone",
    "new": "New",
}
"""What can become of a statement, in the order in which it matters to who maps to it."""


def heading(found: Comparison) -> str:
    """The lists that are compared, in a line."""
    old, new = found.old, found.new
    other = "" if old.reference == new.reference else f"{new.reference} "
    return (
        f"{old.reference} {old.title}: version {old.version} ({len(old.ksbs)} KSBs) to {other}"
        f"version {new.version} ({len(new.ksbs)} KSBs)"
    )


def summary(found: Comparison) -> str:
    """What matters first: whether any KSB changed, and how many."""
    if not found.is_changed:
        return "No KSB changed."
    same = found.count(Fate.SAME, Fate.MOVED)
    moved = found.count(Fate.MOVED)
    counts = [
        (found.count(fate), fate.value)
        for fate in (Fate.REWORDED, Fate.SPLIT, Fate.MERGED, Fate.GONE, Fate.NEW)
    ]
    said = f"{same} of {len(found.old.ksbs)} KSBs have the same statement"
    if moved:
        said += (
            f", {moved} of them under another label" if moved < same else ", under another label"
        )
    rest = [f"{count} {'is' if count == 1 else 'are'} {what}" for count, what in counts if count]
    return f"{said}. {join(rest)}." if rest else f"{said}."


def groups(found: Comparison) -> Iterator[tuple[str, list[Succession]]]:
    """The statements that changed, by what became of them."""
    of: dict[str, list[Succession]] = {kind: [] for kind in TITLES}
    for one in found.successions:
        is_likely = one.fate is Fate.REWORDED and (one.similarity or 0) >= PROPOSED
        if one.fate is not Fate.SAME:
            of["likely" if is_likely else one.fate.value].append(one)
    yield from ((kind, own) for kind, own in of.items() if own)


def said_options(found: Comparison) -> Iterator[str]:
    """What became of the options, a sentence each."""
    from htqcli.ksbs.versions import Fate

    for option in found.options:
        if option.fate is Fate.GONE:
            yield f"{option.name} is gone"
        elif option.fate is Fate.NEW:
            yield f"{option.name} is new"
        else:
            parts = []
            if option.more:
                parts.append(f"now needs {ranges(option.more)}")
            if option.no_longer:
                parts.append(f"no longer needs {ranges(option.no_longer)}, by the old labels")
            yield f"{option.name} {' and '.join(parts)}"


def alike(one: Succession) -> str:
    """How alike two statements are, in words: never 100% for texts that differ."""
    return f"{min(99, int(100 * (one.similarity or 0)))}% alike"


def moved(successions: Sequence[Succession]) -> Iterator[str]:
    """Statements under other labels, a line for each run that moved together."""
    for old, new, count in runs([(one.old[0], one.new[0]) for one in successions]):
        if count == 1:
            yield f"{old} is now {new}"
        else:
            ends = (f"{label[0]}{int(label[1:]) + count - 1}" for label in (old, new))
            yield f"{old} to {next(ends)} are now {new} to {next(ends)}"


def side_by_side(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two statements as pieces, each with whether the other statement lacks it."""
    words = changed_words(old, new)
    one = [(run.old, not run.is_same) for run in words if run.old]
    other = [(run.new, not run.is_same) for run in words if run.new]
    return one, other


def as_data(found: Comparison) -> dict[str, Any]:
    """A comparison for a program."""
    old, new = found.old, found.new
    sides = (("old", old), ("new", new))
    return {
        **{
            side: {
                "reference": own.reference,
                "version": own.version,
                "title": own.title,
                "ksbs": len(own.ksbs),
            }
            for side, own in sides
        },
        "changed": found.is_changed,
        "counts": {fate.value: found.count(fate) for fate in Fate},
        "changes": [
            {
                "fate": one.fate.value,
                "old": [ksb(label, old) for label in one.old],
                "new": [ksb(label, new) for label in one.new],
                "similarity": None if one.similarity is None else round(one.similarity, 3),
                "nearest": one.nearest,
            }
            for one in found.successions
        ],
        "options": [
            {
                "name": option.name,
                "fate": "changed" if option.more or option.no_longer else option.fate.value,
                "more": list(option.more),
                "no_longer": list(option.no_longer),
            }
            for option in found.options
        ],
    }


def ksb(label: str, own: KsbList) -> dict[str, str | None]:
    """A KSB for a program; its statement is None where the list does not have the label."""
    return {"label": label, "statement": own.ksbs.get(label)}


def as_markdown(found: Comparison) -> str:
    """A comparison for a pull request, with both wordings side by side."""
    return "\n".join(_markdown_lines(found)) + "\n"


def _markdown_lines(found: Comparison) -> Iterator[str]:
    old, new = found.old.statements, found.new.statements
    yield f"## {markdown(heading(found))}"
    yield ""
    yield markdown(summary(found))
    for kind, own in groups(found):
        yield ""
        yield f"### {TITLES[kind]}"
        yield ""
        if kind == "moved":
            yield from (f"- {markdown(line)}" for line in moved(own))
            continue
        rows = [
            (
                "; ".join(f"{label}: {old[label]}" for label in one.old),
                "; ".join(f"{label}: {new[label]}" for label in one.new),
                remark(one),
            )
            for one in own
        ]
        columns = (f"Version {found.old.version}", f"Version {found.new.version}", "")
        yield markdown_table(columns, rows).removesuffix("\n")
    if found.options:
        yield ""
        yield "### Options"
        yield ""
        yield from (f"- {markdown(line)}" for line in said_options(found))


def remark(one: Succession) -> str:
    """How sure a succession is."""
    return f"nearest: {one.nearest}, {alike(one)}" if one.nearest else alike(one)


def marked(pieces: Iterable[tuple[str, bool]]) -> str:
    """A statement with the pieces that the other one lacks in square brackets."""
    return " ".join(f"[{text}]" if differs else text for text, differs in pieces)
