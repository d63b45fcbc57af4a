"""What `htq check --fix` writes: the text of a draft with its findings fixed.

A fix replaces characters by position, so all others stay as they are. It is made only if the text
then reads as the same draft with just that value changed, and if it causes no new finding.
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
from htqcli.check.edits import Correction, Edit, MadeEdit
from htqcli.check.engine import Checker
from htqcli.check.inputs import Draft
from htqcli.check.patch import unified_diff
from htqcli.check.privacy import personal_spans, without_addresses
from htqcli.check.report import Checked, Diagnostic, Repair
from htqcli.document import reader
from htqcli.document.nodes import Document
from htqcli.document.places import Span, pointer
from htqcli.rules.declare import Rule, Severity

MAX_ROUNDS = 24
"""How often a changed text is checked again, since one fix can reveal another. Few are hidden, as a
draft is 7 levels deep. A text that takes more rounds is left unchanged."""

_MAX_BYTES_READ = 5_000_000
"""How many bytes are read in all to find out which fixes can be made. A draft that takes more is
left unchanged."""

_MIN_READINGS = 4
"""How often a draft can be read, however large it is."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A draft with its fixes made: the changes in the order of the text, and those `held` back.

    `diff` is the changes as a unified diff. It leaves out `not_shown` changes, because their lines
    hold personal data or commands to a pipeline. If it would take `too_long` to find out what can
    be changed, nothing is.
    """

    draft: Draft
    changes: tuple[Correction, ...] = ()
    held: tuple[Correction, ...] = ()
    diff: str = ""
    not_shown: int = 0
    too_long: bool = False


def put_right(draft: Draft, checker: Checker, rules: Collection[Rule]) -> Fixed:
    """Make every fix of these rules in a draft that is safe. To call this again with the result
    changes nothing more."""
    checked = checker.check(draft)
    if not isinstance(checked, Checked):
        return Fixed(draft)
    text = _Text(draft, checked)
    readings = max(_MIN_READINGS, _MAX_BYTES_READ // (len(draft.content) + 1))
    fixer = _Fixer(checker, rules, readings)
    if not fixer.repairs(text):
        return Fixed(draft)
    start = text.document
    try:
        for _ in range(MAX_ROUNDS):
            after = fixer.round(text)
            if after is text:
                changes = tuple(
                    replace(
                        made.correction, line=start.lines.place(Span(made.start, made.end)).line
                    )
                    for made in text.made
                )
                diff, not_shown = unified_diff(start, draft, text.made)
                return Fixed(text.draft, changes, tuple(fixer.held), diff, not_shown)
            text = after
    except _TooLong:
        pass
    return Fixed(draft, too_long=True)


def is_draft(draft: Draft) -> bool:
    """Whether a file is certainly a draft: a person named it, or it has two or more fields of a
    draft at its top."""
    return not draft.found or len(own_fields(reader.read(draft.content))) >= 2


class _TooLong(Exception):
    """The limit of what is read to find out which fixes can be made is reached."""


class _Text:
    """A draft between rounds: its present text, what was found in it, and the edits of the original
    text so far."""

    def __init__(self, draft: Draft, checked: Checked, made: tuple[MadeEdit, ...] = ()) -> None:
        self.draft = draft
        self.checked = checked
        self.made = made

    @cached_property
    def document(self) -> Document:
        """The present text, parsed."""
        return reader.read(self.draft.content)

    @cached_property
    def is_json(self) -> bool:
        """Whether the draft is JSON, in which every text needs quotation marks."""
        try:
            json.loads(self.document.lines.text)
        except (ValueError, RecursionError):
            return False
        return True

    def edits(self, repairs: Iterable[Repair]) -> list[Edit]:
        """The edits that make repairs, in the order of the text. Repairs that contradict each other
        are left out, and so is an edit that overlaps the one before."""
        at: dict[Span, list[tuple[str, Repair]]] = {}
        text = self.document.lines.text
        for repair in dict.fromkeys(repairs):
            path, fix = repair.path, repair.fix
            span = self.document.key(path) if fix.name else self.document.locate(path)
            written = _formatted(fix.text, text[span.start : span.end], is_json=self.is_json)
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
        """The draft with edits made; None if it would not read as the same draft with just those
        changes."""
        text = self.document.lines.text
        changed = _replaced(text, Span(0, len(text)), edits).encode()
        mark = len(self.draft.content) - len(text.encode())
        draft = self.draft._replace(content=self.draft.content[:mark] + changed)
        repairs = [repair for edit in edits for repair in edit.repairs]
        expected = _repaired(self.document.data(), repairs)
        return draft if reader.read(draft.content).data() == expected else None

    def correction(self, edit: Edit) -> Correction:
        """What an edit changes, without personal data."""
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
        """The characters that are or could be personal."""
        return list(personal_spans(self.document))


@dataclass(slots=True)
class _Fixer:
    """Makes the edits that are safe, with at most `readings` more readings of the draft. `held` are
    those that the last round could not make."""

    checker: Checker
    rules: Collection[Rule]
    readings: int
    held: list[Correction] = field(default_factory=list)

    def repairs(self, text: _Text) -> list[Repair]:
        """The certain repairs of findings that are not accepted, and of untidy values."""
        found = [one for f in text.checked.findings if not f.accepted for one in f.repairs]
        every = [one for one in (*found, *text.checked.tidy) if one.fix.certain]
        return [one for one in every if one.rule in self.rules]

    def round(self, text: _Text) -> _Text:
        """The text with as many edits as possible; the same text if there are none.

        Mistakes in YAML come first, then values that could not be read. They reveal findings that
        were there before, which must not be blamed on the edits that follow."""
        repairs = self.repairs(text)
        self.held = []
        for kind in (_is_slip, _is_unread, _is_read):
            after = self._apply(text, text.edits(filter(kind, repairs)), makes=kind is _is_read)
            if after is not text:
                return after
        self.held.sort(key=lambda correction: correction.line)
        return text

    def _apply(self, text: _Text, edits: list[Edit], *, makes: bool) -> _Text:
        """The text with as many of these edits as possible. A group that fails is tried in halves.
        `makes` says that a new error counts as caused by an edit, and not as revealed by it."""
        best = text
        chosen: list[Edit] = []
        waiting = [edits] if edits else []
        while waiting:
            group = waiting.pop()
            together = sorted([*chosen, *group], key=lambda edit: edit.span.start)
            after, brings = self._try(text, together, makes=makes)
            if after is not None:
                best, chosen = after, together
            elif len(group) == 1:
                self.held.append(replace(text.correction(group[0]), brings=brings))
            else:
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
        return best

    def _try(
        self, text: _Text, edits: Sequence[Edit], *, makes: bool
    ) -> tuple[_Text | None, tuple[str, ...]]:
        """The text after edits, or None and the codes of the errors that they cause."""
        if self.readings <= 0:
            raise _TooLong
        self.readings -= 1
        draft = text.with_edits(edits)
        checked = draft and self.checker.check(draft)
        if draft is None or not isinstance(checked, Checked):
            return None, ()
        after = _Text(
            draft, checked, _composed(text.made, edits, text.document.lines.text, text.correction)
        )
        repairs = [repair for edit in edits for repair in edit.repairs]
        new = _findings(checked) - _renamed(_findings(text.checked), repairs)
        shown = [f for f in checked.findings if not new.keys().isdisjoint(_places(f))]
        errors = [finding for finding in shown if _is_error(finding)]
        if text.checked.count(Severity.ERROR):
            errors = [f for f in errors if makes and _is_caused(f, after.document, repairs)]
        return (None if errors else after), tuple(sorted({f.rule.code for f in errors}))


def _is_slip(repair: Repair) -> bool:
    return repair.fix.edit is not None


def _is_unread(repair: Repair) -> bool:
    return repair.unread and not _is_slip(repair)


def _is_read(repair: Repair) -> bool:
    return not repair.unread


def _is_error(found: Diagnostic) -> bool:
    return found.severity is Severity.ERROR and found.accepted is None


def _is_caused(found: Diagnostic, document: Document, repairs: Iterable[Repair]) -> bool:
    """Whether repairs caused a new error: it is about a single text that they did not change, and
    it cannot be fixed next. An error about more, such as the structure, was there but hidden."""
    if found.is_fixable:
        return False
    changed = {
        pointer((*one.path[:-1], one.fix.written) if one.fix.name else one.path) for one in repairs
    }
    steps = found.pointer.split("/")
    if any("/".join(steps[:length]) in changed for length in range(2, len(steps) + 1)):
        return False
    data: Any = document.data()
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


def _places(found: Diagnostic) -> list[_Finding]:
    """A finding at each of its places, so that it is not new if it remains at some of them."""
    return [(found.rule.code, spot.pointer, found.accepted is not None) for spot in found.spots]


def _findings(checked: Checked) -> Counter[_Finding]:
    return Counter(at for found in checked.findings for at in _places(found))


def _deepest_first(repairs: Iterable[Repair]) -> list[Repair]:
    """Repairs in an order in which everything below a name changes before the name."""
    return sorted(repairs, key=lambda repair: (-len(repair.path), repair.fix.name))


def _renamed(findings: Counter[_Finding], repairs: Iterable[Repair]) -> Counter[_Finding]:
    """Findings with the pointers that they have once names are corrected."""
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


def _repaired(data: Any, repairs: Iterable[Repair]) -> Any:
    """Make repairs in the data of a draft, and return it; None if a new name is taken. Repairs of
    YAML's syntax change nothing, because it was read as if they had been made."""
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


def _formatted(new: str | tuple[str, ...], raw: str, *, is_json: bool) -> str | None:
    """A text in the same quotation marks as the `raw` text it replaces, or a list in brackets. A
    text gets quotation marks if it needs them. None in place of a block (`|` or `>`)."""
    if not raw or raw.startswith(("|", ">")):
        return None
    if not isinstance(new, str):
        items = [_formatted(text, '"' if is_json else "-", is_json=is_json) for text in new]
        return f"[{', '.join(filter(None, items))}]"
    if raw.startswith("'"):
        return _in_quotes(new)
    if raw.startswith('"') or (is_json and _NUMBER.fullmatch(raw)):
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return new if _PLAIN.fullmatch(new) else _in_quotes(new)


def _in_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


_PLAIN = re.compile(r"(?:\./)?[^\W_](?:[\w ./()&’'+-]|:(?=\d))*(?<! )")
"""Text that needs no quotation marks, even in a list in brackets."""


def _composed(
    made: Sequence[MadeEdit],
    edits: Sequence[Edit],
    present: str,
    correction: Callable[[Edit], Correction],
) -> tuple[MadeEdit, ...]:
    """The edits of the original text that come to the same as edits made before and these edits of
    the present text. Those that share characters become one."""
    parts: list[tuple[Span, MadeEdit | Edit]] = [(edit.span, edit) for edit in edits]
    moved = 0
    for earlier in made:
        start = earlier.start + moved
        parts.append((Span(start, start + len(earlier.text)), earlier))
        moved += len(earlier.text) - (earlier.end - earlier.start)
    groups: list[tuple[Span, list[MadeEdit | Edit]]] = []
    for span, part in sorted(parts, key=lambda part: (part[0].start, part[0].end)):
        if groups and span.start < groups[-1][0].end:
            whole, together = groups[-1]
            groups[-1] = (Span(whole.start, max(whole.end, span.end)), [*together, part])
        else:
            groups.append((span, [part]))
    after: list[MadeEdit] = []
    moved = 0
    for span, together in groups:
        old = [part for part in together if isinstance(part, MadeEdit)]
        new = [part for part in together if isinstance(part, Edit)]
        start = span.start - moved
        moved += sum(len(one.text) - (one.end - one.start) for one in old)
        text = _replaced(present, span, new) if new else old[0].text
        told = [*(one.correction for one in old), *map(correction, new)]
        both = replace(told[-1], old=told[0].old)
        if [edit.span for edit in new] != [span] and len(told) > 1:
            hidden = any(said.new == "…" for said in told)
            both = replace(both, new="…" if hidden else without_addresses(text))
        after.append(MadeEdit(start, span.end - moved, text, both))
    return tuple(after)


def _replaced(text: str, span: Span, edits: Iterable[Edit]) -> str:
    """A part of a text, with edits made in it."""
    pieces: list[str] = []
    done = span.start
    for edit in edits:
        pieces += [text[done : edit.span.start], edit.text]
        done = edit.span.end
    return "".join([*pieces, text[done : span.end]])
