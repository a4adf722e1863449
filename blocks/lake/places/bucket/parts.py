"""Parts of extracts in a bucket: many are on their way at the same time."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from blocks.lake.landed import hash_of, missing
from blocks.lake.manifest import ExtractPart
from blocks.lake.parts import landed_part, received_part
from blocks.lake.places.bucket.connection import AT_ONCE
from blocks.steps import reached
from ledger.source import Part

if TYPE_CHECKING:
    from blocks.lake.places.bucket.place import BucketPlace, Sent

WAITING: Final = 4 * AT_ONCE
"""Parts that wait for their turn, at most."""

BYTES_WAITING: Final = 64 << 20
"""Packed bytes that wait for it, at most."""


class BucketParts:
    """Puts parts under their hashes; `finish` sees that each is there as it was sent.

    Nothing is asked before a part is sent: the same name is the same content, and one that lay
    there is as young as if it had come now.
    """

    def __init__(self, place: BucketPlace, tenant: str, source: str, *, max_bytes: int) -> None:
        self._place = place
        self._of = tenant, source
        self._max_bytes = max_bytes
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._waiting: deque[tuple[int, Future[None]]] = deque()
        self._bytes = 0
        self._sent: dict[str, Sent] = {}
        self._keys: set[str] = set()
        self._named: set[str] = set()

    def write(self, part: Part) -> ExtractPart:
        """Send what came; the same bytes again are the same part.

        Raises:
            FileRefused: It is too large.
        """
        content, named = received_part(part, max_bytes=self._max_bytes)
        key = landed_part(*self._of, named).key
        if key not in self._keys:
            self._keys.add(key)
            self._send(key, pa.compress(content, codec="zstd", asbytes=True))
        return named

    def reuse(self, part: ExtractPart) -> ExtractPart:
        """Name a part that lies here; whether it does is asked of all at the end.

        It needs not be young: the extract that is published names it, so that no prune takes it,
        and the one that comes now does as soon as it is there.
        """
        self._named.add(landed_part(*self._of, part).key)
        return part

    def finish(self) -> None:
        """Wait for all of them, and see that they are there.

        Raises:
            PutUnproven: One that was sent is not.
            LandedFileGone: One that was named is not.
        """
        while self._waiting:
            self._wait()
        reached("extract.written")
        self._place.require_sent(self._sent)
        for key in self._place.lacking(self._named):
            raise missing(self._of[0], hash_of(key))
        reached("extract.landed")

    def abandon(self) -> None:
        """Send no more; what is there already is no harm, and goes when it is old."""
        self._pool.shutdown(cancel_futures=True)

    def _send(self, key: str, packed: bytes) -> None:
        while self._waiting and (
            len(self._waiting) >= WAITING or self._bytes + len(packed) > BYTES_WAITING
        ):
            self._wait()
        self._bytes += len(packed)
        self._waiting.append((len(packed), self._pool.submit(self._put, key, packed)))

    def _put(self, key: str, packed: bytes) -> None:
        self._sent[key] = self._place.send(key, packed)

    def _wait(self) -> None:
        size_bytes, sending = self._waiting.popleft()
        sending.result()
        self._bytes -= size_bytes
