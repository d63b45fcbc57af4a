"""Pages about drafts, to hand to people: a page for each, and one about all of them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from htqcli import __version__
from htqcli.check.report import Checked, Content, Diagnostic, Report
from htqcli.draft.application import Application
from htqcli.draft.coverage import Occupation
from htqcli.draft.structure import Combinations, Requirement, TooLarge
from htqcli.formats.text import as_at, coverage, message, verdict
from htqcli.ksbs.lists import KsbList
from htqcli.model.part import sound
from htqcli.moment import UnreadableDate, read, say
from htqcli.reports.coverage import Standard, coverage_sections, gaps, standards
from htqcli.reports.markup import Cell, Column, Group, Item, Link, Section, Table, ours, render
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Rule, Severity, Subject
from htqcli.rules.sources import is_address
from htqcli.words import join

INDEX = "index.html"
"""The name of the page about all drafts, in a folder of pages."""

_BANNER = "Draft, not for submission"

_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_AREAS = {
    "HTQ0": "The file",
    "HTQ1": "The fields and their values",
    "HTQ2": "Standards",
    "HTQ3": "The window and dates",
    "HTQ4": "Qualification and applicant",
    "HTQ5": "KSB mapping and structure",
    "HTQ6": "Evidence and documents",
    "HTQ7": "Declarations",
    "HTQ8": "Feedback",
}


def page(
    report: Report,
    file: Checked,
    *,
    is_draft: bool = False,
    is_public: bool = False,
    index: str = "",
) -> str:
    """The page about a draft of a report, whose checker keeps the content of drafts.

    `is_draft` marks it, and each printed sheet, as a draft that is not for submission. `is_public`
    leaves out what may be confidential or personal, and says so: findings and acceptances about
    the contact and about evidence, permissions and documents that do not say that they are not
    confidential, and the reasons of acceptances. `index` is the address of the page about all
    drafts.
    """
    shown = _public(file) if is_public else file
    top = _about(report, file, shown, "draft", has_coverage=True)
    if is_public:
        top = top._replace(paragraphs=(*top.paragraphs, _PUBLIC))
    back = Link("All drafts", index) if index else None
    banner = _BANNER if is_draft else ""
    title = f"{top.title}: HTQ draft application"
    return render(
        title, top, footer=_footer(report.subject), contents=True, banner=banner, back=back
    )


def pages(report: Report, *, is_draft: bool = False, is_public: bool = False) -> dict[str, str]:
    """The page about each draft of a report, and the one about all, by the names of their files."""
    names = file_names([file.path for file in report.files])
    shown = [_public(file) if is_public else file for file in report.files]
    found = {INDEX: _index(report, shown, names, banner=_BANNER if is_draft else "")}
    for name, file in zip(names, report.files, strict=True):
        found[name] = page(report, file, is_draft=is_draft, is_public=is_public, index=INDEX)
    return found


def whole(report: Report) -> str:
    """Everything that a report says, without coverage, on one page."""
    subject, files = report.subject, report.files
    if len(files) == 1 and not report.unchecked:
        top = _about(report, files[0], files[0], subject.name)
        return render(f"{top.title}: {subject.title}", top, footer=_footer(subject), contents=True)
    anchors = [f"{subject.name}-{at}" for at in range(1, len(files) + 1)]
    sections = [
        _about(report, file, file, anchor, is_alone=False)
        for anchor, file in zip(anchors, files, strict=True)
    ]
    return _index(report, files, [f"#{anchor}" for anchor in anchors], sections)


def file_names(paths: Iterable[str]) -> list[str]:
    """A name for the page of each draft: its path in small letters, digits and hyphens, which is a
    name on every system, and no two of which are the same."""
    used = {INDEX}
    names = []
    for path in paths:
        stem = re.sub(r"\.(ya?ml|json)$", "", path.replace("\\", "/"), flags=re.IGNORECASE)
        word = "-".join(re.findall("[a-z0-9]+", stem.lower()))[-_MAX_NAME:].strip("-")
        if not word or re.fullmatch(_RESERVED, word):
            word = f"draft-{word}".rstrip("-")
        name, number = f"{word}.html", 1
        while name in used:
            number += 1
            name = f"{word}-{number}.html"
        used.add(name)
        names.append(name)
    return names


_MAX_NAME = 80
_RESERVED = "index|con|prn|aux|nul|(com|lpt)[0-9]"


def _footer(subject: Subject) -> tuple[str, ...]:
    if subject is not DRAFT:
        return (f"Made by htq {__version__}.",)
    return (
        f"Made by htq {__version__}, which checks draft applications for Higher Technical "
        "Qualifications in England against published sources. htq is not a service of the "
        "Department for Education or of Skills England. A draft that is ready has passed the "
        "checks that published sources allow. The decision is theirs.",
    )


# All drafts


def _index(
    report: Report,
    files: Sequence[Checked],
    links: Sequence[str],
    sections: Sequence[Section] = (),
    *,
    banner: str = "",
) -> str:
    """The page about all drafts or catalogues, with a link for each, and sections below it."""
    subject = report.subject
    tables = [_dashboard(report, files, links)] if links else []
    if report.unchecked:
        unread = tuple((Cell(item.path), Cell(item.reason)) for item in report.unchecked)
        columns = (Column("Path"), Column("Why"))
        tables.append(Table("Not checked, because it could not be read", columns, unread))
    counts = Counter(subject.words[file.verdict] for file in report.files)
    facts = ((f"{said[:1].upper()}{said[1:]}", f"{number:,}") for said, number in counts.items())
    top = Section(
        "all",
        subject.title,
        facts=(*sorted(facts), *_checked_as_at(report)),
        tables=tuple(tables),
        sections=tuple(sections),
    )
    return render(subject.title, top, footer=_footer(subject), banner=banner)


def _dashboard(report: Report, files: Sequence[Checked], links: Sequence[str]) -> Table:
    """A row for each file as it is shown, with what the report counts in it."""
    subject = report.subject
    counted = {"Errors": Severity.ERROR, "Warnings": Severity.WARNING, "Notes": Severity.INFO}
    heads = [Column(subject.name.capitalize()), Column("Verdict", mark="met")]
    heads += [Column("Coverage", mark="text")] if subject is DRAFT else []
    heads += [Column(name, mark="number") for name in (*counted, "Accepted")]
    rows = []
    for link, file, shown in zip(links, report.files, files, strict=True):
        title = _title(shown)
        accepted = sum(finding.accepted is not None for finding in file.findings)
        counts = (*map(file.count, counted.values()), accepted)
        covered = Cell("; ".join(coverage(file)) or "no standard is named")
        rows.append(
            (
                Cell(title, "" if title == shown.path else shown.path, href=link),
                Cell(subject.words[file.verdict], mark=f"is-{file.verdict.value}"),
                *([covered] if subject is DRAFT else []),
                *(Cell(f"{count:,}", mark="number") for count in counts),
            )
        )
    return Table(f"Every {subject.name}", tuple(heads), tuple(rows))


def _title(file: Checked) -> str:
    """What a draft is of: the title of its qualification, or its path."""
    qualification = file.content.application.qualification if file.content else None
    return (qualification.title if qualification else None) or file.path


def _checked_as_at(report: Report) -> tuple[tuple[str, str], ...]:
    some = f"only {len(report.rules)} of {len(about(report.subject))}: the others were left out"
    return (
        ("Checked as at", f"{say(report.at)}, London time"),
        *([("Catalogue", ours(str(report.catalogue)))] if report.catalogue else []),
        *([("About its lists", ours(report.note))] if report.note else []),
        *([("Rules", some)] if report.is_partial else []),
    )


# One draft


def _about(
    report: Report,
    file: Checked,
    shown: Checked,
    anchor: str,
    *,
    has_coverage: bool = False,
    is_alone: bool = True,
) -> Section:
    """Everything about a draft, or about a catalogue. `shown` is the edition of it that is shown;
    the verdict is that of the whole. On a page of its own it says what it was checked against."""
    content = file.content
    open_ = [one for one in shown.findings if one.accepted is None]
    accepted = [one for one in shown.findings if one.accepted is not None]
    known = standards(content) if content and has_coverage else None
    sections = []
    if content:
        sections.append(_qualification(content, f"{anchor}-qualification"))
        if has_coverage:
            sections.append(_gaps(known, content, open_, f"{anchor}-gaps"))
    sections.append(_findings(open_, f"{anchor}-findings"))
    if accepted:
        sections.append(_accepted(accepted, f"{anchor}-accepted"))
    if content and known:
        sections.append(coverage_sections(known, content, f"{anchor}-coverage"))
    if report.subject is DRAFT:
        sections.append(_checks(report, file, f"{anchor}-checked"))
    return Section(
        anchor,
        _title(shown),
        tuple(coverage(file)),
        (
            ("File", shown.path),
            *(_checked_as_at(report) if is_alone else ()),
            *_window(report, file),
            *(_lists(content) if content else []),
        ),
        sections=tuple(sections),
        verdict=(file.verdict.value, verdict(report, file) + (as_at(report) or _now(report))),
    )


def _now(report: Report) -> str:
    return f", as at {say(report.at)}" if report.subject is DRAFT else ""


_PUBLIC = (
    "This is the public edition. It leaves out findings about the contact and about evidence, "
    "permissions and documents that may be confidential, and the reasons why findings are accepted."
)


def _public(file: Checked) -> Checked:
    """A draft without what may be confidential or personal."""
    findings = []
    for finding in file.findings:
        if _is_confidential(finding, file.content):
            continue
        if finding.accepted:
            accepted = finding.accepted.model_copy(update={"reason": "left out of this edition"})
            findings.append(finding._replace(accepted=accepted))
        else:
            findings.append(finding)
    return replace(file, path=os.path.basename(file.path), findings=tuple(findings))


def _is_confidential(finding: Diagnostic, content: Content | None) -> bool:
    """Whether a finding is about a file that may be confidential, or about the contact."""
    application = content.application if content else Application()
    qualification = application.qualification
    rights = qualification.intellectual_property if qualification else None
    parts = [(f"/employers/{at}", one.confidential) for at, one in sound(application.employers)]
    parts += [(f"/documents/{at}", one.confidential) for at, one in sound(application.documents)]
    parts += [("/qualification/intellectual_property", rights.confidential)] if rights else []
    public = {pointer for pointer, is_confidential in parts if is_confidential is False}
    named = (re.match(_NAMES_FILES, spot.pointer) for spot in finding.spots)
    return any(match and match[0] not in public for match in named)


_NAMES_FILES = (
    "/(employers|documents)/[^/]+|/qualification/intellectual_property|/applicant/contact"
)


def _window(report: Report, file: Checked) -> Iterator[tuple[str, str]]:
    """The window of the draft's cycle, and whether it is open."""
    known = report.catalogue
    if known is None or file.cycle not in {cycle.cycle for cycle in known.cycles}:
        return
    status = known.status(report.at, file.cycle)
    states = {
        "open": "open",
        "closed": "closed",
        "not-yet-open": "not open yet",
        "unknown": "not known whether it is open",
    }
    name = f" ({status.window.name})" if status.window.name else ""
    yield f"Window of cycle {file.cycle}{name}", f"{status.window}: {states[status.state]}"


def _lists(content: Content) -> Iterator[tuple[str, str]]:
    for one in content.occupations:
        version = f" version {one.claim.version}" if one.claim.version else ""
        name = f"KSB list of {one.name}{version}"
        if not isinstance(one.list, KsbList):
            yield name, f"none: {one.list}"
            continue
        source = one.list.source
        dated = f", read on {_day(source.date)}" if source and source.date else ""
        origin = f", from {source.address}{dated}" if source else ", source not given"
        yield name, f"{len(one.list.needed(one.claim.option)):,} KSBs{origin}"


def _day(text: str) -> str:
    """A day as people write it; a text that is none as it is."""
    try:
        return str(read(text))
    except UnreadableDate:
        return text


def _standard(one: Occupation) -> str:
    title = one.list.title if isinstance(one.list, KsbList) else one.claim.title
    return f"{one.name} {title or ''}".strip()


def _qualification(content: Content, anchor: str) -> Section:
    application = content.application
    own, applicant = application.qualification, application.applicant
    level = own.level if own else None
    facts = {
        "Title": own.title if own else None,
        "Level": None if level is None else str(level),
        "Applicant": applicant.name if applicant else None,
        "Qualification number": (own.number if own else None) or "none given",
        "Approvals cycle": None if application.cycle is None else str(application.cycle),
        "First teaching": own.first_teaching and str(own.first_teaching) if own else None,
        "Planned submission": application.planned_submission
        and str(application.planned_submission),
        "Standards": join([_standard(one) for one in content.occupations]),
        "Units": f"{len(application.units):,}",
    }
    shown = tuple((name, value or "not given") for name, value in facts.items())
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    if content.permitted is None:
        paragraphs = (
            "What a learner takes, the credits and the number of combinations are not known: the "
            "units or the structure have errors, or no learner can satisfy the structure.",
        )
    else:
        tables = (_ways(application, content.permitted),)
    return Section(anchor, "The qualification", paragraphs, shown, tables)


def _ways(application: Application, permitted: Combinations) -> Table:
    """What a learner takes, for each pathway."""
    rows = []
    for way in permitted.pathways or (None,):
        both = (permitted.everywhere, *([way] if way else []))
        mandatory = 0
        for one in both:
            mandatory |= one.mandatory
        choices = [
            f"{choice.choose} of {join(permitted.names(choice.units), 'or')}"
            if choice.choose is not None
            else f"{choice.credits} credits from {join(permitted.names(choice.units))}"
            for one in both
            for choice in one.groups
        ]
        credits, number = _amounts(application, permitted, way)
        rows.append(
            (
                Cell((way.name if way else None) or "Every learner"),
                Cell(", ".join(permitted.names(mandatory)) or "none"),
                Cell("; ".join(choices) or "nothing"),
                Cell(credits),
                Cell(number),
            )
        )
    caption = "What a learner takes. A combination is minimal if no unit can be left out of it."
    heads = (
        *(Column("Pathway"), Column("Mandatory units", mark="met")),
        *(Column("Chosen units, at least", mark="text"), Column("Credits")),
        Column("Minimal combinations"),
    )
    return Table(caption, heads, tuple(rows))


_MAX_COUNTED = 20
"""Of how many pathways at most the combinations are counted. A count can take half a second."""


def _amounts(
    application: Application, permitted: Combinations, way: Requirement | None
) -> tuple[str, str]:
    """The credits of a pathway and the number of its minimal combinations, in words."""
    too_many = "not known: there are too many combinations", "not known: there are too many"
    if len(permitted.pathways) > _MAX_COUNTED:
        return too_many
    try:
        found = permitted.minimal(way)
    except TooLarge:
        return too_many
    if found is None:
        return "none", "none: no learner can satisfy it"
    both = (permitted.everywhere, *([way] if way else []))
    named = 0
    for one in both:
        named |= one.mandatory
        for group in one.groups:
            named |= group.units
    without = [n for n in permitted.names(named) if application.units[n].credits is None]
    credits = f"{found.least_credits:,}"
    if found.most_credits != found.least_credits:
        credits = f"{found.least_credits:,} to {found.most_credits:,}"
    if without:
        more = f" and {len(without) - 1} more" if len(without) > 1 else ""
        credits = f"not known: no credits are given for {without[0]}{more}"
    return credits, f"{found.number:,}"


def _gaps(
    known: Sequence[Standard] | None, content: Content, found: Sequence[Diagnostic], anchor: str
) -> Section:
    """The gaps, and the learners who would miss something as the findings name them."""
    if known is None:
        too_many = (
            "The draft has too many KSBs, units or groups for a page. ‘htq coverage --format csv’ "
            "may show them."
        )
        return Section(anchor, "Gaps and how to close them", (too_many,))
    section = gaps(known, content, anchor)
    learners = [f"{one.message}." for one in found if one.details and "repairs" in one.details]
    return section._replace(paragraphs=(*learners, *section.paragraphs))


def _findings(found: Sequence[Diagnostic], anchor: str) -> Section:
    """What is open, errors first, the findings of a rule together."""
    groups: dict[tuple[int, str], list[Diagnostic]] = {}
    for finding in found:
        groups.setdefault((-finding.severity.rank, finding.rule.code), []).append(finding)
    title = "Findings" if not found else f"Findings ({len(found):,})"
    if not found:
        return Section(anchor, title, ("Nothing is open.",))
    return Section(anchor, title, groups=tuple(_group(groups[key]) for key in sorted(groups)))


def _group(found: Sequence[Diagnostic]) -> Group:
    """The findings of a rule. What to do is told once if it is the same for all."""
    first = found[0]
    hints = {finding.hint for finding in found}
    items = []
    for finding in found:
        more = [ours(f"What to do: {finding.hint}")] if len(hints) > 1 and finding.hint else []
        fixable = ". It can be corrected with ‘htq check --fix’" if finding.is_fixable else ""
        items.append(
            Item(f"{message(finding)}.", (*more, f"Line {finding.place.line:,}{fixable}."))
        )
    sources = dict.fromkeys(source for finding in found for source in finding.sources)
    return Group(
        _NAMES[first.severity],
        first.rule.summary,
        tuple(items),
        (
            *([ours(f"What to do: {first.hint}")] if len(hints) == 1 and first.hint else []),
            f"Why it matters: {first.rule.why} To learn more, run ‘htq rules {first.rule.code}’.",
        ),
        tuple(source for source in sources if is_address(source)),
    )


def _accepted(found: Sequence[Diagnostic], anchor: str) -> Section:
    rows = []
    for finding in found:
        assert finding.accepted is not None
        rows.append(
            (
                Cell(f"{message(finding)}.", f"{finding.rule.code}, line {finding.place.line:,}"),
                Cell(_NAMES[finding.severity]),
                Cell(finding.accepted.reason or "not given"),
                Cell(str(finding.accepted.until or "not given")),
            )
        )
    heads = (
        *(Column("What was found", mark="text"), Column("It would be", mark="short")),
        *(Column("Why it is accepted", mark="text"), Column("Until", mark="short")),
    )
    table = Table("What the applicant accepts", heads, tuple(rows))
    said = "These findings do not count until the day given. After it, they count again."
    return Section(anchor, f"Accepted ({len(found):,})", (said,), tables=(table,))


def _checks(report: Report, file: Checked, anchor: str) -> Section:
    """How many rules of each area ran, and why others did not."""
    rows = []
    for area, title in _AREAS.items():
        own = [rule for rule in about(report.subject) if rule.code.startswith(area)]
        if not own:
            continue
        ran = sum(rule in file.ran for rule in own)
        others: dict[str, list[Rule]] = {}
        for rule in own:
            if rule not in file.ran:
                others.setdefault(_why_not(rule, report, file), []).append(rule)
        said = [
            f"{why}: {'; '.join(f'{rule.summary} ({rule.code})' for rule in rules)}"
            for why, rules in others.items()
        ]
        rows.append(
            (
                Cell(title),
                Cell(f"{ran} of {len(own)}", mark="number"),
                Cell(". ".join(said) or "nothing"),
            )
        )
    heads = (
        *(Column("Area"), Column("Rules that ran", mark="number")),
        Column("Not checked, and why", mark="text"),
    )
    table = Table("What was checked, and what was not", heads, tuple(rows))
    unproven = [f"Not checked: {one.message}." for one in file.unproven]
    files = (
        "Of each file that the draft names, only whether it exists and is not empty was checked. "
        "What the files say was not read."
    )
    return Section(anchor, "What was checked", (*unproven, files), tables=(table,))


def _why_not(rule: Rule, report: Report, file: Checked) -> str:
    """Why a rule did not check a draft."""
    if rule not in report.rules:
        return "Left out of this run"
    cycles = report.catalogue.cycles if report.catalogue else ()
    cycle = next((one for one in cycles if one.cycle == file.cycle), None)
    if rule.severity_in(cycle) is None:
        return f"Cycle {cycle.cycle} does not ask for it" if cycle else "The cycle is not known"
    return "What it needs could not be read"
