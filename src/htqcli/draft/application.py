"""The fields of a draft application, and a reading of a draft that keeps what is sound.

A file contains one qualification, because the Institute takes a separate form for each. Every
field can be left out here, so that a draft can grow. `REQUIRED` marks the fields that every draft
needs; the rules report what else a cycle asks for, some of it marked with `EXPECTED`.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from htqcli.document.nodes import Document
from htqcli.document.places import FieldPath
from htqcli.model.part import APPLICANT_ONLY, EXPECTED, REQUIRED, Items, Model, sound
from htqcli.model.reading import Reading, read
from htqcli.model.values import (
    Amount,
    Count,
    Day,
    DayOrMinute,
    MonthOrDay,
    Text,
    WholeNumber,
    YesOrNo,
    one_of,
    pattern,
)
from htqcli.vocabulary import ApplicantType, parse_reference
from htqcli.words import title_key

DocumentKind = Literal[
    "specification",
    "ksb-mapping",
    "assessment",
    "employer-evidence",
    "ip-permission",
    "additional-content",
    "other",
]


def _field(title: str, *examples: Any, says: str, alias: str | None = None) -> Any:
    """The words about a field: its title, which names it when it is missing; what to enter; and
    examples as a draft has them."""
    return Field(title=title, description=says, examples=list(examples) or None, alias=alias)


class Contact(Model):
    """The person to ask about the application."""

    is_private: ClassVar[bool] = True

    name: Annotated[
        Text | None, _field("contact’s name", says="Their name. No report shows it.")
    ] = None
    email: Annotated[
        Text | None,
        _field("contact’s email address", says="Their email address. No report shows it."),
    ] = None


class Applicant(Model):
    """The organisation that applies."""

    name: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "name of the applicant organisation",
            "Example Awards",
            says="The name of your organisation.",
        ),
    ] = None
    type: Annotated[
        Annotated[ApplicantType, one_of(*get_args(ApplicantType))] | None,
        REQUIRED,
        _field(
            "type of the applicant organisation",
            "awarding-organisation",
            says="Whether your organisation is an awarding organisation or a higher-education "
            "provider.",
        ),
    ] = None
    recognition_number: Annotated[
        Text | None,
        EXPECTED,
        _field(
            "recognition number from Ofqual",
            "RN5999",
            says="Your number from Ofqual: RN and digits, no spaces. An awarding organisation "
            "needs it.",
        ),
    ] = None
    ukprn: Annotated[
        Text | None,
        EXPECTED,
        _field(
            "UKPRN (UK provider reference number)",
            "10009999",
            says="Your UK provider reference number: 8 digits, no spaces. A higher-education "
            "provider needs it.",
        ),
    ] = None
    contact: Annotated[
        Contact | None, _field("contact", says="The person to ask about the application.")
    ] = None


class IntellectualProperty(Model):
    """Who holds the rights in the qualification, and whose permission you have."""

    holder: Annotated[
        Text | None,
        _field(
            "holder of the intellectual property",
            "applicant",
            says="Who holds the rights: ‘applicant’, your organisation’s name, or the name of "
            "another body. Without it, the applicant.",
        ),
    ] = None
    permission: Annotated[
        Text | None,
        EXPECTED,
        _field(
            "file with the holder’s permission",
            "evidence/permission.pdf",
            says="The file that shows the holder’s permission, if the holder is another body. "
            "Pearson holds the rights in all HNCs and HNDs.",
        ),
    ] = None
    confidential: Annotated[
        YesOrNo | None,
        APPLICANT_ONLY,
        _field(
            "whether the permission is confidential",
            "true",
            says="Whether the permission is confidential.",
        ),
    ] = None


class Qualification(Model):
    """The qualification to be approved."""

    title: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "title of the qualification",
            "Level 4 Diploma in Software Development",
            says="The title, without ‘HTQ’ or ‘Higher Technical Qualification’. A level in it "
            "must be the same as ‘level’.",
        ),
    ] = None
    level: Annotated[
        WholeNumber | None,
        REQUIRED,
        _field(
            "level of the qualification",
            4,
            says="4 or 5. Contact the approvals team first if it is 4 and a standard is at level "
            "5.",
        ),
    ] = None
    number: Annotated[
        Text | None,
        _field(
            "qualification number",
            "610/0000/0",
            says="Three digits, four digits and a digit or X, with slashes between. Leave it out "
            "if it has no number yet.",
        ),
    ] = None
    first_teaching: Annotated[
        MonthOrDay | None,
        _field("month of first teaching", "2024-09", says="The month or day of first teaching."),
    ] = None
    intellectual_property: Annotated[
        IntellectualProperty | None,
        _field(
            "intellectual property",
            says="Who holds the rights in the qualification, and whose permission you have.",
        ),
    ] = None


class Unit(Model):
    """A unit of the qualification. A text in its place is its title."""

    short_for: ClassVar[str | None] = "title"

    title: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "title of the unit",
            "Databases",
            says="Its title. If you give nothing else, you can write it straight after the id.",
        ),
    ] = None
    credits: Annotated[
        Amount | None,
        _field(
            "number of credits of the unit",
            15,
            says="Its credits, a whole number. A group that counts credits needs them.",
        ),
    ] = None


class Choice(Model):
    """A group of units to choose from: so many units, or so many credits."""

    name: Annotated[
        Text | None, _field("name of the group", "Specialism", says="The name of the group.")
    ] = None
    choose: Annotated[
        Count | None,
        _field(
            "number of units to choose",
            1,
            says="How many units to choose at least: 1 or more. Write either this or ‘credits’, "
            "not both.",
        ),
    ] = None
    credits: Annotated[
        Count | None,
        _field(
            "number of credits to choose",
            15,
            says="How many credits to choose at least: 1 or more. Write either this or ‘choose’, "
            "not both.",
        ),
    ] = None
    from_: Annotated[
        Items[Text] | None,
        REQUIRED,
        _field(
            "list of units to choose from",
            "[U4, U5]",
            alias="from",
            says="The ids of the units to choose from.",
        ),
    ] = None

    @property
    def has_one_amount(self) -> bool:
        """Whether it gives a number of units or a number of credits, and not both."""
        return (self.choose is None) != (self.credits is None)


class Pathway(Model):
    """A way through the qualification; a learner takes exactly one."""

    known_by: ClassVar[str | None] = "name"

    name: Annotated[
        Text | None, _field("name of the pathway", "Web", says="The name of the pathway.")
    ] = None
    mandatory: Annotated[
        Items[Text],
        _field(
            "mandatory units",
            "[U1, U2]",
            says="The ids of the units that every learner on the pathway takes.",
        ),
    ] = ()
    optional: Annotated[
        Items[Choice],
        _field(
            "groups of optional units",
            says="The groups that a learner on the pathway chooses units from.",
        ),
    ] = ()


class Structure(Model):
    """Which units a learner takes."""

    mandatory: Annotated[
        Items[Text],
        _field(
            "mandatory units", "[U1, U2]", says="The ids of the units that every learner takes."
        ),
    ] = ()
    optional: Annotated[
        Items[Choice],
        _field("groups of optional units", says="The groups that a learner chooses units from."),
    ] = ()
    pathways: Annotated[
        Items[Pathway],
        _field("pathways", says="The ways through the qualification. A learner takes exactly one."),
    ] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it contains no units, groups or pathways, and so is treated as missing."""
        return not (self.mandatory or self.optional or self.pathways)


class Coverage(Model):
    """What covers a KSB. A list in its place is the units."""

    short_for: ClassVar[str | None] = "units"

    units: Annotated[
        Items[Text],
        _field(
            "units that cover it",
            "[U1, U2]",
            says="The ids of the units that cover the KSB. If you give nothing else, you can "
            "write them straight after its label.",
        ),
    ] = ()
    coverage: Annotated[
        Annotated[Literal["full", "partial"], one_of("full", "partial")],
        APPLICANT_ONLY,
        _field(
            "extent to which it is covered",
            "partial",
            says="Whether the units cover it in full or partly; in full if you leave it out.",
        ),
    ] = "full"
    reason: Annotated[
        Text | None,
        _field(
            "reason why it is covered partly",
            "Completed in the workplace, where it is safer",
            says="Why the rest of it is not in the qualification.",
        ),
    ] = None
    assessed_by: Annotated[
        Items[Text],
        _field("assessments of it", "[A1]", says="The ids of the assessments that assess it."),
    ] = ()


class StandardClaim(Model):
    """A standard that the qualification aligns to, and how it covers the standard's KSBs."""

    known_by: ClassVar[str | None] = "reference"

    reference: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "reference of the standard",
            "ST0116",
            says="ST and four digits. Find it with ‘htq standards search’.",
        ),
    ] = None
    title: Annotated[
        Text | None,
        _field(
            "title of the standard",
            "Software developer",
            says="Its title, to compare with the cycle’s list. Case and punctuation do not matter.",
        ),
    ] = None
    level: Annotated[
        WholeNumber | None,
        _field("level of the standard", 4, says="Its level, to compare with the cycle’s list."),
    ] = None
    version: Annotated[
        Annotated[str, pattern(r"[0-9]{1,4}(\.[0-9]{1,4})*", "a version such as 1.1", 9999.9999)]
        | None,
        EXPECTED,
        _field(
            "version of the standard",
            '"1.1"',
            says="The version you mapped against. A KSB label has meaning only with it.",
        ),
    ] = None
    option: Annotated[
        Text | None,
        _field(
            "option of the standard", says="The option you align to, if the standard has options."
        ),
    ] = None
    ksbs: Annotated[
        dict[str, Coverage] | None,
        EXPECTED,
        _field(
            "mapping of the KSBs",
            says="What covers each KSB: a line such as ‘K1: [U1, U2]’ for each. K1 is the first "
            "knowledge statement of the standard’s version, S1 the first skill and B1 the "
            "first behaviour.",
        ),
    ] = None

    @cached_property
    def resolved_reference(self) -> str | None:
        """The reference that is meant, even if it is written in another form; None if unclear."""
        return parse_reference(self.reference) if self.reference else None


class Employer(Model):
    """An employer that supports the application."""

    known_by: ClassVar[str | None] = "name"

    name: Annotated[
        Text | None,
        REQUIRED,
        _field("name of the employer", "Example Software Ltd", says="The name of the employer."),
    ] = None
    evidence: Annotated[
        Text | None,
        EXPECTED,
        _field(
            "file with the employer’s evidence",
            "evidence/example-software.pdf",
            says="The file with its evidence. At least one employer needs it.",
        ),
    ] = None
    confidential: Annotated[
        YesOrNo | None,
        APPLICANT_ONLY,
        _field(
            "whether the evidence is confidential",
            "false",
            says="Whether the evidence is confidential.",
        ),
    ] = None


class Attachment(Model):
    """A document that goes with the application."""

    known_by: ClassVar[str | None] = "file"

    kind: Annotated[
        Annotated[
            DocumentKind,
            one_of(*get_args(DocumentKind)),
        ]
        | None,
        REQUIRED,
        _field(
            "kind of the document",
            "ksb-mapping",
            says="What the document is. One must be the completed structure and KSB mapping.",
        ),
    ] = None
    file: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "file of the document",
            "evidence/ksb-mapping.xlsx",
            says="The file, with its path from the draft’s folder.",
        ),
    ] = None
    confidential: Annotated[
        YesOrNo | None,
        APPLICANT_ONLY,
        EXPECTED,
        _field(
            "whether the document is confidential",
            "false",
            says="Whether it is confidential: the consultation on an application is public.",
        ),
    ] = None


class Declarations(Model):
    """What the applicant declares."""

    conditions_of_application: Annotated[
        YesOrNo | None,
        EXPECTED,
        _field(
            "whether you accept the conditions of application",
            "true",
            says="‘true’ if your organisation accepts the conditions of application.",
        ),
    ] = None


class Feedback(Model):
    """Something that came back about the application, in the organisation's own words."""

    known_by: ClassVar[str | None] = "asks"

    id: Annotated[
        Text | None,
        REQUIRED,
        _field("id of the feedback", "F1", says="An id that you choose, different for each item."),
    ] = None
    received: Annotated[
        Day | None,
        REQUIRED,
        _field(
            "day on which the feedback came", "2022-09-01", says="The day on which you received it."
        ),
    ] = None
    asks: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "request of the feedback",
            "Show how K7 is assessed",
            says="What it asks for, in your own words.",
        ),
    ] = None
    about: Annotated[
        Annotated[str, pattern(r"(/[^\x00]*)?", "a JSON Pointer such as /standards/0/ksbs/K7")]
        | None,
        _field(
            "part that the feedback is about",
            "/standards/0/ksbs/K7",
            says="The part of the draft that it is about. Items count from 0, so ‘/standards/0’ is "
            "the first standard.",
        ),
    ] = None
    due: Annotated[
        Day | None,
        _field(
            "day by which to answer",
            "2022-10-01",
            says="The last day for the answer, if it has one.",
        ),
    ] = None
    answer: Annotated[
        Text | None,
        _field(
            "answer to the feedback",
            "K7 is now assessed by A2",
            says="What you changed, or why you did not. Leave it out until there is an answer.",
        ),
    ] = None
    done: Annotated[
        YesOrNo | None,
        APPLICANT_ONLY,
        _field(
            "answer whether it is done", "true", says="‘true’ once you have done what it asks for."
        ),
    ] = None


class Approval(Model):
    """The approval of the qualification by the Institute."""

    known_by: ClassVar[str | None] = "code"

    code: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "code of the approved qualification", "HTQDZ0001", says="The code that it was given."
        ),
    ] = None
    date: Annotated[
        Day | None,
        REQUIRED,
        _field("day of the approval", "2023-07-01", says="The day on which it was approved."),
    ] = None


class Acceptance(Model):
    """A finding that the organisation knows about and accepts, until a day."""

    known_by: ClassVar[str | None] = "rule"

    rule: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "rule of the finding",
            "HTQ204",
            says="The code of one rule, or its name, such as ‘contact-us’.",
        ),
    ] = None
    at: Annotated[
        Annotated[str, pattern(r"(/[^\x00]*)?", "a JSON Pointer such as /standards/1")] | None,
        _field(
            "place of the finding",
            "/standards/1",
            says="Where: only findings there or below it are accepted. Items count from 0, so "
            "‘/standards/1’ is the second standard. Without it, anywhere in the draft.",
        ),
    ] = None
    ksbs: Annotated[
        Items[Text],
        _field(
            "KSBs for which it is accepted",
            "[K3, S14]",
            says="The labels of the KSBs that it is about. HTQ503, HTQ507 and HTQ508 are accepted "
            "for these only, and need them.",
        ),
    ] = ()
    reason: Annotated[
        Text | None,
        REQUIRED,
        _field(
            "reason for accepting it",
            "Agreed with the approvals team on 3 May",
            says="Why you accept it.",
        ),
    ] = None
    until: Annotated[
        Day | None,
        REQUIRED,
        _field(
            "day on which the acceptance ends",
            "2022-06-01",
            says="The last day on which you accept it, at most a year from now. After it, the "
            "finding counts again.",
        ),
    ] = None


class Application(Model):
    """A draft application."""

    cycle: Annotated[
        WholeNumber | None,
        REQUIRED,
        _field(
            "approvals cycle", 3, says="The number of the approvals cycle that the draft is for."
        ),
    ] = None
    applicant: Annotated[
        Applicant | None,
        REQUIRED,
        _field("applicant organisation", says="The organisation that applies."),
    ] = None
    qualification: Annotated[
        Qualification | None,
        REQUIRED,
        _field("qualification", says="The qualification that you want approved."),
    ] = None
    planned_submission: Annotated[
        DayOrMinute | None,
        _field(
            "day of the planned submission",
            "2022-05-20",
            says="When you plan to submit: a day, or a day and time. It must be in the cycle’s "
            "window.",
        ),
    ] = None
    units: Annotated[
        dict[str, Unit],
        _field(
            "units of the qualification",
            says="The units, each under an id that you choose: ‘U1: Programming fundamentals’, or "
            "its title and credits.",
        ),
    ] = {}
    structure: Annotated[
        Structure | None,
        _field(
            "structure of the qualification",
            says="Which units each learner takes. If you leave this out, every unit is mandatory.",
        ),
    ] = None
    standards: Annotated[
        Items[StandardClaim],
        _field(
            "standards that it aligns to",
            says="The occupational standards that the qualification aligns to, an item for each.",
        ),
    ] = ()
    assessments: Annotated[
        dict[str, Text],
        _field(
            "assessments",
            says="The assessments, each under an id that you choose: ‘A1: Portfolio of projects’. "
            "KSBs can then name the id.",
        ),
    ] = {}
    support_session: Annotated[
        Day | None,
        _field(
            "day of the support session",
            "2022-03-02",
            says="The day your support session took place.",
        ),
    ] = None
    employers: Annotated[
        Items[Employer],
        _field(
            "employers",
            says="The employers that support the application. At least one needs evidence.",
        ),
    ] = ()
    documents: Annotated[
        Items[Attachment], _field("documents", says="The documents that go with the application.")
    ] = ()
    declarations: Annotated[
        Declarations | None,
        APPLICANT_ONLY,
        _field("declarations", says="What your organisation declares."),
    ] = None
    submitted: Annotated[
        Text | None,
        _field(
            "draft that was submitted",
            "submitted/application.yaml",
            says="The file with the draft as you submitted it, kept in this draft’s folder or one "
            "below it.",
        ),
    ] = None
    feedback: Annotated[
        Items[Feedback],
        _field(
            "feedback on the application",
            says="What came back after submission, in your own words, an item for each request.",
        ),
    ] = ()
    approval: Annotated[
        Approval | None,
        _field("approval", says="The approval of the qualification, once it has one."),
    ] = None
    accept: Annotated[
        Items[Acceptance],
        APPLICANT_ONLY,
        _field(
            "findings that are accepted",
            says="The findings that your organisation knows about and accepts, each until a day.",
        ),
    ] = ()
    schema_: Annotated[
        Text | None,
        _field(
            "JSON Schema of the draft",
            "application.schema.json",
            says="Where your editor finds the schema of this file. htq does not read it.",
            alias="$schema",
        ),
    ] = None


def repeated_standards(application: Application) -> dict[int, int]:
    """The positions of standards that are named a second time, each with that of the first. A
    standard may be named once for each of its options."""
    repeated: dict[int, int] = {}
    named: dict[str, dict[str | None, int]] = {}
    for index, claim in sound(application.standards):
        if claim.resolved_reference is None:
            continue
        option = None if claim.option is None else title_key(claim.option)
        same = named.setdefault(claim.resolved_reference, {})
        if same and (option is None or option in same or None in same):
            repeated[index] = same.get(option, min(same.values()))
        same.setdefault(option, index)
    return repeated


def named_files(application: Application) -> Iterator[tuple[FieldPath, str]]:
    """Every file of evidence and every document that a draft names, with the field's path."""
    rights = application.qualification and application.qualification.intellectual_property
    if rights and rights.permission:
        yield ("qualification", "intellectual_property", "permission"), rights.permission
    for index, employer in sound(application.employers):
        if employer.evidence:
            yield ("employers", index, "evidence"), employer.evidence
    for index, document in sound(application.documents):
        if document.file:
            yield ("documents", index, "file"), document.file


def choices(application: Application) -> Iterator[tuple[FieldPath, Choice]]:
    """Every sound group of optional units with its path: those of the qualification, then those of
    each pathway."""
    structure = application.structure
    if structure is None:
        return
    at: FieldPath = ("structure", "optional")
    yield from (((*at, index), group) for index, group in sound(structure.optional))
    for number, pathway in sound(structure.pathways):
        at = ("structure", "pathways", number, "optional")
        yield from (((*at, index), group) for index, group in sound(pathway.optional))


def units_in_structure(application: Application) -> Iterator[tuple[FieldPath, str]]:
    """Every name of a unit in the structure, with its path."""
    structure = application.structure
    if structure is None:
        return
    lists: list[tuple[FieldPath, tuple[str | None, ...]]] = [
        (("structure", "mandatory"), structure.mandatory)
    ]
    lists += [
        (("structure", "pathways", number, "mandatory"), pathway.mandatory)
        for number, pathway in sound(structure.pathways)
    ]
    lists += [((*path, "from"), group.from_ or ()) for path, group in choices(application)]
    for path, names in lists:
        yield from (((*path, number), name) for number, name in sound(names))


def read_application(document: Document) -> Reading[Application]:
    """The sound parts of a draft, and its faults."""
    return read(Application, document)
