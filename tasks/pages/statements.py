"""The statements of a published year as a page: of the year, by month, and by account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from blocks.warehouse.reports import rows_of
from ledger.unit import Unit
from tasks.jobs import Job
from tasks.pages.markdown import amount, and_more, document, escaped, table
from tasks.pages.picture import bars

ACCOUNTS_SHOWN: Final = 500
"""Accounts of the trial balance on the page; the warehouse has them all."""

MONTHS_ACROSS: Final = 6
"""Columns of exact amounts that a window of 1440 pixels shows beside the names of lines."""

STATEMENTS: Final = ("income_statement", "balance_sheet", "trial_balance")
BY_MONTH: Final = ("income_statement_month", "balance_sheet_month")
"""Questions of ``data/sql/report``, in the order of the page."""

Row = tuple[Any, ...]
"""Of a line: its key, its names in Swedish, Finnish and English, and amounts."""
OneLine = tuple[str, dict[dt.date, Decimal]]
"""The name of a line, in the language of the books, and its amount by month."""

TITLES: Final = {
    "sv": ("resultaträkning", "balansräkning", "saldobalans"),
    "fi": ("tuloslaskelma", "tase", "saldoluettelo"),
}
"""What the statements are called, in the languages of the books."""


@dataclass(frozen=True)
class Statements:
    """Rows of ``data/sql/report``, in the order of each statement; amounts in ``currency``.

    `language`: of the books, ``sv`` or ``fi``.
    """

    currency: str
    income_statement: Sequence[Row]
    balance_sheet: Sequence[Row]
    trial_balance: Sequence[Row]
    income_statement_month: Sequence[Row] = ()
    balance_sheet_month: Sequence[Row] = ()
    language: str = "sv"

    def name(self, row: Row) -> str:
        """Return what a line is called in the language of the books, where it has such a name."""
        return str(row[2] if self.language == "fi" and row[2] else row[1])


def read_statements(job: Job, *, currency: str) -> Statements:
    """Read the statements of the unit as it is published.

    A source that names no currency keeps its books in the tenant's.

    Raises:
        NoLedger: Nothing of the tenant is published.
    """
    tenant, year = job.unit.tenant, job.unit.year
    months = {"first": year.start_date.replace(day=1), "last": year.end_date.replace(day=1)}
    found = job.stores.warehouse.reports(
        tenant, (*STATEMENTS, *BY_MONTH), fiscal_year=year.key, **months
    )
    of = job.stores.hub.tenants.get(tenant)
    language = "fi" if of.country == "FI" else "sv"
    rows = {name: rows_of(table) for name, table in found.items()}
    return Statements(currency or of.currency, **rows, language=language)


def statements_page(unit: Unit, found: Statements) -> str:
    """Lay out the statements; names in the language of the law and in English."""
    shown = found.trial_balance[:ACCOUNTS_SHOWN]
    income = _lines(found, found.income_statement_month)
    balance = _lines(found, found.balance_sheet_month)
    result, assets, accounts = TITLES[found.language]
    return document(
        f"# {unit}: statements",
        f"As published, in {escaped(found.currency)}.",
        "## Result by month" if income else "",
        _picture(income),
        f"## Income statement ({result})",
        table(
            ("Line", "In English", "Year"),
            ((found.name(row), row[3], amount(row[4])) for row in found.income_statement),
            right=("Year",),
        ),
        f"## Balance sheet ({assets})",
        table(
            ("Line", "In English", "Opening", "Movement", "Closing"),
            ((found.name(row), row[3], *_amounts(row[4:])) for row in found.balance_sheet),
            right=("Opening", "Movement", "Closing"),
        ),
        "## Income statement by month" if income else "",
        *_by_month(income),
        "## Balance sheet at the end of each month" if balance else "",
        *_by_month(balance),
        f"## Trial balance ({accounts})",
        table(
            ("Account", "Name", "Opening", "Movement", "Closing"),
            ((number, name or "", *_amounts(sums)) for number, name, *sums in shown),
            right=("Opening", "Movement", "Closing"),
        ),
        and_more(len(shown), len(found.trial_balance), "account"),
    )


def statements_in_words(found: Statements) -> str:
    """Say in a line what the year came to: the last line of its income statement."""
    if not found.income_statement:
        return "No income statement."
    last = found.income_statement[-1]
    return f"{last[3] or found.name(last)}: {amount(last[4])} {found.currency}"


def _lines(found: Statements, rows: Sequence[Row]) -> list[OneLine]:
    return [
        (found.name(names), {period: value for *_, period, value in of_line})
        for names, of_line in groupby(rows, key=lambda row: row[:4])
    ]


def _picture(income: Sequence[OneLine]) -> str:
    """Draw the last line, which is the result."""
    if not income:
        return ""
    _, result = income[-1]
    return bars("Result by month", [(f"{month:%Y-%m}", value) for month, value in result.items()])


def _by_month(lines: Sequence[OneLine]) -> list[str]:
    months = list(lines[0][1]) if lines else []
    halves = (months[at : at + MONTHS_ACROSS] for at in range(0, len(months), MONTHS_ACROSS))
    return [_of_months(lines, half) for half in halves]


def _of_months(lines: Sequence[OneLine], months: Sequence[dt.date]) -> str:
    heads = [f"{month:%Y-%m}" for month in months]
    rows = ((name, *(amount(by[month]) for month in months)) for name, by in lines)
    return table(("Line", *heads), rows, right=heads)


def _amounts(sums: Sequence[Decimal]) -> list[str]:
    return [amount(value) for value in sums]
