"""Whether somebody looks, told by the watch that was due last."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Completed, Crashed, Failed, Running, Scheduled

from flows.server.readiness import of_watch

DUE = dt.datetime(2026, 3, 2, 12, 10, tzinfo=dt.UTC)
"""Of a watch that a start began within its half hour."""

WITHIN, AFTER = DUE + dt.timedelta(minutes=10), DUE + dt.timedelta(minutes=21)


def watch(state, *, has_begun=True):
    return FlowRun(
        flow_id=uuid.uuid4(),
        state=state,
        start_time=DUE if has_begun else None,
        expected_start_time=DUE,
    )


@pytest.mark.parametrize("state", [Crashed(), Cancelled(), Failed(name="Failed")])
def test_watch_that_died_within_its_half_hour_leaves_nobody_who_looks(state):
    dead = of_watch(watch(state), now=WITHIN, is_another=False)

    assert "red" == dead.light
    assert f"the watch of 12:10 UTC is {state.name}: until 12:30 nobody looks" in dead.seen


@pytest.mark.parametrize(
    ("state", "now", "is_another"),
    [
        (Running(), WITHIN, True),
        (Crashed(), WITHIN, True),
        (Failed(), AFTER, False),
        (Completed(), AFTER, False),
    ],
    ids=["works", "another works", "ended with findings", "ended well"],
)
def test_watch_that_works_or_did_its_half_hour_is_green(state, now, is_another):
    assert "green" == of_watch(watch(state), now=now, is_another=is_another).light


def test_watch_that_has_not_begun_is_red():
    late = of_watch(watch(Scheduled(), has_begun=False), now=WITHIN, is_another=True)

    assert ("red", True) == (late.light, "12:10 UTC has not begun" in late.seen)
