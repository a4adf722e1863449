"""What a hub is kept in: a file of SQLite, or a database of a PostgreSQL server."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from typing import Final, Protocol

from sqlalchemy import Connection

BUSY_TIMEOUT_S: Final = 30.0
"""Longest wait for another writer before `HubBusy`."""


class Storage(Protocol):
    """One kind of database; the stores' SQL is the same over each."""

    @property
    def address(self) -> str:
        """Where it is, in words for a message: never with a password."""

    @property
    def is_there(self) -> bool:
        """Whether it is there and holds anything."""

    def now(self) -> dt.datetime:
        """Tell the time by which leases of this hub are given, in UTC."""

    def transaction(self, *, writes: bool, tenant: str = "") -> AbstractContextManager[Connection]:
        """Open a transaction, which is undone when its body raises.

        Args:
            writes: Whether it may write; one that only reads sees one moment and holds up nobody.
            tenant: The only one whose rows a writer reads and writes, so that other tenants need
                not wait for it; empty: nobody else writes meanwhile.

        Raises:
            HubBusy: Others kept it locked for too long, or it does not answer.
            HubUnusable: It is damaged, may not be written, or its disk is full.
        """

    def is_open_elsewhere(self) -> bool:
        """Return whether another process of ours has it open; its own connections are closed."""

    def prepare(self) -> None:
        """Set once what the database remembers itself."""

    def require_whole(self) -> None:
        """Read all of it, where that is not the server's own business.

        Raises:
            HubDamaged: Parts of it are not what was written.
        """

    def leave_no_copies(self) -> None:
        """Overwrite, as far as this is in our hands, what is left of rows that were deleted."""

    def close(self) -> None:
        """Close it; the next transaction would open it again."""
