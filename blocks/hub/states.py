r"""The status of a unit, and which status may follow which.

::

    fetching -> staged -> reconciling -> published
        \          \           \-----> held -> published   (a person accepted it)
         \          \                     \-> rejected     (a person refused it: `blocks.hub.holds`)
          \-----------------------> failed                  (from anywhere)

Only loads of a whole year are told here. What a few vouchers (partial) or balances alone
(evidence) come to stands beside the unit (`blocks.hub.side_loads`) and leaves its status as it is.

A new run may start (fetching, staged, reconciling) whatever the unit's status; saying the same
status again is allowed, since a retried step does. What is refused is an outcome out of nowhere:
published without having been reconciled, held without having been read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class UnitState(StrEnum):
    """Where a (tenant, fiscal year) stands."""

    FETCHING = "fetching"
    STAGED = "staged"
    RECONCILING = "reconciling"
    PUBLISHED = "published"
    HELD = "held"
    """A control that blocks is broken; the last good data stays until a person acts."""
    FAILED = "failed"
    PARTIAL = "partial"
    """A few vouchers of a year (SIE 4I): checked, never replacing anything. A unit is called so
    while no whole year has come; so it is with evidence."""
    EVIDENCE = "evidence"
    """A source without vouchers (SIE 1-3): balances to compare with, nothing to publish."""
    REJECTED = "rejected"
    """A person refused what was held, and nothing was published before it."""


class PickupState(StrEnum):
    """Where a file that lies on a customer's server stands."""

    UNFINISHED = "unfinished"
    """It is not whole as far as its format tells, so its upload may have stalled."""
    LANDED = "landed"
    """It is in the lake, and its run waits until those of older files have ended."""
    TAKEN = "taken"
    """It is in the lake, and a run is wanted for it."""
    ENDED = "ended"
    """What became of it is settled; it is to be moved away."""
    KEPT = "kept"
    """It stays there, since the server does not let us move it."""
    ANOTHERS = "another tenant's"
    """It stays there for the tenant of the same folder whose organisation number it says."""


class TransferState(StrEnum):
    """Where a thing stands that a feed says is to go to another system."""

    WAITS = "waits"
    """For something that comes by itself: an event between, the document, its account."""
    REFUSED = "refused"
    """Something stands against it; a person corrects it and has it tried again."""
    QUEUED = "queued"
    """It is in the outbox, which says how it goes on."""
    LEFT = "left"
    """It is not sent by this route: by a person's word, or since a journal has it."""


class LogLevel(StrEnum):
    """What a line of a transfer's log asks of its reader."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LinkState(StrEnum):
    """Where a link stands between a card of one register and a card of another."""

    INTENT = "intent"
    """It was about to be made in the source's system; nobody knows yet whether it was."""
    LINKED = "linked"
    GONE_HERE = "gone_here"
    """The source's card was deleted; it is not made anew."""
    GONE_THERE = "gone_there"
    """The target's card was deleted or is not in use; it is not made anew."""
    HELD = "held"
    """A person looks which card it is."""


class NightState(StrEnum):
    """Where a tenant's books in one system stand in one night."""

    WAITING = "waiting"
    LOOKING = "looking"
    """In the hands of a shard; if that died, the next one counts it."""
    HANDED_ON = "handed_on"
    """It is for a run of its own, which may not be made yet."""
    ENDED = "ended"


WORKING: Final = frozenset({UnitState.FETCHING, UnitState.STAGED, UnitState.RECONCILING})
"""States that only a live run may leave a unit in."""

WHOLE_YEAR: Final = "whole_year"
"""The coverage of a load that may replace its year (`blocks.staging.Coverage`)."""

SIDE_STATES: Final = frozenset({UnitState.PARTIAL, UnitState.EVIDENCE})
"""What becomes of a load of less than a year that nothing holds."""

_COMES_FROM: Final = {
    UnitState.PUBLISHED: frozenset({UnitState.RECONCILING, UnitState.HELD}),
    UnitState.HELD: WORKING,
    UnitState.PARTIAL: frozenset(),
    UnitState.EVIDENCE: frozenset(),
    UnitState.REJECTED: frozenset(),
}


def may_follow(new: UnitState, old: UnitState | None) -> bool:
    """Return whether a unit may go from `old` (None: no status yet) to `new`."""
    return new is old or new not in _COMES_FROM or old in _COMES_FROM[new]
