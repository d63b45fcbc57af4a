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
    """Why `htq check` leaves out a file that it found in a folder, if it does."""
    document = reader.read(draft.content)
    other = None if own_fields(document) else recognise(draft.path, draft.content, document)
    return why_left_out(draft, document, other)


def why_left_out(draft: Draft, document: Document, other: Foreign | None) -> LeftOut | None:
    """Why a file found in a folder is not checked: it belongs to another program, or has nothing
    of a draft. None if it is checked, as a file that was named always is."""
    if draft.found and other:
        return LeftOut(draft.path, f"it is {other.what}", is_foreign=True, advice=other.advice)
    why = _why_not_a_draft(draft, document)
    return LeftOut(draft.path, why, is_foreign=True) if why else None


def own_fields(document: Document) -> set[str]:
    """The fields of a draft that a file has at its top. Case does not count."""
    written = document.root.fields if document.root else ()
    return _draft_fields() & {name.lower() for name in written}


@cache
def _draft_fields() -> set[str]:
    """The fields that identify a draft. `$schema` does not: files of many programs have it."""
    return {name for name in names(Application) if not name.startswith("$")}


def _why_not_a_draft(draft: Draft, document: Document) -> str | None:
    """Why a file found in a folder is not a draft, if it is not. A file that cannot be read is one
    if a line begins with a field of a draft, and an empty file if its name says so."""
    if not draft.found or own_fields(document):
        return None
    kinds = {fault.kind for fault in document.faults}
    if FaultKind.EMPTY in kinds:
        is_draft = os.path.basename(draft.path).lower().startswith("application")
        return None if is_draft else "it is empty"
    if document.root or FaultKind.NOT_A_MAPPING in kinds:
        return "it has no field of a draft at its top"
    if _has_field(draft.content):
        return None
    return "it cannot be read as YAML, and no line begins with a field of a draft"


def _has_field(content: bytes) -> bool:
    """Whether a line of a text begins with a field of a draft, indented like the first field. In
    UTF-16, zeros and a byte-order mark are skipped."""
    text = content.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\r", b"\n")
    first = re.search(_FIRST_FIELD, text)
    indentation = re.escape(first[1]) if first else b""
    fields = "|".join(_draft_fields()).encode()
    line = rb"(?im)^(?:\{\s*|%b)[\"']?(?:%b)(?![\w-])" % (indentation, fields)
    return re.search(line, text) is not None


_FIRST_FIELD = rb"(?m)^([ \t]*+)(?!\{?[ \t]*$|#|---)"
