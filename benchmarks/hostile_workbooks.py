"""How long the worst workbooks take, and how much memory.

`python benchmarks/hostile_workbooks.py` imports every workbook and CSV file of
`tests/hostile/workbooks.py` with the real program, and prints those that take most: seconds of the
processor, peak memory, and what htq says; then the time of a round trip of 60 KSBs and 40 units.
`--all` prints all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = 12
MAX_SECONDS, MAX_MEMORY = 5.0, 300
PROGRAM = "from htqcli.cli import main; import sys; main(sys.argv[1:])"
MAKE = """
import pathlib, sys
from hostile.workbooks import HOSTILE
from workbooks import DRAFT, LIST
pathlib.Path("ksbs").mkdir()
pathlib.Path("ksbs/ST0116-9.9.yaml").write_text(LIST, encoding="utf-8")
pathlib.Path("draft.yaml").write_text(DRAFT, encoding="utf-8")
pathlib.Path("files").mkdir()
for name, hostile in HOSTILE.items():
    if name in sys.argv[1:] or not sys.argv[1:]:
        pathlib.Path("files", name).write_bytes(hostile.make())
"""
"""Makes the files in a process of its own: one that has used much memory passes that on to those
that it starts, as the system counts it."""


def measured(folder: Path, *words: str) -> tuple[float, int, int, str]:
    """Seconds of the processor, megabytes, the exit code and the last line of a command."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words], cwd=folder, stdout=said, stderr=said
        )
        stop = threading.Timer(4 * MAX_SECONDS, child.kill)
        stop.start()
        _, status, used = os.wait4(child.pid, 0)
        stop.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        last = said.read().decode(errors="replace").rstrip().rpartition("\n")[2]
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1000, child.returncode, last


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        named = [word for word in sys.argv[1:] if not word.startswith("-")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
        command = [sys.executable, "-c", MAKE, *named]
        subprocess.run(command, cwd=folder, env=environment, check=True)
        for path in sorted((folder / "files").iterdir()):
            words = ("mapping", "import", f"files/{path.name}", "draft.yaml", "--diff")
            rows.append((*measured(folder, *words), path.name))
        rows.sort(reverse=True)
        over = sum(row[0] > MAX_SECONDS or row[1] > MAX_MEMORY for row in rows)
        print(f"{len(rows)} files; over {MAX_SECONDS} s or {MAX_MEMORY} MB: {over}")
        print(f"most memory: {max(row[1] for row in rows)} MB")
        for seconds, memory, code, last, file in rows if "--all" in sys.argv else rows[:SHOWN]:
            print(f"{seconds:5.2f} s {memory:4} MB  {code}  {file}: {last[:90]}")
        print(f"60 KSBs x 40 units, out and in: {round_trip(folder):.2f} s")


def round_trip(folder: Path) -> float:
    """Seconds for the export and the import of a mapping of 60 KSBs and 40 units."""
    units = "".join(f"  U{n}: {{title: Unit number {n}, credits: 10}}\n" for n in range(1, 41))
    lines = "".join(
        f"      {kind}{n}: [{', '.join(f'U{u}' for u in range(1, 41) if (u + n) % 3 == 0)}]\n"
        for kind in "KSB"
        for n in range(1, 21)
    )
    (folder / "draft.yaml").write_text(
        f"cycle: 3\nunits:\n{units}standards:\n  - reference: ST0116\n    version: '9.9'\n"
        f"    ksbs:\n{lines}",
        encoding="utf-8",
    )
    out = measured(folder, "mapping", "export", "draft.yaml", "-o", "m.xlsx")
    back = measured(folder, "mapping", "import", "m.xlsx", "draft.yaml")
    assert (out[2], back[2]) == (0, 0), back[3]
    return out[0] + back[0]


if __name__ == "__main__":
    main()
