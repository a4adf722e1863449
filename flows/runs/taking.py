"""One file of one tenant, from where it lies to what became of each year in it.

Whatever brings a file calls this (a form, the inbox, the prompt), so that all pass the same reader,
gates and controls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from flows.runs.leasing import WAIT_LIMIT_S
from flows.runs.outcomes import Ending, combined
from flows.runs.steps import AS_TASKS, Steps
from flows.runs.unit import load_unit
from ledger.outcome import Outcome
from tasks.arrivals import Arrival, explain
from tasks.fetch import Fetched, Received
from tasks.log import warn
from tasks.stores import Stores


async def take_in(
    stores: Stores,
    arrival: Arrival,
    *,
    dry_run: bool = False,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> list[Ending]:
    """Take a file all the way, note what became of it, and return how each of its years ends.

    Of a file of several years, one that fails does not stop the others.

    Raises:
        Exception: The file, or the one year that it is of, failed.
    """
    received: Received | None = None
    try:
        received = await steps.fetch(
            stores,
            arrival.tenant,
            path=arrival.path,
            sha256=arrival.sha256,
            who=arrival.who,
            is_dry_run=dry_run,
        )
        for load in received.loads:
            load.is_refresh = arrival.is_refresh(stores.hub)
        work = YearsOfFile(stores, dry_run=dry_run, steps=steps, wait_limit_s=wait_limit_s)
        outcomes = await work.outcomes(received)
    except Exception as problem:
        if not dry_run:
            landed = received.landed.sha256 if received else arrival.sha256
            await asyncio.to_thread(
                arrival.conclude,
                stores,
                sha256=landed,
                outcome=Outcome.FAILED,
                reason=explain(problem),
            )
        raise
    if not dry_run:
        await asyncio.to_thread(_conclude, arrival, stores, received, outcomes)
    return outcomes


@dataclass(frozen=True)
class YearsOfFile:
    """The work on the years of a file, one after the other."""

    stores: Stores
    _: KW_ONLY
    dry_run: bool
    steps: Steps
    wait_limit_s: float

    async def outcomes(self, received: Received) -> list[Ending]:
        """Do it, and say what became of each year, and of vouchers that are of none."""
        if received.refused is None and len(received.loads) == 1:
            return [await self._outcome(received.loads[0])]
        found = [await self._caught(fetched) for fetched in received.loads]
        if received.refused:
            found.append(Ending(Outcome.FAILED, str(received.refused)))
        return found

    async def _outcome(self, fetched: Fetched) -> Ending:
        return await load_unit(
            self.stores,
            fetched,
            dry_run=self.dry_run,
            steps=self.steps,
            wait_limit_s=self.wait_limit_s,
        )

    async def _caught(self, fetched: Fetched) -> Ending:
        try:
            return await self._outcome(fetched)
        except Exception as problem:  # noqa: BLE001 - one year's failure never stops the others
            unit, reason = fetched.facts.unit, explain(problem)
            warn(f"{unit} failed: {reason}", tenant=unit.tenant)
            return Ending(Outcome.FAILED, reason, unit, problem=problem)


def _is_to_be_read(outcome: Outcome) -> bool:
    """Return whether it is kept why a file ended so: it was not taken in, or not now."""
    return outcome.is_red or outcome is Outcome.KEPT


def _conclude(
    arrival: Arrival, stores: Stores, received: Received, outcomes: Sequence[Ending]
) -> None:
    found = combined(outcomes)
    years = [fetched.facts.fiscal_year for fetched in received.loads]
    latest = [stores.hub.loads.of_unit(arrival.tenant, year, limit=1) for year in years]
    sha256 = received.landed.sha256
    loads = [load.load_id for (load, *_) in filter(None, latest) if load.landed_sha256 == sha256]
    arrival.conclude(
        stores,
        sha256=sha256,
        outcome=found.outcome,
        reason="\n".join(map(str, outcomes)) if _is_to_be_read(found.outcome) else "",
        load_id=loads[0] if len(outcomes) == 1 and loads else "",
    )
