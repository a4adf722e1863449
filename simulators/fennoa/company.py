"""One simulated company: its invoices, customers' cards and products, and what is set up for it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from simulators.fennoa.amounts import Totals
from simulators.fennoa.ledger import Ledger

Form = dict[str, Any]
"""A form as it came: texts by name, and under ``row`` the rows by their number."""


class Refused(Exception):
    """A call that Fennoa refuses: a status and what it says."""

    def __init__(self, status: int, errors: object) -> None:
        self.status, self.errors = status, errors
        super().__init__(str(errors))


class Attachment(NamedTuple):
    """A file on an invoice."""

    name: str
    content: bytes


class Surcharge(NamedTuple):
    """What is added to an invoice when it is sent by a delivery method: net, and VAT percent."""

    net: Decimal
    vat_rate: Decimal


@dataclass
class Invoice:
    """One sales invoice. `fields` and `rows` as they came in."""

    id: int
    fields: dict[str, str]
    rows: list[dict[str, str]]
    totals: Totals
    created: str
    customer_id: str = ""
    number: str = ""
    approved_at: float | None = None
    sent: int = 0
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def is_credit(self) -> bool:
        """Return whether it credits another."""
        return self.fields.get("invoice_type_id") == "2"


@dataclass
class Company:
    """One company and the key that opens it.

    `locked`: what is locked, by Fennoa's code. `products`: names by number. `surcharges`: by
    delivery method. `may_read_accounting`: whether the API user has that role.
    `ledger`: its books, None when it has none here.
    """

    user: str
    key: str
    invoices: dict[int, Invoice] = field(default_factory=dict)
    customers: dict[str, dict[str, str]] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)
    surcharges: dict[str, Surcharge] = field(default_factory=dict)
    delivery_errors: list[dict[str, str]] = field(default_factory=list)
    consumer_e_invoicing: bool = False
    may_read_accounting: bool = True
    ledger: Ledger | None = None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    customer_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(5001))

    def empty(self) -> None:
        """Leave nothing but the key, for the next test."""
        fresh = Company(self.user, self.key)
        for name in ("invoices", "customers", "products", "locked", "surcharges"):
            getattr(self, name).clear()
        self.delivery_errors.clear()
        self.consumer_e_invoicing = fresh.consumer_e_invoicing
        self.may_read_accounting = fresh.may_read_accounting

    def find(self, invoice_id: int) -> Invoice:
        """Return an invoice.

        Raises:
            Refused: There is none (404).
        """
        if invoice_id not in self.invoices:
            raise Refused(404, "Not found")
        return self.invoices[invoice_id]

    def card(self, number: str) -> dict[str, str]:
        """Return a customer's card by its number.

        Raises:
            Refused: There is none (404).
        """
        if number not in self.customers:
            raise Refused(404, "Not found")
        return self.customers[number]

    def card_by_id(self, card_id: str) -> dict[str, str]:
        """Return a customer's card by its id.

        Raises:
            Refused: There is none (404).
        """
        for card in self.customers.values():
            if card["id"] == card_id:
                return card
        raise Refused(404, "Not found")

    def add_card(self, fields: dict[str, str]) -> dict[str, str]:
        """Make a card under Fennoa's own running number, whatever number came (R-FEN-5)."""
        number = str(next(self.customer_numbers))
        while number in self.customers:
            number = str(next(self.customer_numbers))
        names = ("name", "business_id", "vat_number", "address", "postalcode", "city")
        known = {name: fields[name] for name in names if fields.get(name)}
        card = {"id": str(7_000 + len(self.customers)), "customer_no": number, **known}
        self.customers[number] = card
        return card

    def name_products(self, rows: list[dict[str, str]]) -> None:
        """Write the rows' names over those of known products; unknown ones stay unknown."""
        for row in rows:
            if row.get("product_no") in self.products and row.get("name"):
                self.products[row["product_no"]] = row["name"]
