"""Leases: who may work on a resource now, for how long, and with which fencing token.

A lease alone stops nobody who was asleep while it ran out; its token does. Tokens only grow: they
come from one counter of the hub that is never reset, neither by a release nor when a tenant is
erased, so a late writer always shows a lower token than the one who came after.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import LeaseLost, LeaseTaken
from blocks.hub.refusals import LeaseLife, LeaseUnnamed
from blocks.processes import is_gone, is_here, this_process
from ledger.fiscal_year import FiscalYear

DEFAULT_TTL_S: Final = 120.0
"""How long a lease lasts unless it is renewed."""

MIN_TTL_S: Final = 0.1
MAX_TTL_S: Final = 3_600.0
"""Longest lease: a crashed holder blocks its resource for at most this long."""

CLOCK_SLACK_S: Final = 60.0
"""How far the clock by which a lease was given may have been ahead before that is noticed."""

COUNTER: Final = "lease_token"
NEXT_TOKEN: Final = (
    update(models.counter)
    .where(models.counter.c.name == COUNTER)
    .values(value=models.counter.c.value + 1)
    .returning(models.counter.c.value)
)


@dataclass(frozen=True)
class Lease:
    """The right to work on `resource` until `expires_at`; `token` goes with every write.

    `process`: who took it (`blocks.processes`), empty where that is not known. `ttl_s`: for how
    long it was given or renewed the last time.
    """

    resource: str
    tenant: str
    holder: str
    token: int
    run_id: str
    acquired_at: dt.datetime
    expires_at: dt.datetime
    process: str = ""
    ttl_s: float = 0.0

    def is_live(self, at: dt.datetime) -> bool:
        """Return whether the lease is held at that moment; at its very end it is not."""
        return self._lasts(at) and not self.is_stale(at)

    def is_stale(self, at: dt.datetime) -> bool:
        """Return whether it would last on although nobody holds it.

        Its process has ended without a word; or the clock was ahead when it was given, and nobody
        is known to be there who will renew it by the right one.
        """
        if not self._lasts(at):
            return False
        longest = dt.timedelta(seconds=(self.ttl_s or MAX_TTL_S) + CLOCK_SLACK_S)
        is_ahead = self.expires_at - at > longest
        return is_gone(self.process) or (is_ahead and not is_here(self.process))

    def _lasts(self, at: dt.datetime) -> bool:
        return bool(self.holder) and at < self.expires_at

    @property
    def taken(self) -> LeaseTaken:
        """What somebody else is told who wants the resource."""
        return LeaseTaken(
            self.resource, holder=self.holder, since=self.acquired_at, until=self.expires_at
        )


def unit_resource(tenant: str, year: FiscalYear) -> str:
    """Name the resource that a load of this unit must hold."""
    return f"{tenant}/{year.key}"


class Leases:
    """Gives, renews and frees leases; the database decides, so processes cannot both win."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(
        self,
        resource: str,
        *,
        holder: str,
        ttl_s: float = DEFAULT_TTL_S,
        run_id: str = "",
        above: int = 0,
    ) -> Lease:
        """Take the lease of a resource that is free, or whose lease has run out or is stale.

        Args:
            resource: A path whose first part is the tenant, such as `unit_resource` makes; one
                that begins with ``/`` belongs to no tenant.
            holder: Who takes it, in words for the message that others get.
            ttl_s: Seconds until it runs out unless renewed.
            run_id: The run that takes it, by which it can be freed when the run has died.
            above: A token that has acted already: a hub restored from a backup has forgotten it.

        Raises:
            LeaseTaken: Somebody holds it; retrying later may help. Also for the same holder.
        """
        _check(resource, holder, ttl_s)
        tenant = resource.partition("/")[0]
        with self._database.writing(tenant=tenant) as connection:
            now = self._database.now()
            found = _find(connection, resource)
            if found and found.is_live(now):
                raise found.taken
            advance_past(connection, above)
            lease = Lease(
                resource=resource,
                tenant=tenant,
                holder=holder,
                token=next_token(connection),
                run_id=run_id,
                acquired_at=now,
                expires_at=now + dt.timedelta(seconds=ttl_s),
                process=this_process(),
                ttl_s=ttl_s,
            )
            _write(connection, lease, is_new=found is None)
        return lease

    def fresh_token(self, *, above: int = 0) -> int:
        """Return a token that is higher than all that were given, and than ``above``; no lease."""
        with self._database.writing() as connection:
            advance_past(connection, above)
            return next_token(connection)

    def renew(self, lease: Lease, *, ttl_s: float = DEFAULT_TTL_S) -> Lease:
        """Let the lease last `ttl_s` seconds from now.

        Raises:
            LeaseLost: It ran out, was freed, or belongs to somebody else; it never comes back.
        """
        _check(lease.resource, lease.holder, ttl_s)
        now = self._database.now()
        renewed = replace(lease, expires_at=now + dt.timedelta(seconds=ttl_s), ttl_s=ttl_s)
        self._change(
            lease, models.lease.c.expires_at > now, expires_at=renewed.expires_at, ttl_s=ttl_s
        )
        return renewed

    def release(self, lease: Lease) -> None:
        """Give the lease back.

        Raises:
            LeaseLost: It was freed already, or belongs to somebody else, who keeps it.
        """
        self._change(lease, expires_at=self._database.now(), holder="", run_id="")

    def find(self, resource: str) -> Lease | None:
        """Return the live lease of a resource, None when it is free."""
        with self._database.reading() as connection:
            found = _find(connection, resource)
        return found if found and found.is_live(self._database.now()) else None

    def live(self, *, tenant: str = "") -> list[Lease]:
        """Return the live leases, of one tenant or of all."""
        with self._database.reading() as connection:
            return live(connection, self._database.now(), tenant=tenant)

    def stale(self) -> list[Lease]:
        """Return the leases that would last on although nobody holds them."""
        with self._database.reading() as connection:
            return stale(connection, self._database.now())

    def free_stale(self) -> list[Lease]:
        """Free the leases that nobody holds any more, and return them."""
        return [lease for lease in self.stale() if self._freed(lease)]

    def refuse_busy(self, *resources: str, tenant: str = "") -> None:
        """Raise `LeaseTaken` if one of the resources, or any of a tenant, is held; never waits."""
        of_tenant = self.live(tenant=tenant) if tenant else []
        for lease in filter(None, (*map(self.find, resources), *of_tenant)):
            raise lease.taken

    def held_by_run(self, run_id: str) -> list[Lease]:
        """Return the live leases that a run took."""
        return [lease for lease in self.live() if lease.run_id == run_id]

    def release_run(self, run_id: str) -> list[Lease]:
        """Free what a dead run still holds, and return it; the next holder gets a higher token."""
        lasting = (*self.live(), *self.stale()) if run_id else ()
        return [lease for lease in lasting if lease.run_id == run_id and self._freed(lease)]

    def _freed(self, lease: Lease) -> bool:
        try:
            self.release(lease)
        except LeaseLost:  # it ended by itself in between
            return False
        return True

    def _change(
        self, lease: Lease, *conditions: ColumnElement[bool], **values: str | float | dt.datetime
    ) -> None:
        mine = and_(
            models.lease.c.resource == lease.resource,
            models.lease.c.holder == lease.holder,
            models.lease.c.token == lease.token,
        )
        with self._database.writing(tenant=lease.tenant) as connection:
            changed = connection.execute(
                update(models.lease).where(mine, *conditions).values(values)
            )
            if not changed.rowcount:
                raise LeaseLost(lease.resource, holder=lease.holder, token=lease.token)


def live(connection: Connection, at: dt.datetime, *, tenant: str = "") -> list[Lease]:
    """Return the leases held at that moment, within a transaction."""
    return [lease for lease in _held(connection, tenant=tenant) if lease.is_live(at)]


def stale(connection: Connection, at: dt.datetime) -> list[Lease]:
    """Return the leases that would last on although nobody holds them, within a transaction."""
    return [lease for lease in _held(connection) if lease.is_stale(at)]


def _held(connection: Connection, *, tenant: str = "") -> list[Lease]:
    query = select(models.lease).where(models.lease.c.holder != "")
    if tenant:
        query = query.where(models.lease.c.tenant == tenant)
    rows = connection.execute(query.order_by(models.lease.c.resource))
    return [Lease(**row._asdict()) for row in rows]


def latest_token(connection: Connection, resource: str) -> int:
    """Return the token last given for a resource, held or not; 0 when there was none."""
    found = _find(connection, resource)
    return found.token if found else 0


def advance_past(connection: Connection, token: int) -> None:
    """Make every later token higher than `token`, within a transaction."""
    counter = models.counter
    here = and_(counter.c.name == COUNTER, counter.c.value < token)
    connection.execute(update(counter).where(here).values(value=token))


def _check(resource: str, holder: str, ttl_s: float) -> None:
    if not MIN_TTL_S <= ttl_s <= MAX_TTL_S:
        raise LeaseLife(least_s=MIN_TTL_S, most_s=MAX_TTL_S, ttl_s=ttl_s)
    if not holder or not resource or len(resource) > models.NAME_CHARS:
        raise LeaseUnnamed(limit_chars=models.NAME_CHARS)


def _find(connection: Connection, resource: str) -> Lease | None:
    query = select(models.lease).where(models.lease.c.resource == resource)
    row = connection.execute(query).one_or_none()
    return None if row is None else Lease(**row._asdict())


def next_token(connection: Connection) -> int:
    """Return a token that is higher than any before, in the caller's transaction."""
    return int(connection.execute(NEXT_TOKEN).scalar_one())


def _write(connection: Connection, lease: Lease, *, is_new: bool) -> None:
    if is_new:
        connection.execute(insert(models.lease).values(vars(lease)))
    else:
        query = update(models.lease).where(models.lease.c.resource == lease.resource)
        connection.execute(query.values(vars(lease)))
