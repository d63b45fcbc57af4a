"""The answers of a draft as text, to paste into a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from htqcli.draft.application import (
    Applicant,
    Application,
    Choice,
    Contact,
    Declarations,
    IntellectualProperty,
    Qualification,
    StandardClaim,
)
from htqcli.ksbs.lists import label_order
from htqcli.model.part import Model, sound
from htqcli.vocabulary import LABEL
from htqcli.words import visible

NOT_GIVEN = "not given"


def answers(application: Application, files: Mapping[str, str], notes: Sequence[str] = ()) -> str:
    """Each answer under the name of its field, in the order of a draft. `files` has the path in
    the pack of each file that the draft names. `notes` come first."""
    sections = [
        ("", [("", note) for note in notes]),
        ("Application", _leaves(application, "cycle", "planned_submission", "support_session")),
        ("Applicant organisation", _applicant(application)),
        ("Qualification", _qualification(application, files)),
        ("Units", _units(application)),
        ("Structure", _structure(application)),
        *(
            (f"Standard {at + 1}", _standard(claim))
            for at, claim in sound(application.standards)
        ),
        ("Assessments", [(name, text) for name, text in application.assessments.items()]),
        ("Employers", _employers(application, files)),
        ("Documents", _documents(application, files)),
        ("Declarations", _leaves(application.declarations or Declarations())),
    ]  # fmt: skip
    lists = {"Employers": application.employers, "Documents": application.documents}
    left_out = {title for title, items in lists.items() if items and not any(items)}
    pieces = []
    for title, pairs in sections:
        none = "none in this edition" if title in left_out else NOT_GIVEN
        lines = [_piece(label, text) for label, text in pairs] or [f"{none}\n"]
        if title:
            lines.insert(0, f"{title.upper()}\n{'=' * len(title)}\n")
        if title or pairs:
            pieces.append("\n".join(lines))
    return "\n\n".join(pieces)


def _piece(label: str, text: str) -> str:
    """A label with its answer below it. An answer of several lines keeps them."""
    shown = "\n".join(visible(line) for line in text.splitlines())
    return f"{visible(label)}\n{shown}\n" if label else f"{shown}\n"


Pairs = list[tuple[str, str]]


def _leaves(part: Model, *names: str) -> Pairs:
    """The single fields of a part, or those of these names, each with its answer."""
    found = []
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if name in names or (not names and not isinstance(value, Model)):
            title = info.title or name
            found.append((title[:1].upper() + title[1:], _said(value)))
    return found


def _said(value: Any) -> str:
    if value is None:
        return NOT_GIVEN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _file(name: str | None, files: Mapping[str, str]) -> str:
    return NOT_GIVEN if name is None else files.get(name, f"{name} (not in the pack)")


def _applicant(application: Application) -> Pairs:
    applicant = application.applicant or Applicant()
    pairs = [
        (label, text.replace("-", " ") if text == applicant.type else text)
        for label, text in _leaves(applicant, "name", "type", "recognition_number", "ukprn")
    ]
    return pairs + (_leaves(applicant.contact or Contact()) if applicant.contact else [])


def _qualification(application: Application, files: Mapping[str, str]) -> Pairs:
    own = application.qualification or Qualification()
    rights = own.intellectual_property or IntellectualProperty()
    pairs = _leaves(own, "title", "level", "number", "first_teaching") + _leaves(rights, "holder")
    if rights.permission:
        pairs.append(("File with the holder’s permission", _file(rights.permission, files)))
    return pairs


def _units(application: Application) -> Pairs:
    lines = [
        f"{name}: {unit.title or NOT_GIVEN}"
        + (f" ({unit.credits} credits)" if unit.credits is not None else "")
        for name, unit in application.units.items()
    ]
    return [("", "\n".join(lines))] if lines else []


def _structure(application: Application) -> Pairs:
    structure = application.structure
    if structure is None or structure.is_empty:
        return [("", "Every learner takes every unit")] if application.units else []
    pairs = [("Every learner takes", _names(structure.mandatory)), *_choices(structure.optional)]
    for at, pathway in sound(structure.pathways):
        name = f"Pathway {pathway.name or at + 1}"
        pairs.append((f"{name}: every learner takes", _names(pathway.mandatory)))
        pairs += [(f"{name}: {label}", text) for label, text in _choices(pathway.optional)]
    return pairs


def _names(units: tuple[str | None, ...]) -> str:
    return ", ".join(name for _, name in sound(units)) or "no unit"


def _choices(groups: tuple[Choice | None, ...]) -> Iterator[tuple[str, str]]:
    for at, group in sound(groups):
        amount = f"{group.choose} of" if group.choose else f"{group.credits} credits from"
        yield group.name or f"Group {at + 1}", f"at least {amount} {_names(group.from_ or ())}"


def _standard(claim: StandardClaim) -> Pairs:
    pairs = _leaves(claim, "reference", "title", "level", "version")
    pairs += _leaves(claim, "option") if claim.option else []
    labels = [label for label in claim.ksbs or {} if LABEL.fullmatch(label)]
    lines = []
    for label in sorted(labels, key=label_order):
        own = (claim.ksbs or {})[label]
        said = f"{label}: {_names(own.units)}"
        if own.coverage == "partial":
            said += f", in part: {own.reason or NOT_GIVEN}"
        assessed = ", ".join(name for _, name in sound(own.assessed_by))
        lines.append(f"{said}; assessed by {assessed}" if assessed else said)
    return [*pairs, ("Mapping of the KSBs", "\n".join(lines) or NOT_GIVEN)]


def _employers(application: Application, files: Mapping[str, str]) -> Pairs:
    return [
        (employer.name or NOT_GIVEN, f"{_file(employer.evidence, files)}\n{_secret(employer)}")
        for _, employer in sound(application.employers)
    ]


def _documents(application: Application, files: Mapping[str, str]) -> Pairs:
    return [
        (kind_title(document.kind), f"{_file(document.file, files)}\n{_secret(document)}")
        for _, document in sound(application.documents)
    ]


def _secret(part: Any) -> str:
    words = {True: "Confidential", False: "Not confidential", None: "Confidential or not: not said"}
    return words[part.confidential]


def kind_title(kind: str | None) -> str:
    """The kind of a document in words."""
    return _KINDS.get(kind or "", "Document")


_KINDS = {
    "specification": "Specification",
    "ksb-mapping": "Structure and KSB mapping",
    "assessment": "Assessment",
    "employer-evidence": "Employer evidence",
    "ip-permission": "Permission of the holder of the intellectual property",
    "additional-content": "Additional content",
    "other": "Other document",
}
