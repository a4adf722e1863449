"""The portal as a web application, made of the routes that were declared."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

import flows.portal.pages  # noqa: F401 - importing them declares the routes
from flows.portal.guard import answer
from flows.portal.portal import Portal
from flows.portal.routes import PUBLIC, ROUTES, Route
from flows.portal.visit import PAGE_POLICY, Visit, not_found

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

HEADERS: Final = {
    "content-security-policy": PAGE_POLICY.format(form_action=""),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""On every answer that does not bring its own."""

HSTS: Final = "max-age=31536000; includeSubDomains"


def create_app(portal: Portal) -> App:
    """Make the application."""
    routes = [
        StarletteRoute(
            found.path, partial(_endpoint, found, portal), methods=[found.method], name=found.name
        )
        for found in ROUTES.values()
    ]
    for one in routes:
        (one.methods or set()).discard("HEAD")  # a callback acts, whoever asks by whatever method
    made = Starlette(
        routes=routes,
        exception_handlers={HTTPException: partial(_unrouted, portal)},
    )
    made.router.redirect_slashes = False  # it would lead to whatever Host says
    return _with_headers(_with_address(made, portal), portal)


async def _endpoint(route: Route, portal: Portal, request: Request) -> Response:
    return await answer(request, route, portal)


async def _nowhere(_visit: Visit) -> Response:
    raise not_found()


NOWHERE: Final = Route("GET", "/", _nowhere, PUBLIC)
"""What a path that no page has is answered by."""


async def _unrouted(portal: Portal, request: Request, problem: Exception) -> Response:
    """Show an error page for a path, or a method, that no page has."""
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for it alone
    return await answer(request, NOWHERE, portal)


def _with_headers(app: App, portal: Portal) -> App:
    """Put `HEADERS` on every answer, whoever gives it."""
    every = dict(HEADERS)
    if portal.settings.is_https:
        every["strict-transport-security"] = HSTS

    async def run(scope: Any, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in every.items()
                        if name.encode() not in given
                    ),
                ]
            await send(message)

        await app(scope, receive, sending)

    return run


def _with_address(app: App, portal: Portal) -> App:
    """Find out who asks: the peer or, behind a proxy of ours, whom the proxy names."""
    networks = portal.settings.networks

    async def run(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["tasma.address"] = client_address(scope, networks)
        await app(scope, receive, send)

    return run


def client_address(scope: Any, networks: list[Any]) -> str:
    """Return the last address on the way here that is no proxy of ours.

    Of X-Forwarded-For only what our own proxies wrote is believed: from its end, as long as the
    address before was one of theirs. No other forwarded header is read.
    """
    peer = (scope.get("client") or ("", 0))[0]
    sent = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    named = [part.strip() for part in b",".join(sent).decode("latin-1").split(",") if part.strip()]
    while named and _is_in(peer, networks):
        peer = named.pop()
    return str(peer)[:64]


def _is_in(address: str, networks: list[Any]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
