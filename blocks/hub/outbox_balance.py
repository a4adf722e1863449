"""What was taken into the outbox, held against where its documents stand now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, select

from blocks.hub import models
from ledger.push.items import Phase
from ledger.push.sums import Sums

ITEM, RECEIVED = models.outbox_item, models.outbox_received
_LEAST_DONE: Final = (
    Phase.REJECTED,
    Phase.HELD,
    Phase.READY,
    Phase.SENDING,
    Phase.IN_DOUBT,
    Phase.DONE,
)


@dataclass(frozen=True)
class Delivered:
    """A document by its latest content. `phase`: None when the outbox does not have it any more.

    `came`: what it amounted to when it was taken in, `there`: what its row says; None where that is
    no sum, or not known.
    """

    route: str
    trigger: str
    came: Sums | None
    phase: Phase | None
    there: Sums | None


def delivered(
    connection: Connection, tenant: str, target: str, *, since: dt.datetime | None
) -> list[Delivered]:
    """Return each document whose latest content was taken in since then, oldest first."""
    return [
        Delivered(row.route, row.trigger, _read(row.came), row.phase, _read(row.there))
        for row in connection.execute(_query(tenant, target, since))
    ]


def phases(connection: Connection, tenant: str, source: str) -> dict[str, Phase]:
    """Return where each document of a source stands, by its id there; of several the least done."""
    start = f"{source}/"
    query = select(ITEM.c.source_id, ITEM.c.phase).where(
        ITEM.c.tenant == tenant, ITEM.c.source_id.startswith(start, autoescape=True)
    )
    found: dict[str, Phase] = {}
    for name, phase in connection.execute(query):
        item = name.removeprefix(start)
        found[item] = min(phase, found.get(item, phase), key=_LEAST_DONE.index)
    return found


def _query(tenant: str, target: str, since: dt.datetime | None) -> Select[Any]:
    here = and_(RECEIVED.c.tenant == tenant, RECEIVED.c.target == target)
    latest = select(func.max(RECEIVED.c.id)).where(here).group_by(RECEIVED.c.key)
    same = and_(
        ITEM.c.tenant == RECEIVED.c.tenant,
        ITEM.c.target == RECEIVED.c.target,
        ITEM.c.key == RECEIVED.c.key,
    )
    query = (
        select(
            RECEIVED.c.route,
            RECEIVED.c.trigger,
            RECEIVED.c.sums.label("came"),
            ITEM.c.phase,
            ITEM.c.sums.label("there"),
        )
        .outerjoin(ITEM, same)
        .where(RECEIVED.c.id.in_(latest))
        .order_by(RECEIVED.c.id)
    )
    return query.where(RECEIVED.c.at >= since) if since else query


def _read(text: str | None) -> Sums | None:
    return Sums.read(text) if text else None
