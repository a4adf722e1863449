"""What was found out of a tenant's target, and what its customers are called there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.outbox_rows import Queued, of, queued_of
from blocks.hub.tenants import require
from ledger.push.items import Phase

MAX_DOCUMENTS: Final = 1_000
"""Documents of one customer that are looked at together."""

ITEM, CUSTOMER = models.outbox_item, models.push_customer

# Both are asked for each document; to build a statement takes longer than to execute it.
NUMBER: Final = select(CUSTOMER.c.number).where(
    CUSTOMER.c.tenant == bindparam("tenant"),
    CUSTOMER.c.target == bindparam("target"),
    CUSTOMER.c.customer == bindparam("customer"),
)
BEGUN: Final = (
    select(ITEM)
    .where(
        ITEM.c.tenant == bindparam("tenant"),
        ITEM.c.target == bindparam("target"),
        ITEM.c.customer == bindparam("customer"),
        ITEM.c.phase.not_in([Phase.DONE, Phase.REJECTED]),
        (ITEM.c.target_id != "") | (ITEM.c.phase != Phase.READY),
        ITEM.c.id != bindparam("row"),
    )
    .order_by(ITEM.c.id)
    .limit(MAX_DOCUMENTS)
)


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
        here = {"tenant": tenant, "target": target, "customer": customer}
        with self._database.reading() as connection:
            return connection.execute(NUMBER, here).scalar() or ""

    def learn(self, tenant: str, target: str, customer: str, number: str) -> str:
        """Note a customer's number there; return the one that is known from now on.

        The first stays: documents carry it already.
        """
        table = models.push_customer
        here = {"tenant": tenant, "target": target, "customer": customer}
        with self._database.writing() as connection:
            require(connection, tenant)
            known = connection.execute(NUMBER, here).scalar()
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
        here = and_(of(queued.tenant, queued.target), ITEM.c.customer == queued.customer)
        query = select(ITEM).where(here).order_by(ITEM.c.id.desc()).limit(MAX_DOCUMENTS)
        return self._read(query, {})

    def begun_of(self, queued: Queued) -> list[Queued]:
        """Return the others of a document's customer that were begun and are not done.

        At most `MAX_DOCUMENTS`; a rejected one made nothing there.
        """
        here = {"tenant": queued.tenant, "target": queued.target}
        return self._read(BEGUN, here | {"customer": queued.customer, "row": queued.id})

    def _read(self, query: Select[Any], here: Mapping[str, Any]) -> list[Queued]:
        with self._database.reading() as connection:
            return [queued_of(row) for row in connection.execute(query, here).mappings()]
