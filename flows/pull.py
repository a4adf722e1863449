"""Pull a tenant's ledger from its accounting system, one wanted fiscal year after the other."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from prefect import State, flow
from pydantic import Field

from blocks.http import CallRefused
from blocks.hub import UnitState
from blocks.systems.fortnox import FortnoxSession, SourceYear, fortnox_session
from flows.arrivals import explain
from flows.forms import TenantId, Year
from flows.hooks import run_cancelled, run_crashed, run_failed
from flows.leasing import WAIT_LIMIT_S, unit_lease
from flows.outcomes import YearOutcome, combined
from flows.runs import FAILED, KEPT, SKIPPED, ended, name_run, run_id
from flows.steps import AS_TASKS, Steps
from flows.unit import plan_unit, settle
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.log import warn
from tasks.pull import FORTNOX
from tasks.source_years import Which, undefined_years, wanted_years
from tasks.stores import Stores, open_stores
from tasks.units import Unit

MAX_YEARS: Final = 100
"""Most years that one run fetches."""

Years = Annotated[tuple[Year, ...], Field(max_length=MAX_YEARS)]
Uploaded = Literal["keep", "overwrite"]

FIRST_TRANSFER_PENDING: Final = (
    "First transfer pending: no nightly run writes anything before somebody has looked at the "
    "first transfer. Run pull, look at its pages, then run approve-first-transfer."
)
UPLOADED_KEPT: Final = (
    "its ledger came from an uploaded file, which is kept; to replace it by the source's, run pull "
    "for this year with uploaded = overwrite"
)


@flow(
    name="pull",
    flow_run_name="{tenant} pull",
    retries=0,
    on_failure=[run_failed],
    on_crashed=[run_crashed],
    on_cancellation=[run_cancelled],
)
async def pull(
    tenant: TenantId,
    years: Years = (),
    *,
    which: Which = "open years",
    uploaded: Uploaded = "keep",
    closing_balances: bool = False,
    dry_run: bool = False,
    night: dt.date | None = None,
) -> State[Any]:
    """Fetch a tenant's ledger from its accounting system, check it, and publish what nothing holds.

    Each fiscal year is replaced as a whole; fetching it again changes nothing. A year that fails or
    is held does not stop the others.

    Args:
        tenant: Whose books: the tenant's id (small letters, digits, dashes), such as acme.
        years: Exactly these, such as 2024, or 2024-07-01_2025-06-30 for a broken year.
        which: If no year is named: all that are open here, or the two latest that exist here.
        uploaded: What becomes of a year whose ledger came from an uploaded SIE file.
        closing_balances: Ask the source for the closing balance of each balance account, one call
            each. A year's first pull does so in any case.
        dry_run: Only show what would change; publish nothing.
        night: Leave empty. The night for which the schedule started this run.
    """
    wish = Wish(
        years,
        which,
        overwrites=uploaded == "overwrite",
        asks_closing=closing_balances,
        dry_run=dry_run,
        night=night,
    )
    with open_stores() as stores:
        return await pull_tenant(stores, tenant, wish)


@dataclass(frozen=True)
class Wish:
    """What a run was asked for; `night` is set when a schedule asked."""

    years: tuple[str, ...] = ()
    which: Which = "open years"
    overwrites: bool = False
    asks_closing: bool = False
    dry_run: bool = False
    night: dt.date | None = None


async def pull_tenant(
    stores: Stores,
    tenant: str,
    wish: Wish,
    *,
    steps: Steps = AS_TASKS,
    wait_limit_s: float = WAIT_LIMIT_S,
) -> State[Any]:
    """Take every wanted year all the way, and return the state in which the run ends.

    Raises:
        NotConnected: The tenant has no connection to an accounting system.
        CallRefused: Nothing can be fetched until the one acts whom the message names.
        LeaseTaken: Another run still fetches for the tenant after ``wait_limit_s``.
    """
    if wish.night and not stores.hub.tenants.get(tenant).has_schedule:
        return ended(SKIPPED, FIRST_TRANSFER_PENDING)
    async with AsyncExitStack() as connected:
        fortnox = await connected.enter_async_context(
            fortnox_session(stores.hub, tenant, run_id=run_id(), wait_limit_s=wait_limit_s)
        )
        there = await fortnox.financial_years()
        wanted = wanted_years(
            stores,
            tenant,
            there,
            named=wish.years,
            which=wish.which,
            is_night=wish.night is not None,
        )
        units = [Unit(tenant, item.year) for item in wanted]
        tags = [tag for unit in units for tag in unit.tags]
        await name_run(_name(tenant, units, wish), tags=tags)
        outcomes = []
        for unit, item in zip(units, wanted, strict=True):
            work = _Year(stores, unit, item.source, wish, steps, wait_limit_s)
            outcomes.append(await work.outcome(fortnox))
    for year in undefined_years(stores, tenant, there):
        warn(f"The source also has {year}, which nobody has defined here", tenant=tenant)
    return combined(outcomes)


@dataclass(frozen=True)
class _Year:
    """One year of a pull. `source`: the source's year of the same dates, None without one."""

    stores: Stores
    unit: Unit
    source: SourceYear | None
    wish: Wish
    steps: Steps
    wait_limit_s: float

    async def outcome(self, fortnox: FortnoxSession) -> YearOutcome:
        """Do the work, and say what became of it; what is refused for all years is raised."""
        if self.source is None:
            return self._told(FAILED, f"the source has no fiscal year {self.unit.year}")
        if self._is_kept():
            return self._told(KEPT, UPLOADED_KEPT)
        try:
            state = await self._load(fortnox, self.source)
        except CallRefused:
            raise
        except Exception as problem:  # noqa: BLE001 - one year's failure never stops the others
            warn(f"{self.unit} failed: {explain(problem)}", tenant=self.unit.tenant)
            return self._told(FAILED, explain(problem))
        return self._told(str(state.name), state.message or "")

    def _is_kept(self) -> bool:
        """Say whether the year's ledger is an uploaded one that nobody said to overwrite.

        Source:
            R-SEN-34: unattended runs keep it.
        """
        status = self.stores.hub.units.find(self.unit.tenant, self.unit.year)
        source = status.published_source if status else ""
        return source not in {"", FORTNOX} and not self.wish.overwrites

    async def _load(self, fortnox: FortnoxSession, source: SourceYear) -> State[Any]:
        if self.wish.dry_run:
            job = Job(self.stores, self.unit, run_id(), lease=None)
            fetched = await self.steps.pull(job, fortnox, source)
            return await plan_unit(job, fetched, steps=self.steps)
        async with unit_lease(self.stores, self.unit, wait_limit_s=self.wait_limit_s) as lease:
            job = Job(self.stores, self.unit, run_id(), lease)
            try:
                await asyncio.to_thread(job.tell, UnitState.FETCHING, source=FORTNOX)
                fetched = await self._fetch(job, fortnox, source)
                return await settle(job, await self.steps.stage(job, fetched), steps=self.steps)
            except Exception as problem:
                await asyncio.to_thread(job.tell, UnitState.FAILED, reason=explain(problem))
                raise

    async def _fetch(self, job: Job, fortnox: FortnoxSession, source: SourceYear) -> Fetched:
        return await self.steps.pull(job, fortnox, source, asks_closing=self.wish.asks_closing)

    def _told(self, name: str, message: str) -> YearOutcome:
        return YearOutcome(self.unit, name, message)


def _name(tenant: str, units: list[Unit], wish: Wish) -> str:
    what = f"night {wish.night}" if wish.night else ", ".join(str(unit) for unit in units[:3])
    more = f" and {len(units) - 3} more" if len(units) > 3 and not wish.night else ""
    return f"{tenant} {what}{more}" if wish.night else f"{what}{more}"
