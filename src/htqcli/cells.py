"""Writing cells of CSV and Markdown so that any text is shown as that text: never as a formula or
markup, and without breaking its table.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from htqcli.words import visible

BYTE_ORDER_MARK = "\ufeff"
"""The beginning of a CSV file: without it, Excel reads UTF-8 as the old encoding of Windows."""

Rows = Iterable[Sequence[Any]]


def plain(value: Any) -> str:
    """The text of a value: empty for None, the items of a list with commas between them."""
    if isinstance(value, list | tuple):
        return visible(", ".join(map(str, value)))
    return "" if value is None else visible(str(value))


def csv_text(columns: Sequence[str], rows: Rows) -> str:
    """Rows under a header as CSV. A text that a spreadsheet would read as a formula gets an
    apostrophe before it; a number stays a number."""
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (columns, *rows):
        writer.writerow(map(_csv, row))
    return out.getvalue()


def _csv(value: Any) -> str:
    shown = plain(value)
    is_number = isinstance(value, int | float)
    return f"'{shown}" if not is_number and _FORMULA.match(shown) else shown


_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""The beginning of a formula, also with the full-width signs that some spreadsheets accept. A tab
or line end cannot begin a cell: it is escaped."""


def markdown_table(columns: Sequence[str], rows: Rows) -> str:
    """Rows under a header as a Markdown table."""
    head, *others = ([markdown(plain(cell)) for cell in row] for row in (columns, *rows))
    lines = [f"| {' | '.join(line)} |\n" for line in (head, *others)]
    return "".join((lines[0], f"|{' | '.join(['---'] * len(head))}|\n", *lines[1:]))


def markdown(text: str) -> str:
    """Text without markup or mentions for Markdown and HTML, in a cell, in a line, or at the
    beginning of a paragraph or item. Hyphens in words and times are not escaped."""
    shown = _MARKUP.sub(r"\\\g<0>", visible(text).strip())
    shown = _NUMBER.sub(r"\1\\\2", shown)
    shown = _ENTITY.sub("&amp;", shown).replace("<", "&lt;").replace(">", "&gt;")
    return _LINK.sub(lambda found: f"{found[0]}<!-- -->", shown)


def markdown_link(text: str, address: str) -> str:
    """A link whose address cannot end early."""
    from urllib.parse import quote

    return f"[{markdown(text)}]({quote(visible(address), safe=_SAFE_IN_ADDRESS)})"


_SAFE_IN_ADDRESS = "/:?#@!$&'*+,;=%~"

_MARKUP = re.compile(r"[\\`*{}\[\]#!|~$=]|(?<![^\W_])[-+_]|[-+_](?![^\W_])|(?<!\d):|:(?!\d)")
_NUMBER = re.compile(r"^(\d+)([.)])(?!\S)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINK = re.compile(r"@|\bwww(?=\.)", re.IGNORECASE)
