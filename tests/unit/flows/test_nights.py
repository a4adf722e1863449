"""The nights by Prefect's own clockwork: each calendar night is done once for each tenant."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.hub.hosts import Places
from flows.nightly import begin, is_over, night_of, nightly
from flows.runs.look import Look, Next
from flows.server.deployments import NIGHTS
from ledger.outcome import Outcome
from tasks.stores import Stores
from tests.nights import work_on

FINLAND = "Europe/Helsinki"
ZONES = ("Europe/Stockholm", FINLAND)
WEEKS = ["2026-03-26", "2026-10-22", "2026-11-20", "2027-03-25"]
"""Weeks with a weekend: in the first, the second and the last clocks change."""


def moments(schedule, start, days):
    cron = CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    end = start + dt.timedelta(days=days)
    return asyncio.run(cron.get_dates(1_000, start=start, end=end))


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path / "hub.sqlite")
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        for zone in ZONES:
            for name in ("first", "second"):
                tenant = f"{name}-{zone.rpartition('/')[2].lower()}"
                hub.tenants.add(Tenant(tenant, tenant, time_zone=zone, has_schedule=True))
                hub.connections.save(Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS))
        yield hub


@pytest.mark.requirement("R-FIN-16a", "R-FIN-16b", "R-FIN-16c")
@pytest.mark.parametrize("first", WEEKS)
def test_each_night_of_a_week_is_done_once_for_each_tenant_also_when_the_clocks_change(hub, first):
    """Each schedule begins its nights, each night twice; shards are worked on twice as well."""
    day, looks = dt.date.fromisoformat(first), Counter()
    start = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=1)
    stores = Stores(hub, None, None)

    async def look(_stores, row):
        looks[row.tenant, row.night] += 1
        return Look(Next.NOTHING, Outcome.UNCHANGED)

    for schedule in NIGHTS:
        for moment in moments(schedule, start, 9):
            night = night_of(moment, schedule.timezone)
            for _ in range(2):
                work_on(stores, schedule.timezone, night, look=look)

    week = [day + dt.timedelta(days=count) for count in range(7)]
    tenants = {tenant.id for tenant in hub.tenants}
    assert {(tenant, night): 1 for tenant in tenants for night in week} == {
        key: count for key, count in looks.items() if key[1] in week
    }
    for night in week:
        rows = hub.nights.of_night(night)
        assert dict.fromkeys(tenants, "unchanged") == {row.tenant: row.outcome for row in rows}
        assert len(rows) == len(tenants)


@pytest.mark.parametrize("first", WEEKS)
def test_both_zones_begin_their_nights_at_the_same_moment(first):
    start = dt.datetime.combine(dt.date.fromisoformat(first), dt.time(), tzinfo=dt.UTC)
    sweden, finland = (moments(schedule, start, 9) for schedule in NIGHTS)

    assert sweden == finland


def test_a_night_that_starts_late_keeps_its_day():
    at = dt.datetime(2026, 10, 25, 2, 0, tzinfo=ZoneInfo(FINLAND))

    assert dt.date(2026, 10, 25) == night_of(at + dt.timedelta(hours=20), FINLAND)
    assert dt.date(2026, 10, 26) == night_of(at + dt.timedelta(hours=24), FINLAND)


@pytest.mark.parametrize("night", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_a_night_is_over_when_the_next_is_due(night):
    night = dt.date.fromisoformat(night)
    for zone, schedule in zip(ZONES, NIGHTS, strict=True):
        start = dt.datetime.combine(night, dt.time(), tzinfo=dt.UTC) + dt.timedelta(hours=12)
        next_, *_ = moments(schedule, start, 2)

        assert not is_over(night, zone, now=next_ - dt.timedelta(seconds=1))
        assert is_over(night, zone, now=next_)


def test_a_night_that_was_missed_is_not_made_up_for_unless_somebody_asks(monkeypatch):
    long_ago = dt.datetime(2026, 1, 2, 0, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("flows.nightly.scheduled_at", lambda: long_ago)

    state = asyncio.run(nightly.fn(zone=FINLAND))

    assert ("Skipped", True) == (state.name, "start nightly with its date" in state.message)


def test_a_night_that_is_to_come_is_not_spent_before_its_day(monkeypatch):
    monkeypatch.setattr("flows.nightly.open_stores", lambda: pytest.fail("it was begun"))
    tomorrow = night_of(dt.datetime.now(dt.UTC), FINLAND) + dt.timedelta(days=1)

    state = asyncio.run(nightly.fn(zone=FINLAND, night=tomorrow))

    assert ("Failed", True) == (state.name, f"The night of {tomorrow}" in state.message)


def test_who_is_in_a_night_is_who_is_connected_when_it_begins(hub):
    night, stores = dt.date(2026, 11, 23), Stores(hub, None, None)
    begin(stores, FINLAND, night)
    hub.tenants.add(Tenant("late", "late", time_zone=FINLAND, has_schedule=True))
    hub.connections.save(Connection("late", "fortnox", Method.CLIENT_CREDENTIALS))
    sizes, _ = begin(stores, FINLAND, night)
    next_night, _ = begin(stores, FINLAND, night + dt.timedelta(days=1))

    assert (2, 3) == (sum(sizes.values()), sum(next_night.values()))


def test_a_night_of_several_hosts_has_a_shard_for_each_that_is_there(hub):
    for place in range(5):
        hub.hosts.join(f"host-{place}", Places("", "", ""), release="1.0", clock=hub.database.now)
    for place in range(40):
        name = f"more-{place}"
        hub.tenants.add(Tenant(name, name, time_zone=FINLAND, has_schedule=True))
        hub.connections.save(Connection(name, "fortnox", Method.CLIENT_CREDENTIALS))
    sizes, _ = begin(Stores(hub, None, None), FINLAND, dt.date(2026, 11, 23))

    assert set(range(5)) == set(sizes)
