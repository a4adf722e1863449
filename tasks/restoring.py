"""Restore: a home from a backup, in which nobody is at work and tokens go on above the old ones."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from blocks.backup import Backup, BackupUnusable, Unlike, copy_as_noted
from blocks.durable import remove, rename_synced, space_checked
from blocks.hub import Hub, UnitStatus
from blocks.lake import Lake
from blocks.noted_damage import NOTES
from blocks.settings import Settings
from blocks.warehouse import FileWarehouse, warehouse_of
from ledger.errors import TerminalError, TransientError
from tasks.backing_up import HUB, WAREHOUSE, WRITTEN
from tasks.fences import highest_token, renew_damaged_fence
from tasks.repair import repair_tenant
from tasks.stores import Stores

ASIDE: Final = ".replaced-"
"""In the names of what `--replace` puts aside."""

JOURNALS: Final = ("", "-wal", "-shm")
"""A file of SQLite's, and what it keeps beside it."""


class HomeTaken(TerminalError):
    """A backup was to be restored where something lies."""

    sentence = (
        "{places} of the home {home} are there already, and a backup is restored into an empty "
        "home. Nothing was done. Name another with --into FOLDER, or give --replace, which keeps "
        "what is there under another name."
    )


class HomeInUse(TransientError):
    """A hub was to be replaced under somebody's hands."""

    sentence = (
        "Somebody works with {hub}: a server, a portal or a command has it open. Nothing was done. "
        "Stop them (`tasma up`, workers, cron), then run it again."
    )


@dataclass(frozen=True)
class Restored:
    """What a restore came to.

    `lacking`: what of the backup is damaged and was left out, a sentence each. `aside`: where lies
    what was there before. `above`: the token above which leases go on.
    """

    backup: Backup
    home: Path
    files: int
    lacking: tuple[str, ...]
    aside: tuple[Path, ...]
    above: int


def restore(backup: Backup, home: Settings, *, replace: bool, now: dt.datetime) -> Restored:
    """Copy a backup into a home, each file held against its hash, the hub last.

    Until it has a hub the home is none: a restore that was stopped is begun again with ``replace``.
    The hub gets its name once the disk holds all else.

    Raises:
        WarehouseInServer: The home's books lie in no file; nothing was done.
        HomeTaken: Something lies there, and it is not to be replaced.
        HomeInUse: A process has the hub open.
        BackupUnusable: Its hub is damaged; nothing was done.
        HubDamaged: The hub is not whole once it is brought in line; it got no name.
        NoSpace: The disk is full.
    """
    warehouse_of(home).require_files()
    hub = Hub(home.hub_url).database.file
    there = [path for path in _places(home, hub.path) if path.exists()]
    if there and not replace:
        raise HomeTaken(places=", ".join(path.name for path in there), home=home.home)
    if hub.is_open_elsewhere():
        raise HomeInUse(hub=hub.path)
    # That look has closed the hub, and so removed the journal that a killed process had left.
    there = [path for path in there if path.exists()]
    new = hub.path.with_name("restoring.sqlite")
    with space_checked("restoring a backup", home.home):
        _remove(new)  # of a restore that was stopped: its journal would be read into this hub
        try:
            copy_as_noted(backup.place_of(HUB), new, backup.files[HUB])
        except Unlike as problem:
            raise BackupUnusable(folder=backup.folder, finding=str(problem)) from problem
        aside = tuple(_set_aside(path, now) for path in there)
        lacking = tuple(_copied(backup, home))
        above = _begin_anew(new, home)
        _remove(new, JOURNALS[1:])
        os.sync()  # one wait for the files of all tenants, not one for each
        rename_synced(new, hub.path)
    files = len(backup.files) - len(lacking)
    return Restored(backup, home.home, files, lacking, aside, above)


def _with_journals(file: Path, names: Sequence[str] = JOURNALS) -> list[Path]:
    return [file.with_name(f"{file.name}{name}") for name in names]


def _remove(file: Path, names: Sequence[str] = JOURNALS) -> None:
    for path in _with_journals(file, names):
        remove(path)


def _places(home: Settings, hub: Path) -> list[Path]:
    """Return what a backup brings; the hub goes first, by which a home is one."""
    warehouse = [path for path, _ in FileWarehouse(home.warehouse).kept_files()]
    # What was found damaged before is no word about what is restored.
    return [*_with_journals(hub), *warehouse, home.lake / "landing", home.lake / NOTES]


def put_aside(home: Settings) -> list[Path]:
    """Return what restores have put aside in a home, and nobody has removed since."""
    folders = (home.home / "hub", home.warehouse, home.lake)
    return sorted(path for folder in folders for path in folder.glob(f"*{ASIDE}*"))


def _set_aside(path: Path, now: dt.datetime) -> Path:
    kept = path.with_name(f"{path.name}{ASIDE}{now:%Y%m%dT%H%M%SZ}")
    rename_synced(path, kept)
    return kept


def _copied(backup: Backup, home: Settings) -> Iterator[str]:
    for name, noted in backup.files.items():
        target = _target(name, home)
        # What people wrote stays where it is there: it may be newer, and nothing else hangs on it.
        if name == HUB or (_is_written(name) and target.exists()):
            continue
        try:
            copy_as_noted(backup.place_of(name), target, noted)
        except Unlike as problem:
            yield str(problem)


def _target(name: str, home: Settings) -> Path:
    if name.startswith(WAREHOUSE):
        return home.warehouse / name.removeprefix(WAREHOUSE)
    return (home.home if _is_written(name) else home.lake) / name


def _is_written(name: str) -> bool:
    return any(PurePath(name).match(pattern) for pattern in WRITTEN)


def _begin_anew(file: Path, home: Settings) -> int:
    """Bring a hub in line with the warehouse that was restored; return the highest token there."""
    with Hub(f"sqlite:///{file}") as hub:
        stores = Stores(hub.migrate(), Lake(home.lake), FileWarehouse(home.warehouse))
        above = begin_anew(stores).above
        hub.database.storage.leave_no_copies()
        hub.database.storage.require_whole()
    return above


@dataclass(frozen=True)
class Anew:
    """What taking a hub into use came to that somebody else's tools brought back.

    `above`: the highest token that acted on the books. `held`: documents on their way to other
    systems of which somebody has to look how far they came. `repaired`: years whose status was not
    that of the books. `unknown`: tenants with books of whom the hub knows nothing.
    """

    above: int
    held: int
    repaired: tuple[UnitStatus, ...]
    unknown: tuple[str, ...]


def take_into_use(stores: Stores) -> Anew:
    """Begin anew with a hub that was restored by other tools than ours, or with such books.

    Raises:
        HomeInUse: A process has the hub open; nothing was done.
    """
    storage = stores.hub.database.storage
    if storage.is_open_elsewhere():
        raise HomeInUse(hub=storage.address)
    return begin_anew(stores)


def begin_anew(stores: Stores) -> Anew:
    """End what was under way in a copy of the hub, and bring it in line with the books."""
    hub = stores.hub
    tenants = [tenant.id for tenant in hub.tenants]
    above = max((highest_token(stores, tenant) for tenant in tenants), default=0)
    held = hub.begin_anew(above=above)
    repaired: list[UnitStatus] = []
    for tenant in tenants:
        repaired += repair_tenant(stores, tenant)
        renew_damaged_fence(stores, tenant)
    unknown = sorted(set(stores.warehouse.tenants()) - set(tenants))
    return Anew(above, held, tuple(repaired), tuple(unknown))
