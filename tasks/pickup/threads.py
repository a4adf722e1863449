"""Threads of its own for what blocks on the network: the event loop's are few, and for others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Self, TypeVar

Answer = TypeVar("Answer")

AT_ONCE: Final = 24
"""Servers that are waited for at the same time."""


class Threads:
    """Runs what blocks, at most `AT_ONCE` of it at a time, until the context ends."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sftp")

    async def do(self, work: Callable[..., Answer], *about: Any, **how: Any) -> Answer:
        """Return what a function returns, called in one of the threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(work, *about, **how))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._pool.shutdown()
