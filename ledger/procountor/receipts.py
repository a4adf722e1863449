"""Receipts as columns: many documents in one pass, amounts straight from their text to decimals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from ledger.money import MONEY
from ledger.procountor.log import Log
from ledger.source import Part

BLOCK_BYTES: Final = 8 << 20
"""Bytes of receipts that are read at once; one receipt may be larger."""

RATE: Final = pa.decimal128(9, 4)

VALUE: Final = pa.struct([("dimensionId", pa.int64()), ("itemId", pa.int64())])
ROW: Final = pa.struct(
    [
        ("account", pa.string()),
        ("accountingValue", MONEY),
        ("vatPercent", RATE),
        ("vatType", pa.string()),
        ("vatDeductionPercent", RATE),
        ("description", pa.string()),
        ("dimensionItemValues", pa.list_(VALUE)),
    ]
)
RECEIPT: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("type", pa.string()),
        ("status", pa.string()),
        ("name", pa.string()),
        ("receiptDate", pa.string()),
        ("receiptNumber", pa.int64()),
        ("invoiceId", pa.int64()),
        ("version", pa.string()),
        ("vatType", pa.string()),
        ("transactions", pa.list_(ROW)),
    ]
)
"""What is read of a receipt; everything else stays in what was landed."""


def read_receipts(
    parts: Iterable[Part], log: Log, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[pa.Table]:
    """Yield the receipts of the parts, some megabytes at a time; `RECEIPT`, in order.

    A receipt that cannot be read is noted by its part's name, and the others are read.
    """
    names: list[str] = []
    contents: list[bytes] = []
    size = 0
    for part in parts:
        names.append(part.name)
        contents.append(part.read())
        size += len(contents[-1])
        if size >= block_bytes:
            yield _read(names, contents, log)
            names, contents, size = [], [], 0
    if contents:
        yield _read(names, contents, log)


def _read(names: Sequence[str], contents: Sequence[bytes], log: Log) -> pa.Table:
    try:
        found = _parsed(contents)
        if found.num_rows == len(contents):
            return _checked(found, names, log)
    except pa.ArrowInvalid:
        pass  # one of them, which is found by reading each by itself
    tables = [RECEIPT.empty_table()]
    for name, content in zip(names, contents, strict=True):
        try:
            tables.append(_checked(_parsed([content]), [name], log))
        except pa.ArrowInvalid as problem:
            log.left_out(name, f"is no receipt that can be read: {_in_words(problem)}")
    return pa.concat_tables(tables)


def _parsed(contents: Sequence[bytes]) -> pa.Table:
    text = b"\n".join(contents)
    options = pa_json.ParseOptions(
        explicit_schema=RECEIPT, newlines_in_values=True, unexpected_field_behavior="ignore"
    )
    reading = pa_json.ReadOptions(block_size=len(text) + 1)
    return pa_json.read_json(pa.BufferReader(text), reading, options)


def _checked(found: pa.Table, names: Sequence[str], log: Log) -> pa.Table:
    """Return the receipts that have what each must have; the others are noted."""
    flat = pc.list_flatten(found["transactions"].combine_chunks())
    bad_rows = pc.or_(
        pc.is_null(pc.struct_field(flat, "account")),
        pc.is_null(pc.struct_field(flat, "accountingValue")),
    )
    parents = pc.list_parent_indices(found["transactions"].combine_chunks())
    broken = pc.unique(parents.filter(bad_rows))
    place = pa.array(range(found.num_rows), pa.int64())
    is_whole = pc.and_(
        pc.and_(pc.is_valid(found["id"]), pc.is_valid(found["receiptDate"])),
        pc.and_(pc.is_valid(found["type"]), pc.is_valid(found["version"])),
    )
    kept = pc.and_(is_whole, pc.invert(pc.is_in(place, value_set=broken.cast(pa.int64()))))
    for at in pc.indices_nonzero(pc.invert(kept)).to_pylist():
        log.left_out(names[at], "lacks id, type, date, version, or a row's account or amount")
    return found.filter(kept)


def _in_words(problem: pa.ArrowInvalid) -> str:
    """Say what Arrow found without any value of the document."""
    text = str(problem)
    return "an amount with more than two decimals" if "requires scale" in text else "another shape"
