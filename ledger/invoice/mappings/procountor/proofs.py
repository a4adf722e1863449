"""What a reading after a lost answer proves: ours, alike, or another's; done, not done, or neither.

Source:
    Decision 0033.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ledger.invoice.mappings.procountor.identity import numbers_of
from ledger.invoice.mappings.procountor.invoices import type_of
from ledger.invoice.mappings.procountor.matching import spelled
from ledger.invoice.mappings.procountor.reading import decimal_of, gross_in, number_of, text_in
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.pushed.invoices import PushedInvoice
from ledger.push.events import Finding

GONE_THERE: Final = frozenset({"INVALIDATED", "DELETED", "OVERRIDDEN"})
"""States of a document that a person took out of the books."""
STOPPED: Final = GONE_THERE | {"PAYMENT_DENIED"}
OPEN: Final = frozenset({"EMPTY", "UNSAVED", "UNFINISHED", "RECEIVED", "VERIFIED"})
"""States of a document that nobody approved yet."""
IN_BANK: Final = frozenset({"PAYMENT_QUEUED", "PAYMENT_SENT_TO_BANK", "PAID"})
"""States of an invoice that Procountor pays or has paid by itself."""
BANK_EVENTS: Final = (
    "BANKSTATEMENT",
    "COMPENSATIONINVOICE",
    "INVOICE_TO_",
    "JOURNAL_TO_",
    "NETS_",
    "REFERENCEPAYMENT",
)
"""How types of payment events begin that a bank or another document made."""


class Likeness(StrEnum):
    """What an invoice there is to one of ours."""

    OURS = "ours"
    ALIKE = "alike"
    """It may be ours, or the same purchase by another way: a person looks."""
    OTHER = "other"


@dataclass(frozen=True)
class Wanted:
    """By what an invoice of ours is known there. `partner_id`: None where it names no card."""

    type: str
    number: str
    date: str
    currency: str
    total: Decimal
    name: str
    numbers: frozenset[str]
    country: str
    partner_id: int | None = None


def wanted_of(invoice: PushedInvoice, terms: Terms, *, partner_id: int | None) -> Wanted:
    """Return by what an invoice is known there."""
    party = invoice.counterparty
    country = party.address.country or terms.country
    return Wanted(
        type_of(invoice),
        invoice.number,
        invoice.invoice_date.isoformat(),
        invoice.currency,
        invoice.totals_by(terms.rounding).gross,
        spelled(party.name),
        numbers_of(party.business_id, party.vat_number, country=country),
        country,
        partner_id,
    )


def likeness(
    row: Mapping[str, Any], wanted: Wanted, *, is_newer: bool, user_id: int | None
) -> Likeness:
    """Return what an invoice of the list is to one of ours.

    Args:
        row: An item of ``GET /invoices``.
        wanted: Ours.
        is_newer: It has a higher id than any before our call.
        user_id: Our own, by which creators are told apart; None where they are not named.
    """
    if row.get("type") != wanted.type or not _is_of_party(row, wanted):
        return Likeness.OTHER
    has_number = row.get("originalInvoiceNumber") == wanted.number
    has_date = str(row.get("date", ""))[:10] == wanted.date
    total = gross_in(row, wanted.currency)
    has_total = total == wanted.total
    is_whole = has_date and has_total
    is_ours = user_id is not None and number_of(row.get("creatorId")) == user_id
    is_in_books = row.get("status") not in GONE_THERE
    if has_number and is_whole and is_newer and is_ours and is_in_books:
        return Likeness.OURS
    if has_number and (has_date or has_total or total is None):
        return Likeness.ALIKE
    return Likeness.ALIKE if is_newer and is_whole else Likeness.OTHER


def _is_of_party(row: Mapping[str, Any], wanted: Wanted) -> bool:
    partner_id = number_of(row.get("partnerId"))
    if partner_id and partner_id == wanted.partner_id:
        return True
    party = row.get("counterParty")
    found = (text_in(party, "identifier"), text_in(party, "taxCode"))
    if numbers_of(*found, country=wanted.country) & wanted.numbers:
        return True
    return spelled(text_in(party, "counterPartyAddress", "name")) == wanted.name


def approval(status: str, *, is_same_version: bool) -> Finding:
    """Return what a document's state says of an approval whose answer was lost."""
    if status in STOPPED:
        return Finding.CONFLICT
    if status in OPEN:
        return Finding.NOT_DONE if is_same_version else Finding.CONFLICT
    return Finding.DONE if status else Finding.UNKNOWN


def open_sum(total: Decimal, events: Iterable[Mapping[str, Any]]) -> Decimal:
    """Return what is open of an invoice, in its currency, above zero while something is."""
    return abs(total) - sum((abs(decimal_of(one.get("amount"))) for one in events), Decimal(0))


def payment(
    events: Iterable[Mapping[str, Any]],
    *,
    known: Iterable[int],
    paid_on: str,
    amount: Decimal,
    is_part: bool,
) -> tuple[Finding, str]:
    """Return what payment events say of a mark-paid whose answer was lost, and why.

    Args:
        events: All of the invoice.
        known: Ids of those that were there before the call.
        paid_on: The day that was sent.
        amount: What was sent, in the invoice's currency.
        is_part: It was less than all that was open.
    """
    before = set(known)
    new = [one for one in events if number_of(one.get("id")) not in before]
    if not new:
        why = "no payment is there, and a part payment that comes late could be made twice"
        return (Finding.CONFLICT, why) if is_part else (Finding.NOT_DONE, "")
    if len(new) > 1:
        return Finding.CONFLICT, "more than one payment came meanwhile"
    (event,) = new
    if str(event.get("type", "")).startswith(BANK_EVENTS):
        return Finding.CONFLICT, "a payment of the bank came meanwhile"
    is_equal = str(event.get("paymentDate", ""))[:10] == paid_on
    is_equal = is_equal and abs(decimal_of(event.get("amount"))) == amount
    if is_equal:
        return Finding.DONE, ""
    return Finding.CONFLICT, "a payment of another day or amount came meanwhile"
