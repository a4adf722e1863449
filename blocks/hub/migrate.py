"""Bring a hub's schema up to date, once, however many processes start together.

A migration is one file in ``migrations/versions``, named ``v<revision>_<what>.py``. All of an
upgrade happens in one transaction: a process killed in the middle leaves the old schema whole.
"""

from __future__ import annotations

import threading
from typing import Final

from sqlalchemy import Connection, insert

from blocks.hub import models
from blocks.hub.columns import POSTGRESQL
from blocks.hub.database import Database
from blocks.hub.leases import COUNTER
from blocks.hub.revisions import HEAD, MIGRATIONS, refuse_newer, revision_of

# Alembic keeps the migration it runs in a module's globals.
_one_at_a_time: Final = threading.Lock()


def migrate(database: Database) -> None:
    """Upgrade the hub to this code's schema; nothing happens when it has it already.

    Safe when several processes start at once: one upgrades, the others wait and find it done.

    Raises:
        HubUnusable: The schema is newer than this code, or the disk does not allow WAL mode.
    """
    storage = database.storage
    with storage.transaction(writes=False) as connection:
        if revision_of(connection) == HEAD:
            return
    with _one_at_a_time:
        storage.prepare()
        # The transaction is the lock: of several processes the first upgrades, the others wait
        # here and find nothing left to do.
        with storage.transaction(writes=True) as connection:
            found = revision_of(connection)
            refuse_newer(found, path=storage.address)
            if found is None and connection.dialect.name == POSTGRESQL:
                make_tables(connection)
                connection.execute(insert(models.counter).values(name=COUNTER, value=0))
            else:
                _run(connection, "upgrade")


def make_tables(connection: Connection) -> None:
    """Make the tables as they are today: the steps until 0032 were only ever taken in SQLite."""
    models.metadata.create_all(connection)
    _run(connection, "stamp")


def _run(connection: Connection, command: str) -> None:
    # Alembic takes a sixth of a second to import, and a hub is migrated once in its life.
    from alembic import command as commands  # noqa: PLC0415 - reason above
    from alembic.config import Config  # noqa: PLC0415 - reason above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    getattr(commands, command)(config, "head")
