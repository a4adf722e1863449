"""Addresses as they may be shown: a password in one is for nobody's eyes."""

from __future__ import annotations

import re
from typing import Final

_LOGIN: Final = re.compile(r"://[^\s@]*(@[^\s@/]*)*@")
"""User and password; the password may hold what no address should, such as ``/`` or ``@``."""

_PLACE: Final = re.compile(r"([^:/]*|\[[0-9a-fA-F:.]+\])(:\d{1,5})?(/.*)?", re.DOTALL)
"""A host, a port of digits, a path: a password without its host would stand in the port's place."""

MALFORMED: Final = "(not shown, as it may hold a password)"


def shown_address(address: str) -> str:
    """Return an address without user, password, query and fragment; nothing of a malformed one."""
    scheme, is_one, rest = address.partition("://")
    if not is_one or not scheme.isascii() or not scheme.replace("+", "").isalnum():
        return MALFORMED
    place = re.split(r"[?#]", rest.rpartition("@")[2])[0]
    return f"{scheme}://{place}" if _PLACE.fullmatch(place) else MALFORMED


def without_logins(text: str) -> str:
    """Return a message in which every address has lost its user and password."""
    return _LOGIN.sub("://***@", text)
