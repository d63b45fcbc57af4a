"""Which files are drafts."""

from __future__ import annotations

import os
import re
from functools import cache

from htqcli.check.foreign import Foreign, recognise
from htqcli.check.inputs import Draft, LeftOut
from htqcli.document import reader
from htqcli.document.faults import FaultKind
from htqcli.document.nodes import Document
from htqcli.draft.application import Application
from htqcli.model.part import names


def left_out(draft: Draft) -> LeftOut | None:
    """Why a draft that was found in a folder is none, if so, as `check` judges it."""
    document = reader.read(draft.content)
    other = None if own_fields(document) else recognise(draft.path, draft.content, document)
    return why_left_out(draft, document, other)


def why_left_out(draft: Draft, document: Document, other: Foreign | None) -> LeftOut | None:
    """Why a file that was found in a folder is not checked, for one that belongs to another
    program or has nothing of a draft. A file that was named is checked."""
    if draft.found and other:
        return LeftOut(draft.path, f"it is {other.what}", is_foreign=True, advice=other.advice)
    why = _why_no_draft(draft, document)
    return LeftOut(draft.path, why, is_foreign=True) if why else None


def own_fields(document: Document) -> set[str]:
    """The fields of a draft, in whatever case, that a file has at its top."""
    written = document.root.fields if document.root else ()
    return _draft_fields() & {name.lower() for name in written}


@cache
def _draft_fields() -> set[str]:
    """The fields by which a draft is known; `$schema` is in the files of many programs."""
    return {name for name in names(Application) if not name.startswith("$")}


def _why_no_draft(draft: Draft, document: Document) -> str | None:
    """Why a file that was found in a folder is of another program, if it is. One that cannot be
    read is a draft where one of its lines begins with a field, and an empty one by its name."""
    if not draft.found or own_fields(document):
        return None
    kinds = {fault.kind for fault in document.faults}
    if FaultKind.EMPTY in kinds:
        is_draft = os.path.basename(draft.path).lower().startswith("application")
        return None if is_draft else "it is empty"
    if document.root or FaultKind.NOT_A_MAPPING in kinds:
        return "it has no field of a draft at its top"
    if _begins_a_line(draft.content):
        return None
    return "it cannot be read as YAML, and no line begins with a field of a draft"


def _begins_a_line(content: bytes) -> bool:
    """Whether a field of a draft begins a line of a text, at the indentation of its first field.
    Zeros and byte-order marks are those of UTF-16."""
    text = content.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\r", b"\n")
    first = re.search(_FIRST_FIELD, text)
    indentation = re.escape(first[1]) if first else b""
    fields = "|".join(_draft_fields()).encode()
    line = rb"(?im)^(?:\{\s*|%b)[\"']?(?:%b)(?![\w-])" % (indentation, fields)
    return re.search(line, text) is not None


_FIRST_FIELD = rb"(?m)^([ \t]*+)(?!\{?[ \t]*$|#|---)"
