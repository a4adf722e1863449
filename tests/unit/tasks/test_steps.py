"""Every step is tried again when that can help, and only then."""

from __future__ import annotations

import asyncio
import inspect
import threading
from itertools import pairwise

import httpx
import pytest
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed

from blocks.durable import NoSpace
from blocks.http import CallFailed
from blocks.http.errors import LOST
from blocks.hub import HubBusy
from blocks.systems.fortnox.answers import explain
from blocks.warehouse.errors import WriterBusy
from ledger.errors import TerminalError
from tasks.accept import accept
from tasks.fetch import fetch
from tasks.publish import publish
from tasks.pull import pull
from tasks.reconcile import reconcile
from tasks.report import report
from tasks.stage import stage
from tasks.steps import RETRIES, STEP_LIMIT_S, step

STEPS = [fetch, pull, stage, reconcile, publish, report, accept]


def test_a_plain_function_runs_in_a_thread_and_one_that_awaits_in_the_loop():
    @step("plain", about="name")
    def plain(name, *, end=""):
        return f"{name}{end}", threading.current_thread()

    @step("awaiting", about="name")
    async def awaiting(name):
        await asyncio.sleep(0)
        return name, threading.current_thread()

    (first, thread), (second, loop) = (
        asyncio.run(plain.fn("books", end=".")),
        asyncio.run(awaiting.fn("books")),
    )

    assert (first, second, loop) == ("books.", "books", threading.main_thread())
    assert thread is not threading.main_thread()
    assert list(inspect.signature(plain.fn).parameters) == ["name", "end"]


def test_what_a_plain_function_raises_comes_out_of_its_step():
    @step("plain", about="name")
    def plain(name):
        raise HubBusy(name)

    with pytest.raises(HubBusy):
        asyncio.run(plain.fn("busy"))


def is_retried(step, problem):
    run = TaskRun.model_construct()
    return asyncio.run(step.retry_condition_fn(step, run, Failed(data=problem)))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_is_retried_when_it_may_work_next_time(step, tmp_path):
    assert is_retried(step, HubBusy("busy"))
    assert is_retried(step, WriterBusy(tenant="acme", waited_s=1))
    assert not is_retried(step, TerminalError("a person has to act"))
    assert not is_retried(step, NoSpace(doing="staging", folder=tmp_path))
    assert not is_retried(step, ValueError("a fault of the program"))


def refused(status):
    """Say what Fortnox's answer with a status becomes."""
    request = httpx.Request("GET", "https://api.example.test/3/vouchers")
    return explain(httpx.Response(status, request=request, content=b"{}"))


@pytest.mark.requirement("R-X-4b", "R-X-4c", "R-X-4f")
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 502, 503, 504])
def test_a_step_is_retried_after_429_and_5xx_and_after_no_other_refusal(status):
    assert (status == 429 or status >= 500) == is_retried(pull, refused(status))


@pytest.mark.requirement("R-X-4a")
def test_a_step_is_retried_after_a_fault_of_the_network():
    assert is_retried(pull, CallFailed("no whole answer", code=LOST))


@pytest.mark.requirement("R-X-4d")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_each_retry_of_a_step_waits_longer_than_the_one_before(step):
    delays = list(step.retry_delay_seconds)

    assert RETRIES == len(delays)
    assert all(later > earlier > 0 for earlier, later in pairwise(delays))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_no_step_is_cached_and_each_has_a_limit(step):
    """Prefect's cache is no guard: the stores are (design: landing, lease, digest)."""
    assert (NO_CACHE, RETRIES, STEP_LIMIT_S) == (
        step.cache_policy,
        step.retries,
        step.timeout_seconds,
    )
