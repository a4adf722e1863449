"""Prefect's engine retries a step of ours only for what may pass."""

from __future__ import annotations

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from ledger.errors import TerminalError, TransientError
from tasks.steps import is_transient


def attempts(desk, problem):
    """Count how often a step that always fails like this is taken, with two retries allowed."""
    taken = []

    @task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=0, retry_condition_fn=is_transient)
    async def step():
        taken.append(1)
        raise problem

    @flow
    async def pipeline():
        await step()

    state = desk.do(pipeline)
    assert state.is_failed()
    return len(taken)


def test_only_a_transient_error_is_tried_again(desk):
    assert attempts(desk, TransientError("the network is away")) == 3
    assert attempts(desk, TerminalError("a person has to act")) == 1
