"""Slips of the pen in YAML text.

A parser seldom stops where a person slipped: it reads on as long as the text could still be YAML.
`explain` looks at the lines around that place for slips that people make when they write by hand,
paste or merge. It says what the slip is, where it is, and how reading goes on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from htqcli.document.places import Edit
from htqcli.words import counted, quote


class Slip(NamedTuple):
    """A slip: the characters to show, what is wrong, how to correct it, and the edits that let
    the rest be read.

    The edits lose the value of the field whose name begins at `at`; the part around it if no name
    begins there; nothing if `at` is None. `correction` is the one edit that was certainly meant,
    if there is one; a person has to agree to it.
    """

    start: int
    end: int
    message: str
    hint: str
    edits: tuple[Edit, ...]
    at: int | None = None
    correction: Edit | None = None

    def corrected(self, correction: Edit) -> Slip:
        """The slip with the one edit that was certainly meant."""
        return self._replace(edits=(correction,), correction=correction)


class _Line(NamedTuple):
    """A line of a text without its end, and where it begins."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    @property
    def is_blank(self) -> bool:
        """Whether it is empty or a comment."""
        return self.text.lstrip()[:1] in ("", "#")

    @property
    def dashes(self) -> list[int]:
        """The columns, counted from 0, of the hyphens that begin items."""
        match = _LEAD.match(self.text)
        return [at for at, sign in enumerate(match[0]) if sign == "-"] if match else []

    @property
    def column(self) -> int:
        """The column of its first text, counted from 0, after the hyphens of items."""
        match = _LEAD.match(self.text)
        return match.end() if match else 0

    @property
    def field(self) -> re.Match[str] | None:
        """Its beginning, if that is a field's name with a colon."""
        return _FIELD.match(self.text)

    def removal(self) -> Edit:
        """The edit that removes the whole line."""
        return Edit(self.start, self.end, "")

    def without_value(self, name: re.Match[str] | None) -> tuple[tuple[Edit, ...], int]:
        """The edit that removes a field's value and keeps its name, and where the lost part
        begins."""
        if name is None:
            return (self.removal(),), self.start
        edit = Edit(self.start + name.end("name"), self.end, ":")
        return (edit,), self.start + name.start("name")


_LEAD = re.compile(r" *(?:-(?: +|$))*")

_FIELD = re.compile(
    r" *(?:- +)*(?P<name>\"[^\"\\]*\"|'[^']*'|[^\W_][\w.-]*)[ ]*:(?P<value>[ \t]|$)"
)

_NAME = re.compile(r" *(?:- +)*(?P<name>[^\W\d][\w-]*)")

_NAME_AND_OPENING = re.compile(_NAME.pattern + r"[ ]+[\[{\"']")

_FIELD_OR_ID = re.compile(r"[a-z]+(?:_[a-z]+)*|[A-Z]{1,2}[0-9]{1,3}")

_MAX_BEFORE = 20_000
"""How many characters before a place are looked at, and a quarter as many after it."""

_MAX_LINES = 1_000


class _Excerpt:
    """The lines around a place in a text."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        before, until = max(0, at - _MAX_BEFORE), at + _MAX_BEFORE // 4
        self.lines: list[_Line] = []
        start = before
        for match in _LINE_END.finditer(text, before, until):
            self.lines.append(_Line(start, text[start : match.start()]))
            start = match.end()
        end = _LINE_END.search(text, start, start + _MAX_BEFORE)
        self.is_cut = end is None and len(text) > start + _MAX_BEFORE
        self.lines.append(_Line(start, text[start : end.start() if end else start + _MAX_BEFORE]))
        if before:
            del self.lines[0]
        self.starts = [line.start for line in self.lines]

    def number(self, at: int) -> int | None:
        """The number, counted from 0, of the line of a character; None if it is not here."""
        found = bisect_right(self.starts, at) - 1
        return found if found >= 0 else None

    def before(self, number: int) -> Iterator[_Line]:
        """The lines before one that are not blank, nearest first."""
        return (line for line in reversed(self.lines[:number]) if not line.is_blank)

    def after(self, number: int) -> Iterator[_Line]:
        """The lines after one that are not blank."""
        return (line for line in self.lines[number + 1 :] if not line.is_blank)


_LINE_END = re.compile(r"\r\n|\n|\r")


def conflicts(text: str) -> Iterator[Slip]:
    """The Git merge conflicts in a text. The first of the two sides is read."""
    if not _CONFLICT.search(text):
        return
    opened: re.Match[str] | None = None
    left_out: re.Match[str] | None = None
    edits: list[Edit] = []
    for mark in _MARKER.finditer(text):
        if mark[1][0] == "<" or opened is None:
            if opened is not None:
                yield _conflict(opened, edits)
            opened, left_out, edits = mark, None, []
        if mark[1][0] in "|=":
            left_out = left_out or mark
        elif mark[1][0] == ">" and left_out is not None:
            edits.append(Edit(left_out.start(), mark.end(), ""))
            yield _conflict(opened, edits)
            opened, left_out, edits = None, None, []
            continue
        if left_out is None:
            edits.append(Edit(mark.start(), mark.end(), ""))
    if opened is not None:
        if left_out is not None:
            edits.append(Edit(left_out.start(), left_out.end(), ""))
        yield _conflict(opened, edits)


def _conflict(mark: re.Match[str], edits: list[Edit]) -> Slip:
    return Slip(mark.start(1), mark.end(1), *_CONFLICT_WORDS, tuple(edits))


_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)

_MARKER = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?:[ ][^\r\n]*)?$", re.MULTILINE)

_CONFLICT_WORDS = (
    "This line marks a Git merge conflict that is not resolved",
    "Keep the lines that are right, and delete the others and the lines that begin with "
    "‘<<<<<<<’, ‘=======’ and ‘>>>>>>>’.",
)


def explain(text: str, problem: str, at: int, context: int | None) -> Slip | None:
    """The slip that stops a parser with a problem at `at`, while it reads what begins at
    `context`; None if no slip is known."""
    slip = _find(text, problem, at, context)
    if slip and slip.correction is None and _is_json(text):
        # In JSON, the removed value includes its comma.
        edits = tuple(
            e._replace(new=":,") if e.new == ":" and e.start < e.end else e for e in slip.edits
        )
        slip = slip._replace(edits=edits)
    return slip


def _find(text: str, problem: str, at: int, context: int | None) -> Slip | None:
    excerpt = _Excerpt(text, at)
    at = min(at, len(text))
    number = excerpt.number(at)
    begun = excerpt.number(context) if context is not None else None
    if number is None or excerpt.is_cut:
        return None
    if _is_json(text) and (slip := _in_json(excerpt, problem, at, context)):
        return slip
    if problem.startswith("could not find expected ':'"):
        return None if begun is None else _without_colon(excerpt, begun)
    for kind, explanation in _BY_PROBLEM:
        if kind.match(problem):
            line = excerpt.lines[number]
            slip = _match_form(line, _FORMS) or explanation(_Stop(excerpt, number, at, context))
            if slip is not None:
                return slip
    return _match_form(excerpt.lines[number], _FORMS)


def _is_json(text: str) -> bool:
    return text[:_MAX_BEFORE].lstrip()[:1] in ("{", "[")


def _shown(name: str) -> str:
    """A field's name for a message. Anything else is not repeated: it may be personal."""
    return quote(name) if _FIELD_OR_ID.fullmatch(name) else "this field"


# Slips that show in the form of a line


def _match_form(line: _Line, forms: tuple[_Form, ...]) -> Slip | None:
    for form, message, hint, edits in forms:
        if match := form.match(line.text):
            start, end = line.start + match.start(1), line.start + match.end(1)
            made, at = edits(line, match)
            slip = Slip(start, end, message, hint, made, at)
            return slip.corrected(_with_space(line, match)) if edits is _without_value else slip
    return None


def _with_space(line: _Line, match: re.Match[str]) -> Edit:
    """Put an ordinary space after a field's colon, and quotation marks around a value that contains
    another colon."""
    name, rest = match[1], line.text[match.end(1) :].lstrip("\u00a0 ")
    start, begin = line.start + match.start(1), line.end - len(rest)
    value = _plain_value(line.text, len(line.text) - len(rest))
    if value and _COLON.search(value):
        return Edit(start, begin + len(value), f"{name} {_in_quotes(value)}")
    return Edit(start, begin, f"{name} ")


def _plain_value(text: str, start: int) -> str | None:
    """The value that begins at `start` in a line, without a comment after it; None unless it is
    text without quotation marks."""
    match = _PLAIN_VALUE.match(text, start)
    return match[0].rstrip() if match else None


_PLAIN_VALUE = re.compile(r"(?![\[\]{}\"'“‘|>&*!%@`#,?-])(?:[^ #\t]|[ \t]+(?!#)|(?<=[^ \t])#)+")

_COLON = re.compile(r":(?=\s|$)")

_ANOTHER_FIELD = re.compile(r"(?:^|\s)[a-z]+(?:_[a-z]+)*:\s+(?:[\d\[{\"'<]|(?:true|false)\b|$)")
"""What looks like a second field on one line."""


def _in_quotes(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


Edits = tuple[tuple[Edit, ...], int | None]

_Form = tuple[re.Pattern[str], str, str, Callable[[_Line, re.Match[str]], Edits]]


def _without_line(line: _Line, _: re.Match[str]) -> Edits:
    return (line.removal(),), None


def _losing_line(line: _Line, _: re.Match[str]) -> Edits:
    return (line.removal(),), line.start


def _indented_with_spaces(line: _Line, _: re.Match[str]) -> Edits:
    """Replace white space before a line with spaces. A tab counts as two, the step of most
    drafts."""
    width = len(line.text) - len(line.text.lstrip())
    lead = line.text[:width].replace("\t", "  ")
    return (Edit(line.start, line.start + width, " " * len(lead)),), None


def _with_hyphen(line: _Line, match: re.Match[str]) -> Edits:
    return (Edit(line.start + match.start(1), line.start + match.end(), "- "),), None


def _without_value(line: _Line, _: re.Match[str]) -> Edits:
    return line.without_value(_NAME.match(line.text))


_FORMS: tuple[_Form, ...] = (
    (re.compile(r"(<{7}|\|{7}|={7}|>{7})(?= |$)"), *_CONFLICT_WORDS, _without_line),
    (
        re.compile(r" *(```+|~~~+)"),
        "This line is Markdown (it marks off code), and is not part of a draft",
        "Delete the line.",
        _without_line,
    ),
    (
        re.compile(r"[ \u00a0]*(\t)"),
        "There is a tab here; spaces are needed",
        "Indent with spaces. Most editors can turn tabs into spaces.",
        _indented_with_spaces,
    ),
    (
        re.compile(r" *(\u00a0)"),
        "There is a non-breaking space here; an ordinary space is needed",
        "Delete the spaces at the beginning of the line and type them again.",
        _indented_with_spaces,
    ),
    (
        re.compile(r" *(-(?=[^\W\d_])|[\u2013\u2014\u2022\u00b7\u25aa\u25e6\u25cf]|\*(?=\s))\s*"),
        "This item of a list does not begin with a hyphen and a space",
        "Begin it with ‘- ’: a hyphen and a space.",
        _with_hyphen,
    ),
    (
        re.compile(r" *(?:- +)*([^\W\d][\w-]*:)\u00a0"),
        "A non-breaking space follows the colon; an ordinary space is needed",
        "Delete the space after the colon and type it again.",
        _without_value,
    ),
    (
        re.compile(r" *(?:- +)*([^\W\d][\w-]*:(?=[^\s:/]))"),
        "There is no space after the colon",
        "Write a space between the colon and the value.",
        _without_value,
    ),
)
"""Forms of lines that are never right: what to mark, what is wrong, and the edits."""

_ROWS: tuple[_Form, ...] = (
    (
        re.compile(r" *([^\t]+\t.*)"),
        "This line looks like a row pasted from a spreadsheet such as Excel, with tabs between its "
        "cells",
        "Write it as a field: its name, a colon, a space and its value, for example "
        "‘K1: [U1, U2]’.",
        _losing_line,
    ),
    (
        re.compile(r" *([\w-]+[,;](?=\S).*)"),
        "This line looks like a row of a table (CSV), with only commas or semicolons between its "
        "cells",
        "Write it as a field: its name, a colon, a space and its value, for example "
        "‘K1: [U1, U2]’.",
        _losing_line,
    ),
    (
        re.compile(r" *(//|/\*)"),
        "This is not how a comment begins in a draft",
        "Begin a comment with ‘#’, or delete the line.",
        _without_line,
    ),
    (
        re.compile(r" *(<[a-zA-Z!/][^>]*>)"),
        "This line is HTML, from a web page, not YAML",
        "Write only the text of the page in the fields, without the tags between ‘<’ and ‘>’.",
        _losing_line,
    ),
)
"""Forms of lines without a colon."""

_SIGN = re.compile(r"\s*(=>|->|=|;|\uff1a|\ufe55)")


def _without_colon(excerpt: _Excerpt, number: int) -> Slip | None:
    """A line in which a field's name needs a colon."""
    line = excerpt.lines[number]
    if slip := _match_form(line, _FORMS) or _match_form(line, _ROWS):
        return slip
    start = line.start + line.column
    name = _NAME.match(line.text)
    if name is None or not _can_begin_field(excerpt, number):
        message = "This line has no colon after the name of a field"
        hint = (
            "Write the name, a colon, a space and the value. If the line continues the text "
            "before it, "
            "indent it further than that field."
        )
        return Slip(start, line.end, message, hint, (line.removal(),), line.start)
    sign = _SIGN.match(line.text, name.end())
    rest = line.text[name.end() :].strip()
    what = _shown(name["name"])
    message = f"There is no colon after {what}"
    hint = "Write a colon and a space between the name and the value."
    if sign:
        message = f"There is {quote(sign[1])} after {what}; a colon is needed"
        hint = "Replace it with a colon and a space."
    elif rest:
        hint += " If the line continues the text before it, indent it further than that field."
    edits, at = line.without_value(name)
    begin, end = line.start + name.start("name"), line.start + name.end("name")
    return Slip(begin, end, message, hint, edits, at if rest else None)


def _can_begin_field(excerpt: _Excerpt, number: int) -> bool:
    """Whether a field can begin at a line's column, judging by the lines around it."""
    line = excerpt.lines[number]
    before, after = next(excerpt.before(number), None), next(excerpt.after(number), None)
    if before is None or after is None:
        return True
    return not (line.column < before.column == after.column)


# Slips by the parser's problem


class _Stop(NamedTuple):
    """Where the parser stopped, the number of that line, and where the part that it was reading
    began."""

    excerpt: _Excerpt
    number: int
    at: int
    context: int | None


def _colon(stop: _Stop) -> Slip | None:
    """A colon where no field can begin: in a text, after a line without a colon, or in a field
    that begins too far to the right."""
    excerpt, number, at = stop.excerpt, stop.number, stop.at
    line = excerpt.lines[number]
    field = line.field
    if field and line.start + field.start("value") - 1 < at:
        slip = Slip(
            at,
            at + 1,
            "Text with a colon and a space in it is not in quotation marks",
            "Put the whole text after the field’s name in quotation marks.",
            *line.without_value(field),
        )
        begin = len(line.text) - len(line.text[field.end("value") :].lstrip())
        value = _plain_value(line.text, begin)
        below = next(excerpt.after(number), None)
        goes_on = below is not None and below.indent > line.column
        if value is None or goes_on or _ANOTHER_FIELD.search(value) or _is_json(excerpt.text):
            return slip
        begin += line.start
        return slip.corrected(Edit(begin, begin + len(value), _in_quotes(value)))
    if field is None and _NAME_AND_OPENING.match(line.text):
        return _without_colon(excerpt, number)
    above = next(excerpt.before(number), None)
    if above is None:
        return None
    if formed := _match_form(above, _FORMS):
        return formed
    if above.column == line.column and above.field is None:
        return _without_colon(excerpt, excerpt.number(above.start) or 0)
    if field is None:
        if above.field is None:
            return None
        edits, lost = above.without_value(above.field)
        return Slip(
            at,
            at + 1,
            "This text continues from the line before and contains a colon and a space",
            "Put the whole text in quotation marks, starting on its first line.",
            (*edits, line.removal()),
            lost,
        )
    return _column(excerpt, number)


def _not_a_field(stop: _Stop) -> Slip | None:
    """Something else where a field should begin."""
    excerpt, number, at = stop.excerpt, stop.number, stop.at
    line = excerpt.lines[number]
    if excerpt.text[at : at + 1] in ("]", "}"):
        return Slip(
            at,
            at + 1,
            f"This {quote(excerpt.text[at])} closes a bracket that was never opened",
            "Delete it, or add the opening bracket.",
            (Edit(at, at + 1, ""),),
        )
    if at > line.start + line.column:
        return _open_quote(excerpt, number) or _after_a_text(excerpt, number, at)
    quotation = _open_quote(excerpt, number)
    return quotation or _column(excerpt, number) or _item_among_fields(excerpt.lines[number])


def _after_a_text(excerpt: _Excerpt, number: int, at: int) -> Slip | None:
    """Text after a closing quotation mark or bracket on its line."""
    line = excerpt.lines[number]
    before = line.text[: at - line.start].rstrip()
    if line.field is None and _NAME_AND_OPENING.match(line.text):
        return _without_colon(excerpt, number)
    if before[-1:] not in ("'", '"', "]", "}") or _unclosed(before) is not None:
        return None
    if before.lstrip().startswith("#"):  # inside a text that began above
        return None
    if before[-1] in "]}":
        return Slip(
            at,
            line.end,
            "There is text after a closing bracket",
            "If the text begins with a bracket, put all of it in quotation marks. If not, delete "
            "what "
            "follows the bracket.",
            *line.without_value(line.field),
        )
    return Slip(
        at,
        line.end,
        "There is text after a closing quotation mark",
        "Put the whole text inside one pair of quotation marks. Inside single ones, write ‘''’ "
        'for an apostrophe; inside double ones, write ‘\\"’ for a quotation mark.',
        *line.without_value(line.field),
    )


def _open_quote(excerpt: _Excerpt, number: int) -> Slip | None:
    """A quotation mark above a line that is not closed on its own line, although a field
    follows."""
    field_follows = True
    for line in (excerpt.lines[number], *excerpt.before(number)):
        opened = _unclosed(line.text)
        if opened is not None and field_follows and line.start != excerpt.lines[number].start:
            return _unclosed_quote(line, line.start + opened)
        field_follows = line.field is not None
    return None


def _unclosed_quote(line: _Line, at: int) -> Slip:
    return Slip(
        at,
        at + 1,
        "This quotation mark is not closed",
        "Add one at the end of the text. Write ‘''’ for an apostrophe inside single quotation "
        "marks.",
        *line.without_value(line.field),
    )


def _unclosed(line: str) -> int | None:
    """Where a text begins with a quotation mark that its line does not close."""
    at = 0
    while match := _VALUE.search(line, at):
        if match[2]:
            return None
        mark = match.start(1)
        closed = _QUOTED[line[mark]].match(line, mark)
        if closed is None:
            return mark
        at = closed.end()
    return None


_VALUE = re.compile(r"(?:^|(?<=[:-] )|(?<=[\[{, ]))(?:([\"'])|(#))")

_QUOTED = {
    '"': re.compile(r"\"(?:[^\"\\]|\\.)*+\""),
    "'": re.compile(r"'(?:[^']|'')*+'"),
}


def _column(excerpt: _Excerpt, number: int) -> Slip | None:
    """A field or item at a column where none can begin, or after a misplaced one."""
    line = excerpt.lines[number]
    is_item = bool(line.dashes)
    if not is_item and line.field is None:
        return None
    here = line.dashes[0] if is_item else line.column
    above = [own for own in excerpt.before(number) if own.field or own.dashes][:_MAX_LINES]
    fields, items = _open_columns(above)
    if here in (items if is_item else fields):
        return None
    below = next(excerpt.after(number), None)
    first_of_part = above and (len(above) == 1 or above[1].column < min(above[0].column, here))
    if first_of_part and not is_item and above[0].dashes == [here]:
        if below is not None and not below.dashes and below.column == here:
            return _item_among_fields(above[0])
    elif first_of_part and not is_item and not above[0].dashes:
        parent = above[1].column if len(above) > 1 else -2
        agrees = below is not None and below.column == here and below.field is not None
        usual = here - parent in (2, 4) and above[0].column - parent not in (2, 4)
        if agrees or usual:
            return _moved(excerpt, above[0], above[0].column, here, None)
    columns = items if is_item else fields
    left = max((column for column in columns if column < here), default=None)
    right = min((column for column in columns if column > here), default=None)
    goes, other = _nearer(excerpt, number, here, left, right)
    return None if goes is None else _moved(excerpt, line, here, goes, other)


def _nearer(
    excerpt: _Excerpt, number: int, here: int, left: int | None, right: int | None
) -> tuple[int | None, int | None]:
    """The column, `left` or `right`, where a line was meant to begin, and the other one if it is
    just as likely."""
    if left is None or right is None:
        return (right if left is None else left), None
    below = next(excerpt.after(number), None)
    field = excerpt.lines[number].field
    if below is not None and field and here < below.column <= right:
        is_parent = not excerpt.lines[number].text[field.end() :].strip()
        return (left if is_parent else right), None
    if here - left != right - here:
        return (left if here - left < right - here else right), None
    blank_before = number > 0 and not excerpt.lines[number - 1].text.strip()
    return (left, right) if blank_before else (right, left)


def _open_columns(above: list[_Line]) -> tuple[set[int], set[int]]:
    """The columns where another field, and another item, can begin after these lines, the last
    line first."""
    fields: set[int] = set()
    items: set[int] = set()
    least = 1_000_000
    for line in above:
        if line.field and line.column < least:
            fields.add(line.column)
            least = line.column
        for dash in line.dashes:
            if dash < least:
                items.add(dash)
                least = dash
        if not least:
            break
    return fields, items


def _moved(excerpt: _Excerpt, line: _Line, here: int, goes: int, other: int | None) -> Slip:
    """A line, with the lines that go with it, moved to its proper column."""
    number = excerpt.number(line.start) or 0
    moving = [line]
    for below in excerpt.lines[number + 1 : number + _MAX_LINES]:
        if below.is_blank:
            continue
        if below.indent < here or (goes > here and below.indent != here):
            break
        if line.dashes and not below.dashes and below.indent < line.column:
            break
        moving.append(below)
    if goes > here and line.dashes:
        moving = [line]
    field = line.field
    what = _shown(field["name"]) if field and not line.dashes else "this item"
    start = line.start + here
    return Slip(
        start,
        line.start + (field.end("name") if field and not line.dashes else here + 1),
        f"{what[0].upper()}{what[1:]} begins at column {here + 1} and should begin at column "
        f"{goes + 1}",
        f"Indent it with {counted(goes, 'space')}, like what it belongs with"
        + (f", or with {other}." if other is not None else ".")
        + " If it continues the text before it, put the whole text in quotation marks.",
        tuple(Edit(own.start, own.start + min(here, own.indent), " " * goes) for own in moving),
    )


def _item_among_fields(line: _Line) -> Slip | None:
    if not line.dashes:
        return None
    at = line.start + line.dashes[0]
    return Slip(
        at,
        at + 1,
        "Here is an item of a list between fields",
        "Delete the hyphen, or begin the list below the name of its field.",
        (Edit(at, line.start + line.column, ""),),
    )


def _bracket(stop: _Stop) -> Slip | None:
    """A list or group in brackets that is not closed, or contains something that is not an item."""
    excerpt, number, at, context = stop.excerpt, stop.number, stop.at, stop.context
    if context is None or (begun := excerpt.number(context)) is None:
        return None
    line = excerpt.lines[begun]
    opened = excerpt.text[context : context + 1]
    if opened not in _CLOSING:
        return None
    sign = excerpt.text[at : at + 1]
    if sign in ("]", "}") and sign != _CLOSING[opened]:
        return Slip(
            at,
            at + 1,
            f"{quote(opened)} is closed with {quote(sign)}",
            f"Close it with {quote(_CLOSING[opened])}.",
            (Edit(at, at + 1, _CLOSING[opened]),),
        )
    edits, lost = line.without_value(line.field)
    if begun == number:
        colon = sign == ":"
        return Slip(
            at,
            min(at + 1, line.end),
            "Text with a colon and a space in it is not in quotation marks"
            if colon
            else "A comma is missing between two items, or a quotation mark or bracket is not "
            "closed",
            "Put the whole text after the field’s name in quotation marks."
            if colon
            else "Put commas between the items, and close every ‘[’, ‘{’ and quotation mark.",
            edits,
            lost,
        )
    below = excerpt.lines[begun + 1 :]
    first_field = next((i for i, own in enumerate(below) if own.field), 0)
    inner = below[: min(first_field, number - begun)]
    return _open_bracket(context, opened, (*edits, *(own.removal() for own in inner)), lost)


def _open_bracket(at: int, opened: str, edits: tuple[Edit, ...], lost: int | None) -> Slip:
    return Slip(
        at,
        at + 1,
        f"The bracket {quote(opened)} is not closed",
        f"Close it with {quote(_CLOSING.get(opened, ']'))}, and put commas between the items.",
        edits,
        lost,
    )


_CLOSING = {"[": "]", "{": "}"}


def _in_json(excerpt: _Excerpt, problem: str, at: int, context: int | None) -> Slip | None:
    """A slip in JSON."""
    number = excerpt.number(at)
    if number is None:
        return None
    line = excerpt.lines[number]
    above = next(excerpt.before(number), None)
    for own in (line, above):
        if own and (slip := _match_form(own, _FORMS[:2] + _ROWS[2:3])):
            return slip
    if slip := _open_quote(excerpt, number):
        return slip
    sign = excerpt.text[at : at + 1]
    if "expected ',' or" not in problem and "node content" not in problem:
        return None
    around = _open_brackets(excerpt.text, at)
    if "node content" in problem:
        context = around[-1] if around else None
    if sign == "," and excerpt.text[:at].rstrip()[-1:] == ",":
        return _spare_comma(at)
    if not excerpt.text[at:].strip():
        opened = "" if context is None else excerpt.text[context : context + 1]
        if context is None or opened not in _CLOSING:
            return None
        end = len(excerpt.text.rstrip())
        return _open_bracket(context, opened, (Edit(end, end, _CLOSING[opened]),), None)
    if context is not None and sign in ("]", "}"):
        opened = excerpt.text[context : context + 1]
        outer = {_CLOSING[excerpt.text[bracket]] for bracket in around}
        if opened in _CLOSING and _CLOSING[opened] != sign and sign in outer:
            edits = (Edit(at, at, _CLOSING[opened]),)
            return _open_bracket(context, opened, edits, None)
        return None
    named = _NAMED.search(excerpt.text, max(0, at - 200), at)
    if named and "node content" not in problem:
        return Slip(
            named.start(1),
            named.end(1),
            "There is no colon after this name",
            "Write a colon between the name and the value.",
            (Edit(named.end(1), named.end(1), ":"),),
        )
    before = line.text[: at - line.start].strip()
    if above is not None and (not before or _QUOTED['"'].fullmatch(before)):
        end = above.start + len(above.text.rstrip())
        if above.text.rstrip()[-1:] in (",", "[", "{", ":"):
            return None
        return Slip(
            end - 1,
            end,
            "A comma is missing after this",
            "Write a comma at the end of the line, before the next item.",
            (Edit(end, end, ","),),
        )
    return None


_NAMED = re.compile(r"[{,]\s*(\"[^\"\\\r\n]{1,100}\")[ \t]+$")


def _open_brackets(text: str, at: int) -> list[int]:
    """Where the brackets are that are still open at a place in JSON."""
    opened: list[int] = []
    for match in _SIGNS.finditer(text, 0, at):
        if match[0] in _CLOSING:
            opened.append(match.start())
        elif match[0] in ("]", "}") and opened:
            opened.pop()
    return opened


_SIGNS = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|[\[\]{}]")


def _spare_comma(at: int) -> Slip:
    edits = (Edit(at, at + 1, ""),)
    return Slip(
        at, at + 1, "This comma is one too many", "Delete it, or add the item before it.", edits
    )


def _bad_start(stop: _Stop) -> Slip | None:
    """A text that begins with a character that only quotation marks allow."""
    excerpt, number, at, context = stop.excerpt, stop.number, stop.at, stop.context
    line = excerpt.lines[number]
    if excerpt.text[at : at + 1] == "\t" and (row := _match_form(line, _ROWS)):
        return row
    if context is not None and line.start <= context < at:
        at = context
    sign = excerpt.text[at : at + 1]
    if sign == "," and excerpt.text[:at].rstrip().endswith((",", "[", "{")):
        return _spare_comma(at)
    return Slip(
        at,
        at + 1,
        f"Text can begin with {quote(sign)} only in quotation marks"
        if sign.strip()
        else "Text cannot begin with this character",
        "Put the whole text in quotation marks.",
        *line.without_value(line.field),
    )


def _hyphen(stop: _Stop) -> Slip | None:
    """A hyphen and a space where no list can begin, such as after a name on the same line."""
    excerpt, number, at = stop.excerpt, stop.number, stop.at
    line = excerpt.lines[number]
    if line.field is None or line.start + line.field.end() > at:
        return _column(excerpt, number) or _item_among_fields(excerpt.lines[number])
    return Slip(
        at,
        at + 1,
        "A list cannot begin here",
        "Write each item of the list on its own line, after ‘- ’. If this is text that begins with "
        "‘- ’, put it in quotation marks.",
        *line.without_value(line.field),
    )


def _unclosed_text(stop: _Stop) -> Slip | None:
    """A quotation mark that is never closed."""
    excerpt, context = stop.excerpt, stop.context
    if context is None or (begun := excerpt.number(context)) is None:
        return None
    return _unclosed_quote(excerpt.lines[begun], context)


def _bad_escape(stop: _Stop) -> Slip | None:
    """A backslash in double quotation marks, such as between the folders of a path."""
    excerpt, number, at = stop.excerpt, stop.number, stop.at
    line = excerpt.lines[number]
    begin = line.text.rfind("\\", 0, at - line.start + 1)
    at = line.start + begin if begin >= 0 else at
    return Slip(
        at,
        at + 2,
        "A backslash has a special meaning in double quotation marks, and YAML does not know this "
        "one",
        "In a path, write ‘/’ between the names of folders. For a backslash, write ‘\\\\’ or use "
        "single quotation marks.",
        *line.without_value(line.field),
    )


_Explanation = Callable[[_Stop], Slip | None]

_BY_PROBLEM: tuple[tuple[re.Pattern[str], _Explanation], ...] = tuple(
    (re.compile(problem), explanation)
    for problem, explanation in (
        ("mapping values are not allowed", _colon),
        ("did not find expected (?:key|'-' indicator|<document start>)", _not_a_field),
        ("expected (?:<block end>|'<document start>')", _not_a_field),
        ("(?:block )?sequence entries are not allowed", _hyphen),
        ("(?:did not find )?expected ',' or", _bracket),
        ("found unexpected end of stream", _unclosed_text),
        ("found unknown escape character", _bad_escape),
        ("found invalid Unicode character escape code", _bad_escape),
        ("did not find expected hexdecimal number|expected escape sequence", _bad_escape),
        ("mapping keys are not allowed|found character|found a tab character", _bad_start),
        ("found unexpected non-alphabetical character", _bad_start),
        ("(?:did not find expected|expected the) node content", _bad_start),
        ("(?:did not find )?expected (?:alphabetic|chomping|(?:a )?comment)", _bad_start),
    )
)
"""How the parser's problem begins, in libyaml and in PyYAML, and the function that explains it."""
