"""What became of files that were held: a hold ends later than the run that found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final

from blocks.hub import FileSeen, Hub
from blocks.hub.loads import Load
from blocks.hub.states import SIDE_STATES, UnitState
from ledger.outcome import Outcome


class Fate(StrEnum):
    """How a file's hold ended."""

    PUBLISHED = "published"
    """Somebody accepted what held it, or the controls let it pass when they were asked anew."""
    REJECTED = "rejected"
    REPLACED = "replaced"
    """A later load of the year came to its end."""


WORST: Final = (Fate.REJECTED, Fate.REPLACED, Fate.PUBLISHED)
"""Of several years that were held, the first of these is told."""

FATES: Final = {
    **dict.fromkeys((UnitState.PUBLISHED, *SIDE_STATES), Fate.PUBLISHED),
    UnitState.REJECTED: Fate.REJECTED,
    UnitState.HELD: Fate.REPLACED,
}
"""By the state of a load that waits for nobody any more."""


def fates(hub: Hub, files: Sequence[FileSeen]) -> dict[int, Fate]:
    """Return how the holds of files ended, by `FileSeen.id`; what is held still has none.

    A file of several years has no load of its own: its hold ends when that of its last year does.
    """
    held = [one for one in files if one.outcome == Outcome.HELD]
    named = hub.loads.named({one.load_id for one in held if one.load_id})
    several = _of_several(hub, [one for one in held if not one.load_id])
    ended = {
        one.id: _fate([named[one.load_id]] if one.load_id in named else several.get(one.id, []))
        for one in held
    }
    return {number: fate for number, fate in ended.items() if fate}


def _of_several(hub: Hub, files: Sequence[FileSeen]) -> Mapping[int, list[Load]]:
    """Return the load of each year of files, by file: the newest that was made when it was seen."""
    found: dict[int, list[Load]] = {}
    for tenant, own in groupby(sorted(files, key=lambda one: one.tenant), lambda one: one.tenant):
        seen = list(own)
        loads = hub.loads.of_landed(tenant, {one.sha256 for one in seen})
        for one in seen:
            years = {
                load.fiscal_year: load for load in loads if _is_of(load, one)
            }  # oldest first, so the newest of a year stays
            found[one.id] = list(years.values())
    return found


def _is_of(load: Load, seen: FileSeen) -> bool:
    if load.landed_sha256 != seen.sha256 or load.created_at is None or seen.seen_at is None:
        return False
    return load.created_at <= seen.seen_at


def _fate(loads: Sequence[Load]) -> Fate | None:
    """Return how the hold of loads ended; None while one is open, and of none."""
    if not loads or any(load.is_open for load in loads):
        return None
    found = [FATES[load.status] for load in loads if load.status in FATES]
    return min(found, key=WORST.index, default=None)
