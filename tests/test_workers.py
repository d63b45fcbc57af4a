"""Several processes give the same report as one, and leave nothing behind."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import warm
from conftest import IN_WINDOW, program
from htqcli import moment
from htqcli.catalogue import bundled
from htqcli.check import inputs, workers
from htqcli.check.engine import Checker
from htqcli.rules import RULES

pytestmark = pytest.mark.slow

on_linux = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="the program starts workers only where it can use a second processor",
)

CHANGES = (
    ("", ""),
    ("level: 4", "level: 6"),
    ("title: Level", "titel: Level"),
    ("  type: awarding-organisation", "  type: [awarding"),
    ("K12:", "K12: {units: [U9]}\n      k13:"),
    ("support_session: 2022-03-02\n", "accept: [{rule: HTQ605, reason: Seen, until: 2023-01-01}]\n"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _alone():
    """End the processes of other tests, so that those that are left are of the test."""
    warm.end_all()


@pytest.fixture
def folder(draft, tmp_path):
    """A folder of 120 drafts; five in six differ from the ready example."""
    good = draft().read_text(encoding="utf-8")
    os.remove(tmp_path / "application.yaml")
    for number in range(120):
        text = good.replace(*CHANGES[number % len(CHANGES)], 1)
        (tmp_path / f"draft-{number:03}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def checker():
    return Checker(bundled.load(), moment.read(IN_WINDOW).first)


def one_processor():
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])


@on_linux
@pytest.mark.parametrize("format", ["text", "json", "junit"])
def test_workers_give_the_same_report_as_one_process(folder, format):
    (folder / "gone.yaml").symlink_to(folder / "not-there.yaml")
    words = ("check", "a-draft.yaml", folder, "-", "--at", IN_WINDOW, "--format", format)
    stdin = (folder / "draft-001.yaml").read_bytes()
    several = program(*words, input=stdin)
    alone = program(*words, input=stdin, preexec_fn=one_processor)
    assert alone.returncode == several.returncode == 3
    assert alone.stdout == several.stdout
    assert alone.stderr == several.stderr
    assert b"not checked" in several.stderr


@on_linux
def test_many_drafts_are_checked_by_workers(folder):
    assert workers.how_many(10) == 0
    assert workers.how_many(120) == 2


can_copy = pytest.mark.skipif(not workers.can_copy(), reason="no process can be copied here")
each_kind = pytest.mark.parametrize("copies", [pytest.param(True, marks=can_copy), False])


def has_children():
    """Whether a process that this one started is there, other than those that tests keep warm.
    Windows is not asked: there, one waits for a process that one knows."""
    warm.end_all()
    if os.name == "nt":
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


@each_kind
def test_workers_give_the_same_findings_however_they_are_started(folder, copies):
    paths = inputs.find([str(folder)]).candidates
    found = list(workers.check(paths, checker(), 2, copies=copies))
    assert found == [checker().check(inputs.read(path, None)) for path in paths]
    assert found[1].findings[0].rule in RULES
    assert not has_children()


@can_copy
@pytest.mark.parametrize("batches", [0, 1])
def test_drafts_that_a_worker_leaves_unchecked_are_left_to_the_main_process(
    folder, monkeypatch, batches
):
    check_all = workers._check_all

    def ends_early(work, results):
        check_all((work[0], work[1][:batches]), results)
        os._exit(1)

    monkeypatch.setattr(workers, "_check_all", ends_early)
    paths = inputs.find([str(folder)]).candidates
    done = list(workers.check(paths, checker(), 2, copies=True))
    assert len(done) == len(paths)
    left = [path for path in done if isinstance(path, inputs.Candidate)]
    assert left == paths[100 * batches :]
    assert not has_children()


@pytest.mark.parametrize(
    "ends",
    [
        "",
        "import os; os._exit(1)",
        "import os, sys; sys.stdin.buffer.read(10); os._exit(1)",
        "import os; os.close(0)",
        "print('no pickle')",
        "raise KeyboardInterrupt",
    ],
)
def test_a_worker_that_dies_while_it_loads_is_not_waited_for(folder, monkeypatch, capfd, ends):
    monkeypatch.setattr(workers, "_SERVE", ends)
    paths = inputs.find([str(folder)]).candidates
    assert list(workers.check(paths, checker(), 2, copies=False)) == paths
    assert capfd.readouterr() == ("", "")
    assert not has_children()


def test_a_worker_takes_no_module_from_the_current_folder(folder, monkeypatch):
    for name in ("htqcli", "yaml", "pickle"):
        (folder / f"{name}.py").write_text("import os; os.mkdir('obeyed')")
    monkeypatch.chdir(folder)
    paths = inputs.find([str(folder)]).candidates
    found = list(workers.check(paths, checker(), 2, copies=False))
    assert not any(isinstance(item, inputs.Candidate) for item in found)
    assert not (folder / "obeyed").exists()


def test_a_batch_with_standard_input_is_left_to_the_main_process(folder):
    paths = [*inputs.find([str(folder)]).candidates[:3], inputs.Candidate("-")]
    assert list(workers.check(paths, checker(), 1)) == paths


@each_kind
def test_workers_are_ended_if_their_results_are_abandoned(folder, copies):
    paths = inputs.find([str(folder)]).candidates
    found = workers.check(paths, checker(), 2, copies=copies)
    next(found)
    found.close()
    assert not has_children()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_the_same_in_every_process(rule):
    assert pickle.loads(pickle.dumps(rule)) is rule


@on_linux
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_also_ends_the_workers_and_prints_nothing(folder, number, code):
    slow = "".join(f"k{number}: 1\n" for number in range(20_000))
    for name in folder.glob("*.yaml"):
        name.write_text(slow)
    command = [sys.executable, "-m", "htqcli", "check", folder, "--at", IN_WINDOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while len(started := children.read_text().split()) < 2:
            time.sleep(0.01)
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert run.returncode == code
    assert (out, err) == (b"", b"")
    assert not [worker for worker in started if Path(f"/proc/{worker}").exists()]


@on_linux
def test_htq_ends_quietly_if_its_output_is_no_longer_read(folder):
    command = [sys.executable, "-m", "htqcli", "check", folder, "--at", IN_WINDOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.close()
        assert run.wait(60) == 141
        assert run.stderr.read() == b""
