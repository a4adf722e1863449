"""The pace of what a vendor counts over all tenants: processes keep it by shares in the hub."""

from __future__ import annotations

import asyncio
import uuid
from functools import cache

from blocks.http import SlidingWindow
from blocks.http.shared import Asked, SharedWindow
from blocks.hub import Hub


def shared_window(hub: Hub, scope: str, calls: int) -> SlidingWindow:
    """Return this process's window onto a rate that is shared through the hub.

    Args:
        hub: Gives the shares, until this is called with another.
        scope: What the vendor counts together, such as one client of ours.
        calls: Most calls a second, of all processes.
    """
    window = _window(str(hub.database.path), scope, calls)

    async def take(asked: Asked) -> int:
        return await asyncio.to_thread(lambda: hub.rate_shares.take(**vars(asked)))

    window.take = take
    return window


@cache
def _window(_hub: str, scope: str, calls: int) -> SharedWindow:
    return SharedWindow(scope=scope, holder=uuid.uuid4().hex, take=_nobody, limit=calls)


async def _nobody(asked: Asked) -> int:
    raise LookupError(asked.scope)
