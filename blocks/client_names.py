"""How the hub names a system to which a tenant is connected by one of several clients of ours."""

from __future__ import annotations

from typing import Final

CLIENT_MARK: Final = "@"
"""Behind a system's name in the hub stands the client of ours that is connected, if each is."""


def base_of(name: str) -> str:
    """Return a system's name without the client that may stand behind it."""
    return name.partition(CLIENT_MARK)[0]


def client_of(name: str) -> str:
    """Return the client that stands behind a system's name; empty without one."""
    return name.partition(CLIENT_MARK)[2]
