"""How far a tenant's target was looked at, and whether anything is pushed to it at all."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.tenants import require
from ledger.push.kinds import PushKind

LOOK, PAUSE = models.push_look, models.push_mark

# Both are asked for each call; to build a statement takes longer than to execute it.
MARK: Final = select(LOOK.c.mark).where(
    LOOK.c.tenant == bindparam("tenant"),
    LOOK.c.target == bindparam("target"),
    LOOK.c.kind == bindparam("kind"),
)
PAUSED: Final = select(PAUSE.c.reason).where(
    PAUSE.c.tenant == bindparam("tenant"),
    PAUSE.c.target == bindparam("target"),
    PAUSE.c.paused,
)


class PushMarks:
    """A mark for each tenant, target and kind; a pause for each tenant and target."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str, target: str, kind: PushKind = PushKind.SALES_INVOICE) -> str:
        """Return up to where a kind was looked at in the last run; empty before the first."""
        here = {"tenant": tenant, "target": target, "kind": kind}
        with self._database.reading() as connection:
            return connection.execute(MARK, here).scalar() or ""

    def set(
        self, tenant: str, target: str, mark: str, kind: PushKind = PushKind.SALES_INVOICE
    ) -> None:
        """Note up to where a kind was looked at."""
        here = {"tenant": tenant, "target": target, "kind": kind}
        with self._database.writing() as connection:
            _write(connection, models.push_look, here, {"mark": mark})

    def paused(self, tenant: str, target: str) -> str:
        """Return why nothing is pushed for a tenant; empty when it is not paused."""
        here = {"tenant": tenant, "target": target}
        with self._database.reading() as connection:
            return connection.execute(PAUSED, here).scalar() or ""

    def pause(self, tenant: str, target: str, *, reason: str) -> None:
        """Push nothing more for a tenant: its credential is broken, or a person asked for it."""
        self._pause(tenant, target, paused=True, reason=reason[:2_000])

    def resume(self, tenant: str, target: str) -> None:
        """Push again."""
        self._pause(tenant, target, paused=False, reason="")

    def _pause(self, tenant: str, target: str, **values: Any) -> None:
        with self._database.writing() as connection:
            _write(connection, models.push_mark, {"tenant": tenant, "target": target}, values)


def _write(
    connection: Connection, table: Table, here: dict[str, str], values: dict[str, Any]
) -> None:
    require(connection, here["tenant"])
    same = and_(*(table.c[name] == value for name, value in here.items()))
    if not connection.execute(update(table).where(same).values(**values)).rowcount:
        connection.execute(insert(table).values(here | values))
