"""A look at a tenant's books: what ends in a shard of the night, and what is for a run of its own.

Nothing is judged by less than in any other pull: the same steps, controls and evidence. A look only
says nothing to the hub of a unit until it knows that nothing is new (decision 0041).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from blocks.hub import Load, UnitState
from ledger.controls import Answer, ControlResult
from tasks.fetch import Fetched
from tasks.from_landing import fetched_from_landing
from tasks.jobs import Job
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad

EXTRACT_AGE: Final = dt.timedelta(minutes=15)
"""Up to this age a run takes what the look before it landed."""

MAX_POSTINGS: Final = 200_000
"""Postings of a published year above which it is not looked at beside others: about 50 MB each."""

MAX_EXTRACT_BYTES: Final = 64 * 1024 * 1024
"""Size of an extract above which it is not staged beside others."""


class NeedsRun(Exception):
    """What is looked at is for a run of its own; the message says why. Not a refusal."""


class HeldAsBefore(Exception):
    """What is looked at is held as it was before; the message says by what and since when."""


@dataclass(frozen=True)
class LookJob(Job):
    """A job that leaves its unit's status alone until its load is judged to be what is known."""

    _is_judging: list[bool] = field(default_factory=list)

    def tell(self, status: UnitState, **what: Any) -> None:
        """Say it once the load is being judged as the published one, and what follows from that."""
        if status is UnitState.RECONCILING:
            self._is_judging.append(True)
        if self._is_judging:
            super().tell(status, **what)


def open_hold(job: Job, load: StagedLoad, judgement: Judgement) -> Load | None:
    """Return the open hold that this very load is, held by the same breaks; None if it is not.

    Its rows, evidence and everything else that the controls were shown are equal, and so are the
    breaks that nobody accepted.
    """
    hub, unit = job.stores.hub, job.unit
    held = hub.holds.find(unit.tenant, unit.year)
    if held is None or not judgement.holding or not hub.loads.get(load.load_id).is_as(held):
        return None
    before = hub.acceptances.unaccepted(unit.tenant, unit.year, hub.loads.results(held.load_id))
    return held if _found(judgement.holding) == _found(before) else None


def says_nothing_new(job: Job, load: StagedLoad, judgement: Judgement) -> bool:
    """Return whether a load judged anew is what is published, with the findings it has there.

    So it is when the source was asked for more than every night, or when the controls are those of
    another release.
    """
    loads, unit = job.stores.hub.loads, job.unit
    record = job.stores.warehouse.load_record(unit.tenant, unit.year)
    published = loads.published(unit.tenant, unit.year)
    spoken = loads.judged_of_unit(unit.tenant, unit.year)
    if record is None or published is None or spoken is None or judgement.holding:
        return False
    is_same = record.digest == load.staged.digest and loads.get(load.load_id).is_as(published)
    return is_same and _found(judgement.results) == _found(loads.results(spoken.load_id))


def fresh_extract(job: Job, system: str) -> Fetched | None:
    """Return what a look has just landed of a year; None when it is to be fetched.

    It is taken if it is young and the year's latest load: whatever was published, held or failed
    since has a later one.
    """
    hub, unit = job.stores.hub, job.unit
    latest = next(iter(hub.loads.of_unit(unit.tenant, unit.year, limit=1)), None)
    if latest is None or latest.source != system or latest.status is not UnitState.STAGED:
        return None
    if latest.created_at is None or hub.database.now() - latest.created_at >= EXTRACT_AGE:
        return None
    fetched = fetched_from_landing(job.stores, latest)
    fetched.load_id = latest.load_id
    return fetched


def _found(results: list[ControlResult]) -> set[tuple[str, int, str]]:
    return {
        (item.control, item.break_count, item.set_fingerprint)
        for item in results
        if item.outcome is Answer.BROKEN
    }
