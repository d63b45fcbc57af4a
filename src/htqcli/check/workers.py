"""Many drafts, checked by several processes at once.

Each worker takes every so-manieth batch of drafts and writes what it found into a pipe of its own,
in the order of the batches, so the report is the one that a single process makes. A worker that is
ahead waits until its pipe is read, so no more is held than findings. One that ends early, whatever
ended it, leaves its batches to this process, as does one that the system does not start.

An executor of `concurrent.futures` would hold all that its workers find, and cannot be interrupted
on Windows while it waits. A process of `multiprocessing` that dies while it loads is waited for
without end there. So a worker is a plain process with plain pipes: they break when it ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from htqcli.check import inputs
from htqcli.check.engine import Checker, Outcome
from htqcli.check.inputs import STANDARD_INPUT, Candidate, Unchecked

_BATCH = 50
"""How many drafts are checked between two messages."""


_WORTH_A_START = 1_000
"""From how many drafts on workers save time where each is a Python of its own, which has to load
htq first."""

_STOP_SIGNALS = [
    signal.SIGINT,
    signal.SIGTERM,
    *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),
]


Batch = Sequence[Candidate | Unchecked]


Work = tuple[Checker, Sequence[Batch]]


Result = Outcome | Candidate


def how_many(drafts: int) -> int:
    """How many workers check so many drafts soonest; 0 where this process does by itself."""
    if _cores() == 1 or (not can_copy() and drafts < _WORTH_A_START):
        return 0
    return min(_cores(), drafts // _BATCH)


def check(
    paths: Batch, checker: Checker, workers: int, *, copies: bool | None = None
) -> Iterator[Result]:
    """What the workers found in drafts, in the order of the paths; a path itself for what is
    left to this process, such as standard input. Workers are `copies` of this process, or each a
    Python of its own."""
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    kind = _Copy if (can_copy() if copies is None else copies) else _Python
    started: list[_Copy | _Python] = []
    try:
        with _interruptions_held():
            for number in range(workers):
                try:
                    work = checker, batches[number::workers]
                    started.append(kind(work, [worker.results for worker in started]))
                except OSError:
                    break
        for worker in started:
            worker.begin()
        for number, batch in enumerate(batches):
            own = number % workers
            found = _next(started[own].results) if own < len(started) else None
            yield from batch if found is None else found
    finally:
        for worker in started:
            worker.stop()


def _next(results: BinaryIO) -> Sequence[Result] | None:
    """What a worker found in its next batch; None from one that has ended."""
    try:
        return cast("Sequence[Result]", pickle.load(results))  # noqa: S301  # from our worker
    except (EOFError, OSError, pickle.UnpicklingError):
        return None


class _Copy:
    """A worker that is a copy of this process, so that nothing is loaded and sent again."""

    def __init__(self, work: Work, inherited: Sequence[BinaryIO]) -> None:
        """A copy closes the pipes that it inherits: one breaks only when nobody has its end."""
        reader, writer = os.pipe()
        try:
            self._pid = _fork()
        except OSError:
            os.close(reader)
            os.close(writer)
            raise
        if not self._pid:
            with suppress(BaseException):
                os.close(reader)
                for other in inherited:
                    os.close(other.fileno())
                with os.fdopen(writer, "wb") as results:
                    _check_all(work, results)
            os._exit(0)
        os.close(writer)
        self.results: BinaryIO = os.fdopen(reader, "rb")

    def begin(self) -> None:
        """It has its work already."""

    def stop(self) -> None:
        self.results.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, _KILL)
        os.waitpid(self._pid, 0)


_fork: Callable[[], int] = getattr(os, "fork", lambda: 0)
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class _Python:
    """A worker that is a Python of its own, with the modules that this one has. Nothing of the
    current folder is one, and what is said of its end this process says."""

    def __init__(self, work: Work, _: Sequence[BinaryIO]) -> None:
        flags = ["-I"] if sys.flags.isolated else ["-P"]
        self._work = work
        self._process = subprocess.Popen(  # noqa: S603  # this Python, and words of ours
            [sys.executable, *flags, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.results = cast("BinaryIO", self._process.stdout)

    def begin(self) -> None:
        """Send its work, once all workers load."""
        with suppress(OSError):
            pipe = cast("BinaryIO", self._process.stdin)
            pickle.dump(sys.path, pipe)
            pickle.dump(self._work, pipe)
            pipe.flush()

    def stop(self) -> None:
        self._process.kill()  # it has nothing to lose
        with suppress(OSError):
            self._process.communicate()


_SERVE = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from htqcli.check.workers import serve; serve()"
)


def serve() -> None:
    """Be a worker: take work from standard input, and write what is found to standard output."""
    work = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started us
    _check_all(work, sys.stdout.buffer)


def _check_all(work: Work, results: BinaryIO) -> None:
    """Check a share of the drafts. An interruption ends a worker without a word: what is to be
    said of it the process that started it says."""
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    checker, batches = work
    for batch in batches:
        pickle.dump(_found(batch, checker), results)
        results.flush()


def _found(batch: Batch, checker: Checker) -> Sequence[Result]:
    """What is found in a batch; the batch itself where something of it is for the process that
    has standard input, or that tells of a fault in htq."""
    if any(item.path == STANDARD_INPUT for item in batch):
        return batch
    found = [checker.check(inputs.read(item, None)) for item in batch]
    if any(isinstance(item, Unchecked) and item.fault for item in found):
        return batch
    return found


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """An interruption in the middle of a start would leave a worker that nobody knows of, so
    where the system can hold it, it waits."""
    if sys.platform == "win32":
        yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def can_copy() -> bool:
    """Whether the system and its libraries bear a copy of this process, and no thread of it would
    be left behind."""
    return sys.platform == "linux" and threading.active_count() == 1


def _cores() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
