"""A draft with another mapping: every other byte of it, comments and layout included, stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from htqcli.document import reader
from htqcli.document.nodes import Data, Document, Node, Scalar, Sequence
from htqcli.document.nodes import Mapping as Fields
from htqcli.document.places import Edit, FieldPath
from htqcli.ksbs.lists import label_order
from htqcli.vocabulary import LABEL


class Covering(NamedTuple):
    """What a draft says of one KSB: the units that cover it, how far, why not in full, and the
    assessments."""

    units: tuple[str, ...]
    coverage: str = "full"
    reason: str | None = None
    assessed_by: tuple[str, ...] = ()


class CannotEdit(Exception):
    """The mapping stands in a form that cannot be changed without changing more. The message says
    what to do."""


def with_mapping(
    content: bytes,
    changes: Mapping[int, Mapping[str, Covering]],
    units: Mapping[str, str] | None = None,
) -> bytes:
    """The draft with these KSBs of its standards, by the positions of the standards, and with new
    units and their titles. Raises CannotEdit, also if the new text would not say just that."""
    document = reader.read(content)
    if document.root is None or not document.as_written:
        raise CannotEdit("Correct what ‘htq check’ finds in the draft first.")
    text = document.lines.text
    style = Style(text)
    edits = [
        edit
        for index, lines in changes.items()
        for edit in _of_standard(document, index, lines, style)
    ]
    if units:
        edits.append(_new_units(document, units, style))
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    mark = content[: len(content) - len(document.lines.text.encode())]
    made = mark + text.encode()
    _verify(document, reader.read(made), changes, units or {})
    return made


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

    def value(self, covering: Covering) -> str:
        """What stands after a label: the units alone where they say it all."""
        if covering == Covering(covering.units):
            return self.units(covering.units)
        fields = {"units": self.units(covering.units)}
        if covering.coverage != "full":
            fields["coverage"] = self.text(covering.coverage)
        if covering.reason:
            fields["reason"] = self.text(covering.reason)
        if covering.assessed_by:
            fields["assessed_by"] = self.units(covering.assessed_by)
        return f"{{{', '.join(f'{self.text(name)}: {own}' for name, own in fields.items())}}}"


_PLAIN = re.compile(r"[^\W_](?:[\w ./()’'+-])*(?<! )")
_MEANS_MORE = re.compile(
    r"[\d._+-]+|(?i:y|n|yes|no|true|false|on|off|null|nan|inf)|\d[\d_-]*[Ee]\d+"
)
"""Texts that other readers of YAML take for a number or a truth value."""


def covering_of(value: Data) -> Covering:
    """What a value of the mapping says, as far as it can be read."""
    if isinstance(value, dict):
        units, assessed = value.get("units"), value.get("assessed_by")
        coverage, reason = value.get("coverage"), value.get("reason")
        return Covering(
            _texts(units),
            coverage if isinstance(coverage, str) else "full",
            reason if isinstance(reason, str) else None,
            _texts(assessed),
        )
    return Covering(_texts(value))


def _texts(value: Data) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    items = value if isinstance(value, list) else ()
    return tuple(item for item in items if isinstance(item, str))


def _of_standard(
    document: Document, index: int, lines: Mapping[str, Covering], style: Style
) -> Iterator[Edit]:
    at: FieldPath = ("standards", index, "ksbs")
    data = document.data()
    standards = data.get("standards")
    standard = standards[index] if isinstance(standards, list) else None
    mapping = standard.get("ksbs") if isinstance(standard, dict) else None
    written = mapping if isinstance(mapping, dict) else {}
    new: dict[str, Covering] = {}
    for label, covering in lines.items():
        if label not in written:
            if covering.units:
                new[label] = covering
        elif covering_of(written[label]) != covering:
            yield from _of_line(document, (*at, label), written[label], covering, style)
    if new:
        yield from _new_lines(document, at, written, new, style)


def _of_line(
    document: Document, path: FieldPath, value: Data, covering: Covering, style: Style
) -> Iterator[Edit]:
    """Change one line: each field that stays as it is keeps its text."""
    before = covering_of(value)
    if not isinstance(value, dict):
        if covering[1:] == before[1:]:
            yield from _list(document, path, before.units, covering.units, style)
        else:
            yield _whole(document, path, style.value(covering))
        return
    if covering.units != before.units:
        if "units" in value:
            yield from _list(document, (*path, "units"), before.units, covering.units, style)
        else:
            yield _field(document, path, "units", style.units(covering.units), style)
    if (
        covering.assessed_by != before.assessed_by
        and covering.assessed_by
        and "assessed_by" in value
    ):
        inner = (*path, "assessed_by")
        yield from _list(document, inner, before.assessed_by, covering.assessed_by, style)
    elif covering.assessed_by != before.assessed_by:
        new = style.units(covering.assessed_by) if covering.assessed_by else None
        yield _field(document, path, "assessed_by", new, style)
    for name in ("coverage", "reason"):
        old, now = getattr(before, name), getattr(covering, name)
        if old == now:
            continue
        text = None if now is None or (name, now) == ("coverage", "full") else style.text(now)
        if name in value and text is not None:
            yield _whole(document, (*path, name), text)
        else:
            yield _field(document, path, name, text, style)


def _own_node(document: Document, path: FieldPath) -> Node:
    node = node_at(document, path)
    if node is None or node.start < document.key(path).start:
        raise CannotEdit("It uses YAML anchors in the mapping: write those values out.")
    return node


def _whole(document: Document, path: FieldPath, new: str) -> Edit:
    """Another value in place of the whole of one."""
    text, node, key = document.lines.text, _own_node(document, path), document.key(path)
    if "#" in text[node.start : node.end]:
        raise CannotEdit(NOT_SAFE)
    colon = text.index(":", key.end)
    if node.end <= node.start or "\n" in text[colon : node.start]:
        return Edit(colon + 1, max(colon + 1, node.end), f" {new}")
    return Edit(node.start, node.end, new)


def _list(
    document: Document, path: FieldPath, old: tuple[str, ...], new: tuple[str, ...], style: Style
) -> Iterator[Edit]:
    """Another list. Items on lines of their own stay on theirs."""
    text, node = document.lines.text, _own_node(document, path)
    is_block = isinstance(node, Sequence) and text[node.start : node.start + 1] != "["
    if not is_block or [name for name in new if name in old] != [o for o in old if o in new]:
        yield _whole(document, path, style.units(new))
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


def _field(document: Document, path: FieldPath, name: str, new: str | None, style: Style) -> Edit:
    """A field more, or without a new text one less."""
    text = document.lines.text
    node = _own_node(document, path)
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


def _new_lines(
    document: Document,
    at: FieldPath,
    written: Mapping[str, Data],
    new: Mapping[str, Covering],
    style: Style,
) -> Iterator[Edit]:
    """Put each new line after the last KSB before it."""
    text = document.lines.text
    node = node_at(document, at)
    if not isinstance(node, Fields) or not node.fields:
        yield _first_lines(document, at, node, new, style)
        return
    is_flow = text[node.start : node.start + 1] == "{"
    known = sorted(filter(LABEL.fullmatch, written), key=label_order)
    after: dict[str | None, list[str]] = {}
    for label in sorted(new, key=label_order):
        before = [own for own in known if label_order(own) < label_order(label)]
        after.setdefault(before[-1] if before else None, []).append(label)
    first = next(iter(node.fields.values()))[0]
    start = document.lines.bounds(first.start)[0]
    indentation = text[start : first.start]
    for own, labels in after.items():
        lines = [f"{style.text(label)}: {style.value(new[label])}" for label in labels]
        if is_flow and own is None:
            yield Edit(first.start, first.start, "".join(f"{line}, " for line in lines))
        elif is_flow:
            end = node.fields[own][1].end if own else 0
            yield Edit(end, end, "".join(f", {line}" for line in lines))
        elif not indentation.isspace():
            raise CannotEdit("Write each KSB of the mapping on a line of its own.")
        else:
            where = start
            if own is not None:
                key, value = node.fields[own]
                where = after_line(text, max(key.end, value.end))
            ending = "" if where < len(text) or text.endswith("\n") else style.line_end
            written_lines = "".join(f"{indentation}{line}{style.line_end}" for line in lines)
            yield Edit(where, where, ending + written_lines)


def _first_lines(
    document: Document, at: FieldPath, node: Node | None, new: Mapping[str, Covering], style: Style
) -> Edit:
    """A mapping where there is none yet."""
    text = document.lines.text
    lines = [
        f"{style.text(label)}: {style.value(new[label])}" for label in sorted(new, key=label_order)
    ]
    standard = node_at(document, at[:-1])
    if not isinstance(standard, Fields) or not standard.fields:
        raise CannotEdit("Write the reference of the standard in the draft first.")
    is_flow = text[standard.start : standard.start + 1] == "{"
    if node is not None:
        key = document.key(at)
        colon = text.index(":", key.end)
        if is_flow or style.is_json:
            return Edit(colon + 1, max(node.end, colon + 1), f" {{{', '.join(lines)}}}")
        column = document.lines.place(key).column - 1
        block = "".join(f"{style.line_end}{' ' * (column + 2)}{line}" for line in lines)
        return Edit(colon + 1, max(node.end, colon + 1), block)
    last_key, last = list(standard.fields.values())[-1]
    end = max(last_key.end, last.end)
    if is_flow or style.is_json:
        return Edit(end, end, f", {style.text('ksbs')}: {{{', '.join(lines)}}}")
    column = document.lines.place(document.key((*at[:-1], next(iter(standard.fields))))).column - 1
    where = after_line(text, end)
    ending = "" if where < len(text) or text.endswith("\n") else style.line_end
    inner = "".join(f"{' ' * (column + 2)}{line}{style.line_end}" for line in lines)
    return Edit(where, where, f"{ending}{' ' * column}ksbs:{style.line_end}{inner}")


def _new_units(document: Document, units: Mapping[str, str], style: Style) -> Edit:
    """Put new units after the last one; where there is none, at the end of the draft."""
    text = document.lines.text
    lines = [f"{style.text(name)}: {style.text(title)}" for name, title in units.items()]
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


def _verify(
    before: Document,
    after: Document,
    changes: Mapping[int, Mapping[str, Covering]],
    units: Mapping[str, str],
) -> None:
    """Read the new text again: it must say just what was to change, and all else as before."""
    one, other = before.data(), after.data()
    if units:
        own = one.get("units")
        one["units"] = {**(own if isinstance(own, dict) else {}), **units}
    for data in (one, other):
        standards = data.get("standards")
        for index, lines in changes.items():
            standard = standards[index] if isinstance(standards, list) else None
            if not isinstance(standard, dict):
                raise CannotEdit(NOT_SAFE)
            mapping = standard.get("ksbs")
            found = {
                label: covering_of(value)
                for label, value in (mapping if isinstance(mapping, dict) else {}).items()
            }
            if data is other:
                wanted = {label: c for label, c in lines.items() if c.units or label in found}
                if any(found.get(label) != covering for label, covering in wanted.items()):
                    raise CannotEdit(NOT_SAFE)
            standard["ksbs"] = [
                f"{label} {value}" for label, value in found.items() if label not in lines
            ]
    if one != other or after.root is None:
        raise CannotEdit(NOT_SAFE)


NOT_SAFE = (
    "Its layout cannot be kept. Write the mapping with one KSB a line, such as ‘K1: [U1, U2]’."
)
