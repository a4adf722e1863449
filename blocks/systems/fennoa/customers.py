"""Which customer's card an invoice goes to, and what number Fennoa gave a card that it made itself.

Fennoa knows a customer by its number alone, and gives an unknown one a number of its own. Two
creates for one unknown customer would make two cards; so the number is read, and kept, before the
next is made.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from blocks.hub.outbox import Queued
from blocks.systems.fennoa.answers import LATER_S, Good
from blocks.systems.fennoa.calls import Calls, Refusal, header_of, postponed, read_invoice
from blocks.systems.fennoa.listing import Unread
from blocks.systems.fennoa.memory import Memory
from blocks.systems.fennoa.prepared import document_of
from blocks.systems.targets import Claim
from ledger.invoice.mappings.fennoa.cards import Card
from ledger.push.events import After, Barred, Lost, NoEffect, NotSent, Postponed, Refuted, Succeeded
from ledger.push.items import HoldCode
from ledger.text import joined

CUSTOMER_NO: Final = "customer_no"


class Customers:
    """The customers of one company, as our documents have them."""

    def __init__(self, calls: Calls, memory: Memory) -> None:
        self._calls, self._memory = calls, memory

    async def before(self, queued: Queued) -> dict[str, str] | Barred | Postponed:
        """Return the number that a document goes under; nothing where Fennoa shall give one.

        A number that is there and not ours by what we know is taken only if name and business id
        agree. Only 404 says that it is not there.
        """
        customer = document_of(queued.document).customer
        if not customer.number:
            return {}
        if known := self._memory.customer(queued.customer):
            return {CUSTOMER_NO: known}
        card = await self._find(customer.number)
        if isinstance(card, Postponed):
            return card
        if card is None:
            is_awaited = self._memory.is_awaited(queued)
            return Postponed("customer_awaited", LATER_S) if is_awaited else {}
        if differing := card.check(customer):
            return Barred(HoldCode.CUSTOMER, joined(*(one.message for one in differing)))
        self._memory.learn(queued.customer, card.number or customer.number)
        return {CUSTOMER_NO: customer.number}

    async def _find(self, number: str) -> Card | Postponed | None:
        """Return the card of a number; None where Fennoa itself says that there is none."""
        found = await self._calls.rows(f"customer_api/get/customer_no/{quote(number, safe='')}")
        if found is Unread.ABSENT:
            return None
        if isinstance(found, Unread | Refusal):
            return postponed(found, "card")
        return _card(found) or postponed(Unread.FAILED, "card")

    async def learn(
        self, queued: Queued, claim: Claim
    ) -> Succeeded | NoEffect | Lost | NotSent | Refuted:
        """Read which card an invoice went to, and keep its number."""
        customer = document_of(queued.document).customer
        if not customer.number or self._memory.customer(queued.customer):
            return Succeeded(claim.token)
        answer = await read_invoice(self._calls, queued.item.target_id, claim)
        if not isinstance(answer, Good):
            return answer
        found = await self._calls.rows(f"customer_api/{header_of(answer).get('customer_id')}")
        card = None if isinstance(found, Unread | Refusal) else _card(found)
        if card is None or not card.number:
            code = found.code if isinstance(found, Refusal) else "card_unread"
            return NoEffect(claim.token, code, After.RETRY, retry_after_s=LATER_S)
        self._memory.learn(queued.customer, card.number)
        return Succeeded(claim.token)


def _card(found: object) -> Card | None:
    card = found.get("Customer") if isinstance(found, dict) else None
    return Card.of_answer(card) if isinstance(card, dict) else None


async def price_list_of(calls: Calls, number: str) -> str | None:
    """Return the id of a customer's price list, empty where it has none; None if it was not read.

    Source:
        R-FEN-18: ``sales_pricelist_id`` of a customer.
    """
    found = await calls.rows(f"customer_api/get/customer_no/{quote(number, safe='')}")
    card = _card(found)
    return card.price_list_id if card else None
