"""Consents under way: the state that was sent along with a customer, until it comes back.

The state proves that an answer belongs to an address that was made here (RFC 6749, 10.12). It is no
credential: it travels in the address, and alone it opens nothing. An administrator may take days,
so it is kept for `STATE_LIFE`, one for each tenant and system.

    state_of ──► open ──take──► taken ──success──► gone
                  ▲               │
                  └───────────────┘  anything else: the customer refused, no answer, a kill
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.tenants import require
from ledger.errors import TerminalError, TransientError

STATE_LIFE: Final = dt.timedelta(days=7)
"""How long an address that was handed out is waited for."""

TAKE_LIFE: Final = dt.timedelta(minutes=10)
"""How long a state stays taken by a process that was killed: a code lives no longer either."""

STATE_BYTES: Final = 24


class ConsentTaken(TransientError):
    """Another process is connecting the tenant with the same consent."""

    def __init__(self, tenant: str, system: str) -> None:
        super().__init__(
            f"Another terminal is connecting {tenant} to {system} with the same consent. Wait "
            "until it is done, then look with `tasma connect list`.",
            tenant=tenant,
            system=system,
        )


class ConsentGone(TerminalError):
    """The state is not one that is waited for."""

    def __init__(self, tenant: str, system: str) -> None:
        super().__init__(
            f"The consent of {tenant} for {system} was used before, or is older than "
            f"{STATE_LIFE.days} days. Nothing was connected. Look with `tasma connect list`; to "
            f"connect anew run `tasma connect {system} {tenant}`.",
            tenant=tenant,
            system=system,
        )


class Consents:
    """The states that were handed out, by tenant and system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state_of(self, tenant: str, system: str) -> str:
        """Return the state that is under way, or begin one.

        An address that was handed out before stays good, so that asking again breaks no link.

        Raises:
            UnknownTenant: There is no such tenant.
        """
        now, here = self._database.now(), _of(tenant, system)
        with self._database.writing() as connection:
            require(connection, tenant)
            _drop_expired(connection, now)
            if found := connection.execute(select(models.consent.c.state).where(here)).scalar():
                return str(found)
            state = secrets.token_urlsafe(STATE_BYTES)
            add(connection, tenant, system, state=state, expires_at=now + STATE_LIFE)
        return state

    @contextmanager
    def taken(self, tenant: str, system: str, state: str) -> Iterator[None]:
        """Have the state alone for the body: spent when it succeeds, given back when it raises.

        Raises:
            ConsentTaken: Somebody else has it at this moment.
            ConsentGone: It was spent, it is too old, or it was never handed out.
        """
        at = self._take(tenant, system, state)
        try:
            yield
        except BaseException:
            mine = and_(_of(tenant, system, state), models.consent.c.taken_at == at)
            self._write(update(models.consent).where(mine).values(taken_at=None))
            raise
        self._write(delete(models.consent).where(_of(tenant, system, state)))

    def _take(self, tenant: str, system: str, state: str) -> dt.datetime:
        now, table = self._database.now(), models.consent
        is_free = or_(table.c.taken_at.is_(None), table.c.taken_at <= now - TAKE_LIFE)
        here = and_(_of(tenant, system, state), table.c.expires_at > now)
        with self._database.writing() as connection:
            require(connection, tenant)
            if connection.execute(update(table).where(here, is_free).values(taken_at=now)).rowcount:
                return now
            is_known = connection.execute(select(table.c.state).where(here)).one_or_none()
        raise ConsentTaken(tenant, system) if is_known else ConsentGone(tenant, system)

    def _write(self, statement: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(statement)


def _of(tenant: str, system: str, state: str | None = None) -> ColumnElement[bool]:
    table = models.consent
    here = and_(table.c.tenant == tenant, table.c.system == system)
    return here if state is None else and_(here, table.c.state == state)


def _drop_expired(connection: Connection, now: dt.datetime) -> None:
    connection.execute(delete(models.consent).where(models.consent.c.expires_at <= now))


def add(
    connection: Connection, tenant: str, system: str, *, state: str, expires_at: dt.datetime
) -> None:
    """Write a state down in the caller's transaction."""
    row = {"tenant": tenant, "system": system, "state": state, "expires_at": expires_at}
    connection.execute(insert(models.consent).values(row))
