"""The parts of extracts: landed many at a time, and found again by what their manifest says.

A part has no file beside it that says what it is, since its manifest does.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pyarrow as pa

from blocks.durable import remove, sync, temporary_name
from blocks.lake.landed import PLAIN, Landed, is_intact, missing, read_landing, too_large
from blocks.lake.manifest import ExtractPart
from blocks.steps import reached
from ledger.source import Part

AT_ONCE: Final = 1_000
"""Parts that are written before the disk is waited for."""

BYTES_AT_ONCE: Final = 64 << 20
"""Bytes that are written before the disk is waited for, whatever the number of parts."""

WAITING_AT_ONCE: Final = 8
"""Files that wait for the disk together: 300 took 0.04 s so, and 0.9 s one after the other."""


def landed_part(folder: Path, part: ExtractPart) -> Landed:
    """Return where a part lies, or would, in its source's folder."""
    path = folder / f"{part.sha256}{PLAIN}"
    tenant, source = folder.parent.name, folder.name
    return Landed(tenant, source, part.sha256, part.size_bytes, part.name, path)


def read_part(folder: Path, part: ExtractPart) -> bytes:
    """Return the bytes of a part as they were received.

    Raises:
        TerminalError: They are gone, or the disk gives back others than were landed.
    """
    return read_landing(landed_part(folder, part))


def reuse(folder: Path, part: ExtractPart) -> ExtractPart:
    """Make a part that lies here as young as if it had come now, so that a prune leaves it alone.

    Raises:
        TerminalError: It is not here.
    """
    landed = landed_part(folder, part)
    try:
        os.utime(landed.path)
    except FileNotFoundError:
        raise missing(landed.tenant, part.sha256) from None
    return part


class PartsWriter:
    """Writes parts into a source's folder, each whole or not at all, until `finish`."""

    def __init__(self, folder: Path, *, temporary: Path, max_bytes: int) -> None:
        self._folder = folder
        self._temporary = temporary
        self._max_bytes = max_bytes
        self._waiting: dict[Path, Path] = {}
        self._bytes = 0

    def write(self, part: Part) -> ExtractPart:
        """Land what came; the same bytes again are the same part.

        Raises:
            FileRefused: It is too large.
        """
        content = part.read()
        if len(content) > self._max_bytes:
            raise too_large(part.name, len(content), max_bytes=self._max_bytes)
        sha256 = hashlib.sha256(content).hexdigest()
        named = ExtractPart(name=part.name, sha256=sha256, size_bytes=len(content))
        landed = landed_part(self._folder, named)
        if landed.path.exists() and is_intact(landed):
            return reuse(self._folder, named)
        if landed.path not in self._waiting:
            self._add(landed.path, content)
        return named

    def finish(self) -> None:
        """Give all that was written its name, once the disk holds it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(WAITING_AT_ONCE) as pool:
            list(pool.map(sync, self._waiting.values()))
        reached("extract.written")
        for path, written in self._waiting.items():
            written.replace(path)
        sync(self._folder)
        reached("extract.landed")
        self._waiting.clear()
        self._bytes = 0

    def abandon(self) -> None:
        """Remove what was written and has no name."""
        for written in self._waiting.values():
            remove(written)

    def _add(self, path: Path, content: bytes) -> None:
        written = temporary_name(self._temporary, self._folder.parent.name)
        self._waiting[path] = written
        written.write_bytes(pa.compress(content, codec="zstd", asbytes=True))
        self._bytes += len(content)
        if len(self._waiting) >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.finish()


def usable(folder: Path, parts: Iterable[ExtractPart]) -> Iterator[ExtractPart]:
    """Yield the parts that lie here as they were received; reads them."""
    return (part for part in parts if is_intact(landed_part(folder, part)))
