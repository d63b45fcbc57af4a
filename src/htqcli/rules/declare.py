"""What a rule is: words, severity, source, examples and check, declared in one place.

A rule is a function that looks at a `Case` and yields `Problem`s, which speak in paths. The
decorator `rule` makes it a `Rule` with everything that is said about it anywhere: the lists
of rules, the documentation and the reports follow from that one object.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from htqcli.catalogue.bundled import read as read_catalogue
from htqcli.catalogue.model import Catalogue, Cycle, Demand, Policy
from htqcli.document.faults import Fault, FaultKind, Fix
from htqcli.document.nodes import Document
from htqcli.document.places import FieldPath, Span
from htqcli.draft import references
from htqcli.draft.application import Application, read_application
from htqcli.draft.coverage import Occupation, StandardCoverage, occupations, permitted, standards
from htqcli.draft.references import References
from htqcli.draft.structure import Combinations
from htqcli.folder import Folder
from htqcli.ksbs.lists import Lists
from htqcli.model.reading import Reading
from htqcli.rules.accepting import NOTHING_ACCEPTED, Acceptances
from htqcli.rules.sources import DATA, FORMAT, is_address
from htqcli.verdict import Verdict
from htqcli.words import visible


class Severity(StrEnum):
    """How much a finding matters: with an error a draft is not ready."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Its place in the order of severities, the least first."""
        return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(self)


STRENGTH = {
    "required": Severity.ERROR,
    "expected": Severity.WARNING,
    "encouraged": Severity.INFO,
    "not-asked": None,
}
"""The severity that follows from how strongly a cycle's policy asks for something."""


class Stage(StrEnum):
    """What a rule looks at, in the order in which it is looked at: the file as a text, its shape,
    what it says, and what became of the findings that it accepts."""

    FILE = "file"
    SHAPE = "shape"
    CONTENT = "content"
    ACCEPTANCES = "acceptances"


class Acceptable(StrEnum):
    """Whether a draft can accept the findings of a rule, in words. It can where the source leaves
    room for a judgement, and not where a draft must simply be something."""

    NO = "no"
    YES = "yes"
    UNLESS_REQUIRED = "yes, in cycles that do not require it"
    BY_KSB = "yes, for the KSBs that the entry names in ‘ksbs’"


class Subject(NamedTuple):
    """A kind of file that is checked: how it is read, what its form rests on, and the words of
    a report on it."""

    name: str
    title: str
    words: Mapping[Verdict, str]
    format: str
    read: Callable[[Document], Reading[Any]]

    def __reduce__(self) -> str:
        """A kind goes to another process as its name in this module, and is there the same one."""
        return self.name.upper()


DRAFT = Subject(
    name="draft",
    title="HTQ draft applications",
    words={
        Verdict.NOT_READY: "not ready to submit",
        Verdict.UNPROVEN: "no error found, but not proven ready",
        Verdict.UNSETTLED: "no errors, but warnings to settle",
        Verdict.READY: "ready to submit",
    },
    format=FORMAT,
    read=read_application,
)
CATALOGUE = Subject(
    name="catalogue",
    title="HTQ catalogues",
    words={
        Verdict.NOT_READY: "cannot be used",
        Verdict.UNPROVEN: "no error found, but not wholly checked",
        Verdict.UNSETTLED: "can be used",
        Verdict.READY: "can be used",
    },
    format=DATA,
    read=read_catalogue,
)


class Problem(NamedTuple):
    """What a rule found at a path: what is wrong, and how to put it right.

    Its place is that of the value at the path, or of the field's name with `on_key`; `place` is
    another path where it is to be found, and `span` the characters where no path leads there. With
    `hide_rest_of_line`, what comes after the place on the line is not shown. `details` go into
    JSON. `sources` are the pages that say so, by their addresses or their keys in the catalogue,
    where it is not the rule's own. `fix` is what the hint names in place of what is there; a rule
    whose fixes are certain says in `fixes` what they are.
    `severity` is its own where it matters less than others of the rule. `ksbs` are the paths of
    the KSBs that it is about, where a draft accepts findings of the rule for named KSBs.
    `unproven` is set where what it says was not checked decides whether the draft is ready.
    `also` are the paths of further places of the same slip: it is one finding, at the first of them
    in the text, and its `fix` is for each. The lines go into `details`, unless it is None.
    """

    path: FieldPath
    message: str
    hint: str
    on_key: bool = False
    place: FieldPath | None = None
    span: Span | None = None
    details: dict[str, Any] | None = None
    hide_rest_of_line: bool = False
    sources: tuple[str, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    ksbs: tuple[FieldPath, ...] = ()
    unproven: bool = False
    also: tuple[FieldPath, ...] | None = None


@dataclass(frozen=True)
class Case:
    """One draft under check, with what it is checked against; or a catalogue under check, which
    is then the `catalogue`, as far as it is sound, and goes with a draft that says nothing.

    `cycle` is None where the draft does not name a cycle that the catalogue has. `file` is the
    draft's own path, from the folder that htq runs in, and `lists` are the KSB lists at hand for
    it. `accepted` is what the draft accepts; which findings that matches is known when all other
    rules have run.
    """

    document: Document
    reading: Reading[Any]
    catalogue: Catalogue
    cycle: Cycle | None
    at: datetime
    file: Path
    lists: Lists
    accepted: Acceptances = NOTHING_ACCEPTED

    @cached_property
    def folder(self) -> Folder:
        """The folder from which the paths in the draft start."""
        return Folder(str(self.file.parent))

    @property
    def application(self) -> Application:
        """What is sound of the draft."""
        part = self.reading.part
        return part if isinstance(part, Application) else Application()

    @cached_property
    def occupations(self) -> tuple[Occupation, ...]:
        """What the draft says of each standard that it names."""
        return occupations(self.reading, self.lists)

    @cached_property
    def permitted(self) -> Combinations | None:
        """The combinations of units that the draft permits; None where that is not known."""
        return permitted(self.reading)

    @cached_property
    def units(self) -> References:
        """The units of the draft, and what it names as units."""
        return references.units(self.reading, self.document)

    @cached_property
    def assessments(self) -> References:
        """The assessments of the draft, and what it names as assessments."""
        return references.assessments(self.reading)

    @property
    def standards(self) -> list[StandardCoverage]:
        """How much of each standard that the draft names is covered."""
        return standards(self.occupations, self.permitted)

    @property
    def list_sources(self) -> tuple[str, ...]:
        """The keys of the pages that the cycle's list comes from."""
        return self.cycle.listing.source if self.cycle and self.cycle.listing else ()

    def faults(self, *kinds: FaultKind) -> Iterator[Problem]:
        """The faults of these kinds that reading the file found, as problems."""
        faults = (*self.document.faults, *self.reading.faults)
        return self.problems(fault for fault in faults if fault.kind in kinds)

    def problems(self, faults: Iterable[Fault]) -> Iterator[Problem]:
        """Faults as problems, each with its place."""
        for fault in faults:
            hint, is_key = fault.hint or "", fault.of_name
            yield Problem(fault.path, fault.message, hint, is_key, span=fault.span, fix=fault.fix)


Check = Callable[[Case], Iterable[Problem]]
Tidy = Callable[[Case], Iterable[tuple[FieldPath, Fix]]]


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule of htq. Its words are laid out when they are asked for: a check needs none.

    `acceptable` says whether a draft can accept its findings, and `stage` what it looks at.
    `fixes` says what `htq check --fix` puts right of its findings. `tidy` gives what it writes
    in the usual form besides: values that are right as they are, and no findings.
    """

    code: str
    severity: Severity | str
    source: str
    says: str
    fragments: tuple[str, str] = field(repr=False)
    check: Check = field(repr=False)
    needs: tuple[str, ...]
    subjects: tuple[Subject, ...]
    fixes: str
    tidy: Tidy | None = field(repr=False)
    acceptable: Acceptable
    stage: Stage

    def __reduce__(self) -> tuple[Callable[[str, str], Rule], tuple[str, str]]:
        """A rule goes to another process as the place of its declaration, and is there the rule
        that is declared at it."""
        return _declared, (self.check.__module__, self.check.__name__)

    @property
    def name(self) -> str:
        """Its name: that of its function, with hyphens."""
        return self.check.__name__.replace("_", "-")

    @property
    def summary(self) -> str:
        """What it finds, in a line."""
        return self._said[0]

    @property
    def why(self) -> str:
        """Why that matters."""
        return self._said[1]

    @cached_property
    def _said(self) -> tuple[str, str]:
        summary, _, why = (inspect.getdoc(self.check) or "").partition("\n\n")
        return " ".join(summary.split()), " ".join(why.split())

    @cached_property
    def bad(self) -> str:
        """A fragment of the first of its subjects. Each line of it that must be reported says so
        at its end, with `# ` and the code."""
        bad = self.fragments[0]
        return inspect.cleandoc(bad) + "\n" if bad.strip() else bad

    @cached_property
    def good(self) -> str:
        """A fragment of the first of its subjects in which it finds nothing."""
        return inspect.cleandoc(self.fragments[1]) + "\n"

    def markdown(self, *, linked: bool = True) -> str:
        """What the rule is about, in Markdown: why it matters, what the source says, and a
        fragment that is reported and one that is not. Files of this project are `linked` from
        beside docs/rules.md."""
        bad, good = (
            "".join(f"{visible(line)}\n" for line in fragment.splitlines())
            for fragment in (self.bad, self.good)
        )
        return (
            f"{self.summary}.\n\n{self.why}\n\nWhat the source says: {self.says}\n"
            f"({self._link(linked=linked)})\n\nReported:\n\n```yaml\n{bad}```\n\n"
            f"Not reported:\n\n```yaml\n{good}```\n"
            + (f"\n`htq check --fix` puts right: {self.fixes}\n" if self.fixes else "")
            + (f"\nCan be accepted: {self.acceptable}.\n" if self.is_about_drafts else "")
        )

    def _link(self, *, linked: bool) -> str:
        if is_address(self.source):
            return f"<{self.source}>"
        if not linked:
            return f"`{self.source}`"
        beside = self.source.removeprefix("docs/")
        return f"[{self.source}]({beside if beside != self.source else f'../{beside}'})"

    def severity_in(self, cycle: Cycle | None) -> Severity | None:
        """How much a finding matters in a cycle; None where the cycle does not ask for it,
        or where it is the cycle's policy that says and the cycle is not known."""
        if isinstance(self.severity, Severity):
            return self.severity
        if cycle is None:
            return None
        return STRENGTH[getattr(cycle.policy, self.severity).asks]

    def can_decide(self, cycles: Iterable[Cycle]) -> bool:
        """Whether what it finds can be an error or a warning, be it in one of the cycles only."""
        severities = {self.severity_in(cycle) for cycle in cycles} | {self.fixed_severity}
        return not severities <= {Severity.INFO, None}

    @property
    def is_about_drafts(self) -> bool:
        """Whether it judges drafts."""
        return DRAFT in self.subjects

    @property
    def is_accepted_by_ksb(self) -> bool:
        """Whether a draft accepts its findings for the KSBs that the entry names."""
        return self.acceptable is Acceptable.BY_KSB

    def is_acceptable_in(self, cycle: Cycle | None) -> bool:
        """Whether a draft for a cycle can accept its findings."""
        if self.acceptable is Acceptable.UNLESS_REQUIRED:
            return self.severity_in(cycle) is not Severity.ERROR
        return self.acceptable is not Acceptable.NO

    @property
    def fixed_severity(self) -> Severity | None:
        """Its severity where that is the same in every cycle."""
        return self.severity if isinstance(self.severity, Severity) else None

    @property
    def documentation(self) -> str:
        """Where the rule is documented, from the root of the project."""
        return f"docs/rules.md#{self.code.lower()}"

    def goes_by(self, name: str) -> bool:
        """Whether `name` is the rule's code or name, in any case."""
        return name.casefold() in (self.code.casefold(), self.name)

    def sources_in(self, cycle: Cycle | None) -> tuple[str, ...]:
        """The keys of the pages on which a cycle asks for what the rule looks at, where that is
        the cycle's policy."""
        if cycle is None or isinstance(self.severity, Severity):
            return ()
        demand: Demand = getattr(cycle.policy, self.severity)
        return demand.source

    def can_judge(self, reading: Reading[Any]) -> bool:
        """Whether all that the rule needs is sound. A need is a path, `*` any step of it."""
        return not any(
            _touches(path, need.split("/")) for path in reading.lost for need in self.needs
        )


def rule(
    code: str,
    *,
    severity: Severity | str,
    source: str,
    says: str,
    bad: str,
    good: str,
    needs: tuple[str, ...] = (),
    subjects: tuple[Subject, ...] = (DRAFT,),
    fixes: str = "",
    tidy: Tidy | None = None,
    acceptable: Acceptable = Acceptable.NO,
    stage: Stage = Stage.CONTENT,
) -> Callable[[Check], Rule]:
    """Make a check a rule.

    `severity` is fixed, or the name of the policy of the cycle that says it. `source` is the
    address of the page that the requirement comes from and `says` what it says there.
    `subjects` are the kinds of file that it judges. `fixes` and `tidy` are what `htq check
    --fix` may write, `acceptable` and `stage` what their types say: see `Rule`. The function's
    name is the rule's, the first line of its docstring the summary, and the rest why it matters.
    """

    def declare(check: Check) -> Rule:
        if isinstance(severity, str) and not isinstance(severity, Severity):
            assert severity in Policy.model_fields, severity
        return Rule(
            code,
            severity,
            source,
            says,
            (bad, good),
            check,
            needs,
            subjects,
            fixes,
            tidy,
            acceptable,
            stage,
        )

    return declare


def _declared(module: str, name: str) -> Rule:
    found: Rule = getattr(import_module(module), name)
    return found


def _touches(path: FieldPath, need: list[str]) -> bool:
    """Whether a lost path is what a rule needs, or holds it."""
    return len(path) <= len(need) and all(
        wanted in ("*", str(step)) for step, wanted in zip(path, need, strict=False)
    )
