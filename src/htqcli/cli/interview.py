"""The questions that `htq init` asks in a terminal.

Enter alone leaves an answer open, or takes the one in square brackets; `back` returns to the
question before. Each answer is checked at once, by the rules that will check the draft. Only KSB
lists are written here, if the person has them fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from htqcli.cli import terminal

if TYPE_CHECKING:
    from htqcli.authoring.new_draft import Answers, NewUnit, Occupation, Way
    from htqcli.catalogue.model import Catalogue, Cycle, Standard
    from htqcli.check.report import Diagnostic
    from htqcli.draft.application import Application
    from htqcli.ksbs.lists import KsbList, Lists
    from htqcli.mapping.editing import Covering

_MAX_OFFERED = 9
"""How many standards are offered at a time."""
_YES, _NO = ("y", "yes"), ("n", "no", "none")
_BACK = "back"
_SKIP = "skip"
_MAPPED_ELSEWHERE = "mapping from workbook"
"""The name of a question that is never asked. Once it counts as answered, no KSB is asked about."""


class _Back(Exception):
    """The person wants the question before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has answered so far: the answers; by standard, what covers each KSB; and the
    names of the questions that were answered."""

    answers: Answers
    mapping: Mapping[int, Mapping[str, Covering]] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()

    def having(self, **changes: object) -> Asked:
        """The same with other answers."""
        return replace(self, answers=replace(self.answers, **changes))  # type: ignore[arg-type]


class _Question(NamedTuple):
    """A question: its name, and what asks it. What is answered already is not asked again."""

    name: str
    ask: Callable[[Asked], Asked]


class Interview:
    """The questions about a draft for `path`, as at a time, with the KSB lists in a folder."""

    def __init__(self, known: Catalogue, at: datetime, path: str, folder: Path) -> None:
        self.known = known
        self.at = at
        self.path = path
        self.folder = folder

    @property
    def lists(self) -> Lists:
        """The KSB lists, as they are in the folder now."""
        from htqcli.ksbs.lists import Lists

        return Lists(self.folder)

    def ask(self) -> Asked:
        """Ask what a new draft needs. Raises `typer.Abort` if the person stops."""
        from htqcli.authoring.new_draft import Answers
        from htqcli.cli.context import the_cycle

        with suppress(ImportError):
            import readline  # noqa: F401  # arrow keys and history while typing
        _say("A draft application for a Higher Technical Qualification", "bold")
        _say("Press Enter to leave an answer open, or to take the one in square brackets.", "dim")
        _say("Type ‘back’ to return to the question before.", "dim")
        _say("Ctrl-C stops, and no draft is written.", "dim")
        asked = Asked(Answers(the_cycle(self.known, None)))
        if len(self._listed_cycles()) < 2:
            self._tell_window(asked.answers.cycle)
        before: list[Asked] = []
        while question := self._next(asked):
            try:
                answered = question.ask(asked)
            except _Back:
                if before:
                    asked = before.pop()
                else:
                    _say("This is the first question.")
                continue
            before.append(asked)
            asked = replace(answered, answered=answered.answered | {question.name})
        terminal.write("\n")
        return asked

    def text(self, asked: Asked, schema: str | None = None) -> str:
        """The draft with the answers."""
        from htqcli.authoring.new_draft import new_draft
        from htqcli.mapping.editing import with_mapping

        text = new_draft(asked.answers, self.known, schema)
        changes = {at: own for at, own in asked.mapping.items() if own}
        return with_mapping(text.encode(), changes).decode() if changes else text

    def _next(self, asked: Asked) -> _Question | None:
        questions = (_Question(*pair) for pair in self._questions(asked))
        return next((one for one in questions if one.name not in asked.answered), None)

    def _questions(self, asked: Asked) -> Iterator[tuple[str, Callable[[Asked], Asked]]]:
        """The questions in their order. Answers decide which others there are."""
        answers = asked.answers
        if len(self._listed_cycles()) > 1:
            yield "cycle", self._cycle
        yield "name", self._organisation
        yield "type", self._type
        if answers.type:
            yield "registration", self._registration
        yield "contact", self._contact
        if answers.contact:
            yield "email", self._email
        for number in range(len(answers.occupations) + 1):
            yield f"standard {number}", self._standard
            if number < len(answers.occupations):
                yield from self._questions_about(number, answers.occupations[number])
        yield "title", self._title
        yield "level", self._level
        yield "number", self._number
        yield "first teaching", self._first_teaching
        yield "holder", self._holder
        yield "units", self._units
        yield from self._structure_questions(answers)
        yield from self._mapping_questions(asked)
        if answers.cycle.policy.support_session.asks != "not-asked":
            yield "support session", self._support_session
        yield "submission", self._submission
        yield "employers", self._employers
        yield "conditions", self._conditions

    def _questions_about(
        self, at: int, one: Occupation
    ) -> Iterator[tuple[str, Callable[[Asked], Asked]]]:
        if one.ksbs is None:
            yield f"list {at}", lambda asked: self._fetch(asked, at)
            yield f"version {at}", lambda asked: self._typed_version(asked, at)
        elif len(self.lists.versions(one.reference)) > 1:
            yield f"version {at}", lambda asked: self._version(asked, at)
        if one.ksbs and one.ksbs.options:
            yield f"option {at}", lambda asked: self._option(asked, at)

    def _structure_questions(
        self, answers: Answers
    ) -> Iterator[tuple[str, Callable[[Asked], Asked]]]:
        if len(answers.units) < 2:
            return
        yield "all mandatory", self._all_mandatory
        if answers.structure is None:
            return
        yield "mandatory", lambda asked: self._mandatory(asked, None)
        for number in range(len(answers.structure.groups) + 1):
            yield f"group {number}", lambda asked: self._group(asked, None)
        yield "pathways", self._pathways
        for at, way in enumerate(answers.pathways):
            yield f"mandatory on {at}", lambda asked, at=at: self._mandatory(asked, at)  # type: ignore[misc]
            for number in range(len(way.groups) + 1):
                yield f"group {number} on {at}", lambda asked, at=at: self._group(asked, at)  # type: ignore[misc]

    def _mapping_questions(self, asked: Asked) -> Iterator[tuple[str, Callable[[Asked], Asked]]]:
        """For each standard whose list is there and whose mapping no workbook gave, the KSBs that
        each unit covers."""
        for at, one in enumerate(asked.answers.occupations):
            if one.ksbs is None or _MAPPED_ELSEWHERE in asked.answered:
                continue
            for unit in asked.answers.units:
                yield (
                    f"mapping {at} {unit.id}",
                    lambda asked, at=at, unit=unit: self._covers(asked, at, unit),  # type: ignore[misc]
                )

    # What the rules say of an answer

    def _takes(self, asked: Asked, *pointers: str, notes: bool = True) -> bool:
        """Whether the answers at these places have no error. What is wrong is told, and with
        `notes` what only a warning says."""
        found = self._findings(asked, pointers)
        errors = [finding for finding in found if finding.severity.value == "error"]
        for finding in (errors or found if notes else errors)[:_MAX_TOLD]:
            told = f"{finding.message}. {finding.hint}".strip()
            if errors:
                _problem(told)
            else:
                _say(f"Note: {told} Type ‘back’ to change your answer.", "yellow")
        return not errors

    def _findings(self, asked: Asked, pointers: Sequence[str]) -> list[Diagnostic]:
        """The errors and warnings at or below these places of the draft as it is so far."""
        from htqcli.check.engine import Checker
        from htqcli.check.inputs import Draft
        from htqcli.check.report import Checked

        checker = Checker(self.known, self.at, None, self.folder)
        draft = Draft(self.path, Path(self.path).parent, self.text(asked).encode())
        checked = checker.check(draft)
        assert isinstance(checked, Checked)
        return [
            finding
            for finding in checked.findings
            if finding.severity.value != "info"
            and any(_is_below(spot.pointer, pointers) for spot in finding.spots)
        ]

    # The application and who makes it

    def _listed_cycles(self) -> list[str]:
        return [str(cycle.cycle) for cycle in self.known.cycles if cycle.listing]

    def _tell_window(self, cycle: Cycle) -> None:
        """Say so if the cycle's window is closed, or when it opens."""
        found = self.known.status(self.at, cycle.cycle)
        if found.state == "closed":
            later = self.known.status(self.at).state != "closed"
            told = (
                "‘htq window list’ shows later windows."
                if later
                else "No window that is open or still to come is known. Ask the approvals team "
                f"before you go on: {self.known.contact.email}."
            )
            _say(
                f"The window of cycle {cycle.cycle} closed on {found.window.closes}. {told}",
                "yellow",
            )
        elif found.state == "not-yet-open":
            _say(f"The window of cycle {cycle.cycle} opens on {found.window.opens}.", "dim")

    def _cycle(self, asked: Asked) -> Asked:
        listed = self._listed_cycles()
        _ask("Which approvals cycle is it for?")
        chosen = _pick({n: n for n in listed}, str(asked.answers.cycle.cycle))
        asked = asked.having(cycle=self.known.cycle(int(chosen or listed[-1])))
        self._tell_window(asked.answers.cycle)
        return asked

    def _organisation(self, asked: Asked) -> Asked:
        _ask("What is the name of your organisation?")
        return self._one(asked, "name", "/applicant/name")

    def _type(self, asked: Asked) -> Asked:
        from htqcli.vocabulary import APPLICANT_TYPES

        kinds = {str(number): kind for number, kind in enumerate(APPLICANT_TYPES, start=1)}
        _ask("Who applies?")
        for number, kind in kinds.items():
            _say(f"  {number}  {kind}")
        return asked.having(type=_pick(kinds), registration=None)

    def _registration(self, asked: Asked) -> Asked:
        if asked.answers.type == "awarding-organisation":
            _ask("What is its recognition number from Ofqual?")
            _say("For example: RN5999", "dim")
            return self._one(asked, "registration", "/applicant/recognition_number")
        _ask("What is its UKPRN (UK provider reference number)?")
        _say("8 digits, for example: 10009999", "dim")
        return self._one(asked, "registration", "/applicant/ukprn")

    def _contact(self, asked: Asked) -> Asked:
        _ask("Who is the person to ask about the application?")
        _say("Their name. htq never shows it in a report.", "dim")
        return self._one(asked, "contact", "/applicant/contact/name")

    def _email(self, asked: Asked) -> Asked:
        _ask("What is their email address?")
        _say("For example: name@example.org", "dim")
        return self._one(asked, "email", "/applicant/contact/email")

    def _one(self, asked: Asked, name: str, *pointers: str) -> Asked:
        """Ask for one answer until the rules take it."""
        from htqcli.words import strip_invisible

        while typed := _input():
            if not strip_invisible(typed):
                _problem("Type something that can be seen, or press Enter alone.")
                continue
            answered = asked.having(**{name: typed})
            if self._takes(answered, *pointers):
                return answered
        return asked.having(**{name: None})

    # Standards

    def _standard(self, asked: Asked) -> Asked:
        """One more standard, which the person picks by its reference or by words of its title."""
        from htqcli.authoring.new_draft import Occupation

        cycle, chosen = asked.answers.cycle, asked.answers.occupations
        offered: list[Standard] = []
        if chosen:
            _ask("Does it align to another standard?")
            _say("Enter a reference or words, or press Enter if not.", "dim")
        else:
            _ask("Which occupational standard does the qualification align to?")
            _say("Enter a reference such as ST0116, or words of its title.", "dim")
        while (typed := _input()) and typed.lower() not in _NO:
            if typed.lower() in _YES:
                _problem("Enter the reference of the standard, or words of its title.")
                continue
            if typed.isdecimal() and 0 < int(typed[:9]) <= len(offered):
                found = [offered[int(typed[:9]) - 1]]
            else:
                found = self.known.search(typed, cycle)
            if not found:
                _problem(f"No standard of cycle {cycle.cycle} matches. Try other words.")
            elif len(found) == 1 and (found[0] in offered or _is_named(found[0], typed)):
                if found[0].reference in [one.reference for one in chosen]:
                    _say(f"{found[0].reference} {found[0].title} is named already.")
                    continue
                _tell_added(found[0], cycle)
                reference = found[0].reference
                own = Occupation(reference, found[0], latest_list(reference, self.folder))
                return asked.having(occupations=(*chosen, own))
            else:
                offered = found[:_MAX_OFFERED]
                for number, one in enumerate(offered, start=1):
                    about = f"{one.title}, level {one.level}, {one.route}"
                    terminal.print_lines(terminal.hanging(f"  {number}  {one.reference}  ", about))
                more = (
                    " There are more: other words show them." if len(found) > _MAX_OFFERED else ""
                )
                _say(f"Enter the number of one, or other words.{more}", "dim")
        return asked

    def _with_occupation(self, asked: Asked, at: int, **changes: object) -> Asked:
        own = list(asked.answers.occupations)
        own[at] = replace(own[at], **changes)  # type: ignore[arg-type]
        return asked.having(occupations=tuple(own))

    def _fetch(self, asked: Asked, at: int) -> Asked:
        """Fetch a KSB list if the person says so, or say how to get it."""
        from htqcli.cli.ksbs import get
        from htqcli.words import shell_word

        reference = asked.answers.occupations[at].reference
        if own := latest_list(reference, self.folder):
            _say(f"Found the KSB list of {reference} version {own.version}.", "green")
            return self._with_occupation(asked, at, ksbs=own)
        words = ["htq", "ksbs", "get", reference, "-o", self.folder.as_posix()]
        command = " ".join(map(shell_word, words))
        _ask(f"There is no KSB list of {reference} in {self.folder.as_posix()}. Fetch it now?")
        _say(f"From {self.known.standards_data}, as ‘{command}’ does.", "dim")
        if not _yes_or_no("yes"):
            _say(f"Without it, the draft has no line for each KSB. Later: {command}", "dim")
            return asked
        file = self.known.origin.file
        with suppress(typer.Exit):
            get([reference], folder=self.folder, catalogue=Path(file) if file else None)
        own = latest_list(reference, self.folder)
        if own is None:
            _say("Once you have the list, type ‘back’; or go on without it.", "dim")
        return self._with_occupation(asked, at, ksbs=own)

    def _version(self, asked: Asked, at: int) -> Asked:
        """Which version of a standard, of those whose lists are there."""
        from htqcli.ksbs.lists import version_key

        one = asked.answers.occupations[at]
        lists = {own.version: own for own in usable_lists(one.reference, self.folder)}
        latest = max(lists, key=version_key)
        _ask(f"Which version of {one.reference} is the mapping against?")
        chosen = _pick({version: version for version in sorted(lists, key=version_key)}, latest)
        return self._with_occupation(asked, at, ksbs=lists[chosen or latest])

    def _typed_version(self, asked: Asked, at: int) -> Asked:
        _ask(f"Which version of {asked.answers.occupations[at].reference} is the mapping against?")
        _say("For example: 1.1", "dim")
        while typed := _input():
            answered = self._with_occupation(asked, at, version=typed)
            if self._takes(answered, f"/standards/{at}/version"):
                return answered
        return self._with_occupation(asked, at, version=None)

    def _option(self, asked: Asked, at: int) -> Asked:
        one = asked.answers.occupations[at]
        assert one.ksbs
        options = {str(number): name for number, name in enumerate(one.ksbs.options, start=1)}
        _ask(f"Which option of {one.reference} does it align to?")
        for number, name in options.items():
            terminal.print_lines(terminal.hanging(f"  {number}  ", name, ("", "")))
        return self._with_occupation(asked, at, option=_pick(options))

    # The qualification

    def _title(self, asked: Asked) -> Asked:
        _ask("What is the title of the qualification?")
        _say("For example: Level 4 Diploma in Software Development", "dim")
        return self._one(asked, "title", "/qualification/title")

    def _level(self, asked: Asked) -> Asked:
        """The level. That in the title is offered, or else 5 if a standard is at level 5."""
        from htqcli.rules.qualification import levels_in
        from htqcli.vocabulary import LEVELS

        levels = [str(level) for level in LEVELS]
        said = {str(level) for level in levels_in(asked.answers.title or "")}.intersection(levels)
        named = (one.standard for one in asked.answers.occupations)
        if not said and any(standard and standard.level == 5 for standard in named):
            said = {"5"}
        offered = said.pop() if len(said) == 1 else None
        _ask("What is the level of the qualification?")
        chosen = _pick({level: level for level in levels}, offered)
        asked = asked.having(level=int(chosen) if chosen else None)
        if chosen:
            self._takes(asked, "/qualification/level", "/qualification/title")
        return asked

    def _number(self, asked: Asked) -> Asked:
        _ask("What is its qualification number?")
        _say("For example: 610/0000/0. A new qualification has no number yet: press Enter.", "dim")
        return self._one(asked, "number", "/qualification/number")

    def _first_teaching(self, asked: Asked) -> Asked:
        _ask("When is it first taught?")
        _say("A month, for example: September 2024", "dim")
        return self._one(asked, "first_teaching", "/qualification/first_teaching")

    def _holder(self, asked: Asked) -> Asked:
        _ask("Who holds the rights in the qualification?")
        _say("‘applicant’ for your organisation, or the name of another body.", "dim")
        return self._one(asked, "holder", "/qualification/intellectual_property/holder")

    # Units and structure

    def _units(self, asked: Asked) -> Asked:
        """The units, pasted or from a workbook, whose mapping is read too."""
        _ask("What are the units of the qualification?")
        _say(
            "Type or paste them, one a line, for example ‘U1 Databases, 15 credits’. An empty line "
            "ends the list. Or enter the path of a workbook (.xlsx) or CSV file that has them.",
            "dim",
        )
        lines: list[str] = []
        while typed := _input():
            if not lines and (path := _table_path(typed)):
                if (found := self._from_workbook(asked, path)) is not None:
                    return found
                continue
            more = [*lines, *filter(None, map(str.strip, typed.splitlines()))]
            answered = asked.having(units=tuple(units_in(more)))
            new = answered.answers.units[len(lines) :]
            if self._takes(answered, *(f"/units/{_escaped(unit.id)}" for unit in new), notes=False):
                lines = more
        answered = asked.having(units=tuple(units_in(lines)))
        longest = max((len(unit.id) for unit in answered.answers.units), default=0)
        for unit in answered.answers.units:
            credits = f", {unit.credits} credits" if unit.credits is not None else ""
            terminal.print_lines(
                terminal.hanging(f"  {unit.id:<{longest}}  ", f"{unit.title}{credits}")
            )
        return answered

    def _from_workbook(self, asked: Asked, path: str) -> Asked | None:
        """The units that a table names, and what it says that they cover; None if it cannot be
        read, which is told."""
        from htqcli.authoring.new_draft import NewUnit
        from htqcli.draft.application import Unit
        from htqcli.mapping import importing, sheets, understanding

        application = self._application(asked)
        try:
            table = sheets.read(path)
            titles = importing.units_of(importing.unit_headings(table), application)
            units = {name: Unit(title=title) for name, title in titles.items()}
            application = application.model_copy(update={"units": units})
            found = importing.understand(table, application, self.lists)
        except (sheets.NotRead, understanding.AskedFor) as error:
            _problem(f"{path}: not read: {error}")
            return None
        if not titles:
            _problem(
                f"{path}: no table was found in it with the labels of KSBs, such as K1, and with "
                "units that have marks. Paste the units, or name another file."
            )
            return None
        for name, title in titles.items():
            terminal.print_lines(terminal.hanging(f"  {name}  ", title))
        counts = [f"{len(own)} KSBs of {asked.answers.occupations[at].reference}"
                  for at, own in found.changes.items() if own]  # fmt: skip
        if counts:
            _say(f"It says what covers {', '.join(counts)}.", "green")
        if found.unread:
            first = found.unread[0]
            _say(
                f"{len(found.unread)} cells were not read, the first of them {first.cell}: "
                f"{first.reason}. ‘htq mapping import’ lists them all.",
                "yellow",
            )
        new = tuple(NewUnit(name, title) for name, title in titles.items())
        asked = replace(asked.having(units=new), mapping=found.changes)
        done = asked.answered | ({_MAPPED_ELSEWHERE} if counts else set())
        return replace(asked, answered=done)

    def _application(self, asked: Asked) -> Application:
        from htqcli.document import reader
        from htqcli.draft.application import read_application

        return read_application(reader.read(self.text(asked).encode())).part

    def _all_mandatory(self, asked: Asked) -> Asked:
        from htqcli.authoring.new_draft import Way

        _ask("Does every learner take every unit?")
        if _yes_or_no("yes"):
            return asked.having(structure=None, pathways=())
        return asked.having(structure=Way())

    def _way(self, asked: Asked, at: int | None) -> Way:
        way = asked.answers.structure if at is None else asked.answers.pathways[at]
        assert way is not None
        return way

    def _with_way(self, asked: Asked, at: int | None, **changes: object) -> Asked:
        way = replace(self._way(asked, at), **changes)  # type: ignore[arg-type]
        if at is None:
            return asked.having(structure=way)
        ways = list(asked.answers.pathways)
        ways[at] = way
        return asked.having(pathways=tuple(ways))

    def _mandatory(self, asked: Asked, at: int | None) -> Asked:
        where = "" if at is None else f" on {self._way(asked, at).name}"
        _ask(f"Which units does every learner{where} take?")
        _say("Their ids, for example: U1, U2 or U1-U6", "dim")
        return self._with_way(asked, at, mandatory=self._ids(asked))

    def _ids(self, asked: Asked) -> tuple[str, ...]:
        """Ids of units, asked for until all are known."""
        known = [unit.id for unit in asked.answers.units]
        while typed := _input():
            found = ids_in(typed, known)
            if isinstance(found, tuple):
                return found
            _problem(f"There is no unit {found}. The units are {', '.join(known)}.")
        return ()

    def _group(self, asked: Asked, at: int | None) -> Asked:
        """A group of units to choose from, and how many."""
        from htqcli.authoring.new_draft import Group

        way = self._way(asked, at)
        where = "" if at is None else f" on {way.name}"
        other = "another group" if way.groups else "a group"
        _ask(f"Is there {other} of units to choose from{where}?")
        _say("The ids of its units, or press Enter if not.", "dim")
        units = self._ids(asked)
        if not units:
            return asked
        _ask(f"How much does a learner choose from {', '.join(units)}, at least?")
        _say("A number of units, for example ‘1’, or of credits, for example ‘15 credits’.", "dim")
        place = "/structure" if at is None else f"/structure/pathways/{at}"
        place += f"/optional/{len(way.groups)}"
        while typed := _input(offered="1"):
            amount = re.fullmatch(r"\s*([1-9][0-9]{0,3})\s*(credits?|units?)?\s*", typed.lower())
            if amount is None:
                _problem("Enter a number of units, or a number and ‘credits’.")
                continue
            is_credits = (amount[2] or "").startswith("credit")
            number = int(amount[1])
            group = Group(units, None if is_credits else number, number if is_credits else None)
            answered = self._with_way(asked, at, groups=(*way.groups, group))
            credits = [f"/units/{_escaped(unit)}/credits" for unit in units if is_credits]
            if self._takes(answered, place, *credits):
                return answered
        return self._with_way(asked, at, groups=(*way.groups, Group(units, 1)))

    def _pathways(self, asked: Asked) -> Asked:
        from htqcli.authoring.new_draft import Way

        _ask("Are there pathways, of which a learner takes exactly one?")
        _say("Their names, one a line and then an empty line; or press Enter if not.", "dim")
        names = _lines()
        if len(set(names)) < len(names):
            _say("A name that was there twice is there once.", "yellow")
        return asked.having(pathways=tuple(Way(name=name) for name in dict.fromkeys(names)))

    def _covers(self, asked: Asked, at: int, unit: NewUnit) -> Asked:
        """The KSBs of a standard that a unit covers."""
        from htqcli.ksbs.lists import combined_labels, parse_label, ranges
        from htqcli.mapping.editing import Covering

        one = asked.answers.occupations[at]
        known = one.ksbs
        assert known
        needed = known.needed(one.option)
        _ask(f"Which KSBs of {one.reference} does {unit.id} cover?")
        _say(f"{unit.title}. Labels, for example: K1, K3-K5, S2", "dim")
        left = [label for label in needed if label not in asked.mapping.get(at, {})]
        _say(f"Not covered so far: {ranges(left) or 'none'}", "dim")
        _say(f"‘{_SKIP}’ leaves the rest for a workbook: see ‘htq mapping export’.", "dim")
        while typed := _input():
            if typed.lower() in _NO:
                break
            if typed.lower() == _SKIP:
                return replace(asked, answered=asked.answered | {_MAPPED_ELSEWHERE})
            upper = re.sub(r"\b[ksb](?= ?[0-9])", lambda found: found[0].upper(), typed)
            upper = re.sub(r"(?<=[0-9]) +(?=[KSB] ?[0-9])", ", ", upper)
            label = parse_label(typed)
            labels = [label] if label else combined_labels(upper)
            unknown = [label for label in labels if label not in known.ksbs]
            if not labels:
                _problem("Enter labels such as K1, K3-K5 and S2.")
            elif unknown:
                _problem(f"{one.reference} version {known.version} has no {ranges(unknown)}.")
            else:
                own = dict(asked.mapping.get(at, {}))
                for label in labels:
                    before = own.get(label, Covering(()))
                    own[label] = before._replace(units=(*before.units, unit.id))
                return replace(asked, mapping={**asked.mapping, at: own})
        return asked

    # Dates, employers and declarations

    def _support_session(self, asked: Asked) -> Asked:
        _ask("On which day was your support session with the approvals team?")
        _say("For example: 2 March 2022. Enter ‘no’ if no session took place.", "dim")
        while typed := _input():
            answer = "" if typed.lower() in _NO else typed
            answered = asked.having(support_session=answer)
            if self._takes(answered, "/support_session"):
                return answered
        return asked.having(support_session=None)

    def _submission(self, asked: Asked) -> Asked:
        _ask("On which day do you plan to submit?")
        _say("For example: 20 May 2022. Press Enter if you do not know yet.", "dim")
        return self._one(asked, "planned_submission", "/planned_submission")

    def _employers(self, asked: Asked) -> Asked:
        _ask("Which employers support the application?")
        _say(
            "Their names, one a line and then an empty line. You attach their evidence later.",
            "dim",
        )
        names: list[str] = []
        for name in _each_line():
            answered = asked.having(employers=(*names, name))
            if self._takes(answered, f"/employers/{len(names)}/name"):
                names.append(name)
        return asked.having(employers=tuple(names))

    def _conditions(self, asked: Asked) -> Asked:
        _ask("Does your organisation accept the conditions of application?")
        _say("Answer for your organisation only if you may: yes, or Enter to leave it open.", "dim")
        return asked.having(accepts_conditions=_yes_or_no(None) or None)


_MAX_TOLD = 3


def _is_below(pointer: str, places: Sequence[str]) -> bool:
    return any(pointer == place or pointer.startswith(f"{place}/") for place in places)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def usable_lists(reference: str, folder: Path) -> list[KsbList]:
    """The KSB lists of a standard that can be used. The others are reported."""
    from htqcli.ksbs.lists import Lists

    found = []
    for one in Lists(folder).all_versions(reference):
        if isinstance(one, str):
            terminal.print_error(one)
        else:
            found.append(one)
    return found


def latest_list(reference: str, folder: Path) -> KsbList | None:
    """The latest KSB list of a standard that can be used."""
    from htqcli.ksbs.lists import version_key

    found = usable_lists(reference, folder)
    return max(found, key=lambda one: version_key(one.version), default=None)


def units_in(lines: Sequence[str]) -> list[NewUnit]:
    """The units in lines such as `U1: Databases (15 credits)`, `1. Databases` or cells of a table:
    the id is what a line begins with, else the next number."""
    from htqcli.authoring.new_draft import NewUnit
    from htqcli.draft.application import Application, Unit
    from htqcli.mapping.importing import units_of

    credits: list[int | None] = []
    headings: list[str] = []
    for line in lines:
        found = re.fullmatch(_CREDITS, line.strip(" \t-•*"))
        credits.append(int(found[2] or found[3]) if found else None)
        heading = (found[1] if found else line).strip(" \t-•*,;(")
        headings.append(" ".join(re.sub(r"^[0-9]{1,3}[.)]\s+(?=\S)", "", heading).split()))
    named: dict[str, str] = {}
    for heading in headings:
        own = Application.model_construct(units=dict.fromkeys(named, Unit()))
        named |= units_of([heading], own)
    both = zip(named.items(), credits, strict=True)
    return [NewUnit(name, title, number) for (name, title), number in both]


_CREDITS = r"(?i)(.*\S)(?:[\s,;(:–-]+([0-9]{1,4})\s*credits?\)?|\t+([0-9]{1,4}))"


def ids_in(typed: str, known: Sequence[str]) -> tuple[str, ...] | str:
    """The ids of units in `U1, U2` or `U1-U6`, as the units have them; or what names none. A range
    is of the units in their order."""
    from htqcli.words import id_key, quote

    by_key = {id_key(name): at for at, name in enumerate(known)}
    found: dict[str, None] = {}
    for part in filter(None, re.split(r"\s*(?:[,;&\n]|\band\b)\s*", typed.strip())):
        ends = [part, part] if id_key(part) in by_key else re.split(r"\s*(?:[-–]|\bto\b)\s*", part)
        own = [by_key.get(id_key(end), -1) for end in ends]
        words = [by_key.get(id_key(word), -1) for word in part.split()]
        if -1 not in words:
            found |= dict.fromkeys(known[at] for at in words)
            continue
        if len(own) != 2 or -1 in own:
            return quote(part)
        first, last = own
        found |= dict.fromkeys(known[min(first, last) : max(first, last) + 1])
    return tuple(found)


def _table_path(typed: str) -> str | None:
    """The path of a workbook or CSV file, if a text is one. A terminal puts quotation marks or
    backslashes into a path that is dropped on it."""
    path = typed.strip().strip("'\"")
    if not path.lower().endswith((".xlsx", ".xlsm", ".csv", ".xls", ".ods")):
        return None
    plain = path.replace("\\ ", " ")
    return plain if Path(plain).exists() else path


def _is_named(standard: Standard, typed: str) -> bool:
    """Whether a text is exactly the reference or title of a standard. If it is only similar, the
    person is asked."""
    from htqcli.vocabulary import parse_reference
    from htqcli.words import title_key

    return parse_reference(typed) == standard.reference or title_key(typed) == title_key(
        standard.title
    )


def _tell_added(standard: Standard, cycle: Cycle) -> None:
    _say(f"Added: {standard.reference} {standard.title}, level {standard.level}.", "green")
    means = cycle.listing.scopes.get(standard.scope) if cycle.listing else None
    if standard.scope != "in-scope" and means:
        _say(means, "yellow")


def _each_line() -> Iterator[str]:
    """The lines that a person types or pastes, up to an empty one."""
    while typed := _input():
        yield from filter(None, map(str.strip, typed.splitlines()))


def _lines() -> list[str]:
    return list(_each_line())


def _yes_or_no(offered: str | None) -> bool:
    """Whether the answer is yes. Enter alone is the offered one, or no."""
    meanings = {"yes": "yes", "no": "no", "y": "yes", "n": "no"}
    while typed := _input(["yes", "no"], offered):
        if typed.lower() in meanings:
            return meanings[typed.lower()] == "yes"
        _problem("Enter yes or no, or press Enter alone.")
    return offered == "yes"


def _pick(meanings: Mapping[str, str], offered: str | None = None) -> str | None:
    """Ask until the answer is one of `meanings`, and return what it means; `offered` for none."""
    from htqcli.words import join

    by_name = {meaning.casefold(): meaning for meaning in meanings.values()}
    while typed := _input(list(meanings), offered):
        if typed in meanings:
            return meanings[typed]
        if typed.casefold() in by_name:
            return by_name[typed.casefold()]
        _problem(f"Enter {join(meanings, 'or')}, or press Enter alone.")
    return offered


def _input(choices: Sequence[str] = (), offered: str | None = None) -> str:
    """What the person types, without spaces around it. Raises _Back, or `typer.Abort` at the end of
    input."""
    from htqcli.words import join

    hint = f"{join(choices, 'or')} " if choices else ""
    hint += f"[{offered}] " if offered else ""
    while True:
        try:
            typed = input(f"{hint}> ").strip()
            typed.encode()
        except UnicodeError:
            _problem("That is not UTF-8. Type it again.")
        except EOFError:
            terminal.write("\n")
            raise typer.Abort from None
        except KeyboardInterrupt:
            terminal.write("\n")
            raise
        else:
            if typed.lower() == _BACK:
                raise _Back
            return typed


def _ask(question: str) -> None:
    terminal.write("\n")
    _say(question, "bold")


def _problem(message: str) -> None:
    _say(f"There is a problem. {message}", "red")


def _say(text: str, style: str = "") -> None:
    from htqcli.words import wrap

    columns = terminal.width() or 80
    terminal.print_lines([[(line, style)] for line in wrap(text, columns)])
