"""A finished task as an unfinished sales invoice of Procountor.

The link to a card only links: term, language, way of sending and billing address are copied from
the card, since Procountor copies none of it.

Source:
    R-SPO-2, -8, -18, -20; R-SPO-P3 (the task's id as original invoice number).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE, Terms
from ledger.invoice.parties import DeliveryPlace
from ledger.invoice.pushed.cards import Partner
from ledger.invoice.pushed.invoices import Channel, Counterparty, InvoiceRow, SalesInvoice
from ledger.invoice.pushed.parts import BankAccount, Link
from ledger.spotilla.records import SpotillaProduct, SpotillaTask, TaskRow
from ledger.spotilla.sentences import Reason, reason

NUMBER_PREFIX: Final = "SPO-"
"""Before a task's id, which travels as the original invoice number."""


@dataclass(frozen=True)
class Mapped:
    """What is pushed, or what stands against it. `notices`: to be seen of one that goes."""

    document: SalesInvoice | None = None
    against: tuple[Reason, ...] = ()
    notices: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Links:
    """Where an invoice leads: its customer's card, and its products'."""

    partner: Link
    product: Callable[[str], Link]


def invoice_of(
    task: SpotillaTask,
    *,
    card: Partner,
    products: Mapping[str, SpotillaProduct],
    links: Links,
    terms: Terms,
    bank_account: BankAccount | None,
    today: dt.date,
) -> Mapped:
    """Return the invoice of a task that may become one.

    Args:
        task: One against which nothing stands.
        card: The customer's in Procountor, or the one that is being made there.
        products: Spotilla's register, whose price is used as it is now.
        links: To the customer and the products.
        terms: Of the tenant.
        bank_account: The one of Procountor that is its default for invoices.
        today: The day of the invoice.
    """
    rows = [row for row in task.rows if row.quantity * products[row.product_id].price]
    if against := tuple(_against(task, rows, products, terms, bank_account)):
        return Mapped(against=against)
    channel, notices = channel_of(card)
    if left := len(task.rows) - len(rows):
        notices = (reason("rows_left_out", count=left), *notices)
    days = terms.payment_term_days if card.payment_term_days is None else card.payment_term_days
    document = SalesInvoice(
        source=SOURCE,
        id=f"task-{task.id}",
        number=f"{NUMBER_PREFIX}{task.id}",
        invoice_date=today,
        due_date=today + dt.timedelta(days=days),
        partner=links.partner,
        counterparty=_counterparty(card),
        bank_account=bank_account,
        generates_reference=True,
        vat_status=terms.vat_status,
        rows=tuple(_row(row, products[row.product_id], links, terms) for row in rows),
        channel=channel,
        language=card.language or terms.language,
        billing=_billing(card, channel),
        order_number=task.order_number,
    )
    if not document.totals.gross:
        return Mapped(against=(reason("total_zero"),))
    return Mapped(document, notices=notices)


def _against(
    task: SpotillaTask,
    rows: list[TaskRow],
    products: Mapping[str, SpotillaProduct],
    terms: Terms,
    bank_account: BankAccount | None,
) -> Iterator[Reason]:
    if bank_account is None:
        yield reason("bank_account_absent")
    if task.rows and not rows:
        yield reason("total_zero")
    for product_id in dict.fromkeys(row.product_id for row in rows):
        if products[product_id].vat_rate is None and terms.vat_rate is None:
            yield reason("vat_rate_absent", product=product_id)


def _row(row: TaskRow, product: SpotillaProduct, links: Links, terms: Terms) -> InvoiceRow:
    rate = terms.vat_rate if product.vat_rate is None else product.vat_rate
    return InvoiceRow(
        product_name=product.name,
        product_number=product.code,
        product=links.product(product.id),
        quantity=row.quantity,
        unit=terms.units.get(product.unit, product.unit),
        price=product.price,
        vat_rate=Decimal(0) if rate is None else rate,
    )


def _counterparty(card: Partner) -> Counterparty:
    return Counterparty(
        name=card.name,
        number=card.number,
        business_id=card.business_id,
        vat_number=card.vat_number,
        address=card.address,
        contact_person=card.contact_person,
        email=card.email,
        e_invoice=card.e_invoice,
    )


def _billing(card: Partner, channel: Channel) -> DeliveryPlace | None:
    """Return where it is sent; an e-invoice says so even where that is the customer's address."""
    if card.billing or channel is not Channel.E_INVOICE:
        return card.billing
    return DeliveryPlace(name=card.name, address=card.address)


def channel_of(card: Partner) -> tuple[Channel, tuple[Reason, ...]]:
    """Return by which way a card's invoices go; not sent, with a notice, where it lacks something.

    Source:
        Procountor API 26.04: what each channel requires.
    """
    channel = card.channel or Channel.NOT_SENT
    lacks = ", ".join(_lacks(card, channel))
    if not lacks:
        return channel, ()
    return Channel.NOT_SENT, (reason("channel_not_met", channel=channel.value, lacks=lacks),)


def _lacks(card: Partner, channel: Channel) -> Iterator[str]:
    if channel is Channel.EMAIL and not card.email:
        yield "e-mail"
    if channel is Channel.POST and not (_is_postal(card, billing=True) or _is_postal(card)):
        yield "postal address"
    if channel is Channel.E_INVOICE:
        if not (_is_postal(card) and (card.billing is None or _is_postal(card, billing=True))):
            yield "postal address"
        if not (card.e_invoice and card.e_invoice.address and card.e_invoice.operator):
            yield "address and operator of e-invoices"


def _is_postal(card: Partner, *, billing: bool = False) -> bool:
    """Return whether street, postal code and city are there."""
    place = card.billing.address if card.billing else None
    address = place if billing else card.address
    return address is not None and all((address.street, address.postal_code, address.city))
