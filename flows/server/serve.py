"""Register our deployments and run what is asked of them: the newcomer's way, without a pool.

Started as a module, beside Prefect's server and as soon as it: each spends seconds on a core before
it can do anything, and one after the other they would add up.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import time
from contextlib import suppress
from typing import Final

import httpx
from prefect.client.orchestration import get_client
from prefect.runner import Runner

from blocks.settings import PATIENCE, PATIENCE_OF_RUNS_S, settings
from flows.runs.dead_runs import sweep
from flows.runs.missed import forget_former_schedules, forget_missed
from flows.runs.starting import start_run
from flows.runs.states import TAG
from flows.server.block_types import register_block_types
from flows.server.deployments import DEPLOYMENTS, MAX_RUNS
from flows.server.fork_server import COMMAND
from flows.server.fork_server.host import fork_host
from flows.server.prefect_internals import is_plain
from flows.watch import end_of_period
from tasks.hosts import joined
from tasks.repair import repair_statuses

START_LIMIT_S: Final = 120.0
"""Longest wait for the server; its first start makes its database."""
POLL_S: Final = 0.25
ANSWER_LIMIT_S: Final = 5.0


async def serve_all() -> None:
    """Register everything and run what is asked of it, until cancelled."""
    # Nobody else runs our deployments here: what still seems to run died with our predecessor.
    await sweep(everything=True)
    await asyncio.to_thread(repair_statuses)
    await register_block_types()
    runner = Runner(name=TAG, pause_on_shutdown=False, limit=MAX_RUNS)
    for deployment in DEPLOYMENTS:
        await runner.aadd_deployment(await deployment.registered())
    await begin_watch()
    try:
        await runner.start()
    finally:
        # The runner's end killed what ran; say so, so that it can be run again.
        await sweep(everything=True)


async def begin_watch() -> None:
    """Forget what was to be looked at meanwhile, and look at once, not at the next half hour."""
    async with get_client() as client:
        await forget_former_schedules(client)
        nights = await client.read_deployment_by_name("nightly/nightly")
        await forget_missed(client, keep=str(nights.id))
    if not settings().watch_at_start:
        return
    now = dt.datetime.now(dt.UTC)
    key = f"watch:{end_of_period(now)}"
    found = await start_run("watch/watch", idempotency_key=key)
    if found.state and found.state.is_final():
        # An earlier start made it, and it died too often to be taken up again.
        await start_run("watch/watch", idempotency_key=f"{key}:{now}")


def start_runs_by_fork() -> None:
    """Have runners of this process start runs by `COMMAND`, unless Prefect is to stay plain."""
    if not is_plain():
        from flows.server.prefect_internals.run_command import (  # noqa: PLC0415 - switched
            start_runs_by,
        )

        start_runs_by(COMMAND)


def wait_for_server(api_url: str) -> None:
    """Return when the server answers, or after `START_LIMIT_S`: what follows then says why not."""
    deadline = time.monotonic() + START_LIMIT_S
    while not _answers(f"{api_url}/health") and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=ANSWER_LIMIT_S)
    except httpx.TransportError:
        return False
    return True  # whatever it says: it may want a password


if __name__ == "__main__":
    # SIGINT cancels the runner and lets the last sweep happen; on SIGTERM Prefect's own handler
    # ends the process at once, and the next start sweeps. A process started in the background of a
    # script ignores SIGINT unless told otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault(PATIENCE, PATIENCE_OF_RUNS_S)
    start_runs_by_fork()
    with fork_host(), joined(), suppress(KeyboardInterrupt):
        wait_for_server(os.environ["PREFECT_API_URL"])
        asyncio.run(serve_all())
