"""Documents that wait for others: kept open until those are there, all within a transaction.

A row stands for each document that one waits for, until the first step of the waiting one is done.
How many of them are not there yet is a column of the waiting one, so that what is due is found by
an index; each event of a document that changes how far it has come brings it up to date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from blocks.hub import models
from blocks.hub.outbox_rows import Queued
from ledger.push.items import Item, Phase
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.stored import read_item, write_item

MAX_WAITS: Final = 1_000
"""Documents that one may wait for."""

MAX_CHAIN: Final = 10_000
"""Documents that are looked at for a circle."""

WARN_AFTER: Final = dt.timedelta(days=7)
"""How long one may wait before a person is warned."""

ITEM, WAIT = models.outbox_item, models.outbox_wait

WAITED_STEPS: Final = (
    select(WAIT.c.step)
    .where(
        WAIT.c.tenant == bindparam("tenant"),
        WAIT.c.target == bindparam("target"),
        WAIT.c.kind == bindparam("kind"),
        WAIT.c.source_id == bindparam("source_id"),
    )
    .distinct()
)
"""Asked for after each create, of which few are waited for."""


@dataclass(frozen=True)
class WaitedFor:
    """One that a document waits for. `state`: its own, in a word; empty while it is not there."""

    prerequisite: Prerequisite
    state: str
    is_met: bool

    def __str__(self) -> str:
        if not self.state:
            return f"{self.prerequisite}, which was not added yet"
        return f"{self.prerequisite}, which is {self.state.replace('_', ' ')}"


def open_waits(
    connection: Connection, item_id: int, tenant: str, target: str, waits: Iterable[Prerequisite]
) -> int:
    """Store what a document waits for in place of what it waited for; return how many are unmet."""
    connection.execute(delete(WAIT).where(WAIT.c.item_id == item_id))
    unmet = 0
    for one in waits:
        found = _find(connection, tenant, target, one)
        is_met = found is not None and found.has_reached(one.step)
        unmet += not is_met
        row = {"tenant": tenant, "target": target, "item_id": item_id, "is_met": is_met}
        row |= {"kind": one.kind, "source_id": one.source_id, "step": one.step}
        connection.execute(insert(WAIT).values(row))
    connection.execute(update(ITEM).where(ITEM.c.id == item_id).values(waits=unmet))
    return unmet


def close_waits(connection: Connection, item_id: int) -> None:
    """Forget what a document waited for: its first step is done."""
    connection.execute(delete(WAIT).where(WAIT.c.item_id == item_id))
    connection.execute(update(ITEM).where(ITEM.c.id == item_id).values(waits=0))


def wake(connection: Connection, there: Queued, item: Item) -> None:
    """Bring up to date whatever waits for a document, which stands as `item` now."""
    named = {"tenant": there.tenant, "target": there.target}
    named |= {"kind": there.kind, "source_id": there.source_id}
    steps = connection.execute(WAITED_STEPS, named).scalars().all()
    if not steps:
        return
    here = and_(*(WAIT.c[column] == value for column, value in named.items()))
    for step in steps:
        is_met = item.has_reached(step)
        changed = and_(here, WAIT.c.step == step, WAIT.c.is_met != is_met)
        connection.execute(update(WAIT).where(changed).values(is_met=is_met))
    unmet = (
        select(func.count())
        .where(WAIT.c.item_id == ITEM.c.id, WAIT.c.is_met.is_(False))
        .scalar_subquery()
    )
    waiting = ITEM.c.id.in_(select(WAIT.c.item_id).where(here))
    connection.execute(update(ITEM).where(waiting).values(waits=unmet))


def hurry(connection: Connection, there: Queued) -> None:
    """Let what was put off for a document be due at once: its number is known now."""
    waiting = select(WAIT.c.item_id).where(
        WAIT.c.tenant == there.tenant,
        WAIT.c.target == there.target,
        WAIT.c.kind == there.kind,
        WAIT.c.source_id == there.source_id,
    )
    here = and_(ITEM.c.id.in_(waiting), ITEM.c.phase == Phase.READY, ITEM.c.due_epoch != "")
    for row in connection.execute(select(ITEM.c.id, ITEM.c.item).where(here)).all():
        item = write_item(replace(read_item(row.item), ready_at=None))
        values = {"item": item, "due_s": 0.0, "due_epoch": ""}
        connection.execute(update(ITEM).where(ITEM.c.id == row.id).values(**values))


def learn(
    connection: Connection, tenant: str, target: str, item: Item
) -> tuple[Learned, ...] | None:
    """Return what there is to know of all that a document waits for; None while one is unmet."""
    learned = []
    for one in item.waits_for:
        found = _find(connection, tenant, target, one)
        if found is None or not found.has_reached(one.step):
            return None
        known = Learned(one.kind, one.source_id, found.target_id, found.target_number)
        learned.append(known)
    return tuple(learned)


def waited_for(connection: Connection, tenant: str, target: str, item: Item) -> list[WaitedFor]:
    """Return how each stands that a document waits for."""
    return [_waited(one, _find(connection, tenant, target, one)) for one in item.waits_for]


def why_never(
    connection: Connection,
    tenant: str,
    target: str,
    here: tuple[PushKind, str],
    waits: tuple[Prerequisite, ...],
) -> str:
    """Return why a document must not wait for these, in a sentence; empty when it may."""
    if len(waits) > MAX_WAITS:
        return f"it waits for {len(waits):,} documents; at most {MAX_WAITS:,} are allowed"
    if len({(one.kind, one.source_id) for one in waits}) != len(waits):
        return "it names a document twice that it waits for"
    seen: set[tuple[PushKind, str]] = set()
    ahead = [(one.kind, one.source_id) for one in waits]
    while ahead:
        there = ahead.pop()
        if there == here:
            return "it waits for itself, through what it waits for"
        if there in seen:
            continue
        seen.add(there)
        if len(seen) > MAX_CHAIN:
            return f"it waits for more than {MAX_CHAIN:,} documents, one through another"
        ahead += _waited_by(connection, tenant, target, there)
    return ""


def _waited(one: Prerequisite, found: Item | None) -> WaitedFor:
    if found is None:
        return WaitedFor(one, "", is_met=False)
    if found.has_reached(one.step):
        return WaitedFor(one, found.state, is_met=True)
    if found.phase is Phase.DONE:
        return WaitedFor(one, f"done without the step {one.step}", is_met=False)
    return WaitedFor(one, found.state, is_met=False)


def _find(connection: Connection, tenant: str, target: str, one: Prerequisite) -> Item | None:
    query = select(ITEM.c.item).filter_by(
        tenant=tenant, target=target, kind=one.kind, source_id=one.source_id
    )
    text = connection.execute(query).scalar()
    return read_item(text) if text else None


def _waited_by(
    connection: Connection, tenant: str, target: str, there: tuple[PushKind, str]
) -> list[tuple[PushKind, str]]:
    kind, source_id = there
    query: Any = (
        select(WAIT.c.kind, WAIT.c.source_id)
        .join(ITEM, ITEM.c.id == WAIT.c.item_id)
        .where(
            ITEM.c.tenant == tenant,
            ITEM.c.target == target,
            ITEM.c.kind == kind,
            ITEM.c.source_id == source_id,
        )
    )
    return [(PushKind(kind), source_id) for kind, source_id in connection.execute(query)]
