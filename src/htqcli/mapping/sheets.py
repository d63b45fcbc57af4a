"""What stands in the cells of a workbook or of a CSV file that somebody sends.

Only texts are read. Nothing is calculated, opened or fetched, and what is read is bounded before
it is unpacked: libraries for workbooks open all of a file, make a cell of each that only has a
format, and read one in Excel's Strict form as empty.
"""

from __future__ import annotations

import csv
import io
import os
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from htqcli.files import content_of
from htqcli.words import quote, visible

MAX_BYTES = 30_000_000
"""How much of a file is read."""
MAX_INFLATED = 32_000_000
"""How large one part of a workbook may be once it is unpacked. A sheet of 200 KSBs and 100 units
has less than 2 MB."""
MAX_TEXT = 32_767
"""How many characters Excel takes in a cell (Microsoft, ‘Excel specifications and limits’)."""
MAX_SHEETS = 200
MAX_ALL_INFLATED = 100_000_000
"""How much of all parts together is unpacked."""
MAX_ELEMENTS = 1_500_000
"""How many elements a part may have. A sheet of so many cells has fewer, even if
empty ones have a format."""
MAX_PARTS = 5_000
MAX_CSV = 8_000_000
"""How many bytes of CSV are read."""
MAX_CELLS = 60_000
"""How many cells with something in them are read, of all sheets together: three times a mapping of
200 KSBs and 100 units with a mark in each cell."""
MAX_CHARACTERS = 3_000_000
"""How many characters all cells have together: 50 a cell."""
_MAX_COLUMNS = 16_384
_MAX_MERGES = 10_000
_MAX_MERGED = 2_000
"""How many merges are looked at, and how many cells of one are filled. A heading is merged over a
few units; a hostile sheet merges all its cells."""


class NotRead(Exception):
    """A file is no table that can be read. The message says what it is, and what to do."""


class Cell(NamedTuple):
    """What a cell shows. `font` is its font in small letters. `trouble` says why what it shows is
    not known. `spread` is set where cells are merged, for all but the first."""

    text: str
    font: str = ""
    trouble: str | None = None
    spread: bool = False


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet that show something, by row and column counted from 1."""

    name: str
    is_hidden: bool = False
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def text(self, row: int, column: int) -> str:
        """What a cell shows; nothing for an empty one."""
        cell = self.cells.get((row, column))
        return cell.text if cell else ""

    def place(self, row: int, column: int) -> str:
        """A cell as people name it, such as `Mapping!D14`."""
        name = self.name if re.fullmatch(r"\w+", self.name) else f"'{self.name}'"
        return f"{name}!{column_name(column)}{row}"


def column_name(number: int) -> str:
    """The letters of a column counted from 1."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def read(path: str) -> list[Sheet]:
    """The sheets of a workbook, or the one of a CSV file. Raises NotRead."""
    if os.path.basename(path).startswith("~$"):
        raise NotRead(
            "it is the file by which Excel locks an open workbook. Name the workbook itself"
        )
    content = content_of(path, MAX_BYTES)
    if isinstance(content, str):
        raise NotRead(content)
    if len(content) > MAX_BYTES:
        raise NotRead(f"it is larger than {MAX_BYTES // 1_000_000} MB. {_ONLY_THE_TABLE}")
    if not content.strip(b"\0 \t\r\n"):
        raise NotRead("it is empty")
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    for start, what in _OTHERS.items():
        if content.startswith(start):
            raise NotRead(what(content))
    if len(content) > MAX_CSV:
        raise NotRead(f"it is larger than {MAX_CSV // 1_000_000} MB. {_ONLY_THE_TABLE}")
    return [_csv(content)]


_AS_XLSX = "Save it as an Excel workbook (.xlsx)"
_ONLY_THE_TABLE = "Save only the sheet with the mapping, as a workbook of its own"
_TOO_LONG = f"its texts have more than {MAX_CHARACTERS:,} characters. {_ONLY_THE_TABLE}"


def _ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "it is protected by a password. Save it without one"
    return _old(content)


def _xml(content: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in content[:5_000]:
        return f"it is a workbook of Excel 2003 in XML. {_AS_XLSX}"
    return f"it is a web page or XML, whatever its name says. {_AS_XLSX}"


def _old(_: bytes) -> str:
    return f"it is a workbook of an Excel before 2007 (.xls). {_AS_XLSX}"


_OTHERS: dict[bytes, Callable[[bytes], str]] = {
    b"\xd0\xcf\x11\xe0": _ole,
    **dict.fromkeys((b"\x09\x08", b"\x09\x04", b"\x09\x02"), _old),
    b"%PDF-": lambda _: f"it is a PDF. {_AS_XLSX}, or as CSV",
    b"<": _xml,
    b"\xef\xbb\xbf<": _xml,
    b"{": lambda _: "it is JSON, not a table",
}


def _workbook(content: bytes) -> list[Sheet]:
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        raise NotRead(f"it has more than {MAX_PARTS:,} parts. {_ONLY_THE_TABLE}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Workbook(archive).sheets()
    except (*_DAMAGE, etree.XMLSyntaxError) as error:
        raise NotRead(f"it is damaged. Open it in Excel, and save it again: {_AS_XLSX}") from error
    except (NotImplementedError, RuntimeError) as error:  # a method of packing, or a password
        raise NotRead(f"it is packed in a way that Excel does not use. {_AS_XLSX}") from error


_LONG_TAG = rb"<[^<>]{100000}"

_DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, LookupError)


class _Workbook:
    """The parts of a workbook, each unpacked up to a limit. Names of elements are compared without
    their namespace, which is another in the Strict form."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.left = MAX_CELLS
        self.unpacked = 0
        self.characters = 0

    def sheets(self) -> list[Sheet]:
        parts = self.archive.infolist()
        if any(info.flag_bits & 1 for info in parts):
            raise NotRead("it is protected by a password. Save it without one")
        if {info.compress_type for info in parts} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise NotImplementedError
        home = self._home()
        relations = list(self._relations(home))
        targets = {name: target for name, _, target in relations}
        listed = [
            (element.get("name", ""), element.get("state", "visible"), _relation(element))
            for element in self._elements(home, "sheet")
        ]
        if len(listed) > MAX_SHEETS:
            raise NotRead(f"it has {len(listed):,} sheets. {_ONLY_THE_TABLE}")
        strings = self._part(home, "sharedStrings", relations)
        self.strings = self._strings(strings) if strings else []
        self.fonts, self.dates = self._styles(self._part(home, "styles", relations))
        found = []
        for name, state, relation in listed:
            target = targets.get(relation or "")
            if target in self.names and "chartsheet" not in target:
                sheet = Sheet(visible(name), state != "visible")
                self._fill(sheet, target)
                found.append(sheet)
        if not found:
            raise NotRead("it has no sheet with cells")
        return found

    def _home(self) -> str:
        """The part that lists the sheets; else what the file is."""
        if "xl/workbook.bin" in self.names:
            raise NotRead(f"it is a binary workbook (.xlsb). {_AS_XLSX}")
        if "content.xml" in self.names:
            raise NotRead(f"it is a document of LibreOffice (.ods or .odt). {_AS_XLSX}")
        if any(name.startswith(("word/", "ppt/")) for name in self.names):
            raise NotRead(f"it is a document of Word or PowerPoint, not a workbook. {_AS_XLSX}")
        if "_rels/.rels" in self.names:
            for element in self._elements("_rels/.rels", "Relationship"):
                if element.get("Type", "").endswith("/officeDocument"):
                    home = str(element.get("Target", "")).lstrip("/")
                    if home in self.names:
                        return home
        if "xl/workbook.xml" not in self.names:
            raise NotRead(f"it is a ZIP archive, not a workbook. {_AS_XLSX}")
        return "xl/workbook.xml"

    def _relations(self, home: str) -> Iterator[tuple[str, str, str]]:
        """The parts that the workbook names, each with the id and the kind under which it does."""
        folder, name = posixpath.split(home)
        rels = f"{folder}/_rels/{name}.rels"
        for element in self._elements(rels, "Relationship") if rels in self.names else ():
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                kind = element.get("Type", "").rpartition("/")[2]
                yield element.get("Id", ""), kind, target.lstrip("/")

    def _part(self, home: str, kind: str, relations: Sequence[tuple[str, str, str]]) -> str | None:
        """The part of a kind: as the workbook says, else where programs put it."""
        usual = posixpath.join(posixpath.dirname(home), f"{kind}.xml")
        said = (target for _, own, target in relations if own == kind)
        return next((part for part in (*said, usual) if part in self.names), None)

    def _elements(self, part: str, *names: str) -> Iterator[etree._Element]:
        """The elements of these names in a part, each whole when it is given, and gone after."""
        with self.archive.open(part) as packed:
            content = packed.read(MAX_INFLATED + 1)
        self.unpacked += len(content)
        if self.unpacked > MAX_ALL_INFLATED:
            raise NotRead(
                f"what is packed in it is larger than {MAX_ALL_INFLATED // 1_000_000} MB. "
                f"{_ONLY_THE_TABLE}"
            )
        if len(content) > MAX_INFLATED:
            raise NotRead(
                f"{quote(part)} in it is larger than {MAX_INFLATED // 1_000_000} MB, as a sheet "
                f"with very many formatted rows is. {_ONLY_THE_TABLE}"
            )
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
            raise NotRead(f"it is written as no spreadsheet program writes. {_AS_XLSX}")
        if content.count(b"<") > MAX_ELEMENTS or re.search(_LONG_TAG, content):
            raise NotRead(
                f"{quote(part)} in it has more than {MAX_ELEMENTS:,} cells or rows, as a sheet "
                f"with very many formatted rows. {_ONLY_THE_TABLE}"
            )
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise NotRead(f"it declares what no spreadsheet program declares. {_AS_XLSX}")
        tags = [f"{{*}}{name}" for name in names]
        for _, element in etree.iterparse(
            io.BytesIO(content), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
        ):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]

    def _strings(self, part: str) -> list[Cell]:
        """The texts that cells share, each with the font of its first letters if it has one."""
        return [_rich(element) for element in self._elements(part, "si")]

    def _styles(self, part: str | None) -> tuple[list[str], list[bool]]:
        """The font of each style, and whether it shows numbers as dates."""
        fonts: list[str] = []
        codes: dict[str, str] = {}
        styles: list[tuple[int, str]] = []
        if part is None:
            return [], []
        for element in self._elements(part, "numFmt", "fonts", "cellXfs"):
            name = _local(element)
            if name == "numFmt":
                codes[element.get("numFmtId", "")] = element.get("formatCode", "")
            elif name == "fonts":
                fonts = [_first(font, "name", "rFont") for font in element]
            else:
                styles = [
                    (int(xf.get("fontId", "0")), xf.get("numFmtId", "0"))
                    for xf in element
                    if _local(xf) == "xf"
                ]
        names = [fonts[font] if font < len(fonts) else "" for font, _ in styles]
        return names, [_is_date(number, codes.get(number, "")) for _, number in styles]

    def _fill(self, sheet: Sheet, part: str) -> None:
        merged: list[str] = []
        row = column = 0
        for element in self._elements(part, "c", "row", "mergeCell", "col"):
            name = _local(element)
            if name == "c":
                place = _place(element.get("r", ""))
                row, column = place or (row or 1, column + 1)
                cell = self._cell(element)
                if cell is not None:
                    self.left -= 1
                    if self.left < 0:
                        raise NotRead(f"it has more than {MAX_CELLS:,} cells. {_ONLY_THE_TABLE}")
                    self.characters += len(cell.text)
                    if self.characters > MAX_CHARACTERS:
                        raise NotRead(_TOO_LONG)
                    sheet.cells[row, column] = cell
            elif name == "row":
                row, column = int(element.get("r", row)), 0
                if element.get("hidden") in ("1", "true"):
                    sheet.hidden_rows.add(row)
                row += 1
            elif name == "mergeCell":
                merged.append(element.get("ref", ""))
            elif (
                element.get("hidden") in ("1", "true") and len(sheet.hidden_columns) < _MAX_COLUMNS
            ):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                sheet.hidden_columns.update(range(first, min(last, _MAX_COLUMNS) + 1))
        self.left -= _spread(sheet, merged, self.left)

    def _cell(self, element: etree._Element) -> Cell | None:
        kind, style = element.get("t", "n"), int(element.get("s", "0"))
        font = self.fonts[style] if style < len(self.fonts) else ""
        values = {_local(child): child for child in element}
        formula, value = values.get("f"), values.get("v")
        if kind == "inlineStr" and "is" in values:
            cell = _rich(values["is"])
            return _shown(cell.text, cell.font or font)
        text = (value.text or "") if value is not None else ""
        if not text:
            if formula is None or (kind == "str" and value is not None):
                return None
            return Cell("", font, "it has a formula whose result is not stored")
        if kind == "s":
            cell = self.strings[int(text)]
            return _shown(cell.text, cell.font or font)
        if kind == "b":
            return Cell("TRUE" if text == "1" else "FALSE", font)
        if kind == "e":
            return Cell(text, font, f"its formula gives {text}")
        if kind != "n":
            return _shown(text, font)
        if style < len(self.dates) and self.dates[style]:
            return Cell(text, font, "it is a date, which Excel makes of numbers such as 1-2")
        number = float(text)
        return Cell(str(int(number)) if number.is_integer() else repr(number), font)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _relation(element: etree._Element) -> str | None:
    return next((value for key, value in element.items() if str(key).endswith("}id")), None)


def _first(element: etree._Element, *names: str) -> str:
    """The value of the first element of one of these names below another, in small letters."""
    found = (child.get("val", "") for child in element.iter() if _local(child) in names)
    return str(next(found, "")).casefold()


def _rich(element: etree._Element) -> Cell:
    """A text that can be in pieces, each in a font of its own, without how it is pronounced."""
    pieces = [
        piece.text or "" for piece in element.iter("{*}t") if _local(piece.getparent()) != "rPh"
    ]
    return Cell("".join(pieces), _first(element, "rFont"))


@lru_cache(maxsize=10_000)
def shown(text: str) -> str:
    """A text as a cell shows it: without hidden characters, and with single blanks."""
    return " ".join(visible(re.sub(r"[\s\u00a0\u200b\ufeff]+", " ", text[:MAX_TEXT])).split())


def _shown(text: str, font: str) -> Cell | None:
    return Cell(own, font) if (own := shown(text)) else None


def _is_date(number: str, code: str) -> bool:
    if code:
        return bool(re.search(r"[dmyh]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code.casefold())))
    return number.isdigit() and (14 <= int(number) <= 22 or 45 <= int(number) <= 47)


def _place(reference: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _spread(sheet: Sheet, merged: list[str], most: int) -> int:
    """Show what the first of merged cells shows in the others, unless they are very many. How many
    cells that makes."""
    before = len(sheet.cells)
    for reference in merged[:_MAX_MERGES]:
        first, _, last = reference.partition(":")
        start, end = _place(first), _place(last or first)
        if start is None or end is None or start not in sheet.cells:
            continue
        height, width = end[0] - start[0] + 1, end[1] - start[1] + 1
        if height < 1 or width < 1 or height * width > _MAX_MERGED:
            continue
        cell = sheet.cells[start]._replace(spread=True)
        for row in range(start[0], end[0] + 1):
            for column in range(start[1], end[1] + 1):
                sheet.cells.setdefault((row, column), cell)
        if len(sheet.cells) - before > most:
            raise NotRead(f"it has more than {MAX_CELLS:,} cells. {_ONLY_THE_TABLE}")
    return len(sheet.cells) - before


def _csv(content: bytes) -> Sheet:
    """The cells of CSV, whatever its encoding and whatever is between its cells."""
    text = _decoded(content)
    separator = None
    if match := re.match(r"sep=(.)\r?\n", text):
        separator, text = match[1], text[match.end() :]
    separator = separator or _separator(text)
    sheet = Sheet("CSV")
    try:
        for row, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1
        ):
            for column, value in enumerate(cells, 1):
                cell = _shown(value, "") if value else None
                if cell is not None:
                    # htq and others put an apostrophe before what a spreadsheet would calculate.
                    own = cell.text[1:] if re.match(r"'[=+\-@＝＋－＠]", cell.text) else cell.text
                    sheet.cells[row, column] = cell._replace(text=own)
            if len(sheet.cells) > MAX_CELLS:
                raise NotRead(f"it has more than {MAX_CELLS:,} cells. {_ONLY_THE_TABLE}")
        if sum(len(cell.text) for cell in sheet.cells.values()) > MAX_CHARACTERS:
            raise NotRead(_TOO_LONG)
    except csv.Error as error:
        raise NotRead(f"it cannot be read as CSV. {_AS_XLSX}") from error
    return sheet


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise NotRead(f"it is not a table that htq can read. {_AS_XLSX}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


_MAX_SAMPLE = 200_000


def _separator(text: str) -> str:
    """What is between cells: the sign that makes the most lines of more than one cell, and of
    those the most cells."""
    lines = text[:_MAX_SAMPLE].splitlines()[:200]

    def cells(sign: str) -> tuple[int, int]:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        except csv.Error:
            return 0, 0
        return sum(count > 1 for count in counts), sum(counts)

    return max(",;\t|", key=cells)
