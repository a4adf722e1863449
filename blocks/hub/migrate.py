"""Bring a hub's schema up to date, once, however many processes start together.

A migration is one file in ``migrations/versions``, named ``v<revision>_<what>.py``. All of an
upgrade happens in one transaction: a process killed in the middle leaves the old schema whole.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from blocks.hub.database import BUSY_TIMEOUT_S, Database
from blocks.hub.errors import HubWithoutWal
from blocks.hub.revisions import HEAD, MIGRATIONS, refuse_newer, revision_of

WAL_RETRY_S: Final = 0.05
"""Pause before asking for WAL mode again while another process reads the new file."""

# Alembic keeps the migration it runs in a module's globals.
_one_at_a_time: Final = threading.Lock()


def migrate(database: Database) -> None:
    """Upgrade the hub to this code's schema; nothing happens when it has it already.

    Safe when several processes start at once: one upgrades, the others wait and find it done.

    Raises:
        HubUnusable: The schema is newer than this code, or the disk does not allow WAL mode.
    """
    with database.unchecked("begin") as connection:
        if revision_of(connection) == HEAD:
            return
    with _one_at_a_time:
        use_wal(database.path)
        # The transaction is the lock: of several processes the first upgrades, the others wait
        # here and find nothing left to do.
        with database.unchecked("begin immediate") as connection:
            refuse_newer(revision_of(connection), path=database.path)
            _upgrade(connection)


def use_wal(path: Path) -> None:
    """Set the journal's mode, which the file remembers.

    SQLite answers "locked" at once, without its usual wait, when somebody reads the file.
    """
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while (mode := _ask_for_wal(path)) == "locked" and time.monotonic() < give_up_at:
        time.sleep(WAL_RETRY_S)
    if mode != "wal":
        raise HubWithoutWal(path=path, mode=mode)


def _ask_for_wal(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        try:
            return str(connection.execute("pragma journal_mode = wal").fetchone()[0])
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return "locked"


def _upgrade(connection: Connection) -> None:
    # Alembic takes a sixth of a second to import, and a hub is migrated once in its life.
    from alembic import command  # noqa: PLC0415 - reason above
    from alembic.config import Config  # noqa: PLC0415 - reason above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
