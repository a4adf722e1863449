"""Recheck: what is published is judged again by the controls of today, and stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from blocks import controls
from blocks.hub import Load, UnitState
from blocks.staging import StagedUnit
from blocks.warehouse.records import LoadRecord
from ledger.errors import TerminalError
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.jobs import Job
from tasks.log import say
from tasks.publish import publish_load
from tasks.reconcile import Judgement, unit_context
from tasks.stage import StagedLoad, staged_from_landing
from tasks.stores import Stores

RECHECKED: Final = "published earlier, asked again: "
DECIDE_FIRST: Final = "Another load is held: decide on what is held first, then ask again."


class ReadOtherwise(TerminalError):
    """The reader of this release makes other rows of what was received than are published."""

    def __init__(self, load: Load, *, published: str) -> None:
        """Name the year, and the load by which it is published."""
        super().__init__(
            f"{load.tenant} {load.year}: this release reads the file of load "
            f"{published} otherwise than it was published, so nothing is said of what is. "
            "Load the file again, or pull the year again: what changes is listed and judged.",
            tenant=load.tenant,
            fiscal_year=load.year,
            published=published,
        )


@dataclass(frozen=True)
class Rechecked:
    """What became of a published year: it agrees, or is or would be held for a reason."""

    outcome: Outcome
    reason: str = ""


def published_units(stores: Stores, *, tenant: str = "") -> list[Unit]:
    """Return what is published, of one tenant or of all that the hub knows."""
    tenants = [tenant] if tenant else [item.id for item in stores.hub.tenants]
    return [Unit(each, year) for each in tenants for year in stores.warehouse.units(each)]


class NothingToRecheck(TerminalError):
    """A year was to be asked about again that is not published."""

    sentence = "{unit} is not published, so there is nothing to ask about."


def recheck_unit(job: Job) -> Rechecked:
    """Ask every control about what is published of a unit, under its lease.

    No row is published or withdrawn. What would hold now is a hold like any other, red until it is
    accepted, replaced, rejected or, asked about once more, found to agree; a later file that is
    held already is left to be judged first.

    Raises:
        TerminalError: The year is not published, or what it was loaded from is gone or damaged, or
            is read otherwise by this release.
    """
    record = job.stores.warehouse.load_record(job.unit.tenant, job.unit.year)
    if record is None:
        raise NothingToRecheck(unit=job.unit)
    published = job.stores.hub.loads.published(job.unit.tenant, job.unit.year) or _of(record)
    staged = staged_as_published(job.stores, published)
    context = unit_context(job)
    chosen = controls.controls_for(staged.facts.source, staged.facts.source_kind, context=context)
    results = controls.reconcile(
        staged, controls=chosen, context=context, warehouse=job.stores.warehouse
    )
    holding = job.stores.hub.acceptances.unaccepted(job.unit.tenant, job.unit.year, results)
    asked = controls.catalogue_version(staged.facts, controls=chosen, context=context)
    judgement = Judgement(results, holding, asked=asked, controls=chosen)
    held = job.stores.hub.holds.find(job.unit.tenant, job.unit.year)
    is_same = held is not None and _is_same(held, published)
    if not holding:
        if held is not None and is_same:
            _settle(job, StagedLoad(staged, held.load_id), judgement)
        say("What is published agrees with the controls of today", **job.where)
        return Rechecked(Outcome.AGREES)
    if held is None:
        _hold(job, published, judgement)
    elif is_same:
        _hold_still(job, held, judgement)
    else:
        return Rechecked(Outcome.WOULD_HOLD, f"{judgement.reason}. {DECIDE_FIRST}")
    return Rechecked(Outcome.HELD, judgement.reason)


def staged_as_published(stores: Stores, load: Load) -> StagedUnit:
    """Return a published load as it was staged, or staged anew to the very same rows.

    Raises:
        ReadOtherwise: It becomes other rows than those that are published.
        TerminalError: What was received is gone.
    """
    record = stores.warehouse.load_record(load.tenant, load.year)
    staged = staged_from_landing(stores, load)
    if staged.digest != (record.digest if record else load.digest):
        raise ReadOtherwise(load, published=record.load_id if record else load.load_id)
    return staged


def _is_same(held: Load, published: Load) -> bool:
    """Return whether what is said of the published rows is said of those that are held too."""
    return held.is_as(published) and held.asked_sha256 == published.asked_sha256


def _settle(job: Job, load: StagedLoad, judgement: Judgement) -> None:
    """Let what held the published rows go, as a load of them that changes nothing would."""
    job.stores.hub.loads.save_results(load.load_id, judgement.results)
    job.tell(UnitState.RECONCILING, load_id=load.load_id, digest=load.staged.digest)
    publish_load(job, load, judgement)


def _of(record: LoadRecord) -> Load:
    """Return what the warehouse knows of a load that the hub has forgotten."""
    return Load(
        tenant=record.tenant,
        fiscal_year=record.fiscal_year.key,
        source=record.source,
        source_kind=record.source_kind,
        landed_sha256=record.landed_sha256,
        digest=record.digest,
        load_id=record.load_id,
    )


def _hold(job: Job, published: Load, judgement: Judgement) -> None:
    """Hold the published rows as a load of their own: what an earlier one was told stays so."""
    held = replace(published, load_id="", run_id=job.run_id, status=UnitState.STAGED, reason="")
    _say_held(job, job.stores.hub.loads.save(held), judgement)


def _hold_still(job: Job, held: Load, judgement: Judgement) -> None:
    """Show on the hold what the controls find now, if that is not what they found before."""
    if job.stores.hub.loads.results(held.load_id) != judgement.results:
        _say_held(job, held, judgement)


def _say_held(job: Job, load: Load, judgement: Judgement) -> None:
    job.stores.hub.loads.save_results(load.load_id, judgement.results)
    about = {"load_id": load.load_id, "source": load.source, "digest": load.digest}
    job.tell(UnitState.RECONCILING, **about)
    job.tell(UnitState.HELD, load_id=load.load_id, reason=f"{RECHECKED}{judgement.reason}")
