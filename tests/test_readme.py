"""README is short and leads into htq, and the examples in every document are what htq prints."""

import os
import re

import examples
import pictures
import pytest

from conftest import ROOT

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [path for path in examples.pages() if "```console\n" in path.read_text(encoding="utf-8")]


@pytest.mark.skipif(os.name == "nt", reason="the pages show quotation marks of UTF-8")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_each_example_shows_the_actual_output_of_htq(path):
    page = path.read_text(encoding="utf-8")
    assert examples.renewed(page) == page, "run: python docs/generate.py"


def test_an_example_that_shows_something_else_is_renewed():
    page = "Before\n\n```console\n$ htq standards search sofware develper --cycle 3\nold\n```\n\nAfter\n"
    shown = "ST0116  Software developer  4  Digital  in-scope  3\n"
    assert examples.renewed(page) == page.replace("old\n", shown)


def test_the_first_ten_minutes_end_in_a_draft_that_is_ready():
    _, _, tutorial = README.partition(examples.TUTORIAL)
    *_, (command, shown) = re.findall(r"^```console\n(.*)\n(.*)", tutorial, re.MULTILINE)
    assert command == '$ htq check application.yaml --at "20 May 2022"'
    assert shown == "application.yaml: ready to submit, as at 20 May 2022"


def test_readme_has_at_most_300_lines():
    assert len(README.splitlines()) <= 300


def test_the_quick_start_is_two_commands_each_in_its_own_block():
    check, tests = re.findall(r"^```\w*\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)[:2]
    quick_start = README.split("## Quick start")[1].split("\n## ")[0]
    assert check in quick_start
    assert tests in quick_start
    assert check.count("\n") == tests.count("\n") == 1
    assert check.endswith('htq check examples --at "20 May 2022"\n')
    assert tests.endswith("pytest\n")


def test_the_pictures_of_a_terminal_show_what_htq_prints(tmp_path):
    if list(pictures.make(tmp_path, pictures.TERMINAL)):
        pytest.skip("there are no terminals of this kind here")
    for name in pictures.TERMINAL:
        now, before = (
            " ".join(re.sub("<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL).split())
            for text in (
                (folder / name).read_text(encoding="utf-8")
                for folder in (tmp_path, pictures.PICTURES)
            )
        )
        assert now
        assert now == before, "run: python docs/generate.py"


def test_a_missing_program_leaves_the_picture_in_the_repository(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    said = "report.png is the picture in the repository, because Chromium is missing."
    assert list(pictures.make(tmp_path, ["report.png"])) == [said]
    assert list(tmp_path.iterdir()) == []


def test_each_picture_in_a_document_has_a_description():
    for path in examples.pages():
        page = path.read_text(encoding="utf-8")
        for description, picture in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page):
            assert (path.parent / picture).exists()
            assert len(description) > 30


GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## Where things are\n")[1]


@pytest.mark.parametrize(
    "path", re.findall(r"^\| [^|]+ \| .*?`([^`]+)`.* \|$", GUIDE, re.MULTILINE)
)
def test_each_path_in_the_table_of_where_things_are_exists(path):
    if "/" in path:
        assert (ROOT / path).exists()
