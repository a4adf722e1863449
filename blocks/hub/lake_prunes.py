"""Prunes of a lake that several hosts share: one at a time, and known to who lands meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from blocks.hub.database import Database
from blocks.hub.kept_lease import leased
from blocks.hub.leases import Leases, latest_token
from blocks.prunes import Prune

RESOURCE: Final = "/lake/prune"
"""What a prune holds the lease of; it belongs to no tenant."""


class LakePrunes:
    """The lease of all prunes: its token rises with each, whether it ended or was killed."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases

    def last(self) -> Prune:
        """Return the last prune."""
        with self._database.reading() as connection:
            token = latest_token(connection, RESOURCE)
        return Prune(token, goes_on=bool(token) and self._leases.find(RESOURCE) is not None)

    @contextmanager
    def alone(self, doing: str) -> Iterator[Callable[[], None]]:
        """Let nobody else prune; gives what is asked before each file goes.

        Raises:
            LeaseTaken: Somebody does.
            LeaseLost: The lease was lost meanwhile, and nothing goes any more.
        """
        with leased(self._leases, RESOURCE, holder=doing, clock=self._database.now) as kept:
            yield kept.check
