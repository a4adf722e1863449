"""What every step is: a task that is tried again when that can help, a few times, further apart."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Final, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload

from prefect import State, Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun

from ledger.errors import TransientError

RETRIES: Final = 3
RETRY_DELAYS_S: Final = [2.0, 8.0, 30.0]
RETRY_JITTER: Final = 0.3
"""Share of a delay by which it may be longer, so that runs that failed together part."""

STEP_LIMIT_S: Final = 3_600
"""Longest step: a unit of ten million postings takes minutes."""


Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


Awaiting: TypeAlias = Callable[Asked, Coroutine[Any, Any, Answer]]


class StepMaker(Protocol):
    """Makes a step of a function that awaits, or of a plain one, which then runs in a thread."""

    @overload
    def __call__(
        self, function: Awaiting[Asked, Answer]
    ) -> Task[Asked, Coroutine[Any, Any, Answer]]: ...
    @overload
    def __call__(
        self, function: Callable[Asked, Answer]
    ) -> Task[Asked, Coroutine[Any, Any, Answer]]: ...


def step(name: str, *, about: str) -> StepMaker:
    """Make a function a step of a pipeline; a plain one runs in a thread, since it blocks.

    Args:
        name: What the step does, in a word.
        about: The argument, or a field of it, that a run of the step is named after.
    """
    make = task(
        name=name,
        task_run_name=f"{name} {{{about}}}",
        cache_policy=NO_CACHE,
        retries=RETRIES,
        retry_delay_seconds=RETRY_DELAYS_S,
        retry_jitter_factor=RETRY_JITTER,
        retry_condition_fn=is_transient,
        timeout_seconds=STEP_LIMIT_S,
    )
    return cast("StepMaker", lambda function: make(_awaiting(function)))


def _awaiting(function: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    if inspect.iscoroutinefunction(function):
        return function

    @functools.wraps(function)
    async def in_thread(*args: Any, **options: Any) -> Any:
        return await asyncio.to_thread(function, *args, **options)

    return in_thread


async def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a failed step may work the next time.

    Asynchronous, since in an asynchronous engine the state's result has to be awaited: a plain
    function would see a coroutine, which is no `TransientError`, and nothing would be retried.
    """
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)
