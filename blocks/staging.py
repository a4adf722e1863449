"""Staging: a unit's canonical tables as Parquet files, with the digest that is their version.

``<lake>/stage/<tenant>/<fiscal year>/<sha256[:16]>-r<reader version>/`` holds one file per
canonical table, ``voucher_digest.parquet``, ``diagnostic.parquet`` and ``manifest.json``. The
folder is written under a temporary name and renamed, so it is there in full or not at all, and it
never changes.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from blocks.digest import DIGEST_VERSION, TableDigest, unit_digest
from blocks.durable import (
    clean_temporary,
    remove,
    rename_synced,
    space_checked,
    sync,
    temporary_name,
    write_synced,
)
from blocks.lake import Lake
from blocks.staged_digest import digest_folder
from blocks.staged_parquet import TableFiles
from blocks.steps import reached
from ledger.diagnostics import Diagnostic
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL, FISCAL_YEAR, VOUCHER_TABLES

STAGE_FORMAT: Final = 1
"""Changes when a staged folder's files do; folders of another format are written anew."""

MANIFEST: Final = "manifest.json"

DIAGNOSTIC: Final = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("assumed", pa.string(), nullable=False),
    ]
)

Coverage = Literal["whole_year", "partial", "evidence"]


class ReaderDiagnostics(Protocol):
    """A reader's log, complete once its batches are exhausted."""

    @property
    def items(self) -> Iterable[Diagnostic]:
        """The diagnostics that were kept (a bounded number)."""

    @property
    def errors(self) -> int:
        """How many diagnostics of level error there were, kept or not."""


class ReaderPaths(Protocol):
    """How many rows took which path through the reader, complete once its batches are exhausted."""

    @property
    def fast_rows(self) -> int:
        """Rows read by the vectorised path."""

    @property
    def exact_rows(self) -> int:
        """Rows read by the exact path."""


class UnitFacts(BaseModel):
    """What a source says of itself and of the year it sent.

    `source_kind`: ``4E``, ``4I``, ``1`` ... for SIE. `coverage`: only ``whole_year`` may replace a
    published year. `error_count`: diagnostics of level error. The three counts of the reader are
    filled in by `stage_unit`.
    """

    model_config = ConfigDict(frozen=True)

    tenant: str
    start_date: dt.date
    end_date: dt.date
    source: str
    source_kind: str
    coverage: Coverage
    organisation_number: str
    currency: str
    program: str
    encoding: str
    landed_sha256: str
    reader_version: int = 1
    fast_rows: int = 0
    exact_rows: int = 0
    error_count: int = 0

    @property
    def fiscal_year(self) -> FiscalYear:
        """The unit's year."""
        return FiscalYear(self.start_date, self.end_date)


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True)

    stage_format: int
    digest_version: int
    facts: UnitFacts
    digest: str
    tables: dict[str, TableDigest]


@dataclass(frozen=True)
class StagedUnit:
    """One unit as staged: what it says of itself, where its files lie, what they add up to."""

    facts: UnitFacts
    folder: Path
    digest: str
    tables: dict[str, TableDigest]

    def parquet(self, table: str) -> Path:
        """Return the file of a canonical table, ``voucher_digest`` or ``diagnostic``."""
        return self.folder / f"{table}.parquet"


def stage_unit(
    lake: Lake,
    facts: UnitFacts,
    *,
    tables: Mapping[str, pa.Table],
    batches: Iterable[Mapping[str, pa.RecordBatch]],
    diagnostics: ReaderDiagnostics,
    path_counts: ReaderPaths,
) -> StagedUnit:
    """Write a unit's tables; the same bytes read by the same reader are staged once.

    Args:
        lake: Where the stage lies.
        facts: The unit; its reader counts are taken from the two logs below.
        tables: The small canonical tables; one that is missing is empty. ``fiscal_year`` is made
            from ``facts``.
        batches: The voucher tables in pieces that hold whole vouchers; consumed only when the
            unit is not staged yet.
        diagnostics: What the reader noticed.
        path_counts: How the reader read.

    Raises:
        TerminalError: NUL in a text, or a key that is not unique: the reader is at fault.
        NoSpaceError: The disk is full; nothing is left of the folder.
    """
    folder = staged_folder(lake, facts)
    if is_staged(folder):
        return _same(read_staged(folder), facts)
    clean_temporary(lake.temporary)
    temporary = temporary_name(lake.temporary, facts.tenant)
    temporary.mkdir()
    try:
        with space_checked(f"staging {facts.tenant} {facts.fiscal_year}", lake.root):
            reached("stage.started")
            _write_tables(temporary, facts, tables=tables, batches=batches)
            read = facts.model_copy(
                update={
                    "fast_rows": path_counts.fast_rows,
                    "exact_rows": path_counts.exact_rows,
                    "error_count": diagnostics.errors,
                }
            )
            _write_diagnostics(temporary, diagnostics.items)
            reached("stage.tables_written")
            _write_manifest(temporary, read, spill=lake.temporary)
            reached("stage.manifest_written")
            _give_name(temporary, folder)
            reached("stage.staged")
    finally:
        remove(temporary)
    return read_staged(folder)


def staged_folder(lake: Lake, facts: UnitFacts) -> Path:
    """Return where a unit read from certain bytes by a certain reader lies."""
    name = f"{facts.landed_sha256[:16]}-r{facts.reader_version}"
    return lake.stage_folder(facts.tenant, facts.fiscal_year.key) / name


def _same(staged: StagedUnit, facts: UnitFacts) -> StagedUnit:
    if staged.facts.landed_sha256 != facts.landed_sha256:
        raise TerminalError(
            f"Two files of {facts.tenant} share the folder {staged.folder.name}: "
            f"{staged.facts.landed_sha256} and {facts.landed_sha256} begin alike. Remove the "
            "folder if the first is no longer needed, then run again."
        )
    return staged


def is_staged(folder: Path) -> bool:
    """Say whether the folder is there in the present format."""
    path = folder / MANIFEST
    if not path.exists():
        return False
    manifest = _Manifest.model_validate_json(path.read_bytes())
    return (manifest.stage_format, manifest.digest_version) == (STAGE_FORMAT, DIGEST_VERSION)


def read_staged(folder: Path) -> StagedUnit:
    """Return what was staged.

    Raises:
        TerminalError: There is no such staged unit (it was pruned).
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise TerminalError(
            f"{folder.name} is not staged any more: it was pruned or erased. Load the file again."
        ) from None
    manifest = _Manifest.model_validate_json(content)
    return StagedUnit(manifest.facts, folder, manifest.digest, manifest.tables)


def _write_tables(
    folder: Path,
    facts: UnitFacts,
    *,
    tables: Mapping[str, pa.Table],
    batches: Iterable[Mapping[str, pa.RecordBatch]],
) -> None:
    with TableFiles(folder, CANONICAL) as files:
        for name in CANONICAL.keys() - set(VOUCHER_TABLES) - {"fiscal_year"}:
            for batch in tables[name].to_batches() if name in tables else ():
                files.write(name, batch)
        files.write("fiscal_year", _fiscal_year(facts))
        for pieces in batches:
            for name, batch in pieces.items():
                files.write(name, batch)


def _fiscal_year(facts: UnitFacts) -> pa.RecordBatch:
    row = {
        "start_date": facts.start_date,
        "end_date": facts.end_date,
        "currency": facts.currency,
    }
    return pa.RecordBatch.from_pylist([row], schema=FISCAL_YEAR)


def _write_diagnostics(folder: Path, diagnostics: Iterable[Diagnostic]) -> None:
    rows = [{name: getattr(item, name) for name in DIAGNOSTIC.names} for item in diagnostics]
    with TableFiles(folder, {"diagnostic": DIAGNOSTIC}) as files:
        files.write("diagnostic", pa.RecordBatch.from_pylist(rows, schema=DIAGNOSTIC))


def _write_manifest(folder: Path, facts: UnitFacts, *, spill: Path) -> None:
    tables = digest_folder(folder, spill=spill)
    manifest = _Manifest(
        stage_format=STAGE_FORMAT,
        digest_version=DIGEST_VERSION,
        facts=facts,
        digest=unit_digest(tables),
        tables=tables,
    )
    for path in folder.iterdir():
        sync(path)
    write_synced(folder / MANIFEST, manifest.model_dump_json(indent=2).encode())
    sync(folder)


def _give_name(temporary: Path, folder: Path) -> None:
    if folder.exists() and not is_staged(folder):
        remove(folder)  # of an older format
    try:
        rename_synced(temporary, folder)
    except OSError as problem:
        # Another process staged the same bytes meanwhile: its folder says the same.
        if problem.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
