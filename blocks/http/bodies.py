"""Bodies: read whole and within a limit, and JSON without a float anywhere."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

import httpx

from blocks.http.errors import TOO_LARGE, CallFailed, CallRefused, WhoActs

MAX_JSON_BYTES: Final = 16 << 20
"""Largest body of an answer unless the call names another limit (`LIMIT`); bytes, decoded."""

LIMIT: Final = "max_body_bytes"
"""Name of the request's extension that holds its own limit."""

_OF_THE_WIRE: Final = ("content-encoding", "content-length", "transfer-encoding")


async def whole(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    """Return the answer with its body read and decoded; the connection is free again.

    Raises:
        httpx.TransportError: The body ended before its declared end; trying again is safe.
        CallRefused: It is larger than the call's limit.
    """
    limit = int(request.extensions.get(LIMIT, MAX_JSON_BYTES))
    content = bytearray()
    try:
        if int(response.headers.get("Content-Length", 0)) > limit:
            raise _too_large(request, limit)
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > limit:
                raise _too_large(request, limit)
    finally:
        await response.aclose()
    kept = [(name, value) for name, value in response.headers.items() if name not in _OF_THE_WIRE]
    return httpx.Response(
        response.status_code, headers=kept, content=bytes(content), request=request
    )


def read_json(content: bytes) -> Any:
    """Read JSON with its decimals exact.

    Raises:
        CallFailed: It is not JSON, which is what a gateway's error page or a cut body looks like.
    """
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        # Not chained: the parser's error carries the whole document.
        raise CallFailed(
            f"The answer's {len(content):,} bytes are not JSON as was expected. Try again; if it "
            "lasts, something between here and the vendor answers in its place.",
            code="not_json",
        ) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _too_large(request: httpx.Request, limit: int) -> CallRefused:
    return CallRefused(
        f"{request.method} {request.url.path} answered with more than {limit:,} bytes, the limit "
        "for this call. Nothing of it was kept; raise the named limit if such an answer is right.",
        code=TOO_LARGE,
        who_acts=WhoActs.US,
    )
