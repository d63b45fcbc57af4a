"""How long a look at the whole of the published standards data takes, and how much memory.

`python benchmarks/standards_data.py` makes a feed of the published size (`feed.py`) and prints, for
each command that reads it, time and peak memory as ratios to a program that does no more than
`json.loads` of the same file. Each is a process of its own, in turns; of five turns the least
counts, because whatever else the machine does only adds.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TURNS = 5
NEW_FOLDER = "a folder that is not there yet"
READ_ONLY = "import json, sys; json.loads(open(sys.argv[1], encoding='utf-8').read())"


def measured(*command: str) -> tuple[float, int]:
    """Seconds and peak memory in KiB of a program that must end well."""
    begin = time.perf_counter()
    with Path(os.devnull).open("w") as nowhere:
        child = subprocess.Popen([sys.executable, *command], stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[:3]} ended with {child.returncode}")
    return time.perf_counter() - begin, used.ru_maxrss


def main() -> None:
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        feed = str(Path(folder) / "feed.json")
        subprocess.run([sys.executable, str(here / "feed.py"), feed], check=True)
        commands = {
            "json.loads": ("-c", READ_ONLY, feed),
            "htq ksbs import": ("-m", "htqcli", "ksbs", "import", feed, "-o", NEW_FOLDER),
            "htq catalogue drift": ("-m", "htqcli", "catalogue", "drift", feed),
        }
        best = dict.fromkeys(commands, (float("inf"), sys.maxsize))
        for turn in range(TURNS):
            for name, command in commands.items():
                own = f"{folder}/{turn}"
                seconds, memory = measured(
                    *(own if word is NEW_FOLDER else word for word in command)
                )
                best[name] = min(best[name][0], seconds), min(best[name][1], memory)
        size = Path(feed).stat().st_size / 1e6
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"a feed of {size:.0f} MB; json.loads: {best['json.loads'][0]:.2f} s")
    base_time, base_memory = best["json.loads"]
    print(f"{'':20} {'time':>6} {'memory':>7}")
    for name, (seconds, memory) in best.items():
        print(f"{name:20} {seconds / base_time:5.2f}x {memory / base_memory:6.2f}x")


if __name__ == "__main__":
    main()
