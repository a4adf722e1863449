"""What became of files that were held: a hold ends later than the run that found it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from blocks.hub import FileSeen, Hub
from blocks.hub.loads import Load
from blocks.hub.states import UnitState
from ledger.outcome import Outcome


class Fate(StrEnum):
    """How a file's hold ended."""

    PUBLISHED = "published"
    """Somebody accepted what held it, or the controls let it pass when they were asked anew."""
    REJECTED = "rejected"
    REPLACED = "replaced"
    """A later load of the year came to its end."""


def fates(hub: Hub, files: Sequence[FileSeen]) -> dict[int, Fate]:
    """Return how the holds of files ended, by `FileSeen.id`; what is held still has none."""
    held = [one for one in files if one.outcome == Outcome.HELD and one.load_id]
    loads = hub.loads.named({one.load_id for one in held})
    ended = {one.id: _fate(loads.get(one.load_id)) for one in held}
    return {number: fate for number, fate in ended.items() if fate}


def _fate(load: Load | None) -> Fate | None:
    if load is None or load.is_open:
        return None
    fates_of = {UnitState.PUBLISHED: Fate.PUBLISHED, UnitState.REJECTED: Fate.REJECTED}
    return fates_of.get(load.status, Fate.REPLACED)
