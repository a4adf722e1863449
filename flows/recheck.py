"""Asking the controls again about years that are published, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from blocks.hub import LeaseTaken
from flows.runs.leasing import unit_lease
from flows.runs.states import run_id
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.jobs import Job
from tasks.recheck import Rechecked, recheck_unit
from tasks.stores import Stores


@dataclass(frozen=True)
class Answer:
    """What became of asking about one year."""

    unit: Unit
    found: Rechecked


def published_units(stores: Stores, *, tenant: str = "") -> list[Unit]:
    """Return what is published, of one tenant or of all that the hub knows."""
    tenants = [tenant] if tenant else [item.id for item in stores.hub.tenants]
    return [Unit(each, year) for each in tenants for year in stores.warehouse.units(each)]


async def recheck(stores: Stores, units: Sequence[Unit]) -> AsyncIterator[Answer]:
    """Ask about each year under its lease; what goes wrong with one stops no other."""
    for unit in units:
        try:
            async with unit_lease(stores, unit, wait_limit_s=0) as lease:
                job = Job(stores, unit, run_id(), lease)
                found = await asyncio.to_thread(recheck_unit, job)
        except LeaseTaken as taken:
            found = Rechecked(Outcome.BUSY, str(taken))
        except TasmaError as problem:
            found = Rechecked(Outcome.FAILED, explain(problem))
        yield Answer(unit, found)
