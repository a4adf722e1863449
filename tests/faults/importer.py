"""A child process of the fault tests: takes one file through the whole pipeline, or dies."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

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
