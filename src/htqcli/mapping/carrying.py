"""A draft whose mapping moves to another version of a standard, by the statements of the KSBs.

Only equal statements are carried over. Whatever is uncertain is a decision for a person, and what
is gone is listed, so that nothing that covered a KSB disappears unseen. Every other byte of the
draft stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from htqcli.document import reader
from htqcli.document.nodes import Document, Node, Scalar
from htqcli.document.nodes import Mapping as Fields
from htqcli.document.nodes import Sequence as Items
from htqcli.document.places import Edit, FieldPath
from htqcli.ksbs.lists import parse_label
from htqcli.ksbs.versions import Comparison, Fate, Succession, statement_key
from htqcli.mapping.editing import Covering, covering_of
from htqcli.mapping.yaml_edits import NOT_SAFE, CannotEdit, Style, after_line, node_at
from htqcli.words import join, visible

PLACEHOLDER = "<decide which units cover it>"
"""What `--partial` writes for a KSB whose units somebody has to decide."""


class Decision(NamedTuple):
    """Something that a person has to decide: KSBs of the old list that the draft covers, and the
    KSBs of the new list that may follow them. `succession` is None for a label that the old list
    does not have. An `acceptance` is the position of an entry of `accept` that names the KSB."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    succession: Succession | None
    acceptance: int | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is about something else than a line of the mapping to a KSB of the list."""
        return self.succession is None or self.acceptance is not None


@dataclass
class Carried:
    """A draft with its mapping on another version: the new content, the labels that were carried
    over, and what is left for a person. `covered` is what the draft says of each old label."""

    content: bytes
    covered: dict[str, Covering] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def open_labels(self) -> list[str]:
        """The labels of the new list that wait for a decision."""
        return [label for one in self.decisions if not one.is_elsewhere for label in one.new]


def carry(content: bytes, index: int, found: Comparison, option: str | None = None) -> Carried:
    """The draft with the mapping of the standard at `index` on the new list. Raises CannotEdit if
    that cannot be done without changing something else."""
    document = reader.read(content)
    if document.root is None or not document.as_written:
        raise CannotEdit("Correct what ‘htq check’ finds in the draft first.")
    carrier = _Carrier(document, index, found, option)
    edits = [*carrier.version(), *carrier.mapping(), *carrier.acceptances(), *carrier.feedback()]
    text = document.lines.text
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    mark = content[: len(content) - len(document.lines.text.encode())]
    made = mark + text.encode()
    after = reader.read(made)
    if after.root is None or after.data() != carrier.expected:
        raise CannotEdit(NOT_SAFE)
    carrier.done.content = made
    return carrier.done


class _Carrier:
    """The edits that carry one mapping over, and the data that must come of them."""

    def __init__(
        self, document: Document, index: int, found: Comparison, option: str | None
    ) -> None:
        self.document = document
        self.text = document.lines.text
        self.style = Style(self.text)
        self.index = index
        self.found = found
        self.at: FieldPath = ("standards", index, "ksbs")
        self.expected: dict[str, Any] = deepcopy(document.data())
        self.done = Carried(b"")
        self._needed = found.new.needed(option)
        standard = self.expected["standards"][index]
        mapping = standard.get("ksbs")
        self._lines: dict[str, Any] = mapping if isinstance(mapping, dict) else {}
        self.done.covered = {
            parse_label(label) or label: covering_of(value) for label, value in self._lines.items()
        }
        if len(self.done.covered) < len(self._lines):
            raise CannotEdit("Two lines of the mapping name the same KSB: keep one of them.")

    def version(self) -> Iterator[Edit]:
        """Name the new version."""
        new = self.found.new.version
        path: FieldPath = ("standards", self.index, "version")
        yield self._inner(path, self.found.old.version, new)
        self.expected["standards"][self.index]["version"] = new

    def _inner(self, path: FieldPath, old: str, new: str) -> Edit:
        """A part of a text that becomes another; its quotation marks stay."""
        node = node_at(self.document, path)
        if not isinstance(node, Scalar) or node.start < self.document.key(path).start:
            raise CannotEdit(NOT_SAFE)
        return self._within(node, old, new)

    def _within(self, node: Scalar, old: str, new: str) -> Edit:
        start = self.text.find(old, node.start, node.end)
        if start < 0:
            raise CannotEdit(NOT_SAFE)
        return Edit(start, start + len(old), new)

    def mapping(self) -> Iterator[Edit]:
        """Rename the lines that are carried over, and take out or replace the others."""
        node = node_at(self.document, self.at)
        if not isinstance(node, Fields) or not node.fields:
            return
        first = next(iter(node.fields.values()))[0]
        if node.start < self.document.key(self.at).start:
            raise CannotEdit("It uses YAML anchors in the mapping: write those values out.")
        is_flow = self.text[node.start : node.start + 1] == "{"
        start = self.document.lines.bounds(first.start)[0]
        if not is_flow and not self.text[start : first.start].isspace():
            raise CannotEdit("Write each KSB of the mapping on a line of its own.")
        replaced = self._sort_out()
        kept: dict[str, Any] = {}
        for written, value in self._lines.items():
            label = parse_label(written) or written
            if label in self.done.labels:
                new = self.done.labels[label]
                name = written if new == label else new
                kept[name] = value
                if written != name:
                    yield self._within(node.fields[written][0], written, name)
            elif label not in replaced:
                kept[written] = value
        kept |= dict.fromkeys((new for own in replaced.values() for new in own), PLACEHOLDER)
        kept |= {label: [] for label in self.done.new}
        self.expected["standards"][self.index]["ksbs"] = kept or ({} if is_flow else None)
        yield from (self._flow if is_flow else self._block)(node, replaced)

    def _sort_out(self) -> dict[str, tuple[str, ...]]:
        """Find out what becomes of each line. Returns the old labels whose lines go, each with the
        new labels that wait for a decision in its place."""
        done, old = self.done, self.found.old.ksbs
        replaced: dict[str, tuple[str, ...]] = {}
        for label in done.covered:
            if label not in old:
                taken = label in self.found.new.ksbs
                done.decisions.append(Decision((label,), (label,) if taken else (), None))
                if taken:
                    replaced[label] = (label,)
                continue
            one = self.found.following(label)
            if one.is_exact:
                done.labels[label] = one.new[0]
            elif one.fate is Fate.GONE:
                done.gone.append(label)
                replaced[label] = ()
            else:
                replaced[label] = ()
                of_one = [own for own in one.old if own in done.covered]
                covering = [own for own in of_one if done.covered[own].units]
                if covering and covering[0] == label:
                    done.decisions.append(Decision(tuple(covering), one.new, one))
                    replaced[label] = one.new
        exact = {one.new[0] for one in self.found.successions if one.is_exact}
        waiting = {new for own in replaced.values() for new in own}
        done.new = [label for label in self._needed if label not in exact and label not in waiting]
        clash = {*done.labels.values()} & waiting
        if clash:
            raise CannotEdit(
                f"The mapping names {join(sorted(clash))}, which version {self.found.old.version} "
                "does not have. Correct that first: ‘htq check’ finds it."
            )
        return replaced

    def _order(
        self, replaced: dict[str, tuple[str, ...]]
    ) -> Iterator[tuple[str | None, list[str]]]:
        """The new labels that get an empty line, by the old label whose line they come after."""
        lines = {new: old for old, new in self.done.labels.items()}
        lines |= {new: old for old, news in replaced.items() for new in news}
        before: str | None = None
        places: list[tuple[str | None, str]] = []
        for label in self.found.new.ksbs:
            before = lines.get(label, before)
            if label in self.done.new:
                places.append((before, label))
        for at, own in groupby(places, key=lambda place: place[0]):
            yield at, [label for _, label in own]

    def _written(self, label: str) -> str:
        return next(own for own in self._lines if (parse_label(own) or own) == label)

    def _block(self, node: Fields, replaced: dict[str, tuple[str, ...]]) -> Iterator[Edit]:
        """Lines of a mapping with one KSB a line: edits of whole lines."""
        text, end = self.text, self.style.line_end
        first = next(iter(node.fields.values()))[0]
        indent = text[self.document.lines.bounds(first.start)[0] : first.start]
        for old, news in replaced.items():
            start, stop = self._extent(node, old)
            was = " ".join(text[node.fields[self._written(old)][0].start : stop].split())
            lines: list[str] = []
            for number, new in enumerate(news):
                lines += self._statement(new, indent)
                if number == 0:
                    lines += [f"{indent}# In version {self.found.old.version}: {visible(was)}"]
                lines.append(f"{indent}{new}: {PLACEHOLDER}")
            others = next((d.old[1:] for d in self.done.decisions if d.old[:1] == (old,)), ())
            for other in others:
                own, last = self._extent(node, other)
                told = " ".join(text[own:last].split())
                lines.insert(-1, f"{indent}# In version {self.found.old.version}: {visible(told)}")
            block = "".join(f"{line}{end}" for line in lines)
            if block and stop == len(text) and not text.endswith("\n"):
                block = block.removesuffix(end)
            yield Edit(start, stop, block)
        for after, labels in self._order(replaced):
            where = self._extent(node, next(iter(self.done.covered)))[0]
            if after is not None:
                where = self._extent(node, after)[1]
            lines = [
                line
                for label in labels
                for line in (*self._statement(label, indent), f"{indent}{label}: []")
            ]
            begin = end if where == len(text) and not text.endswith("\n") else ""
            yield Edit(where, where, begin + "".join(f"{line}{end}" for line in lines))

    def _statement(self, label: str, indent: str) -> list[str]:
        statement = self.found.new.ksbs[label]
        return [f"{indent}# {visible(' '.join(statement.split()))}"] if statement else []

    def _extent(self, node: Fields, label: str) -> tuple[int, int]:
        """Where the lines of a KSB begin and end, with a comment above them that is its
        statement."""
        key, value = node.fields[self._written(label)]
        start = self.document.lines.bounds(key.start)[0]
        stop = after_line(self.text, max(key.end, value.end))
        if start > 0:
            above = self.document.lines.bounds(start - 1)
            comment = self.text[slice(*above)].strip()
            if comment.startswith("#") and self._is_statement(comment[1:], label):
                start = above[0]
        return start, stop

    def _is_statement(self, comment: str, label: str) -> bool:
        """Whether a comment is the statement of a KSB, even cut short or after its options."""
        statement = self.found.old.ksbs.get(label)
        if not statement or not comment.strip():
            return False
        said, whole = statement_key(visible(comment)), statement_key(visible(statement))
        if said.startswith("("):
            said = said.partition(") ")[2] or said
        cut = said.removesuffix("…").rstrip()
        return said == whole or (cut != said and whole.startswith(cut))

    def _flow(self, node: Fields, replaced: dict[str, tuple[str, ...]]) -> Iterator[Edit]:
        """Fields of a mapping in braces: edits between commas."""
        style = self.style
        fields = [(parse_label(own) or own, *pair) for own, pair in node.fields.items()]
        for old, news in replaced.items():
            if news:
                _, key, value = next(one for one in fields if one[0] == old)
                lines = [f"{style.text(new)}: {style.text(PLACEHOLDER)}" for new in news]
                yield Edit(key.start, max(key.end, value.end), ", ".join(lines))
        goes = [label in replaced and not replaced[label] for label, _, _ in fields]
        if all(goes):
            lines = [f"{style.text(label)}: []" for label in self.done.new]
            ends = max(fields[-1][1].end, fields[-1][2].end)
            yield Edit(fields[0][1].start, ends, ", ".join(lines))
            return
        yield from _without([(key.start, max(key.end, v.end)) for _, key, v in fields], goes)
        first = fields[0][1].start
        for after, labels in self._order(replaced):
            added = [f"{style.text(label)}: []" for label in labels]
            if after is None:
                yield Edit(first, first, "".join(f"{line}, " for line in added))
                continue
            _, key, value = next(one for one in fields if one[0] == after)
            where = max(key.end, value.end)
            yield Edit(where, where, "".join(f", {line}" for line in added))

    def acceptances(self) -> Iterator[Edit]:
        """Move what the draft accepts with the labels that it names."""
        entries = self.expected.get("accept")
        if not isinstance(entries, list):
            return
        goes = []
        for number, entry in enumerate(entries):
            is_gone = False
            if isinstance(entry, dict):
                at = entry.get("at")
                if self._is_mine(at, entry):
                    path: FieldPath = ("accept", number)
                    edits, lost = self._accepted(path, entry)
                    is_gone = lost
                    if not lost:
                        yield from edits
            goes.append(is_gone)
        if any(goes):
            yield from self._without_entries(goes)
            self.expected["accept"] = [e for e, gone in zip(entries, goes, strict=True) if not gone]
            self.expected["accept"] = self.expected["accept"] or None

    def _is_mine(self, at: object, entry: dict[str, Any]) -> bool:
        """Whether an entry is about this standard. One that names KSBs and no standard, such as one
        for the structure, is about each."""
        steps = at.split("/") if isinstance(at, str) else []
        if steps[1:2] == ["standards"] and len(steps) > 2:
            return steps[2] == str(self.index)
        return isinstance(entry.get("ksbs"), list)

    def _accepted(self, path: FieldPath, entry: dict[str, Any]) -> tuple[list[Edit], bool]:
        """The edits of one entry, and whether nothing of it is left."""
        edits: list[Edit] = []
        rule = visible(str(entry.get("rule")))
        steps = str(entry.get("at") or "").split("/")
        if len(steps) > 4 and steps[3] == "ksbs":
            label = parse_label(steps[4]) or steps[4]
            new = self._moved(label, path, rule)
            if new is None:
                return [], True
            if new != steps[4]:
                after = "/".join([*steps[:4], new, *steps[5:]])
                whole = str(entry["at"])
                edits.append(self._inner((*path, "at"), whole, after))
                entry["at"] = after
        labels = entry.get("ksbs")
        if isinstance(labels, list) and labels:
            is_of_one = steps[1:2] == ["standards"] and len(steps) > 2
            is_shared = not is_of_one and len(self.expected["standards"]) > 1
            move = self._moved_of_each if is_shared else self._moved
            moved = [
                move(parse_label(own) or own, path, rule) if isinstance(own, str) else own
                for own in labels
            ]
            if not any(new is not None for new in moved):
                return [], True
            list_path: FieldPath = (*path, "ksbs")
            for at, (own, new) in enumerate(zip(labels, moved, strict=True)):
                if isinstance(own, str) and new is not None and new != own:
                    edits.append(self._inner((*list_path, at), own, new))
            edits += self._without_items(list_path, [new is None for new in moved])
            entry["ksbs"] = [new for new in moved if new is not None]
        return edits, False

    def _moved(self, label: str, path: FieldPath, rule: str) -> str | None:
        """The new label of a KSB that an entry names; None if it is gone, which is told."""
        one = self.found.following(label) if label in self.found.old.ksbs else None
        if one is None:
            return self._decided(label, path, None) if label in self.found.new.ksbs else label
        if one.is_exact:
            return one.new[0]
        if one.fate is Fate.GONE:
            self.done.notes.append(f"The acceptance of {rule} for {label} is taken out: it is gone")
            return None
        return self._decided(label, path, one)

    def _moved_of_each(self, label: str, path: FieldPath, _rule: str) -> str:
        """The label of a KSB in an entry that is about other standards too: only one that means the
        same in both versions can stay."""
        one = self.found.following(label) if label in self.found.old.ksbs else None
        is_same = one is not None and one.fate is Fate.SAME
        if is_same or (one is None and label not in self.found.new.ksbs):
            return label
        return self._decided(label, path, one)

    def _decided(self, label: str, path: FieldPath, one: Succession | None) -> str:
        """What stands for a KSB in an entry until somebody decides which one is meant."""
        new = one.new if one else (label,)
        self.done.decisions.append(Decision((label,), new, one, acceptance=int(path[1])))
        return f"<{label} in version {self.found.old.version}>"

    def _without_entries(self, goes: Sequence[bool]) -> Iterator[Edit]:
        yield from self._without_items(("accept",), goes)

    def _without_items(self, path: FieldPath, goes: Sequence[bool]) -> Iterator[Edit]:
        """Take items out of a list."""
        node = node_at(self.document, path)
        if not any(goes):
            return
        if not isinstance(node, Items) or len(node.items) != len(goes):
            raise CannotEdit(NOT_SAFE)
        if self.text[node.start : node.start + 1] == "[":
            yield from _without([(item.start, item.end) for item in node.items], goes)
            return
        for item, gone in zip(node.items, goes, strict=True):
            if gone:
                start = self.document.lines.bounds(_start(item))[0]
                if not self.text[start:].lstrip(" ").startswith("- "):
                    raise CannotEdit(NOT_SAFE)
                yield Edit(start, after_line(self.text, item.end), "")

    def feedback(self) -> Iterator[Edit]:
        """Move the places that feedback is about."""
        items = self.expected.get("feedback")
        for number, item in enumerate(items if isinstance(items, list) else ()):
            about = str(item.get("about") or "") if isinstance(item, dict) else ""
            steps = about.split("/")
            if steps[1:4] != ["standards", str(self.index), "ksbs"] or len(steps) < 5:
                continue
            label = parse_label(steps[4]) or steps[4]
            one = self.found.following(label) if label in self.found.old.ksbs else None
            if one is None or not one.is_exact:
                self.done.notes.append(
                    f"The feedback {visible(str(item.get('id')))} is about {visible(label)} of "
                    f"version {self.found.old.version}: correct its ‘about’"
                )
            elif one.new[0] != steps[4]:
                after = "/".join([*steps[:4], one.new[0], *steps[5:]])
                yield self._inner(("feedback", number, "about"), about, after)
                item["about"] = after


def _start(item: Node) -> int:
    while isinstance(item, Items) and item.items:
        item = item.items[0]
    if isinstance(item, Fields) and item.fields:
        return next(iter(item.fields.values()))[0].start
    return item.start


def _without(spans: Sequence[tuple[int, int]], goes: Sequence[bool]) -> Iterator[Edit]:
    """Take items out of a list or fields out of a mapping in brackets, with their commas."""
    last = len(spans) - 1
    for gone, run in groupby(enumerate(goes), key=itemgetter(1)):
        if not gone:
            continue
        numbers = [number for number, _ in run]
        begin, end = numbers[0], numbers[-1]
        if end < last:
            yield Edit(spans[begin][0], spans[end + 1][0], "")
        elif begin:
            yield Edit(spans[begin - 1][1], spans[end][1], "")
        else:
            yield Edit(spans[0][0], spans[last][1], "")


def covering_units(carried: Carried, labels: Iterable[str]) -> list[str]:
    """The units that cover KSBs of the old list, each once."""
    own = [carried.covered[label].units for label in labels if label in carried.covered]
    return list(dict.fromkeys(name for units in own for name in units))
