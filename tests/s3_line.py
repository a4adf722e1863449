"""A line to an S3 service that fails as it is told: the service is away, or the line is cut."""

from __future__ import annotations

import hashlib
import http.client
import socket
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

ANSWERS = {
    "503": b"<Error><Code>SlowDown</Code><Message>Reduce your rate.</Message></Error>",
    "500": b"<Error><Code>InternalError</Code><Message>Please try again.</Message></Error>",
}
HOP = {"connection", "transfer-encoding", "content-length"}


class Line:
    """`fault`: given method and path, says what goes wrong with a call; nothing when it is empty.

    ``503``, ``500``: the service never sees it. ``cut``: the line breaks in the middle of what is
    sent, and the service never sees it. ``lost``: the service does what it was asked, and its
    answer is lost. ``half``: half of the answer comes. ``forgotten``: it says that it took what it
    did not.
    """

    def __init__(self, to: str) -> None:
        self.to = to
        self.calls: list[tuple[str, str]] = []
        self.fault: Callable[[str, str], str] = lambda _method, _path: ""

    def only(self, fault: str, *methods: str, times: int = 10**6, part: str = "") -> None:
        """Let the next calls of some methods, to paths with some part, go wrong."""
        left = [times]

        def ask(method: str, path: str) -> str:
            is_meant = (not methods or method in methods) and part in path and left[0] > 0
            left[0] -= is_meant
            return fault if is_meant else ""

        self.fault = ask

    def nth(self, fault: str, number: int) -> None:
        """Let one call go wrong, counted from now and 0."""
        first = len(self.calls)
        self.fault = lambda *_: fault if len(self.calls) == first + number + 1 else ""

    def mend(self) -> None:
        self.fault = lambda _method, _path: ""


@contextmanager
def line_to(address: str):
    """Lead to a service over a line; yield it, its own address in `here`."""
    line = Line(address)

    class Handler(_Handler):
        pass

    Handler.line = line
    server = _Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    line.here = f"http://127.0.0.1:{server.server_port}"
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # as many as call at the same time


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: Line

    def log_message(self, *_about) -> None:
        pass

    def _any(self) -> None:
        self.line.calls.append((self.command, self.path))
        fault = self.line.fault(self.command, self.path)
        size = int(self.headers.get("Content-Length") or 0)
        if fault == "cut":
            self.rfile.read(size // 2)
            self._hang_up()
        else:
            self._answer(fault, self.rfile.read(size))

    def _answer(self, fault, body) -> None:
        if fault == "forgotten" and self.command == "PUT":
            etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
            self._say(200, {"ETag": f'"{etag}"'}, b"")
        elif fault in ANSWERS:
            self._say(int(fault), {"Content-Type": "application/xml"}, ANSWERS[fault])
        else:
            answer, content = self._asked(body)
            if fault == "lost":
                self._hang_up()
            else:
                self._pass_on(answer, content, is_half=fault == "half")

    def _pass_on(self, answer, content, *, is_half) -> None:
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
        size = answer.getheader("Content-Length", "0") if self.command == "HEAD" else len(content)
        headers["Content-Length"] = str(size)
        self._say(answer.status, headers, content[: len(content) // 2] if is_half else content)
        if is_half:
            self._hang_up()

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _any  # noqa: N815 - the library's names

    def _asked(self, body):
        there = urlsplit(self.line.to)
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=30)
        try:
            connection.request(self.command, self.path, body=body, headers=dict(self.headers))
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def _say(self, status, headers, content) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
