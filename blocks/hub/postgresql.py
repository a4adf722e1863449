"""A hub in PostgreSQL, for workers on several hosts.

The bodies of the stores' transactions read before they write, and cannot be run twice. So those
that write come one after another here too, by an advisory lock that goes with the transaction:
of one tenant, or of the whole hub. They run at READ COMMITTED: each statement after the lock sees
all that the one before it wrote, and none fails because of what others do.

Time is the server's: hosts whose clocks differ would take each other's leases.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from blocks.hub.errors import (
    HubLocked,
    HubServerAway,
    HubServerUnusable,
    HubWithoutDriver,
)
from blocks.hub.revisions import revision_of
from blocks.hub.storage import BUSY_TIMEOUT_S
from blocks.postgresql import LOCKED, first_line, is_away, open_engine

CLOCK_CHECK_S: Final = 60.0
"""How old what is known of the server's clock may be before it is asked again."""

HUB_LOCK: Final = 0x7A5A
"""Of the advisory locks in the database, the number of ours."""

_LOCK_HUB: Final = """
with hub as materialized (select pg_advisory_xact_lock(%(hub)s::int))
select clock_timestamp() from hub
"""

# Whoever writes for one tenant lets others do so, but nobody who writes for all.
_LOCK_TENANT: Final = """
with hub as materialized (select pg_advisory_xact_lock_shared(%(hub)s::int)),
tenant as materialized (select pg_advisory_xact_lock(%(hub)s::int, hashtext(%(tenant)s)) from hub)
select clock_timestamp() from tenant
"""

LOOKS: Final = 4
LOOK_POLL_S: Final = 0.5

_OTHERS: Final = """
select count(*) from pg_stat_activity
where datname = current_database() and application_name = 'tasma' and pid <> pg_backend_pid()
"""

UNUSABLE: Final = {
    "25006": "TASMA_HUB_URL has to name the primary, which may be written",
    "42501": "grant this user the right, or let it own the schema",
    "53100": "make room on the server's disk",
}
"""SQLSTATEs that need a person, and what that person can do."""


class PostgresDatabase:
    """A database of a PostgreSQL server, from which several hosts work; a `Storage`.

    Args:
        address: Of the database, with user and password; nothing is opened yet.
        busy_timeout_s: Longest wait for another writer, in seconds.

    Raises:
        HubUnusable: The driver is not installed.
    """

    def __init__(self, address: URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.address = address.set(password=None, query={}).render_as_string()
        self._password = address.password or ""
        self._busy_timeout_s = busy_timeout_s
        try:
            self._engine = open_engine(address, busy_timeout_s=busy_timeout_s)
        except ModuleNotFoundError:
            raise HubWithoutDriver from None
        self._clock: tuple[dt.datetime, float] | None = None

    @property
    def is_there(self) -> bool:
        """Whether the database holds a hub."""
        with self.transaction(writes=False) as connection:
            return revision_of(connection) is not None

    def now(self) -> dt.datetime:
        """Tell the server's time: as of the last transaction's beginning, and what passed since."""
        while self._clock is None:
            with self.transaction(writes=False):
                pass  # which asks for the time
        server_time, at_s = self._clock
        return server_time + dt.timedelta(seconds=_passed_s() - at_s)

    @contextmanager
    def transaction(self, *, writes: bool, tenant: str = "") -> Iterator[Connection]:
        """Open a transaction; one that writes has waited for all it could get in the way of."""
        try:
            with self._engine.connect() as connection:
                if not writes:
                    connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                with connection.begin():
                    self._begin(connection, writes=writes, tenant=tenant)
                    yield connection
        except DBAPIError as problem:
            raise self._explained(problem) from problem

    def _begin(self, connection: Connection, *, writes: bool, tenant: str) -> None:
        if writes and tenant:
            asked = connection.exec_driver_sql(_LOCK_TENANT, {"hub": HUB_LOCK, "tenant": tenant})
        elif writes:
            asked = connection.exec_driver_sql(_LOCK_HUB, {"hub": HUB_LOCK})
        elif self._clock is None or _passed_s() - self._clock[1] > CLOCK_CHECK_S:
            asked = connection.exec_driver_sql("select clock_timestamp()")
        else:
            return
        # Noted after the answer, so that ours is never ahead of the server's.
        self._clock = (asked.scalar_one().astimezone(dt.UTC), _passed_s())

    def is_open_elsewhere(self) -> bool:
        """Return whether another process of ours has it open; its own connections are closed."""
        self.close()
        for _ in range(LOOKS):
            with self.transaction(writes=False) as connection:
                others = connection.exec_driver_sql(_OTHERS).scalar_one()
            if not others:
                return False
            time.sleep(LOOK_POLL_S)  # a session of our own may take a moment to end
        return True

    def prepare(self) -> None:
        """Do nothing: how it keeps its journal is the server's business."""

    def require_whole(self) -> None:
        """Do nothing: the server answers for its pages, and each read of a damaged one fails."""

    def leave_no_copies(self) -> None:
        """Do nothing: the server reuses the room, and its journal and backups are in its hands."""

    def close(self) -> None:
        """Close the connections; the next transaction would open one."""
        self._engine.dispose()

    def _explained(self, problem: DBAPIError) -> Exception:
        """Say what the server's trouble means; an error of ours in the SQL stays what it is."""
        code = getattr(problem.orig, "sqlstate", None) or ""
        if code in LOCKED:
            return HubLocked(path=self.address, waited_s=self._busy_timeout_s)
        answer = first_line(problem.orig or problem, password=self._password)
        if code in UNUSABLE:
            return HubServerUnusable(address=self.address, answer=answer, meaning=UNUSABLE[code])
        if problem.connection_invalidated or is_away(code) or _never_began(problem):
            return HubServerAway(address=self.address, answer=answer)
        return problem


def _never_began(problem: DBAPIError) -> bool:
    """Return whether there was no statement yet: the connection itself was refused."""
    return problem.statement is None and not getattr(problem.orig, "sqlstate", None)


def _passed_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)  # goes on while the machine sleeps
