"""A tenant's turn in the sweep: whether its cycle is due and would do anything.

An idle tenant costs two lists of Procountor, a token an hour and no run: what its registers say is
kept here, and the cycle counts as made.

Source:
    R-SPO-28; decision 0036.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from blocks.hub import Hub, LeaseTaken
from blocks.hub.states import LinkState, TransferState
from blocks.systems.lease import system_lease
from blocks.systems.ports import DocumentFeed, FeedPage
from blocks.systems.registry import open_feed, open_registers
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.push.items import Phase
from ledger.spotilla.schedule import is_due
from ledger.text import joined
from tasks.feeds import Heard, keep
from tasks.ledger_sources import title_of
from tasks.pages.cycle import cycle_page
from tasks.spotilla.cycle import LEASE, Cycle, paired, plan_of, run_cycle
from tasks.spotilla.registers import read_registers
from tasks.spotilla.route import SpotillaRoute
from tasks.stores import Stores

NOT_QUEUED: Final = (TransferState.WAITS, TransferState.REFUSED, TransferState.LEFT)


@dataclass(frozen=True)
class Done:
    """What follows from a cycle. `queued`: kinds of documents; `by_state`: how many stand where."""

    queued: Sequence[str]
    by_state: Counter[str]


@dataclass(frozen=True)
class Turn:
    """What a cycle came to, in the words of all sources that are listened to."""

    cycle: Cycle
    heard: Heard = field(default_factory=Heard)

    @property
    def settled(self) -> Done:
        """Return what follows from it."""
        cycle = self.cycle
        states = Counter({"linked": cycle.linked, "made": cycle.made, "changed": cycle.changed})
        states.update(cycle.ends)
        # What is named so makes the run red.
        states["refused"] = len(cycle.problems)
        return Done(list(cycle.queued), +states)


async def hear(stores: Stores, tenant: str, *, run_id: str = "") -> Turn:
    """Run a tenant's cycle; raises as `run_cycle`."""
    cycle = await run_cycle(stores.hub, tenant, run_id=run_id)
    return Turn(cycle, cycle.heard)


def page(hub: Hub, tenant: str, turn: Turn) -> str:
    """Return the page of a cycle: what was made, linked and skipped, and what failed."""
    cycle, route = turn.cycle, SpotillaRoute.of(hub, tenant)
    queued = {f"queued {kind.replace('_', ' ')}s": count for kind, count in cycle.queued.items()}
    sent = {state.replace("_", " "): count for state, count in cycle.ends.items()}
    made = {
        "customers linked": cycle.linked,
        "customers made in Spotilla": cycle.made,
        "customers changed there": cycle.changed,
        "cards that come later": cycle.left,
    }
    seen = [*cycle.against.items(), *((one, (notice,)) for one, notice in cycle.notices)]
    failed = [
        one
        for phase in (Phase.REJECTED, Phase.HELD)
        for one in hub.outbox.listed(tenant, route.target, phase=phase)
    ]
    return cycle_page(
        f"{tenant}: Spotilla and {title_of(route.target)}",
        {**made, **queued, **sent},
        unsent=hub.transfers.listed(tenant, SOURCE, states=NOT_QUEUED),
        failed=failed,
        seen=[(one, joined(*(found.message for found in reasons))) for one, reasons in seen],
        problems=cycle.problems,
    )


async def has_news(hub: Hub, tenant: str) -> bool:
    """Return whether a tenant's cycle is due and would do anything.

    Raises:
        NotConnected, CallRefused, CallFailed: A register was not read.
    """
    route = await asyncio.to_thread(SpotillaRoute.of, hub, tenant)
    if not route.is_on:
        return False
    last = (await asyncio.to_thread(hub.feeds.cursor, tenant, SOURCE)).read_at
    if not is_due(tenant, hub.database.now(), last=last):
        return False
    if await asyncio.to_thread(hub.outbox.open_kinds, tenant, route.target):
        return True
    try:
        async with system_lease(hub, tenant, LEASE, wait_limit_s=0.0):
            return await _looks(hub, route)
    except LeaseTaken:
        return False


async def _looks(hub: Hub, route: SpotillaRoute) -> bool:
    """Read both registers; what they say is kept only when nothing follows from it."""
    tenant = route.tenant
    async with open_feed(hub, tenant, route.target) as partners:
        cards = await _read(hub, tenant, route.target, partners)
    async with open_registers(hub, tenant, SOURCE) as (feed, _):
        theirs = await _read(hub, tenant, SOURCE, feed)
    if await asyncio.to_thread(_is_news, hub, route, cards, theirs):
        return True
    await keep(hub, tenant, route.target, cards)
    await keep(hub, tenant, SOURCE, theirs)
    return False


async def _read(hub: Hub, tenant: str, source: str, feed: DocumentFeed) -> FeedPage:
    """Return what a register says since it was last heard: one page is all of it."""
    return await feed.read((await asyncio.to_thread(hub.feeds.cursor, tenant, source)).cursor)


def _is_news(hub: Hub, route: SpotillaRoute, cards: FeedPage, theirs: FeedPage) -> bool:
    for source, page in ((route.target, cards), (SOURCE, theirs)):
        for one in page.records:
            revision = one.revision
            if not hub.feeds.find(route.tenant, source, one.kind, one.record_id, revision=revision):
                return True
    return _is_left(hub, route)


def _is_left(hub: Hub, route: SpotillaRoute) -> bool:
    """Return whether an earlier cycle left something to do."""
    registers = read_registers(hub, route.tenant, route.target, route.terms.names)
    if any(link.state is LinkState.INTENT for link in registers.links.values()):
        return True
    pairing = paired(hub, route, registers)
    planned = plan_of(route, registers, pairing, limit=1)
    return bool(pairing.links or pairing.to_spotilla or planned)
