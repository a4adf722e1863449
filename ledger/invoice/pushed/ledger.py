"""Payments of pushed invoices, and journals: vouchers without an invoice."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.invoice.document import MAX_ROWS
from ledger.invoice.fields import CurrencyCode, Day, Line, Name, Text
from ledger.invoice.pushed.parts import (
    Amount,
    Code,
    Image,
    Link,
    PostingKind,
    Pushed,
    TargetPosting,
    VatSide,
)


class PaymentOrigin(StrEnum):
    """How a payment came about in the source."""

    MANUAL = "manual"
    BANK_AUTO = "bank_auto"
    REFERENCE = "reference"


class Payment(Pushed):
    """That an invoice was paid. `invoice`: which; it is paid once that is approved.

    `amount`: in `currency`, which is the invoice's, above zero; None for all that is open there
    when it is sent. `description`: to be read by people.
    """

    invoice: Link
    paid_on: Day
    amount: Annotated[Amount, Field(gt=0)] | None = None
    currency: CurrencyCode = "EUR"
    origin: PaymentOrigin = PaymentOrigin.MANUAL
    description: Line = ""

    @property
    def links(self) -> tuple[Link | None, ...]:
        """Return what it names at the target."""
        return (self.invoice,)


class Journal(Pushed):
    """A voucher of its own. `name`: to be read by people; the target adds our key to it.

    `postings`: net of VAT, debit positive; with the VAT of each they add up to zero, less what a
    posting of rounding takes. `vat_side`, `vat_status`: of postings that have none. `note`: for the
    accountant.
    """

    name: Name
    date: Day
    vat_side: VatSide = VatSide.SALES
    vat_status: Code
    postings: Annotated[tuple[TargetPosting, ...], Field(min_length=1, max_length=MAX_ROWS)]
    note: Text = ""
    image: Image | None = None

    @model_validator(mode="after")
    def _has_one_rounding(self) -> Self:
        roundings = [one for one in self.postings if one.kind is PostingKind.ROUNDING]
        if len(roundings) > 1 or any(one.vat_rate or one.vat_status for one in roundings):
            raise ValueError("a journal has at most one posting of rounding, without VAT")
        return self
