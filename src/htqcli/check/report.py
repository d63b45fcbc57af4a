"""What a check found: of one file, and of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from htqcli.catalogue.model import Catalogue
from htqcli.check.inputs import LeftOut, Unchecked
from htqcli.document.faults import Fix
from htqcli.document.places import FieldPath, Place
from htqcli.draft.application import Acceptance
from htqcli.draft.coverage import StandardCoverage
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Rule, Severity, Subject
from htqcli.verdict import Verdict


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
    path: FieldPath
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
    ksbs: tuple[FieldPath, ...] = ()
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
