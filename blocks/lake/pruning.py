"""What of the lake may go: old, kept by nobody, and no part of an extract that stays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from blocks.lake.landed import MANIFEST, NOTED, PLAIN, hash_of
from blocks.lake.manifest import read_manifest
from blocks.lake.parts import landed_part
from blocks.lake.places.port import Kept, LandingPlace
from blocks.lake.reading import read_landing, read_note
from ledger.errors import TerminalError


@dataclass(frozen=True)
class Prunable:
    """A landed file or a staged folder that nothing needs any more, by its address."""

    address: str
    size_bytes: int


@dataclass(frozen=True)
class Rule:
    """What stays of the landing: by hash, by source, and whatever is younger than ``limit``.

    `limit`: seconds since the epoch, of the last landing.
    """

    landed: Collection[str]
    sources: Collection[str]
    limit: float

    def prunable(self, place: LandingPlace) -> list[Kept]:
        """Return the landed files that may go, in order."""
        found = {item.key: item for item in place.kept()}
        going = {key for key, item in found.items() if not self._stays(item, found)}
        going -= set(_parts_that_stay(place, found, going))
        return [found[key] for key in sorted(going)]

    def _stays(self, item: Kept, found: Collection[str]) -> bool:
        """Return whether a file stays; what is noted beside one goes when that does.

        A prune that was stopped between the two leaves what was noted.
        """
        _, source, name = item.key.split("/")
        has_landed = name.endswith(NOTED) and item.key.removesuffix(NOTED) + PLAIN in found
        is_kept = hash_of(name) in self.landed or source in self.sources
        is_ours = name.endswith((PLAIN, NOTED))
        return has_landed or is_kept or not is_ours or item.came_at >= self.limit


def _parts_that_stay(
    place: LandingPlace, found: Collection[str], going: Collection[str]
) -> Iterator[str]:
    """Yield the parts of the extracts that stay where something is going; they lie beside them.

    An extract that does not say which they are keeps all that its source sent.
    """
    folders = {key.rpartition("/")[0] for key in going}
    manifests = [
        key
        for key in found
        if key.endswith(MANIFEST) and key not in going and key.rpartition("/")[0] in folders
    ]
    for key, parts in zip(manifests, place.each(partial(_parts, place), manifests), strict=True):
        folder = key.rpartition("/")[0]
        others = (name for name in going if name.startswith(f"{folder}/"))
        yield from others if parts is None else parts


def _parts(place: LandingPlace, manifest: str) -> list[str] | None:
    """Return the parts of an extract; None if it does not say which."""
    try:
        landed = read_note(place, manifest)
        parts = read_manifest(read_landing(place, landed))
    except TerminalError:
        return None
    return [landed_part(landed.tenant, landed.source, part).key for part in parts]
