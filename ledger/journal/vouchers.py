"""The vouchers of a file, in blocks that end with a voucher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear
from ledger.journal.cells import Block
from ledger.journal.layout import DIMENSIONS
from ledger.money import QUANTITY
from ledger.schemas import POSTING, POSTING_CORRECTION, POSTING_DIMENSION, VOUCHER
from ledger.source import Batch


def read_rows(
    blocks: Iterable[Block], accounts: pa.Array, year: FiscalYear, coverage: Coverage
) -> Iterator[pa.Table]:
    """Yield rows as values, with voucher keys and lines; what is wrong is noted in the blocks.

    Args:
        blocks: Of section vouchers.
        accounts: Numbers of the chart.
        year: In which they all lie.
        coverage: Whose days they all lie in, when it is a period.
    """
    first, last = coverage.first or year.start_date, coverage.last or year.end_date
    for block in blocks:
        account, date = block.text("account", required=True), block.dates("date")
        block.note("account", pc.invert(pc.is_in(account, value_set=accounts)), "not in [accounts]")
        is_outside = pc.or_(pc.less(date, pa.scalar(first)), pc.greater(date, pa.scalar(last)))
        block.note("date", pc.fill_null(is_outside, False), f"outside of {first} to {last}")
        series, number = block.text("series"), block.text("number", required=True)
        columns = {
            "key": pc.binary_join_element_wise(_escaped(series), _escaped(number), ":"),
            "series": series,
            "number": number,
            "date": date,
            "account": account,
            "amount": block.amounts("amount"),
            "line": pa.array(block.lines),
            **{name: block.text(name) for name in ("text", "row_text", *DIMENSIONS)},
        }
        yield pa.table(columns)


def whole_vouchers(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same rows, divided between vouchers only."""
    waiting = None
    for table in tables:
        rows = table if waiting is None else pa.concat_tables([waiting, table])
        starts = np.flatnonzero(is_start(rows))
        end = int(starts[-1]) if len(starts) else 0
        yield rows.slice(0, end)
        waiting = rows.slice(end)
    if waiting is not None:
        yield waiting


def is_start(rows: pa.Table) -> np.ndarray:
    """Return which rows begin a voucher, shape (rows,)."""
    key = rows["key"]
    starts = np.ones(len(key), np.bool_)
    starts[1:] = np.asarray(pc.not_equal(key.slice(1), key.slice(0, max(len(key) - 1, 0))))
    return starts


def as_batch(rows: pa.Table) -> Batch:
    """Make the canonical rows of whole vouchers."""
    starts = is_start(rows)
    place = np.arange(len(starts))
    row_number = place - place[starts][np.cumsum(starts) - 1] + 1 if len(starts) else place
    rows = rows.append_column("row_number", pa.array(row_number, pa.int32()))
    return {
        "voucher": _voucher(rows.filter(pa.array(starts))),
        "posting": _posting(rows),
        "posting_dimension": _dimensions(rows),
        "posting_correction": _batch(POSTING_CORRECTION.empty_table()),
    }


def _voucher(rows: pa.Table) -> pa.RecordBatch:
    nothing = pa.nulls(len(rows))
    return _cast(
        VOUCHER,
        rows["key"],
        rows["series"],
        rows["number"],
        rows["date"],
        _or_null(rows["text"]),
        nothing,
        nothing,
        nothing,
        rows["line"],
    )


def _posting(rows: pa.Table) -> pa.RecordBatch:
    return _cast(
        POSTING,
        rows["key"],
        rows["row_number"],
        rows["account"],
        rows["amount"],
        rows["date"],
        _or_null(rows["row_text"]),
        pa.nulls(len(rows), QUANTITY),
        pa.nulls(len(rows)),
    )


def _dimensions(rows: pa.Table) -> pa.RecordBatch:
    parts = []
    for column, (number, _) in DIMENSIONS.items():
        named = rows.filter(pc.not_equal(rows[column], ""))
        dimension = pa.repeat(number, len(named))
        parts.append(
            _cast(POSTING_DIMENSION, named["key"], named["row_number"], dimension, named[column])
        )
    return _batch(pa.Table.from_batches(parts))


def _cast(schema: pa.Schema, *columns: pa.ChunkedArray | pa.Array) -> pa.RecordBatch:
    return _batch(pa.table(list(columns), names=schema.names).cast(schema))


def _batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def _or_null(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _escaped(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    # As `ledger.voucher_key` does.
    return pc.replace_substring_regex(texts, r"([\\:#])", r"\\\1")
