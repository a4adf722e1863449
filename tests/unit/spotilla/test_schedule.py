"""Every half hour, day and night, at a place of its own."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ledger.spotilla.schedule import CYCLE, is_due, last_due, place_of

HELSINKI = ZoneInfo("Europe/Helsinki")


def cycles_of(day, tenant="acme"):
    """Count the cycles of a local day, asked for every minute."""
    now = dt.datetime.combine(day, dt.time(), HELSINKI).astimezone(dt.UTC)
    until = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), HELSINKI)
    last, count = last_due(tenant, now - dt.timedelta(seconds=1)), 0
    while now < until.astimezone(dt.UTC):
        if is_due(tenant, now, last=last):
            last, count = now, count + 1
        now += dt.timedelta(minutes=1)
    return count


@pytest.mark.requirement("R-SPO-28a")
@pytest.mark.parametrize(
    ("day", "count"),
    [
        (dt.date(2026, 4, 10), 48),
        (dt.date(2026, 4, 12), 48),
        (dt.date(2026, 3, 29), 46),
        (dt.date(2026, 10, 25), 50),
    ],
)
def test_day_has_48_cycles_and_46_or_50_where_clocks_change(day, count):
    assert count == cycles_of(day)


@pytest.mark.requirement("R-SPO-28b")
def test_cycle_that_falls_due_while_one_runs_is_skipped():
    due = last_due("acme", dt.datetime(2026, 4, 10, 12, tzinfo=dt.UTC))
    ended = due + dt.timedelta(minutes=35)

    assert not is_due("acme", ended, last=ended)
    assert not is_due("acme", due + 2 * CYCLE - dt.timedelta(seconds=1), last=ended)
    assert is_due("acme", due + 2 * CYCLE, last=ended)


def test_tenants_are_spread_over_the_half_hour_and_keep_their_place():
    places = [place_of(f"tenant-{n}") for n in range(1_800)]
    by_minute = [sum(1 for p in places if p // dt.timedelta(minutes=1) == m) for m in range(30)]

    assert all(dt.timedelta() <= place < CYCLE for place in places)
    assert 30 <= min(by_minute) <= max(by_minute) <= 95
    assert places[5] == place_of("tenant-5")


def test_first_cycle_is_due_at_once():
    assert is_due("acme", dt.datetime(2026, 4, 10, tzinfo=dt.UTC), last=None)
