"""Putting a tenant's published years right, one after another, each under its lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from blocks.hub import LeaseTaken
from flows.runs.leasing import unit_lease
from flows.runs.states import run_id
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.jobs import Job
from tasks.rebuild import rebuild_unit
from tasks.repair import repair_tenant
from tasks.stores import Stores


@dataclass(frozen=True)
class Answer:
    """What became of one year."""

    unit: Unit
    outcome: Outcome
    in_words: str


async def rebuild(stores: Stores, units: list[Unit]) -> AsyncIterator[Answer]:
    """Rebuild each year; what goes wrong with one stops no other."""
    for unit in units:
        try:
            async with unit_lease(stores, unit, wait_limit_s=0) as lease:
                job = Job(stores, unit, run_id(), lease)
                found = await asyncio.to_thread(rebuild_unit, job)
                answer = Answer(unit, Outcome.AGREES, found.in_words)
        except LeaseTaken as taken:
            answer = Answer(unit, Outcome.BUSY, str(taken))
        except TasmaError as problem:
            answer = Answer(unit, Outcome.FAILED, explain(problem))
        yield answer
    for tenant in {unit.tenant for unit in units}:
        await asyncio.to_thread(repair_tenant, stores, tenant)
