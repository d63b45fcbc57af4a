"""The corpus of `tests/hostile`: each file gets its code, and nothing worse happens.

The name of a file begins with the code that it must get. Files with many values have a tenth of
them here; `benchmarks/worst_files.py` measures the full ones. A run that hangs fails after a
minute. Each run is a forked copy of a process that has already loaded htq, so that htq is loaded
only once.
"""

import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import IN_WINDOW, ROOT, needs_copies
from hostile.made import made

FILES = Path(__file__).parent / "hostile" / "files"
CORPUS = {path.name: path.read_bytes() for path in sorted(FILES.iterdir())} | made(all_wide=False)
MAX_MEMORY = 200_000
"""The memory in KiB that a run may use for a file of up to 5 MB."""

pytestmark = [
    pytest.mark.slow,
    needs_copies,
]

PROGRAM = """
import os, signal, sys
from htqcli import cli
from htqcli.catalogue import bundled
from htqcli.check import engine
from htqcli.__main__ import main
from htqcli.cli import check
from htqcli.formats import json, text

def copy(words):
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    signal.alarm(60)
    try:
        sys.argv[1:] = words
        main()
    finally:
        with open("/proc/self/status") as status, open("memory", "w") as memory:
            memory.writelines(line.split()[1] for line in status if line.startswith("VmHWM"))

bundled.load()
for line in sys.stdin:
    process = os.fork()
    if not process:
        copy(line.rstrip("\\n").split("\\0"))
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    print(code, flush=True)
"""
"""Runs htq with the words of each line of standard input, in a copy of this process. The copy
writes its peak memory in KiB to a file; the exit code goes to standard output."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the example and its evidence, for each file of the corpus."""
    path = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "examples", path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "ksbs", path / "ksbs", dirs_exist_ok=True)
    return path


@pytest.fixture(scope="module")
def run(folder):
    """Run htq in the folder: the exit code and the bytes on both streams."""
    command = [sys.executable, "-c", PROGRAM]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, **pipes) as server:

        def ask(*words):
            print("\0".join(words), file=server.stdin, flush=True)
            code = int(server.stdout.readline())
            return code, (folder / "out").read_bytes(), (folder / "err").read_bytes()

        yield ask
        with contextlib.suppress(BrokenPipeError):
            server.stdin.close()


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_gets_its_code_and_the_next_file_is_still_checked(folder, run, name):
    (folder / name).write_bytes(CORPUS[name])
    words = ("check", name, "application.yaml", "--at", IN_WINDOW, "--format", "json")
    code, out, err = run(*words)
    (folder / name).unlink()
    expected = name.partition("-")[0]
    assert code == (0 if expected == "ready" else 1), err.decode()
    assert b"Traceback" not in err
    hostile, good = json.loads(out)["files"]
    assert good["ready"]
    codes = [finding["code"] for finding in hostile["findings"]]
    if expected == "ready":
        assert codes == []
    else:
        assert expected in codes
    assert int((folder / "memory").read_text()) <= MAX_MEMORY
    assert not (folder / "hacked").exists()
