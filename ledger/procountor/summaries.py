"""Which months balance: Procountor's receipts are net, and a month's VAT comes in one summary.

Source:
    support.procountor.fi 360000240898: once a month's summary is made, result and balance sheet
    balance until the end of the month; what is booked later needs another one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ledger.procountor.counting import SUMMARY
from ledger.procountor.parts import to_second


@dataclass(frozen=True)
class Months:
    """Months (YYYY-MM) by what their VAT summary proves.

    `balanced`: they have to sum to zero: they have a summary newer than all their receipts, or no
    VAT at all. `outdated`: they have VAT, and a summary older than their newest receipt, or none.
    """

    balanced: tuple[str, ...]
    outdated: tuple[str, ...]


def judged_months(counted: pa.Table, every: pa.Table) -> Months:
    """Return the months of receipts by what can be said of them.

    Args:
        counted: The receipts that count, with ``day``.
        every: With those that do not count: one that was invalidated was in the summary.
    """
    summaries = _newest(counted.filter(pc.equal(counted["type"], SUMMARY)))
    newest = _newest(every.filter(pc.not_equal(every["type"], SUMMARY)))
    taxed = _months_with_vat(counted)
    outdated = {month for month, made in summaries.items() if newest.get(month, "") > made}
    outdated |= taxed - summaries.keys()
    balanced = (summaries.keys() | newest.keys()) - outdated
    return Months(tuple(sorted(balanced)), tuple(sorted(outdated)))


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
