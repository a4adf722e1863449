"""A child of the fault tests: pulls or calls a system whose secret lies in Prefect blocks."""

from __future__ import annotations

import asyncio
import os
from importlib import import_module
from pathlib import Path

import pytest

from blocks.steps import KILL_AT
from blocks.systems.registry import port
from tests.faults.puller import pulled
from tests.homes import opened


def pull(system: str, url: str, home: Path, tenant: str, kill_at: str) -> None:
    """Pull the open years; the exit status is 0 only when they are published afterwards."""
    os.environ[KILL_AT] = kill_at
    with pytest.MonkeyPatch.context() as patch, opened(home) as stores:
        import_module(f"tests.harnesses.{system}").lead(patch, url)
        raise SystemExit(0 if pulled(stores, tenant) in {"Published", "Unchanged"} else 1)


def call(url: str, home: Path, tenant: str, count: int, rate: int) -> None:
    """Ask Procountor for the company so many times, as fast as the shared rate lets it."""

    async def work() -> None:
        async with port("procountor").connect.session(stores.hub, tenant) as session:
            await asyncio.gather(*(session.get("company") for _ in range(count)))  # type: ignore[attr-defined]

    with pytest.MonkeyPatch.context() as patch, opened(home) as stores:
        import_module("tests.harnesses.procountor").lead(patch, url)
        patch.setenv("TASMA_PROCOUNTOR_RATE", str(rate))
        asyncio.run(work())
