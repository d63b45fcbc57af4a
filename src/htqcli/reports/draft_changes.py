"""How the comparison of two drafts is said: its words, and its shape for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from htqcli.cells import markdown
from htqcli.check.privacy import without_addresses
from htqcli.check.report import Diagnostic
from htqcli.comparing.drafts import CoverageChange, DraftComparison, KsbChange, Told
from htqcli.comparing.drafts import as_data as data_of
from htqcli.document.places import pointer
from htqcli.draft.coverage import Met
from htqcli.rules.declare import DRAFT
from htqcli.words import join


def as_data(found: DraftComparison) -> dict[str, Any]:
    """The comparison for programs."""

    def place(path: Any) -> str:
        return without_addresses(pointer(path))

    shown = {name: data_of(name) for told in found.changes for name in told.answers}

    def change(told: Told) -> dict[str, Any]:
        own = told.change
        values = (
            None if own.kind == "added" else own.old,
            None if own.kind == "removed" else own.new,
        )
        is_contact = own.path[:2] == ("applicant", "contact")
        old, new = (None if is_contact else data_of(value) for value in values)
        return {
            "change": told.kind,
            "about": told.about,
            "old_pointer": place(own.old_path),
            "pointer": place(own.path),
            "into": None if own.into is None else place(own.into),
            "old": old,
            "new": new,
            "hidden": told.is_hidden,
            "message": str(told),
            "answers": [shown[name] for name in told.answers],
        }

    def ksbs(changes: Sequence[KsbChange], *, gained: bool) -> list[dict[str, str]]:
        return [
            {"ksb": one.label, "old": one.old, "new": one.new}
            for one in changes
            if one.is_gain is gained
        ]

    def coverage(one: CoverageChange) -> dict[str, Any]:
        return {
            "standard": one.standard,
            "reason": one.reason,
            "gained": ksbs(one.ksbs, gained=True),
            "lost": ksbs(one.ksbs, gained=False),
            "pathways": [
                {
                    "name": name,
                    "gained": ksbs(changes, gained=True),
                    "lost": ksbs(changes, gained=False),
                }
                for name, changes in one.pathways
            ],
        }

    sides = {"old": found.old, "new": found.new}
    return {
        "in_place": found.is_in_place,
        "changes": [change(told) for told in found.changes],
        "verdict": {name: side.checked.verdict.value for name, side in sides.items()},
        "ready": {name: side.checked.is_ready for name, side in sides.items()},
        "gone": [_finding(finding) for finding in found.gone],
        "come": [_finding(finding) for finding in found.added],
        "coverage": [coverage(one) for one in found.coverage],
        "feedback": [
            {
                "id": data_of(one.item.id),
                "asks": data_of(one.item.asks),
                "about": data_of(one.item.about),
                "done": bool(one.item.done),
                "changes": None if one.changes is None else list(one.changes),
            }
            for one in found.feedback
        ],
        "unread": {name: list(side.unread) for name, side in sides.items()},
    }


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.rule.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "pointer": finding.pointer,
        "line": finding.place.line,
        "column": finding.place.column,
        "accepted": finding.accepted is not None,
    }


class Item(NamedTuple):
    """A sentence, with a label before it or without one. The label of a change is a sign."""

    text: str
    label: str = ""

    @property
    def is_change(self) -> bool:
        """Whether its label is only a sign, which says no more than the sentence."""
        return self.label in ("+", "-", "~")


class Part(NamedTuple):
    """A heading with sentences below it. `level` is 1 for the whole, 2 and 3 for its parts. With
    `is_verdict`, the sentence is the verdict."""

    heading: str
    items: list[Item]
    level: int = 2
    is_verdict: bool = False


_MET: dict[Met, str] = {
    "unknown": "not known",
    "never": "met by no unit",
    "sometimes": "met in some combinations",
    "always": "met in every combination",
}

_MARKS = {"added": "+", "removed": "-"}


def outline(found: DraftComparison, *, is_stored: bool) -> Iterator[Part]:
    """The comparison in sentences under headings, the first of which is that of the whole."""
    old, new = found.old.draft.path, found.new.draft.path
    count = f"{len(found.changes)} change{'' if len(found.changes) == 1 else 's'}"
    between = f"{count} from {old} to {new}" if found.changes else ""
    yield Part(between or f"Nothing differs between {old} and {new}", [], 1)
    headings: dict[str, list[Told]] = {}
    for told in sorted(
        found.changes, key=lambda told: _ORDER.index(told.about.replace("ksb", "standard"))
    ):
        headings.setdefault(told.heading, []).append(told)
    for heading, changes in headings.items():
        yield Part(without_addresses(heading), list(_changes(changes)))
    yield Part("What that does", [Item(_verdict(found), "Verdict:")], is_verdict=True)
    findings = [*_findings("gone", found.gone), *_findings("new", found.added)]
    if findings:
        yield Part("Findings", findings, 3)
    covered = [item for one in found.coverage for item in _covered(one)]
    if covered:
        yield Part("Coverage", covered, 3)
    feedback = [
        Item(
            _answered(one.changes, done=bool(one.item.done)),
            f"{without_addresses(one.item.id or '?')}:",
        )
        for one in found.feedback
    ]
    if feedback:
        yield Part("Which feedback is answered", feedback, 3)
    notes = list(_notes(found, is_stored=is_stored))
    if notes:
        yield Part("Notes", notes, 3)


_ORDER = (
    *("draft", "applicant", "qualification", "unit", "structure", "standard"),
    *("assessment", "employer", "document", "declarations", "acceptance", "feedback", "approval"),
)
"""What changes are about, in the order in which they are shown."""


def _rank(told: Told) -> int:
    return _ORDER.index("standard" if told.about == "ksb" else told.about)


def _changes(changes: Sequence[Told]) -> Iterator[Item]:
    """The changes under one heading. What happens to several KSBs alike is said once."""
    alike: dict[tuple[object, ...], list[Told]] = {}
    for number, told in enumerate(changes):
        key = (told.says, told.answers) if told.about == "ksb" else (number,)
        alike.setdefault(key, []).append(told)
    for group in alike.values():
        first = group[0]
        labels = [one.subject.rpartition(" ")[2] for one in group]
        subject = f"{first.subject.rpartition(' ')[0]} {join(labels)}"
        says = first.says.replace(" is ", " are ", 1) if _is_whole(first) else first.says
        text = f"{subject}{says}" if len(group) > 1 else str(first)
        answers = f" (answers {join(first.answers)})" if first.answers else ""
        yield Item(without_addresses(f"{text}{answers}"), _MARKS.get(first.kind, "~"))


def _is_whole(told: Told) -> bool:
    """Whether a whole line of the mapping is added or removed."""
    return told.says.startswith(" is ")


def _verdict(found: DraftComparison) -> str:
    was, now = (DRAFT.words[side.checked.verdict] for side in (found.old, found.new))
    return f"{now}, as before" if was == now else f"was: {was}; now: {now}"


def _findings(state: str, findings: Iterable[Diagnostic]) -> Iterator[Item]:
    for finding in findings:
        severity = finding.severity.word
        accepted = "accepted " if finding.accepted else ""
        where = finding.pointer or "the whole draft"
        place = f"{finding.place.line}:{finding.place.column}, {where}"
        text = f"{accepted}{severity} {finding.rule.code} at {place}: {finding.message}"
        yield Item(text, f"{state:<4}")


def _covered(one: CoverageChange) -> Iterator[Item]:
    if one.reason:
        yield Item(f"not compared: {one.reason}", f"{one.standard}:" if one.standard else "")
    for where, changes in (("", one.ksbs), *((f", pathway {n}", c) for n, c in one.pathways)):
        for is_gain, word in ((True, "gained"), (False, "lost")):
            kinds: dict[tuple[Met, Met], list[str]] = {}
            for change in changes:
                if change.is_gain is is_gain:
                    kinds.setdefault((change.old, change.new), []).append(change.label)
            for (old, new), labels in kinds.items():
                was = f"{_MET[new]}, before {_MET[old].removeprefix('met ')}"
                yield Item(f"{word} {', '.join(labels)} ({was})", f"{one.standard}{where}:")


def _answered(changes: Sequence[int] | None, *, done: bool) -> str:
    marked = "; marked as done" if done else ""
    if changes is None:
        return f"it does not say what it is about{marked}"
    if len(changes) == 1:
        return f"1 change answers it{marked}"
    return f"{len(changes) or 'no'} change{'s answer' if changes else ' answers'} it{marked}"


_OF_FILES = ("HTQ509", "HTQ602")
"""The rules that look for a KSB list or a file beside a draft."""


def _notes(found: DraftComparison, *, is_stored: bool) -> Iterator[Item]:
    if is_stored:
        yield Item(
            "The old draft is that of the revision. The KSB lists and the named files are those "
            "of the folder of the new draft, as they are now, for both."
        )
    elif found.is_in_place:
        yield Item(
            "The old draft is the one that was submitted. It was checked with the KSB lists and "
            "the files of the new draft."
        )
    elif any(finding.rule.code in _OF_FILES for finding in found.gone):
        yield Item(
            "The old draft was checked with the KSB lists and the files beside it. If it is a copy "
            "of what you submitted, name it in the new draft, with ‘submitted’: then both are "
            "checked with the same lists and files."
        )
    for side in (found.old, found.new):
        if side.unread:
            places = ", ".join(side.unread[:5]) + (", …" if side.unread[5:] else "")
            yield Item(f"{side.draft.path}: not compared, because it cannot be read: {places}")


def as_markdown(parts: Iterable[Part]) -> str:
    """The comparison for the description of a pull request."""
    lines = []
    for part in parts:
        if part.heading:
            lines += [f"{'#' * (part.level + 1)} {markdown(part.heading)}", ""]
        for item in part.items:
            label = "" if item.is_change else markdown(item.label)
            text = f"**{label}** {markdown(item.text)}" if label else markdown(item.text)
            lines.append(f"- {text}" if part.heading else text)
        lines += [""] if part.items else []
    return "\n".join(lines).rstrip() + "\n"
