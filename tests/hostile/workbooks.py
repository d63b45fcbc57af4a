"""Workbooks and CSV files that mean harm, or are none, each with what htq says of it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from workbooks import KSBS, MAIN, STRICT, STRICT_REL, inline, parts_of

GRID = [["KSB", "U1", "U2"], ["K1", "x", ""], ["K2", "", "x"]]
SHARE = 1.0
"""How much is made of each file that takes long because no limit stops it. Tests, which run often,
make a part of it; `benchmarks/hostile_workbooks.py` makes all."""
READ = None
"""What is expected of a file whose table is read, with its two marks."""

_ONLY = "Save only the sheet with the mapping, as a workbook of its own"
_AS_XLSX = "Save it as an Excel workbook (.xlsx)"
_DAMAGED = f"it is damaged. Open it in Excel, and save it again: {_AS_XLSX}"
_DECLARES = f"it declares what no spreadsheet program declares. {_AS_XLSX}"
_TOO_MUCH = re.compile(rf".* in it (?:is larger|has more) than .*\. {re.escape(_ONLY)}")
_NOT_PACKED_SO = f"it is packed in a way that Excel does not use. {_AS_XLSX}"
_TABLE = "no table"
"""A file that is read, and in which there is no table of KSBs and units."""


class Hostile(NamedTuple):
    """A file: its bytes, and what htq says of it."""

    make: Callable[[], bytes]
    says: str | re.Pattern[str] | None


def packed(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive with these parts."""
    out = io.BytesIO()
    level = 1 if method == zipfile.ZIP_DEFLATED else None
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(*cells: str, **options: str) -> Callable[[], bytes]:
    """A workbook whose one sheet has this XML."""
    return lambda: packed(parts_of("".join(cells), **options))


def times(text: str, number: int) -> Callable[[], bytes]:
    """A workbook whose sheet repeats an element."""
    return lambda: packed(parts_of(f"<sheetData>{text * number}</sheetData>"))


def rows_of(text: Callable[[int], str], number: int) -> Callable[[], bytes]:
    return lambda: packed(
        parts_of(f"<sheetData>{''.join(map(text, range(1, number + 1)))}</sheetData>")
    )


def shared(make: Callable[[int], Callable[[], bytes]], number: int) -> Callable[[], bytes]:
    """What is made of the share of this number."""

    def made() -> bytes:
        return make(int(number * SHARE))()

    return made


def with_part(name: str, content: Callable[[], str | bytes]) -> Callable[[], bytes]:
    """A sound workbook with one part more, or another."""
    return lambda: packed(parts_of(inline(GRID)) | {name: content()})


def _entities() -> str:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{lines}]><worksheet xmlns="{MAIN}"><sheetData><row>'
        '<c t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData></worksheet>'
    )


def _strings(text: str) -> str:
    return f'<sst xmlns="{MAIN}">{text}</sst>'


def _macros() -> bytes:
    return packed(
        parts_of(inline(GRID))
        | {
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"Shell" * 100,
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships xmlns="x">'
            '<Relationship Id="r1" TargetMode="External" Target="http://example.org/a"/></Relationships>',
        }
    )


def _outside() -> bytes:
    parts = parts_of(inline(GRID))
    start = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return packed(parts | {"xl/workbook.xml": start + str(parts["xl/workbook.xml"])})


def _link_as_sheet() -> bytes:
    parts = parts_of(inline(GRID), target="http://example.org/sheet{}.xml")
    rels = "xl/_rels/workbook.xml.rels"
    return packed(
        parts | {rels: str(parts[rels]).replace(" Target=", ' TargetMode="External" Target=')}
    )


def _one_part_many_sheets(number: int, content: str) -> bytes:
    parts = parts_of(*[""] * number, target="worksheets/sheet1.xml")
    kept = {name: part for name, part in parts.items() if not name.startswith("xl/worksheets")}
    return packed(
        kept | {"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{content}</worksheet>'}
    )


def _many_entries() -> bytes:
    """An archive that lists its one entry again and again."""
    whole = packed({"a": "b"})
    entry, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    number = 400_000
    listed = whole[entry:end] * number
    size = struct.pack("<HHII", 0xFFFF, 0xFFFF, len(listed), entry)
    return whole[:entry] + listed + whole[end : end + 8] + size + b"\0\0"


def _encrypted_part() -> bytes:
    content = bytearray(packed(parts_of(inline(GRID))))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _cell(text: str) -> str:
    return f'<c t="str"><v>{text}</v></c>'


def _grid(text: Callable[[int, int], str], rows: int = 0, columns: int = 0) -> Callable[[], bytes]:
    """A workbook with these texts: as many as are read, or their share, if no size is given."""

    def make() -> bytes:
        edge = int(240 * SHARE**0.5)
        down, across = rows or edge, columns or edge
        lines = [["KSB", *("U1" if n % 2 else "U2" for n in range(across))]]
        return packed(
            parts_of(inline(lines + [[text(r, c) for c in range(across + 1)] for r in range(down)]))
        )

    return make


def _csv(separator: str, encoding: str) -> Callable[[], bytes]:
    return lambda: "".join(f"{separator.join(row)}\r\n" for row in GRID).encode(encoding)


HOSTILE: dict[str, Hostile] = {
    "far cell.xlsx": Hostile(
        sheet(inline(GRID).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576" t="str"><v>far'
                                   "</v></c></row></sheetData>")), READ),
    "wrong size.xlsx": Hostile(sheet('<dimension ref="A1:A1"/>', inline(GRID)), READ),
    "strict.xlsx": Hostile(
        lambda: packed(parts_of(inline(GRID), main=STRICT, rel=STRICT_REL)), READ),
    "macros and links.xlsm": Hostile(_macros, READ),
    "comma.csv": Hostile(_csv(",", "cp1252"), READ),
    "semicolon.csv": Hostile(_csv(";", "utf-16"), READ),
    "tab.csv": Hostile(_csv("\t", "utf-8-sig"), READ),
    "formulas.xlsx": Hostile(
        sheet('<sheetData><row r="1"><c r="B1" t="str"><v>U1</v></c></row><row r="2"><c r="A2" t="str">'
              '<v>K1</v></c><c r="B2"><f>WEBSERVICE("http://example.org")</f></c></row></sheetData>'),
        "1 unread"),
    "a sheet elsewhere.xlsx": Hostile(_link_as_sheet, "it has no sheet with cells"),
    "bomb.xlsx": Hostile(sheet("<sheetData>", " " * 200_000_000, "</sheetData>"), _TOO_MUCH),
    "bomb of strings.xlsx": Hostile(
        with_part("xl/sharedStrings.xml", lambda: _strings(" " * 200_000_000)), _TOO_MUCH),
    "strings.xlsx": Hostile(
        with_part("xl/sharedStrings.xml", lambda: _strings("<si/>" * 6_000_000)), _TOO_MUCH),
    "one string.xlsx": Hostile(
        with_part("xl/sharedStrings.xml", lambda: _strings(f"<si><t>{'K1, ' * 7_000_000}</t></si>")),
        _DAMAGED),
    "bomb in every sheet.xlsx": Hostile(
        lambda: _one_part_many_sheets(200, f"<sheetData>{' ' * 9_000_000}</sheetData>"), _TOO_MUCH),
    "sheets.xlsx": Hostile(
        lambda: _one_part_many_sheets(10_000, inline(GRID)), f"it has 10,000 sheets. {_ONLY}"),
    "cells without anything.xlsx": Hostile(times("<c/>", 7_000_000), _TOO_MUCH),
    "elements.xlsx": Hostile(times("<x/>", 7_000_000), _TOO_MUCH),
    "attributes.xlsx": Hostile(
        lambda: packed(parts_of("<sheetData " + "".join(f'a{n}=""' + " " for n in range(2_000_000))
                                + "/>")), _TOO_MUCH),
    "rows.xlsx": Hostile(
        rows_of(lambda n: f'<row r="{n}" s="1" customFormat="1" ht="15"/>', 1_000_000), _TOO_MUCH),
    "short rows.xlsx": Hostile(
        shared(lambda number: rows_of(lambda n: f'<row r="{n}" s="1"/>', number), 1_000_000), _TABLE),
    "formatted cells.xlsx": Hostile(
        rows_of(lambda n: f'<row r="{n}"><c r="A{n}" s="1"/></row>', 600_000), _TOO_MUCH),
    "cells.xlsx": Hostile(times(f"<row>{_cell('x') * 1_000}</row>", 250),
                          f"it has more than 60,000 cells. {_ONLY}"),
    "merged.xlsx": Hostile(
        sheet(inline([["x"] * 300]), "<mergeCells>",
              "".join(f'<mergeCell ref="A1:AX{n}"/>' for n in range(2, 40)) * 200, "</mergeCells>"),
        _TABLE),
    "merged far.xlsx": Hostile(
        sheet(inline([["x"] * 1_000] * 40), "<mergeCells>",
              "".join(f'<mergeCell ref="A{n}:ALL{n + 1}"/>' for n in range(1, 9_000)), "</mergeCells>"),
        f"it has more than 60,000 cells. {_ONLY}"),
    "columns.xlsx": Hostile(
        shared(lambda number: sheet("<cols>", '<col min="1" max="16384" hidden="1"/>' * number,
                                    "</cols>", inline(GRID)), 300_000), READ),
    "nested.xlsx": Hostile(sheet("<a>" * 100_000, "</a>" * 100_000), _DAMAGED),
    "entities.xlsx": Hostile(with_part("xl/worksheets/sheet1.xml", _entities), _DECLARES),
    "file of the system.xlsx": Hostile(_outside, _DECLARES),
    "utf-16 entities.xlsx": Hostile(
        with_part("xl/worksheets/sheet1.xml", lambda: _entities().encode("utf-16")), f"it is written as no spreadsheet program writes. {_AS_XLSX}"),
    "entries.xlsx": Hostile(_many_entries, re.compile(".*ZIP archive.*|it is damaged.*|.*parts.*")),
    "lzma.xlsx": Hostile(
        lambda: packed(parts_of(inline(GRID)), zipfile.ZIP_LZMA), _NOT_PACKED_SO),
    "bzip2.xlsx": Hostile(
        lambda: packed(parts_of(inline(GRID)), zipfile.ZIP_BZIP2), _NOT_PACKED_SO),
    "password.xlsx": Hostile(_encrypted_part, "it is protected by a password. Save it without one"),
    "secret.xlsx": Hostile(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "it is protected by a password. Save it without one"),
    "cut.xlsx": Hostile(lambda: packed(parts_of(inline(GRID)[:40])), _DAMAGED),
    "half.xlsx": Hostile(lambda: _cut(packed(parts_of(inline(GRID)))), _DAMAGED),
    "no sheet.xlsx": Hostile(
        lambda: packed({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}), "it has no sheet with cells"),
    "index.xlsx": Hostile(sheet('<sheetData><row><c t="s"><v>7</v></c></row></sheetData>'), _DAMAGED),
    "number.xlsx": Hostile(
        sheet('<sheetData><row r="x"><c><v>1e999</v></c></row></sheetData>'), _DAMAGED),
    "zip.xlsx": Hostile(
        lambda: packed({"readme.txt": "none"}), f"it is a ZIP archive, not a workbook. {_AS_XLSX}"),
    "word.xlsx": Hostile(
        lambda: packed({"word/document.xml": "<document/>"}),
        f"it is a document of Word or PowerPoint, not a workbook. {_AS_XLSX}"),
    "ods.xlsx": Hostile(
        lambda: packed({"content.xml": "<office/>"}),
        f"it is a document of LibreOffice (.ods or .odt). {_AS_XLSX}"),
    "xlsb.xlsx": Hostile(
        lambda: packed({"xl/workbook.bin": "x"}), f"it is a binary workbook (.xlsb). {_AS_XLSX}"),
    "old.xls": Hostile(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        f"it is a workbook of an Excel before 2007 (.xls). {_AS_XLSX}"),
    "very old.xls": Hostile(
        lambda: b"\x09\x08\x10\0\0\x06\x05\0" + bytes(60),
        f"it is a workbook of an Excel before 2007 (.xls). {_AS_XLSX}"),
    "page.xls": Hostile(
        lambda: b"<html><table></table></html>",
        f"it is a web page or XML, whatever its name says. {_AS_XLSX}"),
    "2003.xml": Hostile(
        lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        f"it is a workbook of Excel 2003 in XML. {_AS_XLSX}"),
    "~$open.xlsx": Hostile(
        lambda: b"owner",
        "it is the file by which Excel locks an open workbook. Name the workbook itself"),
    "empty.xlsx": Hostile(lambda: b"", "it is empty"),
    "letter.pdf": Hostile(lambda: b"%PDF-1.7", f"it is a PDF. {_AS_XLSX}, or as CSV"),
    "picture.png": Hostile(
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), f"it is not a table that htq can read. {_AS_XLSX}"),
    "data.json": Hostile(lambda: b'{"a": 1}', "it is JSON, not a table"),
    "binary.csv": Hostile(lambda: b"a,b\0\1\2", f"it is not a table that htq can read. {_AS_XLSX}"),
    "large.csv": Hostile(
        lambda: b"K1,x\n" * 7_000_000, re.compile("it is larger than .*")),
    "commas.csv": Hostile(lambda: b"," * 7_900_000, _TABLE),
    "lines.csv": Hostile(lambda: b"K1\n" * 2_600_000, f"it has more than 60,000 cells. {_ONLY}"),
    "quotation.csv": Hostile(
        lambda: b'K1,"' + b"x" * 7_000_000, f"it cannot be read as CSV. {_AS_XLSX}"),
    "marks.xlsx": Hostile(_grid(lambda r, c: "x" if c else f"K{r % 12 + 1}"), "anything"),
    "labels.xlsx": Hostile(_grid(lambda r, c: f"K{(r * c) % 900 + 1}"), "anything"),
    "lists.xlsx": Hostile(_grid(lambda _, c: "K1-K99; S1-S99" if c else "U1"),
                          "anything"),
    "units.xlsx": Hostile(_grid(lambda r, c: f"U{r + c}"), "anything"),
    "statements.xlsx": Hostile(
        _grid(lambda r, c: f"{r} {c} {KSBS['K1']} {KSBS['K3']}"[: 99 if c else 200]), "anything"),
    "unlabelled marks.xlsx": Hostile(
        _grid(lambda r, c: "x" if c else f"{KSBS['S1']} number {r}"), "anything"),
    "long texts.xlsx": Hostile(
        _grid(lambda r, c: ("K1 K2-K3, " * 3_000 + f"{r} {c}") if r < 30 else "x", 60, 30), "anything"),
    "tables.xlsx": Hostile(
        _grid(lambda r, c: ("ST0116" if r % 9 == 0 else f"U{c % 3 + 1}" if r % 9 == 1 else "x") if c
              else f"K{r % 12 + 1}" if r % 9 > 1 else "KSB"), "anything"),
    "blocks.xlsx": Hostile(
        _grid(lambda r, c: f"K{r % 12 + 1}" if c % 3 == 0 else "x" if r % 4 else "U1"),
        "anything"),
}  # fmt: skip
