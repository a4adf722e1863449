"""The control: a flow that does nothing in as many tasks as a quiet pull has, deployed as ours are.

Run as a module it registers the deployment and runs what is asked of it.
"""
# ruff: noqa: PLC0415 - a run imports this module, and is to import nothing of ours

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import nullcontext, suppress
from typing import Final

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

TASKS: Final = 3


@task(cache_policy=NO_CACHE)
async def nothing() -> None:
    """Do nothing."""


@flow(name="nothing")
async def nothing_in_tasks(tenant: str) -> None:
    """Do nothing three times: pull, stage and publish."""
    assert tenant
    for _ in range(TASKS):
        await nothing()


async def serve() -> None:
    """Run what is asked for, as many at once as ours."""
    from prefect.runner import Runner
    from prefect.types.entrypoint import EntrypointType

    from flows.server.deployments import MAX_RUNS

    runner = Runner(name="nothing", pause_on_shutdown=False, limit=MAX_RUNS)
    made = await nothing_in_tasks.ato_deployment(
        "nothing", entrypoint_type=EntrypointType.MODULE_PATH
    )
    # Run as `__main__` the module would not be found again under its name.
    made.entrypoint = "tests.benchmarks.fortnox_nothing.nothing_in_tasks"
    await runner.aadd_deployment(made)
    await runner.start()


def main(*, warm: bool) -> None:
    """Serve until Ctrl-C; `warm`: runs are forks, as ours are."""
    host = nullcontext
    if warm:
        from flows.server.fork_server.host import fork_host
        from flows.server.serve import start_runs_by_fork

        start_runs_by_fork()
        host = fork_host
    with host(), suppress(KeyboardInterrupt):
        asyncio.run(serve())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(warm="warm" in sys.argv)
