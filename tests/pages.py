"""Pages of HTML, read as a browser and a screen reader read them."""

import hashlib
import itertools
import re
from base64 import b64encode
from html.parser import HTMLParser

from lxml import html as lxml_html

VOID = {"meta", "br", "hr", "img", "link", "input"}


def text_of(element):
    """The text of an element, with single spaces."""
    return " ".join(element.text_content().split())


class Page:
    """A page, by its headings and tables."""

    def __init__(self, source):
        self.source = source
        self.root = lxml_html.document_fromstring(source)
        self.body = text_of(self.root.body)

    @property
    def verdict(self):
        (found, *_) = self.root.xpath("//p[starts-with(@class, 'verdict ')]")
        return text_of(found)

    def section(self, title):
        """The section whose heading begins so."""
        for heading in self.root.xpath("//h2|//h3|//h4"):
            if text_of(heading).startswith(title):
                return heading.getparent()
        raise AssertionError(f"no section {title!r}")

    def says(self, title):
        """The text of a section."""
        return text_of(self.section(title))

    def table(self, caption):
        """The rows of the table whose caption begins so, each as a dictionary by heading."""
        for table in self.root.xpath("//table"):
            if text_of(table.find("caption")).startswith(caption):
                heads = [text_of(head) for head in table.xpath("./thead/tr/th")]
                rows = table.xpath("./tbody/tr")
                return [dict(zip(heads, map(text_of, row), strict=True)) for row in rows]
        raise AssertionError(f"no table {caption!r}")

    @property
    def facts(self):
        """What the lists of facts say, by name."""
        names = self.root.xpath("//dl/div")
        return {text_of(one[0]): text_of(one[1]) for one in names}

    @property
    def links(self):
        return [link.get("href") for link in self.root.xpath("//a")]


class _Tags(HTMLParser):
    """Every element is closed where it must be."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        assert not [name for name in names if name.startswith("on") or name in ("style", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_sound(source):
    """A page is whole, self-contained, and has what a screen reader needs."""
    assert source.startswith('<!DOCTYPE html>\n<html lang="en">\n')
    tags = _Tags()
    tags.feed(source)
    assert tags.open == []
    root = lxml_html.document_fromstring(source)
    assert text_of(root.find("head/title"))
    assert not root.xpath("//script|//link|//img|//iframe|//object|//embed|//form|//base")
    (style,) = root.xpath("//style")
    sha256 = b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{sha256}';")
    assert not re.search(r"url\(|@import", style.text)
    levels = [int(one.tag[1]) for one in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(root.xpath("//@aria-labelledby")) <= set(ids)
    for link in root.xpath("//a/@href"):
        assert link[1:] in ids if link.startswith("#") else re.match(r"https://|[\w.-]+$", link)
    for table in root.iter("table"):
        assert text_of(table.find("caption"))
        columns = table.xpath("count(./thead/tr/th)")
        assert all(len(row) == columns for row in table.xpath("./tbody/tr"))
        assert all(row[0].tag == "th" for row in table.xpath("./tbody/tr"))
    assert set(root.xpath("//thead//th/@scope")) <= {"col"}
    assert set(root.xpath("//tbody//th/@scope")) <= {"row"}
    assert not root.xpath("//th[not(@scope)]")
    assert not [head for head in root.iter("th") if not text_of(head)]
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", source
    )
