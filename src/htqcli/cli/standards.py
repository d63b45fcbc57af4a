"""`htq standards`: the standards of a cycle's list, looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from htqcli.cli import completion, context, options, table, terminal
from htqcli.cli.options import CatalogueFile, CycleNumber, Output, TableFormat, format_option
from htqcli.vocabulary import SCOPES

if TYPE_CHECKING:
    from htqcli.catalogue.model import Catalogue, Cycle, Standard
    from htqcli.formats.lines import Line

app = typer.Typer(help="Look up the standards of a cycle.")

COLUMNS = ("reference", "title", "level", "route", "scope", "cycle")


@app.command("list")
def list_(
    route: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--route",
            metavar="ROUTE",
            help="Only this route. Can be repeated.",
            autocompletion=completion.routes,
        ),
    ] = None,
    scope: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="Only this scope: in-scope, contact-us or out-of-scope. Can be repeated.",
            parser=options.choice(*SCOPES),
            autocompletion=lambda: list(SCOPES),
        ),
    ] = None,
    level: Annotated[
        Optional[list[int]],  # noqa: UP045
        typer.Option(
            "--level", metavar="N", help="Only this level. Can be repeated.", parser=options.number
        ),
    ] = None,
    cycle: CycleNumber = None,
    format: TableFormat = "table",
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """List the standards of a cycle, in the order of the page.

    Name a route by its name on the page, its official name, or the beginning of either.
    """
    known = context.the_catalogue(catalogue, output)
    listed = context.the_cycle(known, cycle)
    routes = {known.route(name, listed).title for name in route or ()}
    found = [
        standard
        for standard in listed.standards
        if (not route or standard.route in routes)
        and (not scope or standard.scope in scope)
        and (not level or standard.level in level)
    ]
    _show(found, format, listed, output)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words or a reference.")],
    cycle: CycleNumber = None,
    format: TableFormat = "table",
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Find standards by title, route or reference, best first.

    Typing errors and the order of words do not matter.
    """
    known = context.the_catalogue(catalogue, output)
    listed = context.the_cycle(known, cycle)
    _show(known.search(" ".join(words), listed), format, listed, output)


@app.command()
def show(
    reference: Annotated[
        list[str],
        typer.Argument(
            metavar="REFERENCE",
            help="A reference such as ST0116, typed in any way.",
            autocompletion=completion.references,
        ),
    ],
    cycle: CycleNumber = None,
    format: Annotated[str, format_option("text", "json", "yaml")] = "text",
    catalogue: CatalogueFile = None,
) -> None:
    """Show a standard: what its scope means for an applicant, and where to read more."""
    known = context.the_catalogue(catalogue)
    listed = context.the_cycle(known, cycle)
    found = [known.standard(typed, listed) for typed in reference]
    details = [_details(standard, listed, known) for standard in found]
    if format == "json":
        from htqcli.formats.json import encode

        terminal.write_data(encode(details))
    elif format == "yaml":
        terminal.write_data(table.as_yaml(details))
    else:
        for index, one in enumerate(details):
            if index:
                terminal.write("\n")
            terminal.print_lines(_text(one))


@app.command()
def routes(
    cycle: CycleNumber = None,
    format: TableFormat = "table",
    output: Output = None,
    catalogue: CatalogueFile = None,
) -> None:
    """List the routes of a cycle, with the number of standards in each scope."""
    known = context.the_catalogue(catalogue, output)
    listed = context.the_cycle(known, cycle)
    rows = []
    for route in known.routes:
        if route.title not in (listed.routes.names or ()):
            continue
        row: table.Row = {"route": route.title, "official_name": route.name, "slug": route.slug}
        for scope in SCOPES:
            row[scope] = sum(
                standard.route == route.title and standard.scope == scope
                for standard in listed.standards
            )
        rows.append({**row, "cycle": listed.cycle})
    columns = ("route", "official_name", "slug", *SCOPES)
    nothing = f"The routes of cycle {listed.cycle} are not known. {listed.routes.note or ''}"
    table.show(rows, columns, format, nothing.rstrip(), output, header=True)


def _show(standards: list[Standard], format: str, cycle: Cycle, output: str | None) -> None:
    rows = [{name: getattr(standard, name) for name in COLUMNS} for standard in standards]
    if cycle.listing:
        nothing = f"No standard of cycle {cycle.cycle} matches."
    else:
        nothing = f"The list of standards of cycle {cycle.cycle} is not in the catalogue."
    table.show(rows, COLUMNS, format, nothing, output)
    note = cycle.note(context.the_time(None))
    if note and rows and format == "table" and output is None and terminal.width():
        terminal.print_error(note)


def _details(standard: Standard, cycle: Cycle, known: Catalogue) -> dict[str, Any]:
    listing = cycle.listing
    assert listing is not None
    return {
        **{name: getattr(standard, name) for name in COLUMNS},
        "occupation_code": standard.occupation_code,
        "scope_means": listing.scopes.get(standard.scope),
        "list_status": listing.status,
        "list_note": listing.note,
        "list_confirmation": cycle.note(context.the_time(None)),
        "contact": known.contact.email,
        "sources": [known.sources[key].address for key in listing.source],
        "published_at": f"{known.standards_data}/{standard.reference}",
    }


def _text(details: dict[str, Any]) -> list[Line]:
    scope = details["scope"].replace("-", " ")
    labels = {
        "Level": details["level"],
        "Route": details["route"],
        "Scope": f"{scope}, cycle {details['cycle']} ({details['list_status']} list)",
        "What that means": details["scope_means"],
        "About the list": details["list_note"],
        "Confirmation": details["list_confirmation"],
        "Occupation code": details["occupation_code"],
        "Questions": details["contact"],
        "Source": ", ".join(details["sources"]),
        "Current version": details["published_at"],
    }
    lines: list[Line] = [[(f"{details['reference']} {details['title']}", "bold")]]
    for label, value in labels.items():
        if value is None:
            continue
        lines += terminal.labelled(label, str(value))
    return lines
