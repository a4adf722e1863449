"""Publish: what passed becomes what is published, in one transaction, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from blocks.hub import LaterFinding, UnitState
from blocks.steps import reached
from blocks.warehouse.evidence import Publication as Grounds
from blocks.warehouse.records import ChangePlan, LoadRecord, Published
from ledger.controls import warned_in_words
from ledger.fiscal_year import short_year
from tasks.account_map import show_by_map
from tasks.continuity import ask_neighbours
from tasks.customer_statements import compare_anew
from tasks.damage import lost
from tasks.jobs import DryRunPublishes, Job
from tasks.ledger_sources import claim
from tasks.log import say, warn
from tasks.pages.unit import changes_in_words
from tasks.reconcile import Judgement
from tasks.rollback import refuse_kept
from tasks.stage import StagedLoad
from tasks.steps import step


@dataclass(frozen=True)
class Publication:
    """What a publication changed; `written` is False when everything was published already.

    `later`: what was found of published years because of it. `answers_earlier`: what had been found
    of this year after its last load is answered by this one's own results.
    """

    written: bool
    plan: ChangePlan
    later: tuple[LaterFinding, ...] = ()
    answers_earlier: bool = False

    @property
    def in_words(self) -> str:
        """Count the changes, and say what they led to in years beside."""
        found = [f"{short_year(item.fiscal_year)}: {item}." for item in self.later]
        return " ".join([changes_in_words(self.plan), *found])


class Passed(NamedTuple):
    """A load that the controls let pass, and whose it is."""

    job: Job
    load: StagedLoad
    judgement: Judgement


def publish_load(job: Job, load: StagedLoad, judgement: Judgement) -> Publication:
    """Replace the unit in the warehouse by what was staged, and say so in the hub.

    Raises:
        UnitMismatch: What was staged is another unit's; nothing was written.
        StaleLease: A later run has acted on the unit; nothing was written.
        NoSpace: The disk is full; what was published is untouched.
        PublishedDamaged: The tenant's file is gone or cannot be read; nothing was written.
        LedgerOfAnother: The year is another system's; nothing was written.
        YearKept: A person keeps the year as it is; nothing was written.
    """
    (done,) = publish_loads([Passed(job, load, judgement)])
    return done


def publish_loads(passed: Sequence[Passed]) -> list[Publication]:
    """Replace units of one tenant in the warehouse, all at once or none; raises as `publish_load`.

    The hub is told of one after the other; where that is broken off, its repair reads the rest from
    the warehouse.
    """
    stores, tenant = passed[0].job.stores, passed[0].job.unit.tenant
    if gone := lost(stores, tenant):
        raise gone  # a new file would have these years alone, and look whole
    for job, load, _ in passed:
        refuse_kept(stores, job.unit, load)
        claim(stores.hub, job.unit, source=load.staged.facts.source)
    plans = [stores.warehouse.plan(item.load.staged) for item in passed]
    grounds = [_grounds(item) for item in passed]
    for _, load, judgement in passed:
        stores.hub.loads.passed(load.load_id, passed_by=judgement.asked)
    staged = [item.load.staged for item in passed]
    published = stores.warehouse.publish_together(list(zip(staged, grounds, strict=True)))
    for (job, load, judgement), item in zip(passed, published, strict=True):
        record_publication(job, load, item.record, warned=_warned(job, judgement))
    show_by_map(stores, tenant)
    for job, _, _ in passed:
        compare_anew(stores, job.unit)
    return [_done(*item) for item in zip(passed, plans, published, strict=True)]


def _grounds(passed: Passed) -> Grounds:
    job, load, judgement = passed
    if job.lease is None:
        raise DryRunPublishes
    job.unit.require(load.staged.facts.unit, of=f"Load {load.load_id}")
    job.lease.check()
    known = job.stores.hub.loads.find(load.load_id)
    return Grounds(
        unit=job.unit,
        token=job.lease.token,
        load_id=load.load_id,
        run_id=job.run_id,
        results=judgement.results,
        accepted=_accepted(job),
        rollback=known.rollback if known else None,
    )


def _done(passed: Passed, plan: ChangePlan, published: Published) -> Publication:
    """Answer what was found of the year and its neighbours, now that it is published."""
    job, load, judgement = passed
    answers_earlier = bool(judgement.results) and job.stores.hub.later.close(
        job.unit.tenant, job.unit.year, load_id=load.load_id
    )
    later = ask_neighbours(job, load_id=load.load_id, classes=load.staged.facts.account_classes)
    done = Publication(published.written, plan, tuple(later), answers_earlier)
    say(f"Published. {done.in_words}", **job.where, written=published.written)
    return done


publish: Final = step("publish", about="job.unit")(publish_load)


@step("publish together", about="tenant")
def publish_together(tenant: str, passed: Sequence[Passed]) -> list[Publication]:  # noqa: ARG001 - the step is named after it
    """Replace years of a tenant at once; raises as `publish_load`."""
    return publish_loads(passed)


def record_publication(job: Job, load: StagedLoad, record: LoadRecord, *, warned: str = "") -> None:
    """Tell the hub that the unit is published, and that its year is one of the tenant's.

    The counts are those of the whole year, also when a part of it was published.
    """
    if not job.stores.hub.years.adopt(job.unit.tenant, job.unit.year):
        warn(
            "Published although the year is not among the tenant's; somebody accepted that",
            **job.where,
        )
    job.tell(
        UnitState.PUBLISHED,
        load_id=load.load_id,
        reason=warned,
        source=record.source,
        digest=record.digest,
        voucher_count=record.voucher_count,
        posting_count=record.posting_count,
    )
    reached("publish.recorded")


def _warned(job: Job, judgement: Judgement) -> str:
    """Say what the status warns of; of rows that were published before, what was found then."""
    if judgement.results:
        return warned_in_words(judgement.results)
    loads = job.stores.hub.loads
    judged = loads.judged_of_unit(job.unit.tenant, job.unit.year)
    return warned_in_words(loads.results(judged.load_id)) if judged else ""


def _accepted(job: Job) -> dict[str, str]:
    """Return what a person let pass, by fingerprint, with the reason; stored with the load."""
    given = job.stores.hub.acceptances.of_unit(job.unit.tenant, job.unit.year)
    return {item.fingerprint: item.reason for item in given}
