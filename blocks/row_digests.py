"""Adding up a unit's rows, each by its number: by table, and by voucher."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blocks.digest import LOW_60_BITS, NUMBERED_TABLES, TableDigest
from blocks.row_numbers import Ints
from ledger.money import MONEY_SCALE, ZERO
from ledger.schemas import CANONICAL, VOUCHER_TABLES

ROWS_AT_ONCE: Final = 98_304
"""Rows that are added up in one step: no more than one core is for (`blocks.duck`)."""

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


class DigestedRows:
    """Takes the rows of a unit's tables in pieces, of any size and in any order."""

    def __init__(self) -> None:
        self._tables = {name: TableDigest() for name in CANONICAL}
        self._runs = {name: _Runs() for name in VOUCHER_TABLES}

    def add(self, table: str, rows: pa.RecordBatch, numbers: Ints) -> None:
        """Add rows of a canonical table with their numbers (`row_numbers`), shape (rows,)."""
        if not len(numbers):
            return
        self._tables[table] = _digest_with(self._tables[table], table, rows, numbers)
        if table in VOUCHER_TABLES:
            self._runs[table].add(table, rows, numbers)

    def digests(self) -> UnitDigests:
        """Bring together what was added."""
        keys, place = _places({name: runs.joined_keys() for name, runs in self._runs.items()})
        size = len(keys)
        digest = np.zeros(size, np.int64)
        for name, runs in self._runs.items():
            np.add.at(digest, place[name], runs.joined("numbers"))
        debit = _debit_sums(self._runs["posting"], place["posting"], size)
        return UnitDigests(
            tables=self._tables,
            vouchers=pa.table(
                {"voucher_key": keys, "digest": digest & LOW_60_BITS, "debit_sum": debit}
            ),
            broken=keys.filter(pa.array(np.bincount(place["voucher"], minlength=size) != 1)),
            doubtful={
                name: keys.filter(pa.array(_is_doubtful(self._runs[name], place[name], size)))
                for name in NUMBERED_TABLES
            },
        )


@dataclass
class _Runs:
    """The rows of one table, each run of rows of the same voucher added up; shapes (runs,)."""

    keys: list[pa.Array] = field(default_factory=list)
    numbers: list[Ints] = field(default_factory=list)
    counts: list[Ints] = field(default_factory=list)
    bits: list[Ints] = field(default_factory=list)
    debits: list[Any] = field(default_factory=list)

    def add(self, table: str, rows: pa.RecordBatch, numbers: Ints) -> None:
        encoded = pc.run_end_encode(rows["voucher_key"])
        ends = encoded.run_ends.to_numpy().astype(np.int64)
        counts = np.diff(ends, prepend=0)
        first = ends - counts
        self.keys.append(encoded.values)
        self.counts.append(counts)
        self.numbers.append(np.add.reduceat(numbers, first))
        if table in NUMBERED_TABLES:
            bits = _bits(rows["row_number"].to_numpy())
            self.bits.append(np.bitwise_or.reduceat(bits, first))
        if table == "posting":
            self.debits.append(_debits(_hundredths(rows["amount"]), first))

    def joined(self, name: str) -> Any:
        return np.concatenate([np.zeros(0, np.int64), *getattr(self, name)])

    def joined_keys(self) -> pa.Array:
        return pa.concat_arrays([pa.array([], pa.string()), *self.keys])


def _digest_with(
    before: TableDigest, table: str, rows: pa.RecordBatch, numbers: Ints
) -> TableDigest:
    has_amount = "amount" in CANONICAL[table].names
    amount = Decimal(_sum(_hundredths(rows["amount"]))).scaleb(-MONEY_SCALE) if has_amount else ZERO
    return TableDigest(
        row_count=before.row_count + len(numbers),
        amount_sum=before.amount_sum + amount,
        md5_sum=before.md5_sum + _sum(numbers),
    )


def _debits(amounts: Ints, first: Ints) -> Any:
    debits = np.maximum(amounts, 0)
    exact = debits if _sum(debits) < _INT64 else debits.astype(object)
    return np.add.reduceat(exact, first)


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


def _places(keys: dict[str, pa.Array]) -> tuple[pa.Array, dict[str, Ints]]:
    """Give each key once, and where in that each table's keys stand."""
    vouchers = keys["voucher"]
    # Mostly every voucher has postings, in its order: then its keys need not be looked up again.
    apart = {name: its for name, its in keys.items() if name == "voucher" or its != vouchers}
    encoded = pa.concat_arrays([*apart.values()]).dictionary_encode()
    ends = np.cumsum([len(its) for its in apart.values()])
    places = np.split(encoded.indices.to_numpy(), ends[:-1])
    place = dict(zip(apart, places, strict=True))
    return encoded.dictionary, {name: place.get(name, place["voucher"]) for name in keys}


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
