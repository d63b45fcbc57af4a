"""A new draft for an author to fill in.

It has every field that the cycle asks for, under the words of the rule that checks it. Known
answers are filled in; every other answer is a placeholder, so that `htq check` lists what is left
to do. Optional fields are commented out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from htqcli import moment
from htqcli.catalogue.model import Catalogue, Cycle, Standard
from htqcli.draft.application import (
    Applicant,
    Application,
    Attachment,
    Contact,
    Coverage,
    Employer,
    Qualification,
    StandardClaim,
)
from htqcli.ksbs.lists import KsbList
from htqcli.model.part import Model, names
from htqcli.moment import say
from htqcli.rules import RULES
from htqcli.rules.qualification import higher_national
from htqcli.vocabulary import LEVELS, ApplicantType
from htqcli.words import join, visible, wrap

_WIDTH = 96
"""The width of comments in characters."""

_NUMBERS = {"awarding-organisation": "recognition_number", "higher-education-provider": "ukprn"}
"""The field for the number of each type of applicant."""


@dataclass(frozen=True, slots=True)
class Occupation:
    """A standard to align to, with its entry on the cycle's list and its KSBs, if known. `version`
    and `option` are those to align to; without them, the version of `ksbs` and an open answer."""

    reference: str
    standard: Standard | None = None
    ksbs: KsbList | None = None
    version: str | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit, by its id, title and credits."""

    id: str
    title: str
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Units to choose from: at least `choose` of them, or at least so many credits."""

    units: tuple[str, ...]
    choose: int | None = None
    credits: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The units that are mandatory and the groups, of a qualification or of a pathway."""

    mandatory: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known about an application before it is drafted. None is unknown, and so is an empty
    tuple. `structure` is None if every unit is mandatory. Dates and numbers are as they were
    typed; an empty `support_session` is none."""

    cycle: Cycle
    occupations: tuple[Occupation, ...] = ()
    type: str | None = None
    title: str | None = None
    level: int | None = None
    name: str | None = None
    registration: str | None = None
    contact: str | None = None
    email: str | None = None
    number: str | None = None
    first_teaching: str | None = None
    holder: str | None = None
    units: tuple[NewUnit, ...] = ()
    structure: Way | None = None
    pathways: tuple[Way, ...] = ()
    support_session: str | None = None
    planned_submission: str | None = None
    employers: tuple[str, ...] = ()
    accepts_conditions: bool | None = None


def new_draft(answers: Answers, catalogue: Catalogue, schema: str | None = None) -> str:
    """The text of a draft with these answers. `schema` is the path, from the draft's folder, of the
    JSON Schema with which editors complete and explain the fields."""
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += _introduction(answers.cycle)
    for part in (
        _cycle(answers, catalogue),
        _applicant(answers),
        _qualification(answers),
        _units(answers.units),
        _structure(answers),
        _standards(answers, catalogue),
        _support_session(answers),
        _employers(answers.employers),
        _documents(),
        _declarations(answers),
    ):
        lines += part
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """A text as a YAML value, in quotation marks unless it is only words."""
    if _PLAIN.fullmatch(text) and visible(text) == text:
        return text
    return visible(json.dumps(text, ensure_ascii=False))


_PLAIN = re.compile(r"[^\W\d_][\w’().,&/-]*(?: [\w’().,&/-]+)+")


def _introduction(cycle: Cycle) -> Iterator[str]:
    yield from _comment(
        f"A draft application for a Higher Technical Qualification (HTQ), cycle {cycle.cycle}."
    )
    yield "#"
    yield from _comment(
        "Replace everything between < and >, including the brackets, with your answer. ‘htq check’ "
        "lists what is left."
    )
    yield "#"
    yield from _comment(
        "Lines that begin with # are not read. If a field name follows # directly, as in #number, "
        "the field is optional: delete the # to use it."
    )


def _cycle(answers: Answers, catalogue: Catalogue) -> Iterator[str]:
    cycle = answers.cycle
    yield ""
    windows = [str(window) for window in cycle.windows if window.precision]
    if windows:
        yield from _comment(
            f"Applications for cycle {cycle.cycle} are taken from {join(windows, 'or')}."
        )
    keys = dict.fromkeys(key for window in cycle.windows for key in window.source)
    for key in keys:
        yield f"# Source: {visible(catalogue.sources[key].address)}"
    yield f"cycle: {cycle.cycle}"
    if answers.planned_submission is None:
        yield "#" + _example(Application, "planned_submission", _day_in_window(cycle))
    else:
        yield f"planned_submission: {_date(answers.planned_submission)}"


def _day_in_window(cycle: Cycle) -> str | None:
    closes = [w.closes for w in cycle.windows if w.closes and w.closes.precision != "month"]
    return closes[-1].first.date().isoformat() if closes else None


def _applicant(answers: Answers) -> Iterator[str]:
    type = answers.type
    yield ""
    yield from _rule_words("HTQ406")
    yield "applicant:"
    yield f"  name: {_answer(answers.name, Applicant, 'name')}"
    yield f"  type: {type or _one_of(get_args(ApplicantType))}"
    if type is None:
        yield from _comment("Keep the number that your type needs, and delete the other.", indent=2)
    for number in _NUMBERS.values() if type is None else (_NUMBERS[type],):
        yield f"  {number}: {_answer(type and answers.registration, Applicant, number)}"
    yield from _comment(
        "The person to ask about the application. No report shows their name or email address.",
        indent=2,
    )
    yield "  contact:"
    yield f"    name: {_answer(answers.contact, Contact, 'name')}"
    yield f"    email: {_answer(answers.email, Contact, 'email')}"


def _qualification(answers: Answers) -> Iterator[str]:
    cycle, title = answers.cycle, answers.title
    yield ""
    yield "qualification:"
    yield from _rule_words("HTQ403", indent=2)
    yield f"  title: {_answer(title, Qualification, 'title')}"
    yield from _rule_words("HTQ401", indent=2)
    higher = [o.reference for o in answers.occupations if o.standard and o.standard.level == 5]
    if answers.level != 5 and (higher or not answers.occupations):
        yield from _rule_words("HTQ402", cycle, indent=2)
        if higher:
            yield from _comment(f"At level 5: {join(higher)}.", indent=2)
    if answers.level is None:
        yield from _comment("A level 5 qualification on a level 4 standard is normal.", indent=2)
    yield f"  level: {answers.level or _one_of([str(level) for level in LEVELS])}"
    if answers.number is None:
        yield from _comment("A new qualification has no number yet.", indent=2)
        yield "  #" + _example(Qualification, "number")
    else:
        yield f"  number: {scalar(answers.number)}"
    firsts = sorted((w.first_teaching.month for w in cycle.windows), key=lambda m: m.first)
    earliest = [say(month.first, "month") for month in dict.fromkeys(firsts)]
    yield from _comment(
        f"The first month of teaching; for cycle {cycle.cycle}, {join(earliest, 'or')} at the "
        "earliest.",
        indent=2,
    )
    yield from _source("HTQ304", 2)
    if answers.first_teaching is None:
        yield f"  first_teaching: <month, such as {firsts[-1].isoformat()}>"
    else:
        yield f"  first_teaching: {_date(answers.first_teaching)}"
    yield from _rule_words("HTQ407", cycle, indent=2)
    yield "  intellectual_property:"
    holder = answers.holder
    open_holder = "<applicant, or the name of another body>"
    yield f"    holder: {open_holder if holder is None else scalar(holder)}"
    permission = "evidence/permission.pdf"
    own = ("applicant", (answers.name or "").casefold())
    is_another = holder is not None and holder.casefold() not in own
    if is_another or (title is not None and higher_national(title)):
        yield f"    permission: <file with the holder’s permission, such as {permission}>"
    else:
        yield f"    #permission: {permission}"


def _units(units: tuple[NewUnit, ...]) -> Iterator[str]:
    yield ""
    yield from _comment("The units of the qualification, each with an id of your choice.")
    yield from _rule_words("HTQ506")
    yield "units:"
    for unit in units:
        title = scalar(unit.title)
        if unit.credits is not None:
            title = f"{{title: {_in_flow(unit.title)}, credits: {unit.credits}}}"
        yield f"  {_id(unit.id)}: {title}"
    if not units:
        yield "  U1: <title of the unit, such as Databases>"
        yield "  #U2: {title: Testing, credits: 15}"
        yield "  #U3: {title: Web development, credits: 15}"


def _structure(answers: Answers) -> Iterator[str]:
    yield ""
    yield from _comment(
        "Which units each learner takes. If you leave this out, every unit is mandatory."
    )
    yield from _rule_words("HTQ507")
    if answers.structure is None:
        yield "#structure:"
        yield "#  mandatory: [U1]"
        yield "#  optional:"
        yield "#    - {name: Specialism, choose: 1, from: [U2, U3]}"
        return
    yield "structure:"
    yield from _way(answers.structure, 2)
    if answers.pathways:
        yield "  pathways:"
    for pathway in answers.pathways:
        yield f"    - name: {scalar(pathway.name or '')}"
        yield from _way(pathway, 6)


def _way(way: Way, indent: int) -> Iterator[str]:
    start = " " * indent
    yield f"{start}mandatory: {_ids(way.mandatory)}"
    if way.groups:
        yield f"{start}optional:"
    for group in way.groups:
        name = f"name: {_in_flow(group.name)}, " if group.name else ""
        amount = f"choose: {group.choose}" if group.choose else f"credits: {group.credits}"
        yield f"{start}  - {{{name}{amount}, from: {_ids(group.units)}}}"


def _ids(units: Sequence[str]) -> str:
    return f"[{', '.join(map(_id, units))}]"


def _id(text: str) -> str:
    """An id as a key or in a list, in quotation marks unless it is letters and then digits."""
    return text if re.fullmatch(r"(?a)[A-Za-z]{1,3}[0-9]{1,4}", text) else _in_flow(text)


def _in_flow(text: str) -> str:
    """A text as a value between braces or brackets."""
    return visible(json.dumps(text, ensure_ascii=False))


def _date(text: str) -> str:
    """A date as ISO 8601, if it can be read."""
    return moment.to_iso(text) or scalar(text)


def _standards(answers: Answers, catalogue: Catalogue) -> Iterator[str]:
    yield ""
    yield from _comment("The occupational standards that the qualification aligns to.")
    yield from _rule_words("HTQ501")
    yield "standards:"
    for occupation in answers.occupations:
        yield from _standard(occupation, answers.cycle)
        published = f"{catalogue.standards_data}/{occupation.reference}"
        yield from _mapping(occupation, published)
    if not answers.occupations:
        yield from _comment("Find it with ‘htq standards search’.", indent=2)
        yield f"  - reference: {_placeholder(StandardClaim, 'reference')}"
        yield from _mapping(Occupation(""))
    yield ""
    yield from _comment(
        "How the KSBs are assessed, each with an id of your choice. If you list assessments, say "
        "for each KSB which of them assess it: K1: {units: [U1], assessed_by: [A1]}"
    )
    yield "#assessments:"
    yield "#  A1: Portfolio"


def _standard(occupation: Occupation, cycle: Cycle) -> Iterator[str]:
    yield f"  - reference: {occupation.reference}"
    if standard := occupation.standard:
        scopes = cycle.listing.scopes if cycle.listing else {}
        if standard.scope != "in-scope" and (means := scopes.get(standard.scope)):
            yield from _comment(means, indent=4)
        yield f"    title: {scalar(standard.title)}"
        yield f"    level: {standard.level}"


def _mapping(occupation: Occupation, published: str | None = None) -> Iterator[str]:
    """The version, the option and a line for each KSB. `published` is the address of the current
    version."""
    known = occupation.ksbs
    yield from _rule_words("HTQ502", indent=4)
    if published:
        yield f"    # The current version: {visible(published)}"
    version = occupation.version or (known and known.version)
    shown = scalar(version) if version else _placeholder(StandardClaim, "version")
    yield f"    version: {shown}"
    if occupation.option is not None:
        yield f"    option: {scalar(occupation.option)}"
    elif known and known.options:
        yield from _comment("Delete the KSBs that your option does not need.", indent=4)
        yield f"    option: {scalar(_one_of(list(known.options)))}"
    yield from _comment(
        "Partly covered: K1: {units: [U1], coverage: partial, reason: Safer in the workplace}",
        "Not covered by any unit: delete its line.",
        indent=4,
    )
    if known is None:
        yield from _comment(
            "Add a line for each KSB of the standard. If you get its list with ‘htq ksbs get’ "
            "first, ‘htq init’ writes these lines for you.",
            indent=4,
        )
    yield "    ksbs:"
    units = _placeholder(Coverage, "units")
    if known is None:
        yield f"      K1: {units}"
        return
    needed = known.needed(occupation.option)
    for label, statement in known.ksbs.items():
        if label not in needed:
            continue
        needing = known.options_needing[label]
        is_open = occupation.option is None and len(needing) < len(known.options)
        some = f"({join(needing)}) " if is_open else ""
        text = " ".join(f"{some}{statement or ''}".split())
        yield from _comment(*([text] if text else []), indent=6)
        yield f"      {label}: {units}"


def _support_session(answers: Answers) -> Iterator[str]:
    cycle = answers.cycle
    yield ""
    asks = cycle.policy.support_session.asks
    yield from _rule_words("HTQ605", cycle)
    if answers.support_session:
        yield f"support_session: {_date(answers.support_session)}"
        return
    if asks == "not-asked" or answers.support_session is not None:
        yield "#" + _example(Application, "support_session")
        return
    if asks != "required":
        yield from _comment("Delete the line if no session took place.")
    yield f"support_session: {_placeholder(Application, 'support_session')}"


def _employers(names: tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield from _rule_words("HTQ601")
    yield "employers:"
    for name in names or (None,):
        yield f"  - name: {_answer(name, Employer, 'name')}"
        yield f"    evidence: {_placeholder(Employer, 'evidence')}"


def _documents() -> Iterator[str]:
    yield ""
    yield from _rule_words("HTQ603")
    yield from _rule_words("HTQ604")
    yield "documents:"
    yield "  - kind: ksb-mapping"
    yield f"    file: {_placeholder(Attachment, 'file')}"
    yield "    confidential: <true or false>"
    yield "  #- kind: specification"
    yield "  #  file: evidence/specification.pdf"
    yield "  #  confidential: false"


def _declarations(answers: Answers) -> Iterator[str]:
    yield ""
    yield from _rule_words("HTQ701")
    yield "declarations:"
    accepts = (
        "true" if answers.accepts_conditions else "<true, once your organisation accepts them>"
    )
    yield f"  conditions_of_application: {accepts}"


_RULES = {rule.code: rule for rule in RULES}


def _rule_words(code: str, cycle: Cycle | None = None, indent: int = 0) -> list[str]:
    """A rule's words and source as a comment; nothing if the cycle does not ask for it."""
    rule = _RULES[code]
    if cycle is not None and rule.severity_in(cycle) is None:
        return []
    return _comment(rule.says, indent=indent) + _source(code, indent)


def _source(code: str, indent: int = 0) -> list[str]:
    return [f"{' ' * indent}# Source: {_RULES[code].source} ({code})"]


def _comment(*texts: str, indent: int = 0) -> list[str]:
    start = " " * indent + "# "
    columns = _WIDTH - len(start)
    return [start + line for text in texts for line in wrap(visible(text), columns)]


def _answer(answer: str | None, part: type[Model], name: str) -> str:
    return _placeholder(part, name) if answer is None else scalar(answer)


def _placeholder(part: type[Model], name: str) -> str:
    """A placeholder with the field's title and an example."""
    info = names(part)[name]
    example = (info.examples or [None])[0]
    if example is None:
        return f"<{info.title}>"
    return "<{}, such as {}>".format(info.title, str(example).strip('"'))


def _example(part: type[Model], name: str, example: str | None = None) -> str:
    info = names(part)[name]
    return f"{name}: {example or (info.examples or [''])[0]}"


def _one_of(words: Sequence[str]) -> str:
    return f"<{join(list(words), 'or')}>"
