"""What the lake asks of the place where the bytes lie that were received.

A name is given once and what has it is never changed: bytes are called by their hash, so that
whoever writes them twice writes the same. A *key* is a name below the landing:
``<tenant>/<source>/<sha256>.zst``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa

from blocks.lake.landed import Landed
from blocks.lake.manifest import ExtractPart
from blocks.weights import Held
from ledger.source import Part

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Kept:
    """A file of the landing. `came_at`: when it came the last time, in seconds since the epoch."""

    key: str
    size_bytes: int
    came_at: float


class PartsWriter(Protocol):
    """Writes parts of an extract into a source's landing, each whole or not at all."""

    def write(self, part: Part) -> ExtractPart:
        """Land what came; the same bytes again are the same part.

        Raises:
            FileRefused: It is too large.
        """

    def reuse(self, part: ExtractPart) -> ExtractPart:
        """Make a part that lies here as young as if it had come now, so that no prune takes it.

        Raises:
            LandedFileGone: It is not here; `finish` may be the one to say so.
        """

    def finish(self) -> None:
        """Give all that was written its name; from then on all of it is there for good."""

    def abandon(self) -> None:
        """Remove what was written and has no name."""


class LandingPlace(ABC):
    """The landing of a lake. What has a name is there in full, whoever dies at whatever moment."""

    address: str
    """Where it is, for people."""

    is_here: bool = False
    """Whether it lies on a disk of this machine."""

    @abstractmethod
    def answers(self) -> None:
        """Ask the least that the lake needs of it; raises what keeps it from answering."""

    @abstractmethod
    def find(self, key: str) -> Kept | None:
        """Return what has a name, None when nothing has."""

    @abstractmethod
    def kept(self, tenant: str = "", source: str = "") -> Iterator[Kept]:
        """Yield all there is, of a tenant, or of one of its sources."""

    @abstractmethod
    def tenants(self) -> list[str]:
        """Return whoever has something here."""

    @abstractmethod
    def sources(self, tenant: str) -> set[str]:
        """Return from where a tenant has something here."""

    def tenants_with_old(self, *, limit: float) -> Iterator[str]:
        """Yield the tenants of which something came before ``limit``, without opening any of it."""
        for tenant in self.tenants():
            if any(item.came_at < limit for item in self.kept(tenant)):
                yield tenant

    @abstractmethod
    def read(self, key: str) -> bytes:
        """Return the bytes of a small file as they lie here.

        Raises:
            FileNotFoundError: There is none.
        """

    @abstractmethod
    def open(self, key: str) -> pa.NativeFile:
        """Open a file, to be read from its beginning; raises as `read`."""

    @abstractmethod
    def put(self, key: str, packed: Path) -> None:
        """Give bytes the name that is their hash, whatever had it; `packed` may be gone then."""

    @abstractmethod
    def note(self, key: str, content: bytes) -> bool:
        """Write what is noted beside bytes; return whether it has the name now.

        Where others write at the same moment the first one has it, and its word stays.
        """

    @abstractmethod
    def renewed(self, landed: Landed, packed: Path) -> bool:
        """Return whether what lies here is whole and, by now, as young as if it had come now.

        `packed`: the same bytes, to be put where it is not.
        """

    @abstractmethod
    def parts(self, tenant: str, source: str, *, max_bytes: int) -> PartsWriter:
        """Return what writes the parts of an extract."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Take a name away, and after it what it was of; nothing happens if it is gone."""

    @abstractmethod
    def erase(self, tenant: str) -> None:
        """Remove everything of a tenant."""

    @abstractmethod
    def held_of(self, tenant: str) -> Held | None:
        """Return how much is kept of a tenant, None when nothing is."""

    @abstractmethod
    def landing(self) -> AbstractContextManager[Callable[[str], None]]:
        """Be told of each key that comes, and see at the end that no prune took one meanwhile.

        Raises:
            LandingPruned: One did.
        """

    @abstractmethod
    def pruning(self, doing: str) -> AbstractContextManager[Callable[[], None]]:
        """Let nobody else prune; gives what is to be asked before each file that goes.

        Raises:
            LakeBusy: Somebody else does.
            LeaseLost: When asked: somebody else may by now.
        """

    def each(self, ask: Callable[[Asked], Answer], about: Sequence[Asked]) -> Iterator[Answer]:
        """Yield the answers to one question about several things, in their order."""
        return map(ask, about)

    def ahead(
        self,
        read: Callable[[ExtractPart], bytes],
        parts: Sequence[ExtractPart],  # noqa: ARG002 - for places that are far away
    ) -> Callable[[ExtractPart], bytes]:
        """Return what reads parts, best in this order."""
        return read

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield each file that lies on a disk of this machine, with its address, in order."""
        return iter(())

    def lacking(self, keys: Collection[str]) -> set[str]:
        """Return which of these are not here."""
        return {key for key in keys if self.find(key) is None}
