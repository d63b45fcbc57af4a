"""JSON Schema of a draft and of a catalogue, for editors and other programs.

It is made from the models: their fields with titles, descriptions and examples, and the readers of
values. If a rule checks a single value against a list, such as a reference against the cycle's
list, the schema has that list as choices. So `htq check` refuses every draft that the schema
refuses, and the schema refuses every draft in whose shape `check` finds an error, except that it
cannot tell which texts and numbers are dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Annotated, Any, TypeGuard, get_args, get_origin

from pydantic.fields import FieldInfo

from htqcli import __version__
from htqcli.catalogue.model import Catalogue, Cycle, Listing, Reference
from htqcli.document import reader
from htqcli.draft.application import Acceptance, Application, Choice, Qualification, StandardClaim
from htqcli.model.part import REQUIRED, Model, names
from htqcli.model.values import Schema, Text, ValueReader, form_schema
from htqcli.rules import about
from htqcli.rules.declare import DRAFT, Acceptable
from htqcli.vocabulary import LABEL, LEVELS, SCOPES
from htqcli.words import join

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANYTHING: Schema = {}
"""The last choice in a list that suggests values but accepts any."""


def of_application(catalogue: Catalogue) -> Schema:
    """The schema of a draft, with the catalogue's cycles and their lists as choices."""
    cycles = {
        cycle.cycle: _labelled(f"Cycle {cycle.cycle}", _summary(cycle))
        for cycle in catalogue.cycles
    }
    levels = {level: _labelled(f"Level {level}") for level in LEVELS}
    listed = [cycle for cycle in catalogue.cycles if cycle.standards]
    more: More = {
        (Application, "cycle"): _one_of(cycles),
        (Qualification, "level"): _one_of(levels),
        (StandardClaim, "reference"): _Writer({}).value(Reference) | _standards(listed),
        (StandardClaim, "ksbs"): {
            "propertyNames": {
                "pattern": f"^(?:{LABEL.pattern})$",
                "patternErrorMessage": "Write a label such as K1 here.",
            }
        },
        (Acceptance, "rule"): _any_of(*_rules(), _Writer({}).value(Text)),
        (Choice, None): {"oneOf": [_either("choose", "credits"), _either("credits", "choose")]},
    }
    title = "Draft application for a Higher Technical Qualification"
    schema = _root("application", Application, title, more)
    return schema | {"allOf": [_condition(cycle) for cycle in listed]} if listed else schema


def of_catalogue() -> Schema:
    """The schema of a catalogue."""
    more: More = {(Listing, "scopes"): {"propertyNames": {"enum": list(SCOPES)}}}
    return _root("catalogue", Catalogue, "Catalogue of approvals cycles", more)


More = Mapping[tuple[type[Model], str | None], Schema]
"""Additions to the schemas of fields, or of whole parts (None)."""


def _root(name: str, model: type[Model], title: str, more: More) -> Schema:
    writer = _Writer(more)
    part = writer.part(model)
    return {
        "$schema": DIALECT,
        "$id": f"urn:htq:schema:{name}",
        "$comment": f"Written by ‘htq schema {name}’ of htq {__version__}.",
        "title": title,
        **part,
        "$defs": dict(sorted(writer.definitions.items())),
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the schema of a model, with those of its parts in `definitions`."""

    more: More
    definitions: dict[str, Schema] = field(default_factory=dict)

    def part(self, model: type[Model]) -> Schema:
        described = {"description": _description(model)}
        needed = [name for name, info in names(model).items() if _is_needed(info)]
        group: Schema = {
            "type": "object",
            "properties": {
                name: self.field(model, name, info) for name, info in names(model).items()
            },
            **({"required": needed} if needed else {}),
            "additionalProperties": False,
            **self.more.get((model, None), {}),
        }
        if model.short_for is None:
            return described | group
        short = self.value(_whole(names(model)[model.short_for]))
        return described | _any_of(short, group)

    def field(self, model: type[Model], name: str, info: FieldInfo) -> Schema:
        schema = self.value(_whole(info)) | self.more.get((model, name), {})
        if not _is_needed(info):
            schema = _or_null(schema)
        title = info.title or name.strip("$").replace("_", " ")
        kinds = (info.annotation, *get_args(info.annotation))
        description = info.description or _description(next(filter(_is_part, kinds), None))
        label = _labelled(title[:1].upper() + title[1:], description)
        examples = {"examples": list(map(_example, info.examples))} if info.examples else {}
        return label | schema | examples

    def value(self, kind: Any) -> Schema:
        """The schema of a value of a type, without null."""
        if get_origin(kind) is Annotated:
            kind, *notes = get_args(kind)
            for note in notes:
                if isinstance(note, ValueReader):
                    return dict(note.schema)
        inner = [argument for argument in get_args(kind) if argument is not NoneType]
        if NoneType in get_args(kind):
            return self.value(inner[0])
        if get_origin(kind) is tuple:
            return {"type": "array", "items": self.value(inner[0])}
        if get_origin(kind) is dict:
            of = self.value(inner[1])
            can_be_empty = _is_part(inner[1]) and not any(map(_is_needed, names(inner[1]).values()))
            return {"type": "object", "additionalProperties": _or_null(of) if can_be_empty else of}
        assert _is_part(kind), kind
        if kind.__name__ not in self.definitions:
            self.definitions[kind.__name__] = self.part(kind)
        return {"$ref": f"#/$defs/{kind.__name__}"}


def _whole(info: FieldInfo) -> Any:
    """The annotation of a field with its metadata, which includes its reader."""
    return Annotated[info.annotation, None, *info.metadata]


def _is_part(kind: object) -> TypeGuard[type[Model]]:
    return isinstance(kind, type) and issubclass(kind, Model)


def _description(part: type[Model] | None) -> str:
    return " ".join(((part and part.__doc__) or "").split())


def _is_needed(info: FieldInfo) -> bool:
    return info.is_required() or REQUIRED in info.metadata


def _or_null(schema: Schema) -> Schema:
    """A schema that accepts null too: a null field is treated as missing."""
    kinds = schema.get("type")
    if kinds is None or "anyOf" in schema:
        return _any_of(schema, {"type": "null"})
    return schema | {"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


def _any_of(*schemas: Schema) -> Schema:
    """A schema that accepts what any of the schemas accepts, in one list of choices."""
    lists = [schema["anyOf"] if set(schema) == {"anyOf"} else [schema] for schema in schemas]
    return {"anyOf": [choice for choices in lists for choice in choices]}


def _labelled(title: str, description: str = "") -> Schema:
    label = {"title": title, "description": description}
    return {name: text for name, text in label.items() if text}


def _example(written: object) -> Any:
    """The value of an example, which is in the notation of a draft."""
    try:
        return json.loads(str(written))
    except ValueError:
        return reader.read(f"example: {written}".encode()).data()["example"]


def _either(one: str, other: str) -> Schema:
    return {
        "required": [one],
        "properties": {one: {"not": {"type": "null"}}, other: {"type": "null"}},
    }


def _one_of(labels: Mapping[int, Schema]) -> Schema:
    """A choice of whole numbers with labels, written as numbers or as text."""
    choices = [{"const": number, **label} for number, label in labels.items()]
    digits = "|".join(map(str, labels))
    as_text = form_schema(rf"\+?0*(?:{digits})(?:\.0+)?", join(list(map(str, labels)), "or"))
    return {"anyOf": [*choices, as_text]}


def _summary(cycle: Cycle) -> str:
    times = [
        f"{f'{window.name} window' if window.name else 'window'}: "
        f"{window if window.opens or window.closes else 'not known'}"
        for window in cycle.windows
    ]
    status = cycle.listing.status if cycle.listing else "not in the catalogue"
    summary = "; ".join([*times, f"list of standards: {status}"])
    return f"{summary[0].upper()}{summary[1:]}."


def _standards(cycles: Iterable[Cycle]) -> Schema:
    """The standards on the lists of cycles as choices, with their entries. An editor finds them by
    their titles too."""
    entries: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for cycle in cycles:
        for standard in cycle.standards:
            titles[standard.reference] = standard.title
            scope = standard.scope.replace("-", " ")
            entries.setdefault(standard.reference, []).append(
                f"{standard.route}, level {standard.level}, {scope} for cycle {cycle.cycle}"
            )
    choices: list[Schema] = [
        {
            "const": reference,
            "title": title,
            "description": f"{title}: {'; '.join(entries[reference])}",
        }
        for reference, title in titles.items()
    ]
    snippets = [
        {"label": choice["title"], "description": choice["description"], "body": choice["const"]}
        for choice in choices
    ]
    return {"anyOf": [*choices, _ANYTHING], "defaultSnippets": snippets}


def _condition(cycle: Cycle) -> Schema:
    """In a draft for a cycle, standards must be on the list of that cycle."""
    expected = f"a reference on the list of cycle {cycle.cycle}"
    reference = form_schema("|".join(cycle.by_reference), expected)
    standards = {"items": {"properties": {"reference": reference}}}
    return {
        "if": {"properties": {"cycle": {"const": cycle.cycle}}, "required": ["cycle"]},
        "then": {"properties": {"standards": standards}},
    }


def _rules() -> Iterator[Schema]:
    """The rules whose findings can be accepted, by their codes and by their names."""
    known = [rule for rule in about(DRAFT) if rule.acceptable is not Acceptable.NO]
    for rule in known:
        yield {"const": rule.code, "title": rule.name, "description": rule.summary}
    for rule in known:
        yield {"const": rule.name, "title": rule.code, "description": rule.summary}
