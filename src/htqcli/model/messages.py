"""The messages about values that their fields do not accept."""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from htqcli.document.faults import Fault, FaultKind, Fix
from htqcli.document.places import FieldPath
from htqcli.model.part import APPLICANT_ONLY, EXPECTED, REQUIRED, Model, bare_type, names
from htqcli.model.values import is_placeholder
from htqcli.words import join, nearest, only_possible_word, quote, strip_invisible, truncate


def fault_of(model: type[Model], data: Any, path: FieldPath, entry: Any) -> Fault:
    """The fault for an entry of Pydantic's errors about `data`."""
    value = data
    for step in path:
        value = value[step]
    if entry["type"] == "extra_forbidden":
        return _unknown(model, data, path)
    if entry["type"] == "missing":
        name = str(entry["loc"][-1])
        return absent_fault(path, name, type_at(model, path))
    subject = _subject(model, path, value)
    hidden = " (hidden: personal data)" if is_private(model, path) else ""
    if isinstance(value, str) and is_placeholder(value):
        return Fault(
            FaultKind.PLACEHOLDER,
            path,
            f"{subject} still needs your answer{hidden}",
            f"{_instruction('Replace it with', model, path)}{_or_leave_out(model, path)}.",
        )
    context = entry.get("ctx", {})
    if entry["type"] == "said":
        return Fault(FaultKind.WRONG, path, context["message"], context["hint"])
    expected, hint = _COLLECTIONS.get(entry["type"], (context.get("expected", "text"), ""))
    choices = re.findall("‘(.*?)’", expected)
    near = nearest(value, choices) if isinstance(value, str) else []
    message = f"{subject} {_what_is_wrong(value, expected)}{hidden}"
    if context.get("why"):
        message, hint = f"{subject} {context['why']}{hidden}", context["hint"]
    if near:
        hint = f"Did you mean ‘{near[0]}’?"
    elif len(choices) > 1:
        hint = "Use one of these words, exactly as shown."
    elif entry["type"] == "tuple_type" and isinstance(value, str) and not is_private(model, path):
        hint = _as_list(model, (*path, *entry["loc"][len(path) :]), value)
    elif entry["type"] == "tuple_type" and isinstance(value, dict):
        hint = "Put the items in ‘[’ and ‘]’, with commas between them."
        if type_at(model, (*path, 0)):
            hint = (
                "Write ‘- ’ before the first field of each item, and begin its other fields two "
                "columns further right than now."
            )
    elif part := type_at(model, path) if entry["type"] in ("model_type", "dict_type") else None:
        lines = [_line(name, info) for name, info in names(part).items() if info.examples][:2]
        if part.known_by and isinstance(value, str):
            lines = _lines(part, value)
        if lines:
            hint = f"{hint} For example {join([f'‘{line}’' for line in lines])}."
        else:
            hint = f"{hint} The fields are {join(list(names(part)))}."
    elif entry["type"] == "dict_type" and (owner := type_at(model, path[:-1])):
        hint = f"Write each on a line of its own. {names(owner)[str(path[-1])].description}"
    fix = _fix(model, path, value, choices) if near else None
    if near and fix is None:
        fix = Fix(near[0], certain=False)
    if expected.startswith("a whole number") and (number := _number_in(value, path)):
        fix, hint = Fix(number), f"Did you mean {quote(number)}?"
    return Fault(
        FaultKind.WRONG, path, message, hint or f"{_instruction('Enter', model, path)}.", fix=fix
    )


def _subject(model: type[Model], path: FieldPath, value: object) -> str:
    """The beginning of a sentence about the value at a path."""
    if is_private(model, path):
        return f"The {_field(model, path)[0]}"
    if isinstance(value, str) and strip_invisible(value):
        return quote(value)
    return "This" if isinstance(value, list | dict) else "The value"


def _what_is_wrong(value: object, expected: str) -> str:
    """What is wrong with a value that is not what its field expects."""
    if value is None:
        return "is missing"
    if isinstance(value, str):
        return f"is not {expected}" if strip_invisible(value) else "is empty"
    kind = "a list" if isinstance(value, list) else "a group of fields"
    return f"is {kind}, not {expected}"


def _lines(part: type[Model], text: str) -> list[str]:
    """The lines of the fields that a part needs, including the text written in its place, unless
    that contains an e-mail address."""
    return [
        f"{name}: {truncate(text.strip(), 60)}"
        if name == part.known_by and "@" not in text
        else _line(name, info)
        for name, info in names(part).items()
        if name == part.known_by or REQUIRED in info.metadata
    ]


def _as_list(model: type[Model], path: FieldPath, text: str) -> str:
    """How to write the list that belongs at a path, with an example from the text there."""
    if item := type_at(model, (*path, 0)):
        first, *more = _lines(item, text)
        below = f", with {join(list(map(quote, more)))} below it" if more else ""
        return f"Begin each item on a line of its own: {quote(f'- {first}')}{below}."
    owner = type_at(model, path[:-1])
    info = names(owner).get(str(path[-1])) if owner else None
    example = f", for example {quote(info.examples[0])}" if info and info.examples else ""
    return f"Put the items in brackets{example}."


def _number_in(value: object, path: FieldPath) -> str | None:
    """The number in a text that otherwise only repeats its field's name, such as `Level 5`."""
    name = re.escape(str(path[-1]).rstrip("s"))
    form = rf"\s*(?:{name}s?\s*:?\s*([0-9]{{1,4}})|([0-9]{{1,4}})\s*{name}s?)\s*"
    match = re.fullmatch(form, value, re.IGNORECASE) if isinstance(value, str) else None
    return match and (match[1] or match[2])


def _fix(model: type[Model], path: FieldPath, typed: str, choices: list[str]) -> Fix | None:
    """The only choice that a text at a path can mean."""
    meant = (
        None
        if is_personal_or_applicant_only(model, path)
        else only_possible_word(typed.strip(), choices)
    )
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


def _unknown(model: type[Model], data: Any, path: FieldPath) -> Fault:
    owner = type_at(model, path[:-1])
    known = list(names(owner)) if owner else []
    if is_private(model, path[:-1]):
        message = "This field of the contact is unknown, so it was ignored (hidden: personal data)"
        hint = f"The fields here are {join(known)}."
        return Fault(FaultKind.UNKNOWN, path, message, hint, of_name=True)
    near = nearest(str(path[-1]), known)
    hint = f"Did you mean ‘{near[0]}’?" if near else f"The fields here are {join(known)}."
    if path[-1] == "<<":
        hint = "Write the fields out: htq does not merge fields from elsewhere."
    for step in path[:-1]:
        data = data[step]
    if near and near[0] in data:
        near, hint = [], f"The field ‘{near[0]}’ is here too. Put the two together."
    is_certain = [only_possible_word(str(path[-1]), known)] == near
    if near and is_personal_or_applicant_only(model, (*path[:-1], near[0])):
        is_certain = False
    return Fault(
        FaultKind.UNKNOWN,
        path,
        f"{quote(str(path[-1]))} is not a field here, so it was ignored",
        hint,
        of_name=True,
        fix=Fix(near[0], name=True, certain=is_certain) if near else None,
    )


def meant_fields(model: type[Model], data: Any, path: FieldPath) -> list[FieldPath]:
    """The missing fields, at most one, that an unknown field was likely meant to be."""
    owner = type_at(model, path[:-1])
    for step in path[:-1]:
        data = data[step]
    if owner is None or not isinstance(data, dict):
        return []
    missing = [name for name in names(owner) if name not in data]
    return [(*path[:-1], name) for name in nearest(str(path[-1]), missing)]


def absent_fault(path: FieldPath, name: str, owner: type[Model] | None) -> Fault:
    info = names(owner).get(name) if owner else None
    title = (info and info.title) or name.replace("_", " ")
    line = _line(name, info) if info else f"{name}:"
    return Fault(
        FaultKind.MISSING, (*path, name), f"The {title} is missing", f"Add ‘{line}’ {under(path)}."
    )


def under(path: FieldPath) -> str:
    """Where to add a field to the part at a path: `under ‘qualification’`."""
    if not path:
        return "at the top of the file"
    if isinstance(path[-1], int):
        return f"to item {path[-1] + 1} of {quote(str(path[-2]))}"
    return f"under {quote(path[-1])}"


def _line(name: str, info: FieldInfo) -> str:
    return f"{name}: {info.examples[0]}" if info.examples else f"{name}:"


def _instruction(verb: str, model: type[Model], path: FieldPath) -> str:
    """What to do about the value at a path, with an example if its field has one."""
    title, example = _field(model, path)
    said = f"Say {title}" if title.startswith("whether ") else f"{verb} the {title}"
    return f"{said}, for example ‘{example}’" if example else said


def _field(model: type[Model], path: FieldPath) -> tuple[str, str]:
    """The title of the field that a path leads to, and an example of its line; empty for none."""
    part = type_at(model, path)
    written = str(path[-1]) if part and part.short_for else None
    if part and part.short_for:
        path = (*path, part.short_for)
    for length in range(len(path), 0, -1):
        owner = type_at(model, path[: length - 1])
        name = str(path[length - 1])
        if owner and name in names(owner):
            info = names(owner)[name]
            example = _line(written or name, info) if info.examples else ""
            return info.title or name.replace("_", " "), example
    return "value", ""


def _or_leave_out(model: type[Model], path: FieldPath) -> str:
    """The alternative for a field with a placeholder."""
    owner = type_at(model, path[:-1])
    info = names(owner).get(str(path[-1])) if owner else None
    if info is None:
        part = type_at(model, path)
        is_optional = part is not None and not any(
            REQUIRED in i.metadata for i in names(part).values()
        )
        return ", or delete the line" if is_optional else ""
    can_be_left_out = not {REQUIRED, EXPECTED} & set(info.metadata)
    return ", or leave the field out" if can_be_left_out else ""


def type_at(model: type[Model], path: FieldPath) -> type[Model] | None:
    """The model of the part at a path; None if no part belongs there."""
    at: Any = model
    for step in path:
        if isinstance(at, type) and issubclass(at, Model):
            info = names(at).get(str(step))
            at = bare_type(info.annotation) if info else None
        elif inner := get_args(at):
            at = bare_type(inner[0 if get_origin(at) is tuple else -1])
        else:
            return None
    return at if isinstance(at, type) and issubclass(at, Model) else None


def is_private(model: type[Model], path: FieldPath) -> bool:
    """Whether the value at a path of `model` is personal."""
    parts = (type_at(model, path[:length]) for length in range(len(path) + 1))
    return any(part is not None and part.is_private for part in parts)


def is_personal_or_applicant_only(model: type[Model], path: FieldPath) -> bool:
    """Whether the value at a path of `model` is personal, or only for the applicant to write."""
    if is_private(model, path):
        return True
    for length, step in enumerate(path):
        owner = type_at(model, path[:length])
        info = names(owner).get(str(step)) if owner else None
        if info and APPLICANT_ONLY in info.metadata:
            return True
    return False
