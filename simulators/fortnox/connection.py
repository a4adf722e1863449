"""Connections that break: the server's own protocol, which lets a request drop its connection."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_OPEN: Final[dict[tuple[str, int], asyncio.Transport]] = {}
"""Transports by the client's address."""


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with its transports within reach of `drop`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        if self.client:
            _OPEN[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self.client:
            _OPEN.pop(self.client, None)


async def drop(scope: Scope, receive: Receive) -> None:
    """Close a request's connection without a word of answer."""
    client = scope["client"]
    _OPEN[(client[0], client[1])].abort()
    # Only when the server has seen the connection go may the application return in silence.
    while (await receive())["type"] != "http.disconnect":
        continue
