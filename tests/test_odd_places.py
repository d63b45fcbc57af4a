"""Paths that are not regular files, streams that are closed or full, and systems that lack
something: no command hangs, crashes or leaves half a file."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from conftest import IN_WINDOW, ROOT, needs_copies, needs_signals, program, programs
from htqcli.check import workers
from htqcli.ksbs import standards_data

pytestmark = pytest.mark.slow

needs_devices = pytest.mark.skipif(
    not all(map(os.path.exists, ("/dev/full", "/dev/zero"))), reason="no such devices here"
)

EXAMPLE = ROOT / "examples" / "application.yaml"
CATALOGUE = ROOT / "data" / "standards.yaml"

COMMANDS = {
    # name: (words, whether the output is for programs and therefore always UTF-8)
    "check": (("check", EXAMPLE, "--at", IN_WINDOW), False),
    "check --diff": (("check", EXAMPLE, "--diff", "--at", IN_WINDOW), True),
    "coverage": (("coverage", EXAMPLE), False),
    "schema": (("schema", "application"), True),
    "init": (("init", "-o", "-", "--level", "4"), True),
    "window status": (("window", "status", "--at", IN_WINDOW), False),
    "window calendar": (("window", "calendar"), True),
    "ksbs list": (("ksbs", "list", "--ksbs", ROOT / "tests" / "ksbs"), False),
    "standards list": (("standards", "list"), False),
    "rules": (("rules",), False),
    "catalogue show": (("catalogue", "show", "--at", IN_WINDOW), False),
    "catalogue check": (("catalogue", "check", CATALOGUE, "--at", IN_WINDOW), False),
    "catalogue diff": (("catalogue", "diff", "bundled", CATALOGUE), False),
    "catalogue new-cycle": (("catalogue", "new-cycle", "99"), True),
}
every_command = pytest.mark.parametrize(("words", "for_programs"), COMMANDS.values(), ids=COMMANDS)

READERS = {
    # command: (words before the file that it reads, exit code if that is not a regular file)
    "--catalogue": (("window", "status", "--catalogue"), 2),
    "catalogue diff": (("catalogue", "diff", "bundled"), 2),
    "catalogue check": (("catalogue", "check"), 3),
    "catalogue drift": (("catalogue", "drift"), 3),
    "ksbs import": (("ksbs", "import", "-o", "lists"), 3),
    "check": (("check",), 3),
    "coverage": (("coverage",), 3),
}


def special_file(name, folder):
    """The path of something that is not a regular file."""
    path = folder / "odd.yaml"
    if name == "a pipe":
        os.mkfifo(path)
    elif name == "a folder":
        path.mkdir()
    elif name == "a link to itself":
        path.symlink_to(path)
    elif name == "a link to a device":
        path.symlink_to("/dev/zero")
    else:
        return name
    return path


ODD_FILES = ("a pipe", "/dev/zero", "a link to a device", "a link to itself")


@needs_copies
@needs_devices
@pytest.mark.parametrize("name", ODD_FILES)
def test_pipes_and_devices_are_refused_without_blocking(tmp_path, name):
    file = special_file(name, tmp_path)
    (tmp_path / "here").mkdir()
    commands = [(tmp_path / "here", (*words, file)) for words, _ in READERS.values()]
    runs = dict(zip(READERS, programs(commands, tmp_path), strict=True))
    assert {which: run.code for which, run in runs.items()} == {
        which: code for which, (_, code) in READERS.items()
    }
    assert {which for which, run in runs.items() if run.err.count("\n") != 1} == set()
    assert not any("fault" in run.err for run in runs.values())
    assert list((tmp_path / "here").iterdir()) == []


@needs_copies
def test_a_huge_file_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "long.yaml"
    with path.open("wb") as file:
        file.truncate(20_000_000_000)
    commands = [(*words, path) for words, _ in READERS.values()]
    for (words, code), run in zip(READERS.values(), programs(commands, tmp_path), strict=True):
        assert run.code == (1 if words[-1:] == ("check",) else code)
        assert "larger than" in run.out + run.err or words == ("coverage",)


@needs_devices
@pytest.mark.parametrize("words", [("ksbs", "import", "-"), ("catalogue", "drift", "-")])
def test_endless_standard_input_is_read_only_up_to_the_limit(htq, monkeypatch, words):
    monkeypatch.setattr(standards_data, "MAX_BYTES", 2_000_000)
    with open("/dev/zero", encoding="utf-8") as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        run = htq(*words)
    assert run.code == 3
    assert run.err == "-: the standards data is not read: it is larger than 2 MB\n"


@pytest.mark.parametrize("words", [("ksbs", "import", "-"), ("catalogue", "drift", "-")])
def test_a_closed_standard_input_is_reported(htq, monkeypatch, words):
    monkeypatch.setattr(sys, "stdin", None)
    run = htq(*words)
    assert run.code == 3
    assert run.err == "-: the standards data is not read: standard input is closed\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file")
def test_a_catalogue_can_be_read_from_an_open_pipe():
    words = ("catalogue", "diff", "/dev/stdin", CATALOGUE, "--exit-code")
    run = program(*words, input=CATALOGUE.read_bytes())
    assert run.returncode == 0
    assert run.stdout.startswith(b"No differences between /dev/stdin and ")


WRITERS = {
    "a report": ("check", EXAMPLE, "--at", IN_WINDOW, "--report", "json="),
    "a schema": ("schema", "application", "-o", ""),
    "a calendar": ("window", "calendar", "-o", ""),
    "a cycle": ("catalogue", "new-cycle", "99", "-o", ""),
    "a draft": ("init", "--level", "4", "--force", "-o", ""),
    "a table": ("standards", "list", "--format", "csv", "-o", ""),
    "a coverage": ("coverage", EXAMPLE, "--format", "html", "-o", ""),
}


@needs_copies
@needs_devices
@pytest.mark.parametrize(
    "name", ["a pipe", "a folder", "a link to itself", "/dev/full", "/dev/zero", "nothing/here"]
)
def test_nothing_is_written_to_a_path_that_is_not_a_regular_file(tmp_path, name):
    here = tmp_path / "here"
    here.mkdir()
    file = special_file(name, here)
    there = sorted(here.iterdir())
    commands = [(here, (*before, f"{last}{file}")) for *before, last in WRITERS.values()]
    runs = dict(zip(WRITERS, programs(commands, tmp_path), strict=True))
    assert {which: run.code for which, run in runs.items()} == dict.fromkeys(WRITERS, 3)
    assert all("not written: " in run.err for run in runs.values())
    assert sorted(here.iterdir()) == there


@pytest.mark.parametrize("words", WRITERS.values(), ids=WRITERS)
def test_a_file_is_left_as_it_was_if_the_disk_is_full(htq, tmp_path, monkeypatch, words):
    def no_room(_):
        raise OSError(28, "No space left on device")

    *before, last = words
    file = tmp_path / "result.yaml"
    file.write_text("as it was")
    monkeypatch.setattr(os, "fsync", no_room)
    run = htq(*before, f"{last}{file}")
    assert run.code == 3
    assert "result.yaml: " in run.err
    assert "not written: No space left on device" in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["result.yaml"]
    assert file.read_text() == "as it was"


@pytest.mark.parametrize(
    "words",
    [
        ("schema", "application", "-o", "own.yaml"),
        ("window", "calendar", "-o", "./own.yaml"),
        ("catalogue", "new-cycle", "99", "-o", "link.yaml"),
        ("check", EXAMPLE, "--at", IN_WINDOW, "--report", "json=own.yaml"),
    ],
)
def test_a_result_is_not_written_over_its_catalogue(htq, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    content = CATALOGUE.read_bytes()
    (tmp_path / "own.yaml").write_bytes(content)
    (tmp_path / "link.yaml").symlink_to("own.yaml")
    run = htq(*words, "--catalogue", "own.yaml")
    assert run.code == 2
    assert "would be written over the catalogue" in run.err
    assert (tmp_path / "own.yaml").read_bytes() == content


RESULTS = {name: words for name, (words, _) in COMMANDS.items() if "--diff" not in words}
"""The commands that print a result. `--diff` prints none: the example has no mistakes."""


@needs_copies
def test_every_command_works_with_a_closed_standard_error(tmp_path):
    commands = [words for words, _ in COMMANDS.values()]
    runs = programs(commands, tmp_path, redirected=(1,), preexec_fn=lambda: os.close(2))
    assert [run.code for run in runs] == [0] * len(commands)


@needs_copies
def test_every_command_gives_exit_code_3_if_standard_output_is_closed(tmp_path):
    def close():
        for descriptor in (0, 1):
            os.close(descriptor)

    runs = programs(RESULTS.values(), tmp_path, redirected=(2,), preexec_fn=close)
    assert {run.code for run in runs} == {3}
    assert not any("fault" in run.err for run in runs)


@needs_copies
@needs_devices
def test_every_command_reports_a_full_disk(tmp_path):
    with open("/dev/full", "wb") as full:
        runs = programs(RESULTS.values(), tmp_path, redirected=(2,), stdout=full)
    assert {run.code for run in runs} == {3}
    told = "htq: the result cannot be written: No space left on device\n"
    assert all(told in run.err for run in runs)


@needs_copies
@pytest.mark.parametrize(
    ("encoding", "environment"),
    [
        ("ascii", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}),
        ("utf-8", {"PYTHONTZPATH": "", "TZ": "XYZ-99:99", "COLUMNS": "0", "PYTHONUTF8": "1"}),
    ],
)
def test_every_command_works_in_a_minimal_environment(tmp_path, encoding, environment):
    commands = [words for words, _ in COMMANDS.values()]
    env = {"PATH": os.environ["PATH"], **environment}  # no HOME either
    runs = programs(commands, tmp_path, env=env)
    for number, ((words, for_programs), run) in enumerate(
        zip(COMMANDS.values(), runs, strict=True)
    ):
        assert run.code == 0, words
        out = (tmp_path / f"{number}.1").read_bytes()
        assert out.decode("utf-8" if for_programs else encoding) or "--diff" in words
        assert "Traceback" not in run.err


@needs_copies
def test_the_time_zone_of_the_computer_does_not_change_any_result(tmp_path):
    timed = [words for words, _ in COMMANDS.values() if "--at" in words]

    def said(zone):
        env = {**os.environ, "TZ": zone}
        return programs([*timed, ("window", "calendar")], tmp_path, env=env)

    assert said("Pacific/Kiritimati") == said("America/Los_Angeles")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
def test_closing_the_terminal_ends_htq_and_leaves_no_files(tmp_path):
    script = (
        "import os, signal, htqcli.files, htqcli.cli.streams as t\n"
        "t.prepare()\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGHUP)\n"
        "htqcli.files.replace_file('result', 'text')"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    assert run.returncode == 128 + signal.SIGHUP
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
def test_htq_outlives_its_terminal_if_it_was_started_to_ignore_hangups():
    script = (
        "import os, signal, htqcli.files, htqcli.cli.streams as t\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "t.prepare()\n"
        "os.kill(os.getpid(), signal.SIGHUP)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_fix_leaves_every_draft_complete(draft, tmp_path, number):
    good = draft().read_text(encoding="utf-8")
    (tmp_path / "application.yaml").unlink()
    wrong = good.replace("title: Level", "titel: Level", 1)
    for count in range(80):
        (tmp_path / f"draft-{count}.yaml").write_text(wrong, encoding="utf-8")
    command = [sys.executable, "-m", "htqcli", "check", tmp_path, "--fix", "--at", IN_WINDOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        while (tmp_path / "draft-0.yaml").read_text(encoding="utf-8") == wrong:
            time.sleep(0.01)
        run.send_signal(number)
        _, err = run.communicate(timeout=60)
    texts = {path.read_text(encoding="utf-8") for path in tmp_path.glob("draft-*.yaml")}
    assert texts <= {wrong, good}
    assert not list(tmp_path.glob(".htq-*"))
    assert b"Traceback" not in err


@pytest.mark.parametrize("piece", ["Pipe", "Process.start"])
def test_if_no_worker_can_start_one_process_checks_everything(
    htq, draft, tmp_path, monkeypatch, piece
):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    good = draft().read_text(encoding="utf-8")
    for count in range(120):
        (tmp_path / f"draft-{count}.yaml").write_text(good, encoding="utf-8")
    monkeypatch.setattr(workers, "how_many", lambda _: 2)
    target = (
        "multiprocessing.context.BaseContext.Pipe"
        if piece == "Pipe"
        else ("multiprocessing.process.BaseProcess.start")
    )
    monkeypatch.setattr(target, refuse)
    run = htq("check", tmp_path, "--at", IN_WINDOW, "--format", "json")
    assert run.code == 0
    assert run.data["summary"]["files"] == 121
    assert json.loads(run.out)["summary"]["ready"] == 121


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no folder is read-only for everybody")
def test_check_works_in_a_read_only_folder_but_cannot_write_a_report_there():
    draft = ROOT / "examples" / "application.yaml"
    words = ("check", draft, "--at", IN_WINDOW, "--format", "json")
    run = program(*words, cwd="/proc/self")
    assert (run.returncode, json.loads(run.stdout)["summary"]["ready"]) == (0, 1)
    run = program(*words, "--report", "sarif=htq.sarif", cwd="/proc/self")
    assert run.returncode == 3
    assert json.loads(run.stdout)["summary"]["ready"] == 1
    assert run.stderr.startswith(b"htq.sarif: the report is not written: ")
