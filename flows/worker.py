"""Prefect's process worker, which starts our runs from what it has imported already.

``python -m flows.worker --pool tasma`` takes every option of ``prefect worker start``. The plain
worker runs the same deployments, each run from cold.
"""

from __future__ import annotations

import runpy
import sys

import flows.server.deployments  # noqa: F401 - so that the host of the runs has imported every flow
from flows.server.fork_server.host import fork_host

if __name__ == "__main__":
    with fork_host():
        sys.argv = ["prefect", "worker", "start", *sys.argv[1:]]
        runpy.run_module("prefect", run_name="__main__", alter_sys=True)
