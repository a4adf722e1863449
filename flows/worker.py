"""Prefect's process worker, which starts our runs from what it has imported already.

``python -m flows.worker --pool tasma`` takes every option of ``prefect worker start``. The plain
worker runs the same deployments, each run from cold, and does not say which machine it is.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from contextlib import AbstractContextManager

import flows.server.deployments  # noqa: F401 - so that the host of the runs has imported every flow
from blocks.settings import PATIENCE, PATIENCE_OF_RUNS_S, settings
from flows.runs.dead_runs import sweep
from flows.server.fork_server.host import fork_host
from flows.server.pool import require_one_host, worker_name
from ledger.errors import TasmaError
from tasks.arrivals import explain
from tasks.hosts import joined
from tasks.log import warn
from tasks.repeating import repeating


def sweeping() -> AbstractContextManager[None]:
    """Look for dead runs every two minutes (`sweep_every_s`), for the length of the body.

    The watch does so too; but it is a run, which dies with its host and needs a place in the pool.
    """
    return repeating(_sweep, every_s=settings().sweep_every_s, name="sweep")


def _sweep() -> None:
    try:
        asyncio.run(sweep())
    except Exception as problem:  # noqa: BLE001 - whatever is away: the next sweep looks again
        warn(f"Dead runs could not be looked for: {explain(problem)}")


def main() -> None:
    """Work until stopped.

    Raises:
        HostsApart: Another machine works on the hub and keeps things elsewhere.
        NameTaken: Another machine of this name works on the hub.
        HubOfOneHost: Another machine works on the pool, and the hub is a file.
    """
    os.environ.setdefault(PATIENCE, PATIENCE_OF_RUNS_S)
    asyncio.run(require_one_host())
    named = [] if {"--name", "-n"} & set(sys.argv) else ["--name", worker_name()]
    # The host of the runs is forked first: after that there are threads.
    with fork_host(), joined(), sweeping():
        sys.argv = ["prefect", "worker", "start", *sys.argv[1:], *named]
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    try:
        main()
    except TasmaError as problem:
        sys.exit(f"Error: {problem}")
