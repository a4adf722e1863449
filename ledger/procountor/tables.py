"""The small tables of a year: chart, years, dimensions, opening balances."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ledger.fiscal_year import FiscalYear
from ledger.money import QUANTITY
from ledger.procountor.parts import (
    CARRIED,
    CHART,
    DIMENSIONS,
    YEARS,
    Unreadable,
    rows_of,
    text_of,
)
from ledger.procountor.vouchers import Items
from ledger.schemas import (
    DIMENSION,
    DIMENSION_OBJECT,
    LEDGER_ACCOUNT,
    OPENING_BALANCE,
    REPORTED_BALANCE,
    REPORTED_FISCAL_YEAR,
)


def chart_table(body: Any) -> pa.Table:
    """Return the chart of accounts; Procountor gives no types.

    Raises:
        Unreadable: A row has no code.
    """
    rows = [
        {
            "account_number": text_of(row, "ledgerAccountCode", CHART),
            "name": str(row.get("name") or ""),
        }
        for row in rows_of(body, "ledgerAccounts", CHART)
    ]
    return pa.Table.from_pylist(rows, schema=LEDGER_ACCOUNT)


def fiscal_years(body: Any) -> dict[FiscalYear, str]:
    """Return the fiscal years with Procountor's ids.

    Raises:
        Unreadable: A year has no id or no two dates.
    """
    return {_year(row): text_of(row, "id", YEARS) for row in rows_of(body, "fiscalYears", YEARS)}


def _year(row: Mapping[str, Any]) -> FiscalYear:
    try:
        return FiscalYear.parse(f"{row['startDate']}_{row['endDate']}")
    except (KeyError, ValueError):
        raise Unreadable(f"{YEARS} has a year without startDate and endDate") from None


def years_table(body: Any, year: FiscalYear) -> pa.Table:
    """Return the year, and the one that ends the day before it.

    Raises:
        Unreadable: As `fiscal_years`.
    """
    before = year.start_date - dt.timedelta(days=1)
    others = [(-1, other) for other in fiscal_years(body) if other.end_date == before]
    rows = [
        {"year_offset": offset, "start_date": item.start_date, "end_date": item.end_date}
        for offset, item in [(0, year), *others]
    ]
    return pa.Table.from_pylist(rows, schema=REPORTED_FISCAL_YEAR)


def dimension_items(body: Any) -> tuple[Items, dict[str, pa.Table]]:
    """Return how items are numbered here, and the tables of dimensions.

    An item is known by its code name, as in Procountor; by its id where two of a dimension share
    one or it has none.

    Raises:
        Unreadable: A dimension or an item has no id.
    """
    items: dict[tuple[int, int], tuple[str, str]] = {}
    dimensions, objects = [], []
    for row in rows_of(body, "", DIMENSIONS):
        number = text_of(row, "id", DIMENSIONS)
        dimensions.append({"dimension_number": number, "name": str(row.get("name") or number)})
        listed = row.get("items") or []
        named = Counter(str(item.get("codeName") or "") for item in listed)
        for item in listed:
            item_id, code = text_of(item, "id", DIMENSIONS), str(item.get("codeName") or "")
            known = code if code and named[code] == 1 else item_id
            items[int(number), int(item_id)] = (number, known)
            name = str(item.get("description") or code or item_id)
            objects.append({"dimension_number": number, "object_number": known, "name": name})
    tables = {
        "dimension": pa.Table.from_pylist(dimensions, schema=DIMENSION),
        "dimension_object": pa.Table.from_pylist(objects, schema=DIMENSION_OBJECT),
    }
    return items, tables


def opening_table(sums: pa.Table) -> pa.Table:
    """Return sums by account as opening balances."""
    quantity = pa.nulls(len(sums), QUANTITY)
    columns = [sums["account"], sums["amount"], quantity]
    return pa.table(columns, names=OPENING_BALANCE.names).cast(OPENING_BALANCE)


def carried_table(body: Any) -> pa.Table:
    """Return opening balances that were carried from our year before.

    Raises:
        Unreadable: A balance has no account or no amount.
    """
    rows = [
        {
            "account_number": text_of(row, "account", CARRIED),
            "amount": Decimal(text_of(row, "amount", CARRIED)),
        }
        for row in rows_of(body, "balances", CARRIED)
    ]
    return pa.Table.from_pylist(rows, schema=OPENING_BALANCE)


def reported_opening(opening: pa.Table) -> pa.Table:
    """Return opening balances of the source's own as what it reports."""
    columns = {
        "year_offset": pa.repeat(0, len(opening)),
        "balance_kind": pa.repeat("opening", len(opening)),
        "account_number": opening["account_number"],
        "amount": opening["amount"],
    }
    empty = {name: pa.nulls(len(opening)) for name in REPORTED_BALANCE.names if name not in columns}
    return pa.table(columns | empty).select(REPORTED_BALANCE.names).cast(REPORTED_BALANCE)
