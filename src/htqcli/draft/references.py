"""The units and assessments that a draft names, and the likely meaning of names that it does not
define.

One slip can be in many places and cause other findings. So each name is interpreted once, with all
its places, and the rules ask for its meaning.
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
"""How many ids and undefined names are compared by spelling, and how many ids a range may have."""

MAX_LISTED = 2_000
"""The longest text in which ids are looked for."""


class Meaning(NamedTuple):
    """What a name was likely meant to be: the ids, none if unclear, and what to do. `fix` is what
    the hint suggests, either at each place or where the id is defined."""

    ids: tuple[str, ...]
    hint: str
    fix: Fix | None = None


@dataclass(frozen=True)
class References:
    """The ids of one kind, units or assessments, that a draft defines under `section`, with their
    titles; and the names that it uses without defining them, with every place.

    `used` has the names in each part of the draft, `counts` how often each name is used. `others`
    are the ids of the other kind, and `others_hint` says where those belong."""

    what: str
    section: str
    titles: Mapping[str, str]
    unknown: Mapping[str, tuple[FieldPath, ...]]
    used: Mapping[str | int, set[str]]
    counts: Mapping[str, int]
    others: Iterable[str] = ()
    others_hint: str = ""

    def meaning(self, name: str) -> Meaning:
        """What an undefined name was likely meant to be."""
        return self._meanings[name]

    def meant_in(self, part: str) -> set[str]:
        """The ids that undefined names in a part of the draft were likely meant to be. If at least
        as many names are unclear as ids are unused there, this includes those ids."""
        names = [
            name for name, paths in self.unknown.items() if any(path[0] == part for path in paths)
        ]
        found = {own for name in names for own in self._meanings[name].ids}
        unclear = sum(not self._meanings[name].ids and name not in self.others for name in names)
        left = [own for own in self.titles if own not in found and own not in self._used_in(part)]
        return found.union(left) if len(left) <= unclear else found

    def ids_in(self, text: str) -> list[str]:
        """The ids that a text lists: `U1, U2`, `U1 and Databases`, `U1-U6`. None if any word of
        it is something else."""
        if len(text) > MAX_LISTED:
            return []
        if single := self._id_of(text):
            return [single]
        run = re.fullmatch(_RANGE, text)
        if run and (ids := self._range(*run.groups())):
            return ids
        for separator in (_SEPARATOR, _SPACE):
            parts = [part for part in re.split(separator, text) if part.strip()]
            if len(parts) > 1:
                lists = [self.ids_in(part) for part in parts]
                if all(lists):
                    return [own for ids in lists for own in ids]
        return []

    def as_list(self, text: str) -> Fix | None:
        """The list that a text means if every word of it means an id. With a range or a repeated
        id, this is only a suggestion."""
        ids = self.ids_in(text)
        has_range = any(
            re.fullmatch(_RANGE, part) for part in re.split(_SEPARATOR, text[:MAX_LISTED])
        )
        return Fix(tuple(ids), certain=len(set(ids)) == len(ids) and not has_range) if ids else None

    def in_brackets(self, text: str) -> str:
        """The hint for a text in place of a list, if not every word of it means an id."""
        parts = [part.strip() for part in re.split(_SEPARATOR, text[:MAX_LISTED]) if part.strip()]
        if any(map(self._id_of, parts)) and "@" not in text:
            whole = quote(f"[{', '.join(parts)}]", MAX_LISTED)
            unknown = [part for part in parts if not self.ids_in(part)]
            which = join([quote(part) for part in unknown[:_MAX_CHOICES]], "or")
            return f"Write a list such as {whole}. ‘{self.section}’ does not have {which}."
        some = ", ".join(list(self.titles)[:2]) or f"{self.what[0].upper()}1"
        return f"Write ids of {self.section} in brackets, for example {quote(f'[{some}]')}."

    @cached_property
    def _meanings(self) -> dict[str, Meaning]:
        found = {name: self._same_id(name) or self._similar_id(name) for name in self.unknown}
        unclear = [name for name, meaning in found.items() if meaning is None]
        if len(unclear) == 1 and not re.fullmatch(_NO_ID, strip_invisible(unclear[0])):
            taken = {own for meaning in found.values() if meaning for own in meaning.ids}
            left = [own for own in self._unused(unclear[0]) if own not in taken]
            if len(left) == 1:
                found[unclear[0]] = self._unused_id(left[0], unclear[0])
        return {
            name: meaning or Meaning((), self._choices(name)) for name, meaning in found.items()
        }

    def _same_id(self, name: str) -> Meaning | None:
        """The meaning of a name that differs from an id, a title or a list of ids only in form."""
        same = self._by_key.get(id_key(name), [])
        if len(same) == 1:
            return self._in_another_form(same[0], name)
        if name in self.others:
            return Meaning((), self.others_hint)
        if own := self._id_of(name):
            what = "title" if title_key(name) == title_key(self.titles[own]) else "id and the title"
            hint = f"This is the {what} of {quote(own)}. Use its id: {quote(own)}."
            return Meaning((own,), hint, Fix(own))
        ids = list(dict.fromkeys(self.ids_in(name)))
        if not ids:
            return None
        do = f"Name each {self.what}"
        if len(ids) > 1 and not re.fullmatch(_RANGE, name):
            do = f"Put a comma between the {self.section}"
        return Meaning(tuple(ids), f"{do}: {quote(', '.join(ids), MAX_LISTED)}.")

    def _in_another_form(self, own: str, name: str) -> Meaning:
        """How to make an id and a name of one key agree: the form used more often stays. If both
        are used equally often, this is only a suggestion, unless the name's single use differs in
        form from all ids."""
        defined, named = self.counts.get(own, 0) + 1, self.counts[name]
        if named > defined:
            hint = f"Write {quote(name)} in ‘{self.section}’ too, not {quote(own)}."
            return Meaning((own,), hint, Fix(name, name=True, at=((self.section, own),)))
        is_odd = named == 1 and self._forms == {_form(own)} != {_form(name)}
        if named < defined or is_odd:
            return Meaning((own,), f"Did you mean {quote(own)}?", Fix(own))
        hint = f"Did you mean {quote(own)}, as in ‘{self.section}’? Write both alike."
        return Meaning((own,), hint, Fix(own, certain=False))

    @cached_property
    def _forms(self) -> set[str]:
        """The forms of the ids; none if there is only one id."""
        return {_form(own) for own in self.titles} if len(self.titles) > 1 else set()

    def _similar_id(self, name: str) -> Meaning | None:
        """The meaning of a name that looks like an id, preferably an unused one."""
        similar = self._by_look.get(_look(name), [])
        if len(similar) == 1 and similar[0] not in self._unused(name):
            return Meaning((similar[0],), f"Did you mean {quote(similar[0])}?")
        if max(len(self.titles), len(self.unknown)) > MAX_COMPARED:
            return None
        unused = self._unused(name)
        numbers = _numbers(name)
        for likely in (
            [own for own in similar if own in unused],
            [own for own in unused if numbers and _start(own) == _start(name)],
            nearest(name, [own for own in unused if not numbers and not _numbers(own)], most=2),
        ):
            if len(likely) == 1:
                return self._unused_id(likely[0], name)
        if numbers:
            return None
        meant = only_possible_word(name, [own for own in self.titles if not _numbers(own)])
        return Meaning((meant,), f"Did you mean {quote(meant)}?") if meant else None

    def _unused_id(self, own: str, name: str) -> Meaning:
        parts = sorted({f"‘{path[0]}’" for path in self.unknown[name]})
        never = f"It is listed in ‘{self.section}’ but not used in {join(parts, 'or')}."
        return Meaning((own,), f"Did you mean {quote(own)}? {never}")

    def _choices(self, name: str) -> str:
        """The hint for a name without a likely meaning."""
        if not self.titles:
            line = quote("A1: Portfolio" if "@" in name else f"{name}: its title")
            add = f"Add ‘{self.section}:’ with a line such as {line} for each {self.what}."
            return f"The draft has no ‘{self.section}’. {add}"
        ids = list(islice(self.titles, _MAX_CHOICES + 1))
        choice = join(list(map(quote, ids)), "or")
        if len(ids) > _MAX_CHOICES:
            choice = f"such as {join(list(map(quote, ids[:2])), 'or')}"
        if re.fullmatch(_NO_ID, strip_invisible(name)):
            return f"Write ids of {self.section} here: {choice}."
        return f"Add it to ‘{self.section}’, or use one that is listed there: {choice}."

    def _unused(self, name: str) -> list[str]:
        """The ids that are not used in any part of the draft that uses a name."""
        return self._unused_in[frozenset(path[0] for path in self.unknown[name])]

    @cached_property
    def _unused_in(self) -> dict[frozenset[str | int], list[str]]:
        """The ids that are not used in any of several parts of the draft, by those parts."""
        together = {frozenset(path[0] for path in paths) for paths in self.unknown.values()}
        return {
            parts: [own for own in self.titles if not any(own in self._used_in(at) for at in parts)]
            for parts in together
        }

    def _used_in(self, part: str | int) -> set[str]:
        return self.used.get(part, set())

    def _id_of(self, text: str) -> str | None:
        """The id that a text means: an id, a title, or an id and its title."""
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

    def _range(self, prefix: str, first: str, other: str, last: str) -> list[str]:
        own = self._by_number.get(id_key(prefix), {})
        numbers = range(int(first), int(last) + 1)
        if id_key(other) not in ("", id_key(prefix)) or not {int(first), int(last)} <= own.keys():
            return []
        return [own[number] for number in numbers[:MAX_COMPARED] if number in own]

    def _by(self, key: Callable[[str], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for own in self.titles:
            found.setdefault(key(own), []).append(own)
        found.pop("", None)
        return found

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        return self._by(id_key)

    @cached_property
    def _by_title(self) -> dict[str, list[str]]:
        return self._by(lambda own: title_key(self.titles[own]))

    @cached_property
    def _by_look(self) -> dict[str, list[str]]:
        return self._by(_look)

    @cached_property
    def _by_number(self) -> dict[str, dict[int, str]]:
        """The ids that end with a number, by prefix and number."""
        found: dict[str, dict[int, str]] = {}
        for own in self.titles:
            if numbered := re.fullmatch(_NUMBERED, own):
                found.setdefault(id_key(numbered[1]), {})[int(numbered[2])] = own
        return found


def units_named(
    reading: Reading[Application], document: Document
) -> Iterator[tuple[FieldPath, str]]:
    """Every name of a unit in a list of a draft, with its path."""
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


def units(reading: Reading[Application], names: Iterable[tuple[FieldPath, str]]) -> References:
    """The units of a draft and the names of units in it."""
    titles = {name: unit.title or "" for name, unit in reading.part.units.items()}
    places = _by_name(reading, "units", names)
    others_hint = (
        "This is an assessment. Move it to ‘assessed_by’, and name here the units that cover the "
        "KSB."
    )
    return References("unit", "units", titles, *places, reading.part.assessments, others_hint)


def assessments(reading: Reading[Application]) -> References:
    """The assessments of a draft and the names of assessments in it."""
    titles = reading.part.assessments
    places = _by_name(reading, "assessments", _assessments_named(reading))
    others_hint = "This is a unit. Move it to ‘units’, and name here the assessments of the KSB."
    return References("assessment", "assessments", titles, *places, reading.part.units, others_hint)


def _by_name(
    reading: Reading[Application], section: str, places: Iterable[tuple[FieldPath, str]]
) -> tuple[dict[str, tuple[FieldPath, ...]], dict[str | int, set[str]], Counter[str]]:
    """The places of each name that a section does not define, the names in each part of the draft,
    and how often each is used. A name that an unsound part of the section may define is not
    counted as undefined."""
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


_MAX_CHOICES = 8

_SEPARATOR = r"(?i)[,;/&+|\n]|\band\b"

_SPACE = r"\s+"

_ID_AND_TITLE = r"\s*[:\u2010-\u2015]\s*|\s+-\s+|\s+"

_NUMBERED = r"(?s)(.*?)([0-9]{1,9})"

_RANGE = (
    r"(?i)\s*([^\W\d]{0,20}\W{0,3}?)([0-9]{1,9})\s*(?:[-\u2010-\u2015]|\.{2,3}|…|to|:)\s*"
    r"([^\W\d]{0,20}\W{0,3}?)([0-9]{1,9})\s*"
)

_NO_ID = (
    r"(?i)yes|no|y|n|true|false|x|ok|all|full(?:y)?|part(?:ial|ially|ly)?|covered|met|[\W_]+"
    r"|[0-9]+(?:[.,][0-9]+)?\s*%?"
)
"""Answers such as yes or partly, in place of an id."""


def _form(own: str) -> str:
    """An id with each number in it replaced by 0."""
    return re.sub(r"\d+", "0", own)


def _look(text: str) -> str:
    """A key of texts that look alike: no case, no signs, no zeros before a number; O is 0, l and I
    are 1."""
    shown = normalize("NFKC", text).casefold().translate(_ALIKE)
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", shown))


_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})


def _numbers(text: str) -> list[str]:
    """The numbers in a text, without leading zeros."""
    return [number.lstrip("0") for number in re.findall(r"\d+", text)]


def _start(text: str) -> tuple[str, list[str]]:
    """The first character of an id, without case, and its numbers."""
    return text[:1].casefold(), _numbers(text)
