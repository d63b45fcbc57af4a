"""The words for a value that differs."""

from __future__ import annotations

import re
from typing import Any

from htqcli.model.differences import fields_of, is_absent
from htqcli.vocabulary import SCOPES
from htqcli.words import join, quote


def in_words(value: Any) -> str:
    """A value as a person would say it; `not given` if it is missing."""
    if is_absent(value):
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if value in SCOPES:
            return value.replace("-", " ")
        return value if re.fullmatch(r"[\w-]{1,20}", value) else quote(value, 200)
    if isinstance(value, tuple | list):
        return join([in_words(item) for item in value if item is not None])
    own = (fields_of(value) or {}).items()
    given = [f"{name} {in_words(item)}" for name, item in own if not is_absent(item)]
    return join(given) or str(value)
