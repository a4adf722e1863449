"""The listing of all tenants and their units with a light, a reason and the last good load.

The words of the light are Senseworks': green is active, grey not activated, red broken
(R-SEN-25, R-X-12).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, RowMapping, and_, case, exists, func, select

from blocks.hub import kept_years, later, models
from blocks.hub.abandoned import ABANDONED, FREE_WITH, abandoned
from blocks.hub.connection_states import ConnectionState, look_with
from blocks.hub.holds import is_waiting
from blocks.hub.later import LaterFinding
from blocks.hub.loads import Load
from blocks.hub.states import WHOLE_YEAR, UnitState
from blocks.hub.tenants import NIGHT_ZONES
from ledger.controls import Answer, Severity
from ledger.coverage import Coverage
from ledger.fiscal_year import short_year
from ledger.onboarding import STATEMENTS, Comparison, StatementKind
from ledger.text import joined, number_of

STALE_AFTER: Final = dt.timedelta(hours=26)
"""Age of the last good load from which a scheduled tenant is red: a night and two hours."""

MAX_TENANTS: Final = 1_000
"""Most tenants in one page of the listing."""


class Light(StrEnum):
    """Red comes first: a listing is read for what is wrong."""

    RED = "red"
    GREY = "grey"
    GREEN = "green"


@dataclass(frozen=True)
class OverviewRow:
    """One unit of one tenant, or the tenant itself (`fiscal_year` and `status` empty).

    A tenant has a row of its own when it has no unit, and, before those of its years, when
    something is wrong with the tenant as a whole (`has_years`): nothing comes from its system, or
    documents wait for a person. What is published of its years stands as it was.

    Counts and `source` are those of the last good load, `age` its age. `hold` is the open hold,
    which is there also while a later run works or after it has failed. `side_loads`: what loads of
    less than a year wait for, one sentence each; they leave the light as it is. `later`: what was
    found of the published year after it was loaded; it is red where it would block. `look_with`:
    the command that says more when the tenant is cut off from its system or documents wait, or
    mends what a dead run left in the middle; else empty.
    """

    tenant: str
    name: str
    fiscal_year: str
    light: Light
    status: str
    reason: str
    source: str
    last_published_at: dt.datetime | None
    age: dt.timedelta | None
    is_stale: bool
    voucher_count: int
    posting_count: int
    load_id: str
    run_id: str
    hold: str = ""
    """Id of the load that is held."""
    side_loads: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    look_with: str = ""
    damage: str = ""
    """What is wrong with the published rows; then the row is red whatever else there is."""
    kept: str = ""
    """Since when, by whom and why no load replaces the year, and how it is let go."""
    has_years: bool = False
    """Of a tenant's own row: whether rows of its years follow."""
    waiting_documents: int = 0
    """Of a tenant's own row: documents on their way elsewhere that wait for a person."""
    documents_with: str = ""
    """The command that names them."""

    @property
    def of_tenant(self) -> OverviewRow:
        """Return this row where it is the tenant's own, else one to stand before its years."""
        if not self.fiscal_year:
            return self
        return OverviewRow(
            tenant=self.tenant,
            name=self.name,
            fiscal_year="",
            light=Light.RED,
            status="",
            reason="",
            source="",
            last_published_at=None,
            age=None,
            is_stale=False,
            voucher_count=0,
            posting_count=0,
            load_id="",
            run_id="",
            has_years=True,
        )


@dataclass(frozen=True)
class _CutOff:
    """Why nothing comes from a tenant's system; false when it does."""

    reason: str = ""
    look_with: str = ""

    def __bool__(self) -> bool:
        return bool(self.reason)


NOT_CUT_OFF: Final = _CutOff()


def read_overview(
    connection: Connection, *, now: dt.datetime, among: Collection[str], after: str, limit: int
) -> list[OverviewRow]:
    """Return the rows of up to `limit` tenants behind `after`, in order of tenant and year.

    `among`: only these; empty means all.
    """
    page = select(models.tenant.c.id).order_by(models.tenant.c.id).limit(min(limit, MAX_TENANTS))
    page = page.where(models.tenant.c.id > after)
    page = page.where(models.tenant.c.id.in_(among)) if among else page
    joined = models.tenant.outerjoin(models.unit, models.unit.c.tenant == models.tenant.c.id)
    query = (
        select(
            models.tenant.c.id,
            models.tenant.c.name,
            models.tenant.c.has_schedule,
            models.tenant.c.time_zone,
            *_UNIT_COLUMNS,
        )
        .select_from(joined)
        .where(models.tenant.c.id.in_(page))
        .order_by(models.tenant.c.id, models.unit.c.fiscal_year)
    )
    found = connection.execute(query).mappings().all()
    tenants = {unit["id"] for unit in found}
    cut_off = _cut_off(connection, tenants)
    kept = {
        (item.tenant, item.fiscal_year): str(item) for item in kept_years.rows(connection, tenants)
    }
    waiting, found_later = _waiting(connection, tenants), _found_later(connection, tenants)
    rows = [
        row
        for id_, units in groupby(found, key=lambda unit: unit["id"])
        for row in _of_tenant(list(units), now, kept, cut_off=cut_off.get(id_, NOT_CUT_OFF))
    ]
    waited = [_with_waiting(row, waiting.get((row.tenant, row.fiscal_year), ())) for row in rows]
    rows = [_with_later(row, found_later.get((row.tenant, row.fiscal_year), ())) for row in waited]
    accepted = _accepted(connection, tenants)
    rows = [_with_accepted(row, accepted.get((row.tenant, row.fiscal_year), 0)) for row in rows]
    differing = _differing(connection, tenants)
    rows = [_with_statements(row, differing.get((row.tenant, row.fiscal_year), ())) for row in rows]
    left = {(unit.tenant, unit.fiscal_year) for unit in abandoned(connection, now, tenants=tenants)}
    return [_left(row) if (row.tenant, row.fiscal_year) in left else row for row in rows]


def _with_accepted(row: OverviewRow, break_count: int) -> OverviewRow:
    """Say of a published year how many breaks a person let pass; its light stays as it is."""
    if not break_count:
        return row
    return replace(row, reason=joined(row.reason, f"{number_of(break_count, 'break')} let pass"))


def _accepted(connection: Connection, tenants: set[str]) -> dict[tuple[str, str], int]:
    """Return by unit how many breaks would have held what is published, had nobody accepted them.

    The latest judgement of the published rows says so, as `loads.judged` finds it. Only units of
    which anything was ever accepted are looked at, which are few.
    """
    unit, load, result = models.unit.c, models.load.c, models.control_result.c
    given = models.acceptance.c
    holds = and_(result.severity == Severity.BLOCKS, result.outcome == Answer.BROKEN)
    query = (
        select(unit.tenant, unit.fiscal_year, func.sum(case((holds, result.break_count), else_=0)))
        .join_from(
            models.unit,
            models.load,
            and_(load.tenant == unit.tenant, load.fiscal_year == unit.fiscal_year),
        )
        .join(models.control_result, result.load_id == load.load_id)
        .where(
            unit.tenant.in_(tenants),
            unit.status == UnitState.PUBLISHED,
            load.digest == unit.published_digest,
            load.status == UnitState.PUBLISHED,
            exists().where(
                given.tenant == unit.tenant, given.fiscal_year.in_([unit.fiscal_year, ""])
            ),
        )
        .group_by(unit.tenant, unit.fiscal_year, load.load_id)
        .order_by(load.load_id)
    )
    return {(tenant, year): int(count) for tenant, year, count in connection.execute(query)}


def _with_statements(row: OverviewRow, differing: Sequence[str]) -> OverviewRow:
    """Say of a published year which statement of the customer's its books differ from."""
    if not differing:
        return row
    look_with = f"tasma statements compare {row.tenant} {short_year(row.fiscal_year)}"
    return replace(row, reason=joined(row.reason, *differing), look_with=look_with)


def _differing(connection: Connection, tenants: set[str]) -> dict[tuple[str, str], list[str]]:
    """Return by unit in what a statement differs from what is published, in words."""
    statement, unit = models.customer_statement.c, models.unit.c
    same = and_(unit.tenant == statement.tenant, unit.fiscal_year == statement.fiscal_year)
    query = (
        select(statement.tenant, statement.fiscal_year, statement.kind, statement.differing)
        .join_from(models.customer_statement, models.unit, same)
        .where(
            statement.tenant.in_(tenants),
            statement.outcome == Comparison.DIFFERS,
            statement.digest == unit.published_digest,
            unit.status == UnitState.PUBLISHED,
        )
        .order_by(statement.kind)
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in connection.execute(query):
        words = f"{STATEMENTS[StatementKind(row.kind)]} differs: {row.differing}"
        found[row.tenant, row.fiscal_year].append(words)
    return found


def _left(row: OverviewRow) -> OverviewRow:
    """Say of a unit that a dead run left in the middle that waiting for it is in vain."""
    reason = joined(ABANDONED.format(row.status), row.reason)
    return replace(row, light=Light.RED, reason=reason, look_with=FREE_WITH)


def _found_later(
    connection: Connection, tenants: set[str]
) -> dict[tuple[str, str], list[LaterFinding]]:
    """Return what disagrees since a year was loaded, by unit."""
    found: dict[tuple[str, str], list[LaterFinding]] = defaultdict(list)
    for item in later.open_findings(connection, tenants):
        if item.is_break:
            found[item.tenant, item.fiscal_year].append(item)
    return found


def _with_later(row: OverviewRow, found: Collection[LaterFinding]) -> OverviewRow:
    if not found:
        return row
    findings = tuple(str(item) for item in found)
    light = Light.RED if any(item.result.holds for item in found) else row.light
    reason = joined(row.reason, *findings)
    return replace(row, light=light, reason=reason, later=findings)


def _waiting(connection: Connection, tenants: set[str]) -> dict[tuple[str, str], list[Load]]:
    """Return what waits for a person, by unit, oldest first."""
    table = models.load
    query = select(table).where(is_waiting(), table.c.tenant.in_(tenants))
    waiting: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for row in connection.execute(query.order_by(table.c.load_id)):
        waiting[row.tenant, row.fiscal_year].append(Load(**row._asdict()))
    return waiting


def _with_waiting(row: OverviewRow, waiting: Sequence[Load]) -> OverviewRow:
    """Say in a row what waits: a hold makes it red, whatever came after it, also of a period."""
    if not waiting:
        return row
    hold = next((load for load in reversed(waiting) if load.coverage == WHOLE_YEAR), None)
    others = [load for load in waiting if load is not hold]
    side_loads = tuple(map(_side_load_in_words, others))
    if any(_is_stopped_period(load) for load in others):
        row = replace(row, light=Light.RED)
    if hold and row.status != UnitState.HELD:
        still = joined(row.reason, f"still held: {hold.reason}")
        row = replace(row, light=Light.RED, reason=still)
    reason = joined(row.reason, *side_loads)
    return replace(row, hold=hold.load_id if hold else "", side_loads=side_loads, reason=reason)


def _is_stopped_period(load: Load) -> bool:
    """Return whether a load was to replace a part of what is published, and did not."""
    stopped = {UnitState.HELD, UnitState.FAILED}
    return Coverage.parse(load.coverage).may_replace and load.status in stopped


def _side_load_in_words(load: Load) -> str:
    day = f" of {load.created_at:%Y-%m-%d}" if load.created_at else ""
    why = f": {load.reason}" if load.reason else ""
    if load.coverage == WHOLE_YEAR:
        return f"what was held{day} before it still waits{why}"
    what = Coverage.parse(load.coverage).in_words
    article = "an" if what.startswith("evidence") else "a"
    return f"beside the year, {article} {what}{day} is {load.status}{why}"


def _cut_off(connection: Connection, tenants: set[str]) -> dict[str, _CutOff]:
    """Say of each tenant that is cut off from its system why, so that it is seen at once."""
    table = models.connection.c
    query = select(table.tenant, table.system, table.status, table.reason).where(
        table.status != ConnectionState.CONNECTED, table.tenant.in_(tenants)
    )
    return {
        row.tenant: _CutOff(
            joined(f"{row.system}, {row.status.replace('_', ' ')}", row.reason, by=": "),
            look_with(row.status, row.tenant),
        )
        for row in connection.execute(query)
    }


_UNIT_COLUMNS: Final = [
    models.unit.c[name]
    for name in (
        "fiscal_year",
        "status",
        "reason",
        "load_id",
        "run_id",
        "last_published_at",
        "published_source",
        "voucher_count",
        "posting_count",
        "damage",
    )
]


def _of_tenant(
    units: list[RowMapping],
    now: dt.datetime,
    kept: Mapping[tuple[str, str], str],
    *,
    cut_off: _CutOff,
) -> Iterable[OverviewRow]:
    """Judge a tenant's units; only its latest year can be stale, since old ones rest.

    So does one that is kept: no load is expected of it. That the tenant is cut off is true of no
    year more than of another, so it is said in a row of its own.
    """
    rests = kept.get((units[-1]["id"], units[-1]["fiscal_year"] or ""), "")
    good = [unit["last_published_at"] for unit in units if unit["last_published_at"]]
    is_stale = bool(units[0]["has_schedule"] and good and now - max(good) > STALE_AFTER)
    is_stale = is_stale and not rests
    if cut_off and units[0]["fiscal_year"]:
        own = _row(units[0], now, is_stale=False, cut_off=NOT_CUT_OFF).of_tenant
        yield replace(own, reason=cut_off.reason, look_with=cut_off.look_with)
        cut_off = NOT_CUT_OFF
    for unit in units:
        is_latest = unit is units[-1]
        row = _row(unit, now, is_stale=is_stale and is_latest, cut_off=cut_off)
        row = _with_kept(row, kept.get((row.tenant, row.fiscal_year), ""))
        yield _without_night(row, unit) if is_latest else row


def _with_kept(row: OverviewRow, kept: str) -> OverviewRow:
    """Say of a year that no load replaces it."""
    if not kept:
        return row
    return replace(row, kept=kept, reason="; ".join(filter(None, (row.reason, kept))))


def _without_night(row: OverviewRow, tenant: RowMapping) -> OverviewRow:
    """Say of an earlier release's tenant that no night comes where it is; red if it is expected."""
    if tenant["time_zone"] in NIGHT_ZONES:
        return row
    why = f"no nightly run is scheduled in its time zone, {tenant['time_zone']}"
    light = Light.RED if tenant["has_schedule"] else row.light
    return replace(row, light=light, reason=joined(row.reason, why))


def _row(unit: RowMapping, now: dt.datetime, *, is_stale: bool, cut_off: _CutOff) -> OverviewRow:
    last = unit["last_published_at"]
    age = now - last if last else None
    return OverviewRow(
        tenant=unit["id"],
        name=unit["name"],
        fiscal_year=unit["fiscal_year"] or "",
        light=_light(unit, is_red=is_stale or bool(cut_off) or bool(unit["damage"])),
        status=unit["status"] or "",
        reason=joined(
            unit["damage"] or "", _reason(unit, age if is_stale else None, cut_off=cut_off.reason)
        ),
        source=unit["published_source"] or "",
        last_published_at=last,
        age=age,
        is_stale=is_stale,
        voucher_count=unit["voucher_count"] or 0,
        posting_count=unit["posting_count"] or 0,
        load_id=unit["load_id"] or "",
        run_id=unit["run_id"] or "",
        look_with=cut_off.look_with,
        damage=unit["damage"] or "",
    )


def _light(unit: RowMapping, *, is_red: bool) -> Light:
    if is_red or unit["status"] in {UnitState.HELD, UnitState.FAILED}:
        return Light.RED
    return Light.GREEN if unit["last_published_at"] else Light.GREY


def _reason(unit: RowMapping, stale_age: dt.timedelta | None, *, cut_off: str) -> str:
    reason = cut_off or unit["reason"] or ""
    if stale_age is not None:
        hours = int(stale_age.total_seconds() // 3_600)
        late = f"the last good load is {hours} hours old, although a nightly run is expected"
        return joined(reason, late)
    if reason:
        return str(reason)
    return "" if unit["last_published_at"] else "nothing has been published yet"
