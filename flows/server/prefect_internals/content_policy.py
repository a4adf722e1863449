"""The pages of Prefect's server come with a Content-Security-Policy.

What they show and ask stays with this server, and the analytics that they call from every page
reach nobody.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import prefect.server.api.server
from fastapi import FastAPI
from prefect.settings import PREFECT_UI_API_URL
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ContentPolicy:
    """Middleware that sends the policy with every answer."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app, self._policy = app, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, and add the header."""

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = self._policy
            await send(message)

        await self._app(scope, receive, send_with_policy)


def content_policy(api_url: str) -> str:
    """Return the policy for pages whose API is at ``api_url``: nothing else is asked or shown.

    The graph of a run compiles its shaders with ``eval``, and draws in workers made of blobs;
    scripts that stand in a page itself stay forbidden.
    """
    address = urlsplit(api_url)
    api = f"{address.scheme}://{address.netloc}" if address.netloc else ""
    rules = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob: data:",
        "connect-src": f"'self' {api} data: blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def send_policy() -> None:
    """Have every application that Prefect makes in this process send the policy."""
    server = prefect.server.api.server
    create_app = server.create_app

    def create_app_with_policy(*args: Any, **options: Any) -> FastAPI:
        app = create_app(*args, **options)
        app.add_middleware(ContentPolicy, policy=content_policy(PREFECT_UI_API_URL.value()))
        return app

    vars(server)["create_app"] = create_app_with_policy
