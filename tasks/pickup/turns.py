"""Turns: in which order the files of one tenant that came get their runs.

Of files that would replace each other the older one goes first, and the other waits for its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub.pickups import PickupFile
from ledger.coverage import VOUCHERS
from ledger.errors import TerminalError
from ledger.readers import format_of
from ledger.source import SourceFacts
from tasks.file_dates import date_of_remote
from tasks.ledger_files import open_landed
from tasks.stores import Stores
from tasks.waiting_files import Waiting

LOOKED_INTO_BYTES: Final = 64 << 20
"""A larger file is not read for its year and date; it goes alone."""


@dataclass(frozen=True)
class Turn:
    """A file of the lake that wants a run, or has one.

    `waits`: its year and days; None where nobody looked into it.
    """

    row: PickupFile
    waits: Waiting | None
    dated: str

    def is_behind(self, other: Turn) -> bool:
        """Return whether this file has to wait for the other's end: same days, or same bytes."""
        if self.waits is None or other.waits is None or self.row.sha256 == other.row.sha256:
            return True
        return self.waits.shares_days(other.waits)


def turn_of(stores: Stores, row: PickupFile) -> Turn:
    """Return the turn of a file that was taken into the lake."""
    facts = _facts(stores, row)
    of = facts or SourceFacts(kind="", coverage=VOUCHERS)
    dated = date_of_remote(stores.hub, row.tenant, row.name, of, modified_s=row.modified_s)
    waits = Waiting(Path(row.name), facts.year, facts.coverage, dated) if facts else None
    return Turn(row, waits, dated)


def _facts(stores: Stores, row: PickupFile) -> SourceFacts | None:
    """Return what a file says of itself; one that cannot be read is of no year."""
    nothing = SourceFacts(kind="", coverage=VOUCHERS)
    landed = stores.lake.find(row.tenant, format_of(row.name).name, row.sha256)
    if landed is None:  # erased or pruned meanwhile, which the run will say
        return nothing
    if landed.size_bytes > LOOKED_INTO_BYTES:
        return None
    try:
        return open_landed(stores.lake, landed).facts
    except TerminalError:  # damaged meanwhile, as above
        return nothing
