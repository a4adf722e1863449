"""A unit far larger than the memory it may use, from staging to published books."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from blocks import duck
from blocks.lake import Lake
from blocks.staging import stage_unit
from blocks.warehouse import FileWarehouse
from ledger.schemas import CANONICAL
from tests.staged_units import Log, Paths, facts

VOUCHERS = 100_000
BATCH = 20_000
LIMIT_MB = 80
"""Of DuckDB's memory; the unit's rows and keys take several times as much."""


def columns(table, given, rows):
    """A batch of a table; columns that are not given are NULL."""
    schema = CANONICAL[table]
    arrays = [given.get(field.name, pa.nulls(rows, field.type)) for field in schema]
    cast = [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)]
    return pa.RecordBatch.from_arrays(cast, schema=schema)


def same(value, rows):
    return pa.array([value] * rows)


def batches(amount):
    """Vouchers of two postings, in pieces, without a Python object per row where it can be."""
    day = facts().start_date
    for start in range(0, VOUCHERS, BATCH):
        keys = pa.array([f"A:{number}" for number in range(start, start + BATCH)])
        common = {"voucher_key": keys, "posting_date": same(day, BATCH)}
        sides = [
            columns(
                "posting",
                common
                | {
                    "row_number": same(row, BATCH),
                    "account_number": same(account, BATCH),
                    "amount": same(signed, BATCH),
                },
                BATCH,
            )
            for row, (account, signed) in enumerate((("1930", amount), ("3001", -amount)), start=1)
        ]
        yield {
            "voucher": columns(
                "voucher",
                {
                    "voucher_key": keys,
                    "voucher_series": same("A", BATCH),
                    "voucher_number": keys,
                    "voucher_date": same(day, BATCH),
                },
                BATCH,
            ),
            "posting": sides[0],
        }
        yield {"posting": sides[1]}


def test_unit_larger_than_the_memory_limit_is_staged_published_and_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(duck, "MEMORY_LIMIT_MB", LIMIT_MB)
    lake, warehouse = Lake(tmp_path / "lake"), FileWarehouse(tmp_path / "warehouse")

    for number, amount in enumerate((Decimal("1.00"), Decimal("2.00"))):
        staged = stage_unit(
            lake,
            facts(landed_sha256=f"{number:016d}".ljust(64, "0")),
            tables={},
            batches=batches(amount),
            diagnostics=Log(),
            path_counts=Paths(),
        )
        result = warehouse.publish(
            staged, unit=staged.facts.unit, token=1, load_id=str(number), run_id="run"
        )

    assert result.record.vouchers_changed == VOUCHERS
    assert result.record.posting_count == 2 * VOUCHERS
    assert warehouse.verify("acme", facts().fiscal_year).is_intact
    with warehouse.read("acme") as db:
        query = "select account_number, sum(amount) from posting group by all order by all"
        total = Decimal(2 * VOUCHERS)
        assert db.execute(query).fetchall() == [("1930", total), ("3001", -total)]
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []
