"""One environment of Procountor: a company with its users, its settings and all that it holds."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from simulators.procountor import standard
from simulators.procountor.rights import Rights, all_rights

Body = dict[str, Any]
DOMESTIC: Final = 1


@dataclass
class User:
    """Who acts in an environment; an API key acts with its user's rights."""

    id: int
    name: str = "API-kayttaja"
    rights: Rights = field(default_factory=all_rights)
    role: str = "MAIN_USER"


@dataclass
class Period:
    """A tracking period. `status`: OPEN, PENDING or CLOSED."""

    id: int
    start: dt.date
    end: dt.date
    status: str = "OPEN"


@dataclass
class FiscalYear:
    """A fiscal year with its tracking periods, which are calendar months."""

    id: int
    start: dt.date
    end: dt.date
    is_open: bool = True
    periods: list[Period] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the months, unless periods were given."""
        if not self.periods:
            ids = itertools.count(self.id * 100 + 1)
            self.periods = [Period(next(ids), *month) for month in _months(self.start, self.end)]


@dataclass
class Account:
    """An account of the chart. `vat`: percentages that it takes; None: each that is enabled."""

    code: str
    name: str
    active: bool = True
    translations: dict[str, str] = field(default_factory=dict)
    vat: tuple[Decimal, ...] | None = None


@dataclass
class Record:
    """Something with an id that changes: `version` is when it last did, `created` when it came.

    Both are without a zone and never repeat for one record.
    """

    id: int
    body: Body
    created: dt.datetime
    version: dt.datetime


@dataclass
class Invoice(Record):
    """An invoice. `log`: its events; `payments`: its payment events; `hidden`: of a journal."""

    number: int = 0
    status: str = "UNFINISHED"
    receipt_id: int = 0
    creator_id: int = 0
    acceptors: list[int] = field(default_factory=list)
    verifiers: list[int] = field(default_factory=list)
    payments: list[Body] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    log: list[Body] = field(default_factory=list)
    is_hidden: bool = False

    @property
    def type(self) -> str:
        """Its type, such as SALES_INVOICE."""
        return str(self.body["type"])


@dataclass
class Receipt(Record):
    """A ledger receipt. `own_rows`: its rows are still those that Procountor made itself.

    `vat`: accounts and amounts of its VAT, which are no rows; None: computed from the rows.
    """

    type: str = "JOURNAL"
    status: str = "UNFINISHED"
    invoice_id: int | None = None
    number: int = 0
    date: dt.date = dt.date.min
    rows: list[Body] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    own_rows: bool = True
    is_deleted: bool = False
    vat: list[tuple[str, Decimal]] | None = None


@dataclass
class Attachment:
    """A file that hangs on something. `meta`: what is told of it."""

    id: int
    meta: Body
    content: bytes


@dataclass
class Company:
    """An environment. What has a usual value may be set before or while the simulator runs.

    `circulation`: of purchase invoices; `default_acceptors`: who an invoice gets when it names
    nobody. `booked`: receipt by year (its place), series and number of a generated voucher.
    `has_documents`: the paid feature that lets attachments be searched.
    """

    id: int
    name: str = "Esimerkki Oy"
    business_id: str = "1234567-1"
    country: str = "FINLAND"
    currency: str = "EUR"
    operation_type: str = "PRODUCTION"
    product_version: str = "FINANCIALS_UNLIMITED"
    users: dict[int, User] = field(default_factory=lambda: {1: User(1)})
    years: list[FiscalYear] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    vat_percents: list[Decimal] = field(default_factory=lambda: list(standard.VAT_PERCENTS))
    vat_statuses: list[Body] = field(default_factory=standard.vat_statuses)
    bank_accounts: list[Body] = field(default_factory=standard.bank_accounts)
    dimensions: list[Body] = field(default_factory=standard.dimensions)
    circulation: bool = False
    default_acceptors: list[int] = field(default_factory=list)
    has_documents: bool = False
    unit_prices_include_vat: tuple[bool, bool] = (False, True)
    posting: dict[str, str] = field(default_factory=lambda: dict(standard.POSTING))
    partners: dict[int, Record] = field(default_factory=dict)
    products: dict[int, Record] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    receipts: dict[int, Receipt] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    booked: dict[tuple[int, str, int], int] = field(default_factory=dict)
    first_id: int = 1_000
    _ids: dict[str, Iterator[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in a chart and two fiscal years where none were given."""
        if not self.accounts:
            self.accounts = {code: Account(code, name) for code, name in standard.CHART.items()}
        if not self.years:
            self.years = [
                FiscalYear(number, dt.date(year, 1, 1), dt.date(year, 12, 31))
                for number, year in enumerate(standard.YEARS, start=1)
            ]

    def next_id(self, kind: str) -> int:
        """Return the next id or number of a kind; ids are unique per environment only."""
        if kind not in self._ids:
            self._ids[kind] = itertools.count(self.first_id + 10_000 * len(self._ids))
        return next(self._ids[kind])

    def period(self, date: dt.date) -> Period | None:
        """Return the tracking period of a day; None where no fiscal year has it."""
        return next(
            (
                period
                for year in self.years
                for period in year.periods
                if period.start <= date <= period.end
            ),
            None,
        )

    def is_closed(self, date: dt.date) -> bool:
        """Return whether nothing may be booked on a day."""
        period = self.period(date)
        if period is None or period.status == "CLOSED":
            return True
        return not any(year.is_open and year.start <= date <= year.end for year in self.years)

    def has_vat(self, percent: Decimal) -> bool:
        """Return whether a VAT percentage is enabled; zero always is."""
        return percent == 0 or percent in self.vat_percents

    def has_status(self, status: object, vat_type: str) -> bool:
        """Return whether a VAT status may be used in sales or purchases (SALES, PURCHASE)."""
        key = "sales" if vat_type == "SALES" else "purchase"
        return any(row["vatStatus"] == status and row[key] for row in self.vat_statuses)

    def by_invoice(self, invoice_id: int) -> list[Receipt]:
        """Return the receipts of an invoice that were not deleted, newest first."""
        found = [r for r in self.receipts.values() if r.invoice_id == invoice_id]
        return sorted((r for r in found if not r.is_deleted), key=lambda r: r.id, reverse=True)


def later(now: dt.datetime, than: dt.datetime | None) -> dt.datetime:
    """Return a version that is newer than the one before, whatever the clock's grain."""
    if than is None or now > than:
        return now
    return than + dt.timedelta(seconds=1)


def _months(start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    first = start
    while first <= end:
        following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        yield first, min(following - dt.timedelta(days=1), end)
        first = following


Change = Callable[[Body], None]
