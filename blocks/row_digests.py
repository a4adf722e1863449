"""Digesting a unit's tables where they lie: each row's md5 once, for its table and its voucher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from blocks.digest import (
    LOW_60_BITS,
    NUMBERED_TABLES,
    TableDigest,
    numbered_rows_sql,
    table_digest_sql,
)
from ledger.money import MONEY_SCALE
from ledger.schemas import CANONICAL, VOUCHER_TABLES

Ints = npt.NDArray[np.int64]

ROWS_AT_ONCE: Final = 122_880
"""Rows that are added up in one step."""

MOST_BITS: Final = 62
"""The highest row number that has a bit of its own."""

_LOW_32_BITS: Final = (1 << 32) - 1
_INT64: Final = 1 << 63
_DEBITS: Final = pa.decimal128(38, MONEY_SCALE)


@dataclass(frozen=True)
class UnitDigests:
    """What a unit's tables add up to.

    `vouchers`: one row per key, voucher_key, digest, debit_sum (of the booked rows' debits, in the
    unit's currency). `broken`: keys that occur twice, or rows without a voucher. `doubtful`: by
    numbered table, the keys whose rows are not plainly 1 to n, each once.
    """

    tables: dict[str, TableDigest]
    vouchers: pa.Table
    broken: pa.Array
    doubtful: dict[str, pa.Array]


def digest_tables(
    db: DuckDBPyConnection, relation: Callable[[str], str], *, where: str = "true"
) -> UnitDigests:
    """Digest every canonical table of one unit.

    Args:
        db: The connection.
        relation: Gives what stands after ``from`` for a table's name.
        where: A condition that picks the unit's rows.
    """
    runs = {name: _read_runs(db, name, relation(name), where) for name in VOUCHER_TABLES}
    tables = {name: table.digest for name, table in runs.items()}
    queries = [
        table_digest_sql(name, relation(name), where=where) for name in CANONICAL.keys() - tables
    ]
    for name, *digest in db.execute(" union all ".join(queries)).fetchall():
        tables[name] = TableDigest(**dict(zip(TableDigest.model_fields, digest, strict=True)))
    return _by_voucher(runs, tables)


@dataclass
class _Runs:
    """The rows of one table, each run of rows of the same voucher added up; shapes (runs,)."""

    digest: TableDigest = field(default_factory=TableDigest)
    keys: list[Any] = field(default_factory=list)
    numbers: list[Ints] = field(default_factory=list)
    counts: list[Ints] = field(default_factory=list)
    bits: list[Ints] = field(default_factory=list)
    debits: list[Any] = field(default_factory=list)

    def joined(self, name: str, kind: Any = np.int64) -> Any:
        return np.concatenate([np.zeros(0, kind), *getattr(self, name)])


def _read_runs(db: DuckDBPyConnection, table: str, relation: str, where: str) -> _Runs:
    runs = _Runs()
    # DuckDB streams into Arrow only where no other result is open.
    with db.cursor() as alone:
        rows = alone.sql(numbered_rows_sql(table, relation, where=where))
        for batch in rows.to_arrow_reader(ROWS_AT_ONCE):
            if batch.num_rows:
                _add_batch(runs, batch, is_posting=table == "posting")
    return runs


def _add_batch(runs: _Runs, batch: pa.RecordBatch, *, is_posting: bool) -> None:
    encoded = pc.run_end_encode(batch["voucher_key"])
    ends = encoded.run_ends.to_numpy().astype(np.int64)
    counts = np.diff(ends, prepend=0)
    first = ends - counts
    numbers, amounts = batch["number"].to_numpy(), _hundredths(batch["amount"])
    runs.keys.append(encoded.values)
    runs.counts.append(counts)
    runs.numbers.append(np.add.reduceat(numbers, first))
    runs.bits.append(np.bitwise_or.reduceat(_bits(batch["row_number"].to_numpy()), first))
    if is_posting:
        debits = np.maximum(amounts, 0)
        exact = debits if _sum(debits) < _INT64 else debits.astype(object)
        runs.debits.append(np.add.reduceat(exact, first))
    before = runs.digest
    runs.digest = TableDigest(
        row_count=before.row_count + batch.num_rows,
        amount_sum=before.amount_sum + Decimal(_sum(amounts)).scaleb(-MONEY_SCALE),
        md5_sum=before.md5_sum + _sum(numbers),
    )


def _hundredths(amounts: pa.Array) -> Ints:
    """Decimals of 18 digits as integers: the lower of the two words of each."""
    words = np.frombuffer(amounts.buffers()[1], np.int64)
    return words[2 * amounts.offset :: 2][: len(amounts)]


def _bits(row_number: npt.NDArray[np.int32]) -> Ints:
    has_bit = (row_number > 0) & (row_number <= MOST_BITS)
    return np.where(has_bit, np.int64(1) << (row_number * has_bit).astype(np.int64), 0)


def _sum(values: Ints) -> int:
    """Add up without overflow."""
    return (int((values >> 32).sum()) << 32) + int((values & _LOW_32_BITS).sum())


def _by_voucher(runs: dict[str, _Runs], tables: dict[str, TableDigest]) -> UnitDigests:
    every = [pa.array([], pa.string()), *(key for table in runs.values() for key in table.keys)]
    encoded = pa.concat_arrays(every).dictionary_encode()
    keys, size = encoded.dictionary, len(encoded.dictionary)
    places = encoded.indices.to_numpy()
    ends = np.cumsum([sum(map(len, table.keys)) for table in runs.values()])
    place = dict(zip(runs, np.split(places, ends[:-1]), strict=True))
    digest = np.zeros(size, np.int64)
    for name, table in runs.items():
        np.add.at(digest, place[name], table.joined("numbers"))
    debit = _debit_sums(runs["posting"], place["posting"], size)
    return UnitDigests(
        tables=tables,
        vouchers=pa.table(
            {"voucher_key": keys, "digest": digest & LOW_60_BITS, "debit_sum": debit}
        ),
        broken=keys.filter(pa.array(np.bincount(place["voucher"], minlength=size) != 1)),
        doubtful={
            name: keys.filter(pa.array(_is_doubtful(runs[name], place[name], size)))
            for name in NUMBERED_TABLES
        },
    )


def _debit_sums(postings: _Runs, place: Ints, size: int) -> pa.Array:
    debits = postings.joined("debits")
    is_small = debits.dtype != object and _sum(debits) < _INT64
    total = np.zeros(size, np.int64 if is_small else object)
    np.add.at(total, place, debits)
    if not is_small:
        return pa.array([Decimal(value).scaleb(-MONEY_SCALE) for value in total], _DEBITS)
    words = np.zeros((size, 2), np.int64)
    words[:, 0] = total
    return pa.Array.from_buffers(_DEBITS, size, [None, pa.py_buffer(words)])


def _is_doubtful(table: _Runs, place: Ints, size: int) -> npt.NDArray[np.bool_]:
    """Rows 1 to n, each once, set the bits 1 to n."""
    count, bits = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(count, place, table.joined("counts"))
    np.bitwise_or.at(bits, place, table.joined("bits"))
    expected = (np.int64(1) << (np.minimum(count, MOST_BITS - 1) + 1)) - 2
    doubtful: npt.NDArray[np.bool_] = (count >= MOST_BITS) | (bits != expected)
    return doubtful
