"""The schedule of the nights, by Prefect's own clockwork: each night is one, in both zones."""

from __future__ import annotations

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule

from flows.nightly import night_of
from flows.server.deployments import NIGHTS

FINLAND = "Europe/Helsinki"


def moments(schedule, start, days):
    cron = CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    end = start + dt.timedelta(days=days)
    return asyncio.run(cron.get_dates(1_000, start=start, end=end))


@pytest.mark.requirement("R-FIN-16a", "R-FIN-16b", "R-FIN-16c")
@pytest.mark.parametrize("first", ["2026-03-26", "2026-10-22", "2026-11-20", "2027-03-25"])
def test_each_calendar_night_of_a_week_has_one_run_also_when_the_clocks_change(first):
    day = dt.date.fromisoformat(first)
    start = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=1)
    sweden, finland = (moments(schedule, start, 9) for schedule in NIGHTS)

    week = [day + dt.timedelta(days=count) for count in range(7)]
    assert sweden == finland
    for zone in ("Europe/Stockholm", FINLAND):
        nights = [night_of(moment, zone) for moment in sweden]
        assert week == [night for night in nights if night in week]


def test_a_night_that_starts_late_keeps_its_day():
    at = dt.datetime(2026, 10, 25, 2, 0, tzinfo=ZoneInfo(FINLAND))

    assert dt.date(2026, 10, 25) == night_of(at + dt.timedelta(hours=20), FINLAND)
    assert dt.date(2026, 10, 26) == night_of(at + dt.timedelta(hours=24), FINLAND)
