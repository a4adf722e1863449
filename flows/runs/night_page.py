"""The table of a shard in the UI, brought up to date while the shard works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID

from prefect.artifacts import TableArtifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate

from blocks.hub import NightRow
from tasks.log import warn
from tasks.pages.nights import night_summary, night_table

EVERY_S: Final = 30.0
"""Between two versions of the table; of 5,000 tenants it is a megabyte."""

Read = Callable[[], Sequence[NightRow]]


@asynccontextmanager
async def live_table(key: str, read: Read, *, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Show a table under a key from now on, and once more when the body has ended.

    At best effort: a server that is away costs the table a version, and the night nothing.
    """
    page = _Page(key, read)
    showing = asyncio.create_task(page.keep(every_s))
    try:
        yield
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
        await page.show()


class _Page:
    """One artifact: made by the first call, changed by the others."""

    def __init__(self, key: str, read: Read) -> None:
        self._key = key
        self._read = read
        self._id: UUID | None = None

    async def keep(self, every_s: float) -> None:
        while True:
            await self.show()
            await asyncio.sleep(every_s)

    async def show(self) -> None:
        try:
            await self._show(await asyncio.to_thread(self._read))
        except Exception as problem:  # noqa: BLE001 - whatever a server that is away makes of it
            warn(f"The table {self._key} is not up to date: {type(problem).__name__}")

    async def _show(self, rows: Sequence[NightRow]) -> None:
        summary = night_summary(rows)
        table = TableArtifact(key=self._key, table=night_table(rows), description=summary)
        async with get_client() as client:
            if self._id is None:
                self._id = (await table.acreate(client)).id
            else:
                change = ArtifactUpdate(data=await table.aformat(), description=summary)
                await client.update_artifact(self._id, change)
