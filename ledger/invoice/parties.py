"""Who an invoice is for, where it goes and by which way."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from ledger.invoice.fields import CountryCode, Line, Name, Value


class CustomerKind(StrEnum):
    """Whether VAT is the customer's to deduct: prices to a consumer are gross."""

    COMPANY = "company"
    CONSUMER = "consumer"


class Address(Value):
    """A postal address. What is empty is not known; a target says what it needs."""

    street: Line = ""
    postal_code: Line = ""
    city: Line = ""
    country: CountryCode | None = None


class Customer(Value):
    """The buyer. `number`: of the customer in the system that the invoice comes from."""

    name: Name
    name2: Line = ""
    number: Line = ""
    kind: CustomerKind = CustomerKind.COMPANY
    business_id: Line = ""
    vat_number: Line = ""
    address: Address = Address()
    contact_person: Line = ""
    email: Line = ""
    phone: Line = ""

    @property
    def key(self) -> str:
        """Return what two invoices of one customer have in common: the number where there is one.

        Neither business id nor name makes two customers one: a company may have a card for each of
        its addresses (R-FEN-4, R-FEN-10). Without a number everything that is known is the key, as
        a hash, since it names a person.
        """
        if self.number:
            return f"number:{self.number}"
        return f"hash:{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]}"


class Recipient(Value):
    """Where an invoice is sent. `channel`: as the target spells it, such as ``finvoice``.

    `address`: of e-mail or e-invoices (OVT, IBAN), empty for paper. `operator`: id of the e-invoice
    operator.
    """

    channel: Line
    address: Line = ""
    operator: Line = ""


class DeliveryPlace(Value):
    """Where goods went: not where the invoice is sent."""

    name: Line = ""
    name2: Line = ""
    address: Address = Address()
