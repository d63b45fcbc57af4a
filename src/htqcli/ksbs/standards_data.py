"""The published standards data: every version of every occupational standard, as records.

There is no published contract for it. A record is what the Department for Education's own
importer reads of it (DFE-IMPORT), and nothing in it is taken for granted.
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
"""The most bytes of the data that are read: twice what is published (79 MB)."""


class NotRead(Exception):
    """What should be standards data is not JSON."""


def records(content: bytes) -> list[Any]:
    """The entries of the data, one record or an array of them, whatever each is.

    Bytes that are not UTF-8 become U+FFFD. Raises NotRead.
    """
    from pydantic_core import from_json

    content = in_utf_8(content)
    # JSON holds no cycles: a collection would walk all that is read so far, again and again.
    collects = gc.isenabled()
    gc.disable()
    try:
        data = from_json(content)
    except ValueError:
        data = _forgiving(content)
    finally:
        if collects:
            gc.enable()
    return data if isinstance(data, list) else [data]


def in_utf_8(content: bytes) -> bytes:
    """Text without a byte-order mark, also where it is in UTF-16, as PowerShell's `>` leaves it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").encode()
    return content.removeprefix(b"\xef\xbb\xbf")


def _forgiving(content: bytes) -> Any:
    """Half of a character pair, or a byte that is not UTF-8, spoils no other text."""
    import json

    try:
        return json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NotRead from None


def written_reference(record: dict[str, Any]) -> str:
    """What the record has as its reference."""
    return str(record.get("referenceNumber") or record.get("stdCode") or "").strip()


def reference(record: dict[str, Any]) -> str | None:
    """The record's reference; None where it is not that of a standard."""
    found = written_reference(record).upper()
    return found if re.fullmatch(r"ST\d{4}", found, re.ASCII) else None


def is_of_maps(record: dict[str, Any]) -> bool:
    """Whether a record is one of the Occupational Maps API, which names the standard in another
    field, and has labels."""
    return "stdCode" in record and "referenceNumber" not in record


def written_version(record: dict[str, Any]) -> str:
    """What the record has as its version, in the first field that has something."""
    names = ("version", "versionNumber", "versionNo")
    return next((str(record[name]).strip() for name in names if record.get(name)), "")


def version(record: dict[str, Any]) -> str | None:
    """The record's version; None where it is not one."""
    found = written_version(record)
    return found if re.fullmatch(r"\d{1,4}(\.\d{1,4})*", found, re.ASCII) else None


def items(record: dict[str, Any], name: str) -> list[Any]:
    """One of the record's lists; empty where it is not a list."""
    found = record.get(name)
    return found if isinstance(found, list) else []


def is_true(value: object) -> bool:
    """Whether a flag of the data is set: it has true, 1 and both as text."""
    return value == 1 or str(value).strip().casefold() in ("true", "1")


def identity(value: object) -> str | None:
    """An id in one spelling, because the data has it in any case; None for none, which an id of
    zeros is too."""
    found = value.strip().strip("{}").casefold() if isinstance(value, str) else ""
    return found if found.strip("0-") else None


def level(record: dict[str, Any]) -> int | None:
    """The record's level, also where it is text such as `Level 4`; None where it is not one."""
    written = str(record.get("level") or "").strip()
    found = re.fullmatch(r"(?:level\s*)?([0-9]{1,2})(?:\.0)?", written, re.ASCII | re.IGNORECASE)
    return int(found[1]) if found else None


def options(record: dict[str, Any]) -> dict[str, set[str]]:
    """The options of the standard by their names, each with its ids; none unless the record says
    that the standard has options. Where only their names are published, they have no ids."""
    if not is_true(record.get("coreAndOptions")):
        return {}
    listed = [entry for entry in items(record, "options") if isinstance(entry, dict)]
    entries = [(plain(entry.get("title")), identity(entry.get("optionId"))) for entry in listed]
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
    """The record's status; None where it has none."""
    return plain(record.get("status")) or None


def moment_of(record: dict[str, Any], name: str) -> Moment | None:
    """A time of the data; None where it is not given, or is no date such as the year 1."""
    text = record.get(name)
    try:
        return moment.read(text[:40]) if isinstance(text, str) else None
    except moment.UnreadableDate:
        return None


APPROVED = "Approved for delivery"


def is_approved(status: str | None) -> bool:
    """Whether a status says that the version is approved for delivery."""
    return (status or "").casefold() == APPROVED.casefold()


def standing(status: str | None, updated: Moment | None) -> tuple[bool, float]:
    """What decides between several records of one version, the greatest: the one that is
    approved, then the one that was updated last."""
    return is_approved(status), updated.first.timestamp() if updated else -math.inf


_TAG = re.compile(
    r"<(/?)([a-z][a-z0-9]*(?::[a-z0-9]+)?)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE
)


_COMMENT = re.compile("<!--.*?-->", re.DOTALL)


_BREAKS = {
    *("blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
"""Elements that begin a line or an item: a space sets apart what they hold."""


_MARKUP = _BREAKS | {
    *("a", "abbr", "b", "big", "code", "del", "em", "font", "i", "ins", "mark", "o:p", "s"),
    *("small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr"),
}
"""Elements that an editor of texts writes. Others, such as `<main>`, are words of a statement."""


_MOST_ESCAPED = 3
"""How many times over a text can be escaped and is still read."""


def plain(text: object) -> str:
    """A text of the data without its HTML and entities, on one line.

    A text can have been escaped as a whole, once or twice over. So the outermost tags are its
    HTML, if some are an editor's and one is closed; tags inside, such as `&lt;b&gt;` between `<p>`
    and `</p>`, are words of a statement about HTML.
    """
    if not isinstance(text, str):
        return ""
    text, has_tags = _without_tags(_without_comments(text))
    for _ in range(_MOST_ESCAPED):
        if "&" not in text:
            break
        from html import unescape

        text = unescape(text)
        if not has_tags:
            text, has_tags = _without_tags(text)
    text = " ".join(text.split())
    return text if text.isprintable() else strip_invisible(_NOT_CHARACTERS.sub("", text))


_NOT_CHARACTERS = re.compile("[\ufffe\uffff]")
"""What is no character, and what no YAML holds."""


def _without_comments(text: str) -> str:
    # After the last end of a comment none is looked for, so that no text takes long.
    before, end, after = text.rpartition("-->")
    return _COMMENT.sub("", before + end) + after if end else text


def _without_tags(text: str) -> tuple[str, bool]:
    """A text without the tags that an editor wrote, and whether it had any tag."""
    if "<" not in text:
        return text, False
    tags = [(tag[1], tag[2].lower()) for tag in _TAG.finditer(text)]
    if any(name == "br" or (slash and name in _MARKUP) for slash, name in tags):
        text = _TAG.sub(_in_place_of, _without_comments(text))
    return text, bool(tags)


def _in_place_of(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name not in _MARKUP:
        return tag[0]
    return " " if name in _BREAKS else ""
