"""Many drafts, checked by several processes at once.

Each worker takes every so-manieth batch of drafts and sends what it found through a pipe of its
own, in the order of the batches, so the report is the one that a single process makes. A worker
that is ahead waits, so no more is held than findings. One that ends early, whatever ended it,
leaves its batches to this process, as does one that the system does not let start, and a worker
whose pipe is closed ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

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


Result = Outcome | Candidate


def how_many(drafts: int) -> int:
    """How many workers check so many drafts soonest; 0 where this process does by itself."""
    if _cores() == 1 or (_method() == "spawn" and drafts < _WORTH_A_START):
        return 0
    return min(_cores(), drafts // _BATCH)


def check(
    paths: Batch, checker: Checker, workers: int, method: str | None = None
) -> Iterator[Result]:
    """What the workers found in drafts, in the order of the paths; a path itself for what is
    left to this process, such as standard input."""
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    method = method or _method()
    context: Any = multiprocessing.get_context(method)
    crew: list[tuple[BaseProcess, Connection]] = []
    try:
        with _interruptions_held():
            for number in range(workers):
                try:
                    reader, writer = context.Pipe(duplex=False)
                except OSError:
                    break
                inherited = [reader, *(pipe for _, pipe in crew)] if method == "fork" else []
                work = (writer, batches[number::workers], checker, inherited)
                process = context.Process(target=_work, args=work, daemon=True)
                try:
                    process.start()
                except OSError:
                    reader.close()
                    break
                finally:
                    writer.close()
                crew.append((process, reader))
        for number, batch in enumerate(batches):
            found = _next_of(*crew[number % workers]) if number % workers < len(crew) else None
            yield from batch if found is None else found
    finally:
        for process, pipe in crew:
            pipe.close()
            process.kill()  # it has nothing to lose, and may not listen yet
            process.join()


def _next_of(process: BaseProcess, pipe: Connection) -> Sequence[Result] | None:
    """What a worker sends next; None from one that has ended. On Windows its end breaks no pipe
    while this process has the other side, so its end is waited for as well."""
    try:
        wait([pipe, process.sentinel])
        return pipe.recv() if pipe.poll() else None
    except (EOFError, OSError):
        return None


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


def _work(
    pipe: Connection, batches: Sequence[Batch], checker: Checker, inherited: Sequence[Connection]
) -> None:
    """Check a share of the drafts. An interruption ends a worker without a word: what is to be
    said of it the process that started it says. A copy closes the ends of pipes to read from
    that it `inherited`: a pipe breaks only when nobody has its other end."""
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    for other in inherited:
        other.close()
    for batch in batches:
        try:
            pipe.send(_found(batch, checker))
        except BrokenPipeError:
            return


def _found(batch: Batch, checker: Checker) -> Sequence[Result]:
    """What is found in a batch; the batch itself where something of it is for the process that
    has standard input, or that tells of a fault in htq."""
    if any(item.path == STANDARD_INPUT for item in batch):
        return batch
    found = [checker.check(inputs.read(item, None)) for item in batch]
    if any(isinstance(item, Unchecked) and item.fault for item in found):
        return batch
    return found


def _method() -> str:
    """How a worker starts: as a copy of this process where the system and its libraries bear
    that, and no thread would be left behind; else as a Python of its own."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _cores() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
