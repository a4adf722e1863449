"""The small tables of a year: chart, opening balances, years, dimensions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fennoa.answers import (
    ACCOUNTS,
    BALANCE,
    NAME,
    NUMBER,
    OPENING,
    PERIODS,
    Unreadable,
    amounts,
    first_of,
    records,
)
from ledger.fennoa.log import Log
from ledger.fennoa.signs import READINGS, UnknownSide, find_reading
from ledger.fennoa.statements import dimension_pairs
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY, ZERO
from ledger.schemas import (
    DIMENSION,
    DIMENSION_OBJECT,
    LEDGER_ACCOUNT,
    OPENING_BALANCE,
    REPORTED_BALANCE,
    REPORTED_FISCAL_YEAR,
)


def chart_table(body: Mapping[str, Any]) -> pa.Table:
    """Return the chart of accounts.

    Raises:
        Unreadable: A row has no number.
    """
    rows = records(body, ACCOUNTS)
    accounts = [
        {
            "account_number": first_of(row, NUMBER, ACCOUNTS),
            "name": next((str(row[name]) for name in NAME if row.get(name)), ""),
        }
        for row in rows
    ]
    return pa.Table.from_pylist(accounts, schema=LEDGER_ACCOUNT)


def opening_table(body: Mapping[str, Any], rows: pa.Table, log: Log) -> pa.Table:
    """Return the opening balances, debit positive.

    Raises:
        Unreadable: A row has no account or no balance.
    """
    came = records(body, OPENING)
    numbers = [first_of(row, NUMBER[1:] + NUMBER[:1], OPENING) for row in came]
    if all("debit" in row or "credit" in row for row in came):
        debit, credit = (
            _money([row.get(side) or "0" for row in came], log) for side in ("debit", "credit")
        )
        signed = [d - c for d, c in zip(debit, credit, strict=True)]
    else:
        signed = _by_side(numbers, [first_of(row, BALANCE, OPENING) for row in came], rows, log)
    columns = {"account_number": numbers, "amount": pa.array(signed, MONEY)}
    quantity = pa.nulls(len(numbers), OPENING_BALANCE.field("quantity").type)
    return pa.table({**columns, "quantity": quantity}).cast(OPENING_BALANCE)


def _by_side(
    numbers: Sequence[str], texts: Sequence[str], rows: pa.Table, log: Log
) -> list[Decimal]:
    balances = _money(texts, log)
    try:
        side = READINGS[find_reading(rows, dict(zip(numbers, balances, strict=True)))]
    except UnknownSide:
        log.left_out("opening balances", "nothing tells which side of their accounts they are on")
        return balances
    return [side(number) * amount for number, amount in zip(numbers, balances, strict=True)]


def _money(texts: Sequence[str], log: Log) -> list[Decimal]:
    read = amounts(pa.chunked_array([pa.array([str(text) for text in texts], pa.string())]))
    if read.null_count:
        log.left_out("opening balances", f"{read.null_count:,} of them are no amounts")
    return [ZERO if amount is None else amount for amount in read.to_pylist()]


def reported_opening(opening: pa.Table) -> pa.Table:
    """Return the opening balances as what the source reports of them."""
    columns = {
        "year_offset": pa.repeat(0, len(opening)),
        "balance_kind": pa.repeat("opening", len(opening)),
        "account_number": opening["account_number"],
        "amount": opening["amount"],
    }
    empty = {name: pa.nulls(len(opening)) for name in REPORTED_BALANCE.names if name not in columns}
    return pa.table(columns | empty).select(REPORTED_BALANCE.names).cast(REPORTED_BALANCE)


def reported_years(body: Mapping[str, Any], year: FiscalYear) -> pa.Table:
    """Return the year, and the one that ends the day before it.

    Raises:
        Unreadable: A year has no two dates.
    """
    before = year.start_date - dt.timedelta(days=1)
    years = [period_year(row) for row in records(body, PERIODS)]
    known = [(0, year), *((-1, other) for other in years if other.end_date == before)]
    rows = [
        {"year_offset": offset, "start_date": item.start_date, "end_date": item.end_date}
        for offset, item in known
    ]
    return pa.Table.from_pylist(rows, schema=REPORTED_FISCAL_YEAR)


def period_year(row: Mapping[str, Any]) -> FiscalYear:
    """Return the fiscal year of a row of the periods.

    Raises:
        Unreadable: It has no two dates.
    """
    try:
        return FiscalYear.parse(f"{row['start_date']}_{row['end_date']}")
    except (KeyError, ValueError):
        raise Unreadable(f"{PERIODS} has a row without start_date and end_date") from None


def dimension_tables(booked: pa.Table) -> dict[str, pa.Table]:
    """Return the dimensions that rows name; the ledger has no names of them."""
    texts = pc.unique(booked["dimensions"]).to_pylist()
    used = {pair for text in texts for pair in dimension_pairs(text)}
    dimensions = [
        {"dimension_number": number, "name": number} for number in sorted({n for n, _ in used})
    ]
    objects = [
        {"dimension_number": number, "object_number": code, "name": code}
        for number, code in sorted(used)
    ]
    return {
        "dimension": pa.Table.from_pylist(dimensions, schema=DIMENSION),
        "dimension_object": pa.Table.from_pylist(objects, schema=DIMENSION_OBJECT),
    }
