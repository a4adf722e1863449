"""Purchase and sales invoices, and credit notes of both, as they are pushed."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.invoice.arithmetic import DEFAULT, Priced, Prices, Rounding, Totals, totals_of
from ledger.invoice.document import MAX_ROWS, DocumentType
from ledger.invoice.fields import CurrencyCode, Day, Line, Name, Number, Percent, Text, Value
from ledger.invoice.parties import Address, DeliveryPlace
from ledger.invoice.pushed.parts import (
    BankAccount,
    Code,
    Image,
    Link,
    PostingKind,
    Pushed,
    TargetPosting,
)


class Channel(StrEnum):
    """By which way the target sends a sales invoice."""

    NOT_SENT = "not_sent"
    EMAIL = "email"
    POST = "post"
    E_INVOICE = "e_invoice"


class EInvoiceAddress(Value):
    """Where e-invoices go. `address`: OVT, IBAN or EDI id. `operator`: id of the operator."""

    address: Line = ""
    operator: Line = ""


class Counterparty(Value):
    """Who stands on the invoice: the buyer of a sale, the supplier of a purchase.

    What is empty is not sent. `number`: of the customer, as the target's register has it.
    """

    name: Name
    name2: Line = ""
    number: Line = ""
    business_id: Line = ""
    vat_number: Line = ""
    address: Address = Address()
    contact_person: Line = ""
    email: Line = ""
    e_invoice: EInvoiceAddress | None = None


class InvoiceRow(Value):
    """One row. `price`: of one unit, net or gross as the invoice says; in its currency.

    `quantity`: negative on a credit note, where `price` stays positive. `unit`: as the source
    spells it. `product_number`: travels as text; `product`: links to the target's register.
    `vat_status`: empty as the invoice's. `comment`: beside the product's name, for people.
    """

    product_name: Name
    product_number: Line = ""
    product: Link | None = None
    quantity: Number
    unit: Line = ""
    price: Number
    discount_percent: Percent = Decimal(0)
    vat_rate: Percent
    vat_status: Code = ""
    comment: Text = ""

    @property
    def priced(self) -> Priced:
        """Return what its sum is made of."""
        return Priced(self.price, self.quantity, self.vat_rate, self.discount_percent)


class PushedInvoice(Pushed):
    """What invoices of both sides have. Sums are not part of it: they follow from the rows.

    `number`: the source's own, which travels as the original number and is searched there after a
    lost answer. `partner`: the card in the target's register; None where only the counterparty is
    sent. `currency_rate`: units of the currency for one of the company's own; None while it is the
    company's own. `vat_status`: of all rows that have none. `postings`: None where the target posts
    by its own rules. `credited_number`: what a credit note credits, as people read it.
    """

    type: DocumentType = DocumentType.INVOICE
    number: Name
    invoice_date: Day
    due_date: Day
    currency: CurrencyCode = "EUR"
    currency_rate: Number | None = None
    prices: Prices = Prices.NET
    partner: Link | None = None
    counterparty: Counterparty
    bank_account: BankAccount | None = None
    payment_reference: Line = ""
    discount_percent: Percent = Decimal(0)
    vat_status: Code
    rows: Annotated[tuple[InvoiceRow, ...], Field(max_length=MAX_ROWS)] = ()
    postings: (
        Annotated[tuple[TargetPosting, ...], Field(min_length=1, max_length=MAX_ROWS)] | None
    ) = None
    credited_number: Line = ""
    image: Image | None = None

    @property
    def is_credit(self) -> bool:
        """Return whether it is a credit note."""
        return self.type is DocumentType.CREDIT_NOTE

    @property
    def links(self) -> tuple[Link | None, ...]:
        """Return what it names at the target."""
        return (self.partner, *(row.product for row in self.rows))

    @property
    def totals(self) -> Totals:
        """Return its sums by the default rules of rounding."""
        return self.totals_by(DEFAULT)

    def totals_by(self, rounding: Rounding) -> Totals:
        """Return its sums by a target's rules; negative ones of a credit note."""
        share = (Decimal(100) - self.discount_percent) / 100
        rows = [row.priced._replace(price=row.price * share) for row in self.rows]
        return totals_of(rows, prices=self.prices, rounding=rounding)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.is_credit and any(row.price < 0 for row in self.rows):
            raise ValueError("a credit note has negative quantities and no negative price")
        if self.credited_number and not self.is_credit:
            raise ValueError("only a credit note names what it credits")
        roundings = [one for one in self.postings or () if one.kind is PostingKind.ROUNDING]
        if len(roundings) > 1:
            raise ValueError("more than one posting of rounding")
        if any(one.vat_rate or one.vat_status for one in roundings):
            raise ValueError("a posting of rounding has no VAT")
        return self


class PurchaseInvoice(PushedInvoice):
    """An invoice that a supplier sent. `bank_account`: the supplier's.

    `postings`: the cost rows only, debit positive; what is owed to the supplier is the target's.
    """


class SalesInvoice(PushedInvoice):
    """An invoice to a customer. `bank_account`: our own, to which the buyer pays.

    `generates_reference`: the target makes the payment reference, and `payment_reference` is empty.
    `billing`: where it is sent, None as the counterparty. `delivery`: where goods went, None when
    that is not said.
    `postings`: the sales rows only, credit negative.
    """

    generates_reference: bool = False
    channel: Channel = Channel.NOT_SENT
    language: Annotated[str, Field(pattern="^(fi|sv|en|et|no|da)$")] = "fi"
    billing: DeliveryPlace | None = None
    delivery: DeliveryPlace | None = None
    order_number: Line = ""
    note: Text = ""

    @model_validator(mode="after")
    def _has_one_reference(self) -> Self:
        if self.generates_reference and self.payment_reference:
            raise ValueError("a payment reference is either given or made by the target")
        return self
