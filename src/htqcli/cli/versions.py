"""Two versions of a KSB list: finding them, showing what became of a KSB, and a draft between
them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from htqcli.cli import exits, terminal
from htqcli.words import Refusal, join, quote, visible, visible_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from htqcli.draft.application import Application
    from htqcli.formats.lines import Line
    from htqcli.ksbs.lists import KsbList, Lists
    from htqcli.ksbs.versions import Comparison, Succession
    from htqcli.mapping.carrying import Carried


def from_file(path: str) -> KsbList:
    """The list in a file. One that cannot be used ends the command."""
    from htqcli.files import content_of
    from htqcli.ksbs.lists import read_list

    content = content_of(path)
    found = content if isinstance(content, str) else read_list(content)
    if isinstance(found, str):
        terminal.print_error(f"{visible_start(path)}: not read: {visible(found)}")
        raise typer.Exit(exits.NOT_DONE)
    return found


def of_version(lists: Lists, reference: str, written: str) -> KsbList:
    """The list of a version that is in a folder. Raises Refusal if it is not there."""
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
    return found


def expect_statements(one: KsbList) -> None:
    """End the command if a list has labels only, and say how to get its statements."""
    if not one.statements:
        terminal.print_error(
            f"The list of {one.reference} version {one.version} has labels only. KSBs are compared "
            f"by their statements: get them with ‘htq ksbs get {one.reference} --version "
            f"{one.version} --force’."
        )
        raise typer.Exit(exits.NOT_DONE)


def succession(found: Comparison, one: Succession, heading: str | None = None) -> Iterator[Line]:
    """What became of KSBs, under a heading or their labels, with the statements. Words that differ
    are in square brackets."""
    from htqcli.reports import ksb_changes

    old, new = found.old.statements, found.new.statements
    is_pair = len(one.old) == len(one.new) == 1
    if heading is None and is_pair:
        label = one.old[0] if one.old == one.new else f"{one.old[0]} is now {one.new[0]}"
        heading = f"{label} ({ksb_changes.alike(one)})"
    if heading is not None:
        yield from terminal.hanging("  ", heading, ("", "bold"))
    if is_pair:
        before, after = ksb_changes.side_by_side(old[one.old[0]], new[one.new[0]])
        yield from terminal.hanging("    old: ", ksb_changes.marked(before))
        yield from terminal.hanging("    new: ", ksb_changes.marked(after))
        return
    for side, labels, statements in (("old", one.old, old), ("new", one.new, new)):
        for label in labels:
            start = f"    {side} {label}: " if one.old and one.new else f"  {label}: "
            yield from terminal.hanging(start, statements[label])
    if one.nearest:
        other, which = (new, "new") if one.old else (old, "old")
        start = f"    nearest {which} statement, {ksb_changes.alike(one)}: {one.nearest}: "
        yield from terminal.hanging(start, other[one.nearest], ("dim", "dim"))


def position(application: Application, standard: str | None, option: str | None) -> int:
    """The position of a standard, or of one option of it, in a draft; without a name that of its
    only one. Raises Refusal."""
    from htqcli.vocabulary import parse_reference

    named = [
        (index, claim.resolved_reference, claim.option or "")
        for index, claim in enumerate(application.standards)
        if claim and claim.resolved_reference
    ]
    names = join(list(dict.fromkeys(own for _, own, _ in named if own))) or "no standard"
    if standard is None and option is None and len(named) == 1:
        return named[0][0]
    if standard is None:
        raise Refusal(f"Say which standard moves, with ‘--standard’. The draft names {names}.")
    reference = parse_reference(standard)
    of_it = [(index, title) for index, own, title in named if own == reference]
    if not of_it:
        raise Refusal(f"The draft does not name {quote(standard)}. It names {names}.")
    fits = [one for one in of_it if option is None or one[1].casefold() == option.casefold()]
    if len(fits) == 1:
        return fits[0][0]
    options = join([quote(name) for _, name in of_it if name]) or "no option of it"
    asked = f"has no option {quote(option)} of {reference}" if option else f"has {reference} twice"
    raise Refusal(f"The draft {asked}. Choose one with ‘--option’: it names {options}.")


def carried(
    path: str, content: bytes, application: Application, lists: Lists, index: int, to: str
) -> tuple[Comparison, Carried]:
    """A draft with one mapping moved to another version. Raises Refusal if a version is not known;
    a draft that cannot be edited ends the command."""
    from htqcli.ksbs.versions import compare
    from htqcli.mapping import carrying
    from htqcli.mapping.yaml_edits import CannotEdit

    claim = application.standards[index]
    assert claim is not None
    assert claim.resolved_reference is not None
    if claim.version is None:
        raise Refusal(
            f"The draft does not say which version of {claim.resolved_reference} it maps to. Add "
            "‘version’ to the standard first."
        )
    new = of_version(lists, claim.resolved_reference, to)
    old = of_version(lists, claim.resolved_reference, claim.version)
    for one in (old, new):
        expect_statements(one)
    found = compare(old, new)
    try:
        return found, carrying.carry(content, index, found, claim.option)
    except CannotEdit as error:
        terminal.print_error(f"{visible_start(path)}: nothing was written: {error}")
        raise typer.Exit(exits.NOT_DONE) from None
