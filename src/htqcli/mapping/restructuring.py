"""A draft with other units and another structure: every other byte of it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from htqcli.document import reader
from htqcli.document.nodes import Data, Document, Sequence
from htqcli.document.nodes import Mapping as Fields
from htqcli.document.places import Edit, FieldPath
from htqcli.mapping.yaml_edits import (
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


class Amount(NamedTuple):
    """How many units of a group a learner takes: `choose` so many, or so many `credits`."""

    field: str
    number: int


class NewGroup(NamedTuple):
    """A group of units to choose from that the draft does not have yet."""

    name: str
    amount: Amount
    units: tuple[str, ...]


class NewPathway(NamedTuple):
    """A pathway that the draft does not have yet."""

    name: str
    mandatory: list[str]
    optional: list[NewGroup]


@dataclass(slots=True)
class StructureChange:
    """What changes in the units and the structure of a draft: units with their titles and credits,
    lists of units, names of groups and pathways, and how many a learner takes, by their paths; new
    groups, by the path of what they belong to, and new pathways."""

    units: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    lists: dict[FieldPath, tuple[str, ...]] = field(default_factory=dict)
    names: dict[FieldPath, str] = field(default_factory=dict)
    amounts: dict[FieldPath, Amount] = field(default_factory=dict)
    groups: dict[FieldPath, list[NewGroup]] = field(default_factory=dict)
    pathways: list[NewPathway] = field(default_factory=list)

    def __bool__(self) -> bool:
        parts = (self.units, self.lists, self.names, self.amounts, self.groups, self.pathways)
        return any(parts)


def with_structure(content: bytes, change: StructureChange) -> bytes:
    """The draft with other units and another structure. Raises CannotEdit, also if the new text
    would not say just that."""
    for part in _parts(change):
        document = readable(content)
        style = Style(document.lines.text)
        content = with_edits(content, document, _of_structure(document, part, style))
        after = reader.read(content)
        if after.root is None or after.data() != _applied(document.data(), part):
            raise CannotEdit(_NOT_SAFE)
    return content


def _parts(change: StructureChange) -> Iterator[StructureChange]:
    """One change after the other, so that no two edits meet."""
    yield from (StructureChange(units={name: own}) for name, own in change.units.items())
    yield from (StructureChange(lists={path: own}) for path, own in change.lists.items())
    yield from (StructureChange(names={path: own}) for path, own in change.names.items())
    yield from (StructureChange(amounts={path: own}) for path, own in change.amounts.items())
    for path, groups in change.groups.items():
        yield from (StructureChange(groups={path: [own]}) for own in groups)
    yield from (StructureChange(pathways=[own]) for own in change.pathways)


def _of_structure(document: Document, change: StructureChange, style: Style) -> Iterator[Edit]:
    for name, (title, credits) in change.units.items():
        yield from _of_unit(document, name, title, credits, style)
    for path, units in change.lists.items():
        before = _at(document.data(), path)
        if before is None:
            yield from _set(document, path, style.units(units), style)
        else:
            yield from list_edits(document, path, texts(before), units, style)
    for path, name in change.names.items():
        yield from _set(document, (*path, "name"), style.text(name), style)
    for path, amount in change.amounts.items():
        node = own_node(document, path)
        old = [one for one in ("choose", "credits") if one in cast("Fields", node).fields]
        if len(old) != 1:
            raise CannotEdit(_NOT_SAFE)
        value, key = own_node(document, (*path, old[0])), document.key((*path, old[0]))
        yield Edit(key.start, value.end, f"{style.text(amount.field)}: {amount.number}")
    for path, groups in change.groups.items():
        for group in groups:
            yield from _add(document, (*path, "optional"), _group_text(style, group), style)
    for pathway in change.pathways:
        yield from _add(document, ("structure", "pathways"), _pathway_text(style, pathway), style)


def _of_unit(
    document: Document, name: str, title: str, credits: int | None, style: Style
) -> Iterator[Edit]:
    value = _at(document.data(), ("units", name))
    path: FieldPath = ("units", name)
    if value is None and name not in cast("dict[str, Data]", document.data().get("units") or {}):
        yield new_units(document, {name: _unit_text(style, title, credits)}, style)
    elif not isinstance(value, dict):
        yield whole(document, path, _unit_text(style, title, credits))
    elif value.get("title") != title:
        yield from _set(document, (*path, "title"), style.text(title), style)
    elif credits is None:
        yield field_edit(document, path, "credits", None, style)
    else:
        yield from _set(document, (*path, "credits"), str(credits), style)


def _set(document: Document, path: FieldPath, new: str, style: Style) -> Iterator[Edit]:
    """Another value of a field, which is there or not."""
    parent, name = path[:-1], str(path[-1])
    node = node_at(document, parent)
    if isinstance(node, Fields) and name in node.fields:
        yield whole(document, path, new)
    elif isinstance(node, Fields) and node.fields:
        yield field_edit(document, parent, name, new, style)
    elif len(parent) == 1 and node is None:
        yield _top_field(document, str(parent[0]), f"{{{style.text(name)}: {new}}}", style)
    else:
        yield whole(document, parent, f"{{{style.text(name)}: {new}}}")


def _top_field(document: Document, name: str, new: str, style: Style) -> Edit:
    """A field more of the draft itself: after the units, where there are any."""
    text, root = document.lines.text, cast("Fields", document.root)
    fields = root.fields.get("units") or list(root.fields.values())[-1]
    end = max(fields[0].end, fields[1].end)
    if style.is_json or text[root.start : root.start + 1] == "{":
        return Edit(end, end, f", {style.text(name)}: {new}")
    where = after_line(text, max(end - 1, 0) if text[end - 1 : end] == "\n" else end)
    ending = "" if where < len(text) or text.endswith("\n") else style.line_end
    return Edit(where, where, f"{ending}{name}: {new}{style.line_end}")


def _add(document: Document, path: FieldPath, item: str, style: Style) -> Iterator[Edit]:
    """An item more of a list, which is there or not."""
    text, node = document.lines.text, node_at(document, path)
    if not isinstance(node, Sequence) or not node.items:
        yield from _set(document, path, f"[{item}]", style)
        return
    last = node.items[-1]
    if text[node.start : node.start + 1] == "[":
        yield Edit(last.end, last.end, f", {item}")
        return
    first = node.items[0]
    start = document.lines.bounds(first.start)[0]
    indentation = re.match(r" *- +", text[start:])
    if indentation is None:
        raise CannotEdit(_NOT_SAFE)
    where = after_line(text, max(last.end - 1, 0) if text[last.end - 1] == "\n" else last.end)
    ending = "" if where < len(text) or text.endswith("\n") else style.line_end
    yield Edit(where, where, f"{ending}{indentation[0]}{item}{style.line_end}")


def _at(data: Any, path: FieldPath) -> Data:
    for step in path:
        if isinstance(data, dict):
            data = data.get(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return cast("Data", data)


def _applied(data: dict[str, Data], change: StructureChange) -> dict[str, Data]:
    """What the draft is to say."""
    for name, (title, credits) in change.units.items():
        units = _made(data, "units", {})
        own = units.get(name)
        if isinstance(own, dict):
            own["title"] = title
            if credits is None:
                own.pop("credits", None)
            else:
                own["credits"] = str(credits)
        else:
            units[name] = title if credits is None else {"title": title, "credits": str(credits)}
    for path, units in change.lists.items():
        _made(data, *path[:-1], {})[path[-1]] = list(units)
    for path, name in change.names.items():
        cast("Any", _at(data, path))["name"] = name
    for path, amount in change.amounts.items():
        group = cast("Any", _at(data, path))
        group.pop("choose", None)
        group.pop("credits", None)
        group[amount.field] = str(amount.number)
    for path, groups in change.groups.items():
        _made(data, *path, "optional", []).extend(map(_group, groups))
    for pathway in change.pathways:
        new: dict[str, Any] = {"name": pathway.name, "mandatory": list(pathway.mandatory)}
        if pathway.optional:
            new["optional"] = [_group(group) for group in pathway.optional]
        _made(data, "structure", "pathways", []).append(new)
    return data


def _made(data: Any, *path: Any) -> Any:
    """What is at a path, which ends with what to put there if nothing is."""
    *steps, last = path
    for at, step in enumerate(steps):
        empty = last if at == len(steps) - 1 else {}
        if isinstance(data, dict) and not data.get(step):
            data[step] = empty
        data = data[step]
    return data


def _group(group: NewGroup) -> dict[str, Any]:
    named = {"name": group.name} if group.name else {}
    return {**named, group.amount.field: str(group.amount.number), "from": list(group.units)}


def _unit_text(style: Style, title: str, credits: int | None) -> str:
    """What stands after the id of a unit: the title alone where it says it all."""
    if credits is None:
        return style.text(title)
    return style.fields({"title": style.text(title), "credits": str(credits)})


def _group_text(style: Style, group: NewGroup) -> str:
    """A group to choose from."""
    named = {"name": style.text(group.name)} if group.name else {}
    amount = {group.amount.field: str(group.amount.number)}
    return style.fields({**named, **amount, "from": style.units(group.units)})


def _pathway_text(style: Style, pathway: NewPathway) -> str:
    """A pathway with its units and groups."""
    fields = {
        "name": style.text(pathway.name),
        "mandatory": style.units(tuple(pathway.mandatory)),
    }
    if pathway.optional:
        fields["optional"] = f"[{', '.join(_group_text(style, own) for own in pathway.optional)}]"
    return style.fields(fields)


_NOT_SAFE = (
    "The layout of its units or its structure cannot be kept. Write each unit and each group on "
    "lines of their own."
)
