"""Links of a route: which card of the one system's register is which of the other's.

A link is made once and never looked for anew; a card that is gone stays known, so that it is not
made a second time. Nothing here knows a vendor.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.states import LinkState
from blocks.hub.tenants import require


@dataclass(frozen=True)
class RouteLink:
    """One link. `source_id`: empty while the card is only intended.

    `remembered`: a hash by field of what was taken over last. `note`: why it is held, or what is in
    doubt.
    """

    target_id: str
    source_id: str
    state: LinkState
    remembered: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    changed_at: dt.datetime | None = None


class RouteLinks:
    """The links of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str, source: str, kind: str) -> list[RouteLink]:
        """Return the links of a kind, in order of the target's ids."""
        table = models.route_link
        query = select(table).where(_of(tenant, source, kind)).order_by(table.c.target_id)
        with self._database.reading() as connection:
            return [_link(row) for row in connection.execute(query).mappings()]

    def put(self, tenant: str, source: str, kind: str, links: Iterable[RouteLink]) -> None:
        """Store links, each in place of what was known of its target's card.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        table = models.route_link
        with self._database.writing() as connection:
            require(connection, tenant)
            for link in links:
                values: dict[str, Any] = {
                    "source_id": link.source_id,
                    "state": link.state,
                    "remembered": json.dumps(dict(link.remembered), sort_keys=True),
                    "note": cut(link.note),
                    "changed_at": self._database.now(),
                }
                here = and_(_of(tenant, source, kind), table.c.target_id == link.target_id)
                if not connection.execute(update(table).where(here).values(**values)).rowcount:
                    new = {"tenant": tenant, "source": source, "kind": kind}
                    new["target_id"] = link.target_id
                    connection.execute(insert(table).values(**new, **values))


def _of(tenant: str, source: str, kind: str) -> ColumnElement[bool]:
    table = models.route_link
    return and_(table.c.tenant == tenant, table.c.source == source, table.c.kind == kind)


def _link(row: RowMapping) -> RouteLink:
    return RouteLink(
        row["target_id"],
        row["source_id"],
        row["state"],
        json.loads(row["remembered"]),
        row["note"],
        row["changed_at"],
    )
