"""Evidence on its way through the lake: tables as one run of Arrow streams, byte for byte alike.

The hash of these bytes says whether a source answered as it did before, so rows are sorted by all
their columns: a vendor's lists come in no promised order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from ledger.schemas import EVIDENCE
from ledger.voucher_key import NUMBERING, keyed

UNASKED: Final = {b"asked": b"no"}
"""Marks a table that the source was not asked for, which is not one that came empty."""


def pack(tables: Mapping[str, pa.Table]) -> bytes:
    """Return the tables of `ledger.schemas.EVIDENCE`, in its order; a missing one is marked."""
    sink = pa.BufferOutputStream()
    for name, schema in EVIDENCE.items():
        table = tables.get(name, schema.empty_table()).select(schema.names).cast(schema)
        rows = table.sort_by([(column, "ascending") for column in schema.names])
        noted = schema if name in tables else schema.with_metadata(UNASKED)
        with pa.ipc.new_stream(sink, noted) as stream:
            stream.write_table(rows.combine_chunks().cast(noted))
    return bytes(sink.getvalue())


def unpack(content: bytes) -> dict[str, pa.Table]:
    """Return what was packed."""
    source = pa.BufferReader(content)
    return {
        name: _as_now(pa.ipc.open_stream(source).read_all()).cast(schema)
        for name, schema in EVIDENCE.items()
    }


def _as_now(rows: pa.Table) -> pa.Table:
    """Return a table with the columns of today; earlier releases listed vouchers by series."""
    return keyed(rows) if NUMBERING[0] in rows.column_names else rows


def unasked(content: bytes) -> str:
    """Return the names of the tables that the source was not asked for, joined by blanks."""
    source = pa.BufferReader(content)
    schemas = {name: pa.ipc.open_stream(source).read_all().schema for name in EVIDENCE}
    return " ".join(name for name, schema in schemas.items() if schema.metadata == UNASKED)
