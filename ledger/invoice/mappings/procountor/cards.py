"""Bodies of ``POST /businesspartners`` and ``POST /products``."""

from __future__ import annotations

from typing import Final

from ledger.invoice.mappings.procountor.channels import NAMES
from ledger.invoice.mappings.procountor.tables import LANGUAGES
from ledger.invoice.mappings.procountor.writing import NAME_CHARS, Body, Mapped, Writer
from ledger.invoice.pushed.cards import Partner, PartnerType, Product

PRODUCT_CHARS: Final = 100
CODE_CHARS: Final = 40
KEY_MARK: Final = "tasma:"
"""What our key begins with, wherever it travels."""


def partner_body(partner: Partner, writer: Writer, *, key: str) -> Mapped:
    """Return what creates a card; our key travels in its second comment, which nobody is sent."""
    if partner.type is PartnerType.CUSTOMER and not any(
        (partner.address.street, partner.address.postal_code, partner.address.city)
    ):
        writer.note("address_needed", "address")
    address = writer.address(partner.address, partner.name, field="address")
    account, e_invoice = partner.bank_account, partner.e_invoice
    billing: Body | None = None
    if place := partner.billing:
        name = place.name or partner.name
        billing = writer.address(place.address, name, place.name2, field="billing")
    term = partner.payment_term_days
    return writer.mapped(
        {
            "name": writer.text(partner.name, "name", NAME_CHARS),
            "type": partner.type.upper(),
            "address": address,
            "billingAddress": billing or address,
            "invoicingInfo": {
                "customerNumber": partner.number,
                "identifier": partner.business_id or partner.vat_number,
                "taxCode": partner.vat_number,
                "invoiceChannel": NAMES[partner.channel] if partner.channel else "",
                "language": LANGUAGES[partner.language] if partner.language else "",
                "email": partner.email,
                "einvoiceAddress": e_invoice.address if e_invoice else "",
                "einvoiceOperator": e_invoice.operator if e_invoice else "",
            },
            "paymentInfo": {
                "paymentMethod": writer.terms.payment_method,
                "currency": partner.currency,
                # A text, as the vendor's model has it.
                "paymentTermDays": "" if term is None else str(term),
                "bankAccount": account.iban if account else "",
                "bic": account.bic if account else "",
            },
            "registryInfo": {"active": True, "phone": partner.phone},
            "additionalInfo": {"comments2": f"{KEY_MARK}{key}"},
        }
    )


def code_of(product: Product, key: str) -> str:
    """Return the code by which a product is known there: its own, or one made of our key."""
    return product.code or f"{KEY_MARK}{key[:16]}"


def product_body(product: Product, writer: Writer, *, key: str) -> Mapped:
    """Return what creates a product."""
    account, status = product.account, product.vat_status
    return writer.mapped(
        {
            "type": product.type.upper(),
            "name": writer.text(product.name, "name", PRODUCT_CHARS),
            "code": writer.exact(code_of(product, key), "code", CODE_CHARS),
            "unit": writer.unit(product.unit, row=0),
            "price": product.price,
            "discount": product.discount_percent,
            "vat": product.vat_rate,
            "vatStatus": int(status) if status.isdigit() else None,
            "defaultAccount": account,
            "active": True,
            "currency": product.currency,
        }
    )
