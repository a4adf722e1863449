"""Transactions on the hub, wherever it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError

from blocks.hub.errors import HubAddressMalformed, HubInServer, HubOfOtherKind
from blocks.hub.postgresql import PostgresDatabase
from blocks.hub.revisions import require_current
from blocks.hub.sqlite import SqliteFile
from blocks.hub.storage import BUSY_TIMEOUT_S, Storage

Clock = Callable[[], dt.datetime]

IN_SERVER: Final = frozenset({"postgresql", "postgresql+psycopg"})


class Database:
    """Transactions on one hub; safe for threads and for several processes at once.

    Args:
        url: ``sqlite:///relative``, ``sqlite:////absolute/hub.sqlite`` or
            ``postgresql+psycopg://user:password@host/database``. A file is made when absent.
        clock: Where the time comes from; without one from what the hub is kept in.
        busy_timeout_s: Longest wait for another writer, in seconds.

    Raises:
        HubUnusable: The address is of no such database, or the file lies on a network disk.
    """

    def __init__(
        self, url: str, *, clock: Clock | None = None, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        self.storage = _storage_of(url, busy_timeout_s=busy_timeout_s)
        self.now = clock or self.storage.now
        self._has_schema = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment of the hub and keeps no writer waiting."""
        with self.storage.transaction(writes=False) as connection:
            self._require_schema(connection)
            yield connection

    @contextmanager
    def writing(self, *, tenant: str = "") -> Iterator[Connection]:
        """Open the one transaction that may write; it is undone when the body raises.

        Args:
            tenant: Whose rows alone it reads and writes, and adds to logs and counters; others may
                then write theirs meanwhile, where the database lets them. Empty: of any tenant.
        """
        with self.storage.transaction(writes=True, tenant=tenant) as connection:
            self._require_schema(connection)
            yield connection

    @property
    def file(self) -> SqliteFile:
        """The file that the hub is.

        Raises:
            HubInServer: It is none, and what is asked of it is the server's business.
        """
        if isinstance(self.storage, SqliteFile):
            return self.storage
        raise HubInServer(address=self.storage.address)

    def close(self) -> None:
        """Close the hub; the next transaction would open it again."""
        self.storage.close()

    def _require_schema(self, connection: Connection) -> None:
        if not self._has_schema:
            require_current(connection, path=self.storage.address)
            self._has_schema = True


def _storage_of(url: str, *, busy_timeout_s: float) -> Storage:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # Neither it nor the library's words are repeated: there may be a password in them.
        raise HubAddressMalformed from None
    if address.drivername in IN_SERVER and address.database:
        return PostgresDatabase(address, busy_timeout_s=busy_timeout_s)
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        raise HubOfOtherKind(kind=address.drivername)
    return SqliteFile(Path(str(address.database)).absolute(), busy_timeout_s=busy_timeout_s)
