"""What became of each statement of a standard between two lists of KSBs.

A label has meaning only with its version: one statement that is removed moves the labels of all
that follow. So statements are found again by their text, never by their label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple
from unicodedata import normalize

from htqcli.ksbs.lists import KsbList, label_order
from htqcli.words import Refusal, strip_invisible

PROPOSED = 0.9
"""From this similarity on, a statement is most likely the other one in new words."""

SHOWN = 0.6
"""From this similarity on, two statements may be one; below it, on real pairs of versions, matches
were as often wrong as right."""


class Fate(StrEnum):
    """What became of statements."""

    SAME = "same"
    MOVED = "moved"
    REWORDED = "reworded"
    SPLIT = "split"
    MERGED = "merged"
    GONE = "gone"
    NEW = "new"


class Succession(NamedTuple):
    """Statements of the old list, by label, and what follows them in the new one.

    `similarity`, from 0 to 1, is that of the two statements; where there are several, or none
    follows, that of the nearest pair. `nearest` is the label, in the other list, of the statement
    most like one that is gone or new.
    """

    fate: Fate
    old: tuple[str, ...]
    new: tuple[str, ...]
    similarity: float | None = None
    nearest: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether one statement follows another of the same text."""
        return self.fate in (Fate.SAME, Fate.MOVED)


class OptionFate(NamedTuple):
    """An option that is new, gone, or needs other statements: labels of the new list that it did
    not need before, those that are new for all options apart; and labels of the old list whose
    statements are still there and that it no longer needs."""

    name: str
    fate: Fate
    more: tuple[str, ...] = ()
    no_longer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Two lists, and what became of the statements of the old one in the new one.

    Statements of the old list come in its order, then those that are new, in theirs.
    """

    old: KsbList
    new: KsbList
    successions: tuple[Succession, ...]

    def count(self, *fates: Fate) -> int:
        """How many statements have one of these fates."""
        return sum(
            len(one.new) if one.fate is Fate.NEW else len(one.old)
            for one in self.successions
            if one.fate in fates
        )

    @cached_property
    def options(self) -> tuple[OptionFate, ...]:
        """What became of the options, by their names in any case."""
        new = {name.casefold(): name for name in self.new.options}
        follows = {one.old[0]: one.new[0] for one in self.successions if one.is_exact}
        found = []
        for name in self.old.options:
            other = new.pop(name.casefold(), None)
            if other is None:
                found.append(OptionFate(name, Fate.GONE))
                continue
            before, after = self.old.needed(name), self.new.needed(other)
            kept = {follows.get(label) for label in before}
            of_all = self._needed_by_all
            more = tuple(
                label
                for label in after
                if label not in kept and (label in follows.values() or label not in of_all)
            )
            no_longer = tuple(
                label for label in before if label in follows and follows[label] not in after
            )
            if more or no_longer:
                found.append(OptionFate(other, Fate.REWORDED, more, no_longer))
        return (*found, *(OptionFate(name, Fate.NEW) for name in new.values()))

    @cached_property
    def _needed_by_all(self) -> set[str]:
        every = [{*self.new.needed(name)} for name in self.new.options]
        return set.intersection(*every) if every else set()

    @property
    def is_changed(self) -> bool:
        """Whether any statement, label or option differs."""
        return bool(self.options) or any(one.fate is not Fate.SAME for one in self.successions)

    def following(self, label: str) -> Succession:
        """What became of a statement of the old list. Raises KeyError for another label."""
        return self._by_old[label]

    @cached_property
    def _by_old(self) -> dict[str, Succession]:
        return {label: one for one in self.successions for label in one.old}


def statement_key(statement: str) -> str:
    """A key that is equal for statements that differ only in blanks, dashes, quotation marks or
    the final stop."""
    text = normalize("NFC", strip_invisible(statement)).translate(_PLAIN)
    text = re.sub(r"\s*(-)\s*|\s+", lambda found: found[1] or " ", text)
    return text.strip().removesuffix(".").rstrip()


_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
)


def similarity(one: str, other: str) -> float:
    """How alike two statements are, from 0 to 1."""
    from rapidfuzz import fuzz

    return fuzz.ratio(_folded(one), _folded(other)) / 100


def _folded(statement: str) -> str:
    return statement_key(statement[:_MAX_STATEMENT]).casefold()


_MAX_STATEMENT = 2_000
"""How much of a statement is compared with others that are not equal. The longest statement of the
published data has fewer than 1,000 characters."""


def compare(old: KsbList, new: KsbList) -> Comparison:
    """What became of each statement of the old list. Both lists need their statements. Raises
    Refusal for more statements without an equal than any standard has.

    Equal statements come first, then the best assignment of those that are most likely the same,
    then statements that were split or merged, then the best assignment of those that may be the
    same. What is left is gone or new.
    """
    found = list(_equal(old, new))
    rest = _Rest(old, new, found)
    if max(len(rest.old), len(rest.new)) > _MAX_COMPARED:
        raise Refusal(
            f"Version {old.version} and version {new.version} of {old.reference} differ in more "
            f"than {_MAX_COMPARED:,} statements, too many to compare. Check that both lists "
            "are of that standard."
        )
    if rest.old and rest.new:
        rest.assign(PROPOSED)
        rest.split()
        rest.merge()
        rest.assign(SHOWN)
    found += rest.found
    found += (rest.left_over(Fate.GONE, label) for label in rest.old)
    ends = [rest.left_over(Fate.NEW, label) for label in rest.new]
    places = {label: at for at, label in enumerate(old.ksbs)}
    found.sort(key=lambda one: places[one.old[0]])
    return Comparison(old, new, (*found, *ends))


_MAX_COMPARED = 500
"""How many statements are compared with as many others in a few seconds. The longest lists of the
published data have fewer than 200."""


def _equal(old: KsbList, new: KsbList) -> Iterator[Succession]:
    """The statements that both lists have. Of repeated ones, those of one label belong together,
    then those of one kind."""
    left: dict[str, list[str]] = {}
    for label, statement in new.statements.items():
        left.setdefault(statement_key(statement), []).append(label)
    waiting = {label: statement_key(statement) for label, statement in old.statements.items()}
    for is_fit in (_is_same, _is_same_kind, _is_any):
        for label, key in list(waiting.items()):
            fits = [other for other in left.get(key, ()) if is_fit(label, other)]
            if fits:
                left[key].remove(fits[0])
                del waiting[label]
                fate = Fate.SAME if fits[0] == label else Fate.MOVED
                yield Succession(fate, (label,), (fits[0],), 1.0)


def _is_same(one: str, other: str) -> bool:
    return one == other


def _is_same_kind(one: str, other: str) -> bool:
    return one[0] == other[0]


def _is_any(_one: str, _other: str) -> bool:
    return True


class _Rest:
    """The statements of two lists that have no equal, and what is found out about them."""

    def __init__(self, old: KsbList, new: KsbList, equal: Iterable[Succession]) -> None:
        done = [*equal]
        taken_old = {label for one in done for label in one.old}
        taken_new = {label for one in done for label in one.new}
        self._old, self._new = _folded_by_label(old), _folded_by_label(new)
        self.old = [label for label in old.statements if label not in taken_old]
        self.new = [label for label in new.statements if label not in taken_new]
        self._rows = {label: at for at, label in enumerate(self.old)}
        self._columns = {label: at for at, label in enumerate(self.new)}
        self.found: list[Succession] = []

    def assign(self, least: float) -> None:
        """The assignment of old to new statements that are at least so alike which makes the sum
        of their similarities greatest."""
        if not self.old or not self.new:
            return
        import numpy as np
        from scipy.optimize import linear_sum_assignment

        rows = [self._rows[label] for label in self.old]
        columns = [self._columns[label] for label in self.new]
        table = self._alike[np.ix_(rows, columns)]
        kinds, others = (np.array([label[0] for label in own]) for own in (self.old, self.new))
        is_kind = kinds[:, None] == others
        # A statement seldom becomes one of another kind: that needs a strong likeness.
        table[table < np.where(is_kind, least, max(least, PROPOSED))] = 0
        pairs = [
            (self.old[row], self.new[column], float(table[row, column]))
            for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True)
        ]
        for one, other, score in pairs:
            if score > 0:
                self.found.append(Succession(Fate.REWORDED, (one,), (other,), score))
        self._forget()

    @cached_property
    def _alike(self) -> Any:
        """How alike each old statement and each new one are: a row for each old one."""
        import numpy as np
        from rapidfuzz import fuzz, process

        olds = [self._old[label] for label in self._rows]
        news = [self._new[label] for label in self._columns]
        return process.cdist(olds, news, scorer=fuzz.ratio, dtype=np.float64) / 100

    def _score(self, old: str, new: str) -> float:
        return float(self._alike[self._rows[old], self._columns[new]])

    def split(self) -> None:
        """Old statements that several new ones share between them."""
        for whole, parts in _shared(_words(self._old, self.old), _words(self._new, self.new)):
            score = max(self._score(whole, part) for part in parts)
            self.found.append(Succession(Fate.SPLIT, (whole,), parts, score))
        self._forget()

    def merge(self) -> None:
        """New statements that take the place of several old ones."""
        for whole, parts in _shared(_words(self._new, self.new), _words(self._old, self.old)):
            score = max(self._score(part, whole) for part in parts)
            self.found.append(Succession(Fate.MERGED, parts, (whole,), score))
        self._forget()

    def _forget(self) -> None:
        """Leave out what is found."""
        old = {label for one in self.found for label in one.old}
        new = {label for one in self.found for label in one.new}
        self.old = [label for label in self.old if label not in old]
        self.new = [label for label in self.new if label not in new]

    def left_over(self, fate: Fate, label: str) -> Succession:
        """A statement without an equal, with the nearest of its kind in the other list."""
        from rapidfuzz import fuzz, process

        is_gone = fate is Fate.GONE
        own, others = (self._old, self._new) if is_gone else (self._new, self._old)
        near = {other: text for other, text in others.items() if other[0] == label[0]}
        score, nearest = None, None
        if near:
            _, found, nearest = process.extractOne(own[label], near, scorer=fuzz.ratio)
            score = found / 100
        return Succession(
            fate, (label,) if is_gone else (), () if is_gone else (label,), score, nearest
        )


def _folded_by_label(one: KsbList) -> dict[str, str]:
    return {label: _folded(statement) for label, statement in one.statements.items()}


def _words(statements: dict[str, str], labels: Iterable[str]) -> dict[str, list[str]]:
    """The words that carry the meaning of statements; short words are in every one."""
    return {
        label: [word for word in re.findall(r"\w+", statements[label]) if len(word) > 3]
        for label in labels
    }


def _shared(
    wholes: dict[str, list[str]], parts: dict[str, list[str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements whose words two or more others of their kind share between them: each other
    one is mostly made of such words, adds some that no other has, and together they have most."""
    from rapidfuzz.distance import LCSseq

    having: dict[str, list[str]] = {}
    for whole, words in wholes.items():
        for word in dict.fromkeys(words):
            having.setdefault(word, []).append(whole)
    near: dict[str, list[tuple[float, str]]] = {}
    for part, words in parts.items():
        best: tuple[float, str] | None = None
        common = Counter(whole for word in dict.fromkeys(words) for whole in having.get(word, ()))
        for whole in [own for own in wholes if common[own] >= SHOWN * len({*words})]:
            own = wholes[whole]
            if whole[0] != part[0] or not 1 < len(words) < len(own):
                continue
            share = LCSseq.similarity(words, own) / len(words)
            if share >= SHOWN and (best is None or share > best[0]):
                best = share, whole
        if best:
            near.setdefault(best[1], []).append((best[0], part))
    for whole, found in near.items():
        left, chosen = [*wholes[whole]], []
        for _, part in sorted(found, key=lambda one: (-one[0], label_order(one[1]))):
            own = [word for word in parts[part] if word in left]
            if len(own) >= _LEAST_SHARE * len(wholes[whole]):
                chosen.append(part)
                for word in set(own):
                    left.remove(word)
        is_most = len(left) <= (1 - SHOWN) * len(wholes[whole])
        if len(chosen) > 1 and is_most:
            yield whole, tuple(sorted(chosen, key=label_order))


_LEAST_SHARE = 0.1
"""How much of a statement's words each of its parts adds, at least."""


class WordChange(NamedTuple):
    """A run of words that both statements have, or the words of each where they differ."""

    old: str
    new: str

    @property
    def is_same(self) -> bool:
        """Whether both statements have these words."""
        return self.old == self.new


def changed_words(old: str, new: str) -> list[WordChange]:
    """Two statements side by side, in runs of equal and of different words."""
    one, other = old.split(), new.split()
    common = Counter(other)
    if sum(common[word] for word in one) > _MAX_PAIRS:
        return [WordChange(old, new)]
    runs = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return [WordChange(" ".join(one[a:b]), " ".join(other[c:d])) for _, a, b, c, d in runs]


_MAX_PAIRS = 20_000
"""How many pairs of equal words two statements can have for their words to be matched: long ones
with one word again and again would take minutes."""


def runs(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """Pairs of old and new labels with those that move together as one: the first pair of each
    run, and how many pairs it has."""
    start = 0
    for at in range(1, len(pairs) + 1):
        if at < len(pairs) and _goes_on(pairs[at - 1], pairs[at]):
            continue
        yield (*pairs[start], at - start)
        start = at


def _goes_on(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return all(
        a[0] == b[0] and int(a[1:]) + 1 == int(b[1:]) for a, b in zip(one, other, strict=True)
    )
