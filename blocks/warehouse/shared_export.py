"""All tenants' books as one folder of files that any engine reads by partitions.

::

    <folder>/<table>/tenant=<tenant>/fiscal_year=<year>/data.parquet
    <folder>/_tasma/<tenant>/<year>.json        what the files of that year were made of

Only years whose books, documents or account map changed are written anew, each file under another
name first. The note is written last: a run that dies is made good by the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.durable import (
    clean_temporary,
    remove,
    rename_synced,
    space_checked,
    temporary_name,
    write_synced,
)
from blocks.warehouse.attach import PUBLISHED
from blocks.warehouse.export import ExportFolderTaken
from blocks.warehouse.loads import current_load
from blocks.warehouse.migrate import current_shape
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL

NOTES: Final = "_tasma"
"""Folder of our own notes; engines leave out what begins with an underscore."""

VIEWS: Final = (
    "trial_balance",
    "trial_balance_year",
    "income_statement",
    "balance_sheet",
    "general_ledger",
    "document",
)
TABLES: Final = (*CANONICAL, "load", "load_table", "voucher_change", *VIEWS)
"""What is written of each year."""

SIDE_TABLES: Final = ("connected_file", "account_vat_code")
WITHOUT_YEAR: Final = ("statement_scheme", "account_place")
"""What the views read besides the year's books."""

Format = Literal["parquet", "csv"]

OPTIONS: Final[dict[Format, str]] = {
    "parquet": "format parquet, compression zstd",
    "csv": "format csv, header true",
}


class OtherFormat(TerminalError):
    """A folder of one format was to be brought up to date in another."""

    sentence = (
        "{folder} holds files of format {found}, and {wanted} was asked for: one reader would meet "
        "both. Export {wanted} into a folder of its own."
    )


@dataclass
class Exported:
    """What became of each year: written, unchanged or removed; as tenant and year's key."""

    written: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class PartitionedFolder:
    """The folder that all tenants' years are written into."""

    root: Path
    format: Format = "parquet"

    def prepare(self, *, replace: bool) -> None:
        """Make the folder, or make sure that it is one of these.

        Raises:
            ExportFolderTaken: It holds something that no export wrote, or ``replace`` is not said.
            OtherFormat: It was written in another format.
        """
        marker = self.root / NOTES / "export.json"
        if marker.exists() and replace:
            found = json.loads(marker.read_bytes())["format"]
            if found != self.format:
                raise OtherFormat(folder=self.root, found=found, wanted=self.format)
            clean_temporary(self._temporary)
            return
        if self.root.exists() and any(self.root.iterdir()):
            raise ExportFolderTaken(folder=self.root)
        marker.parent.mkdir(parents=True)
        write_synced(marker, json.dumps({"format": self.format}).encode())

    def noted(self) -> set[tuple[str, str]]:
        """Return the tenants' years that lie in the folder."""
        notes = (self.root / NOTES).glob("*/*.json")
        return {(path.parent.name, path.stem) for path in notes}

    def write_year(self, db: DuckDBPyConnection, tenant: str, year: FiscalYear) -> bool:
        """Write a year's files unless they are as they would be; say whether they were written.

        Raises:
            NoSpace: The disk is full; files that were there are whole.
        """
        made_of, note = _made_of(db, year), self._note(tenant, year.key)
        if note.exists() and json.loads(note.read_bytes()) == made_of:
            return False
        self._temporary.mkdir(parents=True, exist_ok=True)
        with space_checked(f"exporting {tenant} {year}", self.root):
            remove(note)
            for name in TABLES:
                self._write(db, name, tenant, year)
            note.parent.mkdir(parents=True, exist_ok=True)
            write_synced(note, json.dumps(made_of).encode())
        return True

    def remove_year(self, tenant: str, key: str) -> None:
        """Remove the files of a year that is published no more."""
        for name in TABLES:
            remove(self._partition(name, tenant, key))
        remove(self._note(tenant, key))

    def _write(self, db: DuckDBPyConnection, name: str, tenant: str, year: FiscalYear) -> None:
        target = self._partition(name, tenant, year.key) / f"data.{self.format}"
        written = temporary_name(self._temporary, tenant)
        target.parent.mkdir(parents=True, exist_ok=True)
        db.execute(
            f"copy (select * exclude (tenant, fiscal_year) from {PUBLISHED}.{name}"  # noqa: S608 - quoted
            f" where fiscal_year = {quoted(year.key)} order by all)"
            f" to {quoted(written)} ({OPTIONS[self.format]})"
        )
        rename_synced(written, target)

    def _partition(self, name: str, tenant: str, key: str) -> Path:
        return self.root / name / f"tenant={tenant}" / f"fiscal_year={key}"

    def _note(self, tenant: str, key: str) -> Path:
        return self.root / NOTES / tenant / f"{key}.json"

    @property
    def _temporary(self) -> Path:
        return self.root / NOTES / "temporary"


def _made_of(db: DuckDBPyConnection, year: FiscalYear) -> dict[str, str]:
    record = current_load(db, year)
    side = hashlib.sha256()
    for row in _side_rows(db, year):
        side.update(repr(row).encode())
    return {
        "digest": record.digest if record else "",
        "load_id": record.load_id if record else "",
        "shape": current_shape().model_dump_json(),
        "side": side.hexdigest(),
    }


def _side_rows(db: DuckDBPyConnection, year: FiscalYear) -> Iterator[tuple[object, ...]]:
    for name in SIDE_TABLES:
        query = f"from {PUBLISHED}.{name} where fiscal_year = $year order by all"
        yield from db.execute(query, {"year": year.key}).fetchall()
    for name in WITHOUT_YEAR:
        yield from db.execute(f"from {PUBLISHED}.{name} order by all").fetchall()
