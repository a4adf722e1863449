"""The digest of a staged folder: each row's md5 once, for its table and its voucher both."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest, by_voucher_sql, table_digest_sql
from blocks.duck import duckdb_space_checked, open_duckdb, quoted
from blocks.settings import SQL
from ledger.errors import TerminalError
from ledger.schemas import CANONICAL, VOUCHER_TABLES

KEYS_NAMED: Final = 3
"""How many offending keys an error names."""

NUMBERED_TABLES: Final = ("posting", "posting_correction")
"""Tables whose key is the voucher and the row's number in it."""


def digest_folder(folder: Path, *, spill: Path) -> dict[str, TableDigest]:
    """Digest every table of a folder and write ``voucher_digest.parquet`` into it.

    Raises:
        TerminalError: A voucher key or a row number occurs twice, or rows have no voucher.
    """
    with (
        duckdb_space_checked("digesting a staged unit", folder),
        open_duckdb(None, spill=spill) as db,
    ):
        _group_by_voucher(db, folder)
        digests = {
            table: _sum_of_groups(db, table)
            if table in VOUCHER_TABLES
            else _digest(db, table_digest_sql(table, _file(folder, table)))
            for table in CANONICAL
        }
        _check_keys(db, folder)
        db.execute(_sql("voucher_digest"))
        target = quoted(folder / "voucher_digest.parquet")
        db.execute(f"copy voucher_digest to {target} (format parquet, compression zstd)")
    return digests


def _group_by_voucher(db: DuckDBPyConnection, folder: Path) -> None:
    for table in VOUCHER_TABLES:
        query = by_voucher_sql(table, _file(folder, table))
        db.execute(f"create temp table {table}_by_voucher as {query}")


def _sum_of_groups(db: DuckDBPyConnection, table: str) -> TableDigest:
    return _digest(
        db,
        "select coalesce(sum(row_count), 0), coalesce(sum(amount_sum), 0),"  # noqa: S608 - names of ours only
        f" coalesce(sum(md5_sum), 0) from {table}_by_voucher",
    )


def _digest(db: DuckDBPyConnection, query: str) -> TableDigest:
    row = db.execute(query).fetchone() or (0, 0, 0)
    return TableDigest(row_count=row[0], amount_sum=row[1], md5_sum=row[2])


def _check_keys(db: DuckDBPyConnection, folder: Path) -> None:
    _refuse(
        db, _sql("voucher_key_broken"), "voucher keys that occur twice, or rows without voucher"
    )
    for table in NUMBERED_TABLES:
        query = (
            f"select voucher_key from {_file(folder, table)}"  # noqa: S608 - names of ours only
            " group by voucher_key, row_number having count(*) > 1"
        )
        _refuse(db, query, f"row numbers of {table} that occur twice in a voucher")


def _refuse(db: DuckDBPyConnection, query: str, finding: str) -> None:
    keys = [str(row[0]) for row in db.execute(query).fetchmany(KEYS_NAMED)]
    if keys:
        raise TerminalError(
            f"Staging found {finding}: {', '.join(keys)}. The reader has to keep keys apart "
            "(ledger.voucher_key); nothing was staged."
        )


def _file(folder: Path, table: str) -> str:
    return f"read_parquet({quoted(folder / f'{table}.parquet')})"


def _sql(name: str) -> str:
    return (SQL / "digest" / f"{name}.sql").read_text(encoding="utf-8")
