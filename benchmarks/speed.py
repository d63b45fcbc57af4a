"""How fast htq is, beside what it is built on and beside other checkers of such files.

`python benchmarks/speed.py [ROUNDS]` prints a table of ratios with the machine it ran on. Each
row compares two programs that take turns, 15 rounds if not said otherwise; the ratio is that of
their medians, with that of their fastest runs beside it. The other checkers are installed in an
environment of their own beside this file, which needs a package index once.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import drafts

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
PYTHON = sys.executable
HTQ = [PYTHON, "-m", "htqcli"]
AT = ("--at", "20 May 2022")
LOADER = """
import sys, time, yaml
contents = [open(path, "rb").read() for path in sys.argv[1:]]
begin = time.perf_counter()
for content in contents:
    yaml.load(content, Loader=yaml.CSafeLoader)
print(time.perf_counter() - begin)
"""

Timed = Callable[[], float]


def program(*words: object) -> Timed:
    """The time that a program takes, from its start to its end."""

    def run() -> float:
        begin = time.perf_counter()
        done = subprocess.run([str(word) for word in words], capture_output=True, check=False)
        taken = time.perf_counter() - begin
        if done.returncode:
            sys.exit(f"{words[:3]} ended with {done.returncode}: {done.stderr.decode()}")
        return taken

    return run


def loader(paths: list[Path]) -> Timed:
    """The time that PyYAML's C loader takes for the files, without start and reading."""
    words = [PYTHON, "-c", LOADER, *map(str, paths)]
    return lambda: float(subprocess.run(words, capture_output=True, check=True).stdout)


def compare(one: Timed, other: Timed, rounds: int) -> str:
    """How long `one` takes as a multiple of `other`: of the medians, and of the fastest."""
    times = [(one(), other()) for _ in range(rounds)]
    ours, theirs = zip(*times, strict=True)
    middle = statistics.median(ours) / statistics.median(theirs)
    return f"{middle:.2f} | {min(ours) / min(theirs):.2f}"


def peers() -> Path:
    """The programs of the other checkers; installed where they are not there yet."""
    binaries = PEERS / ("Scripts" if os.name == "nt" else "bin")
    if not (binaries / "yamllint").exists():
        venv.create(PEERS, with_pip=True)
        pip = [binaries / "python", "-m", "pip", "install", "-q", "yamllint", "check-jsonschema"]
        subprocess.run(pip, check=True)
    return binaries


def machine(binaries: Path) -> str:
    """What it ran on: processor, cores, Python and the versions of the programs."""
    found = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if "model name" in line]
    listed = subprocess.run(
        [binaries / "python", "-m", "pip", "list", "--format=json"], capture_output=True, check=True
    )
    theirs = {entry["name"]: entry["version"] for entry in json.loads(listed.stdout)}
    return ", ".join(
        [
            found[0] if found else platform.processor() or platform.machine(),
            f"{os.cpu_count()} cores",
            f"{platform.system()}, Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in ("htq", "typer", "pydantic", "pyyaml")),
            *(f"{name} {theirs[name]}" for name in ("yamllint", "check-jsonschema")),
        ]
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def main(rounds: int) -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    binaries = peers()
    with tempfile.TemporaryDirectory(dir=PEERS) as folder:
        paths = drafts.write(Path(folder), 1_000)
        schema = Path(folder, "ksbs", "schema.json")
        subprocess.run([*HTQ, "schema", "application", "-o", schema], check=True)
        one = paths[0]
        floor = program(PYTHON, HERE / "floor.py", one)
        lint = [binaries / "yamllint", "-d", "relaxed"]
        validate = [binaries / "check-jsonschema", "--schemafile", schema]
        many = program(*HTQ, "check", *AT, "--", *paths)
        few = max(1, rounds // 5)
        single = program(*HTQ, "check", one, *AT)
        listing = program(*HTQ, "standards", "list", "--format", "json")
        rows: list[tuple[str, str, Timed, Timed, int]] = [
            ("`htq check`, 1 draft", "the floor", single, floor, rounds),
            ("`htq --version`", "the floor", program(*HTQ, "--version"), floor, rounds),
            ("`htq window status`", "the floor", program(*HTQ, "window", "status"), floor, rounds),
            ("`htq standards list --format json`", "the floor", listing, floor, rounds),
            ("yamllint, 1 draft", "`htq check`", program(*lint, one), single, rounds),
            ("check-jsonschema, 1 draft", "`htq check`", program(*validate, one), single, rounds),
            ("`htq check`, 1,000 drafts", "the C loader", many, loader(paths), few),
            ("yamllint, 1,000 drafts", "`htq check`", program(*lint, *paths), many, few),
            ("check-jsonschema, 1,000", "`htq check`", program(*validate, *paths), many, few),
        ]
        print(f"{machine(binaries)}.\n")
        print("| time of | as a multiple of | medians | fastest |\n|---|---|---|---|")
        for name, beside, ours, theirs, times in rows:
            print(f"| {name} | {beside} | {compare(ours, theirs, times)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
