"""Staging a unit: its tables written, digested, and named when all of it is on the disk."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from blocks.duck import duckdb_space_checked, open_duckdb
from blocks.durable import clean_temporary, remove, rename_synced, space_checked, temporary_name
from blocks.lake import Lake
from blocks.row_digests import ROWS_AT_ONCE
from blocks.staging.digest import StagingDigest
from blocks.staging.excluded import in_other_case, numbers_of, without
from blocks.staging.facts import UnitFacts
from blocks.staging.folder import (
    DIAGNOSTIC,
    StagedUnit,
    StageUnusable,
    find_staged,
    read_folder,
    staged_folder,
    write_manifest,
)
from blocks.staging.parquet import TableFiles
from blocks.steps import reached
from ledger.diagnostics import Diagnostic
from ledger.schemas import CANONICAL, EVIDENCE, FISCAL_YEAR, VOUCHER_TABLES
from ledger.source import Diagnostics, PathCounts

NO_EVIDENCE: Final[Mapping[str, pa.Table]] = {}


def stage_unit(
    lake: Lake,
    facts: UnitFacts,
    *,
    tables: Mapping[str, pa.Table],
    batches: Iterable[Mapping[str, pa.RecordBatch]],
    diagnostics: Diagnostics,
    path_counts: PathCounts,
    evidence: Mapping[str, pa.Table] = NO_EVIDENCE,
    on_unusable: Callable[[StageUnusable], None] = lambda _: None,
) -> StagedUnit:
    """Write a unit's tables; the same bytes read by the same reader are staged once.

    What was staged before is used again only when every file has the bytes that were written;
    otherwise it is written anew.

    Args:
        lake: Where the stage lies.
        facts: The unit; its reader counts are taken from the two logs below.
        tables: The small canonical tables; one that is missing is empty. ``fiscal_year`` is made
            from ``facts``.
        batches: The voucher tables in pieces that hold whole vouchers; consumed only when the
            unit is not staged yet.
        diagnostics: What the reader noticed.
        path_counts: How the reader read.
        evidence: The tables of `ledger.schemas.EVIDENCE`, when ``facts`` name evidence.
        on_unusable: Told why what was staged before is written anew.

    Raises:
        TerminalError: NUL in a text, or a key that is not unique: the reader is at fault.
        NoSpace: The disk is full; nothing is left of the folder.
    """
    folder = staged_folder(lake, facts)
    try:
        if found := find_staged(folder, facts):
            return found
    except StageUnusable as unusable:
        on_unusable(unusable)
    excluded = facts.excluded_dimensions
    clean_temporary(lake.temporary)
    temporary = temporary_name(lake.temporary, facts.tenant)
    temporary.mkdir()
    try:
        with space_checked(f"staging {facts.tenant} {facts.fiscal_year}", lake.root):
            reached("stage.started")
            with _digesting(lake) as digest:
                kept = without(numbers_of(tables, excluded), tables, batches)
                files = _write_tables(temporary, unit_pieces(facts, *kept), digest)
                noticed = [*diagnostics.items, *in_other_case(tables, excluded)]
                files |= _write_findings(temporary, facts, noticed, evidence)
                reached("stage.tables_written")
                digests, digest_file = digest.finish(temporary)
            read = facts.model_copy(
                update={
                    "fast_rows": path_counts.fast_rows,
                    "exact_rows": path_counts.exact_rows,
                    "set_aside_rows": path_counts.set_aside_rows,
                    "error_count": diagnostics.errors,
                }
            )
            write_manifest(temporary, read, tables=digests, files=files | digest_file)
            reached("stage.manifest_written")
            _give_name(temporary, folder, facts)
            reached("stage.staged")
    finally:
        remove(temporary)
    return read_folder(folder)


@contextmanager
def _digesting(lake: Lake) -> Iterator[StagingDigest]:
    # Rows come in bounded pieces: one core digests them while they are read.
    with (
        duckdb_space_checked("digesting a staged unit", lake.root),
        open_duckdb(spill=lake.temporary, rows=ROWS_AT_ONCE) as db,
    ):
        yield StagingDigest(db)


def _write_tables(
    folder: Path, pieces: Iterable[tuple[str, pa.RecordBatch]], digest: StagingDigest
) -> dict[str, str]:
    with TableFiles(folder, CANONICAL) as files:
        for name, batch in pieces:
            files.write(name, batch)
            digest.add(name, batch)
    return files.sha256


def unit_pieces(
    facts: UnitFacts,
    tables: Mapping[str, pa.Table],
    batches: Iterable[Mapping[str, pa.RecordBatch]],
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield all rows that `stage_unit` is given, in pieces, each with its table's name."""
    yield "fiscal_year", _fiscal_year(facts)
    for name in CANONICAL.keys() - set(VOUCHER_TABLES) - {"fiscal_year"}:
        for batch in tables[name].to_batches() if name in tables else ():
            yield name, batch
    for part in batches:
        yield from part.items()


def _fiscal_year(facts: UnitFacts) -> pa.RecordBatch:
    row = {
        "start_date": facts.start_date,
        "end_date": facts.end_date,
        "currency": facts.currency,
    }
    return pa.RecordBatch.from_pylist([row], schema=FISCAL_YEAR)


def _write_findings(
    folder: Path,
    facts: UnitFacts,
    diagnostics: Iterable[Diagnostic],
    evidence: Mapping[str, pa.Table],
) -> dict[str, str]:
    rows = [{name: getattr(item, name) for name in DIAGNOSTIC.names} for item in diagnostics]
    tables = {**evidence, "diagnostic": pa.Table.from_pylist(rows, schema=DIAGNOSTIC)}
    schemas = {"diagnostic": DIAGNOSTIC} | (EVIDENCE if facts.evidence_sha256 else {})
    with TableFiles(folder, schemas) as files:
        for name in schemas.keys() & tables.keys():
            for batch in tables[name].to_batches():
                files.write(name, batch)
    return files.sha256


def _give_name(temporary: Path, folder: Path, facts: UnitFacts) -> None:
    if folder.exists() and not _is_usable(folder, facts):
        remove(folder)  # of an older format, with other facts, or damaged
    try:
        rename_synced(temporary, folder)
    except OSError as problem:
        # Another process staged the same bytes meanwhile: its folder says the same.
        if problem.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise


def _is_usable(folder: Path, facts: UnitFacts) -> bool:
    try:
        return find_staged(folder, facts) is not None
    except StageUnusable:
        return False
