"""Drafts in, report out.

The engine gives each draft to every rule, turns the paths that rules speak in into places,
and takes out what a draft accepts. It prints nothing, and no file's state stops the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from htqcli import source
from htqcli.application import Acceptance, Application, Contact, read_application
from htqcli.catalogue import Catalogue, NotFound
from htqcli.fields import is_private, names, sound
from htqcli.intake import Draft, Unchecked
from htqcli.rules import RULES
from htqcli.rules.declare import Accepted, Case, Problem, Rule, Severity
from htqcli.source import Document, Place, pointer
from htqcli.words import visible


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding of a rule, with its place and the text of its first line.

    In that text, personal data stands as dots. `accepted` is the draft's acceptance of it.
    """

    rule: Rule
    severity: Severity
    message: str
    hint: str
    pointer: str
    place: Place
    line: str
    details: dict[str, Any] | None = None
    accepted: Acceptance | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was checked: its findings, ordered by place and code."""

    path: str
    findings: tuple[Diagnostic, ...]

    @property
    def ready(self) -> bool:
        """Whether the draft is ready to submit: no finding is an error."""
        return not self.count(Severity.ERROR)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity count, accepted ones left out."""
        return sum(f.severity is severity and f.accepted is None for f in self.findings)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run found: every draft checked, and everything that could not be."""

    at: datetime
    catalogue: Catalogue
    files: tuple[Checked, ...]
    unchecked: tuple[Unchecked, ...]

    def count(self, severity: Severity) -> int:
        """How many findings of a severity count, in all drafts."""
        return sum(file.count(severity) for file in self.files)


def check(
    drafts: Iterable[Draft | Unchecked], catalogue: Catalogue, at: datetime, rules: Sequence[Rule]
) -> Report:
    """Check every draft against every rule. A fault in a rule leaves its draft unchecked."""
    files: list[Checked] = []
    unchecked: list[Unchecked] = []
    for draft in drafts:
        found = draft if isinstance(draft, Unchecked) else _check(draft, catalogue, at, rules)
        if isinstance(found, Checked):
            files.append(found)
        else:
            unchecked.append(found)
    return Report(at, catalogue, tuple(files), tuple(unchecked))


def _check(
    draft: Draft, catalogue: Catalogue, at: datetime, rules: Sequence[Rule]
) -> Checked | Unchecked:
    document = source.read(draft.content)
    reading = read_application(document)
    try:
        cycle = catalogue.cycle(reading.part.cycle) if reading.part.cycle is not None else None
    except NotFound:
        cycle = None
    case = Case(document, reading, catalogue, cycle, at, draft.folder)
    last = [rule for rule in rules if rule.code in _OF_ACCEPTANCES]
    findings: list[Diagnostic] = []
    for rule in rules:
        if rule not in last:
            found = _run(rule, case)
            if isinstance(found, Exception):
                return _fault(draft, rule, found)
            findings += found
    findings, accepted = _accept(findings, case, rules)
    for rule in last:
        found = _run(rule, replace(case, accepted=accepted))
        if isinstance(found, Exception):
            return _fault(draft, rule, found)
        findings += found
    findings.sort(key=lambda f: (f.place.line, f.place.column, f.rule.code, f.pointer))
    return Checked(draft.path, tuple(findings))


_OF_ACCEPTANCES = ("HTQ105", "HTQ106")
"""The rules about acceptances themselves, which look at what all others found."""


def _run(rule: Rule, case: Case) -> list[Diagnostic] | Exception:
    severity = rule.severity_in(case.cycle)
    about_the_file = rule.code.startswith("HTQ0")
    if severity is None or not rule.can_judge(case.reading):
        return []
    if case.document.root is None and not about_the_file:
        return []
    about_the_draft = not rule.code.startswith(("HTQ0", "HTQ1"))
    try:
        return [
            _diagnostic(rule, severity, problem, case.document)
            for problem in rule.check(case)
            if not (about_the_draft and not case.reading.knows(problem.path))
        ]
    except Exception as error:  # noqa: BLE001  # a fault in one rule is reported, not raised
        return error


def _fault(draft: Draft, rule: Rule, error: Exception) -> Unchecked:
    reason = f"a fault in htq: rule {rule.code} stopped with {type(error).__name__}"
    return Unchecked(draft.path, reason, error)


def _diagnostic(rule: Rule, severity: Severity, problem: Problem, document: Document) -> Diagnostic:
    place = document.lines.place(problem.span or document.locate(problem.path))
    message, hint, path = problem.message, problem.hint, problem.path
    private = is_private(Application, path[:-1])
    if private and rule.code.startswith("HTQ0"):
        message, hint = _QUOTED.sub("‘…’", message), _QUOTED.sub("‘…’", hint)
    if private and path[-1] not in names(Contact):
        path = path[:-1]
    return Diagnostic(
        rule,
        severity,
        visible(message),
        visible(hint),
        pointer(path),
        place,
        _without_personal_data(document, problem, place),
        problem.details,
    )


_QUOTED = re.compile("‘[^’]*’")
_CONTACT = re.compile(r"\bcontact\b[\"']?\s*:")
_EMAIL = re.compile(r"[^\s\"'<>{}\[\],]*@[^\s\"'<>{}\[\],]+")


def _without_personal_data(document: Document, problem: Problem, place: Place) -> str:
    """The first line of a problem, in which contact names and e-mail addresses are dots.

    It goes by the fields where the draft could be read. It goes by the text as well, because
    it must hold for a text that cannot be read, and for a contact that is there twice.
    """
    line = document.lines.text(place.line)
    hidden = [match.span() for match in _EMAIL.finditer(line)]
    if match := _CONTACT.search(line):
        hidden.append((match.end(), len(line)))
    unreadable = document.root is None and _follows_contact(document, place.line, line)
    if unreadable or is_private(Application, problem.path):
        hidden.append((0, len(line)))
    for name in names(Contact):
        span = document.locate(("applicant", "contact", name))
        where = document.lines.place(span)
        if where.line <= place.line <= where.end_line:
            first = where.column - 1 if where.line == place.line else 0
            last = where.end_column - 1 if where.end_line == place.line else len(line)
            hidden.append((first, last))
    if problem.only_marked:
        hidden.append((place.end_column - 1, len(line)))
    for start, end in hidden:
        line = line[:start] + re.sub(r"[^\s:{}]", "•", line[start:end]) + line[end:]
    return line


def _follows_contact(document: Document, number: int, line: str) -> bool:
    """Whether a line seems to belong to a contact that begins on a line before it."""
    indent = len(line) - len(line.lstrip())
    seen = 0
    for above in range(number - 1, 0, -1):
        other = document.lines.text(above)
        if not other.strip():
            continue
        if _CONTACT.search(other):
            return True
        seen += 1
        if seen >= 3 or len(other) - len(other.lstrip()) < indent:
            break
    return False


def _accept(
    findings: list[Diagnostic], case: Case, rules: Sequence[Rule]
) -> tuple[list[Diagnostic], tuple[Accepted, ...]]:
    """Mark the findings that the draft accepts, and say what became of each acceptance."""
    outcome = []
    for index, entry in sound(case.application.accept):
        if entry.rule is None or entry.until is None or entry.reason is None:
            continue
        if not case.reading.knows(("accept", index, "at")):
            continue
        expired = case.at >= entry.until.after
        matches = [
            finding.accepted is None
            and finding.rule.goes_by(entry.rule)
            and not finding.rule.code.startswith("HTQ0")
            and f"{finding.pointer}/".startswith(f"{(entry.at or '').rstrip('/')}/")
            for finding in findings
        ]
        if not expired:
            findings = [
                replace(finding, accepted=entry) if matched else finding
                for finding, matched in zip(findings, matches, strict=True)
            ]
        left_out = any(rule.goes_by(entry.rule) for rule in RULES if rule not in rules)
        outcome.append(Accepted(index, entry, expired, any(matches), not left_out))
    return findings, tuple(outcome)
