"""HTQ4xx: the qualification and the applicant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from htqcli.document.faults import Fix
from htqcli.model.part import sound
from htqcli.rules.declare import Acceptable, Case, Problem, Severity, rule
from htqcli.rules.sources import CRITERIA, CRITERIA_5, DELIVERY, FORMAT, HESA, OFQUAL, PROCESS
from htqcli.vocabulary import LEVELS
from htqcli.words import join, quote

_LEVELS = join([str(level) for level in LEVELS], "or")


@rule(
    "HTQ401",
    severity=Severity.ERROR,
    source=CRITERIA,
    says="A Higher Technical Qualification is at level 4 or 5.",
    bad="""
        qualification:
          title: Diploma in Software Development
          level: 6  # HTQ401
    """,
    good="""
        qualification:
          title: Diploma in Software Development
          level: 5
    """,
)
def qualification_level(case: Case) -> Iterable[Problem]:
    """The qualification is not at level 4 or 5

    A qualification at another level cannot be approved as an HTQ, whatever it aligns to.
    """
    qualification = case.application.qualification
    if qualification and qualification.level is not None and qualification.level not in LEVELS:
        yield Problem(
            ("qualification", "level"),
            f"A level {qualification.level} qualification cannot be approved",
            f"Higher Technical Qualifications are at level {_LEVELS}. Check the level, and "
            "whether this qualification is for another approval process.",
        )


@rule(
    "HTQ402",
    severity="level_4_on_level_5_standard",
    acceptable=Acceptable.YES,
    source=CRITERIA,
    says="An applicant with a level 4 qualification for a level 5 standard contacts the "
    "approvals team first. The cycle 1 criteria allowed it.",
    bad="""
        cycle: 3
        qualification: {title: Diploma, level: 4}
        standards:
          - reference: ST0809  # HTQ402
    """,
    good="""
        cycle: 3
        qualification: {title: Diploma, level: 5}
        standards:
          - reference: ST0809
          - reference: ST0116
    """,
)
def level_4_on_level_5(case: Case) -> Iterable[Problem]:
    """A level 4 qualification aligns to a level 5 standard

    It must still make a learner competent in an occupation at level 5. A level 5 qualification
    on a level 4 standard is normal.
    """
    qualification = case.application.qualification
    if case.cycle is None or qualification is None or qualification.level != 4:
        return
    for index, claim in sound(case.application.standards):
        standard = case.cycle.by_reference.get(claim.resolved_reference or "")
        if standard and standard.level == 5:
            yield Problem(
                ("standards", index, "reference"),
                f"The qualification is at level 4, but {standard.reference}, "
                f"{quote(standard.title)}, is at level 5",
                f"Contact the approvals team before you apply: {case.catalogue.contact.email}.",
            )


_QUALITY_MARK = re.compile(r"\bHTQs?\b|\bhigher[\W_]+technical[\W_]+qualification", re.IGNORECASE)


@rule(
    "HTQ403",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=DELIVERY,
    says="HTQ is a quality mark given to a qualification, not part of its title.",
    bad="""
        qualification:
          title: Level 4 HTQ in Software Development  # HTQ403
          level: 4
    """,
    good="""
        qualification:
          title: Level 4 Diploma in Software Development
          level: 4
    """,
)
def htq_in_title(case: Case) -> Iterable[Problem]:
    """The title says HTQ or Higher Technical Qualification

    None of 85 approved titles does, because the quality mark says it.
    """
    title = case.application.qualification and case.application.qualification.title
    found = _QUALITY_MARK.search(title or "")
    if found:
        yield Problem(
            ("qualification", "title"),
            f"The title of the qualification says {quote(found[0])}",
            "Take it out of the title. An approved qualification carries the quality mark.",
        )


_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}


@rule(
    "HTQ404",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=FORMAT,
    says="The title and the level speak of the same qualification.",
    bad="""
        qualification:
          title: Level 5 Diploma in Software Development  # HTQ404
          level: 4
    """,
    good="""
        qualification:
          title: Level 5 Diploma in Software Development
          level: 5
    """,
)
def title_and_level(case: Case) -> Iterable[Problem]:
    """The title and the level contradict each other

    One of the two is probably a mistake, and other rules depend on the level.
    """
    qualification = case.application.qualification
    if qualification is None or qualification.title is None or qualification.level is None:
        return
    levels = levels_in(qualification.title)
    if levels - {qualification.level}:
        yield Problem(
            ("qualification", "title"),
            f"The title says level {join([str(level) for level in sorted(levels)])}, but the "
            f"level of the qualification is {qualification.level}",
            "Check both, and correct the one that is wrong.",
        )


def levels_in(title: str) -> set[int]:
    """The levels that a title names, in digits or words. ‘Levels 4 and 5’ names both."""
    words = [
        word
        for found in _LEVELS_IN_TITLE.finditer(title.lower())
        for word in re.findall(r"[^\W_]+", found[1])
    ]
    return {int(w) if w.isdecimal() else _NUMBERS[w] for w in words if _is_number(w)}


_LEVELS_IN_TITLE = re.compile(
    r"\b(?:levels?|l(?=\d))[\s:-]*((?:\d+|[a-z]+)\b(?:\s*(?:/|&|-|–|,|\band|\bor|\bto)\s*[1-8]\b)*)"
)


def _is_number(word: str) -> bool:
    return word in _NUMBERS or (word.isdecimal() and len(word) < 3)


_NUMBER_PARTS = r"(?ia)\s*([0-9]{3})[\s/-]*([0-9]{4})[\s/-]*([0-9X])\s*"


@rule(
    "HTQ405",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=OFQUAL,
    says="Ofqual’s “Vocational quarterly: file format” on GOV.UK (1 May 2026): a qualification "
    "number is 10 characters, for example 603/2476/0.",
    bad="""
        qualification:
          title: Level 4 Diploma
          level: 4
          number: 60324760  # HTQ405
    """,
    good="""
        qualification:
          title: Level 4 Diploma
          level: 4
          number: 603/2476/0
    """,
    fixes="the slashes between the parts, the case of an X, and spaces.",
)
def qualification_number(case: Case) -> Iterable[Problem]:
    """The qualification number is in the wrong format

    A new qualification or a university award may not have a number: leave the field out then.
    """
    number = case.application.qualification and case.application.qualification.number
    if number and not re.fullmatch(r"[0-9]{3}/[0-9]{4}/[0-9X]", number):
        yield Problem(
            ("qualification", "number"),
            f"{quote(number)} is not a qualification number",
            "Enter three digits, four digits and a digit or X, with slashes between, for "
            "example ‘610/0123/X’. Leave the field out if you have no number yet.",
            fix=Fix("/".join(parts.groups()).upper())
            if (parts := re.fullmatch(_NUMBER_PARTS, number))
            else None,
        )


_NUMBER_OF_TYPE = {
    "awarding-organisation": (
        "recognition_number",
        "Awarding organisations",
        "Ofqual recognition number",
        "RN5133",
    ),
    "higher-education-provider": ("ukprn", "Higher-education providers", "UKPRN", "10009999"),
}


@rule(
    "HTQ406",
    severity=Severity.ERROR,
    source=PROCESS,
    says="Applicants are awarding organisations recognised by Ofqual, and higher-education "
    "providers registered with the Office for Students (OfS).",
    bad="""
        applicant:  # HTQ406
          name: Example Awards
          type: awarding-organisation
    """,
    good="""
        applicant:
          name: Example Awards
          type: awarding-organisation
          recognition_number: RN5999
    """,
)
def applicant_number(case: Case) -> Iterable[Problem]:
    """The applicant has not given the number that its type needs

    An awarding organisation’s recognition number shows that Ofqual recognises it. A
    higher-education provider’s UKPRN identifies it on the OfS register.
    """
    applicant = case.application.applicant
    if applicant is None or applicant.type is None:
        return
    name, kind, title, example = _NUMBER_OF_TYPE[applicant.type]
    if getattr(applicant, name) is None:
        yield Problem(
            ("applicant", name),
            f"{kind} must give their {title}; it is missing",
            f"Add your own number under ‘applicant’, for example ‘{name}: {example}’.",
        )


_HIGHER_NATIONAL = re.compile(r"\bH\.?N\.?[CD]s?\b|\bhigher[\s-]+nationals?\b", re.IGNORECASE)


def higher_national(title: str) -> str | None:
    """The words in a title that name an HNC or HND; None if there are none."""
    found = _HIGHER_NATIONAL.search(title)
    return found[0] if found else None


@rule(
    "HTQ407",
    severity="permission",
    acceptable=Acceptable.UNLESS_REQUIRED,
    source=CRITERIA_5,
    says="If another body holds the intellectual property in a qualification, the applicant "
    "has its permission. All HNCs and HNDs are Pearson’s.",
    bad="""
        cycle: 3
        applicant: {name: Example Awards, type: awarding-organisation}
        qualification:
          title: Level 4 Diploma in Software Development
          level: 4
          intellectual_property:
            holder: Another Body  # HTQ407
    """,
    good="""
        cycle: 3
        applicant: {name: Example Awards, type: awarding-organisation}
        qualification:
          title: Level 4 Diploma in Software Development
          level: 4
          intellectual_property:
            holder: Another Body
            permission: evidence/permission.pdf
    """,
)
def permission(case: Case) -> Iterable[Problem]:
    """Another body holds the intellectual property, and no permission is named

    Approval requires the right to use the qualification’s content.
    """
    qualification, applicant = case.application.qualification, case.application.applicant
    if qualification is None:
        return
    rights = qualification.intellectual_property
    if rights and rights.permission:
        return
    own = {"applicant", ((applicant and applicant.name) or "applicant").casefold()}
    holder = rights.holder if rights and rights.holder else "applicant"
    path = ("qualification", "intellectual_property", "permission")
    hint = (
        "Ask the holder for permission, and add the file that shows it, for example "
        "‘permission: evidence/permission.pdf’ under ‘intellectual_property’."
    )
    if not (case.reading.is_reliable(path) and case.reading.is_reliable(("applicant", "name"))):
        return
    if holder.casefold() not in own:
        yield Problem(
            ("qualification", "intellectual_property", "holder"),
            f"{quote(holder)} holds the intellectual property, and no permission is named",
            hint,
        )
    elif (
        qualification.title
        and (said := higher_national(qualification.title))
        and not re.search(r"\bpearson\b", " ".join(own))
        and case.reading.is_reliable(("qualification", "intellectual_property", "holder"))
    ):
        yield Problem(
            ("qualification", "title"),
            f"The title says {quote(said)}: Pearson holds the intellectual property in all "
            "HNCs and HNDs, and no permission is named",
            hint,
        )


_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = rf"[^\s@,;:<>()\[\]\"]+@{_LABEL}(?:\.{_LABEL})+"


@rule(
    "HTQ408",
    severity=Severity.WARNING,
    acceptable=Acceptable.YES,
    source=FORMAT,
    says="The approvals team writes to the contact.",
    bad="""
        applicant:
          name: Example Awards
          type: awarding-organisation
          contact:
            email: a.person at example.org  # HTQ408
    """,
    good="""
        applicant:
          name: Example Awards
          type: awarding-organisation
          contact:
            email: a.person@example.org
    """,
)
def contact_email(case: Case) -> Iterable[Problem]:
    """The contact’s email address is in the wrong format

    Feedback on an application has a deadline, so it must reach you. htq does not show the
    address.
    """
    contact = case.application.applicant and case.application.applicant.contact
    address = contact and contact.email
    if address and not re.fullmatch(_ADDRESS, address):
        yield Problem(
            ("applicant", "contact", "email"),
            "The contact’s email address is in the wrong format (hidden: personal data)",
            "Enter it in the correct format, like ‘name@example.org’.",
        )


@rule(
    "HTQ409",
    severity=Severity.ERROR,
    acceptable=Acceptable.YES,
    source=HESA,
    says="A UKPRN is 8 digits (HESA). A recognition number is RN and digits, for example RN5133 "
    "(Ofqual, “Vocational quarterly: file format”).",
    bad="""
        applicant:
          name: Example University
          type: higher-education-provider
          ukprn: 1000999  # HTQ409
    """,
    good="""
        applicant:
          name: Example University
          type: higher-education-provider
          ukprn: 10009999
    """,
    fixes="spaces, and the case of RN.",
)
def applicant_number_form(case: Case) -> Iterable[Problem]:
    """The recognition number or the UKPRN is in the wrong format

    The number identifies the applicant in the registers. The one that its type needs is an
    error, the other a warning.
    """
    applicant = case.application.applicant
    if applicant is None:
        return
    for name, (title, form, advice, source) in _NUMBER_FORMS.items():
        number = getattr(applicant, name)
        if not number or re.fullmatch(form, number):
            continue
        needed = applicant.type is not None and _NUMBER_OF_TYPE[applicant.type][0] == name
        yield Problem(
            ("applicant", name),
            f"{quote(number)} is not a {title}",
            advice,
            sources=(source,),
            fix=_without_spaces(number, form),
            severity=None if needed else Severity.WARNING,
        )


_NUMBER_FORMS = {
    "recognition_number": (
        "recognition number",
        r"RN[0-9]+",
        "Enter RN and digits without spaces, for example ‘RN5133’.",
        OFQUAL,
    ),
    "ukprn": (
        "UKPRN",
        r"[0-9]{8}",
        "Enter 8 digits without spaces, for example ‘10009999’.",
        HESA,
    ),
}


def _without_spaces(number: str, form: str) -> Fix | None:
    written = "".join(number.split()).upper()
    return Fix(written) if re.fullmatch(form, written) else None


RULES = (
    qualification_level,
    level_4_on_level_5,
    htq_in_title,
    title_and_level,
    qualification_number,
    applicant_number,
    permission,
    contact_email,
    applicant_number_form,
)
