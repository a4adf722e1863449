"""Move a hub from its file into PostgreSQL, so that nobody goes on working with the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blocks.durable import rename_synced
from blocks.hub import Hub
from blocks.hub.database import Database
from blocks.hub.moving import Counted, copy_hub
from tasks.restoring import HomeInUse


@dataclass(frozen=True)
class Moved:
    """What a move came to. `kept`: the file as it was, under another name."""

    tables: tuple[Counted, ...]
    kept: Path
    address: str

    @property
    def rows(self) -> int:
        """How many rows were moved."""
        return sum(counted.rows for counted in self.tables)


def move_hub(hub: Hub, target: Database) -> Moved:
    """Copy all of a hub in a file into an empty database, and give the file another name.

    Raises:
        HubInServer: The hub is no file.
        HomeInUse: A process has the hub open.
        HubTargetNotInServer, HubTargetTaken, LeaseTaken, HubTextUnfit, HubMovedUnlike, HubBusy,
        HubUnusable: As `copy_hub`; nothing is there, and the file is as it was.
    """
    file = hub.database.file
    hub.close()  # its own connections are no one else's
    if file.is_open_elsewhere():
        raise HomeInUse(hub=file.path)
    tables = copy_hub(hub.database, target)
    hub.close()
    kept = file.path.with_name(f"{file.path.name}.moved-{hub.database.now():%Y%m%dT%H%M%SZ}")
    rename_synced(file.path, kept)
    return Moved(tables, kept, target.storage.address)
