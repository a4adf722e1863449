"""The event log: what happened to whom, in plain words, for as long as it is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, delete, insert, not_, or_, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.states import UnitState

MAX_EVENTS: Final = 1_000
"""Most events one question returns, newest first."""

MAX_MESSAGE_CHARS: Final = 2_000
"""Longest message or reason that is kept; the end of a longer one is cut off."""


_ONLY_WENT_ON: Final = and_(
    models.event.c.kind == "status",
    not_(models.event.c.message.contains(": ")),  # a reason follows, so it is an end
    or_(
        *(
            models.event.c.message.like(f"% -> {state}")
            for state in (UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING)
        )
    ),
)


def cut(message: str, chars: int = MAX_MESSAGE_CHARS) -> str:
    """Shorten `message` to what its column holds, and show that something is gone."""
    return message if len(message) <= chars else message[: chars - 1] + "…"


@dataclass(frozen=True)
class Event:
    """One thing that happened. Empty text where tenant, year, run or load do not apply."""

    id: int
    at: dt.datetime
    tenant: str
    fiscal_year: str
    kind: str
    message: str
    run_id: str
    load_id: str


class Events:
    """Reads and prunes the log; the stores write to it within their own transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        kind: str,
        message: str,
        *,
        tenant: str = "",
        fiscal_year: str = "",
        run_id: str = "",
        load_id: str = "",
    ) -> None:
        """Write one event of its own, such as a run that crashed."""
        with self._database.writing(tenant=tenant) as connection:
            self.record(
                connection,
                kind,
                message,
                tenant=tenant,
                fiscal_year=fiscal_year,
                run_id=run_id,
                load_id=load_id,
            )

    def record(self, connection: Connection, kind: str, message: str, **where: str) -> None:
        """Write one event in the caller's transaction; `where` names columns of the table."""
        row = {"at": self._database.now(), "kind": kind, "message": cut(message), **where}
        connection.execute(insert(models.event).values(row))

    def recent(
        self,
        *,
        tenant: str = "",
        kind: str = "",
        run_id: str = "",
        limit: int = 100,
        is_whole: bool = True,
    ) -> list[Event]:
        """Return the newest events first, at most `limit` (and `MAX_EVENTS`); empty is any.

        With `is_whole` false those are left out by which a unit only went on to its next step.
        """
        wanted = {"tenant": tenant, "kind": kind, "run_id": run_id}
        query = select(models.event).order_by(models.event.c.id.desc())
        for name, value in wanted.items():
            if value:
                query = query.where(models.event.c[name] == value)
        if not is_whole:
            query = query.where(not_(_ONLY_WENT_ON))
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(min(limit, MAX_EVENTS)))
            return [Event(**row._asdict()) for row in rows]

    def prune(self, *, older_than: dt.timedelta) -> int:
        """Delete the events older than that, and say how many there were."""
        before = self._database.now() - older_than
        with self._database.writing() as connection:
            return connection.execute(
                delete(models.event).where(models.event.c.at < before)
            ).rowcount
