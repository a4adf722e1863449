"""Prefect's server and runs on it, as the benchmarks use them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from flows.server.processes import PrefectServer, prefect_server
from tests.benchmarks.fortnox_books import free_port
from tests.benchmarks.measure import PROJECT

NOTHING: Final = "nothing/nothing"
QUIET_LIMIT_S: Final = 120.0
"""Longest wait for an answer, and for a run to come to its end."""

LOOK_S: Final = 1.0
GLANCE_S: Final = 0.05
FINAL: Final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def start(server: PrefectServer, deployment: str, **body: object) -> str:
    """Ask for a run now; return its id."""
    found = must(server, f"/deployments/name/{deployment}")
    path = f"/deployments/{found['id']}/create_flow_run"
    # By the key it is one run, however often the server has to be asked.
    asked = {**body, "state": {"type": "SCHEDULED"}, "idempotency_key": uuid.uuid4().hex}
    return str(must(server, path, asked)["id"])


def end_of(server: PrefectServer, run: str) -> str:
    """Wait for the end of a run; return the name of its state."""
    deadline = time.monotonic() + QUIET_LIMIT_S
    while (state := must(server, f"/flow_runs/{run}")["state"])["type"] not in FINAL:
        if time.monotonic() > deadline:
            raise RuntimeError(f"A run is still {state['name']}.")
        time.sleep(GLANCE_S)
    return str(state["name"])


def server_in(home: str) -> AbstractContextManager[PrefectServer]:
    """Run a server on a free port, whose deployments do only what is asked of them."""
    os.environ["TASMA_WATCH_AT_START"] = "false"
    return prefect_server(home=Path(home), port=free_port())


@contextmanager
def nothing_served(
    server: PrefectServer, *, warm: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the flow that does nothing, as Prefect itself starts runs, or as ours are started."""
    command = [sys.executable, "-m", "tests.benchmarks.fortnox_nothing", *(["warm"] * warm)]
    environment = dict(server.environment)
    with (
        (server.folder / "runs.log").open("ab") as log,
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            deadline = time.monotonic() + QUIET_LIMIT_S
            while not (server.ask(f"/deployments/name/{NOTHING}") or {}).get("last_polled"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("The deployment of nothing was not served.")
                time.sleep(LOOK_S)
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def must(server: PrefectServer, path: str, body: object = None) -> Any:
    """Ask until there is an answer: on a busy machine SQLite may make the server say 503."""
    deadline = time.monotonic() + QUIET_LIMIT_S
    while (answer := server.ask(path, body)) is None:
        if time.monotonic() > deadline:
            raise RuntimeError(f"Prefect's server did not answer {path}.")
        time.sleep(LOOK_S)
    return answer
