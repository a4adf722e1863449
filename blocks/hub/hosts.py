"""The machines that work on a hub, and whether each sees what the others keep.

A hub in a file has one machine. Those that share one in PostgreSQL have to share the lake, the
inbox and what is published too: a run goes on where another one landed, staged or published,
wherever it is started.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from blocks.hub import models
from blocks.hub.database import Clock, Database
from ledger.errors import TerminalError

BEAT_S: Final = 60.0
"""How often a host says that it is there; seconds."""

LIVE_FOR: Final = dt.timedelta(seconds=5 * BEAT_S)
"""A host that has said nothing for so long is gone, and may be started again elsewhere."""

FORGOTTEN_AFTER: Final = dt.timedelta(days=7)
"""A host that has said nothing for so long goes off the list: a container that was lost never comes
back under its name."""

SILENT_FOR: Final = dt.timedelta(seconds=2 * BEAT_S)
"""Who has said nothing for so long does not live: two signs of life are missing."""

REMEDIES: Final = {
    "lake": "set TASMA_LAKE_URL to one bucket on both, or mount one folder as TASMA_LAKE",
    "warehouse": "set TASMA_WAREHOUSE_URL to one PostgreSQL database on both",
    "inbox": (
        "mount one folder as TASMA_INBOX on both, or use none (TASMA_WATCH_WITHOUT=inbox on both)"
    ),
}


class HostsApart(TerminalError):
    """Two machines work on one hub and do not see each other's data."""

    sentence = (
        "{host} keeps its {what} in {here}; {other}, which works on the same hub, in {there}. What "
        "one of them landed or published the other would miss: {remedy}. If {other} is no more: "
        "tasma hosts --forget {other}."
    )


class NameTaken(TerminalError):
    """Two machines that are at work have one name."""

    sentence = (
        "Another machine that works on the same hub is called {host} too, and was heard of just "
        "now. One would take what the other is doing for work that its own dead process left. Set "
        "TASMA_HOST_NAME on one of them, and start it again."
    )


class Places(NamedTuple):
    """Where a host keeps things, each named so that two names are one only for one place."""

    lake: str
    warehouse: str
    inbox: str


@dataclass(frozen=True)
class Host:
    """A machine.

    `boot`: names its start (`blocks.processes`), empty where that is not known. `clock_ahead_s`: of
    the hub's clock, when it was last heard of.
    """

    name: str
    lake: str
    warehouse: str
    inbox: str
    release: str
    boot: str
    clock_ahead_s: float
    joined_at: dt.datetime
    seen_at: dt.datetime

    def is_live(self, at: dt.datetime) -> bool:
        """Return whether it was heard of lately."""
        return at - self.seen_at < LIVE_FOR


class Hosts:
    """Who works on this hub."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def join(
        self, name: str, places: Places, *, release: str, clock: Clock, boot: str = ""
    ) -> None:
        """Enter a host, or say again that it is there; those that were lost go off the list.

        Args:
            name: Of the machine.
            places: Where it keeps what the others have to see.
            release: Which release it runs.
            clock: Its clock, which is held against the hub's.
            boot: Names its start.

        Raises:
            HostsApart: A host that is there keeps something elsewhere; nothing was entered.
        """
        with self._database.writing() as connection:
            now = self._database.now()
            _refuse_apart(name, places, _live(connection, now))
            ahead_s = (clock() - self._database.now()).total_seconds()
            row = {
                **places._asdict(),
                "release": release,
                "boot": boot,
                "clock_ahead_s": ahead_s,
                "seen_at": now,
            }
            same = models.host.c.name == name
            if not connection.execute(update(models.host).where(same).values(**row)).rowcount:
                entered = {"name": name, "joined_at": now, **row}
                connection.execute(insert(models.host).values(entered))
            is_lost = models.host.c.seen_at < now - FORGOTTEN_AFTER
            connection.execute(delete(models.host).where(is_lost))

    def namesake(self, name: str, boot: str) -> Host | None:
        """Return a host of this name that another start of a machine entered and that may live.

        After a machine fell and rose again that is its earlier self, which stays silent.
        """
        with self._database.reading() as connection:
            since = self._database.now() - SILENT_FOR
            found = next((host for host in _all(connection) if host.name == name), None)
        is_other = found is not None and found.boot not in {"", boot} and found.seen_at > since
        return found if boot and is_other else None

    def require_together(self, name: str, places: Callable[[], Places]) -> None:
        """Refuse to work beside hosts that keep things elsewhere; for whoever does not join.

        Args:
            name: Of the machine.
            places: Tells where it keeps things; asked only where there are others.

        Raises:
            HostsApart: One is there.
        """
        with self._database.reading() as connection:
            live = _live(connection, self._database.now())
        if others := [host for host in live if host.name != name]:
            _refuse_apart(name, places(), others)

    def every(self) -> list[Host]:
        """Return all that were heard of and not forgotten, by name."""
        with self._database.reading() as connection:
            return _all(connection)

    def live(self) -> list[Host]:
        """Return those that were heard of lately, by name."""
        with self._database.reading() as connection:
            return _live(connection, self._database.now())

    def forget(self, name: str) -> bool:
        """Take a host off the list; return whether it was on it."""
        with self._database.writing() as connection:
            gone = delete(models.host).where(models.host.c.name == name)
            return bool(connection.execute(gone).rowcount)


def _all(connection: Connection) -> list[Host]:
    query = select(models.host).order_by(models.host.c.name)
    return [Host(**row) for row in connection.execute(query).mappings()]


def _live(connection: Connection, now: dt.datetime) -> list[Host]:
    return [host for host in _all(connection) if host.is_live(now)]


def _refuse_apart(name: str, places: Places, live: Iterable[Host]) -> None:
    here = places._asdict()
    for other in live:
        there = asdict(other)
        for what, remedy in REMEDIES.items():
            if other.name != name and there[what] != here[what]:
                raise HostsApart(
                    host=name,
                    what=what,
                    here=here[what] or "no place",
                    other=other.name,
                    there=there[what] or "no place",
                    remedy=remedy,
                )
