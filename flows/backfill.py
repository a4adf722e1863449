"""Backfill: many fiscal years of many tenants, each a run of its own, a few hundred at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final
from uuid import UUID

from prefect import State
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from pydantic import Field

from flows.runs.flow import flow
from flows.runs.forms import TenantId, Undefined, Uploaded, YearOrSpan
from flows.runs.hooks import run_failed
from flows.runs.live_page import LivePage
from flows.runs.rescheduling import BACKFILL, TO_RETRY, resumed
from flows.runs.starting import start_run
from flows.runs.states import TAG, ended, run_id
from ledger.asked_years import MAX_YEARS
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.asked_units import AskedUnit, asked_units
from tasks.pages.backfill import WORKS, BackfillYear, backfill_page, backfill_summary, share_done
from tasks.stores import open_stores

PULL_YEAR: Final = "pull/pull-year"

BAR: Final = "backfill"
PAGE: Final = "backfill-years"
"""Keys of the bar and of the page."""

AT_ONCE: Final = 150
"""Runs that wait or work at the same time; a worker's question for runs is answered with 200."""

LOOK_EVERY_S: Final = 3.0
SHOW_EVERY_S: Final = 10.0
"""Between two versions of the page."""

MAX_TENANTS: Final = 5_000

Tenants = Annotated[tuple[TenantId, ...], Field(min_length=1, max_length=MAX_TENANTS)]
Years = Annotated[tuple[YearOrSpan, ...], Field(min_length=1, max_length=MAX_YEARS)]


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

    Each year is a run of *pull-year*, which gives way to the nightly ones. The page
    *backfill-years* shows each with its outcome, while this runs and after. Retry takes up again
    only what failed or was never started. To stop, cancel this run; what it has started goes on.

    Args:
        tenants: Whose books: the tenants' ids, such as acme.
        years: Such as 2021-2024, 2021, or 2024-07-01_2025-06-30 for a broken year; 2024 is also the
            broken year that ends in 2024. A year of a span that the source does not have is left
            out; one that is named fails.
        uploaded: What becomes of years whose ledger came from an uploaded SIE file.
        undefined: What becomes of years that the source has and nobody has defined here.
    """
    with open_stores() as stores:
        asked = await asyncio.to_thread(asked_units, stores.hub, tenants, years)
    work = Backfill(asked, uploaded, undefined)
    async with get_client() as client:
        await work.finish(client)
    return ended(work.verdict, work.summary)


@dataclass
class Backfill:
    """What was asked for, and how far it is."""

    asked: Sequence[AskedUnit]
    uploaded: Uploaded
    undefined: Undefined = "refuse"
    years: dict[Unit, BackfillYear] = field(init=False)
    working: dict[UUID, Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.years = {item.unit: BackfillYear(item.unit) for item in self.asked}

    async def finish(self, client: PrefectClient) -> None:
        """Start runs and watch them until all have ended, and show how far that is."""
        waiting, page, shown_at = deque(self.asked), LivePage(PAGE), time.monotonic()
        bar = await acreate_progress_artifact(progress=0.0, key=BAR, description=self.summary)
        await self._show(client, page)
        while waiting or self.working:
            while waiting and len(self.working) < AT_ONCE:
                await self._start(client, waiting.popleft())
            await self._look(client)
            share = share_done(list(self.years.values()))
            await aupdate_progress_artifact(bar, progress=share, description=self.summary)
            if time.monotonic() - shown_at > SHOW_EVERY_S:
                await self._show(client, page)
                shown_at = time.monotonic()
            if self.working:
                await asyncio.sleep(LOOK_EVERY_S)
        await self._show(client, page)

    @property
    def summary(self) -> str:
        """Say how many years ended how, and which did not end well."""
        return backfill_summary(list(self.years.values()))

    @property
    def verdict(self) -> Outcome:
        """Name the state of the backfill after the worst of its runs."""
        names = {year.state for year in self.years.values()}
        if names & TO_RETRY:
            return Outcome.FAILED
        return Outcome.HELD if Outcome.HELD.state_name in names else Outcome.DONE

    async def _show(self, client: PrefectClient, page: LivePage) -> None:
        text = backfill_page(list(self.years.values()))
        await page.show(client, text, summary=self.summary)

    async def _start(self, client: PrefectClient, asked: AskedUnit) -> None:
        run = await resumed(client, await self._run_of(asked))
        self.working[run.id] = asked.unit
        self.years[asked.unit] = BackfillYear(asked.unit, WORKS, str(run.id))

    async def _run_of(self, asked: AskedUnit) -> FlowRun:
        """Return the year's run: a new one, or the one that this backfill has made before."""
        unit, year = asked.unit, short_year(asked.unit.year.key)
        return await start_run(
            PULL_YEAR,
            parameters={
                "tenant": unit.tenant,
                "years": [year],
                "uploaded": self.uploaded,
                "undefined": self.undefined,
                "absent": "skip" if asked.in_span else "fail",
            },
            idempotency_key=f"backfill:{run_id()}:{unit.tenant}:{year}",
            flow_run_name=f"{unit} backfill",
            tags=[TAG, BACKFILL, *unit.tags],
        )

    async def _look(self, client: PrefectClient) -> None:
        for run in await _read(client, self.working):
            if run.state and run.state.is_final():
                unit = self.working.pop(run.id)
                state = run.state.name or run.state.type.value
                why = run.state.message or ""
                self.years[unit] = replace(self.years[unit], state=state, why=why)


async def _read(client: PrefectClient, ids: Iterable[UUID]) -> list[FlowRun]:
    wanted = list(ids)
    if not wanted:
        return []
    return await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=wanted)), limit=AT_ONCE
    )
