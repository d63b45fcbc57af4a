"""What a rule is: its words, severity, source, examples and check, declared in one place.

A rule is a function that takes a `Case` and yields `Problem`s, whose places are paths of fields.
The decorator `rule` makes it a `Rule`, from which the lists of rules, the documentation and the
reports are made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from htqcli.catalogue.bundled import read as read_catalogue
from htqcli.catalogue.model import Catalogue, Cycle, Demand, Policy
from htqcli.document.faults import FaultKind, Fix
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
from htqcli.rules.sources import is_address
from htqcli.verdict import Verdict
from htqcli.words import visible


class Severity(StrEnum):
    """How much a finding matters. A draft with an error is not ready."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Its position among the severities, from 0 for the least."""
        return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(self)

    @property
    def word(self) -> str:
        """What people call it. Machine formats write its value."""
        return "note" if self is Severity.INFO else self.value


STRENGTH = {
    "required": Severity.ERROR,
    "expected": Severity.WARNING,
    "encouraged": Severity.INFO,
    "not-asked": None,
}
"""The severity of a finding, by how strongly the cycle's policy asks for what is missing."""


class Stage(StrEnum):
    """What a rule checks, in order: the file as text, its shape, its content, and its acceptances
    of findings."""

    FILE = "file"
    SHAPE = "shape"
    CONTENT = "content"
    ACCEPTANCES = "acceptances"


class Acceptable(StrEnum):
    """Whether a draft can accept the findings of a rule, in words for a person. It can if the
    source leaves room for judgement."""

    NO = "no"
    YES = "yes"
    UNLESS_REQUIRED = "yes, in cycles that do not require it"
    BY_KSB = "yes, for the KSBs that the entry names in ‘ksbs’"


class Subject(NamedTuple):
    """A kind of file that htq checks: how to read it, and the words of a report on it."""

    name: str
    title: str
    words: Mapping[Verdict, str]
    read: Callable[[Document], Reading[Any]]

    def __reduce__(self) -> str:
        """Pickle it as the name of its constant, so that another process gets the same object."""
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
    read=read_catalogue,
)


class Problem(NamedTuple):
    """What a rule found at a path: what is wrong, and how to put it right.

    - It is shown at the value, or with `on_key` at the field's name; or else at the path `place`,
      or at the characters `span` if no path leads there.
    - `also` are the paths of more places with the same mistake. They make one finding, at the
      first place in the text, and `fix` applies to each. Unless `also` is None, the lines of all
      places go into `details`, which are for JSON.
    - `hide_rest_of_line` hides what follows the place on its line.
    - `sources` are addresses, or keys of pages in the catalogue, in place of the rule's source.
    - `fix` is what the hint suggests. A rule with certain fixes describes them in `fixes`.
    - `severity` replaces the rule's by a lower one.
    - `ksbs` are the paths of the KSBs that it is about, if the rule is accepted by KSB.
    - `unproven`: it says that something was not checked on which the verdict depends.
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
    """A draft that is checked, and what it is checked against. If a catalogue is checked, then
    `catalogue` is what is sound of it, and the draft is empty.

    `cycle` is None unless the draft names a cycle of the catalogue. `file` is the draft's path
    from the current folder, `lists` are its KSB lists, and `folder` is what its paths are relative
    to. `accepted` is what the draft accepts;
    what that matches is known once all other rules have run.
    """

    document: Document
    reading: Reading[Any]
    catalogue: Catalogue
    cycle: Cycle | None
    at: datetime
    file: Path
    lists: Lists
    folder: Folder
    accepted: Acceptances = NOTHING_ACCEPTED

    @property
    def application(self) -> Application:
        """What is sound of the draft."""
        part = self.reading.part
        return part if isinstance(part, Application) else Application()

    @cached_property
    def occupations(self) -> tuple[Occupation, ...]:
        """The standards that the draft names, each with its mapping and its KSB list."""
        return occupations(self.reading, self.lists)

    @cached_property
    def permitted(self) -> Combinations | None:
        """The combinations of units that the draft permits; None if that is not known."""
        return permitted(self.reading)

    @cached_property
    def units(self) -> References:
        """The units of the draft, and every use of a unit's id."""
        return references.units(self.reading, self.unit_names)

    @cached_property
    def unit_names(self) -> Sequence[tuple[FieldPath, str]]:
        """Every name of a unit in a list of the draft, with its path."""
        return tuple(references.units_named(self.reading, self.document))

    @cached_property
    def assessments(self) -> References:
        """The assessments of the draft, and every use of an assessment's id."""
        return references.assessments(self.reading)

    @property
    def standards(self) -> list[StandardCoverage]:
        """How much of each standard the draft covers."""
        return standards(self.occupations, self.permitted)

    @property
    def list_sources(self) -> tuple[str, ...]:
        """The keys of the pages that the cycle's list comes from."""
        return self.cycle.listing.source if self.cycle and self.cycle.listing else ()

    def faults(self, *kinds: FaultKind) -> Iterator[Problem]:
        """The faults of these kinds in the file, as problems."""
        for fault in (*self.document.faults, *self.reading.faults):
            if fault.kind in kinds:
                on_key, hint = fault.of_name, fault.hint or ""
                yield Problem(
                    fault.path, fault.message, hint, on_key, span=fault.span, fix=fault.fix
                )


class Alike(NamedTuple):
    """How a report tells several findings of a rule, in one section of a draft, in one sentence.

    In the sentence, `{places}` are their fields or KSBs. Of findings in a mapping, `{labels}` are
    the KSBs, and `{ksbs}` is how many of the standard's they are, such as `43 of 43 KSBs`. Without
    a `hint`, the first finding's is shown. `at` is the path that a finding must have, with `*` for
    any step; empty for any path.
    """

    sentence: str
    hint: str = ""
    at: str = ""


Check = Callable[[Case], Iterable[Problem]]
Tidy = Callable[[Case], Iterable[tuple[FieldPath, Fix]]]


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule of htq. Its words are laid out only when they are needed.

    `severity` is fixed, or the name of the field of a cycle's policy that decides it. `fixes` says
    which of its findings `htq check --fix` corrects. `tidy` gives correct values that `--fix` also
    writes in their usual form; they are not findings. `alike` says how several findings are told
    together: the first that applies to a finding counts.
    """

    code: str
    severity: Severity | str
    source: str
    says: str
    examples: tuple[str, str] = field(repr=False)
    check: Check = field(repr=False)
    needs: tuple[str, ...]
    subjects: tuple[Subject, ...]
    fixes: str
    tidy: Tidy | None = field(repr=False)
    acceptable: Acceptable
    stage: Stage
    alike: tuple[Alike, ...] = field(repr=False, default=())

    def __reduce__(self) -> tuple[Callable[[str, str], Rule], tuple[str, str]]:
        """Pickle it as the module and name of its check, so that another process gets the same
        object."""
        return _declared, (self.check.__module__, self.check.__name__)

    @property
    def name(self) -> str:
        """The name of its function, with hyphens."""
        return self.check.__name__.replace("_", "-")

    @property
    def summary(self) -> str:
        """What it finds, in one line: the start of its function's docstring."""
        return self._docstring[0]

    @property
    def why(self) -> str:
        """Why that matters: the rest of the docstring."""
        return self._docstring[1]

    @cached_property
    def _docstring(self) -> tuple[str, str]:
        summary, _, why = (inspect.getdoc(self.check) or "").partition("\n\n")
        return " ".join(summary.split()), " ".join(why.split())

    @cached_property
    def bad(self) -> str:
        """An example that breaks the rule, of the first of its subjects. Each line that must be
        reported ends with `# ` and the code."""
        bad = self.examples[0]
        return inspect.cleandoc(bad) + "\n" if bad.strip() else bad

    @cached_property
    def good(self) -> str:
        """An example that keeps the rule, of the first of its subjects."""
        return inspect.cleandoc(self.examples[1]) + "\n"

    def markdown(self, *, linked: bool = True) -> str:
        """The rule in Markdown: why it matters, what its source says, and both examples. With
        `linked`, files of this project are links that work from docs/rules.md."""
        bad, good = (
            "".join(f"{visible(line)}\n" for line in example.splitlines())
            for example in (self.bad, self.good)
        )
        return (
            f"{self.summary}.\n\n{self.why}\n\nWhat the source says: {self.says}\n"
            f"({self._link(linked=linked)})\n\nReported:\n\n```yaml\n{bad}```\n\n"
            f"Not reported:\n\n```yaml\n{good}```\n"
            + (f"\n`htq check --fix` corrects: {self.fixes}\n" if self.fixes else "")
            + (f"\nCan be accepted: {self.acceptable}.\n" if self.is_about_drafts else "")
        )

    def _link(self, *, linked: bool) -> str:
        if is_address(self.source):
            return f"<{self.source}>"
        if not linked:
            return f"`{self.page}`"
        beside = self.source.removeprefix("docs/")
        return f"[{self.source}]({beside if beside != self.source else f'../{beside}'})"

    def severity_in(self, cycle: Cycle | None) -> Severity | None:
        """How much a finding matters in a cycle. None if the cycle does not ask for what the rule
        checks, or if the cycle decides and is not known."""
        if isinstance(self.severity, Severity):
            return self.severity
        if cycle is None:
            return None
        return STRENGTH[getattr(cycle.policy, self.severity).asks]

    def can_decide(self, cycles: Iterable[Cycle]) -> bool:
        """Whether its findings can be errors or warnings in at least one of the cycles."""
        severities = {self.severity_in(cycle) for cycle in cycles} | {self.fixed_severity}
        return not severities <= {Severity.INFO, None}

    @property
    def is_about_drafts(self) -> bool:
        """Whether it checks drafts."""
        return DRAFT in self.subjects

    @property
    def is_accepted_by_ksb(self) -> bool:
        """Whether a draft can accept its findings only for the KSBs that an entry names."""
        return self.acceptable is Acceptable.BY_KSB

    def is_acceptable_in(self, cycle: Cycle | None) -> bool:
        """Whether a draft for this cycle can accept its findings."""
        if self.acceptable is Acceptable.UNLESS_REQUIRED:
            return self.severity_in(cycle) is not Severity.ERROR
        return self.acceptable is not Acceptable.NO

    @property
    def fixed_severity(self) -> Severity | None:
        """Its severity, if that is the same in every cycle."""
        return self.severity if isinstance(self.severity, Severity) else None

    @property
    def documentation(self) -> str:
        """The command that shows the rule, wherever htq is installed."""
        return f"htq rules {self.code}"

    @property
    def page(self) -> str:
        """The address of its source. Of a rule about htq's own formats, the command that shows the
        rule."""
        return self.source if is_address(self.source) else self.documentation

    def alike_at(self, steps: tuple[str, ...]) -> Alike | None:
        """How its findings at such a path are told together; None if each is told by itself."""
        return next((one for one in self.alike if not one.at or _fits(steps, one.at)), None)

    def is_called(self, name: str) -> bool:
        """Whether `name` is the rule's code or name. Case does not count."""
        return name.casefold() in (self.code.casefold(), self.name)

    def sources_in(self, cycle: Cycle | None) -> tuple[str, ...]:
        """The keys of the pages on which a cycle asks for what the rule checks, if the cycle
        decides its severity."""
        if cycle is None or isinstance(self.severity, Severity):
            return ()
        demand: Demand = getattr(cycle.policy, self.severity)
        return demand.source

    def can_check(self, reading: Reading[Any]) -> bool:
        """Whether everything that the rule needs could be read. A need is the path of a field,
        with `*` for any step."""
        return not any(
            _is_needed(path, need.split("/")) for path in reading.lost for need in self.needs
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
    alike: tuple[Alike, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a check a rule.

    `source` is the address of the page that the requirement comes from, and `says` is what the page
    says. `subjects` are the kinds of file to check. For the other arguments, see `Rule`. The rule
    has the function's name. The first line of the docstring says what it finds, the rest why that
    matters.
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
            alike,
        )

    return declare


def _declared(module: str, name: str) -> Rule:
    found: Rule = getattr(import_module(module), name)
    return found


def _fits(steps: tuple[str, ...], pattern: str) -> bool:
    wanted = pattern.split("/")
    return len(steps) == len(wanted) and all(
        want in ("*", step) for step, want in zip(steps, wanted, strict=True)
    )


def _is_needed(path: FieldPath, need: list[str]) -> bool:
    """Whether a path leads to what a rule needs, or to something that holds it."""
    return len(path) <= len(need) and all(
        wanted in ("*", str(step)) for step, wanted in zip(path, need, strict=False)
    )
