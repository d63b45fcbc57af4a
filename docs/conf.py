"""The documentation site: the documents of the repository as they are, as pages that need no
network. CONTRIBUTING.md says how it is built. A warning, such as of a link that leads nowhere,
is an error. Every picture is made anew by htq.
"""

import sys
from pathlib import Path

from sphinx.application import Sphinx

from htqcli import __version__

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

import pictures  # noqa: E402

MENU = {
    "Begin": ["start", "install", "Quick start and first ten minutes <../README>"],
    "Write an application": [
        "checking",
        "ksbs",
        "mapping",
        "progress",
        "report",
        "pack",
        "after-submission",
        "watching",
    ],
    "Run it for others": ["pipelines", "exit-codes", "speed"],
    "Keep the catalogue": ["own-catalogue", "new-cycle", "catalogue"],
    "Look up": ["look-up", "application-format", "commands", "rules"],
    "Develop": ["../CONTRIBUTING", "../CHANGELOG"],
}
"""The pages by what their reader wants to do. Sphinx warns of a page that is not here."""

project = "htq"
version = release = __version__
language = "en"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md"]
exclude_patterns = [".*"]  # what tests leave can hold a link to anywhere
myst_heading_anchors = 4
smartquotes = False
highlight_language = "text"
html_theme = "furo"
html_title = f"htq {__version__}"
html_copy_source = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_use_index = False

_TO_FIRST_PAGE = f"""\
<!DOCTYPE html>
<html lang="en">
<title>htq</title>
<meta http-equiv="refresh" content="0; url={root_doc}.html">
<p><a href="{root_doc}.html">The documentation of htq</a></p>
</html>
"""


def _add_menu(_: Sphinx, name: str, text: list[str]) -> None:
    """The menu stands on the first page, which is read without it elsewhere."""
    if name == root_doc:
        for caption, pages in MENU.items():
            names = "\n".join(pages)
            text[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{names}\n```\n"


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Lead from the top of the site to its first page, and renew the pictures."""
    if exception is None:
        pages = Path(app.outdir)
        (pages / "index.html").write_text(_TO_FIRST_PAGE, encoding="utf-8")
        for sentence in pictures.make(pages / "_images"):
            sys.stdout.write(f"{sentence}\n")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_menu)
    app.connect("build-finished", _finish)
