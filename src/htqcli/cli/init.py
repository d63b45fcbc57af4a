"""`htq init`: a draft to fill in."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from htqcli import files
from htqcli.cli import completion, context, exits, options, refusals, streams, terminal
from htqcli.cli.options import (
    STANDARD_OUTPUT,
    At,
    CatalogueFile,
    CycleNumber,
    KsbFolder,
    the_reference,
    the_title,
)
from htqcli.vocabulary import APPLICANT_TYPES, LEVELS

if TYPE_CHECKING:
    from htqcli.authoring.new_draft import Occupation
    from htqcli.catalogue.model import Catalogue, Cycle


_LEVELS = tuple(map(str, LEVELS))


SCHEMA = "application.schema.json"
"""The schema beside a draft, with which editors complete and explain its fields."""


def init(
    standard: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--standard",
            metavar="REFERENCE",
            help="A standard that the qualification aligns to. Can be repeated.",
            autocompletion=completion.references,
        ),
    ] = None,
    type: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--type",
            metavar="TYPE",
            parser=options.choice(*APPLICANT_TYPES),
            help="Who applies: awarding-organisation or higher-education-provider.",
            autocompletion=lambda: list(APPLICANT_TYPES),
        ),
    ] = None,
    title: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--title", metavar="TITLE", help="The title of the qualification."),
    ] = None,
    level: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--level",
            metavar="N",
            parser=options.choice(*_LEVELS),
            autocompletion=lambda: list(_LEVELS),
            help="The level of the qualification: 4 or 5.",
        ),
    ] = None,
    cycle: CycleNumber = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write it; - for standard output."
        ),
    ] = "application.yaml",
    ksbs: KsbFolder = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over the file if it exists.")
    ] = False,
    at: At = None,
    catalogue: CatalogueFile = None,
) -> None:
    """Write a draft to fill in: what the cycle asks for, with a placeholder for each answer.

    In a terminal, if you give no options, it asks you the questions: ‘back’ returns to the one
    before. There it ends with what ‘htq status’ says of the draft.
    """
    from htqcli.authoring.new_draft import Answers, Occupation, new_draft
    from htqcli.authoring.schema import of_application
    from htqcli.cli.interview import Interview, latest_list
    from htqcli.formats.json import encode
    from htqcli.ksbs.lists import FOLDER

    _refuse_name(output)
    if not force and output != STANDARD_OUTPUT and os.path.lexists(output):
        _refuse_existing(output)
    refusals.expect_folder(ksbs)
    known = context.the_catalogue(catalogue)
    now = context.the_time(at)
    title = None if title is None else the_title(title)
    answered = any(answer is not None for answer in (standard, type, title, level, cycle))
    folder = ksbs or Path("" if output == STANDARD_OUTPUT else output).parent / FOLDER
    schema = None if output == STANDARD_OUTPUT else SCHEMA
    if not answered and output != STANDARD_OUTPUT and _is_interactive():
        interview = Interview(known, now, output, folder)
        asked = interview.ask()
        answers, text = asked.answers, interview.text(asked, schema)
    else:
        listed = context.the_cycle(known, cycle)
        references = [_reference(typed, known, listed) for typed in standard or ()]
        occupations = tuple(
            Occupation(one, listed.by_reference.get(one), latest_list(one, folder))
            for one in dict.fromkeys(references)
        )
        answers = Answers(listed, occupations, type, title, int(level) if level else None)
        text = new_draft(answers, known, schema)
    if not answers.cycle.standards:
        terminal.print_error(
            f"The list of standards of cycle {answers.cycle.cycle} is not in the catalogue, so "
            "‘htq check’ cannot say that a draft for it is ready."
        )
    if output == STANDARD_OUTPUT:
        terminal.write_data(text)
        return
    if not _write(output, text, "the draft", force=force):
        _refuse_existing(output)
    created = [output]
    beside = str(Path(output).parent / SCHEMA)
    text = encode(of_application(known))
    if _write(beside, text, "the schema for editors", force=force):
        created.append(beside)
    lines = _next_steps(created, list(answers.occupations), folder, is_usual=ksbs is None)
    for line in lines:
        terminal.print_lines(terminal.hanging("", line))
    if _is_interactive():
        terminal.write("\n")
        _show_status(output, known, now, ksbs, is_dated=at is not None)


def _show_status(
    output: str, known: Catalogue, now: datetime, ksbs: Path | None, *, is_dated: bool
) -> None:
    """Write what `htq status` says of the new draft."""
    from htqcli.check import inputs
    from htqcli.check.engine import Checker
    from htqcli.cli.status import show
    from htqcli.reports.status import of_draft

    checker = Checker(known, now, ksbs=ksbs, keeps=True)
    outcome = checker.check(inputs.read(inputs.Candidate(output), None))
    report = checker.report([outcome], is_dated=is_dated)
    for file in report.files:
        show(of_draft(file, known, now, ksbs), report)


def _refuse_name(output: str) -> None:
    if output.lower().endswith(".json"):
        raise typer.BadParameter(
            "A draft with comments is YAML. Give it a name that ends in .yaml.",
            param_hint="--output",
        )


def _is_interactive() -> bool:
    """Whether a person can see and answer questions."""
    both = (sys.stdin, sys.stdout)
    return all(stream is not None and streams.is_terminal(stream) for stream in both)


def _reference(typed: str, known: Catalogue, cycle: Cycle) -> str:
    """The reference that is meant: one on the cycle's list, if there is a list. Raises Refusal."""
    if cycle.standards:
        return known.standard(typed, cycle).reference
    return the_reference(typed)


def _write(file: str, text: str, what: str, *, force: bool) -> bool:
    """Write a file, over one that exists only with `force`. Returns whether it was written. Exits
    with 3 if the system does not let it."""
    try:
        if force:
            files.replace_file(file, text)
        else:
            files.create_file(file, text)
    except FileExistsError:
        return False
    except OSError as error:
        terminal.print_error(f"{file}: {what} is not written: {files.reason(error)}")
        raise typer.Exit(exits.NOT_DONE) from None
    return True


def _refuse_existing(output: str) -> None:
    terminal.print_error(
        f"{output}: this file already exists, so nothing was written. "
        "Name another file with ‘-o’, or write over it with ‘--force’."
    )
    raise typer.Exit(exits.NOT_DONE)


def _next_steps(
    created: list[str], occupations: list[Occupation], folder: Path, *, is_usual: bool
) -> list[str]:
    """What was created and what to do next. `folder` has the KSB lists; `is_usual` says that it is
    the one beside the draft."""
    from htqcli.ksbs.lists import FOLDER
    from htqcli.words import join

    lines = [
        f"Created {join(created)}.",
        f"Replace everything between < and > with your answer. ‘htq check {created[0]}’ lists what "
        "is left.",
    ]
    without = [one.reference for one in occupations if one.ksbs is None]
    if without:
        get = f"htq ksbs get {' '.join(without)}"
        if folder != Path(FOLDER):
            get += f" -o {folder}"
        lines.append(
            f"No KSB list found for {join(without)}. Run ‘{get}’, then this command again with "
            "‘--force’ to add a line for each KSB."
        )
    if not is_usual and len(without) < len(occupations):
        lines.append(f"Check it with ‘--ksbs {folder}’ too.")
    return lines
