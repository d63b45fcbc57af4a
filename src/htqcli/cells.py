"""One way to write a cell of CSV and of Markdown: whatever a text holds, it is shown as that text.

A spreadsheet takes it for no formula, a table stays whole, and nothing in it is markup.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from htqcli.words import visible

BYTE_ORDER_MARK = "\ufeff"
"""What CSV in a file begins with: without it Excel reads UTF-8 as the old encoding of Windows."""

Rows = Iterable[Sequence[Any]]


def plain(value: Any) -> str:
    """What a cell shows of a value: nothing for None, the items of a list in a row."""
    if isinstance(value, list | tuple):
        return visible(", ".join(map(str, value)))
    return "" if value is None else visible(str(value))


def csv_text(columns: Sequence[str], rows: Rows) -> str:
    """Rows under a header as CSV. A text that a spreadsheet would calculate begins with an
    apostrophe; a number stays a number."""
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
"""How a formula begins, to a spreadsheet of a country where signs are wide as well. A tab or the
end of a line does not begin a cell, because it is written as an escape."""


def markdown_table(columns: Sequence[str], rows: Rows) -> str:
    """Rows under a header as a table of Markdown."""
    head, *others = ([markdown(plain(cell)) for cell in row] for row in (columns, *rows))
    lines = [f"| {' | '.join(line)} |\n" for line in (head, *others)]
    return "".join((lines[0], f"|{' | '.join(['---'] * len(head))}|\n", *lines[1:]))


def markdown(text: str) -> str:
    """Text of which Markdown and HTML read nothing but characters, and which mentions nobody: in
    a cell, in a line, and at the beginning of a paragraph or an item of a list. Hyphens and times
    stay readable as they are."""
    shown = _MARKUP.sub(r"\\\g<0>", visible(text).strip())
    shown = _NUMBER.sub(r"\1\\\2", shown)
    shown = _ENTITY.sub("&amp;", shown).replace("<", "&lt;").replace(">", "&gt;")
    return _LINK.sub(lambda found: f"{found[0]}<!-- -->", shown)


def markdown_link(text: str, address: str) -> str:
    """A link, of an address from which nothing gets out."""
    from urllib.parse import quote

    return f"[{markdown(text)}]({quote(visible(address), safe=_OF_ADDRESSES)})"


_OF_ADDRESSES = "/:?#@!$&'*+,;=%~"

_MARKUP = re.compile(r"[\\`*{}\[\]#!|~$=]|(?<![^\W_])[-+_]|[-+_](?![^\W_])|(?<!\d):|:(?!\d)")
_NUMBER = re.compile(r"^(\d+)([.)])(?!\S)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINK = re.compile(r"@|\bwww(?=\.)", re.IGNORECASE)
