"""Invoices, told from the books: series L are supplier invoices, series B customer invoices.

Source: Fortnox OpenAPI, /3/supplierinvoices and /3/invoices; that the header fields VoucherSeries
and VoucherNumber of supplier invoices stay null when booked, while Vouchers[] is filled, was seen
in production, as were amounts such as ``1 713,94``.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from simulators.books.model import BOOKED, Chunk
from simulators.books.names import PARTNERS
from simulators.fortnox.answers import Answer, Raw, Refusal, json_text, number
from simulators.fortnox.ask import BAD_REQUEST, NOT_FOUND, Ask
from simulators.fortnox.edition import Edition
from simulators.fortnox.paging import listing
from simulators.fortnox.pictures import pdf

DUE_DAYS: Final = 30
UNPAID_EVERY: Final = 5
"""One invoice in so many is not paid."""

STATES: Final = frozenset(
    {"cancelled", "fullypaid", "unpaid", "unpaidoverdue", "unbooked", "pendingpayment",
     "authorizepending"}
)  # fmt: skip


class Invoice(NamedTuple):
    """One invoice of either kind: its number over all years, its voucher, date and öre."""

    given_number: int
    place: int
    series: str
    voucher_number: int
    date: dt.date
    registered_at: dt.datetime
    partner: int
    ore: int

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left to pay."""
        return self.given_number % UNPAID_EVERY != 0


def supplier_invoices_of(edition: Edition) -> list[Invoice]:
    """Give all supplier invoices; the numbers do not move when a voucher is removed."""
    return edition.kept("supplier invoices", lambda: _gathered(edition, "L"))


def supplier_invoices(ask: Ask) -> Answer:
    """Answer /3/supplierinvoices. ``unpaid`` means unpaid and overdue, as has been met."""
    found = supplier_invoices_of(ask.edition)
    rows = ask.edition.kept("supplier rows", lambda: [_supplier_row(ask, i) for i in found])
    return _listed(ask, "SupplierInvoices", found, rows)


def invoices_of(edition: Edition) -> list[Invoice]:
    """Give all customer invoices."""
    return edition.kept("invoices", lambda: _gathered(edition, "B"))


def preview(ask: Ask) -> Answer:
    """Answer /3/invoices/{DocumentNumber}/preview; the same invoice never makes the same bytes."""
    invoice = _asked(ask)
    word = f"Faktura {invoice.given_number} {_due(ask, invoice)} {ask.now.isoformat()}"
    return Answer(200, pdf(f"{word} {next(_PREVIEWS)}"), "application/pdf")


def printed(ask: Ask) -> Answer:
    """Answer /3/invoices/{DocumentNumber}/print, which marks the invoice as sent."""
    invoice = _asked(ask)
    ask.tenant.print(invoice.given_number)
    return Answer(200, pdf(f"Faktura {invoice.given_number}"), "application/pdf")


_PREVIEWS: Final = itertools.count()


def _asked(ask: Ask) -> Invoice:
    number_ = ask.path["DocumentNumber"]
    found = [i for i in invoices_of(ask.edition) if str(i.given_number) == number_]
    if not found:
        raise Refusal(NOT_FOUND, 2000423)
    return found[0]


def _due(ask: Ask, invoice: Invoice) -> dt.date:
    later = ask.edition.postponed.get(invoice.given_number, 0)
    return invoice.date + dt.timedelta(days=DUE_DAYS + later)


def invoices(ask: Ask) -> Answer:
    """Answer /3/invoices, whose header names the voucher."""
    found = invoices_of(ask.edition)
    rows = ask.edition.kept("customer rows", lambda: [_customer_row(ask, i) for i in found])
    return _listed(ask, "Invoices", found, rows)


def _listed(ask: Ask, plural: str, found: list[Invoice], rows: list[Raw]) -> Answer:
    wanted = _wanted(ask)
    picked = [row for invoice, row in zip(found, rows, strict=True) if wanted(invoice)]
    return listing(ask, plural, picked, total=len(found))


def _wanted(ask: Ask) -> Callable[[Invoice], bool]:
    since, first, last = ask.stamp("lastmodified"), ask.date("fromdate"), ask.date("todate")
    is_of_state = _state(ask.query.get("filter"))
    return lambda invoice: (
        is_of_state(invoice)
        and (not since or since <= invoice.registered_at)
        and (not first or first <= invoice.date)
        and (not last or invoice.date <= last)
    )


def _state(state: str | None) -> Callable[[Invoice], bool]:
    if state and state not in STATES:
        raise Refusal(BAD_REQUEST, 2000588)
    if state in ("unpaid", "unpaidoverdue"):
        return lambda invoice: not invoice.is_paid
    # All invoices are booked and none is cancelled or waits for somebody.
    return lambda invoice: state is None or (state == "fullypaid" and invoice.is_paid)


def _gathered(edition: Edition, series: str) -> list[Invoice]:
    found, first = [], 0
    for place in range(len(edition.company.years)):
        for chunk in edition.chunks(place):
            if chunk.series == series:
                found += _of_chunk(edition, place, chunk, first=first)
        first += edition.company.vouchers_per_year
    return found


def _of_chunk(edition: Edition, place: int, chunk: Chunk, *, first: int) -> list[Invoice]:
    start = edition.company.years[place].start_date
    debit = np.zeros(len(chunk), dtype=np.int64)
    booked = (chunk.rows.kind == BOOKED) & (chunk.rows.ore > 0)
    np.add.at(debit, chunk.rows.voucher[booked], chunk.rows.ore[booked])
    noon = dt.datetime.combine(start, dt.time(12))
    return [
        Invoice(
            given_number=first + int(chunk.number[at]),
            place=place,
            series=chunk.series,
            voucher_number=int(chunk.number[at]),
            date=start + dt.timedelta(days=int(chunk.day[at])),
            registered_at=noon + dt.timedelta(days=int(chunk.registered[at])),
            partner=int(chunk.partner[at]),
            ore=int(debit[at]),
        )
        for at in range(len(chunk))
    ]


def _supplier_row(ask: Ask, invoice: Invoice) -> Raw:
    voucher = {
        "Series": invoice.series,
        "Number": invoice.voucher_number,
        "Year": ask.edition.ids[invoice.place],
        "ReferenceType": "SUPPLIERINVOICE",
    }
    row: dict[str, Any] = {
        "@url": ask.url(f"supplierinvoices/{invoice.given_number}"),
        "GivenNumber": str(invoice.given_number),
        "InvoiceNumber": f"F-{invoice.given_number}",
        "InvoiceDate": str(invoice.date),
        "DueDate": str(invoice.date + dt.timedelta(days=DUE_DAYS)),
        "SupplierNumber": str(invoice.partner + 1),
        "SupplierName": PARTNERS[invoice.partner],
        "Total": _text(ask, invoice.ore),
        "Balance": _text(ask, 0 if invoice.is_paid else invoice.ore),
        "Currency": "SEK",
        "Booked": True,
        "Cancel": False,
        "Credit": False,
        "Vouchers": [voucher],
    }
    return Raw(json_text(row))


def _customer_row(ask: Ask, invoice: Invoice) -> Raw:
    is_booked = invoice.given_number not in ask.edition.unbooked
    row: dict[str, Any] = {
        "@url": ask.url(f"invoices/{invoice.given_number}"),
        "DocumentNumber": str(invoice.given_number),
        "InvoiceDate": str(invoice.date),
        "DueDate": str(_due(ask, invoice)),
        "InvoiceType": "INVOICE",
        "CustomerNumber": str(invoice.partner + 1),
        "CustomerName": PARTNERS[invoice.partner],
        "Total": number(invoice.ore),
        "Balance": number(0 if invoice.is_paid else invoice.ore),
        "Currency": "SEK",
        "Booked": is_booked,
        "Cancelled": False,
        "Sent": invoice.given_number in ask.edition.sent,
    }
    if is_booked:
        row["VoucherNumber"] = invoice.voucher_number
        row["VoucherSeries"] = invoice.series
        row["VoucherYear"] = ask.edition.ids[invoice.place]
    return Raw(json_text(row))


def _text(ask: Ask, ore: int) -> str:
    kronor, rest = divmod(ore, 100)
    if ask.tenant.made_with.swedish_amounts:
        return f"{kronor:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{rest:02d}"
    return f"{kronor}.{rest:02d}"
