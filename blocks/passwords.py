"""Passwords of people: hashed by Argon2id, verified a few at a time.

Source:
    RFC 9106, section 4: the second recommended choice of parameters (64 MiB, three passes).
"""

from __future__ import annotations

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

MEMORY_KIB: Final = 65_536
PASSES: Final = 3
LANES: Final = 4

MAX_AT_ONCE: Final = 2
"""Hashes computed at the same time: what waits costs no memory."""


class Passwords:
    """Hashes and verifies; weaker parameters are for tests alone."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._turns = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._of_nobody = self._hasher.hash("of nobody")

    def hash(self, password: str) -> str:
        """Return what is kept of a password: the parameters, the salt and the hash."""
        with self._turns:
            return str(self._hasher.hash(password))

    def verify(self, kept: str, password: str) -> bool:
        """Return whether a password is the one of which this is kept.

        Whoever has no password yet (empty ``kept``) costs as much time as one who has, so that the
        answer's time does not tell which accounts there are.
        """
        with self._turns:
            try:
                self._hasher.verify(kept or self._of_nobody, password)
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
        return bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        return bool(self._hasher.check_needs_rehash(kept))
