"""Reading YAML and JSON: values, places and limits, without surprises or harm."""

import contextlib
import json
import re
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from htqcli import files
from htqcli.document import places, reader
from htqcli.document.faults import FaultKind


def kinds(document):
    return [fault.kind for fault in document.faults]


def place_of(document, span):
    place = document.lines.place(span)
    return place.line, place.column, place.end_line, place.end_column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1.10", "1.10"),
        ("a: No", "No"),
        ("a: 014", "014"),
        ("a: 12:30:00", "12:30:00"),
        ("a: 2025-13-45", "2025-13-45"),
        ("a: " + "9" * 5000, "9" * 5000),
        ("a: 0x1F", "0x1F"),
        ("a: !!str 4", "4"),
        ("a: !!int 4", "4"),
        ("a: '~'", "~"),
        ("a: ~", None),
        ("a: NULL", None),
        ("a:", None),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("a: one\x85two\u2028three", "one\x85two\u2028three"),
        ("a: &x [1, 2]\nb: *x", ["1", "2"]),
        ('{"a": "\\ud83d\\ude00 \\/ \\\\ud83d"}', "😀 / \\ud83d"),
    ],
)
def test_values_are_kept_as_the_text_that_was_written(text, value):
    document = reader.read(text.encode())
    assert document.faults == ()
    assert document.data()["a"] == value


@pytest.mark.parametrize(
    ("content", "kind", "place"),
    [
        (b"a: 1\nb: \xff\n", FaultKind.UNREADABLE_TEXT, (2, 4, 2, 5)),
        (
            "a: é\nb: \udcff".encode("utf-8", "surrogatepass"),
            FaultKind.UNREADABLE_TEXT,
            (2, 4, 2, 5),
        ),
        ("a: 1".encode("utf-16"), FaultKind.UNREADABLE_TEXT, (1, 1, 1, 2)),
        (b"a: x\x00y", FaultKind.UNREADABLE_TEXT, (1, 5, 1, 6)),
        (b"a: x\x7fy", FaultKind.UNREADABLE_TEXT, (1, 5, 1, 6)),
        (b"a: b: c", FaultKind.SYNTAX, (1, 5, 1, 6)),
        (b"a:\n\tb: 1", FaultKind.SYNTAX, (2, 1, 2, 2)),
        (b"ok: 1\na: 'never closed\nb: 1\n", FaultKind.SYNTAX, (2, 4, 2, 5)),
        (b"a: *nothing", FaultKind.SYNTAX, (1, 4, 1, 12)),
        (b"", FaultKind.EMPTY, (1, 1, 1, 1)),
        (b"# a comment\n---\n# another\n", FaultKind.EMPTY, (1, 1, 1, 1)),
        (b"null", FaultKind.NOT_A_MAPPING, (1, 1, 1, 5)),
        (b"- a\n- b\n", FaultKind.NOT_A_MAPPING, (1, 1, 2, 4)),
        (b"text", FaultKind.NOT_A_MAPPING, (1, 1, 1, 5)),
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", FaultKind.DUPLICATE_KEY, (4, 3, 4, 4)),
        (b"a: 1\n---\nb: 1\n", FaultKind.SEVERAL_DOCUMENTS, (2, 1, 2, 4)),
        (b"a: &a\n  b: *a\n", FaultKind.LIMIT, (2, 6, 2, 8)),
        (b"a: !!python/object/apply:os.system [x]", FaultKind.TAG, (1, 4, 1, 35)),
        (b"a: !e!x y", FaultKind.TAG, (1, 4, 1, 8)),
        (b"? [a]\n: 1\n", FaultKind.WRONG, (1, 3, 1, 6)),
    ],
)
def test_each_fault_in_a_text_is_found_at_its_place(content, kind, place):
    document = reader.read(content)
    assert kinds(document) == [kind]
    assert place_of(document, document.faults[0].span) == place


def test_the_line_and_byte_of_invalid_utf_8_are_reported():
    (fault,) = reader.read(b"a: 1\r\nb: \xe9\r\n").faults
    assert "0xe9 on line 2, byte 10 of the file" in fault.message


def test_a_duplicate_key_names_the_line_of_the_first_one_which_is_kept():
    document = reader.read(b"a:\n  x: 1\n\n  y: 2\n  x: 3\n")
    assert "the first is on line 2" in document.faults[0].message
    assert document.data() == {"a": {"x": "1", "y": "2"}}


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_64_levels_of_nesting_are_read_and_more_are_not(opening):
    closing = {"[": "]", "{a: ": "}"}.get(opening, "")

    def nested(depth):
        return f"a: {opening * (depth - 1)}{closing * (depth - 1)}" if closing else (
            "a:\n  " + opening * (depth - 1) + "x"
        )  # fmt: skip

    assert kinds(reader.read(nested(64).encode())) == []
    assert FaultKind.LIMIT in kinds(reader.read(nested(66).encode()))


@pytest.mark.parametrize("opening", ["[", "{", "{a: ", "[{a: ", "- ", "? "])
def test_fifty_thousand_levels_of_nesting_give_a_finding_and_not_a_crash(opening):
    assert FaultKind.LIMIT in kinds(reader.read((opening * 50_000).encode()))


LOADERS = [reader.LOADER, yaml.SafeLoader]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[" * 3_000, 1, 65),
        ("{" * 3_000, 1, 65),
        ("{a: " * 3_000, 1, 257),
        ("a: " + "[" * 3_000, 1, 67),
        ("a: " + "[" * 64 + "x" + "]" * 64, 1, 67),
        ("- " * 3_000, 1, 129),
        ("? " * 3_000, 1, 129),
        ("[\n" * 3_000, 65, 1),
        ("[ # [[[\n" * 3_000, 65, 1),
        ("['[[[', " * 3_000, 1, 513),
        ('{"a": [\n' * 3_000, 33, 1),
        ('{"a":\n' * 3_000, 65, 1),
        ("[" * 40 + "\n" + "[" * 40, 2, 25),
        ("\n".join(" " * n + "a:" for n in range(70)), 65, 65),
        # The parser stops at another fault before it reports the brackets.
        ("a: " + "[" * 64 + "@", 1, 67),
        ("a: " + "[" * 64 + "'never closed", 1, 67),
        ("a: " + "[" * 64 + '"\\z"', 1, 67),
    ],
)
def test_nesting_over_64_levels_is_reported_at_the_65th_level(
    monkeypatch, loader, text, line, column
):
    monkeypatch.setattr(reader, "LOADER", loader)
    document = reader.read(text.encode())
    (fault,) = document.faults
    assert fault.kind is FaultKind.LIMIT
    assert place_of(document, fault.span)[:2] == (line, column)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "text",
    [
        "a: '" + "[" * 3_000 + "'",
        'a: "' + "[" * 900 + "\n@" + "[" * 900 + '"',
        "a: 1 # " + "[" * 3_000,
        "a: |\n  " + "[" * 3_000,
        "a: b" + "[{" * 3_000,
        "a: [" + "[]," * 900 + "]",
        "a: [" + "'['," * 900 + "@]",
        "a: [" + "[]," * 300 + "@]",
        "a: '" + "[" * 100 + "' b: c",
    ],
)
def test_closed_brackets_and_brackets_in_text_do_not_count_as_nesting(monkeypatch, loader, text):
    monkeypatch.setattr(reader, "LOADER", loader)
    assert FaultKind.LIMIT not in kinds(reader.read(text.encode()))


FLOW = st.lists(
    st.sampled_from(["[", "{", "{a: ", "[[[[", "]", "}", ", ", "x", "\n", "'[['", "# [\n", "@"]),
    max_size=60,
)


@given(FLOW, st.integers(0, 70))
def test_the_nesting_limit_agrees_with_the_count_of_the_parser(pieces, before):
    text = "[" * before + "".join(pieces)
    depth = deepest = 0
    stopped = True
    with contextlib.suppress(yaml.YAMLError):
        # The parser without the C library reports each bracket sooner.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            deepest = max(deepest, depth)
        stopped = False
    told = FaultKind.LIMIT in kinds(reader.read(text.encode()))
    assert told or deepest <= 64
    assert not told or deepest > 64 or (stopped and text.count("[") + text.count("{") > 64)


def test_an_alias_bomb_gives_a_finding():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    assert kinds(reader.read(bomb.encode())) == [FaultKind.LIMIT]


def test_aliases_cannot_make_a_value_deeper_than_the_limit():
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 70))
    assert FaultKind.LIMIT in kinds(reader.read(chain.encode()))


def test_a_file_of_5_mb_is_read_and_a_larger_one_gives_a_finding():
    comment = b"a: 1\n#" + b"x" * (files.MAX_BYTES - 6)
    assert kinds(reader.read(comment)) == []
    (fault,) = reader.read(comment + b"x").faults
    assert fault.kind is FaultKind.LIMIT
    assert "5 MB" in fault.message


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.binary(max_size=200) | TEXT.map(str.encode))
def test_any_bytes_are_read_or_have_a_fault_inside_the_text(content):
    document = reader.read(content)
    assert document.faults or document.root is not None
    for fault in document.faults:
        span = fault.span or document.locate(fault.path)
        assert 0 <= span.start <= span.end
        place = document.lines.place(span)
        begin, end = document.lines.bounds(span.start)
        assert begin <= span.start <= end + 2
        assert place.column == span.start - begin + 1


DATA = st.recursive(
    TEXT | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def as_text(value):
    """A JSON value as htq reads it: text, lists, fields and None."""
    if isinstance(value, dict):
        return {as_text(key): as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    return None if value is None else json.dumps(value)


@given(
    st.dictionaries(TEXT, DATA, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, 1])
)
def test_any_json_value_is_read_back(value, ascii_only, indent):
    written = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    document = reader.read(written.encode("utf-8", "surrogatepass"))
    readable = not any(ord(c) == 0x7F or 0x80 <= ord(c) < 0xA0 or c in "\ufeff\ufffe\uffff"
                       for c in written)  # fmt: skip
    too_long = any(len(json.dumps(key)) > 1000 for key in value)
    if FaultKind.DUPLICATE_KEY in kinds(document):  # names that differ in their Unicode form only
        return
    if document.faults and (not readable or too_long):
        return
    assert document.faults == ()
    assert document.data() == as_text(value)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), TEXT, min_size=1))
def test_the_text_at_the_place_of_a_value_is_that_value(value):
    written = json.dumps(value, indent=2)
    document = reader.read(written.encode())
    for key, item in value.items():
        span = document.locate((key,))
        assert json.loads(written[span.start : span.end]) == item
        name = document.key((key,))
        assert json.loads(written[name.start : name.end]) == key


DRAFT = """\
cycle: 3  # the third
units:
  - U1
  - {id: U2, title: 'Data'}
empty:
again: &x [a, b]
last: *x
"""


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("cycle", ("cycle",)),
        (": 3", ("cycle",)),
        ("3  #", ("cycle",)),
        ("# the", ()),
        ("units", ("units",)),
        ("- U1", ("units",)),
        ("U1", ("units", 0)),
        ("id: U2", ("units", 1, "id")),
        ("U2", ("units", 1, "id")),
        (", title", ("units", 1)),
        ("ata'", ("units", 1, "title")),
        ("empty:", ("empty",)),
        ("b]", ("again", 1)),
        ("last", ("last",)),
        ("*x", ()),
    ],
)
def test_a_character_belongs_to_the_innermost_field_or_item_around_it(before, path):
    assert reader.read(DRAFT.encode()).path_at(DRAFT.index(before)) == path


def paths_in(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value or ())
    for step, below in inside if isinstance(value, dict | list) else ():
        yield from paths_in(below, (*path, step))


def test_each_character_of_a_name_or_value_leads_to_its_path():
    document = reader.read((ROOT / "examples" / "application.yaml").read_bytes())
    for path in list(paths_in(document.data()))[1:]:
        for span in (document.locate(path), document.key(path)):
            for index in range(span.start, span.end):
                found = document.path_at(index)
                assert found[: len(path)] == path
                assert (found == path) or index >= document.locate(path).start


@given(st.text(alphabet="\r\na", max_size=20), st.data())
def test_line_numbers_match_those_of_an_editor_for_any_block_size(text, data):
    index = data.draw(st.integers(0, len(text)))
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
    line = max(number for number, start in enumerate(starts) if start <= index)
    until = starts[line + 1] if line + 1 < len(starts) else len(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "_BLOCK", data.draw(st.integers(1, 20)))
        lines = places.Lines(text)
        assert lines.place(places.Span(index, index)).line == line + 1
        assert lines.place(places.Span(index, index)).column == index - starts[line] + 1
        start, end = lines.bounds(index)
    assert (start, text[end:until].strip("\r\n"), text[start:end]) == (
        starts[line],
        "",
        text[start:until].rstrip("\r\n"),
    )


@pytest.mark.parametrize("text", ["a: [" + "1," * 50_000, "k: 1\n" * 30_000, "- {}\n" * 60_000])
def test_a_text_with_too_many_values_is_refused_at_the_value_over_the_limit(text):
    document = reader.read(text.encode())
    assert document.root is None
    last = document.faults[-1]
    assert last.kind is FaultKind.LIMIT
    assert "more than 50,000 values" in last.message
    assert last.span.start < len(text)


def test_a_text_with_the_largest_allowed_number_of_values_is_read():
    document = reader.read(("a: [" + "1," * (reader.MAX_VALUES - 3) + "]").encode())
    assert document.faults == ()
    assert reader.read(("a: [" + "1," * (reader.MAX_VALUES - 2) + "]").encode()).faults
