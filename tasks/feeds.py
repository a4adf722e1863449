"""Listening to a feed: everything new is kept before anything follows from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from blocks.hub import Hub
from blocks.systems.ports import DocumentFeed, FeedPage
from ledger.errors import TasmaError
from tasks.log import warn

MAX_PAGES: Final = 2_000
"""Pages of one run; the next run reads on."""

NAMED: Final = 100
"""What could not be read and is named; the count says all."""


@dataclass
class Heard:
    """What a run heard. `unreadable`: places and reasons; `has_more`: the next run reads on."""

    new: int = 0
    known: int = 0
    contradicting: int = 0
    unreadable: list[str] = field(default_factory=list)
    unreadable_count: int = 0
    pages: int = 0
    has_more: bool = False


async def keep(hub: Hub, tenant: str, source: str, page: FeedPage) -> None:
    """Keep a page that was read from where the feed was left."""
    await asyncio.to_thread(hub.feeds.take, tenant, source, page.records, cursor=page.cursor)


async def listen(
    hub: Hub, tenant: str, source: str, feed: DocumentFeed, *, max_pages: int = MAX_PAGES
) -> Heard:
    """Read a feed from where it was left, and keep what it says.

    Raises:
        CallRefused, CallFailed: As for any call; what was kept stays, and the feed says since when
            it fails.
    """
    heard, has_more = Heard(), True
    cursor = (await asyncio.to_thread(hub.feeds.cursor, tenant, source)).cursor
    while has_more and heard.pages < max_pages:
        try:
            page = await feed.read(cursor)
        except TasmaError as problem:
            await asyncio.to_thread(hub.feeds.failed, tenant, source, str(problem))
            raise
        taken = await asyncio.to_thread(
            hub.feeds.take, tenant, source, page.records, cursor=page.cursor
        )
        heard.new, heard.known = heard.new + taken.new, heard.known + taken.known
        heard.contradicting += taken.contradicting
        heard.unreadable_count += len(page.unreadable)
        heard.unreadable += page.unreadable[: NAMED - len(heard.unreadable)]
        heard.pages, cursor, has_more = heard.pages + 1, page.cursor, page.has_more
    for one in heard.unreadable:
        warn(f"Kept, and not read: {one}", tenant=tenant, source=source)
    heard.has_more = has_more
    return heard
