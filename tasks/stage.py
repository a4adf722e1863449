"""Stage: the canonical tables of a unit as Parquet, with the digest that is their version."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from blocks.hub import Load, UnitState
from blocks.staging import StagedUnit, stage_unit
from tasks.fetch import Fetched
from tasks.jobs import Job
from tasks.log import say, warn
from tasks.steps import step


@dataclass(frozen=True)
class StagedLoad:
    """A staged unit and the id under which the hub knows this load of it; empty in a dry run."""

    staged: StagedUnit
    load_id: str = ""


@step("stage", about="job.unit")
async def stage(job: Job, fetched: Fetched) -> StagedLoad:
    """Write the unit's tables; the same bytes read by the same reader are staged once.

    Raises:
        NoSpaceError: The disk is full; nothing is left of the stage.
    """
    return await asyncio.to_thread(stage_fetched, job, fetched)


def stage_fetched(job: Job, fetched: Fetched) -> StagedLoad:
    """Do what `stage` says, in the caller's thread."""
    job.tell(UnitState.FETCHING, source=fetched.facts.source)
    file = fetched.open(job.stores.lake)
    staged = stage_unit(
        job.stores.lake,
        fetched.facts,
        tables=file.tables,
        batches=fetched.batches(file),
        diagnostics=file.diagnostics,
        path_counts=file.path_counts,
        evidence=fetched.open_evidence(job.stores.lake),
        on_unusable=lambda unusable: warn(
            f"Staged anew from what was received: {unusable.finding}", **job.where
        ),
    )
    counts = {name: table.row_count for name, table in staged.tables.items()}
    say(
        f"Staged {counts['voucher']:,} vouchers with {counts['posting']:,} postings; "
        f"{staged.facts.error_count:,} damaged places",
        **job.where,
        vouchers=counts["voucher"],
        postings=counts["posting"],
        digest=staged.digest[:16],
    )
    return StagedLoad(staged, "" if job.is_dry_run else _record(job, fetched, staged))


def _record(job: Job, fetched: Fetched, staged: StagedUnit) -> str:
    """Make the load known to the hub, so that it can be shown, accepted and resumed."""
    load = job.stores.hub.loads.save(
        Load(
            tenant=job.unit.tenant,
            fiscal_year=job.unit.year.key,
            source=staged.facts.source,
            source_kind=staged.facts.source_kind,
            landed_sha256=staged.facts.landed_sha256,
            evidence_sha256=fetched.standing_sha256,
            stage_folder=str(staged.folder),
            digest=staged.digest,
            coverage=staged.facts.coverage,
            run_id=job.run_id,
        )
    )
    job.tell(
        UnitState.STAGED, load_id=load.load_id, source=staged.facts.source, digest=staged.digest
    )
    return load.load_id
