"""Which months balance: Procountor's receipts are net, and a month's VAT comes in one summary.

Source:
    support.procountor.fi 360000240898: once a month's summary is made, result and balance sheet
    balance until the end of the month; what is booked later needs another one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ledger.procountor.counting import SUMMARY
from ledger.procountor.log import Log
from ledger.procountor.parts import to_second


def balanced_months(counted: pa.Table, every: pa.Table, log: Log) -> tuple[str, ...]:
    """Return the months (YYYY-MM) whose receipts have to sum to zero.

    A month that has a VAT summary newer than all its receipts, or no VAT at all. A summary that is
    older than its month's newest receipt is noted: it has to be made again there.

    Args:
        counted: The receipts that count, with ``day``.
        every: With those that do not count: one that was invalidated was in the summary.
        log: Where it is noted.
    """
    summaries = _newest(counted.filter(pc.equal(counted["type"], SUMMARY)))
    newest = _newest(every.filter(pc.not_equal(every["type"], SUMMARY)))
    taxed = _months_with_vat(counted)
    proven = []
    for month in sorted(newest.keys() | summaries.keys()):
        if month in summaries and newest.get(month, "") > summaries[month]:
            log.assumed(
                "procountor_summary_older",
                month,
                "its VAT summary is older than its newest receipt; make it again in Procountor",
                "the month is not proven to sum to zero",
            )
        elif month in summaries or month not in taxed:
            proven.append(month)
    return tuple(proven)


def _newest(receipts: pa.Table) -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    days: Iterable[dt.date] = receipts["day"].to_pylist()
    for day, version in zip(days, receipts["version"].to_pylist(), strict=True):
        month = f"{day:%Y-%m}"
        found[month] = max(found[month], to_second(version))
    return dict(found)


def _months_with_vat(receipts: pa.Table) -> set[str]:
    rows = receipts["transactions"].combine_chunks()
    rates = pc.struct_field(pc.list_flatten(rows), "vatPercent")
    has_vat = pc.fill_null(pc.not_equal(rates, pa.scalar(0, rates.type)), False)
    taxed = receipts["day"].take(pc.unique(pc.list_parent_indices(rows).filter(has_vat)))
    return {f"{day:%Y-%m}" for day in taxed.to_pylist()}
