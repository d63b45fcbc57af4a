"""Hostile and odd files that are too large, or too strange for an editor, to be kept as files.

`made()` gives each file under its name, which begins with the code that the file must get, or
with `ready` if the draft has no mistakes. `python tests/hostile/made.py FOLDER` writes them all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
LIMIT = 5_000_000
"""The largest size of a file that is read; the large files here come close to it."""
VALUES = 49_900
"""The number of values in a file that comes close to the limit on values."""


def filled(
    piece: str | Callable[[int], str], before: str = "", after: str = "", most: int = LIMIT
) -> bytes:
    """As many pieces as fit between `before` and `after`, but at most `most`. A piece can be made
    from its number."""
    left = LIMIT - len(before.encode()) - len(after.encode())
    if isinstance(piece, str):
        return (before + piece * min(most, left // len(piece.encode())) + after).encode()
    pieces: list[str] = []
    for number in range(most):
        one = piece(number)
        left -= len(one.encode())
        if left < 0:
            break
        pieces.append(one)
    return (before + "".join(pieces) + after).encode()


def made(*, all_wide: bool = True) -> dict[str, bytes]:
    """Every made file under its name. Without `all_wide`, for a quick run, files with many values
    have a tenth of them, and only some of the files with too many are made."""
    return {**strange(), **deep(), **large(all_wide), **slips(), **odd_and_ready()}


def strange() -> dict[str, bytes]:
    """Bytes that are not text, or not the text they seem to be."""
    plain = "cycle: 3\nqualification: {title: Café}\n"
    return {
        "HTQ001-latin-1.yaml": plain.encode("latin-1"),
        "HTQ001-utf-16.yaml": plain.encode("utf-16"),
        "HTQ001-utf-16-without-a-mark.yaml": plain.encode("utf-16-le"),
        "HTQ001-utf-32.yaml": plain.encode("utf-32"),
        "HTQ001-two-byte-order-marks.yaml": b"\xef\xbb\xbf\xef\xbb\xbf" + plain.encode(),
        "HTQ001-half-a-character.yaml": plain.encode()[:-3],
        "HTQ001-too-long-a-form.yaml": b"title: \xc0\xaf\n",
        "HTQ001-half-a-pair.yaml": b"title: \xed\xa0\x80\n",
        "HTQ001-beyond-unicode.yaml": b"title: \xf4\x90\x80\x80\n",
        "HTQ001-nul.yaml": b"cycle: 3\x00\n",
        "HTQ001-escape.yaml": b"cycle: \x1b[2J3\n",
        "HTQ001-a-mark-inside.yaml": "title: a\ufffeb\n".encode(),
        "HTQ001-a-program.yaml": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20,
        "HTQ001-an-archive.yaml": b"PK\x03\x04" + bytes(range(255, -1, -1)) * 20,
        "HTQ003-nothing.yaml": b"",
        "HTQ003-only-line-ends.json": b"\r\n\r\n\r",
        "HTQ003-only-a-byte-order-mark.yaml": b"\xef\xbb\xbf",
        "HTQ003-five-million-line-ends.yaml": b"\n" * LIMIT,
        "HTQ003-five-million-spaces.yaml": b" " * LIMIT,
    }


def deep() -> dict[str, bytes]:
    """Values inside themselves, or nested too deeply."""
    lists = "\n".join("  " * depth + "-" for depth in range(70))
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    return {
        "HTQ006-fifty-thousand-brackets.yaml": b"a: " + b"[" * 50_000,
        "HTQ006-five-million-brackets.json": b"[" * LIMIT,
        "HTQ006-five-million-braces.json": b"{" * LIMIT,
        "HTQ006-groups-in-groups.json": b'{"a":' * 50_000,
        "HTQ006-keys-in-keys.yaml": b"? " * 2_000_000,
        "HTQ006-lists-in-lists.yaml": b"- " * 2_000_000,
        "HTQ006-seventy-lists.yaml": lists.encode(),
        "HTQ006-sixty-five-groups.json": b'{"a":' * 65 + b"1" + b"}" * 65,
        "HTQ006-laughs-without-end.yaml": "\n".join(laughs).encode(),
        "HTQ006-one-byte-too-large.yaml": b"a: " + b"x" * (LIMIT - 2),
        "HTQ006-much-too-large.yaml": b"a: 1\n" * 4_000_000,
        "HTQ006-aliases-of-one-large-list.yaml": filled(
            "- *a\n", "a: &a [" + "x, " * 2_000 + "]\nb:\n"
        ),
        "HTQ102-sixty-three-groups.json": b'{"a":' * 63 + b"1" + b"}" * 63,
    }


def large(all_wide: bool) -> dict[str, bytes]:
    """Files with as many values as are read. If 5 MB hold more values than that, there is another
    file with as many as fit."""
    found = {
        "HTQ102-one-very-long-value.yaml": filled("x", "k: "),
        "HTQ002-one-very-long-name.json": filled("x", '{"', '": 1}'),
        "HTQ102-a-very-long-comment.yaml": filled("#", "k: 1 #"),
        "HTQ102-escapes.json": filled("\\u0041", '{"a": "', '"}'),
        "HTQ102-pairs-of-escapes.json": filled("\\ud83d\\ude00", '{"a": "', '"}'),
        "HTQ102-e-mail-signs.yaml": filled("@", "k: x"),
        "HTQ102-addresses.yaml": filled("a@b,", "k: "),
        "HTQ102-line-ends-of-old.yaml": filled("a\u2028", "k: "),
        "HTQ102-quotation-marks.yaml": filled("''", "k: '", "'"),
        "HTQ103-an-endless-number.yaml": filled("9", "cycle: "),
        "HTQ103-an-endless-date.yaml": filled("9", "planned_submission: 2022-05-20T"),
        "HTQ101-an-endless-level.yaml": filled("0", "qualification: {level: 4.", "}"),
        "HTQ602-a-path-without-end.yaml": filled("a/", "documents: [{kind: other, file: ", "b}]"),
        "HTQ005-documents.yaml": filled("--- {}\n", "cycle: 3\n"),
    }
    for name, (values, piece, *around) in WIDE.items():
        most = VALUES // values
        found[name] = filled(piece, *around, most=most if all_wide else most // 10)
        whole = filled(piece, *around) if all_wide or name in TOO_WIDE else b""
        if len(whole) > len(found[name]):
            found[f"HTQ006-5-mb-of-{name.partition('-')[2]}"] = whole
    return found


Wide = (
    tuple[int, str | Callable[[int], str], str] | tuple[int, str | Callable[[int], str], str, str]
)
WIDE: dict[str, Wide] = {
    "HTQ102-fields-nobody-knows.yaml": (2, lambda n: f"k{n}: 1\n", ""),
    "HTQ102-fields-nobody-knows-in-one-line.json": (
        2,
        lambda n: f'"k{n}":1,',
        "{",
        '"last": 1}',
    ),
    "HTQ102-unknown-in-every-standard.yaml": (3, "- {x: 1}\n", "standards:\n"),
    "HTQ004-the-same-field.yaml": (2, "a:\n", ""),
    "HTQ004-the-same-field-with-a-value.yaml": (2, "cycle: 3\n", ""),
    "HTQ008-tags.yaml": (1, "- !x y\n", "employers:\n"),
    "HTQ002-aliases-to-nothing.yaml": (1, "- *x\n", "employers:\n"),
    "HTQ002-anchors-and-a-slip.yaml": (1, lambda n: f"- &a{n} x\n", "k:\n", "]\n"),
    "HTQ103-numbers-for-standards.yaml": (1, "1,", "standards: [", "]"),
    "HTQ103-empty-items.yaml": (1, "-\n", "standards:\n"),
    "HTQ103-empty-lists.yaml": (1, "[],", "employers: [", "]"),
    "HTQ103-texts-for-acceptances.yaml": (1, "- a\n", "accept:\n"),
    "HTQ104-placeholders-everywhere.yaml": (2, lambda n: f"  U{n}: TODO\n", "units:\n"),
    "HTQ101-employers-without-names.yaml": (1, "- {}\n", "employers:\n"),
    "HTQ102-contacts.yaml": (
        2,
        lambda n: f"    k{n}: x\n",
        "applicant:\n  contact:\n    name: A. Person\n",
    ),
    "HTQ202-standards-nobody-knows.yaml": (
        5,
        lambda n: f"- {{reference: ST{n % 10_000:04}, option: o{n}}}\n",
        "cycle: 3\nstandards:\n",
    ),
    "HTQ207-one-standard-often.yaml": (
        3,
        "- {reference: ST0116}\n",
        "cycle: 3\nstandards:\n",
    ),
    "HTQ505-units-nobody-has.yaml": (
        1,
        lambda n: f"U{n},",
        "units: {A: B}\nstandards: [{reference: ST0116, ksbs: {K1: [",
        "]}}]",
    ),
    "HTQ506-units-without-ksb.yaml": (
        2,
        lambda n: f"  U{n}: A\n",
        "standards: [{reference: ST0116, ksbs: {K1: [U1]}}]\nunits:\n",
    ),
    "HTQ511-labels-that-are-none.yaml": (
        3,
        lambda n: f"      X{n}: [U1]\n",
        "units: {U1: A}\nstandards:\n  - reference: ST0116\n    ksbs:\n",
    ),
    "HTQ511-ksbs-without-end.yaml": (
        3,
        lambda n: f"      K{n}: [U1]\n",
        'units: {U1: A}\nstandards:\n  - reference: ST0116\n    version: "1.1"\n    ksbs:\n',
    ),
    "HTQ501-groups-without-end.yaml": (
        8,
        "    - {choose: 1, from: [U1, U2]}\n",
        "units: {U1: A, U2: B}\nstandards: [{reference: ST0116}]\nstructure:\n  optional:\n",
    ),
    "HTQ501-pathways-without-end.yaml": (
        7,
        lambda n: f"    - {{name: P{n}, mandatory: [U1]}}\n",
        "units: {U1: A, U2: B}\nstandards: [{reference: ST0116}]\nstructure:\n  pathways:\n",
    ),
    "HTQ602-documents-that-are-not-there.yaml": (
        7,
        lambda n: f"- {{kind: other, file: f{n}, confidential: false}}\n",
        "documents:\n",
    ),
    "HTQ606-paths-that-lead-away.yaml": (
        7,
        "- {kind: other, file: ../../x, confidential: false}\n",
        "documents:\n",
    ),
    "HTQ602-paths-to-and-fro.yaml": (
        5,
        "- {kind: other, file: " + "evidence/../" * 15 + "x}\n",
        "documents:\n",
    ),
    "HTQ106-acceptances-without-end.yaml": (
        9,
        lambda n: f"- {{rule: HTQ{n % 1000:03}, at: /a/{n}, reason: x, until: 2022-06-01}}\n",
        "cycle: 3\naccept:\n",
    ),
}
"""The number of values in a piece, names included; the piece; the text before it and after it."""
TOO_WIDE = (
    "HTQ102-fields-nobody-knows-in-one-line.json",
    "HTQ008-tags.yaml",
    "HTQ004-the-same-field.yaml",
)
"""The files that a quick run makes with too many values."""


def slips() -> dict[str, bytes]:
    """Mistakes without end, or in lines without end."""
    return {
        "HTQ002-no-space-after-any-colon.yaml": filled("a:b\n", "cycle: 3\n"),
        "HTQ002-conflicts-without-end.yaml": filled("<<<<<<< a\nx: 1\n=======\nx: 2\n>>>>>>> b\n"),
        "HTQ002-one-conflict-without-end.yaml": filled("=======\n", "<<<<<<< a\n"),
        "HTQ002-quotation-marks-by-turns.yaml": filled("'\"", "a: "),
        "HTQ002-quotation-marks-never-closed.yaml": filled('a: "x\n'),
        "HTQ002-tabs-before-fields.yaml": filled("\ta: 1\n", "a:\n"),
        "HTQ002-rows-of-a-workbook.yaml": filled("a\tb\tc\n", "cycle: 3\n"),
        "HTQ002-colons-in-every-text.yaml": filled("a: b: c\n"),
        "HTQ002-colons-in-one-text.yaml": filled(": ", "a: b"),
        "HTQ002-hyphens-before-a-slip.yaml": filled("-  ", "a: 1\n", "b: c: d"),
        "HTQ002-spaces-before-a-slip.yaml": filled(" ", "a: b\nc", "d\ne: 1"),
        "HTQ002-comments-before-a-slip.yaml": filled("# comment\n", "a: 1\n", "b c\nd: 1\n"),
        "HTQ002-columns-by-turns.yaml": filled("a: 1\n b: 2\n"),
        "HTQ002-brackets-that-close-nothing.yaml": filled("}\n", "a: 1\n"),
        "HTQ002-json-without-an-end.json": filled(" ", '{"a": ['),
        "HTQ002-json-without-commas.json": filled('"a" ', "{"),
        "HTQ002-a-slip-on-each-of-many-lines.yaml": b"a:b\n" * 4_000 + b"a: 1\n",
        "HTQ006-a-hundred-thousand-brackets.yaml": b"[" * 100_000,
        "HTQ006-brackets-and-texts.yaml": filled('["a",', "a: ", "@"),
    }


def odd_and_ready() -> dict[str, bytes]:
    """The example, ready to submit, in odd but valid forms."""
    text = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, yaml.BaseLoader)
    swapped = text.replace("cycle: 3", "cycle: !!int '3'", 1).replace("level: 4", "level: 4.0", 1)
    return {
        "ready-windows-line-ends.yaml": text.replace("\n", "\r\n").encode(),
        "ready-old-mac-line-ends.yaml": text.replace("\n", "\r").encode(),
        "ready-a-byte-order-mark.yaml": b"\xef\xbb\xbf" + text.encode(),
        "ready-no-last-line-end.yaml": text.rstrip("\n").encode(),
        "ready-one-line.json": json.dumps(data).encode(),
        "ready-escaped.json": "".join(
            f"\\u{ord(c):04x}" if c.isalpha() and inside else c
            for c, inside in _inside_quotes(json.dumps(data))
        ).encode(),
        "ready-indented-by-tabs.json": json.dumps(data, indent="\t").encode(),
        "ready-flow-in-yaml.yaml": yaml.dump(data, default_flow_style=True).encode(),
        "ready-numbers-in-other-forms.yaml": swapped.encode(),
        "ready-a-directive-and-marks.yaml": f"%YAML 1.1\n---\n{text}...\n".encode(),
        "ready-a-long-comment.yaml": filled("# a comment without end\n", text),
        "ready-spaces-behind-it.yaml": filled(" \n", text),
    }


def _inside_quotes(text: str) -> list[tuple[str, bool]]:
    """Each character of JSON without escapes, and whether it is inside a string."""
    inside, found = False, []
    for character in text:
        if character == '"':
            inside = not inside
        found.append((character, inside))
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made().items():
        (folder / name).write_bytes(content)
