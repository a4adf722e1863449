"""What the commands of `tasma push` do with a target, each in an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from blocks.hub import Hub
from blocks.lake import Lake, lake_of
from blocks.settings import settings
from blocks.systems.registry import open_target, target_for_files
from flows.doors.on_server import server_chosen
from tasks.push import Pusher, push_tenant
from tasks.push_add import Added, add_file
from tasks.push_deviations import Deviations, deviations

Answer = TypeVar("Answer")


def lake() -> Lake:
    """Return the lake of the settings."""
    return lake_of(settings())


def added(hub: Hub, tenant: str, system: str, path: Path, *, process: str) -> Added:
    """Queue the invoices of a file; raises as `add_file` and `target_for_files` do."""

    async def work() -> Added:
        async with target_for_files(hub, tenant, system) as target:
            return add_file(hub, tenant, system, path, target=target, process=process, lake=lake())

    return _ask(work())


def pushed(hub: Hub, tenant: str, system: str) -> Pusher:
    """Send what waits; raises as `push_tenant` does."""
    return _ask(push_tenant(hub, tenant, system, lake=lake()))


def deviating(hub: Hub, tenant: str, system: str) -> Deviations:
    """Hold what is there against what was sent; raises as `open_target` does."""

    async def work() -> Deviations:
        async with open_target(hub, tenant, system) as target:
            return await deviations(hub, tenant, system, target)

    return _ask(work())


def _ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    with server_chosen():
        return asyncio.run(question)
