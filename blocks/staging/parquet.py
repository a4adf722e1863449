"""Parquet files written piece by piece, so that a unit of any size needs little memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from blocks.staging.hashed import HashedFile
from ledger.errors import TerminalError

ROW_GROUP_ROWS: Final = 30_720
"""Rows of a Parquet row group. Each is one unit of work for DuckDB, so that already a company of
some ten thousand vouchers is read by more than one core."""

REPETITIVE: Final = frozenset(
    {
        "account_number",
        "correction_kind",
        "dimension_number",
        "object_number",
        "registered_by",
        "voucher_series",
    }
)
"""Texts of few values, written as a dictionary; trying that on the others costs half the time."""

SOUGHT: Final = ["voucher_key"]
"""The column by which few rows are looked for: only of it are the least and the greatest noted."""

NUL: Final = "\0"


class OtherColumns(TerminalError):
    """Rows came with columns that are not their table's: a fault of the reader."""

    sentence = (
        "Rows for table {table} came as {names} {types}; expected {expected} as ledger.schemas has "
        "them. Mend the reader."
    )


class TableFiles:
    """One Parquet file (lz4) per table in a folder; an untouched table becomes an empty file.

    `sha256` holds the hash of each file, by its name, once all are closed.
    """

    def __init__(self, folder: Path, schemas: Mapping[str, pa.Schema]) -> None:
        self._folder = folder
        self._schemas = schemas
        self._stack = ExitStack()
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._files: dict[str, HashedFile] = {}
        self.sha256: dict[str, str] = {}
        self._waiting: dict[str, list[pa.RecordBatch]] = {name: [] for name in schemas}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_details: object) -> None:
        with self._stack:
            for name, schema in self._schemas.items() if failure is None else ():
                self._flush(name, down_to=0)
                if name not in self._writers:
                    self._write_empty(name, schema)
        self.sha256 |= {path: file.sha256 for path, file in self._files.items()}

    def write(self, name: str, batch: pa.RecordBatch) -> None:
        """Add rows to a table.

        Raises:
            TerminalError: The columns are not the table's, or a text holds NUL.
        """
        if not batch.schema.equals(self._schemas[name]):
            raise OtherColumns(
                table=name,
                names=batch.schema.names,
                types=[str(kind) for kind in batch.schema.types],
                expected=self._schemas[name].names,
            )
        _refuse_nul(name, batch)
        waiting = self._waiting[name]
        waiting.append(batch)
        rows = sum(piece.num_rows for piece in waiting)
        if rows >= ROW_GROUP_ROWS:
            self._flush(name, down_to=rows % ROW_GROUP_ROWS)

    def _flush(self, name: str, *, down_to: int) -> None:
        # Whole row groups only, but for the last: DuckDB would have to melt smaller ones together.
        table = pa.Table.from_batches(self._waiting[name], schema=self._schemas[name])
        ready = table.num_rows - down_to
        if ready:
            self._writer(name).write_table(table.slice(0, ready), row_group_size=ROW_GROUP_ROWS)
        self._waiting[name] = table.slice(ready).to_batches()

    def _write_empty(self, name: str, schema: pa.Schema) -> None:
        path, content = self._path(name), _empty_file(schema)
        path.write_bytes(content)
        self.sha256[path.name] = hashlib.sha256(content).hexdigest()

    def _writer(self, name: str) -> pq.ParquetWriter:
        if name not in self._writers:
            path = self._path(name)
            file = self._files[path.name] = self._stack.enter_context(HashedFile(path))
            # Left before its file is: the end of a Parquet file is written on closing.
            self._writers[name] = self._stack.enter_context(_open(file, self._schemas[name]))
        return self._writers[name]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"


def _open(sink: HashedFile | pa.BufferOutputStream, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        sink,
        schema,
        compression="lz4",
        use_dictionary=[column for column in schema.names if column in REPETITIVE],
        write_statistics=[column for column in schema.names if column in SOUGHT] or False,
    )


@cache
def _empty_file(schema: pa.Schema) -> bytes:
    """Most units leave half of the tables empty; to write such a file costs a millisecond."""
    sink = pa.BufferOutputStream()
    _open(sink, schema).close()
    return bytes(sink.getvalue())


class TextWithNul(TerminalError):
    """A text holds NUL, which the reader should have replaced."""

    sentence = (
        "Table {table}: {rows} value(s) of {column} hold a NUL character, which no database keeps "
        "alike. The reader has to replace it and say so in a diagnostic."
    )


def _refuse_nul(name: str, batch: pa.RecordBatch) -> None:
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if not (pa.types.is_string(field.type) and _may_hold_nul(column)):
            continue
        if rows := pc.sum(pc.match_substring(column, NUL)).as_py():
            raise TextWithNul(table=name, rows=rows, column=field.name)


def _may_hold_nul(column: pa.StringArray) -> bool:
    """Look at all bytes at once, those of rows beside a slice too; many times the speed."""
    data = column.buffers()[2]
    return data is not None and not np.frombuffer(data, np.uint8).all()
