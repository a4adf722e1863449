"""Units for the publish benchmarks: canonical tables as Parquet, and the same rows for the peer.

``<name>/<fiscal year>/<table>.parquet`` and ``facts.json`` are one unit, as read from a SIE file.
The peer gets the same postings as one flat table (`flat.parquet`, `flat.jsonl`), each row with its
tenant, fiscal year and voucher's date and text, so that it needs a single merge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb
import pyarrow.parquet as pq

from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.sie.reader import open_sie
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tests.benchmarks.inputs import HABITS
from tests.benchmarks.units import facts_of

YEARS: Final = calendar_years(2022, 2024)
FLAT: Final = "flat"

FLAT_QUERY: Final = """
    copy (
        select
            '{tenant}' as tenant, '{year}' as fiscal_year, posting.voucher_key, row_number,
            voucher_date, voucher_text, account_number, amount, posting_date, posting_text,
            quantity, posting.registered_by
        from read_parquet('{folder}/posting.parquet') as posting
        join read_parquet('{folder}/voucher.parquet') as voucher using (voucher_key)
        order by posting.voucher_key, row_number
    ) to '{folder}/flat.parquet' (format parquet, compression zstd)
"""

JSON_QUERY: Final = """
    copy (
        select
            tenant, fiscal_year, voucher_key, row_number, voucher_date, voucher_text,
            account_number, amount::varchar as amount, posting_date, posting_text,
            quantity::varchar as quantity, registered_by
        from read_parquet('{folder}/flat.parquet')
    ) to '{folder}/flat.jsonl' (format json)
"""


def company(seed: int, vouchers: int) -> Company:
    """Make a company of three calendar years, three rows per voucher."""
    return Company(seed, YEARS, vouchers, HABITS)


def write_units(folder: Path, books: Company, *, tenant: str, json_rows: bool = False) -> Path:
    """Write all years of a company in all their forms, once, and give ``folder``."""
    for year in range(len(books.years)):
        _unit(folder, books, year, tenant=tenant, json_rows=json_rows)
    return folder


def _unit(folder: Path, books: Company, year: int, *, tenant: str, json_rows: bool) -> None:
    target = folder / tenant / books.years[year].key
    if not (target / "facts.json").exists():
        target.mkdir(parents=True, exist_ok=True)
        _write(target, books.sie(year), tenant=tenant)
    if json_rows and not (target / "flat.jsonl").exists():
        _query(JSON_QUERY, target)


def _write(target: Path, content: bytes, *, tenant: str) -> None:
    sie = open_sie(content, suffix=".se")
    for name, table in sie.tables.items():
        pq.write_table(table, target / f"{name}.parquet")
    writers = {
        name: pq.ParquetWriter(target / f"{name}.parquet", CANONICAL[name], compression="zstd")
        for name in VOUCHER_TABLES
    }
    for pieces in sie.batches():
        for name, batch in pieces.items():
            writers[name].write_batch(batch)
    for writer in writers.values():
        writer.close()
    facts = facts_of(sie, content, tenant=tenant)
    _query(FLAT_QUERY, target, tenant=tenant, year=facts.fiscal_year.key)
    (target / "facts.json").write_text(facts.model_dump_json())


def _query(query: str, folder: Path, **names: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(query.format(folder=folder, **names))


def row_count(units: Path) -> int:
    """Count the postings of the units that lie under a folder, by tenant and year."""
    files = units.glob("*/*/posting.parquet")
    return sum(pq.read_metadata(file).num_rows for file in files)
