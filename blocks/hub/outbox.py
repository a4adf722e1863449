"""The outbox: documents on their way to other systems, stored before and after each call.

What may happen to one is decided by `ledger.push.advance`; here it is made to last, one transaction
an event, each with its line in a log that is only added to.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.leases import next_token
from blocks.hub.outbox_adding import add_document, remember_key, remember_tenant
from blocks.hub.outbox_balance import Delivered, delivered, phases
from blocks.hub.outbox_due import busy_in, due_of, is_free, own_company
from blocks.hub.outbox_log import LogLine, log_event, read_log
from blocks.hub.outbox_rows import (
    NewDocument,
    Queued,
    QueuedFile,
    columns_of,
    in_batches,
    of,
    queued_of,
)
from blocks.hub.outbox_waits import (
    WARN_AFTER,
    WaitedFor,
    close_waits,
    hurry,
    learn,
    waited_for,
    wake,
)
from blocks.hub.tenants import require
from ledger.push.advance import Impossible, Rules, advance
from ledger.push.events import Action, Begun, Event
from ledger.push.items import Clock, Item, Phase
from ledger.push.kinds import Learned, PushKind

__all__ = [
    "LogLine",
    "NewDocument",
    "Outbox",
    "Queued",
    "QueuedFile",
    "WaitedFor",
    "remember_tenant",
]

OPEN: Final = (Phase.READY, Phase.SENDING, Phase.IN_DOUBT)
FOR_PEOPLE: Final = (Phase.HELD, Phase.REJECTED)
"""Where nothing goes on until somebody has looked."""
"""Phases in which there may be something to do."""

# Built once: to build a statement takes longer than SQLite takes to execute it.
ROW: Final = select(models.outbox_item).where(models.outbox_item.c.id == bindparam("row"))
CHANGE: Final = update(models.outbox_item).where(models.outbox_item.c.id == bindparam("row"))
CLAIM: Final = (
    update(models.outbox_item)
    .where(models.outbox_item.c.id == bindparam("row"), is_free())
    .values(claimed_until=bindparam("until"))
)
OTHERS_OF_CUSTOMER: Final = (
    select(models.outbox_item.c.id)
    .where(
        busy_in(bindparam("company")),
        models.outbox_item.c.id != bindparam("row"),
        models.outbox_item.c.customer == bindparam("customer"),
    )
    .limit(1)
)

BEFORE_CHARS: Final = 16_384
"""Longest text of what was read before a step: facts, not documents."""


class UnknownDocument(Refused):
    """There is no such document in the outbox."""

    sentence = (
        "The outbox of {tenant} has no document {source_id!r}. `tasma push status {tenant} --to "
        "{target}` lists those that wait."
    )


class SeveralKinds(Refused):
    """A document was named by its source's id alone, and there are several of that name."""

    sentence = (
        "The outbox of {tenant} has {source_id!r} more than once: {kinds}. Say which kind is meant."
    )


class TooMuchBefore(Refused):
    """A target wants more stored before a step than facts to compare with."""

    sentence = "What was read before {step} has {found:,} characters, limit {limit:,}."


@dataclass(frozen=True)
class Claimed:
    """A claim on a document: the token that fences others off, and until when it lasts."""

    token: int
    until: dt.datetime


def _nobody(new: NewDocument, why: str) -> None:
    """Leave a refusal to the count."""


class Outbox:
    """The documents of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        tenant: str,
        target: str,
        documents: Iterable[NewDocument],
        *,
        refused: Callable[[NewDocument, str], None] = _nobody,
    ) -> dict[str, int]:
        """Queue documents; one that is there already with the same content is not queued again.

        One that comes with another content replaces the first as long as nothing was sent.

        Args:
            tenant: Whose they are.
            target: The system that they go to.
            documents: What comes.
            refused: Is given each that was refused, and why in a sentence.

        Returns:
            How many were ``added``, ``replaced`` and ``known``, and how many were ``refused``
            because something of them was sent, or was sent before the tenant was erased, or because
            they would wait for themselves.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        counts = {"added": 0, "replaced": 0, "known": 0, "refused": 0}
        for batch in in_batches(documents):
            with self._database.writing() as connection:
                require(connection, tenant)
                at = self._database.now()
                became = [add_document(connection, tenant, target, new, now=at) for new in batch]
            for new, (what, why) in zip(batch, became, strict=True):
                counts[what] += 1
                if why:
                    refused(new, why)
        return counts

    def find(
        self, tenant: str, target: str, source_id: str, kind: PushKind | None = None
    ) -> Queued:
        """Return a document; the kind may be left out where the source's id says enough.

        Raises:
            UnknownDocument: There is none.
            SeveralKinds: There are several.
        """
        table = models.outbox_item
        here = and_(of(tenant, target), table.c.source_id == source_id)
        kinds = table.c.kind.in_([kind] if kind else list(PushKind))
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(here, kinds)).mappings().all()
        if not rows:
            raise UnknownDocument(tenant=tenant, source_id=source_id, target=target)
        if len(rows) > 1:
            named = ", ".join(sorted(row["kind"] for row in rows))
            raise SeveralKinds(tenant=tenant, source_id=source_id, kinds=named)
        return queued_of(rows[0])

    def take_over(self, tenant: str, target: str, now: Clock) -> None:
        """Let whatever waits on another process's clock be due now on this one's."""
        table = models.outbox_item
        others = and_(table.c.due_epoch != "", table.c.due_epoch != now.epoch)
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(of(tenant, target), others)
                .values(due_s=now.seconds, due_epoch=now.epoch)
            )

    def next_due(
        self,
        tenant: str,
        target: str,
        now: Clock,
        *,
        kinds: Iterable[PushKind] = tuple(PushKind),
        company: str = "",
    ) -> tuple[Queued | None, float | None]:
        """Return the next document with something to do, else how many seconds until one has.

        Those whose worker is gone come first, then those whose wait is over, then the oldest that
        nothing holds up; each is found by an index, however many there are. The caller holds the
        tenant's lease and has called `take_over`.

        Args:
            tenant: Whose documents.
            target: The system that they go to.
            now: On the caller's clock.
            kinds: Others are let alone.
            company: As the target names its company; empty where the tenant is all there is of it.
        """
        where: dict[str, Any] = {"tenant": tenant, "target": target, "kinds": list(kinds)}
        where |= {"company": company or own_company(tenant, target), "at": self._database.now()}
        with self._database.reading() as connection:
            return due_of(connection, where, now)

    def tenants_with_work(self, target: str) -> list[str]:
        """Return the tenants that have something to do and are not paused, in order."""
        table, mark = models.outbox_item, models.push_mark
        paused = select(mark.c.tenant).where(mark.c.target == target, mark.c.paused)
        query = (
            select(table.c.tenant)
            .where(table.c.target == target, table.c.phase.in_(OPEN))
            .where((table.c.waits == 0) | (table.c.phase != Phase.READY))
            .where(table.c.tenant.not_in(paused.scalar_subquery()))
            .distinct()
            .order_by(table.c.tenant)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def targets_with_work(self) -> list[str]:
        """Return the targets for which any tenant has something open, in order."""
        table = models.outbox_item
        query = select(table.c.target).where(table.c.phase.in_(OPEN)).distinct()
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(table.c.target)).scalars())

    def open_kinds(self, tenant: str, target: str) -> list[PushKind]:
        """Return the kinds of which a tenant has something to do, or may have soon."""
        table = models.outbox_item
        query = select(table.c.kind).where(of(tenant, target), table.c.phase.in_(OPEN)).distinct()
        with self._database.reading() as connection:
            found = set(connection.execute(query).scalars())
        return [kind for kind in PushKind if kind in found]

    def waiting(
        self, tenant: str, target: str = "", *, limit: int, longer_than: dt.timedelta | None = None
    ) -> list[Queued]:
        """Return documents that wait for others, oldest first: all, or those that do for long.

        Those too for which what they wait for is there, and has not got its number yet.
        """
        table = models.outbox_item
        put_off = and_(
            table.c.due_epoch != "", table.c.id.in_(select(models.outbox_wait.c.item_id))
        )
        query = select(table).where(
            table.c.tenant == tenant, table.c.phase == Phase.READY, (table.c.waits > 0) | put_off
        )
        if target:
            query = query.where(table.c.target == target)
        if longer_than is not None:
            query = query.where(table.c.created_at <= self._database.now() - longer_than)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.id).limit(limit)).mappings()
            return [queued_of(row) for row in rows]

    def overdue(self, tenant: str, target: str = "", *, limit: int) -> list[Queued]:
        """Return documents that have waited for others for so long that a person is warned."""
        return self.waiting(tenant, target, limit=limit, longer_than=WARN_AFTER)

    def waited_for(self, queued: Queued) -> list[WaitedFor]:
        """Return how each stands that a document waits for, as long as its first step is open."""
        if queued.item.finished or not queued.item.waits_for:
            return []
        with self._database.reading() as connection:
            return waited_for(connection, queued.tenant, queued.target, queued.item)

    def learned(self, queued: Queued) -> tuple[Learned, ...] | None:
        """Return what there is to know of all that a document waits for; None while one is unmet.

        Once its first step is done, that is what it knew then.
        """
        if queued.item.finished or not queued.item.waits_for:
            return queued.item.learned
        with self._database.reading() as connection:
            return learn(connection, queued.tenant, queued.target, queued.item)

    def listed(
        self,
        tenant: str,
        target: str = "",
        *,
        phase: Phase | None = None,
        since: dt.datetime | None = None,
        limit: int | None = None,
    ) -> list[Queued]:
        """Return a tenant's documents, newest first: all, or what something happened to since."""
        table = models.outbox_item
        query = select(table).where(table.c.tenant == tenant).order_by(table.c.id.desc())
        query = query.limit(limit)
        if since:
            query = query.where(table.c.updated_at >= since)
        if target:
            query = query.where(table.c.target == target)
        if phase:
            query = query.where(table.c.phase == phase)
        with self._database.reading() as connection:
            return [queued_of(row) for row in connection.execute(query).mappings()]

    def balance(self, tenant: str, target: str) -> dict[str, int]:
        """Count a tenant's documents by where they stand; together they are all that came."""
        table = models.outbox_item
        query = (
            select(table.c.phase, func.count()).where(of(tenant, target)).group_by(table.c.phase)
        )
        with self._database.reading() as connection:
            return {str(phase): count for phase, count in connection.execute(query)}

    def phases(self, tenant: str, source: str) -> dict[str, Phase]:
        """Return where each document of a source stands, by its id there, whatever its target."""
        with self._database.reading() as connection:
            return phases(connection, tenant, source)

    def for_people(self, tenant: str = "") -> dict[tuple[str, str], int]:
        """Count the documents that wait for a person, by tenant and target: of all, or of one."""
        table = models.outbox_item
        # By the index that begins with the target: those that are done are millions.
        targets = select(models.connection.c.system).distinct()
        query = (
            select(table.c.tenant, table.c.target, func.count())
            .where(table.c.target.in_(targets), table.c.phase.in_(FOR_PEOPLE))
            .group_by(table.c.tenant, table.c.target)
        )
        if tenant:
            query = query.where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            return {(of, target): count for of, target, count in connection.execute(query)}

    def received(self, tenant: str, target: str) -> int:
        """Count all documents that a tenant ever queued for a target."""
        table = models.outbox_item
        query = select(func.count()).select_from(table).where(of(tenant, target))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def delivered(
        self, tenant: str, target: str, *, since: dt.datetime | None = None
    ) -> list[Delivered]:
        """Return each document with what was taken in and where it stands: all, or since then."""
        with self._database.reading() as connection:
            return delivered(connection, tenant, target, since=since)

    def targets_of(self, tenant: str = "") -> list[tuple[str, str]]:
        """Return each tenant, or one, with each target that it ever queued a document for."""
        table = models.outbox_item
        query = select(table.c.tenant, table.c.target).distinct()
        if tenant:
            query = query.where(table.c.tenant == tenant)
        query = query.order_by(table.c.tenant, table.c.target)
        with self._database.reading() as connection:
            return [(tenant, target) for tenant, target in connection.execute(query)]

    def created(self, tenant: str, target: str, *, limit: int) -> list[Queued]:
        """Return the newest documents that the target has, as far as we know."""
        table = models.outbox_item
        query = select(table).where(of(tenant, target), table.c.target_id != "")
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.id.desc()).limit(limit)).mappings()
            return [queued_of(row) for row in rows]

    def claim(self, queued: Queued, *, lasts: dt.timedelta) -> Claimed | None:
        """Take a document for a call; None while somebody else has it."""
        with self._database.writing() as connection:
            return self._claim(connection, queued, lasts=lasts)

    def _claim(
        self, connection: Connection, queued: Queued, *, lasts: dt.timedelta
    ) -> Claimed | None:
        at = self._database.now()
        here = {"row": queued.id, "at": at, "until": at + lasts}
        taken = connection.execute(CLAIM, here).rowcount
        return Claimed(next_token(connection), at + lasts) if taken else None

    def release(self, queued: Queued, claimed: Claimed) -> None:
        """Give a claim back; one that was overtaken stays with who has it now."""
        table = models.outbox_item
        mine = and_(table.c.id == queued.id, table.c.claimed_until == claimed.until)
        with self._database.writing() as connection:
            connection.execute(update(table).where(mine).values(claimed_until=None))

    def begin(
        self,
        queued: Queued,
        event: Begun,
        *,
        lasts: dt.timedelta,
        rules: Rules,
        now: Clock,
        run_id: str = "",
        company: str = "",
    ) -> tuple[Queued, Claimed] | None:
        """Claim a document and let a call of it begin, at once; None while somebody else has it.

        The event's token becomes that of the claim.

        Raises:
            Impossible, TooMuchBefore: As `apply`; then nothing was claimed.
        """
        with self._database.writing() as connection:
            claimed = self._claim(connection, queued, lasts=lasts)
            if claimed is None:
                return None
            begun = replace(event, token=claimed.token)
            happening = _Happening(queued, begun, rules, now, run_id, company)
            after, _ = happening.to_stored(connection, self._database.now())
            return after, claimed

    def apply(
        self,
        queued: Queued,
        event: Event,
        *,
        rules: Rules,
        now: Clock,
        run_id: str = "",
        company: str = "",
        ends: Claimed | None = None,
    ) -> tuple[Queued, Action | None]:
        """Let an event happen to a document as it is stored now, and log it.

        Args:
            queued: The document, as it was read.
            event: What happens to it.
            rules: Of the target.
            now: On the caller's clock.
            run_id: In whose run.
            company: As the target names its company, for a call that begins.
            ends: A claim that is given back with it.

        Raises:
            Impossible: It cannot happen to it; or it holds only of the document as it was read, and
                another process has changed it, or what it waits for, or is busy with its customer.
            TooMuchBefore: What was read before the step is no few facts.
        """
        happening = _Happening(queued, event, rules, now, run_id, company, ends)
        with self._database.writing() as connection:
            return happening.to_stored(connection, self._database.now())

    def log(self, queued: Queued) -> list[LogLine]:
        """Return a document's log, oldest first."""
        with self._database.reading() as connection:
            return read_log(connection, queued)

    def keys(self, tenant: str, target: str, keys: Sequence[str]) -> dict[str, Queued]:
        """Return those of some documents that the outbox has, by key."""
        table = models.outbox_item
        found: dict[str, Queued] = {}
        with self._database.reading() as connection:
            for batch in in_batches(keys):
                query = select(table).where(of(tenant, target), table.c.key.in_(batch))
                found |= {
                    row["key"]: queued_of(row) for row in connection.execute(query).mappings()
                }
        return found

    def of_others(self, queued: Queued, ids: Iterable[str]) -> frozenset[str]:
        """Return those ids there that another document of its kind is known to have."""
        table = models.outbox_item
        here = and_(of(queued.tenant, queued.target), table.c.kind == queued.kind)
        found: set[str] = set()
        with self._database.reading() as connection:
            for batch in in_batches(sorted(ids)):
                query = select(table.c.target_id).where(
                    here, table.c.id != queued.id, table.c.target_id.in_(batch)
                )
                found.update(connection.execute(query).scalars())
        return frozenset(found)

    def remember(self, target: str, ids: Mapping[str, str]) -> None:
        """Note ids of documents with keys of ours that the outbox does not have, by key.

        A hub that was restored from a copy may have lost them; whoever adds one of them once more
        must not have it sent once more.
        """
        with self._database.writing() as connection:
            for key, target_id in ids.items():
                remember_key(connection, target, key, target_id)


@dataclass(frozen=True)
class _Happening:
    """An event that happens to a document. `queued`: as it was read; the rest as `apply` has it."""

    queued: Queued
    event: Event
    rules: Rules
    now: Clock
    run_id: str
    company: str
    ends: Claimed | None = None

    def to_stored(self, connection: Connection, at: dt.datetime) -> tuple[Queued, Action | None]:
        """Let it happen to the document as it is stored, within a transaction."""
        row = connection.execute(ROW, {"row": self.queued.id}).mappings().one()
        before = queued_of(row)
        values: dict[str, Any] = {"row": before.id, "updated_at": at}
        if isinstance(self.event, Begun):
            values["company"] = self.company or own_company(before.tenant, before.target)
            _require_free(connection, before, self.event, values["company"])
        if self.ends and self.ends.until == before.claimed_until:
            values["claimed_until"] = None
        item, action = advance(
            before.item, self.event, rules=self.rules, now=self.now, read=self.queued.item
        )
        connection.execute(CHANGE, values | columns_of(item, action, self.now))
        log_event(connection, before, self.event, item, at=at, run_id=self.run_id)
        _tell_others(connection, before, item)
        waits = 0 if item.finished else before.waits
        return replace(before, item=item, updated_at=at, waits=waits), action


def _tell_others(connection: Connection, before: Queued, item: Item) -> None:
    """Keep for ever what was made, and bring up to date whatever waits for the document."""
    if item.is_created and not before.item.is_created:
        remember_key(connection, before.target, item.key, item.target_id)
    if item.finished and not before.item.finished and item.waits_for:
        close_waits(connection, before.id)
    if _is_elsewhere(before, item):
        wake(connection, before, item)
    if item.target_number != before.item.target_number:
        hurry(connection, before)


def _is_elsewhere(before: Queued, item: Item) -> bool:
    """Return whether those that wait for a document may find it elsewhere than before."""
    then = before.item
    return (then.finished, then.hold, then.target_id) != (item.finished, item.hold, item.target_id)


def _require_free(connection: Connection, queued: Queued, event: Begun, company: str) -> None:
    """Make sure, as the call is stored, that nothing has come between it and what was read."""
    found = len(json.dumps(dict(event.before)))
    if found > BEFORE_CHARS:
        raise TooMuchBefore(step=queued.item.step, found=found, limit=BEFORE_CHARS)
    item = queued.item
    if item.finished:
        return
    if item.waits_for and event.learned != learn(connection, queued.tenant, queued.target, item):
        raise Impossible(item, event)
    here = {"company": company, "row": queued.id, "customer": queued.customer}
    if connection.execute(OTHERS_OF_CUSTOMER, here).first():
        raise Impossible(item, event)
