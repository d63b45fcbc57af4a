"""`htq catalogue new-cycle`: the block has every field, and the guide leads to a usable catalogue."""

import json
import os
import re
import shutil
import subprocess
import sys
from typing import get_args

import pytest
import yaml

from conftest import ROOT
from htqcli.authoring.new_cycle import WORDS
from htqcli.catalogue import bundled
from htqcli.catalogue.model import Cycle
from htqcli.cli.context import own_catalogue
from htqcli.model.part import Model

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "docs" / "new-cycle.md").read_text(encoding="utf-8")
NEXT = int(re.search(r"This page adds cycle (\d+)", GUIDE)[1])
CATALOGUE = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")


def uncommented(block):
    """The block with its commented-out fields in use."""
    return re.sub(r"^( *(?:- )?)# (?=[a-z_]+:)", r"\1", block, flags=re.MULTILINE)


def parts_in(annotation):
    """Every part that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from parts_in(inner)


def missing_fields(part, found):
    """The fields of a part, and of the parts in it, that the data lacks."""
    for name, info in part.model_fields.items():
        if not isinstance(found, dict) or name not in found:
            yield f"{part.__name__}.{name}"
            continue
        value = found[name]
        for inner in parts_in(info.annotation):
            yield from missing_fields(inner, value[0] if isinstance(value, list) else value)


@pytest.fixture
def block(htq, five_cycles):
    """The block for cycle 6, after the first 5."""
    run = htq("catalogue", "new-cycle", "6", "--catalogue", five_cycles)
    assert (run.code, run.err) == (0, "")
    return run.out


def test_a_new_cycle_has_every_field_of_the_models_in_order(block):
    (cycle,) = yaml.safe_load(uncommented(block))
    assert list(missing_fields(Cycle, cycle)) == []
    assert list(cycle) == list(Cycle.model_fields)
    for name in ("routes", "policy", "listing"):
        (part,) = parts_in(Cycle.model_fields[name].annotation)
        assert list(cycle[name]) == list(part.model_fields)


def test_every_field_has_an_explanation(block):
    for part, words in WORDS.items():
        assert list(words) == list(part.model_fields)


def test_every_value_but_the_number_of_the_cycle_is_a_placeholder(block):
    def answers(value):
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from answers(inner)
        else:
            yield value

    (cycle,) = yaml.safe_load(uncommented(block))
    assert cycle.pop("cycle") == 6
    assert [found for found in answers(cycle) if not str(found).startswith("TODO")] == []


def test_a_catalogue_with_a_placeholder_left_is_refused(htq, tmp_path, five_cycles, block):
    path = tmp_path / "standards.yaml"
    path.write_text(five_cycles.read_text(encoding="utf-8") + block, encoding="utf-8")
    run = htq("window", "list", "--catalogue", path)
    assert run.code == 2
    assert "TODO" in run.err


def test_the_requirements_of_the_previous_cycle_are_given_as_comments(block):
    said = " ".join(line.strip(" #") for line in block.splitlines() if "# " in line)
    assert "Every KSB is covered. In cycle 5: required (SUP-5)." in said
    assert "In cycle 5: expected (CRIT-2, read from cycle 3)." in said
    assert "SUP-5" not in re.sub(r"#.*", "", block)


def test_the_earliest_cycle_has_no_comments_about_a_previous_one(htq, tmp_path):
    path = tmp_path / "late.yaml"
    path.write_text(CATALOGUE.replace("  - cycle: 1\n", "  - cycle: 10\n"), encoding="utf-8")
    block = htq("catalogue", "new-cycle", "1", "--catalogue", path).out
    assert "In cycle" not in block


@pytest.mark.parametrize("number", ["1", "5"])
def test_an_existing_cycle_is_refused(htq, number):
    run = htq("catalogue", "new-cycle", number)
    assert (run.code, run.out) == (2, "")
    assert f"The catalogue already has cycle {number}" in run.err


def test_a_block_is_written_to_a_file_or_the_failure_is_reported(htq, tmp_path, five_cycles, block):
    words = ("catalogue", "new-cycle", "6", "--catalogue", five_cycles, "-o")
    assert htq(*words, tmp_path / "block.yaml").out == ""
    assert (tmp_path / "block.yaml").read_text(encoding="utf-8") == block
    run = htq(*words, tmp_path / "nowhere" / "block.yaml")
    assert (run.code, run.err.count("\n")) == (3, 1)


class Follower:
    """A person who follows the guide, in a folder with only their drafts."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "examples", folder / "examples")
        (folder / "bin").mkdir()
        program = folder / "bin" / "htq"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m htqcli "$@"\n')
        program.chmod(0o755)
        record = {"referenceNumber": "ST0118", "title": "Data analyst", "level": 4}
        (folder / "standards-data.json").write_text(json.dumps(record))

    def run(self, commands):
        """Run each command of a block, which must succeed. Yield it with its output."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        for command in commands.strip().splitlines():
            done = subprocess.run(
                command, shell=True, cwd=self.folder, env={**os.environ, "PATH": path},
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            yield command, done.stdout

    def edit(self, words, lines):
        """Put a block of YAML where the words before it say."""
        path = self.folder / "standards.yaml"
        text = path.read_text(encoding="utf-8")
        if "At the top of `sources`, add" in words:
            text = text.replace("\nsources:\n", f"\nsources:\n{lines}", 1)
        else:
            (field,) = re.findall(r"rite `(\w+)` like this", words)
            indent = re.match(" *", lines)[0]
            assert lines.startswith(f"{indent}{field}:")
            start = text.index(f"\n  - cycle: {NEXT}\n") if indent else 0
            before, block = text[:start], text[start:]
            section = re.compile(
                rf"^{indent}{field}:.*\n(?:(?:{indent} .*)?\n)*?(?={indent}\S|\Z)", re.MULTILINE
            )
            assert len(section.findall(block)) == 1, field
            text = before + section.sub(lambda _: lines, block)
        path.write_text(text, encoding="utf-8")


def test_the_guide_adds_the_cycle_after_the_newest():
    newest = max(cycle.cycle for cycle in bundled.load().cycles)
    assert newest + 1 == NEXT, "give docs/new-cycle.md the number of the next cycle"


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are of a Unix shell")
def test_following_the_guide_exactly_adds_the_new_cycle(tmp_path):
    follower = Follower(tmp_path)
    said = {}
    pieces = re.split(r"^```(\w+)\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
    for words, language, block in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=False):
        if language == "sh":
            said.update(follower.run(block))
        else:
            assert language == "yaml"
            follower.edit(words.rpartition("\n#")[2], block)
    made = (tmp_path / "standards.yaml").read_text(encoding="utf-8")
    assert "TODO" not in re.sub(r"^ *#.*", "", made, flags=re.MULTILINE)
    known = own_catalogue(tmp_path / "standards.yaml")
    assert [s.reference for s in known.cycle(NEXT).standards] == ["ST0116", "ST0118", "ST0041"]
    by_command = {" ".join(command.split()[:3]): out for command, out in said.items()}
    assert "can be used" in by_command["htq catalogue check"]
    assert "error" not in by_command["htq catalogue check"]
    assert "warning" not in by_command["htq catalogue check"]
    assert "Building services engineering technician" in by_command["htq standards list"]
    assert "Outcomes" in by_command["htq window timeline"]
    assert "15 February 2027 at midday" in by_command["htq window list"]
    changes = said["htq catalogue diff bundled standards.yaml"]
    assert f"Cycle {NEXT} is added (15 February 2027 at midday to 25 June 2027 at 5pm" in changes
    assert changes.startswith("4 changes")
    assert b"DTSTART:20270625T160000Z" in (tmp_path / f"cycle-{NEXT}.ics").read_bytes()
