"""Reading a document as a model, field by field: sound values are kept, and each unsound one is a
fault with its path, so that no mistake hides another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import Field, ValidationError, create_model

from htqcli.document.faults import Fault, FaultKind
from htqcli.document.nodes import Document
from htqcli.document.places import FieldPath
from htqcli.document.reader import MAX_FAULTS
from htqcli.model.messages import absent_fault, fault_of, meant_fields, type_at
from htqcli.model.part import REQUIRED, UNSOUND_ITEM, CheckedByRule, Items, Model, names

P = TypeVar("P", bound=Model)


class Reading(NamedTuple, Generic[P]):
    """The sound parts of a document, its faults, and the `lost` paths: those where the value, or
    one that was meant to be there, is unsound."""

    part: P
    faults: tuple[Fault, ...]
    lost: frozenset[FieldPath]

    def is_reliable(self, path: FieldPath) -> bool:
        """Whether the value at `path`, or its absence, can be relied on."""
        return not _is_within(path, self.lost)


def _is_within(path: FieldPath, lost: AbstractSet[FieldPath]) -> bool:
    return bool(lost) and any(path[:length] in lost for length in range(1, len(path) + 1))


def read_whole(model: type[P], document: Document) -> P | tuple[Fault, ...]:
    """Read a document as `model`, or return all its faults."""
    if document.faults:
        return document.faults
    data = document.data()
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    # Unknown names come first: they explain why other fields are missing.
    found.sort(key=lambda entry: entry["type"] != "extra_forbidden")
    return tuple(fault_of(model, data, _path(data, entry["loc"]), entry) for entry in found)


def read(model: type[P], document: Document) -> Reading[P]:
    """Read a document as `model`, and keep what is sound.

    Every field of `model` must be optional; a missing one marked REQUIRED is a fault. Faults of
    the text itself are not repeated.
    """
    data: Any = document.data()
    lost = {fault.path for fault in document.faults if fault.unsound and fault.path}
    faults: list[Fault] = []
    counts: Counter[FaultKind] = Counter()
    for path in list(lost):
        owner = type_at(model, path[:-1])
        if owner and path[-1] not in names(owner):
            lost.update(meant_fields(model, data, path))
    for path in lost:
        _remove(data, path)
    while True:
        try:
            part = model.model_validate(data)
            break
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        paths = [_path(data, entry["loc"]) for entry in found]
        for path, entry in zip(paths, found, strict=True):
            kind = FaultKind.UNKNOWN if entry["type"] == "extra_forbidden" else FaultKind.WRONG
            if counts[kind] <= MAX_FAULTS and not _is_within(path, lost):
                counts[kind] += 1
                faults.append(fault_of(model, data, path, entry))
        lost.update(paths)
        removed = [_remove(data, path) for path in paths]
        if not any(removed):
            raise RuntimeError("what is not sound cannot be taken out")
    for fault in faults:
        if fault.kind is FaultKind.UNKNOWN:
            lost.update(meant_fields(model, data, fault.path))
    missing = (fault for fault in _missing(part, ()) if not _is_within(fault.path, lost))
    faults += islice(missing, MAX_FAULTS + 1)
    lost.update(fault.path for fault in faults)
    return Reading(part, tuple(faults), frozenset(lost))


@cache
def partial_model(model: type[P]) -> type[P]:
    """A model for `read` in which every field is optional: a missing list or mapping is empty, any
    other missing value None. Fields that `model` needs are marked REQUIRED."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        checked = next(
            (mark for mark in info.metadata if isinstance(mark, CheckedByRule)), CheckedByRule()
        )
        marks = [REQUIRED] if info.is_required() and checked.required else []
        kind = checked.kind or _partial_type(info.annotation)
        if checked.kind is None:
            marks += info.metadata
        if marks:
            kind = Annotated[(kind, *marks)]
        default = info.default
        if info.is_required():
            collection = get_origin(info.annotation)
            default = collection() if collection in (tuple, dict) else None
        fields[name] = (
            kind,
            Field(default, alias=info.alias, title=info.title, examples=info.examples),
        )
    partial: type[P] = create_model(model.__name__, __base__=model, **fields)
    return partial


def _partial_type(kind: Any) -> Any:
    """A type in which every model is partial and items of lists can be unsound."""
    if isinstance(kind, type) and issubclass(kind, Model):
        return partial_model(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_partial_type(inner[0]), *inner[1:])]
    if origin is tuple:
        return Items[_partial_type(inner[0])]  # type: ignore[misc]
    if origin is dict:
        return dict[inner[0], _partial_type(inner[1])]  # type: ignore[misc, valid-type]
    if origin in (Union, UnionType):
        return Union[tuple(map(_partial_type, inner))]  # noqa: UP007  # a tuple of types
    return kind


def _path(data: Any, location: tuple[int | str, ...]) -> FieldPath:
    """The path in `data` of an error's location, without the fields that a short form stands
    for."""
    path: list[int | str] = []
    for step in location:
        if _has(data, step):
            data = data[step]
            path.append(step)
    return tuple(path)


def _has(data: Any, step: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _remove(data: Any, path: FieldPath) -> bool:
    """Remove the value at a path; return whether it was there."""
    for step in path[:-1]:
        if not _has(data, step):
            return False
        data = data[step]
    if not path or not _has(data, path[-1]):
        return False
    if isinstance(data, dict):
        del data[path[-1]]
    else:
        data[path[-1]] = UNSOUND_ITEM
    return True


def _missing(part: Model, path: FieldPath) -> Iterator[Fault]:
    for attribute, name, is_required in _attributes(type(part)):
        value = getattr(part, attribute)
        if is_required and attribute not in part.model_fields_set:
            yield absent_fault(path, name, type(part))
        elif isinstance(value, Model):
            yield from _missing(value, (*path, name))
        elif isinstance(value, tuple | dict):
            numbered = value.items() if isinstance(value, dict) else enumerate(value)
            for step, item in numbered:
                if isinstance(item, Model):
                    yield from _missing(item, (*path, name, step))


@cache
def _attributes(part: type[Model]) -> tuple[tuple[str, str, bool], ...]:
    """The attributes of a part, their names in files, and whether they are required."""
    return tuple(
        (attribute, info.alias or attribute, REQUIRED in info.metadata)
        for attribute, info in part.model_fields.items()
    )
