"""A saved page of an occupation, which has every KSB with its label.

A page is `skillsengland.education.gov.uk/occupations/OCC0499` or, for an earlier version,
`…/OCC0499-v1-2`. Each KSB is an element with `data-ksb-id` and `data-ksb-text`, repeated under
every duty that maps to it. The versions of an occupation are not those of its apprenticeship.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from htqcli.ksbs.standards_data import plain

MAX_BYTES = 20_000_000
"""The most bytes of a page that are read; a real one has 0.3 MB."""


class Page(NamedTuple):
    """The title, level, occupation (`OCC0499`) and address of a page, each None if missing, and
    the labels and texts of its KSBs, without the repetitions under each duty."""

    title: str | None
    level: str | None
    occupation: str | None
    address: str | None
    ksbs: list[tuple[str, str]]


def is_page(content: bytes) -> bool:
    """Whether content is HTML: nothing else that htq imports begins with a tag."""
    return content[:1_000].lstrip().startswith(b"<")


def read(content: bytes) -> Page:
    """Read a page in UTF-8. Anything else, and anything larger than a page, has no KSBs."""
    from lxml import etree  # type: ignore[import-untyped]

    found: dict[str, str] = {}
    ksbs: dict[tuple[str, str], None] = {}
    root = _root(content, etree)
    for element in root.iter(etree.Element):
        label = element.get("data-ksb-id")
        if label is not None:
            ksbs[plain(label), plain(element.get("data-ksb-text"))] = None
        elif element.tag == "meta":
            found.setdefault(f"meta {element.get('property')}", plain(element.get("content")))
        elif element.tag == "link":
            found.setdefault(f"link {element.get('rel')}", plain(element.get("href")))
        elif element.tag in ("title", "h1"):
            found.setdefault(element.tag, plain("".join(element.itertext())))
    titles = (found.get("meta og:title"), found.get("h1"), found.get("title", "").split(" / ")[0])
    text = " ".join(root.itertext())
    level = re.search(r"\bLevel:\s*([0-9]+)", text)
    occupation = re.search(r"\bReference:\s*(OCC[0-9]{4}[A-Z]?)\b", text)
    address = found.get("link canonical", "")
    stated = {label for label, text in ksbs if text}
    return Page(
        next(filter(None, titles), None),
        level and level[1],
        occupation and occupation[1],
        address if re.fullmatch(r"https://[\x21-\x7e]{1,500}", address) else None,
        [(label, text) for label, text in ksbs if text or label not in stated],
    )


def _root(content: bytes, etree: Any) -> Any:
    """The root element of a page; an empty one if it cannot be parsed. Nothing is fetched."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(content, parser) if len(content) <= MAX_BYTES else None
    except etree.LxmlError:
        root = None
    return etree.Element("html") if root is None else root
