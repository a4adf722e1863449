"""A card of Procountor's register as a partner: the other way of `cards`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.invoice.mappings.procountor.channels import NAMES
from ledger.invoice.mappings.procountor.reading import number_of, text_in
from ledger.invoice.mappings.procountor.tables import LANGUAGES
from ledger.invoice.parties import Address, DeliveryPlace
from ledger.invoice.pushed.cards import MAX_TERM_DAYS, Partner, PartnerType
from ledger.invoice.pushed.invoices import EInvoiceAddress

SOURCE: Final = "procountor"
_CHANNELS: Final = {name: channel for channel, name in NAMES.items()}
_LANGUAGES: Final = {name: code for code, name in LANGUAGES.items()}


def partner_of_card(card: Mapping[str, Any], *, countries: Mapping[str, str]) -> Partner:
    """Return a customer's or supplier's card as a partner.

    A billing address that says what the address says is none of its own.

    Args:
        card: As ``GET /businesspartners/{id}`` gives it.
        countries: ISO codes by Procountor's names.

    Raises:
        ValueError: It is no card, or a field is longer than any that is sent.
    """
    info = card.get("invoicingInfo")
    address = _address(card.get("address"), countries)
    billing = _address(card.get("billingAddress"), countries)
    name = text_in(card, "name")
    billing_name = text_in(card, "billingAddress", "name")
    is_own = billing != Address() and (billing, billing_name or name) != (address, name)
    e_invoice = EInvoiceAddress(
        address=text_in(info, "einvoiceAddress"), operator=text_in(info, "einvoiceOperator")
    )
    term = text_in(card, "paymentInfo", "paymentTermDays")
    return Partner(
        source=SOURCE,
        id=f"partner-{number_of(card.get('id'))}",
        type=PartnerType(text_in(card, "type").lower()),
        name=name,
        business_id=text_in(info, "identifier"),
        vat_number=text_in(info, "taxCode"),
        number=text_in(info, "customerNumber"),
        address=address,
        billing=DeliveryPlace(name=billing_name, address=billing) if is_own else None,
        email=text_in(info, "email"),
        phone=text_in(card, "registryInfo", "phone"),
        currency=text_in(card, "paymentInfo", "currency") or "EUR",
        payment_term_days=int(term) if term.isdecimal() and int(term) <= MAX_TERM_DAYS else None,
        channel=_CHANNELS.get(text_in(info, "invoiceChannel")),
        language=_LANGUAGES.get(text_in(info, "language")),
        e_invoice=e_invoice if e_invoice.address else None,
    )


def _address(found: Any, countries: Mapping[str, str]) -> Address:
    country = countries.get(text_in(found, "country"))
    return Address(
        street=text_in(found, "street"),
        postal_code=text_in(found, "zip"),
        city=text_in(found, "city"),
        country=country,
    )
