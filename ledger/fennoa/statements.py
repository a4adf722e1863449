"""Vouchers of a year's rows, which came by account: a voucher is all rows of one statement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.fennoa.answers import movements
from ledger.money import QUANTITY
from ledger.schemas import POSTING, POSTING_CORRECTION, POSTING_DIMENSION, VOUCHER
from ledger.source import Batch

BATCH_ROWS: Final = 65_536
"""Rows of a batch, to the end of the statement that reaches it."""

KEY: Final = "statement:"
"""Before the id of a statement in a voucher's key."""

ORDER: Final = (
    "statement",
    "account",
    "date",
    "debit",
    "credit",
    "description",
    "dimensions",
    "series",
    "number",
)
"""By which rows are sorted: the place of a row within its statement, which no answer says. The
balances before and after it are left out, since they move with every row booked before."""


def booked_rows(rows: pa.Table) -> pa.Table:
    """Return rows as values, sorted by statement and place; rows that cannot be read are left out.

    Columns: those of `ORDER`, key, amount, day. `unreadable` counts what is left out.
    """
    statement = pc.if_else(
        pc.match_substring_regex(rows["statement_id"], "^[0-9]{1,18}$"), rows["statement_id"], None
    )
    days = _days(rows["date"])
    table = pa.table(
        {
            **{name: pc.fill_null(rows[name], "") for name in ORDER if name in rows.column_names},
            "statement": statement.cast(pa.int64()),
            "key": pc.binary_join_element_wise(KEY, rows["statement_id"], ""),
            "amount": movements(rows),
            "day": days,
        }
    )
    return table.sort_by([(name, "ascending") for name in ORDER])


def unreadable(rows: pa.Table) -> list[tuple[str, pa.Array]]:
    """Return what a row must have and lacks: the key, and which rows, shape (rows,)."""
    return [
        ("statement_id", pc.is_null(rows["statement"])),
        ("date", pc.is_null(rows["day"])),
        ("debit or credit", pc.is_null(rows["amount"])),
        ("account", pc.equal(rows["account"], "")),
    ]


def _days(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    moments = pc.strptime(texts, format="%Y-%m-%d", unit="s", error_is_null=True)
    # The 30th of February is read as the 2nd of March.
    is_same = pc.fill_null(pc.equal(pc.strftime(moments, format="%Y-%m-%d"), texts), False)
    return pc.if_else(is_same, moments.cast(pa.date32()), None)


def batches_of(rows: pa.Table) -> Iterator[Batch]:
    """Yield sorted rows as vouchers, a bounded number at a time, divided between vouchers only."""
    starts = np.flatnonzero(_is_start(rows))
    begin = 0
    while begin < len(rows):
        after = np.searchsorted(starts, begin + BATCH_ROWS)
        end = int(starts[after]) if after < len(starts) else len(rows)
        yield _batch(rows.slice(begin, end - begin))
        begin = end


def _is_start(rows: pa.Table) -> np.ndarray:
    starts = np.ones(len(rows), np.bool_)
    statement = np.asarray(rows["statement"])
    starts[1:] = statement[1:] != statement[:-1]
    return starts


def _batch(rows: pa.Table) -> Batch:
    starts = _is_start(rows)
    place = np.arange(len(rows))
    voucher = np.cumsum(starts) - 1
    rows = rows.append_column("row", pa.array(place - place[starts][voucher] + 1, pa.int32()))
    common, text = _texts(rows, voucher, starts)
    return {
        "voucher": _voucher(rows, starts, common),
        "posting": _posting(rows, text),
        "posting_dimension": _dimensions(rows),
        "posting_correction": _whole(POSTING_CORRECTION.empty_table()),
    }


def _texts(
    rows: pa.Table, voucher: np.ndarray, starts: np.ndarray
) -> tuple[pa.Array, pa.ChunkedArray]:
    """Return the text of each voucher and of each row.

    A row has one description. Where all rows of a statement have the same it is the statement's.
    """
    texts = rows["description"].combine_chunks()
    first = texts.filter(pa.array(starts))
    differs = np.asarray(pc.not_equal(texts, first.take(pa.array(voucher))))
    is_common = np.bincount(voucher, weights=differs, minlength=len(first)) == 0
    is_text = pa.array(is_common)
    common = _or_null(pc.if_else(is_text, first, ""))
    return common, _or_null(pc.if_else(is_text.take(pa.array(voucher)), "", texts))


def _voucher(rows: pa.Table, starts: np.ndarray, text: pa.Array) -> pa.RecordBatch:
    first = rows.filter(pa.array(starts))
    nothing = pa.nulls(len(first))
    days = rows.group_by("statement", use_threads=False).aggregate([("day", "min")])
    return _cast(
        VOUCHER,
        first["key"],
        first["series"],
        first["number"],
        days["day_min"],
        text,
        nothing,
        nothing,
        first["statement"],
        nothing,
    )


def _posting(rows: pa.Table, text: pa.ChunkedArray) -> pa.RecordBatch:
    return _cast(
        POSTING,
        rows["key"],
        rows["row"],
        rows["account"],
        rows["amount"],
        rows["day"],
        text,
        pa.nulls(len(rows), QUANTITY),
        pa.nulls(len(rows)),
    )


def _dimensions(rows: pa.Table) -> pa.RecordBatch:
    named = rows.filter(pc.not_equal(rows["dimensions"], ""))
    found = [
        (key, row, number, code)
        for key, row, text in zip(
            *(named[name].to_pylist() for name in ("key", "row", "dimensions")), strict=True
        )
        for number, code in dimension_pairs(text)
    ]
    rows_of_it = [dict(zip(POSTING_DIMENSION.names, row, strict=True)) for row in found]
    return _whole(pa.Table.from_pylist(rows_of_it, schema=POSTING_DIMENSION))


def dimension_pairs(text: str) -> list[tuple[str, str]]:
    """Return type and code of each dimension of a row, in order.

    Read are a list of ``{"dimension_type_id": 1, "code": "100"}`` and an object
    ``{"dim_1": "100"}``; the documentation shows neither of them on a row of the ledger.
    """
    if not text:
        return []
    found: Any = json.loads(text)
    if isinstance(found, dict):
        pairs = [(str(number).removeprefix("dim_"), code) for number, code in found.items()]
    else:
        pairs = [(row.get("dimension_type_id"), row.get("code")) for row in found]
    return sorted((str(number), str(code)) for number, code in pairs if number and code)


def _cast(schema: pa.Schema, *columns: pa.ChunkedArray | pa.Array) -> pa.RecordBatch:
    return _whole(pa.table(list(columns), names=schema.names).cast(schema))


def _whole(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def _or_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)
