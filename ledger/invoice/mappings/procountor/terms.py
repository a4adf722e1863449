"""What is agreed with a tenant whose documents go to Procountor, and how its environment is."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from ledger.invoice.arithmetic import Rounding, VatBase, VatPer
from ledger.invoice.fields import CountryCode, CurrencyCode, Number

MAX_IMAGE_BYTES: Final = 10_000_000
"""Largest attachment that Procountor takes."""

BY_RATE: Final = Rounding(vat_base=VatBase.ROUNDED, vat_per=VatPer.RATE)
"""VAT once for each rate, from rows in whole cents."""


class Terms(BaseModel):
    """The settings of one tenant and client.

    `country`, `currency`: the company's. `rounding`: of totals, which are read back and compared.
    `domestic_status`: the VAT status of which rows have VAT;
    any other needs 0 %. `unit`: where a unit is not in the table. `payment_method`: of invoices.
    `own_approver`: our own user is named as the approver of purchases in place of nobody.
    `creator_is_known`: lists and invoices name who created them (decision 0033). `untouched_s`: by
    how much a receipt may be younger than its invoice and still be as Procountor generated it.
    `margin_ids`: by how many ids a search goes below its mark. `rounding_limit`: largest posting of
    rounding. `bank_connection`: whether the company's own bank connection is on, where it said so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryCode = "FI"
    currency: CurrencyCode = "EUR"
    rounding: Rounding = BY_RATE
    domestic_status: str = "1"
    unit: str = "PIECE"
    payment_method: str = "BANK_TRANSFER"
    own_approver: bool = False
    creator_is_known: bool = True
    untouched_s: Annotated[int, Field(ge=0, le=3600)] = 60
    margin_ids: Annotated[int, Field(ge=0, le=10_000)] = 200
    rounding_limit: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.05")
    max_image_bytes: Annotated[int, Field(gt=0, le=MAX_IMAGE_BYTES)] = MAX_IMAGE_BYTES
    bank_connection: bool | None = None
