"""How the standards that drafts map to stand in the published data, and what to do about it.

A draft is compared with the list of its own cycle, and with the version that it maps to. What the
data or the draft does not give is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from htqcli import moment
from htqcli.catalogue.drift import (
    MAX_VERSION,
    Drift,
    DriftKind,
    Expected,
    KsbChange,
    Record,
    StandardsData,
    Standing,
    drifts_of,
    meanings_for,
    say_version,
)
from htqcli.catalogue.model import Catalogue, Cycle
from htqcli.draft.application import Application, Approval, StandardClaim
from htqcli.draft.approval import REVIEW_SOURCE, WITHDRAWAL_SOURCE, first_review
from htqcli.ksbs.lists import KsbList, Lists, version_key
from htqcli.ksbs.versions import statement_key
from htqcli.model.reading import Reading
from htqcli.moment import Moment
from htqcli.words import counted, join, shell_word

MAX_STANDARDS = 200
"""The most standards of one draft that are compared."""


class WatchedDraft(NamedTuple):
    """A draft whose standards are watched: its path, what is sound of it, and its KSB lists, which
    are in `folder`. `has_own_folder`: that is not where its commands look by themselves."""

    path: str
    reading: Reading[Application]
    lists: Lists
    folder: str
    has_own_folder: bool = False

    @property
    def application(self) -> Application:
        """What is sound of the draft."""
        return self.reading.part

    @property
    def claims(self) -> tuple[StandardClaim | None, ...]:
        """The standards of the draft that are compared; None for one that cannot be read."""
        return self.application.standards[:MAX_STANDARDS]

    @property
    def references(self) -> list[str]:
        """The references of its standards, each once."""
        found = (claim.resolved_reference for claim in self.claims if claim)
        return list(dict.fromkeys(name for name in found if name))

    @property
    def approval(self) -> Approval | None:
        """The approval of its qualification, if the draft says anything of one."""
        found = self.application.approval
        return found if found and (found.code or found.date) else None

    @property
    def first_review(self) -> Moment | None:
        """The day by which its qualification is first reviewed, if it is approved."""
        return first_review(self.approval.date) if self.approval and self.approval.date else None


class ClaimDrift(NamedTuple):
    """How a standard of a draft stands. `is_compared` is false if the data says nothing of it, or
    the draft does not name it. `unknown` says what could not be compared, in sentences without a
    full stop."""

    reference: str | None
    version: str | None
    option: str | None
    is_compared: bool
    drifts: tuple[Drift, ...]
    unknown: tuple[str, ...]


class DraftDrift(NamedTuple):
    """How the standards of a draft stand. `unknown` is as in `ClaimDrift`."""

    draft: WatchedDraft
    standards: tuple[ClaimDrift, ...]
    unknown: tuple[str, ...]

    @property
    def has_moved(self) -> bool:
        """Whether anything has moved that matters for it."""
        return any(drift.matters for claim in self.standards for drift in claim.drifts)


def watch(
    drafts: Iterable[WatchedDraft],
    data: StandardsData,
    catalogue: Catalogue,
    *,
    is_whole: bool,
    file: str | None = None,
) -> Iterator[DraftDrift]:
    """Compare the standards that drafts name with the data, each draft with the list of its own
    cycle and the versions it maps to. Only if the data `is_whole`, a standard that it lacks is
    gone. `file` is the data's, for the commands that come next."""
    for draft in drafts:
        watcher = _Watcher(draft, data, catalogue, is_whole, file)
        unknown = []
        if not draft.reading.is_reliable(("standards",)):
            unknown.append("The draft’s standards cannot be read. See ‘htq check’")
        if more := len(draft.application.standards) - len(draft.claims):
            unknown.append(f"The draft names {more:,} more standards, which are not compared")
        standards = tuple(
            watcher.claim_drift(claim, f"Standard {number} of the draft")
            for number, claim in enumerate(draft.claims, start=1)
        )
        yield DraftDrift(draft, standards, tuple(unknown))


class _Watcher(NamedTuple):
    """Compares the standards of one draft."""

    draft: WatchedDraft
    data: StandardsData
    catalogue: Catalogue
    is_whole: bool
    file: str | None

    def claim_drift(self, claim: StandardClaim | None, name: str) -> ClaimDrift:
        """How one standard stands; `name` is for one whose reference cannot be read."""
        own = claim.resolved_reference if claim else None
        if claim is None or own is None:
            unknown = f"{name} has no reference that can be read. See ‘htq check’"
            return ClaimDrift(None, None, None, False, (), (unknown,))
        found = self.data.standing(own)
        if found is None and not self.is_whole:
            unknown = f"{own} is not in the data"
            return ClaimDrift(own, claim.version, claim.option, False, (), (unknown,))
        expected, now = self._expected(own, claim, found), found and found.now
        drifts = list(drifts_of(expected, now, self.data.at, self._meanings(expected, now)))
        missing = self._missing(own, claim, expected, found) if found else ()
        if later := self._later(claim, found):
            drifts.append(self._newer(claim, expected, later))
        drifts = [self._with_source(drift) for drift in drifts]
        return ClaimDrift(own, claim.version, claim.option, True, tuple(drifts), tuple(missing))

    def _expected(self, own: str, claim: StandardClaim, found: Standing | None) -> Expected:
        """The title and level on the list of the draft's cycle; else those in the draft; else those
        of its version in the data."""
        cycle = self._cycle
        listed = cycle.by_reference.get(own) if cycle else None
        if listed:
            return Expected(own, listed.title, listed.level, "on the list", claim.option)
        old = found.by_version.get(claim.version) if found and claim.version else None
        title, level, where = claim.title, claim.level, "in the draft"
        if old:
            title = title or old.title
            if level is None:
                level, where = old.level, f"in version {old.version}"
        return Expected(own, title, level, where, claim.option)

    @property
    def _cycle(self) -> Cycle | None:
        number = self.draft.application.cycle
        return next((own for own in self.catalogue.cycles if own.cycle == number), None)

    @property
    def _contact(self) -> str:
        return f"{self.catalogue.contact.name}: {self.catalogue.contact.email}"

    def _missing(
        self, own: str, claim: StandardClaim, expected: Expected, found: Standing
    ) -> Iterator[str]:
        """What could not be compared, because the draft or the data does not give it."""
        if found.now.title is None:
            yield f"The title of {own} is not in the data"
        elif expected.title is None:
            yield f"The title of {own} is neither on a list nor in the draft"
        if found.now.level is None:
            yield f"The level of {own} is not in the data"
        elif expected.level is None:
            yield f"The level of {own} is neither on a list nor in the draft"
        if not claim.version:
            yield f"The draft gives no version of {own} that can be read"
        elif len(claim.version) > MAX_VERSION:
            yield f"The version of {own} in the draft is too long to be one"
        elif self.is_whole and claim.version not in found.by_version:
            yield f"Version {claim.version} of {own} is not in the data"

    def _later(self, claim: StandardClaim, found: Standing | None) -> Record | None:
        """The highest approved version, if it is later than that of the draft."""
        if found is None or not claim.version or len(claim.version) > MAX_VERSION:
            return None
        newest = found.newest
        is_later = newest and newest.version and newest.number > version_key(claim.version)
        return newest if is_later else None

    def _meanings(self, expected: Expected, now: Record | None) -> dict[DriftKind, str]:
        number = self.draft.application.cycle if expected.where == "on the list" else None
        meanings = meanings_for(self.catalogue, number, now)
        if self.draft.approval is None:
            return meanings
        ask = f"Ask {self._contact}."
        ended = (
            "The qualification is approved. Where an occupation is retired, the qualifications "
            "linked to it are reviewed: one may have to be revised, or to align to another "
            f"occupation, to stay approved. {ask}"
        )
        starts = f"Nobody has published what this means for an approved qualification. {ask}"
        title = (
            "The qualification is approved. Check that the standard is still for the occupation "
            "that it was approved for."
        )
        return meanings | {
            "gone": f"The data does not say why. The qualification is approved. {ask}",
            **dict.fromkeys(("retired", "withdrawn"), ended),
            **dict.fromkeys(("not-approved", "no-new-starts", "paused-starts"), starts),
            "title": title,
            "level": f"The qualification is approved. {ask}",
        }

    def _with_source(self, drift: Drift) -> Drift:
        """A difference with the source of what it means for an approved qualification."""
        sources = {"newer-version": REVIEW_SOURCE}
        sources |= dict.fromkeys(("retired", "withdrawn"), WITHDRAWAL_SOURCE)
        if self.draft.approval is None or drift.kind not in sources:
            return drift
        return replace(drift, sources=(sources[drift.kind],))

    def _newer(self, claim: StandardClaim, expected: Expected, later: Record) -> Drift:
        """The difference that a later version makes."""
        old, new = claim.version, later.version
        assert old is not None
        assert new is not None
        before, after = self._list(expected.reference, old), self._list(expected.reference, new)
        if before and after:
            found = compare_ksbs(before, after, claim.option)
            said = {
                "same": "no KSB changed",
                "relabelled": f"every statement is in both, but {counted(found.moved, 'label')} "
                "moved",
                "changed": f"{counted(found.gone, 'statement')} of {old} "
                f"{'is' if found.gone == 1 else 'are'} not in {new}, and {found.new:,} of {new} "
                f"{'is' if found.new == 1 else 'are'} not in {old}",
            }[found.change]
        else:
            found = KsbComparison("unknown")
            absent = [own for own, known in ((old, before), (new, after)) if known is None]
            lists = f"no list of {join(absent, 'or')} with its statements was found"
            said = f"whether a KSB changed is not known, because {lists}"
        return Drift(
            expected.reference,
            expected.title,
            "newer-version",
            f"{expected.name} has {say_version(later)}; the draft maps to version {old}: {said}",
            self._newer_meaning(found.change, later, has_mapping=bool(claim.ksbs)),
            later,
            found.change,
            tuple(self._commands(claim, expected.reference, new, found.change)),
        )

    def _newer_meaning(self, change: KsbChange, later: Record, *, has_mapping: bool) -> str:
        meaning = {
            "same": "Every KSB keeps its label and its statement, so the mapping holds as it is.",
            "relabelled": "A label has meaning only with the version, so the mapping has to move "
            "with the statements.",
            "changed": "A label has meaning only with the version. Carry the mapping over, and "
            "decide what becomes of the KSBs that changed.",
            "unknown": "A label has meaning only with the version. Compare the KSBs of both "
            "versions before you rely on the mapping.",
        }[change]
        if not has_mapping:
            meaning = f"The draft has no mapping yet: begin it with version {later.version}."
        if self.draft.approval is None:
            return meaning
        review = self.draft.first_review
        by = f" by {moment.say(review.first, 'day')}" if review else ""
        return (
            f"The qualification is approved. Its first review is expected{by}, against the latest "
            f"criteria. {meaning}"
        )

    def _list(self, own: str, of: str) -> KsbList | None:
        """The statements of a version: those that the draft has, else those in the data."""
        found = self.draft.lists.get(own, of)
        if isinstance(found, KsbList) and found.statements:
            return found
        return self.data.ksbs(own, of)

    def _commands(
        self, claim: StandardClaim, own: str, new: str, change: KsbChange
    ) -> Iterator[str]:
        """The commands that bring the draft to a later version, in their order."""
        assert claim.version
        folder, path = self.draft.folder, shell_word(self.draft.path)
        into = "" if folder == "ksbs" else f" -o {shell_word(folder)}"
        here = "" if folder == "ksbs" else f" --ksbs {shell_word(folder)}"
        for one in (claim.version, new):
            there = self.draft.lists.get(own, one)
            if isinstance(there, KsbList) and there.statements:
                continue
            force = " --force" if isinstance(there, KsbList) else ""
            if self.file and self.data.ksbs(own, one):
                file = shell_word(self.file)
                yield f"htq ksbs import {file} --reference {own} --version {one}{into}{force}"
            else:
                yield f"htq ksbs get {own} --version {one}{into}{force}"
        if change != "same":
            yield f"htq ksbs diff {own} {claim.version} {new}{here}"
        if claim.ksbs and self.draft.path != "-":
            option = f" --option {shell_word(claim.option)}" if claim.option else ""
            lists = here if self.draft.has_own_folder else ""
            yield f"htq mapping carry {path} --standard {own}{option} --to {new}{lists}"


class KsbComparison(NamedTuple):
    """What became of the KSBs from one version to another: how many statements are gone and new,
    and where none is, how many labels have another statement."""

    change: KsbChange
    gone: int = 0
    new: int = 0
    moved: int = 0


def compare_ksbs(old: KsbList, new: KsbList, option: str | None) -> KsbComparison:
    """What became of the KSBs that an occupation needs. Statements are equal apart from blanks,
    dashes, quotation marks and a full stop at the end. In lists of any length this is quick: which
    statement follows which is for ‘htq ksbs diff’."""
    before, after = (
        {label: statement_key(found.ksbs[label] or "") for label in found.needed(option)}
        for found in (old, new)
    )
    if before == after:
        return KsbComparison("same")
    texts = Counter(before.values()), Counter(after.values())
    gone, added = (texts[0] - texts[1]).total(), (texts[1] - texts[0]).total()
    if gone or added:
        return KsbComparison("changed", gone, added)
    moved = sum(after.get(label) != text for label, text in before.items())
    return KsbComparison("relabelled", moved=moved)
