"""From the columns of one block to the canonical batches of its vouchers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import MONEY, QUANTITY
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.keys import VoucherKeys
from ledger.sie.lines import Bytes, Kind, Mask, Places
from ledger.sie.rows import (
    NO_DATE,
    Days,
    Ints,
    RowColumns,
    VoucherColumns,
    date_column,
    decimal_column,
)


@dataclass(frozen=True)
class Block:
    """One block, read. `row_voucher`: the voucher of each row, -1 for the one before the block.

    `voucher_line` has shape (vouchers,), `row_kind` and `row_voucher` shape (rows,), with only
    the rows that are readable and stand in a voucher.
    """

    vouchers: VoucherColumns
    voucher_line: Places
    rows: RowColumns
    row_kind: Bytes
    row_line: Places
    row_voucher: Places


@dataclass
class OpenVoucher:
    """The last voucher of the block before: its rows may go on in this one."""

    key: str = ""
    date: int = NO_DATE
    line: int = 0
    booked: int = 0
    corrections: int = 0


class Assembler:
    """Makes the batches of one file, block after block.

    `date_assumed`: what a voucher without any date is given, in days (its registration day comes
    first); such a voucher is an error, so that the load is held.
    """

    def __init__(self, log: DiagnosticLog, keys: VoucherKeys, *, date_assumed: int) -> None:
        self._log = log
        self._keys = keys
        self._date_assumed = date_assumed
        self._open = OpenVoucher()

    def assemble(self, block: Block) -> dict[str, pa.RecordBatch]:
        """Make the batches of one block."""
        self._check_twins(block)
        key = self._keys.make(block.vouchers, block.voucher_line)
        date = self._voucher_dates(block)
        voucher = _voucher_batch(block, key, date)
        # The voucher before the block comes first, so that -1 finds it.
        every_key = pa.concat_arrays([pa.array([self._open.key], pa.string()), key])
        every_date = np.concatenate((np.array([self._open.date], np.int32), date))
        posting_date = np.where(
            block.rows.date == NO_DATE, every_date[block.row_voucher + 1], block.rows.date
        )
        row_key = every_key.take(pa.array(block.row_voucher + 1))
        booked = block.row_kind == Kind.ROW
        number = self._count(block, booked)
        self._carry(block, every_key, every_date, booked)
        return {
            "voucher": voucher,
            **_row_batches(block, row_key, posting_date, booked=booked, number=number),
        }

    def _voucher_dates(self, block: Block) -> Days:
        date = block.vouchers.date
        missing = date == NO_DATE
        if not missing.any():
            return date
        self._log.add_many("voucher_date_unreadable", block.voucher_line[missing], "#VER date")
        second = np.where(missing, block.vouchers.registered_on, date)
        return np.where(second == NO_DATE, self._date_assumed, second).astype(np.int32)

    def _count(self, block: Block, booked: Mask) -> Ints:
        """Count booked and correction rows of each voucher from 1, shape (rows,)."""
        return np.where(
            booked,
            _count_within(block.row_voucher, booked, self._open.booked),
            _count_within(block.row_voucher, ~booked, self._open.corrections),
        )

    def _carry(self, block: Block, keys: Any, dates: Days, booked: Mask) -> None:
        """Note the vouchers that book nothing and remember the last one."""
        counts = np.bincount(block.row_voucher[booked] + 1, minlength=len(dates))
        corrections = int(np.count_nonzero(block.row_voucher[~booked] == len(dates) - 2))
        counts[0] += self._open.booked
        if len(dates) == 1:
            self._open.booked = int(counts[0])
            self._open.corrections += corrections
            return
        lines = np.concatenate(([self._open.line], block.voucher_line))
        empty = lines[:-1][counts[:-1] == 0]
        self._log.add_many("voucher_without_rows", empty[empty > 0], "#VER")
        self._open = OpenVoucher(
            key=keys[-1].as_py(),
            date=int(dates[-1]),
            line=int(lines[-1]),
            booked=int(counts[-1]),
            corrections=corrections,
        )

    def finish(self) -> None:
        """Note that the last voucher of the file books nothing."""
        if self._open.line and not self._open.booked:
            self._log.add("voucher_without_rows", self._open.line, "#VER")

    def _check_twins(self, block: Block) -> None:
        """Note each #RTRANS whose next row is not its #TRANS (same account, objects, amount).

        Dates, texts and signs differ rightly: BL Administration writes the day of correction,
        Fortnox a sign, in one of the two only.
        """
        added = np.flatnonzero(block.row_kind == Kind.ADDED)
        if not len(added):
            return
        last = len(block.row_kind) - 1
        twin = np.minimum(added + 1, last)
        rows = block.rows
        same = (
            (twin > added)
            & (block.row_kind[twin] == Kind.ROW)
            & (block.row_voucher[twin] == block.row_voucher[added])
            & (rows.amount[twin] == rows.amount[added])
            & _equal(rows.account.take(pa.array(twin)), rows.account.take(pa.array(added)))
        )
        objects = [_objects_of(rows, places) for places in (twin, added)]
        same &= np.array([a == b for a, b in zip(*objects, strict=True)], np.bool_)
        self._log.add_many("added_row_without_twin", block.row_line[added[~same]], "#RTRANS")


def _equal(first: Any, second: Any) -> Mask:
    same: Mask = pc.equal(first, second).to_numpy(zero_copy_only=False)
    return same


def _objects_of(rows: RowColumns, places: Places) -> list[str | None]:
    """The objects of some rows as a JSON list of pairs, shape (places,)."""
    first = np.searchsorted(rows.pair_row, places)
    last = np.searchsorted(rows.pair_row, places, side="right")
    return [
        json.dumps(
            [
                [rows.pair_dimension[pair].as_py(), rows.pair_object[pair].as_py()]
                for pair in range(start, end)
            ],
            ensure_ascii=False,
        )
        if end > start
        else None
        for start, end in zip(first.tolist(), last.tolist(), strict=True)
    ]


def _count_within(group: Places, counted: Mask, before: int) -> Ints:
    """Number the counted rows of each group from 1; group -1 goes on from `before`.

    `group` ascends, shape (rows,), as does the answer.
    """
    running = np.cumsum(counted)
    starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))[: len(group)]
    base = np.where(starts > 0, running[starts - 1], 0)
    base[group[starts] == -1] -= before
    lengths = np.diff(np.append(starts, len(group)))
    counted_so_far: Ints = running - np.repeat(base, lengths)
    return counted_so_far


def _voucher_batch(block: Block, key: pa.StringArray, date: Days) -> pa.RecordBatch:
    vouchers = block.vouchers
    return pa.RecordBatch.from_arrays(
        [
            key,
            vouchers.series,
            vouchers.number,
            date_column(date),
            vouchers.text,
            date_column(vouchers.registered_on),
            vouchers.registered_by,
            pa.nulls(len(vouchers), pa.string()),
            pa.array(block.voucher_line, pa.int64()),
        ],
        schema=CANONICAL["voucher"],
    )


def _row_batches(
    block: Block, key: Any, date: Days, *, booked: Mask, number: Ints
) -> dict[str, pa.RecordBatch]:
    """Part the rows into those booked and those that are history."""
    rows = block.rows
    columns = {
        "voucher_key": key,
        "row_number": pa.array(number, pa.int32()),
        "account_number": rows.account,
        "amount": decimal_column(rows.amount, MONEY),
        "posting_date": date_column(date),
        "posting_text": rows.text,
        "quantity": decimal_column(rows.quantity, QUANTITY, rows.has_quantity),
        "registered_by": rows.registered_by,
    }
    table = pa.table(columns)
    everything_booked = bool(booked.all())
    posting = table if everything_booked else table.filter(pa.array(booked))
    history = table.slice(0, 0) if everything_booked else table.filter(pa.array(~booked))
    kinds = np.where(block.row_kind[~booked] == Kind.ADDED, "added", "struck")
    correction = history.append_column("correction_kind", pa.array(kinds, pa.string()))
    objects = _objects_of(rows, np.flatnonzero(~booked))
    correction = correction.append_column("objects", pa.array(objects, pa.string()))
    return {
        "posting": _batch(posting, "posting"),
        "posting_dimension": _dimension_batch(rows, key, number, booked),
        "posting_correction": _batch(correction, "posting_correction"),
    }


def _dimension_batch(rows: RowColumns, key: Any, number: Ints, booked: Mask) -> pa.RecordBatch:
    pairs = booked[rows.pair_row]
    row = rows.pair_row[pairs]
    keep = pa.array(pairs)
    return pa.RecordBatch.from_arrays(
        [
            key.take(pa.array(row)),
            pa.array(number[row], pa.int32()),
            rows.pair_dimension.filter(keep),
            rows.pair_object.filter(keep),
        ],
        schema=CANONICAL["posting_dimension"],
    )


def _batch(table: pa.Table, name: str) -> pa.RecordBatch:
    """Bring columns into the order and the types of a canonical table, as one batch."""
    schema = CANONICAL[name]
    batches = table.select(schema.names).combine_chunks().to_batches()
    if not batches:
        return pa.RecordBatch.from_pylist([], schema=schema)
    return pa.RecordBatch.from_arrays(batches[0].columns, schema=schema)


def empty_batches() -> dict[str, pa.RecordBatch]:
    """The batches of a file without vouchers."""
    return {name: pa.RecordBatch.from_pylist([], schema=CANONICAL[name]) for name in VOUCHER_TABLES}
