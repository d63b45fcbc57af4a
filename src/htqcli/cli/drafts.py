"""Drafts that a command reads for what they say, not for what is wrong with them, or changes."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from htqcli import files
from htqcli.cli import exits, refusals, terminal
from htqcli.words import counted, visible_start

if TYPE_CHECKING:
    from htqcli.check.foreign import Foreign
    from htqcli.check.inputs import Draft, LeftOut, Unchecked
    from htqcli.check.report import Diagnostic
    from htqcli.document.nodes import Document
    from htqcli.draft.application import Application
    from htqcli.ksbs.lists import Lists
    from htqcli.model.reading import Reading


def read_draft(path: str) -> tuple[Draft, Application]:
    """A draft, and what is sound of it. One that cannot be read whole ends the command."""
    draft = read_whole(path)
    return draft, read_parts(draft).part


def read_whole(path: str) -> Draft:
    """The file of a draft. One that cannot be read ends the command."""
    from htqcli.check import inputs

    draft = inputs.read(inputs.Candidate(files.with_slashes(path)), sys.stdin)
    if not isinstance(draft, inputs.Draft):
        terminal.print_error(f"{draft.path}: not read: {draft.reason}")
        raise typer.Exit(exits.NOT_DONE)
    return draft


def read_parts(draft: Draft) -> Reading[Application]:
    """What is sound of a draft, and its faults. One that cannot be read whole ends the command."""
    from htqcli.draft.application import read_application

    path = draft.path
    document, other = _document(draft)
    if other:
        terminal.print_error(f"{path}: not read: it is {other.what}, not a draft. {other.advice}")
        raise typer.Exit(exits.NOT_DONE)
    if line := _unread_line(document):
        terminal.print_error(f"{path}:{line}: not read. {_FIRST}")
        raise typer.Exit(exits.NOT_DONE)
    return read_application(document)


def read_drafts(
    paths: Sequence[str],
) -> tuple[list[tuple[Draft, Reading[Application]]], list[Unchecked]]:
    """The drafts at some paths, as ‘htq check’ finds them, with what is sound of each; and those
    that cannot be read whole."""
    from htqcli.check import inputs
    from htqcli.check.drafts import why_left_out
    from htqcli.draft.application import read_application

    found: list[tuple[Draft, Reading[Application]]] = []
    unchecked: list[Unchecked] = []
    left_out: list[LeftOut] = []
    named = inputs.find(paths)
    for item in named.candidates:
        draft = inputs.read(item, sys.stdin)
        if isinstance(draft, inputs.Unchecked):
            unchecked.append(draft)
            continue
        if isinstance(draft, inputs.LeftOut):
            left_out.append(draft)
            continue
        document, other = _document(draft)
        if left := why_left_out(draft, document, other):
            left_out.append(left)
        elif other:
            why = f"it is {other.what}, not a draft. {other.advice}"
            unchecked.append(inputs.Unchecked(draft.path, why))
        elif line := _unread_line(document):
            why = f"line {line} cannot be read. {_FIRST}"
            unchecked.append(inputs.Unchecked(draft.path, why))
        else:
            found.append((draft, read_application(document)))
    return found, [*unchecked, *named.without_drafts(left_out)]


_FIRST = "First correct what ‘htq check’ finds in it"


def _document(draft: Draft) -> tuple[Document, Foreign | None]:
    """The document of a draft, and what it is if it is something else."""
    from htqcli.check.drafts import own_fields
    from htqcli.check.foreign import recognise
    from htqcli.document import reader

    document = reader.read(draft.content)
    other = None if own_fields(document) else recognise(draft.path, draft.content, document)
    return document, other


def _unread_line(document: Document) -> int | None:
    """The line of the first fault in a document that cannot be read whole; None in another."""
    from htqcli.document.faults import FaultKind

    if document.root is not None and document.as_written:
        return None
    syntax = (one for one in document.faults if one.kind is FaultKind.SYNTAX)
    fault = next(syntax, document.faults[0])
    return document.lines.place(document.span(fault)).line


def read_with_lists(path: str, ksbs: Path | None) -> tuple[Draft, Application, Lists]:
    """A draft, what is sound of it, and the KSB lists of a folder, or of the one beside it."""
    from htqcli.ksbs.lists import FOLDER, Lists

    refusals.expect_folder(ksbs)
    draft, application = read_draft(path)
    return draft, application, Lists(ksbs or draft.folder / FOLDER)


def write(path: str, read: Draft, new: bytes) -> None:
    """Write a draft over the one that was read. If that is not possible, end the command."""
    try:
        if files.content_of(path) != read.content:
            why = "it has changed since it was read. Run the command again"
        elif files.is_read_only(path):
            why = "it is read-only"
        else:
            files.replace_file(path, new)
            return
    except OSError as error:
        why = files.reason(error)
    terminal.print_error(f"{visible_start(path)}: nothing was written: {why}")
    raise typer.Exit(exits.NOT_DONE)


def difference(path: str, old: bytes, new: bytes) -> str:
    """What changes in a draft, without the lines around it, of which one could be personal."""
    before, after = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (old, new))
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for line in difflib.unified_diff(before, after, path, path, n=0)
    )


_MAX_ERRORS = 5
"""How many errors of a draft are shown at most."""


def mapping_errors(draft: Draft, lists: Path, *, to_fill_in: bool = False) -> list[str]:
    """The errors in the units, the structure and the mapping of a draft, a line for each. If the
    mapping is `to_fill_in`, what is not mapped yet is no error."""
    from htqcli.catalogue import bundled
    from htqcli.check.engine import Checker
    from htqcli.check.report import Checked
    from htqcli.draft.application import Application
    from htqcli.formats.text import message
    from htqcli.model.part import names
    from htqcli.moment import now
    from htqcli.rules import file, mapping, shape
    from htqcli.rules.declare import Severity

    families = (*file.RULES, *shape.RULES, *mapping.RULES)
    rules = [rule for rule in families if rule.fixed_severity is Severity.ERROR]
    checked = Checker(bundled.load(), now(), rules, lists).check(draft)
    elsewhere = set(names(Application)) - {"units", "structure", "standards"}
    return [
        f"{draft.path}:{finding.place.line}:{finding.place.column}: error {finding.rule.code} "
        f"{message(finding)}"
        for finding in (checked.findings if isinstance(checked, Checked) else ())
        if finding.pointer.partition("/")[2].partition("/")[0] not in elsewhere
        and not (to_fill_in and _is_open(finding))
    ]


def _is_open(finding: Diagnostic) -> bool:
    """Whether a finding says that a KSB, or a whole standard, is not mapped yet."""
    return finding.rule.code == "HTQ501" or (
        finding.rule.code == "HTQ104"
        and re.fullmatch(r"/standards/[0-9]+/ksbs(/[^/]*)?", finding.pointer) is not None
    )


def report_errors(errors: Sequence[str], consequence: str) -> None:
    """Report errors on standard error, because what is made from a draft with them may be wrong:
    the consequence says how."""
    for line in errors[:_MAX_ERRORS]:
        terminal.print_error(line)
    if errors:
        more = len(errors) - _MAX_ERRORS
        count = f"{counted(more, 'more error')}. " if more > 0 else ""
        terminal.print_error(f"{count}{consequence}: correct what ‘htq check’ finds first.")
