"""How groups of fields are declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from htqcli.document.places import FieldPath
from htqcli.model.values import custom_error


class Model(BaseModel):
    """A group of fields. A null field is treated as missing.

    Modules with many models do not use `from __future__ import annotations`, because Pydantic
    would compile the text of each annotation at every start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    short_for: ClassVar[str | None] = None
    """The field whose value can be written in place of the whole part."""

    known_by: ClassVar[str | None] = None
    """The field that a text in place of the part probably is, although that is a mistake."""

    is_private: ClassVar[bool] = False
    """Whether its values are personal, and so never shown."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """What Pydantic's own decorator for validators does, but faster at every start."""
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
    """The fields of a part by the names that files use."""
    return {info.alias or name: info for name, info in part.model_fields.items()}


class _Required:
    """Marks a field that its part needs."""


REQUIRED = _Required()


class _Expected:
    """Marks a field that its part does not need, but whose absence a rule may report. So no hint
    suggests to leave it out."""


EXPECTED = _Expected()


class CheckedByRule(NamedTuple):
    """Marks a field that a rule checks, so that `partial_model` does not: the value is read as
    `kind`, and unless `required`, its absence is not a fault."""

    kind: Any = None
    required: bool = True


class _ApplicantOnly:
    """Marks a field in which the applicant declares something or decides what others may see. No
    one else may write it, not even to correct a slip."""


APPLICANT_ONLY = _ApplicantOnly()


class _UnsoundItem:
    """Takes the place of an unsound item in a list, so that the others keep their positions."""


UNSOUND_ITEM = _UnsoundItem()


def _item(value: object, handler: Callable[[object], Any]) -> Any:
    if value is UNSOUND_ITEM:
        return None
    if value is None:
        raise custom_error(
            "An item of the list is empty", "Delete the item, or write what belongs there."
        )
    return handler(value)


T = TypeVar("T")


class _Item:
    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(_item, handler(source))


Items = tuple[Annotated[T | None, _Item()], ...]
"""A list in which an unsound item is None; see `sound`."""


def sound(items: tuple[T | None, ...]) -> Iterator[tuple[int, T]]:
    """The sound items of a list, with their positions."""
    return ((at, item) for at, item in enumerate(items) if item is not None)


def leaves(part: Model, path: FieldPath = ()) -> Iterator[tuple[FieldPath, object]]:
    """Every single value in a part, with its path. An unsound item is None."""
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
    """The type in an annotation, without metadata and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        others = [arg for arg in get_args(annotation) if arg is not type(None)]
        if type(None) not in get_args(annotation) or len(others) != 1:
            return annotation
        annotation = others[0]
