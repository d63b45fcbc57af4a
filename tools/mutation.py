"""How much of a module its tests hold fast: small changes to it that no test notices.

`python tools/mutation.py` changes the modules that `[tool.htq-mutation]` in pyproject.toml
names, one operator, number or condition at a time, runs for each change the tests that run the
changed line, and prints the changes that no test noticed and a table. `python
tools/mutation.py draft/structure moment` does it for these modules, and
`draft/structure:63,149` for these lines. Nothing is written to the modules: a process of its own
imports each changed one.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "htqcli"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["htq-mutation"]
TESTS = ["-q", "-n0", "-x", "-p", "no:cacheprovider"]
TESTS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is loaded
LEFT_OUT = [f"--deselect=tests/{test}" for test in SETTINGS["left-out"]]
LOADED = ("hypothesis", "pydantic", "yaml", "typer.testing", "rich.console", "rapidfuzz.process")
"""What the tests import and no change touches, so that one process imports it for all."""


Tests = dict[int, set[str]]
"""The tests that run each line of a module."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    line: int
    source: str
    before: str
    after: str


class Plain(ast.NodeTransformer):
    """A module without what is for its readers, and without what its decorators are told."""

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def plain(source: str) -> str | None:
    """What of a module is mutated, to compare; None for what is no Python."""
    try:
        return ast.dump(Plain().visit(ast.parse(source)))
    except SyntaxError:
        return None


def mutants(source: str) -> Iterator[Mutant]:
    """Every change that is made to a module."""
    tree, lines, seen = get_ast(source), source.splitlines(), {plain(source), None}
    nodes = list(ast_nodes(tree))
    for name in sorted(operator_names()):
        if not any(re.fullmatch(form, name) for form in SETTINGS["operators"]):
            continue
        operator = get_operator(name)()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, ((line, _), _) in enumerate(places):
            changed = mutate_code(source, operator, occurrence)
            what = plain(changed) if changed else None
            if changed is None or what in seen:
                continue
            seen.add(what)
            pairs = zip(lines, changed.splitlines(), strict=False)
            differs = [(old.strip(), new.strip()) for old, new in pairs if old != new]
            yield Mutant(line, changed, *differs[0])


def tests_of_lines(tests: Iterable[str], paths: Iterable[Path]) -> dict[Path, Tests]:
    """The tests that run each line of modules; the one without a name is its import."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coverage"
        command = [sys.executable, "-m", "pytest", "-q", "-n0"]
        command += ["--cov", "--cov-context=test", "--cov-report="]
        command += ["--cov-fail-under=0", *LEFT_OUT, *sorted(set(tests))]
        subprocess.run(
            command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
            env={**os.environ, "COVERAGE_FILE": str(file)},
        )  # fmt: skip
        data = CoverageData(str(file))
        data.read()
        return {
            path: {
                line: {context.partition("|")[0] for context in contexts}
                for line, contexts in data.contexts_by_lineno(str(path)).items()
            }
            for path in paths
        }


def cached(tree: ast.AST) -> set[int]:
    """The lines of functions that run for the first test that asks, and for no later one."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }


def statement(tree: ast.AST, line: int) -> range:
    """The lines of the statement that a line is in, of one that holds others its head."""
    found = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or 0
            if line <= max(end, node.lineno):
                found = range(node.lineno, max(end, node.lineno) + 1)
    return found


class Changed(importlib.machinery.SourceFileLoader, importlib.abc.MetaPathFinder):
    """Imports a changed module in place of the one on disk."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self.source = source

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self,
            submodule_search_locations=[str(Path(self.path).parent)]
            if self.path.endswith("__init__.py")
            else None,
        )  # fmt: skip

    def get_code(self, _fullname: str) -> object:
        return compile(self.source, self.path, "exec", dont_inherit=True)


def start(name: str, path: Path, mutant: Mutant, tests: Sequence[str], slot: int) -> int:
    """Run tests against a changed module, in a process and group of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        seconds, size = SETTINGS["seconds"], SETTINGS["megabytes"] << 20
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        sys.meta_path.insert(0, Changed(name, path, mutant.source))
        code = pytest.main([*TESTS, *LEFT_OUT, f"--basetemp=.pytest_tmp_{slot}", *tests])
        os._exit(int(code))
    finally:
        os._exit(99)


def survivors(
    path: Path, found: list[Mutant], tests: Sequence[str], by_line: Tests
) -> Iterator[Mutant]:
    """The changes that no test notices; a run that does not end is noticed."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    name = ".".join(parts).removesuffix(".__init__")
    by_line = {
        line: {test for test in own if not test or test.partition("::")[0] in tests}
        for line, own in by_line.items()
    }
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    unchanged = start(name, path, Mutant(1, source, "", ""), tests, 0)
    if os.waitpid(unchanged, 0)[1]:
        sys.exit(f"The tests of {name} do not pass on the module as it is.")
    once = cached(tree)
    everything = set().union(*by_line.values()) - {""}
    free = list(range(SETTINGS["processes"]))
    running: dict[int, tuple[Mutant, int, float]] = {}
    waiting = list(reversed(found))
    while waiting or running:
        while waiting and free:
            mutant = waiting.pop()
            lines = statement(tree, mutant.line)
            own = set().union(*(by_line.get(line, set()) for line in lines))
            anyone = not own or "" in own or mutant.line in once
            own = everything if anyone else own
            slot = free.pop()
            in_order = sorted(own, key=lambda test: (tests.index(test.partition("::")[0]), test))
            asked = in_order if len(own) <= 200 else tests
            pid = start(name, path, mutant, asked, slot)
            running[pid] = mutant, slot, time.monotonic() + 10 * SETTINGS["seconds"]
        for pid, (mutant, slot, end) in list(running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended and time.monotonic() > end:
                os.killpg(pid, signal.SIGKILL)
                ended, status = os.waitpid(pid, 0)
            if ended:
                del running[pid]
                free.append(slot)
                if status == 0:
                    yield mutant
        time.sleep(0.01)


def modules(words: Sequence[str]) -> Iterator[tuple[str, Path, list[int], list[str]]]:
    """The modules asked for, each with the lines asked for and its tests."""
    known: dict[str, list[str]] = SETTINGS["tests"]
    for word in words or known:
        name, _, lines = word.partition(":")
        path = PACKAGE / f"{name}.py"
        numbers = [int(line) for line in lines.split(",") if line]
        yield name, path, numbers, [f"tests/{test}" for test in known[name]]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("module", nargs="*", help="draft/structure, rules/mapping, moment:63,149")
    os.chdir(ROOT)
    for name in LOADED:
        importlib.import_module(name)
    asked = list(modules(words.parse_args().module))
    by_path = tests_of_lines(
        (test for _, _, _, tests in asked for test in tests), [path for _, path, _, _ in asked]
    )
    table = []
    for name, path, lines, tests in asked:
        made = mutants(path.read_text("utf-8"))
        found = sorted(
            (one for one in made if not lines or one.line in lines), key=attrgetter("line")
        )
        left = []
        for mutant in survivors(path, found, tests, by_path[path]):
            left.append(mutant)
            print(f"{name}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}", flush=True)
        table.append((name, len(found) - len(left), len(found)))
        print(*table[-1], flush=True)
    table.append(("together", *(sum(column) for column in list(zip(*table, strict=True))[1:])))
    print(f"\n{'module':24}{'changes':>8}{'noticed':>8}{'share':>8}")
    for name, killed, made in table:
        print(f"{name:24}{made:8}{killed:8}{killed / (made or 1):8.1%}")


if __name__ == "__main__":
    main()
