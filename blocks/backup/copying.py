"""Copies of files that are read again: what the system gives back is held against what was read.

It mostly gives it from memory, so that damage on the way to the disk shows when the backup is read
later: at a restore, and when a share of the copies is hashed anew (`tasks.backing_up`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from blocks.backup.manifest import Noted
from blocks.durable import remove
from blocks.lake.reading import is_whole_file
from blocks.staging.hashed import hash_file
from ledger.errors import TerminalError

PIECE_BYTES: Final = 1 << 20
"""Bytes that are read and written at once."""


class Unlike(TerminalError):
    """A file is not what it should be: a copy, or what was to be copied."""

    sentence = "{path} {finding}"


def copy_noted(source: Path, target: Path, *, name: str) -> Noted:
    """Copy a file, and return what it is; nobody sees a part of the copy under its name.

    Raises:
        Unlike: The disk gives back other bytes than were written.
        OSError: It cannot be read or written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.tmp")
    try:
        noted = _copied(source, temporary, name)
        temporary.replace(target)
    finally:
        remove(temporary)
    return noted


def copy_landed(source: Path, target: Path, *, name: str) -> Noted:
    """Copy a file of the landing if it is what its name stands for; as `copy_noted`.

    Raises:
        Unlike: It is not, as after damage to the disk; nothing was copied.
    """
    if not is_whole_file(source):
        raise Unlike(path=source, finding="is no longer what was written when it was received")
    return copy_noted(source, target, name=name)


def copy_as_noted(source: Path, target: Path, noted: Noted) -> None:
    """Copy a file of a backup back, if it is what was noted of it.

    Raises:
        Unlike: It is gone, or other bytes than were backed up; nothing was copied.
    """
    try:
        found = hash_file(source)
    except FileNotFoundError:
        raise Unlike(path=source, finding="is gone") from None
    if found != noted.sha256:
        raise Unlike(path=source, finding="has other bytes than were backed up")
    copy_noted(source, target, name=noted.name)


def is_as_noted(place: Path, noted: Noted, *, hashed: bool) -> bool:
    """Return whether a copy is what was noted of it; unless it is `hashed`, by its size alone."""
    if not place.exists() or place.stat().st_size != noted.size_bytes:
        return False
    return not hashed or hash_file(place) == noted.sha256


def _copied(source: Path, target: Path, name: str) -> Noted:
    size_bytes, digest = 0, hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while piece := read.read(PIECE_BYTES):
            size_bytes += len(piece)
            digest.update(piece)
            written.write(piece)
    if hash_file(target) != digest.hexdigest():
        raise Unlike(path=target, finding="was read back with other bytes than were written")
    return Noted(name=name, size_bytes=size_bytes, sha256=digest.hexdigest())
