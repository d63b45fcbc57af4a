"""What `htq check --fix` writes: a draft's text with the fixes of its findings made in it.

A fix is made by position, so that every other character stays, and only if the text then reads
as the same draft with just that changed. It must make no finding that was not there before, be
it by bringing to light what a misspelt name hid.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from htqcli.check.drafts import own_fields
from htqcli.check.edits import Correction, Edit, Made
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.check.patch import unified_diff
from htqcli.check.privacy import personal, without_addresses
from htqcli.check.report import Checked, Diagnostic, Repair
from htqcli.document import reader
from htqcli.document.nodes import Document
from htqcli.document.places import Span, pointer
from htqcli.rules.declare import Rule, Severity

ROUNDS = 24
"""How often a text that was changed is looked at again. Slips and names that hide names are few:
a draft is 7 deep. A text that takes more is left as it was."""

_READINGS = 5_000_000


_FEWEST_READINGS = 4
"""How many bytes are read in all to find out which fixes can be made, but a draft this often at
least. One that takes more is left as it was."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A draft with its fixes made: what changed in it, in the order of the text, and what was
    held back. `diff` is what changed as a unified diff, of which `not_shown` changes are left
    out, because the lines hold what is personal or what a pipeline obeys. Where it would take
    `too_long` to find out what can be changed, nothing is."""

    draft: Draft
    changes: tuple[Correction, ...] = ()
    held: tuple[Correction, ...] = ()
    diff: str = ""
    not_shown: int = 0
    too_long: bool = False


def put_right(draft: Draft, checker: Checker, rules: Collection[Rule]) -> Fixed:
    """Make every fix of these rules in a draft that can be made safely, by what the checker finds.
    The same call with what it returns changes nothing more."""
    checked = checker.check(draft)
    if not isinstance(checked, Checked):
        return Fixed(draft)
    text = _Text(draft, checked)
    fixing = _Fixing(checker, rules, max(_FEWEST_READINGS, _READINGS // (len(draft.content) + 1)))
    if not fixing.repairs(text):
        return Fixed(draft)
    start = text.document
    try:
        for _ in range(ROUNDS):
            after = fixing.round(text)
            if after is text:
                changes = tuple(_change(start, made) for made in text.made)
                diff, not_shown = unified_diff(start, draft, text.made)
                return Fixed(text.draft, changes, tuple(fixing.held), diff, not_shown)
            text = after
    except _TooLong:
        pass
    return Fixed(draft, too_long=True)


def is_draft(draft: Draft) -> bool:
    """Whether a file is a draft beyond doubt: it was named, or has two fields of a draft or more
    at its top, so that it is not another's YAML or JSON that lies in the same folder."""
    return not draft.found or len(own_fields(reader.read(draft.content))) >= 2


class _TooLong(Exception):
    """All has been read that may be, to find out which fixes can be made."""


def _change(document: Document, made: Made) -> Correction:
    """A change with its line in the text as it was at first."""
    return replace(made.change, line=document.lines.place(Span(made.start, made.end)).line)


class _Text:
    """A draft on the way: its text as it stands, what was found in it, and what was made of the
    text as it was at first."""

    def __init__(self, draft: Draft, checked: Checked, made: tuple[Made, ...] = ()) -> None:
        self.draft = draft
        self.checked = checked
        self.made = made

    @cached_property
    def document(self) -> Document:
        """The text as it is read."""
        return reader.read(self.draft.content)

    @cached_property
    def is_json(self) -> bool:
        """Whether the draft is JSON, in which every text has quotation marks."""
        try:
            json.loads(self.document.lines.text)
        except (ValueError, RecursionError):
            return False
        return True

    def edits(self, repairs: Iterable[Repair]) -> list[Edit]:
        """The edits of repairs in the order of the text. What would be written in two ways is
        left out, and so is what overlaps."""
        at: dict[Span, list[tuple[str, Repair]]] = {}
        text = self.document.lines.text
        for repair in dict.fromkeys(repairs):
            path, fix = repair.path, repair.fix
            span = self.document.key(path) if fix.name else self.document.locate(path)
            written = _written(text[span.start : span.end], fix.text, self)
            if fix.edit is not None:
                span, written = Span(fix.edit.start, fix.edit.end), fix.edit.new
            if written is not None:
                at.setdefault(span, []).append((written, repair))
        edits: list[Edit] = []
        for span in sorted(at, key=lambda span: (span.start, span.end)):
            ways = {written for written, _ in at[span]}
            if len(ways) == 1 and (not edits or edits[-1].span.end <= span.start):
                edits.append(Edit(span, ways.pop(), tuple(repair for _, repair in at[span])))
        return edits

    def with_edits(self, edits: Sequence[Edit]) -> Draft | None:
        """The draft with edits made; None where it would not read as just that."""
        text = self.document.lines.text
        pieces: list[str] = []
        done = 0
        for edit in edits:
            pieces += [text[done : edit.span.start], edit.text]
            done = edit.span.end
        changed = "".join([*pieces, text[done:]]).encode()
        mark = len(self.draft.content) - len(text.encode())
        draft = self.draft._replace(content=self.draft.content[:mark] + changed)
        repairs = [repair for edit in edits for repair in edit.repairs]
        meant = _meant(self.document.data(), repairs)
        return draft if reader.read(draft.content).data() == meant else None

    def then(self, draft: Draft, checked: Checked, edits: Sequence[Edit]) -> _Text:
        """The text after edits."""
        return _Text(draft, checked, _composed(self.made, edits, self.change))

    def change(self, edit: Edit) -> Correction:
        """What an edit changes, as a person is told it."""
        repair = edit.repairs[0]
        old, new = self.document.text(repair.path) or "", repair.fix.written
        if repair.fix.edit:
            old = self.document.lines.text[edit.span.start : edit.span.end]
            if any(at.start < edit.span.end and edit.span.start < at.end for at in self.personal):
                old = new = "…"
        elif repair.fix.name:
            old = str(repair.path[-1])
        line = self.document.lines.place(edit.span).line
        return Correction(line, without_addresses(old), without_addresses(new), repair.rule.code)

    @cached_property
    def personal(self) -> list[Span]:
        """The characters that are not told."""
        return list(personal(self.document))


@dataclass(slots=True)
class _Fixing:
    """Makes what edits can be made, as long as readings are `left`; `held` is what the last
    round could not make."""

    checker: Checker
    rules: Collection[Rule]
    left: int
    held: list[Correction] = field(default_factory=list)

    def repairs(self, text: _Text) -> list[Repair]:
        """The repairs of findings that are not accepted, and of what is untidy."""
        found = [one for f in text.checked.findings if not f.accepted for one in f.repairs]
        every = [one for one in (*found, *text.checked.tidy) if one.fix.certain]
        return [one for one in every if one.rule in self.rules]

    def round(self, text: _Text) -> _Text:
        """The text with as many of its edits made as can be; the same text where none can.

        Slips of YAML come first, and then what was not read for a mistake: what that brings to
        light is told apart from what other edits make."""
        repairs = self.repairs(text)
        self.held = []
        for kind in (_is_slip, _is_unread, _is_read):
            after = self._with(text, text.edits(filter(kind, repairs)), makes=kind is _is_read)
            if after is not text:
                return after
        self.held.sort(key=lambda change: change.line)
        return text

    def _with(self, text: _Text, edits: list[Edit], *, makes: bool) -> _Text:
        """The text with as many of these edits made as can be. They can make errors if `makes`."""
        best = text
        chosen: list[Edit] = []
        waiting = [edits] if edits else []
        while waiting:
            group = waiting.pop()
            together = sorted([*chosen, *group], key=lambda edit: edit.span.start)
            after, brings = self._after(text, together, makes=makes)
            if after is not None:
                best, chosen = after, together
            elif len(group) == 1:
                self.held.append(replace(text.change(group[0]), brings=brings))
            else:
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
        return best

    def _after(
        self, text: _Text, edits: Sequence[Edit], *, makes: bool
    ) -> tuple[_Text | None, tuple[str, ...]]:
        """The text after edits; or the codes of the errors that they make."""
        if self.left <= 0:
            raise _TooLong
        self.left -= 1
        draft = text.with_edits(edits)
        checked = draft and self.checker.check(draft)
        if draft is None or not isinstance(checked, Checked):
            return None, ()
        after = text.then(draft, checked, edits)
        repairs = [repair for edit in edits for repair in edit.repairs]
        new = _findings(checked) - _moved(_findings(text.checked), repairs)
        shown = [f for f in checked.findings if not new.keys().isdisjoint(_finding(f))]
        errors = [finding for finding in shown if _is_error(finding)]
        if makes and text.checked.count(Severity.ERROR):
            errors = [f for f in errors if _is_made(f, after.document.data(), repairs)]
        elif text.checked.count(Severity.ERROR):
            errors = []
        return (None if errors else after), tuple(sorted({f.rule.code for f in errors}))


def _is_slip(repair: Repair) -> bool:
    return repair.fix.edit is not None


def _is_unread(repair: Repair) -> bool:
    return repair.unread and not _is_slip(repair)


def _is_read(repair: Repair) -> bool:
    return not repair.unread


def _is_error(found: Diagnostic) -> bool:
    return found.severity is Severity.ERROR and found.accepted is None


def _is_made(found: Diagnostic, data: Any, repairs: Iterable[Repair]) -> bool:
    """Whether an error that is new was made by repairs: it is about a single value that they did
    not change, and it cannot be corrected next. One about more, such as the structure, was there
    and could not be found."""
    if found.is_fixable:
        return False
    changed = {
        pointer((*one.path[:-1], one.fix.written) if one.fix.name else one.path) for one in repairs
    }
    steps = found.pointer.split("/")
    if any("/".join(steps[:length]) in changed for length in range(2, len(steps) + 1)):
        return False
    for step in steps[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list) and name.isdecimal() and int(name) < len(data):
            data = data[int(name)]
        elif isinstance(data, dict) and name in data:
            data = data[name]
        else:
            return False
    return isinstance(data, str)


_Finding = tuple[str, str, bool]
"""A code, a pointer, and whether the draft accepts the finding."""


def _finding(found: Diagnostic) -> list[_Finding]:
    """A finding at each of its places, so that one that is left in some of them is no new one."""
    return [(found.rule.code, spot.pointer, found.accepted is not None) for spot in found.spots]


def _findings(checked: Checked) -> Counter[_Finding]:
    return Counter(at for found in checked.findings for at in _finding(found))


def _deepest_first(repairs: Iterable[Repair]) -> list[Repair]:
    """Repairs in an order in which no name changes before what stands below it."""
    return sorted(repairs, key=lambda repair: (-len(repair.path), repair.fix.name))


def _moved(findings: Counter[_Finding], repairs: Iterable[Repair]) -> Counter[_Finding]:
    """Findings with their pointers as they are once names are corrected."""
    for repair in _deepest_first(repairs):
        if not repair.fix.name:
            continue
        old, new = pointer(repair.path), pointer((*repair.path[:-1], repair.fix.written))
        moved: Counter[_Finding] = Counter()
        for (code, at, accepted), count in findings.items():
            below = at == old or at.startswith(f"{old}/")
            moved[code, new + at[len(old) :] if below else at, accepted] += count
        findings = moved
    return findings


def _meant(data: Any, repairs: Iterable[Repair]) -> Any:
    """The data of a draft after just the repairs, which are made in it. Those of YAML's form
    change none: it was read as if they were made."""
    for repair in _deepest_first(dict.fromkeys(repairs)):
        if repair.fix.edit:
            continue
        *steps, last = repair.path
        part = data
        for step in steps:
            part = part[step]
        text = repair.fix.text
        if not isinstance(text, str):
            part[last] = list(text)
        elif not repair.fix.name:
            part[last] = text
        elif text in part:
            return None
        else:
            part[text] = part.pop(last)
    return data


def _written(raw: str, new: str | tuple[str, ...], document: _Text) -> str | None:
    """A text in the quotation marks of what stands there, or a list of texts in brackets; None in
    place of a text in lines of its own. What had no quotation marks gets them where it needs
    them, and in place of a number of JSON."""
    if not raw or raw.startswith(("|", ">")):
        return None
    if not isinstance(new, str):
        items = [_written('"' if document.is_json else "-", text, document) for text in new]
        return f"[{', '.join(filter(None, items))}]"
    if raw.startswith("'"):
        return _in_quotes(new)
    if raw.startswith('"') or (_NUMBER.fullmatch(raw) and document.is_json):
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return new if _PLAIN.fullmatch(new) else _in_quotes(new)


def _in_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


_PLAIN = re.compile(r"(?:\./)?[^\W_](?:[\w ./()&’'+-]|:(?=\d))*(?<! )")
"""Text that needs no quotation marks, neither in lines nor in brackets."""


def _composed(
    made: Sequence[Made], edits: Sequence[Edit], change: Callable[[Edit], Correction]
) -> tuple[Made, ...]:
    """Changes of the text as it was at first, after more edits of the text as it stands."""
    after: list[Made] = []
    left = list(made)
    moved = 0
    for edit in edits:
        while left and left[0].start + moved + len(left[0].text) <= edit.span.start:
            moved += len(left[0].text) - (left[0].end - left[0].start)
            after.append(left.pop(0))
        if left and left[0].start + moved < edit.span.end:
            first = left.pop(0)
            moved += len(first.text) - (first.end - first.start)
            then = replace(change(edit), old=first.change.old)
            after.append(Made(first.start, first.end, edit.text, then))
        else:
            start, end = edit.span.start - moved, edit.span.end - moved
            after.append(Made(start, end, edit.text, change(edit)))
    return (*after, *left)
