"""What makes a flow of Prefect's out of a function of ours."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import prefect

from blocks.advice import as_here
from ledger.errors import TasmaError

P = ParamSpec("P")
R = TypeVar("R")


def flow(
    **options: Any,
) -> Callable[[Callable[P, Coroutine[Any, Any, R]]], prefect.Flow[P, Coroutine[Any, Any, R]]]:
    """Return Prefect's decorator of the same name, with its options.

    What an error of ours advises is written as it has to be typed here: Prefect makes the run's
    message of it, and commands in it would lead to other books than those of the run.
    """
    decorator = prefect.flow(**options)
    return lambda function: decorator(_advising_here(function))


def _advising_here(
    function: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    @functools.wraps(function)
    async def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except TasmaError as problem:
            problem.args = (as_here(str(problem)),)
            raise

    # Prefect looks names of annotations up where `called` is written, not where `function` is.
    vars(called).update(__signature__=inspect.signature(function, eval_str=True))
    return called
