"""Continuity: whether published years open with what the years before them closed with.

The question is about two loads, whichever came last. After a publication it is asked again of the
year itself, beside which its other neighbour may have been published meanwhile, and of the next.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Final

from blocks import controls
from blocks.hub import LaterFinding, PublishedMeanwhile
from ledger.account_class import AccountClasses
from ledger.controls import ControlResult
from ledger.fiscal_year import FiscalYear
from tasks.jobs import Job
from tasks.log import warn
from tasks.reconcile import unit_context

CONTINUITY: Final = "opening_continuity"

MAX_ASKED: Final = 3
"""How often a year is asked about that others publish meanwhile."""


def ask_neighbours(job: Job, *, load_id: str, classes: AccountClasses) -> list[LaterFinding]:
    """Ask the published year, and the next, again; return the answers that are new.

    Args:
        job: The run that has published its unit.
        load_id: The load by which it did.
        classes: What the source of that load says by the numbers of accounts.
    """
    published = job.stores.warehouse.units(job.unit.tenant)
    earlier, later = job.unit.year.start_date, job.unit.year.end_date + dt.timedelta(days=1)
    asked = [year for year in published if year.start_date == later]
    if any(year.end_date + dt.timedelta(days=1) == earlier for year in published):
        asked.insert(0, job.unit.year)
    found = [_ask(job, year, load_id=load_id, classes=classes) for year in asked]
    return [item for item in found if item is not None]


def _ask(
    job: Job, year: FiscalYear, *, load_id: str, classes: AccountClasses
) -> LaterFinding | None:
    for _ in range(MAX_ASKED):
        with suppress(PublishedMeanwhile):
            return _ask_once(job, year, load_id=load_id, classes=classes)
    warn(
        f"{year} was published {MAX_ASKED} times while it was asked about; whoever publishes it "
        "asks about it too",
        tenant=job.unit.tenant,
        unit=year.key,
    )
    return None


def _ask_once(
    job: Job, year: FiscalYear, *, load_id: str, classes: AccountClasses
) -> LaterFinding | None:
    stores, tenant = job.stores, job.unit.tenant
    # The hub is asked first: what is published after this is refused as another load than this.
    unit = stores.hub.units.find(tenant, year)
    record = stores.warehouse.load_record(tenant, year)
    if record is None:
        return None
    result = controls.ask_published(
        record,
        CONTINUITY,
        context=unit_context(job),
        classes=classes,
        warehouse=stores.warehouse,
    )
    finding = stores.hub.later.record(
        result,
        of=(tenant, year, (unit.published_load_id if unit else "") or record.load_id),
        asked_by=(job.unit.year, load_id),
        at_load=_result_at_load(job, year),
    )
    if finding and finding.is_break:
        warn(f"{year}: {finding}", tenant=tenant, unit=year.key)
    return finding


def _result_at_load(job: Job, year: FiscalYear) -> ControlResult | None:
    """Return what the control said when the year was loaded."""
    loads = job.stores.hub.loads
    judged = loads.judged_of_unit(job.unit.tenant, year)
    results = loads.results(judged.load_id) if judged else []
    return next((item for item in results if item.control == CONTINUITY), None)
