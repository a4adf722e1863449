"""Files that people send through the portal, until a run has landed them.

    <home>/uploads/<tenant>/<random>/<name>

A file is as large as its sender said from its first byte on, so that what is on its way counts
towards the tenant's quota. What is older than `LIFE` is removed: by then it was landed, or refused.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

from blocks.durable import checked_slug, space_checked, sync
from blocks.names import shown_name
from blocks.settings import settings
from ledger.errors import TerminalError

LIFE_S: Final = 86_400.0
"""How long a file lies here; also the span of the quota."""


class UploadRefused(TerminalError):
    """A file is not as long as was said."""

    sentence = "{name} was not taken: {why}. Send it again; what came before is kept."


class QuotaUsed(UploadRefused):
    """A tenant has sent as much within a day as it may."""

    sentence = (
        "{name} was not taken: the company's quota of a day is used up. Send it tomorrow; what "
        "came before is kept."
    )


class Upload:
    """A file on its way: `write` its bytes in order, then `finish`, or `drop` it."""

    def __init__(self, tenant: str, name: str, *, size_bytes: int, quota_bytes: int) -> None:
        """Make room.

        Raises:
            QuotaUsed: The tenant has sent too much within a day.
            NoSpace: The disk is full.
        """
        folder = uploads_of(tenant)
        self.name = shown_name(Path(name).name or "file")
        self.size_bytes = size_bytes
        self._written = 0
        self.path = folder / uuid.uuid4().hex / self.name
        with space_checked("taking a file in", folder):
            _remove_old(folder)
            self.path.parent.mkdir(parents=True)
            self._file = self.path.open("xb")
        try:
            self._reserve(folder, quota_bytes)
        except BaseException:  # else it would count towards the quota for a day
            self.drop()
            raise

    def _reserve(self, folder: Path, quota_bytes: int) -> None:
        with space_checked("taking a file in", folder):
            self._file.truncate(self.size_bytes)
        if _used_bytes(folder) > quota_bytes:
            raise QuotaUsed(name=self.name)

    def write(self, content: bytes) -> None:
        """Add bytes.

        Raises:
            UploadRefused: They are more than was said.
            NoSpace: The disk is full.
        """
        self._written += len(content)
        if self._written > self.size_bytes:
            raise UploadRefused(name=self.name, why="it is longer than its sender said")
        with space_checked("taking a file in", self.path.parent):
            self._file.write(content)

    def finish(self) -> Path:
        """Return where the file lies, whole and on disk.

        Raises:
            UploadRefused: Less came than was said.
            NoSpace: The disk is full.
        """
        if self._written != self.size_bytes:
            raise UploadRefused(name=self.name, why="it broke off on its way")
        with space_checked("taking a file in", self.path.parent):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            sync(self.path.parent)
        return self.path

    def drop(self) -> None:
        """Leave nothing of it."""
        self._file.close()
        shutil.rmtree(self.path.parent, ignore_errors=True)


def uploads_of(tenant: str) -> Path:
    """Return where a tenant's files lie."""
    return settings().home / "uploads" / checked_slug(tenant)


def find_upload(tenant: str, upload: str) -> Path | None:
    """Return where a tenant's file lies by the name of its folder; None where none does."""
    return next((uploads_of(tenant) / checked_slug(upload, what="upload")).glob("*"), None)


def erase_uploads(tenant: str) -> None:
    """Remove all that a tenant has sent."""
    shutil.rmtree(uploads_of(tenant), ignore_errors=True)


def _used_bytes(folder: Path) -> int:
    """Return how large all files are together; one may be dropped meanwhile by who sends it."""
    used = 0
    for below, _, names in os.walk(folder):  # unlike glob it passes over a folder that is gone
        for name in names:
            with suppress(FileNotFoundError):
                used += Path(below, name).stat().st_size
    return used


def _remove_old(folder: Path) -> None:
    before = time.time() - LIFE_S
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)
