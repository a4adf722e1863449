"""A published year as a person looks through it: from a line to its accounts, rows and vouchers.

Each answer is of what is published now; amounts are exact, in the year's currency.

Source:
    R-SEN-10; design, the path from a line to a document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ledger.fiscal_year import FiscalYear
from ledger.money import ZERO
from ledger.voucher_key import voucher_name
from tasks.stores import Stores

ROWS: Final = 200
"""Rows of an account on one page."""

CHANGES: Final = 200
"""Changed vouchers, and loads, that are listed."""

STATEMENTS: Final = ("income_statement", "balance_sheet")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class YearStatements:
    """The lines of a year's income statement and balance sheet, in their order.

    `sums`: names of the lines of each statement that add up others. `currency`: of all amounts;
    empty where the source names none.
    """

    income: Sequence[Row]
    balance: Sequence[Row]
    sums: Mapping[str, frozenset[str]]
    currency: str


@dataclass(frozen=True)
class AccountPage:
    """Some rows of an account; `next_first`: where the next page begins, None at the end."""

    rows: Sequence[Row]
    next_first: int | None


@dataclass(frozen=True)
class Voucher:
    """A voucher with its rows; debit and credit are equal sums in a voucher that balances.

    `name`: by series and number, where it has them.
    """

    key: str
    name: str
    date: dt.date | None
    text: str
    rows: Sequence[Row]

    @property
    def debit(self) -> Decimal:
        """Its debits."""
        return sum((row["debit"] for row in self.rows), ZERO)

    @property
    def credit(self) -> Decimal:
        """Its credits, positive."""
        return sum((row["credit"] for row in self.rows), ZERO)


@dataclass(frozen=True)
class YearChanges:
    """The loads of a year that wrote something, latest first, and the vouchers they changed."""

    loads: Sequence[Row]
    vouchers: Sequence[Row]


def published_years(stores: Stores, tenant: str) -> list[FiscalYear]:
    """Return a tenant's published years, latest first."""
    return [unit.year for unit in reversed(stores.hub.units.published_of(tenant))]


def months_of(year: FiscalYear) -> list[dt.date]:
    """Return the first day of each month that a year has days in, in order."""
    first, last = year.start_date, year.end_date
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = range(first.month - 1, first.month - 1 + count)
    return [dt.date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]


def year_statements(
    stores: Stores, tenant: str, year: FiscalYear, *, month: dt.date | None = None
) -> YearStatements:
    """Return the two statements of a year, or of one month of it, by its first day.

    Raises:
        NoLedger: The year is not published.
        PublishedDamaged: The tenant's file cannot be read.
    """
    months = months_of(year)
    about = {
        "fiscal_year": year.key,
        "first": month or months[0],
        "last": month or months[-1],
    }
    asked = (*STATEMENTS, "statement_sum", "year_currency")
    found = {
        name: table.to_pylist()
        for name, table in stores.warehouse.reports(tenant, asked, **about).items()
    }
    adding = [(row["statement"], row["line"]) for row in found["statement_sum"]]
    return YearStatements(
        income=found["income_statement"],
        balance=found["balance_sheet"],
        sums={name: frozenset(line for of, line in adding if of == name) for name in STATEMENTS},
        currency=found["year_currency"][0]["currency"],
    )


def line_accounts(
    stores: Stores, tenant: str, year: FiscalYear, *, statement: str, line: str
) -> Sequence[Row]:
    """Return the accounts on a line of a statement; none where it has none, or is no line."""
    return _ask(stores, tenant, "line_account", year, statement=statement, line=line)


def account_page(
    stores: Stores, tenant: str, year: FiscalYear, account: str, *, first: int = 0
) -> AccountPage:
    """Return the booked rows of an account from the row ``first`` on, at most `ROWS`."""
    rows = _ask(stores, tenant, "account_row", year, account=account, first=first, limit=ROWS + 1)
    more = len(rows) > ROWS
    return AccountPage(_with_names(rows[:ROWS]), first + ROWS if more else None)


def find_voucher(stores: Stores, tenant: str, year: FiscalYear, key: str) -> Voucher | None:
    """Return a voucher of the year by its key; None when the year has no such voucher."""
    rows = _ask(stores, tenant, "voucher_row", year, voucher=key)
    if not rows:
        return None
    first = rows[0]
    name = voucher_name(key, first["voucher_series"], first["voucher_number"])
    return Voucher(key, name, first["voucher_date"], first["voucher_text"], rows)


def year_changes(stores: Stores, tenant: str, year: FiscalYear) -> YearChanges:
    """Return what the loads of a year changed."""
    return YearChanges(
        _ask(stores, tenant, "load", year, limit=CHANGES),
        _with_names(_ask(stores, tenant, "voucher_change", year, limit=CHANGES)),
    )


def _with_names(rows: Sequence[Row]) -> list[Row]:
    """Add to each row what its voucher is called."""
    numbering = ("voucher_key", "voucher_series", "voucher_number")
    return [{**row, "voucher_name": voucher_name(*(row[one] for one in numbering))} for row in rows]


def _ask(
    stores: Stores, tenant: str, name: str, year: FiscalYear, **parameters: Any
) -> list[dict[str, Any]]:
    found = stores.warehouse.report(tenant, name, fiscal_year=year.key, **parameters)
    return list(found.to_pylist())
