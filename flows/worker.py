"""Prefect's process worker, which starts our runs from what it has imported already.

``python -m flows.worker --pool tasma`` takes every option of ``prefect worker start``. It has no
more runs at once than its machine does well (``--limit N``), so that of several workers none has a
queue while another one waits. The plain worker runs the same deployments, each run from cold,
without a limit, and does not say which machine it is.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from contextlib import AbstractContextManager

from blocks.settings import PATIENCE, PATIENCE_OF_RUNS_S, settings
from flows.runs.dead_runs import sweep
from flows.server.deployments import MAX_RUNS  # and with it every flow, for the host of the runs
from flows.server.fork_server.host import fork_host
from flows.server.pool import require_one_host, worker_name
from flows.server.prefect_internals import is_plain
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


def _unless_given(option: str, short: str, value: str) -> list[str]:
    is_given = any(part.partition("=")[0] in {option, short} for part in sys.argv[1:])
    return [] if is_given else [option, value]


def _limit() -> list[str]:
    """Return how many runs at once; without a limit where Prefect is plain, whose own ends it."""
    if is_plain():
        return []
    import flows.server.prefect_internals.fair_worker  # noqa: F401, PLC0415 - switched

    return _unless_given("--limit", "-l", str(MAX_RUNS))


def main() -> None:
    """Work until stopped.

    Raises:
        HostsApart: Another machine works on the hub and keeps things elsewhere.
        NameTaken: Another machine of this name works on the hub.
        HubOfOneHost: Another machine works on the pool, and the hub is a file.
    """
    os.environ.setdefault(PATIENCE, PATIENCE_OF_RUNS_S)
    asyncio.run(require_one_host())
    options = [*_unless_given("--name", "-n", worker_name()), *_limit()]
    # The host of the runs is forked first: after that there are threads.
    with fork_host(), joined(), sweeping():
        sys.argv = ["prefect", "worker", "start", *sys.argv[1:], *options]
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    try:
        main()
    except TasmaError as problem:
        sys.exit(f"Error: {problem}")
