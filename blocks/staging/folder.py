"""A staged folder: its name, its manifest, and what is read back from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from blocks.digest import DIGEST_VERSION, TableDigest, unit_digest
from blocks.durable import sync, write_synced
from blocks.lake import Lake
from blocks.staging.facts import UnitFacts
from ledger.errors import TerminalError

STAGE_FORMAT: Final = 2
"""Changes when a staged folder's files do; folders of another format are written anew."""

MANIFEST: Final = "manifest.json"

COUNTED_WHILE_READING: Final = frozenset({"fast_rows", "exact_rows", "error_count"})

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
"""What the reader noticed (`ledger.diagnostics.Diagnostic`), a bounded number of it."""


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
        """Return the file of a canonical table, ``voucher_digest`` or ``diagnostic``.

        Those of `ledger.schemas.EVIDENCE` are there if `facts` name evidence.
        """
        return self.folder / f"{table}.parquet"


def staged_folder(lake: Lake, facts: UnitFacts) -> Path:
    """Return where a unit read from certain bytes, by a certain reader, as a certain coverage lies.

    What covers less than a year says so in its name.
    """
    part = "" if facts.coverage == "whole_year" else f"-{facts.coverage}"
    evidence = facts.evidence_sha256 and f"-e{facts.evidence_sha256[:8]}"
    name = f"{facts.landed_sha256[:16]}-r{facts.reader_version}{part}{evidence}"
    return lake.stage_folder(facts.tenant, facts.fiscal_year.key) / name


def is_staged(folder: Path, facts: UnitFacts) -> bool:
    """Say whether the folder holds the unit, as ``facts`` have it, in the present format.

    Raises:
        TerminalError: It holds another file's unit.
    """
    path = folder / MANIFEST
    if not path.exists():
        return False
    manifest = _Manifest.model_validate_json(path.read_bytes())
    if manifest.facts.landed_sha256 != facts.landed_sha256:
        raise TerminalError(
            f"Two files of {facts.tenant} share the folder {folder.name}: "
            f"{manifest.facts.landed_sha256} and {facts.landed_sha256} begin alike. Remove the "
            "folder if the first is no longer needed, then run again."
        )
    return (
        manifest.stage_format == STAGE_FORMAT
        and manifest.digest_version == DIGEST_VERSION
        and _said(manifest.facts) == _said(facts)
    )


def write_manifest(folder: Path, facts: UnitFacts, tables: dict[str, TableDigest]) -> None:
    """Write the manifest last, when everything it speaks of is safely on the disk."""
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


def _said(facts: UnitFacts) -> dict[str, object]:
    return facts.model_dump(exclude=set(COUNTED_WHILE_READING))
