"""How a sweep of the inbox leaves files, and what it says of those that it puts aside."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from blocks.names import shown_name
from blocks.pickup.folder import Dropped
from blocks.pickup.port import Place
from tasks.log import warn
from tasks.stores import Stores


class End(StrEnum):
    """How a sweep left one file."""

    AT_WORK = "at work"
    QUEUED = "of invoices queued"
    PUT_ASIDE = "put aside"
    WAITING = "for the next sweep"
    TROUBLED = "in trouble"


async def put_aside(
    stores: Stores, place: Place[Dropped], file: Dropped, *, reason: str, sha256: str = ""
) -> End:
    """Move a file away that was dealt with; `reason`: why it was not taken in, empty if it was.

    Raises:
        OSError: It cannot be moved.
    """
    moved = await asyncio.to_thread(place.done, file, sha256=sha256, failed=reason)
    if not moved:
        return End.WAITING
    if reason:
        warn(f"{shown_name(file.name)} was put aside: {reason}", tenant=file.tenant)
        folder, _, name = moved.partition("/")
        moved_to = f"{name} was put aside in {folder}: {reason}"
        await asyncio.to_thread(stores.hub.events.add, "inbox", moved_to, tenant=file.tenant)
    return End.PUT_ASIDE
