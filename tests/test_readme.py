"""README is right: its examples are run, and its quick start is as short as it promises."""

import json
import re
import shlex
import shutil

import pytest

from conftest import ROOT, program

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
RECORDING = re.search(
    r"^## Your first ten minutes\n(.*?)^## What each command", README, re.DOTALL | re.MULTILINE
)[1]
EXAMPLES = [text for language, text in BLOCKS if language == "console" and text not in RECORDING]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0])
def test_each_example_shows_the_actual_output_of_htq(example):
    command, _, shown = example.partition("\n")
    prompt, name, *words = shlex.split(command)
    assert (prompt, name) == ("$", "htq")
    run = program(*words, cwd=ROOT)
    assert (run.stdout + run.stderr).decode() == shown


RECORD = {
    "referenceNumber": "ST0116",
    "version": "1.1",
    "title": "Software developer",
    "level": 4,
    "knowledges": [{"knowledgeId": "k", "detail": "Made-up statement one"}],
    "skills": [{"skillId": "s", "detail": "Made-up statement two"}],
    "behaviours": [{"behaviourId": "b", "detail": "Made-up statement three"}],
}


def test_the_first_ten_minutes_work_as_described(tmp_path):
    shutil.copytree(ROOT / "examples" / "evidence", tmp_path / "evidence")
    (tmp_path / "ksbs").mkdir()
    (tmp_path / "ksbs" / "ST0116.json").write_text(json.dumps(RECORD), encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", RECORDING, re.DOTALL | re.MULTILINE)
    assert {language for language, _ in blocks} == {"sh", "console", "yaml"}
    for language, text in blocks:
        if language == "sh":
            # These need a network; the test makes up the files that they would save.
            assert text == "htq ksbs get ST0116\n" or text.endswith("-o ksbs/ST0116.json\n")
            continue
        if language == "yaml":  # the whole draft, or one more line
            mode = "w" if text.startswith("cycle:") else "a"
            with (tmp_path / "application.yaml").open(mode, encoding="utf-8") as draft:
                draft.write(text)
            continue
        command, _, shown = text.partition("\n")
        prompt, name, *words = shlex.split(command)
        assert (prompt, name) == ("$", "htq")
        run = program(*words, cwd=tmp_path)
        said = (run.stdout + run.stderr).decode()
        begin, left_out, end = shown.partition("…\n")
        assert said == shown or (left_out and said.startswith(begin)), command
        assert said.endswith(end), command
    assert program("check", "--at", "20 May 2022", cwd=tmp_path).stdout.startswith(
        b"./application.yaml: ready to submit, as at 20 May 2022\n"
    )


def test_the_quick_start_is_two_commands_each_in_its_own_block():
    quick_start = README.split("## Quick start")[1].split("The same with")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", quick_start, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    check, tests = (block.strip() for block in blocks)
    assert "\n" not in check + tests
    assert check.endswith('htq check examples --at "20 May 2022"')
    assert tests.endswith("pytest")


@pytest.mark.parametrize(
    "path", re.findall(r"^\| [^|]+ \| .*?`([^`]+)`.* \|$", README, re.MULTILINE)
)
def test_each_path_in_the_table_of_where_things_are_exists(path):
    if "/" in path:
        assert (ROOT / path).exists()
