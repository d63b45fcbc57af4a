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
    """The file is not UTF-8 text, or holds a character that YAML text cannot hold

    Nothing after such a place can be read with certainty, so nothing is. Of a workbook or another
    file that is no text, the finding says what it is.
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
    """The text is not written as YAML

    Readers of YAML stop at the first such place. htq reads on after the usual slips of the pen:
    what a slip leaves unclear is not checked until it is put right, and neither is the rest of
    the file after anything else. A value that repeats another by an alias must name one that
    exists.
    """
    return case.faults(FaultKind.SYNTAX)


@rule(
    "HTQ003",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A file holds one draft application.",
    bad="""
        # nothing but a comment  # HTQ003
    """,
    good="""
        cycle: 3
    """,
    subjects=(DRAFT, CATALOGUE),
)
def empty_file(case: Case) -> Iterable[Problem]:
    """The file is empty, or holds only comments

    An empty file passes many a check by having nothing to object to. It is no application.
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
    """A field is there twice

    Most readers of YAML keep one of the two and say nothing, so what somebody wrote in the
    other would be lost.
    """
    return (
        problem._replace(hide_rest_of_line=True) for problem in case.faults(FaultKind.DUPLICATE_KEY)
    )


@rule(
    "HTQ005",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="One file holds one qualification: the Institute takes a separate form for each.",
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
    """The file holds more than one document

    Only the first would be checked, and the others would look as if they were.
    """
    return case.faults(FaultKind.SEVERAL_DOCUMENTS)


@rule(
    "HTQ006",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says=f"A file is at most {MAX_BYTES // 1_000_000} MB and {MAX_DEPTH} deep. It holds at most "
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
    """The file is too large or too deep, or holds or repeats too many values

    A small file can be written so that reading it takes all the memory of a machine.
    """
    return case.faults(FaultKind.LIMIT)


@rule(
    "HTQ007",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A draft is fields, each with its name.",
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

    A list or a single value has no names, so nothing says what it means. Of a file that is known
    as something else, such as a record of the standards data, the finding says what it is.
    """
    return case.faults(FaultKind.NOT_A_MAPPING)


@rule(
    "HTQ008",
    severity=Severity.ERROR,
    stage=Stage.FILE,
    source=FORMAT,
    says="A draft holds text, lists and fields. No tag builds anything else.",
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

    Tags can ask a reader to build objects or to run programs. htq does neither.
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
