"""A hub in a file: SQLite in WAL mode, one writer at a time, readers never in the way.

Every transaction that writes begins with BEGIN IMMEDIATE, so what it reads first cannot change
before it writes, and waiting happens at the start where it can be bounded. A commit is on disk
when it returns (synchronous=FULL).
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from blocks.forks import keep_to_own_process
from blocks.hub.errors import (
    HubDamaged,
    HubFileUnusable,
    HubLocked,
    HubOnNetworkDisk,
    HubWithoutWal,
)
from blocks.hub.network_disk import MOUNTS, network_file_system
from blocks.hub.storage import BUSY_TIMEOUT_S

WAL_RETRY_S: Final = 0.05
"""Pause before asking for WAL mode again while another process reads the new file."""

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


class SqliteFile:
    """A file that several processes of one machine share; a `Storage`.

    Args:
        path: Where it is; its folder is made when absent.
        busy_timeout_s: Longest wait for another writer, in seconds.
        mounts: Where the system lists its disks.

    Raises:
        HubUnusable: It lies on a network disk.
    """

    def __init__(
        self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S, mounts: Path = MOUNTS
    ) -> None:
        if kind := network_file_system(path, mounts=mounts):
            raise HubOnNetworkDisk(path=path, kind=kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._engine = _engine(path, busy_timeout_s=busy_timeout_s)

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def is_there(self) -> bool:
        """Whether the file is there and holds anything."""
        return self.path.exists() and self.path.stat().st_size > 0

    def now(self) -> dt.datetime:
        """Tell the time of this machine, the only one that has the file."""
        return dt.datetime.now(dt.UTC)

    @contextmanager
    def transaction(self, *, writes: bool, tenant: str = "") -> Iterator[Connection]:  # noqa: ARG002 - a file has one writer
        """Open a transaction; whoever writes is alone, whatever the tenant."""
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.exec_driver_sql("begin immediate" if writes else "begin")
                yield connection
        except DatabaseError as problem:
            raise self._explained(problem, problem.orig) from problem

    def prepare(self) -> None:
        """Set the journal's mode, which the file remembers.

        SQLite answers "locked" at once, without its usual wait, when somebody reads the file.
        """
        give_up_at = time.monotonic() + BUSY_TIMEOUT_S
        while (mode := self._ask_for_wal()) == "locked" and time.monotonic() < give_up_at:
            time.sleep(WAL_RETRY_S)
        if mode != "wal":
            raise HubWithoutWal(path=self.path, mode=mode)

    def _ask_for_wal(self) -> str:
        with closing(sqlite3.connect(self.path)) as connection:
            try:
                return str(connection.execute("pragma journal_mode = wal").fetchone()[0])
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                return "locked"

    def leave_no_copies(self) -> None:
        """Move the journal's pages into the file, so that no old copy of them is left there.

        A reader at that moment keeps the journal until the next writer's turn.
        """
        with closing(sqlite3.connect(self.path, timeout=self._busy_timeout_s)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")

    def copy_into(self, path: Path, *, reindexed: bool = False) -> None:
        """Write a copy of one moment of the file, journal included, and look whether it is whole.

        Args:
            path: Of the copy; nothing is there yet.
            reindexed: Whether its indexes are made of the rows, and not copied: of a file whose
                rows can all be read that gives a whole one.

        Raises:
            HubUnusable: The file is damaged.
            OSError: The disk of the copy is full; the file's own may be another.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=self._busy_timeout_s)) as connection:
                connection.execute("vacuum into ?", (str(path),))
            if reindexed:
                with closing(sqlite3.connect(path)) as connection:
                    connection.execute("reindex")
            _require_whole(path, of=self.path)
        except sqlite3.IntegrityError as problem:  # two rows of one key, of which only one is right
            raise HubDamaged(path=self.path, answer=str(problem)) from problem
        except sqlite3.DatabaseError as problem:
            if problem.sqlite_errorcode == sqlite3.SQLITE_FULL:  # only the copy is written to
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from problem
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


def _require_whole(path: Path, *, of: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("pragma integrity_check(1)").fetchone()
    if found != "ok":
        raise HubDamaged(path=of, answer=found)


def _engine(path: Path, *, busy_timeout_s: float) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_timeout_s})
    # SQLite forbids carrying a connection through fork().
    keep_to_own_process(engine)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver would begin transactions by its own rules; `transaction` states ours.
        connection.isolation_level = None
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")
        # What is deleted is overwritten: an erased tenant must not linger in free pages.
        connection.execute("pragma secure_delete = on")

    return engine
