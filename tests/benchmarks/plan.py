"""A benchmark: steps, each with contenders that take turns, and the goals they are held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from tests.benchmarks.measure import Contender, Run

Measure = Literal["cpu_s", "wall_s", "peak_mib"]


@dataclass(frozen=True)
class Result:
    """All runs of one contender in one step.

    A figure is the least of all rounds: what else a machine does only ever adds to it.
    """

    contender: Contender
    runs: tuple[Run, ...]

    def figure(self, measure: Measure = "cpu_s") -> float:
        """The least over the rounds."""
        return min(getattr(run, measure) for run in self.runs)

    def fact(self, name: str) -> float:
        """The least over the rounds of a number that the contender told."""
        return min(run.facts[name] for run in self.runs)

    @property
    def facts(self) -> dict[str, Any]:
        """What the last run said that it did."""
        return self.runs[-1].facts


Results = Mapping[str, Result]
"""By contender's name; those of earlier steps by `earlier`."""


@dataclass(frozen=True)
class Goal:
    """Something promised: a figure made from the results of `contenders`, and its bound."""

    text: str
    figure: Callable[..., float]
    contenders: tuple[str, ...]
    bound: float
    at_least: bool = True

    def value(self, results: Results) -> float:
        """Compute the figure."""
        return self.figure(*(results[name] for name in self.contenders))

    def met(self, results: Results) -> bool:
        """Return whether the bound is kept."""
        value = self.value(results)
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class Step:
    """Contenders that do the same work, the first of them ours.

    `megabytes`: size of the input, for a throughput. `check`: raises unless the facts of all
    contenders prove that they did the work.
    """

    title: str
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...] = ()
    megabytes: float = 0.0
    check: Callable[[Results], None] | None = None


@dataclass(frozen=True)
class Benchmark:
    """Steps that follow each other in every round; `steps` is called once per round.

    `rounds_at_most`: of work so long that a few turns say enough. `beside`: runs while the
    contenders take their turns.
    """

    name: str
    steps: Callable[[int], Sequence[Step]]
    rounds_at_most: int = 99
    beside: Callable[[], AbstractContextManager[object]] = nullcontext


def earlier(step: str, name: str) -> str:
    """Name a result of an earlier step of the same benchmark."""
    return f"{step} | {name}"


def cpu_ratio(more: Result, less: Result) -> float:
    """Divide two contenders' CPU seconds."""
    return more.figure() / less.figure()
