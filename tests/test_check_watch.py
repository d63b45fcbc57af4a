"""`htq check --watch`: the real program in a terminal, while files change."""

import os
import select
import shutil
import signal

import pytest

import warm
from conftest import IN_WINDOW, ROOT

pytestmark = pytest.mark.slow

READY = "ready to submit, as at"
WAITING = "Waiting for changes"
CLEAR = "\x1b[2J\x1b[H"


class Watcher:
    """A running `htq check --watch`, in a terminal or, if `redirected`, with its output in a pipe."""

    def __init__(self, folder, words, *, redirected=False, **environment):
        primary, secondary = os.openpty()
        if redirected:
            os.close(primary)
            primary, output = os.pipe()
        env = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1"}
        self._shown = primary
        words = ["check", "--watch", "--at", IN_WINDOW, *words]
        streams = [secondary, *([output if redirected else secondary] * 2)]
        self._process = warm.Copy(words, streams, env={**env, **environment}, cwd=folder)
        os.close(secondary)
        if redirected:
            os.close(output)

    def until(self, *wanted):
        """What is shown from now on up to the end of the first result that has these texts."""
        shown = ""
        while not (all(one in shown for one in wanted) and shown.rstrip().endswith("Ctrl-C ends this.")):  # fmt: skip
            assert select.select([self._shown], [], [], 30)[0], f"{wanted} is not in {shown!r}"
            shown += os.read(self._shown, 65536).decode().replace("\r\n", "\n")
        self._last = shown
        return shown

    def end(self, number=signal.SIGINT):
        """The exit code after a signal. Nothing new is said: at most, a signal in the middle of
        a write makes Python write the same again."""
        self._process.send_signal(number)
        code, rest = self._process.wait(30), b""
        while select.select([self._shown], [], [], 0)[0]:
            try:
                piece = os.read(self._shown, 65536)
            except OSError:
                break
            if not piece:
                break
            rest += piece
        assert self._last.endswith(rest.decode().replace("\r\n", "\n"))
        return code

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._shown)


@pytest.fixture
def watching(tmp_path):
    """Start `htq check --watch` in the folder of a draft."""
    started = []

    def start(*words, **environment):
        started.append(Watcher(tmp_path, words, **environment))
        return started[-1]

    yield start
    for one in started:
        one.close()


def write(path, old, new):
    """Replace a piece of a file, as an editor that writes in place does."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def replace(path, old, new):
    """Replace a piece of a file, as an editor that writes a new file and renames it does."""
    other = path.with_suffix(".new")
    shutil.copy(path, other)
    write(other, old, new)
    os.replace(other, path)


LEVEL = ("  level: 4\n  number", "  level: 6\n  number")


def test_a_saved_draft_is_checked_again_until_an_interruption(watching, draft):
    path = draft()
    watcher = watching(path.name)
    assert watcher.until(READY).startswith(CLEAR)
    write(path, *LEVEL)
    shown = watcher.until("HTQ401")
    assert CLEAR in shown
    assert "not ready to submit (1 error and 1 warning), as at 20 May 2022\n" in shown
    write(path, *reversed(LEVEL))
    watcher.until(f"application.yaml: {READY}")
    assert watcher.end() == 130


def test_a_draft_that_an_editor_replaces_is_seen(watching, draft):
    path = draft()
    watcher = watching(path.name)
    watcher.until(READY)
    for change in (LEVEL, LEVEL[::-1], LEVEL):
        replace(path, *change)
        watcher.until("HTQ401" if change == LEVEL else f"application.yaml: {READY}")


def test_a_draft_that_is_deleted_and_made_again_is_seen(watching, draft):
    path = draft()
    text = path.read_text(encoding="utf-8")
    watcher = watching(path.name)
    watcher.until(READY)
    for _ in range(2):
        path.unlink()
        watcher.until("application.yaml: not checked: there is no such file or folder")
        path.write_text(text, encoding="utf-8")
        watcher.until(f"application.yaml: {READY}")


def test_ksb_lists_are_watched_even_before_their_folder_exists(watching, draft, tmp_path):
    path = draft()
    (tmp_path / "ksbs").rename(tmp_path / "other")
    watcher = watching(path.name)
    watcher.until("HTQ509")
    (tmp_path / "other").rename(tmp_path / "ksbs")
    watcher.until(f"application.yaml: {READY}")
    (tmp_path / "ksbs" / "ST0116-1.1.yaml").unlink()
    watcher.until("HTQ509")


def test_evidence_is_watched_where_the_draft_names_it(watching, draft, tmp_path):
    path = draft()
    (tmp_path / "evidence").rename(tmp_path / "later")
    watcher = watching(path.name)
    watcher.until("HTQ602")
    (tmp_path / "later").rename(tmp_path / "evidence")
    watcher.until(f"application.yaml: {READY}")
    (tmp_path / "new").mkdir()
    write(path, "evidence/specification.txt", "new/specification.txt")
    watcher.until("HTQ602")
    shutil.copy(tmp_path / "evidence" / "specification.txt", tmp_path / "new")
    watcher.until(f"application.yaml: {READY}")


def test_a_new_draft_in_a_new_folder_is_seen(watching, draft, tmp_path):
    draft()
    watcher = watching(".")
    watcher.until(READY)
    (tmp_path / "more").mkdir()
    watcher.until(WAITING)
    (tmp_path / "more" / "b.yaml").write_text("cycle: 3\n", encoding="utf-8")
    watcher.until("2 drafts: 1 ready to submit, 1 not ready to submit")


def test_a_changed_catalogue_is_read_again(watching, draft, tmp_path):
    path, own = draft(), tmp_path / "own.yml"
    shutil.copy(ROOT / "data" / "standards.yaml", own)
    watcher = watching(path.name, "--catalogue", own.name)
    watcher.until(READY)
    write(own, "cycles:\n", "cycles: x\n")
    watcher.until("There is a problem. own.yml:")
    write(own, "cycles: x\n", "cycles:\n")
    watcher.until(f"application.yaml: {READY}")


def test_files_that_an_editor_keeps_for_itself_are_ignored(watching, draft, tmp_path):
    path = draft()
    watcher = watching(path.name)
    watcher.until(READY)
    for name in (".application.yaml.swp", "application.yaml~"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    write(path, *LEVEL)
    assert watcher.until("HTQ401").count(WAITING) <= 2  # a write can be seen as two changes


def test_a_terminal_that_cannot_be_cleared_is_not(watching, draft):
    path = draft()
    watcher = watching(path.name, TERM="dumb")
    watcher.until(READY)
    write(path, *LEVEL)
    assert "\x1b" not in watcher.until("HTQ401")


def test_redirected_output_shows_a_result_again_only_if_it_differs(watching, draft):
    path = draft()
    watcher = watching(path.name, redirected=True)
    first = watcher.until(READY)
    assert "\x1b" not in first
    write(path, "# A draft", "# This draft")
    write(path, *LEVEL)
    shown = watcher.until("HTQ401")
    assert "application.yaml:16:10: error HTQ401 A level 6" in shown
    assert READY not in shown.replace("not ready", "")
    assert watcher.end() == 130


def test_the_end_of_the_terminal_ends_it_quietly(watching, draft):
    watcher = watching(draft().name)
    watcher.until(READY)
    assert watcher.end(signal.SIGTERM) in (130, 143)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-"], "--watch: Standard input does not change."),
        (["--fix"], "--watch: It shows the result as text each time"),
        (["--diff"], "--watch: It shows the result as text each time"),
        (["--list"], "--watch: It shows the result as text each time"),
        (["--format", "json"], "--watch: It shows the result as text each time"),
        (["--report", "json=a.json"], "--watch: It shows the result as text each time"),
        (["--report", "github=-"], "--watch: It shows the result as text each time"),
    ],
)
def test_options_that_make_no_sense_with_watch_are_refused(htq, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    run = htq("check", "--watch", *words)
    assert (run.code, run.out) == (2, "")
    assert said in " ".join(run.err.split())
    assert list(tmp_path.iterdir()) == []
