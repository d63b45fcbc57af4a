"""`htq ksbs diff`: what became of each KSB from one version of a standard to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from htqcli.cli import completion, exits, refusals, terminal, versions
from htqcli.cli.options import Output, format_option, the_reference
from htqcli.words import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from htqcli.formats.lines import Line
    from htqcli.ksbs.lists import KsbList
    from htqcli.ksbs.versions import Comparison


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
    format: Annotated[str, format_option("text", "json", "markdown", "html")] = "text",
    output: Output = None,
) -> None:
    """Show what became of each KSB from one list to another.

    Statements are found again by their text, because a label can mean another statement in
    another version. Blanks, dashes, quotation marks and the final stop make no difference.
    """
    from htqcli.ksbs.versions import compare
    from htqcli.reports import ksb_changes

    old, new = _two_lists(lists, folder)
    versions.expect_statements(old)
    versions.expect_statements(new)
    refusals.refuse_overwriting_lists(output, folder)
    found = compare(old, new)
    with terminal.into(output, "the comparison", format):
        if format == "json":
            from htqcli.formats.json import encode

            terminal.write_data(encode(ksb_changes.as_data(found)))
        elif format == "markdown":
            terminal.write_data(ksb_changes.as_markdown(found))
        elif format == "html":
            from htqcli.reports import ksb_page

            terminal.write_data(ksb_page.page(found))
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
        return versions.from_file(words[0]), versions.from_file(words[1])
    if len(words) != 3:
        raise Refusal(
            "Name two files, such as ‘ksbs/ST0116-1.1.yaml ksbs/ST0116-1.2.yaml’, or a standard "
            "and two versions, such as ‘ST0116 1.1 1.2’."
        )
    reference = the_reference(words[0])
    lists = Lists(folder)
    return versions.of_version(lists, reference, words[1]), versions.of_version(
        lists, reference, words[2]
    )


def _as_text(found: Comparison) -> Iterator[Line]:
    from htqcli.reports import ksb_changes

    yield [(ksb_changes.heading(found), "bold")]
    yield from terminal.hanging("", ksb_changes.summary(found))
    for kind, own in ksb_changes.groups(found):
        yield []
        yield [(ksb_changes.TITLES[kind], "bold")]
        if kind == "moved":
            yield from ([(f"  {line}", "")] for line in ksb_changes.moved(own))
            continue
        for one in own:
            yield from versions.succession(found, one)
    if found.options:
        yield []
        yield [("Options", "bold")]
        for line in ksb_changes.said_options(found):
            yield from terminal.hanging("  ", line)
