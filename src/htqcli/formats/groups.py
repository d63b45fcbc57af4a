"""The findings in a draft as a person works through them: by section of the form, causes first, and
what is alike together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from htqcli.check.report import Checked, Diagnostic
from htqcli.draft.coverage import StandardCoverage
from htqcli.draft.sections import OTHER, SECTIONS, STANDARDS, Section, field_names, section_of
from htqcli.ksbs.lists import ranges
from htqcli.rules.declare import Alike, Stage
from htqcli.vocabulary import LABEL
from htqcli.words import join, truncate, visible


class Group(NamedTuple):
    """Findings of one rule in one section that have one remedy.

    `statements` say what is wrong, each with its lines. `more` is how many are not among them.
    """

    section: str
    statements: list[str]
    more: int
    hint: str
    findings: list[Diagnostic]

    @property
    def first(self) -> Diagnostic:
        """The first of the findings in the text. All have its rule, severity and acceptance."""
        return self.findings[0]


def groups(file: Checked, findings: Iterable[Diagnostic]) -> list[Group]:
    """Findings in a file, by section. In a section, what is wrong with the text comes first, then
    what is wrong with the shape of the draft, and what that can cause comes after it."""
    found: dict[_Key, list[Diagnostic]] = {}
    for finding in findings:
        found.setdefault(_key(finding), []).append(finding)
    standards = dict(zip(file.positions, file.standards, strict=True))
    return [
        _group(key, found[key], standards.get(key.standard)) for key in sorted(found, key=_order)
    ]


class _Key(NamedTuple):
    """What findings of one group have in common."""

    section: int
    standard: int
    is_accepted: bool
    stage: int
    rank: int
    code: str
    remedy: str
    alike: Alike | None


def _order(key: _Key) -> tuple[int | str, ...]:
    return key[:-1]


_TEXT = Section("The text", ())
_SECTIONS = [_TEXT, *SECTIONS, OTHER]
_STAGES = list(Stage)


def _key(finding: Diagnostic) -> _Key:
    steps = _steps(finding.pointer)
    section = section_of(steps[0]) if steps else OTHER
    if finding.rule.stage is Stage.FILE:
        section = _TEXT
    standard = -1
    if section is STANDARDS and len(steps) > 1 and steps[1].isdecimal():
        standard = int(steps[1])
    accepted = finding.accepted
    alike = finding.rule.alike_at(steps) if steps and not accepted else None
    return _Key(
        _SECTIONS.index(section),
        standard,
        accepted is not None,
        _STAGES.index(finding.rule.stage),
        -finding.severity.rank,
        finding.rule.code,
        "" if alike else f"{accepted.until} {accepted.reason}" if accepted else finding.hint,
        alike,
    )


def _group(key: _Key, findings: list[Diagnostic], standard: StandardCoverage | None) -> Group:
    section = _SECTIONS[key.section]
    title = section.title
    if key.standard >= 0:
        title = _name(standard) or f"Standard {key.standard + 1}"
    if key.alike and len(findings) > 1:
        said = _together(key.alike, findings, standard, section)
        statements = [f"{said} ({lines(findings)})"]
        return Group(title, statements, 0, key.alike.hint or findings[0].hint, findings)
    by_message: dict[str, list[Diagnostic]] = {}
    for finding in findings:
        by_message.setdefault(finding.message, []).append(finding)
    statements = [f"{message} ({lines(alike)})" for message, alike in by_message.items()]
    more = len(statements) - MAX_STATEMENTS
    shown = statements[:MAX_STATEMENTS] if more > 1 else statements
    return Group(title, shown, len(statements) - len(shown), findings[0].hint, findings)


MAX_STATEMENTS = 5
"""How many findings of one group are told one by one."""


def _name(standard: StandardCoverage | None) -> str:
    if standard is None or standard.reference is None:
        return ""
    option = f" ({truncate(standard.option, 40)})" if standard.option else ""
    return visible(truncate(standard.reference, 60) + option)


def _together(
    alike: Alike, findings: list[Diagnostic], standard: StandardCoverage | None, section: Section
) -> str:
    places = dict.fromkeys(_own_steps(_steps(one.pointer), section) for one in findings)
    names = dict.fromkeys(steps[0] for steps in places)
    labels = ranges(names) if all(map(LABEL.fullmatch, names)) else _some(list(names))
    are_whole = all(len(steps) == 1 for steps in places)
    total = standard.ksbs if standard and (standard.ksbs or 0) >= len(names) else None
    return alike.sentence.format(
        places=labels if are_whole else _some([field_names(steps) for steps in places]),
        labels=labels,
        ksbs=f"{len(names)} of {total} KSBs" if total else f"{len(names)} KSBs",
    )


def _own_steps(steps: tuple[str, ...], section: Section) -> tuple[str, ...]:
    """The steps to a value from its section, from the mapping, or from the units."""
    own = 2 if section is STANDARDS else len(section.fields) == 1 or steps[0] == "units"
    left = steps[own:]
    return (left[1:] if left[:1] == ("ksbs",) else left) or steps


def _some(names: list[str]) -> str:
    more = len(names) - _MAX_NAMES
    shown = names[:_MAX_NAMES] if more > 1 else names
    shown = [visible(truncate(name, 60)) for name in shown]
    return join([*shown, f"{more} more"] if more > 1 else shown)


_MAX_NAMES = 8


def lines(findings: Iterable[Diagnostic]) -> str:
    """The lines of findings: each of up to three, else the first and the last."""
    found = sorted({spot.place.line for finding in findings for spot in finding.spots})
    if len(found) == 1:
        return f"line {found[0]}"
    if len(found) <= _MAX_LINES:
        return f"lines {join([str(line) for line in found])}"
    return f"lines {found[0]}–{found[-1]}"


_MAX_LINES = 3


def _steps(pointer: str) -> tuple[str, ...]:
    """The steps of a JSON Pointer."""
    steps = pointer.split("/")[1:]
    return tuple(re.sub("~[01]", lambda found: "~/"[int(found[0][1])], step) for step in steps)
