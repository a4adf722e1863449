"""A year published, and published once more with some vouchers changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from blocks.lake import Lake
from blocks.staging import StagedUnit, stage_unit
from blocks.warehouse import FileWarehouse
from blocks.warehouse.rows import UnitRows
from ledger.schemas import CANONICAL
from tests.benchmarks.clock import Clock
from tests.staged_units import Log, Paths, facts

Batches = Iterator[dict[str, pa.RecordBatch]]


def publish_twice(home: str, vouchers: int, changed: int, *, keeps: bool) -> Callable[[], Any]:
    """Publish a year, then the same with `changed` vouchers of another amount.

    Args:
        home: Where lake and warehouse lie.
        vouchers: Of two rows each.
        changed: Of them, by the second load.
        keeps: Whether what is replaced is kept, as it is in earnest.
    """
    lake, warehouse = Lake(Path(home) / "lake"), FileWarehouse(Path(home) / "warehouse")
    first, second = (
        _staged(lake, number, vouchers, count) for number, count in enumerate((0, changed))
    )
    if not keeps:
        UnitRows.keep = lambda _rows: None  # type: ignore[method-assign]

    def work() -> dict[str, Any]:
        clock = Clock()
        for name, staged in (("first", first), ("change", second)):
            with clock.phase(name):
                done = warehouse.publish(
                    staged, unit=staged.facts.unit, token=1, load_id=name, run_id="bench"
                )
        size_bytes = sum(path.stat().st_size for path in warehouse.root.glob("*.duckdb"))
        return {"changed": done.record.vouchers_changed, "bytes": size_bytes, **clock.facts}

    return work


def _staged(lake: Lake, number: int, vouchers: int, changed: int) -> StagedUnit:
    return stage_unit(
        lake,
        facts(landed_sha256=f"{number:016d}".ljust(64, "0")),
        tables={},
        batches=_batches(vouchers, changed),
        diagnostics=Log(),
        path_counts=Paths(),
    )


def _batches(vouchers: int, changed: int) -> Batches:
    every = range(vouchers)
    keys = [f"A:{number}" for number in every]
    days = [dt.date(2024, 1, 1) + dt.timedelta(number * 365 // vouchers) for number in every]
    step = vouchers // changed if changed else vouchers + 1
    amounts = [Decimal(number + (number % step == 0 and changed > 0)) for number in every]
    yield {
        "voucher": _columns(
            "voucher",
            voucher_key=keys,
            voucher_series=["A"] * vouchers,
            voucher_number=[key[2:] for key in keys],
            voucher_date=days,
        )
    }
    for row, account, sign in ((1, "1930", 1), (2, "3001", -1)):
        yield {
            "posting": _columns(
                "posting",
                voucher_key=keys,
                row_number=[row] * vouchers,
                account_number=[account] * vouchers,
                amount=[sign * amount for amount in amounts],
                posting_date=days,
            )
        }


def _columns(table: str, **columns: list[Any]) -> pa.RecordBatch:
    schema, rows = CANONICAL[table], len(next(iter(columns.values())))
    return pa.record_batch(
        [
            pa.array(columns[field.name], field.type)
            if field.name in columns
            else pa.nulls(rows, field.type)
            for field in schema
        ],
        schema=schema,
    )
