"""What of the lake may go: old, kept by nobody, and no part of an extract that stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from blocks.lake.landed import MANIFEST, NOTED, PLAIN, find_landed, hash_of, read_landing
from blocks.lake.manifest import read_manifest
from ledger.errors import TerminalError


@dataclass(frozen=True)
class Prunable:
    """A landed file or a staged folder that nothing needs any more, by its address."""

    address: str
    size_bytes: int


@dataclass(frozen=True)
class Rule:
    """What stays: by hash, by staged folder, by source, and whatever is younger than ``limit``.

    `limit`: seconds since the epoch, of the last landing or staging.
    """

    landed: Collection[str]
    staged: Collection[Path]
    sources: Collection[str]
    limit: float

    def prunable(self, root: Path) -> list[Path]:
        """Return the landed files and staged folders under a lake's root that may go."""
        landed = {path for path in root.glob(f"landing/*/*/*{PLAIN}") if not self._stays(path)}
        # A prune that was stopped between the two files of a landing leaves what was noted.
        landed |= {
            note
            for note in root.glob(f"landing/*/*/*{NOTED}")
            if not note.with_suffix(PLAIN).exists() and not self._stays(note)
        }
        staged = [path for path in root.glob("stage/*/*/*") if path not in self.staged]
        landed -= set(_parts_that_stay(landed))
        return [*sorted(landed), *(path for path in staged if self.is_old(path))]

    def is_old(self, path: Path) -> bool:
        """Return whether a landing or a stage is old enough to go."""
        return path.stat().st_mtime < self.limit

    def _stays(self, path: Path) -> bool:
        is_kept = hash_of(path) in self.landed or path.parent.name in self.sources
        return is_kept or not self.is_old(path)


def tenants_with_old(root: Path, *, limit: float) -> set[str]:
    """Return the tenants of which something is old enough to go, without opening any of it."""
    return {
        folder.name
        for kind in ("landing", "stage")
        for folder in root.glob(f"{kind}/*")
        if any(path.stat().st_mtime < limit for path in folder.glob("*/*"))
    }


def _parts_that_stay(going: Collection[Path]) -> Iterator[Path]:
    """Yield the parts of the extracts that stay where something is going; they lie beside them."""
    for folder in {path.parent for path in going}:
        for manifest in folder.glob(f"*{MANIFEST}"):
            if manifest not in going:
                yield from _parts(manifest)


def _parts(manifest: Path) -> Iterable[Path]:
    """Return the parts of an extract; all of its source's files if it does not say which."""
    folder = manifest.parent
    try:
        landed = find_landed(folder, hash_of(manifest), MANIFEST)
        parts = read_manifest(read_landing(landed)) if landed else None
    except TerminalError:
        parts = None
    if parts is None:
        return folder.glob(f"*{PLAIN}")
    return [folder / f"{part.sha256}{PLAIN}" for part in parts]
