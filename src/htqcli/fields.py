"""Fields: how each is read from its text, and a reading that keeps what is sound.

A `Part` is a group of fields, of a draft or of the catalogue. Its values arrive as text,
lists and mappings (`source`); each field says what its text means. `read` validates every
field for itself: what is sound is kept, what is not becomes a `Fault` with its path, so that
one mistake hides no other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)
from unicodedata import normalize

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainValidator,
    ValidationError,
    create_model,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, core_schema

from htqcli import moment
from htqcli.moment import YEARS, Moment, Precision
from htqcli.source import MAX_FAULTS, Document, Fault, Fix, Kind, Path
from htqcli.words import SEEN, bare, cut, join, nearest, quote, slip


class Part(BaseModel):
    """A group of fields. A null field is as one that is not there.

    Modules of many parts do without `from __future__ import annotations`: Pydantic would compile
    the text of each annotation whenever the program starts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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
def names(part: type[Part]) -> dict[str, FieldInfo]:
    """The fields of a part by the names that are written."""
    return {info.alias or name: info for name, info in part.model_fields.items()}


class _Required:
    """The mark of a field that a part cannot do without."""


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Judged:
    """The mark of a field of which a rule of its own speaks, so that a `lenient` reading leaves
    it alone: what stands there is read as `kind`, and where it is not `required` nothing is
    said of its absence."""

    kind: Any = None
    required: bool = True


class _Claim:
    """The mark of a field with which the applicant declares something, or says what others may
    see: nobody else writes that for it, be it a slip of the pen."""


CLAIM = _Claim()


class _Hole:
    """Stands in a list for an item that was not sound, so that the others keep their number."""


_HOLE = _Hole()


def wrong(expected: str) -> PydanticCustomError:
    """The error of a value that is not what its field expects, such as `a whole number`."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def _item(value: object, handler: Callable[[object], Any]) -> Any:
    if value is _HOLE:
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


Schema = dict[str, Any]
"""A JSON Schema, draft 2020-12."""
Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Leaf(PlainValidator):
    """The reading of a single value, and the JSON Schema of what it reads.

    A program that reads YAML by itself makes numbers and booleans of plain values, so the
    schema takes those whose text is read. The reading is all that its field is validated by, so
    Pydantic builds nothing for the type that it gives, and models are made sooner.
    """

    schema: Schema = field(default_factory=dict, compare=False)

    def __get_pydantic_core_schema__(
        self, _: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cast("Reader", self.func))


def leaf(expected: str, meaning: Callable[[str], T], schema: Schema) -> Leaf:
    """The reading of a single value. `meaning` raises ValueError for a text that is not
    `expected`. `schema` says the same in JSON Schema."""

    def value_of(value: object) -> T:
        if not isinstance(value, str):
            raise wrong(expected)
        try:
            return meaning(value.strip())
        except moment.UnreadableDate as error:
            context = {"expected": expected, "why": str(error), "hint": error.hint}
            raise PydanticCustomError("expected", "{expected}", context) from None
        except ValueError:
            raise wrong(expected) from None

    return Leaf(value_of, schema=schema)


def is_placeholder(text: str) -> bool:
    """Whether a text holds the place of an answer: it begins with the word TODO, TBC or TBD, is
    wholly in angle or square brackets, ends with such a word in brackets or after a dash, or only
    says that there is no answer. Case, and how often a sign is repeated, make no difference."""
    said = bare(text)
    if not said.isascii():
        said = normalize("NFKC", said)
    return bool(
        _UNANSWERED.match(said)
        or (len(said) <= _MOST_SAID and _NO_ANSWER.fullmatch(said))
        or _LEFT_OPEN.search(said[-_MOST_SAID:])
    )


_OPEN = (
    r"to\s?do|tb[acd]|to\s+be\s+(?:confirmed|decided|determined|announced|advised|agreed)"
    r"|pending|unknown|not\s+(?:yet\s+)?known|x{3,}|\?+"
)
_UNANSWERED = re.compile(
    r"(?:TODO|TBC|TBD)\b|<.*>\Z|\[(?:[^\[\]]|\[[^\[\]]*\])*\]\Z", re.IGNORECASE | re.DOTALL
)
_NO_ANSWER = re.compile(
    rf"(?:{_OPEN}|n\s?/\s?a|n\.\s?a|not\s+(?:yet\s+)?applicable|none)[\s.!?]*"
    r"|[-?.\u2010-\u2015_*\s]+",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(
    rf"[(\[<]\s*(?:{_OPEN})[\s.!?]*[)\]>]\Z|\s[-\u2010-\u2015]+\s*(?:TODO|TB[ACD])\Z",
    re.IGNORECASE,
)
_MOST_SAID = 40
"""The length of the longest text that says only that there is no answer, with some to spare."""


def _text(value: str) -> str:
    if not bare(value) or is_placeholder(value):
        raise ValueError
    return value


def _whole_number(value: str) -> int:
    match = re.fullmatch(r"([-+]?)0*([0-9]{1,18})(?:\.0+)?", value)
    if match is None:
        raise ValueError
    return int(match[1] + match[2])


def _yes_or_no(value: str) -> bool:
    if value.lower() in ("true", "yes", "on"):
        return True
    if value.lower() in ("false", "no", "off"):
        return False
    raise ValueError


def form_of(expression: str, expected: str) -> Schema:
    """The schema of a text of a form, apart from white space around it. Editors say what is
    expected in place of the expression."""
    return _formed(rf"^\s*(?:{expression})\s*$", expected)


def _formed(expression: str, expected: str) -> Schema:
    return {
        "type": "string",
        "pattern": expression,
        "patternErrorMessage": f"Write {expected} here.",
    }


def pattern(expression: str, expected: str, most: float | None = None) -> Leaf:
    """The reading of a text of a fixed form. `most` is the largest number whose text has it;
    None where that of none has."""
    form = re.compile(expression, re.ASCII)

    def meaning(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError
        return value

    schema = form_of(expression, expected)
    if most is not None:
        schema |= {"type": ["string", "number"], "minimum": 0, "maximum": most}
    return leaf(expected, meaning, schema)


def says(message: str, hint: str) -> PydanticCustomError:
    """The error of a part whose fields do not go together, in words of its own."""
    return PydanticCustomError("said", "{message}", {"message": message, "hint": hint})


def one_of(*choices: str) -> Leaf:
    """The reading of one of a few words."""

    def meaning(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    expected = join([f"‘{choice}’" for choice in choices], "or")
    words = {"enum": list(choices)}
    return leaf(expected, meaning, {"anyOf": [words, form_of("|".join(choices), expected)]})


def _whole_numbers(expected: str, least: int, digits: str) -> Leaf:
    """The reading of a whole number from `least`; `digits` is the form of one as text."""

    def meaning(value: str) -> int:
        number = _whole_number(value)
        if number < least:
            raise ValueError
        return number

    numbers = {"type": ["integer", "string"], "minimum": least, "maximum": _MOST}
    return leaf(expected, meaning, form_of(rf"(?:{digits})(?:\.0+)?", expected) | numbers)


def _dates(expected: str, *wanted: Precision) -> Leaf:
    """The reading of a date of one of these precisions. Which texts are dates is more than a
    schema can say; a number is one as 20220520 is."""
    numbers = {
        "type": ["string", "number"],
        "minimum": YEARS[0] * 10_000 + 101,
        "exclusiveMaximum": YEARS[-1] * 10_000 + 1232,
    }
    schema = _formed(SEEN, expected) | numbers
    return leaf(expected, lambda value: moment.read(value, wanted), schema)


def _any_case(*words: str) -> str:
    return "|".join("".join(f"[{c.upper()}{c}]" for c in word) for word in words)


_MOST = 10**18 - 1
_TEXT: Schema = {
    "anyOf": [
        _formed(SEEN, "text") | {"type": ["string", "number"]},
        {
            "description": "‘true’ and ‘false’ are text here.",
            "not": {"type": ["string", "number", "array", "object", "null"]},
        },
    ]
}
"""A boolean is not named as one: editors would offer `true` and `false`."""
_TRUE_OR_FALSE = "‘true’ or ‘false’"
_YES_OR_NO = form_of(_any_case("true", "yes", "on", "false", "no", "off"), _TRUE_OR_FALSE)

Text = Annotated[str, leaf("text", _text, _TEXT)]
WholeNumber = Annotated[int, _whole_numbers("a whole number", -_MOST, "[-+]?0*[0-9]{1,18}")]
Amount = Annotated[int, _whole_numbers("a whole number, 0 or more,", 0, r"\+?0*[0-9]{1,18}|-0+")]
Count = Annotated[int, _whole_numbers("a whole number, 1 or more,", 1, r"\+?0*[1-9][0-9]{0,17}")]
YesOrNo = Annotated[
    bool, leaf(_TRUE_OR_FALSE, _yes_or_no, _YES_OR_NO | {"type": ["boolean", "string"]})
]
When = Annotated[Moment, _dates("a date", *moment.ANY)]
Day = Annotated[Moment, _dates("a date", "day")]
MonthOrDay = Annotated[Moment, _dates("a month or a date", "month", "day")]
DayOrMinute = Annotated[Moment, _dates("a date, or a date and time", "day", "minute")]


P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Reading(Generic[P]):
    """What is sound of a document, what is not, and the paths of which nothing is known
    because what stands there, or was meant to, was not sound."""

    part: P
    faults: tuple[Fault, ...]
    lost: frozenset[Path]

    def knows(self, path: Path) -> bool:
        """Whether what the part says at `path`, or that it says nothing, can be relied on."""
        return not _within(path, self.lost)


def _within(path: Path, lost: AbstractSet[Path]) -> bool:
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
    return tuple(_fault(model, data, _path(data, entry["loc"]), entry) for entry in found)


def read(model: type[P], document: Document) -> Reading[P]:
    """Read a document as `model`, keeping what is sound.

    Every field of the model can be left out; one marked REQUIRED is then a fault. Faults that
    the text itself has are not repeated.
    """
    data: Any = document.data()
    lost = {fault.path for fault in document.faults if fault.unsound and fault.path}
    faults: list[Fault] = []
    told: Counter[Kind] = Counter()
    for path in list(lost):
        owner = _type_at(model, path[:-1])
        if owner and path[-1] not in names(owner):
            lost.update(_meant(model, data, path))
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
            kind = Kind.UNKNOWN if entry["type"] == "extra_forbidden" else Kind.WRONG
            if told[kind] <= MAX_FAULTS and not _within(path, lost):
                told[kind] += 1
                faults.append(_fault(model, data, path, entry))
        lost.update(paths)
        taken = [_take_out(data, path) for path in paths]
        if not any(taken):
            raise RuntimeError("what is not sound cannot be taken out")
    for fault in faults:
        if fault.kind is Kind.UNKNOWN:
            lost.update(_meant(model, data, fault.path))
    missing = (fault for fault in _missing(part, ()) if not _within(fault.path, lost))
    faults += islice(missing, MAX_FAULTS + 1)
    lost.update(fault.path for fault in faults)
    return Reading(part, tuple(faults), frozenset(lost))


@cache
def lenient(model: type[P]) -> type[P]:
    """A model of which every field can be left out, for `read`: then a list or a mapping is
    empty and anything else None. What the model cannot do without is REQUIRED."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        judged = next((mark for mark in info.metadata if isinstance(mark, Judged)), Judged())
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
    if isinstance(kind, type) and issubclass(kind, Part):
        return lenient(kind)
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


def _path(data: Any, location: tuple[int | str, ...]) -> Path:
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


def _take_out(data: Any, path: Path) -> bool:
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
        data[path[-1]] = _HOLE
    return True


def _fault(model: type[Part], data: Any, path: Path, entry: Any) -> Fault:
    value = data
    for step in path:
        value = value[step]
    if entry["type"] == "extra_forbidden":
        return _unknown(model, data, path)
    if entry["type"] == "missing":
        name = str(entry["loc"][-1])
        return _absent(path, name, _type_at(model, path))
    stands = "A value that is not shown here" if is_private(model, path) else _named(value)
    if isinstance(value, str) and is_placeholder(value):
        return Fault(
            Kind.PLACEHOLDER,
            path,
            f"{stands} stands where an answer should be",
            f"Replace it with {_described(model, path)}{_or_leave_out(model, path)}.",
        )
    context = entry.get("ctx", {})
    if entry["type"] == "said":
        return Fault(Kind.WRONG, path, context["message"], context["hint"])
    expected, hint = _COLLECTIONS.get(entry["type"], (context.get("expected", "text"), ""))
    choices = re.findall("‘(.*?)’", expected)
    near = nearest(value, choices) if isinstance(value, str) else []
    message = f"{stands} stands where {expected} should be"
    if context.get("why"):
        message, hint = f"{stands} {context['why']}", context["hint"]
    if near:
        hint = f"Did you mean ‘{near[0]}’?"
    elif len(choices) > 1:
        hint = "Enter one of these words as it is written here."
    elif entry["type"] == "tuple_type" and isinstance(value, str) and not is_private(model, path):
        hint = _as_list(model, (*path, *entry["loc"][len(path) :]), value)
    elif entry["type"] == "tuple_type" and isinstance(value, dict):
        hint = "Put the items in ‘[’ and ‘]’, with commas between them."
        if _type_at(model, (*path, 0)):
            hint = (
                "Write ‘- ’ before the first field of each item, and begin its other fields two "
                "columns further right than now."
            )
    elif part := _type_at(model, path) if entry["type"] in ("model_type", "dict_type") else None:
        lines = [_line(name, info) for name, info in names(part).items() if info.examples][:2]
        if part.known_by and isinstance(value, str):
            lines = _lines(part, value)
        hint = f"{hint} For example {join([f'‘{line}’' for line in lines])}." if lines else hint
    fix = _fix(model, path, value, choices) if near else None
    if near and fix is None:
        fix = Fix(near[0], certain=False)
    if expected.startswith("a whole number") and (number := _number_in(value, path)):
        fix, hint = Fix(number), f"Did you mean {quote(number)}?"
    return Fault(Kind.WRONG, path, message, hint or f"Enter {_described(model, path)}.", fix=fix)


def _lines(part: type[Part], text: str) -> list[str]:
    """The lines of the fields that a part cannot do without, with a text that is in its place. No
    e-mail address is repeated."""
    return [
        f"{name}: {cut(text.strip(), 60)}"
        if name == part.known_by and "@" not in text
        else _line(name, info)
        for name, info in names(part).items()
        if name == part.known_by or REQUIRED in info.metadata
    ]


def _as_list(model: type[Part], path: Path, text: str) -> str:
    """How the list that belongs at a path is written, with an example from the text there."""
    if item := _type_at(model, (*path, 0)):
        first, *more = _lines(item, text)
        below = f", with {join(list(map(quote, more)))} below it" if more else ""
        return f"Begin each item on a line of its own: {quote(f'- {first}')}{below}."
    owner = _type_at(model, path[:-1])
    info = names(owner).get(str(path[-1])) if owner else None
    example = f", for example {quote(info.examples[0])}" if info and info.examples else ""
    return f"Put the items in brackets{example}."


def _number_in(value: object, path: Path) -> str | None:
    """The number in a text that has only the name of its field besides, such as `Level 5`."""
    name = re.escape(str(path[-1]).rstrip("s"))
    form = rf"\s*(?:{name}s?\s*:?\s*([0-9]{{1,4}})|([0-9]{{1,4}})\s*{name}s?)\s*"
    match = re.fullmatch(form, value, re.IGNORECASE) if isinstance(value, str) else None
    return match and (match[1] or match[2])


def _fix(model: type[Part], path: Path, typed: str, choices: list[str]) -> Fix | None:
    """The choice that a text at a path cannot but mean."""
    meant = None if is_personal_or_claim(model, path) else slip(typed.strip(), choices)
    return None if meant is None else Fix(meant)


_GROUP = (
    "a group of fields",
    "Write each field on a line of its own: its name, a colon and its value.",
)
_COLLECTIONS = {
    "model_type": _GROUP,
    "dict_type": _GROUP,
    "tuple_type": (
        "a list",
        "Begin each item with ‘- ’ on a line of its own, or put the items in ‘[’ and ‘]’.",
    ),
}


def _named(value: object) -> str:
    if isinstance(value, str):
        return quote(value) if bare(value) else "An empty text"
    if value is None:
        return "Nothing"
    return "A list" if isinstance(value, list) else "A group of fields"


def _unknown(model: type[Part], data: Any, path: Path) -> Fault:
    owner = _type_at(model, path[:-1])
    known = list(names(owner)) if owner else []
    if is_private(model, path[:-1]):
        message = "There is a field here that a contact does not have, so it is not read"
        hint = f"The fields here are {join(known)}."
        return Fault(Kind.UNKNOWN, path, message, hint, of_name=True)
    near = nearest(str(path[-1]), known)
    hint = f"Did you mean ‘{near[0]}’?" if near else f"The fields here are {join(known)}."
    if path[-1] == "<<":
        hint = "Write the fields out: htq does not merge fields from elsewhere."
    for step in path[:-1]:
        data = data[step]
    if near and near[0] in data:
        near, hint = [], f"The field ‘{near[0]}’ is here too. Put the two together."
    is_certain = [slip(str(path[-1]), known)] == near
    if near and is_personal_or_claim(model, (*path[:-1], near[0])):
        is_certain = False
    return Fault(
        Kind.UNKNOWN,
        path,
        f"There is no field {quote(str(path[-1]))} here, so it is not read",
        hint,
        of_name=True,
        fix=Fix(near[0], name=True, certain=is_certain) if near else None,
    )


def _meant(model: type[Part], data: Any, path: Path) -> list[Path]:
    """The missing field, if there is one, that an unknown field was likely meant to be."""
    owner = _type_at(model, path[:-1])
    for step in path[:-1]:
        data = data[step]
    if owner is None or not isinstance(data, dict):
        return []
    missing = [name for name in names(owner) if name not in data]
    return [(*path[:-1], name) for name in nearest(str(path[-1]), missing)]


def _missing(part: Part, path: Path) -> Iterator[Fault]:
    for attribute, name, is_required in _attributes(type(part)):
        value = getattr(part, attribute)
        if attribute not in part.model_fields_set and is_required:
            yield _absent(path, name, type(part))
        elif isinstance(value, Part):
            yield from _missing(value, (*path, name))
        elif isinstance(value, tuple | dict):
            numbered = value.items() if isinstance(value, dict) else enumerate(value)
            for step, item in numbered:
                if isinstance(item, Part):
                    yield from _missing(item, (*path, name, step))


@cache
def _attributes(part: type[Part]) -> tuple[tuple[str, str, bool], ...]:
    """The attributes of a part, the names that are written, and whether they are required."""
    return tuple(
        (attribute, info.alias or attribute, REQUIRED in info.metadata)
        for attribute, info in part.model_fields.items()
    )


def _absent(path: Path, name: str, owner: type[Part] | None) -> Fault:
    info = names(owner).get(name) if owner else None
    title = (info and info.title) or name.replace("_", " ")
    line = _line(name, info) if info else f"{name}:"
    return Fault(
        Kind.MISSING, (*path, name), f"The {title} is missing", f"Add ‘{line}’ {under(path)}."
    )


def under(path: Path) -> str:
    """Where a field goes that belongs to the part at a path: `under ‘qualification’`."""
    if not path:
        return "at the top of the file"
    if isinstance(path[-1], int):
        return f"to item {path[-1] + 1} of {quote(str(path[-2]))}"
    return f"under {quote(path[-1])}"


def _line(name: str, info: FieldInfo) -> str:
    return f"{name}: {info.examples[0]}" if info.examples else f"{name}:"


def _described(model: type[Part], path: Path) -> str:
    """What belongs at a path, with an example where its field has one."""
    stands = _type_at(model, path)
    written = str(path[-1]) if stands and stands.short_for else None
    if stands and stands.short_for:
        path = (*path, stands.short_for)
    for length in range(len(path), 0, -1):
        owner = _type_at(model, path[: length - 1])
        name = str(path[length - 1])
        if owner and name in names(owner):
            info = names(owner)[name]
            example = f", for example ‘{_line(written or name, info)}’" if info.examples else ""
            return f"the {info.title or name.replace('_', ' ')}{example}"
    return "a value"


def _or_leave_out(model: type[Part], path: Path) -> str:
    """What else can be done about a field that says that there is no answer."""
    owner = _type_at(model, path[:-1])
    info = names(owner).get(str(path[-1])) if owner else None
    return ", or leave the field out" if info and REQUIRED not in info.metadata else ""


def _type_at(model: type[Part], path: Path) -> type[Part] | None:
    """The part that stands at a path."""
    at: Any = model
    for step in path:
        if isinstance(at, type) and issubclass(at, Part):
            info = names(at).get(str(step))
            at = _bare(info.annotation) if info else None
        elif inner := get_args(at):
            at = _bare(inner[0 if get_origin(at) is tuple else -1])
        else:
            return None
    return at if isinstance(at, type) and issubclass(at, Part) else None


def is_private(model: type[Part], path: Path) -> bool:
    """Whether the value at a path of `model` is personal."""
    parts = (_type_at(model, path[:length]) for length in range(len(path) + 1))
    return any(part is not None and part.private for part in parts)


def is_personal_or_claim(model: type[Part], path: Path) -> bool:
    """Whether the value at a path of `model` is personal, or a claim or part of one."""
    if is_private(model, path):
        return True
    for length, step in enumerate(path):
        owner = _type_at(model, path[:length])
        info = names(owner).get(str(step)) if owner else None
        if info and CLAIM in info.metadata:
            return True
    return False


def leaves(part: Part, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every single value that a part has, with its path. An item that was not sound is None."""
    for attribute, info in type(part).model_fields.items():
        waiting = [((*path, info.alias or attribute), getattr(part, attribute))]
        while waiting:
            here, value = waiting.pop()
            if isinstance(value, Part):
                yield from leaves(value, here)
            elif isinstance(value, tuple | dict):
                numbered = value.items() if isinstance(value, dict) else enumerate(value)
                waiting += [((*here, step), item) for step, item in numbered]
            else:
                yield here, value


def _bare(annotation: Any) -> Any:
    """An annotation without what it is annotated with, and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        others = [arg for arg in get_args(annotation) if arg is not type(None)]
        if type(None) not in get_args(annotation) or len(others) != 1:
            return annotation
        annotation = others[0]
