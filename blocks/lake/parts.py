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

from blocks.durable import remove, sync, temporary_file
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
        self._waiting: dict[str, str] = {}
        self._bytes = 0
        temporary.mkdir(parents=True, exist_ok=True)

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
        # Plain text: a path object takes as long as the hash of a receipt.
        path = f"{self._folder}/{sha256}{PLAIN}"
        if os.path.exists(path) and is_intact(landed_part(self._folder, named)):  # noqa: PTH110 - text
            return reuse(self._folder, named)
        if path not in self._waiting:
            self._add(path, content)
        return named

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
        written = f"{self._temporary}/{temporary_file(self._folder.parent.name)}"
        self._waiting[path] = written
        with open(written, "xb") as file:  # noqa: PTH123 - text
            file.write(pa.compress(content, codec="zstd", asbytes=True))
        self._bytes += len(content)
        if len(self._waiting) >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.finish()


def _sync_all(paths: Iterable[str]) -> None:
    for path in paths:
        sync(path)


def usable(folder: Path, parts: Iterable[ExtractPart]) -> Iterator[ExtractPart]:
    """Yield the parts that lie here as they were received; reads them."""
    return (part for part in parts if is_intact(landed_part(folder, part)))
