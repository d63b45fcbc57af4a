"""The modules import in one direction, and a command loads only what it needs."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "htqcli"

ORDER = [
    "words",
    "vocabulary",
    "files",
    "folder",
    "cells",
    "moment",
    "verdict",
    "document.places",
    "document.syntax",
    "document.faults",
    "document.nodes",
    "document.reader",
    "document.plain",
    "model.values",
    "model.part",
    "model.messages",
    "model.differences",
    "model.reading",
    "ksbs.standards_data",
    "ksbs.page",
    "ksbs.fetching",
    "ksbs.lists",
    "ksbs.importing",
    "ksbs.versions",
    "draft.sections",
    "draft.application",
    "draft.approval",
    "draft.structure",
    "draft.coverage",
    "draft.references",
    "draft.differences",
    "catalogue.model",
    "catalogue.bundled",
    "catalogue.calendar",
    "catalogue.drift",
    "catalogue.watching",
    "rules.sources",
    "rules.accepting",
    "rules.declare",
    "rules.*",
    "rules",
    "check.inputs",
    "check.foreign",
    "check.drafts",
    "check.privacy",
    "check.report",
    "check.places",
    "check.acceptances",
    "check.engine",
    "check.edits",
    "check.patch",
    "check.fix",
    "check.workers",
    "comparing.wording",
    "comparing.effects",
    "comparing.revisions",
    "comparing.changes",
    "comparing.drafts",
    "mapping.sheets",
    "mapping.yaml_edits",
    "mapping.editing",
    "mapping.carrying",
    "mapping.statements",
    "mapping.meaning",
    "mapping.restructuring",
    "mapping.understanding",
    "mapping.structure_sheet",
    "mapping.moving",
    "mapping.exporting",
    "mapping.matrix",
    "mapping.rows",
    "mapping.importing",
    "authoring.*",
    "reports.ksb_changes",
    "reports.draft_changes",
    "formats.lines",
    "formats.groups",
    "reports.status",
    "formats.text",
    "formats.json",
    "formats.checkout",
    "reports.markup",
    "reports.ksb_page",
    "reports.draft_page",
    "reports.coverage",
    "reports.page",
    "reports.hiding",
    "reports.public",
    "reports.answers",
    "reports.pack",
    "reports.verifying",
    "formats.*",
    "formats",
    "cli.exits",
    "cli.streams",
    "cli.terminal",
    "cli.refusals",
    "cli.context",
    "cli.completion",
    "cli.options",
    "cli.table",
    "cli.records",
    "cli.drafts",
    "cli.versions",
    "cli.reporting",
    "cli.watching",
    "cli.status",
    "cli.ksbs",
    "cli.interview",
    "cli.*",
    "cli",
]
"""Each module imports only from those before it. A star stands for the other modules of a room,
none of which imports another, such as the families of rules and the commands."""


def place(name):
    """The position of a module of the package in the order."""
    room = name.split(".")[0]
    return ORDER.index(name if name in ORDER else f"{room}.*")


def imports(path):
    """The modules of the package that a module imports, even if only for typing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("htqcli"):
            base = node.module.partition(".")[2]
            for alias in node.names:
                inner = f"{base}.{alias.name}".strip(".")
                if (PACKAGE / f"{inner.replace('.', '/')}.py").exists():
                    yield inner
                elif base:
                    yield base


MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.name[0] != "_"
    if ast.parse(path.read_text(encoding="utf-8")).body[1:]
)
"""All modules but those that have only a docstring about their room."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_those_before_it(path):
    name = str(path.relative_to(PACKAGE).with_suffix("")).replace("/", ".")
    own = place(name.removesuffix(".__init__"))
    assert [other for other in imports(path) if place(other) >= own] == []


def test_the_command_line_loads_nothing_heavy_until_a_command_runs():
    script = (
        "import sys, htqcli.cli; print(*[m for m in ('pydantic', 'yaml', 'rich', 'dateutil', "
        "'rapidfuzz', 'icalendar') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


LOOKING_UP = ["htqcli.check.engine", "htqcli.rules", "htqcli.draft.application"]
SELDOM = ["jinja2", "rich", "dateutil", "rapidfuzz", "html", "multiprocessing", "htqcli.cli.ksbs"]


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["--version"], [*SELDOM, *LOOKING_UP, "json", "htqcli.cli.check", "htqcli.cli.window"]),
        (["window", "status"], [*SELDOM, *LOOKING_UP, "json", "htqcli.cli.check"]),
        (["standards", "list", "--format", "json"], [*SELDOM, *LOOKING_UP, "htqcli.cli.check"]),
        (["check", "application.yaml", "--at", "2022-05-20"],
         [*SELDOM, "htqcli.formats.sarif", "htqcli.cli.window", "htqcli.cli.standards"]),
    ],
)  # fmt: skip
def test_a_command_loads_only_what_it_needs(words, spared):
    script = (
        "import sys, htqcli.cli\ntry:\n    htqcli.cli.main(sys.argv[1:])\n"
        f"finally:\n    print(*[m for m in {spared} if m in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *words]
    # Measuring coverage loads other modules.
    environment = {name: v for name, v in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        command, cwd=ROOT / "examples", capture_output=True, check=True, env=environment
    )
    assert run.stderr.decode().strip() == ""


def test_only_the_reader_of_documents_imports_yaml():
    readers = [
        path.name
        for path in MODULES
        if any(
            isinstance(node, ast.Import) and any(a.name == "yaml" for a in node.names)
            for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
        )
    ]
    assert readers == ["reader.py"]
