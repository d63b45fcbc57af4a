"""A file as it was at a revision of Git.

Git is asked for the bytes that it stored, and nothing else: it converts nothing, runs no program
that a repository names, fetches nothing and writes nothing.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from threading import Timer

from htqcli.files import MAX_BYTES, with_slashes

_SECONDS = 30
"""How long Git may take."""


class NotRead(Exception):
    """A file of a revision that cannot be read. The message says why."""


def is_revision(name: str) -> bool:
    """Whether a name is `REVISION:PATH` and not the path of a file."""
    revision, colon, path = name.partition(":")
    is_drive = os.name == "nt" and len(revision) == 1
    return bool(revision and colon and path) and not is_drive and not os.path.lexists(name)


def read(name: str) -> bytes:
    """The bytes of `REVISION:PATH`, at most one more than a draft can have. The path starts from
    the root of the repository, as in Git, or else from the current folder. Raises NotRead."""
    revision, _, path = name.partition(":")
    if revision.startswith("-"):
        raise NotRead("a revision does not begin with a hyphen")
    if "\0" in name or "\n" in name:
        raise NotRead("a revision has no line ends")
    program = _git()
    path = with_slashes(path)
    first = _run(program, f"{revision}:{path}")
    if isinstance(first, bytes):
        return first
    second = _run(program, f"{revision}:./{path}") if not path.startswith((".", "/")) else first
    if isinstance(second, bytes):
        return second
    raise NotRead(f"Git says: {first}")


def _git() -> str:
    """The program of Git. One in the current folder is not it: a repository could bring its own."""
    for folder in os.get_exec_path():
        file = Path(folder, "git.exe" if os.name == "nt" else "git")
        if file.is_absolute() and file.is_file() and os.access(file, os.X_OK):
            return str(file)
    raise NotRead("Git is not installed. Save the old draft as a file, and name that")


def _run(program: str, wanted: str) -> bytes | str:
    """The stored bytes of a file, or what Git says."""
    command = [program, "--no-optional-locks", "--no-pager", "cat-file", "blob"]
    quiet = {
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    try:
        with subprocess.Popen(  # noqa: S603  # no shell, and no word is an option
            [*command, "--end-of-options", wanted],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **quiet},
        ) as process:
            assert process.stdout
            assert process.stderr
            timer = Timer(_SECONDS, process.kill)
            timer.start()
            content = process.stdout.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                process.kill()
            said = process.stderr.read(_MAX_SAID)
            timer.cancel()
    except OSError as error:
        return error.strerror or "it cannot be run"
    if process.returncode and len(content) <= MAX_BYTES:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[0].removeprefix("fatal: ") if lines else "the file cannot be read"
    return content


_MAX_SAID = 10_000
"""How many bytes of what Git says are read."""
