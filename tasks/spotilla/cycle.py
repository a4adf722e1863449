"""One cycle of one tenant: pull partners, push customers, products and tasks, in this order.

Source:
    R-SPO-6, -7, -9, -28, -30.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from blocks.hub import Hub, LeaseTaken
from blocks.hub.states import LinkState
from blocks.systems.lease import system_lease
from blocks.systems.registry import open_feed, open_registers, open_target
from ledger.errors import TasmaError, TerminalError
from ledger.invoice.mappings.spotilla_procountor.cards import customer_key
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from ledger.spotilla.matching import Pairing, pair
from ledger.spotilla.sentences import Reason, reason
from tasks.feeds import Heard, listen
from tasks.log import say, warn
from tasks.push import push_tenant
from tasks.push_add import key_of
from tasks.spotilla.customers import Customers
from tasks.spotilla.products import look_at_products
from tasks.spotilla.queueing import Planned, Queueing
from tasks.spotilla.registers import Registers, read_registers
from tasks.spotilla.route import SpotillaRoute

LEASE: Final = f"cycle/{SOURCE}"


class NotOn(TerminalError):
    """A cycle was asked for of a tenant whose integration is not switched on."""

    sentence = (
        "The integration of {tenant} with Spotilla is {stage}, not on. "
        "`tasma spotilla on {tenant}` switches it on."
    )


@dataclass
class Cycle:
    """What a cycle came to.

    `pulled`, `heard`: what Procountor and Spotilla said. `linked`, `made`, `changed`: customers of
    Spotilla. `queued`: documents by kind. `ends`: how documents stand in the outbox. `against`: why
    customers stay as they are. `left`: cards that come in a later cycle.
    """

    pulled: Heard = field(default_factory=Heard)
    heard: Heard = field(default_factory=Heard)
    linked: int = 0
    made: int = 0
    changed: int = 0
    left: int = 0
    queued: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    against: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    notices: list[tuple[str, Reason]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def run_cycle(
    hub: Hub,
    tenant: str,
    *,
    first: Callable[[SpotillaRoute], None] = lambda _: None,
    run_id: str = "",
) -> Cycle:
    """Run a tenant's cycle. `first`: what is done once both systems answered, before anything else.

    Raises:
        NoRoute, NotOn: It is not switched on.
        LeaseTaken: Another cycle of the tenant runs; this one is skipped.
        NotConnected, CallRefused, CallFailed: A register was not read; nothing was concluded.
    """
    route = await asyncio.to_thread(SpotillaRoute.of, hub, tenant)
    if not route.is_on:
        raise NotOn(tenant=tenant, stage=route.stage.replace("_", " "))
    cycle = Cycle()
    async with system_lease(hub, tenant, LEASE, run_id=run_id, wait_limit_s=0.0):
        async with open_feed(hub, tenant, route.target, run_id=run_id) as partners:
            cycle.pulled = await listen(hub, tenant, route.target, partners)
        await _registers(hub, route, cycle, first, run_id=run_id)
    await _push(hub, route, cycle, run_id=run_id)
    return cycle


async def _registers(
    hub: Hub,
    route: SpotillaRoute,
    cycle: Cycle,
    first: Callable[[SpotillaRoute], None],
    *,
    run_id: str,
) -> None:
    async with open_registers(hub, route.tenant, SOURCE, run_id=run_id) as (feed, register):
        cycle.heard = await listen(hub, route.tenant, SOURCE, feed)
        await asyncio.to_thread(first, route)
        names = route.terms.names
        registers = await asyncio.to_thread(read_registers, hub, route.tenant, route.target, names)
        for one in registers.unreadable:
            warn(f"Kept, and not read: {one}", tenant=route.tenant)
        limit = route.terms.max_creates
        customers = Customers(hub, route.tenant, registers, register, limit)
        await customers.settle()
        await _take_over_created(hub, route, customers)
        pairing = paired(hub, route, registers)
        await customers.link(pairing.links.items())
        await customers.make(pairing.to_spotilla)
        await customers.pull()
    _note(cycle, customers, pairing)
    queueing = Queueing(route, registers, limit - customers.made, run_id=run_id)
    await _queue(hub, queueing, pairing, run_id=run_id)
    cycle.queued.update({str(kind): count for kind, count in queueing.queued.items()})
    cycle.left = customers.left + queueing.left
    cycle.problems += queueing.problems


async def _queue(hub: Hub, queueing: Queueing, pairing: Pairing, *, run_id: str) -> None:
    """Plan what goes and queue it; nobody is asked for anything where nothing does."""
    route, cards = queueing.route, queueing.cards_of_products()
    if not cards:
        await asyncio.to_thread(_plan, queueing, pairing)
        if not queueing.planned:
            return
    async with open_target(hub, route.tenant, route.target, run_id=run_id) as target:
        if cards:
            found = await look_at_products(hub, route.tenant, target, cards)
            queueing.registers.flagged = found
            await asyncio.to_thread(_plan, queueing, pairing)
        await asyncio.to_thread(queueing.queue, target)


async def _take_over_created(hub: Hub, route: SpotillaRoute, customers: Customers) -> None:
    """Link the customers whose cards were made or joined in Procountor since."""
    unlinked = [
        one.id
        for one in customers.registers.live_customers
        if one.id not in customers.registers.link_of
    ]
    keys = {
        key_of(route.tenant, route.target, customer_key(one), PushKind.PARTNER): one
        for one in unlinked
    }
    known = await asyncio.to_thread(hub.outbox.keys, route.tenant, route.target, list(keys))
    made = [
        (keys[key], queued.item.target_id)
        for key, queued in known.items()
        if queued.item.phase is Phase.DONE and queued.item.target_id
    ]
    await customers.link(
        (source_id, target_id)
        for source_id, target_id in made
        if target_id not in customers.registers.links
    )


def paired(hub: Hub, route: SpotillaRoute, registers: Registers) -> Pairing:
    """Return what becomes of customers and cards that no link has; those on their way stay."""
    linked = {link.source_id: link.target_id for link in registers.links.values() if link.source_id}
    # A customer whose card is on its way is not looked for anew.
    keys = {
        key_of(route.tenant, route.target, customer_key(one.id), PushKind.PARTNER): one.id
        for one in registers.live_customers
        if one.id not in linked
    }
    on_their_way = hub.outbox.keys(route.tenant, route.target, list(keys))
    linked |= {keys[key]: f"outbox:{key}" for key in on_their_way}
    held = [
        link.target_id for link in registers.links.values() if link.state is not LinkState.LINKED
    ]
    theirs = _of_cards_on_their_way(registers, [keys[key] for key in on_their_way])
    unclear = dict(_unclear(registers, linked))
    found = pair(
        [one for one in registers.live_customers if one.id not in unclear],
        registers.cards.values(),
        linked=linked,
        tombstones=[*held, *theirs],
    )
    return replace(found, against={**found.against, **unclear})


def _unclear(
    registers: Registers, linked: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    """Yield customers that may be what was made here of a card, and nobody knows yet.

    Sent to Procountor they would be a second card of one customer.
    """
    open_links = (LinkState.INTENT, LinkState.HELD)
    cards = [
        card
        for link in registers.links.values()
        if link.state in open_links and (card := registers.cards.get(link.target_id))
    ]
    for customer in registers.live_customers:
        if customer.id in linked:
            continue
        for card in cards:
            is_same_number = card.business_id and card.business_id == customer.business_id
            if is_same_number or card.fields.get("name") == customer.name:
                yield customer.id, (reason("may_be_made_here", card=card.id),)


def _of_cards_on_their_way(registers: Registers, customers: Iterable[str]) -> list[str]:
    """Return cards that may be those of customers on their way: they are not made here as well."""
    found = [registers.customers[one] for one in customers]
    numbers = {one.business_id for one in found} - {""}
    names = {one.name for one in found}
    return [
        card.id
        for card in registers.cards.values()
        if card.business_id in numbers or card.fields.get("name") in names
    ]


def plan_of(
    route: SpotillaRoute, registers: Registers, pairing: Pairing, *, limit: int
) -> list[Planned]:
    """Return what would be queued, of cards at most so many."""
    queueing = Queueing(route, registers, limit, notes=False)
    _plan(queueing, pairing)
    return queueing.planned


def _plan(queueing: Queueing, pairing: Pairing) -> None:
    # Tasks of customers that are linked never wait for cards that are yet to be made.
    queueing.customers(pairing.to_procountor)
    queueing.products()
    queueing.tasks()


async def _push(hub: Hub, route: SpotillaRoute, cycle: Cycle, *, run_id: str) -> None:
    """Send what waits; what cannot be sent now goes in a later cycle."""
    if not await asyncio.to_thread(hub.outbox.open_kinds, route.tenant, route.target):
        return
    try:
        pusher = await push_tenant(hub, route.tenant, route.target, run_id=run_id)
    except LeaseTaken:
        say("Another run pushes for the tenant; what is queued goes with it", tenant=route.tenant)
        return
    except TasmaError as problem:
        cycle.problems.append(str(problem))
        return
    cycle.ends = pusher.ends
    if pusher.problem:
        cycle.problems.append(pusher.problem)


def _note(cycle: Cycle, customers: Customers, pairing: Pairing) -> None:
    cycle.linked, cycle.made, cycle.changed = customers.linked, customers.made, customers.changed
    cycle.against = dict(pairing.against)
    cycle.notices += customers.notices
    cycle.problems += customers.problems
