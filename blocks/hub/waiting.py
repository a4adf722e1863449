"""Waiting for a lease that somebody else holds, without holding up anybody else."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress

from blocks.hub.errors import HubBusy, LeaseTaken
from blocks.hub.kept_lease import KeptLease

Take = Callable[[], AbstractContextManager[KeptLease]]


@asynccontextmanager
async def awaited_lease(
    take: Take,
    *,
    wait_limit_s: float,
    poll_interval_s: float,
    on_wait: Callable[[LeaseTaken], None] | None = None,
) -> AsyncIterator[KeptLease]:
    """Hold a lease for the length of the body, as soon as it is free.

    Args:
        take: Makes the context that takes the lease, anew for each attempt.
        wait_limit_s: Longest wait, in seconds.
        poll_interval_s: Between two attempts, in seconds.
        on_wait: Told once, when there is something to wait for.

    Raises:
        LeaseTaken: Somebody still holds it after ``wait_limit_s``; the message says who.
        LeaseLost: It was lost while the body ran.
    """
    guard, kept = await _enter(
        take,
        deadline=time.monotonic() + wait_limit_s,
        poll_interval_s=poll_interval_s,
        on_wait=on_wait,
    )
    try:
        yield kept
    except BaseException:
        await asyncio.to_thread(guard.__exit__, *sys.exc_info())
        raise
    await asyncio.to_thread(guard.__exit__, None, None, None)


async def _enter(
    take: Take,
    *,
    deadline: float,
    poll_interval_s: float,
    on_wait: Callable[[LeaseTaken], None] | None,
) -> tuple[AbstractContextManager[KeptLease], KeptLease]:
    while True:
        guard = take()
        entering = asyncio.ensure_future(asyncio.to_thread(guard.__enter__))
        try:
            return guard, await asyncio.shield(entering)
        except asyncio.CancelledError:
            await _give_back(guard, entering)
            raise
        except LeaseTaken as taken:
            if time.monotonic() + poll_interval_s > deadline:
                raise
            if on_wait:
                on_wait(taken)
            on_wait = None
        await asyncio.sleep(poll_interval_s)


async def _give_back(
    guard: AbstractContextManager[KeptLease], entering: asyncio.Future[KeptLease]
) -> None:
    """Free what a thread takes for somebody who waits no more: it would be renewed for ever."""
    with suppress(LeaseTaken, HubBusy):
        await entering
        await asyncio.to_thread(guard.__exit__, None, None, None)
