"""The ledger receipt of an invoice: what Procountor generated, and what is written in its place.

Procountor books VAT itself, so rows are net. Its one REVERSING_ENTRY, what is owed or due, stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

from ledger.invoice.arithmetic import Rounding
from ledger.invoice.mappings.procountor.characters import within
from ledger.invoice.mappings.procountor.reading import decimal_of, number_of, rows_in
from ledger.invoice.mappings.procountor.writing import Body, Writer, present
from ledger.invoice.pushed.invoices import PurchaseInvoice, PushedInvoice
from ledger.invoice.pushed.parts import PostingKind, TargetPosting, VatSide

ENTRY: Final = "ENTRY"
REVERSING: Final = "REVERSING_ENTRY"
RECONCILING: Final = "RECONCILIATION_ENTRY"
DESCRIPTION_CHARS: Final = 255


class LedgerRow(NamedTuple):
    """What of a row decides whether two are one. `status`: of VAT, 0 when the row has none."""

    kind: str
    account: str
    value: Decimal
    rate: Decimal
    status: int


def ledger_rows(receipt: Mapping[str, Any]) -> tuple[LedgerRow, ...]:
    """Return the rows of a receipt as it was read or is to be written, in one order."""
    found = (
        LedgerRow(
            str(row.get("transactionType", ENTRY)),
            str(row.get("account", "")),
            decimal_of(row.get("accountingValue")),
            decimal_of(row.get("vatPercent")),
            number_of(row.get("vatStatus")) if row.get("transactionType") == ENTRY else 0,
        )
        for row in rows_in(receipt.get("transactions"))
    )
    return tuple(sorted(found))


def rows_digest(receipt: Mapping[str, Any]) -> str:
    """Return a hash of a receipt's rows, by which a later reading is held against this one."""
    rows = [[str(part) for part in row] for row in ledger_rows(receipt)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def is_generated(receipt: Mapping[str, Any], invoice: PushedInvoice) -> bool:
    """Return whether a receipt has the shape that Procountor generates of an invoice.

    One REVERSING_ENTRY, and an ENTRY for each row of the invoice or for each rate, nothing else.
    """
    rows = ledger_rows(receipt)
    rates = [row.rate for row in rows if row.kind == ENTRY]
    others = [row.kind for row in rows if row.kind != ENTRY]
    is_of_rows = set(rates) == {row.vat_rate for row in invoice.rows}
    return others == [REVERSING] and is_of_rows and len(rates) <= len(invoice.rows)


def booked_body(receipt: Mapping[str, Any], invoice: PushedInvoice) -> Body:
    """Return a receipt as it was read, with our rows in place of those that were generated."""
    kept = [
        row
        for row in rows_in(receipt.get("transactions"))
        if row.get("transactionType") == REVERSING
    ]
    own = [
        posting_row(one, side=_side(invoice), status=invoice.vat_status)
        for one in invoice.postings or ()
    ]
    body = {name: value for name, value in receipt.items() if value not in (None, "")}
    return body | {"transactions": [*kept, *own]}


def posting_row(posting: TargetPosting, *, side: VatSide, status: str) -> Body:
    """Return a posting as a row; one of rounding has no VAT status and 0 %."""
    is_rounding = posting.kind is PostingKind.ROUNDING
    own = posting.vat_status or status
    return present(
        {
            "transactionType": RECONCILING if is_rounding else ENTRY,
            "account": posting.account,
            "accountingValue": posting.amount,
            "vatPercent": Decimal(0) if is_rounding else posting.vat_rate,
            "vatType": (posting.vat_side or side).upper(),
            "vatStatus": int(own) if own.isdigit() and not is_rounding else None,
            "description": within(posting.description)[:DESCRIPTION_CHARS],
        }
    )


def gross_of(postings: Iterable[TargetPosting], rounding: Rounding) -> Decimal:
    """Return what postings come to with VAT, which is rounded once for each rate."""
    by_rate = sorted(postings, key=lambda one: one.vat_rate)
    total = Decimal(0)
    for rate, group in groupby(by_rate, key=lambda one: one.vat_rate):
        net = sum((one.amount for one in group), start=Decimal(0))
        total += rounding.cents(net * (1 + rate / 100))
    return total


def check_postings(invoice: PushedInvoice, writer: Writer) -> None:
    """Note what stands against an invoice's postings."""
    if invoice.postings is None:
        return
    sign = 1 if isinstance(invoice, PurchaseInvoice) else -1
    total = invoice.totals_by(writer.terms.rounding).gross
    # Postings are in the company's currency.
    expected = writer.terms.rounding.cents(total * sign / (invoice.currency_rate or 1))
    check_rows(invoice.postings, invoice.vat_status, writer)
    actual = gross_of(invoice.postings, writer.terms.rounding)
    if actual != expected:
        writer.note("postings_differ", "postings", actual=actual, expected=expected)


def check_rows(postings: Sequence[TargetPosting], status: str, writer: Writer) -> None:
    """Note rows that Procountor refuses, and rounding that is none."""
    limit = writer.terms.rounding_limit
    for number, one in enumerate(postings, 1):
        own = one.vat_status or status
        if one.kind is PostingKind.ROUNDING:
            if abs(one.amount) > limit:
                writer.note("rounding_too_large", "postings", amount=one.amount, limit=limit)
        elif one.vat_rate and own != writer.terms.domestic_status:
            writer.note("status_with_rate", "postings", row=number, rate=one.vat_rate, status=own)


def _side(invoice: PushedInvoice) -> VatSide:
    return VatSide.PURCHASE if isinstance(invoice, PurchaseInvoice) else VatSide.SALES
