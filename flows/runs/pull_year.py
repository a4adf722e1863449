"""One fiscal year of a pull: its ledger through the one pipeline of a unit, then its documents."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Final

from blocks.http import CallRefused
from blocks.hub import KeptLease, Refused, UnitState
from blocks.systems.ports import SourceYear
from blocks.systems.registry import Books
from flows.runs.leasing import unit_lease
from flows.runs.moved import MovedYears
from flows.runs.outcomes import Ending
from flows.runs.states import run_id
from flows.runs.steps import Steps
from flows.runs.unit import plan_unit
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.readers import FORMATS
from ledger.unit import Unit
from tasks.arrivals import explain
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.ledger_sources import owner_of, title_of
from tasks.log import say, warn
from tasks.look import HeldAsBefore, LookJob, NeedsRun, fresh_extract
from tasks.rollback import kept_in_words
from tasks.source_years import Which, overlapping
from tasks.stage import StagedLoad
from tasks.stores import Stores

KEPT_AS_IT_IS: Final = (
    "its ledger came from an uploaded file, which is kept; to replace it by the source's, run pull "
    "for this year with uploaded = overwrite"
)

ANOTHERS: Final = (
    "its ledger is {owner}'s, and what {system} says of it is evidence; an operator changes that: "
    "tasma tenant owner {tenant} {name} --from {year} --reason WHY"
)

LEDGER_LEFT: Final = "the ledger was left as it is, as asked for"


@dataclass(frozen=True)
class PullOptions:
    """What a run was asked for; `night` is set when a schedule asked."""

    years: tuple[str, ...] = ()
    which: Which = "open years"
    leaves_ledger: bool = False
    overwrites: bool = False
    asks_closing: bool = False
    dry_run: bool = False
    night: dt.date | None = None
    defines: bool = False
    """Whether a named year that the source has and nobody defined here is to be defined."""
    skips_absent: bool = False
    """Whether a named year that the source does not have is left out, as one of a span is."""
    system: str = ""
    """The only connected system that is asked; empty means every one."""
    is_look: bool = False
    """Whether a shard only looks: what has something new is left to a run of its own."""
    takes_look: bool = False
    """Whether the extract of a look that has just been made is taken in place of another."""


@dataclass(frozen=True)
class PullYear:
    """One year of a pull. `source`: the books' year of the same dates, None without one."""

    stores: Stores
    unit: Unit
    books: Books
    source: SourceYear | None
    there: tuple[SourceYear, ...]
    """All years of the source."""
    options: PullOptions
    steps: Steps
    wait_limit_s: float
    together: MovedYears
    """Settles it with years that vouchers moved between; knows what became of those."""

    async def outcome(self) -> Ending:
        """Do the work, and say what became of it; what is refused for all years is raised."""
        if self.source is None:
            return await asyncio.to_thread(self._without_source)
        if refused := await asyncio.to_thread(self._undefined):
            return self._ended(Outcome.FAILED, refused)
        ledger = await self._ledger(self.source)
        if self.options.dry_run or self.books.documents is None:
            return ledger
        return await self._with_documents(ledger, self.source)

    def _without_source(self) -> Ending:
        """Say what a year is that the source does not have: only an uploaded one may be at rest.

        Years of other dates that the source has in its place are offered by name.
        """
        others = overlapping(self.unit.year, self.there)
        if (kept := self._kept()) and not others:
            return self._ended(Outcome.KEPT, f"the source has no such year; {kept}")
        has = ", ".join(short_year(item.year.key) for item in self.there) or "none"
        reason = (
            f"the source has no fiscal year {short_year(self.unit.year.key)}; those it has: {has}"
        )
        if others:
            reason += f". In its place: name {' or '.join(map(str, others))}"
        return self._ended(Outcome.SKIPPED if self.options.skips_absent else Outcome.FAILED, reason)

    def _undefined(self) -> str:
        """Say why a year that nobody defined is not fetched, or define it if that was asked for.

        Source:
            R-SEN-13: with no such year here the load is refused and creates nothing.
        """
        tenant, year = self.unit.tenant, self.unit.year
        if self._is_defined():
            return ""
        if not self.options.defines:
            return (
                f"{tenant} has no fiscal year {short_year(year.key)} here, so nothing of it was "
                "fetched. If it is to have one: "
                f"`tasma tenant year add {tenant} {short_year(year.key)}`; or pull it with "
                "--define (in the form: undefined = define)"
            )
        years = self.stores.hub.years
        try:
            (years.require_definable if self.options.dry_run else years.define)(tenant, year)
        except Refused as problem:
            return explain(problem)
        return ""

    def _is_defined(self) -> bool:
        return self.stores.hub.years.find(self.unit.tenant, self.unit.year) is not None

    async def _ledger(self, source: SourceYear) -> Ending:
        if self.options.leaves_ledger:
            return self._ended(Outcome.KEPT, LEDGER_LEFT)
        if kept := self._kept():
            say(f"{self.unit}: {kept}", tenant=self.unit.tenant, unit=self.unit.year.key)
            return self._ended(Outcome.KEPT, kept)
        if settled := self.together.endings.pop(self.unit.year, None):
            return settled
        try:
            return await self._load(source)
        except (CallRefused, NeedsRun):
            raise
        except HeldAsBefore as held:
            return self._ended(Outcome.HELD, str(held))
        except Exception as problem:  # noqa: BLE001 - one year's failure never stops the others
            warn(f"{self.unit} failed: {explain(problem)}", tenant=self.unit.tenant)
            return self._ended(Outcome.FAILED, explain(problem), problem)

    async def _with_documents(self, ledger: Ending, source: SourceYear) -> Ending:
        """Fetch the documents, whatever became of the ledger, and say what became of both.

        Source:
            R-SEN-30: always, also when the ledger is one that was uploaded and is kept.
            R-SEN-36: what is published of the ledger stays when they fail.
        """
        try:
            async with unit_lease(self.stores, self.unit, wait_limit_s=self.wait_limit_s) as lease:
                found = await self.steps.documents(self._job(lease), self.books, source)
        except NeedsRun:
            raise
        except Exception as problem:  # noqa: BLE001 - one year's failure never stops the others
            return await self._without_documents(ledger, problem)
        message = f"{ledger.message.rstrip('.')}. {found.in_words}"
        return self._ended(ledger.outcome, message, ledger.problem)

    async def _without_documents(self, ledger: Ending, problem: Exception) -> Ending:
        reason = explain(problem)
        warn(f"The documents of {self.unit} failed: {reason}", tenant=self.unit.tenant)
        missed = self.stores.hub.documents.missed
        await asyncio.to_thread(
            missed, self.unit.tenant, self.unit.year, reason=f"failed: {reason}"
        )
        message = (
            f"{ledger.outcome.state_name}: {ledger.message.rstrip('.')}. Documents failed: {reason}"
        )
        return self._ended(Outcome.FAILED, message, problem)

    def _kept(self) -> str:
        """Say why the year's ledger is not these books' to replace; empty when it is.

        Source:
            R-SEN-34: unattended runs keep an uploaded one, until somebody says to overwrite it.
        """
        hub, tenant, year = self.stores.hub, self.unit.tenant, self.unit.year
        if (kept := kept_in_words(hub, self.unit)) and not self._only_looks_over:
            return kept
        owner, name = owner_of(hub, tenant, year), self.books.name
        if owner not in {"", name}:
            titles = {"owner": title_of(owner), "system": title_of(name)}
            return ANOTHERS.format(**titles, tenant=tenant, name=name, year=short_year(year.key))
        status = hub.units.find(tenant, year)
        is_uploaded = status is not None and status.ledger_source in FORMATS
        return KEPT_AS_IT_IS if is_uploaded and not self.options.overwrites else ""

    @property
    def _only_looks_over(self) -> bool:
        """Whether nothing is written, and the question is what would happen to the books."""
        return self.options.dry_run and self.options.overwrites

    async def _load(self, source: SourceYear) -> Ending:
        if self.options.dry_run:
            job = Job(self.stores, self.unit, run_id(), lease=None, defines=self.options.defines)
            fetched = await self._fetch(job, source)
            return await plan_unit(job, fetched, steps=self.steps)

        async def begin(lease: KeptLease) -> tuple[Job, StagedLoad]:
            job = self._job(lease)
            return job, await self.staged(job, source)

        return await self.together.take(self.unit, begin)

    async def staged(self, job: Job, source: SourceYear) -> StagedLoad:
        """Fetch and stage the year, under its lease; let the hub know of what goes wrong."""
        try:
            await asyncio.to_thread(job.tell, UnitState.FETCHING, source=self.books.name)
            return await self.steps.stage(job, await self._fetch(job, source))
        except Exception as problem:
            await asyncio.to_thread(job.tell, UnitState.FAILED, reason=explain(problem))
            raise

    def _job(self, lease: KeptLease) -> Job:
        kind = LookJob if self.options.is_look else Job
        return kind(self.stores, self.unit, run_id(), lease)

    async def _fetch(self, job: Job, source: SourceYear) -> Fetched:
        if self.options.takes_look and (looked := await self._looked(job)):
            return looked
        asks_closing = self.options.asks_closing
        return await self.steps.pull(job, self.books, source, asks_closing=asks_closing)

    async def _looked(self, job: Job) -> Fetched | None:
        looked = await asyncio.to_thread(fresh_extract, job, self.books.name)
        if looked:
            say(f"{self.unit}: the extract that the night's look has just landed", **job.where)
        return looked

    def _ended(self, outcome: Outcome, why: str, problem: BaseException | None = None) -> Ending:
        return Ending(outcome, why, self.unit, problem=problem)
