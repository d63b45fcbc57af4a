"""Texts without quotation marks in which YAML reads something else than the author meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from htqcli.document.nodes import Document, Mapping, Node, Scalar
from htqcli.document.places import FieldPath, Span

_WRAPPED = r"[“”„«»][^“”„«»]*[“”«»]|‘[^‘]*’|‚[^‚]*[‘’]"
"""A text in the quotation marks of a word processor, which mean nothing to YAML."""

_ANCHOR = re.compile(r"(?:^|(?<=[\s\[{,]))&[^\s,\[\]{}]+(?=\s*\Z)")

_COMMENT = re.compile(r"(?<![ \t])[ \t]+(#[ \t]*[0-9][^\r\n]*)")

_MAX_BEFORE = 500
"""How many characters before a text are searched for its anchor."""


def wrapped(document: Document) -> Iterator[tuple[FieldPath, Span]]:
    """The texts wholly in quotation marks that YAML reads as part of the text."""
    if re.search("[“”„«»‘‚]", document.lines.text):
        for path, scalar, _ in _plain_texts(document):
            if re.fullmatch(_WRAPPED, scalar.text):
                yield path, Span(scalar.start, scalar.end)


def lost_anchors(document: Document) -> Iterator[tuple[FieldPath, Span]]:
    """The anchors that no alias uses: each was probably meant as the first word of its text."""
    text = document.lines.text
    if "&" not in text:
        return
    for path, scalar, times in _plain_texts(document):
        first = max(0, scalar.start - _MAX_BEFORE)
        found = _ANCHOR.search(text, first, scalar.start) if times == 1 else None
        if found and (scalar.is_null or not re.search(r"[\r\n]", text[found.end() : scalar.start])):
            yield path, Span(*found.span())


def numbered_comments(document: Document) -> Iterator[tuple[FieldPath, Span]]:
    """The comments that begin with a number, after a text with letters on the same line."""
    text = document.lines.text
    if not _COMMENT.search(text):
        return
    for path, scalar, _ in _plain_texts(document):
        found = _COMMENT.match(text, scalar.end)
        if found and any(map(str.isalpha, scalar.text)):
            yield path, Span(*found.span(1))


def _plain_texts(document: Document) -> Iterator[tuple[FieldPath, Scalar, int]]:
    """Each text without quotation marks, in the order of the file, with how often it is used:
    more than once if an alias repeats it."""
    times: Counter[int] = Counter()
    texts: list[tuple[FieldPath, Scalar]] = []
    waiting: list[tuple[FieldPath, Node]] = [((), document.root)] if document.root else []
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Scalar):
            times[id(node)] += 1
            if times[id(node)] == 1 and document.lines.text[node.start : node.start + 1] not in (
                *"\"'|>",
            ):
                texts.append((path, node))
        elif isinstance(node, Mapping):
            times.update(id(key) for key, _ in node.fields.values())
            waiting += [((*path, name), own) for name, (_, own) in reversed(node.fields.items())]
        else:
            numbered = reversed(list(enumerate(node.items)))
            waiting += [((*path, number), item) for number, item in numbered]
    yield from ((path, node, times[id(node)]) for path, node in texts)
