"""One landing: its two files, what is noted of it, and its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.durable import remove, rename_synced, sync, temporary_name, write_synced
from blocks.names import shown_name
from blocks.steps import reached
from ledger.errors import TerminalError

LANDED_MAX_BYTES: Final = 1 << 30
"""The largest file that is taken in; bytes before compression."""

PIECE_BYTES: Final = 1 << 20
"""Bytes that are read, hashed and compressed at once."""

PLAIN: Final = ".zst"
MANIFEST: Final = ".manifest.zst"
"""Endings of a landing: of bytes as received, and of a list of the parts of one extract."""

NOTED: Final = ".json"
"""The ending of what is noted beside one."""


class FileRefused(TerminalError):
    """A file cannot be taken in as it is. The fault is the file's own; others go on."""


@dataclass(frozen=True)
class Landed:
    """One file, or one extract of several parts, as received: where it lies and what it is.

    `sha256`, `size_bytes`: of the bytes, which of several parts are their manifest's. `format`: the
    name of the reader (`ledger.readers`); empty for what is no ledger and for what earlier releases
    landed.
    """

    tenant: str
    source: str
    sha256: str
    size_bytes: int
    file_name: str
    path: Path
    format: str = ""

    @property
    def address(self) -> str:
        """Where it lies below the lake."""
        return f"landing/{self.tenant}/{self.source}/{self.path.name}"

    @property
    def is_manifest(self) -> bool:
        """Whether the bytes name the parts of an extract instead of being the source's own."""
        return self.path.name.endswith(MANIFEST)


class _Sidecar(BaseModel):
    model_config = ConfigDict(frozen=True)

    tenant: str
    source: str
    sha256: str
    size_bytes: int
    file_name: str
    landed_at: dt.datetime
    format: str = ""


def hash_of(path: Path) -> str:
    """Return the hash that a landing's name begins with."""
    return path.name.partition(".")[0]


def find_landed(folder: Path, sha256: str, ending: str) -> Landed | None:
    """Return what lies in a source's folder under a hash, or None.

    Raises:
        LandingUndescribed: What is noted beside it is gone or damaged.
    """
    path = folder / f"{sha256}{ending}"
    if not path.exists():
        return None
    noted = _noted(path)
    return Landed(
        folder.parent.name,
        folder.name,
        sha256,
        noted.size_bytes,
        noted.file_name,
        path,
        noted.format,
    )


class LandingUndescribed(TerminalError):
    """What is noted beside a landed file is gone or damaged."""

    sentence = (
        "What is noted beside the landed file {sha256} of {tenant}, {place}, {finding}. The bytes "
        "that were received lie there as before. Fetch or drop the file again, which writes it "
        "anew."
    )


def _noted(path: Path) -> _Sidecar:
    """Return what is noted beside a landing.

    Raises:
        LandingUndescribed: It is gone, cannot be read, or speaks of another file.
    """
    sidecar = path.with_suffix(NOTED)
    try:
        noted = _Sidecar.model_validate_json(sidecar.read_bytes())
        finding = "" if noted.sha256 == hash_of(path) else "speaks of another file"
    except FileNotFoundError:
        finding = "is gone"
    except ValidationError:
        finding = "cannot be read"
    if finding:
        tenant, sha256 = path.parent.parent.name, hash_of(path)[:16]
        raise LandingUndescribed(sha256=sha256, tenant=tenant, place=sidecar, finding=finding)
    return noted


def pack(file: BinaryIO, packed: Path, *, file_name: str, max_bytes: int) -> tuple[str, int]:
    """Compress what a file gives into a new one, piece by piece; return its hash and size.

    Raises:
        FileRefused: It gives more than `max_bytes`.
    """
    size_bytes, digest = 0, hashlib.sha256()
    with pa.OSFile(str(packed), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as out:
        while piece := file.read(PIECE_BYTES):
            size_bytes += len(piece)
            if size_bytes > max_bytes:
                raise too_large(file_name, size_bytes, max_bytes=max_bytes)
            digest.update(piece)
            out.write(piece)
    sync(packed)
    return digest.hexdigest(), size_bytes


def write_landing(landed: Landed, packed: Path, *, temporary: Path) -> None:
    """Put both files of a landing in their places; `packed`: its bytes, which `pack` wrote."""
    sidecar = _Sidecar(
        tenant=landed.tenant,
        source=landed.source,
        sha256=landed.sha256,
        size_bytes=landed.size_bytes,
        file_name=landed.file_name,
        format=landed.format,
        landed_at=dt.datetime.now(dt.UTC),
    )
    described = temporary_name(temporary, landed.tenant)
    try:
        write_synced(described, sidecar.model_dump_json().encode())
        reached("land.written")
        rename_synced(described, landed.path.with_suffix(NOTED))
        reached("land.described")
        rename_synced(packed, landed.path)
        reached("land.landed")
    finally:
        remove(described)


def read_landing(landed: Landed) -> bytes:
    """Return the bytes as they were received.

    Raises:
        TerminalError: They are gone, or the disk gives back others than were landed.
    """
    return b"".join(stream_landing(landed))


def stream_landing(landed: Landed) -> Iterator[bytes]:
    """Give the bytes as they were received, piece by piece; the last one once all are proven.

    Raises:
        TerminalError: They are gone, or the disk gives back others than were landed.
    """
    digest, held = hashlib.sha256(), b""
    try:
        with pa.OSFile(str(landed.path)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
            while piece := stream.read(PIECE_BYTES):
                if held:
                    yield held
                digest.update(piece)
                held = piece
    except FileNotFoundError:
        raise missing(landed.tenant, landed.sha256) from None
    except (OSError, ValueError) as problem:
        raise _spoiled(landed) from problem
    if digest.hexdigest() != landed.sha256:
        raise _spoiled(landed)
    if held:
        yield held


def is_whole(path: Path) -> bool:
    """Return whether a file of the landing is what its name stands for.

    That is the bytes, whatever is noted of them, or what is noted beside them (``.json``).
    """
    if path.suffix == NOTED:
        return _is_described(path)
    landed = Landed(path.parent.parent.name, path.parent.name, hash_of(path), 0, path.name, path)
    try:
        for _ in stream_landing(landed):
            pass
    except TerminalError:
        return False
    return True


def _is_described(path: Path) -> bool:
    try:
        _noted(path)
    except LandingUndescribed:
        return False
    return True


def is_intact(landed: Landed) -> bool:
    """Return whether the disk still gives back the bytes that were landed."""
    try:
        read_landing(landed)
    except TerminalError:
        return False
    return True


def find_intact(folder: Path, sha256: str, ending: str) -> Landed | None:
    """Return what lies under a hash if nothing of it is damaged; else it is to be written anew."""
    try:
        found = find_landed(folder, sha256, ending)
    except LandingUndescribed:
        return None
    return found if found is not None and is_intact(found) else None


class LandingTooLarge(FileRefused):
    """A file is larger than what is taken in."""

    sentence = (
        "{file_name} holds {size_bytes:,} bytes; expected at most {limit_bytes:,}. Export one "
        "fiscal year to a file."
    )


def too_large(file_name: str, size_bytes: int, *, max_bytes: int = LANDED_MAX_BYTES) -> FileRefused:
    """Return the refusal of a file that is larger than what is taken in."""
    return LandingTooLarge(
        file_name=shown_name(Path(file_name).name), size_bytes=size_bytes, limit_bytes=max_bytes
    )


class LandedFileGone(TerminalError):
    """A landed file is no longer in the lake."""

    sentence = (
        "The landed file {sha256} of {tenant} is not in the lake: it was pruned or erased. Fetch "
        "or drop the file again."
    )


def missing(tenant: str, sha256: str) -> TerminalError:
    """Return the error of what should lie in the lake and does not."""
    return LandedFileGone(sha256=sha256[:16], tenant=tenant)


class LandedFileSpoiled(TerminalError):
    """A landed file holds other bytes than were received."""

    sentence = (
        "The landed file {sha256} of {tenant} no longer has the bytes that were received: the disk "
        "or a person changed it. Fetch or drop the file again, which repairs it."
    )


def _spoiled(landed: Landed) -> TerminalError:
    return LandedFileSpoiled(sha256=landed.sha256[:16], tenant=landed.tenant)
