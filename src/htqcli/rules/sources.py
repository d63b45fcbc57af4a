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
"""What a draft file can hold is htq’s own."""
DATA = "data/standards.yaml"
"""What a catalogue can hold is htq’s own; the bundled one says what each field means."""


def is_address(source: str) -> bool:
    """Whether a source is a page on the web; else it is a file of this project, to which a link
    leads nowhere outside its repository."""
    return source.startswith("https://")
