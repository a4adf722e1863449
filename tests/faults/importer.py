"""A child process of the fault tests: takes one file through the whole pipeline, or dies."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path
from unittest.mock import patch

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from blocks import steps
from blocks.steps import KILL_AT
from flows.cli.local import import_here
from flows.import_file import import_file
from tests.homes import opened


def take(home: Path, tenant: str, path: Path, kill_at: str = "") -> None:
    """Import a file as the command line does; the exit status is 0 only for one published."""
    os.environ[KILL_AT] = kill_at
    with opened(home) as stores:
        imported = import_here(stores, tenant, path, watch=lambda _step: None)
    raise SystemExit(0 if imported.outcome in {"published", "unchanged"} else imported.message)


def run(environment: dict[str, str], tenant: str, path: str, kill_at: str) -> None:
    """Be a run of Prefect that imports a file, and die by SIGKILL at the step named."""
    os.environ.update({**environment, KILL_AT: kill_at})
    with temporary_settings(
        {
            PREFECT_API_URL: environment["PREFECT_API_URL"],
            PREFECT_API_AUTH_STRING: environment["PREFECT_API_AUTH_STRING"],
        }
    ):
        asyncio.run(import_file(tenant, path))


class _Later:
    """`os`, as `blocks.steps` asks it, whose kill comes a while after a step was reached."""

    environ, getpid = os.environ, staticmethod(os.getpid)

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    def kill(self, pid: int, signal_: int) -> None:
        """Send the signal when the delay is over, wherever the process is by then."""
        threading.Thread(target=self._kill, args=(pid, signal_), daemon=True).start()

    def _kill(self, pid: int, signal_: int) -> None:
        time.sleep(self._delay_s)
        os.kill(pid, signal_)


def take_until(home: Path, tenant: str, path: Path, step: str, delay_s: float) -> None:
    """Import a file, and die by SIGKILL so long after a step was reached: at a random moment."""
    with patch.object(steps, "os", _Later(delay_s)):
        take(home, tenant, path, step)
