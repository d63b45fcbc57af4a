"""What a draft accepts: its entries, and which of the KSBs of a finding each names.

A finding about several KSBs of a standard is accepted for those that an entry names, and for
no other: what was not missing when the entry was written is never covered by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from htqcli.document.places import FieldPath, pointer
from htqcli.draft.application import Acceptance
from htqcli.ksbs.lists import parse_label
from htqcli.model.part import sound


@dataclass(frozen=True, slots=True)
class Accepted:
    """One sound entry of a draft's `accept`, and what became of it.

    `code` is that of the rule that it names, None where there is no such rule. `by_ksb` says that
    its findings are accepted for named KSBs only, and `refused` that they cannot be accepted.
    `idle` are the KSBs that it names and no finding is about. `checked` is false where its rule
    was left out of the run, so that nothing can be said of what it matches. `matched`, `idle` and
    `checked` follow when all other rules have run.
    """

    index: int
    entry: Acceptance
    code: str | None
    by_ksb: bool
    refused: bool
    expired: bool
    too_long: bool
    matched: bool = False
    idle: tuple[str, ...] = ()
    checked: bool = False

    @property
    def lacks_ksbs(self) -> bool:
        """Whether it has to name KSBs and names none."""
        return self.by_ksb and not self.labels

    @property
    def stands(self) -> bool:
        """Whether it accepts what it names."""
        return not (self.refused or self.expired or self.too_long or self.lacks_ksbs)

    @property
    def labels(self) -> dict[str, str]:
        """The KSBs that it names: each label as it is meant and as it is written."""
        return {parse_label(label) or label: label for _, label in sound(self.entry.ksbs)}


@dataclass(frozen=True)
class Acceptances:
    """The sound entries of a draft's `accept`."""

    entries: tuple[Accepted, ...] = ()

    @cached_property
    def _naming(self) -> dict[tuple[str | None, str, str], Accepted]:
        naming: dict[tuple[str | None, str, str], Accepted] = {}
        for accepted in self.entries:
            for label in accepted.labels if accepted.stands else ():
                naming.setdefault((accepted.code, accepted.entry.at or "", label), accepted)
        return naming

    def naming(self, code: str, at: str, ksb: FieldPath) -> Accepted | None:
        """The first entry that accepts a finding of a rule at a place for one KSB."""
        if not self._naming:
            return None
        keys = ((code, place, str(ksb[-1])) for place in places(at, pointer(ksb)))
        return next((self._naming[key] for key in keys if key in self._naming), None)

    def apart(self, code: str, at: FieldPath, labels: Iterable[str]) -> list[list[str]]:
        """The labels of a mapping at a path: those that nothing accepts, then those that each
        entry does."""
        groups: dict[int, list[str]] = {-1: []}
        for label in labels:
            accepted = self.naming(code, pointer(at), (*at, label))
            groups.setdefault(accepted.index if accepted else -1, []).append(label)
        return [group for group in groups.values() if group]


NOTHING_ACCEPTED = Acceptances()


def places(*pointers: str) -> Iterator[str]:
    """Every place at which an entry can accept what stands at these: there, or above."""
    for at in dict.fromkeys(pointers):
        steps = at.split("/")
        yield from ("/".join(steps[:length]) for length in range(1, len(steps) + 1))


def a_year_after(at: datetime) -> datetime:
    """The last time until which something can be accepted that is checked at `at`."""
    try:
        return at.replace(year=at.year + 1)
    except ValueError:  # 29 February
        return at.replace(year=at.year + 1, day=28)
