"""Reading ahead: what is read in order is asked for before its turn, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Final

from blocks.lake.manifest import ExtractPart

BYTES_AHEAD: Final = 32 << 20
"""Bytes, before compression, that are read before anybody asked."""


class Ahead:
    """Reads parts of an extract. Who asks for the first, and then the next, need not wait long.

    Whoever asks in another order gets each when it is asked for, as without this.
    """

    def __init__(
        self, read: Callable[[ExtractPart], bytes], parts: Sequence[ExtractPart], *, at_once: int
    ) -> None:
        self._read = read
        self._parts = parts
        self._at_once = at_once
        self._places = {part.name: place for place, part in enumerate(parts)}
        self._next = 0
        self._begun = 0
        self._reading: dict[int, Future[bytes]] = {}
        self._bytes = 0
        self._pool: ThreadPoolExecutor | None = None
        self._lock = Lock()

    def read(self, part: ExtractPart) -> bytes:
        """Return a part's bytes; raises as what reads them."""
        with self._lock:
            place = self._places.get(part.name)
            found = None if place is None or self._parts[place] != part else self._take(place)
        return self._read(part) if found is None else found.result()

    def _take(self, place: int) -> Future[bytes] | None:
        if place == 0:  # whoever begins anew
            self._begun = self._next = self._bytes = 0
            self._reading.clear()
        if place != self._next:
            return None
        self._next += 1
        self._go_on()
        self._bytes -= self._parts[place].size_bytes
        return self._reading.pop(place)

    def _go_on(self) -> None:
        """Ask for what comes next; for the one whose turn it is whatever its size."""
        self._pool = self._pool or ThreadPoolExecutor(self._at_once)
        while self._begun < min(self._next + self._at_once, len(self._parts)):
            part = self._parts[self._begun]
            if self._begun >= self._next and self._bytes + part.size_bytes > BYTES_AHEAD:
                return
            self._reading[self._begun] = self._pool.submit(self._read, part)
            self._bytes += part.size_bytes
            self._begun += 1
