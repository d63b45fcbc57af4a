"""The documentation site is built without a warning, and its pages need no network: run with
`pytest -m packaging`."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pictures
import pytest

from conftest import ROOT

pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The site, built as CONTRIBUTING.md says, but in a temporary folder."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\.venv/bin/(sphinx-build .*)$", guide, re.MULTILINE)
    *words, folder = shlex.split(line)
    assert folder == "site"
    assert "--fail-on-warning" in words
    site = tmp_path_factory.mktemp("site")
    cache = tmp_path_factory.mktemp("cache")
    run = subprocess.run(
        [Path(sys.executable).with_name(words[0]), *words[1:], "--doctree-dir", cache, site],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    for name in pictures.TERMINAL:
        assert (site / "_images" / name).exists()
    return {str(path.relative_to(site)): path.read_text("utf-8") for path in site.rglob("*.html")}


def test_each_document_is_a_page(pages):
    assert {
        str(path.relative_to(ROOT).with_suffix(".html")) for path in ROOT.glob("docs/*.md")
    } <= set(pages)
    assert {"README.html", "CONTRIBUTING.html", "CHANGELOG.html"} <= set(pages)


def test_the_site_opens_with_a_page_for_each_kind_of_reader(pages):
    assert 'content="0; url=docs/index.html"' in pages["index.html"]
    for link in ("start.html", "pipelines.html", "own-catalogue.html", "../CONTRIBUTING.html"):
        assert f'href="{link}"' in pages["docs/index.html"].split("<article")[1]


def test_no_page_loads_anything_from_another_site(pages):
    for name, text in pages.items():
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"([^\"]+)", text)
        assert loaded or name == "index.html"
        assert [at for at in loaded if re.match(r"(https?:)?//", at)] == [], name


def test_every_link_within_the_site_leads_to_a_page(pages):
    for name, text in pages.items():
        folder = Path(name).parent
        for link in re.findall(r"<a\b[^>]*href=\"([^\"#?:]+\.html)(?:#[^\"]*)?\"", text):
            parts = []
            for part in (folder / link).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in pages, (name, link)
