"""A pace that several windows keep together, in time that passes only when everybody sleeps."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import shutil
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.http.limiter import ARRIVAL_LIMIT_S
from blocks.http.shared import WAIT_S, SharedWindow
from blocks.hub import Hub
from tests.examples import examples
from tests.unit.http.virtual_time import call, most_in_a_period, simulate

LIMIT = 12


@pytest.fixture(scope="module")
def hub_url(empty_hub, tmp_path_factory):
    path = tmp_path_factory.mktemp("shared") / "hub.sqlite"
    shutil.copy(empty_hub, path)
    return f"sqlite:///{path}"


SCOPES = iter(range(10**6))


def windows(hub, clock, count, *, limit=LIMIT):
    """Give windows onto one rate, as so many processes have them."""

    class Direct:
        async def take(self, asked):
            return hub.rate_shares.take(**vars(asked))

        async def leave(self, scope, holder, *, used):
            hub.rate_shares.leave(scope, holder=holder, used=used)

    scope = f"scope {next(SCOPES)}"
    make = partial(SharedWindow, scope=scope, shares=Direct(), limit=limit, clock=clock)
    return [make(holder=f"process {number}") for number in range(count)]


def together(hub_url, count, made, *, limit=LIMIT, seed=0):
    """Let windows make so many calls each, and return when the calls arrived."""
    wobble = random.Random(seed)  # noqa: S311 - a seed, not a key

    async def work(clock):
        began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        now = lambda: began + dt.timedelta(seconds=clock())  # noqa: E731 - a clock
        arrivals = []

        async def one(window, begins_s):
            await asyncio.sleep(begins_s)
            ways = [wobble.uniform(0, ARRIVAL_LIMIT_S) for _ in range(made)]
            answers = [wobble.uniform(0, 0.5) for _ in range(made)]
            turns = [
                call(window, clock, arrivals, way_s=way, answer_s=answer)
                for way, answer in zip(ways, answers, strict=True)
            ]
            half = made // 2
            await asyncio.gather(*turns[:half])
            await window.leave()
            await asyncio.gather(*turns[half:])
            await window.leave()

        with Hub(hub_url, clock=now) as hub:
            starts = [wobble.uniform(0, 3) for _ in range(count)]
            found = windows(hub, clock, count, limit=limit)
            await asyncio.gather(*map(one, found, starts))
        return arrivals

    return simulate(work)


@settings(max_examples=examples(6), deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 5),
    made=st.integers(1, 25),
    limit=st.integers(1, 8),
)
def test_no_second_ever_sees_more_calls_than_allowed_however_many_processes_call(
    hub_url, seed, count, made, limit
):
    arrivals = together(hub_url, count, made, limit=limit, seed=seed)

    assert count * made == len(arrivals)
    assert most_in_a_period(arrivals, period_s=1.0) <= limit


@pytest.mark.parametrize(("processes", "tenants", "limit"), [(2, 2, 12), (4, 52, 40)])
def test_busy_tenants_of_several_processes_use_the_whole_rate_and_never_more(
    hub_url, processes, tenants, limit
):
    async def work(clock):
        began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        now = lambda: began + dt.timedelta(seconds=clock())  # noqa: E731 - a clock
        arrivals = []

        async def tenant(window):
            for _ in range(20 * limit // tenants):
                await call(window, clock, arrivals, way_s=0.005, answer_s=0.005)

        with Hub(hub_url, clock=now) as hub:
            shared = windows(hub, clock, processes, limit=limit)
            await asyncio.gather(*(tenant(shared[n % processes]) for n in range(tenants)))
        return sorted(arrivals)

    arrivals = simulate(work)

    # The seconds in which all others wait for the first's calls are left out, and the last ones, in
    # which some have nothing more to do.
    steady = [at for at in arrivals if 5.0 <= at < 15.0]
    assert len(steady) / (10.0 * limit) >= 0.95
    assert most_in_a_period(arrivals, period_s=1.0) <= limit


def test_who_leaves_leaves_all_but_what_it_called(hub_url):
    async def work(clock):
        arrivals, began = [], dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        now = lambda: began + dt.timedelta(seconds=clock())  # noqa: E731 - a clock
        with Hub(hub_url, clock=now) as hub:
            first, second = windows(hub, clock, 2)
            await asyncio.gather(
                *(call(first, clock, arrivals, way_s=0, answer_s=0) for _ in range(4))
            )
            await first.leave()
            await asyncio.gather(
                *(call(second, clock, arrivals, way_s=0, answer_s=0) for _ in range(LIMIT))
            )
        return sum(1 for at in arrivals if at < WAIT_S)

    assert LIMIT - LIMIT // 2 + 4 == simulate(work), "four of one, then the other's part"


def test_process_that_was_forked_begins_without_its_parents_share(hub_url, monkeypatch):
    async def work(clock):
        with Hub(hub_url, clock=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) as hub:
            (window,) = windows(hub, clock, 1)
            async with window.turn():
                pass
            monkeypatch.setattr(os, "getpid", lambda: -1)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5), window.turn():
                    pass
            return True

    assert simulate(work), "the parent's share lasts while the hub's clock stands"
