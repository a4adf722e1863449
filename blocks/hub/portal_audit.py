"""What people did in the portal: written down before it is done, and its outcome after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut

MAX_LISTED: Final = 1_000


@dataclass(frozen=True)
class Act:
    """One thing that somebody asked for.

    `who`: the address of whoever was signed in, empty for nobody. `action`: the name of the route.
    `status`: of the answer; None when the process ended before there was one. `address`: from
    where.
    """

    id: int
    at: dt.datetime
    who: str
    tenant: str
    action: str
    status: int | None
    detail: str
    address: str


class PortalAudit:
    """The log; rows of a tenant go with the tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, action: str, *, who: str = "", tenant: str = "", address: str = "") -> int:
        """Write down what is asked for, and return the number of the row."""
        row = {
            "at": self._database.now(),
            "who": who,
            "tenant": tenant,
            "action": action,
            "address": address[: models.ID_CHARS],
        }
        with self._database.writing() as connection:
            query = insert(models.portal_audit).values(row).returning(models.portal_audit.c.id)
            return int(connection.execute(query).scalar_one())

    def finish(self, act: int, *, status: int, who: str = "", detail: str = "") -> None:
        """Write down how it ended; ``who``: when signing in was what was asked for."""
        table = models.portal_audit
        values: dict[str, object] = {"status": status, "detail": cut(detail)}
        if who:
            values["who"] = who
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.id == act).values(values))

    def recent(self, *, tenant: str = "", limit: int = 100) -> list[Act]:
        """Return the newest acts first, at most `MAX_LISTED`; an empty tenant is any."""
        table = models.portal_audit
        query = select(table).order_by(table.c.id.desc()).limit(min(limit, MAX_LISTED))
        if tenant:
            query = query.where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            return [Act(**row) for row in connection.execute(query).mappings()]
