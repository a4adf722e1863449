"""Both registers as they were last heard: the newest state of each record.

What cannot be read is named and left out; the rest goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from blocks.hub import Hub
from blocks.hub.feeds import Kept
from blocks.hub.route_links import RouteLink
from blocks.invoices.tables import rows_of
from ledger.invoice.mappings.spotilla_procountor.cards import fields_of
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE
from ledger.invoice.pushed.cards import Partner
from ledger.invoice.pushed.parts import BankAccount
from ledger.spotilla.matching import PartnerCard
from ledger.spotilla.names import Names
from ledger.spotilla.records import (
    SpotillaCustomer,
    SpotillaProduct,
    SpotillaTask,
    Unreadable,
    read_customer,
    read_product,
    read_task,
)
from tasks.spotilla.products import flagged_products

CUSTOMER: Final = "customer"


@dataclass
class Registers:
    """What is known of both systems. Records by id; `cards` of Procountor without those gone.

    `gone`: ids of cards that were deleted there. `links`: by Procountor's id. `flagged`: why
    products cannot be named there, by Spotilla's id.
    """

    customers: dict[str, SpotillaCustomer] = field(default_factory=dict)
    products: dict[str, SpotillaProduct] = field(default_factory=dict)
    tasks: dict[str, SpotillaTask] = field(default_factory=dict)
    cards: dict[str, PartnerCard] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    links: dict[str, RouteLink] = field(default_factory=dict)
    flagged: dict[str, str] = field(default_factory=dict)
    bank_account: BankAccount | None = None
    unreadable: list[str] = field(default_factory=list)

    @property
    def link_of(self) -> Mapping[str, RouteLink]:
        """Return the links by Spotilla's id."""
        return {link.source_id: link for link in self.links.values() if link.source_id}

    @property
    def live_customers(self) -> list[SpotillaCustomer]:
        """Return the customers that were not deleted."""
        return [one for one in self.customers.values() if not one.is_deleted]


def read_registers(hub: Hub, tenant: str, target: str, names: Mapping[str, str]) -> Registers:
    """Return both registers.

    Args:
        hub: Where feeds and links are kept.
        tenant: Whose.
        target: The connection to Procountor.
        names: Spellings of Spotilla's fields that differ from the table's.
    """
    spelled = Names.of_lines(rows_of("spotilla_fields.csv"), names)
    found = Registers()
    kinds: tuple[tuple[str, Callable[[Any, Names], Any], dict[str, Any]], ...] = (
        ("customer", read_customer, found.customers),
        ("product", read_product, found.products),
        ("task", read_task, found.tasks),
    )
    for kind, read, records in kinds:
        for one in _newest(hub, tenant, SOURCE, kind):
            try:
                record = read(json.loads(one.content, parse_float=Decimal), spelled)
            except Unreadable as problem:
                found.unreadable.append(f"{one.subject}: {problem}")
                continue
            records[record.id] = record
    cards = [json.loads(one.content) for one in _newest(hub, tenant, target, "partner")]
    found.gone = frozenset(str(card["id"]) for card in cards if card.get("is_gone"))
    found.cards = {str(card["id"]): _card(card) for card in cards if not card.get("is_gone")}
    found.links = {link.target_id: link for link in hub.route_links.of(tenant, SOURCE, CUSTOMER)}
    found.flagged = flagged_products(hub, tenant)
    for one in _newest(hub, tenant, target, "bank_account"):
        content = json.loads(one.content)
        found.bank_account = BankAccount(iban=content["iban"]) if content.get("iban") else None
    return found


def _newest(hub: Hub, tenant: str, source: str, kind: str) -> Iterator[Kept]:
    """Yield the newest state of each record of a kind."""
    newest = {one.subject: one for one in hub.feeds.of_kind(tenant, source, kind)}
    yield from newest.values()


def _card(content: Mapping[str, Any]) -> PartnerCard:
    partner = Partner.model_validate(content["partner"])
    is_active = bool(content.get("is_active", True))
    return PartnerCard(str(content["id"]), is_active, fields_of(partner), partner)
