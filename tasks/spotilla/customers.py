"""Customers of both registers: linked, made in Spotilla, and changed there by Procountor's word.

A customer is made in Spotilla only after that was intended in the hub; an intent whose answer was
lost is proven by our id where Spotilla keeps one, else by the business id, else a person looks.

Source:
    R-SPO-7, -15, -16, -21 to -24.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from blocks.http import CallFailed, CallRefused
from blocks.hub import Hub
from blocks.hub.route_links import RouteLink
from blocks.hub.states import LinkState
from blocks.systems.ports import CustomerRegister
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.spotilla.matching import PartnerCard
from ledger.spotilla.pull import as_new, pull
from ledger.spotilla.records import SpotillaCustomer
from ledger.spotilla.sentences import Reason
from tasks.log import say, warn
from tasks.spotilla.registers import CUSTOMER, Registers

COMMIT_LAG: Final = dt.timedelta(minutes=15)
"""Longest time until a customer that was made shows in Spotilla's register."""
NOT_PROVABLE: Final = (
    "whether a customer was made in Spotilla cannot be proven: it has no business id, and Spotilla "
    "keeps no id of ours; make it by hand there"
)
MAY_COME_LATE: Final = "what was last written to it may come to pass later"
SEVERAL: Final = "several customers of Spotilla may be this one: {ids}"


@dataclass
class Customers:
    """The work on one tenant's customers in one cycle. `made`: cards made here, of `limit`."""

    hub: Hub
    tenant: str
    registers: Registers
    register: CustomerRegister
    limit: int
    linked: int = 0
    made: int = 0
    changed: int = 0
    left: int = 0
    notices: list[tuple[str, Reason]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def settle(self) -> None:
        """Find out what became of customers that were about to be made when a run ended."""
        intents = [one for one in self.registers.links.values() if one.state is LinkState.INTENT]
        for link in intents:
            await self._settle(link)

    async def _settle(self, link: RouteLink) -> None:
        card = self.registers.cards.get(link.target_id)
        found = self._candidates(link, card)
        if len(found) == 1:
            await self._put(replace(link, source_id=found[0].id, state=LinkState.LINKED))
            say(f"customer {found[0].id} had been made", tenant=self.tenant)
        elif found:
            ids = ", ".join(one.id for one in found[:5])
            await self._put(replace(link, state=LinkState.HELD, note=SEVERAL.format(ids=ids)))
        elif card is None or not (self.register.keeps_external_id or card.business_id):
            await self._put(replace(link, state=LinkState.HELD, note=NOT_PROVABLE))
        elif self._has_waited(link):
            await self._create(card)

    def _candidates(self, link: RouteLink, card: PartnerCard | None) -> list[SpotillaCustomer]:
        taken = self.registers.link_of.keys()
        free = [one for one in self.registers.live_customers if one.id not in taken]
        if self.register.keeps_external_id:
            return [one for one in free if one.external_id == link.target_id]
        number = card.business_id if card else ""
        return [one for one in free if number and one.business_id == number]

    def _has_waited(self, link: RouteLink) -> bool:
        now = self.hub.database.now()
        return link.changed_at is not None and now - link.changed_at > COMMIT_LAG

    async def link(self, links: Iterable[tuple[str, str]]) -> None:
        """Link customers with cards that are there: pairs of Spotilla's and Procountor's id."""
        for source_id, target_id in links:
            await self._put(RouteLink(target_id, source_id, LinkState.LINKED))
            self.linked += 1

    async def make(self, cards: Iterable[PartnerCard]) -> None:
        """Make customers of cards, at most so many; the rest comes in a later cycle."""
        for card in cards:
            if self.made >= self.limit:
                self.left += 1
                continue
            self.made += 1
            await self._create(card)

    async def _create(self, card: PartnerCard) -> None:
        await self._put(RouteLink(card.id, "", LinkState.INTENT))
        fields = as_new(card)
        try:
            source_id = await self.register.create(fields, external_id=card.id)
        except CallRefused as problem:
            note = f"Spotilla refused it: {problem}"
            await self._put(RouteLink(card.id, "", LinkState.HELD, note=note))
            self.problems.append(f"card {card.id}: {problem}")
            return
        except CallFailed as problem:
            warn(f"Nobody knows whether card {card.id} was made: {problem}", tenant=self.tenant)
            return
        remembered = pull(card, SpotillaCustomer(id=source_id, **fields), remembered={}).remembered
        await self._put(RouteLink(card.id, source_id, LinkState.LINKED, remembered))

    async def pull(self) -> None:
        """Write to linked customers what changed on their cards, and note what is gone."""
        for link in list(self.registers.links.values()):
            if link.source_id and link.state in (LinkState.LINKED, LinkState.GONE_THERE):
                await self._pull(link)

    async def _pull(self, link: RouteLink) -> None:
        customer = self.registers.customers.get(link.source_id)
        card = self.registers.cards.get(link.target_id)
        if customer is not None and customer.is_deleted:
            await self._put(replace(link, state=LinkState.GONE_HERE))
            return
        if link.target_id in self.registers.gone or (card is not None and not card.is_active):
            if link.state is not LinkState.GONE_THERE:
                await self._put(replace(link, state=LinkState.GONE_THERE))
            return
        if card is None or customer is None:
            return
        found = pull(card, customer, remembered=link.remembered)
        was_doubtful = bool(link.note)
        if found.writes:
            await self._put(replace(link, note=MAY_COME_LATE))
            if not await self._write(customer, found.writes):
                return
        self.notices += [(customer.id, notice) for notice in found.notices]
        if was_doubtful and (found.writes or not self._has_waited(link)):
            return  # what was written before may come yet, so the same is compared once more
        after = replace(link, state=LinkState.LINKED, remembered=found.remembered, note="")
        if after != self.registers.links[link.target_id]:
            await self._put(after)

    async def _write(self, customer: SpotillaCustomer, fields: Mapping[str, str]) -> bool:
        """Write fields; after an answer that was lost the same are written in the next cycle.

        What was lost may come to pass later than what is written then, and put back older fields;
        so until `COMMIT_LAG` after it the customer is compared in each cycle.
        """
        try:
            await self.register.update(customer.id, fields)
        except (CallFailed, CallRefused) as problem:
            self.problems.append(f"customer {customer.id}: {problem}")
            return False
        self.changed += 1
        self.registers.customers[customer.id] = customer.model_copy(update=fields)
        return True

    async def _put(self, link: RouteLink) -> None:
        self.registers.links[link.target_id] = link
        put = self.hub.route_links.put
        await asyncio.to_thread(put, self.tenant, SOURCE, CUSTOMER, [link])
