"""Reconcile: every control answers for the staged unit before anything is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blocks import controls
from blocks.controls import Control, UnitContext
from blocks.hub import Load, UnitState
from ledger.acceptance import (
    OF_ONE_LOAD,
    Acceptance,
    accepted_in_words,
    is_foreign,
    unaccepted,
)
from ledger.controls import Answer, ControlResult
from ledger.coverage import WHOLE_YEAR
from ledger.fiscal_year import FiscalYear
from ledger.readers import FORMATS
from tasks.account_map import map_of_tenant
from tasks.customer_statements import note_comparisons, statement_figures
from tasks.file_dates import published_before, published_date, published_loads
from tasks.jobs import Job
from tasks.log import say
from tasks.stage import StagedLoad
from tasks.steps import step

MOVED: Final = "moved_vouchers"
"""Control that a voucher is in one year alone; its breaks name the month on the other side."""

COMPARING: Final = frozenset({"published_balances", "published_vouchers"})
"""Controls that hold what may not replace a year against the year that is published."""


@dataclass(frozen=True)
class Judgement:
    """What the controls said, and what of it still holds the load.

    `holding`: results that block, each with only the breaks that nobody accepted; empty when the
    load may be published. `asked`: the version of the controls that were asked, which are
    `controls`, each with its tolerance, meaning and what to do. `given`: what a person accepted of
    the year.
    """

    results: list[ControlResult]
    holding: list[ControlResult]
    asked: str = ""
    controls: Sequence[Control] = ()
    given: Sequence[Acceptance] = ()

    @property
    def reason(self) -> str:
        """Name what holds the load: each control, its count, and its first break."""
        return "; ".join(result.in_words for result in self.holding)

    @property
    def compared(self) -> list[ControlResult]:
        """What was found beside the published year: where it differs, or what it holds already."""
        return [
            result
            for result in self.results
            if result.control in COMPARING and result.outcome is Answer.BROKEN
        ]

    @property
    def remarks(self) -> str:
        """Say what was found beside the published year, in the words of `reason`."""
        return "; ".join(result.in_words for result in self.compared)

    @property
    def is_foreign(self) -> bool:
        """Whether the load is of another company, so that nobody can accept it."""
        return is_foreign(self.holding)

    @property
    def passing(self) -> list[str]:
        """Name the controls that would hold the load had nobody accepted what they found."""
        return [item.control for item in self._passing]

    @property
    def accepted(self) -> list[str]:
        """Say of what is `passing` by whom it may pass, and why."""
        return accepted_in_words(self._passing, self.given)

    @property
    def _passing(self) -> list[ControlResult]:
        held = {result.control for result in self.holding}
        return [item for item in self.results if item.holds and item.control not in held]

    @property
    def accepted_count(self) -> int:
        """Count the breaks that would hold the load had nobody accepted them."""
        found = sum(result.break_count for result in self.results if result.holds)
        return found - sum(result.break_count for result in self.holding)


@step("reconcile", about="job.unit")
def reconcile(job: Job, load: StagedLoad, *, neighbours: Sequence[StagedLoad] = ()) -> Judgement:
    """Ask every control about the staged unit; breaks are returned, not raised.

    Args:
        job: The unit's.
        load: What is judged.
        neighbours: Loads of other years that are to be published in one with it.

    Raises:
        ControlFailed: A control could not be computed, so nothing is known.
    """
    tell_judged(job, load)
    judgement = judged(job, load, neighbours=neighbours)
    if not job.is_dry_run:
        keep_judgement(job, load, judgement)
    say(_summary(judgement), **job.where, accepted_breaks=judgement.accepted_count)
    return judgement


def judged(job: Job, load: StagedLoad, *, neighbours: Sequence[StagedLoad] = ()) -> Judgement:
    """Return what the controls say of a load, and what of it nobody accepted; keeps nothing.

    Raises:
        ControlFailed: A control could not be computed, so nothing is known.
    """
    vouchers = {
        item.staged.facts.fiscal_year: item.staged.parquet("voucher") for item in neighbours
    }
    context = unit_context(job, load).model_copy(update={"neighbours": vouchers})
    facts = load.staged.facts
    asked = controls.controls_for(facts.source, facts.source_kind, context=context)
    results = controls.reconcile(
        load.staged, controls=asked, context=context, warehouse=job.stores.warehouse
    )
    hub = job.stores.hub
    now = hub.database.now()
    given = hub.acceptances.of_unit(job.unit.tenant, job.unit.year, at=now)
    return Judgement(
        results,
        unaccepted(results, given, at=now),
        asked=controls.catalogue_version(facts, controls=asked, context=context),
        controls=asked,
        given=given,
    )


def years_moved_with(job: Job, judgement: Judgement) -> set[FiscalYear]:
    """Return the published years from which vouchers came into this one, or into which they went.

    What somebody accepted counts no more.
    """
    months = {
        item.period
        for result in judgement.holding
        if result.control == MOVED
        for item in result.breaks
    }
    if not months:
        return set()
    published = job.stores.warehouse.units(job.unit.tenant)
    return {
        year
        for year in published
        if year != job.unit.year
        and any(f"{year.start_date:%Y-%m}" <= month <= f"{year.end_date:%Y-%m}" for month in months)
    }


def keep_judgement(job: Job, load: StagedLoad, judgement: Judgement) -> None:
    """Remember what the controls said of a load, for as long as somebody may ask."""
    job.stores.hub.loads.save_results(load.load_id, judgement.results)
    note_comparisons(job.stores, job.unit, judgement.results, digest=load.staged.digest)


def tell_judged(job: Job, load: StagedLoad) -> None:
    """Say in the hub that a load is being judged, and all that it is.

    A hold may be judged after a later run has failed, and by then the row speaks of that run.
    """
    job.tell(
        UnitState.RECONCILING,
        load_id=load.load_id,
        source=load.staged.facts.source,
        digest=load.staged.digest,
    )


def judgement_of_published(job: Job, load: StagedLoad) -> Judgement | None:
    """Return the judgement by which these very rows are published, None when they must be judged.

    *Unchanged* means that rows, organisation number, coverage, damage, evidence and the controls
    are those of the published load, and that what somebody accepted in it is accepted still. What
    the source is asked only now and then is judged whenever it was asked.
    """
    loads = job.stores.hub.loads
    record = job.stores.warehouse.load_record(job.unit.tenant, job.unit.year)
    published = loads.published(job.unit.tenant, job.unit.year)
    if record is None or record.digest != load.staged.digest or published is None:
        return None
    this = loads.get(load.load_id)
    if this.load_id == published.load_id:
        return Judgement([], [], asked=this.passed_by)
    facts, context = load.staged.facts, unit_context(job)
    asked = controls.controls_for(facts.source, facts.source_kind, context=context)
    version = controls.catalogue_version(facts, controls=asked, context=context)
    is_shown_alike = this.is_as(published) and this.asked_sha256 == this.evidence_sha256
    if is_shown_alike and published.passed_by == version and _still_passes(job, published):
        return Judgement([], [], asked=version)
    return None


def _still_passes(job: Job, published: Load) -> bool:
    """Return whether what was accepted in the published load is accepted still, if anything was.

    What was found later and would block is judged with the next load, so that it can be accepted.
    """
    hub = job.stores.hub
    if any(item.result.holds for item in hub.later.open_findings(job.unit.tenant, job.unit.year)):
        return False
    judged = hub.loads.judged(published)
    if judged is None:
        return False
    # What was accepted of one load alone has ended with it, and is asked of no rows that stay.
    found = hub.loads.results(judged.load_id)
    results = [item for item in found if item.control not in OF_ONE_LOAD]
    return not hub.acceptances.unaccepted(job.unit.tenant, job.unit.year, results)


def unit_context(job: Job, load: StagedLoad | None = None) -> UnitContext:
    """Gather what the hub knows of the tenant: the other side of several controls.

    `load`: what is judged, when it is not what is published.

    A year that may become one of the tenant's by being published counts as defined (R-FIN-26).
    """
    hub, unit = job.stores.hub, job.unit
    tenant = hub.tenants.get(unit.tenant)
    active = hub.years.active(unit.tenant)
    years = {item.year for item in active}
    if job.defines or hub.years.adoptable(unit.tenant, unit.year):
        years.add(unit.year)
    return UnitContext(
        organisation_number=tenant.organisation_number,
        currency=tenant.currency,
        defined_years=tuple(sorted(years)),
        tightened=hub.tightened.of(unit.tenant),
        own=controls.own_controls(unit.tenant),
        account_map=map_of_tenant(hub, unit.tenant),
        # They are of the year: what a part of it makes of the books is compared when it is in them.
        statements=statement_figures(job.stores, unit) if job.coverage == WHOLE_YEAR else {},
        **_dates(job, load),
        locked_until=max((item.locked_until for item in active if item.locked_until), default=None),
    )


def _dates(job: Job, load: StagedLoad | None) -> dict[str, str]:
    """Return when the books of a load are of, and those of what is published in its place.

    Of a file also when it was published before. What a system sends is as the books are now, also
    where somebody there took a correction back.
    """
    if load is None or not load.dated:
        return {}
    hub, facts, digest = job.stores.hub, load.staged.facts, load.staged.digest
    loads = published_loads(hub, job.unit, facts.coverage)
    dates = {
        "dated": load.dated,
        "published_dated": published_date(job.stores.lake, loads, digest=digest),
    }
    if facts.source in FORMATS:
        dates["published_before"] = published_before(
            hub, loads, digest=digest, sha256=facts.landed_sha256
        )
    return dates


def _summary(judgement: Judgement) -> str:
    outcomes = [result.outcome for result in judgement.results]
    counted = ", ".join(
        f"{outcomes.count(outcome)} {outcome.replace('_', ' ')}" for outcome in Answer
    )
    held = f"held by {', '.join(result.control for result in judgement.holding)}"
    return f"Controls: {counted}; {held if judgement.holding else 'nothing holds the load'}"
