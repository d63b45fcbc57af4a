"""How soon `htq check --watch` shows the result after a draft is saved.

`python benchmarks/watch.py [ROUNDS]` starts it in a terminal with a draft of 40 units that are
mapped to two standards with 40 KSBs each, saves the draft 30 times if not said otherwise, in turns
with and without an error, and prints the milliseconds from the save to the verdict.
"""

from __future__ import annotations

import os
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import drafts

UNITS = 40
LABELS = [f"{kind}{number}" for kind in "KSB" for number in range(1, 15)][:40]
STANDARDS = {"ST0116": "Software developer", "ST0310": "Associate project manager"}


def write(folder: Path) -> Path:
    """A draft with the files and the KSB lists that it names."""
    dice = random.Random(40)
    (folder / "ksbs").mkdir()
    (folder / "evidence").mkdir()
    for name in ("employer.txt", "mapping.csv"):
        (folder / "evidence" / name).write_text("made up\n", encoding="utf-8")
    units = [f"U{number}" for number in range(1, UNITS + 1)]
    lines = [drafts.HEAD.format(number=1), *(f"  {unit}: Unit {unit}\n" for unit in units)]
    lines.append(f"structure:\n  mandatory: [{', '.join(units[:30])}]\n  optional:\n")
    lines.append(f"    - {{name: More, choose: 5, from: [{', '.join(units[30:])}]}}\nstandards:\n")
    for reference, title in STANDARDS.items():
        lines.append(
            f"  - reference: {reference}\n    title: {title}\n    level: 4\n"
            '    version: "1.1"\n    ksbs:\n'
        )
        for label in LABELS:
            own = ", ".join(sorted(dice.sample(units, 3)))
            lines.append(f"      {label}: {{units: [{own}], assessed_by: [A1]}}\n")
        statements = "".join(f"  {label}: Made-up statement {label}\n" for label in LABELS)
        (folder / "ksbs" / f"{reference}-1.1.yaml").write_text(
            f'reference: {reference}\nversion: "1.1"\ntitle: {title}\nksbs:\n{statements}',
            encoding="utf-8",
        )
    draft = folder / "application.yaml"
    draft.write_text("".join([*lines, drafts.TAIL]), encoding="utf-8")
    return draft


def measure(folder: Path, rounds: int) -> list[float]:
    draft = write(folder)
    text = draft.read_text(encoding="utf-8")
    primary, secondary = os.openpty()
    command = [sys.executable, "-m", "htqcli", "check", draft.name, "--watch", "--at", "2022-05-20"]
    with subprocess.Popen(
        command, stdin=secondary, stdout=secondary, stderr=secondary, cwd=folder
    ) as watcher:
        os.close(secondary)
        until(primary, b"Ctrl-C ends this.")
        taken = []
        for number in range(rounds):
            level = "6" if number % 2 == 0 else "4"
            changed = text.replace("  level: 4\n  first", f"  level: {level}\n  first", 1)
            time.sleep(0.3)  # a person saves no faster
            begin = time.perf_counter()
            draft.write_text(changed, encoding="utf-8")
            until(primary, b"HTQ401" if level == "6" else b": ", b"Ctrl-C ends this.")
            taken.append((time.perf_counter() - begin) * 1_000)
        watcher.send_signal(signal.SIGINT)
        os.close(primary)
    return taken


def until(terminal: int, *wanted: bytes) -> None:
    shown = b""
    while not all(text in shown for text in wanted):
        if not select.select([terminal], [], [], 30)[0]:
            sys.exit(f"{wanted!r} was not shown: {shown.decode()}")
        shown += os.read(terminal, 65_536)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        times = sorted(measure(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 30))
    print(f"{len(times)} saves of a draft of {UNITS} units, milliseconds from save to verdict:")
    print(f"median {statistics.median(times):.0f}, fastest {times[0]:.0f}, slowest {times[-1]:.0f}")
