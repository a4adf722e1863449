"""What goes wrong with the next calls, by name."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What becomes of one call. Those with ``done`` had their effect all the same."""

    LOST_DONE = "lost_done"
    """The effect is there; the connection is dropped before the answer."""
    LOST = "lost"
    """The connection is dropped, and nothing was done."""
    LATE = "late"
    """The connection is dropped; the effect comes `Faults.late_s` later."""
    FAULT_DONE = "fault_done"
    """500 in JSON, and the effect is there."""
    FAULT = "fault"
    """500 in JSON."""
    HTML = "html"
    """502 with a web page of something in between; nothing was done."""
    HTML_OK = "html_ok"
    """200 with a web page; the effect is there."""
    BUSY = "busy"
    """429 with Retry-After."""
    NO_ID = "no_id"
    """200 and ok, without an id; the effect is there."""
    CUT = "cut"
    """Half of the answer; the effect is there."""
    REFUSED_OK = "refused_ok"
    """200 with a status of error; nothing was done."""
    UNAUTHORIZED = "unauthorized"
    """401, as after the key was removed."""
    FAILED = "failed"
    """200 and ok with data ``failed``, as a sending answers that did not go; nothing was done."""
    UNDELIVERED = "undelivered"
    """A sending is taken, and the delivery error comes up afterwards."""


DONE = frozenset({Fault.LOST_DONE, Fault.FAULT_DONE, Fault.HTML_OK, Fault.NO_ID, Fault.CUT})
"""Faults of which the effect is there, and the answer is not the one that belongs to it."""


@dataclass
class Faults:
    """Faults in order, by the beginning of a path without ``/api``."""

    late_s: float = 1.0
    waiting: dict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, path: str, *faults: Fault | None) -> None:
        """Let the next calls to a path go wrong, one fault each; None lets one be."""
        self.waiting[path].extend(faults)

    def take(self, path: str) -> Fault | None:
        """Return what goes wrong with a call, if anything."""
        for beginning, faults in self.waiting.items():
            if faults and path.startswith(beginning):
                return faults.popleft()
        return None
