"""YAML text as it is read. The only module that knows PyYAML.

A draft can come from anyone, so reading it must end, must stay small and must build only text,
lists and mappings. `read` walks the parser's events, stops at limits, and records where each
value stands in the text. Values stay text: the field that asks decides whether a text is a
number, a date, or yes or no, so `1.10` is never 1.1 and `No` is never false.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import yaml

from htqcli.document.faults import Fault, FaultKind, Fix
from htqcli.document.nodes import Document, Mapping, Node, Scalar, Sequence
from htqcli.document.places import Edit, FieldPath, Lines, Span
from htqcli.files import MAX_BYTES
from htqcli.words import quote

if TYPE_CHECKING:
    from htqcli.document.syntax import Slip

MAX_DEPTH = 64
"""How deeply lists and fields may be nested. A draft needs 7."""

MAX_EXPANSIONS = 10_000
"""How many values the aliases of one file may repeat. A draft of 5 standards with 40 KSBs each,
all shared, stays far below it; an alias bomb passes it at once."""

MAX_VALUES = 50_000
"""How many values, including field names, one file may hold. A draft of 100 units and 5 standards
with 60 KSBs each has about 4,000."""

MAX_FAULTS = 1_000
"""How many faults of one kind are kept, plus one to show that there are more."""

MAX_SLIPS = 100
"""How many slips in one file are passed over."""

_MAX_REREAD = 2_000_000
"""How many characters are read again in all because of slips."""

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loader_name() -> str:
    """The YAML parser in use and its version, as `htq --version` shows them."""
    if LOADER is yaml.SafeLoader:
        return f"PyYAML {yaml.__version__}"
    from yaml import _yaml

    return f"libyaml {_yaml.get_version_string()}"


def read(content: bytes) -> Document:
    """Read a draft or a catalogue. Never raises, whatever it contains."""
    if len(content) > MAX_BYTES:
        return _unreadable(
            "",
            FaultKind.LIMIT,
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
            FaultKind.UNREADABLE_TEXT,
            f"The text contains the character U+{ord(match[0]):04X}, which YAML does not allow",
            "Delete the character, or write it as an escape in double quotation marks.",
            Span(match.start(), match.end()),
        )
    return _read(text)


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
        FaultKind.UNREADABLE_TEXT,
        message,
        "Save the file as UTF-8. Most editors offer this under ‘Save as’ or ‘Encoding’.",
        Span(at, at + 1),
    )


def _unreadable(
    text: str, kind: FaultKind, message: str, hint: str, span: Span | None = None
) -> Document:
    return Document(text, None, (Fault(kind, (), message, hint, span or Span(0, 0)),))


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

_BLOCK_STYLES = ("|", ">")

_NULLS = {"", "~", "null", "Null", "NULL"}

_PROPERTIES = re.compile(r"(?:[&!](?:<[^>]*>|[^\s,\[\]{}]*)\s*)+")

_SPLIT_JSON_KEY = r'(?s)("(?:[^"\\]|\\.)*+")(\s*[\r\n]\s*):'
"""A JSON key whose colon is on a later line, where YAML does not look for it."""

_LOOK_AHEAD = 2_048
"""At least as many characters as the parser looks ahead for the colon after a name."""

_BRACKET = re.compile(r"[\[{]")

_OLD_BREAKS = {"\x85", "\u2028", "\u2029"}
"""Line ends in YAML 1.1 and so to the parser, but ordinary characters in YAML 1.2, in JSON and in
editors. The parser gets characters in their place that the text does not use."""

_JSON_PAIR = r"(?s)\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|.)"


def _nfc(text: str) -> str:
    """A text in Unicode form NFC, so that names that look the same are equal."""
    return text if text.isascii() else normalize("NFC", text)


class _Stop(Exception):
    """Reading stops here. What was read so far is dropped."""


@dataclass(slots=True)
class _OpenNode:
    """A list or mapping that has not ended.

    `key` is the field whose value is next. If `is_lost`, that value is read but not kept: it
    belongs to a second equal key, for example. Everything inside it `is_dropped`: faults there
    make nothing unsound.
    """

    node: Mapping | Sequence
    path: FieldPath
    anchor: str | None
    is_flow: bool
    is_dropped: bool
    key: Scalar | None = None
    is_lost: bool = False


class _ParserText:
    """The text given to the parser, which knows where each of its characters comes from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.size = len(text)
        self.shifts: list[tuple[int, int]] = []
        self.stand_ins: dict[int, int] = {}
        if text.lstrip()[:1] in ("{", "["):
            self.text = re.sub(_SPLIT_JSON_KEY, lambda key: key[1] + " " * len(key[2]) + ":", text)
            if "\\u" in text:
                self.edit(_json_pairs(self.text))
        if breaks := _OLD_BREAKS.intersection(text):
            unused = (code for code in range(0xE000, 0xF8FF) if chr(code) not in text)
            stand_ins = {ord(character): next(unused) for character in sorted(breaks)}
            self.stand_ins = {code: character for character, code in stand_ins.items()}
            self.text = self.text.translate(stand_ins)

    def index(self, at: int) -> int:
        """The place in the original text of a character of the parser's text."""
        return min(at + self._shift(at) if self.shifts else at, self.size)

    def edit(self, edits: Iterable[Edit]) -> None:
        """Apply edits, in the order of the text, to the parser's text."""
        pieces: list[str] = []
        shifts: list[tuple[int, int]] = []
        done = moved = old = 0
        for start, end, new in chain(edits, [Edit(len(self.text), len(self.text), "")]):
            if start < done:
                continue
            for at, by in self.shifts[old:]:
                if at > start:
                    break
                old += 1
                if at > done:
                    shifts.append((at + moved, by - moved))
            pieces += [self.text[done:start], new]
            after = end + self._shift(end)
            moved += len(new) - (end - start)
            shifts.append((end + moved, after - end - moved))
            done = end
        self.text, self.shifts = "".join([*pieces, self.text[done:]]), shifts

    def _shift(self, at: int) -> int:
        found = bisect_right(self.shifts, (at, self.size))
        return self.shifts[found - 1][1] if found else 0


def _json_pairs(text: str) -> Iterator[Edit]:
    """Join the two escapes that JSON uses for a character beyond U+FFFF: YAML uses one."""
    for match in re.finditer(_JSON_PAIR, text):
        if match[1] is None:
            continue
        try:
            character = bytes.fromhex(match[1] + match[2]).decode("utf-16-be")
        except ValueError:
            continue
        yield Edit(match.start(), match.end(), f"\\U{ord(character):08X}")


def _read(text: str) -> Document:
    """Read as much of a text as possible: where the parser stops at a known slip, read on
    without it.

    What the slip contained is lost. A second stop on a line leaves out the whole line. A third,
    or one without an explanation, ends the reading.
    """
    parsed = _ParserText(text)
    found: list[Slip] = []
    stops: dict[int, int | None] = {}  # by line: the slip found there, None once the line is out
    left = min(MAX_SLIPS, _MAX_REREAD // (len(text) + 1))
    if first := _conflicts(parsed.text):
        found += (_in_original(slip, parsed) for slip in first)
        parsed.edit(sorted(edit for slip in first for edit in slip.edits))
    while True:
        reading = _Reading(text, parsed)
        error = reading.walk(check_root=not found)
        if error is None:
            break
        slip = reading.slip(error)
        if slip is None or not slip.edits:
            if stops.keys().isdisjoint(reading.lines_of(error)):
                reading.report(error)
            break
        start = slip.edits[0].start
        line = reading.lines.bounds(parsed.index(start))[0]
        number = stops.get(line, len(found))
        if number is None:
            break
        if line in stops:
            begin, end = Lines(parsed.text).bounds(start)
            slip = slip._replace(edits=(Edit(begin, end, ""),))
            found[number] = found[number]._replace(at=line, correction=None)
            stops[line] = None
        else:
            found.append(_in_original(slip, parsed))
            stops[line] = number
        if not left:
            break
        left -= 1
        parsed.edit(sorted(slip.edits))
    return reading.document(found, whole=error is None)


def _conflicts(text: str) -> list[Slip]:
    if "<<<<<<< " not in text and ">>>>>>> " not in text:
        return []
    from htqcli.document import syntax

    return list(islice(syntax.conflicts(text), MAX_SLIPS))


def _in_original(slip: Slip, parsed: _ParserText) -> Slip:
    """A slip with its places in the original text; its edits stay in the parser's."""
    start, end = parsed.index(slip.start), parsed.index(slip.end)
    at = None if slip.at is None else parsed.index(slip.at)
    correction = slip.correction
    if correction is not None:
        begin, stop = parsed.index(correction.start), parsed.index(correction.end)
        correction = Edit(begin, stop, correction.new)
    return slip._replace(start=start, end=max(start, end), at=at, correction=correction)


def _lost_path(root: Mapping, at: int) -> FieldPath:
    """The path of the field whose name begins at `at`, else of the part around it."""
    path: FieldPath = ()
    node: Node = root
    while True:
        if isinstance(node, Mapping):
            inner = [(key.start, name, value) for name, (key, value) in node.fields.items()]
        elif isinstance(node, Sequence):
            inner = [(item.start, step, item) for step, item in enumerate(node.items)]  # type: ignore[misc]
        else:
            return path[:-1]
        number = bisect_right([start for start, _, _ in inner], at) - 1
        if number < 0:
            return path
        start, step, below = inner[number]
        path = (*path, step)
        if start == at and isinstance(node, Mapping):
            return path
        if below.start < start or below.start > at:
            return path[:-1]
        node = below


class _Reading:
    """One walk over the events of a text."""

    def __init__(self, text: str, parsed: _ParserText) -> None:
        self.text = text
        self.parsed = parsed
        self.as_written = parsed.text is text
        self.stand_ins = parsed.stand_ins
        self.lines = Lines(text)
        self.faults: list[Fault] = []
        self.stack: list[_OpenNode] = []
        self.anchors: dict[str, Node | None] = {}
        self.expansions = 0
        self.roots: list[Node] = []
        self.counts: Counter[FaultKind] = Counter()

    def walk(self, *, check_root: bool) -> yaml.YAMLError | None:
        """Read the text; return the error that stops the parser, if one does. With `check_root`,
        a text that does not contain fields gets a fault."""
        try:
            if self.text.strip():
                self._walk()
            if check_root:
                self._check_root(self.roots[0] if self.roots else None)
        except _Stop:
            self.roots = []
        except yaml.YAMLError as error:
            self.roots = []
            return None if self._stopped_too_deep(error) else error
        return None

    def document(self, found: Sequence_[Slip], *, whole: bool) -> Document:
        """What was read, with the slips found on the way as faults."""
        root = self.roots[0] if self.roots and whole else None
        if not isinstance(root, Mapping):
            root = None
        for slip in found:
            path = () if root is None or slip.at is None else _lost_path(root, slip.at)
            span = Span(slip.start, slip.end)
            fix = slip.correction and Fix(slip.correction.new, edit=slip.correction)
            self.faults.append(
                Fault(FaultKind.SYNTAX, path, slip.message, slip.hint, span, fix=fix)
            )
        is_certain = whole and all(slip.correction for slip in found)
        return Document(self.text, root, tuple(self.faults), as_written=is_certain)

    def slip(self, error: yaml.YAMLError) -> Slip | None:
        """The slip that stops the parser, in places of the parser's text."""
        problem, at = str(getattr(error, "problem", "")), getattr(error, "problem_mark", None)
        context = getattr(error, "context_mark", None)
        if at is None or problem.startswith("found undefined tag handle"):
            return None
        from htqcli.document import syntax  # most texts have no slip

        return syntax.explain(self.parsed.text, problem, at.index, context and context.index)

    def lines_of(self, error: yaml.YAMLError) -> set[int]:
        """Where the lines begin that an error names."""
        marks = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
        return {self.lines.bounds(self._index(mark))[0] for mark in marks if mark is not None}

    def _stopped_too_deep(self, error: yaml.YAMLError) -> bool:
        """Whether the text up to an error is nested too deeply, which then is the fault to report.

        A bracket can begin a field's name, so the parser looks 1,024 characters ahead before it
        gives an event for it, and can stop at a limit of its own first.
        """
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        if mark is None or not isinstance(error, yaml.scanner.ScannerError):
            return False
        at = self._index(mark)
        if not _BRACKET.search(self.text, max(0, at - _LOOK_AHEAD), at):
            return False
        before = _Reading(self.text[:at], _ParserText(self.text[:at]))
        try:
            before._walk()
        except _Stop:
            self.faults = before.faults
            return True
        except yaml.YAMLError:
            pass
        return False

    def _check_root(self, root: Node | None) -> None:
        """Report a file that does not contain fields."""
        if isinstance(root, Mapping) or (self.faults and not isinstance(root, Sequence)):
            return
        if root is None or (isinstance(root, Scalar) and root.is_null and not root.text):
            self._fault(
                FaultKind.EMPTY,
                (),
                "The file is empty, or has only comments",
                "Write fields in it, each with a name, a colon and a value, such as ‘cycle: 3’. "
                "‘htq init’ "
                "writes a draft to start from.",
                Span(0, 0),
            )
            return
        held = "a list" if isinstance(root, Sequence) else "a single value"
        self._fault(
            FaultKind.NOT_A_MAPPING,
            (),
            f"The file is {held}, not fields with names",
            "Begin each part with its name and a colon, such as ‘cycle: 3’.",
            Span(root.start, root.end),
        )

    def _walk(self) -> None:
        """Go through the events of the parser.

        Nine of ten values are plain, sound texts in fields and lists. They are added here, which
        saves a call; a handler does the rest.
        """
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
        }
        stack, scalar_event, as_written = self.stack, yaml.ScalarEvent, self.as_written
        values = 0
        parser = LOADER(self.parsed.text)
        event: Any
        for event in iter(parser.get_event, None):
            kind = type(event)
            if kind in _VALUES:
                values += 1
                if values > MAX_VALUES:
                    self._too_many(event)
            if (
                kind is scalar_event
                and as_written
                and event.anchor is event.tag is None
                and event.style not in _BLOCK_STYLES
                and stack
                and not (top := stack[-1]).is_lost
            ):
                value = event.value if event.value.isascii() else _nfc(event.value)
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
                    FaultKind.SEVERAL_DOCUMENTS,
                    (),
                    "A second document begins here, and was ignored",
                    "Keep one qualification in a file. Delete the line ‘---’ if it is not "
                    "meant to begin another.",
                    Span(at, max(at, self._index(event.end_mark))),
                    unsound=False,
                )
                return

    def _index(self, mark: Any) -> int:
        return mark.index if self.as_written else self.parsed.index(mark.index)

    def _fault(
        self,
        kind: FaultKind,
        path: FieldPath,
        message: str,
        hint: str,
        span: Span,
        *,
        unsound: bool = True,
    ) -> None:
        if self.counts[kind] > MAX_FAULTS:
            return
        self.counts[kind] += 1
        unsound = unsound and not self._is_dropped()
        self.faults.append(Fault(kind, path, message, hint, span, unsound))

    def _is_dropped(self) -> bool:
        return bool(self.stack) and (self.stack[-1].is_dropped or self.stack[-1].is_lost)

    def _path(self) -> FieldPath:
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            return (*top.path, len(top.node.items))
        return top.path if top.key is None else (*top.path, top.key.text)

    def _scalar(self, event: Any) -> None:
        start, end = self._span(event)
        plain = not event.style
        if event.style in _BLOCK_STYLES:
            end = start + len(self.text[start:end].rstrip())
        self._tag(event)
        null = plain and event.tag is None and event.value in _NULLS
        value = event.value.translate(self.stand_ins) if self.stand_ins else event.value
        scalar = Scalar(_nfc(value), null, start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = scalar
        self._add(scalar)

    def _open(self, event: Any) -> None:
        start = self._index(event.start_mark)
        if event.anchor is not None or event.tag is not None:
            start, _ = self._span(event)
            self._tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self._too_deep(Span(*self._span(event)))
        is_mapping = type(event) is yaml.MappingStartEvent
        node = Mapping(start, start) if is_mapping else Sequence(start, start)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        is_flow = bool(event.flow_style)
        self.stack.append(_OpenNode(node, self._path(), event.anchor, is_flow, self._is_dropped()))

    def _close(self, event: Any) -> None:
        closed = self.stack.pop()
        node = closed.node
        if closed.is_flow:
            node.end = self._index(event.end_mark)
        if closed.anchor is not None:
            self.anchors[closed.anchor] = node
        self._add(node)

    def _alias(self, event: Any) -> None:
        span = Span(*self._span(event))
        if event.anchor not in self.anchors:
            self._report_as_empty(
                FaultKind.SYNTAX,
                f"{quote('*' + event.anchor)} repeats a value that is not named before it",
                f"Name the value with {quote('&' + event.anchor)} where it is first written, or "
                "write it out here. Put text that begins with ‘*’ in quotation marks.",
                span,
            )
            return
        target = self.anchors[event.anchor]
        if target is None:
            self._report_as_empty(
                FaultKind.LIMIT,
                f"{quote('*' + event.anchor)} repeats a value inside itself",
                "Write the value out instead.",
                span,
            )
            return
        self.expansions += target.size
        if self.expansions > MAX_EXPANSIONS:
            self._fault(
                FaultKind.LIMIT,
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
        """Add a value as what is next: a key, a field's value, an item or the root."""
        if not self.stack:
            self.roots.append(node)
            return
        top = self.stack[-1]
        parent = top.node
        parent.size += node.size
        if node.height >= parent.height:
            parent.height = node.height + 1
        if top.is_lost:
            top.is_lost, top.key = False, None
            return
        parent.end = max(parent.end, node.end)
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif top.key is not None:
            parent.fields[top.key.text] = (top.key, node)
            top.key = None
        else:
            self._key(top, parent, node)

    def _key(self, top: _OpenNode, parent: Mapping, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._fault(
                FaultKind.WRONG,
                top.path,
                "The name of a field is a list or a group of fields",
                "Write the name as text. Put a name with [ or { in it in quotation marks.",
                Span(node.start, node.end),
                unsound=False,
            )
            top.is_lost = True
        elif node.text in parent.fields:
            first = parent.fields[node.text][0]
            line = self.lines.place(Span(first.start, first.end)).line
            self._fault(
                FaultKind.DUPLICATE_KEY,
                (*top.path, node.text),
                f"{quote(node.text)} is here a second time; the first is on line {line}",
                "Keep one of the two, or combine them. Until then htq reads only the first.",
                Span(node.start, node.end),
                unsound=False,
            )
            top.key, top.is_lost = node, True
        else:
            top.key = node

    def _span(self, event: Any) -> tuple[int, int]:
        """Where a value is, without an anchor or a tag before it."""
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
            FaultKind.TAG,
            self._path(),
            f"The tag {quote(event.tag.replace(_CORE, '!!'))} asks for more than text, a list or "
            "fields",
            "Delete the tag and write the value itself. htq runs nothing that a draft names.",
            Span(at, at + len(match[0].rstrip()) if match else at),
        )

    def _report_as_empty(self, kind: FaultKind, message: str, hint: str, span: Span) -> None:
        """Report a value that cannot be read, and go on as if it were empty."""
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.node, Mapping) and top.key is None and not top.is_lost:
            self._fault(kind, top.path, message, hint, span, unsound=False)
            top.is_lost = True
        else:
            self._fault(kind, self._path(), message, hint, span)
            self._add(Scalar("", True, span.start, span.start))

    def _too_many(self, event: Any) -> None:
        self._fault(
            FaultKind.LIMIT,
            (),
            f"The file has more than {MAX_VALUES:,} values, names included, and this is the next "
            "one",
            "Keep the draft to one qualification.",
            Span(*self._span(event)),
        )
        raise _Stop

    def _too_deep(self, span: Span) -> None:
        self._fault(
            FaultKind.LIMIT,
            (),
            f"Lists and fields are nested more than {MAX_DEPTH} deep here",
            "A draft needs 7. Check for brackets that are not closed.",
            span,
        )
        raise _Stop

    def report(self, error: yaml.YAMLError) -> None:
        """Report an error that no known slip explains."""
        problem = str(getattr(error, "problem", None) or error)
        mark = getattr(error, "problem_mark", None)
        if problem == "found unexpected end of stream":
            mark = getattr(error, "context_mark", None) or mark
        at = len(self.text) if mark is None else self._index(mark)
        if problem == "found undefined tag handle":
            end = at + len(self.text[at:].split(maxsplit=1)[0])
            self._fault(
                FaultKind.TAG,
                self._path(),
                f"The tag {quote(self.text[at:end])} asks for more than text, a list or fields",
                "Delete the tag and write the value itself.",
                Span(at, end),
            )
            return
        at = min(at, len(self.text.rstrip()))
        _, message, hint = next(row for row in _ERRORS if problem.startswith(row[0]))
        self._fault(FaultKind.SYNTAX, (), message, hint, Span(at, min(at + 1, len(self.text))))


_ERRORS = (
    (
        "mapping values are not allowed",
        "Unexpected colon",
        "Put text that contains ‘: ’ in quotation marks, or check the indentation: the fields of "
        "one "
        "part begin at the same column.",
    ),
    (
        "block sequence entries are not allowed",
        "A list cannot begin here",
        "Write each item of the list on its own line, after ‘- ’. If this is text that begins with "
        "‘- ’, put it in quotation marks.",
    ),
    (
        "found character",
        "Text cannot begin with this character",
        "Put the text in quotation marks.",
    ),
    (
        "could not find expected ':'",
        "There is no colon after the name of a field",
        "Write a colon and a space after the name, and begin the fields of one part at the "
        "same column.",
    ),
    (
        "did not find expected key",
        "The fields of this part do not begin at the same column",
        "Indent them by the same number of spaces. If a text begins with a quotation mark, put all "
        "of it in quotation marks.",
    ),
    (
        "did not find expected '-' indicator",
        "Here is a field between the items of a list",
        "Begin each item with ‘- ’, and move a field that is not part of the list further left.",
    ),
    (
        "did not find expected ',' or",
        "A list or group in brackets is not closed, or a comma is missing",
        "Close each ‘[’ with ‘]’ and each ‘{’ with ‘}’, and put commas between the items.",
    ),
    (
        "found unexpected end of stream",
        "This quotation mark is not closed",
        "Add one at the end of the text. Write ‘''’ for an apostrophe inside single quotation "
        "marks.",
    ),
    (
        "found unknown escape character",
        "A backslash has a special meaning in double quotation marks, and YAML does not know this "
        "one",
        "Write ‘\\\\’ for a backslash, or use single quotation marks.",
    ),
    (
        "found invalid Unicode character escape code",
        "A backslash has a special meaning in double quotation marks, and this one names no "
        "character",
        "Write the character itself, or ‘\\\\’ for a backslash.",
    ),
    (
        "did not find expected <document start>",
        "There is text after the end of the draft",
        "Delete it, or indent it so that it belongs to a field.",
    ),
    (
        "",
        "This is not in the format that YAML needs",
        "Check the colons, quotation marks, brackets and indentation of this line and the "
        "one before it.",
    ),
)
