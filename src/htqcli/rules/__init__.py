"""Every rule of htq, in the order of their codes."""

from htqcli.rules import (
    dates,
    declarations,
    evidence,
    file,
    qualification,
    shape,
    standards,
)
from htqcli.rules.declare import Rule

RULES: tuple[Rule, ...] = (
    *file.RULES,
    *shape.RULES,
    *standards.RULES,
    *dates.RULES,
    *qualification.RULES,
    *evidence.RULES,
    *declarations.RULES,
)
