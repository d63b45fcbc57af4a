"""The published standards data: every version of every occupational standard, as records.

Its format is not documented. The fields are those that the Department for Education's own importer
reads (DFE-IMPORT), and any of them can be missing or wrong.
"""

from __future__ import annotations

import gc
import math
import re
from typing import Any

from htqcli import moment
from htqcli.moment import Moment
from htqcli.words import strip_invisible

MAX_BYTES = 160_000_000
"""The most bytes of data that are read: twice what is published (79 MB)."""


class NotJson(Exception):
    """The standards data is not JSON."""


def records(content: bytes) -> list[Any]:
    """The entries of the data, one record or an array of them; each can be anything.

    Bytes that are not UTF-8 become U+FFFD. Raises NotJson.
    """
    from pydantic_core import from_json

    content = in_utf_8(content)
    # JSON has no cycles, and each collection would walk everything read so far.
    collects = gc.isenabled()
    gc.disable()
    try:
        data = from_json(content)
    except ValueError:
        data = _lenient_json(content)
    finally:
        if collects:
            gc.enable()
    return data if isinstance(data, list) else [data]


def in_utf_8(content: bytes) -> bytes:
    """Content in UTF-8 without a byte-order mark, even if PowerShell's `>` saved it as UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").encode()
    return content.removeprefix(b"\xef\xbb\xbf")


def _lenient_json(content: bytes) -> Any:
    """Read JSON even if it contains half a surrogate pair or bytes that are not UTF-8."""
    import json

    try:
        return json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NotJson from None


def written_reference(record: dict[str, Any]) -> str:
    """The record's reference as written."""
    return str(record.get("referenceNumber") or record.get("stdCode") or "").strip()


def reference(record: dict[str, Any]) -> str | None:
    """The record's reference; None if it is not that of a standard."""
    found = written_reference(record).upper()
    return found if re.fullmatch(r"ST\d{4}", found, re.ASCII) else None


def is_of_maps(record: dict[str, Any]) -> bool:
    """Whether a record comes from the Occupational Maps API, which has the reference in another
    field and gives labels."""
    return "stdCode" in record and "referenceNumber" not in record


def written_version(record: dict[str, Any]) -> str:
    """The record's version as written, from the first field that is not empty."""
    names = ("version", "versionNumber", "versionNo")
    return next((str(record[name]).strip() for name in names if record.get(name)), "")


def version(record: dict[str, Any]) -> str | None:
    """The record's version; None if it is not a version."""
    found = written_version(record)
    return found if re.fullmatch(r"\d{1,4}(\.\d{1,4})*", found, re.ASCII) else None


def items(record: dict[str, Any], name: str) -> list[Any]:
    """A list in the record; empty if it is not a list."""
    found = record.get(name)
    return found if isinstance(found, list) else []


def is_true(value: object) -> bool:
    """Whether a flag is set: the data uses true and 1, also as text."""
    return value == 1 or str(value).strip().casefold() in ("true", "1")


def normal_id(value: object) -> str | None:
    """An id in lower case without braces; None if it is missing or all zeros."""
    found = value.strip().strip("{}").casefold() if isinstance(value, str) else ""
    return found if found.strip("0-") else None


def level(record: dict[str, Any]) -> int | None:
    """The record's level, from a number or a text such as `Level 4`; None if it is neither."""
    written = str(record.get("level") or "").strip()
    found = re.fullmatch(r"(?:level\s*)?([0-9]{1,2})(?:\.0)?", written, re.ASCII | re.IGNORECASE)
    return int(found[1]) if found else None


def options(record: dict[str, Any]) -> dict[str, set[str]]:
    """The ids of each option by its name; none unless the record says that the standard has
    options. If only names are published, the options have no ids."""
    if not is_true(record.get("coreAndOptions")):
        return {}
    listed = [entry for entry in items(record, "options") if isinstance(entry, dict)]
    entries = [(plain(entry.get("title")), normal_id(entry.get("optionId"))) for entry in listed]
    if not any(title for title, _ in entries):
        entries = [(plain(name), None) for name in items(record, "optionsUnstructuredTemplate")]
    spelling: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for title, own in entries:
        if title:
            ids = found.setdefault(spelling.setdefault(title.casefold(), title), set())
            ids |= {own} if own else set()
    return found


def status(record: dict[str, Any]) -> str | None:
    """The record's status; None if it has none."""
    return plain(record.get("status")) or None


def moment_of(record: dict[str, Any], name: str) -> Moment | None:
    """A time in the record; None if it is missing or not a real date, such as one in the year
    1."""
    text = record.get(name)
    try:
        return moment.read(text[:40]) if isinstance(text, str) else None
    except moment.UnreadableDate:
        return None


APPROVED = "Approved for delivery"


def is_approved(status: str | None) -> bool:
    """Whether a status says that the version is approved for delivery."""
    return (status or "").casefold() == APPROVED.casefold()


def precedence(status: str | None, updated: Moment | None) -> tuple[bool, float]:
    """The key whose maximum decides between records of one version: approved first, then updated
    last."""
    return is_approved(status), updated.first.timestamp() if updated else -math.inf


_TAG = re.compile(
    r"<(/?)([a-z][a-z0-9]*(?::[a-z0-9]+)?)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE
)

_COMMENT = re.compile("<!--.*?-->", re.DOTALL)

_BREAKS = {
    *("blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
"""Elements that begin a line or an item. A space replaces their tags."""

_MARKUP = _BREAKS | {
    *("a", "abbr", "b", "big", "code", "del", "em", "font", "i", "ins", "mark", "o:p", "s"),
    *("small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr"),
}
"""Elements that a text editor produces. Others, such as `<main>`, are words of a statement."""

_MAX_ESCAPES = 3
"""How many times a text can be escaped."""


def plain(text: object) -> str:
    """A text without HTML and entities, on one line.

    The whole text can be escaped, even twice. So the outermost tags are HTML if an editor uses
    them and one is closed. Tags inside those, such as `&lt;b&gt;` between `<p>` and `</p>`, are
    words of a statement about HTML.
    """
    if not isinstance(text, str):
        return ""
    text, has_tags = _without_tags(_without_comments(text))
    for _ in range(_MAX_ESCAPES):
        if "&" not in text:
            break
        from html import unescape

        text = unescape(text)
        if not has_tags:
            text, has_tags = _without_tags(text)
    text = " ".join(text.split())
    return text if text.isprintable() else strip_invisible(_NOT_CHARACTERS.sub("", text))


_NOT_CHARACTERS = re.compile("[\ufffe\uffff]")
"""Code points that are not characters, which YAML cannot contain."""


def _without_comments(text: str) -> str:
    # Looking only before the last end of a comment keeps this fast for any text.
    before, end, after = text.rpartition("-->")
    return _COMMENT.sub("", before + end) + after if end else text


def _without_tags(text: str) -> tuple[str, bool]:
    """A text without an editor's tags, and whether it had any tags."""
    if "<" not in text:
        return text, False
    tags = [(tag[1], tag[2].lower()) for tag in _TAG.finditer(text)]
    if any(name == "br" or (slash and name in _MARKUP) for slash, name in tags):
        text = _TAG.sub(_replacement, _without_comments(text))
    return text, bool(tags)


def _replacement(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name not in _MARKUP:
        return tag[0]
    return " " if name in _BREAKS else ""
