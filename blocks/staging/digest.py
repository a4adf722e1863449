"""The digest of a unit while it is staged, and the check that its keys are keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest
from blocks.duck import quoted
from blocks.row_digests import ROWS_AT_ONCE, DigestedRows, UnitDigests
from blocks.row_numbers import row_numbers
from blocks.staging.hashed import HashedFile
from blocks.staging.parquet import ROW_GROUP_ROWS
from ledger.errors import TerminalError
from ledger.schemas import CANONICAL

KEYS_NAMED: Final = 3
"""How many offending keys an error names."""


class StagingDigest:
    """Digests rows as they are staged, so that none is read twice."""

    def __init__(self, db: DuckDBPyConnection) -> None:
        """Take a connection that nobody else uses."""
        self._db = db
        self._rows = DigestedRows()
        self._waiting: dict[str, list[pa.RecordBatch]] = {name: [] for name in CANONICAL}

    def add(self, name: str, batch: pa.RecordBatch) -> None:
        """Add rows of a canonical table."""
        waiting = self._waiting[name]
        waiting.append(batch)
        if sum(piece.num_rows for piece in waiting) >= ROWS_AT_ONCE:
            self._number([name])

    def total(self) -> UnitDigests:
        """Digest what is left and bring everything together."""
        self._number([*CANONICAL])
        return self._rows.digests()

    def finish(self, folder: Path) -> tuple[dict[str, TableDigest], dict[str, str]]:
        """Write ``voucher_digest.parquet`` into the folder of the unit's closed Parquet files.

        Returns:
            What each canonical table adds up to, and the written file's hash by its name.

        Raises:
            TerminalError: A voucher key or a row number occurs twice, or rows have no voucher.
        """
        digests = self.total()
        broken = digests.broken[:KEYS_NAMED].to_pylist()
        _refuse(broken, "voucher keys that occur twice, or rows without a voucher")
        for table, keys in digests.doubtful.items():
            if len(keys):
                repeated = self._repeated_rows(folder, table, keys)
                _refuse(repeated, f"row numbers of {table} that occur twice in a voucher")
        path = folder / "voucher_digest.parquet"
        with HashedFile(path) as file:
            pq.write_table(
                digests.vouchers,
                file,
                compression="lz4",
                use_dictionary=False,
                row_group_size=ROW_GROUP_ROWS,
            )
        return digests.tables, {path.name: file.sha256}

    def _number(self, names: Sequence[str]) -> None:
        rows = [(name, batch) for name in names for batch in self._taken(name)]
        for (name, batch), numbers in zip(rows, row_numbers(self._db, rows), strict=True):
            self._rows.add(name, batch, numbers)

    def _taken(self, name: str) -> list[pa.RecordBatch]:
        waiting, self._waiting[name] = self._waiting[name], []
        table = pa.Table.from_batches(waiting, schema=CANONICAL[name])
        batches: list[pa.RecordBatch] = table.combine_chunks().to_batches()
        return batches

    def _repeated_rows(self, folder: Path, table: str, keys: pa.Array) -> list[str]:
        self._db.register("doubtful", pa.table({"voucher_key": keys}))
        query = (
            f"select voucher_key from read_parquet({quoted(folder / f'{table}.parquet')})"  # noqa: S608 - names of ours only
            " semi join doubtful using (voucher_key)"
            " group by voucher_key, row_number having count(*) > 1"
        )
        return [key for (key,) in self._db.execute(query).fetchmany(KEYS_NAMED)]


class StagedTwice(TerminalError):
    """Two rows of one table share a key: a fault of the reader."""

    sentence = (
        "Staging found {finding}: {keys}. The reader has to keep keys apart (ledger.voucher_key); "
        "nothing was staged."
    )


def _refuse(keys: list[str], finding: str) -> None:
    if keys:
        raise StagedTwice(finding=finding, keys=", ".join(keys))
