"""One run for one tenant: listen, decide what is new or due, queue what goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from blocks.hub import Hub
from blocks.systems.lease import system_lease
from blocks.systems.ports import DocumentFeed
from blocks.systems.registry import open_feed, open_target
from ledger.errors import TerminalError
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from tasks.ecom.journals import awaits_journal, book
from tasks.ecom.retry import retry_pressed
from tasks.ecom.route import EcomRoute
from tasks.ecom.settle import Settled, Settling, due
from tasks.feeds import Heard, listen
from tasks.stores import Stores

LEASE: Final = f"feed/{SOURCE}"


class Detached(TerminalError):
    """Nothing goes by a route that was detached."""

    sentence = (
        "The route of {tenant} from Ecom is detached since {since:%Y-%m-%d}. `tasma route add "
        "{tenant} ecom vouchers --who NAME` attaches it again."
    )


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    heard: Heard
    settled: Settled


async def hear(
    stores: Stores,
    tenant: str,
    *,
    run_id: str = "",
    also: Sequence[str] = (),
    first: Callable[[EcomRoute], Sequence[str]] = lambda _: (),
    wait_limit_s: float = 0.0,
) -> Run:
    """Listen for a tenant, and do what follows.

    What was kept and not dealt with, by this run or one that died, is dealt with first.

    Args:
        stores: Hub and lake.
        tenant: Whose.
        run_id: Of the run.
        also: Documents that are decided although nothing new was said of them.
        first: What is done once the feed is open; it returns more such documents.
        wait_limit_s: Longest wait for another run of the tenant.

    Raises:
        NoRoute, Detached: Nothing was agreed.
        LeaseTaken: Another run works on it.
        NotConnected, CallRefused, CallFailed: As for any call; what was kept stays.
    """
    hub = stores.hub
    route = await asyncio.to_thread(EcomRoute.of, hub, tenant)
    if route.route.detached_at:
        raise Detached(tenant=tenant, since=route.route.detached_at)
    async with (
        system_lease(hub, tenant, LEASE, run_id=run_id, wait_limit_s=wait_limit_s),
        open_feed(hub, tenant, SOURCE, run_id=run_id) as feed,
    ):
        heard = await listen(hub, tenant, SOURCE, feed)
        more = await asyncio.to_thread(first, route)
        settled = await _settle(stores, tenant, feed, run_id=run_id, also=[*also, *more])
    return Run(heard, settled)


async def _settle(
    stores: Stores, tenant: str, feed: DocumentFeed, *, run_id: str, also: Sequence[str]
) -> Settled:
    hub = stores.hub
    subjects, last = await asyncio.to_thread(hub.feeds.unsettled, tenant, SOURCE)
    route = await asyncio.to_thread(EcomRoute.of, hub, tenant)
    await asyncio.to_thread(retry_pressed, route, subjects)
    due_today = await asyncio.to_thread(due, route)
    wanted = sorted(one for one in {*subjects, *also, *due_today} if one and one[0] != "#")
    is_closing: bool = await asyncio.to_thread(awaits_journal, route)
    settled = Settled()
    if is_closing or (wanted and any(one.mode.is_voucher for one in route.modes)):
        async with open_target(hub, tenant, route.route.target, run_id=run_id) as target:
            settling = Settling(route, feed, stores.lake, target, run_id=run_id)
            settled = await settling.of_subjects(wanted)
            settled.queued += await asyncio.to_thread(book, route, target, run_id=run_id)
    elif wanted:
        # At memo level nothing goes before a period is closed, so nobody has to be connected yet.
        settled = await Settling(route, feed, stores.lake, run_id=run_id).of_subjects(wanted)
    await asyncio.to_thread(hub.feeds.settled, tenant, SOURCE, last)
    return settled


async def has_news(hub: Hub, tenant: str) -> bool:
    """Return whether a run for a tenant would find anything; nothing is kept.

    Raises:
        NotConnected, CallRefused, CallFailed: As for any call.
    """
    route = await asyncio.to_thread(EcomRoute.of, hub, tenant)
    unsettled, _ = await asyncio.to_thread(hub.feeds.unsettled, tenant, SOURCE)
    is_closing: bool = await asyncio.to_thread(awaits_journal, route)
    if unsettled or is_closing or await asyncio.to_thread(due, route):
        return True
    cursor = await asyncio.to_thread(hub.feeds.cursor, tenant, SOURCE)
    async with open_feed(hub, tenant, SOURCE) as feed:
        page = await feed.read(cursor.cursor)
    return bool(page.records)
