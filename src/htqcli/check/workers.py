"""Many drafts, checked by several processes at once.

With n workers, each takes every nth batch of drafts and sends what it found through its own pipe,
in the order of the batches. So the report is the same as from a single process. A worker that is
ahead waits for its pipe, which bounds the memory. The batches of a worker that ends early, or that
cannot be started, are left to this process. A worker whose pipe is closed ends by itself.
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
"""How many drafts a worker checks for one message."""

_MIN_TO_SPAWN = 1_000
"""From how many drafts on workers save time if each must start Python and load htq first."""

_STOP_SIGNALS = [
    signal.SIGINT,
    signal.SIGTERM,
    *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),
]


Batch = Sequence[Candidate | Unchecked]
Result = Outcome | Candidate


def how_many(drafts: int) -> int:
    """How many workers check this many drafts fastest; 0 if this process alone does."""
    if _cores() == 1 or (_method() == "spawn" and drafts < _MIN_TO_SPAWN):
        return 0
    return min(_cores(), drafts // _BATCH)


def check(
    paths: Batch, checker: Checker, workers: int, method: str | None = None
) -> Iterator[Result]:
    """What the workers found in drafts, in the order of the paths; or the path itself, if it is
    left to this process, as standard input is."""
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    method = method or _method()
    context: Any = multiprocessing.get_context(method)
    started: list[tuple[BaseProcess, Connection]] = []
    try:
        with _hold_interruptions():
            for number in range(workers):
                try:
                    reader, writer = context.Pipe(duplex=False)
                except OSError:
                    break
                inherited = [reader, *(pipe for _, pipe in started)] if method == "fork" else []
                work = (writer, batches[number::workers], checker, inherited)
                process = context.Process(target=_work, args=work, daemon=True)
                try:
                    process.start()
                except OSError:
                    reader.close()
                    break
                finally:
                    writer.close()
                started.append((process, reader))
        for number, batch in enumerate(batches):
            turn = number % workers
            found = _next_of(*started[turn]) if turn < len(started) else None
            yield from batch if found is None else found
    finally:
        for process, pipe in started:
            pipe.close()
            process.kill()  # it holds nothing to save, and may not handle signals yet
            process.join()


def _next_of(process: BaseProcess, pipe: Connection) -> Sequence[Result] | None:
    """What a worker sends next; None if it has ended. On Windows a pipe does not break while this
    process holds its other end, so the worker's end is waited for as well."""
    try:
        wait([pipe, process.sentinel])
        return pipe.recv() if pipe.poll() else None
    except (EOFError, OSError):
        return None


@contextmanager
def _hold_interruptions() -> Iterator[None]:
    """Hold interruptions back, if the system can: one while a worker starts would leave a worker
    that nobody ends."""
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
    """Check a share of the drafts. An interruption ends a worker silently; its parent reports it.
    A forked worker closes the reading ends of pipes that it `inherited`, because a pipe breaks only
    once nobody holds its other end."""
    for number in _STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    for other in inherited:
        other.close()
    for batch in batches:
        try:
            pipe.send(_check_batch(batch, checker))
        except BrokenPipeError:
            return


def _check_batch(batch: Batch, checker: Checker) -> Sequence[Result]:
    """What is found in a batch; or the batch itself, if it has standard input or a fault in htq,
    both of which are for the parent."""
    if any(item.path == STANDARD_INPUT for item in batch):
        return batch
    found = [checker.check(inputs.read(item, None)) for item in batch]
    if any(isinstance(item, Unchecked) and item.fault for item in found):
        return batch
    return found


def _method() -> str:
    """How a worker starts: forked on Linux unless this process has more threads, which a fork would
    lose; otherwise as a new Python."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _cores() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
