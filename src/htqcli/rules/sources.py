"""The pages that the rules rest on."""

_SITE = "https://www.instituteforapprenticeships.org"
_HTQ = f"{_SITE}/higher-technical-qualifications"

CYCLE_3 = f"{_HTQ}/higher-technical-qualifications-cycle-3/"
CRITERIA = f"{_HTQ}/approvals-criteria/"
CRITERIA_5 = (
    "https://instituteforapprenticeships.org/qualifications/higher-technical-qualifications/"
    "criteria-process-and-application-form"
)
CATEGORIES = (
    f"{_SITE}/qualifications/post-16-technical-qualifications/"
    "approvals-categories-and-associated-criteria-and-guidance/qualification-categories"
)
PROCESS = f"{_HTQ}/approvals-process-and-timelines/"
CONDITIONS = f"{_HTQ}/terms-and-conditions-of-approval/"
DELIVERY = f"{_SITE}/qualifications/higher-technical-qualifications/delivery-and-funding"
SUPPORT = (
    "https://instituteforapprenticeships.org/higher-technical-qualifications/support-and-resources"
)
OFQUAL = (
    "https://www.gov.uk/government/publications/"
    "vocational-quarterly-guide-to-the-data-submission-process"
)
"""Ofqual's guide with the page “Vocational quarterly: file format” (1 May 2026)."""
HESA = "https://www.hesa.ac.uk/collection/c12025/c/UKPRN"
STANDARDS_DATA = "https://github.com/SkillsFundingAgency/das-courses-api"
YAML = "https://yaml.org/spec/1.1/"
FORMAT = "docs/application-format.md"
"""The fields of a draft are htq’s own."""
DATA = "data/standards.yaml"
"""The fields of a catalogue are htq’s own. The bundled catalogue explains each."""


def is_address(source: str) -> bool:
    """Whether a source is a web page. Otherwise it is a file of this project, which can be linked
    only in its repository."""
    return source.startswith("https://")
