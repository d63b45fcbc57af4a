"""HTQ7xx: what the applicant declares."""

from __future__ import annotations

from collections.abc import Iterable

from htqcli.rules.declare import Case, Problem, Severity, rule
from htqcli.rules.sources import CONDITIONS


@rule(
    "HTQ701",
    severity=Severity.ERROR,
    source=CONDITIONS,
    says="An applicant accepts the conditions of application.",
    bad="""
        declarations:
          conditions_of_application: false  # HTQ701
    """,
    good="""
        declarations:
          conditions_of_application: true
    """,
)
def conditions_of_application(case: Case) -> Iterable[Problem]:
    """The conditions of application are not accepted

    An application that does not accept them is not taken.
    """
    declarations = case.application.declarations
    if declarations is None or not declarations.conditions_of_application:
        yield Problem(
            ("declarations", "conditions_of_application"),
            "The conditions of application are not accepted",
            "Read the terms and conditions. If your organisation accepts them, enter "
            "‘conditions_of_application: true’ under ‘declarations’.",
        )


RULES = (conditions_of_application,)
