"""What a single value can be, and how a text is read as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast
from unicodedata import normalize

from pydantic import GetCoreSchemaHandler, PlainValidator
from pydantic_core import PydanticCustomError, core_schema

from htqcli import moment
from htqcli.moment import YEARS, Moment, Precision
from htqcli.words import SEEN, join, strip_invisible

T = TypeVar("T")


def wrong(expected: str) -> PydanticCustomError:
    """The error of a value that is not what its field expects, such as `a whole number`."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


Schema = dict[str, Any]
"""A JSON Schema, draft 2020-12."""


Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ValueReader(PlainValidator):
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


def value_reader(expected: str, meaning: Callable[[str], T], schema: Schema) -> ValueReader:
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

    return ValueReader(value_of, schema=schema)


def is_placeholder(text: str) -> bool:
    """Whether a text holds the place of an answer: it begins with the word TODO, TBC or TBD, is
    wholly in angle or square brackets, ends with such a word in brackets or after a dash, or only
    says that there is no answer. Case, and how often a sign is repeated, make no difference."""
    said = strip_invisible(text)
    if not said.isascii():
        said = normalize("NFKC", said)
    return bool(
        _UNANSWERED.match(said)
        or (len(said) <= _MOST_SAID and _NO_ANSWER.fullmatch(said))
        or _LEFT_OPEN.search(said[-_MOST_SAID:])
    )


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


_MOST_SAID = 40
"""The length of the longest text that says only that there is no answer, with some to spare."""


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


def pattern(expression: str, expected: str, most: float | None = None) -> ValueReader:
    """The reading of a text of a fixed form. `most` is the largest number whose text has it;
    None where that of none has."""

    def meaning(value: str) -> str:
        if not re.fullmatch(expression, value, re.ASCII):
            raise ValueError
        return value

    schema = form_of(expression, expected)
    if most is not None:
        schema |= {"type": ["string", "number"], "minimum": 0, "maximum": most}
    return value_reader(expected, meaning, schema)


def says(message: str, hint: str) -> PydanticCustomError:
    """The error of a part whose fields do not go together, in words of its own."""
    return PydanticCustomError("said", "{message}", {"message": message, "hint": hint})


def one_of(*choices: str) -> ValueReader:
    """The reading of one of a few words."""

    def meaning(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    expected = join([f"‘{choice}’" for choice in choices], "or")
    words = {"enum": list(choices)}
    return value_reader(expected, meaning, {"anyOf": [words, form_of("|".join(choices), expected)]})


def _whole_numbers(expected: str, least: int, digits: str) -> ValueReader:
    """The reading of a whole number from `least`; `digits` is the form of one as text."""

    def meaning(value: str) -> int:
        number = _whole_number(value)
        if number < least:
            raise ValueError
        return number

    numbers = {"type": ["integer", "string"], "minimum": least, "maximum": _MOST}
    return value_reader(expected, meaning, form_of(rf"(?:{digits})(?:\.0+)?", expected) | numbers)


def _dates(expected: str, *wanted: Precision) -> ValueReader:
    """The reading of a date of one of these precisions. Which texts are dates is more than a
    schema can say; a number is one as 20220520 is."""
    numbers = {
        "type": ["string", "number"],
        "minimum": YEARS[0] * 10_000 + 101,
        "exclusiveMaximum": YEARS[-1] * 10_000 + 1232,
    }
    schema = _formed(SEEN, expected) | numbers
    return value_reader(expected, lambda value: moment.read(value, wanted), schema)


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

Text = Annotated[str, value_reader("text", _text, _TEXT)]


WholeNumber = Annotated[int, _whole_numbers("a whole number", -_MOST, "[-+]?0*[0-9]{1,18}")]


Amount = Annotated[int, _whole_numbers("a whole number, 0 or more,", 0, r"\+?0*[0-9]{1,18}|-0+")]


Count = Annotated[int, _whole_numbers("a whole number, 1 or more,", 1, r"\+?0*[1-9][0-9]{0,17}")]


YesOrNo = Annotated[
    bool, value_reader(_TRUE_OR_FALSE, _yes_or_no, _YES_OR_NO | {"type": ["boolean", "string"]})
]


When = Annotated[Moment, _dates("a date", *moment.ANY)]


Day = Annotated[Moment, _dates("a date", "day")]


MonthOrDay = Annotated[Moment, _dates("a month or a date", "month", "day")]


DayOrMinute = Annotated[Moment, _dates("a date, or a date and time", "day", "minute")]
