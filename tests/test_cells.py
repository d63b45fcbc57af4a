"""Cells of CSV and Markdown: every text is shown exactly as it is."""

import csv
import html
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from htqcli.cells import csv_text, markdown, markdown_link, markdown_table
from htqcli.words import visible


def read_back(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://example.org","x")',
        "+1",
        "-2+3",
        "@SUM(A1)",
        " =1+1",
        "\u00a0=1+1",
        "=cmd|' /C calc'!A0",
        "＝1+1",
        "＠SUM(A1)",
    ],
)
def test_no_text_in_a_cell_or_header_is_a_formula_for_a_spreadsheet(text):
    assert read_back(csv_text([text], [[text]])) == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize("text", ["\t=1+1", "\r=1+1", "\n=1+1", "\0=1+1", "\u200b=1+1"])
def test_a_hidden_character_before_a_formula_is_made_visible(text):
    (cell,) = read_back(csv_text(["text"], [[text]]))[1]
    assert cell.startswith("\\")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"),
        (4, "4"),
        (None, ""),
        (["U1", "U2"], "U1, U2"),
        (["=1", "x"], "'=1, x"),
        ("in-scope", "in-scope"),
        ("a = b", "a = b"),
        ('say "a", b', 'say "a", b'),
        ("2022-02-16T12:00:00+00:00", "2022-02-16T12:00:00+00:00"),
    ],
)
def test_numbers_and_text_that_is_not_a_formula_stay_as_they_are(value, cell):
    assert read_back(csv_text(["value"], [[value]]))[1] == [cell]


PAGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""Tables and struck-out text as GitHub and GitLab read them, with HTML allowed."""

TEXTS = st.text(
    st.one_of(st.sampled_from("|\\`*_{}[]()<>#+-.!&;:~$=@'\" \tab1w"), st.characters()), max_size=30
)


def shown(cell):
    """A cell of a page as text. Comments, which split mentions, are not shown."""
    return html.unescape(re.sub("<!-- -->", "", cell)).strip()


@given(st.lists(TEXTS, min_size=2, max_size=2))
def test_a_markdown_table_cell_shows_any_text_literally(texts):
    page = PAGE.render(markdown_table(["One", "Two"], [texts]))
    cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert [shown(cell) for cell in cells] == [visible(text).strip() for text in texts]
    assert not re.search("<(?!/?(table|thead|tbody|tr|th|td)>|!-- -->)", page)


@given(TEXTS)
def test_a_markdown_list_item_shows_any_text_literally(text):
    page = PAGE.render(f"- {markdown(text)}\n")
    item = re.fullmatch(r"<ul>\n<li>(.*?)</li>\n</ul>\n", page, re.DOTALL)[1]
    assert " ".join(shown(item).split()) == " ".join(visible(text).split())


@pytest.mark.parametrize(
    "text",
    [
        "in-scope",
        "Health & science",
        "(integrated) Cyber-security technologist",
        "official_name",
        "2022-02-16T12:00:00+00:00",
    ],
)
def test_text_without_markup_is_not_escaped(text):
    assert markdown(text) == text


@pytest.mark.parametrize(
    "text", ["@someone", "someone@example.org", "https://example.org", "www.example.org", ":tada:"]
)
def test_text_cannot_mention_anybody_or_become_a_link(text):
    written = markdown(text)
    assert not re.search(r"@\w|https?://|www\.\w|:\w+:", written.replace("\\:", " "))


def test_an_address_cannot_break_out_of_its_link():
    page = PAGE.render(markdown_link("source", "https://example.org/a b)|<script>x</script>"))
    assert page == (
        '<p><a href="https://example.org/a%20b%29%7C%3Cscript%3Ex%3C/script%3E">source</a></p>\n'
    )
