"""The outbox: documents on their way to other systems, stored before and after each call.

What may happen to one is decided by `ledger.push.advance`; here it is made to last, one transaction
an event, each with its line in a log that is only added to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    select,
    update,
)

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.leases import next_token
from blocks.hub.tenants import require
from ledger.push.advance import Rules, advance
from ledger.push.events import Action, Begun, Event, ReadState, Search
from ledger.push.items import Clock, Item, Phase, Step
from ledger.push.stored import read_item, write_item

OPEN: Final = (Phase.READY, Phase.SENDING, Phase.IN_DOUBT)
"""Phases in which there may be something to do."""

BATCH: Final = 500
"""Documents that are added in one transaction."""


T = TypeVar("T")


class UnknownDocument(Refused):
    """There is no such document in the outbox."""

    sentence = (
        "The outbox of {tenant} has no document {source_id!r}. `tasma push status` lists them."
    )


@dataclass(frozen=True)
class NewDocument:
    """A document to be pushed. `key`: ours, of no other tenant; it travels along.

    `customer`: whose it is there. `document`: as JSON, with its `digest`; the same twice is one.
    """

    source_id: str
    kind: str
    key: str
    customer: str
    document: str
    digest: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Queued:
    """A document of the outbox. `item`: where it stands; `claimed_until`: while it is sent."""

    id: int
    tenant: str
    target: str
    kind: str
    source_id: str
    customer: str
    document: str
    digest: str
    item: Item
    claimed_until: dt.datetime | None
    updated_at: dt.datetime


@dataclass(frozen=True)
class Claimed:
    """A claim on a document: the token that fences others off, and until when it lasts."""

    token: int
    until: dt.datetime


@dataclass(frozen=True)
class LogLine:
    """One line of a document's log."""

    at: dt.datetime
    kind: str
    state: str
    step: str
    detail: str
    run_id: str


class Outbox:
    """The documents of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant: str, target: str, documents: Iterable[NewDocument]) -> dict[str, int]:
        """Queue documents; one that is there already with the same content is not queued again.

        One that comes with another content replaces the first as long as nothing was sent.

        Returns:
            How many were ``added``, ``replaced`` and ``known``, and how many were ``refused``
            because something of them was sent, or was sent before the tenant was erased.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        counts = {"added": 0, "replaced": 0, "known": 0, "refused": 0}
        for batch in _batches(documents):
            with self._database.writing() as connection:
                require(connection, tenant)
                for document in batch:
                    counts[self._add(connection, tenant, target, document)] += 1
        return counts

    def find(self, tenant: str, target: str, source_id: str) -> Queued:
        """Return a document.

        Raises:
            UnknownDocument: There is none.
        """
        table = models.outbox_item
        here = and_(_of(tenant, target), table.c.source_id == source_id)
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(here)).mappings().one_or_none()
        if row is None:
            raise UnknownDocument(tenant=tenant, source_id=source_id)
        return _queued(row)

    def take_over(self, tenant: str, target: str, now: Clock) -> None:
        """Let whatever waits on another process's clock be due now on this one's."""
        table = models.outbox_item
        others = and_(table.c.due_epoch != "", table.c.due_epoch != now.epoch)
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(_of(tenant, target), others)
                .values(due_s=now.seconds, due_epoch=now.epoch)
            )

    def next_due(self, tenant: str, target: str, now: Clock) -> tuple[Queued | None, float | None]:
        """Return the next document with something to do, else how many seconds until one has.

        Those whose worker is gone come first, then those whose wait is over, then the oldest that
        nothing holds up; each is found by an index, however many there are. The caller holds the
        tenant's lease and has called `take_over`.
        """
        with self._database.reading() as connection:
            if row := connection.execute(self._abandoned(tenant, target)).mappings().first():
                return _queued(row), 0.0
            waiting = connection.execute(self._waiting(tenant, target, now)).mappings().first()
            if waiting and waiting["due_s"] <= now.seconds:
                return _queued(waiting), 0.0
            if row := connection.execute(self._fresh(tenant, target)).mappings().first():
                return _queued(row), 0.0
        return None, waiting["due_s"] - now.seconds if waiting else None

    def _abandoned(self, tenant: str, target: str) -> Select[Any]:
        table = models.outbox_item
        here = and_(_of(tenant, target), table.c.phase == Phase.SENDING, self._is_free())
        return select(table).where(here).order_by(table.c.id).limit(1)

    def _waiting(self, tenant: str, target: str, now: Clock) -> Select[Any]:
        table = models.outbox_item
        here = and_(_of(tenant, target), table.c.due_epoch == now.epoch, self._is_free())
        may_go_on = (table.c.phase == Phase.IN_DOUBT) | self._may_call(tenant, target)
        return select(table).where(here, may_go_on).order_by(table.c.due_s).limit(1)

    def _fresh(self, tenant: str, target: str) -> Select[Any]:
        table = models.outbox_item
        here = and_(_of(tenant, target), table.c.phase == Phase.READY, table.c.due_epoch == "")
        query = select(table).where(here, self._is_free(), self._may_call(tenant, target))
        return query.order_by(table.c.id).limit(1)

    def _may_call(self, tenant: str, target: str) -> ColumnElement[bool]:
        """Return that a document is created already, or that nothing blocks its customer.

        While a create of a customer's document is on its way or in doubt, no other document of that
        customer is created: two at once could make the customer twice.
        """
        table = models.outbox_item
        busy = (
            select(table.c.customer)
            .where(
                _of(tenant, target),
                table.c.phase.in_([Phase.SENDING, Phase.IN_DOUBT]),
                table.c.target_id == "",
            )
            .scalar_subquery()
        )
        return (table.c.target_id != "") | table.c.customer.not_in(busy)

    def _is_free(self) -> ColumnElement[bool]:
        claimed_until = models.outbox_item.c.claimed_until
        return claimed_until.is_(None) | (claimed_until <= self._database.now())

    def tenants_with_work(self, target: str) -> list[str]:
        """Return the tenants that have something to do and are not paused, in order."""
        table, mark = models.outbox_item, models.push_mark
        paused = select(mark.c.tenant).where(mark.c.target == target, mark.c.paused)
        query = (
            select(table.c.tenant)
            .where(table.c.target == target, table.c.phase.in_(OPEN))
            .where(table.c.tenant.not_in(paused.scalar_subquery()))
            .distinct()
            .order_by(table.c.tenant)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

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
            return [_queued(row) for row in connection.execute(query).mappings()]

    def balance(self, tenant: str, target: str) -> dict[str, int]:
        """Count a tenant's documents by where they stand; together they are all that came."""
        table = models.outbox_item
        query = (
            select(table.c.phase, func.count()).where(_of(tenant, target)).group_by(table.c.phase)
        )
        with self._database.reading() as connection:
            return {str(phase): count for phase, count in connection.execute(query)}

    def received(self, tenant: str, target: str) -> int:
        """Count all documents that a tenant ever queued for a target."""
        table = models.outbox_item
        query = select(func.count()).select_from(table).where(_of(tenant, target))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def created(self, tenant: str, target: str, *, limit: int) -> list[Queued]:
        """Return the newest documents that the target has, as far as we know."""
        table = models.outbox_item
        query = select(table).where(_of(tenant, target), table.c.target_id != "")
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.id.desc()).limit(limit)).mappings()
            return [_queued(row) for row in rows]

    def claim(self, queued: Queued, *, lasts: dt.timedelta) -> Claimed | None:
        """Take a document for a call; None while somebody else has it."""
        table, until = models.outbox_item, self._database.now() + lasts
        with self._database.writing() as connection:
            taken = connection.execute(
                update(table)
                .where(table.c.id == queued.id, self._is_free())
                .values(claimed_until=until)
            ).rowcount
            return Claimed(next_token(connection), until) if taken else None

    def release(self, queued: Queued, claimed: Claimed) -> None:
        """Give a claim back; one that was overtaken stays with who has it now."""
        table = models.outbox_item
        mine = and_(table.c.id == queued.id, table.c.claimed_until == claimed.until)
        with self._database.writing() as connection:
            connection.execute(update(table).where(mine).values(claimed_until=None))

    def apply(
        self, queued: Queued, event: Event, *, rules: Rules, now: Clock, run_id: str = ""
    ) -> tuple[Queued, Action | None]:
        """Let an event happen to a document as it is stored now, and log it.

        Raises:
            Impossible: It cannot happen to it.
        """
        table, at = models.outbox_item, self._database.now()
        with self._database.writing() as connection:
            row = connection.execute(select(table).where(table.c.id == queued.id)).mappings().one()
            before = _queued(row)
            item, action = advance(before.item, event, rules=rules, now=now)
            values = {"item": write_item(item), "phase": item.phase, "target_id": item.target_id}
            values |= _due(item, action, now) | {"updated_at": at}
            connection.execute(update(table).where(table.c.id == queued.id).values(**values))
            self._log(connection, before, event, item, run_id=run_id)
            if item.is_created and not before.item.is_created:
                remember_key(connection, before.target, item.key, item.target_id)
        return replace(before, item=item, updated_at=at), action

    def log(self, queued: Queued) -> list[LogLine]:
        """Return a document's log, oldest first."""
        table = models.outbox_event
        query = select(table).where(table.c.item_id == queued.id).order_by(table.c.id)
        with self._database.reading() as connection:
            return [
                LogLine(row.at, row.kind, row.state, row.step, row.detail, row.run_id)
                for row in connection.execute(query)
            ]

    def keys(self, tenant: str, target: str, keys: Sequence[str]) -> dict[str, Queued]:
        """Return those of some documents that the outbox has, by key."""
        table = models.outbox_item
        found: dict[str, Queued] = {}
        with self._database.reading() as connection:
            for batch in _batches(keys):
                query = select(table).where(_of(tenant, target), table.c.key.in_(batch))
                found |= {row["key"]: _queued(row) for row in connection.execute(query).mappings()}
        return found

    def remember(self, target: str, ids: Mapping[str, str]) -> None:
        """Note ids of documents with keys of ours that the outbox does not have, by key.

        A hub that was restored from a copy may have lost them; whoever adds one of them once more
        must not have it sent once more.
        """
        with self._database.writing() as connection:
            for key, target_id in ids.items():
                remember_key(connection, target, key, target_id)

    def _add(self, connection: Connection, tenant: str, target: str, new: NewDocument) -> str:
        table, now = models.outbox_item, self._database.now()
        here = and_(_of(tenant, target), table.c.key == new.key)
        row = connection.execute(select(table).where(here)).mappings().one_or_none()
        if row is None:
            if self._is_pushed(connection, target, new.key):
                return "refused"
            item = Item(new.key, new.steps)
            values = _row(new) | {"tenant": tenant, "target": target, "item": write_item(item)}
            values |= {"phase": item.phase, "target_id": "", "created_at": now, "updated_at": now}
            values |= {"due_s": 0.0, "due_epoch": ""}
            connection.execute(insert(table).values(values))
            return "added"
        before = _queued(row)
        if before.digest == new.digest:
            return "known"
        is_rejected = before.item.phase is Phase.REJECTED and not before.item.is_created
        is_untouched = not before.item.token or is_rejected
        if not is_untouched:
            self._note(connection, before, "changed", "another content came after it was sent")
            return "refused"
        fresh = replace(before.item, steps=new.steps, phase=Phase.READY, hold=None, answer_code="")
        values = _row(new) | {"item": write_item(fresh), "phase": fresh.phase, "updated_at": now}
        values |= {"due_s": 0.0, "due_epoch": ""}
        connection.execute(update(table).where(here).values(values))
        self._note(connection, before, "replaced", f"digest {before.digest[:16]} before")
        return "replaced"

    def _log(
        self, connection: Connection, before: Queued, event: Event, item: Item, *, run_id: str
    ) -> None:
        kind = type(event).__name__.lower()
        facts = {name: value for name, value in vars(event).items() if value not in ("", None)}
        if isinstance(event, Begun):
            facts["request"] = facts.pop("request_digest", "")[:16]
        if item.hold:
            facts["hold"] = f"{item.hold.code} {item.hold.detail}".strip()
        detail = ", ".join(f"{name}={_shown(value)}" for name, value in sorted(facts.items()))
        step = before.item.step or ""
        self._note(connection, before, kind, detail, state=item.state, step=step, run_id=run_id)

    def _note(
        self,
        connection: Connection,
        queued: Queued,
        kind: str,
        detail: str,
        *,
        state: str = "",
        step: str = "",
        run_id: str = "",
    ) -> None:
        row = {"tenant": queued.tenant, "item_id": queued.id, "at": self._database.now()}
        row |= {"kind": kind, "detail": detail, "run_id": run_id, "step": step}
        row["state"] = state or queued.item.state
        connection.execute(insert(models.outbox_event).values(row))

    def _is_pushed(self, connection: Connection, target: str, key: str) -> bool:
        table = models.pushed_key
        query = select(table.c.target).filter_by(target=target, key_sha256=_hash(key))
        return connection.execute(query).first() is not None


def remember_key(connection: Connection, target: str, key: str, target_id: str) -> None:
    """Note for ever that a document was pushed, or may have been, within a transaction."""
    table = models.pushed_key
    row = {"target": target, "key_sha256": _hash(key)}
    if not connection.execute(select(table.c.target).filter_by(**row)).first():
        connection.execute(insert(table).values(row | {"target_id_sha256": _hash(target_id)}))


def remember_tenant(connection: Connection, tenant: str) -> None:
    """Note whatever of a tenant was sent and may be there, before its outbox is erased."""
    table = models.outbox_item
    query = select(table).where(table.c.tenant == tenant, table.c.target_id == "")
    for row in connection.execute(query).mappings().all():
        item = read_item(row["item"])
        if item.token and item.phase is not Phase.REJECTED:
            remember_key(connection, row["target"], item.key, "")


def _due(item: Item, action: Action | None, now: Clock) -> dict[str, Any]:
    """Return when there is next something to do; at once is no time."""
    if item.phase is Phase.READY and item.ready_at:
        return {"due_s": item.ready_at.seconds, "due_epoch": item.ready_at.epoch}
    if isinstance(action, Search | ReadState):
        return {"due_s": now.seconds + action.wait_s, "due_epoch": now.epoch}
    return {"due_s": 0.0, "due_epoch": ""}


def _of(tenant: str, target: str) -> ColumnElement[bool]:
    table = models.outbox_item
    return and_(table.c.tenant == tenant, table.c.target == target)


def _row(new: NewDocument) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "key": new.key,
        "source_id": new.source_id,
        "customer": new.customer,
        "document": new.document,
        "document_digest": new.digest,
    }


def _queued(row: RowMapping) -> Queued:
    return Queued(
        id=row["id"],
        tenant=row["tenant"],
        target=row["target"],
        kind=row["kind"],
        source_id=row["source_id"],
        customer=row["customer"],
        document=row["document"],
        digest=row["document_digest"],
        item=read_item(row["item"]),
        claimed_until=row["claimed_until"],
        updated_at=row["updated_at"],
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return " ".join(sorted(map(str, value)))
    return str(value)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
