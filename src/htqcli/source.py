"""YAML text and its places. The only module that knows PyYAML.

A draft comes from somebody else, so reading it must end, must stay small and must build
nothing but text, lists and mappings. `read` walks the parser's events, stops at limits, and
keeps for every value the characters it came from. Values stay text: what a text means (a
number, a date, yes or no) is for the field that asks, so `1.10` is never 1.1 and `No` is
never false.
"""

from __future__ import annotations

import os
import re
import select
import stat
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import yaml

from htqcli.words import cut, quote

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_EXPANSIONS = 10_000
"""How many values the aliases of one file may repeat. A draft of 5 standards with 40 KSBs
each that share everything stays far below; an alias bomb passes it at once."""

MAX_VALUES = 50_000
"""How many values, names of fields included, one file may hold. A draft of 100 units and 5
standards with 60 KSBs each has some 4,000."""

MAX_FAULTS = 1_000
"""How many faults of one kind are kept, and one more to show that there are more. Nobody puts
right a thousand at once, and a hostile file has as many as it likes."""

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]
"""The way to a value: field names and list positions counted from 0."""


def pointer(path: Path) -> str:
    """A path as a JSON Pointer (RFC 6901). A name of over 200 characters is cut: it is in the
    draft, and would be in each finding about it."""
    steps = (cut(str(step), 200).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


Data = dict[str, "Data"] | list["Data"] | str | None


def loader_name() -> str:
    """The YAML parser in use, with its version, as `htq --version` says it."""
    if LOADER is yaml.SafeLoader:
        return f"PyYAML {yaml.__version__}"
    from yaml import _yaml

    return f"libyaml {_yaml.get_version_string()}"


class Kind(Enum):
    """What is wrong with a text or with a value in it; each kind has one rule."""

    UNREADABLE_TEXT = "text that cannot be read"
    SYNTAX = "YAML syntax"
    EMPTY = "nothing in the file"
    DUPLICATE_KEY = "duplicate key"
    SEVERAL_DOCUMENTS = "more than one document"
    LIMIT = "a limit passed"
    NOT_A_MAPPING = "no fields at the top"
    TAG = "a tag that is not plain YAML"
    MISSING = "required field missing"
    UNKNOWN = "unknown field"
    WRONG = "wrong type or value"
    PLACEHOLDER = "placeholder"


class Span(NamedTuple):
    """Characters of a text, from `start` up to, not including, `end`."""

    start: int
    end: int


class Fix(NamedTuple):
    """What the text at a path becomes, or with `name` the field's name there: the same answer in
    its right form, so that nobody has to decide anything."""

    text: str
    name: bool = False


class Fault(NamedTuple):
    """What is wrong at a path, said in words.

    `span` is given where the path's own value is not the place to show, such as the second
    of two equal keys; the place is that of the field's name where it is `of_name`. `unsound` is
    false where the value at the path can be used all the same.
    """

    kind: Kind
    path: Path
    message: str
    hint: str | None = None
    span: Span | None = None
    unsound: bool = True
    of_name: bool = False
    fix: Fix | None = None


class Place(NamedTuple):
    """Lines and columns counted from 1, columns in Unicode code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


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


class Lines:
    """The lines of a text as an editor counts them: a line ends at CR LF, LF or CR only."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _ends_before(self) -> list[int]:
        """How many lines end before each block of characters: a text can hold millions."""
        ends = (self._ends(at, at + _BLOCK) for at in range(0, len(self.text), _BLOCK))
        return list(accumulate(ends, initial=0))

    def _ends(self, start: int, end: int) -> int:
        """How many lines end in a part of the text. CR LF counts where its LF stands."""
        crlf = self.text.count("\r\n", start, end + 1)
        return self.text.count("\n", start, end) + self.text.count("\r", start, end) - crlf

    def place(self, span: Span) -> Place:
        """Where `span` is."""
        return Place(*self._line_and_column(span.start), *self._line_and_column(span.end))

    def bounds(self, index: int) -> tuple[int, int]:
        """Where the line of a character begins, and where it ends without its line end."""
        start = self._start(index)
        ends = (self.text.find(end, start) for end in "\r\n")
        return start, min((end for end in ends if end >= 0), default=len(self.text))

    def _start(self, index: int) -> int:
        before = self.text.rfind("\r", 0, index)
        if before == index - 1 and self.text.startswith("\n", index):  # in the middle of CR LF
            before = self.text.rfind("\r", 0, max(before, 0))
        return max(self.text.rfind("\n", 0, index), before) + 1

    def _line_and_column(self, index: int) -> tuple[int, int]:
        block = index // _BLOCK
        line = 1 + self._ends_before[block] + self._ends(block * _BLOCK, index)
        return line, index - self._start(index) + 1


_BLOCK = 65_536


class Document:
    """A text as it was read: its values, the faults found in reading, and places in it.

    `root` is None when nothing below the faults could be read.
    """

    def __init__(self, text: str, root: Mapping | None, faults: tuple[Fault, ...]) -> None:
        self.lines = Lines(text)
        self.root = root
        self.faults = faults

    def data(self) -> dict[str, Data]:
        """The values as plain data; a null is None."""
        return {} if self.root is None else _fields(self.root)

    def locate(self, path: Path) -> Span:
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

    def key(self, path: Path) -> Span:
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

    def holds(self, path: Path) -> bool:
        """Whether there is a value at `path`, be it an empty one."""
        return self._node(path) is not None

    def text(self, path: Path) -> str | None:
        """The single value at `path`; None where there is none, or a list or fields."""
        node = self._node(path)
        return node.text if isinstance(node, Scalar) and not node.null else None

    def _node(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for step in path:
            if isinstance(node, Mapping) and step in node.fields:
                node = node.fields[str(step)][1]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node


def content_of(path: str, limit: int = MAX_BYTES, *, or_open: bool = False) -> bytes | str:
    """The bytes of a regular file, at most one more than the limit; else why not, in words.
    Nothing is waited for: a pipe or a device is not read, unless it is `or_open`, that is named
    as what htq was started with, such as `/dev/stdin`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    except FileNotFoundError:
        return "there is no such file or folder"
    except (OSError, ValueError) as error:
        return f"it cannot be read: {_why(error)}"
    try:
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                content: bytes | None = file.read(limit + 1)
            elif or_open and _OPEN.fullmatch(path):
                content = to_the_end(descriptor, limit)
            else:
                content = None
    except IsADirectoryError:
        return "it is a folder, not a file"
    except OSError as error:
        return f"it cannot be read: {_why(error)}"
    # Some of what the system shows as a file has nothing yet, and would be waited for.
    return "it is not a regular file" if content is None else content


def to_the_end(descriptor: int, limit: int = MAX_BYTES) -> bytes:
    """All of a stream up to one byte over the limit. One that is set not to wait, as another
    program can leave it, is waited for all the same: half a file must not be judged. Raises
    OSError."""
    content = bytearray()
    while len(content) <= limit:
        try:
            piece = os.read(descriptor, 65_536)
        except BlockingIOError:
            select.select([descriptor], [], [])
            continue
        if not piece:
            break
        content += piece
    del content[limit + 1 :]
    return bytes(content)


_OPEN = re.compile(r"/dev/(stdin|fd/\d+)|/proc/self/fd/\d+", re.ASCII)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def read(content: bytes) -> Document:
    """Read a draft or a catalogue, whatever it holds. Never raises for what is in it."""
    if len(content) > MAX_BYTES:
        return _unreadable(
            "",
            Kind.LIMIT,
            f"The file is larger than {MAX_BYTES // 1_000_000} MB",
            "Keep the draft to one qualification and put evidence in files of their own.",
        )
    mark = len(_BYTE_ORDER_MARK) if content.startswith(_BYTE_ORDER_MARK) else 0
    try:
        text = content[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(content[mark:], error.start, mark)
    if match := _UNREADABLE.search(text):
        return _unreadable(
            text,
            Kind.UNREADABLE_TEXT,
            f"The text holds the character U+{ord(match[0]):04X}, which a YAML file cannot hold",
            "Delete the character, or write it as an escape in double quotation marks.",
            Span(match.start(), match.end()),
        )
    return _Reading(text).document()


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNREADABLE = re.compile(
    "\\A\ufeff|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)


def _not_utf8(content: bytes, start: int, mark: int) -> Document:
    text = content.decode("utf-8", errors="replace")
    at = len(content[:start].decode("utf-8"))
    line = Lines(text).place(Span(at, at)).line
    message = (
        f"The text is not UTF-8: byte {content[start]:#04x} on line {line}, "
        f"byte {mark + start + 1} of the file"
    )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        message, at = "The text is saved as UTF-16 or UTF-32", 0
    return _unreadable(
        text,
        Kind.UNREADABLE_TEXT,
        message,
        "Save the file as UTF-8. Most editors offer this under ‘Save as’ or ‘Encoding’.",
        Span(at, at + 1),
    )


def _unreadable(
    text: str, kind: Kind, message: str, hint: str, span: Span | None = None
) -> Document:
    return Document(text, None, (Fault(kind, (), message, hint, span or Span(0, 0)),))


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


_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS: dict[type, set[str]] = {
    yaml.ScalarEvent: {
        "!",
        *(_CORE + name for name in ("str", "int", "float", "bool", "null", "timestamp")),
    },
    yaml.MappingStartEvent: {"!", f"{_CORE}map"},
    yaml.SequenceStartEvent: {"!", f"{_CORE}seq"},
}
_VALUES = {yaml.ScalarEvent, yaml.AliasEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent}
_BLOCKS = ("|", ">")
_NULLS = {"", "~", "null", "Null", "NULL"}
_PROPERTIES = re.compile(r"(?:[&!](?:<[^>]*>|[^\s,\[\]{}]*)\s*)+")
_KEY = re.compile(r'("(?:[^"\\]|\\.)*+")(\s*[\r\n]\s*):', re.DOTALL)
"""A key of JSON whose colon stands on a further line, where YAML does not look for it."""
_AHEAD = 2_048
"""At least as many characters as the parser looks ahead for the colon after a name."""
_BRACKET = re.compile(r"[\[{]")
_OLD_BREAKS = {"\x85", "\u2028", "\u2029"}
"""Line ends to YAML 1.1, and to its parser; characters like any other to YAML 1.2, to JSON and
to editors. The parser gets characters in their place that the text does not have."""
_JSON_PAIR = re.compile(r"\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|.)", re.DOTALL)


class _Stop(Exception):
    """Reading ends here; what was read before it is not kept unless the reading says so."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come.

    `key` is the field whose value is next. A `lost` value is read but not kept, such as that
    of a second equal key; what is wrong in it makes nothing else unsound, and so in all that
    is `dropped` with it.
    """

    node: Mapping | Sequence
    path: Path
    anchor: str | None
    flow: bool
    dropped: bool
    key: Scalar | None = None
    lost: bool = False


class _Reading:
    """One walk over the events of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.faults: list[Fault] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.expansions = 0
        self.roots: list[Node] = []
        self.shifts: list[tuple[int, int]] = []
        self.stand_ins: dict[int, int] = {}
        self.told: Counter[Kind] = Counter()

    def document(self) -> Document:
        root: Node | None = None
        try:
            if self.text.strip():
                self._walk()
            root = self.roots[0] if self.roots else None
            self._judge(root)
        except _Stop:
            pass
        except yaml.YAMLError as error:
            root = None
            if not self._stopped_too_deep(error):
                self._syntax(error)
        if not isinstance(root, Mapping):
            root = None
        return Document(self.text, root, tuple(self.faults))

    def _stopped_too_deep(self, error: yaml.YAMLError) -> bool:
        """Whether what the parser has read ahead is deeper than the limit.

        A bracket can begin the name of a field, so the parser looks 1,024 characters ahead on its
        line before it tells of it, and what it meets there, such as a limit of its own, comes
        first. The text up to that place is then read by itself.
        """
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        if mark is None or not isinstance(error, yaml.scanner.ScannerError):
            return False
        at = self._index(mark)
        if not _BRACKET.search(self.text, max(0, at - _AHEAD), at):
            return False
        before = _Reading(self.text[:at])
        try:
            before._walk()
        except _Stop:
            self.faults = before.faults
            return True
        except yaml.YAMLError:
            pass
        return False

    def _judge(self, root: Node | None) -> None:
        """Say what is wrong with a file that does not hold fields."""
        if isinstance(root, Mapping) or (self.faults and not isinstance(root, Sequence)):
            return
        if root is None or (isinstance(root, Scalar) and root.null and not root.text):
            self._fault(
                Kind.EMPTY,
                (),
                "The file is empty, or holds only comments",
                "Write the fields in it, each a name with a colon and its value.",
                Span(0, 0),
            )
            return
        held = "a list" if isinstance(root, Sequence) else "a single value"
        self._fault(
            Kind.NOT_A_MAPPING,
            (),
            f"The file holds {held} where fields should be",
            "Begin each part with its name and a colon, such as ‘cycle: 3’.",
            Span(root.start, root.end),
        )

    def _walk(self) -> None:
        """Go through the events of the parser.

        Nine of ten values of a draft are plain texts in fields and lists that nothing is wrong
        with, so those are put in their place here; whatever else there is has its handler.
        """
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
        }
        text = self._text_to_parse()
        stack, scalar_event = self.stack, yaml.ScalarEvent
        as_written = text is self.text
        values = 0
        event: Any
        for event in yaml.parse(text, Loader=LOADER):
            kind = type(event)
            if kind in _VALUES:
                values += 1
                if values > MAX_VALUES:
                    self._too_many(event)
            if (
                kind is scalar_event
                and as_written
                and event.anchor is event.tag is None
                and event.style not in _BLOCKS
                and stack
                and not (top := stack[-1]).lost
            ):
                value: str = event.value
                start, end = event.start_mark.index, event.end_mark.index
                scalar = Scalar(value, not event.style and value in _NULLS, start, end)
                parent, key = top.node, top.key
                parent.size += 1
                if isinstance(parent, Sequence):
                    parent.items.append(scalar)
                elif key is not None:
                    parent.fields[key.text] = (key, scalar)
                    top.key = None
                elif value not in parent.fields:
                    top.key = scalar
                else:
                    self._key(top, parent, scalar)
                    continue
                parent.end = max(parent.end, end)
            elif handler := handlers.get(kind):
                handler(event)
            elif kind is yaml.DocumentStartEvent and self.roots:
                at = self._index(event.start_mark)
                self._fault(
                    Kind.SEVERAL_DOCUMENTS,
                    (),
                    "A second document begins here, and is not read",
                    "Keep one qualification in a file. Delete the line ‘---’ if it is not "
                    "meant to begin another.",
                    Span(at, max(at, self._index(event.end_mark))),
                    unsound=False,
                )
                return

    def _text_to_parse(self) -> str:
        """The text as the parser is given it: the text itself where YAML 1.1 reads it alike."""
        text = self.text
        if text.lstrip()[:1] in ("{", "["):
            text = _KEY.sub(lambda key: key[1] + " " * len(key[2]) + ":", text)
            if "\\u" in text:
                text = self._join_json_pairs(text)
        if breaks := _OLD_BREAKS.intersection(text):
            unused = (code for code in range(0xE000, 0xF8FF) if chr(code) not in text)
            stand_ins = {ord(character): next(unused) for character in sorted(breaks)}
            self.stand_ins = {code: character for character, code in stand_ins.items()}
            text = text.translate(stand_ins)
        return text

    def _join_json_pairs(self, text: str) -> str:
        """JSON writes a character beyond U+FFFF as two escapes, which YAML has as one."""
        pieces: list[str] = []
        done = length = 0
        for match in _JSON_PAIR.finditer(text):
            if match[1] is None:
                continue
            try:
                character = bytes.fromhex(match[1] + match[2]).decode("utf-16-be")
            except ValueError:
                continue
            escape = f"\\U{ord(character):08X}"
            pieces += [text[done : match.start()], escape]
            length += match.start() - done + len(escape)
            done = match.end()
            self.shifts.append((length, done - length))
        return "".join([*pieces, text[done:]])

    def _index(self, mark: Any) -> int:
        index: int = mark.index
        if self.shifts:
            at = bisect_right(self.shifts, (index, len(self.text)))
            index += self.shifts[at - 1][1] if at else 0
        return min(index, len(self.text))

    def _fault(
        self,
        kind: Kind,
        path: Path,
        message: str,
        hint: str,
        span: Span,
        *,
        unsound: bool = True,
    ) -> None:
        if self.told[kind] > MAX_FAULTS:
            return
        self.told[kind] += 1
        self.faults.append(Fault(kind, path, message, hint, span, unsound and not self._dropped()))

    def _dropped(self) -> bool:
        return bool(self.stack) and (self.stack[-1].dropped or self.stack[-1].lost)

    def _path(self) -> Path:
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            return (*top.path, len(top.node.items))
        return top.path if top.key is None else (*top.path, top.key.text)

    def _scalar(self, event: Any) -> None:
        start, end = self._span(event)
        plain = not event.style
        if event.style in _BLOCKS:
            end = start + len(self.text[start:end].rstrip())
        self._tag(event)
        null = plain and event.tag is None and event.value in _NULLS
        value = event.value.translate(self.stand_ins) if self.stand_ins else event.value
        scalar = Scalar(value, null, start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = scalar
        self._add(scalar)

    def _open(self, event: Any) -> None:
        start, end = self._span(event)
        self._tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self._too_deep(Span(start, end))
        node: Mapping | Sequence
        if type(event) is yaml.MappingStartEvent:
            node = Mapping(start, start)
        else:
            node = Sequence(start, start)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        is_flow = bool(event.flow_style)
        self.stack.append(_Open(node, self._path(), event.anchor, is_flow, self._dropped()))

    def _close(self, event: Any) -> None:
        closed = self.stack.pop()
        node = closed.node
        if closed.flow:
            node.end = self._index(event.end_mark)
        if closed.anchor is not None:
            self.anchors[closed.anchor] = node
        self._add(node)

    def _alias(self, event: Any) -> None:
        span = Span(*self._span(event))
        if event.anchor not in self.anchors:
            self._lose(
                Kind.SYNTAX,
                f"{quote('*' + event.anchor)} repeats a value that is not named before it",
                f"Name the value with {quote('&' + event.anchor)} where it is first written, or "
                "write it out here. Put text that begins with ‘*’ in quotation marks.",
                span,
            )
            return
        target = self.anchors[event.anchor]
        if target is None:
            self._lose(
                Kind.LIMIT,
                f"{quote('*' + event.anchor)} repeats a value inside itself",
                "Write the value out instead.",
                span,
            )
            return
        self.expansions += target.size
        if self.expansions > MAX_EXPANSIONS:
            self._fault(
                Kind.LIMIT,
                (),
                f"The aliases repeat more than {MAX_EXPANSIONS:,} values",
                "Write the values out instead.",
                span,
            )
            raise _Stop
        if len(self.stack) + target.height > MAX_DEPTH:
            self._too_deep(span)
        self._add(target)

    def _add(self, node: Node) -> None:
        """Put a value where the walk stands: a key, a field's value, an item or the root."""
        if not self.stack:
            self.roots.append(node)
            return
        top = self.stack[-1]
        parent = top.node
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if top.lost:
            top.lost, top.key = False, None
            return
        parent.end = max(parent.end, node.end)
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif top.key is not None:
            parent.fields[top.key.text] = (top.key, node)
            top.key = None
        else:
            self._key(top, parent, node)

    def _key(self, top: _Open, parent: Mapping, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._fault(
                Kind.WRONG,
                top.path,
                "A field’s name is a list or a group of fields",
                "Write the name as text. Put a name that holds [ or { in quotation marks.",
                Span(node.start, node.end),
                unsound=False,
            )
            top.lost = True
        elif node.text in parent.fields:
            first = parent.fields[node.text][0]
            line = self.lines.place(Span(first.start, first.end)).line
            self._fault(
                Kind.DUPLICATE_KEY,
                (*top.path, node.text),
                f"{quote(node.text)} is here a second time; the first is on line {line}",
                "Keep one of the two, or put both parts together. Only the first is read.",
                Span(node.start, node.end),
                unsound=False,
            )
            top.key, top.lost = node, True
        else:
            top.key = node

    def _span(self, event: Any) -> tuple[int, int]:
        """The characters of a value, without an anchor or a tag before it."""
        start, end = self._index(event.start_mark), self._index(event.end_mark)
        if type(event) is not yaml.AliasEvent and (event.anchor or event.tag):
            match = _PROPERTIES.match(self.text, start)
            start = match.end() if match else start
        return start, max(start, end)

    def _tag(self, event: Any) -> None:
        if event.tag is None or event.tag in _PLAIN_TAGS[type(event)]:
            return
        at = self._index(event.start_mark)
        match = _PROPERTIES.match(self.text, at)
        self._fault(
            Kind.TAG,
            self._path(),
            f"The tag {quote(event.tag.replace(_CORE, '!!'))} asks for more than text, a list or "
            "fields",
            "Delete the tag and write the value itself. htq runs nothing that a draft names.",
            Span(at, at + len(match[0].rstrip()) if match else at),
        )

    def _lose(self, kind: Kind, message: str, hint: str, span: Span) -> None:
        """Report a value that there is not, and go on as if it were empty."""
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.node, Mapping) and top.key is None and not top.lost:
            self._fault(kind, top.path, message, hint, span, unsound=False)
            top.lost = True
        else:
            self._fault(kind, self._path(), message, hint, span)
            self._add(Scalar("", True, span.start, span.start))

    def _too_many(self, event: Any) -> None:
        self._fault(
            Kind.LIMIT,
            (),
            f"The file holds more than {MAX_VALUES:,} values, names included; here is the next",
            "Keep the draft to one qualification.",
            Span(*self._span(event)),
        )
        raise _Stop

    def _too_deep(self, span: Span) -> None:
        self._fault(
            Kind.LIMIT,
            (),
            f"Lists and fields stand inside each other more than {MAX_DEPTH} deep here",
            "A draft needs 7. Check for brackets that are not closed.",
            span,
        )
        raise _Stop

    def _lines_up_to(self, at: int) -> list[tuple[int, str]]:
        """The line before a character and its own line, with where each begins."""
        start, end = self.lines.bounds(at)
        found = [(start, self.text[start:end])]
        if start:
            before, until = self.lines.bounds(start - 1)
            found.insert(0, (before, self.text[before:until]))
        return found

    def _syntax(self, error: yaml.YAMLError) -> None:
        problem = str(getattr(error, "problem", None) or error)
        mark = getattr(error, "problem_mark", None)
        if problem == "found unexpected end of stream":
            mark = getattr(error, "context_mark", None) or mark
        at = len(self.text) if mark is None else self._index(mark)
        if problem == "found undefined tag handle":
            end = at + len(self.text[at:].split(maxsplit=1)[0])
            self._fault(
                Kind.TAG,
                self._path(),
                f"The tag {quote(self.text[at:end])} asks for more than text, a list or fields",
                "Delete the tag and write the value itself.",
                Span(at, end),
            )
            return
        at = min(at, len(self.text.rstrip()))
        for start, line in self._lines_up_to(at):
            for form, said, remedy in _SLIPS:
                if slip := form.match(line):
                    span = Span(start + slip.start(1), start + slip.end(1))
                    self._fault(Kind.SYNTAX, (), said, remedy, span)
                    return
        _, message, hint = next(row for row in _SYNTAX if problem.startswith(row[0]))
        self._fault(Kind.SYNTAX, (), message, hint, Span(at, min(at + 1, len(self.text))))


_SLIPS = (
    (
        re.compile(r"[ \u00a0]*(\t)"),
        "A tab stands where spaces are needed",
        "Indent with spaces. Most editors can turn tabs into spaces.",
    ),
    (
        re.compile(r"[ ]*(\u00a0)"),
        "A space that does not break stands where a plain one is needed",
        "Delete the spaces at the beginning of the line and type them again.",
    ),
    (
        re.compile(r" *(-(?=[^\W\d_])|[\u2013\u2014\u2022])"),
        "The item of a list does not begin with a hyphen and a space",
        "Write ‘- ’ before it.",
    ),
    (
        re.compile(r" *(?:- )?([a-z_]+:(?=[^\s:/]))"),
        "There is no space after the colon",
        "Write a space between the colon and the value.",
    ),
)
"""Slips of the pen that the parser takes for something else, on the line where it stops or on
the one before: what is marked, what is wrong, and how to put it right."""

_SYNTAX = (
    (
        "mapping values are not allowed",
        "A colon stands where no field can begin",
        "Put text that holds ‘: ’ in quotation marks, and begin the fields of one part at "
        "the same column.",
    ),
    (
        "block sequence entries are not allowed",
        "A list cannot begin here",
        "Begin the list on a line of its own, each item with ‘- ’. Put text that begins with "
        "‘- ’ in quotation marks.",
    ),
    (
        "found character",
        "Text cannot begin with this character",
        "Put the text in quotation marks.",
    ),
    (
        "could not find expected ':'",
        "A field’s name has no colon after it",
        "Write a colon and a space after the name, and begin the fields of one part at the "
        "same column.",
    ),
    (
        "did not find expected key",
        "The fields of this part do not begin at the same column",
        "Indent them alike with spaces. Put a text that begins with a quotation mark wholly "
        "inside quotation marks.",
    ),
    (
        "did not find expected '-' indicator",
        "A field stands among the items of a list",
        "Begin each item with ‘- ’, and a field’s name further to the left.",
    ),
    (
        "did not find expected ',' or",
        "A list or group in brackets is not closed, or a comma is missing",
        "Close each ‘[’ with ‘]’ and each ‘{’ with ‘}’, and put commas between the items.",
    ),
    (
        "found unexpected end of stream",
        "A quotation mark is opened here and not closed",
        "Close it. Write ‘''’ for an apostrophe inside single quotation marks.",
    ),
    (
        "found unknown escape character",
        "A backslash in double quotation marks begins an escape that YAML does not have",
        "Write ‘\\\\’ for a backslash, or use single quotation marks.",
    ),
    (
        "found invalid Unicode character escape code",
        "An escape in double quotation marks names no character",
        "Write the character itself.",
    ),
    (
        "did not find expected <document start>",
        "Text stands after the end of the draft",
        "Delete it, or indent it so that it belongs to a field.",
    ),
    (
        "",
        "The text is not written as YAML here",
        "Check the colons, quotation marks, brackets and the indentation of this line and "
        "the one before it.",
    ),
)
