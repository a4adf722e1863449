"""Cards of partners as a target's register has them, kept so that none is made twice.

They are of a company there, named as the target names it, and belong to a tenant here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.tenants import require

BATCH: Final = 500
SWEEP_AFTER: Final = dt.timedelta(days=7)
"""How long a register may go without a look at all of its ids."""


@dataclass(frozen=True)
class StoredCard:
    """A card. `name`: as names are compared. `numbers`: of the company, in one spelling each.

    `version`: as the target gave it, empty where it gave none.
    """

    id: int
    kind: str
    name: str
    numbers: tuple[str, ...] = ()
    is_active: bool = True
    version: str = ""


class TargetCards:
    """The cards of all tenants' companies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, tenant: str, company: str) -> str:
        """Return the newest version that was seen in full; empty when all are to be looked at.

        They are before the first time, and once a week, so that what was deleted there goes.
        """
        table = models.target_register
        query = select(table).where(_is(table, tenant, company))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or self._database.now() - row["swept_at"] > SWEEP_AFTER:
            return ""
        return str(row["cursor"])

    def keep(
        self,
        tenant: str,
        company: str,
        cards: Iterable[StoredCard],
        cursor: str,
        *,
        is_whole: bool,
    ) -> None:
        """Take in cards that changed, or all there are; those that are not among all are gone.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        table, register = models.target_card, models.target_register
        rows = {one.id: _row(tenant, company, one) for one in cards}
        now = self._database.now()
        with self._database.writing() as connection:
            require(connection, tenant)
            here = _is(table, tenant, company)
            if is_whole:
                connection.execute(delete(table).where(here))
            ids = list(rows)
            for start in range(0, len(ids), BATCH):
                part = ids[start : start + BATCH]
                connection.execute(delete(table).where(here, table.c.card_id.in_(part)))
                connection.execute(insert(table), [rows[number] for number in part])
            values: dict[str, object] = {"cursor": cursor}
            values |= {"swept_at": now} if is_whole else {}
            same = _is(register, tenant, company)
            if not connection.execute(update(register).where(same).values(**values)).rowcount:
                new = {"tenant": tenant, "company": company, "cursor": cursor, "swept_at": now}
                connection.execute(insert(register).values(new))

    def candidates(
        self, tenant: str, company: str, kind: str, *, numbers: Collection[str], name: str
    ) -> list[StoredCard]:
        """Return the cards of a kind that have one of some numbers, or a name."""
        table = models.target_card
        alike: list[ColumnElement[bool]] = [
            table.c.numbers.contains(f" {number} ", autoescape=True) for number in numbers
        ]
        here = and_(_is(table, tenant, company), table.c.kind == kind)
        query = select(table).where(here, or_(table.c.name == name, *alike))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.card_id)).mappings()
            return [_card(row) for row in rows]

    def newest_id(self, tenant: str, company: str) -> int:
        """Return the highest id of a card, 0 when there is none."""
        table = models.target_card
        query = select(func.max(table.c.card_id)).where(_is(table, tenant, company))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def drop(self, tenant: str, company: str, card_id: int) -> None:
        """Forget a card that is not there any more."""
        table = models.target_card
        here = and_(_is(table, tenant, company), table.c.card_id == card_id)
        with self._database.writing() as connection:
            connection.execute(delete(table).where(here))


def _is(table: Table, tenant: str, company: str) -> ColumnElement[bool]:
    return and_(table.c.tenant == tenant, table.c.company == company)


def _row(tenant: str, company: str, card: StoredCard) -> dict[str, object]:
    return {
        "tenant": tenant,
        "company": company,
        "card_id": card.id,
        "kind": card.kind,
        "name": card.name,
        "numbers": f" {' '.join(card.numbers)} " if card.numbers else "",
        "is_active": card.is_active,
        "version": card.version,
    }


def _card(row: RowMapping) -> StoredCard:
    numbers = tuple(str(row["numbers"]).split())
    return StoredCard(
        row["card_id"], row["kind"], row["name"], numbers, row["is_active"], row["version"]
    )
