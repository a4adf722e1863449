"""``python -m flows.server.prefect_server server start``: Prefect's server, with two things added.

Its pages come with a Content-Security-Policy: what they show and ask stays with this server, and
the analytics that they call from every page reach nobody.

On SQLite the transactions of Prefect's requests and services fail under load with "database is
locked", and the whole server can stand still for a minute. Transactions that wait for each other
in the event loop, instead of in SQLite, do neither (docs/decisions/0013-one-writer.md). With
PostgreSQL Prefect's own way stays.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from fastapi import FastAPI
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import MODELS_DEPENDENCIES
from prefect.server.utilities.database import get_dialect
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_UI_API_URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.server.own_secrets import refuse_empty_key
from ledger.errors import TerminalError

TURN_LIMIT_S: Final = 30.0
"""Then a transaction goes on without its turn, as it would have from the start."""


@dataclass
class Line:
    """The transactions of one event loop, one after the other."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def waited(self) -> AsyncIterator[None]:
        """Wait for the turn; a transaction within another has it already."""
        task, is_mine = asyncio.current_task(), False
        if self.holder is not task:
            with suppress(TimeoutError):
                async with asyncio.timeout(TURN_LIMIT_S):
                    is_mine = await self.turn.acquire()
        if not is_mine:
            yield
            return
        self.holder = task
        try:
            yield
        finally:
            self.holder = None
            self.turn.release()


class OneWriter(AioSqliteConfiguration):
    """SQLite for Prefect's server, with one transaction at a time; plain reads go on beside it."""

    def __init__(self, connection_url: str) -> None:
        super().__init__(connection_url=connection_url)
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = WeakKeyDictionary()

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: FBT001, FBT002 - Prefect's own signature
    ) -> AsyncIterator[AsyncSessionTransaction]:
        """Begin a transaction once those asked for before have ended."""
        line = self._lines.setdefault(asyncio.get_running_loop(), Line())
        async with (
            line.waited(),
            super().begin_transaction(session, with_for_update=with_for_update) as begun,
        ):
            yield begun


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
    # It is a large module, which other commands of Prefect need not load.
    from prefect.server.api import server  # noqa: PLC0415 - reason above

    create_app = server.create_app

    def create_app_with_policy(*args: Any, **options: Any) -> FastAPI:
        app = create_app(*args, **options)
        app.add_middleware(ContentPolicy, policy=content_policy(PREFECT_UI_API_URL.value()))
        return app

    vars(server)["create_app"] = create_app_with_policy


def dialect_of(url: str) -> str:
    """Return the kind of database at an address.

    Raises:
        TerminalError: It is no address; what it is, is not repeated, as it may hold a password.
    """
    try:
        return str(get_dialect(url).name)
    except (SQLAlchemyError, ValueError):
        raise TerminalError(
            "The address of Prefect's database (PREFECT_SERVER_DATABASE_CONNECTION_URL) is none. "
            "Expected postgresql+asyncpg://user:password@host:5432/name, in which a password's "
            "own @ : and / are written as %40 %3A and %2F."
        ) from None


def main() -> None:
    """Run Prefect's own command line, with its server set up as above."""
    refuse_empty_key(os.environ)
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if dialect_of(url) == "sqlite":
        MODELS_DEPENDENCIES["database_config"] = OneWriter(url)
    send_policy()
    # Prefect's command line does a good deal when it is imported.
    from prefect.cli import app  # noqa: PLC0415 - reason above

    app()


if __name__ == "__main__":
    try:
        main()
    except TerminalError as problem:
        sys.exit(f"Error: {problem}")
