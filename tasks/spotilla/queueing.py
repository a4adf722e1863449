"""Putting customers, products and finished tasks into the outbox, each once.

An invoice waits for the cards that it names, so that a customer, a product and a task that are all
new go in one cycle. Nothing is ever queued that approves or sends an invoice.

Source:
    R-SPO-2, -3, -6, -8, -9, -14, -20, -23, -26, -29, -30.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from blocks.hub.outbox import NewDocument, Queued
from blocks.hub.states import LinkState, LogLevel, TransferState
from blocks.hub.transfers import Transfer
from blocks.systems.targets import PushTarget
from ledger.invoice.mappings.spotilla_procountor.cards import (
    customer_key,
    link_to,
    partner_of,
    product_key,
    product_of,
    task_key,
)
from ledger.invoice.mappings.spotilla_procountor.invoices import Links, Mapped, invoice_of
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.invoice.pushed.cards import Partner
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.invoice.pushed.kinds import kind_of
from ledger.invoice.pushed.parts import Link, Pushed
from ledger.push.advance import Rules
from ledger.push.events import Retried
from ledger.push.items import Phase
from ledger.push.kinds import Prerequisite, PushKind
from ledger.spotilla.conditions import against_card
from ledger.spotilla.judge import against_task
from ledger.spotilla.records import SpotillaCustomer, SpotillaTask
from ledger.spotilla.sentences import Reason, Stand, reason
from ledger.text import joined
from tasks.push import now
from tasks.push_add import key_of, sums_of
from tasks.spotilla.registers import Registers
from tasks.spotilla.route import KIND, SpotillaRoute

ROUTE: Final = f"{SOURCE}/{KIND}"
PROCESS: Final = "unfinished"
"""As far as an invoice goes: created and read back; people there check and send it."""
STATES: Final = {
    Stand.WAITS: TransferState.WAITS,
    Stand.HELD: TransferState.REFUSED,
    Stand.LEFT: TransferState.LEFT,
}


@dataclass(frozen=True)
class Planned:
    """A document that is to be queued. `task`: whose invoice it is."""

    document: Pushed
    waits: tuple[Prerequisite, ...] = ()
    task: SpotillaTask | None = None
    notices: tuple[Reason, ...] = ()


@dataclass
class Queueing:
    """The work on one tenant's outbox in one cycle. `limit`: cards that may still be made.

    What goes is planned first, so that nobody is asked for anything where nothing does. `notes`:
    whether it is noted why others do not go.
    """

    route: SpotillaRoute
    registers: Registers
    limit: int
    run_id: str = ""
    notes: bool = True
    planned: list[Planned] = field(default_factory=list)
    queued: dict[PushKind, int] = field(default_factory=dict)
    left: int = 0
    problems: list[str] = field(default_factory=list)
    _there: dict[str, Queued] = field(default_factory=dict)
    _wanted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Ask once what of all this was queued before."""
        found, route = self.registers, self.route
        wanted = [
            *(self._key(PushKind.PARTNER, customer_key(one)) for one in found.customers),
            *(self._key(PushKind.PRODUCT, product_key(one)) for one in found.products),
            *(self._key(PushKind.SALES_INVOICE, task_key(one)) for one in found.tasks),
        ]
        self._there = route.hub.outbox.keys(route.tenant, route.target, wanted)

    def customers(self, customers: Iterable[SpotillaCustomer]) -> None:
        """Plan customers that have no card, the first so many; a card is made once, ever.

        Those of finished tasks come first. What Procountor refused is tried once more.
        """
        wanted = {task.customer_id for task in self._done()}
        refused = [one for one in self.registers.live_customers if self._is_refused(one)]
        for customer in sorted([*customers, *refused], key=lambda one: one.id not in wanted):
            if not tuple(against_card(customer)):
                self._card(partner_of(customer))

    def _is_refused(self, customer: SpotillaCustomer) -> bool:
        known = self._there.get(self._key(PushKind.PARTNER, customer_key(customer.id)))
        return known is not None and known.item.phase is Phase.REJECTED

    def products(self) -> None:
        """Plan the products that were never queued; none is changed there later."""
        wanted = {row.product_id for task in self._done() for row in task.rows}
        live = [one for one in self.registers.products.values() if not one.is_deleted and one.name]
        for product in sorted(live, key=lambda one: one.id not in wanted):
            self._card(product_of(product, self.route.terms))

    def cards_of_products(self) -> dict[str, str]:
        """Return Procountor's ids of the products that finished tasks name which did not go yet."""
        named = {
            row.product_id
            for task in self._done()
            if self._key(PushKind.SALES_INVOICE, task_key(task.id)) not in self._there
            for row in task.rows
        }
        keys = {one: self._key(PushKind.PRODUCT, product_key(one)) for one in named}
        found = {one: self._there[key] for one, key in keys.items() if key in self._there}
        return {one: card.item.target_id for one, card in found.items() if card.item.target_id}

    def _done(self) -> Iterable[SpotillaTask]:
        needs_acceptance = self.route.choice.needs_acceptance
        tasks = self.registers.tasks.values()
        return [task for task in tasks if task.done_at(needs_acceptance=needs_acceptance)]

    def _card(self, document: Pushed) -> None:
        known = self._there.get(self._key(PushKind(kind_of(document)), document.key))
        if known is not None and known.item.phase is not Phase.REJECTED:
            return
        if self.limit <= 0:
            self.left += 1
            return
        self.limit -= 1
        self._plan(Planned(document))

    def _plan(self, planned: Planned) -> None:
        document = planned.document
        self._wanted.add(self._key(PushKind(kind_of(document)), document.key))
        self.planned.append(planned)

    def tasks(self) -> None:
        """Plan finished tasks; note of the others why not, and of those that went what changed."""
        for task in self.registers.tasks.values():
            self._task(task)

    def _task(self, task: SpotillaTask) -> None:
        known = self._there.get(self._key(PushKind.SALES_INVOICE, task_key(task.id)))
        if known is not None and known.item.phase is not Phase.REJECTED:
            self._went(task, known)
            return
        against = against_task(
            task,
            customers=self.registers.customers,
            products=self.registers.products,
            choice=self.route.choice,
        )
        against = against or tuple(self._against_links(task))
        if against:
            self._note(task, against)
            return
        mapped = self._mapped(task)
        if mapped.document is None:
            self._note(task, mapped.against)
            return
        self._plan(Planned(mapped.document, tuple(self._waits(task)), task, mapped.notices))

    def _against_links(self, task: SpotillaTask) -> Iterable[Reason]:
        """Yield why the task's cards cannot be named yet, or never."""
        link = self.registers.link_of.get(task.customer_id)
        if link is not None:
            if link.state is LinkState.GONE_THERE:
                gone = link.target_id in self.registers.gone
                yield reason("partner_gone" if gone else "partner_inactive")
            elif link.target_id not in self.registers.cards:
                yield reason("customer_awaited")
        elif not self._is_queued(PushKind.PARTNER, customer_key(task.customer_id)):
            yield reason("customer_awaited")
        for number in dict.fromkeys(row.product_id for row in task.rows):
            if number in self.registers.flagged:
                yield reason(self.registers.flagged[number], product=number)
            elif not self._is_queued(PushKind.PRODUCT, product_key(number)):
                yield reason("product_awaited", product=number)

    def _mapped(self, task: SpotillaTask) -> Mapped:
        link = self.registers.link_of.get(task.customer_id)
        card = self.registers.cards.get(link.target_id) if link else None
        partner = card.partner if card else None
        return invoice_of(
            task,
            card=partner or self._own_card(task.customer_id),
            products=self.registers.products,
            links=Links(
                self._partner_link(task), lambda number: Link(document=product_key(number))
            ),
            terms=self.route.terms,
            bank_account=self.registers.bank_account,
            today=self.route.today,
        )

    def _own_card(self, customer_id: str) -> Partner:
        return partner_of(self.registers.customers[customer_id])

    def _partner_link(self, task: SpotillaTask) -> Link:
        link = self.registers.link_of.get(task.customer_id)
        return link_to(link.target_id if link else "", customer_key(task.customer_id))

    def _waits(self, task: SpotillaTask) -> Iterable[Prerequisite]:
        if task.customer_id not in self.registers.link_of:
            yield Prerequisite(PushKind.PARTNER, customer_key(task.customer_id))
        for number in dict.fromkeys(row.product_id for row in task.rows):
            yield Prerequisite(PushKind.PRODUCT, product_key(number))

    def _went(self, task: SpotillaTask, known: Queued) -> None:
        """Say of a task that went what was changed since; its invoice stays as it is."""
        if known.trigger and known.trigger != task.digest[:16]:
            self._say(task, reason("changed_after_transfer"))

    def queue(self, target: PushTarget) -> None:
        """Put what was planned into the outbox, in its order."""
        for planned in self.planned:
            refused = self._add(planned, target)
            if planned.task is None:
                self.problems += [f"{planned.document.key}: {refused}"] if refused else []
            elif refused:
                self._stand(planned.task, TransferState.REFUSED, "target_refuses", refused)
            else:
                self._stand(planned.task, TransferState.QUEUED, "", "")
                for notice in planned.notices:
                    self._say(planned.task, notice)

    def _add(self, planned: Planned, target: PushTarget) -> str:
        """Queue a document, or return why it is not taken."""
        tenant, system, document = self.route.tenant, self.route.target, planned.document
        kind = PushKind(kind_of(document))
        new = NewDocument(
            source_id=document.key,
            kind=kind,
            key=key_of(tenant, system, document.key, kind),
            customer=_customer(document),
            document=document.as_json(),
            digest=document.digest,
            steps=tuple(target.plan(kind, PROCESS)),
            waits_for=planned.waits,
            route=ROUTE,
            trigger=planned.task.digest[:16] if planned.task else "",
            sums=sums_of(document),
        )
        if against := target.judge(kind, new.document):
            return " ".join(against)
        refused: list[str] = []
        outbox = self.route.hub.outbox
        counts = outbox.add(tenant, system, [new], refused=lambda _, why: refused.append(why))
        known = self._there.get(new.key)
        if counts["known"] and known is not None and known.item.phase is Phase.REJECTED:
            # What was refused is tried once more in each cycle, as it is.
            outbox.apply(known, Retried(), rules=Rules(), now=now())
        self.queued[kind] = self.queued.get(kind, 0) + (not refused)
        return " ".join(refused)

    def _is_queued(self, kind: PushKind, source_id: str) -> bool:
        key = self._key(kind, source_id)
        return key in self._there or key in self._wanted

    def _key(self, kind: PushKind, source_id: str) -> str:
        return key_of(self.route.tenant, self.route.target, source_id, kind)

    def _note(self, task: SpotillaTask, against: Sequence[Reason]) -> None:
        first = against[0]
        text = joined(*(one.message for one in against))
        self._stand(task, STATES[first.stand], first.code, text)

    def _stand(self, task: SpotillaTask, state: TransferState, code: str, text: str) -> None:
        if not self.notes:
            return
        self.route.hub.transfers.note(_transfer(self.route.tenant, task, state, code, text))

    def _say(self, task: SpotillaTask, notice: Reason) -> None:
        if not self.notes:
            return
        transfer = _transfer(self.route.tenant, task, TransferState.QUEUED, "", "")
        self.route.hub.transfers.say(
            transfer,
            level=LogLevel.WARNING,
            code=notice.code,
            text=notice.message,
            run_id=self.run_id,
        )


def _customer(document: Pushed) -> str:
    """Return whose card a document might make, by which creates are ordered."""
    partner = document.partner if isinstance(document, PushedInvoice) else None
    return partner.document if partner and partner.document else document.key


def _transfer(
    tenant: str, task: SpotillaTask, state: TransferState, code: str, text: str
) -> Transfer:
    subject = f"task-{task.id}"
    return Transfer(tenant, SOURCE, subject, subject, "task", 0, "", state, code=code, detail=text)
