"""What a check found in each file, and in the whole run."""

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
from htqcli.draft.application import Acceptance, Application
from htqcli.draft.coverage import Occupation, StandardCoverage
from htqcli.draft.structure import Combinations
from htqcli.ksbs.lists import Lists
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Rule, Severity, Subject
from htqcli.verdict import Verdict


class Excerpt(NamedTuple):
    """The part of a line around a place, with dots for personal data.

    `start` is the column, counted from 1, of its first character. `cut_before` and `cut_after` say
    whether the line has more on either side.
    """

    text: str
    start: int
    cut_before: bool
    cut_after: bool


class Repair(NamedTuple):
    """A fix of a rule, with the path of what it changes. If the old value was `unread`, whatever
    depends on it was not checked."""

    rule: Rule
    path: FieldPath
    fix: Fix
    unread: bool = False


class Spot(NamedTuple):
    """One place of a finding: in the draft, and in the text."""

    pointer: str
    place: Place


class Diagnostic(NamedTuple):
    """A finding of a rule, with its first place and an excerpt of that line.

    `sources` are the addresses of the pages that it rests on, or the command that shows the rule.
    `accepted` is the draft's acceptance of it. `repairs` are what its hint suggests, for each of
    its places. `ksbs` and `unproven` are as in `Problem`. `also` are its other places, in the order
    of the text.
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
        """Whether it leaves the verdict open: something could not be checked, and that was not
        accepted."""
        return self.unproven and self.accepted is None


class Unproven(NamedTuple):
    """Something unchecked that leaves the verdict open: the rule to check it, where, and why."""

    code: str
    pointer: str
    message: str


class Content(NamedTuple):
    """What is sound in a draft, for a report that says what was checked and not only what was
    found. `permitted` is None if the combinations of units are not known."""

    application: Application
    occupations: tuple[Occupation, ...]
    permitted: Combinations | None
    lists: Lists


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was checked, with its findings ordered by place and code.

    `ran` are the rules that applied: those that the cycle asks for, if what they need could be
    read. `skipped` are the rules that were left out of the run and could have changed the verdict.
    `standards` says how much of each standard a draft covers. `tidy` are correct values that could
    be written in their usual form, if that was asked for. So is the `content` of a draft.
    `positions` says which standard of the draft, counted from 0, each of `standards` is.
    """

    path: str
    findings: tuple[Diagnostic, ...]
    ran: tuple[Rule, ...]
    cycle: int | None = None
    standards: tuple[StandardCoverage, ...] = ()
    skipped: tuple[Rule, ...] = ()
    tidy: tuple[Repair, ...] = ()
    content: Content | None = None
    positions: tuple[int, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict on the file: the first that applies."""
        if self.count(Severity.ERROR):
            return Verdict.NOT_READY
        if self.skipped or self.open:
            return Verdict.UNPROVEN
        return Verdict.UNSETTLED if self.count(Severity.WARNING) else Verdict.READY

    @property
    def is_ready(self) -> bool:
        """Whether everything was checked and only notes count."""
        return self.verdict is Verdict.READY

    @property
    def open(self) -> tuple[Diagnostic, ...]:
        """The findings that leave the verdict open."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @property
    def unproven(self) -> tuple[Unproven, ...]:
        """Everything that leaves the verdict open, including rules that the run left out."""
        return (
            *(Unproven(f.rule.code, f.pointer, f.message) for f in self.open),
            *(
                Unproven(rule.code, "", f"The rule {rule.code} was left out of this run")
                for rule in self.skipped
            ),
        )

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are, without accepted ones."""
        return sum(f.severity is severity and f.accepted is None for f in self.findings)

    @property
    def fixable(self) -> int:
        """How many findings `--fix` can correct."""
        return sum(finding.is_fixable for finding in self.findings)


@dataclass(frozen=True)
class Report:
    """What one run found: every file that was checked, and every path that could not be.

    `catalogue` is what drafts were checked against; None if catalogues were checked. `rules` are
    those of the run. `fail_on` is the lowest severity that fails it; None if nothing does.
    `left_out` are files in the folders that are not drafts. `is_dated`: a person gave the time.
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
        """Whether the run left rules out."""
        return len(self.rules) < len(about(self.subject))

    def is_failure(self, finding: Diagnostic) -> bool:
        """Whether a finding fails the run: it is severe enough, or it leaves a verdict open."""
        if self.fail_on is None or finding.accepted is not None:
            return False
        return finding.unproven or finding.severity.rank >= self.fail_on.rank

    @property
    def has_failed(self) -> bool:
        """Whether any finding fails the run."""
        return any(self.is_failure(finding) for file in self.files for finding in file.findings)

    @property
    def note(self) -> str | None:
        """What to know about the lists of standards that the drafts were checked against."""
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
        """How many findings of a severity all files have, without accepted ones."""
        return sum(file.count(severity) for file in self.files)

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        """How many files have each verdict."""
        return Counter(file.verdict for file in self.files)
