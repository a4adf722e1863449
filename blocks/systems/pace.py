"""The pace of what a vendor counts over all tenants: processes keep it by shares in the hub."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from blocks.http import SlidingWindow
from blocks.http.shared import Asked, SharedWindow
from blocks.hub import Hub
from blocks.hub.rate_shares import GENTLE


@dataclass(frozen=True)
class HubShares:
    """See `Shares`."""

    hub: Hub

    async def take(self, asked: Asked) -> int:
        """Take a share in the hub."""
        return await asyncio.to_thread(lambda: self.hub.rate_shares.take(**vars(asked)))

    async def leave(self, scope: str, holder: str, *, used: int) -> None:
        """Leave it."""
        await asyncio.to_thread(self.hub.rate_shares.leave, scope, holder=holder, used=used)


@asynccontextmanager
async def shared_pace(hub: Hub, scope: str, calls: int) -> AsyncIterator[SlidingWindow]:
    """Yield this process's window onto a rate that is shared through the hub.

    Args:
        hub: Gives the shares.
        scope: What the vendor counts together, such as one client of ours.
        calls: Most calls a second, of all processes.
    """
    window = _window(hub, scope, calls)
    try:
        yield window
    finally:
        # Others in this process who are at work still ask anew.
        await window.leave()


_IS_GENTLE: Final[ContextVar[bool]] = ContextVar("gentle", default=False)


@contextmanager
def gently() -> Iterator[None]:
    """Leave nearly all of each rate to others, for what nobody waits for (`GENTLE_PART`)."""
    token = _IS_GENTLE.set(True)
    try:
        yield
    finally:
        _IS_GENTLE.reset(token)


_WINDOWS: Final[dict[tuple[str, str, int, bool], SharedWindow]] = {}
"""Of this process, by hub, scope, rate and whether it is gentle."""


def _window(hub: Hub, scope: str, calls: int) -> SharedWindow:
    is_gentle = _IS_GENTLE.get()
    place = (hub.database.storage.address, scope, calls, is_gentle)
    if place not in _WINDOWS:
        holder = f"{GENTLE if is_gentle else ''}{uuid.uuid4().hex}"
        _WINDOWS[place] = SharedWindow(
            scope=scope, holder=holder, shares=HubShares(hub), limit=calls
        )
    _WINDOWS[place].shares = HubShares(hub)  # an earlier one may be closed
    return _WINDOWS[place]
