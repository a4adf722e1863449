"""What a card of Procountor makes of its customer in Spotilla, and what it leaves alone.

Only a field that changed in Procountor since it was last pulled is written, so a change that was
made in Spotilla stays until Procountor changes the same field, and then gives way.

Source:
    R-SPO-21, -22, -24.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.spotilla.matching import PartnerCard
from ledger.spotilla.records import SpotillaCustomer
from ledger.spotilla.sentences import Reason, reason

PULLED: Final = (
    "name", "business_id", "street", "postal_code", "city", "country", "email", "phone",
    "contact_person", "billing_name", "billing_street", "billing_postal_code", "billing_city",
    "billing_country", "payment_term_days",
)  # fmt: skip
"""Fields of a customer that are kept up in Procountor."""


def digest(value: str) -> str:
    """Return what is remembered of a value: not the value, which may name a person."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Pull:
    """What is written to a customer, what is remembered of the card, and what is to be seen.

    `writes`: by field; empty when Spotilla has it all. `remembered`: digest by field.
    """

    writes: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Reason, ...] = ()


def pull(card: PartnerCard, customer: SpotillaCustomer, *, remembered: Mapping[str, str]) -> Pull:
    """Return what becomes of a linked customer.

    Args:
        card: As it is in Procountor now. A field that it does not name is not Procountor's.
        customer: As it is in Spotilla now.
        remembered: Digest by field of the card as it was last pulled; empty at the first time,
            when every field that the card has anything in is Procountor's.
    """
    now = {name: card.fields[name] for name in PULLED if name in card.fields}
    changed = {
        name: value
        for name, value in now.items()
        if (remembered.get(name) != digest(value) if remembered else value)
    }
    there = {name: getattr(customer, name) for name in changed}
    writes = {name: value for name, value in changed.items() if there[name] != value}
    gave_way = [
        name
        for name in writes
        if there[name] and name in remembered and digest(there[name]) != remembered[name]
    ]
    notices = (reason("overwritten", fields=", ".join(gave_way)),) if gave_way else ()
    return Pull(writes, {name: digest(value) for name, value in now.items()}, notices)


def is_written(writes: Mapping[str, str], customer: SpotillaCustomer) -> bool:
    """Return whether a customer has what was written, as after an answer that was lost."""
    return all(getattr(customer, name) == value for name, value in writes.items())


def as_new(card: PartnerCard) -> dict[str, str]:
    """Return the fields of a customer that is made of a card."""
    return {name: card.fields[name] for name in PULLED if card.fields.get(name)}
