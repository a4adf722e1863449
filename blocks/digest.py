r"""The version of a unit: a digest of its rows, the same in DuckDB, PostgreSQL and plain Python.

Each row becomes one text, its columns joined by ``|``: decimals at their scale, ISO dates,
integers as digits, NULL as ``\N``, ``\`` and ``|`` in a text escaped by ``\``. The low 60 bits of
that text's md5, its first 8 bytes taken as a little-endian number, are the row's number. A table is
its count of rows, the sum of its amounts and the sum of its rows' numbers: order and storage do not
matter.
A voucher's digest is the sum, modulo 2^60, over its own row and its rows in the voucher tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection
from pydantic import BaseModel, ConfigDict

from ledger.money import MONEY, ZERO
from ledger.schemas import CANONICAL

Ints = npt.NDArray[np.int64]

DIGEST_VERSION: Final = 1
"""Changes with the meaning of the digest; every unit is then published anew once."""

LOW_60_BITS: Final = (1 << 60) - 1

NOT_IN_DIGEST: Final = frozenset({"source_ref", "source_line"})
"""Where a row came from, not what it says: an editor's blank line changes no book."""

NUMBERED_TABLES: Final = ("posting", "posting_correction")
"""Tables whose key is the voucher and the row's number in it."""

SEPARATOR: Final = "|"

NULL: Final = "\\N"
"""Stands for a value that is missing; a text that reads so has its backslash doubled."""

WRITTEN_ALIKE: Final = (pa.types.is_decimal, pa.types.is_integer, pa.types.is_date32)
"""Types whose plain cast to text every engine writes the same way (decimals: up to scale 6)."""


class TableDigest(BaseModel):
    """What a table adds up to; equal digests mean equal rows, in whatever order.

    `amount_sum`: unit's currency, debit positive, 0.00 for a table without amounts.
    """

    model_config = ConfigDict(frozen=True)

    row_count: int = 0
    amount_sum: Decimal = ZERO
    md5_sum: int = 0


def unit_digest(tables: Mapping[str, TableDigest]) -> str:
    """Return the 64 hexadecimal digits that stand for all rows of a unit."""
    lines = [f"digest {DIGEST_VERSION}"]
    for name in sorted(CANONICAL):
        table = tables[name]
        lines.append(f"{name} {table.row_count} {table.amount_sum:.2f} {table.md5_sum}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def row_texts(table: str, rows: pa.RecordBatch) -> pa.StringArray:
    r"""Return the text of each row, shape (rows,); columns that are no part of it may be there.

    Raises:
        TypeError: A type whose text other engines would not write alike.
    """
    columns = [
        _column_texts(field.name, rows[field.name])
        for field in CANONICAL[table]
        if field.name not in NOT_IN_DIGEST
    ]
    return pc.binary_join_element_wise(
        *columns, SEPARATOR, null_handling="replace", null_replacement=NULL
    )


def row_numbers(db: DuckDBPyConnection, texts: Sequence[pa.StringArray]) -> list[Ints]:
    """Return the 60-bit numbers of rows from their texts, in arrays of the same shapes.

    Args:
        db: A connection on which no result is open.
        texts: Of one table or of several, all at once: each question costs DuckDB a millisecond.
    """
    db.register("row_text", pa.table({"text": pa.chunked_array(texts, pa.string())}))
    query = f"select (md5_number(text) & {LOW_60_BITS}::uhugeint)::bigint as number from row_text"  # noqa: S608 - a number of ours
    numbers = db.sql(query).to_arrow_table()["number"].to_numpy()
    db.unregister("row_text")
    return np.split(numbers, np.cumsum([len(some) for some in texts])[:-1])


def _column_texts(name: str, column: pa.Array) -> pa.StringArray:
    if pa.types.is_string(column.type):
        return _escaped(column)
    if any(known(column.type) for known in WRITTEN_ALIKE):
        # Amounts differ; of days, quantities and row numbers there are few, each written once.
        return column.cast(pa.string()) if column.type == MONEY else _looked_up(column)
    raise TypeError(f"{name}: no portable text for {column.type}")


def _looked_up(column: pa.Array) -> pa.StringArray:
    encoded = column.dictionary_encode()
    return encoded.dictionary.cast(pa.string()).take(encoded.indices)


def _escaped(column: pa.StringArray) -> pa.StringArray:
    # Almost no text holds either character, and all bytes of a column are looked at at once.
    data = column.buffers()[2]
    held = data.to_pybytes() if data else b""
    for mark in ("\\", SEPARATOR):
        if mark.encode() in held:
            column = pc.replace_substring(column, mark, f"\\{mark}")
    return column
