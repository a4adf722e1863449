"""The page of a shard in the UI, brought up to date while the shard works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from prefect.client.orchestration import get_client

from blocks.hub import NightRow
from flows.runs.live_page import LivePage
from tasks.log import warn
from tasks.pages.nights import night_page, night_summary

EVERY_S: Final = 30.0
"""Between two states of the page."""

Read = Callable[[], Sequence[NightRow]]


@asynccontextmanager
async def live_night(
    key: str, title: str, read: Read, *, every_s: float = EVERY_S
) -> AsyncIterator[None]:
    """Show a page under a key from now on, and once more when the body has ended.

    At best effort: a server that is away costs the page a state, and the night nothing.
    """
    page = _Page(LivePage(key), title, read)
    showing = asyncio.create_task(page.keep(every_s))
    try:
        yield
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing
        await page.show()


class _Page:
    """One page: made by the first call, changed by the others."""

    def __init__(self, page: LivePage, title: str, read: Read) -> None:
        self._page = page
        self._title = title
        self._read = read

    async def keep(self, every_s: float) -> None:
        while True:
            await self.show()
            await asyncio.sleep(every_s)

    async def show(self) -> None:
        try:
            await self._show(await asyncio.to_thread(self._read))
        except Exception as problem:  # noqa: BLE001 - whatever a server that is away makes of it
            warn(f"The page {self._page.key} is not up to date: {type(problem).__name__}")

    async def _show(self, rows: Sequence[NightRow]) -> None:
        text = night_page(self._title, rows)
        async with get_client() as client:
            await self._page.show(client, text, summary=night_summary(rows))
