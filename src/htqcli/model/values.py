"""The types of single values, and how a text is read as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast
from unicodedata import normalize

from pydantic import GetCoreSchemaHandler, PlainValidator
from pydantic_core import PydanticCustomError, core_schema

from htqcli import moment
from htqcli.moment import YEARS, Moment, Precision
from htqcli.words import VISIBLE_CHARACTER, join, strip_invisible

T = TypeVar("T")


def not_expected(expected: str) -> PydanticCustomError:
    """The error for a value that is not what its field expects, such as `a whole number`."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


Schema = dict[str, Any]
"""A JSON Schema, draft 2020-12."""

Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ValueReader(PlainValidator):
    """Reads a single value, and describes in JSON Schema what it accepts.

    Other programs read plain YAML values as numbers and booleans, so the schema accepts these too
    if their text is accepted. Pydantic builds no validator for the resulting type, which saves
    time at every start.
    """

    schema: Schema = field(default_factory=dict, compare=False)

    def __get_pydantic_core_schema__(
        self, _: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cast("Reader", self.func))


def value_reader(expected: str, meaning: Callable[[str], T], schema: Schema) -> ValueReader:
    """A reader of single values. `meaning` raises ValueError for a text that is not `expected`;
    `schema` is the same condition in JSON Schema."""

    def value_of(value: object) -> T:
        if not isinstance(value, str):
            raise not_expected(expected)
        try:
            return meaning(value.strip())
        except moment.UnreadableDate as error:
            context = {"expected": expected, "why": str(error), "hint": error.hint}
            raise PydanticCustomError("expected", "{expected}", context) from None
        except ValueError:
            raise not_expected(expected) from None

    return ValueReader(value_of, schema=schema)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a missing answer: it begins with TODO, TBC or TBD, is wholly in
    angle or square brackets, ends with such a word in brackets or after a dash, or only says that
    there is no answer. Case and repeated signs make no difference."""
    return (_short_placeholder if len(text) <= _MAX_NO_ANSWER else _placeholder)(text)


def _placeholder(text: str) -> bool:
    shown = strip_invisible(text)
    if not shown.isascii():
        shown = normalize("NFKC", shown)
    return bool(
        _UNANSWERED.match(shown)
        or (len(shown) <= _MAX_NO_ANSWER and _NO_ANSWER.fullmatch(shown))
        or _LEFT_OPEN.search(shown[-_MAX_NO_ANSWER:])
    )


_short_placeholder = lru_cache(_placeholder)
"""Of short texts many are the same: a draft names each unit often."""


_OPEN = (
    r"to\s?do|t\.?b\.?[acd]|to\s+(?:follow|be\s+(?:confirmed|decided|determined|announced|advised|agreed))"
    r"|pending|unknown|not\s+(?:yet\s+)?known|x{3,}|\?+"
)

_UNANSWERED = re.compile(
    r"\W*(?:TODO|TBC|TBD)\b|<.*>\Z|\{\{.*\}\}\Z|\[(?:[^\[\]]|\[[^\[\]]*\])*\]\Z",
    re.IGNORECASE | re.DOTALL,
)

_NO_ANSWER = re.compile(
    rf"(?:{_OPEN}|n\s?[/.]?\s?a|nil|not\s+(?:yet\s+)?applicable|none)[\s.!?]*"
    r"|[-?.\u2010-\u2015_*\s]+",
    re.IGNORECASE,
)

_LEFT_OPEN = re.compile(
    rf"[(\[<]\s*(?:{_OPEN})[\s.!?]*[)\]>]\Z|\s[-\u2010-\u2015]+\s*(?:TODO|TB[ACD])\Z",
    re.IGNORECASE,
)

_MAX_NO_ANSWER = 40
"""More characters than any text has that only says that there is no answer."""


def _text(value: str) -> str:
    if not strip_invisible(value) or is_placeholder(value):
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


def form_schema(expression: str, expected: str) -> Schema:
    """The schema of a text that matches an expression, apart from white space around it. Editors
    show `expected` instead of the expression."""
    return _pattern_schema(rf"^\s*(?:{expression})\s*$", expected)


def _pattern_schema(expression: str, expected: str) -> Schema:
    return {
        "type": "string",
        "pattern": expression,
        "patternErrorMessage": f"Write {expected} here.",
    }


def pattern(expression: str, expected: str, most: float | None = None) -> ValueReader:
    """A reader of texts that match an expression. `most` is the largest number whose text matches;
    None if no number's does."""

    def meaning(value: str) -> str:
        if not re.fullmatch(expression, value, re.ASCII):
            raise ValueError
        return value

    schema = form_schema(expression, expected)
    if most is not None:
        schema |= {"type": ["string", "number"], "minimum": 0, "maximum": most}
    return value_reader(expected, meaning, schema)


def custom_error(message: str, hint: str) -> PydanticCustomError:
    """An error with its own message and hint."""
    return PydanticCustomError("said", "{message}", {"message": message, "hint": hint})


def one_of(*choices: str) -> ValueReader:
    """A reader of one of several words."""

    def meaning(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    expected = join([f"‘{choice}’" for choice in choices], "or")
    words = {"enum": list(choices)}
    return value_reader(
        expected, meaning, {"anyOf": [words, form_schema("|".join(choices), expected)]}
    )


def _whole_numbers(expected: str, least: int, digits: str) -> ValueReader:
    """A reader of whole numbers from `least`. `digits` is the expression that their text
    matches."""

    def meaning(value: str) -> int:
        number = _whole_number(value)
        if number < least:
            raise ValueError
        return number

    numbers = {"type": ["integer", "string"], "minimum": least, "maximum": _MAX_NUMBER}
    return value_reader(
        expected, meaning, form_schema(rf"(?:{digits})(?:\.0+)?", expected) | numbers
    )


def _dates(expected: str, *wanted: Precision) -> ValueReader:
    """A reader of dates of these precisions. The schema accepts every text, because it cannot
    describe dates, and numbers such as 20220520."""
    numbers = {
        "type": ["string", "number"],
        "minimum": YEARS[0] * 10_000 + 101,
        "exclusiveMaximum": YEARS[-1] * 10_000 + 1232,
    }
    schema = _pattern_schema(VISIBLE_CHARACTER, expected) | numbers
    return value_reader(expected, lambda value: moment.read(value, wanted), schema)


def _any_case(*words: str) -> str:
    return "|".join("".join(f"[{c.upper()}{c}]" for c in word) for word in words)


_MAX_NUMBER = 10**18 - 1

_TEXT: Schema = {
    "anyOf": [
        _pattern_schema(VISIBLE_CHARACTER, "text") | {"type": ["string", "number"]},
        {
            "description": "‘true’ and ‘false’ are text here.",
            "not": {"type": ["string", "number", "array", "object", "null"]},
        },
    ]
}
"""It accepts booleans without naming the type: editors would offer `true` and `false`."""

_TRUE_OR_FALSE = "‘true’ or ‘false’"

_YES_OR_NO = form_schema(_any_case("true", "yes", "on", "false", "no", "off"), _TRUE_OR_FALSE)

Text = Annotated[str, value_reader("text", _text, _TEXT)]

WholeNumber = Annotated[int, _whole_numbers("a whole number", -_MAX_NUMBER, "[-+]?0*[0-9]{1,18}")]

Amount = Annotated[int, _whole_numbers("a whole number of 0 or more", 0, r"\+?0*[0-9]{1,18}|-0+")]

Count = Annotated[int, _whole_numbers("a whole number of 1 or more", 1, r"\+?0*[1-9][0-9]{0,17}")]

YesOrNo = Annotated[
    bool, value_reader(_TRUE_OR_FALSE, _yes_or_no, _YES_OR_NO | {"type": ["boolean", "string"]})
]

When = Annotated[Moment, _dates("a date", *moment.ANY)]

Day = Annotated[Moment, _dates("a date", "day")]

MonthOrDay = Annotated[Moment, _dates("a month or a date", "month", "day")]

DayOrMinute = Annotated[Moment, _dates("a date, or a date and time", "day", "minute")]
