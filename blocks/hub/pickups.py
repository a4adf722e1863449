"""Pickups: with whom it was agreed that files are fetched, when next, and which were taken.

A file that was taken is known by name, size, time and hash for as long as it lies there, so that a
server that may only be read gives it once. What became of its bytes is kept for ever (`Files`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import and_, delete, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events, cut
from blocks.hub.states import PickupState
from blocks.hub.tenants import require
from ledger.onboarding_form import BLOCK, POLL_MINUTES

DEFAULT_MINUTES: Final = 5
"""Minutes between two polls unless others were agreed (R-FIN-20)."""

GRACE: Final = dt.timedelta(seconds=15)
"""How much before its time a poll may be: the sweep comes once a minute, never to the second."""

NOT_YET: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


class IntervalUnfit(Refused):
    """An interval was to be agreed that is not offered."""

    is_misuse = True
    sentence = (
        "{minutes} minutes between two pickups are not offered: expected a whole number from "
        "{least} to {most}."
    )


class PickupUnfit(Refused):
    """An agreement on a pickup cannot be as given."""

    is_misuse = True
    sentence = (
        "The pickup of {tenant} cannot have this {field}: expected {expected}. Nothing was changed."
    )


class NoPickup(Refused):
    """Nothing was agreed on a pickup with a tenant."""

    sentence = (
        "No pickup was agreed with {tenant}. `tasma sftp set {tenant} --block sftp-account/NAME "
        "--folder /FOLDER` keeps what was agreed."
    )


@dataclass(frozen=True)
class Pickup:
    """What was agreed with a tenant, and how its polls go.

    `block`: type and name of the Prefect block with the login. `due_at`: of the next poll.
    `last_file_at`: when a new file was last taken. `problem`: why the last poll failed, empty when
    it did not; `problem_since`: of the first poll that failed so.
    """

    tenant: str
    block: str
    folder: str
    file_pattern: str = ""
    done_suffix: str = ""
    poll_minutes: int = DEFAULT_MINUTES
    agreed_by: str = ""
    agreed_at: dt.datetime = NOT_YET
    due_at: dt.datetime = NOT_YET
    polled_at: dt.datetime | None = None
    last_file_at: dt.datetime | None = None
    problem: str = ""
    problem_since: dt.datetime | None = None

    def is_due(self, at: dt.datetime) -> bool:
        """Return whether a poll may begin at that moment."""
        return self.due_at - GRACE <= at

    def silent_for(self, at: dt.datetime) -> dt.timedelta:
        """Return for how long no new file has come, or since the agreement."""
        return at - max(self.agreed_at, self.last_file_at or NOT_YET)


@dataclass(frozen=True)
class PickupFile:
    """A file of a tenant's folder that was looked at; `modified_s`: seconds since 1970 (UTC)."""

    tenant: str
    name: str
    size_bytes: int
    modified_s: int
    sha256: str
    state: PickupState
    reason: str = ""
    seen_at: dt.datetime = NOT_YET
    move_attempts: int = 0


class Pickups:
    """Reads and changes agreements, polls and files."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def agree(self, pickup: Pickup, *, who: str) -> Pickup:
        """Keep what was agreed; the next poll is due at once.

        Raises:
            IntervalUnfit: Not 1 to 20 whole minutes.
            PickupUnfit: Block, folder, pattern or suffix cannot be so.
            UnknownTenant: The hub has no such tenant.
        """
        require_fit(pickup)
        table, now = models.pickup, self._database.now()
        with self._database.writing() as connection:
            require(connection, pickup.tenant)
            old = connection.execute(
                select(table).where(table.c.tenant == pickup.tenant)
            ).one_or_none()
            new = replace(pickup, agreed_by=who, agreed_at=now, due_at=now)
            if old is not None:
                new = replace(new, polled_at=old.polled_at, last_file_at=old.last_file_at)
                connection.execute(delete(table).where(table.c.tenant == pickup.tenant))
            connection.execute(insert(table).values(vars(new)))
            message = f"pickup agreed by {who}: every {new.poll_minutes} minutes, {new.block}"
            self._events.record(connection, "pickup", message, tenant=new.tenant)
        return new

    def find(self, tenant: str) -> Pickup | None:
        """Return what was agreed with a tenant, None when nothing was."""
        return next(iter(self._where(tenant)), None)

    def get(self, tenant: str) -> Pickup:
        """Return what was agreed with a tenant.

        Raises:
            NoPickup: Nothing was.
        """
        if found := self.find(tenant):
            return found
        raise NoPickup(tenant=tenant)

    def every(self) -> list[Pickup]:
        """Return all agreements, in order of tenant."""
        return self._where("")

    def stop(self, tenant: str, *, who: str) -> None:
        """Forget the agreement with a tenant, and which of its files were taken.

        Raises:
            NoPickup: There is none.
        """
        with self._database.writing() as connection:
            for table in (models.pickup_file, models.pickup):
                gone = connection.execute(delete(table).where(table.c.tenant == tenant))
            if not gone.rowcount:
                raise NoPickup(tenant=tenant)
            self._events.record(connection, "pickup", f"pickup ended by {who}", tenant=tenant)

    def begin(self, pickup: Pickup) -> bool:
        """Begin a poll: the next is due an interval from now, so that late ones are dropped.

        Returns:
            False when somebody began one since `pickup` was read.
        """
        now = self._database.now()
        due = now + dt.timedelta(minutes=pickup.poll_minutes)
        table = models.pickup
        here = and_(table.c.tenant == pickup.tenant, table.c.due_at == pickup.due_at)
        with self._database.writing() as connection:
            began = connection.execute(update(table).where(here).values(due_at=due, polled_at=now))
            return bool(began.rowcount)

    def ended(self, tenant: str, *, problem: str = "", took_file: bool = False) -> bool:
        """Note how a poll ended; return whether its problem is a new one."""
        table, now = models.pickup, self._database.now()
        here = table.c.tenant == tenant
        with self._database.writing() as connection:
            old = connection.execute(select(table.c.problem).where(here)).scalar()
            is_new = cut(problem) != old
            values: dict[str, object] = {"problem": cut(problem)} if is_new else {}
            if is_new:
                values["problem_since"] = now if problem else None
                message = problem or "the pickup works again"
                self._events.record(connection, "pickup", message, tenant=tenant)
            if took_file:
                values["last_file_at"] = now
            if values:
                connection.execute(update(table).where(here).values(values))
        return is_new and bool(problem)

    def files(self, tenant: str) -> dict[str, PickupFile]:
        """Return the files of a tenant that are remembered, by name."""
        table = models.pickup_file
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.tenant == tenant))
            return {row.name: PickupFile(**row._asdict()) for row in rows}

    def remember(self, file: PickupFile) -> PickupFile:
        """Remember a file in place of what was known under its name."""
        table = models.pickup_file
        new = replace(file, reason=cut(file.reason))
        if new.seen_at == NOT_YET:
            new = replace(new, seen_at=self._database.now())
        with self._database.writing() as connection:
            require(connection, file.tenant)
            here = and_(table.c.tenant == file.tenant, table.c.name == file.name)
            connection.execute(delete(table).where(here))
            connection.execute(insert(table).values(vars(new)))
        return new

    def forget(self, tenant: str, *names: str) -> None:
        """Forget files that no longer lie there."""
        table = models.pickup_file
        with self._database.writing() as connection:
            for name in names:
                here = and_(table.c.tenant == tenant, table.c.name == name)
                connection.execute(delete(table).where(here))

    def _where(self, tenant: str) -> list[Pickup]:
        table = models.pickup
        query = select(table).order_by(table.c.tenant)
        if tenant:
            query = query.where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            return [Pickup(**row._asdict()) for row in connection.execute(query)]


def require_fit(pickup: Pickup) -> None:
    """Make sure that `Pickups.agree` would take an agreement, and change nothing.

    Raises:
        IntervalUnfit, PickupUnfit: As it does.
    """
    least, most = POLL_MINUTES
    minutes = pickup.poll_minutes
    if not isinstance(minutes, int) or not least <= minutes <= most:
        raise IntervalUnfit(minutes=minutes, least=least, most=most)
    is_path = pickup.folder and ".." not in pickup.folder.split("/")
    for field, is_right, limit, expected in (
        ("block", BLOCK.fullmatch(pickup.block), 201, "type and name, sftp-account/acme"),
        ("folder", is_path, 1_024, "a path on the server, such as /out, without .."),
        ("file_pattern", "/" not in pickup.file_pattern, 255, "a name without folders: acme-*.se"),
        ("done_suffix", "/" not in pickup.done_suffix, 32, "an ending of names, such as .done"),
    ):
        text = getattr(pickup, field)
        if not is_right or not text.isprintable() or len(text) > limit:
            raise PickupUnfit(tenant=pickup.tenant, field=field, expected=expected)
