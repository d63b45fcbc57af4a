"""Drafts in, report out.

A checker gives each draft to every rule, turns the paths that rules speak in into places,
and takes out what a draft accepts. It prints nothing, and no file's state stops the next.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path as Folder
from typing import Any, NamedTuple

from htqcli import source
from htqcli.application import Acceptance, Application, Contact
from htqcli.catalogue import Catalogue
from htqcli.coverage import StandardCoverage
from htqcli.fields import names, sound
from htqcli.foreign import Foreign, recognise
from htqcli.intake import Draft, LeftOut, Unchecked
from htqcli.ksbs import FOLDER as KSB_FOLDER
from htqcli.ksbs import Lists
from htqcli.rules import about
from htqcli.rules.accepting import Acceptances, Accepted, a_year_after, places
from htqcli.rules.declare import (
    DRAFT,
    Case,
    Problem,
    Rule,
    Severity,
    Stage,
    Subject,
)
from htqcli.source import Document, Fix, Kind, Path, Place, Span, pointer
from htqcli.verdict import Verdict
from htqcli.words import cut, visible


class Excerpt(NamedTuple):
    """The part of a line around a place, in which personal data is dots.

    `start` is the column, counted from 1, of its first character; `cut_before` and
    `cut_after` say whether the line goes on.
    """

    text: str
    start: int
    cut_before: bool
    cut_after: bool


class Repair(NamedTuple):
    """A fix of a rule, with the path of what it changes. What stood there was not read if it was
    `unread`, so what depends on it was not checked."""

    rule: Rule
    path: Path
    fix: Fix
    unread: bool = False


class Spot(NamedTuple):
    """One of the places of a finding: where it is in the draft, and where in the text."""

    pointer: str
    place: Place


class Diagnostic(NamedTuple):
    """A finding of a rule, with its first place and an excerpt of the line where that begins.

    `sources` are where what it asks for is said: addresses, or files of this project.
    `accepted` is the draft's acceptance of it, and `repairs` what its hint names in place of what
    is there, or what is certain, at each place of it. `ksbs` are as in `Problem`. `also` are its
    further places, in the order of the text.
    """

    rule: Rule
    severity: Severity
    message: str
    hint: str
    pointer: str
    place: Place
    excerpt: Excerpt
    sources: tuple[str, ...]
    details: dict[str, Any] | None = None
    accepted: Acceptance | None = None
    repairs: tuple[Repair, ...] = ()
    ksbs: tuple[Path, ...] = ()
    unproven: bool = False
    also: tuple[Spot, ...] = ()

    @property
    def spots(self) -> tuple[Spot, ...]:
        """All its places, in the order of the text."""
        return (Spot(self.pointer, self.place), *self.also)

    @property
    def is_fixable(self) -> bool:
        """Whether `--fix` can correct it."""
        return self.accepted is None and any(repair.fix.certain for repair in self.repairs)

    @property
    def is_open(self) -> bool:
        """Whether it says that something which decides could not be checked, and that counts."""
        return self.unproven and self.accepted is None


class Unproven(NamedTuple):
    """Something that decides and was not checked: the rule that would have, where, and why."""

    code: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that was checked: its findings, ordered by place and code, and the rules that
    had a say. A rule has none where the cycle does not ask for what it looks at, or where what
    it needs is not sound. `cycle` is the one that a draft is for, and `standards` says how much of
    each standard it covers. `skipped` are the rules that could have decided and that the run was
    told to leave out. `tidy` is what could be written in a more usual form, where that was asked
    for."""

    path: str
    findings: tuple[Diagnostic, ...]
    ran: tuple[Rule, ...]
    cycle: int | None = None
    standards: tuple[StandardCoverage, ...] = ()
    skipped: tuple[Rule, ...] = ()
    tidy: tuple[Repair, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What is said of the file: the first that applies."""
        if self.count(Severity.ERROR):
            return Verdict.NOT_READY
        if self.skipped or self.open:
            return Verdict.UNPROVEN
        return Verdict.UNSETTLED if self.count(Severity.WARNING) else Verdict.READY

    @property
    def ready(self) -> bool:
        """Whether nothing counts but information."""
        return self.verdict is Verdict.READY

    @property
    def open(self) -> tuple[Diagnostic, ...]:
        """The findings that say what could not be checked, accepted ones left out."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @property
    def unproven(self) -> tuple[Unproven, ...]:
        """All that decides and was not checked, be it chosen so."""
        return (
            *(Unproven(f.rule.code, f.pointer, f.message) for f in self.open),
            *(
                Unproven(rule.code, "", f"The rule {rule.code} was left out of this run")
                for rule in self.skipped
            ),
        )

    def count(self, severity: Severity) -> int:
        """How many findings of a severity count, accepted ones left out."""
        return sum(f.severity is severity and f.accepted is None for f in self.findings)

    @property
    def fixable(self) -> int:
        """How many findings `--fix` can correct."""
        return sum(finding.is_fixable for finding in self.findings)


@dataclass(frozen=True)
class Report:
    """What one run found: every file checked, and everything that could not be.

    `subject` is the kind of file, and `catalogue` what drafts were checked against: None where
    catalogues were checked. `is_dated` is set where a person gave the time.
    `rules` are those of the run, and `fail_on` is the least severity that fails it; None if
    nothing does. `left_out` are files of other programs that were found among drafts.
    """

    at: datetime
    catalogue: Catalogue | None
    rules: tuple[Rule, ...]
    fail_on: Severity | None
    files: tuple[Checked, ...]
    unchecked: tuple[Unchecked, ...]
    subject: Subject = DRAFT
    left_out: tuple[LeftOut, ...] = ()
    is_dated: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether rules were left out."""
        return len(self.rules) < len(about(self.subject))

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding fails the run: it is severe enough, or it says that something which
        decides could not be checked."""
        if self.fail_on is None or finding.accepted is not None:
            return False
        return finding.unproven or finding.severity.rank >= self.fail_on.rank

    @property
    def failed(self) -> bool:
        """Whether any finding fails the run."""
        return any(self.fails(finding) for file in self.files for finding in file.findings)

    @property
    def note(self) -> str | None:
        """What is to be known of the lists that the drafts were checked against, said once."""
        numbers = {file.cycle for file in self.files}
        return self.catalogue.note(self.at, numbers) if self.catalogue else None

    def without_accepted(self) -> Report:
        """The same report without the findings that drafts accept."""
        return replace(
            self,
            files=tuple(
                replace(file, findings=tuple(f for f in file.findings if f.accepted is None))
                for file in self.files
            ),
        )

    def count(self, severity: Severity) -> int:
        """How many findings of a severity count, in all files."""
        return sum(file.count(severity) for file in self.files)

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        """How many files have each verdict."""
        return Counter(file.verdict for file in self.files)


Outcome = Checked | Unchecked | LeftOut
"""What became of a file that was to be checked."""


class Checker:
    """Checks files of one kind: all by the same rules, against one catalogue, as at one time.

    Without `rules`, it goes by all that judge the kind. KSB lists are looked for in `ksbs`, or in
    the folder of that name beside each draft. A catalogue is checked against itself, and then
    `catalogue` is None. With `tidies`, it tells what could be written in a more usual form too.
    """

    def __init__(
        self,
        catalogue: Catalogue | None,
        at: datetime,
        rules: Iterable[Rule] | None = None,
        ksbs: Folder | None = None,
        subject: Subject = DRAFT,
        *,
        tidies: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.at = at
        self.subject = subject
        self.rules = about(subject) if rules is None else tuple(rules)
        cycles = catalogue.cycles if catalogue else ()
        left_out = (rule for rule in about(subject) if rule not in self.rules)
        self._skipped = tuple(rule for rule in left_out if rule.can_decide(cycles))
        self._ksbs = ksbs
        self._lists: dict[Folder, Lists] = {}
        self._tidies = tidies

    def check(self, item: Draft | Unchecked | LeftOut) -> Outcome:
        """Check one file; what was not read stays as it is. Whatever raises an exception is a fault
        of htq that is told of this file, so that the next is still checked."""
        if not isinstance(item, Draft):
            return item
        during = "reading it"
        try:
            document = source.read(item.content)
            if self.subject is DRAFT and not own_fields(document):
                other = recognise(item.path, item.content, document)
                if left := _left_out(item, document, other):
                    return left
                document = other.document(document) if other else document
            case = self._case(item, document)
            place = _Places(case, self.subject)
            findings: list[Diagnostic] = []
            untidy: list[Repair] = []
            during = "choosing its rules"
            judging = [rule for rule in self.rules if _can_judge(rule, case)]
            last = [rule for rule in judging if rule.stage is Stage.ACCEPTANCES]
            for rule in judging:
                if rule not in last:
                    during = f"rule {rule.code}"
                    findings += _findings(rule, case, place)
            during = "counting what it covers"
            covered = tuple(case.standards) if self.subject is DRAFT else ()
            during = "accepting what it accepts"
            findings, accepted = _accept(findings, case, judging)
            case = replace(case, accepted=accepted)
            for rule in last:
                during = f"rule {rule.code}"
                findings += _findings(rule, case, place)
            for rule in judging:
                if self._tidies and rule.tidy and document.as_written:
                    during = f"rule {rule.code}"
                    untidy += (Repair(rule, path, fix) for path, fix in rule.tidy(case))
        except Exception as error:  # noqa: BLE001  # a fault is reported, and the next file checked
            reason = f"a fault in htq: {during} stopped with an exception"
            return Unchecked(item.path, reason, error)
        findings.sort(key=lambda f: (f.place.line, f.place.column, f.rule.code, f.pointer))
        done = (case.application.cycle, covered, self._skipped, tuple(untidy))
        return Checked(item.path, tuple(findings), tuple(judging), *done)

    def _case(self, draft: Draft, document: Document) -> Case:
        """What the rules look at."""
        reading = self.subject.read(document)
        file = draft.folder / os.path.basename(draft.path)
        folder = self._ksbs or draft.folder / KSB_FOLDER
        lists = self._lists.setdefault(folder, Lists(folder))
        case = Case(document, reading, self.catalogue or reading.part, None, self.at, file, lists)
        number = case.application.cycle
        if number is not None:
            known = (cycle for cycle in case.catalogue.cycles if cycle.cycle == number)
            case = replace(case, cycle=next(known, None))
        return replace(case, accepted=Acceptances(tuple(_acceptances(case))))

    def report(
        self,
        outcomes: Iterable[Outcome],
        fail_on: Severity | None = Severity.ERROR,
        *,
        is_dated: bool = False,
    ) -> Report:
        """The report of one run, in the order of the files."""
        found = list(outcomes)
        return Report(
            self.at,
            self.catalogue,
            self.rules,
            fail_on,
            tuple(item for item in found if isinstance(item, Checked)),
            tuple(item for item in found if isinstance(item, Unchecked)),
            self.subject,
            tuple(item for item in found if isinstance(item, LeftOut)),
            is_dated,
        )


def left_out(draft: Draft) -> LeftOut | None:
    """Why a draft that was found in a folder is none, if so, as `check` judges it."""
    document = source.read(draft.content)
    other = None if own_fields(document) else recognise(draft.path, draft.content, document)
    return _left_out(draft, document, other)


def _left_out(draft: Draft, document: Document, other: Foreign | None) -> LeftOut | None:
    if draft.found and other:
        return LeftOut(draft.path, f"it is {other.what}", is_foreign=True, advice=other.advice)
    why = _why_no_draft(draft, document)
    return LeftOut(draft.path, why, is_foreign=True) if why else None


def own_fields(document: Document) -> set[str]:
    """The fields of a draft, in whatever case, that a file has at its top."""
    written = document.root.fields if document.root else ()
    return _draft_fields() & {name.lower() for name in written}


@cache
def _draft_fields() -> set[str]:
    """The fields by which a draft is known; `$schema` is in the files of many programs."""
    return {name for name in names(Application) if not name.startswith("$")}


def _why_no_draft(draft: Draft, document: Document) -> str | None:
    """Why a file that was found in a folder is of another program, if it is. One that cannot be
    read is a draft where one of its lines begins with a field, and an empty one by its name."""
    if not draft.found or own_fields(document):
        return None
    kinds = {fault.kind for fault in document.faults}
    if Kind.EMPTY in kinds:
        is_draft = os.path.basename(draft.path).lower().startswith("application")
        return None if is_draft else "it is empty"
    if document.root or Kind.NOT_A_MAPPING in kinds:
        return "it has no field of a draft at its top"
    if _begins_a_line(draft.content):
        return None
    return "it cannot be read as YAML, and no line begins with a field of a draft"


def _begins_a_line(content: bytes) -> bool:
    """Whether a field of a draft begins a line of a text, at the indentation of its first field.
    Zeros and byte-order marks are those of UTF-16."""
    text = content.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\r", b"\n")
    first = _FIRST_FIELD.search(text)
    indentation = re.escape(first[1]) if first else b""
    fields = "|".join(_draft_fields()).encode()
    line = rb"(?im)^(?:\{\s*|%b)[\"']?(?:%b)(?![\w-])" % (indentation, fields)
    return re.search(line, text) is not None


_FIRST_FIELD = re.compile(rb"(?m)^([ \t]*+)(?!\{?[ \t]*$|#|---)")


def _can_judge(rule: Rule, case: Case) -> bool:
    if case.document.root is None and rule.stage is not Stage.FILE:
        return False
    return rule.severity_in(case.cycle) is not None and rule.can_judge(case.reading)


def _findings(rule: Rule, case: Case, place: _Places) -> Iterator[Diagnostic]:
    severity = rule.severity_in(case.cycle)
    assert severity is not None
    about_the_draft = rule.stage is Stage.CONTENT
    problems = (
        problem
        for problem in rule.check(case)
        if not (about_the_draft and not case.reading.knows(problem.path))
    )
    left = source.MAX_FAULTS
    for problem in problems:
        if left <= 0:
            more = f"There are more than {source.MAX_FAULTS:,} findings of this rule"
            message = f"{more}; here is the last: {problem.message}"
            yield place.diagnostic(rule, severity, problem._replace(message=message, also=None))
            return
        also = problem.also or ()
        if len(also) >= left:
            message = f"{problem.message} (in {len(also) + 1:,} places; {left:,} of them are shown)"
            problem = problem._replace(message=message, also=also[: left - 1])  # noqa: PLW2901
        yield place.diagnostic(rule, severity, problem)
        left -= 1 + len(also)


class _Places:
    """Turns the problems of one draft into diagnostics: paths become places, and what is
    personal is taken out of what is shown."""

    def __init__(self, case: Case, subject: Subject) -> None:
        self.case = case
        self.document = document = case.document
        self.subject = subject
        self.contact: list[tuple[int, int]] = []
        self.goes_by_text = document.root is None or not document.as_written
        if subject is DRAFT:
            spans = (document.locate((*_CONTACT_PATH, name)) for name in names(Contact))
            self.contact = [(span.start, span.end) for span in spans]

    def _sources(self, rule: Rule, problem: Problem) -> tuple[str, ...]:
        said = problem.sources or rule.sources_in(self.case.cycle)
        own = self.subject.format if rule.source == DRAFT.format else rule.source
        if said and said[0].startswith("https://"):
            return said
        return self.case.catalogue.addresses(said) or (own,)

    def _is_personal(self, path: Path) -> bool:
        """Whether a path leads to a contact of a draft or to what one holds. That of a catalogue
        is there for everybody."""
        return self.subject is DRAFT and any(_is_contact(step) for step in path)

    def diagnostic(self, rule: Rule, severity: Severity, problem: Problem) -> Diagnostic:
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
        only_marked = problem.only_marked and self.subject is DRAFT
        if personal and rule.stage is Stage.FILE:
            message, hint = _QUOTED.sub("‘…’", message), _QUOTED.sub("‘…’", hint)
        return Diagnostic(
            rule,
            problem.severity or severity,
            visible(without_addresses(message)),
            visible(hint),
            self._pointer(path),
            place,
            self._excerpt(span, personal=personal, only_marked=only_marked),
            self._sources(rule, problem),
            details,
            repairs=self._repairs(rule, problem),
            ksbs=problem.ksbs,
            unproven=problem.unproven,
            also=also,
        )

    def _pointer(self, path: Path) -> str:
        in_contact = self._is_personal(path[:-1])
        return pointer(path[:-1] if in_contact and path[-1] not in names(Contact) else path)

    def _repairs(self, rule: Rule, problem: Problem) -> tuple[Repair, ...]:
        """What a slip makes of a text is for a person to say before the rest is corrected."""
        fix = problem.fix
        if fix is None or not (fix.edit or self.document.as_written):
            return ()
        knows = self.case.reading.knows
        paths = fix.at or (problem.path, *(problem.also or ()))
        return tuple(Repair(rule, path, fix, bool(fix.edit) or not knows(path)) for path in paths)

    def _excerpt(self, span: Span, *, personal: bool, only_marked: bool) -> Excerpt:
        """It goes by the fields where all of the draft could be read, and by the text as well where
        not."""
        lines, text = self.document.lines, self.document.lines.text
        begin, end = lines.bounds(span.start)
        first = begin if end - begin <= _WIDEST else max(begin, min(span.start - 40, end - _WIDEST))
        last = min(end, first + _WIDEST)
        hidden = list(self.contact)
        near = text[max(0, first - _NEAR) : last]
        if personal or (self.goes_by_text and self._follows_contact(first, last)):
            hidden = [(first, last)]
        if only_marked:
            hidden.append((span.end, last))
        if "@" in near:
            hidden += [
                (match.start() + max(0, first - _NEAR), match.end() + max(0, first - _NEAR))
                for match in _EMAIL.finditer(near)
            ]
        shown = text[first:last]
        for start, stop in hidden:
            left, right = max(start, first) - first, min(stop, last) - first
            if left < right:
                shown = shown[:left] + _SHOWN.sub("•", shown[left:right]) + shown[right:]
        return Excerpt(shown, first - begin + 1, first > begin, last < end)

    def _follows_contact(self, first: int, last: int) -> bool:
        """Whether a contact begins on the line of an excerpt or on one of the three before."""
        if self.subject is not DRAFT:
            return False
        near = self.document.lines.text[max(0, first - _NEAR) : last]
        lines = [line for line in near.splitlines() if line.strip()]
        return any("contact" in line.lower() for line in lines[-4:])


_WIDEST = 120
"""How many characters of a long line are shown."""
_NEAR = 400
"""How many characters before an excerpt are searched for what makes it personal."""
_CONTACT_PATH = ("applicant", "contact")
_QUOTED = re.compile("‘[^’]*’")
_EMAIL = re.compile(r"[^\s\"'<>{}\[\],‘’]{1,64}@[^\s\"'<>{}\[\],‘’]{1,255}")
_SHOWN = re.compile(r"[^\s:{}]")


def _is_contact(name: str | int) -> bool:
    """Whether a field is a contact, be it slightly misspelt."""
    return str(name).lower().startswith("contact")


def without_addresses(text: str) -> str:
    """A text with its e-mail addresses left out."""
    return _EMAIL.sub("…", text)


def personal(document: Document) -> Iterator[Span]:
    """The characters of a draft that are personal, or could be: what contacts hold, e-mail
    addresses, and what stands in fields that there are not."""
    waiting: list[source.Node] = [document.root] if document.root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, source.Mapping):
            for name, (_, value) in node.fields.items():
                if _is_contact(name):
                    yield Span(value.start, value.end)
                else:
                    waiting.append(value)
        elif isinstance(node, source.Sequence):
            waiting += node.items
    for fault in DRAFT.read(document).faults:
        if fault.kind is Kind.UNKNOWN and not (fault.fix and fault.fix.certain):
            yield from (document.key(fault.path), document.locate(fault.path))
    yield from (Span(*match.span()) for match in _EMAIL.finditer(document.lines.text))


MAX_REASON = 500
"""How many characters of the reason for an acceptance reports repeat with each finding."""


def _acceptances(case: Case) -> Iterator[Accepted]:
    """The entries of a draft's `accept` that are sound."""
    rules = {name: rule for rule in about(DRAFT) for name in (rule.code.casefold(), rule.name)}
    for index, entry in sound(case.application.accept):
        if entry.rule is None or entry.until is None or entry.reason is None:
            continue
        if not all(case.reading.knows(("accept", index, name)) for name in ("at", "ksbs")):
            continue
        rule = rules.get(entry.rule.casefold())
        refused = rule is not None and not rule.is_acceptable_in(case.cycle)
        expired = case.at >= entry.until.after
        too_long = entry.until.first > a_year_after(case.at)
        code, by_ksb = (rule.code, rule.is_accepted_by_ksb) if rule else (None, False)
        yield Accepted(index, entry, code, by_ksb, refused, expired, too_long)


def _accept(
    findings: list[Diagnostic], case: Case, rules: Sequence[Rule]
) -> tuple[list[Diagnostic], Acceptances]:
    """Mark the findings that the draft accepts, and say what became of each acceptance."""
    if not case.accepted.entries:
        return findings, case.accepted
    taken: dict[int, Accepted] = {}
    below: dict[tuple[str | None, str], list[int]] = {}
    named: set[tuple[str | None, str, str]] = set()
    for number, finding in enumerate(findings):
        code = finding.rule.code
        if not finding.rule.is_accepted_by_ksb:
            # What is accepted at a place is a finding that is nowhere else.
            above = [set(places(spot.pointer)) for spot in finding.spots]
            for at in set.intersection(*above):
                below.setdefault((code, at), []).append(number)
            continue
        by = [case.accepted.naming(code, finding.pointer, ksb) for ksb in finding.ksbs]
        if by and by[0] and all(by):
            taken[number] = by[0]
        for ksb in finding.ksbs:
            named |= {(code, at, str(ksb[-1])) for at in places(finding.pointer, pointer(ksb))}
    # What is not sound could have been what an acceptance is about.
    faults = (*case.document.faults, *case.reading.faults)
    sound_draft = case.cycle is not None and all(
        fault.kind is Kind.MISSING or not fault.unsound for fault in faults
    )
    outcome: list[Accepted] = []
    done: set[tuple[str | None, str]] = set()
    ran = {None, *(rule.code for rule in rules)}
    for accepted in case.accepted.entries:
        key = accepted.code, accepted.entry.at or ""
        idle = [own for label, own in accepted.labels.items() if (*key, label) not in named]
        matched = below.get(key, []) if not accepted.labels else []
        if accepted.stands and not accepted.labels and key not in done:
            done.add(key)
            for number in matched:
                taken.setdefault(number, accepted)
        outcome.append(
            replace(
                accepted,
                matched=bool(matched) or len(idle) < len(accepted.labels),
                idle=tuple(idle),
                checked=sound_draft and accepted.code in ran,
            )
        )
    for number, accepted in taken.items():
        reason = cut(accepted.entry.reason or "", MAX_REASON)
        entry = accepted.entry.model_copy(update={"reason": reason})
        findings[number] = findings[number]._replace(accepted=entry)
    return findings, Acceptances(tuple(outcome))
