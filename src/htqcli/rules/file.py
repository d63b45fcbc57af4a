"""HTQ0xx: the file itself, draft or catalogue. A draft cannot accept these findings."""

from __future__ import annotations

from collections.abc import Iterable

from htqcli.document.faults import FaultKind
from htqcli.document.reader import MAX_DEPTH, MAX_EXPANSIONS, MAX_VALUES
from htqcli.files import MAX_BYTES
from htqcli.rules.declare import CATALOGUE, DRAFT, Case, Problem, Severity, Stage, rule
from htqcli.rules.sources import FORMAT, YAML


@rule(
    "HTQ001",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=YAML,
    says="A YAML text is a stream of printable characters, here in UTF-8.",
    bad="""
        qualification:
          title: Level 4\a Diploma  # HTQ001
    """,
    good="""
        qualification:
          title: Level 4 Diploma
    """,
    subjects=(DRAFT, CATALOGUE),
)
def unreadable_text(case: Case) -> Iterable[Problem]:
    """The file is not UTF-8 text, or contains a character that YAML does not allow

    What follows such a character may be garbled, so htq reads none of the file. If the file is a
    workbook or something else that is not text, the finding says what it is.
    """
    return case.faults(FaultKind.UNREADABLE_TEXT)


@rule(
    "HTQ002",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=YAML,
    says="How fields, lists and text are written.",
    bad="""
        qualification:
          title: Level 4 Diploma: Software  # HTQ002
    """,
    good="""
        qualification:
          title: "Level 4 Diploma: Software"
    """,
    subjects=(DRAFT, CATALOGUE),
)
def yaml_syntax(case: Case) -> Iterable[Problem]:
    """The text is not in the format that YAML needs

    Most programs stop reading at such a place. htq recognises common mistakes and reads on after
    them; only what a mistake makes unclear is not checked until you correct it. After any other
    mistake, the rest of the file is not checked. An alias, which repeats another value, must name
    a value that exists.
    """
    return case.faults(FaultKind.SYNTAX)


@rule(
    "HTQ003",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A file contains one draft application.",
    bad="""
        # nothing but a comment  # HTQ003
    """,
    good="""
        cycle: 3
    """,
    subjects=(DRAFT, CATALOGUE),
)
def empty_file(case: Case) -> Iterable[Problem]:
    """The file is empty, or has only comments

    An empty file would pass most checks, but it is not an application.
    """
    return case.faults(FaultKind.EMPTY)


@rule(
    "HTQ004",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=YAML,
    says="The keys of a mapping are unique.",
    bad="""
        qualification:
          level: 4
          level: 5  # HTQ004
    """,
    good="""
        qualification:
          level: 4
    """,
    subjects=(DRAFT, CATALOGUE),
)
def duplicate_key(case: Case) -> Iterable[Problem]:
    """A field appears twice

    Most programs keep one of the two without a word, so what somebody wrote in the other would be
    lost.
    """
    return (
        problem._replace(hide_rest_of_line=True) for problem in case.faults(FaultKind.DUPLICATE_KEY)
    )


@rule(
    "HTQ005",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="One file is for one qualification: the Institute takes a separate form for each.",
    bad="""
        cycle: 3
        ---  # HTQ005
        cycle: 3
    """,
    good="""
        cycle: 3
    """,
    subjects=(DRAFT, CATALOGUE),
)
def several_documents(case: Case) -> Iterable[Problem]:
    """The file has more than one document in it

    Only the first is checked, although the others may look checked too.
    """
    return case.faults(FaultKind.SEVERAL_DOCUMENTS)


@rule(
    "HTQ006",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says=f"A file is at most {MAX_BYTES // 1_000_000} MB and {MAX_DEPTH} deep. It has at most "
    f"{MAX_VALUES:,} values, and its aliases repeat at most {MAX_EXPANSIONS:,}.",
    bad="""
        units: &units
          U1: *units  # HTQ006
    """,
    good="""
        units:
          U1: Programming fundamentals
    """,
    subjects=(DRAFT, CATALOGUE),
)
def limit_passed(case: Case) -> Iterable[Problem]:
    """The file is too large or too deeply nested, or has or repeats too many values

    Even a small file can be written so that reading it uses all the memory of a computer.
    """
    return case.faults(FaultKind.LIMIT)


@rule(
    "HTQ007",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A draft consists of fields with names.",
    bad="""
        - cycle: 3  # HTQ007
    """,
    good="""
        cycle: 3
    """,
    subjects=(DRAFT, CATALOGUE),
)
def not_a_mapping(case: Case) -> Iterable[Problem]:
    """The file does not begin with fields

    A list or a single value has no names that say what it means. If htq recognises the file as
    something else, such as a record of the standards data, the finding says what it is.
    """
    return case.faults(FaultKind.NOT_A_MAPPING)


@rule(
    "HTQ008",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A draft contains only text, lists and fields, without tags.",
    bad="""
        qualification:
          title: !include title.txt  # HTQ008
    """,
    good="""
        qualification:
          title: Level 4 Diploma
    """,
    subjects=(DRAFT, CATALOGUE),
)
def tag(case: Case) -> Iterable[Problem]:
    """A value has a tag that is not plain YAML

    A tag can ask a program to build objects or to run commands. htq does neither.
    """
    return case.faults(FaultKind.TAG)


RULES = (
    unreadable_text,
    yaml_syntax,
    empty_file,
    duplicate_key,
    several_documents,
    limit_passed,
    not_a_mapping,
    tag,
)
