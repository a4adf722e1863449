"""Postings of Ecom as Procountor takes them: net cost or sales rows on its own accounts.

Procountor books VAT and what is owed itself, so only rows of the role *entry* go. With their VAT
they add up to the invoice, rate by rate; what rounding leaves over goes on a row of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ledger.ecom.documents import EcomDocument, EcomPosting, PostingRole
from ledger.invoice.arithmetic import DEFAULT, Priced, Totals, totals_of
from ledger.invoice.fields import plain
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow, Table
from ledger.invoice.mappings.ecom_procountor.terms import Terms
from ledger.invoice.pushed.parts import PostingKind, TargetPosting
from ledger.money import ZERO


@dataclass(frozen=True)
class Refusal:
    """What stands against a document. `values`: what its sentence names."""

    code: str
    values: tuple[tuple[str, object], ...] = ()


def refusal(code: str, **values: object) -> Refusal:
    """Return a refusal with its values."""
    return Refusal(code, tuple(values.items()))


def check_posting(document: EcomDocument) -> Iterator[Refusal]:
    """Yield what is wrong with a posting by itself: there is none, or it does not balance."""
    if not any(one.role is PostingRole.ENTRY for one in document.postings):
        yield refusal("unposted")
        return
    difference = sum((one.amount for one in document.postings), start=ZERO)
    if difference:
        yield refusal("unbalanced", difference=difference)


def check_accounts(document: EcomDocument, table: Table, terms: Terms) -> Iterator[Refusal]:
    """Yield what stands in the account table against a document, naming the accounts.

    Source:
        Error 1 of the article (R-ECO-56), and the switches (R-ECO-23, -24).
    """
    unjoined, off, statuses = set[str](), set[str](), set[str]()
    for posting in _entries(document):
        row, name = table.get(_key(posting)), _named(posting)
        if row is None or not row.target_account or not row.vat_status:
            unjoined.add(name)
        elif not (row.is_for_purchases if document.is_purchase else row.is_for_sales):
            off.add(name)
        elif row.vat_status != terms.domestic_status and posting.vat_rate:
            statuses.add(f"{name}: status {row.vat_status}")
    if unjoined:
        yield refusal("account_not_joined", accounts=_joined(unjoined))
    if off:
        side = "purchases" if document.is_purchase else "sales"
        yield refusal("account_switched_off", accounts=_joined(off), side=side)
    if statuses:
        yield refusal("vat_status_rate", accounts=_joined(statuses))


def check_sums(document: EcomDocument, terms: Terms) -> Iterator[Refusal]:
    """Yield where postings with their VAT are not the invoice, beyond a rounding."""
    invoiced, posted, limit = (
        rows_by_rate(document),
        _posted_by_rate(document),
        terms.rounding_limit,
    )
    for rate in sorted({*invoiced, *posted}):
        one, other = invoiced.get(rate, ZERO), posted.get(rate, ZERO)
        if abs(one - other) > limit:
            yield refusal("posting_differs", rate=rate, posted=other, invoiced=one)
    total = _gross(document)
    if abs(total - document.gross) > limit:
        yield refusal("gross_differs", invoiced=total, stated=document.gross)
    rounding = rounding_of(document)
    if abs(rounding) > limit:
        yield refusal("rounding_large", amount=rounding, limit=limit)
    elif rounding and not terms.rounding_account:
        yield refusal("rounding_account_absent", amount=rounding)


def postings_of(document: EcomDocument, table: Table, terms: Terms) -> tuple[TargetPosting, ...]:
    """Return the postings of a document that `check_accounts` and `check_sums` let pass."""
    entries = tuple(_posting(one, table[_key(one)]) for one in _entries(document))
    rounding = rounding_of(document)
    if not rounding:
        return entries
    return (
        *entries,
        TargetPosting(account=terms.rounding_account, amount=rounding, kind=PostingKind.ROUNDING),
    )


def rows_by_rate(document: EcomDocument) -> dict[Decimal, Decimal]:
    """Return the gross of an invoice's rows by rate, in the company's currency."""
    units = document.currency_rate or Decimal(1)
    totals = _totals(document)
    return {plain(rate): DEFAULT.cents(one.gross / units) for rate, one in totals.by_rate.items()}


def _gross(document: EcomDocument) -> Decimal:
    return _totals(document).gross


def _totals(document: EcomDocument) -> Totals:
    rows = [
        Priced(row.price, row.quantity, row.vat_rate, row.discount_percent) for row in document.rows
    ]
    return totals_of(rows, prices=document.prices, rounding=DEFAULT)


def rounding_of(document: EcomDocument) -> Decimal:
    """Return what closes the voucher: debit positive.

    Procountor has the invoice's gross on its own row, credit of a purchase and debit of a sale.
    """
    invoiced = sum(rows_by_rate(document).values(), start=ZERO)
    posted = sum(_posted_by_rate(document).values(), start=ZERO)
    left = invoiced - posted
    return left if document.is_purchase else -left


def _posted_by_rate(document: EcomDocument) -> dict[Decimal, Decimal]:
    """Return the postings with their VAT by rate, positive as the invoice is."""
    net: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for posting in _entries(document):
        net[plain(posting.vat_rate)] += posting.amount
    sign = 1 if document.is_purchase else -1
    return {rate: DEFAULT.cents(amount * (100 + rate) / 100) * sign for rate, amount in net.items()}


def _posting(posting: EcomPosting, row: AccountRow) -> TargetPosting:
    return TargetPosting(
        account=row.target_account,
        amount=posting.amount,
        vat_rate=posting.vat_rate,
        vat_status=row.vat_status,
    )


def _entries(document: EcomDocument) -> Iterator[EcomPosting]:
    return (one for one in document.postings if one.role is PostingRole.ENTRY)


def _key(posting: EcomPosting) -> tuple[str, Decimal]:
    return posting.account, plain(posting.vat_rate)


def _named(posting: EcomPosting) -> str:
    return f"{posting.account} ({plain(posting.vat_rate):f} %)"


def _joined(names: set[str]) -> str:
    return ", ".join(sorted(names))
