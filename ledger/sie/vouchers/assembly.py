"""From the columns of one block to the canonical batches of its vouchers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import MONEY, QUANTITY, decimal_column
from ledger.schemas import CANONICAL
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.text.lines import Bytes, Kind, Mask, Places, is_kind
from ledger.sie.vouchers.keys import VoucherKeys
from ledger.sie.vouchers.rows import (
    NO_DATE,
    Days,
    Ints,
    RowColumns,
    VoucherColumns,
    date_column,
)

_CORRECTIONS: Final = pa.array(["struck", "added"])
_JSON: Final = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True)
class Rows:
    """Rows of one block that belong together: those booked, or those that are history.

    `place`: among all rows of the block, ascending. `voucher`: of each row, counted in the
    block, -1 for the voucher before it. Shapes (rows,).
    """

    columns: RowColumns
    kind: Bytes
    place: Places
    line: Places
    voucher: Places


@dataclass(frozen=True)
class Block:
    """One block, read. `voucher_line` has shape (vouchers,)."""

    vouchers: VoucherColumns
    voucher_line: Places
    booked: Rows
    history: Rows


@dataclass
class OpenVoucher:
    """The last voucher of the block before: its rows may go on in this one."""

    key: str = ""
    date: int = NO_DATE
    line: int = 0
    booked: int = 0
    history: int = 0


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
        check_twins(block, self._log)
        key = self._keys.make(block.vouchers, block.voucher_line)
        date = self._voucher_dates(block)
        # The voucher before the block comes first, so that -1 finds it.
        keys = pa.concat_arrays([pa.array([self._open.key], pa.string()), key])
        dates = np.concatenate((np.array([self._open.date], np.int32), date))
        booked = _numbered(block.booked, keys, dates, before=self._open.booked)
        history = _numbered(block.history, keys, dates, before=self._open.history)
        self._carry(block, keys, dates)
        return {
            "voucher": _voucher_batch(block, key, date),
            "posting": _batch("posting", booked),
            "posting_dimension": _dimension_batch(block.booked.columns, booked),
            "posting_correction": _batch("posting_correction", _with_history(block, history)),
        }

    def _voucher_dates(self, block: Block) -> Days:
        date = block.vouchers.date
        missing = date == NO_DATE
        if not missing.any():
            return date
        self._log.add_many("voucher_date_unreadable", block.voucher_line[missing], "#VER date")
        second = np.where(missing, block.vouchers.registered_on, date)
        return np.where(second == NO_DATE, self._date_assumed, second).astype(np.int32)

    def _carry(self, block: Block, keys: Any, dates: Days) -> None:
        """Note the vouchers that book nothing and remember the last one."""
        booked = np.bincount(block.booked.voucher + 1, minlength=len(dates))
        history = np.bincount(block.history.voucher + 1, minlength=len(dates))
        booked[0] += self._open.booked
        history[0] += self._open.history
        lines = np.concatenate(([self._open.line], block.voucher_line))
        empty = lines[:-1][booked[:-1] == 0]
        self._log.add_many("voucher_without_rows", empty[empty > 0], "#VER")
        self._open = OpenVoucher(
            key=keys[-1].as_py(),
            date=int(dates[-1]),
            line=int(lines[-1]),
            booked=int(booked[-1]),
            history=int(history[-1]),
        )

    def finish(self) -> None:
        """Note that the last voucher of the file books nothing."""
        if self._open.line and not self._open.booked:
            self._log.add("voucher_without_rows", self._open.line, "#VER")


def check_twins(block: Block, log: DiagnosticLog) -> None:
    """Note each #RTRANS whose next row is not its #TRANS (same account, objects, amount).

    Dates, texts and signs differ rightly: BL Administration writes the day of correction,
    Fortnox a sign, in one of the two only.
    """
    history, booked = block.history, block.booked
    added = np.flatnonzero(is_kind(history.kind, Kind.ADDED))
    if not len(added):
        return
    next_place = history.place[added] + 1
    twin = np.minimum(np.searchsorted(booked.place, next_place), max(len(booked.place) - 1, 0))
    same = np.zeros(len(added), np.bool_)
    if len(booked.place):
        same = (
            (booked.place[twin] == next_place)
            & (booked.voucher[twin] == history.voucher[added])
            & (booked.columns.amount[twin] == history.columns.amount[added])
            & _equal(booked.columns.account, twin, history.columns.account, added)
        )
        mine, its = objects_of(booked.columns, twin), objects_of(history.columns, added)
        same[[at for at in {*mine, *its} if mine.get(at) != its.get(at)]] = False
    log.add_many("added_row_without_twin", history.line[added[~same]], "#RTRANS")


def _equal(first: Any, first_at: Places, second: Any, second_at: Places) -> Mask:
    same = pc.equal(first.take(pa.array(first_at)), second.take(pa.array(second_at)))
    answer: Mask = same.to_numpy(zero_copy_only=False)
    return answer


Pairs = list[tuple[str, str]]


def objects_of(rows: RowColumns, places: Places) -> dict[int, Pairs]:
    """The (dimension, object) pairs of those of some rows that have any, by place in `places`."""
    first = np.searchsorted(rows.pair_row, places)
    last = np.searchsorted(rows.pair_row, places, side="right")
    filled = np.flatnonzero(last > first)
    if not len(filled):
        return {}
    wanted = pa.array(np.concatenate([*map(np.arange, first[filled], last[filled])]))
    dimensions = rows.pair_dimension.take(wanted).to_pylist()
    pairs = iter(zip(dimensions, rows.pair_object.take(wanted).to_pylist(), strict=True))
    sizes = (last - first)[filled].tolist()
    return {at: [*islice(pairs, size)] for at, size in zip(filled.tolist(), sizes, strict=True)}


def _numbered(rows: Rows, keys: Any, dates: Days, *, before: int) -> dict[str, Any]:
    """The columns that booked rows and history share; `before` rows went before the block."""
    columns, owner = rows.columns, rows.voucher + 1
    date = np.where(columns.date == NO_DATE, dates[owner], columns.date)
    return {
        "voucher_key": keys.take(pa.array(owner)),
        "row_number": pa.array(_count_within(rows.voucher, before), pa.int32()),
        "account_number": columns.account,
        "amount": decimal_column(columns.amount, MONEY),
        "posting_date": date_column(date),
        "posting_text": columns.text,
        "quantity": decimal_column(columns.quantity, QUANTITY, columns.has_quantity),
        "registered_by": columns.registered_by,
    }


def _count_within(voucher: Places, before: int) -> Ints:
    """Number the rows of each voucher from 1, shape (rows,); voucher -1 goes on from `before`."""
    first = np.flatnonzero(np.append(True, voucher[1:] != voucher[:-1]))
    lengths = np.diff(np.append(first, len(voucher)))
    number: Ints = np.arange(1, len(voucher) + 1) - np.repeat(first, lengths)
    number[voucher == -1] += before
    return number


def _with_history(block: Block, columns: dict[str, Any]) -> dict[str, Any]:
    rows = block.history
    listed: list[str | None] = [None] * len(rows.kind)
    for at, pairs in objects_of(rows.columns, np.arange(len(rows.kind))).items():
        listed[at] = _JSON.encode(pairs)
    is_added = is_kind(rows.kind, Kind.ADDED).view(np.uint8)
    return columns | {
        "correction_kind": _CORRECTIONS.take(pa.array(is_added)),
        "objects": pa.array(listed, pa.string()),
    }


def _voucher_batch(block: Block, key: pa.StringArray, date: Days) -> pa.RecordBatch:
    vouchers = block.vouchers
    return _batch(
        "voucher",
        {
            "voucher_key": key,
            "voucher_series": vouchers.series,
            "voucher_number": vouchers.number,
            "voucher_date": date_column(date),
            "voucher_text": vouchers.text,
            "registered_on": date_column(vouchers.registered_on),
            "registered_by": vouchers.registered_by,
            "source_ref": pa.nulls(len(vouchers), pa.string()),
            "source_line": pa.array(block.voucher_line, pa.int64()),
        },
    )


def _dimension_batch(rows: RowColumns, columns: dict[str, Any]) -> pa.RecordBatch:
    row = pa.array(rows.pair_row)
    return _batch(
        "posting_dimension",
        {
            "voucher_key": columns["voucher_key"].take(row),
            "row_number": columns["row_number"].take(row),
            "dimension_number": rows.pair_dimension,
            "object_number": rows.pair_object,
        },
    )


def _batch(name: str, columns: dict[str, Any]) -> pa.RecordBatch:
    """Put columns in the order of a canonical table."""
    schema = CANONICAL[name]
    return pa.RecordBatch.from_arrays([columns[field] for field in schema.names], schema=schema)
