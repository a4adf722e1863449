"""Building clients: three transports, one inside the other, so that no call can go around them.

Outermost `_Explained`: whatever is not a good answer becomes `CallFailed` or `CallRefused`. Then
httpx-retries: GET only, and only what passes by itself. Innermost `_Paced`: a turn of the limiter,
one attempt, its whole body within a limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from ipaddress import ip_address
from ssl import SSLContext
from typing import Final

import httpx
from httpx_retries import Retry, RetryTransport

from blocks.addresses import MALFORMED
from blocks.http.bodies import whole
from blocks.http.errors import FORBIDDEN_METHOD, LOST, CallFailed, CallProblem, CallRefused, WhoActs
from blocks.http.limiter import SlidingWindow

CONNECT_LIMIT_S: Final = 10.0
READ_LIMIT_S: Final = 30.0
"""Longest silence of the other side; seconds. A call may name a longer one."""
POOL_LIMIT_S: Final = 120.0
"""Longest wait for one of the connections; seconds."""
CONNECTIONS: Final = httpx.Limits(max_connections=8, max_keepalive_connections=4)

MAX_RETRIES: Final = 4
BACKOFF_S: Final = 0.5
"""First pause before a retry is twice this; each next one is twice as long; seconds."""
MAX_RETRY_PAUSE_S: Final = 30.0
"""Longest pause, whatever ``Retry-After`` says; seconds."""
MAX_RETRY_PAUSES_S: Final = 90.0
"""All pauses of one call together; seconds."""

PASSES_BY_ITSELF: Final = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)

PATIENT: Final = Retry(
    total=MAX_RETRIES,
    allowed_methods=["GET"],
    status_forcelist=PASSES_BY_ITSELF,
    # A body that does not decode is one that was cut.
    retry_on_exceptions=(*Retry.RETRYABLE_EXCEPTIONS, httpx.DecodingError),
    backoff_factor=BACKOFF_S,
    backoff_jitter=0.5,
    max_backoff_wait=MAX_RETRY_PAUSE_S,
    total_timeout=MAX_RETRY_PAUSES_S,
)
ONCE: Final = PATIENT.copy_with(
    status_forcelist=[status for status in PASSES_BY_ITSELF if status != 500]
)
"""For a call whose 500 is to be seen at once (``extensions={"retry": ONCE}``)."""

ATTEMPTS: Final = "attempts"
"""Name of the request's extension in which every attempt leaves a mark."""

Explain = Callable[[httpx.Response], CallProblem]
"""Says what an answer that is not a good one means."""


@dataclass
class Tally:
    """How many calls were put on the wire, retries included."""

    calls: int = 0


@dataclass
class _Paced(httpx.AsyncBaseTransport):
    """One attempt: in its turn, of an allowed method, with its whole body."""

    wire: httpx.AsyncBaseTransport
    window: SlidingWindow
    methods: frozenset[str]
    tally: Tally = field(default_factory=Tally)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method not in self.methods:
            raise CallRefused(
                f"{request.method} {request.url.path} was stopped here: this client may only "
                f"{', '.join(sorted(self.methods))}. It is a fault of the program.",
                code=FORBIDDEN_METHOD,
                who_acts=WhoActs.US,
            )
        async with self.window.turn() as answered:
            self.tally.calls += 1
            if (attempts := request.extensions.get(ATTEMPTS)) is not None:
                attempts.append(self.tally.calls)
            response = await self.wire.handle_async_request(request)
            answered()
            response.request = request
            complete = await whole(response, request)
        if complete.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.window.wait_out(retry_after_s=_retry_after_s(complete))
        return complete

    async def aclose(self) -> None:
        await self.wire.aclose()


@dataclass
class _Explained(httpx.AsyncBaseTransport):
    """Only good answers come out; all others are explained."""

    inner: httpx.AsyncBaseTransport
    explain: Explain

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempts: list[int] = []
        request.extensions = {**request.extensions, ATTEMPTS: attempts}
        try:
            response = await self.inner.handle_async_request(request)
        except httpx.RequestError as problem:
            # Not chained: httpx's error carries the request with its secrets.
            raise _lost(request, problem, attempts=len(attempts)) from None
        if response.is_success:
            return response
        raise self.explain(response)

    async def aclose(self) -> None:
        await self.inner.aclose()


def timeout(read_s: float = READ_LIMIT_S) -> httpx.Timeout:
    """Return the limits of one attempt, with its own longest silence in seconds."""
    return httpx.Timeout(read_s, connect=CONNECT_LIMIT_S, pool=POOL_LIMIT_S)


def http_client(
    base_url: str,
    explain: Explain,
    *,
    window: SlidingWindow,
    tally: Tally | None = None,
    methods: frozenset[str] = frozenset({"GET"}),
    retry: Retry = PATIENT,
    wire: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client; use it as a context manager.

    A call may carry ``extensions``: ``retry`` for its own patience, ``max_body_bytes`` for its own
    limit. Only GET is ever repeated.

    Args:
        base_url: Address that paths are added to; https, or plain http to this very machine.
        explain: What a refusal of this vendor means.
        window: The pace; whatever shares the vendor's limit shares the window.
        tally: Counts the calls.
        methods: What the client may do at all.
        retry: Patience of calls that name none.
        wire: Another one than the network's, for tests.

    Raises:
        CallRefused: The address would send secrets in clear over a network.
    """
    _require_safe(base_url)
    network = wire or httpx.AsyncHTTPTransport(verify=tls(), limits=CONNECTIONS)
    paced = _Paced(network, window, methods, tally or Tally())
    transport = _Explained(RetryTransport(paced, retry), explain)
    return httpx.AsyncClient(
        base_url=base_url,
        transport=transport,
        timeout=timeout(),
        follow_redirects=False,
        # A compressed body that was cut decodes without a word to a shorter one.
        headers={"Accept-Encoding": "identity"},
    )


@cache
def tls() -> SSLContext:
    """Making one takes a fiftieth of a second, as long as the rest of a quiet tenant's work."""
    return httpx.create_ssl_context()


def _require_safe(base_url: str) -> None:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:  # whose words repeat the address, and perhaps a password in it
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise CallRefused(
            f"The address to call is none {MALFORMED}. Expected https://host in the settings; "
            "anything else may send secrets in clear.",
            who_acts=WhoActs.US,
        )
    if url.scheme == "http" and not _is_this_machine(url.host):
        raise CallRefused(
            f"Calls to {place_of(url)} over http would send secrets in clear. Give an https "
            "address in the settings; http is for simulators on this machine.",
            who_acts=WhoActs.US,
        )


def place_of(url: httpx.URL) -> str:
    """Return the host that an address leads to, and its port unless it is the scheme's own."""
    return url.netloc.decode("ascii")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _retry_after_s(response: httpx.Response) -> float:
    try:
        return PATIENT.parse_retry_after(response.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0


def _lost(request: httpx.Request, problem: httpx.RequestError, *, attempts: int) -> CallFailed:
    tried = f"in {attempts} attempts" if attempts > 1 else "to its only attempt"
    return CallFailed(
        f"{request.method} {place_of(request.url)}{request.url.path} got no whole answer {tried} "
        f"({type(problem).__name__}). Try again later; if it lasts, check the network and the "
        "vendor's status page.",
        code=LOST,
    )
