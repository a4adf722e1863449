"""Receipts with what becomes of each, and with a key that outlives a receipt's id."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fiscal_year import FiscalYear
from ledger.procountor.counting import SUMMARY, use_of
from ledger.procountor.log import Log
from ledger.procountor.parts import to_second


def with_uses(receipts: pa.Table, log: Log, *, counts_period_openings: bool) -> pa.Table:
    """Return the receipts with a column ``use``; one that nobody knows is noted and left out."""
    pairs = list(
        zip(
            receipts["type"].to_pylist(),
            pc.fill_null(receipts["status"], "").to_pylist(),
            strict=True,
        )
    )
    known = {
        pair: use_of(*pair, counts_period_openings=counts_period_openings) for pair in set(pairs)
    }
    for kind, status in sorted(pair for pair, use in known.items() if use is None):
        count = pairs.count((kind, status))
        log.left_out(
            f"{kind} {status}"[:80],
            f"{count:,} receipts are of a type and status of which nobody knows whether they are "
            "in the books",
        )
    uses = pa.array([None if (use := known[pair]) is None else str(use) for pair in pairs])
    found = receipts.append_column("use", uses.cast(pa.string()))
    return found.filter(pc.is_valid(found["use"]))


def within(receipts: pa.Table, year: FiscalYear, log: Log) -> pa.Table:
    """Return the receipts with a column ``day``; one without a day of the year is noted."""
    moments = pc.strptime(receipts["receiptDate"], format="%Y-%m-%d", unit="s", error_is_null=True)
    days = moments.cast(pa.date32())
    is_inside = pc.fill_null(
        pc.and_(
            pc.greater_equal(days, pa.scalar(year.start_date)),
            pc.less_equal(days, pa.scalar(year.end_date)),
        ),
        False,
    )
    for number in receipts["id"].filter(pc.invert(is_inside)).to_pylist():
        log.left_out(f"receipt {number}", f"has no date within {year}")
    return receipts.append_column("day", days).filter(is_inside)


def newest_summaries(receipts: pa.Table, log: Log) -> pa.Table:
    """Leave out the older of several VAT summaries of one month."""
    is_summary = pc.equal(receipts["type"], SUMMARY)
    summaries = receipts.filter(is_summary)
    newest: dict[str, tuple[str, int]] = {}
    for month, version, number in _of_month(summaries):
        newest[month] = max(newest.get(month, ("", 0)), (version, number))
    kept = {number for _, number in newest.values()}
    older = [(month, number) for month, _, number in _of_month(summaries) if number not in kept]
    for month, number in older:
        log.assumed(
            "procountor_older_summary",
            month,
            f"receipt {number} is another VAT summary of the month",
            "the newest counts alone",
        )
    return receipts.filter(
        pc.invert(pc.is_in(receipts["id"], value_set=pa.array([n for _, n in older], pa.int64())))
    )


def _of_month(receipts: pa.Table) -> list[tuple[str, str, int]]:
    columns = (receipts[name].to_pylist() for name in ("day", "version", "id"))
    rows = zip(*columns, strict=True)
    return [(f"{day:%Y-%m}", to_second(version), number) for day, version, number in rows]


def with_keys(receipts: pa.Table, log: Log) -> pa.Table:
    """Return the receipts in order of id with a column ``key``.

    ``invoice:<invoiceId>``, since the receipt of an invoice is made anew under another id when the
    invoice changes; ``receipt:<id>`` without an invoice. Two of one invoice keep both.
    """
    ordered = receipts.sort_by("id")
    invoices, numbers = (ordered[name].to_pylist() for name in ("invoiceId", "id"))
    seen: dict[int, int] = {}
    keys = []
    for invoice, number in zip(invoices, numbers, strict=True):
        if invoice is None:
            keys.append(key_of(number, None))
            continue
        seen[invoice] = seen.get(invoice, 0) + 1
        suffix = f"#{seen[invoice]}" if seen[invoice] > 1 else ""
        keys.append(key_of(number, invoice) + suffix)
    _note_shared([invoice for invoice, count in seen.items() if count > 1], log)
    return ordered.append_column("key", pa.array(keys, pa.string()))


def key_of(number: int, invoice: int | None) -> str:
    """Return the key of a receipt, the first one of its invoice if it has one."""
    return f"receipt:{number}" if invoice is None else f"invoice:{invoice}"


def _note_shared(invoices: Sequence[int], log: Log) -> None:
    for invoice in invoices:
        log.assumed(
            "procountor_two_receipts",
            f"invoice {invoice}",
            "several receipts of the invoice are in the books",
            "all of them count",
        )
