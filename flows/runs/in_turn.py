"""Units that are worked on one after another, each under its lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from blocks.hub import LeaseTaken
from flows.runs.leasing import unit_lease
from flows.runs.states import run_id
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.jobs import Job
from tasks.stores import Stores


class Found(Protocol):
    """What came of the work on one unit."""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""

    @property
    def reason(self) -> str:
        """Why, or what was found, in words."""


@dataclass(frozen=True)
class Answer:
    """What became of one unit."""

    unit: Unit
    outcome: Outcome
    reason: str


async def in_turn(
    stores: Stores, units: Sequence[Unit], work: Callable[[Job], Found]
) -> AsyncIterator[Answer]:
    """Work on each unit; what goes wrong with one stops no other, and nobody is waited for."""
    for unit in units:
        try:
            async with unit_lease(stores, unit, wait_limit_s=0) as lease:
                job = Job(stores, unit, run_id(), lease)
                found = await asyncio.to_thread(work, job)
            answer = Answer(unit, found.outcome, found.reason)
        except LeaseTaken as taken:
            answer = Answer(unit, Outcome.BUSY, str(taken))
        except TasmaError as problem:
            answer = Answer(unit, Outcome.FAILED, explain(problem))
        yield answer
