"""The least that a program with htq's libraries does with a draft.

It imports Typer, PyYAML and Pydantic, runs one command with one path, reads the file with the C
loader and validates it with one model. What `htq check` takes on top of this is htq's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import BaseModel

app = typer.Typer()


class Draft(BaseModel):
    """The fields at the top of a draft."""

    cycle: int
    applicant: dict[str, Any]
    qualification: dict[str, Any]
    planned_submission: Any = None
    units: dict[str, Any] = {}
    structure: dict[str, Any] | None = None
    standards: list[dict[str, Any]] = []
    assessments: dict[str, str] = {}
    support_session: Any = None
    employers: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    declarations: dict[str, bool] = {}


@app.command()
def check(path: Annotated[Path, typer.Argument()]) -> None:
    """Read one draft."""
    data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    Draft.model_validate(data)


if __name__ == "__main__":
    app()
