"""Backup: hub, then warehouse, then lake, so that each has what the one before it speaks of.

Last what people wrote into the home: forms of openings, and own controls unless they lie elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blocks.backup import Backup, BackupFolder, Draft, Unlike, copy_landed, copy_noted, is_as_noted
from blocks.backup.manifest import Noted
from blocks.durable import space_checked
from blocks.settings import settings
from tasks.stores import Stores

HUB: Final = "hub.sqlite"
WAREHOUSE: Final = "warehouse/"

WRITTEN: Final = ("forms/*.yaml", "controls/*.sql", "controls/controls.csv")
"""What people write, by its place in the home."""

ROOM: Final = (
    "Make room on that disk (the oldest of the folders named after a time may go by hand, and a "
    "smaller `--keep` keeps fewer)"
)
"""What helps where the backups are; a prune frees the disk of the home."""

SHARES: Final = 16
"""Of the landing's copies one in so many is hashed each day: every one at least once a month."""


@dataclass
class BackedUp:
    """What a backup came to. `lacking`: what is damaged here and not in it, a sentence each.

    `copied`, `copied_bytes`: what was copied now; all else of the landing lay there already.
    `renewed`: copies of earlier backups that were gone or had other bytes and were made anew.
    `elsewhere`: the bucket that has what was received, of which nothing is copied; else empty.
    """

    backup: Backup
    copied: int
    copied_bytes: int
    lacking: tuple[str, ...]
    renewed: tuple[Path, ...]
    elsewhere: str = ""


def back_up(stores: Stores, folder: Path, *, keep: int, verify: bool = False) -> BackedUp:
    """Copy a home into a folder of backups, and let all but the last ``keep`` of them go.

    While something is damaged here, no earlier backup goes: it may have it whole. Copies of the
    landing that lie there are held against what was noted of them: by their sizes, and a share of
    them by their bytes too, all with `verify`.

    Raises:
        BackupUnusable: The folder holds something else.
        LakeBusy: Something is being removed.
        WarehouseInServer: What is published lies in no file; nothing was done.
        HubUnusable: The hub is damaged; it is in no backup then, and the earlier ones stay.
        NoSpace: The disk of the folder is full; what was there stays, and nothing of this backup.
    """
    stores.warehouse.require_files()
    there = BackupFolder(folder)
    doing = "making a backup"
    with stores.lake.removing("a backup"), space_checked(doing, there.root, remedy=ROOM):
        there.prepare(stores.hub.database.file.path)
        known = {name: noted for backup in there.whole() for name, noted in backup.files.items()}
        with there.begun(stores.hub.database.now()) as draft:
            work = _Backup(stores, draft, known, verify)
            made = work.run()
        if not work.lacking:
            there.forget(keep=keep)
    return made


@dataclass
class _Backup:
    stores: Stores
    draft: Draft
    known: dict[str, Noted]
    verify: bool
    renewed: list[Path] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    copied: list[Noted] = field(default_factory=list)

    def run(self) -> BackedUp:
        self._hub()
        self._warehouse()
        self._landing()
        self._written()
        sizes = sum(noted.size_bytes for noted in self.copied)
        return BackedUp(
            self.draft.finish(),
            len(self.copied),
            sizes,
            tuple(self.lacking),
            tuple(self.renewed),
            elsewhere="" if self.stores.lake.is_here else self.stores.lake.landing_place,
        )

    def _hub(self) -> None:
        whole = self.draft.folder / f"{HUB}.whole"
        try:
            self.stores.hub.database.file.copy_into(whole)
            self._copy(whole, HUB)
        finally:
            whole.unlink(missing_ok=True)

    def _warehouse(self) -> None:
        hub = self.stores.hub
        published = [item.id for item in hub.tenants if hub.units.published_of(item.id)]
        for path, finding in self.stores.warehouse.kept_files(published):
            if finding:
                self.lacking.append(finding)
                continue
            with self._named():
                self._copy(path, f"{WAREHOUSE}{path.name}")

    def _landing(self) -> None:
        if not self.stores.lake.is_here:
            return
        for tenant in self.stores.hub.tenants:
            known = self.stores.hub.loads.received(tenant.id)
            gone = self.stores.lake.gone(tenant.id, known)
            self.lacking += [f"{address} is gone" for address in gone]
        for name, path in self.stores.lake.landed_files():
            noted = self.known.get(name)
            if noted and self._lies_there(noted):
                self.draft.add(noted)
                continue
            with self._named():
                self._copy(path, name, copy=copy_landed)
                if noted:
                    self.renewed.append(self.draft.place_of(name))

    def _written(self) -> None:
        home = settings().home
        for path in sorted(path for pattern in WRITTEN for path in home.glob(pattern)):
            if path.is_file() and path.name.isprintable():  # a manifest has no name that is no text
                with self._named():
                    self._copy(path, path.relative_to(home).as_posix())

    def _lies_there(self, noted: Noted) -> bool:
        is_due = int(noted.sha256[:1], 16) % SHARES == self.draft.made_at.day % SHARES
        place = self.draft.place_of(noted.name)
        return is_as_noted(place, noted, hashed=self.verify or is_due)

    def _copy(self, path: Path, name: str, *, copy: Callable[..., Noted] = copy_noted) -> None:
        noted = copy(path, self.draft.place_for(name), name=name)
        self.copied.append(noted)
        self.draft.add(noted)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except Unlike as problem:
            self.lacking.append(str(problem))
        except FileNotFoundError as problem:  # a tenant whose last bytes came after it was erased
            self.lacking.append(f"{problem.filename} went while the backup was made")
