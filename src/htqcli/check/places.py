"""From the paths of problems to places in the text, and the part of the text that is shown."""

from __future__ import annotations

import re

from htqcli.check.privacy import EMAIL, is_contact, without_addresses
from htqcli.check.report import Diagnostic, Excerpt, Repair, Spot
from htqcli.document.faults import FaultKind
from htqcli.document.places import FieldPath, Span, pointer
from htqcli.draft.application import Contact
from htqcli.model.part import names
from htqcli.rules.declare import DRAFT, Case, Problem, Rule, Severity, Stage, Subject
from htqcli.rules.sources import is_address
from htqcli.words import visible


class Finder:
    """Turns the problems of one draft into diagnostics: paths become places, and personal data is
    hidden."""

    def __init__(self, case: Case, subject: Subject) -> None:
        self.case = case
        self.document = document = case.document
        self.subject = subject
        self.contact: list[tuple[int, int]] = []
        self._is_incomplete = document.root is None or not document.as_written
        self._twice = {f.path for f in document.faults if f.kind is FaultKind.DUPLICATE_KEY}
        if subject is DRAFT:
            spans = (document.locate((*_CONTACT_PATH, name)) for name in names(Contact))
            self.contact = [(span.start, span.end) for span in spans]

    def _sources(self, rule: Rule, problem: Problem) -> tuple[str, ...]:
        said = problem.sources or rule.sources_in(self.case.cycle)
        if said and is_address(said[0]):
            return said
        return self.case.catalogue.addresses(said) or (rule.page,)

    def _is_personal(self, path: FieldPath) -> bool:
        """Whether a path leads to or into the contact of a draft. The contact of a catalogue is
        public."""
        return self.subject is DRAFT and any(is_contact(step) for step in path)

    def diagnostic(self, rule: Rule, severity: Severity, problem: Problem) -> Diagnostic:
        """A problem of a rule, with its places in the text."""
        find = self.document.key if problem.on_key else self.document.locate
        where = find(problem.path if problem.place is None else problem.place)
        at = {problem.span or where: problem.path}
        for path in problem.also or ():
            at.setdefault(self.document.locate(path), path)
        (span, path), *others = sorted(at.items())
        place = self.document.lines.place(span)
        also = tuple(
            Spot(self._pointer(other), self.document.lines.place(where)) for where, other in others
        )
        message, hint, details = problem.message, problem.hint, problem.details
        if problem.also is not None:
            lines = sorted({place.line, *(spot.place.line for spot in also)})
            details = {**(details or {}), "lines": lines}
        personal = self._is_personal(path)
        hide_rest_of_line = problem.hide_rest_of_line and self.subject is DRAFT
        if personal and rule.stage is Stage.FILE:
            message, hint = _QUOTED.sub("‘…’", message), _QUOTED.sub("‘…’", hint)
        return Diagnostic(
            rule,
            problem.severity or severity,
            visible(without_addresses(message)),
            visible(hint),
            self._pointer(path),
            place,
            self._excerpt(span, personal=personal, hide_rest_of_line=hide_rest_of_line),
            self._sources(rule, problem),
            details,
            repairs=self._repairs(rule, problem),
            ksbs=problem.ksbs,
            unproven=problem.unproven,
            also=also,
        )

    def _pointer(self, path: FieldPath) -> str:
        in_contact = self._is_personal(path[:-1])
        return pointer(path[:-1] if in_contact and path[-1] not in names(Contact) else path)

    def _repairs(self, rule: Rule, problem: Problem) -> tuple[Repair, ...]:
        """The repairs of a problem. There are none while YAML had to be guessed or a field is there
        twice, because a person must decide that first."""
        fix = problem.fix
        if fix is None or not (fix.edit or self.document.as_written):
            return ()
        if fix.name and problem.path in self._twice:
            return ()
        repairs = []
        for path in fix.at or (problem.path, *(problem.also or ())):
            is_unread = bool(fix.edit) or not self.case.reading.is_reliable(path)
            repairs.append(Repair(rule, path, fix, is_unread))
        return tuple(repairs)

    def _excerpt(self, span: Span, *, personal: bool, hide_rest_of_line: bool) -> Excerpt:
        """The line around a place. Fields say what is personal; if the draft could be read only in
        part, nearby text does too."""
        lines, text = self.document.lines, self.document.lines.text
        begin, end = lines.bounds(span.start)
        first = max(begin, min(span.start - 40, end - _MAX_EXCERPT))
        last = min(end, first + _MAX_EXCERPT)
        hidden = list(self.contact)
        near = text[max(0, first - _NEAR) : last]
        if personal or (self._is_incomplete and self._follows_contact(first, last)):
            hidden = [(first, last)]
        if hide_rest_of_line:
            hidden.append((span.end, last))
        if "@" in near:
            hidden += [
                (match.start() + max(0, first - _NEAR), match.end() + max(0, first - _NEAR))
                for match in re.finditer(EMAIL, near)
            ]
        shown = text[first:last]
        for start, stop in hidden:
            left, right = max(start, first) - first, min(stop, last) - first
            if left < right:
                shown = shown[:left] + _HIDDEN.sub("•", shown[left:right]) + shown[right:]
        return Excerpt(shown, first - begin + 1, first > begin, last < end)

    def _follows_contact(self, first: int, last: int) -> bool:
        """Whether a contact begins on the line of an excerpt or on one of the three before."""
        if self.subject is not DRAFT:
            return False
        near = self.document.lines.text[max(0, first - _NEAR) : last]
        lines = [line for line in near.splitlines() if line.strip()]
        return any("contact" in line.lower() for line in lines[-4:])


_MAX_EXCERPT = 120
"""How many characters of a long line are shown."""

_NEAR = 400
"""How many characters before an excerpt are searched for what makes it personal."""

_CONTACT_PATH = ("applicant", "contact")
_QUOTED = re.compile("‘[^’]*’")
_HIDDEN = re.compile(r"[^\s:{}]")
