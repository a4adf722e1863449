"""What was read from landings, on a disk of this machine: made anew from them wherever it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from blocks.durable import checked_slug, remove
from blocks.weights import Held, weighed

STAGE: Final = "stage"
"""The folder of a lake, and the first part of addresses, of what was read."""


class Stages:
    """``<root>/<tenant>/<fiscal year>/<version>``, each a folder (`blocks.staging`)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, tenant: str, fiscal_year: str) -> Path:
        """Return the folder under which a unit's staged versions lie."""
        return self.root / checked_slug(tenant) / fiscal_year

    def prunable(self, keep: Collection[Path], *, limit: float) -> list[Path]:
        """Return what is older than ``limit`` (seconds since the epoch) and not to be kept."""
        staged = (path for path in self.root.glob("*/*/*") if path not in keep)
        return [path for path in staged if path.stat().st_mtime < limit]

    def tenants(self) -> Iterator[Path]:
        """Yield the folder of each tenant of which something was staged."""
        return self.root.glob("*")

    def tenants_with_old(self, *, limit: float) -> Iterable[str]:
        """Yield the tenants of which something is older than ``limit``."""
        for folder in self.tenants():
            if any(path.stat().st_mtime < limit for path in folder.glob("*/*")):
                yield folder.name

    def held_of(self, tenant: str) -> Held | None:
        """Return how much is kept of a tenant, None when nothing is."""
        folder = self.root / checked_slug(tenant)
        return weighed(folder) if folder.exists() else None

    def erase(self, tenant: str) -> None:
        """Remove everything of a tenant."""
        remove(self.root / checked_slug(tenant))
