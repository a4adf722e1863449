"""The manifest of a backup: each file by its name, size and hash. A backup without one is half.

JSON lines: the first says how many files there are and what hash the lines below have.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blocks.durable import rename_synced, write_synced
from ledger.errors import TerminalError

MANIFEST: Final = "manifest.jsonl"


class BackupUnusable(TerminalError):
    """A folder has no backup that can be restored, or it is not what was written."""

    sentence = "{folder} cannot be used: {finding}."


class Noted(BaseModel):
    """A file as it was copied. `name`: ``hub.sqlite``, ``warehouse/...`` or ``landing/...``."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    size_bytes: int = Field(ge=0)
    sha256: str


class Head(BaseModel):
    """What a backup is of. `sha256`: of all lines below."""

    model_config = ConfigDict(frozen=True)

    backup: Literal[1] = 1
    made_at: dt.datetime
    files: int
    sha256: str


def write_manifest(folder: Path, files: Iterable[Noted], *, made_at: dt.datetime) -> None:
    """Write the manifest of a backup, by which it is one."""
    lines = [f"{item.model_dump_json()}\n" for item in files]
    body = "".join(lines).encode()
    head = Head(made_at=made_at, files=len(lines), sha256=hashlib.sha256(body).hexdigest())
    temporary = folder / f"{MANIFEST}.tmp"
    write_synced(temporary, f"{head.model_dump_json()}\n".encode() + body)
    rename_synced(temporary, folder / MANIFEST)


def read_manifest(folder: Path) -> tuple[dt.datetime, dict[str, Noted]]:
    """Return when a backup was made, and its files by name.

    Raises:
        BackupUnusable: It has no manifest, or not the one that was written.
    """
    try:
        head_line, _, body = (folder / MANIFEST).read_bytes().partition(b"\n")
        head = Head.model_validate_json(head_line)
        files = [Noted.model_validate_json(line) for line in body.splitlines()]
    except FileNotFoundError:
        raise BackupUnusable(folder=folder, finding="it has no manifest, so it is half") from None
    except ValidationError:
        raise BackupUnusable(folder=folder, finding=f"its {MANIFEST} cannot be read") from None
    if hashlib.sha256(body).hexdigest() != head.sha256 or len(files) != head.files:
        raise BackupUnusable(folder=folder, finding=f"its {MANIFEST} is not what was written")
    return head.made_at, {item.name: item for item in files}
