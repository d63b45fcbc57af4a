"""Which findings a draft accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from htqcli.check.report import Diagnostic
from htqcli.document.faults import FaultKind
from htqcli.document.places import pointer
from htqcli.model.part import sound
from htqcli.rules import about
from htqcli.rules.accepting import Acceptances, Accepted, a_year_after, places
from htqcli.rules.declare import DRAFT, Case, Rule
from htqcli.words import truncate

MAX_REASON = 500
"""How many characters of an acceptance's reason reports repeat with each finding."""


def sound_acceptances(case: Case) -> Iterator[Accepted]:
    """The sound entries of a draft's `accept`."""
    rules = {name: rule for rule in about(DRAFT) for name in (rule.code.casefold(), rule.name)}
    for index, entry in sound(case.application.accept):
        if entry.rule is None or entry.until is None or entry.reason is None:
            continue
        if not all(case.reading.is_reliable(("accept", index, name)) for name in ("at", "ksbs")):
            continue
        rule = rules.get(entry.rule.casefold())
        refused = rule is not None and not rule.is_acceptable_in(case.cycle)
        expired = case.at >= entry.until.after
        too_long = entry.until.first > a_year_after(case.at)
        code, by_ksb = (rule.code, rule.is_accepted_by_ksb) if rule else (None, False)
        yield Accepted(index, entry, code, by_ksb, refused, expired, too_long)


def accept(
    findings: list[Diagnostic], case: Case, rules: Sequence[Rule]
) -> tuple[list[Diagnostic], Acceptances]:
    """Mark the findings that a draft accepts. Returns all findings, and its acceptances with what
    each matched."""
    if not case.accepted.entries:
        return findings, case.accepted
    taken: dict[int, Accepted] = {}
    below: dict[tuple[str | None, str], list[int]] = {}
    named: set[tuple[str | None, str, str]] = set()
    for number, finding in enumerate(findings):
        code = finding.rule.code
        if not finding.rule.is_accepted_by_ksb:
            # An entry for a place accepts a finding only if all its places are there.
            above = [set(places(spot.pointer)) for spot in finding.spots]
            for at in set.intersection(*above):
                below.setdefault((code, at), []).append(number)
            continue
        by = [case.accepted.naming(code, finding.pointer, ksb) for ksb in finding.ksbs]
        if by and by[0] and all(by):
            taken[number] = by[0]
        for ksb in finding.ksbs:
            named |= {(code, at, str(ksb[-1])) for at in places(finding.pointer, pointer(ksb))}
    # A value that could not be read may be what an acceptance is about.
    faults = (*case.document.faults, *case.reading.faults)
    sound_draft = case.cycle is not None and all(
        fault.kind is FaultKind.MISSING or not fault.unsound for fault in faults
    )
    outcome: list[Accepted] = []
    done: set[tuple[str | None, str]] = set()
    ran = {None, *(rule.code for rule in rules)}
    for accepted in case.accepted.entries:
        key = accepted.code, accepted.entry.at or ""
        idle = [own for label, own in accepted.labels.items() if (*key, label) not in named]
        matched = below.get(key, []) if not accepted.labels else []
        if accepted.is_effective and not accepted.labels and key not in done:
            done.add(key)
            for number in matched:
                taken.setdefault(number, accepted)
        outcome.append(
            replace(
                accepted,
                matched=bool(matched) or len(idle) < len(accepted.labels),
                idle=tuple(idle),
                checked=sound_draft and accepted.code in ran,
            )
        )
    for number, accepted in taken.items():
        reason = truncate(accepted.entry.reason or "", MAX_REASON)
        entry = accepted.entry.model_copy(update={"reason": reason})
        findings[number] = findings[number]._replace(accepted=entry)
    return findings, Acceptances(tuple(outcome))
