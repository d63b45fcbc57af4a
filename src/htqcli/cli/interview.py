"""The questions that `htq init` asks in a terminal.

Enter alone leaves an answer open, or takes the one in square brackets. No file is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from htqcli.cli import terminal

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle, Standard

_MAX_OFFERED = 9
"""How many standards are offered at a time."""
_YES, _NO = ("y", "yes"), ("n", "no", "none")


@dataclass(slots=True)
class Asked:
    """What a person answered. None or an empty list is an answer left open."""

    cycle: Cycle
    references: list[str] = field(default_factory=list)
    type: str | None = None
    title: str | None = None
    level: str | None = None


def ask(known: Catalogue) -> Asked:
    """Ask what a new draft needs. Raises `typer.Abort` if the person stops."""
    with suppress(ImportError):
        import readline  # noqa: F401  # arrow keys and history while typing
    _say("A draft application for a Higher Technical Qualification", "bold")
    _say("Press Enter to leave an answer open, or to take the one in square brackets.", "dim")
    _say("Ctrl-C stops, and nothing is written.", "dim")
    asked = Asked(_cycle(known))
    chosen = _standards(known, asked.cycle)
    asked.references = [standard.reference for standard in chosen]
    asked.type = _type()
    asked.title = _title()
    asked.level = _level(chosen, asked.title)
    terminal.write("\n")
    return asked


def _cycle(known: Catalogue) -> Cycle:
    """The cycle with a list of standards; if there are several, the one that the person picks."""
    from htqcli.cli.context import the_cycle

    latest = the_cycle(known, None)
    listed = [str(cycle.cycle) for cycle in known.cycles if cycle.listing]
    if len(listed) < 2:
        return latest
    _ask("Which approvals cycle is it for?")
    return known.cycle(int(_pick({n: n for n in listed}, str(latest.cycle)) or latest.cycle))


def _standards(known: Catalogue, cycle: Cycle) -> list[Standard]:
    """The standards that the person picks, each by its reference or words of its title."""
    chosen: list[Standard] = []
    offered: list[Standard] = []
    _ask("Which occupational standard does the qualification align to?")
    _say("Enter a reference such as ST0116, or words of its title.", "dim")
    while (typed := _input()) and typed.lower() not in _NO:
        if typed.lower() in _YES:
            _problem("Enter the reference of the standard, or words of its title.")
            continue
        if typed.isdecimal() and 0 < int(typed[:9]) <= len(offered):
            found = [offered[int(typed[:9]) - 1]]
        else:
            found = known.search(typed, cycle)
        if not found:
            _problem(f"No standard of cycle {cycle.cycle} matches. Try other words.")
        elif len(found) == 1 and (found[0] in offered or _is_named(found[0], typed)):
            _add(found[0], chosen, cycle)
            offered = []
            _ask("Does it align to another standard?")
            _say("Enter a reference or words, or press Enter if not.", "dim")
        else:
            offered = found[:_MAX_OFFERED]
            for number, one in enumerate(offered, start=1):
                about = f"{one.title}, level {one.level}, {one.route}"
                terminal.print_lines(terminal.hanging(f"  {number}  {one.reference}  ", about))
            more = " There are more: other words show them." if len(found) > _MAX_OFFERED else ""
            _say(f"Enter the number of one, or other words.{more}", "dim")
    return chosen


def _is_named(standard: Standard, typed: str) -> bool:
    """Whether a text is exactly the reference or title of a standard. If it is only similar, the
    person is asked."""
    from htqcli.vocabulary import parse_reference
    from htqcli.words import title_key

    return parse_reference(typed) == standard.reference or title_key(typed) == title_key(
        standard.title
    )


def _add(standard: Standard, chosen: list[Standard], cycle: Cycle) -> None:
    if standard in chosen:
        _say(f"{standard.reference} {standard.title} is named already.")
        return
    chosen.append(standard)
    _say(f"Added: {standard.reference} {standard.title}, level {standard.level}.", "green")
    means = cycle.listing.scopes.get(standard.scope) if cycle.listing else None
    if standard.scope != "in-scope" and means:
        _say(means, "yellow")


def _type() -> str | None:
    from htqcli.vocabulary import APPLICANT_TYPES

    kinds = {str(number): kind for number, kind in enumerate(APPLICANT_TYPES, start=1)}
    _ask("Who applies?")
    for number, kind in kinds.items():
        _say(f"  {number}  {kind}")
    return _pick(kinds)


def _title() -> str | None:
    from htqcli.cli.options import the_title

    _ask("What is the title of the qualification?")
    _say("For example: Level 4 Diploma in Software Development", "dim")
    while typed := _input():
        try:
            return the_title(typed)
        except typer.BadParameter as error:
            _problem(error.message)
    return None


def _level(standards: Sequence[Standard], title: str | None) -> str | None:
    """The level. The level in the title is offered, or else 5 if a standard is at level 5."""
    from htqcli.rules.qualification import levels_in
    from htqcli.vocabulary import LEVELS

    levels = [str(level) for level in LEVELS]
    said = {str(level) for level in levels_in(title or "")}.intersection(levels)
    if not said and any(standard.level == 5 for standard in standards):
        said = {"5"}
    offered = said.pop() if len(said) == 1 else None
    _ask("What is the level of the qualification?")
    return _pick({level: level for level in levels}, offered)


def _pick(meanings: Mapping[str, str], offered: str | None = None) -> str | None:
    """Ask until the answer is one of `meanings`, and return what it means; `offered` for none."""
    from htqcli.words import join

    while typed := _input(list(meanings), offered):
        if typed in meanings:
            return meanings[typed]
        if typed.lower() in meanings.values():
            return typed.lower()
        _problem(f"Enter {join(meanings, 'or')}, or press Enter alone.")
    return offered


def _input(choices: Sequence[str] = (), offered: str | None = None) -> str:
    """What the person types, without spaces around it. Raises `typer.Abort` at the end of input."""
    from htqcli.words import join

    hint = f"{join(choices, 'or')} " if choices else ""
    hint += f"[{offered}] " if offered else ""
    while True:
        try:
            return input(f"{hint}> ").strip()
        except UnicodeDecodeError:
            _problem("That is not UTF-8. Type it again.")
        except EOFError:
            terminal.write("\n")
            raise typer.Abort from None
        except KeyboardInterrupt:
            terminal.write("\n")
            raise


def _ask(question: str) -> None:
    terminal.write("\n")
    _say(question, "bold")


def _problem(message: str) -> None:
    _say(f"There is a problem. {message}", "red")


def _say(text: str, style: str = "") -> None:
    from htqcli.words import wrap

    columns = terminal.width() or 80
    terminal.print_lines([[(line, style)] for line in wrap(text, columns)])
