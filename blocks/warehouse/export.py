"""A tenant's books as Parquet files, for any tool that reads them."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.durable import remove, rename_synced, temporary_name
from ledger.errors import TerminalError


class ExportFolderTaken(TerminalError):
    """The folder to export into holds something."""

    sentence = "The export needs a new or empty folder; {folder} holds something. Name another."


def export_tables(db: DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write every published table and view into a new folder, as one Parquet file (zstd) each.

    Raises:
        TerminalError: The folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ExportFolderTaken(folder=folder)
    temporary = temporary_name(folder.parent, folder.name)
    temporary.mkdir()
    try:
        names = _names(db)
        for name in names:
            target = quoted(temporary / f"{name}.parquet")
            db.execute(f"copy published.{name} to {target} (format parquet, compression zstd)")
        rename_synced(temporary, folder)
    finally:
        remove(temporary)
    return [folder / f"{name}.parquet" for name in names]


def _names(db: DuckDBPyConnection) -> list[str]:
    rows = db.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = 'published' and table_schema = 'main' order by table_name"
    ).fetchall()
    return [name for (name,) in rows]
