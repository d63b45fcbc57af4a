"""What can be wrong with a text or a value in it, and what puts it right."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from htqcli.document.places import Edit, FieldPath, Span


class FaultKind(Enum):
    """What is wrong with a text or with a value in it; each kind has one rule."""

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
    """What the value at a path becomes, a text or a list of texts, or with `name` the field's
    name there. `at` are the paths that change, where they are not that of the finding. `edit` is
    what changes in a text that is not YAML as it stands.

    It is `certain` where it is the same answer in its right form, so that nobody has to decide
    anything. Else it is what a hint names, for a person to decide.
    """

    text: str | tuple[str, ...]
    name: bool = False
    at: tuple[FieldPath, ...] = ()
    certain: bool = True
    edit: Edit | None = None

    @property
    def written(self) -> str:
        """What it becomes, as a message says it."""
        return self.text if isinstance(self.text, str) else f"[{', '.join(self.text)}]"


class Fault(NamedTuple):
    """What is wrong at a path, said in words.

    `span` is given where the path's own value is not the place to show, such as the second
    of two equal keys; the place is that of the field's name where it is `of_name`. `unsound` is
    false where the value at the path can be used all the same.
    """

    kind: FaultKind
    path: FieldPath
    message: str
    hint: str | None = None
    span: Span | None = None
    unsound: bool = True
    of_name: bool = False
    fix: Fix | None = None
