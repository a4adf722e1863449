"""Every step is tried again when that can help, and only then."""

from __future__ import annotations

import asyncio

import pytest
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed

from blocks.durable import NoSpaceError
from blocks.hub import HubBusy
from blocks.warehouse.errors import WriterBusy
from ledger.errors import TerminalError
from tasks.accept import accept
from tasks.fetch import fetch
from tasks.publish import publish
from tasks.reconcile import reconcile
from tasks.report import report
from tasks.stage import stage
from tasks.steps import RETRIES, STEP_LIMIT_S

STEPS = [fetch, stage, reconcile, publish, report, accept]


def is_retried(step, problem):
    run = TaskRun.model_construct()
    return asyncio.run(step.retry_condition_fn(step, run, Failed(data=problem)))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_retried_when_it_may_work_next_time(step, tmp_path):
    assert is_retried(step, HubBusy("busy"))
    assert is_retried(step, WriterBusy(tenant="acme", waited_s=1))
    assert not is_retried(step, TerminalError("a person has to act"))
    assert not is_retried(step, NoSpaceError(doing="staging", folder=tmp_path))
    assert not is_retried(step, ValueError("a fault of the program"))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_no_step_is_cached_and_each_has_a_limit(step):
    """Prefect's cache is no guard: the stores are (design: landing, lease, digest)."""
    assert (NO_CACHE, RETRIES, STEP_LIMIT_S) == (
        step.cache_policy,
        step.retries,
        step.timeout_seconds,
    )
