"""The fixed terms of the field: levels, scopes, types of applicant, and the forms of standards'
references and KSB labels."""

from __future__ import annotations

import re
from typing import Literal, get_args

LEVELS = (4, 5)
"""The levels of Higher Technical Qualifications and of the standards they align to (CRIT-1 and
CRIT-2)."""

Scope = Literal["in-scope", "contact-us", "out-of-scope"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

REFERENCE = r"ST[0-9]{4}"
"""The form of a standard's reference (DFE-IMPORT)."""


def parse_reference(text: str) -> str | None:
    """The reference that a person means by `st 0116`, `ST116`, `STO116`, `OCC0116A`, `ST0116 -
    Software developer` or `ST0116 v1.1`; None for any other text."""
    text = " ".join(text.split())  # many spaces in a row would make matching slow
    if re.fullmatch(REFERENCE, text):
        return text
    start, *rest = re.split(_AFTER_REFERENCE, text, maxsplit=1)
    if rest and re.fullmatch(r"\s*st[\s_–-]*[0-9o]{4}", start, re.IGNORECASE):
        text = start
    typed = re.sub(r"[\s_–-]", "", text).upper()
    match = re.fullmatch(r"(?:ST|OCC)([0-9O]{1,4})[A-Z]?|([0-9]{3,4})", typed, re.ASCII)
    if match is None:
        return None
    digits = (match[1] or match[2]).replace("O", "0")
    return f"ST{digits.zfill(4)}"


_AFTER_REFERENCE = (
    r"\s*[:,–—(]\s*|\s+-\s+|\s+(?=[A-Z][a-z])"
    r"|(?<=[0-9])[\s/_-]*(?=[Vv](?:er(?:sion)?)?[.\s]*[0-9]|(?<=[\s/_-])[0-9]{1,3}\.[0-9])"
)
"""What can separate a reference from a title or version after it."""

LABEL = re.compile(r"[KSB][1-9][0-9]{0,3}", re.ASCII)
"""K, S or B and the position, counted from 1, in the published list (DFE-IMPORT)."""

ApplicantType = Literal["awarding-organisation", "higher-education-provider"]
APPLICANT_TYPES: tuple[ApplicantType, ...] = get_args(ApplicantType)
