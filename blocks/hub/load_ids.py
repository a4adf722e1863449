"""Ids of loads: unique, and in order of time when sorted as text."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid


def new_load_id(at: dt.datetime) -> str:
    """Make an id whose first 48 bits are the milliseconds of `at`.

    Source:
        RFC 9562, UUID version 7.
    """
    milliseconds = int(at.timestamp() * 1_000)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
