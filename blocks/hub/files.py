"""Files seen: which bytes came from whom under which name, and what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, exists, func, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.tenants import require

RECEIVED: Final = "received"
"""What is noted of a file when it comes, before anything has become of it."""

MAX_FILES: Final = 1_000
"""Most files one question returns, newest first."""


@dataclass(frozen=True)
class FileSeen:
    """One file at one moment.

    `outcome` is a word such as ``published``, ``held``, ``refused`` or ``duplicate``; `reason`
    says why in words; `who` is the user or the program that brought it (R-FIN-28).
    """

    tenant: str
    sha256: str
    file_name: str
    size_bytes: int
    outcome: str
    reason: str = ""
    load_id: str = ""
    who: str = ""
    seen_at: dt.datetime | None = None
    """Set by the hub."""
    id: int = 0


class Files:
    """The record of files; the same bytes under another name are found by their hash."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, seen: FileSeen) -> FileSeen:
        """Remember a file and what became of it.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        new = replace(
            seen,
            seen_at=self._database.now(),
            reason=cut(seen.reason),
            file_name=cut(seen.file_name, models.NAME_CHARS),
        )
        row = {name: value for name, value in vars(new).items() if name != "id"}
        with self._database.writing() as connection:
            require(connection, seen.tenant)
            query = insert(models.file_seen).values(row).returning(models.file_seen.c.id)
            return replace(new, id=connection.execute(query).scalar_one())

    def recent(self, tenant: str, *, limit: int = 100, has_arrivals: bool = True) -> list[FileSeen]:
        """Return the tenant's newest files first, at most `limit` (and `MAX_FILES`).

        Without arrivals, a file's coming is left out once something has become of it; a file whose
        run died stays.
        """
        which = models.file_seen.c.tenant == tenant
        return self._where(which if has_arrivals else which & _is_last_word(), limit=limit)

    def of_bytes(self, tenant: str, sha256: str) -> list[FileSeen]:
        """Return what became of these bytes of the tenant each time they came, newest first."""
        table = models.file_seen
        return self._where((table.c.tenant == tenant) & (table.c.sha256 == sha256))

    def first_seen(self, tenant: str, sha256: str) -> dt.datetime | None:
        """Return when these bytes came from the tenant for the first time, whatever their name."""
        table = models.file_seen
        query = select(func.min(table.c.seen_at)).where(
            table.c.tenant == tenant, table.c.sha256 == sha256
        )
        with self._database.reading() as connection:
            seen: dt.datetime | None = connection.execute(query).scalar_one()
        return seen

    def _where(self, condition: ColumnElement[bool], *, limit: int = MAX_FILES) -> list[FileSeen]:
        table = models.file_seen
        query = select(table).where(condition).order_by(table.c.id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(min(limit, MAX_FILES)))
            return [FileSeen(**row._asdict()) for row in rows]


def _is_last_word() -> ColumnElement[bool]:
    """Return that a row is no arrival, or that nothing has become of the same bytes since."""
    table, later = models.file_seen.c, models.file_seen.alias().c
    ended = exists().where(
        later.tenant == table.tenant,
        later.sha256 == table.sha256,
        later.outcome != RECEIVED,
        later.id > table.id,
    )
    return (table.outcome != RECEIVED) | ~ended
