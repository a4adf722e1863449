"""What Prefect itself takes: a run of a flow that does nothing in as many tasks as ours has."""
# ruff: noqa: PLC0415 - what is imported is timed

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

TASKS: Final = 5


def run() -> Callable[[], dict[str, Any]]:
    """Run an empty flow in this process, against the server of the environment."""

    def work() -> dict[str, Any]:
        from prefect import flow, task
        from prefect.cache_policies import NO_CACHE

        @task(cache_policy=NO_CACHE)
        async def nothing() -> None:
            """Do nothing."""

        @flow
        async def nothing_in_tasks() -> None:
            """Do nothing, in tasks."""
            for _ in range(TASKS):
                await nothing()

        asyncio.run(nothing_in_tasks())
        return {"tasks": TASKS}

    return work
