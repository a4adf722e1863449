"""Waiting for a hub that is busy: what a night has found out is not lost to another writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from blocks.hub import HubBusy
from tasks.log import warn

Answer = TypeVar("Answer")

ATTEMPTS: Final = 10
"""Each waits as long as the hub lets a writer wait (30 s): five minutes in all."""


async def patiently(work: Callable[..., Answer], *about: Any, **how: Any) -> Answer:
    """Return what a call of the hub returns, made in a thread, and again while the hub is busy.

    Raises:
        HubBusy: It was busy `ATTEMPTS` times in a row.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await asyncio.to_thread(work, *about, **how)
        except HubBusy as busy:
            warn(f"Asking again: {busy}")
    return await asyncio.to_thread(work, *about, **how)
