"""`tasma ledger report`: trial balance, income statement and balance sheet of what is published."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from blocks.warehouse.history import AsOf
from flows.cli.app import AsJson, command
from flows.cli.books import Rows, ask, published_year, warehouse
from flows.cli.opening import TenantId, YearOrLatest, open_hub
from flows.cli.output import remark, say, show_json, show_table
from flows.cli.switches import is_given
from ledger.fiscal_year import FiscalYear, short_year
from ledger.text import number_of
from tasks.account_map import covered
from tasks.stores import open_stores

NAMED: Final = 5
"""Accounts without a place that are named; all are counted."""

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
        "tasma ledger report acme 2024 --as-of 2025-01-31",
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
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="As the books were published at the end of this day, in the tenant's time zone.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show a statement of the books as published.

    Trial balance: debit positive, credit negative. Income statement: income and profit positive.
    Balance sheet: both sides positive. With --as-of it is rebuilt from what later loads replaced,
    and proven by the digest of then; the account map is that of now.
    """
    wanted = published_year(tenant, year)
    first, last = _months(wanted, month)
    query = statement.replace("-", "_")
    then = _load_at(tenant, wanted, as_of) if as_of else None
    found = ask(tenant, query, as_of=then, fiscal_year=wanted.key, first=first, last=last)
    if as_json:
        show_json(found.as_dicts())
        return
    of_when = f", as of {as_of} (load {then.load_number})" if then else ""
    what = f"{statement.replace('-', ' ')}{of_when}"
    _show(found, title=f"{tenant} {month or short_year(wanted.key)}: {what}")
    if statement is Statement.TRIAL_BALANCE:
        total = sum(row[-1] for row in found.rows)
        say(f"{number_of(len(found.rows), 'account')}; the closing balances sum to {total:,.2f}.")
    elif not is_given("--csv"):
        _say_what_is_on_no_line(tenant, wanted)


def _say_what_is_on_no_line(tenant: str, year: FiscalYear) -> None:
    """Name the accounts without a place, since the sums of a statement lack or lump them."""
    with open_stores() as stores:
        unmapped = covered(stores, tenant, year)[0].unmapped
    if unmapped:
        more = ", ..." if len(unmapped) > NAMED else ""
        numbers = f"{', '.join(sorted(unmapped)[:NAMED])}{more}"
        are = "is on none" if len(unmapped) == 1 else "are on none"
        check = f"`tasma accounts check {tenant} {short_year(year.key)}`"
        count = number_of(len(unmapped), "account")
        remark(f"{count} ({numbers}) {are} of the statements' lines: {check}.")


def _load_at(tenant: str, year: FiscalYear, text: str) -> AsOf:
    """Return the load that was the last at the end of a day, in the tenant's time zone.

    Raises:
        NotRecorded: Nothing was loaded by then.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: expected 2025-01-31.") from None
    with open_hub() as hub:
        zone = ZoneInfo(hub.tenants.get(tenant).time_zone)
    next_day = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    return warehouse().load_at(tenant, year, next_day)


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
