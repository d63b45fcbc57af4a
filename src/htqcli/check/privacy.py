"""The personal data in a draft, which is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from htqcli.document import nodes
from htqcli.document.faults import FaultKind
from htqcli.document.nodes import Document
from htqcli.document.places import Span
from htqcli.rules.declare import DRAFT

EMAIL = r"[^\s\"'<>{}\[\],‘’]{1,64}@[^\s\"'<>{}\[\],‘’]{1,255}"


def is_contact(name: str | int) -> bool:
    """Whether a field is a contact, even if its name is slightly misspelt."""
    return str(name).lower().startswith("contact")


def without_addresses(text: str) -> str:
    """A text with `…` in place of e-mail addresses."""
    return re.sub(EMAIL, "…", text)


def personal_spans(document: Document) -> Iterator[Span]:
    """The characters of a draft that are or could be personal: contacts, e-mail addresses, and
    fields that a draft does not have."""
    waiting: list[nodes.Node] = [document.root] if document.root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Mapping):
            for name, (_, value) in node.fields.items():
                if is_contact(name):
                    yield Span(value.start, value.end)
                else:
                    waiting.append(value)
        elif isinstance(node, nodes.Sequence):
            waiting += node.items
    for fault in DRAFT.read(document).faults:
        if fault.kind is FaultKind.UNKNOWN and not (fault.fix and fault.fix.certain):
            yield from (document.key(fault.path), document.locate(fault.path))
    yield from (Span(*match.span()) for match in re.finditer(EMAIL, document.lines.text))
