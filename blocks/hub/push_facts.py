"""What was found out of a tenant's target, and what its customers are called there."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.outbox_rows import Queued, of, queued_of
from blocks.hub.tenants import require
from ledger.push.items import Phase

MAX_DOCUMENTS: Final = 1_000
"""Documents of one customer that are looked at together."""


class PushFacts:
    """Facts by name, such as how a list is ordered; and customers' numbers by our key of each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tenant: str, target: str) -> dict[str, str]:
        """Return all that was found out, by name."""
        table = models.push_fact
        query = select(table.c.name, table.c.value).filter_by(tenant=tenant, target=target)
        with self._database.reading() as connection:
            return {row.name: row.value for row in connection.execute(query)}

    def note(self, tenant: str, target: str, **facts: str) -> None:
        """Note what was found out; it takes the place of what was known by that name."""
        table = models.push_fact
        with self._database.writing() as connection:
            require(connection, tenant)
            for name, value in facts.items():
                here = {"tenant": tenant, "target": target, "name": name}
                same = and_(*(table.c[column] == known for column, known in here.items()))
                if not connection.execute(update(table).where(same).values(value=value)).rowcount:
                    connection.execute(insert(table).values(here | {"value": value}))

    def customer(self, tenant: str, target: str, customer: str) -> str:
        """Return a customer's number there; empty where none is known."""
        table = models.push_customer
        here = {"tenant": tenant, "target": target, "customer": customer}
        with self._database.reading() as connection:
            return connection.execute(select(table.c.number).filter_by(**here)).scalar() or ""

    def learn(self, tenant: str, target: str, customer: str, number: str) -> str:
        """Note a customer's number there; return the one that is known from now on.

        The first stays: documents carry it already.
        """
        table = models.push_customer
        here = {"tenant": tenant, "target": target, "customer": customer}
        with self._database.writing() as connection:
            require(connection, tenant)
            known = connection.execute(select(table.c.number).filter_by(**here)).scalar()
            if known:
                return str(known)
            row = here | {"number": number, "learned_at": self._database.now()}
            connection.execute(insert(table).values(row))
        return number

    def customers(self, tenant: str, target: str) -> dict[str, str]:
        """Return the numbers of all customers that are known, by our key of each."""
        table = models.push_customer
        query = select(table.c.customer, table.c.number).filter_by(tenant=tenant, target=target)
        with self._database.reading() as connection:
            return {row.customer: row.number for row in connection.execute(query)}

    def documents_of(self, queued: Queued) -> list[Queued]:
        """Return all documents of a document's customer, newest, at most `MAX_DOCUMENTS`."""
        query = _of_customer(queued).order_by(models.outbox_item.c.id.desc())
        return self._read(query)

    def begun_of(self, queued: Queued) -> list[Queued]:
        """Return the others of a document's customer that were begun and are not done.

        At most `MAX_DOCUMENTS`; a rejected one made nothing there.
        """
        table = models.outbox_item
        is_begun = (table.c.target_id != "") | (table.c.phase != Phase.READY)
        is_open = table.c.phase.not_in([Phase.DONE, Phase.REJECTED])
        query = _of_customer(queued).where(is_open, is_begun, table.c.id != queued.id)
        return self._read(query.order_by(table.c.id))

    def _read(self, query: Select[Any]) -> list[Queued]:
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(MAX_DOCUMENTS)).mappings()
            return [queued_of(row) for row in rows]


def _of_customer(queued: Queued) -> Select[Any]:
    table = models.outbox_item
    here = of(queued.tenant, queued.target)
    return select(table).where(here, table.c.customer == queued.customer)
