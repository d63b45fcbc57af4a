"""The draft application: its fields, and a reading of a draft that keeps what is sound.

One file holds one qualification: the Institute takes a separate form for each. Every field
can be left out here, so that a draft can grow; `REQUIRED` marks those without which nothing
can be said, and the rules say what else a cycle asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from htqcli.catalogue import reference_in
from htqcli.fields import (
    CLAIM,
    REQUIRED,
    Amount,
    Count,
    Day,
    DayOrMinute,
    Items,
    MonthOrDay,
    Part,
    Reading,
    Text,
    WholeNumber,
    YesOrNo,
    one_of,
    pattern,
    read,
    sound,
)
from htqcli.source import Document, Path

ApplicantType = Literal["awarding-organisation", "higher-education-provider"]
DocumentKind = Literal[
    "specification",
    "ksb-mapping",
    "assessment",
    "employer-evidence",
    "ip-permission",
    "additional-content",
    "other",
]


def _field(title: str, *examples: Any) -> Any:
    return Field(title=title, examples=list(examples) or None)


class Contact(Part):
    """The person to ask about the application."""

    private: ClassVar[bool] = True

    name: Annotated[Text | None, _field("name of the contact")] = None
    email: Annotated[Text | None, _field("e-mail address of the contact")] = None


class Applicant(Part):
    """The organisation that applies."""

    name: Annotated[
        Text | None, REQUIRED, _field("name of the applicant organisation", "Example Awards")
    ] = None
    type: Annotated[
        Annotated[ApplicantType, one_of(*get_args(ApplicantType))] | None,
        REQUIRED,
        _field("type of the applicant organisation", "awarding-organisation"),
    ] = None
    recognition_number: Annotated[
        Text | None, _field("recognition number from Ofqual", "RN5999")
    ] = None
    ukprn: Annotated[Text | None, _field("UKPRN (UK provider reference number)", "10009999")] = None
    contact: Annotated[Contact | None, _field("contact")] = None


class IntellectualProperty(Part):
    """Who holds the rights in the qualification, and whose permission there is."""

    holder: Annotated[Text | None, _field("holder of the intellectual property", "applicant")] = (
        None
    )
    permission: Annotated[
        Text | None, _field("file with the holder’s permission", "evidence/permission.pdf")
    ] = None


class Qualification(Part):
    """The qualification to be approved."""

    title: Annotated[
        Text | None,
        REQUIRED,
        _field("title of the qualification", "Level 4 Diploma in Software Development"),
    ] = None
    level: Annotated[WholeNumber | None, REQUIRED, _field("level of the qualification", 4)] = None
    number: Annotated[Text | None, _field("qualification number", "610/0000/0")] = None
    first_teaching: Annotated[MonthOrDay | None, _field("month of first teaching", "2024-09")] = (
        None
    )
    intellectual_property: Annotated[
        IntellectualProperty | None, _field("intellectual property")
    ] = None


class Unit(Part):
    """A unit of the qualification. A text in its place is its title."""

    short_for: ClassVar[str | None] = "title"

    title: Annotated[Text | None, REQUIRED, _field("title of the unit", "Databases")] = None
    credits: Annotated[Amount | None, _field("number of credits of the unit", 15)] = None


class Choice(Part):
    """A group of units to choose from: so many units, or so many credits."""

    name: Annotated[Text | None, _field("name of the group", "Specialism")] = None
    choose: Annotated[Count | None, _field("number of units to choose", 1)] = None
    credits: Annotated[Count | None, _field("number of credits to choose", 15)] = None
    from_: Annotated[
        Items[Text] | None,
        REQUIRED,
        Field(title="list of units to choose from", examples=["[U4, U5]"], alias="from"),
    ] = None


class Pathway(Part):
    """A way through the qualification; a learner takes exactly one."""

    name: Annotated[Text | None, _field("name of the pathway", "Web")] = None
    mandatory: Annotated[Items[Text], _field("mandatory units", "[U1, U2]")] = ()
    optional: Annotated[Items[Choice], _field("groups of optional units")] = ()


class Structure(Part):
    """Which units a learner takes."""

    mandatory: Annotated[Items[Text], _field("mandatory units", "[U1, U2]")] = ()
    optional: Annotated[Items[Choice], _field("groups of optional units")] = ()
    pathways: Annotated[Items[Pathway], _field("pathways")] = ()


class Coverage(Part):
    """What covers a KSB. A list in its place is the units."""

    short_for: ClassVar[str | None] = "units"

    units: Annotated[Items[Text], _field("units that cover it", "[U1, U2]")] = ()
    coverage: Annotated[
        Annotated[Literal["full", "partial"], one_of("full", "partial")],
        CLAIM,
        _field("extent to which it is covered", "partial"),
    ] = "full"
    reason: Annotated[
        Text | None,
        _field("reason why it is covered partly", "Completed in the workplace, where it is safer"),
    ] = None
    assessed_by: Annotated[Items[Text], _field("assessments of it", "[A1]")] = ()


class StandardClaim(Part):
    """A standard that the qualification aligns to, and how it covers the standard's KSBs."""

    reference: Annotated[Text | None, REQUIRED, _field("reference of the standard", "ST0116")] = (
        None
    )
    title: Annotated[Text | None, _field("title of the standard", "Software developer")] = None
    level: Annotated[WholeNumber | None, _field("level of the standard", 4)] = None
    version: Annotated[
        Annotated[str, pattern(r"\d{1,4}(\.\d{1,4})*", "a version such as 1.1")] | None,
        _field("version of the standard", '"1.1"'),
    ] = None
    option: Annotated[Text | None, _field("option of the standard")] = None
    ksbs: Annotated[dict[str, Coverage] | None, _field("mapping of the KSBs")] = None

    @property
    def meant(self) -> str | None:
        """The reference that is meant, whether or not it is written in its form; None where
        that cannot be told."""
        return reference_in(self.reference) if self.reference else None


class Employer(Part):
    """An employer that supports the application."""

    name: Annotated[
        Text | None, REQUIRED, _field("name of the employer", "Example Software Ltd")
    ] = None
    evidence: Annotated[
        Text | None, _field("file with the employer’s evidence", "evidence/example-software.pdf")
    ] = None


class Attachment(Part):
    """A document that goes with the application."""

    kind: Annotated[
        Annotated[
            DocumentKind,
            one_of(*get_args(DocumentKind)),
        ]
        | None,
        REQUIRED,
        _field("kind of the document", "ksb-mapping"),
    ] = None
    file: Annotated[
        Text | None, REQUIRED, _field("file of the document", "evidence/ksb-mapping.xlsx")
    ] = None
    confidential: Annotated[
        YesOrNo | None, CLAIM, _field("answer whether the document is confidential", "false")
    ] = None


class Declarations(Part):
    """What the applicant declares."""

    conditions_of_application: Annotated[
        YesOrNo | None, _field("acceptance of the conditions of application", "true")
    ] = None


class Acceptance(Part):
    """A finding that the organisation knows about and accepts, until a day."""

    rule: Annotated[Text | None, REQUIRED, _field("rule of the finding", "HTQ204")] = None
    at: Annotated[
        Annotated[str, pattern(r"(/[^\x00]*)?", "a JSON Pointer such as /standards/1")] | None,
        _field("place of the finding", "/standards/1"),
    ] = None
    reason: Annotated[
        Text | None,
        REQUIRED,
        _field("reason for accepting it", "Agreed with the approvals team on 3 May"),
    ] = None
    until: Annotated[
        Day | None, REQUIRED, _field("day on which the acceptance ends", "2022-06-01")
    ] = None


class Application(Part):
    """A draft application."""

    cycle: Annotated[WholeNumber | None, REQUIRED, _field("approvals cycle", 3)] = None
    applicant: Annotated[Applicant | None, REQUIRED, _field("applicant organisation")] = None
    qualification: Annotated[Qualification | None, REQUIRED, _field("qualification")] = None
    planned_submission: Annotated[
        DayOrMinute | None, _field("day of the planned submission", "2022-05-20")
    ] = None
    units: Annotated[dict[str, Unit], _field("units of the qualification")] = {}
    structure: Annotated[Structure | None, _field("structure of the qualification")] = None
    standards: Annotated[Items[StandardClaim], _field("standards that it aligns to")] = ()
    assessments: Annotated[dict[str, Text], _field("assessments")] = {}
    support_session: Annotated[Day | None, _field("day of the support session", "2022-03-02")] = (
        None
    )
    employers: Annotated[Items[Employer], _field("employers")] = ()
    documents: Annotated[Items[Attachment], _field("documents")] = ()
    declarations: Annotated[Declarations | None, CLAIM, _field("declarations")] = None
    accept: Annotated[Items[Acceptance], CLAIM, _field("findings that are accepted")] = ()


def choices(application: Application) -> Iterator[tuple[Path, Choice]]:
    """Every group of optional units that is sound, with its path: those of the qualification,
    then those of each pathway."""
    structure = application.structure
    if structure is None:
        return
    at: Path = ("structure", "optional")
    yield from (((*at, index), group) for index, group in sound(structure.optional))
    for number, pathway in sound(structure.pathways):
        at = ("structure", "pathways", number, "optional")
        yield from (((*at, index), group) for index, group in sound(pathway.optional))


def read_application(document: Document) -> Reading[Application]:
    """What a draft says, as far as it is sound, and what is not."""
    return read(Application, document)
