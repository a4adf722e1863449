"""Runs on Prefect's server, started from the prompt."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import httpx
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.environment import ServerSettings
from ledger.errors import TransientError

IMPORT: Final = "import-file/import-file"


class NoServerError(TransientError):
    """Prefect's server does not answer, or does not know our deployments."""

    def __init__(self, url: str, *, why: str) -> None:
        super().__init__(
            f"No run was started: Prefect's server at {url} {why}. Start it with `tasma up` in "
            "another terminal, set PREFECT_API_URL to the right one, or leave out --on-server."
        )


def start_import(tenant: str, path: Path, *, dry_run: bool) -> str:
    """Ask the server for an import of a file, and return the run's page in the UI.

    Raises:
        NoServerError: The server does not answer or has no such deployment.
    """
    url = api_url()
    try:
        with temporary_settings({PREFECT_API_URL: url}):
            run = asyncio.run(_start(tenant, path, dry_run=dry_run))
    except httpx.TransportError as problem:
        raise NoServerError(url, why="does not answer") from problem
    except httpx.HTTPStatusError as problem:
        raise NoServerError(url, why=f"refuses ({problem.response.status_code})") from problem
    except (ObjectNotFound, ValueError) as problem:
        raise NoServerError(url, why=f"has no deployment {IMPORT}") from problem
    return f"{url.removesuffix('/api')}/runs/flow-run/{run.id}"


async def _start(tenant: str, path: Path, *, dry_run: bool) -> FlowRun:
    return await arun_deployment(
        IMPORT,
        parameters={"tenant": tenant, "path": str(path), "dry_run": dry_run},
        tags=[f"tenant:{tenant}"],
        flow_run_name=f"{tenant} {path.name}",
        timeout=0,
        as_subflow=False,
    )


def api_url() -> str:
    """Return the server's address: Prefect's own setting, or where `tasma up` listens."""
    chosen = ServerSettings()
    return os.environ.get("PREFECT_API_URL") or f"http://{chosen.host}:{chosen.port}/api"
