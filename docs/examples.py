"""The examples in the documents: each page shows what htq says today.

A block of `console` is a command and what it prints. The commands of a page run in order, in a
folder of the page's own with what the repository has for examples. Those of the tutorial begin in
an empty folder, where blocks of `yaml` are what its reader writes into the draft.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
TUTORIAL = "## Your first ten minutes\n"
CUT = "…\n"
"""A line that stands for lines that a page leaves out."""

_BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SERVICES = ("HTQ_", "GITHUB_", "CI_", "BUILD_", "FORCE_COLOR", "NO_COLOR")

RECORD = {
    "referenceNumber": "ST0116",
    "version": "1.1",
    "title": "Software developer",
    "level": 4,
    "knowledges": [{"knowledgeId": "k", "detail": "Made-up statement one"}],
    "skills": [{"skillId": "s", "detail": "Made-up statement two"}],
    "behaviours": [{"behaviourId": "b", "detail": "Made-up statement three"}],
}
"""What the tutorial's reader gets from the network."""


def pages() -> list[Path]:
    """README and the pages that are written by hand."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(page: str) -> str:
    """The text of a page with what its commands print today."""
    before, found, rest = page.partition(TUTORIAL)
    if not found:
        return _played(page, _copy)
    tutorial, heading, after = rest.partition("\n## ")
    return (
        _played(before, _copy) + found + _played(tutorial, _begin) + _played(heading + after, _copy)
    )


def environment() -> Mapping[str, str]:
    """The environment without what would change what htq says."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SERVICES)}


def _copy(folder: Path) -> None:
    """The example is also the draft of whoever reads the page."""
    for name in ("examples", "docs", "data"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True)


def _begin(folder: Path) -> None:
    shutil.copytree(ROOT / "examples" / "evidence", folder / "evidence")
    (folder / "ksbs").mkdir()
    (folder / "ksbs" / "ST0116.json").write_text(json.dumps(RECORD), encoding="utf-8")


def _played(text: str, prepare: Callable[[Path], None]) -> str:
    if "```console\n$ htq " not in text:
        return text
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(folder)

        def play(block: re.Match[str]) -> str:
            language, content = block.groups()
            if language == "console":
                return f"```console\n{_shown(content, folder)}```"
            if prepare is _begin:  # the whole draft, or one more line
                mode = "w" if content.startswith("cycle:") else "a"
                with (folder / "application.yaml").open(mode, encoding="utf-8") as draft:
                    draft.write(content)
            return block[0]

        return _BLOCK.sub(play, text)


def _shown(content: str, folder: Path) -> str:
    """A command and what it prints, with as many lines before and after a cut as the page has."""
    command, _, before = content.partition("\n")
    prompt, *words = shlex.split(command)
    assert (prompt, words[0]) == ("$", "htq"), command
    run = subprocess.run(
        [sys.executable, "-m", "htqcli", *words[1:]],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    said = (run.stdout + run.stderr).decode().replace("\r\n", "\n")
    begin, cut, end = before.partition(CUT)
    if cut:
        lines = said.splitlines(keepends=True)
        first, last = len(begin.splitlines()), len(end.splitlines())
        said = "".join([*lines[:first], CUT, *lines[len(lines) - last :]])
    return f"{command}\n{said}"
