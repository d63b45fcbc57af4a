"""`htq rules`: what htq checks, why, and on whose authority."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, context, table, terminal
from htqcli.cli.options import CatalogueFile, format_option

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue
    from htqcli.formats.lines import Line
    from htqcli.rules.declare import Rule, Severity

COLUMNS = ("code", "name", "severity", "summary")


def rules(
    codes: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(
            metavar="CODE",
            help="A code, the beginning of one, or a name. Without one: every rule in a table.",
            autocompletion=completion.rules,
            show_default=False,
        ),
    ] = None,
    format: Annotated[str, format_option("text", "json", "markdown")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show what htq checks: why it matters, what the source says, and examples."""
    from htqcli.rules import RULES, choose

    known = context.the_catalogue(catalogue)
    chosen = choose(codes) if codes else RULES
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode([_details(rule, known) for rule in chosen]))
    elif format == "markdown":
        terminal.write_data(document(chosen, known))
    elif codes:
        for index, rule in enumerate(chosen):
            terminal.write("\n" if index else "")
            terminal.print_lines(_text(rule, known))
    else:
        rows: list[table.Row] = [_details(rule, known) for rule in chosen]
        for row, rule in zip(rows, chosen, strict=True):
            row["severity"] = rule.fixed_severity.word if rule.fixed_severity else "by cycle"
        table.show(rows, COLUMNS, "table", "")


def document(rules: tuple[Rule, ...], known: Catalogue) -> str:
    """The documentation of rules as a Markdown page with a section for each."""
    pieces = [
        "# Rules\n\nEvery rule of htq, as `htq rules --format markdown` writes it. A finding "
        "names its rule by\nthe code; `htq rules CODE` shows the same in a terminal.\n",
        "| Code | Name | Severity | What it finds |\n|---|---|---|---|\n"
        + "".join(
            f"| [{rule.code}](#{rule.code.lower()}) | {rule.name} | {severities(rule, known)} | "
            f"{rule.summary} |\n"
            for rule in rules
        ),
    ]
    pieces += [
        f"## {rule.code}\n\n`{rule.name}`, {severities(rule, known)}\n\n{rule.markdown()}"
        for rule in rules
    ]
    return "\n".join(pieces)


def severities(rule: Rule, known: Catalogue) -> str:
    """A rule's severity, or that in each cycle if they differ, in words for people."""
    return _severities(rule, known, lambda severity: severity.word)


def _severities(rule: Rule, known: Catalogue, name: Callable[[Severity], str]) -> str:
    by_cycle: dict[str, list[str]] = {}
    for cycle in known.cycles:
        severity = rule.severity_in(cycle)
        by_cycle.setdefault(name(severity) if severity else "none", []).append(str(cycle.cycle))
    if len(by_cycle) == 1:
        return next(iter(by_cycle))
    return ", ".join(
        f"{severity} in cycle{'s' if len(cycles) > 1 else ''} {', '.join(cycles)}"
        for severity, cycles in by_cycle.items()
    )


def _details(rule: Rule, known: Catalogue) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": _severities(rule, known, str),
        "summary": rule.summary,
        "why": rule.why,
        "says": rule.says,
        "source": rule.source,
        "documentation": rule.documentation,
        "bad": rule.bad,
        "good": rule.good,
        "fixes": rule.fixes or None,
        "can_be_accepted": rule.acceptable if rule.is_about_drafts else None,
    }


def _text(rule: Rule, known: Catalogue) -> list[Line]:
    lines: list[Line] = [
        [(f"{rule.code} {rule.name}", "bold"), (f", {severities(rule, known)}", "")]
    ]
    lines += [[], *terminal.hanging("", f"{rule.summary}."), [], *terminal.hanging("", rule.why)]
    lines += [[], *terminal.hanging("", f"What the source says: {rule.says}")]
    lines += [[(rule.source, "dim")]]
    for title, fragment in (("Reported:", rule.bad), ("Not reported:", rule.good)):
        lines += [[], [(title, "bold")]]
        lines += [[(f"  {line}", "")] for line in fragment.splitlines()]
    if rule.fixes:
        lines += [[], *terminal.hanging("", f"‘htq check --fix’ corrects: {rule.fixes}")]
    if rule.is_about_drafts:
        lines += [[], *terminal.hanging("", f"Can be accepted: {rule.acceptable}.")]
    return lines
