"""What follows from the approval of a qualification: its first review, and when it can end.

The pages speak of what is expected. Nobody has published a day for a review.
"""

from __future__ import annotations

from htqcli import moment
from htqcli.moment import Moment

REVIEW_SOURCE = (
    "https://www.instituteforapprenticeships.org/qualifications/higher-technical-qualifications/"
    "changes-to-qualifications/"
)
"""The first review is anticipated by the fifth anniversary of approval, against the latest
criteria."""

WITHDRAWAL_SOURCE = (
    "https://instituteforapprenticeships.org/qualifications/post-16-technical-qualifications/"
    "post-approval-qualification-information/"
    "withdrawal-of-approval-from-technical-qualifications"
)
"""Where an occupation is retired, the qualifications linked to it are reviewed, and approval can be
withdrawn."""

_YEARS = 5


def first_review(approved: Moment) -> Moment | None:
    """The day by which an approved qualification is first reviewed: the fifth anniversary of its
    approval, or 28 February where that year has no 29th. None for a year that htq cannot read."""
    day = approved.first
    year = day.year + _YEARS
    if year not in moment.YEARS:
        return None
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return moment.read(f"{year}-{day.month:02}-{last:02}")
