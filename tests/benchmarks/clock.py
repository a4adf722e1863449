"""CPU and wall seconds of the phases of one run."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up the time of phases by name; `facts` are ``<phase>_wall_s`` and ``<phase>_cpu_s``."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a block; the same name again is added."""
        wall, cpu = time.perf_counter(), sum(os.times()[:2])
        yield
        self._seconds[f"{name}_wall_s"] += time.perf_counter() - wall
        self._seconds[f"{name}_cpu_s"] += sum(os.times()[:2]) - cpu

    @property
    def facts(self) -> dict[str, float]:
        """The seconds, rounded for reading."""
        return {name: round(seconds, 3) for name, seconds in self._seconds.items()}
