"""What is held of a tenant, as a person decides about it: the load, and what holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from blocks.hub import Load, UnitState
from blocks.hub.holds import REJECTED_BY
from ledger.acceptance import Acceptance, is_complete, letting_pass
from ledger.controls import ControlResult
from ledger.unit import Unit
from tasks.file_fates import FATES, Fate
from tasks.stores import Stores

MAX_REJECTIONS: Final = 1_000
"""So many of a tenant's latest are looked through for when one was."""

MAX_STATUSES: Final = 1_000
"""So many of a tenant's latest changes of status are looked through for a hold."""


@dataclass(frozen=True)
class Passed:
    """Breaks of one control that were let pass. `result`: with these alone. `given`: by whom."""

    result: ControlResult
    given: tuple[Acceptance, ...]

    @property
    def words(self) -> list[tuple[str, dt.datetime, str]]:
        """Who let them pass, when for the first time, and why: once, for however many breaks."""
        first: dict[tuple[str, str], dt.datetime] = {}
        for one in sorted(self.given, key=lambda one: one.accepted_at):
            first.setdefault((one.accepted_by, one.reason), one.accepted_at)
        return [(who, at, reason) for (who, reason), at in first.items()]


@dataclass(frozen=True)
class Held:
    """An open hold. `holding`: the controls that nobody has accepted the breaks of.

    `passed`: what of it was accepted already, which does not publish by itself.
    """

    load: Load
    holding: tuple[ControlResult, ...]
    passed: tuple[Passed, ...] = ()

    @property
    def unit(self) -> Unit:
        """Whose year."""
        return Unit(self.load.tenant, self.load.year)

    @property
    def awaits_publication(self) -> bool:
        """Whether all that held it was accepted, so that it only has to be read in."""
        return bool(self.passed) and not self.holding


@dataclass(frozen=True)
class Decision:
    """How a hold ended. `who`, `at`, `reason`: of a person's decision.

    A later load has none, and neither has what the controls let pass when they were asked anew.
    """

    load: Load
    fate: Fate
    who: str = ""
    at: dt.datetime | None = None
    reason: str = ""


def decision_of(stores: Stores, tenant: str, load_id: str) -> Decision | None:
    """Return how a hold of a tenant ended; None of what is held or never was."""
    load = stores.hub.loads.find(load_id)
    if load is None or load.tenant != tenant:
        return None
    if load.status is UnitState.HELD:
        return None if load.is_open else Decision(load, Fate.REPLACED)
    found = _rejection if load.status is UnitState.REJECTED else _accepted
    return found(stores, load)


def _rejection(stores: Stores, load: Load) -> Decision:
    events = stores.hub.events.recent(tenant=load.tenant, kind="rejection", limit=MAX_REJECTIONS)
    at = next((event.at for event in events if event.load_id == load.load_id), None)
    who, _, reason = load.reason.removeprefix(REJECTED_BY).partition(": ")
    return Decision(load, Fate.REJECTED, who, at, reason)


def _accepted(stores: Stores, load: Load) -> Decision | None:
    """Say who accepted a load, which may still be on its way to the books."""
    given = stores.hub.acceptances.of_load(load)
    own = [one for one in given if one.load_id == load.load_id]
    if not own:
        return _passed(stores, load)
    last = max(own, key=lambda one: one.accepted_at)
    return Decision(load, Fate.PUBLISHED, last.accepted_by, last.accepted_at, last.reason)


def _passed(stores: Stores, load: Load) -> Decision | None:
    """Say of a load that was held and is published by nobody's word that nothing held it later."""
    if FATES.get(load.status) is not Fate.PUBLISHED:
        return None
    changes = stores.hub.events.recent(
        tenant=load.tenant, kind="status", limit=MAX_STATUSES, is_whole=False
    )
    steps = [one.message.partition(":")[0] for one in changes if one.load_id == load.load_id]
    was_held = any(step.endswith(f" -> {UnitState.HELD}") for step in steps)
    return Decision(load, Fate.PUBLISHED) if was_held else None


def held_of(stores: Stores, tenant: str) -> list[Held]:
    """Return what is held of a tenant, the latest first."""
    loads = [load for load in stores.hub.loads.open_of(tenant) if load.status is UnitState.HELD]
    return [_held(stores, load) for load in sorted(loads, key=_when, reverse=True)]


def find_held(stores: Stores, tenant: str, load_id: str) -> Held | None:
    """Return an open hold of a tenant by the id of its load; None when it is none any more."""
    return next((item for item in held_of(stores, tenant) if item.load.load_id == load_id), None)


def _held(stores: Stores, load: Load) -> Held:
    results = stores.hub.loads.results(load.load_id)
    holding = stores.hub.acceptances.unaccepted(load.tenant, load.year, results)
    return Held(
        load, tuple(holding), tuple(_passed_of(results, stores.hub.acceptances.of_load(load)))
    )


def _passed_of(results: Iterable[ControlResult], given: Sequence[Acceptance]) -> Iterator[Passed]:
    for result in results:
        speaking = tuple(letting_pass(result, given)) if result.holds else ()
        if speaking and is_complete(result):
            accepted = {one.fingerprint for one in speaking}
            breaks = tuple(one for one in result.breaks if one.fingerprint in accepted)
            yield Passed(replace(result, breaks=breaks, break_count=len(breaks)), speaking)
        elif speaking:
            yield Passed(result, speaking)


def _when(load: Load) -> str:
    return load.load_id  # ids are in order of time
