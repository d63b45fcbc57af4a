"""Styled lines that fit a terminal and break only between words."""

from __future__ import annotations

from htqcli.words import breaks, display_width

Line = list[tuple[str, str]]
"""A line as pieces of text, each with its style."""


def flow(line: Line, width: int | None, indent: str = "", style: str = "dim") -> list[Line]:
    """A line broken to fit a terminal of this width, if one is given. The other lines begin with
    `indent` in a style. Where a word would not fit behind spaces, there are fewer of them."""
    if not width:
        return [line]
    text = "".join(piece for piece, _ in line)
    before = len(text) - len(text.lstrip(" "))
    flowed = []
    for at, (start, end) in enumerate(breaks(text, width, display_width(indent))):
        free = width - display_width(text[start:end].lstrip(" "))
        spaces = display_width(indent) if at else min(before, end)
        less = max(0, spaces - free) if free >= 0 else 0
        hanging = [(indent[less:], style)] if at else []
        flowed.append([*hanging, *_cut(line, start if at else less, end)])
    return flowed


def _cut(line: Line, start: int, end: int) -> Line:
    """The pieces of a line between two characters."""
    found, at = [], 0
    for piece, style in line:
        own = piece[max(0, start - at) : max(0, end - at)]
        at += len(piece)
        if own:
            found.append((own, style))
    return found
