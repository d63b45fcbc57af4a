"""What can be wrong with a text or a value in it, and how to correct it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from htqcli.document.places import Edit, FieldPath, Span


class FaultKind(Enum):
    """What is wrong with a text or a value in it. Each kind has one rule."""

    UNREADABLE_TEXT = "text that cannot be read"
    SYNTAX = "YAML syntax"
    EMPTY = "nothing in the file"
    DUPLICATE_KEY = "duplicate key"
    SEVERAL_DOCUMENTS = "more than one document"
    LIMIT = "a limit passed"
    NOT_A_MAPPING = "no fields at the top"
    TAG = "a tag that is not plain YAML"
    MISSING = "required field missing"
    UNKNOWN = "unknown field"
    WRONG = "wrong type or value"
    PLACEHOLDER = "placeholder"


class Fix(NamedTuple):
    """The new value at a path, a text or a list of texts; with `name`, the new name of the field.

    `at` are the paths that change, if not the finding's own. `edit` is the change to a text that
    cannot be read as YAML. A `certain` fix is the same answer in the right form; any other is a
    suggestion, for a person to decide.
    """

    text: str | tuple[str, ...]
    name: bool = False
    at: tuple[FieldPath, ...] = ()
    certain: bool = True
    edit: Edit | None = None

    @property
    def written(self) -> str:
        """The new value or name, as messages show it."""
        return self.text if isinstance(self.text, str) else f"[{', '.join(self.text)}]"


class Fault(NamedTuple):
    """What is wrong at a path, in words.

    `span` is the place to show if that is not the value at the path, such as the second of two
    equal keys; with `of_name` it is the field's name. If not `unsound`, the value can still be
    used.
    """

    kind: FaultKind
    path: FieldPath
    message: str
    hint: str | None = None
    span: Span | None = None
    unsound: bool = True
    of_name: bool = False
    fix: Fix | None = None
