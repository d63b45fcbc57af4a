"""Changing a value, a list or a field of a draft: every other byte of it stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from htqcli.document import reader
from htqcli.document.nodes import Data, Document, Node, Scalar, Sequence
from htqcli.document.nodes import Mapping as Fields
from htqcli.document.places import Edit, FieldPath


class CannotEdit(Exception):
    """The mapping stands in a form that cannot be changed without changing more. The message says
    what to do."""


def readable(content: bytes) -> Document:
    document = reader.read(content)
    if document.root is None or not document.as_written:
        raise CannotEdit("Correct what ‘htq check’ finds in the draft first.")
    return document


class Style:
    """How a draft is written: as JSON or as YAML, and with which line ends."""

    def __init__(self, text: str) -> None:
        self.is_json = text.lstrip()[:1] == "{"
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def text(self, value: str) -> str:
        """A text, in quotation marks where it needs them."""
        if self.is_json or not _PLAIN.fullmatch(value) or _MEANS_MORE.fullmatch(value):
            return json.dumps(value, ensure_ascii=False)
        return value

    def units(self, names: tuple[str, ...]) -> str:
        return f"[{', '.join(map(self.text, names))}]"

    def fields(self, fields: Mapping[str, str]) -> str:
        return f"{{{', '.join(f'{self.text(name)}: {own}' for name, own in fields.items())}}}"


_PLAIN = re.compile(r"[^\W_](?:[\w ./()’'+-])*(?<! )")
_MEANS_MORE = re.compile(
    r"[\d._+-]+|(?i:y|n|yes|no|true|false|on|off|null|nan|inf)|\d[\d_-]*[Ee]\d+"
)
"""Texts that other readers of YAML take for a number or a truth value."""


def texts(value: Data) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    items = value if isinstance(value, list) else ()
    return tuple(item for item in items if isinstance(item, str))


def own_node(document: Document, path: FieldPath) -> Node:
    node = node_at(document, path)
    if node is None or node.start < document.key(path).start:
        raise CannotEdit("It uses YAML anchors in the mapping: write those values out.")
    return node


def whole(document: Document, path: FieldPath, new: str) -> Edit:
    """Another value in place of the whole of one."""
    text, node, key = document.lines.text, own_node(document, path), document.key(path)
    if "#" in text[node.start : node.end]:
        raise CannotEdit(NOT_SAFE)
    colon = text.index(":", key.end)
    if node.end <= node.start or "\n" in text[colon : node.start]:
        return Edit(colon + 1, max(colon + 1, node.end), f" {new}")
    return Edit(node.start, node.end, new)


def list_edits(
    document: Document, path: FieldPath, old: tuple[str, ...], new: tuple[str, ...], style: Style
) -> Iterator[Edit]:
    """Another list. Items on lines of their own stay on theirs."""
    text, node = document.lines.text, own_node(document, path)
    is_block = isinstance(node, Sequence) and text[node.start : node.start + 1] != "["
    if not is_block or [name for name in new if name in old] != [o for o in old if o in new]:
        yield whole(document, path, style.units(new))
        return
    starts = [document.lines.bounds(item.start)[0] for item in cast("Sequence", node).items]
    ends = [after_line(text, item.end) for item in cast("Sequence", node).items]
    if len(starts) != len(old):
        raise CannotEdit(NOT_SAFE)
    for name, start, end in zip(old, starts, ends, strict=True):
        if name not in new:
            yield Edit(start, end, "")
    added = [name for name in new if name not in old]
    if not new:
        colon = text.index(":", document.key(path).end)
        yield Edit(colon + 1, colon + 1, " []")
    elif added:
        indentation = re.match(r" *- +", text[starts[0] :])
        if indentation is None:
            raise CannotEdit(NOT_SAFE)
        ending = "" if ends[-1] < len(text) or text.endswith("\n") else style.line_end
        lines = "".join(f"{indentation[0]}{style.text(name)}{style.line_end}" for name in added)
        yield Edit(ends[-1], ends[-1], ending + lines)


def field_edit(
    document: Document, path: FieldPath, name: str, new: str | None, style: Style
) -> Edit:
    """A field more, or without a new text one less."""
    text = document.lines.text
    node = own_node(document, path)
    if not isinstance(node, Fields):
        raise CannotEdit(NOT_SAFE)
    fields = list(node.fields.items())
    is_flow = text[node.start : node.start + 1] == "{"
    if new is None:
        at = [own for own, _ in fields].index(name)
        key, value = fields[at][1]
        if not is_flow:
            return Edit(document.lines.bounds(key.start)[0], after_line(text, value.end), "")
        if at + 1 < len(fields):
            return Edit(key.start, fields[at + 1][1][0].start, "")
        return Edit(fields[at - 1][1][1].end if at else key.start, value.end, "")
    key, value = fields[-1][1]
    end = max(key.end, value.end)
    line = f"{style.text(name)}: {new}"
    if is_flow:
        return Edit(end, end, f", {line}")
    start = document.lines.bounds(key.start)[0]
    where = after_line(text, end)
    ending = "" if where < len(text) or text.endswith("\n") else style.line_end
    return Edit(where, where, f"{ending}{text[start : key.start]}{line}{style.line_end}")


def new_units(document: Document, units: Mapping[str, str], style: Style) -> Edit:
    """Put new units after the last one; where there is none, at the end of the draft."""
    text = document.lines.text
    lines = [f"{style.text(name)}: {value}" for name, value in units.items()]
    node = node_at(document, ("units",))
    if isinstance(node, Fields) and node.fields:
        key, value = list(node.fields.values())[-1]
        end = max(key.end, value.end)
        if text[node.start : node.start + 1] == "{":
            return Edit(end, end, "".join(f", {line}" for line in lines))
        start = document.lines.bounds(key.start)[0]
        indentation, where = text[start : key.start], after_line(text, end)
        ending = "" if where < len(text) or text.endswith("\n") else style.line_end
        block = "".join(f"{indentation}{line}{style.line_end}" for line in lines)
        return Edit(where, where, ending + block)
    if node is not None or style.is_json:
        raise CannotEdit("Write one unit under ‘units’ in the draft first.")
    ending = "" if text.endswith("\n") else style.line_end
    block = "".join(f"  {line}{style.line_end}" for line in lines)
    return Edit(len(text), len(text), f"{ending}units:{style.line_end}{block}")


def after_line(text: str, index: int) -> int:
    """Where the line after that of a character begins."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def node_at(document: Document, path: FieldPath) -> Node | None:
    node: Node | None = document.root
    for step in path:
        if isinstance(node, Fields) and step in node.fields:
            node = node.fields[str(step)][1]
        elif not isinstance(node, Scalar | Fields) and node is not None and isinstance(step, int):
            node = node.items[step] if step < len(node.items) else None
        else:
            return None
    return node


def with_edits(content: bytes, document: Document, edits: Iterable[Edit]) -> bytes:
    """The draft with these edits, which do not meet."""
    text = document.lines.text
    mark = content[: len(content) - len(text.encode())]
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return mark + text.encode()


NOT_SAFE = (
    "Its layout cannot be kept. Write the mapping with one KSB a line, such as ‘K1: [U1, U2]’."
)
