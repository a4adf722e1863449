"""The peer: dlt 1.31.0 reads the same rows as CSV and replaces a table in DuckDB."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
import duckdb
from dlt.sources.filesystem import filesystem, read_csv, read_csv_duckdb


def load(
    path: str, home: str, *, reader: str = "pandas", loader: str | None = "parquet"
) -> Callable[[], dict[str, Any]]:
    """Load a CSV file.

    Args:
        path: Of the file.
        home: Where the database and the pipeline lie.
        reader: pandas (`read_csv`) or duckdb (`read_csv_duckdb`, rows as Arrow).
        loader: The form in which dlt loads; None for the one that it takes by itself, which is
            many times slower into DuckDB.
    """
    file, folder = Path(path), Path(home)
    folder.mkdir(parents=True, exist_ok=True)

    def work() -> dict[str, Any]:
        files = filesystem(bucket_url=file.parent.as_uri(), file_glob=file.name)
        read = read_csv_duckdb(use_pyarrow=True) if reader == "duckdb" else read_csv()
        pipeline = dlt.pipeline(
            "journal",
            destination=dlt.destinations.duckdb(str(folder / "journal.duckdb")),
            dataset_name="books",
            pipelines_dir=str(folder / "pipelines"),
        )
        rows = (files | read).with_name("posting")
        pipeline.run(rows, write_disposition="replace", loader_file_format=loader)
        with duckdb.connect(str(folder / "journal.duckdb"), read_only=True) as db:
            count = db.execute("select count(*) from books.posting").fetchone()
        return {"postings": count[0] if count else 0}

    return work
