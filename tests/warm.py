"""htq run many times but loaded once: each run is a forked copy of a process that has loaded it.

A copy starts in a tenth of the time. Nothing of one run is left for the next, and what Python takes
from the environment as it starts is right, because each environment has a process of its own.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress

SERVER = """
import json, os, signal, socket, sys
from htqcli import cli
from htqcli.catalogue import bundled
from htqcli.check import engine
from htqcli.__main__ import main
from htqcli.cli import check

def run(words, folder, takes_terminal):
    if takes_terminal:  # so that Ctrl-C interrupts it
        from fcntl import ioctl
        from termios import TIOCSCTTY
        os.setsid()
        ioctl(0, TIOCSCTTY, 0)
    os.chdir(folder)
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    signal.alarm(120)
    sys.argv[1:] = words
    main()

bundled.load()
own = socket.socket(fileno=int(sys.argv[1]))
while True:
    text, files, *_ = socket.recv_fds(own, 65536, 4)
    if not text:
        break
    while not text.endswith(b"\\n"):
        text += own.recv(65536)
    keeper = os.fork()
    if not keeper:
        own.close()
        *streams, told = files
        copy = os.fork()
        if not copy:
            for number, file in enumerate(streams):
                os.dup2(file, number)
            for file in files:
                os.close(file)
            run(*json.loads(text))
        for file in streams:
            os.close(file)
        os.write(told, b"%d\\n" % copy)
        os.write(told, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]))
        os._exit(0)
    for file in files:
        os.close(file)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
own.close()
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
"""


class Server:
    """A process that has loaded htq in one environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.asked, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", SERVER, str(theirs.fileno())],
                env=environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the tests, which end it
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def end(self) -> None:
        self.asked.close()
        self._process.wait(60)


_SERVERS: dict[frozenset[tuple[str, str]], Server] = {}
_AT_MOST = 6
"""How many servers wait for more. Each takes some 50 MB."""


def can_copy() -> bool:
    """Whether a process can be copied here."""
    return hasattr(os, "fork")


def end_all() -> None:
    """End every server."""
    while _SERVERS:
        _SERVERS.popitem()[1].end()


def _server(environment: dict[str, str]) -> Server:
    # pytest writes the name of each test there.
    own = {name: text for name, text in environment.items() if name != "PYTEST_CURRENT_TEST"}
    key = frozenset(own.items())
    found = _SERVERS.pop(key, None)
    if found is None and len(_SERVERS) == _AT_MOST:
        _SERVERS.pop(next(iter(_SERVERS))).end()
    _SERVERS[key] = found or Server(own)
    return _SERVERS[key]


class Copy:
    """A running htq, which has the names that `subprocess.Popen` has."""

    def __init__(self, words, streams, *, cwd=None, env=None, takes_terminal=False) -> None:
        self.returncode: int | None = None
        reading, writing = os.pipe()
        self._told = os.fdopen(reading, "rb", buffering=0)
        folder = os.path.join(os.getcwd(), cwd or "")
        request = [[os.fspath(word) for word in words], folder, takes_terminal]
        server = _server(dict(os.environ if env is None else env))
        with os.fdopen(writing, "wb") as file:
            text = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(server.asked, [text], [*streams, file.fileno()])
            server.asked.sendall(text[sent:])
        self.pid = int(self._line(60))

    def _line(self, timeout: float | None) -> bytes:
        if not select.select([self._told], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("htq", timeout or 0)
        return self._told.readline()

    def __del__(self) -> None:
        self._told.close()

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = int(self._line(timeout))
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
