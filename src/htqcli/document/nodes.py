"""The values of a text, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from htqcli.document.faults import Fault
from htqcli.document.places import FieldPath, Lines, Span

Data = dict[str, "Data"] | list["Data"] | str | None


@dataclass(slots=True)
class Scalar:
    """A text value. An empty plain value, or one such as `null`, is null."""

    text: str
    is_null: bool
    start: int
    end: int
    size = 1
    height = 0


@dataclass(slots=True)
class Mapping:
    """Fields by name, each with its key and value. The first of equal keys is kept."""

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
    """A text that was read: its values, the faults found while reading, and places in it.

    `root` is None if no values could be read. `as_written` is false if reading passed over slips
    that have no certain correction.
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
        """The values as plain data. A null is None."""
        return {} if self.root is None else _fields(self.root)

    def locate(self, path: FieldPath) -> Span:
        """The characters of the value at `path`.

        If it is empty or missing, this is the key of the nearest parent that exists, or the
        beginning of that item of a list; at the top, the first character.
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
        """The characters to show for a fault."""
        return fault.span or (self.key if fault.of_name else self.locate)(fault.path)

    def key(self, path: FieldPath) -> Span:
        """The characters of the field name at `path`, or of the value if it has no name."""
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
        """The path of the innermost field or item that contains a character, names and colons
        included; () if none does.

        A value that an alias repeats belongs where it was first written.
        """
        return () if self.root is None else _path_at(self.root, index)

    def has_value(self, path: FieldPath) -> bool:
        """Whether `path` has a value, even an empty one."""
        return self._node(path) is not None

    def text(self, path: FieldPath) -> str | None:
        """The text at `path`; None if it is missing, null, a list or fields."""
        node = self._node(path)
        return node.text if isinstance(node, Scalar) and not node.is_null else None

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
        return None if node.is_null else node.text
    if isinstance(node, Mapping):
        return _fields(node)
    return [_data(item) for item in node.items]


def _beginning(item: Node, otherwise: Span) -> Span:
    while isinstance(item, Sequence) and item.items:
        item = item.items[0]
    if isinstance(item, Mapping) and item.fields:
        item = next(iter(item.fields.values()))[0]
    return Span(item.start, item.end) if item.end > item.start else otherwise
