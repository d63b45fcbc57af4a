"""HTQ6xx: evidence and documents.

Of a file that a draft names htq asks only whether it is there and not empty. A path that
leaves the draft's folder is not even looked up.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path as Folder
from pathlib import PureWindowsPath
from unicodedata import normalize

from htqcli.fields import sound
from htqcli.rules.declare import Case, Problem, Severity, rule
from htqcli.rules.sources import CYCLE_3, FORMAT, PROCESS, SUPPORT
from htqcli.source import Path
from htqcli.words import quote


def _files(case: Case) -> Iterator[tuple[Path, str, str | None]]:
    """The files that a draft names: the path of the field that names one, the name, and how it
    leaves the draft's folder, if it does."""
    for path, name in _names(case):
        ways_out = (_leaves(form, str(case.folder)) for form in _forms(name))
        yield path, name, next(filter(None, ways_out), None)


def _forms(name: str) -> tuple[str, ...]:
    """The forms in which a name can be on the disk: macOS has accented letters as two
    characters, other systems as they were typed."""
    return (name,) if name.isascii() else (name, normalize("NFD", name))


def _names(case: Case) -> Iterator[tuple[Path, str]]:
    application = case.application
    rights = application.qualification and application.qualification.intellectual_property
    if rights and rights.permission:
        yield ("qualification", "intellectual_property", "permission"), rights.permission
    for index, employer in sound(application.employers):
        if employer.evidence:
            yield ("employers", index, "evidence"), employer.evidence
    for index, document in sound(application.documents):
        if document.file:
            yield ("documents", index, "file"), document.file


def _leaves(name: str, folder: str) -> str | None:
    """How a path leaves a folder, on any system; None where it stays in it."""
    if name.startswith(("/", "\\")) or PureWindowsPath(name[:2]).drive:
        return "it does not begin in the draft’s folder"
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return "‘..’ leads out of the draft’s folder"
    if not _is_endless(name) and _meets_a_link(name, folder) and _follows_a_link_out(name, folder):
        return "a link leads out of the draft’s folder"
    return None


def _is_endless(name: str) -> bool:
    """Whether a path is longer, or goes through more folders, than that of any file of an
    applicant. Such a path is not looked up: a draft can hold thousands."""
    return len(name) > 4_096 or name.count("/") > 32


def _meets_a_link(name: str, folder: str) -> bool:
    """Whether a path that never leaves a folder by `..` goes through a link. To find out where a
    link leads, each folder above is looked up, which most files can do without."""
    way: list[str] = []
    for part in name.replace(os.sep, "/").split("/"):
        if part == "..":
            way.pop()
        elif part not in ("", "."):
            way.append(part)
        try:
            if way and stat.S_ISLNK(os.lstat(os.path.join(folder, *way)).st_mode):
                return True
        except (OSError, ValueError):
            return False
    return os.name == "nt"


def _follows_a_link_out(name: str, folder: str) -> bool:
    """Whether a link on the way leads out of a folder. The way ends where nothing is."""
    try:
        inside = os.path.realpath(folder)
    except OSError:  # the folder we are in is gone
        inside = folder
    path, below = inside, os.path.join(inside, "")
    for part in name.replace(os.sep, "/").split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            path = os.path.dirname(path)
        else:
            path = os.path.join(path, part)
            try:
                is_link = stat.S_ISLNK(os.lstat(path).st_mode)
            except (OSError, ValueError):
                return False
            if is_link or os.name == "nt":
                path = os.path.realpath(path)
        if path != inside and not path.startswith(below):
            return True
    return False


def _lacks(folder: Folder, name: str) -> str | None:
    """What is wrong with a named file; None where it is there and holds something."""
    if _is_endless(name):
        return "is not looked up: its path is too long"
    found = None
    for form in _forms(name):
        try:
            found = found or (folder / form).stat()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        except OSError as error:
            return f"cannot be looked up ({error.strerror})"
    if found is None:
        return "is not there"
    if stat.S_ISDIR(found.st_mode):
        return "is a folder, not a file"
    if not stat.S_ISREG(found.st_mode) or name.endswith("/"):
        return "is not a file"
    return None if found.st_size else "is empty"


@rule(
    "HTQ601",
    severity=Severity.ERROR,
    source=CYCLE_3,
    says="“applicants gather evidence from employers in preparation to submit completed "
    "applications”. No number, age or format is published.",
    bad="""
        employers:  # HTQ601
          - name: Example Software Ltd
    """,
    good="""
        employers:
          - name: Example Software Ltd
            evidence: evidence/example-software.pdf
    """,
    needs=("employers/*/evidence",),
)
def no_employer_evidence(case: Case) -> Iterable[Problem]:
    """No employer with evidence is named

    An application shows that employers need the qualification. One is the least that the
    process asks for; how many is for the applicant to judge.
    """
    if not any(employer.evidence for _, employer in sound(case.application.employers)):
        yield Problem(
            ("employers",),
            "No employer is named whose evidence supports the qualification",
            "Add an employer under ‘employers’ with its ‘name’ and the file with its ‘evidence’.",
            case.document.key(("employers",)),
        )


@rule(
    "HTQ602",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Files are named relative to the draft’s folder.",
    bad="""
        documents:
          - kind: specification
            file: evidence/not-there.pdf  # HTQ602
            confidential: false
    """,
    good="""
        documents:
          - kind: specification
            file: evidence/specification.pdf
            confidential: false
    """,
)
def file_missing(case: Case) -> Iterable[Problem]:
    """A file that the draft names is not there, or is empty

    What is not there cannot be submitted. htq looks up the name and the size and never opens
    the file.
    """
    for path, name, leaves in _files(case):
        if leaves is None and (lacks := _lacks(case.folder, name)):
            hint = (
                "Put the file there, or correct its name. It is looked for from the folder of "
                "the draft."
            )
            if "://" in name:
                hint = "Web addresses are not looked up. Save a copy beside the draft and name it."
            if "\\" in name:
                hint += " Write ‘/’ between the names of folders."
            yield Problem(path, f"The file {quote(name)} {lacks}", hint)


@rule(
    "HTQ603",
    severity=Severity.ERROR,
    source=SUPPORT,
    says="The completed structure and KSB mapping spreadsheet is among the documents.",
    bad="""
        documents:  # HTQ603
          - kind: specification
            file: evidence/specification.pdf
            confidential: false
    """,
    good="""
        documents:
          - kind: ksb-mapping
            file: evidence/ksb-mapping.xlsx
            confidential: false
    """,
    needs=("documents/*/kind",),
)
def ksb_mapping_missing(case: Case) -> Iterable[Problem]:
    """The KSB mapping is not among the documents

    The reviewers work from the Institute’s spreadsheet, which goes with the application.
    """
    kinds = [document.kind for _, document in sound(case.application.documents)]
    if "ksb-mapping" not in kinds:
        yield Problem(
            ("documents",),
            "The completed structure and KSB mapping is not among the documents",
            "Add an item with ‘kind: ksb-mapping’ and its ‘file’ under ‘documents’.",
            case.document.key(("documents",)),
        )


@rule(
    "HTQ604",
    severity=Severity.WARNING,
    source=PROCESS,
    says="The consultation on an application is public.",
    bad="""
        documents:
          - kind: specification  # HTQ604
            file: evidence/specification.pdf
    """,
    good="""
        documents:
          - kind: specification
            file: evidence/specification.pdf
            confidential: true
    """,
)
def confidentiality(case: Case) -> Iterable[Problem]:
    """A document does not say whether it is confidential

    What is not confidential can be published in the consultation.
    """
    for index, document in sound(case.application.documents):
        if document.confidential is None:
            yield Problem(
                ("documents", index, "confidential"),
                f"The document {quote(document.file or document.kind or 'here')} does not say "
                "whether it is confidential",
                "Add ‘confidential: true’ or ‘confidential: false’ to the document.",
            )


@rule(
    "HTQ605",
    severity="support_session",
    source=CYCLE_3,
    says="“We encourage applicants to book support sessions prior to submitting their "
    "application.” In cycle 5 a session was needed before the form opened.",
    bad="""
        cycle: 3  # HTQ605
    """,
    good="""
        cycle: 3
        support_session: 2022-03-02
    """,
)
def support_session(case: Case) -> Iterable[Problem]:
    """No support session is recorded

    A session with the approvals team answers questions before they become findings.
    """
    if case.application.support_session is None:
        yield Problem(
            ("support_session",),
            "No support session is recorded",
            f"Book a session with the approvals team, {case.catalogue.contact.email}, and add "
            "its day, for example ‘support_session: 2022-03-02’.",
        )


@rule(
    "HTQ606",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Files are named relative to the draft’s folder, and lie in it.",
    bad="""
        documents:
          - kind: specification
            file: ../specification.pdf  # HTQ606
            confidential: false
    """,
    good="""
        documents:
          - kind: specification
            file: evidence/specification.pdf
            confidential: false
    """,
)
def path_leaves_folder(case: Case) -> Iterable[Problem]:
    """A path leaves the draft’s folder

    A draft comes from somebody else, so it does not get to ask what other files there are.
    """
    for path, name, leaves in _files(case):
        if leaves:
            yield Problem(
                path,
                f"The path {quote(name)} is not looked up: {leaves}",
                "Put the file into the draft’s folder, or one below it, and name it from there.",
            )


RULES = (
    no_employer_evidence,
    file_missing,
    ksb_mapping_missing,
    confidentiality,
    support_session,
    path_leaves_folder,
)
