"""Feeds: what a source system said, each record once, and from where it is read on.

A record is named by kind, id and revision for ever. One that comes again is the same; one that
comes again with other content is kept as it was first, and the contradiction is noted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.events import cut
from blocks.hub.tenants import require

BATCH: Final = 500
"""Records that are stored in one transaction, and names of one question."""

SETTLED: Final = "#settled"
"""Behind a source's name: up to which record its feed was dealt with, and not only kept."""


@dataclass(frozen=True)
class NewRecord:
    """What a source said. `kind`: such as event or document. `subject`: what it is about.

    `content`: its JSON as received. `revision`: of a document; 0 of what has none.
    """

    kind: str
    record_id: str
    subject: str
    content: str
    revision: int = 0


@dataclass(frozen=True)
class Kept:
    """A record as it is kept. `problem`: that it came again otherwise; empty when it did not."""

    id: int
    kind: str
    record_id: str
    revision: int
    subject: str
    content: str
    received_at: dt.datetime
    problem: str


@dataclass(frozen=True)
class Cursor:
    """From where a feed is read on. `problem`: why the last reading failed, and since when."""

    cursor: str = ""
    read_at: dt.datetime | None = None
    problem: str = ""
    problem_since: dt.datetime | None = None


@dataclass
class Taken:
    """What became of records: new, known, or contradicting what came before.

    `subjects`: of those that are new or contradict.
    """

    new: int = 0
    known: int = 0
    contradicting: int = 0
    subjects: tuple[str, ...] = ()


class Feeds:
    """Cursors and records of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, tenant: str, source: str) -> Cursor:
        """Return from where a feed is read on; empty text from its beginning."""
        table = models.feed_cursor
        query = select(table).where(table.c.tenant == tenant, table.c.source == source)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return Cursor()
        return Cursor(row["cursor"], row["read_at"], row["problem"], row["problem_since"])

    def take(
        self, tenant: str, source: str, records: Iterable[NewRecord], *, cursor: str | None = None
    ) -> Taken:
        """Keep what a source said; the cursor moves with the last of it.

        A worker that dies between leaves the cursor where it was, and what it kept is known when it
        comes again.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        taken, subjects, rest = Taken(), dict[str, None](), iter(records)
        while batch := list(islice(rest, BATCH)):
            with self._database.writing() as connection:
                require(connection, tenant)
                for record in batch:
                    if self._keep(connection, tenant, source, record, taken):
                        subjects[record.subject] = None
        if cursor is not None:
            self._note(tenant, source, cursor=cursor, problem="", problem_since=None)
        taken.subjects = tuple(subjects)
        return taken

    def unsettled(self, tenant: str, source: str) -> tuple[list[str], int]:
        """Return what records speak of that nobody has dealt with yet, and the last one's number.

        It is asked of the records, not of who kept them: a worker may die in between.
        """
        table, since = models.feed_record, self.cursor(tenant, f"{source}{SETTLED}").cursor
        query = select(table.c.subject, func.max(table.c.id)).where(_of(tenant, source))
        query = query.where(table.c.id > int(since or 0)).group_by(table.c.subject)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(table.c.subject)).all()
        last = max((number for _, number in found), default=int(since or 0))
        return [subject for subject, _ in found], last

    def settled(self, tenant: str, source: str, last: int) -> None:
        """Note that everything up to a record was dealt with."""
        self._note(tenant, f"{source}{SETTLED}", cursor=str(last), problem="", problem_since=None)

    def failed(self, tenant: str, source: str, problem: str) -> None:
        """Note that a feed could not be read; the cursor stays."""
        since = self.cursor(tenant, source).problem_since or self._database.now()
        self._note(tenant, source, problem=cut(problem), problem_since=since)

    def of_subjects(
        self, tenant: str, source: str, subjects: Sequence[str]
    ) -> Iterator[tuple[str, list[Kept]]]:
        """Yield subjects with all that was said of each, in the order in which it came."""
        table = models.feed_record
        for start in range(0, len(subjects), BATCH):
            names = subjects[start : start + BATCH]
            found: dict[str, list[Kept]] = {name: [] for name in names}
            query = select(table).where(_of(tenant, source), table.c.subject.in_(names))
            with self._database.reading() as connection:
                for row in connection.execute(query.order_by(table.c.id)).mappings():
                    found[row["subject"]].append(_kept(row))
            yield from found.items()

    def subjects(self, tenant: str, source: str) -> list[str]:
        """Return everything that a source ever spoke of, in order."""
        table = models.feed_record
        query = select(table.c.subject).where(_of(tenant, source)).distinct()
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(table.c.subject)).scalars())

    def find(
        self, tenant: str, source: str, kind: str, record_id: str, *, revision: int = 0
    ) -> Kept | None:
        """Return one record, or None when it has not come."""
        table = models.feed_record
        here = and_(
            _of(tenant, source),
            table.c.kind == kind,
            table.c.record_id == record_id,
            table.c.revision == revision,
        )
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(here)).mappings().one_or_none()
        return _kept(row) if row else None

    def of_kind(self, tenant: str, source: str, kind: str) -> list[Kept]:
        """Return all records of a kind, in the order in which they came."""
        table = models.feed_record
        query = select(table).where(_of(tenant, source), table.c.kind == kind)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.c.id)).mappings()
            return [_kept(row) for row in rows]

    def _keep(
        self, connection: Connection, tenant: str, source: str, new: NewRecord, taken: Taken
    ) -> bool:
        table, digest = models.feed_record, hashlib.sha256(new.content.encode()).hexdigest()
        here = and_(
            _of(tenant, source),
            table.c.kind == new.kind,
            table.c.record_id == new.record_id,
            table.c.revision == new.revision,
        )
        now = self._database.now()
        row = connection.execute(select(table).where(here)).mappings().one_or_none()
        if row is None:
            values = {**vars(new), "tenant": tenant, "source": source, "sha256": digest}
            values |= {"received_at": now, "problem": ""}
            connection.execute(insert(table).values(values))
            taken.new += 1
            return True
        if row["sha256"] == digest:
            taken.known += 1
            return False
        taken.contradicting += 1
        problem = f"came again with other content on {now:%Y-%m-%d %H:%M} UTC; the first is kept"
        connection.execute(update(table).where(here).values(problem=problem))
        return True

    def _note(self, tenant: str, source: str, **values: Any) -> None:
        table = models.feed_cursor
        here = (table.c.tenant == tenant) & (table.c.source == source)
        values |= {"read_at": self._database.now()}
        with self._database.writing() as connection:
            require(connection, tenant)
            if not connection.execute(update(table).where(here).values(**values)).rowcount:
                row = {"tenant": tenant, "source": source, "cursor": "", "problem": ""}
                connection.execute(insert(table).values(row | values))


def _of(tenant: str, source: str) -> ColumnElement[bool]:
    table = models.feed_record
    return and_(table.c.tenant == tenant, table.c.source == source)


def _kept(row: Any) -> Kept:
    return Kept(**{name: row[name] for name in Kept.__dataclass_fields__})
