"""Connections: which company of which vendor's system is a tenant's, without any secret.

A refresh token works once, so its use is a small transaction of its own, and its guard is here:
`begin_refresh` writes the intent down before the token is spent, `confirm_refresh` moves the
revision after the new pair is safe. An intent that is still there at the next start tells of a
process that died in between.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import and_, insert, select, update

from blocks.client_names import base_of
from blocks.hub import models
from blocks.hub.claims import claim_company
from blocks.hub.connection_states import MAY_GIVE_WAY, OURS, ConnectionState, Method
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events, cut
from blocks.hub.tenants import require
from ledger.errors import TransientError

PAGE_SIZE: Final = 500
"""Connections read at once."""

MAX_RECENT_CALLS: Final = 25
"""Times of calls that are kept: as many as the tightest window counts."""


class NotConnected(Refused):
    """A tenant has no connection to the system, or to any of those that would do."""

    def __init__(self, tenant: str, system: str, *others: str, alike: Sequence[str] = ()) -> None:
        """Name the systems that would do; `alike`: the tenant's, by clients of that system."""
        *but_one, last = system, *others
        named = f"{', '.join(but_one)} or {last}" if but_one else last
        advice = (
            f"It is connected as {' and as '.join(alike)}: write that instead of {system}."
            if alike
            else f"Connect it first, such as by `tasma connect {system} {tenant}`."
        )
        super().__init__(
            f"Tenant {tenant} is not connected to {named}. {advice}",
            tenant=tenant,
            system=system,
        )


class UnusableCompanyId(Refused):
    """A company's id in the vendor's system is not one that can be sent."""

    def __init__(self, source_tenant_id: str, *, system: str) -> None:
        super().__init__(
            f"{source_tenant_id!r} is no company's id in {system}: expected ASCII letters and "
            "digits, such as 503072, as the vendor shows it. Connect the tenant again with that.",
            source_tenant_id=source_tenant_id,
            system=system,
        )


class CredentialMoved(TransientError):
    """Somebody else renewed the credential in between; what they saved is the one to use."""

    def __init__(self, tenant: str, system: str, *, expected: int, actual: int) -> None:
        super().__init__(
            f"The {system} credential of {tenant} has revision {actual}, not {expected}: another "
            "run renewed it in between. Try again with what that run saved.",
            tenant=tenant,
            system=system,
            expected=expected,
            actual=actual,
        )


@dataclass(frozen=True)
class Connection:
    """A tenant's connection to one system.

    `source_tenant_id`: the company's id there (Fortnox: DatabaseNumber). `scopes`: what the consent
    granted, joined by blanks; empty when it was not given by way of this program.
    `credential_block`: type and name of the Prefect block that a person keeps the credential in.
    `credential_revision`: counts the renewals of the credential. `refresh_intent_at`: since when a
    renewal is under way. `checked_at`: last time a call proved the connection. `recent_calls`:
    when the last calls were made, oldest first.
    """

    tenant: str
    system: str
    method: Method
    source_tenant_id: str = ""
    status: ConnectionState = ConnectionState.CONNECTED
    reason: str = ""
    scopes: str = ""
    credential_block: str = ""
    credential_revision: int = 0
    refresh_intent_at: dt.datetime | None = None
    refreshed_at: dt.datetime | None = None
    checked_at: dt.datetime | None = None
    recent_calls: tuple[dt.datetime, ...] = ()
    created_at: dt.datetime | None = None
    """Set by the hub."""


class Connections:
    """The list of connections."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def find(self, tenant: str, system: str) -> Connection | None:
        """Return the connection, None when there is none."""
        with self._database.reading() as transaction:
            return _find(transaction, tenant, system)

    def get(self, tenant: str, system: str) -> Connection:
        """Return the connection.

        Raises:
            UnknownTenant: There is no such tenant.
            NotConnected: It has no connection to the system.
        """
        with self._database.reading() as transaction:
            require(transaction, tenant)
            return _get(transaction, tenant, system)

    def of_system(
        self, system: str, *, after: str = "", limit: int = PAGE_SIZE
    ) -> list[Connection]:
        """Return up to `limit` connections in order of tenant, starting behind tenant `after`."""
        table = models.connection
        query = select(table).where(table.c.system == system, table.c.tenant > after)
        with self._database.reading() as transaction:
            rows = transaction.execute(query.order_by(table.c.tenant).limit(limit))
            return [_from_row(row._asdict()) for row in rows]

    def every(self, systems: Iterable[str]) -> Iterator[Connection]:
        """Go through all connections to the systems, one after the other, in order of tenant."""
        for system in systems:
            after = ""
            while page := self.of_system(system, after=after):
                yield from page
                after = page[-1].tenant

    def all_of(self, tenant: str) -> list[Connection]:
        """Return every connection of a tenant, those of each client of ours among them.

        Raises:
            UnknownTenant: There is no such tenant.
        """
        table = models.connection
        query = select(table).where(table.c.tenant == tenant).order_by(table.c.system)
        with self._database.reading() as transaction:
            require(transaction, tenant)
            return [_from_row(row._asdict()) for row in transaction.execute(query)]

    def everything(self) -> Iterator[Connection]:
        """Go through all connections to whatever system, in order of system, then of tenant."""
        query = select(models.connection.c.system).distinct()
        with self._database.reading() as transaction:
            systems = sorted(transaction.execute(query).scalars())
        return self.every(systems)

    def of_tenant(self, tenant: str, systems: Sequence[str]) -> list[Connection]:
        """Return the tenant's connections to any of the systems, in their order.

        Raises:
            UnknownTenant: There is no such tenant.
            NotConnected: It is connected to none of them.
        """
        with self._database.reading() as transaction:
            require(transaction, tenant)
            found = [_find(transaction, tenant, system) for system in systems]
        if not any(found):
            raise NotConnected(tenant, *systems)
        return [connection for connection in found if connection]

    def save(self, connection: Connection, *, is_login: bool = False) -> Connection:
        """Add a connection or replace it, which a new consent does.

        `is_login`: its company's id is a login, of which nothing tells whose it is
        (`claims.claim_company`).

        Raises:
            UnknownTenant: There is no such tenant.
            UnusableCompanyId: The company's id cannot be sent in the header of a call.
            CompanyTaken: Another tenant is connected to it, and does not share its number.
        """
        check_company_id(connection.source_tenant_id, system=connection.system)
        with self._database.writing() as transaction:
            require(transaction, connection.tenant)
            claim_company(
                transaction,
                connection.tenant,
                connection.system,
                connection.source_tenant_id,
                is_login=is_login,
            )
            old = _find(transaction, connection.tenant, connection.system)
            made_at = old.created_at if old else self._database.now()
            new = replace(connection, created_at=made_at)
            if old:
                _change(transaction, new.tenant, new.system, _row(new))
            else:
                transaction.execute(insert(models.connection).values(_row(new)))
            self._say(transaction, new, f"{'replaced' if old else 'made'} by {new.method}")
        return new

    def set_status(
        self, tenant: str, system: str, status: ConnectionState, *, reason: str = ""
    ) -> None:
        """Say how the connection stands; a change is an event."""
        with self._database.writing() as transaction:
            self._set(transaction, _get(transaction, tenant, system), status, reason=reason)

    def proved(self, tenant: str, system: str) -> None:
        """Say that a call proved the connection; whether the years agree is another matter."""
        with self._database.writing() as transaction:
            old = _get(transaction, tenant, system)
            if old.status is ConnectionState.YEARS_DIFFER:
                checked = {"checked_at": self._database.now()}
                _change(transaction, tenant, system, checked)
            else:
                self._set(transaction, old, ConnectionState.CONNECTED)

    def answered(self, tenant: str, system: str) -> None:
        """Say that what nobody answered, or our own side spoiled, has passed."""
        with self._database.writing() as transaction:
            old = _get(transaction, tenant, system)
            if old.status in OURS:
                self._set(transaction, old, ConnectionState.CONNECTED)

    def troubled(self, tenant: str, system: str, status: ConnectionState, *, reason: str) -> None:
        """Say that nothing can be fetched now; what the customer still has to do goes before it."""
        with self._database.writing() as transaction:
            old = _get(transaction, tenant, system)
            if old.status in MAY_GIVE_WAY:
                self._set(transaction, old, status, reason=reason)

    def compared_years(self, tenant: str, system: str, *, difference: str) -> None:
        """Say how the years here and there differ; empty when they agree."""
        with self._database.writing() as transaction:
            old = _get(transaction, tenant, system)
            if difference and old.status in MAY_GIVE_WAY:
                self._set(transaction, old, ConnectionState.YEARS_DIFFER, reason=difference)
            elif not difference and old.status is ConnectionState.YEARS_DIFFER:
                self._set(transaction, old, ConnectionState.CONNECTED)

    def begin_refresh(self, tenant: str, system: str, *, revision: int) -> None:
        """Write down that the credential of this revision is about to be spent.

        Raises:
            CredentialMoved: Another revision is the current one.
        """
        self._guarded(tenant, system, revision, refresh_intent_at=self._database.now())

    def drop_refresh(self, tenant: str, system: str, *, revision: int) -> None:
        """Say that the credential of this revision was not spent after all."""
        self._guarded(tenant, system, revision, refresh_intent_at=None)

    def confirm_refresh(self, tenant: str, system: str, *, revision: int) -> None:
        """Move on from this revision to the next, whose pair is safe.

        Raises:
            CredentialMoved: Another revision is the current one.
        """
        self._guarded(
            tenant,
            system,
            revision,
            credential_revision=revision + 1,
            refresh_intent_at=None,
            refreshed_at=self._database.now(),
        )

    def note_calls(self, tenant: str, system: str, at: Iterable[dt.datetime]) -> None:
        """Keep when the last calls were made, so that the next process knows the window."""
        text = _times_text(sorted(at)[-MAX_RECENT_CALLS:])
        with self._database.writing() as transaction:
            _change(transaction, tenant, system, {"recent_calls": text})

    def _set(
        self,
        transaction: Transaction,
        old: Connection,
        status: ConnectionState,
        *,
        reason: str = "",
    ) -> None:
        values: dict[str, Any] = {"status": status, "reason": cut(reason)}
        if status is ConnectionState.CONNECTED:
            values["checked_at"] = self._database.now()
        _change(transaction, old.tenant, old.system, values)
        if old.status is not status:
            self._say(transaction, old, f"now {status}: {reason}".removesuffix(": "))

    def _guarded(self, tenant: str, system: str, revision: int, **values: Any) -> None:
        with self._database.writing() as transaction:
            found = _get(transaction, tenant, system)
            if found.credential_revision != revision:
                raise CredentialMoved(
                    tenant, system, expected=revision, actual=found.credential_revision
                )
            _change(transaction, tenant, system, values)

    def _say(self, transaction: Transaction, connection: Connection, message: str) -> None:
        self._events.record(
            transaction, "connection", f"{connection.system}: {message}", tenant=connection.tenant
        )


def check_company_id(source_tenant_id: str, *, system: str) -> None:
    """Refuse what no header can carry; empty is an id that is not known yet.

    Raises:
        UnusableCompanyId: It is other than visible ASCII.
    """
    if not re.fullmatch(r"[!-~]*", source_tenant_id):
        raise UnusableCompanyId(source_tenant_id, system=system)


def _find(transaction: Transaction, tenant: str, system: str) -> Connection | None:
    table = models.connection
    query = select(table).where(table.c.tenant == tenant, table.c.system == system)
    row = transaction.execute(query).one_or_none()
    return None if row is None else _from_row(row._asdict())


def _get(transaction: Transaction, tenant: str, system: str) -> Connection:
    if found := _find(transaction, tenant, system):
        return found
    raise NotConnected(tenant, system, alike=_alike(transaction, tenant, system))


def _alike(transaction: Transaction, tenant: str, system: str) -> list[str]:
    """Return the tenant's connections to a system, whichever client they are by."""
    table = models.connection
    query = select(table.c.system).where(table.c.tenant == tenant).order_by(table.c.system)
    named = transaction.execute(query).scalars()
    return [one for one in named if base_of(one) == base_of(system)]


def _change(transaction: Transaction, tenant: str, system: str, values: dict[str, Any]) -> None:
    table = models.connection
    here = and_(table.c.tenant == tenant, table.c.system == system)
    transaction.execute(update(table).where(here).values(values))


def _row(connection: Connection) -> dict[str, Any]:
    return {
        **vars(connection),
        "reason": cut(connection.reason),
        "recent_calls": _times_text(connection.recent_calls),
    }


def _from_row(row: dict[str, Any]) -> Connection:
    times = tuple(dt.datetime.fromisoformat(text) for text in row["recent_calls"].split())
    return Connection(**{**row, "recent_calls": times})


def _times_text(times: Iterable[dt.datetime]) -> str:
    return " ".join(time.astimezone(dt.UTC).isoformat() for time in times)
