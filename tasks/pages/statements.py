"""The statements of a published year as a page: income statement, balance sheet, trial balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from blocks.warehouse.reports import rows_of
from ledger.unit import Unit
from tasks.jobs import Job
from tasks.pages.markdown import amount, and_more, document, escaped, table

ACCOUNTS_SHOWN: Final = 500
"""Accounts of the trial balance on the page; the warehouse has them all."""

STATEMENTS: Final = ("income_statement", "balance_sheet", "trial_balance")
"""Questions of ``data/sql/report``, in the order of the page."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Statements:
    """Rows of ``data/sql/report``, in the order of each statement; amounts in ``currency``."""

    currency: str
    income_statement: Sequence[Row]
    balance_sheet: Sequence[Row]
    trial_balance: Sequence[Row]


def read_statements(job: Job, *, currency: str) -> Statements:
    """Read the statements of the unit as it is published.

    Raises:
        NoLedger: Nothing of the tenant is published.
    """
    year = job.unit.year
    months = {
        "fiscal_year": year.key,
        "first": year.start_date.replace(day=1),
        "last": year.end_date.replace(day=1),
    }
    found = job.stores.warehouse.reports(job.unit.tenant, STATEMENTS, **months)
    return Statements(currency, *(rows_of(found[name]) for name in STATEMENTS))


def statements_page(unit: Unit, found: Statements) -> str:
    """Lay out the statements; names in the language of the law and in English."""
    shown = found.trial_balance[:ACCOUNTS_SHOWN]
    return document(
        f"# {unit}: statements",
        f"As published, in {escaped(found.currency)}.",
        "## Income statement (resultaträkning)",
        table(
            ("Line", "In English", "Year"),
            ((sv, en, amount(year)) for _, sv, _, en, year, _ in found.income_statement),
            right=("Year",),
        ),
        "## Balance sheet (balansräkning)",
        table(
            ("Line", "In English", "Opening", "Movement", "Closing"),
            ((sv, en, *_amounts(sums)) for _, sv, _, en, *sums in found.balance_sheet),
            right=("Opening", "Movement", "Closing"),
        ),
        "## Trial balance (saldobalans)",
        table(
            ("Account", "Name", "Opening", "Movement", "Closing"),
            ((number, name or "", *_amounts(sums)) for number, name, *sums in shown),
            right=("Opening", "Movement", "Closing"),
        ),
        and_more(len(shown), len(found.trial_balance), "accounts"),
    )


def _amounts(sums: Sequence[Decimal]) -> list[str]:
    return [amount(value) for value in sums]
