"""HTQ6xx: evidence and documents.

htq only checks that each file a draft names exists and is not empty. It never looks up a path
that leaves the draft's folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from htqcli.document.faults import Fix
from htqcli.document.places import FieldPath
from htqcli.draft.application import named_files
from htqcli.files import FileId, file_id
from htqcli.folder import IS_EMPTY, IS_FOLDER, NOT_ON_WINDOWS, Found
from htqcli.ksbs.lists import FOLDER as KSB_FOLDER
from htqcli.model.part import sound
from htqcli.rules.declare import Acceptable, Alike, Case, Problem, Severity, rule
from htqcli.rules.sources import CYCLE_3, FORMAT, PROCESS, SUPPORT
from htqcli.words import quote


def _files(case: Case) -> Iterator[tuple[FieldPath, str, Found]]:
    """Each file that a draft names: the field's path, the file's name, and what htq found there."""
    for path, name in _names(case):
        yield path, name, case.folder.find(name)


def _names(case: Case) -> Iterator[tuple[FieldPath, str]]:
    yield from named_files(case.application)
    if case.application.submitted:
        yield _SUBMITTED, case.application.submitted


_SUBMITTED: FieldPath = ("submitted",)


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

    An application shows that employers need the qualification. The process asks for at least
    one; how many is for the applicant to judge.
    """
    if not any(employer.evidence for _, employer in sound(case.application.employers)):
        yield Problem(
            ("employers",),
            "The draft does not name an employer with evidence",
            "Add an employer under ‘employers’, with its ‘name’ and, as ‘evidence’, the file with "
            "its "
            "evidence.",
            on_key=True,
        )


@rule(
    "HTQ602",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Paths start from the draft’s folder.",
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
    fixes="case, backslashes, and dots and spaces at the end of a name, where the path then "
    "leads to exactly one file.",
)
def file_missing(case: Case) -> Iterable[Problem]:
    """A file that the draft names is missing or empty

    A missing file cannot be submitted. htq looks up the name and the size, and never opens the
    file.
    """
    for path, name, found in _files(case):
        if found.fault:
            hint = (
                "Put the file there, or correct its name. The path starts from the folder of the "
                "draft."
            )
            if found.own:
                hint = f"The file is called {quote(found.own)}. Write its name exactly like that."
            elif found.id and found.fault == NOT_ON_WINDOWS:
                hint = "Rename the file, and write its new name here."
            elif found.fault == IS_FOLDER:
                hint = "Name one file. If the evidence is several files, put them together in one."
            elif found.fault == IS_EMPTY:
                hint = "Save the file again with its content, or name another one."
            elif "://" in name:
                hint = (
                    "Web addresses are not looked up. Save a copy beside the draft, and name that."
                )
            elif "\\" in name:
                hint += " Write ‘/’ between the names of folders."
            fix = Fix(found.own) if found.own else None
            yield Problem(path, f"The file {quote(name)} {found.fault}", hint, fix=fix)


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
    """The KSB mapping is missing from the documents

    Reviewers work from the Institute’s spreadsheet, which goes with the application.
    """
    kinds = [document.kind for _, document in sound(case.application.documents)]
    if "ksb-mapping" not in kinds:
        yield Problem(
            ("documents",),
            "The completed structure and KSB mapping is missing from the documents",
            "Add an item to ‘documents’ with ‘kind: ksb-mapping’, its ‘file’ and ‘confidential’.",
            on_key=True,
        )


@rule(
    "HTQ604",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
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
    alike=(Alike("{places} do not say whether they are confidential"),),
)
def confidentiality(case: Case) -> Iterable[Problem]:
    """A document does not say whether it is confidential

    Anything that is not confidential can be published in the consultation.
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
    acceptable=Acceptable.UNLESS_REQUIRED,
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

    In a session, the approvals team answers questions before they become findings.
    """
    if case.application.support_session is None:
        yield Problem(
            ("support_session",),
            "No support session is recorded",
            f"Book a session with the approvals team: {case.catalogue.contact.email}. Add its day "
            "afterwards, for example ‘support_session: 2022-03-02’.",
        )


@rule(
    "HTQ606",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Paths start from the draft’s folder, and stay inside it.",
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

    Anybody can send you a draft, so a draft must not find out which other files you have.
    """
    for path, name, found in _files(case):
        if found.way_out:
            yield Problem(
                path,
                f"The path {quote(name)} was not looked up: {found.way_out}",
                "Put the file in the draft’s folder or in a folder inside it, and write the path "
                "from "
                "there.",
            )


Identity = FileId | str
"""What two names of one file have in common: its id, or its name without case if it is missing."""


def _kinds(case: Case) -> dict[FieldPath, str]:
    """The kind of document that each field with a file stands for, by the field's path."""
    kinds: dict[FieldPath, str] = {
        ("qualification", "intellectual_property", "permission"): "ip-permission"
    }
    for index, _ in sound(case.application.employers):
        kinds["employers", index, "evidence"] = "employer-evidence"
    for index, document in sound(case.application.documents):
        if document.kind:
            kinds["documents", index, "file"] = document.kind
    return kinds


def _name(file: Path) -> str:
    return os.path.normpath(file).casefold()


def _identified_files(case: Case) -> Iterator[tuple[FieldPath, str, Identity]]:
    """The files that a draft names and htq looks up, each with its identity."""
    for path, name, found in _files(case):
        if found.way_out is None and (found.id or found.fault == "is not there"):
            own = case.folder.find(found.own) if found.own else found
            yield path, name, own.id or _name(case.file.parent / name)


def _own_files(case: Case) -> dict[Identity, str]:
    """What to call the draft, its schema and its KSB lists, by the identity of each file."""
    files = {case.file: "the draft itself"}
    schema = case.application.schema_
    if schema and "://" not in schema and not case.folder.find(schema).way_out:
        files[case.file.parent / schema] = "the draft’s schema"
    for _, claim in sound(case.application.standards):
        if claim.resolved_reference and claim.version:
            file = case.lists.file(claim.resolved_reference, claim.version)
            files[file] = f"the KSB list of {claim.resolved_reference}"
    own: dict[Identity, str] = {_name(file): what for file, what in files.items()}
    return own | {file_id(str(file)) or _name(file): what for file, what in files.items()}


def _own_file(own: dict[Identity, str], name: str, file: Identity) -> str | None:
    """What a named file is, if it is part of the draft and not evidence or a document."""
    if file in own:
        return own[file]
    *folders, last = name.replace("\\", "/").casefold().split("/")
    if last.endswith(".schema.json"):
        return "the schema of a draft"
    if folders[-1:] == [KSB_FOLDER] and re.fullmatch(r"(?a)st\d{4}-[\d.]+\.yaml", last):
        return "a KSB list"
    return None


@rule(
    "HTQ607",
    severity=Severity.ERROR,
    source=FORMAT,
    says="Evidence and documents are files that go with the draft.",
    bad="""
        cycle: 3
        employers:
          - name: Example Software Ltd
            evidence: ./draft.yaml  # HTQ607
        documents:
          - kind: ksb-mapping
            file: ksbs/ST0116-1.1.yaml  # HTQ607
            confidential: false
    """,
    good="""
        cycle: 3
        employers:
          - name: Example Software Ltd
            evidence: evidence/example-software.pdf
        documents:
          - kind: ksb-mapping
            file: evidence/ksb-mapping.xlsx
            confidential: false
    """,
)
def own_file_as_evidence(case: Case) -> Iterable[Problem]:
    """The draft, its schema or its KSB list is named as evidence or as a document

    These files show nothing that the draft does not already say, and are not what reviewers
    need.
    """
    own = _own_files(case)
    for path, name, file in _identified_files(case):
        what = _own_file(own, name, file)
        if what and path == _SUBMITTED:
            yield Problem(
                path,
                f"{quote(name)} is {what}, not the draft as it was submitted",
                "Copy the draft as you submitted it into a folder such as ‘submitted’, and name "
                "the copy.",
            )
        elif what:
            yield Problem(
                path,
                f"{quote(name)} is {what}, not a file to submit with it",
                "Name the file that you want to submit here.",
            )


@rule(
    "HTQ608",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=FORMAT,
    says="Each document has a kind, and each employer its evidence.",
    bad="""
        cycle: 3
        employers:
          - name: Example Software Ltd
            evidence: evidence/example-software.pdf
        documents:
          - kind: specification
            file: evidence/example-software.pdf  # HTQ608
            confidential: false
    """,
    good="""
        cycle: 3
        employers:
          - name: Example Software Ltd
            evidence: evidence/example-software.pdf
          - name: Example Health Trust
            evidence: evidence/example-software.pdf
        documents:
          - kind: employer-evidence
            file: evidence/example-software.pdf
            confidential: false
    """,
)
def one_file_of_two_kinds(case: Case) -> Iterable[Problem]:
    """One file is named as evidence and as a document, or as two kinds of document

    One of the two names is probably a mistake, so the file that you meant would not be
    submitted.
    """
    kinds, own = _kinds(case), _own_files(case)
    named: dict[Identity, list[str]] = {}
    for path, name, file in _identified_files(case):
        kind = kinds.get(path)
        if kind is None or _own_file(own, name, file):
            continue
        before = named.setdefault(file, [])
        if kind in before:
            continue
        if before:
            yield Problem(
                path,
                f"{quote(name)} is named both as {before[0].replace('-', ' ')} and as "
                f"{kind.replace('-', ' ')}",
                "Name the right file in each place. If one file is both, accept this finding with "
                "a reason.",
            )
        before.append(kind)


@rule(
    "HTQ609",
    severity="support_session",
    acceptable=Acceptable.UNLESS_REQUIRED,
    source=CYCLE_3,
    says="“We encourage applicants to book support sessions prior to submitting their "
    "application.” In cycle 5 a session was needed before the form opened.",
    bad="""
        cycle: 3
        support_session: 2022-05-21  # HTQ609
    """,
    good="""
        cycle: 3
        support_session: 2022-05-20
    """,
)
def support_session_too_late(case: Case) -> Iterable[Problem]:
    """The support session is after the day of the check, or after the planned submission

    A session that has not taken place has not answered any questions yet.
    """
    session, planned = case.application.support_session, case.application.planned_submission
    if session is None:
        return
    if planned and session.first > planned.first:
        late = f"after the planned submission on {planned}"
    elif session.first > case.at:
        late = "which is still to come"
    else:
        return
    yield Problem(
        ("support_session",),
        f"The support session is on {session}, {late}",
        "Enter the day on which the session took place; it must be before you submit.",
    )


RULES = (
    no_employer_evidence,
    file_missing,
    ksb_mapping_missing,
    confidentiality,
    support_session,
    path_leaves_folder,
    own_file_as_evidence,
    one_file_of_two_kinds,
    support_session_too_late,
)
