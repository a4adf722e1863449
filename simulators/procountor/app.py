"""The ASGI application: reads a request, asks the service, sends its answer or drops the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from simulators.fortnox.connection import drop
from simulators.procountor import admin
from simulators.procountor.answers import Answer, Request, gateway
from simulators.procountor.faults import Fault
from simulators.procountor.service import Reply, serve

BODY_BYTES_MAX: Final = 11_000_000
"""A request's body may be so large; an attachment of 10,000,000 bytes and its parts fit."""


class App:
    """Serves a world over HTTP; what is under /_simulator/ is not the vendor's."""

    def __init__(
        self,
        world: Any,
        serve: Callable[[Any, Request], Reply] = serve,
        steer: Callable[[Any, Request], Answer] = admin.serve,
    ) -> None:
        self.world = world
        self._serve, self._steer = serve, steer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        if request.path.startswith("/_simulator"):
            await _send(await run_in_threadpool(self._steer, self.world, request), None, send)
            return
        if len(request.body) > BODY_BYTES_MAX:
            await _send(gateway(413), None, send)
            return
        reply = self._serve(self.world, request)
        if reply.is_dropped:
            await drop(scope, receive)
            return
        await _send(reply.answer, reply.fault, send)


async def _read(scope: Scope, receive: Receive) -> Request:
    pieces, more, size = [], True, 0
    while more and size <= BODY_BYTES_MAX:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
    return Request(
        scope["method"],
        scope["path"],
        parse_qsl(scope["query_string"].decode(), keep_blank_values=True),
        {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        b"".join(pieces),
    )


async def _send(answer: Answer, fault: Fault | None, send: Send) -> None:
    """Send an answer; a cut one promises more than comes, and the connection closes."""
    length = len(answer.body) * 2 if fault is Fault.CUT else len(answer.body)
    pairs = [
        ("content-type", answer.content_type),
        ("content-length", str(length)),
        *answer.headers,
    ]
    headers = [(name.lower().encode(), value.encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    is_cut = fault is Fault.CUT
    await send({"type": "http.response.body", "body": answer.body, "more_body": is_cut})
