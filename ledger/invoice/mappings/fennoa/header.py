"""The header of an invoice as Fennoa spells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.invoice.arithmetic import Prices
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.rows import as_text
from ledger.invoice.mappings.fennoa.tables import Tables
from ledger.invoice.mappings.fennoa.terms import KeyField, Terms
from ledger.invoice.parties import Address, CustomerKind, DeliveryPlace

Fields = Iterator[tuple[str, str]]

INVOICE: Final = "1"
CREDIT_NOTE: Final = "2"
COMPANY: Final = "1"
CONSUMER: Final = "2"
NOT_FINANCED: Final = "0"


def header_of(
    document: InvoiceDocument,
    *,
    terms: Terms,
    tables: Tables,
    customer_number: str,
    credited_number: int | None,
) -> Fields:
    """Yield the header's form fields; what is not known is left out, never sent empty."""
    parts = (
        _customer(document, customer_number),
        _kind(document, tables, credited_number),
        _dates(document),
        _recipient(document),
        _place(document.delivery_place),
        _texts(document),
        _settings(document, terms),
    )
    fields = (one for part in parts for one in part if one[1])
    return _with_key(fields, document.key, terms.key_field)


def _customer(document: InvoiceDocument, number: str) -> Fields:
    customer = document.customer
    yield "customer_no", number or customer.number
    yield "account_type_id", CONSUMER if customer.kind is CustomerKind.CONSUMER else COMPANY
    yield "name", customer.name
    yield "name2", customer.name2
    yield from _address(customer.address, "")
    yield "vat_number", customer.vat_number
    yield "business_id", customer.business_id
    yield "contact_person", customer.contact_person
    yield "email", customer.email
    yield "phone", customer.phone


def _address(address: Address, prefix: str) -> Fields:
    yield f"{prefix}address", address.street
    yield f"{prefix}postalcode", address.postal_code
    yield f"{prefix}city", address.city
    yield f"{prefix}country", address.country or ""


def _kind(document: InvoiceDocument, tables: Tables, credited_number: int | None) -> Fields:
    yield "sales_invoice_taxclass_id", tables.tax_codes[document.vat_treatment]
    yield "invoice_type_id", CREDIT_NOTE if document.is_credit else INVOICE
    if document.is_credit:
        yield "credited_invoice_no", str(credited_number or "")
    yield "currency", document.currency
    yield "locale", document.language or ""
    # A customer's card has a default of its own, so net is said as well.
    yield "include_vat", "1" if document.prices is Prices.GROSS else "0"


def _dates(document: InvoiceDocument) -> Fields:
    days = {
        "invoice_date": document.invoice_date,
        "due_date": document.due_date,
        "shipping_date": document.delivery_date,
        "delivery_period_start": document.delivery_period_start,
        "delivery_period_end": document.delivery_period_end,
        "cash_discount_date": document.cash_discount_date,
    }
    for name, day in days.items():
        yield name, day.isoformat() if day else ""


def _recipient(document: InvoiceDocument) -> Fields:
    for one in document.recipients:
        yield "delivery_method", one.channel
        yield "einvoice_address", one.address
        yield "einvoice_operator", one.operator


def _place(place: DeliveryPlace | None) -> Fields:
    if place:
        yield "shipping_name", place.name
        yield "shipping_name2", place.name2
        yield from _address(place.address, "shipping_")


def _texts(document: InvoiceDocument) -> Fields:
    yield "banking_reference", document.payment_reference.replace(" ", "")
    yield "our_reference", document.seller_reference
    yield "your_reference", document.buyer_reference
    yield "order_identifier", document.order_number
    yield "agreement_identifier", document.contract_number
    yield "delivery_terms", document.delivery_terms
    yield "delivery_method_text", document.delivery_method_text
    yield "notes_before", document.note
    yield "notes_internal", document.internal_note
    yield "cash_discount_percent", as_text(document.cash_discount_percent)
    yield "penal_interest", as_text(document.late_interest_percent)


def _settings(document: InvoiceDocument, terms: Terms) -> Fields:
    yield "sales_invoice_series_id", str(terms.series_id or "")
    yield "auxiliary_name_id", str(document.trade_name or "")
    if terms.sends_number:
        yield "proposed_invoice_number", str(document.number or "")
    if document.factoring is not None:
        value = str(terms.factoring_value) if document.factoring else NOT_FINANCED
        yield "sales_factoring_partner_id", value


def _with_key(fields: Fields, key: str, key_field: KeyField) -> Fields:
    """Put our key into its field, on a line of its own before what else stands there."""
    rest = dict(fields)
    text = rest.pop(key_field.value, "")
    yield from rest.items()
    yield key_field.value, f"{key}\n{text}" if text else key
