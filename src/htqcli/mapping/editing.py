"""A draft with another mapping: every other byte of it, comments and layout included, stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from htqcli.document import reader
from htqcli.document.nodes import Data, Document, Node
from htqcli.document.nodes import Mapping as Fields
from htqcli.document.places import Edit, FieldPath
from htqcli.ksbs.lists import label_order
from htqcli.mapping.yaml_edits import (
    NOT_SAFE,
    CannotEdit,
    Style,
    after_line,
    field_edit,
    list_edits,
    new_units,
    node_at,
    own_node,
    readable,
    texts,
    whole,
    with_edits,
)
from htqcli.vocabulary import LABEL


class Covering(NamedTuple):
    """What a draft says of one KSB: the units that cover it, how far, why not in full, and the
    assessments."""

    units: tuple[str, ...]
    coverage: str = "full"
    reason: str | None = None
    assessed_by: tuple[str, ...] = ()


def with_mapping(
    content: bytes,
    changes: Mapping[int, Mapping[str, Covering]],
    units: Mapping[str, str] | None = None,
) -> bytes:
    """The draft with these KSBs of its standards, by the positions of the standards, and with new
    units and their titles. Raises CannotEdit, also if the new text would not say just that."""
    document = readable(content)
    style = Style(document.lines.text)
    edits = [
        edit
        for index, lines in changes.items()
        for edit in _of_standard(document, index, lines, style)
    ]
    if units:
        written = {name: style.text(title) for name, title in units.items()}
        edits.append(new_units(document, written, style))
    made = with_edits(content, document, edits)
    _verify(document, reader.read(made), changes, units or {})
    return made


def covering_of(value: Data) -> Covering:
    """What a value of the mapping says, as far as it can be read."""
    if isinstance(value, dict):
        units, assessed = value.get("units"), value.get("assessed_by")
        coverage, reason = value.get("coverage"), value.get("reason")
        return Covering(
            texts(units),
            coverage if isinstance(coverage, str) else "full",
            reason if isinstance(reason, str) else None,
            texts(assessed),
        )
    return Covering(texts(value))


def _covering_text(style: Style, covering: Covering) -> str:
    """What stands after a label: the units alone where they say it all."""
    if covering == Covering(covering.units):
        return style.units(covering.units)
    fields = {"units": style.units(covering.units)}
    if covering.coverage != "full":
        fields["coverage"] = style.text(covering.coverage)
    if covering.reason:
        fields["reason"] = style.text(covering.reason)
    if covering.assessed_by:
        fields["assessed_by"] = style.units(covering.assessed_by)
    return style.fields(fields)


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
            if covering != Covering(()):
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
            yield from list_edits(document, path, before.units, covering.units, style)
        else:
            yield whole(document, path, _covering_text(style, covering))
        return
    gone = [
        *(["assessed_by"] if before.assessed_by and not covering.assessed_by else []),
        *(["reason"] if before.reason and not covering.reason else []),
        *(["coverage"] if before.coverage != covering.coverage == "full" else []),
    ]
    node = own_node(document, path)
    if len(gone) > 1 and document.lines.text[node.start : node.start + 1] == "{":
        # Fields beside each other cannot be taken out one by one: their edits would meet.
        yield whole(document, path, _covering_text(style, covering))
        return
    if covering.units != before.units:
        if "units" in value:
            yield from list_edits(document, (*path, "units"), before.units, covering.units, style)
        else:
            yield field_edit(document, path, "units", style.units(covering.units), style)
    if (
        covering.assessed_by != before.assessed_by
        and covering.assessed_by
        and "assessed_by" in value
    ):
        inner = (*path, "assessed_by")
        yield from list_edits(document, inner, before.assessed_by, covering.assessed_by, style)
    elif covering.assessed_by != before.assessed_by:
        new = style.units(covering.assessed_by) if covering.assessed_by else None
        yield field_edit(document, path, "assessed_by", new, style)
    for name in ("coverage", "reason"):
        old, now = getattr(before, name), getattr(covering, name)
        if old == now:
            continue
        text = None if now is None or (name, now) == ("coverage", "full") else style.text(now)
        if name in value and text is not None:
            yield whole(document, (*path, name), text)
        else:
            yield field_edit(document, path, name, text, style)


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
        lines = [f"{style.text(label)}: {_covering_text(style, new[label])}" for label in labels]
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
        f"{style.text(label)}: {_covering_text(style, new[label])}"
        for label in sorted(new, key=label_order)
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
                wanted = {
                    label: own
                    for label, own in lines.items()
                    if own != Covering(()) or label in found
                }
                if any(found.get(label) != covering for label, covering in wanted.items()):
                    raise CannotEdit(NOT_SAFE)
            standard["ksbs"] = [
                f"{label} {value}" for label, value in found.items() if label not in lines
            ]
    if one != other or after.root is None:
        raise CannotEdit(NOT_SAFE)
