"""What a draft accepts: its entries, and the KSBs that each names.

A finding about several KSBs is accepted only for the KSBs that an entry names. So an entry never
accepts a gap that appears after it was written.
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
    """One sound entry of a draft's `accept`, and what it matched.

    `code` is the code of the rule that it names; None if there is no such rule. `by_ksb`: the
    rule's findings are accepted only for named KSBs. `refused`: they cannot be accepted.

    The rest is known once all other rules have run. `idle` are the KSBs that it names but no
    finding is about. If `checked` is false, `matched` proves nothing: its rule did not run, or not
    all of the draft could be read.
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
    def is_missing_ksbs(self) -> bool:
        """Whether it must name KSBs but does not."""
        return self.by_ksb and not self.labels

    @property
    def is_effective(self) -> bool:
        """Whether it accepts the findings that it names."""
        return not (self.refused or self.expired or self.too_long or self.is_missing_ksbs)

    @property
    def labels(self) -> dict[str, str]:
        """The KSBs that it names: the usual form of each label, and the label as written."""
        return {parse_label(label) or label: label for _, label in sound(self.entry.ksbs)}


@dataclass(frozen=True)
class Acceptances:
    """The sound entries of a draft's `accept`."""

    entries: tuple[Accepted, ...] = ()

    @cached_property
    def _naming(self) -> dict[tuple[str | None, str, str], Accepted]:
        naming: dict[tuple[str | None, str, str], Accepted] = {}
        for accepted in self.entries:
            for label in accepted.labels if accepted.is_effective else ():
                naming.setdefault((accepted.code, accepted.entry.at or "", label), accepted)
        return naming

    def naming(self, code: str, at: str, ksb: FieldPath) -> Accepted | None:
        """The first entry that accepts a rule's finding at a place for one KSB."""
        if not self._naming:
            return None
        keys = ((code, place, str(ksb[-1])) for place in places(at, pointer(ksb)))
        return next((self._naming[key] for key in keys if key in self._naming), None)

    def grouped(self, code: str, at: FieldPath, labels: Iterable[str]) -> list[list[str]]:
        """The labels of a mapping, grouped by the entry that accepts them. The first group are
        those that no entry accepts, if there are any."""
        groups: dict[int, list[str]] = {-1: []}
        for label in labels:
            accepted = self.naming(code, pointer(at), (*at, label))
            groups.setdefault(accepted.index if accepted else -1, []).append(label)
        return [group for group in groups.values() if group]


NOTHING_ACCEPTED = Acceptances()


def places(*pointers: str) -> Iterator[str]:
    """Every place, at or above these, at which an entry can accept a finding."""
    for at in dict.fromkeys(pointers):
        steps = at.split("/")
        yield from ("/".join(steps[:length]) for length in range(1, len(steps) + 1))


def a_year_after(at: datetime) -> datetime:
    """One year after `at`: the latest time until which a finding can be accepted."""
    try:
        return at.replace(year=at.year + 1)
    except ValueError:  # 29 February
        return at.replace(year=at.year + 1, day=28)
