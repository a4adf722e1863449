"""The digest of a staged folder, and the check that its keys are keys."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import NUMBERED_TABLES, TableDigest
from blocks.duck import duckdb_space_checked, open_duckdb, quoted
from blocks.row_digests import digest_tables
from blocks.settings import SQL
from blocks.staging.parquet import ROW_GROUP_ROWS
from ledger.errors import TerminalError

KEYS_NAMED: Final = 3
"""How many offending keys an error names."""


def digest_folder(folder: Path, *, spill: Path) -> dict[str, TableDigest]:
    """Digest every table of a folder and write ``voucher_digest.parquet`` into it.

    Raises:
        TerminalError: A voucher key or a row number occurs twice, or rows have no voucher.
    """
    doing = "digesting a staged unit"
    with duckdb_space_checked(doing, folder), open_duckdb(spill=spill) as db:
        digests = digest_tables(db, lambda table: _file(folder, table))
        _check_keys(db, folder)
        target = quoted(folder / "voucher_digest.parquet")
        options = f"format parquet, compression lz4_raw, row_group_size {ROW_GROUP_ROWS}"
        digest = "select voucher_key, digest, debit_sum from voucher_digest"
        db.execute(f"copy ({digest}) to {target} ({options})")
    return digests


def _check_keys(db: DuckDBPyConnection, folder: Path) -> None:
    broken = (SQL / "digest" / "voucher_key_broken.sql").read_text(encoding="utf-8")
    _refuse(db, broken, "voucher keys that occur twice, or rows without a voucher")
    for table in NUMBERED_TABLES:
        # Rows 1 to n, each once, set the bits 1 to n. Only the vouchers where they do not, such as
        # those of more rows than bits, are worth a costly look.
        query = (
            f"select voucher_key from {_file(folder, table)} where voucher_key in ("  # noqa: S608 - names of ours only
            f"select voucher_key from {table}_by_voucher where row_count > 61"
            " or row_bits <> (1::bigint << (row_count + 1)::integer) - 2)"
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
