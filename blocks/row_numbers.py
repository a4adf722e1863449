"""The numbers of rows that the digest of a unit adds up (`blocks.digest`).

A text for each row, its md5, and of that 60 bits. DuckDB takes the md5. Of a few rows, Arrow makes
the texts, for all tables at once, as each question costs DuckDB a millisecond. Of many, DuckDB
joins the columns while it takes the md5, and the last of them come joined already: of days,
quantities and the like there are few together, so that each is written once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from blocks.digest import LOW_60_BITS, NOT_IN_DIGEST
from ledger.schemas import CANONICAL

Ints = npt.NDArray[np.int64]
Rows = tuple[str, pa.RecordBatch]
"""Rows of a canonical table, with its name."""

SEPARATOR: Final = "|"
NULL: Final = "\\N"
"""Stands for a value that is missing; a text that reads so has its backslash doubled."""

WRITTEN_ALIKE: Final = (pa.types.is_decimal, pa.types.is_integer, pa.types.is_date32)
"""Types whose plain cast to text every engine writes the same way (decimals: up to scale 6)."""


@dataclass(frozen=True)
class RowLimits:
    """Up to where a row's text is made which way; the numbers are the same."""

    many_rows: int = 8_192
    """Rows from which on a question of their own costs DuckDB less than Arrow's texts."""
    probed_rows: int = 1_024
    most_probed: int = 256
    """Different values among the rows probed up to which a column is held to have few."""
    most_days: int = 4_096
    """Days from the first to the last up to which each is written, whether it occurs or not."""
    most_together: int = 1 << 20
    """Combinations, whether they occur or not, up to which columns are joined beforehand."""


ROW_LIMITS: Final = RowLimits()


def row_numbers(
    db: DuckDBPyConnection, rows: Sequence[Rows], *, limits: RowLimits = ROW_LIMITS
) -> list[Ints]:
    """Return the 60-bit numbers of rows, arrays of shape (rows,) in the order given.

    Args:
        db: A connection on which no result is open.
        rows: Of one table or of several; columns that are no part of the digest may be there.
        limits: Which rows go which way.

    Raises:
        TypeError: A type whose text other engines would not write alike.
    """
    few = [item for item in rows if item[1].num_rows < limits.many_rows]
    numbers = iter(_numbers_of_few(db, few))
    return [
        next(numbers)
        if item[1].num_rows < limits.many_rows
        else _numbers_of_many(db, _columns(*item), limits)
        for item in rows
    ]


def _columns(table: str, rows: pa.RecordBatch) -> list[pa.Array]:
    """The columns that the digest covers, marks in their texts escaped."""
    names = [name for name in CANONICAL[table].names if name not in NOT_IN_DIGEST]
    return [_portable(name, rows[name]) for name in names]


def _portable(name: str, column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type):
        return _escaped(column)
    if any(known(column.type) for known in WRITTEN_ALIKE):
        return column
    raise TypeError(f"{name}: no portable text for {column.type}")


def _escaped(column: pa.StringArray) -> pa.StringArray:
    # Almost no text holds either character, and all bytes of a column are looked at at once.
    data = column.buffers()[2]
    held = data.to_pybytes() if data else b""
    for mark in ("\\", SEPARATOR):
        if mark.encode() in held:
            column = pc.replace_substring(column, mark, f"\\{mark}")
    return column


def _numbers_of_few(db: DuckDBPyConnection, rows: Sequence[Rows]) -> list[Ints]:
    if not rows:
        return []
    texts = [_joined(_columns(table, batch)) for table, batch in rows]
    numbers = _md5_numbers(db, "text", {"text": pa.chunked_array(texts, pa.string())})
    return np.split(numbers, np.cumsum([len(some) for some in texts])[:-1])


def _joined(columns: Sequence[pa.Array]) -> pa.StringArray:
    texts = [column.cast(pa.string()) for column in columns]
    return pc.binary_join_element_wise(
        *texts, SEPARATOR, null_handling="replace", null_replacement=NULL
    )


def _numbers_of_many(db: DuckDBPyConnection, columns: list[pa.Array], limits: RowLimits) -> Ints:
    apart, together = _split(columns, limits)
    named = {f"c{place}": column for place, column in enumerate(apart)}
    pieces = [
        f"coalesce({name}::varchar, '{NULL}')" if column.null_count else name
        for name, column in named.items()
    ]
    if together:
        named["last"] = _written_once(together)
        pieces.append("last")
    separator = f", '{SEPARATOR}', "
    return _md5_numbers(db, f"concat({separator.join(pieces)})", named)


def _md5_numbers(db: DuckDBPyConnection, text: str, columns: Mapping[str, Any]) -> Ints:
    """The numbers of texts, `text` being the expression that makes them of the columns."""
    db.register("piece", pa.table(columns))
    query = f"select (md5_number({text}) & {LOW_60_BITS}::uhugeint)::bigint as number from piece"  # noqa: S608 - expressions of ours only
    numbers: Ints = db.sql(query).to_arrow_table()["number"].to_numpy()
    db.unregister("piece")
    return numbers


@dataclass(frozen=True)
class _Coded:
    """A column as places, shape (rows,), in an array of its values."""

    places: npt.NDArray[Any]
    values: pa.Array


def _split(columns: list[pa.Array], limits: RowLimits) -> tuple[list[pa.Array], list[_Coded]]:
    """Part the columns before those, at the end, that take few values together."""
    apart, together, size = [*columns], list[_Coded](), 1
    while apart and _has_few(apart[-1], limits):
        coded = _coded(apart[-1], limits)
        size *= len(coded.values)
        if size > limits.most_together:
            break
        together.insert(0, coded)
        apart.pop()
    return apart, together


def _has_few(column: pa.Array, limits: RowLimits) -> bool:
    return len(column.slice(0, limits.probed_rows).unique()) <= limits.most_probed


def _coded(column: pa.Array, limits: RowLimits) -> _Coded:
    if column.null_count == len(column):
        return _Coded(np.zeros(len(column), np.int8), column[:1])
    if pa.types.is_date32(column.type) and not column.null_count:
        days = column.view(pa.int32()).to_numpy()
        first, last = int(days.min()), int(days.max())
        if last - first < limits.most_days:
            values = pa.array(np.arange(first, last + 1), pa.int32()).view(pa.date32())
            return _Coded(days - np.int32(first), values)
    encoded = column.dictionary_encode(null_encoding="encode")
    return _Coded(encoded.indices.to_numpy(), encoded.dictionary)


def _written_once(columns: Sequence[_Coded]) -> pa.DictionaryArray:
    """Join columns, writing each combination that occurs once; shape (rows,)."""
    shape = [len(column.values) for column in columns]
    codes = np.zeros(len(columns[0].places), np.int64)
    for column, size in zip(columns, shape, strict=True):
        if size > 1:
            codes *= size
            codes += column.places
    occurs = np.zeros(math.prod(shape), np.bool_)
    occurs[codes] = True
    found = np.flatnonzero(occurs)
    place = np.empty(len(occurs), np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    texts = [
        column.values.take(pa.array(index))
        for column, index in zip(columns, np.unravel_index(found, shape), strict=True)
    ]
    return pa.DictionaryArray.from_arrays(pa.array(place[codes]), _joined(texts))
