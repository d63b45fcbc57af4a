"""Files that a person may name in place of a draft: what they are, and what to do with them.

Their content identifies them. Only a text table is identified by its name, because any text can be
one.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from htqcli.document.faults import Fault, FaultKind
from htqcli.document.nodes import Document
from htqcli.words import visible


class Foreign(NamedTuple):
    """A file that is not a draft: what it is, and what to do with it."""

    what: str
    advice: str

    def document(self, read: Document) -> Document:
        """An empty document with one fault: that it is something else. None of the file is shown,
        because any of it can be personal."""
        kind = read.faults[0].kind if read.root is None and read.faults else FaultKind.NOT_A_MAPPING
        fault = Fault(kind, (), f"This is {self.what}, not a draft", self.advice)
        return Document("", None, (fault,))


def recognise(path: str, content: bytes, document: Document) -> Foreign | None:
    """What a file without a field of a draft at its top is, if htq knows."""
    from htqcli.ksbs.standards_data import in_utf_8

    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122  # a name, which nothing looks up
    name = visible(f'"{path}"' if " " in path else path)
    return (
        _binary(content, suffix, name)
        or _by_fields(document, name)
        or _text(in_utf_8(content[:_MAX_SEARCHED]), suffix, name)
    )


_MAX_SEARCHED = 1_000_000
"""How many bytes of a text are searched at most."""

_DRAFTS = "htq check reads drafts, which are YAML or JSON text."

_DOCUMENT_ADVICE = f"{_DRAFTS} Name this file in the draft, as evidence or under ‘documents’."

_TABLES = {
    ".xlsx": "an Excel workbook", ".xlsm": "an Excel workbook", ".xls": "an Excel workbook",
    ".xlsb": "an Excel workbook", ".ods": "a spreadsheet",
}  # fmt: skip

_DOCUMENTS = {
    ".docx": "a Word document", ".doc": "a Word document", ".odt": "a text document",
    ".pptx": "a PowerPoint presentation", ".ppt": "a PowerPoint presentation",
}  # fmt: skip

_OFFICE_FOLDERS = {b"xl/": ".xlsx", b"word/": ".docx", b"ppt/": ".pptx"}
"""The folders inside an Office file, which identify it if its name does not."""


def _binary(content: bytes, suffix: str, name: str) -> Foreign | None:
    if content.startswith(b"%PDF-"):
        return Foreign("a PDF", _DOCUMENT_ADVICE)
    is_package = content.startswith(b"PK\x03\x04")
    if not is_package and not content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return None
    if is_package and suffix not in _TABLES | _DOCUMENTS:
        found = (own for folder, own in _OFFICE_FOLDERS.items() if folder in content)
        suffix = next(found, suffix)
    if suffix in _TABLES:
        return _table(_TABLES[suffix], name)
    otherwise = "a ZIP archive" if is_package else "a document of an older Office"
    return Foreign(_DOCUMENTS.get(suffix, otherwise), _DOCUMENT_ADVICE)


def _table(what: str, name: str) -> Foreign:
    return Foreign(
        what,
        f"{_DRAFTS} To copy the mapping in this file to a draft, run ‘htq mapping import {name} "
        "DRAFT’. If it is the mapping that you submit, also name it under ‘documents’ with ‘kind: "
        "ksb-mapping’.",
    )


def _record(name: str) -> Foreign:
    return Foreign(
        "a record of the published standards data",
        f"To make a KSB list from it, run ‘htq ksbs import {name}’.",
    )


def _by_fields(document: Document, name: str) -> Foreign | None:
    fields = document.root.fields if document.root else {}
    if fields.keys() & {"referenceNumber", "stdCode"}:
        return _record(name)
    if "reference" in fields and fields.keys() & {"ksbs", "labels"}:
        return Foreign(
            "a KSB list", "Keep it in the folder ‘ksbs’ beside the draft, and check the draft."
        )
    if {"sources", "cycles"} <= fields.keys():
        return Foreign("a catalogue of cycles", f"To check it, run ‘htq catalogue check {name}’.")
    if fields.keys() >= {"htq", "files"} or fields.keys() >= {"version", "runs"}:
        return Foreign("a report of a check", "Check the draft that the report is about.")
    if "$schema" in fields and fields.keys() & {"properties", "$defs"}:
        return Foreign("a JSON Schema", "Editors read it. Check the draft that names it.")
    return None


def _text(text: bytes, suffix: str, name: str) -> Foreign | None:
    if re.match(_RECORDS, text) and re.search(_REFERENCE, text):
        return _record(name)
    if re.match(_PAGE, text) and b"data-ksb-id" in text:
        return Foreign(
            "a saved page of an occupation",
            f"To make a KSB list from it, run ‘htq ksbs import {name} --reference … --version …’ "
            "with "
            "the reference and the version of the standard.",
        )
    if re.match(_PAGE, text):
        return Foreign("a web page or XML", _DOCUMENT_ADVICE)
    if suffix in (".csv", ".tsv"):
        return _table("a table, such as a spreadsheet program makes", name)
    return None


_RECORDS = rb"\s*(?:\[\s*)?\{"
_REFERENCE = rb'"(?:referenceNumber|stdCode)"\s*:'
_PAGE = rb"(?i)\s*<(?:!doctype|!--|\?xml|html)"
