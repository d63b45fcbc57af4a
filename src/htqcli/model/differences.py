"""What differs between two values: models, mappings, lists and single values, compared in their
meaning.

A list of things has no order here: its items are matched by the keys that are declared for their
type. A list of another type is compared as one value.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, NamedTuple

from htqcli.document.places import FieldPath
from htqcli.model.part import Model
from htqcli.moment import Moment

Kind = Literal["added", "removed", "changed"]

END = "-"
"""The step that stands for a place after the last item of a list, as in JSON Patch."""

Key = Callable[[Any], Hashable]
"""What items that match have in common. None matches nothing."""

Keys = Mapping[type, Sequence[Key]]
"""For each type of item whose lists are compared item by item, its keys: items that are equal match
first, then those with the same first key, and so on. Items with several places in a list, such as
texts, need no key. With `dict` among them, the items of a mapping are compared one by one even if
there is no other mapping."""


class Difference(NamedTuple):
    """One difference: where it is in the old value and in the new one, and both values.

    Of what was added, `old_path` is where it belongs in the old value; of what was removed, `path`
    is where it would be in the new one. In a list, that is its `END`.
    """

    kind: Kind
    old_path: FieldPath
    path: FieldPath
    old: Any
    new: Any


def differences(
    old: Any,
    new: Any,
    keys: Keys,
    old_path: FieldPath = (),
    path: FieldPath = (),
) -> Iterator[Difference]:
    """Every difference, in the order of the fields; within a list or mapping, that of the old
    value, and then what was added."""
    one, other = fields_of(old), fields_of(new)
    if one is not None and other is not None and isinstance(old, dict) == isinstance(new, dict):
        is_present = _is_key if isinstance(old, dict) else _is_given
        for name in dict.fromkeys((*one, *other)):
            here, there = (*old_path, name), (*path, name)
            empty = _empty(one.get(name), other.get(name), keys)
            if empty is not None:
                was, now = one.get(name) or empty, other.get(name) or empty
                yield from differences(was, now, keys, here, there)
            elif is_present(one, name) and is_present(other, name):
                yield from differences(one[name], other[name], keys, here, there)
            elif is_present(one, name):
                yield Difference("removed", here, there, one[name], other.get(name))
            elif is_present(other, name):
                yield Difference("added", here, there, one.get(name), other[name])
    elif isinstance(old, tuple) and isinstance(new, tuple) and _are_items(old + new, keys):
        matching, removed, added = match(old, new, keys)
        for at, its_match in sorted([*matching, *((at, None) for at in removed)]):
            if its_match is None:
                yield Difference("removed", (*old_path, at), (*path, END), old[at], None)
            else:
                here, there = (*old_path, at), (*path, its_match)
                yield from differences(old[at], new[its_match], keys, here, there)
        for at in added:
            yield Difference("added", (*old_path, END), (*path, at), None, new[at])
    elif old != new:
        yield Difference("changed", old_path, path, old, new)


def _empty(old: Any, new: Any, keys: Keys) -> Any:
    """The empty list or mapping in place of a missing one, if its items are compared."""
    given = old or new
    if not is_absent(old) and not is_absent(new):
        return None
    if isinstance(given, dict):
        return {} if dict in keys else None
    return () if isinstance(given, tuple) and given and _are_items(given, keys) else None


def _is_key(fields: Mapping[Any, Any], name: Any) -> bool:
    return name in fields


def _is_given(fields: Mapping[Any, Any], name: Any) -> bool:
    return not is_absent(fields.get(name))


def is_absent(value: Any) -> bool:
    """Whether a field with this value is treated as missing: it contains nothing."""
    if isinstance(value, Model):
        return all(is_absent(own) for own in (fields_of(value) or {}).values())
    return value is None or value in ((), {})


def fields_of(value: Any) -> dict[Any, Any] | None:
    """The fields of a model or a dataclass that is no single value, by the names that files use, or
    the items of a mapping; None of any other value."""
    if isinstance(value, dict):
        return value
    if isinstance(value, Model):
        return {
            info.alias or name: getattr(value, name)
            for name, info in type(value).model_fields.items()
        }
    if is_dataclass(value) and not isinstance(value, Moment | type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return None


def _are_items(items: tuple[Any, ...], keys: Keys) -> bool:
    return all(item is None or _keys_of(item, keys) is not None for item in items)


def _keys_of(item: Any, keys: Keys) -> Sequence[Key] | None:
    return next((own for kind, own in keys.items() if isinstance(item, kind)), None)


class Matching(NamedTuple):
    """The positions of items that match, and of those without a match. An unsound item has no
    part in it."""

    pairs: list[tuple[int, int]]
    removed: list[int]
    added: list[int]


def match(old: tuple[Any, ...], new: tuple[Any, ...], keys: Keys) -> Matching:
    """Match the items of two lists: equal ones, then those with the same key."""
    left = [at for at, item in enumerate(old) if item is not None]
    other = [at for at, item in enumerate(new) if item is not None]
    pairs: list[tuple[int, int]] = []
    first = next((item for item in (*old, *new) if item is not None), None)
    wanted = [_itself, *(_keys_of(first, keys) or ())]
    for key in wanted:
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for at in other:
            waiting[key(new[at])].append(at)
        waiting.pop(None, None)
        unmatched = []
        for at in left:
            own = key(old[at])
            if waiting.get(own):
                pairs.append((at, waiting[own].popleft()))
            else:
                unmatched.append(at)
        left = unmatched
        taken = {at for _, at in pairs}
        other = [at for at in other if at not in taken]
    return Matching(pairs, left, other)


def _itself(item: Any) -> Hashable:
    return canonical(item)


def canonical(value: Any) -> Hashable:
    """What two values that mean the same have in common. The order of lists does not count."""
    own = fields_of(value)
    if own is not None:
        given = {name: item for name, item in own.items() if not is_absent(item)}
        kept = own if isinstance(value, dict) else given
        return type(value), frozenset((name, canonical(item)) for name, item in kept.items())
    if isinstance(value, tuple):
        return frozenset(Counter(map(canonical, value)).items())
    return value  # type: ignore[no-any-return]
