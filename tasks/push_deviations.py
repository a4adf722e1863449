"""What a target holds now, held against what was sent; and whether the documents add up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.systems.targets import PushTarget

MAX_READ: Final = 1_000
"""Documents that are read one by one, newest first."""

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "done": ("done",),
    "held": ("held",),
    "rejected": ("rejected",),
    "queued": ("ready", "sending", "in_doubt"),
}


@dataclass(frozen=True)
class Deviation:
    """A document that is not there as it was sent. `what`: in a sentence."""

    document: str
    target_id: str
    what: str


@dataclass(frozen=True)
class Deviations:
    """What was found. `unread`: documents that could not be read; they say nothing."""

    read: int
    unread: int
    found: tuple[Deviation, ...]
    balance: Mapping[str, int]


async def deviations(
    hub: Hub, tenant: str, system: str, target: PushTarget, *, limit: int = MAX_READ
) -> Deviations:
    """Read the newest documents that were created, and say in what they differ (R-X-2)."""
    listed = await asyncio.to_thread(hub.outbox.created, tenant, system, limit=limit)
    answers = [(queued, await target.deviations(queued)) for queued in listed]
    return Deviations(
        read=sum(answer is not None for _, answer in answers),
        unread=sum(answer is None for _, answer in answers),
        found=tuple(_each(queued, what) for queued, found in answers for what in found or ()),
        balance=balance(hub, tenant, system),
    )


def balance(hub: Hub, tenant: str, system: str) -> dict[str, int]:
    """Return received = done + held + rejected + queued, each counted by itself."""
    phases = hub.outbox.balance(tenant, system)
    counted = {name: sum(phases.get(phase, 0) for phase in found) for name, found in STATES.items()}
    return {"received": hub.outbox.received(tenant, system), **counted}


def _each(queued: Queued, what: str) -> Deviation:
    return Deviation(queued.source_id, queued.item.target_id, what)
