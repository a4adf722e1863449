"""What goes wrong with the next calls, by name."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final


class Fault(StrEnum):
    """What becomes of one call. Those with ``done`` had their effect all the same."""

    BUSY = "busy"
    """Over the rate, whatever the rate is; nothing was done."""
    FAULT = "fault"
    """500 in JSON; nothing was done."""
    FAULT_DONE = "fault_done"
    """500 in JSON, and the effect is there."""
    HTML = "html"
    """500 with a web page of what stands in front; nothing was done."""
    HTML_DONE = "html_done"
    """500 with a web page, and the effect is there."""
    CUT = "cut"
    """Half of the answer; the effect is there."""
    LOST = "lost"
    """The connection is dropped, and nothing was done."""
    LOST_DONE = "lost_done"
    """The connection is dropped before the answer; the effect is there."""
    LATE = "late"
    """The connection is dropped; the effect comes `Faults.late_s` later."""
    EXPIRED = "expired"
    """401, as when the access token has run out; a new one is good."""
    REVOKED = "revoked"
    """The API key is revoked from this call on: 401 here and at the next token."""
    FORBIDDEN = "forbidden"
    """403 for want of rights, this once."""
    HIDDEN = "hidden"
    """404, as for a document that the user has no right to see, this once."""
    SKEW = "skew"
    """The answer's Date is `Faults.skew_s` ahead."""


DONE: Final = frozenset({Fault.FAULT_DONE, Fault.HTML_DONE, Fault.CUT, Fault.LOST_DONE, Fault.SKEW})
"""Faults of which the effect is there."""
DROPPED: Final = frozenset({Fault.LOST, Fault.LOST_DONE, Fault.LATE})
"""Faults after which no answer comes."""


@dataclass
class Faults:
    """Faults in order, by pattern: ``"POST invoices"``, ``"invoices/*/approve"``, ``"*"``.

    A pattern is a path below ``/api`` (``*`` stands for anything), after a method where it matters.
    """

    late_s: float = 1.0
    skew_s: float = 300.0
    waiting: dict[str, deque[Fault | None]] = field(default_factory=dict)

    def add(self, pattern: str, *faults: Fault | str | None) -> None:
        """Let the next calls that a pattern means go wrong, one fault each; None lets one be.

        Raises:
            ValueError: No such fault: a test would prove nothing.
        """
        known = [None if fault is None else Fault(fault) for fault in faults]
        self.waiting.setdefault(pattern, deque()).extend(known)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with a call, if anything."""
        for pattern, faults in self.waiting.items():
            if faults and _means(pattern, method, path):
                return faults.popleft()
        return None


def _means(pattern: str, method: str, path: str) -> bool:
    wanted, _, rest = pattern.rpartition(" ")
    return wanted in ("", method) and fnmatchcase(path, rest)
