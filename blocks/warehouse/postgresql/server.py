"""The database of a warehouse: its transactions, each for one tenant, and its answers.

Every table with a tenant has row-level security that binds its owner too. A transaction names its
tenant to the server and sees that tenant's rows alone, so our SQL is that of a file of one tenant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from blocks.postgresql import LOCKED, first_line, is_away, open_engine
from blocks.warehouse.errors import WriterBusy
from blocks.warehouse.files import WRITER_WAIT_S
from blocks.warehouse.postgresql.errors import (
    WarehouseAddressMalformed,
    WarehouseServerAway,
    WarehouseServerUnusable,
    WarehouseWithoutDriver,
    WriterAboveRows,
)

if TYPE_CHECKING:
    from psycopg import Error

    from blocks.warehouse.postgresql.cursor import Cursor

SCHEMA: Final = "published"
"""The schema of the tables and views; DuckDB has a tenant's file attached under the same name."""

OF_SESSION: Final = {"search_path": SCHEMA, "jit": "off"}
"""Settings of a session. To compile a view of many parts takes seconds, to run it much less."""

TENANT: Final = "tasma.tenant"
"""The setting by which a transaction says whose rows it is about."""

WRITER_LOCK: Final = 0x7A5B
"""Of the advisory locks in the database, the number of writers'; with a tenant's name, one each."""

_NAME_TENANT: Final = "select set_config($setting, $tenant, true)"
_LOCK_TENANT: Final = "select pg_advisory_xact_lock($lock::int, hashtext($tenant))"

UNUSABLE: Final = {
    "25006": "TASMA_WAREHOUSE_URL has to name the primary, which may be written",
    "42501": "grant this user the right, or let it own the schema",
    "53100": "make room on the server's disk",
}
"""SQLSTATEs that need a person, and what that person can do."""

ADDRESSES: Final = frozenset({"postgresql", "postgresql+psycopg"})


class Server:
    """A PostgreSQL database that keeps what is published.

    Args:
        url: ``postgresql+psycopg://user:password@host/database``; nothing is opened yet.
        wait_s: Longest wait for another writer, in seconds.

    Raises:
        WarehouseAddressMalformed, WarehouseWithoutDriver: It cannot be one.
    """

    def __init__(self, url: str, *, wait_s: float = WRITER_WAIT_S) -> None:
        try:
            address = make_url(url)
        except (ArgumentError, ValueError):
            # Neither it nor the library's words are repeated: there may be a password in them.
            raise WarehouseAddressMalformed from None
        if address.drivername not in ADDRESSES or not address.database:
            raise WarehouseAddressMalformed
        self.url = url
        self.address = address.set(password=None, query={}).render_as_string()
        self._password = address.password or ""
        self._wait_s = wait_s
        try:
            self._engine = open_engine(address, busy_timeout_s=wait_s, **OF_SESSION)
        except ModuleNotFoundError:
            raise WarehouseWithoutDriver from None
        self._is_bound = False
        self.has_shape = False

    @contextmanager
    def reading(self, tenant: str = "", *, own_tables: bool = False) -> Iterator[Cursor]:
        """Open a transaction that sees one moment of a tenant's rows and holds up nobody.

        Args:
            tenant: Whose; of none no rows are seen.
            own_tables: Whether it makes tables and views that go with it.
        """
        kind = "repeatable read" if own_tables else "repeatable read read only"
        with self._transaction(kind, tenant) as db:
            yield db

    @contextmanager
    def writing(self, tenant: str = "") -> Iterator[Cursor]:
        """Open the only transaction that writes for a tenant; undone when its body raises.

        Raises:
            WriterBusy: Another one did not end in time.
        """
        with self._transaction("read committed", tenant) as db:
            db.execute(_LOCK_TENANT, {"lock": WRITER_LOCK, "tenant": tenant})
            yield db

    @contextmanager
    def _transaction(self, kind: str, tenant: str) -> Iterator[Cursor]:
        from psycopg import Error  # noqa: PLC0415 - only who has a server has it

        from blocks.warehouse.postgresql.cursor import Cursor  # noqa: PLC0415 - as above

        try:
            pooled = self._engine.raw_connection()
            try:
                connection: Any = pooled.driver_connection
                with Cursor(connection) as db:
                    db.execute(f"set transaction isolation level {kind}")
                    db.execute(_NAME_TENANT, {"setting": TENANT, "tenant": tenant})
                    self._require_bound(db)
                    yield db
                connection.commit()
            finally:
                pooled.close()
        except Error as problem:
            raise self._explained(problem, tenant) from problem
        except DBAPIError as problem:
            if not isinstance(problem.orig, Error):
                raise
            raise self._explained(problem.orig, tenant, never_began=True) from problem

    def _require_bound(self, db: Cursor) -> None:
        """Let nobody work here who would see all tenants' rows at once."""
        if self._is_bound:
            return
        db.execute(
            "select current_user::text, rolsuper or rolbypassrls from pg_roles"
            " where rolname = current_user"
        )
        user, is_above = db.fetchone() or ("", True)
        if is_above:
            raise WriterAboveRows(user=user, address=self.address)
        self._is_bound = True

    def _explained(self, problem: Error, tenant: str, *, never_began: bool = False) -> Exception:
        """Say what the server's trouble means; an error of ours in the SQL stays what it is."""
        from psycopg import OperationalError  # noqa: PLC0415 - as above

        code = problem.sqlstate or ""
        if code in LOCKED:
            return WriterBusy(tenant=tenant, waited_s=self._wait_s)
        answer = first_line(problem, password=self._password)
        if code in UNUSABLE:
            meaning = UNUSABLE[code]
            return WarehouseServerUnusable(address=self.address, answer=answer, meaning=meaning)
        is_lost = not code and isinstance(problem, OperationalError)
        if is_away(code) or never_began or is_lost:
            return WarehouseServerAway(address=self.address, answer=answer)
        return problem


@cache
def server_at(url: str) -> Server:
    """Return the process's only `Server` of an address, whose connections all share."""
    return Server(url)


def now(db: Cursor) -> dt.datetime:
    """Return the server's time in UTC: hosts' clocks differ."""
    at: dt.datetime = one(db, "select clock_timestamp()")
    return at.astimezone(dt.UTC)


def one(db: Cursor, query: str, parameters: Mapping[str, object] | None = None) -> Any:
    """Return the only value of an answer; None when there is no row."""
    row = db.execute(query, parameters).fetchone()
    return row[0] if row else None
