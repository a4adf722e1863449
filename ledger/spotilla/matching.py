"""Which customers of Spotilla and which customers of Procountor are one, and who has to be made.

A link that is stored is never looked for anew. Else equal business ids decide, among customers
alone: a supplier's card is no match, and two candidates are never guessed between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ledger.invoice.pushed.cards import Partner
from ledger.spotilla.conditions import against_card, has_form
from ledger.spotilla.records import SpotillaCustomer
from ledger.spotilla.sentences import Reason, reason


@dataclass(frozen=True)
class PartnerCard:
    """A customer's card of Procountor, as far as Spotilla has a use for it.

    `fields`: by the names of `SpotillaCustomer`. `partner`: what an invoice to it is made of.
    """

    id: str
    is_active: bool
    fields: Mapping[str, str] = field(default_factory=dict)
    partner: Partner | None = None

    @property
    def business_id(self) -> str:
        """Return its business id, empty when it has none."""
        return self.fields.get("business_id", "")


@dataclass(frozen=True)
class Pairing:
    """What is to be done with each customer that no link has yet.

    `links`: Procountor's id by Spotilla's. `to_procountor`: customers to be made there.
    `to_spotilla`: cards to be made here. `against`: why others stay as they are, by Spotilla's id.
    """

    links: Mapping[str, str] = field(default_factory=dict)
    to_procountor: tuple[SpotillaCustomer, ...] = ()
    to_spotilla: tuple[PartnerCard, ...] = ()
    against: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)


def pair(
    customers: Iterable[SpotillaCustomer],
    cards: Iterable[PartnerCard],
    *,
    linked: Mapping[str, str],
    tombstones: Iterable[str] = (),
) -> Pairing:
    """Return what becomes of customers and cards without a link.

    Args:
        customers: Spotilla's, without those that were deleted.
        cards: Procountor's of type CUSTOMER, active or not; suppliers and persons are not given.
        linked: Procountor's id by Spotilla's, of customers that have one or had one.
        tombstones: Ids of cards whose customer was deleted in Spotilla: they are not made anew.
    """
    taken = {*linked.values(), *tombstones}
    free = [card for card in cards if card.id not in taken]
    by_business_id: dict[str, list[PartnerCard]] = defaultdict(list)
    for card in free:
        if card.business_id:
            by_business_id[card.business_id].append(card)
    first_of = _first_of(customers := sorted(customers, key=_order), linked)
    links: dict[str, str] = {}
    making: list[SpotillaCustomer] = []
    against: dict[str, tuple[Reason, ...]] = {}
    for customer in customers:
        if customer.id in linked:
            continue
        is_known = has_form(customer.business_id)
        found = by_business_id.get(customer.business_id, []) if is_known else []
        if reasons := tuple(_against(customer, found, first_of)):
            against[customer.id] = reasons
        elif found:
            links[customer.id] = found[0].id
        else:
            making.append(customer)
    # A card that a held customer may be is not made here: it would be that customer once more.
    claimed = {*links.values(), *_of_held(customers, against, by_business_id)}
    return Pairing(links, tuple(making), tuple(_new(free, claimed)), against)


def _order(customer: SpotillaCustomer) -> tuple[int, str]:
    return (int(customer.id) if customer.id.isdecimal() else 0, customer.id)


def _first_of(customers: Iterable[SpotillaCustomer], linked: Mapping[str, str]) -> dict[str, str]:
    """Return who has a business id: a customer that is linked, else the oldest."""
    first: dict[str, str] = {}
    for customer in sorted(customers, key=lambda c: (c.id not in linked, _order(c))):
        if has_form(customer.business_id):
            first.setdefault(customer.business_id, customer.id)
    return first


def _against(
    customer: SpotillaCustomer, found: list[PartnerCard], first_of: Mapping[str, str]
) -> Iterator[Reason]:
    first = first_of.get(customer.business_id, customer.id)
    if first != customer.id:
        yield reason("second_of_business_id", first=first)
    elif len(found) > 1:
        yield reason("several_partners", ids=", ".join(card.id for card in found[:5]))
    elif found and not found[0].is_active:
        yield reason("partner_inactive")
    elif not found:
        yield from against_card(customer)


def _of_held(
    customers: Iterable[SpotillaCustomer],
    against: Mapping[str, tuple[Reason, ...]],
    by_business_id: Mapping[str, list[PartnerCard]],
) -> Iterator[str]:
    for customer in customers:
        if customer.id in against:
            yield from (card.id for card in by_business_id.get(customer.business_id, ()))


def _new(free: Iterable[PartnerCard], claimed: set[str]) -> Iterator[PartnerCard]:
    for card in free:
        if card.is_active and card.id not in claimed:
            yield card
