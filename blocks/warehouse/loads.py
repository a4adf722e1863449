"""The load record: what is published for a unit, by which load, and what it adds up to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from blocks.digest import TableDigest
from blocks.warehouse.asked import Asked
from blocks.warehouse.records import LoadRecord
from ledger.fiscal_year import FiscalYear

_LOAD = """
select
    tenant, fiscal_year, load_number, load_id, run_id, token, published_at, digest, source,
    source_kind, landed_sha256, voucher_count, posting_count, vouchers_added, vouchers_changed,
    vouchers_removed
from published.load
where fiscal_year = $fiscal_year
order by load_number desc
limit 1
"""

_NUMBERED = """
select load_number, load_id, digest, published_at, is_recorded
from published.load
where fiscal_year = $fiscal_year
order by load_number
"""

_LOAD_TABLES = """
select table_name, row_count, amount_sum, md5_sum
from published.load_table
where load_id = $load_id and fiscal_year = $fiscal_year
"""


def current_load(db: Asked, year: FiscalYear) -> LoadRecord | None:
    """Return the record of what is published for a year, or None when nothing is."""
    cursor = db.execute(_LOAD, {"fiscal_year": year.key})
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        return None
    record = dict(zip(names, row, strict=True))
    record["fiscal_year"] = year
    record["published_at"] = record["published_at"].astimezone(dt.UTC)
    return LoadRecord(**record, tables=_tables(db, record["load_id"], year))


@dataclass(frozen=True)
class NumberedLoad:
    """A load of a unit. `is_recorded`: it kept what it replaced. `tables`: their digests."""

    load_number: int
    load_id: str
    digest: str
    published_at: dt.datetime
    is_recorded: bool
    tables: dict[str, TableDigest]


def numbered_loads(db: Asked, year: FiscalYear) -> list[NumberedLoad]:
    """Return the loads of a unit, oldest first."""
    rows = db.execute(_NUMBERED, {"fiscal_year": year.key}).fetchall()
    return [
        NumberedLoad(
            number,
            load_id,
            digest,
            at.astimezone(dt.UTC),
            bool(is_recorded),
            _tables(db, load_id, year),
        )
        for number, load_id, digest, at, is_recorded in rows
    ]


def published_years(db: Asked) -> list[FiscalYear]:
    """Return the tenant's published years, oldest first."""
    rows = db.execute("select distinct fiscal_year from published.load").fetchall()
    return sorted(FiscalYear.parse(key) for (key,) in rows)


def _tables(db: Asked, load_id: str, year: FiscalYear) -> dict[str, TableDigest]:
    rows = db.execute(_LOAD_TABLES, {"load_id": load_id, "fiscal_year": year.key}).fetchall()
    return {
        name: TableDigest(row_count=count, amount_sum=amount, md5_sum=int(md5))
        for name, count, amount, md5 in rows
    }
