"""The figures as tables for people and as JSON for scripts."""

from __future__ import annotations

import os
import platform
import time
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from tests.benchmarks.plan import Goal, Result, Results, Step

LOOP: Final = 10_000_000


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_1min": round(os.getloadavg()[0], 1),
        "loop_cpu_s": round(loop_cpu_s(), 2),
    }


def loop_cpu_s() -> float:
    """Time a loop of ten million additions: it tells a slowed machine from an idle one."""
    before, total = time.process_time(), 0
    for number in range(LOOP):
        total += number
    return time.process_time() - before


def print_step(console: Console, step: Step, results: Results, *, known: Results) -> None:
    """Print one step's table, its goals and the commands that repeat it."""
    table = Table(title=step.title, title_justify="left")
    table.add_column("contender")
    for name in ("CPU s", "MB/s CPU", "wall s", "peak MiB", "CPU x ours", "wall x ours"):
        table.add_column(name, justify="right", no_wrap=True)
    first = next(iter(results.values()))
    for result in results.values():
        table.add_row(*_cells(step, result, first))
    console.print(table)
    for result in results.values():
        facts = ", ".join(f"{key} {value}" for key, value in result.facts.items())
        console.print(f"  {result.contender.name}: {facts}", style="dim", highlight=False)
    for goal in _measured(step, {**known, **results}):
        console.print("  " + goal_line(goal, {**known, **results}), highlight=False)
    for result in results.values():
        console.print(f"  $ {result.contender.shown_command}", style="dim", soft_wrap=True)


def goal_line(goal: Goal, results: Results) -> str:
    """Say a goal, its bound and what was measured."""
    sign = ">=" if goal.at_least else "<="
    word = "met" if goal.met(results) else "MISSED"
    return f"{word}: {goal.text} {goal.value(results):.2f} (goal {sign} {goal.bound:g})"


def as_json(step: Step, results: Results, *, known: Results) -> dict[str, Any]:
    """Give a step's figures for a script."""
    everything = {**known, **results}
    return {
        "step": step.title,
        "contenders": [
            {
                "name": result.contender.name,
                "command": result.contender.shown_command,
                "runs": [vars(run) for run in result.runs],
            }
            for result in results.values()
        ],
        "goals": [
            {
                "text": goal.text,
                "bound": goal.bound,
                "figure": goal.value(everything),
                "met": goal.met(everything),
            }
            for goal in _measured(step, everything)
        ],
    }


def _measured(step: Step, results: Results) -> list[Goal]:
    """Leave out the goals whose contender was left out."""
    return [goal for goal in step.goals if results.keys() >= set(goal.contenders)]


def _cells(step: Step, result: Result, ours: Result) -> list[str]:
    cpu, wall = result.figure("cpu_s"), result.figure("wall_s")
    speed = f"{step.megabytes / cpu:.1f}" if step.megabytes and cpu else ""
    spread = [run.cpu_s for run in result.runs]
    return [
        result.contender.name,
        f"{cpu:.2f} ({min(spread):.2f}-{max(spread):.2f})",
        speed,
        f"{wall:.2f}",
        f"{result.figure('peak_mib'):.0f}",
        _times(cpu, ours.figure("cpu_s")),
        _times(wall, ours.figure("wall_s")),
    ]


def _times(figure: float, ours: float) -> str:
    return f"{figure / ours:.2f}" if ours else ""
