"""Journals of memo level: a closed period's purchases, sales and payments, each one voucher.

Source:
    R-ECO-P3: at memo level closing sends, and older documents that are in no journal yet go too.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.ecom.documents import EcomDocument, EcomPosting, PostingRole
from ledger.ecom.events import EcomPayment
from ledger.invoice.arithmetic import DEFAULT
from ledger.invoice.fields import plain
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow, Table
from ledger.invoice.mappings.ecom_procountor.postings import Refusal, refusal
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE, Terms
from ledger.invoice.pushed.ledger import Journal
from ledger.invoice.pushed.parts import PostingKind, TargetPosting, VatSide
from ledger.money import ZERO

ROLES: Final = frozenset({PostingRole.ENTRY, PostingRole.BALANCE, PostingRole.ROUNDING})
"""Postings that go; VAT is booked by Procountor itself."""


@dataclass(frozen=True)
class Paid:
    """A payment with the document that it pays."""

    document: EcomDocument
    payment: EcomPayment


@dataclass(frozen=True)
class Made:
    """A journal, or what stands against it. `items`: what it has, by the ids of Ecom."""

    id: str
    items: tuple[str, ...]
    journal: Journal | None = None
    refusals: tuple[Refusal, ...] = ()


def journals_of(
    month: str,
    closing: int,
    documents: Sequence[EcomDocument],
    payments: Sequence[Paid],
    *,
    table: Table,
    terms: Terms,
) -> tuple[Made, ...]:
    """Return the journals of a closing: of purchases, of sales, of payments; none that is empty.

    Args:
        month: The period, such as 2026-03.
        closing: Which closing of it, from 1: after a reopening there is another.
        documents: Of the period and older ones, each in no books yet.
        payments: The same.
        table: The account table.
        terms: Of the tenant.
    """
    sides = {
        "purchases": [one for one in documents if one.is_purchase],
        "sales": [one for one in documents if not one.is_purchase],
    }
    made = [
        _of_documents(month, closing, side, found, table, terms)
        for side, found in sides.items()
        if found
    ]
    if payments:
        made.append(_of_payments(month, closing, payments, table, terms))
    return tuple(made)


def last_day(month: str) -> dt.date:
    """Return the last day of a period."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def _of_documents(  # noqa: PLR0917 - one call above, in the order of the journal
    month: str,
    closing: int,
    side: str,
    documents: Sequence[EcomDocument],
    table: Table,
    terms: Terms,
) -> Made:
    name = f"journal-{month}-{side}-{closing}"
    items = tuple(one.id for one in documents)
    postings = [one for document in documents for one in _going(document)]
    unjoined = {_named(one) for one in postings if not _is_joined(table.get(_key(one)))}
    empty = [one.id for one in documents if not any(_going(one))]
    if unjoined:
        named = ", ".join(sorted(unjoined))
        return Made(name, items, refusals=(refusal("account_not_joined", accounts=named),))
    if empty:
        return Made(name, items, refusals=(refusal("unposted"),))
    sums: dict[tuple[str, Decimal, str], Decimal] = defaultdict(lambda: ZERO)
    for posting in postings:
        row = table[_key(posting)]
        sums[row.target_account, plain(posting.vat_rate), row.vat_status] += posting.amount
    vat_side = VatSide.PURCHASE if side == "purchases" else VatSide.SALES
    return _balanced(name, items, month, sums, vat_side, terms)


def _of_payments(
    month: str, closing: int, payments: Sequence[Paid], table: Table, terms: Terms
) -> Made:
    name = f"journal-{month}-payments-{closing}"
    items = tuple(f"{one.document.id}:{one.payment.id}" for one in payments)
    if not terms.payment_account:
        return Made(name, items, refusals=(refusal("payment_account_absent"),))
    sums: dict[tuple[str, Decimal, str], Decimal] = defaultdict(lambda: ZERO)
    unjoined: set[str] = set()
    for one in payments:
        row = _balance_account(one.document, table)
        if row is None:
            unjoined |= {_named(p) for p in one.document.postings if p.role is PostingRole.BALANCE}
            continue
        amount = one.payment.amount if one.document.is_purchase else -one.payment.amount
        sums[row.target_account, ZERO, terms.no_vat_status] += amount
        sums[terms.payment_account, ZERO, terms.no_vat_status] -= amount
    if unjoined or not sums:
        named = ", ".join(sorted(unjoined)) or "-"
        return Made(name, items, refusals=(refusal("account_not_joined", accounts=named),))
    return _balanced(name, items, month, sums, VatSide.PURCHASE, terms)


def _balanced(  # noqa: PLR0917 - as above
    name: str,
    items: tuple[str, ...],
    month: str,
    sums: dict[tuple[str, Decimal, str], Decimal],
    side: VatSide,
    terms: Terms,
) -> Made:
    """Return a journal whose postings with their VAT are zero, less a rounding of each document."""
    postings = [
        TargetPosting(account=account, amount=amount, vat_rate=rate, vat_status=status)
        for (account, rate, status), amount in sorted(sums.items())
        if amount
    ]
    left = -sum((_gross(one) for one in postings), start=ZERO)
    limit = terms.rounding_limit * len(items)
    if abs(left) > limit:
        return Made(name, items, refusals=(refusal("rounding_large", amount=left, limit=limit),))
    if left and not terms.rounding_account:
        return Made(name, items, refusals=(refusal("rounding_account_absent", amount=left),))
    if left:
        rounding = TargetPosting(
            account=terms.rounding_account, amount=left, kind=PostingKind.ROUNDING
        )
        postings.append(rounding)
    journal = Journal(
        source=SOURCE,
        id=name,
        name=f"Ecom {name.removeprefix('journal-')}",
        date=last_day(month),
        vat_side=side,
        vat_status=terms.domestic_status,
        postings=tuple(postings),
    )
    return Made(name, items, journal)


def _gross(posting: TargetPosting) -> Decimal:
    return DEFAULT.cents(posting.amount * (100 + posting.vat_rate) / 100)


def _going(document: EcomDocument) -> Iterator[EcomPosting]:
    return (one for one in document.postings if one.role in ROLES)


def _balance_account(document: EcomDocument, table: Table) -> AccountRow | None:
    found = (table.get(_key(one)) for one in document.postings if one.role is PostingRole.BALANCE)
    return next((row for row in found if row and row.target_account), None)


def _is_joined(row: AccountRow | None) -> bool:
    return bool(row and row.target_account and row.vat_status)


def _key(posting: EcomPosting) -> tuple[str, Decimal]:
    return posting.account, plain(posting.vat_rate)


def _named(posting: EcomPosting) -> str:
    return f"{posting.account} ({plain(posting.vat_rate):f} %)"
