"""HTQ8xx: feedback on an application, in the organisation's own words.

No form of the feedback is published, nor a period for the answer, so these rules only hold a draft
to what it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from htqcli.document import reader
from htqcli.document.places import FieldPath
from htqcli.draft.application import Application, named_files, read_application
from htqcli.draft.differences import RECORDS, ChangedParts, compare, path_at
from htqcli.files import content_of
from htqcli.model.part import names, sound
from htqcli.rules.declare import Acceptable, Case, Problem, Severity, rule
from htqcli.rules.sources import FORMAT, PROCESS
from htqcli.words import quote


def _name(case: Case, index: int) -> str:
    item = case.application.feedback[index]
    return quote((item and item.id) or f"number {index + 1}")


def _is_due(case: Case, index: int) -> bool:
    """Whether the last day for the answer to an item has passed."""
    item = case.application.feedback[index]
    return item is not None and item.due is not None and case.at >= item.due.after


@rule(
    "HTQ801",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=PROCESS,
    says="Applicants work with the officials on feedback after the submission. Its form is not "
    "published, so an item says what your organisation understood.",
    bad="""
        cycle: 3
        feedback:
          - id: F1  # HTQ801
            received: 2022-05-02
            asks: Show how K7 is assessed
            due: 2022-06-30
    """,
    good="""
        cycle: 3
        feedback:
          - id: F1
            received: 2022-05-02
            asks: Show how K7 is assessed
            answer: K7 is now assessed by A2
    """,
)
def feedback_unanswered(case: Case) -> Iterable[Problem]:
    """Feedback has no answer

    What nobody answers is easily forgotten until it is too late to make the change.
    """
    for index, item in sound(case.application.feedback):
        if item.answer is None and not _is_due(case, index):
            until = f", which is due by {item.due}" if item.due else ""
            yield Problem(
                ("feedback", index, "answer"),
                f"The feedback {_name(case, index)} has no answer{until}",
                "Add ‘answer’ with what you changed, or why you did not.",
            )


@rule(
    "HTQ802",
    severity=Severity.ERROR,
    source=PROCESS,
    says="A change that is asked for and not made in time can end the application. No period is "
    "published, so the day is the one that the draft gives.",
    bad="""
        cycle: 3
        feedback:
          - id: F1
            received: 2022-05-02
            asks: Show how K7 is assessed
            due: 2022-05-19  # HTQ802
    """,
    good="""
        cycle: 3
        feedback:
          - id: F1
            received: 2022-05-02
            asks: Show how K7 is assessed
            due: 2022-05-20
    """,
)
def feedback_overdue(case: Case) -> Iterable[Problem]:
    """Feedback has no answer, and the day by which to answer has passed

    An answer that comes too late may not be considered.
    """
    for index, item in sound(case.application.feedback):
        answer: FieldPath = ("feedback", index, "answer")
        if item.answer is None and _is_due(case, index) and case.reading.is_reliable(answer):
            yield Problem(
                ("feedback", index, "due"),
                f"The feedback {_name(case, index)} has no answer, and was due by {item.due}",
                "Add ‘answer’ with what you changed, or why you did not. If you agreed on another "
                "day, enter that as ‘due’.",
            )


@rule(
    "HTQ803",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=FORMAT,
    says="‘submitted’ names the draft as it was submitted, and ‘about’ the part that an item of "
    "feedback is about.",
    bad="""
        cycle: 3
        qualification:
          title: Level 4 Diploma in Software Development
        submitted: submitted/application.yaml
        feedback:
          - id: F1
            received: 2022-05-02
            asks: Make the title say what the qualification is for
            about: /qualification/title
            answer: The title has a subject now
            done: true  # HTQ803
    """,
    good="""
        cycle: 3
        qualification:
          title: Level 4 Diploma in Software Engineering
        submitted: submitted/application.yaml
        feedback:
          - id: F1
            received: 2022-05-02
            asks: Make the title say what the qualification is for
            about: /qualification/title
            answer: The title has a subject now
            done: true
    """,
)
def feedback_without_change(case: Case) -> Iterable[Problem]:
    """Feedback is marked as done, but the part that it is about is as it was submitted

    The change may have been forgotten, or made in another place. htq does not read the files that
    a draft names, so it says nothing of a part with a file.
    """
    name = case.application.submitted
    found = case.folder.find(name) if name else None
    if name is None or found is None or found.fault or found.way_out:
        return  # HTQ602 and HTQ606 speak of the path
    before = _submitted(case, name)
    if isinstance(before, str):
        yield Problem(
            ("submitted",),
            f"The submitted draft {quote(name)} is not compared: {before}",
            "Name a copy of the draft as you submitted it.",
        )
        return
    now = case.application
    changed = compare(before, now).changes
    parts = ChangedParts(one for one in changed if one.path[0] not in RECORDS)
    for index, item in sound(now.feedback):
        if not item.done or item.about is None:
            continue
        part = path_at(now, item.about)
        if parts.changes(part) or not case.reading.is_reliable(part) or _has_file(now, part):
            continue
        yield Problem(
            ("feedback", index, "done"),
            f"The feedback {_name(case, index)} is marked as done, but {quote(item.about)} is as "
            "it was submitted",
            "Change that part, or correct ‘about’. Delete ‘done’ until it is done.",
        )


def _has_file(application: Application, part: FieldPath) -> bool:
    """Whether a part of a draft names a file."""
    return any(path[: len(part)] == part for path, _ in named_files(application))


def _submitted(case: Case, name: str) -> Application | str:
    """What is sound of the draft that was submitted, or the reason why it cannot be read. The file
    is inside the draft's folder."""
    content = content_of(str(case.file.parent / name))
    if isinstance(content, str):
        return content
    document = reader.read(content)
    if document.root is None or not document.as_written:
        return "it cannot be read. ‘htq check’ of it says why"
    if not names(Application).keys() & document.root.fields.keys():
        return "it has no field of a draft at its top"
    return read_application(document).part


RULES = (feedback_unanswered, feedback_overdue, feedback_without_change)
