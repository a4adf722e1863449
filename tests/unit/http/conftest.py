"""A server on this machine that answers byte for byte what a test tells it to."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from blocks.http import CallFailed, CallRefused, SlidingWindow, Tally, http_client
from blocks.http.client import PATIENT

CLOSE = b""
"""Instead of an answer: the connection is closed."""


class Server:
    """Answers in order; the last answer is repeated.

    `requests`: the head of each; `came_at`: when, in seconds of a clock that never goes back.
    """

    def __init__(self, answers):
        self.answers = list(answers)
        self.requests = []
        self.came_at = []

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        self.came_at.append(time.monotonic())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        writer.write(answer)
        await writer.drain()
        writer.close()


def answer(body=b"{}", status=200, *headers, length=None):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}"]
    lines += ["Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def explain(response):
    kind = CallFailed if response.status_code >= 500 or response.status_code == 429 else CallRefused
    return kind(f"status {response.status_code}", status=response.status_code)


QUICK = PATIENT.copy_with(backoff_factor=0.001)


@pytest.fixture
def serving():
    """Serve the answers and give a client for them: `async with serving(...) as (client, ...)`."""

    @asynccontextmanager
    async def serve(*answers, calls=1_000, period_s=0.2, retry=QUICK, **options):
        server = Server(answers)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        tally = Tally()
        client = http_client(
            f"http://127.0.0.1:{port}",
            explain,
            window=SlidingWindow(calls=calls, period_s=period_s),
            tally=tally,
            retry=retry,
            **options,
        )
        async with listening, client:
            yield client, server, tally

    return serve
