"""How long the worst files take, and how much memory.

`python benchmarks/worst_files.py` checks every file of `tests/hostile` with the real program, and
prints those that take most: processor seconds and peak memory, with the good example after each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from hostile.made import made  # noqa: E402

SHOWN = 12
MOST_SECONDS, MOST_MEMORY = 2.0, 200_000
PROGRAM = """
import os, sys
from htqcli.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status, open("used", "w") as used:
        used.writelines(line.split()[1] for line in status if line.startswith("VmHWM"))
        used.write(f" {sum(os.times()[:4])}")
"""


def main() -> None:
    files = {path.name: path.read_bytes() for path in (ROOT / "tests/hostile/files").iterdir()}
    files |= made()
    rows: list[tuple[float, int, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "drafts"
        shutil.copytree(ROOT / "examples", folder)
        for file, content in files.items():
            (folder / file).write_bytes(content)
            words = ("check", file, "application.yaml", "--at", "2022-05-20")
            with Path(os.devnull).open("w") as nowhere:
                subprocess.run(
                    [sys.executable, "-c", PROGRAM, *words], cwd=folder, stdout=nowhere, check=False
                )
            memory, seconds = (folder / "used").read_text().split()
            rows.append((float(seconds), int(memory), file))
            (folder / file).unlink()
    rows.sort(reverse=True)
    over = sum(s > MOST_SECONDS or m > MOST_MEMORY for s, m, _ in rows)
    print(f"{len(rows)} files; over {MOST_SECONDS} s or {MOST_MEMORY // 1000} MB: {over}")
    print(f"most memory: {max(m for _, m, _ in rows) // 1000} MB")
    for seconds, memory, file in rows[:SHOWN]:
        print(f"{seconds:5.2f} s {memory // 1000:4} MB  {file}")


if __name__ == "__main__":
    main()
