"""Ours: units from Parquet or JSONL to published, with the time of each phase apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.duck import open_duckdb
from blocks.lake import Lake
from blocks.settings import Settings
from blocks.staging import StagedUnit, UnitFacts, stage_unit
from blocks.warehouse import Warehouse, warehouse_of
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from tests.benchmarks.clock import Clock

Batches = Iterable[dict[str, pa.RecordBatch]]
Work = Callable[[], dict[str, Any]]

JSON_COLUMNS: Final = {
    "voucher_key": "varchar",
    "row_number": "integer",
    "voucher_date": "date",
    "voucher_text": "varchar",
    "account_number": "varchar",
    "amount": "decimal(18, 2)",
    "posting_date": "date",
    "posting_text": "varchar",
    "quantity": "decimal(18, 6)",
    "registered_by": "varchar",
}


class _Log:
    """A reader that noticed nothing."""

    items: tuple[()] = ()
    errors = 0
    fast_rows = 0
    exact_rows = 0
    set_aside_rows = 0


def load(units: str, home: str, night: str, *, source: str = "parquet", url: str = "") -> Work:
    """Stage, reconcile and publish units.

    Args:
        units: Folder of `unit_inputs` with tenants and their years.
        home: Where lake and warehouse lie; kept between the nights of one round.
        night: Names the bytes that came: the same word stands for the same bytes.
        source: ``parquet`` or ``jsonl``.
        url: Of a warehouse in PostgreSQL; without one it is files.
    """
    lake, warehouse = Lake(Path(home) / "lake"), _warehouse(Path(home), url)
    read = {"parquet": _parquet, "jsonl": _jsonl}[source]

    def work() -> dict[str, Any]:
        clock, told = Clock(), defaultdict(int)
        for folder in sorted(Path(units).glob("*/*")):
            with clock.phase("stage"):
                staged = _stage(lake, folder, night=night, batches=read(folder))
            _publish(warehouse, staged, night=night, clock=clock, told=told)
            told["postings"] += staged.tables["posting"].row_count
        return told | clock.facts

    return work


def _warehouse(home: Path, url: str) -> Warehouse:
    return warehouse_of(Settings(home=home, warehouse=home / "warehouse", warehouse_url=url))


def _stage(lake: Lake, folder: Path, *, night: str, batches: Batches) -> StagedUnit:
    facts = UnitFacts.model_validate_json((folder / "facts.json").read_bytes())
    landed = hashlib.sha256(f"{night} {facts.landed_sha256}".encode()).hexdigest()
    return stage_unit(
        lake,
        facts.model_copy(update={"landed_sha256": landed}),
        tables=_small_tables(folder),
        batches=batches,
        diagnostics=_Log(),
        path_counts=_Log(),
    )


def _publish(
    warehouse: Warehouse, staged: StagedUnit, *, night: str, clock: Clock, told: dict[str, int]
) -> None:
    facts = staged.facts
    with clock.phase("compare"):
        record = warehouse.load_record(facts.tenant, facts.fiscal_year)
    if record and record.digest == staged.digest:
        told["units_unchanged"] += 1
        return
    context = UnitContext(
        organisation_number=facts.organisation_number, defined_years=(facts.fiscal_year,)
    )
    with clock.phase("reconcile"):
        controls = controls_for(facts.source, facts.source_kind, context=context)
        results = reconcile(staged, controls=controls, context=context, warehouse=warehouse)
    assert not [result for result in results if result.holds]
    with clock.phase("publish"):
        published = warehouse.publish(
            staged,
            unit=staged.facts.unit,
            token=1,
            load_id=f"{night}-{facts.fiscal_year}",
            run_id="bench",
            results=results,
        )
    told["units_written"] += published.written
    told["vouchers_changed"] += published.record.vouchers_changed
    told["vouchers_removed"] += published.record.vouchers_removed


def _small_tables(folder: Path) -> dict[str, pa.Table]:
    names = CANONICAL.keys() - set(VOUCHER_TABLES) - {"fiscal_year"}
    return {name: pq.ParquetFile(folder / f"{name}.parquet").read() for name in names}


def _parquet(folder: Path) -> Batches:
    for name in VOUCHER_TABLES:
        with pq.ParquetFile(folder / f"{name}.parquet") as file:
            for batch in file.iter_batches():
                yield {name: batch.cast(CANONICAL[name])}


def _jsonl(folder: Path) -> Batches:
    """Read a file of JSON lines once; amounts are text there, and become decimals."""
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in JSON_COLUMNS.items())
    source = f"'{folder}/flat.jsonl', format = 'newline_delimited', columns = {{{columns}}}"
    with open_duckdb(spill=folder.parent, rows=0) as db:
        flat = db.sql(f"from read_json({source})").to_arrow_table()
        for batch in flat.select(CANONICAL["posting"].names).to_batches():
            yield {"posting": batch.cast(CANONICAL["posting"])}
        db.register("first_row", flat.filter(pc.equal(flat["row_number"], 1)))
        for batch in db.sql(_VOUCHERS).to_arrow_reader(122_880):
            yield {"voucher": batch.cast(CANONICAL["voucher"])}


_VOUCHERS = """
    select
        voucher_key,
        split_part(voucher_key, ':', 1) as voucher_series,
        split_part(voucher_key, ':', 2) as voucher_number,
        voucher_date,
        voucher_text,
        null as registered_on,
        null as registered_by,
        null as source_ref,
        null as source_line
    from first_row
"""
