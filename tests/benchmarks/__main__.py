"""``python -m tests.benchmarks [name ...]``: ours and the peers, in turn, in fresh processes."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from tests.benchmarks.drop import drop
from tests.benchmarks.fortnox import fortnox
from tests.benchmarks.growth import growth
from tests.benchmarks.history import history
from tests.benchmarks.journal import journal
from tests.benchmarks.lake import lake
from tests.benchmarks.measure import Contender, Run, run
from tests.benchmarks.opening import opening
from tests.benchmarks.plan import Benchmark, Result, Step, earlier
from tests.benchmarks.portal import portal
from tests.benchmarks.postgresql import postgresql
from tests.benchmarks.procountor_first import procountor
from tests.benchmarks.publish import jsonl, publish, tenants
from tests.benchmarks.push import push
from tests.benchmarks.report import as_json, machine, print_step
from tests.benchmarks.scale import scale
from tests.benchmarks.sftp import sftp
from tests.benchmarks.sie import sie

BENCHMARKS: Final[dict[str, Callable[[Path], Benchmark]]] = {
    "sie": sie,
    "publish": publish,
    "tenants": tenants,
    "postgresql": postgresql,
    "jsonl": jsonl,
    "growth": growth,
    "history": history,
    "journal": journal,
    "lake": lake,
    "opening": opening,
    "drop": drop,
    "fortnox": fortnox,
    "procountor": procountor,
    "sftp": sftp,
    "push": push,
    "scale": scale,
    "portal": portal,
}
ROUNDS: Final = 3
WIDTH: Final = 130
"""Columns of the tables."""


def main() -> None:
    """Run the benchmarks that were asked for."""
    asked = _arguments()
    console = Console(stderr=asked.json, width=WIDTH)
    console.print(machine())
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        # Inputs may stay from an earlier run; what contenders loaded may not.
        shutil.rmtree(folder / "runs", ignore_errors=True)
        report = []
        for name in asked.names or BENCHMARKS:
            benchmark = BENCHMARKS[name](folder)
            report += _measure(benchmark, rounds=asked.rounds, console=console)
            console.print(machine())
    if asked.json:
        print(json.dumps({"machine": machine(), "steps": report}, indent=2))  # noqa: T201 - the answer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="all by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each takes its turn")
    parser.add_argument("--json", action="store_true", help="print JSON; tables go to stderr")
    parser.add_argument("--folder", type=Path, help="keep the input files here between runs")
    return parser.parse_args()


def _measure(benchmark: Benchmark, *, rounds: int, console: Console) -> list[dict[str, Any]]:
    """Let the contenders of all steps take turns, round by round, and print what came out."""
    runs: dict[tuple[str, str], list[Run]] = {}
    steps: list[Step] = []
    with benchmark.beside():
        for number in range(min(rounds, benchmark.rounds_at_most)):
            steps = list(benchmark.steps(number))
            for step in steps:
                for contender in _present(step, console=console, say=number == 0):
                    with console.status(f"{step.title}: {contender.name}, round {number + 1}"):
                        runs.setdefault((step.title, contender.name), []).append(run(contender))
    known: dict[str, Result] = {}
    return [_reported(step, runs, known=known, console=console) for step in steps]


def _present(step: Step, *, console: Console, say: bool) -> list[Contender]:
    present = []
    for contender in step.contenders:
        if contender.needs and importlib.util.find_spec(contender.needs) is None:
            if say:
                console.print(f"left out: {contender.name}; {contender.needs} is not installed")
        else:
            present.append(contender)
    return present


def _reported(
    step: Step,
    runs: dict[tuple[str, str], list[Run]],
    *,
    known: dict[str, Result],
    console: Console,
) -> dict[str, Any]:
    results = {
        contender.name: Result(contender, tuple(runs[step.title, contender.name]))
        for contender in step.contenders
        if (step.title, contender.name) in runs
    }
    if step.check:
        step.check(results)
    print_step(console, step, results, known=known)
    said = as_json(step, results, known=known)
    known |= {earlier(step.title, name): result for name, result in results.items()}
    return said


if __name__ == "__main__":
    main()
