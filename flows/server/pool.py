"""The work pool: made, with its queues and deployments, as often as one likes.

What `prefect.yaml` lists is deployed by Prefect's own command; the pool and its queues are made
first, and what blocks we have is told last.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import Worker, WorkerStatus
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from blocks.home import PROJECT
from blocks.settings import settings
from flows.server.block_types import register_block_types
from flows.server.deployments import DEPLOYMENTS
from ledger.errors import TerminalError
from tasks.hosts import shares_hub

POOL: Final = "tasma"
BACKFILL: Final = "backfill"
BACKFILL_PRIORITY: Final = 10
"""The default queue has 1: what is asked for now, and the nights, go first."""

WORKER: Final = "tasma"
"""With what the name of a worker of ours begins; its host follows."""


class NotDeployed(TerminalError):
    """Prefect refused the deployments."""

    sentence = (
        "The deployments of prefect.yaml were not made: `prefect deploy` ended with {code}. What "
        "it said stands above; put that right and run `tasma deploy` again, which changes nothing "
        "that is right already."
    )


class HubOfOneHost(TerminalError):
    """A second machine was to work with a hub that lies in a file of its own."""

    sentence = (
        "{other} works on this pool, and the hub of {host} is a file that no other machine has "
        "({address}): each would do the other's work again. Put the hub into PostgreSQL "
        "(`tasma hub move --to URL`), books and lake where both have them, and set TASMA_HUB_URL "
        "on both. If {other} has stopped, wait two minutes and start again."
    )


async def require_answer() -> None:
    """Ask the server for something that needs its password; what it answers is not looked at."""
    async with get_client() as client:
        await client.read_work_pools(limit=1)


async def deploy(*, at_once: int | None = None) -> list[str]:
    """Make the pool, its queues, the deployments and the types of blocks, or bring them up to date.

    Args:
        at_once: Runs of the whole pool at a time, and of each deployment that has a limit of
            several hosts' work; as it was the last time without.

    Returns:
        The names of the deployments.

    Raises:
        NotDeployed: Prefect refused them.
    """
    async with get_client() as client:
        await _make_pool(client)
        run_quietly([sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"])
        # Prefect's command has set those of prefect.yaml again.
        if at_once := at_once or (await client.read_work_pool(POOL)).concurrency_limit:
            await _set_limits(client, at_once)
    await register_block_types()
    return [f"{one.flow.name}/{one.name}" for one in DEPLOYMENTS]


def run_quietly(command: list[str]) -> None:
    """Run Prefect's command, whose several hundred lines nobody needs unless it fails.

    Raises:
        NotDeployed: It did; what it said was printed.
    """
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=PROJECT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if ended.returncode:
        sys.stderr.write(ended.stdout.decode(errors="replace"))
        raise NotDeployed(code=ended.returncode)


async def _make_pool(client: PrefectClient) -> None:
    with suppress(ObjectAlreadyExists):
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    with suppress(ObjectAlreadyExists):
        await client.create_work_queue(
            name=BACKFILL, work_pool_name=POOL, priority=BACKFILL_PRIORITY
        )


async def _set_limits(client: PrefectClient, at_once: int) -> None:
    """Let a pool of several hosts do as much at a time as they can."""
    await client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=at_once))
    for one in DEPLOYMENTS:
        if one.is_work:
            found = await client.read_deployment_by_name(f"{one.flow.name}/{one.name}")
            await client.update_deployment(found.id, DeploymentUpdate(concurrency_limit=at_once))


def worker_name() -> str:
    """Return what this machine's worker is called, so that the others see which machine it is."""
    return f"{WORKER} {settings().host_name}"


async def require_one_host() -> None:
    """Refuse a second machine where the hub is a file; a server that is away cannot say.

    Raises:
        HubOfOneHost: Another machine's worker is online.
    """
    if shares_hub():
        return
    async with get_client() as client:
        try:
            workers = await client.read_workers_for_work_pool(POOL)
        except (ObjectNotFound, httpx.HTTPError):
            return
    if other := _other_host(workers):
        chosen = settings()
        raise HubOfOneHost(other=other, host=chosen.host_name, address=chosen.hub_url)


def _other_host(workers: Iterable[Worker]) -> str:
    """Return another machine with a worker of ours that is online; empty without one."""
    for worker in workers:
        first, _, host = worker.name.partition(" ")
        is_ours = first == WORKER and host != settings().host_name
        if is_ours and worker.status is WorkerStatus.ONLINE:
            return host
    return ""
