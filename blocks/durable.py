"""Files that are whole or absent, whatever happens: synced under a temporary name, then renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ledger.errors import TerminalError

TEMPORARY_MAX_AGE_S: Final = 6 * 3600
"""A temporary file or folder older than this belongs to a process that died; seconds."""

DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What may become part of a path: a tenant, a source."""


PRUNE: Final = "Free space (`tasma lake prune` shows what can go)"
"""How room is made on a disk of the home."""


class NoSpace(TerminalError):
    """The disk is full. What was being written is removed; what was there before is untouched."""

    def __init__(self, *, doing: str, folder: Path, remedy: str = PRUNE) -> None:
        """Say what was being written, on which folder's disk there is no room, and the remedy."""
        self.folder = folder
        super().__init__(
            f"No space left on the disk of {folder} while {doing}. Nothing of it was kept and "
            f"what was there before is untouched. {remedy}, then run again.",
            doing=doing,
            folder=folder,
        )


class NotASlug(TerminalError):
    """A text was to become part of a path and cannot."""

    sentence = (
        "{text!r} cannot be a {what}: expected 1 to 64 of a-z, 0-9, - and _, the first a letter or "
        "a digit."
    )


def checked_slug(text: str, *, what: str = "tenant") -> str:
    """Return ``text`` when it may become part of a path.

    Raises:
        TerminalError: It holds anything but a-z, 0-9, ``-`` and ``_``, or is too long.
    """
    if SLUG.fullmatch(text) is None:
        raise NotASlug(text=text, what=what)
    return text


@contextmanager
def space_checked(doing: str, folder: Path, *, remedy: str = PRUNE) -> Iterator[None]:
    """Turn the operating system's word for a full disk into `NoSpace`."""
    try:
        yield
    except OSError as problem:
        if problem.errno in DISK_FULL:
            raise NoSpace(doing=doing, folder=folder, remedy=remedy) from problem
        raise


def sync(path: Path | str) -> None:
    """Have the disk hold what was written to a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk holds it; no file is left if that fails."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def rename_synced(temporary: Path, final: Path) -> None:
    """Give a file or folder its final name, in a way that survives a power cut."""
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    sync(final.parent)


def temporary_name(folder: Path, prefix: str) -> Path:
    """Return a name in ``folder`` that nobody else uses; the prefix says whose it is."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / temporary_file(prefix)


def temporary_file(prefix: str) -> str:
    """Return a name, without a folder, that nobody else uses."""
    return f"{prefix}.{uuid.uuid4().hex}.tmp"


def remove(path: Path) -> None:
    """Remove a file or a folder, whichever it is, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def clean_temporary(folder: Path, *, older_than_s: float = TEMPORARY_MAX_AGE_S) -> int:
    """Remove what dead processes left in a folder of temporary names; return how many there were.

    Live processes may be writing there, hence the age.
    """
    limit = time.time() - older_than_s
    removed = 0
    for path in folder.glob("*.tmp"):
        with suppress(FileNotFoundError):  # its owner renamed it meanwhile
            if path.stat().st_mtime < limit:
                remove(path)
                removed += 1
    return removed
