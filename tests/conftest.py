"""Shared by the tests: htq, run as a person or a pipeline runs it."""

from __future__ import annotations

import errno
import functools
import gc
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import Any

import pytest
import typer.main
from hypothesis import settings

import warm
from htqcli import cli

# The same few examples in every run; `pytest --hypothesis-profile=thorough` looks for new ones.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=5_000)
settings.load_profile("steady")


def examples(few: int) -> settings:
    """Settings for a property whose examples are slow: `few`, unless the profile asks for many."""
    many = settings().max_examples
    return settings(max_examples=many if many > 100 else few)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that is not slow as quick, for `pytest -m quick`."""
    for item in items:
        if not {"slow", "packaging"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker("quick")


NOT_ON_WINDOWS = {
    "mkfifo": "Windows has no named pipes of this kind",
    "fork": "Windows copies no process",
    "geteuid": "Windows has no numbers of users",
    "SIGHUP": "Windows has no such signal",
    "openpty": "Windows has no pseudo-terminals of this kind",
    "set_blocking": "Windows sets nothing of a pipe",
    "resource": "Windows has no such limits",
    "fcntl": "Windows sets nothing of a pipe",
}
"""What tests ask of the system that Windows lacks, by its name in Python."""
needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals to programs")
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")


@contextmanager
def _skipped_where_lacking() -> Iterator[None]:
    """Skip a test that asks the system for what it does not have, and say so."""
    try:
        yield
    except (AttributeError, ModuleNotFoundError) as error:
        if os.name != "nt" or error.name not in NOT_ON_WINDOWS:
            raise
        pytest.skip(NOT_ON_WINDOWS[error.name])
    except OSError as error:
        if getattr(error, "winerror", 0) in (1, _NO_LINKS):
            pytest.skip("this account may make no links on Windows")
        if os.name == "nt" and error.errno == errno.EINVAL and error.filename:
            pytest.skip("Windows has no such names of files")
        if os.name == "nt" and error.errno == errno.ENOENT and not error.filename:
            pytest.skip("a program that the test runs is not installed")
        raise


_NO_LINKS = 1314
"""ERROR_PRIVILEGE_NOT_HELD of Windows."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    with _skipped_where_lacking():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    with _skipped_where_lacking():
        return (yield)


if os.name == "nt":

    def _link(target: Any, link: Any, *more: Any, make: Any = os.symlink, **options: Any) -> None:
        make(target, link, *more, **options)
        if not os.path.islink(link):  # Wine makes none, and does not say so
            raise OSError(0, "no link was made", str(link), _NO_LINKS)

    os.symlink = _link
    # The same bytes as on other systems.
    Path.write_text = partialmethod(Path.write_text, newline="\n")


# Programs that the tests start must receive signals, even if the tests run in the background or
# outlive their terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# As in the program: collecting garbage less often saves a tenth of the time.
gc.set_threshold(100_000)

# The program builds its commands for one run; tests run thousands in one process.
cli.program = functools.cache(cli.program)
commands_of = functools.cache(typer.main.get_command)

# Tests use the bundled catalogue, even if the environment names another.
os.environ.pop("HTQ_CATALOGUE", None)
# Tests make their own checkouts, even if a CI service runs them in one.
for root in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"):
    os.environ.pop(root, None)

ROOT = Path(__file__).parents[1]
IN_WINDOW = "2022-05-20"
"""A day inside the window of cycle 3."""


@pytest.fixture(scope="session")
def five_cycles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled catalogue with only its first 5 cycles, so that tests of them still pass when
    later cycles are added."""
    text = (ROOT / "data" / "standards.yaml").read_text(encoding="utf-8")
    file = tmp_path_factory.mktemp("catalogue") / "five-cycles.yaml"
    file.write_text(text.split("\n  - cycle: 6\n")[0] + "\n", encoding="utf-8")
    return file


@dataclass(frozen=True)
class Run:
    """The result of a run of htq."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings in the JSON of `htq check`, of all files."""
        return [finding for file in self.data["files"] for finding in file["findings"]]

    @property
    def codes(self) -> list[str]:
        """The codes of those findings."""
        return [finding["code"] for finding in self.findings]


@pytest.fixture
def htq(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run htq in this process: `htq("window", "status")`."""
    monkeypatch.setattr(typer.main, "get_command", commands_of)

    def run(*words: str | Path) -> Run:
        streams = sys.stdout, sys.stderr
        sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", newline="\n")
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main([str(word) for word in words])
        finally:
            sys.stdout.close()
            sys.stderr.close()
            sys.stdout, sys.stderr = streams
        found = capfd.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Run(code, found.out, found.err)

    return run


def of_cycle_3(words: Sequence[str | Path]) -> tuple[str | Path, ...]:
    """The words of a command that goes by the newest cycle, with cycle 3 if they name none."""
    return (*words, *(() if "--cycle" in words else ("--cycle", "3")))


def program(
    *words: str | Path, is_new: bool = False, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run htq as a separate program: a warm one, unless it `is_new` or has options that only a new
    one can have."""
    command = [sys.executable, "-m", "htqcli", *map(str, words)]
    if is_new or not warm.can_copy() or not {*options} <= {"cwd", "env", "input"}:
        options = {"timeout": 60, "capture_output": True} | options
        return subprocess.run(command, check=False, **options)
    reading, writing = os.pipe()
    feeding = Thread(target=feed, args=(writing, options.pop("input", b"")))
    feeding.start()
    with TemporaryFile() as out, TemporaryFile() as err:
        run = warm.Copy(command[3:], [reading, out.fileno(), err.fileno()], **options)
        os.close(reading)
        code = run.wait(60)
        feeding.join()
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), err.read())


def feed(pipe: int, content: bytes) -> None:
    """Write this into a pipe, as far as it is read."""
    with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as file:
        file.write(content)


def pytest_sessionfinish() -> None:
    """End what waits for more."""
    warm.end_all()


EACH = """
import json, os, signal, sys
from htqcli import cli
from htqcli.catalogue import bundled
from htqcli.check import engine
from htqcli.__main__ import main
from htqcli.cli import check

bundled.load()
commands, redirected = json.loads(sys.argv[1])
codes = []
for number, (folder, words) in enumerate(commands):
    copy = os.fork()
    if not copy:
        for descriptor in redirected:
            file = os.open(f"{number}.{descriptor}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, descriptor)
            if file != descriptor:
                os.close(file)
        os.chdir(folder)
        signal.alarm(60)
        sys.argv[1:] = words
        main()
    codes.append(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]))
with open("codes", "w") as file:
    json.dump(codes, file)
"""


def programs(commands, folder: Path, *, redirected=(1, 2), **options: Any) -> list[Run]:
    """Run htq once for each of these commands. Each run is a forked copy of one process that has
    already loaded htq, so that htq is loaded only once. A copy that hangs is ended.

    A command is its words, or the folder to run in and its words. The options, such as the
    environment, apply to every run; the `redirected` streams go to files in `folder`.
    """
    asked = [pair if isinstance(pair[0], Path) else (folder, pair) for pair in commands]
    words = [(str(where), [str(word) for word in each]) for where, each in asked]
    start = [sys.executable, "-c", EACH, json.dumps((words, redirected))]
    subprocess.run(start, check=True, cwd=folder, stdin=subprocess.DEVNULL, **options)

    def said(number: int, descriptor: int) -> str:
        file = folder / f"{number}.{descriptor}"
        return file.read_bytes().decode("utf-8", "replace") if descriptor in redirected else ""

    codes = json.loads((folder / "codes").read_text())
    return [Run(code, said(at, 1), said(at, 2)) for at, code in enumerate(codes)]


needs_copies = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be copied here")


def in_terminal(*words, columns=80, **environment):
    """The exit code of htq in a terminal of this width, and what it shows there."""
    primary, secondary = os.openpty()
    from fcntl import ioctl
    from termios import TIOCSWINSZ

    ioctl(secondary, TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
    run = warm.Copy(words, [secondary] * 3, env=env)
    os.close(secondary)
    shown = b""
    while select.select([primary], [], [], 30)[0]:
        try:
            piece = os.read(primary, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    code = run.wait(60)
    os.close(primary)
    return code, shown.decode().replace("\r\n", "\n")


@pytest.fixture
def draft(tmp_path: Path) -> Callable[..., Path]:
    """Write drafts in the folder of the test: see `draft_in`."""
    return draft_in(tmp_path)


@pytest.fixture
def found(htq, draft):
    """The findings in a draft with these changes."""

    def run(changes, *words):
        path = draft(changes)
        return htq("check", path, "--at", IN_WINDOW, "--format", "json", *words).findings

    return run


def draft_in(folder: Path) -> Callable[..., Path]:
    """A function that writes a copy of the ready example into a folder, with pieces of its text
    replaced: `draft({"level: 4": "level: 6"})` replaces the first occurrence of each. The list of
    its standard's KSBs is beside it.
    """

    def write(changes: dict[str, str] | None = None, name: str = "application.yaml") -> Path:
        shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "tests" / "ksbs", folder / "ksbs", dirs_exist_ok=True)
        text = (folder / "application.yaml").read_text(encoding="utf-8")
        for old, new in (changes or {}).items():
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return write
