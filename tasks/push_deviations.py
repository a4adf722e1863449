"""What a target holds now, held against what was sent; and whether the documents add up."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.hub.outbox_balance import Delivered
from blocks.systems.targets import PushTarget
from ledger.push.items import Phase
from ledger.push.sums import DayTotal, Sums, day_totals
from tasks.push_words import waits

MAX_READ: Final = 1_000
"""Documents that are read one by one, newest first."""

OVERDUE_NAMED: Final = 100
"""Documents that wait for too long, of which a report tells."""

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "done": ("done",),
    "held": ("held",),
    "rejected": ("rejected",),
    "queued": ("ready", "sending", "in_doubt"),
}
MISSING: Final = "missing"
"""State of what was taken in and is in the outbox no more."""


@dataclass(frozen=True)
class Deviation:
    """A document that is not there as it was sent. `what`: in a sentence."""

    document: str
    target_id: str
    what: str


@dataclass(frozen=True)
class DeliveryTotal:
    """What came in one delivery, a file for instance, and how its documents stand."""

    route: str
    name: str
    received: int
    by_state: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Return whether every document of it stands somewhere."""
        return self.received == sum(self.by_state[state] for state in STATES)


@dataclass(frozen=True)
class Deviations:
    """What was found. `unread`: documents that could not be read; they say nothing.

    `by_day`: by day of the documents, currency and VAT rate. `overdue`: documents that have waited
    for others for long, and for which.
    """

    read: int
    unread: int
    found: tuple[Deviation, ...]
    balance: Mapping[str, int]
    by_day: tuple[DayTotal, ...] = ()
    deliveries: tuple[DeliveryTotal, ...] = ()
    overdue: tuple[tuple[str, str], ...] = ()

    @property
    def adds_up(self) -> bool:
        """Return whether received = done + held + rejected + queued, by count and by sums."""
        return (
            self.balance["received"] == sum(self.balance[state] for state in STATES)
            and all(one.adds_up for one in self.by_day)
            and all(one.adds_up for one in self.deliveries)
        )


async def deviations(
    hub: Hub,
    tenant: str,
    system: str,
    target: PushTarget,
    *,
    limit: int = MAX_READ,
    since: dt.datetime | None = None,
) -> Deviations:
    """Read the newest documents that were created, and say in what they differ (R-X-2).

    Deliveries are held against the outbox: all, or those since a moment.
    """
    listed = await asyncio.to_thread(hub.outbox.created, tenant, system, limit=limit)
    answers = [(queued, await target.deviations(queued)) for queued in listed]
    came = await asyncio.to_thread(hub.outbox.delivered, tenant, system, since=since)
    late = await asyncio.to_thread(hub.outbox.overdue, tenant, system, limit=OVERDUE_NAMED)
    return Deviations(
        read=sum(answer is not None for _, answer in answers),
        unread=sum(answer is None for _, answer in answers),
        found=tuple(_each(queued, what) for queued, found in answers for what in found or ()),
        balance=balance(hub, tenant, system),
        by_day=tuple(of_days(came)),
        deliveries=tuple(of_deliveries(came)),
        overdue=tuple((one.source_id, waits(hub, one)) for one in late),
    )


def balance(hub: Hub, tenant: str, system: str) -> dict[str, int]:
    """Return received = done + held + rejected + queued, each counted by itself."""
    phases = hub.outbox.balance(tenant, system)
    counted = {name: sum(phases.get(phase, 0) for phase in found) for name, found in STATES.items()}
    return {"received": hub.outbox.received(tenant, system), **counted}


def of_days(came: Iterable[Delivered]) -> list[DayTotal]:
    """Return the totals of each day, currency and VAT rate of what was taken in."""
    there: dict[str, list[Sums]] = {state: [] for state in STATES}
    received = []
    for one in came:
        if one.came:
            received.append(one.came)
        if one.there and one.phase:
            there[state_of(one.phase)].append(one.there)
    return day_totals(received, there)


def of_deliveries(came: Iterable[Delivered]) -> list[DeliveryTotal]:
    """Return how each delivery's documents stand, in the order in which they came."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in came:
        found[one.route, one.trigger][state_of(one.phase)] += 1
    return [
        DeliveryTotal(route, name, counts.total(), {state: counts[state] for state in STATES})
        for (route, name), counts in found.items()
    ]


def state_of(phase: Phase | None) -> str:
    """Return which of the four states a phase is of; missing where there is none."""
    return next((state for state, phases in STATES.items() if phase in phases), MISSING)


def _each(queued: Queued, what: str) -> Deviation:
    return Deviation(queued.source_id, queued.item.target_id, what)
