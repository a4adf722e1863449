"""SQLite for Prefect's server, with transactions that wait for each other in the event loop.

On SQLite the transactions of Prefect's requests and services fail under load with "database is
locked", and the whole server can stand still for a minute. Transactions that wait for each other
in the event loop, instead of in SQLite, do neither (docs/decisions/0013-one-writer.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import MODELS_DEPENDENCIES
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

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


def stand_in_line(url: str) -> None:
    """Have the server of this process use the SQLite database at ``url`` in this way."""
    MODELS_DEPENDENCIES["database_config"] = OneWriter(url)
