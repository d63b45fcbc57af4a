"""The checker: it asks every rule about each file, turns paths into places, and marks the findings
that a draft accepts. It prints nothing, and a bad file never stops the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from htqcli.catalogue.model import Catalogue
from htqcli.check.acceptances import accept, sound_acceptances
from htqcli.check.drafts import own_fields, why_left_out
from htqcli.check.foreign import recognise
from htqcli.check.inputs import Draft, LeftOut, Unchecked
from htqcli.check.places import Finder
from htqcli.check.report import Checked, Content, Diagnostic, Repair, Report
from htqcli.document import reader
from htqcli.document.nodes import Document
from htqcli.folder import Folder
from htqcli.ksbs.lists import FOLDER as KSB_FOLDER
from htqcli.ksbs.lists import Lists
from htqcli.rules import about
from htqcli.rules.accepting import Acceptances
from htqcli.rules.declare import DRAFT, Case, Rule, Severity, Stage, Subject

Outcome = Checked | Unchecked | LeftOut
"""What became of a file."""


class Checker:
    """Checks files of one kind by the same rules, against one catalogue and as at one time.

    Without `rules`, it uses all rules for the kind. KSB lists are read from `ksbs`, or from the
    folder of that name beside each draft. To check catalogues, `catalogue` is None. With `tidies`,
    it also collects correct values that could be written in their usual form; with `keeps`, it
    keeps the content of each draft, for a report that tells it.
    """

    def __init__(
        self,
        catalogue: Catalogue | None,
        at: datetime,
        rules: Iterable[Rule] | None = None,
        ksbs: Path | None = None,
        subject: Subject = DRAFT,
        *,
        tidies: bool = False,
        keeps: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.at = at
        self.subject = subject
        self.rules = about(subject) if rules is None else tuple(rules)
        cycles = catalogue.cycles if catalogue else ()
        left_out = (rule for rule in about(subject) if rule not in self.rules)
        self._skipped = tuple(rule for rule in left_out if rule.can_decide(cycles))
        self._ksbs = ksbs
        self._lists: dict[Path, Lists] = {}
        self._folders: dict[Path, Folder] = {}
        self._tidies = tidies
        self._keeps = keeps

    def check(self, item: Draft | Unchecked | LeftOut) -> Outcome:
        """Check one file; return what was not read as it is. An exception is a fault in htq, which
        is reported for this file, so that the next is still checked."""
        if not isinstance(item, Draft):
            return item
        during = "reading it"
        try:
            document = reader.read(item.content)
            if self.subject is DRAFT and not own_fields(document):
                other = recognise(item.path, item.content, document)
                if left := why_left_out(item, document, other):
                    return left
                document = other.document(document) if other else document
            case = self._case(item, document)
            finder = Finder(case, self.subject)
            findings: list[Diagnostic] = []
            untidy: list[Repair] = []
            during = "choosing its rules"
            rules = [rule for rule in self.rules if _can_check(rule, case)]
            last = [rule for rule in rules if rule.stage is Stage.ACCEPTANCES]
            for rule in rules:
                if rule not in last:
                    during = f"rule {rule.code}"
                    findings += _findings(rule, case, finder)
            during = "counting what it covers"
            covered = tuple(case.standards) if self.subject is DRAFT else ()
            positions = tuple(int(one.path[1]) for one in case.occupations) if covered else ()
            during = "accepting what it accepts"
            findings, accepted = accept(findings, case, rules)
            case = replace(case, accepted=accepted)
            for rule in last:
                during = f"rule {rule.code}"
                findings += _findings(rule, case, finder)
            for rule in rules:
                if self._tidies and rule.tidy and document.as_written:
                    during = f"rule {rule.code}"
                    untidy += (Repair(rule, path, fix) for path, fix in rule.tidy(case))
        except Exception as error:  # noqa: BLE001  # a fault is reported, and the next file checked
            reason = f"a fault in htq: {during} stopped with an exception"
            return Unchecked(item.path, reason, error)
        findings.sort(key=lambda f: (f.place.line, f.place.column, f.rule.code, f.pointer))
        content = None
        if self._keeps:
            content = Content(case.application, case.occupations, case.permitted, case.lists)
        done = (case.application.cycle, covered, self._skipped, tuple(untidy), content, positions)
        return Checked(item.path, tuple(findings), tuple(rules), *done)

    @property
    def looked_in(self) -> set[str]:
        """The folders on which the results so far depend: of drafts, of KSB lists, and of the files
        that drafts name."""
        own = (folder.looked_in for folder in self._folders.values())
        return {*map(str, self._lists), *(name for names in own for name in names)}

    def _case(self, draft: Draft, document: Document) -> Case:
        reading = self.subject.read(document)
        file = draft.folder / os.path.basename(draft.path)
        folder = self._ksbs or draft.folder / KSB_FOLDER
        lists = self._lists.setdefault(folder, Lists(folder))
        known_to = self.catalogue or reading.part
        if draft.folder not in self._folders:
            self._folders[draft.folder] = Folder(str(draft.folder))
        own = self._folders[draft.folder]
        case = Case(document, reading, known_to, None, self.at, file, lists, own)
        number = case.application.cycle
        if number is not None:
            known = (cycle for cycle in case.catalogue.cycles if cycle.cycle == number)
            case = replace(case, cycle=next(known, None))
        return replace(case, accepted=Acceptances(tuple(sound_acceptances(case))))

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


def _can_check(rule: Rule, case: Case) -> bool:
    if case.document.root is None and rule.stage is not Stage.FILE:
        return False
    return rule.severity_in(case.cycle) is not None and rule.can_check(case.reading)


def _findings(rule: Rule, case: Case, finder: Finder) -> Iterator[Diagnostic]:
    """The findings of a rule, with at most `MAX_FAULTS` places. A finding about content that could
    not be read is left out."""
    severity = rule.severity_in(case.cycle)
    assert severity is not None
    left = reader.MAX_FAULTS
    for problem in rule.check(case):
        if rule.stage is Stage.CONTENT and not case.reading.is_reliable(problem.path):
            continue
        if left <= 0:
            more = f"There are more than {reader.MAX_FAULTS:,} findings of this rule"
            message = f"{more}; here is the last: {problem.message}"
            yield finder.diagnostic(rule, severity, problem._replace(message=message, also=None))
            return
        also = problem.also or ()
        if len(also) >= left:
            message = f"{problem.message} (in {len(also) + 1:,} places; {left:,} of them are shown)"
            problem = problem._replace(message=message, also=also[: left - 1])  # noqa: PLW2901
        yield finder.diagnostic(rule, severity, problem)
        left -= 1 + len(also)
