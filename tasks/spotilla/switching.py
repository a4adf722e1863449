"""Taking the integration into use: asked for, key received, switched on by a main user, and off.

Source:
    R-SPO-31 to -35. Whether somebody is a main user says Spotilla's answer to a log-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Final

from pydantic import SecretStr

from blocks.hub import Hub
from blocks.hub.route_links import RouteLink
from blocks.hub.states import LinkState
from blocks.systems.registry import open_feed, open_registers, port
from ledger.errors import TerminalError
from ledger.invoice.mappings.spotilla_procountor.cards import task_key
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from ledger.spotilla.judge import Choice, against_task
from ledger.spotilla.pull import pull
from ledger.spotilla.sentences import Reason
from tasks.feeds import listen
from tasks.push_add import key_of
from tasks.spotilla.cycle import paired
from tasks.spotilla.registers import CUSTOMER, Registers, read_registers
from tasks.spotilla.route import KIND, TARGET, ZONE, SpotillaRoute, Stage, checked_terms

NAMED: Final = 200
"""Customers of a plan that are named of each kind; the counts say all."""


class NoKey(TerminalError):
    """The integration was to be switched on before Procountor's key had come."""

    sentence = (
        "{tenant} has no key of Procountor for {target} yet, so nothing can be switched on. The "
        "customer makes one, and `tasma connect procountor {tenant}` takes it."
    )


class NotMainUser(TerminalError):
    """Somebody who is no main user of Spotilla wanted to switch the integration on."""

    sentence = (
        "Spotilla says that this user is no main user, and only one switches the integration of "
        "{tenant} on."
    )


@dataclass(frozen=True)
class Plan:
    """What switching on would do, in numbers and, up to a limit, by ids.

    `links`: pairs of Spotilla's and Procountor's ids. `here`: Procountor's cards to be made in
    Spotilla. `there`: customers and products to be made in Procountor. `overwritten`: customers of
    Spotilla of which fields change. `against`: why others stay as they are. `tasks_before`:
    finished tasks that are older than the switch-on or the start date. `tasks_to_go`: finished
    tasks that are not, and become invoices.
    """

    links: tuple[tuple[str, str], ...]
    here: tuple[str, ...]
    there: tuple[str, ...]
    products: int
    overwritten: tuple[tuple[str, tuple[str, ...]], ...]
    against: tuple[tuple[str, tuple[Reason, ...]], ...]
    tasks_before: int
    tasks_to_go: int

    @property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each."""
        return {
            "link": len(self.links),
            "create_here": len(self.here),
            "create_there": len(self.there),
            "products": self.products,
            "overwritten": len(self.overwritten),
            "ambiguous": len(self.against),
            "tasks_before": self.tasks_before,
            "tasks_to_go": self.tasks_to_go,
        }


def request(
    hub: Hub,
    tenant: str,
    *,
    who: str,
    settings: dict[str, object] | None = None,
    target: str = TARGET,
) -> SpotillaRoute:
    """Note that the integration was asked for at the helpdesk.

    Raises:
        WrongSetting: A setting is not as expected.
        RouteExists, UnknownTenant: See `Routes.add`.
    """
    checked_terms(tenant, dict(settings or {}))
    route = hub.routes.add(tenant, SOURCE, KIND, target, who=who, settings=settings)
    if not route.mode:
        hub.routes.switch(route, Stage.REQUESTED, who=who)
    return SpotillaRoute.of(hub, tenant)


def begin(hub: Hub, tenant: str, *, who: str, target: str = TARGET) -> SpotillaRoute:
    """Note that it was asked for and, where Procountor is connected already, that its key has come.

    Raises:
        RouteExists, UnknownTenant: See `Routes.add`.
    """
    made = request(hub, tenant, who=who, target=target)
    if hub.connections.find(tenant, made.target) is None:
        return made
    return receive_key(hub, tenant, who=who)


def receive_key(hub: Hub, tenant: str, *, who: str) -> SpotillaRoute:
    """Note that Procountor's key has come: it is connected, and the key lies in its block.

    Raises:
        NoRoute: The integration was not asked for.
        NoKey: There is no such connection.
    """
    found = SpotillaRoute.of(hub, tenant)
    if hub.connections.find(tenant, found.target) is None:
        raise NoKey(tenant=tenant, target=found.target)
    if found.stage is Stage.REQUESTED:
        hub.routes.switch(found.route, Stage.KEY_RECEIVED, who=who)
    return SpotillaRoute.of(hub, tenant)


async def switch_on(hub: Hub, tenant: str, email: str, password: SecretStr) -> SpotillaRoute:
    """Switch the integration on; tasks finished from now, or the start date, on become invoices.

    Raises:
        NoRoute, NoKey: It was not asked for, or Procountor's key has not come.
        NotMainUser, MainUserRefused: Spotilla's answer to the log-in says so.
        CallRefused, CallFailed: Nobody was let in.
    """
    found = await asyncio.to_thread(receive_key, hub, tenant, who=email)
    is_main_user = port(SOURCE).is_main_user
    if is_main_user is None or not await is_main_user(hub, tenant, email, password):
        raise NotMainUser(tenant=tenant)
    if found.stage is not Stage.ON:
        await asyncio.to_thread(_switch_on, hub, found, email)
    return await asyncio.to_thread(SpotillaRoute.of, hub, tenant)


def _switch_on(hub: Hub, found: SpotillaRoute, who: str) -> None:
    hub.routes.activate(found.route, who=who)
    hub.routes.switch(found.route, Stage.ON, who=who)


def switch_off(hub: Hub, tenant: str, *, who: str) -> SpotillaRoute:
    """Let no further cycle begin; what is known stays.

    Raises:
        NoRoute: It was not asked for.
    """
    found = SpotillaRoute.of(hub, tenant)
    if found.stage is Stage.ON:
        hub.routes.switch(found.route, Stage.OFF, who=who)
    return SpotillaRoute.of(hub, tenant)


async def make_plan(hub: Hub, tenant: str, *, run_id: str = "") -> Plan:
    """Read both registers and return what a first cycle would do; nothing is changed anywhere.

    Raises:
        NoRoute, NoKey: It was not asked for, or Procountor's key has not come.
        NotConnected, CallRefused, CallFailed: A register was not read.
    """
    found = await asyncio.to_thread(receive_key, hub, tenant, who="plan")
    async with open_feed(hub, tenant, found.target, run_id=run_id) as partners:
        await listen(hub, tenant, found.target, partners)
    async with open_registers(hub, tenant, SOURCE, run_id=run_id) as (feed, _):
        await listen(hub, tenant, SOURCE, feed)
    registers = await asyncio.to_thread(
        read_registers, hub, tenant, found.target, found.terms.names
    )
    return await asyncio.to_thread(_plan, hub, found, registers)


def _plan(hub: Hub, found: SpotillaRoute, registers: Registers) -> Plan:
    pairing = paired(hub, found, registers)
    choice = _choice_if_on(found)
    return Plan(
        links=tuple(sorted(pairing.links.items())),
        here=tuple(card.id for card in pairing.to_spotilla),
        there=tuple(one.id for one in pairing.to_procountor),
        products=sum(not one.is_deleted for one in registers.products.values()),
        overwritten=tuple(_overwritten(registers, pairing.links.items())),
        against=tuple(sorted(pairing.against.items())),
        tasks_before=_tasks_before(registers, choice),
        tasks_to_go=_tasks_to_go(found, registers, choice, waiting=pairing.against),
    )


def _overwritten(
    registers: Registers, new: Iterable[tuple[str, str]]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the customers of which fields would change, and which; no values."""
    linked = {
        link.source_id: (link.target_id, link.remembered)
        for link in registers.links.values()
        if link.source_id and link.state is LinkState.LINKED
    }
    linked |= {source_id: (target_id, {}) for source_id, target_id in new}
    for source_id, (target_id, remembered) in linked.items():
        card = registers.cards.get(target_id)
        customer = registers.customers.get(source_id)
        if card and customer:
            writes = pull(card, customer, remembered=remembered).writes
            if kept := tuple(name for name in writes if getattr(customer, name)):
                yield source_id, kept


def _choice_if_on(found: SpotillaRoute) -> Choice:
    """Return which tasks become invoices if it is switched on at this moment, or is on already."""
    now = found.hub.database.now()
    since = found.terms.since(found.switched_on_at if found.is_on else now, ZONE)
    return replace(found.choice, since=since)


def _tasks_before(registers: Registers, choice: Choice) -> int:
    """Count the finished tasks that are too old to be sent."""
    moments = (
        task.done_at(needs_acceptance=choice.needs_acceptance) for task in registers.tasks.values()
    )
    return sum(at is not None and choice.since is not None and at < choice.since for at in moments)


def _tasks_to_go(
    found: SpotillaRoute, registers: Registers, choice: Choice, *, waiting: Container[str]
) -> int:
    """Count the finished tasks that become invoices; none of customers in ``waiting``, none twice.

    A task that Procountor has refused goes again, as in a cycle.
    """
    keys = {
        key_of(found.tenant, found.target, task_key(task.id), PushKind.SALES_INVOICE)
        for task in registers.tasks.values()
        if task.customer_id not in waiting
        and not against_task(
            task, customers=registers.customers, products=registers.products, choice=choice
        )
    }
    known = found.hub.outbox.keys(found.tenant, found.target, list(keys))
    went = {key for key, queued in known.items() if queued.item.phase is not Phase.REJECTED}
    return len(keys - went)


def join(hub: Hub, tenant: str, customer_id: str, card_id: str, *, who: str) -> None:
    """Say that a customer of Spotilla is a card of Procountor, by a person's word.

    An empty ``customer_id`` says that none is: the card is made in Spotilla in the next cycle.

    Raises:
        NoRoute: The integration was not asked for.
    """
    SpotillaRoute.of(hub, tenant)
    state = LinkState.LINKED if customer_id else LinkState.INTENT
    link = RouteLink(card_id, customer_id, state)
    hub.route_links.put(tenant, SOURCE, CUSTOMER, [link])
    message = f"card {card_id} is customer {customer_id or '(to be made)'} of Spotilla, says {who}"
    with hub.database.writing() as connection:
        hub.events.record(connection, "route", message, tenant=tenant)
