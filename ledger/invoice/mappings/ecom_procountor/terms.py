"""What is agreed with a tenant whose Ecom leads to Procountor: settings of the route."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ledger.ecom.events import Month
from ledger.invoice.fields import Line, Number, Percent
from ledger.invoice.identifiers import Verdict, bic_code, iban_number
from ledger.invoice.pushed.parts import BankAccount, WholeCode

SOURCE: Final = "ecom"
MAX_IMAGE_BYTES: Final = 10_000_000
"""Largest attachment that Procountor takes."""


def _of_a_bank(account: BankAccount | None) -> BankAccount | None:
    # Customers pay to it, so an IBAN that no bank has never stands on an invoice.
    if account is None:
        return None
    if iban_number(account.iban) is Verdict.MALFORMED:
        raise ValueError("expected an IBAN whose length and check digits are right")
    if account.bic and bic_code(account.bic) is Verdict.MALFORMED:
        raise ValueError("expected a BIC of 8 or 11 characters")
    return account


OwnAccount = Annotated[BankAccount | None, AfterValidator(_of_a_bank)]
AccountNumber = Annotated[str, Field(pattern=r"^[0-9]{0,20}$")]


class Terms(BaseModel):
    """The settings.

    `bank_account`: of the company, which sales carry. `purchase_vat_status`: of purchases that
    Procountor posts, with exceptions by rate. `sales_vat_status`: of sales whose rows say nothing.
    `domestic_status`, `no_vat_status`: in the environment's list. `rounding_account`: where a
    rounding of at most `rounding_limit` is posted. `payment_account`: Procountor's, of payments in
    journals of memo level. `units`: Procountor's by Ecom's. `language`: of
    sales. `first_month`: of the books in Ecom, from which its periods are to be closed.
    `had_integration`: whether a bookkeeping integration was in use before; None as events say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank_account: OwnAccount = None
    purchase_vat_status: WholeCode = "1"
    purchase_vat_status_by_rate: dict[Percent, WholeCode] = Field(default_factory=dict)
    sales_vat_status: WholeCode = "1"
    domestic_status: WholeCode = "1"
    no_vat_status: WholeCode = "12"
    rounding_account: AccountNumber = ""
    payment_account: AccountNumber = ""
    rounding_limit: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.05")
    units: dict[str, Line] = Field(default_factory=dict)
    language: Annotated[str, Field(pattern="^(fi|sv|en)$")] = "fi"
    max_image_bytes: Annotated[int, Field(gt=0, le=MAX_IMAGE_BYTES)] = MAX_IMAGE_BYTES
    first_month: Month | None = None
    had_integration: bool | None = None

    def purchase_status(self, rate: Percent) -> str:
        """Return the VAT status of a purchase row of a rate, where Procountor posts."""
        return self.purchase_vat_status_by_rate.get(rate, self.purchase_vat_status)


def terms_of(settings: Mapping[str, Any]) -> Terms:
    """Return the terms of a route's settings.

    Raises:
        ValueError: A setting is unknown or not as expected.
    """
    return Terms.model_validate(dict(settings))
