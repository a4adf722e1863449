"""The digest of a staged folder, and the check that its keys are keys."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest
from blocks.duck import duckdb_space_checked, open_duckdb, quoted
from blocks.row_digests import digest_tables
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
    rows = pq.read_metadata(folder / "posting.parquet").num_rows
    with duckdb_space_checked(doing, folder), open_duckdb(spill=spill, rows=rows) as db:
        digests = digest_tables(db, lambda table: _file(folder, table))
        broken = digests.broken[:KEYS_NAMED].to_pylist()
        _refuse(broken, "voucher keys that occur twice, or rows without a voucher")
        for table, keys in digests.doubtful.items():
            if len(keys):
                repeated = _repeated_rows(db, folder, table, keys)
                _refuse(repeated, f"row numbers of {table} that occur twice in a voucher")
    pq.write_table(
        digests.vouchers,
        folder / "voucher_digest.parquet",
        compression="lz4",
        use_dictionary=False,
        row_group_size=ROW_GROUP_ROWS,
    )
    return digests.tables


def _repeated_rows(db: DuckDBPyConnection, folder: Path, table: str, keys: pa.Array) -> list[str]:
    db.register("doubtful", pa.table({"voucher_key": keys}))
    query = (
        f"select voucher_key from {_file(folder, table)} semi join doubtful using (voucher_key)"  # noqa: S608 - names of ours only
        " group by voucher_key, row_number having count(*) > 1"
    )
    return [key for (key,) in db.execute(query).fetchmany(KEYS_NAMED)]


def _refuse(keys: list[str], finding: str) -> None:
    if keys:
        raise TerminalError(
            f"Staging found {finding}: {', '.join(keys)}. The reader has to keep keys apart "
            "(ledger.voucher_key); nothing was staged."
        )


def _file(folder: Path, table: str) -> str:
    return f"read_parquet({quoted(folder / f'{table}.parquet')})"
