"""The run that is wanted for a file that was taken up, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ledger.outcome import Outcome


@dataclass(frozen=True)
class FileRun:
    """The run that is wanted for a file of the lake.

    `key`: what makes it one run however often it is asked for; the same bytes put there again
    tomorrow are another. `path`: where the file waits, or its bare name. `who`: brought it.
    """

    tenant: str
    name: str
    path: str
    sha256: str
    key: str
    who: str = ""


@dataclass(frozen=True)
class RunEnd:
    """How a run on a file ended; `reason`: why the file was not taken in, empty when it was."""

    outcome: Outcome | None
    reason: str


EndOf = Callable[[FileRun], Awaitable[RunEnd | None]]
"""See to it that a run works on the file; return how it ended, None while it works."""
