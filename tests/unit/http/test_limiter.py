"""The pace, in time that passes only when everybody sleeps."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.http import SlidingWindow
from blocks.http.limiter import ARRIVAL_LIMIT_S, MARGIN_S, MAX_WAIT_OUT_S
from tests.unit.http.virtual_time import call, most_in_a_period, simulate

CALLS, PERIOD_S = 25, 5.0


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 120),
    at_once=st.booleans(),
)
def test_no_period_ever_sees_more_calls_than_allowed_however_the_way_wobbles(seed, count, at_once):
    wobble = random.Random(seed)  # noqa: S311 - a seed, not a key

    async def work(clock):
        window = SlidingWindow(calls=CALLS, period_s=PERIOD_S, clock=clock)
        arrivals = []
        calls = [
            call(
                window,
                clock,
                arrivals,
                way_s=wobble.uniform(0, ARRIVAL_LIMIT_S),
                answer_s=wobble.uniform(0, 3),
            )
            for _ in range(count)
        ]
        if at_once:
            await asyncio.gather(*calls)
        else:
            for one in calls:
                await one
        return arrivals

    arrivals = simulate(work)

    assert count == len(arrivals)
    assert most_in_a_period(arrivals, period_s=PERIOD_S) <= CALLS


def test_share_of_the_allowed_rate_with_many_calls_queued():
    async def work(clock):
        window = SlidingWindow(calls=CALLS, period_s=PERIOD_S, clock=clock)
        arrivals = []
        calls = [call(window, clock, arrivals, way_s=0.05, answer_s=0.05) for _ in range(500)]
        await asyncio.gather(*calls)
        return max(arrivals)

    took_s = simulate(work)

    # The first window is full at once; after it 475 calls come at the pace.
    assert 475 / (took_s * CALLS / PERIOD_S) >= 0.95


def test_calls_start_in_the_order_in_which_they_asked():
    async def work(clock):
        window = SlidingWindow(calls=2, period_s=1.0, clock=clock)
        started = []

        async def one(number):
            async with window.turn():
                started.append(number)

        await asyncio.gather(*(one(number) for number in range(20)))
        return started

    assert list(range(20)) == simulate(work)


def test_caller_that_gives_up_does_not_hold_up_the_others():
    async def work(clock):
        window = SlidingWindow(calls=1, period_s=1.0, clock=clock)
        arrivals = []
        tasks = [
            asyncio.create_task(call(window, clock, arrivals, way_s=0, answer_s=0))
            for _ in range(3)
        ]
        await asyncio.sleep(0.1)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return arrivals

    first, last = simulate(work)

    assert PERIOD_S / CALLS < last - first <= 1.0 + 2 * MARGIN_S


@pytest.mark.parametrize(("retry_after_s", "pause_s"), [(0, 5.0), (8, 8.0), (900, MAX_WAIT_OUT_S)])
def test_broken_limit_is_waited_out(retry_after_s, pause_s):
    async def work(clock):
        window = SlidingWindow(calls=CALLS, period_s=PERIOD_S, clock=clock)
        window.wait_out(retry_after_s=retry_after_s)
        async with window.turn():
            return clock()

    assert pause_s == pytest.approx(simulate(work), abs=2 * MARGIN_S)


def test_calls_of_the_process_before_count():
    async def work(clock):
        window = SlidingWindow(
            calls=3, period_s=PERIOD_S, clock=clock, recent=[4.0, 1.0, -7.0, 6.0]
        )
        began = []
        for _ in range(3):
            async with window.turn() as answered:
                began.append(clock())
                answered()
        return began, sorted(window.ages())

    began, ages = simulate(work)

    # 6 s ago counts no more; a time ahead of ours (a clock set back) counts as now.
    assert [1.0, 4.0, 5.0] == pytest.approx(began, abs=2 * MARGIN_S)
    assert [0.0, 1.0, 4.0] == pytest.approx(ages, abs=2 * MARGIN_S)
