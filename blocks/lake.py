"""The lake's landing: every byte that a source sent, as it came, found again by its hash.

``<lake>/landing/<tenant>/<source>/<sha256>.zst`` holds the bytes, a ``.json`` beside it says what
they are. Both are written under a temporary name in ``<lake>/temporary``; the ``.zst`` gets its
name last, so a landing is there in full or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from blocks.durable import (
    checked_slug,
    clean_temporary,
    remove,
    rename_synced,
    space_checked,
    temporary_name,
    write_synced,
)
from blocks.names import shown_name
from blocks.steps import reached
from ledger.errors import TerminalError

LANDED_MAX_BYTES: Final = 1 << 30
"""The largest file that is taken in; bytes before compression."""


class FileRefused(TerminalError):
    """A file cannot be taken in as it is. The fault is the file's own; others go on."""


@dataclass(frozen=True)
class Landed:
    """One file as received: where it lies and how to know it again."""

    tenant: str
    source: str
    sha256: str
    size_bytes: int
    file_name: str
    path: Path


@dataclass(frozen=True)
class Prunable:
    """A landed file or a staged folder that nothing needs any more."""

    path: Path
    size_bytes: int


class _Sidecar(BaseModel):
    model_config = ConfigDict(frozen=True)

    tenant: str
    source: str
    sha256: str
    size_bytes: int
    file_name: str
    landed_at: dt.datetime


class Lake:
    """A folder with what was received (``landing``) and what was read from it (``stage``)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temporary = root / "temporary"

    def land(self, tenant: str, source: str, content: bytes, *, file_name: str) -> Landed:
        """Keep ``content`` for good, exactly as it is; the same bytes again are the same landing.

        Args:
            tenant: Slug of the tenant.
            source: Slug of the source, such as ``sie``.
            content: At most `LANDED_MAX_BYTES`.
            file_name: What the sender called it; its folders are dropped, and what is no text.

        Raises:
            FileRefused: Too large.
            TerminalError: A tenant or source unfit for a path.
            NoSpaceError: The disk is full; no torn file is left.
        """
        if len(content) > LANDED_MAX_BYTES:
            raise too_large(file_name, len(content))
        landed = self._address(tenant, source, content, file_name)
        found = self.find(tenant, source, landed.sha256)
        if found is not None and _is_intact(found):
            os.utime(found.path)  # as young as if it had come now, so a prune leaves it alone
            return found
        clean_temporary(self.temporary)
        with space_checked(f"landing {landed.file_name}", self.root):
            self._write(landed, content)
        return landed

    def find(self, tenant: str, source: str, sha256: str) -> Landed | None:
        """Return what was landed under this hash, or None."""
        path = self._landing(tenant, source) / f"{sha256}.zst"
        sidecar = path.with_suffix(".json")
        if not (path.exists() and sidecar.exists()):
            return None
        noted = _Sidecar.model_validate_json(sidecar.read_bytes())
        return Landed(tenant, source, sha256, noted.size_bytes, noted.file_name, path)

    def read(self, landed: Landed) -> bytes:
        """Return the bytes as they were received.

        Raises:
            TerminalError: They are gone, or the disk gives back others than were landed.
        """
        try:
            return _content(landed)
        except FileNotFoundError:
            raise TerminalError(
                f"The landed file {landed.sha256[:16]} of {landed.tenant} is not in the lake: it "
                "was pruned or erased. Fetch or drop the file again."
            ) from None

    def stage_folder(self, tenant: str, fiscal_year: str) -> Path:
        """Return the folder under which a unit's staged versions lie."""
        return self.root / "stage" / checked_slug(tenant) / fiscal_year

    def prune(
        self,
        *,
        keep_landed: Collection[str],
        keep_staged: Collection[Path],
        keep_sources: Collection[str] = (),
        older_than: dt.timedelta,
        dry_run: bool = True,
    ) -> list[Prunable]:
        """Remove, or with ``dry_run`` only list, what is old and not kept.

        Args:
            keep_landed: Hashes (sha256) of landed files to keep.
            keep_staged: Staged folders to keep.
            keep_sources: Sources of which everything that was landed is kept.
            older_than: Age, by the time of the last landing or staging, below which all is kept.
            dry_run: Remove nothing.
        """
        limit = time.time() - older_than.total_seconds()
        landed = [
            path
            for path in self._all_landed()
            if path.stem not in keep_landed and path.parent.name not in keep_sources
        ]
        staged = [path for path in self._all_staged() if path not in keep_staged]
        found = [_weigh(path) for path in (*landed, *staged) if path.stat().st_mtime < limit]
        if not dry_run:
            for item in found:
                self._discard(item.path)
            clean_temporary(self.temporary)
        return found

    def erase(self, tenant: str) -> list[Prunable]:
        """Remove everything of a tenant: what was landed, staged, or left half-written."""
        checked_slug(tenant)
        folders = [self.root / part / tenant for part in ("landing", "stage")]
        found = [_weigh(folder) for folder in folders if folder.exists()]
        for path in (*folders, *self.temporary.glob(f"{tenant}.*.tmp")):
            remove(path)
        return found

    def _landing(self, tenant: str, source: str) -> Path:
        return self.root / "landing" / checked_slug(tenant) / checked_slug(source, what="source")

    def _address(self, tenant: str, source: str, content: bytes, file_name: str) -> Landed:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._landing(tenant, source) / f"{sha256}.zst"
        name = shown_name(Path(file_name).name)
        return Landed(tenant, source, sha256, len(content), name, path)

    def _write(self, landed: Landed, content: bytes) -> None:
        sidecar = _Sidecar(
            tenant=landed.tenant,
            source=landed.source,
            sha256=landed.sha256,
            size_bytes=landed.size_bytes,
            file_name=landed.file_name,
            landed_at=dt.datetime.now(dt.UTC),
        )
        described = temporary_name(self.temporary, landed.tenant)
        packed = temporary_name(self.temporary, landed.tenant)
        try:
            write_synced(packed, pa.compress(content, codec="zstd", asbytes=True))
            write_synced(described, sidecar.model_dump_json().encode())
            reached("land.written")
            rename_synced(described, landed.path.with_suffix(".json"))
            reached("land.described")
            rename_synced(packed, landed.path)
            reached("land.landed")
        finally:
            remove(described)
            remove(packed)

    def _all_landed(self) -> Iterator[Path]:
        return (self.root / "landing").glob("*/*/*.zst")

    def _all_staged(self) -> Iterator[Path]:
        return (self.root / "stage").glob("*/*/*")

    def _discard(self, path: Path) -> None:
        # The new name goes first: a process that dies here leaves no half of a landing or folder.
        self.temporary.mkdir(parents=True, exist_ok=True)
        doomed = temporary_name(self.temporary, "pruned")
        path.rename(doomed)
        path.with_suffix(".json").unlink(missing_ok=True)
        remove(doomed)


def too_large(file_name: str, size_bytes: int) -> FileRefused:
    """Return the refusal of a file that is larger than what is taken in."""
    return FileRefused(
        f"{shown_name(Path(file_name).name)} holds {size_bytes:,} bytes; expected at most "
        f"{LANDED_MAX_BYTES:,}. Export one fiscal year to a file."
    )


def _content(landed: Landed) -> bytes:
    packed = landed.path.read_bytes()
    try:
        content: bytes = pa.decompress(
            packed, decompressed_size=landed.size_bytes, codec="zstd", asbytes=True
        )
    except (OSError, ValueError) as problem:
        raise _spoiled(landed) from problem
    if hashlib.sha256(content).hexdigest() != landed.sha256:
        raise _spoiled(landed)
    return content


def _spoiled(landed: Landed) -> TerminalError:
    return TerminalError(
        f"The landed file {landed.sha256[:16]} of {landed.tenant} no longer has the bytes that "
        "were received: the disk or a person changed it. Fetch or drop the file again, which "
        "mends it."
    )


def _is_intact(landed: Landed) -> bool:
    try:
        _content(landed)
    except TerminalError:
        return False
    return True


def _weigh(path: Path) -> Prunable:
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    return Prunable(path, sum(item.stat().st_size for item in files))
