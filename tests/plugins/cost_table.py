"""What tests cost, summed by folder and by system, and what of it exceeds its budget."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

SYSTEM_CPU_S: Final = 60.0
SYSTEM_WAITING_S: Final = 30.0
TEST_S: Final = 5.0
ALL_CPU_S: Final = 1_200.0
"""Budgets, on a machine that needs `CALIBRATION_S` for the calibration loop."""
CALIBRATION_S: Final = 0.065
CALIBRATION_STEPS: Final = 200_000
CALIBRATION_TRIES: Final = 3
WORST_TESTS: Final = 10


@dataclass(frozen=True)
class Cost:
    """CPU seconds, children included, and the seconds in which nothing of it was spent."""

    cpu_s: float = 0.0
    waiting_s: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu_s + other.cpu_s, self.waiting_s + other.waiting_s)


@dataclass
class Costs:
    """The costs of one session.

    Attributes:
        systems: Names of the systems. A test belongs to the first whose name is a word of its
            path; most tests belong to none.
    """

    systems: Collection[str]
    by_folder: dict[str, Cost] = field(default_factory=dict)
    by_system: dict[str, Cost] = field(default_factory=dict)
    tests: dict[str, float] = field(default_factory=dict)

    def add(self, test: str, cost: Cost, *, own_s: float) -> None:
        """Count one phase of a test; `own_s` is what it took without shared fixtures."""
        _count(self.by_folder, _folder(test), cost)
        if system := self._system(test):
            _count(self.by_system, system, cost)
        self.tests[test] = self.tests.get(test, 0.0) + own_s

    def _system(self, test: str) -> str:
        words = re.split(r"[^a-z0-9]+", test.partition("::")[0].lower())
        return next((word for word in words if word in self.systems), "")

    def lines(self, *, session_cpu_s: float, scale: float) -> Iterator[str]:
        """Lay the costs out: a row for each folder and system, and at most ten tests.

        Args:
            session_cpu_s: Of all processes of the session, with what no test spent: start,
                imports, collection.
            scale: How many times slower this machine is than the one of the budgets.
        """
        inside = sum(self.by_folder.values(), start=Cost())
        whole = Cost(session_cpu_s, inside.waiting_s)
        yield f"{'':24}{'tests':>7}{'CPU s':>9}{'waiting s':>11}"
        counts = Counter(_folder(test) for test in self.tests)
        for name, cost in sorted(self.by_folder.items()):
            yield _row(name, cost, tests=counts[name])
        yield _row("outside tests", Cost(session_cpu_s - inside.cpu_s))
        yield _row("in all", whole, tests=len(self.tests), most=Cost(ALL_CPU_S * scale))
        most = Cost(SYSTEM_CPU_S * scale, SYSTEM_WAITING_S * scale)
        for name, cost in sorted(self.by_system.items()):
            yield _row(f"system {name}", cost, most=most)
        yield from self._worst(most_s=TEST_S * scale)

    def _worst(self, *, most_s: float) -> Iterator[str]:
        over = sorted(((own_s, test) for test, own_s in self.tests.items() if own_s > most_s))
        if over:
            yield f"over {most_s:.1f} s: {len(over)}"
        for own_s, test in over[: -WORST_TESTS - 1 : -1]:
            yield f"{own_s:7.1f} s  {test}"


def _count(costs: dict[str, Cost], name: str, cost: Cost) -> None:
    costs[name] = costs.get(name, Cost()) + cost


def _folder(test: str) -> str:
    return str(PurePosixPath(test.partition("::")[0]).parent).removeprefix("tests/")


def _row(name: str, cost: Cost, *, tests: int | None = None, most: Cost | None = None) -> str:
    count = "" if tests is None else tests
    row = f"{name:24}{count:>7}{cost.cpu_s:9.1f}{cost.waiting_s:11.1f}"
    return row + "".join(f"  over {one}" for one in _exceeded(cost, most or Cost()))


def _exceeded(cost: Cost, most: Cost) -> Iterator[str]:
    """Name each budget that is exceeded; one of 0 s is none."""
    if most.cpu_s and cost.cpu_s > most.cpu_s:
        yield f"{most.cpu_s:.0f} s of CPU"
    if most.waiting_s and cost.waiting_s > most.waiting_s:
        yield f"{most.waiting_s:.0f} s of waiting"


def slowness() -> float:
    """Measure how many times slower this machine is than the one of the budgets.

    The best of a few tries counts: whatever else runs makes a try slower, nothing makes it faster.
    """
    return min(_calibration_s() for _ in range(CALIBRATION_TRIES)) / CALIBRATION_S


def _calibration_s() -> float:
    start = time.process_time()
    sums: dict[int, int] = {}
    for step in range(CALIBRATION_STEPS):
        sums[step & 1023] = sums.get(step & 1023, 0) + step * step % 7
    return time.process_time() - start
