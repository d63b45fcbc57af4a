"""Pages of HTML: one stylesheet and one template, in which every page is made of the same parts.

Nothing that a draft says is obeyed: every text is escaped, hidden characters in it are shown, and
the page forbids scripts and whatever would be loaded from elsewhere.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from htqcli.check.privacy import without_addresses
from htqcli.words import visible


class Cell(NamedTuple):
    """A cell of a table: its text, a second line, and the address that the text links to. `mark`
    is a class of the stylesheet, which never says more than the words do."""

    text: str
    more: str = ""
    mark: str = ""
    href: str = ""


class Column(NamedTuple):
    """The heading of a column, and more of it in small letters. `mark` is a class of the
    stylesheet: a heading that is `turned` stands upright, so that many fit."""

    text: str
    more: str = ""
    mark: str = ""


class Table(NamedTuple):
    """A table. The first cell of each row is its heading. One that is `small` is only as wide as
    its text, and is not divided between sheets of paper."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    small: bool = False


class Item(NamedTuple):
    """Something that was found: what is wrong, what to do, and where."""

    text: str
    more: tuple[str, ...] = ()


class Group(NamedTuple):
    """Findings of one rule: how much they matter, what the rule is about, what they have in
    common, and where the rule comes from."""

    severity: str
    title: str
    items: tuple[Item, ...]
    more: tuple[str, ...]
    sources: tuple[str, ...]


class Section(NamedTuple):
    """A part of a page under a heading. `anchor` is unique on the page."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    groups: tuple[Group, ...] = ()
    sections: tuple[Section, ...] = ()
    verdict: tuple[str, str] | None = None
    """The verdict as a class of the stylesheet, and in words."""


class Link(NamedTuple):
    """A link to another page."""

    text: str
    href: str


def render(
    title: str,
    top: Section,
    *,
    footer: tuple[str, ...],
    contents: bool = False,
    banner: str = "",
    back: Link | None = None,
) -> str:
    """A self-contained page. `top` has its main heading. With `contents`, the page begins with
    links to the sections below it."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            title=title,
            top=top,
            footer=footer,
            contents=contents,
            banner=banner,
            back=back,
            style=_style(),
            style_hash=_hash(_style()),
        )
    )


def ours(text: str) -> Markup:
    """A text of htq or its catalogue, in which an e-mail address is meant to be shown."""
    return Markup(escape(_shown(text)))  # noqa: S704  # it is escaped


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("htqcli.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_text,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _text(value: Any) -> Any:
    """What is written for a value: of a text, no e-mail address. It is escaped afterwards."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _shown(without_addresses(value) if "@" in value else value)


def _shown(text: str) -> str:
    return visible(re.sub(r"[\t\r\n]+", " ", text))


@cache
def _style() -> Markup:
    from importlib.resources import files

    style = files("htqcli.reports").joinpath("templates/page.css").read_text(encoding="utf-8")
    return Markup(style.replace("\r\n", "\n"))  # noqa: S704  # htq’s own


@cache
def _hash(style: str) -> str:
    """The hash by which the page allows its own style and no other."""
    from base64 import b64encode
    from hashlib import sha256

    return b64encode(sha256(style.encode()).digest()).decode()
