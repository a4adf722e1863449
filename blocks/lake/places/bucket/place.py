"""A landing in a bucket: bytes are put under their hash, whoever puts them how often.

Only what is noted beside them, and the list of an extract's parts, is put where nothing has the
name yet. Nothing is updated, and there is neither lock nor fence: a prune, which alone takes
anything away, is known from the hub (`blocks.prunes`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from blocks.durable import checked_slug, remove, temporary_name
from blocks.lake.landed import MANIFEST, Landed
from blocks.lake.manifest import ExtractPart
from blocks.lake.places.bucket.ahead import Ahead
from blocks.lake.places.bucket.connection import (
    AT_ONCE,
    Bucket,
    NameTaken,
    Thing,
    sha256_of,
    sums_of_file,
)
from blocks.lake.places.bucket.errors import LakeServiceAway, LandingPruned, PutUnproven
from blocks.lake.places.bucket.parts import BucketParts
from blocks.lake.places.port import Answer, Asked, Kept, LandingPlace
from blocks.lake.removing import LakeBusy
from blocks.prunes import NoPrunes, Prune, Prunes
from blocks.steps import reached
from blocks.weights import Held

LANDING: Final = "landing/"
"""What stands before each key, as in a folder."""

SLASHES: Final = LANDING.count("/") + 2
"""Of the name of a landing; what somebody else may have put there has more or less."""

IN_MEMORY_BYTES: Final = 8 << 20
"""Larger answers lie on the local disk while they are read."""

READ_ATTEMPTS: Final = 3
"""How often an answer that breaks off in the middle is asked for."""

YOUNG_S: Final = 12 * 3_600
"""What came so many seconds ago or less need not come again to be young: no prune takes what is
younger than a day."""

LOOKED_AT_EACH: Final = 200
"""So many names at most are asked about one by one; of more the whole source is listed."""

PRUNE_POLL_S: Final = 1.0
PRUNE_WAITS: Final = 300
"""How often, and how many times, it is asked whether a prune has ended."""


class Sent(NamedTuple):
    """What the service said of bytes when it took them."""

    sha256: str
    etag: str

    def is_as(self, found: Thing | None) -> bool:
        """Return whether what lies there is what was sent, by the service's own word."""
        return found is not None and (found.sha256 == self.sha256 or found.etag == self.etag)


class BucketPlace(LandingPlace):
    """``<prefix>/landing/<tenant>/<source>/<sha256>.zst`` in a bucket.

    `spool`: a folder on this machine, where bytes lie until they are put or read. `prunes`: who
    knows of prunes.
    """

    def __init__(self, bucket: Bucket, *, spool: Path, prunes: Prunes | None = None) -> None:
        self.bucket = bucket
        self.address = f"{bucket.address}/{LANDING}".rstrip("/")
        self._spool = spool
        self._prunes = prunes or NoPrunes()

    def answers(self) -> None:
        """List one name."""
        self.bucket.answers()

    def find(self, key: str) -> Kept | None:
        """Return what has a name, None when nothing has."""
        found = self.bucket.head(LANDING + key)
        return None if found is None else _kept(found)

    def kept(self, tenant: str = "", source: str = "") -> Iterator[Kept]:
        """Yield all there is, in order of keys."""
        return map(_kept, self._listed(tenant, source))

    def tenants(self) -> list[str]:
        """Return whoever has something here."""
        return self.bucket.folders(LANDING)

    def tenants_with_old(self, *, limit: float) -> Iterator[str]:
        """Yield the tenants of which something came before ``limit``, from one listing of all."""
        return iter({item.key.partition("/")[0] for item in self.kept() if item.came_at < limit})

    def sources(self, tenant: str) -> set[str]:
        """Return from where a tenant has something here."""
        return set(self.bucket.folders(f"{LANDING}{tenant}/"))

    def read(self, key: str) -> bytes:
        """Return the bytes of a small file."""
        with self.open(key) as file:
            return bytes(file.read())

    def open(self, key: str) -> pa.NativeFile:
        """Fetch a file whole, to be read from its beginning; a large one onto the local disk."""
        for _ in range(READ_ATTEMPTS - 1):
            with suppress(LakeServiceAway):
                return self._fetched(key)
        return self._fetched(key)

    def put(self, key: str, packed: Path) -> None:
        """Put bytes under their hash, and see that they are there as they were sent.

        The list of an extract's parts is put where none is; one that is old or damaged is put over.

        Raises:
            PutUnproven: They are not.
        """
        try:
            self._put(key, packed, is_new=key.endswith(MANIFEST))
        except NameTaken:
            if not self._is_young(key, packed):
                self._put(key, packed)

    def note(self, key: str, content: bytes) -> bool:
        """Write what is noted where nothing is."""
        reached("land.written")
        sha256 = sha256_of(content)
        try:
            etag = self.bucket.put(LANDING + key, content, sha256=sha256, is_new=True)
        except NameTaken:
            return False
        self.require_sent({key: Sent(sha256, etag)})
        return True

    def renewed(self, landed: Landed, packed: Path) -> bool:
        """Return whether the same bytes came a short while ago; others are to be put again."""
        return self._is_young(landed.key, packed)

    def parts(self, tenant: str, source: str, *, max_bytes: int) -> BucketParts:
        """Return what puts many parts at the same time."""
        return BucketParts(self, tenant, source, max_bytes=max_bytes)

    def send(self, key: str, packed: bytes) -> Sent:
        """Put a part under its hash; return what `require_sent` knows it by."""
        sha256 = sha256_of(packed)
        return Sent(sha256, self.bucket.put(LANDING + key, packed, sha256=sha256))

    def require_sent(self, sent: Mapping[str, Sent]) -> None:
        """See that bytes are there as they were sent: few names are looked at, many listed.

        Raises:
            PutUnproven: Some are not.
        """
        found = self._things(sent)
        for key, expected in sent.items():
            # A listing has no checksum, and another host may have put the same bytes since.
            if not expected.is_as(found.get(key)):
                self._require(key, self.bucket.head(LANDING + key), expected)

    def remove(self, key: str) -> None:
        """Take a name away."""
        self.bucket.delete(LANDING + key)

    def erase(self, tenant: str) -> None:
        """Remove everything of a tenant; versions that the bucket keeps are its owner's matter."""
        names = [item.key for item in self._listed(checked_slug(tenant))]
        for _ in self.each(self.bucket.delete, names):
            pass

    def held_of(self, tenant: str) -> Held | None:
        """Count what is listed of a tenant."""
        sizes = [item.size_bytes for item in self._listed(checked_slug(tenant))]
        place = f"{self.address}/{tenant}"
        return Held(place, len(sizes), sum(sizes)) if sizes else None

    @contextmanager
    def landing(self) -> Iterator[Callable[[str], None]]:
        """Ask the hub before and after whether a prune went on; only then look for what came.

        A prune asks the age of each file after it has told the hub of itself. So what was put
        before it asked stays, and whoever put something later finds the prune in the hub.

        Raises:
            LandingPruned: It took something that came.
            LakeBusy: It does not end.
        """
        before, keys = self._prunes.last(), list[str]()
        yield keys.append
        after = self._prunes.last()
        if after == before and not before.goes_on:
            return
        self._wait_for(after)
        for key in self.lacking(keys):
            raise LandingPruned(key=key)

    @contextmanager
    def pruning(self, doing: str) -> Iterator[Callable[[], None]]:
        """Be the only one who prunes, by the hub's word."""
        with self._prunes.alone(doing) as ask:
            yield ask

    def each(self, ask: Callable[[Asked], Answer], about: Sequence[Asked]) -> Iterator[Answer]:
        """Yield the answers in order; many are asked for at the same time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(ask, about)

    def ahead(
        self, read: Callable[[ExtractPart], bytes], parts: Sequence[ExtractPart]
    ) -> Callable[[ExtractPart], bytes]:
        """Read what comes next before it is asked for."""
        return Ahead(read, parts, at_once=AT_ONCE).read

    def lacking(self, keys: Collection[str]) -> set[str]:
        """Return which of these are not here: few are looked at, many listed."""
        return set(keys) - self._things(keys).keys()

    def _put(self, key: str, packed: Path, *, is_new: bool = False) -> None:
        sha256, _ = sums_of_file(packed)
        with packed.open("rb") as file:
            etag = self.bucket.put(LANDING + key, file, sha256=sha256, is_new=is_new)
        self.require_sent({key: Sent(sha256, etag)})

    def _is_young(self, key: str, packed: Path) -> bool:
        found = self.bucket.head(LANDING + key)
        if found is None or found.modified_at < time.time() - YOUNG_S:
            return False
        return Sent(*sums_of_file(packed)).is_as(found)

    def _listed(self, tenant: str = "", source: str = "") -> Iterator[Thing]:
        below = "".join(f"{part}/" for part in (tenant, source) if part)
        found = self.bucket.listed(LANDING + below)
        return (item for item in found if item.key.count("/") == SLASHES)

    def _things(self, keys: Collection[str]) -> dict[str, Thing]:
        if len(keys) <= LOOKED_AT_EACH:
            names = [LANDING + key for key in keys]
            found = [item for item in self.each(self.bucket.head, names) if item]
        else:
            folders = sorted({key.rpartition("/")[0] for key in keys})
            found = [item for of in folders for item in self.bucket.listed(f"{LANDING}{of}/")]
        return {item.key.removeprefix(LANDING): item for item in found}

    def _require(self, key: str, found: Thing | None, expected: Sent) -> None:
        if not expected.is_as(found):
            finding = "nothing has the name" if found is None else "it has another checksum"
            raise PutUnproven(address=self.address, key=key, finding=finding)

    def _fetched(self, key: str) -> pa.NativeFile:
        with self.bucket.get(LANDING + key) as (size_bytes, pieces):
            if size_bytes <= IN_MEMORY_BYTES:
                return pa.BufferReader(b"".join(pieces))
            spooled = temporary_name(self._spool, key.partition("/")[0])
            try:
                with spooled.open("xb") as file:
                    file.writelines(pieces)
                return pa.OSFile(str(spooled))
            finally:
                remove(spooled)  # whoever has it open reads on

    def _wait_for(self, prune: Prune) -> None:
        for _ in range(PRUNE_WAITS):
            if not prune.goes_on:
                return
            time.sleep(PRUNE_POLL_S)
            prune = self._prunes.last()
        raise LakeBusy(doing="What was received", other="a prune of the lake")


def _kept(thing: Thing) -> Kept:
    return Kept(thing.key.removeprefix(LANDING), thing.size_bytes, thing.modified_at)
