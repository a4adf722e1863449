"""The peer: dlt 1.31.0 reads the same receipts with its ``rest_api`` source into DuckDB."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
import duckdb
from dlt.sources.rest_api import rest_api_source

from tests.benchmarks.procountor_recorded import BATCHES


def load(url: str, home: str) -> Callable[[], dict[str, Any]]:
    """Load whole receipts, page by page, and their rows as a table of their own."""
    folder = Path(home)
    folder.mkdir(parents=True)

    def work() -> dict[str, Any]:
        pages = {"type": "page_number", "base_page": 0, "total_path": None, "page_param": "page"}
        endpoint = {"path": BATCHES, "data_selector": "$", "paginator": pages}
        source = rest_api_source(
            {
                "client": {"base_url": f"{url}/api/"},
                "resources": [{"name": "receipt", "endpoint": endpoint, "primary_key": "id"}],
            }
        )
        pipeline = dlt.pipeline(
            "procountor",
            destination=dlt.destinations.duckdb(str(folder / "peer.duckdb")),
            dataset_name="books",
            pipelines_dir=str(folder / "pipelines"),
        )
        pipeline.run(source, write_disposition="replace", loader_file_format="parquet")
        with duckdb.connect(str(folder / "peer.duckdb"), read_only=True) as db:
            count = db.execute("select count(*) from books.receipt").fetchone()
        return {"vouchers": count[0] if count else 0}

    return work
