"""How far a tenant's target was looked at, and whether anything is pushed to it at all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.tenants import require


class PushMarks:
    """One row for each tenant and target."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str, target: str) -> str:
        """Return up to where the target was looked at in the last run; empty before the first."""
        found = self._find(tenant, target)
        return found["mark"] if found else ""

    def paused(self, tenant: str, target: str) -> str:
        """Return why nothing is pushed for a tenant; empty when it is not paused."""
        found = self._find(tenant, target)
        return found["reason"] if found and found["paused"] else ""

    def set(self, tenant: str, target: str, mark: str) -> None:
        """Note up to where the target was looked at."""
        self._write(tenant, target, mark=mark)

    def pause(self, tenant: str, target: str, *, reason: str) -> None:
        """Push nothing more for a tenant: its credential is broken, or a person asked for it."""
        self._write(tenant, target, paused=True, reason=reason[:2_000])

    def resume(self, tenant: str, target: str) -> None:
        """Push again."""
        self._write(tenant, target, paused=False, reason="")

    def _find(self, tenant: str, target: str) -> RowMapping | None:
        table = models.push_mark
        query = select(table).where(table.c.tenant == tenant, table.c.target == target)
        with self._database.reading() as connection:
            return connection.execute(query).mappings().one_or_none()

    def _write(self, tenant: str, target: str, **values: Any) -> None:
        table = models.push_mark
        here = (table.c.tenant == tenant) & (table.c.target == target)
        with self._database.writing() as connection:
            require(connection, tenant)
            if not connection.execute(update(table).where(here).values(**values)).rowcount:
                row = {"tenant": tenant, "target": target, "mark": "", "reason": ""}
                connection.execute(insert(table).values(row | {"paused": False} | values))
