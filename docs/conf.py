"""The documentation site: the documents of the repository as they are, as pages that need no
network. CONTRIBUTING.md says how it is built. A warning, such as of a link that leads nowhere,
is an error.
"""

from pathlib import Path

from sphinx.application import Sphinx

from htqcli import __version__

DOCS = Path(__file__).parent
PAGES = [*(f"docs/{page.stem}" for page in sorted(DOCS.glob("*.md"))), "CHANGELOG", "CONTRIBUTING"]
"""The pages after README, in the order of the menu."""

project = "htq"
version = release = __version__
language = "en"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["README.md", *(f"{page}.md" for page in PAGES)]
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
html_use_index = False


def _add_menu(_: Sphinx, name: str, text: list[str]) -> None:
    """The menu stands in README, which is read without it elsewhere."""
    if name == root_doc:
        text[0] += "\n```{toctree}\n:hidden:\n\n" + "\n".join(PAGES) + "\n```\n"


def _add_first_page(app: Sphinx, exception: Exception | None) -> None:
    """Whoever opens the site meets README, whose links hold from there too."""
    if exception is None:
        pages = Path(app.outdir)
        (pages / "index.html").write_bytes((pages / f"{root_doc}.html").read_bytes())


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_menu)
    app.connect("build-finished", _add_first_page)
