"""`tasma ledger report`: trial balance, income statement and balance sheet of what is published."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.books import Rows, ask, published_year
from flows.cli.opening import TenantId, YearOrLatest
from flows.cli.output import say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year

MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


class Statement(StrEnum):
    """What can be shown."""

    TRIAL_BALANCE = "trial-balance"
    INCOME_STATEMENT = "income-statement"
    BALANCE_SHEET = "balance-sheet"


@command(
    "ledger",
    "report",
    examples=(
        "tasma ledger report acme 2024",
        "tasma ledger report acme 2024 --statement income-statement --month 2024-05",
        "tasma ledger report acme --statement balance-sheet --json",
    ),
)
def report(
    tenant: TenantId,
    year: YearOrLatest = "",
    *,
    statement: Annotated[Statement, typer.Option(help="Which.")] = Statement.TRIAL_BALANCE,
    month: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Of this month; of the whole year unless given.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show a statement of the books as published.

    Trial balance: debit positive, credit negative. Income statement: income and profit positive.
    Balance sheet: both sides positive.
    """
    wanted = published_year(tenant, year)
    first, last = _months(wanted, month)
    query = statement.replace("-", "_")
    found = ask(tenant, query, fiscal_year=wanted.key, first=first, last=last)
    if as_json:
        show_json(found.as_dicts())
        return
    _show(found, title=f"{tenant} {month or short_year(wanted.key)}: {statement.replace('-', ' ')}")
    if statement is Statement.TRIAL_BALANCE:
        total = sum(row[-1] for row in found.rows)
        say(f"{len(found.rows)} accounts; the closing balances sum to {total:,.2f}.")


def _show(found: Rows, *, title: str) -> None:
    skipped = 1 if found.names[0] == "line" else 0
    headings = [name.replace("_", " ") for name in found.names[skipped:]]
    rows = [row[skipped:] for row in found.rows]
    show_table(headings, rows, title=title, spare=("name en", "opening", "movement"))


def _months(year: FiscalYear, text: str) -> tuple[dt.date, dt.date]:
    """Return the first days of the first and the last month that are wanted."""
    whole = year.start_date.replace(day=1), year.end_date.replace(day=1)
    if not text:
        return whole
    if not MONTH.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is not a month: expected 2024-05.")
    month = dt.date.fromisoformat(f"{text}-01")
    if not whole[0] <= month <= whole[1]:
        raise typer.BadParameter(f"{text} is not a month of {year}.")
    return month, month
