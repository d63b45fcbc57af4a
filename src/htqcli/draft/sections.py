"""The sections of a draft, in the order of the form."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """A part of the form: its title, and the fields at the top of a draft that belong to it."""

    title: str
    fields: tuple[str, ...]


STANDARDS = Section("Standards", ("standards",))
"""Each standard in it is a section of its own."""

SECTIONS = (
    Section("Cycle and window", ("cycle", "planned_submission")),
    Section("Applicant", ("applicant",)),
    Section("Qualification", ("qualification",)),
    Section("Units and structure", ("units", "structure")),
    STANDARDS,
    Section("Assessments", ("assessments",)),
    Section("Evidence and documents", ("support_session", "employers", "documents")),
    Section("Declarations", ("declarations",)),
    Section("Feedback", ("submitted", "feedback")),
    Section("Approval", ("approval",)),
    Section("Acceptances", ("accept",)),
)
OTHER = Section("Other fields", ())
"""The fields that a draft does not have."""


def section_of(field: str) -> Section:
    """The section that a field at the top of a draft belongs to."""
    return next((one for one in SECTIONS if field in one.fields), OTHER)


def field_names(steps: tuple[str, ...]) -> str:
    """The fields on the way to a value, in words: `employer 1 name`, `K3 reason`."""
    named: list[str] = []
    for step, before in zip(steps, ("", *steps), strict=False):
        if step.isdecimal() and before in _ONE_OF:
            named[-1:] = [f"{_ONE_OF[before]} {int(step) + 1}"]
        else:
            named.append(step)
    return " ".join(named)


_ONE_OF = {
    "standards": "standard",
    "employers": "employer",
    "documents": "document",
    "feedback": "feedback",
    "accept": "acceptance",
    "optional": "group",
    "pathways": "pathway",
}
"""What one item of a list is called."""
