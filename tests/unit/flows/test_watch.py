"""The watch: each chore at its interval, none twice at once, none in another's way."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import pytest
from prefect.states import Completed, Failed

from flows import watch
from flows.runs.states import due_at, scheduled_at
from flows.watch import CHORES, PERIOD, Chore, Round, end_of_period, sftp_chores

UTC = dt.UTC


def chore(name, look, every_s=0.02):
    return Chore(name, dt.timedelta(seconds=every_s), look)


def kept_on(*chores, looks=3):
    """Keep on until the first of the chores was done so often."""
    round_ = Round(chores)

    async def keep_on():
        task = asyncio.create_task(round_.keep_on(until=time.monotonic() + 3_600))
        while round_.looks[chores[0].name] < looks:  # noqa: ASYNC110 - the watch tells nobody
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(keep_on())
    return round_


async def well():
    return Completed(message="nothing")


async def badly():
    return Failed(message="no room")


async def worse():
    raise ValueError("a secret")


def test_what_the_settings_leave_out_is_not_looked_at(monkeypatch):
    names = {one.name for one in watch.chores()}
    monkeypatch.setenv("TASMA_WATCH_WITHOUT", "feeds, pushes")

    assert {"feeds", "pushes"} == names - {one.name for one in watch.chores()}


def test_a_chore_that_fails_stops_no_other_and_is_named():
    round_ = kept_on(chore("inbox", well), chore("feeds", badly), chore("janitor", worse))

    assert {"feeds", "janitor"} == set(round_.failing)
    assert all(round_.looks[name] for name in ("inbox", "feeds", "janitor"))
    assert "Failing: " in round_.summary
    assert "no room" in round_.summary
    assert "a secret" not in round_.summary


def test_a_chore_that_works_again_is_named_no_more():
    ends = iter([Failed(message="no room")])

    async def look():
        return next(ends, Completed(message="2 files at work"))

    round_ = kept_on(chore("inbox", look), looks=3)

    assert {} == round_.failing


def test_a_chore_is_never_done_twice_at_once_and_what_is_late_is_left_out():
    at_work, most, looks = 0, 0, 0

    async def slow():
        nonlocal at_work, most, looks
        looks += 1
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.1)
        at_work -= 1
        return Completed(message="")

    round_ = kept_on(chore("quick", well, 0.01), chore("slow", slow, 0.001), looks=30)

    assert 1 == most
    assert round_.looks["slow"] < round_.looks["quick"]


def test_each_look_knows_when_it_was_due():
    """Keys of the runs that a sweep starts hold this time: by that of the whole run, the second
    look would start nothing."""
    seen = []

    async def look():
        seen.append(scheduled_at())
        return Completed(message="")

    kept_on(chore("feeds", look))

    assert len(set(seen)) == len(seen) > 1
    assert due_at.get() is None


@pytest.mark.parametrize(
    ("moment", "end"),
    [("14:00:00", "14:30:00"), ("14:29:59", "14:30:00"), ("23:45:00", "00:00:00")],
)
def test_a_watch_ends_when_the_next_is_due(moment, end):
    found = end_of_period(dt.datetime.fromisoformat(f"2026-11-23T{moment}+00:00"))

    assert end == f"{found:%H:%M:%S}"


def test_a_watch_whose_half_hour_is_over_ends_at_once(monkeypatch):
    then = dt.datetime.now(UTC) - 2 * PERIOD
    monkeypatch.setattr(watch, "scheduled_at", lambda: then)
    monkeypatch.setattr(watch, "CHORES", (chore("inbox", worse),))

    state = asyncio.run(watch.watch.fn())

    assert ("Skipped", True) == (state.name, state.message.startswith("Missed"))


def test_every_chore_is_done_at_least_once_in_a_watch():
    assert all(item.every <= PERIOD for item in CHORES)


def test_each_part_of_the_tenants_on_sftp_is_a_chore_of_its_own(monkeypatch):
    monkeypatch.setenv("TASMA_SFTP_SHARDS", "3")

    parts = [(each.name, each.look.keywords) for each in sftp_chores()]

    assert [(f"SFTP {n}", {"shard": n, "shards": 3}) for n in range(3)] == parts


def test_one_part_unless_more_are_asked_for():
    assert ["SFTP"] == [each.name for each in sftp_chores()]
