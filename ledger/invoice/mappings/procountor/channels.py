"""By which way Procountor sends a sales invoice, and what each way needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.invoice.mappings.procountor.writing import Writer
from ledger.invoice.parties import Address
from ledger.invoice.pushed.invoices import Channel, SalesInvoice

NAMES: Final = {
    Channel.NOT_SENT: "NO_SENDING",
    Channel.EMAIL: "EMAIL",
    Channel.POST: "MAIL",
    Channel.E_INVOICE: "ELECTRONIC_INVOICE",
}


def channel_of(sale: SalesInvoice, writer: Writer) -> str:
    """Return Procountor's channel; one whose needs are not met is not sent, which is noted.

    Source:
        Procountor API 26.04, Invoice.invoiceChannel; release notes 22.11 on electronic invoices.
    """
    missing = tuple(_missing(sale))
    if missing:
        named = ", ".join(missing)
        writer.note("channel_unmet", "channel", channel=str(sale.channel), missing=named)
        return NAMES[Channel.NOT_SENT]
    return NAMES[sale.channel]


def _missing(sale: SalesInvoice) -> Iterator[str]:
    own = sale.counterparty.address
    billing = sale.billing.address if sale.billing else own
    match sale.channel:
        case Channel.EMAIL:
            if not sale.counterparty.email:
                yield "an e-mail address"
        case Channel.POST:
            if not _is_whole(billing) and not _is_whole(own):
                yield "street, postal code and city"
        case Channel.E_INVOICE:
            if not (_is_whole(billing) and _is_whole(own)):
                yield "street, postal code and city of customer and billing address"
            yield from _e_invoice(sale, own)


def _e_invoice(sale: SalesInvoice, own: Address) -> Iterator[str]:
    e_invoice = sale.counterparty.e_invoice
    if e_invoice is None or not e_invoice.address:
        yield "an e-invoice address"
    elif own.country in {None, "FI"} and not e_invoice.operator:
        yield "an operator"


def _is_whole(address: Address) -> bool:
    return all((address.street, address.postal_code, address.city))
