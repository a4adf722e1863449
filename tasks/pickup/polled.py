"""What a poll of a tenant found, and how it left each file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from blocks.hub.states import PickupState
from blocks.pickup.port import Look
from blocks.pickup.sftp import RemoteFile


class End(StrEnum):
    """How a poll left one file; the values are words of the page."""

    AT_WORK = "at work"
    FILED = "filed away"
    PUT_ASIDE = "put aside"
    WAITING = "waiting"
    STAYS = "stays there"
    ANOTHERS = "another tenant's"


QUIET: Final = frozenset({End.STAYS, End.ANOTHERS})
"""How files are left of which there is nothing to show."""

AS_IT_WAS_LEFT: Final = {
    PickupState.KEPT: End.STAYS,
    PickupState.UNFINISHED: End.WAITING,
    PickupState.ANOTHERS: End.ANOTHERS,
}
"""How a file is left with which nothing is done for now."""


@dataclass
class Polled:
    """What a poll of a tenant found: files by how it left them, and new ones that were taken."""

    tenant: str
    ends: Counter[End] = field(default_factory=Counter)
    left: Look[RemoteFile] = field(default_factory=Look)
    taken: int = 0
    problem: str = ""
    is_new_problem: bool = False
    waits_for: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to show."""
        shown = any(self.ends[end] for end in End if end not in QUIET)
        return not (shown or self.problem or self.left.left_count)
