"""Backfill: many fiscal years of many tenants, each a run of its own, a few hundred at a time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from prefect import State, flow
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from pydantic import Field

from flows.runs.forms import TenantId, Undefined, Uploaded, Year
from flows.runs.hooks import run_failed
from flows.runs.rescheduling import BACKFILL, TO_RETRY, resumed
from flows.runs.states import TAG, ended, run_id
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit

PULL_YEAR: Final = "pull/pull-year"

AT_ONCE: Final = 150
"""Runs that wait or work at the same time; a worker's question for runs is answered with 200."""

LOOK_EVERY_S: Final = 3.0

MAX_TENANTS: Final = 5_000
MAX_YEARS: Final = 50

Tenants = Annotated[tuple[TenantId, ...], Field(min_length=1, max_length=MAX_TENANTS)]
Years = Annotated[tuple[Year, ...], Field(min_length=1, max_length=MAX_YEARS)]

Parts = tuple[str, str]
"""Tenant and fiscal year of one run."""


@flow(
    name="backfill",
    flow_run_name="backfill",
    retries=0,
    on_failure=[run_failed],
)
async def backfill(
    tenants: Tenants,
    years: Years,
    *,
    uploaded: Uploaded = "keep",
    undefined: Undefined = "refuse",
) -> State[Any]:
    """Fetch past fiscal years of one or many tenants, oldest first; one that fails stops no other.

    Each year is a run of *pull-year*, which gives way to the nightly ones. Retry takes up again
    only what failed or was never started. To stop, cancel this run; what it has started goes on.

    Args:
        tenants: Whose books: the tenants' ids, such as acme.
        years: Such as 2021, or 2024-07-01_2025-06-30 for a broken year.
        uploaded: What becomes of years whose ledger came from an uploaded SIE file.
        undefined: What becomes of years that the source has and nobody has defined here.
    """
    units = [
        (tenant, year)
        for year in sorted(set(years), key=FiscalYear.parse)
        for tenant in dict.fromkeys(tenants)
    ]
    work = Backfill(deque(units), uploaded, undefined)
    async with get_client() as client:
        await work.finish(client)
    return ended(work.verdict, work.summary)


@dataclass
class Backfill:
    """What waits, works and is done. `ended`: the name of the final state of each unit's run."""

    waiting: deque[Parts]
    uploaded: Uploaded
    undefined: Undefined = "refuse"
    working: dict[UUID, Parts] = field(default_factory=dict)
    ended: dict[Parts, str] = field(default_factory=dict)

    async def finish(self, client: PrefectClient) -> None:
        """Start runs and watch them until all have ended, with a bar that shows how far it is."""
        bar = await acreate_progress_artifact(
            progress=0.0, key="backfill", description=self.summary
        )
        while self.waiting or self.working:
            while self.waiting and len(self.working) < AT_ONCE:
                await self._start(client, self.waiting.popleft())
            await self._look(client)
            await aupdate_progress_artifact(bar, progress=self.share, description=self.summary)
            if self.working:
                await asyncio.sleep(LOOK_EVERY_S)

    @property
    def share(self) -> float:
        """How much is done, in per cent."""
        count = len(self.waiting) + len(self.working) + len(self.ended)
        return 100 * len(self.ended) / count if count else 100.0

    @property
    def summary(self) -> str:
        """Say how many years ended how, and which did not end well."""
        counted = Counter(self.ended.values())
        parts = [f"{count} {name}" for name, count in counted.most_common()]
        parts += [f"{len(self.working) + len(self.waiting)} to go"] if self.share < 100 else []
        failed = [f"{tenant} {year}" for (tenant, year), name in self.ended.items() if name in BAD]
        listed = f" See {', '.join(failed[:10])}." if failed else ""
        return f"{', '.join(parts)}.{listed}"

    @property
    def verdict(self) -> Outcome:
        """Name the state of the backfill after the worst of its runs."""
        names = set(self.ended.values())
        if names & TO_RETRY:
            return Outcome.FAILED
        return Outcome.HELD if Outcome.HELD.state_name in names else Outcome.DONE

    async def _start(self, client: PrefectClient, parts: Parts) -> None:
        run = await resumed(client, await self._run_of(parts))
        self.working[run.id] = parts

    async def _run_of(self, parts: Parts) -> FlowRun:
        """Return the year's run: a new one, or the one that this backfill has made before."""
        tenant, year = parts
        unit = Unit(tenant, FiscalYear.parse(year))
        return await arun_deployment(
            PULL_YEAR,
            parameters={
                "tenant": tenant,
                "years": [year],
                "uploaded": self.uploaded,
                "undefined": self.undefined,
            },
            idempotency_key=f"backfill:{run_id()}:{tenant}:{year}",
            flow_run_name=f"{unit} backfill",
            tags=[TAG, BACKFILL, *unit.tags],
            timeout=0,
            as_subflow=False,
        )

    async def _look(self, client: PrefectClient) -> None:
        for run in await _read(client, self.working):
            if run.state and run.state.is_final():
                self.ended[self.working.pop(run.id)] = run.state.name or run.state.type.value


BAD: Final = TO_RETRY | {Outcome.HELD.state_name}
"""Names of final states after which a year is not what it should be."""


async def _read(client: PrefectClient, ids: Iterable[UUID]) -> list[FlowRun]:
    wanted = list(ids)
    if not wanted:
        return []
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=wanted)), limit=AT_ONCE
    )
