"""The commands that look at every tenant, over 5,000 and then 10,000 of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step, earlier

TENANTS: Final = int(os.environ.get("SCALE_TENANTS", "10000"))
"""Of three years each."""

COMMANDS: Final = (("tenant", "status"), ("tenant", "list"), ("lake", "prune"), ("doctor",))

LONGEST_S: Final = 1.0
"""What a command may take: CPU seconds, without the start of Python and its imports."""

LINEAR: Final = 2.5
"""Most that twice as many tenants may cost; 2 is linear, the rest is the noise of a machine."""


TICK_S: Final = 0.01
"""Less is not told apart."""


def scale(folder: Path) -> Benchmark:
    """One step for each size and command; a hub is written once, and no command changes it."""

    def steps(_: int) -> Sequence[Step]:
        return [
            _step(folder, command, tenants)
            for command in COMMANDS
            for tenants in (TENANTS // 2, TENANTS)
        ]

    return Benchmark("scale", steps)


def _step(folder: Path, command: Sequence[str], tenants: int) -> Step:
    name = f"tasma {' '.join(command)}"
    goals = [Goal("CPU seconds", _seconds, (name,), LONGEST_S, at_least=False)]
    if tenants == TENANTS:
        half = earlier(_title(command, tenants // 2), name)
        goals.append(
            Goal("CPU / that of half as many", _ratio, (name, half), LINEAR, at_least=False)
        )
    home = folder / f"hub-of-{tenants}"
    arguments = {"home": str(home), "tenants": tenants, "command": list(command)}
    return Step(
        title=_title(command, tenants),
        contenders=(Contender(name, "scale_ours:command", arguments),),
        goals=tuple(goals),
        check=_check(name, tenants),
    )


def _title(command: Sequence[str], tenants: int) -> str:
    return f"{tenants:,} tenants, {3 * tenants:,} units: {' '.join(command)}"


def _check(name: str, tenants: int) -> Callable[[Results], None]:
    def check(results: Results) -> None:
        facts = results[name].facts
        assert facts["tenants"] == tenants
        assert facts["is_whole"], facts

    return check


def _seconds(result: Result) -> float:
    return result.figure()


def _ratio(whole: Result, half: Result) -> float:
    return max(whole.figure(), TICK_S) / max(half.figure(), TICK_S)
