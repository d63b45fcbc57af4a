"""How a group of fields is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from htqcli.document.places import FieldPath
from htqcli.model.values import says


class Model(BaseModel):
    """A group of fields. A null field is as one that is not there.

    Modules of many parts do without `from __future__ import annotations`: Pydantic would compile
    the text of each annotation whenever the program starts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    short_for: ClassVar[str | None] = None
    """The field that a value written in place of the whole part stands for."""

    known_by: ClassVar[str | None] = None
    """The field that a text in place of the part likely is, though it does not stand for it."""

    private: ClassVar[bool] = False
    """Whether its values are personal, and so never shown."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """As a validator of Pydantic's would; one for each model is found and looked through
        again whenever the program starts."""
        whole = handler(source)
        return core_schema.no_info_before_validator_function(cls._without_nulls, whole)

    @classmethod
    def _without_nulls(cls, data: object) -> object:
        if isinstance(data, dict):
            if None not in data.values():
                return data
            known = names(cls)
            return {name: v for name, v in data.items() if v is not None or name not in known}
        if data is None:
            return {}
        if cls.short_for and isinstance(data, str | list):
            return {cls.short_for: data}
        return data


@cache
def names(part: type[Model]) -> dict[str, FieldInfo]:
    """The fields of a part by the names that are written."""
    return {info.alias or name: info for name, info in part.model_fields.items()}


class _Required:
    """The mark of a field that a part cannot do without."""


REQUIRED = _Required()


class CheckedByRule(NamedTuple):
    """The mark of a field of which a rule of its own speaks, so that a `lenient` reading leaves
    it alone: what stands there is read as `kind`, and where it is not `required` nothing is
    said of its absence."""

    kind: Any = None
    required: bool = True


class _Claim:
    """The mark of a field with which the applicant declares something, or says what others may
    see: nobody else writes that for it, be it a slip of the pen."""


APPLICANT_ONLY = _Claim()


class _Hole:
    """Stands in a list for an item that was not sound, so that the others keep their number."""


UNSOUND_ITEM = _Hole()


def _item(value: object, handler: Callable[[object], Any]) -> Any:
    if value is UNSOUND_ITEM:
        return None
    if value is None:
        raise says("An item of the list is empty", "Delete the item, or write what belongs there.")
    return handler(value)


T = TypeVar("T")


class _Item:
    """The reading of an item of a list."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(_item, handler(source))


Items = tuple[Annotated[T | None, _Item()], ...]
"""A list. An item that was not sound is None; see `sound`."""


def sound(items: tuple[T | None, ...]) -> Iterator[tuple[int, T]]:
    """The sound items of a list, with their positions."""
    return ((at, item) for at, item in enumerate(items) if item is not None)


def leaves(part: Model, path: FieldPath = ()) -> Iterator[tuple[FieldPath, object]]:
    """Every single value that a part has, with its path. An item that was not sound is None."""
    for attribute, info in type(part).model_fields.items():
        waiting = [((*path, info.alias or attribute), getattr(part, attribute))]
        while waiting:
            here, value = waiting.pop()
            if isinstance(value, Model):
                yield from leaves(value, here)
            elif isinstance(value, tuple | dict):
                numbered = value.items() if isinstance(value, dict) else enumerate(value)
                waiting += [((*here, step), item) for step, item in numbered]
            else:
                yield here, value


def bare_type(annotation: Any) -> Any:
    """An annotation without what it is annotated with, and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        others = [arg for arg in get_args(annotation) if arg is not type(None)]
        if type(None) not in get_args(annotation) or len(others) != 1:
            return annotation
        annotation = others[0]
