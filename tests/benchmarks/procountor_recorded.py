"""A Procountor company's answers to a first pull, recorded once, and a server that has only them.

``python -m tests.benchmarks.procountor_recorded FILE PORT`` serves them.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from blocks.hub import Hub, Tenant
from blocks.systems.ports import KnownYear
from blocks.systems.procountor import session
from blocks.systems.procountor.session import Wire
from blocks.systems.registry import open_books
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from tests.harnesses import procountor as harness

Answers = dict[tuple[str, str, str], bytes]
"""By method, path with query, and hash of the body."""

BATCHES = "receipts"
"""Path under which whole receipts are served by ``page``, for a client that knows pages alone."""


def books(receipts: int) -> Company:
    """Return the company, whose one year has so many vouchers."""
    return Company(43, calendar_years(2025, 2025), receipts, country=FINLAND)


def record(file: Path, receipts: int) -> None:
    """Pull the year once from the simulator, and keep every answer."""
    answers: Answers = {}
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        harness.opened(patch, books(receipts)) as there,
        Hub(f"sqlite:///{folder}/hub.sqlite") as hub,
    ):
        patch.setattr(session, "Wire", lambda: Wire(transport=_Recorder(answers)))
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme Oy", there.number))
        there.connect(hub, "acme")

        async def extract() -> None:
            async with open_books(hub, "acme", "procountor", wait_limit_s=1) as opened:
                (year,) = await opened.ledger.fiscal_years()
                await opened.ledger.extract(year, known=KnownYear())

        asyncio.run(extract())
    file.write_bytes(pickle.dumps(answers))


class _Recorder(httpx.AsyncBaseTransport):
    def __init__(self, answers: Answers) -> None:
        self._answers, self._wire = answers, httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._wire.handle_async_request(request)
        body = await response.aread()
        target = request.url.raw_path.decode()
        self._answers[request.method, target, _digest(request.method, request.content)] = body
        return httpx.Response(response.status_code, content=body)


def _digest(method: str, body: bytes) -> str:
    return hashlib.sha256(body).hexdigest() if method == "POST" else ""


def serve(file: Path, port: int) -> None:
    """Serve what was recorded, until the process is ended."""
    answers: Answers = pickle.loads(file.read_bytes())  # noqa: S301 - written by `record`
    whole = [
        body
        for (method, target, _), body in answers.items()
        if method == "GET" and "/ledgerreceipts/" in target and body.startswith(b"[")
    ]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path.endswith(f"/{BATCHES}"):
                page = int(parse_qs(url.query).get("page", ["0"])[0])
                self._send(whole[page] if page < len(whole) else b"[]")
            else:
                self._send(answers.get(("GET", self.path, "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._send(answers.get(("POST", self.path, _digest("POST", body))))

        def _send(self, body: bytes | None) -> None:
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_arguments: object) -> None:
            """Nothing is printed."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever(0.05)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
