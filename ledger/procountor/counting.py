"""Which receipts are in the books: by type and status, counted, opening or ignored.

What is not in this table holds a year: Procountor's lists of both are longer than what has been
seen, and a receipt that is left out by guess is missed by nobody.

Source:
    help.procountor.fi 531609 (which states are official); support.procountor.fi 360000240838;
    Procountor API 26.04, LedgerReceipt: type, status.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import Final


class Use(StrEnum):
    """What becomes of a receipt."""

    COUNTED = "counted"
    OPENING = "opening"
    """Its rows are opening balances, and no movement."""
    IGNORED = "ignored"


SUMMARY: Final = "VAT_SUMMARY"
OPENING: Final = "RECEIPT_FOR_OPENING_ACCOUNTS"
PERIOD_OPENING: Final = "TRACKING_PERIOD_OPENING_RECEIPT"

OFFICIAL: Final = (
    "PARTLY_PAID",
    "PAYMENT_DENIED",
    "PAID",
    "MARKED_PAID",
    "APPROVED",
    "PAYMENT_QUEUED",
    "PAYMENT_SENT_TO_BANK",
    "NOT_SENT",
    "SENT",
)
"""States of what is in the books; reports are asked for these."""

UNOFFICIAL: Final = ("UNFINISHED", "RECEIVED", "VERIFIED")
DEAD: Final = ("INVALIDATED", "DELETED", "OVERRIDDEN", "UNSAVED")
NO_STATE: Final = "EMPTY"
ORDER_STATES: Final = ("STARTED", "INVOICED", "PAYMENT_TRANSACTION_REMOVED")

DOCUMENTS: Final = (
    "JOURNAL",
    "PURCHASE_INVOICE",
    "SALES_INVOICE",
    "TRAVEL_INVOICE",
    "BILL_OF_CHARGES",
    "SALARY",
    "EMPLOYER_CONTRIBUTION",
)
MADE_BY_PROCOUNTOR: Final = (
    "PERIODIC_TAX_RETURN",
    "VAT_FORM",
    "BANK_STATEMENT_AS_RECEIPT",
    "REFERENCE_PAYMENT",
    SUMMARY,
)
"""Receipts that Procountor makes itself; they need not have a state."""
ORDERS: Final = ("PURCHASE_ORDER", "SALES_ORDER")

ALL_STATES: Final = (*OFFICIAL, *UNOFFICIAL, *DEAD, NO_STATE, *ORDER_STATES)

USES: Final[dict[tuple[str, str], Use]] = {
    **dict.fromkeys(product(DOCUMENTS, OFFICIAL), Use.COUNTED),
    **dict.fromkeys(product(DOCUMENTS, (*UNOFFICIAL, *DEAD)), Use.IGNORED),
    **dict.fromkeys(product(MADE_BY_PROCOUNTOR, (*OFFICIAL, NO_STATE)), Use.COUNTED),
    **dict.fromkeys(product(MADE_BY_PROCOUNTOR, (*UNOFFICIAL, *DEAD)), Use.IGNORED),
    **dict.fromkeys(product((OPENING,), (*OFFICIAL, NO_STATE)), Use.OPENING),
    **dict.fromkeys(product((OPENING,), (*UNOFFICIAL, *DEAD)), Use.IGNORED),
    **dict.fromkeys(product((PERIOD_OPENING, *ORDERS), ALL_STATES), Use.IGNORED),
}


def use_of(kind: str, status: str, *, counts_period_openings: bool = False) -> Use | None:
    """Return what becomes of a receipt; None where nobody knows.

    Args:
        kind: Its type.
        status: Its state; empty is none.
        counts_period_openings: Whether TRACKING_PERIOD_OPENING_RECEIPT is an opening, a setting.
    """
    if kind == PERIOD_OPENING and counts_period_openings:
        kind = OPENING
    return USES.get((kind, status or NO_STATE))
