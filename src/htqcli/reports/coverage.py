"""What covers the KSBs of a draft, as parts of a page: by KSB, by unit, and the gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from htqcli import __version__
from htqcli.check.report import Content
from htqcli.draft.coverage import Matrix, Occupation, Row, matrices
from htqcli.draft.structure import TooLarge
from htqcli.ksbs.lists import KsbList, ranges
from htqcli.reports.markup import Cell, Column, Section, Table, render
from htqcli.words import join

MAX_CELLS = 100_000
"""How many cells the matrices of a page have at most: 50 standards of 50 KSBs and 40 units each."""

_MAX_UNITS = 16
"""How many units a table has side by side, so that it fits a sheet of paper."""

_MAX_NAMES = 3
"""How many units a way to close a gap names at most."""

KINDS = {"K": "Knowledge", "S": "Skills", "B": "Behaviours"}

WHAT_MET_MEANS = (
    "Each KSB is shown as met in every permitted combination of units, in some, or in none. "
    "Partial coverage counts as met."
)


class Line(NamedTuple):
    """A KSB on a page: where it is met, in a word and in words. The word is that of its row, or
    `unknown`, or `extra` for a KSB that the occupation does not need."""

    row: Row
    met: str
    where: str


class Standard(NamedTuple):
    """A standard on a page. `occupation` is None if the draft was read for its matrix alone; then
    nothing is said of what could not be read."""

    matrix: Matrix
    occupation: Occupation | None
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """Its reference, title, version and option."""
        claim = self.occupation.claim if self.occupation else None
        named = f"{self.matrix.reference} {self.matrix.title or ''}".strip()
        version = f", version {claim.version}" if claim and claim.version else ""
        option = f", option {claim.option}" if claim and claim.option else ""
        return f"{named}{version}{option}"

    def having(self, *met: str) -> list[Line]:
        """Its KSBs that are met so."""
        return [line for line in self.lines if line.met in met]


def coverage_page(found: Sequence[Matrix]) -> str:
    """The matrices of a draft as a page."""
    title = "Coverage of KSBs"
    named = [Standard(one, None, tuple(_lines(one))) for one in found]
    sections = [_section(one, f"standard-{at}") for at, one in enumerate(named, 1)]
    if found:
        rows = tuple((Cell(name), Cell(title)) for name, title in found[0].units.items())
        units = Table("Units of the qualification", (Column("Unit"), Column("Title")), rows)
        sections.append(Section("units", "Units", tables=(units,)))
    paragraphs = (f"{WHAT_MET_MEANS} Gaps come first.",)
    top = Section("coverage", title, paragraphs, sections=tuple(sections))
    return render(title, top, footer=(f"Made by htq {__version__}.",))


def units_page(found: Sequence[Matrix]) -> str:
    """What each unit of a draft covers, as a page."""
    title = "Coverage of KSBs by unit"
    heads = (Column("Unit"), Column("In full", mark="text"), Column("Partly", mark="text"))
    sections = []
    for at, matrix in enumerate(found, 1):
        rows = [
            (Cell(name, _title(matrix.units, name)), *(Cell(ranges(labels)) for labels in own))
            for name, own in matrix.by_unit().items()
            if matrix.shows_unit(own)
        ]
        caption = f"{matrix.reference}: what each unit covers, and what no other unit covers"
        table = Table(caption, (*heads, Column("Alone", mark="text")), tuple(rows))
        said = () if rows else ("Every unit covers a KSB.",)
        tables = (table,) if rows else ()
        sections.append(Section(f"standard-{at}", _name(matrix), said, tables=tables))
    top = Section("coverage", title, sections=tuple(sections))
    return render(title, top, footer=(f"Made by htq {__version__}.",))


def _name(matrix: Matrix) -> str:
    return f"{matrix.name} {matrix.title or ''}".strip()


def standards(content: Content) -> tuple[Standard, ...] | None:
    """The standards of a draft with where each KSB is met; None if that is too much for a page."""
    claims = [claim for claim in content.application.standards if claim is not None]
    labels = sum(len(claim.ksbs or ()) for claim in claims)
    if labels * len(content.application.units) > MAX_CELLS:
        return None
    try:
        found = {matrix.path: matrix for matrix in matrices(content.application, content.lists)}
    except TooLarge:
        return None
    return tuple(
        Standard(matrix, one, tuple(_lines(matrix, one, is_known=content.permitted is not None)))
        for one in content.occupations
        if (matrix := found.get(one.path))
    )


def _lines(
    matrix: Matrix, occupation: Occupation | None = None, *, is_known: bool = True
) -> Iterator[Line]:
    """The KSBs of a standard, gaps first. `is_known` is whether the permitted combinations are."""
    for row in matrix.gaps_first:
        met, where = str(row.met), row.where
        if occupation and row.label not in occupation.covering:
            met, where = "unknown", "not known: see the findings"
            own = occupation.list
            if isinstance(own, KsbList) and row.label not in own.needed(occupation.claim.option):
                known = row.label in own.ksbs
                met = "extra"
                where = "not needed by this option" if known else "not on the standard’s list"
        elif not is_known and row.units:
            met, where = "unknown", "not known: the combinations of units are not known"
        yield Line(row, met, where)


def coverage_sections(found: Sequence[Standard], content: Content, anchor: str) -> Section:
    """The coverage of every standard, by KSB and by unit."""
    sections = [_section(one, f"{anchor}-{at}", content) for at, one in enumerate(found, 1)]
    sections.append(_by_unit(found, content, f"{anchor}-units"))
    paragraphs = (f"{WHAT_MET_MEANS} Gaps come first.",)
    return Section(anchor, "Coverage", paragraphs, sections=tuple(sections))


def _section(one: Standard, anchor: str, content: Content | None = None) -> Section:
    paragraphs = []
    if one.matrix.unknown:
        paragraphs.append(f"Shows only the KSBs in the mapping, because {one.matrix.unknown}.")
    assessments = content.application.assessments if content else {}
    used = {name for line in one.lines for name in line.row.assessed_by}
    if named := [f"{name}: {title}" for name, title in assessments.items() if name in used]:
        paragraphs.append(f"Assessments: {'; '.join(named)}.")
    tables = [_totals(one), *_by_ksb(one, has_assessments=bool(assessments))]
    return Section(anchor, one.name, tuple(paragraphs), tables=tuple(tables))


def _totals(one: Standard) -> Table:
    """How many KSBs of each kind are met where, and how many only partly."""
    has_unknown = bool(one.having("unknown"))
    columns = ["KSBs", "In every combination", "In some combinations", "Never"]
    columns += [*(["Not known"] if has_unknown else []), "Of these, partly covered"]
    rows = []
    for kind, name in {**KINDS, "": "All"}.items():
        own = [line for line in one.lines if line.row.label.startswith(kind)]
        counts = [len([line for line in own if line.met != "extra"])]
        kinds = ("always", "sometimes", "never", *(["unknown"] if has_unknown else []))
        counts += [sum(line.met == met for line in own) for met in kinds]
        counts.append(sum("partial" in line.row.units.values() for line in own))
        rows.append((Cell(name), *(Cell(f"{count:,}", mark="number") for count in counts)))
    heads = (Column("Kind"), *(Column(name, mark="number") for name in columns))
    caption = f"How much of {one.matrix.reference} is covered"
    return Table(caption, heads, tuple(rows), small=True)


def _by_ksb(one: Standard, *, has_assessments: bool) -> Iterator[Table]:
    """A row for each KSB and a column for each unit, in as many tables as the units need."""
    units = list(one.matrix.units)
    has_statements = any(line.row.statement for line in one.lines)
    for start in range(0, max(1, len(units)), _MAX_UNITS):
        names = units[start : start + _MAX_UNITS]
        of = f", units {names[0]} to {names[-1]}" if len(units) > _MAX_UNITS else ""
        columns = [Column("KSB", mark="label")]
        columns += [Column("Statement", mark="text")] if has_statements else []
        columns += [Column("Met in", mark="met")]
        columns += [Column("Assessed by", mark="short")] if has_assessments else []
        columns += [Column(name, _title(one.matrix.units, name), "turned") for name in names]
        rows = []
        for line in one.lines:
            row = line.row
            if not one.matrix.shows(row):
                continue
            partly = f"Partly covered: {row.reason or 'no reason is given'}"
            why = partly if "partial" in row.units.values() else ""
            cells = [Cell(row.label, mark=line.met)]
            cells += [Cell(row.statement or "")] if has_statements else []
            cells += [Cell(line.where, why, line.met)]
            cells += [Cell(", ".join(row.assessed_by))] if has_assessments else []
            cells += [_COVERED[row.units.get(name, "")] for name in names]
            rows.append(tuple(cells))
        caption = f"{one.matrix.reference}: which units cover each KSB{of}"
        yield Table(caption, tuple(columns), tuple(rows))


_COVERED = {
    "full": Cell("full", mark="full"),
    "partial": Cell("part", mark="part"),
    "": Cell("", mark="none"),
}


def _title(units: dict[str, str], name: str) -> str:
    """The title of a unit; empty if it has none but its id."""
    return "" if units[name] == name else units[name]


def _by_unit(found: Sequence[Standard], content: Content, anchor: str) -> Section:
    """What each unit covers, and what it alone covers."""
    columns = (
        *(Column("Unit"), Column("Credits", mark="number"), Column("Taken by", mark="short")),
        *(Column("Covers", mark="text"), Column("Alone covers", mark="text")),
    )
    rows = []
    idle = []
    for name, unit in content.application.units.items():
        covers, alone = [], []
        for one in found:
            own = [line.row for line in one.lines if name in line.row.units]
            only = [row.label for row in own if len(row.units) == 1]
            of = f" of {one.matrix.reference}" if len(found) > 1 else ""
            covers += [f"{ranges(row.label for row in own)}{of}"] if own else []
            alone += [f"{ranges(only)}{of}"] if only else []
        if not covers:
            idle.append(name)
        rows.append(
            (
                Cell(name, unit.title or ""),
                Cell("not given" if unit.credits is None else f"{unit.credits:,}", mark="number"),
                Cell(_taken_by(content, name)),
                Cell("; ".join(covers) or "no KSB", mark="" if covers else "never"),
                Cell("; ".join(alone) or "nothing"),
            )
        )
    caption = "What each unit covers, and what no other unit covers"
    table = Table(caption, columns, tuple(rows))
    said = f"Units that cover no KSB: {join(idle)}." if idle else "Every unit covers a KSB."
    if not rows:
        return Section(anchor, "By unit", ("The draft has no units.",))
    return Section(anchor, "By unit", (said,), tables=(table,))


def _taken_by(content: Content, name: str) -> str:
    if content.permitted is None:
        return "not known"
    can_avoid = content.permitted.can_avoid(content.permitted.units([name]))
    return "those who choose it" if can_avoid else "every learner"


def gaps(found: Sequence[Standard], content: Content, anchor: str) -> Section:
    """The KSBs that a learner can miss, each with the ways to close the gap."""
    paragraphs, tables = [], []
    for one in found:
        lines = one.having("never", "sometimes")
        name = one.occupation.name if one.occupation else one.matrix.reference
        if one.matrix.unknown:
            paragraphs.append(f"{name}: the gaps are not all known: {one.matrix.unknown}.")
        elif unknown := one.having("unknown"):
            labels = ranges(line.row.label for line in unknown)
            paragraphs.append(f"{name}: whether {labels} is met in every combination is not known.")
        elif not lines:
            paragraphs.append(f"{name}: every KSB is met in every permitted combination of units.")
        if lines:
            tables.append(_gap_table(name, lines, one.matrix.units))
    if not found:
        paragraphs.append("No standard is named whose coverage can be told.")
    if len(found) > 1 and tables:
        paragraphs.append(
            "Every permitted combination must cover at least one of the standards in full. A gap "
            "in one standard matters where a learner with that gap covers none of the others."
        )
    if tables:
        paragraphs.append(_always_taken(content))
    return Section(anchor, "Gaps and how to close them", tuple(paragraphs), tables=tuple(tables))


def _gap_table(name: str, lines: Sequence[Line], titles: dict[str, str]) -> Table:
    rows = []
    for line in lines:
        row = line.row
        way = "Cover it in a unit that every learner takes, or design a unit that covers it."
        if row.units:
            units = _units(row.units, titles)
            way = f"Make {units} mandatory, or cover it in a unit that every learner takes."
        rows.append(
            (
                Cell(row.label, mark=line.met),
                Cell(row.statement or "not known"),
                Cell(line.where, mark=line.met),
                Cell(way),
            )
        )
    marks = {"KSB": "label", "Statement": "text", "Met in": "met", "What to do": "text"}
    heads = tuple(Column(head, mark=mark) for head, mark in marks.items())
    count = f"{len(rows):,} KSB{'' if len(rows) == 1 else 's'} that a learner can miss"
    return Table(f"{name}: {count}", heads, tuple(rows))


def _always_taken(content: Content) -> str:
    """Which units every learner takes, in a sentence."""
    permitted, units = content.permitted, content.application.units
    if permitted is None:
        return "Which units every learner takes is not known."
    names = [name for name in units if not permitted.can_avoid(permitted.units([name]))]
    titles = {name: unit.title or name for name, unit in units.items()}
    taken = join([_named(name, titles) for name in names])
    return f"Every learner takes {taken}." if names else "No unit is taken by every learner."


def _named(name: str, titles: dict[str, str]) -> str:
    title = _title(titles, name)
    return f"{name} ({title})" if title else name


def _units(names: Collection[str], titles: dict[str, str]) -> str:
    """The first of these units with their titles, and how many more there are."""
    own = [_named(name, titles) for name in list(names)[:_MAX_NAMES]]
    more = len(names) - len(own)
    return join([*own, *([f"{more} more"] if more else [])], "or")
