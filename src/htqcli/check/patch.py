"""Corrections as a unified diff that shows no personal data."""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

from htqcli.check.edits import MadeEdit
from htqcli.check.inputs import Draft
from htqcli.check.privacy import personal_spans
from htqcli.document.nodes import Document
from htqcli.files import with_slashes
from htqcli.words import is_command, visible

CONTEXT = 3
"""How many unchanged lines a diff shows before and after each change."""


@dataclass(slots=True)
class _Block:
    """Lines that change, from `first` up to but not including `last`, and the `new` text."""

    first: int
    last: int
    made: list[MadeEdit]
    new: str = ""


def unified_diff(document: Document, draft: Draft, made: Sequence[MadeEdit]) -> tuple[str, int]:
    """The changes as a unified diff, and how many of them it does not show.

    No line in it is personal, or a command to a pipeline. A hunk stops before such a line. It then
    has no more lines before its changes than after them, because `patch` takes fewer lines after
    them to mean the end of the file.
    """
    lines = _Lines(draft.content.decode())
    shift = len(lines.text) - len(document.lines.text)
    hidden = {
        number
        for span in personal_spans(document)
        for number in lines.numbers(span.start + shift, span.end + shift)
    }
    hidden.update(number for number, line in enumerate(lines.lines) if is_command(line))
    hunks: list[list[_Block]] = []
    shown = 0
    for block in _blocks(lines, shift, made):
        if any(number in hidden for number in range(block.first, block.last)):
            continue
        between = range(hunks[-1][-1].last, block.first) if hunks else range(0)
        if hunks and len(between) <= 2 * CONTEXT and not hidden.intersection(between):
            hunks[-1].append(block)
        else:
            hunks.append([block])
    pieces: list[str] = []
    added = 0
    for hunk in hunks:
        first, last = hunk[0].first, hunk[-1].last
        before = lines.count_shown(range(first - 1, first - 1 - CONTEXT, -1), hidden)
        behind = lines.count_shown(range(last, last + CONTEXT), hidden)
        if last + behind < len(lines.lines) and behind < CONTEXT:
            before = min(before, behind)
            if not behind:
                continue
        body: list[str] = []
        at = first - before
        for block in hunk:
            body += [_line(" ", line) for line in lines.lines[at : block.first]]
            body += [_line("-", line) for line in lines.lines[block.first : block.last]]
            body += [_line("+", line) for line in _Lines(block.new).lines]
            at = block.last
            shown += len(block.made)
        body += [_line(" ", line) for line in lines.lines[at : last + behind]]
        start, length = first - before + 1, last - first + before + behind
        more = sum(len(_Lines(b.new).lines) - (b.last - b.first) for b in hunk)
        pieces.append(f"@@ -{start},{length} +{start + added},{length + more} @@\n")
        pieces += body
        added += more
    if pieces:
        name = _name(with_slashes(os.path.normpath(draft.path)))
        pieces.insert(0, f"--- {name}\n+++ {name}\n")
    return "".join(pieces), len(made) - shown


def _blocks(lines: _Lines, shift: int, made: Sequence[MadeEdit]) -> list[_Block]:
    blocks: list[_Block] = []
    for change in made:
        touched = lines.numbers(change.start + shift, change.end + shift)
        if blocks and touched.start <= blocks[-1].last:
            blocks[-1].last = max(blocks[-1].last, touched.stop)
            blocks[-1].made.append(change)
        else:
            blocks.append(_Block(touched.start, touched.stop, [change]))
    for block in blocks:
        pieces: list[str] = []
        done = lines.starts[block.first]
        for change in block.made:
            pieces += [lines.text[done : change.start + shift], change.text]
            done = change.end + shift
        pieces.append(lines.text[done : lines.starts[block.last]])
        block.new = "".join(pieces)
    return blocks


class _Lines:
    """The lines of a text as `diff` and `patch` count them: only LF ends a line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = re.findall(r"[^\n]*\n|[^\n]+\Z", text)
        self.starts = [0, *accumulate(len(line) for line in self.lines)]

    def numbers(self, start: int, end: int) -> range:
        """The numbers, counted from 0, of the lines with these characters."""
        first = bisect_right(self.starts, start) - 1
        return range(first, max(first + 1, bisect_left(self.starts, end)))

    def count_shown(self, numbers: Iterable[int], hidden: set[int]) -> int:
        """How many of these lines come before the first that is missing or hidden."""
        return sum(
            1
            for _ in takewhile(
                lambda number: 0 <= number < len(self.lines) and number not in hidden, numbers
            )
        )


def _line(sign: str, line: str) -> str:
    return (
        f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
    )


def _name(path: str) -> str:
    """A path as the header of a diff names it, quoted as in C if necessary."""
    if visible(path) == path and not {'"', "\\"}.intersection(path):
        return f"{path}\t" if " " in path else path
    written = (
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\#' else f"\\{byte:03o}"
        for byte in os.fsencode(path)
    )
    return '"' + "".join(written) + '"'
