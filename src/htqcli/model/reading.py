"""Reading a document as a model, each field for itself: what is sound is kept, and what is not is a
fault with its path, so that one mistake hides no other.
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
    """What is sound of a document, what is not, and the paths of which nothing is known
    because what stands there, or was meant to, was not sound."""

    part: P
    faults: tuple[Fault, ...]
    lost: frozenset[FieldPath]

    def is_reliable(self, path: FieldPath) -> bool:
        """Whether what the part says at `path`, or that it says nothing, can be relied on."""
        return not _within(path, self.lost)


def _within(path: FieldPath, lost: AbstractSet[FieldPath]) -> bool:
    return bool(lost) and any(path[:length] in lost for length in range(1, len(path) + 1))


def read_whole(model: type[P], document: Document) -> P | tuple[Fault, ...]:
    """Read a document as `model`, or say everything that is wrong with it."""
    if document.faults:
        return document.faults
    data = document.data()
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    # A name that is not known comes first: it explains what else is missing.
    found.sort(key=lambda entry: entry["type"] != "extra_forbidden")
    return tuple(fault_of(model, data, _path(data, entry["loc"]), entry) for entry in found)


def read(model: type[P], document: Document) -> Reading[P]:
    """Read a document as `model`, keeping what is sound.

    Every field of the model can be left out; one marked REQUIRED is then a fault. Faults that
    the text itself has are not repeated.
    """
    data: Any = document.data()
    lost = {fault.path for fault in document.faults if fault.unsound and fault.path}
    faults: list[Fault] = []
    told: Counter[FaultKind] = Counter()
    for path in list(lost):
        owner = type_at(model, path[:-1])
        if owner and path[-1] not in names(owner):
            lost.update(meant_fields(model, data, path))
    for path in lost:
        _take_out(data, path)
    while True:
        try:
            part = model.model_validate(data)
            break
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        paths = [_path(data, entry["loc"]) for entry in found]
        for path, entry in zip(paths, found, strict=True):
            kind = FaultKind.UNKNOWN if entry["type"] == "extra_forbidden" else FaultKind.WRONG
            if told[kind] <= MAX_FAULTS and not _within(path, lost):
                told[kind] += 1
                faults.append(fault_of(model, data, path, entry))
        lost.update(paths)
        taken = [_take_out(data, path) for path in paths]
        if not any(taken):
            raise RuntimeError("what is not sound cannot be taken out")
    for fault in faults:
        if fault.kind is FaultKind.UNKNOWN:
            lost.update(meant_fields(model, data, fault.path))
    missing = (fault for fault in _missing(part, ()) if not _within(fault.path, lost))
    faults += islice(missing, MAX_FAULTS + 1)
    lost.update(fault.path for fault in faults)
    return Reading(part, tuple(faults), frozenset(lost))


@cache
def partial_model(model: type[P]) -> type[P]:
    """A model of which every field can be left out, for `read`: then a list or a mapping is
    empty and anything else None. What the model cannot do without is REQUIRED."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        judged = next(
            (mark for mark in info.metadata if isinstance(mark, CheckedByRule)), CheckedByRule()
        )
        marks = [REQUIRED] if info.is_required() and judged.required else []
        kind = judged.kind or _leniently(info.annotation)
        if judged.kind is None:
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
    twin: type[P] = create_model(model.__name__, __base__=model, **fields)
    return twin


def _leniently(kind: Any) -> Any:
    """A type in which each part is lenient, and each item of a list can be a hole."""
    if isinstance(kind, type) and issubclass(kind, Model):
        return partial_model(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_leniently(inner[0]), *inner[1:])]
    if origin is tuple:
        return Items[_leniently(inner[0])]  # type: ignore[misc]
    if origin is dict:
        return dict[inner[0], _leniently(inner[1])]  # type: ignore[misc, valid-type]
    if origin in (Union, UnionType):
        return Union[tuple(_leniently(one) for one in inner)]  # noqa: UP007  # a tuple of types
    return kind


def _path(data: Any, location: tuple[int | str, ...]) -> FieldPath:
    """The path in `data` of an error's location, which also names the fields that a short
    form stands for."""
    path: list[int | str] = []
    for step in location:
        if _holds(data, step):
            data = data[step]
            path.append(step)
    return tuple(path)


def _holds(data: Any, step: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _take_out(data: Any, path: FieldPath) -> bool:
    """Take out what is at a path; whether it was there."""
    for step in path[:-1]:
        if not _holds(data, step):
            return False
        data = data[step]
    if not path or not _holds(data, path[-1]):
        return False
    if isinstance(data, dict):
        del data[path[-1]]
    else:
        data[path[-1]] = UNSOUND_ITEM
    return True


def _missing(part: Model, path: FieldPath) -> Iterator[Fault]:
    for attribute, name, is_required in _attributes(type(part)):
        value = getattr(part, attribute)
        if attribute not in part.model_fields_set and is_required:
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
    """The attributes of a part, the names that are written, and whether they are required."""
    return tuple(
        (attribute, info.alias or attribute, REQUIRED in info.metadata)
        for attribute, info in part.model_fields.items()
    )
