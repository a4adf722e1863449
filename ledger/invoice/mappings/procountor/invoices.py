"""Bodies of ``POST /invoices``: purchase and sales invoices, and credit notes of both.

Beyond what a document says, Procountor requires: a channel (NO_SENDING), an empty delivery address,
``accountingByRow``, whether prices hold VAT, a discount, a currency rate and a language.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ledger.invoice.arithmetic import Prices
from ledger.invoice.identifiers import Verdict, payment_reference
from ledger.invoice.mappings.procountor.channels import channel_of
from ledger.invoice.mappings.procountor.receipts import check_postings
from ledger.invoice.mappings.procountor.tables import LANGUAGES
from ledger.invoice.mappings.procountor.writing import (
    COMMENT_CHARS,
    PERSON_CHARS,
    Body,
    Mapped,
    Writer,
)
from ledger.invoice.parties import DeliveryPlace
from ledger.invoice.pushed.invoices import InvoiceRow, PurchaseInvoice, PushedInvoice, SalesInvoice

NUMBER_CHARS: Final = 40
ORDER_CHARS: Final = 70
NOTE_CHARS: Final = 10_000
PRODUCT_CHARS: Final = 100
CODE_CHARS: Final = 40

TYPES: Final = {PurchaseInvoice: "PURCHASE_INVOICE", SalesInvoice: "SALES_INVOICE"}


def type_of(invoice: PushedInvoice) -> str:
    """Return Procountor's type; a credit note has none of its own there."""
    return TYPES[type(invoice)]


def invoice_body(invoice: PushedInvoice, writer: Writer, *, user_id: int | None = None) -> Mapped:
    """Return what creates an invoice, or what stands against it.

    Args:
        invoice: A purchase or a sale.
        writer: With the tenant's terms and the ids of what the invoice names.
        user_id: Our own, for the terms that name our user as the approver.
    """
    _check_vat(invoice, writer)
    check_postings(invoice, writer)
    if not invoice.rows:
        writer.note("rows_absent", "rows")
    if invoice.due_date < invoice.invoice_date:
        first, last = invoice.invoice_date, invoice.due_date
        writer.note("dates_reversed", "due_date", first=first, last=last)
    body = _common(invoice, writer)
    if isinstance(invoice, SalesInvoice):
        body |= _sale(invoice, writer)
    else:
        body |= _purchase(writer, user_id)
    return writer.mapped(body)


def _common(invoice: PushedInvoice, writer: Writer) -> Body:
    party = invoice.counterparty
    return {
        "type": type_of(invoice),
        "date": invoice.invoice_date.isoformat(),
        "originalInvoiceNumber": writer.exact(invoice.number, "number", NUMBER_CHARS),
        "partnerId": writer.link(invoice.partner, "partner"),
        "counterParty": {
            "identifier": party.business_id,
            "taxCode": party.vat_number,
            "customerNumber": party.number,
            "contactPersonName": writer.text(party.contact_person, "contact_person", PERSON_CHARS),
            "email": party.email,
            "counterPartyAddress": writer.address(
                party.address, party.name, party.name2, field="counterparty"
            ),
            "einvoiceAddress": party.e_invoice and party.e_invoice.model_dump(),
        },
        "deliveryAddress": {},
        "paymentInfo": {
            "paymentMethod": writer.terms.payment_method,
            "currency": invoice.currency,
            "currencyRate": _currency_rate(invoice, writer),
            "dueDate": invoice.due_date.isoformat(),
            "bankAccount": _bank_account(invoice),
            **_reference(invoice, writer),
        },
        "extraInfo": {
            "accountingByRow": True,
            "unitPricesIncludeVat": invoice.prices is Prices.GROSS,
        },
        "discountPercent": invoice.discount_percent,
        "vatStatus": int(invoice.vat_status) if invoice.vat_status.isdigit() else None,
        "invoiceRows": [_row(row, number, writer) for number, row in enumerate(invoice.rows, 1)],
        "invoiceChannel": "NO_SENDING",
    }


def _purchase(writer: Writer, user_id: int | None) -> Body:
    # Left out, the environment's own approvers are put in, of whom our user may be none.
    names_us = writer.terms.own_approver and user_id is not None
    approvers: Body = {"acceptors": [{"userId": user_id}]} if names_us else {}
    return {"invoiceApprovalInformation": approvers}


def _sale(sale: SalesInvoice, writer: Writer) -> Body:
    return {
        "invoiceChannel": channel_of(sale, writer),
        "language": LANGUAGES[sale.language],
        "orderReference": writer.text(sale.order_number, "order_number", ORDER_CHARS),
        "additionalInformation": writer.text(sale.note, "note", NOTE_CHARS),
        "billingAddress": _place(sale.billing, sale, "billing", writer),
        "deliveryAddress": _place(sale.delivery, sale, "delivery", writer) or {},
    }


def _place(
    place: DeliveryPlace | None, sale: SalesInvoice, field: str, writer: Writer
) -> Body | None:
    if place is None:
        return None
    name = place.name or sale.counterparty.name
    return writer.address(place.address, name, place.name2, field=field)


def _row(row: InvoiceRow, number: int, writer: Writer) -> Body:
    return {
        "product": writer.text(row.product_name, "product_name", PRODUCT_CHARS, row=number),
        "productCode": writer.text(row.product_number, "product_number", CODE_CHARS, row=number),
        "productId": writer.link(row.product, "product", row=number),
        "quantity": row.quantity,
        "unit": writer.unit(row.unit, row=number),
        "unitPrice": row.price,
        "discountPercent": row.discount_percent,
        "vatPercent": row.vat_rate,
        # 0 is no status, and a row's own goes before the invoice's.
        "vatStatus": int(row.vat_status) if row.vat_status.isdigit() else None,
        "comment": writer.text(row.comment, "comment", COMMENT_CHARS, row=number),
    }


def _currency_rate(invoice: PushedInvoice, writer: Writer) -> Decimal:
    if invoice.currency == writer.terms.currency:
        return Decimal(1)
    if invoice.currency_rate is None:
        writer.note("currency_rate_absent", "currency_rate", currency=invoice.currency)
    return invoice.currency_rate or Decimal(1)


def _bank_account(invoice: PushedInvoice) -> Body | None:
    if invoice.bank_account is None:
        return None
    found: Body = {"accountNumber": invoice.bank_account.iban}
    # Procountor takes no BIC of a sale: the account is its own, and is looked up there.
    if isinstance(invoice, PurchaseInvoice):
        found["bic"] = invoice.bank_account.bic
    return found


def _reference(invoice: PushedInvoice, writer: Writer) -> dict[str, Any]:
    """Return the reference: ``""`` has Procountor make one, and left out there is none."""
    if isinstance(invoice, SalesInvoice) and invoice.generates_reference:
        return {"bankReferenceCode": ""}
    compact = invoice.payment_reference.replace(" ", "").upper()
    if not compact:
        return {}
    if payment_reference(compact) is not Verdict.GOOD:
        writer.note("reference_left_out", "payment_reference")
        return {}
    kind = "RF" if compact.startswith("RF") else "FI"
    return {"bankReferenceCode": compact, "bankReferenceCodeType": kind}


def _check_vat(invoice: PushedInvoice, writer: Writer) -> None:
    for number, row in enumerate(invoice.rows, 1):
        status = row.vat_status or invoice.vat_status
        if row.vat_rate and status != writer.terms.domestic_status:
            writer.note(
                "status_with_rate", "vat_rate", row=number, rate=row.vat_rate, status=status
            )
