"""Records of Parquet: the invoice's fields as columns, its parts as structs, its rows as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from blocks.invoices.refusals import refused
from ledger.invoice.contract import Record

BATCH_ROWS: Final = 1_000
"""Invoices that are taken out of a file at once."""


def parquet_records(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield a record for each row of a file.

    Raises:
        InvoiceFileRefused: It is no Parquet, or a column holds binary fractions.
    """
    try:
        table = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as found:
        raise refused(name, "its end", "it is no Parquet file.") from found
    floats = [place for field in table.schema_arrow for place in _floats(field, field.name)]
    if floats:
        reason = f"binary fractions are no exact numbers: {', '.join(floats[:5])}; use DECIMAL."
        raise refused(name, "its schema", reason)
    yield from _records(table)


def _records(file: pq.ParquetFile) -> Iterator[Record]:
    number = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        for content in batch.to_pylist(maps_as_pydicts="strict"):
            number += 1
            yield Record(number, content)


def _floats(field: Any, place: str) -> Iterator[str]:
    """Yield the places of binary fractions at and below a field."""
    kind = field.type
    if pa.types.is_floating(kind):
        yield place
    elif pa.types.is_struct(kind):
        for below in kind:
            yield from _floats(below, f"{place}.{below.name}")
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _floats(kind.value_field, place)
