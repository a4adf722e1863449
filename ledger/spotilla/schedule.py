"""When a tenant's cycle is due: every half hour of elapsed time, at a place of its own within it.

Elapsed time knows no clock changes: a local day has 48 cycles, and 46 or 50 where clocks change.

Source:
    R-SPO-28.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

CYCLE: Final = dt.timedelta(minutes=30)
PLACES: Final = 1_800
"""Seconds of a cycle, over which tenants are spread."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def place_of(tenant: str) -> dt.timedelta:
    """Return a tenant's place within the half hour: the same for ever, spread evenly."""
    number = int.from_bytes(hashlib.sha256(tenant.encode()).digest()[:8])
    return dt.timedelta(seconds=number % PLACES)


def last_due(tenant: str, now: dt.datetime) -> dt.datetime:
    """Return the newest moment, not after ``now``, at which a tenant's cycle was due.

    Args:
        tenant: Its id.
        now: Aware.
    """
    place = place_of(tenant)
    cycles = (now - _EPOCH - place) // CYCLE
    return _EPOCH + place + cycles * CYCLE


def is_due(tenant: str, now: dt.datetime, *, last: dt.datetime | None) -> bool:
    """Return whether a cycle is due.

    One that fell due while another was running is skipped: it is not begun when that ends.

    Args:
        tenant: Its id.
        now: Aware.
        last: When the last cycle ended, or began if it did not end; None before the first.
    """
    return last is None or last < last_due(tenant, now)
