"""Evidence on its way through the lake: tables as one run of Arrow streams, byte for byte alike.

The hash of these bytes says whether a source answered as it did before, so rows are sorted by all
their columns: a vendor's lists come in no promised order.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ledger.schemas import EVIDENCE


def pack(tables: Mapping[str, pa.Table]) -> bytes:
    """Return the tables of `ledger.schemas.EVIDENCE`, in its order; a missing one is empty."""
    sink = pa.BufferOutputStream()
    for name, schema in EVIDENCE.items():
        table = tables.get(name, schema.empty_table()).select(schema.names).cast(schema)
        rows = table.sort_by([(column, "ascending") for column in schema.names])
        with pa.ipc.new_stream(sink, schema) as stream:
            stream.write_table(rows.combine_chunks())
    return bytes(sink.getvalue())


def unpack(content: bytes) -> dict[str, pa.Table]:
    """Return what was packed."""
    source = pa.BufferReader(content)
    return {name: pa.ipc.open_stream(source).read_all() for name in EVIDENCE}
