"""Every rule of htq, in the order of their codes."""

from collections.abc import Iterable

from htqcli.rules import (
    catalogue,
    dates,
    declarations,
    evidence,
    feedback,
    file,
    mapping,
    qualification,
    shape,
    standards,
)
from htqcli.rules.declare import Rule, Subject
from htqcli.words import Refusal, nearest, quote

RULES: tuple[Rule, ...] = (
    *file.RULES,
    *shape.RULES,
    *standards.RULES,
    *dates.RULES,
    *qualification.RULES,
    *mapping.RULES,
    *evidence.RULES,
    *declarations.RULES,
    *feedback.RULES,
    *catalogue.RULES,
)


def about(subject: Subject) -> tuple[Rule, ...]:
    """The rules for one kind of file."""
    return tuple(rule for rule in RULES if subject in rule.subjects)


def choose(words: Iterable[str]) -> tuple[Rule, ...]:
    """The rules with these codes, beginnings of codes such as HTQ3, or names, in the order of the
    codes. Case does not count. Raises Refusal for a word that names no rule."""
    chosen: set[Rule] = set()
    for word in words:
        meant = word.strip().upper()
        found = [rule for rule in RULES if rule.is_called(word.strip())]
        if not found and meant.startswith("HTQ"):
            found = [rule for rule in RULES if rule.code.startswith(meant)]
        if not found:
            near = nearest(word, [name for rule in RULES for name in (rule.code, rule.name)])
            hint = f"Did you mean {near[0]}? " if near else ""
            raise Refusal(f"There is no rule {quote(word)}. {hint}See ‘htq rules’.")
        chosen.update(found)
    return tuple(rule for rule in RULES if rule in chosen)
