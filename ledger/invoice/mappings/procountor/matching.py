"""Which card of Procountor's register is a partner's: by number, else by name, and never a guess.

Source:
    R-ECO-26, R-SPO-15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.invoice.mappings.procountor.characters import within
from ledger.invoice.mappings.procountor.identity import numbers_of
from ledger.invoice.pushed.cards import Partner


@dataclass(frozen=True)
class Card:
    """A card of the register. `type`: as Procountor spells it. `numbers`: in one spelling each."""

    id: int
    type: str
    name: str
    numbers: frozenset[str] = frozenset()
    is_active: bool = True


class Verdict(StrEnum):
    """What the register says of a partner."""

    JOINED = "joined"
    ABSENT = "absent"
    SEVERAL = "several"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Match:
    """`ids`: of the one card that is joined, or of those between which a person chooses."""

    verdict: Verdict
    ids: tuple[int, ...] = ()


def match(partner: Partner, cards: Iterable[Card]) -> Match:
    """Return the card of a partner.

    A card with one of its numbers, else, where the partner allows it, one of exactly its name as
    Procountor spells it that has no number which says otherwise. Of the other register none counts.
    Of a retired card beside one in use the latter is joined.
    """
    own = [card for card in cards if card.type == partner.type.upper()]
    numbers = partner_numbers(partner)
    found = [card for card in own if card.numbers & numbers]
    if not found and partner.matches_by_name:
        name = spelled(partner.name)
        alike = (card for card in own if spelled(card.name) == name)
        found = [card for card in alike if not (card.numbers and numbers)]
    active = [card.id for card in found if card.is_active]
    if len(active) == 1:
        return Match(Verdict.JOINED, tuple(active))
    if active:
        return Match(Verdict.SEVERAL, tuple(sorted(active)))
    retired = tuple(sorted(card.id for card in found))
    return Match(Verdict.INACTIVE, retired) if retired else Match(Verdict.ABSENT)


def partner_numbers(partner: Partner) -> frozenset[str]:
    """Return a partner's numbers in one spelling."""
    country = partner.address.country or ""
    return numbers_of(partner.business_id, partner.vat_number, country=country)


def spelled(name: str) -> str:
    """Return a name as Procountor would give it back, with single blanks."""
    return " ".join(within(name).split())
