"""Later findings: what a control says of a published year after that year was loaded.

Whether a year opens with what the year before closed with depends on two loads. When the earlier
year is published last, the later one is asked again; the answer is dated and stands here, for what
its own load was told is never rewritten. An answer stands until another takes its place, or until
a later load of its year is judged and published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import PublishedMeanwhile
from blocks.hub.events import Events, cut
from ledger.controls import MAX_BREAKS_KEPT, Answer, Break, ControlResult
from ledger.fiscal_year import FiscalYear, short_year


@dataclass(frozen=True)
class LaterFinding:
    """One answer of a control about a published year.

    `load_id`: the load that was published of the year. `asked_by_year` and `asked_by_load_id`: the
    publication that gave rise to the question.
    """

    id: int
    tenant: str
    fiscal_year: str
    load_id: str
    asked_by_year: str
    asked_by_load_id: str
    found_at: dt.datetime
    result: ControlResult

    @property
    def is_break(self) -> bool:
        """Whether something disagrees; else it is that an earlier disagreement is gone."""
        return self.result.outcome is Answer.BROKEN

    def __str__(self) -> str:
        """Say what was found, when and why it was asked, in a sentence's worth of words."""
        since = f"{self.found_at:%Y-%m-%d}, when {short_year(self.asked_by_year)} was loaded"
        if not self.is_break:
            return f"{self.result.control} agrees since {since}"
        return f"{self.result.in_words} since {since}"


class Later:
    """Keeps the answers, and which of them stand."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def record(
        self,
        result: ControlResult,
        *,
        of: tuple[str, FiscalYear, str],
        asked_by: tuple[FiscalYear, str],
        at_load: ControlResult | None,
    ) -> LaterFinding | None:
        """Take an answer; return it when it is another than the one that stood.

        Args:
            result: What the control says now.
            of: Tenant, fiscal year and published load that it is about.
            asked_by: Year and load whose publication gave rise to the question.
            at_load: What the control said when the year was loaded, None when that is not known.

        Raises:
            PublishedMeanwhile: Another load of the year is published now than the answer is about.
        """
        tenant, year, _ = of
        with self._database.writing() as connection:
            _refuse_overtaken(connection, of)
            found = open_findings(connection, {tenant}, year.key)
            before = next((item for item in found if item.result.control == result.control), None)
            if _is_same(result, before.result if before else at_load):
                return None
            self._close(connection, tenant, year, load_id=asked_by[1], control=result.control)
            finding = self._insert(connection, result, of=of, asked_by=asked_by)
            self._log(connection, finding)
        return finding

    def open_findings(self, tenant: str, year: FiscalYear) -> list[LaterFinding]:
        """Return the findings about a year that are open, oldest first."""
        with self._database.reading() as connection:
            return open_findings(connection, {tenant}, year.key)

    def close(self, tenant: str, year: FiscalYear, *, load_id: str) -> bool:
        """Let no earlier answer stand: the load was judged, and its own results answer now.

        Returns:
            Whether one stood.
        """
        with self._database.writing() as connection:
            return self._close(connection, tenant, year, load_id=load_id)

    def prune(self, *, older_than: dt.timedelta) -> int:
        """Forget the answers that were closed so long ago, and say how many there were."""
        table, lines = models.later_finding, models.later_break
        old = table.c.closed_at < self._database.now() - older_than
        of_old = lines.c.finding_id.in_(select(table.c.id).where(old))
        with self._database.writing() as connection:
            connection.execute(delete(lines).where(of_old))
            return connection.execute(delete(table).where(old)).rowcount

    def _close(
        self,
        connection: Connection,
        tenant: str,
        year: FiscalYear,
        *,
        load_id: str,
        control: str = "",
    ) -> bool:
        table = models.later_finding
        which = [table.c.tenant == tenant, table.c.fiscal_year == year.key]
        if control:
            which.append(table.c.control == control)
        closed = {"closed_at": self._database.now(), "closed_by_load_id": load_id}
        closing = update(table).where(*which, table.c.closed_at.is_(None))
        return connection.execute(closing.values(closed)).rowcount > 0

    def _insert(
        self,
        connection: Connection,
        result: ControlResult,
        *,
        of: tuple[str, FiscalYear, str],
        asked_by: tuple[FiscalYear, str],
    ) -> LaterFinding:
        tenant, year, load_id = of
        row = {
            "tenant": tenant,
            "fiscal_year": year.key,
            "load_id": load_id,
            "asked_by_year": asked_by[0].key,
            "asked_by_load_id": asked_by[1],
            "found_at": self._database.now(),
            "control": result.control,
            "severity": result.severity,
            "outcome": result.outcome,
            "reason": cut(result.reason),
            "break_count": result.break_count,
        }
        made = connection.execute(insert(models.later_finding).values(row))
        (key,) = made.inserted_primary_key or (0,)
        breaks = [
            {"tenant": tenant, "finding_id": key, "position": position, **vars(item)}
            for position, item in enumerate(result.breaks[:MAX_BREAKS_KEPT])
        ]
        if breaks:
            connection.execute(insert(models.later_break), breaks)
        return next(
            item for item in open_findings(connection, {tenant}, year.key) if item.id == key
        )

    def _log(self, connection: Connection, finding: LaterFinding) -> None:
        self._events.record(
            connection,
            "later finding",
            str(finding),
            tenant=finding.tenant,
            fiscal_year=finding.fiscal_year,
            load_id=finding.asked_by_load_id,
        )


def open_findings(
    connection: Connection, tenants: Collection[str], year: str = ""
) -> list[LaterFinding]:
    """Return the open findings, within a transaction: of one year, or of all."""
    table = models.later_finding
    which = and_(table.c.tenant.in_(tenants), table.c.closed_at.is_(None))
    if year:
        which = and_(which, table.c.fiscal_year == year)
    query = select(table).where(which).order_by(table.c.fiscal_year, table.c.id)
    return [_finding(connection, row) for row in connection.execute(query).all()]


def _refuse_overtaken(connection: Connection, of: tuple[str, FiscalYear, str]) -> None:
    """Refuse an answer about a load that is published no longer; a year unknown here passes."""
    tenant, year, load_id = of
    unit = models.unit.c
    published = select(unit.published_load_id).where(
        unit.tenant == tenant, unit.fiscal_year == year.key, unit.published_load_id != ""
    )
    now = connection.execute(published).scalar_one_or_none()
    if now is not None and now != load_id:
        raise PublishedMeanwhile(tenant, year.key, asked=load_id, now=now)


def _finding(connection: Connection, row: Row[tuple[object, ...]]) -> LaterFinding:
    fields = row._asdict()
    return LaterFinding(
        id=fields["id"],
        tenant=fields["tenant"],
        fiscal_year=fields["fiscal_year"],
        load_id=fields["load_id"],
        asked_by_year=fields["asked_by_year"],
        asked_by_load_id=fields["asked_by_load_id"],
        found_at=fields["found_at"],
        result=ControlResult(
            control=fields["control"],
            severity=fields["severity"],
            outcome=fields["outcome"],
            reason=fields["reason"],
            breaks=tuple(_breaks(connection, fields["id"])),
            break_count=fields["break_count"],
        ),
    )


def _breaks(connection: Connection, finding_id: int) -> list[Break]:
    table = models.later_break
    query = select(table).where(table.c.finding_id == finding_id).order_by(table.c.position)
    return [
        Break(
            **{
                name: value
                for name, value in row._asdict().items()
                if name not in {"tenant", "finding_id", "position"}
            }
        )
        for row in connection.execute(query)
    ]


def _is_same(one: ControlResult, other: ControlResult | None) -> bool:
    """Return whether two answers say the same; before a question was asked, nothing disagreed."""
    if one.outcome is not Answer.BROKEN:
        return other is None or other.outcome is not Answer.BROKEN
    return other is not None and (one.breaks, one.break_count, one.severity) == (
        other.breaks,
        other.break_count,
        other.severity,
    )
