"""The peer: dlt 1.31.0 merges the same rows into DuckDB or PostgreSQL (on the primary key)."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
import pyarrow as pa
import pyarrow.parquet as pq

KEY: Final = {
    "flat": ["tenant", "fiscal_year", "voucher_key", "row_number"],
    "voucher": ["tenant", "fiscal_year", "voucher_key"],
    "posting": ["tenant", "fiscal_year", "voucher_key", "row_number"],
    "posting_dimension": [
        "tenant",
        "fiscal_year",
        "voucher_key",
        "row_number",
        "dimension_number",
        "object_number",
    ],
    "posting_correction": ["tenant", "fiscal_year", "voucher_key", "row_number"],
}
SAME_TABLES: Final = ("voucher", "posting", "posting_dimension", "posting_correction")
JSON_HINTS: Final = {
    "amount": {"data_type": "decimal", "precision": 18, "scale": 2},
    "quantity": {"data_type": "decimal", "precision": 18, "scale": 6},
    "voucher_date": {"data_type": "date"},
    "posting_date": {"data_type": "date"},
}


def load(
    units: str,
    home: str,
    *,
    source: str = "flat",
    loader: str | None = "parquet",
    url: str = "",
) -> Callable[[], dict[str, Any]]:
    """Merge units, one file and one pipeline per tenant.

    Args:
        units: Folder of `unit_inputs` with tenants and their years.
        home: Where files and pipelines lie; kept between the nights of one round.
        source: ``flat`` (one table), ``tables`` (the four tables that ours publishes) or
            ``jsonl`` (the flat rows as JSON lines).
        loader: The form in which dlt loads; None for the one that it takes by itself.
        url: Of a database in PostgreSQL; without one it is a DuckDB file per tenant.
    """
    tenants: dict[str, list[Path]] = {}
    for folder in sorted(Path(units).glob("*/*")):
        tenants.setdefault(folder.parent.name, []).append(folder)
    Path(home).mkdir(parents=True, exist_ok=True)
    _warm_up(url)

    def work() -> dict[str, Any]:
        counted = 0
        for tenant, folders in tenants.items():
            pipeline = _pipeline(Path(home), tenant, url)
            pipeline.run(_resources(folders, source), loader_file_format=loader)
            counted += _count(pipeline, source)
        return {"postings": counted}

    return work


def _warm_up(url: str) -> None:
    """Merge one row, so that what dlt imports on first use is not timed."""
    row = pa.table({name: ["1"] for name in KEY["flat"]})
    with tempfile.TemporaryDirectory() as folder:
        resource = _resource("flat", iter([row]))
        _pipeline(Path(folder), "warm_up", url).run(resource, loader_file_format="parquet")


def _pipeline(home: Path, tenant: str, url: str) -> Any:
    in_file = dlt.destinations.duckdb(str(home / f"{tenant}.duckdb"))
    return dlt.pipeline(
        f"load_{tenant}",
        destination=dlt.destinations.postgres(url) if url else in_file,
        dataset_name=f"books_{tenant}_{home.name}" if url else "books",
        pipelines_dir=str(home / "pipelines"),
    )


def _resources(folders: list[Path], source: str) -> list[Any]:
    if source == "tables":
        return [_resource(name, _tables(folders, name)) for name in SAME_TABLES]
    rows = _lines(folders) if source == "jsonl" else _tables(folders, "flat")
    hints = JSON_HINTS if source == "jsonl" else None
    return [_resource("flat", rows, columns=hints)]


def _resource(name: str, rows: Iterator[Any], *, columns: Any = None) -> Any:
    return dlt.resource(
        rows,
        name=name,
        primary_key=KEY[name],
        columns=columns,
        write_disposition={"disposition": "merge", "strategy": "delete-insert"},
    )


def _tables(folders: list[Path], name: str) -> Iterator[pa.Table]:
    for folder in folders:
        table = pq.ParquetFile(folder / f"{name}.parquet").read()
        yield table if name == "flat" else _keyed(table, folder)


def _keyed(table: pa.Table, folder: Path) -> pa.Table:
    for place, text in enumerate((folder.parent.name, folder.name)):
        column = pa.repeat(text, table.num_rows)
        table = table.add_column(place, ("tenant", "fiscal_year")[place], column)
    return table


def _lines(folders: list[Path]) -> Iterator[list[dict[str, Any]]]:
    for folder in folders:
        with (folder / "flat.jsonl").open(encoding="utf-8") as file:
            while lines := file.readlines(1 << 22):
                yield [json.loads(line) for line in lines]


def _count(pipeline: Any, source: str) -> int:
    table = "posting" if source == "tables" else "flat"
    with pipeline.sql_client() as db:
        return db.execute_sql(f"select count(*) from {table}")[0][0]  # noqa: S608 - names of ours
