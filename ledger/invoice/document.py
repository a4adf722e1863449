"""A sales invoice or credit note, as every source gives it and every target is given it."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ledger.invoice.arithmetic import DEFAULT, Priced, Prices, Rounding, Totals, totals_of
from ledger.invoice.fields import CountryCode, CurrencyCode, Day, Line, Number, Percent, Text, Value
from ledger.invoice.parties import Customer, DeliveryPlace, Recipient

MAX_ROWS: Final = 5_000
MAX_RECIPIENTS: Final = 10
MAX_DIMENSIONS: Final = 20
MAX_ATTACHMENTS: Final = 20


class DocumentType(StrEnum):
    """What the document does to the customer's debt."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class VatTreatment(StrEnum):
    """Why a sale has the VAT that it has; a target's table gives its code (R-FEN-34)."""

    DOMESTIC = "domestic"
    EU_SERVICES = "eu_services"
    EU_GOODS = "eu_goods"
    CONSTRUCTION = "construction"
    SCRAP_METAL = "scrap_metal"
    EXPORT = "export"
    VAT_FREE = "vat_free"
    TRIANGULATION = "triangulation"


SourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:#-]{1,60}$")]
"""Letters, digits and `. _ : # -`: it travels in the target's documents and is searched there."""


def _in_order(codes: dict[str, str]) -> dict[str, str]:
    return dict(sorted(codes.items()))


Dimensions = Annotated[
    dict[Line, Line], Field(max_length=MAX_DIMENSIONS), AfterValidator(_in_order)
]
"""Codes by dimension, in the order of the dimensions: in which order they came tells nothing."""


FileName = Annotated[str, Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}$")]
"""Of a file that comes beside the invoice: a name, never a path."""


def _names(names: Any) -> Any:
    """Take names in one text, as a cell of a table has them, apart at semicolons."""
    if isinstance(names, str):
        return [name.strip() for name in names.split(";") if name.strip()]
    return names


class Row(Value):
    """One row: something sold, or a text alone (`description` and nothing else, R-FEN-11).

    `price`: of one unit, net or gross as the invoice says. `quantity`: negative on a credit note.
    `product_name`: as the product register has it; what is special to this sale goes into
    `description`, since a target may take the name over into its register (R-FEN-9).
    `dimensions`: code by dimension.
    """

    description: Text = ""
    product_number: Line = ""
    product_name: Line = ""
    price: Number | None = None
    quantity: Number | None = None
    unit: Line = ""
    vat_rate: Percent | None = None
    discount_percent: Percent | None = None
    account: Line = ""
    dimensions: Dimensions = Field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Return whether it is a text alone, without a sum."""
        return all(getattr(self, name) in _NOTHING for name in _NOT_TEXT)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.is_text:
            if not self.description:
                raise ValueError("the row is empty: it needs a description, or price and quantity")
            return self
        absent = [name for name in ("price", "quantity", "vat_rate") if getattr(self, name) is None]
        if absent:
            raise ValueError(
                f"{', '.join(absent)} missing: a row has price, quantity and one VAT rate, "
                f"or is a description and nothing else"
            )
        return self

    @property
    def priced(self) -> Priced | None:
        """Return what its sum is made of; None of a text alone."""
        if self.price is None or self.quantity is None or self.vat_rate is None:
            return None
        return Priced(self.price, self.quantity, self.vat_rate, self.discount_percent or 0)


_NOTHING: Final[tuple[object, ...]] = (None, "", {})
_NOT_TEXT: Final = tuple(name for name in Row.model_fields if name != "description")


class Credited(Value):
    """The invoice that a credit note corrects, by whichever of the two is known.

    `id`: its id in the source. `number`: its number in the target. `delivery_date`: of the
    original, whose VAT rates the credit takes.
    """

    id: SourceId | None = None
    number: Annotated[int, Field(gt=0)] | None = None
    delivery_date: Day | None = None


class InvoiceDocument(Value):
    """One invoice or credit note. Sums are not part of it: they follow from the rows.

    `source` and `id` name it for ever: the same two with other content are the same invoice,
    changed. `factoring`: None when nobody decided. `vat_country`: whose VAT its rows carry, where
    that is not the seller's. `image`: name of a PDF beside it, which goes with it; `attachments`:
    of others, in the order in which they are attached.
    """

    source: SourceId
    id: SourceId
    type: DocumentType = DocumentType.INVOICE
    number: Annotated[int, Field(gt=0)] | None = None
    invoice_date: Day
    due_date: Day | None = None
    delivery_date: Day | None = None
    delivery_period_start: Day | None = None
    delivery_period_end: Day | None = None
    currency: CurrencyCode = "EUR"
    language: Annotated[str, Field(pattern="^(fi|sv|en)$")] | None = None
    prices: Prices = Prices.NET
    vat_treatment: VatTreatment = VatTreatment.DOMESTIC
    vat_country: CountryCode | None = None
    customer: Customer
    recipients: Annotated[tuple[Recipient, ...], Field(max_length=MAX_RECIPIENTS)] = ()
    delivery_place: DeliveryPlace | None = None
    credited: Credited | None = None
    payment_reference: Line = ""
    buyer_reference: Line = ""
    seller_reference: Line = ""
    order_number: Line = ""
    contract_number: Line = ""
    delivery_terms: Line = ""
    delivery_method_text: Line = ""
    cash_discount_date: Day | None = None
    cash_discount_percent: Percent | None = None
    late_interest_percent: Percent | None = None
    factoring: bool | None = None
    trade_name: Annotated[int, Field(gt=0)] | None = None
    note: Text = ""
    internal_note: Text = ""
    image: FileName | None = None
    attachments: Annotated[
        tuple[FileName, ...], BeforeValidator(_names), Field(max_length=MAX_ATTACHMENTS)
    ] = ()
    rows: Annotated[tuple[Row, ...], Field(max_length=MAX_ROWS)] = ()

    @property
    def key(self) -> str:
        """Return the name that travels in the target's document and is searched there."""
        return f"{self.source}/{self.id}"

    @property
    def digest(self) -> str:
        """Return a hash of the content: equal content, however it was written, is equal here.

        Fields that are as if not given do not count, so a field that is new in a later release
        changes the digest of no document without it.
        """
        text = self.model_dump_json(exclude_defaults=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def totals(self) -> Totals:
        """Return its sums by the default rules of rounding."""
        return self.totals_by(DEFAULT)

    def totals_by(self, rounding: Rounding) -> Totals:
        """Return its sums by a target's rules of rounding; negative ones of a credit note."""
        rows = [priced for row in self.rows if (priced := row.priced)]
        return totals_of(rows, prices=self.prices, rounding=rounding)

    @property
    def is_credit(self) -> bool:
        """Return whether it is a credit note."""
        return self.type is DocumentType.CREDIT_NOTE

    @property
    def vat_date(self) -> dt.date:
        """Return the day whose VAT rates it has: of the delivery, else of the invoice.

        A credit takes the rates of its original, so its day is the original's where that is known.
        """
        if self.credited and self.credited.delivery_date:
            return self.credited.delivery_date
        return self.delivery_date or self.delivery_period_end or self.invoice_date
