"""The built packages are complete and work when installed: run with `pytest -m packaging`."""

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

pytestmark = pytest.mark.packaging

CATALOGUE = (ROOT / "data" / "standards.yaml").read_bytes()


def build(kind, source, folder):
    subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--outdir", folder, source],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def test_the_wheel_contains_only_the_package_the_catalogue_and_the_manual_page(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.read("htqcli/data/standards.yaml") == CATALOGUE
        assert "htqcli/data/standards.json" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"htqcli", "htq"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("data/share/man/man1/htq.1") for name in names)
    assert any(name.endswith("data/share/htq/constraints.txt") for name in names)
    modules = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src").rglob("*.py")}
    assert modules <= set(names)


def test_a_wheel_built_from_the_sdist_is_the_same(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    again = build("wheel", unpacked, tmp_path / "again")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        assert other.read("htqcli/data/standards.yaml") == CATALOGUE


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-cache-dir", wheel], check=True)
    return python.parent


def run(program, *words):
    """Run the program outside the checkout, whose data would hide that its own is missing."""
    return subprocess.run(
        [program, *words], capture_output=True, cwd=Path.home().anchor, check=True
    )


def test_the_installed_program_has_the_93_standards(installed):
    listed = json.loads(run(installed / "htq", "standards", "list", "--format", "json").stdout)
    assert len(listed) == 93


def test_the_installed_program_says_that_the_example_is_ready(installed):
    words = ("check", ROOT / "examples", "--at", "20 May 2022")
    assert b"ready to submit" in run(installed / "htq", *words).stdout
    assert b"ready to submit" in run(installed / "python", "-m", "htqcli", *words).stdout


def test_the_catalogue_can_be_read_from_a_zipped_package(wheel, installed):
    script = f"""if True:
        import sys
        sys.path.insert(0, {str(wheel)!r})
        from htqcli.catalogue import bundled
        print(len(bundled.load().latest_listed_cycle.standards), bundled.__file__)
    """
    found = run(installed / "python", "-I", "-c", script).stdout.decode()
    assert found.startswith("93 ")
    assert ".whl" in found
