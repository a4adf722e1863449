"""A client's way into a world in the same process, without sockets: for campaigns of many runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx

from simulators.procountor.answers import Request
from simulators.procountor.service import Reply, serve


class InProcess(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Give to an httpx client, of either kind, as its ``transport``; any host will do.

    A dropped connection is an `httpx.ReadError`, as it is over a socket. A body that was cut is
    shorter than its Content-Length says, which is an `httpx.RemoteProtocolError`.
    """

    def __init__(self, world: Any, serve: Callable[[Any, Request], Reply] = serve) -> None:
        self.world = world
        self._serve = serve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return _response(self._serve(self.world, _read(request, request.read())), request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        body = await request.aread()
        return _response(self._serve(self.world, _read(request, body)), request)


def _read(request: httpx.Request, body: bytes) -> Request:
    return Request(
        request.method,
        request.url.path,
        parse_qsl(request.url.query.decode(), keep_blank_values=True),
        {name.lower(): value for name, value in request.headers.items()},
        body,
    )


def _response(reply: Reply, request: httpx.Request) -> httpx.Response:
    if reply.is_dropped:
        raise httpx.ReadError("", request=request)
    if reply.fault == "cut":
        raise httpx.RemoteProtocolError("peer closed connection", request=request)
    answer = reply.answer
    headers = [("Content-Type", answer.content_type), *answer.headers]
    return httpx.Response(answer.status, headers=headers, content=answer.body, request=request)
