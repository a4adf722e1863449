"""Which landed files and staged folders must be kept; the rest may go when it is old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from blocks.hub import Load
from blocks.hub.states import WORKING
from blocks.lake import Prunable
from blocks.staging import noted_evidence
from blocks.systems.registry import SYSTEMS
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.reports import rows_of
from ledger.fiscal_year import FiscalYear
from tasks.documents import documents_of
from tasks.from_landing import evidence_of
from tasks.push_files import SOURCE as PUSH_FILES
from tasks.stores import Stores

KEEP_REST: Final = dt.timedelta(days=30)
"""How long everything else is kept."""


KEEP_REPLACED: Final = dt.timedelta(days=30)
"""How long what was published can be brought back after another load took its place."""


@dataclass
class Kept:
    """What may not be pruned: hashes of landed files, and addresses of staged folders."""

    landed: set[str] = field(default_factory=set)
    staged: set[str] = field(default_factory=set)


def prune(
    stores: Stores, *, older_than: dt.timedelta = KEEP_REST, dry_run: bool = True
) -> list[Prunable]:
    """Remove, or with ``dry_run`` only list, what is old and that nothing needs.

    Kept whatever its age: what is published, and what was at each year's end or until 30 days ago,
    with all parts of it and with what the source was asked; what is held (it is published from its
    stage), what a run works on, all documents, and the files of what is pushed.
    """
    kept = keep(stores, stores.lake.tenants_with_old(older_than))
    return stores.lake.prune(
        keep_landed=kept.landed,
        keep_staged=kept.staged,
        keep_sources={PUSH_FILES, *(documents_of(name) for name in SYSTEMS)},
        older_than=older_than,
        dry_run=dry_run,
    )


def keep(stores: Stores, tenants: Iterable[str]) -> Kept:
    """Gather what some tenants need; one that the hub has lost keeps what it has published."""
    kept = Kept()
    published = frozenset(stores.warehouse.tenants())
    for tenant in tenants:
        if tenant not in published and stores.hub.tenants.find(tenant) is None:
            continue
        for load in spoken_of(stores, tenant):
            kept.landed.update({load.landed_sha256, _asked(stores, load)})
            kept.staged.add(load.stage_folder)
        kept.landed.update(_published(stores, tenant))
        for year in _forgotten(stores, tenant):
            for name in SYSTEMS:
                kept.landed.update(stores.lake.landed_of(tenant, evidence_of(name)))
            kept.staged.update(stores.lake.staged_of(tenant, year.key))
    return kept


def _forgotten(stores: Stores, tenant: str) -> Iterator[FiscalYear]:
    """Return the years whose published load only the warehouse knows.

    It knows the file, and neither the stage nor what the source was asked beside it: whatever of
    the tenant may be that is kept.
    """
    for year in stores.warehouse.units(tenant):
        if stores.hub.loads.published(tenant, year) is None:
            yield year


def spoken_of(stores: Stores, tenant: str) -> Iterator[Load]:
    """Return the published load of each unit, what is held, and what a run works on."""
    yield from stores.hub.loads.open_of(tenant)
    for unit in stores.hub.units.of_tenant(tenant):
        at_work = unit.load_id if unit.status in WORKING else ""
        for load_id in {unit.published_load_id, at_work} - {""}:
            if load := stores.hub.loads.find(load_id):
                yield load


def _published(stores: Stores, tenant: str) -> Iterator[str]:
    """Yield the hashes of what is published, or may be wanted back, and of what was asked."""
    try:
        since = stores.hub.database.now() - KEEP_REPLACED
        loads = stores.warehouse.report(tenant, "landed_to_keep", replaced_after=since)
    except NoLedger:
        return
    for load_id, landed_sha256 in rows_of(loads):
        yield landed_sha256
        if load := stores.hub.loads.find(load_id):
            yield _asked(stores, load)


def _asked(stores: Stores, load: Load) -> str:
    """Return the hash of what the source was asked; the hub of earlier releases did not know it."""
    return load.asked_sha256 or noted_evidence(stores.lake, load.stage_folder)
