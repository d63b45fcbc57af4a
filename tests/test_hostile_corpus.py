"""The corpus of `tests/hostile`: each file gets its code, and nothing worse happens.

What a file must get stands first in its name. How long each takes is measured by
`benchmarks/worst_files.py`; here a run that hangs fails at a minute.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import IN_WINDOW, ROOT
from hostile.made import made

FILES = Path(__file__).parent / "hostile" / "files"
CORPUS = {path.name: path.read_bytes() for path in sorted(FILES.iterdir())} | made()
MOST_MEMORY = 200_000
"""KiB that a run may hold, whatever is in a file of up to 5 MB."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the example and its evidence, in which each file is put."""
    path = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "examples", path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "ksbs", path / "ksbs")
    return path


PROGRAM = """
import sys
from htqcli.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status, open("memory", "w") as memory:
        memory.writelines(line.split()[1] for line in status if line.startswith("VmHWM"))
"""
"""htq, which at its end leaves the most memory that it held, in KiB."""


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_gets_its_code_and_the_good_one_after_it_is_still_reported(folder, name):
    (folder / name).write_bytes(CORPUS[name])
    words = ("check", name, "application.yaml", "--at", IN_WINDOW, "--format", "json")
    command = [sys.executable, "-c", PROGRAM, *words]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)
    (folder / name).unlink()
    expected = name.partition("-")[0]
    assert run.returncode == (0 if expected == "ready" else 1), run.stderr.decode()
    assert b"Traceback" not in run.stderr
    hostile, good = json.loads(run.stdout)["files"]
    assert good["ready"]
    codes = [finding["code"] for finding in hostile["findings"]]
    if expected == "ready":
        assert codes == []
    else:
        assert expected in codes
    assert int((folder / "memory").read_text()) <= MOST_MEMORY
    assert not (folder / "hacked").exists()
