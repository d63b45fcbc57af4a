"""The published standards data: every version of every occupational standard, as records.

There is no published contract for it. A record is what the Department for Education's own
importer reads of it (DFE-IMPORT), and nothing in it is taken for granted.
"""

from __future__ import annotations

import gc
import re
from typing import Any

from htqcli.words import bare

MAX_BYTES = 160_000_000
"""The most bytes of the data that are read: twice what is published (79 MB)."""


class NotRead(Exception):
    """What should be standards data is not JSON."""


def records(content: bytes) -> list[Any]:
    """The entries of the data, one record or an array of them, whatever each is.

    Bytes that are not UTF-8 become U+FFFD. Raises NotRead.
    """
    from pydantic_core import from_json

    # JSON holds no cycles: a collection would walk all that is read so far, again and again.
    collects = gc.isenabled()
    gc.disable()
    try:
        data = from_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        data = _forgiving(content)
    finally:
        if collects:
            gc.enable()
    return data if isinstance(data, list) else [data]


def _forgiving(content: bytes) -> Any:
    """Half of a character pair, or a byte that is not UTF-8, spoils no other text."""
    import json

    try:
        return json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise NotRead from None


def reference(record: dict[str, Any]) -> str | None:
    """The record's reference; None where it is not that of a standard."""
    found = str(record.get("referenceNumber") or "").strip().upper()
    return found if re.fullmatch(r"ST\d{4}", found, re.ASCII) else None


def version(record: dict[str, Any]) -> str | None:
    """The record's version, in `versionNumber` where `version` is missing; None where it is
    not one."""
    found = str(record.get("version") or record.get("versionNumber") or "").strip()
    return found if re.fullmatch(r"\d{1,4}(\.\d{1,4})*", found, re.ASCII) else None


def items(record: dict[str, Any], name: str) -> list[Any]:
    """One of the record's lists; empty where it is not a list."""
    found = record.get(name)
    return found if isinstance(found, list) else []


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_BREAKS = {"br", "div", "li", "ol", "p", "td", "th", "tr", "ul"}
"""Elements that begin a line or an item: a space sets apart what they hold."""


def plain(text: object) -> str:
    """A text of the data without its HTML and entities, on one line."""
    if not isinstance(text, str):
        return ""
    if "<" in text:
        # After the last end of a comment none is looked for, so that no text takes long.
        before, end, after = text.rpartition("-->")
        text = _COMMENT.sub("", before + end) + after if end else text
        text = _TAG.sub(lambda tag: " " if (tag[2] or "").lower() in _BREAKS else "", text)
    if "&" in text:
        from html import unescape

        text = unescape(text)
    text = " ".join(text.split())
    return text if text.isprintable() else bare(text)
