"""A new cycle of the catalogue, for a person to fill in.

It has the fields of the catalogue's models, in the order of `data/standards.yaml`. It repeats no
fact of another cycle: placeholders say what to find out, and a catalogue with a placeholder is
refused.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import chain
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from htqcli.catalogue.model import (
    Catalogue,
    Cycle,
    Demand,
    Entry,
    FirstTeaching,
    ListedGroup,
    Listing,
    NotFound,
    Policy,
    Routes,
    Stage,
    Window,
)
from htqcli.model.part import Model
from htqcli.vocabulary import SCOPES
from htqcli.words import join, visible

_SOURCE = (
    "The key in ‘sources’ of the page that says so, or several keys in brackets.",
    "TODO a key of ‘sources’",
)

_NOTE = ("What people need to know about it, such as what no page says.", "TODO in a sentence")

_DATE = "TODO such as 2022-02-16 12:00, 2022-02-16 or 2022-02"

WORDS: dict[type[Model], dict[str, tuple[str, str]]] = {
    Cycle: {
        "cycle": ("", ""),
        "routes": ("The routes that the cycle covers.", ""),
        "windows": ("When applications are taken. A cycle can have several windows.", ""),
        "policy": (
            "What the cycle asks for. If a draft lacks it, ‘required’ gives an error, ‘expected’ a "
            "warning, ‘encouraged’ a note, and ‘not-asked’ nothing.",
            "",
        ),
        "stages": ("The key stages, in their order. Delete ‘stages’ if no page has them.", ""),
        "listing": ("The list of standards. Delete ‘listing’ until it is published.", ""),
    },
    Routes: {
        "names": (
            "Use the headings of ‘routes’, near the top of the file. If they are not certain, "
            "delete "
            "the line and say so in a note.",
            "[TODO a route, TODO another]",
        ),
        "source": _SOURCE,
        "note": _NOTE,
    },
    Window: {
        "name": ("To tell several windows apart.", "TODO such as primary"),
        "opens": ("In London time, and as precise as it was published.", _DATE),
        "closes": (
            "A time: from then on, applications are no longer taken. A day: the last day on which "
            "they are.",
            _DATE,
        ),
        "after": (
            "If no page says when it opens: the last day that is certainly before it.",
            "TODO such as 2023-06-30",
        ),
        "before": (
            "If no page says when it closes: the first day that is certainly after it.",
            "TODO such as 2024-09-23",
        ),
        "first_teaching": ("The earliest month of first teaching.", ""),
        "source": _SOURCE,
        "note": _NOTE,
    },
    FirstTeaching: {"month": ("", "TODO such as 2024-09"), "source": _SOURCE, "note": _NOTE},
    Policy: {
        "level_4_on_level_5_standard": (
            "Contact with the team first, about a level 4 qualification on a level 5 standard.",
            "",
        ),
        "every_combination": (
            "Every permitted combination of units covers at least one occupation in full.",
            "",
        ),
        "ksb_coverage": ("Every KSB is covered.", ""),
        "reason_for_partial_coverage": ("A reason, if a KSB is covered partly.", ""),
        "permission": (
            "Permission, if the applicant does not hold the intellectual property.",
            "",
        ),
        "support_session": ("A support session before the application.", ""),
    },
    Demand: {
        "asks": ("", "TODO required, expected, encouraged or not-asked"),
        "source": _SOURCE,
        "read_from": (
            "If no page says it: the number of the cycle whose wording you use.",
            "TODO such as 5",
        ),
    },
    Stage: {
        "name": ("", "TODO in the words of the page"),
        "begins": ("Only if its date was published.", _DATE),
        "happens": ("", "[TODO in the words of the page, TODO another]"),
        "source": _SOURCE,
        "note": _NOTE,
    },
    Listing: {
        "status": ("", "TODO provisional or final"),
        "confirmation_due": (
            "When the final list is due, for a provisional one.",
            "TODO such as 2022-01",
        ),
        "source": _SOURCE,
        "note": _NOTE,
        "scopes": ("What each scope means, in the words of the page. Delete those it lacks.", ""),
        "standards": ("A group for each route and scope, in the order of the page.", ""),
    },
    ListedGroup: {
        "route": ("", "TODO a heading of ‘routes’"),
        "scope": ("", f"TODO {join(SCOPES, 'or')}"),
        "standards": ("", ""),
    },
    Entry: {
        "reference": ("", "TODO"),
        "level": ("", "TODO"),
        "title": ("", "TODO"),
    },
}
"""The comment and the placeholder of each field."""

_USUAL = {"names", "opens", "closes", "stages", "listing"}
"""Optional fields that most cycles have. Other optional fields are commented out."""


def new_cycle(catalogue: Catalogue, number: int) -> str:
    """A block for a cycle, to add at the end of the catalogue. Raises NotFound if the catalogue
    already has the number."""
    if number in [cycle.cycle for cycle in catalogue.cycles]:
        raise NotFound(
            f"The catalogue already has cycle {number}. Change its block, or name another cycle."
        )
    before = [cycle for cycle in catalogue.cycles if cycle.cycle < number]
    last = max(before, key=lambda cycle: cycle.cycle, default=None)
    head = _comment(
        f"Cycle {number}. Replace every TODO with what a page says. If no page says it, delete the "
        "line; do not guess. Most cycles do not need the fields after ‘# ’: delete the ‘# ’ to use "
        "one.",
        "  ",
    )
    return "\n".join(("", *head, *_Block(number, last).item(Cycle, "  "))) + "\n"


class _Block:
    """The lines of a block. A repeated comment is given only the first time."""

    def __init__(self, number: int, last: Cycle | None) -> None:
        self._number = number
        self._last = last
        self._given: set[str] = set()

    def item(self, part: type[Model], indent: str) -> Iterator[str]:
        """A part as an item of a list, with its first field, even if commented out, after the
        dash."""
        for index, (comments, lines) in enumerate(self._fields(part, indent + "  ")):
            first, *others = lines
            yield from comments
            yield first if index else f"{indent}- {first.lstrip()}"
            yield from others

    def _fields(self, part: type[Model], indent: str) -> Iterator[tuple[list[str], list[str]]]:
        """The comments and the lines of each field."""
        for name, info in part.model_fields.items():
            comment, placeholder = WORDS[part][name]
            if part is Policy and self._last:
                comment += f" {_last_demand(getattr(self._last.policy, name), self._last)}"
            comments = [] if comment in self._given else _comment(comment, indent)
            self._given.add(comment)
            mark = "" if info.is_required() or name in _USUAL else "# "
            inner, is_list = _inner(info.annotation)
            lines = [f"{indent}{mark}{name}:"]
            if (part, name) == (Cycle, "cycle"):
                lines = [f"{indent}{name}: {self._number}"]
            elif (part, name) == (Listing, "scopes"):
                lines += [f"{indent}  {scope}: TODO what the page says" for scope in SCOPES]
            elif inner is None:
                lines = [f"{lines[0]} {placeholder}"]
            elif inner is Entry:
                own = ", ".join(
                    f"{field}: {WORDS[Entry][field][1]}" for field in Entry.model_fields
                )
                lines.append(f"{indent}  - {{{own}}}")
            elif is_list:
                lines += self.item(inner, indent + "  ")
            else:
                for pair in self._fields(inner, indent + "  "):
                    lines += chain(*pair)
            yield comments, lines


def _inner(annotation: Any) -> tuple[type[Model] | None, bool]:
    """The part in a field, and whether the field is a list of them; None for a single value."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated or origin in (Union, UnionType):
        return _inner(args[0])
    if origin is tuple:
        return _inner(args[0])[0], True
    is_part = isinstance(annotation, type) and issubclass(annotation, Model)
    return (annotation if is_part else None), False


def _last_demand(demand: Demand, last: Cycle) -> str:
    read = f", read from cycle {demand.read_from}" if demand.read_from else ""
    sources = visible(", ".join(demand.source))
    return f"In cycle {last.cycle}: {demand.asks} ({sources}{read})."


def _comment(text: str, indent: str) -> list[str]:
    start = f"{indent}# "
    return textwrap.wrap(text, 98, initial_indent=start, subsequent_indent=start)
