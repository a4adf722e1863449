"""A call that is made once, over a connection of its own, and that knows whether it left.

What a call that changes something came to has to be told apart: nothing was sent; an answer came;
or its first byte left and no answer came, and then nobody knows. Retries are not made here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import httpx

from blocks.http.client import CONNECT_LIMIT_S, tls

MAX_ANSWER_BYTES: Final = 8 << 20
"""Largest answer to one of these calls."""

FIRST_BYTE: Final = "http11.send_request_headers.started"
"""What the client traces right before the first byte of a request leaves."""


@dataclass(frozen=True)
class Once:
    """What became of one call. `response`: None without a whole answer.

    `was_sent`: whether the first byte left; False proves that nothing came of it.
    """

    was_sent: bool
    response: httpx.Response | None = None
    problem: str = ""


class _TooLate(Exception):
    """The time to begin is over; the first byte has not left."""


async def call_once(
    method: str,
    url: str,
    *,
    until_s: float,
    limit_s: float,
    auth: tuple[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    files: Any = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Once:
    """Make a call over a fresh connection, unless its time is over before the first byte.

    Args:
        method: Of HTTP.
        url: Whole address.
        until_s: The first byte leaves before this or not at all; on ``CLOCK_BOOTTIME``, which goes
            on while the machine is suspended; seconds.
        limit_s: Longest time of the whole call; seconds.
        auth: User and password.
        data: Of a form.
        files: Of a form with files, as httpx takes them.
        content: The body as it is, in place of a form.
        headers: More of them.
        transport: Another one than the network's, for tests.
    """
    sent: list[bool] = []

    async def trace(event: str, _info: Mapping[str, Any]) -> None:
        if event == FIRST_BYTE:
            if time.clock_gettime(time.CLOCK_BOOTTIME) > until_s:
                raise _TooLate
            sent.append(True)

    times = httpx.Timeout(limit_s, connect=min(CONNECT_LIMIT_S, limit_s))
    client = httpx.AsyncClient(transport=transport) if transport else _client()
    try:
        async with asyncio.timeout(limit_s):  # the client's own limits are for each read alone
            request = client.build_request(
                method,
                url,
                data=dict(data) if data else None,
                files=files,
                content=content,
                headers=headers,
                timeout=times,
                extensions={"trace": trace},
            )
            response = await client.send(request, stream=True, auth=auth)
            try:
                await _whole(response)
            finally:
                await response.aclose()
    except _TooLate:
        return Once(was_sent=False, problem="the claim was about to end")
    except (httpx.HTTPError, OSError) as problem:  # a timeout is an OSError
        return Once(was_sent=bool(sent), problem=type(problem).__name__)
    return Once(was_sent=True, response=response)


def _client() -> httpx.AsyncClient:
    """Return the client of this event loop, which keeps no connection: each call has a fresh one.

    To make a client takes as long as a call, and to read all authorities longer. Nothing of it is
    open between calls, so nobody has to close it.
    """
    loop = asyncio.get_running_loop()
    if loop not in _CLIENTS:
        fresh = httpx.Limits(max_keepalive_connections=0)
        _CLIENTS[loop] = httpx.AsyncClient(verify=tls(), limits=fresh)
    return _CLIENTS[loop]


_CLIENTS: Final = WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]()


async def _whole(response: httpx.Response) -> None:
    size, parts = 0, []
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise httpx.ReadError("the answer is larger than any that is expected")
        parts.append(part)
    response._content = b"".join(parts)  # noqa: SLF001 - what `aread` does, within a limit
