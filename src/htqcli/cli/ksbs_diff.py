"""`htq ksbs diff`: what became of each KSB from one version of a standard to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from htqcli.cli import completion, exits, refusals, terminal
from htqcli.cli.options import Output, format_option, the_reference
from htqcli.words import Refusal, join, quote, visible, visible_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from htqcli.formats.text import Line
    from htqcli.ksbs.lists import KsbList
    from htqcli.ksbs.versions import Comparison, Succession

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


def ksbs_diff(
    lists: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD NEW | REFERENCE OLD NEW",
            help="Two files with lists, or a standard and two versions of it that are in the "
            "folder, such as ST0116 1.1 1.2.",
            autocompletion=completion.standards_with_lists,
            show_default=False,
        ),
    ],
    folder: Annotated[
        Path, typer.Option("--ksbs", metavar="FOLDER", help="The folder with the lists.")
    ] = Path("ksbs"),
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the lists differ.")
    ] = False,
    format: Annotated[str, format_option("text", "json", "markdown")] = "text",
    output: Output = None,
) -> None:
    """Show what became of each KSB from one list to another.

    Statements are found again by their text, because a label can mean another statement in
    another version. Blanks, dashes, quotation marks and the final stop make no difference.
    """
    from htqcli.ksbs import versions

    old, new = _two_lists(lists, folder)
    for one, name in ((old, lists[-2]), (new, lists[-1])):
        if not one.statements:
            terminal.print_error(
                f"{visible_start(name)}: the list has labels only. KSBs are compared by their "
                f"statements: get them with ‘htq ksbs get {one.reference} --version "
                f"{one.version} --force’"
            )
            raise typer.Exit(exits.NOT_DONE)
    refusals.refuse_overwriting_lists(output, folder)
    found = versions.compare(old, new)
    with terminal.into(output, "the comparison", format):
        if format == "json":
            from htqcli.formats.json import encode

            terminal.write_data(encode(as_data(found)))
        elif format == "markdown":
            terminal.write_data("\n".join(_as_markdown(found)) + "\n")
        else:
            terminal.print_lines(_as_text(found))
    if exit_code and found.is_changed:
        raise typer.Exit(exits.FOUND)


def _two_lists(words: Sequence[str], folder: Path) -> tuple[KsbList, KsbList]:
    from htqcli.ksbs.lists import Lists
    from htqcli.vocabulary import parse_reference

    if len(words) == 2:
        if reference := parse_reference(words[0]):
            raise Refusal(f"Name two versions of {reference}, such as ‘{reference} 1.1 1.2’.")
        return _from_file(words[0]), _from_file(words[1])
    if len(words) != 3:
        raise Refusal(
            "Name two files, such as ‘ksbs/ST0116-1.1.yaml ksbs/ST0116-1.2.yaml’, or a standard "
            "and two versions, such as ‘ST0116 1.1 1.2’."
        )
    reference = the_reference(words[0])
    lists = Lists(folder)
    return _of_version(lists, reference, words[1]), _of_version(lists, reference, words[2])


def _from_file(path: str) -> KsbList:
    from htqcli.files import content_of
    from htqcli.ksbs.lists import read_list

    content = content_of(path)
    found = content if isinstance(content, str) else read_list(content)
    if isinstance(found, str):
        terminal.print_error(f"{visible_start(path)}: not read: {visible(found)}")
        raise typer.Exit(exits.NOT_DONE)
    return found


def _of_version(lists: Any, reference: str, written: str) -> KsbList:
    from htqcli.ksbs.lists import parse_version

    there = lists.versions(reference)
    version = parse_version(written, there)
    if version is None:
        raise Refusal(f"{quote(written)} is not a version, such as 1.1.")
    if version not in there:
        has = f"You have {join(there)}." if there else "You have no list of it."
        raise Refusal(
            f"There is no list of {reference} version {version}. {has} To get it, run ‘htq ksbs "
            f"get {reference} --version {version}’."
        )
    found = lists.get(reference, version)
    if isinstance(found, str):
        terminal.print_error(visible_start(found))
        raise typer.Exit(exits.NOT_DONE)
    return found  # type: ignore[no-any-return]


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
    from htqcli.ksbs.versions import Fate

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
    from htqcli.ksbs.versions import PROPOSED, Fate

    of: dict[str, list[Succession]] = {kind: [] for kind in TITLES}
    for one in found.successions:
        is_likely = one.fate is Fate.REWORDED and (one.similarity or 0) >= PROPOSED
        if one.fate is not Fate.SAME:
            of["likely" if is_likely else one.fate.value].append(one)
    yield from ((kind, own) for kind, own in of.items() if own)


def said_options(found: Comparison) -> Iterator[str]:
    """What became of the options, a sentence each."""
    from htqcli.ksbs.lists import ranges
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
    from htqcli.ksbs.versions import runs

    for old, new, count in runs([(one.old[0], one.new[0]) for one in successions]):
        if count == 1:
            yield f"{old} is now {new}"
        else:
            ends = (f"{label[0]}{int(label[1:]) + count - 1}" for label in (old, new))
            yield f"{old} to {next(ends)} are now {new} to {next(ends)}"


def side_by_side(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two statements as pieces, each with whether the other statement lacks it."""
    from htqcli.ksbs.versions import changed_words

    words = changed_words(old, new)
    one = [(run.old, not run.is_same) for run in words if run.old]
    other = [(run.new, not run.is_same) for run in words if run.new]
    return one, other


def _marked(pieces: Iterable[tuple[str, bool]]) -> str:
    return " ".join(f"[{text}]" if differs else text for text, differs in pieces)


def _as_text(found: Comparison) -> Iterator[Line]:
    yield [(heading(found), "bold")]
    yield from terminal.hanging("", summary(found))
    for kind, own in groups(found):
        yield []
        yield [(TITLES[kind], "bold")]
        if kind == "moved":
            yield from ([(f"  {line}", "")] for line in moved(own))
            continue
        for one in own:
            yield from _succession(found, one)
    if found.options:
        yield []
        yield [("Options", "bold")]
        for line in said_options(found):
            yield from terminal.hanging("  ", line)


def _succession(found: Comparison, one: Succession) -> Iterator[Line]:
    """The statements of one succession; words that differ are in square brackets."""
    old, new = found.old.statements, found.new.statements
    if len(one.old) == len(one.new) == 1:
        before, after = side_by_side(old[one.old[0]], new[one.new[0]])
        label = one.old[0] if one.old == one.new else f"{one.old[0]} is now {one.new[0]}"
        yield [(f"  {label}", "bold"), (f" ({alike(one)})", "dim")]
        yield from terminal.hanging("    old: ", _marked(before))
        yield from terminal.hanging("    new: ", _marked(after))
        return
    for side, labels, statements in (("old", one.old, old), ("new", one.new, new)):
        for label in labels:
            start = f"  {side} {label}: " if one.old and one.new else f"  {label}: "
            yield from terminal.hanging(start, statements[label])
    if one.nearest:
        other, which = (new, "new") if one.old else (old, "old")
        start = f"    nearest {which} statement, {alike(one)}: {one.nearest}: "
        yield from terminal.hanging(start, other[one.nearest], ("dim", "dim"))


def _as_markdown(found: Comparison) -> Iterator[str]:
    from htqcli.cells import markdown, markdown_table

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
                _remark(one),
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


def _remark(one: Succession) -> str:
    return f"nearest: {one.nearest}, {alike(one)}" if one.nearest else alike(one)


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
        "counts": {fate.value: found.count(fate) for fate in _fates()},
        "changes": [
            {
                "fate": one.fate.value,
                "old": [_ksb(label, old) for label in one.old],
                "new": [_ksb(label, new) for label in one.new],
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


def _fates() -> Any:
    from htqcli.ksbs.versions import Fate

    return Fate


def _ksb(label: str, own: KsbList) -> dict[str, str]:
    return {"label": label, "statement": own.statements[label]}
