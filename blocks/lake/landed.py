"""One landing: what is noted of it, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from blocks.names import shown_name
from ledger.errors import TerminalError

LANDED_MAX_BYTES: Final = 1 << 30
"""The largest file that is taken in; bytes before compression."""

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
    format: str = ""
    ending: str = PLAIN

    @property
    def key(self) -> str:
        """What it is called below the landing."""
        return f"{self.tenant}/{self.source}/{self.sha256}{self.ending}"

    @property
    def address(self) -> str:
        """Where it lies below the lake."""
        return f"landing/{self.key}"

    @property
    def is_manifest(self) -> bool:
        """Whether the bytes name the parts of an extract instead of being the source's own."""
        return self.ending == MANIFEST


class _Sidecar(BaseModel):
    model_config = ConfigDict(frozen=True)

    tenant: str
    source: str
    sha256: str
    size_bytes: int
    file_name: str
    landed_at: dt.datetime
    format: str = ""


def hash_of(name: str) -> str:
    """Return the hash that a landing's name begins with; `name`: a key, an address or its last."""
    return name.rpartition("/")[2].partition(".")[0]


def note_of(key: str) -> str:
    """Return the key of what is noted beside a landing."""
    return key.removesuffix(PLAIN) + NOTED


def noted(landed: Landed) -> bytes:
    """Return what is to be noted beside a landing that comes now."""
    sidecar = _Sidecar(
        tenant=landed.tenant,
        source=landed.source,
        sha256=landed.sha256,
        size_bytes=landed.size_bytes,
        file_name=landed.file_name,
        format=landed.format,
        landed_at=dt.datetime.now(dt.UTC),
    )
    return sidecar.model_dump_json().encode()


def described(key: str, note: bytes | None, *, place: str) -> Landed:
    """Return what a landing is by what is noted beside it; None: nothing is.

    Raises:
        LandingUndescribed: It is gone, cannot be read, or speaks of another file.
    """
    tenant, source, name = key.split("/")
    found = _read(note)
    if isinstance(found, _Sidecar) and found.sha256 == hash_of(name):
        ending = name.removeprefix(found.sha256)
        about = found.size_bytes, found.file_name, found.format
        return Landed(tenant, source, found.sha256, *about, ending)
    finding = found if isinstance(found, str) else "speaks of another file"
    raise LandingUndescribed(sha256=hash_of(name)[:16], tenant=tenant, place=place, finding=finding)


def _read(note: bytes | None) -> _Sidecar | str:
    if note is None:
        return "is gone"
    try:
        return _Sidecar.model_validate_json(note)
    except ValidationError:
        return "cannot be read"


class LandingUndescribed(TerminalError):
    """What is noted beside a landed file is gone or damaged."""

    sentence = (
        "What is noted beside the landed file {sha256} of {tenant}, {place}, {finding}. The bytes "
        "that were received lie there as before. Fetch or drop the file again, which writes it "
        "anew."
    )


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


def spoiled(landed: Landed) -> TerminalError:
    """Return the error of what gives back other bytes than came."""
    return LandedFileSpoiled(sha256=landed.sha256[:16], tenant=landed.tenant)
