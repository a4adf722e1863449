"""What is agreed with a tenant whose invoices go to Fennoa, and what is set up for it there."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ledger.invoice.arithmetic import DEFAULT, Rounding, Sum
from ledger.invoice.fields import Number, Percent


class Process(StrEnum):
    """What becomes of an invoice in Fennoa. There is no default: the customer says it (R-FEN-3)."""

    DRAFT = "draft"
    APPROVE = "approve"
    APPROVE_AND_SEND = "approve_and_send"


class DimensionForm(StrEnum):
    """How a dimension of a row is spelled; Fennoa's pages and its users' programs differ."""

    NESTED = "row[{row}][dim][dim{dimension}]"
    FLAT = "row[{row}][dim_{dimension}]"
    LONE = "row[{row}][dim]"


class GrossField(StrEnum):
    """The field of a row that has its price with VAT; Fennoa's pages and its users differ."""

    PRICE = "price"
    PRICE_WITH_VAT = "price_with_vat"


class KeyField(StrEnum):
    """The field in which our key travels. The buyer does not see the first."""

    NOTES_INTERNAL = "notes_internal"
    ORDER_IDENTIFIER = "order_identifier"
    YOUR_REFERENCE = "your_reference"


class Surcharge(BaseModel):
    """What Fennoa adds by itself when it sends by a delivery method; never a row of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product_number: str
    delivery_method: str
    net: Number
    vat_rate: Percent

    def sum_by(self, rounding: Rounding) -> Sum:
        """Return what it adds to an invoice."""
        net = rounding.cents(self.net)
        return Sum(net, rounding.cents(net * (1 + self.vat_rate / 100)) - net)


class Terms(BaseModel):
    """The settings of one tenant.

    `products`: names by number as Fennoa's register has them, None where it was not read.
    `dimensions`: active codes by dimension as Fennoa lists them, None where it was not read.
    `factoring_value`: 1, or the partner's id where the tenant's Fennoa wants that.
    `acts_by_itself`: Fennoa's own setting approves and sends all invoices (R-FEN-25).
    `attachment_field`: of the form with an attachment; the documentation names it for purchases.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    process: Process | None = None
    import_verified: bool = False
    is_production: bool = False
    is_strict: bool = False
    country: str = "FI"
    precision: Literal[2, 4, 5] = 2
    rounding: Rounding = DEFAULT
    series_id: Annotated[int, Field(gt=0)] | None = None
    general_product: str = ""
    general_product_name: str = ""
    products: dict[str, str] | None = None
    dimensions: dict[str, frozenset[str]] | None = None
    dimension_form: DimensionForm = DimensionForm.NESTED
    gross_field: GrossField = GrossField.PRICE
    consumer_e_invoicing: bool = False
    uses_factoring: bool = False
    factoring_ready: bool = False
    factoring_value: Annotated[int, Field(gt=0)] = 1
    surcharges: tuple[Surcharge, ...] = ()
    trade_names: frozenset[int] = frozenset()
    more_operators: frozenset[str] = frozenset()
    sends_number: bool = False
    key_field: KeyField = KeyField.NOTES_INTERNAL
    acts_by_itself: bool = False
    attachment_field: str = "file"

    @property
    def process_in_force(self) -> Process:
        """Return the process that is taken: a draft until imports were seen to be right."""
        return self.process if self.import_verified and self.process else Process.DRAFT

    def surcharge_of(self, delivery_method: str) -> Sum:
        """Return what Fennoa may have added once an invoice was sent by a method."""
        found = (one for one in self.surcharges if one.delivery_method == delivery_method)
        return sum((one.sum_by(self.rounding) for one in found), start=Sum())


def decimals_of(number: Decimal) -> int:
    """Return how many decimals a number has, without zeros behind."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
