"""Customers and products of Spotilla as cards of Procountor, and its cards as Spotilla has them."""

from __future__ import annotations

from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE, Terms
from ledger.invoice.pushed.cards import Partner, PartnerType, Product, ProductType
from ledger.invoice.pushed.parts import Link
from ledger.spotilla.records import SpotillaCustomer, SpotillaProduct


def customer_key(customer_id: str) -> str:
    """Return the key of the document that makes a customer's card."""
    return f"{SOURCE}/customer-{customer_id}"


def product_key(product_id: str) -> str:
    """Return the key of the document that makes a product's card."""
    return f"{SOURCE}/product-{product_id}"


def task_key(task_id: str) -> str:
    """Return the key of the invoice of a task."""
    return f"{SOURCE}/task-{task_id}"


def partner_of(customer: SpotillaCustomer) -> Partner:
    """Return a customer as the card that is made once, and joined where its business id is.

    Names join nothing: two customers may have one.
    """
    return Partner(
        source=SOURCE,
        id=f"customer-{customer.id}",
        type=PartnerType.CUSTOMER,
        name=customer.name,
        matches_by_name=False,
        business_id=customer.business_id,
        address=customer.address,
        contact_person=customer.contact_person,
        email=customer.email,
        phone=customer.phone,
    )


def product_of(product: SpotillaProduct, terms: Terms) -> Product:
    """Return a product as the card that is made once, and joined where its code is."""
    return Product(
        source=SOURCE,
        id=f"product-{product.id}",
        type=ProductType.SALES,
        code=product.code,
        name=product.name,
        unit=terms.units.get(product.unit, product.unit),
        price=product.price,
        vat_rate=terms.vat_rate if product.vat_rate is None else product.vat_rate,
    )


def fields_of(partner: Partner) -> dict[str, str]:
    """Return a card by the names of Spotilla's customer.

    A billing address that says no more than the address is none of its own.
    """
    address, billing = partner.address, partner.billing
    place = billing.address if billing else None
    days = partner.payment_term_days
    return {
        "name": partner.name,
        "business_id": partner.business_id,
        "street": address.street,
        "postal_code": address.postal_code,
        "city": address.city,
        "country": address.country or "",
        "email": partner.email,
        "phone": partner.phone,
        "contact_person": partner.contact_person,
        "billing_name": billing.name if billing else "",
        "billing_street": place.street if place else "",
        "billing_postal_code": place.postal_code if place else "",
        "billing_city": place.city if place else "",
        "billing_country": (place.country or "") if place else "",
        "payment_term_days": "" if days is None else str(days),
    }


def link_to(target_id: str, key: str) -> Link:
    """Return a link by the id that is known, else by the document that makes it."""
    return Link(target_id=target_id) if target_id else Link(document=key)
