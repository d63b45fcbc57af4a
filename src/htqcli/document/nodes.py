"""What was read of a text: values, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from htqcli.document.faults import Fault
from htqcli.document.places import FieldPath, Lines, Span

Data = dict[str, "Data"] | list["Data"] | str | None


@dataclass(slots=True)
class Scalar:
    """A text value. `null` is true for an empty or null plain value."""

    text: str
    null: bool
    start: int
    end: int
    size = 1
    height = 0


@dataclass(slots=True)
class Mapping:
    """Fields by name, each with its key and value; of equal keys the first is kept."""

    start: int
    end: int
    fields: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class Sequence:
    """Items in order."""

    start: int
    end: int
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


Node = Scalar | Mapping | Sequence


class Document:
    """A text as it was read: its values, the faults found in reading, and places in it.

    `root` is None when nothing below the faults could be read. `as_written` is false where it
    could be read only because slips in the text were passed over whose correction is not certain.
    """

    def __init__(
        self,
        text: str,
        root: Mapping | None,
        faults: tuple[Fault, ...],
        *,
        as_written: bool = True,
    ) -> None:
        self.as_written = as_written
        self.lines = Lines(text)
        self.root = root
        self.faults = faults

    def data(self) -> dict[str, Data]:
        """The values as plain data; a null is None."""
        return {} if self.root is None else _fields(self.root)

    def locate(self, path: FieldPath) -> Span:
        """The characters of the value at `path`.

        Of a value that is empty, or is not there, the place is the key of its nearest parent
        that is: in a list, the beginning of the item. At the top that is the first character.
        """
        node: Node | None = self.root
        nearest = Span(0, 0)
        for step in path:
            if isinstance(node, Mapping) and step in node.fields:
                key, node = node.fields[str(step)]
                nearest = Span(key.start, key.end)
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                nearest = _beginning(node, nearest)
            else:
                return nearest
        if node is None or not path or node.end <= node.start:
            return nearest
        return Span(node.start, node.end)

    def span(self, fault: Fault) -> Span:
        """The characters of what is wrong."""
        return fault.span or (self.key if fault.of_name else self.locate)(fault.path)

    def key(self, path: FieldPath) -> Span:
        """The characters of the name of the field at `path`, else of the value there."""
        node: Node | None = self.root
        for step in path[:-1]:
            if isinstance(node, Mapping):
                node = node.fields[str(step)][1]
            elif isinstance(node, Sequence):
                node = node.items[int(step)]
        if isinstance(node, Mapping) and path and path[-1] in node.fields:
            key = node.fields[str(path[-1])][0]
            if key.end > key.start:
                return Span(key.start, key.end)
        return self.locate(path)

    def path_at(self, index: int) -> FieldPath:
        """The path of the innermost field or item that a character is part of, its name and the
        colon after that included; () where it is part of none.

        What an alias repeats is where it was written first.
        """
        return () if self.root is None else _path_at(self.root, index)

    def holds(self, path: FieldPath) -> bool:
        """Whether there is a value at `path`, be it an empty one."""
        return self._node(path) is not None

    def text(self, path: FieldPath) -> str | None:
        """The single value at `path`; None where there is none, or a list or fields."""
        node = self._node(path)
        return node.text if isinstance(node, Scalar) and not node.null else None

    def _node(self, path: FieldPath) -> Node | None:
        node: Node | None = self.root
        for step in path:
            if isinstance(node, Mapping) and step in node.fields:
                node = node.fields[str(step)][1]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node


def _path_at(node: Node, index: int) -> FieldPath:
    inside: list[tuple[str | int, Scalar | None, Node]] = []
    if isinstance(node, Mapping):
        inside = [(step, name, value) for step, (name, value) in node.fields.items()]
    elif isinstance(node, Sequence):
        inside = [(step, None, item) for step, item in enumerate(node.items)]
    for step, name, value in inside:
        if name is not None and name.start <= index < max(name.end, value.start):
            return (step,)
        if value.start <= index < value.end:
            return (step, *_path_at(value, index))
    return ()


def _fields(mapping: Mapping) -> dict[str, Data]:
    return {name: _data(value) for name, (_, value) in mapping.fields.items()}


def _data(node: Node) -> Data:
    if isinstance(node, Scalar):
        return None if node.null else node.text
    if isinstance(node, Mapping):
        return _fields(node)
    return [_data(item) for item in node.items]


def _beginning(item: Node, otherwise: Span) -> Span:
    while isinstance(item, Sequence) and item.items:
        item = item.items[0]
    if isinstance(item, Mapping) and item.fields:
        item = next(iter(item.fields.values()))[0]
    return Span(item.start, item.end) if item.end > item.start else otherwise
