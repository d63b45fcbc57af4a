"""Everything that people read is in plain English: the words of the program and its documents."""

import ast
import re

import pytest

from conftest import ROOT

ODD = re.compile(
    r"stands? where|that there (?:is|are)\b|\bbe it that\b|\bas one that\b|\bat hand\b"
    r"|\bso many\b|\bin (?:its|their) form\b|\bcan mean but\b|\belsewhere than\b"
    r"|(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b)",
    re.IGNORECASE,
)
"""Turns of phrase that people read twice, and the usual words for them: ‘is missing’, ‘exists’, ‘even
if’, ‘is treated as’, ‘you have’, the number, ‘is in the wrong format’, ‘can only mean’, ‘is not a’.
‘There is no unit’ is plain."""

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/*.1")])
OTHERS = [ROOT / name for name in ("action.yml", "templates/htq.yml", "azure/htq.yml")]


def texts_of(module):
    """Every text in a module but those of no use to the program, such as docstrings. The rules'
    and the commands' docstrings, which people read, are in the documents. `{}` is a value that is
    put into a text."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.add(node.value)
        if isinstance(node, ast.JoinedStr):
            parts.update(node.values)
            pieces = (getattr(piece, "value", None) for piece in node.values)
            text = "".join(piece if isinstance(piece, str) else "{}" for piece in pieces)
            yield node.lineno, text
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield node.lineno, node.value


def test_no_text_of_the_program_has_an_odd_turn_of_phrase():
    found = [
        f"{module.relative_to(ROOT)}:{line}: {text}"
        for module in sorted((ROOT / "src").rglob("*.py"))
        for line, text in texts_of(module)
        if ODD.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *OTHERS], ids=lambda path: path.name)
def test_no_document_has_an_odd_turn_of_phrase(path):
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert [text[max(0, at.start() - 40) : at.end() + 40] for at in ODD.finditer(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "‘X’ stands where an answer should be",
        "31 June is not a date that there is",
        "be it that you know",
        "A field without a value is as one that is missing",
        "the list is not at hand",
        "or so many credits",
        "it is no table",
        "there are lists, and this is no list",
    ],
)
def test_odd_turns_of_phrase_are_recognised(text):
    assert ODD.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is no unit ‘U3’",
        "it is no longer open",
        "is not a table",
        "a whole number stands here",
    ],
)
def test_plain_phrases_are_not_mistaken_for_odd_ones(text):
    assert not ODD.search(text)
