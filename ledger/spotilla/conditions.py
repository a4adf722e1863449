"""What a customer needs before it has a card in Procountor, and before it is invoiced.

Source:
    R-SPO-10 to -13 (name, business id of the form 1234567-8), R-SPO-P3 (an address, which
    Procountor requires of a customer and the article does not mention).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.spotilla.records import SpotillaCustomer
from ledger.spotilla.sentences import Reason, reason

BUSINESS_ID: Final = re.compile(r"[0-9]{7}-[0-9]")
"""The form alone: the article's own example has a wrong check digit."""


def has_form(business_id: str) -> bool:
    """Return whether a business id has the form that is asked for."""
    return BUSINESS_ID.fullmatch(business_id) is not None


def against_card(customer: SpotillaCustomer) -> Iterator[Reason]:
    """Yield what keeps a customer from having a card; a consumer may have one."""
    if not customer.name:
        yield reason("name_absent")
    if customer.business_id and not has_form(customer.business_id):
        yield reason("business_id_malformed")
    if not (customer.street or customer.postal_code or customer.city):
        yield reason("address_absent")


def against_invoicing(customer: SpotillaCustomer) -> Iterator[Reason]:
    """Yield what keeps a customer from being invoiced, each missing condition by its name."""
    yield from against_card(customer)
    if not customer.business_id:
        yield reason("business_id_absent")
