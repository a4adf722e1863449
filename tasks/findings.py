"""What the controls found of a year, and which load speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.acceptance import letting_pass
from ledger.coverage import Coverage
from ledger.onboarding import StatementKind

if TYPE_CHECKING:  # a listing of the hub comes at once: no SQL before it is asked
    from collections.abc import Iterable

    from blocks.hub import Hub, Load, UnitStatus
    from ledger.acceptance import Acceptance
    from ledger.controls import ControlResult

STATEMENTS: Final = {f"customer_{kind}": kind for kind in StatementKind}
"""What is held against the books, by the name of its control."""

WAITING: Final = "waiting for the customer's "
"""How the detail of a statement's break begins while the statement has not come."""


@dataclass(frozen=True)
class Findings:
    """What the controls said about one load, and what of it nobody accepted."""

    load: Load
    results: list[ControlResult]
    holding: list[ControlResult]
    accepted: list[Acceptance]
    """By whom breaks of it may pass, and why."""
    is_kept: bool
    """Whether no other load may take its place: a person keeps the year as it was, or is to be."""


def findings_of_year(hub: Hub, unit: UnitStatus) -> Findings | None:
    """Return the open hold with its findings, else those of the load in hand.

    A run that failed before it staged anything has none: what is published speaks.
    """
    load = hub.holds.find(unit.tenant, unit.year)
    if load is None and unit.load_id:
        load = hub.loads.get(unit.load_id)
        if unit.status == "published":
            load = hub.loads.judged(load) or load
    elif load is None and (load := hub.loads.published(unit.tenant, unit.year)):
        load = hub.loads.judged(load) or load
    return findings_of(hub, load) if load else None


def findings_of(hub: Hub, load: Load) -> Findings:
    """Return what the controls said about a load; what holds it only while it is open."""
    results = hub.loads.results(load.load_id)
    holding = hub.acceptances.unaccepted(load.tenant, load.year, results) if load.is_open else []
    given = hub.acceptances.of_load(load)
    accepted = [item for result in results for item in letting_pass(result, given)]
    is_kept = (
        Coverage.parse(load.coverage).may_replace
        and hub.kept_years.find(load.tenant, load.year) is not None
    )
    return Findings(load, results, holding, accepted, is_kept)


def awaited(holding: Iterable[ControlResult]) -> tuple[StatementKind, ...]:
    """Return the customer's statements for which a load waits; none if anything else holds it.

    Nothing differs then, and nothing is to be corrected.
    """
    breaks = [item for result in holding for item in result.breaks]
    if all(it.control in STATEMENTS and it.detail.startswith(WAITING) for it in breaks):
        return tuple(STATEMENTS[item.control] for item in breaks)
    return ()
