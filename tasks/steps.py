"""How every step is retried: only when trying again can help, a few times, further apart."""

from __future__ import annotations

from typing import Any, Final

from prefect import State, Task
from prefect.client.schemas.objects import TaskRun

from ledger.errors import TransientError

RETRIES: Final = 3
RETRY_DELAYS_S: Final = [2.0, 8.0, 30.0]
RETRY_JITTER: Final = 0.3
"""Share of a delay by which it may be longer, so that runs that failed together part."""

STEP_LIMIT_S: Final = 3_600
"""Longest step: a unit of ten million postings takes minutes."""


async def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Say whether a failed step may work the next time.

    Asynchronous, since in an asynchronous engine the state's result has to be awaited: a plain
    function would see a coroutine, which is no `TransientError`, and nothing would be retried.
    """
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)
