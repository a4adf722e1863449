"""Periods that are locked in Fennoa: asked before an invoice is made and before it is approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.checks import TITLE
from ledger.invoice.problems import Problem, problem

LOCKS: Final = ("accounting_locked", "sales_invoices_locked")
"""Locks that stop a sales invoice; another is of purchases alone."""

NEVER: Final = ("", "0", "0000-00-00", "None")


def check_locks(
    document: InvoiceDocument, locks: Iterable[Mapping[str, object]]
) -> Iterator[Problem]:
    """Yield a refusal for each lock that the invoice's date lies within.

    Args:
        document: The invoice.
        locks: Rows of `get/locking_periods`: `code`, and `value`, the last day that is locked.
    """
    for lock in locks:
        code, value = str(lock.get("code")), str(lock.get("value") or "")
        if code not in LOCKS or value in NEVER:
            continue
        last = _day(value)
        if last is None:
            yield problem("lock_unreadable", "invoice_date", target=TITLE, lock=code)
        elif document.invoice_date <= last:
            yield problem(
                "period_locked", "invoice_date", target=TITLE, lock=code, locked_until=last
            )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
