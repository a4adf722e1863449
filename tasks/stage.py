"""Stage: the canonical tables of a unit as Parquet, with the digest that is their version."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.hub import Load, UnitState
from blocks.staging import StagedUnit, StageUnusable, read_staged, stage_unit
from blocks.staging.excluded import in_other_case
from ledger.text import number_of
from tasks.fetch import Fetched
from tasks.from_landing import fetched_from_landing
from tasks.jobs import Job
from tasks.log import say, warn
from tasks.onboarding import excluded_dimensions
from tasks.progress import counted
from tasks.steps import step
from tasks.stores import Stores


@dataclass(frozen=True)
class StagedLoad:
    """A staged unit, the id under which the hub knows this load of it, and when its books are of.

    `load_id` is empty in a dry run; `dated` is a date of `ledger.file_order`, empty too of books
    that a person asked for whatever their age.
    """

    staged: StagedUnit
    load_id: str = ""
    dated: str = ""


@step("stage", about="job.unit")
def stage(job: Job, fetched: Fetched) -> StagedLoad:
    """Write the unit's tables; the same bytes read by the same reader are staged once.

    Raises:
        NoSpace: The disk is full; nothing is left of the stage.
    """
    job.tell(UnitState.FETCHING, source=fetched.facts.source)
    staged = _stage(job.stores, fetched)
    counts = {name: table.row_count for name, table in staged.tables.items()}
    say(
        f"Staged {number_of(counts['voucher'], 'voucher')} with "
        f"{number_of(counts['posting'], 'posting')}; "
        f"{number_of(staged.facts.error_count, 'damaged place')}",
        **job.where,
        vouchers=counts["voucher"],
        postings=counts["posting"],
        digest=staged.digest[:16],
    )
    load_id = "" if job.is_dry_run else _record(job, fetched, staged)
    return StagedLoad(staged, load_id, "" if fetched.rollback else fetched.dated)


def staged_from_landing(stores: Stores, load: Load) -> StagedUnit:
    """Return a load as it was staged; staged anew from what was received if that is needed.

    It is needed when the stage was pruned, damaged, or written by another release, and when the
    tenant leaves other dimensions out now. A later reader
    may then read the same bytes otherwise: the digest tells, and only what is held becomes what it
    is read as; what was published stays known by the digest under which it was.

    Raises:
        TerminalError: What was received is gone as well.
    """
    try:
        staged = read_staged(stores.lake, load.stage_folder)
        staged.check_files()
        _require_excluded(staged, excluded_dimensions(stores.hub, load.tenant))
    except StageUnusable as unusable:
        _warn(unusable, load.tenant, load.fiscal_year)
        staged = _stage(stores, fetched_from_landing(stores, load))
        if load.is_open or staged.digest == load.digest:
            stores.hub.loads.restaged(
                load.load_id, stage_folder=staged.address, digest=staged.digest
            )
    return staged


def _require_excluded(staged: StagedUnit, excluded: tuple[str, ...]) -> None:
    if staged.facts.excluded_dimensions != excluded:
        raise StageUnusable(staged.folder, "other dimensions are left out now")


def _stage(stores: Stores, fetched: Fetched) -> StagedUnit:
    file = fetched.open(stores.lake)
    excluded = excluded_dimensions(stores.hub, fetched.facts.tenant)
    facts = fetched.facts.model_copy(update={"excluded_dimensions": excluded})
    for found in in_other_case(file.tables, excluded):
        warn(f"{found.message} {found.assumed}", tenant=facts.tenant, unit=facts.fiscal_year.key)
    return stage_unit(
        stores.lake,
        facts,
        tables=file.tables,
        batches=counted(
            file.batches_of(facts.fiscal_year), of=file.piece_count, what=f"Staging {facts.unit}"
        ),
        diagnostics=file.diagnostics,
        path_counts=file.path_counts,
        evidence=fetched.open_evidence(stores.lake),
        on_unusable=lambda unusable: _warn(unusable, facts.tenant, facts.fiscal_year.key),
    )


def _warn(unusable: StageUnusable, tenant: str, year: str) -> None:
    warn(f"Staged anew from what was received: {unusable.finding}", tenant=tenant, unit=year)


def _record(job: Job, fetched: Fetched, staged: StagedUnit) -> str:
    """Make the load known to the hub, so that it can be shown, accepted and resumed."""
    back = fetched.rollback
    load = job.stores.hub.loads.save(
        Load(
            tenant=job.unit.tenant,
            fiscal_year=job.unit.year.key,
            source=staged.facts.source,
            source_kind=staged.facts.source_kind,
            landed_sha256=staged.facts.landed_sha256,
            evidence_sha256=fetched.evidence_sha256,
            asked_sha256=staged.facts.evidence_sha256,
            stage_folder=staged.address,
            digest=staged.digest,
            coverage=str(staged.facts.coverage),
            organisation_number=staged.facts.organisation_number,
            error_count=staged.facts.error_count,
            dated=fetched.dated,
            is_refresh=fetched.is_refresh,
            run_id=job.run_id,
            load_id=fetched.load_id,
            rollback_to=back.load_id if back else "",
            rollback_number=back.load_number if back else 0,
            rollback_by=back.who if back else "",
            rollback_reason=back.reason if back else "",
        )
    )
    job.tell(
        UnitState.STAGED, load_id=load.load_id, source=staged.facts.source, digest=staged.digest
    )
    return load.load_id
