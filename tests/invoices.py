"""Invoices for tests: plainly made up, valid unless a test changes them."""

from __future__ import annotations

from decimal import Decimal

from ledger.invoice.document import InvoiceDocument

ADDRESS = {
    "street": "Testitie 2",
    "postal_code": "33100",
    "city": "TAMPERE",
    "country": "FI",
}
CUSTOMER = {
    "name": "Ostaja Esimerkki Oy",
    "number": "1042",
    "business_id": "1234567-1",
    "address": ADDRESS,
}
WORK = {
    "product_number": "KONS",
    "product_name": "Konsultointi",
    "price": "56.66",
    "quantity": "12.5",
    "unit": "h",
    "vat_rate": "25.5",
}
BOOK = {
    "product_number": "KIRJA",
    "product_name": "Kirja",
    "price": "14.50",
    "quantity": "3",
    "unit": "kpl",
    "vat_rate": "13.5",
}
TEXT = {"description": "Toimitusaika tammikuu 2026"}
E_INVOICE = {"channel": "finvoice", "address": "003718377957", "operator": "003723327487"}


def content(**changes):
    """Return an invoice as a source gives it; a field that is None is left out."""
    whole = {
        "source": "webshop",
        "id": "1",
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "customer": CUSTOMER,
        "recipients": [E_INVOICE],
        "rows": [WORK, BOOK, TEXT],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def invoice(**changes):
    """Return an invoice."""
    return InvoiceDocument.model_validate(content(**changes))


def row(price=10, quantity=1, rate="25.5", **changes):
    """Return a row as a source gives it, without what is None."""
    whole = {
        "product_number": "P1",
        "product_name": "Palvelu",
        "price": Decimal(price),
        "quantity": Decimal(quantity),
        "vat_rate": Decimal(rate),
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def codes(problems):
    """Return the codes of findings, each of which makes its sentence of its values."""
    assert all(one.message for one in problems)
    return [one.code for one in problems]
