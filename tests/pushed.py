"""Documents to be pushed, for tests: plainly made up, valid unless a test changes them."""

from __future__ import annotations

from ledger.invoice.pushed.cards import Partner, Product
from ledger.invoice.pushed.invoices import PurchaseInvoice, SalesInvoice
from ledger.invoice.pushed.ledger import Journal, Payment

ADDRESS = {"street": "Testitie 2", "postal_code": "33100", "city": "TAMPERE", "country": "FI"}
SUPPLIER = {
    "name": "Toimittaja Esimerkki Oy",
    "business_id": "1234567-1",
    "vat_number": "FI12345671",
}
BUYER = {"name": "Ostaja Esimerkki Oy", "address": ADDRESS}
RENT = {
    "product_name": "Vuokra",
    "product_number": "V1",
    "quantity": 1,
    "unit": "kpl",
    "price": "1000.00",
    "vat_rate": "25.5",
    "comment": "Toimitilat",
}
COST = {"account": "7230", "amount": "1000.00", "vat_rate": "25.5", "vat_status": 1}
SALE = {"account": "3000", "amount": "-1000.00", "vat_rate": "25.5", "vat_status": 1}
IMAGE = {"sha256": "ab" * 32, "name": "lasku.pdf", "size_bytes": 3}


def _of(value, whole, changes):
    given = {name: one for name, one in (whole | changes).items() if one is not None}
    return value.model_validate(given)


def purchase(**changes):
    whole = {
        "source": "ecom",
        "id": "p-1",
        "number": "4711",
        "invoice_date": "2026-04-01",
        "due_date": "2026-04-15",
        "partner": {"document": "ecom/supplier-1"},
        "counterparty": SUPPLIER,
        "bank_account": {"iban": "FI21 1234 5600 0007 85", "bic": "NDEAFIHH"},
        "vat_status": 1,
        "rows": [RENT],
    }
    return _of(PurchaseInvoice, whole, changes)


def sale(**changes):
    whole = {
        "source": "ecom",
        "id": "s-1",
        "number": "1001",
        "invoice_date": "2026-04-10",
        "due_date": "2026-04-24",
        "counterparty": BUYER,
        "bank_account": {"iban": "FI2112345600000785"},
        "payment_reference": "1232",
        "vat_status": 1,
        "rows": [RENT],
        "postings": [SALE],
    }
    return _of(SalesInvoice, whole, changes)


def partner(**changes):
    whole = {"source": "ecom", "id": "supplier-1", "type": "supplier", **SUPPLIER}
    return _of(Partner, whole, changes)


def product(**changes):
    whole = {"source": "spotilla", "id": "product-7", "code": "T7", "name": "Tunti", "unit": "h"}
    return _of(Product, whole | {"price": "56.66", "vat_rate": "25.5", "vat_status": 1}, changes)


def payment(**changes):
    whole = {
        "source": "ecom",
        "id": "payment-1",
        "invoice": {"document": "ecom/p-1"},
        "paid_on": "2026-04-15",
    }
    return _of(Payment, whole, changes)


def journal(**changes):
    receivable = {"account": "1701", "amount": "1255.00", "vat_status": 12}
    whole = {
        "source": "ecom",
        "id": "period-2026-03",
        "name": "Myynnit 2026-03",
        "date": "2026-03-31",
        "vat_status": 1,
        "postings": [receivable, SALE],
    }
    return _of(Journal, whole, changes)
