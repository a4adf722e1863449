"""Which controls a tenant has stricter than `data/reference/controls.csv` says."""

from __future__ import annotations

from sqlalchemy import Delete, delete, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.tenants import require
from ledger.controls import Severity


class Tightened:
    """What a person asked of a tenant's controls beyond the catalogue, which knows their names."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def of(self, tenant: str) -> dict[str, Severity]:
        """Return the severity of each control that is tightened for a tenant."""
        table = models.tightened_control
        query = select(table.c.control, table.c.severity).where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            return {row.control: row.severity for row in connection.execute(query)}

    def tighten(
        self, tenant: str, control: str, *, severity: Severity, who: str, reason: str = ""
    ) -> None:
        """Ask more of a control from the next load on; it replaces what was asked before.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        row = {"tenant": tenant, "control": control, "severity": severity, "who": who}
        with self._database.writing() as connection:
            require(connection, tenant)
            connection.execute(_deletion(tenant, control))
            now = self._database.now()
            connection.execute(
                insert(models.tightened_control).values(row | {"reason": reason, "set_at": now})
            )
            why = f": {reason}" if reason else ""
            message = f"{control} {severity} from now on, set by {who}{why}"
            self._events.record(connection, "control", message, tenant=tenant)

    def undo(self, tenant: str, control: str, *, who: str) -> bool:
        """Let the catalogue's severity count again; False when nothing was tightened."""
        with self._database.writing() as connection:
            require(connection, tenant)
            was = connection.execute(_deletion(tenant, control)).rowcount > 0
            if was:
                message = f"{control} as the catalogue says from now on, set by {who}"
                self._events.record(connection, "control", message, tenant=tenant)
        return was


def _deletion(tenant: str, control: str) -> Delete:
    table = models.tightened_control
    return delete(table).where(table.c.tenant == tenant, table.c.control == control)
