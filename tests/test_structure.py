"""The modules import in one direction, and the program starts light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "htqcli"

ORDER = [
    "words",
    "source",
    "moment",
    "fields",
    "catalogue",
    "application",
    "feed",
    "ksbs",
    "structure",
    "coverage",
    "rules.sources",
    "rules.declare",
    "rules",
    "outline",
    "schema",
    "intake",
    "lint",
    "changes",
    "drift",
    "blank",
    "calendar",
    "fix",
    "formats",
    "cli",
]
"""Each module imports only from those before it; families of rules, formats and commands
stand with their package."""


def place(name):
    """Where a module of the package stands in the order."""
    if name in ORDER:
        return ORDER.index(name)
    return ORDER.index(name.split(".")[0])


def imports(path):
    """The modules of the package that a module imports, for typing too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("htqcli"):
            base = node.module.partition(".")[2]
            for alias in node.names:
                inner = f"{base}.{alias.name}".strip(".")
                if (PACKAGE / f"{inner.replace('.', '/')}.py").exists():
                    yield inner
                elif base:
                    yield base


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or
                 path.name not in ("__init__.py", "__main__.py"))  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_those_before_it(path):
    name = str(path.relative_to(PACKAGE).with_suffix("")).replace("/", ".")
    own = place(name.removesuffix(".__init__"))
    for other in imports(path):
        inside = other.split(".")[0] == name.split(".")[0]
        assert place(other) < own or (inside and place(other) <= own), other


def test_the_command_line_loads_nothing_heavy_until_a_command_runs():
    script = (
        "import sys, htqcli.cli; print(*[m for m in ('pydantic', 'yaml', 'rich', 'dateutil', "
        "'rapidfuzz', 'icalendar') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_only_source_knows_how_yaml_is_read():
    readers = [
        path.name
        for path in MODULES
        if any(
            isinstance(node, ast.Import) and any(a.name == "yaml" for a in node.names)
            for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
        )
    ]
    assert readers == ["source.py"]
