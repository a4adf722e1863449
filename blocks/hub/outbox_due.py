"""Which document of the outbox is due: found by an index, however many there are.

Its statements are built once: to build them takes longer than SQLite takes to execute them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    select,
)

from blocks.hub import models
from blocks.hub.outbox_rows import Queued, queued_of
from ledger.push.items import Clock, Phase

ITEM = models.outbox_item


def due_of(
    connection: Connection, where: Mapping[str, Any], now: Clock
) -> tuple[Queued | None, float | None]:
    """Return the next document of some, else how many seconds until there is one.

    Args:
        connection: In whose transaction.
        where: ``tenant``, ``target``, ``kinds``, ``company``; and ``at``, the hub's time.
        now: On the caller's clock.
    """
    if row := connection.execute(ABANDONED, where).mappings().first():
        return queued_of(row), 0.0
    on_clock = {**where, "epoch": now.epoch}
    waiting = connection.execute(WAITING, on_clock).mappings().first()
    if waiting and waiting["due_s"] <= now.seconds:
        return queued_of(waiting), 0.0
    if row := connection.execute(FRESH, where).mappings().first():
        return queued_of(row), 0.0
    return None, waiting["due_s"] - now.seconds if waiting else None


def own_company(tenant: str, target: str) -> str:
    """Name the company of a target that names none: no other tenant's calls go there."""
    return f"{tenant}/{target}"


def busy_in(company: BindParameter[str]) -> ColumnElement[bool]:
    """Return that a document of a company is being made there, or may have been."""
    is_open = ITEM.c.phase.in_([Phase.SENDING, Phase.IN_DOUBT])
    return and_(ITEM.c.company == company, is_open, ITEM.c.target_id == "")


def is_free() -> ColumnElement[bool]:
    """Return that nobody has a claim on a document at the moment ``at``."""
    until = ITEM.c.claimed_until
    return until.is_(None) | (until <= bindparam("at", type_=until.type))


def _here() -> ColumnElement[bool]:
    is_of_kind = ITEM.c.kind.in_(bindparam("kinds", expanding=True))
    is_theirs = and_(ITEM.c.tenant == bindparam("tenant"), ITEM.c.target == bindparam("target"))
    return and_(is_theirs, is_of_kind, is_free())


def _may_call() -> ColumnElement[bool]:
    """Return that a document is created already, or that nothing holds it up.

    While a create of a customer's document is on its way or in doubt, no other document of that
    customer is created in the same company: two at once could make the customer twice.
    """
    customers = select(ITEM.c.customer).where(busy_in(bindparam("company"))).scalar_subquery()
    may_be_made = (ITEM.c.target_id != "") | ITEM.c.customer.not_in(customers)
    # What was created waits for nothing any more, so the index may go by it.
    return and_(ITEM.c.waits == 0, may_be_made)


def _waiting() -> Select[Any]:
    may_go_on = (ITEM.c.phase == Phase.IN_DOUBT) | _may_call()
    query = select(ITEM).where(_here(), ITEM.c.due_epoch == bindparam("epoch"), may_go_on)
    return query.order_by(ITEM.c.due_s).limit(1)


def _fresh() -> Select[Any]:
    query = select(ITEM).where(_here(), ITEM.c.phase == Phase.READY, ITEM.c.due_epoch == "")
    return query.where(_may_call()).order_by(ITEM.c.id).limit(1)


ABANDONED: Final = select(ITEM).where(_here(), ITEM.c.phase == Phase.SENDING).limit(1)
WAITING: Final = _waiting()
FRESH: Final = _fresh()
