"""Publish: what passed becomes what is published, in one transaction, or nothing does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from blocks.hub import UnitState
from blocks.hub.states import WHOLE_YEAR
from blocks.steps import reached
from blocks.warehouse.records import ChangePlan
from ledger.errors import TerminalError
from tasks.jobs import Job
from tasks.log import say, warn
from tasks.pages import changes_in_words
from tasks.reconcile import Judgement, warned_in_words
from tasks.stage import StagedLoad
from tasks.steps import step


@dataclass(frozen=True)
class Publication:
    """What a publication changed; `written` is False when everything was published already."""

    written: bool
    plan: ChangePlan


@step("publish", about="job.unit")
async def publish(job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
    """Replace the unit in the warehouse by what was staged, and say so in the hub.

    Raises:
        StaleLease: A later run has acted on the unit; nothing was written.
        NoSpaceError: The disk is full; what was published is untouched.
    """
    return await asyncio.to_thread(publish_load, job, load, judgement)


def publish_load(job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
    """Do what `publish` says, in the caller's thread."""
    if job.lease is None:
        raise TerminalError("A dry run publishes nothing; start the run without dry_run.")
    plan = job.stores.warehouse.plan(load.staged)
    job.lease.check()
    published = job.stores.warehouse.publish(
        load.staged,
        token=job.lease.token,
        load_id=load.load_id,
        run_id=job.run_id,
        results=judgement.results,
        accepted=_accepted(job),
    )
    record_publication(job, load, warned=_warned(job, judgement))
    say(f"Published. {changes_in_words(plan)}", **job.where, written=published.written)
    return Publication(published.written, plan)


def is_published(job: Job, load: StagedLoad) -> bool:
    """Say whether these very rows are published, judged by this very evidence.

    Only a whole year is ever published, so what is less is not, whatever its rows.
    The same rows beside other evidence may hold: a voucher that the source lists and its ledger
    still lacks. What the source is asked only now and then is judged whenever it was asked.
    """
    record = job.stores.warehouse.load_record(job.unit.tenant, job.unit.year)
    if job.coverage != WHOLE_YEAR or record is None or record.digest != load.staged.digest:
        return False
    asked, loads = load.staged.facts.evidence_sha256, job.stores.hub.loads
    if not asked:
        return True
    standing = loads.get(load.load_id).evidence_sha256
    return asked == standing == loads.judged_evidence(job.unit.tenant, job.unit.year)


def record_publication(job: Job, load: StagedLoad, *, warned: str = "") -> None:
    """Tell the hub that the unit is published, and that its year is one of the tenant's."""
    if not job.stores.hub.years.adopt(job.unit.tenant, job.unit.year):
        warn(
            "Published although the year is not among the tenant's; somebody accepted that",
            **job.where,
        )
    job.tell(
        UnitState.PUBLISHED,
        load_id=load.load_id,
        reason=warned,
        voucher_count=load.staged.tables["voucher"].row_count,
        posting_count=load.staged.tables["posting"].row_count,
    )
    reached("publish.recorded")


def _warned(job: Job, judgement: Judgement) -> str:
    """Say what the status warns of; of rows that were published before, what was found then."""
    if judgement.results:
        return warned_in_words(judgement.results)
    record = job.stores.warehouse.load_record(job.unit.tenant, job.unit.year)
    return warned_in_words(job.stores.hub.loads.results(record.load_id)) if record else ""


def _accepted(job: Job) -> dict[str, str]:
    """Return what a person let pass, by fingerprint, with the reason; stored with the load."""
    given = job.stores.hub.acceptances.of_unit(job.unit.tenant, job.unit.year)
    return {item.fingerprint: item.reason for item in given}
