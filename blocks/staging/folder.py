"""A staged folder: its name, its manifest, and what is read back from them.

The manifest lists the hash of every file and holds one of its own, so that a bit that turned on
the disk, or a hand that was at work there, is found before anything is made of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.digest import DIGEST_VERSION, TableDigest, unit_digest
from blocks.durable import sync, write_synced
from blocks.lake import Lake
from blocks.staging.facts import UnitFacts
from blocks.staging.hashed import hash_file
from ledger.errors import TerminalError

STAGE_FORMAT: Final = 5
"""Changes when a staged folder's files do; folders of another format are written anew."""

MANIFEST: Final = "manifest.json"

ADDRESS_PARTS: Final = 4
"""``stage/<tenant>/<fiscal year>/<version>``: the parts of a staged folder's address."""

SEAL: Final = b'"sealed"'
"""Before this, the last field of a manifest, stands all that its own hash is of."""

COUNTED_WHILE_READING: Final = frozenset(
    {"fast_rows", "exact_rows", "set_aside_rows", "error_count"}
)

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


class StageUnusable(TerminalError):
    """A staged folder is gone, of another format, or not what was written; nothing came of it."""

    def __init__(self, folder: Path, finding: str) -> None:
        """Name the folder by tenant, year and version, and say what is wrong with it."""
        self.folder = folder
        self.finding = finding
        named = "/".join(folder.parts[-3:])
        super().__init__(
            f"The stage {named} cannot be used: {finding}. Nothing was made of it and nothing was "
            "published. Load the file again, or fetch the year again: it is then staged anew.",
            folder=folder,
            finding=finding,
        )


class _Format(BaseModel):
    model_config = ConfigDict(frozen=True)

    stage_format: int
    digest_version: int


class _Manifest(_Format):
    facts: UnitFacts
    digest: str
    tables: dict[str, TableDigest]
    files: dict[str, str]
    sealed: str


class _NotedFacts(BaseModel):
    evidence_sha256: str = ""


class _Noted(BaseModel):
    facts: _NotedFacts


@dataclass(frozen=True)
class StagedUnit:
    """One unit as staged: what it says of itself, where its files lie, what they add up to.

    `files`: the sha256 of each file's bytes as they were written, by the file's name.
    """

    facts: UnitFacts
    folder: Path
    digest: str
    tables: dict[str, TableDigest]
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it lies below the lake (`Lake.address_of`); it stays true when that is moved."""
        return "/".join(self.folder.parts[-ADDRESS_PARTS:])

    def parquet(self, table: str) -> Path:
        """Return the file of a canonical table, ``voucher_digest`` or ``diagnostic``.

        Those of `ledger.schemas.EVIDENCE` are there if `facts` name evidence.
        """
        return self.folder / f"{table}.parquet"

    def check_files(self, tables: Iterable[str] | None = None) -> None:
        """Compare the bytes of tables' files, or of all, with those that were written.

        Raises:
            StageUnusable: They are not the same; the first such file is named.
        """
        for table in (Path(name).stem for name in self.files) if tables is None else tables:
            path = self.parquet(table)
            if finding := _finding(path, self.files.get(path.name, "")):
                raise StageUnusable(self.folder, finding)


def staged_folder(lake: Lake, facts: UnitFacts) -> Path:
    """Return where a unit read from certain bytes, by a certain reader, as a certain coverage lies.

    What covers less than a year says so in its name, and so does what leaves dimensions out.
    """
    part = "" if facts.coverage.is_whole_year else f"-{facts.coverage}".replace(":", "_")
    evidence = facts.evidence_sha256 and f"-e{facts.evidence_sha256[:8]}"
    excluded = "\0".join(sorted(facts.excluded_dimensions))
    without = excluded and f"-x{hashlib.sha256(excluded.encode()).hexdigest()[:8]}"
    name = f"{facts.landed_sha256[:16]}-r{facts.reader_version}{part}{evidence}{without}"
    return lake.stage_folder(facts.tenant, facts.fiscal_year.key) / name


class SharedFolder(TerminalError):
    """Two landed files have hashes that begin alike, and so one folder."""

    sentence = (
        "Two files of {tenant} share the folder {folder}: {sha256_there} and {sha256} begin alike. "
        "Remove the folder if the first is no longer needed, then run again."
    )


def find_staged(folder: Path, facts: UnitFacts) -> StagedUnit | None:
    """Return the unit that the folder holds, as ``facts`` have it; None when it is not there.

    Raises:
        StageUnusable: The folder is of an older format, or a file in it is damaged.
        TerminalError: It holds another file's unit.
    """
    if not folder.exists():
        return None
    staged = read_folder(folder)
    if staged.facts.landed_sha256 != facts.landed_sha256:
        raise SharedFolder(
            tenant=facts.tenant,
            folder=folder.name,
            sha256_there=staged.facts.landed_sha256,
            sha256=facts.landed_sha256,
        )
    if _stated(staged.facts) != _stated(facts):
        return None
    staged.check_files()
    return staged


def write_manifest(
    folder: Path, facts: UnitFacts, *, tables: dict[str, TableDigest], files: dict[str, str]
) -> None:
    """Write the manifest last, when everything it speaks of is safely on the disk."""
    manifest = _Manifest(
        stage_format=STAGE_FORMAT,
        digest_version=DIGEST_VERSION,
        facts=facts,
        digest=unit_digest(tables),
        tables=tables,
        files=files,
        sealed="",
    )
    sealed = manifest.model_copy(update={"sealed": _seal(_content(manifest))})
    for path in folder.iterdir():
        sync(path)
    write_synced(folder / MANIFEST, _content(sealed))
    sync(folder)


def read_staged(lake: Lake, address: str) -> StagedUnit:
    """Return what was staged at an address; as `read_folder`.

    Raises:
        StageUnusable: As there.
        NotAnAddress: It leads out of the lake.
    """
    if not address:  # a load that only the warehouse remembers
        raise StageUnusable(lake.root / "stage", "the hub does not know where it lies")
    return read_folder(lake.place_of(address))


def read_folder(folder: Path) -> StagedUnit:
    """Return what was staged, as its manifest has it; files are checked when they are bound.

    Raises:
        StageUnusable: There is no such staged unit (it was pruned), it is of an older format, or
            its manifest is damaged.
    """
    manifest = _read_manifest(folder)
    return StagedUnit(
        manifest.facts, folder, manifest.digest, manifest.tables, files=manifest.files
    )


def noted_evidence(lake: Lake, address: str) -> str:
    """Return the hash of what a unit's source was asked, as a stage of any format notes it.

    Empty when it notes nothing, cannot be read, or was never staged (an empty address).
    """
    try:
        content = (lake.place_of(address) / MANIFEST).read_bytes() if address else b""
        return _Noted.model_validate_json(content).facts.evidence_sha256
    except (OSError, ValidationError):
        return ""


def _read_manifest(folder: Path) -> _Manifest:
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as problem:
        raise StageUnusable(
            folder, f"it has no manifest ({problem.strerror}): it was pruned or erased"
        ) from None
    try:
        found = _Format.model_validate_json(content)
        if (found.stage_format, found.digest_version) != (STAGE_FORMAT, DIGEST_VERSION):
            raise StageUnusable(folder, "another release wrote it, in another format")
        manifest = _Manifest.model_validate_json(content)
    except ValidationError:
        raise StageUnusable(folder, f"{MANIFEST} is damaged: it cannot be read") from None
    # What is hashed is the very bytes, since a damaged text may read as the same values.
    if _seal(content) != manifest.sealed:
        raise StageUnusable(folder, f"{MANIFEST} is damaged: its bytes are not those written")
    return manifest


def _content(manifest: _Manifest) -> bytes:
    return manifest.model_dump_json(indent=2).encode()


def _seal(content: bytes) -> str:
    return hashlib.sha256(content[: content.rindex(SEAL)]).hexdigest()


def _finding(path: Path, expected: str) -> str:
    """Say what is wrong with a file; nothing if it is what was written."""
    if not expected:
        return f"{path.name} is not in its manifest"
    try:
        found = hash_file(path)
    except OSError as problem:
        return f"{path.name} cannot be read ({problem.strerror})"
    if found == expected:
        return ""
    return (
        f"{path.name} is damaged: its bytes have the sha256 {found[:16]}, those that were written "
        f"had {expected[:16]}; the disk or a person changed it"
    )


def _stated(facts: UnitFacts) -> dict[str, object]:
    return facts.model_dump(exclude=set(COUNTED_WHILE_READING))
