"""What a change does to the check of a draft: its findings and its verdict, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from htqcli.check.report import Diagnostic


def without(
    findings: Iterable[Diagnostic],
    others: Iterable[Diagnostic],
    place: Callable[[Diagnostic], Hashable],
    other_place: Callable[[Diagnostic], Hashable] | None = None,
) -> tuple[Diagnostic, ...]:
    """The findings that are not among others. Two are the same if their rule, severity, place and
    acceptance are. `other_place` gives the places of the others, if they are written otherwise."""
    left = Counter(_key(finding, other_place or place) for finding in others)
    found = []
    for finding in findings:
        key = _key(finding, place)
        if left[key]:
            left[key] -= 1
        else:
            found.append(finding)
    return tuple(found)


def _key(finding: Diagnostic, place: Callable[[Diagnostic], Hashable]) -> Hashable:
    accepted = finding.accepted is not None
    return finding.rule.code, finding.severity, accepted, place(finding)
