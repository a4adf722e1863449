"""The port: what a place in which files wait offers, wherever it is.

What lies behind it (gates, landing, pipeline, outcome) is the same for every place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from blocks.names import shown_name
from ledger.errors import TransientError

PROCESSED: Final = "processed"
FAILED: Final = "failed"
"""Folders beside the files that wait: of those that were taken in, and of those that were not."""

INVOICES: Final = "invoices"
"""Folder beside a tenant's ledgers: a place of its own, for invoices that are to be pushed."""

MAX_NAMED: Final = 5
"""Names given as examples of what was left alone."""


class ChangedMeanwhile(TransientError):
    """A file was written to, or taken back, while it was read; nothing of it was kept."""

    sentence = (
        "{name} changed while it was read ({what}), so somebody still writes to it. Nothing of it "
        "was kept; it is looked at again at the next turn."
    )


class NotMoved(TransientError):
    """A file that was dealt with cannot be filed away; what became of it stays settled."""

    sentence = (
        "{name} could not be moved to {folder} ({why}). It was dealt with, is remembered, and is "
        "not taken again as long as it stays as it is."
    )


class Waiting(Hashable, Protocol):
    """A file in a place as it looked at one moment; equal to another look if nothing changed."""

    @property
    def tenant(self) -> str:
        """Whose it is."""

    @property
    def name(self) -> str:
        """What its sender calls it."""

    @property
    def size_bytes(self) -> int:
        """How large it is said to be."""


File = TypeVar("File", bound=Waiting)


@dataclass
class LeftAlone:
    """What lies in one folder and is not taken up, for one reason; some names as examples."""

    folder: str
    why: str
    count: int = 0
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in a sentence."""
        more = ", ..." if self.count > len(self.names) else ""
        named = f" ({', '.join(self.names)}{more})" if self.names else ""
        return f"Left alone in {self.folder}: {self.count:,} {self.why}{named}"


@dataclass
class Look(Generic[File]):
    """What lay in a place at one moment: files to take up, and what is left alone.

    `names`: of all that lay there, where the place gives one folder. `has_invoices`: whether the
    folder for them was among it.
    """

    files: set[File] = field(default_factory=set)
    left: dict[tuple[str, str], LeftAlone] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    has_invoices: bool = False

    def leave(self, folder: str, why: str, *, name: str = "", count: int = 1) -> None:
        """Count something that is not taken up."""
        left = self.left.setdefault((folder, why), LeftAlone(shown_name(folder), why))
        left.count += count
        if name and len(left.names) < MAX_NAMED:
            left.names.append(shown_name(name))

    @property
    def left_count(self) -> int:
        """How much is left alone, in all folders."""
        return sum(left.count for left in self.left.values())


class Place(Protocol[File]):
    """A place in which files wait; its calls block."""

    def look(self) -> Look[File]:
        """Return the files that wait, and count what is left alone."""

    def take(self, file: File) -> AbstractContextManager[Path]:
        """Give a file's bytes at a path of this machine for the length of the body.

        Raises:
            ChangedMeanwhile: It is not as it was seen.
            FileRefused: It cannot be taken in as it is.
        """

    def done(self, file: File, *, sha256: str = "", failed: str = "") -> str:
        """File away what was dealt with: to `PROCESSED`, or to `FAILED` beside the reason.

        Returns:
            Where it lies now (folder and name); empty when it stays: other bytes than those of
            `sha256` have come under its name, or it is gone.

        Raises:
            NotMoved: The place does not let us; folders of this machine raise `OSError`.
        """


async def complete_files(place: Place[File], *, settle_s: float) -> Look[File]:
    """Look twice, `settle_s` seconds apart, for files that nobody is writing to any more."""
    first = await asyncio.to_thread(place.look)
    if not first.files:
        return first
    await asyncio.sleep(settle_s)
    second = await asyncio.to_thread(place.look)
    return Look(first.files & second.files, second.left)
