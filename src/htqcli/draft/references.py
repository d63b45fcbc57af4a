"""The units and the assessments that a draft names, and what a name that it does not define was
likely meant to be.

One slip can be in many places, and other findings can follow from it. So a name is looked at once,
with all its places, and the rules ask what it means.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple
from unicodedata import normalize

from htqcli.document.faults import Fix
from htqcli.document.nodes import Document
from htqcli.document.places import FieldPath
from htqcli.draft.application import Application, Coverage, units_in_structure
from htqcli.model.part import sound
from htqcli.model.reading import Reading
from htqcli.words import (
    id_key,
    join,
    nearest,
    only_possible_word,
    quote,
    strip_invisible,
    title_key,
)

MAX_COMPARED = 200
"""How many ids and how many names that are not defined are compared by their spelling, and how many
ids a range has. A draft has fewer; a hostile draft has as many as it likes."""


MAX_LISTED = 2_000
"""The length of the longest text in which ids are looked for."""


class Likely(NamedTuple):
    """What a name was likely meant to be: the ids, none where that cannot be told, and what to do.
    `fix` is what the hint names, in each place or in the one that defines the id."""

    ids: tuple[str, ...]
    hint: str
    fix: Fix | None = None


@dataclass(frozen=True)
class References:
    """The ids of one kind, units or assessments, that a draft defines under `section` with their
    titles, and those that it names without defining them, with every place.

    `used` are the names in each part of the draft, and `counts` says how often each is named.
    `others` are the ids of the other kind, and `others_go` says where those are named."""

    what: str
    section: str
    titles: Mapping[str, str]
    unknown: Mapping[str, tuple[FieldPath, ...]]
    used: Mapping[str | int, set[str]]
    counts: Mapping[str, int]
    others: Iterable[str] = ()
    others_go: str = ""

    def likely(self, name: str) -> Likely:
        """What a name that is not defined was likely meant to be."""
        return self._likely[name]

    def meant_in(self, part: str) -> set[str]:
        """The ids that names in a part of the draft were likely meant to be. Where at least as many
        names are left as ids that the part does not name, they are those ids."""
        there = [
            name for name, paths in self.unknown.items() if any(path[0] == part for path in paths)
        ]
        found = {one for name in there for one in self._likely[name].ids}
        unclear = sum(not self._likely[name].ids and name not in self.others for name in there)
        left = [one for one in self.titles if one not in found and one not in self._used_in(part)]
        return found.union(left) if len(left) <= unclear else found

    def listed(self, text: str) -> list[str]:
        """The ids that a text lists: `U1, U2`, `U1 and Databases`, `U1-U6`; none where a word of it
        is something else."""
        if len(text) > MAX_LISTED:
            return []
        one = self._one(text)
        if one:
            return [one]
        run = re.fullmatch(_RUN, text)
        if run and (ids := self._run(*run.groups())):
            return ids
        for separator in (_SEPARATOR, _SPACE):
            parts = [part for part in re.split(separator, text) if part.strip()]
            if len(parts) > 1:
                lists = [self.listed(part) for part in parts]
                if all(lists):
                    return [one for ids in lists for one in ids]
        return []

    def as_list(self, text: str) -> Fix | None:
        """The list that a text means whose every word means an id. A range is for a person to
        write out, and so is an id that is there twice."""
        ids = self.listed(text)
        has_range = any(
            re.fullmatch(_RUN, part) for part in re.split(_SEPARATOR, text[:MAX_LISTED])
        )
        return Fix(tuple(ids), certain=len(set(ids)) == len(ids) and not has_range) if ids else None

    def in_brackets(self, text: str) -> str:
        """What to write where a text is in place of a list of ids and means none, or not only."""
        parts = [part.strip() for part in re.split(_SEPARATOR, text[:MAX_LISTED]) if part.strip()]
        if any(map(self._one, parts)) and "@" not in text:
            whole = ", ".join(parts)
            return f"Put the items in brackets, for example {quote(f'[{whole}]', MAX_LISTED)}."
        some = ", ".join(list(self.titles)[:2]) or f"{self.what[0].upper()}1"
        return f"Enter the ids of {self.section} in brackets, for example {quote(f'[{some}]')}."

    @cached_property
    def _likely(self) -> dict[str, Likely]:
        found = {name: self._clear(name) or self._alike(name) for name in self.unknown}
        unclear = [name for name, likely in found.items() if likely is None]
        if len(unclear) == 1 and not re.fullmatch(_NO_ID, strip_invisible(unclear[0])):
            told = {one for likely in found.values() if likely for one in likely.ids}
            left = [one for one in self._unused(unclear[0]) if one not in told]
            if len(left) == 1:
                found[unclear[0]] = self._never_named(left[0], unclear[0])
        return {
            name: likely or Likely((), self._what_it_can_be(name)) for name, likely in found.items()
        }

    def _clear(self, name: str) -> Likely | None:
        """What a name means that only differs in its form from what it should be."""
        same = self._by_key.get(id_key(name), [])
        if len(same) == 1:
            return self._in_another_form(same[0], name)
        if name in self.others:
            return Likely((), self.others_go)
        if one := self._one(name):
            what = "title" if title_key(name) == title_key(self.titles[one]) else "id and the title"
            hint = f"That is the {what} of {quote(one)}. Enter the id: {quote(one)}."
            return Likely((one,), hint, Fix(one))
        ids = list(dict.fromkeys(self.listed(name)))
        if not ids:
            return None
        do = f"Name each {self.what}"
        if len(ids) > 1 and not re.fullmatch(_RUN, name):
            do = f"Put a comma between the {self.section}"
        return Likely(tuple(ids), f"{do}: {quote(', '.join(ids), MAX_LISTED)}.")

    def _in_another_form(self, own: str, name: str) -> Likely:
        """How the places that name an id come to agree with the one that defines it: what is
        written more often stays. Where both are as often, that is for a person to say, unless the
        one place that names it is alone in its form among all ids."""
        defined, named = self.counts.get(own, 0) + 1, self.counts[name]
        if named > defined:
            hint = f"Write {quote(name)} in ‘{self.section}’ too, not {quote(own)}."
            return Likely((own,), hint, Fix(name, name=True, at=((self.section, own),)))
        is_alone = named == 1 and self._forms == {_form(own)} != {_form(name)}
        if named < defined or is_alone:
            return Likely((own,), f"Did you mean {quote(own)}?", Fix(own))
        hint = f"Did you mean {quote(own)}, as in ‘{self.section}’? Write both alike."
        return Likely((own,), hint, Fix(own, certain=False))

    @cached_property
    def _forms(self) -> set[str]:
        """The forms of the ids, where there are several."""
        return {_form(one) for one in self.titles} if len(self.titles) > 1 else set()

    def _alike(self, name: str) -> Likely | None:
        """What a name means that looks like an id, above all like one that nothing names."""
        alike = self._by_look.get(_look(name), [])
        if len(alike) == 1 and alike[0] not in self._unused(name):
            return Likely((alike[0],), f"Did you mean {quote(alike[0])}?")
        if max(len(self.titles), len(self.unknown)) > MAX_COMPARED:
            return None
        unused = self._unused(name)
        numbers = _numbers(name)
        for likely in (
            [one for one in alike if one in unused],
            [one for one in unused if numbers and _start(one) == _start(name)],
            nearest(name, [one for one in unused if not numbers and not _numbers(one)], most=2),
        ):
            if len(likely) == 1:
                return self._never_named(likely[0], name)
        meant = (
            None
            if numbers
            else only_possible_word(name, [one for one in self.titles if not _numbers(one)])
        )
        return Likely((meant,), f"Did you mean {quote(meant)}?") if meant else None

    def _never_named(self, one: str, name: str) -> Likely:
        parts = sorted({f"‘{path[0]}’" for path in self.unknown[name]})
        never = f"It is in ‘{self.section}’ and is not named in {join(parts, 'or')}."
        return Likely((one,), f"Did you mean {quote(one)}? {never}")

    def _what_it_can_be(self, name: str) -> str:
        if not self.titles:
            line = quote("A1: Portfolio" if "@" in name else f"{name}: its title")
            add = f"Add ‘{self.section}:’ with a line such as {line} for each {self.what}."
            return f"The draft has no ‘{self.section}’. {add}"
        ids = list(islice(self.titles, _MOST_NAMED + 1))
        choice = join(list(map(quote, ids)), "or")
        if len(ids) > _MOST_NAMED:
            choice = f"such as {join(list(map(quote, ids[:2])), 'or')}"
        if re.fullmatch(_NO_ID, strip_invisible(name)):
            return f"Enter ids of {self.section} here: {choice}."
        return f"Add it to ‘{self.section}’, or enter one that is there: {choice}."

    def _unused(self, name: str) -> list[str]:
        """The ids that are named nowhere in the parts of the draft in which a name is."""
        parts = {path[0] for path in self.unknown[name]}
        return self._left[frozenset(parts)]

    @cached_property
    def _left(self) -> dict[frozenset[str | int], list[str]]:
        parts = {frozenset(path[0] for path in paths) for paths in self.unknown.values()}
        return {
            one: [own for own in self.titles if not any(own in self._used_in(at) for at in one)]
            for one in parts
        }

    def _used_in(self, part: str | int) -> set[str]:
        return self.used.get(part, set())

    def _one(self, text: str) -> str | None:
        """The id that a text is, or the id of which it is the title, be it after the id."""
        text = text.strip()
        if text in self.titles:
            return text
        own, *title = re.split(_ID_AND_TITLE, text, maxsplit=1)
        same = self._by_key.get(id_key(own), []) if title else []
        if len(same) == 1 and title_key(title[0]) == title_key(self.titles[same[0]]) != "":
            return same[0]
        for ids in (self._by_key.get(id_key(text), []), self._by_title.get(title_key(text), [])):
            if len(ids) == 1:
                return ids[0]
        return None

    def _run(self, prefix: str, first: str, other: str, last: str) -> list[str]:
        own = self._by_number.get(id_key(prefix), {})
        numbers = range(int(first), int(last) + 1)
        if id_key(other) not in ("", id_key(prefix)) or not {int(first), int(last)} <= own.keys():
            return []
        return [own[number] for number in numbers[:MAX_COMPARED] if number in own]

    def _by(self, key: Callable[[str], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.titles:
            found.setdefault(key(one), []).append(one)
        found.pop("", None)
        return found

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        return self._by(id_key)

    @cached_property
    def _by_title(self) -> dict[str, list[str]]:
        return self._by(lambda one: title_key(self.titles[one]))

    @cached_property
    def _by_look(self) -> dict[str, list[str]]:
        return self._by(_look)

    @cached_property
    def _by_number(self) -> dict[str, dict[int, str]]:
        """The ids that end with a number, by what comes before it."""
        found: dict[str, dict[int, str]] = {}
        for one in self.titles:
            if numbered := re.fullmatch(_NUMBERED, one):
                found.setdefault(id_key(numbered[1]), {})[int(numbered[2])] = one
        return found


def units_named(
    reading: Reading[Application], document: Document
) -> Iterator[tuple[FieldPath, str]]:
    """Every place where a draft names a unit in a list."""
    for path, coverage in _mapped(reading):
        at = path if document.has_value((*path, 0)) else (*path, "units")
        yield from (((*at, number), name) for number, name in sound(coverage.units))
    yield from units_in_structure(reading.part)


def _assessments_named(reading: Reading[Application]) -> Iterator[tuple[FieldPath, str]]:
    for path, coverage in _mapped(reading):
        at = (*path, "assessed_by")
        yield from (((*at, number), name) for number, name in sound(coverage.assessed_by))


def _mapped(reading: Reading[Application]) -> Iterator[tuple[FieldPath, Coverage]]:
    for index, claim in sound(reading.part.standards):
        for label, coverage in (claim.ksbs or {}).items():
            yield ("standards", index, "ksbs", label), coverage


def units(reading: Reading[Application], document: Document) -> References:
    """The units of a draft and the names of units in it."""
    titles = {name: unit.title or "" for name, unit in reading.part.units.items()}
    places = units_named(reading, document)
    others_go = (
        "It is an assessment. Name it in ‘assessed_by’, and here the units that cover the KSB."
    )
    others = reading.part.assessments
    return References(
        "unit", "units", titles, *_sorted(reading, "units", places), others, others_go
    )


def assessments(reading: Reading[Application]) -> References:
    """The assessments of a draft and the names of assessments in it."""
    titles = reading.part.assessments
    places = _sorted(reading, "assessments", _assessments_named(reading))
    others_go = "It is a unit. Name it in ‘units’, and here the assessments of the KSB."
    return References("assessment", "assessments", titles, *places, reading.part.units, others_go)


def _sorted(
    reading: Reading[Application], section: str, places: Iterable[tuple[FieldPath, str]]
) -> tuple[dict[str, tuple[FieldPath, ...]], dict[str | int, set[str]], Counter[str]]:
    """The places of each name that a section does not define, the names of each part of the draft,
    and how often each is named. Of a name that the section may define, because something in it is
    not sound, nothing is said."""
    unknown: dict[str, list[FieldPath]] = {}
    used: dict[str | int, set[str]] = {}
    counts: Counter[str] = Counter()
    known = getattr(reading.part, section)
    for path, name in places:
        counts[name] += 1
        used.setdefault(path[0], set()).add(name)
        if name not in known and reading.is_reliable((section, name)):
            unknown.setdefault(name, []).append(path)
    return {name: tuple(paths) for name, paths in unknown.items()}, used, counts


_MOST_NAMED = 8


_SEPARATOR = r"(?i)[,;/&+|\n]|\band\b"


_SPACE = r"\s+"


_ID_AND_TITLE = r"\s*[:\u2010-\u2015]\s*|\s+-\s+|\s+"


_NUMBERED = r"(?s)(.*?)([0-9]{1,9})"


_RUN = (
    r"(?i)\s*([^\W\d]{0,20}\W{0,3}?)([0-9]{1,9})\s*(?:[-\u2010-\u2015]|\.{2,3}|…|to|:)\s*"
    r"([^\W\d]{0,20}\W{0,3}?)([0-9]{1,9})\s*"
)


_NO_ID = (
    r"(?i)yes|no|y|n|true|false|x|ok|all|full(?:y)?|part(?:ial|ially|ly)?|covered|met|[\W_]+"
    r"|[0-9]+(?:[.,][0-9]+)?\s*%?"
)
"""What says that something is so, and how far, where an id is asked for."""


def _form(own: str) -> str:
    """An id with each number in it as one digit."""
    return re.sub(r"\d+", "0", own)


def _look(text: str) -> str:
    """What a text looks like: without case, signs and zeros before a number; O is 0, l and I 1."""
    shown = normalize("NFKC", text).casefold().translate(_ALIKE)
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", shown))


_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})


def _numbers(text: str) -> list[str]:
    """The numbers in a text, without zeros before them."""
    return [number.lstrip("0") for number in re.findall(r"\d+", text)]


def _start(text: str) -> tuple[str, list[str]]:
    """The first character of an id, in any case, and its numbers."""
    return text[:1].casefold(), _numbers(text)
