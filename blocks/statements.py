"""The statements of a published year by month: trial balance, income statement, balance sheet."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

import pyarrow as pa
from duckdb import DuckDBPyConnection

from ledger.fiscal_year import FiscalYear

Statement = Literal["trial_balance", "income_statement", "balance_sheet"]

COLUMNS: Final[dict[Statement, str]] = {
    "trial_balance": "account_number, name, opening, movement, closing",
    "income_statement": "line, name_sv, name_en, is_sum, amount, accumulated",
    "balance_sheet": "line, name_sv, name_en, is_sum, opening, movement, closing",
}

ORDER: Final[dict[Statement, str]] = {
    "trial_balance": "account_number",
    "income_statement": "line_order",
    "balance_sheet": "line_order",
}


def statement(
    connection: DuckDBPyConnection,
    name: Statement,
    year: FiscalYear,
    *,
    period: dt.date | None = None,
) -> pa.Table:
    """Return a statement of one fiscal year, in the order in which it is read.

    Args:
        connection: One on a tenant's published file (`Warehouse.read`).
        name: Which statement.
        year: Which fiscal year; a year that is not published has no rows.
        period: First day of a month, for that month only; None for every month.

    Returns:
        Columns ``period`` and those of `COLUMNS`. Amounts are decimals in the year's currency:
        debit positive in the trial balance; income, profit, assets, equity and liabilities
        positive in the other two, which have every line in every month.
    """
    return connection.sql(
        f"select period, {COLUMNS[name]} from {name}"  # noqa: S608 - names of ours only
        " where fiscal_year = $year and ($period::date is null or period = $period::date)"
        f" order by period, {ORDER[name]}",
        params={"year": year.key, "period": period},
    ).to_arrow_table()
