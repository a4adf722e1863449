"""Parts of extracts in a folder: many files are written before the disk is waited for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from blocks.durable import remove, sync, temporary_file
from blocks.lake.landed import PLAIN, missing
from blocks.lake.manifest import ExtractPart
from blocks.lake.parts import landed_part, received_part
from blocks.lake.reading import is_intact
from blocks.steps import reached
from ledger.source import Part

if TYPE_CHECKING:
    from blocks.lake.places.folder import FolderPlace

AT_ONCE: Final = 1_000
"""Parts that are written before the disk is waited for."""

BYTES_AT_ONCE: Final = 64 << 20
"""Bytes that are written before the disk is waited for, whatever the number of parts."""

WAITING_AT_ONCE: Final = 8
"""Files that wait for the disk together: 300 took 0.04 s so, and 0.9 s one after the other."""


class FolderParts:
    """Writes parts into a source's folder; they get their names when enough of them wait."""

    def __init__(
        self, place: FolderPlace, tenant: str, source: str, *, temporary: Path, max_bytes: int
    ) -> None:
        self._place = place
        self._of = tenant, source
        self._folder = place.root / tenant / source
        self._temporary = temporary
        self._max_bytes = max_bytes
        self._waiting: dict[str, str] = {}
        self._bytes = 0
        temporary.mkdir(parents=True, exist_ok=True)

    def write(self, part: Part) -> ExtractPart:
        """Land what came; the same bytes again are the same part.

        Raises:
            FileRefused: It is too large.
        """
        content, named = received_part(part, max_bytes=self._max_bytes)
        # Plain text: a path object takes as long as the hash of a receipt.
        path = f"{self._folder}/{named.sha256}{PLAIN}"
        if os.path.exists(path) and is_intact(self._place, landed_part(*self._of, named)):  # noqa: PTH110 - text
            return self.reuse(named)
        if path not in self._waiting:
            self._add(path, content)
        return named

    def reuse(self, part: ExtractPart) -> ExtractPart:
        """Make a part that lies here as young as if it had come now, so that no prune takes it.

        Raises:
            LandedFileGone: It is not here.
        """
        try:
            os.utime(f"{self._folder}/{part.sha256}{PLAIN}")
        except FileNotFoundError:
            raise missing(self._of[0], part.sha256) from None
        return part

    def finish(self) -> None:
        """Give all that was written its name, once the disk holds it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        written = list(self._waiting.values())
        with ThreadPoolExecutor(WAITING_AT_ONCE) as pool:
            # A share for each thread: to hand out one file takes as long as to wait for it.
            shares = (written[begin::WAITING_AT_ONCE] for begin in range(WAITING_AT_ONCE))
            list(pool.map(_sync_all, shares))
        reached("extract.written")
        for path, name in self._waiting.items():
            os.replace(name, path)  # noqa: PTH105 - text
        sync(self._folder)
        reached("extract.landed")
        self._waiting.clear()
        self._bytes = 0

    def abandon(self) -> None:
        """Remove what was written and has no name."""
        for written in self._waiting.values():
            remove(Path(written))

    def _add(self, path: str, content: bytes) -> None:
        written = f"{self._temporary}/{temporary_file(self._of[0])}"
        self._waiting[path] = written
        with open(written, "xb") as file:  # noqa: PTH123 - text
            file.write(pa.compress(content, codec="zstd", asbytes=True))
        self._bytes += len(content)
        if len(self._waiting) >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.finish()


def _sync_all(paths: Iterable[str]) -> None:
    for path in paths:
        sync(path)
