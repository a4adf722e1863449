"""The VAT of a month by its receipts' rates, beside what the month's VAT summary booked.

Source:
    Procountor API 26.04: LedgerReceipt and its rows: vatType (SALES, PURCHASE), vatPercent,
    vatDeductionPercent; accountingValue is net. Which account a summary books which side on is said
    nowhere, so the accounts of all summaries are divided between the two as the receipts fit best.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import product
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import ZERO
from ledger.procountor.counting import SUMMARY
from ledger.source import SummedVat

SALES, PURCHASE = "SALES", "PURCHASE"
CENT: Final = Decimal("0.01")
HUNDRED: Final = Decimal(100)
MAX_ACCOUNTS: Final = 10
"""Accounts of the summaries that are divided; with more nothing is compared."""

Amounts = dict[str, Decimal]


def summed_vat(counted: pa.Table, months: Collection[str]) -> tuple[SummedVat, ...]:
    """Return what receipts and summary say of each side's VAT in each month that has a summary.

    Args:
        counted: The receipts that count, with ``day``.
        months: Those (YYYY-MM) whose summary is newer than all their receipts.
    """
    rows = _rows(counted)
    is_summary = pc.equal(rows["type"], SUMMARY)
    booked = _booked(rows.filter(is_summary))
    owed, counts = _owed(rows.filter(pc.invert(is_summary)))
    judged = [month for month in sorted(booked) if month in months]
    sides = _sides({month: booked[month] for month in judged}, owed)
    return tuple(
        _summed(month, side, booked[month], sides, owed, tolerance=counts[month] * CENT / 2)
        for month in (judged if sides else ())
        for side in (SALES, PURCHASE)
    )


def _rows(receipts: pa.Table) -> pa.Table:
    lists = receipts["transactions"].combine_chunks()
    flat, parents = pc.list_flatten(lists), pc.list_parent_indices(lists)
    sides = pc.coalesce(
        pc.struct_field(flat, "vatType"), receipts["vatType"].take(parents), pa.scalar(PURCHASE)
    )
    return pa.table(
        {
            "type": receipts["type"].take(parents),
            "month": pc.strftime(receipts["day"], format="%Y-%m").take(parents),
            "side": sides,
            "account": pc.struct_field(flat, "account"),
            "rate": pc.struct_field(flat, "vatPercent"),
            "deducted": pc.struct_field(flat, "vatDeductionPercent"),
            "amount": pc.struct_field(flat, "accountingValue"),
        }
    )


def _booked(rows: pa.Table) -> dict[str, Amounts]:
    found: dict[str, Amounts] = defaultdict(dict)
    for row in rows.group_by(["month", "account"]).aggregate([("amount", "sum")]).to_pylist():
        found[row["month"]][row["account"]] = row["amount_sum"]
    return found


def _owed(rows: pa.Table) -> tuple[Mapping[str, Amounts], Mapping[str, int]]:
    """Return each side's VAT by the rates, and how many rows it may have been rounded at."""
    keys = ["month", "side", "rate", "deducted"]
    sums = rows.group_by(keys).aggregate([("amount", "sum"), ("amount", "count")])
    owed: dict[str, Amounts] = defaultdict(lambda: {SALES: ZERO, PURCHASE: ZERO})
    counts: dict[str, int] = defaultdict(int)
    for row in sums.to_pylist():
        if row["rate"]:
            share = HUNDRED if row["deducted"] is None else row["deducted"]
            side = SALES if row["side"] == SALES else PURCHASE
            owed[row["month"]][side] += row["amount_sum"] * row["rate"] * share / HUNDRED / HUNDRED
            counts[row["month"]] += row["amount_count"]
    return owed, counts


def _sides(booked: Mapping[str, Amounts], owed: Mapping[str, Amounts]) -> dict[str, str]:
    """Divide the summaries' accounts between the sides, for all months alike; none of too many."""
    accounts = sorted({account for amounts in booked.values() for account in amounts})
    if len(accounts) > MAX_ACCOUNTS:
        return {}

    def difference(division: tuple[str, ...]) -> Decimal:
        sides = dict(zip(accounts, division, strict=True))
        return sum(
            (
                abs(_booked_on(side, amounts, sides) - owed[month][side])
                for month, amounts in booked.items()
                for side in (SALES, PURCHASE)
            ),
            ZERO,
        )

    best = min(product((SALES, PURCHASE), repeat=len(accounts)), key=difference)
    return dict(zip(accounts, best, strict=True))


def _booked_on(side: str, booked: Amounts, sides: Mapping[str, str]) -> Decimal:
    return sum((amount for account, amount in booked.items() if sides[account] == side), ZERO)


def _summed(
    month: str,
    side: str,
    booked: Amounts,
    sides: Mapping[str, str],
    owed: Mapping[str, Amounts],
    *,
    tolerance: Decimal,
) -> SummedVat:
    accounts = "+".join(sorted(account for account, of in sides.items() if of == side))
    expected = owed[month][side].quantize(CENT)
    return SummedVat(month, side, accounts, expected, _booked_on(side, booked, sides), tolerance)
