"""Servers on this machine that give the answers that a test wants."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer


def answer(content=b"", status=200, **headers):
    """A well-formed answer."""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    headers = {"Content_Length": len(content), **headers}

    def send(handler):
        handler.send_response(status)
        for name, value in headers.items():
            if value is not None:
                handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(content)

    return send


class Server(ThreadingHTTPServer):
    """A server that gives the `answers` of each path in turn, and repeats the last one. `asked` has
    the paths of all requests, `headers` the headers of the last one."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked, self.headers = {}, [], None
        self.is_over = threading.Event()
        self.scheme, self.name, self.server_port = "http", "127.0.0.1", self.server_address[1]

    @property
    def address(self):
        return f"{self.scheme}://{self.name}:{self.server_port}"

    def server_bind(self):
        """Do not look up this machine's name, which can take seconds."""
        TCPServer.server_bind(self)

    def handle_error(self, request, client_address):
        """Ignore clients that close the connection."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.headers = self.headers
        given = self.server.answers.get(self.path, answer(b"<h1>Not found</h1>", 404))
        given = given if isinstance(given, list) else [given]
        (given.pop(0) if len(given) > 1 else given[0])(self)

    def do_CONNECT(self):
        """Act as a proxy for the server at `leads_to`."""
        self.server.asked.append(self.path)
        self.server.headers = self.headers
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(self.server.leads_to) as other:
            back = threading.Thread(target=self._pass_on, args=(other, self.connection))
            back.start()
            self._pass_on(self.connection, other)
            back.join()

    def _pass_on(self, source, target):
        try:
            while piece := source.recv(65_536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def log_message(self, *_):
        pass


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
