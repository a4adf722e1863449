"""Cards of the target's registers: partners (customers, suppliers) and products."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from ledger.invoice.fields import CurrencyCode, Line, Name, Number, Percent
from ledger.invoice.parties import Address, DeliveryPlace
from ledger.invoice.pushed.invoices import Channel, EInvoiceAddress
from ledger.invoice.pushed.parts import BankAccount, Code, Pushed

MAX_TERM_DAYS: Final = 999


class PartnerType(StrEnum):
    """In which register a partner is; a card of one is no match for the other."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"


class Partner(Pushed):
    """A customer or supplier. Created once; a card that is there is joined, never changed.

    `matches_by_name`: whether an equal name joins a card where neither has a business id or VAT
    number that says otherwise. `billing`: where invoices are sent, None as the partner itself.
    """

    type: PartnerType
    name: Name
    matches_by_name: bool = True
    business_id: Line = ""
    vat_number: Line = ""
    number: Line = ""
    address: Address = Address()
    billing: DeliveryPlace | None = None
    contact_person: Line = ""
    email: Line = ""
    phone: Line = ""
    bank_account: BankAccount | None = None
    currency: CurrencyCode = "EUR"
    payment_term_days: Annotated[int, Field(ge=0, le=MAX_TERM_DAYS)] | None = None
    channel: Channel | None = None
    language: Annotated[str, Field(pattern="^(fi|sv|en|et|no|da)$")] | None = None
    e_invoice: EInvoiceAddress | None = None


class ProductType(StrEnum):
    """What a product is for."""

    SALES = "sales"
    PURCHASE = "purchase"


class Product(Pushed):
    """A product. Created once; a card with its code is joined, never changed.

    `code`: by which it is known there again; empty when the source has none. `price`: of one unit,
    without VAT unless the target's register says otherwise. `account`: of the target.
    """

    type: ProductType = ProductType.SALES
    code: Line = ""
    name: Name
    unit: Line = ""
    price: Number = Decimal(0)
    discount_percent: Percent = Decimal(0)
    currency: CurrencyCode = "EUR"
    vat_rate: Percent | None = None
    vat_status: Code = ""
    account: Code = ""
