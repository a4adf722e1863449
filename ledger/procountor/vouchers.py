"""Vouchers of the receipts that count: one for each, its rows net of VAT as they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import MONEY, QUANTITY
from ledger.schemas import POSTING, POSTING_CORRECTION, POSTING_DIMENSION, VOUCHER
from ledger.source import Batch

BATCH_RECEIPTS: Final = 20_000

Items = Mapping[tuple[int, int], tuple[str, str]]
"""Number of a dimension and of its object as they are published, by Procountor's two ids."""


def batches_of(receipts: pa.Table, items: Items) -> Iterator[Batch]:
    """Yield the vouchers of receipts with keys and days, a bounded number at a time."""
    for begin in range(0, len(receipts), BATCH_RECEIPTS):
        yield _batch(receipts.slice(begin, BATCH_RECEIPTS).combine_chunks(), items)


def _batch(receipts: pa.Table, items: Items) -> Batch:
    rows = receipts["transactions"].combine_chunks()
    parents = pc.list_parent_indices(rows)
    flat = pc.list_flatten(rows)
    numbers = row_numbers(parents)
    key = receipts["key"].take(parents)
    nothing = pa.nulls(len(flat))
    return {
        "voucher": _voucher(receipts),
        "posting": _cast(
            POSTING,
            key,
            numbers,
            pc.struct_field(flat, "account"),
            pc.struct_field(flat, "accountingValue"),
            receipts["day"].take(parents),
            _or_null(pc.struct_field(flat, "description")),
            pa.nulls(len(flat), QUANTITY),
            nothing,
        ),
        "posting_dimension": _dimensions(key, numbers, flat, items),
        "posting_correction": _whole(POSTING_CORRECTION.empty_table()),
    }


def row_numbers(parents: pa.Array) -> pa.Array:
    """Return the place of each row within its receipt, from 1; rows of one stand together."""
    of = np.asarray(parents)
    place = np.arange(len(of))
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    lengths = np.diff(np.append(starts, len(of)))
    return pa.array(place - np.repeat(starts, lengths) + 1, pa.int32())


def _voucher(receipts: pa.Table) -> pa.RecordBatch:
    nothing = pa.nulls(len(receipts))
    number = pc.fill_null(receipts["receiptNumber"].cast(pa.string()), "")
    return _cast(
        VOUCHER,
        receipts["key"],
        receipts["type"],
        number,
        receipts["day"],
        _or_null(receipts["name"]),
        nothing,
        nothing,
        receipts["id"],
        nothing,
    )


def _dimensions(
    key: pa.ChunkedArray, numbers: pa.Array, flat: pa.StructArray, items: Items
) -> pa.RecordBatch:
    values = pc.struct_field(flat, "dimensionItemValues")
    parents, pairs = pc.list_parent_indices(values), pc.list_flatten(values)
    ids = zip(
        *(pc.struct_field(pairs, name).to_pylist() for name in ("dimensionId", "itemId")),
        strict=True,
    )
    named = [items.get(pair, (str(pair[0]), str(pair[1]))) for pair in ids]
    table = pa.table(
        {
            "voucher_key": key.take(parents),
            "row_number": numbers.take(parents),
            "dimension_number": pa.array([number for number, _ in named], pa.string()),
            "object_number": pa.array([number for _, number in named], pa.string()),
        }
    )
    # A row may be divided over one object twice.
    once = table.group_by(POSTING_DIMENSION.names, use_threads=False).aggregate([])
    return _whole(once.select(POSTING_DIMENSION.names).cast(POSTING_DIMENSION))


def sums(receipts: pa.Table) -> pa.Table:
    """Return the sum of the receipts' rows by account; columns account, amount."""
    flat = pc.list_flatten(receipts["transactions"].combine_chunks())
    table = pa.table(
        {
            "account": pc.struct_field(flat, "account"),
            "amount": pc.struct_field(flat, "accountingValue"),
        }
    )
    summed = table.group_by("account").aggregate([("amount", "sum")])
    return pa.table({"account": summed["account"], "amount": summed["amount_sum"].cast(MONEY)})


def _cast(schema: pa.Schema, *columns: pa.ChunkedArray | pa.Array) -> pa.RecordBatch:
    return _whole(pa.table(list(columns), names=schema.names).cast(schema))


def _whole(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def _or_null(texts: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)
