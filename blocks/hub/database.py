"""The hub's file: SQLite in WAL mode, one writer at a time, readers never in the way.

Every transaction that writes begins with BEGIN IMMEDIATE, so what it reads first cannot change
before it writes, and waiting happens at the start where it can be bounded. A commit is on disk
when it returns (synchronous=FULL).
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DisconnectionError

from blocks.hub.errors import (
    HubAddressMalformed,
    HubDamaged,
    HubFileUnusable,
    HubLocked,
    HubOfOtherKind,
    HubOnNetworkDisk,
)
from blocks.hub.network_disk import MOUNTS, network_file_system
from blocks.hub.revisions import require_current

BUSY_TIMEOUT_S: Final = 30.0
"""Longest wait for another writer before `HubBusy`."""

BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

UNUSABLE: Final = {
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_IOERR: "make room on its disk, and look at the system's log for disk errors",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "let this user write the file and its folder",
}
"""SQLite's primary result codes that need a person, and what that person can do."""

DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
"""Those after which the file itself is what is wrong."""

NO_ROOM_TO_READ: Final = (
    "its disk is so full that SQLite cannot make the index beside the file, without which nothing "
    "is read either; remove something by hand, 1 MiB is enough, then `tasma lake prune --yes`"
)
"""What a failing index means: it is no error of the disk, though SQLite calls it one."""

NO_INDEX: Final = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN})
"""Which of the two it is depends on how much of the index there was room for."""

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Tell the time, in UTC."""
    return dt.datetime.now(dt.UTC)


class Database:
    """Transactions on one hub file; safe for threads and for several processes at once.

    Args:
        url: ``sqlite:///relative`` or ``sqlite:////absolute/hub.sqlite``; made when absent.
        clock: Where the time comes from.
        busy_timeout_s: Longest wait for another writer, in seconds.
        mounts: Where the system lists its disks.

    Raises:
        HubUnusable: The address is not a SQLite file, or the file lies on a network disk.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = utc_now,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        mounts: Path = MOUNTS,
    ) -> None:
        self.path = _file_of(url, mounts=mounts)
        self.now = clock
        self._busy_timeout_s = busy_timeout_s
        self._engine = _engine(self.path, busy_timeout_s=busy_timeout_s)
        self._has_schema = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment of the hub and keeps no writer waiting."""
        with self.unchecked("begin") as connection:
            self._require_schema(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one transaction that may write; it is undone when the body raises."""
        with self.unchecked("begin immediate") as connection:
            self._require_schema(connection)
            yield connection

    @property
    def is_there(self) -> bool:
        """Whether the file is there and holds anything."""
        return self.path.exists() and self.path.stat().st_size > 0

    def empty_journal(self) -> None:
        """Move the journal's pages into the file, so that no old copy of them is left there.

        A reader at that moment keeps the journal until the next writer's turn.
        """
        with closing(sqlite3.connect(self.path, timeout=self._busy_timeout_s)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")

    def copy_into(self, path: Path) -> None:
        """Write a copy of one moment of the file, journal included, and look whether it is whole.

        Raises:
            HubUnusable: The file is damaged, or the disk of the copy is full.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=self._busy_timeout_s)) as connection:
                connection.execute("vacuum into ?", (str(path),))
            _require_whole(path, of=self.path)
        except sqlite3.DatabaseError as problem:
            raise self._explained(problem, problem) from problem

    def require_whole(self) -> None:
        """Read all of the file.

        Raises:
            HubDamaged: Pages of it are not what was written.
        """
        try:
            _require_whole(self.path, of=self.path)
        except sqlite3.DatabaseError as problem:
            raise self._explained(problem, problem) from problem

    def is_open_elsewhere(self) -> bool:
        """Return whether another connection has the file open, at work or not.

        In WAL mode each holds a lock on it for as long as it lives. A file that is damaged or not
        there is said to be open to nobody.
        """
        if not self.path.exists():
            return False
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("pragma locking_mode = exclusive")
                connection.execute("begin exclusive")
            except sqlite3.DatabaseError as problem:
                return problem.sqlite_errorcode & 0xFF in BUSY
        return False

    def close(self) -> None:
        """Close the file; the next transaction would open it again."""
        self._engine.dispose()

    @contextmanager
    def unchecked(self, begin_with: str) -> Iterator[Connection]:
        """Open a transaction whatever the schema; for `migrate` alone.

        Raises:
            HubBusy: Another process kept the file locked for too long.
            HubUnusable: The file is damaged, may not be written, or its disk is full.
        """
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(begin_with)
                yield connection
        except DatabaseError as problem:
            raise self._explained(problem, problem.orig) from problem

    def _explained(self, problem: Exception, orig: BaseException | None) -> Exception:
        """Say what SQLite's trouble means; an error of ours in the SQL stays what it is."""
        # The low byte is the primary result code, the rest tells where it came from.
        full_code = getattr(orig, "sqlite_errorcode", 0)
        code = full_code & 0xFF
        if code in BUSY:
            return HubLocked(path=self.path, waited_s=self._busy_timeout_s)
        if code in DAMAGED:
            return HubDamaged(path=self.path, answer=str(orig))
        if code in UNUSABLE:
            meaning = NO_ROOM_TO_READ if full_code in NO_INDEX else UNUSABLE[code]
            return HubFileUnusable(path=self.path, answer=str(orig), meaning=meaning)
        return problem

    def _require_schema(self, connection: Connection) -> None:
        if not self._has_schema:
            require_current(connection, path=self.path)
            self._has_schema = True


def _require_whole(path: Path, *, of: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("pragma integrity_check(1)").fetchone()
    if found != "ok":
        raise HubDamaged(path=of, answer=found)


def _file_of(url: str, *, mounts: Path) -> Path:
    """Take the file from the address, and make sure that SQLite can live there."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # Neither it nor the library's words are repeated: there may be a password in them.
        raise HubAddressMalformed from None
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        raise HubOfOtherKind(kind=address.drivername)
    path = Path(str(address.database)).absolute()
    if kind := network_file_system(path, mounts=mounts):
        raise HubOnNetworkDisk(path=path, kind=kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _engine(path: Path, *, busy_timeout_s: float) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_timeout_s})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: Any) -> None:
        # The driver would begin transactions by its own rules; `_begin` states ours.
        connection.isolation_level = None
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")
        # What is deleted is overwritten: an erased tenant must not linger in free pages.
        connection.execute("pragma secure_delete = on")
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def _same_process(_connection: object, record: Any, _proxy: object) -> None:
        # SQLite forbids carrying a connection through fork(); the child opens its own.
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = None
            raise DisconnectionError

    return engine
