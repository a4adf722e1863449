"""Who prunes a lake in a bucket: known from the hub, since a bucket has no locks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Protocol


class Prune(NamedTuple):
    """The last prune. `token`: rises with each; `goes_on`: nothing said that it has ended."""

    token: int
    goes_on: bool


class Prunes(Protocol):
    """What knows of prunes, on whatever host."""

    def last(self) -> Prune:
        """Return the last one."""

    def alone(self, doing: str) -> AbstractContextManager[Callable[[], None]]:
        """Let nobody else prune; gives what says whether that is still so.

        Raises:
            LeaseTaken: Somebody does.
        """


class NoPrunes:
    """For a lake of which nothing is pruned, or which whoever opened it only reads."""

    def last(self) -> Prune:
        """Return that there was none."""
        return Prune(0, goes_on=False)

    def alone(self, doing: str) -> AbstractContextManager[Callable[[], None]]:  # noqa: ARG002 - a hub tells others
        """Keep nobody out."""
        return nullcontext(lambda: None)
