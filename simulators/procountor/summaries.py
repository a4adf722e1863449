"""Which receipts count, the VAT of a month, and its summary.

Source:
    support.procountor.fi 360000240898 (VAT processing): once a month's summary is made, the result
    and the balance sheet balance until the end of the month; a change later needs another one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from simulators.procountor.company import Company, Receipt
from simulators.procountor.sums import HUNDRED, ZERO, rounded
from simulators.procountor.world import World

SUMMARY: Final = "VAT_SUMMARY"
IN_BOOKS: Final = frozenset(
    {"PARTLY_PAID", "PAYMENT_DENIED", "PAID", "MARKED_PAID", "APPROVED", "PAYMENT_QUEUED",
     "PAYMENT_SENT_TO_BANK", "NOT_SENT", "SENT"}
)  # fmt: skip
"""States of documents that count."""
SYSTEM_TYPES: Final = frozenset(
    {"VAT_SUMMARY", "BANK_STATEMENT_AS_RECEIPT", "REFERENCE_PAYMENT", "VAT_FORM",
     "RECEIPT_FOR_OPENING_ACCOUNTS", "PERIODIC_TAX_RETURN", "TRACKING_PERIOD_OPENING_RECEIPT"}
)  # fmt: skip
"""Types that Procountor makes itself; they count whatever their state says."""
NEVER: Final = frozenset({"PURCHASE_ORDER", "SALES_ORDER", "TRACKING_PERIOD_OPENING_RECEIPT"})
"""Types that are no movement."""
DEAD: Final = frozenset({"INVALIDATED", "DELETED", "OVERRIDDEN"})


def counts(receipt: Receipt, states: Iterable[str] = IN_BOOKS) -> bool:
    """Return whether a receipt is a movement of the books, in one of these states."""
    if receipt.is_deleted or receipt.type in NEVER or receipt.status in DEAD:
        return False
    return receipt.type in SYSTEM_TYPES or receipt.status in states


def vat_of(company: Company, receipt: Receipt) -> Iterator[tuple[str, Decimal]]:
    """Yield the accounts and amounts of a receipt's VAT, debit positive, per rate."""
    if receipt.vat is not None:
        yield from receipt.vat
        return
    nets: dict[tuple[str, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for row in receipt.rows:
        side = row.get("vatType") or receipt.body.get("vatType") or "PURCHASE"
        nets[side, Decimal(row["vatPercent"])] += row["accountingValue"]
    for (side, rate), net in nets.items():
        if amount := rounded(net * rate / HUNDRED):
            yield company.posting["vat_debt" if side == "SALES" else "vat_claim"], amount


def of_month(company: Company, month: str) -> list[Receipt]:
    """Return the receipts of a month (YYYY-MM) that count."""
    return [r for r in company.receipts.values() if str(r.date)[:7] == month and counts(r)]


def summarise(world: World, company: Company, month: str, *, keeps_old: bool = False) -> int | None:
    """Make the VAT summary of a month and return its id; None where there is no VAT.

    The one before is gone then, unless ``keeps_old``.
    """
    found = [r for r in of_month(company, month) if r.type != SUMMARY]
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for receipt in found:
        for account, amount in vat_of(company, receipt):
            totals[account] += amount
    if not keeps_old:
        _remove_old(company, month)
    if not any(totals.values()):
        return None
    return _add(world, company, month, dict(totals))


def _remove_old(company: Company, month: str) -> None:
    old = [r for r in company.receipts.values() if r.type == SUMMARY and str(r.date)[:7] == month]
    for receipt in old:
        del company.receipts[receipt.id]


def _add(world: World, company: Company, month: str, totals: dict[str, Decimal]) -> int:
    here = world.here
    first = dt.date.fromisoformat(f"{month}-01")
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    receipt = Receipt(
        company.next_id("receipt"),
        {"name": f"Alv-yhteenveto {month}", "vatType": "PURCHASE"},
        here,
        here,
        type=SUMMARY,
        status=world.habits.system_status,
        date=last,
        rows=[
            {
                "id": company.next_id("row"),
                "transactionType": "ENTRY",
                "account": account,
                "accountingValue": amount,
                "vatPercent": ZERO,
            }
            for account, amount in sorted(totals.items())
            if amount
        ],
    )
    receipt.vat = []
    company.receipts[receipt.id] = receipt
    return receipt.id
