"""Which document of the outbox is due: found by an index, however many there are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from blocks.hub import models
from blocks.hub.outbox_rows import Queued, queued_of
from ledger.push.items import Clock, Phase


def due_of(
    connection: Connection, here: ColumnElement[bool], now: Clock, *, company: str
) -> tuple[Queued | None, float | None]:
    """Return the next document of some, else how many seconds until there is one."""
    may_call = _may_call(company)
    if row := connection.execute(_abandoned(here)).mappings().first():
        return queued_of(row), 0.0
    waiting = connection.execute(_waiting(here, may_call, now)).mappings().first()
    if waiting and waiting["due_s"] <= now.seconds:
        return queued_of(waiting), 0.0
    if row := connection.execute(_fresh(here, may_call)).mappings().first():
        return queued_of(row), 0.0
    return None, waiting["due_s"] - now.seconds if waiting else None


def own_company(tenant: str, target: str) -> str:
    """Name the company of a target that names none: no other tenant's calls go there."""
    return f"{tenant}/{target}"


def busy_in(company: str) -> ColumnElement[bool]:
    """Return that a document of a company is being made there, or may have been."""
    table = models.outbox_item
    is_open = table.c.phase.in_([Phase.SENDING, Phase.IN_DOUBT])
    return and_(table.c.company == company, is_open, table.c.target_id == "")


def _abandoned(here: ColumnElement[bool]) -> Select[Any]:
    table = models.outbox_item
    return select(table).where(here, table.c.phase == Phase.SENDING).limit(1)


def _waiting(here: ColumnElement[bool], may_call: ColumnElement[bool], now: Clock) -> Select[Any]:
    table = models.outbox_item
    may_go_on = (table.c.phase == Phase.IN_DOUBT) | may_call
    query = select(table).where(here, table.c.due_epoch == now.epoch, may_go_on)
    return query.order_by(table.c.due_s).limit(1)


def _fresh(here: ColumnElement[bool], may_call: ColumnElement[bool]) -> Select[Any]:
    table = models.outbox_item
    query = select(table).where(here, table.c.phase == Phase.READY, table.c.due_epoch == "")
    return query.where(may_call).order_by(table.c.id).limit(1)


def _may_call(company: str) -> ColumnElement[bool]:
    """Return that a document is created already, or that nothing holds it up.

    While a create of a customer's document is on its way or in doubt, no other document of that
    customer is created in the same company: two at once could make the customer twice.
    """
    table = models.outbox_item
    customers = select(table.c.customer).where(busy_in(company)).scalar_subquery()
    is_free = (table.c.target_id != "") | table.c.customer.not_in(customers)
    # What was created waits for nothing any more, so the index may go by it.
    return and_(table.c.waits == 0, is_free)
