"""Documents of Ecom by revision, with all that Ecom says of them.

Not all of it goes anywhere: `ledger.invoice.mappings.ecom_procountor` says what does.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from ledger.ecom.events import EcomId, Sha256
from ledger.invoice.arithmetic import Prices
from ledger.invoice.document import MAX_ROWS, Dimensions, FileName
from ledger.invoice.fields import CurrencyCode, Day, Line, Name, Number, Percent, Text, Value
from ledger.invoice.parties import Address
from ledger.invoice.pushed.parts import Amount

MAX_FILES: Final = 100


class DocumentKind(StrEnum):
    """Which side a document is on."""

    PURCHASE_INVOICE = "purchase_invoice"
    SALES_INVOICE = "sales_invoice"


class PostingRole(StrEnum):
    """What a posting row of Ecom stands for. Procountor books VAT and payables itself."""

    ENTRY = "entry"
    """Cost or sale, net of VAT."""
    VAT = "vat"
    BALANCE = "balance"
    """What is owed to the supplier, or by the customer."""
    ROUNDING = "rounding"


class Party(Value):
    """A supplier or customer as the document shows it."""

    id: EcomId
    name: Name
    business_id: Line = ""
    vat_number: Line = ""
    address: Address = Address()
    bank_account: Line = ""
    bic: Line = ""
    email: Line = ""
    phone: Line = ""
    contact_person: Line = ""
    note: Text = ""


class EcomRow(Value):
    """A row. `product_group`: *tuoteala*. `price`: of one unit, net or gross as the document says.

    `quantity`: negative on a credit note.
    """

    product_name: Line = ""
    product_group: Line = ""
    product_number: Line = ""
    quantity: Number
    unit: Line = ""
    price: Number
    vat_rate: Percent
    discount_percent: Percent = Decimal(0)
    account: Line = ""
    dimensions: Dimensions = Field(default_factory=dict)
    note: Text = ""


class EcomPosting(Value):
    """A posting row: debit positive, credit negative, in the company's currency.

    `vat_rate`: of the account, by which the account table is asked.
    """

    account: Line
    amount: Amount
    vat_rate: Percent = Decimal(0)
    role: PostingRole = PostingRole.ENTRY
    dimensions: Dimensions = Field(default_factory=dict)
    note: Text = ""


class EcomFile(Value):
    """A file that hangs on a document, by the hash of its bytes."""

    name: FileName
    sha256: Sha256
    size_bytes: Annotated[int, Field(ge=0)]
    media_type: Line = "application/pdf"


class EcomDocument(Value):
    """One revision of a purchase or sales invoice.

    `number`: voucher number of a purchase, invoice number of a sale. `created_on`: *Luontipäivä* of
    a sale. `credits`: number of the invoice that a credit note credits. `gross`: what is to be
    paid, as Ecom has it; negative of a credit note. `image`: the invoice itself; `attachments`:
    other files. `prices`: whether rows have VAT in them.
    """

    id: EcomId
    company: Line
    kind: DocumentKind
    revision: Annotated[int, Field(ge=1)]
    number: Name
    is_credit_note: bool = False
    credits: Line = ""
    date: Day
    created_on: Day | None = None
    due_date: Day
    currency: CurrencyCode = "EUR"
    currency_rate: Number | None = None
    prices: Prices = Prices.NET
    payment_reference: Line = ""
    party: Party
    bank_account: Line = ""
    bic: Line = ""
    language: Annotated[str, Field(pattern="^(fi|sv|en)$")] | None = None
    gross: Amount
    rows: Annotated[tuple[EcomRow, ...], Field(max_length=MAX_ROWS)] = ()
    postings: Annotated[tuple[EcomPosting, ...], Field(max_length=MAX_ROWS)] = ()
    posting_text: Text = ""
    image: EcomFile | None = None
    attachments: Annotated[tuple[EcomFile, ...], Field(max_length=MAX_FILES)] = ()
    dimensions: Dimensions = Field(default_factory=dict)
    note: Text = ""
    internal_note: Text = ""

    @property
    def is_purchase(self) -> bool:
        """Return whether a supplier sent it."""
        return self.kind is DocumentKind.PURCHASE_INVOICE

    @model_validator(mode="after")
    def _credits_only_as_a_credit_note(self) -> Self:
        if self.credits and not self.is_credit_note:
            raise ValueError("only a credit note says what it credits")
        return self


class EcomAccount(Value):
    """An account of Ecom's chart. `vat_rates`: those that it is used with."""

    number: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
    name: Line = ""
    vat_rates: Annotated[tuple[Percent, ...], Field(max_length=20)] = ()
    is_active: bool = True


def content_sha256(document: dict[str, Any]) -> str:
    """Return the hash that events name: of the JSON with sorted names and without spaces."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
